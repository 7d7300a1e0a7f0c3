//! The command line: `serve`, `link` and `audit` (the contract is in the operators' guide).

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use couplet_proto::ids::NotebookId;
use couplet_proto::link::RelayLink;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::audit::audit;
use crate::gate::Allowance;
use crate::identity::Identity;
use crate::limits::{
    BYTES_PER_DAY, BYTES_PER_PERSON, CONNECTIONS_PER_ADDRESS, CONNECTIONS_PER_DEVICE, KEPT_FREE,
    MIB, NOTEBOOKS_PER_HOUR,
};
use crate::relay::{self, Config, Relay, RelayError};
use crate::store::audit::Audit;
use crate::store::sqlite::Room;

/// A relay for couples' notebooks: it keeps sealed edits and hands them to the partner's phone.
#[derive(Debug, Parser)]
#[command(name = "couplet-relay", version)]
struct Cli {
    /// What to log to standard error, as in RUST_LOG: error, warn, info, debug, or by module.
    #[arg(long, global = true, env = "RUST_LOG", default_value = "info")]
    log: String,
    /// Answers for programs: one JSON object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until told to stop; prints, when ready, the link to give to apps.
    Serve(Serve),
    /// Prints that link again, and on a terminal as a QR code.
    Link(Link),
    /// Prints everything that this relay knows of a notebook, read from its store.
    Audit(AskedAudit),
}

#[derive(Debug, Args)]
struct Serve {
    /// Where everything is kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen; port 0 lets the system choose one.
    #[arg(long, value_name = "ADDR:PORT", default_value_t = EVERYWHERE)]
    listen: SocketAddr,
    /// How phones reach this relay, if not by the address it listens at.
    #[arg(long, value_name = "HOST:PORT")]
    public: Option<String>,
    #[command(flatten)]
    bounds: Bounds,
}

/// How much the relay and its users may take.
#[derive(Debug, Args)]
struct Bounds {
    /// MiB that one person's edits may take in one notebook.
    #[arg(long, value_name = "MIB", env = "COUPLET_RELAY_QUOTA",
          default_value_t = BYTES_PER_PERSON / MIB)]
    quota: u64,
    /// MiB to leave free on the disk; with less the relay is read, and takes nothing new.
    #[arg(long, value_name = "MIB", env = "COUPLET_RELAY_KEEP_FREE",
          default_value_t = KEPT_FREE / MIB)]
    keep_free: u64,
    /// Notebooks that may begin in an hour from one address.
    #[arg(long, value_name = "COUNT", env = "COUPLET_RELAY_NOTEBOOKS_PER_HOUR",
          default_value_t = NOTEBOOKS_PER_HOUR)]
    notebooks_per_hour: u32,
    /// MiB that phones of one network (an IPv4 /24, an IPv6 /56) may add in a day.
    #[arg(long, value_name = "MIB", env = "COUPLET_RELAY_DAILY",
          default_value_t = BYTES_PER_DAY / MIB)]
    daily: u64,
    /// Connections at once from one address.
    #[arg(long, value_name = "COUNT", env = "COUPLET_RELAY_CONNECTIONS_PER_ADDRESS",
          default_value_t = CONNECTIONS_PER_ADDRESS)]
    connections_per_address: usize,
    /// Connections at once of one device.
    #[arg(long, value_name = "COUNT", env = "COUPLET_RELAY_CONNECTIONS_PER_DEVICE",
          default_value_t = CONNECTIONS_PER_DEVICE)]
    connections_per_device: usize,
}

impl Bounds {
    const fn room(&self) -> Room {
        Room {
            bytes_per_person: self.quota.saturating_mul(MIB),
            kept_free: self.keep_free.saturating_mul(MIB),
        }
    }

    fn allowance(&self) -> Allowance {
        Allowance {
            connections_per_address: self.connections_per_address,
            connections_per_device: self.connections_per_device,
            notebooks_per_hour: self.notebooks_per_hour,
            bytes_per_day: self.daily.saturating_mul(MIB),
            ..Allowance::default()
        }
    }
}

#[derive(Debug, Args)]
struct Link {
    /// Where everything is kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct AskedAudit {
    /// The notebook, or the beginning of its name, as `couplet status` shows it; without one, all
    /// that are there are named.
    notebook: Option<String>,
    /// Where everything is kept.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let filter = EnvFilter::try_new(&cli.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        .init();
    let json = cli.json;
    let done = match cli.command {
        Command::Serve(serve) => run(serve, json),
        Command::Link(link) => show(link, json),
        Command::Audit(asked) => tell_all(asked, json),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, json),
    }
}

#[tokio::main]
async fn run(serve: Serve, json: bool) -> Result<(), RelayError> {
    let Serve { data, listen, public, bounds } = serve;
    let mut terminate = signal(SignalKind::terminate()).map_err(RelayError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RelayError::Signals)?;
    let data = data.unwrap_or_else(default_data);
    let (room, allowance) = (bounds.room(), bounds.allowance());
    let relay = Relay::start(Config { data, listen, public, room, allowance })?;
    let (link, listen) = (relay.link().to_string(), relay.listen());
    if json {
        say(&json!({ "ready": true, "link": link, "listen": listen.to_string() }).to_string());
    } else {
        say(&format!("Ready at {listen}. The link to give to apps:\n{link}"));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    relay.stop().await;
    Ok(())
}

fn show(link: Link, json: bool) -> Result<(), RelayError> {
    let data = link.data.unwrap_or_else(default_data);
    let link = Identity::open(&relay::identity_in(&data))?.last_link()?;
    if json {
        say(&json!({ "link": link.to_string() }).to_string());
    } else {
        say(&link.to_string());
        if let Some(picture) = picture(&link).filter(|_| io::stdout().is_terminal()) {
            say(&picture);
        }
    }
    Ok(())
}

/// One object a line, with and without `--json`: a table of everything has no shorter words.
fn tell_all(asked: AskedAudit, json: bool) -> Result<(), RelayError> {
    let store = Audit::open(&relay::store_in(&asked.data.unwrap_or_else(default_data)))?;
    let all = store.notebooks()?;
    let Some(beginning) = asked.notebook else {
        for notebook in all {
            let object = json!({ "notebook": notebook.to_string() });
            say(&if json { object.to_string() } else { notebook.to_string() });
        }
        return Ok(());
    };
    let is_meant = |notebook: &NotebookId| notebook.to_string().starts_with(beginning.trim());
    let mut meant = all.into_iter().filter(is_meant);
    let (Some(notebook), None) = (meant.next(), meant.next()) else {
        return Err(RelayError::NoNotebook);
    };
    for row in audit(&store, notebook)? {
        say(&row.to_string());
    }
    Ok(())
}

/// The link as a QR code of half blocks, light on dark as terminals mostly are.
fn picture(link: &RelayLink) -> Option<String> {
    let code = QrCode::new(link.to_string()).ok()?;
    let mut render = code.render::<Dense1x2>();
    Some(render.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

fn fail(error: &RelayError, json: bool) -> ExitCode {
    if json {
        let (code, detail, retryable) = (error.code(), error.to_string(), error.is_retryable());
        let error = json!({ "code": code, "detail": detail, "retryable": retryable });
        say(&json!({ "error": error }).to_string());
    }
    // Standard error may be closed; the exit status says it all the same.
    let _ = writeln!(io::stderr(), "couplet-relay: {error}");
    ExitCode::FAILURE
}

/// Nobody may be listening to standard output; a relay serves all the same.
fn say(text: &str) {
    let mut out = io::stdout();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn default_data() -> PathBuf {
    let named = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || named("HOME").map(|home| home.join(".local/share"));
    let base = named("XDG_DATA_HOME").or_else(home);
    base.unwrap_or_else(|| PathBuf::from("/var/lib")).join("couplet-relay")
}

/// Every address of this machine, IPv4 ones included.
const EVERYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::UNSPECIFIED), 4433);

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_needs_nothing() {
        Cli::command().debug_assert();
        let cli = Cli::parse_from(["couplet-relay", "serve"]);
        assert!(matches!(cli.command, Command::Serve(Serve { public: None, .. })));
        assert!(Cli::try_parse_from(["couplet-relay", "serve", "--listen", "nowhere"]).is_err());
    }

    #[test]
    fn a_link_becomes_a_picture() {
        let pin = couplet_proto::hash::Hash([7; 32]);
        let link = RelayLink { address: "relay.example:4433".to_owned(), pin };
        assert!(picture(&link).unwrap().lines().count() > 10);
    }
}

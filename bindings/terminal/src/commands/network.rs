//! The relay: setting it, exchanging with it, and where things stand.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use couplet::{Arrived, Couplet, Exchanged, RelayLink, Standing, Status, Verified};
use serde_json::{Value, json};
use tokio::process::Command;

use super::ending;
use super::membership::reach_relay;
use crate::demo::relay::Relay;
use crate::failure::Failure;
use crate::output::{Output, Style};

pub(crate) async fn relay(couplet: &Couplet, link: &str, output: &Output) -> Result<(), Failure> {
    let link: Result<RelayLink, _> = link.parse();
    let link = link.map_err(|error| Failure::input(error.to_string()))?;
    couplet.set_relay(link.clone()).await?;
    let mut words = format!("The relay is {}.", link.address);
    if couplet.status().await?.devices > 1 {
        words += " The other devices stay where they are; to take them along: couplet move LINK";
    }
    output.say(&json!({ "relay": link.to_string() }), &words);
    Ok(())
}

pub(crate) async fn go_to(couplet: &Couplet, link: &str, output: &Output) -> Result<(), Failure> {
    let link: Result<RelayLink, _> = link.parse();
    let link = link.map_err(|error| Failure::input(error.to_string()))?;
    couplet.move_to(link.clone()).await?;
    let is_at_relay =
        reach_relay(couplet, "the move is said when the relay of now answers", output).await;
    let is_done = couplet.status().await?.relay.as_ref() == Some(&link);
    let object = json!({ "relay": link.to_string(), "moved": is_done, "at_relay": is_at_relay });
    let words = if is_done {
        format!(
            "The relay is {}. The others follow when they next reach the old one.",
            link.address
        )
    } else {
        "Nobody has moved so far: the relay of now has to hear of it. If it never answers again, \
         say on every device: couplet relay LINK"
            .to_owned()
    };
    output.say(&object, &words);
    Ok(())
}

pub(crate) async fn checkpoint(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let made = couplet.checkpoint().await?;
    let words = match made {
        Some(_) => "Made. The relay is given it with the next sync.",
        None => "Not made: something that came waits for more, or nobody may make one so far.",
    };
    output.say(&json!({ "checkpoint": made.map(|hash| hash.to_string()) }), words);
    Ok(())
}

/// Has the relay's own program say it: no other knows its store.
pub(crate) async fn audit(
    couplet: &Couplet,
    data: Option<PathBuf>,
    output: &Output,
) -> Result<(), Failure> {
    let notebook = couplet.status().await?.notebook.to_string();
    let mut asked = Command::new(Relay::find(output).await?);
    asked.args(["--json", "audit", &notebook]);
    if let Some(data) = data {
        asked.arg("--data").arg(data);
    }
    let said = asked.stderr(Stdio::null()).output().await;
    let said = said.map_err(|error| Failure::system(format!("couplet-relay: {}", error.kind())))?;
    for line in String::from_utf8_lossy(&said.stdout).lines() {
        let row: Value = serde_json::from_str(line)
            .map_err(|_| Failure::system("couplet-relay is of another version"))?;
        let error = &row["error"];
        if let (Some(code), Some(detail)) = (error["code"].as_str(), error["detail"].as_str()) {
            let code = if code == "not_found" { "not_found" } else { "system" };
            return Err(Failure { code, detail: detail.to_owned(), is_retryable: false });
        }
        output.say(&row, line);
    }
    Ok(())
}

pub(crate) async fn sync(couplet: &Couplet, timeout: u64, output: &Output) -> Result<(), Failure> {
    output.progress("exchanging with the relay ...");
    let exchanged = couplet.sync(Duration::from_secs(timeout)).await?;
    let trips = match exchanged.round_trips {
        1 => "one round trip".to_owned(),
        several => format!("{several} round trips"),
    };
    let words = format!(
        "{} sent, {} received, {trips}, {} bytes out, {} bytes in, {} ms",
        exchanged.sent,
        exchanged.received,
        exchanged.bytes_out,
        exchanged.bytes_in,
        exchanged.duration.as_millis(),
    );
    let arrived = while_apart(&exchanged.arrived);
    let words = if arrived.is_empty() { words } else { format!("{arrived}\n{words}") };
    output.say(&as_json(&exchanged), &words);
    Ok(())
}

/// What came while the two were apart, in a sentence or two; nothing if nothing did.
fn while_apart(arrived: &Arrived) -> String {
    let mut came: Vec<String> = Vec::new();
    for (kind, count) in &arrived.new {
        came.push(several(*count, if kind == "listening" { "listening page" } else { kind }));
    }
    if arrived.together > 0 {
        came.push(format!("{} you both wrote on", several(arrived.together, "page")));
    }
    if arrived.touched > 0 {
        let others = if arrived.touched == 1 { "entry" } else { "entries" };
        came.push(format!("something new in {} other {others}", arrived.touched));
    }
    let mut told = Vec::new();
    if !came.is_empty() {
        told.push(format!("While you were apart: {}; nothing was lost.", came.join(", ")));
    }
    if arrived.in_need > 0 {
        told.push("Something waits to be chosen: couplet needs-attention".to_owned());
    }
    if arrived.set_aside > 0 {
        let changes = several(arrived.set_aside, "change");
        told.push(format!("Set aside, as no phone applies it: {changes}: couplet quarantine"));
    }
    told.join(" ")
}

/// So many of these.
fn several(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

fn as_json(exchanged: &Exchanged) -> Value {
    let microseconds = exchanged.duration.as_micros();
    json!({
        "sent": exchanged.sent,
        "received": exchanged.received,
        "round_trips": exchanged.round_trips,
        "bytes_out": exchanged.bytes_out,
        "bytes_in": exchanged.bytes_in,
        "udp_out": exchanged.udp_out,
        "udp_in": exchanged.udp_in,
        "ms": microseconds as f64 / 1_000.0,
        "transport": exchanged.transport,
        "caught_up": exchanged.is_caught_up,
        "arrived": {
            "new": exchanged.arrived.new,
            "together": exchanged.arrived.together,
            "touched": exchanged.arrived.touched,
            "in_need": exchanged.arrived.in_need,
            "set_aside": exchanged.arrived.set_aside,
            "words": while_apart(&exchanged.arrived),
        },
    })
}

pub(crate) async fn status(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let status = couplet.status().await?;
    let object = json!({
        "notebook": status.notebook.to_string(),
        "device": status.device.to_string(),
        "person": status.slot.index(),
        "state": standing(&status),
        "read_only": status.is_read_only,
        "paused": status.is_paused,
        "dissolving": status.dissolving.as_ref().map(ending::as_json),
        "epoch": status.epoch,
        "code": status.waiting.as_ref().map(|waiting| &waiting.code),
        "persons": status.persons,
        "devices": status.devices,
        "verification": status.verified.map(Verified::name),
        "pending": status.pending,
        "relay": status.relay.as_ref().map(|link| &link.address),
        "attached": status.is_attached,
        "last_exchange": status.last_exchange,
        "transport": status.transport,
        "withheld": status.withheld,
        "kit_due": status.kit_due,
        "replaced": status.is_being_replaced,
    });
    output.say(&object, &in_words(&status, output).join("\n"));
    Ok(())
}

const fn standing(status: &Status) -> &'static str {
    match status.standing {
        Standing::Waiting => "waiting",
        Standing::Solo => "solo",
        Standing::Pairing => "pairing",
        Standing::Together => "together",
        Standing::Apart => "apart",
    }
}

fn in_words(status: &Status, output: &Output) -> Vec<String> {
    let mut lines = vec![match status.standing {
        Standing::Waiting => "Waiting to be let in.".to_owned(),
        Standing::Together => format!("Together, on {} devices.", status.devices),
        Standing::Pairing => "Alone, so far; somebody is invited.".to_owned(),
        Standing::Apart if status.is_read_only => "Apart: yours to read and to export.".to_owned(),
        Standing::Apart => "Your partner has left; you write on alone.".to_owned(),
        Standing::Solo => "Alone, so far.".to_owned(),
    }];
    lines.extend(status.waiting.as_ref().map(|waiting| {
        format!("Code for the other phone: {}", output.styled(Style::Bold, &waiting.code))
    }));
    lines.extend(status.dissolving.as_ref().map(|wish| ending::in_words(wish, status.slot)));
    if status.is_paused {
        lines.push("Sharing is paused on this device; go on with: couplet resume".to_owned());
    }
    lines.extend(status.verified.map(|verified| {
        let words = match verified {
            Verified::No => "Your partner is not verified: couplet verify.",
            Verified::Code => "Your partner came in with the code of their phone.",
            Verified::Compared => "You have verified your partner.",
            Verified::Changed => "Your partner is NOT who you verified: couplet verify.",
        };
        words.to_owned()
    }));
    if status.kit_due.is_some() {
        lines.push("Somebody gave your recovery kit notice: couplet recovery status".to_owned());
    }
    if status.is_being_replaced {
        lines.push(
            "Your partner is letting somebody in in YOUR place. If that is not you: couplet invites"
                .to_owned(),
        );
    }
    lines.push(match status.pending {
        0 => "Everything written here is at the relay.".to_owned(),
        pending => format!("{pending} written here and not at the relay."),
    });
    if status.withheld > 0 {
        lines.push(format!(
            "The relay has not given {} that another device has read: it keeps them back, or has \
             lost them.",
            status.withheld
        ));
    }
    let relay = status.relay.as_ref();
    lines
        .push(relay.map_or("No relay is set.".into(), |relay| format!("Relay {}.", relay.address)));
    lines.push(match status.last_exchange {
        Some(at) => format!("Last caught up {}.", ago(couplet::now().saturating_sub(at))),
        None => "Never caught up so far.".to_owned(),
    });
    lines
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

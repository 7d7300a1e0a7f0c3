//! The commands, each a call of the library and an answer.

mod attention;
mod drafts;
mod ending;
mod entries;
mod erasing;
mod export;
mod facts;
mod going;
mod markdown;
mod membership;
mod named;
mod network;
mod practice;
mod recovery;
mod revisions;
mod screen;
mod talk;
mod telling;
mod times;
mod vault;
mod watch;

use std::io::Read as _;

use couplet::{Couplet, RelayLink};
use serde_json::json;

use crate::arguments::{Arguments, Command, New, Switch};
use crate::demo;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;

/// Does what was asked.
pub(crate) async fn run(arguments: Arguments, output: &Output) -> Result<(), Failure> {
    let Arguments { home, command, is_vault, .. } = arguments;
    let notebook = &Home::find(home)?;
    let home = &if is_vault { notebook.vault() } else { notebook.clone() };
    match command {
        Command::New(new) => begin(home, new, output).await,
        Command::Relay { link } => network::relay(&home.open().await?, &link, output).await,
        Command::Invite(invite) => membership::invite(home, invite, output).await,
        Command::Invites => going::invites(&home.open_or_beside().await?, output).await,
        Command::Revoke { invite } => going::revoke(&home.open().await?, &invite, output).await,
        Command::Deny { id } => going::deny(&home.open().await?, &id, output).await,
        Command::Remove { device } => going::remove(&home.open().await?, &device, output).await,
        Command::Verify { confirm } => {
            going::verify(&home.open_or_beside().await?, confirm, output).await
        }
        Command::Quarantine { verb } => going::quarantine(home, verb, output).await,
        Command::Recovery { verb } => recovery::kit(&home.open().await?, verb, output).await,
        Command::Recover(asked) => recovery::recover(home, asked, output).await,
        Command::Rename(asked) => going::rename(&home.open().await?, &asked, output).await,
        Command::Leave => going::leave(&home.open().await?, output).await,
        Command::Dissolve { cancel } => ending::dissolve(&home.open().await?, cancel, output).await,
        Command::Pause => ending::pause(&home.open().await?, true, output).await,
        Command::Resume => ending::pause(&home.open().await?, false, output).await,
        Command::Move { link } => network::go_to(&home.open().await?, &link, output).await,
        Command::Checkpoint => network::checkpoint(&home.open().await?, output).await,
        Command::Audit { data } => {
            network::audit(&home.open_or_beside().await?, data, output).await
        }
        Command::GoOn { directory } => ending::go_on(&home.open().await?, &directory, output).await,
        Command::Destroy { force } => ending::destroy(home, force, output).await,
        Command::Join(join) => membership::join(home, join, output).await,
        Command::Requests => membership::requests(&home.open_or_beside().await?, output).await,
        Command::Approve(approve) => {
            membership::approve(&home.open().await?, approve, output).await
        }
        Command::Write(write) => entries::write(&home.open_or_beside().await?, write, output).await,
        Command::Edit(edit) => entries::edit(&home.open_or_beside().await?, edit, output).await,
        Command::Do(asked) => talk::act(&home.open_or_beside().await?, asked, output).await,
        Command::Erase { entry } => erasing::erase(&home.open().await?, &entry, output).await,
        Command::Timeline(timeline) => {
            entries::timeline(&home.open_or_beside().await?, timeline, output).await
        }
        Command::Show { entry } => {
            entries::show(&home.open_or_beside().await?, &entry, output).await
        }
        Command::Everyday(asked) => attention::attend(home, asked, output).await,
        Command::Sync { timeout } => vault::sync(notebook, home, timeout, output).await,
        Command::Status => network::status(&home.open_or_beside().await?, output).await,
        Command::Hash => entries::hash(&home.open_or_beside().await?, output).await,
        Command::Delivery { shared } => delivery(&home.open().await?, shared, output).await,
        Command::Demo(asked) => demo::run(asked.seed, output).await,
        Command::Draft(draft) => drafts::draft(home, draft, output).await,
        Command::Share(asked) if is_vault => vault::share(notebook, asked, output).await,
        Command::Share(asked) => drafts::share(home, asked, output).await,
        // It is taken apart where the command line is read.
        Command::Vault { .. } => Err(Failure::input("say which command the vault is to do")),
        Command::Lock { new_passphrase } => {
            vault::lock(notebook, home, new_passphrase, output).await
        }
        Command::Unlock => vault::unlock(home, output),
        Command::Devices => membership::devices(&home.open_or_beside().await?, output).await,
        Command::Export(asked) => {
            let couplet = home.open_or_beside().await?;
            export::export(&couplet, &asked.file, asked.format, output).await
        }
        Command::Import { file } => export::import(home, &file, output).await,
        Command::Watch => watch::watch(&home.open().await?, output).await,
    }
}

async fn begin(home: &Home, new: New, output: &Output) -> Result<(), Failure> {
    let relay = new.relay.as_deref().map(str::parse::<RelayLink>).transpose();
    let relay = relay.map_err(|error| Failure::input(error.to_string()))?;
    let key = home.key_or_new()?;
    let couplet = Couplet::found(&home.place(key)?, &new.name, relay).await?;
    let status = couplet.status().await?;
    let object = json!({
        "notebook": status.notebook.to_string(),
        "person": status.slot.index(),
        "device": status.device.to_string(),
    });
    output.say(&object, if home.is_vault() { WELCOME_TO_VAULT } else { WELCOME });
    Ok(())
}

const WELCOME_TO_VAULT: &str =
    "Your vault is ready, here and offline. Only your own devices will ever belong to it.
Write something:            couplet vault write --kind page \"...\"
Another device of yours:    couplet vault invite
Lock it:                    couplet vault lock";

const WELCOME: &str = "Your notebook is ready, here and offline.
Write something:        couplet write \"...\"
Invite your partner:    couplet invite";

async fn delivery(couplet: &Couplet, shared: Switch, output: &Output) -> Result<(), Failure> {
    let is_shared = matches!(shared, Switch::On);
    couplet.share_delivery(is_shared).await?;
    let words = if is_shared {
        "Your partner will see when their words have arrived here."
    } else {
        "Your partner is not told when their words arrive here."
    };
    output.say(&json!({ "shared": is_shared }), words);
    Ok(())
}

/// The text as given, or standard input for `-`.
fn text_or_input(text: String) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text);
    }
    let mut input = String::new();
    let read = std::io::stdin().take(MAX_INPUT).read_to_string(&mut input);
    read.map_err(|_| Failure::input("standard input is not text"))?;
    let end = input.trim_end_matches(['\n', '\r']).len();
    input.truncate(end);
    Ok(input)
}

/// Bytes read from standard input: more than the longest page has.
const MAX_INPUT: u64 = 1024 * 1024;

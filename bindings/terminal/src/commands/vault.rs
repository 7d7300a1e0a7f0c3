//! The vault: what is done between it and the notebook, and its lock. All else is done in it by the
//! commands of a notebook.
//!
//! What was read goes between the two around an exchange, and so once however much it is.

use couplet::{Chosen, Couplet, Kind};
use serde_json::json;

use super::entries::say_written;
use super::{network, text_or_input};
use crate::arguments::Share;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;

/// Copies fields of an entry of the vault into the notebook.
pub(crate) async fn share(notebook: &Home, asked: Share, output: &Output) -> Result<(), Failure> {
    let vault = notebook.vault().open_or_beside().await?;
    let couplet = notebook.open().await?;
    let kind = asked.kind.as_deref().map(str::parse::<Kind>).transpose();
    let kind = kind.map_err(|error| Failure::input(error.to_string()))?;
    let text = asked.text.map(text_or_input).transpose()?;
    // Whoever says nothing of it means the words.
    let is_text = asked.fields.is_empty() && text.is_none();
    let fields = if is_text { vec!["text".to_owned()] } else { asked.fields };
    let chosen = Chosen { fields, kind, text, into: asked.into, is_again: asked.again };
    let row = couplet.share_from(&vault, &asked.name, &chosen).await?;
    let words = match asked.again {
        true => "Shared again; other words that stood there are in its history",
        false => "Shared as a copy, and durable on this device",
    };
    say_written(&row, words, output);
    Ok(())
}

/// One exchange, of the notebook or of its vault. What was seen on this device goes into the vault with
/// it, if that is open, and what was seen on others comes from there.
pub(crate) async fn sync(
    notebook: &Home,
    home: &Home,
    timeout: u64,
    output: &Output,
) -> Result<(), Failure> {
    let couplet = home.open().await?;
    if !home.is_vault() {
        network::sync(&couplet, timeout, output).await?;
        if let Some(vault) = notebook.vault().open_if_it_is_open().await? {
            couplet.keep_seen(&vault).await?;
        }
        return Ok(());
    }
    let beside = notebook.beside_if_it_is_open().await?;
    if let Some(notebook) = &beside {
        notebook.keep_seen(&couplet).await?;
    }
    network::sync(&couplet, timeout, output).await?;
    if let Some(notebook) = &beside {
        notebook.keep_seen(&couplet).await?;
    }
    Ok(())
}

/// Leaves the key under its passphrase alone; a vault first takes in what is still being typed.
pub(crate) async fn lock(
    notebook: &Home,
    home: &Home,
    is_new: bool,
    output: &Output,
) -> Result<(), Failure> {
    let couplet = home.open().await?;
    let kept = take_in(notebook, home, &couplet).await;
    if is_new || !home.has_passphrase() {
        output.progress("the passphrase, then end of input (nobody can bring it back) ...");
        home.set_passphrase(&text_or_input("-".to_owned())?)?;
    }
    couplet.lock().await;
    home.lock()?;
    // It is locked in any case: what was not taken in stays in the notebook.
    kept?;
    output.say(&json!({ "locked": true }), "Locked.");
    Ok(())
}

/// What is still being typed, and what was read, goes into a vault that is to be locked.
async fn take_in(notebook: &Home, home: &Home, couplet: &Couplet) -> Result<(), Failure> {
    if home.is_vault() && notebook.key()?.is_some() {
        let notebook = notebook.open_or_beside().await?;
        notebook.keep_drafts(couplet).await?;
        notebook.keep_seen(couplet).await?;
    }
    Ok(())
}

pub(crate) fn unlock(home: &Home, output: &Output) -> Result<(), Failure> {
    output.progress("the passphrase, then end of input ...");
    home.unlock(&text_or_input("-".to_owned())?)?;
    output.say(&json!({ "locked": false }), "Unlocked, until it is locked again.");
    Ok(())
}

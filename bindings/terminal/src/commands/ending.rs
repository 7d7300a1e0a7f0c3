//! How a notebook ends: here, for a while, or for both; and how somebody goes on.

use std::path::Path;

use couplet::{Couplet, Dissolving, Error, Slot, Standing, Unsent};
use serde_json::{Value, json};

use super::membership::reach_relay;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;

pub(crate) async fn destroy(home: &Home, is_forced: bool, output: &Output) -> Result<(), Failure> {
    let Unsent { entries, drafts } = home.open().await?.destroy(is_forced).await?;
    home.forget_key()?;
    let object = json!({ "destroyed": true, "unsent": entries, "drafts": drafts });
    let words = "The notebook is gone from this device. What was sent is on your other devices and \
                 your partner's; there, this one still stands in the list: couplet remove.";
    output.say(&object, words);
    Ok(())
}

pub(crate) async fn dissolve(
    couplet: &Couplet,
    is_cancelled: bool,
    output: &Output,
) -> Result<(), Failure> {
    if is_cancelled {
        couplet.retain().await?;
    } else {
        couplet.dissolve().await?;
    }
    let is_at_relay = reach_relay(couplet, "it is said at the next sync", output).await;
    let status = couplet.status().await?;
    let dissolving = status.dissolving.as_ref();
    let object = json!({ "dissolving": dissolving.map(as_json), "at_relay": is_at_relay });
    let words = dissolving.map_or_else(
        || {
            let unsaid = "You want it gone; the relay has not heard of it so far.";
            if is_cancelled { "It stays." } else { unsaid }.to_owned()
        },
        |wish| in_words(wish, status.slot),
    );
    output.say(&object, &words);
    Ok(())
}

pub(super) fn as_json(wish: &Dissolving) -> Value {
    let by = wish.by.map_or(json!("all"), |slot| json!(slot.index()));
    json!({ "by": by, "until": wish.until, "over": wish.is_over })
}

pub(super) fn in_words(wish: &Dissolving, me: Slot) -> String {
    let days = wish.until.saturating_sub(couplet::now()) / 86_400;
    match (wish.is_over, wish.by) {
        (true, _) => "Dissolved: gone from the relay; what is here is yours to read and to export.",
        (false, Some(by)) if by == me => {
            return format!(
                "You want it gone from the relay. It is when your partner wants it, too, or in \
                 {days} days; take it back with: couplet dissolve --cancel"
            );
        }
        (false, _) => {
            return format!(
                "Your partner wants it gone from the relay. It is when you want it, too, or in \
                 {days} days. What is on your devices stays in either case."
            );
        }
    }
    .to_owned()
}

pub(crate) async fn pause(
    couplet: &Couplet,
    is_paused: bool,
    output: &Output,
) -> Result<(), Failure> {
    let words = if is_paused {
        couplet.pause().await?;
        "This device neither sends nor fetches. Writing goes on; share again with: couplet resume"
    } else {
        couplet.resume().await?;
        "This device shares again. What was written meanwhile leaves with the next sync."
    };
    output.say(&json!({ "paused": is_paused }), words);
    Ok(())
}

pub(crate) async fn go_on(
    couplet: &Couplet,
    directory: &Path,
    output: &Output,
) -> Result<(), Failure> {
    // Before anything is made in that place.
    if couplet.status().await?.standing != Standing::Apart {
        return Err(Error::NotEnded.into());
    }
    let (new, before) = (Home::at(directory), Home::at(&directory.join("before")));
    let (place, kept) = (new.place(new.key_or_new()?)?, before.place(before.key_or_new()?)?);
    let (new, imported) = couplet.go_on(&place, &kept).await?;
    let status = new.status().await?;
    let before = kept.directory.display().to_string();
    let object = json!({
        "notebook": status.notebook.to_string(),
        "person": status.slot.index(),
        "device": status.device.to_string(),
        "entries": imported.written,
        "held": imported.held,
        "before": before,
    });
    let words = format!(
        "Your notebook is ready, with {} entries of your own. Everything up to now, your partner's \
         words among it, is beside it: couplet --home {before} timeline",
        imported.written + imported.held
    );
    output.say(&object, &words);
    Ok(())
}

//! Drafts: what nobody else sees until it is shared.

use couplet::{Couplet, Draft, Kind};
use serde_json::{Value, json};

use super::entries::{say_queued, say_written};
use super::text_or_input;
use crate::arguments::{Draft as Asked, DraftNew};
use crate::day;
use crate::failure::Failure;
use crate::output::{Output, Style};

/// Does what was asked with a draft.
pub(crate) async fn draft(couplet: &Couplet, asked: Asked, output: &Output) -> Result<(), Failure> {
    match asked {
        Asked::New(new) => {
            let draft = begin(couplet, new).await?;
            let name = output.styled(Style::Bold, &draft.id);
            output.say(&as_json(&draft), &format!("A draft, on this device alone: {name}"));
        }
        Asked::Update { draft, text } => {
            let draft = couplet.draft(&draft).await?;
            couplet.draft_update(&draft.id, &text_or_input(text)?).await?;
            output.say(&as_json(&couplet.draft(&draft.id).await?), "Kept, on this device alone.");
        }
        Asked::List => {
            let drafts = couplet.drafts().await?;
            if drafts.is_empty() && !output.is_json() {
                output.note("There are no drafts.");
            }
            for draft in &drafts {
                output.say(&as_json(draft), &in_words(draft, output));
            }
        }
        Asked::Show { draft } => {
            let draft = couplet.draft(&draft).await?;
            output.say(&as_json(&draft), &in_words(&draft, output));
        }
        Asked::Discard { draft } => {
            let draft = couplet.draft(&draft).await?;
            couplet.draft_discard(&draft.id).await?;
            output.say(&json!({ "draft": draft.id }), "Thrown away.");
        }
    }
    Ok(())
}

async fn begin(couplet: &Couplet, new: DraftNew) -> Result<Draft, Failure> {
    let text = text_or_input(new.text)?;
    if let Some(entry) = &new.entry {
        return Ok(couplet.draft_edit(entry, new.base.as_deref(), &text).await?);
    }
    let kind: Kind = new.kind.parse().map_err(|error| Failure::input(format!("{error}")))?;
    let day = new.day.as_deref().map_or_else(|| Ok(day::today()), day::parse)?;
    Ok(couplet.draft_new(kind, day, &text).await?)
}

/// Makes a draft's words an entry, or an edit.
pub(crate) async fn share(couplet: &Couplet, draft: &str, output: &Output) -> Result<(), Failure> {
    let draft = couplet.draft(draft).await?;
    if !couplet.is_owner() {
        say_queued(&couplet.queue_share(&draft.id).await?, output);
        return Ok(());
    }
    let row = couplet.share_draft(&draft.id).await?;
    say_written(&row, "Shared, and durable on this device", output);
    Ok(())
}

fn as_json(draft: &Draft) -> Value {
    json!({
        "draft": draft.id,
        "kind": draft.kind,
        "day": day::show(draft.day),
        "entry": draft.entry,
        "base": draft.base,
        "text": draft.text,
    })
}

fn in_words(draft: &Draft, output: &Output) -> String {
    let what = match &draft.entry {
        Some(entry) => format!("edits {}", entry.chars().take(8).collect::<String>()),
        None => format!("{}, {}", draft.kind, day::show(draft.day)),
    };
    let about = output.styled(Style::Dim, &format!("  {what}"));
    format!("{}{about}\n    {}", output.styled(Style::Bold, &draft.id), draft.text)
}

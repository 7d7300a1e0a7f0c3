//! Drafts: what nobody else sees until it is shared.

use couplet::{Couplet, Draft, Kind};
use serde_json::{Value, json};

use super::entries::{say_queued, say_written};
use super::text_or_input;
use crate::arguments::{Draft as Asked, DraftNew, Share};
use crate::day;
use crate::failure::Failure;
use crate::home::Home;
use crate::output::{Output, Style};

/// Drafts of this device, and of the vault if it is open.
struct Drafts {
    couplet: Couplet,
    vault: Option<Couplet>,
}

impl Drafts {
    async fn open(home: &Home) -> Result<Self, Failure> {
        let couplet = home.open_or_beside().await?;
        Ok(Self { couplet, vault: home.vault().open_if_it_is_open().await? })
    }

    async fn all(&self) -> Result<Vec<Draft>, Failure> {
        match &self.vault {
            Some(vault) => Ok(self.couplet.drafts_with(vault).await?),
            None => Ok(self.couplet.drafts().await?),
        }
    }

    /// The one that begins so, on this device.
    async fn one(&self, name: &str) -> Result<Draft, Failure> {
        if let Some(vault) = &self.vault {
            let all = self.couplet.drafts_with(vault).await?;
            for draft in all.iter().filter(|draft| !name.is_empty() && draft.id.starts_with(name)) {
                self.couplet.take_up(draft).await?;
            }
        }
        Ok(self.couplet.draft(name).await?)
    }

    /// The end of a command is a pause in typing.
    async fn pause(&self) -> Result<(), Failure> {
        if let Some(vault) = &self.vault {
            self.couplet.keep_drafts(vault).await?;
        }
        Ok(())
    }

    fn place(&self) -> &'static str {
        if self.vault.is_some() { "in your vault" } else { "on this device alone" }
    }
}

/// Does what was asked with a draft.
pub(crate) async fn draft(home: &Home, asked: Asked, output: &Output) -> Result<(), Failure> {
    let drafts = Drafts::open(home).await?;
    let done = act(&drafts, asked, output).await;
    drafts.pause().await?;
    done
}

async fn act(drafts: &Drafts, asked: Asked, output: &Output) -> Result<(), Failure> {
    let couplet = &drafts.couplet;
    match asked {
        Asked::New(new) => {
            let draft = begin(couplet, new).await?;
            let name = output.styled(Style::Bold, &draft.id);
            output.say(&as_json(&draft), &format!("A draft, {}: {name}", drafts.place()));
        }
        Asked::Update { draft, text } => {
            let draft = drafts.one(&draft).await?;
            couplet.draft_update(&draft.id, &text_or_input(text)?).await?;
            let kept = couplet.draft(&draft.id).await?;
            output.say(&as_json(&kept), &format!("Kept, {}.", drafts.place()));
        }
        Asked::List => {
            let all = drafts.all().await?;
            if all.is_empty() && !output.is_json() {
                output.note("There are no drafts.");
            }
            for draft in &all {
                output.say(&as_json(draft), &in_words(draft, output));
            }
        }
        Asked::Show { draft } => {
            let draft = drafts.one(&draft).await?;
            output.say(&as_json(&draft), &in_words(&draft, output));
        }
        Asked::Discard { draft } => {
            let draft = drafts.one(&draft).await?;
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
pub(crate) async fn share(home: &Home, asked: Share, output: &Output) -> Result<(), Failure> {
    let is_plain = asked.fields.is_empty()
        && asked.kind.is_none()
        && asked.text.is_none()
        && asked.into.is_none()
        && !asked.again;
    if !is_plain {
        return Err(Failure::input("a draft is shared as it is; fields are of: vault share"));
    }
    let drafts = Drafts::open(home).await?;
    let done = share_one(&drafts, &asked.name, output).await;
    drafts.pause().await?;
    done
}

async fn share_one(drafts: &Drafts, name: &str, output: &Output) -> Result<(), Failure> {
    let draft = drafts.one(name).await?;
    let couplet = &drafts.couplet;
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

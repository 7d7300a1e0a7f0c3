//! The recovery kit: words made, renewed and kept, and a notebook back from them. Words are read
//! from standard input and written to standard output, and go nowhere else.

use std::time::Duration;

use couplet::{Couplet, Error, RelayLink, Renewed, StoreError, WORDS, Words};
use serde_json::json;
use zeroize::Zeroizing;

use super::membership::reach_relay;
use super::text_or_input;
use crate::arguments::{KitVerb, Recover};
use crate::failure::Failure;
use crate::home::Home;
use crate::output::{Output, Style};

/// How long the exchange may take that says what words are to say.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn kit(
    couplet: &Couplet,
    verb: Option<KitVerb>,
    output: &Output,
) -> Result<(), Failure> {
    match verb {
        None => {
            let words = couplet.make_kit().await?;
            show(couplet, &words, output).await
        }
        Some(KitVerb::Status) => status(couplet, output).await,
        Some(KitVerb::Renew { words: None }) => renew_without(couplet, output).await,
        Some(KitVerb::Renew { words: Some(old) }) => {
            let old = read(old)?;
            let Renewed::Words(words) = couplet.renew_kit(Some(&old)).await? else {
                return Err(Error::Engine.into());
            };
            couplet.sync(PATIENCE).await?;
            if !couplet.is_kit_of(&words).await? {
                return Err(Error::UnknownWords.into());
            }
            show(couplet, &words, output).await
        }
        Some(KitVerb::Keep { words }) => {
            couplet.keep_kit(&read(words)?).await?;
            couplet.sync(PATIENCE).await?;
            status(couplet, output).await
        }
    }
}

async fn renew_without(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    reach_relay(couplet, "what is known here is used", output).await;
    match couplet.renew_kit(None).await? {
        Renewed::Words(words) => show(couplet, &words, output).await,
        Renewed::NotBefore(due) => {
            reach_relay(couplet, "notice counts after the next sync", output).await;
            let words = "Notice is given to your recovery kit. Seven days from then:  \
                         couplet recovery renew\n\
                         With the old words it is done at once:  couplet recovery renew -";
            output.say(&json!({ "due": due }), words);
            Ok(())
        }
    }
}

async fn status(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let kit = couplet.recovery_kit().await?;
    let object = json!({ "exists": kit.exists, "pending": kit.is_pending, "due": kit.due });
    let words = match (kit.exists, kit.due) {
        (false, _) if kit.is_pending => "A recovery kit waits for the relay.",
        (false, _) => "You have no recovery kit. Make one:  couplet recovery",
        (true, None) => "You have a recovery kit.",
        (true, Some(_)) => {
            "You have a recovery kit, and one of your devices has given it notice.\n\
             If that was not you:  couplet recovery keep -"
        }
    };
    output.say(&object, words);
    Ok(())
}

/// Shows words, and whether the relay knows of them.
async fn show(couplet: &Couplet, words: &Words, output: &Output) -> Result<(), Failure> {
    let is_at_relay = reach_relay(couplet, "the words work after the next sync", output).await;
    if is_at_relay && !couplet.is_kit_of(words).await? {
        return Err(Error::KitThere.into());
    }
    let relay = couplet.recovery_kit().await?.relay.map(|relay| relay.to_string());
    let text = words.to_text();
    let object = json!({ "words": *text, "relay": relay, "at_relay": is_at_relay });
    let relay = relay.unwrap_or_default();
    output.say(&object, &format!("{}\n{}", on_paper(words, output), at_relay(&relay)));
    Ok(())
}

fn at_relay(relay: &str) -> String {
    format!(
        "Write them down with the relay's link, and keep both where nobody else looks:\n{relay}\n\
         Whoever has them reads your notebook. They are shown this once, and work once:\n\
         couplet recover - --relay LINK"
    )
}

/// The words in rows of six, numbered, as they are written down.
fn on_paper(words: &Words, output: &Output) -> String {
    let text = words.to_text();
    let numbered = text.split(' ').zip(1..).map(|(word, number)| format!("{number:>2} {word:<10}"));
    let numbered: Vec<String> = numbered.collect();
    let rows = numbered.chunks(WORDS / 4).map(|row| row.concat().trim_end().to_owned());
    output.styled(Style::Bold, &rows.collect::<Vec<_>>().join("\n"))
}

pub(crate) async fn recover(home: &Home, asked: Recover, output: &Output) -> Result<(), Failure> {
    let old = read(asked.words)?;
    let relay: RelayLink = asked
        .relay
        .parse()
        .map_err(|error: couplet::Malformed| Failure::input(error.to_string()))?;
    let place = home.place(home.key_or_new()?)?;
    let (couplet, words) = match Couplet::open(&place).await {
        Err(Error::Store(StoreError::Missing)) => {
            let (name, removes) = (asked.name.as_deref(), asked.remove_others);
            Couplet::recover(&place, &old, &relay, name, removes).await?
        }
        opened => {
            let couplet = opened?;
            let words = couplet.recover_again(&old).await?;
            (couplet, words)
        }
    };
    // Before they replace the old ones: whatever happens then, they have been seen.
    let text = words.to_text();
    let object = json!({ "state": "recovering", "words": *text, "relay": asked.relay });
    let shown = format!(
        "The old words are used up by this. These are your new ones:\n{}\n{}",
        on_paper(&words, output),
        at_relay(&asked.relay)
    );
    output.say(&object, &shown);
    couplet.sync(PATIENCE).await?;
    back(&couplet, &words, output).await
}

/// Says how it is once the words have let this device in.
async fn back(couplet: &Couplet, words: &Words, output: &Output) -> Result<(), Failure> {
    let is_good = couplet.is_kit_of(words).await?;
    if !is_good {
        output.note("couplet: words that were shown here before are the ones that count");
    }
    let (status, devices) = (couplet.status().await?, couplet.devices().await?);
    let others = devices.iter().filter(|device| !device.is_this && device.slot == status.slot);
    let others: Vec<String> = others.map(|device| device.device.to_string()).collect();
    let notebook = status.notebook.to_string();
    let object = json!({
        "state": "recovered", "notebook": notebook, "devices": others, "words_good": is_good,
    });
    let said = if others.is_empty() {
        "You are back. See what is there:  couplet timeline".to_owned()
    } else {
        format!(
            "You are back. See what is there:  couplet timeline\n\
             Take out the devices that you have lost:  couplet remove DEVICE\n{}",
            others.join("\n")
        )
    };
    output.say(&object, &said);
    Ok(())
}

fn read(words: String) -> Result<Words, Failure> {
    if words != "-" {
        return Err(Failure::input("words are read from standard input: give - in their place"));
    }
    let text = Zeroizing::new(text_or_input(words)?);
    Words::read(&text).map_err(|error| Error::from(error).into())
}

//! Who goes, who is called what, and what is not wanted any more.

use couplet::{Couplet, Error, SasEmoji, Verification, Verified};
use serde_json::json;

use super::membership::reach_relay;
use crate::arguments::{QuarantineVerb, Rename};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) async fn invites(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let invites = couplet.invites().await?;
    if invites.is_empty() && !output.is_json() {
        output.note("No invitation is open.");
    }
    for invite in invites {
        let object = json!({
            "invite": invite.id.to_string(),
            "own_device": invite.is_own_device,
            "again": invite.is_again,
            "history": if invite.is_from_here { "from-here" } else { "all" },
            "expires": invite.expires,
            "expired": invite.is_expired,
        });
        let whom = match (invite.is_own_device, invite.is_again) {
            (true, _) => "your other device",
            (_, true) => "somebody to be let in again, whose phones are all taken out",
            _ => "your partner",
        };
        let over = if invite.is_expired { ", and too old to be used" } else { "" };
        output.say(&object, &format!("{}  for {whom}{over}", invite.id));
    }
    Ok(())
}

pub(crate) async fn revoke(
    couplet: &Couplet,
    invite: &str,
    output: &Output,
) -> Result<(), Failure> {
    let revoked = couplet.revoke(invite).await?;
    let otherwise = "the link is worth nothing after the next sync";
    let is_at_relay = reach_relay(couplet, otherwise, output).await;
    let object = json!({ "invite": revoked.to_string(), "at_relay": is_at_relay });
    output.say(&object, "The link is worth nothing any more.");
    Ok(())
}

pub(crate) async fn deny(couplet: &Couplet, id: &str, output: &Output) -> Result<(), Failure> {
    let requests = couplet.requests().await?;
    let mut wanted = requests.iter().filter(|request| request.id.starts_with(id.trim()));
    let (Some(request), None) = (wanted.next(), wanted.next()) else {
        return Err(Error::NotFound("request").into());
    };
    couplet.deny(&request.id).await?;
    let words = "They are not let in. Their link stays open: see couplet invites.";
    output.say(&json!({ "request": request.id }), words);
    Ok(())
}

pub(crate) async fn remove(
    couplet: &Couplet,
    device: &str,
    output: &Output,
) -> Result<(), Failure> {
    let removed = couplet.remove(device).await?;
    let otherwise = "the device still belongs until the next sync";
    let is_at_relay = reach_relay(couplet, otherwise, output).await;
    let is_removed = couplet.devices().await?.iter().all(|device| device.device != removed);
    let object = json!({
        "device": removed.to_string(), "removed": is_removed, "at_relay": is_at_relay,
    });
    let words = if is_removed {
        "It is out. It keeps what it has read, and reads nothing that is written from here on."
    } else {
        "It will be out once the relay has heard of it."
    };
    output.say(&object, words);
    Ok(())
}

pub(crate) async fn quarantine(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let quarantine = couplet.quarantine().await?;
    if quarantine.late.is_empty() && quarantine.changes.is_empty() && !output.is_json() {
        output.note("Nothing is set aside.");
    }
    for late in quarantine.late {
        let device = late.device.to_string();
        let object = json!({
            "device": device, "envelopes": late.envelopes, "own": late.is_own,
        });
        let then = if late.is_own {
            "couplet quarantine keep, or discard, and its name"
        } else {
            "it is for your partner to keep or to discard"
        };
        output.say(&object, &format!("{device}  late words of a device that is out; {then}"));
    }
    for change in quarantine.changes {
        let (person, reason) = (change.slot.index(), change.reason);
        let words = format!("a change of person {person}: {reason}");
        output.say(&json!({ "person": person, "reason": reason }), &words);
    }
    Ok(())
}

pub(crate) async fn settle_late(
    couplet: &Couplet,
    verb: QuarantineVerb,
    output: &Output,
) -> Result<(), Failure> {
    let (device, is_kept) = match verb {
        QuarantineVerb::Keep { device } => (device, true),
        QuarantineVerb::Discard { device } => (device, false),
    };
    let envelopes = couplet.settle_late(&device, is_kept).await?;
    let words = if is_kept {
        reach_relay(couplet, "the others have them after the next sync", output).await;
        "They stand again, here and with the others."
    } else {
        "They are let go of."
    };
    output.say(&json!({ "envelopes": envelopes, "kept": is_kept }), words);
    Ok(())
}

pub(crate) async fn verify(
    couplet: &Couplet,
    is_confirmed: bool,
    output: &Output,
) -> Result<(), Failure> {
    let Verification { number, emoji, verified } = couplet.verify(is_confirmed).await?;
    let then = match verified {
        Verified::Compared => "You have compared them with your partner's.",
        Verified::Code => {
            "You let your partner in with the code that their phone showed. To be sure for good, \
             compare these with theirs; if they are the same: couplet verify --confirm"
        }
        Verified::Changed => {
            "Somebody else has taken the place of the partner that you knew: with new keys, after \
             a loss, or to deceive you. Ask them, compare anew, and then: couplet verify --confirm"
        }
        Verified::No => {
            "Compare with what your partner's phone shows; if it is the same: \
             couplet verify --confirm"
        }
    };
    let emoji: Vec<SasEmoji> = emoji.into_iter().flatten().collect();
    let shown: Vec<String> =
        emoji.iter().map(|SasEmoji { symbol, name }| format!("{symbol} {name}")).collect();
    let object = json!({
        "number": number,
        "emoji": emoji.iter().map(as_json).collect::<Vec<_>>(),
        "verified": verified == Verified::Compared,
        "verification": verified.name(),
    });
    let lines = [shown.join("  "), number, then.to_owned()];
    let lines: Vec<&str> = lines.iter().map(String::as_str).filter(|l| !l.is_empty()).collect();
    output.say(&object, &lines.join("\n"));
    Ok(())
}

fn as_json(emoji: &SasEmoji) -> serde_json::Value {
    json!({ "emoji": emoji.symbol, "name": emoji.name })
}

pub(crate) async fn rename(
    couplet: &Couplet,
    asked: &Rename,
    output: &Output,
) -> Result<(), Failure> {
    couplet.rename(asked.device.as_deref(), &asked.name).await?;
    reach_relay(couplet, "the others see it after the next sync", output).await;
    output.say(&json!({ "name": asked.name }), "So it is called.");
    Ok(())
}

pub(crate) async fn leave(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    couplet.leave().await?;
    let is_at_relay = reach_relay(couplet, "your partner hears of it later", output).await;
    let words = "You have left. Everything that is here stays yours to read and to export;\n\
                 nothing more is written or sent from here.";
    output.say(&json!({ "state": "apart", "at_relay": is_at_relay }), words);
    Ok(())
}

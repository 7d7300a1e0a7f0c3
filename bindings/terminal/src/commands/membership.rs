//! Inviting, joining, letting in.

use std::time::Duration;

use couplet::{Again, Couplet, Error, History, Request, StoreError, Verified, Volume};
use serde_json::json;

use super::text_or_input;
use crate::arguments::{Approve, HistoryChoice, Invite, Join};
use crate::failure::Failure;
use crate::home::Home;
use crate::output::{Output, Style};

/// How long a command that can do without the relay waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn invite(home: &Home, asked: Invite, output: &Output) -> Result<(), Failure> {
    let couplet = &home.open().await?;
    // Nobody else comes into a vault.
    let own_device = asked.own_device || home.is_vault();
    let history = match asked.history {
        Some(HistoryChoice::All) => Some(History::All),
        // Which volume that is, the library knows.
        Some(HistoryChoice::FromHere) => Some(History::FromHere(Volume::default())),
        None => None,
    };
    let invitation = if asked.replace {
        match couplet.invite_again().await? {
            Again::Link(invitation) => invitation,
            Again::NotBefore(due) => return given_notice(couplet, due, output).await,
        }
    } else {
        couplet.invite(own_device, history).await?
    };
    let is_at_relay = reach_relay(couplet, "the link works after the next sync", output).await;
    let object = json!({
        "link": invitation.link,
        "expires": invitation.expires,
        "entries": invitation.entries,
        "at_relay": is_at_relay,
    });
    let picture = if asked.qr { qr(&invitation.link)? } else { String::new() };
    let whom = if own_device { "your other device" } else { "your partner" };
    let words = format!(
        "{picture}{}\nGive this link to {whom} and nobody else. It works once, for seven days.\n\
         They will read {} entries that are here already.",
        output.styled(Style::Bold, &invitation.link),
        invitation.entries,
    );
    output.say(&object, &words);
    if asked.replace {
        output.note(
            "Once you have approved them, every phone that your partner had is out, and what they \
             wrote before can be read and not be changed. Ask for the code on their screen, by voice.",
        );
    }
    Ok(())
}

/// The partner has a recovery kit, whose words they may only have mislaid.
async fn given_notice(couplet: &Couplet, due: u64, output: &Output) -> Result<(), Failure> {
    let is_at_relay = reach_relay(couplet, "notice is given at the next sync", output).await;
    let object = json!({ "state": "notice", "due": due, "at_relay": is_at_relay });
    output.say(
        &object,
        "Your partner has a recovery kit. Notice is given to it: whoever has its words can come \
         back by them, or take the notice back.\nIn seven days, for a link: couplet invite --replace",
    );
    Ok(())
}

pub(crate) async fn join(home: &Home, asked: Join, output: &Output) -> Result<(), Failure> {
    let link = text_or_input(asked.link)?;
    let couplet = open_or_join(home, &link, &asked.name).await?;
    let status = couplet.status().await?;
    let code = status.waiting.map(|waiting| waiting.code).ok_or(Error::LetInAlready)?;
    let exchanged = match asked.wait {
        Some(seconds) => {
            output.progress(&format!("waiting to be let in; the code is {code} ..."));
            couplet.wait_to_be_let_in(Duration::from_secs(seconds)).await
        }
        None => couplet.sync(PATIENCE).await,
    };
    let notebook = status.notebook.to_string();
    let error = match exchanged {
        Ok(_) => {
            let object = json!({ "state": "joined", "code": code, "notebook": notebook });
            output.say(&object, "You are in. See what is there: couplet timeline");
            return Ok(());
        }
        Err(error @ (Error::NotLetInYet | Error::Unreachable(_) | Error::TimedOut)) => error,
        Err(error) => return Err(error.into()),
    };
    let is_at_relay = matches!(error, Error::NotLetInYet);
    if !is_at_relay {
        output.note(&format!("couplet: {error}; ask again with: couplet sync"));
    }
    let object = json!({
        "state": "waiting", "code": code, "notebook": notebook, "at_relay": is_at_relay,
    });
    let words = format!(
        "Asked to join. Tell the one who invited you this code: {}\n\
         When they have let you in: couplet sync",
        output.styled(Style::Bold, &code)
    );
    output.say(&object, &words);
    Ok(())
}

/// Asks anew in an empty home, goes on asking in one that waits.
async fn open_or_join(home: &Home, link: &str, name: &str) -> Result<Couplet, Failure> {
    let place = home.place(home.key_or_new()?)?;
    match Couplet::open(&place).await {
        Err(Error::Store(StoreError::Missing)) => Ok(Couplet::join(&place, link, name).await?),
        opened => {
            let couplet = opened?;
            couplet.ask_again(link, name).await?;
            Ok(couplet)
        }
    }
}

pub(crate) async fn devices(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    for device in couplet.devices().await? {
        let name = device.name.clone();
        let object = json!({
            "device": device.device.to_string(),
            "person": device.slot.index(),
            "name": name,
            "called": device.called,
            "generation": device.generation,
            "this": device.is_this,
            "since": device.since,
            "verification": device.verified.map(Verified::name),
        });
        let name = name.unwrap_or_else(|| format!("Person {}", device.slot.index()));
        let style = if device.slot.index() == 0 { Style::First } else { Style::Second };
        let this = if device.is_this { "  this one" } else { "" };
        let called = device.called.map(|called| format!("  {called}")).unwrap_or_default();
        let again = if device.generation > 0 { "  let in again" } else { "" };
        let words = format!(
            "{}  {}{called}{again}{}",
            output.styled(style, &name),
            device.device,
            output.styled(Style::Dim, this)
        );
        output.say(&object, &words);
    }
    Ok(())
}

pub(crate) async fn requests(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    reach_relay(couplet, "these are the requests known here", output).await;
    let requests = couplet.requests().await?;
    if requests.is_empty() && !output.is_json() {
        output.note("Nobody asks to join.");
    }
    for request in &requests {
        let name = request.name.as_deref().unwrap_or("somebody without a readable name");
        let whose = match (request.is_own_device, request.is_again) {
            (true, _) => " (another device of yours)",
            (_, true) => " (your partner, to be let in again)",
            _ => "",
        };
        let words = format!(
            "{name}{whose} asks to join.\n\
             Ask for the code on their screen, then: couplet approve {} --code CODE",
            request.id
        );
        output.say(&as_json(request, false), &words);
    }
    Ok(())
}

pub(crate) async fn approve(
    couplet: &Couplet,
    asked: Approve,
    output: &Output,
) -> Result<(), Failure> {
    reach_relay(couplet, "the requests known here are used", output).await;
    let requests = couplet.requests().await?;
    let wanted: Vec<&Request> = match &asked.id {
        Some(id) => requests.iter().filter(|request| request.id.starts_with(id.trim())).collect(),
        None => requests.iter().collect(),
    };
    if wanted.is_empty() {
        return Err(Error::NotFound("request").into());
    }
    for request in wanted {
        couplet.approve(&request.id, asked.code.as_deref()).await?;
        let is_verified = asked.code.is_some();
        let name = request.name.as_deref().unwrap_or("They");
        let words = if is_verified {
            format!("{name} may come in.")
        } else {
            format!("{name} may come in; who they are was not verified.")
        };
        output.say(&as_json(request, is_verified), &words);
    }
    reach_relay(couplet, "they are let in at the next sync", output).await;
    Ok(())
}

fn as_json(request: &Request, is_verified: bool) -> serde_json::Value {
    json!({
        "request": request.id,
        "name": request.name,
        "verified": is_verified,
        "own_device": request.is_own_device,
        "again": request.is_again,
    })
}

/// One exchange, if the relay is there; its absence is worth a word and no more.
pub(super) async fn reach_relay(couplet: &Couplet, otherwise: &str, output: &Output) -> bool {
    match couplet.sync(PATIENCE).await {
        Ok(_) => true,
        Err(error) => {
            output.note(&format!("couplet: {error}; {otherwise}"));
            false
        }
    }
}

fn qr(link: &str) -> Result<String, Failure> {
    let code = qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::L)
        .map_err(|_| Failure::system("the link does not fit a QR code"))?;
    Ok(code.render::<qrcode::render::unicode::Dense1x2>().build() + "\n")
}

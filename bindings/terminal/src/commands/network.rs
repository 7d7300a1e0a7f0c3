//! The relay: setting it, exchanging with it, and where things stand.

use std::time::Duration;

use couplet::{Couplet, Exchanged, RelayLink, Standing};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{Output, Style};

pub(crate) async fn relay(couplet: &Couplet, link: &str, output: &Output) -> Result<(), Failure> {
    let link: Result<RelayLink, _> = link.parse();
    let link = link.map_err(|error| Failure::input(error.to_string()))?;
    couplet.set_relay(link.clone()).await?;
    let words = format!("The relay is {}.", link.address);
    output.say(&json!({ "relay": link.to_string() }), &words);
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
    output.say(&as_json(&exchanged), &words);
    Ok(())
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
    })
}

pub(crate) async fn status(couplet: &Couplet, output: &Output) -> Result<(), Failure> {
    let status = couplet.status().await?;
    let relay = status.relay.as_ref().map(|link| link.address.clone());
    let code = status.waiting.as_ref().map(|waiting| waiting.code.clone());
    let state = match status.standing {
        Standing::Waiting => "waiting",
        Standing::Solo => "solo",
        Standing::Pairing => "pairing",
        Standing::Together => "together",
        Standing::Apart => "apart",
    };
    let object = json!({
        "notebook": status.notebook.to_string(),
        "device": status.device.to_string(),
        "person": status.slot.index(),
        "state": state,
        "read_only": status.is_read_only,
        "epoch": status.epoch,
        "code": code,
        "persons": status.persons,
        "devices": status.devices,
        "pending": status.pending,
        "relay": relay,
        "attached": status.is_attached,
        "last_exchange": status.last_exchange,
        "transport": status.transport,
        "kit_due": status.kit_due,
    });
    let mut lines = vec![match state {
        "waiting" => "Waiting to be let in.".to_owned(),
        "together" => format!("Together, on {} devices.", status.devices),
        "pairing" => "Alone, so far; somebody is invited.".to_owned(),
        "apart" if status.is_read_only => "Apart: yours to read and to export.".to_owned(),
        "apart" => "Your partner has left; you write on alone.".to_owned(),
        _ => "Alone, so far.".to_owned(),
    }];
    if let Some(code) = &code {
        lines.push(format!("Code for the other phone: {}", output.styled(Style::Bold, code)));
    }
    if status.kit_due.is_some() {
        lines.push("Somebody gave your recovery kit notice: couplet recovery status".to_owned());
    }
    lines.push(match status.pending {
        0 => "Everything written here is at the relay.".to_owned(),
        pending => format!("{pending} written here and not at the relay."),
    });
    lines.push(relay.map_or("No relay is set.".to_owned(), |relay| format!("Relay {relay}.")));
    lines.push(match status.last_exchange {
        Some(at) => format!("Last caught up {}.", ago(couplet::now().saturating_sub(at))),
        None => "Never caught up so far.".to_owned(),
    });
    output.say(&object, &lines.join("\n"));
    Ok(())
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} days ago", seconds / 86_400),
    }
}

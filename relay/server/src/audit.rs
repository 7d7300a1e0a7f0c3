//! Everything that this relay knows of a notebook, for whoever asks what that is: each row of its
//! store, column by column, and what follows from the membership log. What is sealed is shown as so
//! many bytes, for it is no more than that here.
//!
//! Not in a store, and so not shown: addresses and times of connections, which the process has in
//! memory while they last.

use couplet_proto::desk::judge::replay;
use couplet_proto::envelope::Envelope;
use couplet_proto::ids::{DeviceId, InviteId, NotebookId, WriterId};
use couplet_proto::item::{HEADER, Header, kind};
use couplet_proto::log::Log;
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::Statement;
use serde_json::{Map, Value, json};

use crate::store::StoreError;
use crate::store::audit::{Audit, Held, Row};

/// All of it, one object for each row and for each thing that follows.
///
/// # Errors
/// [`StoreError`].
pub fn audit(store: &Audit, notebook: NotebookId) -> Result<Vec<Value>, StoreError> {
    let rows = store.rows(notebook)?;
    let statement = |row: &Row| {
        let bytes = |(name, held): &(String, Held)| match held {
            Held::Bytes(bytes) if row.table == "statement" && name == "bytes" => {
                Some(bytes.clone())
            }
            _ => None,
        };
        row.columns.iter().find_map(bytes)
    };
    let log = replay(notebook, rows.iter().filter_map(statement).collect());
    let mut all: Vec<Value> = rows.into_iter().map(shown).collect();
    all.extend(log.iter().flat_map(follows));
    Ok(all)
}

fn shown(row: Row) -> Value {
    let mut object = Map::from_iter([("table".to_owned(), json!(row.table))]);
    for (name, held) in row.columns {
        let value = match held {
            Held::Number(number) => json!(number),
            Held::Text(text) => json!(text),
            Held::Nothing => Value::Null,
            Held::Bytes(bytes) => named(&row.table, &name, &bytes),
        };
        object.insert(name, value);
    }
    Value::Object(object)
}

/// Bytes as what they are: a name, a hash, or something whose clear part is read.
fn named(table: &str, column: &str, bytes: &[u8]) -> Value {
    let name = match column {
        "notebook" => {
            bytes.try_into().ok().map(|id| NotebookId(couplet_proto::hash::Hash(id)).to_string())
        }
        "device" => bytes.try_into().ok().map(|id| DeviceId(id).to_string()),
        "writer" => bytes.try_into().ok().map(|id| WriterId(id).to_string()),
        "invite" => bytes.try_into().ok().map(|id| InviteId(id).to_string()),
        "hash" | "head" => {
            bytes.try_into().ok().map(|hash| couplet_proto::hash::Hash(hash).to_string())
        }
        _ => None,
    };
    let clear = || match (table, column) {
        ("envelope", "bytes") => envelope(bytes),
        ("statement", "bytes") => statement(bytes),
        ("mailbox", "bytes") => letter(bytes),
        _ => None,
    };
    name.map(Value::String).or_else(clear).unwrap_or_else(|| json!({ "length": bytes.len() }))
}

fn envelope(bytes: &[u8]) -> Option<Value> {
    let header = Envelope::peek(bytes)?;
    Some(json!({
        "length": bytes.len(),
        "scheme": header.scheme,
        "nonce": hex(&header.nonce.0),
        "epoch": header.epoch.0,
        "volume": header.volume.0,
        "edition": header.edition.0,
        "previous": header.previous.to_string(),
        "log": header.log.length,
    }))
}

fn statement(bytes: &[u8]) -> Option<Value> {
    let said = Statement::read(bytes.to_vec()).ok()?;
    let (item, _) = Header::read(bytes.first_chunk::<HEADER>()?).ok()?;
    let header = said.header();
    Some(json!({
        "length": bytes.len(),
        "number": item.kind.wrapping_sub(kind::STATEMENT),
        "person": header.slot.index(),
        "signer": header.signer.to_string(),
    }))
}

fn letter(bytes: &[u8]) -> Option<Value> {
    let (notebook, invite) = JoinRequest::peek(bytes).ok()?;
    Some(json!({
        "length": bytes.len(),
        "notebook": notebook.to_string(),
        "invite": invite.to_string(),
    }))
}

/// What a relay reads out of the log: whose devices there are and were, and which links are open.
fn follows(log: &Log) -> Vec<Value> {
    let mut all = Vec::new();
    for (device, member) in log.members() {
        all.push(json!({
            "follows": "device", "device": device.to_string(), "person": member.slot.index(),
            "since": member.since,
        }));
    }
    for (device, gone) in log.departed() {
        all.push(json!({
            "follows": "device", "device": device.to_string(), "person": gone.member.slot.index(),
            "since": gone.member.since, "until": gone.until,
        }));
    }
    for invite in log.open_invites() {
        all.push(json!({
            "follows": "invite", "invite": invite.invite.to_string(),
            "role": format!("{:?}", invite.role), "history": format!("{:?}", invite.history),
            "expires": invite.expires,
        }));
    }
    all.push(json!({
        "follows": "log", "epoch": log.epoch().0,
        "dissolution": format!("{:?}", log.dissolution()),
    }));
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

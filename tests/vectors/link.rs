//! Links: a relay's, and an invitation's.

use couplet_engine::pairing::link::JoinLink;
use couplet_proto::hash::Hash;
use couplet_proto::item::{self, Item, kind};
use couplet_proto::link::{RelayLink, to_text};
use couplet_proto::statement::DeviceKeys;
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;
use data_encoding::{BASE64URL, BASE64URL_NOPAD};

use crate::file::{Made, Outcome, Vector};

const RELAY: &str = "couplet:relay#";
const JOIN: &str = "couplet:join#";

pub(crate) fn read(vector: &Vector) -> Outcome {
    let text = vector.text("text");
    let outcome = if text.starts_with(JOIN) { read_join(text) } else { read_relay(text) };
    outcome.unwrap_or_else(|| Outcome::error("malformed"))
}

fn read_relay(text: &str) -> Option<Outcome> {
    let link: RelayLink = text.parse().ok()?;
    assert_eq!(link.to_string(), text, "it is written as it was");
    Some(describe_relay(Outcome::ok(), &link))
}

fn describe_relay(outcome: Outcome, link: &RelayLink) -> Outcome {
    let (host, port) = link.host_and_port().unwrap();
    outcome.says("host", host).says("port", port).holds("pin", link.pin.as_bytes())
}

fn read_join(text: &str) -> Option<Outcome> {
    let link: JoinLink = text.parse().ok()?;
    assert_eq!(link.to_text(), text, "it is written as it was");
    let DeviceKeys { signing, suite, wrapping } = link.inviter;
    let outcome = Outcome::ok()
        .holds("notebook", link.notebook.0.as_bytes())
        .says("log length", link.log.length)
        .holds("log hash", link.log.hash.as_bytes());
    let outcome = describe_relay(outcome, &link.relay)
        .holds("inviter", &signing.0)
        .says("suite", suite)
        .holds("wrapping key", &wrapping)
        .holds("invite", &link.invite.0)
        .says("slot", link.slot.index())
        .says("role", format!("{:?}", link.role))
        .says("expires", link.expires)
        .holds("secret", link.secret.expose());
    let key = couplet_proto::sign::Signer::public(&link.secret.key());
    Some(outcome.holds("invite key", &key.0))
}

fn relay(address: &str) -> RelayLink {
    RelayLink { address: address.to_owned(), pin: Hash([7; 32]) }
}

pub(crate) fn made() -> Vec<Made> {
    let make = |name, expect, about, text: &str| Made::new(name, expect, about).text("text", text);
    let good = relay("relay.example:4433").to_string();
    let join = Couple::pair(&mut Chance::new(32)).link.to_text();
    let own = item::encode(&relay("relay.example:4433"));
    let again = |critical, own: &[u8]| {
        let item = Item::new(kind::RELAY_LINK, critical, own).to_bytes();
        format!("{RELAY}{}", BASE64URL_NOPAD.encode(&item))
    };
    let padded = |own: &[u8]| {
        let item = Item::new(kind::RELAY_LINK, true, own).to_bytes();
        format!("{RELAY}{}", BASE64URL.encode(&item))
    };
    let bad = "malformed";
    let standing = |address| to_text(RELAY, kind::RELAY_LINK, &item::encode(&relay(address)));
    vec![
        make("relay", "ok", "a relay with a name", &good),
        make("relay-ipv6", "ok", "a relay with an address", &standing("[2001:db8::1]:443")),
        make("join", "ok", "an invitation for a partner", &join),
        make("cut", bad, "the last letter is missing", &join[..join.len() - 1]),
        make("relay-cut", bad, "the last letter is missing", &good[..good.len() - 1]),
        make("join-as-relay", bad, "one kind under the other's name", &join.replace(JOIN, RELAY)),
        make("relay-as-join", bad, "one kind under the other's name", &good.replace(RELAY, JOIN)),
        make("without-port", bad, "an address", &standing("relay.example")),
        make("port-zero", bad, "an address", &standing("relay.example:0")),
        make("space-in-host", bad, "an address", &standing("relay example:1")),
        make("ipv6-without-brackets", bad, "an address", &standing("2001:db8::1:443")),
        make("not-critical", bad, "a second spelling", &again(false, &own)),
        make("followed", bad, "a byte more", &again(true, &[own.as_slice(), &[0]].concat())),
        make("padded", bad, "base64 with its padding", &padded(&own)),
    ]
}

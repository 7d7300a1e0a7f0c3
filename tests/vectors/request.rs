//! Requests to join, as they wait in a mailbox.

use couplet_engine::keys::{DeviceSecret, InviteSecret, Secret};
use couplet_engine::pairing::code::Code;
use couplet_engine::pairing::request::name_of;
use couplet_proto::ids::DeviceId;
use couplet_proto::request::{JoinRequest, NotARequest};
use couplet_proto::sign::Signer;
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;

use crate::file::{Made, Outcome, Vector};

pub(crate) fn read(vector: &Vector) -> Outcome {
    let key = InviteSecret::new(vector.array("invite secret")).key();
    let bytes = vector.bytes("bytes");
    let read = match JoinRequest::read(bytes.clone(), key.public()) {
        Ok(read) => read,
        Err(NotARequest::Malformed(_)) => return Outcome::error("malformed"),
        Err(NotARequest::Forged(_)) => return Outcome::error("bad signature"),
    };
    let joiner = DeviceSecret::from_seed(Secret::new(vector.array("joiner seed")));
    let again = JoinRequest::sign(read.request().clone(), &key, &joiner);
    assert_eq!(again.bytes(), bytes, "it is signed to the same bytes");
    let inviter = DeviceSecret::from_seed(Secret::new(vector.array("inviter seed")));
    let Some(name) = name_of(&read, &inviter) else { return Outcome::error("unreadable name") };
    let request = read.request();
    Outcome::ok()
        .holds("notebook", request.notebook.0.as_bytes())
        .holds("invite", &request.invite.0)
        .says("slot", request.slot.index())
        .holds("device", &request.device.signing.0)
        .says("suite", request.device.suite)
        .holds("wrapping key", &request.device.wrapping)
        .says("log length", request.log.length)
        .holds("log hash", request.log.hash.as_bytes())
        .holds("sas commitment", request.sas_commitment.as_bytes())
        .holds("hash", read.hash().as_bytes())
        .says("name", name.as_str())
        .says("code", Code::of(&read))
}

pub(crate) fn made() -> Vec<Made> {
    let couple = Couple::pair(&mut Chance::new(33));
    let (link, ana, ben) = (&couple.link, &couple.ana, &couple.ben);
    let make = |name, expect, about, bytes: &[u8]| {
        Made::new(name, expect, about)
            .bytes("invite secret", link.secret.expose())
            .bytes("inviter seed", ana.seed().expose())
            .bytes("joiner seed", ben.seed().expose())
            .bytes("bytes", bytes)
    };
    let good = couple.request.bytes();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.to_vec();
        change(&mut bytes);
        bytes
    };
    let sign = |change: &dyn Fn(&mut couplet_proto::request::Request), by: &dyn Signer| {
        let mut request = couple.request.request().clone();
        change(&mut request);
        JoinRequest::sign(request, by, ben).bytes().to_vec()
    };
    let key = link.secret.key();
    let other_key = InviteSecret::new([9; 16]).key();
    let keep = |_: &mut couplet_proto::request::Request| {};
    let steal = |r: &mut couplet_proto::request::Request| r.device.signing = DeviceId([8; 32]);
    let rename = |r: &mut couplet_proto::request::Request| r.device.wrapping = [8; 32];
    let end = good.len();
    let bad = "malformed";
    let forged = "bad signature";
    vec![
        make("ok", "ok", "Ben asks Ana", good),
        make("cut", bad, "the last byte is missing", &good[..end - 1]),
        make("followed", bad, "a byte follows", &changed(&|b| b.push(0))),
        make("not-critical", bad, "a second spelling", &changed(&|b| b[3] = 0)),
        make("signature-by-link-flipped", forged, "a bit", &changed(&|b| b[end - 65] ^= 1)),
        make("signature-by-device-flipped", forged, "a bit", &changed(&|b| b[end - 1] ^= 1)),
        make("another-link", forged, "made without the link", &sign(&keep, &other_key)),
        make("anothers-device", forged, "a device that did not sign", &sign(&steal, &key)),
        make("name-moved", "unreadable name", "sealed for other keys", &sign(&rename, &key)),
    ]
}

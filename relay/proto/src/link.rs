//! A relay's link: where it listens and which key it shows, as an app or a person is handed it.
//!
//! `couplet:relay#` and unpadded base64url of an item of kind
//! [`kind::RELAY_LINK`]: `postcard` of [`RelayLink`].

use core::fmt;
use core::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::item::{self, Item, Malformed, kind};
use crate::limits::MAX_ADDRESS;

const PREFIX: &str = "couplet:relay#";
const MAX_LINK: usize = 512;

/// Where a relay is, and how to know that it is this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayLink {
    /// `host:port`; the host is a DNS name, an IPv4 address, or an IPv6 address in brackets.
    pub address: String,
    /// SHA-256 of the certificate's SubjectPublicKeyInfo.
    pub pin: Hash,
}

impl RelayLink {
    /// Host and port apart, without an IPv6 address's brackets.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        let (host, port) = self.address.rsplit_once(':')?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let port = port.parse().ok().filter(|port| *port > 0)?;
        (!host.is_empty() && bare.is_some() == host.contains(':')).then_some((host, port))
    }

    /// Whether the address can be one.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
        self.address.len() <= MAX_ADDRESS
            && self.address.chars().all(plain)
            && self.host_and_port().is_some()
    }
}

/// Writes an item as a link's text.
#[must_use]
pub fn to_text(prefix: &str, kind: u16, own: &[u8]) -> String {
    let item = Item::new(kind, true, own).to_bytes();
    format!("{prefix}{}", BASE64URL_NOPAD.encode(&item))
}

/// Reads a link's text back to the item's own bytes; spaces around it do not matter.
///
/// # Errors
/// [`Malformed`] naming `what`.
pub fn from_text(
    text: &str,
    prefix: &str,
    kind: u16,
    limit: usize,
    what: &'static str,
) -> Result<Vec<u8>, Malformed> {
    let encoded = text.trim().strip_prefix(prefix).ok_or(Malformed(what))?;
    if encoded.len() > limit * 2 {
        return Err(Malformed(what));
    }
    let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).map_err(|_| Malformed(what))?;
    let item = Item::read_whole(&bytes, limit).map_err(|_| Malformed(what))?;
    if !item.critical {
        return Err(Malformed(what));
    }
    item.expect(kind, what).map(<[u8]>::to_vec)
}

impl fmt::Display for RelayLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_text(PREFIX, kind::RELAY_LINK, &item::encode(self)))
    }
}

impl FromStr for RelayLink {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let malformed = "relay link; it begins with couplet:relay# and is copied whole";
        let own = from_text(text, PREFIX, kind::RELAY_LINK, MAX_LINK, malformed)?;
        let link: Self = item::decode(&own, malformed)?;
        if link.is_well_formed() { Ok(link) } else { Err(Malformed(malformed)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(address: &str) -> RelayLink {
        RelayLink { address: address.into(), pin: Hash([4; 32]) }
    }

    #[test]
    fn a_link_reads_back_and_a_damaged_one_does_not() {
        let written = link("relay.example:4433").to_string();
        assert_eq!(written.parse(), Ok(link("relay.example:4433")));
        assert_eq!(format!(" {written}\n").parse(), Ok(link("relay.example:4433")));
        for at in 0..written.len() {
            let cut: String = written.chars().take(at).collect();
            assert!(cut.parse::<RelayLink>().is_err());
        }
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (address, expected) in [
            ("127.0.0.1:1", Some(("127.0.0.1", 1))),
            ("[::1]:4433", Some(("::1", 4433))),
            ("::1:4433", None),
            ("host", None),
            ("host:0", None),
            (":1", None),
            ("host:99999", None),
        ] {
            assert_eq!(link(address).host_and_port(), expected, "{address}");
        }
        assert!(link("evil host:1").to_string().parse::<RelayLink>().is_err());
    }
}

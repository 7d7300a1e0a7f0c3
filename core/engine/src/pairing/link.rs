//! Join links: what one partner hands the other, by QR or through any messenger.
//!
//! `couplet:join#` and unpadded base64url of an item of kind
//! [`kind::JOIN_LINK`]: `postcard` of [`JoinLink`]'s fields
//! in order. The part behind `#` is never sent to a server by a browser. The secret in it is good
//! for asking to join, once, for seven days; no content key is ever in a link.

use core::fmt;
use core::str::FromStr;

use couplet_proto::ids::{InviteId, NotebookId, Slot};
use couplet_proto::item::{self, Malformed, kind};
use couplet_proto::link::{self, RelayLink};
use couplet_proto::statement::{DeviceKeys, LogHead, Role};
use serde::{Deserialize, Serialize};

use crate::keys::InviteSecret;

const PREFIX: &str = "couplet:join#";
const MAX_LINK: usize = 768;

/// An invitation as it is handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinLink {
    /// The notebook.
    pub notebook: NotebookId,
    /// The log as it was with the invite in it.
    pub log: LogHead,
    /// Where requests are left.
    pub relay: RelayLink,
    /// The device that invited, and that alone can let in.
    pub inviter: DeviceKeys,
    /// The invite's name in the log.
    pub invite: InviteId,
    /// Which person the newcomer will be.
    pub slot: Slot,
    /// The other person, or a device of one's own.
    pub role: Role,
    /// Good until, seconds since 1970.
    pub expires: u64,
    /// What proves that the link was read.
    pub secret: InviteSecret,
}

#[derive(Serialize, Deserialize)]
struct Fields {
    notebook: NotebookId,
    log: LogHead,
    relay: RelayLink,
    inviter: DeviceKeys,
    invite: InviteId,
    slot: Slot,
    role: Role,
    expires: u64,
    secret: [u8; 16],
}

const WHAT: &str = "invitation; it begins with couplet:join# and is copied whole";

impl JoinLink {
    /// The link's text. It holds the secret: show it to one person, and log it nowhere.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { notebook, log, inviter, invite, slot, role, expires, .. } = *self;
        let (relay, secret) = (self.relay.clone(), *self.secret.expose());
        let fields = Fields { notebook, log, relay, inviter, invite, slot, role, expires, secret };
        link::to_text(PREFIX, kind::JOIN_LINK, &item::encode(&fields))
    }
}

impl FromStr for JoinLink {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let own = link::from_text(text, PREFIX, kind::JOIN_LINK, MAX_LINK, WHAT)?;
        let fields: Fields = item::decode(&own, WHAT)?;
        let Fields { notebook, log, relay, inviter, invite, slot, role, expires, secret } = fields;
        if !relay.is_well_formed() {
            return Err(Malformed(WHAT));
        }
        let secret = InviteSecret::new(secret);
        Ok(Self { notebook, log, relay, inviter, invite, slot, role, expires, secret })
    }
}

impl fmt::Debug for JoinLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinLink({:?}, {:?})", self.notebook, self.invite)
    }
}

//! How a second phone comes in: a link with a single-use secret, a request, an approval.
//!
//! 1. A member invites: the invite's public key goes into the membership log, its secret into a
//!    [`link`](link::JoinLink).
//! 2. Whoever has the link makes a [`request`] and leaves it in the relay's mailbox. Its screen
//!    shows the [`code`] of the request.
//! 3. The inviting device reads the request, is told the code, and
//!    [admits](crate::membership::admit); nobody has to be online together.
//! 4. The joiner [checks](admitted) that the log leads from the notebook's id to its own request,
//!    let in by the device that the link named.

pub mod code;
pub mod emoji;
pub mod link;
pub mod number;
pub mod request;
pub mod sas;

use couplet_proto::log::{Log, Member};
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::Body;

use link::JoinLink;

/// A log that does not let this request in as its link promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Nobody has said yes so far.
    #[error("the request has not been approved yet")]
    NotYet,
    /// It is another notebook's.
    #[error("the relay showed the log of another notebook than the link's")]
    OtherNotebook,
    /// Another device than the link's let it in.
    #[error("the request was let in by another device than the one that invited")]
    OtherDevice,
}

/// Whether the log lets in exactly this request, by exactly the device that the link names.
///
/// # Errors
/// [`NotAdmitted`].
pub fn admitted(log: &Log, link: &JoinLink, request: &JoinRequest) -> Result<Member, NotAdmitted> {
    if log.id() != link.notebook {
        return Err(NotAdmitted::OtherNotebook);
    }
    let lets_in = |body: &Body| match body {
        Body::Join(join) => join.request == request.bytes(),
        Body::AddDevice(add) => add.request == request.bytes(),
        Body::Replace(said) => said.request == request.bytes(),
        _ => false,
    };
    let statement = log.statements().iter().find(|statement| lets_in(statement.body()));
    let statement = statement.ok_or(NotAdmitted::NotYet)?;
    if statement.header().signer != link.inviter.signing {
        return Err(NotAdmitted::OtherDevice);
    }
    log.member(request.request().device.signing).copied().ok_or(NotAdmitted::NotYet)
}

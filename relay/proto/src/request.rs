//! Requests to join: what a phone that was handed a link leaves in the relay's mailbox.
//!
//! An item of kind [`kind::JOIN_REQUEST`]: `postcard` of
//! [`Request`], then two Ed25519 signatures over the item's header and the request: first the
//! invite key's, which proves that the link was read, then the joining device's, which proves that
//! the keys are its own. The second covers the first.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::hash::Hash;
use crate::ids::{DeviceId, InviteId, NotebookId, Slot};
use crate::item::{self, Item, Malformed, kind};
use crate::labels;
use crate::limits::MAX_JOIN_REQUEST;
use crate::sign::{self, BadSignature, SIGNATURE, Signature, Signer};
use crate::statement::{DeviceKeys, LogHead};

/// What the joining device says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The notebook that the link names.
    pub notebook: NotebookId,
    /// The invite that the link names.
    pub invite: InviteId,
    /// Which person the device will be.
    pub slot: Slot,
    /// The device's keys.
    pub device: DeviceKeys,
    /// The person's recovery kit, if it exists already.
    pub paper: Option<DeviceKeys>,
    /// The log as far as the joiner knows it: what the link says.
    pub log: LogHead,
    /// The person's or device's name, sealed to the inviting device.
    pub name: Vec<u8>,
    /// The joiner's commitment for the short authentication string.
    pub sas_commitment: Hash,
}

/// A request with both its signatures checked.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinRequest {
    request: Request,
    hash: Hash,
    bytes: Vec<u8>,
}

/// Why bytes are no request to join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARequest {
    /// They cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The link's secret or the device's key did not sign it.
    #[error(transparent)]
    Forged(#[from] BadSignature),
}

impl JoinRequest {
    /// Makes a request: signed by the key that the link's secret derives, and by the device.
    #[must_use]
    pub fn sign(request: Request, invite: &dyn Signer, device: &dyn Signer) -> Self {
        let mut own = item::encode(&request);
        own.extend_from_slice(&[0; 2 * SIGNATURE]);
        let mut bytes = Item::new(kind::JOIN_REQUEST, true, &own).to_bytes();
        bytes.truncate(bytes.len() - 2 * SIGNATURE);
        let signature = sign::sign(invite, labels::REQUEST_INVITE_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        let signature = sign::sign(device, labels::REQUEST_DEVICE_SIGNATURE, &bytes);
        bytes.extend_from_slice(&signature.0);
        let hash = Self::hash_of(&bytes);
        Self { request, hash, bytes }
    }

    /// Which notebook and invite the bytes speak of, before anything is checked: enough to find
    /// the invite's key.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn peek(bytes: &[u8]) -> Result<(NotebookId, InviteId), Malformed> {
        let request = Self::decode(bytes)?;
        Ok((request.notebook, request.invite))
    }

    /// What the bytes commit to for the short authentication string: of a request that stands in a
    /// log, whose validator has checked it.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn commitment(bytes: &[u8]) -> Result<Hash, Malformed> {
        Ok(Self::decode(bytes)?.sas_commitment)
    }

    /// The device that made the bytes: of a request that stands in a log.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn device(bytes: &[u8]) -> Result<DeviceId, Malformed> {
        Ok(Self::decode(bytes)?.device.signing)
    }

    /// The hash of bytes that are a request, which names it.
    #[must_use]
    pub fn hash_of(bytes: &[u8]) -> Hash {
        Hash::of(labels::REQUEST_HASH, &[bytes])
    }

    /// Reads a request and checks both signatures.
    ///
    /// # Errors
    /// [`NotARequest`].
    pub fn read(bytes: Vec<u8>, invite_key: DeviceId) -> Result<Self, NotARequest> {
        let request = Self::decode(&bytes)?;
        let malformed = Malformed("join request");
        let (by_device, device) = bytes.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let (by_invite, invite) = by_device.split_last_chunk::<SIGNATURE>().ok_or(malformed)?;
        let (invite, device) = (Signature(*invite), Signature(*device));
        sign::verify(invite_key, labels::REQUEST_INVITE_SIGNATURE, by_invite, &invite)?;
        let key = request.device.signing;
        sign::verify(key, labels::REQUEST_DEVICE_SIGNATURE, by_device, &device)?;
        let hash = Self::hash_of(&bytes);
        Ok(Self { request, hash, bytes })
    }

    fn decode(bytes: &[u8]) -> Result<Request, Malformed> {
        let malformed = Malformed("join request");
        let item = Item::read_whole(bytes, MAX_JOIN_REQUEST - item::HEADER)?;
        let own = item.expect(kind::JOIN_REQUEST, "join request")?;
        if !item.critical {
            return Err(malformed);
        }
        let own = own.get(..own.len().saturating_sub(2 * SIGNATURE)).ok_or(malformed)?;
        item::decode(own, "join request")
    }

    /// What it says.
    #[must_use]
    pub const fn request(&self) -> &Request {
        &self.request
    }

    /// Its hash, which names it, and which the short code is made of.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// All of it, as sent and stored.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for JoinRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinRequest({:?})", self.hash)
    }
}

//! Every secret, label and derivation of the engine, on one screen.
//!
//! ```text
//! device seed  --HKDF("device signing")-->  Ed25519 key
//!              --HKDF("device wrapping")->  DHKEM(X25519) key
//! invite secret --HKDF("invite")--------->  Ed25519 key of one invite
//! 24 words      --HKDF("recovery locator")->  what is asked of a relay
//!               --HKDF("recovery record")-->  seals salt and notebook in the log
//!               --HKDF("paper", salt)------>  seed of the paper device
//! passphrase   --Argon2id, HKDF("passphrase key")-->  seals the key of a store on this device
//! K_epoch (random) --HKDF("body", notebook, volume, edition)-->  body key, commitment key
//!                  --HKDF("checkpoint", as a body)------------>  keys of a checkpoint's blobs
//!                  --HKDF("name")----------------------------->  name key
//!                  --HKDF("relay")---------------------------->  key of the next relay's link
//!                  --HKDF("epoch chain", notebook, epoch)----->  seals K_(epoch - 1)
//!                  --H("epoch commitment")-------------------->  commitment in the log
//! K_closed (random) --HKDF("closed words", place)---------->  closed words, key commitment
//! K_epoch, K_archive --HKDF("closed volume")------------------>  K_epoch for volumes that were
//!                                                                closed to who came later
//! ```
//!
//! The labels under which relays hash and check signatures are in `couplet_proto::labels`.

pub mod passphrase;

use core::fmt;

use couplet_proto::hash::Hash;
use couplet_proto::ids::{DeviceId, Edition, Epoch, NotebookId, Volume};
use couplet_proto::labels::Label;
use couplet_proto::sign::{Signature, Signer};
use couplet_proto::statement::{DeviceKeys, Locator, SUITE_X25519};
use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use hpke::{Kem, Serializable, kem::X25519HkdfSha256};
use rand_core::CryptoRng;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const DEVICE_SIGNING: Label = Label::new("couplet/1 device signing");
const DEVICE_WRAPPING: Label = Label::new("couplet/1 device wrapping");
const RECOVERY_LOCATOR: Label = Label::new("couplet/1 recovery locator");
const RECOVERY_RECORD_KEY: Label = Label::new("couplet/1 recovery record key");
const PAPER: Label = Label::new("couplet/1 paper");
const INVITE: Label = Label::new("couplet/1 invite");
const BODY: Label = Label::new("couplet/1 body");
const BODY_COMMITMENT: Label = Label::new("couplet/1 body commitment key");
const CHECKPOINT: Label = Label::new("couplet/1 checkpoint blob");
const CHECKPOINT_COMMITMENT: Label = Label::new("couplet/1 checkpoint blob commitment key");
const NAME: Label = Label::new("couplet/1 name");
const RELAY: Label = Label::new("couplet/1 relay");
const EPOCH_COMMITMENT: Label = Label::new("couplet/1 epoch commitment");
const EPOCH_CHAIN: Label = Label::new("couplet/1 epoch chain");
const CLOSED_VOLUME: Label = Label::new("couplet/1 closed volume");
const CLOSED_WORDS: Label = Label::new("couplet/1 closed words");
const CLOSED_COMMITMENT: Label = Label::new("couplet/1 closed words commitment key");
/// HPKE info: the key of closed words for a device of who wrote them.
pub(crate) const CLOSED_WRAP: Label = Label::new("couplet/1 closed words wrap");
/// Hash: the name that the key of closed words is published under.
pub(crate) const CLOSED_NAME: Label = Label::new("couplet/1 closed words name");
/// Associated data: where closed words stand: entry, name and person.
pub(crate) const CLOSED_PLACE: Label = Label::new("couplet/1 closed words place");
/// Hash: a body's key commitment, from commitment key, nonce and header.
pub(crate) const COMMITMENT: Label = Label::new("couplet/1 key commitment");
/// Hash: a nonce, from randomness, key, header and plaintext.
pub(crate) const NONCE: Label = Label::new("couplet/1 hedged nonce");
/// HPKE info: an epoch key for a member.
pub(crate) const WRAP: Label = Label::new("couplet/1 wrap");
/// Associated data: a recovery record.
pub(crate) const RECOVERY_RECORD: Label = Label::new("couplet/1 recovery record");
/// HPKE info: a joiner's name for the device that invited.
pub(crate) const REQUEST_NAME: Label = Label::new("couplet/1 request name");
/// Associated data: an epoch's key under the next one's.
pub(crate) const SEALED_KEY: Label = Label::new("couplet/1 sealed epoch key");
/// Associated data: a member's name.
pub(crate) const MEMBER_NAME: Label = Label::new("couplet/1 member name");
/// Associated data: the link of the relay that the notebook goes on at.
pub(crate) const MOVED_TO: Label = Label::new("couplet/1 moved to");
/// Hash: the commitment to a nonce of the short authentication string.
pub(crate) const SAS_COMMITMENT: Label = Label::new("couplet/1 sas commitment");
/// Hash: the short authentication string.
pub(crate) const SAS: Label = Label::new("couplet/1 short authentication string");
/// Hash: the safety number of two persons.
pub(crate) const SAFETY_NUMBER: Label = Label::new("couplet/1 safety number");
/// Hash: what a writer has seen.
pub(crate) const SEEN: Label = Label::new("couplet/1 seen");
/// Hash: the shared content of a notebook.
pub(crate) const CONTENT: Label = Label::new("couplet/1 content");
/// Of a stretched passphrase.
const PASSPHRASE_KEY: Label = Label::new("couplet/1 passphrase key");
/// Associated data: a store's key under a passphrase.
const PASSPHRASE: Label = Label::new("couplet/1 locked key");
/// Hash: a member of a set in an entry.
pub(crate) const MEMBER: Label = Label::new("couplet/1 member");
/// Hash: words on a page that are left over from a removed paragraph.
pub(crate) const LEFT_OVER_WORDS: Label = Label::new("couplet/1 left-over words");

/// 32 secret bytes.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; 32]);

/// Everything secret that a device has in one notebook, grown from one seed.
#[derive(Clone)]
pub struct DeviceSecret {
    seed: Secret,
    signing: SigningKey,
}

/// The content key of one epoch.
#[derive(Clone, PartialEq, Eq)]
pub struct EpochKey(Secret);

/// The secret that a link carries: good for asking to join, and for nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteSecret(Zeroizing<[u8; 16]>);

/// The key pair that an invite's secret derives.
#[derive(Clone)]
pub struct InviteKey(SigningKey);

/// What the 24 words of a recovery kit say: 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct WordsSecret(Secret);

/// The key of words that stand closed in an entry until it is published.
#[derive(Clone, PartialEq, Eq)]
pub struct ClosedKey(Secret);

/// What one document's bodies are sealed with.
pub(crate) struct BodyKey {
    pub(crate) cipher: Secret,
    pub(crate) commitment: Secret,
}

impl Secret {
    /// These bytes, which the caller keeps secret too.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// 32 random bytes.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes: for sealing, or for a store that is itself encrypted.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `HKDF-SHA256(self, label, context)` (RFC 5869).
    fn derive(&self, label: Label, context: &[&[u8]]) -> Self {
        Self(derive(&self.0, label, context))
    }
}

impl DeviceSecret {
    /// The device that grows from this seed.
    #[must_use]
    pub fn from_seed(seed: Secret) -> Self {
        let signing = SigningKey::from_bytes(seed.derive(DEVICE_SIGNING, &[]).expose());
        Self { seed, signing }
    }

    /// A new device.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self::from_seed(Secret::random(rng))
    }

    /// The seed, for the device's own encrypted store.
    #[must_use]
    pub const fn seed(&self) -> &Secret {
        &self.seed
    }

    /// The secret of the device's signing key, for the transport's client identity.
    #[must_use]
    pub fn signing_seed(&self) -> Secret {
        Secret(self.signing.to_bytes())
    }

    /// The public keys.
    #[must_use]
    pub fn keys(&self) -> DeviceKeys {
        let (_, public) = self.wrapping();
        let mut wrapping = [0; 32];
        public.write_exact(&mut wrapping);
        DeviceKeys { signing: self.public(), suite: SUITE_X25519, wrapping }
    }

    pub(crate) fn wrapping(
        &self,
    ) -> (<X25519HkdfSha256 as Kem>::PrivateKey, <X25519HkdfSha256 as Kem>::PublicKey) {
        X25519HkdfSha256::derive_keypair(self.seed.derive(DEVICE_WRAPPING, &[]).expose())
    }
}

impl Signer for DeviceSecret {
    fn public(&self) -> DeviceId {
        DeviceId(self.signing.verifying_key().to_bytes())
    }

    fn sign_hash(&self, hash: &Hash) -> Signature {
        Signature(self.signing.sign(hash.as_bytes()).to_bytes())
    }
}

impl EpochKey {
    /// A new epoch's key.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    /// The key with these bytes.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The bytes: for wrapping, or for a store that is itself encrypted.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// What the log says of it, so that nobody can be handed another key.
    #[must_use]
    pub fn commitment(&self) -> Hash {
        Hash::of(EPOCH_COMMITMENT, &[self.0.expose()])
    }

    /// The key for one document's bodies, so that an edition's can be dropped alone.
    pub(crate) fn body(&self, notebook: NotebookId, volume: Volume, edition: Edition) -> BodyKey {
        let (volume, edition) = (volume.0.to_be_bytes(), edition.0.to_be_bytes());
        let context: [&[u8]; 3] = [notebook.0.as_bytes(), &volume, &edition];
        BodyKey {
            cipher: self.0.derive(BODY, &context),
            commitment: self.0.derive(BODY_COMMITMENT, &context),
        }
    }

    /// The key for the blobs of one document in checkpoints.
    pub(crate) fn blob(&self, notebook: NotebookId, volume: Volume, edition: Edition) -> BodyKey {
        let (volume, edition) = (volume.0.to_be_bytes(), edition.0.to_be_bytes());
        let context: [&[u8]; 3] = [notebook.0.as_bytes(), &volume, &edition];
        BodyKey {
            cipher: self.0.derive(CHECKPOINT, &context),
            commitment: self.0.derive(CHECKPOINT_COMMITMENT, &context),
        }
    }

    /// This epoch's key for volumes that were closed to who came later: who has only one of the two
    /// keys, because they came later or because they are gone, reads nothing.
    #[must_use]
    pub fn closed(&self, archive: &Self) -> Self {
        let mut both = Zeroizing::new([0; 64]);
        let (first, second) = both.split_at_mut(32);
        first.copy_from_slice(self.0.expose());
        second.copy_from_slice(archive.0.expose());
        Self(Secret(derive(both.as_slice(), CLOSED_VOLUME, &[])))
    }

    /// The key under which this epoch hands on the key of the one before.
    pub(crate) fn chain(&self, notebook: NotebookId, epoch: Epoch) -> Secret {
        self.0.derive(EPOCH_CHAIN, &[notebook.0.as_bytes(), &epoch.0.to_be_bytes()])
    }

    pub(crate) fn name(&self) -> Secret {
        self.0.derive(NAME, &[])
    }

    pub(crate) fn relay(&self) -> Secret {
        self.0.derive(RELAY, &[])
    }
}

impl ClosedKey {
    /// A key for new words.
    pub(crate) fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    /// The key with these bytes, which are as many as a key has.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self(Secret::new(bytes)))
    }

    /// The bytes: for wrapping, and for publishing.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// What the words at that place are sealed with.
    pub(crate) fn body(&self, place: &Hash) -> BodyKey {
        BodyKey {
            cipher: self.0.derive(CLOSED_WORDS, &[place.as_bytes()]),
            commitment: self.0.derive(CLOSED_COMMITMENT, &[place.as_bytes()]),
        }
    }
}

impl WordsSecret {
    /// New words.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(Secret::random(rng))
    }

    /// The words that say this.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// What they say: for writing them, or for a store that is itself encrypted.
    #[must_use]
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// What a relay is asked for.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator(*self.0.derive(RECOVERY_LOCATOR, &[]).expose())
    }

    pub(crate) fn record_key(&self) -> Secret {
        self.0.derive(RECOVERY_RECORD_KEY, &[])
    }

    /// The paper device of these words with that salt.
    #[must_use]
    pub fn paper(&self, salt: &[u8; 32]) -> DeviceSecret {
        DeviceSecret::from_seed(self.0.derive(PAPER, &[salt]))
    }
}

impl InviteSecret {
    /// A new invite's secret.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        rng.fill_bytes(bytes.as_mut_slice());
        Self(bytes)
    }

    /// The secret with these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes: for the link.
    #[must_use]
    pub fn expose(&self) -> &[u8; 16] {
        &self.0
    }

    /// The key pair whose public half stands in the invite.
    #[must_use]
    pub fn key(&self) -> InviteKey {
        InviteKey(SigningKey::from_bytes(&derive(self.0.as_slice(), INVITE, &[])))
    }
}

impl Signer for InviteKey {
    fn public(&self) -> DeviceId {
        DeviceId(self.0.verifying_key().to_bytes())
    }

    fn sign_hash(&self, hash: &Hash) -> Signature {
        Signature(self.0.sign(hash.as_bytes()).to_bytes())
    }
}

fn derive(secret: &[u8], label: Label, context: &[&[u8]]) -> [u8; 32] {
    let info = Hash::of(label, context);
    let mut out = [0; 32];
    // 32 bytes are far below HKDF's limit, the only thing that can make this fail.
    let expanded = Hkdf::<Sha256>::new(None, secret).expand(info.as_bytes(), &mut out);
    debug_assert!(expanded.is_ok());
    out
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl fmt::Debug for DeviceSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceSecret({:?})", self.public())
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey(..)")
    }
}

impl fmt::Debug for ClosedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClosedKey(..)")
    }
}

impl fmt::Debug for WordsSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WordsSecret(..)")
    }
}

impl fmt::Debug for InviteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteSecret(..)")
    }
}

impl fmt::Debug for InviteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteKey(..)")
    }
}

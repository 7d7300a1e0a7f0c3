//! Many couples of one relay, without their notebooks: real devices, logs and signatures, and
//! bodies that nobody opens.

use std::sync::Arc;

use couplet::RelayLink;
use couplet::driven::introduction;
use couplet_engine::keys::DeviceSecret;
use couplet_proto::envelope::{Header, OVERHEAD, SCHEME, Sealed};
use couplet_proto::frame::{Attach, Frame, Statements, Stored};
use couplet_proto::hash::Hash;
use couplet_proto::ids::{Edition, Volume, WriterId, WriterNonce};
use couplet_proto::item;
use couplet_proto::sign::Signer as _;
use couplet_tests::chance::Chance;
use couplet_tests::couple::Couple;
use quinn::{ClientConfig, Connection, Endpoint, RecvStream, SendStream};

use crate::network;

/// Bytes of an envelope of 300 bytes of words: what they are padded to.
pub(crate) const ENVELOPE: usize = 512;

/// A device of a couple, and who it is to the relay.
pub(crate) struct Member {
    pub(crate) couple: Arc<Couple>,
    config: ClientConfig,
}

/// A device's conversation with the relay.
pub(crate) struct Talk {
    _connection: Connection,
    send: SendStream,
    recv: RecvStream,
}

impl Member {
    /// Ana and Ben of a new couple.
    pub(crate) fn both(chance: &mut Chance, link: &RelayLink) -> [Self; 2] {
        let couple = Arc::new(Couple::pair(chance));
        [&couple.ana, &couple.ben].map(|device| {
            let mut config = introduction(&device.signing_seed(), link.pin).unwrap();
            config.transport_config(Arc::new(network::silent()));
            Self { couple: couple.clone(), config }
        })
    }

    /// Ana of a new couple.
    pub(crate) fn ana(chance: &mut Chance, link: &RelayLink) -> Self {
        let [ana, _] = Self::both(chance, link);
        ana
    }

    /// Connects and attaches; the relay is given the couple's log if it is new there.
    pub(crate) async fn attach(&self, from: &Endpoint, link: &RelayLink, is_new: bool) -> Talk {
        let address = link.address.parse().unwrap();
        let connecting = from.connect_with(self.config.clone(), address, "relay").unwrap();
        let connection = connecting.await.unwrap();
        let (send, recv) = connection.open_bi().await.unwrap();
        let mut talk = Talk { _connection: connection, send, recv };
        let log = &self.couple.log;
        let notebook = log.id();
        if is_new {
            let statements = log.statements().iter().map(|s| s.bytes().to_vec()).collect();
            talk.say(&Frame::Statements(Statements { notebook, from: 0, statements })).await;
            while !matches!(talk.hear().await, Frame::Stored(_)) {}
        }
        talk.say(&Frame::Attach(Attach { notebook, log: log.head(), have: Vec::new() })).await;
        while !matches!(talk.hear().await, Frame::Attach(_)) {}
        talk
    }

    /// So many envelopes of a new writer, and that writer.
    pub(crate) fn envelopes(&self, count: usize) -> (WriterId, Vec<Vec<u8>>) {
        let (log, device): (_, &DeviceSecret) = (&self.couple.log, &self.couple.ana);
        let nonce = WriterNonce::from_random([7; 16]);
        let mut previous = Hash::ZERO;
        let mut sealed = Vec::new();
        for counter in 1..=count as u64 {
            let header = Header {
                scheme: SCHEME,
                notebook: log.id(),
                device: device.public(),
                nonce,
                epoch: log.epoch(),
                volume: Volume::default(),
                edition: Edition::default(),
                counter,
                previous,
                log: log.head(),
            };
            let body = [7; ENVELOPE - OVERHEAD];
            let envelope = Sealed::sign(header, header.to_bytes(ENVELOPE), &body, device);
            previous = envelope.hash();
            sealed.push(envelope.bytes().to_vec());
        }
        (WriterId::derive(log.id(), device.public(), nonce), sealed)
    }
}

impl Talk {
    pub(crate) async fn say(&mut self, frame: &Frame) {
        self.send.write_all(&frame.to_bytes()).await.unwrap();
    }

    /// Waits until the relay says that it holds so much of that writer.
    pub(crate) async fn stored(&mut self, writer: WriterId, counter: u64) {
        loop {
            if let Frame::Stored(Stored { have, .. }) = self.hear().await
                && have.iter().any(|e| e.writer == writer && e.have.tip.counter >= counter)
            {
                return;
            }
        }
    }

    async fn hear(&mut self) -> Frame {
        let mut header = [0; item::HEADER];
        self.recv.read_exact(&mut header).await.unwrap();
        let mut bytes = vec![0; item::HEADER + Frame::length(header).unwrap()];
        let (first, rest) = bytes.split_at_mut(item::HEADER);
        first.copy_from_slice(&header);
        self.recv.read_exact(rest).await.unwrap();
        let frame = Frame::read(&bytes).unwrap().unwrap();
        assert!(!matches!(frame, Frame::Refuse(_)), "{frame:?}");
        frame
    }
}

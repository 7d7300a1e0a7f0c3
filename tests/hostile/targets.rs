//! Everything that reads bytes which others made.
//!
//! Each reader checks for itself that what it accepted is the input again, once it is written.

use couplet::Cursor;
use couplet_engine::body::Body;
use couplet_engine::checkpoint;
use couplet_engine::document::anchor::Anchor;
use couplet_engine::document::{Change, EntryKey, Run};
use couplet_engine::keys::passphrase::LockedKey;
use couplet_engine::keys::{DeviceSecret, Secret, WordsSecret};
use couplet_engine::membership::words::Words;
use couplet_engine::notebook::Notebook;
use couplet_engine::notebook::claim::{Claim, RevMap};
use couplet_engine::notebook::entry::Version;
use couplet_engine::notebook::marks::{self, Mark};
use couplet_engine::notebook::own::{Class, Owner, Subject};
use couplet_engine::notebook::schema::{Field, Hands, WordsKey, name};
use couplet_engine::pairing::code::Code;
use couplet_engine::pairing::link::JoinLink;
use couplet_engine::seal::closed::{ClosedWords, Keeper, Place};
use couplet_proto::checkpoint::Manifest;
use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::envelope::Envelope;
use couplet_proto::frame::Frame;
use couplet_proto::have::{Entry, Have};
use couplet_proto::ids::{Edition, Person, Slot, Volume, WriterId};
use couplet_proto::item::{self, Item, kind};
use couplet_proto::link::{RelayLink, to_text};
use couplet_proto::request::JoinRequest;
use couplet_proto::statement::Statement;
use couplet_tests::chance::Chance;
use sha2::{Digest, Sha256};

use crate::editions;
use crate::examples::Examples;

/// What a reader made of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
}

type Read = Box<dyn Fn(&[u8]) -> Verdict>;

/// Something that reads bytes.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// What it accepts.
    pub(crate) examples: Vec<Vec<u8>>,
    /// Whether nothing but the examples can be accepted, for want of a signature.
    pub(crate) is_signed: bool,
    pub(crate) read: Read,
}

impl Target {
    pub(crate) fn new(
        name: &'static str,
        examples: Vec<Vec<u8>>,
        read: impl Fn(&[u8]) -> Verdict + 'static,
    ) -> Self {
        Self { name, examples, is_signed: false, read: Box::new(read) }
    }

    fn signed(self) -> Self {
        Self { is_signed: true, ..self }
    }
}

/// All of them.
pub(crate) fn targets(examples: &Examples) -> Vec<Target> {
    let mut all = of_the_relay(examples);
    all.extend(of_links(examples));
    all.extend(of_the_notebook(examples));
    all.extend(of_entries());
    all.extend(editions::targets(examples));
    all
}

/// What stands in an entry, whoever's change has put it there.
fn of_entries() -> Vec<Target> {
    let writer = WriterId([7; 16]);
    let owner = Owner { slot: Slot::Second, generation: 0, writer };
    let claimed = Field::Own(Class::Member, Subject::of_member(name::FEELING, "hurt"), owner);
    let words = WordsKey { rev: 12, writer, slot: owner.slot, generation: 0 };
    let closed = Field::Closed(Subject::new(name::ANSWER, None), words);
    let witness = RevMap::from(vec![(writer, 300), (WriterId([9; 16]), 2)]);
    let after = RevMap::default();
    let claim = Claim { round: 1, value: "yes".to_owned(), after, witness };
    let place = Place::new("0/aeaqcaibaeaqcaibaeaqcaibae", name::ANSWER, Slot::First);
    let device = DeviceSecret::from_seed(Secret::new([1; 32]));
    let keeper = Keeper::new(&device, core::iter::empty());
    let answer = keeper.close(place, "by the sea", &mut Chance::new(91)).unwrap().0;
    let read_field = |bytes: &[u8]| {
        let field = std::str::from_utf8(bytes).ok().and_then(Field::parse).ok_or(());
        accepted(field, |field| same(field.to_string().as_bytes(), bytes))
    };
    let entry = EntryKey::from_random(Slot::Second, [3; 16]);
    let batch = marks::batches(&[Mark { entry, seen: claim.witness.clone() }]).concat();
    let own_text = Field::Text(Hands::One(Person::first(Slot::Second)));
    let fields = [claimed, closed, own_text].map(|field| field.to_string().into_bytes());
    vec![
        Target::new("field", fields.to_vec(), read_field),
        text("anchor", &format!("77-{writer}"), |text| {
            accepted(text.parse::<Anchor>(), |anchor| {
                same(anchor.to_string().as_bytes(), text.as_bytes())
            })
        }),
        text("marks", &batch, |text| {
            accepted(marks::read(text).ok_or(()), |marks| {
                same(marks::batches(marks).concat().as_bytes(), text.as_bytes())
            })
        }),
        Target::new("claim", vec![claim.to_bytes()], |bytes| {
            accepted(Claim::read(bytes).ok_or(()), |claim| same(&claim.to_bytes(), bytes))
        }),
        Target::new("closed-words", vec![answer.to_bytes()], move |bytes| {
            accepted(ClosedWords::read(bytes).ok_or(()), |closed| {
                let opened = keeper.key_of(place, closed).and_then(|key| closed.open(place, &key));
                assert!(opened.is_none_or(|words| words == "by the sea"));
                same(&closed.to_bytes(), bytes)
            })
        }),
    ]
}

fn of_the_relay(examples: &Examples) -> Vec<Target> {
    let frames = examples.frames.iter().map(Frame::to_bytes).collect();
    let haves = examples.frames.iter().filter_map(|frame| match frame {
        Frame::Attach(attach) => Some(item::encode(&attach.have)),
        _ => None,
    });
    let invite_key = examples.couple.link.secret.key();
    let invite_key = couplet_proto::sign::Signer::public(&invite_key);
    let request = examples.couple.request.bytes().to_vec();
    vec![
        Target::new("frame", frames, |bytes| match Frame::read(bytes) {
            Ok(Some(frame)) => same(&frame.to_bytes(), bytes),
            Ok(None) | Err(_) => Verdict::Refused,
        }),
        Target::new("have", haves.collect(), |bytes| {
            let entries = item::decode::<Vec<Entry>>(bytes, "have");
            accepted(entries.and_then(Have::from_entries), |have| {
                assert!(have.covers(have));
                same(&item::encode(&have.to_entries()), bytes)
            })
        }),
        Target::new("envelope", examples.envelopes.clone(), |bytes| {
            let Ok(envelope) = Envelope::parse(bytes.to_vec()) else { return Verdict::Refused };
            assert!(bytes.starts_with(&envelope.header().to_bytes(bytes.len())));
            accepted(envelope.verify(), |sealed| same(sealed.bytes(), bytes))
        })
        .signed(),
        Target::new("statement", examples.statements(), |bytes| {
            accepted(Statement::read(bytes.to_vec()), |read| same(read.bytes(), bytes))
        })
        .signed(),
        Target::new("checkpoint", vec![examples.manifest.bytes().to_vec()], |bytes| {
            accepted(Manifest::read(bytes.to_vec()), |read| same(read.bytes(), bytes))
        })
        .signed(),
        Target::new("checkpoint-blob", vec![examples.blob.bytes().to_vec()], |bytes| {
            accepted(Blob::read(bytes.to_vec()), |read| {
                assert!(bytes.starts_with(&read.header().to_bytes(bytes.len())));
                same(read.bytes(), bytes)
            })
        }),
        Target::new("request", vec![request], move |bytes| {
            let peeked = JoinRequest::peek(bytes);
            let read = JoinRequest::read(bytes.to_vec(), invite_key);
            assert!(read.is_err() || peeked.is_ok());
            accepted(read, |read| same(read.bytes(), bytes))
        })
        .signed(),
    ]
}

fn of_links(examples: &Examples) -> Vec<Target> {
    let link = &examples.couple.link;
    let (relay, join) = (link.relay.to_string(), link.to_text());
    let key = EntryKey::from_random(Slot::Second, [8; 16]);
    let code = Code::of(&examples.couple.request).to_string();
    let words = Words::from_secret(WordsSecret::new(Secret::new([7; 32]))).to_text();
    let cursor = format!("20000.0.17.{key}");
    let mut chance = Chance::new(13);
    let locked = LockedKey::lock(&Secret::new([7; 32]), "words", &mut chance).unwrap();
    vec![
        // A file of this device: it is read before anybody has typed a word.
        Target::new("locked-key", vec![locked.to_bytes()], |bytes| {
            accepted(LockedKey::read(bytes), |locked| same(&locked.to_bytes(), bytes))
        }),
        text("relay-link", &relay, |text| {
            accepted(text.parse::<RelayLink>(), |link| same_text(&link.to_string(), text))
        }),
        text("words", &words, |text| {
            accepted(Words::read(text), |words| {
                let plain: Vec<_> = text.split_whitespace().collect();
                same_text(&words.to_text(), &plain.join(" ").to_ascii_lowercase())
            })
        }),
        text("join-link", &join, |text| {
            accepted(text.parse::<JoinLink>(), |link| same_text(&link.to_text(), text))
        }),
        Target::new("relay-link-inside", vec![item::encode(&link.relay)], |bytes| {
            let text = to_text("couplet:relay#", kind::RELAY_LINK, bytes);
            accepted(text.parse::<RelayLink>(), |link| same_text(&link.to_string(), &text))
        }),
        Target::new("join-link-inside", vec![inside(&join)], |bytes| {
            let text = to_text("couplet:join#", kind::JOIN_LINK, bytes);
            accepted(text.parse::<JoinLink>(), |link| same_text(&link.to_text(), &text))
        }),
        text("version", &examples.version, |text| {
            accepted(text.parse::<Version>(), |version| same_text(&version.to_string(), text))
        }),
        // People and shells write these; they are read to a value, and that is written one way.
        text("cursor", &cursor, |text| {
            accepted(text.parse::<Cursor>(), |cursor| {
                assert_eq!(cursor.to_string().parse().as_ref(), Ok(cursor));
                Verdict::Accepted
            })
        }),
        text("code", &code, |text| {
            accepted(text.parse::<Code>(), |code| {
                assert_eq!(code.to_string().parse().as_ref(), Ok(code));
                Verdict::Accepted
            })
        }),
        text("entry-key", key.as_str(), |text| {
            accepted(text.parse::<EntryKey>(), |key| same_text(key.as_str(), text))
        }),
    ]
}

fn of_the_notebook(examples: &Examples) -> Vec<Target> {
    let contents = examples.bodies.iter().map(|body| body.to_content().to_vec()).collect();
    let sections = examples.bodies.iter().map(|body| inflate(&body.to_content())).collect();
    let run = item::encode(&Run::of(&examples.changes, 1).unwrap());
    let bytes: Vec<_> = examples.changes.iter().map(|change| change.bytes().to_vec()).collect();
    let inner = bytes.iter().map(|bytes| opened(bytes)).collect();
    let known = examples.changes.clone();
    let in_checkpoint = inflate(&checkpoint::to_content(&examples.changes));
    vec![
        Target::new("body", contents, read_body),
        Target::new("body-sections", sections, |bytes| {
            read_body(&zstd::bulk::compress(bytes, 1).unwrap())
        }),
        Target::new("run", vec![run], |bytes| {
            accepted(item::decode::<Run>(bytes, "run"), |run| {
                same(&item::encode(run), bytes);
                read_run(run)
            })
        }),
        Target::new("checkpoint-sections", vec![in_checkpoint], |bytes| {
            let content = zstd::bulk::compress(bytes, 1).unwrap();
            accepted(checkpoint::read(&content), |changes| {
                let again = checkpoint::read(&checkpoint::to_content(changes));
                assert_eq!(again.as_ref(), Ok(changes));
                Verdict::Accepted
            })
        }),
        Target::new("change", bytes, |bytes| {
            accepted(Change::parse(bytes.to_vec()), |change| same(change.bytes(), bytes))
        }),
        Target::new("change-inside", inner, move |bytes| {
            let chunk = enclosed(bytes);
            accepted(Change::parse(chunk.clone()), |change| {
                same(change.bytes(), &chunk);
                apply(&known, change)
            })
        }),
    ]
}

/// A person's app of any make may sign any change: the notebook takes it, refuses it, or waits.
fn apply(known: &[Change], change: &Change) -> Verdict {
    let me = (Person::first(Slot::Second), WriterId([2; 16]));
    let known = known.iter().filter(|known| known.seq() < change.seq()).cloned().collect();
    let mut notebook = Notebook::load(Volume(0), Edition(0), me, None, known).unwrap();
    match notebook.receive(vec![(change.clone(), Person::first(Slot::First))]) {
        Ok(applied) => {
            assert!(!notebook.is_broken());
            assert!(applied.applied.len() <= 1 && notebook.entries().count() <= 2);
        }
        Err(_) => assert!(notebook.is_broken()),
    }
    Verdict::Accepted
}

fn read_body(content: &[u8]) -> Verdict {
    accepted(Body::read(content), |body| {
        assert_eq!(Body::read(&body.to_content()).as_ref(), Ok(body));
        for run in &body.runs {
            read_run(run);
        }
        Verdict::Accepted
    })
}

fn read_run(run: &Run) -> Verdict {
    accepted(run.clone().changes(), |changes| {
        assert_eq!(Run::of(changes, run.law).as_ref(), Ok(run));
        Verdict::Accepted
    })
}

fn text(name: &'static str, example: &str, read: impl Fn(&str) -> Verdict + 'static) -> Target {
    Target::new(name, vec![example.as_bytes().to_vec()], move |bytes| {
        std::str::from_utf8(bytes).map_or(Verdict::Refused, &read)
    })
}

fn accepted<T, E>(read: Result<T, E>, check: impl FnOnce(&T) -> Verdict) -> Verdict {
    read.as_ref().map_or(Verdict::Refused, check)
}

#[track_caller]
fn same(written: &[u8], read: &[u8]) -> Verdict {
    assert_eq!(written, read, "what was read is written in another way");
    Verdict::Accepted
}

/// Around a link, and only there, spaces and ends of lines do not matter.
#[track_caller]
fn same_text(written: &str, read: &str) -> Verdict {
    same(written.as_bytes(), read.trim().as_bytes())
}

/// A link's own bytes.
fn inside(link: &str) -> Vec<u8> {
    let (_, encoded) = link.split_once('#').unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(encoded.as_bytes()).unwrap();
    Item::read_whole(&bytes, 4096).unwrap().bytes.to_vec()
}

fn inflate(content: &[u8]) -> Vec<u8> {
    zstd::bulk::decompress(content, 1 << 20).unwrap()
}

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const CHANGE: u8 = 1;

/// The contents of a change: what stands behind magic, checksum, type and length.
fn opened(chunk: &[u8]) -> Vec<u8> {
    let length = chunk[9..].iter().take_while(|byte| **byte >= 0x80).count() + 1;
    chunk[9 + length..].to_vec()
}

/// A change of these contents, with the checksum that belongs to them.
fn enclosed(contents: &[u8]) -> Vec<u8> {
    let mut rest = vec![CHANGE];
    let mut length = contents.len();
    while length >= 0x80 {
        rest.push(0x80 | (length & 0x7f) as u8);
        length >>= 7;
    }
    rest.push(length as u8);
    rest.extend_from_slice(contents);
    let checksum = Sha256::digest(&rest);
    [&MAGIC, &checksum[..4], &rest].concat()
}

//! The standard notebook on two phones and a relay, made once for each version of what makes it.
//!
//! It is written through the client's own API, by two phones that meet over a real relay; in memory
//! if this machine has a disk there, since nothing is measured while it is made. It lies under
//! `target/` by a hash of the sources that have a say in its bytes, and is never committed. Rows
//! work on copies, which lie on the disk that is measured.

use std::fs;
use std::path::{Path, PathBuf};

use couplet::{Couplet, Place};
use couplet_tests::phones::{self, PATIENCE};
use couplet_tests::programs::root;
use couplet_tests::relay::Relay;
use couplet_tests::standard::{BLOCK, Deed, HEART, Story};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::naive;

/// The seed of everything that is written.
pub(crate) const SEED: u64 = 20;

/// What has a say in the bytes of a notebook.
const SOURCES: [&str; 7] = [
    "Cargo.lock",
    "relay/proto/src",
    "core/engine/src",
    "core/client/src",
    "tests/src/standard.rs",
    "tests/targets/notebooks.rs",
    "tests/targets/naive.rs",
];

/// A disk in memory.
const IN_MEMORY: &str = "/dev/shm";

/// Where finished notebooks lie.
#[derive(Debug)]
pub(crate) struct Notebooks {
    all: PathBuf,
    current: PathBuf,
}

/// A couple's phones and relay, to be done with as one likes; gone when it is dropped.
#[derive(Debug)]
pub(crate) struct Copied {
    home: TempDir,
}

impl Copied {
    /// Where that person's phone has its notebook.
    pub(crate) fn place(&self, name: &str) -> Place {
        phones::place(self.home.path(), name)
    }

    /// Where it all lies.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The couple's relay, which listens at a port of its choice.
    pub(crate) fn relay(&self) -> Relay {
        Relay::start(&self.home.path().join("relay"))
    }

    /// That person's phone, which knows where the relay is.
    pub(crate) async fn phone(&self, name: &str, link: &str) -> Couplet {
        let phone = Couplet::open(&self.place(name)).await.unwrap();
        phone.set_relay(link.parse().unwrap()).await.unwrap();
        phone
    }
}

impl Notebooks {
    pub(crate) fn new() -> Self {
        let here = std::env::current_exe().unwrap();
        let all = here.parent().unwrap().parent().unwrap().join("targets");
        let mut hasher = Sha256::new();
        for source in SOURCES {
            hash(&root().join(source), &mut hasher);
        }
        let name = couplet_tests::hex::hex(&hasher.finalize()[..8]);
        let current = all.join(name);
        fs::create_dir_all(&current).unwrap();
        Self { all, current }
    }

    /// A copy of the notebook as it was after so many entries; it is made first if it is not there,
    /// and kept at each of these stages.
    pub(crate) async fn copy(&self, stages: &[usize], entries: usize) -> Copied {
        let kept = self.current.join(entries.to_string());
        if !kept.exists() {
            self.forget_others();
            eprintln!("writing the standard notebook of {} entries ...", stages[stages.len() - 1]);
            self.make(stages).await;
        }
        let home = self.directory();
        copy(&kept, home.path());
        Copied { home }
    }

    /// The same words in one Automerge document, as it was saved.
    pub(crate) fn naive(&self, entries: usize) -> PathBuf {
        let kept = self.current.join(format!("{entries}.automerge"));
        if !kept.exists() {
            eprintln!("writing the naive document of {entries} entries ...");
            fs::write(&kept, naive::build(SEED, entries).save()).unwrap();
        }
        kept
    }

    /// An empty directory on the same disk.
    pub(crate) fn directory(&self) -> TempDir {
        tempfile::tempdir_in(&self.all).unwrap()
    }

    /// What an earlier version made is never read again.
    fn forget_others(&self) {
        for entry in fs::read_dir(&self.all).into_iter().flatten().flatten() {
            if entry.path() != self.current {
                // Whoever else is at work here may have been faster.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
    }

    async fn make(&self, stages: &[usize]) {
        let in_memory = Path::new(IN_MEMORY);
        let place = if in_memory.is_dir() { in_memory } else { &self.all };
        let home = tempfile::tempdir_in(place).unwrap();
        let data = home.path().join("relay");
        let relay = Relay::start(&data);
        drop(phones::pair(home.path(), &relay.link).await);
        drop(relay);
        let mut written = Written { story: Story::new(SEED), keys: Vec::new() };
        for stage in stages {
            let relay = Relay::start(&data);
            written.go_on_until(*stage, home.path(), &relay.link).await;
            drop(relay);
            let kept = self.current.join(stage.to_string());
            let beside = kept.with_extension("new");
            drop(fs::remove_dir_all(&beside));
            copy(home.path(), &beside);
            drop(fs::remove_dir_all(&kept));
            fs::rename(&beside, &kept).unwrap();
        }
    }
}

/// A notebook on its way.
struct Written {
    story: Story,
    /// What the phones call the entries.
    keys: Vec<String>,
}

impl Written {
    async fn go_on_until(&mut self, entries: usize, home: &Path, link: &str) {
        let mut phones = Vec::new();
        for name in ["ana", "ben"] {
            let phone = Couplet::open(&phones::place(home, name)).await.unwrap();
            phone.set_relay(link.parse().unwrap()).await.unwrap();
            phones.push(phone);
        }
        let [ana, ben] = &phones[..] else { unreachable!("a couple is two") };
        while self.story.told() < entries {
            let block = self.story.block(BLOCK.min(entries - self.story.told()));
            let [of_ana, of_ben] = &block.deeds;
            let keys = &self.keys;
            let (by_ana, by_ben) =
                tokio::join!(carry_out(ana, of_ana, keys), carry_out(ben, of_ben, keys));
            let mut new = [by_ana, by_ben].concat();
            new.sort();
            self.keys.extend(new.into_iter().map(|(_, key)| key));
            for phone in [ana, ben, ana] {
                phone.sync(PATIENCE).await.unwrap();
            }
        }
        for phone in phones {
            phone.shutdown().await;
        }
    }
}

/// Does these deeds on that phone; what it calls the entries that were written.
pub(crate) async fn carry_out(
    phone: &Couplet,
    deeds: &[Deed],
    keys: &[String],
) -> Vec<(usize, String)> {
    let mut new = Vec::new();
    for deed in deeds {
        let row = match deed {
            Deed::Write { kind, day, text, .. } => phone.write(*kind, *day, text).await,
            Deed::Reply { entry, text } => phone.comment(&keys[*entry], None, text).await,
            Deed::React { entry } => phone.react(&keys[*entry], HEART).await,
            Deed::Edit { entry, text, .. } => phone.edit(&keys[*entry], None, text).await,
        };
        let row = row.unwrap();
        if let Deed::Write { entry, .. } = deed {
            new.push((*entry, row.entry.key.as_str().to_owned()));
        }
    }
    new
}

fn hash(path: &Path, hasher: &mut Sha256) {
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
        entries.sort();
        entries.iter().for_each(|entry| hash(entry, hasher));
    } else {
        let bytes = fs::read(path).unwrap();
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if here.is_dir() {
            copy(&here, &there);
        } else {
            fs::copy(&here, &there).unwrap();
        }
    }
}

//! Where words are: in every file beneath a directory, and in all that is in those files, opened
//! with every key that a phone there still holds and inflated wherever it is compressed.
//!
//! A phone's store is read while nobody has it open. Of each database its values are read, and its
//! pages as they are, in which what was deleted may still lie. Deliberately not here: what was
//! copied to another place.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use couplet::Place;
use couplet_engine::body::Body;
use couplet_engine::keys::{EpochKey, Secret};
use couplet_engine::seal;
use couplet_proto::checkpoint::blob::Blob;
use couplet_proto::envelope::Envelope;
use flate2::{Decompress, FlushDecompress};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, MAIN_DB};

use crate::hex::hex;

/// A phone's store, and the key that opens it.
#[derive(Clone, Debug)]
pub struct Store {
    /// Its directory.
    pub directory: PathBuf,
    /// Its key.
    pub key: [u8; 32],
}

/// All that can be read beneath a directory.
#[derive(Debug, Default)]
pub struct Scan {
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    /// Where it lies.
    place: String,
    /// It, and all that is in it.
    readings: Vec<Vec<u8>>,
    /// If it is sealed, bytes of it that nothing else has.
    mark: Option<Vec<u8>>,
}

/// The file of a phone's store.
const STORE: &str = "notebook.db";

/// How every plain database begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// How every frame of zstd begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Bytes that one compressed stream is inflated to at most.
const MOST: usize = 1 << 20;

/// Bytes of what is sealed by which it is found again: they are random.
const MARK: usize = 32;

impl Scan {
    /// Reads everything beneath a directory, the stores of these phones among it.
    ///
    /// # Panics
    ///
    /// Where something there cannot be read, and where a store's log has writes in it although
    /// nobody has it open.
    #[must_use]
    pub fn of(directory: &Path, stores: &[Store]) -> Self {
        let mut databases: Vec<(String, Connection)> =
            stores.iter().map(|store| (store.name(), store.open())).collect();
        let keys: Vec<EpochKey> = databases.iter().flat_map(|(_, db)| keys(db)).collect();
        let mut pieces = Vec::new();
        for (name, db) in &mut databases {
            read(name, db, &keys, &mut pieces);
        }
        for file in files(directory) {
            let (name, bytes) = (file.display().to_string(), fs::read(&file).unwrap());
            if bytes.starts_with(SQLITE) {
                let copy = tempfile::tempdir().unwrap();
                read(&name, &mut copied(&file, copy.path()), &keys, &mut pieces);
            }
            pieces.push(Piece { place: name, readings: vec![bytes], mark: None });
        }
        Self { pieces }
    }

    /// The places where these words are.
    #[must_use]
    pub fn places_of(&self, words: &str) -> Vec<&str> {
        let has = |piece: &&Piece| piece.readings.iter().any(|it| is_in(it, words.as_bytes()));
        self.pieces.iter().filter(has).map(|piece| piece.place.as_str()).collect()
    }

    /// By which bytes to find again what these words are sealed in: [`Scan::places_of_mark`].
    #[must_use]
    pub fn marks_of(&self, words: &str) -> Vec<Vec<u8>> {
        let has = |piece: &&Piece| piece.readings.iter().any(|it| is_in(it, words.as_bytes()));
        self.pieces.iter().filter(has).filter_map(|piece| piece.mark.clone()).collect()
    }

    /// The places where the bytes of something sealed are, whether or not they belong to anything.
    #[must_use]
    pub fn places_of_mark(&self, mark: &[u8]) -> Vec<&str> {
        let has = |piece: &&Piece| piece.readings.iter().any(|it| is_in(it, mark));
        self.pieces.iter().filter(has).map(|piece| piece.place.as_str()).collect()
    }
}

impl Store {
    /// The store of the notebook in this place.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        Self { directory: place.directory.clone(), key: *place.key.expose() }
    }

    fn name(&self) -> String {
        self.directory.join(STORE).display().to_string()
    }

    /// The store by hand, once nobody has it open.
    ///
    /// # Panics
    ///
    /// Where there are writes in its log all the same.
    #[must_use]
    pub fn open(&self) -> Connection {
        let log = self.directory.join(format!("{STORE}-wal"));
        let written = fs::metadata(&log).map_or(0, |log| log.len());
        assert_eq!(written, 0, "{} was closed with writes in it", log.display());
        let db = Connection::open(self.directory.join(STORE)).unwrap();
        db.execute_batch(&format!("PRAGMA key = \"x'{}'\";", hex(&self.key))).unwrap();
        db
    }
}

/// All files beneath a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A database that somebody may have open, with its log, at another place.
fn copied(file: &Path, to: &Path) -> Connection {
    let name = file.file_name().unwrap().to_str().unwrap();
    for name in [name.to_owned(), format!("{name}-wal")] {
        if file.with_file_name(&name).exists() {
            fs::copy(file.with_file_name(&name), to.join(&name)).unwrap();
        }
    }
    Connection::open(to.join(name)).unwrap()
}

/// The keys of all epochs that a phone holds.
fn keys(db: &Connection) -> Vec<EpochKey> {
    let mut select = db.prepare("SELECT key FROM epochs").unwrap();
    let keys = select.query_map([], |row| row.get::<_, [u8; 32]>(0)).unwrap();
    keys.map(|key| EpochKey::new(Secret::new(key.unwrap()))).collect()
}

fn read(name: &str, db: &mut Connection, keys: &[EpochKey], pieces: &mut Vec<Piece>) {
    let pages = db.serialize(MAIN_DB).unwrap().to_vec();
    pieces.push(Piece { place: format!("{name}: pages"), readings: vec![pages], mark: None });
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut tables = db.prepare(tables).unwrap();
    let tables = tables.query_map([], |row| row.get::<_, String>(0)).unwrap();
    for table in tables.map(Result::unwrap) {
        let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let mut rows = all.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(value) | ValueRef::Blob(value) = row.get_ref(column).unwrap()
                {
                    let (readings, mark) = unfolded(value, keys);
                    pieces.push(Piece { place: format!("{name}: {table}"), readings, mark });
                }
            }
        }
    }
}

/// A value and all that is in it; and, if it is sealed, how to find it again.
fn unfolded(value: &[u8], keys: &[EpochKey]) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    let (content, sealed) = match opened(value, keys) {
        Some((content, sealed)) => (content, Some(sealed)),
        None => (value.to_vec(), None),
    };
    let mut readings = inflated(&content);
    for carried in Body::read(&content).into_iter().flat_map(|body| body.carried) {
        readings.extend(unfolded(&carried, keys).0);
    }
    readings.extend([value.to_vec(), content]);
    (readings, sealed.map(|sealed| sealed[..MARK].to_vec()))
}

/// What an envelope or a blob says, and its sealed body.
fn opened(value: &[u8], keys: &[EpochKey]) -> Option<(Vec<u8>, Vec<u8>)> {
    if let Ok(blob) = Blob::read(value.to_vec()) {
        let content = keys.iter().find_map(|key| seal::open_blob(&blob, key).ok());
        return content.map(|content| (content.to_vec(), blob.body().to_vec()));
    }
    let sealed = Envelope::parse(value.to_vec()).ok()?.verify().ok()?;
    let content = keys.iter().find_map(|key| seal::open(&sealed, key).ok());
    content.map(|content| (content.to_vec(), sealed.body().to_vec()))
}

/// What every compressed stream in these bytes inflates to, wherever it begins: frames of zstd, and
/// deflated ones, with or without anything around them.
fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut inflate, mut room) = (Decompress::new(false), vec![0; MOST]);
    let mut all = Vec::new();
    for at in 0..bytes.len() {
        let rest = &bytes[at..];
        if rest.starts_with(&ZSTD) {
            let mut out = Vec::new();
            let decoder = zstd::stream::read::Decoder::new(rest).unwrap().single_frame();
            // Whatever came of it before it broke off is looked at, too.
            drop(decoder.take(MOST as u64).read_to_end(&mut out));
            all.push(out);
        }
        inflate.reset(false);
        drop(inflate.decompress(rest, &mut room, FlushDecompress::Finish));
        let length = usize::try_from(inflate.total_out()).unwrap();
        all.extend(room.get(..length).filter(|out| out.len() > 8).map(<[u8]>::to_vec));
    }
    all
}

fn is_in(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

#[cfg(test)]
mod tests {
    use automerge::transaction::Transactable as _;

    use super::*;

    const WORDS: &str = "gingerbreadmeteor";

    #[test]
    fn words_are_found_in_the_middle_of_what_is_compressed() {
        let mut document = automerge::AutoCommit::new();
        for at in 0..40 {
            document.put(automerge::ROOT, format!("words {at}"), format!("{at} {WORDS}")).unwrap();
        }
        for compressed in
            [document.save(), zstd::encode_all(WORDS.repeat(9).as_bytes(), 9).unwrap()]
        {
            let hidden = [&[7; 100][..], &compressed, &[7; 100]].concat();
            assert!(inflated(&hidden).iter().any(|it| is_in(it, WORDS.as_bytes())));
            assert!(!inflated(&hidden).iter().any(|it| is_in(it, b"velvetlantern")));
        }
    }

    #[test]
    fn words_are_found_in_what_was_deleted_and_not_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("store.db");
        let db = Connection::open(&file).unwrap();
        db.execute_batch("CREATE TABLE said (words TEXT)").unwrap();
        db.execute("INSERT INTO said VALUES (?1)", [WORDS]).unwrap();
        db.execute_batch("DELETE FROM said").unwrap();
        drop(db);
        assert!(!Scan::of(directory.path(), &[]).places_of(WORDS).is_empty());
    }
}

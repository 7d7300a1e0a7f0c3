//! Ana's phone and Ben's when the power fails at any point at which their stores make something
//! durable: what was acknowledged is there, what was not is there whole or not at all.

use couplet::{Couplet, Error, Filter, Hash, Kind, Place, RelayLink, Saying, Secret};
use couplet_tests::chance::Chance;
use couplet_tests::phones::{PATIENCE, place};
use couplet_tests::programs::long;
use couplet_tests::relay::Relay;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::image::{Files, STORE};
use crate::points::{of_checkpoint, of_commit};

/// What a phone shows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    hash: Hash,
    texts: Vec<String>,
    drafts: Vec<String>,
    /// The code of a phone that waits to be let in.
    code: Option<String>,
}

/// A phone whose power fails again and again.
struct Life {
    place: Place,
    phone: Couplet,
    files: Files,
    shown: Shown,
    chance: Chance,
    images: usize,
}

async fn shown(phone: &Couplet) -> Result<Shown, Error> {
    let rows = phone.timeline(None, 1_000, Filter::default()).await?;
    let texts = rows.into_iter().map(|row| format!("{:?}", row.entry)).collect();
    let drafts = phone.drafts().await?.into_iter().map(|draft| draft.text).collect();
    let code = phone.status().await?.waiting.map(|waiting| waiting.code);
    Ok(Shown { hash: phone.hash().await?.0, texts, drafts, code })
}

fn most() -> usize {
    if long() { 1_000 } else { 3 }
}

impl Life {
    /// A phone just made, whose power failed while it was.
    async fn begin(place: Place, phone: Couplet, seed: u64) -> Self {
        let files = Files::of(&place.directory);
        let shown = shown(&phone).await.unwrap();
        let mut chance = Chance::new(seed);
        let nothing = Files { store: files.store.clone(), log: Vec::new() };
        let points = of_commit(&nothing, &files, 4 * most(), &mut chance);
        let mut life = Self { place, phone, files, shown, chance, images: 0 };
        for point in points {
            let image = point.image();
            match Couplet::open(&image.place()).await {
                Ok(again) => assert_eq!(self::shown(&again).await.unwrap(), life.shown),
                Err(error) => {
                    // Nothing was acknowledged: it is made again in the same place.
                    assert_eq!(error.code(), "no_notebook", "{error}");
                    Couplet::found(&image.place(), "Ana", None).await.unwrap();
                }
            }
            life.images += 1;
        }
        life
    }

    /// Does something, and looks at what is there if the power fails meanwhile; a third of the
    /// times also while a checkpoint follows.
    async fn act<T>(&mut self, act: impl AsyncFnOnce(&Couplet) -> T) -> T {
        let done = act(&self.phone).await;
        let after = Files::of(&self.place.directory);
        let shown = shown(&self.phone).await.unwrap();
        let points = of_commit(&self.files, &after, most(), &mut self.chance);
        let last = points.len() - 1;
        for (number, point) in points.into_iter().enumerate() {
            let again = self.open_again(&point).await;
            assert!(again == shown || again == self.shown, "neither before nor after: {again:?}");
            assert!(number < last || again == shown, "what was acknowledged is lost: {again:?}");
        }
        self.shown = shown;
        self.files = Files::of(&self.place.directory);
        if self.chance.percent(33) {
            self.checkpoint().await;
        }
        done
    }

    async fn checkpoint(&mut self) {
        let before = Files::of(&self.place.directory);
        let connection = Connection::open(self.place.directory.join(STORE)).unwrap();
        let key: String = self.place.key.expose().iter().map(|b| format!("{b:02x}")).collect();
        connection.execute_batch(&format!("PRAGMA key = \"x'{key}'\"")).unwrap();
        let checkpoint = "PRAGMA wal_checkpoint(PASSIVE)";
        let is_busy: bool = connection.query_row(checkpoint, [], |row| row.get(0)).unwrap();
        let after = Files::of(&self.place.directory);
        assert!(!is_busy && before.log == after.log && before.store != after.store);
        // The last connection to close a store would end its log; the phone's is still open.
        drop(connection);
        for point in of_checkpoint(&before, &after, 2 * most().min(50), &mut self.chance) {
            assert_eq!(self.open_again(&point).await, self.shown);
        }
        self.files = after;
    }

    async fn open_again(&mut self, point: &Files) -> Shown {
        self.images += 1;
        let image = point.image();
        let again = Couplet::open(&image.place()).await.unwrap();
        shown(&again).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_power_fails_while_ana_writes_all_that_was_acknowledged_is_there() {
    let home = tempfile::tempdir().unwrap();
    let at = place(home.path(), "ana");
    let ana = Couplet::found(&at, "Ana", None).await.unwrap();
    let mut life = Life::begin(at, ana, 61).await;
    let note = life.act(async |ana| ana.write(Kind::Note, 0, "a note").await.unwrap()).await;
    let page = life.act(async |ana| ana.write(Kind::Page, 0, "a page").await.unwrap()).await;
    let begin = async |ana: &Couplet| ana.draft_new(Kind::Note, 0, "a draft").await.unwrap();
    let draft = life.act(begin).await.id;
    let [note, page] = [note, page].map(|row| row.entry.key);
    for time in 0..4 {
        let text = format!("the {time}th time {}", life.chance.words(3_000));
        life.act(async |ana| ana.write(Kind::Note, 1, &text).await.unwrap()).await;
        let edit = async |ana: &Couplet| ana.edit(note.as_str(), None, &text).await.unwrap();
        life.act(edit).await;
        let edit = async |ana: &Couplet| ana.edit(page.as_str(), None, &text).await.unwrap();
        life.act(edit).await;
        let comment = Saying::Comment { reply_to: None, text: text[..40].to_owned() };
        life.act(async |ana| ana.say(note.as_str(), comment).await.unwrap()).await;
        life.act(async |ana| ana.draft_update(&draft, &text).await.unwrap()).await;
    }
    println!("{} images", life.images);
}

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_power_fails_while_the_two_sync_nothing_is_lost_or_sealed_twice() {
    let home = tempfile::tempdir().unwrap();
    let relay = Relay::start(&home.path().join("relay"));
    let (mut ana, mut ben) = pair(&home, &relay).await;
    for time in 0..3 {
        for life in [&mut ana, &mut ben] {
            let text = format!("the {time}th time {}", life.chance.words(2_000));
            life.act(async |phone| phone.write(Kind::Note, 1, &text).await.unwrap()).await;
            // Sealed, and nothing has left the phone so far.
            let nowhere = RelayLink { address: "127.0.0.1:1".into(), pin: Hash([0; 32]) };
            life.act(async |phone| {
                phone.set_relay(nowhere).await.unwrap();
                assert_eq!(phone.sync(PATIENCE).await.unwrap_err().code(), "relay_unreachable");
            })
            .await;
            life.phone.set_relay(relay.link.parse().unwrap()).await.unwrap();
            // The power fails here, and who comes up again sends what was sealed.
            let image = Files::of(&life.place.directory).image();
            let again = Couplet::open(&image.place()).await.unwrap();
            assert!(again.sync(PATIENCE).await.unwrap().sent > 0);
            again.shutdown().await;
            let synced = async |phone: &Couplet| {
                let exchanged = phone.sync(PATIENCE).await.unwrap();
                assert_eq!(exchanged.sent, 0, "sealed again, with other bytes");
            };
            life.act(synced).await;
        }
    }
    ana.act(async |ana| ana.sync(PATIENCE).await.unwrap()).await;
    assert_eq!(ana.shown.hash, ben.shown.hash);
    println!("{} images", ana.images + ben.images);
}

/// Ana founds, Ben joins, and Ana lets him in, with the power failing all the time.
async fn pair(home: &TempDir, relay: &Relay) -> (Life, Life) {
    let link: RelayLink = relay.link.parse().unwrap();
    let (at_anas, at_bens) = (place(home.path(), "ana"), place(home.path(), "ben"));
    let ana = Couplet::found(&at_anas, "Ana", Some(link)).await.unwrap();
    let mut ana = Life::begin(at_anas, ana, 62).await;
    let mut link = String::new();
    ana.act(async |ana| link = ana.invite(false, None).await.unwrap().link).await;
    ana.act(async |ana| ana.sync(PATIENCE).await.unwrap()).await;
    let ben = Couplet::join(&at_bens, &link, "Ben").await.unwrap();
    let mut ben = Life::begin(at_bens, ben, 63).await;
    let at_the_door = ben.act(async |ben| ben.sync(PATIENCE).await).await;
    assert_eq!(at_the_door.unwrap_err().code(), "waiting");
    ana.act(async |ana| ana.sync(PATIENCE).await.unwrap()).await;
    let request = ana.phone.requests().await.unwrap().remove(0).id;
    let code = ben.shown.code.clone();
    ana.act(async |ana| ana.approve(&request, code.as_deref()).await.unwrap()).await;
    ana.act(async |ana| ana.sync(PATIENCE).await.unwrap()).await;
    ben.act(async |ben| ben.sync(PATIENCE).await.unwrap()).await;
    (ana, ben)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notebook_that_was_not_made_to_the_end_is_none() {
    let home = tempfile::tempdir().unwrap();
    let at = place(home.path(), "ana");
    let ana = Couplet::found(&at, "Ana", None).await.unwrap();
    ana.write(Kind::Note, 0, "kept").await.unwrap();
    ana.shutdown().await;
    let other = Place { key: Secret::new([9; 32]), ..at.clone() };
    for at in [&at, &other] {
        assert_eq!(Couplet::found(at, "Ana", None).await.unwrap_err().code(), "exists");
    }
    assert_eq!(Couplet::open(&at).await.unwrap().hash().await.unwrap().1, 1);
}

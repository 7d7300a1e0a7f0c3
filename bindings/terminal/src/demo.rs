//! The whole story on this machine: two phones pair, part, write apart, meet again.
//!
//! Everything in it is real: the relay and every command are processes of the programs that people
//! use, what lies between them is QUIC over loopback, and what is killed is killed with -9. Nothing
//! of it stays behind.

mod life;
mod phone;
pub(crate) mod relay;
mod side_by_side;
mod words;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::output::{Output, Style};
use life::{Life, pages};
use phone::{Acknowledged, Cost, Phone, Shown};
use relay::Relay;
use side_by_side::side_by_side;
use words::{Chance, PageScript, Script};

/// How often the two may sync before they count as apart.
const MOST_SYNCS: usize = 6;

/// How the story ended.
#[derive(Debug)]
struct Ending {
    seed: u64,
    hashes: [String; 2],
    timelines: [Vec<Shown>; 2],
    /// How the repair stands on either phone that one let go of while the other said more.
    repairs: [String; 2],
    /// Acknowledged words that are not on both phones.
    lost: usize,
    killed: usize,
    cost: Cost,
}

/// Ana and Ben, and what they have been promised.
struct Story<'a> {
    ana: Phone,
    ben: Phone,
    life: Life,
    output: &'a Output,
    /// Texts that a phone has acknowledged.
    acknowledged: Vec<&'static str>,
    killed: usize,
}

/// Tells the story that this seed chooses.
pub(crate) async fn run(seed: u64, output: &Output) -> Result<(), Failure> {
    let program = Relay::find(output).await?;
    let directory = TempDir::with_prefix("couplet-demo-");
    let directory = directory.map_err(|_| Failure::system("there is no room for a story"))?;
    // Whoever loses here is dropped, and takes its processes along.
    let told = tokio::select! {
        told = tell(seed, &program, directory.path(), output) => told,
        interrupted = interrupted() => interrupted,
    };
    let is_swept = directory.close().is_ok();
    let ending = told?;
    ending.say(output);
    match ending.verdict() {
        Some(_) if !is_swept => Err(Failure::system("the story's directory could not be removed")),
        Some(()) => Ok(()),
        None => Err(Failure::story("the two phones did not come together")),
    }
}

async fn tell(
    seed: u64,
    program: &Path,
    directory: &Path,
    output: &Output,
) -> Result<Ending, Failure> {
    let mut chance = Chance::new(seed);
    let script = Script::choose(&mut chance);
    let (ana, ben) = (Phone::new("Ana", directory)?, Phone::new("Ben", directory)?);
    let life = Life::of(seed);
    let mut story = Story { ana, ben, life, output, acknowledged: Vec::new(), killed: 0 };

    let mut relay = Relay::start(program, directory).await?;
    story.pair(&relay).await?;
    story.live_together().await?;
    let page = story.begin_page(script.page).await?;

    relay.kill().await?;
    story.narrate("They part. The relay is killed with -9: nobody can reach anybody.");
    let usual = story.write_apart(&script, &page).await?;
    story.live_apart().await?;
    story.write_and_die(&script, usual, &mut chance).await?;

    relay.start_again().await?;
    story.narrate("The relay is started again, and they meet.");
    let ending = story.meet(script.page, seed).await;
    relay.kill().await?;
    ending
}

impl Story<'_> {
    async fn pair(&self, relay: &Relay) -> Result<(), Failure> {
        self.ana.begin(&relay.link).await?;
        let link = self.ana.invite().await?;
        self.narrate("Ana begins a notebook, and gives Ben a link.");
        let code = self.ben.ask_to_join(&link).await?;
        self.narrate(&format!("Ben opens it. His phone shows a code: {code}"));
        let request = self.ana.request().await?;
        self.ana.approve(&request, &code).await?;
        self.ben.come_in(&link).await?;
        self.narrate("He reads it to Ana, who types it. He is in.");
        Ok(())
    }

    async fn begin_page(&mut self, page: PageScript) -> Result<Acknowledged, Failure> {
        let begun = self.ana.begin_entry("page", 0, page.begun).await?;
        self.ana.sync().await?;
        self.ben.sync().await?;
        self.narrate("Ana begins a page for them both:");
        self.quote(page.begun);
        Ok(begun)
    }

    async fn live_together(&mut self) -> Result<(), Failure> {
        let count = self.life.before(&self.ana, &self.ben).await?;
        self.narrate(&format!(
            "They keep it for a while: they listen, let go, say thank you, write on a train.\n\
             The story goes on with {count} of those entries."
        ));
        Ok(())
    }

    async fn live_apart(&mut self) -> Result<(), Failure> {
        self.acknowledged.extend(self.life.apart(&self.ana, &self.ben).await?);
        self.narrate(
            "Of an evening that hurt, Ana lets go, while Ben writes his side of it anew.\n\
             Ben says more of what she has just reflected, and both change a line of an older page.\n\
             Each chooses another time to talk, and Ana puts away a page that Ben adds a line to.",
        );
        Ok(())
    }

    /// Both write notes, and both the same page. Answers how long writing a note takes.
    async fn write_apart(
        &mut self,
        script: &Script,
        page: &Acknowledged,
    ) -> Result<Duration, Failure> {
        let began = Instant::now();
        for (phone, notes) in [(&self.ana, &script.by_ana), (&self.ben, &script.by_ben)] {
            for note in notes {
                phone.write(*note).await?;
                self.acknowledged.push(note.text);
            }
        }
        let count = script.by_ana.len() + script.by_ben.len();
        let usual = began.elapsed().checked_div(count as u32).unwrap_or_default();
        self.narrate(&format!(
            "Ana writes {} notes, and Ben {}. Both change the page, in the same places:",
            script.by_ana.len(),
            script.by_ben.len(),
        ));
        self.ana.edit(page, script.page.by_ana).await?;
        self.ben.edit(page, script.page.by_ben).await?;
        self.quote(&format!("Ana: {}", script.page.by_ana));
        self.quote(&format!("Ben: {}", script.page.by_ben));
        Ok(usual)
    }

    /// Ben writes on while his phone dies at moments that the seed chooses, around the one at which
    /// it would have been done. What it acknowledged must be there; the rest he writes again.
    async fn write_and_die(
        &mut self,
        script: &Script,
        usual: Duration,
        chance: &mut Chance,
    ) -> Result<(), Failure> {
        let (mut promised, mut open) = (Vec::new(), Vec::new());
        for note in &script.interrupted {
            let longest = u64::try_from(usual.as_micros()).unwrap_or(u64::MAX).saturating_mul(2);
            let after = Duration::from_micros(chance.below(longest));
            let interrupted = self.ben.write_until_killed(*note, after).await?;
            self.killed += usize::from(interrupted.was_killed);
            match interrupted.acknowledged {
                Some(_) => promised.push(note.text),
                None => open.push(*note),
            }
        }
        let there = self.ben.timeline().await?;
        open.retain(|note| !there.iter().any(|shown| shown.text == note.text));
        for note in &open {
            self.ben.write(*note).await?;
        }
        self.narrate(&format!(
            "Ben's phone is killed with -9 while it writes, {} times in {}. What it had \
             acknowledged is there; {} he writes again.",
            self.killed,
            script.interrupted.len(),
            in_notes(open.len()),
        ));
        self.acknowledged.extend(promised);
        self.acknowledged.extend(open.iter().map(|note| note.text));
        Ok(())
    }

    /// Ana syncs, Ben syncs, Ana syncs for what Ben brought: and so on, should they still differ.
    async fn meet(&self, page: PageScript, seed: u64) -> Result<Ending, Failure> {
        let mut cost = self.sync(&self.ana).await?;
        let mut hashes = [self.ana.hash().await?, self.ben.hash().await?];
        for turn in 1..MOST_SYNCS {
            if hashes[0] == hashes[1] {
                break;
            }
            let phone = if turn % 2 == 1 { &self.ben } else { &self.ana };
            cost = cost.and(self.sync(phone).await?);
            hashes = [self.ana.hash().await?, self.ben.hash().await?];
        }
        let timelines = [self.ana.timeline().await?, self.ben.timeline().await?];
        let lost = timelines.iter().map(|timeline| self.missing(timeline, page)).max();
        let repairs = [self.life.repair(&self.ana).await?, self.life.repair(&self.ben).await?];
        let (lost, killed) = (lost.unwrap_or_default(), self.killed);
        Ok(Ending { seed, hashes, timelines, repairs, lost, killed, cost })
    }

    async fn sync(&self, phone: &Phone) -> Result<Cost, Failure> {
        let (cost, apart) = phone.meet().await?;
        if !apart.is_empty() {
            self.narrate(&format!("{}'s phone:", phone.person));
            self.quote(&apart);
        }
        Ok(cost)
    }

    /// How much of what was acknowledged this timeline does not show once, and whole.
    fn missing(&self, timeline: &[Shown], page: PageScript) -> usize {
        let is_once =
            |text: &&str| timeline.iter().filter(|shown| shown.text == *text).count() == 1;
        let notes = self.acknowledged.iter().filter(|text| !is_once(text)).count();
        let has = |words: &str| pages(timeline).any(|text| has_whole(text, words));
        let words = page.of_ana.iter().chain(page.of_ben);
        notes + words.filter(|words| !has(words)).count()
    }

    fn narrate(&self, words: &str) {
        if !self.output.is_json() {
            self.output.say(&json!(null), words);
        }
    }

    fn quote(&self, words: &str) {
        for line in crate::output::wrap(words, 74) {
            self.narrate(&self.output.styled(Style::Dim, &format!("    {line}")));
        }
    }
}

impl Ending {
    fn is_converged(&self) -> bool {
        self.hashes[0] == self.hashes[1]
    }

    /// Whether all is well.
    fn verdict(&self) -> Option<()> {
        let is_one = self.repairs.iter().all(|state| state == "reopened");
        (self.is_converged() && self.lost == 0 && is_one).then_some(())
    }

    fn say(&self, output: &Output) {
        let Self { seed, hashes, timelines, repairs, lost, killed, cost } = self;
        let object = json!({
            "converged": self.is_converged(),
            "lost": lost,
            "entries": timelines[0].len(),
            "round_trips": cost.round_trips,
            "bytes": cost.bytes,
            "udp_bytes": cost.udp_bytes,
            "ms": cost.ms,
            "repair": repairs[0],
            "killed": killed,
            "hash": hashes[0],
            "seed": seed,
        });
        let [left, right] = timelines;
        let columns = side_by_side(("Ana's phone", left), ("Ben's phone", right), output);
        let verdict = match self.verdict() {
            Some(()) => output.styled(Style::Good, "The same notebook on both phones."),
            None => output.styled(Style::Warning, "The two phones do NOT have the same notebook."),
        };
        let words = format!(
            "\n{columns}\n\n{verdict}\n\
             \x20 Ana's hash   {}\n\
             \x20 Ben's hash   {}\n\
             \x20 entries      {}, lost {lost}\n\
             \x20 the evening  {} on both: nobody forgave what they had not read\n\
             \x20 meeting      {} round trip(s) a sync at most, after the handshake\n\
             \x20 on the wire  {} bytes of frames, {} of UDP, both phones both ways\n\
             \x20 time         {:.0} ms exchanging\n\
             Tell another: --seed {}",
            hashes[0],
            hashes[1],
            left.len(),
            repairs[0],
            cost.round_trips,
            cost.bytes,
            cost.udp_bytes,
            cost.ms,
            seed.wrapping_add(1),
        );
        output.say(&object, &words);
    }
}

/// Whether these words stand in the text with nothing of a word before or behind them.
fn has_whole(text: &str, words: &str) -> bool {
    let is_apart = |beside: Option<char>| !beside.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(at, _)| {
        let (before, behind) = text.split_at(at);
        let behind = behind.strip_prefix(words).unwrap_or_default();
        is_apart(before.chars().next_back()) && is_apart(behind.chars().next())
    })
}

fn in_notes(count: usize) -> String {
    match count {
        0 => "nothing".to_owned(),
        1 => "one note".to_owned(),
        several => format!("{several} notes"),
    }
}

/// Returns when somebody has had enough.
async fn interrupted() -> Result<Ending, Failure> {
    let deaf = |_| Failure::system("this program cannot be interrupted");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(deaf)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(deaf)?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Err(Failure::story("the story was interrupted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_glued_to_others_are_not_whole() {
        assert!(has_whole("We take the slow train.", "slow"));
        assert!(has_whole("slow", "slow"));
        assert!(!has_whole("the nightslow train", "slow"));
        assert!(!has_whole("the slower train", "slow"));
        assert!(has_whole("slower, and slow", "slow"));
    }
}

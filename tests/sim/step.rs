//! One thing that happens, as data: so that a run can be drawn by lot, made shorter, printed in
//! words and told again.

use std::fmt;
use std::time::Duration;

use couplet_tests::chance::Chance;

use crate::disk::Mark;
use crate::line::Way;

/// Something happens to somebody.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Which phone, or which relay, counted around.
    pub(crate) who: usize,
    pub(crate) what: What,
    /// From this everything follows that is left to chance in it.
    pub(crate) salt: u64,
}

/// What happens.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Write,
    EditNote,
    BeginPage,
    Look,
    EditPage,
    Comment,
    ShareDraft,
    Sync,
    Attach,
    HangUp,
    Pass(Duration),
    Kill,
    DieIn(usize),
    Stop,
    Sleep,
    Wake,
    Weather,
    Cut(Way),
    Mend,
    Rebind,
    Replay,
    Fill,
    Empty,
    Backup,
    RollBack(Mark),
    LoseLast,
    Clone(Mark),
    Jump(i64),
    Invite,
    AskIn,
    Approve,
    Remove,
    MakeKit,
    /// Whether all other devices of that person are taken out.
    Recover(bool),
    Checkpoint,
    /// Own words in an entry, for good. Not drawn by lot: told in stories.
    Erase,
    RelayBackup,
    RelayRestored,
    RelayWiped,
    RelayRestarted,
    RelayFull,
    RelayEmptied,
    RelayForked,
    RelayJoined,
}

const MINUTE: u64 = 60;
const DAY: i64 = 86_400;

impl Step {
    /// Any step.
    pub(crate) fn any(chance: &mut Chance) -> Self {
        let (who, salt) = (chance.below(6), chance.next_u64());
        Self { who, what: What::any(chance), salt }
    }
}

impl What {
    fn any(chance: &mut Chance) -> Self {
        let mark = |chance: &mut Chance| {
            [Mark::Stays, Mark::Stays, Mark::Gone, Mark::OfThen][chance.below(4)]
        };
        match chance.below(230) {
            0..24 => Self::Write,
            24..36 => Self::EditNote,
            36..42 => Self::BeginPage,
            42..47 => Self::Look,
            47..65 => Self::EditPage,
            65..72 => Self::Comment,
            72..76 => Self::ShareDraft,
            76..106 => Self::Sync,
            106..114 => Self::Attach,
            114..117 => Self::HangUp,
            117..125 => Self::Pass(Duration::from_secs(chance.below(3 * MINUTE as usize) as u64)),
            125..127 => Self::Pass(Duration::from_secs(30 * DAY as u64)),
            127..131 => Self::Kill,
            131..141 => Self::DieIn(chance.below(6)),
            141..143 => Self::Stop,
            143..146 => Self::Sleep,
            146..150 => Self::Wake,
            150..156 => Self::Weather,
            156..159 => Self::Cut([Way::Up, Way::Down][chance.below(2)]),
            159..163 => Self::Mend,
            163..165 => Self::Rebind,
            165..167 => Self::Replay,
            167..169 => Self::Fill,
            169..172 => Self::Empty,
            172..176 => Self::Backup,
            176..179 => Self::RollBack(mark(chance)),
            179..181 => Self::LoseLast,
            181..182 => Self::Clone([Mark::Gone, Mark::OfThen][chance.below(2)]),
            182..185 => Self::Jump([-365 * DAY, 365 * DAY, -3_600, 90][chance.below(4)]),
            185..188 => Self::RelayBackup,
            188..190 => Self::RelayRestored,
            190..192 => Self::RelayWiped,
            192..194 => Self::RelayRestarted,
            194..195 => Self::RelayFull,
            195..197 => Self::RelayEmptied,
            197..198 => Self::RelayForked,
            198..200 => Self::RelayJoined,
            200..203 => Self::Invite,
            203..206 => Self::AskIn,
            206..210 => Self::Approve,
            210..212 => Self::Remove,
            212..215 => Self::MakeKit,
            215..218 => Self::Recover(chance.percent(25)),
            _ => Self::Checkpoint,
        }
    }

    /// Its name without what varies, for counting what a run has reached.
    pub(crate) fn name(&self) -> String {
        let whole = format!("{self:?}");
        whole.split(['(', ' ']).next().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Write => f.write_str("writes a note"),
            Self::EditNote => f.write_str("edits a note of their own"),
            Self::BeginPage => f.write_str("begins a page for both"),
            Self::Look => f.write_str("looks at the pages"),
            Self::EditPage => f.write_str("types into a page as it was last seen"),
            Self::Comment => f.write_str("comments on something"),
            Self::ShareDraft => f.write_str("writes a draft and shares it"),
            Self::Sync => f.write_str("syncs"),
            Self::Attach => f.write_str("stays attached"),
            Self::HangUp => f.write_str("hangs up"),
            Self::Pass(time) => write!(f, "lets {} s pass", time.as_secs()),
            Self::Kill => f.write_str("is killed"),
            Self::DieIn(things) => write!(f, "will die in the middle of something, {things} later"),
            Self::Stop => f.write_str("is closed as it should be"),
            Self::Sleep => f.write_str("is suspended"),
            Self::Wake => f.write_str("wakes up"),
            Self::Weather => f.write_str("comes into other weather"),
            Self::Cut(Way::Up) => f.write_str("is not heard any more"),
            Self::Cut(Way::Down) => f.write_str("does not hear any more"),
            Self::Mend => f.write_str("has a network again"),
            Self::Rebind => f.write_str("gets another address"),
            Self::Replay => f.write_str("has its first flight replayed by somebody"),
            Self::Fill => f.write_str("has a disk that takes nothing"),
            Self::Empty => f.write_str("has a disk that takes writes again"),
            Self::Backup => f.write_str("is backed up"),
            Self::RollBack(mark) => {
                let mark = match mark {
                    Mark::Stays => "beside its mark",
                    Mark::Gone => "without a mark",
                    Mark::OfThen => "with the mark of then",
                };
                write!(f, "is restored from a backup, {mark}")
            }
            Self::LoseLast => f.write_str("loses its last writes to a disk that lied"),
            Self::Clone(Mark::OfThen) => f.write_str("is cloned, mark and all"),
            Self::Clone(_) => f.write_str("is cloned without its mark"),
            Self::Jump(seconds) => write!(f, "has its clock jump by {seconds} s"),
            Self::Invite => f.write_str("makes a link for another device of their own"),
            Self::AskIn => f.write_str("sees a new device ask with the last link"),
            Self::Approve => f.write_str("lets in whoever asks"),
            Self::Remove => f.write_str("takes out another device of their own"),
            Self::MakeKit => f.write_str("makes a recovery kit"),
            Self::Recover(false) => f.write_str("has a new phone come in by words"),
            Self::Recover(true) => {
                f.write_str("has a new phone come in by words, and takes out all others")
            }
            Self::Checkpoint => f.write_str("makes a checkpoint"),
            Self::Erase => f.write_str("erases own words for good"),
            Self::RelayBackup => f.write_str("the relay is backed up"),
            Self::RelayRestored => f.write_str("the relay is restored from a backup"),
            Self::RelayWiped => f.write_str("the relay forgets everything"),
            Self::RelayRestarted => f.write_str("the relay is restarted"),
            Self::RelayFull => f.write_str("the relay's disk is full"),
            Self::RelayEmptied => f.write_str("the relay's disk has room again"),
            Self::RelayForked => {
                f.write_str("the relay becomes two, and this phone meets the other")
            }
            Self::RelayJoined => f.write_str("the two relays are one again, the first"),
        }
    }
}

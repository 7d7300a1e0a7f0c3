//! The driver of a conversation: the machine on the owner's thread on one side, the channel to the
//! relay on the other.
//!
//! Its priorities, in this order: 1. what the conversation asks for, 2. a frame that has come,
//! 3. words written here meanwhile, 4. its timeout. The time given to an exchange is its caller's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use couplet_proto::frame::Frame;
use tokio::sync::watch;
use tokio::time;

use crate::answers::Event;
use crate::conversation::{Conversation, Output, QUIC, Talked};
use crate::couplet::Handle;
use crate::error::Error;
use crate::owner::Owner;
use crate::transport::{Broken, Channel, Traffic, Unreachable};

/// What an exchange did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchanged {
    /// Envelopes sent.
    pub sent: u64,
    /// Envelopes received that were new here.
    pub received: u64,
    /// Times this side waited for an answer before it sent on, the handshake apart.
    pub round_trips: u32,
    /// Bytes of frames sent.
    pub bytes_out: u64,
    /// Bytes of frames received.
    pub bytes_in: u64,
    /// Bytes of UDP payload sent.
    pub udp_out: u64,
    /// Bytes of UDP payload received.
    pub udp_in: u64,
    /// How long it took, connecting included.
    pub duration: Duration,
    /// Over what.
    pub transport: &'static str,
    /// Whether both sides held the same at its end.
    pub is_caught_up: bool,
    /// What came of the other person, for people.
    pub arrived: Arrived,
}

/// What the other person has written and done, as far as it came with one exchange and nobody has
/// seen it here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Entries of theirs that are new here, by the names of their kinds.
    pub new: BTreeMap<String, u64>,
    /// Pages on which both have written.
    pub together: u64,
    /// Other entries in which they did something: answered, reacted, wrote anew.
    pub touched: u64,
    /// Entries in which something waits to be chosen, or came back: nothing was lost.
    pub in_need: u64,
    /// Changes that no phone applies: they are in the quarantine, and what they would have changed
    /// stands as it did.
    pub set_aside: u64,
}

/// How many frames are made at a time: what stands between the owner's thread and the channel.
const FRAMES_PER_STEP: usize = 4;

/// Entries remembered of one exchange: what came beyond them is told by the timeline.
const MAX_TOLD: usize = 2_000;

/// One conversation under way.
pub(crate) struct Exchange<'a> {
    handle: &'a Handle,
    channel: Channel,
    conversation: Arc<Mutex<Conversation>>,
    timeout: Instant,
    /// The entries that look different since it began.
    touched: BTreeSet<String>,
    /// How many changes were set aside.
    set_aside: u64,
}

/// What the conversation is told.
enum Input {
    /// Its outputs were handled.
    Drained,
    Frame(Frame),
    Written,
    Timeout,
}

/// What it answers.
struct Step {
    outputs: Vec<Output>,
    /// Nothing more is asked for until something happens.
    is_drained: bool,
    timeout: Instant,
}

impl<'a> Exchange<'a> {
    pub(crate) fn new(handle: &'a Handle, channel: Channel, conversation: Conversation) -> Self {
        let timeout = conversation.poll_timeout();
        let (conversation, touched) = (Arc::new(Mutex::new(conversation)), BTreeSet::new());
        Self { handle, channel, conversation, timeout, touched, set_aside: 0 }
    }

    /// Runs until its end, or until the relay or the network ends it.
    pub(crate) async fn run(
        mut self,
        dirty: watch::Receiver<u64>,
        began: Instant,
    ) -> Result<Exchanged, Error> {
        match self.go_on(dirty).await {
            Ok(()) => self.finish(began).await,
            // Another connection is not resumed: what is known of this one is used up.
            Err(Error::Unreachable(Unreachable::Lost)) if self.channel.is_resumed_in_vain() => {
                Err(Error::BeginAnew)
            }
            Err(error) => Err(error),
        }
    }

    async fn go_on(&mut self, mut dirty: watch::Receiver<u64>) -> Result<(), Error> {
        let mut input = Input::Drained;
        while self.handle_input(input).await? {
            input = tokio::select! {
                biased;
                frame = self.channel.receive() => match frame {
                    Some(Ok(frame)) => Input::Frame(frame),
                    Some(Err(Broken::NotAFrame)) => return Err(Error::BadRelay),
                    Some(Err(Broken::Unreachable(why))) => return Err(why.into()),
                    None => return Err(Unreachable::Lost.into()),
                },
                changed = dirty.changed() => {
                    changed.map_err(|_| Error::Closed)?;
                    Input::Written
                }
                () = time::sleep_until(self.timeout.into()) => Input::Timeout,
            };
        }
        Ok(())
    }

    /// Tells the conversation, and does what it asks for until it asks for nothing. Says whether
    /// it goes on.
    async fn handle_input(&mut self, mut input: Input) -> Result<bool, Error> {
        loop {
            let conversation = Arc::clone(&self.conversation);
            let step = move |owner: &mut Owner| {
                let mut conversation = conversation.lock().map_err(|_| Error::Engine)?;
                step(&mut conversation, owner, input)
            };
            let Step { outputs, is_drained, timeout } = self.handle.call(step).await?;
            self.timeout = timeout;
            for output in outputs {
                match output {
                    Output::Send(frame) => self.channel.send(&frame).await?,
                    Output::Tell(event) => {
                        self.remember(&event);
                        self.handle.tell(event);
                    }
                    Output::End => return Ok(false),
                }
            }
            if is_drained {
                return Ok(true);
            }
            input = Input::Drained;
        }
    }

    /// What is to be told of it at the end.
    fn remember(&mut self, event: &Event) {
        match event {
            Event::Entry(entry) if self.touched.len() < MAX_TOLD => {
                self.touched.insert(entry.clone());
            }
            Event::Rejected { .. } => self.set_aside += 1,
            _ => {}
        }
    }

    async fn finish(self, began: Instant) -> Result<Exchanged, Error> {
        let (Traffic { sent: bytes_out, received: bytes_in }, udp) =
            (self.channel.bytes, self.channel.udp());
        let talked = self.conversation.lock().map_err(|_| Error::Engine)?.talked();
        let Talked { sent, received, round_trips, is_caught_up } = talked;
        let duration = began.elapsed();
        self.channel.close().await;
        let touched = self.touched;
        // What was exchanged is exchanged, told or not.
        let arrived = self.handle.call(move |owner| owner.arrived(&touched)).await;
        let arrived = Arrived { set_aside: self.set_aside, ..arrived.unwrap_or_default() };
        Ok(Exchanged {
            sent,
            received,
            round_trips,
            bytes_out,
            bytes_in,
            udp_out: udp.sent,
            udp_in: udp.received,
            duration,
            transport: QUIC,
            is_caught_up,
            arrived,
        })
    }
}

/// One step of a conversation, on the owner's thread.
fn step(conversation: &mut Conversation, owner: &mut Owner, input: Input) -> Result<Step, Error> {
    let now = Instant::now();
    match input {
        Input::Drained => {}
        Input::Frame(frame) => conversation.handle_frame(owner, frame, now)?,
        Input::Written => conversation.handle_written(owner)?,
        Input::Timeout => conversation.handle_timeout(owner, now)?,
    }
    let (mut outputs, mut frames, mut is_drained) = (Vec::new(), 0, false);
    while frames < FRAMES_PER_STEP {
        let Some(output) = conversation.poll_output(owner, now)? else {
            is_drained = true;
            break;
        };
        frames += usize::from(matches!(output, Output::Send(_)));
        let is_told = matches!(output, Output::Tell(_));
        outputs.push(output);
        // Whoever waits for what is durable by now hears of it before anything else is made durable.
        if is_told && !conversation.has_outputs() {
            break;
        }
    }
    Ok(Step { outputs, is_drained, timeout: conversation.poll_timeout() })
}

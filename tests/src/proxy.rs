//! A network in user space, between real QUIC endpoints: a UDP proxy whose [`Weather`] follows from
//! a seed, as the kernels that tests run on have no way to lose a packet on purpose.
//!
//! A phone is given the relay's link with the proxy's address in it. Each of its sockets is one
//! flow, with a socket of its own towards the relay, which is what a NAT does. Deliberately not
//! here: what is in a datagram, and how fast a link is.

pub mod weather;

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use couplet::RelayLink;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::chance::Chance;
use weather::{Stream, Way, Weather};

/// A running proxy; it ends with this value.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    sky: Arc<Sky>,
    orders: Option<mpsc::UnboundedSender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What has happened to datagrams so far, both ways.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// They arrived.
    pub passed: u64,
    /// They did not.
    pub lost: u64,
    /// Flows that went on from another port.
    pub rebound: u64,
}

/// What all flows live under.
#[derive(Debug)]
struct Sky {
    weather: Mutex<(Weather, Chance)>,
    tally: Mutex<Tally>,
    has_changed: Condvar,
}

/// A phone's socket, and the proxy's towards the relay in its name.
struct Flow {
    up: Stream,
    down: Arc<Mutex<Stream>>,
    towards: Arc<UdpSocket>,
    answers: AbortHandle,
}

/// How long a test waits for something to happen to datagrams before it gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// The longest UDP payload.
const LONGEST: usize = 65_527;

impl Proxy {
    /// A proxy before whatever listens at this address, in clear weather.
    ///
    /// # Panics
    ///
    /// Where there is no socket to be had.
    #[must_use]
    pub fn before(relay: &str, seed: u64) -> Self {
        let relay: SocketAddr = relay.parse().unwrap();
        let sky = Arc::new(Sky {
            weather: Mutex::new((Weather::default(), Chance::new(seed))),
            tally: Mutex::default(),
            has_changed: Condvar::new(),
        });
        let (orders, taken) = mpsc::unbounded_channel();
        let (ready, is_ready) = oneshot::channel();
        let under = sky.clone();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let front = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                ready.send(front.local_addr().unwrap()).unwrap();
                forward(Arc::new(front), relay, under, taken).await;
            });
        };
        let thread = thread::Builder::new().name("proxy".into()).spawn(run).unwrap();
        let address = is_ready.blocking_recv().unwrap();
        Self { address, sky, orders: Some(orders), thread: Some(thread) }
    }

    /// The same relay's link, by way of this proxy.
    ///
    /// # Panics
    ///
    /// If it is no link.
    #[must_use]
    pub fn link(&self, relay: &str) -> String {
        let link: RelayLink = relay.parse().unwrap();
        RelayLink { address: self.address.to_string(), ..link }.to_string()
    }

    /// The weather from here on.
    pub fn set(&self, weather: Weather) {
        held(&self.sky.weather).0 = weather;
    }

    /// All flows go on from other ports, as behind a NAT that has forgotten them.
    pub fn rebind(&self) {
        let before = self.tally().rebound;
        if let Some(orders) = &self.orders {
            orders.send(()).unwrap();
        }
        self.wait_until(|tally| tally.rebound > before);
    }

    /// What has happened so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        *held(&self.sky.tally)
    }

    /// Waits until this is so.
    ///
    /// # Panics
    ///
    /// Where it does not come to that.
    pub fn wait_until(&self, is_so: impl Fn(&Tally) -> bool) {
        let tally = held(&self.sky.tally);
        let waited = self.sky.has_changed.wait_timeout_while(tally, PATIENCE, |t| !is_so(t));
        let (tally, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "it does not come to that: {tally:?}");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.orders.take();
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Forwards until nobody gives orders any more; an order says that the NAT has forgotten all.
async fn forward(
    front: Arc<UdpSocket>,
    relay: SocketAddr,
    sky: Arc<Sky>,
    mut orders: mpsc::UnboundedReceiver<()>,
) {
    let mut flows: HashMap<SocketAddr, Flow> = HashMap::new();
    let mut buffer = vec![0; LONGEST];
    loop {
        tokio::select! {
            order = orders.recv() => {
                if order.is_none() {
                    return;
                }
                for (phone, flow) in &mut flows {
                    flow.rebind(*phone, &front, relay, &sky).await;
                }
                sky.count(|tally| tally.rebound += 1);
            }
            received = front.recv_from(&mut buffer) => {
                // What the kernel says of an earlier datagram is nothing to a network.
                let Ok((length, phone)) = received else { continue };
                let flow = match flows.get_mut(&phone) {
                    Some(flow) => flow,
                    None => {
                        let new = Flow::new(phone, &front, relay, &sky).await;
                        flows.entry(phone).or_insert(new)
                    }
                };
                let copies = sky.meet(Way::Up, length, &mut flow.up);
                let (every, seen) = (held(&sky.weather).0.rebinds_every, flow.up.seen);
                if every.is_some_and(|every| seen.is_multiple_of(every)) {
                    flow.rebind(phone, &front, relay, &sky).await;
                    sky.count(|tally| tally.rebound += 1);
                }
                carry(copies, &buffer[..length], flow.towards.clone(), relay);
            }
        }
    }
}

impl Flow {
    async fn new(
        phone: SocketAddr,
        front: &Arc<UdpSocket>,
        relay: SocketAddr,
        sky: &Arc<Sky>,
    ) -> Self {
        let down = Arc::new(Mutex::default());
        let (towards, answers) = open(phone, front, relay, sky, &down).await;
        Self { up: Stream::default(), down, towards, answers }
    }

    async fn rebind(
        &mut self,
        phone: SocketAddr,
        front: &Arc<UdpSocket>,
        relay: SocketAddr,
        sky: &Arc<Sky>,
    ) {
        self.answers.abort();
        (self.towards, self.answers) = open(phone, front, relay, sky, &self.down).await;
    }
}

/// A socket towards the relay, and whoever takes its answers to the phone.
async fn open(
    phone: SocketAddr,
    front: &Arc<UdpSocket>,
    relay: SocketAddr,
    sky: &Arc<Sky>,
    down: &Arc<Mutex<Stream>>,
) -> (Arc<UdpSocket>, AbortHandle) {
    let socket = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
    let (front, sky, down, from) = (front.clone(), sky.clone(), down.clone(), socket.clone());
    let answers = tokio::spawn(async move {
        let mut buffer = vec![0; LONGEST];
        loop {
            let Ok((length, sender)) = from.recv_from(&mut buffer).await else { continue };
            if sender == relay {
                let copies = sky.meet(Way::Down, length, &mut held(&down));
                carry(copies, &buffer[..length], front.clone(), phone);
            }
        }
    });
    (socket, answers.abort_handle())
}

/// Sends each copy when it has been under way for as long as it takes.
fn carry(copies: Vec<Duration>, datagram: &[u8], socket: Arc<UdpSocket>, to: SocketAddr) {
    for delay in copies {
        if delay.is_zero() {
            // A socket that is full loses what does not fit, as networks do.
            drop(socket.try_send_to(datagram, to));
            continue;
        }
        let (datagram, socket) = (datagram.to_vec(), socket.clone());
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            drop(socket.send_to(&datagram, to).await);
        });
    }
}

impl Sky {
    fn meet(&self, way: Way, length: usize, stream: &mut Stream) -> Vec<Duration> {
        let mut weather = held(&self.weather);
        let (weather, chance) = &mut *weather;
        let copies = weather.meet(way, length, stream, chance);
        let is_lost = copies.is_empty();
        self.count(|tally| {
            *(if is_lost { &mut tally.lost } else { &mut tally.passed }) += 1;
        });
        copies
    }

    fn count(&self, count: impl FnOnce(&mut Tally)) {
        count(&mut held(&self.tally));
        self.has_changed.notify_all();
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

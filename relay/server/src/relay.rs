//! The life of a relay: open what it keeps, listen, serve, and stop without losing a word.

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use couplet_proto::link::RelayLink;
use quinn::Endpoint;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tracing::{debug, info, warn};

use crate::close::Close;
use crate::connection;
use crate::conversation::seconds_since_1970;
use crate::endpoint::{self, EndpointError};
use crate::gate::{Allowance, Arrival, Gate};
use crate::identity::{Identity, IdentityError};
use crate::limits::{DRAIN, LOOK_FOR_ENDS, MAX_CONNECTIONS, MAX_UNPROVEN_HANDSHAKES};
use crate::live::Notebooks;
use crate::store::sqlite::{Room, SqliteStore};
use crate::store::{Store as _, StoreError};

/// What a relay must be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it keeps everything.
    pub data: PathBuf,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// `host:port` as phones reach it, if that is not where it listens.
    pub public: Option<String>,
    /// How much its store may take.
    pub room: Room,
    /// How much of it one address, device or notebook may take.
    pub allowance: Allowance,
}

/// A relay that serves until [`Relay::stop`].
#[derive(Debug)]
pub struct Relay {
    link: RelayLink,
    listen: SocketAddr,
    endpoint: Endpoint,
    store: Arc<SqliteStore>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
    ending: JoinHandle<()>,
    /// Held as long as the relay lives: two on one directory would be two truths.
    _owner: File,
}

/// Why there is no relay.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// What was asked for cannot be.
    #[error("{0:?} is not an address to give to phones; write --public HOST:PORT")]
    PublicAddress(String),
    /// Another process has the directory.
    #[error("another relay is serving from {}; stop it first, or choose another --data", .0.display())]
    Owned(PathBuf),
    /// The disk refused.
    #[error("the data directory {} cannot be used: {source}", .path.display())]
    Data {
        /// Which directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no identity.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// There is no store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store has no such notebook, or several whose names begin so.
    #[error(
        "no notebook here, or more than one, has a name that begins so; audit without one lists them"
    )]
    NoNotebook,
    /// There is no endpoint.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The system's signals cannot be heard.
    #[error("the system does not let this program be told to stop: {0}")]
    Signals(#[source] io::Error),
}

impl RelayError {
    /// A stable name for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PublicAddress(_) => "public_address",
            Self::Owned(_) => "owned",
            Self::Data { .. } => "data_directory",
            Self::Identity(IdentityError::Damaged { .. }) => "identity_damaged",
            Self::Identity(IdentityError::Missing(_)) => "identity_missing",
            Self::Identity(_) => "identity",
            Self::Store(StoreError::Newer { .. }) => "store_is_newer",
            Self::Store(StoreError::Damaged { .. } | StoreError::DamagedLog) => "store_damaged",
            Self::Store(StoreError::Full) => "disk_full",
            Self::Store(_) => "store",
            Self::NoNotebook => "not_found",
            Self::Endpoint(EndpointError::Bind { .. }) => "listen",
            Self::Endpoint(_) => "tls",
            Self::Signals(_) => "signals",
        }
    }

    /// Whether the same may work later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Owned(_)
                | Self::Store(StoreError::Full)
                | Self::Endpoint(EndpointError::Bind { .. })
        )
    }
}

/// Where the identity lies in a data directory.
#[must_use]
pub fn identity_in(data: &Path) -> PathBuf {
    data.join("identity")
}

/// Where the store lies in a data directory.
#[must_use]
pub fn store_in(data: &Path) -> PathBuf {
    data.join("store.db")
}

impl Relay {
    /// Opens what is in the data directory, making what is not, and begins to serve.
    ///
    /// # Errors
    /// [`RelayError`].
    pub fn start(config: Config) -> Result<Self, RelayError> {
        let Config { data, listen, public, room, allowance } = config;
        let owner = own(&data)?;
        let identity = Identity::open_or_make(&identity_in(&data))?;
        let store = Arc::new(SqliteStore::open(&store_in(&data), room)?);
        let endpoint = endpoint::listen(listen, &identity)?;
        let refused = |source| EndpointError::Bind { address: listen, source };
        let listen = endpoint.local_addr().map_err(refused)?;
        let link = identity.link_at(&public_address(public, listen)?)?;
        let (stop, stopped) = watch::channel(false);
        let notebooks = Arc::new(Notebooks::new(Arc::clone(&store)));
        let gate = Arc::new(Gate::new(allowance));
        let ending = tokio::spawn(end_what_is_due(Arc::clone(&store), Arc::clone(&notebooks)));
        let serving = tokio::spawn(accept(endpoint.clone(), gate, notebooks, stopped));
        info!(%listen, "serving");
        Ok(Self { link, listen, endpoint, store, stop, serving, ending, _owner: owner })
    }

    /// The link to give to apps.
    #[must_use]
    pub const fn link(&self) -> &RelayLink {
        &self.link
    }

    /// Where it listens.
    #[must_use]
    pub const fn listen(&self) -> SocketAddr {
        self.listen
    }

    /// Accepts nobody more, lets every conversation finish what it is doing, and closes the store.
    pub async fn stop(self) {
        info!("stopping");
        self.endpoint.set_server_config(None);
        let _ = self.stop.send(true);
        if tokio::time::timeout(DRAIN, self.serving).await.is_err() {
            warn!("some connections had to be cut");
        }
        let close = Close::Restarting;
        self.endpoint.close(close.code(), close.to_string().as_bytes());
        let _ = tokio::time::timeout(DRAIN, self.endpoint.wait_idle()).await;
        self.ending.abort();
        let store = self.store;
        let _ = tokio::task::spawn_blocking(move || store.close()).await;
        info!("stopped");
    }
}

async fn accept(
    endpoint: Endpoint,
    gate: Arc<Gate>,
    notebooks: Arc<Notebooks<SqliteStore>>,
    mut stop: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    let handshakes = Arc::new(Semaphore::new(MAX_UNPROVEN_HANDSHAKES));
    loop {
        let incoming = tokio::select! {
            incoming = endpoint.accept() => incoming,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    warn!(%error, "a connection has failed");
                }
                continue;
            }
            () = connection::told(&mut stop) => break,
        };
        let Some(incoming) = incoming else { break };
        if connections.len() >= MAX_CONNECTIONS {
            debug!("too many connections");
            incoming.refuse();
            continue;
        }
        let turn = if incoming.remote_address_validated() {
            None
        } else if let Ok(turn) = Arc::clone(&handshakes).try_acquire_owned() {
            Some(turn)
        } else {
            // Never fails for an address that is not validated.
            let _ = incoming.retry();
            continue;
        };
        let arrival = gate.arrive(incoming.remote_address().ip().into());
        if matches!(arrival, Arrival::TurnedAway) {
            debug!("too many connections from one address");
            incoming.refuse();
            continue;
        }
        let (gate, notebooks, stop) = (Arc::clone(&gate), Arc::clone(&notebooks), stop.clone());
        connections.spawn(connection::serve(incoming, arrival, turn, gate, notebooks, stop));
    }
    while connections.join_next().await.is_some() {}
}

/// Lets go, from time to time, of what one person has wanted gone for long enough.
async fn end_what_is_due(store: Arc<SqliteStore>, notebooks: Arc<Notebooks<SqliteStore>>) {
    let mut look = tokio::time::interval(LOOK_FOR_ENDS);
    loop {
        look.tick().await;
        match store.end_due(seconds_since_1970()).await {
            Ok(ended) => {
                for notebook in ended {
                    notebooks.get(notebook).was_emptied();
                }
            }
            Err(error) => warn!(%error, "what is due to be let go of is kept until the next look"),
        }
    }
}

fn own(data: &Path) -> Result<File, RelayError> {
    let refused = |source| RelayError::Data { path: data.to_path_buf(), source };
    // For its owner alone: who belongs to which notebook is nobody else's business.
    DirBuilder::new().recursive(true).mode(0o700).create(data).map_err(refused)?;
    let lock = File::options().create(true).append(true).open(data.join("lock"));
    let lock = lock.map_err(refused)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(RelayError::Owned(data.to_path_buf())),
        Err(TryLockError::Error(source)) => Err(refused(source)),
    }
}

fn public_address(public: Option<String>, listen: SocketAddr) -> Result<String, RelayError> {
    let address = public.unwrap_or_else(|| {
        let reachable = endpoint::reachable(listen);
        if listen.ip().is_unspecified() {
            warn!(
                address = %reachable,
                "the link names the address this machine seems to have; if phones reach it by \
                 another, say so with --public HOST:PORT"
            );
        }
        reachable.to_string()
    });
    let link = RelayLink { address, pin: couplet_proto::hash::Hash::ZERO };
    if link.is_well_formed() {
        Ok(link.address)
    } else {
        Err(RelayError::PublicAddress(link.address))
    }
}

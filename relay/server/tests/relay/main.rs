//! The relay as phones meet it: over real QUIC, on a real disk, killed and started again.

#[cfg(test)]
mod client;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod ending;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod image;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod live;
#[cfg(test)]
mod measure;
#[cfg(test)]
mod process;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod shares;
#[cfg(test)]
mod sqlite;

//! Since when what has come cannot be applied: what waits long is told.

use rusqlite::params;

use super::{StoreError, Tables};

impl Tables<'_> {
    /// Notes what waits at that time, seconds since 1970, and forgets what waits no more: changes
    /// for others that they depend on, envelopes for the log, a key or a later version.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn note_waits(&self, now: u64) -> Result<(), StoreError> {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let mut gone = self.0.prepare_cached(
            "DELETE FROM waits WHERE hash NOT IN
                 (SELECT hash FROM waiting
                  UNION ALL SELECT hash FROM envelopes WHERE state <> 0 AND state = 1)",
        )?;
        gone.execute([])?;
        let mut come = self.0.prepare_cached(
            "INSERT OR IGNORE INTO waits (hash, since)
             SELECT hash, ?1 FROM waiting
             UNION ALL SELECT hash, ?1 FROM envelopes WHERE state <> 0 AND state = 1",
        )?;
        come.execute(params![now])?;
        Ok(())
    }

    /// How many wait since then or longer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) fn waits_since(&self, then: u64) -> Result<u64, StoreError> {
        let then = i64::try_from(then).unwrap_or(i64::MAX);
        let mut count = self.0.prepare_cached("SELECT count(*) FROM waits WHERE since <= ?1")?;
        let count: i64 = count.query_row([then], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

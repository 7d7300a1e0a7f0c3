//! What may be on the disk when the power fails between two moments.
//!
//! SQLite appends frames to the log (https://sqlite.org/fileformat2.html#the_write_ahead_log) and
//! syncs it before a commit returns, so between two moments any part of what is new in the log may
//! be there, in any order; a checkpoint copies pages of a log that is whole into the main file, so
//! then any of those pages may be old, new, or half of each. A log that begins anew overwrites the
//! one before it.

use couplet_tests::chance::Chance;

use crate::image::Files;

/// Bytes of the log's header, of a frame's header, and of a page.
const LOG_HEADER: usize = 32;
const FRAME: usize = 24 + PAGE;
const PAGE: usize = 4_096;

/// What may be there when the power fails while the log of `before` becomes that of `after`, at so
/// many of its points at the most; the last is all of it.
pub(crate) fn of_commit(
    before: &Files,
    after: &Files,
    most: usize,
    chance: &mut Chance,
) -> Vec<Files> {
    let same = before.log.iter().zip(&after.log).take_while(|(old, new)| old == new).count();
    let mut cuts: Vec<usize> = (same..after.log.len())
        .filter(|at| *at < LOG_HEADER || (at - LOG_HEADER).is_multiple_of(FRAME))
        .flat_map(|at| [at, (at + 1 + chance.below(FRAME - 1)).min(after.log.len())])
        .collect();
    chance.shuffle(&mut cuts);
    cuts.truncate(most);
    cuts.sort_unstable();
    let store = &before.store;
    let torn = |log| Files { store: store.clone(), log };
    let mut images = Vec::new();
    for cut in cuts {
        let mut log = after.log[..cut].to_vec();
        log.extend(before.log.iter().skip(cut));
        images.push(torn(log));
        // The file has grown, and what it grew by has not arrived.
        let mut log = after.log[..cut].to_vec();
        log.resize(after.log.len().max(before.log.len()), 0);
        images.push(torn(log));
        // A later frame has arrived and an earlier one has not.
        let mut log = after.log.clone();
        let hole = cut..(cut + FRAME).min(log.len());
        log[hole].fill(0);
        images.push(torn(log));
    }
    images.push(after.clone());
    images
}

/// What may be there when the power fails while a checkpoint makes one main file of another, so
/// many times.
pub(crate) fn of_checkpoint(
    before: &Files,
    after: &Files,
    times: usize,
    chance: &mut Chance,
) -> Vec<Files> {
    let pages = after.store.len().div_ceil(PAGE);
    let mixed = |time: usize, chance: &mut Chance| {
        // Every other time the pages arrive in order, up to one of them.
        let up_to = time.is_multiple_of(2).then(|| chance.below(pages + 1));
        let mut store = before.store.clone();
        for page in 0..pages {
            let is_new = up_to.map_or_else(|| chance.percent(50), |up_to| page < up_to);
            if !is_new {
                continue;
            }
            let end = ((page + 1) * PAGE).min(after.store.len());
            // Now and then half of a page.
            let end = if chance.percent(20) { end - PAGE / 2 } else { end };
            if store.len() < end {
                store.resize(end, 0);
            }
            store[page * PAGE..end].copy_from_slice(&after.store[page * PAGE..end]);
        }
        Files { store, log: after.log.clone() }
    };
    (0..times).map(|time| mixed(time, chance)).collect()
}

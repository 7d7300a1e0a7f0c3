//! What somebody may do to bytes.

use couplet_tests::chance::Chance;

/// Numbers that readers are wrong about: ends of ranges, and lengths nobody has.
const EDGES: [&[u8]; 8] = [
    &[0],
    &[0x7f],
    &[0x80],
    &[0xff],
    &[0xff, 0xff, 0xff, 0xff],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
];

const RANDOM_MAX: usize = 700;

/// One of the examples with a few things done to it, or nothing but random bytes.
pub(crate) fn any(examples: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    if chance.percent(5) {
        let length = chance.below(RANDOM_MAX);
        return chance.bytes(length);
    }
    let mut bytes = chance.pick(examples).cloned().unwrap_or_default();
    for _ in 0..=chance.below(4) {
        once(&mut bytes, examples, chance);
    }
    bytes
}

fn once(bytes: &mut Vec<u8>, examples: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    let end = (at + chance.below(40)).min(bytes.len());
    match chance.below(8) {
        0 | 1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << chance.below(8);
            }
        }
        2 => bytes.truncate(at),
        3 => {
            let more = chance.below(40);
            bytes.splice(at..at, chance.bytes(more));
        }
        4 => drop(bytes.drain(at..end)),
        5 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        6 => {
            let edge = EDGES[chance.below(EDGES.len())];
            let end = (at + edge.len()).min(bytes.len());
            bytes.splice(at..end, edge.iter().copied());
        }
        _ => {
            let other = chance.pick(examples).cloned().unwrap_or_default();
            let from = chance.below(other.len() + 1);
            let to = (from + chance.below(200)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
    }
}

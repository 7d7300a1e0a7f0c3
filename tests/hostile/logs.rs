//! Logs: statements that were all signed, put together by somebody who may not.

use couplet_proto::log::{Log, Refused};
use couplet_proto::statement::Statement;
use couplet_tests::chance::Chance;
use couplet_tests::programs::long;

use crate::examples::Examples;

fn statements(log: &Log) -> Vec<Statement> {
    log.statements().to_vec()
}

fn is_beginning(of: &[Statement], some: &[Statement]) -> bool {
    !some.is_empty() && of.starts_with(some)
}

#[test]
fn a_log_stands_in_its_own_order_and_in_no_other() {
    let examples = Examples::new();
    let ours = statements(&examples.couple.log);
    let theirs = statements(&examples.strangers.log);
    let rounds = if long() { 50_000 } else { 5_000 };
    let mut chance = Chance::new(21);
    let mut replayed = 0;
    for _ in 0..rounds {
        let mut log = ours.clone();
        for _ in 0..=chance.below(3) {
            let at = chance.below(log.len() + 1);
            match chance.below(5) {
                0 => log.truncate(at),
                1 if at < log.len() => drop(log.remove(at)),
                2 => log.extend(chance.pick(&ours).cloned()),
                3 => log.splice(at..at, chance.pick(&theirs).cloned()).for_each(drop),
                _ => {
                    let other = chance.below(log.len().max(1));
                    if at < log.len() {
                        log.swap(at, other);
                    }
                }
            }
        }
        let expected = is_beginning(&ours, &log) || is_beginning(&theirs, &log);
        assert_eq!(Log::replay(log.iter().cloned()).is_ok(), expected, "{log:?}");
        replayed += usize::from(expected);
    }
    assert!(replayed > 0 && replayed < rounds);
}

#[test]
fn what_was_refused_leaves_the_log_as_it_was() {
    let examples = Examples::new();
    let ours = statements(&examples.couple.log);
    let mut log = Log::begin(ours[0].clone()).unwrap();
    for statement in &ours[1..] {
        for other in ours.iter().chain(examples.strangers.log.statements()) {
            if other != statement {
                let before = log.clone();
                assert_eq!(log.append(other.clone()), Err(Refused::OutOfPlace));
                assert_eq!(log, before);
            }
        }
        log.append(statement.clone()).unwrap();
    }
    assert_eq!(log, examples.couple.log);
}

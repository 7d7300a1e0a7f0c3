//! Two logs that differ: which stays.

use super::*;

#[test]
fn a_device_that_was_taken_out_cannot_undo_it_by_a_log_of_its_own() {
    let (mut with, mut without) = (Couple::new(), Couple::new());
    let before = with.log.clone();
    with.say(1, with.removal(Vec::new())).unwrap();
    for _ in 0..20 {
        without.say(2, Body::Rotate(without.rotation(None))).unwrap();
    }
    assert_eq!(with.log.against(&without.log), Branch::Stays);
    assert_eq!(without.log.against(&with.log), Branch::Yields);
    assert_eq!(before.against(&with.log), Branch::Beginning);
    assert_eq!(with.log.against(&before), Branch::Longer);
    let mut third = Couple::new();
    third.invited(30, Role::OwnDevice, History::All).unwrap();
    let (mut one, mut other) = (third.log.clone(), before.clone());
    other.append(invite(&before, &Key::new(1), 31, Role::OwnDevice)).unwrap();
    if one.against(&other) == Branch::Stays {
        core::mem::swap(&mut one, &mut other);
    }
    assert_eq!((one.against(&other), other.against(&one)), (Branch::Yields, Branch::Stays));
}

fn named(number: u8) -> Body {
    Body::Rename(Rename { device: None, name: vec![number; 60] })
}

#[test]
fn who_left_cannot_come_back_by_a_log_of_their_own() {
    let (mut with, mut without) = (Couple::new(), Couple::new());
    with.say(3, Body::Leave).unwrap();
    for number in 0..20 {
        without.say(3, named(number)).unwrap();
        assert_eq!(with.log.against(&without.log), Branch::Stays);
        assert_eq!(without.log.against(&with.log), Branch::Yields);
    }
}

#[test]
fn nobody_undoes_for_a_thief_that_the_stolen_phone_was_taken_out() {
    let mut with = Couple::new();
    with.say(1, with.removal(Vec::new())).unwrap();
    for number in 0..20 {
        let mut without = Couple::new();
        without.say(3, named(number)).unwrap();
        assert_eq!(with.log.against(&without.log), Branch::Stays);
        assert_eq!(without.log.against(&with.log), Branch::Yields);
    }
}

#[test]
fn two_devices_that_take_each_other_out_leave_either_log_as_it_is() {
    let (mut one, mut other) = (Couple::new(), Couple::new());
    one.say(1, one.removal(Vec::new())).unwrap();
    let rotate = other.rotation(Some(&other.ana));
    let device = other.ana.public();
    let removal = RemoveDevice { device, watermarks: Vec::new(), rotate };
    other.say(2, Body::RemoveDevice(removal)).unwrap();
    assert_eq!(one.log.against(&other.log), Branch::Neither);
    assert_eq!(other.log.against(&one.log), Branch::Neither);
}

/// What somebody may say, by lot, in a couple's log.
fn anything(couple: &mut Couple, (by, what, number): (u8, u8, u8)) {
    let body = match what {
        0 => Body::Rotate(couple.rotation(None)),
        1 => couple.removal(Vec::new()),
        2 => Body::Leave,
        5 => couple.paper(60 + number, None),
        6 => {
            // By words, whoever it is that has them.
            let old = (60..69).find(|old| {
                couple.log.paper(Slot::First).map(|paper| paper.kit.keys.signing)
                    == Some(Key::new(*old).public())
            });
            if let Some(old) = old {
                let _ = couple.say(old, couple.recovery(80 + number, (old, 90 + number)));
            }
            return;
        }
        _ => {
            let _ = couple.invited(10 + number, Role::OwnDevice, History::All);
            return;
        }
    };
    let _ = couple.say(1 + by, body);
}

proptest::proptest! {
    #[test]
    fn both_sides_of_two_logs_come_to_opposite_answers(
        first in proptest::collection::vec((0_u8..3, 0_u8..7, 0_u8..9), 0..6),
        second in proptest::collection::vec((0_u8..3, 0_u8..7, 0_u8..9), 0..6),
    ) {
        let (mut one, mut other) = (Couple::new(), Couple::new());
        first.into_iter().for_each(|said| anything(&mut one, said));
        second.into_iter().for_each(|said| anything(&mut other, said));
        let (one, other) = (one.log, other.log);
        let shared = one.shared_with(&other);
        let answers = (one.against(&other), other.against(&one));
        let is_opposite = match answers {
            (Branch::Stays, Branch::Yields) | (Branch::Yields, Branch::Stays) => {
                shared < one.statements().len().min(other.statements().len())
            }
            (Branch::Neither, Branch::Neither) => true,
            (Branch::Longer, Branch::Beginning) => shared == other.statements().len(),
            (Branch::Beginning, Branch::Longer) => shared == one.statements().len(),
            (Branch::Beginning, Branch::Beginning) => one == other,
            _ => false,
        };
        proptest::prop_assert!(is_opposite, "{answers:?}");
    }
}

#[test]
fn a_stolen_phone_that_talks_on_and_on_does_not_keep_itself_in() {
    let mut couple = Couple::new();
    let full = loop {
        if let Err(error) = couple.log.append(unknown(&couple.log, &Key::new(2), false, 30_000)) {
            break error;
        }
    };
    assert_eq!(full, Refused::Full);
    assert_eq!(couple.say(1, couple.removal(Vec::new())), Ok(()));
}

#[test]
fn two_branches_in_which_the_same_words_were_used_are_decided() {
    let (mut one, mut other) = (Couple::new(), Couple::new());
    for couple in [&mut one, &mut other] {
        couple.say(1, couple.paper(60, None)).unwrap();
    }
    let mut plain = Couple { log: one.log.clone(), ..Couple::new() };
    one.say(60, one.recovery(70, (60, 61))).unwrap();
    other.say(60, other.recovery(71, (60, 62))).unwrap();
    let answers = (one.log.against(&other.log), other.log.against(&one.log));
    assert!(
        matches!(answers, (Branch::Stays, Branch::Yields) | (Branch::Yields, Branch::Stays)),
        "{answers:?}"
    );
    plain.say(3, named(1)).unwrap();
    assert_eq!(one.log.against(&plain.log), Branch::Stays, "words beat a device");
    assert_eq!(plain.log.against(&one.log), Branch::Yields);
}

//! Recovery kits in the log: what their words may do.

use super::*;

#[test]
fn a_recovery_kit_writes_nothing() {
    let mut couple = Couple::new();
    couple.say(1, couple.paper(60, None)).unwrap();
    let written = couple.envelope(&Key::new(60), 1);
    assert_eq!(couple.log.may_write(&written), Err(MayNot::Paper));
    assert_eq!(couple.log.may_carry(&written, Slot::First), Err(MayNot::Paper));
    couple.say(60, couple.recovery(70, (60, 61))).unwrap();
    assert_eq!(couple.log.may_write(&written), Err(MayNot::TakenOut), "nor once it is used");
    assert!(couple.log.may_write(&couple.envelope(&Key::new(70), 1)).is_ok());
}

#[test]
fn words_are_used_once_and_others_take_their_place() {
    let mut couple = Couple::new();
    couple.say(1, couple.paper(60, None)).unwrap();
    let second = couple.statement(60, couple.recovery(71, (60, 62)));
    couple.say(60, couple.recovery(70, (60, 61))).unwrap();
    assert_eq!(couple.log.append(second), Err(Refused::OutOfPlace));
    assert_eq!(couple.say(60, couple.recovery(71, (60, 62))), Err(Refused::NotAMember));
    let paper = couple.log.paper(Slot::First).unwrap();
    assert_eq!(paper.kit.keys.signing, Key::new(61).public());
    assert_eq!(couple.log.members().filter(|(_, member)| member.is_paper).count(), 1);
}

#[test]
fn a_thief_who_fills_a_persons_places_keeps_no_words_out() {
    let mut couple = Couple::new();
    couple.say(1, couple.paper(60, None)).unwrap();
    for number in 100..113 {
        couple.tablet = Key::new(number);
        let _ = couple.invited(number, Role::OwnDevice, History::All);
        let _ = couple.admit(number, Role::OwnDevice);
    }
    assert_eq!(couple.say(60, couple.recovery(70, (60, 61))), Ok(()));
}

#[test]
fn notice_goes_with_the_phone_that_gave_it() {
    let mut couple = Couple::new();
    couple.say(1, couple.paper(60, None)).unwrap();
    let paper = Key::new(60).public();
    couple.say(2, Body::Notice(Notice { paper, given: Some(5) })).unwrap();
    assert!(couple.log.paper(Slot::First).unwrap().notice.is_some());
    couple.say(1, couple.removal(Vec::new())).unwrap();
    assert_eq!(couple.log.paper(Slot::First).unwrap().notice, None);
}

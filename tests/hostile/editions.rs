//! What is said of an edition in the log, under a good signature: anybody's app can sign anything, so
//! what stands behind a signature is read as carefully as what has none. The log takes it or refuses
//! it, and one that refuses is as it was.

use couplet_engine::keys::DeviceSecret;
use couplet_proto::ids::{Edition, Volume};
use couplet_proto::item::{self, HEADER, Item};
use couplet_proto::labels;
use couplet_proto::log::Log;
use couplet_proto::sign::{SIGNATURE, sign};
use couplet_proto::statement::{Body, Statement};

use crate::examples::Examples;
use crate::targets::{Target, Verdict};

/// `propose` by Ana, and `accept` by Ben, each after the log that it was said in.
pub(crate) fn targets(examples: &Examples) -> Vec<Target> {
    let (ana, ben) = (&examples.strangers.ana, &examples.strangers.ben);
    let [proposed, accepted] = examples.editions();
    vec![
        target("propose", &proposed, (examples, ana), |log, _| {
            let proposed = log.proposed().map(|it| (it.edition.volume, it.edition.edition));
            assert!(proposed.is_some_and(|(_, edition)| edition == Edition(1)));
            assert_eq!(log.edition(Volume(0)), Edition(0), "Ben has not agreed");
        }),
        target("accept", &accepted, (examples, ben), |log, is_example| {
            assert!(is_example, "another checkpoint than is proposed");
            assert_eq!((log.edition(Volume(0)), log.proposed()), (Edition(1), None));
        }),
    ]
}

/// The body of a statement, which that device signs whatever it says.
fn target(
    name: &'static str,
    example: &Statement,
    (examples, signer): (&Examples, &DeviceSecret),
    check: impl Fn(&Log, bool) + 'static,
) -> Target {
    let said = examples.strangers.log.statements();
    let before = said.iter().take_while(|it| it.hash() != example.hash()).cloned();
    let (before, signer, frame) = (Log::replay(before).unwrap(), signer.clone(), example.clone());
    let own = body(example.body());
    let is_own = own.clone();
    Target::new(name, vec![own], move |bytes| {
        let whole = signed(&frame, bytes, &signer);
        let Ok(read) = Statement::read(whole.clone()) else { return Verdict::Refused };
        assert_eq!((read.bytes(), body(read.body()).as_slice()), (whole.as_slice(), bytes));
        let mut log = before.clone();
        if log.append(read).is_err() {
            assert_eq!(log, before);
            return Verdict::Refused;
        }
        check(&log, bytes == is_own);
        Verdict::Accepted
    })
}

fn body(body: &Body) -> Vec<u8> {
    match body {
        Body::Propose(said) => item::encode(said),
        Body::Accept(said) => item::encode(said),
        _ => unreachable!("of editions there is nothing else to say"),
    }
}

/// That statement with another body.
fn signed(frame: &Statement, with: &[u8], signer: &DeviceSecret) -> Vec<u8> {
    let item = Item::read_whole(frame.bytes(), frame.bytes().len()).unwrap();
    let header = &frame.bytes()[HEADER..frame.bytes().len() - SIGNATURE - body(frame.body()).len()];
    let own = [header, with, &[0; SIGNATURE]].concat();
    let mut bytes = Item::new(item.kind, item.critical, &own).to_bytes();
    bytes.truncate(bytes.len() - SIGNATURE);
    let signature = sign(signer, labels::STATEMENT_SIGNATURE, &bytes);
    bytes.extend_from_slice(&signature.0);
    bytes
}

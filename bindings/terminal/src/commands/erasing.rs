//! Erasing for good: what was done, what was asked, and what cannot be promised.

use couplet::{Couplet, Erased};
use serde_json::json;

use crate::failure::Failure;
use crate::output::{Output, Style};

pub(crate) async fn erase(couplet: &Couplet, entry: &str, output: &Output) -> Result<(), Failure> {
    let Erased { entry, done_here, requested_there, cannot_promise } = couplet.erase(entry).await?;
    let devices: Vec<String> = requested_there.iter().map(ToString::to_string).collect();
    let object = json!({
        "entry": entry.as_str(),
        "done_here": done_here,
        "requested_there": devices,
        "cannot_promise": cannot_promise,
    });
    let entry = output.styled(Style::Bold, entry.as_str());
    let mut words = match (done_here, devices.len()) {
        (true, 0) => format!("Your words are gone from here: {entry}"),
        (true, others) => format!(
            "Your words are gone from here, and from the relay: {entry}\n\
             {others} other devices let go of them when they next reach the relay."
        ),
        (false, _) => format!(
            "Your words are to be gone: {entry}\n\
             Nothing is gone so far. Your devices and your partner's do it as they meet at the \
             relay; couplet erase says how far it has come."
        ),
    };
    words.push_str("\nNobody can promise");
    for promise in cannot_promise {
        words.push_str(&format!("\n  {promise}"));
    }
    output.say(&object, &words);
    Ok(())
}

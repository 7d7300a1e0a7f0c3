//! How a notebook ends: here, or for both.

use couplet::Unsent;
use serde_json::json;

use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;

pub(crate) async fn destroy(home: &Home, is_forced: bool, output: &Output) -> Result<(), Failure> {
    let Unsent { entries, drafts } = home.open().await?.destroy(is_forced).await?;
    home.forget_key()?;
    let object = json!({ "destroyed": true, "unsent": entries, "drafts": drafts });
    let words = "The notebook is gone from this device. What was sent is on your other devices and \
                 your partner's; there, this one still stands in the list: couplet remove.";
    output.say(&object, words);
    Ok(())
}

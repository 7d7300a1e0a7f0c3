//! Sixty-four emoji that people tell apart and name alike, in the order in which six bits choose
//! one: the table of Matrix's key verification (specification, section "SAS method: emoji"), with
//! its names in English. The order is frozen: two phones show the same only if they agree on it.

/// An emoji, and what to call it on the telephone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SasEmoji {
    /// As it is shown.
    pub symbol: &'static str,
    /// Its name in English.
    pub name: &'static str,
}

/// The table.
pub const TABLE: [SasEmoji; 64] = [
    of("🐶", "dog"),
    of("🐱", "cat"),
    of("🦁", "lion"),
    of("🐎", "horse"),
    of("🦄", "unicorn"),
    of("🐷", "pig"),
    of("🐘", "elephant"),
    of("🐰", "rabbit"),
    of("🐼", "panda"),
    of("🐓", "rooster"),
    of("🐧", "penguin"),
    of("🐢", "turtle"),
    of("🐟", "fish"),
    of("🐙", "octopus"),
    of("🦋", "butterfly"),
    of("🌷", "flower"),
    of("🌳", "tree"),
    of("🌵", "cactus"),
    of("🍄", "mushroom"),
    of("🌏", "globe"),
    of("🌙", "moon"),
    of("☁️", "cloud"),
    of("🔥", "fire"),
    of("🍌", "banana"),
    of("🍎", "apple"),
    of("🍓", "strawberry"),
    of("🌽", "corn"),
    of("🍕", "pizza"),
    of("🎂", "cake"),
    of("❤️", "heart"),
    of("😀", "smiley"),
    of("🤖", "robot"),
    of("🎩", "hat"),
    of("👓", "glasses"),
    of("🔧", "spanner"),
    of("🎅", "santa"),
    of("👍", "thumbs up"),
    of("☂️", "umbrella"),
    of("⌛", "hourglass"),
    of("⏰", "clock"),
    of("🎁", "gift"),
    of("💡", "light bulb"),
    of("📕", "book"),
    of("✏️", "pencil"),
    of("📎", "paperclip"),
    of("✂️", "scissors"),
    of("🔒", "lock"),
    of("🔑", "key"),
    of("🔨", "hammer"),
    of("☎️", "telephone"),
    of("🏁", "flag"),
    of("🚂", "train"),
    of("🚲", "bicycle"),
    of("✈️", "aeroplane"),
    of("🚀", "rocket"),
    of("🏆", "trophy"),
    of("⚽", "ball"),
    of("🎸", "guitar"),
    of("🎺", "trumpet"),
    of("🔔", "bell"),
    of("⚓", "anchor"),
    of("🎧", "headphones"),
    of("📁", "folder"),
    of("📌", "pin"),
];

const fn of(symbol: &'static str, name: &'static str) -> SasEmoji {
    SasEmoji { symbol, name }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_look_or_sound_the_same() {
        assert_eq!(TABLE.iter().map(|emoji| emoji.symbol).collect::<BTreeSet<_>>().len(), 64);
        assert_eq!(TABLE.iter().map(|emoji| emoji.name).collect::<BTreeSet<_>>().len(), 64);
    }
}

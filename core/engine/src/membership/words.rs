//! The 24 words of a recovery kit, as people write them down and type them in again: the English
//! list and the checksum of BIP-39. There is no passphrase beside them, and nothing to stretch:
//! they say 256 random bits.

use core::fmt;

use bip39::{Error as Bip39Error, Language, Mnemonic};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::keys::{Secret, WordsSecret};

/// How many words a recovery kit has.
pub const WORDS: usize = 24;

/// The words of a recovery kit. They are all that whoever has lost every device has left, and
/// whoever reads them can do the same: they are shown once, to the person whose they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Words(WordsSecret);

/// A text that is not the words of a recovery kit. It says where the fault is, and nothing of what
/// was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotWords {
    /// Too few, or too many.
    #[error("a recovery kit has {WORDS} words; these are {got}")]
    Count {
        /// How many there are.
        got: usize,
    },
    /// One is on no kit.
    #[error("word {place} stands on no recovery kit; look whether it is copied right")]
    NoSuchWord {
        /// Which, the first being 1.
        place: usize,
    },
    /// Each is a word, and together they are none's.
    #[error("these words do not belong together; look whether one is wrong or out of order")]
    Checksum,
}

impl Words {
    /// New words.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(WordsSecret::random(rng))
    }

    /// The words that say this.
    #[must_use]
    pub const fn from_secret(secret: WordsSecret) -> Self {
        Self(secret)
    }

    /// Words as people type them: any case, any spaces or line ends between.
    ///
    /// # Errors
    /// [`NotWords`].
    pub fn read(text: &str) -> Result<Self, NotWords> {
        let got = text.split_whitespace().count();
        if got != WORDS {
            return Err(NotWords::Count { got });
        }
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        for word in text.split_whitespace() {
            if !plain.is_empty() {
                plain.push(' ');
            }
            plain.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
        }
        let read = Mnemonic::parse_in_normalized(Language::English, &plain);
        let mnemonic = Zeroizing::new(read.map_err(|error| match error {
            Bip39Error::UnknownWord(index) => NotWords::NoSuchWord { place: index + 1 },
            _ => NotWords::Checksum,
        })?);
        let (entropy, _) = mnemonic.to_entropy_array();
        let entropy = Zeroizing::new(entropy);
        let bytes = entropy.first_chunk::<32>().ok_or(NotWords::Checksum)?;
        Ok(Self(WordsSecret::new(Secret::new(*bytes))))
    }

    /// The words, one space between two.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(WORDS * 9));
        // 32 bytes are an amount that the list has words for, the only thing it can refuse.
        if let Ok(mnemonic) = Mnemonic::from_entropy_in(Language::English, self.0.secret().expose())
        {
            let mnemonic = Zeroizing::new(mnemonic);
            for word in mnemonic.words() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
        text
    }

    /// What they say.
    #[must_use]
    pub const fn secret(&self) -> &WordsSecret {
        &self.0
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Words(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn words_read_back_however_they_are_typed() {
        let words = Words::random(&mut rng(1));
        let text = words.to_text();
        assert_eq!(text.split(' ').count(), WORDS);
        assert_eq!(Words::read(&text), Ok(words.clone()));
        let typed = format!("  {} \n", text.to_uppercase().replace(' ', "\n \t"));
        assert_eq!(Words::read(&typed), Ok(words));
    }

    #[test]
    fn wrong_words_are_told_for_what_they_are() {
        let text = Words::random(&mut rng(1)).to_text();
        let words: Vec<&str> = text.split(' ').collect();
        assert_eq!(Words::read(&words[1..].join(" ")), Err(NotWords::Count { got: 23 }));
        let with = |place: usize, word| {
            let mut words = words.clone();
            words[place] = word;
            Words::read(&words.join(" "))
        };
        assert_eq!(with(4, "couplet"), Err(NotWords::NoSuchWord { place: 5 }));
        let other = if words[0] == "abandon" { "zoo" } else { "abandon" };
        let others = ["ability", "able", "about", other];
        let wrong = others.into_iter().filter(|word| with(0, word) == Err(NotWords::Checksum));
        assert!(wrong.count() >= 3, "all but one in 256 are noticed");
    }

    /// The test vector of BIP-39 for 32 zero bytes.
    #[test]
    fn the_list_is_the_one_that_everybody_has() {
        let zero = Words(WordsSecret::new(Secret::new([0; 32])));
        let expected = format!("{}art", "abandon ".repeat(23));
        assert_eq!(*zero.to_text(), expected);
    }
}

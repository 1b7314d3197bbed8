//! One clause of a masked text, and questions about its words.

use super::lexicon::Classes;
use super::words::Token;

/// A clause and its tokens.
#[derive(Clone, Copy)]
pub(super) struct Clause<'a> {
    /// The masked text of the document.
    pub(super) text: &'a str,
    /// The tokens of the clause.
    pub(super) tokens: &'a [Token],
}

impl<'a> Clause<'a> {
    /// The word at `at`; empty behind the last.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start as usize..token.end as usize])
    }

    /// The bytes of the word at `at`; none behind the last.
    fn bytes(&self, at: usize) -> &'a [u8] {
        let Some(token) = self.tokens.get(at) else { return &[] };
        self.text.as_bytes().get(token.start as usize..token.end as usize).unwrap_or(&[])
    }

    /// Whether the word at `at` is one of these, in any case.
    pub(super) fn is_word(&self, at: usize, words: &[&str]) -> bool {
        // This is asked hundreds of times for a sentence: the word is cut out once, and lengths come first.
        let here = self.bytes(at);
        words.iter().any(|word| word.len() == here.len() && word.as_bytes().eq_ignore_ascii_case(here))
    }

    /// Whether these words stand in a row from `at` on.
    pub(super) fn row(&self, at: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(offset, word)| {
            let here = self.bytes(at + offset);
            word.len() == here.len() && word.as_bytes().eq_ignore_ascii_case(here)
        })
    }

    /// Whether some token has one of these classes.
    pub(super) fn has(&self, classes: Classes) -> bool {
        self.tokens.iter().any(|token| token.is(classes))
    }

    /// The clause from the token `at` on.
    pub(super) fn from(&self, at: usize) -> Clause<'a> {
        Clause { text: self.text, tokens: self.tokens.get(at..).unwrap_or(&[]) }
    }

    /// Whether the token at `at` has one of these classes.
    pub(super) fn class(&self, at: usize, classes: Classes) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is(classes))
    }
}

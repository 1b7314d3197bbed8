//! An exact count, split by the kind of text: a model's own tokenizer weighs prose, code and CJK differently.

use std::ops::Range;

use super::classes::class;
use super::unicode::CJK;
use super::{Encoding, count_pieces};

/// Tokens by kind of text. Their sum is the exact count of the whole text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Classes {
    /// Tokens of everything that is not one of the others.
    pub prose: usize,
    /// Tokens in the ranges that the caller named as code.
    pub code: usize,
    /// Tokens of Chinese, Japanese and Korean text outside code.
    pub cjk: usize,
}

impl Classes {
    /// The exact count, in tokens.
    pub fn total(self) -> usize {
        self.prose + self.code + self.cjk
    }

    /// The sums, class by class.
    pub fn plus(self, other: Classes) -> Classes {
        Classes { prose: self.prose + other.prose, code: self.code + other.code, cjk: self.cjk + other.cjk }
    }
}

/// Counts `text` and attributes each token to a class.
///
/// `code` holds byte ranges of code in ascending order, as a Markdown parser finds them; ranges may overlap and may reach
/// beyond the text. What belongs together in one piece of the pre-tokenizer stays together: a piece is code if it starts in
/// a range of code, and else CJK if at least half of its bytes are of a CJK script.
pub fn split(encoding: Encoding, text: &str, code: &[Range<usize>]) -> Classes {
    let mut classes = Classes::default();
    let mut ranges = code.iter().peekable();
    count_pieces(encoding, text, usize::MAX, |piece, tokens| {
        while ranges.next_if(|range| range.end <= piece.start).is_some() {}
        if ranges.peek().is_some_and(|range| range.start <= piece.start) {
            classes.code += tokens;
        } else if is_cjk(text.as_bytes(), piece) {
            classes.cjk += tokens;
        } else {
            classes.prose += tokens;
        }
        true
    });
    classes
}

fn is_cjk(bytes: &[u8], piece: Range<usize>) -> bool {
    let len = piece.len();
    // No character of these scripts is shorter than three bytes.
    if bytes[piece.clone()].is_ascii() {
        return false;
    }
    let mut cjk = 0;
    let mut at = piece.start;
    while at < piece.end {
        let (flags, width) = class(bytes, at);
        if flags & CJK != 0 {
            cjk += width;
        }
        at += width;
    }
    cjk * 2 >= len
}

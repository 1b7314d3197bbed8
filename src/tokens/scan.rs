//! The pre-tokenizers: where the reference patterns cut a text into pieces. No merge ever crosses a cut.
//!
//! The patterns are those of `o200k_base` and `cl100k_base` as `tiktoken` publishes them, matched one after the other from
//! the left, with back-tracking. What back-tracking would find is worked out here by hand, so each character is looked
//! at a bounded number of times. Written with `U` for Lu and Lt, `C` for Lm, Lo and M (letters without case, marks):
//!
//! ```text
//! o200k_base   [^\r\n\p{L}\p{N}]? [U C]* [Ll C]+ contraction?
//!            | [^\r\n\p{L}\p{N}]? [U C]+ [Ll C]* contraction?
//!            | \p{N}{1,3} |  ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
//! cl100k_base  contraction | [^\r\n\p{L}\p{N}]?\p{L}+
//!            | \p{N}{1,3} |  ?[^\s\p{L}\p{N}]+[\r\n]* | \s+$ | \s*[\r\n] | \s+(?!\S) | \s
//! contraction  '(s|t|re|ve|m|ll|d) in either case
//! ```

use super::classes::{ASCII, WIDE, class};
use super::unicode::{LETTER, LOWER, NEWLINE, NUMBER, SPACE, UPPER};

/// What neither a punctuation run nor its first character may be. Marks are no letters: they count as punctuation here.
const NOT_PUNCTUATION: u8 = SPACE | LETTER | NUMBER;

/// The end of the piece of `o200k_base` that starts at `at`. The text is valid UTF-8 and `at` lies before its end.
#[inline(always)]
pub(super) fn o200k_base(bytes: &[u8], at: usize) -> usize {
    ascii_word(bytes, at).unwrap_or_else(|| o200k_base_other(bytes, at))
}

/// The same for any piece; apart, so that the common case is inlined and saves no registers.
#[inline(never)]
fn o200k_base_other(bytes: &[u8], at: usize) -> usize {
    let (first, len) = class(bytes, at);
    let next = at + len;
    if first & NUMBER != 0 {
        return number(bytes, at);
    }
    if first & NEWLINE == 0 {
        if (first | class(bytes, next).0) & (UPPER | LOWER) != 0 {
            return wide_word(bytes, at, first, next);
        }
        if first & SPACE == 0 {
            return newlines_and_slashes(bytes, run_without(bytes, next, NOT_PUNCTUATION));
        }
        if let Some(start) = punctuation_after_space(bytes, at) {
            return newlines_and_slashes(bytes, run_without(bytes, start, NOT_PUNCTUATION));
        }
    }
    let space = Whitespace::scan(bytes, at);
    space.through_newline.unwrap_or_else(|| space.without_newline(bytes, at))
}

/// The end of the piece of `cl100k_base` that starts at `at`. The text is valid UTF-8 and `at` lies before its end.
#[inline]
pub(super) fn cl100k_base(bytes: &[u8], at: usize) -> usize {
    let end = contraction(bytes, at);
    if end > at {
        return end;
    }
    let (first, len) = class(bytes, at);
    let next = at + len;
    if first & LETTER != 0 {
        return run_with(bytes, next, LETTER);
    }
    if first & NUMBER != 0 {
        return number(bytes, at);
    }
    if first & NEWLINE == 0 {
        if class(bytes, next).0 & LETTER != 0 {
            return run_with(bytes, next, LETTER);
        }
        if first & SPACE == 0 {
            return newlines(bytes, run_without(bytes, next, NOT_PUNCTUATION));
        }
        if let Some(start) = punctuation_after_space(bytes, at) {
            return newlines(bytes, run_without(bytes, start, NOT_PUNCTUATION));
        }
    }
    let space = Whitespace::scan(bytes, at);
    match space.through_newline {
        Some(end) if space.end < bytes.len() => end,
        _ => space.without_newline(bytes, at),
    }
}

/// The end of the plain ASCII word at `at`: a prefix or none, one capital or none, lower case. Most pieces are such words,
/// and no back-tracking can occur in them, because ASCII has no letters without case. None if there is no such word, or if
/// it may go on with what is not looked at here, or lies within 16 bytes of the text's end.
#[inline(always)]
fn ascii_word(bytes: &[u8], at: usize) -> Option<usize> {
    let chunk = u128::from_le_bytes(*bytes.get(at..)?.first_chunk::<WIDE_LOAD>()?);
    let first = ASCII[usize::from(chunk as u8)];
    if first & (NUMBER | NEWLINE | WIDE) != 0 {
        return None;
    }
    let (start, word) = if first & LETTER != 0 { (at, chunk as u64) } else { (at + 1, (chunk >> 8) as u64) };
    let capital = (word as u8).is_ascii_uppercase();
    // Capitals and lower-case letters differ in this one bit.
    let word = word | u64::from(capital) << 5;
    let others = not_lowercase(word);
    if others == 0 {
        let end = start + 8 + bytes[start + 8..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        return bytes.get(end).is_none_or(u8::is_ascii).then(|| contraction(bytes, end));
    }
    let bits = others.trailing_zeros() & !7;
    let letters = (bits / 8) as usize;
    let after = (word >> bits) as u8;
    if letters == 0 || !after.is_ascii() || letters == 1 && capital && after.is_ascii_uppercase() {
        return None;
    }
    let end = start + letters;
    Some(if after == b'\'' { contraction(bytes, end) } else { end })
}

/// Bytes of the one load that shows prefix and word. The memo loads the same bytes again, which the compiler sees.
const WIDE_LOAD: usize = 16;

/// The high bit of every byte that is no ASCII lower-case letter.
#[inline(always)]
fn not_lowercase(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // No sum carries into the next byte, because the high bits are off.
    let low = word & !HIGH;
    let from_a = low + (0x80 - b'a' as u64) * ONES;
    let after_z = low + (0x80 - b'z' as u64 - 1) * ONES;
    !(from_a & !after_z & !word) & HIGH
}

/// The end of the word that starts at `at` with any character, or has it as its prefix. `first` are its flags, `next` is its
/// end; it is a letter or mark, or one follows.
fn wide_word(bytes: &[u8], at: usize, first: u8, next: usize) -> usize {
    let start = if first & LETTER != 0 { at } else { next };
    // A mark is also a word of its own, by the first pattern. So as a prefix it loses to itself where only the second
    // pattern would match.
    let mark = first & LETTER == 0 && first & UPPER != 0;
    match word(bytes, start) {
        Word::WithLower(end) => contraction(bytes, end),
        Word::UpperOnly(end) if !mark => contraction(bytes, end),
        Word::UpperOnly(_) | Word::None => contraction(bytes, next),
    }
}

/// What the two word patterns of `o200k_base` find after the prefix, with the end before any contraction.
enum Word {
    /// The first pattern matches.
    WithLower(usize),
    /// Only the second pattern matches.
    UpperOnly(usize),
    None,
}

#[inline]
fn word(bytes: &[u8], start: usize) -> Word {
    let mut at = start;
    // The end of the last character without case: the first pattern gives back to there, where no lower case follows.
    let mut caseless_end = None;
    loop {
        let (flags, len) = class(bytes, at);
        if flags & UPPER == 0 {
            if flags & LOWER != 0 {
                return Word::WithLower(run_with(bytes, at + len, LOWER));
            }
            break;
        }
        at += len;
        if flags & LOWER != 0 {
            caseless_end = Some(at);
        }
    }
    match caseless_end {
        Some(end) => Word::WithLower(end),
        None if at > start => Word::UpperOnly(at),
        None => Word::None,
    }
}

/// The end of the contraction at `at`, or `at` itself. The long s is the one other character that folds to a letter here.
fn contraction(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) != Some(&b'\'') {
        return at;
    }
    let lower = |ahead: usize| bytes.get(at + ahead).map_or(0, u8::to_ascii_lowercase);
    match (lower(1), lower(2)) {
        (b's' | b't' | b'm' | b'd', _) => at + 2,
        (b'r' | b'v', b'e') | (b'l', b'l') => at + 3,
        _ if bytes[at + 1..].starts_with("\u{17f}".as_bytes()) => at + 3,
        _ => at,
    }
}

/// The end of one to three numbers.
fn number(bytes: &[u8], mut at: usize) -> usize {
    for _ in 0..3 {
        let (flags, len) = class(bytes, at);
        if flags & NUMBER == 0 {
            break;
        }
        at += len;
    }
    at
}

/// The end of the punctuation character after the space at `at`. Only U+0020 may lead a punctuation run.
#[inline]
fn punctuation_after_space(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes[at] != b' ' {
        return None;
    }
    let (flags, len) = class(bytes, at + 1);
    (len > 0 && flags & NOT_PUNCTUATION == 0).then_some(at + 1 + len)
}

/// The end of the run of characters that have one of the flags `wanted`.
#[inline]
fn run_with(bytes: &[u8], mut at: usize, wanted: u8) -> usize {
    loop {
        while bytes.get(at).is_some_and(|byte| ASCII[usize::from(*byte)] & wanted != 0) {
            at += 1;
        }
        let (flags, len) = class(bytes, at);
        if flags & wanted == 0 {
            return at;
        }
        at += len;
    }
}

/// The end of the run of characters that have none of the flags `unwanted`.
#[inline]
fn run_without(bytes: &[u8], mut at: usize, unwanted: u8) -> usize {
    loop {
        let (flags, len) = class(bytes, at);
        if len == 0 || flags & unwanted != 0 {
            return at;
        }
        at += len;
    }
}

fn newlines(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

fn newlines_and_slashes(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n' | b'/')).count()
}

/// A run of white space.
struct Whitespace {
    /// One past the last line break in the run.
    through_newline: Option<usize>,
    /// Where the last character of the run starts.
    last: usize,
    end: usize,
}

impl Whitespace {
    fn scan(bytes: &[u8], start: usize) -> Whitespace {
        let mut run = Whitespace { through_newline: None, last: start, end: start };
        loop {
            let (flags, len) = class(bytes, run.end);
            if flags & SPACE == 0 {
                return run;
            }
            run.last = run.end;
            run.end += len;
            if flags & NEWLINE != 0 {
                run.through_newline = Some(run.end);
            }
        }
    }

    /// The end of the piece when line breaks play no part: the last space before a word is left to that word.
    fn without_newline(&self, bytes: &[u8], start: usize) -> usize {
        if self.end == bytes.len() || self.last == start { self.end } else { self.last }
    }
}

#[cfg(test)]
#[path = "../../tests/tokens/scan.rs"]
mod tests;

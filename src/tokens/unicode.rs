//! What the scanners must know about a character, in one byte of flags.
//!
//! The classes are those of one version of Unicode, the one that the reference tokenizer's regular expressions are compiled
//! with. A newer table would split some text differently, so the version is part of being exact.

/// May stand in the first half of a word: general categories Lu, Lt, Lm, Lo and M.
pub(super) const UPPER: u8 = 1;
/// May stand in the second half of a word: general categories Ll, Lm, Lo and M.
pub(super) const LOWER: u8 = 2;
/// General category L.
pub(super) const LETTER: u8 = 4;
/// General category N.
pub(super) const NUMBER: u8 = 8;
/// The property White_Space, line breaks included.
pub(super) const SPACE: u8 = 16;
/// Carriage return or line feed.
pub(super) const NEWLINE: u8 = 32;
/// Chinese, Japanese or Korean by script extension: Han, Hiragana, Katakana, Hangul or Bopomofo, from U+1100 on.
pub(super) const CJK: u8 = 64;

/// Code points per block of the table.
pub(super) const BLOCK: usize = 128;

/// Blocks that cover all of Unicode.
pub(super) const BLOCKS: usize = 0x11_0000 / BLOCK;

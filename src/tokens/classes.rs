//! Character classes at run time: a two-level table of flags, and decoding of UTF-8 that is known to be valid.

use super::unicode::{BLOCK, BLOCKS};

/// One byte per block that says which distinct block it is, then the distinct blocks of flags.
static TABLE: &[u8] = include_bytes!("unicode.bin");

static FLAGS: &[u8] = TABLE.split_at(BLOCKS).1;

/// In [`ASCII`] only: the byte belongs to a longer character, whose class is to be looked up.
pub(super) const WIDE: u8 = 128;

/// The flags of the ASCII characters, copied out so that the scanners' inner loops look up one byte in one array.
pub(super) static ASCII: [u8; 256] = {
    let mut flags = [WIDE; 256];
    let mut at = 0;
    while at < 128 {
        flags[at] = FLAGS[TABLE[0] as usize * BLOCK + at];
        at += 1;
    }
    flags
};

/// The flags of the character that starts at `at`, and its length in bytes. At the end of the text: no flags, length 0.
#[inline]
pub(super) fn class(bytes: &[u8], at: usize) -> (u8, usize) {
    match bytes.get(at) {
        Some(byte) if *byte < 0x80 => (ASCII[usize::from(*byte)], 1),
        Some(byte) => wide_class(bytes, at, *byte),
        None => (0, 0),
    }
}

fn wide_class(bytes: &[u8], at: usize, lead: u8) -> (u8, usize) {
    let tail = |ahead: usize| usize::from(bytes.get(at + ahead).copied().unwrap_or(0) & 0x3f);
    let lead = usize::from(lead);
    let (code, len) = match lead {
        0..0xe0 => ((lead & 0x1f) << 6 | tail(1), 2),
        0xe0..0xf0 => ((lead & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
        _ => ((lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
    };
    let block = TABLE.get(code / BLOCK).copied().unwrap_or(0);
    (FLAGS.get(usize::from(block) * BLOCK + code % BLOCK).copied().unwrap_or(0), len)
}

//! What the last pieces cost, per thread and encoding.
//!
//! Texts repeat their words, and the tables of a vocabulary are larger than the processor's near caches. So a small table
//! of the pieces seen last answers most of the time. An entry holds the piece itself, never only a hash of it: a
//! collision can cost time but never a wrong count.

use super::format;

/// The longest piece that is remembered, in bytes: the sixteenth byte of an entry holds length and count.
pub(super) const LONGEST: usize = 15;

const ENTRIES: usize = 1 << 14;

const LENGTH_SHIFT: u32 = 124;
const COUNT_SHIFT: u32 = 120;
const COUNT: u128 = 0xf << COUNT_SHIFT;

/// The memo of one encoding.
#[derive(Default)]
pub(super) struct Memo {
    /// Bytes 0 to 14: the piece; byte 15: its length in the upper half, its tokens in the lower. 0 is an empty entry.
    /// None until the first text is counted, so that a thread which counts nothing pays nothing.
    entries: Option<Box<[u128; ENTRIES]>>,
}

impl Memo {
    pub(super) const fn new() -> Memo {
        Memo { entries: None }
    }

    /// The entries. At the first call they are allocated as zeroed pages, none of which costs memory before it is used.
    pub(super) fn entries(&mut self) -> Entries<'_> {
        Entries(self.entries.get_or_insert_with(|| match vec![0; ENTRIES].into_boxed_slice().try_into() {
            Ok(entries) => entries,
            Err(_) => unreachable!("the slice is as long as the array"),
        }))
    }
}

/// The entries, once they exist.
pub(super) struct Entries<'memo>(&'memo mut [u128; ENTRIES]);

impl Entries<'_> {
    /// The tokens of the piece `bytes[at..at + len]`, from the memo or else from `count`. `len` is at most [`LONGEST`],
    /// so the count, which is at most `len`, fits its four bits.
    #[inline]
    pub(super) fn get(&mut self, bytes: &[u8], at: usize, len: usize, count: impl FnOnce() -> usize) -> usize {
        let piece = format::load(bytes, at, len) | (len as u128) << LENGTH_SHIFT;
        let hash = format::hash_wide(piece, 0);
        let entry = &mut self.0[hash as usize % ENTRIES];
        if (*entry ^ piece) & !COUNT == 0 {
            return (*entry >> COUNT_SHIFT & 0xf) as usize;
        }
        let tokens = count();
        *entry = piece | (tokens as u128) << COUNT_SHIFT;
        tokens
    }
}

//! How a vocabulary is laid out in a `.bin` file, and the hash that finds a token in it.
//!
//! The test that writes the tables (`tests/generated_tokens.rs`) includes this very file, so writer and reader cannot
//! disagree. All numbers are little-endian and need no alignment.
//!
//! ```text
//! header   5 x u32: LAYOUT, filter bytes (a power of two), buckets, slots, longest token in bytes
//! pairs    65,536 x u32: rank of the two-byte token `low | high << 8`, or NO_RANK
//! filter   bits: 0 where no token has a hash with these low bits
//! pilots   buckets x u16: the displacement of each bucket of the perfect hash
//! records  slots x u64: one token each, packed as below; 0 where the slot is empty
//! arena    the bytes of all tokens of 3 or more bytes, then 16 zero bytes so that a wide load never leaves it
//! ```
//!
//! A single byte is always a token and needs no entry: only the ranks of pairs decide about merges.

/// No such token. Larger than every rank, so it also sorts last.
pub(super) const NO_RANK: u32 = u32::MAX;

/// The number of this layout and hash: to be raised with any change of them.
pub(super) const LAYOUT: usize = 2;

/// Bytes of the header.
pub(super) const HEADER: usize = 20;

/// Bytes of the table of two-byte tokens.
pub(super) const PAIRS: usize = 65_536 * 4;

/// Bytes of padding after the arena; the width of the widest load.
pub(super) const PADDING: usize = 16;

/// Number `index` of the header.
pub(super) const fn number(header: &[u8], index: usize) -> usize {
    u32::from_le_bytes(header.as_chunks().0[index]) as usize
}

/// True if the file was written for this layout, as far as its header and length tell.
pub(super) const fn has_this_layout(file: &[u8]) -> bool {
    if file.len() < HEADER || number(file, 0) != LAYOUT {
        return false;
    }
    let tables = PAIRS + number(file, 1) + number(file, 2) * 2 + number(file, 3) * 8;
    number(file, 1).is_power_of_two() && file.len() >= HEADER + tables + PADDING
}

/// The longest span that one load holds, in bytes.
pub(super) const WIDE: usize = 16;

// Odd constants with well-mixed bits (digits of pi and e): what matters is only that they are fixed.
const LEFT: u64 = 0x243f_6a88_85a3_08d3;
const RIGHT: u64 = 0x1319_8a2e_0370_7345;
const SPREAD: u64 = 0xb7e1_5162_8aed_2a6b;
const PILOT: u64 = 0x9e37_79b9_7f4a_7c15;

/// Folds 128 bits into 64 by a full multiplication; `seed` keeps spans apart that differ only in trailing zero bytes.
#[inline]
pub(super) fn hash_wide(key: u128, seed: u64) -> u64 {
    let product = u128::from(key as u64 ^ LEFT) * u128::from((key >> 64) as u64 ^ RIGHT ^ (seed << 3));
    product as u64 ^ (product >> 64) as u64
}

/// The first 16 bytes of `bytes[at..]`, with everything after `len` set to zero. `len` is at most [`WIDE`].
#[inline]
pub(super) fn load(bytes: &[u8], at: usize, len: usize) -> u128 {
    let all = match bytes.get(at..).and_then(|rest| rest.first_chunk::<WIDE>()) {
        Some(chunk) => u128::from_le_bytes(*chunk),
        None => load_near_end(bytes, at),
    };
    all & KEEP[len]
}

/// `KEEP[n]` keeps the first `n` bytes of a load. Read from a table, because a 128-bit shift is a branch or many steps.
pub(super) const KEEP: [u128; WIDE + 1] = {
    let mut keep = [0; WIDE + 1];
    let mut len = 1;
    while len <= WIDE {
        keep[len] = u128::MAX >> (128 - 8 * len);
        len += 1;
    }
    keep
};

#[cold]
fn load_near_end(bytes: &[u8], at: usize) -> u128 {
    let mut chunk = [0; WIDE];
    let rest = bytes.get(at..).unwrap_or(&[]);
    let len = rest.len().min(WIDE);
    chunk[..len].copy_from_slice(&rest[..len]);
    u128::from_le_bytes(chunk)
}

/// The hash of `bytes[at..at + len]` for a span longer than [`WIDE`].
pub(super) fn hash_long(bytes: &[u8], at: usize, len: usize) -> u64 {
    let mut hash = hash_wide(load(bytes, at, WIDE), len as u64);
    let mut done = WIDE;
    while done < len {
        // The last load overlaps the one before, so that every load is full.
        let from = done.min(len - WIDE);
        hash = hash_wide(load(bytes, at + from, WIDE) ^ u128::from(hash.rotate_left(29)), len as u64);
        done += WIDE;
    }
    hash
}

/// The byte of the filter, and the bit in it, for a hash. Most spans that merging asks about are no tokens; the filter tells
/// so from a table that fits the near caches, which the records do not.
#[inline]
pub(super) fn filter_bit(hash: u64, filter_bytes: usize) -> (usize, u8) {
    ((hash >> 3) as usize & (filter_bytes - 1), 1 << (hash & 7))
}

/// The bucket of a hash.
#[inline]
pub(super) fn bucket(hash: u64, buckets: usize) -> usize {
    (((hash >> 32) * buckets as u64) >> 32) as usize
}

/// The slot of a hash under its bucket's pilot.
#[inline]
pub(super) fn slot(hash: u64, pilot: u16, slots: usize) -> usize {
    let mixed = (hash ^ u64::from(pilot).wrapping_mul(PILOT)).wrapping_mul(SPREAD);
    (((mixed >> 32) * slots as u64) >> 32) as usize
}

/// One token of the perfect hash, unpacked: 22 bits of offset, 8 of length, 18 of rank, 16 of fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// First byte in the arena.
    pub(super) offset: usize,
    /// Length in bytes; 0 marks an empty slot.
    pub(super) len: usize,
    /// Rank in the vocabulary.
    pub(super) rank: u32,
    /// Low bits of the hash: tells most strangers apart without touching the arena.
    pub(super) fingerprint: u16,
}

impl Record {
    /// Packs the record; the fields must fit (the writer checks them).
    #[allow(dead_code, reason = "only the test that writes the tables packs")]
    pub(super) fn pack(self) -> u64 {
        self.offset as u64 | (self.len as u64) << 22 | u64::from(self.rank) << 30 | u64::from(self.fingerprint) << 48
    }

    /// The inverse of [`Record::pack`].
    #[inline]
    pub(super) fn unpack(packed: u64) -> Record {
        Record {
            offset: (packed & 0x3f_ffff) as usize,
            len: (packed >> 22 & 0xff) as usize,
            rank: (packed >> 30 & 0x3_ffff) as u32,
            fingerprint: (packed >> 48) as u16,
        }
    }
}

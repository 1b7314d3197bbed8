//! The vocabularies as read-only data: nothing is built at start, and the system loads only the pages that are touched.

use super::format::{self, HEADER, NO_RANK, PAIRS, Record, WIDE};

/// One vocabulary, as views into its `.bin` file.
pub(super) struct Vocabulary {
    pairs: &'static [[u8; 4]; 65_536],
    filter: &'static [u8],
    pilots: &'static [[u8; 2]],
    records: &'static [[u8; 8]],
    arena: &'static [u8],
    /// The longest token, in bytes.
    longest: usize,
}

/// The vocabulary of `o200k_base`, 199,998 tokens.
pub(super) static O200K_BASE: Vocabulary = Vocabulary::new(include_bytes!("o200k_base.bin"));

/// The vocabulary of `cl100k_base`, 100,256 tokens.
pub(super) static CL100K_BASE: Vocabulary = Vocabulary::new(include_bytes!("cl100k_base.bin"));

impl Vocabulary {
    /// Runs while the crate is compiled. A file of another layout does not compile, except with debug assertions: there the
    /// vocabulary is empty, so that the test which rewrites the file can be built.
    const fn new(file: &'static [u8]) -> Vocabulary {
        if !format::has_this_layout(file) {
            if cfg!(debug_assertions) {
                return EMPTY;
            }
            panic!("the vocabulary is stale; rewrite it with: UPDATE=1 cargo test --test generated_tokens");
        }
        let (header, rest) = file.split_at(HEADER);
        let (pairs, rest) = rest.split_at(PAIRS);
        let (filter, rest) = rest.split_at(format::number(header, 1));
        let (pilots, rest) = rest.split_at(format::number(header, 2) * 2);
        let (records, arena) = rest.split_at(format::number(header, 3) * 8);
        let Some(pairs) = pairs.as_chunks().0.first_chunk() else { return EMPTY };
        Vocabulary {
            pairs,
            filter,
            pilots: pilots.as_chunks().0,
            records: records.as_chunks().0,
            arena,
            longest: format::number(header, 4),
        }
    }

    /// The rank of `bytes[at..end]`, or [`NO_RANK`]. The span is at least two bytes long.
    #[inline]
    pub(super) fn rank(&self, bytes: &[u8], at: usize, end: usize) -> u32 {
        let len = end - at;
        if len == 2 {
            return self.pair(bytes[at], bytes[at + 1]);
        }
        if len > self.longest {
            return NO_RANK;
        }
        if len > WIDE {
            return self.rank_of_long(bytes, at, end);
        }
        let key = format::load(bytes, at, len);
        let hash = format::hash_wide(key, len as u64);
        match self.candidate(hash, len) {
            Some(record) if format::load(self.arena, record.offset, len) == key => record.rank,
            _ => NO_RANK,
        }
    }

    /// The rank of the two-byte token, or [`NO_RANK`].
    #[inline]
    pub(super) fn pair(&self, first: u8, second: u8) -> u32 {
        u32::from_le_bytes(self.pairs[usize::from(u16::from_le_bytes([first, second]))])
    }

    fn rank_of_long(&self, bytes: &[u8], at: usize, end: usize) -> u32 {
        let len = end - at;
        match self.candidate(format::hash_long(bytes, at, len), len) {
            Some(record) if self.arena[record.offset..record.offset + len] == bytes[at..end] => record.rank,
            _ => NO_RANK,
        }
    }

    /// The only token that can have this hash and length; its bytes are still to be compared.
    #[inline]
    fn candidate(&self, hash: u64, len: usize) -> Option<Record> {
        let (byte, bit) = format::filter_bit(hash, self.filter.len());
        if self.filter[byte] & bit == 0 {
            return None;
        }
        let pilot = u16::from_le_bytes(self.pilots[format::bucket(hash, self.pilots.len())]);
        let record = self.records[format::slot(hash, pilot, self.records.len())];
        let record = Record::unpack(u64::from_le_bytes(record));
        (record.fingerprint == hash as u16 && record.len == len).then_some(record)
    }
}

/// No token but the single bytes.
const EMPTY: Vocabulary = Vocabulary {
    pairs: &[[0xff; 4]; 65_536],
    filter: &[0],
    pilots: &[[0; 2]],
    records: &[[0; 8]],
    arena: &[0; 16],
    longest: 1,
};

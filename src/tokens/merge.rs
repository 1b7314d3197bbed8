//! Byte-pair merging, for its number of tokens only.
//!
//! The rule: of all adjacent pairs whose concatenation is a token, merge the one of least rank, the leftmost among equals,
//! until there is none.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::format::NO_RANK;
use super::vocabulary::Vocabulary;

/// Up to this many bytes a scan of an array on the stack beats a heap.
const SHORT: usize = 64;

/// Bytes of the first window over a long piece; small enough that its lists stay in the near caches.
const WINDOW: usize = 8 * 1024;

/// The number of tokens that `piece` becomes by merging. It is at least two bytes long.
pub(super) fn merge(vocabulary: &Vocabulary, piece: &[u8]) -> usize {
    if piece.len() <= SHORT {
        return Short::<SHORT>::merge(vocabulary, piece).parts;
    }
    merge_long(vocabulary, piece, WINDOW)
}

/// The parts that are left of a short piece.
struct Short<const BYTES: usize> {
    starts: [u16; BYTES],
    /// Rank of the pair of part `i` and the one after it.
    ranks: [u32; BYTES],
    parts: usize,
}

impl<const BYTES: usize> Short<BYTES> {
    /// `piece` has at most `BYTES` bytes.
    fn merge(vocabulary: &Vocabulary, piece: &[u8]) -> Short<BYTES> {
        let mut short = Short { starts: [0; BYTES], ranks: [NO_RANK; BYTES], parts: piece.len() };
        for (at, start) in short.starts.iter_mut().enumerate() {
            *start = at as u16;
        }
        for (rank, pair) in short.ranks.iter_mut().zip(piece.windows(2)) {
            *rank = vocabulary.pair(pair[0], pair[1]);
        }
        loop {
            let ranks = &short.ranks[..short.parts];
            let least = ranks.iter().copied().min().unwrap_or(NO_RANK);
            if least == NO_RANK {
                return short;
            }
            // The position is sought only after the value: two plain passes are faster than one with both.
            let at = ranks.iter().position(|rank| *rank == least).unwrap_or(0);
            short.remove_after(at);
            short.ranks[at] = short.rank_at(vocabulary, piece, at);
            if at > 0 {
                short.ranks[at - 1] = short.rank_at(vocabulary, piece, at - 1);
            }
        }
    }

    /// Joins part `at` with the part after it.
    fn remove_after(&mut self, at: usize) {
        self.starts.copy_within(at + 2..self.parts, at + 1);
        self.ranks.copy_within(at + 2..self.parts, at + 1);
        self.parts -= 1;
    }

    fn rank_at(&self, vocabulary: &Vocabulary, piece: &[u8], at: usize) -> u32 {
        if at + 1 >= self.parts {
            return NO_RANK;
        }
        vocabulary.rank(piece, usize::from(self.starts[at]), self.start(at + 2, piece))
    }

    fn start(&self, part: usize, piece: &[u8]) -> usize {
        if part < self.parts { usize::from(self.starts[part]) } else { piece.len() }
    }
}

/// Merges a long piece window by window, so that memory stays bounded and the work is linear in the piece.
///
/// Why this is exact: a sequence of tokens is what merging yields if and only if that holds of every two neighbours by
/// themselves. For as long as no merge has crossed a seam between neighbours, what lies left and right of it develops as
/// it would in the two alone, since both pick the least rank and then the leftmost. So a first crossing merge would happen
/// in the two alone as well. Each window starts where a token of the one before starts that is not too near its end; the
/// two tokens at the seam are merged by themselves, and if they do not stay apart, all is done again with larger windows.
fn merge_long(vocabulary: &Vocabulary, piece: &[u8], mut window: usize) -> usize {
    let mut list = List::default();
    loop {
        if let Some(tokens) = merge_windows(vocabulary, piece, window, &mut list) {
            return tokens;
        }
        window = window.saturating_mul(2);
    }
}

/// None if two windows do not fit together.
fn merge_windows(vocabulary: &Vocabulary, piece: &[u8], window: usize, list: &mut List) -> Option<usize> {
    let mut tokens = 0;
    let mut start: usize = 0;
    let mut before = None;
    loop {
        let end = piece.len().min(start.saturating_add(window));
        list.merge(vocabulary, &piece[start..end]);
        if let Some(before) = before
            && !stays_apart(vocabulary, &piece[before..start + list.end(0)], start - before)
        {
            return None;
        }
        // What the end of a window does reaches some tokens back. Those are left to the next window.
        let keep = if end == piece.len() { end - start } else { (end - start) / 16 * 15 };
        let mut at = 0;
        let mut last = 0;
        while at < keep {
            last = at;
            at = list.end(at);
            tokens += 1;
        }
        if start + at >= piece.len() {
            return Some(tokens);
        }
        before = Some(start + last);
        start += at;
    }
}

/// True if `pair`, merged by itself, becomes the two tokens that meet at `seam`.
fn stays_apart(vocabulary: &Vocabulary, pair: &[u8], seam: usize) -> bool {
    // Two tokens of at most 128 bytes each.
    if pair.len() > 256 {
        return false;
    }
    let short = Short::<256>::merge(vocabulary, pair);
    short.parts == 2 && usize::from(short.starts[1]) == seam
}

/// The parts of one window as a list linked by position, with the possible merges in a heap.
#[derive(Default)]
struct List {
    /// Per start of a part: where it ends. Positions fit 32 bits, because a chain of merges that depend on each other is
    /// no longer than the vocabulary, and so no window grows beyond a few megabytes.
    ends: Vec<u32>,
    /// Per start of a part: where the one before it starts.
    previous: Vec<u32>,
    /// Per start of a part: the rank of its pair with the next; an entry of the heap that differs is out of date.
    ranks: Vec<u32>,
    /// Rank in the upper half and start in the lower, so that the least is the merge to do first.
    heap: BinaryHeap<Reverse<u64>>,
}

impl List {
    fn end(&self, start: usize) -> usize {
        self.ends[start] as usize
    }

    fn merge(&mut self, vocabulary: &Vocabulary, piece: &[u8]) {
        let len = piece.len();
        self.ends.clear();
        self.ends.extend(1..=len as u32);
        self.previous.clear();
        self.previous.extend((0..len as u32).map(|start| start.wrapping_sub(1)));
        self.ranks.clear();
        self.ranks.extend(piece.windows(2).map(|pair| vocabulary.pair(pair[0], pair[1])));
        self.ranks.push(NO_RANK);

        let mut heap = std::mem::take(&mut self.heap).into_vec();
        heap.clear();
        let entries = self.ranks.iter().zip(0..).filter(|(rank, _)| **rank != NO_RANK);
        heap.extend(entries.map(|(rank, start)| entry(*rank, start)));
        self.heap = heap.into();

        while let Some(Reverse(entry)) = self.heap.pop() {
            let start = entry as u32 as usize;
            if self.ranks[start] != (entry >> 32) as u32 {
                continue;
            }
            let gone = self.end(start);
            let end = self.end(gone);
            self.ends[start] = end as u32;
            self.ranks[gone] = NO_RANK;
            if end < len {
                self.previous[end] = start as u32;
            }
            self.rank_again(vocabulary, piece, start);
            if start > 0 {
                self.rank_again(vocabulary, piece, self.previous[start] as usize);
            }
        }
    }

    /// Looks up the pair that starts at `start` anew, and offers it for merging.
    fn rank_again(&mut self, vocabulary: &Vocabulary, piece: &[u8], start: usize) {
        let middle = self.end(start);
        let rank = if middle < piece.len() { vocabulary.rank(piece, start, self.end(middle)) } else { NO_RANK };
        self.ranks[start] = rank;
        if rank != NO_RANK {
            self.heap.push(entry(rank, start as u32));
        }
    }
}

fn entry(rank: u32, start: u32) -> Reverse<u64> {
    Reverse(u64::from(rank) << 32 | u64::from(start))
}

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
    if piece.len() <= SHORT { merge_short(vocabulary, piece) } else { merge_long(vocabulary, piece, WINDOW) }
}

/// Merges a piece of at most [`SHORT`] bytes. The starts of its parts are the bits of one word.
fn merge_short(vocabulary: &Vocabulary, piece: &[u8]) -> usize {
    let len = piece.len();
    let mut starts = u64::MAX >> (SHORT - len);
    // Per start of a part: the rank of its pair with the next, and the start itself in the low bits. So the least of them
    // is the merge to do first. Signed, because the least of unsigned numbers takes baseline x86-64 longer to find.
    const NONE: i32 = i32::MAX;
    let order = |rank: u32, at: usize| if rank == NO_RANK { NONE } else { (rank << 6 | at as u32) as i32 };
    let mut orders = [NONE; SHORT];
    for (at, pair) in piece.windows(2).enumerate() {
        orders[at] = order(vocabulary.pair(pair[0], pair[1]), at);
    }
    let next = |starts: u64, at: usize| match starts & (u64::MAX - 1) << at {
        0 => len,
        after => after.trailing_zeros() as usize,
    };
    let pair_order = |starts: u64, at: usize| {
        let middle = next(starts, at);
        if middle < len { order(vocabulary.rank(piece, at, next(starts, middle)), at) } else { NONE }
    };
    let scanned = len.next_multiple_of(8);
    loop {
        let least = orders[..scanned].as_chunks::<8>().0.iter().fold([NONE; 8], |mut least, orders| {
            for (least, order) in least.iter_mut().zip(orders) {
                *least = (*least).min(*order);
            }
            least
        });
        let least = least.into_iter().min().unwrap_or(NONE);
        if least == NONE {
            return starts.count_ones() as usize;
        }
        let at = least as usize % SHORT;
        let gone = next(starts, at);
        starts &= !(1 << gone);
        orders[gone] = NONE;
        orders[at] = pair_order(starts, at);
        let before = starts & !(u64::MAX << at);
        if before != 0 {
            let previous = before.ilog2() as usize;
            orders[previous] = pair_order(starts, previous);
        }
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
    let mut lists = [List::default(), List::default()];
    loop {
        if let Some(tokens) = merge_windows(vocabulary, piece, window, &mut lists) {
            return tokens;
        }
        window = window.saturating_mul(2);
    }
}

/// None if two windows do not fit together.
fn merge_windows(vocabulary: &Vocabulary, piece: &[u8], window: usize, lists: &mut [List; 2]) -> Option<usize> {
    let [list, pair] = lists;
    let mut tokens = 0;
    let mut start: usize = 0;
    let mut before = None;
    loop {
        let end = piece.len().min(start.saturating_add(window));
        list.merge(vocabulary, &piece[start..end]);
        if let Some(before) = before {
            // The two tokens at the seam.
            pair.merge(vocabulary, &piece[before..start + list.end(0)]);
            if pair.end(0) != start - before || pair.end(start - before) != pair.len() {
                return None;
            }
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
    fn len(&self) -> usize {
        self.ends.len()
    }

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

#[cfg(test)]
mod tests {
    use super::super::vocabulary::{CL100K_BASE, O200K_BASE};
    use super::*;

    /// However small the windows, the result is that of one window over all; and where two do not fit together, that shows.
    #[test]
    fn windows_never_change_the_result() {
        let mut misfits = 0;
        let mut state: u64 = 1;
        for letters in [1, 2, 3, 26, 94] {
            let piece: Vec<u8> = (0..3_000)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    b'!' + ((state >> 33) % letters) as u8 + if letters <= 26 { b'a' - b'!' } else { 0 }
                })
                .collect();
            for vocabulary in [&O200K_BASE, &CL100K_BASE] {
                let whole = merge_long(vocabulary, &piece, usize::MAX);
                for window in [16, 17, 40, 100, 500, 2_999, 3_000] {
                    let windows = merge_windows(vocabulary, &piece, window, &mut <[List; 2]>::default());
                    assert!(windows.is_none_or(|tokens| tokens == whole), "{letters} letters, {window} bytes");
                    assert_eq!(merge_long(vocabulary, &piece, window), whole, "{letters} letters, {window} bytes");
                    misfits += usize::from(windows.is_none());
                }
                let short: usize = piece.chunks(SHORT).map(|piece| merge_short(vocabulary, piece)).sum();
                let long: usize = piece.chunks(SHORT).map(|piece| merge_long(vocabulary, piece, WINDOW)).sum();
                assert_eq!(short, long, "{letters} letters");
            }
        }
        assert!(misfits > 0, "no window was too small, so the larger ones were never tried");
    }
}

//! Exact token counts on static tables, and profiles that turn them into an estimate for a model.
//!
//! A count is what the reference tokenizer's "encode ordinary" would return as a number of tokens: text that looks like a
//! special token (`<|endoftext|>`) is ordinary text. Nothing is built at start: the vocabularies are read-only data
//! (`format.rs` says how they lie there), the pre-tokenizer is written by hand, and no token ids are ever made.
//! `docs/tokens.md` has the measurements.

use std::cell::Cell;
use std::ops::Range;

mod classes;
mod format;
mod memo;
mod merge;
pub mod profiles;
mod scan;
mod split;
mod unicode;
mod vocabulary;

pub use profiles::{Estimate, Profile, estimate};
pub use split::{Classes, split};

use memo::Memo;
use vocabulary::Vocabulary;

/// The longest token of every encoding, in bytes: so `bytes / LONGEST_TOKEN <= tokens <= bytes`.
pub const LONGEST_TOKEN: usize = 128;

/// The version of Unicode whose character classes the pre-tokenizers use; it is that of the reference tokenizer.
pub const UNICODE_VERSION: &str = "16.0.0";

/// A way to cut text into tokens whose vocabulary is public, so that counts are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// `o200k_base`: GPT-4o and the models after it. The default unit of every count.
    #[default]
    O200kBase,
    /// `cl100k_base`: GPT-4 and GPT-3.5. For comparison with older figures.
    Cl100kBase,
}

impl Encoding {
    /// Every encoding, the default first.
    pub const ALL: [Encoding; 2] = [Encoding::O200kBase, Encoding::Cl100kBase];

    /// The name that users write and that outputs carry, as `tiktoken` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::O200kBase => "o200k_base",
            Encoding::Cl100kBase => "cl100k_base",
        }
    }

    /// The encoding of that exact name.
    pub fn from_name(name: &str) -> Option<Encoding> {
        Encoding::ALL.into_iter().find(|encoding| encoding.name() == name)
    }
}

/// The number of tokens in `text`. Exact for any text of any length; linear in it.
pub fn count(encoding: Encoding, text: &str) -> usize {
    count_pieces(encoding, text, usize::MAX, |_, _| true)
}

/// The number of tokens in `text` if it is at most `limit`, else None. Stops soon after the limit is passed, and does not
/// start where the number of bytes alone settles it.
pub fn count_up_to(encoding: Encoding, text: &str, limit: usize) -> Option<usize> {
    if least(text.len()) > limit {
        return None;
    }
    let tokens = count_pieces(encoding, text, limit, |_, _| true);
    (tokens <= limit).then_some(tokens)
}

/// True if `text` has more than `limit` tokens. Most texts are far from their limit, and there the number of bytes alone
/// answers: a token is at least one byte and at most [`LONGEST_TOKEN`] bytes long. Where it does not, counting stops as
/// soon as the bytes that are left can no longer make a difference.
pub fn exceeds(encoding: Encoding, text: &str, limit: usize) -> bool {
    if text.len() <= limit || least(text.len()) > limit {
        return text.len() > limit;
    }
    let mut sum = 0;
    let undecided = |piece: Range<usize>, tokens: usize| {
        sum += tokens;
        sum + (text.len() - piece.end) > limit
    };
    count_pieces(encoding, text, limit, undecided) > limit
}

/// The least number of tokens that this many bytes can be.
fn least(bytes: usize) -> usize {
    bytes.div_ceil(LONGEST_TOKEN)
}

thread_local! {
    /// One memo per encoding. It is taken out while a text is counted, which costs less than borrowing it per piece.
    static MEMOS: [Cell<Memo>; 2] = const { [const { Cell::new(Memo::new()) }; 2] };
}

/// Counts piece by piece and calls `go_on` with each piece's byte range and tokens. Stops when that says so, or when the
/// sum is over `limit`; the result is then some number over `limit`.
fn count_pieces(encoding: Encoding, text: &str, limit: usize, go_on: impl FnMut(Range<usize>, usize) -> bool) -> usize {
    let index = encoding as usize;
    // A thread that is being torn down has no memo any more, but can still count.
    let mut memo = MEMOS.try_with(|memos| memos[index].take()).unwrap_or_default();
    #[allow(clippy::redundant_closure, reason = "a closure is inlined into the loop, a function passed by name is not")]
    let tokens = match encoding {
        Encoding::O200kBase => {
            run(&vocabulary::O200K_BASE, |bytes, at| scan::o200k_base(bytes, at), &mut memo, text, limit, go_on)
        }
        Encoding::Cl100kBase => {
            run(&vocabulary::CL100K_BASE, |bytes, at| scan::cl100k_base(bytes, at), &mut memo, text, limit, go_on)
        }
    };
    let _ = MEMOS.try_with(|memos| memos[index].set(memo));
    tokens
}

#[inline(always)]
fn run(
    vocabulary: &'static Vocabulary,
    piece_end: impl Fn(&[u8], usize) -> usize,
    memo: &mut Memo,
    text: &str,
    limit: usize,
    mut go_on: impl FnMut(Range<usize>, usize) -> bool,
) -> usize {
    let bytes = text.as_bytes();
    let mut entries = memo.entries();
    let mut tokens = 0;
    let mut at = 0;
    while at < bytes.len() {
        let end = piece_end(bytes, at);
        let len = end - at;
        let cost = if len == 1 {
            1
        } else if len <= memo::LONGEST {
            entries.get(bytes, at, len, || piece(vocabulary, bytes, at, end))
        } else if least(len) > limit - tokens {
            // The bound spares merging a piece of megabytes only to learn that it is too long.
            least(len)
        } else {
            piece(vocabulary, bytes, at, end)
        };
        tokens += cost;
        if tokens > limit || !go_on(at..end, cost) {
            break;
        }
        at = end;
    }
    tokens
}

/// The tokens of the piece `bytes[at..end]`, which is at least two bytes long.
fn piece(vocabulary: &Vocabulary, bytes: &[u8], at: usize, end: usize) -> usize {
    if vocabulary.rank(bytes, at, end) != format::NO_RANK {
        return 1;
    }
    merge::merge(vocabulary, &bytes[at..end])
}

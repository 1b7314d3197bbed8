//! The scanners against the patterns themselves, cut by cut: a count can be right by luck where a cut is wrong.
//!
//! This file is a unit test of `src/tokens/scan.rs`, because the scanners are private.

#![allow(clippy::unwrap_used)]

use fancy_regex::Regex;
use rayon::prelude::*;

#[path = "samples.rs"]
#[allow(dead_code, reason = "only the random numbers are used here")]
mod samples;
#[path = "tricky.rs"]
mod tricky;

/// As `tiktoken` publishes it; tiktoken-rs exports only the other one.
const CL100K_BASE: &str = concat!(
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+",
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
);

fn check(pattern: &str, piece_end: fn(&[u8], usize) -> usize) {
    let wrong = (0..100_000_usize).into_par_iter().map_init(
        || Regex::new(pattern).unwrap(),
        |regex, index| {
            let text = tricky::tricky(index);
            let expected = regex.find_iter(&text).map(|found| found.unwrap().end());
            let mut at = 0;
            let found = std::iter::from_fn(|| {
                (at < text.len()).then(|| {
                    at = piece_end(text.as_bytes(), at);
                    at
                })
            });
            let (expected, found): (Vec<usize>, Vec<usize>) = (expected.collect(), found.collect());
            (expected != found).then(|| format!("string {index}: {text:?}\n{expected:?}\n{found:?}"))
        },
    );
    if let Some(wrong) = wrong.find_map_any(|wrong| wrong) {
        panic!("the pattern and the scanner cut differently: {wrong}");
    }
}

#[test]
fn o200k_base_cuts_as_its_pattern() {
    check(tiktoken_rs::O200K_BASE_PAT_STR, super::o200k_base);
}

#[test]
fn cl100k_base_cuts_as_its_pattern() {
    check(CL100K_BASE, super::cl100k_base);
}

//! Counts against the reference tokenizer, and what must hold of counting by itself.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::sync::LazyLock;

use ctxlint::tokens::{
    Classes, Encoding, LONGEST_TOKEN, Profile, count, count_up_to, estimate, exceeds, profiles, split,
};
use proptest::prelude::*;
use rayon::prelude::*;
use tiktoken_rs::CoreBPE;

#[path = "tokens/samples.rs"]
mod samples;
#[path = "tokens/tricky.rs"]
mod tricky;

use samples::{ADVERSARIAL, adversarial, corpus, corpus_texts, markdown};
use tricky::tricky;

static O200K_BASE: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::o200k_base().unwrap());
static CL100K_BASE: LazyLock<CoreBPE> = LazyLock::new(|| tiktoken_rs::cl100k_base().unwrap());

/// What the reference says. It panics on a million characters of white space in a row, so it must not be asked about those.
fn reference(encoding: Encoding, text: &str) -> usize {
    let reference = match encoding {
        Encoding::O200kBase => &O200K_BASE,
        Encoding::Cl100kBase => &CL100K_BASE,
    };
    reference.encode_ordinary(text).len()
}

/// Fails at the first difference, with the text cut down to a small part that still differs.
fn assert_equal(text: &str, name: &str) {
    for encoding in Encoding::ALL {
        if count(encoding, text) == reference(encoding, text) {
            continue;
        }
        let (mut start, mut end) = (0, text.len());
        let differs = |part: &str| count(encoding, part) != reference(encoding, part);
        while let Some(next) = text[start..end].chars().next().map(|first| start + first.len_utf8())
            && differs(&text[next..end])
        {
            start = next;
        }
        while let Some(next) = text[start..end].chars().next_back().map(|last| end - last.len_utf8())
            && differs(&text[start..next])
        {
            end = next;
        }
        let part = &text[start..end];
        let (ours, theirs) = (count(encoding, part), reference(encoding, part));
        panic!("{} differs in {name} at {start}..{end}: {ours}, reference {theirs}: {part:?}", encoding.name());
    }
}

#[test]
fn equals_the_reference_on_the_corpus() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: there is no folder `shared/corpus` beside the checkout");
        return;
    };
    let texts = corpus_texts(&corpus);
    texts.par_iter().for_each(|(path, text)| assert_equal(text, &path.to_string_lossy()));
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    eprintln!("0 differences in {} texts of the corpus, {bytes} bytes, both encodings", texts.len());
}

#[test]
fn equals_the_reference_on_generated_markdown() {
    (0..64).into_par_iter().for_each(|seed| assert_equal(&markdown(seed, 16 * 1024), &format!("Markdown {seed}")));
}

/// 400,000 strings by default; `TRICKY_STRINGS` asks for another number.
#[test]
fn equals_the_reference_on_tricky_strings() {
    let strings = std::env::var("TRICKY_STRINGS").map_or(400_000, |number| number.parse().unwrap());
    let bytes: usize = (0..strings)
        .into_par_iter()
        .map(|index| {
            let text = tricky(index);
            assert_equal(&text, &format!("tricky string {index}"));
            text.len()
        })
        .sum();
    eprintln!("0 differences in {strings} tricky strings, {bytes} bytes, both encodings");
}

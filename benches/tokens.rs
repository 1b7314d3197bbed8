//! Token counting: `cargo bench --bench tokens`.
//!
//! `markdown` and `corpus` compare with the reference tokenizer on one thread in one run. `adversarial` counts 1 MB of each
//! input once per sample; the reference is not asked there, because it panics on the spaces.

use std::sync::LazyLock;

use ctxlint::tokens::{Encoding, count, count_up_to, exceeds};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use tiktoken_rs::CoreBPE;

#[path = "../tests/tokens/samples.rs"]
mod samples;

use samples::{ADVERSARIAL, adversarial, corpus, corpus_texts, markdown};

fn main() {
    divan::main();
}

/// Texts of a few kilobytes each, as context files are: generated, and those of the corpus where it is there.
static MARKDOWN: LazyLock<Vec<String>> = LazyLock::new(|| (0..256).map(|seed| markdown(seed, 8 * 1024)).collect());
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let texts = corpus().map(|corpus| corpus_texts(&corpus)).unwrap_or_default();
    texts
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|end| end == "md"))
        .map(|(_, text)| text)
        .collect()
});

static O200K_BASE: LazyLock<CoreBPE> = LazyLock::new(|| reference(tiktoken_rs::o200k_base()));
static CL100K_BASE: LazyLock<CoreBPE> = LazyLock::new(|| reference(tiktoken_rs::cl100k_base()));

fn reference<E: std::fmt::Display>(loaded: Result<CoreBPE, E>) -> CoreBPE {
    loaded.unwrap_or_else(|error| panic!("the reference does not load: {error}"))
}

fn sum(bencher: Bencher, texts: &[String], count: impl Fn(&str) -> usize + Sync) {
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| texts.iter().map(|text| count(black_box(text))).sum::<usize>());
}

#[divan::bench_group(sample_count = 20, sample_size = 1)]
mod markdown_generated {
    use super::*;

    #[divan::bench(args = Encoding::ALL)]
    fn ctxlint(bencher: Bencher, encoding: Encoding) {
        sum(bencher, &MARKDOWN, |text| count(encoding, text));
    }

    #[divan::bench(args = Encoding::ALL)]
    fn tiktoken_rs(bencher: Bencher, encoding: Encoding) {
        sum(bencher, &MARKDOWN, oracle(encoding));
    }
}

/// Real files, each once per sample. On a busy machine compare the fastest samples.
#[divan::bench_group(sample_count = 12, sample_size = 1)]
mod markdown_corpus {
    use super::*;

    #[divan::bench(args = Encoding::ALL)]
    fn ctxlint(bencher: Bencher, encoding: Encoding) {
        sum(bencher, &CORPUS, |text| count(encoding, text));
    }

    #[divan::bench(args = Encoding::ALL)]
    fn tiktoken_rs(bencher: Bencher, encoding: Encoding) {
        sum(bencher, &CORPUS, oracle(encoding));
    }
}

fn oracle(encoding: Encoding) -> impl Fn(&str) -> usize + Sync {
    let reference = match encoding {
        Encoding::O200kBase => LazyLock::force(&O200K_BASE),
        Encoding::Cl100kBase => LazyLock::force(&CL100K_BASE),
    };
    move |text| reference.encode_ordinary(text).len()
}

#[divan::bench(args = ADVERSARIAL, sample_count = 5, sample_size = 1)]
fn adversarial_1_mb(bencher: Bencher, name: &str) {
    let text = adversarial(name, 1_000_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| count(Encoding::O200kBase, black_box(&text)));
}

/// A megabyte against budgets of ever more tokens: the time grows with the budget, not with the text.
#[divan::bench(args = [1_000, 10_000, 100_000, 1_000_000])]
fn count_up_to_1_mb(bencher: Bencher, limit: usize) {
    let text = markdown(1, 1_000_000);
    bencher.bench(|| count_up_to(Encoding::O200kBase, black_box(&text), limit));
}

/// Far from the limit on either side, the number of bytes alone answers.
#[divan::bench(args = [1_000, 2_000_000])]
fn exceeds_settled_by_bytes(bencher: Bencher, limit: usize) {
    let text = markdown(1, 1_000_000);
    bencher.bench(|| exceeds(Encoding::O200kBase, black_box(&text), limit));
}

//! Counts against the reference tokenizer, and what must hold of counting by itself.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// Where and how the text differs from the reference, cut down to a small part that still differs.
fn difference(text: &str, name: &str) -> Option<String> {
    let differs = |encoding, part: &str| count(encoding, part) != reference(encoding, part);
    let encoding = Encoding::ALL.into_iter().find(|encoding| differs(*encoding, text))?;
    let (mut start, mut end) = (0, text.len());
    while let Some(next) = text[start..end].chars().next().map(|first| start + first.len_utf8())
        && differs(encoding, &text[next..end])
    {
        start = next;
    }
    while let Some(next) = text[start..end].chars().next_back().map(|last| end - last.len_utf8())
        && differs(encoding, &text[start..next])
    {
        end = next;
    }
    let part = &text[start..end];
    let (ours, theirs) = (count(encoding, part), reference(encoding, part));
    Some(format!("{} in {name} at {start}..{end}: {ours} tokens, reference {theirs}: {part:?}", encoding.name()))
}

/// Fails with one of the differences, if there is any.
fn assert_none(differences: impl ParallelIterator<Item = Option<String>>) {
    if let Some(difference) = differences.find_map_any(|difference| difference) {
        panic!("the reference counts otherwise: {difference}");
    }
}

#[test]
fn equals_the_reference_on_the_corpus() {
    let Some(corpus) = corpus() else {
        eprintln!("skipped: there is no folder `shared/corpus` beside the checkout");
        return;
    };
    let texts = corpus_texts(&corpus);
    assert_none(texts.par_iter().map(|(path, text)| difference(text, &path.to_string_lossy())));
    let bytes: usize = texts.iter().map(|(_, text)| text.len()).sum();
    eprintln!("0 differences in {} texts of the corpus, {bytes} bytes, both encodings", texts.len());
}

#[test]
fn equals_the_reference_on_generated_markdown() {
    let texts = (0..64).into_par_iter().map(|seed| (seed, markdown(seed, 16 * 1024)));
    assert_none(texts.map(|(seed, text)| difference(&text, &format!("Markdown {seed}"))));
}

/// 100,000 strings by default, to keep a test run short; `TRICKY_STRINGS=400000` asks for the number that the documentation
/// states.
#[test]
fn equals_the_reference_on_tricky_strings() {
    let strings = std::env::var("TRICKY_STRINGS").map_or(100_000, |number| number.parse().unwrap());
    let bytes = AtomicUsize::new(0);
    assert_none((0..strings).into_par_iter().map(|index| {
        let text = tricky(index);
        bytes.fetch_add(text.len(), Ordering::Relaxed);
        difference(&text, &format!("tricky string {index}"))
    }));
    let bytes = bytes.into_inner();
    eprintln!("0 differences in {strings} tricky strings, {bytes} bytes, both encodings");
}

/// Texts whose count can be said without a reference, and what a person would try first.
#[test]
fn counts_what_is_known() {
    let cases = [("", 0, 0), ("a", 1, 1), ("hello", 1, 1), ("hello world", 2, 2), (" ", 1, 1), ("\0", 1, 1)];
    for (text, o200k, cl100k) in cases {
        assert_eq!(count(Encoding::O200kBase, text), o200k, "{text:?}");
        assert_eq!(count(Encoding::Cl100kBase, text), cl100k, "{text:?}");
    }
    // The text of a special token is ordinary text: as a special token it would be one.
    assert_eq!(count(Encoding::O200kBase, "<|endoftext|>"), 7);
    assert_eq!(count(Encoding::Cl100kBase, "<|endoftext|>"), 7);
}

/// One megabyte of each: no panic, and the bounds hold. A tenth of it equals the reference and agrees with the limits; the
/// reference cannot take much more of white space.
#[test]
fn adversarial_inputs() {
    ADVERSARIAL.par_iter().for_each(|name| {
        let text = adversarial(name, 1_000_000);
        let tokens = count(Encoding::default(), &text);
        assert!(tokens <= text.len() && tokens >= text.len().div_ceil(LONGEST_TOKEN), "{name}");

        let part = adversarial(name, 100_000);
        assert_eq!(difference(&part, name), None);
        for encoding in Encoding::ALL {
            let tokens = count(encoding, &part);
            assert_eq!(count_up_to(encoding, &part, tokens), Some(tokens), "{name}");
            assert_eq!(count_up_to(encoding, &part, tokens - 1), None, "{name}");
        }
    });
}

/// Pieces around every length at which the method of merging changes, against the reference.
#[test]
fn equals_the_reference_at_the_thresholds() {
    let lengths = [2, 3, 14, 15, 16, 17, 63, 64, 65, 127, 128, 129, 255, 256, 257, 8_191, 8_192, 8_193, 15_872, 16_384];
    assert_none(
        lengths
            .into_par_iter()
            .flat_map(|len| ADVERSARIAL.par_iter().map(move |name| (len, name)))
            .map(|(len, name)| difference(&adversarial(name, len), &format!("{name}, {len} bytes"))),
    );
}

/// A thread counts the same with an empty memo, with a full one, and in turns between encodings.
#[test]
fn memo_never_changes_a_count() {
    let texts: Vec<String> = (0..2_000).map(tricky).collect();
    let fresh =
        |encoding, text: &str| std::thread::scope(|scope| scope.spawn(|| count(encoding, text)).join().unwrap());
    for text in &texts {
        for encoding in Encoding::ALL {
            let warm = count(encoding, text);
            assert_eq!(count(encoding, text), warm);
            assert_eq!(fresh(encoding, text), warm, "{text:?}");
        }
    }
}

#[test]
fn encodings_are_found_by_name() {
    for encoding in Encoding::ALL {
        assert_eq!(Encoding::from_name(encoding.name()), Some(encoding));
    }
    assert_eq!(Encoding::from_name("p50k_base"), None);
    assert_eq!(Encoding::default().name(), "o200k_base");
}

#[test]
fn splits_by_class() {
    let text = "Run the tests.\n\n```sh\ncargo test\n```\n\n先运行测试，再提交。\n";
    let code = text.find("```").unwrap()..text.rfind("```").unwrap() + 3;
    let classes = split(Encoding::O200kBase, text, &[code]);
    assert_eq!(classes.total(), count(Encoding::O200kBase, text));
    assert_eq!(classes, Classes { prose: 4, code: 8, cjk: 6 });
    assert_eq!(split(Encoding::O200kBase, "これはテストです", &[]).prose, 0);
    assert_eq!(split(Encoding::O200kBase, "한국어 문서", &[]).prose, 0);
    assert_eq!(split(Encoding::O200kBase, "Größe → naïve · ÉCOLE ✅", &[]).cjk, 0);
}

#[test]
fn profiles_estimate() {
    let prose = Classes { prose: 220, ..Classes::default() };
    let known = |name| Profile::from_name(name).unwrap();
    let claude = estimate(known("claude-5"), prose, None);
    assert_eq!((claude.tokens, claude.low, claude.high, claude.exact), (345, 276, 414, false));
    let exact = estimate(known("o200k"), prose, None);
    assert_eq!((exact.tokens, exact.low, exact.high, exact.exact), (220, 220, 220, true));
    // A repository's own multiplier takes the place of the central one, and the band keeps its proportion.
    let own = estimate(known("claude-5"), prose, Some(1.5));
    assert_eq!((own.tokens, own.low, own.high, own.basis), (330, 264, 396, profiles::OWN_BASIS));
    assert_eq!(estimate(known("claude-5"), prose, Some(f64::NAN)), claude);
    assert_eq!(estimate(known("claude-5"), Classes::default(), Some(1.5)).tokens, 0);
    assert!(Profile::from_name("claude").is_none());
}

#[test]
fn profiles_are_sound() {
    for profile in profiles::PROFILES {
        for classes in [(1_000, 0, 0), (0, 1_000, 0), (0, 0, 1_000), (700, 200, 100)] {
            let (prose, code, cjk) = classes;
            let figure = estimate(&profile, Classes { prose, code, cjk }, None);
            assert!(figure.low <= figure.tokens && figure.tokens <= figure.high, "{}", profile.name);
            assert!(!figure.basis.is_empty() && figure.dated.len() == 7, "{}", profile.name);
            assert!(!(figure.exact && profile.name.starts_with("claude")), "{} is never exact", profile.name);
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        (0..1_000_000_usize).prop_map(tricky),
        (0..1_000_u64).prop_map(|seed| markdown(seed, 300))
    ]
}

proptest! {
    #[test]
    fn limits_agree_with_the_count(text in any_text(), limit in 0..400_usize) {
        for encoding in Encoding::ALL {
            let tokens = count(encoding, &text);
            prop_assert!(tokens <= text.len() && tokens >= text.len().div_ceil(LONGEST_TOKEN));
            for limit in [limit, tokens, tokens.saturating_sub(1), usize::MAX] {
                prop_assert_eq!(count_up_to(encoding, &text, limit), (tokens <= limit).then_some(tokens));
                prop_assert_eq!(exceeds(encoding, &text, limit), tokens > limit);
            }
        }
    }

    /// A line break after a letter always ends a piece, so there the parts add up. Elsewhere they need not.
    #[test]
    fn adds_up_over_line_breaks(first in any_text(), second in any_text()) {
        let first = format!("{first}e");
        let second = format!("\n{second}");
        for encoding in Encoding::ALL {
            let whole = count(encoding, &format!("{first}{second}"));
            prop_assert_eq!(whole, count(encoding, &first) + count(encoding, &second));
        }
    }

    #[test]
    fn split_is_exact_whatever_the_ranges(text in any_text(), mut cuts in prop::collection::vec(0..600_usize, 0..8)) {
        cuts.sort_unstable();
        let code: Vec<_> = cuts.chunks(2).map(|pair| pair[0]..*pair.last().unwrap()).collect();
        for encoding in Encoding::ALL {
            prop_assert_eq!(split(encoding, &text, &code).total(), count(encoding, &text));
        }
    }
}

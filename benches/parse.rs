//! How fast text becomes a document, in bytes per second: `cargo bench --bench parse`.
#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::path::PathBuf;

use ctxlint::model::{Document, Format};
use ctxlint::parse::parse;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// About `len` bytes of Markdown with every construct that context files use.
fn generated(len: usize) -> String {
    let mut text = String::from("---\nname: generated\npaths:\n  - \"src/**\"\n---\n# Generated\n\n");
    let mut number = 0;
    while text.len() < len {
        number += 1;
        write!(
            text,
            "## Section {number}\n\nAlways run `cargo test -p crate{number}` before a *commit*; see [the guide](docs/guide-{number}.md)\n\
             and **never** push to `main`. Names are `snake_case` \\* everywhere &amp; [below][ref].\n\n\
             - one item about src/file{number}.rs:{number}\n- another with `code` and a [link](<a b.md> \"title\")\n  - [ ] nested\n\n\
             1. first\n2. second\n\n> [!NOTE]\n> A quote with <kbd>html</kbd>.\n\n\
             ```rust\nfn main() {{\n    println!(\"{number}\");\n}}\n```\n\n\
             | name | value |\n|------|-------|\n| a | `b{number}` |\n| c | d |\n\n<!-- a comment -->\n\nLast line, https://example.org/{number}.\n\n"
        )
        .unwrap();
    }
    text.push_str("[ref]: ./reference.md\n");
    text
}

/// Every `.md` file of the corpus beside the project; empty where there is none.
fn corpus() -> Vec<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found =
        ["../shared/corpus", "../../shared/corpus"].iter().map(|path| root.join(path)).find(|path| path.is_dir());
    let Some(found) = found else { return Vec::new() };
    walkdir::WalkDir::new(found)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "md"))
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
        .collect()
}

#[divan::bench]
fn markdown_generated(bencher: Bencher<'_, '_>) {
    let text = generated(1 << 20);
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse(divan::black_box(&text), Format::Markdown));
}

#[divan::bench]
fn markdown_corpus(bencher: Bencher<'_, '_>) {
    let texts = corpus();
    let bytes: usize = texts.iter().map(String::len).sum();
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        texts
            .iter()
            .map(|text| parse(divan::black_box(text), Format::Markdown))
            .map(|document: Document| document.inlines.len())
            .sum::<usize>()
    });
}

/// The Markdown parser alone over the corpus, for comparison.
#[divan::bench]
fn pulldown_corpus(bencher: Bencher<'_, '_>) {
    let texts = corpus();
    let bytes: usize = texts.iter().map(String::len).sum();
    let options = pulldown_cmark::Options::ENABLE_TABLES
        | pulldown_cmark::Options::ENABLE_FOOTNOTES
        | pulldown_cmark::Options::ENABLE_STRIKETHROUGH
        | pulldown_cmark::Options::ENABLE_TASKLISTS
        | pulldown_cmark::Options::ENABLE_GFM;
    bencher.counter(BytesCount::new(bytes)).bench(|| {
        texts
            .iter()
            .map(|text| pulldown_cmark::Parser::new_ext(text, options).into_offset_iter().count())
            .sum::<usize>()
    });
}

#[divan::bench]
fn yaml(bencher: Bencher<'_, '_>) {
    let text: String = (0..2000).map(|n| format!("key{n}:\n  - \"src/**\"\n  - {{a: {n}, b: é}}\n")).collect();
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse(divan::black_box(&text), Format::Yaml));
}

#[divan::bench]
fn json(bencher: Bencher<'_, '_>) {
    let items: Vec<String> = (0..2000).map(|n| format!("\"key{n}\": [\"src/**\", {{\"a\": {n}}}]")).collect();
    let text = format!("{{{}}}", items.join(",\n"));
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse(divan::black_box(&text), Format::Json));
}

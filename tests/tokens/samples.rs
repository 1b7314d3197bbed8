//! Texts for the tests and benchmarks of token counting: the same on every machine.

use std::path::{Path, PathBuf};

/// A small generator of pseudo-random numbers (splitmix64): the samples must not change with a dependency.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// The names of the adversarial inputs.
pub(crate) const ADVERSARIAL: [&str; 11] = [
    "one letter",
    "spaces",
    "newlines",
    "dashes",
    "Chinese",
    "one Han character",
    "base64",
    "emoji",
    "minified JSON",
    "dots and spaces",
    "random letters",
];

/// The adversarial input of that name, of `bytes` bytes or up to three less.
pub(crate) fn adversarial(name: &str, bytes: usize) -> String {
    let mut random = Random(7);
    let mut text = String::with_capacity(bytes + 64);
    while text.len() < bytes {
        match name {
            "one letter" => text.push('a'),
            "spaces" => text.push(' '),
            "newlines" => text.push('\n'),
            "dashes" => text.push('-'),
            "Chinese" => text.push(char::from_u32(0x4e00 + random.below(3_000) as u32).unwrap_or('中')),
            "one Han character" => text.push('中'),
            "base64" => {
                let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                text.push(char::from(random.pick(digits)));
            }
            "emoji" => text.push(random.pick(&['😀', '👩', '🏽', '\u{200d}', '💻', '❤', '\u{fe0f}', '🇩', '🇪'])),
            "minified JSON" => {
                let (id, value) = (random.below(100_000), random.next());
                text.push_str(&format!("{{\"id\":{id},\"name\":\"n{value:x}\",\"tags\":[1,2.5,null,true]}},"));
            }
            "dots and spaces" => text.push_str(". "),
            "random letters" => text.push(char::from(b'a' + random.below(26) as u8)),
            _ => panic!("no adversarial input is named {name}"),
        }
    }
    let end = (0..=bytes).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.truncate(end);
    text
}

const WORDS: [&str; 48] = [
    "the",
    "agent",
    "reads",
    "every",
    "file",
    "before",
    "it",
    "answers",
    "Never",
    "commit",
    "directly",
    "to",
    "main",
    "run",
    "tests",
    "with",
    "`cargo test`",
    "TypeScript",
    "configuration",
    "shouldn't",
    "don't",
    "API",
    "HTTPServer",
    "snake_case",
    "camelCase",
    "v2.14.0",
    "2026-08-13",
    "src/lib.rs",
    "https://example.org/a?b=c",
    "**must**",
    "naïve",
    "Größe",
    "配置文件",
    "テスト",
    "설정",
    "→",
    "✅",
    "e.g.",
    "(see",
    "below)",
    "e-mail",
    "@docs/rules.md",
    "ÉCOLE",
    "I'll",
    "we've",
    "0x1F",
    "10,000",
    "user's",
];

/// Markdown of about `bytes` bytes: headings, paragraphs, lists, tables, code, with some words of other scripts.
pub(crate) fn markdown(seed: u64, bytes: usize) -> String {
    let mut random = Random(seed);
    let mut text = String::with_capacity(bytes + 512);
    while text.len() < bytes {
        match random.below(8) {
            0 => {
                text.push_str(random.pick(&["# ", "## ", "### "]));
                sentence(&mut random, &mut text, 4);
                text.push_str("\n\n");
            }
            1 => {
                for _ in 0..random.below(6) + 1 {
                    text.push_str(random.pick(&["- ", "* ", "  - ", "1. ", "- [ ] "]));
                    sentence(&mut random, &mut text, 9);
                    text.push_str(random.pick(&["\n", "\n", "\r\n"]));
                }
                text.push('\n');
            }
            2 => {
                text.push_str(random.pick(&["```rust\n", "```ts\n", "```\n"]));
                for _ in 0..random.below(8) + 1 {
                    let indent = random.below(4) * 4;
                    text.push_str(&" ".repeat(indent));
                    text.push_str(random.pick(&["let ", "if (", "return ", "fn ", "// ", "}", "});"]));
                    sentence(&mut random, &mut text, 3);
                    text.push_str(random.pick(&[";\n", " {\n", "\n", "\n\n"]));
                }
                text.push_str("```\n\n");
            }
            3 => {
                text.push_str("| name | value |\n|------|-------|\n");
                for _ in 0..random.below(5) + 1 {
                    text.push_str("| ");
                    sentence(&mut random, &mut text, 2);
                    text.push_str(" | ");
                    sentence(&mut random, &mut text, 3);
                    text.push_str(" |\n");
                }
                text.push('\n');
            }
            _ => {
                for _ in 0..random.below(4) + 1 {
                    sentence(&mut random, &mut text, 16);
                    text.push_str(random.pick(&[". ", ".\n", ": ", "! "]));
                }
                text.push_str("\n\n");
            }
        }
    }
    text
}

fn sentence(random: &mut Random, text: &mut String, words: usize) {
    for at in 0..random.below(words) + 1 {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(random.pick(&WORDS));
    }
}

/// The folder of public context files beside the checkout, if it is there.
#[allow(dead_code, reason = "not every user of this file needs the folder")]
pub(crate) fn corpus() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["../shared/corpus", "../../shared/corpus"].iter().map(|path| root.join(path)).find(|path| path.is_dir())
}

/// Every text in the corpus with its path, in the order of the paths. Files that are not UTF-8 are left out.
#[allow(dead_code, reason = "not every user of this file needs the texts")]
pub(crate) fn corpus_texts(corpus: &Path) -> Vec<(PathBuf, String)> {
    walkdir::WalkDir::new(corpus)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| Some((entry.path().to_owned(), std::fs::read_to_string(entry.path()).ok()?)))
        .collect()
}

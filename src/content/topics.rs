//! Choices of style and tools of which only one can be made, and what an instruction says about them.

use super::Said;
use crate::model::NO_PARENT;
use crate::paths::parent;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// A choice of which only one can be made.
#[derive(Debug)]
pub struct Topic {
    /// What the choice is about.
    pub name: &'static str,
    /// Each value with the phrases that ask for it, as normalised words.
    pub values: &'static [(&'static str, &'static [&'static str])],
}

/// The choices that are known.
pub static TOPICS: [Topic; 6] = [
    Topic {
        name: "indentation",
        values: &[
            ("tabs", &["use tabs", "tabs for indentation", "indent with tabs", "tab indentation", "indent using tabs"]),
            (
                "spaces",
                &[
                    "use spaces",
                    "spaces for indentation",
                    "indent with spaces",
                    "space indentation",
                    "2 spaces",
                    "4 spaces",
                    "two spaces",
                    "four spaces",
                    "2-space",
                    "4-space",
                ],
            ),
        ],
    },
    Topic {
        name: "width of the indentation",
        values: &[
            ("2 spaces", &["2 spaces", "two spaces", "2-space", "two-space"]),
            ("4 spaces", &["4 spaces", "four spaces", "4-space", "four-space"]),
            ("8 spaces", &["8 spaces", "eight spaces", "8-space"]),
        ],
    },
    Topic {
        name: "quotes",
        values: &[
            (
                "single quotes",
                &["use single quotes", "prefer single quotes", "single quotes for strings", "single-quoted strings"],
            ),
            (
                "double quotes",
                &["use double quotes", "prefer double quotes", "double quotes for strings", "double-quoted strings"],
            ),
        ],
    },
    Topic {
        name: "semicolons",
        values: &[
            (
                "semicolons",
                &["use semicolons", "always semicolons", "end statements with semicolons", "semicolons required"],
            ),
            (
                "no semicolons",
                &[
                    "no semicolons",
                    "omit semicolons",
                    "without semicolons",
                    "don't use semicolons",
                    "do not use semicolons",
                    "never use semicolons",
                ],
            ),
        ],
    },
    Topic {
        name: "package manager",
        values: &[
            ("npm", &["use npm", "npm only", "only npm", "npm as the package manager"]),
            ("yarn", &["use yarn", "yarn only", "only yarn", "yarn as the package manager"]),
            ("pnpm", &["use pnpm", "pnpm only", "only pnpm", "pnpm as the package manager"]),
            ("bun", &["use bun", "bun only", "only bun", "bun as the package manager"]),
        ],
    },
    Topic {
        name: "Python package manager",
        values: &[
            ("pip", &["use pip", "pip only", "only pip"]),
            ("uv", &["use uv", "uv only", "only uv"]),
            ("poetry", &["use poetry", "poetry only", "only poetry"]),
            ("conda", &["use conda", "conda only", "only conda"]),
        ],
    },
];

/// Words that limit what an instruction is about. Two instructions are compared only where these are the same.
const SCOPES: [&str; 58] = [
    "python",
    "javascript",
    "typescript",
    "js",
    "ts",
    "tsx",
    "jsx",
    "go",
    "golang",
    "rust",
    "java",
    "kotlin",
    "swift",
    "c",
    "c++",
    "c#",
    "ruby",
    "php",
    "css",
    "scss",
    "html",
    "yaml",
    "yml",
    "json",
    "toml",
    "makefile",
    "makefiles",
    "make",
    "shell",
    "bash",
    "sql",
    "markdown",
    "docs",
    "documentation",
    "frontend",
    "backend",
    "server",
    "client",
    "web",
    "mobile",
    "ios",
    "android",
    "tests",
    "test",
    "testing",
    "scripts",
    "script",
    "ci",
    "docker",
    "terraform",
    "api",
    "cli",
    "vue",
    "react",
    "svelte",
    "commit",
    "commits",
    "jsx-attributes",
];

/// The choices that an instruction makes: each topic with the one value that it asks for.
pub fn choices(words: &str) -> impl Iterator<Item = (&'static Topic, &'static str)> + '_ {
    // Most instructions hold no phrase of any topic; one pass over their words tells.
    static PHRASES: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
        let of = |(nth, topic): (usize, &'static Topic)| {
            topic.values.iter().flat_map(|(_, phrases)| *phrases).map(move |phrase| (*phrase, nth))
        };
        let (phrases, topics): (Vec<&str>, Vec<usize>) = TOPICS.iter().enumerate().flat_map(of).unzip();
        // This kind is made in a tenth of the time that the fastest one takes.
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(phrases).ok()?;
        Some((automaton, topics))
    });
    let mut named = [PHRASES.is_none(); TOPICS.len()];
    if let Some((automaton, topics)) = &*PHRASES {
        for found in automaton.find_overlapping_iter(words) {
            named[topics[found.pattern().as_usize()]] = true;
        }
    }
    TOPICS.iter().zip(named).filter(|(_, named)| *named).filter_map(|(topic, _)| Some((topic, value_of(topic, words)?)))
}

/// The one value that an instruction asks for; none where it names several without refusing the others.
fn value_of<'t>(topic: &'t Topic, words: &str) -> Option<&'t str> {
    let mut asked = topic.values.iter().filter(|(_, phrases)| phrases.iter().any(|phrase| asks_for(words, phrase)));
    let (value, _) = asked.next()?;
    if asked.next().is_some() { None } else { Some(value) }
}

/// Whether a phrase stands in the words and is not refused there.
fn asks_for(words: &str, phrase: &str) -> bool {
    words.match_indices(phrase).any(|(at, _)| {
        let starts = at == 0 || words.as_bytes()[at - 1] == b' ';
        let after = &words[at + phrase.len()..];
        let ends = after.is_empty() || after.starts_with(' ');
        let refusals =
            ["not", "never", "no", "don't", "avoid", "over", "than", "of", "without", "shouldn't", "instead"];
        let refused =
            words[..at].split(' ').rev().filter(|word| !word.is_empty()).take(3).any(|word| refusals.contains(&word));
        // `use npm scripts`, `use yarn workspaces`: a thing of that name, not the choice.
        let next = after.trim_start().split(' ').next().unwrap_or("");
        let choice = matches!(
            next,
            "" | "for"
                | "as"
                | "not"
                | "never"
                | "instead"
                | "in"
                | "to"
                | "and"
                | "per"
                | "only"
                | "rather"
                | "everywhere"
                | "throughout"
                | "exclusively"
                | "indentation"
                | "indents"
                | "indent"
                | "over"
                | "no"
        );
        starts && ends && !refused && choice
    })
}

/// The words of an instruction, and of the headings above it, that limit what it is about.
pub fn scope<'a>(of: &'a Said<'_>) -> Vec<&'a str> {
    let file = of.file;
    let mut scope: BTreeSet<&str> =
        of.words.split(' ').filter_map(|word| SCOPES.iter().find(|scope| **scope == word)).copied().collect();
    // Folders, files and patterns limit as well.
    scope.extend(of.words.split(' ').filter(|word| word.contains(['/', '.', '*']) && word.len() > 2));
    let section = file.document.sections.iter().rposition(|section| section.span.contains(of.item.span));
    let mut at = section;
    while let Some(index) = at {
        let section = &file.document.sections[index];
        let title = section.title.slice(&file.source.text).to_lowercase();
        let words = title.split(|c: char| !c.is_alphanumeric() && !matches!(c, '+' | '#'));
        scope.extend(words.filter_map(|word| SCOPES.iter().find(|scope| **scope == word)));
        at = (section.parent != NO_PARENT).then_some(section.parent as usize);
    }
    // A file with a scope of its own, or below a folder, is about what lies there.
    let scoped = ["paths", "globs", "applyTo"].iter().any(|key| file.document.frontmatter_value(key).is_some());
    if scoped || parent(&file.path).split('/').any(|part| !part.is_empty() && !part.starts_with('.') && part != "rules")
    {
        scope.insert(&file.path);
    }
    scope.into_iter().collect()
}

/// The length of lines that an instruction asks for: `line length of 100`, `at most 80 characters per line`.
pub fn line_length(words: &str) -> Option<u64> {
    let about = [
        "line length",
        "line-length",
        "lines to",
        "characters per line",
        "chars per line",
        "column limit",
        "max line",
        "line width",
        "lines under",
        "lines below",
    ];
    if !about.iter().any(|phrase| words.contains(phrase)) {
        return None;
    }
    let mut numbers = words
        .split(' ')
        .filter_map(|word| word.trim_end_matches("-character").trim_end_matches("-column").parse::<u64>().ok());
    let number = numbers.next().filter(|number| (40..=400).contains(number))?;
    if numbers.next().is_some() { None } else { Some(number) }
}

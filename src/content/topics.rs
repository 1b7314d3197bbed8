//! Choices of style and tools of which only one can be made, and what an instruction says about them.

use super::Said;
use crate::model::NO_PARENT;
use crate::paths::parent;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::borrow::Cow;
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
pub static TOPICS: [Topic; 12] = [
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
    Topic {
        name: "test runner",
        values: &[
            ("Jest", &["use jest", "jest only", "only jest", "tests with jest"]),
            ("Vitest", &["use vitest", "vitest only", "only vitest", "tests with vitest"]),
            ("Mocha", &["use mocha", "mocha only", "only mocha", "tests with mocha"]),
        ],
    },
    Topic {
        name: "Python test runner",
        values: &[
            ("pytest", &["use pytest", "pytest only", "only pytest", "tests with pytest"]),
            ("unittest", &["use unittest", "unittest only", "only unittest", "tests with unittest"]),
        ],
    },
    Topic {
        name: "running the tests",
        values: &[
            (
                "running them",
                &[
                    "always run the tests",
                    "always run tests",
                    "run the tests after every change",
                    "run tests after every change",
                    "run the tests after each change",
                    "run tests after each change",
                ],
            ),
            (
                "not running them",
                &[
                    "never run the tests",
                    "never run tests",
                    "do not run the tests",
                    "do not run tests",
                    "don't run the tests",
                    "don't run tests",
                ],
            ),
        ],
    },
    Topic {
        name: "commits",
        values: &[
            (
                "commits without asking",
                &[
                    "commit automatically",
                    "commit without asking",
                    "commit after every change",
                    "commit after each change",
                    "commit after every task",
                    "commit after each task",
                ],
            ),
            (
                "none without being asked",
                &[
                    "never commit automatically",
                    "do not commit automatically",
                    "don't commit automatically",
                    "never commit without asking",
                    "do not commit without asking",
                    "don't commit without asking",
                    "never commit on your own",
                    "do not commit on your own",
                    "don't commit on your own",
                    "only commit on request",
                ],
            ),
        ],
    },
    Topic {
        name: "commit messages",
        values: &[
            ("English", &["commit messages in english", "commit message in english", "english commit messages"]),
            ("Japanese", &["commit messages in japanese", "japanese commit messages"]),
            ("Chinese", &["commit messages in chinese", "chinese commit messages"]),
            ("German", &["commit messages in german", "german commit messages"]),
        ],
    },
    Topic {
        name: "merging",
        values: &[
            ("squash merges", &["use squash merges", "use squash merge", "squash merge only", "always squash merge"]),
            ("merge commits", &["use merge commits", "merge commits only", "always use merge commits"]),
            ("rebase merges", &["use rebase merges", "rebase merge only", "always rebase and merge"]),
        ],
    },
];

/// What is limited to a number, with the phrases that name it and the numbers that make sense.
struct Limit {
    name: &'static str,
    phrases: &'static [&'static str],
    least: u64,
    most: u64,
}

static LIMITS: [Limit; 2] = [
    Limit {
        name: "line length",
        phrases: &[
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
        ],
        least: 40,
        most: 400,
    },
    Limit { name: "test coverage", phrases: &["test coverage", "code coverage"], least: 30, most: 100 },
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

/// The choices that an instruction makes: the name of the topic, and the one value that it asks for.
pub fn choices(words: &str) -> Vec<(&'static str, Cow<'static, str>)> {
    // Most instructions hold no phrase of any topic; one pass over their words tells.
    static PHRASES: LazyLock<Option<(AhoCorasick, Vec<usize>)>> = LazyLock::new(|| {
        let of_topic = |(nth, topic): (usize, &'static Topic)| {
            topic.values.iter().flat_map(|(_, phrases)| *phrases).map(move |phrase| (*phrase, nth))
        };
        let of_limit = |(nth, limit): (usize, &'static Limit)| {
            limit.phrases.iter().map(move |phrase| (*phrase, TOPICS.len() + nth))
        };
        let topics = TOPICS.iter().enumerate().flat_map(of_topic);
        let (phrases, of): (Vec<&str>, Vec<usize>) = topics.chain(LIMITS.iter().enumerate().flat_map(of_limit)).unzip();
        // This kind is made in a tenth of the time that the fastest one takes.
        let automaton = AhoCorasick::builder().kind(Some(AhoCorasickKind::ContiguousNFA)).build(phrases).ok()?;
        Some((automaton, of))
    });
    let mut named = [PHRASES.is_none(); TOPICS.len() + LIMITS.len()];
    if let Some((automaton, of)) = &*PHRASES {
        for found in automaton.find_overlapping_iter(words) {
            named[of[found.pattern().as_usize()]] = true;
        }
    }
    let (topics, limits) = named.split_at(TOPICS.len());
    let mut found = Vec::new();
    for (topic, _) in TOPICS.iter().zip(topics).filter(|(_, named)| **named) {
        found.extend(value_of(topic, words).map(|value| (topic.name, Cow::Borrowed(value))));
    }
    for (limit, _) in LIMITS.iter().zip(limits).filter(|(_, named)| **named) {
        found.extend(number_of(limit, words).map(|number| (limit.name, Cow::Owned(number.to_string()))));
    }
    found
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

/// The words of an instruction, and of the headings above it, that limit what it is about. Those of `subject` name what it
/// is about and limit nothing.
pub fn scope<'a>(of: &'a Said<'_>, subject: &str) -> Vec<&'a str> {
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
    scope.into_iter().filter(|word| !subject.split(' ').any(|of| of == *word)).collect()
}

/// The only number of an instruction about a limit: `line length of 100`, `at most 80 characters per line`.
fn number_of(limit: &Limit, words: &str) -> Option<u64> {
    let bare = |word: &str| {
        let word = word.trim_end_matches("-character").trim_end_matches("-column");
        word.parse::<u64>().ok()
    };
    let mut numbers = words.split(' ').filter_map(bare);
    let number = numbers.next().filter(|number| (limit.least..=limit.most).contains(number))?;
    if numbers.next().is_some() { None } else { Some(number) }
}

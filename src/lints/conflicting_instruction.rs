//! Two instructions on one load plan that cannot both be followed.

use crate::content::{self, Said};
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::instructions::Kind;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::NO_PARENT;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The lint.
pub static CONFLICTING_INSTRUCTION: Lint = Lint {
    name: "conflicting-instruction",
    summary: "two instructions on one load plan that cannot both be followed",
    page: include_str!("../../docs/lints/conflicting-instruction.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the model follows one of the two, and nobody knows which",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// A choice of which only one can be made.
struct Topic {
    /// What the choice is about.
    name: &'static str,
    /// Each value with the phrases that ask for it, as normalised words.
    values: &'static [(&'static str, &'static [&'static str])],
}

static TOPICS: [Topic; 6] = [
    Topic {
        name: "indentation",
        values: &[
            ("tabs", &["use tabs", "tabs for indentation", "indent with tabs", "tab indentation", "indent using tabs"]),
            (
                "spaces",
                &["use spaces", "spaces for indentation", "indent with spaces", "space indentation", "2 spaces", "4 spaces", "two spaces", "four spaces", "2-space", "4-space"],
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
            ("single quotes", &["use single quotes", "prefer single quotes", "single quotes for strings", "single-quoted strings"]),
            ("double quotes", &["use double quotes", "prefer double quotes", "double quotes for strings", "double-quoted strings"]),
        ],
    },
    Topic {
        name: "semicolons",
        values: &[
            ("semicolons", &["use semicolons", "always semicolons", "end statements with semicolons", "semicolons required"]),
            ("no semicolons", &["no semicolons", "omit semicolons", "without semicolons", "don't use semicolons", "do not use semicolons", "never use semicolons"]),
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
    "python", "javascript", "typescript", "js", "ts", "tsx", "jsx", "go", "golang", "rust", "java", "kotlin", "swift", "c", "c++", "c#",
    "ruby", "php", "css", "scss", "html", "yaml", "yml", "json", "toml", "makefile", "makefiles", "make", "shell", "bash", "sql", "markdown",
    "docs", "documentation", "frontend", "backend", "server", "client", "web", "mobile", "ios", "android", "tests", "test", "testing",
    "scripts", "script", "ci", "docker", "terraform", "api", "cli", "vue", "react", "svelte", "commit", "commits", "jsx-attributes",
];

/// Words that only carry polarity or strength.
const POLARITY: [&str; 26] = [
    "never", "always", "do", "not", "don't", "must", "mustn't", "should", "shouldn't", "avoid", "please", "ensure", "only", "shall", "prefer",
    "make", "sure", "to", "the", "a", "an", "be", "any", "all", "that", "you",
];

/// A topic about which one place says more than this many things is a table of cases, no rule.
const MANY_VALUES: usize = 3;

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let audiences = content::audiences(workspace);
    let said = content::said(workspace, &audiences);
    let open: Vec<&Said<'_>> = said.iter().filter(|of| of.item.kind != Kind::Conditional && !has_exception(&of.words)).collect();
    let meet = |one: &Said<'_>, two: &Said<'_>| audiences.iter().any(|of| of.meet(&one.file.path, &two.file.path));

    let mut reported: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for topic in &TOPICS {
        let mut asked: BTreeMap<Vec<&str>, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for (at, of) in open.iter().enumerate() {
            if let Some(value) = value_of(topic, &of.words) {
                asked.entry(scope(of)).or_default().entry(value).or_default().push(at);
            }
        }
        for values in asked.into_values().filter(|values| (2..=MANY_VALUES).contains(&values.len())) {
            let all: Vec<(&str, usize)> = values.iter().flat_map(|(value, places)| places.iter().map(|at| (*value, *at))).collect();
            let pair = all.iter().enumerate().find_map(|(nth, (value, one))| {
                let other = all[nth + 1..].iter().find(|(other, two)| other != value && meet(open[*one], open[*two]))?;
                Some(((*value, *one), *other))
            });
            let Some(((value, one), (other, two))) = pair else { continue };
            let ((first, _), (second, wanted)) = if one < two { ((one, value), (two, other)) } else { ((two, other), (one, value)) };
            let before = if wanted == value { other } else { value };
            if reported.insert((first, second)) {
                found.push((first, second, format!("{}: this asks for {wanted}, an instruction elsewhere for {before}", topic.name)));
            }
        }
    }
    let mut by_core: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, of) in open.iter().enumerate() {
        if let Some(core) = core(&of.words) {
            by_core.entry(core).or_default().push(at);
        }
    }
    for places in by_core.into_values().filter(|places| places.len() > 1) {
        let never = |at: &&usize| open[**at].item.kind == Kind::Never;
        let (Some(no), Some(yes)) = (places.iter().find(never), places.iter().find(|at| !never(at))) else { continue };
        let (first, second) = (*no.min(yes), *no.max(yes));
        let same = scope(open[first]) == scope(open[second]);
        if same && meet(open[first], open[second]) && reported.insert((first, second)) {
            let (this, that) = if second == *no { ("forbids", "asks for") } else { ("asks for", "forbids") };
            found.push((first, second, format!("this {this} what an instruction elsewhere {that}")));
        }
    }
    found.sort();
    for (first, second, message) in found {
        let (first, second) = (open[first], open[second]);
        let place = if first.file.path == second.file.path { "above".to_owned() } else { format!("in `{}`", first.file.path) };
        cx.report(Diagnostic {
            message: message.replace("elsewhere", &place),
            help: "decide for one, or say when each of them holds".to_owned(),
            span: Some(second.item.span),
            related: vec![Label { path: first.file.path.clone(), span: first.item.span, message: "the other one".to_owned() }],
            clients: content::clients_of(&audiences, &first.file.path, &second.file.path),
            key: format!("{}\n{}", first.words, second.words),
            ..cx.finding(&second.file.path)
        });
    }
}

/// Whether an instruction says itself that there are cases.
fn has_exception(words: &str) -> bool {
    let cases = ["unless", "except", "otherwise", "depending", "either", "if", "when", "where", "existing", "match", "legacy"];
    words.split(' ').any(|word| cases.contains(&word))
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
        let refusals = ["not", "never", "no", "don't", "avoid", "over", "than", "of", "without", "shouldn't", "instead"];
        let refused = words[..at].split(' ').rev().filter(|word| !word.is_empty()).take(3).any(|word| refusals.contains(&word));
        // `use npm scripts`, `use yarn workspaces`: a thing of that name, not the choice.
        let next = after.trim_start().split(' ').next().unwrap_or("");
        let choice = matches!(next, "" | "for" | "as" | "not" | "never" | "instead" | "in" | "to" | "and" | "per" | "only" | "rather" | "everywhere" | "throughout" | "exclusively" | "indentation" | "indents" | "indent" | "over" | "no");
        starts && ends && !refused && choice
    })
}

/// The words of an instruction, and of the headings above it, that limit what it is about.
fn scope<'a>(of: &'a Said<'_>) -> Vec<&'a str> {
    let file = of.file;
    let mut scope: BTreeSet<&str> = of.words.split(' ').filter_map(|word| SCOPES.iter().find(|scope| **scope == word)).copied().collect();
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
    if scoped || crate::paths::parent(&file.path).split('/').any(|part| !part.is_empty() && !part.starts_with('.') && part != "rules") {
        scope.insert(&file.path);
    }
    scope.into_iter().collect()
}

/// The words that say what an instruction is about, in order; none where too little is left to compare.
fn core(words: &str) -> Option<String> {
    let kept: Vec<&str> = words.split(' ').filter(|word| !POLARITY.contains(word)).collect();
    (kept.len() >= 2 && kept.len() <= 14).then(|| kept.join(" "))
}

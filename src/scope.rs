//! How a client matches a rule's patterns against paths. These are not shell globs: see [`crate::clients`].
//!
//! A [`Scope`] is compiled once and then asked about paths below its anchor, the folder that its client measures from.
//! [`match_all`] asks many scopes about many paths at once, [`Folded`] one after another about the same paths.

mod braces;
mod component;
mod folded;
mod many;

pub use folded::Folded;
pub use many::{match_all, match_each};

use crate::clients::{Matching, ScopeGrammar};
use crate::model::{Document, Node, NodeKind, ScalarStyle};
use crate::source::Span;
use component::Component;

/// One pattern as written in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternText {
    /// The pattern without the spaces around it.
    pub text: String,
    /// The scalar that holds it, quotes included; a string with commas holds several.
    pub span: Span,
}

/// The patterns in the value of a scope key. Empty when the value is none that the client understands: such a rule has
/// no scope.
pub fn patterns_of(value: &Node, grammar: &ScopeGrammar) -> Vec<PatternText> {
    let mut patterns = Vec::new();
    collect(value, grammar, &mut patterns);
    patterns
}

fn collect(value: &Node, grammar: &ScopeGrammar, into: &mut Vec<PatternText>) {
    match &value.kind {
        NodeKind::String { value: text, .. } => {
            let parts = if grammar.commas { braces::split_commas(text) } else { vec![&**text] };
            let texts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
            into.extend(texts.map(|text| PatternText { text: text.to_owned(), span: value.span }));
        }
        NodeKind::Sequence(items) => items.iter().for_each(|item| collect(item, grammar, into)),
        _ => {}
    }
}

/// Whether a list item without quotes costs the file its whole frontmatter, so that it has no scope.
pub fn loses_list(document: &Document, grammar: &ScopeGrammar) -> bool {
    let broken = document.frontmatter.as_ref().filter(|frontmatter| frontmatter.error.is_some());
    let Some(frontmatter) = broken.filter(|_| grammar.bad_item_loses_all) else { return false };
    let entries = frontmatter.node.as_ref().map_or(&[][..], Node::entries);
    entries.iter().flat_map(|entry| entry.value.items()).any(is_unquoted)
}

/// Whether a scalar stands without quotes though YAML reads its first character as a sign of its own.
pub fn is_unquoted(node: &Node) -> bool {
    match &node.kind {
        NodeKind::String { value, style: ScalarStyle::Plain } => {
            value.starts_with(['*', '&', '!', '{', '[', '@', '`', '%', '|', '>'])
        }
        _ => false,
    }
}

/// Paths that the pattern means, one or a few for each of its alternatives: what it would match if anything like that
/// were there.
pub fn samples(text: &str, grammar: &ScopeGrammar) -> Vec<String> {
    let text = text.trim().trim_start_matches('!').trim_start_matches("./").trim_start_matches('/');
    let mut samples = Vec::new();
    for (_, text) in braces::expand_all(&[text], grammar.max_expanded, grammar.max_expanded_bytes) {
        for folders in ["", "x"] {
            let parts = text.trim_end_matches('/').split('/').map(|part| if part == "**" { folders } else { part });
            let parts: Vec<String> = parts.filter(|part| !part.is_empty()).map(component::sample).collect();
            let path = parts.join("/");
            samples.push(format!("{path}/x"));
            samples.push(path);
        }
    }
    samples.retain(|path| !path.is_empty() && path != "/x");
    samples.sort();
    samples.dedup();
    samples
}

/// Why a pattern can match nothing, whatever the tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// A `[` that nothing closes.
    UnclosedBracket,
    /// It starts with `./`, and paths do not.
    LeadingDot,
    /// It leaves the anchor by `..`.
    ParentFolder,
    /// It starts with `~`, which is not expanded.
    Home,
    /// It holds `//`.
    EmptyPart,
    /// It uses `\` between folders.
    Backslash,
    /// It starts with `#`, which makes it a comment.
    Comment,
    /// It uses `[!...]`, which this client does not know.
    BangClass,
    /// It uses `@(...)`, `+(...)`, `!(...)`, `?(...)` or `*(...)`, which this client does not know.
    ExtendedGlob,
    /// Its braces would expand beyond the client's limit, so they stand for themselves.
    TooManyBraces,
    /// It takes away, and no other pattern gives.
    OnlyNegation,
    /// It has quotes around it that are part of it.
    Quoted,
    /// It starts at the root of a file system.
    Absolute,
}

/// The compiled patterns of one rule.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The rule has no scope: it always loads.
    pub always: bool,
    /// Index of the pattern as written, and the compiled form; a pattern with braces has several.
    patterns: Vec<(u32, Pattern)>,
    matching: Matching,
    ignore_case: bool,
    negated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Pattern {
    negated: bool,
    /// Only folders match.
    folder: bool,
    parts: Vec<Component>,
}

impl Scope {
    /// Compiles the patterns of one rule. No pattern: the rule always loads.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>, grammar: &ScopeGrammar) -> Scope {
        let written: Vec<&str> = patterns.into_iter().collect();
        let mut scope = Scope {
            always: false,
            patterns: Vec::new(),
            matching: grammar.matching,
            ignore_case: grammar.ignore_case,
            negated: false,
        };
        let expanded = braces::expand_all(&written, grammar.max_expanded, grammar.max_expanded_bytes);
        let mut left = 0;
        for (at, text) in &expanded {
            let text = cut(text, grammar);
            if text.is_empty() {
                continue;
            }
            left += 1;
            if grammar.double_star_is_always && text == "**" && expanded.len() == 1 {
                left = 0;
                break;
            }
            scope.patterns.extend(compile(text, grammar).map(|pattern| (*at as u32, pattern)));
        }
        scope.always = left == 0;
        scope.negated = scope.patterns.iter().any(|(_, pattern)| pattern.negated);
        scope
    }

    /// One scope for each of the `count` patterns as written, which matches what that pattern alone means, negated or
    /// not. Together they are no larger than the whole.
    pub fn split(&self, count: usize) -> Vec<Scope> {
        let empty = Scope { always: false, patterns: Vec::new(), negated: false, ..*self };
        let mut scopes = vec![empty; count];
        for (at, pattern) in &self.patterns {
            if let Some(scope) = scopes.get_mut(*at as usize) {
                scope.patterns.push((*at, Pattern { negated: false, ..pattern.clone() }));
            }
        }
        scopes
    }

    /// Whether the rule loads for `path` (relative to the anchor, with `/`).
    pub fn matches(&self, path: &str) -> bool {
        self.always || self.matched(path).is_some()
    }

    /// The index of the pattern that makes the rule load for `path`; `None` also for a rule without a scope.
    pub fn matched(&self, path: &str) -> Option<usize> {
        let folded;
        let path = if self.ignore_case {
            folded = component::fold(path);
            &folded
        } else {
            path
        };
        let parts: Vec<&str> = path.split('/').collect();
        self.matched_parts(&parts)
    }

    fn matched_parts(&self, parts: &[&str]) -> Option<usize> {
        match self.matching {
            Matching::Gitignore if self.negated => self.last_match(parts),
            Matching::Gitignore => self.find(|pattern| pattern.takes(parts)),
            Matching::Path { .. } => {
                let found = self.find(|pattern| !pattern.negated && pattern.matches(parts));
                let taken = self.find(|pattern| pattern.negated && pattern.matches(parts));
                found.filter(|_| taken.is_none())
            }
        }
    }

    fn find(&self, test: impl Fn(&Pattern) -> bool) -> Option<usize> {
        self.patterns.iter().find(|(_, pattern)| test(pattern)).map(|(at, _)| *at as usize)
    }

    /// The last pattern that matches decides, from the outermost folder inwards; inside a folder that is taken,
    /// nothing can be given back.
    fn last_match(&self, parts: &[&str]) -> Option<usize> {
        for length in 1..=parts.len() {
            let is_folder = length < parts.len();
            let decides =
                |(_, pattern): &&(u32, Pattern)| (is_folder || !pattern.folder) && pattern.matches(&parts[..length]);
            match self.patterns.iter().rfind(decides) {
                Some((at, pattern)) if !pattern.negated => return Some(*at as usize),
                _ => {}
            }
        }
        None
    }
}

impl Pattern {
    /// Whether exactly `parts` is meant.
    fn matches(&self, parts: &[&str]) -> bool {
        component::match_parts(&self.parts, parts, false)
    }

    /// Whether `parts` or a folder on the way to it is meant.
    fn takes(&self, parts: &[&str]) -> bool {
        let parts = if self.folder { &parts[..parts.len() - 1] } else { parts };
        !self.negated && component::match_parts(&self.parts, parts, true)
    }
}

/// The pattern as the client compiles it.
fn cut<'a>(text: &'a str, grammar: &ScopeGrammar) -> &'a str {
    let text = text.trim();
    match grammar.matching {
        Matching::Gitignore => text.strip_suffix("/**").unwrap_or(text),
        Matching::Path { .. } => text.strip_prefix("./").unwrap_or(text),
    }
}

/// `None` for what the client throws away or cannot read.
fn compile(text: &str, grammar: &ScopeGrammar) -> Option<Pattern> {
    let gitignore = grammar.matching == Matching::Gitignore;
    if gitignore && text.starts_with('#') {
        return None;
    }
    let (negated, text) = match text.strip_prefix('!') {
        Some(rest) if grammar.negation => (true, rest),
        _ => (false, text),
    };
    let (folder, text) = match text.strip_suffix('/') {
        Some(rest) if gitignore => (true, rest),
        _ => (false, text),
    };
    let (anchored, text) = match text.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (text.contains('/'), text),
    };
    let floats = !anchored && matches!(grammar.matching, Matching::Gitignore | Matching::Path { basename: true });
    let mut parts = if floats { vec![Component::AnyFolders] } else { Vec::new() };
    for part in text.split('/') {
        let part = Component::new(part, grammar)?;
        if part != Component::AnyFolders || parts.last() != Some(&Component::AnyFolders) {
            parts.push(part);
        }
    }
    Some(Pattern { negated, folder, parts })
}

/// Why one pattern of a rule can match nothing. `alone` is true when the rule has no pattern that gives.
pub fn why_dead(text: &str, grammar: &ScopeGrammar, alone: bool) -> Option<Dead> {
    let text = text.trim();
    let gitignore = grammar.matching == Matching::Gitignore;
    if text.starts_with('!') && grammar.negation {
        return alone.then_some(Dead::OnlyNegation);
    }
    let extended = ["@(", "+(", "!(", "?(", "*("].iter().any(|mark| text.contains(mark));
    let too_many = braces::expand_all(&[text], grammar.max_expanded, grammar.max_expanded_bytes);
    let checks = [
        (gitignore && text.starts_with('#'), Dead::Comment),
        (gitignore && text.starts_with("./"), Dead::LeadingDot),
        (text.split('/').any(|part| part == ".."), Dead::ParentFolder),
        (is_quoted(text), Dead::Quoted),
        (is_absolute(text), Dead::Absolute),
        (text.starts_with("~/"), Dead::Home),
        (text.contains("//"), Dead::EmptyPart),
        (!grammar.bang_class && text.contains("[!"), Dead::BangClass),
        (gitignore && extended, Dead::ExtendedGlob),
        (too_many.len() == 1 && braces::has_choice(text), Dead::TooManyBraces),
        (component::has_unclosed_bracket(text), Dead::UnclosedBracket),
        (is_windows_path(text), Dead::Backslash),
    ];
    checks.into_iter().find(|(holds, _)| *holds).map(|(_, why)| why)
}

/// The quotes of a value inside which other quotes stand.
fn is_quoted(text: &str) -> bool {
    let ends = |quote: char| text.len() > 2 && text.starts_with(quote) && text.ends_with(quote);
    ends('"') || ends('\'')
}

/// A drive, or one of the folders in which people keep their work: a `/` alone only ties a pattern to its anchor.
fn is_absolute(text: &str) -> bool {
    let drive = |rest: &str| rest.starts_with(":/") || rest.starts_with(":\\");
    let mut chars = text.chars();
    let on_drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && drive(chars.as_str());
    on_drive || text.starts_with("/Users/") || text.starts_with("/home/")
}

/// A `\` before a letter or digit stands between folders; before anything else it is an escape.
fn is_windows_path(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char == '\\' && chars.next().is_some_and(char::is_alphanumeric) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;

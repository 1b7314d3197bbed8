//! A pattern in a form that its client never matches, or that has no effect.

use crate::clients::{Evidence, ScopeGrammar};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::Presence;
use crate::scope::{Dead, Scope, why_dead};
use crate::workspace::{ScopedRule, Workspace};

/// The lint.
pub static INVALID_GLOB: Lint = Lint {
    name: "invalid-glob",
    summary: "a pattern of a rule in a form that its client never matches",
    page: include_str!("../../docs/lints/invalid-glob.md"),
    group: Group::Scope,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "patterns are no shell globs: the rule stays away from the files that it names",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for rule in workspace.scoped_rules() {
        let mut negations = 0;
        for number in 0..rule.patterns.len().min(MAX_PATTERNS) {
            negations += usize::from(rule.patterns[number].text.starts_with('!'));
            let found = match invalid(rule, number) {
                Some(why) => dead(cx, rule, number, why),
                None if negations <= MAX_NEGATIONS && takes_nothing_back(workspace, rule, number) => {
                    idle_negation(cx, rule, number)
                }
                None => continue,
            };
            cx.report(found);
        }
    }
}

/// How many patterns of one rule are looked at, and how many negated ones are tried on every file: guards against
/// hostile files.
const MAX_PATTERNS: usize = 500;
const MAX_NEGATIONS: usize = 16;

/// Why the pattern can match nothing. What does match is fine, whatever it looks like.
pub(super) fn invalid(rule: &ScopedRule, number: usize) -> Option<Dead> {
    let alone = rule.patterns.iter().all(|pattern| pattern.text.starts_with('!'));
    let why = why_dead(&rule.patterns[number].text, rule.grammar, alone)?;
    (rule.matches[number] == 0 || why == Dead::OnlyNegation).then_some(why)
}

fn dead(cx: &Checker<'_>, rule: &ScopedRule, number: usize, why: Dead) -> Diagnostic {
    let text = &rule.patterns[number].text;
    let (what, help) = describe(why);
    let better = mended(text, why, rule.grammar);
    let fix = better.as_ref().and_then(|(better, applicability)| {
        let title = format!("write `{better}`");
        Some(Fix { title, applicability: *applicability, edits: vec![rewrite(cx.workspace, rule, number, better)?] })
    });
    Diagnostic {
        severity: severity(rule),
        message: format!("{} never matches `{text}`: {what}", rule.client.title),
        help: better.map_or(help.to_owned(), |(better, _)| format!("write `{better}`")),
        fixes: fix.into_iter().collect(),
        ..at_pattern(cx, rule, number)
    }
}

/// A finding at one pattern of a rule.
pub(super) fn at_pattern(cx: &Checker<'_>, rule: &ScopedRule, number: usize) -> Diagnostic {
    let pattern = &rule.patterns[number];
    Diagnostic {
        span: Some(pattern.span),
        clients: vec![newest(rule.client)],
        key: pattern.text.clone(),
        ..cx.finding(&rule.file)
    }
}

/// An error is a fact, and facts are measured.
fn severity(rule: &ScopedRule) -> Severity {
    if rule.grammar.fact.evidence == Evidence::Measured { Severity::Error } else { Severity::Warn }
}

/// What is wrong, and what to do when no better pattern can be told.
fn describe(why: Dead) -> (&'static str, &'static str) {
    match why {
        Dead::UnclosedBracket => ("its `[` is never closed", "close it, or write `\\[` for the character itself"),
        Dead::LeadingDot => ("paths do not start with `./`", "leave the `./` out"),
        Dead::ParentFolder => ("it leaves the folder that patterns start from", "move the rule to a folder above both"),
        Dead::Home => ("`~` is not expanded, and files outside of the project match nothing", "start from the project"),
        Dead::Absolute => ("patterns start from the project, not from the file system", "start from the project"),
        Dead::EmptyPart => ("it holds `//`", "write one `/`"),
        Dead::Backslash => ("folders are parted by `/`, and `\\` takes the next character as it is", "write `/`"),
        Dead::Comment => {
            ("a pattern that starts with `#` is a comment", "start it with the folder, as in `/#notes/**`")
        }
        Dead::BangClass => {
            ("`[!...]` is not known", "write `[^...]`, or take files away by a pattern that starts with `!`")
        }
        Dead::ExtendedGlob => ("`@(...)`, `+(...)`, `*(...)`, `?(...)` and `!(...)` are not known", "write `{a,b}`"),
        Dead::TooManyBraces => ("its braces make more patterns than the client takes", "write fewer alternatives"),
        Dead::OnlyNegation => ("it only takes away, and nothing gives", "add a pattern for the files that are meant"),
        Dead::Quoted => ("its inner quotes are part of it", "leave one pair of quotes out"),
    }
}

/// The pattern that its author must have meant, and whether that is sure.
fn mended(text: &str, why: Dead, grammar: &ScopeGrammar) -> Option<(String, Applicability)> {
    let better = match why {
        // Without the `./` a lone folder would match at any depth; a `/` at the start keeps it where it was.
        Dead::LeadingDot => {
            let rest = text.trim_start_matches("./").trim_start_matches('/');
            let floats = !rest.strip_suffix("/**").unwrap_or(rest).trim_end_matches('/').contains('/');
            if floats { format!("/{rest}") } else { rest.to_owned() }
        }
        Dead::EmptyPart => {
            let mut better = text.to_owned();
            while better.contains("//") {
                better = better.replace("//", "/");
            }
            better
        }
        Dead::Backslash => text.replace('\\', "/"),
        Dead::Quoted => text[1..text.len() - 1].to_owned(),
        Dead::BangClass => return Some((text.replace("[!", "[^"), Applicability::Unsafe)),
        _ => return None,
    };
    why_dead(&better, grammar, false).is_none().then_some((better, Applicability::Safe))
}

/// The edit that puts another pattern in the place of one; `None` when escapes or repetitions hide where it stands.
pub(super) fn rewrite(workspace: &Workspace, rule: &ScopedRule, number: usize, better: &str) -> Option<Edit> {
    let pattern = &rule.patterns[number];
    let raw = pattern.span.slice(&workspace.file(&rule.file)?.source.text);
    if raw.matches(&pattern.text).count() != 1 {
        return None;
    }
    let text = match raw == pattern.text && better.starts_with('/') {
        true => format!("\"{better}\""),
        false => raw.replacen(&pattern.text, better, 1),
    };
    Some(Edit { path: rule.file.clone(), span: pattern.span, text })
}

/// Whether a negated pattern means files that the rule loads for all the same. Inside a folder that is matched as a
/// whole nothing can be taken back.
fn takes_nothing_back(workspace: &Workspace, rule: &ScopedRule, number: usize) -> bool {
    let measured = rule.grammar.fact.evidence == Evidence::Measured;
    let text = &rule.patterns[number].text;
    if !measured || !rule.grammar.negation || !text.starts_with('!') || rule.matches[number] == 0 {
        return false;
    }
    let texts: Vec<&str> = rule.patterns.iter().map(|pattern| pattern.text.as_str()).collect();
    let whole = Scope::new(texts.iter().copied(), rule.grammar);
    let without: Vec<&str> = texts.iter().enumerate().filter(|(at, _)| *at != number).map(|(_, text)| *text).collect();
    let without = Scope::new(without, rule.grammar);
    let taken = Scope::new([text.trim_start_matches('!')], rule.grammar);
    let inside = |path: &&std::sync::Arc<str>| path.len() > rule.anchor.len();
    let skip = if rule.anchor.is_empty() { 0 } else { rule.anchor.len() + 1 };
    let mut meant = 0;
    for path in workspace.index.below(&rule.anchor).iter().filter(inside) {
        let path = &path[skip..];
        if taken.matches(path) && without.matches(path) {
            meant += 1;
            if !whole.matches(path) {
                return false;
            }
        }
    }
    meant > 0
}

fn idle_negation(cx: &Checker<'_>, rule: &ScopedRule, number: usize) -> Diagnostic {
    let text = &rule.patterns[number].text;
    let folder = text.trim_start_matches('!').trim_end_matches("/**");
    let is_folder = cx.workspace.index.presence(folder.trim_start_matches('/')) == Presence::Dir;
    let what = if is_folder { "the folder" } else { "the files" };
    Diagnostic {
        message: format!(
            "`{text}` takes nothing back: {} loads the {} for {what} all the same",
            rule.client.title,
            rule.role.name()
        ),
        why: "inside a folder that another pattern matches as a whole, nothing can be taken back".to_owned(),
        help: "name files in both patterns, as in `src/**/*.ts` and `!src/**/*.test.ts`".to_owned(),
        ..at_pattern(cx, rule, number)
    }
}

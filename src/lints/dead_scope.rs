//! Patterns that match no file.

use super::invalid_glob::{at_pattern, invalid, rewrite};
use super::stale_citation::when;
use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::paths::{Presence, file_name, join, normalize, parent};
use crate::scope::{Scope, samples};
use crate::workspace::{ScopedRule, Workspace};

/// The lint.
pub static DEAD_SCOPE: Lint = Lint {
    name: "dead-scope",
    summary: "a rule whose patterns match no file of the repository",
    page: include_str!("../../docs/lints/dead-scope.md"),
    group: Group::Scope,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client never loads it, and nothing says so",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for rule in workspace.scoped_rules().iter().filter(|rule| !rule.always) {
        let given = |number: &usize| !(rule.grammar.negation && rule.patterns[*number].text.starts_with('!'));
        let (live, silent): (Vec<usize>, Vec<usize>) =
            (0..rule.patterns.len().min(MAX_PATTERNS)).filter(given).partition(|number| rule.matches[*number] > 0);
        // A form that can never match is said by `invalid-glob`.
        let silent: Vec<usize> = silent.into_iter().filter(|number| invalid(rule, *number).is_none()).collect();
        let (unknown, dead): (Vec<usize>, Vec<usize>) =
            silent.into_iter().partition(|number| is_elsewhere(workspace, rule, *number));
        if dead.is_empty() {
            continue;
        }
        if live.is_empty() && unknown.is_empty() {
            let found = whole(cx, rule, &dead);
            cx.report(found);
            continue;
        }
        for number in dead.into_iter().filter(|number| !is_spare(rule, *number, &live)) {
            let found = single(cx, rule, number);
            cx.report(found);
        }
    }
}

/// How many patterns of one rule are looked at: a guard against hostile files.
const MAX_PATTERNS: usize = 500;

/// Whether the pattern means what is ignored, or lies in a submodule: that may be there on another machine.
fn is_elsewhere(workspace: &Workspace, rule: &ScopedRule, number: usize) -> bool {
    samples(&rule.patterns[number].text, rule.grammar).iter().any(|path| {
        let path = join(&rule.anchor, path);
        matches!(workspace.index.presence(&path), Presence::Ignored | Presence::Beyond)
    })
}

/// Whether a dead pattern only names one more kind of file beside a live one: `**/*.pyi` with `**/*.py` does no harm.
fn is_spare(rule: &ScopedRule, number: usize, live: &[usize]) -> bool {
    let text = rule.patterns[number].text.as_str();
    let name = file_name(text);
    if !name.contains('*') || name == "**" {
        return false;
    }
    let folder = parent(text);
    folder.is_empty() || folder == "**" || live.iter().any(|other| parent(&rule.patterns[*other].text) == folder)
}

fn whole(cx: &Checker<'_>, rule: &ScopedRule, dead: &[usize]) -> Diagnostic {
    let what = rule.role.name();
    let message = match rule.patterns.as_slice() {
        [only] => format!("no file matches `{}`: {} never loads this {what}", only.text, rule.client.title),
        all => {
            format!("no file matches any of its {} patterns: {} never loads this {what}", all.len(), rule.client.title)
        }
    };
    let found = single(cx, rule, dead[0]);
    let several = rule.patterns.len() > 1;
    Diagnostic {
        message,
        span: Some(rule.span),
        label: "matches nothing".to_owned(),
        severity: Severity::Warn,
        // The first pattern alone makes the rule load again.
        help: if several && !found.fixes.is_empty() {
            format!("for `{}`: {}", rule.patterns[dead[0]].text, found.help)
        } else {
            found.help.clone()
        },
        key: "all".to_owned(),
        ..found
    }
}

fn single(cx: &Checker<'_>, rule: &ScopedRule, number: usize) -> Diagnostic {
    let text = &rule.patterns[number].text;
    let renamed = renamed(cx.workspace, rule, number);
    let applicability = if renamed.is_some() { Applicability::Safe } else { Applicability::Unsafe };
    let better = renamed.or_else(|| suggestion(cx.workspace, rule, number));
    let fix = better.as_ref().and_then(|(better, _)| {
        let title = format!("write `{better}`");
        let edits = vec![rewrite(cx.workspace, rule, number, better)?];
        Some(Fix { title, applicability, edits })
    });
    let help = match (&better, missing_folder(cx.workspace, rule, text)) {
        (Some((_, help)), _) => help.clone(),
        (None, Some(folder)) => format!("there is no `{folder}`: correct the pattern, or remove it"),
        (None, None) => "correct the pattern, or remove it".to_owned(),
    };
    Diagnostic {
        severity: Severity::Info,
        message: format!("no file matches `{text}`"),
        why: "the other patterns work, this one does nothing".to_owned(),
        help,
        label: "matches nothing".to_owned(),
        fixes: fix.into_iter().collect(),
        ..at_pattern(cx, rule, number)
    }
}

/// The folders and the name at the start of a pattern that hold no wildcard.
fn literal(text: &str) -> Vec<&str> {
    let text = text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    text.split('/').take_while(|part| !part.contains(['*', '?', '[', '{', '\\'])).collect()
}

/// The first part of a pattern, without wildcards, that is not there.
fn missing_folder(workspace: &Workspace, rule: &ScopedRule, text: &str) -> Option<String> {
    let parts = literal(text);
    let path = |count: usize| join(&rule.anchor, &parts[..count].join("/"));
    (1..=parts.len()).map(path).find(|path| workspace.index.presence(path) == Presence::Missing)
}

/// The pattern of a single file that history renamed.
fn renamed(workspace: &Workspace, rule: &ScopedRule, number: usize) -> Option<(String, String)> {
    let text = &rule.patterns[number].text;
    let path = normalize(&rule.anchor, text.trim_start_matches('/'))?;
    let (to, commit) = workspace.references.renamed(&path)?;
    let to = to.strip_prefix(&*prefix(&rule.anchor))?;
    // In a pattern these characters would mean something else.
    let is_plain = !to.contains(['*', '?', '[', ']', '{', '}', '!', '\\', ',', '"', '\'']);
    let from_top = if text.starts_with('/') { "/" } else { "" };
    is_plain.then(|| (format!("{from_top}{to}"), format!("it was renamed to `{to}`{}", when(commit))))
}

/// Another pattern that does match, and why it is likely.
fn suggestion(workspace: &Workspace, rule: &ScopedRule, number: usize) -> Option<(String, String)> {
    let text = &rule.patterns[number].text;
    let missing = missing_folder(workspace, rule, text)?;
    let parts = literal(text);
    let index = &workspace.index;
    let is_file = parts.join("/") == text.trim_start_matches('/');
    let found = if is_file {
        one(index.named(file_name(text)).into_iter().filter(|path| path.starts_with(&*prefix(&rule.anchor))))
            .map(|path| (path.to_owned(), "the only file of that name is"))
    } else {
        moved_folder(workspace, rule, &missing, &parts)
    };
    let (path, because) = found?;
    let path = path.strip_prefix(&*prefix(&rule.anchor))?;
    let old = parts.join("/");
    let at = text.find(&old)?;
    let better = format!("{}{path}{}", &text[..at], &text[at + old.len()..]);
    let scope = Scope::new([better.as_str()], rule.grammar);
    let skip = prefix(&rule.anchor).len();
    let matches = index.below(&rule.anchor).iter().any(|file| file.len() > skip && scope.matches(&file[skip..]));
    let mark = if because.starts_with("did") { "?" } else { "" };
    matches.then(|| (better, format!("{because} `{path}`{mark}")))
}

/// The folder that a pattern's folder must be today: the only one at another place that ends so, or one beside it of
/// nearly the same name.
fn moved_folder(
    workspace: &Workspace,
    rule: &ScopedRule,
    missing: &str,
    parts: &[&str],
) -> Option<(String, &'static str)> {
    let index = &workspace.index;
    let prefix = prefix(&rule.anchor);
    let depth = missing[prefix.len().min(missing.len())..].split('/').count();
    let wanted = parts.join("/");
    // Only a path of two or more parts is peculiar enough to be found elsewhere by its end.
    if parts.len() > 1 {
        let end = format!("/{wanted}");
        let below = index.dirs.iter().filter(|dir| dir.starts_with(&*prefix) && dir.ends_with(&*end));
        if let Some(dir) = one(below) {
            return Some((dir.to_string(), "the only folder that ends so is"));
        }
    }
    let siblings = index.dirs.iter().filter(|dir| parent(dir) == parent(missing)).map(|dir| file_name(dir));
    let near = nearest(file_name(missing), siblings)?;
    let path = join(parent(missing), near);
    let rest = parts[depth.min(parts.len())..].join("/");
    let path = join(&path, &rest);
    (index.presence(&path) == Presence::Dir).then_some((path, "did you mean"))
}

fn prefix(anchor: &str) -> String {
    if anchor.is_empty() { String::new() } else { format!("{anchor}/") }
}

fn one<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

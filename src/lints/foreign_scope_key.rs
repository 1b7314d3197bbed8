//! A scope under the key of another client.

use crate::clients::{self, Client, Evidence, Role, RuleStyle, ScopeGrammar};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::{Entry, NodeKind};
use crate::parse::quote::quoted;
use crate::scope::{is_unquoted, patterns_of};
use crate::workspace::{File, flag};

/// The lint.
pub static FOREIGN_SCOPE_KEY: Lint = Lint {
    name: "foreign-scope-key",
    summary: "a rule that is tied to paths by a key of another client",
    page: include_str!("../../docs/lints/foreign-scope-key.md"),
    group: Group::Scope,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "the client ignores keys that it does not know, and says nothing",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    if file.document.frontmatter.is_none() {
        return;
    }
    for client in
        cx.workspace.clients.iter().filter(|client| file.clients_with(Role::Rule).any(|c| c.name == client.name))
    {
        let Some(grammar) = client.scope else { continue };
        let own = file.document.frontmatter_value(grammar.key);
        if own.is_some_and(|entry| !patterns_of(&entry.value, grammar).is_empty()) {
            continue;
        }
        let Some(effect) = effect(client, file) else { continue };
        if let Some(entry) = foreign_scope(file, grammar) {
            let found = scope_finding(cx, file, client, grammar, entry, effect);
            cx.report(found);
        } else if let Some(entry) = foreign_flag(file, client).filter(|_| effect == Effect::Always) {
            let found = flag_finding(cx, file, client, grammar, entry);
            cx.report(found);
        }
    }
}

/// What becomes of a rule whose scope its client does not see.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Always,
    Never,
}

impl Effect {
    fn clause(self) -> &'static str {
        match self {
            Effect::Always => "loads the rule in every session",
            Effect::Never => "never loads the rule by itself",
        }
    }
}

/// `None` where another key of the client decides, so that a scope would not matter.
fn effect(client: &Client, file: &File) -> Option<Effect> {
    match client.rules {
        RuleStyle::Always => None,
        RuleStyle::Flag { key } => (!flag(file, key)).then_some(Effect::Never),
        RuleStyle::Scope { without_always: true } => Some(Effect::Always),
        RuleStyle::Scope { without_always: false } => Some(Effect::Never),
        RuleStyle::Mode { key, scoped, without, always, .. } => {
            let mode = file.document.frontmatter_value(key).and_then(|entry| entry.value.as_str());
            match mode {
                None if without == always => Some(Effect::Always),
                Some(mode) if mode == scoped => Some(Effect::Never),
                _ => None,
            }
        }
    }
}

/// The first key of another client, or a misspelt one, that holds patterns for less than everything.
fn foreign_scope<'a>(file: &'a File, grammar: &ScopeGrammar) -> Option<&'a Entry> {
    // What says that it always applies means the same to both.
    let flags = clients::all().iter().filter_map(|client| match client.rules {
        RuleStyle::Flag { key } => Some(key),
        _ => None,
    });
    if flags.into_iter().any(|key| flag(file, key)) {
        return None;
    }
    let entries = file.document.frontmatter.as_ref()?.node.as_ref()?.entries();
    entries.iter().find(|entry| {
        let patterns = patterns_of(&entry.value, grammar);
        let limits = patterns.iter().any(|pattern| !pattern.text.chars().all(|c| matches!(c, '*' | '/')));
        entry.key != grammar.key.into() && is_scope_key(&entry.key, grammar.key) && limits
    })
}

/// Whether a key is how some client calls its patterns, or nearly how this one does.
fn is_scope_key(key: &str, own: &str) -> bool {
    let foreign = clients::all().iter().filter_map(|client| client.scope).any(|scope| scope.key == key);
    let singular = |text: &str| text.to_ascii_lowercase().trim_end_matches('s').to_owned();
    foreign || singular(key) == singular(own)
}

/// `alwaysApply: false` where there is no scope either.
fn foreign_flag<'a>(file: &'a File, client: &Client) -> Option<&'a Entry> {
    let keys = clients::all().iter().filter(|other| other.name != client.name).filter_map(|other| match other.rules {
        RuleStyle::Flag { key } => Some(key),
        _ => None,
    });
    let entries = keys.into_iter().filter_map(|key| file.document.frontmatter_value(key));
    entries.into_iter().find(|entry| entry.value.kind == NodeKind::Bool(false))
}

fn scope_finding(
    cx: &Checker<'_>,
    file: &File,
    client: &'static Client,
    grammar: &ScopeGrammar,
    entry: &Entry,
    effect: Effect,
) -> Diagnostic {
    let owner = clients::all().iter().find(|client| client.scope.is_some_and(|scope| scope.key == &*entry.key));
    let whose = match owner {
        Some(owner) => format!("`{}` is a key of {}", entry.key, owner.title),
        None => format!("`{}` is misspelt", entry.key),
    };
    let measured = grammar.fact.evidence == Evidence::Measured;
    Diagnostic {
        severity: if measured { Severity::Error } else { Severity::Warn },
        message: format!("{whose}: {} ignores it and {}", client.title, effect.clause()),
        help: format!("call it `{}`", grammar.key),
        span: Some(entry.key_span),
        clients: vec![newest(client)],
        key: entry.key.to_string(),
        fixes: vec![Fix {
            title: format!("rename the key to `{}`", grammar.key),
            applicability: Applicability::Unsafe,
            edits: rename(file, entry, grammar),
        }],
        ..cx.finding(&file.path)
    }
}

/// The new name, and quotes where the old key's owner needed none.
fn rename(file: &File, entry: &Entry, grammar: &ScopeGrammar) -> Vec<Edit> {
    let path = || file.path.clone();
    let mut edits = vec![Edit { path: path(), span: entry.key_span, text: grammar.key.to_owned() }];
    let text = &file.source.text;
    let values = if entry.value.items().is_empty() { std::slice::from_ref(&entry.value) } else { entry.value.items() };
    for value in values.iter().filter(|value| !grammar.plain && is_unquoted(value)) {
        let raw = value.span.slice(text);
        if value.as_str() == Some(raw) {
            edits.push(Edit { path: path(), span: value.span, text: quoted(raw) });
        }
    }
    edits
}

fn flag_finding(
    cx: &Checker<'_>,
    file: &File,
    client: &'static Client,
    grammar: &ScopeGrammar,
    entry: &Entry,
) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warn,
        message: format!("`{}: false` means nothing to {}, which {}", entry.key, client.title, Effect::Always.clause()),
        help: format!("add `{}` with the files that it is for, or make it a skill", grammar.key),
        span: Some(entry.key_span),
        clients: vec![newest(client)],
        key: entry.key.to_string(),
        ..cx.finding(&file.path)
    }
}

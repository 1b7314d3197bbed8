//! Imports that defeat the scope of a rule.

use super::inert_import::size_of;
use crate::clients::{Client, ImportStyle, Role};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::parent;
use crate::references::State;
use crate::workspace::{ImportEdge, ImportTarget, ScopedRule, Workspace};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// The lint.
pub static EAGER_IMPORT: Lint = Lint {
    name: "eager-import",
    summary: "an import that makes a path-scoped rule, or what it imports, load in every session",
    page: include_str!("../../docs/lints/eager-import.md"),
    group: Group::Imports,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "imports are followed at the start of a session, whatever the scope says",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    // Only where imports are entries of their own was this seen.
    let own_entries =
        |client: &&&'static Client| client.imports.is_some_and(|grammar| grammar.style == ImportStyle::Markdown);
    for client in workspace.clients.iter().filter(own_entries) {
        let is_scoped = |rule: &&ScopedRule| rule.client.name == client.name && rule.role == Role::Rule && !rule.always;
        let scoped: BTreeMap<&str, &ScopedRule> =
            workspace.scoped_rules().iter().filter(is_scoped).map(|rule| (&*rule.file, rule)).collect();
        if scoped.is_empty() {
            continue;
        }
        let unscoped = from_start(workspace, client, &scoped);
        for edge in live(workspace, client) {
            let ImportTarget::File(target) = &edge.target else { continue };
            let found = match (scoped.get(&*edge.from), scoped.get(&**target)) {
                (_, Some(rule)) if unscoped.contains(&edge.from) => pulled_in(cx, edge, rule),
                (Some(rule), _) if rule.anchor.is_empty() && !unscoped.contains(target) => pulls_in(cx, edge, rule),
                _ => continue,
            };
            cx.report(found);
        }
    }
}

fn live<'a>(workspace: &'a Workspace, client: &Client) -> impl Iterator<Item = &'a ImportEdge> {
    let name = client.name;
    workspace.imports.iter().filter(move |edge| edge.client.name == name && edge.import.state == State::Live)
}

/// Files that load at the start without the help of any rule with a scope.
fn from_start(
    workspace: &Workspace,
    client: &'static Client,
    scoped: &BTreeMap<&str, &ScopedRule>,
) -> BTreeSet<Arc<str>> {
    let at_root = |path: &str| matches!(parent(path), "" | ".claude") || path.starts_with(".claude/rules/");
    let mut found: BTreeSet<Arc<str>> = workspace
        .importing_files(client)
        .filter(|file| !scoped.contains_key(&*file.path))
        .filter(|file| file.roles.iter().any(|role| role.client == client.name && at_root(&role.path)))
        .map(|file| file.path.clone())
        .collect();
    let mut next: BTreeMap<&Arc<str>, Vec<&Arc<str>>> = BTreeMap::new();
    for edge in live(workspace, client) {
        if let ImportTarget::File(target) = &edge.target {
            next.entry(&edge.from).or_default().push(target);
        }
    }
    let mut queue: VecDeque<Arc<str>> = found.iter().cloned().collect();
    while let Some(file) = queue.pop_front() {
        for target in next.get(&file).into_iter().flatten() {
            // A rule with a scope is what is asked about; what lies behind it does not load for its own sake.
            if !scoped.contains_key(&***target) && found.insert((*target).clone()) {
                queue.push_back((*target).clone());
            }
        }
    }
    found
}

fn pulled_in(cx: &Checker<'_>, edge: &ImportEdge, rule: &ScopedRule) -> Diagnostic {
    let pattern = rule.patterns.first().map_or("", |pattern| pattern.text.as_str());
    let more = if rule.patterns.len() > 1 { " and others" } else { "" };
    Diagnostic {
        message: format!(
            "this import loads `{}` in every session, which is meant only for `{pattern}`{more}",
            rule.file
        ),
        help: "remove the import: the rule loads by itself where its patterns match".to_owned(),
        ..common(cx, edge)
    }
}

fn pulls_in(cx: &Checker<'_>, edge: &ImportEdge, rule: &ScopedRule) -> Diagnostic {
    let key = rule.grammar.key;
    Diagnostic {
        message: format!(
            "`@{}` loads in every session, even when no file matches the `{key}` of this rule",
            edge.import.path
        ),
        help: "copy the text into the rule, or write the path in backticks and say when to read it".to_owned(),
        ..common(cx, edge)
    }
}

fn common(cx: &Checker<'_>, edge: &ImportEdge) -> Diagnostic {
    Diagnostic {
        span: Some(edge.import.span),
        label: size_of(cx.workspace, edge).map_or(String::new(), |size| format!("{size} in every session")),
        clients: vec![newest(edge.client)],
        key: edge.import.path.clone(),
        ..cx.finding(&edge.from)
    }
}

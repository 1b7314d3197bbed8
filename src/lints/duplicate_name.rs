//! Two agents, skills or commands of one name.

use crate::artifacts::{self, Agent, Skill, Word};
use crate::clients::{self, claude_code, codex, gemini_cli};
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::source::Span;
use crate::workspace::File;
use std::collections::BTreeMap;

/// The lint.
pub static DUPLICATE_NAME: Lint = Lint {
    name: "duplicate-name",
    summary: "two agents, skills or commands of one name, of which one is never used",
    page: include_str!("../../docs/lints/duplicate-name.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "one of the two is never used, and nothing says so",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    if cx.workspace.has_client(claude_code::CLIENT.name) {
        agents(cx);
        commands(cx);
    }
    for client in [codex::CLIENT.name, gemini_cli::CLIENT.name] {
        if cx.workspace.has_client(client) {
            labels(cx, client);
        }
    }
}

/// Agents in one folder tree: which of two is taken depends on the order in which the disk lists them. In different trees
/// the nearest wins, which is a way to replace one on purpose; agents of plugins are told apart by the plugin's name.
fn agents(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let mut first: BTreeMap<(&str, String), Agent<'_>> = BTreeMap::new();
    for agent in artifacts::agents(workspace).into_iter().filter(|agent| agent.place.plugin.is_none()) {
        let Some(name) = agent.name.clone() else { continue };
        let key = (agent.place.tree, name.text.clone());
        let Some(other) = first.get(&key) else {
            first.insert(key, agent);
            continue;
        };
        if other.place.file.path == agent.place.file.path {
            continue;
        }
        let message =
            format!("two agents are called `{}`; Claude Code takes the one that the disk lists first", name.text);
        let others = other.name.as_ref().map_or(Span::default(), |name| name.span);
        let finding =
            finding(cx, agent.place.file, &name, message, (other.place.file, others), claude_code::CLIENT.name);
        cx.report(finding);
    }
}

/// A command beside a skill of the same name is not listed any more.
fn commands(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let skills = artifacts::skills(workspace, claude_code::CLIENT.name);
    let own = skills.iter().filter(|skill| skill.place.plugin.is_none());
    let by_name: BTreeMap<(&str, &str), &Skill<'_>> =
        own.map(|skill| ((base(skill.place.tree), skill.directory), skill)).collect();
    for command in artifacts::commands(workspace).into_iter().filter(|command| command.place.plugin.is_none()) {
        let Some(skill) = by_name.get(&(base(command.place.tree), command.name.as_str())) else { continue };
        let message = format!("the command `{}` is hidden by the skill of the same name", command.name);
        let start = Span::new(0, 0);
        let name = Word { text: command.name.clone(), span: start };
        let found =
            finding(cx, command.place.file, &name, message, (skill.place.file, start), claude_code::CLIENT.name);
        cx.report(Diagnostic {
            help: "delete one of the two, or rename it".to_owned(),
            span: None,
            why: "Claude Code lists and runs the skill; the command is never used".to_owned(),
            ..found
        });
    }
}

/// `.claude` of `.claude/skills`.
fn base(tree: &str) -> &str {
    crate::paths::parent(tree)
}

/// Clients that call a skill by its `name`.
fn labels(cx: &mut Checker<'_>, client: &'static str) {
    let workspace = cx.workspace;
    let title = clients::title(client);
    let mut first: BTreeMap<(String, String), Skill<'_>> = BTreeMap::new();
    for skill in artifacts::skills(workspace, client) {
        let Some(name) = skill.label.clone() else { continue };
        let key = (skill.place.tree.to_owned(), name.text.clone());
        let Some(other) = first.get(&key) else {
            first.insert(key, skill);
            continue;
        };
        if other.place.file.path == skill.place.file.path {
            continue;
        }
        let message = format!("two skills are called `{}`, and {title} goes by the name", name.text);
        let others = other.label.as_ref().map_or(Span::default(), |name| name.span);
        let finding = finding(cx, skill.place.file, &name, message, (other.place.file, others), client);
        cx.report(Diagnostic { why: "nothing tells the two apart".to_owned(), ..finding });
    }
}

fn finding(
    cx: &Checker<'_>,
    file: &File,
    name: &Word,
    message: String,
    (other, span): (&File, Span),
    client: &'static str,
) -> Diagnostic {
    Diagnostic {
        message,
        help: format!("rename one of them; the other is `{}`", other.path),
        span: Some(name.span),
        related: vec![Label { path: other.path.clone(), span, message: "the other one".to_owned() }],
        clients: vec![newest_of(client)],
        key: format!("{} {}", name.text, other.path),
        ..cx.finding(&file.path)
    }
}

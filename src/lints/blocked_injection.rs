//! A command that a skill injects and that no permission lets run.

use crate::artifacts::{self, permissions};
use crate::clients::{FieldValue, Role, claude_code};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::{BlockKind, InlineKind, Node};
use crate::source::Span;
use crate::workspace::{File, Workspace};

/// The lint.
pub static BLOCKED_INJECTION: Lint = Lint {
    name: "blocked-injection",
    summary: "a command in `!` and backticks that may not run, so that the skill or command stops",
    page: include_str!("../../docs/lints/blocked-injection.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "an injected command never asks: without a permission the whole skill is aborted",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let client = &claude_code::CLIENT;
    let is_read =
        |at: &crate::discover::RoleAt| at.client == client.name && matches!(at.role, Role::Command | Role::Skill);
    if !file.roles.iter().any(is_read) || !cx.workspace.has_client(client.name) {
        return;
    }
    let commands = injected(file);
    if commands.is_empty() || uses_other_shell(file) || never_asks(cx.workspace) {
        return;
    }
    let own = file.document.frontmatter_value("allowed-tools");
    let own = own.map(|entry| artifacts::words(&entry.value, FieldValue::Tools, file)).unwrap_or_default();
    let shared = allowed_by_settings(cx.workspace);
    let rules: Vec<&str> = own.iter().map(|word| word.text.as_str()).chain(shared).collect();
    for (command, span) in commands {
        let Some(part) = permissions::first_blocked(command, &rules) else { continue };
        let rule = rule_for(part);
        cx.report(Diagnostic {
            message: format!("`{}` may not run here: nothing allows it", shorten(part)),
            help: format!("add `{rule}` to `allowed-tools`"),
            span: Some(span),
            clients: vec![newest(client)],
            key: command.to_owned(),
            fixes: fix(file, &rule).into_iter().collect(),
            ..cx.finding(&file.path)
        });
    }
}

/// Every injected command with its place: a code span behind `!` at the start of a line or behind a space, and the fences
/// that open with ` ```! `.
fn injected(file: &File) -> Vec<(&str, Span)> {
    let text = file.source.text.as_str();
    let holds = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !holds("!`") && !holds("```!") {
        return Vec::new();
    }
    let spans = file.document.inlines.iter().filter(|inline| inline.kind == InlineKind::Code).filter(|inline| {
        let mut before = text[..inline.span.start as usize].chars().rev();
        before.next() == Some('!') && before.next().is_none_or(char::is_whitespace)
    });
    // Code in two backticks shows the form and is not run.
    let single = spans.filter(|inline| inline.content.start == inline.span.start + 1);
    let of_spans = single.map(|inline| inline.content);
    let of_fences = file.document.blocks.iter().filter_map(|block| match block.kind {
        BlockKind::Fence { info, content, .. } if info.slice(text).starts_with('!') => Some(content),
        _ => None,
    });
    let commands = of_spans.chain(of_fences).map(|span| (span.slice(text).trim(), span));
    commands.filter(|(command, _)| is_real(command)).collect()
}

/// Whether it is a command and no stand-in for one, as in a text about injection.
fn is_real(command: &str) -> bool {
    !command.is_empty() && !matches!(command, "command" | "cmd" | "..." | "…") && !command.contains("<command>")
}

fn uses_other_shell(file: &File) -> bool {
    let shell = file.document.frontmatter_value("shell");
    shell.and_then(|entry| entry.value.as_str()).is_some_and(|shell| shell != "bash")
}

fn settings(workspace: &Workspace) -> impl Iterator<Item = &Node> {
    let of_claude = |file: &&File| {
        file.roles
            .iter()
            .any(|at| at.client == claude_code::CLIENT.name && matches!(at.role, Role::Settings | Role::LocalSettings))
    };
    let files = workspace.files.iter().filter(of_claude);
    files.filter_map(|file| file.document.data.as_ref()?.get("permissions").map(|entry| &entry.value))
}

/// Whether the repository's settings switch questions off, or say that injection does not run at all.
fn never_asks(workspace: &Workspace) -> bool {
    settings(workspace).any(|permissions| {
        let mode = permissions.get("defaultMode").and_then(|entry| entry.value.as_str());
        matches!(mode, Some("bypassPermissions" | "auto"))
    })
}

fn allowed_by_settings(workspace: &Workspace) -> impl Iterator<Item = &str> {
    let allow = settings(workspace).filter_map(|permissions| permissions.get("allow"));
    allow.flat_map(|entry| entry.value.items()).filter_map(Node::as_str)
}

/// The rule that allows a command with any arguments: its first word, and the second where that is a subcommand.
fn rule_for(part: &str) -> String {
    let mut words = part.split_whitespace();
    let first = words.next().unwrap_or("");
    let second =
        words.next().filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-'));
    match second {
        Some(second) => format!("Bash({first} {second}:*)"),
        None => format!("Bash({first}:*)"),
    }
}

fn shorten(part: &str) -> String {
    let line = part.lines().next().unwrap_or("");
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// Adds the rule to a string of rules, where there is one on one line.
fn fix(file: &File, rule: &str) -> Option<Fix> {
    let entry = file.document.frontmatter_value("allowed-tools")?;
    let raw = entry.value.span.slice(&file.source.text);
    if entry.value.as_str() != Some(raw) || raw.contains('\n') || raw.is_empty() {
        return None;
    }
    let at = entry.value.span.end as usize;
    Some(Fix {
        title: format!("allow `{rule}`"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: file.path.clone(), span: Span::new(at, at), text: format!(", {rule}") }],
    })
}

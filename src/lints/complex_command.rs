//! A command that is so long that it should be a skill.

use crate::budgets::COMPLEX_COMMAND_LINES;
use crate::clients::{Role, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::workspace::File;

/// The lint.
pub static COMPLEX_COMMAND: Lint = Lint {
    name: "complex-command",
    summary: "a command so long that it should be a skill, whose details are read when they are needed",
    page: include_str!("../../docs/lints/complex-command.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: true,
    basis: Basis::Convention,
    why: "a command is loaded whole and stays in the conversation; a skill can keep its details in files beside it",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let client = &claude_code::CLIENT;
    let is_read = file.roles.iter().any(|at| at.role == Role::Command && at.client == client.name);
    if !is_read || !cx.workspace.has_client(client.name) {
        return;
    }
    let lines = file.source.line_count();
    if lines <= COMPLEX_COMMAND_LINES {
        return;
    }
    cx.report(Diagnostic {
        message: format!("the command has {lines} lines, more than {COMPLEX_COMMAND_LINES}"),
        help: "make it a skill, and move what only some calls need into `references/`".to_owned(),
        clients: vec![newest(client)],
        key: "long".to_owned(),
        ..cx.finding(&file.path)
    });
}

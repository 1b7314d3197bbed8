//! A skill or command that nobody can invoke.

use crate::artifacts::{self, flag};
use crate::clients::{CLAUDE_CODE_FLAGS, Role, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::workspace::File;

/// The lint.
pub static UNREACHABLE_SKILL: Lint = Lint {
    name: "unreachable-skill",
    summary: "a skill that neither the model nor a person may invoke",
    page: include_str!("../../docs/lints/unreachable-skill.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "it can never run, nor be preloaded by an agent",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let client = &claude_code::CLIENT;
    let is_read =
        |at: &crate::discover::RoleAt| at.client == client.name && matches!(at.role, Role::Skill | Role::Command);
    if !file.roles.iter().any(is_read) || !cx.workspace.has_client(client.name) {
        return;
    }
    let entry = |key: &str, on: bool| {
        let entry = file.document.frontmatter_value(key)?;
        (flag(&entry.value, &CLAUDE_CODE_FLAGS) == Some(on)).then_some(entry)
    };
    let (Some(no_model), Some(no_user)) = (entry("disable-model-invocation", true), entry("user-invocable", false))
    else {
        return;
    };
    // Other clients do not know these keys and list the skill.
    if artifacts::forms(cx.workspace, file).iter().any(|form| form.field("user-invocable").is_none()) {
        return;
    }
    cx.report(Diagnostic {
        message: "neither the model nor a person can invoke this skill".to_owned(),
        help: "drop `disable-model-invocation: true` or `user-invocable: false`".to_owned(),
        span: Some(no_user.key_span),
        related: vec![Label {
            path: file.path.clone(),
            span: no_model.key_span,
            message: "the model may not".to_owned(),
        }],
        clients: vec![newest(client)],
        key: "unreachable".to_owned(),
        ..cx.finding(&file.path)
    });
}

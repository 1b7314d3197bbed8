//! A command whose script, target or recipe no manifest defines.

use super::stale_citation::soften;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static UNKNOWN_COMMAND: Lint = Lint {
    name: "unknown-command",
    summary: "a script, target or recipe that no manifest of the repository defines",
    page: include_str!("../../docs/lints/unknown-command.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent runs a command that fails, and then guesses another",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (document, of_file) in &cx.workspace.references.documents {
        for command in &of_file.commands {
            let help = match &command.near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "name one that is there, or define it".to_owned(),
            };
            let fix = command.near.as_ref().map(|near| Fix {
                title: format!("write `{near}`"),
                applicability: Applicability::Unsafe,
                edits: vec![Edit { path: document.clone(), span: command.span, text: near.clone() }],
            });
            let noun = command.runner.noun();
            let mut finding = Diagnostic {
                message: format!(
                    "`{}`: no {noun} `{}` in `{}` or elsewhere",
                    command.text, command.name, command.manifest
                ),
                help,
                span: Some(command.span),
                key: command.text.clone(),
                fixes: fix.into_iter().collect(),
                ..cx.finding(document)
            };
            soften(&mut finding, of_file.class);
            cx.report(finding);
        }
    }
}

//! A context file that is not UTF-8.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::FileState;

/// The lint.
pub static NOT_UTF8: Lint = Lint {
    name: "not-utf8",
    summary: "a context file that is not valid UTF-8",
    page: include_str!("../../docs/lints/not-utf8.md"),
    group: Group::Files,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client passes it on as garbage or loses it, and what it says was not checked",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for file in cx.workspace.files.iter().filter(|file| file.linted) {
        if let FileState::NotUtf8 { at, guess } = file.state {
            cx.report(Diagnostic {
                message: format!("not valid UTF-8 at offset {at}; it looks like {guess}"),
                help: "save it as UTF-8, or name it under `exclude` in ctxlint.toml".to_owned(),
                ..cx.finding(&file.path)
            });
        }
    }
}

//! A context file with too many lines.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, Verdict, thousands};
use crate::workspace::File;

/// The lint.
pub static FILE_LINES: Lint = Lint {
    name: "file-lines",
    summary: "a context file with more lines than its budget",
    page: include_str!("../../docs/lints/file-lines.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "long files cost review effort and are cut first when the window is short",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let lines = file.source.line_count() as u64;
    let Some(Verdict { limit, severity, basis, source }) = measure::over(cx.workspace, "file-lines", file, lines)
    else {
        return;
    };
    cx.report(Diagnostic {
        message: format!("{} lines; the budget of {} is {source}", thousands(lines), thousands(limit)),
        severity,
        basis,
        help: "move what only some tasks need into path-scoped rules, skills or documents read on demand".to_owned(),
        ..cx.finding(&file.path)
    });
}

//! A context file with too many tokens.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, Verdict, thousands};
use crate::workspace::File;

/// The lint.
pub static FILE_TOKENS: Lint = Lint {
    name: "file-tokens",
    summary: "a context file with more tokens than its budget",
    page: include_str!("../../docs/lints/file-tokens.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "the file is paid for in every turn in which it is loaded",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let Some(limit) = measure::file_limits(cx.workspace, "file-tokens", file).least() else { return };
    let encoding = cx.workspace.encoding();
    if !measure::may_exceed(encoding, &file.source.text, limit) {
        return;
    }
    let count = file.tokens(encoding);
    let Some(Verdict { limit, severity, basis, source }) = measure::over(cx.workspace, "file-tokens", file, count)
    else {
        return;
    };
    cx.report(Diagnostic {
        message: format!("{} tokens; the budget of {} is {source}", thousands(count), thousands(limit)),
        severity,
        basis,
        help: "move what only some tasks need into path-scoped rules, skills or documents read on demand".to_owned(),
        ..cx.finding(&file.path)
    });
}

//! A context file with too many instructions.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, Verdict, thousands};
use crate::workspace::File;

/// The lint.
pub static FILE_INSTRUCTIONS: Lint = Lint {
    name: "file-instructions",
    summary: "a context file with more instructions than its budget",
    page: include_str!("../../docs/lints/file-instructions.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "the more is asked at once, the more is left out; nobody reviews a list that long",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    // No instruction is shorter than four bytes with what separates it from the next.
    let most = file.source.text.len() as u64 / 4;
    if measure::over(cx.workspace, "file-instructions", file, most).is_none() {
        return;
    }
    let counted = file.instructions();
    let count = counted.items.len() as u64;
    let Some(Verdict { limit, severity, basis, source }) =
        measure::over(cx.workspace, "file-instructions", file, count)
    else {
        return;
    };
    let about = if counted.approximate { "about " } else { "" };
    cx.report(Diagnostic {
        message: format!("{about}{} instructions; the budget of {} is {source}", thousands(count), thousands(limit)),
        severity,
        basis,
        help: "drop what tools enforce, and move what only some tasks need into path-scoped rules or skills; \
               `ctxlint measure --explain` shows each"
            .to_owned(),
        ..cx.finding(&file.path)
    });
}

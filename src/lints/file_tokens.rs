//! A context file with too many tokens.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, Verdict, thousands};
use crate::tokens;
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

/// Few texts have more bytes for a token; it only decides what is tried first, never a verdict.
const USUAL_BYTES_PER_TOKEN: u64 = 5;

fn check(cx: &mut Checker<'_>, file: &File) {
    let Some(limit) = measure::least_limit(cx.workspace, "file-tokens", file) else { return };
    let (encoding, text) = (cx.workspace.encoding(), file.source.text.as_str());
    // Most files are far below their budget, and then no full count is needed. A file of many times as many bytes as
    // tokens are allowed is over it in all likelihood, and then a full count is.
    let likely_over = text.len() as u64 / USUAL_BYTES_PER_TOKEN > limit;
    if !likely_over && !tokens::exceeds(encoding, text, limit as usize) {
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

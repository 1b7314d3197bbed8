//! A name that is said to be in a file and is not.

use super::stale_citation::soften;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static MISSING_SYMBOL: Lint = Lint {
    name: "missing-symbol",
    summary: "\"`name()` in `file`\" where the file is there and the name is not in it",
    page: include_str!("../../docs/lints/missing-symbol.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent searches a file for a name that it does not hold",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (document, of_file) in &cx.workspace.references.documents {
        for symbol in &of_file.symbols {
            let mut finding = Diagnostic {
                message: format!("`{}` does not occur in `{}`", symbol.name, symbol.path),
                help: "name the file that holds it now, or the name that it has now".to_owned(),
                span: Some(symbol.span),
                key: format!("{} {}", symbol.name, symbol.path),
                ..cx.finding(document)
            };
            soften(&mut finding, of_file.class);
            cx.report(finding);
        }
    }
}

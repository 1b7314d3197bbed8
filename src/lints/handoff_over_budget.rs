//! A handoff that costs more than it should.

use crate::budgets;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{Limits, Verdict, thousands};

/// The lint.
pub static HANDOFF_OVER_BUDGET: Lint = Lint {
    name: "handoff-over-budget",
    summary: "a handoff with more tokens than its budget",
    page: include_str!("../../docs/lints/handoff-over-budget.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "it is read whole at the start of a session, and most of it crowds out what matters",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let encoding = cx.workspace.encoding();
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours) {
        let Some(file) = survey::file(cx.workspace, handoff) else { continue };
        let default = &budgets::HANDOFF_TOKENS;
        let limits = Limits { warn: Some(default.warn), error: default.error, own: true };
        let count = file.tokens(encoding);
        let Some(Verdict { limit, severity, basis, source }) = limits.verdict(count) else { continue };
        cx.report(Diagnostic {
            message: format!("{} tokens; the budget of {} is {source}", thousands(count), thousands(limit)),
            severity,
            basis,
            help: "shorten what was written by hand, or write it anew with `--budget-tokens`".to_owned(),
            key: "tokens".to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

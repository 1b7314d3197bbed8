//! A handoff for a branch whose work is over.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_DEAD_BRANCH: Lint = Lint {
    name: "handoff-dead-branch",
    summary: "a handoff for a branch that was merged or is gone",
    page: include_str!("../../docs/lints/handoff-dead-branch.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "whoever resumes from it takes up work that is done, or that nothing can be added to",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        let is_over = handoff.is_current || handoff.fields.status.as_deref() == Some("done");
        let Some(branch) = handoff.fields.branch.as_deref().filter(|_| !is_over) else { continue };
        // A clone of one branch lacks the others: only what its own history holds is told.
        let message = match (handoff.drift.is_in_history, handoff.drift.has_branch) {
            (Some(true), Some(false)) => format!("its branch `{branch}` was merged and is gone"),
            (Some(true), Some(true)) => format!("its branch `{branch}` was merged"),
            (Some(false), Some(false)) => format!("its branch `{branch}` is gone"),
            _ => continue,
        };
        cx.report(Diagnostic {
            message,
            help: "set its `status` to done, or remove it".to_owned(),
            key: branch.to_owned(),
            ..cx.finding(&handoff.path)
        });
    }
}

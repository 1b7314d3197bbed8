//! A handoff that is older than what it tells is likely to hold.

use crate::budgets;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_EXPIRED: Lint = Lint {
    name: "handoff-expired",
    summary: "a handoff that is weeks old or hundreds of commits behind",
    page: include_str!("../../docs/lints/handoff-expired.md"),
    group: Group::Handoff,
    level: Severity::Info,
    max_level: Severity::Info,
    pedantic: false,
    basis: Basis::Convention,
    why: "most of what it says has changed since",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let limits = &budgets::HANDOFF_AGE;
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        if handoff.fields.status.as_deref() == Some("done") {
            continue;
        }
        let (age, behind) = (handoff.drift.age.unwrap_or(0), handoff.drift.behind.unwrap_or(0));
        let message = if age > limits.days {
            format!(
                "its commit is {age} days older than the one that is checked out; it counts as expired after {}",
                limits.days
            )
        } else if behind > limits.commits {
            format!("{behind} commits came after its own; it counts as expired after {}", limits.commits)
        } else {
            continue;
        };
        cx.report(Diagnostic {
            message,
            help: "write it anew, set its `status` to done, or remove it".to_owned(),
            key: "expired".to_owned(),
            ..cx.finding(&handoff.path)
        });
    }
}

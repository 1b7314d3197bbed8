//! A handoff about a commit that is not the one that is checked out.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::content::count as counted;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_STALE_HEAD: Lint = Lint {
    name: "handoff-stale-head",
    summary: "a handoff about a commit that is gone, or that others came after",
    page: include_str!("../../docs/lints/handoff-stale-head.md"),
    group: Group::Handoff,
    level: Severity::Info,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "what it says of the state is about another commit",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in &cx.workspace.handoffs.documents {
        let is_live = handoff.is_ours && handoff.is_newest && handoff.is_current;
        let Some(head) = handoff.fields.head.as_deref().filter(|_| is_live) else { continue };
        let short = head.get(..8).unwrap_or(head);
        let (message, help, severity) =
            match (handoff.drift.is_known, handoff.drift.is_in_history, handoff.drift.behind) {
                (Some(false), ..) => (
                    format!("the commit `{short}` that it is about does not exist here"),
                    "write the handoff anew: `ctxlint handoff --session latest --out FILE`",
                    Severity::Error,
                ),
                (_, Some(false), _) => (
                    format!("the commit `{short}` that it is about is not part of this branch any more"),
                    "read what was rewritten, then write the handoff anew",
                    Severity::Error,
                ),
                (_, _, Some(behind)) if behind > 0 => (
                    format!("{} came after `{short}`", counted(behind as usize, "commit")),
                    "read `git log` from there on, or write the handoff anew",
                    Severity::Info,
                ),
                _ => continue,
            };
        cx.report(Diagnostic {
            message,
            help: help.to_owned(),
            severity,
            key: short.to_owned(),
            ..cx.finding(&handoff.path)
        });
    }
}

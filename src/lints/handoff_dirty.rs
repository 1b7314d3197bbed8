//! A handoff about uncommitted work that is no longer as it was.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_DIRTY: Lint = Lint {
    name: "handoff-dirty",
    summary: "a handoff about uncommitted changes that are not those of the working tree",
    page: include_str!("../../docs/lints/handoff-dirty.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the uncommitted work that it tells of is elsewhere or was changed",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        let (Some(written), Some(now)) = (&handoff.fields.fingerprint, &handoff.drift.fingerprint) else { continue };
        if written != now {
            cx.report(Diagnostic {
                message: "the working tree holds other uncommitted changes than when it was written".to_owned(),
                help: "compare with `git status`, then write the handoff anew".to_owned(),
                key: "fingerprint".to_owned(),
                ..cx.finding(&handoff.path)
            });
        }
    }
}

//! A handoff whose frontmatter cannot be relied on.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::read;
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_FRONTMATTER: Lint = Lint {
    name: "handoff-frontmatter",
    summary: "a handoff with a frontmatter key that is missing, of another type or of an unknown value",
    page: include_str!("../../docs/lints/handoff-frontmatter.md"),
    group: Group::Handoff,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "whoever reads the handoff later cannot tell which commit and branch it is about",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours) {
        let Some(file) = survey::file(cx.workspace, handoff) else { continue };
        for (span, message, help) in read::fields(&file.document).1 {
            // What is missing is missing in the whole: its first line is shown.
            let key = message.clone();
            cx.report(Diagnostic { message, help, span: Some(span), key, ..cx.finding(&file.path) });
        }
    }
}

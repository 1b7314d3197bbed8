//! A handoff that does not name a file that changed.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::content::count as counted;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_UNLISTED_CHANGE: Lint = Lint {
    name: "handoff-unlisted-change",
    summary: "a handoff that does not name every file that differs from its base",
    page: include_str!("../../docs/lints/handoff-unlisted-change.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "which files were touched is what summaries forget most, and what the next session needs first",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// Paths that are named in the message.
const MAX_NAMED: usize = 5;

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        let unlisted = &handoff.drift.unlisted;
        if unlisted.is_empty() || handoff.fields.status.as_deref() == Some("done") {
            continue;
        }
        let named: Vec<String> = unlisted.iter().take(MAX_NAMED).map(|path| format!("`{path}`")).collect();
        let rest = unlisted.len() - named.len();
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        cx.report(Diagnostic {
            message: format!(
                "it does not name {}: {}{rest}",
                counted(unlisted.len(), "changed file"),
                named.join(", ")
            ),
            help: "name them under `Changed`, or write the handoff anew".to_owned(),
            key: "unlisted".to_owned(),
            ..cx.finding(&handoff.path)
        });
    }
}

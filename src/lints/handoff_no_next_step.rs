//! A handoff that names nothing to do.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::read;
use crate::handoff::sections::Topic;
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_NO_NEXT_STEP: Lint = Lint {
    name: "handoff-no-next-step",
    summary: "a handoff that is not done and names no next step",
    page: include_str!("../../docs/lints/handoff-no-next-step.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Convention,
    why: "the next session starts by guessing what to do",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        let is_over = matches!(handoff.fields.status.as_deref(), Some("done" | "ready-for-review"));
        let Some(file) = survey::file(cx.workspace, handoff).filter(|_| !is_over) else { continue };
        let said = read::said(&file.document, &file.source.text, Topic::Next);
        // An empty section is told by another lint.
        let Some(said) = said.filter(|said| !said.text.is_empty() && !read::has_step(said)) else { continue };
        cx.report(Diagnostic {
            message: "it is in progress and names no next step".to_owned(),
            help: "write what to do first under `Next`, or set its `status` to done".to_owned(),
            span: Some(said.span),
            key: "next".to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

//! A handoff without one of its sections, or with an empty one.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::read;
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_SECTION: Lint = Lint {
    name: "handoff-section",
    summary: "a handoff that lacks a section of its template, or has it empty",
    page: include_str!("../../docs/lints/handoff-section.md"),
    group: Group::Handoff,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "the next session looks for the goal, the changes and the steps under stable headings",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours) {
        let Some(file) = survey::file(cx.workspace, handoff) else { continue };
        for topic in read::required(&handoff.fields) {
            let heading = topic.heading();
            let (message, span) = match read::said(&file.document, &file.source.text, topic) {
                None => (format!("the section `{heading}` is missing"), None),
                Some(said) if said.text.is_empty() => (format!("the section `{heading}` is empty"), Some(said.span)),
                Some(_) => continue,
            };
            cx.report(Diagnostic {
                message,
                help: format!("write `## {heading}` with what is known, or that nothing is"),
                span,
                key: topic.name().to_owned(),
                ..cx.finding(&file.path)
            });
        }
    }
}

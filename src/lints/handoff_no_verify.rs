//! A handoff that does not say how to check the work.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::read;
use crate::handoff::sections::Topic;
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_NO_VERIFY: Lint = Lint {
    name: "handoff-no-verify",
    summary: "a handoff that names no command to check the work with",
    page: include_str!("../../docs/lints/handoff-no-verify.md"),
    group: Group::Handoff,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Convention,
    why: "the next session cannot tell whether what it finds works",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| handoff.is_ours && handoff.is_newest) {
        let is_over = handoff.fields.status.as_deref() == Some("done");
        let Some(file) = survey::file(cx.workspace, handoff).filter(|_| !is_over) else { continue };
        let text = &file.source.text;
        let said = read::said(&file.document, text, Topic::Verify).filter(|said| !said.text.is_empty());
        let Some(said) = said.filter(|_| !read::has_command(&file.document, text, Topic::Verify)) else { continue };
        cx.report(Diagnostic {
            message: "it names no command to check the work with".to_owned(),
            help: "write the exact command under `Verify`, in backticks".to_owned(),
            span: Some(said.span),
            key: "verify".to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

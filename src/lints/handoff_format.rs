//! A handoff of another form, which cannot be checked.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::handoff::read;
use crate::handoff::sections::Topic;
use crate::handoff::survey;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static HANDOFF_FORMAT: Lint = Lint {
    name: "handoff-format",
    summary: "a handoff of another form than the one that can be checked",
    page: include_str!("../../docs/lints/handoff-format.md"),
    group: Group::Handoff,
    level: Severity::Info,
    max_level: Severity::Info,
    pedantic: false,
    basis: Basis::Convention,
    why: "nothing ties it to a commit and a branch, so it cannot be told when it is stale",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for handoff in cx.workspace.handoffs.documents.iter().filter(|handoff| !handoff.is_ours) {
        let Some(file) = survey::file(cx.workspace, handoff) else { continue };
        let known = read::topics(&file.document, &file.source.text);
        let missing: Vec<&str> =
            Topic::ALL.iter().filter(|topic| !known.contains(topic)).map(|topic| topic.heading()).collect();
        let missing =
            if missing.is_empty() { String::new() } else { format!(", and these sections: {}", missing.join(", ")) };
        cx.report(Diagnostic {
            message: format!("this handoff cannot be checked: it has no `ctxlint_handoff`, `branch` and `head` in its frontmatter{missing}"),
            help: "`ctxlint handoff --out FILE` writes one that can be".to_owned(),
            key: "format".to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

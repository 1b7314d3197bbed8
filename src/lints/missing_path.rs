//! A path written as a fact that history had and that is gone.

use super::stale_citation::{soften, when};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::references::mentions::Problem;

/// The lint.
pub static MISSING_PATH: Lint = Lint {
    name: "missing-path",
    summary: "a path in code that is not there any more, although history had it",
    page: include_str!("../../docs/lints/missing-path.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent looks for a file that is gone, or makes it anew",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (document, of_file) in &cx.workspace.references.documents {
        for mention in &of_file.paths {
            let Problem::Gone { path, commit, to } = &mention.problem else { continue };
            let (what, help) = match to {
                Some(to) => (format!("was renamed to `{to}`"), format!("write `{to}`")),
                None => ("was deleted".to_owned(), "name what took its place, or drop it".to_owned()),
            };
            let fix = to.as_ref().map(|to| {
                // A path from a folder above the document stays one, where it can.
                let folder = path.strip_suffix(mention.written.as_str()).unwrap_or_default();
                let text = to.strip_prefix(folder).unwrap_or(to).to_owned();
                Fix {
                    title: format!("write `{text}`"),
                    applicability: Applicability::Safe,
                    edits: vec![Edit { path: document.clone(), span: mention.span, text }],
                }
            });
            let mut finding = Diagnostic {
                message: format!("`{path}` {what}{}", when(commit.as_deref())),
                help,
                span: Some(mention.span),
                key: mention.written.clone(),
                fixes: fix.into_iter().collect(),
                ..cx.finding(document)
            };
            soften(&mut finding, of_file.class);
            cx.report(finding);
        }
    }
}

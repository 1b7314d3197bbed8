//! A path that only a file system without case finds.

use super::stale_citation::soften;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::references::mentions::Problem;

/// The lint.
pub static CASE_MISMATCH: Lint = Lint {
    name: "case-mismatch",
    summary: "a path in code that is there only under another case of letters",
    page: include_str!("../../docs/lints/case-mismatch.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "it is found on macOS and Windows and not on Linux, where CI and most agents run",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (document, of_file) in &cx.workspace.references.documents {
        for mention in &of_file.paths {
            let Problem::OtherCase(path) = &mention.problem else { continue };
            let at = path.len().saturating_sub(mention.written.len());
            let text = path.get(at..).unwrap_or(path).to_owned();
            let mut finding = Diagnostic {
                message: format!("`{}` is called `{path}`: the case of letters counts", mention.written),
                help: format!("write `{text}`"),
                span: Some(mention.span),
                key: mention.written.clone(),
                fixes: vec![Fix {
                    title: format!("write `{text}`"),
                    applicability: Applicability::Safe,
                    edits: vec![Edit { path: document.clone(), span: mention.span, text: text.clone() }],
                }],
                ..cx.finding(document)
            };
            soften(&mut finding, of_file.class);
            cx.report(finding);
        }
    }
}

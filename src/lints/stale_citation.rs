//! A citation of lines whose file is gone or too short.

use crate::config::DocumentClass;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::references::citations::Citation;
use crate::references::drift::{Evidence, Fate, State};
use crate::references::relocate::relocate;
use crate::references::survey::is_stale;
use crate::workspace::Workspace;
use std::sync::Arc;

/// The lint.
pub static STALE_CITATION: Lint = Lint {
    name: "stale-citation",
    summary: "a citation of lines (`path:10-20`) whose file is gone or shorter than that",
    page: include_str!("../../docs/lints/stale-citation.md"),
    group: Group::References,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent opens lines that are not there and guesses",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (path, of_file) in &cx.workspace.references.documents {
        for (citation, fate) in &of_file.citations {
            if is_stale(cx.workspace, citation, fate) && !is_permalink(citation) {
                let mut finding = finding(cx, path, citation, fate);
                soften(&mut finding, of_file.class);
                cx.report(finding);
            }
        }
    }
}

/// A permalink names its commit and stays true.
pub(super) fn is_permalink(citation: &Citation) -> bool {
    citation.pin.as_ref().is_some_and(|pin| pin.hash.is_empty())
}

/// What a record of past work says wrong is only worth knowing.
pub(super) fn soften(finding: &mut Diagnostic, class: DocumentClass) {
    if class == DocumentClass::Record {
        finding.severity = Severity::Info;
    }
}

/// When a path went, as the end of a sentence.
pub(super) fn when(commit: Option<&str>) -> String {
    commit.map_or(", not committed yet".to_owned(), |commit| format!(" in {}", short(commit)))
}

/// The first digits of a commit's hash.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

/// `12`, `12-31`.
pub(super) fn numbers(start: u32, end: u32) -> String {
    if start == end { start.to_string() } else { format!("{start}-{end}") }
}

/// The citation in one form, whatever form it is written in.
pub(super) fn shown(citation: &Citation) -> String {
    format!("{}:{}", citation.path, numbers(citation.start, citation.end))
}

/// The fix that moves a citation to where its lines are now.
pub(super) fn fix(workspace: &Workspace, path: &Arc<str>, citation: &Citation, fate: &Fate) -> Option<Fix> {
    let text = &workspace.file(path)?.source.text;
    let edits = relocate(text, path, citation, fate)?;
    let now = fate.now.as_ref()?;
    let is_exact = matches!(fate.state, State::Moved | State::Renamed);
    Some(Fix {
        title: format!("cite `{}:{}`", now.path, numbers(now.start, now.end)),
        applicability: if is_exact { Applicability::Safe } else { Applicability::Manual },
        edits: edits.into_iter().map(|(span, text)| Edit { path: path.clone(), span, text }).collect(),
    })
}

fn finding(cx: &Checker<'_>, path: &Arc<str>, citation: &Citation, fate: &Fate) -> Diagnostic {
    let shown = shown(citation);
    let target = fate.target.as_deref().unwrap_or_default();
    let since = fate.since.as_deref().map(|commit| format!(" ({})", short(commit))).unwrap_or_default();
    let message = match (fate.state, fate.line_count) {
        (State::Renamed | State::Changed, None) => {
            let now = fate.now.as_ref().map(|now| &*now.path).unwrap_or_default();
            format!("`{shown}` cites `{target}`, which is now `{now}`{since}")
        }
        (_, None) => format!("`{shown}` cites `{target}`, which was deleted{since}"),
        (_, Some(count)) => {
            let lines = if count == 1 { "line" } else { "lines" };
            format!("`{shown}` is past the end of `{target}` ({count} {lines})")
        }
    };
    let help = match &fate.now {
        Some(now) => format!("the code is now at `{}:{}`", now.path, numbers(now.start, now.end)),
        None if fate.line_count.is_some() && fate.state != State::Gone => "correct the lines".to_owned(),
        None => "cite what took its place, or drop the citation".to_owned(),
    };
    let label = match fate.evidence {
        Evidence::History if fate.state == State::OutOfRange => "the file never had these lines".to_owned(),
        _ => String::new(),
    };
    Diagnostic {
        message,
        help,
        label,
        span: Some(citation.span),
        key: shown,
        fixes: fix(cx.workspace, path, citation, fate).into_iter().collect(),
        ..cx.finding(path)
    }
}

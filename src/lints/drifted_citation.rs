//! A citation whose lines are there and hold something else than what was cited.

use super::stale_citation::{fix, is_permalink, numbers, short, shown, soften};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::references::citations::Citation;
use crate::references::drift::{Fate, State};
use crate::references::survey::is_stale;
use std::sync::Arc;

/// The lint.
pub static DRIFTED_CITATION: Lint = Lint {
    name: "drifted-citation",
    summary: "a citation of lines that are elsewhere now, or were changed since it was written",
    page: include_str!("../../docs/lints/drifted-citation.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the lines exist and are other lines, so the agent reads the wrong code without noticing",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    for (path, of_file) in &cx.workspace.references.documents {
        for (citation, fate) in &of_file.citations {
            let has_drifted = matches!(fate.state, State::Moved | State::Changed | State::Gone);
            if !has_drifted || is_permalink(citation) || is_stale(cx.workspace, citation, fate) {
                continue;
            }
            let mut finding = finding(cx, path, citation, fate);
            soften(&mut finding, of_file.class);
            cx.report(finding);
        }
    }
}

fn finding(cx: &Checker<'_>, path: &Arc<str>, citation: &Citation, fate: &Fate) -> Diagnostic {
    let shown = shown(citation);
    let written = fate.written.as_deref().map(|commit| format!(" since {}", short(commit))).unwrap_or_default();
    let place = fate.now.as_ref().map(|now| format!("{}:{}", now.path, numbers(now.start, now.end)));
    let (message, help) = match (fate.state, place) {
        (State::Moved, Some(place)) => {
            (format!("the lines of `{shown}` have moved{written}"), format!("they are now at `{place}`"))
        }
        (State::Changed, Some(place)) => {
            let change = match &fate.change {
                Some((was, is)) if !was.is_empty() && was != is => format!(": `{was}` is now `{is}`"),
                _ => String::new(),
            };
            let message = format!("the lines of `{shown}` were changed{written}{change}");
            (message, format!("what is left of them is at `{place}`: read it and correct the text"))
        }
        _ => (
            format!("the lines of `{shown}` are no longer in the file{written}"),
            "cite what took their place, or drop the citation".to_owned(),
        ),
    };
    Diagnostic {
        message,
        help,
        span: Some(citation.span),
        key: shown,
        fixes: fix(cx.workspace, path, citation, fate).into_iter().collect(),
        ..cx.finding(path)
    }
}

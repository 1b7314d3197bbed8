//! GitLab's code quality report.

use super::json::to_text;
use super::{Report, sentences, source};
use crate::diagnostic::{Severity, fingerprints};
use serde::Serialize;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Every finding in GitLab's form. A finding about a whole file stands on its first line, for the form wants one.
pub fn gitlab(report: &Report<'_>) -> String {
    let prints = fingerprints(&report.diagnostics);
    let issues = report.diagnostics.iter().zip(prints).map(|(finding, fingerprint)| {
        let at = source(report.workspace, &finding.path).zip(finding.span);
        let (begin, end) = at.map_or((1, 1), |(source, span)| {
            let (start, end) = super::positions(source, span);
            (start.line, end.line)
        });
        Issue {
            description: sentences(finding),
            check_name: finding.lint,
            fingerprint,
            severity: match finding.severity {
                Severity::Error => "critical",
                Severity::Warn => "minor",
                Severity::Info => "info",
            },
            location: Location { path: &finding.path, lines: Lines { begin, end } },
        }
    });
    to_text(&issues.collect::<Vec<_>>(), true)
}

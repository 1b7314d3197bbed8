//! Annotations of GitHub Actions, as commands in its log.

use super::{Report, footer, one_line, positions, sentences, source};
use crate::diagnostic::{Diagnostic, Severity};
use std::fmt::Write;

/// How many annotations of one level GitHub shows for a step.
const MOST: usize = 10;

/// Up to ten annotations of each level, the worst first; then one line that says how many more there are, and the footer.
pub fn github(report: &Report<'_>) -> String {
    let mut out = String::new();
    let mut left_out = 0;
    for severity in [Severity::Error, Severity::Warn, Severity::Info] {
        let of_level: Vec<&Diagnostic> =
            report.diagnostics.iter().filter(|finding| finding.severity == severity).collect();
        for finding in of_level.iter().take(MOST) {
            annotation(&mut out, report, finding);
        }
        left_out += of_level.len().saturating_sub(MOST);
    }
    if left_out > 0 {
        let _ = writeln!(out, "{left_out} more findings: GitHub shows {MOST} annotations of a level in a step");
    }
    out.push_str(&footer(report));
    out
}

fn annotation(out: &mut String, report: &Report<'_>, finding: &Diagnostic) {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "notice",
    };
    let _ = write!(out, "::{command} file={}", property(&finding.path));
    if let Some((source, span)) = source(report.workspace, &finding.path).zip(finding.span) {
        let (start, end) = positions(source, span);
        let _ = write!(out, ",line={},endLine={}", start.line, end.line);
        // Columns are allowed only within one line.
        if start.line == end.line {
            let _ = write!(out, ",col={},endColumn={}", start.column, end.column);
        }
    }
    let _ = writeln!(out, ",title={}::{}", property(finding.lint), data(&sentences(finding)));
}

/// The text of a command: one line, in which only escapes have a meaning.
fn data(text: &str) -> String {
    one_line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value in the head of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

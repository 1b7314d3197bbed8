//! JUnit's XML: a suite for each file with findings, a case for each finding. Findings of level info are cases that pass.

use super::{Report, one_line, sentences, source, summary};
use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The report as one document. Without findings it holds one case that passes.
pub fn junit(report: &Report<'_>) -> String {
    let mut by_file: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in &report.diagnostics {
        by_file.entry(&finding.path).or_default().push(finding);
    }
    let counts = summary(report);
    let (tests, failures) = (report.diagnostics.len().max(1), counts.errors + counts.warnings);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"ctxlint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">");
    if by_file.is_empty() {
        let name = format!("{} without findings", super::counted(counts.files, "context file"));
        let _ = writeln!(out, "  <testsuite name=\"ctxlint\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">");
        let _ = writeln!(out, "    <testcase name=\"{}\" classname=\"ctxlint\"/>", escape(&name));
        out.push_str("  </testsuite>\n");
    }
    for (path, findings) in by_file {
        let failed = findings.iter().filter(|finding| finding.severity > Severity::Info).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">",
            escape(path),
            findings.len()
        );
        for finding in findings {
            case(&mut out, report, finding);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, report: &Report<'_>, finding: &Diagnostic) {
    let at = source(report.workspace, &finding.path).zip(finding.span);
    let line = at.map(|(source, span)| source.position(span.start).line);
    let place = line.map_or(String::new(), |line| format!(", line {line}"));
    let (path, lint, text) = (escape(&finding.path), finding.lint, escape(&sentences(finding)));
    let _ = write!(out, "    <testcase name=\"{lint}{place}\" classname=\"{path}\"");
    let _ = match finding.severity {
        Severity::Info => writeln!(out, ">\n      <system-out>{text}</system-out>\n    </testcase>"),
        level => writeln!(
            out,
            ">\n      <failure type=\"{}\" message=\"{}\">{text}</failure>\n    </testcase>",
            level.name(),
            escape(&finding.message)
        ),
    };
}

/// Text for an element or an attribute. Characters that XML does not allow are written out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

//! `check --statistics`: how many findings each lint has.

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use crate::report::{Report, footer, thousands};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The numbers of one lint.
#[derive(Serialize)]
struct Row {
    lint: &'static str,
    severity: &'static str,
    findings: usize,
    files: usize,
    fixable: usize,
}

#[derive(Serialize)]
struct JsonStatistics {
    version: u32,
    tool: Tool,
    statistics: Vec<Row>,
}

/// The lint with the most findings first.
fn rows(findings: &[Diagnostic]) -> Vec<Row> {
    let mut by_lint: BTreeMap<&'static str, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in findings {
        by_lint.entry(finding.lint).or_default().push(finding);
    }
    let is_fixable = |finding: &&&Diagnostic| {
        finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe && !fix.edits.is_empty())
    };
    let row = |(lint, of_lint): (&'static str, Vec<&Diagnostic>)| {
        let mut files: Vec<&str> = of_lint.iter().map(|finding| &*finding.path).collect();
        files.sort_unstable();
        files.dedup();
        let worst = of_lint.iter().map(|finding| finding.severity).max().unwrap_or(Severity::Info);
        let fixable = of_lint.iter().filter(is_fixable).count();
        Row { lint, severity: worst.name(), findings: of_lint.len(), files: files.len(), fixable }
    };
    let mut rows: Vec<Row> = by_lint.into_iter().map(row).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.findings), row.lint));
    rows
}

/// A table for people.
pub(super) fn text(report: &Report<'_>) -> String {
    let rows = rows(&report.diagnostics);
    let mut out = String::new();
    if !rows.is_empty() {
        out.push_str("findings  files  fixable  worst  lint\n");
        for Row { lint, severity, findings, files, fixable } in rows {
            let number = |count: usize| thousands(count as u64);
            let (findings, files, fixable) = (number(findings), number(files), number(fixable));
            let _ = writeln!(out, "{findings:>8}  {files:>5}  {fixable:>7}  {severity:<5}  {lint}");
        }
        out.push('\n');
    }
    out.push_str(&footer(report));
    out
}

/// The same as JSON.
pub(super) fn json(report: &Report<'_>) -> String {
    to_text(&JsonStatistics { version: VERSION, tool: TOOL, statistics: rows(&report.diagnostics) }, true)
}

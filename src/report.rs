//! From findings to text, in every format. Positions become lines and columns here and nowhere earlier.

pub mod baseline;
pub mod concise;
pub mod github;
pub mod gitlab;
#[cfg(feature = "cli")]
pub mod human;
pub mod json;
pub mod junit;
pub mod map;
pub mod markdown;
mod parts;
mod safe;
pub mod sarif;
pub mod unified;

pub use crate::measure::thousands;
pub use safe::one_line;

use crate::change::Startup;
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::source::{Position, Source, Span};
use crate::workspace::Workspace;

/// Everything that a report is made of.
pub struct Report<'a> {
    /// The repository.
    pub workspace: &'a Workspace,
    /// Findings to report, in order.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that a comment took out.
    pub suppressed: usize,
    /// Findings that a baseline took out.
    pub baselined: usize,
    /// What a change does to what loads, where two states were compared.
    pub delta: Option<Delta>,
    /// Files and folders that were asked about, relative to the root; empty for everything.
    pub wanted: &'a [String],
}

/// What a change does to what loads at startup.
#[derive(Clone, Debug)]
pub struct Delta {
    /// What the state before is called, such as "the commit 1a2b3c4d".
    pub base: String,
    /// For each client.
    pub startups: Vec<Startup>,
}

/// The findings with the worst first, each with its place in the report; equal ones stay in their order.
fn worst_first<'a>(report: &'a Report<'_>) -> Vec<(usize, &'a Diagnostic)> {
    let mut found: Vec<(usize, &Diagnostic)> = report.diagnostics.iter().enumerate().collect();
    found.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.severity));
    found
}

/// `message. Help: help.`, on one line.
fn sentences(finding: &Diagnostic) -> String {
    let (message, help) = (one_line(&finding.message), one_line(&finding.help));
    if help.is_empty() { format!("{message}.") } else { format!("{message}. Help: {help}.") }
}

/// The numbers of the footer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Linted files that were asked about.
    pub files: usize,
    /// Findings of level error.
    pub errors: usize,
    /// Findings of level warn.
    pub warnings: usize,
    /// Findings of level info.
    pub infos: usize,
    /// Findings that a comment took out.
    pub suppressed: usize,
    /// Findings that a baseline took out.
    pub baselined: usize,
    /// Findings with a fix that `--fix` would apply.
    pub fixable: usize,
    /// Things that could not be checked.
    pub unchecked: usize,
}

/// Counts a report.
pub fn summary(report: &Report<'_>) -> Summary {
    let count = |severity| report.diagnostics.iter().filter(|finding| finding.severity == severity).count();
    Summary {
        files: report.workspace.linted_files_in(report.wanted),
        errors: count(Severity::Error),
        warnings: count(Severity::Warn),
        infos: count(Severity::Info),
        suppressed: report.suppressed,
        baselined: report.baselined,
        fixable: report.diagnostics.iter().filter(|finding| is_fixable(finding)).count(),
        unchecked: report.workspace.notes.len(),
    }
}

fn is_fixable(finding: &Diagnostic) -> bool {
    finding.fixes.iter().any(|fix| fix.applicability == Applicability::Safe)
}

/// The source of a path: a file of the workspace, or the configuration.
fn source<'a>(workspace: &'a Workspace, path: &str) -> Option<&'a Source> {
    match workspace.file(path) {
        Some(file) => Some(&file.source),
        None => workspace.config.as_ref().filter(|config| &*config.path == path),
    }
}

/// Where a span starts and ends, for people.
fn positions(source: &Source, span: Span) -> (Position, Position) {
    (source.position(span.start), source.position(span.end))
}

/// `path`, `path:line:column`.
fn place(workspace: &Workspace, path: &str, span: Option<Span>) -> String {
    match source(workspace, path).zip(span) {
        Some((source, span)) => {
            let Position { line, column } = source.position(span.start);
            format!("{}:{line}:{column}", one_line(path))
        }
        None => one_line(path).into_owned(),
    }
}

/// `1 error`, `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{} {noun}s", thousands(count as u64)) }
}

/// The last line of a report for people: what was looked at and what came of it.
pub fn footer(report: &Report<'_>) -> String {
    let Summary { files, errors, warnings, infos, suppressed, baselined, fixable, unchecked } = summary(report);
    let mut parts = Vec::new();
    for (count, noun) in [(errors, "error"), (warnings, "warning"), (infos, "info")] {
        if count > 0 {
            parts.push(counted(count, noun));
        }
    }
    let found = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    let fixable = if fixable > 0 { format!("; {fixable} fixable with --fix") } else { String::new() };
    let mut aside = Vec::new();
    for (count, word) in [(suppressed, "suppressed"), (baselined, "in the baseline"), (unchecked, "not checked")] {
        if count > 0 {
            aside.push(format!("{count} {word}"));
        }
    }
    let aside = if aside.is_empty() { String::new() } else { format!(" ({})", aside.join(", ")) };
    let mut text = format!("checked {}: {found}{fixable}{aside}\n", counted(files, "context file"));
    for note in &report.workspace.notes {
        text.push_str(&format!("not checked: {}\n", one_line(note)));
    }
    text
}

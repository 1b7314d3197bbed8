//! One line per finding: for pipes, and with its help for coding agents.

use super::{Report, footer, one_line, parts, place};
use crate::diagnostic::{Applicability, Diagnostic};
use std::fmt::Write;

/// `path:line:column: level[lint] message`, then the footer.
pub fn concise(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in &report.diagnostics {
        let at = place(report.workspace, &finding.path, finding.span);
        let _ = writeln!(out, "{at}: {}[{}] {}", finding.severity.name(), finding.lint, one_line(&finding.message));
    }
    out.push_str(&footer(report));
    out
}

/// `path:line:column level lint: message; help [fix: ...]`: all that an agent needs to mend it, on one line.
pub fn agent(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in &report.diagnostics {
        let at = place(report.workspace, &finding.path, finding.span);
        let Diagnostic { severity, lint, message, help, .. } = finding;
        let fix = finding.fixes.iter().find(|fix| fix.applicability != Applicability::Manual);
        let fix = match fix {
            Some(fix) => format!(" [{} fix: {}]", fix.applicability.name(), one_line(&fix.title)),
            None => String::new(),
        };
        let (message, help) = (one_line(message), one_line(help));
        let most =
            if finding.parts.is_empty() { String::new() } else { format!(" (most: {})", parts::line(&finding.parts)) };
        let _ = writeln!(out, "{at} {} {lint}: {message}{most}; {help}{fix}", severity.name());
    }
    out.push_str(&footer(report));
    out
}

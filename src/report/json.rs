//! The JSON of `check`, version 1. These types are the wire format; the crate's own types never are.

use super::{Report, positions, source, summary};
use crate::diagnostic::{Diagnostic, Fix, Part};
use crate::source::{Source, Span};
use crate::workspace::Workspace;
use serde::Serialize;

/// Version of every JSON document of ctxlint.
pub const VERSION: u32 = 1;

/// Who wrote a document.
#[derive(Serialize)]
pub struct Tool {
    /// Always `ctxlint`.
    pub name: &'static str,
    /// The version of the program.
    pub version: &'static str,
}

/// This program.
pub const TOOL: Tool = Tool { name: "ctxlint", version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct JsonReport<'a> {
    version: u32,
    tool: Tool,
    root: &'static str,
    clients: Vec<&'static str>,
    summary: JsonSummary,
    notes: &'a [String],
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    errors: usize,
    warnings: usize,
    infos: usize,
    suppressed: usize,
    baselined: usize,
    fixable: usize,
    unchecked: usize,
}

#[derive(Serialize)]
struct JsonDiagnostic<'a> {
    lint: &'static str,
    group: &'static str,
    severity: &'static str,
    basis: &'static str,
    message: &'a str,
    why: &'a str,
    help: &'a str,
    url: String,
    clients: Vec<JsonClient>,
    path: &'a str,
    range: Option<JsonRange>,
    parts: Vec<JsonPart<'a>>,
    related: Vec<JsonRelated<'a>>,
    fixes: Vec<JsonFix<'a>>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct JsonClient {
    name: &'static str,
    version: &'static str,
}

/// A range with both ends; the end is exclusive.
#[derive(Serialize)]
pub struct JsonRange {
    /// The first place.
    pub start: JsonPosition,
    /// One past the last place.
    pub end: JsonPosition,
}

/// Line and column are 1-based, the column counts Unicode scalar values; the byte offset is 0-based.
#[derive(Serialize)]
pub struct JsonPosition {
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based.
    pub column: u32,
    /// Byte offset, 0-based.
    pub byte: u32,
}

#[derive(Serialize)]
struct JsonPart<'a> {
    name: &'a str,
    value: u64,
    note: &'a str,
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    path: &'a str,
    range: Option<JsonRange>,
    message: &'a str,
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    applicability: &'static str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    path: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

/// The whole report as one document, with a final newline.
pub fn json(report: &Report<'_>) -> String {
    let counts = summary(report);
    let document = JsonReport {
        version: VERSION,
        tool: TOOL,
        root: ".",
        clients: report.workspace.clients.iter().map(|client| client.name).collect(),
        summary: JsonSummary {
            files: counts.files,
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
            suppressed: counts.suppressed,
            baselined: counts.baselined,
            fixable: counts.fixable,
            unchecked: counts.unchecked,
        },
        notes: &report.workspace.notes,
        diagnostics: diagnostics(report),
    };
    to_text(&document, true)
}

/// One diagnostic a line.
pub fn jsonl(report: &Report<'_>) -> String {
    diagnostics(report).iter().map(|diagnostic| to_text(diagnostic, false)).collect()
}

/// A document as text with a final newline. Writing these plain types cannot fail.
pub fn to_text(document: &impl Serialize, pretty: bool) -> String {
    let text = if pretty { serde_json::to_string_pretty(document) } else { serde_json::to_string(document) };
    let mut text = quoted(text.unwrap_or_default());
    text.push('\n');
    text
}

/// JSON text in which no character moves a cursor or turns text round, and nothing is a command to the log of a CI system.
/// Such characters stand in strings only, and there an escape means the same.
fn quoted(text: String) -> String {
    if !text.contains(is_harmful_in_json) && !text.contains("##") {
        return text;
    }
    let text = text.replace("##", "#\\u0023");
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_harmful_in_json(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn is_harmful_in_json(c: char) -> bool {
    c != '\n' && super::safe::is_harmful(c)
}

fn diagnostics<'a>(report: &'a Report<'_>) -> Vec<JsonDiagnostic<'a>> {
    report.diagnostics.iter().map(|finding| diagnostic(report.workspace, finding)).collect()
}

fn diagnostic<'a>(workspace: &Workspace, finding: &'a Diagnostic) -> JsonDiagnostic<'a> {
    let range_in = |path: &str, span: Option<Span>| Some(range(source(workspace, path)?, span?));
    JsonDiagnostic {
        lint: finding.lint,
        group: crate::lint::by_name(finding.lint).map_or("", |lint| lint.group.name()),
        severity: finding.severity.name(),
        basis: finding.basis.name(),
        message: &finding.message,
        why: &finding.why,
        help: &finding.help,
        url: crate::lint::url(finding.lint),
        clients: finding
            .clients
            .iter()
            .map(|client| JsonClient { name: client.name, version: client.version })
            .collect(),
        path: &finding.path,
        range: range_in(&finding.path, finding.span),
        parts: finding.parts.iter().map(|Part { name, value, note }| JsonPart { name, value: *value, note }).collect(),
        related: finding
            .related
            .iter()
            .map(|label| JsonRelated {
                path: &label.path,
                range: range_in(&label.path, Some(label.span)),
                message: &label.message,
            })
            .collect(),
        fixes: finding.fixes.iter().map(fix).collect(),
        fingerprint: &finding.fingerprint,
    }
}

/// A span as a range of its source.
pub fn range(source: &Source, span: Span) -> JsonRange {
    let (start, end) = positions(source, span);
    JsonRange {
        start: JsonPosition { line: start.line, column: start.column, byte: span.start },
        end: JsonPosition { line: end.line, column: end.column, byte: span.end },
    }
}

fn fix(fix: &Fix) -> JsonFix<'_> {
    JsonFix {
        title: &fix.title,
        applicability: fix.applicability.name(),
        edits: fix
            .edits
            .iter()
            .map(|edit| JsonEdit { path: &edit.path, start: edit.span.start, end: edit.span.end, text: &edit.text })
            .collect(),
    }
}

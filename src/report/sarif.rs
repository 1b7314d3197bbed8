//! SARIF 2.1.0, as GitHub's code scanning and other collectors read it.

use super::json::to_text;
use super::{Report, one_line, positions, sentences, source, thousands, worst_first};
use crate::diagnostic::{Applicability, Diagnostic, Fix, Label, Severity, fingerprints};
use crate::lint::{Lint, by_name};
use crate::source::{Source, Span};
use crate::workspace::Workspace;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;

/// GitHub takes 25,000 results of a run and shows the first 5,000.
const MAX_RESULTS: usize = 5_000;
/// GitHub shows so many places of a result.
const MAX_PLACES: usize = 100;
/// GitHub shows so many characters of a description.
const MAX_DESCRIPTION: usize = 1_024;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    invocations: [Invocation; 1],
    results: Vec<ResultOf>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    full_description: Text,
    help: Help<'a>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help<'a> {
    text: String,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 2],
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultOf {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixOf>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    /// The name under which GitHub looks for one.
    primary_location_line_hash: String,
    #[serde(rename = "ctxlint/v1")]
    own: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixOf {
    description: Text,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

/// The report as one log with one run: the rules that fired, and up to 5,000 results, the worst first.
pub fn sarif(report: &Report<'_>) -> String {
    let fired: BTreeSet<&'static str> = report.diagnostics.iter().map(|finding| finding.lint).collect();
    let lints: Vec<&'static Lint> = fired.into_iter().filter_map(by_name).collect();
    // Fingerprints count equal findings in the order of the report.
    let mut prints = fingerprints(&report.diagnostics);
    let findings = worst_first(report);
    let left_out = findings.len().saturating_sub(MAX_RESULTS);
    let result = |(at, finding): &(usize, &Diagnostic)| {
        let rule_index = lints.iter().position(|lint| lint.name == finding.lint)?;
        Some(result(report.workspace, finding, rule_index, std::mem::take(&mut prints[*at])))
    };
    let mut notes: Vec<String> =
        report.workspace.notes.iter().map(|note| format!("not checked: {}", one_line(note))).collect();
    if left_out > 0 {
        notes.push(format!("{} more findings are left out, the mildest", thousands(left_out as u64)));
    }
    let notification = |note: String| Notification { level: "warning", message: Text { text: note } };
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "ctxlint",
                version: env!("CARGO_PKG_VERSION"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: lints.iter().map(|lint| rule(lint)).collect(),
            },
        },
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            execution_successful: true,
            tool_execution_notifications: notes.into_iter().map(notification).collect(),
        }],
        results: findings.iter().take(MAX_RESULTS).filter_map(result).collect(),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    to_text(&Log { schema, version: "2.1.0", runs: [run] }, true)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warn => "warning",
        Severity::Info => "note",
    }
}

fn rule(lint: &'static Lint) -> Rule<'static> {
    // The cases are the page's test, and no help to a reader of a report.
    let page = lint.page.split("\n## Cases\n").next().unwrap_or_default().trim_end();
    let cut = |text: String| Text { text: text.chars().take(MAX_DESCRIPTION).collect() };
    let severity = if lint.level == Severity::Info { "recommendation" } else { level(lint.level) };
    Rule {
        id: lint.name,
        name: lint.name,
        short_description: cut(sentence(lint.summary)),
        full_description: cut(format!("{} {}", sentence(lint.summary), sentence(lint.why))),
        help: Help { text: format!("{} {}", sentence(lint.summary), sentence(lint.why)), markdown: page },
        default_configuration: Configuration { level: level(lint.level) },
        properties: RuleProperties {
            tags: [lint.group.name(), lint.basis.name()],
            precision: if lint.pedantic { "medium" } else { "high" },
            severity,
        },
    }
}

/// A clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut rest = clause.chars();
    rest.next().map_or(String::new(), |first| format!("{}{}.", first.to_uppercase(), rest.as_str()))
}

fn result(workspace: &Workspace, finding: &Diagnostic, rule_index: usize, fingerprint: String) -> ResultOf {
    let related = finding.related.iter().take(MAX_PLACES - 1).enumerate();
    let related = related.map(|(at, Label { path, span, message })| Location {
        id: Some(at + 1),
        message: Some(Text { text: plain(&one_line(message)) }),
        ..location(workspace, path, Some(*span))
    });
    ResultOf {
        rule_id: finding.lint,
        rule_index,
        level: level(finding.severity),
        message: Text { text: plain(&sentences(finding)) },
        locations: [location(workspace, &finding.path, finding.span)],
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints { primary_location_line_hash: format!("{fingerprint}:1"), own: fingerprint },
        fixes: finding.fixes.iter().filter_map(|of| fix(workspace, of)).collect(),
    }
}

/// A message in which nothing is a link: `[text](1)` would lead to a place of the result.
fn plain(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}

fn location(workspace: &Workspace, path: &str, span: Option<Span>) -> Location {
    let region = source(workspace, path).zip(span).map(|(source, span)| region(source, span));
    // GitHub wants a line for what is about a whole file.
    let whole = Region { start_line: 1, start_column: None, end_line: None, end_column: None };
    let physical_location = PhysicalLocation { artifact_location: artifact(path), region: region.unwrap_or(whole) };
    Location { id: None, physical_location, message: None }
}

fn region(source: &Source, span: Span) -> Region {
    let (start, end) = positions(source, span);
    Region {
        start_line: start.line,
        start_column: Some(start.column),
        end_line: Some(end.line),
        end_column: Some(end.column),
    }
}

/// A path as the reference that SARIF wants: with all but a few characters percent-encoded.
fn artifact(path: &str) -> Artifact {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => drop(write!(uri, "%{byte:02X}")),
        }
    }
    Artifact { uri, uri_base_id: "%SRCROOT%" }
}

/// A fix that can be applied, where the text of every file that it edits is known.
fn fix(workspace: &Workspace, fix: &Fix) -> Option<FixOf> {
    if fix.applicability == Applicability::Manual || fix.edits.is_empty() {
        return None;
    }
    let mut changes: Vec<(&str, ArtifactChange)> = Vec::new();
    for edit in &fix.edits {
        let deleted_region = region(source(workspace, &edit.path)?, edit.span);
        let replacement = Replacement { deleted_region, inserted_content: Text { text: edit.text.clone() } };
        match changes.iter_mut().find(|(path, _)| *path == &*edit.path) {
            Some((_, change)) => change.replacements.push(replacement),
            None => {
                let change =
                    ArtifactChange { artifact_location: artifact(&edit.path), replacements: vec![replacement] };
                changes.push((&edit.path, change));
            }
        }
    }
    let kind = fix.applicability.name();
    let description = Text { text: plain(&format!("{} ({kind})", one_line(&fix.title))) };
    Some(FixOf { description, artifact_changes: changes.into_iter().map(|(_, change)| change).collect() })
}

//! The JSON of references, version 1: the result of `refs`, and the parts of `diff` that hold references.

use crate::references::listing::Reference;
use crate::report::json::{JsonRange, TOOL, Tool, VERSION, range, to_text};
use crate::source::Source;
use serde::Serialize;

#[derive(Serialize)]
struct JsonRefs<'a> {
    version: u32,
    tool: Tool,
    refs: Vec<JsonRef<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchecked: Option<&'a str>,
}

/// One reference.
#[derive(Serialize)]
pub(in crate::cli) struct JsonRef<'a> {
    path: &'a str,
    range: JsonRange,
    kind: &'static str,
    text: &'a str,
    fenced: bool,
    target: &'a str,
    target_start: Option<u32>,
    target_end: Option<u32>,
    state: &'static str,
    now: Option<JsonPlace<'a>>,
    evidence: &'static str,
    since: Option<&'a str>,
    written: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
}

/// A reference of the document `source`.
pub(in crate::cli) fn json_ref<'a>(source: &'a Source, of: &'a Reference) -> JsonRef<'a> {
    JsonRef {
        path: &source.path,
        range: range(source, of.span),
        kind: of.kind.name(),
        text: of.span.slice(&source.text),
        fenced: of.is_fenced,
        target: &of.target,
        target_start: of.lines.map(|(start, _)| start),
        target_end: of.lines.map(|(_, end)| end),
        state: of.state.name(),
        now: of.now.as_ref().map(|now| JsonPlace {
            path: &now.path,
            start: of.lines.map(|_| now.start),
            end: of.lines.map(|_| now.end),
        }),
        evidence: of.evidence.name(),
        since: of.since.as_deref(),
        written: of.written.as_deref(),
    }
}

/// The whole result.
pub(super) fn json(refs: Vec<JsonRef<'_>>, unchecked: Option<&str>) -> String {
    to_text(&JsonRefs { version: VERSION, tool: TOOL, refs, unchecked }, true)
}

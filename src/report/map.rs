//! The map of `ctxlint compile` as JSON, version 1: sorted, without a clock. What has its usual value is left out.

use super::json::to_text;
use crate::compile::map::{Made, Map, MapFile, MapSource, Rewrite, Row};
use serde::{Deserialize, Serialize};

/// The version of the map.
const VERSION: u32 = 1;

#[derive(Deserialize, Serialize)]
struct JsonMap {
    version: u32,
    target: String,
    profile: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    budget: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    drops: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    index: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    applied: bool,
    sources: Vec<JsonSource>,
    files: Vec<JsonFile>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    folders: Vec<String>,
}

#[derive(Deserialize, Serialize)]
struct JsonSource {
    path: String,
    bytes: u64,
    hash: String,
    rows: Vec<JsonRow>,
}

#[derive(Deserialize, Serialize)]
struct JsonRow {
    bytes: [u64; 2],
    lines: [u32; 2],
    hash: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    heading: Vec<String>,
    action: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    dst: String,
    #[serde(default)]
    dst_bytes: [u64; 2],
    #[serde(default, skip_serializing_if = "String::is_empty")]
    dst_hash: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    head: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rewrites: Vec<JsonRewrite>,
    #[serde(default, skip_serializing_if = "is_default")]
    raised: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scope: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    confidence: u8,
    #[serde(default, skip_serializing_if = "is_default")]
    pinned: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    chosen: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct JsonRewrite {
    kind: String,
    at: u64,
    old: String,
    new: String,
}

#[derive(Deserialize, Serialize)]
struct JsonFile {
    path: String,
    bytes: u64,
    hash: String,
    was_source: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made: Vec<JsonMade>,
}

#[derive(Deserialize, Serialize)]
struct JsonMade {
    at: u64,
    template: String,
    text: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Writes a map.
pub fn to_json(map: &Map) -> String {
    let rows = |rows: &[Row]| rows.iter().map(row_out).collect();
    let source = |source: &MapSource| JsonSource {
        path: source.path.clone(),
        bytes: source.bytes,
        hash: source.hash.clone(),
        rows: rows(&source.rows),
    };
    let made = |made: &Made| JsonMade { at: made.at, template: made.template.clone(), text: made.text.clone() };
    let file = |file: &MapFile| JsonFile {
        path: file.path.clone(),
        bytes: file.bytes,
        hash: file.hash.clone(),
        was_source: file.was_source,
        made: file.made.iter().map(made).collect(),
    };
    let json = JsonMap {
        version: VERSION,
        target: map.target.clone(),
        profile: map.profile.clone(),
        budget: map.budget,
        drops: map.drops.clone(),
        index: map.index,
        applied: map.applied,
        sources: map.sources.iter().map(source).collect(),
        files: map.files.iter().map(file).collect(),
        folders: map.folders.clone(),
    };
    to_text(&json, true)
}

fn row_out(row: &Row) -> JsonRow {
    let rewrite = |rewrite: &Rewrite| JsonRewrite {
        kind: rewrite.kind.clone(),
        at: rewrite.at,
        old: rewrite.old.clone(),
        new: rewrite.new.clone(),
    };
    JsonRow {
        bytes: [row.start, row.end],
        lines: [row.start_line, row.end_line],
        hash: row.hash.clone(),
        heading: row.heading.clone(),
        action: row.action.clone(),
        dst: row.dst.clone(),
        dst_bytes: [row.dst_start, row.dst_end],
        // A row that stays as it is has one hash.
        dst_hash: if row.dst_hash == row.hash { String::new() } else { row.dst_hash.clone() },
        head: row.head.clone(),
        rewrites: row.rewrites.iter().map(rewrite).collect(),
        raised: row.raised,
        scope: row.scope.clone(),
        reason: row.reason.clone(),
        confidence: row.confidence,
        pinned: row.pinned,
        chosen: row.chosen,
        text: row.text.clone(),
    }
}

/// Reads a map.
///
/// # Errors
/// When the text is no map of a version that is known.
pub fn from_json(text: &str) -> Result<Map, String> {
    let json: JsonMap = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if json.version != VERSION {
        return Err(format!("it is of version {}, and this program knows version {VERSION}", json.version));
    }
    let mut sources = Vec::new();
    for source in json.sources {
        let rows = source.rows.into_iter().map(|row| row_in(row, &source.path)).collect::<Result<_, String>>()?;
        sources.push(MapSource { path: source.path, bytes: source.bytes, hash: source.hash, rows });
    }
    let made = |made: JsonMade| Made { at: made.at, template: made.template, text: made.text };
    let file = |file: JsonFile| MapFile {
        path: file.path,
        bytes: file.bytes,
        hash: file.hash,
        was_source: file.was_source,
        made: file.made.into_iter().map(made).collect(),
    };
    Ok(Map {
        target: json.target,
        profile: json.profile,
        budget: json.budget,
        drops: json.drops,
        index: json.index,
        applied: json.applied,
        sources,
        files: json.files.into_iter().map(file).collect(),
        folders: json.folders,
    })
}

fn row_in(row: JsonRow, src: &str) -> Result<Row, String> {
    if row.bytes[0] > row.bytes[1] || row.dst_bytes[0] > row.dst_bytes[1] {
        return Err(format!("a row of {src} ends before it starts"));
    }
    let rewrite =
        |rewrite: JsonRewrite| Rewrite { kind: rewrite.kind, at: rewrite.at, old: rewrite.old, new: rewrite.new };
    Ok(Row {
        src: src.to_owned(),
        start: row.bytes[0],
        end: row.bytes[1],
        start_line: row.lines[0],
        end_line: row.lines[1],
        heading: row.heading,
        action: row.action,
        dst: row.dst,
        dst_start: row.dst_bytes[0],
        dst_end: row.dst_bytes[1],
        dst_hash: if row.dst_hash.is_empty() && row.text.is_none() { row.hash.clone() } else { row.dst_hash },
        hash: row.hash,
        head: row.head,
        rewrites: row.rewrites.into_iter().map(rewrite).collect(),
        raised: row.raised,
        scope: row.scope,
        reason: row.reason,
        confidence: row.confidence,
        pinned: row.pinned,
        chosen: row.chosen,
        text: row.text,
    })
}

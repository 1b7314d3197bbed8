//! The map from every byte of the sources to the outputs, and back. It is plain data; its JSON is in
//! `report/map.rs`.

use super::pieces::Piece;
use std::collections::BTreeMap;
use xxhash_rust::xxh3::xxh3_128;

/// Where the map lies in the output.
pub const MAP_PATH: &str = ".ctxlint/map.json";

/// Where every byte of the sources went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The dialect that was written.
    pub target: String,
    /// The profile that was planned with.
    pub profile: String,
    /// The budget that was planned with, in tokens.
    pub budget: Option<u64>,
    /// The kinds of text that were allowed to be dropped.
    pub drops: Vec<String>,
    /// Whether an index of the documents was asked for.
    pub index: bool,
    /// Whether what was planned was the plan of a person.
    pub applied: bool,
    /// The sources, by path.
    pub sources: Vec<MapSource>,
    /// The outputs, by path.
    pub files: Vec<MapFile>,
    /// Folders that were not there before the outputs and their map, by path.
    pub folders: Vec<String>,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapSource {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// [`hash_of`] its bytes.
    pub hash: String,
    /// Its rows, by position. They cover it without a gap.
    pub rows: Vec<Row>,
}

/// One piece of a source with the place that it went to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The source, by which its links are read.
    pub src: String,
    /// First byte in the source, 0-based.
    pub start: u64,
    /// One past the last byte in the source.
    pub end: u64,
    /// First line in the source, 1-based.
    pub start_line: u32,
    /// Last line in the source, 1-based, inclusive.
    pub end_line: u32,
    /// [`hash_of`] the bytes in the source.
    pub hash: String,
    /// The headings around it, the outermost first.
    pub heading: Vec<String>,
    /// `keep`, `rule`, `skill`, `document` or `drop`.
    pub action: String,
    /// The output; empty for what was dropped.
    pub dst: String,
    /// First byte in the output, 0-based.
    pub dst_start: u64,
    /// One past the last byte in the output.
    pub dst_end: u64,
    /// [`hash_of`] the bytes in the output.
    pub dst_hash: String,
    /// [`hash_of`] the first line in the output, by which an edited row is found again.
    pub head: String,
    /// What was changed on the way, by position.
    pub rewrites: Vec<Rewrite>,
    /// How many levels its headings were raised by.
    pub raised: u8,
    /// The patterns of the rule.
    pub scope: Vec<String>,
    /// Why it went there.
    pub reason: String,
    /// In percent; 100 for what stays.
    pub confidence: u8,
    /// A person decided it: no later run decides otherwise.
    pub pinned: bool,
    /// It went there for what it says itself, and not with what is around it.
    pub chosen: bool,
    /// The text of what was dropped.
    pub text: Option<String>,
}

/// One change of a few bytes that can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// `heading`, `link` or `anchor`.
    pub kind: String,
    /// First byte of `new` in the row's bytes in the output, 0-based.
    pub at: u64,
    /// The bytes in the source.
    pub old: String,
    /// The bytes in the output.
    pub new: String,
}

/// One output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapFile {
    /// Relative to the root, with `/`.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// [`hash_of`] its bytes.
    pub hash: String,
    /// Whether a source stood at this path; else the file is new, and going back removes it.
    pub was_source: bool,
    /// What comes from no source, by position.
    pub made: Vec<Made>,
}

/// Text in an output that comes from no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// First byte in the output, 0-based.
    pub at: u64,
    /// The template: `frontmatter`, `title`, `space`, `pointers`, `definitions`, `condition`, `index`.
    pub template: String,
    /// The text.
    pub text: String,
}

/// The hash of some bytes: 32 hexadecimal digits of XXH3-128. It guards against mistakes, not against forgery.
pub fn hash_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

/// The row that each piece of a source had in the run before. Of several sections with the same headings each gets its own:
/// by its text where that is as it was, else by the order.
pub(super) fn rows_before<'a>(rows: &'a [Row], pieces: &[Piece], text: &str) -> Vec<Option<&'a Row>> {
    let mut by_heading: BTreeMap<&[String], Vec<&'a Row>> = BTreeMap::new();
    for row in rows {
        by_heading.entry(&row.heading).or_default().push(row);
    }
    let mut found: Vec<Option<&Row>> = vec![None; pieces.len()];
    for is_by_text in [true, false] {
        for (piece, found) in pieces.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
            let Some(left) = by_heading.get_mut(piece.path.as_slice()).filter(|left| !left.is_empty()) else {
                continue;
            };
            let hash = if is_by_text { hash_of(piece.span.slice(text).as_bytes()) } else { String::new() };
            if let Some(at) = left.iter().position(|row| !is_by_text || row.hash == hash) {
                *found = Some(left.remove(at));
            }
        }
    }
    found
}

/// The first line of some bytes without its line ending.
pub(super) fn first_line(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = &bytes[..end];
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The bytes of a row in the source, from its bytes in the output. `None` when they are not what the rewrites left.
pub(super) fn undo(row: &Row, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() + 16);
    let mut at = 0usize;
    for rewrite in &row.rewrites {
        let start = usize::try_from(rewrite.at).ok()?;
        let end = start.checked_add(rewrite.new.len())?;
        out.extend_from_slice(bytes.get(at..start)?);
        if bytes.get(start..end)? != rewrite.new.as_bytes() {
            return None;
        }
        out.extend_from_slice(rewrite.old.as_bytes());
        at = end;
    }
    out.extend_from_slice(bytes.get(at..)?);
    Some(out)
}

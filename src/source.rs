//! Source text and positions in it.
//!
//! A position is a byte offset everywhere inside the crate. This module is the only place where bytes become lines,
//! columns or UTF-16 units; the reports call it at the very edge.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A half-open range of bytes in one source, 0-based. Both ends lie on character boundaries of a valid UTF-8 source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte of the range, 0-based.
    pub start: u32,
    /// One past the last byte of the range.
    pub end: u32,
}

impl Span {
    /// The span of `start..end` in bytes. Offsets beyond 4 GiB cannot occur: discovery refuses such files.
    pub fn new(start: usize, end: usize) -> Span {
        debug_assert!(start <= end, "a span ends before it starts: {start}..{end}");
        Span { start: start as u32, end: end as u32 }
    }

    /// The same range as `usize`, ready for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// True when the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// True when `other` lies inside this span (both ends included).
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text under the span, or the empty string where the span does not fit `text`.
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }

    /// The span moved right by `bytes`.
    pub fn shifted(self, bytes: usize) -> Span {
        Span::new(self.start as usize + bytes, self.end as usize + bytes)
    }
}

/// A place as people and editors name it. Both numbers are 1-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, 1-based.
    pub line: u32,
    /// Column, 1-based, in Unicode scalar values; a byte order mark at the start of the file is not counted.
    pub column: u32,
}

/// Where each line of a text starts. A line ends with `\n`; the `\r` of `\r\n` belongs to the line that it ends.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Byte offset of the first byte of each line, ascending; the first is 0.
    pub starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text` in one pass.
    pub fn new(text: &str) -> LineIndex {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(newlines.map(|at| at as u32 + 1)).collect();
        LineIndex { starts }
    }

    /// The 0-based number of the line that holds byte `offset`.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The bytes of 0-based line `line` with its line ending; an empty span past the last line.
    pub fn line_span(&self, line: usize, text: &str) -> Span {
        let end = text.len();
        let start = self.starts.get(line).map_or(end, |start| *start as usize);
        let next = self.starts.get(line + 1).map_or(end, |start| *start as usize);
        Span::new(start, next)
    }

    /// Line and column of byte `offset` in `text`.
    pub fn position(&self, offset: u32, text: &str) -> Position {
        let offset = (offset as usize).min(text.len());
        let line = self.line_of(offset as u32);
        let start = self.starts[line] as usize;
        let before = text.get(start..offset).unwrap_or("");
        let before = if start == 0 { before.strip_prefix(BOM).unwrap_or(before) } else { before };
        Position { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }
}

/// The byte order mark, three bytes in UTF-8. Spans count it, because edits are made on the bytes of the file.
pub const BOM: char = '\u{feff}';

/// One file's text with its path. The text holds exactly the bytes of the file.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the root, with `/`.
    pub path: Arc<str>,
    /// The whole text, a byte order mark and `\r\n` included.
    pub text: String,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// Wraps a text that was read from `path`.
    pub fn new(path: impl Into<Arc<str>>, text: String) -> Source {
        Source { path: path.into(), text, lines: OnceLock::new() }
    }

    /// The line index, built at the first question about lines.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.lines().position(offset, &self.text)
    }

    /// How many lines the file has: a last line without a line ending counts, an empty file has none.
    pub fn line_count(&self) -> usize {
        count_lines(&self.text)
    }
}

/// How many lines `text` has: a last line without a line ending counts, an empty text has none.
pub fn count_lines(text: &str) -> usize {
    let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    newlines + usize::from(!text.is_empty() && !text.ends_with('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_skip_the_byte_order_mark() {
        let source = Source::new("a.md", "\u{feff}né\r\n日本x\n".to_owned());
        assert_eq!(source.position(3), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 1, column: 3 });
        assert_eq!(source.position(8 + 6), Position { line: 2, column: 3 });
        assert_eq!(source.line_count(), 2);
    }

    #[test]
    fn an_offset_at_the_end_belongs_to_the_last_line() {
        let source = Source::new("a.md", "one\ntwo".to_owned());
        assert_eq!(source.position(7), Position { line: 2, column: 4 });
        assert_eq!(source.lines().line_span(1, &source.text), Span::new(4, 7));
        assert_eq!(source.lines().line_span(9, &source.text), Span::new(7, 7));
    }

    #[test]
    fn an_empty_text_has_no_lines_and_one_position() {
        let source = Source::new("a.md", String::new());
        assert_eq!(source.line_count(), 0);
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
    }
}

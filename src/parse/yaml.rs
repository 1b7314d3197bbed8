//! YAML to [`Node`], by the events of `saphyr-parser`.
//!
//! The values are those that `serde_yaml` yields, with these exceptions, all of them by design:
//! - numbers are `f64`;
//! - keys that are not strings become their text as written;
//! - tags other than `!!str`, `!!int`, `!!float`, `!!bool` and `!!null` are dropped, and a value that does not fit its
//!   tag stays a string;
//! - duplicate keys are kept, and a merge key `<<` is a key like any other;
//! - of several documents the first is read, and a problem says so;
//! - what only libyaml accepts against the specification is an error: a comment right behind a quote, a block scalar's
//!   header without indentation, lines of a quoted or bracketed value that are not indented;
//! - an alias is replaced by a copy whose spans are all the alias's own, as long as the copies stay small
//!   ([`ALIAS_BUDGET`]); beyond that it is null, and a problem says so.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle as Style, ScanError, StrInput, Tag};

use crate::model::{Entry, Node, NodeKind, Problem, ScalarStyle};
use crate::parse::{MAX_DEPTH, traps};
use crate::source::Span;

/// How many nodes anchors and aliases may copy in one document; every 32 bytes of text count as one node more.
pub const ALIAS_BUDGET: usize = 1_000_000;

/// Parses the YAML in `span` of `text`; the spans of the result are byte ranges of `text`.
///
/// Without a tree and without a problem the text holds nothing but white space and comments. A tree with a problem is
/// whole but for what the problem says.
pub fn parse_yaml(text: &str, span: Span) -> (Option<Node>, Option<Problem>) {
    let yaml = span.slice(text);
    let mut result = attempt(text, span, yaml);
    let mut repaired = None;
    for _ in 0..MAX_TAB_REPAIRS {
        let Err(error) = &result else { break };
        if error.info() != TAB_AFTER_COLON {
            break;
        }
        let at = Places::new(yaml, 0).byte(error.marker());
        let copy: &mut String = repaired.get_or_insert_with(|| yaml.to_owned());
        let tabs = copy[..at].len() - copy[..at].trim_end_matches('\t').len();
        copy.replace_range(at - tabs..at, &" ".repeat(tabs));
        result = attempt(text, span, copy);
    }
    match result {
        Ok(read) => read,
        Err(error) => {
            let at = Places::new(yaml, span.start as usize).byte(error.marker());
            (None, Some(traps::explain(text, span, at, error.info())))
        }
    }
}

/// YAML allows a tab between a colon and its value, as in `key:\tvalue`, but the parser does not when a word follows.
/// Such tabs are read as spaces, at the price of one more pass for each, up to this many.
const MAX_TAB_REPAIRS: usize = 32;

/// The parser's message for such a tab.
const TAB_AFTER_COLON: &str = "':' must be followed by a valid YAML whitespace";

/// Parses `yaml`, which has the same offsets as the text in `span`.
fn attempt(text: &str, span: Span, yaml: &str) -> Result<(Option<Node>, Option<Problem>), ScanError> {
    let mut builder = Builder {
        text,
        places: Places::new(yaml, span.start as usize),
        seen: span.start as usize,
        frames: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        budget: ALIAS_BUDGET,
        problem: None,
        too_deep: false,
    };
    builder.run(&mut Parser::new_from_str(yaml))?;
    let root = if builder.too_deep { None } else { builder.root };
    Ok((root, builder.problem))
}

struct Builder<'a> {
    text: &'a str,
    places: Places<'a>,
    /// The end of the last key or scalar, or the start of the last collection, in bytes of the file.
    seen: usize,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: HashMap<usize, Anchored>,
    budget: usize,
    problem: Option<Problem>,
    too_deep: bool,
}

/// A list or mapping that is still open.
struct Frame {
    span: Span,
    anchor: usize,
    kind: FrameKind,
}

enum FrameKind {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Option<(Box<str>, Span)> },
}

/// A copy of an anchored value and its height in levels.
struct Anchored {
    node: Node,
    height: usize,
}

impl<'a> Builder<'a> {
    /// Reads the first document.
    fn run(&mut self, parser: &mut Parser<'a, StrInput<'a>>) -> Result<(), ScanError> {
        let mut documents = 0;
        while let Some(event) = parser.next_event() {
            let (event, place) = event?;
            let span = self.places.between(&place.start, &place.end);
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::StreamEnd => return Ok(()),
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        self.note(span, "there is more than one YAML document; only the first is read");
                        return Ok(());
                    }
                }
                Event::Alias(anchor) => self.alias(anchor, span),
                Event::Scalar(value, style, anchor, tag) => {
                    let span = if anchor > 0 || tag.is_some() { self.without_properties(span) } else { span };
                    let node = self.scalar(&value, style, tag.as_deref(), span);
                    self.seen = node.span.end as usize;
                    self.finish(node, anchor);
                }
                Event::SequenceStart(anchor, tag) => {
                    self.open(span, anchor, tag.is_some(), FrameKind::Sequence(Vec::new()));
                }
                Event::MappingStart(anchor, tag) => {
                    let kind = FrameKind::Mapping { entries: Vec::new(), key: None };
                    self.open(span, anchor, tag.is_some(), kind);
                }
                Event::SequenceEnd | Event::MappingEnd => self.close(span),
            }
            if self.frames.len() > MAX_DEPTH {
                self.problem = None;
                self.note(span, "lists and mappings are nested too deeply");
                self.too_deep = true;
                return Ok(());
            }
        }
        Ok(())
    }

    /// Keeps the first problem that does not stop the parser.
    fn note(&mut self, span: Span, message: &str) {
        if self.problem.is_none() {
            self.problem = Some(Problem { span, message: message.to_owned() });
        }
    }

    fn open(&mut self, span: Span, anchor: usize, tagged: bool, kind: FrameKind) {
        let span = if anchor > 0 || tagged { self.without_properties(span) } else { span };
        self.seen = span.start as usize;
        self.frames.push(Frame { span: Span { start: span.start, end: span.start }, anchor, kind });
    }

    /// Closes the innermost list or mapping. Only the end of a flow collection is a character of its own (`]`, `}`);
    /// the end of a block is reported where the next token starts, so a block ends with its last child instead.
    fn close(&mut self, end: Span) {
        let Some(mut frame) = self.frames.pop() else { return };
        let flow = matches!(self.text.as_bytes().get(end.start as usize), Some(b']' | b'}')) && !end.is_empty();
        if flow {
            frame.span.end = frame.span.end.max(end.end);
        }
        let kind = match frame.kind {
            FrameKind::Sequence(items) => NodeKind::Sequence(items),
            FrameKind::Mapping { entries, .. } => NodeKind::Mapping(entries),
        };
        self.finish(Node { span: frame.span, kind }, frame.anchor);
    }

    /// Files a finished value under its anchor and hands it to the collection around it.
    fn finish(&mut self, node: Node, anchor: usize) {
        if anchor > 0
            && let Some((node, height)) = copy(&node, None, &mut self.budget)
        {
            self.anchors.insert(anchor, Anchored { node, height });
        }
        self.attach(node);
    }

    fn attach(&mut self, node: Node) {
        let text = self.text;
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        let mut span = node.span;
        match &mut frame.kind {
            FrameKind::Sequence(items) => items.push(node),
            FrameKind::Mapping { entries, key } => match key.take() {
                None => *key = Some((key_text(&node, text), node.span)),
                Some((key, key_span)) => {
                    let missing = node.kind == NodeKind::Null && node.span.is_empty();
                    let value = if missing { place_empty(node, key_span, text) } else { node };
                    span = Span { start: value.span.start.min(span.start), end: value.span.end };
                    entries.push(Entry { key, key_span, value });
                }
            },
        }
        frame.span.start = frame.span.start.min(span.start);
        frame.span.end = frame.span.end.max(span.end);
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let depth = self.frames.len();
        let copied = match self.anchors.get(&anchor) {
            None => Err("this alias stands for more than can be copied here"),
            Some(anchored) if anchored.height + depth > MAX_DEPTH => Err("this alias nests values too deeply"),
            Some(anchored) => copy(&anchored.node, Some(span), &mut self.budget)
                .map(|(node, _)| node)
                .ok_or("the aliases stand for too much text"),
        };
        let node = copied.unwrap_or_else(|message| {
            self.note(span, message);
            Node { span, kind: NodeKind::Null }
        });
        self.attach(node);
    }

    /// The span without the anchor and the tag at its start.
    fn without_properties(&self, span: Span) -> Span {
        let bytes = &self.text.as_bytes()[..self.places.span().end as usize];
        let mut at = span.start as usize;
        while let Some(b'&' | b'!') = bytes.get(at) {
            let verbatim = bytes.get(at + 1) == Some(&b'<');
            at += bytes[at..]
                .iter()
                .position(|byte| if verbatim { *byte == b'>' } else { b" \t\r\n,[]{}".contains(byte) })
                .map_or(bytes.len() - at, |len| len + usize::from(verbatim));
            at = skip_blanks(bytes, at);
        }
        // Where nothing but properties is written, the value is an empty place behind them.
        let end = span.end.max(span.start) as usize;
        if end > at || end <= span.start as usize { Span::new(at, end.max(at)) } else { Span::new(end, end) }
    }

    /// The span of a block scalar from its `|` or `>` on; the parser reports only the lines below.
    fn with_header(&self, content: Span) -> Span {
        let bytes = &self.text.as_bytes()[..content.start as usize];
        let mut at = self.seen;
        while at < bytes.len() && !matches!(bytes[at], b'|' | b'>') {
            let comment = bytes[at] == b'#' && at > 0 && bytes[at - 1].is_ascii_whitespace();
            at = if comment { skip_blanks(bytes, at) } else { at + 1 };
        }
        if at >= bytes.len() {
            return content;
        }
        let marks = bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_digit() || b"+-".contains(byte)).count();
        let end = if content.is_empty() { at + 1 + marks } else { content.end as usize };
        Span::new(at, end)
    }

    fn scalar(&self, value: &str, style: Style, tag: Option<&Tag>, span: Span) -> Node {
        let style = match style {
            Style::Plain => ScalarStyle::Plain,
            Style::SingleQuoted => ScalarStyle::Single,
            Style::DoubleQuoted => ScalarStyle::Double,
            Style::Literal => ScalarStyle::Literal,
            Style::Folded => ScalarStyle::Folded,
        };
        let reported = span;
        let span = match style {
            ScalarStyle::Single | ScalarStyle::Double => quoted(span, self.text),
            ScalarStyle::Plain => trim_end(span, self.text),
            ScalarStyle::Literal | ScalarStyle::Folded => self.with_header(trim_end(span, self.text)),
        };
        // Without a line ending at the end of the file there is none at the end of the value either.
        let at_end = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) && !self.places.ends_with_newline();
        let value = if at_end && reported.end as usize >= self.places.span().end as usize {
            value.strip_suffix('\n').unwrap_or(value)
        } else {
            value
        };
        let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
        let resolved = match core {
            None if style == ScalarStyle::Plain => resolve_plain(value),
            Some("null" | "bool" | "int" | "float") => resolve_plain(value),
            _ => None,
        };
        let kind = resolved.unwrap_or_else(|| NodeKind::String { value: value.into(), style });
        Node { span, kind }
    }
}

/// What a plain scalar stands for in the YAML 1.2 core schema as `serde_yaml` reads it: with `0b` numbers, and with
/// `007` as a string. `None` for a string.
pub fn resolve_plain(value: &str) -> Option<NodeKind> {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Some(NodeKind::Null),
        "true" | "True" | "TRUE" => return Some(NodeKind::Bool(true)),
        "false" | "False" | "FALSE" => return Some(NodeKind::Bool(false)),
        _ => {}
    }
    let first = *value.as_bytes().first()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    resolve_number(value).map(NodeKind::Number)
}

fn resolve_number(value: &str) -> Option<f64> {
    let (negative, digits) = match value.as_bytes()[0] {
        b'-' => (true, &value[1..]),
        b'+' => (false, &value[1..]),
        _ => (false, value),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if digits.len() == value.len() => return Some(f64::NAN),
        _ => {}
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return if rest.starts_with(['+', '-']) { None } else { from_radix(rest, radix).map(|n| sign * n) };
        }
    }
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if leading_zero && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Rust's own parser also takes `inf`, `nan` and a second sign, which are strings in YAML.
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    digits.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| sign * number)
}

fn from_radix(digits: &str, radix: u32) -> Option<f64> {
    u128::from_str_radix(digits, radix).ok().map(|number| number as f64)
}

/// The text of a key: a string's value, everything else as written.
fn key_text(node: &Node, text: &str) -> Box<str> {
    node.as_str().map_or_else(|| node.span.slice(text).into(), Into::into)
}

/// A value that is not there is reported where the next token starts; its place is right after the key's colon.
fn place_empty(mut node: Node, key: Span, text: &str) -> Node {
    let reported = (node.span.start as usize).max(key.end as usize);
    let between = text.get(key.end as usize..reported).unwrap_or("");
    let before_colon = between.len() - between.trim_start_matches([' ', '\t']).len();
    let after = if between[before_colon..].starts_with(':') { before_colon + 1 } else { 0 };
    let at = key.end as usize + after;
    node.span = Span::new(at, at);
    node
}

/// The next byte that is neither white space nor part of a comment.
fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at),
            _ => break,
        }
    }
    at
}

/// The quoted string in a span: the parser counts what follows a quoted value on its line as a part of it.
fn quoted(span: Span, text: &str) -> Span {
    let len = traps::quoted_len(span.slice(text)).unwrap_or(span.len());
    Span::new(span.start as usize, span.start as usize + len)
}

/// The span without white space at its end.
fn trim_end(span: Span, text: &str) -> Span {
    let len = span.slice(text).trim_end_matches([' ', '\t', '\r', '\n']).len();
    Span::new(span.start as usize, span.start as usize + len)
}

/// A copy of a tree and its height in levels, with every span replaced by `span` where one is given; `None` once the
/// budget is spent. The depth of what is copied is limited, so this recursion is too.
fn copy(node: &Node, span: Option<Span>, budget: &mut usize) -> Option<(Node, usize)> {
    let text = match &node.kind {
        NodeKind::String { value, .. } => value.len(),
        _ => 0,
    };
    *budget = budget.checked_sub(1 + text / 32)?;
    let mut height = 0;
    let kind = match &node.kind {
        NodeKind::Sequence(items) => {
            let mut copies = Vec::with_capacity(items.len());
            for item in items {
                let (item, below) = copy(item, span, budget)?;
                height = height.max(below + 1);
                copies.push(item);
            }
            NodeKind::Sequence(copies)
        }
        NodeKind::Mapping(entries) => {
            let mut copies = Vec::with_capacity(entries.len());
            for entry in entries {
                *budget = budget.checked_sub(entry.key.len() / 32)?;
                let (value, below) = copy(&entry.value, span, budget)?;
                height = height.max(below + 1);
                copies.push(Entry { key: entry.key.clone(), key_span: span.unwrap_or(entry.key_span), value });
            }
            NodeKind::Mapping(copies)
        }
        other => other.clone(),
    };
    Some((Node { span: span.unwrap_or(node.span), kind }, height))
}

/// Turns the parser's positions, which count characters, into byte offsets of the file.
struct Places<'a> {
    yaml: &'a str,
    base: usize,
    /// The byte offset of every 64th character; empty when all characters are single bytes.
    table: Vec<u32>,
}

const STEP: usize = 64;

impl<'a> Places<'a> {
    fn new(yaml: &'a str, base: usize) -> Places<'a> {
        let table = if yaml.is_ascii() {
            Vec::new()
        } else {
            yaml.char_indices().step_by(STEP).map(|(at, _)| at as u32).collect()
        };
        Places { yaml, base, table }
    }

    fn ends_with_newline(&self) -> bool {
        self.yaml.ends_with(['\n', '\r'])
    }

    fn span(&self) -> Span {
        Span::new(self.base, self.base + self.yaml.len())
    }

    /// The byte offset of a marker in the file; a marker past the end is the end.
    fn byte(&self, marker: &Marker) -> usize {
        let index = marker.index();
        if self.table.is_empty() {
            return self.base + index.min(self.yaml.len());
        }
        let Some(from) = self.table.get(index / STEP) else { return self.base + self.yaml.len() };
        let from = *from as usize;
        let within = self.yaml[from..].char_indices().nth(index % STEP);
        self.base + within.map_or(self.yaml.len(), |(at, _)| from + at)
    }

    fn between(&self, start: &Marker, end: &Marker) -> Span {
        let from = self.byte(start);
        let to = if end.index() == start.index() { from } else { self.byte(end) };
        Span::new(from, to.max(from))
    }
}

//! The second pass over frontmatter that is not valid YAML: line by line, as the clients do it.
//!
//! The frontmatter is cut at its top-level `key:` lines. Every piece is tried as YAML on its own, so one broken value
//! costs nothing but itself. A piece that fails is read as text:
//! - the rest of the line is the value, colons, asterisks and ` #` included;
//! - `- item` lines under a key are a list of strings, each without a comment at its end;
//! - other lines are folded into the value before them;
//! - a list or mapping in brackets is one, indented or not, when it is valid on its own;
//! - quotes around a whole value are taken off when they are properly closed.

use crate::model::{Entry, Node, NodeKind, ScalarStyle};
use crate::parse::certain::{Reading, reading};
use crate::parse::yaml::{parse_yaml, resolve_plain};
use crate::source::Span;

/// Reads the lines in `yaml` of `text`; the spans of the result are byte ranges of `text`. `None` when there is no
/// `key:` line.
pub fn parse_lenient(text: &str, yaml: Span) -> Option<Node> {
    let mut entries = Vec::new();
    let mut base_indent = None;
    let mut open: Option<Piece> = None;
    for line in lines(text, yaml) {
        let indent = indent_of(line, text);
        let content = Span { start: line.start + indent, end: line.end };
        if content.is_empty() {
            continue;
        }
        let is_comment = content.slice(text).starts_with('#');
        if !is_comment
            && indent <= *base_indent.get_or_insert(indent)
            && let Some(key) = key_at(content, text)
        {
            entries.extend(open.take().map(|piece| piece.into_entry(text)));
            open = Some(Piece { line_start: line.start, end: line.end, key, more: Vec::new() });
            continue;
        }
        if let Some(piece) = &mut open {
            piece.end = line.end;
            if !is_comment {
                piece.more.push(content);
            }
        }
    }
    entries.extend(open.map(|piece| piece.into_entry(text)));
    let (first, last) = (entries.first()?, entries.last()?);
    let span = Span { start: first.key_span.start, end: last.value.span.end };
    Some(Node { span, kind: NodeKind::Mapping(entries) })
}

/// A top-level key with the lines up to the next one.
struct Piece {
    /// Start of the key's line in bytes.
    line_start: u32,
    /// End of the last line in bytes, without its line ending.
    end: u32,
    key: Key,
    /// The lines after the key's own, without indentation, blank lines and comments.
    more: Vec<Span>,
}

struct Key {
    text: Box<str>,
    span: Span,
    /// The rest of the line, trimmed.
    value: Span,
}

impl Piece {
    fn into_entry(self, text: &str) -> Entry {
        let whole = Span { start: self.key.value.start, end: self.end.max(self.key.value.start) };
        match reading(whole.slice(text)) {
            Some(Reading::Broken) => return self.text_entry(text),
            Some(Reading::Plain) if self.is_simple(text) => return self.plain_entry(text),
            _ => {}
        }
        let (node, problem) = parse_yaml(text, Span { start: self.line_start, end: self.end });
        if problem.is_none()
            && let Some(Node { kind: NodeKind::Mapping(mut entries), .. }) = node
            && entries.len() == 1
            && let Some(entry) = entries.pop()
        {
            return entry;
        }
        self.text_entry(text)
    }

    /// The entry of a piece that is no YAML.
    fn text_entry(self, text: &str) -> Entry {
        let value = self.value(text);
        Entry { key: self.key.text, key_span: self.key.span, value }
    }

    /// Whether the key is one that YAML reads so too: a word without quotes that only spaces stand before.
    fn is_simple(&self, text: &str) -> bool {
        let indent = &text[self.line_start as usize..self.key.span.start as usize];
        let key = self.key.span.slice(text);
        indent.bytes().all(|byte| byte == b' ')
            && key.starts_with(|c: char| c.is_ascii_alphanumeric())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    }

    /// The entry of a piece whose value is one plain scalar.
    fn plain_entry(self, text: &str) -> Entry {
        let span = self.key.value;
        let value = span.slice(text);
        let string = || NodeKind::String { value: value.into(), style: ScalarStyle::Plain };
        let kind = resolve_plain(value).unwrap_or_else(string);
        Entry { key: self.key.text, key_span: self.key.span, value: Node { span, kind } }
    }

    fn value(&self, text: &str) -> Node {
        let value = self.key.value;
        if value.is_empty() && self.more.iter().any(|line| item_at(*line, text).is_some()) {
            return list(&self.more, text);
        }
        match block_style(value.slice(text)) {
            Some(style) => block_scalar(value, style, &self.more, text),
            None if value.is_empty() => fold(&self.more, value, text),
            None => {
                let parts: Vec<Span> = std::iter::once(value).chain(self.more.iter().copied()).collect();
                bracketed(&parts, text).unwrap_or_else(|| fold(&parts, value, text))
            }
        }
    }
}

/// A list or mapping in brackets whose lines are not indented, which is the only thing wrong with it.
fn bracketed(parts: &[Span], text: &str) -> Option<Node> {
    let (first, last) = (parts.first()?, parts.last()?);
    let span = Span { start: first.start, end: last.end };
    if !span.slice(text).starts_with(['[', '{']) || reading(span.slice(text)) == Some(Reading::Broken) {
        return None;
    }
    match parse_yaml(text, span) {
        (node, None) => node,
        _ => None,
    }
}

/// The lines of a span without their line endings and without white space at their end.
fn lines(text: &str, span: Span) -> impl Iterator<Item = Span> {
    let mut at = span.start as usize;
    span.slice(text).split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        Span::new(start, start + line.trim_end_matches([' ', '\t', '\r', '\n']).len())
    })
}

fn indent_of(line: Span, text: &str) -> u32 {
    line.slice(text).bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count() as u32
}

/// The key at the start of a line: a word, with or without quotes, and a colon before white space or the line's end.
fn key_at(line: Span, text: &str) -> Option<Key> {
    let content = line.slice(text);
    let quote = content.chars().next().filter(|first| matches!(first, '"' | '\''));
    let inner = &content[usize::from(quote.is_some())..];
    let len =
        inner.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '/'))).unwrap_or(inner.len());
    let mut key_len = len;
    if let Some(quote) = quote {
        inner[len..].starts_with(quote).then_some(())?;
        key_len += 2;
    }
    let colon = key_len + indent_len(&content[key_len..]);
    let rest = content[colon..].strip_prefix(':')?;
    let is_list = inner.starts_with('-') && len == 1;
    if len == 0 || is_list || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let start = line.start as usize;
    let value_start = start + colon + 1 + indent_len(rest);
    Some(Key {
        text: inner[..len].into(),
        span: Span::new(start, start + key_len),
        value: Span::new(value_start, line.end as usize),
    })
}

fn indent_len(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// The text of a `- item` line; empty for a lone `-`.
fn item_at(line: Span, text: &str) -> Option<Span> {
    let rest = line.slice(text).strip_prefix('-')?;
    if !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    Some(Span { start: line.start + 1 + indent_len(rest) as u32, end: line.end })
}

fn list(lines: &[Span], text: &str) -> Node {
    let mut items = Vec::new();
    let mut parts: Vec<Span> = Vec::new();
    let mut span = Span { start: u32::MAX, end: 0 };
    for line in lines {
        span = Span { start: span.start.min(line.start), end: line.end };
        match item_at(*line, text) {
            Some(item) => {
                items.extend(parts.first().map(|first| fold(&parts, *first, text)));
                parts.clear();
                parts.push(without_comment(item, text));
            }
            None => parts.push(*line),
        }
    }
    items.extend(parts.first().map(|first| fold(&parts, *first, text)));
    Node { span, kind: NodeKind::Sequence(items) }
}

/// In YAML ` #` starts a comment behind a value that is not quoted.
fn without_comment(item: Span, text: &str) -> Span {
    let content = item.slice(text);
    if content.starts_with(['"', '\'']) {
        return item;
    }
    let len = content.find(" #").or_else(|| content.find("\t#")).unwrap_or(content.len());
    let len = content[..len].trim_end_matches([' ', '\t']).len();
    Span { start: item.start, end: item.start + len as u32 }
}

/// One string out of several lines, or the one quoted value that they are. `empty_at` is the place of nothing.
fn fold(parts: &[Span], empty_at: Span, text: &str) -> Node {
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else {
        return Node { span: Span { start: empty_at.start, end: empty_at.start }, kind: NodeKind::Null };
    };
    let span = Span { start: first.start, end: last.end };
    if span.slice(text).starts_with(['"', '\''])
        && reading(span.slice(text)).is_none()
        && let (Some(node), None) = parse_yaml(text, span)
        && let NodeKind::String { style: ScalarStyle::Single | ScalarStyle::Double, .. } = node.kind
    {
        return node;
    }
    let value = join(parts, " ", text);
    Node { span, kind: NodeKind::String { value, style: ScalarStyle::Plain } }
}

fn join(parts: &[Span], between: &str, text: &str) -> Box<str> {
    let mut joined = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            joined.push_str(between);
        }
        joined.push_str(part.slice(text));
    }
    joined.into()
}

/// The style that a block scalar's header asks for.
fn block_style(value: &str) -> Option<ScalarStyle> {
    let style = match value.chars().next()? {
        '|' => ScalarStyle::Literal,
        '>' => ScalarStyle::Folded,
        _ => return None,
    };
    value[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-')).then_some(style)
}

fn block_scalar(header: Span, style: ScalarStyle, lines: &[Span], text: &str) -> Node {
    let between = if style == ScalarStyle::Literal { "\n" } else { " " };
    let span = Span { start: header.start, end: lines.last().map_or(header.end, |line| line.end) };
    Node { span, kind: NodeKind::String { value: join(lines, between, text), style } }
}

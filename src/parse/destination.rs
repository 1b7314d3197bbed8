//! Link destinations: where they stand in the source, and what they say once escapes are resolved.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

/// The longest entity that HTML knows has 33 characters with `&` and `;`.
const MAX_ENTITY_LEN: usize = 33;

/// The byte range of the destination of an inline link or image. `from` is a byte inside the construct at or after
/// the last thing in the brackets, `end` is the end of the construct.
pub(crate) fn inline_destination(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let found = from + text.get(from..end)?.find("](")?;
    Some(scan_destination(text.as_bytes(), found + 2, end))
}

/// The byte range of the destination of the link reference definition that covers `range`.
pub(crate) fn definition_destination(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = range.start + text.get(range.clone())?.find('[')? + 1;
    while at < range.end && bytes[at] != b']' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    if bytes.get(at + 1) != Some(&b':') {
        return None;
    }
    Some(scan_destination(bytes, (at + 2).min(range.end), range.end))
}

/// Scans `<...>` or a run without white space and with balanced parentheses, after any white space. A destination on
/// the next line of a quote stands behind a `>`, which is skipped with the white space.
fn scan_destination(bytes: &[u8], from: usize, end: usize) -> Range<usize> {
    let mut start = from;
    let mut new_line = false;
    while start < end && (bytes[start].is_ascii_whitespace() || (new_line && bytes[start] == b'>')) {
        new_line |= matches!(bytes[start], b'\n' | b'\r');
        start += 1;
    }
    let angle = start < end && bytes[start] == b'<';
    start += usize::from(angle);
    let mut at = start;
    let mut open = 0usize;
    while at < end {
        match bytes[at] {
            b'\\' if at + 1 < end && bytes[at + 1].is_ascii_punctuation() => at += 1,
            b'>' if angle => break,
            b'\n' | b'\r' if angle => break,
            byte if !angle && (byte.is_ascii_whitespace() || byte.is_ascii_control()) => break,
            b'(' if !angle => open += 1,
            b')' if !angle && open == 0 => break,
            b')' if !angle => open -= 1,
            _ => {}
        }
        at += 1;
    }
    start..at.min(end)
}

/// A destination as written with its backslash escapes and entities resolved, as Markdown does before anyone follows
/// the link. Percent signs stay; see [`percent_decode`].
pub fn unescape_destination(written: &str) -> Cow<'_, str> {
    if !written.contains(['\\', '&']) {
        return Cow::Borrowed(written);
    }
    let mut resolved = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find(['\\', '&']) {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = if rest.starts_with('\\') {
            let escaped = rest.as_bytes().get(1).filter(|byte| byte.is_ascii_punctuation());
            resolved.push(escaped.map_or('\\', |byte| char::from(*byte)));
            1 + usize::from(escaped.is_some())
        } else if let Some((entity, len)) = resolve_entity(rest) {
            resolved.push_str(&entity);
            len
        } else {
            resolved.push('&');
            1
        };
        rest = &rest[taken..];
    }
    resolved.push_str(rest);
    Cow::Owned(resolved)
}

/// The text of the entity at the start of `rest` and its length in bytes. The table of names is the Markdown
/// parser's own, asked by parsing the entity as a document.
fn resolve_entity(rest: &str) -> Option<(String, usize)> {
    let len = rest.bytes().take(MAX_ENTITY_LEN).position(|byte| byte == b';')? + 1;
    let entity = rest.get(..len)?;
    if !entity[1..len - 1].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#') {
        return None;
    }
    let mut text = String::new();
    for event in Parser::new(entity) {
        if let Event::Text(part) = event {
            text.push_str(&part);
        }
    }
    (text != entity).then_some((text, len))
}

/// A URL path with its `%20` sequences resolved. A percent sign without two hexadecimal digits stays as it is, as
/// browsers do it; `None` when the bytes are not UTF-8.
pub fn percent_decode(written: &str) -> Option<Cow<'_, str>> {
    if !written.contains('%') {
        return Some(Cow::Borrowed(written));
    }
    let bytes = written.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| Some((hex(bytes.get(at + 1))?, hex(bytes.get(at + 2))?))).flatten();
        match digits {
            Some((high, low)) => decoded.push(high << 4 | low),
            None => decoded.push(bytes[at]),
        }
        at += if digits.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_unescaped_as_markdown_does() {
        assert_eq!(unescape_destination("a.md"), "a.md");
        assert_eq!(unescape_destination(r"a\(b\)&amp;c&#x41;&ouml;"), "a(b)&cAö");
        assert_eq!(unescape_destination(r"a\b&nonsense;&x"), r"a\b&nonsense;&x");
        assert_eq!(unescape_destination("\\"), "\\");
    }

    #[test]
    fn percent_sequences_become_bytes() {
        assert_eq!(percent_decode("a%20b%C3%B6").as_deref(), Some("a bö"));
        assert_eq!(percent_decode("100%").as_deref(), Some("100%"));
        assert_eq!(percent_decode("%zz%4").as_deref(), Some("%zz%4"));
        assert_eq!(percent_decode("%ff"), None);
    }
}

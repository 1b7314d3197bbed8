//! One record of a transcript as a flat list of values.
//!
//! A line is checked and taken apart in one pass; nothing is copied and no text is decoded before someone asks for it. The
//! list is kept between lines, so that a small record costs no allocation. A record is what RFC 8259 calls an object.

use std::borrow::Cow;

/// Values deeper than this are no record of any client, but an attempt to exhaust the stack.
const MAX_DEPTH: u32 = 512;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// A list.
    Array,
    /// An object.
    Object,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// Bytes of the value: those of a string are without its quotes.
    start: u32,
    end: u32,
    /// The node behind this value and everything in it.
    next: u32,
    kind: Kind,
    /// A string with backslashes in it.
    escaped: bool,
}

/// The values of one record. It is used for one line after the other.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
}

impl Tape {
    /// Takes a line apart. `None` when it is anything but one JSON object.
    pub fn object<'a>(&'a mut self, text: &'a str) -> Option<Value<'a>> {
        let bytes = text.as_bytes();
        let start = skip_blanks(bytes, 0);
        if bytes.get(start) != Some(&b'{') {
            return None;
        }
        self.value(text)
    }

    /// Takes a text apart. `None` when it is anything but one JSON value.
    pub fn value<'a>(&'a mut self, text: &'a str) -> Option<Value<'a>> {
        self.nodes.clear();
        let bytes = text.as_bytes();
        if u32::try_from(bytes.len()).is_err() {
            return None;
        }
        let end = read(&mut self.nodes, bytes, skip_blanks(bytes, 0), MAX_DEPTH)?;
        if skip_blanks(bytes, end) != bytes.len() {
            return None;
        }
        Some(Value { tape: &self.nodes, text, at: 0 })
    }
}

#[inline]
fn skip_blanks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Reads the value at `at` and gives where it ends.
fn read(nodes: &mut Vec<Node>, bytes: &[u8], at: usize, depth: u32) -> Option<usize> {
    let index = nodes.len();
    let leaf = |kind, start: usize, end: usize, escaped| Node {
        start: start as u32,
        end: end as u32,
        next: index as u32 + 1,
        kind,
        escaped,
    };
    match *bytes.get(at)? {
        b'"' => {
            let (end, escaped) = string_end(bytes, at + 1)?;
            nodes.push(leaf(Kind::String, at + 1, end, escaped));
            Some(end + 1)
        }
        open @ (b'{' | b'[') => {
            let depth = depth.checked_sub(1)?;
            let (close, kind) = if open == b'{' { (b'}', Kind::Object) } else { (b']', Kind::Array) };
            nodes.push(leaf(kind, at, at, false));
            let mut at = skip_blanks(bytes, at + 1);
            if bytes.get(at) == Some(&close) {
                at += 1;
            } else {
                loop {
                    if open == b'{' {
                        at = read_key(nodes, bytes, at)?;
                    }
                    at = read(nodes, bytes, skip_blanks(bytes, at), depth)?;
                    at = skip_blanks(bytes, at);
                    match bytes.get(at) {
                        Some(b',') => at = skip_blanks(bytes, at + 1),
                        Some(byte) if *byte == close => break at += 1,
                        _ => return None,
                    }
                }
            }
            let next = nodes.len() as u32;
            let node = &mut nodes[index];
            (node.end, node.next) = (at as u32, next);
            Some(at)
        }
        b't' => word(bytes, at, b"true").inspect(|end| nodes.push(leaf(Kind::Bool, at, *end, false))),
        b'f' => word(bytes, at, b"false").inspect(|end| nodes.push(leaf(Kind::Bool, at, *end, false))),
        b'n' => word(bytes, at, b"null").inspect(|end| nodes.push(leaf(Kind::Null, at, *end, false))),
        b'-' | b'0'..=b'9' => number_end(bytes, at).inspect(|end| nodes.push(leaf(Kind::Number, at, *end, false))),
        _ => None,
    }
}

/// Reads a key with its colon.
#[inline]
fn read_key(nodes: &mut Vec<Node>, bytes: &[u8], at: usize) -> Option<usize> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let (end, escaped) = string_end(bytes, at + 1)?;
    let next = nodes.len() as u32 + 1;
    nodes.push(Node { start: at as u32 + 1, end: end as u32, next, kind: Kind::String, escaped });
    let at = skip_blanks(bytes, end + 1);
    (bytes.get(at) == Some(&b':')).then_some(at + 1)
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes[at..].starts_with(word).then_some(at + word.len())
}

fn number_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let digits = |at: &mut usize| {
        let from = *at;
        while bytes.get(*at).is_some_and(u8::is_ascii_digit) {
            *at += 1;
        }
        *at > from
    };
    if bytes[at] == b'-' {
        at += 1;
    }
    let from = at;
    if !digits(&mut at) || (bytes[from] == b'0' && at - from > 1) {
        return None;
    }
    if bytes.get(at) == Some(&b'.') {
        at += 1;
        if !digits(&mut at) {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        if !digits(&mut at) {
            return None;
        }
    }
    Some(at)
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// The place of the first byte of eight that ends or interrupts a string: `"`, `\` or a control character.
#[inline]
fn first_special(eight: u64) -> Option<usize> {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let quote = zero(eight ^ (ONES * b'"' as u64));
    let backslash = zero(eight ^ (ONES * b'\\' as u64));
    let control = eight.wrapping_sub(ONES * 0x20) & !eight & HIGHS;
    // A borrow can only mark a byte wrongly above one that is marked rightly, so the lowest mark is right.
    let marks = quote | backslash | control;
    (marks != 0).then_some(marks.trailing_zeros() as usize / 8)
}

/// Where a string ends whose first byte is at `at`, and whether it has escapes.
#[inline]
fn string_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        at = next_special(bytes, at)?;
        match bytes[at] {
            b'"' => return Some((at, escaped)),
            b'\\' => {
                escaped = true;
                match bytes.get(at + 1)? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                    b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

#[inline]
fn next_special(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut eights = 0;
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
        if let Some(found) = first_special(u64::from_le_bytes(eight)) {
            return Some(at + found);
        }
        at += 8;
        eights += 1;
        // Long texts are most of a transcript's bytes; blocks of 64 are compared at once.
        if eights == 8 {
            at = skip_plain(bytes, at);
            eights = 0;
        }
    }
    while let Some(byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\\' | 0..0x20) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Skips blocks of 64 bytes without a special one.
fn skip_plain(bytes: &[u8], mut at: usize) -> usize {
    let is_special = |byte: u8| u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20);
    while let Some(block) = bytes.get(at..at + 64) {
        if block.iter().fold(0, |any, byte| any | is_special(*byte)) != 0 {
            break;
        }
        at += 64;
    }
    at
}

/// One value of a record.
#[derive(Clone, Copy, Debug)]
pub struct Value<'a> {
    tape: &'a [Node],
    text: &'a str,
    at: u32,
}

impl<'a> Value<'a> {
    fn node(self) -> Node {
        self.tape[self.at as usize]
    }

    fn sibling(self, at: u32) -> Value<'a> {
        Value { at, ..self }
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.node().kind
    }

    /// Its text as it stands in the record; that of a string is without quotes and with its escapes.
    pub fn raw(self) -> &'a str {
        let node = self.node();
        &self.text[node.start as usize..node.end as usize]
    }

    /// The keys of an object with their values, in order; nothing for every other kind. Keys are as written.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Value<'a>)> {
        let node = self.node();
        let mut at = if node.kind == Kind::Object { self.at + 1 } else { node.next };
        std::iter::from_fn(move || {
            if at >= node.next {
                return None;
            }
            let (key, value) = (self.sibling(at), self.sibling(at + 1));
            at = value.node().next;
            Some((key.raw(), value))
        })
    }

    /// [`Value::entries`] with the keys as bytes, which are compared without looking for characters.
    #[inline]
    pub fn fields(self) -> impl Iterator<Item = (&'a [u8], Value<'a>)> {
        let node = self.node();
        let mut at = if node.kind == Kind::Object { self.at + 1 } else { node.next };
        std::iter::from_fn(move || {
            if at >= node.next {
                return None;
            }
            let key = self.tape[at as usize];
            let value = self.sibling(at + 1);
            at = value.node().next;
            Some((&self.text.as_bytes()[key.start as usize..key.end as usize], value))
        })
    }

    /// The items of a list; nothing for every other kind.
    pub fn items(self) -> impl Iterator<Item = Value<'a>> {
        let node = self.node();
        let mut at = if node.kind == Kind::Array { self.at + 1 } else { node.next };
        std::iter::from_fn(move || {
            if at >= node.next {
                return None;
            }
            let value = self.sibling(at);
            at = value.node().next;
            Some(value)
        })
    }

    /// The last value of an object with this key, as every reader of JSON takes it.
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        let node = self.node();
        if node.kind != Kind::Object {
            return None;
        }
        let mut found = None;
        let mut at = self.at + 1;
        while at < node.next {
            let name = self.tape[at as usize];
            // Lengths differ nearly always, and comparing them needs no text.
            let is_it = (name.end - name.start) as usize == key.len()
                && &self.text.as_bytes()[name.start as usize..name.end as usize] == key.as_bytes();
            if is_it {
                found = Some(at + 1);
            }
            at = self.tape[at as usize + 1].next;
        }
        found.map(|at| self.sibling(at))
    }

    /// The value at the end of a path of keys.
    pub fn at(self, path: &[&str]) -> Option<Value<'a>> {
        path.iter().try_fold(self, |value, key| value.get(key))
    }

    /// Whether it is a string of exactly this text, which has no escapes.
    pub fn is(self, text: &str) -> bool {
        let node = self.node();
        node.kind == Kind::String && &self.text.as_bytes()[node.start as usize..node.end as usize] == text.as_bytes()
    }

    /// Whether it is `true`.
    pub fn is_true(self) -> bool {
        self.kind() == Kind::Bool && self.raw() == "true"
    }

    /// The text of a string with its escapes resolved; `None` for every other kind.
    pub fn text(self) -> Option<Cow<'a, str>> {
        let node = self.node();
        match (node.kind, node.escaped) {
            (Kind::String, false) => Some(Cow::Borrowed(self.raw())),
            (Kind::String, true) => Some(Cow::Owned(unescaped(self.raw()))),
            _ => None,
        }
    }

    /// The text of a string under a key of this object.
    pub fn string(self, key: &str) -> Option<Cow<'a, str>> {
        self.get(key)?.text()
    }

    /// A whole number that is not negative; one with a fraction is cut.
    pub fn count(self) -> Option<u64> {
        if self.kind() != Kind::Number {
            return None;
        }
        let raw = self.raw();
        raw.parse().ok().or_else(|| raw.parse::<f64>().ok().filter(|number| *number >= 0.0).map(|number| number as u64))
    }

    /// A whole number.
    pub fn integer(self) -> Option<i64> {
        if self.kind() == Kind::Number { self.raw().parse().ok() } else { None }
    }
}

/// Resolves escapes. Half of a surrogate pair becomes the replacement character.
fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let mut length = 2;
        match rest.as_bytes().get(at + 1) {
            Some(b'n') => out.push('\n'),
            Some(b't') => out.push('\t'),
            Some(b'r') => out.push('\r'),
            Some(b'b') => out.push('\u{8}'),
            Some(b'f') => out.push('\u{c}'),
            Some(b'u') => {
                let unit = |from: usize| rest.get(from..from + 4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                let first = unit(at + 2).unwrap_or(0xfffd);
                length = 6;
                let mut code = first;
                if (0xd800..0xdc00).contains(&first)
                    && rest[at + 6..].starts_with("\\u")
                    && let Some(second) = unit(at + 8).filter(|second| (0xdc00..0xe000).contains(second))
                {
                    code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    length = 12;
                }
                out.push(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            Some(byte) => out.push(char::from(*byte)),
            None => {}
        }
        rest = rest.get(at + length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_record(line: &str) -> bool {
        Tape::default().object(line).is_some()
    }

    #[test]
    fn only_objects_are_records() {
        for line in ["{}", " {\"a\": [1, -2.5e3, true, null, {\"b\": \"\"}]} \r", "{\"a\":\"\\ud83c\\udf89\\\"\"}"] {
            assert!(is_record(line), "{line}");
        }
        for line in
            ["", "42", "\"a\"", "[1]", "{", "{\"a\":}", "{\"a\":1,}", "{\"a\":01}", "{\"a\":\"\u{0}\"}", "{} {}"]
        {
            assert!(!is_record(line), "{line:?}");
        }
        for line in ["{\"a\":\"\\x\"}", "{\"a\":\"\\u12g4\"}", "{\"a\" 1}", "{'a':1}", "{\"a\":tru}", "{\"a\":1.}"] {
            assert!(!is_record(line), "{line:?}");
        }
    }

    #[test]
    fn every_cut_of_a_record_is_none_and_every_length_of_string_is_read() {
        let text = "x".repeat(200);
        for length in 0..200 {
            let line = format!("{{\"key\":\"{}\\n\",\"b\":[1,{{\"c\":\"é\"}}]}}", &text[..length]);
            let mut tape = Tape::default();
            let record = tape.object(&line).map(|record| record.string("key").unwrap_or_default().len());
            assert_eq!(record, Some(length + 1));
            for cut in (0..line.len()).filter(|cut| line.is_char_boundary(*cut)) {
                assert!(!is_record(&line[..cut]), "{}", &line[..cut]);
            }
        }
    }

    #[test]
    fn values_are_found_and_decoded() {
        let mut tape = Tape::default();
        let line = r#"{"a":{"b":["x","\u00e9\ud83c\udf89\ud800!"],"n":12},"t":true,"n":-3,"a2":1.9,"t":false}"#;
        let record = tape.object(line).expect("a record");
        let texts: Vec<String> = record
            .at(&["a", "b"])
            .into_iter()
            .flat_map(Value::items)
            .filter_map(Value::text)
            .map(Cow::into_owned)
            .collect();
        assert_eq!(texts, ["x", "é🎉\u{fffd}!"]);
        assert_eq!(record.at(&["a", "n"]).and_then(Value::count), Some(12));
        assert!(!record.get("t").is_some_and(Value::is_true), "the last of equal keys counts");
        assert_eq!(record.get("n").and_then(Value::integer), Some(-3));
        assert_eq!(record.get("a2").and_then(Value::count), Some(1));
        assert_eq!(record.entries().count(), 5);
    }

    #[test]
    fn depth_is_no_way_to_end_the_program() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!is_record(&deep));
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(400), "]".repeat(400));
        assert!(is_record(&deep));
    }
}

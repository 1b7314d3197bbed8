//! Why YAML is not valid, in words that say what to do: the handful of traps that frontmatter falls into.

use crate::model::Problem;
use crate::source::Span;

/// The longest part of the parser's own message that is worth showing, in bytes.
const MAX_MESSAGE: usize = 120;

/// Explains why the YAML in `yaml` of `text` stopped the parser at byte `at` with `info`.
///
/// The line of the error is looked at first. What is never closed is noticed only further down by the parser, so the
/// lines before come second.
pub(crate) fn explain(text: &str, yaml: Span, at: usize, info: &str) -> Problem {
    let at = at.clamp(yaml.start as usize, yaml.end as usize);
    let line = line_around(text, yaml, at);
    if let Some(problem) = trap_in_line(text, line, yaml) {
        return problem;
    }
    if let Some(problem) = unclosed_before(text, yaml, line.start as usize) {
        return problem;
    }
    let place = line_around(text, yaml, at);
    let span = if place.end as usize > at { first_char(text, at) } else { Span::new(at, at) };
    Problem { span, message: shorten(info) }
}

/// The line that holds byte `at`, without its line ending.
fn line_around(text: &str, yaml: Span, at: usize) -> Span {
    let start = text[yaml.start as usize..at].rfind('\n').map_or(yaml.start as usize, |n| yaml.start as usize + n + 1);
    let end = text[at..yaml.end as usize].find('\n').map_or(yaml.end as usize, |n| at + n);
    let len = text[start..end].trim_end_matches(['\r', ' ', '\t']).len();
    Span::new(start, start + len)
}

fn first_char(text: &str, at: usize) -> Span {
    Span::new(at, at + text[at..].chars().next().map_or(0, char::len_utf8))
}

fn problem(span: Span, message: impl Into<String>) -> Option<Problem> {
    Some(Problem { span, message: message.into() })
}

fn trap_in_line(text: &str, line: Span, yaml: Span) -> Option<Problem> {
    let content = line.slice(text);
    let indent = content.len() - content.trim_start_matches([' ', '\t']).len();
    if let Some(tab) = content[..indent].find('\t') {
        let tab = line.start as usize + tab;
        return problem(Span::new(tab, tab + 1), "a tab is used for indentation; YAML takes only spaces");
    }
    trap_in_value(text, value_of(text, line)?, yaml)
}

/// The value of a `key: value` or `- value` line; for anything else the line itself.
fn value_of(text: &str, line: Span) -> Option<Span> {
    let mut start = line.start as usize;
    let end = line.end as usize;
    loop {
        let rest = text[start..end].trim_start_matches([' ', '\t']);
        start = end - rest.len();
        if rest.is_empty() || rest.starts_with('#') {
            return None;
        }
        match rest.strip_prefix('-') {
            Some(item) if item.starts_with([' ', '\t']) => start += 1,
            _ => break,
        }
    }
    let rest = &text[start..end];
    if rest.starts_with(|c: char| "\"'{[*&!|>%@`".contains(c)) {
        return Some(Span::new(start, end));
    }
    let colon = rest.find(": ").or_else(|| rest.find(":\t"));
    let value = colon.map_or(rest, |colon| rest[colon + 1..].trim_start_matches([' ', '\t']));
    (!value.is_empty()).then(|| Span::new(end - value.len(), end))
}

fn trap_in_value(text: &str, value: Span, yaml: Span) -> Option<Problem> {
    let content = value.slice(text);
    match content.chars().next()? {
        quote @ ('"' | '\'') => {
            let Some(len) = quoted_len(&text[value.start as usize..yaml.end as usize]) else {
                return problem(first_char(text, value.start as usize), unclosed_quote(quote));
            };
            let rest = content.get(len..).unwrap_or("").trim_start_matches([' ', '\t']);
            if rest.is_empty() || rest.starts_with(['#', ',', ':', ']', '}']) {
                return None;
            }
            let span = Span::new(value.end as usize - rest.len(), value.end as usize);
            problem(span, "text follows the closing quote; put the whole value into quotes")
        }
        '*' => problem(value, "a value that starts with `*` is read as an alias; put it into quotes"),
        '{' | '[' => unclosed_or_followed(text, value, yaml),
        '&' => problem(value, "a value that starts with `&` is read as an anchor; put it into quotes"),
        '!' => problem(value, "a value that starts with `!` is read as a tag; put it into quotes"),
        first @ ('@' | '`' | '%') => {
            problem(value, format!("a value cannot start with {}; put it into quotes", name(first)))
        }
        '|' | '>' => {
            let rest = content[1..].trim_start_matches(|c: char| c.is_ascii_digit() || "+- \t".contains(c));
            let wrong = !rest.is_empty() && !rest.starts_with('#');
            let message = "text follows a block mark; put the value into quotes or on the next line";
            wrong.then(|| problem(value, message)).flatten()
        }
        _ => {
            let colon = content.find(": ").or_else(|| content.find(":\t")).or_else(|| {
                let last = content.len() - 1;
                content.ends_with(':').then_some(last)
            })?;
            let at = value.start as usize + colon;
            problem(Span::new(at, at + 1), "an unquoted `: ` in a value; put the value into quotes")
        }
    }
}

fn name(first: char) -> String {
    if first == '`' { "a backtick".to_owned() } else { format!("`{first}`") }
}

fn unclosed_quote(quote: char) -> &'static str {
    if quote == '"' { "this `\"` is never closed" } else { "this `'` is never closed" }
}

/// Length in bytes of the quoted string at the start of `text`, quotes included; `None` when it is never closed.
pub(crate) fn quoted_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if byte == quote => return Some(at + 1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Explains a value that starts with a bracket: never closed, or with text behind it, as in `{a,b}/**`.
fn unclosed_or_followed(text: &str, value: Span, yaml: Span) -> Option<Problem> {
    let content = value.slice(text);
    let open = first_char(text, value.start as usize);
    let what = open.slice(text);
    let Some(len) = flow_len(&text[value.start as usize..yaml.end as usize]) else {
        return problem(
            open,
            format!("this `{what}` is never closed; put the value into quotes if it is not a list or mapping"),
        );
    };
    let rest = content.get(len..).unwrap_or("").trim_start_matches([' ', '\t']);
    if rest.is_empty() || rest.starts_with(['#', ',', ':', ']', '}']) {
        return None;
    }
    problem(value, format!("a value that starts with `{what}` is read as a list or mapping; put it into quotes"))
}

/// Length in bytes of the bracketed text at the start of `text`; `None` when it is never closed.
pub(crate) fn flow_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' if matches!(bytes[at - 1], b' ' | b',' | b'[' | b'{' | b'\n') => {
                at += quoted_len(&text[at..])?;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The first value before byte `until` that opens a quote or bracket and never closes it, or a quote that is open at
/// `until`.
fn unclosed_before(text: &str, yaml: Span, until: usize) -> Option<Problem> {
    let mut at = yaml.start as usize;
    while at < until {
        let line = line_around(text, yaml, at);
        let next = text[at..yaml.end as usize].find('\n').map_or(until, |n| at + n + 1);
        if let Some(value) = value_of(text, line) {
            let rest = &text[value.start as usize..yaml.end as usize];
            let open = first_char(text, value.start as usize);
            let len = match open.slice(text) {
                "\"" | "'" => quoted_len(rest),
                "[" | "{" if flow_len(rest).is_none() => None,
                _ => Some(value.len()),
            };
            let end = len.map_or(usize::MAX, |len| value.start as usize + len);
            if end > until {
                let what = open.slice(text);
                let when = if len.is_none() { "is never closed" } else { "is not closed where it should be" };
                return problem(open, format!("this `{what}` {when}"));
            }
            at = next.max(end);
            continue;
        }
        at = next;
    }
    None
}

/// The parser's message without the part that says what it was doing; the common ones in words that help.
fn shorten(info: &str) -> String {
    let better = match info {
        "mapping values are not allowed in this context" => {
            "this line continues the value above, which cannot hold an unquoted `: `; put the value into quotes or \
             check the indentation"
        }
        "while parsing node, found unknown anchor" => {
            "a `*` here is read as an alias of an anchor that does not exist; put the value into quotes"
        }
        "simple key expect ':'" | "simple key expected" => "the line before is neither `key: value` nor a list item",
        "while parsing a block mapping, did not find expected key" => {
            "a `key: value` line is expected here; check the indentation"
        }
        "invalid indentation in quoted scalar" => "the lines of a quoted value must be indented",
        "invalid indentation" | "invalid indentation in flow construct" => {
            "the lines of a list or mapping in brackets must be indented"
        }
        "comments must be separated from other tokens by whitespace" => "a comment needs a space before its `#`",
        "recursion limit exceeded" => "lists and mappings are nested too deeply",
        _ => "",
    };
    if let Some(found) = info.strip_prefix("unexpected character: ") {
        let found = found.trim_matches(['`', '\'']);
        return format!("a value cannot start with {}; put it into quotes", name(found.chars().next().unwrap_or('`')));
    }
    if !better.is_empty() {
        return better.to_owned();
    }
    let what = info.rsplit_once(", ").map_or(info, |(_, what)| what).trim_end_matches('.');
    let mut len = what.len().min(MAX_MESSAGE);
    while !what.is_char_boundary(len) {
        len -= 1;
    }
    what[..len].to_owned()
}

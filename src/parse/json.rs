//! JSON with comments and trailing commas to the [`Node`] that YAML yields too.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Range;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::model::{Entry, Node, NodeKind, Problem, ScalarStyle};
use crate::source::Span;

/// Comments and trailing commas are what the clients' own settings files hold; everything else is an error there.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_loose_object_property_names: false,
    allow_trailing_commas: true,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Parses the JSON in `span` of `text`; the spans of the result are byte ranges of `text`. One problem means no tree.
pub fn parse_json(text: &str, span: Span) -> (Option<Node>, Option<Problem>) {
    let json = span.slice(text);
    let base = span.start as usize;
    match parse_to_ast(json, &CollectOptions::default(), &OPTIONS) {
        Ok(result) => match result.value {
            Some(value) => (Some(node(value, base)), None),
            None => (None, Some(Problem { span, message: "there is no JSON value in the file".to_owned() })),
        },
        Err(error) => (None, Some(problem(&error, json, base))),
    }
}

/// The parser limits the nesting (to 512 levels), so this recursion is limited too.
fn node(value: Value<'_>, base: usize) -> Node {
    match value {
        Value::NullKeyword(null) => Node { span: absolute(null.range, base), kind: NodeKind::Null },
        Value::BooleanLit(boolean) => Node { span: absolute(boolean.range, base), kind: NodeKind::Bool(boolean.value) },
        Value::NumberLit(number) => {
            let kind = NodeKind::Number(number.value.parse().unwrap_or(f64::NAN));
            Node { span: absolute(number.range, base), kind }
        }
        Value::StringLit(string) => {
            let value = string.value.into_owned().into_boxed_str();
            let kind = NodeKind::String { value, style: ScalarStyle::Double };
            Node { span: absolute(string.range, base), kind }
        }
        Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| node(item, base)).collect();
            Node { span: absolute(array.range, base), kind: NodeKind::Sequence(items) }
        }
        Value::Object(object) => {
            let entries = object.properties.into_iter().map(|property| {
                let (key, key_range) = match property.name {
                    ObjectPropName::String(string) => (string.value.into_owned(), string.range),
                    ObjectPropName::Word(word) => (word.value.to_owned(), word.range),
                };
                let key_span = absolute(key_range, base);
                Entry { key: key.into_boxed_str(), key_span, value: node(property.value, base) }
            });
            Node { span: absolute(object.range, base), kind: NodeKind::Mapping(entries.collect()) }
        }
    }
}

fn absolute(range: Range, base: usize) -> Span {
    Span::new(base + range.start, base + range.end)
}

fn problem(error: &ParseError, json: &str, base: usize) -> Problem {
    let range = error.range();
    let start = floor_boundary(json, range.start);
    let end = floor_boundary(json, range.end).max(start);
    Problem { span: Span::new(base + start, base + end), message: message(error.kind()) }
}

/// The nearest character boundary at or before byte `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn message(kind: &ParseErrorKind) -> String {
    let text = match kind {
        ParseErrorKind::ExpectedComma => "a comma is missing here",
        ParseErrorKind::ExpectedColonAfterObjectKey => "a colon is missing after this key",
        ParseErrorKind::ExpectedObjectValue => "a value is missing after the colon",
        ParseErrorKind::ExpectedStringObjectProperty => "a key must be in double quotes",
        ParseErrorKind::SingleQuotedStringsNotAllowed => "a string must be in double quotes, not single ones",
        ParseErrorKind::MultipleRootJsonValues => "there is more text after the end of the JSON value",
        ParseErrorKind::NestingDepthExceeded => "lists and objects are nested too deeply",
        ParseErrorKind::UnexpectedWord => "a bare word is not a JSON value; a string needs double quotes",
        ParseErrorKind::UnterminatedArray => "this list is never closed",
        ParseErrorKind::UnterminatedObject => "this object is never closed",
        ParseErrorKind::UnterminatedCommentBlock => "this comment is never closed",
        other => return lower_first(&other.to_string()),
    };
    text.to_owned()
}

/// The parser's own message as a clause.
fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

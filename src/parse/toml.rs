//! TOML as the spanned tree that YAML and JSON share.

use crate::model::{Entry, Node, NodeKind, ScalarStyle};
use crate::source::Span;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Parses TOML. What could be read is in the tree, what could not is in the problems: where it is, and the parser's words.
pub fn parse_toml(text: &str) -> (Node, Vec<(Span, String)>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let place = |error: &toml::de::Error| error.span().map_or(Span::default(), |span| Span::new(span.start, span.end));
    let problems = errors.iter().map(|error| (place(error), error.message().replace('\n', ", "))).collect();
    let span = span_of(&table);
    (table_node(table.get_ref(), span), problems)
}

fn span_of<T>(spanned: &Spanned<T>) -> Span {
    let range = spanned.span();
    Span::new(range.start, range.end.max(range.start))
}

fn table_node(table: &DeTable<'_>, span: Span) -> Node {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry { key: key.get_ref().as_ref().into(), key_span: span_of(key), value: node(value) })
        .collect();
    entries.sort_by_key(|entry| entry.key_span);
    Node { span, kind: NodeKind::Mapping(entries) }
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let span = span_of(value);
    let string = |text: &str| NodeKind::String { value: text.into(), style: ScalarStyle::Double };
    let kind = match value.get_ref() {
        DeValue::String(text) => string(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| string(number.as_str()), |number| NodeKind::Number(number as f64)),
        DeValue::Float(number) => number.as_str().parse().map_or_else(|_| string(number.as_str()), NodeKind::Number),
        DeValue::Boolean(value) => NodeKind::Bool(*value),
        DeValue::Datetime(value) => string(&value.to_string()),
        DeValue::Array(items) => NodeKind::Sequence(items.iter().map(node).collect()),
        DeValue::Table(table) => return table_node(table, span),
    };
    Node { span, kind }
}

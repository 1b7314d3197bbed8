//! What must hold for every text: no panic, spans that can be trusted, and YAML values that agree with `serde_yaml`.
#![allow(clippy::unwrap_used, missing_docs)]

use ctxlint::model::{BlockKind, Document, Format, InlineKind, NO_PARENT, Node, NodeKind};
use ctxlint::parse::lenient::parse_lenient;
use ctxlint::parse::{Reading, parse, parse_yaml, reading};
use ctxlint::source::Span;
use proptest::prelude::*;
use proptest::sample::select;

const FORMATS: [Format; 4] = [Format::Markdown, Format::Json, Format::Yaml, Format::Text];

fn check(text: &str) {
    for format in FORMATS {
        check_document(text, &parse(text, format));
    }
}

fn check_span(text: &str, span: Span) {
    assert!(span.start <= span.end && span.end as usize <= text.len(), "{span:?} out of bounds in {text:?}");
    assert!(text.get(span.range()).is_some(), "{span:?} not on character boundaries in {text:?}");
}

fn check_inside(text: &str, inner: Span, outer: Span) {
    check_span(text, inner);
    assert!(outer.contains(inner), "{inner:?} not inside {outer:?} in {text:?}");
}

fn check_document(text: &str, document: &Document) {
    let whole = Span::new(0, text.len());
    check_inside(text, document.body, whole);
    if let Some(frontmatter) = &document.frontmatter {
        check_inside(text, frontmatter.span, whole);
        check_inside(text, frontmatter.yaml, frontmatter.span);
        assert!(frontmatter.span.end <= document.body.start);
        if let Some(node) = &frontmatter.node {
            check_node(text, node, frontmatter.yaml);
        }
        if let Some(problem) = &frontmatter.error {
            check_inside(text, problem.span, frontmatter.yaml);
        }
    }
    if let Some(node) = &document.data {
        check_node(text, node, document.body);
    }
    for problem in &document.problems {
        check_inside(text, problem.span, document.body);
        assert!(!problem.message.is_empty() && !problem.message.ends_with('.'), "{problem:?}");
    }
    check_markdown(text, document);
}

fn check_markdown(text: &str, document: &Document) {
    let mut path: Vec<u32> = Vec::new();
    let mut last_start = 0;
    for (index, block) in document.blocks.iter().enumerate() {
        assert!(block.span.start >= last_start, "blocks out of order in {text:?}");
        last_start = block.span.start;
        while path.last().is_some_and(|open| *open != block.parent) {
            path.pop();
        }
        assert_eq!(path.last().copied().unwrap_or(NO_PARENT), block.parent, "no preorder in {text:?}");
        path.push(index as u32);
        let outer = document.blocks.get(block.parent as usize).map_or(document.body, |parent| parent.span);
        check_inside(text, block.span, outer);
        if let BlockKind::Fence { info, content, .. } = block.kind {
            check_inside(text, info, block.span);
            check_inside(text, content, block.span);
        }
    }
    let mut last = Span::default();
    for inline in &document.inlines {
        let block = document.blocks[inline.block as usize].span;
        check_inside(text, inline.span, block);
        let outside = matches!(inline.kind, InlineKind::Link | InlineKind::Image);
        let around = if outside && !inline.span.contains(inline.content) { document.body } else { inline.span };
        check_inside(text, inline.content, around);
        assert!(last.start <= inline.span.start, "inlines out of order in {text:?}");
        assert!(last.end <= inline.span.start || last.contains(inline.span), "inlines overlap in {text:?}");
        last = inline.span;
    }
    for (index, section) in document.sections.iter().enumerate() {
        let heading = document.blocks[section.heading as usize];
        assert_eq!(heading.kind, BlockKind::Heading { level: section.level });
        check_inside(text, section.title, heading.span);
        check_inside(text, heading.span, section.span);
        check_inside(text, section.span, document.body);
        if section.parent != NO_PARENT {
            assert!((section.parent as usize) < index);
            let parent = document.sections[section.parent as usize];
            assert!(parent.level < section.level);
            check_inside(text, section.span, parent.span);
        }
    }
}

fn check_node(text: &str, node: &Node, outer: Span) {
    check_inside(text, node.span, outer);
    for item in node.items() {
        check_node(text, item, node.span);
    }
    for entry in node.entries() {
        check_inside(text, entry.key_span, node.span);
        check_node(text, &entry.value, node.span);
    }
}

/// Pieces that mean something to one of the parsers, alone or together.
const FRAGMENTS: &[&str] = &[
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    " ",
    "  ",
    "    ",
    "\t",
    "---",
    "---\n",
    "\n---\n",
    "...",
    "+++",
    "\u{feff}",
    "\0",
    "\u{1}",
    "\u{b}",
    "\u{c}",
    "\u{a0}",
    "\u{2028}",
    "é",
    "日本",
    "👩‍👩‍👧",
    "a",
    "word",
    "name",
    "1",
    "0x1F",
    "-1.5e3",
    "null",
    "true",
    "~",
    ":",
    ": ",
    ":\t",
    "- ",
    "-",
    "* ",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~~",
    "`",
    "``",
    "```",
    "~~~",
    "```rust\n",
    "> ",
    ">",
    "# ",
    "## ",
    "###### ",
    " #",
    "#",
    "===",
    "[",
    "]",
    "(",
    ")",
    "](",
    "![",
    "[a](b)",
    "[a]",
    "[a]: b\n",
    "[a]: <b c> 't'\n",
    "[^1]",
    "[^1]: ",
    "[x]",
    "- [ ] ",
    "- [x] ",
    "<",
    ">",
    "<b>",
    "</b>",
    "<div>\n",
    "<!--",
    "-->",
    "<!-- c -->",
    "<!-->",
    "<http://a.b>",
    "<a@b.c>",
    "|",
    "| a | b |\n",
    "|---|---|\n",
    "\\",
    "\\|",
    "\\*",
    "&amp;",
    "&#0;",
    "&",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!x ",
    "%",
    "@",
    "'",
    "\"",
    "''",
    "\\\"",
    "{",
    "}",
    "{a,b}",
    ", ",
    ",",
    "? ",
    "|\n",
    ">-\n",
    "|2\n",
    "1. ",
    "10) ",
    "+ ",
    "[!NOTE]\n",
    "> [!WARNING]\n",
    "**/*.ts",
    "paths:",
    "<<: ",
    "/* c */",
    "// c\n",
    "\\u00e9",
    "\\ud800",
    "a: b\n",
    "  - c\n",
    "- - ",
    "$",
    "^",
    "  \n",
    "\\\n",
    "{}",
    "[]",
];

fn mixed() -> impl Strategy<Value = String> {
    let fragment =
        prop_oneof![8 => select(FRAGMENTS).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    (any::<bool>(), proptest::collection::vec(fragment, 0..40)).prop_map(|(frontmatter, parts)| {
        let text = parts.concat();
        if frontmatter { format!("---\n{text}\n---\n{text}") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(600)) })]

    #[test]
    fn any_bytes_parse(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_mixture_of_fragments_parses(text in mixed()) {
        check(&text);
    }

    #[test]
    fn yaml_agrees_with_serde_yaml(text in yaml_text()) {
        agrees(&text);
    }

    #[test]
    fn json_agrees_with_serde_json(text in json_text()) {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
            let document = parse(&text, Format::Json);
            prop_assert_eq!(&document.problems, &vec![], "{}", text);
            prop_assert!(same_json(document.data.as_ref().unwrap(), &value), "{}", text);
        }
    }
}

/// More cases on demand: `PROPTEST_CASES=100000 cargo test --test properties`.
fn cases(usual: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual)
}

const YAML: &[&str] = &[
    "a: ",
    "b: ",
    "- ",
    "  - ",
    "    ",
    "  ",
    "\n",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "x",
    "1",
    "007",
    "0x1f",
    "0o17",
    "0b11",
    "1e3",
    ".5",
    "5.",
    "+1",
    "-1",
    "+-1",
    "-0",
    ".inf",
    "-.inf",
    ".nan",
    "12345678901234567890123",
    "null",
    "~",
    "true",
    "True",
    "yes",
    "'q'",
    "'it''s'",
    "\"d\\n\"",
    "\"é\"",
    "é",
    "{a: 1}",
    "[1, x]",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "|\n  l\n",
    ">\n  f\n",
    "|-\n  l\n",
    "# c",
    " # c",
    "&x ",
    "*x",
    "!!str ",
    "!!int ",
    "!t ",
    "a:b",
    ":\t",
    "\t",
    "? ",
    "key: v\n",
    "'",
    "\"",
    "...\n",
    "---\n",
    "@",
    "`",
    "%",
    "<<: ",
    "\r\n",
    "日本: 語\n",
    "http://x.y",
    "a b c",
    ": ",
    "-",
    "--",
    "🙂",
];

fn yaml_text() -> impl Strategy<Value = String> {
    let key = select(&["a", "b", "c d", "'e'", "\"f\"", "é", "1", "null"][..]);
    let value = proptest::collection::vec(select(YAML), 0..3).prop_map(|parts| parts.concat());
    let line = (select(&["", "", "", "  ", "- ", "  - "][..]), key, value)
        .prop_map(|(indent, key, value)| format!("{indent}{key}: {value}\n"));
    let lines = proptest::collection::vec(line, 0..5).prop_map(|lines| lines.concat());
    prop_oneof![1 => proptest::collection::vec(select(YAML), 0..12).prop_map(|parts| parts.concat()), 1 => lines]
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"a\"",
    "\"b\"",
    "\"\\u00e9\\n\"",
    "\"\\ud83d\\ude42\"",
    "\"é\"",
    "1",
    "-0",
    "1.5e-3",
    "1E400",
    "true",
    "null",
    " ",
    "\n",
    "\r\n",
    "\"a\":1",
    "{\"a\":",
    "{}",
    "[]",
    "12345678901234567890",
    "0",
    "\t",
];

fn json_text() -> impl Strategy<Value = String> {
    let parts = proptest::collection::vec(select(JSON), 0..12).prop_map(|parts| parts.concat());
    let tree = any::<Tree>().prop_map(|tree| tree.0);
    prop_oneof![parts, tree]
}

#[derive(Debug, Clone)]
struct Tree(String);

impl Arbitrary for Tree {
    type Parameters = ();
    type Strategy = BoxedStrategy<Tree>;

    fn arbitrary_with((): ()) -> BoxedStrategy<Tree> {
        let leaf = prop_oneof![
            any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
            any::<i64>().prop_map(|number| number.to_string()),
            select(&["null", "true", "false", "0.1", "[]", "{}"][..]).prop_map(str::to_owned),
        ];
        let tree = leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(", "))),
                proptest::collection::vec((any::<String>(), inner), 0..4).prop_map(|entries| {
                    let entry =
                        |(key, value): &(String, String)| format!("{}: {value}", serde_json::to_string(key).unwrap());
                    format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(",\n"))
                }),
            ]
        });
        tree.prop_map(Tree).boxed()
    }
}

/// `serde_json` is not exact in the last digits of long numbers.
fn near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= theirs.abs() * 1e-14
}

fn same_json(node: &Node, value: &serde_json::Value) -> bool {
    match (&node.kind, value) {
        (NodeKind::Null, serde_json::Value::Null) => true,
        (NodeKind::Bool(ours), serde_json::Value::Bool(theirs)) => ours == theirs,
        (NodeKind::Number(ours), serde_json::Value::Number(theirs)) => near(*ours, theirs.as_f64().unwrap()),
        (NodeKind::String { value: ours, .. }, serde_json::Value::String(theirs)) => **ours == **theirs,
        (NodeKind::Sequence(ours), serde_json::Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same_json(ours, theirs))
        }
        (NodeKind::Mapping(_), serde_json::Value::Object(theirs)) => {
            theirs.iter().all(|(key, value)| node.get(key).is_some_and(|entry| same_json(&entry.value, value)))
        }
        _ => false,
    }
}

/// What `serde_yaml` accepts we accept too, with equal values.
fn agrees(text: &str) {
    let mut documents = serde_yaml::Deserializer::from_str(text);
    let Some(first) = documents.next() else { return };
    let Ok(value) = <serde_yaml::Value as serde::Deserialize>::deserialize(first) else { return };
    if documents.next().is_some() {
        return;
    }
    let (node, problem) = parse_yaml(text, Span::new(0, text.len()));
    if is_lax(text) || problem.as_ref().is_some_and(|problem| UNINDENTED.contains(&&*problem.message)) {
        return;
    }
    assert_eq!(problem, None, "{text:?} is {value:?}");
    match node {
        Some(node) => assert!(same_yaml(&node, &value), "{text:?}: {node:?} is not {value:?}"),
        None => assert_eq!(value, serde_yaml::Value::Null, "{text:?}"),
    }
}

/// What libyaml takes against the specification: see the list at the top of `src/parse/yaml.rs`.
fn is_lax(text: &str) -> bool {
    let header = text.starts_with(['|', '>']) || text.contains("\n|") || text.contains("\n>");
    let comment = text.match_indices('#').any(|(at, _)| text[..at].ends_with(['\'', '"', '{', '}', '[', ']', ',']));
    header || comment
}

const UNINDENTED: [&str; 2] =
    ["the lines of a quoted value must be indented", "the lines of a list or mapping in brackets must be indented"];

fn same_yaml(node: &Node, value: &serde_yaml::Value) -> bool {
    use serde_yaml::Value;
    match (&node.kind, value) {
        (_, Value::Tagged(tagged)) => same_yaml(node, &tagged.value),
        (NodeKind::Null, Value::Null) => true,
        (NodeKind::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (NodeKind::Number(ours), Value::Number(theirs)) => {
            let theirs = theirs.as_f64().unwrap();
            *ours == theirs || (ours.is_nan() && theirs.is_nan())
        }
        (NodeKind::String { value: ours, .. }, Value::String(theirs)) => **ours == **theirs,
        (NodeKind::Sequence(ours), Value::Sequence(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same_yaml(ours, theirs))
        }
        (NodeKind::Mapping(ours), Value::Mapping(theirs)) => {
            let same = |(ours, theirs): (&ctxlint::model::Entry, (&Value, &Value))| {
                let key = theirs.0.as_str().is_none_or(|key| *key == *ours.key);
                key && same_yaml(&ours.value, theirs.1)
            };
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(same)
        }
        _ => false,
    }
}

/// What values of one key are made of.
const VALUES: &[&str] = &[
    "a", "B", "7", "1.5", "true", "null", " ", "  ", ": ", ":", ":\t", ":\n", "#", " #", "'", "\"", "\\", "[", "]",
    "{", "}", ",", "-", "- ", "@", "`", "%", "&a", "*a", "!", "|", ">", "?", "/", ".", "é", "\t", "\r", "\n", "\n  ",
    "\nk: ", "---", "\n---\n", "...", "''",
];

fn values() -> impl Strategy<Value = String> {
    let key = select(&["key", "a", "1", "a.b", "x-y", "null", "true", "-a", "$a", "'a'", "\"a\"", "é"]);
    (key, select(&["", "  ", "\t"]), select(VALUES), proptest::collection::vec(select(VALUES), 0..10))
        .prop_map(|(key, indent, first, parts)| format!("{indent}{key}: {first}{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(3_000)) })]

    /// What is said of a value without the parser is what the parser says.
    #[test]
    fn certain_readings_are_those_of_the_parser(text in values()) {
        let value = text.split_once(": ").unwrap().1.trim_matches([' ', '\t', '\r', '\n']);
        let one = format!("key: {value}");
        let (node, problem) = parse_yaml(&one, Span::new(0, one.len()));
        match reading(value) {
            Some(Reading::Broken) => prop_assert!(node.as_ref().is_none_or(|node| node.entries().len() != 1), "{one:?}"),
            Some(Reading::Plain) => {
                prop_assert_eq!(&problem, &None, "{:?}", one);
                let entry = &node.as_ref().unwrap().entries()[0];
                prop_assert_eq!(entry.value.span.slice(&one), value);
            }
            None => {}
        }
    }

    /// A single valid entry is the same to the lenient pass.
    #[test]
    fn the_lenient_pass_reads_what_is_valid_as_the_parser_does(text in values()) {
        // White space at the end is not looked at there.
        let text = text.trim_end();
        let span = Span::new(0, text.len());
        if let (Some(strict), None) = parse_yaml(text, span)
            && let [strict] = strict.entries()
            && let Some(lenient) = parse_lenient(text, span)
            && let [lenient] = lenient.entries()
        {
            prop_assert_eq!(lenient, strict, "{:?}", text);
        }
    }
}

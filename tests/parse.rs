//! The parsers, one small document for each thing worth knowing.
#![allow(clippy::unwrap_used, missing_docs)]

use ctxlint::model::{BlockKind, Document, Format, InlineKind, Node, NodeKind, ScalarStyle};
use ctxlint::parse::parse;

fn markdown(text: &str) -> Document {
    parse(text, Format::Markdown)
}

/// Every block as its nesting, kind and text.
fn blocks(text: &str) -> Vec<String> {
    let document = markdown(text);
    let mut depths: Vec<usize> = Vec::new();
    let mut lines = Vec::new();
    for block in &document.blocks {
        let depth = depths.get(block.parent as usize).map_or(0, |depth| depth + 1);
        depths.push(depth);
        let kind = match block.kind {
            BlockKind::Fence { info, content, closed } => {
                format!("Fence {:?} {:?} closed={closed}", info.slice(text), content.slice(text))
            }
            kind => format!("{kind:?} {:?}", block.span.slice(text)),
        };
        lines.push(format!("{}{kind}", "  ".repeat(depth)));
    }
    lines
}

/// Every inline as its kind, text and, where it differs, content.
fn inlines(text: &str) -> Vec<String> {
    let document = markdown(text);
    let show = |inline: &ctxlint::model::Inline| {
        let content =
            if inline.content == inline.span { String::new() } else { format!(" -> {}", inline.content.slice(text)) };
        format!("{:?} {:?}{content}", inline.kind, inline.span.slice(text))
    };
    document.inlines.iter().map(show).collect()
}

fn show(node: &Node) -> String {
    match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Bool(value) => value.to_string(),
        NodeKind::Number(value) => value.to_string(),
        NodeKind::String { value, .. } => format!("{value:?}"),
        NodeKind::Sequence(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        NodeKind::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{}: {}", entry.key, show(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The frontmatter's value, and its error as `text under the span: message`.
fn frontmatter(yaml: &str) -> (String, Option<String>) {
    let text = format!("---\n{yaml}\n---\nbody\n");
    let frontmatter = markdown(&text).frontmatter.unwrap();
    let error = frontmatter.error.map(|error| format!("{}: {}", error.span.slice(&text), error.message));
    (frontmatter.node.as_ref().map_or_else(|| "nothing".to_owned(), show), error)
}

#[test]
fn blocks_end_with_their_last_character() {
    assert_eq!(
        blocks("para\none  \n\n\n# Head #\n\n***\n"),
        ["Paragraph \"para\\none\"", "Heading { level: 1 } \"# Head #\"", "Rule \"***\"",]
    );
}

#[test]
fn tight_items_hold_their_text_themselves() {
    let text = "- one\n  - [x] two\n";
    assert_eq!(
        blocks(text),
        [
            "List { ordered: false } \"- one\\n  - [x] two\"",
            "  Item { task: None } \"- one\\n  - [x] two\"",
            "    List { ordered: false } \"- [x] two\"",
            "      Item { task: Some(true) } \"- [x] two\"",
        ]
    );
    let document = markdown(text);
    assert_eq!(document.inlines.iter().map(|inline| inline.block).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(inlines(text), ["Text \"one\"", "Text \"two\""]);
}

#[test]
fn loose_items_hold_paragraphs() {
    assert_eq!(
        blocks("1. one\n\n2. two\n"),
        [
            "List { ordered: true } \"1. one\\n\\n2. two\"",
            "  Item { task: None } \"1. one\"",
            "    Paragraph \"one\"",
            "  Item { task: None } \"2. two\"",
            "    Paragraph \"two\"",
        ]
    );
}

#[test]
fn fences_know_their_lines_and_whether_they_are_closed() {
    assert_eq!(blocks("```rust no_run  \na\n```\n"), [r#"Fence "rust no_run" "a\n" closed=true"#]);
    assert_eq!(blocks("~~~~\r\na\r\n~~~\r\n"), ["Fence \"\" \"a\\r\\n~~~\" closed=false"]);
    assert_eq!(blocks("```\n```"), [r#"Fence "" "" closed=true"#]);
    assert_eq!(blocks("```"), [r#"Fence "" "" closed=false"#]);
    assert_eq!(
        blocks("> ```sh\n> a\n> ```\n"),
        ["Quote \"> ```sh\\n> a\\n> ```\"", r#"  Fence "sh" "> a\n" closed=true"#,]
    );
    assert_eq!(
        blocks("> ```\n> a\n\nb\n"),
        ["Quote \"> ```\\n> a\"", r#"  Fence "" "> a" closed=false"#, "Paragraph \"b\""]
    );
}

#[test]
fn a_block_of_html_is_one_block() {
    assert_eq!(
        blocks("<!-- a\n\nb --> c\n<div>\nx\n</div>\n"),
        ["Comment { closed: true } \"<!-- a\\n\\nb --> c\"", "Html \"<div>\\nx\\n</div>\"",]
    );
    assert_eq!(blocks("<!-- a\n\n# b\n"), ["Comment { closed: false } \"<!-- a\\n\\n# b\""]);
    assert_eq!(blocks("<!-->\na\n"), ["Comment { closed: true } \"<!-->\"", "Paragraph \"a\""]);
    assert_eq!(inlines("a <!-- b --> <br>\n"), ["Text \"a \"", "Html \"<!-- b -->\"", "Text \" \"", "Html \"<br>\""]);
}

#[test]
fn cells_are_without_padding() {
    assert_eq!(
        blocks("| a  | b |\n|----|---|\n|  `x\\|y` | |\n"),
        [
            "Table \"| a  | b |\\n|----|---|\\n|  `x\\\\|y` | |\"",
            "  TableHead \"| a  | b |\"",
            "    TableCell \"a\"",
            "    TableCell \"b\"",
            "  TableRow \"|  `x\\\\|y` | |\"",
            "    TableCell \"`x\\\\|y`\"",
            "    TableCell \"\"",
        ]
    );
}

#[test]
fn text_is_as_it_stands_in_the_source() {
    assert_eq!(inlines(r"\* a\_b &amp; c"), [r#"Text "\\* a\\_b &amp; c""#]);
    assert_eq!(
        inlines("a  \nb\\\nc\nd"),
        [
            "Text \"a\"",
            "Break \"  \\n\"",
            "Text \"b\"",
            "Break \"\\\\\\n\"",
            "Text \"c\"",
            "Break \"\\n\"",
            "Text \"d\"",
        ]
    );
}

#[test]
fn inlines_go_from_outer_to_inner() {
    assert_eq!(
        inlines("**a *b* `` c` ``** ~~d~~"),
        [
            "Strong \"**a *b* `` c` ``**\"",
            "Text \"a \"",
            "Emphasis \"*b*\"",
            "Text \"b\"",
            "Text \" \"",
            "Code \"`` c` ``\" -> c`",
            "Text \" \"",
            "Strikethrough \"~~d~~\"",
            "Text \"d\"",
        ]
    );
}

#[test]
fn links_know_their_destination() {
    let text = "[a](b.md#c) ![d]( <e f> 'g') [h](i(j)k \"l\") [](m) <https://n.o> [p][q] [q][] [q] [^1]\n\n[q]: <r s> 'title'\n[^1]: t\n";
    let document = markdown(text);
    let links = document.inlines.iter().filter(|inline| !matches!(inline.kind, InlineKind::Text));
    let shown: Vec<String> = links.map(|link| format!("{:?} {}", link.kind, link.content.slice(text))).collect();
    assert_eq!(
        shown,
        [
            "Link b.md#c",
            "Image e f",
            "Link i(j)k",
            "Link m",
            "Autolink https://n.o",
            "Link r s",
            "Link r s",
            "Link r s",
            "FootnoteReference [^1]",
        ]
    );
}

#[test]
fn sections_nest_by_level() {
    let text = "intro\n\n# A `x`\n\na\n\n### B\n\nb\n\n## C\n\nSet\n===\n";
    let document = markdown(text);
    let shown: Vec<_> = document
        .sections
        .iter()
        .map(|section| (section.level, section.title.slice(text), section.span.range(), section.parent as i32))
        .collect();
    assert_eq!(shown, [(1, "A `x`", 7..35, -1), (3, "B", 19..29, 0), (2, "C", 29..35, 0), (1, "Set", 35..43, -1),]);
}

#[test]
fn spans_count_the_byte_order_mark_and_carriage_returns() {
    let text = "\u{feff}---\r\nname: é\r\n---\r\n# Ä\r\n";
    let document = markdown(text);
    let name = document.frontmatter_value("name").unwrap();
    assert_eq!((name.key_span.slice(text), name.value.span.slice(text)), ("name", "é"));
    assert_eq!(document.body.slice(text), "# Ä\r\n");
    assert_eq!(document.sections[0].title.slice(text), "Ä");
    assert_eq!(parse("\u{feff}{}", Format::Json).data.unwrap().span.range(), 3..5);
}

#[test]
fn yaml_values_keep_their_place_and_style() {
    let text = "a: 'x' # c\nb:\n  - &n \"y\"\n  - *n\nc: |-\n  lit\n\nd: {e: 0x10}\nf:\n";
    let node = parse(text, Format::Yaml).data.unwrap();
    assert_eq!(show(&node), r#"{a: "x", b: ["y", "y"], c: "lit", d: {e: 16}, f: null}"#);
    let places: Vec<_> = node.entries().iter().map(|entry| entry.value.span.slice(text)).collect();
    assert_eq!(places, ["'x'", "- &n \"y\"\n  - *n", "|-\n  lit", "{e: 0x10}", ""]);
    let items = node.get("b").unwrap().value.items();
    assert_eq!((items[0].span.slice(text), items[1].span.slice(text)), ("\"y\"", "*n"));
    let style = |key| match node.get(key).unwrap().value.kind {
        NodeKind::String { style, .. } => Some(style),
        _ => None,
    };
    assert_eq!((style("a"), style("c")), (Some(ScalarStyle::Single), Some(ScalarStyle::Literal)));
}

#[test]
fn yaml_keeps_duplicates_and_reads_one_document() {
    let document = parse("a: 1\na: 2\n---\nb: 3\n", Format::Yaml);
    let node = document.data.unwrap();
    assert_eq!(node.entries().len(), 2);
    assert_eq!(show(&node.get("a").unwrap().value), "2");
    assert_eq!(document.problems[0].message, "there is more than one YAML document; only the first is read");
    assert!(parse("# only a comment\n", Format::Yaml).data.is_none());
}

#[test]
fn aliases_cannot_blow_up() {
    let mut text = "a0: &a0 [x, x]\n".to_owned();
    for level in 1..40 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{below}, {below}, {below}]\n"));
    }
    let document = parse(&text, Format::Yaml);
    assert!(document.data.is_some());
    assert_eq!(document.problems.len(), 1);
}

#[test]
fn valid_frontmatter_has_no_error() {
    assert_eq!(frontmatter("name: x\npaths: [\"*.ts\", b]"), (r#"{name: "x", paths: ["*.ts", "b"]}"#.to_owned(), None));
    assert_eq!(frontmatter("  {\"paths\": [\"a\"]}"), (r#"{paths: ["a"]}"#.to_owned(), None));
    assert_eq!(frontmatter("# nothing"), ("nothing".to_owned(), None));
    assert_eq!(frontmatter("key:\tvalue"), (r#"{key: "value"}"#.to_owned(), None));
}

#[test]
fn broken_frontmatter_is_read_as_clients_do() {
    let cases = [
        ("description: Use when: x", r#"{description: "Use when: x"}"#, ":: an unquoted `: ` in a value"),
        ("paths: **/*.ts", r#"{paths: "**/*.ts"}"#, "**/*.ts: a value that starts with `*` is read as an alias"),
        ("paths: {a,b}/**", r#"{paths: "{a,b}/**"}"#, "{a,b}/**: a value that starts with `{`"),
        ("paths:\n  - **/*.ts\n  - \"b\" # c", r#"{paths: ["**/*.ts", "b"]}"#, "**/*.ts: a value that starts with `*`"),
        ("paths:\n\t- a", r#"{paths: ["a"]}"#, "\t: a tab is used for indentation"),
        ("name: @x", r#"{name: "@x"}"#, "@x: a value cannot start with `@`"),
        ("name: \"x\nmodel: y", r#"{name: "\"x", model: "y"}"#, "\": this `\"` is never closed"),
        ("paths: [src/**\nn: 1", r#"{paths: "[src/**", n: 1}"#, "[: this `[` is never closed"),
        ("p: [\n\"a\",\nb\n]", r#"{p: ["a", "b"]}"#, "\": the lines of a list or mapping in brackets"),
        ("name: \"x\" y", r#"{name: "\"x\" y"}"#, "y: text follows the closing quote"),
        ("a: b: c\nmeta:\n  n: [1, 2]", r#"{a: "b: c", meta: {n: [1, 2]}}"#, ":: an unquoted `: ` in a value"),
        ("d: one\n  two: three\nn: 1", r#"{d: "one two: three", n: 1}"#, ":: this line continues the value above"),
        ("a: x\n...\nb: y", r#"{a: "x"}"#, ": there is more than one YAML document"),
    ];
    for (yaml, value, error) in cases {
        let (found, message) = frontmatter(yaml);
        assert_eq!(found, value, "{yaml:?}");
        let message = message.unwrap();
        assert!(message.starts_with(error), "{yaml:?}: {message}");
    }
}

#[test]
fn the_lenient_pass_keeps_places() {
    let text = "---\nx: *a\npaths:\n  - **/*.ts\n  - 'b'\n---\n";
    let document = markdown(text);
    let paths = document.frontmatter_value("paths").unwrap();
    assert_eq!(paths.key_span.slice(text), "paths");
    let items: Vec<_> = paths.value.items().iter().map(|item| item.span.slice(text)).collect();
    assert_eq!(items, ["**/*.ts", "'b'"]);
}

#[test]
fn json_takes_comments_and_trailing_commas_only() {
    let text = "{\n  // c\n  \"a\": [1, true, \"\\u00e9\",],\n}\n";
    let document = parse(text, Format::Json);
    let node = document.data.unwrap();
    assert_eq!(show(&node), "{a: [1, true, \"é\"]}");
    assert_eq!(node.entries()[0].key_span.slice(text), "\"a\"");
    for (text, place, message) in [
        ("{\"a\": 1 \"b\": 2}", "", "a comma is missing here"),
        ("{a: 1}", "a", "a key must be in double quotes"),
        ("['x']", "'", "a string must be in double quotes, not single ones"),
        ("[1", "[1", "this list is never closed"),
        ("[1] 2", "2", "there is more text after the end of the JSON value"),
        ("", "", "there is no JSON value in the file"),
    ] {
        let document = parse(text, Format::Json);
        assert!(document.data.is_none());
        let problem = &document.problems[0];
        assert_eq!((problem.span.slice(text), problem.message.as_str()), (place, message), "{text:?}");
    }
}

#[test]
fn deep_nesting_fits_a_small_stack() {
    let run = || {
        for (open, format) in [
            (">", Format::Markdown),
            ("- ", Format::Markdown),
            ("> 1. ", Format::Markdown),
            ("[", Format::Markdown),
            ("*a ", Format::Markdown),
            ("![", Format::Markdown),
            ("[", Format::Json),
            ("{\"a\":", Format::Json),
            ("[", Format::Yaml),
            ("{a: ", Format::Yaml),
            ("- ", Format::Yaml),
            ("? ", Format::Yaml),
            ("[\n", Format::Yaml),
        ] {
            let document = parse(&format!("{}a\nb\n", open.repeat(20_000)), format);
            assert!(document.data.is_none());
            assert_eq!(document.problems.len(), usize::from(format != Format::Markdown), "{open:?}");
        }
        for (levels, format) in [(500, Format::Json), (250, Format::Yaml)] {
            let document = parse(&format!("{}{}", "[".repeat(levels), "]".repeat(levels)), format);
            assert_eq!(document.data.clone(), document.data);
            assert!(document.data.is_some());
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

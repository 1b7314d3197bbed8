//! Frontmatter that is not valid YAML, read as the clients read it: one case for each class that real repositories hold.
//!
//! The classes are those of 62 files in 108 public repositories (52 with an unquoted colon, 8 with a bare glob), and the
//! forms that were put before the real clients.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use ctxlint::model::{Format, Frontmatter, Node, NodeKind};
use ctxlint::parse::parse;
use std::path::{Path, PathBuf};

fn frontmatter(text: &str) -> Frontmatter {
    parse(text, Format::Markdown).frontmatter.unwrap()
}

fn show(node: &Node) -> String {
    match &node.kind {
        NodeKind::String { value, .. } => value.to_string(),
        NodeKind::Sequence(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join("|")),
        NodeKind::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{}={}", entry.key, show(&entry.value)));
            entries.collect::<Vec<_>>().join("; ")
        }
        kind => format!("{kind:?}"),
    }
}

/// Every class: what is written, and what it is read as.
const CLASSES: [(&str, &str, &str); 21] = [
    ("a colon in a description", "name: a\ndescription: Fix: the bug", "name=a; description=Fix: the bug"),
    (
        "several colons, quotes and line ends as text",
        "description: Use when: user says \"go\". Example:\\n\\nuser: \"x: y\"\\nassistant: done",
        "description=Use when: user says \"go\". Example:\\n\\nuser: \"x: y\"\\nassistant: done",
    ),
    ("a colon at the end", "description: Works on:\nmodel: opus", "description=Works on:; model=opus"),
    (
        "a colon in a plain value over two lines",
        "description: one: two\n  three\nname: a",
        "description=one: two three; name=a",
    ),
    ("a tag in a description", "description: a <b>c: d</b>", "description=a <b>c: d</b>"),
    ("a bare glob", "globs: *.ts\nalwaysApply: false", "globs=*.ts; alwaysApply=Bool(false)"),
    ("several bare globs", "globs: **/*.ts, **/*.tsx", "globs=**/*.ts, **/*.tsx"),
    ("a bare glob with braces", "paths: {a,b}/**", "paths={a,b}/**"),
    ("a bare glob behind another mistake", "description: a: b\npaths: **/*.ts", "description=a: b; paths=**/*.ts"),
    ("bare globs in a list", "paths:\n  - **/*.ts\n  - src/**", "paths=[**/*.ts|src/**]"),
    ("choices in brackets", "argument-hint: [create|show] [name]", "argument-hint=[create|show] [name]"),
    ("an address in front", "description: @alice looks after it", "description=@alice looks after it"),
    ("a backtick in front", "description: `make` builds it", "description=`make` builds it"),
    ("a per cent sign in front", "description: %s is filled in", "description=%s is filled in"),
    ("text behind a quoted value", "description: \"a\" and b", "description=\"a\" and b"),
    ("a quote that nothing closes", "description: \"a\nname: b", "description=\"a; name=b"),
    ("a list that nothing closes", "paths: [src/**\nname: a", "paths=[src/**; name=a"),
    ("a tab for indentation", "tools:\n\t- Read\nname: a", "tools=[Read]; name=a"),
    ("text that is no key", "name: a\nand then\n: [\ndescription: b: c", "name=a and then : [; description=b: c"),
    ("a mark of a comment", "description: a: b # c", "description=a: b # c"),
    ("text behind a block mark", "description: > a: b", "description=> a: b"),
];

#[test]
fn every_class_is_read_line_by_line() {
    let mut wrong = Vec::new();
    for (class, yaml, wanted) in CLASSES {
        for ending in ["\n", "\r\n"] {
            let text = format!("---\n{yaml}\n---\nBody.\n").replace('\n', ending);
            let found = frontmatter(&text);
            let read = found.node.as_ref().map_or_else(|| "nothing".to_owned(), show);
            if found.error.is_none() || read != wanted {
                wrong.push(format!("{class}: {read:?}, error {}", found.error.is_some()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_problem_has_a_place_and_words() {
    for (class, yaml, _) in CLASSES {
        let text = format!("---\n{yaml}\n---\nBody.\n");
        let problem = frontmatter(&text).error.unwrap();
        assert!(!problem.message.is_empty() && (problem.span.end as usize) < text.len(), "{class}: {problem:?}");
    }
}

/// Beside the checkout, where the shared data is.
fn corpus() -> Option<PathBuf> {
    let places = ["../shared/corpus", "../../shared/corpus"];
    let found = places.map(|place| Path::new(env!("CARGO_MANIFEST_DIR")).join(place));
    let found = found.into_iter().find(|dir| dir.is_dir());
    if found.is_none() {
        println!("skipped: the shared corpus is not beside the checkout");
    }
    found
}

/// In real files every key at the start of a line is read, and every value of one line as it is written.
#[test]
fn real_files_are_read_line_by_line() {
    let Some(corpus) = corpus() else { return };
    let files = walkdir::WalkDir::new(corpus).into_iter().filter_map(Result::ok);
    let is_text = |path: &Path| path.extension().is_some_and(|end| end == "md" || end == "mdc");
    let mut seen = 0;
    for path in files.map(walkdir::DirEntry::into_path).filter(|path| is_text(path)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let Some(found) = parse(&text, Format::Markdown).frontmatter.filter(|found| found.error.is_some()) else {
            continue;
        };
        seen += 1;
        let lines: Vec<&str> = found.yaml.slice(&text).lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let is_key =
                |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            let Some((key, value)) = line.split_once(':').filter(|(key, _)| is_key(key)) else { continue };
            // What goes on in the next line is folded.
            let is_last =
                lines.get(number + 1).is_none_or(|next| next.split_once(':').is_some_and(|(key, _)| is_key(key)));
            let entry = found.node.as_ref().and_then(|node| node.get(key));
            let Some(entry) = entry else { panic!("{}: the key `{key}` is not read", path.display()) };
            if let (true, NodeKind::String { value: read, .. }) = (is_last, &entry.value.kind) {
                let plain = value.trim().trim_matches(['"', '\'']);
                assert_eq!(
                    read.replace("\\n", "").trim_matches(['"', '\'']),
                    plain.replace("\\n", ""),
                    "{}: {key}",
                    path.display()
                );
            }
        }
    }
    println!("{seen} files whose frontmatter is no YAML");
}

/// Forms that could exhaust a parser: each gives a problem with a place, and what can be read is read.
#[test]
fn hostile_forms_have_a_problem_with_a_place() {
    let bomb: String = "abcdefgh"
        .chars()
        .zip("bcdefghi".chars())
        .map(|(from, to)| format!("{to}: &{to} [{}]\n", vec![format!("*{from}"); 9].join(",")))
        .collect();
    let forms = [
        ("brackets", format!("name: a\nx: {}", "[".repeat(50_000))),
        ("nested mappings", (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("nested lists", "- ".repeat(50_000)),
        ("aliases of aliases", format!("a: &a [{}]\n{bomb}", ["x"; 9].join(","))),
        ("tabs", format!("name: a\n{}", "\tb: c\n".repeat(10_000))),
        ("documents", format!("name: a\n{}", "--- b\n".repeat(10_000))),
        ("open quotes", "a: \"\n".repeat(20_000)),
        ("open brackets in lines", "a: [\n".repeat(20_000)),
        ("broken keys", (0..20_000).map(|number| format!("k{number}: a: b\n")).collect()),
    ];
    for (form, yaml) in forms {
        let text = format!("---\n{yaml}\n---\nBody.\n");
        let problem = frontmatter(&text).error.unwrap_or_else(|| panic!("{form}: no problem"));
        assert!((problem.span.end as usize) < text.len() && !problem.message.is_empty(), "{form}: {problem:?}");
    }
}

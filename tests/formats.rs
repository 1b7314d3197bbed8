//! The formats for other programs: held against their published schemas, and against files whose names and texts try to
//! say something of their own in them.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Run, commit, ctxlint, git, repository, write};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

fn tour(format: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures/tour");
    ctxlint(&root, &["--root", ".", "check", "--pedantic", "--format", format]).out
}

/// A repository whose file names and texts hold what other formats take for their own words.
fn hostile() -> tempfile::TempDir {
    let dir = repository(&[]);
    let root = dir.path();
    let evil = "::error::x%0A]]><b>&@all[a](b)\u{1b}[31m##[add-mask]y\u{9b}|`\u{202e}";
    let names = ["::error::named%0A,title=x.md", "a]]>&<b>'\".md", "q\u{1b}[2J`|@all#1.md", "##[error]z.md"];
    for name in names {
        write(root, &format!(".claude/rules/{name}"), &format!("See [gone]({evil}.md) and [more](no/where.md).\n"));
    }
    write(root, "::warning::top/CLAUDE.md", "See [gone](missing.md).\n");
    write(
        root,
        "CLAUDE.md",
        &format!("# {evil}\n\nSee [{evil}](docs/{evil}.md), [b](../::error::out.md).\n\n@docs/##[error]x.md\n"),
    );
    commit(root, "first");
    dir
}

fn findings(run: &Run) -> &str {
    assert!(run.code <= 1, "{}", run.err);
    assert!(run.err.is_empty(), "{}", run.err);
    &run.out
}

/// What a text must not hold, whatever the format: characters that move a cursor or turn text round, and commands of CI
/// systems.
fn is_harmless(format: &str, text: &str) {
    for c in text.chars().filter(|c| *c != '\n') {
        assert!(!c.is_control() && c != '\u{202e}', "{format} holds {:?}", c);
    }
    for line in text.lines() {
        assert!(!line.contains("##["), "{format}: {line}");
        if format != "github" {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
        }
    }
}

#[test]
fn no_format_lets_a_repository_speak() {
    let dir = hostile();
    let all = ["human", "concise", "agent", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"];
    for format in all {
        let run = ctxlint(dir.path(), &["check", "--format", format]);
        is_harmless(format, findings(&run));
        assert!(run.out.len() > 500, "{format}: {}", run.out);
    }
    for arguments in [&["refs"][..], &["refs", "--format", "json"], &["context"], &["context", "--format", "json"]] {
        is_harmless(&arguments.join(" "), findings(&ctxlint(dir.path(), arguments)));
    }
    git(dir.path(), &["rm", "-q", "-r", "--cached", "."]);
    write(dir.path(), "x.md", "x\n");
    commit(dir.path(), "again");
    for format in ["human", "json", "markdown"] {
        is_harmless(format, findings(&ctxlint(dir.path(), &["diff", "HEAD~1", "--format", format])));
    }
}

#[test]
fn github_annotations_are_commands_of_ours_alone() {
    let dir = hostile();
    let run = ctxlint(dir.path(), &["check", "--format", "github"]);
    let mut levels: BTreeMap<&str, usize> = BTreeMap::new();
    for line in findings(&run).lines() {
        let Some(command) = line.strip_prefix("::") else { continue };
        let (head, message) = command.split_once("::").unwrap();
        let (level, properties) = head.split_once(' ').unwrap();
        *levels.entry(level).or_default() += 1;
        // Every property is one of ours; a name that holds a comma or a colon is escaped.
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').unwrap();
            assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&name), "{line}");
            assert!(!value.contains(':') && !value.contains("%0A"), "{line}");
        }
        let message = message.replace("%25", "");
        assert!(!message.contains('%'), "{line}");
    }
    assert!(levels["error"] >= 5, "{levels:?}");
    let many: String = (0..30).map(|at| format!("[a{at}](gone{at}.md)\n\n")).collect();
    let dir = repository(&[("CLAUDE.md", &many), (".claude/rules/a.md", "---\npaths: nowhere/**\n---\n\nx\n")]);
    let out = ctxlint(dir.path(), &["check", "--format", "github"]).out;
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("::error ")).count(), 10);
    assert!(lines[10].starts_with("::warning "), "the worst come first: {out}");
    assert_eq!(lines.iter().filter(|line| line.contains("20 more findings")).count(), 1, "{out}");
}

/// The published schema of SARIF 2.1.0 by OASIS.
fn sarif_schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.json");
    let text = std::fs::read_to_string(path).unwrap();
    // One pattern, that of a property which we never write, has a bracket without a partner. Not every dialect of regular
    // expressions lets that pass.
    let text = text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}\\\\]?$");
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn is_sarif(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let schema = sarif_schema();
    let problems: Vec<String> =
        schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new());
    value
}

#[test]
fn sarif_holds_to_its_published_schema_and_to_the_limits_of_github() {
    let value = is_sarif(&tour("sarif"));
    let run = &value["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let (rules, results) = (run["tool"]["driver"]["rules"].as_array().unwrap(), run["results"].as_array().unwrap());
    assert!(results.len() > 10 && rules.len() > 5);
    let levels: Vec<usize> = results
        .iter()
        .map(|of| ["error", "warning", "note"].iter().position(|level| of["level"] == *level).unwrap())
        .collect();
    assert!(levels.is_sorted(), "the worst first");
    let mut fired = std::collections::BTreeSet::new();
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        fired.insert(rule["id"].as_str().unwrap());
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().ends_with(":1"));
        assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap() >= 1);
    }
    assert_eq!(fired.len(), rules.len(), "only rules that fired");
    for rule in rules {
        let help = rule["help"]["markdown"].as_str().unwrap();
        assert!(help.contains("## Why it matters") && !help.contains("## Cases"), "{}", rule["id"]);
        assert!(rule["fullDescription"]["text"].as_str().unwrap().chars().count() <= 1024);
    }
    assert!(results.iter().any(|of| !of["fixes"].is_null()), "a finding with a fix has it");
    // What is no SARIF is told from what is.
    let mut wrong = value;
    wrong["runs"][0]["columnKind"] = "letters".into();
    assert!(!sarif_schema().is_valid(&wrong));

    let many: String = (0..5_100).map(|at| format!("[a{at}](gone{at}.md)\n\n")).collect();
    let dir = repository(&[("CLAUDE.md", &many)]);
    let value = is_sarif(&ctxlint(dir.path(), &["check", "--format", "sarif"]).out);
    assert_eq!(value["runs"][0]["results"].as_array().unwrap().len(), 5_000);
    let notes = value["runs"][0]["invocations"][0]["toolExecutionNotifications"].to_string();
    assert!(notes.contains("more findings are left out"), "{notes}");
}

#[test]
fn sarif_of_a_hostile_repository_keeps_its_paths_and_holds_no_link() {
    let dir = hostile();
    let value = is_sarif(&ctxlint(dir.path(), &["check", "--format", "sarif"]).out);
    let results = value["runs"][0]["results"].as_array().unwrap();
    let uris: Vec<&str> = results
        .iter()
        .map(|of| of["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap())
        .collect();
    assert!(uris.contains(&".claude/rules/a%5D%5D%3E%26%3Cb%3E%27%22.md"), "{uris:?}");
    for result in results {
        let message = result["message"]["text"].as_str().unwrap();
        for (at, _) in message.match_indices("](") {
            assert!(message[..at].ends_with('\\'), "{message}");
        }
    }
}

/// Holds a document against the published schema of the XML that Jenkins reads. The part of XML Schema that it is written in
/// is interpreted here; anything else in it fails the test.
mod xsd {
    use roxmltree::{Document, Node};

    const XS: &str = "http://www.w3.org/2001/XMLSchema";

    fn parts<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
        node.children().filter(|child| child.is_element() && child.tag_name().name() != "annotation")
    }

    fn named<'a>(schema: &'a Document<'a>, kind: &str, name: &str) -> Node<'a, 'a> {
        let found =
            parts(schema.root_element()).find(|of| of.has_tag_name((XS, kind)) && of.attribute("name") == Some(name));
        found.unwrap_or_else(|| panic!("the schema has no {kind} `{name}`"))
    }

    /// The names of elements that a group of a content model allows, and of those that it wants.
    fn children(group: Node<'_, '_>, optional: bool, allowed: &mut Vec<String>, wanted: &mut Vec<String>) {
        for part in parts(group) {
            let optional = optional || part.attribute("minOccurs") == Some("0");
            match part.tag_name().name() {
                "element" => {
                    let name = part.attribute("ref").or(part.attribute("name")).unwrap().to_owned();
                    if !optional {
                        wanted.push(name.clone());
                    }
                    allowed.push(name);
                }
                "choice" => children(part, true, allowed, wanted),
                "sequence" => children(part, optional, allowed, wanted),
                other => panic!("`{other}` in a content model is not interpreted"),
            }
        }
    }

    /// The problems of an element against its declaration.
    pub(super) fn problems<'a>(schema: &'a Document<'a>, of: Node<'_, '_>, declaration: Node<'a, 'a>) -> Vec<String> {
        let name = of.tag_name().name();
        let mut found = Vec::new();
        let own = parts(declaration).find(|part| part.has_tag_name((XS, "complexType")));
        let by_name = declaration.attribute("type").filter(|name| !name.starts_with("xs:"));
        let of_type = own.or_else(|| by_name.map(|name| named(schema, "complexType", name)));
        let Some(of_type) = of_type else {
            // A plain value: text and nothing else.
            if of.children().any(|child| child.is_element()) || of.attributes().len() > 0 {
                found.push(format!("<{name}> holds more than text"));
            }
            return found;
        };
        let (mut allowed, mut wanted, mut attributes) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts(of_type) {
            match part.tag_name().name() {
                "sequence" | "choice" => {
                    let optional = part.has_tag_name((XS, "choice")) || part.attribute("minOccurs") == Some("0");
                    children(part, optional, &mut allowed, &mut wanted);
                }
                "attribute" => {
                    attributes.push((part.attribute("name").unwrap(), part.attribute("use") == Some("required")))
                }
                other => panic!("`{other}` in a type is not interpreted"),
            }
        }
        for attribute in of.attributes() {
            if !attributes.iter().any(|(name, _)| *name == attribute.name()) {
                found.push(format!("<{name}> may not have `{}`", attribute.name()));
            }
        }
        for (attribute, _) in
            attributes.iter().filter(|(attribute, is_wanted)| *is_wanted && !of.has_attribute(*attribute))
        {
            found.push(format!("<{name}> must have `{attribute}`"));
        }
        for child in of.children().filter(Node::is_element) {
            let child_name = child.tag_name().name();
            if allowed.iter().any(|name| name == child_name) {
                found.extend(problems(schema, child, named(schema, "element", child_name)));
            } else {
                found.push(format!("<{name}> may not hold <{child_name}>"));
            }
        }
        for name in wanted.iter().filter(|name| !of.children().any(|child| child.tag_name().name() == **name)) {
            found.push(format!("<{}> must hold <{name}>", of.tag_name().name()));
        }
        let is_mixed = of_type.attribute("mixed") == Some("true");
        if !is_mixed
            && of.children().any(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty())
        {
            found.push(format!("<{name}> may not hold text"));
        }
        found
    }

    /// The problems of a whole document.
    pub(super) fn of_text(schema: &str, text: &str) -> Vec<String> {
        let schema = Document::parse(schema).unwrap();
        let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let root = document.root_element();
        problems(&schema, root, named(&schema, "element", root.tag_name().name()))
    }
}

fn is_junit(text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/junit-10.xsd");
    assert_eq!(xsd::of_text(&std::fs::read_to_string(path).unwrap(), text), Vec::<String>::new(), "{text}");
}

#[test]
fn junit_holds_to_its_published_schema() {
    let text = tour("junit");
    is_junit(&text);
    let document = roxmltree::Document::parse(&text).unwrap();
    let count = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    let said = |name: &str| document.root_element().attribute(name).unwrap().parse::<usize>().unwrap();
    assert_eq!((count("testcase"), count("failure")), (said("tests"), said("failures")));
    let clean = repository(&[("CLAUDE.md", "- Run the tests.\n")]);
    let text = ctxlint(clean.path(), &["check", "--format", "junit"]).out;
    is_junit(&text);
    assert!(text.contains("tests=\"1\" failures=\"0\""), "{text}");
    // What breaks the schema is told from what holds to it.
    let wrong = text.replace("classname=", "klass=");
    assert!(std::panic::catch_unwind(|| is_junit(&wrong)).is_err());

    let dir = hostile();
    let text = ctxlint(dir.path(), &["check", "--format", "junit"]).out;
    is_junit(&text);
    let document = roxmltree::Document::parse(&text).unwrap();
    let suites = document.descendants().filter_map(|node| node.attribute("classname"));
    assert!(suites.into_iter().any(|name| name == ".claude/rules/a]]>&<b>'\".md"), "{text}");
}

#[test]
fn gitlab_has_what_its_form_wants() {
    for text in [tour("gitlab"), ctxlint(hostile().path(), &["check", "--format", "gitlab"]).out] {
        let value: Value = serde_json::from_str(&text).unwrap();
        let mut prints = std::collections::BTreeSet::new();
        for issue in value.as_array().unwrap() {
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&issue["severity"].as_str().unwrap()));
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            for key in ["description", "check_name", "fingerprint"] {
                assert!(!issue[key].as_str().unwrap().is_empty());
            }
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with("./") && !path.starts_with('/'));
            assert!(prints.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "each fingerprint is unique");
        }
        assert!(!prints.is_empty());
    }
}

#[test]
fn markdown_holds_nothing_of_a_repository_but_text_and_code() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    let dir = hostile();
    let text = ctxlint(dir.path(), &["check", "--format", "markdown"]).out;
    let mut code = 0;
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::HtmlBlock) => panic!("{event:?}\n{text}"),
            Event::Html(_) | Event::InlineHtml(_) if event != Event::InlineHtml("<!-- -->".into()) => {
                panic!("{event:?}\n{text}")
            }
            Event::Code(_) => code += 1,
            Event::Text(text) => assert!(!text.contains("@all") && !text.contains("#1"), "{text}"),
            _ => {}
        }
    }
    assert!(code > 5, "{text}");
    let many: String = (0..3_000).map(|at| format!("[a{at}](gone{at}.md)\n\n")).collect();
    let dir = repository(&[("CLAUDE.md", &many)]);
    let text = ctxlint(dir.path(), &["check", "--format", "markdown"]).out;
    assert!(text.len() < 65_000 && text.contains(" more\n"), "{}", text.len());
}

/// Columns count characters from 1, whatever their bytes or UTF-16 units; ends are exclusive.
#[test]
fn columns_are_the_same_in_every_format_behind_letters_of_several_bytes() {
    // Behind a byte order mark, which is no column, and behind letters of two, three and four bytes.
    let dir = repository(&[("CLAUDE.md", "\u{feff}[a](one.md)\r\n\r\né中🙂 [b](two.md)\r\n")]);
    let check = |format: &str| ctxlint(dir.path(), &["check", "--format", format]);
    let found = check("json").json();
    let range = |at: usize, end: &str| {
        let place = &found["diagnostics"][at]["range"][end];
        ["line", "column", "byte"].map(|key| place[key].as_u64().unwrap())
    };
    assert_eq!([range(0, "start"), range(0, "end")], [[1, 1, 3], [1, 12, 14]]);
    assert_eq!([range(1, "start"), range(1, "end")], [[3, 5, 28], [3, 16, 39]]);
    let line: Value = serde_json::from_str(check("jsonl").out.lines().nth(1).unwrap()).unwrap();
    assert_eq!(line["range"], found["diagnostics"][1]["range"]);
    let sarif = check("sarif").json();
    let region = &sarif["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"];
    let region = ["startLine", "startColumn", "endLine", "endColumn"].map(|key| region[key].as_u64());
    assert_eq!(region, [Some(3), Some(5), Some(3), Some(16)]);
    assert!(check("github").out.contains(",line=3,endLine=3,col=5,endColumn=16,"), "{}", check("github").out);
    let gitlab = check("gitlab").json();
    assert_eq!(gitlab[1]["location"]["lines"], serde_json::json!({"begin": 3, "end": 3}));
    for format in ["concise", "agent", "human"] {
        let out = check(format).out;
        assert!(out.contains("CLAUDE.md:3:5"), "{format}: {out}");
    }
}

#[test]
fn several_formats_go_to_several_places() {
    let dir = repository(&[("CLAUDE.md", "See [a](gone.md).\n")]);
    let root = dir.path();
    let run =
        ctxlint(root, &["check", "--output", "sarif=out/x.sarif", "--output", "junit=x.xml", "--output", "markdown=-"]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("### ctxlint: 1 error"), "{}", run.out);
    is_sarif(&std::fs::read_to_string(root.join("out/x.sarif")).unwrap());
    is_junit(&std::fs::read_to_string(root.join("x.xml")).unwrap());
    // Without a format for standard output the usual one is printed.
    let run = ctxlint(root, &["check", "--output", "json=x.json"]);
    assert!(run.out.contains("error[missing-link-target]"), "{}", run.out);
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("x.sarif");
    let run = ctxlint(root, &["check", "--output", &format!("sarif={}", file.display())]);
    assert_eq!((run.code, file.exists()), (1, true), "{}", run.err);

    let refused = |outputs: &[&str]| {
        let mut arguments = vec!["check"];
        for output in outputs {
            arguments.extend(["--output", *output]);
        }
        let run = ctxlint(root, &arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{outputs:?}");
        run.err
    };
    assert!(refused(&["sarif=.git/x"]).contains(".git"));
    assert!(refused(&["json=-", "markdown=-"]).contains("standard output"));
    assert!(refused(&["json=x", "sarif=./x"]).contains("cannot both go to"));
    assert!(refused(&["sarifx=x"]).contains("is none of"));
    assert!(refused(&["sarif"]).contains("FORMAT=FILE"));
    assert!(refused(&["json=CLAUDE.md"]).contains("CLAUDE.md is a file that agents read"));
    assert_eq!(std::fs::read_to_string(root.join("CLAUDE.md")).unwrap(), "See [a](gone.md).\n");
    // A credential in a file reaches no output.
    let key = format!("{}{}", "AKIA", "QWERTYUIOPASDFGH");
    write(root, "CLAUDE.md", &format!("See [a]({key}.md).\n"));
    ctxlint(root, &["check", "--output", "json=x.json", "--output", "sarif=x.sarif"]);
    for name in ["x.json", "x.sarif"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        assert!(!text.contains(&key) && text.contains("missing-link-target"), "{name}");
    }
}

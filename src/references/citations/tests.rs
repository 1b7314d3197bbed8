use super::*;
use crate::model::Format;

fn found(text: &str) -> Vec<(String, u32, u32)> {
    let document = parse::parse(text, Format::Markdown);
    citations(&document, text).into_iter().map(|found| (found.path, found.start, found.end)).collect()
}

fn one(text: &str) -> (String, u32, u32) {
    let all = found(text);
    assert_eq!(all.len(), 1, "{text}: {all:?}");
    all.into_iter().next().unwrap_or_default()
}

fn is(path: &str, start: u32, end: u32) -> (String, u32, u32) {
    (path.to_owned(), start, end)
}

#[test]
fn every_form_is_read() {
    for (text, start, end) in [
        ("See src/a.ts:10.", 10, 10),
        ("(`src/a.ts:10-20`)", 10, 20),
        ("`src/a.ts:10–20`", 10, 20),
        ("**src/a.ts:10:5**", 10, 10),
        ("[src/a.ts:L10-L20]", 10, 20),
        ("`src/a.ts`:10-20", 10, 20),
        ("`src/a.ts` lines 10-20", 10, 20),
        ("`src/a.ts` (line 10)", 10, 10),
        ("`src/a.ts` (lines ~10-20)", 10, 20),
        ("`src/a.ts`, line 10–20", 10, 20),
        ("`src/a.ts` at line 10", 10, 10),
        ("`src/a.ts` L10-20", 10, 20),
        ("src/a.ts (L10)", 10, 10),
        ("`src/a.ts` lines 10 to 20", 10, 20),
        ("src/a.ts#L10-L20", 10, 20),
        ("src/a.ts#L10C2-L20C4", 10, 20),
        ("src\\a.ts:10", 10, 10),
    ] {
        assert_eq!(one(text), is("src/a.ts", start, end), "{text}");
    }
    assert_eq!(one("`app/[slug]/(main)/page.tsx:3`"), is("app/[slug]/(main)/page.tsx", 3, 3));
    assert_eq!(one("Makefile:12"), is("Makefile", 12, 12));
}

#[test]
fn a_list_of_numbers_goes_on_with_the_same_file() {
    assert_eq!(found("`a.ts:10, 20, 30-35`"), [is("a.ts", 10, 10), is("a.ts", 20, 20), is("a.ts", 30, 35)]);
    assert_eq!(found("a.ts:10, 2 of them"), [is("a.ts", 10, 10)]);
}

#[test]
fn links_give_their_target() {
    let text = "[a.ts:10](../src/a.ts#L10)";
    let all = citations(&parse::parse(text, Format::Markdown), text);
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].link.as_deref(), all[0].place), (Some("../src/a.ts"), Place::Prose));
    assert_eq!((&*all[1].path, all[1].place), ("../src/a.ts", Place::LinkTarget));
    assert_eq!(one("[the parser](src/a.ts) lines 3-4"), is("src/a.ts", 3, 4));
}

#[test]
fn permalinks_and_pins_name_their_commit() {
    let text = "https://github.com/o/r/blob/0123456789abcdef0123456789abcdef01234567/src/a.ts#L3-L5";
    let all = citations(&parse::parse(text, Format::Markdown), text);
    assert_eq!((&*all[0].path, all[0].start, all[0].end), ("src/a.ts", 3, 5));
    assert_eq!(all[0].path_span.slice(text), "src/a.ts");
    let text = "`a.ts:3-5@0123abcd#89abcdef`";
    let all = citations(&parse::parse(text, Format::Markdown), text);
    let pin = all[0].pin.clone();
    assert_eq!(pin.map(|pin| (pin.commit, pin.hash)), Some(("0123abcd".to_owned(), "89abcdef".to_owned())));
    assert_eq!(all[0].span.slice(text), "a.ts:3-5@0123abcd#89abcdef");
}

#[test]
fn what_only_looks_like_a_citation_is_none() {
    for text in [
        "localhost:3000",
        "python:3.11",
        "v1.2:30",
        "127.0.0.1:8080",
        "http://example.org/a.ts:10",
        "a.ts:10px",
        "a.ts:1.2.3",
        "https://github.com/o/r/blob/main/a.ts#L3",
        "at 10:30",
        "a.ts line up",
        "a.ts:0",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn code_blocks_are_told_apart() {
    let text = "```\na.ts:1\n```\n\n<!-- a.ts:2 -->\n\n`a.ts:3` a.ts:4\n";
    let places: Vec<Place> =
        citations(&parse::parse(text, Format::Markdown), text).into_iter().map(|found| found.place).collect();
    assert_eq!(places, [Place::Code, Place::Aside, Place::CodeSpan, Place::Prose]);
}

//! Machine blocks in a document: the lines between two marks, with a hash that tells whether someone edited them.
//!
//! A mark is a line of its own that starts in the first column. Quotes never do, so no quoted text can be one.

use std::ops::Range;

const START: &str = "<!-- ctxlint:auto start=";
const END: &str = "<!-- ctxlint:auto end=";

/// A block in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its name.
    pub name: String,
    /// The bytes from the first mark to the end of the last one, without its line break.
    pub all: Range<usize>,
    /// The bytes between the marks.
    pub inside: Range<usize>,
    /// Whether the lines are those that were written.
    pub is_intact: bool,
}

/// The first 8 hexadecimal digits of a hash over the lines, blanks at their ends aside. Lines and pins of citations do not
/// count: leading a citation to where its lines are now is no edit.
fn hash(inside: &str) -> String {
    let lines: Vec<String> = inside.lines().map(|line| without_pins(line.trim_end())).collect();
    format!("{:08x}", xxhash_rust::xxh3::xxh3_64(lines.join("\n").trim_end().as_bytes()) >> 32)
}

/// The line with `:12-14@1a2b3c4d#5e6f7a8b` taken off its citations.
fn without_pins(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('@') {
        let (before, pin) = rest.split_at(at);
        let word = pin[1..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        let hash = pin.get(1 + word..).and_then(|hash| hash.strip_prefix('#')).unwrap_or_default();
        let is_pin = word >= 8 && hash.bytes().take_while(u8::is_ascii_hexdigit).count() >= 8;
        let cited = before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
        if is_pin && cited.ends_with(':') {
            out.push_str(cited);
            rest = &pin[1 + word + 1 + 8..];
        } else {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
        }
    }
    out + rest
}

/// A block with its marks, without a line break at the end.
pub fn block(name: &str, inside: &str) -> String {
    let inside = inside.trim_end();
    format!("{START}{name} hash={} -->\n{inside}\n{END}{name} -->", hash(inside))
}

/// Every whole block of a document, in order. A mark that is never closed opens none.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<(String, String, usize, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mark = line.trim_end();
        if let Some(rest) = mark.strip_prefix(START).and_then(|rest| rest.strip_suffix(" -->")) {
            let (name, hash) = rest.split_once(" hash=").unwrap_or((rest, ""));
            open = Some((name.to_owned(), hash.to_owned(), at, at + line.len()));
        } else if let Some(name) = mark.strip_prefix(END).and_then(|rest| rest.strip_suffix(" -->"))
            && let Some((started, known, from, inside)) = open.take()
            && started == name
        {
            let is_intact = hash(&text[inside..at]) == known;
            let all = from..at + mark.len();
            found.push(Block { name: started, all, inside: inside..at, is_intact });
        }
        at += line.len();
    }
    found
}

/// What the author is asked for, as it stands in a document.
pub fn slot(asked: &str) -> String {
    format!("<!-- author: {asked} -->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_again_and_an_edit_shows() {
        let text = format!("# A\n\n{}\n\nmine\n", block("goal", "- one\n- two"));
        let found = blocks(&text);
        assert_eq!((found.len(), found[0].name.as_str(), found[0].is_intact), (1, "goal", true));
        assert_eq!(&text[found[0].inside.clone()], "- one\n- two\n");
        assert!(!blocks(&text.replace("two", "three"))[0].is_intact);
        assert!(blocks(&text.replace('\n', "\r\n"))[0].is_intact, "line ends are no edit");
        let text = block("changed", "- `a.rs:1-2@worktree#1c3fc97b` and a@b");
        assert!(blocks(&text.replace(":1-2@worktree#1c3fc97b", ":7-8@1a2b3c4d#1c3fc97b"))[0].is_intact);
        assert!(
            !blocks(&text.replace("a.rs", "b.rs"))[0].is_intact && !blocks(&text.replace("a@b", "a@c"))[0].is_intact
        );
    }

    #[test]
    fn quoted_and_open_marks_are_none() {
        assert_eq!(blocks("- `<!-- ctxlint:auto start=a hash=1 -->`\n<!-- ctxlint:auto end=a -->\n"), []);
        assert_eq!(blocks("<!-- ctxlint:auto start=a hash=1 -->\nx\n"), []);
        assert_eq!(blocks("<!-- ctxlint:auto start=a hash=1 -->\nx\n<!-- ctxlint:auto end=b -->\n"), []);
    }
}

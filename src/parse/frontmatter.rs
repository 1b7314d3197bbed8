//! Frontmatter as the clients detect it, which is stricter than most Markdown tools.
//!
//! The first line must be exactly `---` and a later line must be exactly `---`; spaces and tabs may follow either.
//! An unclosed block, an end of `...`, a fence of `----` or `+++`, or anything before the first line (a blank line, a
//! comment) means that there is no frontmatter and the text is all body.

use crate::model::Frontmatter;
use crate::parse::{lenient, yaml};
use crate::source::Span;

/// The frontmatter of a Markdown file whose first byte after any byte order mark is at byte `start`.
///
/// `error` tells what the strict parser could not read. Where it made no tree at all, `node` comes from the lenient
/// second pass that clients have ([`lenient::parse_lenient`]).
pub fn parse_frontmatter(text: &str, start: usize) -> Option<Frontmatter> {
    let (span, yaml) = find_frontmatter(text, start)?;
    let (node, error) = yaml::parse_yaml(text, yaml);
    let node = match (node, &error) {
        (None, Some(_)) => lenient::parse_lenient(text, yaml),
        (node, _) => node,
    };
    Some(Frontmatter { span, yaml, node, error })
}

/// The whole frontmatter with both fences, and the YAML between them; byte ranges of `text`.
pub fn find_frontmatter(text: &str, start: usize) -> Option<(Span, Span)> {
    let rest = text.get(start..)?;
    if !rest.starts_with("---") {
        return None;
    }
    let mut lines = rest.split_inclusive('\n');
    let opening = lines.next().filter(|line| is_fence(line) && line.ends_with('\n'))?;
    let yaml_start = start + opening.len();
    let mut at = yaml_start;
    for line in lines {
        let end = at + line.len();
        if is_fence(line) {
            return Some((Span::new(start, end), Span::new(yaml_start, at)));
        }
        at = end;
    }
    None
}

fn is_fence(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn yaml(text: &str) -> Option<&str> {
        find_frontmatter(text, 0).map(|(_, yaml)| yaml.slice(text))
    }

    #[test]
    fn frontmatter_is_between_two_exact_fences() {
        assert_eq!(yaml("---\na: 1\n---\nbody"), Some("a: 1\n"));
        assert_eq!(yaml("--- \t\r\na: 1\r\n---  \r\nbody"), Some("a: 1\r\n"));
        assert_eq!(yaml("---\n---"), Some(""));
        let (span, _) = find_frontmatter("---\na: 1\n---\r\nbody", 0).unwrap();
        assert_eq!(span, Span::new(0, 14));
    }

    #[test]
    fn everything_else_is_body() {
        for text in [
            "---\na: 1\n",
            "---\na: 1\n...\n",
            "----\na: 1\n----\n",
            "+++\na = 1\n+++\n",
            "\n---\na: 1\n---\n",
            "<!-- c -->\n---\na: 1\n---\n",
            " ---\na: 1\n---\n",
            "---",
            "---\n ---\n",
        ] {
            assert_eq!(yaml(text), None, "{text:?}");
        }
    }
}

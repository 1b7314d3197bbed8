//! What has to change in a piece of text that moves: levels of headings, and links relative to its file. Each change keeps
//! the bytes that it replaces, so that it can be undone.

use super::map::Rewrite;
use crate::model::{BlockKind, Document, Inline, InlineKind, NO_PARENT};
use crate::paths::{normalize, parent, relative};
use crate::source::Span;

/// A change at a place of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) span: Span,
    pub(super) new: String,
}

/// Takes `by` marks off every heading with marks directly in the body inside `span`. Underlined headings stay as they are.
pub(super) fn raise_headings(document: &Document, text: &str, span: Span, by: u8) -> Vec<Change> {
    let mut changes = Vec::new();
    for block in document.blocks_in(span).filter(|block| block.parent == NO_PARENT) {
        let BlockKind::Heading { level } = block.kind else { continue };
        let marks = block.span.slice(text);
        let indent = marks.len() - marks.trim_start().len();
        let count = marks[indent..].bytes().take_while(|byte| *byte == b'#').count();
        if count != usize::from(level) || count <= usize::from(by) || by == 0 {
            continue;
        }
        let start = block.span.start as usize + indent;
        changes.push(Change {
            kind: "heading",
            span: Span::new(start, start + count),
            new: "#".repeat(count - usize::from(by)),
        });
    }
    changes
}

/// Whether a destination as written is a path relative to its file.
pub(super) fn is_relative(written: &str) -> bool {
    let path = written.split(['#', '?']).next().unwrap_or("");
    let has_scheme = path.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    !path.is_empty() && !path.starts_with(['/', '~', '#', '{', '$', '<']) && !has_scheme
}

/// A relative destination of a link in the file `from`, as it must be written in the file `to`. `None` where it is no
/// relative path or leaves the root.
pub(super) fn rebased(written: &str, from: &str, to: &str) -> Option<String> {
    if !is_relative(written) || parent(from) == parent(to) {
        return None;
    }
    let end = written.find(['#', '?']).unwrap_or(written.len());
    let (path, rest) = written.split_at(end);
    let full = normalize(parent(from), path)?;
    let slash = if path.ends_with('/') && !full.is_empty() { "/" } else { "" };
    let new = if full.is_empty() { up(parent(to)) } else { relative(parent(to), &full) };
    (new != path).then(|| format!("{new}{slash}{rest}"))
}

/// The way from a folder to the root.
fn up(dir: &str) -> String {
    let depth = dir.split('/').filter(|part| !part.is_empty()).count();
    if depth == 0 { ".".to_owned() } else { "../".repeat(depth).trim_end_matches('/').to_owned() }
}

/// The links and images in some bytes of a document.
pub(super) fn links(document: &Document, span: Span) -> impl Iterator<Item = &Inline> {
    document.inlines_in(span).filter(|inline| matches!(inline.kind, InlineKind::Link | InlineKind::Image))
}

/// Where the destinations in some bytes stand: those of links and images, and those of definitions, also where nothing uses
/// them. One that is used near by stands among them twice.
pub(super) fn destinations(document: &Document, span: Span) -> impl Iterator<Item = Span> + '_ {
    let start = document.definitions.partition_point(|place| place.start < span.start);
    let definitions = document.definitions[start..].iter().copied().take_while(move |place| place.start < span.end);
    let own = links(document, span).map(|link| link.content);
    own.chain(definitions).filter(move |place| span.contains(*place))
}

/// Applies changes to the bytes of `span`. They must not overlap; those outside are left out.
pub(super) fn apply(text: &str, span: Span, mut changes: Vec<Change>) -> (String, Vec<Rewrite>) {
    changes.retain(|change| span.contains(change.span));
    changes.sort_by_key(|change| change.span);
    changes.dedup_by(|a, b| a.span == b.span);
    let mut out = String::with_capacity(span.len() + 32);
    let mut rewrites = Vec::with_capacity(changes.len());
    let mut at = span.start as usize;
    for change in changes {
        let (start, end) = (change.span.start as usize, change.span.end as usize);
        if start < at {
            continue;
        }
        out.push_str(text.get(at..start).unwrap_or(""));
        rewrites.push(Rewrite {
            kind: change.kind.to_owned(),
            at: out.len() as u64,
            old: change.span.slice(text).to_owned(),
            new: change.new.clone(),
        });
        out.push_str(&change.new);
        at = end;
    }
    out.push_str(text.get(at..span.end as usize).unwrap_or(""));
    (out, rewrites)
}

/// The letters and digits of a heading or of the fragment that names it.
pub(super) fn skeleton(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_rebased_and_others_left() {
        let to = |written: &str| rebased(written, "CLAUDE.md", "docs/agents/a.md");
        assert_eq!(to("docs/x.md#top").as_deref(), Some("../x.md#top"));
        assert_eq!(to("./src/").as_deref(), Some("../../src/"));
        assert_eq!(to(".").as_deref(), Some("../.."));
        for other in ["https://x.org", "#here", "/docs/x.md", "mailto:a@b", "../../up.md", ""] {
            assert_eq!(to(other), None, "{other}");
        }
        assert_eq!(rebased("../b.md", "docs/x/a.md", "docs/x/c.md"), None);
    }
}

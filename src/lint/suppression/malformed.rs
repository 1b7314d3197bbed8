//! Comments that are meant to allow a finding and do not, because of their form or their place.

use super::{Group, blank, by_name, read, scalars_of, suppressions};
use crate::diagnostic::Diagnostic;
use crate::model::{BlockKind, InlineKind};
use crate::source::{Source, Span};
use crate::workspace::File;
use std::sync::Arc;

/// What people write for `allow`, by the habits of other linters.
const MEANT: [&str; 14] = [
    "allow-line",
    "allow-next-line",
    "disable",
    "disable-file",
    "disable-line",
    "disable-next-line",
    "ignore",
    "ignore-file",
    "ignore-line",
    "ignore-next-line",
    "noqa",
    "off",
    "skip",
    "suppress",
];

/// Why a comment allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// It is not of the form that is read.
    Form,
    /// It names no lint.
    NoName,
    /// Other text stands on its line.
    Place,
}

/// The comments of a file that are meant to allow something and do not.
pub(in crate::lint) fn of_file(file: &File) -> Vec<Diagnostic> {
    let text = &file.source.text;
    let document = &file.document;
    let mut found = Vec::new();
    if let Some(frontmatter) = &document.frontmatter {
        let mut scalars = Vec::new();
        if let Some(node) = &frontmatter.node {
            scalars_of(node, &mut scalars);
        }
        let is_text = |hash: Span| scalars.iter().any(|scalar| scalar.contains(hash));
        of_hashes(&file.source, frontmatter.yaml, is_text, &mut found);
    }
    let blocks = document.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Comment { closed: true }));
    let inlines = document.inlines.iter().filter(|inline| inline.kind == InlineKind::Html);
    let accepted = suppressions(file);
    for (span, is_block) in blocks.map(|block| (block.span, true)).chain(inlines.map(|inline| (inline.span, false))) {
        let is_read = is_block && accepted.iter().any(|one| one.span.start == span.start);
        for (at, (start, inner)) in comments(text, span).into_iter().enumerate() {
            // Of several comments on a line the first one is read.
            let Some(fault) = fault(inner, is_read && at == 0) else { continue };
            let comment = Span::new(start, start + "<!---->".len() + inner.len());
            found.push(diagnostic(&file.source.path, comment, fault, "<!-- ctxlint allow: NAME -- reason -->"));
        }
    }
    found
}

/// The comments of a part of a text: where each starts, and what it holds.
fn comments(text: &str, part: Span) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut at, end) = (part.start as usize, part.end as usize);
    while let Some(open) = text[at..end].find("<!--").map(|open| at + open) {
        let Some(len) = text[open + 4..end].find("-->") else { break };
        found.push((open, &text[open + 4..open + 4 + len]));
        at = open + 4 + len + 3;
    }
    found
}

/// The same for the configuration, whose comments start with `#`. `is_text` tells a `#` that belongs to a value.
pub(in crate::lint) fn of_config(config: &Source, is_text: impl Fn(Span) -> bool) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    of_hashes(config, Span::new(0, config.text.len()), is_text, &mut found);
    found
}

fn of_hashes(source: &Source, part: Span, is_text: impl Fn(Span) -> bool, found: &mut Vec<Diagnostic>) {
    let text = part.slice(&source.text);
    for (at, _) in text.match_indices("ctxlint") {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let Some(hash) = text[line_start..at].trim_end().strip_suffix('#').map(|before| line_start + before.len())
        else {
            continue;
        };
        let from = part.start as usize + hash;
        if is_text(Span::new(from, from + 1)) {
            continue;
        }
        let comment = text[hash..].lines().next().unwrap_or_default().trim_end();
        // Only one space between the two is read.
        let is_read = comment.starts_with("# ctxlint allow");
        let fault = match fault(&comment[1..], true) {
            None if !is_read && is_meant(&comment[1..]) => Some(Fault::Form),
            fault => fault,
        };
        if let Some(fault) = fault {
            let span = Span::new(from, from + comment.len());
            found.push(diagnostic(&source.path, span, fault, "# ctxlint allow: NAME -- reason"));
        }
    }
}

/// What keeps the text of a comment from allowing anything; `None` where nothing does, or where it was not meant to.
fn fault(inner: &str, is_in_place: bool) -> Option<Fault> {
    match read(inner, 0) {
        Some((names, ..)) if names.is_empty() => Some(Fault::NoName),
        Some(_) if is_in_place => None,
        Some(_) => Some(Fault::Place),
        None => is_meant(inner).then_some(Fault::Form),
    }
}

/// Whether a comment wants to allow something: a word for it behind `ctxlint`, and behind that a colon, a reason, the name
/// of a lint, or nothing. `ctxlint ignores what the release job writes` is a remark.
fn is_meant(inner: &str) -> bool {
    let Some(rest) = inner.trim().strip_prefix("ctxlint") else { return false };
    let word = rest.trim_start_matches([' ', '\t', '-', '_', ':']);
    if word.len() == rest.len() {
        return false;
    }
    let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(word.len());
    let rest = word[end..].trim_start();
    let word = word[..end].to_ascii_lowercase().replace('_', "-");
    let is_near = |wanted| strsim::damerau_levenshtein(&word, wanted) <= 1;
    if !(MEANT.contains(&&*word) || is_near("allow") || is_near("allow-file")) {
        return false;
    }
    let name = rest.split([' ', '\t', '\n', '\r', ',', ':']).next().unwrap_or_default();
    rest.is_empty()
        || rest.starts_with([':', '=', '('])
        || rest.starts_with("--")
        || by_name(name).is_some()
        || Group::ALL.iter().any(|group| group.name() == name)
}

fn diagnostic(path: &Arc<str>, span: Span, fault: Fault, form: &str) -> Diagnostic {
    let (message, help) = match fault {
        Fault::Form => {
            ("this comment is not of the form that is read, so it allows nothing", format!("write `{form}`"))
        }
        Fault::NoName => ("this comment names no lint, so it allows nothing", format!("write `{form}`")),
        Fault::Place => (
            "this comment stands on a line with other text, where it allows nothing",
            "put it on a line of its own before the block".to_owned(),
        ),
    };
    Diagnostic {
        message: message.to_owned(),
        why: "what it was meant to allow is still reported".to_owned(),
        help,
        span: Some(span),
        ..blank(&crate::lints::unused_suppression::UNUSED_SUPPRESSION, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_told_from_remarks() {
        for (inner, wanted) in [
            (" ctxlint allow: missing-import ", None),
            (" ctxlint allow: -- later ", Some(Fault::NoName)),
            ("ctxlint allow:", Some(Fault::NoName)),
            (" ctxlint allow missing-import ", Some(Fault::Form)),
            (" ctxlint-allow: missing-import ", Some(Fault::Form)),
            (" ctxlint alow: missing-import ", Some(Fault::Form)),
            (" ctxlint Allow-File: x ", Some(Fault::Form)),
            (" ctxlint-disable-next-line references ", Some(Fault::Form)),
            (" ctxlint-ignore ", Some(Fault::Form)),
            (" ctxlint:auto end=goal ", None),
            (" ctxlint ignores what the release job writes ", None),
            (" ctxlint ignore lists are kept elsewhere ", None),
            (" ctxlint is run in CI ", None),
            (" ctxlintallow: x ", None),
            (" eslint-disable ", None),
        ] {
            assert_eq!(fault(inner, true), wanted, "{inner}");
        }
        assert_eq!(fault(" ctxlint allow: x ", false), Some(Fault::Place));
    }
}

//! Comments that allow a finding: `<!-- ctxlint allow: name, name -- reason -->` in Markdown, `# ctxlint allow: ...` in
//! YAML frontmatter.

pub(super) mod malformed;

use super::{Group, blank, by_name};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::model::{BlockKind, Node, NodeKind};
use crate::source::{Source, Span};
use crate::workspace::File;

/// How far a suppression reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Findings that start inside this span.
    Span(Span),
    /// Every finding of the file.
    File,
}

/// One comment that allows findings.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// The whole comment with its line ending: what is deleted when it is not needed.
    pub span: Span,
    /// The names, with their places.
    pub names: Vec<(String, Span)>,
    /// The reason after `--`; may be empty.
    pub reason: String,
    /// What it covers.
    pub reach: Reach,
}

impl Suppression {
    /// The index of the name that covers the finding, if one does.
    pub fn covers(&self, finding: &Diagnostic) -> Option<usize> {
        let reached = match (self.reach, finding.span) {
            (Reach::File, _) => true,
            (Reach::Span(reach), Some(span)) => {
                reach.start <= span.start && span.start < reach.end.max(reach.start + 1)
            }
            (Reach::Span(_), None) => false,
        };
        if reached { self.names.iter().position(|(name, _)| is_name_of(name, finding)) } else { None }
    }
}

/// Whether `name` is that of the finding's lint or of its group.
fn is_name_of(name: &str, finding: &Diagnostic) -> bool {
    name == finding.lint || by_name(finding.lint).is_some_and(|lint| lint.group.name() == name)
}

/// Every suppression comment of a file, in order.
pub fn suppressions(file: &File) -> Vec<Suppression> {
    let text = &file.source.text;
    if !text.contains("ctxlint allow") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let document = &file.document;
    if let Some(frontmatter) = &document.frontmatter {
        let mut scalars = Vec::new();
        if let Some(node) = &frontmatter.node {
            scalars_of(node, &mut scalars);
        }
        let is_text = |hash: Span| scalars.iter().any(|scalar| scalar.contains(hash));
        with_hashes(text, frontmatter.yaml, is_text, &mut found);
    }
    for (at, block) in document.blocks.iter().enumerate() {
        if !matches!(block.kind, BlockKind::Comment { closed: true }) {
            continue;
        }
        let raw = block.span.slice(text);
        let Some(inner) = raw.trim_end().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) else {
            continue;
        };
        let Some((names, reason, of_file)) = read(inner, block.span.start as usize + 4) else { continue };
        let next = document.blocks[at + 1..]
            .iter()
            .find(|next| next.span.start >= block.span.end && !matches!(next.kind, BlockKind::Comment { .. }));
        let reach = match next {
            _ if of_file => Reach::File,
            Some(next) => Reach::Span(next.span),
            None => Reach::Span(Span::new(block.span.end as usize, block.span.end as usize)),
        };
        let span = with_empty_line(text, with_line_ending(text, block.span));
        found.push(Suppression { span, names, reason, reach });
    }
    found
}

/// One of two empty lines that would meet when the comment between them is deleted goes with it.
fn with_empty_line(text: &str, span: Span) -> Span {
    let before = &text[..span.start as usize];
    let follows_empty = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    let next = with_line_ending(text, Span::new(span.end as usize, span.end as usize));
    if follows_empty && span.slice(text).ends_with('\n') { Span { start: span.start, end: next.end } } else { span }
}

/// Every suppression comment of the configuration file, in order.
pub(super) fn config_suppressions(config: &Source) -> Vec<Suppression> {
    let mut found = Vec::new();
    let text = config.text.as_str();
    with_hashes(text, Span::new(0, text.len()), |hash| is_text_of_config(text, hash), &mut found);
    found
}

/// Whether a `#` of the configuration belongs to a string: it stands behind an open quote.
pub(super) fn is_text_of_config(text: &str, hash: Span) -> bool {
    let line = text[..hash.start as usize].rsplit('\n').next().unwrap_or("");
    line.matches('"').count() % 2 == 1 || line.matches('\'').count() % 2 == 1
}

/// The values of a tree that hold text, in order.
fn scalars_of(node: &Node, found: &mut Vec<Span>) {
    for entry in node.entries() {
        found.push(entry.key_span);
        scalars_of(&entry.value, found);
    }
    node.items().iter().for_each(|item| scalars_of(item, found));
    if matches!(node.kind, NodeKind::String { .. }) {
        found.push(node.span);
    }
}

/// Comments of YAML and TOML: on a line of its own it covers the next line that is no comment, behind a value its own
/// line. `is_text` tells a `#` that belongs to a value.
fn with_hashes(text: &str, yaml: Span, is_text: impl Fn(Span) -> bool, found: &mut Vec<Suppression>) {
    let mut start = yaml.start as usize;
    let lines: Vec<Span> = yaml
        .slice(text)
        .split_inclusive('\n')
        .map(|line| {
            let span = Span::new(start, start + line.len());
            start = span.end as usize;
            span
        })
        .collect();
    for (at, line) in lines.iter().enumerate() {
        let raw = line.slice(text);
        let Some(hash) = raw.find("# ctxlint allow") else { continue };
        let from = line.start as usize + hash;
        if is_text(Span::new(from, from + 1)) {
            continue;
        }
        let comment = raw[hash + 1..].trim_end();
        let Some((names, reason, of_file)) = read(comment, from + 1) else { continue };
        let own_line = raw[..hash].trim().is_empty();
        let is_comment = |line: &&Span| line.slice(text).trim_start().starts_with('#');
        let covered = if own_line { lines[at + 1..].iter().find(|line| !is_comment(line)) } else { Some(line) };
        let reach = match covered {
            _ if of_file => Reach::File,
            Some(line) => Reach::Span(*line),
            None => Reach::Span(Span::new(yaml.end as usize, yaml.end as usize)),
        };
        let span = if own_line { *line } else { Span::new(from, from + 1 + comment.len()) };
        found.push(Suppression { span, names, reason, reach });
    }
}

/// Names with their places, the reason, and whether it is for the whole file.
type Read = (Vec<(String, Span)>, String, bool);

/// Reads ` ctxlint allow: a, b -- reason `, which starts at byte `at` of the file.
fn read(inner: &str, at: usize) -> Option<Read> {
    let rest = inner.trim_start().strip_prefix("ctxlint")?.trim_start();
    let (rest, of_file) = match rest.strip_prefix("allow-file") {
        Some(rest) => (rest, true),
        None => (rest.strip_prefix("allow")?, false),
    };
    let rest = rest.trim_start().strip_prefix(':')?;
    let (list, reason) = rest.split_once("--").unwrap_or((rest, ""));
    let mut names = Vec::new();
    let mut offset = at + (inner.len() - rest.len());
    for part in list.split(',') {
        let name = part.trim();
        let start = offset + (part.len() - part.trim_start().len());
        if !name.is_empty() {
            names.push((name.to_owned(), Span::new(start, start + name.len())));
        }
        offset += part.len() + 1;
    }
    Some((names, reason.trim().to_owned(), of_file))
}

fn with_line_ending(text: &str, span: Span) -> Span {
    let rest = &text[span.end as usize..];
    let ending = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    Span::new(span.start as usize, span.end as usize + ending)
}

/// What is wrong with one name of a suppression: no such lint, or nothing to allow.
pub(super) fn report(
    file: &Source,
    suppression: &Suppression,
    index: usize,
    used: bool,
    is_active: impl Fn(&str) -> bool,
    found: &[Diagnostic],
) -> Option<Diagnostic> {
    let (name, span) = &suppression.names[index];
    if by_name(name).is_none() && !Group::ALL.iter().any(|group| group.name() == name) {
        return crate::lints::unknown_lint::finding(&file.path, *span, name);
    }
    // A lint that did not run could not find anything, so its suppression cannot be judged.
    if used || !is_active(name) {
        return None;
    }
    let lint = &crate::lints::unused_suppression::UNUSED_SUPPRESSION;
    let fix = |title: String, span: Span, text: &str| Fix {
        title,
        applicability: Applicability::Safe,
        edits: vec![Edit { path: file.path.clone(), span, text: text.to_owned() }],
    };
    let of_file = |other: &&Diagnostic| other.path == file.path && other.span.is_none() && is_name_of(name, other);
    if suppression.reach != Reach::File && found.iter().any(|other| of_file(&other)) {
        let end = suppression.names[0].1.start as usize;
        let before = &file.text[suppression.span.start as usize..end];
        let at = suppression.span.start as usize + before.rfind("allow").map_or(before.len(), |at| at + "allow".len());
        return Some(Diagnostic {
            message: format!("`allow: {name}` covers the next block, and the finding is about the whole file"),
            why: "the comment has no effect".to_owned(),
            help: format!("write `allow-file: {name}`"),
            span: Some(*span),
            key: name.clone(),
            fixes: vec![fix("write `allow-file`".to_owned(), Span::new(at, at), "-file")],
            ..blank(lint, &file.path)
        });
    }
    let (help, fix) = if suppression.names.len() == 1 {
        let help = "delete the comment".to_owned();
        (help.clone(), fix(help, suppression.span, ""))
    } else {
        let help = format!("delete `{name}` from the comment");
        (help.clone(), fix(help, with_comma(suppression, index), ""))
    };
    Some(Diagnostic {
        message: format!("nothing here needs `allow: {name}`"),
        help,
        span: Some(*span),
        key: name.clone(),
        fixes: vec![fix],
        ..blank(lint, &file.path)
    })
}

/// A name of several with the comma and the space that go with it.
fn with_comma(suppression: &Suppression, index: usize) -> Span {
    let names = &suppression.names;
    match names.get(index + 1) {
        Some((_, next)) => Span { start: names[index].1.start, end: next.start },
        None => Span { start: names[index - 1].1.end, end: names[index].1.end },
    }
}

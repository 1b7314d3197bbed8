//! A handoff as it is read again: its frontmatter, its topics, and what can be wrong with them.

use super::blocks::{Block, blocks};
use super::document::{FORMAT, Holds, KEYS, STATUSES};
use super::sections::{Topic, template, topic_of};
use crate::model::{BlockKind, Document, Entry, InlineKind, Node, NodeKind};
use crate::source::Span;

/// What the frontmatter says.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    /// When it was written, as it says.
    pub generated: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The template, where it is not the default one.
    pub template: Option<String>,
    /// The branch; `None` for a detached head or where nothing is said.
    pub branch: Option<String>,
    /// The commit of the base.
    pub base: Option<String>,
    /// The commit.
    pub head: Option<String>,
    /// The fingerprint of what was not committed.
    pub fingerprint: Option<String>,
    /// The status.
    pub status: Option<String>,
}

/// Something wrong with the frontmatter: where, and what as a clause.
pub type Problem = (Span, String, String);

/// Whether a document says that it is one of ours.
pub fn is_ours(document: &Document) -> bool {
    document.frontmatter_value("ctxlint_handoff").is_some()
}

/// The topics for which a document of any form has a heading.
pub fn topics(document: &Document, text: &str) -> Vec<Topic> {
    let mut found: Vec<Topic> =
        document.sections.iter().filter_map(|section| topic_of(section.title.slice(text))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// What the frontmatter says, and what is wrong with it.
pub fn fields(document: &Document) -> (Fields, Vec<Problem>) {
    let mut out = Fields::default();
    let mut problems = Vec::new();
    let Some(root) = document.frontmatter.as_ref().and_then(|frontmatter| frontmatter.node.as_ref()) else {
        return (out, problems);
    };
    let mut wrong = |node: &Node, what: String, help: &str| problems.push((node.span, what, help.to_owned()));
    let text = |key: &str| root.get(key).and_then(|entry| entry.value.as_str()).map(str::to_owned);
    for (key, holds) in KEYS {
        let Some(Entry { value, .. }) = root.get(key) else { continue };
        let is = |wanted: &str| format!("`{key}` is {}, not a {wanted}", value.kind_name());
        match (holds, &value.kind) {
            (Holds::Version, kind) if *kind == NodeKind::Number(FORMAT as f64) => {}
            (Holds::Version, _) => {
                wrong(value, "the version of the format is not known".to_owned(), "write `ctxlint_handoff: 1`");
            }
            (Holds::Text | Holds::TextOrNull, NodeKind::String { .. })
            | (Holds::TextOrNull, NodeKind::Null)
            | (Holds::Number, NodeKind::Number(_))
            | (Holds::Mapping, NodeKind::Mapping(_)) => {}
            (Holds::Text | Holds::TextOrNull, _) => wrong(value, is("string"), "put it into quotes"),
            (Holds::Number, _) => wrong(value, is("number"), "write the document anew"),
            (Holds::Mapping, _) => wrong(value, is("mapping"), "write the document anew"),
        }
    }
    if let Some(entry) = root.get("status")
        && let Some(status) = entry.value.as_str()
        && !STATUSES.contains(&status)
    {
        wrong(
            &entry.value,
            format!("the status `{}` is not known", status.chars().take(40).collect::<String>()),
            STATUS_HELP,
        );
    }
    if let Some(entry) = root.get("head")
        && let Some(head) = entry.value.as_str()
        && !crate::world::git::is_hex(head)
    {
        wrong(
            &entry.value,
            "`head` is no commit".to_owned(),
            "write the hash of the commit that the document is about",
        );
    }
    if root.get("status").is_none() {
        wrong(root, "the key `status` is missing".to_owned(), STATUS_HELP);
    }
    // What a document is about is told by its commit; a repository without commits has none.
    if root.get("head").is_none() && root.get("branch").is_some() {
        wrong(root, "the key `head` is missing".to_owned(), "write the hash of the commit that the document is about");
    }
    let dirty = root.get("dirty").and_then(|entry| entry.value.get("fingerprint"));
    out.fingerprint = dirty.and_then(|entry| entry.value.as_str()).map(str::to_owned);
    (out.generated, out.session, out.template) = (text("generated"), text("session"), text("template"));
    (out.branch, out.head, out.status) =
        (text("branch"), text("head").filter(|head| crate::world::git::is_hex(head)), text("status"));
    let base = text("base").and_then(|base| base.rsplit('@').next().map(str::to_owned));
    out.base = base.filter(|base| crate::world::git::is_hex(base));
    (out, problems)
}

const STATUS_HELP: &str = "write in-progress, blocked, ready-for-review or done";

/// The topics that a document must have, by its template; a user's own template must only say what is next and how to
/// check it.
pub fn required(fields: &Fields) -> Vec<Topic> {
    match fields.template.as_deref() {
        Some("own") => Vec::new(),
        name => {
            let template = template(name.unwrap_or("default"));
            template
                .into_iter()
                .flat_map(|template| template.sections)
                .flat_map(|section| section.topics)
                .copied()
                .collect()
        }
    }
}

/// What one topic says.
#[derive(Clone, Debug)]
pub struct Said {
    /// The heading's line or the block's mark.
    pub span: Span,
    /// The texts below the heading and in the block, marks and comments aside.
    pub text: String,
}

/// What a document says about a topic: in the section whose heading stands for it, and in its machine block. `None` when it
/// has neither.
pub fn said(document: &Document, text: &str, topic: Topic) -> Option<Said> {
    let found: Vec<Block> = blocks(text).into_iter().filter(|block| block.name == topic.name()).collect();
    let section = document.sections.iter().find(|section| topic_of(section.title.slice(text)) == Some(topic));
    let mut words = String::new();
    let mut span = None;
    if let Some(section) = section {
        let heading = document.blocks.get(section.heading as usize)?.span;
        words.push_str(&text[heading.end as usize..section.span.end as usize]);
        span = Some(heading);
    }
    for block in found {
        if !section.is_some_and(|section| section.span.range().contains(&block.all.start)) {
            words.push_str(&text[block.inside.clone()]);
            words.push('\n');
        }
        let line = text[block.all.start..].find('\n').unwrap_or(0);
        span.get_or_insert(Span::new(block.all.start, block.all.start + line));
    }
    let kept: Vec<&str> =
        words.lines().filter(|line| !line.trim_start().starts_with("<!--") && !line.trim().is_empty()).collect();
    Some(Said { span: span?, text: kept.join("\n") })
}

/// Whether a topic names something to do: an item of a list, or a sentence, that is not the words for nothing.
pub fn has_step(said: &Said) -> bool {
    said.text.lines().any(|line| {
        let line = line.trim();
        let is_done = line.starts_with("- [x]") || line.starts_with("- [X]");
        !is_done
            && line != Topic::Next.nothing()
            && !line.starts_with("- and ")
            && line.chars().any(char::is_alphanumeric)
    })
}

/// Whether a topic names a command: a code span or a block of code.
pub fn has_command(document: &Document, text: &str, topic: Topic) -> bool {
    let mut spans: Vec<Span> = blocks(text)
        .into_iter()
        .filter(|block| block.name == topic.name())
        .map(|block| Span::new(block.inside.start, block.inside.end))
        .collect();
    spans.extend(
        document
            .sections
            .iter()
            .filter(|section| topic_of(section.title.slice(text)) == Some(topic))
            .map(|section| section.span),
    );
    let inside = |span: Span| spans.iter().any(|outer| outer.contains(span));
    let is_code = |kind: BlockKind| matches!(kind, BlockKind::Fence { .. } | BlockKind::IndentedCode);
    document.inlines.iter().any(|inline| inline.kind == InlineKind::Code && inside(inline.span))
        || document.blocks.iter().any(|block| is_code(block.kind) && inside(block.span))
}

//! What a file is after parsing: plain data with public fields, no I/O and no behaviour beyond looking things up.
//!
//! Every span is a byte range of the file's text. Children lie inside their parents. None of these types is a wire
//! format; the reports define their own.

use crate::source::Span;

/// How a file's text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CommonMark with tables, footnotes, task lists and strikethrough, after optional YAML frontmatter.
    Markdown,
    /// JSON with comments and trailing commas.
    Json,
    /// YAML.
    Yaml,
    /// Anything else: no structure.
    Text,
}

/// One parsed file. Parsing never fails: what could not be read as intended is in `problems`.
#[derive(Debug)]
pub struct Document {
    /// How the text was read.
    pub format: Format,
    /// The YAML between the two `---` lines at the very start (Markdown only).
    pub frontmatter: Option<Frontmatter>,
    /// The text after the frontmatter; the whole text where there is none. A byte order mark is not part of it.
    pub body: Span,
    /// Blocks of the body in document order, parents before children.
    pub blocks: Vec<Block>,
    /// Inline constructs of the body, by start and then from outer to inner.
    pub inlines: Vec<Inline>,
    /// The destinations of the link reference definitions, used or not, by position.
    pub definitions: Vec<Span>,
    /// One entry for each heading, in document order.
    pub sections: Vec<Section>,
    /// The whole file as a tree (JSON and YAML only).
    pub data: Option<Node>,
    /// What the parser could not read as intended, in order of position (JSON and YAML files; for Markdown see
    /// [`Frontmatter::error`]).
    pub problems: Vec<Problem>,
}

impl Document {
    /// A document without any structure over a text of `len` bytes.
    pub fn empty(format: Format, len: usize) -> Document {
        Document {
            format,
            frontmatter: None,
            body: Span::new(0, len),
            blocks: Vec::new(),
            inlines: Vec::new(),
            definitions: Vec::new(),
            sections: Vec::new(),
            data: None,
            problems: Vec::new(),
        }
    }

    /// The blocks that lie in some bytes.
    pub fn blocks_in(&self, span: Span) -> impl Iterator<Item = &Block> {
        let start = self.blocks.partition_point(|block| block.span.start < span.start);
        let near = self.blocks[start..].iter().take_while(move |block| block.span.start <= span.end);
        near.filter(move |block| span.contains(block.span))
    }

    /// The inline constructs that lie in some bytes.
    pub fn inlines_in(&self, span: Span) -> impl Iterator<Item = &Inline> {
        let start = self.inlines.partition_point(|inline| inline.span.start < span.start);
        let near = self.inlines[start..].iter().take_while(move |inline| inline.span.start <= span.end);
        near.filter(move |inline| span.contains(inline.span))
    }

    /// The value of a top-level frontmatter key, where there is frontmatter that is a mapping and holds the key.
    pub fn frontmatter_value(&self, key: &str) -> Option<&Entry> {
        self.frontmatter.as_ref()?.node.as_ref()?.get(key)
    }
}

/// YAML frontmatter at the start of a Markdown file.
#[derive(Debug)]
pub struct Frontmatter {
    /// Both fences and everything between them, with the line ending of the closing fence.
    pub span: Span,
    /// The YAML alone: from after the opening fence's line ending to before the closing fence.
    pub yaml: Span,
    /// What the YAML says: by the strict parser, or by the lenient second pass where the strict parser failed.
    /// `None` when it is empty or when neither pass made anything of it.
    pub node: Option<Node>,
    /// Why the strict parser failed. `None` when the YAML is valid.
    pub error: Option<Problem>,
}

/// Something that a parser could not read as intended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; it may be empty, at the place where the parser stopped.
    pub span: Span,
    /// What, as a clause without a full stop.
    pub message: String,
}

/// No parent: the block lies directly in the body.
pub const NO_PARENT: u32 = u32::MAX;

/// One block of Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// The whole block without trailing blank lines.
    pub span: Span,
    /// Index of the enclosing block in [`Document::blocks`], or [`NO_PARENT`].
    pub parent: u32,
}

/// The kinds of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// An ATX or setext heading.
    Heading {
        /// 1 to 6.
        level: u8,
    },
    /// A quote, GitHub alerts included.
    Quote,
    /// A list.
    List {
        /// True for `1.`, false for bullets.
        ordered: bool,
    },
    /// A list item.
    Item {
        /// `Some(done)` for a task list item.
        task: Option<bool>,
    },
    /// A table with all its rows.
    Table,
    /// The head row of a table.
    TableHead,
    /// A body row of a table.
    TableRow,
    /// A cell; its span is without the padding.
    TableCell,
    /// A fenced code block.
    Fence {
        /// The info string after the opening fence, trimmed; empty where there is none.
        info: Span,
        /// The lines between the fences.
        content: Span,
        /// False when the file or the enclosing block ended before the closing fence.
        closed: bool,
    },
    /// An indented code block.
    IndentedCode,
    /// A block of raw HTML that is not a comment.
    Html,
    /// A block of HTML that starts with a comment (CommonMark's HTML block of type 2). The block runs to the end of
    /// the line that closes the comment, or to the end of the file when nothing does.
    Comment {
        /// False when the comment is never closed.
        closed: bool,
    },
    /// A footnote definition.
    Footnote,
    /// A definition list, its terms and its definitions.
    Definition,
    /// A thematic break.
    Rule,
}

/// One inline construct of Markdown.
#[derive(Clone, Copy, Debug)]
pub struct Inline {
    /// What it is.
    pub kind: InlineKind,
    /// The whole construct with its marks.
    pub span: Span,
    /// What it holds: the text between the backticks of a code span, the destination of a link or image as written
    /// (without angle brackets; for a reference link the destination in its definition), the whole for everything else.
    pub content: Span,
    /// Index of the innermost block that holds it.
    pub block: u32,
}

/// The kinds of inline constructs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InlineKind {
    /// A run of text as it stands in the source, escapes and entities included.
    Text,
    /// A code span.
    Code,
    /// `[text](destination)` or `[text][label]`.
    Link,
    /// `![alt](destination)`.
    Image,
    /// `<https://...>` or `<someone@example.org>`.
    Autolink,
    /// An HTML tag or comment inside a paragraph.
    Html,
    /// `*text*`.
    Emphasis,
    /// `**text**`.
    Strong,
    /// `~~text~~`.
    Strikethrough,
    /// `[^label]`.
    FootnoteReference,
    /// A line break inside a paragraph, soft or hard.
    Break,
}

/// A heading and everything below it up to the next heading of the same or a higher level.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// Index of the heading in [`Document::blocks`].
    pub heading: u32,
    /// 1 to 6.
    pub level: u8,
    /// The heading's text without its marks.
    pub title: Span,
    /// From the heading to the next one of the same or a higher level, or to the end of the body.
    pub span: Span,
    /// Index of the enclosing section in [`Document::sections`], or [`NO_PARENT`].
    pub parent: u32,
}

/// A value in YAML or JSON with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value as written, quotes included.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
}

/// The kinds of values that YAML and JSON share.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number; YAML 1.2 core schema.
    Number(f64),
    /// A string with its escapes resolved.
    String {
        /// The resolved value.
        value: Box<str>,
        /// How it was written.
        style: ScalarStyle,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping; duplicate keys are kept, in order.
    Mapping(Vec<Entry>),
}

/// How a string was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'...'`
    Single,
    /// `"..."`
    Double,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

/// One key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, resolved to text.
    pub key: Box<str>,
    /// The key as written.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The last entry of a mapping with this key: where keys repeat, the last one counts, as for JSON.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rfind(|entry| &*entry.key == key)
    }

    /// The value behind keys that lead from mapping to mapping.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key).map(|entry| &entry.value))
    }

    /// The entries of a mapping; none for every other kind.
    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a sequence; none for every other kind.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a string; `None` for every other kind.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The name of the kind, as a user would say it.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Number(_) => "a number",
            NodeKind::String { .. } => "a string",
            NodeKind::Sequence(_) => "a list",
            NodeKind::Mapping(_) => "a mapping",
        }
    }
}

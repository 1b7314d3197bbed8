//! Markdown to flat lists of blocks, inlines and sections, by the events of `pulldown-cmark`.
//!
//! What a reader of the model should know beyond its types:
//! - A block ends with its last character that is not white space, so its span holds neither the line ending of its
//!   last line nor blank lines after it.
//! - The text of a tight list item belongs to the item itself: there is no paragraph in between.
//! - The content of a fence is made of whole lines, with whatever marks of quotes or items they start with.
//! - The content of a code span is without the one space on either side that Markdown drops.
//! - A quote or item that starts beyond column 128 of its line is text of what is around it.
//! - Link reference definitions are not blocks; the destination of a reference link points into its definition.
//! - An autolink's content is the address without its angle brackets, and it holds no text of its own.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};

use crate::model::{Block, BlockKind, Document, Inline, InlineKind, NO_PARENT, Section};
use crate::parse::destination::{definition_destination, inline_destination};
use crate::parse::nesting::bounded;
use crate::source::Span;

/// The dialect that the clients' own renderers agree on. Definition lists stay off: they turn paragraphs that no
/// client reads as definitions into something else.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

/// Fills `blocks`, `inlines` and `sections` of `document` from its body.
pub fn parse_body(text: &str, document: &mut Document) {
    let body = document.body;
    let source = body.slice(text);
    let mut builder = Builder {
        text,
        base: body.start as usize,
        body,
        blocks: Vec::with_capacity(source.len() / 64),
        inlines: Vec::with_capacity(source.len() / 24),
        sections: Vec::new(),
        open_blocks: Vec::new(),
        open_inlines: Vec::new(),
        seen: body.start,
        raw: false,
        code_end: 0,
        heading_inlines: 0,
    };
    let bounded = bounded(source);
    let mut events = Parser::new_ext(&bounded, options()).into_offset_iter();
    while let Some((event, range)) = events.next() {
        builder.event(event, range, &events);
    }
    let definitions = events.reference_definitions().iter();
    let definitions =
        definitions.map(|(_, found)| found.span.start + body.start as usize..found.span.end + body.start as usize);
    document.definitions = definitions
        .filter_map(|range| definition_destination(source, range))
        .map(|found| Span::new(found.start, found.end))
        .collect();
    document.definitions.sort_unstable();
    // The guesses above are generous, and a document is kept for the whole run.
    builder.blocks.shrink_to_fit();
    builder.inlines.shrink_to_fit();
    document.blocks = builder.blocks;
    document.inlines = builder.inlines;
    document.sections = builder.sections;
    close_sections(&mut document.sections, body.end);
}

struct Builder<'a> {
    text: &'a str,
    base: usize,
    body: Span,
    blocks: Vec<Block>,
    inlines: Vec<Inline>,
    sections: Vec<Section>,
    open_blocks: Vec<u32>,
    open_inlines: Vec<u32>,
    /// The end of what the inlines have covered so far: what lies before it belongs to an earlier construct.
    seen: u32,
    /// Inside code, raw HTML or an autolink, whose text is no text of the document.
    raw: bool,
    /// The end of the last line of code in the open code block.
    code_end: u32,
    /// How many inlines there were when the open heading started.
    heading_inlines: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>, events: &OffsetIter<'_>) {
        let span = Span::new(range.start + self.base, range.end.max(range.start) + self.base);
        match event {
            Event::Text(_) if self.raw => self.code_end = span.end,
            Event::Text(_) => self.text(span),
            Event::Start(tag) => self.start(tag, span, events),
            Event::End(tag) => self.end(tag),
            Event::Code(_) => {
                let index = self.push_inline(InlineKind::Code, span);
                let content = code_content(self.text, self.inlines[index].span);
                self.inlines[index].content = content;
            }
            Event::InlineHtml(_) => self.push_leaf(InlineKind::Html, span),
            Event::SoftBreak | Event::HardBreak => self.push_leaf(InlineKind::Break, span),
            Event::FootnoteReference(_) => self.push_leaf(InlineKind::FootnoteReference, span),
            Event::TaskListMarker(done) => self.task(done, span),
            Event::Rule => {
                self.open_block(BlockKind::Rule, span);
                self.open_blocks.pop();
            }
            // The lines of a block of HTML come one by one; the block is already there as a whole. Mathematics is off.
            Event::Html(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, span: Span, events: &OffsetIter<'_>) {
        let kind = match tag {
            Tag::Paragraph => BlockKind::Paragraph,
            Tag::Heading { level, .. } => {
                self.heading_inlines = self.inlines.len();
                BlockKind::Heading { level: level as u8 }
            }
            Tag::BlockQuote(_) => BlockKind::Quote,
            Tag::CodeBlock(kind) => {
                self.raw = true;
                self.code_end = 0;
                match kind {
                    CodeBlockKind::Indented => BlockKind::IndentedCode,
                    CodeBlockKind::Fenced(_) => {
                        BlockKind::Fence { info: Span::default(), content: Span::default(), closed: false }
                    }
                }
            }
            Tag::HtmlBlock => {
                self.raw = true;
                html_kind(span.slice(self.text))
            }
            Tag::List(first) => BlockKind::List { ordered: first.is_some() },
            Tag::Item => BlockKind::Item { task: None },
            Tag::FootnoteDefinition(_) => BlockKind::Footnote,
            Tag::DefinitionList | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => BlockKind::Definition,
            Tag::Table(_) => BlockKind::Table,
            Tag::TableHead => BlockKind::TableHead,
            Tag::TableRow => BlockKind::TableRow,
            Tag::TableCell => BlockKind::TableCell,
            Tag::MetadataBlock(_) => BlockKind::Paragraph,
            Tag::Emphasis | Tag::Superscript | Tag::Subscript => return self.open_inline(InlineKind::Emphasis, span),
            Tag::Strong => return self.open_inline(InlineKind::Strong, span),
            Tag::Strikethrough => return self.open_inline(InlineKind::Strikethrough, span),
            Tag::Link { link_type, id, .. } => return self.open_link(InlineKind::Link, link_type, &id, span, events),
            Tag::Image { link_type, id, .. } => return self.open_link(InlineKind::Image, link_type, &id, span, events),
        };
        self.open_block(kind, span);
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Superscript | TagEnd::Subscript => {
                self.close_inline();
            }
            TagEnd::Link | TagEnd::Image => self.close_link(),
            TagEnd::CodeBlock => {
                self.raw = false;
                self.close_code();
            }
            TagEnd::HtmlBlock => {
                self.raw = false;
                self.open_blocks.pop();
            }
            TagEnd::Heading(_) => {
                self.push_section();
                self.open_blocks.pop();
            }
            _ => {
                self.open_blocks.pop();
            }
        }
    }

    fn open_block(&mut self, kind: BlockKind, span: Span) {
        let parent = self.open_blocks.last().copied().unwrap_or(NO_PARENT);
        let around = self.blocks.get(parent as usize).map_or(self.body, |block| block.span);
        let span = clamp(trimmed(span, kind == BlockKind::TableCell, self.text), around);
        self.open_blocks.push(self.blocks.len() as u32);
        self.blocks.push(Block { kind, span, parent });
        self.seen = self.seen.max(span.start);
    }

    /// Adds an inline that may hold nothing else.
    fn push_leaf(&mut self, kind: InlineKind, span: Span) {
        let index = self.push_inline(kind, span);
        self.seen = self.inlines[index].span.end;
    }

    fn push_inline(&mut self, kind: InlineKind, span: Span) -> usize {
        let block = self.open_blocks.last().copied().unwrap_or(NO_PARENT);
        let around = match self.open_inlines.last() {
            Some(outer) => self.inlines[*outer as usize].span,
            None => self.blocks.get(block as usize).map_or(self.body, |block| block.span),
        };
        let span = clamp(span, around);
        self.inlines.push(Inline { kind, span, content: span, block });
        self.seen = span.end;
        self.inlines.len() - 1
    }

    /// Adds a run of text. The parser cuts text at escapes and leaves the backslash out; here it is part of the run,
    /// and runs that touch are one.
    fn text(&mut self, mut span: Span) {
        let bytes = self.text.as_bytes();
        let escaped = span.start > self.seen && bytes.get(span.start as usize - 1) == Some(&b'\\');
        span.start -= u32::from(escaped);
        if span.is_empty() {
            return;
        }
        let block = self.open_blocks.last().copied().unwrap_or(NO_PARENT);
        if let Some(last) = self.inlines.last_mut()
            && last.kind == InlineKind::Text
            && last.span.end == span.start
            && last.block == block
            && span.start == self.seen
        {
            let end = match self.open_inlines.last() {
                Some(outer) => self.inlines[*outer as usize].span.end,
                None => self.blocks.get(block as usize).map_or(self.body.end, |block| block.span.end),
            };
            let end = span.end.min(end).max(span.start);
            if let Some(last) = self.inlines.last_mut() {
                last.span.end = end;
                last.content.end = end;
            }
            self.seen = end;
            return;
        }
        self.push_inline(InlineKind::Text, span);
    }

    fn open_inline(&mut self, kind: InlineKind, span: Span) {
        let index = self.push_inline(kind, span);
        self.open_inlines.push(index as u32);
        self.seen = self.inlines[index].span.start;
    }

    fn open_link(&mut self, kind: InlineKind, link_type: LinkType, label: &str, span: Span, events: &OffsetIter<'_>) {
        if matches!(link_type, LinkType::Autolink | LinkType::Email) {
            self.open_inline(InlineKind::Autolink, span);
            if let Some(link) = self.inlines.last_mut()
                && link.span.len() >= 2
            {
                link.content = Span { start: link.span.start + 1, end: link.span.end - 1 };
            }
            self.raw = true;
            return;
        }
        self.open_inline(kind, span);
        let Some(link) = self.inlines.last_mut() else { return };
        // Until the closing bracket is known, an empty content marks an inline link.
        link.content = Span { start: link.span.start, end: link.span.start };
        if link_type == LinkType::Inline {
            return;
        }
        link.content = link.span;
        let Some(definition) = events.reference_definitions().get(label) else { return };
        let definition = definition.span.start + self.base..definition.span.end + self.base;
        if let Some(found) = definition_destination(self.text, definition) {
            link.content = Span::new(found.start, found.end);
        }
    }

    fn close_inline(&mut self) {
        if let Some(index) = self.open_inlines.pop() {
            self.seen = self.inlines[index as usize].span.end;
        }
    }

    fn close_link(&mut self) {
        let Some(&index) = self.open_inlines.last() else { return };
        let link = &mut self.inlines[index as usize];
        if link.kind == InlineKind::Autolink {
            self.raw = false;
        } else if link.content.is_empty() && link.content.start == link.span.start {
            let found = inline_destination(self.text, self.seen as usize, link.span.end as usize);
            let end = link.span.end as usize;
            let found = found.unwrap_or(end..end);
            link.content = clamp(Span::new(found.start, found.end), link.span);
        }
        self.close_inline();
    }

    fn task(&mut self, done: bool, span: Span) {
        self.seen = self.seen.max(span.end);
        for index in self.open_blocks.iter().rev() {
            let block = &mut self.blocks[*index as usize];
            if let BlockKind::Item { task } = &mut block.kind {
                *task = Some(done);
                return;
            }
        }
    }

    fn close_code(&mut self) {
        let Some(index) = self.open_blocks.pop() else { return };
        let block = &mut self.blocks[index as usize];
        if let BlockKind::Fence { .. } = block.kind {
            block.kind = fence_kind(self.text, block.span, self.code_end as usize);
        }
    }

    fn push_section(&mut self) {
        let Some(&heading) = self.open_blocks.last() else { return };
        let block = self.blocks[heading as usize];
        let BlockKind::Heading { level } = block.kind else { return };
        let inlines = &self.inlines[self.heading_inlines.min(self.inlines.len())..];
        let title = match inlines.first() {
            Some(first) => {
                let end = inlines.iter().map(|inline| inline.span.end).max().unwrap_or(first.span.end);
                Span { start: first.span.start, end }
            }
            None => Span { start: block.span.end, end: block.span.end },
        };
        let span = Span { start: block.span.start, end: block.span.end };
        self.sections.push(Section { heading, level, title, span, parent: NO_PARENT });
    }
}

/// Ends every section at the next heading of the same or a higher level, and finds the section around it.
fn close_sections(sections: &mut [Section], end: u32) {
    let mut open: Vec<usize> = Vec::new();
    for index in 0..sections.len() {
        let (level, start) = (sections[index].level, sections[index].span.start);
        while let Some(&last) = open.last()
            && sections[last].level >= level
        {
            sections[last].span.end = start;
            open.pop();
        }
        sections[index].parent = open.last().map_or(NO_PARENT, |last| *last as u32);
        open.push(index);
    }
    for index in open {
        sections[index].span.end = end;
    }
}

/// The nearest span inside `around`.
fn clamp(span: Span, around: Span) -> Span {
    let start = span.start.clamp(around.start, around.end);
    Span { start, end: span.end.clamp(start, around.end) }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The span without white space at its end, and with `both` at its start too.
fn trimmed(span: Span, both: bool, text: &str) -> Span {
    let bytes = &text.as_bytes()[span.range()];
    let end = bytes.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    let start = if both { bytes[..end].iter().position(|byte| !is_space(*byte)).unwrap_or(0) } else { 0 };
    Span { start: span.start + start as u32, end: span.start + end as u32 }
}

/// A block of HTML that starts with `<!--` ends with the line that holds `-->`; `<!-->` is a whole comment.
fn html_kind(html: &str) -> BlockKind {
    match html.trim_start().strip_prefix("<!") {
        Some(rest) if rest.starts_with("--") => BlockKind::Comment { closed: rest.contains("-->") },
        _ => BlockKind::Html,
    }
}

/// What is between the backticks, without the one space on either side that Markdown drops.
fn code_content(text: &str, span: Span) -> Span {
    let bytes = &text.as_bytes()[span.range()];
    let ticks = bytes.iter().take_while(|byte| **byte == b'`').count();
    if ticks * 2 > bytes.len() {
        return span;
    }
    let (mut start, mut end) = (ticks, bytes.len() - ticks);
    let inner = &bytes[start..end];
    let padded = inner.len() >= 2 && is_padding(inner[0]) && is_padding(inner[inner.len() - 1]);
    if padded && inner.iter().any(|byte| !is_padding(*byte)) {
        start += 1;
        end -= 1;
    }
    Span { start: span.start + start as u32, end: span.start + end as u32 }
}

fn is_padding(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n')
}

/// Reads the info string and the content of the fence at `span`; `code_end` is where its last line of code ends.
fn fence_kind(text: &str, span: Span, code_end: usize) -> BlockKind {
    let bytes = text.as_bytes();
    let (start, end) = (span.start as usize, span.end as usize);
    let mark_start = start + bytes[start..end].iter().take_while(|byte| is_space(**byte)).count();
    let mark = bytes.get(mark_start).copied().unwrap_or(b'`');
    let info_start = mark_start + bytes[mark_start..end].iter().take_while(|byte| **byte == mark).count();
    let line_end = bytes[info_start..end].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    let line_end = line_end.map_or(end, |at| info_start + at);
    let info = trimmed(Span::new(info_start, line_end), true, text);
    let content_start = match bytes.get(line_end..end) {
        Some([b'\r', b'\n', ..]) => line_end + 2,
        Some([_, ..]) => line_end + 1,
        _ => end,
    };
    // The closing fence is what follows the last line of code, behind any marks of the quotes around it.
    let from = code_end.clamp(content_start, end);
    let closing = bytes[from..end].iter().position(|byte| !is_space(*byte) && *byte != b'>').map(|at| from + at);
    let closing = closing.filter(|at| bytes[*at] == mark);
    let content_end = match closing {
        Some(at) => {
            let line = bytes[content_start..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
            line.map_or(content_start, |newline| content_start + newline + 1)
        }
        None => end,
    };
    BlockKind::Fence { info, content: Span::new(content_start, content_end), closed: closing.is_some() }
}

//! What a piece of text is about, as facts that can be counted and shown.

use super::lexicon::{self, Class};
use super::scopes::{self, Named, Terrain};
use super::sources::Source;
use crate::instructions::Kind;
use crate::model::{BlockKind, InlineKind};
use crate::source::Span;
use crate::tokens;
use crate::workspace::Workspace;
use std::borrow::Cow;

/// The facts of one piece, or of a section with all that stands under it.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Tokens.
    pub tokens: u64,
    /// Lines that are not blank, headings included.
    pub lines: usize,
    /// Lines in blocks of code.
    pub code_lines: usize,
    /// Rows of tables.
    pub table_lines: usize,
    /// Lines that draw a tree or a diagram.
    pub drawn_lines: usize,
    /// Prose and list lines.
    pub prose_lines: usize,
    /// Instructions of each kind.
    pub instructions: usize,
    /// Prohibitions.
    pub never: usize,
    /// Directives of explicit strength, and plain imperatives outside of steps.
    pub must: usize,
    /// Instructions with a word of the strongest directives.
    pub strong: usize,
    /// Strong directives about what costs data, money or secrets.
    pub grave: usize,
    /// Its words are in another language than English, for all that their letters tell.
    pub is_foreign: bool,
    /// A line calls for attention and says no to something.
    pub warned: bool,
    /// Lines about what must hold before work is done.
    pub gate: usize,
    /// Lines of blocks of code, and commands in running text.
    pub commands: usize,
    /// Items of the longest ordered list, or numbered headings in a row.
    pub steps: usize,
    /// Links and paths to documents.
    pub pointers: usize,
    /// What the headings announce, the own one first.
    pub own: Vec<Class>,
    /// What the headings around announce.
    pub around: Vec<Class>,
    /// Paths that are named, and what they resolve to.
    pub named: Named,
    /// Its own title, without what is above.
    pub title: String,
}

impl Facts {
    /// Whether its own heading announces this.
    pub(super) fn is(&self, class: Class) -> bool {
        self.own.contains(&class)
    }

    /// Instructions for a hundred lines of prose.
    pub(super) fn density(&self) -> usize {
        self.instructions * 100 / self.prose_lines.max(1)
    }

    /// Whether a good part of it is commands to run.
    pub(super) fn commands(&self) -> bool {
        self.commands > 0 && self.commands as u64 * 40 >= self.tokens
    }

    /// Whether its heading is about all work. One that names a task, such as a release process, is about that task.
    pub(super) fn is_conduct(&self) -> bool {
        let is_process = self.is(Class::Task) && self.title.to_lowercase().ends_with("process");
        self.is(Class::Conduct) && !is_process
    }

    /// The share of lines that are code, tables and drawings, in percent.
    pub(super) fn shown(&self) -> usize {
        (self.code_lines + self.table_lines) * 100 / self.lines.max(1)
    }
}

/// A line of more bytes holds several sentences.
pub(super) const LONG_LINE: usize = 240;

/// The facts of the pieces from `first` to before `last`.
pub(super) fn facts(terrain: &Terrain<'_>, source: &Source<'_>, first: usize, last: usize) -> Facts {
    let mut facts = facts_of_text(terrain.workspace, source, first, last);
    let span = Span::new(source.pieces[first].span.start as usize, source.pieces[last - 1].span.end as usize);
    facts.named = scopes::named(terrain, source, span);
    facts
}

/// The same without the paths that are named.
pub(super) fn facts_of_text(workspace: &Workspace, source: &Source<'_>, first: usize, last: usize) -> Facts {
    let text = source.text();
    let document = &source.file.document;
    let span = Span::new(source.pieces[first].span.start as usize, source.pieces[last - 1].span.end as usize);
    let own = span.slice(text);
    let title = source.pieces[first].path.last().cloned().unwrap_or_default();
    let mut facts = Facts {
        tokens: tokens_of(workspace, own),
        lines: own.lines().filter(|line| !line.trim().is_empty()).count(),
        own: lexicon::classes(&title),
        ..Facts::default()
    };
    let path = &source.pieces[first].path;
    for title in path.iter().rev().skip(1) {
        facts.around.extend(lexicon::classes(title));
    }
    let in_text = |at: Span| at.slice(text).lines().filter(|line| !line.trim().is_empty()).count();
    let start = document.blocks.partition_point(|block| block.span.start < span.start);
    let blocks = document.blocks[start..].iter().take_while(|block| block.span.start < span.end);
    let mut headings = 0;
    let mut steps = 0;
    for block in blocks {
        match block.kind {
            BlockKind::Fence { content, .. } => {
                facts.code_lines += in_text(block.span);
                let drawn =
                    content.slice(text).lines().filter(|line| line.contains(['─', '│', '└', '├', '┌', '►', '▼', '→']));
                facts.drawn_lines += drawn.count();
            }
            BlockKind::IndentedCode => facts.code_lines += in_text(block.span),
            BlockKind::Table => facts.table_lines += in_text(block.span),
            BlockKind::Heading { .. } => {
                headings += 1;
                let words = block.span.slice(text).trim_start_matches(['#', ' ']).to_lowercase();
                let numbered = words.starts_with("step ") || words.starts_with("phase ");
                let is_number = words.split(['.', ')', ':']).next().is_some_and(|number| {
                    !number.is_empty() && number.len() < 3 && number.bytes().all(|byte| byte.is_ascii_digit())
                });
                steps += usize::from(numbered || is_number);
            }
            BlockKind::List { ordered: true } => {
                let at = block.span;
                let own = document.blocks[start..].iter().take_while(|item| item.span.start < at.end);
                let of_list = |item: &&crate::model::Block| {
                    matches!(item.kind, BlockKind::Item { .. })
                        && document.blocks.get(item.parent as usize).is_some_and(|list| list.span == at)
                };
                facts.steps = facts.steps.max(own.filter(of_list).count());
            }
            _ => {}
        }
    }
    facts.steps = facts.steps.max(steps);
    facts.prose_lines = facts.lines.saturating_sub(facts.code_lines + facts.table_lines + headings);
    let start = source.instructions().partition_point(|item| item.span.start < span.start);
    let items = source.instructions()[start..].iter().take_while(|item| item.span.start < span.end);
    for item in items.filter(|item| span.contains(item.span)) {
        facts.instructions += 1;
        facts.never += usize::from(item.kind == Kind::Never);
        facts.must += usize::from(item.kind == Kind::Must);
        let words = line_around(text, item.span).to_lowercase();
        facts.strong += usize::from(item.kind == Kind::Never || lexicon::is_strong(&words));
        // What a long line says elsewhere is no part of the directive.
        let near = if words.len() > LONG_LINE { item.span.slice(text).to_lowercase() } else { words };
        let is_strong = item.kind == Kind::Never || lexicon::is_strong(&near) || lexicon::is_negated(&near);
        facts.grave += usize::from(is_strong && lexicon::is_grave(&near));
    }
    for line in own.lines() {
        let line = line.to_lowercase();
        facts.gate += usize::from(lexicon::is_gate(&line));
        // A language without a list of verbs still has these words.
        if !line.is_ascii() && lexicon::is_strong(&line) {
            facts.strong += 1;
            facts.grave += usize::from(lexicon::is_grave(&line));
        }
        facts.warned |= lexicon::is_marked(&line) && (lexicon::is_strong(&line) || lexicon::is_negated(&line));
    }
    let inline = document
        .inlines_in(span)
        .filter(|inline| inline.kind == InlineKind::Code)
        .map(|inline| inline.content.slice(text));
    facts.commands = facts.code_lines + inline.filter(|code| lexicon::is_command(code)).count();
    facts.pointers = document
        .inlines_in(span)
        .filter(|inline| match inline.kind {
            InlineKind::Link => super::rewrite::is_relative(inline.content.slice(text)),
            InlineKind::Code => inline.content.slice(text).ends_with(".md"),
            _ => false,
        })
        .count();
    facts.is_foreign = lexicon::is_foreign(&own.to_lowercase());
    facts.title = title;
    facts
}

/// The tokens of some text of a source. How its lines end says nothing about where it belongs, so it does not count.
pub(super) fn tokens_of(workspace: &Workspace, text: &str) -> u64 {
    let plain = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) };
    tokens::count(workspace.encoding(), &plain) as u64
}

/// The lines that hold a span.
pub(super) fn line_around(text: &str, span: Span) -> &str {
    let start = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at);
    &text[start..end]
}

//! Divides long sections of which only some lines must stay. The lines that hold such a section keep its heading; code,
//! tables and explanations around them can go without it. What is divided depends on the text alone, so that a plan means
//! the same under every profile.

use super::evidence::{LONG_LINE, facts_of_text, line_around, tokens_of};
use super::lexicon::{self, Class};
use super::pieces::Piece;
use super::plan::{Judged, is_large};
use super::scores::veto;
use super::sources::{IMPORTS, Source, bound_in};
use crate::instructions::Kind;
use crate::model::{Block, BlockKind, NO_PARENT};
use crate::source::Span;
use crate::workspace::Workspace;

/// Fewer tokens in a section are read faster than looked up.
const LEAST_SECTION: u64 = 150;

/// Fewer tokens between lines that stay are not taken out.
const LEAST_RUN: u64 = 40;

/// Fewer tokens in all that may go are not worth a document.
const LEAST_FREE: u64 = 80;

/// Fewer bytes are fewer than [`LEAST_SECTION`] tokens in nearly any text.
const LEAST_BYTES: u32 = 450;

/// Divides the sections of all sources.
pub(super) fn divide(workspace: &Workspace, sources: &mut [Source<'_>]) {
    for source in sources.iter_mut().filter(|source| source.frozen.is_none() && is_large(workspace, source)) {
        let cuts: Vec<Option<Cuts>> = (0..source.pieces.len()).map(|at| cuts(workspace, source, at)).collect();
        if cuts.iter().any(Option::is_some) {
            source.pieces = divided(&source.pieces, &cuts);
        }
    }
}

/// How a section is divided.
struct Cuts {
    /// Why it stays.
    why: &'static str,
    /// Where its parts start, in bytes, and whether each stays. No two neighbours are alike.
    runs: Vec<(u32, bool)>,
}

/// One top-level block of a section.
struct Part {
    /// The start of its first line, in bytes.
    start: u32,
    /// One past its last byte, with what stands between it and the next block.
    end: u32,
    stays: bool,
}

/// How a section is divided; `None` where it stays one.
fn cuts(workspace: &Workspace, source: &Source<'_>, at: usize) -> Option<Cuts> {
    let piece = &source.pieces[at];
    if piece.level == 0 || piece.span.end - piece.span.start < LEAST_BYTES {
        return None;
    }
    let title = piece.path.last().map_or("", String::as_str);
    let titled = lexicon::is_strong_heading(title);
    let blocks: Vec<&Block> = blocks_of(source, piece.span).collect();
    if blocks.len() < 2 || is_about_all_work(title, titled) {
        return None;
    }
    let facts = facts_of_text(workspace, source, at, at + 1);
    // Commands of every day are what such a section is for.
    let is_daily = facts.is(Class::Daily) && facts.commands();
    if facts.tokens < LEAST_SECTION || facts.is_foreign || is_daily {
        return None;
    }
    let judged = Judged { facts, guess: None, veto: None, best: None };
    let veto = veto(workspace, source, at, &judged, &[]).filter(|veto| veto.by_lines)?;
    let mut parts: Vec<Part> = Vec::new();
    for (number, block) in blocks.iter().enumerate() {
        let says = match bound_in(workspace, source, block.span) {
            Some(IMPORTS) => true,
            Some(_) => return None,
            None => is_held(source, block),
        };
        // Under a heading that matters in all work, only code and tables are free.
        let stays = says || titled && veto.why != IMPORTS && !is_code(block) && block.kind != BlockKind::Table;
        let line = |at: u32| source.text()[..at as usize].rfind('\n').map_or(0, |end| end as u32 + 1);
        let start = line(block.span.start).max(piece.span.start);
        let end = blocks.get(number + 1).map_or(piece.span.end, |next| line(next.span.start));
        parts.push(Part { start, end, stays });
    }
    let introduces = |part: &Part| {
        let text = Span::new(part.start as usize, part.end as usize).slice(source.text());
        text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_')).ends_with([':', '：'])
    };
    // The first words say what the section is about.
    if let (Some(first), Some(block)) = (parts.first_mut(), blocks.first()) {
        first.stays |= matches!(block.kind, BlockKind::Paragraph | BlockKind::Quote);
    }
    // A line that announces something and what it announces stay together.
    for at in (1..parts.len()).rev() {
        parts[at - 1].stays |= parts[at].stays && introduces(&parts[at - 1]);
    }
    for at in 1..parts.len() {
        parts[at].stays |= parts[at - 1].stays && introduces(&parts[at - 1]);
    }
    let count = |from: u32, to: u32| tokens_of(workspace, Span::new(from as usize, to as usize).slice(source.text()));
    let mut runs: Vec<(u32, bool)> = Vec::new();
    let mut free = 0;
    let mut at = 0;
    while at < parts.len() {
        let stays = parts[at].stays;
        let last = (at..parts.len()).take_while(|next| parts[*next].stays == stays).last().unwrap_or(at);
        let own = if stays { 0 } else { count(parts[at].start, parts[last].end) };
        let goes = !stays && own >= LEAST_RUN;
        free += if goes { own } else { 0 };
        if runs.last().is_none_or(|(_, before)| *before == goes) {
            runs.push((parts[at].start, !goes));
        }
        at = last + 1;
    }
    let is_worth = free >= LEAST_FREE && free * 4 >= judged.facts.tokens;
    (is_worth && !tears(source, &runs)).then_some(Cuts { why: veto.why, runs })
}

/// Whether a section is about all work by its heading, so that all of it counts. Of one with a strong heading only code and
/// tables leave, whatever it is about.
fn is_about_all_work(title: &str, titled: bool) -> bool {
    let own = lexicon::classes(title);
    let whole = [Class::Verify, Class::Git, Class::Safety, Class::Pointers];
    own.first() == Some(&Class::Identity)
        || own.contains(&Class::Conduct) && !titled
        || whole.iter().any(|class| own.contains(class))
}

fn blocks_of<'a>(source: &'a Source<'_>, span: Span) -> impl Iterator<Item = &'a Block> {
    let blocks = &source.file.document.blocks;
    let start = blocks.partition_point(|block| block.span.start < span.start);
    blocks[start..]
        .iter()
        .take_while(move |block| block.span.start < span.end)
        .filter(|block| block.parent == NO_PARENT && !matches!(block.kind, BlockKind::Heading { .. }))
}

fn is_code(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Fence { .. } | BlockKind::IndentedCode)
}

/// Whether one of its lines holds a block.
fn is_held(source: &Source<'_>, block: &Block) -> bool {
    let text = source.text();
    // A table directs as prose does; what code says is merely shown.
    let is_shown = is_code(block);
    let says = |line: &str| {
        let line = line.to_lowercase();
        let is_strong = lexicon::is_strong(&line);
        lexicon::is_gate(&line)
            || is_strong && (!is_shown || lexicon::is_grave(&line))
            || lexicon::is_negated(&line) && lexicon::is_grave(&line)
            || lexicon::is_marked(&line) && lexicon::is_negated(&line)
    };
    if block.span.slice(text).lines().any(says) {
        return true;
    }
    let start = source.instructions().partition_point(|item| item.span.start < block.span.start);
    let own = source.instructions()[start..].iter().take_while(|item| item.span.end <= block.span.end);
    own.into_iter().any(|item| {
        let line = line_around(text, item.span);
        let near = if line.len() > LONG_LINE { item.span.slice(text) } else { line };
        item.kind == Kind::Never && (!is_shown || lexicon::is_grave(&near.to_lowercase()))
    })
}

/// Whether an instruction stands on both sides of a cut.
fn tears(source: &Source<'_>, runs: &[(u32, bool)]) -> bool {
    runs.iter().skip(1).any(|(cut, _)| {
        let before = source.instructions().partition_point(|item| item.span.start < *cut);
        before > 0 && source.instructions()[before - 1].span.end > *cut
    })
}

/// The pieces with those that are cut replaced by their parts: the first with the heading, which always stays.
fn divided(pieces: &[Piece], cuts: &[Option<Cuts>]) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    let mut places: Vec<usize> = Vec::new();
    for (piece, cuts) in pieces.iter().zip(cuts) {
        let own = out.len();
        places.push(own);
        out.push(Piece { held: cuts.as_ref().map(|cuts| cuts.why), ..piece.clone() });
        let Some(Cuts { why, runs }) = cuts else { continue };
        for (number, (start, stays)) in runs.iter().enumerate() {
            let end = runs.get(number + 1).map_or(piece.span.end, |(next, _)| *next);
            if number == 0 && *stays {
                out[own].span.end = end;
                continue;
            }
            if number == 0 {
                out[own].span.end = *start;
            }
            out.push(Piece {
                span: Span::new(*start as usize, end as usize),
                level: 0,
                title: Span::default(),
                part: true,
                held: stays.then_some(*why),
                ..piece.clone()
            });
        }
    }
    places.push(out.len());
    for at in 0..out.len() {
        if out[at].part {
            let head = places.partition_point(|place| *place <= at) - 1;
            out[at].parent = Some(places[head]);
            out[at].end = at + 1;
        } else {
            out[at].parent = out[at].parent.map(|parent| places[parent]);
            out[at].end = places[out[at].end];
        }
    }
    out
}

#[cfg(test)]
mod tests;

//! Imports of a client that reads Markdown.

use super::{Import, InertReason, before, import, token_len};
use crate::clients::ImportGrammar;
use crate::model::{BlockKind, Document, InlineKind};
use crate::source::Span;

/// A piece of text in which imports count.
struct Piece {
    span: Span,
    /// In a table the client looks at the row as it stands, so that `|` is a character like any other.
    table: bool,
}

pub(super) fn imports(document: &Document, text: &str, grammar: &ImportGrammar) -> Vec<Import> {
    let pieces = pieces(document, text);
    let dead = dead_places(document, text);
    let mut found = Vec::new();
    let mut line = (0, 0);
    let mut from = document.frontmatter.as_ref().map_or(document.body.start, |front| front.span.start) as usize;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        if text[at + 1..].starts_with('@') {
            from = at + 1;
            continue;
        }
        let offset = at as u32;
        let next = pieces.partition_point(|piece| piece.span.end <= offset);
        let piece = pieces.get(next).filter(|piece| piece.span.start <= offset);
        let (start, limit) = match piece {
            Some(piece) if !piece.table => (piece.span.start as usize, piece.span.end as usize),
            _ => {
                if !(line.0..line.1).contains(&at) {
                    line = line_around(text, at);
                }
                line
            }
        };
        let end = at + 1 + token_len(&text[at + 1..limit], grammar);
        from = end.max(at + 1);
        let reason = match piece {
            Some(_) => before(text, at, start),
            None => Some(dead_reason(&dead, document, offset)),
        };
        if end > at + 1 {
            found.push(import(text, at, end, reason, grammar));
            continue;
        }
        // Nothing but a mark follows the `@`: `@__a__.md` is a sign and then something bold.
        if reason.is_none() && text[at + 1..].starts_with(['_', '*']) {
            let end = at + 1 + token_len(&text[at + 1..], grammar);
            from = end;
            found.push(import(text, at, end, Some(InertReason::Emphasis), grammar));
        }
    }
    found
}

fn line_around(text: &str, at: usize) -> (usize, usize) {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    (start, end)
}

/// The pieces of text in which imports count, by position. What touches or has only marks of strikethrough in between is
/// one piece, because the client does not know strikethrough.
fn pieces(document: &Document, text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut image_end = 0;
    let mut last_block = u32::MAX;
    for inline in &document.inlines {
        match inline.kind {
            InlineKind::Image => image_end = image_end.max(inline.span.end),
            InlineKind::Text | InlineKind::FootnoteReference if inline.span.start >= image_end => {
                let table = matches!(
                    document.blocks.get(inline.block as usize).map(|block| block.kind),
                    Some(BlockKind::TableCell)
                );
                if let Some(last) = pieces.last_mut()
                    && last_block == inline.block
                    && text[last.span.end as usize..inline.span.start as usize].bytes().all(|byte| byte == b'~')
                {
                    last.span.end = inline.span.end;
                } else {
                    pieces.push(Piece { span: inline.span, table });
                }
                last_block = inline.block;
            }
            _ => {}
        }
    }
    widen_over_strikethrough(document, text, &mut pieces);
    pieces = pieces.into_iter().flat_map(|piece| split_at_tags(piece, text)).collect();
    let tagged = tagged_regions(text, document);
    if !tagged.is_empty() {
        let inside = |piece: &Piece| {
            let next = tagged.partition_point(|region| region.end <= piece.span.start);
            tagged.get(next).is_some_and(|region| region.contains(piece.span))
        };
        pieces.retain(|piece| !inside(piece));
    }
    let texts = pieces.len();
    for block in &document.blocks {
        if let BlockKind::Comment { closed: true } = block.kind {
            for span in outside_comments(text, block.span) {
                pieces.push(Piece { span, table: false });
            }
        }
    }
    if pieces.len() > texts {
        pieces.sort_by_key(|piece| piece.span);
    }
    pieces
}

/// The marks around struck text belong to its piece too: `~~@a.md~~` is no import.
fn widen_over_strikethrough(document: &Document, text: &str, pieces: &mut [Piece]) {
    if !document.inlines.iter().any(|inline| inline.kind == InlineKind::Strikethrough) {
        return;
    }
    let bytes = text.as_bytes();
    for piece in pieces {
        while piece.span.start > 0 && bytes[piece.span.start as usize - 1] == b'~' {
            piece.span.start -= 1;
        }
        while bytes.get(piece.span.end as usize) == Some(&b'~') {
            piece.span.end += 1;
        }
    }
}

/// Stretches that the client takes for blocks of HTML though CommonMark does not: its tags may have `_` in their names, as
/// `<my_rules>` has. Such a block starts with a line that is one tag and ends before a blank line.
pub(crate) fn tagged_regions(text: &str, document: &Document) -> Vec<Span> {
    let mut regions: Vec<Span> = Vec::new();
    for block in document.blocks.iter().filter(|block| block.kind == BlockKind::Paragraph) {
        let start = block.span.start as usize;
        if regions.last().is_some_and(|last| last.contains(block.span)) || !text[start..].starts_with('<') {
            continue;
        }
        let first = text[start..].lines().next().unwrap_or("");
        if tag_len(first) != Some(first.trim_end().len()) {
            continue;
        }
        let mut end = start;
        for line in text[start..document.body.end as usize].split_inclusive('\n') {
            if line.trim().is_empty() {
                break;
            }
            end += line.len();
        }
        regions.push(Span::new(start, end));
    }
    regions
}

/// Length in bytes of the tag at the start of `text`, when there is one with `_` in its name.
fn tag_len(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('<')?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let name = &rest[..rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len())];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.contains('_') {
        return None;
    }
    let after = &rest[name.len()..];
    if !after.starts_with(['>', ' ', '\t', '/']) {
        return None;
    }
    let close = after.find(['<', '>', '\n']).filter(|at| after[*at..].starts_with('>'))?;
    Some(text.len() - after.len() + close + 1)
}

fn split_at_tags(piece: Piece, text: &str) -> Vec<Piece> {
    let source = piece.span.slice(text);
    if piece.table || !source.contains('_') || !source.contains('<') {
        return vec![piece];
    }
    let base = piece.span.start as usize;
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(open) = source[at..].find('<').map(|found| at + found) {
        at = open + 1;
        if let Some(length) = tag_len(&source[open..]) {
            pieces.push(Piece { span: Span::new(base + start, base + open), table: false });
            start = open + length;
            at = start;
        }
    }
    pieces.push(Piece { span: Span::new(base + start, base + source.len()), table: false });
    pieces.retain(|piece| !piece.span.is_empty());
    pieces
}

/// What a block of comments holds outside of them.
pub(crate) fn outside_comments(text: &str, block: Span) -> Vec<Span> {
    let mut spans = Vec::new();
    let end = block.end as usize;
    let mut at = block.start as usize;
    while at < end {
        let open = text[at..end].find("<!--").map_or(end, |found| at + found);
        if open > at {
            spans.push(Span::new(at, open));
        }
        at = text[open..end].find("-->").map_or(end, |found| open + found + 3);
    }
    spans
}

/// A stretch of text in which no import counts.
struct Dead {
    span: Span,
    reason: InertReason,
    /// Index of the one around it.
    parent: Option<usize>,
}

/// By position; what lies inside another one comes after it.
fn dead_places(document: &Document, text: &str) -> Vec<Dead> {
    let mut dead = Vec::new();
    for block in &document.blocks {
        let reason = match block.kind {
            BlockKind::Fence { .. } => InertReason::Fence,
            BlockKind::IndentedCode => InertReason::IndentedCode,
            BlockKind::Html => InertReason::HtmlBlock,
            BlockKind::Comment { .. } => InertReason::Comment,
            _ => continue,
        };
        dead.push(Dead { span: block.span, reason, parent: None });
    }
    for inline in &document.inlines {
        let reason = match inline.kind {
            InlineKind::Code => InertReason::CodeSpan,
            InlineKind::Html if inline.span.slice(text).starts_with("<!--") => InertReason::Comment,
            InlineKind::Html => InertReason::HtmlTag,
            InlineKind::Image => InertReason::ImageText,
            InlineKind::Link | InlineKind::Autolink => InertReason::LinkTarget,
            _ => continue,
        };
        dead.push(Dead { span: inline.span, reason, parent: None });
    }
    let tagged = tagged_regions(text, document).into_iter();
    dead.extend(tagged.map(|span| Dead { span, reason: InertReason::HtmlBlock, parent: None }));
    dead.sort_by_key(|place| (place.span.start, u32::MAX - place.span.end));
    let mut open: Vec<usize> = Vec::new();
    for index in 0..dead.len() {
        while open.last().is_some_and(|last| dead[*last].span.end <= dead[index].span.start) {
            open.pop();
        }
        dead[index].parent = open.last().copied();
        open.push(index);
    }
    dead
}

/// The reason of the innermost place around `at`.
fn dead_reason(dead: &[Dead], document: &Document, at: u32) -> InertReason {
    if at < document.body.start {
        return InertReason::Frontmatter;
    }
    let mut place = dead.partition_point(|place| place.span.start <= at).checked_sub(1);
    while let Some(index) = place {
        if at < dead[index].span.end {
            return dead[index].reason;
        }
        place = dead[index].parent;
    }
    InertReason::LinkDefinition
}

//! Cuts a source into pieces: every byte belongs to exactly one. A piece runs from one heading to the next of any level.

use crate::model::{BlockKind, Document, NO_PARENT};
use crate::source::{BOM, Span};

/// One piece of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes; blank lines before the next heading belong to it.
    pub span: Span,
    /// 1 to 6; 0 for what stands before the first heading.
    pub level: u8,
    /// The bytes of its heading's text; empty where there is none.
    pub title: Span,
    /// The titles of the headings around it and its own, the outermost first.
    pub path: Vec<String>,
    /// The piece with the heading that it stands under.
    pub parent: Option<usize>,
    /// One past the last piece that stands under its heading.
    pub end: usize,
    /// Whether anything but the heading stands in it.
    pub has_body: bool,
    /// The frontmatter, or a byte order mark.
    pub fixed: bool,
    /// It continues the section of its parent, whose heading is its own; such a section is divided.
    pub part: bool,
    /// Why it stays while other parts of its section may go.
    pub held: Option<&'static str>,
}

/// Cuts a document. The pieces cover the text without a gap, in order.
pub fn cut(document: &Document, text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let plain = |span: Span| Piece {
        span,
        level: 0,
        title: Span::default(),
        path: Vec::new(),
        parent: None,
        end: 0,
        has_body: true,
        fixed: false,
        part: false,
        held: None,
    };
    let body = document.body.start as usize;
    if let Some(frontmatter) = &document.frontmatter {
        // Keys may be added before the closing fence.
        let cut = frontmatter.yaml.end as usize;
        pieces.push(Piece { fixed: true, ..plain(Span::new(0, cut)) });
        pieces.push(Piece { fixed: true, ..plain(Span::new(cut, body)) });
    } else if text.starts_with(BOM) {
        pieces.push(Piece { fixed: true, ..plain(Span::new(0, BOM.len_utf8())) });
    }
    let mut at = pieces.last().map_or(0, |piece| piece.span.end as usize);
    let mut open: Vec<usize> = Vec::new();
    let mut starts: Vec<Piece> = Vec::new();
    for section in &document.sections {
        let block = document.blocks[section.heading as usize];
        // A heading in a quote or in a list is text of what is around it.
        if block.parent != NO_PARENT {
            continue;
        }
        let before = &text[..block.span.start as usize];
        let line = before.rfind('\n').map_or(0, |end| end + 1).max(at);
        let body = text.get(block.span.end as usize..).unwrap_or("");
        let title = section.title;
        starts.push(Piece {
            level: section.level,
            title,
            path: vec![title.slice(text).trim().to_owned()],
            has_body: !body.trim_start().is_empty(),
            ..plain(Span::new(line, line))
        });
    }
    let first = starts.first().map_or(text.len(), |piece| piece.span.start as usize);
    if first > at {
        pieces.push(plain(Span::new(at, first)));
        at = first;
    }
    debug_assert!(at == first, "the first heading stands behind what is before it");
    let ends: Vec<usize> = starts.iter().skip(1).map(|piece| piece.span.start as usize).chain([text.len()]).collect();
    for (mut piece, end) in starts.into_iter().zip(ends) {
        let own = pieces.len();
        while let Some(last) = open.last().copied().filter(|last| pieces[*last].level >= piece.level) {
            pieces[last].end = own;
            open.pop();
        }
        piece.span.end = end as u32;
        piece.parent = open.last().copied();
        if let Some(parent) = piece.parent {
            let mut path = pieces[parent].path.clone();
            path.append(&mut piece.path);
            piece.path = path;
        }
        piece.has_body = body_of(document, &piece, text).is_some();
        open.push(own);
        pieces.push(piece);
    }
    let count = pieces.len();
    for (at, piece) in pieces.iter_mut().enumerate() {
        if piece.end == 0 {
            piece.end = if piece.level == 0 { at + 1 } else { count };
        }
    }
    pieces
}

/// The bytes of a piece behind its heading, without white space around them; `None` where there is nothing.
pub fn body_of(document: &Document, piece: &Piece, text: &str) -> Option<Span> {
    let mut start = piece.span.start as usize;
    if piece.level > 0 {
        let heading =
            document.blocks.partition_point(|block| block.span.start < piece.title.start.max(piece.span.start));
        let is_heading = |at: &usize| {
            let block = &document.blocks[*at];
            matches!(block.kind, BlockKind::Heading { .. }) && block.span.start >= piece.span.start
        };
        let near = heading.saturating_sub(1)..document.blocks.len().min(heading + 2);
        let heading = near.into_iter().find(is_heading)?;
        start = document.blocks[heading].span.end as usize;
    }
    let all = text.get(start..piece.span.end as usize)?;
    let trimmed = all.trim_start();
    let from = start + all.len() - trimmed.len();
    let length = trimmed.trim_end().len();
    (length > 0).then(|| Span::new(from, from + length))
}

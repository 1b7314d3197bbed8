//! The text of a document with everything but prose blanked out. Offsets stay the same.

use super::words::CODE;
use crate::model::{BlockKind, Document, InlineKind};
use crate::source::Span;

/// Stands for a byte of markup in the masked text. It separates words like white space, but is no space between the
/// clauses of a language without spaces.
pub(super) const BLANK: u8 = 2;

/// The prose of one block that no other block interrupts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// From its first to its last inline.
    pub(super) span: Span,
    /// The block that holds it.
    pub(super) block: u32,
    /// Index of its first inline.
    pub(super) first_inline: u32,
}

/// Masks a document, and finds the runs of its prose in order of position.
pub(super) fn mask(document: &Document, text: &str) -> (Vec<u8>, Vec<Run>) {
    let bytes = text.as_bytes();
    let mut masked = vec![BLANK; bytes.len()];
    let mut runs: Vec<Run> = Vec::new();
    // What stands in for an image is no prose.
    let mut image_end = 0;
    for (index, inline) in document.inlines.iter().enumerate() {
        let range = inline.span.range();
        if inline.kind == InlineKind::Image {
            image_end = image_end.max(inline.span.end);
        }
        match inline.kind {
            InlineKind::Text if inline.span.start >= image_end => {
                masked[range.clone()].copy_from_slice(&bytes[range]);
                blank_addresses(&mut masked[inline.span.range()]);
            }
            InlineKind::Code | InlineKind::Autolink => masked[range].fill(CODE),
            InlineKind::Break => {
                if let Some(byte) = masked[range].first_mut() {
                    *byte = b'\n';
                }
            }
            _ => {}
        }
        match runs.last_mut() {
            Some(run) if run.block == inline.block => run.span.end = run.span.end.max(inline.span.end),
            _ => runs.push(Run { span: inline.span, block: inline.block, first_inline: index as u32 }),
        }
    }
    for block in document.blocks.iter().filter(|block| block.kind == BlockKind::Html) {
        mask_html(&mut masked[block.span.range()], &bytes[block.span.range()]);
    }
    (masked, runs)
}

/// The text of a block of HTML without its tags. Tags start and end with ASCII, so that no character is cut in two.
fn mask_html(masked: &mut [u8], html: &[u8]) {
    let mut tag = false;
    for (masked, byte) in masked.iter_mut().zip(html) {
        tag |= *byte == b'<';
        *masked = if tag || *byte == b'*' { BLANK } else { *byte };
        tag &= *byte != b'>';
    }
}

/// Bare addresses are names, not words.
fn blank_addresses(text: &mut [u8]) {
    let mut from = 0;
    while let Some(found) = text[from..].windows(3).position(|three| three == b"://") {
        let at = from + found;
        let start = text[..at].iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |before| before + 1);
        let end = text[at..]
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b')' | b'>' | b'"') || *byte >= 0x80);
        let mut end = end.map_or(text.len(), |len| at + len);
        while end > at + 3 && matches!(text[end - 1], b'.' | b',' | b';' | b':' | b'!' | b'?') {
            end -= 1;
        }
        text[start..end].fill(CODE);
        from = end;
    }
}

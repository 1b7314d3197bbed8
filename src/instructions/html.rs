//! Blocks of HTML: tags that open and close samples, and the prose between other tags.

use super::counter::Counter;
use crate::source::Span;

impl Counter<'_> {
    /// A block of HTML: tags of samples open and close, the rest is prose.
    pub(super) fn html(&mut self, block: usize) {
        let span = self.document.blocks[block].span;
        let source = span.slice(self.text);
        let name = tag_name(source);
        let layout = [
            "p", "div", "table", "pre", "script", "style", "picture", "img", "a", "center", "h1", "h2", "h3", "svg",
            "br", "ul", "ol", "td", "tr",
        ];
        if layout.contains(&name.as_str()) {
            return;
        }
        let mut at = span.start as usize;
        let mut paragraph: Option<Span> = None;
        let mut done: Vec<(Span, bool)> = Vec::new();
        for line in source.split_inclusive('\n') {
            let (start, end) = (at, at + line.trim_end().len());
            at += line.len();
            let text = line.trim();
            if text.starts_with('<') {
                done.extend(paragraph.take().map(|span| (span, false)));
                if text.ends_with('>') && text.matches('<').count() == 1 {
                    for (span, item) in done.drain(..) {
                        self.html_prose(span, block, item);
                    }
                    self.tag(text);
                    continue;
                }
            }
            let start = start + line.len() - line.trim_start().len();
            let marker = text.starts_with("- ") || text.starts_with("* ");
            if text.is_empty() || marker {
                done.extend(paragraph.take().map(|span| (span, false)));
            }
            if marker {
                done.push((Span::new(start + 2, end.max(start + 2)), true));
            } else if !text.is_empty() {
                let from = paragraph.map_or(start, |span| span.start as usize);
                paragraph = Some(Span::new(from, end.max(from)));
            }
        }
        done.extend(paragraph.map(|span| (span, false)));
        for (span, item) in done {
            self.html_prose(span, block, item);
        }
    }

    fn html_prose(&mut self, span: Span, block: usize, item: bool) {
        if self.samples > 0 {
            return;
        }
        let mut around = self.around(block);
        around.place.item |= item;
        around.next = None;
        self.prose(span, around);
    }

    /// Opens or closes a sample.
    pub(super) fn tag(&mut self, tag: &str) {
        const SAMPLES: [&str; 12] = [
            "example",
            "examples",
            "good",
            "bad",
            "good-example",
            "bad-example",
            "output",
            "template",
            "sample",
            "format",
            "output_format",
            "output-format",
        ];
        let name = tag_name(tag.trim_start_matches("</").trim_start_matches('<'));
        if !SAMPLES.contains(&name.as_str()) {
            return;
        }
        self.samples = if tag.starts_with("</") { self.samples.saturating_sub(1) } else { self.samples + 1 };
    }
}

fn tag_name(tag: &str) -> String {
    let name = tag.trim_start().trim_start_matches('<').trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).next().unwrap_or("");
    name.chars().take(24).collect::<String>().to_ascii_lowercase()
}

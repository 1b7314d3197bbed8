//! Text to [`Document`]: Markdown with YAML frontmatter, JSON with comments, and YAML.
//!
//! Parsing never fails and never panics: what cannot be read as intended becomes a [`Problem`](crate::model::Problem).
//! Every span is a byte range of the whole file, in bounds, on character boundaries, and inside the span of its parent.
//! Nesting is limited where a tree is built ([`MAX_DEPTH`]), so that no input can exhaust a small stack.

mod certain;
mod destination;
pub mod frontmatter;
pub mod json;
pub mod lenient;
pub mod markdown;
mod nesting;
pub mod quote;
pub mod toml;
mod traps;
pub mod yaml;

pub use certain::{Reading, reading};
pub use destination::{percent_decode, unescape_destination};
pub use yaml::parse_yaml;

use crate::model::{Document, Format};
use crate::source::{BOM, Span};

/// How deep lists and mappings of YAML may nest, in levels; JSON has its parser's own limit of 512 lists. Trees of nodes are dropped, cloned and compared
/// recursively, so an unlimited depth would be an unlimited stack.
pub const MAX_DEPTH: usize = 256;

/// Parses one file. A byte order mark at the start is skipped, but the spans count its three bytes.
pub fn parse(text: &str, format: Format) -> Document {
    let mut document = Document::empty(format, text.len());
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    document.body = Span::new(start, text.len());
    match format {
        Format::Markdown => {
            document.frontmatter = frontmatter::parse_frontmatter(text, start);
            if let Some(frontmatter) = &document.frontmatter {
                document.body.start = frontmatter.span.end;
            }
            markdown::parse_body(text, &mut document);
        }
        Format::Json => {
            let (data, problem) = json::parse_json(text, document.body);
            document.data = data;
            document.problems.extend(problem);
        }
        Format::Yaml => {
            let (data, problem) = yaml::parse_yaml(text, document.body);
            document.data = data;
            document.problems.extend(problem);
        }
        Format::Text => {}
    }
    document
}

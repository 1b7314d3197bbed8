//! Finds and counts the instructions of a document: statements that its reader can comply with or violate.
//!
//! The count is deterministic and made from the parsed blocks; no model and no part-of-speech tagger is involved. Each
//! instruction carries its bytes, its kind and the rule that fired. How it was measured stands in
//! `docs/instructions.md`.

mod clause;
mod counter;
mod english;
mod fences;
mod foreign;
mod harm;
mod html;
mod language;
mod latin;
mod lexicon;
mod mask;
mod normal;
mod phrases;
mod reading;
mod sections;
mod tables;
mod words;

pub use harm::LASTING_HARM;
pub use normal::{Normalized, normalize};

use crate::model::{Document, Format};
use crate::source::Span;

/// The kinds of instructions; the first that fits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A prohibition: never, do not, avoid, no X without Y.
    Never,
    /// A directive with an explicit trigger: if, when, before, after, in some scope, to some goal.
    Conditional,
    /// Explicit strength, or a plain imperative outside of steps.
    Must,
    /// A recommendation: should, prefer, consider.
    Prefer,
    /// A plain imperative that is a step.
    Procedure,
}

impl Kind {
    /// `never`, `conditional`, `must`, `prefer` or `procedure`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Never => "never",
            Kind::Conditional => "conditional",
            Kind::Must => "must",
            Kind::Prefer => "prefer",
            Kind::Procedure => "procedure",
        }
    }
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its bytes in the text, from its first to its last word or mark.
    pub span: Span,
    /// What kind it is.
    pub kind: Kind,
    /// The rule that found it, such as `imperative` or `table-row`.
    pub rule: &'static str,
}

/// The instructions of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Every instruction, by position.
    pub items: Vec<Instruction>,
    /// True when most of the text is in a language without word lists: then list items were counted instead.
    pub approximate: bool,
}

/// Counts the instructions of a parsed Markdown document; other formats have none. `text` is what `document` was parsed
/// from.
pub fn instructions(document: &Document, text: &str) -> Counted {
    if document.format != Format::Markdown || document.blocks.is_empty() {
        return Counted::default();
    }
    counter::count(document, text)
}

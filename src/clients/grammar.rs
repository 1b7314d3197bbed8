//! What a client does with the text of a file: imports and scopes as data.

use super::Fact;

/// What a client is known to do with an `@path`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportGrammar {
    /// How an import is told from other text.
    pub style: ImportStyle,
    /// How many imports may follow one another from the importing file on.
    pub max_hops: u32,
    /// The extensions that load, lower case, without the dot; compared without case. `None`: all. A name without an
    /// extension loads in either case.
    pub extensions: Option<&'static [&'static str]>,
    /// What stands after the first `#` is dropped.
    pub fragment: bool,
    /// `\ ` stands for a space in the path.
    pub escaped_space: bool,
    /// `~/` stands for the home folder.
    pub home: bool,
    /// Where this comes from.
    pub fact: Fact,
}

/// How a client tells imports from other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStyle {
    /// It reads the text as Markdown; the imported file comes as an entry of its own after the importer.
    Markdown,
    /// It reads the text as it is, but for code between backticks; the imported file stands in the place of the import.
    Inlined,
}

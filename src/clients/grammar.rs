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

/// How a client ties a rule to paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeGrammar {
    /// The frontmatter key that holds the patterns. The case counts.
    pub key: &'static str,
    /// What a pattern means.
    pub matching: Matching,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// A pattern that starts with `!` takes back what the others match.
    pub negation: bool,
    /// `[!x]` is a class that leaves something out, as `[^x]` is.
    pub bang_class: bool,
    /// A string is a list with commas between the patterns; those between braces do not count.
    pub commas: bool,
    /// The client's own editor writes the patterns without quotes, which is no YAML, and reads them so.
    pub plain: bool,
    /// The client's lenient reading mends lines of the form `key: value` only: one list item that is no YAML costs the
    /// whole frontmatter, and the rule has no scope.
    pub bad_item_loses_all: bool,
    /// A rule whose only pattern is `**` has no scope: it always loads.
    pub double_star_is_always: bool,
    /// How many patterns the braces of one rule may expand to. A pattern that would go beyond is taken as it stands.
    pub max_expanded: usize,
    /// The same limit in bytes.
    pub max_expanded_bytes: usize,
    /// Where this comes from.
    pub fact: Fact,
}

/// What a pattern means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// As in a `.gitignore`, after a `/**` at the end is dropped: a match of a folder takes everything in it, and a
    /// pattern without a `/` before its end matches at any depth.
    Gitignore,
    /// The whole path below the anchor.
    Path {
        /// A pattern without a `/` matches the file's name at any depth.
        basename: bool,
    },
}

impl ScopeGrammar {
    /// Whole paths, by globs with braces, as editors do it.
    pub const fn paths(key: &'static str, basename: bool, fact: Fact) -> ScopeGrammar {
        ScopeGrammar {
            key,
            matching: Matching::Path { basename },
            ignore_case: false,
            negation: false,
            bang_class: true,
            commas: true,
            plain: false,
            bad_item_loses_all: false,
            double_star_is_always: false,
            max_expanded: 1_000,
            max_expanded_bytes: 4 << 20,
            fact,
        }
    }
}

/// Which of its memory files a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryStyle {
    /// It takes none by itself, or has a plan of its own.
    Own,
    /// Every one that exists, from the root to the start.
    All {
        /// Those below the start too, once a file near them is touched.
        nested: bool,
    },
    /// The first of its list that exists; one that may stand anywhere is looked for from the start upwards.
    First,
    /// In each folder the first of its list that exists.
    FirstInFolder {
        /// Below the start too, once a file near them is touched.
        nested: bool,
    },
}

/// How a client decides when a rule loads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleStyle {
    /// Always.
    Always,
    /// Always by one flag, else by patterns, else by its description, else never by itself.
    Flag {
        /// The flag's key.
        key: &'static str,
    },
    /// By the value of one key.
    Mode {
        /// The key.
        key: &'static str,
        /// Loads at the start.
        always: &'static str,
        /// Loads by its patterns.
        scoped: &'static str,
        /// Is listed by its description.
        described: &'static str,
        /// What a rule without the key does.
        without: &'static str,
    },
    /// By its patterns.
    Scope {
        /// Whether a rule without patterns loads at the start; else it never loads by itself.
        without_always: bool,
    },
}

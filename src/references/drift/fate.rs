//! What became of a citation, as plain data.

use crate::world::git::Oid;
use std::sync::Arc;

/// What is known of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It leads where it was meant to.
    Ok,
    /// The same text is on other lines of the same file.
    Moved,
    /// The file has another name; the text is there unchanged.
    Renamed,
    /// The text was changed.
    Changed,
    /// History had it, and it is no longer there.
    Gone,
    /// Neither the tree nor history ever had it.
    Missing,
    /// The file never had these lines.
    OutOfRange,
    /// Several files may be meant, or the text stands in several places.
    Ambiguous,
    /// The path is ignored by git.
    Ignored,
    /// Something to be filled in.
    Placeholder,
    /// It could not be told.
    Unknown,
}

impl State {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Moved => "moved",
            State::Renamed => "renamed",
            State::Changed => "changed",
            State::Gone => "gone",
            State::Missing => "missing",
            State::OutOfRange => "out-of-range",
            State::Ambiguous => "ambiguous",
            State::Ignored => "ignored",
            State::Placeholder => "placeholder",
            State::Unknown => "unknown",
        }
    }
}

/// What an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The past of the file.
    History,
    /// The file as it is now, and nothing else.
    Tree,
    /// The hash that the citation carries.
    Pin,
}

impl Evidence {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::History => "history",
            Evidence::Tree => "tree",
            Evidence::Pin => "pin",
        }
    }
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The file, relative to the root.
    pub path: Arc<str>,
    /// First line, 1-based.
    pub start: u32,
    /// Last line, 1-based, inclusive.
    pub end: u32,
}

/// What became of a citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// In one word.
    pub state: State,
    /// The file that it meant, as it was called then; `None` when no file is known.
    pub target: Option<Arc<str>>,
    /// Where the lines are now, when they are elsewhere or changed.
    pub now: Option<Lines>,
    /// What the answer rests on.
    pub evidence: Evidence,
    /// The commit since which it is so: the one that removed or renamed the file, else the one that wrote the citation.
    pub since: Option<Oid>,
    /// The commit that wrote the citation.
    pub written: Option<Oid>,
    /// How many lines the file has now, where it has fewer than are cited.
    pub line_count: Option<u32>,
    /// The first line with words as it was and as it is, where the text was changed.
    pub change: Option<(String, String)>,
    /// The blob that the citation meant.
    pub blob: Option<Oid>,
}

impl Fate {
    pub(super) fn of(state: State, evidence: Evidence) -> Fate {
        Fate {
            state,
            target: None,
            now: None,
            evidence,
            since: None,
            written: None,
            line_count: None,
            change: None,
            blob: None,
        }
    }
}

//! Load plans: what a client puts into its context, in which order, why, and how much of it.
//!
//! A plan is a pure function of what the [`World`] holds and of the [`Request`]. It holds no fact about a client: those
//! stand in [`crate::clients`].

mod claude;
mod codex;
mod gemini;
mod generic;
mod indexed;
mod listing;
mod reader;
mod settings;
mod visible;
mod worst;

pub use indexed::{Bytes, Indexed};
pub use listing::{is_unlisted, listed_description};
pub use visible::Visible;
pub use worst::{heaviest, worst};

use crate::clients::{Client, Role};
use crate::model::Document;
use crate::world::World;
use std::path::{Path, PathBuf};

/// What to plan for.
pub struct Request<'a> {
    /// The client.
    pub client: &'static Client,
    /// Its version; empty for the newest that we know.
    pub version: &'a str,
    /// The repository's root, absolute.
    pub root: &'a Path,
    /// Where the client starts: the root or below it, absolute.
    pub cwd: &'a Path,
    /// Files that it then reads, one after the other, absolute. They need not exist.
    pub touched: &'a [PathBuf],
    /// What lies outside the repository; `None` leaves it out.
    pub machine: Option<Machine<'a>>,
    /// Count one person's files inside the repository.
    pub personal: bool,
    /// The model's window in tokens.
    pub window: u64,
    /// Texts and structures that are already at hand, by absolute path.
    pub known: Option<&'a Known<'a>>,
}

/// Looks up a file that is already parsed.
pub type Known<'a> = dyn Fn(&Path) -> Option<(&'a str, &'a Document)> + 'a;

/// Where one machine keeps what belongs to no repository.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// The home folder, absolute.
    pub home: &'a Path,
    /// The folder of managed policy, absolute.
    pub managed: &'a Path,
}

/// What a client loads.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which the client passes it on.
    pub loads: Vec<Load>,
    /// Settings files that could not be read as such: the client goes on without them.
    pub problems: Vec<PlanProblem>,
    /// The budget of the skill listing, where the client has one and lists skills.
    pub skill_listing: Option<ListingBudget>,
}

/// One thing that a client loads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Relative to the root, or `~/...`, or absolute; with `/`.
    pub path: String,
    /// What it is.
    pub role: Role,
    /// What makes it load.
    pub trigger: Trigger,
    /// Index of the touched file that causes it.
    pub touch: Option<usize>,
    /// The importing file, or the pattern that matches.
    pub via: Option<String>,
    /// How much of it is passed on.
    pub portion: Portion,
    /// The text as it is passed on, without the client's own words around it.
    pub text: String,
    /// What becomes of it when the conversation is compacted.
    pub compaction: Compaction,
}

/// What makes something load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// The start of a session.
    Startup,
    /// Another file imports it.
    Import,
    /// A pattern of its scope matches a touched file.
    Path,
    /// It belongs to a folder around a touched file.
    Nested,
    /// It is listed by name and description.
    Listing,
    /// Somebody asks for it by name, or reads it.
    Invoked,
    /// Nothing.
    Never,
}

impl Trigger {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Trigger::Startup => "startup",
            Trigger::Import => "import",
            Trigger::Path => "path",
            Trigger::Nested => "nested",
            Trigger::Listing => "listing",
            Trigger::Invoked => "invoked",
            Trigger::Never => "never",
        }
    }
}

/// How much of a file is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Portion {
    /// All that the client ever passes on of such a file.
    Full,
    /// Its name and description.
    Description,
    /// What comes before a limit.
    Head,
    /// Nothing but, in a listing, its name.
    None,
}

impl Portion {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Portion::Full => "full",
            Portion::Description => "description",
            Portion::Head => "head",
            Portion::None => "none",
        }
    }
}

/// What becomes of a load when the conversation is compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compaction {
    /// It is read again.
    Kept,
    /// It is gone until something triggers it again.
    Lost,
    /// Nothing is known.
    Unknown,
}

impl Compaction {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Compaction::Kept => "kept",
            Compaction::Lost => "lost",
            Compaction::Unknown => "unknown",
        }
    }
}

/// The room for a listing of skills, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingBudget {
    /// All of it.
    pub chars: usize,
    /// The longest description of one entry that is not cut, in the client's own unit.
    pub each: usize,
    /// What the client's own entries take, before all others.
    pub bundled: usize,
    /// What the lines of the plan would take, if none were cut or dropped for the budget.
    pub wanted: usize,
    /// Entries whose descriptions are dropped or cut for it, by [`Load::path`], in the order of the plan.
    pub dropped: Vec<String>,
}

/// A settings file that could not be read as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanProblem {
    /// As in [`Load::path`].
    pub path: String,
    /// What is wrong, as a clause.
    pub message: String,
}

/// The plan of one client.
pub fn plan<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Plan {
    match request.client.name {
        "claude-code" => claude::plan(world, request),
        "codex" => codex::plan(world, request),
        "gemini-cli" => gemini::plan(world, request),
        _ => generic::plan(world, request),
    }
}

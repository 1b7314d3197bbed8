//! What is told together: the instructions of the files that one load plan can hold at the same time.

pub mod manifests;
mod news;
pub mod tools;
mod topics;

pub use news::Concern;
pub use topics::{TOPICS, Topic, choices, scope};

use crate::clients::Role;
use crate::diagnostic::ClientRef;
use crate::discover::RoleAt;
use crate::instructions::{Instruction, normalize};
use crate::load::{Portion, Trigger};
use crate::model::{Block, BlockKind};
use crate::paths::parent;
use crate::source::Span;
use crate::workspace::{File, Workspace};
use std::collections::BTreeSet;

/// What one client can have in its context.
#[derive(Debug)]
pub struct Audience<'a> {
    /// The client.
    pub client: ClientRef,
    /// Files that it loads before the first prompt, by path.
    pub start: BTreeSet<&'a str>,
    /// Files that it adds later, each on its own: scoped rules, nested memory, skills and commands.
    pub later: BTreeSet<&'a str>,
}

impl Audience<'_> {
    /// Whether some plan of the client holds both files.
    pub fn meet(&self, one: &str, other: &str) -> bool {
        let at_start = |path: &str| self.start.contains(path);
        let known = |path: &str| at_start(path) || self.later.contains(path);
        known(one) && (one == other || known(other) && (at_start(one) || at_start(other)))
    }
}

/// One instruction of one file.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    /// The file.
    pub file: &'a File,
    /// The instruction.
    pub item: Instruction,
    /// Its words, normalised.
    pub words: &'a str,
}

impl Said<'_> {
    /// The lines of the list item that holds nothing but the instruction, where there is one.
    pub fn only_in_item(&self) -> Option<Span> {
        let File { document, source, .. } = self.file;
        let text = source.text.as_str();
        let holds =
            |block: &&Block| matches!(block.kind, BlockKind::Item { .. }) && block.span.contains(self.item.span);
        let item = document.blocks.iter().rfind(holds)?;
        let is_mark = |c: char| c.is_ascii_digit() || matches!(c, '-' | '*' | '+' | '.' | ')' | ' ' | '[' | ']');
        if normalize(item.span.slice(text).trim_start_matches(is_mark)) != self.words {
            return None;
        }
        let start = text[..item.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
        if !text[start..item.span.start as usize].trim().is_empty() {
            return None;
        }
        let end = item.span.end as usize;
        let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        Some(Span::new(start, end))
    }
}

/// Words that only carry polarity or strength.
const POLARITY: [&str; 26] = [
    "never",
    "always",
    "do",
    "not",
    "don't",
    "must",
    "mustn't",
    "should",
    "shouldn't",
    "avoid",
    "please",
    "ensure",
    "only",
    "shall",
    "prefer",
    "make",
    "sure",
    "to",
    "the",
    "a",
    "an",
    "be",
    "any",
    "all",
    "that",
    "you",
];

/// The words that say what an instruction is about, in order; none where too little is left to compare.
pub fn core(words: &str) -> Option<String> {
    let kept: Vec<&str> = words.split(' ').filter(|word| !POLARITY.contains(word)).collect();
    (kept.len() >= 2 && kept.len() <= 14).then(|| kept.join(" "))
}

/// Folders whose context files are for other repositories.
const TEMPLATES: [&str; 6] = ["template", "templates", "fixtures", "testdata", "examples", "assets"];

/// What each used client can have in its context.
pub fn audiences(workspace: &Workspace) -> Vec<Audience<'_>> {
    let own = workspace.own_memory();
    let of = |plan: &crate::workspace::ClientPlan| {
        let whole = |load: &&crate::load::Load| {
            matches!(load.trigger, Trigger::Startup | Trigger::Import)
                && matches!(load.portion, Portion::Full | Portion::Head)
        };
        let start: BTreeSet<&str> = plan
            .plan
            .loads
            .iter()
            .filter(whole)
            .filter_map(|load| workspace.real_file(&load.path))
            .map(|file| &*file.path)
            .collect();
        let is_later = |file: &&File| {
            // A memory file of the root loads at the start or not at all.
            let adds = |at: &RoleAt| match at.role {
                Role::Memory => !matches!(parent(&at.path), "" | ".claude") && !own.shadows(at),
                role => matches!(role, Role::Rule | Role::Skill | Role::Command),
            };
            let template = file.path.split('/').any(|part| TEMPLATES.contains(&part));
            file.linted && !template && file.roles.iter().any(|at| at.client == plan.client.name && adds(at))
        };
        let later =
            workspace.files.iter().filter(is_later).map(|file| &*file.path).filter(|path| !start.contains(path));
        Audience { client: ClientRef { name: plan.client.name, version: plan.version }, later: later.collect(), start }
    };
    workspace.plans().iter().map(of).collect()
}

/// Every instruction of every file that some client can load: what loads at the start first, memory files before rules.
/// Where two states are compared, only of files of the start and of those that the change concerns: no two others can
/// have come to disagree.
pub fn said<'a>(workspace: &'a Workspace, audiences: &[Audience<'_>]) -> Vec<Said<'a>> {
    let at_start = |path: &str| audiences.iter().any(|of| of.start.contains(path));
    let heard = |path: &str| at_start(path) || audiences.iter().any(|of| of.later.contains(path));
    let concern = workspace.news.as_ref().map(Concern::of);
    let counts = |file: &&File| {
        let is_concerned = || concern.as_ref().is_none_or(|concern| concern.holds(file));
        file.linted && file.is_readable() && heard(&file.path) && (at_start(&file.path) || is_concerned())
    };
    let mut files: Vec<&File> = workspace.files.iter().filter(counts).collect();
    // The memory file of the root is where a reader looks first.
    let depth = |file: &File| file.path.matches('/').count();
    files.sort_by_cached_key(|file| (!at_start(&file.path), !file.has_role(&[Role::Memory]), depth(file), &*file.path));
    let of = |file: &'a File| {
        let words = file.instruction_words();
        let items = file.instructions().items.iter().enumerate();
        items.map(move |(nth, item)| Said { file, item: *item, words: words.of(nth) })
    };
    files.into_iter().flat_map(of).collect()
}

/// The clients of which some plan holds both files.
pub fn clients_of(audiences: &[Audience<'_>], one: &str, other: &str) -> Vec<ClientRef> {
    audiences.iter().filter(|of| of.meet(one, other)).map(|of| of.client).collect()
}

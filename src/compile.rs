//! The compiler: what loads in every session becomes a small root, rules tied to paths, skills, and documents that are read
//! on demand. It decides nothing by chance and loses nothing: every byte of every source is accounted for in a [`map::Map`],
//! by which the outputs are proved ([`proof`]) and the sources come back ([`decompile`]).
//!
//! The way of the data: [`sources`] finds what loads, [`pieces`] cuts it (and `parts` what is held by some of its lines), `evidence` tells what each piece is about,
//! [`plan`] decides by small integers, [`emit`] writes in the dialect of a target ([`targets`]), [`proof`] checks.

pub mod decompile;
mod duplicates;
pub mod emit;
mod evidence;
mod folders;
pub mod forms;
mod items;
mod lexicon;
pub mod map;
mod names;
mod parts;
pub mod pieces;
pub mod plan;
pub mod plan_file;
pub mod proof;
mod rewrite;
mod scopes;
mod scores;
pub mod sources;
pub mod targets;

use crate::clients::Client;
use crate::measure::Measured;
use crate::workspace::Workspace;
use crate::world::World;
use map::Map;
use plan::{Decision, Options};
use std::fmt;
use targets::Target;

/// Where a piece of text goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It stays where it is.
    Keep,
    /// To a rule that loads when files of its scope are touched.
    Rule,
    /// To a skill.
    Skill,
    /// To a document that is read on demand.
    Document,
    /// Nowhere; its text is kept in the map.
    Drop,
}

impl Action {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Action::Keep => "keep",
            Action::Rule => "rule",
            Action::Skill => "skill",
            Action::Document => "document",
            Action::Drop => "drop",
        }
    }

    /// The action of this name.
    pub fn from_name(name: &str) -> Option<Action> {
        let all = [Action::Keep, Action::Rule, Action::Skill, Action::Document, Action::Drop];
        all.into_iter().find(|action| action.name() == name)
    }
}

/// Why nothing was compiled, with the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The file, relative to the root; empty where no single file is to blame.
    pub path: String,
    /// What is wrong, as a clause.
    pub message: String,
    /// The way out.
    pub hint: String,
}

impl Refusal {
    /// A refusal about a file.
    pub fn new(path: impl Into<String>, message: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal { path: path.into(), message: message.into(), hint: hint.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// One decision as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The source.
    pub src: String,
    /// First line, 1-based.
    pub start_line: u32,
    /// Last line that is not blank, 1-based, inclusive.
    pub end_line: u32,
    /// The headings around it and its own, the outermost first.
    pub heading: Vec<String>,
    /// Where it goes.
    pub action: Action,
    /// The output; empty for what is dropped.
    pub dst: String,
    /// The patterns of a rule.
    pub scope: Vec<String>,
    /// Tokens of the text.
    pub tokens: u64,
    /// In percent.
    pub confidence: u8,
    /// Why.
    pub evidence: Vec<String>,
}

/// The result of a compilation. Nothing is written yet.
#[derive(Debug)]
pub struct Compiled {
    /// Every decision, by source and place.
    pub moves: Vec<Move>,
    /// The map.
    pub map: Map,
    /// Every output with its bytes, by path, but for the map itself.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// What loads at startup in each used client, before and after.
    pub clients: Vec<(&'static Client, Measured, Measured)>,
    /// What loads at startup in the target's client before.
    pub before: Measured,
    /// And after.
    pub after: Measured,
    /// What the target cannot express of what was planned.
    pub losses: Vec<String>,
    /// What was not planned, and why.
    pub notes: Vec<String>,
    /// What was proved.
    pub proof: proof::Proof,
}

/// Plans and emits, and proves the result; nothing may be written unless [`proof::Proof::holds`]. `previous` is the map of the run before, whose names and decisions hold unless
/// much speaks against them.
///
/// # Errors
/// When a source cannot be read as text, when a plan names what is not there, or when a scope would be lost under
/// [`Options::strict`].
pub fn compile(
    world: &dyn World,
    workspace: &Workspace,
    target: Target,
    options: &Options,
    previous: Option<&Map>,
) -> Result<Compiled, Refusal> {
    let mut sources = sources::sources(workspace, target)?;
    parts::divide(workspace, &mut sources);
    let mut plan = plan::plan(workspace, &sources, target, options, previous);
    if let Some(applied) = &options.applied {
        plan_file::apply(applied, workspace, &sources, &mut plan)?;
    }
    let before = proof::startup(workspace, target);
    loop {
        let emitted = emit::emit(workspace, &sources, &plan, target, options, previous)?;
        let after_workspace = proof::after(world, workspace, &emitted.outputs);
        let after = proof::startup(&after_workspace, target);
        // A move that does not pay for its pointer is none; what a person planned is not questioned.
        let is_moved = sources.iter().all(|source| !source.translated);
        if is_moved && after.tokens > before.tokens && options.applied.is_none() && plan::take_back_worst(&mut plan) {
            continue;
        }
        let proof = proof::prove(world, workspace, &after_workspace, &sources, &emitted, target);
        let clients = proof::by_client(workspace, &after_workspace);
        return Ok(Compiled {
            clients,
            moves: moves(&sources, &plan.decisions, &emitted.map),
            map: emitted.map,
            outputs: emitted.outputs,
            before,
            after,
            losses: emitted.losses,
            notes: plan.notes,
            proof,
        });
    }
}

fn moves(sources: &[sources::Source<'_>], decisions: &[Decision], map: &Map) -> Vec<Move> {
    let shown = |decision: &Decision| {
        let source = &sources[decision.source];
        let span = plan::span_of(sources, decision);
        let end = span.start as usize + span.slice(source.text()).trim_end().len();
        let line = |byte: usize| source.file.source.position(byte as u32).line;
        let rows = map.sources.iter().find(|mapped| mapped.path == source.path());
        let row = rows.and_then(|mapped| mapped.rows.iter().find(|row| row.start == u64::from(span.start)));
        Move {
            src: source.path().to_owned(),
            start_line: line(span.start as usize),
            end_line: line(end.max(span.start as usize + 1) - 1),
            heading: source.pieces[decision.first].path.clone(),
            action: decision.action,
            dst: row.map_or_else(|| source.path().to_owned(), |row| row.dst.clone()),
            scope: decision.scope.clone(),
            tokens: decision.tokens,
            confidence: decision.confidence,
            evidence: decision.evidence.clone(),
        }
    };
    decisions.iter().map(shown).collect()
}

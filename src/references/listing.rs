//! Every reference of any documents, with its state: what `ctxlint refs` prints.

use super::State as ImportState;
use super::citations::{Citation, Place, citations};
use super::commands::Definition;
use super::drift::{self, Citing, Evidence, Lines, Mode, State, Surroundings};
use super::links::{self, Destination};
use super::mentions::{self, Problem};
use super::survey::{Asked, Needs};
use super::{commands, resolve};
use crate::history::lines::pin_hash;
use crate::parallel;
use crate::paths::{Presence, normalize, parent};
use crate::source::Span;
use crate::workspace::{File, ImportTarget, Workspace};
use crate::world::World;
use crate::world::git::Oid;

/// The kinds of references.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `@path`.
    Import,
    /// `[text](path)`.
    Link,
    /// A path in a code span.
    Path,
    /// Lines of a file.
    Citation,
    /// A script, target or recipe.
    Command,
    /// A name that is said to be in a file.
    Symbol,
}

impl Kind {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Import => "import",
            Kind::Link => "link",
            Kind::Path => "path",
            Kind::Citation => "citation",
            Kind::Command => "command",
            Kind::Symbol => "symbol",
        }
    }
}

/// One reference.
#[derive(Clone, Debug)]
pub struct Reference {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
    /// Whether it stands in a block of code.
    pub is_fenced: bool,
    /// What it leads to, as well as that is known.
    pub target: String,
    /// The cited lines, 1-based and inclusive.
    pub lines: Option<(u32, u32)>,
    /// What is known of it.
    pub state: State,
    /// Where what it meant is now; without cited lines only the path counts.
    pub now: Option<Lines>,
    /// What the state rests on.
    pub evidence: Evidence,
    /// The commit since which it is so.
    pub since: Option<Oid>,
    /// The commit that wrote it.
    pub written: Option<Oid>,
    /// The citation behind it.
    pub citation: Option<Citation>,
    /// What to write behind a citation that holds to pin it.
    pub pin: Option<String>,
}

/// The references of documents.
#[derive(Debug, Default)]
pub struct Listing {
    /// In the order of the documents, by place.
    pub by_document: Vec<Vec<Reference>>,
    /// What could not be told, with the way out.
    pub unchecked: Option<String>,
}

fn plain(kind: Kind, span: Span, target: &str, state: State) -> Reference {
    Reference {
        span,
        kind,
        is_fenced: false,
        target: target.to_owned(),
        lines: None,
        state,
        now: None,
        evidence: Evidence::Tree,
        since: None,
        written: None,
        citation: None,
        pin: None,
    }
}

/// Lists the references of `files`, which need not be files of the workspace.
pub fn list(workspace: &Workspace, world: &dyn World, files: &[File], mode: Mode, cached: bool) -> Listing {
    let files: Vec<&File> = files.iter().collect();
    list_of(workspace, world, &files, Asked { mode, cached, repository: None, wanted: None, needs: Needs::ALL })
}

/// [`list`] in another state than that of the worktree.
pub fn list_of(workspace: &Workspace, world: &dyn World, files: &[&File], asked: Asked<'_>) -> Listing {
    let cited: Vec<Vec<Citation>> = parallel::map(files, |file| citations(&file.document, &file.source.text));
    let citing: Vec<Citing<'_>> =
        files.iter().zip(&cited).map(|(file, citations)| Citing { source: &file.source, citations }).collect();
    let around = Surroundings::of(workspace, world, asked);
    let fates = drift::fates(&around, &citing);
    let mut manifests = commands::Manifests::default();
    let mut mentioned = Vec::new();
    let mut found = Listing::default();
    if let Some(why) = &fates.unchecked {
        found.unchecked = Some(format!("{} citations: {why}", fates.unchecked_count));
    }
    for ((file, citations), fates) in files.iter().zip(&cited).zip(&fates.by_document) {
        let mut list: Vec<Reference> = Vec::new();
        for (citation, fate) in citations.iter().zip(fates) {
            let pin = match fate.state {
                State::Ok if citation.pin.is_none() => pin_of(workspace, world, citation, fate.target.as_deref(), fate),
                _ => None,
            };
            list.push(Reference {
                is_fenced: citation.place == Place::Code,
                lines: Some((citation.start, citation.end)),
                now: fate.now.clone(),
                evidence: fate.evidence,
                since: fate.since.clone(),
                written: fate.written.clone(),
                citation: Some(citation.clone()),
                pin,
                ..plain(Kind::Citation, citation.span, fate.target.as_deref().unwrap_or(&citation.path), fate.state)
            });
        }
        list.extend(link_references(workspace, file));
        list.extend(import_references(workspace, file));
        let paths = mentions::mentions(file, workspace);
        list.extend(paths.other_case.iter().map(|mention| {
            let now = match &mention.problem {
                Problem::OtherCase(path) => Some(Lines { path: path.clone(), start: 0, end: 0 }),
                Problem::Gone { .. } => None,
            };
            Reference { now, ..plain(Kind::Path, mention.span, &mention.written, State::Renamed) }
        }));
        list.extend(
            paths.there.iter().map(|(span, path, presence)| plain(Kind::Path, *span, path, state_of(*presence))),
        );
        mentioned.push((file.path.clone(), paths.missing));
        for (symbol, holds) in mentions::all_symbols(file, workspace, world) {
            let state = if holds { State::Ok } else { State::Missing };
            list.push(plain(Kind::Symbol, symbol.span, &symbol.path, state));
        }
        for (command, definition) in commands::commands(file, workspace, world, &mut manifests) {
            let state = match definition {
                Definition::Known => State::Ok,
                Definition::Missing => State::Missing,
                Definition::Unclear => State::Unknown,
            };
            list.push(Reference {
                is_fenced: command.is_fenced,
                ..plain(Kind::Command, command.span, &command.manifest, state)
            });
        }
        found.by_document.push(list);
    }
    let missing: Vec<Vec<(Span, String)>> = mentioned
        .iter()
        .map(|(_, missing)| missing.iter().map(|one| (one.span, one.written.clone())).collect())
        .collect();
    let candidates = || mentioned.iter().flat_map(|(_, missing)| missing);
    let wanted = candidates().flat_map(|candidate| candidate.forms.iter().cloned()).collect();
    let gone = match mentions::departed(&around, &wanted, candidates().count()) {
        Ok(departed) => mentions::gone(mentioned, &departed),
        Err(why) => {
            found.unchecked = found.unchecked.take().or(why);
            Vec::new()
        }
    };
    for ((file, list), missing) in files.iter().zip(&mut found.by_document).zip(missing) {
        for (span, written) in missing {
            let known = gone.iter().find(|(path, mention)| *path == file.path && mention.span == span);
            let mut reference = plain(Kind::Path, span, &written, State::Missing);
            if let Some((_, mention)) = known
                && let Problem::Gone { path, commit, to } = &mention.problem
            {
                reference.target = path.to_string();
                reference.since = commit.clone();
                reference.evidence = Evidence::History;
                reference.state = if to.is_some() { State::Renamed } else { State::Gone };
                reference.now = to.clone().map(|path| Lines { path, start: 0, end: 0 });
            }
            list.push(reference);
        }
        list.sort_by_key(|reference| (reference.span, reference.kind.name()));
    }
    found
}

/// `@commit#hash` for a citation whose lines are where it says.
fn pin_of(
    workspace: &Workspace,
    world: &dyn World,
    citation: &Citation,
    target: Option<&str>,
    fate: &drift::Fate,
) -> Option<String> {
    let is_prose = matches!(citation.place, Place::Prose | Place::CodeSpan) && citation.link.is_none();
    if !is_prose || citation.form != super::citations::Form::Colon || citation.span.end != citation.lines_span.end {
        return None;
    }
    let bytes = world.read(&workspace.root.join(target?), 16 << 20).ok()?;
    let hash = pin_hash(&bytes, citation.start, citation.end)?;
    let commit = fate.written.as_deref().and_then(|commit| commit.get(..8)).unwrap_or("worktree");
    Some(format!("@{commit}#{hash}"))
}

fn state_of(presence: Presence) -> State {
    match presence {
        Presence::File | Presence::Dir => State::Ok,
        Presence::Ignored => State::Ignored,
        Presence::Beyond => State::Unknown,
        Presence::Missing => State::Missing,
    }
}

fn link_references(workspace: &Workspace, file: &File) -> Vec<Reference> {
    let mut found = Vec::new();
    for link in links::links(file) {
        let Destination::Path(path) = &link.destination else { continue };
        let presence = links::presence(&workspace.index, &file.path, path);
        let target = normalize(parent(&file.path), path).unwrap_or_else(|| path.clone());
        let state = if resolve::is_placeholder(path) { State::Placeholder } else { state_of(presence) };
        found.push(plain(Kind::Link, link.inline.span, &target, state));
    }
    found
}

fn import_references(workspace: &Workspace, file: &File) -> Vec<Reference> {
    let of_file = workspace.imports.iter().filter(|edge| edge.from == file.path);
    let mut found: Vec<Reference> = Vec::new();
    for edge in of_file.filter(|edge| edge.import.state == ImportState::Live) {
        let (target, state) = match &edge.target {
            ImportTarget::File(path) => (path.to_string(), State::Ok),
            ImportTarget::Dir => (edge.import.path.clone(), State::Ok),
            ImportTarget::Unknown => (edge.import.path.clone(), State::Ignored),
            ImportTarget::Missing(path) => (path.clone(), State::Missing),
            ImportTarget::Outside(path) => (path.clone(), State::Unknown),
        };
        if !found.iter().any(|known| known.span == edge.import.span) {
            found.push(plain(Kind::Import, edge.import.span, &target, state));
        }
    }
    found
}

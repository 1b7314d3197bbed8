//! Every citation, path, symbol and command of the documents that are checked, with its state.
//!
//! The lints of the group read what is gathered here once. Nothing is asked of git when no document cites lines and no
//! path is missing.

use super::citations::{Citation, Place, citations};
use super::commands::{self, Command};
use super::drift::{self, Citing, Fate, Mode, State, Surroundings};
use super::links::{Destination, links};
use super::mentions::{self, Mention, Symbol};
use crate::clients::Role;
use crate::config::DocumentClass;
use crate::discover::format_of;
use crate::history::Departure;
use crate::model::Format;
use crate::parallel;
use crate::paths::{Presence, normalize, parent};
use crate::workspace::{File, ImportTarget, Workspace, read_document};
use crate::world::World;
use crate::world::git::Repository;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one document says about others.
#[derive(Debug)]
pub struct DocumentReferences {
    /// Whether it is kept true or only a record.
    pub class: DocumentClass,
    /// Citations of lines with what became of them.
    pub citations: Vec<(Citation, Fate)>,
    /// Paths in code spans and link texts that are not there, or only under another case.
    pub paths: Vec<Mention>,
    /// "`name()` in `file`" where the file does not hold the name.
    pub symbols: Vec<Symbol>,
    /// Commands with a script or target that no manifest defines.
    pub commands: Vec<Command>,
}

/// What was gathered.
#[derive(Debug, Default)]
pub struct References {
    /// By document.
    pub documents: BTreeMap<Arc<str>, DocumentReferences>,
    /// What became of paths that are not there and that history had, as far as it was asked.
    pub departed: BTreeMap<Arc<str>, Departure>,
    /// How many references were looked at.
    pub count: usize,
}

impl References {
    /// Where a path that is not there was renamed to, and the commit that did it; `None` where that is not committed yet.
    pub fn renamed(&self, path: &str) -> Option<(&str, Option<&str>)> {
        let Departure { commit, to, .. } = self.departed.get(path)?;
        Some((to.as_deref()?, commit.as_deref()))
    }
}

/// Roles whose bodies are about other projects more often than about this one.
const QUIET: [Role; 3] = [Role::Skill, Role::Command, Role::Agent];

/// What is asked of history, and for which documents.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// How much.
    pub mode: Mode,
    /// Whether answers are kept between runs.
    pub cached: bool,
    /// The repository with the commit that counts as its head; `None` opens the one around the root.
    pub repository: Option<&'a Repository>,
    /// Which documents; `None` for all.
    pub wanted: Option<&'a Wanted<'a>>,
    /// What about them.
    pub needs: Needs,
}

/// What is to be known. Each costs a pass over all texts, or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// Citations, paths, symbols and commands of the documents.
    pub documents: bool,
    /// Where the missing targets of imports and links went.
    pub links: bool,
    /// Where the missing files of scopes went.
    pub scopes: bool,
}

impl Needs {
    /// Everything.
    pub const ALL: Needs = Needs { documents: true, links: true, scopes: true };
    /// Nothing.
    pub const NONE: Needs = Needs { documents: false, links: false, scopes: false };
}

/// Tells by a document whether its references are asked for.
pub type Wanted<'a> = dyn Fn(&File) -> bool + Sync + 'a;

/// Gathers the references of a workspace. Documents that are only linked or configured are read here; they are known to
/// the workspace from then on, but no other lint looks at them.
pub fn survey(workspace: &mut Workspace, world: &dyn World, mode: Mode, cached: bool) {
    survey_of(workspace, world, Asked { mode, cached, repository: None, wanted: None, needs: Needs::ALL });
}

/// [`survey`] of some documents, or of another state than that of the worktree.
pub fn survey_of(workspace: &mut Workspace, world: &dyn World, asked: Asked<'_>) {
    let Asked { wanted, needs, .. } = asked;
    let classes = if needs.documents { read_documents(workspace, world) } else { BTreeMap::new() };
    let mut found = References::default();
    let files: Vec<(&File, DocumentClass)> = classes
        .iter()
        .filter_map(|(path, class)| Some((workspace.file(path)?, *class)))
        .filter(|(file, _)| file.is_readable() && wanted.is_none_or(|wanted| wanted(file)))
        .collect();
    // A citation in a block of code is an example or a log: it is listed by `refs`, and not judged.
    let cited: Vec<Vec<Citation>> = parallel::map(&files, |(file, _)| {
        let all = citations(&file.document, &file.source.text);
        all.into_iter().filter(|citation| citation.place != Place::Code).collect()
    });
    let around = Surroundings::of(workspace, world, asked);
    let citing: Vec<Citing<'_>> =
        files.iter().zip(&cited).map(|((file, _), citations)| Citing { source: &file.source, citations }).collect();
    let fates = drift::fates(&around, &citing);
    let mut notes = Vec::new();
    if let Some(why) = &fates.unchecked {
        let noun = if fates.unchecked_count == 1 { "citation" } else { "citations" };
        notes.push(format!("{} {noun}: {why}", fates.unchecked_count));
    }
    let mut manifests = commands::Manifests::default();
    let mut mentioned = Vec::new();
    for (((file, class), citations), fates) in files.iter().zip(cited).zip(fates.by_document) {
        let is_quiet = is_quiet(file);
        let mut of_file = DocumentReferences {
            class: *class,
            citations: citations.into_iter().zip(fates).collect(),
            paths: Vec::new(),
            symbols: Vec::new(),
            commands: Vec::new(),
        };
        found.count += of_file.citations.len();
        if is_quiet {
            // Citations of skills and agents are examples, unless they name a file that is or was here.
            of_file.citations.retain(|(_, fate)| fate.target.is_some());
        } else {
            let paths = mentions::mentions(file, workspace);
            found.count += paths.seen;
            mentioned.push((file.path.clone(), paths.missing));
            of_file.paths = paths.other_case;
            of_file.symbols = mentions::symbols(file, workspace, world);
            of_file.commands = commands::unknown(file, workspace, world, &mut manifests);
        }
        found.documents.insert(file.path.clone(), of_file);
    }
    let candidates = || mentioned.iter().flat_map(|(_, missing)| missing);
    let mut paths: BTreeSet<Arc<str>> = candidates().flat_map(|candidate| candidate.forms.iter().cloned()).collect();
    paths.extend(missing_targets(workspace, wanted, needs));
    match mentions::departed(&around, &paths, candidates().count()) {
        Ok(departed) => {
            found.departed = departed;
            for (path, mention) in mentions::gone(mentioned, &found.departed) {
                if let Some(of_file) = found.documents.get_mut(&path) {
                    of_file.paths.push(mention);
                }
            }
        }
        Err(why) => notes.extend(why.filter(|_| fates.unchecked.is_none())),
    }
    workspace.notes.extend(notes);
    workspace.references = found;
}

/// Whether a document is about other projects more often than about this one, so that only what it cites of this one counts.
pub fn is_quiet(file: &File) -> bool {
    file.has_role(&QUIET) || file.roles.iter().any(|role| role.path.contains("/skills/"))
}

/// Reads the documents that are checked and not yet known to the workspace. Gives all that are checked, with their classes.
pub fn read_documents(workspace: &mut Workspace, world: &dyn World) -> BTreeMap<Arc<str>, DocumentClass> {
    let classes = documents(workspace);
    for path in classes.keys() {
        if workspace.file(path).is_none() {
            let file = read_document(world, workspace, path);
            let at = workspace.files.partition_point(|known| known.path < file.path);
            workspace.files.insert(at, file);
        }
    }
    classes
}

/// What imports, links and patterns without wildcards lead to and is not there, so that a rename can be told; of the files
/// that are asked for.
fn missing_targets(workspace: &Workspace, wanted: Option<&Wanted<'_>>, needs: Needs) -> BTreeSet<Arc<str>> {
    let is_wanted = |path: &str| wanted.is_none_or(|wanted| workspace.file(path).is_some_and(wanted));
    let mut found: BTreeSet<Arc<str>> = BTreeSet::new();
    for edge in workspace.imports.iter().filter(|_| needs.links) {
        match &edge.target {
            ImportTarget::Missing(target) if is_wanted(&edge.from) => found.insert(target.as_str().into()),
            _ => continue,
        };
    }
    let is_missing = |path: &String| workspace.index.presence(path) == Presence::Missing;
    let linking = workspace.files.iter().filter(|file| file.linted && file.document.format == Format::Markdown);
    for file in linking.filter(|_| needs.links) {
        let targets = links(file).filter_map(|link| match &link.destination {
            Destination::Path(path) => normalize(parent(&file.path), path.trim_start_matches('/')),
            _ => None,
        });
        let mut missing = targets.filter(is_missing).peekable();
        if missing.peek().is_some() && wanted.is_none_or(|wanted| wanted(file)) {
            found.extend(missing.map(Arc::from));
        }
    }
    let rules = if needs.scopes { workspace.scoped_rules() } else { &[] };
    for rule in rules {
        let plain = rule.patterns.iter().filter(|pattern| !pattern.text.contains(['*', '?', '[', '{', '!', '\\']));
        let paths = plain.filter_map(|pattern| normalize(&rule.anchor, pattern.text.trim_start_matches('/')));
        let mut missing = paths.filter(is_missing).peekable();
        if missing.peek().is_some() && is_wanted(&rule.file) {
            found.extend(missing.map(Arc::from));
        }
    }
    found.remove("");
    found
}

/// The documents that are checked, with their classes: Markdown that is linted, documents that the configuration names,
/// and those that any of these links to.
fn documents(workspace: &Workspace) -> BTreeMap<Arc<str>, DocumentClass> {
    let settings = &workspace.settings;
    let class = |path: &str| settings.document_class(path).or_else(|| workspace.handoffs.class(path));
    let mut found: BTreeMap<Arc<str>, DocumentClass> = BTreeMap::new();
    for file in workspace.files.iter().filter(|file| file.linted && file.document.format == Format::Markdown) {
        found.insert(file.path.clone(), class(&file.path).unwrap_or(DocumentClass::Living));
    }
    let linking: Vec<&File> = workspace.files.iter().filter(|file| found.contains_key(&file.path)).collect();
    let mut linked = Vec::new();
    for file in linking.into_iter().filter(|file| !file.has_role(&QUIET)) {
        for link in links(file) {
            let Destination::Path(path) = &link.destination else { continue };
            let target = super::links::find(&workspace.index, &file.path, path);
            let is_document = |path: &Arc<str>| {
                format_of(path) == Format::Markdown && workspace.index.presence(path) == Presence::File
            };
            linked.extend(target.filter(is_document));
        }
    }
    if !settings.documents.is_empty() {
        linked.extend(workspace.index.files.iter().filter(|path| class(path).is_some()).cloned());
    }
    for path in linked.into_iter().filter(|path| settings.exclusion(path).is_none()) {
        let class = class(&path).unwrap_or(DocumentClass::Living);
        found.entry(path).or_insert(class);
    }
    found
}

/// Whether a citation's file is gone or too short, rather than changed.
pub fn is_stale(workspace: &Workspace, citation: &Citation, fate: &Fate) -> bool {
    let Some(target) = &fate.target else { return false };
    let is_there = workspace.index.presence(target) == Presence::File;
    match fate.state {
        State::OutOfRange => true,
        State::Renamed | State::Gone | State::Changed | State::Moved => {
            !is_there || fate.line_count.is_some_and(|count| citation.start > count)
        }
        _ => false,
    }
}

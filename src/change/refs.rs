//! References that a change breaks or repairs, in its own documents and in those that it did not touch.

use super::{Affected, Change, renamed};
use crate::paths::Presence;
use crate::references::drift::{Mode, State};
use crate::references::listing::{Kind, Listing, Reference, list_of};
use crate::references::survey::{Asked, Needs, is_quiet, read_documents};
use crate::workspace::{File, Workspace};
use crate::world::World;
use crate::world::git::Repository;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A reference of a document.
#[derive(Clone, Debug)]
pub struct RefChange {
    /// The document, relative to the root.
    pub document: Arc<str>,
    /// The reference.
    pub reference: Reference,
}

/// What a change does to references.
#[derive(Debug, Default)]
pub struct RefChanges {
    /// Those that hold no longer, or that the change brought and that do not hold; as they are after the change.
    pub broken: Vec<RefChange>,
    /// Those that did not hold before and do now, or that were taken out of their document; as they were before.
    pub repaired: Vec<RefChange>,
    /// What could not be told, with the way out.
    pub unchecked: Option<String>,
}

/// Whether a reference does not lead where it says. What never was in the repository is an example, or is about another one.
fn is_broken(reference: &Reference) -> bool {
    match reference.state {
        State::Moved | State::Renamed | State::Changed | State::Gone | State::OutOfRange => true,
        State::Missing => matches!(reference.kind, Kind::Import | Kind::Link | Kind::Command | Kind::Symbol),
        _ => false,
    }
}

/// The references that a change breaks or repairs. The workspaces come to know every document that is checked.
pub fn ref_changes(
    change: &Change,
    before: &mut Workspace,
    after: &mut Workspace,
    mode: Mode,
    cached: bool,
) -> RefChanges {
    let new = side(change, after, change.world(), change.repository_after(), (mode, cached));
    let old = side(change, before, &change.before, change.repository_before(), (mode, cached));
    let moved = renamed(before, after);
    let (old_keys, new_keys) = (keyed(before, &old), keyed(after, &new));
    let known: HashMap<Key, State> = old_keys
        .iter()
        .map(|(key, of)| {
            let path = moved.get(&key.0).unwrap_or(&key.0).clone();
            ((path, key.1, key.2.clone(), key.3), if is_broken(of) { of.state } else { State::Ok })
        })
        .collect();
    let now: HashMap<&Key, &Reference> = new_keys.iter().map(|(key, of)| (key, *of)).collect();
    let mut found =
        RefChanges { unchecked: new.1.unchecked.clone().or(old.1.unchecked.clone()), ..RefChanges::default() };
    for (key, reference) in &new_keys {
        if is_broken(reference) && known.get(key).is_none_or(|was| *was == State::Ok) {
            found.broken.push(RefChange { document: key.0.clone(), reference: (*reference).clone() });
        }
    }
    for (key, reference) in old_keys.iter().filter(|(_, reference)| is_broken(reference)) {
        let path = moved.get(&key.0).unwrap_or(&key.0).clone();
        let is_there = after.index.presence(&path) == Presence::File;
        let is = now.get(&(path, key.1, key.2.clone(), key.3)).map(|reference| reference.state);
        if is_there && is.is_none_or(|state| state == State::Ok) {
            found.repaired.push(RefChange { document: key.0.clone(), reference: (*reference).clone() });
        }
    }
    found
}

/// Document, kind, text with its target, and the ordinal among equals.
type Key = (Arc<str>, &'static str, String, usize);

/// The affected documents of one state with their references.
type Side = (Vec<Arc<str>>, Listing);

fn side(
    change: &Change,
    workspace: &mut Workspace,
    world: &dyn World,
    repository: Option<&Repository>,
    (mode, cached): (Mode, bool),
) -> Side {
    let classes = read_documents(workspace, world);
    let affected = Affected::by(change, workspace);
    let documents: BTreeSet<&Arc<str>> = classes.keys().collect();
    let wanted = |file: &&File| file.is_readable() && documents.contains(&file.path) && affected.names(file);
    let files: Vec<&File> = workspace.files.iter().filter(wanted).collect();
    let listing =
        list_of(workspace, world, &files, Asked { mode, cached, repository, wanted: None, needs: Needs::ALL });
    (files.iter().map(|file| file.path.clone()).collect(), listing)
}

/// Every reference that is judged, with its key.
fn keyed<'a>(workspace: &Workspace, (paths, listing): &'a Side) -> Vec<(Key, &'a Reference)> {
    let mut found = Vec::new();
    for (path, references) in paths.iter().zip(&listing.by_document) {
        let Some(file) = workspace.file(path) else { continue };
        let is_quiet = is_quiet(file);
        let mut seen: HashMap<(&str, String), usize> = HashMap::new();
        // Of what stands in a block of code only commands are meant as they stand.
        for of in references.iter().filter(|of| !of.is_fenced || of.kind == Kind::Command) {
            let is_judged = match of.kind {
                Kind::Citation => !is_quiet || of.state != State::Missing,
                Kind::Import | Kind::Link => true,
                Kind::Path | Kind::Command | Kind::Symbol => !is_quiet,
            };
            if !is_judged {
                continue;
            }
            let text = of.span.slice(&file.source.text).to_owned();
            let ordinal = seen.entry((of.kind.name(), text.clone())).or_default();
            *ordinal += 1;
            found.push(((path.clone(), of.kind.name(), text, *ordinal), of));
        }
    }
    found
}

//! What a change does: two states of a repository side by side, and which findings the one has that the other had not.
//!
//! The state before is read from git's objects and never checked out. Both states are judged by the same settings, those of
//! the state after.

mod affected;
mod news;
mod refs;
mod startup;

pub use affected::Affected;
pub use news::news;
pub use refs::{RefChange, RefChanges, ref_changes};
pub use startup::{Figures, LoadChange, LoadKind, PathFigures, Startup, earlier, path_figures, startup_of};

use crate::diagnostic::{Diagnostic, fingerprints};
use crate::discover::WalkProblem;
use crate::paths::{PathIndex, file_name};
use crate::source::Source;
use crate::workspace::{self, Workspace};
use crate::world::git::compare::{self, Entry};
use crate::world::git::{GitError, Oid, Repository};
use crate::world::{Disk, Tree, World};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// What a revision is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After<'a> {
    /// The files on disk, committed or not.
    Worktree,
    /// What the next commit will hold.
    Staged,
    /// Another revision.
    Revision(&'a str),
}

/// Two states of a repository.
pub struct Change {
    /// The commit before; `None` where nothing was committed yet.
    pub base: Option<Oid>,
    /// The commit after; `None` for what is not committed.
    pub head: Option<Oid>,
    /// The state before.
    pub before: Tree,
    /// The state after; `None` for the disk.
    pub after: Option<Tree>,
    /// What could not be told, for the footer.
    pub notes: Vec<String>,
    /// The repository, with the commit that is checked out as its head; that is empty where nothing was committed yet.
    repository: Repository,
    /// Paths known to git that are not the same in both.
    tracked: BTreeSet<Arc<str>>,
    /// What the index holds, where the state after is the disk.
    index: Vec<Entry>,
    changed: OnceLock<BTreeSet<Arc<str>>>,
}

impl Change {
    /// Paths that are not the same in both, sorted. Those that nobody added to git yet are told by what the walk of the
    /// state after found; it is looked at once.
    pub fn changed(&self, after: &PathIndex) -> &BTreeSet<Arc<str>> {
        self.changed.get_or_init(|| {
            let mut changed = self.tracked.clone();
            if self.after.is_none() {
                let known: HashSet<&str> = self.index.iter().map(|entry| &*entry.path).collect();
                let there = after.files.iter().chain(after.links.keys());
                changed.extend(there.filter(|path| !known.contains(&***path)).cloned());
            }
            changed
        })
    }

    /// The state after, to read from.
    pub fn world(&self) -> &dyn World {
        self.after.as_ref().map_or(&Disk, |tree| tree as &dyn World)
    }

    /// The repository of the state before; `None` where nothing was committed yet.
    pub fn repository_before(&self) -> Option<&Repository> {
        self.base.as_ref().map(|_| self.before.repository())
    }

    /// The repository of the state after; `None` where nothing was committed yet.
    pub fn repository_after(&self) -> Option<&Repository> {
        match (&self.head, &self.after) {
            (Some(_), Some(tree)) => Some(tree.repository()),
            _ => Some(&self.repository).filter(|repository| !repository.head.is_empty()),
        }
    }

    /// What the state before is called in messages.
    pub fn base_name(&self) -> String {
        match &self.base {
            Some(commit) => format!("the commit {}", commit.get(..8).unwrap_or(commit)),
            None => "an empty repository".to_owned(),
        }
    }
}

/// The two states of the repository at `root`: where `base` and the state after went apart, and the state after. Without
/// `base` it is the commit that is checked out.
///
/// # Errors
/// When there is no git or no repository, or a revision names no commit.
pub fn change(root: &Path, base: Option<&str>, after: After<'_>) -> Result<Change, GitError> {
    let repository = compare::open(root)?;
    let mut notes = Vec::new();
    let head = match after {
        After::Revision(revision) => Some(compare::resolve(root, revision)?),
        After::Worktree | After::Staged => None,
    };
    let from = head.clone().or_else(|| (!repository.head.is_empty()).then(|| repository.head.clone()));
    let base = match base {
        None => from,
        Some(revision) => {
            let base = compare::resolve(root, revision)?;
            match from.as_ref().map(|from| compare::merge_base(root, &base, from)) {
                Some(Some(fork)) => Some(fork),
                Some(None) => {
                    notes.push(format!("the commit at which `{revision}` went apart: this clone has none"));
                    Some(base)
                }
                None => Some(base),
            }
        }
    };
    let mut index = compare::index(&repository, after == After::Staged)?;
    let dirty = compare::dirty(&repository, after == After::Staged)?;
    if after == After::Staged {
        index.retain(|entry| !dirty.intended.contains(&entry.path));
    }
    let staged: HashMap<&str, &Entry> = index.iter().map(|entry| (&*entry.path, entry)).collect();
    let is_on_disk = |entry: &Entry| {
        let same = |other: &&Entry| other.oid == entry.oid && other.kind == entry.kind;
        staged.get(&*entry.path).is_some_and(same) && !dirty.paths.contains(&entry.path)
    };
    let tree_of = |commit: &Oid| -> Result<Tree, GitError> {
        let repository = Repository { head: commit.clone(), ..repository.clone() };
        let entries = compare::tree_beside(&repository, commit, &index, after == After::Staged)?;
        Ok(Tree::new(&repository, entries, &is_on_disk))
    };
    let before = match &base {
        Some(commit) => tree_of(commit)?,
        None => Tree::new(&repository, Vec::new(), &is_on_disk),
    };
    let (tree, mut tracked) = match (&head, after) {
        (Some(commit), _) => {
            let tree = tree_of(commit)?;
            let changed = differing(before.entries(), tree.entries());
            (Some(tree), changed)
        }
        (None, After::Staged) => {
            let changed = differing(before.entries(), &index);
            (Some(Tree::new(&repository, index.clone(), &is_on_disk)), changed)
        }
        (None, _) => (None, differing(before.entries(), &index)),
    };
    if tree.is_none() {
        tracked.extend(dirty.paths.iter().cloned());
    }
    drop(staged);
    Ok(Change { base, head, before, after: tree, notes, repository, tracked, index, changed: OnceLock::new() })
}

/// Paths that only one of two lists has, or that hold another content in the other.
fn differing(before: &[Entry], after: &[Entry]) -> BTreeSet<Arc<str>> {
    let of = |entries: &[Entry]| -> HashMap<Arc<str>, Oid> {
        entries.iter().map(|entry| (entry.path.clone(), entry.oid.clone())).collect()
    };
    let (old, new) = (of(before), of(after));
    let gone_or_new = |one: &HashMap<Arc<str>, Oid>, other: &HashMap<Arc<str>, Oid>| -> Vec<Arc<str>> {
        one.iter().filter(|(path, oid)| other.get(*path) != Some(*oid)).map(|(path, _)| path.clone()).collect()
    };
    gone_or_new(&old, &new).into_iter().chain(gone_or_new(&new, &old)).collect()
}

/// Loads the state before, judged by the settings and for the clients of the state after.
pub fn load_before(change: &Change, after: &Workspace) -> Workspace {
    let mut settings = after.settings.clone();
    if settings.clients.is_empty() {
        settings.clients = after.clients.iter().map(|client| client.name.to_owned()).collect();
    }
    let fetch = |files: &[crate::discover::ContextFile]| {
        // What cannot be had at once is asked for one by one, and missing then.
        let _ = change.before.prefetch(files.iter().map(|file| &*file.path));
    };
    let config = after.config.as_ref().map(|config| Source::new(config.path.clone(), config.text.clone()));
    workspace::load_beside(&change.before, settings, config, after, &fetch)
}

fn decides_what_loads(path: &str) -> bool {
    matches!(file_name(path), ".gitignore" | ".gitmodules" | crate::config::FILE_NAME)
}

/// Whether a change may have changed what any client loads: a context file, or something that decides what is one.
pub fn touches_context(change: &Change, after: &Workspace) -> bool {
    change.changed(&after.index).iter().any(|path| {
        decides_what_loads(path)
            || !crate::clients::roles_of(path).is_empty()
            || crate::clients::is_client_folder(path)
            || after.file(path).is_some()
            || after
                .imports
                .iter()
                .any(|edge| matches!(&edge.target, workspace::ImportTarget::Missing(to) if **to == **path))
            || after.problems.iter().any(|problem| is_about(problem, path))
    })
}

fn is_about(problem: &WalkProblem, path: &str) -> bool {
    **crate::discover::problem_path(problem) == *path
}

/// Documents that only changed their name: the old path and the new one, where exactly one text went and came.
pub fn renamed(before: &Workspace, after: &Workspace) -> BTreeMap<Arc<str>, Arc<str>> {
    let only_in = |one: &'_ Workspace, other: &Workspace| -> HashMap<String, Vec<Arc<str>>> {
        let mut found: HashMap<String, Vec<Arc<str>>> = HashMap::new();
        for file in one.files.iter().filter(|file| other.file(&file.path).is_none() && file.is_readable()) {
            found.entry(file.source.text.clone()).or_default().push(file.path.clone());
        }
        found
    };
    let came = only_in(after, before);
    let pair = |(text, gone): (String, Vec<Arc<str>>)| match (&gone[..], came.get(&text).map(Vec::as_slice)) {
        ([from], Some([to])) => Some((from.clone(), to.clone())),
        _ => None,
    };
    only_in(before, after).into_iter().filter_map(pair).collect()
}

/// The findings of `after` that `before` did not have, or had less severely. Findings are the same when their
/// fingerprints are; a document that was only renamed keeps its findings.
pub fn caused(
    found: Vec<Diagnostic>,
    before: &[Diagnostic],
    renamed: &BTreeMap<Arc<str>, Arc<str>>,
) -> Vec<Diagnostic> {
    let moved: Vec<Diagnostic> = before
        .iter()
        .map(|finding| match renamed.get(&finding.path) {
            Some(to) => Diagnostic { path: to.clone(), ..finding.clone() },
            None => finding.clone(),
        })
        .collect();
    let known: HashMap<String, _> =
        fingerprints(&moved).into_iter().zip(moved.iter().map(|finding| finding.severity)).collect();
    let prints = fingerprints(&found);
    let both = found.into_iter().zip(prints);
    both.filter(|(finding, print)| known.get(print).is_none_or(|was| *was < finding.severity))
        .map(|(finding, _)| finding)
        .collect()
}

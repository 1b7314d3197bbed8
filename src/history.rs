//! What git knows of the past: who wrote a line, what a commit held, where a file went.
//!
//! Questions are put in batches, because each call of git costs more than its answer. All calls go through `world/git.rs`.

pub mod blame;
pub mod lines;
pub mod trees;

use crate::paths::parent;
use crate::world::git::{self, GitError, ObjectKind, Objects, Oid, Repository, Wanted};
use blame::Origin;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The past of one repository. Objects that were read once are kept for the run.
pub struct History {
    /// The repository.
    pub repository: Repository,
    objects: Objects,
    blobs: HashMap<Oid, Option<Arc<Vec<u8>>>>,
}

impl History {
    /// Opens the past of a repository.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn open(repository: Repository) -> Result<History, GitError> {
        let objects = Objects::open(&repository)?;
        Ok(History { repository, objects, blobs: HashMap::new() })
    }

    /// The content of a blob; `None` when this clone does not have it.
    pub fn blob(&mut self, oid: &Oid) -> Option<Arc<Vec<u8>>> {
        if let Some(known) = self.blobs.get(oid) {
            return known.clone();
        }
        let object = self.objects.get(oid).filter(|object| object.kind == ObjectKind::Blob);
        let bytes = object.map(|object| Arc::new(object.bytes));
        self.blobs.insert(oid.clone(), bytes.clone());
        bytes
    }

    /// The committed version of a path relative to the root.
    pub fn head_file(&mut self, path: &str) -> Option<(Oid, Arc<Vec<u8>>)> {
        let name = format!("{}:{}{path}", self.repository.head, self.repository.prefix);
        let object = self.objects.get(&name).filter(|object| object.kind == ObjectKind::Blob)?;
        let bytes = Arc::new(object.bytes);
        self.blobs.insert(object.oid.clone(), Some(bytes.clone()));
        Some((object.oid, bytes))
    }

    /// The full name of a commit that a text names by its hash; `None` when this clone does not have it.
    pub fn commit(&mut self, hash: &str) -> Option<Oid> {
        let object = self.objects.get(&format!("{hash}^{{commit}}"));
        object.filter(|object| git::is_hex(hash) && object.kind == ObjectKind::Commit).map(|object| object.oid)
    }

    /// Whether a commit holds a file at a path relative to the root.
    pub fn is_in(&mut self, commit: &str, path: &str) -> bool {
        let name = format!("{commit}:{}{path}", self.repository.prefix);
        self.objects.get(&name).is_some_and(|object| object.kind == ObjectKind::Blob)
    }

    /// The files of a commit that `trees` looks for.
    pub fn files(&mut self, trees: &mut trees::Trees, commit: &str) -> Option<Arc<Vec<trees::TreeFile>>> {
        trees.files(&mut self.objects, commit)
    }

    /// A commit as the origin of a line: not known where the clone ends before it.
    fn origin(&self, commit: &Oid) -> Origin {
        if self.repository.shallow.contains(commit) { Origin::Unknown } else { Origin::Commit(commit.clone()) }
    }
}

/// What became of a path that is no longer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The commit in which the path went, the last one where it went several times; `None` where that is not committed yet.
    pub commit: Option<Oid>,
    /// Where to: the path that is there now, after all renames. `None` when the file was deleted.
    pub to: Option<Arc<str>>,
    /// For a file that was deleted: one that came in the same commit and has something of it.
    pub perhaps: Option<Arc<str>>,
    /// The paths that it had one after the other since then, the last one included.
    pub names: Vec<Arc<str>>,
}

/// How much of a file must be the same for git to call it renamed, in percent; git's own default.
const ALIKE: u8 = 50;
/// How much must be the same for a file to be worth a look, in percent.
const REMOTELY_ALIKE: u8 = 20;

/// How many renames are followed one after the other.
const MAX_RENAMES: usize = 10;

/// What became of each of `paths`, none of which is there now. Paths that history does not know are left out. `is_there`
/// tells whether a path exists now.
///
/// # Errors
/// When git fails.
pub fn departures(
    repository: &Repository,
    paths: &[Arc<str>],
    is_there: &dyn Fn(&str) -> bool,
) -> Result<BTreeMap<Arc<str>, Departure>, GitError> {
    // The last removal of each path, and what became of it there.
    let mut known: HashMap<Arc<str>, Departure> = HashMap::new();
    let mut todo: Vec<Arc<str>> = paths.to_vec();
    for _ in 0..MAX_RENAMES {
        todo.retain(|path| !known.contains_key(path));
        todo.sort_unstable();
        todo.dedup();
        if todo.is_empty() {
            break;
        }
        let names: Vec<&str> = todo.iter().map(|path| &**path).collect();
        let removals = git::changes(repository, &repository.head, None, &names, Wanted::Removals)?;
        let mut last: BTreeMap<Arc<str>, Oid> = BTreeMap::new();
        for removal in removals {
            // What was asked for may be a folder: it went with the last file that it held.
            let mut at: &str = &removal.path;
            while !at.is_empty() {
                if let Ok(asked) = todo.binary_search_by(|path| (**path).cmp(at)) {
                    last.entry(todo[asked].clone()).or_insert_with(|| removal.commit.clone());
                }
                at = parent(at);
            }
        }
        let mut commits: Vec<Oid> = last.values().cloned().collect();
        commits.sort_unstable();
        commits.dedup();
        let renames = git::renames(repository, &commits, ALIKE)?;
        let is_renamed = |path: &str, commit: &str| renames.iter().any(|r| *r.commit == *commit && *r.from == *path);
        let deleted = last.iter().filter(|(path, commit)| !is_renamed(path, commit));
        let mut commits: Vec<Oid> = deleted.map(|(_, commit)| commit.clone()).collect();
        commits.sort_unstable();
        commits.dedup();
        let remote = git::renames(repository, &commits, REMOTELY_ALIKE)?;
        let mut next = Vec::new();
        for (path, commit) in last {
            let renamed = renames.iter().find(|rename| rename.commit == commit && rename.from == path);
            let to = renamed.map(|rename| rename.to.clone());
            let perhaps = remote.iter().find(|rename| rename.commit == commit && rename.from == path);
            let perhaps = perhaps.map(|rename| rename.to.clone()).filter(|to| is_there(to));
            next.extend(to.iter().filter(|to| !is_there(to)).cloned());
            known.insert(path, Departure { commit: Some(commit), to, perhaps, names: Vec::new() });
        }
        todo = next;
    }
    let mut found = BTreeMap::new();
    for path in paths {
        let Some(mut departure) = known.get(path).cloned() else { continue };
        for _ in 0..MAX_RENAMES {
            departure.names.extend(departure.to.clone());
            let Some(at) = departure.to.clone().filter(|at| !is_there(at)) else { break };
            departure.to = known.get(&at).and_then(|next| next.to.clone());
        }
        departure.to = departure.to.filter(|to| is_there(to));
        found.insert(path.clone(), departure);
    }
    Ok(found)
}

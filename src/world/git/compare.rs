//! What two states of a repository hold, as git's own lists: the files of a commit, those of the index, and what of the
//! worktree differs from the index. Nothing is checked out, and no filter runs.

use super::{GitError, Objects, Oid, PLAIN_DIFF, Repository, command, output, output_of_input};
use crate::world::{Disk, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// One entry of a commit's tree or of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// What it is.
    pub kind: TreeKind,
    /// Its content: a blob, or the commit of a submodule.
    pub oid: Oid,
}

/// The kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKind {
    /// A regular file.
    File,
    /// A symbolic link, whose content is its target.
    Link,
    /// Another repository.
    Submodule,
}

/// The repository around a folder, whose head is empty where nothing was committed yet.
///
/// # Errors
/// When git is missing or does not know the folder as a repository.
pub fn open(root: &Path) -> Result<Repository, GitError> {
    if let Ok(repository) = super::open(root) {
        return Ok(repository);
    }
    let mut git = command(root);
    git.args(["rev-parse", "--git-common-dir", "--show-prefix"]);
    let text = String::from_utf8_lossy(&output(git)?).into_owned();
    let mut lines = text.lines();
    let (common_dir, prefix) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    Ok(Repository {
        root: root.to_path_buf(),
        prefix: prefix.to_owned(),
        common_dir: root.join(common_dir),
        head: "".into(),
        shallow: BTreeSet::new(),
        sparse: false,
        deadline: None,
    })
}

/// The commit that a user's words name.
///
/// # Errors
/// When git is missing or no commit is called so.
pub fn resolve(root: &Path, revision: &str) -> Result<Oid, GitError> {
    let mut git = command(root);
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]).arg(format!("{revision}^{{commit}}"));
    let found = output(git).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let oid = found.map(|text| text.trim().to_owned()).filter(|oid| super::is_hex(oid));
    oid.map(Oid::from).ok_or_else(|| GitError { message: format!("no commit is called `{revision}`") })
}

/// The best common ancestor of two commits; `None` when they have none, or when the clone ends before it.
pub fn merge_base(root: &Path, one: &str, other: &str) -> Option<Oid> {
    // A branch without commits of its own needs no question.
    if one == other && super::is_hex(one) {
        return Some(one.into());
    }
    let mut git = command(root);
    git.args(["merge-base", "--end-of-options", one, other]);
    let text = String::from_utf8(output(git).ok()?).ok()?;
    let oid = text.lines().next()?.trim();
    super::is_hex(oid).then(|| oid.into())
}

/// Whether the head of a repository is or follows a commit.
pub fn is_ancestor(repository: &Repository, commit: &str) -> bool {
    let mut git = command(&repository.root);
    git.args(["merge-base", "--is-ancestor", commit, &repository.head]);
    output(git).is_ok()
}

/// The blobs that the head commit has at these paths; `None` where it has no file.
///
/// # Errors
/// When git fails.
pub fn present(repository: &Repository, paths: &[&Arc<str>]) -> Result<Vec<Option<Oid>>, GitError> {
    let mut git = command(&repository.root);
    git.args(["cat-file", "--batch-check=%(objecttype) %(objectname)"]);
    let Repository { head, prefix, .. } = repository;
    // A line break would be a second question.
    let asked = |path: &&&Arc<str>| !path.contains(['\n', '\r']);
    let input: String = paths.iter().filter(asked).map(|path| format!("{head}:{prefix}{path}\n")).collect();
    let text = String::from_utf8_lossy(&output_of_input(git, input, repository.deadline)?).into_owned();
    let mut answers = text.lines();
    let mut answer = |path: &&Arc<str>| {
        let line = if asked(&path) { answers.next()? } else { return None };
        line.strip_prefix("blob ").filter(|oid| super::is_hex(oid)).map(Oid::from)
    };
    Ok(paths.iter().map(&mut answer).collect())
}

/// Every file of a commit below the root, sorted by path. A root that the commit does not have holds nothing.
///
/// # Errors
/// When git fails.
pub fn tree(repository: &Repository, commit: &str) -> Result<Vec<Entry>, GitError> {
    let treeish = match repository.prefix.trim_end_matches('/') {
        "" => commit.to_owned(),
        folder => format!("{commit}:{folder}"),
    };
    let mut git = command(&repository.root);
    // Without `--full-tree` git takes the working folder for a prefix.
    git.args(["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", &treeish]);
    match output(git) {
        Ok(bytes) => Ok(read_entries(&bytes)),
        Err(_) if !repository.prefix.is_empty() && is_commit(&repository.root, commit) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// [`tree`] by way of the index, of which git knows what differs without reading the folders that do not.
///
/// # Errors
/// When git fails.
pub fn tree_beside(
    repository: &Repository,
    commit: &str,
    index: &[Entry],
    hooks_index: bool,
) -> Result<Vec<Entry>, GitError> {
    let mut git = command(&repository.root);
    use_index(&mut git, repository, hooks_index)?;
    git.args(["diff-index", "--cached", "-r", "--no-renames", "--relative", "--ignore-submodules=none"]);
    git.args(PLAIN_DIFF).args(["--end-of-options", commit]);
    // A file in conflict is in the index more than once, and git 2.47 crashes over one outside of the root.
    let Some(before) = output(git).ok().and_then(|bytes| differing_before(&bytes)) else {
        return tree(repository, commit);
    };
    let same = index.iter().filter(|entry| !before.contains_key(&entry.path)).cloned();
    Ok(same.chain(before.values().flatten().cloned()).collect())
}

/// Reads `:MODE MODE OLD NEW STATUS` and `PATH`, each ended by NUL: the paths that differ with what they were before.
/// `None` when the index holds a conflict.
fn differing_before(bytes: &[u8]) -> Option<BTreeMap<Arc<str>, Option<Entry>>> {
    let mut found = BTreeMap::new();
    let mut fields = bytes.split(|byte| *byte == 0).map(|field| std::str::from_utf8(field));
    while let Some(field) = fields.next() {
        let Some(raw) = field.ok().and_then(|field| field.strip_prefix(':')) else { continue };
        let Some(Ok(path)) = fields.next() else { continue };
        let words: Vec<&str> = raw.split(' ').collect();
        let [mode, _, oid, _, status] = words[..] else { continue };
        if status == "U" {
            return None;
        }
        found.insert(path.into(), kind_of(mode).map(|kind| Entry { path: path.into(), kind, oid: oid.into() }));
    }
    Some(found)
}

fn is_commit(root: &Path, commit: &str) -> bool {
    let mut git = command(root);
    git.args(["cat-file", "-e", &format!("{commit}^{{commit}}")]);
    output(git).is_ok()
}

/// Every file of the index below the root, sorted by path. Of a file in conflict it is our side.
///
/// `hooks_index` is for what a commit will hold: git tells its hooks by `GIT_INDEX_FILE` which index that is.
///
/// # Errors
/// When git fails.
pub fn index(repository: &Repository, hooks_index: bool) -> Result<Vec<Entry>, GitError> {
    let mut git = command(&repository.root);
    use_index(&mut git, repository, hooks_index)?;
    git.args(["ls-files", "--stage", "-z"]);
    let mut found = read_entries(&output(git)?);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|later, first| later.path == first.path);
    Ok(found)
}

/// Lets a call read the index that git names to its hooks, which it counts from the top of the working tree.
fn use_index(git: &mut Command, repository: &Repository, hooks_index: bool) -> Result<(), GitError> {
    let Some(named) = std::env::var_os("GIT_INDEX_FILE").filter(|_| hooks_index) else { return Ok(()) };
    let root = Disk.canonical(&repository.root).map_err(|error| GitError { message: error.to_string() })?;
    let depth = repository.prefix.split_terminator('/').count();
    let file = root.ancestors().nth(depth).unwrap_or(&root).join(named);
    // To git an index that is not there is an empty one, which holds before the first commit alone.
    if Disk.stat(&file).is_none() && !repository.head.is_empty() {
        let message = format!("GIT_INDEX_FILE names {}, which is not there", file.display());
        return Err(GitError { message });
    }
    git.env("GIT_INDEX_FILE", file);
    Ok(())
}

/// What a mode of git's stands for; `None` for what is not there.
fn kind_of(mode: &str) -> Option<TreeKind> {
    match mode {
        "120000" => Some(TreeKind::Link),
        "160000" => Some(TreeKind::Submodule),
        mode if mode.starts_with("100") => Some(TreeKind::File),
        _ => None,
    }
}

/// Reads `MODE KIND OID\tPATH` of a tree and `MODE OID STAGE\tPATH` of the index, ended by NUL.
fn read_entries(bytes: &[u8]) -> Vec<Entry> {
    let entry = |line: &[u8]| {
        let (head, path) = std::str::from_utf8(line).ok()?.split_once('\t')?;
        let words: Vec<&str> = head.split(' ').collect();
        let [mode, second, third] = words[..] else { return None };
        let is_index = third.len() < 4;
        // Of a conflict the second stage is ours; the first is what both started from, the third theirs.
        if is_index && !matches!(third, "0" | "2") {
            return None;
        }
        Some(Entry { path: path.into(), kind: kind_of(mode)?, oid: if is_index { second } else { third }.into() })
    };
    bytes.split(|byte| *byte == 0).filter_map(entry).collect()
}

/// What of the worktree differs from the index. Paths are relative to the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dirty {
    /// Tracked paths whose file is not what the index holds.
    pub paths: BTreeSet<Arc<str>>,
    /// Those of them that are only to be added later (`git add -N`): the index names them, and a commit leaves them out.
    pub intended: BTreeSet<Arc<str>>,
}

/// Compares the worktree with the index. `hooks_index` as in [`index`].
///
/// # Errors
/// When git fails.
pub fn dirty(repository: &Repository, hooks_index: bool) -> Result<Dirty, GitError> {
    let mut git = command(&repository.root);
    use_index(&mut git, repository, hooks_index)?;
    // To compare a file git would run the filters that attributes name, which may be any program.
    for name in filters(&repository.root) {
        for (key, value) in [("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")] {
            git.args(["-c", &format!("filter.{name}.{key}={value}")]);
        }
    }
    // Unlike `diff-files` this looks into a file whose times alone are others.
    git.args(["diff", "--name-status", "-z", "--relative", "--no-renames", "--ignore-submodules=all"]);
    git.args(["--no-ext-diff", "--no-textconv", "--no-color"]);
    let bytes = output(git)?;
    let mut fields = bytes.split(|byte| *byte == 0).map(std::str::from_utf8);
    let mut dirty = Dirty::default();
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        let (Ok(status), Ok(path)) = (status, path) else { continue };
        dirty.paths.insert(path.into());
        // What the worktree adds to the index can only be a file that the index names without its content.
        if status == "A" {
            dirty.intended.insert(path.into());
        }
    }
    Ok(dirty)
}

/// The names of all filters that any settings define.
fn filters(root: &Path) -> BTreeSet<String> {
    let mut git = command(root);
    git.args(["config", "--null", "--name-only", "--get-regexp", "^filter\\."]);
    // No filter at all is an error to git.
    let names = String::from_utf8_lossy(&output(git).unwrap_or_default()).into_owned();
    let name = |key: &str| Some(key.strip_prefix("filter.")?.rsplit_once('.')?.0.to_owned());
    names.split('\0').filter_map(name).collect()
}

/// The contents of many blobs, in order; `None` for what this clone does not have. Asked for in one go, so that git
/// reads while we do.
///
/// # Errors
/// When git fails.
pub fn blobs(repository: &Repository, oids: &[Oid]) -> Result<Vec<Option<Vec<u8>>>, GitError> {
    let mut git = command(&repository.root);
    git.args(["cat-file", "--batch", "--buffer"]);
    let input: String = oids.iter().map(|oid| format!("{oid}\n")).collect();
    let bytes = output_of_input(git, input, repository.deadline)?;
    let mut rest = bytes.as_slice();
    let mut found = Vec::with_capacity(oids.len());
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        let size = header.split(' ').nth(2).and_then(|size| size.parse::<usize>().ok());
        let body = size.and_then(|size| Some((rest.get(..size)?, rest.get(size + 1..)?)));
        found.push(body.map(|(body, after)| {
            rest = after;
            body.to_vec()
        }));
    }
    found.resize(oids.len(), None);
    Ok(found)
}

/// A blob's content through an open process.
pub(in crate::world) fn blob(objects: &mut Objects, oid: &str) -> Option<Vec<u8>> {
    objects.get(oid).filter(|object| object.kind == super::ObjectKind::Blob).map(|object| object.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_trees_and_of_the_index_are_read() {
        let text = b"100644 blob aaaa1111\ta b.md\x00120000 blob bbbb1111\tlink\x00160000 commit cccc1111\tsub\0";
        let found: Vec<(String, TreeKind, String)> =
            read_entries(text).into_iter().map(|e| (e.path.to_string(), e.kind, e.oid.to_string())).collect();
        let wanted = [("a b.md", TreeKind::File, "aaaa1111"), ("link", TreeKind::Link, "bbbb1111")];
        assert_eq!(found[..2], wanted.map(|(path, kind, oid)| (path.to_owned(), kind, oid.to_owned())));
        let text = b"100644 aaaa1111 0\ta\x00100644 bbbb1111 1\tb\x00100644 cccc1111 2\tb\x00100644 dddd1111 3\tb\0";
        let found: Vec<String> = read_entries(text).into_iter().map(|entry| entry.oid.to_string()).collect();
        assert_eq!(found, ["aaaa1111", "cccc1111"]);
    }

    #[test]
    fn what_the_index_changed_is_read_as_it_was() {
        let text = b":100644 100755 aaaa1111 aaaa1111 M\0run.sh\0:000000 100644 00000000 bbbb1111 A\0new\0\
            :120000 000000 cccc1111 00000000 D\0link\0";
        let found = differing_before(text).unwrap_or_default();
        let kinds: Vec<_> = found.iter().map(|(path, was)| (&**path, was.as_ref().map(|was| was.kind))).collect();
        let wanted = [("link", Some(TreeKind::Link)), ("new", None), ("run.sh", Some(TreeKind::File))];
        assert_eq!(kinds, wanted);
        assert!(differing_before(b":100644 000000 aaaa1111 00000000 U\0both.md\0").is_none());
    }
}

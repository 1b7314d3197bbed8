//! What git says of the working tree: branch, dirty paths, and where the branch left the main line.
//!
//! Whether a file is dirty may make git run a filter that the repository's settings name; every filter is switched off for
//! the question. Nothing in the working tree is diffed by git: its text is read by us.

use super::super::{Disk, EntryKind, ReadError, World};
use super::{Change, GitError, Oid, PLAIN_DIFF, Repository, blobs, command, is_hex, output};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The state of a working tree. Paths are relative to the root that was asked about, sorted, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The commit that is checked out; `None` before the first one.
    pub head: Option<Oid>,
    /// The branch; `None` for a detached head.
    pub branch: Option<String>,
    /// The branch that it follows.
    pub upstream: Option<String>,
    /// Commits that the upstream does not have, and that only it has.
    pub ahead_behind: Option<(u64, u64)>,
    /// Entries of the stash.
    pub stash: u64,
    /// Paths whose staged version is another than the committed one.
    pub staged: Vec<String>,
    /// Paths whose version in the tree is another than the staged one.
    pub unstaged: Vec<String>,
    /// Paths that git does not know and does not ignore.
    pub untracked: Vec<String>,
    /// Paths with a conflict.
    pub conflicted: Vec<String>,
    /// Staged renames: the old path and the new one.
    pub renamed: Vec<(String, String)>,
}

/// Names of the filters in git's settings.
fn filters(root: &Path) -> Vec<String> {
    let mut git = command(root);
    git.args(["config", "-z", "--name-only", "--get-regexp", "^filter\\."]);
    let bytes = output(git).unwrap_or_default();
    let names = bytes.split(|byte| *byte == 0).filter_map(|key| std::str::from_utf8(key).ok());
    let mut names: Vec<String> = names
        .filter_map(|key| Some(key.strip_prefix("filter.")?.rsplit_once('.')?.0.to_owned()))
        .filter(|name| !name.contains(['=', '\n']))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The repository's own settings as text, where `root` is the top of a working tree.
fn settings(root: &Path) -> Option<String> {
    let (git_dir, common_dir) = folders(root)?;
    let read = |path: PathBuf| match Disk.read(&path, 1 << 20) {
        Ok(bytes) => String::from_utf8(bytes).ok(),
        Err(ReadError::NotFound) => Some(String::new()),
        Err(_) => None,
    };
    Some(read(common_dir.join("config"))? + "\n" + &read(git_dir.join("config.worktree"))?)
}

/// Asks for the state of the working tree at `root`.
///
/// # Errors
/// When git is missing, fails, or does not know the folder as a repository.
pub fn status(root: &Path, prefix: &str) -> Result<Status, GitError> {
    let mut git = command(root);
    for name in filters(root) {
        for key in ["clean", "smudge", "process"] {
            git.arg("-c").arg(format!("filter.{name}.{key}="));
        }
        git.arg("-c").arg(format!("filter.{name}.required=false"));
    }
    git.args(["status", "--porcelain=v2", "-z", "--branch", "--show-stash", "--untracked-files=all"]);
    git.args(["--ignore-submodules=dirty", "--find-renames", "--", "."]);
    Ok(read_status(&output(git)?, prefix))
}

/// Reads the second form of git's status for programs.
fn read_status(bytes: &[u8], prefix: &str) -> Status {
    let mut out = Status::default();
    let mut fields = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let own = |path: &str| path.strip_prefix(prefix).map(str::to_owned);
    while let Some(field) = fields.next() {
        let Some((kind, rest)) = field.split_once(' ') else { continue };
        match kind {
            "#" => header(&mut out, rest),
            "?" => out.untracked.extend(own(rest)),
            "1" | "2" => {
                // `XY sub mH mI mW hH hI [score] path`, and for a rename the old path as a field of its own.
                let words = if kind == "1" { 7 } else { 8 };
                let path = rest.splitn(words + 1, ' ').nth(words).and_then(own);
                let from = if kind == "2" { fields.next() } else { None };
                let (staged, unstaged) = (rest.as_bytes().first(), rest.as_bytes().get(1));
                let Some(path) = path else { continue };
                if staged.is_some_and(|letter| *letter != b'.') {
                    out.staged.push(path.clone());
                }
                if unstaged.is_some_and(|letter| *letter != b'.') {
                    out.unstaged.push(path.clone());
                }
                if let Some(from) = from.and_then(|from| own(&from)) {
                    out.renamed.push((from, path));
                }
            }
            "u" => out.conflicted.extend(rest.splitn(10, ' ').nth(9).and_then(own)),
            _ => {}
        }
    }
    for paths in [&mut out.staged, &mut out.unstaged, &mut out.untracked, &mut out.conflicted] {
        paths.sort_unstable();
    }
    out
}

fn header(out: &mut Status, rest: &str) {
    let Some((name, value)) = rest.split_once(' ') else { return };
    match name {
        "branch.oid" => out.head = is_hex(value).then(|| value.into()),
        "branch.head" => out.branch = (value != "(detached)").then(|| value.to_owned()),
        "branch.upstream" => out.upstream = Some(value.to_owned()),
        "branch.ab" => {
            let mut numbers = value.split(' ').map(|number| number[1..].parse().ok());
            out.ahead_behind = numbers.next().flatten().zip(numbers.next().flatten());
        }
        "stash" => out.stash = value.parse().unwrap_or(0),
        _ => {}
    }
}

/// Names under which the main line is known, in the order in which they are tried.
const MAIN_LINES: [&str; 7] = [
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
    "refs/heads/trunk",
    "refs/remotes/upstream/HEAD",
];

/// The main line: its short name (`main`) and its commit.
pub fn main_line(root: &Path) -> Option<(String, Oid)> {
    let mut git = command(root);
    git.args(["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]).args(MAIN_LINES);
    let text = String::from_utf8_lossy(&output(git).ok()?).into_owned();
    let found: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    MAIN_LINES.iter().find_map(|name| {
        let row = found.iter().find(|row| row.first() == Some(name))?;
        let target = row.get(2).filter(|target| !target.is_empty()).unwrap_or(name);
        let short = target.rsplit('/').next().unwrap_or(target);
        Some((short.to_owned(), Arc::from(*row.get(1)?)))
    })
}

/// How many commits only `a` has, and how many only `b` has.
pub fn apart(root: &Path, a: &str, b: &str) -> Option<(u64, u64)> {
    let mut git = command(root);
    git.args(["rev-list", "--left-right", "--count", "--end-of-options"]).arg(format!("{a}...{b}"));
    let text = String::from_utf8_lossy(&output(git).ok()?).into_owned();
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    numbers.next().flatten().zip(numbers.next().flatten())
}

/// Whether the commit `old` is part of the history of `new`.
pub fn is_ancestor(root: &Path, old: &str, new: &str) -> bool {
    let mut git = command(root);
    git.args(["merge-base", "--is-ancestor", "--end-of-options", old, new]);
    output(git).is_ok()
}

/// The commit that a revision of the user's names; `None` when there is none.
pub fn resolve(root: &Path, revision: &str) -> Option<Oid> {
    let mut git = command(root);
    git.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]).arg(format!("{revision}^{{commit}}"));
    let text = String::from_utf8_lossy(&output(git).ok()?).trim().to_owned();
    is_hex(&text).then(|| text.into())
}

/// Whether a local or remote branch of this name exists.
pub fn has_branch(root: &Path, name: &str) -> bool {
    let mut git = command(root);
    git.args(["for-each-ref", "--format=%(refname)"]);
    git.args([format!("refs/heads/{name}"), format!("refs/remotes/origin/{name}")]);
    let text = output(git).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    text.lines().any(|line| line.ends_with(&format!("/{name}")))
}

/// Commits of `head` that `base` does not have, newest first: hash and first line. At most `most`.
///
/// # Errors
/// When git fails.
pub fn commits(root: &Path, base: Option<&str>, head: &str, most: usize) -> Result<Vec<(Oid, String)>, GitError> {
    let mut git = command(root);
    git.args(["log", "--no-show-signature", "--no-notes", "--no-color", "-z", "--format=%H %s"]);
    git.arg(format!("--max-count={most}")).args(["--end-of-options", head]);
    if let Some(base) = base {
        git.arg(format!("^{base}"));
    }
    let bytes = output(git)?;
    let rows = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    Ok(rows
        .filter_map(|row| row.trim_start().split_once(' ').map(|(hash, line)| (hash.into(), line.to_owned())))
        .collect())
}

/// A change with the old path of a rename.
pub type Moved = (Change, Option<Arc<str>>);

/// What differs between two commits, by path relative to the root; a rename has its old path.
///
/// # Errors
/// When git fails.
pub fn between(repository: &Repository, base: &str, head: &str) -> Result<Vec<Moved>, GitError> {
    let mut git = command(&repository.root);
    git.args(["diff-tree", "-r", "-M", "-l2000", "--relative", "--ignore-submodules=all"]).args(PLAIN_DIFF);
    git.args(["--end-of-options", base, head]);
    let bytes = output(git)?;
    let mut fields = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    let mut found = Vec::new();
    while let Some(field) = fields.next() {
        let Some(raw) = field.strip_prefix(':') else { continue };
        let Some(path) = fields.next() else { break };
        let (old, new) = blobs(raw);
        let is_rename = raw.rsplit(' ').next().is_some_and(|letter| letter.starts_with('R'));
        let to = if is_rename { fields.next() } else { None };
        let from = to.is_some().then(|| Arc::from(&*path));
        let path = to.unwrap_or(path);
        found.push((Change { commit: head.into(), parents: 1, path: (*path).into(), old, new }, from));
    }
    Ok(found)
}

/// The content of a path (relative to the root) in a commit.
pub fn content(root: &Path, commit: &str, path: &str) -> Option<Vec<u8>> {
    if !is_hex(commit) || path.contains(['\n', '\0']) {
        return None;
    }
    let mut git = command(root);
    git.args(["cat-file", "blob"]).arg(format!("{commit}:./{path}"));
    output(git).ok()
}

/// When a commit was made, in seconds since 1970.
pub fn date(root: &Path, commit: &str) -> Option<i64> {
    let mut git = command(root);
    git.args(["log", "--no-show-signature", "--max-count=1", "--format=%ct", "--end-of-options", commit]);
    String::from_utf8_lossy(&output(git).ok()?).trim().parse().ok()
}

/// The last commit of `head`'s first line that was made before a moment, in the form of the transcripts' clocks.
pub fn before(root: &Path, head: &str, moment: &str) -> Option<Oid> {
    let is_moment = moment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-:.+".contains(&byte));
    if !is_moment || moment.len() < 10 {
        return None;
    }
    let mut git = command(root);
    git.args(["rev-list", "--first-parent", "--max-count=1"]).arg(format!("--before={moment}"));
    git.args(["--end-of-options", head]);
    let text = String::from_utf8_lossy(&output(git).ok()?).trim().to_owned();
    is_hex(&text).then(|| text.into())
}

/// Where git keeps what all worktrees share, what belongs to this one, and the way from the top of the tree to `root`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The way from the top of the working tree to the root, empty or ending in `/`.
    pub prefix: String,
    /// The folder that all worktrees share.
    pub common_dir: PathBuf,
    /// The folder of this worktree.
    pub git_dir: PathBuf,
}

/// Where the repository around `root` is. Unlike [`super::open`] it needs no commit.
///
/// # Errors
/// When git is missing or does not know the folder as a repository.
pub fn place(root: &Path) -> Result<Place, GitError> {
    // At the top of a working tree git's own files say it all.
    if let Some((git_dir, common_dir)) = folders(root) {
        return Ok(Place { prefix: String::new(), common_dir, git_dir });
    }
    let mut git = command(root);
    git.args(["rev-parse", "--git-common-dir", "--git-dir", "--show-prefix"]);
    let text = String::from_utf8_lossy(&output(git)?).into_owned();
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (common_dir, git_dir, prefix) = (root.join(next()), root.join(next()), next());
    Ok(Place { prefix, common_dir, git_dir })
}

/// What git's own files tell without git being started: enough to know that nothing has changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// The folder that all worktrees share.
    pub common_dir: PathBuf,
    /// The branch that is checked out; `None` for a detached head.
    pub branch: Option<String>,
    /// A hash over the head, its commit and the index.
    pub mark: u64,
}

/// The folder of this working tree and the one that all share, where `root` is the top of one and they have the usual form.
fn folders(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let text = |path: &Path| Disk.read(path, 1 << 16).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let dot = root.join(".git");
    let git_dir = match Disk.stat(&dot)?.kind {
        EntryKind::Dir => dot,
        // A worktree or a submodule has a file that leads to its folder.
        _ => root.join(text(&dot)?.strip_prefix("gitdir:")?.trim()),
    };
    let common_dir = match text(&git_dir.join("commondir")) {
        Some(common) => git_dir.join(common.trim()),
        None => git_dir.clone(),
    };
    Disk.stat(&git_dir.join("HEAD")).map(|_| (git_dir, common_dir))
}

/// Looks at git's own files for the working tree whose top is `root`. `None` where there is none, or of another form.
pub fn glance(root: &Path) -> Option<Glance> {
    const SMALL: u64 = 1 << 16;
    let read = |path: &Path, limit: u64| Disk.read(path, limit).ok();
    let text = |path: &Path| read(path, SMALL).and_then(|bytes| String::from_utf8(bytes).ok());
    let (git_dir, common_dir) = folders(root)?;
    let head = text(&git_dir.join("HEAD"))?;
    let reference = head.strip_prefix("ref:").map(|name| name.trim().to_owned());
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    hash.update(head.as_bytes());
    if let Some(name) = reference.as_deref().filter(|name| !name.contains("..")) {
        match text(&common_dir.join(name)) {
            Some(commit) => hash.update(commit.as_bytes()),
            None => hash.update(&read(&common_dir.join("packed-refs"), 64 << 20).unwrap_or_default()),
        }
    }
    // The index ends with a checksum over itself.
    let index = git_dir.join("index");
    if let Some(stat) = Disk.stat(&index)
        && let Ok((stream, _)) = Disk.stream(&index, stat.bytes.saturating_sub(32))
    {
        let mut end = Vec::new();
        let _ = stream.take(64).read_to_end(&mut end);
        hash.update(&stat.bytes.to_le_bytes());
        hash.update(&end);
    }
    let branch = reference.and_then(|name| name.strip_prefix("refs/heads/").map(str::to_owned));
    Some(Glance { common_dir, branch, mark: hash.digest() })
}

/// The address of the remote `origin`, as the settings have it.
pub fn remote(root: &Path) -> Option<String> {
    let settings = settings(root);
    if settings
        .as_deref()
        .is_some_and(|text| !text.contains("\"origin\"") && !text.to_ascii_lowercase().contains("include"))
    {
        return None;
    }
    let mut git = command(root);
    git.args(["config", "--get", "remote.origin.url"]);
    let text = String::from_utf8_lossy(&output(git).ok()?).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_with_its_renames_and_odd_names() {
        let bytes = b"# branch.oid 1111111111111111111111111111111111111111\0# branch.head feat/x\0# branch.upstream origin/x\0\
            # branch.ab +2 -1\0# stash 3\x001 M. N... 100644 100644 100644 aaaa bbbb sub/a b.rs\0\
            1 .M N... 100644 100644 100644 aaaa bbbb sub/c.rs\0\
            2 R. N... 100644 100644 100644 aaaa bbbb R100 sub/new.rs\0sub/old.rs\0\
            u UU N... 100644 100644 100644 100644 a b c sub/both.rs\0? sub/note.txt\0? other/x\0";
        let status = read_status(bytes, "sub/");
        assert_eq!(status.head.as_deref(), Some("1111111111111111111111111111111111111111"));
        assert_eq!((status.branch.as_deref(), status.ahead_behind, status.stash), (Some("feat/x"), Some((2, 1)), 3));
        assert_eq!((status.staged, status.unstaged), (vec!["a b.rs".into(), "new.rs".into()], vec!["c.rs".to_owned()]));
        assert_eq!(status.renamed, [("old.rs".to_owned(), "new.rs".to_owned())]);
        assert_eq!((status.untracked, status.conflicted), (vec!["note.txt".to_owned()], vec!["both.rs".to_owned()]));
    }
}

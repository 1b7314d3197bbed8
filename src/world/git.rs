//! The only place that starts git.
//!
//! A hostile repository is normal input: its settings, hooks, filters and attributes may all name commands. One builder
//! makes every call, with everything switched off that could run one; user revisions stand after `--end-of-options`.

pub mod compare;
mod uncommitted;
pub mod worktree;

pub use uncommitted::uncommitted;

use super::{Disk, World};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Instant;

/// Options before the subcommand, on every call.
const GLOBAL: [&str; 13] = [
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    // A user's own settings must not change a verdict. Their file is read all the same, because it may say which
    // repositories are safe.
    "-c",
    "core.excludesFile=/dev/null",
    "-c",
    "blame.ignoreRevsFile=",
];

/// A git command in the repository at `root`, with the arguments of a subcommand still to be added.
///
/// Inherited `GIT_*` variables are cleared: a commit hook sets `GIT_DIR` and `GIT_INDEX_FILE`, which would point the
/// call at another repository.
fn command(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(GLOBAL);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(&name);
        }
    }
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
    git.env("LC_ALL", "C");
    git.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    git
}

/// Why git gave no answer, for one note in the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitError {
    /// Its first line of complaint, or why it could not be started.
    pub message: String,
}

/// Runs one call and gives its standard output.
///
/// # Errors
/// When git is missing or fails; the caller reports what it could not check and goes on.
fn output(mut git: Command) -> Result<Vec<u8>, GitError> {
    let done = git.output().map_err(|error| GitError { message: format!("git could not be started: {error}") })?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let stderr = String::from_utf8_lossy(&done.stderr);
    Err(GitError { message: stderr.lines().next().unwrap_or("git failed without a word").to_owned() })
}

/// Paths that git tracks although an ignore rule matches them, relative to `root`, sorted, with `/`.
///
/// # Errors
/// When git is missing, fails, or does not know the folder as a repository.
pub fn tracked_but_ignored(root: &Path) -> Result<Vec<String>, GitError> {
    list_files(root, &["--ignored", "--exclude-standard"])
}

/// Paths that git tracks, relative to `root`, sorted, with `/`.
///
/// # Errors
/// When git is missing, fails, or does not know the folder as a repository.
pub fn tracked(root: &Path) -> Result<Vec<String>, GitError> {
    list_files(root, &[])
}

fn list_files(root: &Path, options: &[&str]) -> Result<Vec<String>, GitError> {
    let mut git = command(root);
    git.args(["ls-files", "-z", "--cached"]).args(options);
    let stdout = output(git)?;
    let mut paths: Vec<String> =
        stdout.split(|byte| *byte == 0).filter_map(|path| String::from_utf8(path.to_vec()).ok()).collect();
    paths.retain(|path| !path.is_empty());
    paths.sort_unstable();
    Ok(paths)
}

/// An object's name as git writes it: 40 or 64 hexadecimal digits.
pub type Oid = Arc<str>;

/// Whether a text can stand for a commit or an object without git taking it for anything else.
pub fn is_hex(text: &str) -> bool {
    (4..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What one question tells of the repository around a folder.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The folder that was asked about, absolute.
    pub root: PathBuf,
    /// The way from the top of the working tree to `root`, empty or ending in `/`.
    pub prefix: String,
    /// The folder that all worktrees share: where objects and the cache are.
    pub common_dir: PathBuf,
    /// The commit that is checked out.
    pub head: Oid,
    /// Commits whose parents this clone does not have. Empty in a full clone.
    pub shallow: BTreeSet<Oid>,
    /// Whether only part of the tracked files is checked out.
    pub sparse: bool,
    /// When git must have answered; a call that has not is ended and counts as failed.
    pub deadline: Option<Instant>,
}

impl Repository {
    /// Whether the time for answers is over.
    pub fn is_late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// Files of git's own settings above this size are not read, in bytes.
const MAX_SETTINGS: u64 = 1 << 22;

/// Asks about the repository that holds `root`.
///
/// # Errors
/// When git is missing, does not know the folder as a repository, or nothing was committed yet.
pub fn open(root: &Path) -> Result<Repository, GitError> {
    // Git would say the same, and to start it costs more than to look at a small tree.
    if !may_have_repository(root) {
        return Err(GitError { message: "not a git repository".to_owned() });
    }
    let mut git = command(root);
    git.args(["rev-parse", "--is-shallow-repository", "--git-common-dir", "--git-dir", "--show-prefix"]);
    git.args(["--verify", "--end-of-options", "HEAD^{commit}"]);
    let text = String::from_utf8_lossy(&output(git)?).into_owned();
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let (is_shallow, common_dir, git_dir, prefix) = (next(), root.join(next()), root.join(next()), next());
    let head = text.lines().next_back().filter(|last| is_hex(last) && last.len() >= 40);
    let Some(head) = head else { return Err(GitError { message: "git named no commit".to_owned() }) };
    let read = |path: PathBuf| {
        let bytes = Disk.read(&path, MAX_SETTINGS).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let shallow = if is_shallow == "true" { read(common_dir.join("shallow")) } else { String::new() };
    // The file stays when the setting is switched off, so both are asked.
    let sparse = [&common_dir, &git_dir].iter().any(|dir| {
        ["config", "config.worktree"].iter().any(|name| {
            let text = read(dir.join(name)).to_ascii_lowercase();
            text.lines().any(|line| line.split_once('=').is_some_and(is_sparse_setting))
        })
    });
    let shallow = shallow.lines().map(Arc::from).collect();
    Ok(Repository { root: root.to_path_buf(), prefix, common_dir, head: head.into(), shallow, sparse, deadline: None })
}

/// Whether a folder or one above it has what git looks for: `.git`, or in a repository without a worktree its `HEAD`.
fn may_have_repository(root: &Path) -> bool {
    let Ok(root) = Disk.canonical(root) else { return true };
    root.ancestors().any(|dir| Disk.stat(&dir.join(".git")).is_some() || Disk.stat(&dir.join("HEAD")).is_some())
}

fn is_sparse_setting((key, value): (&str, &str)) -> bool {
    key.trim() == "sparsecheckout" && matches!(value.trim(), "true" | "yes" | "on" | "1")
}

/// One version of one path giving way to the next, as one commit made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: Oid,
    /// How many parents the commit has; a merge has one change for each parent that it differs from.
    pub parents: usize,
    /// The path, relative to the root.
    pub path: Arc<str>,
    /// The blob before; `None` when the path was added.
    pub old: Option<Oid>,
    /// The blob after; `None` when the path was removed.
    pub new: Option<Oid>,
}

/// Which changes a walk through history gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every change of the paths.
    All,
    /// Only commits in which one of the paths went away.
    Removals,
}

/// What git is told before it lists changes: nothing of the repository's settings may run a command or change the form.
const PLAIN_DIFF: [&str; 5] = ["--raw", "--no-abbrev", "-z", "--no-textconv", "--no-ext-diff"];

/// Every change of `paths` (relative to the root; without any: of every path) in the history of the commit `tip` and not
/// in that of `since`, children before parents. One walk, however many paths.
///
/// # Errors
/// When git fails.
pub fn changes(
    repository: &Repository,
    tip: &str,
    since: Option<&str>,
    paths: &[&str],
    wanted: Wanted,
) -> Result<Vec<Change>, GitError> {
    let mut git = command(&repository.root);
    git.args(["log", "--full-history", "--date-order", "--diff-merges=separate", "--no-renames", "--relative"]);
    git.args(["--no-show-signature", "--no-follow", "--no-notes", "--ignore-submodules=all"]);
    git.args(PLAIN_DIFF).args(["--format=%x01%H %P", "--stdin"]);
    if wanted == Wanted::Removals {
        git.arg("--diff-filter=D");
    }
    let mut input = format!("{tip}\n");
    if let Some(since) = since {
        input.push_str(&format!("^{since}\n"));
    }
    let paths: Vec<&&str> = paths.iter().filter(|path| !path.contains(['\n', '\0'])).collect();
    if !paths.is_empty() {
        input.push_str("--\n");
        for path in paths {
            input.push_str(path);
            input.push('\n');
        }
    }
    Ok(read_changes(&output_of_input(git, input, repository.deadline)?))
}

/// Reads `\x01COMMIT PARENTS`, then `:MODE MODE OLD NEW STATUS` and `PATH`, all ended by NUL.
fn read_changes(bytes: &[u8]) -> Vec<Change> {
    let mut found = Vec::new();
    let (mut commit, mut parents): (Oid, usize) = ("".into(), 0);
    let mut fields = bytes.split(|byte| *byte == 0);
    while let Some(field) = fields.next() {
        let field = String::from_utf8_lossy(field);
        let field = field.trim_start_matches('\n');
        if let Some(header) = field.strip_prefix('\u{1}') {
            let mut words = header.split(' ').filter(|word| !word.is_empty());
            commit = words.next().unwrap_or_default().into();
            parents = words.count();
        } else if let Some(raw) = field.strip_prefix(':') {
            let Some(path) = fields.next().and_then(|path| std::str::from_utf8(path).ok()) else { continue };
            let (old, new) = blobs(raw);
            found.push(Change { commit: commit.clone(), parents, path: path.into(), old, new });
        }
    }
    found
}

/// The two blobs of a raw line; `None` for what is absent or no file.
fn blobs(raw: &str) -> (Option<Oid>, Option<Oid>) {
    let words: Vec<&str> = raw.split(' ').collect();
    let blob = |mode: usize, oid: usize| {
        let is_file = words.get(mode).is_some_and(|mode| mode.starts_with("100") || mode.starts_with("120"));
        words.get(oid).filter(|_| is_file).map(|oid| Arc::from(*oid))
    };
    (blob(0, 2), blob(1, 3))
}

/// A path that a commit gave another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The commit.
    pub commit: Oid,
    /// The path before, relative to the root.
    pub from: Arc<str>,
    /// The path after, relative to the root.
    pub to: Arc<str>,
    /// The blob before.
    pub old: Option<Oid>,
}

/// The renames that git sees in each of these commits, all in one call: pairs of which at least `alike` percent is the
/// same.
///
/// # Errors
/// When git fails.
pub fn renames(repository: &Repository, commits: &[Oid], alike: u8) -> Result<Vec<Rename>, GitError> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let mut git = command(&repository.root);
    git.args(["diff-tree", "--stdin", "-r", "-m", "-l2000", "--diff-filter=R", "--relative"])
        .arg(format!("-M{alike}%"));
    git.args(PLAIN_DIFF).arg("--ignore-submodules=all");
    let input: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
    let bytes = output_of_input(git, input, repository.deadline)?;
    let mut found = Vec::new();
    let mut commit: Oid = "".into();
    let mut fields = bytes.split(|byte| *byte == 0).map(String::from_utf8_lossy);
    while let Some(field) = fields.next() {
        let field = field.trim_start_matches('\n');
        if let Some(raw) = field.strip_prefix(':') {
            let (Some(from), Some(to)) = (fields.next(), fields.next()) else { break };
            let (old, _) = blobs(raw);
            found.push(Rename { commit: commit.clone(), from: (*from).into(), to: (*to).into(), old });
        } else if is_hex(field.split(' ').next().unwrap_or_default()) {
            commit = field.split(' ').next().unwrap_or_default().into();
        }
    }
    Ok(found)
}

/// Runs one call with `input` on its standard input, until the deadline.
fn output_of_input(mut git: Command, input: String, deadline: Option<Instant>) -> Result<Vec<u8>, GitError> {
    let failed = |error: std::io::Error| GitError { message: format!("git could not be started: {error}") };
    let late = || GitError { message: "git took too long".to_owned() };
    if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
        return Err(late());
    }
    let mut child = git.stdin(Stdio::piped()).spawn().map_err(failed)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    // Threads of their own feed and read, so that no side waits for the other, and the deadline holds for all.
    std::thread::spawn(move || {
        // A git that went away tells so by its exit code.
        let _ = stdin.map(|mut stdin| stdin.write_all(input.as_bytes()));
    });
    let complaints = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
        text
    });
    let (sender, answer) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stdout.map(|mut stdout| stdout.read_to_end(&mut bytes));
        let _ = sender.send(read.is_some_and(|read| read.is_ok()).then_some(bytes));
    });
    let answer = match deadline {
        None => answer.recv().ok(),
        Some(deadline) => match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => Some(answer),
            Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(late());
            }
        },
    };
    let status = child.wait().map_err(failed)?;
    match answer.flatten() {
        Some(bytes) if status.success() => Ok(bytes),
        _ => {
            let stderr = complaints.join().unwrap_or_default();
            let stderr = String::from_utf8_lossy(&stderr);
            Err(GitError { message: stderr.lines().next().unwrap_or("git failed without a word").to_owned() })
        }
    }
}

/// The kinds of objects that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// A file's content.
    Blob,
}

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub oid: Oid,
    /// What it is.
    pub kind: ObjectKind,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Objects larger than this are not looked at, in bytes.
const MAX_OBJECT: usize = 64 << 20;

/// One `git cat-file --batch` that answers for as long as it is needed.
pub struct Objects {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    deadline: Option<Instant>,
}

impl Objects {
    /// Starts the process.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn open(repository: &Repository) -> Result<Objects, GitError> {
        let failed = |error: std::io::Error| GitError { message: format!("git could not be started: {error}") };
        let mut git = command(&repository.root);
        git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = git.spawn().map_err(failed)?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().ok_or(GitError { message: "git gave no output".to_owned() })?;
        Ok(Objects { child, stdin, stdout: BufReader::with_capacity(1 << 16, stdout), deadline: repository.deadline })
    }

    /// The object of this name (a hash, or a hash with `^{tree}` and the like); `None` when there is none, when it is of
    /// another kind or too large, when git went away, or when the time is over.
    pub fn get(&mut self, name: &str) -> Option<Object> {
        if name.contains(['\n', '\0']) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return None;
        }
        let stdin = self.stdin.as_mut()?;
        stdin.write_all(format!("{name}\n").as_bytes()).ok()?;
        let mut header = String::new();
        self.stdout.read_line(&mut header).ok()?;
        let mut words = header.split_whitespace();
        let (oid, kind, size) = (words.next()?, words.next()?, words.next()?);
        let size: usize = size.parse().ok()?;
        if size > MAX_OBJECT {
            std::io::copy(&mut (&mut self.stdout).take(size as u64 + 1), &mut std::io::sink()).ok()?;
            return None;
        }
        let mut bytes = vec![0; size + 1];
        self.stdout.read_exact(&mut bytes).ok()?;
        bytes.pop();
        let kind = match kind {
            "commit" => ObjectKind::Commit,
            "tree" => ObjectKind::Tree,
            "blob" => ObjectKind::Blob,
            _ => return None,
        };
        Some(Object { oid: oid.into(), kind, bytes })
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // The end of its input ends git.
        self.stdin.take();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_with_their_commits_and_merges_keep_their_parents() {
        let text = b"\x01aaaa bbbb cccc\0\n:100644 100644 1111 2222 M\0a.md\0\x01bbbb \0\n:000000 100644 0000 1111 A\0b c.md\0";
        let found = read_changes(text);
        assert_eq!(found.len(), 2);
        assert_eq!((&*found[0].commit, found[0].parents, &*found[0].path), ("aaaa", 2, "a.md"));
        assert_eq!((found[0].old.as_deref(), found[0].new.as_deref()), (Some("1111"), Some("2222")));
        assert_eq!((&*found[1].commit, found[1].parents, found[1].old.as_deref()), ("bbbb", 0, None));
        assert_eq!(&*found[1].path, "b c.md");
    }

    #[test]
    fn only_hexadecimal_digits_name_an_object() {
        assert!(is_hex("1a2b3c4d") && !is_hex("HEAD") && !is_hex("--all") && !is_hex("abc"));
    }
}

//! The only place that starts git.
//!
//! A hostile repository is normal input: its settings, hooks, filters and attributes may all name commands. One builder
//! makes every call, with everything switched off that could run one; user revisions stand after `--end-of-options`.

use std::path::Path;
use std::process::{Command, Stdio};

/// Options before the subcommand, on every call.
const GLOBAL: [&str; 9] = [
    "--no-pager",
    "--no-optional-locks",
    "--literal-pathspecs",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
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
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
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

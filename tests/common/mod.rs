//! Repositories and runs of the program for tests that look at it from outside.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a run gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// What it printed, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// A run of ctxlint in `dir` without anything of this environment that changes its output, to be started.
pub(crate) fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ctxlint"));
    for (name, _) in std::env::vars() {
        if name != "PATH" && name != "HOME" {
            command.env_remove(name);
        }
    }
    command.current_dir(dir).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits for the end of a run.
pub(crate) fn ended(child: Child) -> Run {
    let output = child.wait_with_output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs ctxlint in `dir`.
pub(crate) fn ctxlint(dir: &Path, arguments: &[&str]) -> Run {
    ended(command(dir, arguments).spawn().unwrap())
}

/// Runs ctxlint with further variables in its environment.
pub(crate) fn ctxlint_with(dir: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
    ended(command(dir, arguments).envs(variables.iter().copied()).spawn().unwrap())
}

/// Runs ctxlint with a text on its standard input.
pub(crate) fn ctxlint_on(dir: &Path, arguments: &[&str], text: &str) -> Run {
    let mut child = command(dir, arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    ended(child)
}

/// Runs git with nothing of this machine's settings, and gives what it printed.
pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    git_at(dir, arguments, "2026-01-01T00:00:00Z")
}

/// Runs git at a time of its own: commits get this date.
pub(crate) fn git_at(dir: &Path, arguments: &[&str], date: &str) -> String {
    let mut git = Command::new("git");
    let settings = ["commit.gpgsign=false", "core.autocrlf=false", "init.defaultBranch=main"];
    git.current_dir(dir).args(settings.iter().flat_map(|setting| ["-c", setting])).args(arguments);
    for (name, _) in std::env::vars() {
        if name.starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.org");
        git.env(format!("GIT_{who}_DATE"), date);
    }
    let output = git.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Writes a file and the folders above it.
pub(crate) fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// The text of a file.
pub(crate) fn read(dir: &Path, path: &str) -> String {
    fs::read_to_string(dir.join(path)).unwrap()
}

/// Every file below a folder with its content, without those of git.
pub(crate) fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(dir).into_iter().filter_entry(|entry| entry.file_name() != ".git");
    let files = files.map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    let path = |entry: &walkdir::DirEntry| entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
    files.map(|entry| (path(&entry), fs::read(entry.path()).unwrap())).collect()
}

/// Commits everything that is in the folder.
pub(crate) fn commit(dir: &Path, message: &str) {
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-q", "--allow-empty", "-m", message]);
}

/// A folder of its own with these files.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    dir
}

/// A folder of its own with these files, marked as a root by an empty `.git`, so that no folder above it counts. Git would
/// see no repository in it.
pub(crate) fn marked(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    fs::create_dir(dir.path().join(".git")).unwrap();
    dir
}

/// A repository with one commit that holds these files, in a folder of its own.
pub(crate) fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = folder(files);
    git(dir.path(), &["init", "-q"]);
    commit(dir.path(), "first");
    dir
}

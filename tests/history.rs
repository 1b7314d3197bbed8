//! What history tells, on small real repositories.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Run, commit, ctxlint, ctxlint_with, git, read, write};
use ctxlint::history::History;
use ctxlint::history::blame::{Origin, Question, blame};
use ctxlint::world::git as repositories;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A repository, to be filled by commits.
struct Repo {
    dir: tempfile::TempDir,
}

impl Repo {
    fn new() -> Repo {
        let dir = tempfile::tempdir().unwrap();
        git(dir.path(), &["init", "-q"]);
        Repo { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn write(&self, path: &str, text: &str) {
        write(self.path(), path, text);
    }

    fn commit(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            self.write(path, text);
        }
        commit(self.path(), "change");
        git(self.path(), &["rev-parse", "HEAD"]).trim().to_owned()
    }

    /// State, target and new place of each citation, one a line.
    fn refs(&self, arguments: &[&str]) -> String {
        let run = ctxlint(self.path(), &[&["refs", "--format", "json"], arguments].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        let json = run.json();
        let mut lines = Vec::new();
        let citations = json["refs"].as_array().unwrap().iter().filter(|found| found["kind"] == "citation");
        for found in citations {
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let mut line = format!("{} {}", word(&found["text"]), word(&found["state"]));
            if let Some(now) = found["now"].as_object() {
                line.push_str(&format!(" {}:{}-{}", word(&now["path"]), now["start"], now["end"]));
            }
            lines.push(line);
        }
        lines.join("\n")
    }
}

/// Ten lines that differ from one another.
const CODE: &str = "fn alpha() {\n    let one = 1;\n    let two = 2;\n}\n\nfn beta() {\n    let three = 3;\n    let four = 4;\n}\n// end of it\n";

#[test]
fn citations_are_followed_through_commits() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("src/old.rs", CODE), ("src/dead.rs", "fn dead() {}\nfn gone() {}\n")]);
    repo.commit(&[(
        "docs/plan.md",
        "`src/a.rs:6-9` moves\n`src/a.rs:2` changes\n`src/a.rs:10` goes\n`src/old.rs:1` renamed\n`src/dead.rs:1` deleted\n\
         `src/a.rs:99` never\n`src/none.rs:1` missing\n",
    )]);
    assert_eq!(
        repo.refs(&[]),
        "src/a.rs:6-9 ok\nsrc/a.rs:2 ok\nsrc/a.rs:10 ok\nsrc/old.rs:1 ok\nsrc/dead.rs:1 ok\nsrc/a.rs:99 out-of-range\n\
         src/none.rs:1 missing"
    );
    fs::remove_file(repo.path().join("src/dead.rs")).unwrap();
    fs::rename(repo.path().join("src/old.rs"), repo.path().join("src/new.rs")).unwrap();
    let changed = CODE.replace("let one = 1", "let one = 11").replace("// end of it\n", "");
    repo.commit(&[("src/a.rs", &format!("//! New.\n{changed}"))]);
    let after = "src/a.rs:6-9 moved src/a.rs:7-10\nsrc/a.rs:2 changed src/a.rs:3-3\nsrc/a.rs:10 gone\n\
                 src/old.rs:1 renamed src/new.rs:1-1\nsrc/dead.rs:1 gone\nsrc/a.rs:99 out-of-range\nsrc/none.rs:1 missing";
    assert_eq!(repo.refs(&[]), after);
    assert!(repo.path().join(".git/ctxlint/v1/answers").exists());
    assert_eq!(repo.refs(&[]), after, "from the cache");
    assert_eq!(repo.refs(&["--history", "auto"]), after, "from the cache");
    assert_eq!(repo.refs(&["--no-cache"]), after);
}

#[test]
fn uncommitted_edits_of_both_sides_are_taken_in() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("plan.md", "`src/a.rs:6-9`\n")]);
    repo.write("src/a.rs", &format!("//! New.\n{CODE}"));
    repo.write("plan.md", "A new line.\n`src/a.rs:6-9`\n`src/a.rs:1` is new\n");
    assert_eq!(repo.refs(&[]), "src/a.rs:6-9 moved src/a.rs:7-10\nsrc/a.rs:1 ok");
    fs::remove_file(repo.path().join("src/a.rs")).unwrap();
    assert_eq!(repo.refs(&[]), "src/a.rs:6-9 gone\nsrc/a.rs:1 missing");
}

#[test]
fn a_document_that_was_renamed_keeps_the_age_of_its_lines() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("plan.md", "`src/a.rs:6-9`\nmore text\nand more\n")]);
    repo.commit(&[("src/a.rs", &format!("//! New.\n{CODE}"))]);
    fs::create_dir(repo.path().join("docs")).unwrap();
    fs::rename(repo.path().join("plan.md"), repo.path().join("docs/plan.md")).unwrap();
    repo.commit(&[]);
    assert_eq!(repo.refs(&[]), "src/a.rs:6-9 moved src/a.rs:7-10");
}

#[test]
fn what_history_cannot_tell_is_unknown_and_said_once() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("plan.md", "`src/a.rs:6-9` and `src/a.rs:99`\n")]);
    repo.commit(&[("src/a.rs", &format!("//! New.\n{CODE}"))]);
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", repo.path().display());
    git(clone.path(), &["clone", "-q", "--depth", "1", &url, "."]);
    let run = |dir: &Path, arguments: &[&str]| ctxlint(dir, &[&["refs"], arguments].concat()).out;
    let shallow = run(clone.path(), &[]);
    assert!(shallow.contains("src/a.rs:6-9  unknown"), "{shallow}");
    assert!(shallow.contains("out-of-range"), "{shallow}");
    assert_eq!(shallow.matches("fetch-depth: 0").count(), 1, "{shallow}");
    let off = run(repo.path(), &["--history", "off"]);
    assert!(off.contains("src/a.rs:6-9  unknown") && off.contains("switched off"), "{off}");
    // A linked worktree and a root below the top know the whole history.
    let tree = tempfile::tempdir().unwrap();
    let place = tree.path().join("tree");
    git(repo.path(), &["worktree", "add", "-q", place.to_str().unwrap()]);
    assert!(run(&place, &[]).contains("moved"), "{}", run(&place, &[]));
}

#[test]
fn a_root_below_the_top_of_the_repository_works() {
    let repo = Repo::new();
    repo.commit(&[("pkg/src/a.rs", CODE), ("pkg/plan.md", "`src/a.rs:6-9`\n`src/b.rs:1`\n"), ("pkg/src/b.rs", CODE)]);
    fs::rename(repo.path().join("pkg/src/b.rs"), repo.path().join("pkg/src/c.rs")).unwrap();
    repo.commit(&[("pkg/src/a.rs", &format!("//! New.\n{CODE}"))]);
    let root = repo.path().join("pkg");
    let found = repo.refs(&["--root", root.to_str().unwrap()]);
    assert_eq!(found, "src/a.rs:6-9 moved src/a.rs:7-10\nsrc/b.rs:1 renamed src/c.rs:1-1");
}

#[test]
fn a_sparse_checkout_is_judged_by_what_is_committed() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("docs/plan.md", "`src/a.rs:6-9`\n")]);
    repo.commit(&[("src/a.rs", &format!("//! New.\n{CODE}"))]);
    git(repo.path(), &["sparse-checkout", "set", "docs"]);
    assert!(!repo.path().join("src").exists());
    assert_eq!(repo.refs(&[]), "src/a.rs:6-9 moved src/a.rs:7-10");
}

/// What `check` says about references.
fn check(dir: &Path, format: &str) -> Run {
    ctxlint(dir, &["check", "--only", "references", "--history", "full", "--format", format])
}

#[test]
fn trap_lines_stay_silent_with_a_history_too() {
    let repo = Repo::new();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures/traps");
    for entry in walkdir::WalkDir::new(&fixture) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&fixture).unwrap().to_str().unwrap().to_owned();
            repo.write(&path, &fs::read_to_string(entry.path()).unwrap());
        }
    }
    // History even had what the lines call removed or yet to be made.
    repo.commit(&[("src/legacy/index.ts", "export {};\n"), ("docs/NOTES.md", "# Notes\n")]);
    fs::remove_dir_all(repo.path().join("src/legacy")).unwrap();
    fs::remove_file(repo.path().join("docs/NOTES.md")).unwrap();
    repo.commit(&[]);
    let found = check(repo.path(), "concise").out;
    assert!(found.contains("no findings"), "{found}");
}

#[test]
fn fixes_of_moved_citations_leave_a_clean_check_and_nothing_to_do_twice() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("CLAUDE.md", "At `src/a.rs:6-9` and [here](src/a.rs#L6-L9).\n")]);
    repo.commit(&[("src/a.rs", &format!("//! New.\n{CODE}"))]);
    assert_eq!(check(repo.path(), "concise").out.matches("[drifted-citation]").count(), 2);
    let json = check(repo.path(), "json").json();
    let mut text = read(repo.path(), "CLAUDE.md");
    for finding in json["diagnostics"].as_array().unwrap().iter().rev() {
        let fix = &finding["fixes"][0];
        assert_eq!(fix["applicability"], "safe");
        for edit in fix["edits"].as_array().unwrap().iter().rev() {
            let at = |name: &str| edit[name].as_u64().unwrap() as usize;
            text.replace_range(at("start")..at("end"), edit["text"].as_str().unwrap());
        }
    }
    assert_eq!(text, "At `src/a.rs:7-10` and [here](src/a.rs#L7-L10).\n");
    repo.write("CLAUDE.md", &text);
    assert!(check(repo.path(), "concise").out.contains("no findings"), "{}", check(repo.path(), "concise").out);
}

#[test]
fn no_git_is_started_where_nothing_needs_history() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.commit(&[("CLAUDE.md", "Read `docs/guide.md` and run `cargo test`.\n"), ("docs/guide.md", "# Guide\n")]);
    let bin = tempfile::tempdir().unwrap();
    let (git, canary) = (bin.path().join("git"), bin.path().join("canary"));
    fs::write(&git, format!("#!/bin/sh\n: > '{}'\nexit 1\n", canary.display())).unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let path = [("PATH", bin.path().to_str().unwrap())];
    let run = |arguments: &[&str]| ctxlint_with(repo.path(), arguments, &path).out;
    run(&["check", "--history", "full"]);
    run(&["refs"]);
    assert!(!canary.exists(), "git was started");
    repo.write("CLAUDE.md", "Read `docs/guide.md:1`.\n");
    let text = run(&["check", "--history", "full"]);
    assert!(canary.exists() && text.contains("not checked"), "{text}");
}

#[test]
fn pinned_citations_are_checked_without_history() {
    let repo = Repo::new();
    repo.commit(&[("src/a.rs", CODE), ("plan.md", "`src/a.rs:6-9` does it\n")]);
    let pin = || {
        assert_eq!(ctxlint(repo.path(), &["refs", "--pin"]).code, 0);
        read(repo.path(), "plan.md")
    };
    let pinned = pin();
    assert!(pinned.starts_with("`src/a.rs:6-9@") && pinned.contains('#'), "{pinned}");
    assert_eq!(pin(), pinned, "once is enough");
    let off = |expected: &str| {
        let found = repo.refs(&["--history", "off"]);
        assert!(found.ends_with(expected), "{found}");
    };
    off(" ok");
    repo.write("src/a.rs", &format!("//! New.\n{CODE}"));
    off("moved src/a.rs:7-10");
}

/// The commit of every line, by git itself.
fn blame_of_git(root: &Path, path: &str) -> Vec<String> {
    let text = git(root, &["blame", "--porcelain", "HEAD", "--", path]);
    let is_header = |line: &&str| {
        let mut words = line.split(' ');
        words.next().is_some_and(|word| word.len() >= 40 && repositories::is_hex(word)) && words.clone().count() >= 2
    };
    let lines = text.lines().filter(|line| !line.starts_with('\t'));
    lines.filter(is_header).map(|line| line[..40].to_owned()).collect()
}

/// How many lines there are, and how many have another origin than git says.
fn compare(root: &Path, paths: &[&str]) -> (usize, usize) {
    let repository = repositories::open(root).unwrap();
    let mut history = History::open(repository).unwrap();
    let texts: Vec<String> = paths.iter().map(|path| git(root, &["show", &format!("HEAD:{path}")])).collect();
    let question = |(path, text): (&&str, &'_ String)| (path.to_string(), text.lines().count() as u32);
    let counts: Vec<(String, u32)> = paths.iter().zip(&texts).map(question).collect();
    let questions: Vec<Question<'_>> = counts
        .iter()
        .zip(&texts)
        .map(|((path, count), text)| Question {
            path: path.as_str().into(),
            text: text.as_bytes(),
            lines: (0..*count).collect(),
        })
        .collect();
    let found = blame(&mut history, &questions).unwrap();
    let (mut all, mut other) = (0, 0);
    for (path, origins) in paths.iter().zip(found) {
        let expected = blame_of_git(root, path);
        let origins: BTreeMap<u32, Origin> = origins;
        assert_eq!(origins.len(), expected.len(), "{path}");
        all += expected.len();
        other +=
            expected.iter().zip(origins.values()).filter(|(a, b)| **b != Origin::Commit(a.as_str().into())).count();
    }
    (all, other)
}

#[test]
fn lines_have_the_origin_that_git_gives_them_across_merges() {
    let repo = Repo::new();
    let lines = |name: &str, count: usize| (0..count).map(|at| format!("{name} {at}\n")).collect::<String>();
    repo.commit(&[("a.md", &lines("base", 20))]);
    git(repo.path(), &["checkout", "-q", "-b", "side"]);
    repo.commit(&[("a.md", &format!("side first\n{}", lines("base", 20)))]);
    git(repo.path(), &["checkout", "-q", "main"]);
    repo.commit(&[("a.md", &format!("{}main last\n", lines("base", 20)))]);
    git(repo.path(), &["merge", "-q", "--no-ff", "-m", "both", "side"]);
    repo.commit(&[("other.md", "x\n")]);
    assert_eq!(compare(repo.path(), &["a.md", "other.md"]), (23, 0));
}

#[test]
fn lines_of_this_repository_have_the_origin_that_git_gives_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Ok(repository) = repositories::open(root) else { return };
    if !repository.shallow.is_empty() {
        return;
    }
    let paths = ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "src/paths.rs", "src/lint.rs", "src/workspace.rs"];
    let (all, other) = compare(root, &paths);
    // Two diff algorithms may disagree about which of several equal lines is the old one.
    assert!(other * 50 <= all, "{other} of {all} lines differ");
}

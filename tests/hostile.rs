//! A hostile repository is normal input: nothing that it names is ever run, and nothing in it reaches the terminal raw.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

const CTXLINT: &str = env!("CARGO_BIN_EXE_ctxlint");

fn git(dir: &Path, arguments: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.current_dir(dir).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for (name, value) in [("NAME", "a"), ("EMAIL", "a@example.org")] {
        git.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    git.output().unwrap()
}

/// A repository whose settings, hooks, filters and attributes all try to create the file `canary`.
fn hostile_repository(dir: &Path, canary: &Path) {
    assert!(git(dir, &["init", "-q"]).status.success());
    fs::write(dir.join("CLAUDE.md"), "# Rules\n\nSee [guide](docs/guide.md) and @docs/more.md\n").unwrap();
    fs::create_dir_all(dir.join("docs")).unwrap();
    fs::write(dir.join("docs/guide.md"), "# Guide\n").unwrap();
    // Citations whose history is asked for: of a file that stays and of one that is renamed.
    fs::write(dir.join("docs/plan.md"), "See `docs/guide.md:1`, `docs/old.rs:1` and `docs/gone.rs`.\n").unwrap();
    fs::write(dir.join("docs/old.rs"), "fn first() {}\nfn second() {}\n").unwrap();
    fs::write(dir.join("docs/gone.rs"), "fn gone() {}\n").unwrap();
    fs::write(dir.join(".gitignore"), "ignored.md\n").unwrap();
    fs::write(dir.join("ignored.md"), "x\n").unwrap();
    assert!(git(dir, &["add", "-A", "-f"]).status.success());
    assert!(git(dir, &["commit", "-q", "-m", "start"]).status.success());
    fs::rename(dir.join("docs/old.rs"), dir.join("docs/new.rs")).unwrap();
    fs::remove_file(dir.join("docs/gone.rs")).unwrap();
    fs::write(dir.join("docs/guide.md"), "# A guide\n\n# Guide\n").unwrap();
    assert!(git(dir, &["add", "-A"]).status.success());
    assert!(git(dir, &["commit", "-q", "-m", "later"]).status.success());
    let text = "# Rules\n\nchanged, and not committed; `docs/guide.md:1`, `docs/gone.rs`\n";
    fs::write(dir.join("CLAUDE.md"), text).unwrap();

    let run = dir.join(".git/run-me");
    fs::write(&run, format!("#!/bin/sh\ntouch '{}'\ncat 2>/dev/null\n", canary.display())).unwrap();
    fs::set_permissions(&run, fs::Permissions::from_mode(0o755)).unwrap();
    let run = run.to_str().unwrap();
    for hook in ["pre-commit", "post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction"] {
        fs::create_dir_all(dir.join(".git/hooks")).unwrap();
        fs::copy(run, dir.join(".git/hooks").join(hook)).unwrap();
    }
    let hooks = dir.join(".git/hooks");
    let settings = [
        ("core.fsmonitor", run),
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.pager", run),
        ("core.editor", run),
        ("core.sshCommand", run),
        ("core.askPass", run),
        ("core.alternateRefsCommand", run),
        ("diff.external", run),
        ("diff.evil.textconv", run),
        ("diff.evil.command", run),
        ("filter.evil.clean", run),
        ("filter.evil.smudge", run),
        ("filter.evil.process", run),
        ("credential.helper", run),
        ("gpg.program", run),
        ("pager.ls-files", run),
        ("alias.ls-files", run),
        ("uploadpack.packObjectsHook", run),
        ("log.showSignature", "true"),
        ("log.follow", "true"),
        ("log.diffMerges", "remerge"),
        ("alias.log", run),
        ("alias.cat-file", run),
        ("pager.log", run),
    ];
    for (name, value) in settings {
        assert!(git(dir, &["config", name, value]).status.success(), "{name}");
    }
    fs::write(dir.join(".gitattributes"), "* filter=evil diff=evil\n").unwrap();
    let _ = fs::remove_file(canary);
}

/// The names of all subcommands, from the program's own help: a new one is tested without being listed here.
fn subcommands() -> Vec<String> {
    let help = Command::new(CTXLINT).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.split_whitespace().next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

/// Arguments with which a subcommand does its work.
fn arguments(subcommand: &str) -> Vec<&'static str> {
    match subcommand {
        "check" => vec!["--fix", "--unsafe-fixes"],
        "completions" => vec!["bash"],
        "explain" => vec!["missing-import"],
        "diff" => vec!["HEAD~1"],
        "init" => vec!["--pre-commit"],
        "compile" => vec!["--out", "compiled"],
        "decompile" => vec!["--map", "compiled/.ctxlint/map.json", "--out", "restored"],
        _ => Vec::new(),
    }
}

#[test]
fn no_subcommand_runs_what_a_repository_names() {
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let canary = elsewhere.path().join("canary");
    let root = dir.path();
    hostile_repository(root, &canary);

    // The trap works: git itself falls into it.
    let _ = git(root, &["status"]);
    assert!(canary.exists(), "the repository of this test is not hostile to plain git");
    fs::remove_file(&canary).unwrap();

    let names = subcommands();
    assert!(names.iter().any(|name| name == "check"), "{names:?}");
    let plain = names.iter().map(|name| [vec![name.as_str()], arguments(name)].concat());
    // What compares two states asks which files are dirty, and filters are there to be run then.
    let more = [
        vec!["check", "--since", "HEAD~1"],
        vec!["check", "--staged"],
        vec!["diff", "HEAD~1", "HEAD"],
        vec!["diff", "HEAD", "--staged"],
        vec!["handoff", "--since", "HEAD~1", "--format", "json"],
        vec!["handoff", "--out", "HANDOFF.md"],
        vec!["handoff", "check"],
        vec!["handoff", "refresh", "HANDOFF.md"],
    ];
    for name in plain.chain(more) {
        let output = Command::new(CTXLINT)
            .current_dir(root)
            .args(&name)
            // What a commit hook inherits must not lead anywhere either.
            .env("GIT_DIR", elsewhere.path())
            .env("GIT_INDEX_FILE", elsewhere.path().join("index"))
            .env("GIT_EXTERNAL_DIFF", root.join(".git/run-me"))
            .env("GIT_PAGER", root.join(".git/run-me"))
            .output()
            .unwrap();
        let code = output.status.code();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(code, Some(0 | 1)), "{name:?}: {code:?} {complaint}");
        assert!(!canary.exists(), "`ctxlint {name:?}` ran what the repository names");
    }
}

#[test]
fn a_tracked_file_is_linted_although_an_ignore_rule_matches_it() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    assert!(git(root, &["init", "-q"]).status.success());
    fs::create_dir_all(root.join(".claude/rules")).unwrap();
    fs::write(root.join(".claude/rules/kept.md"), "See [x](../../gone.md).\n").unwrap();
    fs::write(root.join(".claude/rules/mine.md"), "See [y](../../gone.md).\n").unwrap();
    fs::write(root.join(".gitignore"), ".claude/\n").unwrap();
    assert!(git(root, &["add", "-f", ".claude/rules/kept.md"]).status.success());
    let output = Command::new(CTXLINT).args(["check", "--format", "concise"]).current_dir(root).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(".claude/rules/kept.md:1:5: error[missing-link-target]"), "{text}");
    assert!(!text.contains("mine.md"), "{text}");
}

#[test]
fn an_index_leads_nowhere_out_of_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("repo");
    fs::create_dir_all(root.join(".claude/rules")).unwrap();
    fs::write(dir.path().join("outside.md"), "the [outside](gone.md)\n").unwrap();
    assert!(git(&root, &["init", "-q"]).status.success());
    std::os::unix::fs::symlink("../outside.md", root.join("CLAUDE.md")).unwrap();
    fs::write(root.join(".claude/rules/a.md"), "inside\n").unwrap();
    fs::write(root.join(".gitignore"), "CLAUDE.md\n.claude\n").unwrap();
    assert!(git(&root, &["add", "-f", "CLAUDE.md", ".claude", ".gitignore"]).status.success());
    fs::create_dir(dir.path().join("rules")).unwrap();
    fs::write(dir.path().join("rules/a.md"), "the [outside](gone.md)\n").unwrap();
    fs::remove_dir_all(root.join(".claude")).unwrap();
    std::os::unix::fs::symlink("..", root.join(".claude")).unwrap();
    let output = Command::new(CTXLINT).args(["check", "--format", "agent"]).current_dir(&root).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("outside](") && !text.contains("missing-link-target"), "{text}");
    assert!(
        text.contains("CLAUDE.md error unreadable-file") || text.contains("CLAUDE.md warn unreadable-file"),
        "{text}"
    );
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_missing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    assert!(git(root, &["init", "-q"]).status.success());
    fs::create_dir(root.join("docs")).unwrap();
    fs::write(root.join("docs/guide.md"), "# Guide\n").unwrap();
    fs::write(root.join("CLAUDE.md"), "[guide](docs/guide.md) [gone](docs/gone.md)\n").unwrap();
    assert!(git(root, &["add", "-A"]).status.success());
    assert!(git(root, &["commit", "-q", "-m", "start"]).status.success());
    assert!(git(root, &["sparse-checkout", "set", "--no-cone", "/CLAUDE.md"]).status.success());
    assert!(!root.join("docs").exists());
    let output = Command::new(CTXLINT).args(["check", "--format", "concise"]).current_dir(root).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("docs/guide.md"), "{text}");
    assert!(text.contains("docs/gone.md"), "{text}");
}

#[test]
fn nothing_in_a_repository_reaches_the_terminal_raw() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    fs::create_dir_all(root.join(".claude/rules")).unwrap();
    let evil = "\r\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    fs::write(root.join("CLAUDE.md"), format!("# {evil}\n\n[a{evil}](docs/{evil}gone.md) @docs{evil}/x.md\n")).unwrap();
    fs::write(root.join(format!(".claude/rules/{}.md", "a\u{1b}[31m\u{9b}b")), "[x](gone.md)\n").unwrap();
    for format in ["human", "concise", "agent"] {
        let output = Command::new(CTXLINT)
            .args(["check", "--color", "never", "--format", format])
            .current_dir(root)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("missing-link-target"), "{format}: {text}");
        let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(raw, None, "{format}: {text:?}");
    }
}

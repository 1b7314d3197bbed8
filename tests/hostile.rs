//! A hostile repository is normal input: nothing that it names is ever run, and nothing in it reaches the terminal raw.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{commit, ctxlint, ctxlint_with, folder, git, repository, write};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A repository whose settings, hooks, filters and attributes all try to create the file `canary`.
fn hostile_repository(dir: &Path, canary: &Path) {
    git(dir, &["init", "-q"]);
    write(dir, "CLAUDE.md", "# Rules\n\nSee [guide](docs/guide.md) and @docs/more.md\n");
    write(dir, "docs/guide.md", "# Guide\n");
    // Citations whose history is asked for: of a file that stays and of one that is renamed.
    write(dir, "docs/plan.md", "See `docs/guide.md:1`, `docs/old.rs:1` and `docs/gone.rs`.\n");
    write(dir, "docs/old.rs", "fn first() {}\nfn second() {}\n");
    write(dir, "docs/gone.rs", "fn gone() {}\n");
    write(dir, ".gitignore", "ignored.md\n");
    write(dir, "ignored.md", "x\n");
    git(dir, &["add", "-A", "-f"]);
    git(dir, &["commit", "-q", "-m", "start"]);
    fs::rename(dir.join("docs/old.rs"), dir.join("docs/new.rs")).unwrap();
    fs::remove_file(dir.join("docs/gone.rs")).unwrap();
    write(dir, "docs/guide.md", "# A guide\n\n# Guide\n");
    commit(dir, "later");
    let text = "# Rules\n\nchanged, and not committed; `docs/guide.md:1`, `docs/gone.rs`\n";
    write(dir, "CLAUDE.md", text);

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
        git(dir, &["config", name, value]);
    }
    write(dir, ".gitattributes", "* filter=evil diff=evil\n");
    let _ = fs::remove_file(canary);
}

/// The names of all subcommands, from the program's own help: a new one is tested without being listed here.
fn subcommands() -> Vec<String> {
    let help = ctxlint(Path::new("/"), &["--help"]).out;
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
    // What a commit hook inherits must not lead anywhere either.
    let (index, evil) = (elsewhere.path().join("index"), root.join(".git/run-me"));
    fs::copy(root.join(".git/index"), &index).unwrap();
    let inherited =
        [("GIT_DIR", elsewhere.path()), ("GIT_INDEX_FILE", &index), ("GIT_EXTERNAL_DIFF", &evil), ("GIT_PAGER", &evil)];
    let inherited = inherited.map(|(name, path)| (name, path.to_str().unwrap()));
    for name in plain.chain(more) {
        let run = ctxlint_with(root, &name, &inherited);
        assert!(matches!(run.code, 0 | 1), "{name:?}: {} {}", run.code, run.err);
        assert!(!canary.exists(), "`ctxlint {name:?}` ran what the repository names");
    }
}

#[test]
fn a_tracked_file_is_linted_although_an_ignore_rule_matches_it() {
    let dir = folder(&[
        (".claude/rules/kept.md", "See [x](../../gone.md).\n"),
        (".claude/rules/mine.md", "See [y](../../gone.md).\n"),
        (".gitignore", ".claude/\n"),
    ]);
    let root = dir.path();
    git(root, &["init", "-q"]);
    git(root, &["add", "-f", ".claude/rules/kept.md"]);
    let text = ctxlint(root, &["check", "--format", "concise"]).out;
    assert!(text.contains(".claude/rules/kept.md:1:5: error[missing-link-target]"), "{text}");
    assert!(!text.contains("mine.md"), "{text}");
}

#[test]
fn an_index_leads_nowhere_out_of_the_root() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("repo");
    write(dir.path(), "outside.md", "the [outside](gone.md)\n");
    write(&root, ".claude/rules/a.md", "inside\n");
    git(&root, &["init", "-q"]);
    std::os::unix::fs::symlink("../outside.md", root.join("CLAUDE.md")).unwrap();
    write(&root, ".gitignore", "CLAUDE.md\n.claude\n");
    git(&root, &["add", "-f", "CLAUDE.md", ".claude", ".gitignore"]);
    write(dir.path(), "rules/a.md", "the [outside](gone.md)\n");
    fs::remove_dir_all(root.join(".claude")).unwrap();
    std::os::unix::fs::symlink("..", root.join(".claude")).unwrap();
    let text = ctxlint(&root, &["check", "--format", "agent"]).out;
    assert!(!text.contains("outside](") && !text.contains("missing-link-target"), "{text}");
    assert!(
        text.contains("CLAUDE.md error unreadable-file") || text.contains("CLAUDE.md warn unreadable-file"),
        "{text}"
    );
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_missing() {
    let dir =
        repository(&[("docs/guide.md", "# Guide\n"), ("CLAUDE.md", "[guide](docs/guide.md) [gone](docs/gone.md)\n")]);
    let root = dir.path();
    git(root, &["sparse-checkout", "set", "--no-cone", "/CLAUDE.md"]);
    assert!(!root.join("docs").exists());
    let text = ctxlint(root, &["check", "--format", "concise"]).out;
    assert!(!text.contains("docs/guide.md"), "{text}");
    assert!(text.contains("docs/gone.md"), "{text}");
}

#[test]
fn nothing_in_a_repository_reaches_the_terminal_raw() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let evil = "\r\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}";
    write(root, "CLAUDE.md", &format!("# {evil}\n\n[a{evil}](docs/{evil}gone.md) @docs{evil}/x.md\n"));
    write(root, ".claude/rules/a\u{1b}[31m\u{9b}b.md", "[x](gone.md)\n");
    for format in ["human", "concise", "agent"] {
        let run = ctxlint(root, &["check", "--color", "never", "--format", format]);
        let text = run.out + &run.err;
        assert!(text.contains("missing-link-target"), "{format}: {text}");
        let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(raw, None, "{format}: {text:?}");
    }
}

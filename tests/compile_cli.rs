//! `ctxlint compile` and `ctxlint decompile` on the disk: what is written, what is refused, and the way back.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Run, commit, folder, git, read, tree, write};
use std::fs;
use std::path::Path;

const MEMORY: &str = "# Shop\n\nA shop for spare parts.\n\n## Rules\n\n- Never commit secrets to the repository.\n\n\
## Working on the billing crate\n\n- Keep amounts in cents in `crates/billing/src/lib.rs`.\n\
- Return a `Result` from `crates/billing/src/tax.rs`, and add a case to `crates/billing/tests/round.rs`.\n\n\
## Architecture\n\nThe server reads orders from a queue. The queue is filled by the shop front. Orders are kept for a year,\n\
and the front shows them to the customer as long as they are kept. What is older is kept by the books alone.\n";

fn repository() -> tempfile::TempDir {
    common::repository(&[
        ("CLAUDE.md", MEMORY),
        ("crates/billing/src/lib.rs", "a\n"),
        ("crates/billing/src/tax.rs", "a\n"),
        ("crates/billing/tests/round.rs", "a\n"),
        ("crates/front/src/lib.rs", "a\n"),
        ("crates/front/src/page.rs", "a\n"),
        ("crates/queue/src/lib.rs", "a\n"),
    ])
}

fn ctxlint(dir: &Path, arguments: &[&str]) -> Run {
    common::ctxlint(dir, &[&["--no-cache"], arguments].concat())
}

#[test]
fn without_being_asked_nothing_is_written() {
    let dir = repository();
    let before = tree(dir.path());
    let run = ctxlint(dir.path(), &["compile"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("docs/agents/architecture.md"), "{}", run.out);
    assert!(run.out.contains("nothing written. --plan plan.yaml to edit the moves"), "{}", run.out);
    assert!(run.out.contains("proof: every byte accounted for"), "{}", run.out);
    let run = ctxlint(dir.path(), &["compile", "--diff"]);
    assert!(run.out.contains("--- a/CLAUDE.md\n+++ b/CLAUDE.md\n"), "{}", run.out);
    assert!(run.out.contains("--- /dev/null\n+++ b/docs/agents/architecture.md\n"), "{}", run.out);
    let json = ctxlint(dir.path(), &["compile", "--format", "json"]).json();
    assert_eq!(json["proof"]["ok"], true);
    assert_eq!(json["moves"][0]["action"], "rule");
    assert_eq!(json["moves"][0]["scope"][0], "/crates/billing/**");
    assert!(json["after"]["startup"]["tokens"].as_u64() < json["before"]["startup"]["tokens"].as_u64());
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn a_tree_is_compiled_proved_frozen_and_restored() {
    let dir = repository();
    let before = tree(dir.path());
    assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 1, "there is something to compile");
    let run = ctxlint(dir.path(), &["compile", "--write"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let compiled = tree(dir.path());
    assert!(compiled.contains_key(".ctxlint/map.json"));
    assert_eq!(ctxlint(dir.path(), &["compile", "--verify"]).code, 0);
    assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 0);
    commit(dir.path(), "compiled");
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    assert_eq!(tree(dir.path()), compiled, "compiling the compiled changes nothing");
    assert_eq!(ctxlint(dir.path(), &["check", "--history", "off"]).code, 0, "what is compiled lints clean");
    let run = ctxlint(dir.path(), &["decompile"]);
    assert!(run.out.contains("CLAUDE.md:") && run.out.contains("nothing written"), "{}", run.out);
    assert_eq!(ctxlint(dir.path(), &["decompile", "--write"]).code, 0);
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn an_edited_output_is_told_and_carried_on() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    commit(dir.path(), "compiled");
    let document = dir.path().join("docs/agents/architecture.md");
    let edited = fs::read_to_string(&document).unwrap().replace("for a year", "for ten years");
    fs::write(&document, &edited).unwrap();
    let run = ctxlint(dir.path(), &["compile", "--verify"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("docs/agents/architecture.md: it was edited after it was compiled"), "{}", run.out);
    assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 1, "the map is behind");
    // Compiling again takes the edit along: only the map changes.
    let run = ctxlint(dir.path(), &["compile", "--write"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("docs/agents/architecture.md: changes that are not committed"), "{}", run.err);
    assert_eq!(ctxlint(dir.path(), &["compile", "--write", "--allow-dirty"]).code, 0);
    assert_eq!(fs::read_to_string(&document).unwrap(), edited);
    assert_eq!(ctxlint(dir.path(), &["compile", "--verify"]).code, 0);
    assert_eq!(ctxlint(dir.path(), &["decompile", "--write", "--allow-dirty"]).code, 0);
    let restored = read(dir.path(), "CLAUDE.md");
    assert_eq!(restored, MEMORY.replace("for a year", "for ten years"));
}

#[test]
fn what_is_not_committed_is_not_overwritten() {
    let dir = repository();
    write(dir.path(), "crates/queue/src/lib.rs", "changed\n");
    let before = tree(dir.path());
    let run = ctxlint(dir.path(), &["compile", "--write"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("crates/queue/src/lib.rs: changes that are not committed"), "{}", run.err);
    assert_eq!(tree(dir.path()), before);
    git(dir.path(), &["add", "-A"]);
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 2, "staged is not committed");
    assert_eq!(ctxlint(dir.path(), &["compile", "--write", "--allow-dirty"]).code, 0);
    // A file that git does not know has no way back.
    let dir = repository();
    git(dir.path(), &["rm", "-q", "--cached", "CLAUDE.md"]);
    git(dir.path(), &["commit", "-q", "-m", "forget it"]);
    let run = ctxlint(dir.path(), &["compile", "--write"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("CLAUDE.md is not in git"), "{}", run.err);
}

#[test]
fn another_folder_gets_the_outputs_and_gives_the_sources_back() {
    let dir = repository();
    let before = tree(dir.path());
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().join("new/folder");
    let out = out.to_str().unwrap();
    assert_eq!(ctxlint(dir.path(), &["compile", "--out", out]).code, 0);
    assert_eq!(tree(dir.path()), before);
    let written = tree(Path::new(out));
    assert_eq!(written.keys().filter(|path| path.starts_with("docs/agents/")).count(), 1);
    assert_eq!(ctxlint(dir.path(), &["compile", "--out", out, "--verify"]).code, 0);
    assert_eq!(ctxlint(dir.path(), &["compile", "--out", out, "--frozen"]).code, 0);
    // A changed source makes the outputs stale, and what is no longer made goes.
    write(dir.path(), "CLAUDE.md", &MEMORY[..MEMORY.find("## Architecture").unwrap()]);
    assert_eq!(ctxlint(dir.path(), &["compile", "--out", out, "--frozen"]).code, 1);
    assert_eq!(ctxlint(dir.path(), &["compile", "--out", out]).code, 0);
    assert!(!tree(Path::new(out)).contains_key("docs/agents/architecture.md"));
    let map = format!("{out}/.ctxlint/map.json");
    let back = elsewhere.path().join("back");
    assert_eq!(ctxlint(dir.path(), &["decompile", "--map", &map, "--out", back.to_str().unwrap()]).code, 0);
    assert_eq!(tree(&back)["CLAUDE.md"], tree(dir.path())["CLAUDE.md"]);
    // Edits on both sides are not for a program to bring together.
    let root = Path::new(out).join("CLAUDE.md");
    fs::write(&root, fs::read_to_string(&root).unwrap().replace("spare parts", "parts")).unwrap();
    write(dir.path(), "CLAUDE.md", "# Another\n");
    let run = ctxlint(dir.path(), &["decompile", "--map", &map, "--write", "--allow-dirty"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("CLAUDE.md: it was edited, and so were its outputs"), "{}", run.err);
    assert_eq!(read(dir.path(), "CLAUDE.md"), "# Another\n");
    // What stands in the folder and is not ours stays.
    let strange = folder(&[("CLAUDE.md", "mine\n")]);
    fs::create_dir_all(strange.path().join("docs/agents")).unwrap();
    let run = ctxlint(repository().path(), &["compile", "--out", strange.path().to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("CLAUDE.md is there already"), "{}", run.err);
    assert_eq!(tree(strange.path()).len(), 1);
}

#[test]
fn several_targets_get_a_folder_each() {
    let dir = repository();
    let elsewhere = tempfile::tempdir().unwrap();
    let out = elsewhere.path().to_str().unwrap();
    let targets = ["--target", "claude-code", "--target", "cursor", "--target", "agents-md"];
    let run = ctxlint(dir.path(), &[&["compile"][..], &targets].concat());
    assert_eq!((run.code, run.err.contains("several targets need a folder")), (2, true));
    let run = ctxlint(dir.path(), &[&["compile", "--out", out][..], &targets].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    let written = tree(elsewhere.path());
    for path in [
        "claude-code/CLAUDE.md",
        "cursor/.cursor/rules/working-on-the-billing-crate.mdc",
        "agents-md/AGENTS.md",
        "agents-md/crates/billing/AGENTS.md",
    ] {
        assert!(written.contains_key(path), "{path}: {:?}", written.keys());
    }
    for target in ["claude-code", "cursor", "agents-md"] {
        let place = format!("{out}/{target}");
        assert_eq!(ctxlint(dir.path(), &["compile", "--out", &place, "--verify"]).code, 0, "{target}");
        let map = format!("{place}/.ctxlint/map.json");
        let back = format!("{out}/back-{target}");
        assert_eq!(ctxlint(dir.path(), &["decompile", "--map", &map, "--out", &back]).code, 0);
        assert_eq!(fs::read_to_string(format!("{back}/CLAUDE.md")).unwrap(), MEMORY);
    }
}

#[test]
fn a_plan_goes_through_a_file() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--plan", "plan.yaml"]).code, 0);
    let plan = read(dir.path(), "plan.yaml");
    write(dir.path(), "plan.yaml", &plan.replace("docs/agents/architecture.md", "docs/design.md"));
    let run = ctxlint(dir.path(), &["compile", "--apply", "plan.yaml", "--write", "--allow-dirty"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(dir.path().join("docs/design.md").exists());
    assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 0, "what a person decided holds");
    write(dir.path(), "plan.yaml", "version: 1\nsections:\n  - source: NO.md\n    to: keep\n");
    let before = tree(dir.path());
    let run = ctxlint(dir.path(), &["compile", "--apply", "plan.yaml", "--write", "--allow-dirty"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("plan.yaml: line 3: NO.md is no source"), "{}", run.err);
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn bad_input_is_refused_with_its_place() {
    let dir = repository();
    let refused = |arguments: &[&str], says: &str| {
        let run = ctxlint(dir.path(), arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.out);
        assert!(run.err.contains(says), "{arguments:?}: {}", run.err);
    };
    refused(&["compile", "--verify"], "there is no .ctxlint/map.json");
    refused(&["decompile"], "there is no .ctxlint/map.json");
    refused(&["compile", "--profile", "tiny"], "known profiles: minimal, balanced, full");
    refused(&["compile", "--target", "vim"], "known targets: claude-code");
    refused(&["compile", "--apply", "nothing.yaml"], "nothing.yaml: no such file");
    fs::write(dir.path().join("CLAUDE.md"), b"# Shop\n\xff\n").unwrap();
    refused(&["compile"], "CLAUDE.md: byte 7 is not UTF-8");
    write(dir.path(), "CLAUDE.md", MEMORY);
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    let map = dir.path().join(".ctxlint/map.json");
    let text = read(dir.path(), ".ctxlint/map.json");
    fs::remove_file(dir.path().join("docs/agents/architecture.md")).unwrap();
    refused(&["compile"], "docs/agents/architecture.md: it is in the map, and not there");
    refused(&["decompile"], "to be rid of its sections, restore it, run `ctxlint decompile --write`");
    fs::write(&map, text.replace("\"version\": 1", "\"version\": 9")).unwrap();
    refused(&["decompile", "--write"], "it is of version 9");
    fs::write(&map, "{").unwrap();
    refused(&["compile"], ".ctxlint/map.json is no map");
}

#[test]
fn a_hostile_map_writes_nothing_outside() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    let map = dir.path().join(".ctxlint/map.json");
    let text = read(dir.path(), ".ctxlint/map.json");
    for path in ["../outside.md", "/tmp/outside.md", ".git/hooks/pre-commit"] {
        let spoiled = text.replace("\"path\": \"CLAUDE.md\"", &format!("\"path\": \"{path}\""));
        fs::write(&map, spoiled.replace("\"dst\": \"CLAUDE.md\"", &format!("\"dst\": \"{path}\""))).unwrap();
        let run = ctxlint(dir.path(), &["decompile", "--write", "--allow-dirty"]);
        assert_eq!(run.code, 2, "{path}: {} {}", run.out, run.err);
    }
    assert!(!dir.path().parent().unwrap().join("outside.md").exists());
    assert!(!dir.path().join(".git/hooks/pre-commit").exists());
}

#[test]
fn the_result_depends_on_nothing_but_the_tree() {
    let dir = repository();
    let first = ctxlint(dir.path(), &["compile", "--format", "json"]).out;
    for threads in ["1", "8"].repeat(10) {
        assert_eq!(ctxlint(dir.path(), &["--threads", threads, "compile", "--format", "json"]).out, first);
    }
    // A file system lists a folder in its own order; one in memory by the order in which its files were made.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    let mut written = Vec::new();
    for is_reversed in [false, true] {
        let other = tempfile::tempdir_in(&place).unwrap();
        let mut files: Vec<(String, Vec<u8>)> = tree(dir.path()).into_iter().collect();
        if is_reversed {
            files.reverse();
        }
        for (path, bytes) in files {
            let path = other.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        git(other.path(), &["init", "-q"]);
        assert_eq!(ctxlint(other.path(), &["compile", "--format", "json"]).out, first);
        assert_eq!(ctxlint(other.path(), &["compile", "--write", "--allow-dirty"]).code, 0);
        written.push(tree(other.path()));
    }
    assert_eq!(written[0], written[1]);
    let inner = dir.path().join("crates/front");
    assert_eq!(ctxlint(&inner, &["compile", "--format", "json"]).out, first, "wherever it is started");
}

#[test]
fn a_forged_map_moves_no_other_file() {
    let dir = repository();
    write(dir.path(), ".gitignore", ".env\n");
    write(dir.path(), "docs/guide.md", "# Guide\n\nWritten for people.\n");
    commit(dir.path(), "ignore");
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    commit(dir.path(), "compiled");
    let map = dir.path().join(".ctxlint/map.json");
    let text = read(dir.path(), ".ctxlint/map.json");
    write(dir.path(), ".env", "TOKEN=x\n");
    write(dir.path(), "docs/agents/notes.md", "my own\n");
    // A plan may send a section anywhere, so a forged map says that one did.
    let forged = |path: &str| text.replace("docs/agents/architecture.md", path);
    let pinned = |path: &str| {
        forged(path)
            .replace("\"docs/agents\"", "\"docs\"")
            .replace("\"confidence\"", "\"pinned\": true, \"confidence\"")
    };
    let cases = [
        (".env", "its name is not that of a file of instructions"),
        ("crates/front/src/lib.rs", "its name is not that of a file of instructions"),
        ("README.md", "no target writes there"),
        ("docs/agents/notes.md", "git does not track it"),
        ("docs/guide.md", "none of it stands in it"),
    ];
    for (path, why) in cases {
        let is_pinned = path.starts_with("docs/guide");
        fs::write(&map, if is_pinned { pinned(path) } else { forged(path) }).unwrap();
        git(dir.path(), &["commit", "-q", "-m", "forged", ".ctxlint"]);
        let before = tree(dir.path());
        for arguments in [
            &["compile", "--write"][..],
            &["compile", "--write", "--allow-dirty"],
            &["compile", "--diff"],
            &["decompile", "--write"],
            &["decompile", "--write", "--allow-dirty"],
        ] {
            let run = ctxlint(dir.path(), arguments);
            assert_eq!(run.code, 2, "{path} {arguments:?}: {}", run.out);
            assert!(run.err.contains(path) && run.err.contains(why), "{path} {arguments:?}: {}", run.err);
            assert_eq!(tree(dir.path()), before, "{path} {arguments:?}");
        }
    }
}

#[test]
fn a_plan_replaces_no_other_file() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--plan", "plan.yaml"]).code, 0);
    assert_eq!(ctxlint(dir.path(), &["compile", "--plan", "plan.yaml"]).code, 0, "it is the same");
    let edited = read(dir.path(), "plan.yaml") + "# mine\n";
    write(dir.path(), "plan.yaml", &edited);
    for file in ["plan.yaml", "CLAUDE.md"] {
        let before = tree(dir.path());
        let run = ctxlint(dir.path(), &["compile", "--plan", file]);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.err.contains("is there already") && run.err.contains("name another file"), "{}", run.err);
        assert_eq!(tree(dir.path()), before);
    }
}

#[test]
fn a_diff_writes_nothing() {
    let dir = repository();
    let before = tree(dir.path());
    assert_eq!(ctxlint(dir.path(), &["compile", "--diff", "--write"]).code, 2);
    assert_eq!(tree(dir.path()), before);
}

#[test]
fn a_start_that_grows_is_told_so() {
    let dir = repository();
    let rule = "---\ndescription: Pages\nglobs: \"crates/front/**\"\nalwaysApply: false\n---\n\n- Keep pages small.\n";
    write(dir.path(), ".cursor/rules/pages.mdc", rule);
    let run = ctxlint(dir.path(), &["compile", "--target", "cursor"]);
    assert!(!run.out.contains("(-0 %)"), "{}", run.out);
    let line = run.out.lines().find(|line| line.starts_with("Cursor: ")).unwrap_or_default();
    assert!(line.starts_with("Cursor: 0 tokens at startup → ") && line.contains(" (+"), "{}", run.out);
}

#[test]
fn the_section_of_a_deleted_output_goes_as_the_message_says() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    commit(dir.path(), "compiled");
    fs::remove_file(dir.path().join("docs/agents/architecture.md")).unwrap();
    assert_eq!(ctxlint(dir.path(), &["compile", "--write", "--allow-dirty"]).code, 2);
    git(dir.path(), &["checkout", "-q", "."]);
    assert_eq!(ctxlint(dir.path(), &["decompile", "--write"]).code, 0);
    write(dir.path(), "CLAUDE.md", &MEMORY[..MEMORY.find("## Architecture").unwrap()]);
    assert_eq!(ctxlint(dir.path(), &["compile", "--write", "--allow-dirty"]).code, 0);
    assert!(!dir.path().join("docs/agents/architecture.md").exists());
    assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 0);
}

#[test]
fn sections_of_the_same_name_keep_their_own_decisions() {
    let dir = repository();
    // The first is moved, the second is too little to be; what holds for one says nothing of the other.
    let table = "## Releasing\n\n1. a `x`\n2. b `y`\n3. c\n4. d\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
    let list = "## Releasing\n\n1. a `x`\n2. b `y`\n3. c\n4. d\n\n- [ ] x\n  - y\n\n    z\n\n";
    write(dir.path(), "CLAUDE.md", &format!("{MEMORY}\n{table}{list}").replace('\n', "\r\n"));
    let run = ctxlint(dir.path(), &["compile", "--profile", "full", "--write", "--allow-dirty"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(dir.path().join("docs/agents/releasing.md").exists(), "{}", run.out);
    assert!(!dir.path().join("docs/agents/releasing-2.md").exists(), "{}", run.out);
    let run = ctxlint(dir.path(), &["compile", "--frozen"]);
    assert_eq!(run.code, 0, "{}", run.out);
}

/// Every folder outside of `.git`.
fn folders(dir: &Path) -> Vec<String> {
    let entries = walkdir::WalkDir::new(dir).min_depth(1).sort_by_file_name();
    let entries = entries.into_iter().filter_entry(|entry| entry.file_name() != ".git").filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.file_type().is_dir());
    folders.map(|entry| entry.path().strip_prefix(dir).unwrap().to_str().unwrap().to_owned()).collect()
}

#[test]
fn the_way_back_takes_the_folders_along_that_were_made_and_no_others() {
    let dir = repository();
    // Empty before, and so empty afterwards.
    fs::create_dir_all(dir.path().join(".claude/rules")).unwrap();
    let before = folders(dir.path());
    for _ in 0..2 {
        assert_eq!(ctxlint(dir.path(), &["compile", "--write", "--allow-dirty"]).code, 0);
        assert!(dir.path().join("docs/agents").is_dir());
    }
    assert_eq!(ctxlint(dir.path(), &["decompile", "--write", "--allow-dirty"]).code, 0);
    assert_eq!(folders(dir.path()), before);
    // What somebody put there meanwhile stays.
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    fs::write(dir.path().join("docs/agents/mine.md"), "my own\n").unwrap();
    assert_eq!(ctxlint(dir.path(), &["decompile", "--write", "--allow-dirty"]).code, 0);
    assert_eq!(fs::read_to_string(dir.path().join("docs/agents/mine.md")).unwrap(), "my own\n");
    fs::remove_dir_all(dir.path().join("docs")).unwrap();
    assert_eq!(folders(dir.path()), before);
}

#[test]
fn a_map_names_no_folder_but_those_of_its_outputs() {
    let dir = repository();
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    fs::create_dir(dir.path().join("empty")).unwrap();
    let map = dir.path().join(".ctxlint/map.json");
    let text = fs::read_to_string(&map).unwrap();
    for path in ["empty", "../beside", ".git/refs/tags"] {
        let forged = text.replace("\"docs/agents\"", &format!("\"{path}\""));
        assert_ne!(forged, text);
        fs::write(&map, forged).unwrap();
        let run = ctxlint(dir.path(), &["decompile", "--write", "--allow-dirty"]);
        assert!(run.code == 2 && run.err.contains("no folder of an output"), "{path}: {}", run.err);
    }
    assert!(dir.path().join("empty").is_dir());
}

/// A tree that was compiled for another client than that of its memory file, which so stays beside the outputs.
fn translated(target: &str) -> tempfile::TempDir {
    let dir = repository();
    let run = ctxlint(dir.path(), &["compile", "--target", target, "--write"]);
    assert_eq!(run.code, 0, "{}", run.err);
    commit(dir.path(), "compiled");
    assert_eq!(ctxlint(dir.path(), &["compile", "--verify"]).code, 0);
    dir
}

fn edit(dir: &Path, path: &str, from: &str, to: &str) {
    let text = read(dir, path);
    assert!(text.contains(from), "{text}");
    write(dir, path, &text.replace(from, to));
    commit(dir, "edited");
}

#[test]
fn an_edited_source_beside_its_outputs_is_compiled_anew() {
    for (target, root) in [("agents-md", "AGENTS.md"), ("gemini", "GEMINI.md"), ("cursor", "AGENTS.md")] {
        let dir = translated(target);
        let edited = MEMORY.replace("Never commit secrets", "Never commit passwords");
        edit(dir.path(), "CLAUDE.md", "Never commit secrets", "Never commit passwords");
        for arguments in [["compile", "--verify"], ["compile", "--frozen"]] {
            let run = ctxlint(dir.path(), &arguments);
            assert_eq!(run.code, 1, "{target}: {}{}", run.out, run.err);
            assert!(run.out.contains("CLAUDE.md: it was edited since it was compiled"), "{target}: {}", run.out);
        }
        let run = ctxlint(dir.path(), &["compile", "--write"]);
        assert_eq!(run.code, 0, "{target}: {}", run.err);
        assert_eq!(read(dir.path(), "CLAUDE.md"), edited, "{target}");
        assert!(read(dir.path(), root).contains("Never commit passwords"), "{target}");
        assert_eq!(ctxlint(dir.path(), &["compile", "--verify"]).code, 0);
        assert_eq!(ctxlint(dir.path(), &["compile", "--frozen"]).code, 0);
    }
}

#[test]
fn the_way_back_leaves_an_edited_source_as_it_stands() {
    let dir = translated("agents-md");
    let edited = MEMORY.replace("Never commit secrets", "Never commit passwords");
    edit(dir.path(), "CLAUDE.md", "Never commit secrets", "Never commit passwords");
    let run = ctxlint(dir.path(), &["decompile", "--write"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("bytes, it was edited since it was compiled and stays"), "{}", run.out);
    assert_eq!(read(dir.path(), "CLAUDE.md"), edited);
    assert!(!dir.path().join("AGENTS.md").exists());
}

#[test]
fn a_source_and_outputs_that_were_both_edited_are_refused() {
    let dir = translated("agents-md");
    edit(dir.path(), "AGENTS.md", "A shop for spare parts.", "A shop for old parts.");
    edit(dir.path(), "CLAUDE.md", "Never commit secrets", "Never commit passwords");
    let before = tree(dir.path());
    for arguments in [&["compile", "--write"][..], &["compile", "--frozen"], &["decompile"], &["decompile", "--write"]]
    {
        let run = ctxlint(dir.path(), arguments);
        assert_eq!(run.code, 2, "{}", run.out);
        assert!(run.err.contains("CLAUDE.md: it was edited, and so were its outputs"), "{}", run.err);
        assert!(run.err.contains("`ctxlint decompile --out DIR`"), "{}", run.err);
    }
    assert_eq!(tree(dir.path()), before);
    // The way out: the edit of the output goes into the source, and the output is restored.
    let out = folder(&[]);
    assert_eq!(ctxlint(dir.path(), &["decompile", "--out", out.path().to_str().unwrap()]).code, 0);
    assert!(read(out.path(), "CLAUDE.md").contains("A shop for old parts."));
    edit(dir.path(), "CLAUDE.md", "A shop for spare parts.", "A shop for old parts.");
    edit(dir.path(), "AGENTS.md", "A shop for old parts.", "A shop for spare parts.");
    assert_eq!(ctxlint(dir.path(), &["compile", "--write"]).code, 0);
    assert!(read(dir.path(), "AGENTS.md").contains("A shop for old parts."));
    // An edit of the outputs that stands in the source already is no other.
    commit(dir.path(), "compiled");
    edit(dir.path(), "CLAUDE.md", "A shop for old parts.", "A shop for new parts.");
    edit(dir.path(), "AGENTS.md", "A shop for old parts.", "A shop for new parts.");
    let run = ctxlint(dir.path(), &["compile", "--write"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(read(dir.path(), "AGENTS.md").contains("A shop for new parts."));
}

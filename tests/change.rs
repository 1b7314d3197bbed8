//! `check --since`, `check --staged` and `diff`: what a change causes and what it does not, read from git's objects alone.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{commit, ctxlint, ctxlint_with, git, repository, write};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// `path lint` of every finding.
fn found(root: &Path, arguments: &[&str]) -> Vec<String> {
    let arguments = [&["check", "--format", "json", "--fail-on", "never"], arguments].concat();
    let run = ctxlint(root, &arguments);
    assert_eq!(run.code, 0, "{}", run.err);
    let value = run.json();
    let findings = value["diagnostics"].as_array().unwrap().iter();
    findings.map(|of| format!("{} {}", of["path"].as_str().unwrap(), of["lint"].as_str().unwrap())).collect()
}

const CODE: &str = "fn one() {\n    first();\n}\n\nfn two() {\n    second();\n}\n";

/// Documents with old defects, and one that cites code.
fn project() -> tempfile::TempDir {
    repository(&[
        ("CLAUDE.md", "# Rules\n\nSee [old](gone.md). The parser is at `src/a.rs:1-3`, the rest in `src/b.rs`.\n"),
        ("sub/CLAUDE.md", "@nowhere.md\n"),
        ("src/a.rs", CODE),
        ("src/b.rs", "fn b() {}\n"),
        ("docs/guide.md", "# Guide\n\nText.\n"),
    ])
}

#[test]
fn only_what_the_change_causes_is_reported() {
    let dir = project();
    let root = dir.path();
    assert_eq!(found(root, &[]), ["CLAUDE.md missing-link-target", "sub/CLAUDE.md missing-import"]);
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new());

    // A document that changes keeps its old findings to itself.
    let text = fs::read_to_string(root.join("CLAUDE.md")).unwrap();
    write(root, "CLAUDE.md", &format!("New first line.\n\n{text}\nSee [new](new.md).\n"));
    assert_eq!(found(root, &["--since", "HEAD"]), ["CLAUDE.md missing-link-target"]);
    commit(root, "a new link");
    assert_eq!(found(root, &["--since", "HEAD~1"]), ["CLAUDE.md missing-link-target"]);
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new());
}

#[test]
fn code_that_moves_breaks_the_citations_of_documents_that_nobody_touched() {
    let dir = project();
    let root = dir.path();
    write(root, "src/a.rs", &format!("// A header.\n// And more.\n\n{CODE}"));
    assert_eq!(found(root, &["--since", "HEAD", "--history", "full"]), ["CLAUDE.md drifted-citation"]);
    commit(root, "header");
    assert_eq!(found(root, &["--since", "HEAD~1"]), ["CLAUDE.md drifted-citation"]);
    // It is there from now on, and no later change is to blame.
    git(root, &["rm", "-q", "src/b.rs"]);
    commit(root, "without b");
    assert_eq!(found(root, &["--since", "HEAD~1"]), ["CLAUDE.md missing-path"]);
    assert_eq!(found(root, &["--since", "HEAD~2"]).len(), 2);
    // The file of a citation goes: worse than before, so it is the change's.
    git(root, &["rm", "-q", "src/a.rs"]);
    commit(root, "without a");
    assert_eq!(found(root, &["--since", "HEAD~1"]), ["CLAUDE.md stale-citation"]);
}

#[test]
fn a_change_elsewhere_is_to_blame_for_documents_that_nobody_touched() {
    let skill = "---\nname: deploy\ndescription: Deploys the service. Use when a release is due.\n---\n\n# Deploy\n\nAsk first.\n";
    let allowed = "<!-- ctxlint allow: missing-link-target -- comes with the build -->\nSee [made](made.md).\n";
    let dir = repository(&[
        ("CLAUDE.md", "# Rules\n\nRead the guide first.\n"),
        ("docs/guide.md", "# Guide\n\nSee [old](gone.md).\n"),
        ("sub/CLAUDE.md", allowed),
        (".claude/skills/deploy/SKILL.md", skill),
        (".claude/commands/status.md", "---\ndescription: Show the status\n---\n\nNow: !`npm run status`\n"),
        (".claude/settings.json", "{\"permissions\": {\"allow\": [\"Bash(npm run status)\"]}}\n"),
        ("HANDOFF.md", "# Handoff\n\n## Status\n\nHalf done.\n\n## Next steps\n\n1. Finish.\n"),
    ]);
    let root = dir.path();
    let caused_by = |path: &str, text: &str| {
        write(root, path, text);
        let found = found(root, &["--since", "HEAD", "--select", "orphan-file"]);
        commit(root, path);
        found
    };
    // A document that loads from now on brings what is wrong with it.
    assert_eq!(caused_by("CLAUDE.md", "# Rules\n\n@docs/guide.md\n"), ["docs/guide.md missing-link-target"]);
    // A skill stands in front of its files, whether it names them or not.
    let script = ".claude/skills/deploy/scripts/roll_back.py";
    assert_eq!(caused_by(script, "print(1)\n"), [".claude/skills/deploy/SKILL.md orphan-file"]);
    // Settings decide about commands.
    assert_eq!(caused_by(".claude/settings.json", "{}\n"), [".claude/commands/status.md blocked-injection"]);
    // What a comment allows may come true.
    assert_eq!(caused_by("sub/made.md", "Here.\n"), ["sub/CLAUDE.md unused-suppression"]);
    // An old handoff in another form is not the work of every later change.
    assert_eq!(caused_by("HANDOFF.md", "# Handoff\n\n## Status\n\nDone.\n\n## Next steps\n\n1. Rest.\n"), [""; 0]);
}

#[test]
fn a_name_is_known_however_it_is_written() {
    let links =
        "# Rules\n\n[a](docs/guide) [b](docs/%C3%BCber%28uns%29.md) [c](docs/my\\_file.md) [d](docs/a&amp;b.md)\n";
    let names = ["docs/guide.md", "docs/über(uns).md", "docs/my_file.md", "docs/a&b.md"];
    let mut files = vec![("CLAUDE.md", links)];
    files.extend(names.map(|name| (name, "# Page\n")));
    let dir = repository(&files);
    let root = dir.path();
    for name in names {
        git(root, &["rm", "-q", name]);
        assert_eq!(found(root, &["--since", "HEAD"]), ["CLAUDE.md missing-link-target"], "{name}");
        commit(root, name);
    }
    // A document that is reached through a symbolic link.
    let dir = repository(&[
        ("AGENTS.md", "# Rules\n\n## Build\n\nRun it.\n"),
        (".claude/rules/r.md", "# R\n\nSee [build](../../CLAUDE.md#build).\n"),
    ]);
    let root = dir.path();
    std::os::unix::fs::symlink("AGENTS.md", root.join("CLAUDE.md")).unwrap();
    commit(root, "link");
    write(root, "AGENTS.md", "# Rules\n\n## Make\n\nRun it.\n");
    assert_eq!(found(root, &["--since", "HEAD"]), [".claude/rules/r.md missing-anchor"]);
}

#[test]
fn a_document_that_loads_now_brings_what_it_cites() {
    let dir = repository(&[
        ("CLAUDE.md", "# Rules\n\nBe kind.\n"),
        ("docs/x.md", "# X\n\nSee [old](gone.md). Run `npm run nowhere` first.\n"),
        ("package.json", "{\"scripts\": {\"build\": \"tsc\"}}\n"),
    ]);
    let root = dir.path();
    write(root, "CLAUDE.md", "# Rules\n\n@docs/x.md\n");
    assert_eq!(found(root, &[]), ["docs/x.md missing-link-target", "docs/x.md unknown-command"]);
    assert_eq!(found(root, &["--since", "HEAD"]), found(root, &[]));
}

#[test]
fn what_is_told_twice_is_laid_to_whoever_told_it_again() {
    let rule = |text: &str| format!("---\npaths: [\"a/**\"]\n---\n\n# R\n\n- {text}\n");
    let said = "Always run the database migrations before every release of the service.";
    let root_file = format!("# A\n\n- {said}\n");
    let dir = repository(&[("CLAUDE.md", &root_file), (".claude/rules/r.md", &rule(said)), ("a/x.ts", "x\n")]);
    let root = dir.path();
    assert_eq!(found(root, &[]), [".claude/rules/r.md duplicate-instruction"]);
    // A rule that has another name only.
    git(root, &["mv", ".claude/rules/r.md", ".claude/rules/r2.md"]);
    assert_eq!(found(root, &["--since", "HEAD"]), [""; 0]);
    assert_eq!(found(root, &["--staged"]), [""; 0]);
    // The root repeats a rule that nobody touched, in a language with spaces and in one without.
    for said in [said, "提交代码之前必须运行全部单元测试并且修复所有失败的测试用例"] {
        let dir = repository(&[("CLAUDE.md", "# A\n"), (".claude/rules/r.md", &rule(said)), ("a/x.ts", "x\n")]);
        write(dir.path(), "CLAUDE.md", &format!("# A\n\n- {said}\n"));
        assert_eq!(found(dir.path(), &["--since", "HEAD"]), [".claude/rules/r.md duplicate-instruction"], "{said}");
    }
}

#[test]
fn a_choice_is_held_against_what_loads_with_it() {
    let dir = repository(&[("CLAUDE.md", "# A\n"), (".claude/rules/style.md", "- Use 4 spaces.\n")]);
    let root = dir.path();
    write(root, "CLAUDE.md", "# A\n\n- Use tabs for indentation.\n");
    assert_eq!(found(root, &["--since", "HEAD"]), [".claude/rules/style.md conflicting-instruction"]);
}

#[test]
fn what_is_staged_counts_and_nothing_else() {
    let dir = project();
    let root = dir.path();
    write(root, "CLAUDE.md", "See [staged](staged.md).\n");
    git(root, &["add", "CLAUDE.md"]);
    write(root, "CLAUDE.md", "Nothing wrong here.\n");
    write(root, "new/CLAUDE.md", "See [untracked](untracked.md).\n");
    let messages = |arguments: &[&str]| ctxlint(root, &[&["check", "--format", "concise"], arguments].concat()).out;
    let staged = messages(&["--staged"]);
    assert!(staged.contains("staged.md") && !staged.contains("untracked"), "{staged}");
    let worktree = messages(&["--since", "HEAD"]);
    assert!(!worktree.contains("`staged.md`") && worktree.contains("untracked.md"), "{worktree}");
    // A commit of only some files has an index of its own, which git names to its hooks.
    let index = root.join(".git/other");
    fs::copy(root.join(".git/index"), &index).unwrap();
    git(root, &["reset", "-q"]);
    assert!(!messages(&["--staged"]).contains("staged.md"));
    let named = ctxlint_with(
        root,
        &["check", "--staged", "--format", "concise"],
        &[("GIT_INDEX_FILE", ".git/other"), ("GIT_DIR", "/nowhere")],
    );
    assert!(named.out.contains("staged.md"), "{}{}", named.out, named.err);
}

/// What a hook of a commit sees that git makes with these arguments: the findings of `check --staged` in `folder`.
fn found_by_a_hook(root: &Path, folder: &str, arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_ctxlint");
    let hook = format!(
        "#!/bin/sh\ncd {folder}\n{program} check --staged --format concise >\"$OLDPWD/.git/found\" 2>&1\ntrue\n"
    );
    write(root, ".git/hooks/pre-commit", &hook);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(root.join(".git/hooks/pre-commit"), executable).unwrap();
    git(root, &[&["commit", "-q", "-m", "x"], arguments].concat());
    fs::read_to_string(root.join(".git/found")).unwrap()
}

#[test]
fn a_hook_sees_what_the_commit_will_hold() {
    let dir = repository(&[("CLAUDE.md", "# A\n\n## Build\n"), ("AGENTS.md", "# B\n"), ("sub/CLAUDE.md", "# C\n")]);
    let root = dir.path();
    // Staged, but not part of the commit of another file.
    write(root, "CLAUDE.md", "# A\n\n## Make\n");
    git(root, &["add", "CLAUDE.md"]);
    write(root, "AGENTS.md", "# B\n\n[b](CLAUDE.md#build)\n");
    let found = found_by_a_hook(root, ".", &["AGENTS.md"]);
    assert!(!found.contains("missing-anchor"), "{found}");
    write(root, "AGENTS.md", "# B\n\nNow [b](CLAUDE.md#make)\n");
    let found = found_by_a_hook(root, ".", &["AGENTS.md"]);
    assert!(found.contains("no heading `#make`"), "{found}");
    // Git names the index from the top of the working tree.
    write(root, "sub/CLAUDE.md", "# C\n\n[l](no.md)\n");
    git(root, &["add", "sub"]);
    let found = found_by_a_hook(root, "sub", &[]);
    assert!(found.contains("missing-link-target"), "{found}");
    let gone = [("GIT_INDEX_FILE", ".git/gone")];
    let run = ctxlint_with(root, &["check", "--staged"], &gone);
    assert!(
        run.code == 2 && run.err.contains("GIT_INDEX_FILE") && run.err.contains("unset `GIT_INDEX_FILE`"),
        "{}",
        run.err
    );
    assert_eq!(ctxlint_with(root, &["check", "--since", "HEAD"], &gone).code, 0, "only what is staged asks for it");
}

#[test]
fn what_is_only_to_be_added_later_is_not_staged() {
    let dir = repository(&[("CLAUDE.md", "# A\n")]);
    let root = dir.path();
    write(root, ".claude/skills/x/SKILL.md", "# No frontmatter\n\nSee [x](gone.md).\n");
    git(root, &["add", "-N", "."]);
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new());
    assert!(found(root, &["--since", "HEAD"]).len() > 1);
    // A link to such a file leads nowhere in the commit.
    write(root, "CLAUDE.md", "# A\n\nSee [x](docs/x.md).\n");
    write(root, "docs/x.md", "# X\n");
    git(root, &["add", "CLAUDE.md"]);
    git(root, &["add", "-N", "docs/x.md"]);
    assert_eq!(found(root, &["--staged"]), ["CLAUDE.md missing-link-target"]);
    git(root, &["add", "docs/x.md"]);
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new());
}

#[test]
fn a_conflict_outside_of_the_root_does_not_matter() {
    let dir = project();
    let root = dir.path();
    let blob = git(root, &["rev-parse", "HEAD:CLAUDE.md"]);
    let stages = (1..=3).map(|stage| format!("100644 {} {stage}\tCLAUDE.md\n", blob.trim())).collect::<String>();
    write(root, ".git/stages", &stages);
    git(root, &["rm", "-q", "--cached", "CLAUDE.md"]);
    let mut feed = std::process::Command::new("git");
    let stages = fs::File::open(root.join(".git/stages")).unwrap();
    assert!(feed.current_dir(root).args(["update-index", "--index-info"]).stdin(stages).status().unwrap().success());
    write(root, "sub/CLAUDE.md", "@nowhere.md\n\nSee [new](new.md).\n");
    let since = ["--root", "sub", "--since", "HEAD"];
    assert_eq!(found(root, &since), ["CLAUDE.md missing-link-target"]);
    assert_eq!(found(root, &["--root", "sub", "--staged"]), Vec::<String>::new());
    let run = ctxlint(root, &["diff", "HEAD", "--root", "sub"]);
    assert_eq!(run.code, 0, "{}", run.err);
}

#[test]
fn the_first_commit_is_compared_with_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    git(root, &["init", "-q"]);
    write(root, "CLAUDE.md", "See [a](gone.md).\n");
    assert_eq!(found(root, &["--staged"]), Vec::<String>::new());
    git(root, &["add", "-A"]);
    assert_eq!(found(root, &["--staged"]), ["CLAUDE.md missing-link-target"]);
}

#[test]
fn a_branch_is_compared_with_where_it_left() {
    let dir = project();
    let root = dir.path();
    git(root, &["branch", "side"]);
    write(root, "CLAUDE.md", "All is well now.\n");
    commit(root, "mended on the main branch");
    git(root, &["checkout", "-q", "side"]);
    write(root, "docs/guide.md", "# Guide\n\nMore.\n");
    commit(root, "on the side");
    assert_eq!(found(root, &["--since", "main"]).len() + found(root, &["--since", "HEAD~1"]).len(), 0);
}

#[test]
fn a_document_with_a_new_name_keeps_its_findings() {
    let dir = project();
    let root = dir.path();
    git(root, &["mv", "sub", "part"]);
    assert_eq!(found(root, &["--since", "HEAD"]), Vec::<String>::new());
}

#[test]
fn a_finding_that_grows_worse_is_the_changes() {
    let many = |count: usize| (0..count).map(|at| format!("line {at}\n")).collect::<String>();
    let config = "[budgets]\nfile-lines = { warn = 5, error = 20 }\n";
    let dir = repository(&[("ctxlint.toml", config), ("CLAUDE.md", &many(10))]);
    let root = dir.path();
    write(root, "CLAUDE.md", &many(12));
    assert_eq!(found(root, &["--since", "HEAD", "--only", "file-lines"]), Vec::<String>::new());
    write(root, "CLAUDE.md", &many(30));
    assert_eq!(found(root, &["--since", "HEAD", "--only", "file-lines"]), ["CLAUDE.md file-lines"]);
}

#[test]
fn growth_beyond_what_is_allowed_fails_a_check_of_the_change() {
    let dir = repository(&[("ctxlint.toml", "[growth]\ntokens = 10\n"), ("CLAUDE.md", "- Run the tests.\n")]);
    let root = dir.path();
    write(root, "CLAUDE.md", "- Run the tests.\n- Never push to the main branch of any repository.\n");
    assert_eq!(found(root, &["--since", "HEAD"]), ["CLAUDE.md budget-growth"]);
    assert_eq!(found(root, &[]), Vec::<String>::new());
    let run = ctxlint(root, &["check", "--since", "HEAD", "--format", "markdown"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("| tokens, Claude Code | 5 | 15 | +10 |") || run.out.contains("+1"), "{}", run.out);
}

/// Every file of a folder with its content and when it was written.
fn snapshot(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>, std::time::SystemTime)> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_file() && !entry.path().ends_with("ctxlint/v1/answers"));
    files
        .map(|entry| {
            let written = entry.metadata().unwrap().modified().unwrap();
            (entry.path().to_path_buf(), fs::read(entry.path()).unwrap(), written)
        })
        .collect()
}

#[test]
fn nothing_is_checked_out_or_written() {
    let dir = project();
    let root = dir.path();
    write(root, "src/a.rs", &format!("// new\n{CODE}"));
    commit(root, "later");
    write(root, "CLAUDE.md", "dirty `src/a.rs:1-3`\n");
    let before = snapshot(root);
    for arguments in [
        &["check", "--since", "HEAD~1"][..],
        &["check", "--staged"],
        &["diff", "HEAD~1"],
        &["diff", "HEAD~1", "HEAD"],
        &["diff", "HEAD", "--staged"],
    ] {
        let run = ctxlint(root, arguments);
        assert!(run.code <= 1, "{}", run.err);
        assert!(snapshot(root) == before, "{arguments:?} changed a file");
    }
}

fn diff(root: &Path, arguments: &[&str]) -> Value {
    let run = ctxlint(root, &[&["diff", "--format", "json"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    run.json()
}

#[test]
fn a_diff_tells_what_loads_and_what_breaks() {
    let dir = project();
    let root = dir.path();
    write(root, "src/a.rs", &format!("// new\n{CODE}"));
    write(root, ".claude/rules/src.md", "---\npaths: src/**\n---\n\n- Never panic.\n");
    write(root, ".claude/rules/all.md", "- Always be brief.\n");
    write(root, "sub/CLAUDE.md", "@../docs/guide.md\n");
    git(root, &["rm", "-q", "src/b.rs"]);
    commit(root, "all at once");
    let value = diff(root, &["HEAD~1", "HEAD"]);
    assert_eq!(value["head"].as_str().unwrap().len(), 40);
    let tokens = |side: &str| value["startup"][side]["tokens"].as_u64().unwrap();
    assert!(tokens("after") > tokens("before"), "{value:#}");
    let loads: Vec<String> = value["loads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| {
            format!(
                "{} {} {}",
                of["path"].as_str().unwrap(),
                of["change"].as_str().unwrap(),
                of["trigger"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        loads,
        [".claude/rules/all.md added startup", ".claude/rules/src.md added path", "sub/CLAUDE.md changed nested",]
    );
    let paths: Vec<&str> = value["paths"].as_array().unwrap().iter().map(|of| of["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["src/a.rs"]);
    let refs = |key: &str| -> Vec<String> {
        let list = value[key].as_array().unwrap().iter();
        list.map(|of| {
            format!(
                "{} {} {}",
                of["path"].as_str().unwrap(),
                of["kind"].as_str().unwrap(),
                of["state"].as_str().unwrap()
            )
        })
        .collect()
    };
    assert_eq!(refs("refs_broken"), ["CLAUDE.md citation moved", "CLAUDE.md path gone"]);
    assert_eq!(refs("refs_repaired"), ["sub/CLAUDE.md import missing"]);
    // The other way round.
    git(root, &["revert", "--no-edit", "-n", "HEAD"]);
    commit(root, "back");
    let value = diff(root, &["HEAD~1"]);
    assert_eq!(value["refs_repaired"].as_array().unwrap().len(), 2, "{value:#}");
    assert_eq!(value["head"], "worktree");
    let same = diff(root, &["HEAD", "HEAD"]);
    for key in ["paths", "loads", "refs_broken", "refs_repaired"] {
        assert!(same[key].as_array().unwrap().is_empty(), "{same:#}");
    }
}

#[test]
fn both_states_see_the_same_where_nothing_changed() {
    // Links, files that are tracked although they are ignored, a submodule, line endings that git rewrites, a root below the
    // top: none of them may look like a change.
    let dir = repository(&[
        ("app/CLAUDE.md", "See `src/a.rs:1`, [x](kept.log), [y](../up.md), [z](lib/z.md).\r\n"),
        ("app/src/a.rs", "fn a() {}\r\n"),
        ("app/.gitignore", "*.log\n"),
        ("app/docs/real.md", "# Real\n"),
        ("up.md", "x\n"),
        (".gitattributes", "*.rs text eol=crlf\n"),
        (".gitmodules", "[submodule \"lib\"]\n\tpath = app/lib\n\turl = ./lib\n"),
    ]);
    let root = dir.path();
    write(root, "app/kept.log", "kept\n");
    git(root, &["add", "-f", "app/kept.log"]);
    std::os::unix::fs::symlink("CLAUDE.md", root.join("app/AGENTS.md")).unwrap();
    fs::create_dir_all(root.join("app/.claude")).unwrap();
    std::os::unix::fs::symlink("../docs", root.join("app/.claude/rules")).unwrap();
    let head = git(root, &["rev-parse", "HEAD"]);
    git(root, &["update-index", "--add", "--cacheinfo", &format!("160000,{},app/lib", head.trim())]);
    git(root, &["add", "-A", "app/AGENTS.md", "app/.claude"]);
    git(root, &["commit", "-q", "-m", "links and a submodule"]);
    write(root, "app/other.txt", "x\n");
    git(root, &["add", "app/other.txt"]);
    git(root, &["commit", "-q", "-m", "nothing to do with it"]);
    let app = root.join("app");
    for arguments in [&["--since", "HEAD~1"][..], &["--staged"], &["--since", "HEAD"]] {
        assert_eq!(found(&app, &[&["--root", "."], arguments].concat()), Vec::<String>::new(), "{arguments:?}");
    }
    // Everything is new against the commit before: then the same is found as without a comparison.
    write(root, "app/CLAUDE.md", "See `src/a.rs:1`, [x](kept.log), [y](../up.md), [z](lib/z.md), [w](gone.md).\n");
    git(root, &["add", "app/CLAUDE.md"]);
    for arguments in [&["--staged"][..], &["--since", "HEAD"], &[]] {
        let arguments = [&["--root", "."], arguments].concat();
        assert_eq!(found(&app, &arguments), ["CLAUDE.md missing-link-target"], "{arguments:?}");
    }
    let value = diff(&app, &["--root", ".", "HEAD~1", "HEAD"]);
    assert_eq!(value["startup"]["before"], value["startup"]["after"]);
    assert!(value["startup"]["before"]["tokens"].as_u64() > Some(10), "{value:#}");
}

#[test]
fn a_change_goes_together_with_fixes_and_baselines() {
    let dir = repository(&[
        ("CLAUDE.md", "See [old](gone.md).\n"),
        ("docs/plan.md", "The parser is at `src/a.rs:1-3`.\n"),
        ("docs/README.md", "x\n"),
        ("ctxlint.toml", "[documents.\"docs/**\"]\n"),
        ("src/a.rs", CODE),
    ]);
    let root = dir.path();
    write(root, "src/a.rs", &format!("// A header.\n{CODE}"));
    // Only the finding of the change is mended.
    let run = ctxlint(root, &["check", "--since", "HEAD", "--fix", "--history", "full"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert_eq!(fs::read_to_string(root.join("docs/plan.md")).unwrap(), "The parser is at `src/a.rs:2-4`.\n");
    assert_eq!(fs::read_to_string(root.join("CLAUDE.md")).unwrap(), "See [old](gone.md).\n");
    // An entry of a baseline that the change does not ask about matches nothing and is not wrong.
    let run = ctxlint(root, &["check", "--baseline", ".baseline.json", "--update-baseline"]);
    assert_eq!(run.code, 0, "{}", run.err);
    write(root, "CLAUDE.md", "See [old](gone.md) and [new](new.md).\n");
    let found = found(root, &["--since", "HEAD", "--baseline", ".baseline.json"]);
    assert_eq!(found, ["CLAUDE.md missing-link-target"]);
    let run = ctxlint(root, &["check", "--since", "HEAD", "--statistics", "--output", "json=x.json"]);
    assert!(run.out.contains("missing-link-target") && run.out.contains("findings"), "{}", run.out);
    assert!(fs::read_to_string(root.join("x.json")).unwrap().contains("\"diagnostics\""));
    let run = ctxlint(root, &["check", "--staged", "--fix"]);
    assert_eq!(run.code, 2, "what is staged is not what --fix writes");
}

#[test]
fn mistakes_name_the_way_out() {
    let dir = project();
    let root = dir.path();
    for arguments in [&["check", "--since", "no-such"][..], &["diff", "no-such"], &["diff", "--", "--output=x"]] {
        let run = ctxlint(root, arguments);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains("no commit is called") && run.err.contains("fetch-depth"), "{}", run.err);
    }
    let run = ctxlint(root, &["diff", "HEAD", "--client", "clod"]);
    assert!(run.code == 2 && run.err.contains("known clients"), "{}", run.err);
    let plain = tempfile::tempdir().unwrap();
    write(plain.path(), "CLAUDE.md", "x\n");
    let run = ctxlint(plain.path(), &["--root", ".", "check", "--staged"]);
    assert_eq!(run.code, 2, "{}", run.err);
}

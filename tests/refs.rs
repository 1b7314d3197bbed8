//! `ctxlint refs` as a whole: what it lists, what is not committed yet, and answers that outlive a commit.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{commit, ctxlint, git, repository, write};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// `kind text state` of every reference, with the new path where there is one.
fn refs(root: &Path, arguments: &[&str]) -> Vec<String> {
    let run = ctxlint(root, &[&["refs", "--format", "json"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    let value = run.json();
    let word = |of: &Value, key: &str| of[key].as_str().unwrap().to_owned();
    let now = |of: &Value| of["now"]["path"].as_str().map_or(String::new(), |path| format!(" {path}"));
    let list = value["refs"].as_array().unwrap().iter();
    list.map(|of| format!("{} {} {}{}", word(of, "kind"), word(of, "text"), word(of, "state"), now(of))).collect()
}

const CODE: &str = "fn one() {\n    first();\n}\n\nfn two() {\n    second();\n}\n\nfn three() {}\n";

#[test]
fn every_command_and_symbol_is_listed_with_its_state() {
    let dir = repository(&[
        (
            "CLAUDE.md",
            "- Run `make all` or `make most`; `one()` in `src/a.rs`, `four()` in `src/a.rs`.\n\n```sh\nmake all\nnpm run lint\n```\n",
        ),
        ("Makefile", "all:\n\ttrue\n"),
        ("src/a.rs", CODE),
    ]);
    let found = refs(dir.path(), &[]);
    let of = |kind: &str| -> Vec<&String> { found.iter().filter(|line| line.starts_with(kind)).collect() };
    assert_eq!(of("command"), ["command all ok", "command most missing", "command all ok", "command lint unknown"]);
    assert_eq!(of("symbol"), ["symbol one() ok", "symbol four() missing"]);
}

#[test]
fn a_rename_that_is_not_committed_yet_is_no_loss() {
    let dir = repository(&[
        ("CLAUDE.md", "See `src/a.rs:1-3`, `src/a.rs`, `src/b.rs` and `src/c.rs`.\n"),
        ("src/a.rs", CODE),
        ("src/b.rs", "fn b() {\n    b();\n}\n"),
        ("src/c.rs", "fn c() {\n    c();\n}\n"),
    ]);
    let root = dir.path();
    fs::rename(root.join("src/a.rs"), root.join("src/z.rs")).unwrap();
    write(root, "src/z.rs", &format!("// moved\n{CODE}"));
    git(root, &["mv", "src/b.rs", "src/y.rs"]);
    fs::remove_file(root.join("src/c.rs")).unwrap();
    let wanted = [
        "citation src/a.rs:1-3 renamed src/z.rs",
        "path src/a.rs renamed src/z.rs",
        "path src/b.rs renamed src/y.rs",
        "path src/c.rs gone",
    ];
    assert_eq!(refs(root, &[]), wanted);
    let run = ctxlint(root, &["check", "--format", "concise", "--fail-on", "never", "--history", "full"]);
    assert!(run.out.contains("`src/b.rs` was renamed to `src/y.rs`, not committed yet"), "{}", run.out);
    commit(root, "now it is");
    assert_eq!(refs(root, &[]), wanted);
}

#[test]
fn answers_of_an_earlier_commit_are_those_of_a_fresh_run() {
    let dir = repository(&[
        ("CLAUDE.md", "See `src/a.rs:1-3` and `src/b.rs`.\n\nAnd `src/gone.rs`, which never was.\n"),
        ("docs/plan.md", "Read `src/a.rs:5-7` first, then `src/b.rs:1`.\n"),
        ("src/a.rs", CODE),
        ("src/b.rs", "fn b() {\n    b();\n}\n"),
    ]);
    let root = dir.path();
    // Each step is a commit; between them the answers are kept.
    let steps: [&dyn Fn(); 9] = [
        &|| write(root, "other.txt", "x\n"),
        &|| write(root, "src/a.rs", &format!("// new\n{CODE}")),
        &|| write(root, "docs/plan.md", "A new line.\n\nRead `src/a.rs:5-7` first, then `src/b.rs:1`.\n"),
        &|| drop(git(root, &["mv", "src/b.rs", "src/c.rs"])),
        &|| write(root, "other.txt", "y\n"),
        &|| drop(git(root, &["mv", "src/c.rs", "src/d.rs"])),
        &|| write(root, "src/gone.rs", "fn came() {}\n"),
        &|| drop(git(root, &["rm", "-q", "-f", "src/gone.rs"])),
        &|| write(root, "src/b.rs", "fn b() {\n    b();\n}\n"),
    ];
    for (at, step) in steps.iter().enumerate() {
        step();
        commit(root, &format!("step {at}"));
        let fresh = ctxlint(root, &["refs", "--format", "json", "--no-cache"]).out;
        assert_eq!(ctxlint(root, &["refs", "--format", "json"]).out, fresh, "step {at}");
        // Answers that the run before kept, too.
        assert_eq!(ctxlint(root, &["refs", "--format", "json"]).out, fresh, "step {at}, again");
    }
    // A branch that does not follow the last head.
    git(root, &["checkout", "-q", "-b", "side", "HEAD~6"]);
    write(root, "docs/plan.md", "Elsewhere.\n\nRead `src/a.rs:5-7` first, then `src/b.rs:1`.\n");
    commit(root, "side");
    git(root, &["merge", "-q", "-s", "ours", "--no-edit", "main"]);
    let fresh = ctxlint(root, &["refs", "--format", "json", "--no-cache"]).out;
    assert_eq!(ctxlint(root, &["refs", "--format", "json"]).out, fresh);
}

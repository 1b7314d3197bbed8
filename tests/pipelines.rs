//! What a team puts around the check: `ctxlint init --pre-commit --github`, the action, and what `docs/ci.md` says of them.
//! The hooks themselves are run by `.ci/pre-commit` with the real pre-commit.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{Run, ctxlint, ended, marked, read, write};
use serde_yaml::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

fn init(dir: &Path, arguments: &[&str]) -> Run {
    ctxlint(dir, &[&["init"], arguments].concat())
}

fn project(path: &str) -> String {
    read(Path::new(env!("CARGO_MANIFEST_DIR")), path)
}

const SOURCES: [&str; 4] = ["--repository", "https://github.com/someone/ctxlint", "--revision", "0123abcd"];

#[test]
fn both_files_are_written_and_a_second_time_left_alone() {
    let dir = marked(&[]);
    let run = init(dir.path(), &[&["--pre-commit", "--github"][..], &SOURCES].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.out.starts_with("--- /dev/null\n+++ b/.pre-commit-config.yaml\n@@ -0,0 +1,5 @@\n+repos:\n"),
        "{}",
        run.out
    );
    let hooks: Value = serde_yaml::from_str(&read(dir.path(), ".pre-commit-config.yaml")).unwrap();
    assert_eq!(hooks["repos"][0]["rev"].as_str(), Some("0123abcd"));
    assert_eq!(hooks["repos"][0]["hooks"][0]["id"].as_str(), Some("ctxlint"));
    let workflow: Value = serde_yaml::from_str(&read(dir.path(), ".github/workflows/ctxlint.yml")).unwrap();
    let steps = &workflow["jobs"]["ctxlint"]["steps"];
    assert_eq!(steps[0]["with"]["fetch-depth"].as_u64(), Some(0));
    assert_eq!(steps[1]["uses"].as_str(), Some("someone/ctxlint@0123abcd"));
    let again = init(dir.path(), &[&["--pre-commit", "--github", "--yes"][..], &SOURCES].concat());
    assert_eq!((again.code, again.out.as_str()), (0, ""));
    assert_eq!(again.err.matches("it was left as it is").count(), 2, "{}", again.err);
}

#[test]
fn what_is_there_is_changed_only_with_a_yes_and_keeps_its_comments() {
    let dir = marked(&[]);
    let old = "# Ours.\nrepos:\n  - repo: local\n    hooks:\n      - id: test # slow\n        language: system\n";
    write(dir.path(), ".pre-commit-config.yaml", old);
    let asked = init(dir.path(), &["--pre-commit"]);
    assert_eq!(asked.code, 2, "nobody could be asked");
    assert!(asked.err.contains("nothing was written; --yes writes it without asking"), "{}", asked.err);
    assert!(asked.out.contains("\n+      - id: ctxlint\n"), "the difference is shown: {}", asked.out);
    assert_eq!(read(dir.path(), ".pre-commit-config.yaml"), old);
    assert_eq!(init(dir.path(), &["--pre-commit", "--print"]).out, asked.out);
    assert_eq!(init(dir.path(), &["--pre-commit", "--yes"]).code, 0);
    let new = read(dir.path(), ".pre-commit-config.yaml");
    assert!(new.starts_with(old), "{new}");
    let hooks: Value = serde_yaml::from_str(&new).unwrap();
    assert_eq!(hooks["repos"][1]["hooks"][0]["entry"].as_str(), Some("ctxlint check"));
}

#[test]
fn mistakes_write_nothing() {
    let dir = marked(&[]);
    let run = init(dir.path(), &["--github"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("--repository URL --revision COMMIT"), "{}", run.err);
    assert_eq!(init(dir.path(), &["--github", "--repository", "https://x/`id`", "--revision", "a"]).code, 2);
    assert_eq!(init(dir.path(), &["--github", "--repository", "https://x/y"]).code, 2);
    write(dir.path(), ".pre-commit-config.yaml", "repos: [");
    let run = init(dir.path(), &[&["--pre-commit", "--github", "--yes"][..], &SOURCES].concat());
    assert_eq!(run.code, 2);
    assert!(run.err.contains(".pre-commit-config.yaml: it is no YAML"), "{}", run.err);
    assert!(!dir.path().join(".github").exists());
}

#[test]
fn all_that_is_asked_for_is_written_or_nothing() {
    let both = ["--pre-commit", "--hooks"];
    let (hooks, settings) = (".pre-commit-config.yaml", ".claude/settings.local.json");
    // Whichever of the two has to be asked about, or cannot be changed, keeps the other from being written.
    for (path, text) in [(settings, "{\"model\": \"x\"}\n"), (settings, "{ broken"), (hooks, "repos: []\n")] {
        let dir = marked(&[(path, text)]);
        let run = init(dir.path(), &both);
        assert_eq!(run.code, 2, "{path}: {}", run.err);
        assert_eq!(common::tree(dir.path()).len(), 1, "{path}: {}", run.err);
        assert_eq!(read(dir.path(), path), text);
    }
    let dir = marked(&[(settings, "{\"model\": \"x\"}\n"), (hooks, "repos: []\n")]);
    let run = init(dir.path(), &[&both[..], &["--yes"]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        run.err.contains(&format!("wrote {hooks}")) && run.err.contains(&format!("wrote {settings}")),
        "{}",
        run.err
    );
    assert!(read(dir.path(), settings).contains("SessionEnd") && read(dir.path(), hooks).contains("id: ctxlint"));
}

#[test]
fn every_input_of_the_action_is_documented_and_reaches_the_script_as_a_variable() {
    let action: Value = serde_yaml::from_str(&project("action.yml")).unwrap();
    let (page, script) = (project("docs/ci.md"), project(".ci/action"));
    for (name, input) in action["inputs"].as_mapping().unwrap() {
        let name = name.as_str().unwrap();
        assert!(page.contains(&format!("| `{name}` |")), "docs/ci.md says nothing of `{name}`");
        assert!(input["description"].as_str().is_some(), "`{name}` has no description");
    }
    for step in action["runs"]["steps"].as_sequence().unwrap() {
        let command = step["run"].as_str().unwrap_or_default();
        assert!(!command.contains("${{"), "an expression in a script lets an input run commands: {command}");
        for (name, _) in step["env"].as_mapping().into_iter().flatten() {
            let name = name.as_str().unwrap();
            assert!(script.contains(name) || command.contains(name), "nothing reads {name}");
        }
    }
}

#[test]
fn every_hook_looks_at_the_whole_repository_on_every_commit() {
    let hooks: Value = serde_yaml::from_str(&project(".pre-commit-hooks.yaml")).unwrap();
    let page = project("docs/ci.md");
    let hooks = hooks.as_sequence().unwrap();
    let ids: Vec<&str> = hooks.iter().map(|hook| hook["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ctxlint", "ctxlint-system", "ctxlint-fix"]);
    for hook in hooks {
        assert_eq!((hook["always_run"].as_bool(), hook["pass_filenames"].as_bool()), (Some(true), Some(false)));
        assert!(page.contains(&format!("| `{}` |", hook["id"].as_str().unwrap())));
    }
}

/// The step `check` of the action, as a runner runs it.
#[test]
fn the_action_reports_everywhere_and_hands_over_the_exit_code() {
    let dir = marked(&[]);
    let runner = tempfile::tempdir().unwrap();
    fs::create_dir_all(runner.path().join("ctxlint-bin/bin")).unwrap();
    let program = runner.path().join("ctxlint-bin/bin/ctxlint");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_ctxlint"), program).unwrap();
    write(dir.path(), "CLAUDE.md", "[a](gone.md)\n\n[b](#none)\n");
    let step = |name: &str, variables: &[(&str, &str)]| {
        let mut script = Command::new("bash");
        script.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/action")).arg(name).current_dir(dir.path());
        script.env("RUNNER_TEMP", runner.path()).env("GITHUB_OUTPUT", runner.path().join("output"));
        script.env("GITHUB_STEP_SUMMARY", runner.path().join("summary")).envs(variables.iter().copied());
        ended(script.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    };
    let key = step("key", &[]);
    assert_eq!((key.code, key.out.len()), (0, "key=".len() + 32 + 1), "{}", key.err);
    assert_eq!(step("key", &[]).out, key.out);
    let checked = step("check", &[("CTXLINT_SARIF", "ctxlint.sarif"), ("CTXLINT_ARGS", "--fail-on warn")]);
    assert_eq!(checked.code, 0, "the last step fails the job: {}", checked.err);
    assert!(checked.out.contains("::error file=CLAUDE.md,line=1"), "{}", checked.out);
    assert_eq!(read(runner.path(), "output"), "exit-code=1\n");
    assert!(read(runner.path(), "summary").contains("gone.md"));
    assert!(read(dir.path(), "ctxlint.sarif").contains("\"2.1.0\""));
    // An argument is an argument, whatever it looks like.
    let odd = step("check", &[("CTXLINT_ARGS", "$(touch${IFS}pwned) ; --no-such")]);
    assert_eq!((odd.code, dir.path().join("pwned").exists()), (0, false), "{}", odd.err);
    assert!(read(runner.path(), "output").ends_with("exit-code=2\n"));
}

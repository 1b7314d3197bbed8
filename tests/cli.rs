//! The command line as scripts and people meet it: roots, paths, exit codes, bad input, and output that depends on
//! nothing but the repository.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{command, ctxlint, ended, marked, read, write};
use ctxlint::tokens::{self, Encoding};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

#[test]
fn exit_codes_tell_findings_from_mistakes() {
    let dir = marked(&[("CLAUDE.md", "See [a](gone.md).\n"), ("fine/CLAUDE.md", "Fine.\n")]);
    let code = |arguments: &[&str]| ctxlint(dir.path(), arguments).code;
    assert_eq!(code(&["check"]), 1);
    assert_eq!(code(&["check", "fine"]), 0);
    assert_eq!(code(&["check", "--fail-on", "never"]), 0);
    assert_eq!(code(&["check", "--ignore", "missing-link-target"]), 0);
    assert_eq!(code(&["check", "--ignore", "missing-link-targt"]), 2);
    assert_eq!(code(&["check", "--no-such-option"]), 2);
    assert_eq!(code(&["check", "nowhere.md"]), 2);
    assert_eq!(code(&["check", "--client", "clod"]), 2);
    assert_eq!(code(&["--root", "nowhere", "check"]), 2);
    assert_eq!(code(&["--version"]), 0);
    assert_eq!(code(&["explain", "no-such-lint"]), 2);
}

#[test]
fn mistakes_name_the_way_out() {
    let dir = marked(&[("CLAUDE.md", "Fine.\n")]);
    let err = |arguments: &[&str]| ctxlint(dir.path(), arguments).err;
    assert!(err(&["check", "--only", "skil-name"]).contains("did you mean `skill-name`?"));
    assert!(err(&["explain", "skil-name"]).contains("did you mean `skill-name`?"));
    assert!(err(&["check", "--client", "clod"]).contains("claude-code, codex"));
    assert!(err(&["check", "/etc"]).contains("--root"));
}

#[test]
fn a_wrong_configuration_points_at_its_line() {
    let dir = marked(&[
        ("CLAUDE.md", "Fine.\n"),
        ("ctxlint.toml", "# mine\nexlude = [\"a\"]\n[budgets]\nfile-lines = \"many\"\n"),
    ]);
    let run = ctxlint(dir.path(), &["check"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("ctxlint.toml:2:1: unknown key `exlude` (did you mean `exclude`?)"), "{}", run.err);
    assert!(run.err.contains("ctxlint.toml:4:14: the budget `file-lines` must be a whole number"), "{}", run.err);
    assert_eq!(ctxlint(dir.path(), &["--no-config", "check"]).code, 0);
}

#[test]
fn one_bad_file_never_hides_the_findings_of_the_others() {
    let dir = marked(&[("CLAUDE.md", "See [a](gone.md).\n"), (".claude/rules/a.md", "See [b](gone.md).\n")]);
    let rules = dir.path().join(".claude/rules");
    write(&rules, "closed.md", "secret");
    fs::set_permissions(rules.join("closed.md"), fs::Permissions::from_mode(0o0)).unwrap();
    let noise: Vec<u8> = (0..4096u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(rules.join("noise.md"), noise).unwrap();
    fs::File::create(rules.join("huge.md")).unwrap().set_len(200 << 20).unwrap();
    let run = ctxlint(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(run.code, 1);
    let has = |lint: &str, path: &str| {
        let mut lines = run.out.lines();
        lines.any(|line| line.starts_with(path) && line.contains(&format!("[{lint}]")))
    };
    // Root may read everything, whatever the permissions say.
    if fs::read(rules.join("closed.md")).is_err() {
        assert!(has("unreadable-file", ".claude/rules/closed.md"), "{}", run.out);
    }
    assert!(has("not-utf8", ".claude/rules/noise.md"), "{}", run.out);
    assert!(has("too-large", ".claude/rules/huge.md"), "{}", run.out);
    assert!(has("missing-link-target", "CLAUDE.md"), "{}", run.out);
    assert!(has("missing-link-target", ".claude/rules/a.md"), "{}", run.out);
    assert_eq!(run.out.matches("noise.md").count(), 1, "a bad file has one finding: {}", run.out);
}

#[test]
fn output_depends_on_nothing_but_the_repository() {
    let many: Vec<(String, String)> =
        (0..60).map(|at| (format!("p{at}/CLAUDE.md"), format!("[a](gone{at}.md)\n\n[b](#none)\n"))).collect();
    let files: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let dir = marked(&files);
    let root = dir.path().to_str().unwrap();
    let first = ctxlint(dir.path(), &["check", "--format", "json"]).out;
    for _ in 0..3 {
        for threads in ["1", "8"] {
            assert_eq!(ctxlint(dir.path(), &["--threads", threads, "check", "--format", "json"]).out, first);
        }
    }
    assert_eq!(ctxlint(&dir.path().join("p7"), &["check", "--format", "json"]).out, first);
    assert_eq!(ctxlint(Path::new("/"), &["--root", root, "check", "--format", "json"]).out, first);
    assert!(!first.contains(root), "no path of this machine stands in a result");
}

#[test]
fn paths_restrict_what_is_reported_and_never_what_is_known() {
    let dir = marked(&[("CLAUDE.md", "@docs/a.md [x](gone.md)\n"), ("docs/a.md", "[y](gone.md)\n")]);
    let run = ctxlint(&dir.path().join("docs"), &["check", "a.md", "--format", "concise"]);
    assert!(run.out.contains("docs/a.md:1:1"), "{}", run.out);
    assert!(!run.out.contains("CLAUDE.md"), "{}", run.out);
    assert!(run.out.contains("checked 1 context file: 1 error"), "the footer counts what was asked about: {}", run.out);
    let all = ctxlint(dir.path(), &["check", "--format", "json"]).json();
    let asked = ctxlint(dir.path(), &["check", "CLAUDE.md", "--format", "json"]).json();
    assert_eq!((&all["summary"]["files"], &asked["summary"]["files"]), (&2.into(), &1.into()));
}

#[test]
fn excluded_and_ignored_paths_are_said_to_be_so() {
    let dir = marked(&[
        ("fixtures/CLAUDE.md", "x\n"),
        ("out/CLAUDE.md", "x\n"),
        (".gitignore", "out/\n"),
        ("CLAUDE.md", "x\n"),
    ]);
    assert!(ctxlint(dir.path(), &["check", "fixtures/CLAUDE.md"]).err.contains("excluded by default"));
    assert!(ctxlint(dir.path(), &["check", "out/CLAUDE.md"]).err.contains("ignored by git"));
}

#[test]
fn links_are_followed_inside_the_root_and_counted_once() {
    let dir = marked(&[("AGENTS.md", "[x](gone.md)\n"), ("shared/rules/a.md", "[y](gone.md)\n")]);
    let outside = marked(&[("rule.md", "[z](gone.md)\n")]);
    symlink("AGENTS.md", dir.path().join("CLAUDE.md")).unwrap();
    fs::create_dir(dir.path().join(".claude")).unwrap();
    symlink("../shared/rules", dir.path().join(".claude/rules")).unwrap();
    symlink("..", dir.path().join("shared/up")).unwrap();
    symlink(outside.path().join("rule.md"), dir.path().join("shared/rules/out.md")).unwrap();
    let run = ctxlint(dir.path(), &["check", "--format", "concise"]);
    assert!(run.out.contains("AGENTS.md:1:1: error[missing-link-target]"), "{}", run.out);
    assert!(run.out.contains("shared/rules/a.md:1:1: error[missing-link-target]"), "{}", run.out);
    assert!(run.out.contains("shared/up: warn[symlink-loop]"), "{}", run.out);
    assert!(!run.out.contains("CLAUDE.md:"), "one content is reported once: {}", run.out);
    assert!(run.out.contains("checked 2 context files"), "{}", run.out);
}

#[test]
fn a_link_may_be_named_on_the_command_line() {
    let dir = marked(&[("AGENTS.md", "[x](gone.md)\n"), ("CLAUDE.local.md", "x\n")]);
    symlink("AGENTS.md", dir.path().join("CLAUDE.md")).unwrap();
    let run = ctxlint(dir.path(), &["check", "CLAUDE.md", "--format", "concise"]);
    assert!(run.out.contains("AGENTS.md:1:1: error[missing-link-target]"), "{}", run.out);
}

#[test]
fn what_lies_in_a_submodule_is_not_ours_to_know() {
    let modules = "[submodule \"lib\"]\n\tpath = vendor-lib\n\turl = ../lib\n";
    let dir = marked(&[("CLAUDE.md", "[x](vendor-lib/README.md)\n"), (".gitmodules", modules)]);
    fs::create_dir(dir.path().join("vendor-lib")).unwrap();
    assert_eq!(ctxlint(dir.path(), &["check"]).code, 0);
}

#[test]
fn what_stands_where_a_client_looks_is_never_passed_over_in_silence() {
    let dir = marked(&[("AGENTS.md/x", "x"), ("sub/a.md", "x")]);
    let outside = marked(&[("rules/a.md", "x")]);
    symlink("nowhere", dir.path().join(".claude")).unwrap();
    symlink(outside.path(), dir.path().join(".cursor")).unwrap();
    assert!(Command::new("mkfifo").arg(dir.path().join("CLAUDE.md")).status().unwrap().success());
    let run = ctxlint(dir.path(), &["check", "--format", "concise"]);
    for (path, what) in [
        ("AGENTS.md", "it is a folder"),
        ("CLAUDE.md", "not a regular file"),
        (".claude", "leads to nothing"),
        (".cursor", "out of the repository"),
    ] {
        assert!(run.out.lines().any(|line| line.starts_with(path) && line.contains(what)), "{path}: {}", run.out);
    }
}

#[test]
fn links_upon_links_end() {
    let dir = marked(&[("CLAUDE.md", "x\n")]);
    for from in 0..24 {
        write(dir.path(), &format!("d{from}/CLAUDE.md"), "x\n");
        for to in (0..24).filter(|to| *to != from) {
            symlink(format!("../d{to}"), dir.path().join(format!("d{from}/to{to}"))).unwrap();
        }
    }
    let run = ctxlint(dir.path(), &["check", "--format", "concise"]);
    assert!(run.out.contains("25 context files"), "{}", run.out);
    assert!(run.out.contains("not checked: paths behind symbolic links"), "{}", run.out);
}

#[test]
fn a_result_that_cannot_be_written_is_no_success() {
    let dir = marked(&[("CLAUDE.md", "Fine.\n")]);
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let child = command(dir.path(), &["check", "--format", "json"]).stdout(full).spawn().unwrap();
    assert_eq!(ended(child).code, 2);
}

#[test]
fn a_comment_in_the_configuration_allows_its_findings() {
    let config = "[levels]\n# ctxlint allow: unknown-lint -- it comes with the next version\nfuture-lint = \"off\"\n";
    let dir = marked(&[("CLAUDE.md", "Fine.\n"), ("conf/lint.toml", config)]);
    let run = ctxlint(dir.path(), &["--config", "conf/lint.toml", "check", "--format", "concise"]);
    assert!(run.out.contains("no findings (1 suppressed)"), "{}", run.out);
    let text = read(dir.path(), "conf/lint.toml");
    write(dir.path(), "conf/lint.toml", &text.replace("# ctxlint", "# xtclint"));
    let run = ctxlint(dir.path(), &["--config", "conf/lint.toml", "check", "--format", "concise"]);
    assert!(run.out.contains("conf/lint.toml:3:1: warn[unknown-lint]"), "{}", run.out);
}

#[test]
fn a_hash_inside_a_value_is_no_comment() {
    let text = "---\nname: a\ndescription: \"see # ctxlint allow: skil-name\"\n---\n";
    let dir = marked(&[(".claude/agents/a.md", text)]);
    assert!(ctxlint(dir.path(), &["check", "--format", "concise"]).out.contains("no findings"));
}

#[test]
fn a_repository_without_context_files_is_clean() {
    let dir = marked(&[("src/main.rs", "fn main() {}\n")]);
    let run = ctxlint(dir.path(), &["check"]);
    assert_eq!(run.code, 0);
    assert!(run.out.starts_with("no context files found in "), "{}", run.out);
}

#[test]
fn init_writes_a_configuration_once() {
    let dir = marked(&[("CLAUDE.md", "Fine.\n")]);
    assert_eq!(ctxlint(dir.path(), &["init"]).out, "wrote ctxlint.toml\n");
    let written = read(dir.path(), "ctxlint.toml");
    assert!(written.contains("# exclude = []"), "{written}");
    assert_eq!(ctxlint(dir.path(), &["check"]).code, 0);
    write(dir.path(), "ctxlint.toml", "# mine\n");
    assert!(ctxlint(dir.path(), &["init"]).err.contains("nothing was written"));
    assert_eq!(read(dir.path(), "ctxlint.toml"), "# mine\n");
}

#[test]
fn measure_counts_exactly_and_sorts_by_cost() {
    let dir = marked(&[("CLAUDE.md", "hello world\n"), ("docs/long.md", &"hello world, again\n".repeat(20))]);
    let run = ctxlint(dir.path(), &["measure", "CLAUDE.md", "docs"]);
    let files: Vec<&str> = run.out.lines().filter_map(|line| line.split_whitespace().nth(4)).collect();
    assert_eq!(files[..4], ["file", "docs/long.md", "CLAUDE.md", "total"], "{}", run.out);
    let json = ctxlint(dir.path(), &["measure", "CLAUDE.md", "--format", "json", "--profile", "claude-5"]).json();
    assert_eq!(json["files"][0]["tokens"], 3);
    assert_eq!(json["files"][0]["estimate"]["exact"], false);
    assert_eq!(ctxlint(dir.path(), &["measure", "nowhere.md"]).code, 2);
    let twice =
        ctxlint(&dir.path().join("docs"), &["measure", "long.md", "../docs/long.md", "--format", "json"]).json();
    assert_eq!(twice["files"].as_array().unwrap().len(), 1);
    assert_eq!(twice["files"][0]["path"], "docs/long.md");
}

#[test]
fn measure_obeys_the_configuration() {
    let config = "[tokens]\nencoding = \"cl100k_base\"\nmultiplier = 3.0\n";
    let dir = marked(&[("a.md", "hello\n"), ("ctxlint.toml", config)]);
    let json = ctxlint(dir.path(), &["measure", "a.md", "--format", "json", "--profile", "o200k"]).json();
    assert_eq!(json["encoding"], "cl100k_base");
    assert_eq!(json["files"][0]["estimate"]["exact"], true, "an exact profile needs no multiplier");
    assert_eq!(json["files"][0]["estimate"]["tokens"], json["files"][0]["tokens"]);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = marked(&[("CLAUDE.md", "Fine.\n")]);
    let mut child = command(dir.path(), &["completions", "bash"]).spawn().unwrap();
    drop(child.stdout.take());
    let run = ended(child);
    assert_eq!((run.err.as_str(), run.code), ("", 0));
}

#[test]
fn init_writes_todays_figures_so_that_growth_is_an_error() {
    let rule = "Every session reads this line.\n";
    let dir = marked(&[
        ("CLAUDE.md", "Run the tests.\n"),
        (".claude/rules/a.md", rule),
        (".claude/rules/b.md", "---\npaths: src/**\n---\nCheck the input.\n"),
        ("src/a.ts", ""),
        ("ctxlint.toml", "[budgets] # mine\nstartup-lines = 9\n"),
    ]);
    let run = ctxlint(dir.path(), &["init", "--budgets"]);
    assert_eq!(run.out, "wrote to ctxlint.toml:\nstartup-tokens = 10\npath-tokens = 14\n");
    assert!(run.err.contains("startup-lines is set already; it is 2 now"), "{}", run.err);
    let written = read(dir.path(), "ctxlint.toml");
    assert!(written.contains("once src/a.ts is read, in tokens; the default warns above 8,000: 4 % of"), "{written}");
    assert!(written.ends_with("path-tokens = 14\nstartup-lines = 9\n"), "{written}");
    assert_eq!(ctxlint(dir.path(), &["check"]).code, 0);
    write(dir.path(), ".claude/rules/a.md", &rule.repeat(2));
    let grown = ctxlint(dir.path(), &["check", "--format", "concise"]);
    assert_eq!(grown.code, 1);
    assert!(grown.out.contains("CLAUDE.md: error[startup-tokens] Claude Code loads 16 tokens"), "{}", grown.out);
    let again = ctxlint(dir.path(), &["init", "--budgets"]);
    assert_eq!(again.out, "every budget is set; nothing was written\n");
    let fresh = marked(&[("CLAUDE.md", "Run the tests.\n")]);
    let printed = ctxlint(fresh.path(), &["init", "--budgets", "--print"]).out;
    assert!(printed.contains("\n[budgets]\n# What Claude Code loads before the first prompt"), "{printed}");
    assert!(!fresh.path().join("ctxlint.toml").exists());
}

#[test]
fn check_counts_what_context_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures/budget");
    let check = ctxlint(&root, &["--root", ".", "check", "--format", "json"]).json();
    let context = ctxlint(&root, &["--root", ".", "context", "--worst", "--text", "--format", "json"]).json();
    let counted = |touched: bool| -> usize {
        let loads = context["loads"].as_array().unwrap().iter();
        let wanted = loads.filter(|load| touched || load["touch"].is_null());
        wanted.map(|load| tokens::count(Encoding::O200kBase, load["text"].as_str().unwrap())).sum()
    };
    let parts = |lint: &str| -> usize {
        let found = check["diagnostics"].as_array().unwrap().iter().find(|found| found["lint"] == lint).unwrap();
        found["parts"].as_array().unwrap().iter().map(|part| part["value"].as_u64().unwrap() as usize).sum()
    };
    assert_eq!(parts("startup-tokens"), counted(false));
    assert_eq!(parts("path-tokens"), counted(true));
    let budgets = context["budgets"].as_array().unwrap().iter();
    let names: Vec<_> =
        budgets.map(|budget| (budget["name"].as_str().unwrap(), budget["state"].as_str().unwrap())).collect();
    let wanted = [
        ("startup-tokens", "error"),
        ("startup-lines", "ok"),
        ("startup-instructions", "ok"),
        ("path-instructions", "ok"),
        ("path-tokens", "error"),
    ];
    assert_eq!(names, wanted);
}

#[test]
fn the_window_of_an_option_wins_over_the_configuration() {
    let skill = format!("---\ndescription: {}\n---\nBody.\n", "Says when to use it. ".repeat(70));
    let dir = marked(&[
        (".claude/skills/a/SKILL.md", &skill),
        (".claude/skills/b/SKILL.md", &skill),
        ("ctxlint.toml", "window = 200000\n"),
    ]);
    let only = ["check", "--only", "skill-listing-budget", "--format", "concise"];
    assert!(ctxlint(dir.path(), &only).out.contains("at a window of 200,000 tokens"));
    assert!(!ctxlint(dir.path(), &[&only[..], &["--window", "1000000"]].concat()).out.contains("warn["));
    assert_eq!(ctxlint(dir.path(), &["check", "--window", "0"]).code, 2);
    let context = ctxlint(dir.path(), &["context", "--format", "json"]).out;
    assert!(context.contains("\"window\": 200000"), "{context}");
}

#[test]
fn personal_files_that_git_ignores_count_when_asked_for() {
    let dir = marked(&[
        (".gitignore", "CLAUDE.local.md\n"),
        ("CLAUDE.md", "Run the tests.\n"),
        ("CLAUDE.local.md", "Mine alone.\n"),
        ("ctxlint.toml", "[budgets]\nstartup-tokens = 4\n"),
    ]);
    let context = |arguments: &[&str]| ctxlint(dir.path(), &[&["context", "--text"], arguments].concat()).out;
    assert!(!context(&[]).contains("Mine alone."));
    assert!(context(&["--local"]).contains("Mine alone."));
    let check = |arguments: &[&str]| ctxlint(dir.path(), &[&["check", "--format", "concise"], arguments].concat()).out;
    assert!(!check(&[]).contains("startup-tokens"));
    assert!(check(&["--local"]).contains("Claude Code loads 7 tokens"), "{}", check(&["--local"]));
}

//! What a whole `ctxlint check` costs, stage by stage: `cargo bench --bench check`.
//!
//! Trees of 10 and 1,000 context files, the larger one also twelve folders deeper, and one file with 2,000 findings.
//! The trees come from the shared corpus where it lies beside the checkout (`python3` builds them), else they are made
//! here. CPU time is that of all threads, from the kernel's accounting; system calls are counted where `strace` is there.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use ctxlint::config::Settings;
use ctxlint::discover::discover;
use ctxlint::lint::{self, Selection};
use ctxlint::report::{Report, concise, human};
use ctxlint::workspace;
use ctxlint::world::Disk;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Runs of each stage; the least disturbed one counts.
const RUNS: usize = 15;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let small = tree(dir.path(), 10);
    let large = tree(dir.path(), 1_000);
    let deep = dir.path().join("1/2/3/4/5/6/7/8/9/10/11/12");
    fs::create_dir_all(&deep).unwrap();
    let deeper = deep.join("tree");
    copy(&large, &deeper);
    for (name, root) in
        [("10 context files", &small), ("1,000 context files", &large), ("the same, 12 folders deeper", &deeper)]
    {
        println!("\n{name}");
        stages(root);
        whole_process(root);
    }
    many_findings(dir.path());
}

/// CPU time of this process with all its threads, in milliseconds.
fn cpu() -> f64 {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = tasks.filter_map(|task| {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    nanos.sum::<u64>() as f64 / 1e6
}

/// Runs a stage several times and prints its least CPU and wall time.
fn stage<T>(name: &str, mut run: impl FnMut() -> T) -> T {
    let (mut best_cpu, mut best_wall, mut last) = (f64::MAX, f64::MAX, None);
    for _ in 0..RUNS {
        let (cpu_before, start) = (cpu(), Instant::now());
        last = Some(run());
        best_cpu = best_cpu.min(cpu() - cpu_before);
        best_wall = best_wall.min(start.elapsed().as_secs_f64() * 1e3);
    }
    println!("  {name:28} {best_cpu:8.2} ms CPU {best_wall:8.2} ms wall");
    last.unwrap()
}

fn stages(root: &Path) {
    let settings = Settings::default;
    let found = stage("discover", || discover(&Disk, root, &settings()));
    println!(
        "  {:28} {:8} of {} files in {} folders",
        "files with a role",
        found.files.len(),
        found.index.files.len(),
        found.index.dirs.len() + 1
    );
    let workspace = stage("discover, read and parse", || workspace::load(&Disk, root, settings(), None));
    let outcome = stage("lint", || lint::run(&workspace, &Selection::default()));
    println!("  {:28} {:8}", "findings", outcome.diagnostics.len());
    let report = Report {
        workspace: &workspace,
        diagnostics: outcome.diagnostics,
        suppressed: outcome.suppressed,
        baselined: 0,
        delta: None,
        wanted: &[],
    };
    stage("report, concise", || concise::concise(&report));
}

/// The program itself: CPU of the least disturbed run, peak memory, system calls.
fn whole_process(root: &Path) {
    let program = env!("CARGO_BIN_EXE_ctxlint");
    let arguments = ["--root", root.to_str().unwrap(), "check", "--format", "concise", "--fail-on", "never"];
    let time = |_: usize| {
        let script = r#"import os, resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)"#;
        let output = Command::new("python3").args(["-c", script, program]).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<f64>().ok());
        Some((numbers.next()? * 1e3, numbers.next()? / 1024.0))
    };
    let runs: Vec<(f64, f64)> = (0..RUNS).filter_map(time).collect();
    let Some((cpu, memory)) = runs.into_iter().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        println!("  (whole process: needs python3)");
        return;
    };
    println!(
        "  {:28} {cpu:8.2} ms CPU {memory:8.1} MiB peak (a floor of about 9 is the measuring process)",
        "whole process"
    );
    let counted = Command::new("strace")
        .args(["-f", "-c", "-o", "/dev/stderr", program])
        .args(arguments)
        .stdout(Stdio::null())
        .output();
    let Ok(counted) = counted else { return };
    let text = String::from_utf8_lossy(&counted.stderr).into_owned();
    if let Some(total) = text.lines().find(|line| line.ends_with("total")) {
        println!("  {:28} {:>8}", "system calls", total.split_whitespace().nth(3).unwrap_or("?"));
    }
}

/// 2,000 findings in one file of 20,000 lines, rendered whole.
fn many_findings(dir: &Path) {
    let root = dir.join("many");
    fs::create_dir(&root).unwrap();
    let mut text = String::new();
    for line in 0..20_000 {
        if line % 10 == 0 {
            writeln!(
                text,
                "- Read [part {line}](gone-{line}.md) before you change the parser, then go on with the next."
            )
            .unwrap();
        } else {
            writeln!(
                text,
                "- Line {line} says nothing that could be wrong, at about the usual length of a line of prose."
            )
            .unwrap();
        }
    }
    fs::write(root.join("CLAUDE.md"), text).unwrap();
    let workspace = workspace::load(&Disk, &root, Settings::default(), None);
    let only = Selection { only: vec!["missing-link-target".to_owned()], ..Selection::default() };
    let outcome = lint::run(&workspace, &only);
    println!("\n{} findings in one file of 20,000 lines", outcome.diagnostics.len());
    let report = Report {
        workspace: &workspace,
        diagnostics: outcome.diagnostics,
        suppressed: 0,
        baselined: 0,
        delta: None,
        wanted: &[],
    };
    let look = human::Look { color: true, width: 100, max_per_lint: None };
    stage("report, human, whole", || human::human(&report, look));
}

/// A tree with so many context files.
fn tree(dir: &Path, context_files: usize) -> PathBuf {
    let root = dir.join(format!("tree-{context_files}"));
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("shared/corpus/scale.py");
    let count = context_files.to_string();
    let built = beside.exists()
        && Command::new("python3")
            .arg(&beside)
            .arg(&root)
            .args(["--context-files", &count])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if built {
        return root;
    }
    println!("(no shared corpus beside the checkout: the tree is made here)");
    for file in 0..context_files {
        let package = root.join(format!("packages/pkg-{:05}", file / 25));
        let path = match file % 25 {
            0 => package.join("CLAUDE.md"),
            1 => package.join("AGENTS.md"),
            at if at < 10 => package.join(format!(".claude/rules/rule-{at}.md")),
            at => package.join(format!(".claude/skills/skill-{at}/SKILL.md")),
        };
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut text = format!("---\nname: skill-{}\ndescription: Does one thing of many\n---\n\n", file % 25);
        for section in 0..40 {
            writeln!(text, "## Section {section}\n\n- Run `make check-{section}` before you commit; see [the notes](#section-{section}).\n- Never edit `src/generated/{section}.rs` by hand.\n").unwrap();
        }
        fs::write(path, text).unwrap();
        for stub in 0..2 {
            let stub = package.join(format!("src/mod_{}_{stub}.rs", file % 25));
            fs::create_dir_all(stub.parent().unwrap()).unwrap();
            fs::write(stub, "1\n2\n3\n").unwrap();
        }
    }
    root
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

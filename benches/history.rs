//! What history costs: `cargo bench --bench history`.
//!
//! A repository of 8,000 commits is made here by `git fast-import`: 1,200 source files of some 200 lines that are edited,
//! renamed and deleted, merges every 50 commits, and 30 documents that come to cite 300 places. Beside them 100 paths of
//! files that were deleted stand in a CLAUDE.md. Measured are whole processes, cold (no cache) and warm; CPU time is that
//! of ctxlint and of every git that it starts, from the kernel's accounting.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const COMMITS: usize = 8_000;
const FILES: usize = 1_200;
const DOCUMENTS: usize = 30;
const CITATIONS: usize = 300;
const MISSING: usize = 100;

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    generate(root);
    println!(
        "{COMMITS} commits, {FILES} files, {CITATIONS} citations in {DOCUMENTS} documents, {MISSING} missing paths"
    );
    let cache = root.join(".git/ctxlint");
    for (name, arguments, is_cold) in [
        ("refs docs, cold", &["refs", "docs", "--format", "json"][..], true),
        ("refs docs, warm", &["refs", "docs", "--format", "json"], false),
        ("check, missing paths, cold", &["check", "--only", "missing-path", "--history", "full"], true),
        ("check, missing paths, warm", &["check", "--only", "missing-path", "--history", "full"], false),
        ("check, all lints, auto, cold", &["check", "--history", "auto"], true),
    ] {
        let mut best = (f64::MAX, f64::MAX);
        for _ in 0..3 {
            if is_cold {
                let _ = fs::remove_dir_all(&cache);
            }
            let (wall, cpu) = measure(root, arguments);
            best = (best.0.min(wall), best.1.min(cpu));
        }
        println!("{name:<32} {:>8.3} s CPU {:>8.3} s wall", best.1, best.0);
    }
}

/// Wall and CPU seconds of one run, children included.
fn measure(root: &Path, arguments: &[&str]) -> (f64, f64) {
    let before = children_cpu();
    let started = Instant::now();
    let mut ctxlint = Command::new(env!("CARGO_BIN_EXE_ctxlint"));
    let output = ctxlint.current_dir(root).args(arguments).stderr(Stdio::null()).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 1)));
    (started.elapsed().as_secs_f64(), children_cpu() - before)
}

/// CPU seconds of all children that have ended; 0 where the kernel does not tell.
fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(13) + ticks(14)) / 100.0
}

/// A small generator of numbers: the same repository on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

fn generate(root: &Path) {
    let git = |arguments: &[&str]| {
        let status = Command::new("git").current_dir(root).args(arguments).status().unwrap();
        assert!(status.success(), "git {arguments:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    let mut import = Command::new("git")
        .current_dir(root)
        .args(["fast-import", "--quiet", "--force"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(&history()).unwrap();
    assert!(import.wait().unwrap().success());
    git(&["repack", "-adq"]);
    git(&["reset", "-q", "--hard", "main"]);
}

fn history() -> Vec<u8> {
    let mut dice = Dice(7);
    let mut out = Vec::new();
    let name = |at: usize| format!("src/area{:02}/part{:02}/file{at:04}.rs", at % 20, at % 37);
    let mut files: Vec<(String, Vec<String>)> = (0..FILES)
        .map(|at| (name(at), (0..200).map(|line| format!("    let v{line} = call_{at}({line});")).collect()))
        .collect();
    let mut documents: Vec<String> = (0..DOCUMENTS).map(|at| format!("# Document {at}\n\n")).collect();
    let mut dead: Vec<String> = Vec::new();
    let mut side: Option<usize> = None;
    for at in 0..COMMITS {
        let mut changes = String::new();
        let put = |changes: &mut String, path: &str, text: &str| {
            let _ = writeln!(changes, "M 100644 inline {path}\ndata {}\n{text}", text.len());
        };
        if at == 0 {
            for (path, lines) in &files {
                put(&mut changes, path, &(lines.join("\n") + "\n"));
            }
        }
        for _ in 0..2 {
            let picked = dice.below(files.len());
            let (path, lines) = &mut files[picked];
            let line = dice.below(lines.len());
            match dice.below(4) {
                0 => lines.insert(line, format!("    // inserted by commit {at}")),
                1 if lines.len() > 50 => drop(lines.remove(line)),
                _ => lines[line] = format!("    let changed_{at} = {line};"),
            }
            put(&mut changes, path, &(lines.join("\n") + "\n"));
        }
        if at % 200 == 199 {
            let picked = dice.below(files.len());
            let old = files[picked].0.clone();
            files[picked].0 = old.replace(".rs", &format!("_{at}.rs"));
            let _ = writeln!(changes, "R {old} {}", files[picked].0);
        }
        if at % 70 == 69 && dead.len() < MISSING {
            let picked = dice.below(files.len());
            let (path, _) = files.swap_remove(picked);
            let _ = writeln!(changes, "D {path}");
            dead.push(path);
        }
        if at % (COMMITS / CITATIONS) == 0 {
            let document = dice.below(DOCUMENTS);
            let (path, lines) = &files[dice.below(files.len())];
            let line = dice.below(lines.len() - 10) + 1;
            let _ = writeln!(documents[document], "- `{path}:{line}-{}` does it", line + dice.below(8));
            put(&mut changes, &format!("docs/area{}/doc{document:02}.md", document % 5), &documents[document]);
        }
        if at == COMMITS - 1 {
            let list: String = dead.iter().map(|path| format!("- `{path}` is the entry.\n")).collect();
            put(&mut changes, "CLAUDE.md", &format!("# Rules\n\n{list}"));
        }
        let merge = side.take().map_or(String::new(), |other| format!("merge :{other}\n"));
        // Every 50 commits one stands beside the line and is merged by the next.
        let from = if at == 0 { String::new() } else { format!("from :{at}\n") };
        let _ = write!(
            out,
            "commit refs/heads/main\nmark :{}\ncommitter a <a@example.org> {} +0000\ndata 6\nchange\n{from}{merge}{changes}\n",
            at + 1,
            1_600_000_000 + at * 3_600
        );
        if at % 50 == 25 {
            side = Some(at - 1);
        }
    }
    out
}

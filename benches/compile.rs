//! What `ctxlint compile` costs in a large repository: `cargo bench --bench compile`.
//!
//! The tree has 50,000 small files in some 3,000 folders, and 1 MB of memory files and rules whose sections name its paths.
//! The figures are the CPU time of the whole process with all its threads, user and system, without writing.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs; the median counts.
const RUNS: usize = 15;

/// Files that are no context.
const FILES: usize = 50_000;

/// Bytes of context.
const CONTEXT: usize = 1_000_000;

const WORDS: [&str; 16] = [
    "order", "invoice", "payment", "stock", "price", "basket", "user", "session", "queue", "cache", "index", "report",
    "email", "export", "policy", "route",
];

/// Kinds of packages with the extension of their files.
const KINDS: [(&str, &str); 5] = [("api", "ts"), ("web", "tsx"), ("core", "rs"), ("jobs", "py"), ("db", "sql")];

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    let packages = tree(root);
    let bytes = context(root, &packages);
    println!("{FILES} files in {} packages, {bytes} bytes of context", packages.len());
    for profile in ["balanced", "minimal"] {
        let mut runs: Vec<(f64, f64)> = (0..RUNS).filter_map(|_| run(root, profile)).collect();
        runs.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (Some(least), Some(median)) = (runs.first(), runs.get(runs.len() / 2)) else {
            println!("  (needs python3)");
            return;
        };
        println!(
            "  compile --profile {profile:10} {:8.0} ms CPU least {:8.0} ms CPU median {:8.1} MiB peak",
            least.0, median.0, median.1
        );
    }
}

/// CPU time in milliseconds and peak memory in MiB of one run.
fn run(root: &Path, profile: &str) -> Option<(f64, f64)> {
    let script = r#"import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)"#;
    let arguments = ["--root", root.to_str()?, "compile", "--profile", profile];
    let program = env!("CARGO_BIN_EXE_ctxlint");
    let output = Command::new("python3").args(["-c", script, program]).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<f64>().ok());
    Some((numbers.next()? * 1e3, numbers.next()? / 1024.0))
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }
}

/// One package with its files.
struct Package {
    dir: String,
    extension: &'static str,
    files: Vec<String>,
}

fn tree(root: &Path) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    let mut left = FILES;
    while left > 0 {
        let number = packages.len();
        let (kind, extension) = KINDS[number % KINDS.len()];
        let dir = format!("packages/{}-{kind}-{number:03}", WORDS[number % WORDS.len()]);
        let mut files = Vec::new();
        let below = WORDS.iter().take(9).map(|word| format!("src/{word}"));
        for folder in below.chain(["src", "tests"].map(str::to_owned)) {
            fs::create_dir_all(root.join(&dir).join(&folder)).unwrap();
            for word in WORDS.iter().take(left.min(WORDS.len())) {
                let path = format!("{dir}/{folder}/{word}.{extension}");
                fs::write(root.join(&path), "1\n2\n3\n").unwrap();
                files.push(path);
                left -= 1;
            }
        }
        packages.push(Package { dir, extension, files });
    }
    packages
}

/// Memory files and rules; gives their size in bytes.
fn context(root: &Path, packages: &[Package]) -> usize {
    let mut chance = Chance(7);
    let mut places: Vec<(String, usize, Option<usize>)> =
        vec![("CLAUDE.md".to_owned(), 10, None), ("AGENTS.md".to_owned(), 5, None)];
    places.extend((0..40).map(|at| (format!(".claude/rules/rule-{at}.md"), 1, None)));
    places.extend((0..45).map(|at| (format!("{}/CLAUDE.md", packages[at].dir), 1, Some(at))));
    let shares: usize = places.iter().map(|(_, share, _)| share).sum();
    let mut bytes = 0;
    for (path, share, only) in places {
        let mut text = format!("# {path}\n\nA shop for spare parts.\n\n");
        while text.len() < CONTEXT * share / shares {
            let package = &packages[only.unwrap_or_else(|| chance.below(packages.len()))];
            section(&mut text, package, &mut chance);
        }
        bytes += text.len();
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    bytes
}

fn section(text: &mut String, package: &Package, chance: &mut Chance) {
    let Package { dir, extension, files } = package;
    let name = dir.trim_start_matches("packages/");
    let title = match chance.below(7) {
        0 => format!("Working on {name}"),
        1 => format!("Adding a new {}", chance.word()),
        2 => format!("Architecture of the {}", chance.word()),
        3 => "TypeScript style".to_owned(),
        4 => format!("`{dir}/src/**`"),
        5 => format!("Testing the {}", chance.word()),
        _ => format!("How the {} works", chance.word()),
    };
    let _ = writeln!(text, "## {title}\n");
    let kind = chance.below(5);
    for line in 0..6 {
        let (word, other) = (chance.word(), chance.word());
        let file = &files[chance.below(files.len())];
        let _ = match kind {
            0 => writeln!(text, "- Keep the amounts of each {word} in cents in `{file}`."),
            1 => writeln!(text, "{}. Register the {word} in the table of each {other}.", line + 1),
            2 => writeln!(text, "The {word} holds the {other} until the work is done, see [the file]({file})."),
            3 => {
                writeln!(text, "- Never write the {word} before the {other} is read; run the tests before committing.")
            }
            _ => writeln!(text, "- Use `{dir}/**/*.{extension}` for the {word}, and `tests/` for the {other}."),
        };
    }
    text.push('\n');
}

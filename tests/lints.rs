//! Runs every page in `docs/lints/`: a lint's page is its test.
//!
//! Under `## Cases`, each `###` heading is a case. Fenced blocks whose info string has `file=PATH` are the files of a
//! small repository in memory; the block `output` holds what ctxlint reports about it, and is empty where the lint stays
//! silent. `UPDATE=1 cargo test` writes the outputs anew. Every fix that a case offers is applied, and the finding must
//! be gone then.
//!
//! Words behind the path make special files: `link=TARGET`, `size=BYTES`, `unreadable`, `hex` (the block holds the bytes
//! as hexadecimal digits), `escapes` (the block holds `\u{...}` for single characters), `repeat=TIMES` (the block again
//! and again). With `was` a block holds the file as it was in an earlier commit, with `later` the file came after that
//! commit, with `uncommitted` after the last one; such a case is run in a real repository, where `{{then}}` and `{{now}}` in
//! such a file stand for the two commits, and `after=DAYS` on the output block for the days between them. The word `pedantic` on the output
//! block switches the pedantic lints on, `since` compares with the earlier commit, `all` shows the findings of every lint instead of the page's own.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

use ctxlint::change::{self, After};
use ctxlint::config::{self, Settings};
use ctxlint::diagnostic::{Applicability, Diagnostic};
use ctxlint::fix::{Allowed, Texts, View};
use ctxlint::lint::{self, Selection};
use ctxlint::model::{BlockKind, Document, Format};
use ctxlint::references::drift::Mode;
use ctxlint::references::survey::survey;
use ctxlint::source::{Source, Span};
use ctxlint::workspace::Earlier;
use ctxlint::world::{Disk, Memory, MemoryFile};
use ctxlint::{fix, parse, workspace};
use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that stands for the root of a case's repository.
const ROOT: &str = "/repo";

struct Case {
    title: String,
    world: Memory,
    /// Files as they were in a first commit, by path from the root; a case with some is run in a real repository.
    past: BTreeMap<PathBuf, Vec<u8>>,
    /// Files that the first commit does not have.
    later: BTreeSet<PathBuf>,
    /// Files that no commit has.
    uncommitted: BTreeSet<PathBuf>,
    options: Vec<String>,
    expected: String,
    /// The bytes of the expected output in the page.
    place: Span,
}

fn main() {
    let arguments = Arguments::from_args();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lints");
    let update = std::env::var_os("UPDATE").is_some();
    let mut trials = Vec::new();
    let mut names: Vec<PathBuf> = dir.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if update {
            rewrite(&name, &path);
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let cases = match cases(&text) {
            Ok(cases) => cases,
            Err(problem) => {
                trials.push(Trial::test(format!("{name}::page"), move || Err(Failed::from(problem))));
                continue;
            }
        };
        let silent = cases.iter().filter(|case| case.expected.is_empty()).count();
        let fires = cases.iter().filter(|case| case.expected.contains(&format!("[{name}]"))).count();
        let page = name.clone();
        trials.push(Trial::test(format!("{name}::page"), move || check_page(&page, &text, fires, silent)));
        for case in cases {
            let name = name.clone();
            let title = format!("{name}::{}", case.title.replace(' ', "_"));
            trials.push(Trial::test(title, move || check_case(&name, &case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// What every page must have.
fn check_page(name: &str, text: &str, fires: usize, silent: usize) -> Result<(), Failed> {
    let lint =
        lint::by_name(name).ok_or_else(|| Failed::from(format!("docs/lints/{name}.md is the page of no lint")))?;
    if !text.starts_with(&format!("# {name}\n")) {
        return Err(format!("the page must start with `# {name}`").into());
    }
    for heading in ["## Why it matters", "## How to mend it", "## Cases"] {
        if !text.contains(&format!("\n{heading}\n")) {
            return Err(format!("the page has no heading `{heading}`").into());
        }
    }
    if fires == 0 || silent == 0 {
        return Err(format!("a page needs a case that fires ({fires}) and one that stays silent ({silent})").into());
    }
    if lint.summary.ends_with('.') || lint.why.ends_with('.') || lint.why.is_empty() {
        return Err("summary and why are clauses without a full stop".into());
    }
    Ok(())
}

fn check_case(name: &str, case: &Case) -> Result<(), Failed> {
    let found = run(name, case, &case.world);
    let output = render(&case.world, &found);
    if output != case.expected {
        let shown = format!("expected:\n{}\nfound:\n{output}\n`UPDATE=1 cargo test` accepts it", case.expected);
        return Err(shown.into());
    }
    for finding in &found {
        if finding.message.is_empty() || finding.why.is_empty() || finding.help.is_empty() {
            return Err(format!("a finding must say what, why and what to do: {finding:?}").into());
        }
        for fix in finding.fixes.iter().filter(|fix| fix.applicability != Applicability::Manual) {
            let mut world = case.world.clone();
            let edited: BTreeSet<&str> = fix.edits.iter().map(|edit| &*edit.path).collect();
            for name in edited {
                let path = Path::new(ROOT).join(name);
                let text = file_text(&world, &path).ok_or("a fix edits a file that is not there")?;
                let edits: Vec<_> = fix.edits.iter().filter(|edit| &*edit.path == name).cloned().collect();
                let mended = fix::apply(&text, &edits).ok_or("a fix has edits that overlap or do not fit")?;
                world.files.insert(path, MemoryFile::Bytes(mended.into_bytes()));
            }
            let again = run(name, case, &world);
            let same = |other: &&Diagnostic| other.key == finding.key && other.message == finding.message;
            if again.iter().filter(same).count() >= found.iter().filter(same).count() {
                return Err(format!("`{}` is still reported after its fix `{}`", finding.message, fix.title).into());
            }
        }
    }
    if found.iter().any(|finding| !finding.fixes.is_empty()) {
        settles(name, case)?;
    }
    Ok(())
}

/// A case with some of its files mended.
struct Looked {
    world: Memory,
    found: Vec<Diagnostic>,
    texts: BTreeMap<String, String>,
}

impl View for Looked {
    fn findings(&self) -> &[Diagnostic] {
        &self.found
    }
    fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }
}

/// All fixes of a case together come to an end, and a second run has nothing to do.
fn settles(name: &str, case: &Case) -> Result<(), Failed> {
    let look = |base: &Memory, texts: &Texts| {
        let mut world = base.clone();
        for (path, text) in texts {
            world.add(Path::new(ROOT).join(&**path), text.clone());
        }
        let found = run(name, case, &world);
        let relative = |path: &Path| path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned();
        let texts = world.files.keys().filter_map(|path| Some((relative(path), file_text(&world, path)?))).collect();
        Looked { world, found, texts }
    };
    for allowed in [Allowed::Safe, Allowed::Unsafe] {
        let (mended, first) = fix::mend(|texts| look(&case.world, texts), allowed);
        if !first.unsettled.is_empty() {
            return Err(format!("the fixes of {:?} chase each other", first.unsettled).into());
        }
        let (_, second) = fix::mend(|texts| look(&mended.world, texts), allowed);
        if !second.fixed.is_empty() {
            return Err(format!("a second run still fixes {:?}", second.fixed).into());
        }
    }
    Ok(())
}

fn file_text(world: &Memory, path: &Path) -> Option<String> {
    match world.files.get(path)? {
        MemoryFile::Bytes(bytes) => String::from_utf8(bytes.clone()).ok(),
        _ => None,
    }
}

fn run(name: &str, case: &Case, world: &Memory) -> Vec<Diagnostic> {
    let text = file_text(world, &Path::new(ROOT).join(config::FILE_NAME));
    let (settings, problems) = text.as_deref().map_or((Settings::default(), Vec::new()), config::parse);
    assert_eq!(problems, [], "the configuration of a case must be valid");
    let text = text.map(|text| Source::new("ctxlint.toml", text));
    let repository = (!case.past.is_empty()).then(|| repository(case, world));
    let workspace = match &repository {
        None => {
            let mut workspace = workspace::load(world, Path::new(ROOT), settings, text);
            ctxlint::handoff::survey::survey(&mut workspace, world, &[], false);
            survey(&mut workspace, world, Mode::Off, false);
            workspace
        }
        Some(dir) => {
            let mut workspace = workspace::load(&Disk, dir.path(), settings, text);
            ctxlint::handoff::survey::survey(&mut workspace, &Disk, &[], true);
            survey(&mut workspace, &Disk, Mode::Full, false);
            if case.options.iter().any(|option| option == "since") {
                let change = change::change(dir.path(), Some("HEAD~1"), After::Worktree).unwrap();
                let before = change::load_before(&change, &workspace);
                let startups: Vec<_> =
                    workspace.clients.iter().map(|client| change::startup_of(&before, &workspace, client)).collect();
                // The hash of a commit depends on more than the case.
                let name = "the commit before".to_owned();
                workspace.earlier = Some(Earlier { name, startup: change::earlier(&startups) });
            }
            workspace
        }
    };
    let option = |word: &str| case.options.iter().any(|option| option == word);
    let only = if option("all") { Vec::new() } else { vec![name.to_owned()] };
    let selection = Selection { only, pedantic: option("pedantic"), ..Selection::default() };
    // The engine's own lints need the others to run.
    let engine = lint::by_name(name).is_some_and(|lint| matches!(lint.check, lint::Check::Engine));
    let selection = if engine { Selection { only: Vec::new(), ..selection } } else { selection };
    let mut found = lint::run(&workspace, &selection).diagnostics;
    found.retain(|finding| !engine || option("all") || finding.lint == name);
    found
}

/// A real repository with two commits: the past of the case, and its files as they are.
fn repository(case: &Case, world: &Memory) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let after = case.options.iter().find_map(|option| option.strip_prefix("after=")?.parse::<u64>().ok()).unwrap_or(0);
    let git = |arguments: &[&str], day: u64| {
        let mut git = Command::new("git");
        git.current_dir(dir.path()).args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"]).args(arguments);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            git.env(format!("GIT_{who}_NAME"), "a").env(format!("GIT_{who}_EMAIL"), "a@example.org");
            // The first moment of 2026.
            git.env(format!("GIT_{who}_DATE"), format!("{} +0000", 1_767_225_600 + day * 86_400));
        }
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let write = |path: &Path, bytes: &[u8]| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    let now = || {
        world.files.iter().filter_map(|(path, file)| match file {
            MemoryFile::Bytes(bytes) => Some((path.strip_prefix(ROOT).unwrap(), bytes)),
            _ => None,
        })
    };
    let is_late = |path: &Path| case.later.contains(path) || case.uncommitted.contains(path);
    git(&["init", "-q", "-b", "main"], 0);
    now().filter(|(path, _)| !is_late(path)).for_each(|(path, bytes)| write(path, bytes));
    case.past.iter().for_each(|(path, bytes)| write(path, bytes));
    git(&["add", "-A"], 0);
    git(&["commit", "-q", "-m", "then"], 0);
    let then = git(&["rev-parse", "HEAD"], 0);
    let named = |bytes: &[u8], commits: &[(&str, &str)]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        commits.iter().fold(text, |text, (name, commit)| text.replace(name, commit)).into_bytes()
    };
    for path in case.past.keys() {
        std::fs::remove_file(dir.path().join(path)).unwrap();
        // Git keeps no empty folders.
        for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = std::fs::remove_dir(dir.path().join(folder));
        }
    }
    for (path, bytes) in now().filter(|(path, _)| !case.uncommitted.contains(*path)) {
        let bytes = if case.later.contains(path) { named(bytes, &[("{{then}}", &then)]) } else { bytes.clone() };
        write(path, &bytes);
    }
    git(&["add", "-A"], after);
    git(&["commit", "-q", "--allow-empty", "-m", "now"], after);
    let last = git(&["rev-parse", "HEAD"], 0);
    for (path, bytes) in now().filter(|(path, _)| case.uncommitted.contains(*path)) {
        write(path, &named(bytes, &[("{{then}}", &then), ("{{now}}", &last)]));
    }
    dir
}

fn render(world: &Memory, found: &[Diagnostic]) -> String {
    let mut out = String::new();
    for finding in found {
        let text = file_text(world, &Path::new(ROOT).join(&*finding.path)).unwrap_or_default();
        let place = |span: Option<Span>| {
            let source = Source::new("", text.clone());
            span.map_or(String::new(), |span| {
                let at = source.position(span.start);
                format!(":{}:{}", at.line, at.column)
            })
        };
        let Diagnostic { path, severity, lint, message, help, .. } = finding;
        let _ = writeln!(out, "{path}{}: {}[{lint}] {message}", place(finding.span), severity.name());
        let _ = writeln!(out, "  help: {help}");
        for part in &finding.parts {
            let _ = writeln!(out, "  part: {} {} {}", part.value, part.name, part.note);
        }
        for fix in &finding.fixes {
            let _ = writeln!(out, "  fix ({}): {}", fix.applicability.name(), fix.title);
        }
    }
    out
}

fn cases(text: &str) -> Result<Vec<Case>, String> {
    let page = parse::parse(text, Format::Markdown);
    let mut cases: Vec<Case> = Vec::new();
    let mut in_cases = false;
    for (at, block) in page.blocks.iter().enumerate() {
        match block.kind {
            BlockKind::Heading { level: 2 } => in_cases = title(&page, text, at) == "Cases",
            BlockKind::Heading { level: 3 } if in_cases => cases.push(Case {
                title: title(&page, text, at),
                world: Memory::default(),
                past: BTreeMap::new(),
                later: BTreeSet::new(),
                uncommitted: BTreeSet::new(),
                options: Vec::new(),
                expected: String::new(),
                place: Span::default(),
            }),
            BlockKind::Fence { info, content, .. } if in_cases => {
                let case = cases.last_mut().ok_or("a fenced block stands before the first case")?;
                fence(case, info.slice(text), content, text)?;
            }
            _ => {}
        }
    }
    match cases.iter().find(|case| case.place == Span::default()) {
        Some(case) => Err(format!("the case `{}` has no output block", case.title)),
        None => Ok(cases),
    }
}

fn title(page: &Document, text: &str, heading: usize) -> String {
    let section = page.sections.iter().find(|section| section.heading as usize == heading);
    section.map(|section| section.title.slice(text).trim().to_owned()).unwrap_or_default()
}

fn fence(case: &mut Case, info: &str, content: Span, text: &str) -> Result<(), String> {
    let words: Vec<&str> = info.split_whitespace().collect();
    if words.first() == Some(&"output") {
        case.options = words[1..].iter().map(|word| (*word).to_owned()).collect();
        case.expected = content.slice(text).to_owned();
        case.place = content;
        return Ok(());
    }
    let Some(path) = words.iter().find_map(|word| word.strip_prefix("file=")) else {
        return Err(format!("the block `{info}` is neither a file nor an output"));
    };
    let mut file = MemoryFile::Bytes(content.slice(text).as_bytes().to_vec());
    for word in words.iter().skip_while(|word| !word.starts_with("file=")).skip(1) {
        file = match word.split_once('=').unwrap_or((word, "")) {
            ("link", target) => MemoryFile::Link(target.into()),
            ("size", bytes) => MemoryFile::Sized(bytes.parse().map_err(|_| format!("`{word}` has no number"))?),
            ("unreadable", _) => MemoryFile::Unreadable,
            ("was", _) => {
                case.past.insert(path.into(), content.slice(text).as_bytes().to_vec());
                return Ok(());
            }
            ("uncommitted", _) => {
                case.uncommitted.insert(path.into());
                continue;
            }
            ("later", _) => {
                case.later.insert(path.into());
                continue;
            }
            ("repeat", times) => {
                let times: usize = times.parse().map_err(|_| format!("`{word}` has no number"))?;
                MemoryFile::Bytes(content.slice(text).repeat(times).into_bytes())
            }
            ("escapes", _) => MemoryFile::Bytes(unescape(content.slice(text)).into_bytes()),
            ("hex", _) => {
                let digits: String = content.slice(text).split_whitespace().collect();
                let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
                MemoryFile::Bytes((0..digits.len()).step_by(2).map(byte).collect())
            }
            _ => return Err(format!("`{word}` is no kind of file")),
        };
    }
    case.world.files.insert(Path::new(ROOT).join(path), file);
    Ok(())
}

/// Turns `\u{200b}` into the character and `\r` into a carriage return.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\\u{") {
        out.push_str(before);
        let (code, after) = after.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
        rest = after;
    }
    out.push_str(rest);
    out.replace("\\r", "\r")
}

/// Writes the outputs of a page anew.
fn rewrite(name: &str, path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let Ok(mut cases) = cases(&text) else { return };
    cases.sort_by_key(|case| std::cmp::Reverse(case.place));
    let mut new = text.clone();
    for case in cases {
        let output = render(&case.world, &run(name, &case, &case.world));
        new.replace_range(case.place.range(), &output);
    }
    if new != text {
        std::fs::write(path, new).unwrap();
    }
}

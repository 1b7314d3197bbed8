//! Commands that name a script, a target or a recipe, and the manifests that define them.
//!
//! Only runners whose manifest says all are judged: scripts of npm, pnpm, yarn, bun and composer, targets of make, recipes
//! of just, tasks of task. `poetry run`, `uv run`, `hatch run`, `cargo`, `rake` and `mix` also start programs that no
//! manifest of the repository names, so a name that is not found says nothing.

use super::mentions::is_excused;
use crate::model::{BlockKind, Format, InlineKind};
use crate::parse;
use crate::source::Span;
use crate::workspace::{File, Workspace};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// What runs a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Runner {
    /// `npm run`, `pnpm run`, `yarn run`, `bun run`.
    Npm,
    /// `make`.
    Make,
    /// `just`.
    Just,
    /// `task`.
    Task,
    /// `composer run`.
    Composer,
}

impl Runner {
    /// The files that define what it runs.
    fn manifests(self) -> &'static [&'static str] {
        match self {
            Runner::Npm => &["package.json"],
            Runner::Make => &["Makefile", "makefile", "GNUmakefile"],
            Runner::Just => &["justfile", "Justfile", ".justfile"],
            Runner::Task => &["Taskfile.yml", "Taskfile.yaml", "taskfile.yml", "taskfile.yaml"],
            Runner::Composer => &["composer.json"],
        }
    }

    /// What it runs, in one word.
    pub fn noun(self) -> &'static str {
        match self {
            Runner::Npm | Runner::Composer => "script",
            Runner::Make => "target",
            Runner::Just => "recipe",
            Runner::Task => "task",
        }
    }
}

/// Whether a file defines commands for some runner.
pub fn is_manifest(path: &str) -> bool {
    const RUNNERS: [Runner; 5] = [Runner::Npm, Runner::Make, Runner::Just, Runner::Task, Runner::Composer];
    RUNNERS.iter().any(|runner| runner.manifests().contains(&crate::paths::file_name(path)))
}

/// A command whose name no manifest defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Where the name stands.
    pub span: Span,
    /// The command up to the name.
    pub text: String,
    /// The name.
    pub name: String,
    /// What runs it.
    pub runner: Runner,
    /// The manifest that was looked at, or the first of several.
    pub manifest: String,
    /// The nearest name that is defined.
    pub near: Option<String>,
    /// Whether it stands in a block of code.
    pub is_fenced: bool,
}

/// What the manifests of each runner define; read when first asked for.
#[derive(Debug, Default)]
pub struct Manifests {
    known: BTreeMap<Runner, Option<Defined>>,
}

/// Every name that some manifest of the repository defines.
#[derive(Clone, Debug, Default)]
struct Defined {
    names: BTreeSet<String>,
    /// The first manifest.
    manifest: String,
}

/// Manifests above this size are not read, in bytes.
const MAX_MANIFEST: u64 = 2 << 20;

/// Whether a name is defined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Definition {
    /// Some manifest defines it.
    Known,
    /// None of those that say all does.
    Missing,
    /// There is no manifest, one of them takes in more than its text says, or the words around excuse the name.
    Unclear,
}

/// The commands of a document whose names nothing defines.
pub fn unknown(file: &File, workspace: &Workspace, world: &dyn World, manifests: &mut Manifests) -> Vec<Command> {
    let all = commands(file, workspace, world, manifests).into_iter();
    all.filter(|(_, definition)| *definition == Definition::Missing).map(|(command, _)| command).collect()
}

/// Every command of a document, with whether its name is defined.
pub fn commands(
    file: &File,
    workspace: &Workspace,
    world: &dyn World,
    manifests: &mut Manifests,
) -> Vec<(Command, Definition)> {
    let text = &file.source.text;
    let mut found = Vec::new();
    for (span, is_whole) in places(file) {
        let mut start = span.start as usize;
        for line in span.slice(text).split_inclusive('\n') {
            for piece in pieces(line) {
                let at = start + (piece.as_ptr() as usize - line.as_ptr() as usize);
                found.extend(read(piece, at, is_whole));
            }
            start += line.len();
        }
    }
    let judged = |mut command: Command| {
        let Some(defined) = manifests.of(command.runner, workspace, world) else {
            return (command, Definition::Unclear);
        };
        command.manifest.clone_from(&defined.manifest);
        if defined.names.contains(&command.name) {
            return (command, Definition::Known);
        }
        if is_excused(text, command.span.start) {
            return (command, Definition::Unclear);
        }
        let near = crate::config::nearest(&command.name, defined.names.iter().map(String::as_str));
        command.near = near.map(str::to_owned);
        (command, Definition::Missing)
    };
    found.into_iter().map(judged).collect()
}

/// Code spans, and fences that are labelled as a shell's.
fn places(file: &File) -> Vec<(Span, bool)> {
    let text = &file.source.text;
    let document = &file.document;
    let codes = document.inlines.iter().filter(|inline| inline.kind == InlineKind::Code);
    let mut found: Vec<(Span, bool)> = codes.map(|inline| (inline.content, true)).collect();
    for block in &document.blocks {
        if let BlockKind::Fence { info, content, .. } = block.kind {
            let label = info.slice(text).split([' ', ',', '{']).next().unwrap_or_default();
            if matches!(label, "bash" | "sh" | "shell" | "zsh" | "console" | "fish") {
                found.push((content, false));
            }
        }
    }
    found
}

/// The commands of a line: what stands between `&&`, `||`, `;` and `|`, without comments.
fn pieces(line: &str) -> Vec<&str> {
    let line = line.find(" #").map_or(line, |at| &line[..at]);
    if line.trim_start().starts_with('#') {
        return Vec::new();
    }
    line.split(['&', '|', ';', '\n', '\r']).map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Reads one command that starts at byte `at`.
fn read(piece: &str, at: usize, is_whole: bool) -> Option<Command> {
    let piece_start = piece.len() - piece.trim_start_matches(['$', '>', ' ']).len();
    let words: Vec<(usize, &str)> = words(&piece[piece_start..]);
    let word = |index: usize| words.get(index).map_or("", |(_, word)| *word);
    // Options that lead to another manifest, or that take a value, are too much to follow.
    let plain =
        |from: usize| words.iter().skip(from).take_while(|(_, word)| *word != "--").all(|(_, w)| !w.starts_with('-'));
    let (runner, name_at) = match (word(0), word(1)) {
        ("npm" | "pnpm" | "yarn" | "bun", "run") | ("npm", "run-script") => (Runner::Npm, 2),
        ("make", _) => (Runner::Make, 1),
        ("just", _) => (Runner::Just, 1),
        ("task", _) => (Runner::Task, 1),
        ("composer", "run" | "run-script") => (Runner::Composer, 2),
        _ => return None,
    };
    let (offset, name) = *words.get(name_at)?;
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.len() > 1
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.'))
        && !name.ends_with([':', '.']);
    // `make sure` in running text is no command; in a code span a command is a word or two.
    let is_command = is_whole || word(0) != "task";
    let is_file = runner == Runner::Npm && word(0) == "bun" && crate::references::scan::looks_like_file(name);
    let is_made =
        runner == Runner::Make && (name.contains('.') || words.iter().skip(2).any(|(_, word)| !word.contains('=')));
    if !is_name || !is_command || !plain(1) || is_file || is_made {
        return None;
    }
    let start = at + piece_start + offset;
    Some(Command {
        span: Span::new(start, start + name.len()),
        text: piece[piece_start..piece_start + offset + name.len()].to_owned(),
        name: name.to_owned(),
        runner,
        manifest: String::new(),
        near: None,
        is_fenced: !is_whole,
    })
}

/// Words with their offsets.
fn words(text: &str) -> Vec<(usize, &str)> {
    let at = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_ascii_whitespace().map(|word| (at(word), word)).collect()
}

impl Manifests {
    /// What the manifests of a runner define; `None` when there is none, or when one of them cannot be read in full.
    fn of(&mut self, runner: Runner, workspace: &Workspace, world: &dyn World) -> Option<&Defined> {
        let known = self.known.entry(runner).or_insert_with(|| {
            let mut defined = Defined::default();
            let index = &workspace.index;
            let files: Vec<&str> = runner.manifests().iter().flat_map(|name| index.named(name)).collect();
            defined.manifest = files.iter().min_by_key(|path| path.matches('/').count())?.to_string();
            for path in files {
                let bytes = world.read(&workspace.root.join(path), MAX_MANIFEST).ok()?;
                defined.names.extend(names(runner, &String::from_utf8(bytes).ok()?)?);
            }
            // A manifest that defines nothing is one that is not understood.
            (!defined.names.is_empty()).then_some(defined)
        });
        known.as_ref()
    }
}

/// What one manifest defines; `None` when it takes in more than its text says.
fn names(runner: Runner, text: &str) -> Option<BTreeSet<String>> {
    match runner {
        Runner::Npm | Runner::Composer => {
            let mut found = keys_below(text, Format::Json, "scripts")?;
            if runner == Runner::Npm {
                // Life-cycle scripts that npm has without a definition, and names that `bun run` takes for files.
                if !found.is_empty() {
                    found.extend(["start", "restart", "env"].map(str::to_owned));
                }
            }
            Some(found)
        }
        Runner::Task => {
            let document = parse::parse(text, Format::Yaml);
            if document.data.as_ref()?.get("includes").is_some() {
                return None;
            }
            keys_below(text, Format::Yaml, "tasks")
        }
        Runner::Make => make_targets(text),
        Runner::Just => just_recipes(text),
    }
}

fn keys_below(text: &str, format: Format, key: &str) -> Option<BTreeSet<String>> {
    let document = parse::parse(text, format);
    let data = document.data.as_ref().filter(|_| document.problems.is_empty())?;
    let entries = data.get(key).map(|entry| entry.value.entries()).unwrap_or_default();
    Some(entries.iter().map(|entry| entry.key.to_string()).collect())
}

/// Targets of a makefile; `None` when it includes others or makes targets by patterns.
fn make_targets(text: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for line in text.replace("\\\n", " ").lines() {
        let is_recipe = line.starts_with(['\t', '#']);
        let line = line.trim();
        if is_recipe || line.is_empty() {
            continue;
        }
        if ["include ", "-include ", "sinclude ", "$(eval", "$(call", "define "]
            .iter()
            .any(|word| line.starts_with(word))
        {
            return None;
        }
        let Some((targets, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') || rest.starts_with(":=") || targets.contains('=') {
            continue;
        }
        if targets.contains(['%', '$']) {
            return None;
        }
        let is_phony = targets.trim() == ".PHONY";
        if is_phony && rest.contains('$') {
            return None;
        }
        let names = if is_phony { rest.trim_start_matches(':') } else { targets };
        found.extend(names.split_ascii_whitespace().map(str::to_owned));
    }
    Some(found)
}

/// Recipes and aliases of a justfile; `None` when it takes in others.
fn just_recipes(text: &str) -> Option<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with("import ")
            || line.starts_with("import? ")
            || line.starts_with("mod ")
            || line.starts_with("mod? ")
        {
            return None;
        }
        let line = line.strip_prefix("alias ").unwrap_or(line);
        let line = line.strip_prefix('@').unwrap_or(line);
        let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(line.len());
        if end > 0 && line.contains(':') {
            found.insert(line[..end].to_owned());
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(piece: &str) -> Option<String> {
        read(piece, 0, true).map(|command| command.name)
    }

    #[test]
    fn commands_that_a_manifest_decides_are_read() {
        for (piece, expected) in [
            ("npm run build", Some("build")),
            ("$ pnpm run test:unit -- --watch", Some("test:unit")),
            ("make lint", Some("lint")),
            ("make lint VERBOSE=1", Some("lint")),
            ("just fmt", Some("fmt")),
            ("npm run <name>", None),
            ("npm run test:*", None),
            ("npm run build --workspace web", None),
            ("make -C web build", None),
            ("make sure that it builds", None),
            ("bun run src/index.ts", None),
            ("npm install", None),
            ("uv run pytest", None),
        ] {
            assert_eq!(name(piece).as_deref(), expected, "{piece}");
        }
    }

    #[test]
    fn manifests_that_take_in_others_say_nothing() {
        let set = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>());
        assert_eq!(make_targets(".PHONY: all\nall: a.o\n\tcc\nX := 1\nb c:\n"), set(&["all", "b", "c"]));
        assert_eq!(make_targets("include common.mk\nall:\n"), None);
        assert_eq!(make_targets("%.o: %.c\n"), None);
        assert_eq!(just_recipes("set shell := [\"sh\"]\nfmt *args:\n  x\nalias f := fmt\n"), set(&["set", "f", "fmt"]));
        assert_eq!(just_recipes("mod web\n"), None);
        assert_eq!(keys_below("{\"scripts\":{\"a\":\"x\"}}", Format::Json, "scripts"), set(&["a"]));
    }
}

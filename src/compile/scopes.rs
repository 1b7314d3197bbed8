//! Which files a piece of text is about: by the paths that it names, never by a guess that the tree does not bear out.

use super::lexicon;
use super::sources::{Source, is_inside};
use super::targets::matched;
use crate::clients;
use crate::model::InlineKind;
use crate::paths::{Presence, file_name, is_below, join, normalize, parent};
use crate::references::scan;
use crate::scope::Scope;
use crate::source::Span;
use crate::workspace::Workspace;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

/// The tree that scopes are guessed in, with what is asked of it again and again.
pub(crate) struct Terrain<'a> {
    pub(crate) workspace: &'a Workspace,
    /// Folders by their names, lower case, with `-` for `_`.
    folders: HashMap<String, Vec<&'a str>>,
    /// Those of them that a heading may mean by a word: near the root, and not about other folders.
    meant: HashMap<String, Vec<&'a str>>,
    /// How many files patterns match below a folder, for those that were asked about.
    counts: RefCell<HashMap<(String, Vec<String>), usize>>,
}

impl<'a> Terrain<'a> {
    pub(super) fn new(workspace: &'a Workspace) -> Terrain<'a> {
        let mut folders: HashMap<String, Vec<&'a str>> = HashMap::new();
        let mut meant: HashMap<String, Vec<&'a str>> = HashMap::new();
        for dir in &workspace.index.dirs {
            let name = plain_name(dir);
            if dir.matches('/').count() < 4 && !is_aside(dir) {
                meant.entry(name.clone()).or_default().push(dir);
            }
            folders.entry(name).or_default().push(dir);
        }
        Terrain { workspace, folders, meant, counts: RefCell::default() }
    }

    /// How many files patterns match below a folder. Each answer costs a look at every path, and is kept.
    fn count(&self, base: &str, patterns: &[String]) -> usize {
        let key = (base.to_owned(), patterns.to_vec());
        if let Some(count) = self.counts.borrow().get(&key) {
            return *count;
        }
        let count = matched(self.workspace, base, patterns).len();
        self.counts.borrow_mut().insert(key, count);
        count
    }
}

/// The name of a folder, lower case, with `-` for `_`.
fn plain_name(dir: &str) -> String {
    file_name(dir).to_lowercase().replace('_', "-")
}

/// The paths that a piece names.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    /// Files that are there, relative to the root.
    pub files: BTreeSet<String>,
    /// Folders that are there, relative to the root.
    pub folders: BTreeSet<String>,
    /// Patterns that match something, as Claude Code reads them from the base of the source.
    pub globs: BTreeSet<String>,
    /// What looks like a path and is not there.
    pub unresolved: usize,
    /// It shows code between backticks that is no path and no command: calls, types, attributes.
    pub code: bool,
    /// What of these stands in the heading.
    pub in_title: Vec<String>,
}

impl Named {
    /// How many there are that resolve.
    pub(super) fn resolved(&self) -> usize {
        self.files.len() + self.folders.len() + self.globs.len()
    }
}

/// A scope with what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    /// The patterns, as Claude Code reads them from the base of the source.
    pub patterns: Vec<String>,
    /// How much speaks for it.
    pub points: i32,
    /// In words.
    pub why: String,
    /// The heading says so, not only the text: what stands under it is about the same.
    pub titled: bool,
}

/// The most files that a rule may be for, in percent of those in reach.
const MOST_PERCENT: usize = 60;

/// What a code span or the target of a link names.
enum Meant {
    File(String),
    Folder(String),
    Glob(String),
    Unresolved,
    Nothing,
}

/// The paths that a stretch of a source names in code spans and links.
pub(super) fn named(terrain: &Terrain<'_>, source: &Source<'_>, span: Span) -> Named {
    let text = source.text();
    let document = &source.file.document;
    let mut found = Named::default();
    let first = document.sections.partition_point(|section| section.title.start < span.start);
    let heading = document.sections.get(first).map(|section| section.title);
    let heading = heading.filter(|title| title.end <= span.end && title.start < span.start + 200);
    for inline in document.inlines_in(span) {
        let written = match inline.kind {
            InlineKind::Code => inline.content.slice(text),
            InlineKind::Link if super::rewrite::is_relative(inline.content.slice(text)) => inline.content.slice(text),
            _ => continue,
        };
        let marks = ["()", "::", "#[", "&", "<", "->", "=>"];
        found.code |= inline.kind == InlineKind::Code && marks.iter().any(|mark| written.contains(mark));
        let in_title = heading.is_some_and(|title| title.contains(inline.span));
        let pattern = match meaning(terrain, source, written) {
            Meant::File(path) => {
                let pattern = pattern_of(source, &path, false);
                // Documents are read from anywhere.
                if in_title || !path.ends_with(".md") {
                    found.files.insert(path);
                }
                pattern
            }
            Meant::Folder(path) => {
                let pattern = pattern_of(source, &path, true);
                found.folders.insert(path);
                pattern
            }
            Meant::Glob(pattern) => {
                found.globs.insert(pattern.clone());
                pattern
            }
            Meant::Unresolved => {
                found.unresolved += 1;
                continue;
            }
            Meant::Nothing => continue,
        };
        if in_title {
            found.in_title.push(pattern);
        }
    }
    found
}

fn pattern_of(source: &Source<'_>, path: &str, folder: bool) -> String {
    let inside = path.strip_prefix(source.base.as_str()).unwrap_or(path).trim_start_matches('/');
    if folder { format!("/{inside}/**") } else { format!("/{inside}") }
}

fn meaning(terrain: &Terrain<'_>, source: &Source<'_>, written: &str) -> Meant {
    let written = written.trim().trim_start_matches("./");
    let written = written.split('#').next().unwrap_or("");
    let written = match written.split_once(':') {
        Some((path, line)) if line.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => written,
    };
    let is_path = |c: char| scan::is_path_char(c) && !matches!(c, '\\' | '(' | ')' | '%' | '$');
    if written.len() < 2 || written.len() > 200 || !written.chars().all(|c| is_path(c) || c == ',') {
        return Meant::Nothing;
    }
    if written.starts_with(['/', '~', '@', '-', '+', '$']) || written.contains("..") || written.contains("//") {
        return Meant::Nothing;
    }
    if written.contains(['*', '{']) {
        return glob(terrain, source, written);
    }
    let index = &terrain.workspace.index;
    let bare = written.trim_end_matches('/');
    let is_folder = written.ends_with('/');
    let from_base = normalize(&source.base, bare);
    let from_root = normalize("", bare);
    for path in from_base.into_iter().chain(from_root).filter(|path| is_inside(source, path) && !path.is_empty()) {
        match index.presence(&path) {
            Presence::File => return Meant::File(path),
            // A word alone is more often a word than a folder.
            Presence::Dir if is_folder || bare.contains('/') => return Meant::Folder(path),
            _ => {}
        }
    }
    if scan::looks_like_file(bare) {
        if let [only] = index.ending_with(bare)[..]
            && is_inside(source, only)
        {
            return Meant::File(only.to_owned());
        }
    } else if bare.contains('/') {
        let tail = format!("/{bare}");
        let named = terrain.folders.get(&plain_name(bare)).map_or(&[][..], Vec::as_slice);
        let ends: Vec<&str> = named.iter().copied().filter(|dir| dir.ends_with(&tail)).take(2).collect();
        if let [only] = ends[..]
            && is_inside(source, only)
        {
            return Meant::Folder(only.to_owned());
        }
    }
    let is_missing = || {
        let path = join(&source.base, bare);
        index.presence(&path) == Presence::Missing && index.presence(bare) == Presence::Missing
    };
    if bare.contains('/') && (is_folder || scan::looks_like_file(bare)) && is_missing() {
        return Meant::Unresolved;
    }
    Meant::Nothing
}

fn glob(terrain: &Terrain<'_>, source: &Source<'_>, written: &str) -> Meant {
    if !written.contains(['/', '.']) || written.trim_matches(['*', '/', '.']).is_empty() {
        return Meant::Nothing;
    }
    let rooted = written.contains('/') && !written.starts_with("**");
    let candidates = [format!("/{written}"), written.to_owned()];
    for pattern in candidates.iter().skip(usize::from(!rooted)) {
        let one = std::slice::from_ref(pattern);
        if terrain.count(&source.base, one) > 0 {
            return Meant::Glob(pattern.clone());
        }
    }
    Meant::Unresolved
}

/// Whether patterns match something, and not most of what is there.
pub(super) fn is_bearable(terrain: &Terrain<'_>, source: &Source<'_>, patterns: &[String]) -> bool {
    let all = terrain.workspace.index.below(&source.base).len();
    let found = terrain.count(&source.base, patterns);
    found > 0 && found * 100 <= all * MOST_PERCENT
}

/// Whether the patterns cover every path that is named.
pub(super) fn covers(terrain: &Terrain<'_>, source: &Source<'_>, patterns: &[String], named: &Named) -> bool {
    let Some(grammar) = clients::claude_code::CLIENT.scope else { return false };
    let scope = Scope::new(patterns.iter().map(String::as_str), grammar);
    let inside =
        |path: &str| path.strip_prefix(source.base.as_str()).unwrap_or(path).trim_start_matches('/').to_owned();
    let holds = |path: &str| scope.matches(&inside(path));
    let of_folder = |dir: &String| {
        let plain = format!("/{}", inside(dir));
        let whole = |pattern: &String| pattern.strip_suffix("/**").is_some_and(|stem| is_below(&plain, stem));
        let below = terrain.workspace.index.below(dir);
        patterns.iter().any(whole) || !below.is_empty() && below.iter().all(|path| holds(path))
    };
    named.files.iter().all(|path| holds(path)) && named.folders.iter().all(of_folder)
}

/// The best scope for a piece; `parent` is that of the section around it.
pub(super) fn guess(
    terrain: &Terrain<'_>,
    source: &Source<'_>,
    named: &Named,
    title: &str,
    parent_scope: Option<&Guess>,
) -> Option<Guess> {
    let mut guesses: Vec<Guess> = Vec::new();
    if !named.in_title.is_empty() {
        let mut patterns = named.in_title.clone();
        patterns.sort();
        patterns.dedup();
        let why = format!("the heading names {}", patterns.join(", "));
        guesses.push(Guess { patterns, points: 5, why, titled: true });
    }
    // The name of a language is no name of a folder.
    match by_language(terrain, source, title) {
        Some(guess) => guesses.push(guess),
        None => guesses.extend(by_folder_name(terrain, source, title)),
    }
    guesses.extend(by_paths(source, named, title));
    if let Some(parent) = parent_scope.filter(|parent| parent.titled) {
        let patterns = narrowed(terrain, source, parent, named);
        let why = format!("the section around it is about {}", parent.patterns.join(", "));
        guesses.push(Guess { patterns, points: 3, why, titled: true });
    }
    guesses.retain(|guess| is_bearable(terrain, source, &guess.patterns));
    let mut best: Option<Guess> = None;
    for mut guess in guesses {
        if named.unresolved > 0 {
            guess.points -= 1 + i32::from(named.unresolved > named.resolved());
        }
        if best.as_ref().is_none_or(|best| guess.points > best.points) {
            best = Some(guess);
        }
    }
    let mut best = best?;
    // A rule covers every path that its text names, also those at the edge.
    if !covers(terrain, source, &best.patterns, named) {
        let mut patterns = best.patterns.clone();
        patterns.extend(named.files.iter().map(|path| pattern_of(source, path, false)));
        patterns.extend(named.folders.iter().map(|path| pattern_of(source, path, true)));
        let patterns = without_covered(patterns);
        let more = patterns.len().saturating_sub(best.patterns.len());
        if more > 3 || !is_bearable(terrain, source, &patterns) || !covers(terrain, source, &patterns, named) {
            return None;
        }
        best.points -= more as i32;
        best.patterns = patterns;
    }
    Some(best)
}

/// The scope of a section for a part of it: of several packages the one in which all named paths lie, and of a folder the
/// files of its main language where the part is about code.
fn narrowed(terrain: &Terrain<'_>, source: &Source<'_>, around: &Guess, named: &Named) -> Vec<String> {
    let [pattern] = around.patterns.as_slice() else { return around.patterns.clone() };
    let Some(stem) = pattern.strip_suffix("/**") else { return around.patterns.clone() };
    if stem.ends_with('*') && named.files.len() + named.folders.len() > 0 {
        let depth = stem.matches('/').count();
        let package = |path: &String| -> String {
            let inside = path.strip_prefix(source.base.as_str()).unwrap_or(path).trim_start_matches('/');
            inside.split('/').take(depth).collect::<Vec<_>>().join("/")
        };
        let of_stem = |path: &&String| format!("/{path}").starts_with(stem.trim_end_matches('*'));
        let packages: BTreeSet<String> =
            named.files.iter().chain(&named.folders).filter(of_stem).map(package).collect();
        if let Some(only) = packages.first().filter(|_| packages.len() == 1) {
            return vec![format!("/{only}/**")];
        }
    }
    if !named.code {
        return around.patterns.clone();
    }
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for path in matched(terrain.workspace, &source.base, &around.patterns) {
        if let Some(ending) = file_name(path).rsplit_once('.').map(|(_, ending)| ending)
            && lexicon::is_code(ending)
        {
            *counts.entry(ending).or_default() += 1;
        }
    }
    // What lies in crates is Rust, whatever else is kept beside it.
    if stem.starts_with("/crates/") && counts.contains_key("rs") {
        return vec![format!("{stem}/**/*.rs")];
    }
    let total: usize = counts.values().sum();
    match counts.into_iter().max_by_key(|(_, count)| *count) {
        Some((ending, count)) if count * 10 >= total * 9 => vec![format!("{stem}/**/*.{ending}")],
        _ => around.patterns.clone(),
    }
}

/// Sorted, without patterns for what lies in the folder of another one.
fn without_covered(mut patterns: Vec<String>) -> Vec<String> {
    patterns.sort();
    patterns.dedup();
    let folders: Vec<String> =
        patterns.iter().filter_map(|pattern| pattern.strip_suffix("/**")).map(str::to_owned).collect();
    let inside = |pattern: &String, dir: &String| {
        let plain = pattern.trim_end_matches("/**");
        plain != dir && is_below(plain, dir) && pattern.starts_with('/') && dir.starts_with('/')
    };
    patterns.retain(|pattern| !folders.iter().any(|dir| inside(pattern, dir)));
    patterns
}

/// A folder whose name stands in the heading: "Working on the TypeScript client" and `packages/typescript-client`.
fn by_folder_name(terrain: &Terrain<'_>, source: &Source<'_>, title: &str) -> Option<Guess> {
    let lower = title.to_lowercase();
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let written: Vec<&str> = lower.split(|c: char| !is_letter(c)).filter(|word| !word.is_empty()).collect();
    let words: Vec<String> = written.iter().map(|word| word.replace('_', "-")).collect();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for length in 1..=3.min(words.len()) {
        for window in words.windows(length) {
            let name = window.join("-");
            // Short and common words name folders by chance, unless the heading is about work on them.
            if name.contains('-') || name.len() >= 4 && is_rare(&name) && words.len() <= 4 {
                names.insert(name);
            }
        }
    }
    let object = ["working on ", "working in ", "working with ", "developing ", "development of ", "changes to "];
    let object = object.iter().find_map(|start| lower.trim_start().strip_prefix(start));
    if let Some(object) = object {
        names.insert(object.trim_start_matches("the ").trim().replace([' ', '_'], "-"));
    }
    let known = |name: &str| {
        let dirs = terrain.meant.get(name).map_or(&[][..], Vec::as_slice);
        dirs.iter().copied().filter(|dir| is_inside(source, dir))
    };
    // As it is written first; then with every separator alike.
    let mut exact: BTreeSet<&str> = BTreeSet::new();
    for (written, word) in written.iter().zip(&words).filter(|(written, _)| written.contains(['_', '-'])) {
        exact.extend(known(word).filter(|dir| file_name(dir).to_lowercase() == *written));
    }
    let mut alike: BTreeSet<&str> = BTreeSet::new();
    for name in &names {
        // A word alone names a package, or the heading is hardly more than the word.
        let is_package =
            |dir: &&str| name.contains('-') || words.len() <= 2 || CONTAINERS.contains(&file_name(parent(dir)));
        alike.extend(known(name).filter(is_package));
    }
    let only = only_top(&exact).or_else(|| only_top(&alike))?;
    // A heading that is the name and nothing else leaves no doubt.
    let points = if written.len() == 1 { 5 } else { 3 };
    let pattern = family(terrain, source, only);
    Some(Guess { why: format!("the heading names the folder {only}"), patterns: vec![pattern], points, titled: true })
}

/// The one folder among some that has all others of them below it, or none.
fn only_top<'a>(found: &BTreeSet<&'a str>) -> Option<&'a str> {
    // What lies in a folder stands behind it in their order.
    let first = found.first()?;
    found.iter().all(|dir| is_below(dir, first)).then_some(*first)
}

/// Whether a folder, or one around it, is about other folders.
fn is_aside(dir: &str) -> bool {
    dir.split('/').any(|part| part.starts_with('.') || ASIDE.iter().any(|aside| part.eq_ignore_ascii_case(aside)))
}

/// Folders that hold what is about other folders.
const ASIDE: [&str; 12] = [
    "example",
    "examples",
    "test",
    "tests",
    "fixtures",
    "__tests__",
    "docs",
    "doc",
    "node_modules",
    "vendor",
    "testdata",
    "website",
];

/// Folders whose folders are packages or modules.
const CONTAINERS: [&str; 14] = [
    "apps",
    "cmd",
    "components",
    "crates",
    "domains",
    "features",
    "internal",
    "lib",
    "libs",
    "modules",
    "packages",
    "pkg",
    "services",
    "src",
];

/// The pattern for a folder, and for those beside it whose names go on: `crates/ty` and `crates/ty_ide`.
fn family(terrain: &Terrain<'_>, source: &Source<'_>, dir: &str) -> String {
    let dirs = &terrain.workspace.index.dirs;
    let start = dirs.partition_point(|other| **other < *dir);
    let rests = dirs[start..].iter().map_while(|other| other.strip_prefix(dir));
    let relatives = rests.filter(|rest| rest.starts_with(['-', '_']) && !rest.contains('/')).count();
    let pattern = pattern_of(source, dir, true);
    if relatives >= 2 { pattern.replace("/**", "*/**") } else { pattern }
}

/// Words that headings use for something else than a folder.
fn is_rare(word: &str) -> bool {
    const COMMON: &[&str] = &[
        "test",
        "tests",
        "testing",
        "docs",
        "documentation",
        "build",
        "config",
        "configuration",
        "commands",
        "command",
        "scripts",
        "examples",
        "example",
        "packages",
        "source",
        "code",
        "data",
        "types",
        "rules",
        "skills",
        "agents",
        "agent",
        "project",
        "development",
        "release",
        "releases",
        "tools",
        "tooling",
        "common",
        "core",
        "main",
        "development",
        "architecture",
        "design",
        "security",
        "performance",
        "templates",
        "changelog",
        "issues",
        "status",
        "setup",
        "integration",
        "context",
        "plugins",
        "claude",
        "code",
        "codex",
        "cursor",
        "workflows",
        "pages",
        "page",
        "content",
        "assets",
        "tasks",
        "task",
    ];
    !COMMON.contains(&word)
}

/// The folder that holds most of the paths, or the few files themselves.
fn by_paths(source: &Source<'_>, named: &Named, title: &str) -> Option<Guess> {
    let total = named.resolved();
    if total == 0 {
        return None;
    }
    if named.files.is_empty() && named.folders.is_empty() {
        let patterns: Vec<String> = named.globs.iter().cloned().collect();
        let why = format!("it names {}", patterns.join(", "));
        let points = if patterns.len() > 1 { 3 } else { 2 };
        return (patterns.len() <= 3).then_some(Guess { patterns, points, why, titled: false });
    }
    let paths: Vec<&str> = named.files.iter().chain(&named.folders).map(String::as_str).collect();
    let mut candidates: BTreeSet<&str> = named.folders.iter().map(String::as_str).collect();
    for path in &paths {
        let mut dir = parent(path);
        while !dir.is_empty() && dir != source.base {
            candidates.insert(dir);
            dir = parent(dir);
        }
    }
    let inside = |dir: &str| paths.iter().filter(|path| is_below(path, dir)).count();
    let enough = |dir: &&&str| inside(dir) * 10 >= paths.len() * 8;
    let deepest =
        candidates.iter().filter(enough).max_by_key(|dir| (dir.matches('/').count(), std::cmp::Reverse(**dir)));
    let few = named.files.len() <= 3 && named.folders.is_empty();
    match deepest {
        Some(dir) if paths.len() >= 2 || !few => {
            let patterns = vec![pattern_of(source, dir, true)];
            // One mention may be in passing.
            let points = match paths.len() {
                1 => 1,
                2 if shares_word(title, dir) => 3,
                2 => 2,
                _ => 4,
            };
            let why = format!("{} of {} paths lie in {dir}", inside(dir), paths.len());
            Some(Guess { patterns, points, why, titled: false })
        }
        _ if few => {
            let patterns: Vec<String> = named.files.iter().map(|path| pattern_of(source, path, false)).collect();
            let why = format!("it names {}", patterns.join(", "));
            // A few files are a scope only when the heading speaks of them.
            let points = i32::from(named.files.iter().any(|path| shares_word(title, path))) * 3;
            Some(Guess { points: if patterns.len() > 1 { points } else { 0 }, patterns, why, titled: false })
        }
        _ => None,
    }
}

/// Whether a word of a heading stands in the name at the end of a path.
fn shares_word(title: &str, path: &str) -> bool {
    let name = file_name(path).to_lowercase();
    let title = title.to_lowercase();
    let mut words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3);
    words.any(|word| name.contains(word.trim_end_matches('s')))
}

fn by_language(terrain: &Terrain<'_>, source: &Source<'_>, title: &str) -> Option<Guess> {
    let endings = lexicon::language_of(title)?;
    let patterns: Vec<String> = endings.iter().map(|ending| format!("*.{ending}")).collect();
    let patterns: Vec<String> =
        patterns.into_iter().filter(|pattern| terrain.count(&source.base, std::slice::from_ref(pattern)) > 0).collect();
    (!patterns.is_empty()).then(|| Guess {
        why: format!("the heading names files in {}", patterns.join(", ")),
        patterns,
        points: 3,
        titled: true,
    })
}

//! Paths that a document names as facts, and names that it says are in a file.
//!
//! Most paths in a document that are not in the tree are no mistakes: outputs, examples, files of other projects. So a
//! path counts as missing only when history had exactly it and the words around do not say that it went.

use super::drift::{Mode, Surroundings, carry_departures, departed_uncommitted, remember};
use super::resolve::is_placeholder;
use super::scan;
use crate::cache::{Cache, key};
use crate::history::{Departure, departures};
use crate::model::{Inline, InlineKind};
use crate::paths::{PathIndex, Presence, normalize, parent};
use crate::source::Span;
use crate::workspace::{File, Workspace};
use crate::world::World;
use crate::world::git::Oid;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

/// What is wrong with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Only this path is there, which differs in the case of letters.
    OtherCase(Arc<str>),
    /// History had it under this full path.
    Gone {
        /// The path relative to the root.
        path: Arc<str>,
        /// The commit in which it went; `None` where that is not committed yet.
        commit: Option<Oid>,
        /// Where it is now, when it was renamed.
        to: Option<Arc<str>>,
    },
}

/// One path of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where it stands, without backticks.
    pub span: Span,
    /// As it is written.
    pub written: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// A path that is not there, with the full paths that it may stand for.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Where it stands, without backticks.
    pub span: Span,
    /// As it is written.
    pub written: String,
    /// The full paths that it may stand for.
    pub forms: Vec<Arc<str>>,
}

/// What the paths of one document come to before history is asked.
#[derive(Debug, Default)]
pub struct Mentions {
    /// How many paths there are.
    pub seen: usize,
    /// Those that are not there.
    pub missing: Vec<Candidate>,
    /// Those that are there, or of which nothing can be said, with the path as written and what is known.
    pub there: Vec<(Span, String, Presence)>,
    /// Those that are there under another case.
    pub other_case: Vec<Mention>,
}

/// "`name()` in `file`" whose file does not hold the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Where the name stands, without backticks.
    pub span: Span,
    /// The name, without what it is called on and without brackets.
    pub name: String,
    /// The file, relative to the root.
    pub path: Arc<str>,
}

/// Words of a line that say that a path need not be there.
const EXCUSES: [&str; 38] = [
    "removed",
    "deleted",
    "moved",
    "renamed",
    "formerly",
    "previously",
    "legacy",
    "deprecated",
    "no longer",
    "used to",
    "replaced",
    "replaces",
    "superseded",
    "was ",
    "were ",
    "do not",
    "don't",
    "never ",
    "not ",
    "no `",
    "create",
    "e.g.",
    "for example",
    "such as",
    "example",
    "generate",
    "output",
    "if it exists",
    "if present",
    "optional",
    "old ",
    "obsolete",
    "migrat",
    "instead of",
    "drop",
    "retired",
    "extracted",
    "merged into",
];

/// Whether the line around a place excuses a path that is not there.
pub fn is_excused(text: &str, at: u32) -> bool {
    let at = at as usize;
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    let line = text[start..end].to_lowercase();
    EXCUSES.iter().any(|word| line.contains(word)) || line.contains("~~") || line.contains('→') || line.contains("->")
}

/// The paths of a document.
pub fn mentions(file: &File, workspace: &Workspace) -> Mentions {
    let text = &file.source.text;
    let mut found = Mentions::default();
    for inline in file.document.inlines.iter().filter(|inline| inline.kind == InlineKind::Code) {
        let Some((span, path)) = path_of(inline, text) else { continue };
        found.seen += 1;
        let forms = forms(file, path);
        let known = |presence: &Presence| *presence != Presence::Missing;
        let is_there = |presence: &Presence| matches!(presence, Presence::File | Presence::Dir);
        let presences = || forms.iter().map(|form| workspace.index.presence(form));
        // What is ignored here may stand elsewhere under the same name.
        let of_suffix = || is_end_of_some(&workspace.index, path).then_some(Presence::File);
        if let Some(presence) = presences().find(is_there).or_else(of_suffix).or_else(|| presences().find(known)) {
            found.there.push((span, path.to_owned(), presence));
            continue;
        }
        let of_case = forms.iter().flat_map(|form| workspace.index.same_but_for_case(form)).collect::<BTreeSet<_>>();
        if let [only] = of_case.into_iter().collect::<Vec<_>>()[..] {
            let problem = Problem::OtherCase(only.into());
            found.other_case.push(Mention { span, written: path.to_owned(), problem });
            continue;
        }
        if !is_excused(text, span.start) {
            let forms = forms.into_iter().map(Arc::from).collect();
            found.missing.push(Candidate { span, written: path.to_owned(), forms });
        }
    }
    found
}

/// A code span that is one path with a folder and an extension, or a folder.
fn path_of<'a>(inline: &Inline, text: &'a str) -> Option<(Span, &'a str)> {
    let content = inline.content.slice(text);
    let path = content.strip_prefix("./").unwrap_or(content).trim_end_matches('/');
    let is_folder = content.ends_with('/');
    let is_path = path.contains('/')
        && path.len() < 260
        && path.chars().all(|c| scan::is_path_char(c) && c != '\\')
        && !path.starts_with(['/', '~', '@', '-', '.'])
        && !path.contains("//")
        && !path.contains("..")
        && !is_placeholder(path)
        && !path.contains(['(', ')', '%', '+'])
        && (is_folder || scan::looks_like_file(path));
    let from = inline.content.start as usize + (content.len() - content.strip_prefix("./").unwrap_or(content).len());
    is_path.then(|| (Span::new(from, from + path.len()), path))
}

/// The full paths that a written one may stand for: from the root, and from each folder between it and the document.
fn forms(file: &File, path: &str) -> Vec<String> {
    let mut found: Vec<String> = normalize("", path).into_iter().collect();
    let mut folders: Vec<&str> = file.roles.iter().map(|role| parent(&role.path)).collect();
    folders.push(parent(&file.path));
    folders.sort_unstable();
    folders.dedup();
    for mut folder in folders {
        while !folder.is_empty() {
            found.extend(normalize(folder, path));
            folder = parent(folder);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether some file or folder ends with the path.
fn is_end_of_some(index: &PathIndex, path: &str) -> bool {
    !index.ending_with(path).is_empty() || index.has_dir_ending_with(path)
}

/// The missing paths that history had, with what became of them.
pub fn gone(
    documents: Vec<(Arc<str>, Vec<Candidate>)>,
    departed: &BTreeMap<Arc<str>, Departure>,
) -> Vec<(Arc<str>, Mention)> {
    let mut gone = Vec::new();
    for (document, missing) in documents {
        for Candidate { span, written, forms } in missing {
            let known = forms.iter().find_map(|form| Some((form.clone(), departed.get(form)?.clone())));
            let Some((path, departure)) = known else { continue };
            let problem = Problem::Gone { path, commit: departure.commit, to: departure.to };
            gone.push((document.clone(), Mention { span, written, problem }));
        }
    }
    gone
}

/// What became of each of these paths, none of which is there; those that history never had are left out. `Err` holds why
/// history was not asked, if that is worth a note, which counts `count` paths.
///
/// # Errors
/// When there is no history, only part of it, or not enough time.
pub fn departed(
    around: &Surroundings<'_>,
    wanted: &BTreeSet<Arc<str>>,
    count: usize,
) -> Result<BTreeMap<Arc<str>, Departure>, Option<String>> {
    if wanted.is_empty() || around.mode == Mode::Off {
        return Ok(BTreeMap::new());
    }
    let note = |why: &str| Some(format!("{count} paths that are not in the tree: {why}")).filter(|_| count > 0);
    // A folder without git has no history that could be missing.
    let Ok(mut repository) = around.open() else { return Err(None) };
    if !repository.shallow.is_empty() {
        return Err(note("the clone is shallow: fetch the whole history (`fetch-depth: 0` in CI)"));
    }
    if around.mode == Mode::Auto {
        repository.deadline = Some(Instant::now() + super::drift::AUTO_TIME);
    }
    let mut cache = if around.cached { Cache::open(&repository.common_dir) } else { Cache::off() };
    let key_at = |head: &str, path: &str| key(&[b"departed-path", head.as_bytes(), path.as_bytes()]);
    let key_of = |path: &str| key_at(&repository.head, path);
    let mut known: BTreeMap<Arc<str>, Option<Departure>> = BTreeMap::new();
    let mut open: Vec<Arc<str>> = Vec::new();
    let uncommitted = departed_uncommitted(around, &repository, wanted, &mut cache);
    let mut wanted = wanted.clone();
    wanted.retain(|path| !uncommitted.contains_key(path));
    known.extend(uncommitted.into_iter().map(|(path, departure)| (path, Some(departure))));
    carry_departures(&repository, &mut cache, &wanted, &key_at);
    let is_there = |path: &str| around.index.presence(path) == Presence::File;
    for path in &wanted {
        match cache.get(key_of(path)) {
            Some("") => drop(known.insert(path.clone(), None)),
            Some(answer) => match super::drift::read_departure(answer) {
                // Where it went may itself be gone from the worktree by now.
                Some(departure) if departure.to.as_ref().is_none_or(|to| is_there(to)) => {
                    known.insert(path.clone(), Some(departure));
                }
                _ => open.push(path.clone()),
            },
            None => open.push(path.clone()),
        }
    }
    if !open.is_empty() {
        let found = match departures(&repository, &open, &is_there) {
            Ok(found) => found,
            Err(_) if repository.is_late() => return Err(note("`--history full` takes the time that it needs")),
            Err(error) => return Err(note(&error.message)),
        };
        for path in open {
            let departure = found.get(&path).cloned();
            cache.put(key_of(&path), departure.as_ref().map_or(String::new(), super::drift::write_departure));
            known.insert(path, departure);
        }
    }
    remember(&repository, &mut cache);
    cache.save();
    Ok(known.into_iter().filter_map(|(path, departure)| Some((path, departure?))).collect())
}

/// Files above this size are not searched for names, in bytes.
const MAX_SEARCHED: u64 = 4 << 20;

/// "`name()` in `file`" and "`name()` (`file`)" where the file is there and the name is not in it.
pub fn symbols(file: &File, workspace: &Workspace, world: &dyn World) -> Vec<Symbol> {
    let all = all_symbols(file, workspace, world).into_iter();
    all.filter(|(_, holds)| !holds).map(|(symbol, _)| symbol).collect()
}

/// Every "`name()` in `file`" whose file is there, with whether the file holds the name.
pub fn all_symbols(file: &File, workspace: &Workspace, world: &dyn World) -> Vec<(Symbol, bool)> {
    let text = &file.source.text;
    let codes: Vec<&Inline> = file.document.inlines.iter().filter(|inline| inline.kind == InlineKind::Code).collect();
    let mut found = Vec::new();
    for pair in codes.windows(2) {
        let between = text.get(pair[0].span.end as usize..pair[1].span.start as usize).unwrap_or_default();
        if !matches!(between, " in " | " (" | " from " | ", in " | " is in " | " lives in " | " is defined in ") {
            continue;
        }
        let Some((span, name)) = call_of(pair[0], text) else { continue };
        let written = pair[1].content.slice(text);
        let written = written.rsplit_once(':').filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_digit()));
        let path = written.map_or(pair[1].content.slice(text), |(path, _)| path);
        if !scan::looks_like_file(path) || is_excused(text, span.start) {
            continue;
        }
        let forms = forms(file, path);
        let there = forms.iter().find(|form| workspace.index.presence(form) == Presence::File).cloned();
        let ending = workspace.index.ending_with(path);
        let Some(path) = there.or_else(|| if let [only] = ending[..] { Some(only.to_owned()) } else { None }) else {
            continue;
        };
        let Ok(bytes) = world.read(&workspace.root.join(&path), MAX_SEARCHED) else { continue };
        let content = String::from_utf8_lossy(&bytes);
        // A file without a single letter is no source code.
        let holds = has_word(&content, &name);
        if holds || content.contains(|c: char| c.is_alphabetic()) {
            found.push((Symbol { span, name, path: path.into() }, holds));
        }
    }
    found
}

/// A code span that is a call without arguments: `name()`, `Type::name()`, `object.name()`.
fn call_of(inline: &Inline, text: &str) -> Option<(Span, String)> {
    let content = inline.content.slice(text);
    let called = content.strip_suffix("()")?;
    let start = called.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
    let name = &called[start..];
    let is_path = called.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'));
    if name.len() < 3 || !is_path || !called.is_ascii() {
        return None;
    }
    let from = inline.content.start as usize;
    Some((Span::new(from, from + content.len()), name.to_owned()))
}

/// Whether a text holds a name as a word of its own.
fn has_word(text: &str, name: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(is_inside) && !text[at + name.len()..].starts_with(is_inside))
}

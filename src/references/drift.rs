//! Where the lines that a citation meant are now.
//!
//! A citation means the lines as they were in the commit that wrote it. So: who wrote the citing line, which file the path
//! meant in that commit, and what became of those lines until now. Each step is asked for all citations at once, and
//! each answer is kept in the cache under a key of everything that it depends on.

use super::citations::{Citation, Form, Place};
use super::resolve::{self, MANIFESTS, Resolution, Written, resolve};
use crate::cache::{Cache, key};
use crate::history::blame::{Origin, Question, blame};
use crate::history::lines::{Verdict, Versions, found_once, lines, pin_hash, pinned_places};
use crate::history::trees::Trees;
use crate::history::{Departure, History, departures};
use crate::paths::{PathIndex, Presence, file_name};
use crate::source::Source;
use crate::world::git::{self, GitError, Oid, Repository};
use crate::world::{ReadError, World};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much of history is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// What is cached, and for the rest at most [`AUTO_TIME`].
    Auto,
    /// Everything.
    Full,
    /// Nothing: git is not started.
    Off,
}

/// How long `auto` lets git work.
pub const AUTO_TIME: Duration = Duration::from_millis(500);

/// Cited files above this size are not compared, in bytes.
const MAX_CITED: u64 = 16 << 20;

/// What is known of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It leads where it was meant to.
    Ok,
    /// The same text is on other lines of the same file.
    Moved,
    /// The file has another name; the text is there unchanged.
    Renamed,
    /// The text was changed.
    Changed,
    /// History had it, and it is no longer there.
    Gone,
    /// Neither the tree nor history ever had it.
    Missing,
    /// The file never had these lines.
    OutOfRange,
    /// Several files may be meant, or the text stands in several places.
    Ambiguous,
    /// The path is ignored by git.
    Ignored,
    /// Something to be filled in.
    Placeholder,
    /// It could not be told.
    Unknown,
}

impl State {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Moved => "moved",
            State::Renamed => "renamed",
            State::Changed => "changed",
            State::Gone => "gone",
            State::Missing => "missing",
            State::OutOfRange => "out-of-range",
            State::Ambiguous => "ambiguous",
            State::Ignored => "ignored",
            State::Placeholder => "placeholder",
            State::Unknown => "unknown",
        }
    }
}

/// What an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The past of the file.
    History,
    /// The file as it is now, and nothing else.
    Tree,
    /// The hash that the citation carries.
    Pin,
}

impl Evidence {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::History => "history",
            Evidence::Tree => "tree",
            Evidence::Pin => "pin",
        }
    }
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The file, relative to the root.
    pub path: Arc<str>,
    /// First line, 1-based.
    pub start: u32,
    /// Last line, 1-based, inclusive.
    pub end: u32,
}

/// What became of a citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// In one word.
    pub state: State,
    /// The file that it meant, as it was called then; `None` when no file is known.
    pub target: Option<Arc<str>>,
    /// Where the lines are now, when they are elsewhere or changed.
    pub now: Option<Lines>,
    /// What the answer rests on.
    pub evidence: Evidence,
    /// The commit since which it is so: the one that removed or renamed the file, else the one that wrote the citation.
    pub since: Option<Oid>,
    /// The commit that wrote the citation.
    pub written: Option<Oid>,
    /// How many lines the file has now, where it has fewer than are cited.
    pub line_count: Option<u32>,
    /// The blob that the citation meant, to show the lines of then.
    pub blob: Option<Oid>,
}

impl Fate {
    fn of(state: State, evidence: Evidence) -> Fate {
        Fate { state, target: None, now: None, evidence, since: None, written: None, line_count: None, blob: None }
    }
}

/// A document with its citations.
#[derive(Clone, Copy, Debug)]
pub struct Citing<'a> {
    /// Its text.
    pub source: &'a Source,
    /// Its citations.
    pub citations: &'a [Citation],
}

/// What a survey gives: a fate for each citation of each document, and why some are unknown.
#[derive(Debug, Default)]
pub struct Fates {
    /// In the order of the documents and of their citations.
    pub by_document: Vec<Vec<Fate>>,
    /// Why history gave no answer: one clause without a full stop; `None` when it did.
    pub unchecked: Option<String>,
    /// How many citations are unknown for that reason.
    pub unchecked_count: usize,
}

/// Everything around the citations that an answer may need.
pub struct Surroundings<'a> {
    /// The outside.
    pub world: &'a dyn World,
    /// The root, absolute.
    pub root: &'a Path,
    /// Every path.
    pub index: &'a PathIndex,
    /// How much of history is asked for.
    pub mode: Mode,
    /// Whether answers are kept between runs.
    pub cached: bool,
}

/// The file that a citation meant when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Meant {
    File(Arc<str>, Oid),
    Ambiguous,
    Missing,
    Placeholder,
}

/// The current text of a cited file with its hash.
type Now = Option<(Arc<Vec<u8>>, u128)>;

struct Survey<'a> {
    around: &'a Surroundings<'a>,
    repository: Option<Repository>,
    history: Option<History>,
    cache: Cache,
    texts: HashMap<Arc<str>, Now>,
    why: Option<String>,
}

/// Tells the fate of every citation.
pub fn fates(around: &Surroundings<'_>, documents: &[Citing<'_>]) -> Fates {
    if documents.iter().all(|document| document.citations.is_empty()) {
        return Fates { by_document: documents.iter().map(|_| Vec::new()).collect(), ..Fates::default() };
    }
    let mut survey =
        Survey { around, repository: None, history: None, cache: Cache::off(), texts: HashMap::new(), why: None };
    open(&mut survey);
    let origins = survey.origins(documents);
    let meant = survey.meant(documents, &origins);
    let mut out = Fates::default();
    let departed = survey.departed(&meant);
    // Citations of the same versions of the same file share one comparison.
    let mut todo: BTreeMap<(Oid, Arc<str>), Vec<(usize, usize)>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        let mut fates = Vec::with_capacity(document.citations.len());
        for (index, citation) in document.citations.iter().enumerate() {
            let mut fate = survey.first_guess(&document.source.path, citation, &origins[at][index], &meant[at][index]);
            if let Some(Meant::File(path, blob)) = &meant[at][index]
                && fate.state == State::Unknown
            {
                match survey.place_now(path, &departed) {
                    Ok(now) => todo.entry((blob.clone(), now)).or_default().push((at, index)),
                    Err(gone) => {
                        let (path, blob) = (path.clone(), blob.clone());
                        fate = Fate { written: fate.written, target: fate.target, blob: fate.blob, ..gone };
                        if let Some(now) = survey.by_text(&fate, &path, &blob, citation, departed.get(&path)) {
                            (fate.state, fate.now) = (State::Renamed, Some(now));
                        }
                    }
                }
            }
            fates.push(fate);
        }
        out.by_document.push(fates);
    }
    for ((blob, path), places) in todo {
        let ranges: Vec<(u32, u32)> = places
            .iter()
            .map(|(at, index)| &documents[*at].citations[*index])
            .map(|citation| (citation.start, citation.end))
            .collect();
        let verdicts = survey.trace(&blob, &path, &ranges);
        for ((at, index), verdict) in places.into_iter().zip(verdicts) {
            let fate = &mut out.by_document[at][index];
            let citation = &documents[at].citations[index];
            let departure = departed.get(fate.target.as_ref().unwrap_or(&path)).and_then(Option::as_ref);
            finish(fate, citation, &path, verdict, departure);
            if fate.state == State::OutOfRange {
                survey.out_of_range_then(fate, citation, &path);
            }
        }
    }
    let unknown = out.by_document.iter().flatten().filter(|fate| fate.state == State::Unknown).count();
    out.unchecked = survey.why.take().filter(|_| unknown > 0);
    out.unchecked_count = if out.unchecked.is_some() { unknown } else { 0 };
    survey.cache.save();
    out
}

/// Opens git and the cache, as far as they are there and wanted.
fn open(survey: &mut Survey<'_>) {
    if survey.around.mode == Mode::Off {
        survey.why = Some("history is switched off".to_owned());
        return;
    }
    match git::open(survey.around.root) {
        Ok(mut repository) => {
            if survey.around.mode == Mode::Auto {
                repository.deadline = Some(Instant::now() + AUTO_TIME);
            }
            if survey.around.cached {
                survey.cache = Cache::open(&repository.common_dir);
            }
            if !repository.shallow.is_empty() {
                survey.why = Some("the clone is shallow: fetch the whole history (`fetch-depth: 0` in CI)".to_owned());
            }
            survey.repository = Some(repository);
        }
        Err(error) => survey.why = Some(format!("there is no history ({})", error.message)),
    }
}

impl Survey<'_> {
    /// Notes why answers are missing; the first reason is the one that is told.
    fn failed(&mut self, error: &GitError) {
        let late = self.repository.as_ref().is_some_and(Repository::is_late);
        let why = if late {
            "it takes longer than 0.5 s: `--history full` takes the time that it needs".to_owned()
        } else {
            error.message.clone()
        };
        self.why.get_or_insert(why);
    }

    fn history(&mut self) -> Option<&mut History> {
        if self.history.is_none() {
            let repository = self.repository.clone()?;
            match History::open(repository) {
                Ok(history) => self.history = Some(history),
                Err(error) => self.failed(&error),
            }
        }
        self.history.as_mut()
    }

    /// Who wrote the line of each citation.
    fn origins(&mut self, documents: &[Citing<'_>]) -> Vec<Vec<Origin>> {
        let line_of =
            |document: &Citing<'_>, citation: &Citation| document.source.lines().line_of(citation.span.start) as u32;
        let unknown = |document: &Citing<'_>| vec![Origin::Unknown; document.citations.len()];
        let Some(head) = self.repository.as_ref().map(|repository| repository.head.clone()) else {
            return documents.iter().map(unknown).collect();
        };
        let mut found: Vec<Option<Vec<Origin>>> = Vec::new();
        let mut asked: Vec<(usize, u128)> = Vec::new();
        let mut questions: Vec<Question<'_>> = Vec::new();
        for (at, document) in documents.iter().enumerate() {
            if document.citations.is_empty() {
                found.push(Some(Vec::new()));
                continue;
            }
            let mut lines: Vec<u32> = document.citations.iter().map(|citation| line_of(document, citation)).collect();
            let path = &document.source.path;
            let key = key(&[b"origin", head.as_bytes(), path.as_bytes(), document.source.text.as_bytes()]);
            let known = self.cache.get(key).and_then(read_origins).filter(|known| known.len() == lines.len());
            if known.is_none() {
                lines.sort_unstable();
                lines.dedup();
                questions.push(Question { path: path.clone(), text: document.source.text.as_bytes(), lines });
                asked.push((at, key));
            }
            found.push(known);
        }
        if !questions.is_empty() {
            let answers = self.history().map(|history| blame(history, &questions));
            match answers {
                Some(Ok(answers)) => {
                    for ((at, key), answer) in asked.into_iter().zip(answers) {
                        let document = &documents[at];
                        let origin = |citation| answer.get(&line_of(document, citation)).cloned();
                        let origins: Vec<Origin> =
                            document.citations.iter().map(|c| origin(c).unwrap_or(Origin::Unknown)).collect();
                        if !origins.contains(&Origin::Unknown) {
                            self.cache.put(key, write_origins(&origins));
                        }
                        found[at] = Some(origins);
                    }
                }
                Some(Err(error)) => self.failed(&error),
                None => {}
            }
        }
        let known = found.into_iter().zip(documents);
        known.map(|(origins, document)| origins.unwrap_or_else(|| unknown(document))).collect()
    }

    /// Which file each citation meant in the commit that wrote it, or that it names itself.
    fn meant(&mut self, documents: &[Citing<'_>], origins: &[Vec<Origin>]) -> Vec<Vec<Option<Meant>>> {
        let mut found: Vec<Vec<Option<Meant>>> = documents.iter().map(|d| vec![None; d.citations.len()]).collect();
        let mut open: Vec<(usize, usize, Oid, u128)> = Vec::new();
        for (at, document) in documents.iter().enumerate() {
            for (index, citation) in document.citations.iter().enumerate() {
                let commit = match (&citation.pin, &origins[at][index]) {
                    (Some(pin), _) if pin.commit != "worktree" => {
                        self.history().and_then(|history| history.commit(&pin.commit))
                    }
                    (_, Origin::Commit(commit)) => Some(commit.clone()),
                    _ => None,
                };
                let Some(commit) = commit else { continue };
                let is_target = [u8::from(citation.place == Place::LinkTarget)];
                let link = citation.link.as_deref().unwrap_or_default();
                let path = document.source.path.as_bytes();
                // The lines count too: they may tell which of several files is meant.
                let range = [citation.start.to_le_bytes(), citation.end.to_le_bytes()].concat();
                let mut parts =
                    vec![b"meant", &*range, commit.as_bytes(), path, citation.path.as_bytes(), link.as_bytes()];
                parts.push(&is_target);
                parts.extend(citation.mentions.iter().map(String::as_bytes));
                parts.push(b"folders");
                parts.extend(citation.folders.iter().map(String::as_bytes));
                let key = key(&parts);
                match self.cache.get(key).and_then(read_meant) {
                    Some(known) => found[at][index] = Some(known),
                    None => open.push((at, index, commit, key)),
                }
            }
        }
        if open.is_empty() {
            return found;
        }
        let mut names: BTreeSet<String> = MANIFESTS.iter().map(|name| (*name).to_owned()).collect();
        for (at, index, ..) in &open {
            let citation = &documents[*at].citations[*index];
            names.insert(file_name(&citation.path).to_owned());
            names.extend(citation.link.as_deref().map(|link| file_name(link).to_owned()));
        }
        let Some(prefix) = self.repository.as_ref().map(|repository| repository.prefix.clone()) else { return found };
        let mut trees = Trees::new(names, &prefix);
        let mut by_name: HashMap<Oid, HashMap<String, Vec<(Arc<str>, Oid)>>> = HashMap::new();
        for (at, index, commit, key) in open {
            if !by_name.contains_key(&commit) {
                let Some(files) = self.history().and_then(|history| history.files(&mut trees, &commit)) else {
                    continue;
                };
                let mut names: HashMap<String, Vec<(Arc<str>, Oid)>> = HashMap::new();
                for file in files.iter() {
                    let name = file_name(&file.path).to_owned();
                    names.entry(name).or_default().push((file.path.clone(), file.blob.clone()));
                }
                by_name.insert(commit.clone(), names);
            }
            let Some(names) = by_name.get(&commit) else { continue };
            let citation = &documents[at].citations[index];
            let named = |name: &str| -> Vec<Arc<str>> {
                names.get(name).into_iter().flatten().map(|(path, _)| path.clone()).collect()
            };
            let mut history = self.history.as_mut();
            let mut has_lines = |path: &str| {
                let mut files = names.get(file_name(path)).into_iter().flatten();
                let blob = files.find(|(file, _)| **file == *path).map(|(_, blob)| blob);
                let text = blob.and_then(|blob| history.as_mut()?.blob(blob));
                text.is_none_or(|text| line_count(&text) >= citation.end)
            };
            let meant = match resolve(written(&documents[at].source.path, citation), &named, &mut has_lines) {
                Resolution::Found(path, _) => {
                    let files = names.get(file_name(&path)).into_iter().flatten();
                    let blob = files.into_iter().find(|(file, _)| *file == path).map(|(_, blob)| blob.clone());
                    blob.map_or(Meant::Missing, |blob| Meant::File(path, blob))
                }
                Resolution::Ambiguous(_) => Meant::Ambiguous,
                Resolution::Missing => Meant::Missing,
                Resolution::Placeholder => Meant::Placeholder,
            };
            if !self.repository.as_ref().is_some_and(Repository::is_late) {
                self.cache.put(key, write_meant(&meant));
                found[at][index] = Some(meant);
            }
        }
        found
    }

    /// What became of every meant file that is no longer there.
    fn departed(&mut self, meant: &[Vec<Option<Meant>>]) -> BTreeMap<Arc<str>, Option<Departure>> {
        let mut found = BTreeMap::new();
        let Some(repository) = self.repository.clone() else { return found };
        let mut paths: BTreeSet<Arc<str>> = BTreeSet::new();
        for of_file in meant.iter().flatten().flatten() {
            if let Meant::File(path, _) = of_file
                && self.text(path).is_none()
            {
                paths.insert(path.clone());
            }
        }
        let key_of = |path: &str| key(&[b"departed", repository.head.as_bytes(), path.as_bytes()]);
        let mut open = Vec::new();
        for path in paths {
            match self.cache.get(key_of(&path)).map(read_departure) {
                // Where it went may itself be gone from the worktree by now.
                Some(Some(known)) if known.to.as_ref().is_none_or(|to| self.text(to).is_some()) => {
                    found.insert(path, Some(known));
                }
                _ => open.push(path),
            }
        }
        if open.is_empty() {
            return found;
        }
        let index = self.around.index;
        match departures(&repository, &open, &|path| index.presence(path) == Presence::File) {
            Ok(departures) => {
                for path in open {
                    let departure = departures.get(&path).cloned();
                    if let Some(departure) = &departure {
                        self.cache.put(key_of(&path), write_departure(departure));
                    }
                    found.insert(path, departure);
                }
            }
            Err(error) => self.failed(&error),
        }
        found
    }

    /// The path under which a meant file is now, or what is known when there is none.
    fn place_now(
        &mut self,
        path: &Arc<str>,
        departed: &BTreeMap<Arc<str>, Option<Departure>>,
    ) -> Result<Arc<str>, Fate> {
        if self.text(path).is_some() {
            return Ok(path.clone());
        }
        match departed.get(path) {
            Some(Some(Departure { to: Some(to), .. })) if self.text(to).is_some() => Ok(to.clone()),
            Some(departure) => {
                let since = departure.as_ref().map(|departure| departure.commit.clone());
                Err(Fate { since, ..Fate::of(State::Gone, Evidence::History) })
            }
            None => Err(Fate::of(State::Unknown, Evidence::History)),
        }
    }

    /// Where the lines of a file that is gone are when git saw no rename: in a file that came when it went, in the
    /// one file of the same name, or in the one that came after the citation, if it has the very text.
    fn by_text(
        &mut self,
        fate: &Fate,
        path: &str,
        blob: &Oid,
        citation: &Citation,
        departure: Option<&Option<Departure>>,
    ) -> Option<Lines> {
        /// More files of one name are no hint.
        const MAX_NAMED: usize = 8;
        let commit = fate.written.clone().filter(|_| fate.state == State::Gone)?;
        let named: Vec<Arc<str>> = self.around.index.named(file_name(path)).into_iter().map(Arc::from).collect();
        let perhaps = departure.and_then(Option::as_ref).and_then(|departure| departure.perhaps.clone());
        let named = match perhaps {
            Some(perhaps) => vec![perhaps],
            None => named,
        };
        if named.is_empty() || named.len() > MAX_NAMED {
            return None;
        }
        let mut parts = vec![b"by-name".to_vec(), commit.as_bytes().to_vec(), blob.as_bytes().to_vec()];
        parts.push([citation.start.to_le_bytes(), citation.end.to_le_bytes()].concat());
        for file in &named {
            let hash = self.text(file).map_or(0, |(_, hash)| hash);
            parts.push([file.as_bytes(), &hash.to_le_bytes()].concat());
        }
        let key = key(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
        if let Some(known) = self.cache.get(key) {
            return read_lines(known).filter(|lines| named.contains(&lines.path));
        }
        let history = self.history()?;
        let is_only = named.len() == 1;
        let new: Vec<Arc<str>> = named.into_iter().filter(|file| is_only || !history.is_in(&commit, file)).collect();
        let old = history.blob(blob)?;
        let found = match new.as_slice() {
            [only] => self.text(only).and_then(|(text, _)| {
                let (start, end) = found_once(&old, &text, citation.start, citation.end)?;
                Some(Lines { path: only.clone(), start, end })
            }),
            _ => None,
        };
        if !self.repository.as_ref().is_some_and(Repository::is_late) {
            let answer = |at: &Lines| format!("{} {} {}", at.start, at.end, at.path);
            self.cache.put(key, found.as_ref().map_or("none".to_owned(), answer));
        }
        found
    }

    /// The fate as far as it can be told without comparing versions; `Unknown` when it cannot.
    fn first_guess(&mut self, from: &Arc<str>, citation: &Citation, origin: &Origin, meant: &Option<Meant>) -> Fate {
        if let Some(fate) = self.pinned(from, citation) {
            return fate;
        }
        let commit = match origin {
            Origin::Commit(commit) => Some(commit.clone()),
            _ => None,
        };
        let fate = |state| Fate { written: commit.clone(), ..Fate::of(state, Evidence::History) };
        match meant {
            Some(Meant::File(path, blob)) => {
                Fate { target: Some(path.clone()), blob: Some(blob.clone()), ..fate(State::Unknown) }
            }
            Some(Meant::Ambiguous) => fate(State::Ambiguous),
            Some(Meant::Placeholder) => fate(State::Placeholder),
            // It may have come later: then what was meant is not known, but the file is.
            Some(Meant::Missing) => match self.by_tree(from, citation) {
                found @ Fate { state: State::Ok, .. } => Fate { state: State::Unknown, ..found },
                found => Fate { written: commit.clone(), ..found },
            },
            None if *origin == Origin::Uncommitted => self.by_tree(from, citation),
            None => match self.by_tree(from, citation) {
                found @ Fate { state: State::Ok | State::Missing, .. } => Fate { state: State::Unknown, ..found },
                found => found,
            },
        }
    }

    /// What the tree alone tells: whether the file is there and has the lines.
    fn by_tree(&mut self, from: &Arc<str>, citation: &Citation) -> Fate {
        // A permalink is about a commit; one that is not here is about another repository.
        if citation.pin.as_ref().is_some_and(|pin| pin.hash.is_empty()) {
            return Fate::of(State::Missing, Evidence::Tree);
        }
        let index = self.around.index;
        let named = |name: &str| -> Vec<Arc<str>> { index.named(name).into_iter().map(Arc::from).collect() };
        let mut has_lines =
            |path: &str| self.text(&path.into()).is_none_or(|(text, _)| line_count(&text) >= citation.end);
        let found = match resolve(written(from, citation), &named, &mut has_lines) {
            Resolution::Found(path, _) => path,
            Resolution::Ambiguous(_) => return Fate::of(State::Ambiguous, Evidence::Tree),
            Resolution::Placeholder => return Fate::of(State::Placeholder, Evidence::Tree),
            Resolution::Missing => {
                let path = crate::paths::normalize("", &citation.path).unwrap_or_default();
                let is_ignored = matches!(index.presence(&path), Presence::Ignored | Presence::Beyond);
                return Fate::of(if is_ignored { State::Ignored } else { State::Missing }, Evidence::Tree);
            }
        };
        let count = self.text(&found).map(|(text, _)| line_count(&text));
        let short = count.filter(|count| *count < citation.start);
        let state = match (count, short) {
            (None, _) => State::Unknown,
            (_, Some(_)) => State::OutOfRange,
            _ => State::Ok,
        };
        Fate { target: Some(found), line_count: short, ..Fate::of(state, Evidence::Tree) }
    }

    /// A citation that carries the hash of its lines is checked by it alone, as long as they are in the file.
    fn pinned(&mut self, from: &Arc<str>, citation: &Citation) -> Option<Fate> {
        let pin = citation.pin.as_ref().filter(|pin| !pin.hash.is_empty())?;
        let index = self.around.index;
        let named = |name: &str| -> Vec<Arc<str>> { index.named(name).into_iter().map(Arc::from).collect() };
        let Resolution::Found(path, _) = resolve(written(from, citation), &named, &mut |_| true) else { return None };
        let (text, _) = self.text(&path)?;
        let target = Some(path.clone());
        if pin_hash(&text, citation.start, citation.end).as_deref() == Some(&*pin.hash) {
            return Some(Fate { target, ..Fate::of(State::Ok, Evidence::Pin) });
        }
        let [start] = pinned_places(&text, citation.end - citation.start + 1, &pin.hash)[..] else { return None };
        let now = Lines { path, start, end: start + citation.end - citation.start };
        Some(Fate { target, now: Some(now), ..Fate::of(State::Moved, Evidence::Pin) })
    }

    /// What became of ranges of a blob in the current text of a path.
    fn trace(&mut self, blob: &Oid, path: &Arc<str>, ranges: &[(u32, u32)]) -> Vec<Option<Verdict>> {
        let Some((text, hash)) = self.text(path) else { return vec![None; ranges.len()] };
        let hash = hash.to_le_bytes();
        let key_of = |(start, end): (u32, u32)| {
            key(&[b"trace", blob.as_bytes(), &hash, &start.to_le_bytes(), &end.to_le_bytes()])
        };
        let mut found: Vec<Option<Verdict>> = Vec::new();
        for range in ranges {
            found.push(self.cache.get(key_of(*range)).and_then(read_verdict));
        }
        if found.iter().all(Option::is_some) {
            return found;
        }
        let Some(old) = self.history().and_then(|history| history.blob(blob)) else { return found };
        let versions = Versions::new(&old, &text);
        for (range, verdict) in ranges.iter().zip(&mut found).filter(|(_, verdict)| verdict.is_none()) {
            let traced = versions.trace(range.0, range.1);
            self.cache.put(key_of(*range), write_verdict(traced));
            *verdict = Some(traced);
        }
        found
    }

    /// Lines past the end when they were written: if the file has them now, what was meant is not known.
    fn out_of_range_then(&mut self, fate: &mut Fate, citation: &Citation, path: &Arc<str>) {
        let count = self.text(path).map_or(0, |(text, _)| line_count(&text));
        if citation.start <= count {
            fate.state = State::Unknown;
        } else {
            fate.line_count = Some(count);
        }
    }

    /// The current text of a path: as it is on disk, or as it was committed where only part of the tree is checked out.
    fn text(&mut self, path: &Arc<str>) -> Now {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        let read = match self.around.index.presence(path) {
            Presence::File => match self.around.world.read(&self.around.root.join(&**path), MAX_CITED) {
                Ok(bytes) => Some(Arc::new(bytes)),
                Err(ReadError::NotFound) | Err(_) => None,
            },
            _ => None,
        };
        let is_sparse = self.repository.as_ref().is_some_and(|repository| repository.sparse);
        let read = match read {
            None if is_sparse => self.history().and_then(|history| history.head_file(path)).map(|(_, bytes)| bytes),
            read => read,
        };
        let now = read.map(|bytes| {
            let hash = key(&[&bytes]);
            (bytes, hash)
        });
        self.texts.insert(path.clone(), now.clone());
        now
    }
}

fn line_count(text: &[u8]) -> u32 {
    lines(text).len() as u32
}

fn written<'a>(from: &'a str, citation: &'a Citation) -> Written<'a> {
    Written {
        from,
        path: &citation.path,
        link: citation.link.as_deref(),
        is_target: citation.place == Place::LinkTarget,
        mentions: &citation.mentions,
        folders: &citation.folders,
    }
}

/// Puts what became of the lines into a fate.
fn finish(
    fate: &mut Fate,
    citation: &Citation,
    path: &Arc<str>,
    verdict: Option<Verdict>,
    departure: Option<&Departure>,
) {
    let is_renamed = fate.target.as_ref().is_some_and(|target| target != path);
    let at = |start, end| Some(Lines { path: path.clone(), start, end });
    let whole = State::Renamed;
    let (state, now) = match verdict {
        None => (State::Unknown, None),
        Some(Verdict::Same) if is_renamed => (whole, at(citation.start, citation.end)),
        Some(Verdict::Same) => (State::Ok, None),
        Some(Verdict::Moved(start, end)) => (if is_renamed { whole } else { State::Moved }, at(start, end)),
        Some(Verdict::Changed(start, end)) => (State::Changed, at(start, end)),
        Some(Verdict::Gone) => (State::Gone, None),
        Some(Verdict::Ambiguous) => (State::Ambiguous, None),
        Some(Verdict::OutOfRange) => (State::OutOfRange, None),
    };
    fate.state = state;
    fate.now = now;
    let departed = departure.map(|departure| departure.commit.clone());
    fate.since = if is_renamed { departed } else { fate.written.clone() };
    if matches!(state, State::Ok | State::Unknown) {
        fate.since = None;
    }
    debug_assert!(citation.form != Form::Continued || !citation.span.is_empty());
}

fn write_origins(origins: &[Origin]) -> String {
    let word = |origin: &Origin| match origin {
        Origin::Commit(commit) => commit.to_string(),
        Origin::Uncommitted => "-".to_owned(),
        Origin::Unknown => "?".to_owned(),
    };
    origins.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn read_origins(text: &str) -> Option<Vec<Origin>> {
    let origin = |word: &str| match word {
        "-" => Some(Origin::Uncommitted),
        "?" => Some(Origin::Unknown),
        commit => git::is_hex(commit).then(|| Origin::Commit(commit.into())),
    };
    text.split(' ').map(origin).collect()
}

fn write_meant(meant: &Meant) -> String {
    match meant {
        Meant::File(path, blob) => format!("{blob} {path}"),
        Meant::Ambiguous => "ambiguous".to_owned(),
        Meant::Missing => "missing".to_owned(),
        Meant::Placeholder => "placeholder".to_owned(),
    }
}

fn read_meant(text: &str) -> Option<Meant> {
    match text {
        "ambiguous" => Some(Meant::Ambiguous),
        "missing" => Some(Meant::Missing),
        "placeholder" => Some(Meant::Placeholder),
        _ => {
            let (blob, path) = text.split_once(' ')?;
            git::is_hex(blob).then(|| Meant::File(path.into(), blob.into()))
        }
    }
}

fn write_departure(departure: &Departure) -> String {
    let [to, perhaps] = [&departure.to, &departure.perhaps].map(|path| path.as_deref().unwrap_or_default());
    format!("{}\t{to}\t{perhaps}", departure.commit)
}

fn read_departure(text: &str) -> Option<Departure> {
    let mut words = text.split('\t');
    let (commit, to, perhaps) = (words.next()?, words.next()?, words.next()?);
    let path = |path: &str| (!path.is_empty()).then(|| path.into());
    git::is_hex(commit).then(|| Departure { commit: commit.into(), to: path(to), perhaps: path(perhaps) })
}

fn read_lines(text: &str) -> Option<Lines> {
    let mut words = text.splitn(3, ' ');
    let (start, end) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Lines { path: words.next()?.into(), start, end })
}

fn write_verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Same => "same".to_owned(),
        Verdict::Moved(start, end) => format!("moved {start} {end}"),
        Verdict::Changed(start, end) => format!("changed {start} {end}"),
        Verdict::Gone => "gone".to_owned(),
        Verdict::Ambiguous => "ambiguous".to_owned(),
        Verdict::OutOfRange => "out-of-range".to_owned(),
    }
}

fn read_verdict(text: &str) -> Option<Verdict> {
    let mut words = text.split(' ');
    let word = words.next()?;
    let numbers = words.next().zip(words.next()).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    match (word, numbers) {
        ("same", None) => Some(Verdict::Same),
        ("moved", Some((start, end))) => Some(Verdict::Moved(start, end)),
        ("changed", Some((start, end))) => Some(Verdict::Changed(start, end)),
        ("gone", None) => Some(Verdict::Gone),
        ("ambiguous", None) => Some(Verdict::Ambiguous),
        ("out-of-range", None) => Some(Verdict::OutOfRange),
        _ => None,
    }
}

/// Whether a path is something to be filled in.
pub fn is_placeholder(path: &str) -> bool {
    resolve::is_placeholder(path)
}

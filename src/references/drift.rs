//! Where the lines that a citation meant are now.
//!
//! A citation means the lines as they were in the commit that wrote it. So: who wrote the citing line, which file the path
//! meant in that commit, and what became of those lines until now. Each step is asked for all citations at once, and
//! each answer is kept in the cache under a key of everything that it depends on.

mod answers;
mod earlier;
mod fate;
mod steps;
mod uncommitted;

pub(super) use answers::{read_departure, write_departure};
pub(super) use earlier::{carry_departures, remember};
use earlier::{earlier, untouched};
pub use fate::{Evidence, Fate, Lines, State};
pub(super) use uncommitted::departed as departed_uncommitted;

use super::citations::{Citation, Place};
use super::resolve::Written;
use crate::cache::Cache;
use crate::history::lines::{Verdict, lines};
use crate::history::{Departure, History};
use crate::paths::PathIndex;
use crate::references::survey::Asked;
use crate::source::Source;
use crate::workspace::Workspace;
use crate::world::World;
use crate::world::git::{self, GitError, Oid, Repository};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, OnceLock};
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
    /// The repository with the commit that counts as its head; `None` opens the one around the root.
    pub repository: Option<&'a Repository>,
    /// The repository once it was asked for: citations and paths are questions to the same one.
    pub opened: OnceLock<Result<Repository, GitError>>,
}

impl<'a> Surroundings<'a> {
    /// Those of a workspace.
    pub fn of(workspace: &'a Workspace, world: &'a dyn World, asked: Asked<'a>) -> Surroundings<'a> {
        let Asked { mode, cached, repository, .. } = asked;
        let (root, index) = (&workspace.root, &workspace.index);
        Surroundings { world, root, index, mode, cached, repository, opened: OnceLock::new() }
    }

    /// The repository that is asked.
    ///
    /// # Errors
    /// When git is missing or knows no commit.
    pub fn open(&self) -> Result<Repository, GitError> {
        if let Some(repository) = self.repository {
            return Ok(repository.clone());
        }
        self.opened.get_or_init(|| git::open(self.root)).clone()
    }
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

/// A version of a file and the path of its current one.
type Pair = (Oid, Arc<str>);

/// Files of a commit with their blobs, by name.
type Named = HashMap<String, Vec<(Arc<str>, Oid)>>;

/// What became of a range, and its first line with words as it was.
type Traced = (Verdict, String);

/// How much of a line is shown, in characters.
const MAX_SHOWN: usize = 80;

/// The first line with words from line `start` (1-based) on, without indentation and cut to a readable length.
fn first_words(text: &[u8], start: u32) -> String {
    let lines = lines(text);
    let from = lines.get(start.saturating_sub(1) as usize..).unwrap_or_default();
    let line =
        from.iter().take(20).find(|line| line.iter().any(u8::is_ascii_alphanumeric)).copied().unwrap_or_default();
    String::from_utf8_lossy(line).trim().chars().take(MAX_SHOWN).collect()
}

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
    let mut todo: BTreeMap<Pair, Vec<(usize, usize)>> = BTreeMap::new();
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
                        fate = Fate { written: fate.written, target: fate.target, blob: fate.blob, ..*gone };
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
        for ((at, index), traced) in places.into_iter().zip(verdicts) {
            let (verdict, was) = traced.map_or((None, String::new()), |(verdict, was)| (Some(verdict), was));
            let fate = &mut out.by_document[at][index];
            let citation = &documents[at].citations[index];
            let departure = departed.get(fate.target.as_ref().unwrap_or(&path)).and_then(Option::as_ref);
            finish(fate, citation, &path, verdict, departure);
            if let (State::Changed, Some(now)) = (fate.state, &fate.now) {
                let is = survey.text(&path).map(|(text, _)| first_words(&text, now.start)).unwrap_or_default();
                fate.change = Some((was, is));
            }
            let count = survey.text(&path).map_or(0, |(text, _)| line_count(&text));
            if fate.target.as_ref() == Some(&path) && citation.start > count {
                fate.line_count = Some(count);
            }
            // Lines that were past the end then and are there now: what was meant is not known.
            if fate.state == State::OutOfRange && citation.start <= count {
                fate.state = State::Unknown;
            }
        }
    }
    let unknown = out.by_document.iter().flatten().filter(|fate| fate.state == State::Unknown).count();
    out.unchecked = survey.why.take().filter(|_| unknown > 0);
    out.unchecked_count = if out.unchecked.is_some() { unknown } else { 0 };
    if let Some(repository) = &survey.repository {
        remember(repository, &mut survey.cache);
    }
    survey.cache.save();
    out
}

/// Opens git and the cache, as far as they are there and wanted.
fn open(survey: &mut Survey<'_>) {
    if survey.around.mode == Mode::Off {
        survey.why = Some("history is switched off".to_owned());
        return;
    }
    match survey.around.open() {
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
    let departed = departure.and_then(|departure| departure.commit.clone());
    fate.since = if is_renamed { departed } else { fate.written.clone() };
    if matches!(state, State::Ok | State::Unknown) {
        fate.since = None;
    }
}

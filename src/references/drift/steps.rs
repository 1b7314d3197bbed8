//! The steps from a citation to its fate, each for all citations at once.

use super::answers::{
    read_departure, read_lines, read_meant, read_origins, read_verdict, write_departure, write_meant, write_origins,
    write_verdict,
};
use super::{
    Citing, Evidence, Fate, Lines, MAX_CITED, Meant, Named, Now, State, Survey, Traced, carry_departures,
    departed_uncommitted, earlier, first_words, line_count, untouched, written,
};
use crate::cache::key;
use crate::history::blame::{Origin, Question, blame};
use crate::history::lines::{Verdict, Versions, found_once, pin_hash, pinned_places};
use crate::history::trees::Trees;
use crate::history::{Departure, History, departures};
use crate::paths::{Presence, file_name};
use crate::references::citations::{Citation, Place};
use crate::references::resolve::{MANIFESTS, Resolution, resolve};
use crate::world::git::{GitError, Oid, Repository};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The question who wrote the lines of a document, asked at a commit.
fn origin_key(head: &str, document: &Citing<'_>) -> u128 {
    key(&[b"origin", head.as_bytes(), document.source.path.as_bytes(), document.source.text.as_bytes()])
}

impl Survey<'_> {
    /// Notes why answers are missing; the first reason is the one that is told.
    pub(super) fn failed(&mut self, error: &GitError) {
        let late = self.repository.as_ref().is_some_and(Repository::is_late);
        let why = if late {
            "it takes longer than 0.5 s: `--history full` takes the time that it needs".to_owned()
        } else {
            error.message.clone()
        };
        self.why.get_or_insert(why);
    }

    pub(super) fn history(&mut self) -> Option<&mut History> {
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
    pub(super) fn origins(&mut self, documents: &[Citing<'_>]) -> Vec<Vec<Origin>> {
        let line_of =
            |document: &Citing<'_>, citation: &Citation| document.source.lines().line_of(citation.span.start) as u32;
        let unknown = |document: &Citing<'_>| vec![Origin::Unknown; document.citations.len()];
        let Some(head) = self.repository.as_ref().map(|repository| repository.head.clone()) else {
            return documents.iter().map(unknown).collect();
        };
        self.carry_origins(documents);
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
            let key = origin_key(&head, document);
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

    /// Takes over what an earlier commit knew about documents that no commit since then touched.
    fn carry_origins(&mut self, documents: &[Citing<'_>]) {
        let Some(repository) = self.repository.clone() else { return };
        let open: Vec<&Citing<'_>> = documents
            .iter()
            .filter(|of| !of.citations.is_empty() && self.cache.get(origin_key(&repository.head, of)).is_none())
            .collect();
        if open.is_empty() {
            return;
        }
        let Some(before) = earlier(&repository, &mut self.cache) else { return };
        let known = open.iter().filter(|of| self.cache.get(origin_key(&before, of)).is_some());
        let paths: BTreeSet<Arc<str>> = known.map(|of| of.source.path.clone()).collect();
        let kept = untouched(&repository, &before, paths);
        for document in open.into_iter().filter(|of| kept.contains(&of.source.path)) {
            if let Some(known) = self.cache.get(origin_key(&before, document)).map(str::to_owned) {
                self.cache.put(origin_key(&repository.head, document), known);
            }
        }
    }

    /// Which file each citation meant in the commit that wrote it, or that it names itself.
    pub(super) fn meant(&mut self, documents: &[Citing<'_>], origins: &[Vec<Origin>]) -> Vec<Vec<Option<Meant>>> {
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
        let mut by_name: HashMap<Oid, Named> = HashMap::new();
        for (at, index, commit, key) in open {
            if !by_name.contains_key(&commit) {
                let Some(files) = self.history().and_then(|history| history.files(&mut trees, &commit)) else {
                    continue;
                };
                let mut names = Named::new();
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
    pub(super) fn departed(&mut self, meant: &[Vec<Option<Meant>>]) -> BTreeMap<Arc<str>, Option<Departure>> {
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
        if paths.is_empty() {
            return found;
        }
        let uncommitted = departed_uncommitted(self.around, &repository, &paths, &mut self.cache);
        paths.retain(|path| !uncommitted.contains_key(path));
        found.extend(uncommitted.into_iter().map(|(path, departure)| (path, Some(departure))));
        let key_at = |head: &str, path: &str| key(&[b"departed", head.as_bytes(), path.as_bytes()]);
        let key_of = |path: &str| key_at(&repository.head, path);
        carry_departures(&repository, &mut self.cache, &paths, &key_at);
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
    pub(super) fn place_now(
        &mut self,
        path: &Arc<str>,
        departed: &BTreeMap<Arc<str>, Option<Departure>>,
    ) -> Result<Arc<str>, Box<Fate>> {
        if self.text(path).is_some() {
            return Ok(path.clone());
        }
        match departed.get(path) {
            Some(Some(Departure { to: Some(to), .. })) if self.text(to).is_some() => Ok(to.clone()),
            Some(departure) => {
                let since = departure.as_ref().and_then(|departure| departure.commit.clone());
                Err(Box::new(Fate { since, ..Fate::of(State::Gone, Evidence::History) }))
            }
            None => Err(Box::new(Fate::of(State::Unknown, Evidence::History))),
        }
    }

    /// Where the lines of a file that is gone are when git saw no rename: in a file that came when it went, in the
    /// one file of the same name, or in the one that came after the citation, if it has the very text.
    pub(super) fn by_text(
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
    pub(super) fn first_guess(
        &mut self,
        from: &Arc<str>,
        citation: &Citation,
        origin: &Origin,
        meant: &Option<Meant>,
    ) -> Fate {
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
    pub(super) fn by_tree(&mut self, from: &Arc<str>, citation: &Citation) -> Fate {
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
    pub(super) fn pinned(&mut self, from: &Arc<str>, citation: &Citation) -> Option<Fate> {
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
    pub(super) fn trace(&mut self, blob: &Oid, path: &Arc<str>, ranges: &[(u32, u32)]) -> Vec<Option<Traced>> {
        let Some((text, hash)) = self.text(path) else { return vec![None; ranges.len()] };
        let hash = hash.to_le_bytes();
        let key_of = |(start, end): (u32, u32)| {
            key(&[b"trace", blob.as_bytes(), &hash, &start.to_le_bytes(), &end.to_le_bytes()])
        };
        let mut found: Vec<Option<Traced>> = Vec::new();
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
            let was = if let Verdict::Changed(..) = traced { first_words(&old, range.0) } else { String::new() };
            self.cache.put(key_of(*range), write_verdict(traced, &was));
            *verdict = Some((traced, was));
        }
        found
    }

    /// The current text of a path: as it is on disk, or as it was committed where only part of the tree is checked out.
    pub(super) fn text(&mut self, path: &Arc<str>) -> Now {
        if let Some(known) = self.texts.get(path) {
            return known.clone();
        }
        let read = match self.around.index.presence(path) {
            Presence::File => match self.around.world.read(&self.around.root.join(&**path), MAX_CITED) {
                Ok(bytes) => Some(Arc::new(bytes)),
                Err(_) => None,
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

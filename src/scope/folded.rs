//! One scope after another against the same paths.
//!
//! The paths are folded and sorted once, so that a scope looks only at those that start as one of its patterns does.

use super::component::{Component, fold};
use super::many::extension;
use super::{Pattern, Scope};
use crate::clients::Matching;
use memchr::memmem::Finder;
use std::collections::HashMap;
use std::ops::Range;

/// Paths without regard to the case of their letters.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// Each path in lower case with its index, sorted by the path.
    paths: Vec<(String, u32)>,
    /// For each extension, with its dot, the places in `paths` where some part has it, ascending.
    extensions: HashMap<String, Vec<u32>>,
}

impl Folded {
    /// Of paths relative to the root, with `/`.
    pub fn new(paths: &[impl AsRef<str>]) -> Folded {
        let folded = paths.iter().enumerate().map(|(at, path)| (fold(path.as_ref()), at as u32));
        let mut folded: Vec<(String, u32)> = folded.collect();
        folded.sort();
        let mut extensions: HashMap<String, Vec<u32>> = HashMap::new();
        for (place, (path, _)) in folded.iter().enumerate() {
            for extension in path.split('/').filter_map(extension) {
                if !extensions.contains_key(extension) {
                    extensions.insert(extension.to_owned(), Vec::new());
                }
                if let Some(places) =
                    extensions.get_mut(extension).filter(|places| places.last() != Some(&(place as u32)))
                {
                    places.push(place as u32);
                }
            }
        }
        Folded { paths: folded, extensions }
    }

    /// The indices, ascending, of those of the same `paths` that lie below the folder `base` and that the scope matches,
    /// which measures from there. A scope without patterns matches all of them.
    pub fn matched(&self, paths: &[impl AsRef<str>], base: &str, scope: &Scope) -> Vec<u32> {
        let start = fold(base);
        let is_inside = |at: u32| {
            let inside = paths[at as usize].as_ref().strip_prefix(base);
            base.is_empty() || inside.is_some_and(|inside| inside.starts_with('/'))
        };
        let mut found: Vec<u32> = Vec::new();
        if scope.always {
            let below = &self.paths[self.starting(&start).1];
            found.extend(below.iter().map(|(_, at)| *at).filter(|at| is_inside(*at)));
        }
        let mut parts: Vec<&str> = Vec::new();
        let cut = |base: &str| if base.is_empty() { 0 } else { base.len() + 1 };
        for (_, pattern) in scope.patterns.iter().filter(|(_, pattern)| !pattern.negated) {
            let Some(candidates) = self.candidates(scope, pattern, &start) else { continue };
            for place in candidates.places {
                let (folded, at) = &self.paths[place];
                if !is_inside(*at) {
                    continue;
                }
                if !candidates.are_matched {
                    let inside = match scope.ignore_case {
                        true => folded.get(cut(&start)..),
                        false => paths[*at as usize].as_ref().get(cut(base)..),
                    };
                    parts.clear();
                    parts.extend(inside.unwrap_or_default().split('/'));
                    if scope.matched_parts(&parts).is_none() {
                        continue;
                    }
                }
                found.push(*at);
            }
        }
        // A few runs that are in order.
        found.sort();
        found.dedup();
        found
    }

    /// The paths that one pattern of a scope may match below a folder. `None` when it can match nothing.
    fn candidates(&self, scope: &Scope, pattern: &Pattern, start: &str) -> Option<Candidates> {
        let (stem, rest) = stem(pattern, start)?;
        let (exact, below) = self.starting(&stem);
        // Where nothing is taken away, what names a folder takes all that lies in it.
        let is_plain = scope.matching == Matching::Gitignore && scope.ignore_case && !scope.negated;
        if rest.is_empty() {
            let exact = if is_plain && pattern.folder { 0..0 } else { exact };
            return Some(Candidates { places: exact.chain(below).collect(), are_matched: is_plain });
        }
        if let Some(end) = rest.iter().rev().find_map(|part| extension(text_of(part)?)).map(fold) {
            let places = self.extensions.get(&end).map_or(&[][..], Vec::as_slice);
            let place = |place: usize| places.partition_point(|other| (*other as usize) < place);
            let places = &places[place(below.start)..place(below.end)];
            // The extension is all that is asked for, and no folder above has it.
            let is_all = matches!(rest, [Component::AnyFolders, Component::Suffix(text)] if fold(text) == end)
                && !stem.split('/').any(|part| extension(part) == Some(&*end));
            let are_matched = is_plain && !pattern.folder && is_all;
            return Some(Candidates { places: places.iter().map(|place| *place as usize).collect(), are_matched });
        }
        let longest = rest.iter().filter_map(text_of).map(fold).max_by_key(String::len).unwrap_or_default();
        let finder = Finder::new(longest.as_bytes());
        let holds = |place: &usize| finder.find(self.paths[*place].0.as_bytes()).is_some();
        Some(Candidates { places: below.filter(holds).collect(), are_matched: false })
    }

    /// The places of the path that is `stem`, and of those below it.
    fn starting(&self, stem: &str) -> (Range<usize>, Range<usize>) {
        if stem.is_empty() {
            return (0..0, 0..self.paths.len());
        }
        let range = |from: &str, is_in: &dyn Fn(&str) -> bool| {
            let start = self.paths.partition_point(|(path, _)| path.as_str() < from);
            let length = self.paths[start..].partition_point(|(path, _)| is_in(path));
            start..start + length
        };
        let folder = format!("{stem}/");
        (range(stem, &|path| path == stem), range(&folder, &|path| path.starts_with(&folder)))
    }
}

/// Places of paths that a pattern may match.
struct Candidates {
    places: Vec<usize>,
    /// It matches all of them.
    are_matched: bool,
}

/// How a path must start for the pattern to match it, from the root on, and the rest of the pattern. `None` when it asks
/// for a name without letters, which no path has.
fn stem<'a>(pattern: &'a Pattern, base: &str) -> Option<(String, &'a [Component])> {
    let mut stem = base.to_owned();
    for (at, part) in pattern.parts.iter().enumerate() {
        let Component::Literal(text) = part else { return Some((stem, &pattern.parts[at..])) };
        if text.is_empty() {
            return None;
        }
        if !stem.is_empty() {
            stem.push('/');
        }
        stem.push_str(&fold(text));
    }
    Some((stem, &[]))
}

/// What a part of a path must be or end with.
fn text_of(part: &Component) -> Option<&str> {
    match part {
        Component::Literal(text) | Component::Suffix(text) => Some(text),
        _ => None,
    }
}

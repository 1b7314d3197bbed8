//! One scope after another against the same paths.
//!
//! The paths are folded and sorted once, so that a scope looks only at those that start as one of its patterns does.

use super::component::{Component, fold};
use super::{Pattern, Scope};
use crate::clients::Matching;
use memchr::memmem::Finder;
use std::ops::Range;

/// Paths without regard to the case of their letters.
#[derive(Clone, Debug, Default)]
pub struct Folded {
    /// Each path in lower case with its index, sorted by the path.
    paths: Vec<(String, u32)>,
}

impl Folded {
    /// Of paths relative to the root, with `/`.
    pub fn new(paths: &[impl AsRef<str>]) -> Folded {
        let folded = paths.iter().enumerate().map(|(at, path)| (fold(path.as_ref()), at as u32));
        let mut folded: Vec<(String, u32)> = folded.collect();
        folded.sort();
        Folded { paths: folded }
    }

    /// The indices, ascending, of those of the same `paths` that lie below the folder `base` and that the scope matches,
    /// which measures from there. A scope without patterns matches all of them.
    pub fn matched(&self, paths: &[impl AsRef<str>], base: &str, scope: &Scope) -> Vec<u32> {
        let is_inside =
            |path: &str| base.is_empty() || path.strip_prefix(base).is_some_and(|inside| inside.starts_with('/'));
        let start = fold(base);
        let cut = |base: &str| if base.is_empty() { 0 } else { base.len() + 1 };
        let mut found: Vec<u32> = Vec::new();
        let mut parts: Vec<&str> = Vec::new();
        if scope.always {
            let below = self.starting(&start).into_iter().flat_map(|range| &self.paths[range]);
            found.extend(below.map(|(_, at)| *at).filter(|at| is_inside(paths[*at as usize].as_ref())));
        }
        for (_, pattern) in scope.patterns.iter().filter(|(_, pattern)| !pattern.negated) {
            let Some((stem, rest)) = stem(pattern, &start) else { continue };
            let needle = longest(rest);
            let finder = Finder::new(needle.as_bytes());
            let [exact, below] = self.starting(&stem);
            // What names a folder takes all that lies in it.
            let takes_all =
                scope.matching == Matching::Gitignore && scope.ignore_case && !scope.negated && rest.is_empty();
            for (range, is_taken) in [(exact, takes_all && !pattern.folder), (below, takes_all)] {
                for (folded, at) in &self.paths[range] {
                    let path = paths[*at as usize].as_ref();
                    if !is_inside(path) {
                        continue;
                    }
                    if !is_taken {
                        if finder.find(folded.as_bytes()).is_none() {
                            continue;
                        }
                        let inside = match scope.ignore_case {
                            true => folded.get(cut(&start)..),
                            false => path.get(cut(base)..),
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
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The path that is `stem`, and those below it.
    fn starting(&self, stem: &str) -> [Range<usize>; 2] {
        if stem.is_empty() {
            return [0..0, 0..self.paths.len()];
        }
        let range = |from: &str, is_in: &dyn Fn(&str) -> bool| {
            let start = self.paths.partition_point(|(path, _)| path.as_str() < from);
            let length = self.paths[start..].partition_point(|(path, _)| is_in(path));
            start..start + length
        };
        let folder = format!("{stem}/");
        [range(stem, &|path| path == stem), range(&folder, &|path| path.starts_with(&folder))]
    }
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

/// The longest text that a path must hold for all of these parts to match.
fn longest(parts: &[Component]) -> String {
    let text = |part: &Component| match part {
        Component::Literal(text) | Component::Suffix(text) => Some(fold(text)),
        _ => None,
    };
    parts.iter().filter_map(text).max_by_key(String::len).unwrap_or_default()
}

//! Many scopes against many paths.
//!
//! A pair of scope and path is only looked at when the path holds something that the scope cannot do without: each
//! pattern names one such thing, the rarest in the tree at hand. Equal scopes are matched once.

use super::component::{Component, fold};
use super::{Pattern, Scope};
use std::collections::HashMap;

/// Something that a path may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// A part of this name.
    Part(String),
    /// A part with this extension, with its dot.
    Extension(String),
    /// Everything holds it.
    Nothing,
}

/// For each path the indices of the scopes that match it, ascending. Scopes without patterns match all. The paths are
/// relative to the anchor that all these scopes share.
pub fn match_all(scopes: &[&Scope], paths: &[&str]) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::new(); paths.len()];
    match_each(scopes, paths, |at, found| all[at].extend_from_slice(found));
    all
}

/// [`match_all`] without keeping the answers: `found` gets the index of each path and the scopes that match it.
pub fn match_each(scopes: &[&Scope], paths: &[&str], mut found: impl FnMut(usize, &[u32])) {
    let mut distinct: HashMap<DistinctKey<'_>, u32> = HashMap::new();
    let mut groups: Vec<(&Scope, Vec<u32>)> = Vec::new();
    for (at, scope) in scopes.iter().enumerate() {
        let patterns = scope.patterns.iter().map(|(_, pattern)| pattern).collect();
        let key = (scope.always, scope.ignore_case, patterns);
        let group = *distinct.entry(key).or_insert_with(|| {
            groups.push((*scope, Vec::new()));
            groups.len() as u32 - 1
        });
        groups[group as usize].1.push(at as u32);
    }
    let folded: Vec<Vec<String>> = match scopes.iter().any(|scope| scope.ignore_case) {
        true => paths.iter().map(|path| fold(path).split('/').map(str::to_owned).collect()).collect(),
        false => Vec::new(),
    };
    let index = Index::new(&groups, paths);
    let mut seen = vec![u32::MAX; groups.len()];
    let mut hits: Vec<u32> = Vec::new();
    let mut parts: Vec<&str> = Vec::new();
    let mut folded_parts: Vec<&str> = Vec::new();
    for (number, path) in paths.iter().enumerate() {
        hits.clear();
        parts.clear();
        parts.extend(path.split('/'));
        folded_parts.clear();
        folded_parts.extend(folded.get(number).into_iter().flatten().map(String::as_str));
        index.candidates(path, |group| {
            let slot = &mut seen[group as usize];
            if *slot == number as u32 {
                return;
            }
            *slot = number as u32;
            let (scope, members) = &groups[group as usize];
            let parts = if scope.ignore_case { &folded_parts } else { &parts };
            if scope.always || scope.matched_parts(parts).is_some() {
                hits.extend(members);
            }
        });
        hits.sort_unstable();
        found(number, &hits);
    }
}

type DistinctKey<'a> = (bool, bool, Vec<&'a Pattern>);

struct Index {
    parts: HashMap<String, Vec<u32>>,
    extensions: HashMap<String, Vec<u32>>,
    always: Vec<u32>,
}

impl Index {
    fn new(groups: &[(&Scope, Vec<u32>)], paths: &[&str]) -> Index {
        let mut counts: HashMap<Key, usize> = HashMap::new();
        let patterns = || groups.iter().flat_map(|(scope, _)| scope.patterns.iter().map(|(_, pattern)| pattern));
        for key in patterns().flat_map(keys) {
            counts.insert(key, 0);
        }
        for path in paths {
            for part in fold(path).split('/') {
                if let Some(count) = counts.get_mut(&Key::Part(part.to_owned())) {
                    *count += 1;
                }
                if let Some(extension) = extension(part)
                    && let Some(count) = counts.get_mut(&Key::Extension(extension.to_owned()))
                {
                    *count += 1;
                }
            }
        }
        let mut index = Index { parts: HashMap::new(), extensions: HashMap::new(), always: Vec::new() };
        for (group, (scope, _)) in groups.iter().enumerate() {
            let group = group as u32;
            if scope.always {
                index.always.push(group);
                continue;
            }
            for (_, pattern) in scope.patterns.iter().filter(|(_, pattern)| !pattern.negated) {
                match keys(pattern).into_iter().min_by_key(|key| counts.get(key).copied().unwrap_or(usize::MAX)) {
                    Some(Key::Part(part)) => index.parts.entry(part).or_default().push(group),
                    Some(Key::Extension(end)) => index.extensions.entry(end).or_default().push(group),
                    Some(Key::Nothing) | None => index.always.push(group),
                }
            }
        }
        index
    }

    fn candidates(&self, path: &str, mut found: impl FnMut(u32)) {
        self.always.iter().for_each(|group| found(*group));
        for part in fold(path).split('/') {
            self.parts.get(part).into_iter().flatten().for_each(|group| found(*group));
            if !self.extensions.is_empty()
                && let Some(extension) = extension(part)
            {
                self.extensions.get(extension).into_iter().flatten().for_each(|group| found(*group));
            }
        }
    }
}

/// What a path must hold for the pattern to match, without regard to case.
fn keys(pattern: &Pattern) -> Vec<Key> {
    let key = |component: &Component| match component {
        Component::Literal(text) => Some(Key::Part(fold(text))),
        Component::Suffix(text) => extension(&fold(text)).map(|end| Key::Extension(end.to_owned())),
        _ => None,
    };
    let keys: Vec<Key> = pattern.parts.iter().filter_map(key).collect();
    if keys.is_empty() { vec![Key::Nothing] } else { keys }
}

/// From the last dot on.
pub(super) fn extension(part: &str) -> Option<&str> {
    part.rfind('.').map(|at| &part[at..])
}

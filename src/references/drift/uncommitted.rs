//! Files that are gone from the worktree and not yet from the last commit: history does not know yet where they went.

use super::Surroundings;
use crate::cache::{Cache, key};
use crate::history::Departure;
use crate::history::lines::lines;
use crate::world::git::Repository;
use crate::world::git::compare::{blobs, present, tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// So many new files are compared with what went; in a larger change only equal ones are found.
const MAX_COMPARED: usize = 200;
/// How much of the lines must be the same, in percent; as git's own default for renames.
const ALIKE: usize = 50;
/// Larger files are not compared, in bytes.
const MAX_BYTES: u64 = 4 << 20;

/// Of `paths`, none of which is in the tree, those that the head commit has, with where each went: to the new file that is
/// most like it, if it is like enough.
pub(in crate::references) fn departed(
    around: &Surroundings<'_>,
    repository: &Repository,
    paths: &BTreeSet<Arc<str>>,
    cache: &mut Cache,
) -> BTreeMap<Arc<str>, Departure> {
    let mut found = BTreeMap::new();
    let asked: Vec<&Arc<str>> = paths.iter().collect();
    // Mostly the commit has none of them; that answer holds as long as both are the same.
    let all = asked.iter().map(|path| path.as_bytes()).collect::<Vec<_>>().join(&b'\n');
    let none_there = key(&[b"none-present", repository.head.as_bytes(), repository.prefix.as_bytes(), &all]);
    if cache.get(none_there).is_some() {
        return found;
    }
    let Ok(there) = present(repository, &asked) else { return found };
    let gone: Vec<_> = asked.into_iter().zip(there).filter_map(|(path, oid)| Some((path, oid?))).collect();
    if gone.is_empty() {
        cache.put(none_there, String::new());
        return found;
    }
    let Ok(committed) = tree(repository, &repository.head) else { return found };
    let committed: BTreeSet<&str> = committed.iter().map(|entry| &*entry.path).collect();
    let new: Vec<&Arc<str>> = around.index.files.iter().filter(|path| !committed.contains(&***path)).collect();
    let oids: Vec<_> = gone.iter().map(|(_, oid)| oid.clone()).collect();
    let Ok(texts) = blobs(repository, &oids) else { return found };
    let read = |path: &Arc<str>| around.world.read(&around.root.join(&**path), MAX_BYTES).ok();
    let new: Vec<(&Arc<str>, Vec<u8>)> = new.into_iter().filter_map(|path| Some((path, read(path)?))).collect();
    for ((path, _), text) in gone.into_iter().zip(texts) {
        let Some(text) = text else { continue };
        let equal = new.iter().find(|(_, bytes)| *bytes == text).map(|(path, _)| (*path).clone());
        let alike = || {
            let compared = if new.len() <= MAX_COMPARED { &new[..] } else { &[] };
            let shares = compared.iter().map(|(path, bytes)| (share(&text, bytes), *path));
            // The first of equals wins, whatever the order of the comparison.
            let best = shares.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
            best.filter(|(share, _)| *share >= ALIKE).map(|(_, path)| path.clone())
        };
        let to = equal.filter(|_| !text.is_empty()).or_else(alike);
        found.insert(path.clone(), Departure { commit: None, to, perhaps: None, names: Vec::new() });
    }
    found
}

/// How much of the longer text is in the other, by lines, in percent.
fn share(one: &[u8], other: &[u8]) -> usize {
    let (one, other) = (lines(one), lines(other));
    let longer = one.len().max(other.len());
    let mut counts: HashMap<&[u8], usize> = HashMap::new();
    for line in one {
        *counts.entry(line).or_default() += 1;
    }
    let mut same = 0_usize;
    for line in other {
        if let Some(left) = counts.get_mut(line).filter(|left| **left > 0) {
            *left -= 1;
            same += 1;
        }
    }
    (same * 100).checked_div(longer).unwrap_or(0)
}

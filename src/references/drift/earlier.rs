//! Answers of earlier commits that still hold.
//!
//! What history says about a path at one commit it says at every later one whose commits since then leave the path alone.
//! So a commit does not make all answers about the other paths be asked for again.

use super::read_departure;
use crate::cache::{Cache, key};
use crate::world::git::{self, Oid, Repository, Wanted};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many earlier commits are remembered.
const MAX_HEADS: usize = 4;

fn heads_key(repository: &Repository) -> u128 {
    key(&[b"heads", repository.prefix.as_bytes()])
}

/// Commits at which questions were asked before, the last one first.
fn heads(repository: &Repository, cache: &mut Cache) -> Vec<Oid> {
    let known = cache.get(heads_key(repository)).unwrap_or_default();
    known.split(' ').filter(|head| git::is_hex(head) && head.len() >= 40).map(Oid::from).collect()
}

/// The last commit at which questions were asked and which the head follows.
pub(in crate::references) fn earlier(repository: &Repository, cache: &mut Cache) -> Option<Oid> {
    let heads = heads(repository, cache).into_iter().filter(|head| *head != repository.head);
    heads.into_iter().find(|head| git::compare::is_ancestor(repository, head))
}

/// Remembers that questions were asked at the head.
pub(in crate::references) fn remember(repository: &Repository, cache: &mut Cache) {
    let mut all = heads(repository, cache);
    all.retain(|head| *head != repository.head);
    all.insert(0, repository.head.clone());
    all.truncate(MAX_HEADS);
    cache.put(heads_key(repository), all.join(" "));
}

/// Takes over what was known at an earlier commit of paths that are gone, where no commit since then touched any path that
/// the answer is about. `key_at` makes the key of a path at a commit.
pub(in crate::references) fn carry_departures(
    repository: &Repository,
    cache: &mut Cache,
    paths: &BTreeSet<Arc<str>>,
    key_at: &dyn Fn(&str, &str) -> u128,
) {
    let asked: Vec<&Arc<str>> =
        paths.iter().filter(|path| cache.get(key_at(&repository.head, path)).is_none()).collect();
    if asked.is_empty() {
        return;
    }
    let Some(before) = earlier(repository, cache) else { return };
    let mut known = Vec::new();
    for path in asked {
        let Some(answer) = cache.get(key_at(&before, path)).map(str::to_owned) else { continue };
        let mut about = vec![path.clone()];
        if let Some(departure) = read_departure(&answer) {
            about.extend(departure.perhaps.into_iter().chain(departure.names));
        }
        known.push((path, answer, about));
    }
    let left = untouched(repository, &before, known.iter().flat_map(|(.., about)| about.clone()).collect());
    for (path, answer, about) in known {
        if about.iter().all(|path| left.contains(path)) {
            cache.put(key_at(&repository.head, path), answer);
        }
    }
}

/// Those of the paths that no commit between `earlier` and the head touches; none where git does not say.
pub(in crate::references) fn untouched(
    repository: &Repository,
    earlier: &str,
    paths: BTreeSet<Arc<str>>,
) -> BTreeSet<Arc<str>> {
    if paths.is_empty() {
        return paths;
    }
    let asked: Vec<&str> = paths.iter().map(|path| &**path).collect();
    let Ok(changes) = git::changes(repository, &repository.head, Some(earlier), &asked, Wanted::All) else {
        return BTreeSet::new();
    };
    let mut left = paths;
    for change in changes {
        // A path may be a folder, and what is below it counts.
        let mut at: &str = &change.path;
        while !at.is_empty() {
            left.remove(at);
            at = crate::paths::parent(at);
        }
    }
    left
}

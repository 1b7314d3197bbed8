//! The file whose touch loads most. No plan is made for each path: a folder's own files are weighed once, and the scopes
//! of all rules are matched at once.

use super::claude::Claude;
use super::generic::Generic;
use super::{Load, Request};
use crate::scope::{Scope, match_each};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

/// What touching files can add.
pub(super) struct Additions {
    /// What each folder adds by itself.
    pub(super) folders: Vec<(PathBuf, Vec<Load>)>,
    /// Rules with a scope, each with its anchor and its text.
    pub(super) rules: Vec<(PathBuf, Scope, String)>,
}

/// The path of `paths` (relative to the root, with `/`, sorted) whose touch adds the heaviest texts, and what it adds.
/// `None` when no touch adds anything. The first of equals wins. What several loads share may be weighed twice.
pub fn worst<'a>(
    world: &'a dyn World,
    request: &'a Request<'a>,
    paths: &[&str],
    weigh: &dyn Fn(&str) -> u64,
) -> Option<(String, u64)> {
    heaviest(world, request, paths, None, 1, weigh).pop()
}

/// Like [`worst`], but up to `most` paths of different weight, the heaviest first. `holders` names the folders (relative
/// to the root) that may hold files of the client; without it each folder of `paths` is looked into.
pub fn heaviest<'a, 'p>(
    world: &'a dyn World,
    request: &'a Request<'a>,
    paths: &[&'p str],
    holders: Option<&HashSet<&str>>,
    most: usize,
    weigh: &dyn Fn(&str) -> u64,
) -> Vec<(String, u64)> {
    // Folders are told apart by their text: comparing paths part by part costs many times as much.
    let mut dirs: HashSet<&str> = HashSet::new();
    for path in paths {
        let mut dir = crate::paths::parent(path);
        while !dir.is_empty() && dirs.insert(dir) {
            dir = crate::paths::parent(dir);
        }
    }
    let may_hold = |dir: &&str| holders.is_none_or(|holders| holders.contains(*dir));
    let folders = dirs.into_iter().filter(may_hold).map(|dir| request.root.join(dir));
    let folders: BTreeSet<PathBuf> = folders.filter(|dir| !request.cwd.starts_with(dir)).collect();
    let additions = match request.client.name {
        "claude-code" => Claude::additions(world, request, &folders),
        "codex" => return Vec::new(),
        "gemini-cli" => super::gemini::additions(world, request, &folders),
        _ => Generic::additions(world, request, &folders),
    };
    let relative = |path: &Path| path.strip_prefix(request.root).ok().map(super::reader::slashed);
    let mut own: HashMap<String, u64> = HashMap::new();
    for (dir, loads) in &additions.folders {
        let weight: u64 = loads.iter().map(|load| weigh(&load.text)).sum();
        if let (true, Some(dir)) = (weight > 0, relative(dir)) {
            *own.entry(dir).or_default() += weight;
        }
    }
    // Neighbours in the sorted list mostly share their folder.
    let mut last = ("", folders_weight("", &own));
    let mut weight_of = |path: &'p str| {
        let dir = crate::paths::parent(path);
        if dir != last.0 {
            last = (dir, folders_weight(dir, &own));
        }
        last.1
    };
    let mut totals: Vec<u64> = paths.iter().map(|path| weight_of(path)).collect();
    let mut by_anchor: BTreeMap<String, Vec<(&Scope, u64)>> = BTreeMap::new();
    for (anchor, scope, text) in &additions.rules {
        if let Some(anchor) = relative(anchor) {
            by_anchor.entry(anchor).or_default().push((scope, weigh(text)));
        }
    }
    for (anchor, rules) in by_anchor {
        let prefix = if anchor.is_empty() { String::new() } else { format!("{anchor}/") };
        let below: Vec<(usize, &str)> =
            paths.iter().enumerate().filter_map(|(at, path)| Some((at, path.strip_prefix(&*prefix)?))).collect();
        let inside: Vec<&str> = below.iter().map(|(_, path)| *path).collect();
        let scopes: Vec<&Scope> = rules.iter().map(|(scope, _)| *scope).collect();
        match_each(&scopes, &inside, |at, found| {
            totals[below[at].0] += found.iter().map(|rule| rules[*rule as usize].1).sum::<u64>();
        });
    }
    let mut first: BTreeMap<u64, usize> = BTreeMap::new();
    for (at, weight) in totals.iter().enumerate().filter(|(_, weight)| **weight > 0) {
        first.entry(*weight).or_insert(at);
    }
    first.iter().rev().take(most).map(|(weight, at)| (paths[*at].to_owned(), *weight)).collect()
}

/// The weights of a folder and of all folders around it.
fn folders_weight(dir: &str, own: &HashMap<String, u64>) -> u64 {
    if own.is_empty() || dir.is_empty() {
        return 0;
    }
    let around = dir.match_indices('/').filter_map(|(at, _)| own.get(&dir[..at]));
    around.sum::<u64>() + own.get(dir).copied().unwrap_or(0)
}

impl Generic<'_> {
    fn additions<'a>(world: &'a dyn World, request: &'a Request<'a>, folders: &BTreeSet<PathBuf>) -> Additions {
        let mut generic = Generic::start(world, request);
        let mut found = Vec::new();
        for dir in folders {
            let before = generic.plan.loads.len();
            generic.folder(dir, 0);
            found.push((dir.clone(), generic.plan.loads.split_off(before)));
        }
        let rules = generic.waiting.into_iter().map(|rule| (rule.anchor, rule.scope, rule.text)).collect();
        Additions { folders: found, rules }
    }
}

//! The folders that come and go with the outputs.

use super::map::{MAP_PATH, Map, MapFile};
use crate::paths::{PathIndex, parent};
use std::collections::BTreeSet;

/// The folders of outputs and of the map that are not there without them.
pub(super) fn made_folders(index: &PathIndex, files: &[MapFile], previous: Option<&Map>) -> Vec<String> {
    // A folder in which nothing but outputs lies looks missing once they are, so the run before knows better.
    let known: BTreeSet<&str> = previous.map(|map| folders_of(&map.files)).unwrap_or_default();
    let was_made = |folder: &str| previous.is_some_and(|map| map.folders.iter().any(|made| made == folder));
    let is_there = |folder: &str| index.dirs.binary_search_by(|dir| (**dir).cmp(folder)).is_ok();
    let is_made = |folder: &&str| if known.contains(folder) { was_made(folder) } else { !is_there(folder) };
    folders_of(files).into_iter().filter(is_made).map(str::to_owned).collect()
}

/// All folders around outputs and the map.
fn folders_of(files: &[MapFile]) -> BTreeSet<&str> {
    let outputs = files.iter().filter(|file| !file.was_source).map(|file| file.path.as_str());
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for path in outputs.chain([MAP_PATH]) {
        let mut folder = parent(path);
        while !folder.is_empty() && folders.insert(folder) {
            folder = parent(folder);
        }
    }
    folders
}

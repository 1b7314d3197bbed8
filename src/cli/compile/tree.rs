//! What stands on the disk, what it was before it was compiled, and how to write what is wanted.

use crate::cli::Unusable;
use crate::compile::Refusal;
use crate::compile::decompile::{Decompiled, decompile};
use crate::compile::forms;
use crate::compile::map::{MAP_PATH, Map, hash_of};
use crate::report::map::from_json;
use crate::world::git::uncommitted;
use crate::world::{Disk, ReadError, World};
use crate::write::{Change, Expected, write_all_and_empty};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Larger files are no outputs, in bytes.
const MAX_OUTPUT: u64 = 64 << 20;

pub(crate) fn refused(refusal: Refusal) -> Unusable {
    Unusable::new(refusal.to_string(), refusal.hint)
}

/// The bytes of a file below a folder; `None` where there is none.
pub(crate) fn read(dir: &Path, path: &str) -> Result<Option<Vec<u8>>, Unusable> {
    match Disk.read(&dir.join(path), MAX_OUTPUT) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ReadError::NotFound) => Ok(None),
        Err(error) => Err(Unusable::new(format!("{path} cannot be read: {error}"), "")),
    }
}

/// The map at a path, with its bytes; `None` where there is none.
pub(crate) fn read_map(dir: &Path, path: &str) -> Result<Option<Map>, Unusable> {
    let Some(bytes) = read(dir, path)? else { return Ok(None) };
    let hint = "restore it, for example with git; without it there is no way back";
    let text = String::from_utf8(bytes).map_err(|_| Unusable::new(format!("{path} is not UTF-8"), hint))?;
    let map = from_json(&text).map_err(|error| Unusable::new(format!("{path} is no map: {error}"), hint))?;
    forms::check(&map).map_err(refused)?;
    Ok(Some(map))
}

/// The sources behind the outputs that stand in a folder.
pub(crate) fn restore(dir: &Path, map: &Map) -> Result<Decompiled, Unusable> {
    let bytes = |path: &str| Disk.read(&dir.join(path), MAX_OUTPUT).ok();
    decompile(map, &bytes).map_err(refused)
}

/// Why a source that stands beside its outputs is not what the map was made of.
pub(crate) const EDITED: &str = "it was edited since it was compiled";

/// The sources that are no outputs themselves and were edited since they were compiled, with what stands there now.
pub(crate) fn edited_sources(root: &Path, map: &Map) -> Result<Vec<(String, Vec<u8>)>, Unusable> {
    let mut edited = Vec::new();
    for source in &map.sources {
        if map.files.iter().any(|file| file.path == source.path) {
            continue;
        }
        // One that was deleted is restored as it was.
        if let Some(bytes) = read(root, &source.path)?.filter(|bytes| hash_of(bytes) != source.hash) {
            edited.push((source.path.clone(), bytes));
        }
    }
    Ok(edited)
}

/// Takes such sources as they stand, and gives their paths. Refuses one whose outputs were edited in another way.
pub(crate) fn take_edited(root: &Path, map: &Map, decompiled: &mut Decompiled) -> Result<Vec<String>, Unusable> {
    let mut taken = Vec::new();
    for (path, bytes) in edited_sources(root, map)? {
        let is_carried = decompiled.sources.get(&path) == Some(&bytes);
        if !is_carried && decompiled.edited.iter().any(|(source, _)| *source == path) {
            return Err(Unusable::new(
                format!("{path}: it was edited, and so were its outputs"),
                "`ctxlint decompile --out DIR` gives it with the edits of the outputs: bring them into it by hand, \
                 restore the outputs, for example with git, and compile again",
            ));
        }
        decompiled.sources.insert(path.clone(), bytes);
        taken.push(path);
    }
    Ok(taken)
}

/// Refuses outputs that a map may name only to have them moved. Where no target writes, the text must be that of an
/// output. One that git does not track must be as it was compiled: one that git ignores is no output, and of any other
/// nothing would be left once its text moved. Without git nothing is told of that.
pub(crate) fn must_be_known(root: &Path, map: &Map) -> Result<(), Unusable> {
    let tracked = crate::world::git::tracked(root).ok();
    for file in &map.files {
        let Some(bytes) = read(root, &file.path)? else { continue };
        if !forms::can_be(map, file, &bytes) {
            let message =
                format!("{}: the map says that a plan sent text there, and none of it stands in it", file.path);
            let hint =
                format!("if it is yours, restore {MAP_PATH}, for example with git; if it is an output, restore it");
            return Err(Unusable::new(message, hint));
        }
        let is_tracked = tracked.as_ref().is_none_or(|tracked| tracked.binary_search(&file.path).is_ok());
        if !is_tracked && hash_of(&bytes) != file.hash {
            let message = format!("{}: git does not track it, and it is not what the map says was compiled", file.path);
            let hint = format!(
                "if it is yours, restore {MAP_PATH}, for example with git; if it is an output that was edited, `git add` it"
            );
            return Err(Unusable::new(message, hint));
        }
    }
    Ok(())
}

/// A tree as it is wanted: contents by path, `None` for what must not be there.
pub(crate) type Wanted = BTreeMap<String, Option<Vec<u8>>>;

/// The tree before it was compiled.
pub(crate) fn original(decompiled: &Decompiled) -> Wanted {
    let removed = decompiled.removed.iter().map(|path| (path.clone(), None));
    let mut wanted: Wanted = removed.chain([(MAP_PATH.to_owned(), None)]).collect();
    wanted.extend(decompiled.sources.iter().map(|(path, bytes)| (path.clone(), Some(bytes.clone()))));
    wanted
}

/// What must be changed in a folder to have it as wanted. A file that no map knows is never replaced.
pub(crate) fn changes(dir: &Path, wanted: &Wanted, known: impl Fn(&str) -> bool) -> Result<Vec<Change>, Unusable> {
    let mut changes = Vec::new();
    for (path, bytes) in wanted {
        let current = read(dir, path)?;
        if current == *bytes {
            continue;
        }
        if current.is_some() && !known(path) {
            let message = format!("{path} is there already, and nothing says that it may be replaced");
            return Err(Unusable::new(message, "move it away, or choose another folder"));
        }
        let expected = current.as_deref().map_or(Expected::Nothing, Expected::content);
        changes.push(Change { path: path.clone(), bytes: bytes.clone(), expected });
    }
    Ok(changes)
}

/// Writes all changes or none, and removes those of the `folders` in which nothing is left.
pub(crate) fn write(dir: &Path, changes: &[Change], folders: &[String]) -> Result<(), Unusable> {
    let (root, prefix) = existing(dir);
    let below = |change: &Change| Change { path: format!("{prefix}{}", change.path), ..change.clone() };
    let changes: Vec<Change> = changes.iter().map(below).collect();
    let folders: Vec<String> = folders.iter().map(|folder| format!("{prefix}{folder}")).collect();
    write_all_and_empty(&root, &changes, &folders)
        .map_err(|error| Unusable::new(error.to_string(), "nothing was written"))
}

/// The nearest folder that exists, and the way from it to `dir`, empty or ending in `/`.
fn existing(dir: &Path) -> (PathBuf, String) {
    let found = dir.ancestors().find(|dir| Disk.stat(dir).is_some()).unwrap_or(dir);
    let rest = dir.strip_prefix(found).unwrap_or(Path::new(""));
    let rest: Vec<String> = rest.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    (found.to_path_buf(), rest.iter().map(|part| format!("{part}/")).collect())
}

/// Refuses when something is not committed: the last commit is the surest way back. What `is_made` by the compiler needs
/// none.
pub(crate) fn must_be_clean(
    root: &Path,
    changes: &[Change],
    allow_dirty: bool,
    is_made: impl Fn(&str) -> bool,
) -> Result<(), Unusable> {
    if allow_dirty {
        return Ok(());
    }
    let hint = "commit or stash it first, or use --allow-dirty";
    let dirty = uncommitted(root)
        .map_err(|error| Unusable::new(format!("git cannot tell whether all is committed: {}", error.message), hint))?;
    if let Some(first) = dirty.first() {
        let more = if dirty.len() > 1 { format!(" and {} more", dirty.len() - 1) } else { String::new() };
        return Err(Unusable::new(format!("{first}{more}: changes that are not committed"), hint));
    }
    let tracked = crate::world::git::tracked(root).unwrap_or_default();
    let is_tracked = |path: &String| tracked.binary_search(path).is_ok();
    let replaced = changes.iter().filter(|change| change.expected != Expected::Nothing && !is_made(&change.path));
    match replaced.map(|change| &change.path).find(|path| !is_tracked(path)) {
        Some(path) => Err(Unusable::new(format!("{path} is not in git, so there would be no way back"), hint)),
        None => Ok(()),
    }
}

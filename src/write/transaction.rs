//! Several files at once: all of them or none.
//!
//! 1. The journal names every file with the hashes of its old and its new content.
//! 2. The new contents are written beside their destinations, the old ones kept under a second name.
//! 3. The journal says `committed`: from here on the run is completed, by whoever comes next.
//! 4. Each new content is renamed to its destination. Where the system refuses one, the journal says `taken back`, and
//!    the old contents are renamed back.
//! 5. What is temporary is removed, and then the journal.
//!
//! Each step is on the disk before the next one starts. A process that ends in between leaves the old or the new file at
//! every destination, never a part of one, and [`recover`] brings the rest to an end.

use super::journal::{Entry, Held, Journal, Place, State, places, sync_folder};
use super::{Change, Expected, WriteError, content_hash, destination};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::{Metadata, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What [`recover`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Files that now hold what the earlier run wanted; empty when it had not come that far, or there was none.
    pub completed: Vec<String>,
    /// Files that hold again what they held before it.
    pub restored: Vec<String>,
    /// Files that somebody changed since and that were left alone.
    pub left: Vec<String>,
}

/// One change with all that is known of its destination.
struct Step<'a> {
    /// The path as given.
    given: &'a str,
    bytes: Option<&'a [u8]>,
    /// What is replaced.
    meta: Option<Metadata>,
    target: PathBuf,
    entry: Entry,
}

/// Makes all changes or none. What an earlier run left unfinished is brought to an end first. A file that holds the
/// wanted bytes already is not written. Folders are made as needed; permissions are kept, and a link stays a link.
///
/// # Errors
/// When a destination is refused, a file is not as expected ([`WriteError::Changed`] names all of them), another process
/// is writing, or the system fails. Every file then holds what it held before.
pub fn write_all(root: &Path, changes: &[Change]) -> Result<(), WriteError> {
    write_all_and_empty(root, changes, &[])
}

/// [`write_all`], and removes those of the `folders`, relative to the root, in which nothing is left then.
///
/// # Errors
/// As for [`write_all`].
pub fn write_all_and_empty(root: &Path, changes: &[Change], folders: &[String]) -> Result<(), WriteError> {
    if changes.is_empty() {
        return Ok(());
    }
    for path in changes.iter().map(|change| &change.path).chain(folders) {
        destination(root, path)?;
    }
    let real_root = canonical(root)?;
    recover(root)?;
    let mut held = hold(&real_root)?;
    // Between the two lines above somebody else may have come, and may have been killed.
    if let Some(journal) = held.read()? {
        let unfinished = |(path, error)| WriteError::Unfinished { journal: held.place.path(), path, error };
        finish_run(&held.place.base, &journal, &mut Recovered::default()).map_err(unfinished)?;
    }
    let done = run(root, &mut held, changes, folders);
    let finished = match &done {
        // Something could neither be done nor taken back: the journal stays for the next run.
        Err(WriteError::Unfinished { .. }) => return done,
        _ => held.finish(),
    };
    done?;
    finished.map_err(|error| failed(root, error))
}

/// Brings to an end what a run left that was killed: completes it where every new content was on the disk, else takes it
/// back. Removes the temporary files that its journal names and no others.
///
/// # Errors
/// When another process is writing, the journal is not one of ctxlint's, or the system fails; the journal stays then.
pub fn recover(root: &Path) -> Result<Recovered, WriteError> {
    let real_root = canonical(root)?;
    let mut recovered = Recovered::default();
    for place in places(&real_root) {
        let Some(mut held) = place.hold(false)? else { continue };
        if let Some(journal) = held.read()? {
            let base = place.base.clone();
            let failed = |(path, error)| WriteError::Unfinished { journal: place.path(), path, error };
            finish_run(&base, &journal, &mut recovered).map_err(failed)?;
        }
        held.finish().map_err(|error| WriteError::Failed { path: place.path().display().to_string(), error })?;
    }
    Ok(recovered)
}

fn canonical(root: &Path) -> Result<PathBuf, WriteError> {
    root.canonicalize().map_err(|error| failed(root, error))
}

fn failed(path: &Path, error: io::Error) -> WriteError {
    WriteError::Failed { path: path.display().to_string(), error }
}

/// Takes hold of the journal at the first place that can be written.
fn hold(real_root: &Path) -> Result<Held, WriteError> {
    let mut last = None;
    for place in places(real_root) {
        match place.hold(true) {
            Ok(Some(held)) => return Ok(held),
            Ok(None) => {}
            Err(busy @ WriteError::Busy { .. }) => return Err(busy),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| failed(real_root, io::ErrorKind::NotFound.into())))
}

fn run(root: &Path, held: &mut Held, changes: &[Change], folders: &[String]) -> Result<(), WriteError> {
    let steps = steps(root, &held.place, changes)?;
    if steps.is_empty() {
        return Ok(());
    }
    let base = held.place.base.clone();
    let dirs = new_folders(&base, &steps);
    let emptied = emptied(root, &base, folders)?;
    let entries = steps.iter().map(|step| step.entry.clone()).collect();
    let mut journal = Journal { run: run_name(), dirs, emptied, entries, state: State::Preparing };
    let done = carry_out(held, &base, &mut journal, &steps);
    let unfinished = |(path, error)| WriteError::Unfinished { journal: held.place.path(), path, error };
    let Err(error) = done else { return clean(&base, &journal).map_err(unfinished) };
    finish_run(&base, &journal, &mut Recovered::default()).map_err(unfinished)?;
    Err(error)
}

/// Steps 1 to 4. After an error the state of `journal` says what is to be undone.
fn carry_out(held: &mut Held, base: &Path, journal: &mut Journal, steps: &[Step<'_>]) -> Result<(), WriteError> {
    let at_journal = |held: &Held, error| failed(&held.place.path(), error);
    held.write(journal).map_err(|error| at_journal(held, error))?;
    for dir in &journal.dirs {
        std::fs::create_dir(base.join(dir)).map_err(|error| failed(Path::new(dir), error))?;
    }
    // At once, because the disk brings many files home in the time of one.
    let prepared = steps.par_iter().enumerate().map(|(at, step)| {
        let (new, old) = temporary(base, journal, at);
        prepare(step, &new, &old).map_err(|error| WriteError::Failed { path: step.given.to_owned(), error })
    });
    // Of several errors the first by order, so that the message does not depend on the threads.
    prepared.collect::<Vec<_>>().into_iter().collect::<Result<(), _>>()?;
    sync_folders(steps);
    held.advance(State::Committed).map_err(|error| at_journal(held, error))?;
    journal.state = State::Committed;
    for (at, step) in steps.iter().enumerate() {
        let error = match advance(base, journal, at) {
            Ok(true) => continue,
            Ok(false) => WriteError::Changed { paths: vec![step.given.to_owned()] },
            Err(error) => WriteError::Failed { path: step.given.to_owned(), error },
        };
        journal.state = State::TakenBack;
        held.advance(State::TakenBack).map_err(|error| at_journal(held, error))?;
        return Err(error);
    }
    sync_folders(steps);
    Ok(())
}

/// What is to be done, with every destination looked at. Leaves out what is as wanted already.
fn steps<'a>(root: &Path, place: &Place, changes: &'a [Change]) -> Result<Vec<Step<'a>>, WriteError> {
    let refused = |path: &str, why| WriteError::Refused { path: path.to_owned(), why };
    let mut steps: Vec<Step<'a>> = Vec::new();
    let mut seen: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut changed = Vec::new();
    for (at, change) in changes.iter().enumerate() {
        let target = destination(root, &change.path)?;
        if change.bytes.is_none() && std::fs::symlink_metadata(root.join(&change.path)).is_ok_and(|m| m.is_symlink()) {
            return Err(refused(&change.path, "it is a link, and removing it would remove what it leads to"));
        }
        if let Some(first) = seen.insert(target.clone(), at) {
            if changes[first].bytes == change.bytes {
                continue;
            }
            return Err(refused(&change.path, "another change leads to the same file"));
        }
        let meta = match std::fs::symlink_metadata(&target) {
            Ok(meta) if !meta.is_file() => return Err(refused(&change.path, "it is not a regular file")),
            Ok(meta) => Some(meta),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(WriteError::Failed { path: change.path.clone(), error }),
        };
        let old = match found(&target) {
            Ok(Found::File(hash)) => Some(hash),
            Ok(_) => None,
            Err(error) => return Err(WriteError::Failed { path: change.path.clone(), error }),
        };
        let is_expected = match change.expected {
            Expected::Anything => true,
            Expected::Nothing => old.is_none(),
            Expected::Content(hash) => old == Some(hash),
        };
        if !is_expected {
            changed.push(change.path.clone());
            continue;
        }
        let new = change.bytes.as_deref().map(content_hash);
        if new == old {
            continue;
        }
        if meta.as_ref().is_some_and(|meta| meta.permissions().readonly()) {
            return Err(refused(&change.path, "it is write-protected"));
        }
        let relative = target.strip_prefix(&place.base).ok().and_then(Path::to_str);
        let Some(relative) = relative else { return Err(refused(&change.path, "its path is not UTF-8")) };
        let entry = Entry { path: relative.replace('\\', "/"), old, new };
        steps.push(Step { given: &change.path, bytes: change.bytes.as_deref(), meta, target, entry });
    }
    if changed.is_empty() { Ok(steps) } else { Err(WriteError::Changed { paths: changed }) }
}

/// The folders that are still to be made, outer ones first.
fn new_folders(base: &Path, steps: &[Step<'_>]) -> Vec<String> {
    let mut dirs: Vec<String> = Vec::new();
    for step in steps.iter().filter(|step| step.bytes.is_some()) {
        let missing: Vec<&Path> = step.target.ancestors().skip(1).take_while(|dir| !dir.is_dir()).collect();
        for dir in missing.into_iter().rev() {
            let relative = dir.strip_prefix(base).ok().and_then(Path::to_str).unwrap_or_default().replace('\\', "/");
            if !relative.is_empty() && !dirs.contains(&relative) {
                dirs.push(relative);
            }
        }
    }
    dirs
}

/// Folders by their paths from `base`, inner ones first.
fn emptied(root: &Path, base: &Path, folders: &[String]) -> Result<Vec<String>, WriteError> {
    let mut found = Vec::new();
    for folder in folders {
        let target = destination(root, folder)?;
        let relative = target.strip_prefix(base).ok().and_then(Path::to_str).unwrap_or_default();
        // A link to a folder is none.
        if !relative.is_empty() && std::fs::symlink_metadata(root.join(folder)).is_ok_and(|meta| meta.is_dir()) {
            found.push(relative.replace('\\', "/"));
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

/// A name that no other run has: the standard library's seed for hash maps differs each time.
fn run_name() -> String {
    format!("{:016x}", std::hash::RandomState::new().build_hasher().finish())
}

/// Where the new content of a file lies before it is in its place, and where its old one is kept.
fn temporary(base: &Path, journal: &Journal, at: usize) -> (PathBuf, PathBuf) {
    let target = base.join(&journal.entries[at].path);
    let beside = |ending: &str| target.with_file_name(format!(".ctxlint-{}-{at}.{ending}", journal.run));
    (beside("new"), beside("old"))
}

/// Writes the new content beside the destination and keeps the old one under a second name.
fn prepare(step: &Step<'_>, new: &Path, old: &Path) -> io::Result<()> {
    let Some(bytes) = step.bytes else { return Ok(()) };
    // A new file gets what the umask leaves of 666, as from any other program.
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    file.write_all(bytes)?;
    if let Some(meta) = &step.meta {
        keep_owner(&file, meta);
        file.set_permissions(meta.permissions())?;
        // Some file systems know no second names.
        if std::fs::hard_link(&step.target, old).is_err() {
            let mut copy = OpenOptions::new().write(true).create_new(true).open(old)?;
            io::copy(&mut std::fs::File::open(&step.target)?, &mut copy)?;
            keep_owner(&copy, meta);
            copy.set_permissions(meta.permissions())?;
            copy.sync_all()?;
        }
    }
    file.sync_all()
}

#[cfg(unix)]
fn keep_owner(file: &std::fs::File, meta: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    if file.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (meta.uid(), meta.gid())) {
        // Only root may give a file away; for everybody else the folder's owner decided that it may be replaced.
        let _ = fchown(file, Some(meta.uid()), Some(meta.gid()));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &std::fs::File, _: &Metadata) {}

/// What stands at a path, without following links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Nothing,
    File(u128),
    Other,
}

fn found(path: &Path) -> io::Result<Found> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Ok(Found::File(content_hash(&std::fs::read(path)?))),
        Ok(_) => Ok(Found::Other),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Found::Nothing)
        }
        Err(error) => Err(error),
    }
}

fn as_found(hash: Option<u128>) -> Found {
    hash.map_or(Found::Nothing, Found::File)
}

/// Puts one new content in its place. `false` when somebody changed the file, or took the new content away.
fn advance(base: &Path, journal: &Journal, at: usize) -> io::Result<bool> {
    let Entry { path, old, new } = &journal.entries[at];
    let target = base.join(path);
    let (new_file, old_file) = temporary(base, journal, at);
    let now = found(&target)?;
    if now == as_found(*new) {
        return Ok(true);
    }
    if now != as_found(*old) {
        return Ok(false);
    }
    if new.is_none() {
        std::fs::rename(&target, &old_file)?;
        return Ok(true);
    }
    if found(&new_file)? != as_found(*new) {
        return Ok(false);
    }
    // A second name is never given to a path that is taken, which a rename would replace.
    let is_linked = old.is_none() && std::fs::hard_link(&new_file, &target).is_ok();
    if !is_linked {
        std::fs::rename(&new_file, &target)?;
    }
    Ok(true)
}

/// Puts one old content back in its place. `false` when somebody changed the file since.
fn retreat(base: &Path, journal: &Journal, at: usize) -> io::Result<bool> {
    let Entry { path, old, new } = &journal.entries[at];
    let target = base.join(path);
    let (_, old_file) = temporary(base, journal, at);
    let now = found(&target)?;
    if now == as_found(*old) {
        return Ok(true);
    }
    if now != as_found(*new) {
        return Ok(false);
    }
    if old.is_none() {
        std::fs::remove_file(&target)?;
        return Ok(true);
    }
    if found(&old_file)? != as_found(*old) {
        return Ok(false);
    }
    std::fs::rename(&old_file, &target)?;
    Ok(true)
}

/// Completes a run or takes it back, whichever its journal says, and removes what is temporary.
fn finish_run(base: &Path, journal: &Journal, recovered: &mut Recovered) -> Result<(), (String, io::Error)> {
    for at in 0..journal.entries.len() {
        let path = &journal.entries[at].path;
        let (list, done) = match journal.state {
            State::Preparing => continue,
            State::Committed => (&mut recovered.completed, advance(base, journal, at)),
            State::TakenBack => (&mut recovered.restored, retreat(base, journal, at)),
        };
        match done {
            Ok(true) => list.push(path.clone()),
            Ok(false) => recovered.left.push(path.clone()),
            Err(error) => return Err((path.clone(), error)),
        }
    }
    clean(base, journal)
}

/// Removes what is temporary, and folders in which nothing is left: those that a run made which was taken back, and those
/// that one leaves empty which was completed.
fn clean(base: &Path, journal: &Journal) -> Result<(), (String, io::Error)> {
    for at in 0..journal.entries.len() {
        let (new, old) = temporary(base, journal, at);
        for file in [new, old] {
            match std::fs::remove_file(&file) {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(error) => return Err((file.display().to_string(), error)),
            }
        }
    }
    let folders: Vec<&String> = match journal.state {
        State::Committed => journal.emptied.iter().collect(),
        _ => journal.dirs.iter().rev().collect(),
    };
    for dir in folders {
        // A folder that holds something stays.
        let _ = std::fs::remove_dir(base.join(dir));
    }
    Ok(())
}

fn sync_folders(steps: &[Step<'_>]) {
    let folders: BTreeMap<Option<&Path>, &Path> =
        steps.iter().map(|step| (step.target.parent(), step.target.as_path())).collect();
    folders.into_values().for_each(sync_folder);
}

#[cfg(all(test, unix))]
mod tests;

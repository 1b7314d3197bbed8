//! The journal of a run that writes several files: what it is about to do, on disk before it does it.
//!
//! The journal lies in the git folder of the working tree, else in `.ctxlint` in the root. It is a lock as well: who
//! holds it is the only one that writes. The system lets go of the lock when a process ends, however it ends.

use super::temporary::is_at;
use super::{WriteError, destination};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The first line of every journal. A new form gets a new number.
const MAGIC: &str = "ctxlint journal 2";
/// The name of the journal.
const NAME: &str = "journal";
/// How often a journal that vanished between opening and locking is opened again.
const ATTEMPTS: usize = 20;

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No file was touched; what the journal names is temporary.
    Preparing,
    /// Everything is written beside its destination; the run is to be completed.
    Committed,
    /// A file could not be put in its place; the run is to be taken back.
    TakenBack,
}

/// One file of a run: from the content with one hash to the content with another; `None` means that there is no file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Where it goes, relative to [`Place::base`], with `/`, all links resolved.
    pub(super) path: String,
    /// What is there before.
    pub(super) old: Option<u128>,
    /// What is there afterwards.
    pub(super) new: Option<u128>,
}

/// What a run is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    /// 16 hexadecimal digits that no other run has; part of the names of the temporary files.
    pub(super) run: String,
    /// Folders that the run makes, outer ones first, relative to [`Place::base`].
    pub(super) dirs: Vec<String>,
    /// Folders that go with the files of the run where nothing is left in them, inner ones first, likewise.
    pub(super) emptied: Vec<String>,
    /// The files.
    pub(super) entries: Vec<Entry>,
    /// How far it came.
    pub(super) state: State,
}

/// Where a journal may lie.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder to which the paths of the journal are relative: that of the working tree, or the root.
    pub(super) base: PathBuf,
    /// An existing folder, and the names of the folders in it that lead to the journal.
    home: PathBuf,
    folders: &'static [&'static str],
}

/// The places for a root, the better one first. A git folder that cannot be written is passed over.
pub(super) fn places(real_root: &Path) -> Vec<Place> {
    let in_git = real_root.ancestors().find_map(|dir| Some((dir, git_folder(dir)?)));
    let in_git = in_git.map(|(dir, git)| Place { base: dir.to_path_buf(), home: git, folders: &["ctxlint", "v1"] });
    let in_root = Place { base: real_root.to_path_buf(), home: real_root.to_path_buf(), folders: &[".ctxlint"] };
    in_git.into_iter().chain([in_root]).collect()
}

/// The git folder of the working tree at `dir`, which for a linked working tree or a submodule a file names.
fn git_folder(dir: &Path) -> Option<PathBuf> {
    let dot_git = dir.join(".git");
    let meta = std::fs::symlink_metadata(&dot_git).ok()?;
    let git = if meta.is_file() && meta.len() < 1 << 16 {
        let text = std::fs::read_to_string(&dot_git).ok()?;
        dir.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        dot_git
    };
    // A file that only claims to name a git folder must not lead a write somewhere else.
    let is_git = git.join("HEAD").is_file() && (git.join("objects").is_dir() || git.join("commondir").is_file());
    is_git.then(|| git.canonicalize().ok()).flatten()
}

/// A journal that this process alone holds.
#[derive(Debug)]
pub(super) struct Held {
    /// Where it lies.
    pub(super) place: Place,
    path: PathBuf,
    file: File,
}

impl Place {
    /// The journal's path.
    pub(super) fn path(&self) -> PathBuf {
        self.folders.iter().fold(self.home.clone(), |dir, name| dir.join(name)).join(NAME)
    }

    /// Makes the journal if asked to and takes hold of it; `None` when there is none and none is made.
    ///
    /// # Errors
    /// When another process holds it, or the system fails.
    pub(super) fn hold(&self, make: bool) -> Result<Option<Held>, WriteError> {
        let path = self.path();
        let failed = |error| WriteError::Failed { path: path.display().to_string(), error };
        for _ in 0..ATTEMPTS {
            if !self.folders_are_there(make).map_err(failed)? {
                return Ok(None);
            }
            // A link in its place would lead the write elsewhere.
            if std::fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()) {
                return Err(failed(io::Error::other("it is not a regular file")));
            }
            let file = match OpenOptions::new().read(true).write(true).create(make).truncate(false).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound && make => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(failed(error)),
            };
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(WriteError::Busy { journal: path }),
                // Some network file systems have no locks; a run there is as safe as one can be without.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
            // Whoever held it before may have removed it meanwhile; then the lock is on a file without a name.
            if is_at(&file, &path) {
                return Ok(Some(Held { place: self.clone(), path, file }));
            }
        }
        Err(WriteError::Busy { journal: path })
    }

    fn folders_are_there(&self, make: bool) -> io::Result<bool> {
        let mut dir = self.home.clone();
        for name in self.folders {
            dir.push(name);
            match std::fs::symlink_metadata(&dir) {
                Ok(meta) if meta.is_dir() => {}
                Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
                Err(_) if !make => return Ok(false),
                Err(_) => match std::fs::create_dir(&dir) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                },
            }
        }
        Ok(true)
    }
}

impl Held {
    /// What a run left here; `None` when it left nothing, or was ended before it touched anything.
    ///
    /// # Errors
    /// When it cannot be read, or names what no run of ctxlint writes.
    pub(super) fn read(&mut self) -> Result<Option<Journal>, WriteError> {
        let path = self.path.display().to_string();
        let mut bytes = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes));
        read.map_err(|error| WriteError::Failed { path: path.clone(), error })?;
        // A journal that is cut off was never acted upon.
        let Some(journal) = parse(&String::from_utf8_lossy(&bytes)) else { return Ok(None) };
        let in_place = |relative: &String| {
            destination(&self.place.base, relative)
                .is_ok_and(|to| self.place.base.canonicalize().is_ok_and(|base| to == base.join(relative)))
        };
        // Nobody but ctxlint should write here, but an unpacked archive may bring a journal along.
        let of_files = journal.entries.iter().map(|entry| &entry.path);
        match journal.dirs.iter().chain(&journal.emptied).chain(of_files).find(|relative| !in_place(relative)) {
            Some(wrong) => Err(WriteError::Spoiled { journal: path, names: wrong.clone() }),
            None => Ok(Some(journal)),
        }
    }

    /// Writes the journal; when this returns it is on the disk.
    pub(super) fn write(&mut self, journal: &Journal) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(to_text(journal).as_bytes())?;
        self.file.sync_all()?;
        sync_folder(&self.path);
        Ok(())
    }

    /// Adds how far the run came; when this returns it is on the disk.
    pub(super) fn advance(&mut self, state: State) -> io::Result<()> {
        self.file.seek(io::SeekFrom::End(0))?;
        self.file.write_all(mark(state).as_bytes())?;
        self.file.sync_all()
    }

    /// Removes the journal, and the folder that was made for it in a root without git.
    pub(super) fn finish(self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.sync_all()?;
        // An empty journal says the same as none, so nothing is lost where it cannot be removed.
        let _ = std::fs::remove_file(&self.path);
        if let (Some(folder), [_]) = (self.path.parent(), self.place.folders) {
            let _ = std::fs::remove_dir(folder);
        }
        Ok(())
    }
}

/// Brings the names in the folder of `path` to the disk. Not every system can, and none loses a file by it.
pub(super) fn sync_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

fn mark(state: State) -> &'static str {
    match state {
        State::Preparing => "",
        State::Committed => "committed\n",
        State::TakenBack => "taken back\n",
    }
}

fn to_text(journal: &Journal) -> String {
    let hash = |hash: Option<u128>| hash.map_or("-".to_owned(), |hash| format!("{hash:032x}"));
    let mut text = format!("{MAGIC}\nrun {}\n", journal.run);
    for dir in &journal.dirs {
        let _ = writeln!(text, "dir {dir}");
    }
    for dir in &journal.emptied {
        let _ = writeln!(text, "emptied {dir}");
    }
    for Entry { path, old, new } in &journal.entries {
        let _ = writeln!(text, "file {} {} {path}", hash(*old), hash(*new));
    }
    let sum = xxhash_rust::xxh3::xxh3_64(text.as_bytes());
    let _ = writeln!(text, "sum {sum:016x}");
    text.push_str(mark(journal.state));
    text
}

fn parse(text: &str) -> Option<Journal> {
    let (body, rest) = text.split_once("\nsum ")?;
    let (sum, marks) = rest.split_once('\n')?;
    if u64::from_str_radix(sum, 16).ok()? != xxhash_rust::xxh3::xxh3_64(format!("{body}\n").as_bytes()) {
        return None;
    }
    let mut lines = body.lines();
    if lines.next()? != MAGIC {
        return None;
    }
    let run = lines.next()?.strip_prefix("run ")?.to_owned();
    if run.len() != 16 || !run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let hash = |text: &str| match text {
        "-" => Some(None),
        digits => u128::from_str_radix(digits, 16).ok().map(Some),
    };
    let mut journal =
        Journal { run, dirs: Vec::new(), emptied: Vec::new(), entries: Vec::new(), state: State::Preparing };
    for line in lines {
        let (kind, rest) = line.split_once(' ')?;
        match kind {
            "dir" => journal.dirs.push(rest.to_owned()),
            "emptied" => journal.emptied.push(rest.to_owned()),
            "file" => {
                let mut parts = rest.splitn(3, ' ');
                let (old, new) = (hash(parts.next()?)?, hash(parts.next()?)?);
                journal.entries.push(Entry { path: parts.next()?.to_owned(), old, new });
            }
            _ => return None,
        }
    }
    // A mark that is cut off does not count.
    for line in marks.split_inclusive('\n') {
        let states = [State::Committed, State::TakenBack];
        journal.state = states.into_iter().find(|state| mark(*state) == line).unwrap_or(journal.state);
    }
    Some(journal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_read_as_it_was_written_and_not_at_all_when_it_is_cut_off() {
        let entry = |path: &str, old, new| Entry { path: path.to_owned(), old, new };
        let entries =
            vec![entry("a b.md", Some(1), Some(u128::MAX)), entry("c", None, Some(2)), entry("d", Some(3), None)];
        let run = "0123456789abcdef".to_owned();
        let dirs = vec!["x".to_owned(), "x/y".to_owned()];
        let journal = Journal { run, dirs, emptied: vec!["z".to_owned()], entries, state: State::Committed };
        let text = to_text(&journal);
        assert_eq!(parse(&text), Some(journal.clone()));
        let marked = text.len() - mark(State::Committed).len();
        for cut in 0..text.len() {
            let expected = (cut >= marked).then(|| Journal { state: State::Preparing, ..journal.clone() });
            assert_eq!(parse(&text[..cut]), expected, "cut at byte {cut}");
        }
    }
}

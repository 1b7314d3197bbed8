//! Answers that cost git or time, kept between runs under git's own folder.
//!
//! Keys are hashes of everything that an answer depends on (commits, blobs, texts), so an answer never goes stale: it is
//! only no longer asked for. The file is written in one step and carries a checksum; whatever is wrong with it, it counts
//! as empty. Runs at the same time may lose each other's answers but never spoil them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder below git's common one. A new form of the answers gets a new folder.
const FOLDER: &str = "ctxlint/v1";
/// The file in it.
const FILE: &str = "answers";
/// The first words of the file.
const MAGIC: &str = "ctxlint answers 1 ";
/// Above this many bytes only the answers that the run used are kept.
const MAX_BYTES: u64 = 16 << 20;

/// Answers by key.
#[derive(Debug, Default)]
pub struct Cache {
    file: Option<PathBuf>,
    known: BTreeMap<u128, String>,
    used: BTreeSet<u128>,
    is_changed: bool,
}

/// The key of a question: a hash over its parts, whose borders count.
pub fn key(parts: &[&[u8]]) -> u128 {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for part in parts {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.digest128()
}

impl Cache {
    /// A cache that keeps nothing.
    pub fn off() -> Cache {
        Cache::default()
    }

    /// The answers of earlier runs in the repository whose common git folder is `dir`.
    pub fn open(dir: &Path) -> Cache {
        let file = dir.join(FOLDER).join(FILE);
        let known = read(&file).unwrap_or_default();
        Cache { file: Some(file), known, used: BTreeSet::new(), is_changed: false }
    }

    /// The answer to a question.
    pub fn get(&mut self, key: u128) -> Option<&str> {
        let answer = self.known.get(&key)?;
        self.used.insert(key);
        Some(answer)
    }

    /// Keeps an answer; line breaks cannot be kept, so such an answer is not.
    pub fn put(&mut self, key: u128, answer: String) {
        if !answer.contains(['\n', '\r']) {
            self.used.insert(key);
            self.is_changed |= self.known.insert(key, answer).is_none();
        }
    }

    /// Writes the answers for the next run. What cannot be written is not: the cache only saves time.
    pub fn save(mut self) {
        let Some(file) = self.file.take().filter(|_| self.is_changed) else { return };
        // Another run may have finished meanwhile.
        for (key, answer) in read(&file).unwrap_or_default() {
            self.known.entry(key).or_insert(answer);
        }
        let size = |known: &BTreeMap<u128, String>| known.values().map(|answer| answer.len() as u64 + 34).sum::<u64>();
        if size(&self.known) > MAX_BYTES {
            self.known.retain(|key, _| self.used.contains(key));
        }
        if size(&self.known) > MAX_BYTES {
            return;
        }
        let body: String = self.known.iter().map(|(key, answer)| format!("{key:032x} {answer}\n")).collect();
        let text = format!("{MAGIC}{:016x}\n{body}", xxhash_rust::xxh3::xxh3_64(body.as_bytes()));
        let _ = write(&file, text.as_bytes());
    }
}

fn read(file: &Path) -> Option<BTreeMap<u128, String>> {
    let meta = std::fs::symlink_metadata(file).ok()?;
    if !meta.is_file() || meta.len() > MAX_BYTES + 100 {
        return None;
    }
    let text = std::fs::read_to_string(file).ok()?;
    let (header, body) = text.split_once('\n')?;
    let sum = u64::from_str_radix(header.strip_prefix(MAGIC)?, 16).ok()?;
    if sum != xxhash_rust::xxh3::xxh3_64(body.as_bytes()) {
        return None;
    }
    let line = |line: &str| {
        let (key, answer) = line.split_once(' ')?;
        Some((u128::from_str_radix(key, 16).ok()?, answer.to_owned()))
    };
    body.lines().map(line).collect()
}

fn write(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    // A link in the place of one of our folders would lead the write elsewhere.
    for dir in [folder.parent().unwrap_or(folder), folder] {
        match std::fs::symlink_metadata(dir) {
            Ok(meta) if !meta.is_dir() => return Err(std::io::ErrorKind::NotADirectory.into()),
            Ok(_) => {}
            Err(_) => std::fs::create_dir(dir)?,
        }
    }
    let mut temporary = tempfile::Builder::new().prefix(".answers-").tempfile_in(folder)?;
    temporary.write_all(bytes)?;
    temporary.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// Files of the program's own below git's common folder: what a reading stopped at, locks, and a log. All of it may be
/// lost at any time.
#[derive(Clone, Debug)]
pub struct Folder {
    dir: PathBuf,
}

/// A lock that is held until it goes out of scope, also by a process that is killed.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "the open file is the lock")] std::fs::File);

impl Folder {
    /// The folder in the repository whose common git folder is `dir`; it is made when something is written.
    pub fn at(dir: &Path) -> Folder {
        Folder { dir: dir.join(FOLDER) }
    }

    /// The path of a file in it, for reading through [`crate::world`]. Names are ours and hold no separator.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Makes the folder. A link in its place would lead the writes elsewhere and is refused.
    fn make(&self) -> std::io::Result<()> {
        for dir in [self.dir.parent().unwrap_or(&self.dir), &self.dir] {
            match std::fs::symlink_metadata(dir) {
                Ok(meta) if !meta.is_dir() => return Err(std::io::ErrorKind::NotADirectory.into()),
                Ok(_) => {}
                Err(_) => match std::fs::create_dir(dir) {
                    Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
                    _ => {}
                },
            }
        }
        Ok(())
    }

    /// Writes a file in one step. Who writes holds a lock of that name, so what a process that was killed left under the
    /// temporary one is nobody's; on a disk without locks two may spoil each other's file, so it needs a checksum.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn put(&self, name: &str, bytes: &[u8]) -> std::io::Result<()> {
        self.make()?;
        let temporary = self.dir.join(format!(".{name}.new"));
        // A link in its place would lead the write elsewhere.
        if std::fs::symlink_metadata(&temporary).is_ok_and(|meta| !meta.is_file()) {
            return Err(std::io::ErrorKind::AlreadyExists.into());
        }
        std::fs::write(&temporary, bytes)?;
        std::fs::rename(temporary, self.dir.join(name))
    }

    /// Takes a lock, or gives `None` when someone else holds it for all of `patience`.
    ///
    /// # Errors
    /// Those of the disk: then nothing can be locked here.
    pub fn lock(&self, name: &str, patience: std::time::Duration) -> std::io::Result<Option<Lock>> {
        self.make()?;
        let path = self.dir.join(name);
        if std::fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()) {
            return Err(std::io::ErrorKind::NotADirectory.into());
        }
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
        let until = std::time::Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Lock(file))),
                Err(std::fs::TryLockError::WouldBlock) if std::time::Instant::now() < until => {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
                Err(std::fs::TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Adds a line to a log, which starts anew above `most` bytes.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn log(&self, name: &str, line: &str, most: u64) -> std::io::Result<()> {
        self.make()?;
        let path = self.dir.join(name);
        let meta = std::fs::symlink_metadata(&path);
        if meta.as_ref().is_ok_and(|meta| !meta.is_file()) {
            return Err(std::io::ErrorKind::NotADirectory.into());
        }
        let is_full = meta.is_ok_and(|meta| meta.len() > most);
        let mut options = std::fs::OpenOptions::new();
        let mut file =
            if is_full { options.create(true).write(true).truncate(true) } else { options.create(true).append(true) }
                .open(path)?;
        file.write_all(format!("{line}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_survive_and_a_broken_file_counts_as_empty() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let (one, two) = (key(&[b"a", b"b"]), key(&[b"ab", b""]));
        assert_ne!(one, two);
        let mut cache = Cache::open(dir.path());
        cache.put(one, "first".to_owned());
        cache.save();
        let mut cache = Cache::open(dir.path());
        assert_eq!(cache.get(one), Some("first"));
        assert_eq!(cache.get(two), None);
        let file = dir.path().join("ctxlint/v1/answers");
        let spoiled = std::fs::read_to_string(&file)?.replace("first", "thing");
        std::fs::write(&file, spoiled)?;
        assert_eq!(Cache::open(dir.path()).get(one), None);
        Ok(())
    }

    #[test]
    fn a_lock_is_held_by_one_and_a_log_has_an_end() -> std::io::Result<()> {
        let dir = tempfile::tempdir()?;
        let folder = Folder::at(dir.path());
        let soon = std::time::Duration::from_millis(20);
        let held = folder.lock("a.lock", soon)?;
        assert!(held.is_some() && folder.lock("a.lock", soon)?.is_none() && folder.lock("b.lock", soon)?.is_some());
        drop(held);
        assert!(folder.lock("a.lock", soon)?.is_some());
        for _ in 0..40 {
            folder.log("log", "a line of some length", 100)?;
        }
        assert!(std::fs::metadata(folder.path("log"))?.len() < 200);
        Ok(())
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_silently_off() {
        let mut cache = Cache::open(Path::new("/nowhere/at/all"));
        cache.put(1, "x".to_owned());
        assert_eq!(cache.get(1), Some("x"));
        cache.save();
    }
}

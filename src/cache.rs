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
    fn a_cache_that_cannot_be_written_is_silently_off() {
        let mut cache = Cache::open(Path::new("/nowhere/at/all"));
        cache.put(1, "x".to_owned());
        assert_eq!(cache.get(1), Some("x"));
        cache.save();
    }
}

//! A tree in memory.

use super::links::real_path;
use super::{DirEntry, EntryKind, ReadError, Stat, World};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// One file of a [`Memory`] world.
#[derive(Clone, Debug)]
pub enum MemoryFile {
    /// A regular file with these bytes.
    Bytes(Vec<u8>),
    /// A regular file that the system will not open.
    Unreadable,
    /// A regular file of this many bytes; reading it within a limit that large gives zeros.
    Sized(u64),
    /// A symbolic link with this target.
    Link(PathBuf),
    /// An empty folder. Folders that hold something need no entry.
    Dir,
}

/// A tree in memory, by absolute path.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Every file and link; folders follow from them.
    pub files: BTreeMap<PathBuf, MemoryFile>,
}

enum Found<'a> {
    File(PathBuf, &'a MemoryFile),
    Dir(PathBuf),
}

impl Memory {
    /// Adds a text file.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.files.insert(path.into(), MemoryFile::Bytes(text.into().into_bytes()));
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.files
            .range(path.to_path_buf()..)
            .take_while(|(key, _)| key.starts_with(path))
            .any(|(key, file)| key != path || matches!(file, MemoryFile::Dir))
    }

    /// What is at `path`, behind every link on the way and at its end.
    fn find(&self, path: &Path) -> io::Result<Found<'_>> {
        let link = |at: &Path| match self.files.get(at) {
            Some(MemoryFile::Link(target)) => Ok(Some(target.clone())),
            _ => Ok(None),
        };
        let at = real_path(path, true, link)?;
        match self.files.get(&at) {
            Some(MemoryFile::Dir) => Ok(Found::Dir(at)),
            Some(file) => Ok(Found::File(at, file)),
            None if self.is_dir(&at) => Ok(Found::Dir(at)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl World for Memory {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let Found::Dir(dir) = self.find(dir)? else {
            return Err(io::Error::other("not a directory"));
        };
        let mut entries: Vec<DirEntry> = Vec::new();
        for (path, file) in self.files.range(dir.clone()..).take_while(|(path, _)| path.starts_with(&dir)) {
            let Ok(below) = path.strip_prefix(&dir) else { continue };
            let mut parts = below.components();
            let Some(first) = parts.next() else { continue };
            let name = first.as_os_str().to_string_lossy().into_owned();
            let kind = match file {
                _ if parts.next().is_some() => EntryKind::Dir,
                MemoryFile::Dir => EntryKind::Dir,
                MemoryFile::Link(_) => EntryKind::Link,
                _ => EntryKind::File,
            };
            if entries.last().is_none_or(|last| last.name != name) {
                entries.push(DirEntry { name, kind, readable_name: true });
            }
        }
        entries.sort_unstable();
        entries.dedup_by(|a, b| a.name == b.name);
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let found = self.find(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::NotFound,
            _ => ReadError::Denied(error.to_string()),
        })?;
        let Found::File(_, file) = found else { return Err(ReadError::NotAFile) };
        match file {
            MemoryFile::Bytes(bytes) if bytes.len() as u64 > limit => Err(ReadError::TooLarge(bytes.len() as u64)),
            MemoryFile::Bytes(bytes) => Ok(bytes.clone()),
            MemoryFile::Sized(size) if *size > limit => Err(ReadError::TooLarge(*size)),
            MemoryFile::Sized(size) => Ok(vec![0; *size as usize]),
            MemoryFile::Unreadable => Err(ReadError::Denied("permission denied".to_owned())),
            MemoryFile::Link(_) | MemoryFile::Dir => Err(ReadError::NotAFile),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.files.get(path) {
            Some(MemoryFile::Link(target)) => Ok(target.clone()),
            Some(_) => Err(io::ErrorKind::InvalidInput.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        match self.find(path).ok()? {
            Found::Dir(_) => Some(Stat { kind: EntryKind::Dir, bytes: 0 }),
            Found::File(_, file) => {
                let bytes = match file {
                    MemoryFile::Bytes(bytes) => bytes.len() as u64,
                    MemoryFile::Sized(size) => *size,
                    _ => 0,
                };
                Some(Stat { kind: EntryKind::File, bytes })
            }
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.find(path)? {
            Found::Dir(path) | Found::File(path, _) => Ok(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_followed_and_loops_are_errors() {
        let mut world = Memory::default();
        world.add("/r/docs/a.md", "hello");
        world.files.insert("/r/link".into(), MemoryFile::Link("docs".into()));
        world.files.insert("/r/x".into(), MemoryFile::Link("y".into()));
        world.files.insert("/r/y".into(), MemoryFile::Link("x".into()));
        assert_eq!(world.read(Path::new("/r/link/a.md"), 9), Ok(b"hello".to_vec()));
        assert_eq!(world.canonical(Path::new("/r/link/../link/a.md")).ok(), Some("/r/docs/a.md".into()));
        assert!(world.canonical(Path::new("/r/x")).is_err());
        let names: Vec<_> = world.read_dir(Path::new("/r")).into_iter().flatten().map(|e| (e.name, e.kind)).collect();
        let expected =
            [("docs", EntryKind::Dir), ("link", EntryKind::Link), ("x", EntryKind::Link), ("y", EntryKind::Link)];
        assert_eq!(names, expected.map(|(name, kind)| (name.to_owned(), kind)));
    }
}

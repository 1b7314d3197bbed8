//! Texts that stand for files of another world: what an editor has not saved yet, or what fixes would write.

use super::{DirEntry, EntryKind, ReadError, Stat, World};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A world with some files replaced or added.
pub struct Overlay<'a> {
    /// The world below.
    pub under: &'a dyn World,
    /// Contents by absolute path. A path with a link on its way is not recognised as the file that it leads to.
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Overlay<'_> {
    /// Whether a file of this world lies below a folder.
    fn has_below(&self, dir: &Path) -> bool {
        self.files.range(dir.to_path_buf()..).take_while(|(path, _)| path.starts_with(dir)).any(|(path, _)| path != dir)
    }
}

impl World for Overlay<'_> {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = match self.under.read_dir(dir) {
            Ok(entries) => entries,
            Err(_) if self.has_below(dir) => Vec::new(),
            Err(error) => return Err(error),
        };
        for path in self.files.keys() {
            let Ok(below) = path.strip_prefix(dir) else { continue };
            let mut parts = below.iter();
            let Some(name) = parts.next().and_then(|name| name.to_str()) else { continue };
            if entries.iter().all(|entry| entry.name != name) {
                let kind = if parts.next().is_some() { EntryKind::Dir } else { EntryKind::File };
                entries.push(DirEntry { name: name.to_owned(), kind, readable_name: true });
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(bytes) if bytes.len() as u64 > limit => Err(ReadError::TooLarge(bytes.len() as u64)),
            Some(bytes) => Ok(bytes.clone()),
            None => self.under.read(path, limit),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.under.read_link(path)
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        match self.files.get(path) {
            Some(bytes) => Some(Stat { kind: EntryKind::File, bytes: bytes.len() as u64 }),
            None if self.has_below(path) => Some(Stat { kind: EntryKind::Dir, bytes: 0 }),
            None => self.under.stat(path),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.under.canonical(path) {
            Err(_) if self.stat(path).is_some() => Ok(path.to_path_buf()),
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    #[test]
    fn texts_replace_files_and_make_new_ones_with_their_folders() {
        let mut under = Memory::default();
        under.add("/r/a.md", "on the disk");
        let files = [("/r/a.md", "unsaved"), ("/r/new/b.md", "new")];
        let files = files.map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec())).into();
        let world = Overlay { under: &under, files };
        assert_eq!(world.read(Path::new("/r/a.md"), 99), Ok(b"unsaved".to_vec()));
        assert_eq!(world.read(Path::new("/r/a.md"), 2), Err(ReadError::TooLarge(7)));
        let names = |dir: &str| -> Vec<(String, EntryKind)> {
            world.read_dir(Path::new(dir)).into_iter().flatten().map(|entry| (entry.name, entry.kind)).collect()
        };
        assert_eq!(names("/r"), [("a.md".to_owned(), EntryKind::File), ("new".to_owned(), EntryKind::Dir)]);
        assert_eq!(names("/r/new"), [("b.md".to_owned(), EntryKind::File)]);
        assert_eq!(world.stat(Path::new("/r/new")).map(|stat| stat.kind), Some(EntryKind::Dir));
        assert!(world.canonical(Path::new("/r/new/b.md")).is_ok() && world.canonical(Path::new("/r/c")).is_err());
    }
}

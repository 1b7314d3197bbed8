//! A world in which some files are other than they are: what a compiler is about to write, or what stood there before.

use super::{DirEntry, EntryKind, ReadError, Stat, World};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Another world, in which some files hold other bytes, or are not there. The changed paths are real ones: no link is on
/// the way to them.
pub struct Overlay<'a> {
    /// The world below.
    pub under: &'a dyn World,
    /// Absolute paths with the bytes that they have here; `None` for what is not there.
    pub files: BTreeMap<PathBuf, Option<Vec<u8>>>,
}

impl Overlay<'_> {
    /// The changed file at this path, which may be a link to it below.
    fn change(&self, path: &Path) -> Option<&Option<Vec<u8>>> {
        if let Some(change) = self.files.get(path) {
            return Some(change);
        }
        let real = self.under.canonical(path).ok()?;
        if real == path { None } else { self.files.get(&real) }
    }

    /// Changes strictly below a folder.
    fn below<'s>(&'s self, dir: &'s Path) -> impl Iterator<Item = (&'s Path, &'s Option<Vec<u8>>)> {
        let changes = self.files.range(dir.to_path_buf()..);
        let inside = changes.take_while(move |(path, _)| path.starts_with(dir));
        inside.filter_map(move |(path, change)| Some((path.strip_prefix(dir).ok()?, change)))
    }

    /// Whether a folder of the world below still holds something; one that holds nothing but removed files is gone.
    fn is_left(&self, dir: &Path) -> bool {
        if !self.below(dir).any(|(_, change)| change.is_none()) {
            return true;
        }
        self.read_dir(dir).is_ok_and(|entries| !entries.is_empty())
    }
}

impl World for Overlay<'_> {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = match self.under.read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if self.below(dir).any(|(_, change)| change.is_some()) => match error.kind() {
                io::ErrorKind::NotFound => Vec::new(),
                _ => return Err(error),
            },
            Err(error) => return Err(error),
        };
        if self.below(dir).next().is_none() {
            return Ok(entries);
        }
        let is_removed = |name: &str| matches!(self.files.get(&dir.join(name)), Some(None));
        entries.retain(|entry| match entry.kind {
            EntryKind::Dir => self.is_left(&dir.join(&entry.name)),
            _ => !is_removed(&entry.name),
        });
        for (path, change) in self.below(dir) {
            let mut parts = path.iter();
            let Some(name) = parts.next().and_then(|name| name.to_str()) else { continue };
            if change.is_none() || entries.iter().any(|entry| entry.name == name) {
                continue;
            }
            let kind = if parts.next().is_some() { EntryKind::Dir } else { EntryKind::File };
            entries.push(DirEntry { name: name.to_owned(), kind, readable_name: true });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.change(path) {
            Some(Some(bytes)) if bytes.len() as u64 > limit => Err(ReadError::TooLarge(bytes.len() as u64)),
            Some(Some(bytes)) => Ok(bytes.clone()),
            Some(None) => Err(ReadError::NotFound),
            None => self.under.read(path, limit),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.under.read_link(path)
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        match self.change(path) {
            Some(Some(bytes)) => Some(Stat { kind: EntryKind::File, bytes: bytes.len() as u64 }),
            Some(None) => None,
            None => match self.under.stat(path) {
                Some(stat) if stat.kind == EntryKind::Dir && !self.is_left(path) => None,
                Some(stat) => Some(stat),
                None if self.below(path).any(|(_, change)| change.is_some()) => {
                    Some(Stat { kind: EntryKind::Dir, bytes: 0 })
                }
                None => None,
            },
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.under.canonical(path) {
            Ok(real) if matches!(self.files.get(&real), Some(None)) => Err(io::ErrorKind::NotFound.into()),
            Ok(real) => Ok(real),
            Err(_) if self.stat(path).is_some() => {
                // What exists of the way may lead through links; what is new is as it is written.
                let existing = path.ancestors().skip(1).find_map(|dir| Some((dir, self.under.canonical(dir).ok()?)));
                let Some((dir, real)) = existing else { return Ok(path.to_path_buf()) };
                Ok(path.strip_prefix(dir).map_or_else(|_| path.to_path_buf(), |rest| real.join(rest)))
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Memory;

    #[test]
    fn files_are_added_changed_and_removed() {
        let mut memory = Memory::default();
        memory.add("/r/CLAUDE.md", "old");
        memory.add("/r/docs/agents/a.md", "a");
        memory.add("/r/src/x.rs", "x");
        let changed =
            [("/r/CLAUDE.md", Some("new")), ("/r/docs/agents/a.md", None), ("/r/.claude/rules/b.md", Some("b"))];
        let changed = changed.map(|(path, text)| (PathBuf::from(path), text.map(|text| text.as_bytes().to_vec())));
        let world = Overlay { under: &memory, files: changed.into() };
        let names = |dir: &str| -> Vec<String> {
            world.read_dir(Path::new(dir)).into_iter().flatten().map(|entry| entry.name).collect()
        };
        assert_eq!(names("/r"), [".claude", "CLAUDE.md", "src"]);
        assert_eq!(names("/r/.claude/rules"), ["b.md"]);
        assert!(world.stat(Path::new("/r/docs")).is_none());
        assert_eq!(world.stat(Path::new("/r/.claude")).map(|stat| stat.kind), Some(EntryKind::Dir));
        assert_eq!(world.read(Path::new("/r/CLAUDE.md"), 9), Ok(b"new".to_vec()));
        assert_eq!(world.read(Path::new("/r/docs/agents/a.md"), 9), Err(ReadError::NotFound));
        assert_eq!(world.canonical(Path::new("/r/.claude/rules/b.md")).ok(), Some("/r/.claude/rules/b.md".into()));
        assert!(world.canonical(Path::new("/r/docs/agents/a.md")).is_err());
    }
}

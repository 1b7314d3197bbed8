//! The world as a workspace holds it: paths from the index, and the bytes of the files that were read. Nothing is asked
//! of the disk, so a plan over it is a function of the workspace alone.

use crate::paths::PathIndex;
use crate::world::{DirEntry, EntryKind, ReadError, Stat, World};
use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Gives the bytes of the file at a real path (relative to the root, with `/`), or why there are none.
pub type Bytes<'a> = dyn Fn(&str) -> Result<&'a [u8], ReadError> + Sync + 'a;

/// A repository that was walked and read before. As with [`super::Visible`], what git ignores is not there, unless it
/// was read all the same.
pub struct Indexed<'a> {
    /// The root, absolute.
    pub root: &'a Path,
    /// Every path of the repository.
    pub index: &'a PathIndex,
    /// The files that were read.
    pub bytes: &'a Bytes<'a>,
}

impl<'a> Indexed<'a> {
    fn inside(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(self.root).ok()?.to_str()?;
        Some(if cfg!(windows) { inside.replace('\\', "/") } else { inside.to_owned() })
    }

    /// The real path behind `path`. A personal file that git ignores is not in the index, but may have been read.
    fn real(&self, path: &Path) -> Option<Arc<str>> {
        let inside = self.inside(path)?;
        if inside.is_empty() {
            return Some("".into());
        }
        self.index.real_path(&inside).or_else(|| (self.bytes)(&inside).is_ok().then(|| inside.into()))
    }

    fn is_dir(&self, real: &str) -> bool {
        real.is_empty() || self.index.dirs.binary_search_by(|dir| (**dir).cmp(real)).is_ok()
    }

    fn found(&self, path: &Path) -> io::Result<Arc<str>> {
        self.real(path).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_bytes(&self, path: &Path, limit: u64) -> Result<&'a [u8], ReadError> {
        let real = self.real(path).ok_or(ReadError::NotFound)?;
        let bytes = (self.bytes)(&real)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(bytes.len() as u64)) } else { Ok(bytes) }
    }
}

impl World for Indexed<'_> {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let real = self.found(dir)?;
        if !self.is_dir(&real) {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let prefix = if real.is_empty() { String::new() } else { format!("{real}/") };
        let entry = |name: &str, kind| DirEntry { name: name.to_owned(), kind, readable_name: true };
        let mut entries = Vec::new();
        for (paths, kind) in [(&self.index.files, EntryKind::File), (&self.index.dirs, EntryKind::Dir)] {
            let mut at = paths.partition_point(|path| **path < *prefix);
            while let Some(below) = paths.get(at).and_then(|path| path.strip_prefix(&*prefix)) {
                match below.split_once('/') {
                    None if below.is_empty() => at += 1,
                    None => {
                        entries.push(entry(below, kind));
                        at += 1;
                    }
                    // What lies deeper is passed over as one: `0` is the character after `/`.
                    Some((name, _)) => {
                        let behind = format!("{prefix}{name}0");
                        at += paths[at..].partition_point(|path| **path < *behind);
                    }
                }
            }
        }
        let links = self
            .index
            .links
            .range::<str, _>((Bound::Included(&*prefix), Bound::Unbounded))
            .map(|(link, _)| link.strip_prefix(&*prefix));
        for below in links.map_while(|below| below).filter(|below| !below.contains('/') && !below.is_empty()) {
            entries.push(entry(below, EntryKind::Link));
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.read_bytes(path, limit).map(<[u8]>::to_vec)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.found(path).map(|real| self.root.join(&*real))
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let dir = Stat { kind: EntryKind::Dir, bytes: 0 };
        // The walk starts at a root and does not enter `.git`; for a start in the root it does not matter which it is.
        if path.strip_prefix(self.root).is_ok_and(|inside| inside == Path::new(".git")) {
            return Some(dir);
        }
        let real = self.real(path)?;
        if self.is_dir(&real) {
            return Some(dir);
        }
        let bytes = (self.bytes)(&real).map_or(0, |bytes| bytes.len() as u64);
        Some(Stat { kind: EntryKind::File, bytes })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        // Joining an empty path would add a separator.
        self.found(path).map(|real| if real.is_empty() { self.root.to_path_buf() } else { self.root.join(&*real) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::LinkTarget;

    #[test]
    fn folders_hold_what_lies_directly_in_them() {
        let mut index = PathIndex::default();
        index.files = ["a/b/c.md", "a/b/d/e.md", "a/b.md", "a/bc.md", "x.md"].map(Arc::from).to_vec();
        index.dirs = ["a", "a/b", "a/b/d"].map(Arc::from).to_vec();
        index.links = [(Arc::from("a/link"), LinkTarget::Inside("a/b".into()))].into();
        index.files.sort();
        let bytes = |path: &str| if path == "a/b/c.md" { Ok(&b"text"[..]) } else { Err(ReadError::NotFound) };
        let world = Indexed { root: Path::new("/r"), index: &index, bytes: &bytes };
        let names = |dir: &str| -> Vec<String> {
            world.read_dir(Path::new(dir)).into_iter().flatten().map(|entry| entry.name).collect()
        };
        assert_eq!(names("/r"), ["a", "x.md"]);
        assert_eq!(names("/r/a"), ["b", "b.md", "bc.md", "link"]);
        assert_eq!(names("/r/a/link"), ["c.md", "d"]);
        assert_eq!(names("/r/nothing"), Vec::<String>::new());
        assert_eq!(world.read(Path::new("/r/a/link/c.md"), 9), Ok(b"text".to_vec()));
        assert_eq!(world.read(Path::new("/r/a/b/c.md"), 3), Err(ReadError::TooLarge(4)));
        assert_eq!(world.canonical(Path::new("/r/a/link/c.md")).ok(), Some("/r/a/b/c.md".into()));
        assert_eq!(world.canonical(Path::new("/r")).ok(), Some("/r".into()));
        assert!(world.stat(Path::new("/elsewhere")).is_none());
    }
}

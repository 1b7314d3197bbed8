//! The world as the repository alone shows it: what git ignores and what lies outside the root is not there.

use crate::clients;
use crate::paths::{PathIndex, Presence};
use crate::world::{DirEntry, ReadError, Stat, World};
use std::io;
use std::path::{Path, PathBuf};

/// Hides everything that another machine with the same repository would not have.
pub struct Visible<'a> {
    /// The real world.
    pub world: &'a dyn World,
    /// The root, absolute.
    pub root: &'a Path,
    /// Every path of the repository.
    pub index: &'a PathIndex,
    /// Whether one person's files are there although git ignores them, as it usually does.
    pub personal: bool,
}

impl Visible<'_> {
    fn shows(&self, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(self.root) else { return false };
        // Where the repository starts is known to everybody.
        if inside == Path::new(".git") {
            return true;
        }
        inside.to_str().is_some_and(|inside| {
            let inside = inside.replace('\\', "/");
            match self.index.presence(&inside) {
                Presence::File | Presence::Dir => true,
                Presence::Ignored => self.personal && clients::is_personal(&inside),
                Presence::Beyond | Presence::Missing => false,
            }
        })
    }
}

impl World for Visible<'_> {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        if !self.shows(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut entries = self.world.read_dir(dir)?;
        entries.retain(|entry| self.shows(&dir.join(&entry.name)));
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        if self.shows(path) { self.world.read(path, limit) } else { Err(ReadError::NotFound) }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        if self.shows(path) { self.world.read_link(path) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        if self.shows(path) { self.world.stat(path) } else { None }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        // The root itself may be reached through a link, so only what is inside is asked for.
        let inside = path.strip_prefix(self.root).ok().and_then(Path::to_str).map(|inside| inside.replace('\\', "/"));
        match inside.and_then(|inside| if inside.is_empty() { Some("".into()) } else { self.index.real_path(&inside) })
        {
            Some(real) => Ok(self.root.join(&*real)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

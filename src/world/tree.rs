//! A commit or the index as a world: what a folder would hold if it were checked out, read from git's objects alone.

use super::git::compare::{self, Entry, TreeKind};
use super::git::{GitError, Objects, Oid, Repository};
use super::links::real_path;
use super::{DirEntry, Disk, EntryKind, ReadError, Stat, World};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The files of a commit or of the index below a root. What lies outside of the root, and git's own folder in it, is
/// answered by the disk: neither belongs to any commit.
pub struct Tree {
    root: PathBuf,
    repository: Repository,
    /// Sorted by path.
    entries: Vec<Entry>,
    /// For each entry, whether the worktree has the very same file: then it is read from there, which costs no git.
    on_disk: Vec<bool>,
    /// Where the symbolic links stand in `entries`, by path: most repositories have none, and then no path needs a closer look.
    links: HashMap<Arc<str>, usize>,
    /// What each folder holds, by its path; the root is the empty one.
    folders: HashMap<String, Vec<DirEntry>>,
    texts: Mutex<HashMap<Oid, Option<Arc<Vec<u8>>>>>,
    objects: Mutex<Option<Objects>>,
}

enum Found<'a> {
    Entry(&'a Entry),
    Folder(String),
    /// Outside of the root, or in git's own folder.
    Elsewhere(PathBuf),
}

impl Tree {
    /// The world that `entries` make below the root of `repository`. `is_on_disk` tells of which of them the worktree has
    /// the very same file.
    pub fn new(repository: &Repository, mut entries: Vec<Entry>, is_on_disk: &dyn Fn(&Entry) -> bool) -> Tree {
        // A tree object can hold any name; only what is written as a path below the root is one.
        entries.retain(|entry| entry.path.split('/').all(is_name));
        // Git sorts a folder as if its name ended in a slash.
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        let on_disk = entries.iter().map(|entry| entry.kind == TreeKind::File && is_on_disk(entry)).collect();
        let links = entries.iter().enumerate().filter(|(_, entry)| entry.kind == TreeKind::Link);
        let links = links.map(|(at, entry)| (entry.path.clone(), at)).collect();
        let mut folders: HashMap<String, Vec<DirEntry>> = HashMap::new();
        folders.insert(String::new(), Vec::new());
        for entry in &entries {
            let kind = match entry.kind {
                TreeKind::File => EntryKind::File,
                TreeKind::Link => EntryKind::Link,
                TreeKind::Submodule => EntryKind::Dir,
            };
            let mut kind = Some(kind);
            let mut path: &str = &entry.path;
            if entry.kind == TreeKind::Submodule {
                // This is how a submodule that is checked out looks, and how the walk knows it.
                let mark = DirEntry { name: ".git".to_owned(), kind: EntryKind::File, readable_name: true };
                folders.insert(path.to_owned(), vec![mark]);
            }
            while let Some(this) = kind.take() {
                let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
                let is_new = !folders.contains_key(dir);
                let inside = folders.entry(dir.to_owned()).or_default();
                inside.push(DirEntry { name: name.to_owned(), kind: this, readable_name: true });
                if is_new {
                    (path, kind) = (dir, Some(EntryKind::Dir));
                }
            }
        }
        for entries in folders.values_mut() {
            entries.sort_unstable();
        }
        Tree {
            root: repository.root.clone(),
            repository: repository.clone(),
            entries,
            on_disk,
            links,
            folders,
            texts: Mutex::default(),
            objects: Mutex::default(),
        }
    }

    /// The repository, whose head is the commit that the world stands on.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Every file, sorted by path.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a path relative to the root.
    pub fn entry(&self, path: &str) -> Option<&Entry> {
        Some(&self.entries[self.position(path)?])
    }

    /// Whether there is a folder at a path relative to the root.
    pub fn is_dir(&self, path: &str) -> bool {
        self.folders.contains_key(path)
    }

    fn is_on_disk(&self, entry: &Entry) -> bool {
        self.position(&entry.path).is_some_and(|at| self.on_disk[at])
    }

    fn position(&self, path: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| (*entry.path).cmp(path)).ok()
    }

    /// Reads the contents of these paths in one go, so that they need not be asked for one by one.
    ///
    /// # Errors
    /// When git fails.
    pub fn prefetch<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Result<(), GitError> {
        let asked = |path: &str| {
            let at = self.position(path)?;
            (!self.on_disk[at]).then(|| self.entries[at].oid.clone())
        };
        let oids: Vec<Oid> = paths.filter_map(asked).collect();
        if oids.is_empty() {
            return Ok(());
        }
        let blobs = compare::blobs(&self.repository, &oids)?;
        if let Ok(mut texts) = self.texts.lock() {
            texts.extend(oids.into_iter().zip(blobs.into_iter().map(|blob| blob.map(Arc::new))));
        }
        Ok(())
    }

    fn blob(&self, oid: &Oid) -> Option<Arc<Vec<u8>>> {
        if let Some(known) = self.texts.lock().ok()?.get(oid) {
            return known.clone();
        }
        let mut objects = self.objects.lock().ok()?;
        if objects.is_none() {
            *objects = Objects::open(&self.repository).ok();
        }
        let blob = compare::blob(objects.as_mut()?, oid).map(Arc::new);
        self.texts.lock().ok()?.insert(oid.clone(), blob.clone());
        blob
    }

    /// The way from the root to a path; `None` where it does not lead there.
    fn inside(&self, path: &Path) -> Option<String> {
        let inside = path.strip_prefix(&self.root).ok()?;
        if inside.components().next() == Some(Component::Normal(".git".as_ref())) {
            return None;
        }
        let mut found = String::with_capacity(inside.as_os_str().len());
        for part in inside.components() {
            let Component::Normal(part) = part else { return None };
            if !found.is_empty() {
                found.push('/');
            }
            found.push_str(part.to_str()?);
        }
        Some(found)
    }

    /// What is at an absolute path; links are followed on the way, and at its end when `last` says so.
    fn find(&self, path: &Path, last: bool) -> io::Result<Found<'_>> {
        let link = |at: &Path| {
            let link = self.inside(at).and_then(|inside| self.links.get(inside.as_str()));
            let Some(link) = link else { return Ok(None) };
            let target = self.blob(&self.entries[*link].oid).ok_or(io::ErrorKind::NotFound)?;
            Ok(Some(PathBuf::from(String::from_utf8_lossy(&target).into_owned())))
        };
        let is_plain = || path.components().all(|part| matches!(part, Component::Normal(_) | Component::RootDir));
        let at = match self.links.is_empty() && is_plain() {
            true => Cow::Borrowed(path),
            false => Cow::Owned(real_path(path, last, link)?),
        };
        let Some(inside) = self.inside(&at) else { return Ok(Found::Elsewhere(at.into_owned())) };
        if self.folders.contains_key(&inside) {
            return Ok(Found::Folder(inside));
        }
        self.entry(&inside).map(Found::Entry).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Whether a part of a path can be a file's or a folder's own name, and is not git's folder.
fn is_name(part: &str) -> bool {
    !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git")
}

impl World for Tree {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        match self.find(dir, true)? {
            Found::Folder(dir) => Ok(self.folders.get(&dir).cloned().unwrap_or_default()),
            Found::Entry(_) => Err(io::ErrorKind::NotADirectory.into()),
            Found::Elsewhere(dir) => Disk.read_dir(&dir),
        }
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let denied = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::NotFound,
            _ => ReadError::Denied(error.to_string()),
        };
        let entry = match self.find(path, true).map_err(denied)? {
            Found::Entry(entry) => entry,
            Found::Folder(_) => return Err(ReadError::NotAFile),
            Found::Elsewhere(path) => return Disk.read(&path, limit),
        };
        if self.is_on_disk(entry)
            && let Ok(bytes) = Disk.read(&self.root.join(&*entry.path), limit)
        {
            return Ok(bytes);
        }
        let missing = || ReadError::Denied("this clone does not have its content".to_owned());
        let bytes = self.blob(&entry.oid).ok_or_else(missing)?;
        if bytes.len() as u64 > limit { Err(ReadError::TooLarge(bytes.len() as u64)) } else { Ok(bytes.to_vec()) }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.find(path, false)? {
            Found::Entry(entry) if entry.kind == TreeKind::Link => {
                let target = self.blob(&entry.oid).ok_or(io::ErrorKind::NotFound)?;
                Ok(PathBuf::from(String::from_utf8_lossy(&target).into_owned()))
            }
            Found::Elsewhere(path) => Disk.read_link(&path),
            Found::Entry(_) | Found::Folder(_) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        match self.find(path, true).ok()? {
            Found::Folder(_) => Some(Stat { kind: EntryKind::Dir, bytes: 0 }),
            Found::Entry(entry) if self.is_on_disk(entry) => Disk.stat(&self.root.join(&*entry.path)),
            Found::Entry(entry) => {
                let bytes = self.blob(&entry.oid).map_or(0, |bytes| bytes.len() as u64);
                Some(Stat { kind: EntryKind::File, bytes })
            }
            Found::Elsewhere(path) => Disk.stat(&path),
        }
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        match self.find(path, true)? {
            Found::Folder(dir) if dir.is_empty() => Ok(self.root.clone()),
            Found::Folder(dir) => Ok(self.root.join(dir)),
            Found::Entry(entry) => Ok(self.root.join(&*entry.path)),
            // The root may itself lie behind a link of the disk.
            Found::Elsewhere(path) => Disk.canonical(&path),
        }
    }

    fn is_checked_in(&self) -> bool {
        true
    }
}

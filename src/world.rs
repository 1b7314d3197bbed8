//! What the outside can be asked. Every read of a file, a folder or git goes through here.
//!
//! A [`World`] answers for absolute paths. [`Disk`] is the real one; [`Tree`] is a commit or the index; [`Memory`] holds a tree for tests and for lint
//! pages, including what a disk makes hard to build: unreadable files, huge files and link loops.

pub mod git;
mod links;
mod memory;
mod overlay;
mod tree;

pub use memory::{Memory, MemoryFile};
pub use overlay::Overlay;
pub use tree::Tree;

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What a folder's entry is, without following links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Link,
    /// A socket, a device or a pipe: never opened.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DirEntry {
    /// The name; bytes that are not UTF-8 are replaced, and `readable_name` is false then.
    pub name: String,
    /// What it is, without following links.
    pub kind: EntryKind,
    /// False when the name is not UTF-8 and so cannot be asked for again.
    pub readable_name: bool,
}

/// Why a file's bytes could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is larger than asked for; its size in bytes.
    TooLarge(u64),
    /// Nothing is there.
    NotFound,
    /// It is a folder or something that is never opened.
    NotAFile,
    /// The system said no, in its words.
    Denied(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::TooLarge(size) => write!(f, "it has {size} bytes"),
            ReadError::NotFound => f.write_str("no such file"),
            ReadError::NotAFile => f.write_str("it is not a regular file"),
            ReadError::Denied(why) => f.write_str(why),
        }
    }
}

/// What stands behind a path after following links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// File, folder or other; never a link.
    pub kind: EntryKind,
    /// Size in bytes (0 for folders).
    pub bytes: u64,
}

/// The outside, as far as it may be asked. Paths are absolute.
pub trait World: Sync + Send {
    /// The entries of a folder, sorted by name.
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>>;
    /// The bytes of a regular file of at most `limit` bytes; links are followed.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError>;
    /// Where a link points, as written.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;
    /// What is there after following links; `None` when there is nothing or a link leads nowhere.
    fn stat(&self, path: &Path) -> Option<Stat>;
    /// The absolute path with all links resolved; an error for what does not exist and for loops.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
    /// Whether all that is below the root belongs to the repository, whatever its ignore rules say: so in a commit, and
    /// not in a worktree.
    fn is_checked_in(&self) -> bool {
        false
    }
}

/// The real file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

fn kind_of(file_type: std::fs::FileType) -> EntryKind {
    if file_type.is_symlink() {
        EntryKind::Link
    } else if file_type.is_dir() {
        EntryKind::Dir
    } else if file_type.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

impl Disk {
    /// A regular file to be read from the byte `from` on, with its size in bytes: for files that are too large to be held.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn stream(self, path: &Path, from: u64) -> io::Result<(impl Read + use<>, u64)> {
        let mut file = open_without_waiting(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        io::Seek::seek(&mut file, io::SeekFrom::Start(from))?;
        Ok((file, meta.len()))
    }

    /// When a file was last changed, in nanoseconds since 1970; for finding the newest, never for a result.
    pub fn changed(self, path: &Path) -> Option<u128> {
        let time = std::fs::metadata(path).ok()?.modified().ok()?;
        time.duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_nanos())
    }
}

impl World for Disk {
    fn read_dir(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir)? {
            let entry = entry?;
            let (name, readable_name) = match entry.file_name().into_string() {
                Ok(name) => (name, true),
                Err(raw) => (raw.to_string_lossy().into_owned(), false),
            };
            // The type comes with the listing on every usual file system; no further system call is made.
            let kind = entry.file_type().map_or(EntryKind::Other, kind_of);
            entries.push(DirEntry { name, kind, readable_name });
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        let denied = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => ReadError::NotFound,
            io::ErrorKind::PermissionDenied => ReadError::Denied("permission denied".to_owned()),
            _ => ReadError::Denied(error.to_string()),
        };
        // A named pipe would block at open; the callers hand over regular files and links to them only, and a link to
        // a pipe is caught by opening without waiting.
        let mut file = open_without_waiting(path).map_err(denied)?;
        let meta = file.metadata().map_err(denied)?;
        if !meta.is_file() {
            return Err(ReadError::NotAFile);
        }
        if meta.len() > limit {
            return Err(ReadError::TooLarge(meta.len()));
        }
        // One spare byte: a read that does not fill the buffer has met the end, so no second read is needed.
        let mut bytes = vec![0; meta.len() as usize + 1];
        let mut filled = 0;
        loop {
            match file.read(&mut bytes[filled..]) {
                Ok(0) => break,
                Ok(count) => {
                    filled += count;
                    if filled < bytes.len() && filled as u64 >= meta.len() {
                        break;
                    }
                    if filled == bytes.len() {
                        // The file grew since it was measured.
                        if filled as u64 > limit {
                            return Err(ReadError::TooLarge(filled as u64));
                        }
                        bytes.resize(filled * 2, 0);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(denied(error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }

    fn stat(&self, path: &Path) -> Option<Stat> {
        let meta = std::fs::metadata(path).ok()?;
        let kind = kind_of(meta.file_type());
        Some(Stat { kind, bytes: if kind == EntryKind::File { meta.len() } else { 0 } })
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
}

/// For each path a number that changes when the file or the folder does: 0 for what is not there. For noticing changes
/// only; it depends on the machine.
pub fn stamps(paths: &[PathBuf]) -> Vec<u64> {
    let stamp = |path: &PathBuf| {
        let Ok(meta) = std::fs::metadata(path) else { return 0 };
        let modified = meta.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let nanoseconds = modified.map_or(0, |at| at.as_nanos() as u64);
        nanoseconds.rotate_left(17) ^ meta.len() ^ 1
    };
    paths.iter().map(stamp).collect()
}

#[cfg(unix)]
fn open_without_waiting(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    /// `O_NONBLOCK`, which differs between systems; the value is that of the platform's headers.
    const NONBLOCK: i32 = if cfg!(target_os = "linux") { 0o4000 } else { 0x0004 };
    std::fs::OpenOptions::new().read(true).custom_flags(NONBLOCK).open(path)
}

#[cfg(not(unix))]
fn open_without_waiting(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

//! The temporary file of a single write, which a process that is killed leaves behind and the next one removes.
//!
//! Its names are few, and who writes holds a lock on the file. The system lets go of a lock when a process ends, however it
//! ends: a file under one of these names that nobody holds is left over. No other file is ever removed.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// How many processes may write into one folder at the same time.
const NAMES: usize = 64;
/// How often a name is tried again that another process took away.
const ATTEMPTS: usize = 20;

/// A file that this process alone holds; it is removed unless it is put in its place.
#[derive(Debug)]
pub(super) struct Temporary {
    /// The open file, with the lock.
    pub(super) file: File,
    path: PathBuf,
    is_placed: bool,
}

impl Temporary {
    /// Makes an empty file in a folder, and removes what dead processes left there.
    ///
    /// # Errors
    /// Those of the disk, and that of too many processes at once.
    pub(super) fn new(dir: &Path) -> io::Result<Temporary> {
        let mut made = None;
        for at in 0..NAMES {
            let path = dir.join(format!(".ctxlint-write-{at}"));
            remove_left_over(&path);
            if made.is_none() {
                made = make(&path)?;
            }
        }
        made.ok_or_else(|| io::Error::new(io::ErrorKind::ResourceBusy, "too many processes write into this folder"))
    }

    /// Puts it in the place of `target`, in one step.
    ///
    /// # Errors
    /// Those of the disk; the file is removed then.
    pub(super) fn place(mut self, target: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, target)?;
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_placed {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Removes a file that nobody holds. A link in its place is not ours.
fn remove_left_over(path: &Path) {
    if !std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()) {
        return;
    }
    let Ok(file) = OpenOptions::new().read(true).open(path) else { return };
    if file.try_lock().is_ok() && is_at(&file, path) {
        let _ = std::fs::remove_file(path);
    }
}

/// Makes a file and holds it; `None` when the name is taken.
fn make(path: &Path) -> io::Result<Option<Temporary>> {
    for _ in 0..ATTEMPTS {
        // A new file gets what the umask leaves of 666, as from any other program.
        let file = match OpenOptions::new().write(true).create_new(true).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            // Until it was held, another process could take it for a file that was left over.
            Ok(()) if !is_at(&file, path) => {}
            Err(std::fs::TryLockError::WouldBlock) => {}
            // Where nothing can be locked, the name alone must do.
            Ok(()) | Err(std::fs::TryLockError::Error(_)) => {
                return Ok(Some(Temporary { file, path: path.to_owned(), is_placed: false }));
            }
        }
    }
    Ok(None)
}

/// Whether an open file is the one at this path.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |meta: std::fs::Metadata| (meta.dev(), meta.ino());
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(open), Ok(there)) => of(open) == of(there),
        _ => false,
    }
}

/// Whether an open file is the one at this path: a file that is open here cannot be removed by others.
#[cfg(not(unix))]
pub(super) fn is_at(_: &File, path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = dir.read_dir().into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_dead_process_left_goes_and_what_is_held_or_not_ours_stays() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let held = Temporary::new(dir.path())?;
        for left in [".ctxlint-write-1", ".ctxlint-write-2", ".ctxlint-mine", ".ctxlint-write-"] {
            std::fs::write(dir.path().join(left), "left")?;
        }
        std::os::unix::fs::symlink(dir.path().join(".ctxlint-mine"), dir.path().join(".ctxlint-write-3"))?;
        let second = Temporary::new(dir.path())?;
        let wanted = [".ctxlint-mine", ".ctxlint-write-", ".ctxlint-write-0", ".ctxlint-write-1", ".ctxlint-write-3"];
        assert_eq!(names(dir.path()), wanted);
        assert_eq!(std::fs::read(dir.path().join(".ctxlint-write-1"))?, b"", "it is the second one's");
        second.place(&dir.path().join("second"))?;
        drop(held);
        assert_eq!(names(dir.path()), [".ctxlint-mine", ".ctxlint-write-", ".ctxlint-write-3", "second"]);
        assert_eq!(std::fs::read(dir.path().join(".ctxlint-mine"))?, b"left");
        Ok(())
    }

    #[test]
    fn what_is_left_goes_under_whichever_name() -> io::Result<()> {
        for at in [0, 3, NAMES - 1] {
            let dir = tempfile::tempdir()?;
            std::fs::write(dir.path().join(format!(".ctxlint-write-{at}")), "left")?;
            Temporary::new(dir.path())?.place(&dir.path().join("new"))?;
            assert_eq!(names(dir.path()), ["new"]);
        }
        Ok(())
    }

    #[test]
    fn many_at_once_never_share_a_file() -> io::Result<()> {
        let dir = tempfile::tempdir()?;
        let write = |number: usize| -> io::Result<()> {
            for round in 0..40 {
                let mut made = Temporary::new(dir.path())?;
                let text = format!("{number} {round}").repeat(100);
                std::io::Write::write_all(&mut made.file, text.as_bytes())?;
                let target = dir.path().join(format!("of-{number}"));
                made.place(&target)?;
                assert_eq!(std::fs::read_to_string(target)?, text);
            }
            Ok(())
        };
        let done: Vec<io::Result<()>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || write(number))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        assert_eq!(done.len(), 8);
        done.into_iter().collect::<io::Result<()>>()?;
        assert_eq!(names(dir.path()).len(), 8, "{:?}", names(dir.path()));
        Ok(())
    }
}

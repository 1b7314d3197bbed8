//! The only place that writes. A destination is checked before anything happens, and a file is either the old one or
//! the new one, whenever the process ends. Several files are written all or none ([`write_all`]).

mod journal;
mod temporary;
mod transaction;

pub use transaction::{Recovered, recover, write_all, write_all_and_empty};

use crate::paths;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use temporary::Temporary;

/// Why nothing was written.
#[derive(Debug)]
pub enum WriteError {
    /// The destination is not one that ctxlint may write, with the reason.
    Refused {
        /// The destination as given.
        path: String,
        /// Why.
        why: &'static str,
    },
    /// The system said no.
    Failed {
        /// The destination as given.
        path: String,
        /// Its words.
        error: io::Error,
    },
    /// Files are not as they were expected: somebody changed them since they were read.
    Changed {
        /// The destinations as given.
        paths: Vec<String>,
    },
    /// Another process is writing here.
    Busy {
        /// The journal that it holds.
        journal: PathBuf,
    },
    /// A run could neither be completed nor taken back. Its journal stays, and the next run tries again.
    Unfinished {
        /// The journal.
        journal: PathBuf,
        /// The file at which it failed.
        path: String,
        /// The system's words.
        error: io::Error,
    },
    /// What lies in the place of the journal names a file that ctxlint would never write.
    Spoiled {
        /// The journal.
        journal: String,
        /// What it names.
        names: String,
    },
}

/// One file to write or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The destination, relative to the root, with `/`.
    pub path: String,
    /// The new content; `None` removes the file.
    pub bytes: Option<Vec<u8>>,
    /// What must be there.
    pub expected: Expected,
}

/// What must be at a destination before it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whatever is there is replaced.
    Anything,
    /// There is no file.
    Nothing,
    /// A file whose content has this [`content_hash`].
    Content(u128),
}

impl Expected {
    /// A file with these bytes.
    pub fn content(bytes: &[u8]) -> Expected {
        Expected::Content(content_hash(bytes))
    }
}

/// The hash by which a content is known again.
pub fn content_hash(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Refused { path, why } => write!(f, "will not write `{path}`: {why}"),
            WriteError::Failed { path, error } => write!(f, "`{path}` could not be written: {error}"),
            WriteError::Changed { paths } => {
                let (verb, names) = (if paths.len() == 1 { "was" } else { "were" }, paths.join("`, `"));
                write!(f, "`{names}` {verb} changed since it was read; nothing was written")
            }
            WriteError::Busy { journal } => {
                write!(f, "another ctxlint is writing here (it holds {}); nothing was written", journal.display())
            }
            WriteError::Unfinished { journal, path, error } => write!(
                f,
                "`{path}`: {error}; a run is left half done, and the next one that writes here will finish it \
                 (its journal is {})",
                journal.display()
            ),
            WriteError::Spoiled { journal, names } => write!(
                f,
                "{journal} names `{names}`, which ctxlint would never write; remove that file if you trust the repository"
            ),
        }
    }
}

impl std::error::Error for WriteError {}

/// Where a write to `path`, relative to `root`, would go.
///
/// # Errors
/// When the path is absolute, has `..`, lies in `.git`, or leads through a link out of the root.
pub fn destination(root: &Path, path: &str) -> Result<PathBuf, WriteError> {
    let refuse = |why| Err(WriteError::Refused { path: path.to_owned(), why });
    let failed = |error| WriteError::Failed { path: path.to_owned(), error };
    if path.is_empty() || path.ends_with('/') {
        return refuse("it names no file");
    }
    if path.contains(['\0', '\n', '\r']) {
        return refuse("its name holds a control character");
    }
    if path.starts_with(['/', '\\', '~']) || Path::new(path).is_absolute() || path.get(1..2) == Some(":") {
        return refuse("it is not relative to the root");
    }
    let parts = || path.split(['/', '\\']);
    if parts().any(|part| part == "..") {
        return refuse("it has `..`");
    }
    // File systems that ignore case, trailing dots or spaces reach `.git` under more than one name.
    let is_git = |part: &str| {
        let plain = part.trim_end_matches(['.', ' ']).to_ascii_lowercase();
        plain == ".git" || plain.starts_with("git~")
    };
    if parts().any(is_git) {
        return refuse("it lies in `.git`");
    }
    let path_in_root = paths::normalize("", path).unwrap_or_default();
    let real_root = root.canonicalize().map_err(failed)?;
    let wanted = real_root.join(&path_in_root);
    // Whatever exists of the way must, with all links resolved, still be inside the root and outside of `.git`.
    let mut existing = wanted.as_path();
    let real = loop {
        match existing.canonicalize() {
            Ok(real) => break real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if existing.symlink_metadata().is_ok() {
                    return refuse("a link on the way leads to nothing");
                }
                existing = existing.parent().unwrap_or(&real_root);
            }
            Err(error) => return Err(failed(error)),
        }
    };
    let Ok(inside) = real.strip_prefix(&real_root) else { return refuse("a link on the way leaves the root") };
    if inside.iter().any(|part| part.to_str().is_some_and(is_git)) {
        return refuse("a link on the way leads into `.git`");
    }
    let rest = wanted.strip_prefix(existing).unwrap_or(Path::new(""));
    Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// Writes a file in one step: a temporary file in the same folder, then a rename. Folders are made as needed; the
/// permissions of a file that is replaced are kept, and a link stays a link. What a process that was killed left in that
/// folder is removed.
///
/// # Errors
/// When the destination is refused or the system fails; the old file is untouched then.
pub fn write(root: &Path, path: &str, bytes: &[u8]) -> Result<(), WriteError> {
    let to = destination(root, path)?;
    let failed = |error| WriteError::Failed { path: path.to_owned(), error };
    let dir = to.parent().unwrap_or(root);
    std::fs::create_dir_all(dir).map_err(failed)?;
    let mut new = Temporary::new(dir).map_err(failed)?;
    new.file.write_all(bytes).map_err(failed)?;
    if let Ok(old) = to.metadata() {
        if !old.is_file() {
            return Err(WriteError::Refused { path: path.to_owned(), why: "it is not a regular file" });
        }
        new.file.set_permissions(old.permissions()).map_err(failed)?;
    }
    new.file.sync_all().map_err(failed)?;
    new.place(&to).map_err(failed)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn refusal(root: &Path, path: &str) -> &'static str {
        match destination(root, path) {
            Err(WriteError::Refused { why, .. }) => why,
            Err(error) => panic!("{error}"),
            Ok(to) => panic!("{path} was accepted as {}", to.display()),
        }
    }

    #[test]
    fn destinations_outside_of_what_was_asked_are_refused() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        let dir = tempfile::tempdir()?;
        let root = dir.path();
        std::fs::create_dir_all(root.join(".git/hooks"))?;
        std::fs::create_dir(root.join("docs"))?;
        symlink(outside.path(), root.join("out"))?;
        symlink(".git/hooks", root.join("hooks"))?;
        symlink("nowhere", root.join("dangling"))?;
        assert_eq!(refusal(root, "/etc/passwd"), "it is not relative to the root");
        assert_eq!(refusal(root, "~/x"), "it is not relative to the root");
        assert_eq!(refusal(root, "C:\\x"), "it is not relative to the root");
        assert_eq!(refusal(root, "docs/../../x"), "it has `..`");
        assert_eq!(refusal(root, "..\\x"), "it has `..`");
        for path in [".git/config", "docs/.GIT/x", ".git./x", "GIT~1/x"] {
            assert_eq!(refusal(root, path), "it lies in `.git`");
        }
        assert_eq!(refusal(root, "out/x.md"), "a link on the way leaves the root");
        assert_eq!(refusal(root, "out/new/x.md"), "a link on the way leaves the root");
        assert_eq!(refusal(root, "hooks/pre-commit"), "a link on the way leads into `.git`");
        assert_eq!(refusal(root, "dangling"), "a link on the way leads to nothing");
        assert_eq!(refusal(root, "docs/"), "it names no file");
        assert_eq!(refusal(root, "a\nb"), "its name holds a control character");
        assert!(outside.path().read_dir()?.next().is_none());
        Ok(())
    }

    #[test]
    fn a_replaced_file_keeps_its_permissions_and_a_link_stays_a_link() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let root = dir.path();
        std::fs::write(root.join("AGENTS.md"), "old")?;
        std::fs::set_permissions(root.join("AGENTS.md"), std::fs::Permissions::from_mode(0o640))?;
        symlink("AGENTS.md", root.join("CLAUDE.md"))?;
        write(root, "CLAUDE.md", b"new")?;
        assert_eq!(std::fs::read_to_string(root.join("AGENTS.md"))?, "new");
        assert_eq!(root.join("AGENTS.md").metadata()?.permissions().mode() & 0o777, 0o640);
        assert!(root.join("CLAUDE.md").symlink_metadata()?.is_symlink());
        write(root, "a/b/c.md", b"made")?;
        assert_eq!(root.join("a/b").read_dir()?.count(), 1, "no temporary file is left");
        Ok(())
    }
}

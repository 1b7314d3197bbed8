//! What of the working tree is not committed. `git status` may run the filters that a repository configures; this runs none.

use super::{GitError, Objects, Repository, command, open, output};
use crate::world::{Disk, World};
use std::collections::BTreeSet;
use std::path::Path;

/// Larger files are told apart by their size and time alone, in bytes.
const MAX_COMPARED: u64 = 16 << 20;

/// Tracked paths whose content in the index differs from the last commit, or on the disk from the index, relative to
/// `root`, sorted. Files that git does not track are not among them.
///
/// # Errors
/// When git is missing, fails, or nothing was committed yet.
pub fn uncommitted(root: &Path) -> Result<Vec<String>, GitError> {
    let repository = open(root)?;
    let mut staged = command(root);
    // With `--relative` git crashes over a conflict outside of the folder.
    staged.args(["diff-index", "--cached", "--name-only", "-z", "--no-ext-diff", "HEAD", "--"]);
    let staged = output(staged)?;
    let below = |path: String| path.strip_prefix(&repository.prefix).map(str::to_owned);
    let mut found: BTreeSet<String> = names(&staged).filter_map(below).collect();
    let mut touched = command(root);
    touched.args(["diff-files", "--relative", "--name-only", "-z", "--no-ext-diff", "--"]);
    let touched = output(touched)?;
    // A file that was only touched, or copied with its repository, is not changed.
    let mut objects: Option<Objects> = None;
    for path in names(&touched) {
        if objects.is_none() {
            objects = Some(Objects::open(&repository)?);
        }
        if !objects.as_mut().is_some_and(|objects| is_same(objects, &repository, root, &path)) {
            found.insert(path);
        }
    }
    Ok(found.into_iter().collect())
}

fn names(stdout: &[u8]) -> impl Iterator<Item = String> + '_ {
    let parts = stdout.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned())
}

fn is_same(objects: &mut Objects, repository: &Repository, root: &Path, path: &str) -> bool {
    let Ok(bytes) = Disk.read(&root.join(path), MAX_COMPARED) else { return false };
    let Some(object) = objects.get(&format!(":{}{path}", repository.prefix)) else { return false };
    let plain = |bytes: &[u8]| bytes.iter().copied().filter(|byte| *byte != b'\r').collect::<Vec<u8>>();
    object.bytes == bytes || plain(&object.bytes) == plain(&bytes)
}

//! Symbolic links, for worlds that keep their files themselves.

use std::io;
use std::path::{Component, Path, PathBuf};

/// How many links one path may go through before it counts as a loop.
const MAX_LINKS: usize = 40;

/// The real path behind an absolute one: `.` and `..` are taken out, and every link on the way is replaced by its target;
/// one at the end only when `last` says so. `link` gives the target of a path that is a link.
///
/// # Errors
/// When the links lead in a circle, or `link` fails.
pub(super) fn real_path(
    path: &Path,
    last: bool,
    link: impl Fn(&Path) -> io::Result<Option<PathBuf>>,
) -> io::Result<PathBuf> {
    let parts = |path: &Path| path.components().rev().map(|part| PathBuf::from(part.as_os_str())).collect::<Vec<_>>();
    let mut at = PathBuf::new();
    let mut rest = parts(path);
    let mut links = 0;
    while let Some(part) = rest.pop() {
        match part.components().next() {
            Some(Component::ParentDir) => {
                at.pop();
                continue;
            }
            Some(Component::CurDir) | None => continue,
            Some(Component::RootDir | Component::Prefix(_)) => at = part,
            Some(Component::Normal(_)) => at.push(part),
        }
        if rest.is_empty() && !last {
            continue;
        }
        let Some(target) = link(&at)? else { continue };
        links += 1;
        if links > MAX_LINKS {
            return Err(io::Error::other("too many levels of symbolic links"));
        }
        at.pop();
        rest.extend(parts(&target));
    }
    Ok(at)
}

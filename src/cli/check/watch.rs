//! `check --watch`: the report is drawn again whenever a file changes.

use super::super::{Answer, CLEAN, Global, Unusable, error_text, session};
use super::{CheckArguments, Looked, once};
use crate::config;
use crate::secrets;
use crate::world::stamps;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The shortest time between two looks at the disk.
const SHORTEST: Duration = Duration::from_millis(300);
/// How long a change may take to be complete.
const SETTLING: Duration = Duration::from_millis(20);
/// A look takes at most one part in so many of the time.
const SHARE: u32 = 20;

/// Empties the screen and what was scrolled off it.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// Goes on until the process is ended or nobody reads the result any more.
pub(super) fn watch(global: &Global, arguments: &CheckArguments) -> Result<Answer, Unusable> {
    let root = session::root(global)?;
    let is_terminal = std::io::stdout().is_terminal();
    // The first look tells what to watch; what changes from here on is seen.
    let mut watched = paths(&root, global, Some(&once(global, arguments)?.1));
    let mut before = if is_terminal { CLEAR } else { "" };
    loop {
        let stamped = stamps(&watched);
        let (text, next) = match once(global, arguments) {
            Ok((answer, looked)) => (answer.text, paths(&root, global, Some(&looked))),
            // A configuration that is wrong for a moment is no reason to stop.
            Err(error) => (error_text(&error), watched.clone()),
        };
        if draw(before, &text).is_err() {
            return Ok(Answer { text: String::new(), code: CLEAN });
        }
        before = if is_terminal { CLEAR } else { "\n" };
        // The new stamps are taken before the old ones are looked at again: between the two nothing can be missed.
        let fresh = stamps(&next);
        let changed_meanwhile = stamps(&watched) != stamped;
        watched = next;
        if !changed_meanwhile {
            wait(&watched, &fresh);
        }
    }
}

fn draw(before: &str, text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(before.as_bytes())?;
    out.write_all(secrets::masked(text).as_bytes())?;
    out.flush()
}

/// Every file and folder whose change may change the report.
fn paths(root: &Path, global: &Global, looked: Option<&Looked>) -> Vec<PathBuf> {
    let config = global.config.clone().unwrap_or_else(|| root.join(config::FILE_NAME));
    let mut watched = vec![config, root.to_path_buf()];
    // What history says changes with the commit.
    watched.extend([".git/HEAD", ".git/logs/HEAD", ".git/index"].map(|path| root.join(path)));
    if let Some(looked) = looked {
        let index = &looked.workspace.index;
        watched.extend(index.files.iter().chain(&index.dirs).map(|path| root.join(&**path)));
    }
    watched
}

/// Returns when one of the paths has another stamp than `before`.
fn wait(watched: &[PathBuf], before: &[u64]) {
    loop {
        let started = Instant::now();
        if stamps(watched) != *before {
            // Clocks of file systems tick every few milliseconds: what belongs to the same change comes in meanwhile.
            std::thread::sleep(SETTLING);
            return;
        }
        std::thread::sleep(SHORTEST.max(started.elapsed() * SHARE));
    }
}

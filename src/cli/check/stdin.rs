//! `check --stdin-path`: a text on standard input stands for a file, as an editor has it before it is saved.

use super::super::{Unusable, session};
use crate::world::{Disk, World};
use std::io::Read;
use std::path::Path;

/// A text of more bytes than this is not read.
const MAX_TEXT: u64 = 64 << 20;

/// The text and the file that it stands for.
pub(super) struct Stdin {
    /// The real path, relative to the root. It need not exist.
    pub(super) path: String,
    /// The whole text.
    pub(super) text: String,
}

/// Reads standard input where a path is given.
pub(super) fn read(root: &Path, path: Option<&Path>) -> Result<Option<Stdin>, Unusable> {
    let Some(given) = path else { return Ok(None) };
    let path = session::inside(root, given)?;
    // A link stands for the file that it leads to.
    let real = Disk.canonical(&root.join(&path)).ok().zip(Disk.canonical(root).ok());
    let real = real.and_then(|(real, root)| Some(real.strip_prefix(root).ok()?.to_str()?.replace('\\', "/")));
    let path = real.unwrap_or(path);
    if path.is_empty() {
        return Err(Unusable::new(format!("--stdin-path {} names no file", given.display()), ""));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_TEXT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Unusable::new(format!("standard input could not be read: {error}"), ""))?;
    if bytes.len() as u64 > MAX_TEXT {
        return Err(Unusable::new("standard input has more than 64 MiB", ""));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Unusable::new(format!("standard input is not UTF-8 from byte {at} on"), "save the file as UTF-8")
    })?;
    Ok(Some(Stdin { path, text }))
}

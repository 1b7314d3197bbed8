//! `ctxlint decompile`.

use super::compile::tree::{self, Wanted};
use super::{Answer, CLEAN, Global, Unusable, session};
use crate::compile::map::{MAP_PATH, Map, hash_of};
use crate::report::{counted, one_line};
use crate::write;
use clap::Args;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct DecompileArguments {
    /// The map; by default .ctxlint/map.json in the root
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Write the sources to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "write")]
    out: Option<PathBuf>,
    /// Restore the sources in place
    #[arg(long)]
    write: bool,
    /// Write in place although changes are not committed
    #[arg(long, requires = "write")]
    allow_dirty: bool,
}

pub(super) fn decompile(global: &Global, arguments: &DecompileArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let root = session.root;
    write::recover(&root).map_err(|error| Unusable::new(error.to_string(), ""))?;
    let (dir, name) = match &arguments.map {
        Some(path) => beside(path)?,
        None => (root.clone(), MAP_PATH.to_owned()),
    };
    let Some(map) = tree::read_map(&dir, &name)? else {
        let message = format!("there is no {name} in {}", dir.display());
        return Err(Unusable::new(message, "only what `ctxlint compile` wrote can be decompiled"));
    };
    let in_place = dir == root;
    if in_place {
        tree::must_be_known(&root, &map)?;
    }
    let mut decompiled = tree::restore(&dir, &map)?;
    // Elsewhere go the sources as the outputs have them, to be looked at beside those that stand here.
    let taken = match &arguments.out {
        None if in_place => tree::take_edited(&root, &map, &mut decompiled)?,
        _ => Vec::new(),
    };
    let mut text = String::new();
    for (path, bytes) in &decompiled.sources {
        let edits = decompiled.edited.iter().filter(|(source, _)| source == path);
        let lines: Vec<String> = edits.map(|(_, line)| line.to_string()).collect();
        let note = match lines.len() {
            _ if taken.contains(path) => format!("{} and stays", tree::EDITED),
            0 => "as it was".to_owned(),
            _ => format!("with edits of the sections that started at line {}", lines.join(", ")),
        };
        let _ = writeln!(text, "{}: {} bytes, {note}", one_line(path), bytes.len());
    }
    for path in &decompiled.removed {
        let _ = writeln!(text, "{}: goes", one_line(path));
    }
    if let Some(out) = &arguments.out {
        let out = std::path::absolute(out).map_err(|error| Unusable::new(error.to_string(), ""))?;
        let wanted: Wanted =
            decompiled.sources.iter().map(|(path, bytes)| (path.clone(), Some(bytes.clone()))).collect();
        let changes = tree::changes(&out, &wanted, |_| false)?;
        tree::write(&out, &changes, &[])?;
        let _ = writeln!(text, "wrote {} to {}", counted(changes.len(), "file"), out.display());
    } else if arguments.write {
        let wanted = if in_place {
            tree::original(&decompiled)
        } else {
            let edited = |path: &str| decompiled.edited.iter().any(|(source, _)| source == path);
            both_sides(&root, &map, &edited)?;
            decompiled.sources.iter().map(|(path, bytes)| (path.clone(), Some(bytes.clone()))).collect()
        };
        let changes = tree::changes(&root, &wanted, |_| true)?;
        let is_made = |path: &str| path == MAP_PATH || decompiled.removed.iter().any(|removed| removed == path);
        tree::must_be_clean(&root, &changes, arguments.allow_dirty, is_made)?;
        tree::write(&root, &changes, if in_place { &map.folders } else { &[] })?;
        let _ = writeln!(text, "wrote or removed {}", counted(changes.len(), "file"));
    } else {
        let _ = writeln!(text, "nothing written. --out DIR to look, --write to restore");
    }
    Ok(Answer { text, code: CLEAN })
}

/// The folder that a map is for, and the way from it to the map.
fn beside(map: &Path) -> Result<(PathBuf, String), Unusable> {
    let map = std::path::absolute(map).map_err(|error| Unusable::new(error.to_string(), ""))?;
    let inner = map.parent().filter(|dir| dir.ends_with(".ctxlint"));
    let (Some(dir), Some(name)) = (inner.and_then(Path::parent), map.file_name().and_then(|name| name.to_str())) else {
        return Err(Unusable::new(
            format!("{} is not in a folder .ctxlint", map.display()),
            "name the map where it was written",
        ));
    };
    Ok((dir.to_path_buf(), format!(".ctxlint/{name}")))
}

/// Refuses when a source was edited and its outputs were too.
fn both_sides(root: &Path, map: &Map, edited: &dyn Fn(&str) -> bool) -> Result<(), Unusable> {
    for source in &map.sources {
        let current = tree::read(root, &source.path)?;
        let is_same = current.as_deref().is_none_or(|bytes| hash_of(bytes) == source.hash);
        if is_same {
            continue;
        }
        let what = if edited(&source.path) {
            "it was edited, and so were its outputs"
        } else {
            "it was edited since it was compiled"
        };
        return Err(Unusable::new(
            format!("{}: {what}", source.path),
            "use --out DIR, and bring the two together by hand",
        ));
    }
    Ok(())
}

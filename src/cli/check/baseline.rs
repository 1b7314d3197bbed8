//! `check --baseline`, `--update-baseline`.

use super::super::{Unusable, say, session};
use super::Looked;
use super::fixes::unusable;
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Selection};
use crate::paths::is_below;
use crate::report::baseline::{self, Entry};
use crate::report::{counted, one_line};
use crate::workspace::Workspace;
use crate::world::{Disk, ReadError, World};
use crate::write;
use clap::Args;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A baseline of more bytes than this is not one.
const MAX_BASELINE: u64 = 64 << 20;

#[derive(Args, Debug)]
pub(super) struct BaselineArguments {
    /// Do not report the findings that this file knows
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found now into the file of --baseline, and drop what is not needed there
    #[arg(long, requires = "baseline", conflicts_with_all = ["fix", "diff"])]
    pub(super) update_baseline: bool,
}

/// A baseline as it was read.
pub(super) struct Baseline {
    /// Relative to the root where it lies inside, else as given.
    path: Arc<str>,
    entries: Vec<Entry>,
}

/// Reads the baseline. One that is not there yet is empty when it is to be written.
pub(super) fn open(root: &Path, arguments: &BaselineArguments) -> Result<Option<Baseline>, Unusable> {
    let Some(given) = &arguments.baseline else { return Ok(None) };
    let shown = given.display();
    let path = session::inside(root, given).unwrap_or_else(|_| shown.to_string()).into();
    let absolute = std::path::absolute(given).map_err(|error| Unusable::new(format!("{shown}: {error}"), ""))?;
    let bytes = match Disk.read(&absolute, MAX_BASELINE) {
        Ok(bytes) => bytes,
        Err(ReadError::NotFound) if arguments.update_baseline => {
            return Ok(Some(Baseline { path, entries: Vec::new() }));
        }
        Err(ReadError::NotFound) => {
            return Err(Unusable::new(format!("the baseline {shown} does not exist"), "--update-baseline makes it"));
        }
        Err(error) => return Err(Unusable::new(format!("the baseline {shown} cannot be read: {error}"), "")),
    };
    let wrong = |why: String| {
        let hint = "correct it, or remove it and make it anew with --update-baseline";
        Unusable::new(format!("the baseline {shown} cannot be used: {why}"), hint)
    };
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".to_owned()))?;
    Ok(Some(Baseline { path, entries: baseline::parse(&text).map_err(wrong)? }))
}

/// Whether an entry says something about what was looked at: its lint ran, and its file is among those asked for.
fn is_judged(entry: &Entry, workspace: &Workspace, selection: &Selection, wanted: &[String]) -> bool {
    let ran = lint::by_name(&entry.lint).is_none_or(|lint| selection.may_fire(lint, &workspace.settings));
    ran && (wanted.is_empty() || wanted.iter().any(|path| is_below(&entry.path, path)))
}

/// Takes out what the baseline knows, and gives how many findings that were and the finding about entries without any.
pub(super) fn apply(
    baseline: &Baseline,
    workspace: &Workspace,
    selection: &Selection,
    wanted: &[String],
    found: &mut Vec<Diagnostic>,
) -> (usize, Option<Diagnostic>) {
    let here: HashSet<String> = found.iter().map(|finding| finding.fingerprint.clone()).collect();
    let known: HashSet<&str> = baseline.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
    let in_wanted = |finding: &Diagnostic| wanted.is_empty() || wanted.iter().any(|path| is_below(&finding.path, path));
    found.retain(in_wanted);
    let count = lint::take_known(found, &known);
    let missed = baseline
        .entries
        .iter()
        .filter(|entry| !here.contains(&entry.fingerprint) && is_judged(entry, workspace, selection, wanted));
    let missed: Vec<(&str, &str)> = missed.map(|entry| (entry.lint.as_str(), entry.path.as_str())).collect();
    let mut unmatched = lint::unmatched(&baseline.path, &missed);
    if let Some(finding) = &mut unmatched {
        match selection.severity_of(finding, &workspace.settings) {
            Some(severity) => finding.severity = severity,
            None => unmatched = None,
        }
    }
    (count, unmatched)
}

/// Writes the baseline with what is found now. Entries about what was not looked at stay.
pub(super) fn update(
    root: &Path,
    baseline: &mut Baseline,
    selection: &Selection,
    now: &Looked,
) -> Result<(), Unusable> {
    let Looked { workspace, diagnostics, wanted, .. } = now;
    let before: HashSet<String> = baseline.entries.iter().map(|entry| entry.fingerprint.clone()).collect();
    let kept = baseline.entries.iter().filter(|entry| !is_judged(entry, workspace, selection, wanted)).cloned();
    let mut entries: Vec<Entry> = kept.chain(diagnostics.iter().map(baseline::entry)).collect();
    entries.sort();
    entries.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    let added = entries.iter().filter(|entry| !before.contains(&entry.fingerprint)).count();
    let dropped = before.len() + added - entries.len();
    let text = baseline::to_text(&entries);
    let given = Path::new(&*baseline.path);
    // Outside of the root its own folder is what may be written.
    let outside = std::path::absolute(given).unwrap_or_else(|_| given.to_path_buf());
    let is_inside = session::inside(root, &root.join(given)).is_ok_and(|path| *path == *baseline.path);
    let (folder, name) = match (is_inside, outside.parent(), outside.file_name().and_then(|name| name.to_str())) {
        (false, Some(folder), Some(name)) => (folder, name),
        _ => (root, &*baseline.path),
    };
    write::write(folder, name, text.as_bytes()).map_err(unusable)?;
    let count = counted(entries.len(), "finding");
    say(&format!("ctxlint: {} knows {count} (+{added}, -{dropped})", one_line(&baseline.path)));
    baseline.entries = entries;
    Ok(())
}

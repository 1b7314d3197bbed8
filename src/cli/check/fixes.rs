//! `check --fix`, `--unsafe-fixes`, `--diff`: what is to be written, and the writing of it.

use super::super::{Unusable, say};
use super::Looked;
use crate::diagnostic::Diagnostic;
use crate::fix::{Allowed, Mended, View};
use crate::report::{self, counted, one_line, unified};
use crate::write::{self, Change, Expected, Recovered, WriteError};
use clap::Args;
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;

#[derive(Args, Debug)]
pub(super) struct FixArguments {
    /// Make the safe fixes, and report what is left
    #[arg(long)]
    pub(super) fix: bool,
    /// With --fix or --diff: also fixes that may change what the author meant
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print what --fix would change as a unified diff, and write nothing
    #[arg(long, conflicts_with = "fix")]
    pub(super) diff: bool,
}

impl FixArguments {
    /// Which fixes to make; `None` when none are asked for.
    pub(super) fn allowed(&self) -> Result<Option<Allowed>, Unusable> {
        match (self.fix || self.diff, self.unsafe_fixes) {
            (true, true) => Ok(Some(Allowed::Unsafe)),
            (true, false) => Ok(Some(Allowed::Safe)),
            (false, true) => Err(Unusable::new("--unsafe-fixes needs --fix or --diff", "--diff writes nothing")),
            (false, false) => Ok(None),
        }
    }
}

impl View for Looked {
    fn findings(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    fn text(&self, path: &str) -> Option<&str> {
        let file = self.workspace.file(path).filter(|file| file.is_readable());
        let config = || self.workspace.config.as_ref().filter(|config| &*config.path == path);
        // A configuration file elsewhere has an absolute path, and is not ours to edit.
        let config = || config().filter(|config| Path::new(&*config.path).is_relative());
        Some(file.map(|file| &file.source).or_else(config)?.text.as_str())
    }
}

/// Brings to an end what an earlier run left, before anything is read.
pub(super) fn recover(root: &Path) -> Result<(), Unusable> {
    let Recovered { completed, restored, left } = write::recover(root).map_err(unusable)?;
    for (paths, what) in [
        (completed, "written as an earlier run wanted that was ended before it was done"),
        (restored, "as before an earlier run that was ended before it was done"),
        (left, "left alone, because it was changed since an earlier run was ended"),
    ] {
        paths.iter().for_each(|path| say(&format!("ctxlint: {} is {what}", one_line(path))));
    }
    Ok(())
}

pub(super) fn unusable(error: WriteError) -> Unusable {
    let hint = match &error {
        WriteError::Changed { .. } | WriteError::Busy { .. } => "run it again",
        WriteError::Failed { .. } => "every file is as it was; correct the permissions or make room, and run it again",
        _ => "",
    };
    Unusable::new(error.to_string(), hint)
}

/// The fixes as a unified diff. On a terminal it is made harmless; elsewhere it is exact, so that `git apply` takes it.
pub(super) fn diff(mended: &Mended) -> String {
    let diffs = mended.files.iter().map(|(path, (old, new))| unified::unified(path, Some(old), new));
    let text: String = diffs.collect();
    if !std::io::stdout().is_terminal() {
        return text;
    }
    text.lines().map(|line| format!("{}\n", report::one_line(line))).collect()
}

/// Writes the new texts. Files that somebody changed since they were read are left alone and given back.
pub(super) fn write(root: &Path, mended: &Mended) -> Result<Vec<String>, Unusable> {
    let change = |(path, (old, new)): (&std::sync::Arc<str>, &(String, String))| Change {
        path: path.to_string(),
        bytes: Some(new.clone().into_bytes()),
        expected: Expected::content(old.as_bytes()),
    };
    let mut changes: Vec<Change> = mended.files.iter().map(change).collect();
    let mut left = Vec::new();
    loop {
        match write::write_all(root, &changes) {
            Ok(()) => return Ok(left),
            Err(WriteError::Changed { paths }) if !paths.is_empty() => {
                changes.retain(|change| !paths.contains(&change.path));
                left.extend(paths);
            }
            Err(error) => return Err(unusable(error)),
        }
    }
}

/// Says what was fixed: the number, and for each file the lints.
pub(super) fn say_fixed(mended: &Mended, left: &[String], written: bool) {
    for path in left {
        say(&format!("ctxlint: {} was changed since it was read and was left alone; run it again", one_line(path)));
    }
    for lint in &mended.unsettled {
        say(&format!("ctxlint: the fixes of {lint} do not come to an end here and were left out; this is a bug"));
    }
    let verb = if written { "fixed" } else { "would fix" };
    let done = || mended.fixed.iter().filter(|fixed| !left.iter().any(|path| **path == *fixed.path));
    let files = mended.files.keys().filter(|file| !left.iter().any(|path| **path == ***file)).count();
    say(&format!("ctxlint: {verb} {} in {}", counted(done().count(), "finding"), counted(files, "file")));
    let mut by_file: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for fixed in done() {
        *by_file.entry(&fixed.path).or_default().entry(fixed.lint).or_default() += 1;
    }
    for (path, lints) in by_file {
        let one = |(lint, count): (&&str, &usize)| match count {
            1 => (*lint).to_owned(),
            count => format!("{lint} ({count})"),
        };
        let lints: Vec<String> = lints.iter().map(one).collect();
        say(&format!("  {}: {}", one_line(path), lints.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_changed_since_it_was_read_is_left_alone_and_the_others_are_written()
    -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let mut mended = Mended::default();
        for name in ["a.md", "b.md", "c.md"] {
            std::fs::write(dir.path().join(name), "as read")?;
            mended.files.insert(name.into(), ("as read".to_owned(), "mended".to_owned()));
        }
        std::fs::write(dir.path().join("b.md"), "typed meanwhile")?;
        std::fs::remove_file(dir.path().join("c.md"))?;
        let left = write(dir.path(), &mended).unwrap_or_default();
        assert_eq!(left, ["b.md", "c.md"]);
        assert_eq!(std::fs::read_to_string(dir.path().join("a.md"))?, "mended");
        assert_eq!(std::fs::read_to_string(dir.path().join("b.md"))?, "typed meanwhile");
        assert_eq!(dir.path().read_dir()?.count(), 2);
        Ok(())
    }
}

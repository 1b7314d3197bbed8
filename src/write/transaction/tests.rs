//! Runs that succeed, fail or are killed at any point.

use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};

type Tested = Result<(), Box<dyn std::error::Error>>;

fn change(path: &str, bytes: Option<&str>, expected: Expected) -> Change {
    Change { path: path.to_owned(), bytes: bytes.map(|text| text.as_bytes().to_vec()), expected }
}

/// A root with two files, and changes that replace one, remove one with its folders and make one in a new folder.
fn example() -> io::Result<(tempfile::TempDir, Vec<Change>)> {
    let dir = tempfile::tempdir()?;
    std::fs::create_dir_all(dir.path().join("u/v"))?;
    std::fs::write(dir.path().join("a.md"), "old a")?;
    std::fs::write(dir.path().join("u/v/b.md"), "old b")?;
    let changes = vec![
        change("a.md", Some("new a"), Expected::content(b"old a")),
        change("u/v/b.md", None, Expected::content(b"old b")),
        change("x/y/c.md", Some("new c"), Expected::Nothing),
    ];
    Ok((dir, changes))
}

/// The folders that go with the file that is removed.
fn folders() -> [String; 2] {
    ["u", "u/v"].map(str::to_owned)
}

/// Every file below a folder with its content, and every empty folder.
fn tree(dir: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(dir).sort_by_file_name() {
        let entry = entry?;
        let name = entry.path().strip_prefix(dir).unwrap_or(dir).display().to_string();
        if entry.file_type().is_file() {
            found.push((name, std::fs::read_to_string(entry.path())?));
        } else if entry.path().read_dir()?.next().is_none() {
            found.push((name, "folder".to_owned()));
        }
    }
    Ok(found)
}

fn is_old(dir: &Path) -> io::Result<bool> {
    let expected = [("a.md", "old a"), ("u/v/b.md", "old b")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    Ok(tree(dir)? == expected)
}

fn is_new(dir: &Path) -> io::Result<bool> {
    let expected = [("a.md", "new a"), ("x/y/c.md", "new c")].map(|(name, text)| (name.to_owned(), text.to_owned()));
    Ok(tree(dir)? == expected)
}

#[test]
fn all_changes_are_made_and_nothing_else_is_left() -> Tested {
    let (dir, changes) = example()?;
    write_all_and_empty(dir.path(), &changes, &folders())?;
    assert!(is_new(dir.path())?, "{:?}", tree(dir.path())?);
    assert_eq!(recover(dir.path())?, Recovered::default());
    Ok(())
}

#[test]
fn one_file_that_is_not_as_expected_or_cannot_be_written_stops_all() -> Tested {
    let (dir, mut changes) = example()?;
    changes[0].expected = Expected::content(b"something else");
    assert!(matches!(write_all(dir.path(), &changes), Err(WriteError::Changed { paths }) if paths == ["a.md"]));
    assert!(is_old(dir.path())?);
    changes[0].expected = Expected::Anything;
    let mut protected = dir.path().join("u/v/b.md").metadata()?.permissions();
    protected.set_readonly(true);
    std::fs::set_permissions(dir.path().join("u/v/b.md"), protected)?;
    assert!(matches!(write_all(dir.path(), &changes), Err(WriteError::Refused { path, .. }) if path == "u/v/b.md"));
    assert!(is_old(dir.path())?);
    std::fs::set_permissions(dir.path().join("u/v/b.md"), std::fs::Permissions::from_mode(0o644))?;
    changes.push(change("a.md/d.md", Some("below a file"), Expected::Nothing));
    assert!(write_all(dir.path(), &changes).is_err());
    assert!(is_old(dir.path())?, "{:?}", tree(dir.path())?);
    Ok(())
}

/// Carries the example out up to a point, as a process that is killed there would, and then recovers.
fn killed(state: State, prepared: usize, placed: usize) -> Result<(tempfile::TempDir, Recovered), WriteError> {
    let (dir, changes) = example().map_err(|error| failed(Path::new("example"), error))?;
    let root = canonical(dir.path())?;
    let mut held = hold(&root)?;
    let steps = steps(&root, &held.place, &changes)?;
    let dirs = new_folders(&root, &steps);
    let entries = steps.iter().map(|step| step.entry.clone()).collect();
    let emptied = emptied(&root, &root, &folders())?;
    let mut journal = Journal { run: run_name(), dirs, emptied, entries, state: State::Preparing };
    let made = |error| failed(&root, error);
    held.write(&journal).map_err(made)?;
    for dir in &journal.dirs {
        std::fs::create_dir(root.join(dir)).map_err(made)?;
    }
    for (at, step) in steps.iter().enumerate().take(prepared) {
        let (new, old) = temporary(&root, &journal, at);
        prepare(step, &new, &old).map_err(made)?;
    }
    // A file that looks like one of ours, but is not named by the journal.
    std::fs::write(root.join(".ctxlint-0-0.new"), "mine").map_err(made)?;
    journal.state = state;
    held.advance(state).map_err(made)?;
    for at in 0..placed {
        assert!(advance(&root, &journal, at).map_err(made)?);
    }
    drop(held);
    let recovered = recover(&root)?;
    assert_eq!(std::fs::read(root.join(".ctxlint-0-0.new")).map_err(made)?, b"mine");
    std::fs::remove_file(root.join(".ctxlint-0-0.new")).map_err(made)?;
    Ok((dir, recovered))
}

#[test]
fn wherever_a_run_is_killed_the_next_one_brings_it_to_an_end() -> Tested {
    for prepared in 0..=3 {
        let (dir, _) = killed(State::Preparing, prepared, 0)?;
        assert!(is_old(dir.path())?, "{prepared} prepared: {:?}", tree(dir.path())?);
    }
    for placed in 0..=3 {
        let (dir, recovered) = killed(State::Committed, 3, placed)?;
        assert!(is_new(dir.path())?, "{placed} placed: {:?}", tree(dir.path())?);
        assert_eq!(recovered.completed, ["a.md", "u/v/b.md", "x/y/c.md"]);
        let (dir, recovered) = killed(State::TakenBack, 3, placed)?;
        assert!(is_old(dir.path())?, "{placed} taken back: {:?}", tree(dir.path())?);
        assert_eq!(recovered.restored, ["a.md", "u/v/b.md", "x/y/c.md"]);
    }
    Ok(())
}

#[test]
fn what_somebody_changed_after_the_kill_is_left_alone() -> Tested {
    let (dir, changes) = example()?;
    let root = canonical(dir.path())?;
    let mut held = hold(&root)?;
    let steps = steps(&root, &held.place, &changes[..1])?;
    let entries = steps.iter().map(|step| step.entry.clone()).collect();
    let journal = Journal { run: run_name(), dirs: Vec::new(), emptied: Vec::new(), entries, state: State::Committed };
    held.write(&journal)?;
    let (new, old) = temporary(&root, &journal, 0);
    prepare(&steps[0], &new, &old)?;
    std::fs::write(root.join("later.md"), "mine")?;
    std::fs::rename(root.join("later.md"), root.join("a.md"))?;
    drop(held);
    assert_eq!(recover(&root)?.left, ["a.md"]);
    assert_eq!(std::fs::read_to_string(root.join("a.md"))?, "mine");
    assert_eq!(root.read_dir()?.count(), 2, "{:?}", tree(&root)?);
    Ok(())
}

#[test]
fn a_journal_that_names_other_files_is_not_followed() -> Tested {
    let outside = tempfile::tempdir()?;
    std::fs::write(outside.path().join("precious"), "x")?;
    let (dir, _) = example()?;
    symlink(outside.path(), dir.path().join("out"))?;
    let hash = Some(content_hash(b"x"));
    for path in ["../precious", "out/precious", ".git/config", "/etc/passwd"] {
        let root = canonical(dir.path())?;
        let entries = vec![Entry { path: path.to_owned(), old: hash, new: None }];
        let journal =
            Journal { run: run_name(), dirs: Vec::new(), emptied: Vec::new(), entries, state: State::Committed };
        let mut held = hold(&root)?;
        held.write(&journal)?;
        drop(held);
        assert!(matches!(recover(&root), Err(WriteError::Spoiled { names, .. }) if names == path));
    }
    assert_eq!(outside.path().read_dir()?.count(), 1);
    Ok(())
}

#[test]
fn two_runs_at_once_do_not_mix() -> Tested {
    let (dir, changes) = example()?;
    let held = hold(&canonical(dir.path())?)?;
    assert!(matches!(write_all(dir.path(), &changes), Err(WriteError::Busy { .. })));
    assert!(matches!(recover(dir.path()), Err(WriteError::Busy { .. })));
    held.finish()?;
    write_all_and_empty(dir.path(), &changes, &folders())?;
    assert!(is_new(dir.path())?);
    Ok(())
}

#[test]
fn permissions_and_links_are_kept_and_the_journal_lies_in_the_git_folder() -> Tested {
    let (dir, _) = example()?;
    let root = dir.path();
    std::fs::create_dir_all(root.join(".git/objects"))?;
    std::fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n")?;
    std::fs::set_permissions(root.join("a.md"), std::fs::Permissions::from_mode(0o750))?;
    symlink("a.md", root.join("link.md"))?;
    write_all(root, &[change("link.md", Some("new a"), Expected::content(b"old a"))])?;
    assert!(root.join("link.md").symlink_metadata()?.is_symlink());
    assert_eq!(std::fs::read_to_string(root.join("a.md"))?, "new a");
    assert_eq!(root.join("a.md").metadata()?.permissions().mode() & 0o777, 0o750);
    assert!(matches!(write_all(root, &[change("link.md", None, Expected::Anything)]), Err(WriteError::Refused { .. })));
    assert!(root.join(".git/ctxlint/v1").is_dir() && !root.join(".ctxlint").exists());
    Ok(())
}

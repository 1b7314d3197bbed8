//! Runs ctxlint over every folder of `corpus-fixtures/` that has an `expected/check.txt` beside it:
//! `corpus-fixtures/tour` is compared with `corpus-fixtures/tour.expected/check.txt`.
//!
//! `UPDATE=1 cargo test --test corpus` writes the files anew.

#![allow(clippy::unwrap_used)]

use ctxlint::config;
use ctxlint::lint::{self, Selection};
use ctxlint::references::drift::Mode;
use ctxlint::references::survey::survey;
use ctxlint::report::{Report, concise};
use ctxlint::source::Source;
use ctxlint::workspace;
use ctxlint::world::Disk;
use std::path::{Path, PathBuf};

#[test]
fn every_fixture_is_reported_as_expected() {
    let update = std::env::var_os("UPDATE").is_some();
    let fixtures = fixtures();
    assert!(!fixtures.is_empty(), "corpus-fixtures/ holds no folder with an expected/check.txt");
    let mut stale = Vec::new();
    for (root, expected) in fixtures {
        let found = check(&root);
        if std::fs::read_to_string(&expected).unwrap() == found {
            continue;
        }
        if update {
            std::fs::write(&expected, found).unwrap();
            continue;
        }
        stale.push(format!("{}: found\n{found}", expected.display()));
    }
    let stale = stale.join("\n");
    assert!(stale.is_empty(), "{stale}\nif this is right, accept it with `UPDATE=1 cargo test --test corpus`");
}

/// Each fixture with the file that holds what is expected of it.
fn fixtures() -> Vec<(PathBuf, PathBuf)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures");
    let mut found = Vec::new();
    for entry in dir.read_dir().unwrap() {
        let root = entry.unwrap().path();
        let expected = root.with_extension("expected").join("check.txt");
        if root.extension().is_none() && expected.is_file() {
            found.push((root, expected));
        }
    }
    found.sort();
    found
}

fn check(root: &Path) -> String {
    let text = std::fs::read_to_string(root.join(config::FILE_NAME)).ok();
    let (settings, problems) = text.as_deref().map_or_else(Default::default, config::parse);
    assert_eq!(problems, [], "the configuration of {} is not valid", root.display());
    let config = text.map(|text| Source::new("ctxlint.toml", text));
    let mut workspace = workspace::load(&Disk, root, settings, config);
    // The fixtures are part of our own repository, whose history would decide otherwise.
    survey(&mut workspace, &Disk, Mode::Off, false);
    let outcome = lint::run(&workspace, &Selection::default());
    let report = Report {
        workspace: &workspace,
        diagnostics: outcome.diagnostics,
        suppressed: outcome.suppressed,
        baselined: 0,
        delta: None,
        wanted: &[],
    };
    concise::concise(&report)
}

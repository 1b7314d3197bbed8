//! Every fix of every lint over the real context files in `../shared/corpus`, when that is there: no two edits want the
//! same bytes, what comes out is still a file of the same kind, and a second run has nothing to do.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use ctxlint::config::Settings;
use ctxlint::diagnostic::Diagnostic;
use ctxlint::fix::{Allowed, Mended, Texts, View, mend};
use ctxlint::lint::{self, Selection};
use ctxlint::references::drift::Mode;
use ctxlint::references::survey::survey;
use ctxlint::workspace::{self, Workspace};
use ctxlint::world::{Memory, Overlay};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

const ROOT: &str = "/repo";

struct Looked {
    workspace: Workspace,
    findings: Vec<Diagnostic>,
}

impl View for Looked {
    fn findings(&self) -> &[Diagnostic] {
        &self.findings
    }
    fn text(&self, path: &str) -> Option<&str> {
        self.workspace.file(path).filter(|file| file.is_readable()).map(|file| file.source.text.as_str())
    }
}

fn look(world: &Memory, texts: &Texts) -> Looked {
    let files =
        texts.iter().map(|(path, text)| (Path::new(ROOT).join(&**path), Some(text.clone().into_bytes()))).collect();
    let overlay = Overlay { under: world, files };
    let mut workspace = workspace::load(&overlay, Path::new(ROOT), Settings::default(), None);
    survey(&mut workspace, &overlay, Mode::Off, false);
    let selection = Selection { pedantic: true, ..Selection::default() };
    Looked { findings: lint::run(&workspace, &selection).diagnostics, workspace }
}

/// The folders of context files, if the data is beside the checkout.
fn contexts() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/corpus", "../../shared/corpus"].map(|place| here.join(place));
    let Some(corpus) = places.into_iter().find(|place| place.is_dir()) else { return Vec::new() };
    let entries = corpus.read_dir().unwrap().map(|entry| entry.unwrap().path().join("context"));
    let mut found: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn world(context: &Path) -> Memory {
    let mut world = Memory::default();
    for entry in walkdir::WalkDir::new(context).into_iter().map(Result::unwrap).filter(|e| e.file_type().is_file()) {
        let path = Path::new(ROOT).join(entry.path().strip_prefix(context).unwrap());
        world.files.insert(path, ctxlint::world::MemoryFile::Bytes(std::fs::read(entry.path()).unwrap()));
    }
    world
}

/// Whether a text is still the kind of file that it was.
fn is_same_kind(before: &str, after: &str) -> bool {
    let windows = |text: &str| text.matches("\r\n").count() == text.matches('\n').count();
    let mark = |text: &str| text.starts_with('\u{feff}');
    let ends = |text: &str| text.ends_with('\n');
    let is_new_line_kept = !before.contains('\n') || windows(before) == windows(after) || !windows(before);
    after.is_empty() || (mark(before) == mark(after) && ends(before) == ends(after) && is_new_line_kept)
}

#[test]
fn every_fix_converges_on_real_files() {
    let contexts = contexts();
    if contexts.is_empty() {
        eprintln!("skipped: there is no folder `shared/corpus` beside the checkout");
        return;
    }
    let mend_one = |context: &PathBuf| {
        let world = world(context);
        let mut fixed = 0;
        for allowed in [Allowed::Safe, Allowed::Unsafe] {
            let (_, mended) = mend(|texts| look(&world, texts), allowed);
            let Mended { files, fixed: done, unsettled } = &mended;
            assert!(unsettled.is_empty(), "{}: {unsettled:?} do not settle", context.display());
            for (path, (before, after)) in files {
                assert!(is_same_kind(before, after), "{}: {path} is another kind of file", context.display());
            }
            let mut again = world.clone();
            for (path, (_, after)) in files {
                again.add(Path::new(ROOT).join(&**path), after.clone());
            }
            let (_, second) = mend(|texts| look(&again, texts), allowed);
            assert_eq!(second, Mended::default(), "{}: a second run finds more", context.display());
            fixed += done.len();
        }
        fixed
    };
    let fixed: usize = contexts.par_iter().map(mend_one).sum();
    eprintln!("{fixed} fixes in {} repositories", contexts.len());
    assert!(fixed > 0);
}

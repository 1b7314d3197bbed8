//! Fixes are applied and everything is checked again until there is nothing more to fix.

use super::apply_to_file;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// After so many rounds a fix that still wants to be made does not settle.
const MAX_ROUNDS: usize = 10;

/// Texts that differ from those on the disk, by path relative to the root.
pub type Texts = BTreeMap<Arc<str>, String>;

/// What is known at one point of the way: what is to be fixed, and in which texts.
pub trait View {
    /// The findings that may be fixed, in order.
    fn findings(&self) -> &[Diagnostic];
    /// The whole text of a file that may be edited, as it is at this point.
    fn text(&self, path: &str) -> Option<&str>;
}

/// Which fixes are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Those that every plan survives.
    Safe,
    /// Also those that may change what the author meant.
    Unsafe,
}

/// One finding that was fixed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fixed {
    /// The file of the finding.
    pub path: Arc<str>,
    /// Its lint.
    pub lint: &'static str,
    /// What was done, as an imperative clause.
    pub title: String,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// For each file that changes its text before and after.
    pub files: BTreeMap<Arc<str>, (String, String)>,
    /// What was fixed, in the order in which it was.
    pub fixed: Vec<Fixed>,
    /// Lints whose fixes did not come to an end and were left out. There should be none.
    pub unsettled: BTreeSet<&'static str>,
}

/// Fixes what may be fixed, in as many rounds as it takes. `look` gives the view of the repository with these texts in
/// place of those on the disk. Gives the last view as well, which holds what is left.
///
/// In one round no two edits touch the same bytes: of two fixes that would, the second waits for the next round. A fix is
/// made whole or not at all.
pub fn mend<V: View>(look: impl Fn(&Texts) -> V, allowed: Allowed) -> (V, Mended) {
    let mut unsettled = BTreeSet::new();
    loop {
        let (view, mut mended, restless) = rounds(&look, allowed, &unsettled);
        if restless.is_empty() {
            mended.unsettled = unsettled;
            return (view, mended);
        }
        // From the start, without the fixes that chase each other: half of such a chase is nothing to write.
        unsettled.extend(restless);
    }
}

/// The last view, what was done, and the lints that still had fixes at the end.
fn rounds<V: View>(
    look: &impl Fn(&Texts) -> V,
    allowed: Allowed,
    without: &BTreeSet<&'static str>,
) -> (V, Mended, BTreeSet<&'static str>) {
    let mut texts = Texts::new();
    let mut mended = Mended::default();
    let mut view = look(&texts);
    for _ in 0..MAX_ROUNDS {
        let chosen = choose(&view, allowed, without);
        if chosen.edits.is_empty() {
            break;
        }
        for (path, edits) in chosen.edits {
            let Some(before) = view.text(&path) else { continue };
            let Some(after) = apply_to_file(before, &edits) else { continue };
            mended.files.entry(path.clone()).or_insert_with(|| (before.to_owned(), String::new())).1.clone_from(&after);
            texts.insert(path, after);
        }
        mended.fixed.extend(chosen.fixed);
        view = look(&texts);
    }
    let restless = choose(&view, allowed, without).fixed.into_iter().map(|fixed| fixed.lint).collect();
    mended.files.retain(|_, (before, after)| before != after);
    (view, mended, restless)
}

/// The fixes of one round.
#[derive(Default)]
struct Chosen {
    edits: BTreeMap<Arc<str>, Vec<Edit>>,
    fixed: Vec<Fixed>,
}

fn choose(view: &impl View, allowed: Allowed, without: &BTreeSet<&'static str>) -> Chosen {
    let mut chosen = Chosen::default();
    for finding in view.findings().iter().filter(|finding| !without.contains(finding.lint)) {
        let Some(fix) = best(finding, allowed) else { continue };
        if !fix.edits.iter().all(|edit| fits(view, edit)) {
            continue;
        }
        let known = |edit: &Edit| chosen.edits.get(&edit.path).is_some_and(|edits| edits.contains(edit));
        // Two findings may want the very same edit.
        let new: Vec<&Edit> = fix.edits.iter().filter(|edit| !known(edit)).collect();
        let clashes = |edit: &&Edit| {
            chosen.edits.get(&edit.path).is_some_and(|edits| edits.iter().any(|other| overlap(other, edit)))
        };
        if new.iter().any(clashes) {
            continue;
        }
        for edit in new {
            chosen.edits.entry(edit.path.clone()).or_default().push(edit.clone());
        }
        let Diagnostic { path, lint, .. } = finding;
        chosen.fixed.push(Fixed { path: path.clone(), lint, title: fix.title.clone() });
    }
    chosen
}

/// The first safe fix, else the first unsafe one where that is allowed.
fn best(finding: &Diagnostic, allowed: Allowed) -> Option<&Fix> {
    let first = |applicability| {
        let mut fixes = finding.fixes.iter().filter(|fix| !fix.edits.is_empty());
        fixes.find(|fix| fix.applicability == applicability)
    };
    let of_unsafe = || if allowed == Allowed::Unsafe { first(Applicability::Unsafe) } else { None };
    first(Applicability::Safe).or_else(of_unsafe)
}

fn fits(view: &impl View, edit: &Edit) -> bool {
    view.text(&edit.path).is_some_and(|text| text.get(edit.span.range()).is_some_and(|old| old != edit.text))
}

/// Whether two edits want the same bytes, or the same place for something new.
fn overlap(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    one == other || (one.start < other.end && other.start < one.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Basis, Severity};
    use crate::source::Span;

    struct Repository {
        text: String,
        findings: Vec<Diagnostic>,
    }

    impl View for Repository {
        fn findings(&self) -> &[Diagnostic] {
            &self.findings
        }
        fn text(&self, path: &str) -> Option<&str> {
            (path == "a.md").then_some(self.text.as_str())
        }
    }

    fn finding(lint: &'static str, applicability: Applicability, edits: &[(usize, usize, &str)]) -> Diagnostic {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            path: "a.md".into(),
            span: Span::new(*start, *end),
            text: (*text).to_owned(),
        };
        Diagnostic {
            lint,
            severity: Severity::Warn,
            basis: Basis::Correctness,
            message: String::new(),
            why: String::new(),
            help: String::new(),
            path: "a.md".into(),
            span: None,
            label: String::new(),
            parts: Vec::new(),
            related: Vec::new(),
            fixes: vec![Fix { title: lint.to_owned(), applicability, edits: edits.iter().map(edit).collect() }],
            clients: Vec::new(),
            key: String::new(),
            fingerprint: String::new(),
        }
    }

    /// A repository of one file in which `rules` find something.
    fn run(text: &str, allowed: Allowed, rules: fn(&str) -> Vec<Diagnostic>) -> (String, Mended) {
        let look = |texts: &Texts| {
            let text = texts.get("a.md").map_or(text, String::as_str).to_owned();
            Repository { findings: rules(&text), text }
        };
        let (view, mended) = mend(look, allowed);
        (view.text, mended)
    }

    /// Every `x` is to be a `y`, and `yy` a `z`.
    fn letters(text: &str) -> Vec<Diagnostic> {
        let xs = text.match_indices('x').map(|(at, _)| finding("x", Applicability::Safe, &[(at, at + 1, "y")]));
        let ys = text.match_indices("yy").map(|(at, _)| finding("y", Applicability::Unsafe, &[(at, at + 2, "z")]));
        xs.chain(ys).collect()
    }

    #[test]
    fn what_a_fix_brings_about_is_fixed_too_and_unsafe_fixes_wait_to_be_asked_for() {
        let (text, mended) = run("xx-yy", Allowed::Unsafe, letters);
        assert_eq!((text.as_str(), mended.fixed.len()), ("z-z", 4));
        assert_eq!(mended.files.get("a.md"), Some(&("xx-yy".to_owned(), "z-z".to_owned())));
        assert_eq!(run("xx-yy", Allowed::Safe, letters).0, "yy-yy");
        assert_eq!(run("z", Allowed::Unsafe, letters).1, Mended::default());
    }

    #[test]
    fn a_fix_is_made_whole_or_waits() {
        // The second wants a byte of the first, so its other edit waits as well.
        let rules = |text: &str| match text {
            "abcdef" => vec![
                finding("one", Applicability::Safe, &[(0, 2, "AB")]),
                finding("two", Applicability::Safe, &[(1, 3, "bC"), (5, 6, "F")]),
            ],
            _ => Vec::new(),
        };
        let (text, mended) = run("abcdef", Allowed::Safe, rules);
        assert_eq!((text.as_str(), mended.fixed.len()), ("ABcdef", 1));
    }

    #[test]
    fn fixes_that_chase_each_other_are_left_out_and_the_others_are_made() {
        let rules = |text: &str| {
            let mut found = letters(text);
            found.push(finding("longer", Applicability::Safe, &[(0, 0, "+")]));
            found
        };
        let (text, mended) = run("x", Allowed::Safe, rules);
        assert_eq!(text, "y");
        assert_eq!(mended.unsettled, BTreeSet::from(["longer"]));
    }

    #[test]
    fn the_same_edit_for_two_findings_is_made_once_and_what_does_not_fit_is_not_made() {
        let rules = |text: &str| match text {
            "ab" => vec![
                finding("one", Applicability::Safe, &[(0, 1, "A")]),
                finding("two", Applicability::Safe, &[(0, 1, "A")]),
                finding("far", Applicability::Safe, &[(7, 9, "A")]),
            ],
            _ => Vec::new(),
        };
        let (text, mended) = run("ab", Allowed::Safe, rules);
        assert_eq!((text.as_str(), mended.fixed.len()), ("Ab", 2));
    }
}

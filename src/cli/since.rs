//! `check --since` and `check --staged`: only what a change causes.

use super::Unusable;
use crate::change::{self, Affected, After, Change, Startup};
use crate::diagnostic::Diagnostic;
use crate::handoff;
use crate::lint::{self, Outcome, Selection};
use crate::references::drift::Mode;
use crate::references::survey::{Asked, Needs, survey_of};
use crate::report::Delta;
use crate::workspace::{Earlier, File, News, Workspace};
use crate::world::World;
use std::collections::BTreeSet;
use std::path::Path;

/// How both states are judged.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    /// How much of history is asked.
    pub(super) mode: Mode,
    /// Whether answers are kept between runs.
    pub(super) cached: bool,
    /// Which lints run.
    pub(super) selection: &'a Selection,
}

/// The state before a change of what clients load.
pub(super) struct Before {
    /// The state.
    pub(super) workspace: Workspace,
    /// What each client loads at startup, before and after.
    startups: Vec<Startup>,
}

/// The change that is asked about; `None` when none is.
pub(super) fn change(root: &Path, since: Option<&str>, staged: bool) -> Result<Option<Change>, Unusable> {
    if since.is_none() && !staged {
        return Ok(None);
    }
    let after = if staged { After::Staged } else { After::Worktree };
    change::change(root, since, after).map(Some).map_err(|error| unusable(&error.message))
}

/// Why two states cannot be compared, with the way out.
pub(super) fn unusable(why: &str) -> Unusable {
    if why.contains("not a git repository") {
        return Unusable::new(
            "there is nothing to compare with: this is no git repository",
            "leave out what compares with a commit, or name the repository with `--root`",
        );
    }
    if why.contains("GIT_INDEX_FILE") {
        return Unusable::new(
            format!("there is nothing to compare with: {why}"),
            "unset `GIT_INDEX_FILE`, or run this from the hook that sets it",
        );
    }
    Unusable::new(
        format!("there is nothing to compare with: {why}"),
        "name a commit of this repository; in CI fetch enough of its history (`fetch-depth: 0`)",
    )
}

/// Asks `world`, which holds the state after, for the references that the change can have touched, and for what loaded at
/// startup before it. Gives the state before, where it had to be loaded for that.
pub(super) fn prepare(change: &Change, world: &dyn World, after: &mut Workspace, how: How<'_>) -> Option<Before> {
    after.notes.extend(change.notes.iter().cloned());
    if change.changed(&after.index).is_empty() {
        return None;
    }
    let before = change::touches_context(change, after).then(|| change::load_before(change, after));
    let needs = lint::needs_of_references(how.selection, &after.settings);
    if needs != Needs::NONE {
        let affected = Affected::by(change, after);
        let wanted = |file: &File| affected.may_find(file, before.as_ref());
        let asked = Asked {
            mode: how.mode,
            cached: how.cached,
            repository: change.repository_after(),
            wanted: Some(&wanted),
            needs,
        };
        survey_of(after, world, asked);
    }
    let workspace = before?;
    let startups: Vec<_> = after.clients.iter().map(|client| change::startup_of(&workspace, after, client)).collect();
    after.earlier = Some(Earlier { name: change.base_name(), startup: change::earlier(&startups) });
    Some(Before { workspace, startups })
}

/// Runs the lints over the state after, as far as the change may have changed what they find.
pub(super) fn run(
    change: &Change,
    after: &mut Workspace,
    before: Option<&Workspace>,
    selection: &Selection,
) -> Outcome {
    // Nothing changed, so nothing was caused.
    if change.changed(&after.index).is_empty() {
        return Outcome::default();
    }
    let affected = Affected::by(change, after);
    // A comment that allows a finding is needless when the last lint that it is for is silent.
    let wanted = |file: &File| affected.may_find(file, before) || !lint::suppressions(file).is_empty();
    after.news = match before {
        Some(before) => change::news(before, after, &wanted),
        // Nothing that a client loads has changed; the tools may see to other things now.
        None => {
            let changed = change.changed(&after.index);
            let is_same = !after.configs.keys().any(|config| changed.contains(*config));
            is_same.then(News::default)
        }
    };
    lint::run_on(after, selection, &wanted)
}

/// The findings that the change causes, and what it does to what loads at startup.
pub(super) fn caused(
    change: &Change,
    after: &Workspace,
    before: Option<Before>,
    found: Vec<Diagnostic>,
    how: How<'_>,
) -> (Vec<Diagnostic>, Option<Delta>) {
    if change.changed(&after.index).is_empty() {
        return (Vec::new(), None);
    }
    let (before, delta) = match before {
        Some(Before { workspace, startups }) => (Some(workspace), Some(Delta { base: change.base_name(), startups })),
        None => (None, None),
    };
    if found.is_empty() {
        return (found, delta);
    }
    let mut before = before.unwrap_or_else(|| change::load_before(change, after));
    handoff::survey::survey(&mut before, &change.before, &[], how.mode != Mode::Off);
    // What was found in a document that has no finding now can take nothing out.
    let renamed = change::renamed(&before, after);
    let now: BTreeSet<&str> = found.iter().map(|finding| &*finding.path).collect();
    let wanted = |file: &File| now.contains(&**renamed.get(&file.path).unwrap_or(&file.path));
    let fired: BTreeSet<&'static str> = found.iter().map(|finding| finding.lint).collect();
    if fired.iter().any(|name| lint::FOUND_BY_REFERENCES.contains(name)) {
        // Few documents are asked about, and a finding whose past is not known would be laid to the change.
        let mode = if how.mode == Mode::Off { Mode::Off } else { Mode::Full };
        let needs = lint::needs_of_references(how.selection, &before.settings);
        let asked =
            Asked { mode, cached: how.cached, repository: change.repository_before(), wanted: Some(&wanted), needs };
        survey_of(&mut before, &change.before, asked);
    }
    // Only lints that found something now can take anything out; those of the engine follow from all others.
    let by_engine =
        |name: &&'static str| lint::by_name(name).is_some_and(|lint| matches!(lint.check, lint::Check::Engine));
    let mut selection = how.selection.clone();
    if !fired.iter().any(by_engine) {
        selection.only = fired.iter().map(|name| (*name).to_owned()).collect();
    }
    before.news.clone_from(&after.news);
    if let Some(news) = &mut before.news {
        let old = renamed.iter().filter(|(_, to)| news.documents.contains(*to)).map(|(from, _)| from.clone());
        let old: Vec<_> = old.collect();
        news.documents.extend(old);
    }
    let known = lint::run_on(&before, &selection, &wanted).diagnostics;
    let found = change::caused(found, &known, &renamed);
    // As for the workspace of the report: giving its memory back piece by piece would only cost time.
    std::mem::forget(before);
    (found, delta)
}

//! Which commit wrote a line.
//!
//! One walk of git gives every version of every asked file; the lines are then passed from version to version here, as
//! `git blame` does it. A blame by git walks the history once for each file, which on a long history costs a hundred
//! times as much.

use super::lines::{line_map, lines};
use super::{ALIKE, History};
use crate::world::git::{self, Change, GitError, Oid, Wanted};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The lines of one file whose commits are wanted.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// The text as it is now, committed or not.
    pub text: &'a [u8],
    /// The lines, 0-based.
    pub lines: Vec<u32>,
}

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This commit wrote it.
    Commit(Oid),
    /// It is not committed.
    Uncommitted,
    /// It is older than what this clone knows.
    Unknown,
}

/// Lines of one version on their way back through history.
struct Step {
    /// Index of the question.
    question: usize,
    path: Arc<str>,
    blob: Oid,
    /// Where in the list of changes the search goes on.
    from: usize,
    /// Line in this version and line that was asked for, both 0-based.
    lines: Vec<(u32, u32)>,
}

/// A file that appeared in a commit: either it is new, or it had another name before.
struct Birth {
    step: Step,
    commit: Oid,
}

/// How often a file's name is followed back.
const MAX_RENAMES: usize = 10;

/// The origin of each asked line, by question and line.
///
/// # Errors
/// When git fails.
pub fn blame(history: &mut History, questions: &[Question<'_>]) -> Result<Vec<BTreeMap<u32, Origin>>, GitError> {
    let mut found: Vec<BTreeMap<u32, Origin>> = vec![BTreeMap::new(); questions.len()];
    let mut steps = Vec::new();
    for (at, question) in questions.iter().enumerate() {
        match history.head_file(&question.path) {
            None => found[at].extend(question.lines.iter().map(|line| (*line, Origin::Uncommitted))),
            Some((blob, committed)) => {
                let map = line_map(&lines(question.text), &lines(&committed));
                let mut kept = Vec::new();
                for line in &question.lines {
                    match map.get(*line as usize).copied().flatten() {
                        Some(before) => kept.push((before, *line)),
                        None => {
                            found[at].insert(*line, Origin::Uncommitted);
                        }
                    }
                }
                steps.push(Step { question: at, path: question.path.clone(), blob, from: 0, lines: kept });
            }
        }
    }
    steps.retain(|step| !step.lines.is_empty());
    for round in 0..=MAX_RENAMES {
        if steps.is_empty() {
            break;
        }
        let paths: HashSet<Arc<str>> = steps.iter().map(|step| step.path.clone()).collect();
        let mut paths: Vec<&str> = paths.iter().map(|path| &**path).collect();
        paths.sort_unstable();
        let changes = git::changes(&history.repository, &history.repository.head, None, &paths, Wanted::All)?;
        let births = walk(history, &changes, steps, &mut found);
        steps = follow_renames(history, births, round, &mut found)?;
    }
    if history.repository.is_late() {
        return Err(GitError { message: "git took too long".to_owned() });
    }
    Ok(found)
}

/// Passes the lines of every step back to where their files appeared. Gives those appearances.
fn walk(
    history: &mut History,
    changes: &[Change],
    mut steps: Vec<Step>,
    found: &mut [BTreeMap<u32, Origin>],
) -> Vec<Birth> {
    // A merge lists a change against each parent that it differs from. Only where it differs from all of them did the
    // merge itself write something.
    let mut differs: HashMap<(&str, &str), usize> = HashMap::new();
    for change in changes.iter().filter(|change| change.parents > 1) {
        *differs.entry((&change.commit, &change.path)).or_default() += 1;
    }
    let mut by_path: HashMap<&str, Vec<&Change>> = HashMap::new();
    for change in changes {
        let is_own = change.parents < 2 || differs.get(&(&*change.commit, &*change.path)) == Some(&change.parents);
        if is_own && change.new.is_some() {
            by_path.entry(&change.path).or_default().push(change);
        }
    }
    let mut births = Vec::new();
    while let Some(mut step) = steps.pop() {
        let list = by_path.get(&*step.path).map_or(&[][..], Vec::as_slice);
        let rest = list.iter().enumerate().skip(step.from);
        let Some(at) = rest.into_iter().find(|(_, change)| change.new.as_ref() == Some(&step.blob)).map(|(at, _)| at)
        else {
            let unknown = step.lines.iter().map(|(_, asked)| (*asked, Origin::Unknown));
            found[step.question].extend(unknown);
            continue;
        };
        let commit = list[at].commit.clone();
        let of_commit = list[at..].iter().take_while(|change| change.commit == commit);
        let olds: Vec<Option<Oid>> = of_commit.map(|change| change.old.clone()).collect();
        if olds.iter().all(Option::is_none) {
            births.push(Birth { step, commit });
            continue;
        }
        let new = history.blob(&step.blob);
        for old in olds.iter().flatten() {
            if step.lines.is_empty() {
                break;
            }
            let (Some(new), Some(before)) = (&new, history.blob(old)) else {
                found[step.question].extend(step.lines.drain(..).map(|(_, asked)| (asked, Origin::Unknown)));
                break;
            };
            let map = line_map(&lines(new), &lines(&before));
            let (passed, kept): (Vec<_>, Vec<_>) =
                step.lines.iter().copied().partition(|(line, _)| map.get(*line as usize).is_some_and(Option::is_some));
            let passed: Vec<(u32, u32)> = passed
                .into_iter()
                .filter_map(|(line, asked)| map.get(line as usize).copied().flatten().map(|to| (to, asked)))
                .collect();
            step.lines = kept;
            if !passed.is_empty() {
                let (question, path) = (step.question, step.path.clone());
                steps.push(Step { question, path, blob: old.clone(), from: at + 1, lines: passed });
            }
        }
        let origin = history.origin(&commit);
        found[step.question].extend(step.lines.into_iter().map(|(_, asked)| (asked, origin.clone())));
    }
    births
}

/// Lines of files that had another name before go on under it; all others were written where the file appeared.
fn follow_renames(
    history: &mut History,
    births: Vec<Birth>,
    round: usize,
    found: &mut [BTreeMap<u32, Origin>],
) -> Result<Vec<Step>, GitError> {
    let mut commits: Vec<Oid> = births.iter().map(|birth| birth.commit.clone()).collect();
    commits.sort_unstable();
    commits.dedup();
    // A clone without the parents sees every file appear at its edge.
    commits.retain(|commit| !history.repository.shallow.contains(commit));
    let renames = if round < MAX_RENAMES { git::renames(&history.repository, &commits, ALIKE)? } else { Vec::new() };
    let mut steps = Vec::new();
    for Birth { mut step, commit } in births {
        let renamed = renames.iter().find(|rename| rename.commit == commit && rename.to == step.path);
        if let Some(rename) = renamed
            && let Some(old) = &rename.old
            && let (Some(new), Some(before)) = (history.blob(&step.blob), history.blob(old))
        {
            let map = line_map(&lines(&new), &lines(&before));
            let to = |line: u32| map.get(line as usize).copied().flatten();
            let (passed, kept): (Vec<_>, Vec<_>) = step.lines.iter().partition(|(line, _)| to(*line).is_some());
            let passed: Vec<(u32, u32)> =
                passed.into_iter().filter_map(|(line, asked)| to(line).map(|line| (line, asked))).collect();
            step.lines = kept;
            if !passed.is_empty() {
                let (question, path) = (step.question, rename.from.clone());
                steps.push(Step { question, path, blob: old.clone(), from: 0, lines: passed });
            }
        }
        let origin = history.origin(&commit);
        found[step.question].extend(step.lines.into_iter().map(|(_, asked)| (asked, origin.clone())));
    }
    Ok(steps)
}

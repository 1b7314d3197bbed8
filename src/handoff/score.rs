//! How good a handoff is, measured against the facts that it was made from.
//!
//! Shares of what a reader needs that the document names: changed files by lines, failing commands, open tasks, the last
//! good command of each kind, requests, and citations that hold; then its size and what it says without a fact.

use super::blocks::blocks;
use super::content::{COMMAND, Facts, MAX_FILES, request_hash};
use super::facts::{CommandKind, RunResult};
use super::quote;
use crate::history::lines::pin_hash;
use crate::model::Format;
use crate::parse;
use crate::references::citations::citations;
use crate::world::World;

/// The measures. Shares are between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// Changed files that are named, by changed lines; of more than 40 files the rest counts as named when it is counted.
    pub files: f64,
    /// Named files that exist or were deleted.
    pub precision: f64,
    /// Commands whose last run failed.
    pub failures: f64,
    /// Open tasks.
    pub tasks: f64,
    /// The last good test, lint and build command.
    pub commands: f64,
    /// Requests that are quoted or named by their hash.
    pub requests: f64,
    /// Citations whose lines are where they say.
    pub citations: f64,
    /// Lines outside of blocks that are neither headings, marks nor the author's.
    pub noise: f64,
    /// Tokens of the document.
    pub tokens: usize,
    /// All of them in one number: 1 is best.
    pub score: f64,
}

fn share(hits: f64, all: f64) -> f64 {
    if all == 0.0 { 1.0 } else { hits / all }
}

fn share_of<T>(all: impl IntoIterator<Item = T>, is_hit: impl Fn(&T) -> bool) -> f64 {
    let (mut hits, mut count) = (0.0, 0.0);
    for one in all {
        count += 1.0;
        hits += f64::from(u8::from(is_hit(&one)));
    }
    share(hits, count)
}

/// Measures a document.
pub fn score(world: &dyn World, facts: &Facts<'_>, text: &str, tokens: usize, budget: usize) -> Score {
    let session = facts.session;
    let has = |wanted: &str| wanted.is_empty() || text.contains(wanted);
    let shows = |wanted: &str, most: usize| has(&quote::code(wanted, most));
    let changes = facts.git.map(|git| git.changes.as_slice()).unwrap_or_default();
    let counts_rest = changes.len() <= MAX_FILES || text.contains(" more file");
    let mut by_churn: Vec<_> = changes.iter().collect();
    by_churn.sort_by_key(|change| (std::cmp::Reverse(change.added + change.removed), change.path.as_str()));
    let (mut named, mut all) = (0.0, 0.0);
    for (at, change) in by_churn.into_iter().enumerate() {
        let weight = f64::from(change.added + change.removed).max(1.0);
        all += weight;
        if has(&quote::path(&change.path)) || (at >= MAX_FILES && counts_rest) {
            named += weight;
        }
    }
    let document = parse::parse(text, Format::Markdown);
    let cited = citations(&document, text);
    let pinned: Vec<_> = cited.iter().filter(|citation| citation.pin.is_some()).collect();
    let holds = |citation: &&&crate::references::citations::Citation| {
        let bytes = world.read(&facts.root.join(&citation.path), 16 << 20).unwrap_or_default();
        let hash = pin_hash(&bytes, citation.start, citation.end);
        citation.pin.as_ref().is_some_and(|pin| hash.as_deref() == Some(&*pin.hash))
    };
    let exists = |path: &&str| {
        let is_deleted = changes.iter().any(|change| change.path == **path && change.is_deleted);
        is_deleted || world.stat(&facts.root.join(path)).is_some()
    };
    let named_files: Vec<&str> =
        changes.iter().map(|change| change.path.as_str()).filter(|path| has(&quote::path(path))).collect();
    let last_good = [CommandKind::Test, CommandKind::Lint, CommandKind::Build].into_iter().filter_map(|kind| {
        session.commands_of(kind).filter(|command| command.result == RunResult::Ok).max_by_key(|command| command.last)
    });
    let failed = session.commands.iter().filter(|command| command.result == RunResult::Failed);
    let is_told = |request: &&super::facts::Request| {
        let quoted = [320, 140].iter().any(|most| shows(&request.text, *most));
        quoted || has(&request_hash(&request.text))
    };
    let mut score = Score {
        files: share(named, all),
        precision: share_of(named_files, exists),
        failures: share_of(failed, |command| shows(&command.text, COMMAND)),
        tasks: share_of(session.open_tasks(), |task| shows(&task.text, 140)),
        commands: share_of(last_good, |command| shows(&command.text, COMMAND)),
        requests: share_of(session.requests.iter(), is_told),
        citations: share_of(pinned.iter(), holds),
        noise: noise(text),
        tokens,
        score: 0.0,
    };
    let over = tokens.saturating_sub(budget).div_ceil(500) as f64;
    score.score = 0.3 * score.files
        + 0.2 * score.failures
        + 0.15 * score.tasks
        + 0.15 * score.commands
        + 0.1 * score.requests
        + 0.1 * score.citations
        - 0.1 * over;
    score
}

/// The share of lines that stand outside of machine blocks and are no heading, mark or blank.
fn noise(text: &str) -> f64 {
    let found = blocks(text);
    let body = parse::parse(text, Format::Markdown).body.start as usize;
    let mut at = 0;
    let (mut all, mut loose) = (0.0, 0.0);
    for line in text.split_inclusive('\n') {
        let place = at;
        at += line.len();
        if place < body || line.trim().is_empty() {
            continue;
        }
        all += 1.0;
        let is_in_block = found.iter().any(|block| block.all.contains(&place));
        if !is_in_block && !line.starts_with('#') && !line.starts_with("<!--") {
            loose += 1.0;
        }
    }
    share(loose, f64::max(all, 1.0))
}

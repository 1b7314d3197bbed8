//! What stands in the machine blocks: one line for each fact, with how much it may be missed.
//!
//! Each line has a priority: 0 always stays, higher numbers go first when the budget is short. Details of a line go before
//! the line. Everything that came from a session is quoted by [`super::quote`].

use super::facts::git::{FileChange, GitFacts, first_pieces, is_own};
use super::facts::{Command, CommandKind, EditedFile, Request, RunResult, Session};
use super::quote;
use super::sections::Topic;
use std::collections::BTreeSet;
use std::path::Path;

/// Changed files that are named before the rest is counted.
pub const MAX_FILES: usize = 40;
/// Facts of one block that are looked at; the rest is counted.
const MAX_LINES: usize = 400;
/// Citations under "Read first".
const MAX_FIRST: usize = 8;
/// The longest quote of a request, in characters.
const LONG: usize = 320;
/// The usual longest quote, in characters.
const SHORT: usize = 140;
/// The longest command, in characters. A handoff names commands to run again, so most stand whole.
pub const COMMAND: usize = 200;

/// Everything that a document is made of.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// The root, absolute.
    pub root: &'a Path,
    /// What the transcript tells; empty where there is none.
    pub session: &'a Session,
    /// What git tells; `None` where there is no repository.
    pub git: Option<&'a GitFacts>,
    /// Files that sub-agents changed, in files of their own.
    pub aside: &'a [String],
    /// Changed files that a client loads as context.
    pub context_files: &'a [String],
}

/// One fact in a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The text, without a line break.
    pub text: String,
    /// How soon it goes: 0 never, higher numbers first.
    pub priority: u8,
    /// What may stand behind the text, each with a priority of its own.
    pub details: Vec<(u8, String)>,
    /// What stands for the line in the note about what was left out.
    pub stub: Option<String>,
}

/// A block before it is cut.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its topic.
    pub topic: Topic,
    /// Its lines.
    pub lines: Vec<Line>,
    /// How many facts were left out because there are too many of them.
    pub uncounted: usize,
}

fn line(priority: u8, text: impl Into<String>) -> Line {
    Line { text: text.into(), priority, ..Line::default() }
}

/// The contents of every block.
pub fn contents(facts: &Facts<'_>) -> Vec<Content> {
    Topic::ALL.into_iter().map(|topic| content(facts, topic)).collect()
}

fn content(facts: &Facts<'_>, topic: Topic) -> Content {
    let mut uncounted = 0;
    let mut lines = match topic {
        Topic::Goal => goal(facts.session),
        Topic::State => state(facts),
        Topic::Changed => changed(facts, &mut uncounted),
        Topic::Decisions => decisions(facts.session, &mut uncounted),
        Topic::Failed => failed(facts.session),
        Topic::Next => next(facts),
        Topic::Verify => verify(facts.session),
        Topic::ReadFirst => read_first(facts),
    };
    if lines.len() > MAX_LINES {
        uncounted += lines.len() - MAX_LINES;
        lines.truncate(MAX_LINES);
    }
    Content { topic, lines, uncounted }
}

/// The first 8 hexadecimal digits of a hash of a request, by which it can be told although it is not quoted.
pub fn request_hash(text: &str) -> String {
    format!("{:08x}", xxhash_rust::xxh3::xxh3_64(text.trim().as_bytes()) >> 32)
}

fn asked(label: &str, request: &Request, most: usize, priority: u8) -> Line {
    let quoted = quote::code(&request.text, most);
    let quoted = if quoted.is_empty() { "(a picture)".to_owned() } else { quoted };
    Line { stub: Some(format!("`{}`", request_hash(&request.text))), ..line(priority, format!("- {label}: {quoted}")) }
}

/// Requests that the user did not leave; all of them where nothing is left.
fn live(session: &Session) -> Vec<&Request> {
    let live: Vec<&Request> = session.requests.iter().filter(|request| !request.is_left).collect();
    if live.is_empty() { session.requests.iter().collect() } else { live }
}

fn goal(session: &Session) -> Vec<Line> {
    let requests = live(session);
    let mut lines = Vec::new();
    if let Some(first) = requests.first() {
        lines.push(asked("First asked", first, LONG, 0));
    }
    if requests.len() > 1
        && let Some(last) = requests.last()
    {
        lines.push(asked("Last asked", last, LONG, 0));
    }
    lines
}

/// `1 test`, `2 tests`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn state(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(git) = facts.git {
        let status = &git.status;
        let branch = status.branch.as_deref().map_or("a detached head".to_owned(), quote::path);
        let head =
            status.head.as_deref().map_or("nothing committed".to_owned(), |head| format!("at `{}`", short(head)));
        let mut text = format!("- On {branch} {head}");
        if let (Some(base), Some(name)) = (&git.base, &git.base_name)
            && status.head.as_ref() != Some(base)
        {
            text.push_str(&format!(
                ", {} since {}",
                count(git.commits.len(), "commit"),
                quote::path(&format!("{name}@{}", short(base)))
            ));
        }
        if let (Some(ahead), Some(behind), Some(upstream)) = (git.ahead, git.behind, &status.upstream) {
            text.push_str(&format!(", {ahead} ahead of and {behind} behind {}", quote::path(upstream)));
        }
        lines.push(line(0, text));
        let counts = [
            ("staged", &status.staged),
            ("unstaged", &status.unstaged),
            ("untracked", &status.untracked),
            ("in conflict", &status.conflicted),
        ];
        let dirty: Vec<String> = counts
            .iter()
            .filter(|(_, paths)| !paths.is_empty())
            .map(|(name, paths)| format!("{} {name}", paths.len()))
            .collect();
        lines.push(line(
            0,
            if dirty.is_empty() {
                "- Nothing uncommitted".to_owned()
            } else {
                format!("- Uncommitted: {}", dirty.join(", "))
            },
        ));
        if let Some(unfinished) = git.unfinished {
            lines.push(line(0, format!("- A {unfinished} is not over")));
        }
        for path in &status.conflicted {
            lines.push(line(1, format!("- In conflict: {}", quote::path(path))));
        }
        if status.stash > 0 {
            lines.push(line(3, format!("- {} stashed", count(status.stash as usize, "change"))));
        }
    }
    let session = facts.session;
    let all = session.list.len() + session.tasks.iter().filter(|task| task.state != "deleted").count();
    let open = session.open_tasks().count();
    if all > 0 {
        lines.push(line(2, format!("- Tasks: {} done, {open} open", all.saturating_sub(open))));
    }
    let failing = session.failing_tests().len();
    if failing > 0 {
        lines.push(line(0, format!("- {} failing, named under {}", count(failing, "test"), Topic::Next.heading())));
    }
    if let Some(git) = facts.git {
        for (hash, subject) in git.commits.iter().take(30) {
            lines.push(line(6, format!("- `{}` {}", short(hash), quote::code(subject, 90))));
        }
    }
    let done = session.list.iter().chain(&session.tasks).filter(|task| task.state == "completed");
    lines.extend(done.map(|task| line(7, format!("- [x] {}", quote::code(&task.text, SHORT)))));
    lines
}

fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

/// A path of the session from the root, where it lies in it.
fn inside(facts: &Facts<'_>, file: &EditedFile) -> Option<String> {
    let root = facts.root.to_str()?.replace('\\', "/");
    let below = file.key.strip_prefix(&root)?.strip_prefix('/')?;
    Some(below.to_owned())
}

fn changed(facts: &Facts<'_>, uncounted: &mut usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    if let Some(git) = facts.git {
        let mut by_churn: Vec<&FileChange> = git.changes.iter().collect();
        by_churn.sort_by_key(|change| (std::cmp::Reverse(change.added + change.removed), change.path.as_str()));
        let rest = by_churn.split_off(by_churn.len().min(MAX_FILES));
        known.extend(git.changes.iter().map(|change| change.path.as_str()));
        lines.extend(by_churn.into_iter().map(changed_file));
        if !rest.is_empty() {
            let sum = |of: fn(&FileChange) -> u32| rest.iter().map(|change| of(change)).sum::<u32>();
            let (added, removed) = (sum(|change| change.added), sum(|change| change.removed));
            let base = git.base.as_deref().map(short).unwrap_or("HEAD");
            let text =
                format!("- and {} (+{added} -{removed}): `git diff --stat {base}`", count(rest.len(), "more file"));
            lines.push(line(0, text));
        }
    }
    // What the session edited and git does not show: outside of the repository, ignored, or as it was before.
    let mut others: Vec<Line> = Vec::new();
    let mut other = |shown: &str, edits: u64, note: &str, priority: u8| {
        others.push(line(
            priority,
            format!("- {}: {}{note}", quote::span(&quote::line(shown, 300)), count(edits as usize, "edit")),
        ));
    };
    for file in facts.session.edited.iter().rev() {
        let path = inside(facts, file);
        match &path {
            Some(path)
                if known.contains(path.as_str())
                    || is_own(path)
                    || facts.git.is_some_and(|git| git.handoffs.contains(path.as_str())) => {}
            // A session that was held elsewhere, or in a folder that has another name now.
            None if facts.git.is_some_and(|git| git.changes.iter().any(|change| ends_so(&file.path, &change.path))) => {
            }
            Some(path) if facts.git.is_some() => other(path, file.edits, ", no difference left", 5),
            Some(path) => other(path, file.edits, "", 1),
            None => other(
                &file.path,
                file.edits,
                "",
                if facts.git.is_some_and(|git| !git.changes.is_empty()) { 4 } else { 1 },
            ),
        }
    }
    if others.len() > MAX_FILES {
        *uncounted += others.len() - MAX_FILES;
        others.truncate(MAX_FILES);
    }
    lines.extend(others);
    let aside: Vec<&String> = facts.aside.iter().filter(|path| !known.contains(path.as_str())).collect();
    lines.extend(aside.iter().take(20).map(|path| line(5, format!("- {}: edited by a sub-agent", quote::path(path)))));
    if !facts.context_files.is_empty() {
        let paths: Vec<String> = facts.context_files.iter().take(8).map(|path| quote::path(path)).collect();
        lines.push(line(3, format!("- Context files among them: {}", paths.join(", "))));
    }
    let dependencies: BTreeSet<&str> = facts
        .git
        .iter()
        .flat_map(|git| &git.changes)
        .flat_map(|change| &change.dependencies)
        .map(String::as_str)
        .collect();
    if !dependencies.is_empty() {
        let names: Vec<String> = dependencies.iter().take(20).map(|name| quote::path(name)).collect();
        lines.push(line(3, format!("- Dependencies that came or changed: {}", names.join(", "))));
    }
    lines
}

/// Whether the session's absolute path ends with the path from the root.
fn ends_so(path: &str, relative: &str) -> bool {
    path.replace('\\', "/").strip_suffix(relative).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn changed_file(change: &FileChange) -> Line {
    let path = quote::path(&change.path);
    let mut text = format!("- {path}");
    if let Some(from) = &change.from {
        text.push_str(&format!(" (was {})", quote::path(from)));
    }
    if change.is_deleted {
        text.push_str(" deleted");
    } else if change.is_new {
        text.push_str(" new");
    }
    if change.is_compared {
        let lines = [(change.added, '+'), (change.removed, '-')];
        lines
            .iter()
            .filter(|(count, _)| *count > 0)
            .for_each(|(count, sign)| text.push_str(&format!(" {sign}{count}")));
    }
    let mut details = Vec::new();
    let mut symbols: Vec<&str> = change.pieces.iter().filter_map(|piece| piece.symbol.as_deref()).collect();
    symbols.dedup();
    if !symbols.is_empty() && !change.is_new {
        let symbols: Vec<String> = symbols.iter().take(4).map(|symbol| quote::code(symbol, 60)).collect();
        details.push((8, format!(" in {}", symbols.join(", "))));
    }
    if !change.is_new {
        let cited: Vec<String> = change.pieces.iter().take(2).map(|piece| citation(&change.path, piece)).collect();
        if !cited.is_empty() {
            details.push((9, format!(": {}", cited.join(", "))));
        }
    }
    Line { details, ..line(1, text) }
}

/// A citation in a code span; a path with odd characters cannot be cited, and is only named.
fn citation(path: &str, piece: &super::facts::git::Piece) -> String {
    if is_citable(path) { format!("`{}`", piece.citation(path)) } else { quote::path(path) }
}

/// Whether a citation of this path is read as one.
pub fn is_citable(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    path.chars().all(is_plain) && path.rsplit('/').next().is_some_and(|name| name.trim_start_matches('.').contains('.'))
}

fn decisions(session: &Session, uncounted: &mut usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(plan) = &session.plan {
        let title = plan.text.lines().map(|line| line.trim_start_matches('#').trim()).find(|line| !line.is_empty());
        let title = title.map(|title| quote::code(title, SHORT)).unwrap_or_default();
        let path = plan.path.as_deref().map(|path| format!(" ({})", quote::code(path, 200))).unwrap_or_default();
        lines.push(line(1, format!("- Approved plan: {title}{path}")));
        for step in plan.text.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1).take(12) {
            lines.push(line(6, format!("  - {}", quote::code(step.trim_start_matches(['-', '*', ' ']), SHORT))));
        }
    }
    let requests = live(session);
    if requests.len() > 2 {
        // Of very many the newest are quoted; quoting all of them would only cost time.
        let later = &requests[1..requests.len() - 1];
        *uncounted += later.len().saturating_sub(MAX_LINES / 2);
        let later = &later[later.len().saturating_sub(MAX_LINES / 2)..];
        lines.extend(later.iter().map(|request| asked("Then asked", request, SHORT, 3)));
    }
    if !session.denied.is_empty() {
        let tools: Vec<String> =
            session.denied.iter().take(8).map(|(tool, count)| format!("{} {count}", quote::code(tool, 40))).collect();
        lines.push(line(4, format!("- Turned down by the user or a rule: {}", tools.join(", "))));
    }
    lines
}

/// A command with its last result.
fn ran(command: &Command) -> String {
    let text = quote::code(&command.text, COMMAND);
    let result = match (command.result, command.exit_code) {
        (RunResult::Ok, _) => "ok".to_owned(),
        (RunResult::Failed, Some(code)) => format!("failed with {code}"),
        (RunResult::Failed, None) => "failed".to_owned(),
        (RunResult::Unknown, _) => "result unknown".to_owned(),
    };
    let runs = if command.runs > 1 { format!(", run {} times", command.runs) } else { String::new() };
    format!("- {text}: {result}{runs}")
}

fn is_check(command: &Command) -> bool {
    matches!(command.kind, CommandKind::Test | CommandKind::Lint | CommandKind::Build)
}

fn failed(session: &Session) -> Vec<Line> {
    let mut failing: Vec<&Command> =
        session.commands.iter().filter(|command| command.result == RunResult::Failed).collect();
    failing.sort_by_key(|command| std::cmp::Reverse(command.last));
    let mut lines: Vec<Line> =
        failing.into_iter().filter(|command| !is_check(command)).map(|command| line(1, ran(command))).collect();
    let mut errors: Vec<_> = session.errors.iter().filter(|error| error.count > 1).collect();
    errors.sort_by_key(|error| std::cmp::Reverse(error.count));
    lines.extend(
        errors
            .iter()
            .take(8)
            .map(|error| line(5, format!("- {} times: {}", error.count, quote::code(&error.text, 160)))),
    );
    let left = session.requests.iter().filter(|request| request.is_left).take(MAX_LINES / 4);
    lines.extend(left.map(|request| asked("Left by going back", request, SHORT, 4)));
    if session.interrupted > 0 {
        lines.push(line(6, format!("- Broken off by the user: {}", count(session.interrupted as usize, "time"))));
    }
    lines
}

fn next(facts: &Facts<'_>) -> Vec<Line> {
    let session = facts.session;
    let mut lines = Vec::new();
    for task in session.open_tasks() {
        let state = if matches!(task.state.as_str(), "in_progress" | "in-progress") { " (begun)" } else { "" };
        lines.push(line(0, format!("- [ ] {}{state}", quote::code(&task.text, SHORT))));
    }
    for (name, _) in session.failing_tests() {
        lines.push(line(1, format!("- [ ] Make {} pass", quote::code(name, SHORT))));
    }
    let failing = session
        .commands
        .iter()
        .filter(|command| command.result == RunResult::Failed && is_check(command) && command.failing.is_empty());
    lines
        .extend(failing.map(|command| line(2, format!("- [ ] Mend what {} reports", quote::code(&command.text, 100)))));
    for change in facts.git.iter().flat_map(|git| &git.changes) {
        for (at, text) in change.todos.iter().take(10) {
            lines.push(line(4, format!("- [ ] {} at {}", quote::code(text, 100), place(change, *at))));
        }
        for (at, text) in change.skipped_tests.iter().take(10) {
            lines.push(line(4, format!("- [ ] Switched off at {}: {}", place(change, *at), quote::code(text, 80))));
        }
    }
    for path in facts.git.iter().flat_map(|git| &git.status.conflicted) {
        lines.push(line(1, format!("- [ ] Resolve the conflict in {}", quote::path(path))));
    }
    lines
}

/// A line of a changed file, in words: lines that are not pinned would be a citation without proof.
fn place(change: &FileChange, line: u32) -> String {
    let piece = change.pieces.iter().find(|piece| (piece.start..=piece.end).contains(&line));
    match piece {
        Some(piece) => citation(&change.path, piece),
        None => quote::path(&change.path),
    }
}

fn verify(session: &Session) -> Vec<Line> {
    let mut lines = Vec::new();
    for kind in [CommandKind::Test, CommandKind::Lint, CommandKind::Build] {
        let mut commands: Vec<&Command> = session.commands_of(kind).collect();
        commands.sort_by_key(|command| std::cmp::Reverse(command.last));
        let good = commands.iter().position(|command| command.result == RunResult::Ok);
        for (at, command) in commands.iter().enumerate() {
            let priority = match command.result {
                RunResult::Failed => 1,
                RunResult::Ok if Some(at) == good => 0,
                RunResult::Unknown if at == 0 => 2,
                _ => 6,
            };
            lines.push(line(priority, ran(command)));
        }
    }
    lines
}

fn read_first(facts: &Facts<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(git) = facts.git {
        let pieces = first_pieces(&git.changes, MAX_FIRST);
        for (change, piece) in pieces.into_iter().filter(|(change, _)| is_citable(&change.path)) {
            let symbol =
                piece.symbol.as_deref().map(|symbol| format!(" ({})", quote::code(symbol, 60))).unwrap_or_default();
            lines.push(Line { details: vec![(5, symbol)], ..line(3, format!("- `{}`", piece.citation(&change.path))) });
        }
    }
    lines
}

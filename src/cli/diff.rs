//! `ctxlint diff`.

mod wire;

use super::refs::{History, row, table};
use super::{Answer, CLEAN, Global, OutputFormat, Unusable, say, session, since};
use crate::change::{self, After, Change, LoadChange, LoadKind, PathFigures, RefChange, RefChanges, Startup};
use crate::clients::{self, Client};
use crate::report::markdown::{code, difference, text as plain};
use crate::report::{counted, one_line, thousands};
use crate::workspace::{self, Workspace};
use crate::world::Disk;
use clap::Args;
use std::fmt::Write;

#[derive(Args, Debug)]
pub(super) struct DiffArguments {
    /// The commit to compare with; where the histories went apart, the last common one
    base: String,
    /// The commit after the change; by default the files on disk, committed or not
    head: Option<String>,
    /// Take what the next commit will hold for the state after the change
    #[arg(long, conflicts_with = "head")]
    staged: bool,
    /// The client; by default the first one that the repository's files show
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// How much of git's history to ask about citations and paths
    #[arg(long, value_name = "HOW", default_value = "full")]
    history: History,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
}

/// What a change does, with everything that the formats print.
struct Diff<'a> {
    change: &'a Change,
    before: &'a Workspace,
    after: &'a Workspace,
    startup: Startup,
    paths: Vec<PathFigures>,
    loads: Vec<LoadChange>,
    refs: RefChanges,
    notes: Vec<String>,
}

pub(super) fn diff(global: &Global, arguments: &DiffArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let state_after = match &arguments.head {
        Some(head) => After::Revision(head),
        None if arguments.staged => After::Staged,
        None => After::Worktree,
    };
    let change = change::change(&session.root, Some(&arguments.base), state_after)
        .map_err(|error| since::unusable(&error.message))?;
    let discovered = || match &change.after {
        // Its files are asked for all at once.
        Some(tree) => {
            let discovery = crate::discover::discover(tree, &session.root, &session.settings);
            let _ = tree.prefetch(discovery.files.iter().map(|file| &*file.path));
            discovery
        }
        None => crate::discover::discover(&Disk, &session.root, &session.settings),
    };
    let found = discovered();
    let mut after = workspace::from_discovery(change.world(), &session.root, session.settings, session.config, found);
    let mut before = change::load_before(&change, &after);
    let client = client(arguments, &after, &before)?;
    let startup = change::startup_of(&before, &after, client);
    let (paths, loads, left_out) = match change::touches_context(&change, &after) {
        true => change::path_figures(&change, &before, &after, client),
        false => (Vec::new(), Vec::new(), 0),
    };
    let refs = change::ref_changes(&change, &mut before, &mut after, arguments.history.mode(), !global.no_cache);
    let mut notes: Vec<String> = change.notes.iter().chain(&after.notes).cloned().collect();
    if left_out > 0 {
        notes.push(format!("what {} more changed files load when they are touched", thousands(left_out as u64)));
    }
    notes.extend(refs.unchecked.clone());
    let diff = Diff { change: &change, before: &before, after: &after, startup, paths, loads, refs, notes };
    let text = match arguments.format {
        OutputFormat::Json => wire::json(&diff),
        OutputFormat::Human => human(&diff),
        OutputFormat::Markdown => markdown(&diff),
    };
    if arguments.format == OutputFormat::Json {
        for note in &diff.notes {
            say(&format!("ctxlint: not checked: {}", one_line(note)));
        }
    }
    // The process is about to end: giving the memory back piece by piece would only cost time.
    std::mem::forget((before, after, change));
    Ok(Answer { text, code: CLEAN })
}

fn client(arguments: &DiffArguments, after: &Workspace, before: &Workspace) -> Result<&'static Client, Unusable> {
    let Some(name) = &arguments.client else {
        let mut used = after.clients.iter().chain(&before.clients);
        return Ok(used.next().copied().unwrap_or(&clients::claude_code::CLIENT));
    };
    clients::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = clients::all().iter().map(|client| client.name).collect();
        Unusable::new(format!("there is no client `{name}`"), format!("known clients: {}", known.join(", ")))
    })
}

/// What the state after is called.
fn head_name(change: &Change) -> String {
    match (&change.head, &change.after) {
        (Some(commit), _) => commit.get(..8).unwrap_or(commit).to_owned(),
        (None, Some(_)) => "what is staged".to_owned(),
        (None, None) => "the files on disk".to_owned(),
    }
}

fn unit_rows(diff: &Diff<'_>) -> [(&'static str, u64, u64); 3] {
    let (before, after) = (diff.startup.before, diff.startup.after);
    [
        ("tokens at startup", before.tokens, after.tokens),
        ("instructions at startup", before.instructions, after.instructions),
        ("lines at startup", before.lines, after.lines),
    ]
}

/// `.claude/rules/new.md added`.
fn load_words(load: &LoadChange) -> String {
    let when = match load.trigger {
        crate::load::Trigger::Startup => "at startup",
        crate::load::Trigger::Import => "imported",
        crate::load::Trigger::Path => "for some paths",
        crate::load::Trigger::Nested => "in its folder",
        crate::load::Trigger::Listing => "in a listing",
        crate::load::Trigger::Invoked => "when asked for",
        crate::load::Trigger::Never => "never",
    };
    format!("{}, {when}", load.kind.name())
}

/// The row of a reference: it stands in the state after when it is broken there, else in the one before.
fn ref_row(diff: &Diff<'_>, of: &RefChange, is_after: bool) -> Option<[String; 4]> {
    let workspace = if is_after { diff.after } else { diff.before };
    Some(row(&workspace.file(&of.document)?.source, &of.reference))
}

fn human(diff: &Diff<'_>) -> String {
    let mut out = String::new();
    let base = diff.change.base_name();
    let _ = writeln!(out, "{} against {base}, {}", head_name(diff.change), diff.startup.client.title);
    let mut rows: Vec<[String; 5]> =
        vec![["".to_owned(), "before".to_owned(), "after".to_owned(), "".to_owned(), "".to_owned()]];
    let numbers = |name: String, before: u64, after: u64, note: String| {
        [name, thousands(before), thousands(after), difference(before, after), note]
    };
    for (name, before, after) in unit_rows(diff) {
        rows.push(numbers(name.to_owned(), before, after, String::new()));
    }
    for path in &diff.paths {
        let name = format!("tokens once {} is read", one_line(&path.path));
        rows.push(numbers(name, path.before.tokens, path.after.tokens, String::new()));
    }
    for load in &diff.loads {
        let name = format!("  {}", one_line(&load.path));
        let note = load_words(load);
        rows.push(match load.kind {
            LoadKind::Added => [name, String::new(), thousands(load.tokens_after), String::new(), note],
            LoadKind::Removed => [name, thousands(load.tokens_before), String::new(), String::new(), note],
            LoadKind::Changed => numbers(name, load.tokens_before, load.tokens_after, note),
        });
    }
    let (broken, repaired) = (diff.refs.broken.len(), diff.refs.repaired.len());
    rows.push(["references broken".to_owned(), String::new(), thousands(broken as u64), String::new(), String::new()]);
    rows.push([
        "references repaired".to_owned(),
        String::new(),
        thousands(repaired as u64),
        String::new(),
        String::new(),
    ]);
    // A long path stands out rather than push all the others apart.
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|width| *width <= 60).max().unwrap_or(0)
    };
    let (name, was, is, by) = (width(0), width(1), width(2), width(3));
    for [first, second, third, fourth, note] in &rows {
        let line = format!(" {first:<name$}  {second:>was$}  {third:>is$}  {fourth:>by$}  {note}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (title, list, is_after) in [("broken", &diff.refs.broken, true), ("repaired", &diff.refs.repaired, false)] {
        let rows: Vec<[String; 4]> = list.iter().filter_map(|of| ref_row(diff, of, is_after)).collect();
        if !rows.is_empty() {
            let _ = writeln!(out, "\n{}, {title}:", counted(rows.len(), "reference"));
            out.push_str(&table(&rows));
        }
    }
    for note in &diff.notes {
        let _ = writeln!(out, "not checked: {}", one_line(note));
    }
    out
}

fn markdown(diff: &Diff<'_>) -> String {
    let mut out = format!(
        "What {} loads, {} against {}:\n\n",
        diff.startup.client.title,
        plain(&head_name(diff.change)),
        plain(&diff.change.base_name())
    );
    out.push_str("| | before | after | |\n| --- | ---: | ---: | ---: |\n");
    let mut numbers = |name: &str, before: u64, after: u64| {
        let _ =
            writeln!(out, "| {name} | {} | {} | {} |", thousands(before), thousands(after), difference(before, after));
    };
    for (name, before, after) in unit_rows(diff) {
        numbers(name, before, after);
    }
    for path in &diff.paths {
        numbers(&format!("tokens once {} is read", code(&path.path)), path.before.tokens, path.after.tokens);
    }
    for load in &diff.loads {
        numbers(&format!("{} ({})", code(&load.path), load_words(load)), load.tokens_before, load.tokens_after);
    }
    for (title, list, is_after) in [("broken", &diff.refs.broken, true), ("repaired", &diff.refs.repaired, false)] {
        let rows: Vec<[String; 4]> = list.iter().filter_map(|of| ref_row(diff, of, is_after)).collect();
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}, {title}:\n", counted(rows.len(), "reference"));
        for [place, text, state, now] in rows {
            let now = if now.is_empty() { String::new() } else { format!(" {}", code(&now)) };
            let _ = writeln!(out, "- {}: {} {state}{now}", code(&place), code(&text));
        }
    }
    for note in &diff.notes {
        let _ = writeln!(out, "\nNot checked: {}.", plain(note));
    }
    out
}

//! `ctxlint refs`.

pub(super) mod wire;

use super::{Answer, CLEAN, Global, Unusable, say, session};
use crate::diagnostic::Edit;
use crate::discover::format_of;
use crate::fix;
use crate::model::Format;
use crate::paths::{PathIndex, Presence, is_below};
use crate::references::drift::{Mode, State};
use crate::references::listing::{self, Listing, Reference};
use crate::report::{counted, one_line};
use crate::source::{Source, Span};
use crate::workspace::{self, File, FileState, Workspace, read_document};
use crate::world::Disk;
use crate::write;
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args, Debug)]
pub(super) struct RefsArguments {
    /// Documents and folders; by default every Markdown file of the repository
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
    /// How much of git's history to ask
    #[arg(long, value_name = "HOW", default_value = "full")]
    history: History,
    /// Add the commit and a hash of the lines to every citation that holds, which is then checked without history
    #[arg(long)]
    pin: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Human,
    Json,
}

/// How much of history is asked for, as an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum History {
    /// What is cached, and half a second for the rest
    Auto,
    /// Everything
    Full,
    /// Nothing
    Off,
}

impl History {
    /// The mode that it stands for.
    pub(super) fn mode(self) -> Mode {
        match self {
            History::Auto => Mode::Auto,
            History::Full => Mode::Full,
            History::Off => Mode::Off,
        }
    }
}

pub(super) fn refs(global: &Global, arguments: &RefsArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let wanted: Result<Vec<String>, Unusable> =
        arguments.paths.iter().map(|path| session::inside(&session.root, path)).collect();
    let workspace = workspace::load(&Disk, &session.root, session.settings, session.config);
    let paths = documents(&workspace.index, &wanted?, |path| workspace.settings.exclusion(path).is_some())?;
    let read: Vec<File> = paths.par_iter().map(|path| read_document(&Disk, &workspace, path)).collect();
    let mut files: Vec<File> = Vec::new();
    for file in read {
        match &file.state {
            FileState::Readable => files.push(file),
            FileState::NotUtf8 { .. } => say(&format!("ctxlint: {} is not UTF-8", one_line(&file.path))),
            FileState::TooLarge(_) => say(&format!("ctxlint: {} is too large", one_line(&file.path))),
            FileState::Unreadable(why) => {
                say(&format!("ctxlint: {} cannot be read: {}", one_line(&file.path), one_line(why)));
            }
        }
    }
    let (mode, cached) = (arguments.history.mode(), !global.no_cache);
    let found = listing::list(&workspace, &Disk, &files, mode, cached);
    if arguments.pin {
        return pin(&workspace, &files, &found);
    }
    let text = match arguments.format {
        OutputFormat::Json => json(&files, &found),
        OutputFormat::Human => human(&files, &found),
    };
    Ok(Answer { text, code: CLEAN })
}

/// The documents to read: the named files, the Markdown below the named folders, else all Markdown.
fn documents(
    index: &PathIndex,
    wanted: &[String],
    is_excluded: impl Fn(&str) -> bool,
) -> Result<Vec<Arc<str>>, Unusable> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for path in wanted {
        match index.presence(path) {
            Presence::File => found.extend(index.real_path(path)),
            Presence::Dir => {}
            Presence::Ignored => say(&format!("ctxlint: {} is ignored by git", one_line(path))),
            Presence::Beyond => {
                let hint = "it belongs to another repository: use --root";
                return Err(Unusable::new(format!("{path} lies in a submodule or behind a link"), hint));
            }
            Presence::Missing => return Err(Unusable::new(format!("{path} does not exist"), "")),
        }
    }
    let is_wanted = |path: &str| wanted.is_empty() || wanted.iter().any(|folder| is_below(path, folder));
    let markdown = index.files.iter().filter(|path| format_of(path) == Format::Markdown && is_wanted(path));
    found.extend(markdown.filter(|path| !is_excluded(path)).cloned());
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Adds the commit and the hash of the lines to every citation whose lines are where it says, so that they are checked
/// without history from then on.
fn pin(workspace: &Workspace, files: &[File], found: &Listing) -> Result<Answer, Unusable> {
    let mut out = String::new();
    let (mut pinned, mut left) = (0, 0);
    let mut changes = Vec::new();
    for (file, references) in files.iter().zip(&found.by_document) {
        let mut edits = Vec::new();
        for reference in references {
            let Some(citation) = &reference.citation else { continue };
            let Some(text) = reference.pin.as_deref() else {
                left += usize::from(citation.pin.is_none());
                continue;
            };
            let at = citation.span.end as usize;
            edits.push(Edit { path: file.path.clone(), span: Span::new(at, at), text: text.to_owned() });
        }
        let Some(text) = fix::apply(&file.source.text, &edits) else { continue };
        changes.push(write::Change {
            path: file.path.to_string(),
            bytes: Some(text.into_bytes()),
            expected: write::Expected::content(file.source.text.as_bytes()),
        });
        pinned += edits.len();
        let _ = writeln!(out, "{}: {}", one_line(&file.path), counted(edits.len(), "citation"));
    }
    write::write_all(&workspace.root, &changes)
        .map_err(|error| Unusable::new(error.to_string(), "correct the path or its permissions"))?;
    let _ = writeln!(out, "pinned {}, left {left} as they are", counted(pinned, "citation"));
    Ok(Answer { text: out, code: CLEAN })
}

/// Every reference, by document and place.
fn all<'a>(files: &'a [File], found: &'a Listing) -> impl Iterator<Item = (&'a File, &'a Reference)> {
    let both = files.iter().zip(&found.by_document);
    both.flat_map(|(file, references)| references.iter().map(move |reference| (file, reference)))
}

fn json(files: &[File], found: &Listing) -> String {
    let refs = all(files, found).map(|(file, of)| wire::json_ref(&file.source, of)).collect();
    wire::json(refs, found.unchecked.as_deref())
}

/// `10`, `10-20`.
fn numbers(start: u32, end: u32) -> String {
    if start == end { start.to_string() } else { format!("{start}-{end}") }
}

/// Place, text, state, and where it is now, each on one line and harmless.
pub(super) fn row(source: &Source, of: &Reference) -> [String; 4] {
    let place = format!("{}:{}", one_line(&source.path), source.position(of.span.start).line);
    let text = of.span.slice(&source.text);
    let text = match of.lines {
        Some(_) if text.starts_with(|c: char| c.is_ascii_digit()) => format!("{}:{text}", of.target),
        _ => text.to_owned(),
    };
    let now = of.now.as_ref().map_or(String::new(), |now| match of.lines {
        Some(_) => format!("→ {}:{}", now.path, numbers(now.start, now.end)),
        None => format!("→ {}", now.path),
    });
    let since =
        of.since.as_deref().map_or(String::new(), |commit| format!("  since {}", commit.get(..8).unwrap_or(commit)));
    let state = of.state.name().to_owned();
    [place, text, state, format!("{now}{since}").trim().to_owned()].map(|cell| one_line(&cell).into_owned())
}

/// Rows with their columns under one another.
pub(super) fn table(rows: &[[String; 4]]) -> String {
    let width = |column: usize, most: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let (first, second, third) = (width(0, 50), width(1, 60), width(2, 20));
    let mut out = String::new();
    for [place, text, state, rest] in rows {
        let line = format!("{place:<first$}  {text:<second$}  {state:<third$}  {rest}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn human(files: &[File], found: &Listing) -> String {
    let rows: Vec<[String; 4]> = all(files, found).map(|(file, of)| row(&file.source, of)).collect();
    let mut out = table(&rows);
    let mut counts: Vec<(State, usize)> = Vec::new();
    for (_, of) in all(files, found) {
        match counts.iter_mut().find(|(state, _)| *state == of.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((of.state, 1)),
        }
    }
    counts.sort_unstable();
    let counts: Vec<String> = counts.iter().map(|(state, count)| format!("{count} {}", state.name())).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let _ = writeln!(out, "{} in {}{counts}", counted(rows.len(), "reference"), counted(files.len(), "document"));
    if let Some(why) = &found.unchecked {
        let _ = writeln!(out, "not checked: {}", one_line(why));
    }
    out
}

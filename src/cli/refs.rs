//! `ctxlint refs`.

use super::{Answer, CLEAN, Global, Unusable, say, session};
use crate::discover::{discover, format_of};
use crate::model::{Document, Format};
use crate::parse;
use crate::paths::{PathIndex, Presence, is_below};
use crate::references::citations::{Citation, Place, citations};
use crate::references::drift::{self, Citing, Fate, Fates, Lines, Mode, State, Surroundings};
use crate::report::json::{JsonRange, TOOL, Tool, VERSION, range, to_text};
use crate::report::{counted, one_line};
use crate::source::Source;
use crate::world::{Disk, World};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::Serialize;
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

/// One document with what it cites.
struct Read {
    source: Source,
    document: Document,
    citations: Vec<Citation>,
}

#[derive(Serialize)]
struct JsonRefs<'a> {
    version: u32,
    tool: Tool,
    refs: Vec<JsonRef<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unchecked: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonRef<'a> {
    path: &'a str,
    range: JsonRange,
    kind: &'static str,
    text: &'a str,
    fenced: bool,
    target: &'a str,
    target_start: u32,
    target_end: u32,
    state: &'static str,
    now: Option<JsonPlace<'a>>,
    evidence: &'static str,
    since: Option<&'a str>,
    written: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    start: u32,
    end: u32,
}

pub(super) fn refs(global: &Global, arguments: &RefsArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let wanted: Result<Vec<String>, Unusable> =
        arguments.paths.iter().map(|path| session::inside(&session.root, path)).collect();
    let found = discover(&Disk, &session.root, &session.settings);
    let index = found.index;
    let paths = documents(&index, &wanted?, |path| session.settings.exclusion(path).is_some())?;
    let read = |path: &Arc<str>| {
        let bytes = Disk.read(&session.root.join(&**path), session.settings.max_file_size);
        let text = bytes.map_err(|error| error.to_string())?;
        let text = String::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
        let document = parse::parse(&text, Format::Markdown);
        let citations = citations(&document, &text);
        Ok::<Read, String>(Read { source: Source::new(path.clone(), text), document, citations })
    };
    let results: Vec<Result<Read, String>> = paths.par_iter().map(read).collect();
    let mut documents = Vec::new();
    for (path, result) in paths.iter().zip(results) {
        match result {
            Ok(document) => documents.push(document),
            Err(why) => say(&format!("ctxlint: {} cannot be read: {}", one_line(path), one_line(&why))),
        }
    }
    let around = Surroundings {
        world: &Disk,
        root: &session.root,
        index: &index,
        mode: arguments.history.mode(),
        cached: !global.no_cache,
    };
    let citing: Vec<Citing<'_>> =
        documents.iter().map(|of| Citing { source: &of.source, citations: &of.citations }).collect();
    let fates = drift::fates(&around, &citing);
    let text = match arguments.format {
        OutputFormat::Json => json(&documents, &fates),
        OutputFormat::Human => human(&documents, &fates),
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

/// Every citation with its fate, by document and place.
fn all<'a>(documents: &'a [Read], fates: &'a Fates) -> impl Iterator<Item = (&'a Read, &'a Citation, &'a Fate)> {
    let both = documents.iter().zip(&fates.by_document);
    both.flat_map(|(document, fates)| document.citations.iter().zip(fates).map(move |(c, fate)| (document, c, fate)))
}

fn json(documents: &[Read], fates: &Fates) -> String {
    let reference = |(document, citation, fate): (&'_ Read, &'_ Citation, &'_ Fate)| {
        debug_assert!(document.document.body.end as usize <= document.source.text.len());
        (document.source.path.clone(), citation.clone(), fate.clone(), range(&document.source, citation.span))
    };
    let rows: Vec<_> = all(documents, fates).map(|row| (row, reference(row))).collect();
    let refs = rows.iter().map(|((document, citation, fate), _)| JsonRef {
        path: &document.source.path,
        range: range(&document.source, citation.span),
        kind: "citation",
        text: citation.span.slice(&document.source.text),
        fenced: citation.place == Place::Code,
        target: fate.target.as_deref().unwrap_or(&citation.path),
        target_start: citation.start,
        target_end: citation.end,
        state: fate.state.name(),
        now: fate.now.as_ref().map(|Lines { path, start, end }| JsonPlace { path, start: *start, end: *end }),
        evidence: fate.evidence.name(),
        since: fate.since.as_deref(),
        written: fate.written.as_deref(),
    });
    let refs = refs.collect();
    to_text(&JsonRefs { version: VERSION, tool: TOOL, refs, unchecked: fates.unchecked.as_deref() }, true)
}

/// `10`, `10-20`.
fn numbers(start: u32, end: u32) -> String {
    if start == end { start.to_string() } else { format!("{start}-{end}") }
}

fn human(documents: &[Read], fates: &Fates) -> String {
    let rows: Vec<[String; 4]> = all(documents, fates)
        .map(|(document, citation, fate)| {
            let place = format!("{}:{}", document.source.path, document.source.position(citation.span.start).line);
            let text = citation.span.slice(&document.source.text);
            let text = if text.starts_with(|c: char| c.is_ascii_digit()) {
                format!("{}:{text}", citation.path)
            } else {
                text.to_owned()
            };
            let now = fate
                .now
                .as_ref()
                .map_or(String::new(), |now| format!("→ {}:{}", now.path, numbers(now.start, now.end)));
            let since = fate.since.as_deref().map_or(String::new(), |commit| format!("  since {}", &commit[..8]));
            let state = fate.state.name().to_owned();
            [place, text, state, format!("{now}{since}").trim().to_owned()].map(|cell| one_line(&cell).into_owned())
        })
        .collect();
    let width = |column: usize, most: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let (first, second, third) = (width(0, 50), width(1, 60), width(2, 20));
    let mut out = String::new();
    for [place, text, state, rest] in &rows {
        let line = format!("{place:<first$}  {text:<second$}  {state:<third$}  {rest}");
        let _ = writeln!(out, "{}", line.trim_end());
    }
    let mut counts: Vec<(State, usize)> = Vec::new();
    for (_, _, fate) in all(documents, fates) {
        match counts.iter_mut().find(|(state, _)| *state == fate.state) {
            Some((_, count)) => *count += 1,
            None => counts.push((fate.state, 1)),
        }
    }
    counts.sort_unstable();
    let counts: Vec<String> = counts.iter().map(|(state, count)| format!("{count} {}", state.name())).collect();
    let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
    let _ = writeln!(out, "{} in {}{counts}", counted(rows.len(), "citation"), counted(documents.len(), "document"));
    if let Some(why) = &fates.unchecked {
        let _ = writeln!(out, "not checked: {}: {}", counted(fates.unchecked_count, "citation"), one_line(why));
    }
    out
}

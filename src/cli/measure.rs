//! `ctxlint measure`.

use super::session::Session;
use super::{Answer, CLEAN, Global, UNUSABLE, Unusable, say, session};
use crate::discover::{discover, format_of};
use crate::instructions::{self, Counted};
use crate::measure::{self, Measured};
use crate::model::{BlockKind, Document, Format, InlineKind};
use crate::parse;
use crate::paths::join;
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use crate::report::{one_line, thousands};
use crate::source::{LineIndex, Span};
use crate::tokens::profiles::{Estimate, PROFILES, Profile, estimate};
use crate::tokens::{Encoding, split};
use crate::world::{Disk, EntryKind, World};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::Serialize;
use std::fmt::Write;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Files above this size are not measured, in bytes.
const MAX_FILE: u64 = 1 << 30;

#[derive(Args, Debug)]
pub(super) struct MeasureArguments {
    /// Files, folders (their Markdown), or - for standard input; without any: the context files of the repository
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
    /// In which encoding to count; by default the configured one, else o200k_base
    #[arg(long, value_name = "NAME", value_parser = encoding)]
    encoding: Option<Encoding>,
    /// Add an estimate for a model: o200k, cl100k, claude-4.6 or claude-5
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<&'static Profile>,
    /// Show the instructions in place, each with its kind and the rule that found it
    #[arg(long)]
    explain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Human,
    Json,
}

fn encoding(name: &str) -> Result<Encoding, String> {
    Encoding::from_name(name).ok_or_else(|| known(Encoding::ALL.iter().map(|encoding| encoding.name())))
}

fn profile(name: &str) -> Result<&'static Profile, String> {
    Profile::from_name(name).ok_or_else(|| known(PROFILES.iter().map(|profile| profile.name)))
}

fn known<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("known names: {}", names.collect::<Vec<_>>().join(", "))
}

/// How files are counted.
#[derive(Clone, Copy)]
struct How {
    encoding: Encoding,
    profile: Option<&'static Profile>,
    multiplier: Option<f64>,
}

#[derive(Serialize)]
struct JsonMeasure<'a> {
    version: u32,
    tool: Tool,
    encoding: &'a str,
    files: Vec<JsonFile<'a>>,
}

#[derive(Serialize)]
struct JsonFile<'a> {
    path: &'a str,
    bytes: u64,
    lines: u64,
    tokens: u64,
    instructions: JsonInstructions<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<JsonEstimate>,
}

/// The instructions of a file. `approximate` where the language has no word lists.
#[derive(Serialize)]
struct JsonInstructions<'a> {
    count: usize,
    approximate: bool,
    items: Vec<JsonInstruction<'a>>,
}

/// One instruction; both lines are 1-based and inclusive.
#[derive(Serialize)]
struct JsonInstruction<'a> {
    start_line: usize,
    end_line: usize,
    kind: &'static str,
    rule: &'static str,
    text: &'a str,
}

/// What a count comes to under a profile; an estimate unless `exact`.
#[derive(Serialize)]
pub(super) struct JsonEstimate {
    profile: &'static str,
    tokens: usize,
    low: usize,
    high: usize,
    exact: bool,
    basis: &'static str,
    dated: &'static str,
}

pub(super) fn json_estimate(estimate: &Estimate) -> JsonEstimate {
    let Estimate { profile, exact, tokens, low, high, basis, dated } = *estimate;
    JsonEstimate { profile, tokens, low, high, exact, basis, dated }
}

pub(super) fn measure(global: &Global, arguments: &MeasureArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let configured = Encoding::from_name(&session.settings.encoding).unwrap_or_default();
    // People see what the count comes to for their model; programs get it when they ask for it.
    let shown =
        (arguments.format == OutputFormat::Human).then(|| Profile::from_name(&session.settings.profile)).flatten();
    let profile = arguments.profile.or(shown);
    // A repository's own multiplier was measured for the configured profile, and an exact count needs none.
    let own = profile.is_some_and(|profile| profile.name == session.settings.profile && profile.encoding.is_none());
    let how = How {
        encoding: arguments.encoding.unwrap_or(configured),
        profile,
        multiplier: session.settings.multiplier.filter(|_| own),
    };
    let (mut files, failed) = if arguments.paths.is_empty() {
        let found = discover(&Disk, &session.root, &session.settings);
        let paths = found.files.iter().map(|file| (file.path.to_string(), session.root.join(&*file.path)));
        read_all(paths.collect(), how)
    } else {
        given(&session, &arguments.paths, how)
    };
    if files.is_empty() && failed {
        return Err(Unusable::new("nothing could be measured", ""));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.path == b.path);
    let text = match arguments.format {
        OutputFormat::Human if arguments.explain => explain(&files),
        OutputFormat::Human => table(&files, how),
        OutputFormat::Json => {
            let (version, tool, encoding) = (VERSION, TOOL, how.encoding.name());
            to_text(&JsonMeasure { version, tool, encoding, files: files.iter().map(json_file).collect() }, true)
        }
    };
    Ok(Answer { text, code: if failed { UNUSABLE } else { CLEAN } })
}

fn json_file(file: &MeasuredFile) -> JsonFile<'_> {
    let Measured { bytes, lines, tokens, .. } = file.measured;
    let estimate = file.estimate.as_ref().map(json_estimate);
    JsonFile { path: &file.path, bytes, lines, tokens, instructions: json_instructions(file), estimate }
}

fn json_instructions(file: &MeasuredFile) -> JsonInstructions<'_> {
    let lines = LineIndex::new(&file.text);
    let item = |found: &instructions::Instruction| JsonInstruction {
        start_line: lines.line_of(found.span.start) + 1,
        end_line: lines.line_of(found.span.end.saturating_sub(1).max(found.span.start)) + 1,
        kind: found.kind.name(),
        rule: found.rule,
        text: found.span.slice(&file.text),
    };
    let Counted { items, approximate } = &file.instructions;
    JsonInstructions { count: items.len(), approximate: *approximate, items: items.iter().map(item).collect() }
}

/// Every instruction in its place, with kind and rule.
fn explain(files: &[MeasuredFile]) -> String {
    let mut out = String::new();
    for file in files {
        let lines = LineIndex::new(&file.text);
        for found in &file.instructions.items {
            let at = lines.position(found.span.start, &file.text);
            let (path, kind, rule) = (one_line(&file.path), found.kind.name(), found.rule);
            let words: Vec<&str> = found.span.slice(&file.text).split_whitespace().collect();
            let _ = writeln!(out, "{path}:{}:{}: {kind} [{rule}] {}", at.line, at.column, one_line(&words.join(" ")));
        }
        let count = crate::report::counted(file.instructions.items.len(), "instruction");
        let mark = if file.instructions.approximate { ", approximate" } else { "" };
        let _ = writeln!(out, "{}: {count}{mark}", one_line(&file.path));
    }
    out
}

/// A file with what was counted.
struct MeasuredFile {
    /// The path to show.
    path: String,
    text: String,
    measured: Measured,
    instructions: Counted,
    estimate: Option<Estimate>,
}

fn measure_text(path: String, text: String, how: How) -> MeasuredFile {
    let measured = measure::measure(how.encoding, &text);
    // Standard input has no name to tell its format; what is measured there is Markdown.
    let format = if path == "-" { Format::Markdown } else { format_of(&path) };
    let document = parse::parse(&text, format);
    let instructions = instructions::instructions(&document, &text);
    let estimate = how
        .profile
        .map(|profile| estimate(profile, split(Encoding::O200kBase, &text, &code_ranges(&document)), how.multiplier));
    MeasuredFile { path, text, measured, instructions, estimate }
}

/// Where the code of a Markdown text is, in bytes, in order.
pub(super) fn code_ranges(document: &Document) -> Vec<Range<usize>> {
    let is_code = |kind| matches!(kind, BlockKind::Fence { .. } | BlockKind::IndentedCode);
    let blocks = document.blocks.iter().filter(|block| is_code(block.kind)).map(|block| block.span);
    let spans = document.inlines.iter().filter(|inline| inline.kind == InlineKind::Code).map(|inline| inline.span);
    let mut ranges: Vec<Range<usize>> = blocks.chain(spans).map(Span::range).collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// Measured files by the path to show, and whether any could not be read.
type Files = (Vec<MeasuredFile>, bool);

fn given(session: &Session, paths: &[PathBuf], how: How) -> Files {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut out: Files = (Vec::new(), false);
    for path in paths {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            match std::io::stdin().lock().read_to_string(&mut text) {
                Ok(_) => out.0.push(measure_text("-".to_owned(), text, how)),
                Err(error) => {
                    say(&format!("ctxlint: standard input could not be read: {error}"));
                    out.1 = true;
                }
            }
            continue;
        }
        match Disk.stat(path).map(|stat| stat.kind) {
            Some(EntryKind::Dir) => match Disk.read_dir(path) {
                Ok(_) => files.extend(markdown_below(session, path)),
                Err(error) => {
                    say(&format!("ctxlint: {} cannot be read: {error}", one_line(&path.to_string_lossy())));
                    out.1 = true;
                }
            },
            _ => files.push((shown(session, path), path.clone())),
        }
    }
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    let (measured, failed) = read_all(files, how);
    out.0.extend(measured);
    out.1 |= failed;
    out
}

/// A path relative to the root where it lies inside, else absolute.
fn shown(session: &Session, path: &Path) -> String {
    match session::inside(&session.root, path) {
        Ok(inside) => inside,
        Err(_) => std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf()).to_string_lossy().into_owned(),
    }
}

/// The Markdown files of a folder that are not ignored.
fn markdown_below(session: &Session, dir: &Path) -> Vec<(String, PathBuf)> {
    let Ok(absolute) = std::path::absolute(dir) else { return Vec::new() };
    let found = discover(&Disk, &absolute, &crate::config::Settings::default());
    let markdown = found.index.files.iter().filter(|path| format_of(path) == Format::Markdown);
    let folder = shown(session, dir);
    markdown.map(|path| (join(&folder, path), absolute.join(&**path))).collect()
}

fn read_all(files: Vec<(String, PathBuf)>, how: How) -> Files {
    let one = |(shown, path): (String, PathBuf)| match Disk.read(&path, MAX_FILE) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(measure_text(shown, text, how)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                Err(format!("{shown} is not UTF-8 from byte {at} on, so its tokens cannot be counted"))
            }
        },
        Err(error) => Err(format!("{shown} cannot be read: {error}")),
    };
    // A single file is not worth the threads.
    let results: Vec<_> =
        if files.len() < 2 { files.into_iter().map(one).collect() } else { files.into_par_iter().map(one).collect() };
    let mut out: Files = (Vec::new(), false);
    for result in results {
        match result {
            Ok(measured) => out.0.push(measured),
            Err(message) => {
                say(&format!("ctxlint: {}", one_line(&message)));
                out.1 = true;
            }
        }
    }
    out
}

/// A table by cost, the dearest first, with a total.
fn table(files: &[MeasuredFile], how: How) -> String {
    let mut sorted: Vec<&MeasuredFile> = files.iter().collect();
    sorted.sort_by(|a, b| b.measured.tokens.cmp(&a.measured.tokens).then_with(|| a.path.cmp(&b.path)));
    let mut total = Measured::default();
    let mut instructions = 0;
    let mut estimated = (0, 0, 0);
    for file in files {
        total.bytes += file.measured.bytes;
        total.lines += file.measured.lines;
        total.tokens += file.measured.tokens;
        instructions += file.instructions.items.len();
        if let Some(Estimate { tokens, low, high, .. }) = file.estimate {
            estimated = (estimated.0 + tokens, estimated.1 + low, estimated.2 + high);
        }
    }
    let width = thousands(total.bytes).len().max(8);
    let row = |of: Measured, instructions: String, name: &str| {
        let (tokens, lines, bytes) = (thousands(of.tokens), thousands(of.lines), thousands(of.bytes));
        format!("{tokens:>width$} {instructions:>12} {lines:>width$} {bytes:>width$}  {name}\n")
    };
    let mut out =
        format!("{:>width$} {:>12} {:>width$} {:>width$}  file\n", "tokens", "instructions", "lines", "bytes");
    for file in &sorted {
        let mark = if file.instructions.approximate { "~" } else { "" };
        let count = format!("{mark}{}", thousands(file.instructions.items.len() as u64));
        out.push_str(&row(file.measured, count, &one_line(&file.path)));
    }
    if sorted.len() != 1 {
        let name = format!("total of {}", crate::report::counted(sorted.len(), "file"));
        out.push_str(&row(total, thousands(instructions as u64), &name));
    }
    let _ = write!(out, "{} tokens ({}, exact)", thousands(total.tokens), how.encoding.name());
    if let Some(profile) = how.profile {
        let (tokens, low, high) = estimated;
        let [tokens, low, high] = [tokens, low, high].map(|count| thousands(count as u64));
        let exact = files.iter().all(|file| file.estimate.as_ref().is_some_and(|estimate| estimate.exact));
        let mark = if exact { "exact".to_owned() } else { format!("estimate {low} to {high}, {}", profile.dated) };
        let _ = write!(out, " ~ {tokens} {} ({mark})", profile.name);
    }
    out.push('\n');
    out
}

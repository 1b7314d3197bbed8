//! `ctxlint measure`.

use super::{Answer, CLEAN, FINDINGS, Global, Unusable, say, session};
use crate::discover::{discover, format_of};
use crate::measure::{self, Measured};
use crate::model::Format;
use crate::paths::is_below;
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use crate::report::{one_line, thousands};
use crate::world::{Disk, EntryKind, World};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::Serialize;
use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Files above this size are not measured, in bytes.
const MAX_FILE: u64 = 1 << 30;

#[derive(Args, Debug)]
pub(super) struct MeasureArguments {
    /// Files, folders (their Markdown), or - for standard input; without any: the context files of the repository
    paths: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format_,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
enum Format_ {
    Human,
    Json,
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
}

pub(super) fn measure(global: &Global, arguments: &MeasureArguments) -> Result<Answer, Unusable> {
    let (mut files, failed) = if arguments.paths.is_empty() { context_files(global)? } else { given(&arguments.paths) };
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files.dedup_by(|a, b| a.0 == b.0);
    let text = match arguments.format {
        Format_::Human => table(&files),
        Format_::Json => to_text(
            &JsonMeasure {
                version: VERSION,
                tool: TOOL,
                encoding: measure::ENCODING,
                files: files
                    .iter()
                    .map(|(path, of)| JsonFile { path, bytes: of.bytes, lines: of.lines, tokens: of.tokens })
                    .collect(),
            },
            true,
        ),
    };
    Ok(Answer { text, code: if failed { FINDINGS } else { CLEAN } })
}

/// Measured files by the path to show, and whether any could not be read.
type Files = (Vec<(String, Measured)>, bool);

fn context_files(global: &Global) -> Result<Files, Unusable> {
    let session = session::open(global)?;
    let found = discover(&Disk, &session.root, &session.settings);
    let paths = found.files.iter().map(|file| (file.path.to_string(), session.root.join(&*file.path)));
    Ok(read_all(paths.collect()))
}

fn given(paths: &[PathBuf]) -> Files {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    let mut out: Files = (Vec::new(), false);
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            match std::io::stdin().lock().read_to_end(&mut bytes) {
                Ok(_) => out.0.push(("-".to_owned(), measure::measure(&String::from_utf8_lossy(&bytes)))),
                Err(error) => {
                    say(&format!("ctxlint: standard input could not be read: {error}"));
                    out.1 = true;
                }
            }
            continue;
        }
        match Disk.stat(path).map(|stat| stat.kind) {
            Some(EntryKind::Dir) => files.extend(markdown_below(path)),
            _ => files.push((shown(path), path.clone())),
        }
    }
    let (measured, failed) = read_all(files);
    out.0.extend(measured);
    out.1 |= failed;
    out
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The Markdown files of a folder that are not ignored.
fn markdown_below(dir: &Path) -> Vec<(String, PathBuf)> {
    let Ok(absolute) = std::path::absolute(dir) else { return Vec::new() };
    let found = discover(&Disk, &absolute, &crate::config::Settings::default());
    let markdown = found.index.files.iter().filter(|path| format_of(path) == Format::Markdown && is_below(path, ""));
    markdown.map(|path| (shown(&dir.join(&**path)), absolute.join(&**path))).collect()
}

fn read_all(files: Vec<(String, PathBuf)>) -> Files {
    let one = |(shown, path): (String, PathBuf)| match Disk.read(&path, MAX_FILE) {
        Ok(bytes) => Ok((shown, measure::measure(&String::from_utf8_lossy(&bytes)))),
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
fn table(files: &[(String, Measured)]) -> String {
    let mut sorted: Vec<&(String, Measured)> = files.iter().collect();
    sorted.sort_by(|a, b| b.1.tokens.cmp(&a.1.tokens).then_with(|| a.0.cmp(&b.0)));
    let mut total = Measured::default();
    for (_, of) in files {
        total.bytes += of.bytes;
        total.lines += of.lines;
        total.tokens += of.tokens;
    }
    let width = thousands(total.bytes).len().max(8);
    let mut out = String::new();
    let row = |tokens: &str, lines: &str, bytes: &str, path: &str| {
        format!("{tokens:>width$} {lines:>width$} {bytes:>width$}  {path}")
    };
    let _ = writeln!(out, "{}", row("tokens", "lines", "bytes", "file").trim_end());
    for (path, of) in &sorted {
        let _ = writeln!(
            out,
            "{}",
            row(&thousands(of.tokens), &thousands(of.lines), &thousands(of.bytes), &one_line(path))
        );
    }
    if sorted.len() != 1 {
        let label = format!("total of {}", crate::report::counted(sorted.len(), "file"));
        let _ = writeln!(
            out,
            "{}",
            row(&thousands(total.tokens), &thousands(total.lines), &thousands(total.bytes), &label)
        );
    }
    out
}

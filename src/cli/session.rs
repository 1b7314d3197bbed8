//! What every command that looks at a repository needs: its root, its settings, and paths as the user gave them.

use super::{Global, Unusable, When, say};
use crate::config::{self, Settings};
use crate::paths;
use crate::source::Source;
use crate::world::{Disk, EntryKind, ReadError, World};
use std::io::IsTerminal;
use std::path::{Component, Path, PathBuf};

/// A configuration file of more bytes than this is not one.
const MAX_CONFIG: u64 = 1 << 20;

/// Where a command works and with what settings.
pub(super) struct Session {
    /// The root, absolute.
    pub(super) root: PathBuf,
    /// The settings.
    pub(super) settings: Settings,
    /// The configuration file; its path is relative to the root where it lies inside.
    pub(super) config: Option<Source>,
}

/// Finds the root and reads the configuration.
pub(super) fn open(global: &Global) -> Result<Session, Unusable> {
    let root = root(global)?;
    let path = match &global.config {
        Some(path) => absolute(path)?,
        None => root.join(config::FILE_NAME),
    };
    if global.no_config {
        return Ok(Session { root, settings: Settings::default(), config: None });
    }
    let name = if global.config.is_some() { path.display().to_string() } else { config::FILE_NAME.to_owned() };
    let text = match Disk.read(&path, MAX_CONFIG) {
        Ok(bytes) => {
            String::from_utf8(bytes).map_err(|_| Unusable::new(format!("{name} is not UTF-8"), "save it as UTF-8"))?
        }
        Err(ReadError::NotFound) if global.config.is_none() => {
            return Ok(Session { root, settings: Settings::default(), config: None });
        }
        Err(error) => return Err(Unusable::new(format!("{name} cannot be read: {error}"), "")),
    };
    let (settings, problems) = config::parse(&text);
    if problems.is_empty() {
        let inside = path.strip_prefix(&root).ok().and_then(Path::to_str).map(|path| path.replace('\\', "/"));
        let config = Source::new(inside.unwrap_or(name), text);
        return Ok(Session { root, settings, config: Some(config) });
    }
    let source = Source::new(name.clone(), text);
    let lines = problems.iter().map(|problem| {
        let at = source.position(problem.span.start);
        let help = if problem.help.is_empty() { String::new() } else { format!(" ({})", problem.help) };
        format!("{name}:{}:{}: {}{help}", at.line, at.column, problem.message)
    });
    let lines: Vec<String> = lines.collect();
    for line in &lines[..lines.len() - 1] {
        say(&format!("ctxlint: {}", crate::report::one_line(line)));
    }
    let last = lines.last().cloned().unwrap_or_default();
    Err(Unusable::new(last, "`ctxlint init --print` shows a configuration with every key"))
}

fn absolute(path: &Path) -> Result<PathBuf, Unusable> {
    std::path::absolute(path).map_err(|error| Unusable::new(format!("{}: {error}", path.display()), ""))
}

/// `--root`, else the nearest folder above with `.git`, else the nearest with a configuration, else this one.
pub(super) fn root(global: &Global) -> Result<PathBuf, Unusable> {
    if let Some(root) = &global.root {
        let root = without_dots(&absolute(root)?);
        return match Disk.stat(&root) {
            Some(stat) if stat.kind == EntryKind::Dir => Ok(root),
            Some(_) => Err(Unusable::new(format!("--root {} is not a folder", root.display()), "name its folder")),
            None => Err(Unusable::new(format!("--root {} does not exist", root.display()), "")),
        };
    }
    let here = std::env::current_dir()
        .map_err(|error| Unusable::new(format!("the current folder cannot be read: {error}"), "use --root"))?;
    for mark in [".git", config::FILE_NAME] {
        if let Some(found) = here.ancestors().find(|dir| Disk.stat(&dir.join(mark)).is_some()) {
            return Ok(found.to_path_buf());
        }
    }
    Ok(here)
}

/// Takes `.` and `..` out of an absolute path by text.
pub(super) fn without_dots(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// A path that the user gave, relative to the root. It need not exist.
pub(super) fn inside(root: &Path, given: &Path) -> Result<String, Unusable> {
    let absolute = without_dots(&absolute(given)?);
    let outside = || {
        let message = format!("{} lies outside of the root {}", given.display(), root.display());
        Unusable::new(message, "use --root to name the repository that it belongs to")
    };
    let relative = match absolute.strip_prefix(root) {
        Ok(relative) => relative.to_path_buf(),
        // The root or the current folder may have been reached through a link.
        Err(_) => {
            let real_root = Disk.canonical(root).map_err(|_| outside())?;
            let (existing, rest) = nearest_existing(&absolute);
            let real = Disk.canonical(existing).map_err(|_| outside())?.join(rest);
            real.strip_prefix(&real_root).map_err(|_| outside())?.to_path_buf()
        }
    };
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    let path = parts.ok_or_else(|| Unusable::new(format!("{} is not UTF-8", given.display()), ""))?.join("/");
    Ok(paths::normalize("", &path).unwrap_or_default())
}

fn nearest_existing(path: &Path) -> (&Path, PathBuf) {
    let existing = path.ancestors().find(|dir| Disk.stat(dir).is_some()).unwrap_or(path);
    (existing, path.strip_prefix(existing).map(Path::to_path_buf).unwrap_or_default())
}

/// Whether standard output gets colours.
pub(super) fn color(global: &Global) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match global.color {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0") => true,
        When::Auto => std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Width of the terminal in columns; 100 where there is none.
pub(super) fn width() -> usize {
    if !std::io::stdout().is_terminal() {
        return 100;
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(terminal_columns).unwrap_or(100).clamp(40, 160)
}

fn terminal_columns() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(width), _)| usize::from(width))
}

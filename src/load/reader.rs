//! Reading files for a plan, and turning them into what a client passes on.

use super::{PlanProblem, Request};
use crate::model::{BlockKind, Document, Format, NO_PARENT, Node};
use crate::parse::parse;
use crate::references::imports::{outside_comments, tagged_regions};
use crate::source::BOM;
use crate::world::{EntryKind, ReadError, World};
use std::path::{Component, Path, PathBuf};

/// The largest settings file that is read, in bytes: no client's fact, only a guard.
const MAX_SETTINGS: u64 = 4 << 20;

/// How deep folders are searched for rules, skills and the like: a guard against loops of links.
const MAX_DEPTH: usize = 32;

pub(super) struct Reader<'a> {
    pub(super) world: &'a dyn World,
    pub(super) request: &'a Request<'a>,
}

/// A file's text with its structure.
pub(super) enum FileText<'a> {
    Known(&'a str, &'a Document),
    Read(Box<(String, Document)>),
}

impl FileText<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            FileText::Known(text, _) => text,
            FileText::Read(both) => &both.0,
        }
    }

    pub(super) fn document(&self) -> &Document {
        match self {
            FileText::Known(_, document) => document,
            FileText::Read(both) => &both.1,
        }
    }
}

/// What reading a file gave.
pub(super) enum Read<'a> {
    Text(FileText<'a>),
    TooLarge,
    Nothing,
}

impl<'a> Reader<'a> {
    /// A Markdown file of at most `limit` bytes. Bytes that are not UTF-8 are replaced, as the clients do it.
    pub(super) fn read(&self, path: &Path, limit: u64) -> Read<'a> {
        if let Some((text, document)) = self.request.known.and_then(|known| known(path))
            && document.format == Format::Markdown
        {
            return Read::Text(FileText::Known(text, document));
        }
        match self.world.read(path, limit) {
            Ok(bytes) => {
                let text = lossy(bytes);
                let document = parse(&text, Format::Markdown);
                Read::Text(FileText::Read(Box::new((text, document))))
            }
            Err(ReadError::TooLarge(_)) => Read::TooLarge,
            Err(_) => Read::Nothing,
        }
    }

    /// The text of a file as it is.
    pub(super) fn raw(&self, path: &Path, limit: u64) -> Option<String> {
        self.world.read(path, limit).ok().map(lossy)
    }

    /// A JSON file; one with errors is a problem and gives nothing.
    pub(super) fn json(&self, path: &Path, problems: &mut Vec<PlanProblem>) -> Option<Node> {
        let text = self.raw(path, MAX_SETTINGS)?;
        let document = parse(&text, Format::Json);
        if let Some(problem) = document.problems.first() {
            problems.push(PlanProblem { path: self.shown(path), message: problem.message.clone() });
            return None;
        }
        document.data
    }

    /// The path with all links resolved, or as it is where nothing is there.
    pub(super) fn real(&self, path: &Path) -> PathBuf {
        self.world.canonical(path).unwrap_or_else(|_| path.to_path_buf())
    }

    pub(super) fn is_file(&self, path: &Path) -> bool {
        self.world.stat(path).is_some_and(|stat| stat.kind == EntryKind::File)
    }

    /// As in [`super::Load::path`].
    pub(super) fn shown(&self, path: &Path) -> String {
        if let Ok(inside) = path.strip_prefix(self.request.root) {
            return slashed(inside);
        }
        if let Some(machine) = self.request.machine
            && let Ok(below) = path.strip_prefix(machine.home)
        {
            return format!("~/{}", slashed(below));
        }
        slashed(path)
    }

    /// Files below `dir` that `wanted` accepts by name, sorted by path. Links are followed, loops are not.
    pub(super) fn tree(&self, dir: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        self.tree_into(dir, wanted, &mut Vec::new(), &mut found);
        found.sort();
        found
    }

    fn tree_into(&self, dir: &Path, wanted: &dyn Fn(&str) -> bool, open: &mut Vec<PathBuf>, found: &mut Vec<PathBuf>) {
        let real = self.real(dir);
        if open.len() >= MAX_DEPTH || open.contains(&real) {
            return;
        }
        open.push(real);
        for entry in self.world.read_dir(dir).into_iter().flatten().filter(|entry| entry.readable_name) {
            let path = dir.join(&entry.name);
            let kind = match entry.kind {
                EntryKind::Link => self.world.stat(&path).map_or(EntryKind::Other, |stat| stat.kind),
                kind => kind,
            };
            match kind {
                EntryKind::Dir => self.tree_into(&path, wanted, open, found),
                EntryKind::File if wanted(&entry.name) => found.push(path),
                _ => {}
            }
        }
        open.pop();
    }

    /// Folders directly in `dir`, links to folders included, sorted.
    pub(super) fn folders(&self, dir: &Path) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        for entry in self.world.read_dir(dir).into_iter().flatten().filter(|entry| entry.readable_name) {
            let path = dir.join(&entry.name);
            let is_dir = || self.world.stat(&path).is_some_and(|stat| stat.kind == EntryKind::Dir);
            if entry.kind == EntryKind::Dir || (entry.kind == EntryKind::Link && is_dir()) {
                found.push((entry.name, path));
            }
        }
        found
    }

    /// The nearest folder from the start upwards that holds `.git`.
    pub(super) fn git_root(&self) -> Option<PathBuf> {
        let here = |dir: &&Path| self.world.stat(&dir.join(".git")).is_some();
        self.request.cwd.ancestors().find(here).map(Path::to_path_buf)
    }

    /// Folders from the top of the file system, or without a machine from the root, down to the start.
    pub(super) fn folders_to_start(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = self.request.cwd.ancestors().map(Path::to_path_buf).collect();
        if self.request.machine.is_none() {
            folders.retain(|dir| dir.starts_with(self.request.root));
        }
        folders.reverse();
        folders
    }
}

/// Folders from below `top` down to the one that holds `file`.
pub(super) fn folders_between(top: &Path, file: &Path) -> Vec<PathBuf> {
    let Some(dir) = file.parent() else { return Vec::new() };
    let mut folders: Vec<PathBuf> =
        dir.ancestors().take_while(|dir| *dir != top && dir.starts_with(top)).map(Path::to_path_buf).collect();
    folders.reverse();
    folders
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A path with `/` on every system.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().filter(|part| *part != Component::RootDir).collect();
    let text: Vec<_> = parts.iter().map(|part| part.as_os_str().to_string_lossy()).collect();
    let lead = if path.is_absolute() { "/" } else { "" };
    format!("{lead}{}", text.join("/"))
}

/// `path` without `.` and `..`, as a client resolves it before it asks the disk.
pub(super) fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The text without its byte order mark.
pub(super) fn without_bom(text: &str) -> &str {
    text.strip_prefix(BOM).unwrap_or(text)
}

/// The body without the comments that stand as blocks of their own at the top level. What follows a comment in its last
/// line stays; where nothing does, the blank lines behind it go too.
pub(super) fn without_comments(text: &str, document: &Document) -> String {
    let body_end = document.body.end as usize;
    let mut out = String::with_capacity(document.body.len());
    let mut at = document.body.start as usize;
    let comments = document
        .blocks
        .iter()
        .filter(|block| block.parent == NO_PARENT && block.kind == (BlockKind::Comment { closed: true }));
    let tagged = tagged_regions(text, document);
    for block in comments.filter(|block| !tagged.iter().any(|region| region.contains(block.span))) {
        let (start, end) = (block.span.start as usize, block.span.end as usize);
        let line = text[at..start].rfind('\n').map_or(at, |newline| at + newline + 1);
        let kept = outside_comments(text, block.span);
        if kept.iter().all(|span| span.slice(text).trim().is_empty()) {
            out.push_str(&text[at..line]);
            let after = &text[end..body_end];
            at = end + (after.len() - after.trim_start_matches(['\n', '\r']).len());
            continue;
        }
        out.push_str(&text[at..start]);
        kept.iter().for_each(|span| out.push_str(span.slice(text)));
        at = end;
    }
    out.push_str(&text[at.min(body_end)..body_end]);
    out
}

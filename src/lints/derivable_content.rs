//! Directory trees that repeat, or contradict, what a listing shows.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{Block, BlockKind};
use crate::paths::{PathIndex, Presence, normalize, parent};
use crate::source::Span;
use crate::workspace::File;

/// The lint.
pub static DERIVABLE_CONTENT: Lint = Lint {
    name: "derivable-content",
    summary: "a directory tree that repeats what a listing shows, or that is wrong",
    page: include_str!("../../docs/lints/derivable-content.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "the agent can list the folder itself, and the drawing is wrong as soon as a file moves",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

/// Smaller trees are illustrations, in entries.
const LEAST_ENTRIES: usize = 8;
/// Share of the entries that must exist before the tree is taken for one of this repository, in percent.
const FITTING_PERCENT: usize = 70;
/// Share of entries with a comment from which on a tree says more than a listing, in percent.
const COMMENTED_PERCENT: usize = 30;

/// One line of a drawing.
struct Entry {
    /// Path below the drawing's root, without a slash at its end.
    path: String,
    /// The name in the text.
    span: Span,
    commented: bool,
}

fn check(cx: &mut Checker<'_>, file: &File) {
    for block in &file.document.blocks {
        let BlockKind::Fence { content, .. } = block.kind else { continue };
        let text = content.slice(&file.source.text);
        if !text.contains("─ ") || content.len() > 64 * 1024 {
            continue;
        }
        let (root, entries) = entries(text, content.start as usize);
        if entries.len() >= LEAST_ENTRIES / 2 {
            judge(cx, file, block, &root, &entries);
        }
    }
}

/// The drawing's root as written, and its entries.
fn entries(text: &str, start: usize) -> (String, Vec<Entry>) {
    let mut root = String::new();
    let mut open: Vec<(usize, String)> = Vec::new();
    let mut found = Vec::new();
    let mut at = start;
    for line in text.split_inclusive('\n') {
        let line_start = at;
        at += line.len();
        let line = line.trim_end();
        let Some(branch) = line.find("─ ") else {
            // The first line without a branch names the root; another one starts a second drawing.
            let name = line.split_whitespace().next().unwrap_or("").trim_end_matches('/');
            if found.is_empty() && root.is_empty() && !name.starts_with(['│', '#']) {
                root = name.to_owned();
            } else if !name.is_empty()
                && !name.starts_with(['│', '#'])
                && line.starts_with(|c: char| !c.is_whitespace())
            {
                break;
            }
            continue;
        };
        let name_start = branch + "─ ".len();
        let rest = &line[name_start..];
        let name_end = rest
            .find("  ")
            .into_iter()
            .chain(rest.find(" #"))
            .chain(rest.find(" ("))
            .chain(rest.find(" — "))
            .chain(rest.find(" - "))
            .chain(rest.find(" ←"))
            .chain(rest.find(" <-"))
            .chain(rest.find('\t'))
            .chain(rest.find(" //"))
            .chain(rest.find(" →"))
            .min()
            .unwrap_or(rest.len());
        let name = rest[..name_end].trim();
        let column = line[..branch].chars().count();
        while open.last().is_some_and(|(other, _)| *other >= column) {
            open.pop();
        }
        let name_path = name.trim_end_matches('/').trim_start_matches("./");
        let path = match open.last() {
            Some((_, parent)) => format!("{parent}/{name_path}"),
            None => name_path.to_owned(),
        };
        open.push((column, path.clone()));
        let plain = !name_path.is_empty()
            && name_path.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@' | '+'));
        if plain && !name_path.contains("..") {
            let from = line_start + name_start;
            let commented = !rest[name_end..].trim().is_empty();
            found.push(Entry { path, span: Span::new(from, from + name.len()), commented });
        }
    }
    (root, found)
}

fn judge(cx: &mut Checker<'_>, file: &File, block: &Block, root: &str, entries: &[Entry]) {
    // `my-app/` stands for the reader's own project.
    let name = root.to_ascii_lowercase();
    if ["project", "repo", "app"].contains(&&*name)
        || ["my-", "your-", "my_", "your_", "<", "{", "[", "example"].iter().any(|start| name.starts_with(start))
    {
        return;
    }
    let index = &cx.workspace.index;
    let dir = parent(&file.path);
    let below = |base: &str| normalize(base, root).unwrap_or_default();
    let bases = [String::new(), dir.to_owned(), below(""), below(dir)];
    let Some((base, fitting)) = bases
        .into_iter()
        .map(|base| (fits(index, &base, entries), base))
        .max_by_key(|(fits, base)| (fits.0, std::cmp::Reverse(base.len())))
        .map(|(fits, base)| (base, fits))
    else {
        return;
    };
    let (there, missing) = fitting;
    if there * 100 < (there + missing) * FITTING_PERCENT || there < LEAST_ENTRIES / 2 {
        return;
    }
    let full = |entry: &Entry| normalize(&base, &entry.path).unwrap_or_default();
    let wrong: Vec<&Entry> = entries
        .iter()
        .filter(|entry| {
            let path = full(entry);
            !is_made(&entry.path)
                && index.presence(&path) == Presence::Missing
                && matches!(index.presence(parent(&path)), Presence::Dir)
        })
        .collect();
    // Where much is missing the drawing is of another project, or a plan.
    if wrong.len() * 4 > entries.len() {
        return;
    }
    if let Some(first) = wrong.first() {
        let more = match wrong.len() {
            1 => String::new(),
            others => format!(" ({} entries in all)", others),
        };
        cx.report(Diagnostic {
            message: format!("the tree names `{}`, which does not exist{more}", full(first)),
            why: "a wrong drawing sends the agent to files that are not there".to_owned(),
            basis: Basis::Correctness,
            help: "correct the tree, or leave it out: a listing is always right".to_owned(),
            span: Some(first.span),
            key: full(first),
            ..cx.finding(&file.path)
        });
        return;
    }
    let commented = entries.iter().filter(|entry| entry.commented).count();
    if entries.len() < LEAST_ENTRIES || missing > 0 || commented * 100 >= entries.len() * COMMENTED_PERCENT {
        return;
    }
    cx.report(Diagnostic {
        message: format!(
            "a tree of {} entries repeats what a listing of `{}` shows",
            entries.len(),
            if base.is_empty() { "." } else { &base }
        ),
        help: "keep the entries of which something has to be said, and leave the others out".to_owned(),
        span: Some(block.span),
        key: format!("tree {base}"),
        ..cx.finding(&file.path)
    });
}

/// Whether a tool makes the entry, or its name stands for many: neither has to be in the repository.
fn is_made(path: &str) -> bool {
    const MADE: [&str; 20] = [
        "dist",
        "build",
        "out",
        "target",
        "node_modules",
        "coverage",
        "logs",
        "tmp",
        "temp",
        "cache",
        "bin",
        "obj",
        "vendor",
        "venv",
        "data",
        "output",
        "generated",
        "uploads",
        "reports",
        "results",
    ];
    path.split('/').any(|name| {
        let numbered =
            name.split(['-', '_', '.']).any(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        numbered
            || MADE.contains(&name)
            || name.starts_with('.') && !name.starts_with(".github") && !name.starts_with(".claude")
            || name.ends_with(".local")
            || ["token", "credential", "secret"].iter().any(|word| name.contains(word))
    })
}

/// How many entries exist below `base`, and how many do not; of what is ignored nothing is known.
fn fits(index: &PathIndex, base: &str, entries: &[Entry]) -> (usize, usize) {
    let mut counts = (0, 0);
    for entry in entries {
        match normalize(base, &entry.path).map(|path| index.presence(&path)) {
            Some(Presence::File | Presence::Dir) => counts.0 += 1,
            Some(Presence::Missing) => counts.1 += 1,
            _ => {}
        }
    }
    counts
}

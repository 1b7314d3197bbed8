//! Directory trees, and lists of dependencies and scripts, that repeat or contradict what the repository itself says.

use crate::content::manifests::{self, Declared, major, plain_name};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{Block, BlockKind};
use crate::paths::{PathIndex, Presence, normalize, parent};
use crate::source::Span;
use crate::workspace::File;

/// The lint.
pub static DERIVABLE_CONTENT: Lint = Lint {
    name: "derivable-content",
    summary: "a directory tree, or a list of dependencies or scripts, that repeats what the repository says, or is wrong",
    page: include_str!("../../docs/lints/derivable-content.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "the agent can look it up itself, and the copy is wrong as soon as the original changes",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
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

/// Shorter lists of dependencies are an overview, in items.
const LEAST_DEPENDENCIES: usize = 6;
/// Shorter lists of scripts are how to start, in commands.
const LEAST_SCRIPTS: usize = 8;

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let declared = manifests::declared(&workspace.configs);
    for file in workspace.files.iter().filter(|file| file.linted && file.is_readable()) {
        let text = file.source.text.as_str();
        for (at, block) in file.document.blocks.iter().enumerate() {
            match block.kind {
                BlockKind::Fence { content, .. } if content.len() <= 64 * 1024 => {
                    let inside = content.slice(text);
                    if inside.contains("─ ") {
                        let (root, entries) = entries(inside, content.start as usize);
                        if entries.len() >= LEAST_ENTRIES / 2 {
                            judge(cx, file, block, &root, &entries);
                        }
                    } else if !declared.scripts.is_empty() && !file.roles.is_empty() {
                        judge_scripts(cx, file, block, inside, &declared);
                    }
                }
                BlockKind::List { ordered: false } if !declared.dependencies.is_empty() && !file.roles.is_empty() => {
                    judge_dependencies(cx, file, at, &declared);
                }
                _ => {}
            }
        }
    }
}

/// A fence of nothing but `npm run NAME` and its like.
fn judge_scripts(cx: &mut Checker<'_>, file: &File, block: &Block, text: &str, declared: &Declared) {
    let (mut scripts, mut commented) = (0, 0);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (command, comment) = line.split_once('#').map_or((line, ""), |(command, comment)| (command, comment));
        let words: Vec<&str> = command.split_whitespace().collect();
        let name = match words[..] {
            ["npm" | "pnpm" | "yarn" | "bun", "run", name] | ["pnpm" | "yarn", name] => name,
            ["npm", name @ ("test" | "start")] => name,
            // A comment above a command explains it.
            [] => {
                commented += 1;
                continue;
            }
            _ => return,
        };
        if !declared.scripts.iter().any(|script| script == name) {
            return;
        }
        scripts += 1;
        commented += usize::from(!comment.trim().is_empty());
    }
    if scripts < LEAST_SCRIPTS || commented * 100 >= scripts * COMMENTED_PERCENT {
        return;
    }
    cx.report(Diagnostic {
        message: format!("{scripts} commands without a word repeat the scripts of `package.json`"),
        help: "keep those of which something has to be said, and leave the others out".to_owned(),
        span: Some(block.span),
        key: "scripts".to_owned(),
        fixes: vec![deletion(file, block.span)],
        ..cx.finding(&file.path)
    });
}

/// A list whose items are dependencies, with or without a version.
fn judge_dependencies(cx: &mut Checker<'_>, file: &File, list: usize, declared: &Declared) {
    let text = file.source.text.as_str();
    let blocks = &file.document.blocks;
    let span = blocks[list].span;
    let items = blocks[list + 1..].iter().take_while(|block| block.span.start < span.end);
    let items: Vec<&Block> =
        items.filter(|block| matches!(block.kind, BlockKind::Item { .. }) && block.parent as usize == list).collect();
    let (mut known, mut commented) = (0, 0);
    let mut manifest = "";
    for item in &items {
        let Some((name, version, comment)) = dependency(item.span.slice(text)) else { continue };
        let Some(found) = declared.dependencies.get(&plain_name(name)) else { continue };
        known += 1;
        commented += usize::from(comment);
        manifest = found.manifest;
        if let (Some(told), Some(declared)) = (major(version), major(&found.version))
            && told != declared
        {
            cx.report(Diagnostic {
                message: format!("the list says `{name}` {version}, `{}` has {}", found.manifest, found.version),
                why: "the agent writes for a version that is not installed".to_owned(),
                basis: Basis::Correctness,
                help: "correct the version, or leave it out: the manifest is always right".to_owned(),
                span: Some(item.span),
                key: found.name.clone(),
                ..cx.finding(&file.path)
            });
            return;
        }
    }
    if known < LEAST_DEPENDENCIES || known < items.len() || commented * 100 >= known * COMMENTED_PERCENT {
        return;
    }
    cx.report(Diagnostic {
        message: format!("a list of {known} dependencies repeats `{manifest}`"),
        help: "keep those of which something has to be said, and leave the others out".to_owned(),
        span: Some(span),
        key: "dependencies".to_owned(),
        fixes: vec![deletion(file, span)],
        ..cx.finding(&file.path)
    });
}

/// The name and version of an item such as `- **React** 18.2`, and whether it says more.
fn dependency(item: &str) -> Option<(&str, &str, bool)> {
    let line = item.trim_start_matches(['-', '*', '+', ' ']).lines().next()?.trim_end();
    let is_version = |word: &str| {
        let digits = word.trim_start_matches(['v', '^', '~', '=', '@', '(']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | ')'))
    };
    let is_mark = |c: char| matches!(c, '*' | '_' | '`' | ':' | ',');
    // The name is what stands before the version; without one it is the whole line or what stands before a dash or colon.
    let start = |word: &str| word.as_ptr() as usize - line.as_ptr() as usize;
    let version = line.split([' ', '@']).skip(1).find(|word| is_version(word.trim_matches(is_mark)));
    let dash = [" - ", " – ", " — ", ": "].iter().filter_map(|dash| line.find(dash)).min().unwrap_or(line.len());
    let name_end = version.map_or(dash, |version| start(version).saturating_sub(1)).min(dash);
    let name = line[..name_end].trim_matches(|c: char| is_mark(c) || c == ' ');
    if name.is_empty() || name.split(' ').count() > 3 {
        return None;
    }
    let version = version.filter(|version| start(version) <= dash);
    let end = version.map_or(name_end, |version| start(version) + version.len());
    let more = line[end..].chars().any(char::is_alphanumeric) || item.trim_end().contains('\n');
    Some((
        name,
        version.map_or("", |version| version.trim_matches(|c: char| is_mark(c) || matches!(c, '(' | ')'))),
        more,
    ))
}

/// The fix that deletes a block with the end of its last line.
fn deletion(file: &File, span: Span) -> Fix {
    let text = &file.source.text;
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at + 1);
    // A block ends behind its line end or before it.
    let end = if text[..span.end as usize].ends_with('\n') { span.end as usize } else { end };
    let edits = vec![Edit { path: file.path.clone(), span: Span::new(span.start as usize, end), text: String::new() }];
    Fix { title: "delete it".to_owned(), applicability: Applicability::Unsafe, edits }
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
        fixes: vec![deletion(file, block.span)],
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

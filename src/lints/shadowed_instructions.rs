//! `AGENTS.md` files that Claude Code does not load because of a `CLAUDE.md`.

use crate::clients::{Role, claude_code};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::load::Load;
use crate::paths::{file_name, normalize, parent, relative};
use crate::references::State;
use crate::source::Span;
use crate::workspace::{File, ImportTarget, Workspace, is_shared, speaks_of_shared};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The lint.
pub static SHADOWED_INSTRUCTIONS: Lint = Lint {
    name: "shadowed-instructions",
    summary: "an `AGENTS.md` that Claude Code does not load because of a `CLAUDE.md`",
    page: include_str!("../../docs/lints/shadowed-instructions.md"),
    group: Group::Scope,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "Claude Code reads `AGENTS.md` only in place of a `CLAUDE.md`; one at the start or above switches all of them off",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    if !workspace.has_client(claude_code::CLIENT.name) {
        return;
    }
    let own = workspace.own_memory();
    let by_role: HashMap<&str, &File> =
        workspace.files.iter().flat_map(|file| file.roles.iter().map(move |role| (&*role.path, file))).collect();
    let loaded = loaded_files(workspace);
    // Further down one finding for all of them: they have one cause.
    let mut below: BTreeMap<Arc<str>, Vec<&File>> = BTreeMap::new();
    for file in workspace.files.iter().filter(|file| file.is_readable() && !loaded.contains(&file.path)) {
        if file.source.text.trim().is_empty() {
            continue;
        }
        let Some(role) = file.roles.iter().find(|role| is_shared(role)) else { continue };
        if let Some(by) = own.beside(&role.path) {
            let found = by_role.get(&**by).and_then(|cause| one(cx, by, cause, file));
            found.into_iter().for_each(|found| cx.report(found));
        } else if let Some(by) = own.shadowing(&role.path).filter(|_| !is_material(&role.path)) {
            below.entry(by.clone()).or_default().push(file);
        }
    }
    for (by, files) in below {
        let found = by_role.get(&*by).and_then(|cause| many(cx, &by, cause, &files, &loaded));
        found.into_iter().for_each(|found| cx.report(found));
    }
}

/// Names of folders whose files are for other projects.
const MATERIAL: [&str; 14] = [
    "template",
    "templates",
    "example",
    "examples",
    "asset",
    "assets",
    "fixture",
    "fixtures",
    "__fixtures__",
    "testdata",
    "sample",
    "samples",
    "vendor",
    "third_party",
];

/// Whether a file is material for other projects, or lies in a hidden folder: nobody works there.
fn is_material(path: &str) -> bool {
    parent(path).split('/').any(|part| part.starts_with('.') || MATERIAL.contains(&part))
}

/// What Claude Code loads or is led to: by another name of the same file, by an import, or by a mention in what it loads.
fn loaded_files(workspace: &Workspace) -> BTreeSet<Arc<str>> {
    let own: BTreeSet<Arc<str>> =
        workspace.importing_files(&claude_code::CLIENT).map(|file| file.path.clone()).collect();
    let mut loaded = own;
    for edge in workspace.imports.iter().filter(|edge| edge.client.name == claude_code::CLIENT.name) {
        if let (ImportTarget::File(target), State::Live) = (&edge.target, edge.import.state) {
            loaded.insert(target.clone());
        }
    }
    let texts: Vec<&File> = loaded.iter().filter_map(|path| workspace.file(path)).collect();
    let mut mentioned: BTreeSet<Arc<str>> = BTreeSet::new();
    let plan = workspace.plans().iter().find(|plan| plan.client.name == claude_code::CLIENT.name);
    let at_start = plan.map_or(&[][..], |plan| &plan.plan.loads);
    let is_read = |load: &&Load| matches!(load.role, Role::Memory | Role::LocalMemory | Role::Rule | Role::Imported);
    let read = at_start.iter().filter(is_read).filter_map(|load| workspace.real_file(&load.path));
    let sends_to_all = read.into_iter().any(|file| speaks_of_shared(&file.source.text));
    let named: HashSet<String> = texts.iter().flat_map(|file| named_in(file)).collect();
    for file in workspace.files.iter().filter(|file| !loaded.contains(&file.path)) {
        let Some(role) = file.roles.iter().find(|role| is_shared(role)) else { continue };
        let is_nested = !matches!(parent(&role.path), "" | ".claude");
        if (is_nested && sends_to_all) || named.contains(&*role.path) {
            mentioned.insert(file.path.clone());
        }
    }
    loaded.extend(mentioned);
    loaded
}

/// The name that several clients share.
const NAME: &str = "AGENTS.md";

/// The paths of `AGENTS.md` files that a text names, from the root or from its own folder: the agent can read them.
fn named_in(file: &File) -> Vec<String> {
    let text = file.source.text.as_str();
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '/' | '.' | '-');
    let mut found = Vec::new();
    for (at, name) in text.match_indices(NAME) {
        let end = at + name.len();
        if text[end..].starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '/')) {
            continue;
        }
        let start = text[..at]
            .rfind(|c| !is_part(c))
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        let path = &text[start..end];
        found.extend(normalize("", path.trim_start_matches('/')));
        found.extend(normalize(parent(&file.path), path));
    }
    found
}

/// Whether a text names a memory file.
fn speaks_of(file: &File, path: &str) -> bool {
    file.source.text.contains(file_name(path))
}

/// The share of the lines, in percent, from which on one file counts as a copy of the other.
const COPY_PERCENT: usize = 60;

/// A line without the number that tells one copy of a document from another: `guide-2.md` is as good as `guide.md`.
fn without_numbers_of_names(line: &str) -> String {
    let parts: Vec<&str> = line.split(".md").collect();
    let (last, named) = parts.split_last().unwrap_or((&"", &[]));
    let plain = |part: &&str| {
        let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = if stem.len() < part.len() { stem.strip_suffix('-') } else { None };
        format!("{}.md", name.unwrap_or(part))
    };
    let mut plain: String = named.iter().map(plain).collect();
    plain.push_str(last);
    plain
}

/// Whether most lines of `file` stand in `other` too. Some keep two files alike by hand.
fn is_copy(file: &File, other: &File) -> bool {
    let lines = |file: &File| -> HashSet<String> {
        let lines = file.source.text.lines().map(str::trim).filter(|line| line.len() > 3);
        lines.map(without_numbers_of_names).collect()
    };
    let (here, there) = (lines(file), lines(other));
    let same = here.intersection(&there).count();
    same * 100 >= here.len() * COPY_PERCENT
}

fn one(cx: &Checker<'_>, by: &Arc<str>, cause: &File, file: &File) -> Option<Diagnostic> {
    // A file that speaks of the other one is written for other clients, and its author knows both.
    if is_copy(file, cause) || speaks_of(file, by) {
        return None;
    }
    // Where more is left unread than read, something is wrong; two files of their own may be meant so.
    let more = file.source.text.len() >= cause.source.text.len();
    let role = file.roles.iter().find(|role| is_shared(role))?;
    let name = relative(parent(by), &role.path);
    let imported = cause.path == *by;
    Some(Diagnostic {
        severity: if more { Severity::Warn } else { Severity::Info },
        message: format!("Claude Code does not load this file: it reads `{by}` instead, which does not import it"),
        help: format!("import it: a line `@{name}` in `{by}`"),
        clients: vec![newest(&claude_code::CLIENT)],
        key: "beside".to_owned(),
        fixes: imported.then(|| import(cause, &name)).into_iter().collect(),
        ..cx.finding(&file.path)
    })
}

fn many(
    cx: &Checker<'_>,
    by: &Arc<str>,
    cause: &File,
    files: &[&File],
    loaded: &BTreeSet<Arc<str>>,
) -> Option<Diagnostic> {
    // Whoever gives Claude Code one AGENTS.md means it to have the others too.
    let uses = cx.workspace.files.iter().any(|file| {
        let at_root = file.roles.iter().any(|role| is_shared(role) && parent(&role.path).is_empty());
        at_root && loaded.contains(&file.path)
    });
    let names: Vec<&str> = files
        .iter()
        .filter_map(|file| file.roles.iter().find(|role| is_shared(role)))
        .map(|role| &*role.path)
        .collect();
    let first = names.first()?;
    let which = match names.len() {
        1 => format!("`{first}`"),
        2 => format!("`{first}` and `{}`", names[1]),
        more => format!("`{first}` and {} others like it", more - 1),
    };
    Some(Diagnostic {
        severity: if uses { Severity::Warn } else { Severity::Info },
        message: format!("Claude Code never loads {which}: `{by}` switches every AGENTS.md of the project off"),
        help: "put a CLAUDE.md with the line `@AGENTS.md`, or a link to it, beside each".to_owned(),
        clients: vec![newest(&claude_code::CLIENT)],
        related: files
            .iter()
            .map(|file| crate::diagnostic::Label {
                path: file.path.clone(),
                span: Span::new(0, 0),
                message: "never loads".to_owned(),
            })
            .collect(),
        key: "below".to_owned(),
        ..cx.finding(&cause.path)
    })
}

/// A line of its own after the last one.
fn import(cause: &File, name: &str) -> Fix {
    let text = cause.source.text.as_str();
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let trimmed = text.trim_end_matches(['\n', '\r']).len();
    let edit = Edit {
        path: cause.path.clone(),
        span: Span::new(trimmed, text.len()),
        text: format!("{end}{end}@{name}{end}"),
    };
    Fix { title: format!("add `@{name}` to `{}`", cause.path), applicability: Applicability::Unsafe, edits: vec![edit] }
}

//! Files of a skill that its text does not mention.

use crate::clients::Role;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::paths::{file_name, join, parent};
use crate::workspace::File;

/// The lint.
pub static ORPHAN_FILE: Lint = Lint {
    name: "orphan-file",
    summary: "a reference or script of a skill that its `SKILL.md` does not mention",
    page: include_str!("../../docs/lints/orphan-file.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: true,
    basis: Basis::Convention,
    why: "the model opens what the text names; the specification wants references one level deep",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

/// How many names a finding shows.
const SHOWN: usize = 3;

/// Names of files that serve the others of a folder.
const SERVING: [&str; 9] = [
    "README.md",
    "LICENSE.txt",
    "__init__.py",
    "package.json",
    "package-lock.json",
    "requirements.txt",
    "pyproject.toml",
    "tsconfig.json",
    "conftest.py",
];

fn check(cx: &mut Checker<'_>, file: &File) {
    if !file.has_role(&[Role::Skill]) {
        return;
    }
    let text = file.source.text.as_str();
    let dir = parent(&file.path);
    let mut unnamed: Vec<String> = Vec::new();
    for folder in ["references", "scripts"] {
        if mentions_folder(text, folder) {
            continue;
        }
        let at = join(dir, folder);
        for path in cx.workspace.index.below(&at).iter().filter(|path| parent(path) == at) {
            let name = file_name(path);
            let stem = name.split('.').next().unwrap_or(name);
            if !SERVING.contains(&name) && !stem.is_empty() && !text.contains(name) && !mentions_word(text, stem) {
                unnamed.push(format!("`{folder}/{name}`"));
            }
        }
    }
    if unnamed.is_empty() {
        return;
    }
    let more = unnamed.len().saturating_sub(SHOWN);
    let key = unnamed.join(" ");
    unnamed.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    cx.report(Diagnostic {
        message: format!("the skill does not mention {}{more}", unnamed.join(", ")),
        help: "say in `SKILL.md` what each is for and when to open it, or delete it".to_owned(),
        key,
        ..cx.finding(&file.path)
    });
}

/// Whether the text speaks of the folder as a whole, and so of all that is in it.
fn mentions_folder(text: &str, folder: &str) -> bool {
    let ends_there = |at: usize| {
        let rest = text[at + folder.len()..].strip_prefix('/');
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.')))
    };
    text.match_indices(folder).any(|(at, _)| ends_there(at))
}

/// A module is named without its extension; short words are in every text.
fn mentions_word(text: &str, stem: &str) -> bool {
    stem.len() > 4 && text.contains(stem)
}

//! `AGENTS.md` in folders, as Codex and many others read it: a scope is a folder.

use super::{Item, Place, common_folder, document, matched, skill, under, worded};
use crate::compile::Action;
use crate::workspace::Workspace;

pub(super) const LIMITS: &[(&str, &str)] = &[
    (
        "rule",
        "patterns: it goes to the deepest folder around its files if they are at least half of that folder, else to a document with its condition in words",
    ),
    ("rule", "Codex loads a nested AGENTS.md only when it starts in that folder: a line in the root says where it is"),
    ("rule", "Claude Code reads a nested AGENTS.md only where no CLAUDE.md stands in or above the start"),
    ("skill", "the agent decides whether to use it"),
];

pub(super) fn place(workspace: &Workspace, item: &Item, name: &str) -> Place {
    match item.action {
        Action::Rule => rule(workspace, item, name),
        Action::Skill => skill(item, &under(&item.base, ".agents/skills")),
        _ => document(item),
    }
}

fn rule(workspace: &Workspace, item: &Item, name: &str) -> Place {
    let files = matched(workspace, &item.base, &item.scope);
    let folder = common_folder(&files);
    let around = workspace.index.below(folder).len();
    if folder.is_empty() || folder == item.base || files.len() * 2 < around {
        return worded(item, "no folder holds its files and little else");
    }
    let loss = (files.len() < around).then(|| {
        format!(
            "{}: the patterns match {} of the {around} files in `{folder}`, and all of them load it",
            item.title,
            files.len()
        )
    });
    // Codex takes nested files only where it starts; an agent that starts in the root is told.
    let pointer = (name == "AGENTS.md").then(|| format!("{} (in `{folder}`): `{{path}}`", item.topic));
    Place { stem: under(folder, name), shared: true, loss, pointer, ..Place::default() }
}

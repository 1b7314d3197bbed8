//! Where Claude Code's own memory files switch `AGENTS.md` off.

use super::File;
use crate::clients::{self, Role, claude_code};
use crate::discover::RoleAt;
use crate::model::{BlockKind, NO_PARENT};
use crate::paths::parent;
use crate::references::imports::outside_comments;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Claude Code's own memory files with something in them, by the folder that they are for.
///
/// One in the folder where the client starts, or above it, switches every `AGENTS.md` of the project off; one further
/// down only takes the place of the `AGENTS.md` beside it. The start is taken to be the root.
#[derive(Clone, Debug, Default)]
pub struct OwnMemory {
    folders: BTreeMap<String, Arc<str>>,
}

impl OwnMemory {
    /// Those among `files`.
    pub fn of<'a>(files: impl Iterator<Item = &'a File>) -> OwnMemory {
        let mut folders: BTreeMap<String, Arc<str>> = BTreeMap::new();
        for file in files.filter(|file| !is_empty(file)) {
            for role in file.roles.iter().filter(|role| is_own(role)) {
                let first = folders.entry(folder(&role.path).to_owned()).or_insert_with(|| role.path.clone());
                // `CLAUDE.md` is the better known of several.
                if role.path.len() < first.len() {
                    *first = role.path.clone();
                }
            }
        }
        OwnMemory { folders }
    }

    /// The memory file that keeps Claude Code from reading the `AGENTS.md` at `path`: the one for the same folder, else
    /// that at the root.
    pub fn shadowing(&self, path: &str) -> Option<&Arc<str>> {
        self.beside(path).or_else(|| self.folders.get(""))
    }

    /// The memory file for the folder of the `AGENTS.md` at `path`.
    pub fn beside(&self, path: &str) -> Option<&Arc<str>> {
        self.folders.get(folder(path))
    }

    /// Whether it keeps Claude Code from reading a file for this role.
    pub fn shadows(&self, role: &RoleAt) -> bool {
        is_shared(role) && self.shadowing(&role.path).is_some()
    }
}

/// Whether this is a memory file of Claude Code that it shares with others: `AGENTS.md`.
pub fn is_shared(role: &RoleAt) -> bool {
    role.client == claude_code::CLIENT.name && role.role == Role::Memory && !is_own(role)
}

/// Whether a text speaks of `AGENTS.md` in general, as in "read the `AGENTS.md` of a package first": neither as a heading
/// nor as an import nor as a link to one of them.
pub fn speaks_of_shared(text: &str) -> bool {
    text.match_indices(SHARED).any(|(at, name)| {
        let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let is_part = text[..at].ends_with(['@', '/', '[', '(', '.']);
        !is_part && !text[line..].starts_with('#') && !text[at + name.len()..].starts_with("](")
    })
}

/// The name that several clients share.
const SHARED: &str = "AGENTS.md";

/// Whether this is a memory file under the client's own name.
fn is_own(role: &RoleAt) -> bool {
    let rule = clients::by_name(role.client).and_then(|client| client.rule_of(&role.path));
    role.client == claude_code::CLIENT.name
        && rule.is_some_and(|rule| rule.exclusive && matches!(rule.role, Role::Memory | Role::LocalMemory))
}

/// The folder that a memory file is for: its own, or that around `.claude`.
fn folder(path: &str) -> &str {
    let dir = parent(path);
    match dir.strip_suffix(".claude") {
        Some("") => "",
        Some(outer) if outer.ends_with('/') => outer.trim_end_matches('/'),
        _ => dir,
    }
}

/// Whether nothing is left of a file without its frontmatter and its comments.
fn is_empty(file: &File) -> bool {
    let text = file.source.text.as_str();
    if file.document.body.slice(text).trim().is_empty() {
        return true;
    }
    let mut blocks = file.document.blocks.iter().filter(|block| block.parent == NO_PARENT);
    let is_nothing = |span: &crate::source::Span| span.slice(text).trim().is_empty();
    blocks.all(|block| {
        block.kind == BlockKind::Comment { closed: true } && outside_comments(text, block.span).iter().all(is_nothing)
    })
}

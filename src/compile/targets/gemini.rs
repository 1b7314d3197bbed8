//! Gemini CLI: `GEMINI.md` in folders. A scope is a folder.

use super::{Item, Place, agents_md};
use crate::workspace::Workspace;

pub(super) const LIMITS: &[(&str, &str)] = &[
    (
        "rule",
        "patterns: it goes to the deepest folder around its files if they are at least half of that folder, else to a document with its condition in words",
    ),
    ("skill", "the agent decides whether to use it"),
];

pub(super) fn place(workspace: &Workspace, item: &Item) -> Place {
    agents_md::place(workspace, item, "GEMINI.md")
}

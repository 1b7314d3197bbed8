//! GitHub Copilot: `.github/instructions/*.instructions.md`.

use super::{Item, Place, as_paths, document, means_the_same, skill, worded};
use crate::compile::Action;
use crate::compile::names::slug;
use crate::compile::targets::Target;
use crate::parse::quote::double_quoted;
use crate::workspace::Workspace;

pub(super) const LIMITS: &[(&str, &str)] = &[
    ("rule", "patterns that would mean other files to Copilot: it becomes a document with its condition in words"),
    ("skill", "the agent decides whether to use it; some surfaces read no skills"),
];

pub(super) fn place(workspace: &Workspace, item: &Item) -> Place {
    let nl = item.newline;
    match item.action {
        Action::Rule => {
            let globs = as_paths(item);
            if !means_the_same(workspace, item, Target::Copilot.client(), &globs) {
                return worded(item, "Copilot reads its patterns in another way");
            }
            let head = format!("---{nl}applyTo: {}{nl}---{nl}{nl}", double_quoted(&globs.join(",")));
            let stem = format!(".github/instructions/{}", slug(&item.title));
            Place { stem, ending: ".instructions.md".to_owned(), head, ..Place::default() }
        }
        Action::Skill => skill(item, ".github/skills"),
        _ => document(item),
    }
}

//! Cursor: `.cursor/rules/*.mdc`.

use super::{Item, Place, as_paths, document, means_the_same, worded};
use crate::compile::Action;
use crate::compile::names::slug;
use crate::compile::targets::Target;
use crate::parse::quote::double_quoted;
use crate::workspace::Workspace;

pub(super) const LIMITS: &[(&str, &str)] = &[
    ("rule", "patterns that would mean other files to Cursor: it becomes a document with its condition in words"),
    ("skill", "it is a rule with a description, which the agent may ask for"),
];

pub(super) fn place(workspace: &Workspace, item: &Item) -> Place {
    let nl = item.newline;
    let stem = format!(".cursor/rules/{}", slug(&item.title));
    let description = double_quoted(&item.topic);
    match item.action {
        Action::Rule => {
            let globs = as_paths(item);
            if !means_the_same(workspace, item, Target::Cursor.client(), &globs) {
                return worded(item, "Cursor reads its patterns in another way");
            }
            let head = format!(
                "---{nl}description: {description}{nl}globs: {}{nl}alwaysApply: false{nl}---{nl}{nl}",
                double_quoted(&globs.join(","))
            );
            Place { stem, ending: ".mdc".to_owned(), head, ..Place::default() }
        }
        Action::Skill => {
            let when = double_quoted(&format!("Use when the task is: {}", item.topic));
            let head = format!("---{nl}description: {when}{nl}alwaysApply: false{nl}---{nl}{nl}");
            let pointer = Some(format!("{}: `{{path}}`", item.topic));
            let loss = Some(format!("{}: a rule with a description stands for the skill", item.title));
            Place { stem, ending: ".mdc".to_owned(), head, pointer, loss, ..Place::default() }
        }
        _ => document(item),
    }
}

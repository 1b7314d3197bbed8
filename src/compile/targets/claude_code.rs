//! Claude Code: rules with `paths`, skills, and documents behind a line in the root.

use super::{Item, Place, document, skill, under};
use crate::compile::Action;
use crate::compile::names::slug;
use crate::parse::quote::double_quoted;

pub(super) const LIMITS: &[(&str, &str)] = &[
    ("rule", "loads once a file of its scope is read, and is gone after compaction until the next read"),
    ("skill", "the agent decides whether to use it"),
];

pub(super) fn place(item: &Item) -> Place {
    match item.action {
        Action::Rule => rule(item),
        Action::Skill => skill(item, &under(&item.base, ".claude/skills")),
        _ => document(item),
    }
}

fn rule(item: &Item) -> Place {
    let nl = item.newline;
    let patterns: Vec<String> =
        item.scope.iter().map(|pattern| format!("  - {}{nl}", double_quoted(pattern))).collect();
    let paths = format!("paths:{nl}{}", patterns.concat());
    if let Some(path) = &item.whole_rule {
        // The rule stays where it is and gets a scope; the frontmatter that it has stays around it.
        return Place { stem: path.clone(), head: paths, shared: true, ..Place::default() };
    }
    Place {
        stem: under(&item.base, &format!(".claude/rules/{}", slug(&item.title))),
        ending: ".md".to_owned(),
        head: format!("---{nl}{paths}---{nl}{nl}"),
        pointer: None,
        ..Place::default()
    }
}

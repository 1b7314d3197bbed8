//! An import whose target does not exist.

use super::stale_citation::when;
use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::{Presence, file_name, parent};
use crate::references::State;
use crate::source::Span;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::BTreeMap;

/// The lint.
pub static MISSING_IMPORT: Lint = Lint {
    name: "missing-import",
    summary: "an `@path` import whose target does not exist",
    page: include_str!("../../docs/lints/missing-import.md"),
    group: Group::Imports,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client drops it without a word, so the text that it should bring is never read",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    // Several clients may follow the same import: one finding that names them all.
    let mut by_place: BTreeMap<(&str, Span), Vec<&ImportEdge>> = BTreeMap::new();
    for edge in &workspace.imports {
        let is_missing = matches!(edge.target, ImportTarget::Missing(_)) && edge.import.state == State::Live;
        if is_missing && is_meant_as_import(workspace, edge) {
            by_place.entry((&*edge.from, edge.import.path_span)).or_default().push(edge);
        }
    }
    for edges in by_place.values() {
        let edge = edges[0];
        let ImportTarget::Missing(target) = &edge.target else { continue };
        let written = &edge.import.path;
        let (help, fix) = advice(workspace, edge, target);
        let fix = fix.map(|(path, safe)| Fix {
            title: format!("import `{path}`"),
            applicability: if safe { Applicability::Safe } else { Applicability::Unsafe },
            edits: vec![Edit {
                path: edge.from.clone(),
                span: edge.import.path_span,
                text: crate::paths::relative(parent(&edge.from), path).replace(' ', "\\ "),
            }],
        });
        cx.report(Diagnostic {
            message: if written == target {
                format!("`@{written}` imports a file that does not exist")
            } else {
                format!("`@{written}` imports `{target}`, which does not exist")
            },
            help,
            span: Some(edge.import.span),
            clients: edges.iter().map(|edge| newest(edge.client)).collect(),
            key: written.clone(),
            fixes: fix.into_iter().collect(),
            ..cx.finding(&edge.from)
        });
    }
}

/// Tells an import from the many other things that start with `@`: package scopes, mentions, decorators and at-rules.
fn is_meant_as_import(workspace: &Workspace, edge: &ImportEdge) -> bool {
    let path = edge.import.path.as_str();
    let extension = file_name(path).rsplit_once('.').map(|(stem, extension)| (stem, extension.to_ascii_lowercase()));
    let imported = |extension: &str| {
        let list = edge.client.imports.and_then(|grammar| grammar.extensions);
        list.is_none_or(|list| list.contains(&extension)) && !extension.is_empty()
    };
    let has_extension = extension.is_some_and(|(stem, extension)| !stem.is_empty() && imported(&extension));
    if path.starts_with("./") || path.starts_with("../") || path.starts_with('/') {
        return has_extension || path.contains('/');
    }
    let Some((first, rest)) = path.split_once('/') else { return has_extension };
    if rest.is_empty() {
        return false;
    }
    // `@scope/package` and `@scope/package/file.js` look like paths; a folder of that name tells them apart.
    let folder = crate::paths::normalize(parent(&edge.from), first);
    let exists = |folder: &str| workspace.index.presence(folder) == Presence::Dir;
    let known_folder = folder.is_some_and(|folder| exists(&folder)) || exists(first);
    known_folder || (has_extension && matches!(extension_of(path), "md" | "markdown" | "txt"))
}

fn extension_of(path: &str) -> &str {
    file_name(path).rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// What to do about it, and the file that is most likely meant, with whether that is sure.
fn advice<'a>(workspace: &'a Workspace, edge: &ImportEdge, target: &str) -> (String, Option<(&'a str, bool)>) {
    let index = &workspace.index;
    if let [only] = index.same_but_for_case(target).as_slice() {
        return (format!("the file is called `{only}`: the case of letters counts"), Some((only, true)));
    }
    let folder = parent(&edge.from);
    let from_root = crate::paths::normalize("", &edge.import.path).unwrap_or_default();
    if let Ok(at) = index.files.binary_search_by(|file| (**file).cmp(&from_root)) {
        let path = &*index.files[at];
        let written = crate::paths::relative(folder, path);
        return (
            format!("the path starts from `{folder}/`, not from the root: write `@{written}`"),
            Some((path, true)),
        );
    }
    if let Some((path, commit)) = workspace.references.renamed(target) {
        return (format!("it was renamed to `{path}`{}", when(commit)), Some((path, true)));
    }
    if let [only] = index.named(file_name(target)).as_slice() {
        return (format!("the only file of that name is `{only}`"), Some((only, false)));
    }
    let siblings = index.below(parent(target)).iter().filter(|file| parent(file) == parent(target));
    if let Some(near) = nearest(file_name(target), siblings.clone().map(|file| file_name(file)))
        && let Some(path) = siblings.into_iter().find(|file| file_name(file) == near)
    {
        return (format!("did you mean `{path}`?"), Some((path, false)));
    }
    ("create the file, correct the path, or put the text in backticks if it is no import".to_owned(), None)
}

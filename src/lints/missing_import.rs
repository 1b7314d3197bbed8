//! An import whose target does not exist.

use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, ClientRef, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::paths::{Presence, file_name, parent};
use crate::references::State;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};

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
    for edge in &workspace.imports {
        let ImportTarget::Missing(target) = &edge.target else { continue };
        if edge.import.state != State::Live || !is_meant_as_import(workspace, edge) {
            continue;
        }
        let written = &edge.import.path;
        let same = workspace.index.same_but_for_case(target);
        let near = near_path(workspace, target);
        let (help, fix) = match (same.as_slice(), near) {
            ([only], _) => (format!("the file is called `{only}`: the case of letters counts"), Some((*only, true))),
            (_, Some(near)) => (format!("did you mean `{near}`?"), Some((near, false))),
            _ => {
                ("create the file, correct the path, or put the text in backticks if it is no import".to_owned(), None)
            }
        };
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
            message: format!("`@{written}` imports `{target}`, which does not exist"),
            help,
            span: Some(edge.import.span),
            clients: vec![ClientRef { name: edge.client.name, version: edge.client.newest() }],
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

/// The one file that a mistyped path most likely means: the only one of that name, or the nearest name in the folder.
fn near_path<'a>(workspace: &'a Workspace, target: &str) -> Option<&'a str> {
    if let [only] = workspace.index.named(file_name(target)).as_slice() {
        return Some(only);
    }
    let folder = parent(target);
    let siblings = workspace.index.below(folder).iter().map(|file| &**file).filter(|file| parent(file) == folder);
    nearest(target, siblings)
}

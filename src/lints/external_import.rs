//! An import of a file outside of the project.

use crate::clients::{ImportStyle, Role};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::{LinkTarget, file_name};
use crate::references::{State, Target, resolve};
use crate::source::Span;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::BTreeMap;

/// The lint.
pub static EXTERNAL_IMPORT: Lint = Lint {
    name: "external-import",
    summary: "an import of a file outside of the project",
    page: include_str!("../../docs/lints/external-import.md"),
    group: Group::Imports,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "others do not have the file, and a session without a dialog leaves it out in silence",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let mut by_place: BTreeMap<(&str, Span), Vec<(&ImportEdge, Outside)>> = BTreeMap::new();
    for edge in workspace.imports.iter().filter(|edge| edge.import.state == State::Live) {
        let personal = workspace.file(&edge.from).is_some_and(|file| file.has_role(&[Role::LocalMemory]));
        if let Some(outside) = outside(workspace, edge).filter(|_| !personal && is_meant(edge)) {
            by_place.entry((&*edge.from, edge.import.path_span)).or_default().push((edge, outside));
        }
    }
    for edges in by_place.values() {
        let (edge, outside) = edges[0];
        let path = &edge.import.path;
        // The vendor's documents recommend a file at home for what is one person's.
        let severity = if outside == Outside::Home { Severity::Info } else { Severity::Warn };
        let asks = edges.iter().any(|(edge, _)| edge.client.imports.is_some_and(|g| g.style == ImportStyle::Markdown));
        let what = match outside {
            Outside::Home => "lies in the home folder of each user",
            Outside::Link => "leaves the project by a link",
            Outside::Above | Outside::Absolute => "lies outside of the project",
        };
        let effect = match asks {
            true => format!("{} loads it only after each user's approval", edge.client.title),
            false => format!("{} never loads it", edge.client.title),
        };
        cx.report(Diagnostic {
            severity,
            message: format!("`@{path}` {what}: {effect}"),
            help: match outside {
                Outside::Home => "keep out of it what everybody needs",
                _ => "move the file into the project, or import it from a personal file",
            }
            .to_owned(),
            span: Some(edge.import.span),
            clients: edges.iter().map(|(edge, _)| newest(edge.client)).collect(),
            key: path.clone(),
            ..cx.finding(&edge.from)
        });
    }
}

/// How an import leaves the project.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outside {
    Above,
    Home,
    Absolute,
    Link,
}

fn outside(workspace: &Workspace, edge: &ImportEdge) -> Option<Outside> {
    match (&edge.target, resolve(&edge.from, &edge.import.path)) {
        (_, Target::Outside(_)) => Some(Outside::Above),
        (_, Target::Home(_)) => Some(Outside::Home),
        (_, Target::Absolute(_)) => Some(Outside::Absolute),
        (ImportTarget::Unknown, Target::Inside(path)) => {
            let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let leaves = |end: usize| workspace.index.links.get(&path[..end]) == Some(&LinkTarget::Outside);
            ends.into_iter().any(leaves).then_some(Outside::Link)
        }
        _ => None,
    }
}

/// Whether a file is meant: `@/components/button` is an alias of source code, `@../..` a way of speaking.
fn is_meant(edge: &ImportEdge) -> bool {
    let path = edge.import.path.as_str();
    let name = file_name(path);
    let is_text = name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && matches!(extension.to_ascii_lowercase().as_str(), "md" | "txt" | "markdown")
    });
    let is_absolute = path.starts_with('/') && !path.starts_with("/Users/") && !path.starts_with("/home/");
    is_text || (!is_absolute && name.contains('.') && !name.starts_with('.'))
}

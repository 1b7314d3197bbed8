//! A file that is passed on twice, because it is imported twice.

use crate::clients::{Client, ImportStyle};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Label, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::references::State;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::BTreeMap;

/// The lint.
pub static DUPLICATE_IMPORT: Lint = Lint {
    name: "duplicate-import",
    summary: "a file that is passed on twice because it is imported twice",
    page: include_str!("../../docs/lints/duplicate-import.md"),
    group: Group::Imports,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "this client puts the text into the place of each import, so it is paid for twice",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    // Where an import is an entry of its own, each file comes once.
    let inlines =
        |client: &&&'static Client| client.imports.is_some_and(|grammar| grammar.style == ImportStyle::Inlined);
    for client in workspace.clients.iter().filter(inlines) {
        let mut next: BTreeMap<&str, Vec<(&str, &ImportEdge)>> = BTreeMap::new();
        for edge in workspace.imports.iter().filter(|edge| edge.client.name == client.name) {
            if let (ImportTarget::File(target), State::Live) = (&edge.target, edge.import.state) {
                next.entry(&edge.from).or_default().push((target, edge));
            }
        }
        let mut reported: Vec<&ImportEdge> = Vec::new();
        for file in workspace.importing_files(client) {
            for (first, again) in repeated(&file.path, &next) {
                if !reported.iter().any(|edge| std::ptr::eq(*edge, again)) {
                    reported.push(again);
                    let found = finding(cx, workspace, client, first, again);
                    cx.report(found);
                }
            }
        }
    }
}

/// Imports below `start` whose target an earlier one has brought, each with that one. A file is entered once: what a
/// second copy of it imports needs no word of its own.
fn repeated<'a>(
    start: &'a str,
    next: &BTreeMap<&'a str, Vec<(&'a str, &'a ImportEdge)>>,
) -> Vec<(&'a ImportEdge, &'a ImportEdge)> {
    let mut first: BTreeMap<&str, &ImportEdge> = BTreeMap::new();
    let mut found = Vec::new();
    let mut open = vec![(start, 0)];
    while let Some((file, at)) = open.pop() {
        let Some((target, edge)) = next.get(file).and_then(|edges| edges.get(at)) else { continue };
        open.push((file, at + 1));
        // A circle is no repetition: the client does not go round it.
        if open.iter().any(|(file, _)| file == target) {
            continue;
        }
        match first.get(target) {
            Some(earlier) => found.push((*earlier, *edge)),
            None => {
                first.insert(target, edge);
                open.push((target, 0));
            }
        }
    }
    found
}

fn finding(
    cx: &Checker<'_>,
    workspace: &Workspace,
    client: &'static Client,
    first: &ImportEdge,
    again: &ImportEdge,
) -> Diagnostic {
    let text = workspace.file(&again.from).map_or("", |file| file.source.text.as_str());
    let size = super::inert_import::size_of(workspace, again).unwrap_or_else(|| "it".to_owned());
    let written = again.import.span.slice(text);
    Diagnostic {
        message: format!("{} passes `{}` on a second time ({size})", client.title, again.import.path),
        help: "put one of the two in backticks".to_owned(),
        span: Some(again.import.span),
        related: vec![Label {
            path: first.from.clone(),
            span: first.import.span,
            message: "imported here first".to_owned(),
        }],
        clients: vec![newest(client)],
        key: again.import.path.clone(),
        fixes: vec![Fix {
            title: "put the second import in backticks".to_owned(),
            applicability: Applicability::Unsafe,
            edits: vec![Edit { path: again.from.clone(), span: again.import.span, text: format!("`{written}`") }],
        }],
        ..cx.finding(&again.from)
    }
}

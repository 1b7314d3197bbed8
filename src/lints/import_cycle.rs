//! Files that import one another in a circle.

use crate::clients::Client;
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::references::State;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The lint.
pub static IMPORT_CYCLE: Lint = Lint {
    name: "import-cycle",
    summary: "context files that import one another in a circle",
    page: include_str!("../../docs/lints/import-cycle.md"),
    group: Group::Imports,
    level: Severity::Info,
    max_level: Severity::Info,
    pedantic: false,
    basis: Basis::Correctness,
    why: "no client loads a file inside itself, so the closing import does nothing",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let mut known = BTreeSet::new();
    for client in workspace.clients.iter().filter(|client| client.imports.is_some()) {
        check_client(cx, workspace, client, &mut known);
    }
}

/// Every client sees imports of its own; a circle that several see is reported once.
fn check_client(cx: &mut Checker<'_>, workspace: &Workspace, client: &Client, known: &mut BTreeSet<String>) {
    let mut next: BTreeMap<&Arc<str>, Vec<(&Arc<str>, &ImportEdge)>> = BTreeMap::new();
    for edge in workspace.imports.iter().filter(|edge| edge.client.name == client.name) {
        if let (ImportTarget::File(target), State::Live) = (&edge.target, edge.import.state) {
            next.entry(&edge.from).or_default().push((target, edge));
        }
    }
    // A depth-first walk in order of paths. Each closing edge is one cycle; a file that was left for good is not
    // entered again, so each cycle is found once, from its first file.
    let mut done: BTreeSet<&Arc<str>> = BTreeSet::new();
    let starts: Vec<&Arc<str>> = next.keys().copied().collect();
    for start in starts {
        let mut chain: Vec<(&Arc<str>, usize)> = vec![(start, 0)];
        while let Some((file, at)) = chain.last().copied() {
            let step = next.get(file).and_then(|edges| edges.get(at));
            let Some((target, edge)) = step.filter(|_| !done.contains(file)) else {
                done.insert(file);
                chain.pop();
                continue;
            };
            if let Some(last) = chain.last_mut() {
                last.1 += 1;
            }
            match chain.iter().position(|(file, _)| file == target) {
                Some(first) => {
                    let found = finding(cx, &chain[first..], edge, &next);
                    if known.insert(found.key.clone()) {
                        cx.report(found);
                    }
                }
                None => chain.push((target, 0)),
            }
        }
    }
}

fn finding(
    cx: &Checker<'_>,
    cycle: &[(&Arc<str>, usize)],
    closing: &ImportEdge,
    next: &BTreeMap<&Arc<str>, Vec<(&Arc<str>, &ImportEdge)>>,
) -> Diagnostic {
    let mut names: Vec<&str> = cycle.iter().map(|(file, _)| &***file).collect();
    names.push(&cycle[0].0[..]);
    let steps = cycle[..cycle.len() - 1].iter();
    let edges = steps.filter_map(|(file, at)| next.get(file).and_then(|edges| edges.get(at - 1)));
    let related = edges.map(|(target, edge)| Label {
        path: edge.from.clone(),
        span: edge.import.span,
        message: format!("imports `{target}`"),
    });
    let (message, help) = match names.as_slice() {
        [only, _] => (format!("`{only}` imports itself"), "remove this import"),
        names => {
            let message = format!("the imports form a circle: {}", names.join(" -> "));
            (message, "remove this import, or the one that leads here")
        }
    };
    Diagnostic {
        message,
        help: help.to_owned(),
        label: "closes the circle".to_owned(),
        span: Some(closing.import.span),
        related: related.collect(),
        key: names.join(" -> "),
        ..cx.finding(&closing.from)
    }
}

//! An import beyond the depth to which its client follows imports.

use crate::clients::Client;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::references::State;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// The lint.
pub static IMPORT_TOO_DEEP: Lint = Lint {
    name: "import-too-deep",
    summary: "an import beyond the depth to which the client follows imports",
    page: include_str!("../../docs/lints/import-too-deep.md"),
    group: Group::Imports,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "the file is never loaded, and nothing says so",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for client in &workspace.clients {
        let Some(grammar) = client.imports else { continue };
        let depths = depths(workspace, client);
        for edge in live_edges(workspace, client) {
            let ImportTarget::File(target) = &edge.target else { continue };
            let from = depths.get(&edge.from).copied();
            let too_deep = depths.get(target).is_some_and(|depth| *depth > grammar.max_hops);
            if from != Some(grammar.max_hops) || !too_deep {
                continue;
            }
            cx.report(Diagnostic {
                message: format!(
                    "`{target}` is {} imports away from the nearest file that loads by itself; {} follows {}",
                    grammar.max_hops + 1,
                    client.title,
                    grammar.max_hops
                ),
                help: format!("import `{target}` from a file nearer to the start"),
                span: Some(edge.import.span),
                clients: vec![newest(client)],
                key: target.to_string(),
                ..cx.finding(&edge.from)
            });
        }
    }
}

fn live_edges<'a>(workspace: &'a Workspace, client: &'static Client) -> impl Iterator<Item = &'a ImportEdge> {
    let edges = workspace.imports.iter();
    edges.filter(|edge| edge.client.name == client.name && edge.import.state == State::Live)
}

/// How many imports away from a file that loads by itself each file is, for one client.
fn depths(workspace: &Workspace, client: &'static Client) -> BTreeMap<Arc<str>, u32> {
    let mut next: BTreeMap<&Arc<str>, Vec<&Arc<str>>> = BTreeMap::new();
    for edge in live_edges(workspace, client) {
        if let ImportTarget::File(target) = &edge.target {
            next.entry(&edge.from).or_default().push(target);
        }
    }
    let roots = workspace.importing_files(client);
    let mut depths: BTreeMap<Arc<str>, u32> = roots.map(|file| (file.path.clone(), 0)).collect();
    let mut queue: VecDeque<Arc<str>> = depths.keys().cloned().collect();
    while let Some(file) = queue.pop_front() {
        let depth = depths.get(&file).copied().unwrap_or_default();
        for target in next.get(&file).into_iter().flatten() {
            if !depths.contains_key(*target) {
                depths.insert((*target).clone(), depth + 1);
                queue.push_back((*target).clone());
            }
        }
    }
    depths
}

//! A file that a client passes over because of its size.

use crate::clients::{Over, Role, SIZE_LIMITS, SizeLimit};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::measure::thousands;
use crate::references::State;
use crate::workspace::{File, ImportTarget, Workspace};

/// The lint.
pub static SKIPPED_FILE: Lint = Lint {
    name: "skipped-file",
    summary: "a context file so large that a client passes over it",
    page: include_str!("../../docs/lints/skipped-file.md"),
    group: Group::Budget,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "nothing of the file reaches the model, and nobody is told",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let skipping = SIZE_LIMITS.iter().filter(|limit| limit.over == Over::Skipped);
    for limit in skipping.filter(|limit| workspace.has_client(limit.client)) {
        for file in workspace.files.iter().filter(|file| takes(workspace, limit, file)) {
            let Some(bytes) = file.bytes().filter(|bytes| *bytes > limit.most) else { continue };
            cx.report(Diagnostic {
                message: format!(
                    "{} passes over a file of more than {} {}; this one has {}",
                    limit.who,
                    thousands(limit.most),
                    limit.unit.name(),
                    thousands(bytes)
                ),
                help: "split it, and keep only what every session needs in what loads by itself".to_owned(),
                clients: vec![newest_of(limit.client)],
                key: limit.client.to_owned(),
                ..cx.finding(&file.path)
            });
        }
    }
}

/// Whether the client would load the file, were it smaller.
fn takes(workspace: &Workspace, limit: &SizeLimit, file: &File) -> bool {
    let by_place = file.roles.iter().any(|role| role.client == limit.client && limit.roles.contains(&role.role));
    let imported = || {
        limit.roles.contains(&Role::Imported)
            && workspace.imports.iter().any(|edge| {
                edge.client.name == limit.client
                    && edge.import.state == State::Live
                    && edge.target == ImportTarget::File(file.path.clone())
            })
    };
    file.bytes().is_some_and(|bytes| bytes > limit.most) && (by_place || imported())
}

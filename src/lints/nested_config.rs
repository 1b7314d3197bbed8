//! A configuration file that is not in the root.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static NESTED_CONFIG: Lint = Lint {
    name: "nested-config",
    summary: "a `ctxlint.toml` below the root, which has no effect",
    page: include_str!("../../docs/lints/nested-config.md"),
    group: Group::Files,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "its settings look as if they held, and do not",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for path in &workspace.nested_configs {
        if workspace.settings.exclusion(path).is_some() {
            continue;
        }
        cx.report(Diagnostic {
            message: "only the configuration in the root is read".to_owned(),
            help: "move its settings into the root's `ctxlint.toml`, under `[[override]]` with `files` for this folder"
                .to_owned(),
            ..cx.finding(path)
        });
    }
}

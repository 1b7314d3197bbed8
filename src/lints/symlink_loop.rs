//! A symbolic link that leads into itself.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::discover::WalkProblem;
use crate::lint::{Check, Checker, FixKind, Group, Lint};

/// The lint.
pub static SYMLINK_LOOP: Lint = Lint {
    name: "symlink-loop",
    summary: "a symbolic link that leads into itself or into a folder that holds it",
    page: include_str!("../../docs/lints/symlink-loop.md"),
    group: Group::Files,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "tools that follow links see the same files again and again, or give up",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for problem in &workspace.problems {
        if let WalkProblem::LinkLoop { path } = problem
            && workspace.settings.exclusion(path).is_none()
        {
            cx.report(Diagnostic {
                message: "the link leads into itself or into a folder that holds it; nothing behind it was read"
                    .to_owned(),
                help: "remove the link, or point it elsewhere".to_owned(),
                ..cx.finding(path)
            });
        }
    }
}

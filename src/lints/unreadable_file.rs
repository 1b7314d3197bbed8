//! A context file whose bytes cannot be had.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::discover::{WalkProblem, problem_path};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::FileState;

/// The lint.
pub static UNREADABLE_FILE: Lint = Lint {
    name: "unreadable-file",
    summary: "a context file or folder that cannot be read",
    page: include_str!("../../docs/lints/unreadable-file.md"),
    group: Group::Files,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client cannot read it either, and what it says was not checked",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for file in workspace.files.iter().filter(|file| file.linted) {
        if let FileState::Unreadable(why) = &file.state {
            cx.report(Diagnostic {
                message: format!("the file cannot be read: {why}"),
                help: "make it readable, or name it under `exclude` in ctxlint.toml".to_owned(),
                ..cx.finding(&file.path)
            });
        }
    }
    let of_interest = |problem: &&WalkProblem| workspace.settings.exclusion(problem_path(problem)).is_none();
    for problem in workspace.problems.iter().filter(of_interest) {
        let finding = match problem {
            WalkProblem::Unreadable { path, why } => Diagnostic {
                message: format!("`{path}` cannot be read: {why}"),
                severity: Severity::Warn,
                why: "context files in it would not be seen".to_owned(),
                help: "make it readable, or add it to .gitignore".to_owned(),
                ..cx.finding(path)
            },
            WalkProblem::DanglingLink { path } => Diagnostic {
                message: "the link leads to nothing".to_owned(),
                why: "the client finds no file behind it and says nothing".to_owned(),
                help: "point the link at a file, or remove it".to_owned(),
                ..cx.finding(path)
            },
            WalkProblem::HiddenLink { path } => Diagnostic {
                message: "the link leads to what git ignores or what belongs to another repository".to_owned(),
                severity: Severity::Warn,
                why: "other machines may not have its target, and what it says was not checked".to_owned(),
                help: "move the text to where git tracks it".to_owned(),
                ..cx.finding(path)
            },
            WalkProblem::OutsideLink { path } => Diagnostic {
                message: "the link leads out of the repository and was not followed".to_owned(),
                severity: Severity::Warn,
                why: "other machines may not have its target, and nothing outside the root is checked".to_owned(),
                help: "move the text into the repository".to_owned(),
                ..cx.finding(path)
            },
            WalkProblem::LinkLoop { .. } => continue,
        };
        cx.report(finding);
    }
}

//! A context file above the size limit.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::thousands;
use crate::workspace::FileState;

/// The lint.
pub static TOO_LARGE: Lint = Lint {
    name: "too-large",
    summary: "a context file above the size that ctxlint reads",
    page: include_str!("../../docs/lints/too-large.md"),
    group: Group::Files,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "clients skip or cut files of this size, and what it says was not checked",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let limit = cx.workspace.settings.max_file_size;
    for file in cx.workspace.files.iter().filter(|file| file.linted) {
        if let FileState::TooLarge(bytes) = file.state {
            cx.report(Diagnostic {
                message: format!("{} bytes; ctxlint reads files of up to {}", thousands(bytes), thousands(limit)),
                help: "split the file, name it under `exclude`, or raise `max-file-size` in ctxlint.toml".to_owned(),
                ..cx.finding(&file.path)
            });
        }
    }
}

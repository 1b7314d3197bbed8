//! Credentials in a context file.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::secrets;
use crate::workspace::File;

/// The lint.
pub static SECRET: Lint = Lint {
    name: "secret",
    summary: "a credential in a context file",
    page: include_str!("../../docs/lints/secret.md"),
    group: Group::Content,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the file is committed, and its text goes to the model's provider with every request",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    for secret in secrets::find(&file.source.text) {
        cx.report(Diagnostic {
            message: format!("this looks like {}", secret.what),
            help: "revoke it, then name the variable or the store that holds its successor".to_owned(),
            span: Some(secret.span),
            key: secret.what.to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

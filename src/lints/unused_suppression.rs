//! A comment that allows what nothing finds, or that is not read.

use crate::diagnostic::{Basis, Severity};
use crate::lint::{Check, FixKind, Group, Lint};

/// The lint. The engine reports it after all other lints ran.
pub static UNUSED_SUPPRESSION: Lint = Lint {
    name: "unused-suppression",
    summary: "a `ctxlint allow` comment that allows nothing",
    page: include_str!("../../docs/lints/unused-suppression.md"),
    group: Group::Files,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "it would hide the next real finding in this place",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Engine,
};

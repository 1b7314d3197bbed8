//! More instructions before the first prompt than their budget.

use super::startup_tokens::startup;
use crate::diagnostic::{Basis, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{LoadInstructions, instructions_of, most_instructions, repetition};
use crate::workspace::ClientPlan;
use std::cell::RefCell;
use std::collections::HashMap;

/// The lint.
pub static STARTUP_INSTRUCTIONS: Lint = Lint {
    name: "startup-instructions",
    summary: "more instructions that one client loads before the first prompt than their budget",
    page: include_str!("../../docs/lints/startup-instructions.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "every session starts with all of them, and the more is asked at once, the more is left out",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let known: RefCell<HashMap<&str, Vec<LoadInstructions>>> = RefCell::default();
    // Equal instructions count once, so the loads of a plan are counted together.
    let of = |plan: &ClientPlan| {
        let count = || instructions_of(&plan.plan, |load| workspace.real_file(&load.path));
        known.borrow_mut().entry(plan.client.name).or_insert_with(count).clone()
    };
    let count = |plan: &ClientPlan, load: usize| of(plan).get(load).map_or(0, |counted| counted.distinct);
    startup(cx, "instructions", |plan| most_instructions(workspace, plan), count, |plan| repetition(&of(plan)));
}

//! More instructions before the first prompt than their budget.

use super::startup_tokens::startup;
use crate::diagnostic::{Basis, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::instructions_of;
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
    let known: RefCell<HashMap<&str, Vec<u64>>> = RefCell::default();
    // Equal instructions count once, so the loads of a plan are counted together.
    let count = |plan: &ClientPlan, load: usize| {
        let mut known = known.borrow_mut();
        let counts = known
            .entry(plan.client.name)
            .or_insert_with(|| instructions_of(&plan.plan).iter().map(|counted| counted.distinct).collect());
        counts.get(load).copied().unwrap_or(0)
    };
    // No instruction is shorter than four bytes with what separates it from the next.
    startup(cx, "instructions", |plan| plan.bytes() / 4, count);
}

//! A file whose reading makes a client load more instructions than their budget.

use super::path_tokens::path;
use crate::diagnostic::{Basis, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{LoadInstructions, instructions_of, most_instructions};
use crate::workspace::ClientPlan;
use std::cell::RefCell;
use std::collections::HashMap;

/// The lint.
pub static PATH_INSTRUCTIONS: Lint = Lint {
    name: "path-instructions",
    summary: "a file whose reading leaves more instructions loaded than their budget",
    page: include_str!("../../docs/lints/path-instructions.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "the more is asked at once, the more is left out",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// Instructions of each load of a plan, by client and touched file.
type Counts = HashMap<(&'static str, Option<String>), Vec<LoadInstructions>>;

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let known: RefCell<Counts> = RefCell::default();
    // Equal instructions count once, so the loads of a plan are counted together.
    let count = |plan: &ClientPlan, load: usize| {
        let count = || instructions_of(&plan.plan, |load| workspace.real_file(&load.path));
        let mut known = known.borrow_mut();
        let counts = known.entry((plan.client.name, plan.touched.clone())).or_insert_with(count);
        counts.get(load).map_or(0, |counted| counted.distinct)
    };
    path(cx, "instructions", |plan| most_instructions(workspace, plan), count);
}

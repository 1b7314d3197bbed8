//! More lines before the first prompt than their budget.

use super::startup_tokens::startup;
use crate::diagnostic::{Basis, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::source::count_lines;
use crate::workspace::ClientPlan;

/// The lint.
pub static STARTUP_LINES: Lint = Lint {
    name: "startup-lines",
    summary: "more lines that one client loads before the first prompt than your budget",
    page: include_str!("../../docs/lints/startup-lines.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "what loads at startup has to be reviewed and is paid for in every session",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let count = |plan: &ClientPlan, load: usize| count_lines(&plan.plan.loads[load].text) as u64;
    startup(cx, "lines", ClientPlan::bytes, count, |_| String::new());
}

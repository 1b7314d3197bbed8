//! More tokens before the first prompt than their budget.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, thousands};
use crate::workspace::ClientPlan;

/// The lint.
pub static STARTUP_TOKENS: Lint = Lint {
    name: "startup-tokens",
    summary: "more tokens that one client loads before the first prompt than their budget",
    page: include_str!("../../docs/lints/startup-tokens.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "what loads at startup is paid for in every turn of every session",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let count = |plan: &ClientPlan, load: usize| workspace.load_tokens(plan, load);
    startup(cx, "tokens", ClientPlan::bytes, count, |_| String::new());
}

/// Holds what each client loads at startup to the budget that has the lint's name. `bound` gives what a plan cannot
/// exceed, `count` the value of one load.
pub(super) fn startup(
    cx: &mut Checker<'_>,
    unit: &str,
    bound: impl Fn(&ClientPlan) -> u64,
    count: impl Fn(&ClientPlan, usize) -> u64,
    remark: impl Fn(&ClientPlan) -> String,
) {
    let workspace = cx.workspace;
    for over in measure::over_plans(workspace, cx.lint.name, workspace.plans(), bound, count) {
        let Some(home) = measure::home(workspace, over.plan, |_| true) else { continue };
        let (value, limit) = (thousands(over.value), thousands(over.verdict.limit));
        let (titles, loads) = (&over.titles, over.verb("loads", "load"));
        cx.report(Diagnostic {
            message: format!(
                "{titles} {loads} {value} {unit} before the first prompt; the budget of {limit} is {}{}",
                over.verdict.source,
                remark(over.plan)
            ),
            severity: over.verdict.severity,
            basis: over.verdict.basis,
            help: "move what only some tasks need into path-scoped rules, skills or documents read on demand; \
                   `ctxlint context` shows what loads"
                .to_owned(),
            parts: over.parts,
            key: over.clients.first().map_or("", |client| client.name).to_owned(),
            clients: over.clients,
            ..cx.finding(&home)
        });
    }
}

//! A file whose reading makes a client load more tokens than their budget.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::load::Load;
use crate::measure::{self, thousands};
use crate::workspace::ClientPlan;

/// The lint.
pub static PATH_TOKENS: Lint = Lint {
    name: "path-tokens",
    summary: "a file whose reading leaves more tokens of context loaded than their budget",
    page: include_str!("../../docs/lints/path-tokens.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "from then on it is paid for in every turn of the session",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    path(cx, "tokens", ClientPlan::bytes, |plan, load| workspace.load_tokens(plan, load));
}

/// Reports the heaviest paths over the budget `path-UNIT` of the lint that runs. `bound` is at least the sum of `count`
/// over the loads of a plan.
pub(super) fn path(
    cx: &mut Checker<'_>,
    unit: &str,
    bound: impl Fn(&ClientPlan) -> u64,
    count: impl Fn(&ClientPlan, usize) -> u64,
) {
    let workspace = cx.workspace;
    let name = format!("path-{unit}");
    let limits = measure::plan_limits(&workspace.settings, &name);
    if limits.least().is_none() {
        return;
    }
    for over in measure::over_plans(workspace, &name, workspace.heaviest(), bound, &count) {
        let path = over.plan.touched.as_deref().unwrap_or_default();
        let loads = &over.plan.plan.loads;
        let added = |at: &usize| loads[*at].touch.is_some();
        let added: u64 = (0..loads.len()).filter(added).map(|at| count(over.plan, at)).sum();
        // Where the start alone is over a default, the lint for the start says so, and no path is to blame.
        if !limits.own && limits.verdict(over.value - added).is_some() {
            continue;
        }
        let most = over.parts.first().map(|part| part.name.clone()).unwrap_or_default();
        let is_most = |load: &Load| load.touch.is_some() && load.path == most;
        let in_most = measure::home(workspace, over.plan, is_most);
        let Some(home) = in_most.or_else(|| measure::home(workspace, over.plan, |load| load.touch.is_some())) else {
            continue;
        };
        let (value, limit) = (thousands(over.value), thousands(over.verdict.limit));
        let (titles, have) = (&over.titles, over.verb("has", "have"));
        cx.report(Diagnostic {
            message: format!(
                "once `{path}` is read, {titles} {have} {value} {unit} loaded, {} of them for it; the budget of \
                 {limit} is {}",
                thousands(added),
                over.verdict.source
            ),
            severity: over.verdict.severity,
            basis: over.verdict.basis,
            help: "narrow the patterns of rules that match, and move what only some tasks need into skills or \
                   documents read on demand; `ctxlint context --worst` shows what loads"
                .to_owned(),
            parts: over.parts,
            key: over.clients.first().map_or("", |client| client.name).to_owned(),
            clients: over.clients,
            ..cx.finding(&home)
        });
    }
}

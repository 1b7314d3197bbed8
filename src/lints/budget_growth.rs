//! More context at startup than in an earlier state, by more than is allowed.

use crate::diagnostic::{Basis, ClientRef, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, instructions_of, thousands};

/// The lint.
pub static BUDGET_GROWTH: Lint = Lint {
    name: "budget-growth",
    summary: "a change after which a client loads more tokens or instructions at startup than is allowed",
    page: include_str!("../../docs/lints/budget-growth.md"),
    group: Group::Budget,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "context grows by small steps that nobody weighs, and is paid for in every turn of every session",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let (settings, Some(earlier)) = (&workspace.settings, &workspace.earlier) else { return };
    for plan in workspace.plans() {
        let Some(was) = earlier.startup.iter().find(|of| of.client == plan.client.name) else { continue };
        // Where nothing loaded before there is nothing that could grow: the first file is a beginning.
        if was.tokens == 0 {
            continue;
        }
        let Some(home) = measure::home(workspace, plan, |_| true) else { continue };
        let units = [
            ("tokens", settings.growth_tokens, was.tokens),
            ("instructions", settings.growth_instructions, was.instructions),
        ];
        for (unit, allowed, before) in units {
            let Some(allowed) = allowed else { continue };
            let after = match unit {
                "tokens" => workspace.plan_tokens(plan),
                _ => {
                    let counts = instructions_of(&plan.plan, |load| workspace.real_file(&load.path));
                    counts.iter().map(|counted| counted.distinct).sum()
                }
            };
            if after <= before.saturating_add(allowed) {
                continue;
            }
            let (client, grown) = (plan.client, thousands(after - before));
            let allowed = match allowed {
                0 => "no growth is allowed".to_owned(),
                1 => "1 is allowed".to_owned(),
                most => format!("{} are allowed", thousands(most)),
            };
            cx.report(Diagnostic {
                message: format!(
                    "{} loads {} {unit} before the first prompt, {grown} more than in {}; {allowed}",
                    client.title,
                    thousands(after),
                    earlier.name
                ),
                help: "take out as much elsewhere, give what only some tasks need a scope of its own, or raise \
                       `growth` in ctxlint.toml; `ctxlint diff` shows what came"
                    .to_owned(),
                key: format!("{} {unit}", client.name),
                clients: vec![ClientRef { name: client.name, version: plan.version }],
                ..cx.finding(&home)
            });
        }
    }
}

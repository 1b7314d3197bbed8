//! The JSON of `context`, version 1.

use super::{Report, Totals};
use crate::cli::measure::{JsonEstimate, json_estimate};
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use serde::Serialize;

#[derive(Serialize)]
struct JsonContext<'a> {
    version: u32,
    tool: Tool,
    client: &'static str,
    client_version: &'a str,
    evidence: &'static str,
    cwd: &'a str,
    window: u64,
    touched: &'a [String],
    loads: Vec<JsonLoad<'a>>,
    totals: JsonTotals,
    estimate: JsonEstimate,
    budgets: Vec<JsonBudget>,
    /// Instructions that stand in the plan already when they come again; they count once.
    repeated_instructions: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    skill_listing: Option<JsonListing>,
    problems: Vec<JsonProblem<'a>>,
}

#[derive(Serialize)]
struct JsonLoad<'a> {
    order: usize,
    path: &'a str,
    role: &'static str,
    trigger: &'static str,
    touch: Option<usize>,
    via: Option<&'a str>,
    portion: &'static str,
    bytes: u64,
    lines: u64,
    tokens: u64,
    /// Those that no load before it has brought.
    instructions: u64,
    after_compaction: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
}

#[derive(Serialize)]
struct JsonTotals {
    startup: JsonTotal,
    touched: JsonTotal,
}

#[derive(Serialize)]
struct JsonTotal {
    files: usize,
    bytes: u64,
    lines: u64,
    tokens: u64,
    instructions: u64,
}

#[derive(Serialize)]
struct JsonBudget {
    name: &'static str,
    value: u64,
    warn: Option<u64>,
    error: Option<u64>,
    state: &'static str,
    basis: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct JsonListing {
    chars: usize,
    bundled: usize,
    wanted: usize,
    dropped: usize,
}

#[derive(Serialize)]
struct JsonProblem<'a> {
    path: &'a str,
    message: &'a str,
}

fn total(of: Totals) -> JsonTotal {
    let measured = of.measured;
    JsonTotal {
        files: of.files,
        bytes: measured.bytes,
        lines: measured.lines,
        tokens: measured.tokens,
        instructions: measured.instructions,
    }
}

pub(super) fn json(report: &Report<'_>) -> String {
    let loads = report.plan.loads.iter().zip(&report.sizes).enumerate().map(|(order, (load, size))| JsonLoad {
        order,
        path: &load.path,
        role: load.role.name(),
        trigger: load.trigger.name(),
        touch: load.touch,
        via: load.via.as_deref(),
        portion: load.portion.name(),
        bytes: size.bytes,
        lines: size.lines,
        tokens: size.tokens,
        instructions: size.instructions,
        after_compaction: load.compaction.name(),
        text: report.with_text.then_some(load.text.as_str()),
    });
    let budgets = report.budgets.iter().map(|budget| JsonBudget {
        name: budget.name,
        value: budget.value,
        warn: budget.warn,
        error: budget.error,
        state: budget.state,
        basis: budget.basis,
        source: budget.source,
    });
    let problems = report.plan.problems.iter();
    let document = JsonContext {
        version: VERSION,
        tool: TOOL,
        client: report.client.name,
        client_version: report.client_version,
        evidence: report.client.evidence.name(),
        cwd: &report.cwd,
        window: report.window,
        touched: &report.touched,
        loads: loads.collect(),
        totals: JsonTotals { startup: total(report.startup), touched: total(report.all) },
        estimate: json_estimate(&report.estimate),
        budgets: budgets.collect(),
        repeated_instructions: report.repeated,
        skill_listing: report.plan.skill_listing.as_ref().map(|listing| JsonListing {
            chars: listing.chars,
            bundled: listing.bundled,
            wanted: listing.wanted,
            dropped: listing.dropped.len(),
        }),
        problems: problems.map(|problem| JsonProblem { path: &problem.path, message: &problem.message }).collect(),
    };
    to_text(&document, true)
}

//! `context` for people: a tree of loads with what each costs.

use super::{Report, name_of};
use crate::budgets::Of;
use crate::clients::{Evidence, Role};
use crate::load::{Compaction, Load, Portion, Trigger};
use crate::report::{counted, one_line, thousands};
use std::fmt::Write;

/// Width of the column of names, in characters.
const NAMES: usize = 44;
/// Width of the column of causes, in characters.
const CAUSES: usize = 26;
/// Width of a number, in characters.
const NUMBERS: usize = 8;
/// Width of the bar, in characters.
const BAR: usize = 10;

struct Row {
    name: String,
    cause: String,
    tokens: u64,
    /// `None` for a listing, which asks for nothing.
    instructions: Option<u64>,
}

pub(super) fn human(report: &Report<'_>, color: bool) -> String {
    let (dim, bold, plain) = if color { ("\u{1b}[2m", "\u{1b}[1m", "\u{1b}[0m") } else { ("", "", "") };
    let mut out = String::new();
    let where_ = if report.machine { "with this machine" } else { "this repository only (--machine adds yours)" };
    let version = if report.client_version.is_empty() { "" } else { " " };
    let _ = writeln!(
        out,
        "{bold}{}{version}{}{plain} {dim}· {}-token window · {where_}{plain}",
        report.client.name,
        report.client_version,
        thousands(report.window),
    );
    if report.client.evidence != Evidence::Measured {
        let known = report.client.evidence.name();
        let _ = writeln!(out, "{dim}{known}, not measured: {} ({}){plain}", report.client.source, report.client.dated);
    }
    let startup = rows(report, None);
    let width = NAMES + CAUSES;
    let _ = writeln!(
        out,
        "\n {bold}{:<width$}{plain} {dim}{:>NUMBERS$} {:>NUMBERS$}{plain}",
        "at startup", "tokens", "instr."
    );
    let total = report.startup.measured.tokens;
    for row in &startup {
        line(&mut out, row, total.max(1), dim, plain);
    }
    let share_of_start = share(report, Of::Startup).unwrap_or_default();
    let asked = report.startup.measured.instructions;
    let (tokens, instructions) = (thousands(total), thousands(asked));
    let _ = writeln!(
        out,
        " {:<width$} {bold}{tokens:>NUMBERS$} {instructions:>NUMBERS$}{plain}{dim}{share_of_start}{plain}",
        ""
    );
    let mut sum = (total, asked);
    let share_of_all = share(report, Of::Path).unwrap_or_default();
    for (at, path) in report.touched.iter().enumerate() {
        let rows = rows(report, Some(at));
        let added: u64 = rows.iter().map(|row| row.tokens).sum();
        sum.0 += added;
        sum.1 += rows.iter().filter_map(|row| row.instructions).sum::<u64>();
        let _ = writeln!(out, "\n {bold}when {} is read{plain}", one_line(path));
        for row in &rows {
            line(&mut out, row, total.max(1), dim, plain);
        }
        let mut more = if added == 0 { "nothing more".to_owned() } else { format!("+{}", thousands(added)) };
        if at + 1 == report.touched.len() {
            more.push_str(&share_of_all);
        }
        let (tokens, instructions) = (thousands(sum.0), thousands(sum.1));
        let _ = writeln!(
            out,
            " {:<width$} {bold}{tokens:>NUMBERS$} {instructions:>NUMBERS$}{plain}  {dim}{more}{plain}",
            ""
        );
    }
    out.push('\n');
    if report.repeated > 0 {
        let (count, verb) =
            if report.repeated == 1 { ("instruction is", "counts") } else { ("instructions are", "count") };
        let _ = writeln!(out, " {dim}{} {count} repeated and {verb} once{plain}", thousands(report.repeated));
    }
    let estimate = &report.estimate;
    let [tokens, low, high] = [estimate.tokens, estimate.low, estimate.high].map(|count| thousands(count as u64));
    let band =
        if estimate.exact { "exact".to_owned() } else { format!("estimate {low} to {high}, {}", estimate.dated) };
    let _ = writeln!(out, " {dim}≈{plain} {tokens} tokens of {} {dim}({band}){plain}", estimate.profile);
    for budget in report.budgets.iter().filter(|budget| budget.state != "ok" || budget.unit != "tokens") {
        let limits = [budget.warn, budget.error].into_iter().flatten().map(thousands).collect::<Vec<_>>().join(" and ");
        let (name, unit, value) = (budget.name, budget.unit, thousands(budget.value));
        let _ = writeln!(out, " {name}: {value} {unit} {dim}of {limits}: {} ({}){plain}", budget.source, budget.basis);
    }
    let lost: Vec<&str> = report
        .plan
        .loads
        .iter()
        .filter(|load| load.compaction == Compaction::Lost && !load.text.is_empty() && load.touch.is_some())
        .map(|load| load.path.as_str())
        .collect();
    if !lost.is_empty() {
        let _ = writeln!(out, " lost at compaction until read again: {}", one_line(&lost.join(", ")));
    }
    if let Some(listing) = report.plan.skill_listing.as_ref().filter(|listing| !listing.dropped.is_empty()) {
        let _ = writeln!(
            out,
            " {} left out or cut: the skill listing wants {} characters and has {}",
            counted(listing.dropped.len(), "description"),
            thousands(listing.wanted as u64),
            thousands(listing.chars.saturating_sub(listing.bundled) as u64),
        );
    }
    out
}

/// How much of the budget for tokens is used: a bar and a percentage of the first limit.
fn share(report: &Report<'_>, of: Of) -> Option<String> {
    let budget = report.budgets.iter().find(|budget| budget.of == of && budget.unit == "tokens")?;
    let limit = budget.warn.or(budget.error)?;
    let percent = budget.value * 100 / limit.max(1);
    Some(format!("  {} {percent} % of {}", bar(budget.value, limit), thousands(limit)))
}

fn line(out: &mut String, row: &Row, of: u64, dim: &str, plain: &str) {
    let _ = writeln!(
        out,
        " {:<NAMES$}{dim}{:<CAUSES$}{plain} {:>NUMBERS$} {:>NUMBERS$}  {dim}{}{plain}",
        shorten(&row.name, NAMES - 1),
        shorten(&row.cause, CAUSES - 1),
        thousands(row.tokens),
        row.instructions.map_or("-".to_owned(), thousands),
        bar(row.tokens, of).trim_end_matches('░'),
    );
}

/// Loads of one moment; the entries of a listing are one row for each kind.
fn rows(report: &Report<'_>, touch: Option<usize>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut listed: Vec<(Role, usize, usize, u64)> = Vec::new();
    for (load, size) in report.plan.loads.iter().zip(&report.sizes).filter(|(load, _)| load.touch == touch) {
        if load.trigger == Trigger::Listing {
            let described = usize::from(load.portion != Portion::None);
            match listed.iter_mut().find(|(role, ..)| *role == load.role) {
                Some(kind) => *kind = (kind.0, kind.1 + 1, kind.2 + described, kind.3 + size.tokens),
                None => listed.push((load.role, 1, described, size.tokens)),
            }
            continue;
        }
        rows.push(Row {
            name: name(load),
            cause: cause(load),
            tokens: size.tokens,
            instructions: Some(size.instructions),
        });
    }
    for (role, all, described, tokens) in listed {
        let name = format!("{}: {} of {} described", plural(role), thousands(described as u64), thousands(all as u64));
        rows.push(Row { name, cause: "listing".to_owned(), tokens, instructions: None });
    }
    rows
}

fn plural(role: Role) -> &'static str {
    match role {
        Role::Skill => "skills",
        Role::Command => "commands",
        Role::Agent => "agents",
        _ => "rules",
    }
}

fn name(load: &Load) -> String {
    let path = one_line(&load.path).into_owned();
    if load.trigger == Trigger::Import { format!("└ @{path}") } else { path }
}

fn cause(load: &Load) -> String {
    let via = load.via.as_deref().map(one_line).unwrap_or_default();
    let cut = if load.portion == Portion::Head { ", cut" } else { "" };
    match load.trigger {
        Trigger::Import => format!("imported by {}{cut}", name_of(&via)),
        Trigger::Path => format!("paths: {via}{cut}"),
        Trigger::Nested => format!("nested{cut}"),
        Trigger::Startup if load.role == Role::Rule => format!("always{cut}"),
        Trigger::Startup => cut.trim_start_matches(", ").to_owned(),
        Trigger::Invoked => "read itself".to_owned(),
        Trigger::Never => "never loads by itself".to_owned(),
        Trigger::Listing => "listing".to_owned(),
    }
}

/// Cuts in the middle: the start and the end of a path say most.
fn shorten(text: &str, width: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= width {
        return text.to_owned();
    }
    let tail = width / 2;
    let head: String = chars[..width - tail - 1].iter().collect();
    let tail: String = chars[chars.len() - tail..].iter().collect();
    format!("{head}…{tail}")
}

fn bar(value: u64, of: u64) -> String {
    let filled = ((value as u128 * BAR as u128).div_ceil(u128::from(of.max(1))) as usize).min(BAR);
    format!("{}{}", "█".repeat(filled), "░".repeat(BAR - filled))
}

/// The texts themselves, one after the other, each under a line that names it.
pub(super) fn assembled(report: &Report<'_>) -> String {
    let mut out = String::new();
    for load in report.plan.loads.iter().filter(|load| !load.text.is_empty()) {
        let _ = writeln!(out, "===== {} ({})", one_line(&load.path), load.trigger.name());
        for line in load.text.lines() {
            let _ = writeln!(out, "{}", one_line(line));
        }
    }
    out
}

/// A table for a pull request or a wiki.
pub(super) fn markdown(report: &Report<'_>) -> String {
    let mut out = format!("**{} {}**\n\n", report.client.name, report.client_version);
    out.push_str("| file | when | part | tokens |\n| --- | --- | --- | ---: |\n");
    for (load, size) in report.plan.loads.iter().zip(&report.sizes) {
        let cells = [load.path.clone(), load.trigger.name().to_owned() + &via(load), load.portion.name().to_owned()];
        let cells = cells.map(|cell| escape(&one_line(&cell)));
        let _ = writeln!(out, "| {} | {} |", cells.join(" | "), thousands(size.tokens));
    }
    let _ = writeln!(out, "| **at startup** | | | **{}** |", thousands(report.startup.measured.tokens));
    if !report.touched.is_empty() {
        let _ = writeln!(
            out,
            "| **after {} touched** | | | **{}** |",
            report.touched.len(),
            thousands(report.all.measured.tokens)
        );
    }
    out
}

fn via(load: &Load) -> String {
    load.via.as_ref().map_or(String::new(), |via| format!(" ({via})"))
}

/// Nothing from a repository may be read as Markdown.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if "\\`*_{}[]<>()#+-!|@~&".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

//! Compiles every repository in a folder, in memory, and prints what came of it as Markdown tables: one row for each
//! repository, and for those with a long root what became of every token that loads at startup.
//!
//! `cargo run --release --example compile_corpus -- FOLDER`

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use ctxlint::compile::decompile::decompile;
use ctxlint::compile::plan::{Options, Profile};
use ctxlint::compile::targets::Target;
use ctxlint::compile::{Action, Compiled, compile, proof};
use ctxlint::config::Settings;
use ctxlint::lint::{self, Selection};
use ctxlint::measure::{lines, thousands};
use ctxlint::scope::Scope;
use ctxlint::tokens::{Encoding, count};
use ctxlint::workspace::{self, Workspace};
use ctxlint::world::{Disk, Overlay};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How often each repository is compiled anew to see whether the bytes stay the same.
const RUNS: usize = 20;

/// A root of more lines is long.
const LONG: u64 = 200;

/// Tokens under `balanced` and under `minimal`, by what became of them.
type Reasons = BTreeMap<String, [u64; 2]>;

/// What one profile does to one repository.
struct Outcome {
    root_after: u64,
    startup_after: u64,
    moved: [usize; 3],
    holds: bool,
    returns: bool,
    stays: bool,
    instructions: (usize, usize),
    /// Runs with one thread and with eight that gave the same bytes.
    same: usize,
    /// With the other line endings everything goes to the same places and comes back.
    endings: Result<(), String>,
    /// Rules, and those that load for each file of their scope that was tried.
    loads: (usize, usize),
    /// Findings on the result that are none on the sources.
    news: Vec<String>,
    /// Startup plans of clients in use, and how many of them grew.
    plans: (usize, usize),
    /// Tokens of sources that load at startup, by what became of them.
    reasons: BTreeMap<String, u64>,
}

fn main() {
    let Some(folder) = std::env::args().nth(1) else {
        println!("usage: compile_corpus FOLDER");
        return;
    };
    let mut repositories: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    repositories.retain(|path| path.is_dir());
    repositories.sort();
    println!(
        "| repository | root | lines | tokens | balanced | minimal | startup | balanced | minimal | rules, skills, documents |"
    );
    println!("| --- | --- | --: | --: | --: | --: | --: | --: | --: | --- |");
    let mut large: [Vec<f64>; 4] = Default::default();
    let mut reasons = Reasons::new();
    let (mut plans, mut grown) = (0, 0);
    let (mut proofs, mut returns, mut stays, mut labels) = (0, 0, 0, 0);
    let (mut same, mut endings, mut rules_tried, mut rules_loaded) = (0, 0, 0, 0);
    let (mut news, mut torn): (Vec<String>, Vec<String>) = Default::default();
    for repository in &repositories {
        let workspace = workspace::load(&Disk, repository, Settings::default(), None);
        let name = repository.file_name().unwrap().to_string_lossy().replacen("__", "/", 1);
        let (root, text) = root_of(&workspace).unwrap_or_else(|| ("none".to_owned(), String::new()));
        let tokens = count(Encoding::O200kBase, &text) as u64;
        let outcomes = [Profile::Balanced, Profile::Minimal]
            .map(|profile| outcome(repository, &workspace, profile, &root, tokens));
        let startup = startup(&workspace);
        for of in &outcomes {
            plans += of.plans.0;
            grown += of.plans.1;
            proofs += usize::from(of.holds);
            returns += usize::from(of.returns);
            stays += usize::from(of.stays);
            labels += usize::from(of.instructions.0 == of.instructions.1);
            same += usize::from(of.same == RUNS);
            match &of.endings {
                Ok(()) => endings += 1,
                Err(what) => torn.push(format!("{name}: {what}")),
            }
            rules_tried += of.loads.0;
            rules_loaded += of.loads.1;
            news.extend(of.news.iter().map(|finding| format!("{name}: {finding}")));
        }
        if lines(&text) > LONG {
            let no_source = startup.saturating_sub(outcomes[0].reasons.values().sum());
            for (at, of) in outcomes.iter().enumerate() {
                for (reason, tokens) in of.reasons.iter().chain([(&NO_SOURCE.to_owned(), &no_source)]) {
                    reasons.entry(reason.clone()).or_default()[at] += tokens;
                }
                large[at].push(saved(tokens, of.root_after));
                large[at + 2].push(saved(startup, of.startup_after));
            }
        }
        let shown = |before: u64, after: u64| {
            let percent = (saved(before, after) * 100.0).round();
            let sign = if percent > 0.0 { "-" } else { "" };
            format!("{} ({sign}{percent:.0} %)", thousands(after))
        };
        let [rules, skills, documents] = outcomes[0].moved;
        println!(
            "| {name} | {root} | {} | {} | {} | {} | {} | {} | {} | {rules}, {skills}, {documents} |",
            lines(&text),
            thousands(tokens),
            shown(tokens, outcomes[0].root_after),
            shown(tokens, outcomes[1].root_after),
            thousands(startup),
            shown(startup, outcomes[0].startup_after),
            shown(startup, outcomes[1].startup_after),
        );
    }
    println!();
    let names = ["root, balanced", "root, minimal", "startup, balanced", "startup, minimal"];
    for (name, values) in names.iter().zip(&mut large) {
        values.sort_by(f64::total_cmp);
        let median = values.get(values.len() / 2).copied().unwrap_or_default();
        println!("- {name}: median {:.0} % over {} roots of more than 200 lines", median * 100.0, values.len());
    }
    print_reasons(&reasons);
    println!(
        "- runs: {} of which the proof holds for {proofs}, the sources come back in {returns}, a second run changes nothing in {stays}, no instruction is lost in {labels}",
        2 * repositories.len()
    );
    println!("- startup plans of clients in use: {plans}, of which {grown} grew");
    println!("- the same bytes {RUNS} times, with 1 thread and with 8: {same}; with the other line endings: {endings}");
    torn.iter().for_each(|what| println!("  - {what}"));
    println!(
        "- rules that load when the first, the middle or the last file of their scope is touched: {rules_loaded} of {rules_tried}"
    );
    println!("- findings on the results that are none on the sources: {}", news.len());
    news.iter().for_each(|finding| println!("  - {finding}"));
}

/// How many of the runs, half of them with one thread, give the same bytes.
fn same_bytes(repository: &Path, options: &Options, compiled: &Compiled) -> usize {
    let run = |number: &usize| {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(if number.is_multiple_of(2) { 1 } else { 8 }).build().unwrap();
        pool.install(|| {
            let workspace = workspace::load(&Disk, repository, Settings::default(), None);
            let again = compile(&Disk, &workspace, Target::ClaudeCode, options, None);
            again.is_ok_and(|again| again.outputs == compiled.outputs && again.map == compiled.map)
        })
    };
    (0..RUNS).filter(run).count()
}

/// Whether the sources with CRLF for LF, or LF for CRLF, go to the same places and come back; else what differs.
fn with_other_endings(repository: &Path, options: &Options, compiled: &Compiled) -> Result<(), String> {
    let mut turned: BTreeMap<PathBuf, Option<Vec<u8>>> = BTreeMap::new();
    for source in &compiled.map.sources {
        let text = std::fs::read_to_string(repository.join(&source.path)).unwrap();
        let plain = text.replace("\r\n", "\n");
        let text = if plain == text { plain.replace('\n', "\r\n") } else { plain };
        turned.insert(repository.join(&source.path), Some(text.into_bytes()));
    }
    let world = Overlay { under: &Disk, files: turned.clone() };
    let workspace = workspace::load(&world, repository, Settings::default(), None);
    let other =
        compile(&world, &workspace, Target::ClaudeCode, options, None).map_err(|refusal| refusal.to_string())?;
    let read = |path: &str| other.outputs.iter().find(|(output, _)| output == path).map(|(_, bytes)| bytes.clone());
    let back = decompile(&other.map, &read).map_err(|refusal| refusal.to_string())?;
    let goes = |compiled: &Compiled| -> Vec<(String, u32, &'static str, String)> {
        let rows = compiled.moves.iter();
        rows.map(|row| (row.src.clone(), row.start_line, row.action.name(), row.dst.clone())).collect()
    };
    if !other.proof.holds() {
        return Err(other.proof.problems.join("; "));
    }
    if let Some((there, here)) = goes(&other).iter().zip(&goes(compiled)).find(|(there, here)| there != here) {
        return Err(format!("{here:?} is {there:?}"));
    }
    let comes_back = |(path, bytes): (&String, &Vec<u8>)| {
        turned.get(&repository.join(path)).is_some_and(|text| text.as_ref() == Some(bytes))
    };
    if back.sources.iter().all(comes_back) { Ok(()) } else { Err("a source does not come back".to_owned()) }
}

/// How many rules there are, and how many of them load at each touch that was tried.
fn loads(workspace: &Workspace, after: &Workspace, compiled: &Compiled) -> (usize, usize) {
    let client = Target::ClaudeCode.client();
    let rules: BTreeSet<(&str, &[String])> = compiled
        .moves
        .iter()
        .filter(|row| row.action == Action::Rule)
        .map(|row| (row.dst.as_str(), row.scope.as_slice()))
        .collect();
    let is_loaded = |(dst, scope): &&(&str, &[String])| {
        let base = dst.split(".claude/rules").next().unwrap_or_default().trim_end_matches('/');
        let scope = Scope::new(scope.iter().map(String::as_str), client.scope.unwrap());
        let files = workspace.matched(base, &scope);
        let tried = [files.first(), files.get(files.len() / 2), files.last()];
        !files.is_empty()
            && tried.into_iter().flatten().all(|file| {
                let plan = after.plan_of(client, &[file]);
                plan.loads.iter().any(|load| load.path == *dst && !load.text.is_empty())
            })
    };
    (rules.len(), rules.iter().filter(is_loaded).count())
}

/// Findings on the result that are none on the sources: neither for the same file, nor in the same words but for figures.
/// What loads once a path is touched counts only where the start was within its budget before: else a finding about the
/// start stood for it.
fn news(before: &Workspace, after: &Workspace) -> Vec<String> {
    let findings = |workspace: &Workspace| lint::run(workspace, &Selection::default()).diagnostics;
    let words = |text: &str| text.chars().filter(|c| !c.is_ascii_digit() && *c != ',').collect::<String>();
    let old = findings(before);
    let places: BTreeSet<(&str, &str)> = old.iter().map(|finding| (finding.lint, &*finding.path)).collect();
    let said: BTreeSet<(&str, String)> = old.iter().map(|finding| (finding.lint, words(&finding.message))).collect();
    let mut found: Vec<String> = Vec::new();
    for finding in findings(after) {
        let start = finding.lint.replace("path-", "startup-");
        let is_old = places.contains(&(finding.lint, &*finding.path))
            || said.contains(&(finding.lint, words(&finding.message)))
            || old.iter().any(|other| other.lint != finding.lint && other.lint == start);
        if !is_old {
            found.push(format!("{}: {}: {}", finding.path, finding.lint, finding.message));
        }
    }
    found
}

/// The longest memory file of the root, with its text.
fn root_of(workspace: &Workspace) -> Option<(String, String)> {
    let names = ["CLAUDE.md", "AGENTS.md", ".claude/CLAUDE.md"];
    let files = names.iter().filter_map(|name| workspace.real_file(name)).filter(|file| file.is_readable());
    let longest = files.max_by_key(|file| file.source.text.len())?;
    Some((longest.path.to_string(), longest.source.text.clone()))
}

/// The tokens at startup of the client that loads most.
fn startup(workspace: &Workspace) -> u64 {
    let all = workspace.plans().iter().map(|plan| workspace.plan_tokens(plan));
    all.max().unwrap_or_default()
}

/// What tokens are that stand in no source: descriptions, documents for people, files of another client.
const NO_SOURCE: &str = "descriptions of skills, agents and commands, and files that are no sources";

/// The reasons with most tokens first.
fn print_reasons(reasons: &Reasons) {
    let all: [u64; 2] = [0, 1].map(|at| reasons.values().map(|tokens| tokens[at]).sum());
    let mut rows: Vec<(&String, &[u64; 2])> = reasons.iter().collect();
    rows.sort_by_key(|(reason, tokens)| (std::cmp::Reverse(tokens[1]), *reason));
    println!("\n| tokens at startup of these roots | balanced | minimal |\n| --- | --: | --: |");
    for (reason, tokens) in rows {
        let cell = |at: usize| {
            let share = tokens[at] as f64 * 100.0 / all[at].max(1) as f64;
            format!("{} ({share:.1} %)", thousands(tokens[at]))
        };
        println!("| {reason} | {} | {} |", cell(0), cell(1));
    }
    println!();
}

/// What became of each move's tokens, for the sources that the client that loads most has at startup.
fn reasons_of(workspace: &Workspace, compiled: &Compiled) -> BTreeMap<String, u64> {
    let most = workspace.plans().iter().max_by_key(|plan| workspace.plan_tokens(plan));
    let loads = most.map_or(&[][..], |plan| plan.plan.loads.as_slice());
    let real = |path: &str| workspace.real_file(path).map(|file| file.path.to_string());
    let at_start: Vec<String> = loads.iter().filter_map(|load| real(&load.path)).collect();
    let mut found = BTreeMap::new();
    for row in compiled.moves.iter().filter(|row| at_start.contains(&row.src)) {
        let first = row.evidence.first().map_or("", String::as_str);
        let reason = match row.action {
            Action::Keep if first.contains(" scores ") => "stays: more speaks against a move than for it".to_owned(),
            Action::Keep if first.contains("imports it") => "stays: another file imports all of it".to_owned(),
            Action::Keep => format!("stays: {first}"),
            action => format!("moves to a {}", action.name()),
        };
        *found.entry(reason).or_default() += row.tokens;
    }
    found
}

fn saved(before: u64, after: u64) -> f64 {
    if before == 0 { 0.0 } else { 1.0 - after as f64 / before as f64 }
}

fn outcome(repository: &Path, workspace: &Workspace, profile: Profile, root: &str, tokens: u64) -> Outcome {
    let options = Options { profile, ..Options::default() };
    let compiled: Compiled = compile(&Disk, workspace, Target::ClaudeCode, &options, None)
        .unwrap_or_else(|refusal| panic!("{}: {refusal}", repository.display()));
    let read = |path: &str| compiled.outputs.iter().find(|(other, _)| other == path).map(|(_, bytes)| bytes.clone());
    let back = decompile(&compiled.map, &read);
    let returns = back.is_ok_and(|back| {
        back.sources.iter().all(|(path, bytes)| std::fs::read(repository.join(path)).is_ok_and(|own| own == *bytes))
    });
    let again = compile(&Disk, workspace, Target::ClaudeCode, &options, Some(&compiled.map));
    let root_after =
        read(root).map_or(tokens, |bytes| count(Encoding::O200kBase, &String::from_utf8_lossy(&bytes)) as u64);
    let moved = [Action::Rule, Action::Skill, Action::Document].map(|action| {
        let mut places: Vec<&str> =
            compiled.moves.iter().filter(|row| row.action == action).map(|row| row.dst.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        places.len()
    });
    let after = proof::after(&Disk, workspace, &compiled.outputs);
    let most = compiled.clients.iter().max_by_key(|(_, before, _)| before.tokens);
    Outcome {
        root_after,
        startup_after: most.map_or(0, |(_, _, after)| after.tokens),
        moved,
        holds: compiled.proof.holds(),
        returns,
        stays: again.is_ok_and(|again| again.outputs == compiled.outputs && again.map == compiled.map),
        instructions: (compiled.proof.instructions_before, compiled.proof.instructions_after),
        same: same_bytes(repository, &options, &compiled),
        endings: with_other_endings(repository, &options, &compiled),
        loads: loads(workspace, &after, &compiled),
        news: news(workspace, &after),
        plans: (
            compiled.clients.len(),
            compiled.clients.iter().filter(|(_, before, after)| after.tokens > before.tokens).count(),
        ),
        reasons: reasons_of(workspace, &compiled),
    }
}

//! Compiles every repository in a folder, in memory, and prints what came of it as a Markdown table.
//!
//! `cargo run --release --example compile_corpus -- FOLDER`

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use ctxlint::compile::decompile::decompile;
use ctxlint::compile::plan::{Options, Profile};
use ctxlint::compile::targets::Target;
use ctxlint::compile::{Action, Compiled, compile};
use ctxlint::config::Settings;
use ctxlint::measure::{lines, thousands};
use ctxlint::tokens::{Encoding, count};
use ctxlint::workspace::{self, Workspace};
use ctxlint::world::Disk;
use std::path::{Path, PathBuf};

/// What one profile does to one repository.
struct Outcome {
    root_after: u64,
    startup_after: u64,
    moved: [usize; 3],
    holds: bool,
    returns: bool,
    stays: bool,
    instructions: (usize, usize),
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
    let (mut proofs, mut returns, mut stays, mut labels) = (0, 0, 0, 0);
    for repository in &repositories {
        let workspace = workspace::load(&Disk, repository, Settings::default(), None);
        let name = repository.file_name().unwrap().to_string_lossy().replacen("__", "/", 1);
        let (root, text) = root_of(&workspace).unwrap_or_else(|| ("none".to_owned(), String::new()));
        let tokens = count(Encoding::O200kBase, &text) as u64;
        let outcomes = [Profile::Balanced, Profile::Minimal]
            .map(|profile| outcome(repository, &workspace, profile, &root, tokens));
        let startup = startup(&workspace);
        for of in &outcomes {
            proofs += usize::from(of.holds);
            returns += usize::from(of.returns);
            stays += usize::from(of.stays);
            labels += usize::from(of.instructions.0 == of.instructions.1);
        }
        if lines(&text) > 200 {
            for (at, of) in outcomes.iter().enumerate() {
                large[at].push(saved(tokens, of.root_after));
                large[at + 2].push(saved(startup, of.startup_after));
            }
        }
        let shown = |before: u64, after: u64| format!("{} (-{:.0} %)", thousands(after), saved(before, after) * 100.0);
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
    println!(
        "- runs: {} of which the proof holds for {proofs}, the sources come back in {returns}, a second run changes nothing in {stays}, no instruction is lost in {labels}",
        2 * repositories.len()
    );
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
    let most = compiled.clients.iter().max_by_key(|(_, before, _)| before.tokens);
    Outcome {
        root_after,
        startup_after: most.map_or(0, |(_, _, after)| after.tokens),
        moved,
        holds: compiled.proof.holds(),
        returns,
        stays: again.is_ok_and(|again| again.outputs == compiled.outputs && again.map == compiled.map),
        instructions: (compiled.proof.instructions_before, compiled.proof.instructions_after),
    }
}

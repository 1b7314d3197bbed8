//! `ctxlint compile`.

mod human;
pub(super) mod tree;
mod verify;
mod wire;

use super::{Answer, CLEAN, FINDINGS, Global, Unusable, session};
use crate::compile::forms;
use crate::compile::map::{MAP_PATH, Map};
use crate::compile::plan::{DROPPABLE, Droppable, Options, PROFILES, Profile};
use crate::compile::plan_file;
use crate::compile::targets::{self, Target};
use crate::compile::{self, Compiled};
use crate::report::map::to_json;
use crate::report::unified::unified;
use crate::workspace;
use crate::world::{Disk, Overlay, World};
use crate::write;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use tree::{Wanted, refused};

#[derive(Args, Debug)]
pub(super) struct CompileArguments {
    /// Write the compiled files and their map to this folder
    #[arg(long, value_name = "DIR", conflicts_with = "write")]
    out: Option<PathBuf>,
    /// Write the compiled files and their map in place
    #[arg(long)]
    write: bool,
    /// Write in place although changes are not committed
    #[arg(long, requires = "write")]
    allow_dirty: bool,
    /// Write the plan to this file
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Carry out the plan of this file
    #[arg(long, value_name = "FILE")]
    apply: Option<PathBuf>,
    /// The dialect to write: claude-code, agents-md, cursor, copilot or gemini
    #[arg(long, value_name = "NAME", value_parser = target)]
    target: Vec<Target>,
    /// How small the root gets: minimal, balanced or full
    #[arg(long, value_name = "NAME", value_parser = profile)]
    profile: Option<Profile>,
    /// Move no more than it takes to have at most so many tokens at startup
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// What may be dropped, its text kept in the map: duplicates, derivable or style
    #[arg(long, value_name = "KIND", value_parser = droppable)]
    drop: Vec<Droppable>,
    /// Write an index of the documents too
    #[arg(long)]
    index: bool,
    /// Fail rather than put the scope of a rule into words
    #[arg(long)]
    strict: bool,
    /// Prove what was compiled before against its map
    #[arg(long, conflicts_with_all = ["write", "plan", "apply", "frozen", "diff"])]
    verify: bool,
    /// Fail if compiling would change anything
    #[arg(long, conflicts_with_all = ["write", "plan"])]
    frozen: bool,
    /// Print the changes as a unified diff, and write nothing in place
    #[arg(long, conflicts_with = "write")]
    diff: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Human,
    Json,
}

fn target(name: &str) -> Result<Target, String> {
    let known: Vec<&str> = targets::ALL.iter().map(|target| target.name()).collect();
    Target::from_name(name).ok_or_else(|| format!("known targets: {}", known.join(", ")))
}

fn profile(name: &str) -> Result<Profile, String> {
    let known: Vec<&str> = PROFILES.iter().map(|profile| profile.name()).collect();
    Profile::from_name(name).ok_or_else(|| format!("known profiles: {}", known.join(", ")))
}

fn droppable(name: &str) -> Result<Droppable, String> {
    let known: Vec<&str> = DROPPABLE.iter().map(|kind| kind.name()).collect();
    Droppable::from_name(name).ok_or_else(|| format!("known kinds: {}", known.join(", ")))
}

pub(super) fn compile(global: &Global, arguments: &CompileArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let root = session.root.clone();
    let out = match &arguments.out {
        Some(dir) => Some(std::path::absolute(dir).map_err(|error| Unusable::new(error.to_string(), ""))?),
        None => None,
    };
    write::recover(&root).map_err(|error| Unusable::new(error.to_string(), ""))?;
    if arguments.verify {
        return verify::verify(&root, out.as_deref(), arguments.format == OutputFormat::Json);
    }
    if arguments.target.len() > 1 && out.is_none() {
        return Err(Unusable::new(
            "several targets need a folder for each",
            "use --out DIR, which gets one for each target",
        ));
    }
    let targets =
        if arguments.target.is_empty() { vec![None] } else { arguments.target.iter().copied().map(Some).collect() };
    let several = targets.len() > 1;
    let mut answers = Vec::new();
    for target in targets {
        let place = match (&out, target) {
            (Some(dir), Some(target)) if several => Some(dir.join(target.name())),
            (dir, _) => dir.clone(),
        };
        answers.push(one(&session, arguments, target, place.as_deref())?);
    }
    let code = answers.iter().map(|answer| answer.code).max().unwrap_or(CLEAN);
    let texts: Vec<String> = answers.into_iter().map(|answer| answer.text).collect();
    let text = match arguments.format {
        OutputFormat::Json if several => format!("[{}]\n", texts.join(",").trim_end()),
        _ => texts.concat(),
    };
    Ok(Answer { text, code })
}

/// Compiles for one target. `out` is the folder that the outputs go to; without it they go where the sources are.
fn one(
    session: &session::Session,
    arguments: &CompileArguments,
    target: Option<Target>,
    out: Option<&Path>,
) -> Result<Answer, Unusable> {
    let root = &session.root;
    let place = out.unwrap_or(root);
    let previous = tree::read_map(place, MAP_PATH)?;
    // What was compiled in place is looked at as it was before: compiling it again then gives the same.
    let mut edited: Vec<String> = Vec::new();
    let base = match &previous {
        Some(map) if out.is_none() => {
            tree::must_be_known(root, map)?;
            let mut decompiled = tree::restore(root, map)?;
            edited = tree::take_edited(root, map, &mut decompiled)?;
            tree::original(&decompiled)
        }
        _ => Wanted::new(),
    };
    let files = base.iter().map(|(path, bytes)| (root.join(path), bytes.clone())).collect();
    let overlay = Overlay { under: &Disk, files };
    let world: &dyn World = if base.is_empty() { &Disk } else { &overlay };
    let config =
        session.config.as_ref().map(|source| crate::source::Source::new(source.path.clone(), source.text.clone()));
    let workspace = workspace::load(world, root, session.settings.clone(), config);
    let target = target.or_else(|| previous.as_ref().and_then(|map| Target::from_name(&map.target)));
    let target = target.unwrap_or(Target::ClaudeCode);
    if let Some(map) = previous.as_ref().filter(|map| out.is_none() && map.target != target.name()) {
        let message = format!("this tree is compiled for {}", map.target);
        return Err(Unusable::new(message, "run `ctxlint decompile --write` first, or use --out DIR"));
    }
    let options = options(arguments, previous.as_ref())?;
    let compiled = compile::compile(world, &workspace, target, &options, previous.as_ref()).map_err(refused)?;
    forms::check(&compiled.map).map_err(refused)?;
    let moves = compiled.map.sources.iter().flat_map(|source| &source.rows).any(|row| row.dst != row.src);
    let changed =
        moves || compiled.outputs.iter().any(|(path, bytes)| base_bytes(world, root, path).as_ref() != Some(bytes));
    // The wanted tree: as it was, with the outputs over it.
    let mut wanted: Wanted = match (&previous, out) {
        (Some(map), Some(_)) => map.files.iter().map(|file| (file.path.clone(), None)).collect(),
        _ => base,
    };
    if changed || out.is_some() {
        wanted.extend(compiled.outputs.iter().map(|(path, bytes)| (path.clone(), Some(bytes.clone()))));
        wanted.insert(MAP_PATH.to_owned(), Some(to_json(&compiled.map).into_bytes()));
    }
    let is_source = |path: &str| compiled.map.sources.iter().any(|source| source.path == path);
    let was_output = |path: &str| {
        path == MAP_PATH
            || previous.as_ref().is_some_and(|map| {
                map.files.iter().any(|file| file.path == path) || map.sources.iter().any(|source| source.path == path)
            })
    };
    let changes = tree::changes(place, &wanted, |path| was_output(path) || out.is_none() && is_source(path))?;
    let mut text = String::new();
    let mut code = if compiled.proof.holds() { CLEAN } else { FINDINGS };
    if arguments.frozen {
        code = code.max(if changes.is_empty() { CLEAN } else { FINDINGS });
    }
    match arguments.format {
        OutputFormat::Json => text.push_str(&wire::json(&compiled)),
        OutputFormat::Human if arguments.frozen => text.push_str(&human::frozen(&changes, &edited)),
        OutputFormat::Human => text.push_str(&human::human(&compiled)),
    }
    if arguments.diff && arguments.format == OutputFormat::Human {
        text.push_str(&diff(place, &changes)?);
    }
    if let Some(path) = &arguments.plan {
        write_plan(path, &compiled)?;
        text.push_str(&said(arguments, &format!("the plan is in {}\n", path.display())));
    }
    if !compiled.proof.holds() {
        return Ok(Answer { text, code });
    }
    if arguments.frozen {
        return Ok(Answer { text, code });
    }
    if arguments.write {
        tree::must_be_clean(root, &changes, arguments.allow_dirty, |path| was_output(path) && !is_source(path))?;
    }
    if arguments.write || out.is_some() {
        let is_compiled = wanted.get(MAP_PATH).is_some_and(Option::is_some);
        let is_needed = |folder: &String| is_compiled && compiled.map.folders.contains(folder);
        let before = previous.iter().flat_map(|map| &map.folders);
        let folders: Vec<String> = before.filter(|folder| !is_needed(folder)).cloned().collect();
        tree::write(place, &changes, &folders)?;
        text.push_str(&said(arguments, &human::written(&changes, out)));
    } else {
        text.push_str(&said(arguments, human::NOT_WRITTEN));
    }
    Ok(Answer { text, code })
}

/// A remark for people; JSON stays JSON.
fn said(arguments: &CompileArguments, text: &str) -> String {
    if arguments.format == OutputFormat::Human { text.to_owned() } else { String::new() }
}

fn base_bytes(world: &dyn World, root: &Path, path: &str) -> Option<Vec<u8>> {
    world.read(&root.join(path), u64::MAX >> 1).ok()
}

/// What is asked for now, else what was asked for when the tree was compiled.
fn options(arguments: &CompileArguments, previous: Option<&Map>) -> Result<Options, Unusable> {
    let before = |map: &Map| Profile::from_name(&map.profile);
    let profile = arguments.profile.or_else(|| previous.and_then(before)).unwrap_or_default();
    let drops = match arguments.drop.as_slice() {
        [] => previous
            .map(|map| map.drops.iter().filter_map(|name| Droppable::from_name(name)).collect())
            .unwrap_or_default(),
        drops => drops.to_vec(),
    };
    let applied = match &arguments.apply {
        Some(path) => Some(read_plan(path)?),
        None => None,
    };
    Ok(Options {
        profile,
        budget: arguments.budget_tokens.or_else(|| previous.and_then(|map| map.budget)),
        drops,
        index: arguments.index || previous.is_some_and(|map| map.index),
        strict: arguments.strict,
        applied,
    })
}

/// A plan of more bytes is none.
const MAX_PLAN: u64 = 32 << 20;

fn read_plan(path: &Path) -> Result<plan_file::PlanFile, Unusable> {
    let name = path.display().to_string();
    let absolute = std::path::absolute(path).map_err(|error| Unusable::new(error.to_string(), ""))?;
    let bytes = Disk.read(&absolute, MAX_PLAN).map_err(|error| Unusable::new(format!("{name}: {error}"), ""))?;
    let text =
        String::from_utf8(bytes).map_err(|_| Unusable::new(format!("{name} is not UTF-8"), "save it as UTF-8"))?;
    plan_file::read(&name, &text).map_err(refused)
}

fn write_plan(path: &Path, compiled: &Compiled) -> Result<(), Unusable> {
    let absolute = std::path::absolute(path).map_err(|error| Unusable::new(error.to_string(), ""))?;
    let (Some(dir), Some(name)) = (absolute.parent(), absolute.file_name().and_then(|name| name.to_str())) else {
        return Err(Unusable::new(format!("{} names no file", path.display()), ""));
    };
    let text = plan_file::write(compiled);
    let there = tree::read(dir, name)?;
    if there.is_some_and(|there| there != text.as_bytes()) {
        let message = format!("{}: it is there already, and is not this plan", path.display());
        return Err(Unusable::new(message, "delete it, or name another file; --apply FILE carries out an edited plan"));
    }
    write::write(dir, name, text.as_bytes()).map_err(|error| Unusable::new(error.to_string(), ""))
}

fn diff(place: &Path, changes: &[write::Change]) -> Result<String, Unusable> {
    let mut out = String::new();
    for change in changes.iter().filter(|change| change.path != MAP_PATH) {
        let old = tree::read(place, &change.path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let new = change.bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
        out.push_str(&unified(&change.path, old.as_deref(), &new));
    }
    Ok(out)
}

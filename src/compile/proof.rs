//! The proof that nothing was lost. It is made from the map and the bytes of the outputs alone, so that it holds for what
//! lies on the disk as well as for what is about to be written.

use super::Action;
use super::emit::Emitted;
use super::map::{Map, Row, hash_of, undo};
use super::sources::Source;
use super::targets::{self, Target};
use crate::clients::Client;
use crate::load::Plan;
use crate::measure::{self, Measured};
use crate::paths::Presence;
use crate::references::links::{self, Destination};
use crate::workspace::{self, File, Workspace};
use crate::world::{Overlay, World};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// What was proved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Every byte of every source is in one row, every byte of every output in one row or template.
    pub partition: bool,
    /// Undoing the rewrites gives the bytes of the sources.
    pub fidelity: bool,
    /// Instructions in the sources.
    pub instructions_before: usize,
    /// Those whose bytes are in an output.
    pub instructions_after: usize,
    /// What was dropped, with its place and reason.
    pub drops: Vec<String>,
    /// Links that led somewhere before and do not now.
    pub links_broken: usize,
    /// How many rules have a scope that matches files.
    pub scopes_checked: usize,
    /// What does not hold.
    pub problems: Vec<String>,
}

impl Proof {
    /// Whether all of it holds.
    pub fn holds(&self) -> bool {
        self.problems.is_empty() && self.partition && self.fidelity && self.links_broken == 0
    }
}

/// What a map and its outputs say about the sources: their bytes, and whatever does not hold.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The sources that could be rebuilt, by path.
    pub sources: BTreeMap<String, Vec<u8>>,
    /// What is wrong with the cover of sources and outputs.
    pub partition: Vec<String>,
    /// What is wrong with the bytes.
    pub fidelity: Vec<String>,
}

/// Checks a map against outputs. `read` gives the bytes of an output.
pub fn check_map(map: &Map, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Checked {
    let mut checked = Checked::default();
    let mut bytes_of: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for file in &map.files {
        let Some(bytes) = read(&file.path) else {
            checked.fidelity.push(format!("{}: it is in the map, and not there", file.path));
            continue;
        };
        if hash_of(&bytes) != file.hash {
            checked.fidelity.push(format!("{}: it was edited after it was compiled", file.path));
        }
        cover_of_output(map, &file.path, &bytes, &file.made, &mut checked.partition);
        bytes_of.insert(&file.path, bytes);
    }
    for source in &map.sources {
        let mut at = 0;
        let mut rebuilt: Vec<u8> = Vec::new();
        let mut whole = true;
        for row in &source.rows {
            if row.start != at || row.end < row.start {
                let what = if row.start > at { "a gap" } else { "an overlap" };
                checked.partition.push(format!("{}: {what} at byte {at}", source.path));
            }
            at = row.end;
            match text_of(row, &bytes_of) {
                Some(text) if hash_of(&text) == row.hash => rebuilt.extend(text),
                _ => {
                    whole = false;
                    let place = if row.dst.is_empty() { "the map" } else { &row.dst };
                    checked.fidelity.push(format!(
                        "{}:{}-{}: {place} does not give these lines back",
                        source.path, row.start_line, row.end_line
                    ));
                }
            }
        }
        if at != source.bytes {
            checked.partition.push(format!("{}: the rows end at byte {at} of {}", source.path, source.bytes));
        }
        if whole && hash_of(&rebuilt) != source.hash {
            checked.fidelity.push(format!("{}: the rows do not make up the source", source.path));
        } else if whole {
            checked.sources.insert(source.path.clone(), rebuilt);
        }
    }
    checked
}

fn text_of(row: &Row, bytes_of: &BTreeMap<&str, Vec<u8>>) -> Option<Vec<u8>> {
    if let Some(text) = &row.text {
        return (!row.reason.is_empty()).then(|| text.as_bytes().to_vec());
    }
    let bytes = bytes_of.get(row.dst.as_str())?;
    let range = usize::try_from(row.dst_start).ok()?..usize::try_from(row.dst_end).ok()?;
    undo(row, bytes.get(range)?)
}

/// Every byte of an output is in one row or in one template.
fn cover_of_output(map: &Map, path: &str, bytes: &[u8], made: &[super::map::Made], problems: &mut Vec<String>) {
    let rows = map.sources.iter().flat_map(|source| &source.rows).filter(|row| row.dst == path && row.text.is_none());
    let mut spans: Vec<(u64, u64)> = rows.map(|row| (row.dst_start, row.dst_end)).collect();
    for piece in made {
        spans.push((piece.at, piece.at + piece.text.len() as u64));
        let start = usize::try_from(piece.at).unwrap_or(usize::MAX);
        let end = start.saturating_add(piece.text.len());
        if bytes.get(start..end) != Some(piece.text.as_bytes()) {
            problems.push(format!("{path}: byte {start} does not hold the template `{}`", piece.template));
        }
    }
    spans.sort_unstable();
    let mut at = 0;
    for (start, end) in spans {
        if start != at || end < start {
            problems.push(format!("{path}: byte {at} is in no row, or in two"));
            return;
        }
        at = end;
    }
    if at != bytes.len() as u64 {
        problems.push(format!("{path}: the rows end at byte {at} of {}", bytes.len()));
    }
}

/// The workspace with the outputs in it.
pub fn after(world: &dyn World, workspace: &Workspace, outputs: &[(String, Vec<u8>)]) -> Workspace {
    let overlay = over(world, workspace, outputs);
    workspace::load_beside(&overlay, workspace.settings.clone(), None, workspace, &|_| {})
}

fn over<'a>(world: &'a dyn World, workspace: &Workspace, outputs: &[(String, Vec<u8>)]) -> Overlay<'a> {
    let changed = outputs.iter().map(|(path, bytes)| (workspace.root.join(path), Some(bytes.clone()))).collect();
    Overlay { under: world, files: changed }
}

/// What loads at startup in each used client, before and after.
pub fn by_client(before: &Workspace, after: &Workspace) -> Vec<(&'static Client, Measured, Measured)> {
    let size = |workspace: &Workspace, client| startup_of(workspace, client);
    before.clients.iter().map(|client| (*client, size(before, client), size(after, client))).collect()
}

/// What loads at startup in the target's client.
pub fn startup(workspace: &Workspace, target: Target) -> Measured {
    startup_of(workspace, target.client())
}

fn startup_of(workspace: &Workspace, client: &'static Client) -> Measured {
    let plan = workspace.plan_of(client, &[]);
    let counts = measure::instructions_of(&plan, |load| workspace.real_file(&load.path));
    let mut total = Measured::default();
    for (load, counted) in plan.loads.iter().zip(&counts) {
        let size = measure::measure(workspace.encoding(), &load.text);
        total.bytes += size.bytes;
        total.lines += size.lines;
        total.tokens += size.tokens;
        total.instructions += counted.distinct;
    }
    total
}

/// Proves an emission: [`Proof::problems`] says what does not hold.
pub fn prove(
    world: &dyn World,
    workspace: &Workspace,
    after: &Workspace,
    sources: &[Source<'_>],
    emitted: &Emitted,
    target: Target,
) -> Proof {
    let read = |path: &str| emitted.outputs.iter().find(|(other, _)| other == path).map(|(_, bytes)| bytes.clone());
    let checked = check_map(&emitted.map, &read);
    let mut proof =
        Proof { partition: checked.partition.is_empty(), fidelity: checked.fidelity.is_empty(), ..Proof::default() };
    proof.problems.extend(checked.partition);
    proof.problems.extend(checked.fidelity);
    for source in sources {
        let Some(mapped) = emitted.map.sources.iter().find(|mapped| mapped.path == source.path()) else { continue };
        if checked.sources.get(source.path()).map(Vec::as_slice) != Some(source.text().as_bytes()) {
            proof.problems.push(format!("{}: it does not come back", source.path()));
        }
        count_instructions(source, &mapped.rows, &mut proof);
    }
    proof.links_broken = broken_links(world, workspace, after, emitted, sources);
    check_scopes(workspace, after, sources, emitted, target, &mut proof);
    proof
}

fn count_instructions(source: &Source<'_>, rows: &[Row], proof: &mut Proof) {
    for item in source.instructions() {
        proof.instructions_before += 1;
        let holds = |row: &&Row| row.start <= u64::from(item.span.start) && u64::from(item.span.end) <= row.end;
        match rows.iter().find(holds) {
            Some(row) if row.text.is_none() => proof.instructions_after += 1,
            Some(_) => {}
            None => {
                let line = source.file.source.position(item.span.start).line;
                proof.problems.push(format!("{}:{line}: an instruction is torn", source.path()));
            }
        }
    }
    for row in rows.iter().filter(|row| row.text.is_some()) {
        proof.drops.push(format!("{}:{}-{}: {}", source.path(), row.start_line, row.end_line, row.reason));
    }
}

/// Links of the outputs that lead nowhere or out of the root, beyond those of the sources.
fn broken_links(
    world: &dyn World,
    workspace: &Workspace,
    after: &Workspace,
    emitted: &Emitted,
    sources: &[Source<'_>],
) -> usize {
    let count = |workspace: &Workspace, file: &File, wanted: Presence| {
        let found = links::links(file).filter(|link| match &link.destination {
            Destination::Path(path) => links::presence(&workspace.index, &file.path, path) == wanted,
            _ => false,
        });
        found.count()
    };
    let overlay = over(world, workspace, &emitted.outputs);
    let read = |(path, _): &(String, Vec<u8>)| workspace::read_document(&overlay, after, &Arc::from(path.as_str()));
    let outputs: Vec<File> = emitted.outputs.iter().map(read).collect();
    let in_map = |source: &&Source<'_>| emitted.map.sources.iter().any(|mapped| mapped.path == source.path());
    let broken = |wanted: Presence| {
        let before: usize = sources.iter().filter(in_map).map(|source| count(workspace, source.file, wanted)).sum();
        let now: usize = outputs.iter().map(|file| count(after, file, wanted)).sum();
        now.saturating_sub(before)
    };
    broken(Presence::Missing) + broken(Presence::Beyond)
}

/// Each rule matches a file, and loads when one of its files is touched.
fn check_scopes(
    workspace: &Workspace,
    after: &Workspace,
    sources: &[Source<'_>],
    emitted: &Emitted,
    target: Target,
    proof: &mut Proof,
) {
    let mut seen: HashSet<(&str, &[String])> = HashSet::new();
    // Each rule with the first file of its scope.
    let mut rules: Vec<(&str, &str)> = Vec::new();
    for (source, row) in emitted.map.sources.iter().flat_map(|source| source.rows.iter().map(move |row| (source, row)))
    {
        if row.action != Action::Rule.name() || !seen.insert((row.dst.as_str(), row.scope.as_slice())) {
            continue;
        }
        let base = sources.iter().find(|other| other.path() == source.path).map_or("", |source| source.base.as_str());
        let files = targets::matched(workspace, base, &row.scope);
        let Some(first) = files.first() else {
            proof.problems.push(format!("{}: `{}` matches no file", row.dst, row.scope.join(", ")));
            continue;
        };
        proof.scopes_checked += 1;
        if !(row.dst.starts_with("docs/") || row.dst.contains("/docs/agents/")) {
            rules.push((row.dst.as_str(), first));
        }
    }
    let loads = |plan: &Plan, rule: &str| plan.loads.iter().any(|load| load.path == rule && !load.text.is_empty());
    // All in one session first: what loads at the touch of its own file loads at that touch alone too.
    let touched: Vec<&str> = rules.iter().map(|(_, first)| *first).collect();
    let session = match target {
        Target::AgentsMd => Plan::default(),
        _ => after.plan_of(target.client(), &touched),
    };
    let own: HashSet<(&str, usize)> = session
        .loads
        .iter()
        .filter(|load| !load.text.is_empty())
        .filter_map(|load| Some((load.path.as_str(), load.touch?)))
        .collect();
    for (at, (rule, first)) in rules.iter().enumerate() {
        let is_loaded = own.contains(&(*rule, at))
            || match target {
                // Codex takes the files between the root and its start, and none later.
                Target::AgentsMd => loads(&after.plan_at(target.client(), crate::paths::parent(rule)), rule),
                _ => loads(&after.plan_of(target.client(), &[*first]), rule),
            };
        if !is_loaded {
            proof.problems.push(format!("{rule}: it does not load when {first} is touched"));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::compile::plan::{Options, Profile};
    use crate::compile::sources::sources;
    use crate::config::Settings;
    use crate::world::Memory;
    use std::path::Path;

    #[test]
    fn a_link_that_leads_out_of_the_root_only_now_is_broken() {
        let long = "The server reads orders from a queue, which is filled by the front. Orders are kept for a year.\n"
            .repeat(4);
        let text =
            format!("# Shop\n\nA shop.\n\n## Architecture\n\n{long}See [it](src/main.rs).\n\n## Rules\n\nBe kind.\n");
        let mut world = Memory::default();
        world.add("/repo/CLAUDE.md", text.as_str());
        world.add("/repo/src/main.rs", "text\n");
        let workspace = workspace::load(&world, Path::new("/repo"), Settings::default(), None);
        let options = Options { profile: Profile::Minimal, ..Options::default() };
        let compiled = crate::compile::compile(&world, &workspace, Target::ClaudeCode, &options, None).unwrap();
        let sources = sources(&workspace, Target::ClaudeCode).unwrap();
        let broken = |to: &str| {
            let mut emitted =
                Emitted { map: compiled.map.clone(), outputs: compiled.outputs.clone(), losses: Vec::new() };
            for (_, bytes) in &mut emitted.outputs {
                *bytes = String::from_utf8(bytes.clone()).unwrap().replace("../../src/main.rs", to).into_bytes();
            }
            let after = after(&world, &workspace, &emitted.outputs);
            broken_links(&world, &workspace, &after, &emitted, &sources)
        };
        assert_eq!(broken("../../src/main.rs"), 0);
        assert_eq!(broken("../../src/other.rs"), 1);
        assert_eq!(broken("../../../src/main.rs"), 1);
    }
}

//! Codex CLI's plan.

use super::listing::{collate, frontmatter_text, listed, read};
use super::reader::{Reader, folders_between};
use super::{Compaction, ListingBudget, Load, Plan, PlanProblem, Portion, Request, Trigger};
use crate::clients::{Role, codex};
use crate::world::World;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The largest settings file that is read, in bytes: a guard.
const MAX_CONFIG: u64 = 1 << 20;

struct Config {
    max_bytes: usize,
    fallbacks: Vec<String>,
}

pub(super) fn plan<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Plan {
    let reader = Reader { world, request };
    let mut plan = Plan::default();
    let config = config(&reader, &mut plan.problems);
    let top = reader.git_root().unwrap_or_else(|| request.cwd.to_path_buf());
    let mut folders = vec![top.clone()];
    folders.extend(folders_between(&top, &request.cwd.join("x")));
    folders.retain(|dir| request.machine.is_some() || dir.starts_with(request.root));
    skills(&reader, &folders, &mut plan);
    if let Some(machine) = request.machine {
        let names = ["AGENTS.override.md", "AGENTS.md"];
        let files = names.map(|name| machine.home.join(".codex").join(name));
        let found = files.into_iter().find_map(|path| {
            let text = reader.raw(&path, u64::MAX >> 1)?;
            (!text.trim().is_empty()).then_some((path, text))
        });
        if let Some((path, text)) = found {
            plan.loads.push(memory(&reader, &path, Portion::Full, text));
        }
    }
    let mut left = config.max_bytes;
    for dir in &folders {
        let names = ["AGENTS.override.md", "AGENTS.md"].into_iter().chain(config.fallbacks.iter().map(String::as_str));
        let Some(path) = names.map(|name| dir.join(name)).find(|path| reader.is_file(path)) else { continue };
        let Ok(mut bytes) = reader.world.read(&path, u64::MAX >> 1) else { continue };
        if String::from_utf8_lossy(&bytes).trim().is_empty() {
            continue;
        }
        let portion = match bytes.len() {
            length if length <= left => Portion::Full,
            _ if left == 0 => Portion::None,
            _ => Portion::Head,
        };
        bytes.truncate(left);
        left -= bytes.len();
        // The cut may fall into a character, of which the client passes on a replacement that no file holds.
        if let Err(error) = std::str::from_utf8(&bytes)
            && portion == Portion::Head
            && error.error_len().is_none()
        {
            bytes.truncate(error.valid_up_to());
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        plan.loads.push(memory(&reader, &path, portion, text));
    }
    plan
}

fn memory(reader: &Reader<'_>, path: &Path, portion: Portion, text: String) -> Load {
    Load {
        path: reader.shown(path),
        role: Role::Memory,
        trigger: Trigger::Startup,
        touch: None,
        via: None,
        portion,
        text,
        compaction: Compaction::Kept,
    }
}

fn config(reader: &Reader<'_>, problems: &mut Vec<PlanProblem>) -> Config {
    let mut config = Config { max_bytes: codex::MAX_PROJECT_BYTES, fallbacks: Vec::new() };
    let Some(machine) = reader.request.machine else { return config };
    let path = machine.home.join(".codex/config.toml");
    let Some(text) = reader.raw(&path, MAX_CONFIG) else { return config };
    let table = match DeTable::parse(&text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            problems.push(PlanProblem { path: reader.shown(&path), message: error.message().to_owned() });
            return config;
        }
    };
    if let Some(bytes) = table.get("project_doc_max_bytes").and_then(|value| value.get_ref().as_integer()) {
        config.max_bytes = usize::from_str_radix(&bytes.as_str().replace('_', ""), bytes.radix()).unwrap_or(0);
    }
    let names = table.get("project_doc_fallback_filenames").and_then(|value| value.get_ref().as_array());
    let names = names.into_iter().flat_map(|names| names.iter());
    config.fallbacks = names.filter_map(|name| name.get_ref().as_str().map(str::to_owned)).collect();
    config
}

struct Skill {
    path: PathBuf,
    name: String,
    description: String,
    cut: bool,
}

fn skills(reader: &Reader<'_>, folders: &[PathBuf], plan: &mut Plan) {
    let mut skills = Vec::new();
    for dir in folders {
        for place in [".agents/skills", ".codex/skills"] {
            find(reader, &dir.join(place), 0, &mut skills);
        }
    }
    skills.sort_by(|a: &Skill, b| collate(&a.name, &b.name));
    let mut user = Vec::new();
    if let Some(machine) = reader.request.machine {
        for place in [".agents/skills", ".codex/skills"] {
            find(reader, &machine.home.join(place), 0, &mut user);
        }
    }
    user.sort_by(|a, b| collate(&a.name, &b.name));
    skills.extend(user);
    if skills.is_empty() {
        return;
    }
    let lines: Vec<(String, String)> = skills
        .iter()
        .map(|skill| (format!("- {}: ", skill.name), format!(" ({})", reader.shown(&skill.path))))
        .collect();
    let fixed: usize = lines.iter().map(|(head, tail)| head.chars().count() + tail.chars().count() + 1).sum();
    let lengths: Vec<usize> = skills.iter().map(|skill| skill.description.chars().count()).collect();
    let wanted = fixed + lengths.iter().sum::<usize>();
    let room = codex::MAX_SKILL_LISTING.saturating_sub(fixed);
    let each = if wanted > codex::MAX_SKILL_LISTING { even_share(&lengths, room) } else { usize::MAX };
    let over = skills.iter().zip(&lengths).filter(|(_, length)| **length > each);
    let dropped = over.map(|(skill, _)| reader.shown(&skill.path)).collect();
    plan.skill_listing = Some(ListingBudget {
        chars: codex::MAX_SKILL_LISTING,
        each: codex::MAX_SKILL_DESCRIPTION,
        bundled: 0,
        wanted,
        dropped,
    });
    for (skill, (head, tail)) in skills.iter().zip(lines) {
        let description: String = skill.description.chars().take(each).collect();
        let cut = skill.cut || description.len() < skill.description.len();
        let portion = if cut { Portion::Head } else { Portion::Description };
        plan.loads.push(listed(reader, &skill.path, Role::Skill, format!("{head}{description}{tail}"), portion));
    }
}

/// The longest length at which all fit into `room` when the longer ones are cut to it.
fn even_share(lengths: &[usize], room: usize) -> usize {
    let mut sorted = lengths.to_vec();
    sorted.sort_unstable();
    let mut left = room;
    for (at, length) in sorted.iter().enumerate() {
        let share = left / (sorted.len() - at);
        if *length > share {
            return share;
        }
        left -= length;
    }
    usize::MAX
}

/// Every `SKILL.md` in a folder below `dir`, hidden folders aside.
fn find(reader: &Reader<'_>, dir: &Path, depth: usize, found: &mut Vec<Skill>) {
    if depth >= codex::MAX_SKILL_DEPTH {
        return;
    }
    for (folder, path) in reader.folders(dir).into_iter().filter(|(name, _)| !name.starts_with('.')) {
        let file = path.join("SKILL.md");
        if !reader.is_file(&file) {
            find(reader, &path, depth + 1, found);
            continue;
        }
        let Some(read) = read(reader, &file) else { continue };
        let (text, document) = (read.text(), read.document());
        let Some(description) = frontmatter_text(text, document, "description") else { continue };
        let name = frontmatter_text(text, document, "name").unwrap_or(folder);
        let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
        let cut = description.chars().count() > codex::MAX_SKILL_DESCRIPTION;
        let description = match cut {
            true => description.chars().take(codex::MAX_SKILL_DESCRIPTION).chain("...".chars()).collect(),
            false => description,
        };
        found.push(Skill { path: file, name, description, cut });
    }
}

//! Claude Code's settings, as far as they decide what loads.

use super::PlanProblem;
use super::reader::Reader;
use crate::clients::{ScopeGrammar, claude_code};
use crate::model::{Node, NodeKind};
use crate::scope::Scope;
use std::collections::BTreeMap;
use std::path::Path;

/// How `claudeMdExcludes` matches: whole absolute paths.
static EXCLUDES: ScopeGrammar =
    ScopeGrammar { commas: false, ..ScopeGrammar::paths("claudeMdExcludes", false, claude_code::MEASURED) };

/// What the settings files say together.
pub(super) struct Settings {
    excludes: Option<Scope>,
    pub(super) claude_md: Option<String>,
    pub(super) listing_fraction: f64,
    pub(super) max_description: usize,
    pub(super) overrides: BTreeMap<String, String>,
    pub(super) bundled_skills: bool,
    pub(super) auto_memory: bool,
    pub(super) auto_memory_dir: Option<String>,
    pub(super) output_style: Option<String>,
    pub(super) external_approved: bool,
}

impl Settings {
    /// Whether a file may not load. `path` is absolute.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        let Some(scope) = &self.excludes else { return false };
        scope.matches(super::reader::slashed(path).trim_start_matches('/'))
    }
}

/// Reads what applies at the start folder, from the weakest to the strongest.
pub(super) fn read(reader: &Reader<'_>, project: &Path, problems: &mut Vec<PlanProblem>) -> Settings {
    let request = reader.request;
    let mut files = Vec::new();
    if let Some(machine) = request.machine {
        files.push(machine.home.join(".claude/settings.json"));
    }
    files.push(request.cwd.join(".claude/settings.json"));
    if request.personal || request.machine.is_some() {
        files.push(project.join(".claude/settings.local.json"));
    }
    let mut settings = Settings {
        excludes: None,
        claude_md: None,
        listing_fraction: claude_code::SKILL_LISTING_FRACTION,
        max_description: claude_code::MAX_SKILL_DESCRIPTION,
        overrides: BTreeMap::new(),
        bundled_skills: true,
        auto_memory: true,
        auto_memory_dir: None,
        output_style: None,
        external_approved: false,
    };
    let mut excludes: Vec<String> = Vec::new();
    for path in files {
        if let Some(node) = reader.json(&path, problems) {
            apply(&mut settings, &mut excludes, &node);
        }
    }
    if let Some(machine) = request.machine {
        if let Some(node) = reader.json(&machine.managed.join("managed-settings.json"), problems) {
            settings.claude_md = node.get("claudeMd").and_then(|entry| entry.value.as_str()).map(str::to_owned);
            apply(&mut settings, &mut excludes, &node);
        }
        // The file holds a whole history besides; it is no settings file, so its errors are nobody's problem.
        let state = reader.json(&machine.home.join(".claude.json"), &mut Vec::new());
        settings.external_approved = state.is_some_and(|state| is_approved(&state, &[project, request.cwd]));
    }
    if !excludes.is_empty() {
        settings.excludes = Some(Scope::new(excludes.iter().map(String::as_str), &EXCLUDES));
    }
    settings
}

fn is_approved(state: &Node, folders: &[&Path]) -> bool {
    let Some(projects) = state.get("projects") else { return false };
    folders.iter().any(|dir| {
        let project = projects.value.get(&super::reader::slashed(dir));
        let flag = project.and_then(|project| project.value.get("hasClaudeMdExternalIncludesApproved"));
        flag.is_some_and(|flag| flag.value.kind == NodeKind::Bool(true))
    })
}

fn apply(settings: &mut Settings, excludes: &mut Vec<String>, node: &Node) {
    for entry in node.entries() {
        let value = &entry.value;
        match (&*entry.key, &value.kind) {
            ("claudeMdExcludes", _) => {
                excludes.extend(value.items().iter().filter_map(Node::as_str).map(str::to_owned));
            }
            ("skillListingBudgetFraction", NodeKind::Number(fraction)) if *fraction > 0.0 && *fraction <= 1.0 => {
                settings.listing_fraction = *fraction;
            }
            ("skillListingMaxDescChars", NodeKind::Number(chars)) if *chars >= 0.0 => {
                settings.max_description = *chars as usize;
            }
            ("skillOverrides", _) => {
                let text =
                    |entry: &crate::model::Entry| Some((entry.key.to_string(), entry.value.as_str()?.to_owned()));
                settings.overrides.extend(value.entries().iter().filter_map(text));
            }
            ("disableBundledSkills", NodeKind::Bool(off)) => settings.bundled_skills = !off,
            ("autoMemoryEnabled", NodeKind::Bool(on)) => settings.auto_memory = *on,
            ("autoMemoryDirectory", _) => settings.auto_memory_dir = value.as_str().map(str::to_owned),
            ("outputStyle", _) => settings.output_style = value.as_str().map(str::to_owned),
            _ => {}
        }
    }
}

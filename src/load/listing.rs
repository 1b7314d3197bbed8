//! Skills, commands and subagents, which load by name and description.

use super::claude::{Scoped, scoped};
use super::reader::{FileText, Read, Reader};
use super::settings::Settings;
use super::{Compaction, ListingBudget, Load, Portion, Trigger};
use crate::clients::{Role, claude_code};
use crate::model::{Document, NodeKind};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The largest skill, command or agent that is read, in bytes: a guard, no client's fact.
const MAX_BYTES: u64 = 4 << 20;

/// One line of a listing to be.
pub(super) struct Entry {
    pub(super) path: PathBuf,
    pub(super) is_skill: bool,
    /// The name by which it is called.
    name: String,
    /// The label, where it differs.
    label: Option<String>,
    description: String,
    /// The description is longer than an entry may be.
    cut: bool,
    name_only: bool,
    pub(super) scope: Option<Scoped>,
}

impl Entry {
    /// The line, with or without the description.
    pub(super) fn line(&self, described: bool) -> String {
        let label = self.label.as_ref().map_or(String::new(), |label| format!(" ({label})"));
        if described && !self.name_only {
            format!("- {}{label}: {}", self.name, self.description)
        } else {
            format!("- {}{label}", self.name)
        }
    }

    pub(super) fn load(&self, reader: &Reader<'_>, text: String, portion: Portion) -> Load {
        let role = if self.is_skill { Role::Skill } else { Role::Command };
        listed(reader, &self.path, role, text, portion)
    }
}

pub(super) fn listed(reader: &Reader<'_>, path: &Path, role: Role, text: String, portion: Portion) -> Load {
    Load {
        path: reader.shown(path),
        role,
        trigger: Trigger::Listing,
        touch: None,
        via: None,
        portion,
        text,
        compaction: if role == Role::Agent { Compaction::Kept } else { Compaction::Lost },
    }
}

/// What Claude Code lists.
pub(super) struct Claude<'a, 'r> {
    pub(super) reader: &'a Reader<'r>,
    pub(super) settings: &'a Settings,
    pub(super) version: &'a str,
}

/// Where skills, commands and agents are looked for.
pub(super) struct Folders {
    /// Managed, then the user's: each holds `.claude`.
    above: Vec<PathBuf>,
    /// The project's, the nearest first.
    project: Vec<PathBuf>,
}

impl Claude<'_, '_> {
    /// From the start up to the git root, or to the top where there is none.
    pub(super) fn folders(&self, git: Option<&Path>) -> Folders {
        let mut project = self.reader.folders_to_start();
        project.reverse();
        if let Some(git) = git {
            project.retain(|dir| dir.starts_with(git));
        }
        let machine = self.reader.request.machine;
        let above = machine.map_or(Vec::new(), |machine| vec![machine.managed.into(), machine.home.into()]);
        project.retain(|dir| !above.contains(dir));
        Folders { above, project }
    }

    pub(super) fn skills(&self, folders: &Folders) -> Vec<Entry> {
        let newer = claude_code::NEWER.contains(self.version);
        let mut all: Vec<Entry> = Vec::new();
        let mut real = BTreeSet::new();
        let above = folders.above.iter().map(|dir| (dir, self.reader.request.cwd));
        for (dir, anchor) in above.chain(folders.project.iter().map(|dir| (dir, dir.as_path()))) {
            for entry in self.skills_in(&dir.join(".claude/skills"), anchor) {
                let taken = newer && all.iter().any(|known| known.name == entry.name);
                if !taken && real.insert(self.reader.real(&entry.path)) {
                    all.push(entry);
                }
            }
        }
        all
    }

    /// The skills directly in one folder, in the order of the listing.
    pub(super) fn skills_in(&self, dir: &Path, anchor: &Path) -> Vec<Entry> {
        let mut folders = self.reader.folders(dir);
        folders.sort_by(|a, b| collate(&a.0, &b.0));
        let entry = |(name, path): (String, PathBuf)| self.entry(path.join("SKILL.md"), name, Some(anchor));
        folders.into_iter().filter_map(entry).collect()
    }

    /// Commands, which newer versions leave out where a skill has the same name.
    pub(super) fn commands(&self, folders: &Folders, skills: &[Entry]) -> Vec<Entry> {
        let newer = claude_code::NEWER.contains(self.version);
        let mut all: Vec<Entry> = Vec::new();
        for dir in folders.above.iter().chain(&folders.project) {
            let top = dir.join(".claude/commands");
            for path in self.reader.tree(&top, &|name| name.ends_with(".md")) {
                let Ok(inside) = path.strip_prefix(&top) else { continue };
                let name = super::reader::slashed(inside).trim_end_matches(".md").replace('/', ":");
                let taken = newer && skills.iter().chain(&all).any(|known| known.name == name);
                if !taken && let Some(entry) = self.entry(path, name, None) {
                    all.push(entry);
                }
            }
        }
        all.sort_by(|a, b| collate(&a.name, &b.name));
        all
    }

    /// A skill where `anchor` is given, else a command. `None` when the model does not see it.
    fn entry(&self, path: PathBuf, name: String, anchor: Option<&Path>) -> Option<Entry> {
        let Read::Text(file) = self.reader.read(&path, MAX_BYTES) else { return None };
        let (text, document) = (file.text(), file.document());
        let setting = self.settings.overrides.get(&name).map(String::as_str);
        if is_unlisted(document) || matches!(setting, Some("off" | "user-invocable-only")) {
            return None;
        }
        let is_skill = anchor.is_some();
        let description = listed_description(text, document, is_skill);
        let (description, cut) = cut_utf16(description, self.settings.max_description);
        let description = description.replace('<', "&lt;").replace('>', "&gt;");
        let label = frontmatter_text(text, document, "name").filter(|label| is_skill && *label != name);
        let scope = anchor.and_then(|anchor| scoped(text, document, anchor, self.version));
        Some(Entry { path, is_skill, name, label, description, cut, name_only: setting == Some("name-only"), scope })
    }

    /// The lines, with descriptions dropped that do not fit: each takes what it needs while there is room for it.
    pub(super) fn list(&self, entries: &[Entry]) -> (Vec<Load>, Option<ListingBudget>) {
        let window = self.reader.request.window;
        let per_token = if window >= claude_code::SKILL_LISTING_LARGE_WINDOW { 3.0 } else { 4.0 };
        let chars = (window as f64 * self.settings.listing_fraction * per_token) as usize;
        let (older, newer) = claude_code::BUNDLED_SKILLS_CHARS;
        let bundled = match self.settings.bundled_skills {
            true if claude_code::NEWER.contains(self.version) => newer,
            true => older,
            false => 0,
        };
        let mut budget =
            ListingBudget { chars, each: self.settings.max_description, bundled, wanted: 0, dropped: Vec::new() };
        let mut left = chars.saturating_sub(bundled);
        let mut loads = Vec::with_capacity(entries.len());
        for entry in entries {
            let line = entry.line(true);
            let length = line.chars().count() + 1;
            budget.wanted += length;
            if length <= left {
                left -= length;
                let portion = match entry {
                    entry if entry.name_only => Portion::None,
                    entry if entry.cut => Portion::Head,
                    _ => Portion::Description,
                };
                loads.push(entry.load(self.reader, line, portion));
                continue;
            }
            budget.dropped.push(self.reader.shown(&entry.path));
            loads.push(entry.load(self.reader, entry.line(false), Portion::None));
        }
        let budget = if entries.is_empty() { None } else { Some(budget) };
        (loads, budget)
    }

    /// The subagents, by name. Without a name or a description one is left out.
    pub(super) fn agents(&self, folders: &Folders) -> Vec<Load> {
        let mut by_name: BTreeMap<String, (PathBuf, String)> = BTreeMap::new();
        let managed = folders.above.iter().take(1);
        let user = folders.above.iter().skip(1);
        for dir in managed.chain(&folders.project).chain(user) {
            for path in self.reader.tree(&dir.join(".claude/agents"), &|name| name.ends_with(".md")) {
                let Read::Text(file) = self.reader.read(&path, MAX_BYTES) else { continue };
                let (text, document) = (file.text(), file.document());
                let Some(name) = frontmatter_text(text, document, "name") else { continue };
                let Some(description) = frontmatter_text(text, document, "description") else { continue };
                if name.starts_with('-') || name.contains(':') {
                    continue;
                }
                let tools = tools(text, document);
                let line = format!("- {name}: {description} (Tools: {tools})");
                by_name.entry(name).or_insert((path, line));
            }
        }
        let mut agents: Vec<_> = by_name.into_iter().collect();
        agents.sort_by(|a, b| collate(&a.0, &b.0));
        let load = |(_, (path, line)): (String, (PathBuf, String))| {
            listed(self.reader, &path, Role::Agent, line, Portion::Description)
        };
        agents.into_iter().map(load).collect()
    }

    /// The output style that the settings name, without its frontmatter.
    pub(super) fn output_style(&self, folders: &Folders, name: &str) -> Option<(PathBuf, String)> {
        let managed = folders.above.iter().take(1);
        let user = folders.above.iter().skip(1);
        for dir in managed.chain(&folders.project).chain(user) {
            for path in self.reader.tree(&dir.join(".claude/output-styles"), &|file| file.ends_with(".md")) {
                let Read::Text(file) = self.reader.read(&path, MAX_BYTES) else { continue };
                let (text, document) = (file.text(), file.document());
                let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                if frontmatter_text(text, document, "name").or(stem).as_deref() == Some(name) {
                    return Some((path, document.body.slice(text).to_owned()));
                }
            }
        }
        None
    }
}

/// Whether a skill or command keeps itself out of Claude Code's listing.
pub fn is_unlisted(document: &Document) -> bool {
    is_true(document, "disable-model-invocation")
}

/// What Claude Code lists a skill or command under, before it is cut: its description, else the first line of its body,
/// and when to use it.
pub fn listed_description(text: &str, document: &Document, is_skill: bool) -> String {
    let first_line = || first_line(text, document).unwrap_or_else(|| if is_skill { "Skill" } else { "" }.to_owned());
    let mut description = frontmatter_text(text, document, "description").unwrap_or_else(first_line);
    if let Some(when) = frontmatter_text(text, document, "when_to_use") {
        description = format!("{description} - {when}");
    }
    description.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tools(text: &str, document: &Document) -> String {
    let list = document.frontmatter_value("tools").map(|entry| {
        let items = entry.value.items().iter().filter_map(|item| item.as_str());
        items.collect::<Vec<_>>().join(", ")
    });
    let list = list.filter(|list| !list.is_empty());
    list.or_else(|| frontmatter_text(text, document, "tools")).unwrap_or_else(|| "All tools".to_owned())
}

/// A frontmatter value as text: a string that is not blank, or a number or boolean as it is written.
pub(super) fn frontmatter_text(text: &str, document: &Document, key: &str) -> Option<String> {
    let value = &document.frontmatter_value(key)?.value;
    let found = match &value.kind {
        NodeKind::String { value, .. } => value.trim().to_owned(),
        NodeKind::Number(_) | NodeKind::Bool(_) => value.span.slice(text).trim().to_owned(),
        _ => return None,
    };
    (!found.is_empty()).then_some(found)
}

/// Whether a flag is set, in any of the spellings that the client takes.
fn is_true(document: &Document, key: &str) -> bool {
    document.frontmatter_value(key).is_some_and(|entry| match &entry.value.kind {
        NodeKind::Bool(on) => *on,
        NodeKind::Number(number) => *number == 1.0,
        NodeKind::String { value, .. } => {
            ["true", "yes", "on", "1"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
        }
        _ => false,
    })
}

/// The first line of the body that holds anything, without the marks of a heading.
fn first_line(text: &str, document: &Document) -> Option<String> {
    let line = document.body.slice(text).lines().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.trim_start_matches('#').trim().to_owned())
}

/// At most `max` UTF-16 units, then `…`.
fn cut_utf16(text: String, max: usize) -> (String, bool) {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > max {
            return (format!("{}…", &text[..at]), true);
        }
    }
    (text, false)
}

/// The order in which the client sorts names: by the characters' weights in every language's default collation, so that
/// marks come before digits and digits before letters, whatever their case.
pub(super) fn collate(a: &str, b: &str) -> Ordering {
    const MARKS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
    let weight = |c: char| match c {
        c if c.is_whitespace() => (0, 0, c),
        c if c.is_alphabetic() => (3, 0, c.to_lowercase().next().unwrap_or(c)),
        c if c.is_numeric() => (2, 0, c),
        c => (1, MARKS.find(c).unwrap_or(MARKS.len()), c),
    };
    // Where only the case differs, the lower one comes first.
    let case = |text: &str| -> Vec<bool> { text.chars().map(char::is_uppercase).collect() };
    a.chars().map(weight).cmp(b.chars().map(weight)).then_with(|| case(a).cmp(&case(b)))
}

/// A file as text, where it can be had.
pub(super) fn read<'a>(reader: &Reader<'a>, path: &Path) -> Option<FileText<'a>> {
    match reader.read(path, MAX_BYTES) {
        Read::Text(file) => Some(file),
        _ => None,
    }
}

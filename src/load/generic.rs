//! Plans of clients that are known from their documents only, by the styles in their tables.

use super::listing::{frontmatter_text, listed};
use super::reader::{FileText, Read, Reader, folders_between, lexical, slashed, without_bom};
use super::{Compaction, Load, Plan, Portion, Request, Trigger};
use crate::clients::{At, Below, Client, FileName, FileRule, MemoryStyle, Role, RuleStyle};
use crate::model::{Format, NodeKind};
use crate::parse::parse;
use crate::scope::{Scope, patterns_of};
use crate::world::World;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes: a guard, no client's fact.
const MAX_BYTES: u64 = 16 << 20;

/// A rule that waits for a file that its patterns match.
pub(super) struct Waiting {
    pub(super) path: PathBuf,
    pub(super) scope: Scope,
    pub(super) patterns: Vec<String>,
    pub(super) anchor: PathBuf,
    pub(super) text: String,
}

pub(super) struct Generic<'a> {
    pub(super) reader: Reader<'a>,
    client: &'static Client,
    pub(super) plan: Plan,
    seen: HashSet<PathBuf>,
    pub(super) waiting: Vec<Waiting>,
}

pub(super) fn plan<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Plan {
    let mut generic = Generic::start(world, request);
    for (at, file) in request.touched.iter().enumerate() {
        let file = lexical(&request.cwd.join(file));
        if file.starts_with(request.root) {
            generic.touch(at, &file);
        }
    }
    generic.plan
}

impl<'a> Generic<'a> {
    /// The plan up to the first prompt.
    pub(super) fn start(world: &'a dyn World, request: &'a Request<'a>) -> Generic<'a> {
        let mut generic = Generic {
            reader: Reader { world, request },
            client: request.client,
            plan: Plan::default(),
            seen: HashSet::new(),
            waiting: Vec::new(),
        };
        let mut folders = vec![request.root.to_path_buf()];
        folders.extend(folders_between(request.root, &request.cwd.join("x")));
        generic.memory(&folders);
        for dir in &folders {
            generic.rules_in(dir, None);
        }
        generic.named_by_settings();
        generic.skills(&folders);
        generic
    }

    fn rules_with(&self, role: Role) -> impl Iterator<Item = &'static FileRule> + use<> {
        self.client.files.iter().filter(move |rule| rule.role == role)
    }

    fn memory(&mut self, folders: &[PathBuf]) {
        match self.client.memory {
            MemoryStyle::Own => {}
            MemoryStyle::All { .. } | MemoryStyle::FirstInFolder { .. } => {
                folders.iter().for_each(|dir| self.memory_in(dir, Trigger::Startup, None));
            }
            MemoryStyle::First => {
                for rule in self.rules_with(Role::Memory) {
                    let places = folders.iter().rev().filter(|dir| self.may_stand(rule, dir));
                    let found = places.filter_map(|dir| file_of(rule, dir)).find(|path| self.reader.is_file(path));
                    if let Some(path) = found {
                        self.place(&path, Role::Memory, Trigger::Startup, None, None);
                        return;
                    }
                }
            }
        }
    }

    fn may_stand(&self, rule: &FileRule, dir: &Path) -> bool {
        let excluded = dir.file_name().is_some_and(|name| rule.not_in.iter().any(|not| name == *not));
        (rule.at == At::Anywhere || dir == self.reader.request.root) && !excluded
    }

    /// The memory files of one folder.
    pub(super) fn memory_in(&mut self, dir: &Path, trigger: Trigger, touch: Option<usize>) {
        for rule in self.rules_with(Role::Memory) {
            if !self.may_stand(rule, dir) {
                continue;
            }
            let Some(path) = file_of(rule, dir).filter(|path| self.reader.is_file(path)) else { continue };
            self.place(&path, Role::Memory, trigger, touch, None);
            if matches!(self.client.memory, MemoryStyle::FirstInFolder { .. }) {
                return;
            }
        }
    }

    fn read(&self, path: &Path) -> Option<FileText<'a>> {
        match self.reader.read(path, MAX_BYTES) {
            Read::Text(file) => Some(file),
            _ => None,
        }
    }

    fn place(&mut self, path: &Path, role: Role, trigger: Trigger, touch: Option<usize>, via: Option<String>) {
        let Some(file) = self.read(path).filter(|_| self.seen.insert(self.reader.real(path))) else { return };
        let text = match role {
            Role::Rule => file.document().body.slice(file.text()),
            _ => without_bom(file.text()),
        };
        if !text.trim().is_empty() {
            self.push(path, role, trigger, touch, via, text.to_owned());
        }
    }

    fn push(
        &mut self,
        path: &Path,
        role: Role,
        trigger: Trigger,
        touch: Option<usize>,
        via: Option<String>,
        text: String,
    ) {
        let portion = if trigger == Trigger::Never { Portion::None } else { Portion::Full };
        let compaction = Compaction::Unknown;
        let path = self.reader.shown(path);
        self.plan.loads.push(Load { path, role, trigger, touch, via, portion, text, compaction });
    }

    /// The rules whose folder stands in `dir`: they load, wait, are listed, or never load by themselves.
    pub(super) fn rules_in(&mut self, dir: &Path, touch: Option<usize>) {
        for rule in self.rules_with(Role::Rule) {
            // Folders with a `*` hold the rules of modes that nobody has chosen yet.
            if !self.may_stand(rule, dir) || rule.dir.ends_with('*') {
                continue;
            }
            let top = dir.join(rule.dir);
            let paths = match rule.name {
                FileName::Is(name) => vec![top.join(name)],
                FileName::StartsWith(_) => continue,
                FileName::EndsWith(end) => {
                    let mut paths = self.reader.tree(&top, &|name| name.ends_with(end));
                    paths.retain(|path| rule.below == Below::Tree || path.parent() == Some(top.as_path()));
                    paths
                }
            };
            for path in paths {
                let same = |path: &Path| {
                    let inside = path.strip_prefix(self.reader.request.root).ok()?;
                    self.client.rule_of(&slashed(inside)).map(|found| found.role)
                };
                if self.reader.is_file(&path) && same(&path) == Some(Role::Rule) {
                    self.rule(&path, dir, touch);
                }
            }
        }
    }

    fn rule(&mut self, path: &Path, anchor: &Path, touch: Option<usize>) {
        let start = if touch.is_some() { Trigger::Nested } else { Trigger::Startup };
        let Some(file) = self.read(path) else { return };
        let document = file.document();
        let text = |key: &str| frontmatter_text(file.text(), document, key);
        let value = self.client.scope.and_then(|grammar| Some((grammar, document.frontmatter_value(grammar.key)?)));
        let patterns: Vec<String> = value
            .map(|(grammar, entry)| {
                patterns_of(&entry.value, grammar).into_iter().map(|pattern| pattern.text).collect()
            })
            .unwrap_or_default();
        let decided = match self.client.rules {
            RuleStyle::Always => Some(start),
            RuleStyle::Flag { key } if text(key).as_deref() == Some("true") => Some(start),
            RuleStyle::Flag { .. } if !patterns.is_empty() => None,
            RuleStyle::Flag { .. } if text("description").is_some() => Some(Trigger::Listing),
            // A file of rules without any frontmatter is the old form, which always loads.
            RuleStyle::Flag { .. } if !slashed(path).contains("/rules/") => Some(start),
            RuleStyle::Flag { .. } => Some(Trigger::Never),
            RuleStyle::Mode { key, always, scoped, described, without } => {
                match text(key).unwrap_or_else(|| without.to_owned()) {
                    mode if mode == always => Some(start),
                    mode if mode == scoped => None,
                    mode if mode == described => Some(Trigger::Listing),
                    _ => Some(Trigger::Never),
                }
            }
            RuleStyle::Scope { .. } if !patterns.is_empty() => None,
            // An empty list is a scope that holds nothing.
            RuleStyle::Scope { .. } if value.is_some_and(|(_, e)| e.value.kind == NodeKind::Sequence(Vec::new())) => {
                Some(Trigger::Never)
            }
            RuleStyle::Scope { without_always: true } => Some(start),
            RuleStyle::Scope { without_always: false } => Some(Trigger::Never),
        };
        match (decided, self.client.scope) {
            (Some(Trigger::Listing), _) => {
                let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
                let line = format!("- {name}: {}", text("description").unwrap_or_default());
                self.plan.loads.push(listed(&self.reader, path, Role::Rule, line, Portion::Description));
            }
            (Some(Trigger::Never), _) => self.push(path, Role::Rule, Trigger::Never, touch, None, String::new()),
            (None, Some(grammar)) => {
                let scope = Scope::new(patterns.iter().map(String::as_str), grammar);
                let body = document.body.slice(file.text()).to_owned();
                let known = self.waiting.iter().any(|rule| rule.path == path);
                if !scope.always && !known && !self.seen.contains(&self.reader.real(path)) {
                    let (path, anchor) = (path.to_path_buf(), anchor.to_path_buf());
                    self.waiting.push(Waiting { path, scope, patterns, anchor, text: body });
                }
            }
            (Some(trigger), _) => self.place(path, Role::Rule, trigger, touch, None),
            (None, None) => self.place(path, Role::Rule, start, touch, None),
        }
    }

    fn touch(&mut self, at: usize, file: &Path) {
        let request = self.reader.request;
        let folders = folders_between(request.root, file);
        for dir in folders.iter().filter(|dir| !request.cwd.starts_with(dir)) {
            self.folder(dir, at);
        }
        for rule in std::mem::take(&mut self.waiting) {
            let inside = file.strip_prefix(&rule.anchor).map(slashed);
            match inside.ok().and_then(|path| rule.scope.matched(&path)) {
                Some(pattern) => {
                    let via = Some(rule.patterns[pattern].clone());
                    self.seen.insert(self.reader.real(&rule.path));
                    self.push(&rule.path, Role::Rule, Trigger::Path, Some(at), via, rule.text);
                }
                None => self.waiting.push(rule),
            }
        }
    }

    /// What a folder below the start adds.
    pub(super) fn folder(&mut self, dir: &Path, touch: usize) {
        let nested = MemoryStyle::All { nested: true };
        let first = MemoryStyle::FirstInFolder { nested: true };
        if self.client.memory == nested || self.client.memory == first {
            self.memory_in(dir, Trigger::Nested, Some(touch));
        }
        self.rules_in(dir, Some(touch));
    }

    /// Files that the settings name outright: `read` of Aider.
    fn named_by_settings(&mut self) {
        if self.client.memory != MemoryStyle::Own {
            return;
        }
        for rule in self.rules_with(Role::Settings).filter(|rule| rule.format == Format::Yaml) {
            let Some(path) = file_of(rule, self.reader.request.root) else { continue };
            let Some(text) = self.reader.raw(&path, MAX_BYTES) else { continue };
            let document = parse(&text, Format::Yaml);
            let Some(read) = document.data.as_ref().and_then(|data| data.get("read")) else { continue };
            let names = read.value.items().iter().chain([&read.value]).filter_map(|name| name.as_str());
            for name in names {
                let target = lexical(&self.reader.request.root.join(name));
                self.place(&target, Role::Memory, Trigger::Startup, None, Some(self.reader.shown(&path)));
            }
        }
    }

    fn skills(&mut self, folders: &[PathBuf]) {
        for rule in self.rules_with(Role::Skill) {
            for dir in folders {
                if !self.may_stand(rule, dir) {
                    continue;
                }
                for (_, folder) in self.reader.folders(&dir.join(rule.dir)) {
                    let path = folder.join("SKILL.md");
                    let Some(file) = self.read(&path) else { continue };
                    let (text, document) = (file.text(), file.document());
                    let Some(description) = frontmatter_text(text, document, "description") else { continue };
                    let folder = folder.file_name().map(|name| name.to_string_lossy().into_owned());
                    let name = frontmatter_text(text, document, "name").or(folder).unwrap_or_default();
                    let line = format!("- {name}: {description}");
                    let load = listed(&self.reader, &path, Role::Skill, line, Portion::Description);
                    if self.seen.insert(self.reader.real(&path)) {
                        self.plan.loads.push(load);
                    }
                }
            }
        }
    }
}

/// The one file of a rule by name, seen from `dir`.
fn file_of(rule: &FileRule, dir: &Path) -> Option<PathBuf> {
    match rule.name {
        FileName::Is(name) if rule.below == Below::Direct => Some(dir.join(rule.dir).join(name)),
        _ => None,
    }
}

//! Claude Code's plan.

use super::listing;
use super::reader::{Read, Reader, folders_between, lexical, slashed, without_bom, without_comments};
use super::settings::{self, Settings};
use super::worst::Additions;
use super::{Compaction, Load, Plan, Portion, Request, Trigger};
use crate::clients::{ImportGrammar, Role, claude_code};
use crate::model::Document;
use crate::references::imports::{State, imports};
use crate::scope::{Scope, loses_list, patterns_of};
use crate::source::BOM;
use crate::world::{EntryKind, World};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

/// Whose file it is, which decides what it may import.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The user's own: it may import anything.
    User,
    /// The project's or the policy's: only files of the project, unless the user approved others.
    Project,
}

/// Why something loads.
#[derive(Clone)]
struct Cause {
    trigger: Trigger,
    touch: Option<usize>,
    via: Option<String>,
}

/// A rule that waits for a file that its patterns match.
struct Pending {
    path: PathBuf,
    scope: Scoped,
    trust: Trust,
}

/// Patterns with the folder that they are measured from.
pub(super) struct Scoped {
    scope: Scope,
    patterns: Vec<String>,
    anchor: PathBuf,
}

impl Scoped {
    /// The pattern that matches `file`, an absolute path.
    pub(super) fn matched(&self, file: &Path) -> Option<&str> {
        let path = slashed(file.strip_prefix(&self.anchor).ok()?);
        self.scope.matched(&path).map(|at| self.patterns[at].as_str())
    }
}

/// What the patterns of a rule or skill say; `None` when it has no scope.
pub(super) fn scoped(text: &str, document: &Document, anchor: &Path, version: &str) -> Option<Scoped> {
    if ignores_frontmatter(text, version) || loses_list(document, &claude_code::SCOPE) {
        return None;
    }
    let value = &document.frontmatter_value(claude_code::SCOPE.key)?.value;
    let patterns: Vec<String> =
        patterns_of(value, &claude_code::SCOPE).into_iter().map(|pattern| pattern.text).collect();
    let scope = Scope::new(patterns.iter().map(String::as_str), &claude_code::SCOPE);
    (!scope.always).then(|| Scoped { scope, patterns, anchor: anchor.to_path_buf() })
}

/// The older version does not see frontmatter behind a byte order mark.
fn ignores_frontmatter(text: &str, version: &str) -> bool {
    text.starts_with(BOM) && !claude_code::NEWER.contains(version)
}

pub(super) struct Claude<'a> {
    reader: Reader<'a>,
    version: &'a str,
    newer: bool,
    grammar: &'static ImportGrammar,
    settings: Settings,
    /// The git root, or the start folder where there is none.
    project: PathBuf,
    plan: Plan,
    /// Real paths of everything that is loaded.
    seen: HashSet<PathBuf>,
    /// Real paths of what is loaded by its own place, and not as an import.
    placed: HashSet<PathBuf>,
    rules: Vec<Pending>,
    skills: Vec<listing::Entry>,
    /// `AGENTS.md` stands in for `CLAUDE.md`.
    fallback: bool,
}

pub(super) fn plan<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Plan {
    let mut claude = Claude::start(world, request);
    for (at, file) in request.touched.iter().enumerate() {
        claude.touch(at, &lexical(&request.cwd.join(file)));
    }
    claude.plan
}

impl<'a> Claude<'a> {
    /// The plan up to the first prompt.
    fn start(world: &'a dyn World, request: &'a Request<'a>) -> Claude<'a> {
        let version = if request.version.is_empty() { request.client.newest() } else { request.version };
        let reader = Reader { world, request };
        let git = reader.git_root();
        let project = git.clone().unwrap_or_else(|| request.cwd.to_path_buf());
        let mut plan = Plan::default();
        let settings = settings::read(&reader, &project, &mut plan.problems);
        let mut claude = Claude {
            reader,
            version,
            newer: claude_code::NEWER.contains(version),
            grammar: &claude_code::IMPORTS,
            settings,
            project,
            plan,
            seen: HashSet::new(),
            placed: HashSet::new(),
            rules: Vec::new(),
            skills: Vec::new(),
            fallback: false,
        };
        claude.startup(git.as_deref());
        claude
    }

    /// What touching files in `folders` can add.
    pub(super) fn additions(world: &'a dyn World, request: &'a Request<'a>, folders: &BTreeSet<PathBuf>) -> Additions {
        let mut claude = Claude::start(world, request);
        let mut found = Vec::new();
        for dir in folders.iter().filter(|dir| dir.starts_with(&claude.project)).cloned().collect::<Vec<_>>() {
            let before = claude.plan.loads.len();
            claude.folder(0, &dir);
            found.push((dir, claude.plan.loads.split_off(before)));
        }
        let mut rules = Vec::new();
        for rule in std::mem::take(&mut claude.rules) {
            let Read::Text(file) = claude.reader.read(&rule.path, claude_code::MAX_MEMORY_BYTES) else { continue };
            rules.push((rule.scope.anchor, rule.scope.scope, without_comments(file.text(), file.document())));
        }
        Additions { folders: found, rules }
    }

    fn personal(&self) -> bool {
        self.reader.request.personal || self.reader.request.machine.is_some()
    }

    fn startup(&mut self, git: Option<&Path>) {
        let cwd = self.reader.request.cwd.to_path_buf();
        let cause = Cause { trigger: Trigger::Startup, touch: None, via: None };
        if !self.newer {
            self.output_style(git);
        }
        if let Some(machine) = self.reader.request.machine {
            self.place(&machine.managed.join("CLAUDE.md"), Role::Memory, &cause, Trust::Project);
            if let Some(text) = self.settings.claude_md.take() {
                let path = machine.managed.join("managed-settings.json");
                self.push(&path, Role::Memory, &cause, Portion::Full, text);
            }
            self.rules(machine.managed, &cwd, &cause, Trust::Project);
            self.place(&machine.home.join(".claude/CLAUDE.md"), Role::Memory, &cause, Trust::User);
            self.rules(machine.home, &cwd, &cause, Trust::User);
        }
        let folders = self.reader.folders_to_start();
        let main_tree = self.main_tree_around(git);
        let mut own = false;
        for dir in &folders {
            // A worktree inside its main tree would get everything twice.
            let doubled = main_tree.as_deref().is_some_and(|main| dir.starts_with(main))
                && git.is_some_and(|git| !dir.starts_with(git));
            if !doubled {
                own |= self.place(&dir.join("CLAUDE.md"), Role::Memory, &cause, Trust::Project);
                own |= self.place(&dir.join(".claude/CLAUDE.md"), Role::Memory, &cause, Trust::Project);
                self.rules(dir, dir, &cause, Trust::Project);
            }
            if self.personal() {
                own |= self.place(&dir.join("CLAUDE.local.md"), Role::LocalMemory, &cause, Trust::Project);
            }
        }
        self.fallback = !own && claude_code::AGENTS_MD.contains(self.version);
        if self.fallback {
            for dir in &folders {
                self.place(&dir.join("AGENTS.md"), Role::Memory, &cause, Trust::Project);
                self.place(&dir.join(".claude/AGENTS.md"), Role::Memory, &cause, Trust::Project);
            }
        }
        self.auto_memory(git);
        self.listings(git);
        if self.newer {
            self.output_style(git);
        }
    }

    /// The folder of the main tree, when the start lies in a worktree somewhere inside it.
    fn main_tree_around(&self, git: Option<&Path>) -> Option<PathBuf> {
        let main = self.main_tree(git?)?;
        git?.starts_with(&main).then_some(main)
    }

    /// The folder of the main tree of a worktree: its `.git` is a file that leads to `<main>/.git/worktrees/<name>`.
    fn main_tree(&self, git: &Path) -> Option<PathBuf> {
        let file = git.join(".git");
        if self.reader.world.stat(&file)?.kind != EntryKind::File {
            return None;
        }
        let text = self.reader.raw(&file, 1 << 16)?;
        let link = lexical(&git.join(text.strip_prefix("gitdir:")?.trim()));
        let worktrees = link.parent().filter(|dir| dir.ends_with("worktrees"))?;
        Some(worktrees.parent()?.parent()?.to_path_buf())
    }

    /// Loads a file by its place, with its imports. False when there is nothing in it or it is loaded already.
    fn place(&mut self, path: &Path, role: Role, cause: &Cause, trust: Trust) -> bool {
        if !self.reader.is_file(path) || self.settings.excludes(path) {
            return false;
        }
        let real = self.reader.real(path);
        let lazy = cause.touch.is_some();
        // The older version attaches again what is only there as an import.
        let known = if lazy && !self.newer { self.placed.contains(&real) } else { self.seen.contains(&real) };
        if known {
            return false;
        }
        self.seen.insert(real.clone());
        self.placed.insert(real);
        self.load(path, role, cause, trust, 0)
    }

    /// Passes on the text of a file that is new, and loads its imports after it.
    fn load(&mut self, path: &Path, role: Role, cause: &Cause, trust: Trust, hops: u32) -> bool {
        let file = match self.reader.read(path, claude_code::MAX_MEMORY_BYTES) {
            Read::Text(file) => file,
            Read::TooLarge => {
                let cause = Cause { trigger: Trigger::Never, ..cause.clone() };
                self.push(path, role, &cause, Portion::None, String::new());
                return false;
            }
            Read::Nothing => return false,
        };
        let (text, document) = (file.text(), file.document());
        let mut body = match ignores_frontmatter(text, self.version) {
            true => without_bom(text).to_owned(),
            false => without_comments(text, document),
        };
        if body.trim().is_empty() {
            return false;
        }
        let mut portion = Portion::Full;
        if cause.touch.is_some()
            && self.newer
            && let Some((cut, _)) = body.char_indices().nth(claude_code::MAX_LAZY_CHARS)
        {
            body.truncate(cut);
            portion = Portion::Head;
        }
        self.push(path, role, cause, portion, body);
        self.imports(path, text, document, cause, trust, hops);
        true
    }

    fn push(&mut self, path: &Path, role: Role, cause: &Cause, portion: Portion, text: String) {
        let compaction = if cause.touch.is_some() { Compaction::Lost } else { Compaction::Kept };
        self.plan.loads.push(Load {
            path: self.reader.shown(path),
            role,
            trigger: cause.trigger,
            touch: cause.touch,
            via: cause.via.clone(),
            portion,
            text,
            compaction,
        });
    }

    fn imports(&mut self, path: &Path, text: &str, document: &Document, cause: &Cause, trust: Trust, hops: u32) {
        if hops >= self.grammar.max_hops {
            return;
        }
        for import in imports(document, text, self.grammar) {
            if import.state != State::Live {
                continue;
            }
            let Some(target) = self.target(path, &import.path) else { continue };
            if !self.reader.is_file(&target) || self.settings.excludes(&target) {
                continue;
            }
            let real = self.reader.real(&target);
            if trust == Trust::Project && !self.settings.external_approved && self.is_external(&target, &real) {
                continue;
            }
            if !self.seen.insert(real) {
                continue;
            }
            let cause = Cause { trigger: Trigger::Import, touch: cause.touch, via: Some(self.reader.shown(path)) };
            self.load(&target, Role::Imported, &cause, trust, hops + 1);
        }
    }

    fn target(&self, importer: &Path, import: &str) -> Option<PathBuf> {
        if let Some(below) = import.strip_prefix("~/") {
            return Some(lexical(&self.reader.request.machine?.home.join(below)));
        }
        Some(lexical(&importer.parent()?.join(import)))
    }

    /// Whether a file lies outside the project. The newer version follows links before it asks.
    fn is_external(&self, path: &Path, real: &Path) -> bool {
        if !path.starts_with(&self.project) {
            return true;
        }
        self.newer && !real.starts_with(self.reader.real(&self.project))
    }

    /// The rules below `<holder>/.claude/rules`: those without a scope load, the others wait, but their imports do not.
    fn rules(&mut self, holder: &Path, anchor: &Path, cause: &Cause, trust: Trust) {
        for path in self.reader.tree(&holder.join(".claude/rules"), &|name| name.ends_with(".md")) {
            if self.settings.excludes(&path) {
                continue;
            }
            let real = self.reader.real(&path);
            let leaves =
                !real.starts_with(self.reader.real(&self.project)) && !real.starts_with(self.reader.real(holder));
            if self.newer && trust == Trust::Project && leaves && !self.settings.external_approved {
                continue;
            }
            let Read::Text(file) = self.reader.read(&path, claude_code::MAX_MEMORY_BYTES) else {
                self.place(&path, Role::Rule, cause, trust);
                continue;
            };
            let Some(scope) = scoped(file.text(), file.document(), anchor, self.version) else {
                self.place(&path, Role::Rule, cause, trust);
                continue;
            };
            if self.rules.iter().any(|rule| rule.path == path) {
                continue;
            }
            self.imports(&path, file.text(), file.document(), cause, trust, 0);
            self.rules.push(Pending { path, scope, trust });
        }
    }

    /// Attaches every waiting rule below `within` that matches.
    fn matching_rules(&mut self, touch: usize, file: &Path, wanted: impl Fn(&Path) -> bool) {
        let (mine, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.rules).into_iter().partition(|rule| wanted(&rule.scope.anchor));
        let mut waiting = Vec::new();
        for rule in mine {
            match rule.scope.matched(file).map(str::to_owned) {
                Some(pattern) => {
                    let cause = Cause { trigger: Trigger::Path, touch: Some(touch), via: Some(pattern) };
                    self.place(&rule.path, Role::Rule, &cause, rule.trust);
                }
                None => waiting.push(rule),
            }
        }
        waiting.extend(rest);
        self.rules = waiting;
    }

    fn auto_memory(&mut self, git: Option<&Path>) {
        let Some(machine) = self.reader.request.machine.filter(|_| self.settings.auto_memory) else { return };
        let owner = git.and_then(|git| self.main_tree(git)).unwrap_or_else(|| self.project.clone());
        let slug: String = slashed(&owner).chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let dir = match self.settings.auto_memory_dir.as_deref() {
            Some(dir) => match dir.strip_prefix("~/") {
                Some(below) => machine.home.join(below),
                None => PathBuf::from(dir),
            },
            None => machine.home.join(".claude/projects").join(slug).join("memory"),
        };
        let path = dir.join("MEMORY.md");
        let Read::Text(file) = self.reader.read(&path, u64::MAX >> 1) else { return };
        let body = without_comments(file.text(), file.document());
        if body.trim().is_empty() {
            return;
        }
        let kept = memory_head(&body);
        let mut text = body[..kept].to_owned();
        let portion = if kept < body.trim_end().len() { Portion::Head } else { Portion::Full };
        let next = body[kept..].trim_start_matches('\n').lines().next().unwrap_or("");
        // The newer version tells the model where the rest begins.
        if portion == Portion::Head && self.newer && (kept == 0 || body[..kept].ends_with('\n')) {
            text.push_str(next);
        }
        let cause = Cause { trigger: Trigger::Startup, touch: None, via: None };
        self.push(&path, Role::AutoMemory, &cause, portion, text);
    }

    fn listings(&mut self, git: Option<&Path>) {
        let context = listing::Claude { reader: &self.reader, settings: &self.settings, version: self.version };
        let folders = context.folders(git);
        let agents = context.agents(&folders);
        self.plan.loads.extend(agents);
        let mut entries = context.skills(&folders);
        entries.extend(context.commands(&folders, &entries));
        let (waiting, entries): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.scope.is_some());
        let (loads, budget) = context.list(&entries);
        self.plan.loads.extend(loads);
        self.plan.skill_listing = budget;
        self.skills = waiting;
        self.seen.extend(entries.into_iter().filter(|entry| entry.is_skill).map(|entry| entry.path));
    }

    fn output_style(&mut self, git: Option<&Path>) {
        let Some(name) = self.settings.output_style.clone() else { return };
        let context = listing::Claude { reader: &self.reader, settings: &self.settings, version: self.version };
        let folders = context.folders(git);
        if let Some((path, text)) = context.output_style(&folders, &name) {
            let cause = Cause { trigger: Trigger::Startup, touch: None, via: None };
            self.push(&path, Role::OutputStyle, &cause, Portion::Full, text);
        }
    }

    fn touch(&mut self, at: usize, file: &Path) {
        let exists = self.reader.is_file(file);
        if (!exists && !self.newer) || !file.starts_with(&self.project) {
            return;
        }
        self.read_itself(at, file);
        let cwd = self.reader.request.cwd.to_path_buf();
        let folders: Vec<PathBuf> =
            folders_between(&self.project, file).into_iter().filter(|dir| !cwd.starts_with(dir)).collect();
        for dir in &folders {
            self.folder(at, dir);
            self.matching_rules(at, file, |anchor| anchor == dir.as_path());
        }
        self.matching_rules(at, file, |_| true);
        self.skills_of(at, file, &folders);
    }

    /// What a folder below the start adds by itself.
    fn folder(&mut self, touch: usize, dir: &Path) {
        let cause = Cause { trigger: Trigger::Nested, touch: Some(touch), via: None };
        let mut own = self.claims(dir);
        for name in ["CLAUDE.md", ".claude/CLAUDE.md"] {
            own |= self.place(&dir.join(name), Role::Memory, &cause, Trust::Project);
        }
        if self.personal() {
            own |= self.place(&dir.join("CLAUDE.local.md"), Role::LocalMemory, &cause, Trust::Project);
        }
        if self.fallback && !own {
            self.place(&dir.join("AGENTS.md"), Role::Memory, &cause, Trust::Project);
            self.place(&dir.join(".claude/AGENTS.md"), Role::Memory, &cause, Trust::Project);
        }
        self.rules(dir, dir, &cause, Trust::Project);
    }

    /// Whether a folder has a memory file of its own that is there already.
    fn claims(&self, dir: &Path) -> bool {
        let names = ["CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md"];
        names.iter().any(|name| self.placed.contains(&self.reader.real(&dir.join(name))))
    }

    /// A context file that is read itself comes as it stands, and is not attached besides.
    fn read_itself(&mut self, at: usize, file: &Path) {
        let Ok(inside) = file.strip_prefix(self.reader.request.root) else { return };
        let Some(rule) = claude_code::CLIENT.rule_of(&slashed(inside)) else { return };
        let Some(text) = self.reader.raw(file, claude_code::MAX_MEMORY_BYTES) else { return };
        let cause = Cause { trigger: Trigger::Invoked, touch: Some(at), via: None };
        self.push(file, rule.role, &cause, Portion::Full, text);
        let real = self.reader.real(file);
        self.seen.insert(real.clone());
        self.placed.insert(real);
    }

    fn skills_of(&mut self, at: usize, file: &Path, folders: &[PathBuf]) {
        let mut entries = std::mem::take(&mut self.skills);
        let mut nested = Vec::new();
        if self.newer {
            let context = listing::Claude { reader: &self.reader, settings: &self.settings, version: self.version };
            for dir in folders {
                nested.extend(context.skills_in(&dir.join(".claude/skills"), dir));
            }
        }
        nested.retain(|entry| !self.seen.contains(&entry.path) && entries.iter().all(|known| known.path != entry.path));
        entries.extend(nested);
        for entry in entries {
            let pattern = entry.scope.as_ref().map(|scope| scope.matched(file).map(str::to_owned));
            let via = match pattern {
                Some(None) => {
                    self.skills.push(entry);
                    continue;
                }
                Some(pattern) => pattern,
                None => None,
            };
            self.seen.insert(entry.path.clone());
            let mut load = entry.load(&self.reader, entry.line(true), Portion::Description);
            load.touch = Some(at);
            load.via = via;
            self.plan.loads.push(load);
        }
    }
}

/// How many bytes of `MEMORY.md` load: whole lines up to both limits, or a part of the first line when that alone is too
/// long.
fn memory_head(body: &str) -> usize {
    let (mut chars, mut bytes) = (0, 0);
    for line in body.split_inclusive('\n').take(claude_code::MAX_AUTO_MEMORY_LINES) {
        chars += line.trim_end_matches('\n').chars().count();
        if chars > claude_code::MAX_AUTO_MEMORY_CHARS {
            break;
        }
        chars += usize::from(line.ends_with('\n'));
        bytes += line.len();
    }
    if bytes == 0 {
        return body.char_indices().nth(claude_code::MAX_AUTO_MEMORY_CHARS).map_or(body.len(), |(at, _)| at);
    }
    bytes
}

//! Gemini CLI's plan. An imported file stands in the place of its import, so its importer comes in several pieces.

use super::listing::{frontmatter_text, listed, read};
use super::reader::{Reader, folders_between, lexical, without_bom};
use super::worst::Additions;
use super::{Compaction, Load, Plan, Portion, Request, Trigger};
use crate::clients::{Role, gemini_cli};
use crate::model::Format;
use crate::parse::parse;
use crate::references::imports::{State, imports};
use crate::world::World;
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

struct Gemini<'a> {
    reader: Reader<'a>,
    /// The git root, or the start where there is none.
    boundary: PathBuf,
    names: Vec<String>,
    /// Imported files come after their importer and once.
    flat: bool,
    plan: Plan,
    seen: HashSet<PathBuf>,
}

/// One file on the way through its imports.
struct Visit<'a> {
    role: Role,
    trigger: Trigger,
    touch: Option<usize>,
    via: Option<String>,
    hops: u32,
    open: &'a [PathBuf],
}

pub(super) fn plan<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Plan {
    let mut gemini = start(world, request);
    for (at, file) in request.touched.iter().enumerate() {
        let file = lexical(&request.cwd.join(file));
        if !file.starts_with(&gemini.boundary) {
            continue;
        }
        for dir in folders_between(&gemini.boundary, &file) {
            gemini.folder(&dir, Trigger::Nested, Some(at));
        }
    }
    gemini.plan
}

/// What touching files in `folders` can add.
pub(super) fn additions<'a>(world: &'a dyn World, request: &'a Request<'a>, folders: &BTreeSet<PathBuf>) -> Additions {
    let mut gemini = start(world, request);
    let mut found = Vec::new();
    for dir in folders {
        let before = gemini.plan.loads.len();
        gemini.folder(dir, Trigger::Nested, Some(0));
        found.push((dir.clone(), gemini.plan.loads.split_off(before)));
    }
    Additions { folders: found, rules: Vec::new() }
}

/// The plan up to the first prompt.
fn start<'a>(world: &'a dyn World, request: &'a Request<'a>) -> Gemini<'a> {
    let reader = Reader { world, request };
    let boundary = reader.git_root().unwrap_or_else(|| request.cwd.to_path_buf());
    let mut plan = Plan::default();
    let (names, flat) = settings(&reader, &mut plan);
    let mut gemini = Gemini { reader, boundary, names, flat, plan, seen: HashSet::new() };
    gemini.startup();
    gemini
}

/// The file names and whether imports are flat: `context.fileName` and `context.importFormat`.
fn settings(reader: &Reader<'_>, plan: &mut Plan) -> (Vec<String>, bool) {
    let request = reader.request;
    let mut files = Vec::new();
    files.extend(request.machine.map(|machine| machine.home.join(".gemini/settings.json")));
    files.push(request.cwd.join(".gemini/settings.json"));
    let (mut names, mut flat) = (Vec::new(), false);
    for path in files {
        let Some(node) = reader.json(&path, &mut plan.problems) else { continue };
        let Some(context) = node.get("context") else { continue };
        if let Some(entry) = context.value.get("fileName") {
            names = entry
                .value
                .items()
                .iter()
                .chain([&entry.value])
                .filter_map(|n| n.as_str())
                .map(str::to_owned)
                .collect();
        }
        if let Some(format) = context.value.get("importFormat") {
            flat = format.value.as_str() == Some("flat");
        }
    }
    // The usual name is read besides those that the settings give.
    if !names.iter().any(|name| name == gemini_cli::FILE_NAME) {
        names.push(gemini_cli::FILE_NAME.to_owned());
    }
    (names, flat)
}

impl Gemini<'_> {
    fn startup(&mut self) {
        let request = self.reader.request;
        if let Some(machine) = request.machine {
            let dir = machine.home.join(".gemini");
            self.folder(&dir, Trigger::Startup, None);
        }
        let mut folders = vec![self.boundary.clone()];
        folders.extend(folders_between(&self.boundary, &request.cwd.join("x")));
        for dir in folders {
            self.folder(&dir, Trigger::Startup, None);
        }
        self.skills();
    }

    fn folder(&mut self, dir: &Path, trigger: Trigger, touch: Option<usize>) {
        if dir.ends_with(".gemini") && dir.starts_with(&self.boundary) {
            return;
        }
        for name in self.names.clone() {
            let path = dir.join(name);
            if !self.reader.is_file(&path) || !self.seen.insert(self.reader.real(&path)) {
                continue;
            }
            let visit = Visit { role: Role::Memory, trigger, touch, via: None, hops: 0, open: &[] };
            self.file(&path, &visit);
        }
    }

    fn file(&mut self, path: &Path, visit: &Visit<'_>) {
        let Some(text) = self.reader.raw(path, u64::MAX >> 1) else { return };
        let text = without_bom(&text);
        if text.trim().is_empty() {
            return;
        }
        let real = self.reader.real(path);
        let mut open = visit.open.to_vec();
        open.push(real);
        let mut at = 0;
        let mut after = Vec::new();
        if visit.hops < gemini_cli::IMPORTS.max_hops {
            for import in imports(&parse(text, Format::Markdown), text, &gemini_cli::IMPORTS) {
                let Some(target) = self.target(path, &import.path).filter(|_| import.state == State::Live) else {
                    continue;
                };
                let real = self.reader.real(&target);
                if open.contains(&real) {
                    continue;
                }
                if self.flat {
                    after.push(target);
                    continue;
                }
                self.piece(path, visit, &text[at..import.span.start as usize]);
                at = import.span.end as usize;
                self.imported(path, &target, visit, &open);
            }
        }
        self.piece(path, visit, &text[at..]);
        for target in after {
            if self.seen.insert(self.reader.real(&target)) {
                self.imported(path, &target, visit, &open);
            }
        }
    }

    fn imported(&mut self, importer: &Path, target: &Path, visit: &Visit<'_>, open: &[PathBuf]) {
        let via = Some(self.reader.shown(importer));
        let visit = Visit {
            role: Role::Imported,
            trigger: Trigger::Import,
            touch: visit.touch,
            via,
            hops: visit.hops + 1,
            open,
        };
        self.file(target, &visit);
    }

    fn piece(&mut self, path: &Path, visit: &Visit<'_>, text: &str) {
        if text.is_empty() {
            return;
        }
        self.plan.loads.push(Load {
            path: self.reader.shown(path),
            role: visit.role,
            trigger: visit.trigger,
            touch: visit.touch,
            via: visit.via.clone(),
            portion: Portion::Full,
            text: text.to_owned(),
            compaction: Compaction::Unknown,
        });
    }

    /// The imported file, where it exists and lies inside the project once its links are resolved.
    fn target(&self, importer: &Path, import: &str) -> Option<PathBuf> {
        let target = lexical(&importer.parent()?.join(import));
        let inside = self.reader.real(&target).starts_with(self.reader.real(&self.boundary));
        (inside && self.reader.is_file(&target)).then_some(target)
    }

    fn skills(&mut self) {
        let request = self.reader.request;
        let mut places = Vec::new();
        if let Some(machine) = request.machine {
            places.extend([machine.home.join(".gemini/skills"), machine.home.join(".agents/skills")]);
        }
        places.extend([request.cwd.join(".gemini/skills"), request.cwd.join(".agents/skills")]);
        for (_, folder) in places.iter().flat_map(|place| self.reader.folders(place)) {
            let path = folder.join("SKILL.md");
            let Some(file) = read(&self.reader, &path) else { continue };
            let (text, document) = (file.text(), file.document());
            let Some(name) = frontmatter_text(text, document, "name") else { continue };
            let Some(description) = frontmatter_text(text, document, "description") else { continue };
            let line = format!("- {name}: {description}");
            self.plan.loads.push(listed(&self.reader, &path, Role::Skill, line, Portion::Description));
        }
    }
}

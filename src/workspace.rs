//! Everything that is known of a repository in one immutable value: paths, files with their text and structure, and how
//! the files import one another.
//!
//! Each file is read once and parsed once, in parallel. What costs more is computed at the first question.

mod own_memory;
mod plans;
mod rules;

pub use own_memory::{OwnMemory, is_shared, speaks_of_shared};
pub use plans::ClientPlan;
pub use rules::{ScopedRule, flag};

use crate::clients::{self, Client, Evidence, Role};
use crate::config::Settings;
use crate::discover::{ContextFile, Discovery, RoleAt, WalkProblem, discover, format_of};
use crate::handoff::survey::Handoffs;
use crate::instructions::{self, Counted, Normalized};
use crate::model::{Document, Format};
use crate::parallel;
use crate::parse;
use crate::paths::{PathIndex, Presence};
use crate::references::links::{self, Destination};
use crate::references::survey::References;
use crate::references::{self, Import, InertReason, State, Target};
use crate::scope::{Folded, Scope};
use crate::source::Source;
use crate::tokens::{self, Encoding};
use crate::world::{ReadError, World};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Whether a file's text could be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// It was read and parsed.
    Readable,
    /// The system did not let us read it; its words.
    Unreadable(String),
    /// It is larger than the configured limit; its size in bytes.
    TooLarge(u64),
    /// It is not UTF-8: the offset of the first byte that is not, 0-based, and a likely other encoding.
    NotUtf8 {
        /// Offset of the first wrong byte, 0-based.
        at: usize,
        /// The encoding that the first bytes suggest, for the message.
        guess: &'static str,
    },
}

/// What is counted over a text, each at the first question.
#[derive(Debug, Default)]
struct Facets {
    tokens: OnceLock<u64>,
    counted: OnceLock<Counted>,
    words: OnceLock<Normalized>,
}

/// One file with its text and structure.
#[derive(Debug)]
pub struct File {
    /// Its real path, relative to the root, with `/`.
    pub path: Arc<str>,
    /// What it is to whom, sorted.
    pub roles: Vec<RoleAt>,
    /// Whether lints look at it. A document that is only the target of a link is read for its headings alone.
    pub linted: bool,
    /// Whether its text could be had; without it `source` and `document` are empty.
    pub state: FileState,
    /// The text.
    pub source: Source,
    /// The structure. Two workspaces may share it, and what was counted with it, where they hold the same text.
    pub document: Arc<Document>,
    facets: Arc<Facets>,
    /// What was read where that is not UTF-8: clients pass it on all the same.
    raw: Vec<u8>,
}

impl File {
    /// Whether there is text to lint.
    pub fn is_readable(&self) -> bool {
        self.state == FileState::Readable
    }

    /// Its size in bytes, where it could be told.
    pub fn bytes(&self) -> Option<u64> {
        match self.state {
            FileState::Readable => Some(self.source.text.len() as u64),
            FileState::NotUtf8 { .. } => Some(self.raw.len() as u64),
            FileState::TooLarge(bytes) => Some(bytes),
            FileState::Unreadable(_) => None,
        }
    }

    /// Whether some client gives it one of these roles.
    pub fn has_role(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(&role.role))
    }

    /// The clients that give it this role.
    pub fn clients_with(&self, role: Role) -> impl Iterator<Item = &'static Client> {
        self.roles.iter().filter(move |at| at.role == role).filter_map(|at| clients::by_name(at.client))
    }

    /// The instructions of the text, counted at the first question.
    pub fn instructions(&self) -> &Counted {
        self.facets.counted.get_or_init(|| instructions::instructions(&self.document, &self.source.text))
    }

    /// The words of the instructions, in their order, made at the first question.
    pub fn instruction_words(&self) -> &Normalized {
        let text = &self.source.text;
        self.facets.words.get_or_init(|| {
            Normalized::new(self.instructions().items.iter().map(|instruction| instruction.span.slice(text)))
        })
    }

    /// Tokens of the whole text, counted at the first question.
    pub fn tokens(&self, encoding: Encoding) -> u64 {
        *self.facets.tokens.get_or_init(|| tokens::count(encoding, &self.source.text) as u64)
    }
}

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportTarget {
    /// To a file of the workspace, by its real path.
    File(Arc<str>),
    /// To a path that is ignored, or that lies where we do not look: nothing can be said.
    Unknown,
    /// To a folder.
    Dir,
    /// To a path inside the root at which nothing is.
    Missing(String),
    /// Out of the root, as written.
    Outside(String),
}

/// One import of one file, as one client sees it.
#[derive(Clone, Debug)]
pub struct ImportEdge {
    /// Real path of the importing file.
    pub from: Arc<str>,
    /// The client whose grammar found it.
    pub client: &'static Client,
    /// The import.
    pub import: Import,
    /// Where it leads.
    pub target: ImportTarget,
}

/// A repository as ctxlint knows it.
pub struct Workspace {
    /// The root folder, absolute.
    pub root: PathBuf,
    /// The configuration.
    pub settings: Settings,
    /// Every path.
    pub index: PathIndex,
    /// Files with their text, sorted by path.
    pub files: Vec<File>,
    /// Clients whose rules count, in the order of the contract.
    pub clients: Vec<&'static Client>,
    /// Imports of every file that a client would look into, by importing file and place.
    pub imports: Vec<ImportEdge>,
    /// Context files that are not linted, with the setting that says so.
    pub excluded: Vec<(Arc<str>, String)>,
    /// What the walk could not do.
    pub problems: Vec<WalkProblem>,
    /// Configuration files below the root, which have no effect.
    pub nested_configs: Vec<Arc<str>>,
    /// What could not be checked, for the footer.
    pub notes: Vec<String>,
    /// Whether a configuration file was read, for lints about its content.
    pub config: Option<Source>,
    /// Manifests, and configuration files of formatters and linters, in the root, by path.
    pub configs: BTreeMap<&'static str, String>,
    scoped_rules: OnceLock<Vec<ScopedRule>>,
    folded: OnceLock<Folded>,
    /// Handoffs with what git says about them, once [`crate::handoff::survey::survey`] was made.
    pub handoffs: Handoffs,
    /// What documents say about others, once [`references::survey::survey`] was made.
    pub references: References,
    plans: OnceLock<Vec<ClientPlan>>,
    heaviest: OnceLock<Vec<ClientPlan>>,
    /// What loaded at startup in an earlier state, where one is compared with.
    pub earlier: Option<Earlier>,
    /// What the instructions have that those of an earlier state have not, or the other way round; `None` where nothing is
    /// compared, or too much is new to tell.
    pub news: Option<News>,
}

/// What is new about instructions, compared with an earlier state of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// Documents that a change may have touched.
    pub documents: BTreeSet<Arc<str>>,
    /// The words of instructions that came to or went from what loads at the start, normalised.
    pub instructions: BTreeSet<String>,
}

/// What loaded at startup in an earlier state of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// What the state is called in messages, such as "the commit `1a2b3c4d`".
    pub name: String,
    /// What each client loaded then.
    pub startup: Vec<EarlierStartup>,
}

/// What one client loaded at startup in an earlier state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierStartup {
    /// Name of the client.
    pub client: String,
    /// Tokens.
    pub tokens: u64,
    /// Instructions.
    pub instructions: u64,
}

impl Workspace {
    /// The file at this real path.
    pub fn file(&self, path: &str) -> Option<&File> {
        let at = self.files.binary_search_by(|file| (*file.path).cmp(path)).ok()?;
        Some(&self.files[at])
    }

    /// Whether the rules of this client count.
    pub fn has_client(&self, name: &str) -> bool {
        self.clients.iter().any(|client| client.name == name)
    }

    /// The files that this client loads by themselves and looks for imports in.
    pub fn importing_files(&self, client: &'static Client) -> impl Iterator<Item = &File> {
        let own = self.own_memory();
        self.files.iter().filter(move |file| client.imports.is_some() && imports_from(file, client, &own))
    }

    /// Where Claude Code's own memory files switch `AGENTS.md` off.
    pub fn own_memory(&self) -> OwnMemory {
        OwnMemory::of(self.files.iter())
    }

    /// Rules and skills that are tied to paths, with what their patterns match; matched at the first question.
    pub fn scoped_rules(&self) -> &[ScopedRule] {
        self.scoped_rules.get_or_init(|| rules::scoped_rules(self))
    }

    /// The files below a folder that a scope matches which measures from there, sorted.
    pub fn matched(&self, base: &str, scope: &Scope) -> Vec<&str> {
        let files = &self.index.files;
        let found = self.folded.get_or_init(|| Folded::new(files)).matched(files, base, scope);
        found.into_iter().map(|at| &*files[at as usize]).collect()
    }

    /// The encoding in which tokens are counted.
    pub fn encoding(&self) -> Encoding {
        Encoding::from_name(&self.settings.encoding).unwrap_or_default()
    }

    /// How many files are linted.
    pub fn linted_files(&self) -> usize {
        self.linted_files_in(&[])
    }

    /// How many files at or below these paths are linted; without paths all of them count.
    pub fn linted_files_in(&self, paths: &[String]) -> usize {
        let is_asked =
            |file: &&File| paths.is_empty() || paths.iter().any(|path| crate::paths::is_below(&file.path, path));
        self.files.iter().filter(|file| file.linted).filter(is_asked).count()
    }
}

/// Loads the repository at `root`. `config` is the configuration file, if there is one, for positions.
pub fn load(world: &dyn World, root: &Path, settings: Settings, config: Option<Source>) -> Workspace {
    let discovery = discover(world, root, &settings);
    from_discovery(world, root, settings, config, discovery)
}

/// Loads another state of the repository that `beside` holds. Texts that are the same in both are not parsed and counted
/// again. `fetch` is told which files will be read before they are.
pub fn load_beside(
    world: &dyn World,
    settings: Settings,
    config: Option<Source>,
    beside: &Workspace,
    fetch: &dyn Fn(&[ContextFile]),
) -> Workspace {
    let discovery = discover(world, &beside.root, &settings);
    fetch(&discovery.files);
    load_files(world, &beside.root, settings, config, discovery, Some(beside))
}

/// Loads the files of a walk that was made before.
pub fn from_discovery(
    world: &dyn World,
    root: &Path,
    settings: Settings,
    config: Option<Source>,
    discovery: Discovery,
) -> Workspace {
    load_files(world, root, settings, config, discovery, None)
}

fn load_files(
    world: &dyn World,
    root: &Path,
    settings: Settings,
    config: Option<Source>,
    discovery: Discovery,
    beside: Option<&Workspace>,
) -> Workspace {
    let clients = used_clients(&settings, &discovery);
    let configs = configs(world, root, &discovery);
    let Discovery { index, files: found, excluded, problems, nested_configs, notes } = discovery;
    let read = |path: &Arc<str>, roles: &[RoleAt], format: Format, linted: bool| {
        let known = beside.and_then(|beside| beside.file(path));
        read_file(world, &root.join(&**path), path, roles, format, linted, settings.max_file_size, known)
    };
    let first = parallel::map(&found, |file| read(&file.path, &file.roles, file.format, true));
    let mut files: BTreeMap<Arc<str>, File> = first.into_iter().map(|file| (file.path.clone(), file)).collect();

    // Files that are only reached from other files: imports are linted like their importers, targets of links with a
    // fragment are read for their headings. Each round reads what the last one named.
    let mut edges: BTreeMap<(Arc<str>, &'static str), Vec<ImportEdge>> = BTreeMap::new();
    let mut todo: BTreeSet<(Arc<str>, &'static str)> = BTreeSet::new();
    let own = OwnMemory::of(files.values());
    for file in files.values() {
        let importing = clients.iter().filter(|client| imports_from(file, client, &own));
        todo.extend(importing.map(|client| (file.path.clone(), client.name)));
    }
    let mut anchors_of: Vec<Arc<str>> = files.keys().cloned().collect();
    loop {
        let mut wanted: BTreeMap<Arc<str>, bool> = BTreeMap::new();
        let mut next: BTreeSet<(Arc<str>, &'static str)> = BTreeSet::new();
        for (path, client) in std::mem::take(&mut todo) {
            let (Some(file), Some(client)) = (files.get(&path), clients::by_name(client)) else { continue };
            let found = import_edges(file, client, &index);
            for edge in &found {
                let ImportTarget::File(target) = &edge.target else { continue };
                match edge.import.state {
                    State::Live => {
                        wanted.insert(target.clone(), true);
                        next.insert((target.clone(), client.name));
                    }
                    // What the author meant to load is read to say how much it is.
                    State::Inert(reason) if !reason.is_escape() => {
                        wanted.entry(target.clone()).or_insert(false);
                    }
                    State::Inert(_) => {}
                }
            }
            edges.insert((path, client.name), found);
        }
        for path in std::mem::take(&mut anchors_of) {
            for target in files.get(&path).map(|file| anchored_targets(file, &index)).unwrap_or_default() {
                wanted.entry(target).or_insert(false);
            }
        }
        next.retain(|key| !edges.contains_key(key));
        todo = next;
        for (path, linted) in &wanted {
            if let Some(file) = files.get_mut(path) {
                file.linted |= *linted && settings.exclusion(path).is_none();
            }
        }
        wanted.retain(|path, _| !files.contains_key(path));
        if wanted.is_empty() && todo.is_empty() {
            break;
        }
        let wanted: Vec<(Arc<str>, bool)> = wanted.into_iter().collect();
        let more = parallel::map(&wanted, |(path, linted)| {
            let linted = *linted && settings.exclusion(path).is_none();
            read(path, &[], format_of(path), linted)
        });
        anchors_of = more.iter().filter(|file| file.linted).map(|file| file.path.clone()).collect();
        files.extend(more.into_iter().map(|file| (file.path.clone(), file)));
    }
    let mut workspace = Workspace {
        root: root.to_path_buf(),
        settings,
        index,
        files: files.into_values().collect(),
        clients,
        imports: edges.into_values().flatten().collect(),
        excluded,
        problems,
        nested_configs,
        notes,
        configs,
        config,
        scoped_rules: OnceLock::new(),
        folded: OnceLock::new(),
        handoffs: Handoffs::default(),
        references: References::default(),
        plans: OnceLock::new(),
        heaviest: OnceLock::new(),
        earlier: None,
        news: None,
    };
    plans::read_what_loads_all_the_same(&mut workspace, world);
    workspace
}

/// Manifests, and configuration files of formatters and linters, that are read in the root.
const CONFIGS: [&str; 23] = [
    ".eslintrc",
    ".eslintrc.json",
    ".eslintrc.yaml",
    ".eslintrc.yml",
    "Cargo.toml",
    "checkstyle.xml",
    "composer.json",
    "config/checkstyle/checkstyle.xml",
    "go.mod",
    "package.json",
    "requirements.txt",
    ".editorconfig",
    ".prettierrc",
    ".prettierrc.json",
    ".prettierrc.yaml",
    ".prettierrc.yml",
    "biome.json",
    "biome.jsonc",
    "ruff.toml",
    ".ruff.toml",
    "pyproject.toml",
    "rustfmt.toml",
    ".rustfmt.toml",
];

fn configs(world: &dyn World, root: &Path, discovery: &Discovery) -> BTreeMap<&'static str, String> {
    const LARGEST: u64 = 256 * 1024;
    let there = CONFIGS.iter().filter(|name| discovery.index.presence(name) == Presence::File);
    let read =
        |name: &&'static str| Some((*name, String::from_utf8(world.read(&root.join(name), LARGEST).ok()?).ok()?));
    there.filter_map(read).collect()
}

/// The clients that the configuration names, else those with a file that only they read; `AGENTS.md` alone means Codex.
fn used_clients(settings: &Settings, discovery: &Discovery) -> Vec<&'static Client> {
    if !settings.clients.is_empty() {
        let named = |client: &&&'static Client| settings.clients.iter().any(|name| name == client.name);
        return clients::all().iter().filter(named).copied().collect();
    }
    let mut exclusive: BTreeSet<&'static str> = BTreeSet::new();
    let mut agents_md = false;
    for role in discovery.files.iter().flat_map(|file| &file.roles) {
        let rule = clients::by_name(role.client).and_then(|client| client.rule_of(&role.path));
        // A role without a rule of its own comes from a plugin's manifest.
        if rule.is_none_or(|rule| rule.exclusive) {
            exclusive.insert(role.client);
        }
        agents_md |= role.role == Role::Memory;
    }
    if exclusive.is_empty() && agents_md {
        exclusive.insert(clients::codex::CLIENT.name);
    }
    clients::all().iter().filter(|client| exclusive.contains(client.name)).copied().collect()
}

/// Reads a document that is in the tree and not yet in the workspace; no lint looks at it by itself.
pub fn read_document(world: &dyn World, workspace: &Workspace, path: &Arc<str>) -> File {
    let absolute = workspace.root.join(&**path);
    read_file(world, &absolute, path, &[], format_of(path), false, workspace.settings.max_file_size, None)
}

#[allow(clippy::too_many_arguments, reason = "everything that makes one file")]
fn read_file(
    world: &dyn World,
    absolute: &Path,
    path: &Arc<str>,
    roles: &[RoleAt],
    format: Format,
    linted: bool,
    limit: u64,
    known: Option<&File>,
) -> File {
    let mut raw = Vec::new();
    let (state, text) = match world.read(absolute, limit) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => (FileState::Readable, text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                raw = error.into_bytes();
                (FileState::NotUtf8 { at, guess: guess_encoding(&raw) }, String::new())
            }
        },
        Err(ReadError::TooLarge(bytes)) => (FileState::TooLarge(bytes), String::new()),
        Err(error) => (FileState::Unreadable(error.to_string()), String::new()),
    };
    let is_same = |file: &&File| {
        state == FileState::Readable && file.is_readable() && file.document.format == format && file.source.text == text
    };
    let (document, facets) = match known.filter(is_same) {
        Some(same) => (same.document.clone(), same.facets.clone()),
        None => (Arc::new(parse::parse(&text, format)), Arc::default()),
    };
    let source = Source::new(path.clone(), text);
    File { path: path.clone(), roles: roles.to_vec(), linted, state, source, document, facets, raw }
}

fn guess_encoding(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return "UTF-16";
    }
    if bytes.contains(&0) {
        return "binary data";
    }
    "Latin-1 or another one-byte encoding"
}

/// Whether the client loads the file by itself and looks for imports in it, or is known to pass an `@path` in it on as
/// it stands.
fn imports_from(file: &File, client: &Client, own: &OwnMemory) -> bool {
    let loads = |role: &RoleAt| matches!(role.role, Role::Memory | Role::LocalMemory | Role::Rule);
    (client.imports.is_some() || has_no_imports(client))
        && file.roles.iter().any(|role| role.client == client.name && loads(role) && !own.shadows(role))
}

/// Whether a client was seen to follow no import.
fn has_no_imports(client: &Client) -> bool {
    client.imports.is_none() && client.evidence == Evidence::Measured
}

fn import_edges(file: &File, client: &'static Client, index: &PathIndex) -> Vec<ImportEdge> {
    if !file.source.text.contains('@') {
        return Vec::new();
    }
    // What its author meant is what another client would have done.
    let grammar = client.imports.unwrap_or(&clients::claude_code::IMPORTS);
    let found = references::imports(&file.document, &file.source.text, grammar);
    let edge = |mut import: Import| {
        if client.imports.is_none() && !matches!(import.state, State::Inert(reason) if reason.is_escape()) {
            import.state = State::Inert(InertReason::NoImports);
        }
        let target = import_target(&file.path, &import, index);
        ImportEdge { from: file.path.clone(), client, import, target }
    };
    found.into_iter().map(edge).collect()
}

fn import_target(from: &str, import: &Import, index: &PathIndex) -> ImportTarget {
    let path = match references::resolve(from, &import.path) {
        Target::Inside(path) => path,
        Target::Outside(path) | Target::Home(path) | Target::Absolute(path) => return ImportTarget::Outside(path),
    };
    match index.presence(&path) {
        Presence::File => match index.real_path(&path) {
            Some(real) => ImportTarget::File(real),
            None => ImportTarget::Unknown,
        },
        Presence::Dir => ImportTarget::Dir,
        Presence::Ignored | Presence::Beyond => ImportTarget::Unknown,
        Presence::Missing => ImportTarget::Missing(path),
    }
}

/// Markdown files that a file links to with a fragment, found as the lints find them.
fn anchored_targets(file: &File, index: &PathIndex) -> Vec<Arc<str>> {
    let targets = links::links(file).filter(|link| link.fragment.is_some()).filter_map(|link| {
        let Destination::Path(path) = &link.destination else { return None };
        let real = links::find(index, &file.path, path).filter(|real| format_of(real) == Format::Markdown)?;
        index.files.binary_search(&real).is_ok().then_some(real)
    });
    targets.collect()
}

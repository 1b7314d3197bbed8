//! One walk of the root: every path into the index, every context file with its roles. Nothing is parsed here.

use crate::clients::{self, Client, FileRule, Role};
use crate::config::Settings;
use crate::model::Format;
use crate::paths::{LinkTarget, PathIndex, Presence, file_name, is_below, join, normalize, parent};
use crate::world::{DirEntry, EntryKind, World, git};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Folders that are never entered, wherever they are: version control, and installed packages by the tens of thousands.
const NEVER_WALKED: [&str; 5] = [".git", ".hg", ".svn", ".jj", "node_modules"];

/// The file that marks a folder as a cache, by the Cache Directory Tagging convention; `target/` of Cargo has one.
const CACHE_TAG: &str = "CACHEDIR.TAG";

/// The file that a sparse checkout has, below the top of the repository.
const SPARSE: &str = ".git/info/sparse-checkout";

/// How many paths are looked at behind links to folders before the rest is left out.
const MAX_LINKED_PATHS: usize = 50_000;

/// How many links to folders may lie inside one another.
const MAX_LINKS_IN_LINKS: u32 = 4;

/// Ignore files larger than this, in bytes, are not read.
const MAX_IGNORE_FILE: u64 = 1 << 20;

/// A role with the path under which its client finds the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleAt {
    /// Name of the client.
    pub client: &'static str,
    /// What the file is to that client.
    pub role: Role,
    /// The path that gives it the role: the file's own or that of a link to it.
    pub path: Arc<str>,
}

/// A file that some client reads, or that the user included.
#[derive(Clone, Debug)]
pub struct ContextFile {
    /// Its real path, relative to the root.
    pub path: Arc<str>,
    /// Its roles, sorted; none for a file that only `include` names.
    pub roles: Vec<RoleAt>,
    /// How it is read.
    pub format: Format,
}

/// Something that the walk could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WalkProblem {
    /// A folder or file that the system does not let us read, with its words.
    Unreadable {
        /// Path relative to the root.
        path: Arc<str>,
        /// Why.
        why: String,
    },
    /// A link that leads into itself.
    LinkLoop {
        /// Path relative to the root.
        path: Arc<str>,
    },
    /// A link in a context file's place that leads to nothing.
    DanglingLink {
        /// Path relative to the root.
        path: Arc<str>,
    },
    /// A link in a context file's place that leads to what git ignores or what belongs to another repository.
    HiddenLink {
        /// Path relative to the root.
        path: Arc<str>,
    },
    /// A link in a context file's place that leaves the root.
    OutsideLink {
        /// Path relative to the root.
        path: Arc<str>,
    },
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Every path.
    pub index: PathIndex,
    /// Context files, sorted by path.
    pub files: Vec<ContextFile>,
    /// Context files that are not linted, with the setting that says so, sorted by path.
    pub excluded: Vec<(Arc<str>, String)>,
    /// What went wrong, sorted by path.
    pub problems: Vec<WalkProblem>,
    /// Configuration files below the root, which have no effect.
    pub nested_configs: Vec<Arc<str>>,
    /// What could not be told, for the footer.
    pub notes: Vec<String>,
}

struct Walk<'a> {
    world: &'a dyn World,
    root: &'a Path,
    settings: &'a Settings,
    out: Discovery,
    /// Ignored files that count all the same: personal ones.
    personal: Vec<Arc<str>>,
    /// Links still to be resolved.
    links: Vec<Arc<str>>,
    anything_ignored: bool,
}

/// Walks `root`. Links are resolved inside the root, files behind them counted once.
pub fn discover(world: &dyn World, root: &Path, settings: &Settings) -> Discovery {
    let mut walk = Walk {
        world,
        root,
        settings,
        out: Discovery::default(),
        personal: Vec::new(),
        links: Vec::new(),
        anything_ignored: false,
    };
    let repository = repository(&walk);
    if let Some(repository) = &repository {
        read_outer_ignore_rules(&mut walk, repository);
    }
    walk_dir(&mut walk, "");
    if let Some(repository) = &repository {
        read_submodules(&mut walk, &repository.top);
        if walk.anything_ignored {
            add_tracked_but_ignored(&mut walk);
        }
        if !world.is_checked_in() && walk.world.stat(&repository.top.join(SPARSE)).is_some() {
            add_left_out(&mut walk);
        }
    }
    let index = &mut walk.out.index;
    for paths in [&mut index.files, &mut index.dirs, &mut index.left_out] {
        paths.sort_unstable();
        paths.dedup();
    }
    let links = std::mem::take(&mut walk.links);
    for link in links {
        let target = resolve_link(&walk, &link);
        walk.out.index.links.insert(link, target);
    }
    give_roles(&mut walk);
    let mut out = walk.out;
    out.nested_configs.sort_unstable();
    out.problems.sort_by(|a, b| problem_path(a).cmp(problem_path(b)));
    out
}

/// The path that a problem is about.
pub fn problem_path(problem: &WalkProblem) -> &Arc<str> {
    match problem {
        WalkProblem::Unreadable { path, .. }
        | WalkProblem::LinkLoop { path }
        | WalkProblem::DanglingLink { path }
        | WalkProblem::HiddenLink { path }
        | WalkProblem::OutsideLink { path } => path,
    }
}

/// The git repository in which the root lies.
struct Repository {
    /// Its top folder, absolute: the root or a folder above it.
    top: PathBuf,
    /// True where `.git` is a folder. In a linked worktree it is a file, and what it holds lies with the main one.
    main: bool,
}

fn repository(walk: &Walk<'_>) -> Option<Repository> {
    walk.root.ancestors().find_map(|dir| {
        let stat = walk.world.stat(&dir.join(".git"))?;
        Some(Repository { top: dir.to_path_buf(), main: stat.kind == EntryKind::Dir })
    })
}

fn small_text(walk: &Walk<'_>, path: &Path) -> Option<String> {
    let bytes = walk.world.read(path, MAX_IGNORE_FILE).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads the ignore rules that hold in the root but stand elsewhere: in folders between it and the top of its
/// repository, and in git's exclude file.
fn read_outer_ignore_rules(walk: &mut Walk<'_>, repository: &Repository) {
    let Repository { top, main } = repository;
    if top != walk.root {
        for dir in walk.root.ancestors().skip(1).take_while(|dir| dir.starts_with(top)) {
            let rules = small_text(walk, &dir.join(".gitignore"));
            if let (Some(rules), Ok(root)) = (rules, walk.root.strip_prefix(dir)) {
                walk.out.index.ignore.add_above(&rules, slashed(root));
            }
        }
    }
    if *main && let Some(exclude) = small_text(walk, &top.join(".git/info/exclude")) {
        walk.out.index.ignore.add_exclude(&exclude);
    }
}

/// A submodule that is not checked out is an empty folder; only `.gitmodules` tells that there is more behind it.
fn read_submodules(walk: &mut Walk<'_>, top: &Path) {
    let Some(text) = small_text(walk, &top.join(".gitmodules")) else { return };
    // Its paths start at the top of the repository, ours at the root.
    let above = walk.root.strip_prefix(top).map(slashed).unwrap_or_default();
    for line in text.lines() {
        let Some((key, path)) = line.split_once('=') else { continue };
        let path = normalize("", path.trim().trim_matches('"')).filter(|_| key.trim() == "path");
        let inside = path.as_deref().and_then(|path| match above.as_str() {
            "" => Some(path),
            above => path.strip_prefix(above)?.strip_prefix('/'),
        });
        if let Some(path) = inside.filter(|path| !path.is_empty()) {
            walk.out.index.dirs.retain(|dir| **dir != *path);
            walk.out.index.nested.push(path.into());
        }
    }
}

/// In a sparse checkout files exist that the disk does not show.
fn add_left_out(walk: &mut Walk<'_>) {
    let tracked = match git::tracked(walk.root) {
        Ok(tracked) => tracked,
        Err(error) => {
            walk.out.notes.push(format!("files that the sparse checkout leaves out ({})", error.message));
            return;
        }
    };
    let here: std::collections::BTreeSet<Arc<str>> = walk.out.index.files.iter().cloned().collect();
    for path in tracked.into_iter().filter(|path| !here.contains(path.as_str())) {
        add_dirs(walk, &path);
        walk.out.index.left_out.push(path.into());
    }
}

fn add_dirs(walk: &mut Walk<'_>, path: &str) {
    let mut dir = parent(path);
    while !dir.is_empty() {
        walk.out.index.dirs.push(dir.into());
        dir = parent(dir);
    }
}

/// A path with `/` on every system.
fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn walk_dir(walk: &mut Walk<'_>, dir: &str) {
    let entries = match walk.world.read_dir(&walk.root.join(dir)) {
        Ok(entries) => entries,
        Err(error) => {
            walk.out.problems.push(WalkProblem::Unreadable { path: dir.into(), why: plain_words(&error) });
            return;
        }
    };
    let holds = |name: &str| entries.binary_search_by(|entry| entry.name.as_str().cmp(name)).is_ok();
    if !dir.is_empty() {
        if holds(".git") {
            walk.out.index.nested.push(dir.into());
            return;
        }
        if holds(CACHE_TAG) {
            walk.out.index.unwalked.push(dir.into());
            return;
        }
        walk.out.index.dirs.push(dir.into());
    }
    if holds(".gitignore") {
        let path = walk.root.join(dir).join(".gitignore");
        if let Ok(bytes) = walk.world.read(&path, MAX_IGNORE_FILE) {
            walk.out.index.ignore.add(dir, &String::from_utf8_lossy(&bytes));
        }
    }
    let rules = walk.out.index.ignore.at_or_above(dir);
    for entry in entries {
        let path = join(dir, &entry.name);
        if !entry.readable_name {
            let why = "its name is not UTF-8".to_owned();
            if entry.kind == EntryKind::Dir || !clients::roles_of(&path).is_empty() {
                walk.out.problems.push(WalkProblem::Unreadable { path: path.into(), why });
            }
            continue;
        }
        let is_ignored = || walk.out.index.ignore.matches_with(&rules, &path, entry.kind == EntryKind::Dir);
        if !walk.world.is_checked_in() && is_ignored() {
            walk.anything_ignored = true;
            note_personal_files(walk, &path, entry.kind);
            continue;
        }
        match entry.kind {
            EntryKind::Dir if NEVER_WALKED.contains(&entry.name.as_str()) => {
                if entry.name != ".git" {
                    walk.out.index.unwalked.push(path.into());
                }
            }
            EntryKind::Dir => {
                no_regular_file(walk, &path, "it is a folder");
                walk_dir(walk, &path);
            }
            EntryKind::File => walk.out.index.files.push(path.into()),
            EntryKind::Link => walk.links.push(path.into()),
            EntryKind::Other => no_regular_file(walk, &path, "it is not a regular file"),
        }
    }
}

/// Something else stands where a client looks for a file.
fn no_regular_file(walk: &mut Walk<'_>, path: &str, why: &str) {
    if !clients::roles_of(path).is_empty() {
        walk.out.problems.push(WalkProblem::Unreadable { path: path.into(), why: why.to_owned() });
    }
}

/// An error of the system in a few plain words.
fn plain_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => error.to_string(),
    }
}

/// Personal files are ignored by habit and read by the client all the same. An ignored `.claude` folder is looked into
/// for them, and for nothing else.
fn note_personal_files(walk: &mut Walk<'_>, path: &str, kind: EntryKind) {
    match kind {
        EntryKind::File if clients::is_personal(path) => walk.personal.push(path.into()),
        EntryKind::Dir if walk.settings.local && clients::may_hold_personal(path) => {
            for entry in walk.world.read_dir(&walk.root.join(path)).into_iter().flatten() {
                let path = join(path, &entry.name);
                if entry.kind == EntryKind::File && clients::is_personal(&path) {
                    walk.personal.push(path.into());
                }
            }
        }
        _ => {}
    }
}

/// A file that git tracks is part of the repository whatever an ignore rule says.
fn add_tracked_but_ignored(walk: &mut Walk<'_>) {
    let paths = match git::tracked_but_ignored(walk.root) {
        Ok(paths) => paths,
        Err(error) => {
            walk.out.notes.push(format!("tracked files that an ignore rule matches ({})", error.message));
            return;
        }
    };
    let mut listings = BTreeMap::new();
    for path in paths {
        // An index can hold any name; only what is written as a path below the root is one.
        if normalize("", &path).as_deref() != Some(path.as_str()) {
            continue;
        }
        match kind_below(walk, &path, &mut listings) {
            Some(EntryKind::File) => walk.out.index.files.push(path.as_str().into()),
            Some(EntryKind::Link) => walk.links.push(path.as_str().into()),
            _ => continue,
        }
        add_dirs(walk, &path);
    }
}

/// The entries of folders by their path; `None` for what is no real folder of the repository.
type Listings = BTreeMap<String, Option<Vec<DirEntry>>>;

/// What is at `path`, where every folder above it is a real one: nothing is reached through a link.
fn kind_below(walk: &Walk<'_>, path: &str, listings: &mut Listings) -> Option<EntryKind> {
    let dir = parent(path);
    if !listings.contains_key(dir) {
        let is_real = dir.is_empty() || kind_below(walk, dir, listings) == Some(EntryKind::Dir);
        let entries = if is_real { walk.world.read_dir(&walk.root.join(dir)).ok() } else { None };
        // A repository of its own inside this one is not ours.
        let entries = entries.filter(|entries| dir.is_empty() || !entries.iter().any(|entry| entry.name == ".git"));
        listings.insert(dir.to_owned(), entries);
    }
    let entries = listings.get(dir)?.as_ref()?;
    entries.iter().find(|entry| entry.readable_name && entry.name == file_name(path)).map(|entry| entry.kind)
}

fn resolve_link(walk: &Walk<'_>, link: &Arc<str>) -> LinkTarget {
    let absolute = walk.root.join(&**link);
    let Ok(written) = walk.world.read_link(&absolute) else { return LinkTarget::Dangling };
    if let Some(target) = written.to_str().filter(|_| written.is_relative()).and_then(|to| normalize(parent(link), to))
    {
        if target.is_empty() || is_below(link, &target) {
            return LinkTarget::Loop;
        }
        let index = &walk.out.index;
        let known = |paths: &[Arc<str>]| paths.binary_search_by(|path| (**path).cmp(target.as_str())).is_ok();
        // A `..` behind a name steps back from wherever that name leads, which text alone does not tell.
        let through_link = written.to_str().is_some_and(|to| to.trim_start_matches("../").contains(".."));
        if !through_link && (known(&index.files) || known(&index.dirs)) {
            return LinkTarget::Inside(target.into());
        }
    }
    let Ok(real_root) = walk.world.canonical(walk.root) else { return LinkTarget::Dangling };
    match walk.world.canonical(&absolute) {
        Ok(real) => match real.strip_prefix(&real_root) {
            Ok(inside) if is_below(link, &slashed(inside)) => LinkTarget::Loop,
            Ok(inside) => LinkTarget::Inside(slashed(inside).into()),
            Err(_) => LinkTarget::Outside,
        },
        Err(error) if error.to_string().contains("symbolic links") => LinkTarget::Loop,
        Err(_) => LinkTarget::Dangling,
    }
}

/// Files with their roles and formats, by real path.
type Roles = BTreeMap<Arc<str>, (Vec<RoleAt>, Format)>;

/// Adds what the file at `real` is when a client finds it at `at`.
fn add_roles(roles: &mut Roles, local: bool, real: &Arc<str>, at: &Arc<str>) {
    let found = clients::rules_of(at);
    let Some((_, first)) = found.first() else { return };
    if !local && found.iter().any(|(_, rule)| rule.personal) {
        return;
    }
    let entry = roles.entry(real.clone()).or_insert_with(|| (Vec::new(), first.format));
    let role_at = |(client, rule): (&'static Client, &'static FileRule)| RoleAt {
        client: client.name,
        role: rule.role,
        path: at.clone(),
    };
    entry.0.extend(found.into_iter().map(role_at));
}

/// Gives every file its roles: by its own path, by the path of every link that leads to it, as part of a plugin, and by
/// the user's `include`.
fn give_roles(walk: &mut Walk<'_>) {
    let local = walk.settings.local;
    let mut roles = Roles::new();
    for path in &walk.out.index.files {
        if file_name(path) == crate::config::FILE_NAME && path.contains('/') {
            walk.out.nested_configs.push(path.clone());
        }
        add_roles(&mut roles, local, path, path);
    }
    if local {
        for path in &walk.personal {
            add_roles(&mut roles, local, path, path);
        }
    }
    let (linked, problems, whole) = linked_paths(&walk.out.index);
    walk.out.problems.extend(problems);
    if !whole {
        walk.out.notes.push("paths behind symbolic links beyond the first 50,000".to_owned());
    }
    for (at, real) in linked {
        add_roles(&mut roles, local, &real, &at);
    }
    add_plugin_roles(&walk.out.index, &mut roles);
    if !walk.settings.include.is_empty() {
        for path in walk.out.index.files.iter().filter(|path| walk.settings.include.is_match(&***path)) {
            roles.entry(path.clone()).or_insert_with(|| (Vec::new(), format_of(path)));
        }
    }
    for (path, (mut roles, format)) in roles {
        if let Some(why) = walk.settings.exclusion(&path) {
            walk.out.excluded.push((path, why));
            continue;
        }
        roles.sort_unstable();
        roles.dedup();
        walk.out.files.push(ContextFile { path, roles, format });
    }
}

/// Skills, commands and agents of every folder that a manifest makes a plugin of Claude Code.
fn add_plugin_roles(index: &PathIndex, roles: &mut Roles) {
    let manifests: Vec<Arc<str>> = roles
        .iter()
        .filter(|(_, (roles, _))| roles.iter().any(|role| role.role == Role::Plugin))
        .map(|(path, _)| path.clone())
        .collect();
    for manifest in manifests {
        let dir = parent(parent(&manifest));
        for file in index.below(dir) {
            let inside = if dir.is_empty() { file } else { &file[dir.len() + 1..] };
            let Some(role) = clients::plugin_role(inside) else { continue };
            let format = if role == Role::Hooks || role == Role::McpConfig { Format::Json } else { Format::Markdown };
            let entry = roles.entry(file.clone()).or_insert_with(|| (Vec::new(), format));
            entry.0.push(RoleAt { client: clients::claude_code::CLIENT.name, role, path: file.clone() });
        }
    }
}

/// How a file is read when no client says so: by its extension.
pub fn format_of(path: &str) -> Format {
    match file_name(path).rsplit_once('.').map_or("", |(_, extension)| extension) {
        "md" | "mdc" | "markdown" => Format::Markdown,
        "json" | "jsonc" => Format::Json,
        "yaml" | "yml" => Format::Yaml,
        _ => Format::Text,
    }
}

/// A path that leads through a link, and the real path behind it.
type LinkedPath = (Arc<str>, Arc<str>);

/// Every path that leads through a link to a file inside the root, with the real path; and what is wrong with links
/// that stand where a client looks.
fn linked_paths(index: &PathIndex) -> (Vec<LinkedPath>, Vec<WalkProblem>, bool) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    // Links met while looking behind a link stand under a second path; `through` says how many links deep it is.
    let mut todo: Vec<(Arc<str>, &LinkTarget, u32)> =
        index.links.iter().map(|(at, target)| (at.clone(), target, 0)).collect();
    todo.reverse();
    let mut steps = 0;
    while let Some((at, target, through)) = todo.pop() {
        steps += 1;
        if steps > MAX_LINKED_PATHS || found.len() > MAX_LINKED_PATHS {
            return (found, problems, false);
        }
        let matters = || !clients::roles_of(&at).is_empty() || clients::is_client_folder(&at);
        match target {
            LinkTarget::Loop => problems.push(WalkProblem::LinkLoop { path: at }),
            LinkTarget::Dangling if matters() => problems.push(WalkProblem::DanglingLink { path: at }),
            LinkTarget::Outside if matters() => problems.push(WalkProblem::OutsideLink { path: at }),
            LinkTarget::Dangling | LinkTarget::Outside => {}
            LinkTarget::Inside(target) if index.files.binary_search(target).is_ok() => found.push((at, target.clone())),
            LinkTarget::Inside(target) => {
                if matters() && index.presence(target) != Presence::Dir {
                    problems.push(WalkProblem::HiddenLink { path: at });
                    continue;
                }
                let files = index.below(target);
                steps += files.len();
                found.extend(files.iter().map(|file| (join(&at, &file[target.len() + 1..]).into(), file.clone())));
                // Links to folders around their own place are followed once, from where they stand.
                let prefix = format!("{target}/");
                let inner = index.links.range::<str, _>((Bound::Included(&*prefix), Bound::Unbounded));
                for (link, inner_target) in inner.take_while(|(link, _)| link.starts_with(&prefix)) {
                    steps += 1;
                    let LinkTarget::Inside(to) = inner_target else { continue };
                    if through < MAX_LINKS_IN_LINKS && !is_below(target, to) {
                        todo.push((join(&at, &link[prefix.len()..]).into(), inner_target, through + 1));
                    }
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    (found, problems, true)
}

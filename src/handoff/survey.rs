//! The handoffs of a repository, with what git says about them. The lints of the group read what is gathered here once.
//!
//! Nothing is asked of git when there is no handoff. The age of a handoff is counted to the commit that is checked out, never
//! to the clock, so that two runs over the same tree say the same.

use super::facts::git::{fingerprint, is_handoff};
use super::read::{self, Fields};
use super::{FOLDER, quote};
use crate::config::DocumentClass;
use crate::paths::{file_name, is_below, parent};
use crate::workspace::{File, Workspace, read_document};
use crate::world::World;
use crate::world::git::worktree::{self, Status};
use crate::world::git::{self, Repository};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A handoff.
#[derive(Clone, Debug)]
pub struct Handoff {
    /// Its path.
    pub path: Arc<str>,
    /// Whether it has the frontmatter of this program.
    pub is_ours: bool,
    /// What its frontmatter says.
    pub fields: Fields,
    /// Whether it is the newest of its branch; the others are records.
    pub is_newest: bool,
    /// Whether its branch is the one that is checked out.
    pub is_current: bool,
    /// What git says about it.
    pub drift: Drift,
}

/// What git says about a handoff. Everything is unknown where git was not asked.
#[derive(Clone, Debug, Default)]
pub struct Drift {
    /// Whether its commit is part of the history of the one that is checked out.
    pub is_in_history: Option<bool>,
    /// Whether its commit is there at all.
    pub is_known: Option<bool>,
    /// Commits since its commit.
    pub behind: Option<u64>,
    /// Days between its commit or its date and the commit that is checked out.
    pub age: Option<u64>,
    /// Whether its branch is there.
    pub has_branch: Option<bool>,
    /// What the working tree's fingerprint is, where the document's commit is checked out.
    pub fingerprint: Option<String>,
    /// Paths that differ from its base and that it does not name.
    pub unlisted: Vec<String>,
}

/// Every handoff, by path.
#[derive(Clone, Debug, Default)]
pub struct Handoffs {
    /// The documents.
    pub documents: Vec<Handoff>,
}

impl Handoffs {
    /// The handoff at this path.
    pub fn at(&self, path: &str) -> Option<&Handoff> {
        self.documents.iter().find(|handoff| &*handoff.path == path)
    }

    /// The class of a document that is a handoff: only the newest of the branch that is checked out is kept true.
    pub fn class(&self, path: &str) -> Option<DocumentClass> {
        let handoff = self.at(path)?;
        Some(if handoff.is_newest && handoff.is_current { DocumentClass::Living } else { DocumentClass::Record })
    }
}

/// Whether a path is where handoffs lie, whatever program writes them.
fn may_be_one(path: &str) -> bool {
    // Nearly every path is none, and its name or folder says so.
    const WORD: &[u8] = b"handoff";
    if !path.as_bytes().windows(WORD.len()).any(|part| part.eq_ignore_ascii_case(WORD)) {
        return false;
    }
    let name = file_name(path);
    if !name.ends_with(".md") || !name.is_ascii() {
        return is_below(path, FOLDER);
    }
    // What a skill or a command says about handoffs is none.
    let is_about = |dir: &str| ["skills", "commands", "agents", "references", "templates", "prompts"].contains(&dir);
    if parent(path).split('/').any(is_about) {
        return false;
    }
    // `docs/handoff.md` is a page about handoffs; those who leave one write its name in capitals, or put it elsewhere.
    if name == "handoff.md" && parent(path).rsplit('/').next() == Some("docs") {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let dated =
        |start: &str| lower.strip_prefix(start).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_below(path, FOLDER)
        || matches!(lower.as_str(), "handoff.md" | "next_handoff.md" | "next-handoff.md" | ".continues-handoff.md")
        || dated("handoff-")
        || dated("handoff_")
        || parent(path).split('/').any(|dir| dir == "handoffs")
}

/// Whether a document in such a place is a handoff of another form: it has sections of one, or calls itself so.
fn looks_like_one(file: &File) -> bool {
    let (document, text) = (&file.document, &file.source.text);
    if read::topics(document, text).len() >= 2 {
        return true;
    }
    const WORDS: [&str; 6] = ["handoff", "hand-off", "übergabe", "ハンドオフ", "引き継ぎ", "交接"];
    let title = document.sections.first().map(|section| section.title.slice(text).to_lowercase()).unwrap_or_default();
    document.sections.len() >= 4 && WORDS.iter().any(|word| title.contains(word))
}

/// Gathers the handoffs of a workspace; `more` are documents that were named, wherever they lie. The documents of our own
/// form are linted from then on. `asks_git` tells whether git may be asked.
pub fn survey(workspace: &mut Workspace, world: &dyn World, more: &[Arc<str>], asks_git: bool) {
    let mut paths: BTreeSet<Arc<str>> = workspace
        .index
        .files
        .iter()
        .filter(|path| may_be_one(path) && workspace.settings.exclusion(path).is_none())
        .cloned()
        .collect();
    paths.extend(more.iter().cloned());
    let mut found = Vec::new();
    for path in paths {
        let is_named = more.contains(&path);
        // What a client reads as an artefact is about handoffs, and none.
        if workspace.file(&path).is_some_and(|file| !file.roles.is_empty()) {
            continue;
        }
        let file = match workspace.file(&path) {
            Some(_) => None,
            None => Some(read_document(world, workspace, &path)),
        };
        let Some(known) = file.as_ref().or_else(|| workspace.file(&path)) else { continue };
        let is_ours = read::is_ours(&known.document);
        let is_one = is_ours || is_named || looks_like_one(known);
        if !is_one {
            continue;
        }
        let (fields, _) = read::fields(&known.document);
        found.push(Handoff {
            path: path.clone(),
            is_ours,
            fields,
            is_newest: false,
            is_current: true,
            drift: Drift::default(),
        });
        if let Some(mut file) = file {
            file.linted = is_ours || is_named;
            let at = workspace.files.partition_point(|known| known.path < file.path);
            workspace.files.insert(at, file);
        } else if let Ok(at) = workspace.files.binary_search_by(|file| file.path.cmp(&path)) {
            workspace.files[at].linted |= is_ours;
        }
    }
    // The copy of the newest one says nothing of its own.
    let sessions: BTreeMap<String, usize> =
        found.iter().filter_map(|one| one.fields.session.clone()).fold(BTreeMap::new(), |mut all, session| {
            *all.entry(session).or_default() += 1;
            all
        });
    found.retain(|one| {
        let is_copy = file_name(&one.path) == "latest.md"
            && one.fields.session.as_ref().is_some_and(|session| sessions[session] > 1);
        let keep = !is_copy || more.contains(&one.path);
        if !keep && let Ok(at) = workspace.files.binary_search_by(|file| file.path.cmp(&one.path)) {
            workspace.files[at].linted = false;
        }
        keep
    });
    choose_newest(&mut found);
    if asks_git && found.iter().any(|one| one.is_ours) {
        ask(workspace, world, &mut found);
    }
    workspace.handoffs = Handoffs { documents: found };
}

fn choose_newest(found: &mut [Handoff]) {
    let mut newest: BTreeMap<Option<String>, (Option<String>, Arc<str>)> = BTreeMap::new();
    for one in found.iter().filter(|one| one.is_ours) {
        let rank = (one.fields.generated.clone(), one.path.clone());
        let best = newest.entry(one.fields.branch.clone()).or_insert_with(|| rank.clone());
        if *best < rank {
            *best = rank;
        }
    }
    for one in found.iter_mut().filter(|one| one.is_ours) {
        one.is_newest = newest.get(&one.fields.branch).is_some_and(|(_, path)| *path == one.path);
    }
}

fn ask(workspace: &mut Workspace, world: &dyn World, found: &mut [Handoff]) {
    let root = workspace.root.clone();
    let repository = match git::open(&root) {
        Ok(repository) => repository,
        Err(error) => {
            workspace.notes.push(format!("handoffs: there is no history ({})", error.message));
            return;
        }
    };
    let Ok(mut status) = worktree::status(&root, &repository.prefix) else { return };
    for paths in [&mut status.staged, &mut status.unstaged, &mut status.untracked, &mut status.conflicted] {
        paths.retain(|path| !is_handoff(world, &root, path));
    }
    let is_shallow = !repository.shallow.is_empty();
    if is_shallow && found.iter().any(|one| one.is_ours && one.is_newest) {
        workspace
            .notes
            .push("handoffs: the clone is shallow: fetch the whole history (`fetch-depth: 0` in CI)".to_owned());
    }
    for one in found.iter_mut().filter(|one| one.is_ours) {
        one.is_current = one.fields.branch == status.branch;
        if !one.is_newest {
            continue;
        }
        let text = workspace.file(&one.path).map(|file| file.source.text.clone()).unwrap_or_default();
        one.drift = drift(world, &repository, &status, one, &text, is_shallow);
    }
}

fn drift(
    world: &dyn World,
    repository: &Repository,
    status: &Status,
    one: &Handoff,
    text: &str,
    is_shallow: bool,
) -> Drift {
    let root = &repository.root;
    let mut out = Drift::default();
    if let Some(branch) = &one.fields.branch {
        out.has_branch = Some(status.branch.as_ref() == Some(branch) || worktree::has_branch(root, branch));
    }
    let Some(head) = &one.fields.head else { return out };
    let known = worktree::resolve(root, head);
    // What a shallow clone lacks may be there in a whole one.
    if known.is_some() || !is_shallow {
        out.is_known = Some(known.is_some());
    }
    let Some(commit) = known else { return out };
    let is_in_history = worktree::is_ancestor(root, &commit, &repository.head);
    if is_in_history || !is_shallow {
        out.is_in_history = Some(is_in_history);
    }
    if !is_in_history {
        return out;
    }
    out.behind = worktree::apart(root, &repository.head, &commit).map(|(ahead, _)| ahead);
    let since = |moment: i64| worktree::date(root, &repository.head).map(|now| (now - moment).max(0) as u64 / 86_400);
    out.age = worktree::date(root, &commit).and_then(since);
    if !one.is_current {
        return out;
    }
    if out.behind == Some(0) {
        let mut status = status.clone();
        for paths in [&mut status.staged, &mut status.unstaged, &mut status.untracked, &mut status.conflicted] {
            paths.retain(|path| **path != *one.path);
        }
        out.fingerprint = Some(fingerprint(world, root, &status));
    }
    let mut paths: BTreeSet<String> = BTreeSet::new();
    if let Some(base) = one.fields.base.as_ref().and_then(|base| worktree::resolve(root, base)) {
        let between = worktree::between(repository, &base, &repository.head).unwrap_or_default();
        paths.extend(between.into_iter().map(|(change, _)| change.path.to_string()));
    }
    for list in [&status.staged, &status.unstaged, &status.untracked, &status.conflicted] {
        paths.extend(list.iter().cloned());
    }
    let names_rest = text.contains(" more file") || text.contains("`ctxlint handoff --format json` lists all");
    if !names_rest {
        let is_named = |path: &String| text.contains(&*quote::path(path)) || text.contains(path.as_str());
        out.unlisted = paths.into_iter().filter(|path| **path != *one.path && !is_named(path)).collect();
        out.unlisted.retain(|path| !is_handoff(world, root, path));
    }
    out
}

/// Whether the document at a path is a handoff, of our form or of another one. One that was only named need not be.
pub fn is_one(workspace: &Workspace, path: &str) -> bool {
    let Some(handoff) = workspace.handoffs.at(path) else { return false };
    let looks = || workspace.file(path).is_some_and(looks_like_one);
    handoff.is_ours || may_be_one(path) && looks()
}

/// The file of a handoff, where it could be read.
pub fn file<'a>(workspace: &'a Workspace, handoff: &Handoff) -> Option<&'a File> {
    workspace.file(&handoff.path).filter(|file| file.is_readable())
}

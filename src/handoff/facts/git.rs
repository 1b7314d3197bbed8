//! What git and the files know: branch, dirty paths, what changed since the branch left the main line, and where.

use super::Session;
use crate::history::lines::{differences, lines, pin_hash};
use crate::paths::{file_name, is_below};
use crate::world::World;
use crate::world::git::worktree::{self, Place, Status};
use crate::world::git::{Objects, Oid, Repository, compare};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Files above this are named and not compared, in bytes.
const MAX_COMPARED: u64 = 1 << 20;
/// Changed files above this are named and not compared.
const MAX_FILES: usize = 400;
/// Commits that are named.
const MAX_COMMITS: usize = 50;
/// Pieces of one file that are cited.
const MAX_PIECES: usize = 4;
/// Pieces that are nearer than this are one, in lines.
const NEAR: u32 = 8;
/// The longest piece that is cited whole, in lines.
const LONGEST_PIECE: u32 = 60;

/// What git knows.
#[derive(Clone, Debug, Default)]
pub struct GitFacts {
    /// Paths of handoffs that differ, which are no part of the work.
    pub handoffs: BTreeSet<String>,
    /// Branch, commit and dirty paths.
    pub status: Status,
    /// The commit since which changes are counted.
    pub base: Option<Oid>,
    /// What the base is: the main line's name, or what the user named.
    pub base_name: Option<String>,
    /// Commits that the upstream, or without one the main line, does not have.
    pub ahead: Option<u64>,
    /// Commits that only the upstream, or without one the main line, has.
    pub behind: Option<u64>,
    /// A merge, rebase or the like that is not over.
    pub unfinished: Option<&'static str>,
    /// Commits since the base, newest first: hash and first line.
    pub commits: Vec<(Oid, String)>,
    /// 12 hexadecimal digits over everything that is not committed.
    pub fingerprint: Option<String>,
    /// Changes between the base and the working tree, by path.
    pub changes: Vec<FileChange>,
    /// The repository's name: of its remote, else of its folder.
    pub name: String,
    /// Where git keeps what belongs to it.
    pub place: Place,
}

/// What changed in one file between the base and the working tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// The path, relative to the root.
    pub path: String,
    /// The path that it had at the base, where that was another.
    pub from: Option<String>,
    /// Lines that came.
    pub added: u32,
    /// Lines that went.
    pub removed: u32,
    /// It was not there at the base.
    pub is_new: bool,
    /// It is no longer there.
    pub is_deleted: bool,
    /// It was compared line by line.
    pub is_compared: bool,
    /// Where the changes are, with pins.
    pub pieces: Vec<Piece>,
    /// Lines with a mark of work to do that came: line (1-based) and text.
    pub todos: Vec<(u32, String)>,
    /// Lines that came and switch a test off: line (1-based) and text.
    pub skipped_tests: Vec<(u32, String)>,
    /// Lines that came in a manifest and look like a dependency.
    pub dependencies: Vec<String>,
}

/// Changed lines of a file as it is in the working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// First line, 1-based.
    pub start: u32,
    /// Last line, 1-based, inclusive.
    pub end: u32,
    /// The function, type or section that holds it, where one was found.
    pub symbol: Option<String>,
    /// The commit that has the lines so, in 8 digits, or `worktree`.
    pub commit: String,
    /// The first 8 digits of the hash of the lines.
    pub hash: String,
}

impl Piece {
    /// The citation of this piece of the file at `path`.
    pub fn citation(&self, path: &str) -> String {
        let end = if self.end > self.start { format!("-{}", self.end) } else { String::new() };
        format!("{path}:{}{end}@{}#{}", self.start, self.commit, self.hash)
    }
}

/// Paths that say nothing about the work: handoffs themselves.
pub fn is_own(path: &str) -> bool {
    is_below(path, super::super::FOLDER)
}

/// Whether a file is a handoff wherever it lies: it is in the usual folder, or its frontmatter says so.
pub fn is_handoff(world: &dyn World, root: &Path, path: &str) -> bool {
    if is_own(path) || !path.ends_with(".md") {
        return is_own(path);
    }
    let bytes = world.read(&root.join(path), MAX_COMPARED).unwrap_or_default();
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    lines.next().is_some_and(|first| first.trim_ascii() == b"---")
        && lines.take_while(|line| *line != b"---").take(200).any(|line| line.starts_with(b"ctxlint_handoff:"))
}

/// Gathers what git knows about `root`. `None` where there is no repository. `since` is a revision of the user's that
/// takes the place of the base, `own` the path of the document itself, which is no part of the work.
///
/// # Errors
/// When `since` names no commit.
pub fn gather(
    world: &dyn World,
    root: &Path,
    session: &Session,
    since: Option<&str>,
    own: Option<&str>,
) -> Result<Option<GitFacts>, String> {
    let Ok(place) = worktree::place(root) else { return Ok(None) };
    let Ok(mut status) = worktree::status(root, &place.prefix) else { return Ok(None) };
    let mut handoffs: BTreeSet<String> = own.map(str::to_owned).into_iter().collect();
    for paths in [&mut status.staged, &mut status.unstaged, &mut status.untracked, &mut status.conflicted] {
        paths.retain(|path| {
            let is_kept = !is_handoff(world, root, path) && Some(path.as_str()) != own;
            if !is_kept {
                handoffs.insert(path.clone());
            }
            is_kept
        });
    }
    let mut facts = GitFacts { name: name(root), handoffs, ..GitFacts::default() };
    let marks = [
        ("MERGE_HEAD", "merge"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
    ];
    let more = [("REVERT_HEAD", "revert"), ("BISECT_LOG", "bisect")];
    let marks = marks.iter().chain(&more);
    facts.unfinished =
        marks.into_iter().find(|(mark, _)| world.stat(&place.git_dir.join(mark)).is_some()).map(|(_, name)| *name);
    facts.fingerprint = Some(fingerprint(world, root, &status));
    if let Some(head) = status.head.clone() {
        set_base(&mut facts, root, &status, &head, session, since)?;
        if let Some(base) = facts.base.clone().filter(|base| *base != head) {
            facts.commits = worktree::commits(root, Some(&base), &head, MAX_COMMITS).unwrap_or_default();
        }
    } else if let Some(since) = since {
        return Err(format!("`{since}` names no commit: nothing was committed yet"));
    }
    facts.status = status;
    facts.place = place;
    facts.changes = changes(world, root, &facts);
    Ok(Some(facts))
}

fn set_base(
    facts: &mut GitFacts,
    root: &Path,
    status: &Status,
    head: &Oid,
    session: &Session,
    since: Option<&str>,
) -> Result<(), String> {
    let main = worktree::main_line(root);
    (facts.ahead, facts.behind) = match status.ahead_behind {
        Some((ahead, behind)) => (Some(ahead), Some(behind)),
        None if main.as_ref().is_some_and(|(_, main)| main == head) => (Some(0), Some(0)),
        None => match main.as_ref().and_then(|(_, main)| worktree::apart(root, head, main)) {
            Some((ahead, behind)) => (Some(ahead), Some(behind)),
            None => (None, None),
        },
    };
    if let Some(since) = since {
        let base = worktree::resolve(root, since).ok_or_else(|| format!("`{since}` names no commit"))?;
        (facts.base, facts.base_name) = (Some(base), Some(since.to_owned()));
        return Ok(());
    }
    let Some((name, main)) = main else {
        facts.base = Some(head.clone());
        return Ok(());
    };
    facts.base = compare::merge_base(root, head, &main).or_else(|| Some(head.clone()));
    facts.base_name = Some(name);
    // On the main line itself the session's own commits are those since it began.
    if facts.base.as_ref() == Some(head)
        && let Some(started) = &session.started
        && let Some(before) = worktree::before(root, head, started)
    {
        facts.base = Some(before);
    }
    Ok(())
}

/// `owner/name` of the remote's address, else the folder's name.
fn name(root: &Path) -> String {
    let folder = || root.file_name().and_then(|name| name.to_str()).unwrap_or("repository").to_owned();
    let Some(remote) = worktree::remote(root) else { return folder() };
    let path = remote.trim_end_matches('/').trim_end_matches(".git");
    let parts: Vec<&str> = path.rsplit(['/', ':']).take(2).filter(|part| !part.is_empty()).collect();
    let is_plain = |part: &&&str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    // What is before the last two parts may hold a credential, and what is odd is no name.
    let parts: Vec<&str> = parts.iter().take_while(is_plain).copied().collect();
    if parts.is_empty() { folder() } else { parts.into_iter().rev().collect::<Vec<_>>().join("/") }
}

/// A hash over everything that is not committed: paths, and the content of files.
pub fn fingerprint(world: &dyn World, root: &Path, status: &Status) -> String {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    let lists =
        [(b"s", &status.staged), (b"u", &status.unstaged), (b"n", &status.untracked), (b"c", &status.conflicted)];
    for (mark, paths) in lists {
        for path in paths {
            hash.update(mark);
            hash.update(path.as_bytes());
            hash.update(&[0]);
            match world.read(&root.join(path), 16 << 20) {
                Ok(bytes) => hash.update(&xxhash_rust::xxh3::xxh3_64(&bytes).to_le_bytes()),
                Err(_) => hash.update(b"-"),
            }
        }
    }
    format!("{:012x}", hash.digest() & 0xffff_ffff_ffff)
}

/// One path that differs from the base.
struct Changed {
    from: Option<String>,
    /// The version at the base; `None` where there was none.
    old: Option<Oid>,
    /// Whether the working tree has another version than the commit.
    is_dirty: bool,
}

fn changes(world: &dyn World, root: &Path, facts: &GitFacts) -> Vec<FileChange> {
    let status = &facts.status;
    let mut changed: BTreeMap<String, Changed> = BTreeMap::new();
    let repository = status.head.clone().map(|head| Repository {
        root: root.to_path_buf(),
        prefix: facts.place.prefix.clone(),
        common_dir: facts.place.common_dir.clone(),
        head,
        shallow: BTreeSet::new(),
        sparse: false,
        deadline: None,
    });
    if let (Some(repository), Some(base), Some(head)) = (&repository, &facts.base, &status.head)
        && base != head
    {
        for (change, from) in worktree::between(repository, base, head).unwrap_or_default() {
            let from = from.map(|from| from.to_string());
            changed.insert(change.path.to_string(), Changed { from, old: change.old, is_dirty: false });
        }
    }
    let mut objects = repository.as_ref().and_then(|repository| Objects::open(repository).ok());
    let renamed = |path: &str| status.renamed.iter().find(|(_, to)| to == path).map(|(from, _)| from.clone());
    let dirty = [&status.staged, &status.unstaged, &status.untracked, &status.conflicted];
    for path in dirty.into_iter().flatten() {
        match changed.get_mut(path) {
            Some(known) => known.is_dirty = true,
            None => {
                let from = renamed(path);
                let at_base = from.as_deref().unwrap_or(path);
                // A rename that is only staged moves what the commits since the base did to the old path.
                let before = from.as_deref().and_then(|from| changed.remove(from));
                let old = match before {
                    Some(before) => before.old,
                    None => committed(&mut objects, repository.as_ref(), facts.base.as_ref(), at_base),
                };
                changed.insert(path.clone(), Changed { from, old, is_dirty: true });
            }
        }
    }
    let mut found = Vec::new();
    for (path, of) in changed {
        if facts.handoffs.contains(&path) || is_handoff(world, root, &path) {
            continue;
        }
        let is_compared = found.len() < MAX_FILES;
        let change = compare(world, root, &path, of, facts, if is_compared { objects.as_mut() } else { None });
        // What was changed and changed back is no change.
        let is_same = change.is_compared && change.added + change.removed == 0 && change.from.is_none();
        if !(is_same && !change.is_new && !change.is_deleted) {
            found.push(change);
        }
    }
    found
}

/// The blob of a path in the base.
fn committed(
    objects: &mut Option<Objects>,
    repository: Option<&Repository>,
    base: Option<&Oid>,
    path: &str,
) -> Option<Oid> {
    let name = format!("{}:{}{path}", base?, repository?.prefix);
    objects.as_mut()?.get(&name).map(|object| object.oid)
}

fn compare(
    world: &dyn World,
    root: &Path,
    path: &str,
    of: Changed,
    facts: &GitFacts,
    objects: Option<&mut Objects>,
) -> FileChange {
    let mut change =
        FileChange { path: path.to_owned(), from: of.from, is_new: of.old.is_none(), ..FileChange::default() };
    let new = match world.read(&root.join(path), MAX_COMPARED) {
        Ok(bytes) => Some(bytes),
        Err(crate::world::ReadError::NotFound) => {
            change.is_deleted = true;
            None
        }
        Err(_) => return change,
    };
    let Some(objects) = objects else { return change };
    let old = match &of.old {
        Some(oid) => match objects.get(oid).filter(|object| object.bytes.len() as u64 <= MAX_COMPARED) {
            Some(object) => object.bytes,
            None => return change,
        },
        None => Vec::new(),
    };
    let new = new.unwrap_or_default();
    let is_binary = |bytes: &[u8]| bytes[..bytes.len().min(8_000)].contains(&0);
    if is_binary(&old) || is_binary(&new) {
        return change;
    }
    change.is_compared = true;
    let pieces = differences(&old, &new);
    for (old, new) in &pieces {
        change.removed += old.len() as u32;
        change.added += new.len() as u32;
    }
    let text = lines(&new);
    let commit = match &facts.status.head {
        Some(head) if !of.is_dirty => head.get(..8).unwrap_or(head).to_owned(),
        _ => "worktree".to_owned(),
    };
    change.pieces = cited(&new, &text, &pieces, &commit);
    for line in pieces.iter().flat_map(|(_, new)| new.clone()) {
        let Some(words) = text.get(line as usize).and_then(|line| std::str::from_utf8(line).ok()) else { continue };
        note_line(&mut change, line + 1, words);
    }
    change
}

/// Notes what a line that came tells.
fn note_line(change: &mut FileChange, line: u32, words: &str) {
    let shown = || words.trim().chars().take(160).collect::<String>();
    let work = ["TODO", "FIXME", "XXX", "HACK"].iter().find_map(|mark| {
        let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut places = words.match_indices(mark).map(|(at, _)| at);
        places.find(|at| {
            !is_letter(words[..*at].chars().next_back()) && !is_letter(words[at + mark.len()..].chars().next())
        })
    });
    if let Some(at) = work.filter(|_| change.todos.len() < 50) {
        change.todos.push((line, words[at..].trim().chars().take(160).collect()));
    }
    const SKIPS: [&str; 12] = [
        "#[ignore",
        "@pytest.mark.skip",
        "@unittest.skip",
        "it.skip(",
        "test.skip(",
        "describe.skip(",
        "xit(",
        "xdescribe(",
        "t.Skip(",
        "@Disabled",
        "@Ignore",
        "test.todo(",
    ];
    let text = words.trim_start();
    if SKIPS.iter().any(|skip| text.starts_with(skip)) && change.skipped_tests.len() < 50 {
        change.skipped_tests.push((line, shown()));
    }
    if let Some(name) = dependency(file_name(&change.path), text)
        && change.dependencies.len() < 50
    {
        change.dependencies.push(name);
    }
}

/// The dependency that a line of a manifest names. A line alone cannot be told for sure: what looks like a setting is left
/// out.
fn dependency(manifest: &str, line: &str) -> Option<String> {
    let plain = |name: &str| {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./@".contains(&byte));
        (!name.is_empty() && is_name).then(|| name.to_owned())
    };
    match manifest {
        "Cargo.toml" => {
            let (name, value) = line.split_once('=')?;
            let value = value.trim();
            let is_version = value
                .strip_prefix('"')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || "^~=*>".contains(c)));
            let is_known = ["version", "edition", "rust-version", "resolver"].contains(&name.trim());
            let is_table =
                value.starts_with('{') && ["version", "path", "git", "workspace"].iter().any(|key| value.contains(key));
            if (is_version && !is_known) || is_table { plain(name.trim()) } else { None }
        }
        "package.json" => {
            let (name, value) = line.strip_prefix('"')?.split_once("\":")?;
            let value = value.trim().trim_start_matches('"');
            let is_version = value.starts_with(['^', '~', '*'])
                || value.starts_with("workspace:")
                || value.starts_with(|c: char| c.is_ascii_digit()) && value.contains('.');
            if is_version && name != "version" { plain(name) } else { None }
        }
        "go.mod" => {
            let mut words = line.trim_start_matches("require ").split_whitespace();
            let (name, version) = (words.next()?, words.next()?);
            if version.starts_with('v') && name.contains('.') { plain(name) } else { None }
        }
        "requirements.txt" | "requirements-dev.txt" => {
            let name = line.split(['=', '<', '>', '~', '!', '[', ';', ' ']).next()?;
            if line.starts_with(|c: char| c.is_ascii_alphabetic()) { plain(name.trim()) } else { None }
        }
        "pyproject.toml" => {
            let name = line.trim_start_matches(['"', '\'']);
            let is_quoted = name.len() < line.len();
            let end = name.find(['=', '<', '>', '~', '!', '[', ';', '"', '\'', ' '])?;
            if is_quoted && name.starts_with(|c: char| c.is_ascii_alphabetic()) { plain(&name[..end]) } else { None }
        }
        _ => None,
    }
}

/// The pieces of a file to be cited: near ones together, the largest first where there are too many, in order.
fn cited(
    bytes: &[u8],
    text: &[&[u8]],
    pieces: &[(std::ops::Range<u32>, std::ops::Range<u32>)],
    commit: &str,
) -> Vec<Piece> {
    let mut groups: Vec<(u32, u32)> = Vec::new();
    for (_, new) in pieces {
        // Where lines only went, the line at the place is shown.
        let start = new.start.min(text.len().saturating_sub(1) as u32);
        let end = new.end.max(start + 1);
        match groups.last_mut() {
            Some(last) if start <= last.1 + NEAR => last.1 = end,
            _ => groups.push((start, end)),
        }
    }
    if text.is_empty() {
        return Vec::new();
    }
    if groups.len() > MAX_PIECES {
        groups.sort_by_key(|(start, end)| (std::cmp::Reverse(end - start), *start));
        groups.truncate(MAX_PIECES);
        groups.sort_unstable();
    }
    let piece = |(start, end): (u32, u32)| {
        let end = end.min(start + LONGEST_PIECE).min(text.len() as u32);
        let hash = pin_hash(bytes, start + 1, end)?;
        Some(Piece { start: start + 1, end, symbol: symbol(text, start), commit: commit.to_owned(), hash })
    };
    groups.into_iter().filter_map(piece).collect()
}

/// The name of the function, type or section that holds a line (0-based): that of the nearest line above that declares one
/// and is not indented more.
fn symbol(text: &[&[u8]], line: u32) -> Option<String> {
    let indent = |line: &[u8]| line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let words = |at: usize| text.get(at).and_then(|line| std::str::from_utf8(line).ok());
    let from = (line as usize).min(text.len().checked_sub(1)?);
    let mut most = text.get(from).filter(|line| !line.trim_ascii().is_empty()).map_or(usize::MAX, |line| indent(line));
    for at in (0..=from).rev().take(2_000) {
        let Some(words) = words(at).filter(|words| !words.trim().is_empty()) else { continue };
        let depth = indent(words.as_bytes());
        if depth > most {
            continue;
        }
        if let Some(name) = declared(words.trim()) {
            return Some(name);
        }
        most = most.min(depth.max(1));
    }
    None
}

/// The name that a line declares.
fn declared(line: &str) -> Option<String> {
    const WORDS: [&str; 15] = [
        "fn",
        "def",
        "class",
        "function",
        "func",
        "struct",
        "enum",
        "trait",
        "interface",
        "impl",
        "mod",
        "module",
        "type",
        "namespace",
        "message",
    ];
    if line.starts_with("# ") || line.starts_with("## ") || line.starts_with("### ") {
        return Some(line.trim_start_matches('#').trim().chars().take(60).collect());
    }
    if line.starts_with("//") || line.starts_with('#') || line.starts_with('*') {
        return None;
    }
    let mut words =
        line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).filter(|word| !word.is_empty());
    let mut seen = 0;
    while let Some(word) = words.next() {
        if WORDS.contains(&word) {
            return words.next().map(|name| name.chars().take(60).collect());
        }
        seen += 1;
        if seen > 4 {
            break;
        }
    }
    let arrow = line.contains("=>") || line.contains("= function");
    let name =
        line.strip_prefix("export ").unwrap_or(line).strip_prefix("const ").or_else(|| line.strip_prefix("let "));
    let name = name.filter(|_| arrow)?.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The pieces that a reader sees first: of the files with the most changed lines, at most `most`.
pub fn first_pieces(changes: &[FileChange], most: usize) -> Vec<(&FileChange, &Piece)> {
    let mut by_size: Vec<&FileChange> = changes.iter().filter(|change| !change.pieces.is_empty()).collect();
    by_size.sort_by_key(|change| (std::cmp::Reverse(change.added + change.removed), change.path.as_str()));
    let largest = |change: &'_ FileChange| change.pieces.iter().map(|piece| piece.end - piece.start).max();
    let first = by_size.into_iter().filter_map(|change| {
        let size = largest(change)?;
        change.pieces.iter().find(|piece| piece.end - piece.start == size).map(|piece| (change, piece))
    });
    first.take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_declaration_above_names_a_piece() {
        let text = "use a;\n\nimpl Price {\n    fn round(&self) {\n        let x = 1;\n\n        x\n    }\n}\nfn main() {\n}\n";
        let lines = lines(text.as_bytes());
        let at = |line| symbol(&lines, line);
        assert_eq!(at(4).as_deref(), Some("round"));
        assert_eq!(at(6).as_deref(), Some("round"));
        assert_eq!(at(10).as_deref(), Some("main"));
        assert_eq!(at(0), None);
        let script = "export const total = (a) => {\n  return a\n}\n";
        assert_eq!(symbol(&super::lines(script.as_bytes()), 1).as_deref(), Some("total"));
    }

    #[test]
    fn lines_that_came_tell_of_work_skips_and_dependencies() {
        let mut change = FileChange { path: "Cargo.toml".to_owned(), ..FileChange::default() };
        for (at, line) in ["# TODO: later", "serde = \"1\"", "version = \"2.0\"", "#[ignore = \"slow\"]", "TODOS = 1"]
            .iter()
            .enumerate()
        {
            note_line(&mut change, at as u32 + 1, line);
        }
        assert_eq!(
            (change.todos.len(), change.dependencies, change.skipped_tests.len()),
            (1, vec!["serde".to_owned()], 1)
        );
        assert_eq!(dependency("package.json", "\"left-pad\": \"^1.0.0\","), Some("left-pad".to_owned()));
        assert_eq!(dependency("package.json", "\"test\": \"jest\","), None);
    }
}

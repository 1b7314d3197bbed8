//! From a transcript and a repository to a document: what the command and the hooks share.

use super::super::Unusable;
use super::clock;
use crate::clients;
use crate::handoff::content::Facts;
use crate::handoff::document::{self, Form, Options, Written};
use crate::handoff::facts::git::GitFacts;
use crate::handoff::facts::{Session, transcript};
use crate::handoff::find::Homes;
use crate::handoff::sections::{self, TEMPLATES};
use crate::handoff::{FOLDER, hook, read};
use crate::model::Format;
use crate::parse;
use crate::tokens::Encoding;
use crate::world::{Disk, EntryKind, World};
use crate::write;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Documents of more bytes than this are none of ours.
const MAX_DOCUMENT: u64 = 4 << 20;
/// Files of sub-agents that are read beside a transcript.
const MAX_ASIDE: usize = 200;

/// Where the clients keep their files, by the environment.
pub(super) fn homes() -> Homes {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME").or_else(|| set("USERPROFILE"));
    let below = |name: &str| home.as_ref().map(|home| home.join(name));
    Homes {
        claude: set("CLAUDE_CONFIG_DIR").or_else(|| below(".claude")),
        claude_project: std::env::var("CLAUDE_CODE_PROJECT_DIR_NAME").ok().filter(|name| !name.is_empty()),
        codex: set("CODEX_HOME").or_else(|| below(".codex")),
        gemini: set("GEMINI_CLI_HOME").map(|home| home.join(".gemini")).or_else(|| below(".gemini")),
    }
}

/// Reads a whole transcript.
pub(super) fn told(path: &Path) -> std::io::Result<Session> {
    let (mut stream, _) = Disk.stream(path, 0)?;
    transcript::read(&mut stream)
}

/// Files that sub-agents changed, by the transcripts that lie beside the session's own; relative to the root.
pub(super) fn edited_aside(root: &Path, transcript: &Path) -> Vec<String> {
    let dir = transcript.with_extension("").join("subagents");
    let entries = Disk.read_dir(&dir).unwrap_or_default();
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File && entry.name.ends_with(".jsonl"));
    let mut found = BTreeSet::new();
    for entry in files.take(MAX_ASIDE) {
        let Ok(session) = told(&dir.join(entry.name)) else { continue };
        let paths =
            session.edited.iter().map(|file| super::wire::from_root(root, &session.folders, &file.path, &file.key));
        found.extend(paths);
    }
    found.into_iter().collect()
}

/// The changed files that some client loads as context.
pub(super) fn context_files(git: Option<&GitFacts>) -> Vec<String> {
    let changes = git.into_iter().flat_map(|git| &git.changes);
    changes.filter(|change| !clients::rules_of(&change.path).is_empty()).map(|change| change.path.clone()).collect()
}

/// How a document is to be written.
pub(super) struct Order<'a> {
    /// The template's name or file.
    pub(super) template: &'a str,
    /// The most tokens, where the user names a number.
    pub(super) budget: Option<usize>,
    /// Whether the same facts must give the same bytes.
    pub(super) is_reproducible: bool,
    /// The encoding in which tokens are counted.
    pub(super) encoding: Encoding,
}

/// Writes the text of a document.
pub(super) fn text(
    facts: &Facts<'_>,
    order: &Order<'_>,
    old: Option<&str>,
    supersedes: Option<String>,
) -> Result<(Written, usize), Unusable> {
    let (form, usual) = form(order.template)?;
    let frontmatter = old.map(|old| parse::parse(old, Format::Markdown).frontmatter);
    // What cannot be read cannot be kept.
    if let Some(problem) = frontmatter.flatten().and_then(|frontmatter| frontmatter.error) {
        let message = format!("the frontmatter of the document that is there is no YAML: {}", problem.message);
        return Err(Unusable::new(message, "correct it, or move the document away"));
    }
    // Whatever else is there was written by someone, for something else.
    if old.is_some_and(|old| !is_ours(old)) {
        let message = "what is there is no handoff of ours (its frontmatter has no `ctxlint_handoff`)";
        return Err(Unusable::new(message, "name another file with --out, or move this one away; nothing was written"));
    }
    let budget = order.budget.unwrap_or(usual);
    let options = Options {
        form,
        budget,
        generated: (!order.is_reproducible).then(clock::now),
        supersedes,
        encoding: order.encoding,
    };
    Ok((document::write(facts, &options, old), budget))
}

/// The template of this name, or the user's own in this file.
fn form(name: &str) -> Result<(Form, usize), Unusable> {
    if let Some(template) = sections::template(name) {
        return Ok((Form::Known(template), template.budget));
    }
    let known: Vec<&str> = TEMPLATES.iter().map(|template| template.name).collect();
    let hint = format!("name one of {}, or a Markdown file with lines such as `{{{{goal}}}}`", known.join(", "));
    let path = Path::new(name);
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let bytes = Disk
        .read(&path, MAX_DOCUMENT)
        .map_err(|error| Unusable::new(format!("the template {name}: {error}"), hint.clone()))?;
    let text =
        String::from_utf8(bytes).map_err(|_| Unusable::new(format!("the template {name} is not UTF-8"), hint))?;
    Ok((Form::Own(text), document::BUDGET))
}

/// Reads what stands in the place of a document. `None` when there is nothing.
pub(super) fn existing(path: &Path) -> Result<Option<String>, Unusable> {
    match Disk.read(path, MAX_DOCUMENT) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => {
                Err(Unusable::new(format!("{} is not UTF-8", path.display()), "move it away, or write elsewhere"))
            }
        },
        Err(crate::world::ReadError::NotFound) => Ok(None),
        Err(error) => Err(Unusable::new(format!("{} cannot be read: {error}", path.display()), "write elsewhere")),
    }
}

/// Whether a text is a handoff of our form.
pub(super) fn is_ours(text: &str) -> bool {
    read::is_ours(&parse::parse(text, Format::Markdown))
}

/// Refuses a place for facts that holds something else.
pub(super) fn must_be_facts(path: &Path) -> Result<(), Unusable> {
    let Some(old) = existing(path)? else { return Ok(()) };
    let tree = parse::parse(&old, Format::Json).data;
    let has = |key: &str| tree.as_ref().is_some_and(|tree| tree.get(key).is_some());
    if has("tool") && has("files_edited") {
        return Ok(());
    }
    let message = format!("{} exists and holds no facts of a handoff", path.display());
    Err(Unusable::new(message, "name another file with --out, or move this one away; nothing was written"))
}

/// Writes a file that the user named, inside of the root or elsewhere, but never into `.git`.
pub(super) fn put(root: &Path, path: &Path, text: &str) -> Result<(), Unusable> {
    let failed = |error: write::WriteError| Unusable::new(error.to_string(), "correct the path or its permissions");
    let inside = path.strip_prefix(root).ok().and_then(Path::to_str);
    if let Some(inside) = inside {
        return write::write(root, &inside.replace('\\', "/"), text.as_bytes()).map_err(failed);
    }
    let is_git = |path: &Path| path.iter().any(|part| part.eq_ignore_ascii_case(".git"));
    let existing = path.ancestors().find_map(|dir| Disk.canonical(dir).ok());
    if is_git(path) || existing.is_some_and(|dir| is_git(&dir)) {
        return Err(Unusable::new(format!("{} lies in `.git`", path.display()), "write elsewhere"));
    }
    // Folders that are not there yet are made.
    let dir = path.ancestors().skip(1).find(|dir| Disk.stat(dir).is_some());
    let name = dir.and_then(|dir| path.strip_prefix(dir).ok()).and_then(Path::to_str);
    let (Some(dir), Some(name)) = (dir, name) else {
        return Err(Unusable::new(format!("{} names no file", path.display()), ""));
    };
    write::write(dir, &name.replace('\\', "/"), text.as_bytes()).map_err(failed)
}

/// The usual name of a session's document: the day, the branch and the session, so that each session has its own.
pub(super) fn file_name(session: &Session, git: Option<&GitFacts>, today: &str) -> String {
    let day = session.started.as_deref().and_then(|time| time.get(..10)).filter(|day| is_day(day));
    let day = day.unwrap_or(today.get(..10).unwrap_or("undated"));
    let branch = git.and_then(|git| git.status.branch.as_deref()).unwrap_or("detached");
    let mut slug = String::new();
    for c in branch.chars().take(60) {
        if c.is_ascii_alphanumeric() {
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    let id = session.id.as_deref().unwrap_or("manual");
    let plain = !id.is_empty() && id.len() <= 8 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    // The start of some clients' names is a time, so the name's hash tells sessions apart.
    let short = if plain {
        id.to_ascii_lowercase()
    } else {
        format!("{:08x}", xxhash_rust::xxh3::xxh3_64(id.as_bytes()) >> 32)
    };
    format!("{day}-{}-{short}.md", if slug.is_empty() { "branch" } else { slug })
}

fn is_day(text: &str) -> bool {
    let form = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    form.eq(*b"0000-00-00")
}

/// Writes the document of a session into the folder of handoffs and the copy `latest.md`. Gives the path of the document.
pub(super) fn into_folder(
    root: &Path,
    folder: &str,
    facts: &Facts<'_>,
    order: &Order<'_>,
) -> Result<(String, Written, usize), Unusable> {
    let today = clock::now();
    let name = file_name(facts.session, facts.git, &today);
    let path = format!("{folder}/{name}");
    let old = existing(&root.join(&path))?;
    let latest = existing(&root.join(folder).join("latest.md"))?;
    let supersedes = latest.as_deref().and_then(|latest| earlier(root, folder, latest, &name));
    let (mut written, budget) = text(facts, order, old.as_deref(), supersedes)?;
    match old.filter(|old| hook::is_same(old, &written.text)) {
        // A new date alone is no reason to write.
        Some(old) => written.text = old,
        None => put(root, &root.join(&path), &written.text)?,
    }
    // A file of that name that someone else wrote stays as it is.
    let is_free = latest.as_deref().is_none_or(is_ours);
    if is_free && latest.as_deref() != Some(&*written.text) {
        put(root, &root.join(folder).join("latest.md"), &written.text)?;
    }
    Ok((path, written, budget))
}

/// The file of the document that `latest.md` is a copy of, where that is another one than `name`.
fn earlier(root: &Path, folder: &str, latest: &str, name: &str) -> Option<String> {
    let session = session_line(latest)?;
    let mut names: Vec<String> = Disk.read_dir(&root.join(folder)).ok()?.into_iter().map(|entry| entry.name).collect();
    names.retain(|other| other.ends_with(".md") && other != "latest.md" && other != name);
    names.sort_by(|a, b| b.cmp(a));
    let is_it = |other: &String| {
        let text = existing(&root.join(folder).join(other)).ok().flatten();
        text.as_deref().and_then(session_line) == Some(session)
    };
    names.into_iter().take(200).find(is_it)
}

/// The line of the frontmatter that names the session.
fn session_line(text: &str) -> Option<&str> {
    text.lines().take(30).find(|line| line.starts_with("session: "))
}

/// The usual folder.
pub(super) const USUAL: &str = FOLDER;

//! `ctxlint handoff check` and `ctxlint handoff refresh`.

use super::super::{Answer, CLEAN, FINDINGS, Global, Unusable, say, session};
use super::produce;
use crate::diagnostic::{Edit, Severity};
use crate::handoff::blocks::{block, blocks};
use crate::handoff::survey;
use crate::history::lines::pin_hash;
use crate::lint::{self, Selection};
use crate::paths::{self, Presence};
use crate::references::citations::Place;
use crate::references::drift::{Mode, State};
use crate::references::relocate::relocate;
use crate::references::survey::survey as references;
use crate::report::{Report, counted, human, json, one_line};
use crate::source::Span;
use crate::workspace::{self, Workspace};
use crate::world::git::{self, worktree};
use crate::world::{Disk, EntryKind, World};
use crate::{fix, secrets};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args, Debug)]
pub(in crate::cli) struct CheckArguments {
    /// Handoffs; by default those in .claude/handoffs, ignored by git or not, and every other that is found
    files: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

#[derive(Args, Debug)]
pub(in crate::cli) struct RefreshArguments {
    /// The handoff
    file: PathBuf,
}

/// The lints and groups that judge a handoff.
const JUDGES: [&str; 5] = ["handoff", "references", "secret", "hidden-text", "unused-suppression"];

/// A workspace that knows these documents, wherever in the root they lie.
fn workspace_with(session: session::Session, named: &[Arc<str>], global: &Global) -> Workspace {
    let mut workspace = workspace::load(&Disk, &session.root, session.settings, session.config);
    survey::survey(&mut workspace, &Disk, named, true);
    // Only the handoffs are asked about.
    let documents: Vec<Arc<str>> = workspace.handoffs.documents.iter().map(|handoff| handoff.path.clone()).collect();
    for file in &mut workspace.files {
        file.linted = documents.contains(&file.path) && (named.is_empty() || named.contains(&file.path));
    }
    references(&mut workspace, &Disk, Mode::Full, !global.no_cache);
    workspace
}

/// The documents that the user names, else those in the usual folder.
fn named(session: &session::Session, files: &[PathBuf]) -> Result<Vec<Arc<str>>, Unusable> {
    let mut found: Vec<Arc<str>> = Vec::new();
    for file in files {
        let path = session::inside(&session.root, file)?;
        match Disk.stat(&session.root.join(&path)) {
            Some(stat) if stat.kind == EntryKind::File => found.push(path.into()),
            Some(stat) if stat.kind == EntryKind::Dir => found.extend(in_folder(session, &path, true)),
            _ => return Err(Unusable::new(format!("{path} does not exist"), "")),
        }
    }
    if files.is_empty() {
        found.extend(in_folder(session, produce::USUAL, false));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn in_folder(session: &session::Session, folder: &str, with_copy: bool) -> Vec<Arc<str>> {
    let entries = Disk.read_dir(&session.root.join(folder)).unwrap_or_default();
    let has_others = entries.iter().filter(|entry| entry.name.ends_with(".md")).count() > 1;
    let is_one = |name: &str| name.ends_with(".md") && (with_copy || !has_others || name != "latest.md");
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File && is_one(&entry.name));
    files.map(|entry| paths::join(folder, &entry.name).into()).collect()
}

/// Refuses a file that the user names and that is no handoff of any form.
fn must_be_handoff(workspace: &Workspace, path: &str) -> Result<(), Unusable> {
    if survey::is_one(workspace, path) {
        return Ok(());
    }
    let message = format!("{path} is no handoff (its frontmatter has no `ctxlint_handoff`)");
    Err(Unusable::new(message, "`ctxlint check` judges other files; `ctxlint handoff --out FILE.md` writes a handoff"))
}

pub(in crate::cli) fn check(global: &Global, arguments: &CheckArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let wanted = named(&session, &arguments.files)?;
    let mut files = Vec::new();
    for file in &arguments.files {
        let path = session::inside(&session.root, file)?;
        let is_file = Disk.stat(&session.root.join(&path)).is_some_and(|stat| stat.kind == EntryKind::File);
        files.extend(is_file.then_some(path));
    }
    let workspace = workspace_with(session, &wanted, global);
    for path in &files {
        must_be_handoff(&workspace, path)?;
    }
    if workspace.handoffs.documents.is_empty() && arguments.format == Format::Human {
        let text =
            format!("no handoff found (looked in {} and for HANDOFF.md and folders called handoffs)\n", produce::USUAL);
        return Ok(Answer { text, code: CLEAN });
    }
    let only = JUDGES.iter().map(|name| (*name).to_owned()).collect();
    let outcome = lint::run(&workspace, &Selection { only, ..Selection::default() });
    let mut diagnostics = outcome.diagnostics;
    diagnostics.retain(|finding| workspace.handoffs.at(&finding.path).is_some());
    if !arguments.files.is_empty() {
        diagnostics.retain(|finding| wanted.contains(&finding.path));
    }
    let has_error = diagnostics.iter().any(|finding| finding.severity == Severity::Error);
    let report = Report {
        workspace: &workspace,
        diagnostics,
        suppressed: outcome.suppressed,
        baselined: 0,
        delta: None,
        wanted: &[],
    };
    let text = match arguments.format {
        Format::Json => json::json(&report),
        Format::Human => {
            let look = human::Look { color: session::color(global), width: session::width(), max_per_lint: Some(10) };
            human::human(&report, look)
        }
    };
    Ok(Answer { text, code: if has_error { FINDINGS } else { CLEAN } })
}

pub(in crate::cli) fn refresh(global: &Global, arguments: &RefreshArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let root = session.root.clone();
    let path: Arc<str> = session::inside(&root, &arguments.file)?.into();
    let Some(old) = produce::existing(&root.join(&*path))? else {
        return Err(Unusable::new(format!("{path} does not exist"), "`ctxlint handoff --out FILE` writes one"));
    };
    let workspace = workspace_with(session, std::slice::from_ref(&path), global);
    must_be_handoff(&workspace, &path)?;
    let is_there = |path: &str| workspace.index.presence(path) == Presence::File;
    let Some(of_file) = workspace.references.documents.get(&path) else {
        return Err(Unusable::new(format!("{path} is no Markdown document that can be read"), ""));
    };
    let head = git::open(&root).ok().map(|repository| repository.head);
    let (mut edits, mut moved, mut left) = (Vec::new(), 0, 0);
    for (citation, fate) in &of_file.citations {
        if matches!(citation.place, Place::Code | Place::Aside) {
            continue;
        }
        match fate.state {
            State::Moved | State::Renamed => {
                let Some(places) = relocate(&old, &path, citation, fate) else {
                    left += 1;
                    continue;
                };
                let now = fate.now.as_ref().map(|now| (now.path.to_string(), now.start, now.end));
                edits.extend(places.into_iter().map(|(span, text)| Edit { path: path.clone(), span, text }));
                if let (Some(pin), Some((target, start, end))) =
                    (citation.pin.as_ref().filter(|pin| !pin.hash.is_empty()), now)
                    && let Some(text) = pin_text(&root, head.as_deref(), &target, start, end)
                {
                    edits.push(Edit { path: path.clone(), span: pin.span, text });
                }
                moved += 1;
            }
            State::Ok => {
                // What was uncommitted may be committed by now.
                let pin = citation.pin.as_ref().filter(|pin| pin.commit == "worktree");
                let target = fate.target.as_deref().filter(|target| is_there(target));
                if let (Some(pin), Some(target)) = (pin, target)
                    && let Some(text) = pin_text(&root, head.as_deref(), target, citation.start, citation.end)
                    && text != pin.span.slice(&old)
                {
                    edits.push(Edit { path: path.clone(), span: pin.span, text });
                }
            }
            State::Ambiguous | State::Ignored | State::Placeholder | State::Unknown => {}
            _ => left += 1,
        }
    }
    let mut text = format!("{}: {} re-anchored", one_line(&path), counted(moved, "citation"));
    if left > 0 {
        text.push_str(&format!(", {left} left: `ctxlint handoff check` says what became of them"));
    }
    if let Some(new) = fix::apply(&old, &edits) {
        let new = with_hashes(&old, &new);
        produce::put(&root, &root.join(&*path), &new)?;
        if !global.quiet && !secrets::find(&new).is_empty() {
            say("ctxlint: the document holds what looks like a credential; `ctxlint handoff check` shows where");
        }
    }
    Ok(Answer { text: text + "\n", code: CLEAN })
}

/// `@commit#hash` for lines as they are now: of the commit where it has them so, else of the working tree.
fn pin_text(root: &std::path::Path, head: Option<&str>, path: &str, start: u32, end: u32) -> Option<String> {
    let bytes = Disk.read(&root.join(path), 16 << 20).ok()?;
    let hash = pin_hash(&bytes, start, end)?;
    let committed = head.and_then(|head| worktree::content(root, head, path));
    let is_committed = committed.and_then(|text| pin_hash(&text, start, end)).as_deref() == Some(&*hash);
    let commit = head.and_then(|head| head.get(..8)).filter(|_| is_committed).unwrap_or("worktree");
    Some(format!("@{commit}#{hash}"))
}

/// Blocks that were as they were written get the hash of what they hold now; those that someone edited stay marked so.
fn with_hashes(old: &str, new: &str) -> String {
    let before = blocks(old);
    let mut out = new.to_owned();
    for (at, after) in blocks(new).into_iter().enumerate().rev() {
        if before.get(at).is_some_and(|before| before.is_intact && before.name == after.name) {
            let inside = Span::new(after.inside.start, after.inside.end);
            let text = block(&after.name, inside.slice(new));
            out.replace_range(after.all, &text);
        }
    }
    out
}

//! What is compiled: the files that a client loads by themselves, wherever they stand.

use super::Refusal;
use super::pieces::{Piece, cut};
use super::targets::Target;
use crate::clients::{Role, claude_code};
use crate::discover::RoleAt;
use crate::instructions::Instruction;
use crate::load::{Portion, Trigger};
use crate::model::{BlockKind, Format, InlineKind, NO_PARENT};
use crate::paths::{is_below, parent};
use crate::references::State;
use crate::source::Span;
use crate::workspace::{File, FileState, ImportEdge, ImportTarget, Workspace, speaks_of_shared};
use std::collections::BTreeSet;

/// One source with its pieces.
#[derive(Debug)]
pub struct Source<'a> {
    /// The file, by its real path.
    pub file: &'a File,
    /// Its pieces, in order and without a gap.
    pub pieces: Vec<Piece>,
    /// The line ending that it uses.
    pub newline: &'static str,
    /// The folder that it is for: empty for a file of the root.
    pub base: String,
    /// A rule without a scope.
    pub is_rule: bool,
    /// Whether it loads at startup; a nested file loads once something near it is touched.
    pub at_start: bool,
    /// Agents other than the target's client load the file under its name.
    pub shared: bool,
    /// It belongs to another client than the target's, and stays as it is beside what is written.
    pub translated: bool,
    /// Why nothing of it moves.
    pub frozen: Option<String>,
}

impl Source<'_> {
    /// Its path, relative to the root.
    pub fn path(&self) -> &str {
        &self.file.path
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.file.source.text
    }

    /// Its instructions, by position.
    pub fn instructions(&self) -> &[Instruction] {
        &self.file.instructions().items
    }
}

/// The sources for a target: what its client loads at startup, in the order in which it loads; what other agents load from
/// the root; then nested files by path.
///
/// # Errors
/// When one of them is no text.
pub fn sources(workspace: &Workspace, target: Target) -> Result<Vec<Source<'_>>, Refusal> {
    let mut found: Vec<Source<'_>> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut client = target.client();
    let mut loads = loads_of(workspace, client);
    if loads.is_empty() {
        // What another client reads is translated.
        client = &claude_code::CLIENT;
        loads = loads_of(workspace, client);
    }
    for (file, role) in loads {
        if seen.insert(&file.path) {
            found.push(source(workspace, file, role == Role::Rule, true)?);
        }
    }
    let own = workspace.own_memory();
    for file in workspace.files.iter().filter(|file| file.linted && !seen.contains(&*file.path)) {
        let mine = |at: &RoleAt| at.client == client.name && at.role == Role::Memory;
        let nested = |at: &&RoleAt| mine(at) && !own.shadows(at) && !matches!(parent(&at.path), "" | ".claude");
        // A memory file that this client passes over is loaded by others all the same.
        let shared = |at: &&RoleAt| mine(at) && own.shadows(at);
        if file.roles.iter().any(|at| nested(&at) || shared(&at)) && !crate::clients::is_personal(&file.path) {
            found.push(source(workspace, file, false, false)?);
        }
    }
    let translated = client.name != target.client().name;
    found.iter_mut().for_each(|source| source.translated = translated);
    Ok(found)
}

/// Memory files and rules that a client loads at startup, in order.
fn loads_of<'a>(workspace: &'a Workspace, client: &'static crate::clients::Client) -> Vec<(&'a File, Role)> {
    let plan = workspace.plan_of(client, &[]);
    let wanted = plan.loads.iter().filter(|load| {
        matches!(load.trigger, Trigger::Startup | Trigger::Import)
            && matches!(load.portion, Portion::Full | Portion::Head)
            && matches!(load.role, Role::Memory | Role::Rule | Role::Imported)
    });
    let real = wanted.filter_map(|load| Some((workspace.real_file(&load.path)?, load.role)));
    // A document that is imported is written for people too: only context files are cut.
    let is_context = |file: &File, role: Role| role != Role::Imported || file.has_role(&[Role::Memory, Role::Rule]);
    let mut found: Vec<(&File, Role)> = Vec::new();
    for (file, role) in real.filter(|(file, role)| file.linted && is_context(file, *role)) {
        let role = if file.has_role(&[Role::Rule]) { Role::Rule } else { role };
        if file.document.format == Format::Markdown {
            found.push((file, role));
        }
    }
    found
}

fn source<'a>(workspace: &Workspace, file: &'a File, is_rule: bool, at_start: bool) -> Result<Source<'a>, Refusal> {
    match &file.state {
        FileState::Readable => {}
        FileState::NotUtf8 { at, guess } => {
            let message = format!("byte {at} is not UTF-8; it looks like {guess}");
            return Err(Refusal::new(&*file.path, message, "save the file as UTF-8"));
        }
        FileState::TooLarge(bytes) => {
            let message = format!("it has {bytes} bytes, more than `max-file-size` allows");
            return Err(Refusal::new(&*file.path, message, "raise the limit in ctxlint.toml, or exclude the file"));
        }
        FileState::Unreadable(why) => return Err(Refusal::new(&*file.path, format!("it cannot be read: {why}"), "")),
    }
    let text = &file.source.text;
    let pieces = cut(&file.document, text);
    // An imported document speaks of the root, wherever it lies.
    let base = if file.roles.is_empty() { "" } else { base_of(&file.path) };
    let shared = file.path.ends_with("AGENTS.md") || file.path.ends_with("GEMINI.md");
    let frozen = frozen(workspace, file);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Ok(Source { pieces, newline, base: base.to_owned(), is_rule, at_start, shared, translated: false, frozen, file })
}

/// The folder that a context file is for: its own, or that around the folder of a client.
pub(super) fn base_of(path: &str) -> &str {
    let folder = parent(path);
    let inner = [".claude", ".cursor", ".github", ".gemini"].into_iter().filter_map(|name| folder.find(name)).min();
    inner.map_or(folder, |at| folder[..at].trim_end_matches('/'))
}

/// Why nothing of a file can be moved safely.
fn frozen(workspace: &Workspace, file: &File) -> Option<String> {
    let document = &file.document;
    let error = document.frontmatter.as_ref().and_then(|frontmatter| frontmatter.error.as_ref());
    if let Some(error) = error {
        let line = file.source.position(error.span.start).line;
        return Some(format!("line {line}: its frontmatter is broken: {}", error.message));
    }
    for block in document.blocks.iter().filter(|block| block.parent == NO_PARENT) {
        let line = || file.source.position(block.span.start).line;
        match block.kind {
            BlockKind::Fence { closed: false, .. } => {
                return Some(format!("the block of line {} is never closed", line()));
            }
            BlockKind::Comment { closed: false } => {
                return Some(format!("the comment of line {} is never closed", line()));
            }
            _ => {}
        }
    }
    let cycle = workspace.imports.iter().any(|edge| {
        edge.from == file.path
            && edge.import.state == State::Live
            && matches!(&edge.target, ImportTarget::File(target) if *target == file.path)
    });
    if cycle {
        return Some("it imports itself".to_owned());
    }
    let imported = |edge: &&ImportEdge| {
        edge.import.state == State::Live && matches!(&edge.target, ImportTarget::File(target) if *target == file.path)
    };
    let by = workspace.imports.iter().find(imported).filter(|_| file.has_role(&[Role::Rule]))?;
    Some(format!("{} imports it, so it loads at every start whatever its scope", by.from))
}

/// The reason of a piece that must stand where imports are read.
pub(super) const IMPORTS: &str = "it imports a file, which loads only from here";

/// Why one piece cannot be moved without a loss, whatever it says.
pub(super) fn bound(workspace: &Workspace, source: &Source<'_>, first: usize, last: usize) -> Option<&'static str> {
    let (start, end) = (source.pieces[first].span.start, source.pieces[last - 1].span.end);
    bound_in(workspace, source, Span::new(start as usize, end as usize))
}

/// The same for some bytes.
pub(super) fn bound_in(workspace: &Workspace, source: &Source<'_>, bytes: Span) -> Option<&'static str> {
    let document = &source.file.document;
    let text = source.text();
    let inside = |span: Span| bytes.contains(span);
    let of_file = workspace.imports.iter().filter(|edge| edge.from == source.file.path);
    if of_file.into_iter().any(|edge| edge.import.state == State::Live && inside(edge.import.span)) {
        return Some(IMPORTS);
    }
    if source.at_start && speaks_of_shared(bytes.slice(text)) && has_passed_over(workspace) {
        return Some("it sends to files that load by no other way");
    }
    if document.blocks_in(bytes).any(|block| block.kind == BlockKind::Footnote)
        || document.inlines_in(bytes).any(|inline| inline.kind == InlineKind::FootnoteReference)
    {
        return Some("it has footnotes");
    }
    let blocks = document.blocks_in(bytes).filter(|block| block.kind == BlockKind::Html).map(|block| block.span);
    let inlines = document.inlines_in(bytes).filter(|inline| inline.kind == InlineKind::Html).map(|inline| inline.span);
    let html: Vec<&str> = blocks.chain(inlines).map(|span| span.slice(text)).collect();
    if !is_balanced(&html) {
        return Some("a tag is opened in one section and closed in another");
    }
    if html.iter().any(|html| has_relative_target(html)) {
        return Some("it has HTML with a relative path");
    }
    None
}

/// Whether Claude Code passes over an `AGENTS.md` of a folder, so that only a text can send to it.
fn has_passed_over(workspace: &Workspace) -> bool {
    let own = workspace.own_memory();
    let nested = |at: &RoleAt| own.shadows(at) && !matches!(parent(&at.path), "" | ".claude");
    workspace.files.iter().any(|file| file.roles.iter().any(nested))
}

/// Whether every tag that is opened is closed again, in order.
fn is_balanced(html: &[&str]) -> bool {
    const VOID: [&str; 9] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr", "col"];
    let mut open: Vec<String> = Vec::new();
    for text in html {
        let mut rest = *text;
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            if rest.starts_with("!--") {
                rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
                continue;
            }
            let closing = rest.starts_with('/');
            let name = rest.trim_start_matches('/');
            let end = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | ':'))).unwrap_or(name.len());
            let name = name[..end].to_ascii_lowercase();
            let tag_end = rest.find('>').unwrap_or(rest.len());
            let is_closed = rest[..tag_end].ends_with('/');
            rest = &rest[tag_end..];
            if name.is_empty() || VOID.contains(&name.as_str()) || is_closed {
                continue;
            }
            if !closing {
                open.push(name);
            } else if open.pop() != Some(name) {
                return false;
            }
        }
    }
    open.is_empty()
}

fn has_relative_target(html: &str) -> bool {
    ["src=", "href="].iter().any(|key| {
        html.match_indices(key).any(|(at, _)| {
            let value = html[at + key.len()..].trim_start_matches(['"', '\'']);
            super::rewrite::is_relative(value.split(['"', '\'', ' ', '>']).next().unwrap_or(""))
        })
    })
}

/// Whether the path lies in the folder that a source is for.
pub(super) fn is_inside(source: &Source<'_>, path: &str) -> bool {
    source.base.is_empty() || is_below(path, &source.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_across_sections_are_seen() {
        assert!(is_balanced(&["<details><br>", "</details>"]));
        assert!(is_balanced(&["<img src=x>", "<a href='x'/>", "<!-- <b> -->"]));
        assert!(!is_balanced(&["<rules>"]));
        assert!(!is_balanced(&["</rules>"]));
        assert!(has_relative_target("<img src=\"a.png\">") && !has_relative_target("<a href=\"https://x\">"));
    }
}

//! The dialects that are written. One item of the plan is the same for all; a target says where it lies, what stands in its
//! head, and what it cannot say.

mod agents_md;
mod claude_code;
mod copilot;
mod cursor;
mod gemini;

use super::Action;
use super::names::slug;
use crate::clients::{self, Client};
use crate::parse::quote::double_quoted;
use crate::paths::Presence;
use crate::scope::Scope;
use crate::workspace::Workspace;

/// A dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// `.claude/rules`, `.claude/skills`.
    ClaudeCode,
    /// An `AGENTS.md` in each folder.
    AgentsMd,
    /// `.cursor/rules`.
    Cursor,
    /// `.github/instructions`.
    Copilot,
    /// A `GEMINI.md` in each folder.
    Gemini,
}

/// Every target, the default first.
pub const ALL: [Target; 5] = [Target::ClaudeCode, Target::AgentsMd, Target::Cursor, Target::Copilot, Target::Gemini];

impl Target {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::ClaudeCode => "claude-code",
            Target::AgentsMd => "agents-md",
            Target::Cursor => "cursor",
            Target::Copilot => "copilot",
            Target::Gemini => "gemini",
        }
    }

    /// The target of this name.
    pub fn from_name(name: &str) -> Option<Target> {
        ALL.into_iter().find(|target| target.name() == name)
    }

    /// The client whose load plans count.
    pub fn client(self) -> &'static Client {
        match self {
            Target::ClaudeCode => &clients::claude_code::CLIENT,
            Target::AgentsMd => &clients::codex::CLIENT,
            Target::Gemini => &clients::gemini_cli::CLIENT,
            Target::Cursor | Target::Copilot => clients::by_name(self.name()).unwrap_or(&clients::claude_code::CLIENT),
        }
    }

    /// The file for what stays, where the sources belong to another client.
    pub fn root_file(self) -> &'static str {
        match self {
            Target::ClaudeCode => "CLAUDE.md",
            Target::AgentsMd | Target::Cursor => "AGENTS.md",
            Target::Copilot => ".github/copilot-instructions.md",
            Target::Gemini => "GEMINI.md",
        }
    }

    /// What the target cannot express, for the documentation: a kind of item and what becomes of it.
    pub fn limits(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Target::ClaudeCode => claude_code::LIMITS,
            Target::AgentsMd => agents_md::LIMITS,
            Target::Cursor => cursor::LIMITS,
            Target::Copilot => copilot::LIMITS,
            Target::Gemini => gemini::LIMITS,
        }
    }
}

/// One thing that leaves the root.
#[derive(Clone, Debug)]
pub struct Item {
    /// Rule, skill or document.
    pub action: Action,
    /// What it is called: a heading.
    pub title: String,
    /// The title with what stands above it.
    pub topic: String,
    /// The patterns, as Claude Code reads them, from the folder [`Item::base`].
    pub scope: Vec<String>,
    /// The folder that its source is for; empty for the root.
    pub base: String,
    /// Its source is a rule of this path that moves as a whole.
    pub whole_rule: Option<String>,
    /// The line ending of its source.
    pub newline: &'static str,
}

/// Where a target puts an item.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The path before its ending is made unique: what comes before and after a number.
    pub stem: String,
    /// See `stem`.
    pub ending: String,
    /// Frontmatter; empty where the target has none.
    pub head: String,
    /// Other items and a file that is there already may share the path.
    pub shared: bool,
    /// What stays in the root to say when to read it, behind `- `.
    pub pointer: Option<String>,
    /// What the target cannot say of it.
    pub loss: Option<String>,
}

/// Where a target puts an item.
pub(super) fn place(target: Target, workspace: &Workspace, item: &Item) -> Place {
    match target {
        Target::ClaudeCode => claude_code::place(item),
        Target::AgentsMd => agents_md::place(workspace, item, "AGENTS.md"),
        Target::Cursor => cursor::place(workspace, item),
        Target::Copilot => copilot::place(workspace, item),
        Target::Gemini => gemini::place(workspace, item),
    }
}

/// Whether what a target writes for such an item would be ignored by git, and so be lost to everybody else.
pub(super) fn is_ignored(target: Target, workspace: &Workspace, base: &str, action: Action) -> bool {
    let item = Item {
        action,
        title: "section".to_owned(),
        topic: String::new(),
        scope: Vec::new(),
        base: base.to_owned(),
        whole_rule: None,
        newline: "\n",
    };
    let place = place(target, workspace, &item);
    workspace.index.presence(&format!("{}{}", place.stem, place.ending)) == Presence::Ignored
}

/// `base/rest`.
fn under(base: &str, rest: &str) -> String {
    crate::paths::join(base, rest)
}

/// A document, which is the same everywhere.
fn document(item: &Item) -> Place {
    let name = slug(&item.title);
    Place {
        stem: under(&item.base, &format!("docs/agents/{name}")),
        ending: ".md".to_owned(),
        pointer: Some(format!("{}: `{{path}}`", item.topic)),
        ..Place::default()
    }
}

/// A skill below a folder of skills.
fn skill(item: &Item, folder: &str) -> Place {
    let name = slug(&item.title);
    let nl = item.newline;
    let description = double_quoted(&format!("Use when the task is: {}", item.topic));
    Place {
        stem: format!("{folder}/{name}"),
        ending: "/SKILL.md".to_owned(),
        head: format!("---{nl}name: {{name}}{nl}description: {description}{nl}---{nl}{nl}"),
        pointer: Some(format!("{}: skill `{{name}}`", item.topic)),
        ..Place::default()
    }
}

/// A rule that becomes a document, with its condition in words.
fn worded(item: &Item, why: &str) -> Place {
    let patterns: Vec<String> = item.scope.iter().map(|pattern| format!("`{}`", plain(pattern))).collect();
    let files = patterns.join(", ");
    Place {
        pointer: Some(format!("{} (for {files}): `{{path}}`", item.topic)),
        loss: Some(format!("{}: {why}; its condition stands in words", item.title)),
        ..document(item)
    }
}

/// A pattern without the mark that ties it to the root.
fn plain(pattern: &str) -> &str {
    pattern.trim_start_matches('/')
}

/// The patterns for a client that matches whole paths: `/src/**` is `src/**`, `*.ts` is `**/*.ts`.
fn as_paths(item: &Item) -> Vec<String> {
    let convert = |pattern: &String| {
        let inside = plain(pattern);
        match pattern.starts_with('/') || inside.trim_end_matches("/**").contains('/') {
            true => under(&item.base, inside),
            false if item.base.is_empty() => format!("**/{inside}"),
            false => format!("{}/**/{inside}", item.base),
        }
    };
    item.scope.iter().map(convert).collect()
}

/// The files that patterns match in Claude Code; none where they say nothing.
pub(super) fn matched<'a>(workspace: &'a Workspace, base: &str, scope: &[String]) -> Vec<&'a str> {
    let Some(grammar) = clients::claude_code::CLIENT.scope else { return Vec::new() };
    let compiled = Scope::new(scope.iter().map(String::as_str), grammar);
    if compiled.always { Vec::new() } else { workspace.matched(base, &compiled) }
}

/// Whether the converted patterns mean the same files to the client.
fn means_the_same(workspace: &Workspace, item: &Item, client: &Client, patterns: &[String]) -> bool {
    let Some(grammar) = client.scope else { return false };
    let compiled = Scope::new(patterns.iter().map(String::as_str), grammar);
    !compiled.always && workspace.matched("", &compiled) == matched(workspace, &item.base, &item.scope)
}

/// The deepest folder that holds all of some files.
fn common_folder<'a>(files: &[&'a str]) -> &'a str {
    let Some(first) = files.first() else { return "" };
    let mut folder = crate::paths::parent(first);
    while !folder.is_empty() && !files.iter().all(|path| crate::paths::is_below(path, folder)) {
        folder = crate::paths::parent(folder);
    }
    folder
}

//! Which paths are files of a client: patterns as data, without regular expressions, so that asking costs nothing.

use super::{Client, Fact, Versions};
use crate::model::Format;

/// What a file is to a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Instructions that load by their place: `CLAUDE.md`, `AGENTS.md`, `GEMINI.md`.
    Memory,
    /// The same, for one person on one machine.
    LocalMemory,
    /// The client's own notes of earlier sessions: `MEMORY.md`.
    AutoMemory,
    /// A rule, with or without a scope.
    Rule,
    /// A `SKILL.md`.
    Skill,
    /// A slash command.
    Command,
    /// A subagent.
    Agent,
    /// An output style.
    OutputStyle,
    /// A prompt that a person picks.
    Prompt,
    /// Shared settings.
    Settings,
    /// Settings of one person.
    LocalSettings,
    /// MCP servers.
    McpConfig,
    /// Hooks in a file of their own.
    Hooks,
    /// A plugin's manifest.
    Plugin,
    /// A list of plugins.
    Marketplace,
    /// A file that another one pulls in by an import.
    Imported,
}

impl Role {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            Role::Memory => "memory",
            Role::LocalMemory => "local-memory",
            Role::AutoMemory => "auto-memory",
            Role::Rule => "rule",
            Role::Skill => "skill",
            Role::Command => "command",
            Role::Agent => "agent",
            Role::OutputStyle => "output-style",
            Role::Prompt => "prompt",
            Role::Settings => "settings",
            Role::LocalSettings => "local-settings",
            Role::McpConfig => "mcp-config",
            Role::Hooks => "hooks",
            Role::Plugin => "plugin",
            Role::Marketplace => "marketplace",
            Role::Imported => "imported",
        }
    }
}

/// Where a [`FileRule`]'s folder may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At the root only.
    Root,
    /// In any folder: the client walks up from where it starts, or down to what it touches.
    Anywhere,
}

/// How deep below its folder a file may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// In the folder itself.
    Direct,
    /// In a folder of that folder: `skills/<name>/SKILL.md`.
    OneDown,
    /// At any depth.
    Tree,
    /// At any depth, but at least one folder down and in no hidden folder.
    VisibleTree,
}

/// What a file's name must be. The case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileName {
    /// Exactly this.
    Is(&'static str),
    /// Ends so and has something before it or is hidden.
    EndsWith(&'static str),
    /// Starts so and goes on.
    StartsWith(&'static str),
}

/// One kind of file that a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRule {
    /// What it is to the client.
    pub role: Role,
    /// Where the folder may stand.
    pub at: At,
    /// The folder, with `/` between its parts; empty for the place itself. A trailing `*` in the last part stands for
    /// at least one character.
    pub dir: &'static str,
    /// How deep below the folder.
    pub below: Below,
    /// The name.
    pub name: FileName,
    /// Names of folders directly in which the client does not look for this file.
    pub not_in: &'static [&'static str],
    /// The file shows that this client is used: it is named after it, whoever else may read it.
    pub exclusive: bool,
    /// The file is one person's and usually not under version control.
    pub personal: bool,
    /// How it is read.
    pub format: Format,
    /// The versions that read it.
    pub versions: Versions,
    /// Where this comes from.
    pub fact: Fact,
}

impl FileRule {
    /// A Markdown file called `name` in any folder.
    pub const fn anywhere(role: Role, name: &'static str, fact: Fact) -> FileRule {
        FileRule::new(role, At::Anywhere, "", Below::Direct, FileName::Is(name), fact)
    }

    /// A Markdown file called `name` at the root.
    pub const fn root(role: Role, name: &'static str, fact: Fact) -> FileRule {
        FileRule::new(role, At::Root, "", Below::Direct, FileName::Is(name), fact)
    }

    /// A `SKILL.md` one folder below `dir`, wherever `dir` stands.
    pub const fn skill(dir: &'static str, fact: Fact) -> FileRule {
        FileRule::new(Role::Skill, At::Anywhere, dir, Below::OneDown, FileName::Is("SKILL.md"), fact)
    }

    /// Markdown by default, in all versions, neither exclusive nor personal.
    pub const fn new(role: Role, at: At, dir: &'static str, below: Below, name: FileName, fact: Fact) -> FileRule {
        FileRule {
            role,
            at,
            dir,
            below,
            name,
            not_in: &[],
            exclusive: false,
            personal: false,
            format: Format::Markdown,
            versions: Versions::ALL,
            fact,
        }
    }

    /// Marks the client as used.
    pub const fn exclusive(self) -> FileRule {
        FileRule { exclusive: true, ..self }
    }

    /// One person's.
    pub const fn personal(self) -> FileRule {
        FileRule { personal: true, ..self }
    }

    /// Read otherwise than as Markdown.
    pub const fn format(self, format: Format) -> FileRule {
        FileRule { format, ..self }
    }

    /// Read by some versions only.
    pub const fn versions(self, versions: Versions) -> FileRule {
        FileRule { versions, ..self }
    }

    /// Not looked for directly in folders of these names.
    pub const fn not_in(self, not_in: &'static [&'static str]) -> FileRule {
        FileRule { not_in, ..self }
    }

    /// The rule as a glob, for people.
    pub fn pattern(&self) -> String {
        let at = if self.at == At::Anywhere { "**/" } else { "" };
        let dir = if self.dir.is_empty() { String::new() } else { format!("{}/", self.dir) };
        let below = match self.below {
            Below::Direct => "",
            Below::OneDown => "*/",
            Below::Tree | Below::VisibleTree => "**/",
        };
        let name = match self.name {
            FileName::Is(name) => name.to_owned(),
            FileName::EndsWith(end) => format!("*{end}"),
            FileName::StartsWith(start) => format!("{start}*"),
        };
        format!("{at}{dir}{below}{name}")
    }

    /// Whether the file `name` in the folder `dir` (without a trailing `/`, empty for the root) is meant.
    pub fn matches(&self, dir: &str, name: &str) -> bool {
        let named = match self.name {
            FileName::Is(wanted) => name == wanted,
            FileName::EndsWith(end) => name.len() > end.len() && name.ends_with(end),
            FileName::StartsWith(start) => name.len() > start.len() && name.starts_with(start),
        };
        named && self.in_place(dir) && (self.not_in.is_empty() || !self.not_in.contains(&last_part(dir)))
    }

    fn in_place(&self, dir: &str) -> bool {
        // Most folders are none of a client's, whatever lies in them.
        if !dir.contains(self.dir.trim_end_matches('*')) {
            return false;
        }
        match self.below {
            Below::Direct => self.is_folder(dir),
            Below::OneDown => dir.rsplit_once('/').is_some_and(|(parent, _)| self.is_folder(parent)),
            Below::Tree => folders_up(dir).any(|folder| self.is_folder(folder)),
            Below::VisibleTree => folders_up(dir)
                .find(|folder| self.is_folder(folder))
                .and_then(|folder| dir[folder.len()..].strip_prefix('/'))
                .is_some_and(|rest| !rest.split('/').any(|part| part.starts_with('.'))),
        }
    }

    /// Whether `dir` is this rule's folder, at a place where it may stand.
    pub(super) fn is_folder(&self, dir: &str) -> bool {
        let anywhere = self.at == At::Anywhere;
        if let Some(start) = self.dir.strip_suffix('*') {
            let (parent, last) = start.rsplit_once('/').unwrap_or(("", start));
            let (dir_parent, dir_last) = dir.rsplit_once('/').unwrap_or(("", dir));
            return dir_last.len() > last.len()
                && dir_last.starts_with(last)
                && ends_with_parts(dir_parent, parent, anywhere);
        }
        if self.dir.is_empty() {
            return anywhere || dir.is_empty();
        }
        ends_with_parts(dir, self.dir, anywhere)
    }
}

fn ends_with_parts(dir: &str, end: &str, anywhere: bool) -> bool {
    if dir == end {
        return true;
    }
    anywhere && dir.strip_suffix(end).is_some_and(|before| before.ends_with('/'))
}

fn last_part(dir: &str) -> &str {
    dir.rsplit('/').next().unwrap_or("")
}

/// `a/b/c`, `a/b`, `a`.
fn folders_up(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir), |dir| dir.rsplit_once('/').map(|(parent, _)| parent))
}

/// First bytes and lengths of the names that mean something outside hidden folders.
pub(super) struct NameFilter {
    first: [bool; 256],
    lengths: u64,
}

impl NameFilter {
    pub(super) fn may_hold(&self, name: &str) -> bool {
        let Some(first) = name.as_bytes().first() else { return false };
        self.first[usize::from(*first)] && (self.lengths >> name.len().min(63)) & 1 == 1
    }
}

/// Computed at compile time from the rules of `clients`.
pub(super) const fn name_filter(clients: &[&Client]) -> NameFilter {
    let mut filter = NameFilter { first: [false; 256], lengths: 1 << 63 };
    let mut client = 0;
    while client < clients.len() {
        let files = clients[client].files;
        let mut at = 0;
        while at < files.len() {
            let dir = files[at].dir.as_bytes();
            // A rule for a hidden folder is found by the folder.
            if dir.is_empty() || dir[0] != b'.' {
                match files[at].name {
                    FileName::Is(name) => {
                        filter.first[name.as_bytes()[0] as usize] = true;
                        filter.lengths |= 1 << name.len();
                    }
                    FileName::StartsWith(name) => {
                        filter.first[name.as_bytes()[0] as usize] = true;
                        filter.lengths |= u64::MAX << name.len();
                    }
                    FileName::EndsWith(_) => panic!("only a hidden folder may take files by extension"),
                }
            }
            at += 1;
        }
        client += 1;
    }
    filter
}

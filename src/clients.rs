//! What each agent client reads: data tables, one file per client.
//!
//! Every number and every name that belongs to a client stands here with its source, its date and how we know it. The
//! code that uses the facts ([`crate::scope`], [`crate::load`], the lints) holds none of its own.

mod aider;
mod amp;
pub mod claude_code;
mod cline;
pub mod codex;
mod copilot;
mod cursor;
pub mod gemini_cli;
mod junie;
mod kiro;
mod opencode;
mod roo;
mod windsurf;
mod zed;

use crate::model::Format;
use std::cmp::Ordering;

/// How a fact is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A real client was seen doing it.
    Measured,
    /// Its vendor's documents or published code say so.
    Documented,
    /// Neither: common knowledge or a second-hand source.
    Assumed,
}

impl Evidence {
    /// `measured`, `documented` or `assumed`.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Measured => "measured",
            Evidence::Documented => "documented",
            Evidence::Assumed => "assumed",
        }
    }
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// How it is known.
    pub evidence: Evidence,
    /// The page or the kind of measurement, short.
    pub source: &'static str,
    /// The day on which it was seen, `YYYY-MM-DD` or `YYYY-MM`.
    pub dated: &'static str,
}

/// The versions for which a fact holds. Both ends open: every version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The first version for which it holds.
    pub since: Option<&'static str>,
    /// The first version for which it no longer holds.
    pub before: Option<&'static str>,
}

impl Versions {
    /// Every version.
    pub const ALL: Versions = Versions { since: None, before: None };

    /// From `version` on.
    pub const fn since(version: &'static str) -> Versions {
        Versions { since: Some(version), before: None }
    }

    /// Up to, but not including, `version`.
    pub const fn before(version: &'static str) -> Versions {
        Versions { since: None, before: Some(version) }
    }

    /// Whether `version` is one of them. An empty version stands for the newest.
    pub fn contains(self, version: &str) -> bool {
        if version.is_empty() {
            return self.before.is_none();
        }
        self.since.is_none_or(|since| compare_versions(version, since) != Ordering::Less)
            && self.before.is_none_or(|before| compare_versions(version, before) == Ordering::Less)
    }
}

/// Compares dotted versions number by number; what is not a number counts as 0.
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let numbers =
        |text: &str| -> Vec<u64> { text.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0)).collect() };
    let (a, b) = (numbers(a), numbers(b));
    (0..a.len().max(b.len()))
        .map(|at| a.get(at).unwrap_or(&0).cmp(b.get(at).unwrap_or(&0)))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

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
    fn is_folder(&self, dir: &str) -> bool {
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

/// What a client is known to do with an `@path`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportGrammar {
    /// How an import is told from other text.
    pub style: ImportStyle,
    /// How many imports may follow one another from the importing file on.
    pub max_hops: u32,
    /// The extensions that load, lower case, without the dot; compared without case. `None`: all. A name without an
    /// extension loads in either case.
    pub extensions: Option<&'static [&'static str]>,
    /// What stands after the first `#` is dropped.
    pub fragment: bool,
    /// `\ ` stands for a space in the path.
    pub escaped_space: bool,
    /// `~/` stands for the home folder.
    pub home: bool,
    /// Where this comes from.
    pub fact: Fact,
}

/// How a client tells imports from other text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStyle {
    /// It reads the text as Markdown; the imported file comes as an entry of its own after the importer.
    Markdown,
    /// It reads the text as it is, but for code between backticks; the imported file stands in the place of the import.
    Inlined,
}

/// An agent client.
#[derive(Debug)]
pub struct Client {
    /// Its name in every output, such as `claude-code`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The versions that we know apart, oldest first; may be empty.
    pub versions: &'static [&'static str],
    /// How most of what is said about it is known.
    pub evidence: Evidence,
    /// Where most of it comes from.
    pub source: &'static str,
    /// When that was seen.
    pub dated: &'static str,
    /// The files that it reads. The first rule that matches a path decides.
    pub files: &'static [FileRule],
    /// Its imports, where it has any.
    pub imports: Option<&'static ImportGrammar>,
}

impl Client {
    /// The newest version that we know; empty when we know none apart.
    pub fn newest(&self) -> &'static str {
        self.versions.last().copied().unwrap_or("")
    }

    /// The rule that makes `path` (relative to the root, with `/`) one of this client's files.
    pub fn rule_of(&self, path: &str) -> Option<&'static FileRule> {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.files.iter().find(|rule| rule.matches(dir, name))
    }
}

/// In the order of the contract. A constant beside the function: the filter below is computed from it at compile time.
const ALL: [&Client; 14] = [
    &claude_code::CLIENT,
    &codex::CLIENT,
    &gemini_cli::CLIENT,
    &cursor::CLIENT,
    &copilot::CLIENT,
    &windsurf::CLIENT,
    &cline::CLIENT,
    &roo::CLIENT,
    &kiro::CLIENT,
    &opencode::CLIENT,
    &zed::CLIENT,
    &amp::CLIENT,
    &junie::CLIENT,
    &aider::CLIENT,
];
static CLIENTS: [&Client; 14] = ALL;

/// Every client, in the order of the contract.
pub fn all() -> &'static [&'static Client] {
    &CLIENTS
}

/// The client of this name.
pub fn by_name(name: &str) -> Option<&'static Client> {
    CLIENTS.iter().copied().find(|client| client.name == name)
}

/// What `path` (relative to the root, with `/`) is to whom: at most one role for each client, in the order of [`all`].
///
/// Ordinary paths cost a few nanoseconds: only a file in a hidden folder or with one of a few names can be anything.
pub fn rules_of(path: &str) -> Vec<(&'static Client, &'static FileRule)> {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    if !(NAMES.may_hold(name) || dir.starts_with('.') || dir.contains("/.")) {
        return Vec::new();
    }
    let rule = |client: &&'static Client| client.files.iter().find(|rule| rule.matches(dir, name));
    CLIENTS.iter().filter_map(|client| Some((*client, rule(client)?))).collect()
}

/// [`rules_of`] without the rules.
pub fn roles_of(path: &str) -> Vec<(&'static Client, Role)> {
    rules_of(path).into_iter().map(|(client, rule)| (client, rule.role)).collect()
}

/// What a file of a plugin is to Claude Code: `path` is relative to the folder that holds `.claude-plugin/plugin.json`.
/// A path alone does not tell whether a folder is a plugin's.
pub fn plugin_role(path: &str) -> Option<Role> {
    let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
    claude_code::PLUGIN_FILES.iter().find(|rule| rule.matches(dir, name)).map(|rule| rule.role)
}

/// Whether the file is one person's: usually ignored by git, and read by its client all the same.
pub fn is_personal(path: &str) -> bool {
    rules_of(path).iter().any(|(_, rule)| rule.personal)
}

/// Whether a folder at this path may directly hold one person's files.
pub fn may_hold_personal(dir: &str) -> bool {
    let personal = CLIENTS.iter().flat_map(|client| client.files).filter(|rule| rule.personal && !rule.dir.is_empty());
    personal.into_iter().any(|rule| rule.is_folder(dir))
}

/// First bytes and lengths of the names that mean something outside hidden folders.
struct NameFilter {
    first: [bool; 256],
    lengths: u64,
}

impl NameFilter {
    fn may_hold(&self, name: &str) -> bool {
        let Some(first) = name.as_bytes().first() else { return false };
        self.first[usize::from(*first)] && (self.lengths >> name.len().min(63)) & 1 == 1
    }
}

static NAMES: NameFilter = name_filter();

const fn name_filter() -> NameFilter {
    let mut filter = NameFilter { first: [false; 256], lengths: 1 << 63 };
    let mut client = 0;
    while client < ALL.len() {
        let files = ALL[client].files;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(path: &str) -> Vec<(&'static str, &'static str)> {
        roles_of(path).into_iter().map(|(client, role)| (client.name, role.name())).collect()
    }

    fn role(client: &str, path: &str) -> Option<Role> {
        by_name(client).and_then(|client| client.rule_of(path)).map(|rule| rule.role)
    }

    #[test]
    fn the_names_are_those_of_the_contract() {
        let names: Vec<_> = all().iter().map(|client| client.name).collect();
        let wanted = "claude-code codex gemini-cli cursor copilot windsurf cline roo kiro opencode zed amp junie aider";
        assert_eq!(names.join(" "), wanted);
    }

    #[test]
    fn ordinary_paths_are_nothing() {
        for path in
            ["src/main.rs", "README.md", "docs/a.md", "a/b/claude.md", "CLAUDE.md.bak", "package.json", "", "SKILL.md"]
        {
            assert_eq!(roles(path), [], "{path}");
        }
    }

    #[test]
    fn claude_code_finds_what_it_finds() {
        let claude = |path| role("claude-code", path);
        for (path, wanted) in [
            ("CLAUDE.md", Role::Memory),
            ("a/b/CLAUDE.md", Role::Memory),
            (".claude/CLAUDE.md", Role::Memory),
            ("a/CLAUDE.local.md", Role::LocalMemory),
            ("AGENTS.md", Role::Memory),
            ("a/.claude/AGENTS.md", Role::Memory),
            (".claude/rules/a.md", Role::Rule),
            ("a/.claude/rules/b/.c/d.md", Role::Rule),
            (".claude/rules/.hidden.md", Role::Rule),
            (".claude/rules/CLAUDE.md", Role::Rule),
            (".claude/skills/x/SKILL.md", Role::Skill),
            (".claude/skills/.x/SKILL.md", Role::Skill),
            (".claude/commands/a/b.md", Role::Command),
            (".claude/agents/a/b.md", Role::Agent),
            (".claude/settings.json", Role::Settings),
            (".claude/settings.local.json", Role::LocalSettings),
            (".mcp.json", Role::McpConfig),
            (".claude-plugin/plugin.json", Role::Plugin),
        ] {
            assert_eq!(claude(path), Some(wanted), "{path}");
        }
        for path in [
            ".claude/CLAUDE.local.md",
            ".claude/rules/x.txt",
            ".claude/rules/x.MD",
            ".claude/rules/x.mdc",
            ".claude/rules/x",
            ".claude/skills/x/skill.md",
            ".claude/skills/SKILL.md",
            ".claude/skills/x.md",
            ".claude/skills/g/x/SKILL.md",
            "AGENTS.override.md",
            "GEMINI.md",
            "x.claude/rules/a.md",
        ] {
            assert_eq!(claude(path), None, "{path}");
        }
    }

    #[test]
    fn other_clients_find_their_files() {
        for (client, path, wanted) in [
            ("codex", "a/AGENTS.override.md", Some(Role::Memory)),
            ("codex", ".agents/AGENTS.md", None),
            ("codex", ".agents/skills/g/x/SKILL.md", Some(Role::Skill)),
            ("codex", ".agents/skills/.x/SKILL.md", None),
            ("codex", ".agents/skills/SKILL.md", None),
            ("gemini-cli", "a/GEMINI.md", Some(Role::Memory)),
            ("gemini-cli", ".gemini/GEMINI.md", None),
            ("gemini-cli", ".agents/skills/g/x/SKILL.md", None),
            ("cursor", "a/.cursor/rules/b/c.mdc", Some(Role::Rule)),
            ("cursor", ".cursor/rules/c.md", None),
            ("copilot", ".github/instructions/a/b.instructions.md", Some(Role::Rule)),
            ("copilot", "a/.github/copilot-instructions.md", None),
            ("windsurf", "a/agents.md", Some(Role::Memory)),
            ("cline", ".clinerules", Some(Role::Rule)),
            ("cline", ".clinerules/a.txt", Some(Role::Rule)),
            ("roo", ".roo/rules-code/a.md", Some(Role::Rule)),
            ("roo", ".roorules-code", Some(Role::Rule)),
            ("roo", ".roo/rules-/a.md", None),
            ("kiro", ".kiro/steering/a.md", Some(Role::Rule)),
            ("zed", ".rules", Some(Role::Memory)),
            ("zed", "a/.rules", None),
            ("junie", ".junie/guidelines.md", Some(Role::Memory)),
            ("aider", ".aider.conf.yml", Some(Role::Settings)),
            ("opencode", "opencode.json", Some(Role::Settings)),
            ("amp", "AGENT.md", Some(Role::Memory)),
        ] {
            assert_eq!(role(client, path), wanted, "{client} {path}");
            assert_eq!(
                roles_of(path).iter().find(|(c, _)| c.name == client).map(|(_, role)| *role),
                wanted,
                "the filter must let {path} through"
            );
        }
    }

    #[test]
    fn every_exclusive_file_has_one_owner() {
        for client in all() {
            for rule in client.files.iter().filter(|rule| rule.exclusive) {
                for other in all().iter().filter(|other| other.name != client.name) {
                    let same = other
                        .files
                        .iter()
                        .find(|r| r.exclusive && (r.dir, r.name) == (rule.dir, rule.name) && r.at == rule.at);
                    assert!(same.is_none(), "{} and {} both claim {:?}", client.name, other.name, rule);
                }
            }
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert_eq!(compare_versions("2.1.97", "2.1.329"), Ordering::Less);
        assert_eq!(compare_versions("2.1", "2.1.0"), Ordering::Equal);
        assert!(Versions::since("2.1.277").contains("2.1.329"));
        assert!(!Versions::since("2.1.277").contains("2.1.197"));
        assert!(Versions::since("2.1.277").contains(""));
        assert!(!Versions::before("2.1.277").contains(""));
    }

    #[test]
    fn a_plugin_has_its_own_folders() {
        assert_eq!(plugin_role("skills/x/SKILL.md"), Some(Role::Skill));
        assert_eq!(plugin_role("commands/x.md"), Some(Role::Command));
        assert_eq!(plugin_role("agents/sub/x.md"), Some(Role::Agent));
        assert_eq!(plugin_role("hooks/hooks.json"), Some(Role::Hooks));
        assert_eq!(plugin_role("docs/x.md"), None);
    }
}

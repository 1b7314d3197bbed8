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
mod environment;
mod fields;
mod files;
pub mod gemini_cli;
mod grammar;
mod junie;
mod kiro;
mod limits;
mod opencode;
mod roo;
mod skills;
mod tools;
mod windsurf;
mod zed;

pub use environment::coding_agent;
pub use fields::{
    AGENT_SKILLS, CLAUDE_CODE_FLAGS, COUNTERPARTS, FORMS, Field, FieldValue, Form, LenientReader, form, lenient_reader,
    plural, skills_specification, title,
};
pub use files::{At, Below, FileName, FileRule, Role};
pub use grammar::{ImportGrammar, ImportStyle, Matching, MemoryStyle, RuleStyle, ScopeGrammar};

pub use limits::{Over, SIZE_LIMITS, SizeLimit, Unit, When};
pub use skills::{
    DESCRIPTION_LIMITS, DescriptionLimit, SKILL_NAMES, SPEC_MAX_CHARS, SPEC_MAX_DESCRIPTION, SkillNames, reserved_word,
    skill_name_breach,
};
pub use tools::{
    MODEL_ALIASES, NEVER_IN_SUBAGENTS, PERMISSIONS_FACT, READ_ONLY_COMMANDS, READ_ONLY_GIT, RETIRED_TOOLS, TOOLS,
    TOOLS_FACT, WRAPPERS,
};

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
    /// How its rules are tied to paths, where they are.
    pub scope: Option<&'static ScopeGrammar>,
    /// Its skills may be tied to paths by the same key.
    pub scoped_skills: bool,
    /// Which memory files it takes.
    pub memory: MemoryStyle,
    /// When its rules load.
    pub rules: RuleStyle,
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
/// Clients whose settings may name any file to be loaded: `context.fileName` of Gemini CLI (measured), `read` of Aider
/// (documented).
pub const NAMING_FILES_IN_SETTINGS: [&str; 2] = ["gemini-cli", "aider"];

static CLIENTS: [&Client; 14] = ALL;
static NAMES: files::NameFilter = files::name_filter(&ALL);

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

/// Whether a client looks into a folder at this path: `.claude`, `.claude/rules`, `docs/.cursor`.
pub fn is_client_folder(path: &str) -> bool {
    let ends_so = |dir: &str| path == dir || path.strip_suffix(dir).is_some_and(|before| before.ends_with('/'));
    let rules = CLIENTS.iter().flat_map(|client| client.files).filter(|rule| rule.dir.starts_with('.'));
    rules.into_iter().any(|rule| {
        let ends = rule.dir.match_indices('/').map(|(at, _)| at).chain([rule.dir.len()]);
        ends.into_iter().any(|end| ends_so(&rule.dir[..end]))
    })
}

/// Whether a folder at this path may directly hold one person's files.
pub fn may_hold_personal(dir: &str) -> bool {
    let personal = CLIENTS.iter().flat_map(|client| client.files).filter(|rule| rule.personal && !rule.dir.is_empty());
    personal.into_iter().any(|rule| rule.is_folder(dir))
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

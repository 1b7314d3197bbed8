//! Zed, from its documents: not measured. It uses the first of these that exists.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle};

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "Zed docs, rules page", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "zed",
    title: "Zed",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::root(Role::Memory, ".rules", DOCUMENTED).exclusive(),
        FileRule::root(Role::Memory, ".cursorrules", DOCUMENTED),
        FileRule::root(Role::Memory, ".windsurfrules", DOCUMENTED),
        FileRule::root(Role::Memory, ".clinerules", DOCUMENTED),
        FileRule::new(
            Role::Memory,
            At::Root,
            ".github",
            Below::Direct,
            FileName::Is("copilot-instructions.md"),
            DOCUMENTED,
        ),
        FileRule::root(Role::Memory, "AGENT.md", DOCUMENTED),
        FileRule::root(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::root(Role::Memory, "CLAUDE.md", DOCUMENTED),
        FileRule::root(Role::Memory, "GEMINI.md", DOCUMENTED),
    ],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::First,
    rules: RuleStyle::Always,
};

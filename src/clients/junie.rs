//! Junie, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle};

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "Junie docs", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "junie",
    title: "Junie",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(Role::Memory, At::Root, ".junie", Below::Direct, FileName::Is("AGENTS.md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Memory, At::Root, ".junie", Below::Direct, FileName::Is("guidelines.md"), DOCUMENTED)
            .exclusive(),
        FileRule::root(Role::Memory, "AGENTS.md", DOCUMENTED),
    ],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::First,
    rules: RuleStyle::Always,
};

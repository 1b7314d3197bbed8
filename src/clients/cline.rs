//! Cline, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle, ScopeGrammar};

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "Cline docs", dated: "2026-11" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "cline",
    title: "Cline",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(
            Role::Command,
            At::Root,
            ".clinerules/workflows",
            Below::Tree,
            FileName::EndsWith(".md"),
            ASSUMED,
        )
        .exclusive(),
        FileRule::new(Role::Rule, At::Root, ".clinerules", Below::Tree, FileName::EndsWith(".md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Rule, At::Root, ".clinerules", Below::Tree, FileName::EndsWith(".txt"), DOCUMENTED)
            .exclusive(),
        FileRule::root(Role::Rule, ".clinerules", DOCUMENTED).exclusive(),
        FileRule::root(Role::Rule, ".cursorrules", DOCUMENTED),
        FileRule::root(Role::Rule, ".windsurfrules", DOCUMENTED),
        FileRule::root(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::skill(".cline/skills", DOCUMENTED).exclusive(),
    ],
    imports: None,
    scope: Some(&SCOPE),
    scoped_skills: false,
    memory: MemoryStyle::All { nested: false },
    rules: RuleStyle::Scope { without_always: true },
};

/// The key is documented; that a pattern is matched like this is assumed.
static SCOPE: ScopeGrammar = ScopeGrammar::paths("paths", false, DOCUMENTED);

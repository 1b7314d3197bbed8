//! Windsurf (Cascade), from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle, ScopeGrammar};

const DOCUMENTED: Fact =
    Fact { evidence: Evidence::Documented, source: "Windsurf docs, rules and AGENTS.md pages", dated: "2026-11" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "windsurf",
    title: "Windsurf",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(
            Role::Rule,
            At::Anywhere,
            ".windsurf/rules",
            Below::Direct,
            FileName::EndsWith(".md"),
            DOCUMENTED,
        )
        .exclusive(),
        FileRule::new(Role::Rule, At::Anywhere, ".devin/rules", Below::Direct, FileName::EndsWith(".md"), ASSUMED)
            .exclusive(),
        FileRule::new(
            Role::Command,
            At::Anywhere,
            ".windsurf/workflows",
            Below::Direct,
            FileName::EndsWith(".md"),
            ASSUMED,
        )
        .exclusive(),
        FileRule::root(Role::Memory, ".windsurfrules", DOCUMENTED).exclusive(),
        FileRule::anywhere(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::anywhere(Role::Memory, "agents.md", DOCUMENTED),
    ],
    imports: None,
    scope: Some(&SCOPE),
    scoped_skills: false,
    memory: MemoryStyle::All { nested: true },
    rules: RuleStyle::Mode {
        key: "trigger",
        always: "always_on",
        scoped: "glob",
        described: "model_decision",
        without: "always_on",
    },
};

/// The key is documented; that a pattern is matched like this is assumed.
static SCOPE: ScopeGrammar = ScopeGrammar { plain: true, ..ScopeGrammar::paths("globs", true, DOCUMENTED) };

//! Cursor, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle, ScopeGrammar};
use crate::model::Format;

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "cursor.com/docs/rules", dated: "2026-11" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "cursor",
    title: "Cursor",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(Role::Rule, At::Anywhere, ".cursor/rules", Below::Tree, FileName::EndsWith(".mdc"), DOCUMENTED)
            .exclusive(),
        FileRule::root(Role::Memory, ".cursorrules", DOCUMENTED).exclusive(),
        FileRule::anywhere(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::new(Role::Command, At::Root, ".cursor/commands", Below::Direct, FileName::EndsWith(".md"), ASSUMED)
            .exclusive(),
        FileRule::skill(".cursor/skills", ASSUMED).exclusive(),
        FileRule::skill(".agents/skills", ASSUMED),
        FileRule::new(Role::McpConfig, At::Root, ".cursor", Below::Direct, FileName::Is("mcp.json"), ASSUMED)
            .exclusive()
            .format(Format::Json),
    ],
    imports: None,
    scope: Some(&SCOPE),
    scoped_skills: false,
    memory: MemoryStyle::All { nested: true },
    rules: RuleStyle::Flag { key: "alwaysApply" },
};

/// The key is documented; that a pattern is matched like this is assumed.
static SCOPE: ScopeGrammar = ScopeGrammar { plain: true, ..ScopeGrammar::paths("globs", true, DOCUMENTED) };

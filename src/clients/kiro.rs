//! Kiro, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle, ScopeGrammar};
use crate::model::Format;

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "Kiro docs", dated: "2026-11" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "kiro",
    title: "Kiro",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(Role::Rule, At::Root, ".kiro/steering", Below::Direct, FileName::EndsWith(".md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::McpConfig, At::Root, ".kiro/settings", Below::Direct, FileName::Is("mcp.json"), ASSUMED)
            .exclusive()
            .format(Format::Json),
        FileRule::root(Role::Memory, "AGENTS.md", DOCUMENTED),
    ],
    imports: None,
    scope: Some(&SCOPE),
    scoped_skills: false,
    memory: MemoryStyle::All { nested: false },
    rules: RuleStyle::Mode {
        key: "inclusion",
        always: "always",
        scoped: "fileMatch",
        described: "auto",
        without: "always",
    },
};

/// The key is documented; that a pattern is matched like this is assumed.
static SCOPE: ScopeGrammar = ScopeGrammar::paths("fileMatchPattern", true, DOCUMENTED);

//! Roo Code, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle};
use crate::model::Format;

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "Roo Code docs", dated: "2025-05" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "roo",
    title: "Roo Code",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(Role::Rule, At::Root, ".roo/rules", Below::Tree, FileName::EndsWith(".md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Rule, At::Root, ".roo/rules", Below::Tree, FileName::EndsWith(".txt"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Rule, At::Root, ".roo/rules-*", Below::Tree, FileName::EndsWith(".md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Rule, At::Root, ".roo/rules-*", Below::Tree, FileName::EndsWith(".txt"), DOCUMENTED)
            .exclusive(),
        FileRule::root(Role::Rule, ".roorules", DOCUMENTED).exclusive(),
        FileRule::new(Role::Rule, At::Root, "", Below::Direct, FileName::StartsWith(".roorules-"), DOCUMENTED)
            .exclusive(),
        FileRule::new(Role::Command, At::Root, ".roo/commands", Below::Direct, FileName::EndsWith(".md"), ASSUMED)
            .exclusive(),
        FileRule::new(Role::McpConfig, At::Root, ".roo", Below::Direct, FileName::Is("mcp.json"), ASSUMED)
            .exclusive()
            .format(Format::Json),
        FileRule::root(Role::Memory, "AGENTS.md", ASSUMED),
    ],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::All { nested: false },
    rules: RuleStyle::Always,
};

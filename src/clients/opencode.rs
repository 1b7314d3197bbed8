//! OpenCode, from its documents: not measured.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle};
use crate::model::Format;

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "OpenCode docs", dated: "2026-11" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "opencode",
    title: "OpenCode",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::anywhere(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::anywhere(Role::Memory, "CLAUDE.md", DOCUMENTED),
        FileRule::root(Role::Settings, "opencode.json", DOCUMENTED).exclusive().format(Format::Json),
        FileRule::root(Role::Settings, "opencode.jsonc", ASSUMED).exclusive().format(Format::Json),
        FileRule::new(Role::Agent, At::Root, ".opencode/agent", Below::Tree, FileName::EndsWith(".md"), ASSUMED)
            .exclusive(),
        FileRule::new(Role::Command, At::Root, ".opencode/command", Below::Tree, FileName::EndsWith(".md"), ASSUMED)
            .exclusive(),
    ],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::First,
    rules: RuleStyle::Always,
};

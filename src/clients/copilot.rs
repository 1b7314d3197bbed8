//! GitHub Copilot, from its documents: not measured. Which surface reads what differs; these are the files that any reads.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle, ScopeGrammar};
use crate::model::Format;

const DOCUMENTED: Fact =
    Fact { evidence: Evidence::Documented, source: "github/docs, VS Code docs", dated: "2026-03-25" };
const ASSUMED: Fact = Fact { evidence: Evidence::Assumed, source: "common knowledge", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "copilot",
    title: "GitHub Copilot",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[
        FileRule::new(
            Role::Memory,
            At::Root,
            ".github",
            Below::Direct,
            FileName::Is("copilot-instructions.md"),
            DOCUMENTED,
        )
        .exclusive(),
        FileRule::new(
            Role::Rule,
            At::Root,
            ".github/instructions",
            Below::Tree,
            FileName::EndsWith(".instructions.md"),
            DOCUMENTED,
        )
        .exclusive(),
        FileRule::new(Role::Agent, At::Root, ".github/agents", Below::Direct, FileName::EndsWith(".md"), DOCUMENTED)
            .exclusive(),
        FileRule::new(
            Role::Prompt,
            At::Root,
            ".github/prompts",
            Below::Tree,
            FileName::EndsWith(".prompt.md"),
            DOCUMENTED,
        )
        .exclusive(),
        FileRule::skill(".github/skills", DOCUMENTED).exclusive(),
        FileRule::skill(".agents/skills", DOCUMENTED),
        FileRule::skill(".claude/skills", DOCUMENTED),
        FileRule::anywhere(Role::Memory, "AGENTS.md", DOCUMENTED),
        FileRule::root(Role::Memory, "CLAUDE.md", DOCUMENTED),
        FileRule::root(Role::Memory, "GEMINI.md", DOCUMENTED),
        FileRule::new(Role::McpConfig, At::Root, ".vscode", Below::Direct, FileName::Is("mcp.json"), ASSUMED)
            .format(Format::Json),
    ],
    imports: None,
    scope: Some(&SCOPE),
    scoped_skills: false,
    memory: MemoryStyle::All { nested: true },
    rules: RuleStyle::Scope { without_always: false },
};

/// The key is documented; that a pattern is matched like this is assumed.
static SCOPE: ScopeGrammar = ScopeGrammar::paths("applyTo", false, DOCUMENTED);

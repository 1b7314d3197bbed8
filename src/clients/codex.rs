//! Codex CLI.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, Role};
use crate::model::Format;

/// Seen in the requests of the real client, version 0.169.0.
pub const MEASURED: Fact =
    Fact { evidence: Evidence::Measured, source: "recorded requests of 0.169.0", dated: "2026-11-20" };
/// Read in the vendor's documents and published code.
pub const DOCUMENTED: Fact =
    Fact { evidence: Evidence::Documented, source: "developers.openai.com/codex, openai/codex", dated: "2026-11-20" };

const fn skill(dir: &'static str) -> FileRule {
    FileRule::new(Role::Skill, At::Anywhere, dir, Below::VisibleTree, FileName::Is("SKILL.md"), MEASURED)
}

/// The client.
pub static CLIENT: Client = Client {
    name: "codex",
    title: "Codex CLI",
    versions: &["0.169.0"],
    evidence: Evidence::Measured,
    source: MEASURED.source,
    dated: MEASURED.dated,
    files: &[
        FileRule::anywhere(Role::Memory, "AGENTS.md", MEASURED).not_in(&[".agents", ".codex"]),
        FileRule::anywhere(Role::Memory, "AGENTS.override.md", MEASURED).exclusive().not_in(&[".agents", ".codex"]),
        skill(".agents/skills"),
        skill(".codex/skills").exclusive(),
        FileRule::new(Role::Settings, At::Anywhere, ".codex", Below::Direct, FileName::Is("config.toml"), DOCUMENTED)
            .exclusive()
            .format(Format::Text),
    ],
    imports: None,
    scope: None,
};

//! Codex CLI.

use super::{At, Below, Client, Evidence, Fact, FileName, FileRule, MemoryStyle, Role, RuleStyle};
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
    scoped_skills: false,
    memory: MemoryStyle::Own,
    rules: RuleStyle::Always,
};

/// Bytes of all project files together; `project_doc_max_bytes` (measured).
pub const MAX_PROJECT_BYTES: usize = 32_768;
/// Description of a skill in the listing, in characters, then `...` (measured).
pub const MAX_SKILL_DESCRIPTION: usize = 1_024;
/// Characters of all lines of the skill listing; descriptions are shortened evenly to fit (measured with 100 skills).
pub const MAX_SKILL_LISTING: usize = 20_800;
/// How deep below its root a skill may lie, in folders (documented).
pub const MAX_SKILL_DEPTH: usize = 6;

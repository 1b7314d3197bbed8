//! Aider, from its documents: not measured. Nothing loads but what its settings name.

use super::{Client, Evidence, Fact, FileRule, MemoryStyle, Role, RuleStyle};
use crate::model::Format;

const DOCUMENTED: Fact = Fact { evidence: Evidence::Documented, source: "aider.chat docs", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "aider",
    title: "Aider",
    versions: &[],
    evidence: DOCUMENTED.evidence,
    source: DOCUMENTED.source,
    dated: DOCUMENTED.dated,
    files: &[FileRule::root(Role::Settings, ".aider.conf.yml", DOCUMENTED).exclusive().format(Format::Yaml)],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::Own,
    rules: RuleStyle::Always,
};

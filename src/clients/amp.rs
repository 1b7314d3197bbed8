//! Amp, second-hand: neither measured nor read in its documents.

use super::{Client, Evidence, Fact, FileRule, MemoryStyle, Role, RuleStyle};

const SECOND_HAND: Fact = Fact { evidence: Evidence::Assumed, source: "second-hand tables", dated: "2026-11" };

/// The client.
pub(super) static CLIENT: Client = Client {
    name: "amp",
    title: "Amp",
    versions: &[],
    evidence: SECOND_HAND.evidence,
    source: SECOND_HAND.source,
    dated: SECOND_HAND.dated,
    files: &[
        FileRule::anywhere(Role::Memory, "AGENTS.md", SECOND_HAND),
        FileRule::anywhere(Role::Memory, "AGENT.md", SECOND_HAND).exclusive(),
        FileRule::anywhere(Role::Memory, "CLAUDE.md", SECOND_HAND),
    ],
    imports: None,
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::FirstInFolder { nested: true },
    rules: RuleStyle::Always,
};

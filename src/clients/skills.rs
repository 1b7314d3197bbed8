//! What clients ask of a skill's name and description.

use super::{Evidence, Fact, Unit, claude_code, codex};

/// What one client asks of the `name` of a skill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkillNames {
    /// Name of the client.
    pub client: &'static str,
    /// Whether a skill without a name is left out.
    pub required: bool,
    /// Whether a skill without a description is left out.
    pub description_required: bool,
    /// Longest name, in characters.
    pub max_chars: usize,
    /// Where this comes from.
    pub fact: Fact,
}

const fn measured(source: &'static str) -> Fact {
    Fact { evidence: Evidence::Measured, source, dated: "2026-11-20" }
}

/// One row for each client that asks for something. Claude Code takes any name as a label, and lists a skill without a
/// description under the first line of its body.
pub static SKILL_NAMES: [SkillNames; 3] = [
    SkillNames {
        client: "claude-code",
        required: false,
        description_required: false,
        max_chars: usize::MAX,
        fact: measured("recorded requests of 2.1.329"),
    },
    SkillNames {
        client: "codex",
        required: false,
        description_required: true,
        max_chars: 64,
        fact: measured("recorded requests of 0.169.0; the length from the loader's constants"),
    },
    SkillNames {
        client: "gemini-cli",
        required: true,
        description_required: true,
        max_chars: usize::MAX,
        fact: measured("recorded requests of 0.61.0"),
    },
];

/// The longest description that one client lists whole.
#[derive(Clone, Copy, Debug)]
pub struct DescriptionLimit {
    /// Name of the client.
    pub client: &'static str,
    /// The largest length that is not cut.
    pub most: usize,
    /// In what it is measured.
    pub unit: Unit,
    /// Whether `when_to_use` is appended to the description and counts.
    pub when_to_use: bool,
    /// Where this comes from.
    pub fact: Fact,
}

/// One row for each client that cuts descriptions.
pub static DESCRIPTION_LIMITS: [DescriptionLimit; 2] = [
    DescriptionLimit {
        client: "claude-code",
        most: claude_code::MAX_SKILL_DESCRIPTION,
        unit: Unit::Utf16,
        when_to_use: true,
        fact: measured("recorded requests of 2.1.329; the setting `skillListingMaxDescChars` changes it"),
    },
    DescriptionLimit {
        client: "codex",
        most: codex::MAX_SKILL_DESCRIPTION,
        unit: Unit::Chars,
        when_to_use: false,
        fact: measured("recorded requests of 0.169.0"),
    },
];

/// Longest description by the open Agent Skills specification (2026-08-09), in characters.
pub const SPEC_MAX_DESCRIPTION: usize = 1_024;

/// Longest name by the open Agent Skills specification (2026-08-09), in characters.
pub const SPEC_MAX_CHARS: usize = 64;

/// Words that Anthropic's upload check refuses in a name.
const RESERVED: [&str; 2] = ["anthropic", "claude"];

/// How `name` breaks the open Agent Skills specification, as a clause; `None` when it does not.
pub fn skill_name_breach(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("it is empty");
    }
    if name.chars().count() > SPEC_MAX_CHARS {
        return Some("it has more than 64 characters");
    }
    if !name.chars().all(|c| c == '-' || c.is_ascii_digit() || (c.is_alphabetic() && !c.is_uppercase())) {
        return Some("only lower-case letters, digits and hyphens are allowed");
    }
    if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        return Some("a hyphen stands at an end or twice in a row");
    }
    None
}

/// The word in `name` for which Anthropic's upload check refuses the skill. The open specification reserves none.
pub fn reserved_word(name: &str) -> Option<&'static str> {
    RESERVED.into_iter().find(|word| name.split('-').any(|part| part == *word))
}

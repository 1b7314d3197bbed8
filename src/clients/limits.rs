//! How large one file may be for a client, and what becomes of a larger one.

use super::{Evidence, Fact, Role, claude_code};

/// In what a text is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of the file.
    Bytes,
    /// Unicode scalar values.
    Chars,
    /// UTF-16 code units.
    Utf16,
}

impl Unit {
    /// The plural noun.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Bytes => "bytes",
            Unit::Chars => "characters",
            Unit::Utf16 => "UTF-16 units",
        }
    }

    /// The size of a text.
    pub fn of(self, text: &str) -> usize {
        match self {
            Unit::Bytes => text.len(),
            Unit::Chars => text.chars().count(),
            Unit::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }

    /// How many bytes of a text are within `most` of the unit: up to the end of the last character that is.
    pub fn cut(self, text: &str, most: usize) -> usize {
        let mut used = 0;
        let size = |c: char| match self {
            Unit::Bytes => c.len_utf8(),
            Unit::Chars => 1,
            Unit::Utf16 => c.len_utf16(),
        };
        let over = text.char_indices().find(|(_, c)| {
            used += size(*c);
            used > most
        });
        over.map_or(text.len(), |(at, _)| at)
    }
}

/// What becomes of a file over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// What comes after the limit is not passed on.
    Cut,
    /// The whole file is passed over.
    Skipped,
}

/// Which files the limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// All of the given roles.
    Always,
    /// Those that are attached after the start: nested memory files, and rules with a scope.
    Later,
}

/// The largest file of some roles that one client takes whole.
#[derive(Clone, Copy, Debug)]
pub struct SizeLimit {
    /// Name of the client.
    pub client: &'static str,
    /// For files of these roles.
    pub roles: &'static [Role],
    /// Only for files that are named after the client, not for those that it shares with others.
    pub own: bool,
    /// Which of them.
    pub when: When,
    /// The largest size that is taken whole.
    pub most: u64,
    /// In what it is measured.
    pub unit: Unit,
    /// What becomes of a larger file.
    pub over: Over,
    /// Who cuts or skips, as the subject of a sentence.
    pub who: &'static str,
    /// Where this comes from.
    pub fact: Fact,
}

/// Every limit of one file. Limits of a whole chain of files stand with their clients.
pub static SIZE_LIMITS: [SizeLimit; 4] = [
    SizeLimit {
        client: "claude-code",
        roles: &[Role::Memory, Role::LocalMemory, Role::Rule, Role::Imported],
        own: false,
        when: When::Always,
        most: claude_code::MAX_MEMORY_BYTES,
        unit: Unit::Bytes,
        over: Over::Skipped,
        who: "Claude Code",
        fact: claude_code::DOCUMENTED,
    },
    SizeLimit {
        client: "claude-code",
        roles: &[Role::Memory, Role::LocalMemory, Role::Rule],
        own: false,
        when: When::Later,
        most: claude_code::MAX_LAZY_CHARS as u64,
        unit: Unit::Chars,
        over: Over::Cut,
        who: "Claude Code",
        fact: claude_code::MEASURED,
    },
    SizeLimit {
        client: "copilot",
        roles: &[Role::Memory, Role::Rule],
        own: true,
        when: When::Always,
        most: 4_000,
        unit: Unit::Chars,
        over: Over::Cut,
        who: "GitHub Copilot's code review",
        // The text still stands in the vendor's sources, but a page that showed it was taken away.
        fact: Fact { evidence: Evidence::Assumed, source: "github/docs, a reusable on code review", dated: "2026-03" },
    },
    SizeLimit {
        client: "windsurf",
        roles: &[Role::Rule],
        own: false,
        when: When::Always,
        most: 12_000,
        unit: Unit::Chars,
        over: Over::Cut,
        who: "Windsurf",
        fact: Fact { evidence: Evidence::Documented, source: "Windsurf docs, rules page", dated: "2026-11" },
    },
];

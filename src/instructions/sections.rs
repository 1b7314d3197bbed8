//! What the headings above a block say about it.

use super::lexicon::{
    AMBIGUOUS, CHECK_SECTION, Language, REFERENCE_SECTION, RULE_SECTION, RUN_VERB, SOFT_REFERENCE_SECTION,
    TEST_SECTION, VERB,
};
use super::phrases::is_phrase_char;

/// What one heading says.
#[derive(Clone, Copy, Debug, Default)]
struct Heading {
    level: u8,
    classes: u64,
    step: bool,
    situation: bool,
}

/// The headings around the current block.
#[derive(Default)]
pub(super) struct Sections {
    stack: Vec<Heading>,
    /// Number of the current section, 0 before the first heading.
    pub(super) current: usize,
}

impl Sections {
    /// Enters the section of a heading with this title.
    pub(super) fn enter(&mut self, level: u8, title: &str, latin: Language) {
        self.stack.retain(|heading| heading.level < level);
        let mut heading = Heading { level, ..Heading::default() };
        let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-');
        let words = || title.split(|c| !is_letter(c)).filter(|word| !word.is_empty());
        for word in words() {
            heading.classes |= Language::English.words().of(word);
            if latin != Language::English {
                heading.classes |= latin.words().of(word);
            }
        }
        if title.chars().any(is_phrase_char) {
            let is_hangul = title.chars().any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}'));
            let languages: &[Language] =
                if is_hangul { &[Language::Korean] } else { &[Language::Chinese, Language::Japanese] };
            for language in languages {
                heading.classes |= language.phrases().scan(title).classes;
            }
        }
        let first = words().next().unwrap_or("");
        let second = words().nth(1).unwrap_or("");
        // A title in the imperative says what to do, whatever nouns follow.
        let verb = Language::English.words().of(first);
        if verb & VERB != 0 && verb & (AMBIGUOUS | RUN_VERB) == 0 && !second.is_empty() {
            heading.classes &= !(REFERENCE_SECTION | SOFT_REFERENCE_SECTION);
        }
        let number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let named = ["step", "phase", "stage"].iter().any(|word| first.eq_ignore_ascii_case(word));
        heading.step = number(first) || named && (number(second) || second.len() == 1);
        heading.situation = first.eq_ignore_ascii_case("when");
        heading.classes &= REFERENCE_SECTION | SOFT_REFERENCE_SECTION | RULE_SECTION | CHECK_SECTION | TEST_SECTION;
        self.stack.push(heading);
        self.current += 1;
    }

    /// The nearest heading that says anything decides whether the section is reference. Of an overview, and of a list
    /// of mistakes, only the list items are.
    pub(super) fn is_reference(&self, item: bool) -> bool {
        let nearest = self.stack.iter().rev().find(|heading| heading.classes != 0);
        nearest.is_some_and(|heading| {
            let rules = heading.classes & (RULE_SECTION | CHECK_SECTION | TEST_SECTION) != 0;
            let soft = heading.classes & SOFT_REFERENCE_SECTION != 0;
            let hard = heading.classes & REFERENCE_SECTION != 0;
            !rules && (hard || item && soft)
        })
    }

    /// Whether a heading around the block announces rules.
    pub(super) fn is_rules(&self) -> bool {
        let nearest = self.stack.iter().rev().find(|heading| heading.classes & !TEST_SECTION != 0);
        nearest.is_some_and(|heading| heading.classes & RULE_SECTION != 0)
    }

    /// Whether the nearest heading announces a checklist.
    pub(super) fn is_check(&self) -> bool {
        let nearest = self.stack.iter().rev().find(|heading| heading.classes != 0);
        nearest.is_some_and(|heading| heading.classes & CHECK_SECTION != 0)
    }

    /// Whether the nearest heading is itself a numbered step.
    pub(super) fn is_step(&self) -> bool {
        self.stack.last().is_some_and(|heading| heading.step)
    }

    /// Whether the nearest heading is a situation: `When to use`.
    pub(super) fn is_situation(&self) -> bool {
        self.stack.last().is_some_and(|heading| heading.situation)
    }
}

//! Japanese, Chinese and Korean: phrases that mark a directive, at the start, at the end or anywhere in a clause.

use super::english::{Directive, Force};
use super::lexicon::{
    DESCRIPTIVE, GENERIC, Language, MUST, NEVER, PERMISSION, PLAIN, POINTER, PREFER, TRIGGER, WEAK_PLAIN,
};
use super::mask::BLANK;
use super::words::CODE;

/// Whether a character belongs to a language that is searched for phrases.
pub(super) fn is_phrase_char(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// What the place of a sentence says about it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// The section is reference.
    pub(super) reference: bool,
    /// The section holds rules.
    pub(super) rules: bool,
    /// The sentence is a list item.
    pub(super) item: bool,
    /// The sentence is a step.
    pub(super) step: bool,
}

/// The sentences of a masked run, as ranges of bytes: cut at full stops, at line ends, and at spaces between clauses.
pub(super) fn sentences(text: &str, start: usize, end: usize, language: Language) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut from = start;
    let mut before = ' ';
    let mut parentheses = 0usize;
    let run = &text[start..end];
    // Where sentences end with a full stop, lines are only wrapped.
    let stops = run.contains('。');
    let mut chars = run.char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let at = start + offset;
        let next = chars.peek().map_or('\n', |(_, next)| *next);
        let cut = match c {
            '（' | '(' => {
                parentheses += 1;
                false
            }
            '）' | ')' => {
                parentheses = parentheses.saturating_sub(1);
                false
            }
            _ if parentheses > 0 && c != '\n' => false,
            '。' | '！' | '？' | '；' => true,
            '.' | '!' | '?' | ';' => next.is_whitespace() || next as u32 == u32::from(BLANK),
            '\n' => !stops && is_phrase_char(before) || matches!(before, '。' | '！' | '？' | '；'),
            ' ' => {
                let following = run[offset..].trim_start().chars().next().unwrap_or(' ');
                let is_han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
                language == Language::Chinese && is_han(before) && is_han(following) && at - from >= 12
            }
            _ => false,
        };
        if cut {
            parentheses = 0;
            out.push((from, at + c.len_utf8()));
            from = at + c.len_utf8();
        }
        if c as u32 != u32::from(BLANK) && c != ' ' {
            before = c;
        }
    }
    out.push((from, end));
    out.retain(|(start, end)| text[*start..*end].chars().any(|c| is_phrase_char(c) || c.is_alphanumeric()));
    out
}

/// A sentence without markup, parentheses, list numbers and what else opens or ends it; a code span is one character.
pub(super) fn clean(sentence: &str) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut depth = 0usize;
    for c in sentence.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c as u32 == u32::from(CODE) => {
                if !out.ends_with('`') {
                    out.push('`');
                }
            }
            c if c as u32 == u32::from(BLANK) => {}
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    let is_mark = |c: char| !c.is_alphanumeric() && !matches!(c, '`' | '」' | '「' | '"');
    out.trim_matches(is_mark).to_owned()
}

/// The directive of one clean sentence, if it is one.
pub(super) fn directive(sentence: &str, language: Language, place: Place) -> Option<Directive> {
    let phrases = language.phrases();
    let letters = sentence.chars().filter(|c| is_phrase_char(*c) || c.is_alphanumeric()).count();
    if letters < 3 || !sentence.chars().any(is_phrase_char) {
        return None;
    }
    let body = body(sentence);
    let (mut all, mut force) = (0, None);
    let mut clauses = 0;
    for clause in clauses_of(body, language) {
        let scan = phrases.scan(clause.trim());
        clauses += 1;
        all |= scan.classes;
        let explicit = scan.classes & (NEVER | MUST | PREFER) != 0;
        let strong_plain = scan.classes & PLAIN != 0 && scan.classes & WEAK_PLAIN == 0;
        let plain = strong_plain || scan.classes & WEAK_PLAIN != 0 && (place.step || place.rules && place.item);
        let ending =
            if language == Language::Japanese && place.item && place.rules { verb_ending(clause.trim()) } else { None };
        let found = if scan.classes & NEVER != 0 && scan.never <= scan.must {
            Some(Force::Never)
        } else if explicit && scan.classes & MUST != 0 {
            Some(Force::Must)
        } else if explicit {
            Some(Force::Prefer)
        } else if plain
            && scan.classes & DESCRIPTIVE == 0
            && (place.item || place.step || language == Language::Chinese && strong_plain)
        {
            Some(Force::Plain)
        } else if scan.classes & DESCRIPTIVE == 0 {
            ending
        } else {
            None
        };
        // Of a pair of contrasts the half that comes first decides; explicit strength later in the sentence still counts
        // for a plain start.
        force = match (force, found) {
            (None, found) => found,
            (Some(Force::Plain), Some(Force::Must)) => found,
            (kept, _) => kept,
        };
    }
    // The whole sentence holds phrases that a comma cuts in two, and the label before the colon may be the trigger.
    if clauses > 1 || body.len() < sentence.len() {
        all |= phrases.scan(sentence).classes & (TRIGGER | POINTER | DESCRIPTIVE | PERMISSION);
    }
    let explicit = matches!(force, Some(Force::Never | Force::Must | Force::Prefer));
    if all & PERMISSION != 0 && (!explicit || all & (NEVER | MUST) == 0)
        || all & POINTER != 0 && all & NEVER == 0 && clauses < 3
    {
        return None;
    }
    let force = match force {
        Some(force) => force,
        None if place.rules
            && place.item
            && all & DESCRIPTIVE == 0
            && letters <= 30
            && body.chars().any(is_phrase_char)
            && letters >= 4 =>
        {
            Force::Fact
        }
        None => return None,
    };
    if place.reference && !explicit {
        return None;
    }
    Some(Directive { force, triggered: all & TRIGGER != 0, rule: "phrase", at: 0 })
}

/// A Japanese rule often ends with the plain form of its verb: `を守る`, `を残さない`.
fn verb_ending(clause: &str) -> Option<Force> {
    let clause = clause.trim_end_matches(['、', ',']);
    if !clause.contains(['を', 'に']) {
        return None;
    }
    let states = [
        "ている",
        "である",
        "される",
        "できる",
        "なる",
        "ある",
        "られる",
        "ではない",
        "がない",
        "できない",
        "られない",
        "足りない",
        "わからない",
        "もいい",
    ];
    if states.iter().any(|ending| clause.ends_with(ending)) {
        return None;
    }
    if clause.ends_with("ない") {
        return Some(Force::Never);
    }
    clause.ends_with(['る', 'す', 'く', 'う', 'つ', 'ぶ', 'む', 'ぐ']).then_some(Force::Plain)
}

/// Whether a lead-in only announces what follows: `以下`.
pub(super) fn is_generic(sentence: &str, language: Language) -> bool {
    language.phrases().scan(sentence).classes & GENERIC != 0
}

/// Whether a sentence is nothing but a trigger.
pub(super) fn is_trigger_only(sentence: &str, language: Language) -> bool {
    let with_comma = format!("{sentence}，");
    let scan = language.phrases().scan(&with_comma);
    scan.classes & TRIGGER != 0 && scan.classes & (NEVER | MUST | PREFER) == 0
}

/// What follows a short label.
fn body(sentence: &str) -> &str {
    let colon = sentence.char_indices().take(16).find(|(_, c)| matches!(c, '：' | ':'));
    match colon {
        Some((at, c)) if at > 0 => sentence[at + c.len_utf8()..].trim_start(),
        _ => sentence,
    }
}

/// The clauses between commas; each keeps its comma.
fn clauses_of(sentence: &str, language: Language) -> impl Iterator<Item = &str> {
    sentence.split_inclusive(move |c| matches!(c, '，' | ',' | '：') || c == '、' && language == Language::Japanese)
}

//! In which languages a document is written.

use super::lexicon::{LATIN, Language, STOP};

/// What the letters of a document say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Languages {
    /// The language of text in Latin letters.
    pub(super) latin: Language,
    /// The language of Chinese characters: Japanese where there is kana.
    pub(super) han: Language,
    /// Whether most of the letters belong to no language with word lists.
    pub(super) unknown: bool,
}

/// How much of a text is looked at, in bytes.
const SAMPLE: usize = 64 * 1024;
/// Fewer words than this say nothing about the language.
const FEW_WORDS: usize = 20;
/// Share of the letters in scripts without word lists above which a text is unknown, in percent.
const FOREIGN_PERCENT: usize = 40;
/// Share of common words below which Latin text is of an unknown language, in percent.
const STOP_PERCENT: usize = 5;

/// How many words tell that a text is English.
const ENOUGH_WORDS: usize = 300;

/// The share of common words above which a text is English, in percent.
const ENGLISH_PERCENT: usize = 13;

/// How many words are looked at before a language is chosen.
const MOST_WORDS: usize = 2_000;

/// Looks at the beginning of a masked text.
pub(super) fn detect(text: &str) -> Languages {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (mut latin, mut known, mut foreign, mut kana, mut han) = (0, 0, 0, 0, 0);
    for c in text[..end].chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' => latin += 1,
            '\u{3040}'..='\u{30ff}' => kana += 3,
            '\u{3400}'..='\u{9fff}' => han += 3,
            '\u{ac00}'..='\u{d7a3}' | '\u{400}'..='\u{45f}' => known += 2,
            c if c.is_alphabetic() => foreign += 1,
            _ => {}
        }
    }
    let letters = latin + known + foreign + kana + han;
    let (language, stops, words) = latin_language(&text[..end]);
    let strange = words >= FEW_WORDS && stops * 100 < words * STOP_PERCENT;
    let foreign = foreign + if strange { latin } else { 0 };
    Languages {
        latin: language,
        han: if kana * 50 >= kana + han { Language::Japanese } else { Language::Chinese },
        unknown: letters > 0 && foreign * 100 > letters * FOREIGN_PERCENT,
    }
}

/// The language whose common words are most frequent, with their number and that of all words.
fn latin_language(text: &str) -> (Language, usize, usize) {
    let is_word = |word: &&str| word.chars().next().is_some_and(|c| (c as u32) < 0x250);
    let all = || text.split(|c: char| !c.is_alphabetic() && c != '\'').filter(is_word);
    let is_stop = |language: Language, word: &str| language.words().of(word) & STOP != 0;
    // Most documents are English, and a few hundred words tell.
    let first = all().take(ENOUGH_WORDS).count();
    let english = all().take(ENOUGH_WORDS).filter(|word| is_stop(LATIN[0], word)).count();
    if first == ENOUGH_WORDS && english * 100 > first * ENGLISH_PERCENT {
        return (LATIN[0], english, first);
    }
    let mut words = 0;
    let mut stops = [0usize; LATIN.len()];
    for word in all().take(MOST_WORDS) {
        words += 1;
        for (stops, language) in stops.iter_mut().zip(LATIN) {
            *stops += usize::from(is_stop(language, word));
        }
    }
    let best = (0..LATIN.len()).rev().max_by_key(|at| stops[*at]).unwrap_or(0);
    let best = if stops[best] > stops[0] + stops[0] / 4 { best } else { 0 };
    (LATIN[best], stops[best], words)
}

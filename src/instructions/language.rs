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

/// How many words tell that a text is in none of the other languages.
const SOME_WORDS: usize = 100;

/// The share of common words above which a text is English, in percent.
const ENGLISH_PERCENT: usize = 13;

/// The same for a text with fewer words.
const ENGLISH_PERCENT_OF_FEW: usize = 20;

/// How many words are looked at before a language is chosen.
const MOST_WORDS: usize = 2_000;

/// Looks at the beginning of a masked text.
pub(super) fn detect(text: &str) -> Languages {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (mut known, mut foreign, mut kana, mut han) = (0, 0, 0, 0);
    let mut latin = ascii_letters(&text.as_bytes()[..end]);
    let mut rest = &text[..end];
    while let Some(at) = first_beyond_ascii(rest.as_bytes()) {
        let mut chars = rest[at..].chars();
        match chars.next().unwrap_or(' ') {
            '\u{c0}'..='\u{24f}' => latin += 1,
            '\u{3040}'..='\u{30ff}' => kana += 3,
            '\u{3400}'..='\u{9fff}' => han += 3,
            '\u{ac00}'..='\u{d7a3}' | '\u{400}'..='\u{45f}' => known += 2,
            c if c.is_alphabetic() => foreign += 1,
            _ => {}
        }
        rest = chars.as_str();
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
    let all = || words_of(text).filter(|word| word.chars().next().is_some_and(|c| (c as u32) < 0x250));
    let is_stop = |language: Language, word: &str| language.words().of(word) & STOP != 0;
    let mut words = 0;
    let mut stops = [0usize; LATIN.len()];
    let mut others = true;
    for word in all().take(MOST_WORDS) {
        words += 1;
        stops[0] += usize::from(is_stop(LATIN[0], word));
        if others {
            for (stops, language) in stops.iter_mut().zip(LATIN).skip(1) {
                *stops += usize::from(is_stop(language, word));
            }
        }
        // Where no other language comes near for so long, none will.
        if words == SOME_WORDS {
            others = stops[1..].iter().any(|other| *other * 2 > stops[0]);
            if !others && stops[0] * 100 > words * ENGLISH_PERCENT_OF_FEW {
                return (LATIN[0], stops[0], words);
            }
        }
        // Most documents are English, and a few hundred words tell.
        let least = if others { ENGLISH_PERCENT } else { STOP_PERCENT };
        if words == ENOUGH_WORDS && stops[0] * 100 > words * least {
            return (LATIN[0], stops[0], words);
        }
    }
    if (FEW_WORDS..ENOUGH_WORDS).contains(&words) && stops[0] * 100 > words * ENGLISH_PERCENT_OF_FEW {
        return (LATIN[0], stops[0], words);
    }
    let best = (0..LATIN.len()).rev().max_by_key(|at| stops[*at]).unwrap_or(0);
    let best = if stops[best] > stops[0] + stops[0] / 4 { best } else { 0 };
    (LATIN[best], stops[best], words)
}

/// How many bytes are letters of ASCII. Counted in short rows of bytes, many at once.
fn ascii_letters(bytes: &[u8]) -> usize {
    let in_row = |row: &[u8]| usize::from(row.iter().map(|byte| u8::from(byte.is_ascii_alphabetic())).sum::<u8>());
    bytes.chunks(128).map(in_row).sum()
}

/// The first byte that is not ASCII.
fn first_beyond_ascii(bytes: &[u8]) -> Option<usize> {
    let rows = bytes.chunks(64).take_while(|row| row.is_ascii()).count();
    let from = (rows * 64).min(bytes.len());
    bytes[from..].iter().position(|byte| !byte.is_ascii()).map(|at| from + at)
}

/// The runs of letters and apostrophes of a text.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    const LETTER: [bool; 256] = {
        let mut letter = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            letter[byte as usize] = byte.is_ascii_alphabetic() || byte == b'\'';
            byte += 1;
        }
        letter
    };
    let bytes = text.as_bytes();
    // How long the letter at `at` is; 0 where there is none.
    let letter = |at: usize| {
        let byte = bytes[at];
        if byte.is_ascii() {
            return usize::from(LETTER[usize::from(byte)]);
        }
        let c = text.get(at..).and_then(|rest| rest.chars().next());
        c.filter(|c| c.is_alphabetic()).map_or(0, char::len_utf8)
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < bytes.len() && letter(at) == 0 {
            at += 1;
        }
        let start = at;
        while at < bytes.len() && letter(at) > 0 {
            at += letter(at);
        }
        (start < at).then(|| &text[start..at])
    })
}

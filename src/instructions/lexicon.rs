//! Word lists as data files, one per language; each is read at the first question about its language.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

/// A set of word classes, one bit for each.
pub(super) type Classes = u64;

macro_rules! classes {
    ($($name:ident = $word:literal),* $(,)?) => {
        classes!(@bits 0u32, $($name)*);
        const NAMES: &[(&str, Classes)] = &[$(($word, $name)),*];
    };
    (@bits $at:expr, $name:ident $($rest:ident)*) => {
        pub(super) const $name: Classes = 1 << ($at);
        classes!(@bits $at + 1, $($rest)*);
    };
    (@bits $at:expr,) => {};
}

classes! {
    VERB = "verb",
    AMBIGUOUS = "ambiguous",
    ADVERB = "adverb",
    STRONG = "strong",
    MODAL = "modal",
    WEAK_MODAL = "weakmodal",
    REQUIRED = "required",
    PREFER = "prefer",
    NEVER = "never",
    NEGATION = "negword",
    FORBIDDEN = "forbidden",
    CANNOT = "cannot",
    TRIGGER = "trigger",
    SOFT_LEAD = "softlead",
    QUESTION_WORD = "wh",
    RELATIVE = "relative",
    DETERMINER = "determiner",
    PRONOUN = "pronoun",
    PREPOSITION = "preposition",
    FINITE = "finite",
    STOP = "stop",
    MADE = "made",
    CONVENTION = "convention",
    REFERENCE_SECTION = "refsec",
    SOFT_REFERENCE_SECTION = "softref",
    RULE_SECTION = "rulesec",
    CHECK_SECTION = "checksec",
    TEST_SECTION = "testsec",
    ACTION_HEAD = "actionhead",
    SITUATION_HEAD = "situationhead",
    THING_HEAD = "thinghead",
    SAMPLE_HEAD = "samplehead",
    GENERIC = "generic",
    RUN_VERB = "runverb",
    POINTER = "pointer",
    EXAMPLE = "exampleof",
    LICENCE = "licence",
    OBTAIN = "obtain",
    ABBREVIATION = "abbreviation",
    MUST = "must",
    PERMISSION = "permission",
    PLAIN = "plain",
    WEAK_PLAIN = "weakplain",
    DESCRIPTIVE = "descriptive",
    NOT_NEVER = "notnever",
    NOT_PREFER = "notprefer",
    NOT_TRIGGER = "nottrigger",
    NOT_PERMISSION = "notpermission",
    SUFFIX_FIRST = "suffixfirst",
    SUFFIX_LAST = "suffixlast",
}

/// The languages with word lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    German,
    French,
    Spanish,
    Portuguese,
    Russian,
    Japanese,
    Chinese,
    Korean,
}

/// Languages in Latin letters, English first.
pub(super) const LATIN: [Language; 5] =
    [Language::English, Language::German, Language::French, Language::Spanish, Language::Portuguese];

impl Language {
    fn data(self) -> &'static str {
        match self {
            Language::English => include_str!("lexicon/en.txt"),
            Language::German => include_str!("lexicon/de.txt"),
            Language::French => include_str!("lexicon/fr.txt"),
            Language::Spanish => include_str!("lexicon/es.txt"),
            Language::Portuguese => include_str!("lexicon/pt.txt"),
            Language::Russian => include_str!("lexicon/ru.txt"),
            Language::Japanese => include_str!("lexicon/ja.txt"),
            Language::Chinese => include_str!("lexicon/zh.txt"),
            Language::Korean => include_str!("lexicon/ko.txt"),
        }
    }

    /// The word list, read at the first call.
    pub(super) fn words(self) -> &'static Words {
        static TABLES: [OnceLock<Words>; 6] = [const { OnceLock::new() }; 6];
        TABLES[(self as usize).min(5)].get_or_init(|| Words::new(self.data()))
    }

    /// The phrases of a language that is searched rather than cut into words, read at the first call.
    pub(super) fn phrases(self) -> &'static Phrases {
        static TABLES: [OnceLock<Phrases>; 3] = [const { OnceLock::new() }; 3];
        TABLES[(self as usize).saturating_sub(6).min(2)].get_or_init(|| Phrases::new(self.data()))
    }
}

/// The entries of a data file with their class.
fn entries(data: &'static str) -> impl Iterator<Item = (&'static str, Classes)> {
    let mut class = 0;
    data.lines().filter(|line| !line.starts_with('#')).flat_map(move |line| {
        let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        if let Some(name) = name {
            class = NAMES.iter().find(|(known, _)| *known == name).map_or(0, |(_, bit)| *bit);
        }
        let of = class;
        let words = if name.is_some() { "" } else { line };
        words.split_whitespace().map(move |word| (word, of))
    })
}

/// Words with their classes.
pub(super) struct Words {
    classes: HashMap<&'static str, Classes, BuildHasherDefault<Fnv>>,
    /// Endings of a first word that is an imperative.
    first: Vec<&'static str>,
    /// Endings of a last word that is an infinitive used as an imperative.
    last: Vec<&'static str>,
}

impl Words {
    fn new(data: &'static str) -> Words {
        let mut words = Words { classes: HashMap::default(), first: Vec::new(), last: Vec::new() };
        for (word, class) in entries(data) {
            match class {
                SUFFIX_FIRST => words.first.push(word),
                SUFFIX_LAST => words.last.push(word),
                _ => *words.classes.entry(word).or_default() |= class,
            }
        }
        words
    }

    /// The classes of a word in any case; 0 for an unknown one. `’` counts as `'`.
    pub(super) fn of(&self, word: &str) -> Classes {
        const LONGEST: usize = 32;
        if word.len() > LONGEST {
            return 0;
        }
        let known = |word: &str| self.classes.get(word).copied().unwrap_or(0);
        if word.is_ascii() {
            let mut lower = [0u8; LONGEST];
            let lower = &mut lower[..word.len()];
            lower.copy_from_slice(word.as_bytes());
            lower.make_ascii_lowercase();
            return std::str::from_utf8(lower).map_or(0, known);
        }
        known(&word.to_lowercase().replace('’', "'"))
    }

    /// Whether the ending of a first word marks an imperative.
    pub(super) fn has_first_suffix(&self, word: &str) -> bool {
        word.len() > 5 && self.first.iter().any(|suffix| word.to_lowercase().ends_with(suffix))
    }

    /// Whether the ending of a last word marks an infinitive.
    pub(super) fn has_last_suffix(&self, word: &str) -> bool {
        word.len() > 4 && self.last.iter().any(|suffix| word.ends_with(suffix))
    }
}

/// Where a phrase may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
}

/// A phrase, where it may stand, and its classes.
type Phrase = (&'static str, Place, Classes);

/// Phrases with their classes, by first character.
pub(super) struct Phrases {
    by_first: HashMap<char, Vec<Phrase>, BuildHasherDefault<Fnv>>,
    /// One bit for each first character, by its lowest twelve bits: most characters start nothing.
    may_start: Box<[bool; 4096]>,
}

/// Classes of the phrases in a sentence, with the place of the first phrase of some of them.
#[derive(Default)]
pub(super) struct Scan {
    /// Every class found.
    pub(super) classes: Classes,
    /// Byte of the first prohibition; `usize::MAX` where there is none.
    pub(super) never: usize,
    /// Byte of the first explicit strength; `usize::MAX` where there is none.
    pub(super) must: usize,
}

impl Phrases {
    fn new(data: &'static str) -> Phrases {
        let mut phrases = Phrases { by_first: HashMap::default(), may_start: Box::new([false; 4096]) };
        for (entry, class) in entries(data) {
            let (phrase, place) = match (entry.strip_prefix('^'), entry.strip_suffix('$')) {
                (Some(phrase), _) => (phrase, Place::Start),
                (_, Some(phrase)) => (phrase, Place::End),
                _ => (entry, Place::Anywhere),
            };
            if let Some(first) = phrase.chars().next() {
                phrases.may_start[first as usize & 0xfff] = true;
                phrases.by_first.entry(first).or_default().push((phrase, place, class));
            }
        }
        phrases
    }

    /// Searches a sentence. `_` in a phrase stands for a space. A phrase of a class such as `notnever` hides the
    /// phrases of `never` that start inside it.
    pub(super) fn scan(&self, sentence: &str) -> Scan {
        let mut scan = Scan { classes: 0, never: usize::MAX, must: usize::MAX };
        let mut hidden = [(0usize, 0 as Classes); 1];
        for (at, first) in sentence.char_indices() {
            if !self.may_start[first as usize & 0xfff] {
                continue;
            }
            let Some(candidates) = self.by_first.get(&first) else { continue };
            let rest = &sentence[at..];
            let fits = |(phrase, place, _): &&(&str, Place, Classes)| {
                let at_place = match place {
                    Place::Anywhere => true,
                    Place::Start => at == 0,
                    Place::End => {
                        rest.len() == phrase.len() || matches!(rest.get(phrase.len()..), Some("，" | "、" | ","))
                    }
                };
                at_place && starts_with(rest, phrase)
            };
            let found = candidates.iter().filter(fits);
            let mut classes = 0;
            for (phrase, _, class) in found {
                classes |= class;
                let hides = match *class {
                    NOT_NEVER => NEVER,
                    NOT_PREFER => PREFER,
                    NOT_TRIGGER => TRIGGER,
                    NOT_PERMISSION => PERMISSION,
                    _ => 0,
                };
                if hides != 0 && at + phrase.len() > hidden[0].0 {
                    hidden[0] = (at + phrase.len(), hides);
                }
            }
            if at < hidden[0].0 {
                classes &= !hidden[0].1;
            }
            if classes & NEVER != 0 && scan.never == usize::MAX {
                scan.never = at;
            }
            if classes & MUST != 0 && scan.must == usize::MAX {
                scan.must = at;
            }
            scan.classes |= classes;
        }
        scan
    }
}

fn starts_with(text: &str, phrase: &str) -> bool {
    if !phrase.contains('_') {
        return text.starts_with(phrase);
    }
    let mut text = text.chars();
    phrase.chars().all(|c| text.next() == Some(if c == '_' { ' ' } else { c }))
}

/// FNV-1a: the keys are a few bytes long.
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0 ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

//! Word lists as data files, one per language. Those of languages with spaces between words are hash tables that the
//! compiler makes, so that a run which counts one small file pays for no table.

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

/// The tables of the languages with spaces between words, in the order of [`Language`].
static WORDS: [Words; 6] = {
    static ENGLISH: Table<4096> = Table::new(include_str!("lexicon/en.txt"));
    static GERMAN: Table<512> = Table::new(include_str!("lexicon/de.txt"));
    static FRENCH: Table<512> = Table::new(include_str!("lexicon/fr.txt"));
    static SPANISH: Table<512> = Table::new(include_str!("lexicon/es.txt"));
    static PORTUGUESE: Table<512> = Table::new(include_str!("lexicon/pt.txt"));
    static RUSSIAN: Table<512> = Table::new(include_str!("lexicon/ru.txt"));
    [ENGLISH.words(), GERMAN.words(), FRENCH.words(), SPANISH.words(), PORTUGUESE.words(), RUSSIAN.words()]
};

impl Language {
    /// The word list of a language with spaces between words.
    pub(super) fn words(self) -> &'static Words {
        &WORDS[(self as usize).min(5)]
    }

    /// The phrases of a language that is searched rather than cut into words, read at the first call.
    pub(super) fn phrases(self) -> &'static Phrases {
        static TABLES: [OnceLock<Phrases>; 3] = [const { OnceLock::new() }; 3];
        const DATA: [&str; 3] =
            [include_str!("lexicon/ja.txt"), include_str!("lexicon/zh.txt"), include_str!("lexicon/ko.txt")];
        let at = (self as usize).saturating_sub(6).min(2);
        TABLES[at].get_or_init(|| Phrases::new(DATA[at]))
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

/// Longest word that is looked up, in bytes.
const LONGEST: usize = 32;

/// A word in lower case, padded with zeros.
type Padded = [u8; LONGEST];

/// Where a word stands in a data file, in bytes, and which set of classes it has. It is small, so that the table of a
/// language stays in the nearest cache.
#[derive(Clone, Copy)]
struct Entry {
    at: u16,
    len: u8,
    set: u8,
}

impl Entry {
    const NONE: Entry = Entry { at: 0, len: 0, set: 0 };

    fn text(self, data: &'static str) -> &'static [u8] {
        &data.as_bytes()[usize::from(self.at)..usize::from(self.at) + usize::from(self.len)]
    }
}

/// Endings that a language has at most.
const ENDINGS: usize = 8;

/// Sets of classes that a language has at most.
const SETS: usize = 256;

/// A hash table with `N` places, a power of two; an entry stands at the first free place from its hash on.
struct Table<const N: usize> {
    data: &'static str,
    slots: [Entry; N],
    /// The sets of classes that words have.
    sets: [Classes; SETS],
    first: [Entry; ENDINGS],
    last: [Entry; ENDINGS],
}

/// The words of a language with their classes.
pub(super) struct Words {
    data: &'static str,
    slots: &'static [Entry],
    sets: &'static [Classes; SETS],
    /// Endings of a first word that is an imperative.
    first: &'static [Entry; ENDINGS],
    /// Endings of a last word that is an infinitive used as an imperative.
    last: &'static [Entry; ENDINGS],
}

/// The hash of a padded word of `len` bytes.
const fn hash(word: &Padded, len: usize) -> usize {
    let (eights, _) = word.as_chunks::<8>();
    let mut hash = len as u64;
    let mut at = 0;
    while at * 8 < len {
        hash = (hash ^ u64::from_le_bytes(eights[at])).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        hash ^= hash >> 32;
        at += 1;
    }
    hash as usize
}

impl<const N: usize> Table<N> {
    /// Reads a data file. This runs in the compiler.
    const fn new(data: &'static str) -> Table<N> {
        let mut table = Table {
            data,
            slots: [Entry::NONE; N],
            sets: [0; SETS],
            first: [Entry::NONE; ENDINGS],
            last: [Entry::NONE; ENDINGS],
        };
        let bytes = data.as_bytes();
        let (mut at, mut class, mut first, mut last, mut entries) = (0, 0, 0, 0, 0);
        while at < bytes.len() {
            let start = at;
            match bytes[at] {
                b' ' | b'\n' => at += 1,
                b'#' => at = end_of(bytes, at, true),
                b'[' => {
                    at = end_of(bytes, at, true);
                    class = class_named(bytes, start + 1, at - 1);
                }
                _ => {
                    at = end_of(bytes, at, false);
                    let entry = Entry { at: start as u16, len: (at - start) as u8, set: 0 };
                    if class == SUFFIX_FIRST {
                        table.first[first] = entry;
                        first += 1;
                    } else if class == SUFFIX_LAST {
                        table.last[last] = entry;
                        last += 1;
                    } else {
                        entries += table.add(entry, class);
                    }
                }
            }
        }
        assert!(entries * 3 < N * 2, "the table is too small for its word list");
        table
    }

    /// The number of a set of classes.
    const fn set_of(&mut self, classes: Classes) -> u8 {
        let mut at = 0;
        while self.sets[at] != 0 && self.sets[at] != classes {
            at += 1;
        }
        self.sets[at] = classes;
        at as u8
    }

    /// Adds an entry with a class, or the class to an equal entry; returns how many places that took.
    const fn add(&mut self, entry: Entry, class: Classes) -> usize {
        let bytes = self.data.as_bytes();
        let (start, len) = (entry.at as usize, entry.len as usize);
        let mut word = [0; LONGEST];
        let mut at = 0;
        while at < len {
            word[at] = bytes[start + at];
            at += 1;
        }
        let mut slot = hash(&word, len) & (N - 1);
        while self.slots[slot].len != 0 {
            let known = self.slots[slot];
            let mut same = 0;
            while known.len as usize == len && same < len && bytes[known.at as usize + same] == word[same] {
                same += 1;
            }
            if same == len {
                self.slots[slot].set = self.set_of(self.sets[known.set as usize] | class);
                return 0;
            }
            slot = (slot + 1) & (N - 1);
        }
        self.slots[slot] = Entry { set: self.set_of(class), ..entry };
        1
    }

    const fn words(&'static self) -> Words {
        Words { data: self.data, slots: &self.slots, sets: &self.sets, first: &self.first, last: &self.last }
    }
}

/// The end of the line or of the word at `at`.
const fn end_of(bytes: &[u8], mut at: usize, line: bool) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' && (line || bytes[at] != b' ') {
        at += 1;
    }
    at
}

/// The class of the name at `bytes[start..end]`.
const fn class_named(bytes: &[u8], start: usize, end: usize) -> Classes {
    let mut nth = 0;
    while nth < NAMES.len() {
        let name = NAMES[nth].0.as_bytes();
        let mut same = 0;
        while name.len() == end - start && same < name.len() && name[same] == bytes[start + same] {
            same += 1;
        }
        if same == end - start {
            return NAMES[nth].1;
        }
        nth += 1;
    }
    panic!("a word list names a class that does not exist")
}

impl Words {
    /// The classes of a word in any case; 0 for an unknown one. `’` counts as `'`.
    pub(super) fn of(&self, word: &str) -> Classes {
        if word.len() > 2 * LONGEST {
            return 0;
        }
        if word.is_ascii() { self.classes(word.as_bytes()) } else { self.other(word) }
    }

    /// The classes of a word that is not ASCII.
    #[cold]
    fn other(&self, word: &str) -> Classes {
        self.classes(word.to_lowercase().replace('’', "'").as_bytes())
    }

    fn classes(&self, word: &[u8]) -> Classes {
        let len = word.len();
        if len > LONGEST {
            return 0;
        }
        let mut lower: Padded = [0; LONGEST];
        lower[..len].copy_from_slice(word);
        lower.make_ascii_lowercase();
        let mut slot = hash(&lower, len) & (self.slots.len() - 1);
        loop {
            let entry = self.slots[slot];
            if entry.len == 0 {
                return 0;
            }
            if usize::from(entry.len) == len && entry.text(self.data) == &lower[..len] {
                return self.sets[usize::from(entry.set)];
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Whether the ending of a first word marks an imperative.
    pub(super) fn has_first_suffix(&self, word: &str) -> bool {
        if word.len() <= 5 || self.first[0].len == 0 {
            return false;
        }
        let word = word.to_lowercase();
        self.endings(self.first).any(|ending| word.as_bytes().ends_with(ending))
    }

    /// Whether the ending of a last word marks an infinitive.
    pub(super) fn has_last_suffix(&self, word: &str) -> bool {
        word.len() > 4 && self.endings(self.last).any(|ending| word.as_bytes().ends_with(ending))
    }

    fn endings(&self, of: &'static [Entry; ENDINGS]) -> impl Iterator<Item = &'static [u8]> {
        of.iter().take_while(|ending| ending.len != 0).map(|ending| ending.text(self.data))
    }
}

/// Where a phrase may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    Start,
    End,
}

/// A phrase.
struct Phrase {
    text: &'static str,
    place: Place,
    classes: Classes,
    /// Whether it holds a `_`, which stands for a space.
    has_gap: bool,
}

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
                let has_gap = phrase.contains('_');
                let phrase = Phrase { text: phrase, place, classes: class, has_gap };
                phrases.by_first.entry(first).or_default().push(phrase);
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
            let fits = |phrase: &&Phrase| {
                let starts =
                    if phrase.has_gap { starts_with_gaps(rest, phrase.text) } else { rest.starts_with(phrase.text) };
                let length = phrase.text.len();
                starts
                    && match phrase.place {
                        Place::Anywhere => true,
                        Place::Start => at == 0,
                        Place::End => rest.len() == length || matches!(rest.get(length..), Some("，" | "、" | ",")),
                    }
            };
            let found = candidates.iter().filter(fits);
            let mut classes = 0;
            for phrase in found {
                classes |= phrase.classes;
                let hides = match phrase.classes {
                    NOT_NEVER => NEVER,
                    NOT_PREFER => PREFER,
                    NOT_TRIGGER => TRIGGER,
                    NOT_PERMISSION => PERMISSION,
                    _ => 0,
                };
                if hides != 0 && at + phrase.text.len() > hidden[0].0 {
                    hidden[0] = (at + phrase.text.len(), hides);
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

fn starts_with_gaps(text: &str, phrase: &str) -> bool {
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

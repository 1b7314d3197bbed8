//! Characters that a person does not see and a model reads.

use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::source::{BOM, Span};
use crate::workspace::File;
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub static HIDDEN_TEXT: Lint = Lint {
    name: "hidden-text",
    summary: "zero-width, bidirectional or tag characters that a reader does not see",
    page: include_str!("../../docs/lints/hidden-text.md"),
    group: Group::Content,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the model reads what no reviewer sees, which is how instructions are smuggled in",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

/// First bytes of the UTF-8 forms of every character that [`is_invisible`] knows: text without them is passed over fast.
const LEAD_BYTES: [u8; 7] = [0xc2, 0xd8, 0xe1, 0xe2, 0xe3, 0xef, 0xf3];

/// How many variation selectors in a row can still be typography; more carry data.
const MAX_SELECTORS: usize = 2;

fn check(cx: &mut Checker<'_>, file: &File) {
    let text = file.source.text.as_str();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = next_lead_byte(&bytes[at..]) {
        at += found;
        let run = invisible_run(text, at);
        if run == 0 {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        if is_hidden(text, Span::new(at, at + run)) {
            report(cx, file, Span::new(at, at + run));
        }
        at += run;
    }
}

/// The first byte that may start a hidden character. Whole blocks of ASCII are passed over at once.
fn next_lead_byte(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 64;
    let ascii = bytes.chunks_exact(BLOCK).take_while(|block| block.is_ascii()).count() * BLOCK;
    bytes[ascii..].iter().position(|byte| LEAD_BYTES.contains(byte)).map(|at| ascii + at)
}

fn report(cx: &mut Checker<'_>, file: &File, span: Span) {
    let hidden = span.slice(&file.source.text);
    let count = hidden.chars().count();
    let decoded: String = hidden.chars().filter_map(tag_letter).collect();
    let says = if decoded.is_empty() { String::new() } else { format!(", which spell \"{}\"", decoded.escape_debug()) };
    let (noun, help) = if count == 1 { ("character", "delete it") } else { ("characters", "delete them") };
    let help = if decoded.is_empty() { help } else { "find out where they come from, and delete them" };
    let names = names(hidden);
    cx.report(Diagnostic {
        message: format!("{count} invisible {noun}: {names}{says}"),
        help: help.to_owned(),
        span: Some(span),
        key: names,
        fixes: vec![Fix {
            title: "delete the invisible characters".to_owned(),
            applicability: Applicability::Unsafe,
            edits: vec![Edit { path: file.path.clone(), span, text: String::new() }],
        }],
        ..cx.finding(&file.path)
    });
}

/// The ASCII letter that a tag character stands for.
fn tag_letter(c: char) -> Option<char> {
    let code = u32::from(c);
    if (0xe0020..=0xe007e).contains(&code) { char::from_u32(code - 0xe0000) } else { None }
}

/// Length in bytes of the run of invisible characters at byte `at`; 0 where there is none.
fn invisible_run(text: &str, at: usize) -> usize {
    let run = text[at..].chars().take_while(|c| is_selector(*c) || is_invisible(*c));
    run.map(char::len_utf8).sum()
}

/// Whether a run of invisible characters has no honest reason to be there.
fn is_hidden(text: &str, span: Span) -> bool {
    let run = span.slice(text);
    if run.chars().all(is_selector) {
        return run.chars().count() > MAX_SELECTORS;
    }
    let before = text[..span.start as usize].chars().next_back();
    let after = text[span.end as usize..].chars().next();
    !is_typography(run, before, after, span.start as usize)
}

/// Variation selectors choose between forms of the character before them.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether the characters do an honest job here: joiners in emoji and in scripts that join, direction marks beside
/// right-to-left text, break marks in scripts without spaces, soft hyphens in words, and the tags of flags.
fn is_typography(run: &str, before: Option<char>, after: Option<char>, at: usize) -> bool {
    if at == 0 && run.starts_with(BOM) && run.len() == BOM.len_utf8() {
        return true;
    }
    let near = |test: fn(char) -> bool| before.is_some_and(test) || after.is_some_and(test);
    let both = |test: fn(char) -> bool| before.is_some_and(test) && after.is_some_and(test);
    if run.ends_with('\u{e007f}') && before == Some('\u{1f3f4}') {
        return run.chars().count() <= 7;
    }
    let single = run.chars().filter(|c| !is_selector(*c)).count() == 1;
    let hidden = run.chars().find(|c| !is_selector(*c));
    match hidden {
        Some('\u{200d}') if single => {
            near(joins) || (before.is_some_and(is_pictograph) || run.len() > 3) && after.is_some_and(is_pictograph)
        }
        Some('\u{200c}') if single => near(joins),
        Some('\u{200e}' | '\u{200f}' | '\u{61c}') if single => near(is_right_to_left),
        Some('\u{200b}') if single => both(is_unspaced) || near(is_south_east_asian),
        Some('\u{ad}') if single => both(char::is_alphabetic),
        _ => false,
    }
}

/// Scripts whose letters change by joiners: Arabic, Syriac, Mongolian, N'Ko and the Indic scripts.
fn joins(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{7ff}' | '\u{8a0}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{18af}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}')
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

fn is_south_east_asian(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1950}'..='\u{19ff}')
}

/// Chinese and Japanese text, in which a zero-width space only marks where a line may break.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}')
}

fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0f}' | '\u{20e3}')
}

/// The characters by kind, with their code points.
fn names(hidden: &str) -> String {
    let mut kinds: BTreeMap<&str, BTreeSet<u32>> = BTreeMap::new();
    for c in hidden.chars() {
        kinds.entry(kind(c)).or_default().insert(u32::from(c));
    }
    let name = |(kind, codes): (&&str, &BTreeSet<u32>)| match (codes.first(), codes.last()) {
        (Some(first), Some(last)) if first != last => format!("{kind}s U+{first:04X} to U+{last:04X}"),
        (Some(only), _) => format!("{kind} U+{only:04X}"),
        _ => String::new(),
    };
    kinds.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn kind(c: char) -> &'static str {
    match c {
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "direction mark",
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "bidirectional control",
        '\u{2060}' => "word joiner",
        '\u{2061}'..='\u{2064}' => "invisible operator",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => "Hangul filler",
        '\u{feff}' => "byte order mark",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        c if is_selector(c) => "variation selector",
        _ => "format character",
    }
}

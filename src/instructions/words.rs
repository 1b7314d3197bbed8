//! Cuts masked text into words and sentences.

use super::lexicon::{ABBREVIATION, Classes, VERB, Words};
use super::mask::BLANK;

/// Stands for one byte of inline code in the masked text.
pub(super) const CODE: u8 = 1;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A word, a number or a name.
    Word,
    /// A code span, a quotation, or a name that looks like code.
    Code,
    /// `.`, `!`, `?` or `;` that ends a sentence.
    End(u8),
    /// A comma.
    Comma,
    /// A colon before white space.
    Colon,
    /// A dash between clauses.
    Dash,
    /// `→` and its like.
    Arrow,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// First byte, in the file.
    pub(super) start: u32,
    /// One past the last byte.
    pub(super) end: u32,
    /// What it is.
    pub(super) form: Form,
    /// What the lexicon says of a word.
    pub(super) classes: Classes,
    /// Whether it is a word in capitals, of two letters at least.
    pub(super) capitals: bool,
}

impl Token {
    /// Whether the token has one of these classes.
    pub(super) fn is(&self, classes: Classes) -> bool {
        self.classes & classes != 0
    }

    /// Whether the token is a word or code.
    pub(super) fn is_word(&self) -> bool {
        matches!(self.form, Form::Word | Form::Code)
    }
}

/// How far the end of a parenthesis or quotation is looked for, in bytes.
const REACH: usize = 400;

/// Cuts `text[start..end]` into tokens. What stands in parentheses is left out, a quotation is one token.
pub(super) fn tokenize(text: &str, start: usize, end: usize, words: &Words, out: &mut Vec<Token>) {
    out.clear();
    // Up to here no parenthesis and no quotation is closed.
    let mut open = 0;
    let bytes = &text.as_bytes()[..end];
    let mut at = start;
    while at < end {
        let byte = bytes[at];
        let from = at;
        match byte {
            b'\n' => {
                at += 1;
                if starts_item(text, bytes, at) {
                    push(out, from, at, Form::End(b'\n'));
                }
            }
            byte if is_blank(byte) => at += 1,
            CODE => {
                at += bytes[at..].iter().take_while(|byte| **byte == CODE).count();
                push(out, from, at, Form::Code);
            }
            b'(' if at < open => at += 1,
            b'(' => match closing(bytes, at, b'(', b')') {
                Some(close) => at = close,
                None => {
                    open = at + REACH;
                    at += 1;
                }
            },
            b'"' => match closing(bytes, at + 1, 0, b'"') {
                Some(close) => {
                    at = close;
                    push(out, from, at, Form::Code);
                }
                None => at += 1,
            },
            b'.' | b'!' | b'?' | b';' => {
                at += bytes[at..].iter().take_while(|byte| matches!(byte, b'.' | b'!' | b'?')).count().max(1);
                if ends_sentence(text, bytes, at, byte, out.last(), words) {
                    push(out, from, at, Form::End(if bytes[from..at].contains(&b'?') { b'?' } else { byte }));
                }
            }
            b',' => {
                at += 1;
                push(out, from, at, Form::Comma);
            }
            b':' => {
                at += 1;
                if bytes.get(at).is_none_or(|next| is_blank(*next)) {
                    push(out, from, at, Form::Colon);
                }
            }
            b'-' | b'=' => {
                let run = bytes[at..].iter().take_while(|byte| matches!(byte, b'-' | b'=')).count();
                at += run;
                if bytes.get(at) == Some(&b'>') {
                    at += 1;
                    push(out, from, at, Form::Arrow);
                } else if byte == b'-' && bytes.get(at).is_none_or(|next| is_blank(*next)) {
                    push(out, from, at, Form::Dash);
                } else {
                    // An option such as `--frozen`.
                    at += bytes[at..].iter().take_while(|byte| is_word_byte(**byte)).count();
                    push(out, from, at, Form::Code);
                }
            }
            byte if is_word_byte(byte) && byte < 0x80 => {
                at = word_end(text, bytes, at);
                word(text, from, at, words, out);
            }
            byte if byte < 0x80 => at += 1,
            _ => {
                let c = text[at..end].chars().next().unwrap_or(' ');
                match c {
                    '—' | '–' => push(out, from, at + c.len_utf8(), Form::Dash),
                    '→' | '⇒' | '➜' => push(out, from, at + c.len_utf8(), Form::Arrow),
                    '“' | '«' | '„' => {
                        let reach = floor(text, (at + REACH).min(end));
                        let near = if at < open { "" } else { &text[at..reach] };
                        let close = near.char_indices().find(|(_, c)| matches!(c, '”' | '»'));
                        if close.is_none() && at >= open {
                            open = at + REACH;
                        }
                        if let Some((close, mark)) = close {
                            at += close + mark.len_utf8();
                            push(out, from, at, Form::Code);
                            continue;
                        }
                    }
                    c if c.is_alphanumeric() => {
                        at = word_end(text, bytes, at);
                        word(text, from, at, words, out);
                        continue;
                    }
                    _ => {}
                }
                at += c.len_utf8();
            }
        }
    }
}

fn push(out: &mut Vec<Token>, start: usize, end: usize, form: Form) {
    out.push(Token { start: start as u32, end: end as u32, form, classes: 0, capitals: false });
}

fn word(text: &str, start: usize, end: usize, words: &Words, out: &mut Vec<Token>) {
    let word = &text[start..end];
    // `Build/test` is a word where both parts are; `Express/TypeScript` is a name.
    let slash = word.bytes().position(|byte| byte == b'/');
    let classes = match slash.map(|at| (&word[..at], &word[at + 1..])) {
        Some((first, second)) if words.of(second) != 0 => words.of(first),
        Some(_) => 0,
        None => words.of(word),
    };
    let number = || word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let looks_like_code = classes == 0 && word.bytes().any(|byte| matches!(byte, b'_' | b'.')) && !number();
    let form = if looks_like_code { Form::Code } else { Form::Word };
    let capitals = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'\'');
    out.push(Token { start: start as u32, end: end as u32, form, classes, capitals });
}

fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == BLANK
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'#' | b'$' | b'~' | b'/' | b'\\') || byte >= 0x80
}

/// The end of the word at `at`: letters, digits, and what joins them.
fn word_end(text: &str, bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while end < bytes.len() {
        let byte = bytes[end];
        if byte < 0x80 {
            let joins = matches!(byte, b'\'' | b'-' | b'.' | b':' | b'+' | b'*' | b'=')
                && bytes.get(end + 1).is_some_and(|next| next.is_ascii_alphanumeric());
            if !is_word_byte(byte) && !joins {
                break;
            }
            end += 1;
            continue;
        }
        let c = text[end..].chars().next().unwrap_or(' ');
        if !c.is_alphanumeric() && c != '’' {
            break;
        }
        end += c.len_utf8();
    }
    end.max(at + 1)
}

/// One past the mark that closes what opens at `at`, on the same run and near enough.
fn closing(bytes: &[u8], at: usize, open: u8, close: u8) -> Option<usize> {
    let mut depth = usize::from(open == 0);
    for (offset, byte) in bytes[at..].iter().take(REACH).enumerate() {
        if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + offset + 1);
            }
        } else if open != 0 && *byte == open {
            depth += 1;
        }
    }
    None
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether the line at `at` starts with the mark of an item or with a symbol, so that it does not go on with the line
/// before it.
fn starts_item(text: &str, bytes: &[u8], at: usize) -> bool {
    let indent = bytes[at..].iter().take_while(|byte| is_blank(**byte) && **byte != b'\n').count();
    match &bytes[at + indent..] {
        [b'-' | b'*' | b'+', b' ', ..] => true,
        [first, ..] if *first >= 0x80 => {
            let c = text[at + indent..].chars().next().unwrap_or(' ');
            !c.is_alphanumeric() && !matches!(c, '“' | '”' | '‘' | '«' | '—' | '–' | '→' | '…' | '\u{a0}')
        }
        _ => false,
    }
}

/// Whether the mark that ends at `at` ends a sentence.
fn ends_sentence(text: &str, bytes: &[u8], at: usize, mark: u8, before: Option<&Token>, words: &Words) -> bool {
    let Some(next) = bytes.get(at) else { return true };
    if !is_blank(*next) && !matches!(next, b'"' | b')' | b'*' | b'\'') {
        return false;
    }
    if mark != b'.' {
        return true;
    }
    // A list number such as `1.`, or an abbreviation.
    let Some(before) = before else { return false };
    let word = text.get(before.start as usize..before.end as usize).unwrap_or("");
    let number = before.start == 0 && word.bytes().all(|byte| byte.is_ascii_digit());
    if number || (before.is(ABBREVIATION) && !word.eq_ignore_ascii_case("etc") && word.len() < 7) {
        return false;
    }
    let rest = text.get(at..bytes.len()).unwrap_or("");
    let rest = rest.trim_start_matches(|c: char| u8::try_from(c).is_ok_and(is_blank));
    if !rest.chars().next().is_some_and(char::is_lowercase) {
        return true;
    }
    // Some authors never write capitals: then a verb shows where the next sentence starts.
    let next: &str = rest.split(|c: char| !c.is_alphanumeric() && c != '\'').next().unwrap_or("");
    word.len() > 2 && (words.of(next) & VERB != 0 || next == "do")
}

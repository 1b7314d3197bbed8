//! One part of a pattern between two `/`, and sequences of them.

use crate::clients::{Matching, ScopeGrammar};

/// Matches one part of a path, or any number of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Component {
    /// `**`
    AnyFolders,
    /// `*`
    Any,
    /// No wildcard.
    Literal(String),
    /// `*` and then no wildcard.
    Suffix(String),
    /// Anything else.
    Glob(Vec<Token>),
}

/// A piece of a glob.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Token {
    Char(char),
    One,
    Many,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// Lower case, character by character, so that positions stay comparable.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

impl Component {
    /// `None` for what cannot be read.
    pub(super) fn new(text: &str, grammar: &ScopeGrammar) -> Option<Component> {
        if text == "**" {
            return Some(Component::AnyFolders);
        }
        let folded;
        let text = if grammar.ignore_case {
            folded = fold(text);
            &folded
        } else {
            text
        };
        let tokens = tokens(text, grammar)?;
        let literal = |tokens: &[Token]| -> Option<String> {
            tokens.iter().map(|token| if let Token::Char(char) = token { Some(*char) } else { None }).collect()
        };
        if let Some(text) = literal(&tokens) {
            return Some(Component::Literal(text));
        }
        if let [Token::Many, rest @ ..] = &tokens[..]
            && let Some(text) = literal(rest)
        {
            return Some(if text.is_empty() { Component::Any } else { Component::Suffix(text) });
        }
        Some(Component::Glob(tokens))
    }

    pub(super) fn matches(&self, part: &str) -> bool {
        match self {
            Component::AnyFolders | Component::Any => true,
            Component::Literal(text) => part == text,
            Component::Suffix(text) => part.ends_with(text.as_str()),
            Component::Glob(tokens) => match_tokens(tokens, part),
        }
    }
}

/// A name that a part of a pattern means: `x` stands for what is left open.
pub(super) fn sample(text: &str) -> String {
    let mut name = String::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' | '?' => name.push('x'),
            '\\' => name.extend(chars.next()),
            '[' => {
                let mut ahead = chars.clone();
                match ranges(&mut ahead) {
                    Some(found) => {
                        chars = ahead;
                        name.push(found.first().map_or('x', |(first, _)| *first));
                    }
                    None => name.push('['),
                }
            }
            char => name.push(char),
        }
    }
    name
}

fn tokens(text: &str, grammar: &ScopeGrammar) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' if tokens.last() == Some(&Token::Many) => {}
            '*' => tokens.push(Token::Many),
            '?' => tokens.push(Token::One),
            '\\' => tokens.push(Token::Char(chars.next()?)),
            '[' => {
                let negated = match chars.peek() {
                    Some('^') => true,
                    Some('!') if grammar.bang_class => true,
                    Some('!') if grammar.matching == Matching::Gitignore => return None,
                    _ => false,
                };
                if negated {
                    chars.next();
                }
                tokens.push(Token::Class { negated, ranges: ranges(&mut chars)? });
            }
            char => tokens.push(Token::Char(char)),
        }
    }
    Some(tokens)
}

fn ranges(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next()? {
            ']' if !ranges.is_empty() => return Some(ranges),
            '\\' => chars.next()?,
            char => char,
        };
        let mut ahead = chars.clone();
        if ahead.next() == Some('-')
            && let Some(last) = ahead.next()
            && last != ']'
        {
            *chars = ahead;
            ranges.push((first, last));
        } else {
            ranges.push((first, first));
        }
    }
}

/// Whether a `[` is never closed. An escaped one does not count.
pub(super) fn has_unclosed_bracket(text: &str) -> bool {
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                chars.next();
            }
            '[' if ranges(&mut chars).is_none() => return true,
            _ => {}
        }
    }
    false
}

/// Linear in the text for one `*`, and never worse than the product of both lengths: on a mismatch only the last `*`
/// takes one more character.
fn match_tokens(tokens: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let next = rest.chars().next();
        match (tokens.get(at), next) {
            (Some(Token::Many), _) => {
                retry = Some((at + 1, rest));
                at += 1;
                continue;
            }
            (Some(token), Some(char)) if token.matches(char) => {
                at += 1;
                rest = &rest[char.len_utf8()..];
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, from)) = retry else { return false };
        let Some(skipped) = from.chars().next() else { return false };
        rest = &from[skipped.len_utf8()..];
        retry = Some((after, rest));
        at = after;
    }
}

impl Token {
    fn matches(&self, char: char) -> bool {
        match self {
            Token::Char(wanted) => *wanted == char,
            Token::One | Token::Many => true,
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&char)) != *negated
            }
        }
    }
}

/// Whether the components match all of `parts`, or with `prefix` also the first few of them (at least one). The same
/// way of going back as in a glob: only the last `**` takes one more part.
pub(super) fn match_parts(components: &[Component], parts: &[&str], prefix: bool) -> bool {
    let (mut at, mut part) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match components.get(at) {
            // A `**` at the end takes everything below a folder, but not the folder itself.
            Some(Component::AnyFolders) if at + 1 == components.len() && part == parts.len() => {}
            Some(Component::AnyFolders) if at + 1 == components.len() => return true,
            Some(Component::AnyFolders) => {
                retry = Some((at + 1, part));
                at += 1;
                continue;
            }
            Some(component) if parts.get(part).is_some_and(|text| component.matches(text)) => {
                at += 1;
                part += 1;
                continue;
            }
            None if part == parts.len() || (prefix && part > 0) => return true,
            _ => {}
        }
        let Some((after, from)) = retry else { return false };
        if from + 1 > parts.len() {
            return false;
        }
        retry = Some((after, from + 1));
        (at, part) = (after, from + 1);
    }
}

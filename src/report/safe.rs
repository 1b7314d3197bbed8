//! Text from a repository is made harmless before it reaches a terminal.

use std::borrow::Cow;

/// Characters that move the cursor, hide text or turn it round.
pub(super) fn is_harmful(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The bytes at which CI systems find a command in a line of their log: `##[name]`, `##vso[name]` and `##teamcity[name]`
/// anywhere, `::name::` at the start.
fn log_commands(text: &str) -> Vec<usize> {
    let is_command = |at: &usize| {
        let rest = text[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '#');
        rest.starts_with('[')
    };
    let start = text.len() - text.trim_start().len();
    let first = text[start..].starts_with("::").then_some(start);
    // Each of several marks in a row, so that none is left with its neighbour.
    let marks = text.match_indices('#').map(|(at, _)| at).filter(|at| text[at + 1..].starts_with('#'));
    first.into_iter().chain(marks.filter(is_command)).collect()
}

/// The text on one line with every harmful character written out, as `\u{1b}`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let commands = log_commands(text);
    if commands.is_empty() && !text.contains(|c: char| c == '\n' || c == '\t' || is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            _ if commands.contains(&at) => out.extend(c.escape_unicode()),
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_harmful(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The text with every harmful character replaced by a visible one of the same length in bytes, so that spans hold.
#[cfg(feature = "cli")]
pub(super) fn same_length(text: &str) -> Cow<'_, str> {
    let commands = log_commands(text);
    if commands.is_empty() && !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        1 => '?',
        2 => '\u{b7}',
        3 => '\u{fffd}',
        _ => '\u{1fbc4}',
    };
    let safe = |(at, c): (usize, char)| if is_harmful(c) || commands.contains(&at) { stand_in(c) } else { c };
    Cow::Owned(text.char_indices().map(safe).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_cannot_reach_a_terminal() {
        assert_eq!(one_line("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb c");
        assert_eq!(one_line("日本 é"), "日本 é");
        assert_eq!(one_line(" ::error::a::b"), " \\u{3a}:error::a::b");
        assert_eq!(one_line("## Heading [a]"), "## Heading [a]");
        assert_eq!(one_line("a ##[error]b ###vso[x]"), "a \\u{23}#[error]b \\u{23}\\u{23}#vso[x]");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn stand_ins_keep_every_offset() {
        let text = "a\u{1b}\u{85}\u{202e}\u{e0041}z";
        let safe = same_length(text);
        assert_eq!(safe.len(), text.len());
        assert!(!safe.contains(is_harmful));
        assert_eq!(same_length("##[error]x"), "?#[error]x");
    }
}

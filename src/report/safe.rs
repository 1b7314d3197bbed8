//! Text from a repository is made harmless before it reaches a terminal.

use std::borrow::Cow;

/// Characters that move the cursor, hide text or turn it round.
pub(super) fn is_harmful(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line with every harmful character written out, as `\u{1b}`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c == '\n' || c == '\t' || is_harmful(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
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
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let stand_in = |c: char| match c.len_utf8() {
        1 => '?',
        2 => '\u{b7}',
        3 => '\u{fffd}',
        _ => '\u{1fbc4}',
    };
    Cow::Owned(text.chars().map(|c| if is_harmful(c) { stand_in(c) } else { c }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_cannot_reach_a_terminal() {
        assert_eq!(one_line("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb c");
        assert_eq!(one_line("日本 é"), "日本 é");
    }

    #[cfg(feature = "cli")]
    #[test]
    fn stand_ins_keep_every_offset() {
        let text = "a\u{1b}\u{85}\u{202e}\u{e0041}z";
        let safe = same_length(text);
        assert_eq!(safe.len(), text.len());
        assert!(!safe.contains(is_harmful));
    }
}

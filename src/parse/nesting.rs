//! Keeps the nesting of quotes and lists within bounds before the Markdown parser sees it.
//!
//! The parser needs time in proportion to the open quotes and lists for every line, so a line of 100,000 `>` followed
//! by short lines would take minutes. A mark that opens a quote or an item needs at least one column; so where a mark
//! stands far to the right of its line, it is replaced by a character without a meaning, of the same length.

use std::borrow::Cow;

/// The last byte of a line, 0-based, where a quote or an item may start. It bounds the number of open containers.
const MAX_COLUMN: usize = 128;

/// `body` with the marks of quotes and items beyond [`MAX_COLUMN`] replaced; all offsets stay the same.
pub(crate) fn bounded(body: &str) -> Cow<'_, str> {
    if !may_be_deep(body.as_bytes()) {
        return Cow::Borrowed(body);
    }
    let too_deep: Vec<usize> =
        lines(body.as_bytes()).filter_map(|(start, line)| Some(start + deep_mark(line)?)).collect();
    if too_deep.is_empty() {
        return Cow::Borrowed(body);
    }
    let mut copy = String::with_capacity(body.len());
    let mut copied = 0;
    for at in too_deep {
        copy.push_str(&body[copied..at]);
        copy.push('.');
        copied = at + 1;
    }
    copy.push_str(&body[copied..]);
    Cow::Owned(copy)
}

/// True when somewhere at least [`MAX_COLUMN`] bytes in a row could stand before a mark. Such a run covers two of the
/// bytes that are looked at, which are half as far apart.
fn may_be_deep(bytes: &[u8]) -> bool {
    const STEP: usize = MAX_COLUMN / 2;
    let mut at = STEP;
    while at < bytes.len() {
        if is_prefix(bytes[at])
            && is_prefix(bytes[at - STEP])
            && bytes[at - STEP..at].iter().all(|byte| is_prefix(*byte))
        {
            return true;
        }
        at += STEP;
    }
    false
}

fn is_prefix(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'>' | b'-' | b'+' | b'*' | b'.' | b')' | b'0'..=b'9')
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut start = 0;
    bytes.split(|byte| matches!(byte, b'\n' | b'\r')).map(move |line| {
        let at = start;
        start += line.len() + 1;
        (at, line)
    })
}

/// The byte of the first mark of a quote or an item beyond the limit, where the line has one.
fn deep_mark(line: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut rule_checked = false;
    loop {
        at += line[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let len = mark_len(&line[at..])?;
        if !rule_checked && line[at] != b'>' {
            rule_checked = true;
            if is_rule(&line[at..]) {
                return None;
            }
        }
        if at > MAX_COLUMN {
            return Some(at);
        }
        at += len;
    }
}

/// Length of the mark of a quote or an item in bytes.
fn mark_len(rest: &[u8]) -> Option<usize> {
    let len = match rest.first()? {
        b'>' => return Some(1),
        b'-' | b'+' | b'*' => 1,
        b'0'..=b'9' => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            matches!(rest.get(digits), Some(b'.' | b')')).then_some(digits + 1)?
        }
        _ => return None,
    };
    matches!(rest.get(len), None | Some(b' ' | b'\t')).then_some(len)
}

/// `* * *` is a thematic break, however long.
fn is_rule(rest: &[u8]) -> bool {
    let mark = rest[0];
    matches!(mark, b'-' | b'*') && rest.iter().all(|byte| *byte == mark || matches!(byte, b' ' | b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_far_to_the_right_lose_their_meaning() {
        let deep = format!("a\n{}b", ">".repeat(1000));
        let bounded = bounded(&deep);
        assert_eq!(bounded.len(), deep.len());
        assert_eq!(bounded.find('.'), Some(2 + MAX_COLUMN + 1));
        assert_eq!(bounded.matches('>').count(), 999);
    }

    #[test]
    fn rules_and_ordinary_text_stay() {
        for text in ["- ".repeat(200), format!("- a\n{}b", " ".repeat(500)), "-".repeat(300), "> a\n".repeat(100)] {
            assert!(matches!(bounded(&text), Cow::Borrowed(_)), "{text:?}");
        }
    }
}

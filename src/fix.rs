//! Edits on byte spans, and the way from findings to texts that need no more of them.

mod mend;

pub use mend::{Allowed, Fixed, Mended, Texts, View, mend};

use crate::diagnostic::Edit;

/// The text with the edits made. `None` when they overlap, do not fit, or when there is none.
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in sorted {
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// The same, and the file stays the kind of file that it is: new lines end as the first line does, and the last line has
/// an ending if it had one.
pub fn apply_to_file(text: &str, edits: &[Edit]) -> Option<String> {
    let is_windows = text.find('\n').is_some_and(|at| text[..at].ends_with('\r'));
    let ending = if is_windows { "\r\n" } else { "\n" };
    let in_kind = |edit: &Edit| {
        let text = edit.text.replace("\r\n", "\n");
        Edit { text: if is_windows { text.replace('\n', ending) } else { text }, ..edit.clone() }
    };
    let edits: Vec<Edit> = edits.iter().map(in_kind).collect();
    let mut out = apply(text, &edits)?;
    match (text.ends_with('\n'), out.ends_with('\n')) {
        (true, false) if !out.is_empty() => out.push_str(ending),
        (false, true) if !text.is_empty() => out.truncate(out.trim_end_matches(['\r', '\n']).len()),
        _ => {}
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { path: "a.md".into(), span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_made_in_order_and_overlaps_are_refused() {
        assert_eq!(apply("abcdef", &[edit(4, 5, "E"), edit(0, 1, "")]).as_deref(), Some("bcdEf"));
        assert_eq!(apply("abcdef", &[edit(0, 3, "x"), edit(2, 4, "y")]), None);
        assert_eq!(apply("abc", &[edit(2, 9, "x")]), None);
        assert_eq!(apply("abc", &[]), None);
    }

    #[test]
    fn line_endings_and_the_last_one_are_kept() {
        let made = |text: &str, edits: &[Edit]| apply_to_file(text, edits);
        assert_eq!(made("a\r\nb\r\n", &[edit(0, 0, "x\ny\n")]).as_deref(), Some("x\r\ny\r\na\r\nb\r\n"));
        assert_eq!(made("a\nb\n", &[edit(0, 1, "x\r\ny")]).as_deref(), Some("x\ny\nb\n"));
        assert_eq!(made("a\r\nb\r\n", &[edit(4, 6, "")]).as_deref(), Some("a\r\nb\r\n"));
        assert_eq!(made("a\nb", &[edit(2, 3, "c")]).as_deref(), Some("a\nc"));
        assert_eq!(made("a", &[edit(1, 1, "\nb\n")]).as_deref(), Some("a\nb"));
        assert_eq!(made("a\n", &[edit(0, 2, "")]).as_deref(), Some(""));
    }
}

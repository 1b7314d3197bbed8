//! Edits on byte spans.

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
}

//! A citation rewritten to where its lines are now.

use super::citations::{Citation, Form, Place};
use super::drift::{Fate, Lines};
use crate::paths::{parent, relative};
use crate::source::Span;

/// What to replace and by what, for a citation of the document at `from`. `None` when it cannot be rewritten alone.
pub fn relocate(text: &str, from: &str, citation: &Citation, fate: &Fate) -> Option<Vec<(Span, String)>> {
    let now = fate.now.as_ref()?;
    // A permalink is about its commit and stays true; blocks of code and comments are never edited.
    let is_permalink = citation.pin.as_ref().is_some_and(|pin| pin.hash.is_empty());
    if is_permalink || matches!(citation.place, Place::Code | Place::Aside) {
        return None;
    }
    let mut edits = vec![(citation.lines_span, lines_text(citation.lines_span.slice(text), now))];
    if fate.target.as_ref() != Some(&now.path) {
        let rest = &text[citation.span.end as usize..];
        let has_list = rest.starts_with(',') && rest[1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
        // The path belongs to all numbers of a list, and they may have gone different ways.
        if citation.form == Form::Continued || has_list {
            return None;
        }
        let written = citation.path_span.slice(text);
        let is_relative = citation.place == Place::LinkTarget || written.starts_with('.');
        let path = if is_relative { relative(parent(from), &now.path) } else { now.path.to_string() };
        edits.insert(0, (citation.path_span, path));
    }
    Some(edits)
}

/// The new numbers in the form of the old ones: `L12-L24` for `L10-L22`.
fn lines_text(written: &str, now: &Lines) -> String {
    let first = if written.starts_with(['L', 'l']) { &written[..1] } else { "" };
    if now.start == now.end {
        return format!("{first}{}", now.start);
    }
    let digits = written.trim_start_matches(['L', 'l']);
    let between = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    let between = &between[..between.find(|c: char| c.is_ascii_digit()).unwrap_or(0)];
    let between = if between.is_empty() { format!("-{first}") } else { between.to_owned() };
    format!("{first}{}{between}{}", now.start, now.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_form() {
        let now = |start, end| Lines { path: "a.rs".into(), start, end };
        assert_eq!(lines_text("10-20", &now(12, 22)), "12-22");
        assert_eq!(lines_text("L10-L20", &now(12, 22)), "L12-L22");
        assert_eq!(lines_text("10–20", &now(12, 22)), "12–22");
        assert_eq!(lines_text("10 to 20", &now(12, 22)), "12 to 22");
        assert_eq!(lines_text("L10", &now(12, 12)), "L12");
        assert_eq!(lines_text("10-20", &now(12, 12)), "12");
        assert_eq!(lines_text("10", &now(12, 14)), "12-14");
    }
}

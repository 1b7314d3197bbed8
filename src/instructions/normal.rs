//! What makes two instructions equal.

/// The words of the instructions of one document, each as [`normalize`] gives them.
#[derive(Clone, Debug, Default)]
pub struct Normalized {
    text: String,
    /// Where the words of each instruction end, in bytes of `text`.
    ends: Vec<u32>,
}

impl Normalized {
    /// The words of these pieces of a text, in order.
    pub fn new<'a>(pieces: impl Iterator<Item = &'a str>) -> Normalized {
        let mut all = Normalized::default();
        for piece in pieces {
            append(&mut all.text, piece);
            all.ends.push(u32::try_from(all.text.len()).unwrap_or(u32::MAX));
        }
        all
    }

    /// The words of the piece at `nth`, 0-based; empty behind the last.
    pub fn of(&self, nth: usize) -> &str {
        let start = nth.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(0));
        let end = self.ends.get(nth).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}

/// The words of an instruction in lower case with one space between them, without marks of Markdown and punctuation.
/// Names, numbers and code stay as they are written, but for case. Equal results mean equal instructions.
pub fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    append(&mut out, text);
    out
}

/// Appends the normalised words of `text`.
fn append(out: &mut String, text: &str) {
    let from = out.len();
    let mut gap = false;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        // A mark inside of a name belongs to it: `src/a.rs`, `--frozen`, `don't`, `1.5`.
        let joins =
            matches!(c, '.' | '/' | '-' | '_' | '\'' | '’' | ':' | '@' | '#' | '+' | '=' | '<' | '>' | '$' | '%');
        let keeps = c.is_alphanumeric() || joins && (next.is_alphanumeric() || matches!(next, '-' | '_' | '/'));
        if !keeps {
            gap = true;
            continue;
        }
        if gap && out.len() > from {
            out.push(' ');
        }
        gap = false;
        match c {
            '’' => out.push('\''),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(c.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Normalized, normalize};

    #[test]
    fn marks_and_case_do_not_count() {
        assert_eq!(normalize("**Never** push to `main`!"), "never push to main");
        assert_eq!(normalize("- never push\n  to main."), "never push to main");
    }

    #[test]
    fn the_words_of_many_stand_side_by_side() {
        let all = Normalized::new(["Run it.", "", "- **No** spaces"].into_iter());
        assert_eq!([all.of(0), all.of(1), all.of(2), all.of(3)], ["run it", "", "no spaces", ""]);
    }

    #[test]
    fn names_and_numbers_do() {
        assert_ne!(normalize("Use `a.rs`"), normalize("Use `b.rs`"));
        assert_eq!(normalize("Pass --frozen, 80 columns"), "pass --frozen 80 columns");
    }
}

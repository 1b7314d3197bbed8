//! What makes two instructions equal.

/// The words of an instruction in lower case with one space between them, without marks of Markdown and punctuation.
/// Names, numbers and code stay as they are written, but for case. Equal results mean equal instructions.
pub fn normalize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut rest = text.char_indices().peekable();
    while let Some((_, c)) = rest.next() {
        let next = rest.peek().map_or(' ', |(_, next)| *next);
        // A mark inside of a name belongs to it: `src/a.rs`, `--frozen`, `don't`, `1.5`.
        let joins =
            matches!(c, '.' | '/' | '-' | '_' | '\'' | '’' | ':' | '@' | '#' | '+' | '=' | '<' | '>' | '$' | '%');
        let keeps = c.is_alphanumeric() || joins && (next.is_alphanumeric() || matches!(next, '-' | '_' | '/'));
        if !keeps {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        match c {
            '’' => out.push('\''),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::normalize;

    #[test]
    fn marks_and_case_do_not_count() {
        assert_eq!(normalize("**Never** push to `main`!"), "never push to main");
        assert_eq!(normalize("- never push\n  to main."), "never push to main");
    }

    #[test]
    fn names_and_numbers_do() {
        assert_ne!(normalize("Use `a.rs`"), normalize("Use `b.rs`"));
        assert_eq!(normalize("Pass --frozen, 80 columns"), "pass --frozen 80 columns");
    }
}

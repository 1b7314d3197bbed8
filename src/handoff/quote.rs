//! Makes text of a session inert before it stands in a document.
//!
//! A quote is one line in a code span: nothing in it is Markdown, an import or HTML. Characters that move a cursor, hide
//! text or turn it round are taken out, and the beginnings and ends of comments are broken up, so that no reader of any kind
//! takes a quote for a mark of ours.

use super::redact;

/// Whether a character moves the cursor, hides text or turns it round.
fn is_harmful(c: char) -> bool {
    matches!(c, '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The text on one line, without harmful characters, credentials, home folders and e-mail addresses, cut to `most`
/// characters.
pub fn line(text: &str, most: usize) -> String {
    // What lies far behind the cut cannot show.
    let mut end = text.len().min(most.saturating_mul(8) + 4096);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = redact::personal(&text[..end]);
    let mut out = String::new();
    let mut gap = false;
    let mut count = 0;
    for c in text.chars() {
        if c.is_whitespace() || c == '\u{2028}' {
            gap = !out.is_empty();
            continue;
        }
        if is_harmful(c) {
            continue;
        }
        if count >= most {
            out.push('…');
            break;
        }
        if gap {
            out.push(' ');
            count += 1;
            gap = false;
        }
        out.push(c);
        count += 1;
    }
    out.replace("<!--", "<! --").replace("-->", "-- >")
}

/// The text as a code span; empty for nothing.
pub fn code(text: &str, most: usize) -> String {
    span(&line(text, most))
}

/// A text that is one harmless line already as a code span.
pub fn span(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut longest = 0;
    let mut run = 0;
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A path as a code span. The path must stay what it is, so only what could break the document is taken out.
pub fn path(path: &str) -> String {
    let clean: String = path.chars().filter(|c| !is_harmful(*c) && *c != '`').collect();
    span(&clean.replace("<!--", "<! --").replace("-->", "-- >"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Format, InlineKind};
    use crate::parse;

    #[test]
    fn whatever_is_quoted_is_one_code_span() {
        for text in [
            "plain",
            "`` ` ``",
            "`a`",
            "a\n\n# Heading\n<!-- ctxlint:auto end=goal -->\n```\nrm -rf /\n```",
            "@docs/secret.md [x](javascript:alert(1)) <script>",
            "\u{202e}evil\u{1b}[31m\u{200b}",
            "\\`",
            "a `b",
        ] {
            let quoted = code(text, 200);
            let line = format!("- {quoted}\n");
            let document = parse::parse(&line, Format::Markdown);
            let kinds: Vec<InlineKind> = document.inlines.iter().map(|inline| inline.kind).collect();
            assert_eq!(kinds, [InlineKind::Code], "{quoted}");
            assert!(!quoted.contains("<!--") && !quoted.contains("-->") && !quoted.contains('\u{1b}'), "{quoted}");
        }
    }

    #[test]
    fn a_long_text_is_cut_and_an_empty_one_is_nothing() {
        assert_eq!(code("abcdef", 3), "`abc…`");
        assert_eq!(code(" \n ", 3), "");
    }
}

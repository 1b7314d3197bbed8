//! Scalars of YAML in quotes, for what is written into frontmatter and plans.

use std::fmt::Write;

/// A text of one line as a scalar in quotes, without escapes: in double ones where it holds nothing that would need one.
pub fn quoted(raw: &str) -> String {
    if !raw.contains(['"', '\\']) {
        return format!("\"{raw}\"");
    }
    format!("'{}'", raw.replace('\'', "''"))
}

/// Any text as a scalar in double quotes.
pub fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

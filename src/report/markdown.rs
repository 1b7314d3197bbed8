//! Markdown for the comment on a pull request: what changed in tokens and instructions, then the findings.
//!
//! What comes from a repository is either code or has every mark of Markdown and HTML escaped, so that it can bring no link,
//! no image, no mention and no element.

use super::{Delta, Report, counted, one_line, place, summary, thousands, worst_first};
use crate::diagnostic::Diagnostic;
use std::fmt::Write;

/// A comment on GitHub holds 65,536 characters; this leaves room for what is put around it.
const MAX_BYTES: usize = 60_000;

/// The whole comment.
pub fn markdown(report: &Report<'_>) -> String {
    let counts = summary(report);
    let parts = [(counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, noun)| counted(count, noun)).collect();
    let found = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
    let mut out = format!("### ctxlint: {found}\n\n");
    if let Some(delta) = &report.delta {
        out.push_str(&changes(delta));
    }
    let findings = worst_first(report);
    let mut shown = 0;
    for (_, finding) in &findings {
        let item = item(report, finding);
        if out.len() + item.len() > MAX_BYTES {
            break;
        }
        out.push_str(&item);
        shown += 1;
    }
    if shown < findings.len() {
        let _ = writeln!(out, "- ... and {} more", thousands((findings.len() - shown) as u64));
    }
    if !findings.is_empty() {
        out.push('\n');
    }
    let mut aside = Vec::new();
    for (count, word) in [(counts.fixable, "with a safe fix"), (counts.suppressed, "suppressed")] {
        if count > 0 {
            aside.push(format!("{} {word}", thousands(count as u64)));
        }
    }
    let aside = if aside.is_empty() { String::new() } else { format!(" ({})", aside.join(", ")) };
    let _ = writeln!(out, "Checked {}{aside}.", counted(counts.files, "context file"));
    for note in &report.workspace.notes {
        let _ = writeln!(out, "\nNot checked: {}.", text(note));
    }
    out
}

/// The table of what loads at startup.
fn changes(delta: &Delta) -> String {
    if delta.startups.is_empty() {
        return String::new();
    }
    let mut out = format!("What loads at startup, against {}:\n\n", text(&delta.base));
    out.push_str("| | before | after | |\n| --- | ---: | ---: | ---: |\n");
    for of in &delta.startups {
        let rows = [
            ("tokens", of.before.tokens, of.after.tokens),
            ("instructions", of.before.instructions, of.after.instructions),
        ];
        for (unit, before, after) in rows {
            let (title, was, is) = (of.client.title, thousands(before), thousands(after));
            let _ = writeln!(out, "| {unit}, {title} | {was} | {is} | {} |", difference(before, after));
        }
    }
    out.push('\n');
    out
}

/// `+330`, `-20`, nothing where the two are the same.
pub fn difference(before: u64, after: u64) -> String {
    match after.cmp(&before) {
        std::cmp::Ordering::Greater => format!("+{}", thousands(after - before)),
        std::cmp::Ordering::Less => format!("-{}", thousands(before - after)),
        std::cmp::Ordering::Equal => String::new(),
    }
}

fn item(report: &Report<'_>, finding: &Diagnostic) -> String {
    let at = place(report.workspace, &finding.path, finding.span);
    let (level, lint) = (finding.severity.name(), finding.lint);
    let help = if finding.help.is_empty() { String::new() } else { format!(" *Help:* {}.", text(&finding.help)) };
    format!("- **{level}** {} {}: {}.{help}\n", code(lint), code(&at), text(&finding.message))
}

/// A code span around any text.
pub fn code(text: &str) -> String {
    let text = one_line(text);
    if text.trim().is_empty() {
        return "` `".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    // A bar would end the cell of a table.
    format!("{ticks}{space}{}{space}{ticks}", text.replace('|', "\\|"))
}

/// Any text: what stands between backticks is code, all else is plain.
pub fn text(text: &str) -> String {
    let text = one_line(text);
    let pieces: Vec<&str> = text.split('`').collect();
    let mut out = String::new();
    for (at, piece) in pieces.iter().enumerate() {
        let is_code = at % 2 == 1 && at + 1 < pieces.len();
        if is_code && !piece.trim().is_empty() {
            out.push_str(&code(piece));
        } else {
            // A backtick without a partner, or with nothing between it and the next.
            out.push_str(if at % 2 == 1 { "\\`" } else { "" });
            escape(&mut out, piece);
            out.push_str(if is_code { "\\`" } else { "" });
        }
    }
    out
}

/// Takes every meaning out of plain text. An empty comment keeps GitHub from seeing a mention, a reference to an issue or an
/// address.
fn escape(out: &mut String, text: &str) {
    const APART: &str = "<!-- -->";
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => {
                out.push('@');
                out.push_str(APART);
            }
            '#' => {
                out.push_str("\\#");
                out.push_str(APART);
            }
            ':' if rest.peek() == Some(&'/') => {
                out.push(':');
                out.push_str(APART);
            }
            '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // `www.` starts an address.
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("\\."),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_has_a_meaning_but_code() {
        assert_eq!(text("`a.md` is gone"), "`a.md` is gone");
        assert_eq!(text("<img src=x> [a](b)"), "&lt;img src=x&gt; \\[a\\]\\(b\\)");
        assert_eq!(text("@all #1 https://x www.x.org"), "@<!-- -->all \\#<!-- -->1 https:<!-- -->//x www\\.x.org");
        assert_eq!(text("odd ` and"), "odd \\` and");
        assert_eq!(text("none `` here"), "none \\`\\` here");
        assert_eq!(code("a`b|c"), "`` a`b\\|c ``");
        assert_eq!(text("a\n\n# b"), "a  \\#<!-- --> b");
    }
}

//! What a counted value is made of, as a table: name, value, share, bar and cause.

use super::{one_line, thousands};
use crate::diagnostic::Part;

/// How many parts are shown; the rest is one line.
#[cfg(feature = "cli")]
const MOST: usize = 8;
/// Longest bar, in columns.
#[cfg(feature = "cli")]
const BAR: usize = 14;

/// One line for each part, none wider than `width` columns.
#[cfg(feature = "cli")]
pub(super) fn table(parts: &[Part], width: usize) -> Vec<String> {
    let total: u64 = parts.iter().map(|part| part.value).sum();
    let mut rows: Vec<(String, u64, &str)> =
        parts.iter().take(MOST).map(|part| (one_line(&part.name).into_owned(), part.value, &*part.note)).collect();
    if parts.len() > MOST {
        let rest = &parts[MOST..];
        rows.push((format!("{} more", thousands(rest.len() as u64)), rest.iter().map(|part| part.value).sum(), ""));
    }
    let values: Vec<String> = rows.iter().map(|(_, value, _)| thousands(*value)).collect();
    let digits = values.iter().map(String::len).max().unwrap_or(0);
    let room = width.saturating_sub(digits + BAR + 12);
    let names = rows.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).min(room.max(12));
    let line = |((name, value, note), shown): (&(String, u64, &str), &String)| {
        let percent = value * 100 / total.max(1);
        let bar = "█".repeat((u128::from(*value) * BAR as u128).div_ceil(u128::from(total.max(1))) as usize);
        let line = format!("{:<names$}  {shown:>digits$}  {percent:>3} %  {bar:<BAR$}", shortened(name, names));
        let note = one_line(note);
        let left = width.saturating_sub(line.chars().count() + 2);
        let note = if left > 8 { format!("  {}", shortened(&note, left)) } else { String::new() };
        format!("{line}{note}").trim_end().to_owned()
    };
    rows.iter().zip(&values).map(line).collect()
}

/// The largest parts on one line: `4,120 CLAUDE.md, 2,310 .claude/rules/style.md and 7 more`.
pub(super) fn line(parts: &[Part]) -> String {
    const NAMED: usize = 3;
    let named = parts.iter().take(NAMED).map(|part| format!("{} {}", thousands(part.value), one_line(&part.name)));
    let named = named.collect::<Vec<_>>().join(", ");
    if parts.len() > NAMED { format!("{named} and {} more", parts.len() - NAMED) } else { named }
}

/// Cuts the start off: the end of a path says most.
#[cfg(feature = "cli")]
fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length + 1 - width).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, value: u64, note: &str) -> Part {
        Part { name: name.to_owned(), value, note: note.to_owned() }
    }

    #[test]
    fn the_table_is_aligned_and_fits() {
        let parts = [part("CLAUDE.md", 3_000, ""), part(".claude/rules/a.md", 1_000, "no `paths`, so it always loads")];
        assert_eq!(
            table(&parts, 100),
            [
                "CLAUDE.md           3,000   75 %  ███████████",
                ".claude/rules/a.md  1,000   25 %  ████            no `paths`, so it always loads",
            ]
        );
        let many: Vec<Part> = (0..30).map(|at| part(&format!("{}/{at}.md", "long".repeat(30)), 10, "why")).collect();
        let lines = table(&many, 60);
        assert_eq!(lines.len(), MOST + 1);
        assert!(lines.iter().all(|line| line.chars().count() <= 60), "{lines:?}");
        assert!(lines[MOST].starts_with("22 more"));
        assert_eq!(line(&parts), "3,000 CLAUDE.md, 1,000 .claude/rules/a.md");
    }
}

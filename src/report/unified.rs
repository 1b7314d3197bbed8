//! A unified diff, as `git apply` and people read it.

use imara_diff::{Algorithm, Diff, InternedInput};
use std::fmt::Write;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The difference between two texts of the file at `path`; empty where there is none. `None` for the old text says that
/// there was no file.
pub fn unified(path: &str, old: Option<&str>, new: &str) -> String {
    let before: Vec<&str> = old.unwrap_or_default().split_inclusive('\n').collect();
    let after: Vec<&str> = new.split_inclusive('\n').collect();
    let mut input: InternedInput<&str> = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let hunks: Vec<_> = diff
        .hunks()
        .map(|hunk| {
            let range = |range: std::ops::Range<u32>| range.start as usize..range.end as usize;
            (range(hunk.before), range(hunk.after))
        })
        .collect();
    if hunks.is_empty() {
        return String::new();
    }
    let from = if old.is_some() { quoted("a/", path) } else { "/dev/null".to_owned() };
    let mut out = format!("--- {from}\n+++ {}\n", quoted("b/", path));
    let mut first = 0;
    while first < hunks.len() {
        // Hunks whose context would meet are printed as one.
        let mut last = first;
        while hunks.get(last + 1).is_some_and(|next| next.0.start - hunks[last].0.end <= 2 * CONTEXT) {
            last += 1;
        }
        let start = hunks[first].0.start.saturating_sub(CONTEXT);
        let end = (hunks[last].0.end + CONTEXT).min(before.len());
        let new_start = hunks[first].1.start - (hunks[first].0.start - start);
        let new_end = hunks[last].1.end + (end - hunks[last].0.end);
        let _ = writeln!(out, "@@ -{} +{} @@", range(start, end), range(new_start, new_end));
        let mut at = start;
        for (gone, come) in &hunks[first..=last] {
            before[at..gone.start].iter().for_each(|text| line(&mut out, ' ', text));
            before[gone.clone()].iter().for_each(|text| line(&mut out, '-', text));
            after[come.clone()].iter().for_each(|text| line(&mut out, '+', text));
            at = gone.end;
        }
        before[at..end].iter().for_each(|text| line(&mut out, ' ', text));
        first = last + 1;
    }
    out
}

/// `start,count` with a 1-based start; an empty range stands behind the line before it.
fn range(start: usize, end: usize) -> String {
    match end - start {
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

fn line(out: &mut String, mark: char, text: &str) {
    out.push(mark);
    out.push_str(text);
    if !text.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// A path as git writes it: in quotes where it has characters that would be taken for something else.
fn quoted(side: &str, path: &str) -> String {
    if !path.contains(|c: char| c.is_control() || c == '"' || c == '\\') {
        // A tab ends a name with spaces, so that nothing behind it is taken for a part of it.
        return format!("{side}{path}{}", if path.contains(' ') { "\t" } else { "" });
    }
    let mut out = format!("\"{side}");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                c.encode_utf8(&mut bytes).bytes().for_each(|byte| {
                    let _ = write!(out, "\\{byte:03o}");
                });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_has_context_and_says_where_a_last_line_does_not_end() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("\n5\n", "\nfive\n").replace("\n19\n20\n", "\n19\ntwenty");
        let expected = "--- a/d/a.md\n+++ b/d/a.md\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
                        @@ -17,4 +17,4 @@\n 17\n 18\n 19\n-20\n+twenty\n\\ No newline at end of file\n";
        assert_eq!(unified("d/a.md", Some(&old), &new), expected);
        assert_eq!(unified("a", Some("x\n"), "x\n"), "");
        assert_eq!(unified("a b", None, "x\n"), "--- /dev/null\n+++ b/a b\t\n@@ -0,0 +1 @@\n+x\n");
        assert_eq!(unified("a", Some("x\n"), ""), "--- a/a\n+++ b/a\n@@ -1 +0,0 @@\n-x\n");
        assert!(unified("\u{1b}[31m", Some("x\n"), "").starts_with("--- \"a/\\033[31m\"\n"));
    }
}

//! The file of a baseline: findings that are known and not reported again.
//!
//! One finding a line, sorted, without counts, places or dates, so that two branches that change it can be merged and a
//! change of it can be read.

use crate::diagnostic::Diagnostic;
use crate::secrets;
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write;

/// The form of the file.
const VERSION: u64 = 1;
/// What a finding is about is shown up to this many characters.
const MAX_ABOUT: usize = 60;

/// One known finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Entry {
    /// The file, relative to the root.
    pub path: String,
    /// The lint.
    pub lint: String,
    /// What the finding is about, for the reader alone.
    pub about: String,
    /// By what it is known again.
    pub fingerprint: String,
}

/// The entry of a finding.
pub fn entry(finding: &Diagnostic) -> Entry {
    let about = secrets::masked(&finding.key);
    let words: Vec<&str> = about.split_whitespace().collect();
    let words = words.join(" ");
    let about = match words.char_indices().nth(MAX_ABOUT) {
        Some((at, _)) => format!("{}...", &words[..at]),
        None => words,
    };
    Entry {
        path: finding.path.to_string(),
        lint: finding.lint.to_owned(),
        about,
        fingerprint: finding.fingerprint.clone(),
    }
}

/// The file with these entries.
pub fn to_text(entries: &[Entry]) -> String {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort();
    sorted.dedup_by(|a, b| a.fingerprint == b.fingerprint);
    let mut out = format!("{{\n  \"version\": {VERSION},\n  \"tool\": {{\"name\": \"ctxlint\"}},\n  \"findings\": [");
    for (at, entry) in sorted.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(out, "{comma}\n    {}", serde_json::to_string(entry).unwrap_or_default());
    }
    out.push_str(if sorted.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    out
}

/// The entries of a file.
///
/// # Errors
/// What is wrong with it, with the line where that is known.
pub fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let merge = if text.contains("\n<<<<<<<") { "; it holds the marks of a merge" } else { "" };
        format!("it is no JSON: {error}{merge}")
    })?;
    match document.get("version").and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => return Err(format!("it has version {other}, and this ctxlint knows version {VERSION}")),
        None => return Err("it has no `version`, so it is no baseline".to_owned()),
    }
    let findings = document.get("findings").and_then(Value::as_array).ok_or("it has no list `findings`")?;
    let entry = |(at, value): (usize, &Value)| {
        let word = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let missing = |key: &str| format!("finding {} has no `{key}`", at + 1);
        Ok(Entry {
            path: word("path").ok_or_else(|| missing("path"))?,
            lint: word("lint").ok_or_else(|| missing("lint"))?,
            about: word("about").unwrap_or_default(),
            fingerprint: word("fingerprint").ok_or_else(|| missing("fingerprint"))?,
        })
    };
    findings.iter().enumerate().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_sorted_has_a_line_for_each_finding_and_is_read_as_written() {
        let entry = |path: &str, fingerprint: &str| Entry {
            path: path.to_owned(),
            lint: "missing-path".to_owned(),
            about: "src/\"a\".ts".to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        let text = to_text(&[entry("b.md", "02"), entry("a.md", "03"), entry("b.md", "02")]);
        assert_eq!(text.lines().count(), 8);
        assert_eq!(parse(&text), Ok(vec![entry("a.md", "03"), entry("b.md", "02")]));
        assert_eq!(parse(&to_text(&[])), Ok(Vec::new()));
        assert!(parse("{").is_err_and(|why| why.starts_with("it is no JSON: EOF while parsing an object at line 1")));
        assert!(parse("<<<<<<< a\n=======").is_err());
        assert_eq!(parse("{}"), Err("it has no `version`, so it is no baseline".to_owned()));
        assert_eq!(parse(r#"{"version":2}"#), Err("it has version 2, and this ctxlint knows version 1".to_owned()));
    }
}

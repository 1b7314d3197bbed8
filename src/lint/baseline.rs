//! Findings that a baseline knows.

use super::blank;
use crate::diagnostic::Diagnostic;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// How many entries without a finding are named.
const MAX_NAMED: usize = 3;

/// Takes out the findings with these fingerprints and gives how many there were. The findings must be all of a run.
pub fn take_known(found: &mut Vec<Diagnostic>, known: &HashSet<&str>) -> usize {
    let before = found.len();
    found.retain(|finding| !known.contains(finding.fingerprint.as_str()));
    before - found.len()
}

/// The finding about a baseline at `path` with entries that match nothing: their lints and files.
pub fn unmatched(path: &Arc<str>, entries: &[(&str, &str)]) -> Option<Diagnostic> {
    if entries.is_empty() {
        return None;
    }
    let mut by_place: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (lint, file) in entries {
        *by_place.entry((file, lint)).or_default() += 1;
    }
    let named = by_place.iter().take(MAX_NAMED).map(|((file, lint), count)| match count {
        1 => format!("`{lint}` in `{file}`"),
        count => format!("{count} of `{lint}` in `{file}`"),
    });
    let mut named: Vec<String> = named.collect();
    if by_place.len() > MAX_NAMED {
        named.push("others".to_owned());
    }
    let (noun, verb) = if entries.len() == 1 { ("entry", "matches") } else { ("entries", "match") };
    Some(Diagnostic {
        message: format!("{} {noun} of the baseline {verb} nothing any more: {}", entries.len(), named.join(", ")),
        why: "an entry that is not needed would hide the same finding when it comes back".to_owned(),
        help: format!("`ctxlint check --baseline {path} --update-baseline` drops what is not needed"),
        key: "baseline".to_owned(),
        ..blank(&crate::lints::unused_suppression::UNUSED_SUPPRESSION, path)
    })
}

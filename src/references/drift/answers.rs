//! Answers about citations as lines of text, for the cache.

use super::{Lines, Meant, Traced};
use crate::history::Departure;
use crate::history::blame::Origin;
use crate::history::lines::Verdict;
use crate::world::git;

pub(super) fn write_origins(origins: &[Origin]) -> String {
    let word = |origin: &Origin| match origin {
        Origin::Commit(commit) => commit.to_string(),
        Origin::Uncommitted => "-".to_owned(),
        Origin::Unknown => "?".to_owned(),
    };
    origins.iter().map(word).collect::<Vec<_>>().join(" ")
}

pub(super) fn read_origins(text: &str) -> Option<Vec<Origin>> {
    let origin = |word: &str| match word {
        "-" => Some(Origin::Uncommitted),
        "?" => Some(Origin::Unknown),
        commit => git::is_hex(commit).then(|| Origin::Commit(commit.into())),
    };
    text.split(' ').map(origin).collect()
}

pub(super) fn write_meant(meant: &Meant) -> String {
    match meant {
        Meant::File(path, blob) => format!("{blob} {path}"),
        Meant::Ambiguous => "ambiguous".to_owned(),
        Meant::Missing => "missing".to_owned(),
        Meant::Placeholder => "placeholder".to_owned(),
    }
}

pub(super) fn read_meant(text: &str) -> Option<Meant> {
    match text {
        "ambiguous" => Some(Meant::Ambiguous),
        "missing" => Some(Meant::Missing),
        "placeholder" => Some(Meant::Placeholder),
        _ => {
            let (blob, path) = text.split_once(' ')?;
            git::is_hex(blob).then(|| Meant::File(path.into(), blob.into()))
        }
    }
}

/// A departure as one line for the cache.
pub(in crate::references) fn write_departure(departure: &Departure) -> String {
    let [to, perhaps] = [&departure.to, &departure.perhaps].map(|path| path.as_deref().unwrap_or_default());
    let commit = departure.commit.as_deref().unwrap_or_default();
    // No path holds a NUL.
    format!("{commit}\t{to}\t{perhaps}\t{}", departure.names.join("\0"))
}

/// Reads what [`write_departure`] wrote.
pub(in crate::references) fn read_departure(text: &str) -> Option<Departure> {
    let mut words = text.split('\t');
    let (commit, to, perhaps, names) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let path = |path: &str| (!path.is_empty()).then(|| path.into());
    git::is_hex(commit).then(|| Departure {
        commit: Some(commit.into()),
        to: path(to),
        perhaps: path(perhaps),
        names: names.split('\0').filter_map(path).collect(),
    })
}

pub(super) fn read_lines(text: &str) -> Option<Lines> {
    let mut words = text.splitn(3, ' ');
    let (start, end) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Lines { path: words.next()?.into(), start, end })
}

pub(super) fn write_verdict(verdict: Verdict, was: &str) -> String {
    let words = match verdict {
        Verdict::Same => "same".to_owned(),
        Verdict::Moved(start, end) => format!("moved {start} {end}"),
        Verdict::Changed(start, end) => format!("changed {start} {end}"),
        Verdict::Gone => "gone".to_owned(),
        Verdict::Ambiguous => "ambiguous".to_owned(),
        Verdict::OutOfRange => "out-of-range".to_owned(),
    };
    format!("{words}\t{was}")
}

pub(super) fn read_verdict(text: &str) -> Option<Traced> {
    let (words, was) = text.split_once('\t')?;
    let mut words = words.split(' ');
    let word = words.next()?;
    let numbers = words.next().zip(words.next()).and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let verdict = match (word, numbers) {
        ("same", None) => Verdict::Same,
        ("moved", Some((start, end))) => Verdict::Moved(start, end),
        ("changed", Some((start, end))) => Verdict::Changed(start, end),
        ("gone", None) => Verdict::Gone,
        ("ambiguous", None) => Verdict::Ambiguous,
        ("out-of-range", None) => Verdict::OutOfRange,
        _ => return None,
    };
    Some((verdict, was.to_owned()))
}

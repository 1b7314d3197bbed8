//! What is new about instructions, so that only documents which it concerns have to be held against each other.

use crate::content::audiences;
use crate::instructions::Kind;
use crate::workspace::{File, News, Workspace};
use std::collections::{BTreeSet, HashSet};

/// More new instructions than this concern so many documents that all may be looked at.
const MOST: usize = 100;

/// What the instructions of two states do not have in common. `may_differ` tells which documents of the state after the
/// change may have touched. `None` where that does not tell which documents can disagree now: other files load at the
/// start, the tools have other settings, or too much is new.
pub fn news(before: &Workspace, after: &Workspace, may_differ: &dyn Fn(&File) -> bool) -> Option<News> {
    let (old, new) = (audiences(before), audiences(after));
    let starts_alike = old.len() == new.len()
        && old.iter().zip(&new).all(|(old, new)| old.client.name == new.client.name && old.start == new.start);
    if !starts_alike || before.configs != after.configs {
        return None;
    }
    let is_linted = |file: &&File| file.linted && file.is_readable();
    let documents: BTreeSet<_> =
        after.files.iter().filter(is_linted).filter(|file| may_differ(file)).map(|file| file.path.clone()).collect();
    let mut instructions = BTreeSet::new();
    for path in documents.iter().filter(|path| new.iter().any(|of| of.start.contains(&***path))) {
        let (was, is) = (before.file(path).map(words_of), after.file(path).map(words_of));
        let (was, is) = (was.unwrap_or_default(), is.unwrap_or_default());
        instructions.extend(was.symmetric_difference(&is).map(|(words, _)| (*words).to_owned()));
        if instructions.len() > MOST {
            return None;
        }
    }
    Some(News { documents, instructions })
}

/// The instructions of a file. What is asked for in other places, or in another way, is another one.
fn words_of(file: &File) -> HashSet<(&str, Kind)> {
    let words = file.instruction_words();
    file.instructions().items.iter().enumerate().map(|(nth, item)| (words.of(nth), item.kind)).collect()
}

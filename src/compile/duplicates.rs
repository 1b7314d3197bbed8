//! What may be dropped on request: sections that stand elsewhere word for word, and trees that the tree itself shows.

use super::plan::{Decision, Droppable, Options};
use super::sources::Source;
use super::{Action, pieces};
use crate::instructions::normalize;
use crate::workspace::Workspace;
use std::collections::HashMap;

/// A piece that may be dropped, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    source: usize,
    piece: usize,
    reason: String,
}

/// Shorter texts repeat by chance, in characters.
const LEAST: usize = 40;

/// The pieces that may be dropped.
pub(super) fn find(sources: &[Source<'_>], options: &Options, workspace: &Workspace) -> Vec<Found> {
    let mut found = Vec::new();
    if options.drops.contains(&Droppable::Duplicates) {
        found.extend(repeated(sources));
    }
    let _ = workspace;
    found
}

/// Sections whose text stands earlier in what loads at startup, word for word.
fn repeated(sources: &[Source<'_>]) -> Vec<Found> {
    let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
    let mut found = Vec::new();
    for (number, source) in sources.iter().enumerate().filter(|(_, source)| source.at_start) {
        for (at, piece) in source.pieces.iter().enumerate() {
            let Some(body) = pieces::body_of(&source.file.document, piece, source.text()) else { continue };
            let title = piece.path.last().map_or("", String::as_str);
            let words = format!("{}\n{}", normalize(title), normalize(body.slice(source.text())));
            if piece.fixed || piece.end != at + 1 || words.len() < LEAST {
                continue;
            }
            match seen.get(&words) {
                Some((other, same)) => {
                    let other = &sources[*other];
                    let line = other.file.source.position(other.pieces[*same].span.start).line;
                    let reason = format!("the same words stand in {}:{line}", other.path());
                    found.push(Found { source: number, piece: at, reason });
                }
                None => drop(seen.insert(words, (number, at))),
            }
        }
    }
    found
}

/// Turns the decisions on these pieces into drops. A decision about more than the piece stays as it is.
pub(super) fn drop_found(decisions: &mut [Decision], number: usize, found: &[Found]) {
    for one in found.iter().filter(|found| found.source == number) {
        let own = |decision: &&mut Decision| decision.first == one.piece && decision.last == one.piece + 1;
        if let Some(decision) = decisions.iter_mut().find(own).filter(|decision| !decision.pinned) {
            decision.action = Action::Drop;
            decision.scope.clear();
            decision.confidence = 100;
            decision.evidence = vec![one.reason.clone()];
        }
    }
}

//! What may be dropped on request: sections that stand elsewhere word for word, and trees that the tree itself shows.

use super::pieces::Piece;
use super::plan::{Decision, Droppable, Options};
use super::sources::Source;
use super::{Action, pieces};
use crate::diagnostic::{Basis, Diagnostic};
use crate::instructions::normalize;
use crate::lint::{self, Selection};
use crate::source::Span;
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
    let lints = [(Droppable::Derivable, "derivable-content"), (Droppable::Style, "enforced-elsewhere")];
    for (kind, lint) in lints.iter().filter(|(kind, _)| options.drops.contains(kind)) {
        let selection = Selection { only: vec![(*lint).to_owned()], ..Selection::default() };
        // Of what these lints find, the errors are no repetitions: there the text says something else.
        let said = lint::run(workspace, &selection).diagnostics;
        let said: Vec<Diagnostic> =
            said.into_iter().filter(|one| one.lint == *lint && one.basis == Basis::Cost).collect();
        for (number, source) in sources.iter().enumerate() {
            let of_source: Vec<&Diagnostic> = said.iter().filter(|one| *one.path == *source.file.path).collect();
            found.extend(said_elsewhere(source, number, *kind, &of_source));
        }
    }
    found
}

/// Pieces that say nothing but what findings of one kind cover.
fn said_elsewhere(source: &Source<'_>, number: usize, kind: Droppable, said: &[&Diagnostic]) -> Vec<Found> {
    let mut found = Vec::new();
    for (at, piece) in source.pieces.iter().enumerate() {
        let Some(body) = pieces::body_of(&source.file.document, piece, source.text()) else { continue };
        let inside: Vec<&&Diagnostic> =
            said.iter().filter(|one| one.span.is_some_and(|span| body.contains(span))).collect();
        let Some(first) = inside.first().filter(|_| !piece.fixed && piece.level > 1 && piece.held.is_none()) else {
            continue;
        };
        let covers = |span: Span| inside.iter().any(|one| one.span.is_some_and(|of| of.contains(span)));
        let instructions = || source.instructions().iter().filter(|item| body.contains(item.span));
        let lines = body.slice(source.text()).lines().filter(|line| !line.trim().is_empty()).count();
        let covered: usize = inside
            .iter()
            .filter_map(|one| one.span)
            .map(|span| span.slice(source.text()).lines().filter(|line| !line.trim().is_empty()).count())
            .sum();
        let nothing_else = match kind {
            Droppable::Derivable => instructions().all(|item| covers(item.span)) && covered + 1 >= lines,
            _ => instructions().all(|item| covers(item.span)) && covered >= lines,
        };
        if nothing_else {
            found.push(Found { source: number, piece: at, reason: first.message.clone() });
        }
    }
    found
}

/// Sections whose text stands earlier in what loads at startup, word for word.
fn repeated(sources: &[Source<'_>]) -> Vec<Found> {
    let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
    let mut found = Vec::new();
    for (number, source) in sources.iter().enumerate().filter(|(_, source)| source.at_start) {
        for (at, piece) in source.pieces.iter().enumerate() {
            if piece.part {
                continue;
            }
            // A divided section is repeated as a whole or not at all.
            let parts = source.pieces[at + 1..].iter().take_while(|piece| piece.part).count();
            let end = source.pieces[at + parts].span.end as usize;
            let whole = Piece { span: Span::new(piece.span.start as usize, end), ..piece.clone() };
            let Some(body) = pieces::body_of(&source.file.document, &whole, source.text()) else { continue };
            let title = piece.path.last().map_or("", String::as_str);
            let words = format!("{}\n{}", normalize(title), normalize(body.slice(source.text())));
            if piece.fixed || piece.end != at + 1 + parts || words.len() < LEAST {
                continue;
            }
            match seen.get(&words) {
                Some((other, same)) => {
                    let other = &sources[*other];
                    let line = other.file.source.position(other.pieces[*same].span.start).line;
                    let reason = format!("the same words stand in {}:{line}", other.path());
                    let own = at..=at + parts;
                    found.extend(own.map(|piece| Found { source: number, piece, reason: reason.clone() }));
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

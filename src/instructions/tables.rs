//! Rows of tables that map a situation to an action, or that hold a directive.

use super::Kind;
use super::clause::Clause;
use super::counter::{Counter, kind_of};
use super::english::{self, Force, Place};
use super::lexicon::{ACTION_HEAD, Classes, Language, SAMPLE_HEAD, SITUATION_HEAD, THING_HEAD};
use super::phrases;
use super::words::{Form, Token, tokenize};
use crate::model::BlockKind;
use crate::source::Span;

/// Counts the rows of the table that starts at `table`.
pub(super) fn table(counter: &mut Counter<'_>, table: usize) {
    let blocks = &counter.document.blocks;
    let end = blocks[table].span.end;
    let rows: Vec<usize> = (table + 1..blocks.len()).take_while(|at| blocks[*at].span.start < end).collect();
    let mut heads: Vec<Classes> = Vec::new();
    for &row in &rows {
        let cells = || {
            let is_cell = |at: &&usize| blocks[**at].parent == row as u32 && blocks[**at].kind == BlockKind::TableCell;
            let from = rows.partition_point(|at| *at <= row);
            let until = blocks[row].span.end;
            let inside = rows[from..].iter().take_while(move |at| blocks[**at].span.start < until);
            inside.filter(is_cell).map(|at| blocks[*at].span)
        };
        match blocks[row].kind {
            BlockKind::TableHead => heads = cells().map(|cell| head(cell.slice(counter.text))).collect(),
            BlockKind::TableRow => {
                let cells: Vec<Span> = cells().collect();
                if let Some(kind) = row_kind(counter, &heads, &cells) {
                    let span = blocks[row].span;
                    counter.push(span, kind, "table-row");
                }
            }
            _ => {}
        }
    }
}

fn head(title: &str) -> Classes {
    let words = title.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '\'').filter(|word| !word.is_empty());
    words.fold(0, |classes, word| classes | Language::English.words().of(word))
}

fn row_kind(counter: &mut Counter<'_>, heads: &[Classes], cells: &[Span]) -> Option<Kind> {
    let first_head = heads.first().copied().unwrap_or(0);
    let mut tokens: Vec<Token> = Vec::new();
    let read = |counter: &Counter<'_>, cell: Span, tokens: &mut Vec<Token>| {
        tokenize(&counter.mask, cell.start as usize, cell.end as usize, Language::English.words(), tokens);
    };
    read(counter, *cells.first()?, &mut tokens);
    let first_is_code = !tokens.iter().any(|token| token.form == Form::Word)
        && cells[0].slice(counter.text).starts_with(['`', '[', '<', '-']);
    let maps = first_head & SITUATION_HEAD != 0 && first_head & THING_HEAD == 0;
    let thing = first_is_code || first_head & THING_HEAD != 0 && !maps;
    let place = Place { reference: counter.is_reference(), rules: false, item: true };
    let mut best: Option<Kind> = None;
    for (column, cell) in cells.iter().enumerate().skip(usize::from(cells.len() > 1)) {
        let head = heads.get(column).copied().unwrap_or(0);
        if head & SAMPLE_HEAD != 0 && head & ACTION_HEAD == 0 {
            continue;
        }
        let source = counter.mask[cell.range()].trim();
        if !source.is_ascii() && source.chars().any(phrases::is_phrase_char) && column > 0 {
            let place = phrases::Place { reference: true, ..phrases::Place::default() };
            let language = if source.chars().any(|c| matches!(c, '\u{ac00}'..='\u{d7a3}')) {
                Language::Korean
            } else {
                counter.languages.han
            };
            best = best
                .or(phrases::directive(&phrases::clean(source), language, place)
                    .map(|found| kind_of(found, false, false)));
            continue;
        }
        read(counter, *cell, &mut tokens);
        let acts = head & ACTION_HEAD != 0;
        for sentence in tokens.split(|token| matches!(token.form, Form::End(_))) {
            let clause = Clause { text: &counter.mask, tokens: sentence };
            let Some(found) = english::directive(clause, place) else { continue };
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            let counts = if thing { explicit && found.force != Force::Prefer } else { explicit || maps || acts };
            if counts {
                let kind =
                    if maps && found.force != Force::Never { Kind::Conditional } else { kind_of(found, false, false) };
                best = best.or(Some(kind));
            }
        }
        // A cell under such a head is an action even without a verb, unless it is a comparison.
        let source = cell.slice(counter.text);
        let compares = source.contains(['≠', '>', '=']) || source.len() < 2;
        let says = tokens.iter().any(|token| token.is_word());
        if acts && maps && !thing && !place.reference && says && !compares {
            best = best.or(Some(Kind::Conditional));
        }
    }
    best
}

//! Reads one English sentence: its label, what follows it, and clauses with a modal of their own.

use super::Kind;
use super::clause::Clause;
use super::counter::{Around, kind_of};
use super::english::{self, Directive, Force, Place};
use super::lexicon::{CONVENTION, DETERMINER, FINITE, NEVER, TRIGGER, VERB};
use super::mask::BLANK;
use super::words::{CODE, Form, Token};
use crate::source::Span;

/// Shorter code alone is a name, in bytes.
const SHORTEST_COMMAND: u32 = 8;

/// Instructions with the rule that found each.
pub(super) type Outcome = Vec<(Span, Kind, &'static str)>;

/// The directives of a sentence that is no question: of the whole, of what follows its label, and of clauses with a
/// modal of their own.
pub(super) fn read(clause: Clause<'_>, span: Span, around: Around, nth: usize, triggered: &mut bool) -> Outcome {
    let Around { place, step, .. } = around;
    let tokens = clause.tokens;
    let allowed = |found: &Directive| match found.force {
        Force::Plain | Force::Fact => !place.reference,
        Force::Prefer => !around.readme,
        Force::Never | Force::Must => true,
    };
    let words = |tokens: &[Token]| tokens.iter().filter(|token| token.form == Form::Word).count();
    let one = |found: Directive, triggered: bool| vec![(span, kind_of(found, step, triggered), found.rule)];
    if words(tokens) == 0 {
        let command = step
            && around.place.item
            && nth == 0
            && tokens.len() == 1
            && !place.reference
            && clause.text.as_bytes()[tokens[0].start as usize] == CODE
            && tokens[0].end - tokens[0].start >= SHORTEST_COMMAND;
        return if command { vec![(span, Kind::Procedure, "step-command")] } else { Vec::new() };
    }
    let before = *triggered;
    let colon = tokens
        .iter()
        .take(12)
        .position(|token| token.form == Form::Colon)
        .filter(|at| *at > 0 && *at + 1 < tokens.len());
    let dash =
        tokens.iter().take(9).position(|token| token.form == Form::Dash).filter(|at| *at > 0 && *at + 1 < tokens.len());
    let colon_first = colon.filter(|at| nth == 0 || *at <= 2 || tokens[0].is(TRIGGER));
    let label = match (colon_first, dash) {
        (Some(colon), Some(dash)) => Some(colon.min(dash)),
        (colon, dash) => colon.or(dash.filter(|_| nth == 0)),
    };
    if let Some(at) = label {
        let head = &tokens[..at];
        let body = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let is_colon = tokens[at].form == Form::Colon;
        let is_code = words(head) == 0;
        let whole = english::directive(clause, place);
        if words(body.tokens) == 0 {
            // A label and a command: reference, unless it is a step.
            let forced = whole.filter(|found| matches!(found.force, Force::Never | Force::Must));
            if is_colon && head[0].is(TRIGGER) && words(head) >= 2 && !place.reference {
                return vec![(span, Kind::Conditional, "trigger-label")];
            }
            return match forced {
                Some(found) => one(found, before),
                None if step && !place.reference && nth == 0 => vec![(span, Kind::Procedure, "step-command")],
                None => Vec::new(),
            };
        }
        let means = head.last().is_some_and(|last| {
            Clause { text: clause.text, tokens: std::slice::from_ref(last) }.is_word(0, &["mean", "means"])
        });
        let head_clause = Clause { text: clause.text, tokens: head };
        let forbids = is_colon
            && (words(head) == 1 && head[0].is(NEVER) || words(head) == 2 && head_clause.row(0, &["do", "not"]));
        if forbids {
            return vec![(span, Kind::Never, "negation-label")];
        }
        let trigger_label = is_colon && means
            || is_colon
                && (head[0].is(TRIGGER) && words(head) >= 2
                    || Clause { text: clause.text, tokens: head }.is_word(0, &["exception", "exceptions"]));
        let found = english::directive(body, place);
        if trigger_label {
            *triggered = true;
        }
        if let Some(found) = found.filter(allowed) {
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            if !is_code || explicit || step {
                // A dash goes on with the same instruction, a colon explains its label.
                let head_found = whole
                    .filter(|whole| whole.at < at && (!is_colon || whole.force == Force::Never) && words(head) >= 2);
                let chosen = head_found.unwrap_or(found);
                let chosen = Directive { triggered: chosen.triggered || found.triggered && is_colon, ..chosen };
                let mut out = one(chosen, *triggered);
                out.extend(split_off(body, place, step, *triggered));
                return out;
            }
            return Vec::new();
        }
        if is_code && !trigger_label {
            return Vec::new();
        }
        if let Some(found) = whole.filter(allowed) {
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            let bold = is_label_only(clause, at);
            if explicit || step || !bold {
                return one(found, *triggered);
            }
        }
        if let Some(found) = later_directive(body, place).filter(allowed) {
            return one(found, *triggered);
        }
        if trigger_label && place.item && !place.reference && head[0].is(TRIGGER) {
            return vec![(span, Kind::Conditional, "trigger-label")];
        }
        let starts_with_code = clause.text.as_bytes()[body.tokens[0].start as usize] == CODE;
        if place.rules && place.item && nth == 0 && !starts_with_code && english::is_fragment(body) && !place.reference
        {
            return vec![(span, Kind::Must, "fragment")];
        }
        return Vec::new();
    }
    if let Some(found) = english::directive(clause, place).filter(allowed) {
        let mut out = one(found, before);
        out.extend(split_off(
            Clause { text: clause.text, tokens: tokens.get(found.at + 1..).unwrap_or(&[]) },
            place,
            step,
            before,
        ));
        return out;
    }
    if let Some(found) = later_directive(clause, place).filter(allowed) {
        return one(found, before);
    }
    let maps = tokens.iter().position(|token| token.form == Form::Arrow);
    if let Some(at) = maps.filter(|_| around.place.item && !place.reference) {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        if at > 0
            && words(&tokens[..at]) >= 2
            && let Some(found) = english::directive(rest, place)
        {
            return vec![(span, if found.force == Force::Never { Kind::Never } else { Kind::Conditional }, "arrow")];
        }
        return Vec::new();
    }
    let fragment = place.rules
        && place.item
        && nth == 0
        && !place.reference
        && english::is_fragment(clause)
        && tokens[0].form == Form::Word;
    let told = tokens.iter().any(|token| token.is(CONVENTION) && token.is(FINITE));
    if fragment && !told { vec![(span, Kind::Must, "fragment")] } else { Vec::new() }
}

/// The directive behind a dash or a comma after a statement: `The managers vary - check the manifest`.
fn later_directive(clause: Clause<'_>, place: Place) -> Option<Directive> {
    let tokens = clause.tokens;
    let marks = tokens.iter().enumerate().filter(|(_, token)| matches!(token.form, Form::Dash | Form::Comma)).take(6);
    // `They differ today, so don't infer one from the other`.
    for at in 2..tokens.len().min(100) {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let marked = rest.is_word(0, &["never", "always", "don't"]) || rest.row(0, &["do", "not"]);
        if marked
            && clause.is_word(at, &["so", "but", "and"])
            && rest.tokens.get(1 + usize::from(rest.is_word(0, &["do"]))).is_some_and(|token| token.is(VERB))
        {
            return english::directive(rest, place);
        }
    }
    marks.filter(|(at, _)| *at > 1 && place.item).find_map(|(at, token)| {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let object = rest.tokens.get(1).is_some_and(|token| token.form == Form::Code || token.is(DETERMINER));
        let found = english::directive(rest, place).filter(|found| found.at <= 1)?;
        (token.form == Form::Dash || object).then_some(found)
    })
}

/// Whether the label before `at` stands in bold, so that it is a title rather than a clause.
fn is_label_only(clause: Clause<'_>, at: usize) -> bool {
    let (Some(first), Some(mark)) = (clause.tokens.first(), clause.tokens.get(at)) else { return false };
    let before = clause.text.as_bytes()[..first.start as usize].iter().rev().take(2);
    let bold = before.filter(|byte| **byte == BLANK).count() == 2;
    let last = clause.tokens[at - 1].end as usize;
    let gap = &clause.text.as_bytes()[last..mark.end as usize];
    bold && gap.contains(&BLANK)
}

/// Further directives of a sentence: clauses behind `and`, `but` or a dash that have a modal and a verb of their own.
fn split_off(clause: Clause<'_>, place: Place, step: bool, triggered: bool) -> Outcome {
    let mut out = Vec::new();
    let tokens = clause.tokens;
    for at in 1..tokens.len().min(200) {
        let and = clause.is_word(at, &["and", "but"]);
        let dash = tokens[at].form == Form::Dash;
        if !and && !dash {
            continue;
        }
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let marked = rest.is_word(0, &["never", "always", "don't", "must"]) || rest.row(0, &["do", "not"]);
        let subject = rest.is_word(0, &["you", "we", "it", "they"]) && rest.is_word(1, &["must", "should", "shall"]);
        if !(and && marked || subject) || rest.tokens.len() < 3 {
            continue;
        }
        if let Some(found) = english::directive(rest, place) {
            let (start, end) = (rest.tokens[0].start, tokens[tokens.len() - 1].end);
            out.push((Span { start, end }, kind_of(found, step, triggered), "clause"));
        }
        break;
    }
    out
}

/// `PRs without tests will be closed`.
pub(super) fn is_consequence(clause: Clause<'_>) -> bool {
    (0..clause.tokens.len()).any(|at| {
        let will = clause.row(at, &["will", "be"])
            || clause.row(at, &["will", "not", "be"])
            || clause.row(at, &["won't", "be"]);
        let what =
            |at| clause.is_word(at, &["closed", "rejected", "declined", "accepted", "merged", "reverted", "reviewed"]);
        will && (what(at + 2) || what(at + 3))
            || clause.is_word(at, &["are", "is"]) && what(at + 1) && clause.is_word(at + 2, &["automatically"])
    })
}

/// `Use the following commands:`.
pub(super) fn is_reference_announcement(clause: Clause<'_>) -> bool {
    (0..clause.tokens.len()).any(|at| {
        clause
            .is_word(at, &["command", "commands", "script", "scripts", "step", "steps", "files", "example", "examples"])
    })
}

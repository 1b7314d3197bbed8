//! Directives that are no imperatives: demands with a modal verb, requirements, and conventions that are stated as facts.

use super::super::clause::Clause;
use super::super::lexicon::{
    AMBIGUOUS, CANNOT, CONVENTION, DETERMINER, FINITE, FORBIDDEN, MADE, MODAL, NEGATION, NEVER, PREPOSITION, PRONOUN,
    QUESTION_WORD, RELATIVE, REQUIRED, TRIGGER, VERB, WEAK_MODAL,
};
use super::super::words::Form;
use super::{Directive, Force, Place};

/// `X must ...`, `X should not ...`, `X is required`, `X is not allowed`.
pub(super) fn modal(clause: Clause<'_>, place: Place, start: usize) -> Option<Directive> {
    let found = |force, rule, at| Some(Directive { force, triggered: false, rule, at });
    if clause.class(start, QUESTION_WORD) && !clause.class(start, TRIGGER) {
        return None;
    }
    for at in start..clause.tokens.len() {
        let token = &clause.tokens[at];
        if token.form != Form::Word {
            continue;
        }
        let negated = clause.class(at + 1, NEGATION) && !clause.is_word(at + 1, &["no", "without"]);
        let relative = at > 0 && clause.class(at - 1, RELATIVE | QUESTION_WORD) && at > 1;
        let asks = token.is(MODAL) && at > 1 && (start + 1..at).any(|at| clause.is_word(at, &["what", "how", "why"]));
        if token.is(MODAL) && !relative && !asks {
            if clause.is_word(at, &["should"]) && is_expectation(clause, at) {
                return None;
            }
            let avoided = clause.row(at + 1, &["be", "avoided"]) || clause.is_word(at + 3, &["avoided"]);
            if negated || avoided || clause.is_word(at + 1, &["never"]) {
                return found(Force::Never, "modal", at);
            }
            let force = if clause.is_word(at, &["should"]) { Force::Prefer } else { Force::Must };
            return found(force, "modal", at);
        }
        if token.is(NEVER) && clause.is_word(at, &["mustn't", "shouldn't"]) {
            return found(Force::Never, "modal", at);
        }
        let demands = clause.is_word(at, &["requires", "require", "needs"])
            && at > 0
            && at < 5
            && !clause.is_word(at + 1, &["to"]);
        if demands
            && !place.reference
            && (clause.is_word(0, &["ci", "every", "each", "new"])
                || clause.class(at - 1, MADE) && clause.is_word(at, &["require"]))
        {
            return found(Force::Must, "required", at);
        }
        if (token.is(FORBIDDEN) || clause.row(at, &["closed", "to"]) && at > 0) && !place.reference {
            return found(Force::Never, "forbidden", at);
        }
        let not = clause.is_word(at, &["not", "n't", "never", "isn't", "aren't"]);
        if not && clause.is_word(at + 1, &["allowed", "permitted", "acceptable", "tolerated"]) {
            return found(Force::Never, "forbidden", at);
        }
        let you = at > 0 && at <= start + 2 && clause.is_word(at - 1, &["you", "agents", "claude", "we"]);
        if you && token.is(CANNOT) || you && clause.is_word(at, &["may"]) && clause.is_word(at + 1, &["not", "never"]) {
            return found(Force::Never, "modal", at);
        }
        let need = clause.is_word(at, &["need", "needs", "have", "has"]) && clause.is_word(at + 1, &["to"]);
        if need && at > 0 && clause.is_word(at - 1, &["you", "we", "agents", "claude", "changes", "tests", "prs"]) {
            return found(Force::Must, "modal", at);
        }
        if token.is(REQUIRED) && is_requirement(clause, at) && !place.reference {
            return found(Force::Must, "required", at);
        }
        let advised = clause.is_word(at, &["recommended", "preferred", "encouraged", "advised", "preferable"]);
        if advised && at > 0 && clause.tokens[..at].iter().any(|token| token.is(FINITE)) && !place.reference {
            return found(Force::Prefer, "preference", at);
        }
        let important = clause.is_word(at, &["important", "essential", "critical", "crucial", "vital", "imperative"]);
        if important && clause.row(0, &["it", "is"]) && clause.is_word(at + 1, &["to", "that"]) {
            return found(Force::Must, "modal", at);
        }
        // Capitals are how authors shout a rule.
        let shout = token.capitals && clause.is_word(at, &["ALWAYS", "NEVER"]) && at > 0;
        if shout && !clause.tokens[..at].iter().any(|before| before.is(FINITE)) {
            let never = clause.is_word(at, &["never"]);
            return found(if never { Force::Never } else { Force::Must }, "shout", at);
        }
        let adverb = clause.is_word(at, &["always", "never"]) && at > 0 && at < 5 && !place.reference;
        let acts = clause.class(at + 1, VERB | AMBIGUOUS | FINITE | CONVENTION)
            && !clause.is_word(at.wrapping_sub(1), &["is", "are", "was", "were", "has", "have"]);
        if adverb && acts && (clause.class(0, MADE) || clause.is_word(0, &["we", "you", "agents", "claude"])) {
            let never = clause.is_word(at, &["never"]);
            return found(if never { Force::Never } else { Force::Must }, "shout", at);
        }
        // `TODO(0): Critical - never merge`.
        let tail =
            clause.is_word(at, &["never"]) && at > 0 && !clause.tokens[at - 1].is_word() && clause.class(at + 1, VERB);
        if tail {
            return found(Force::Never, "negation", at);
        }
    }
    None
}

/// `should return nothing`: what a command prints, not what to do.
fn is_expectation(clause: Clause<'_>, at: usize) -> bool {
    clause.is_word(
        at + 1,
        &["see", "output", "print", "return", "look", "show", "now", "display", "appear", "work", "already"],
    ) && (at == 0
        || clause.is_word(at - 1, &["you", "this", "it", "output", "command"])
        || clause.tokens[at - 1].form == Form::Code)
}

/// `Type hints required for all code`, `X is required`, but not `required fields`.
fn is_requirement(clause: Clause<'_>, at: usize) -> bool {
    if at == 0 || clause.class(at - 1, DETERMINER | NEGATION) {
        return false;
    }
    let after = clause.tokens.get(at + 1);
    let ends = after.is_none_or(|next| !next.is_word() || next.is(PREPOSITION));
    let relative = clause.tokens[..at].iter().any(|token| token.is(RELATIVE));
    // `The types required for it are ...` describes.
    let states = !clause.class(at - 1, FINITE) && clause.tokens[at..].iter().any(|token| token.is(FINITE));
    if states || clause.is_word(0, &["this", "that", "it"]) {
        return false;
    }
    ends && !relative && !clause.is_word(at - 1, &["if", "when", "where", "as", "not"])
}

/// `Tests go in tests/`, `New features need a test`: what the reader will make, stated as it has to be.
pub(super) fn fact(clause: Clause<'_>, place: Place) -> Option<Directive> {
    if place.reference || clause.has(WEAK_MODAL) {
        return None;
    }
    let mut at = 0;
    let all = clause.is_word(0, &["all", "every", "each", "new", "any"]);
    at += usize::from(all);
    at += usize::from(all && clause.is_word(at, &["new", "public", "other", "user-facing"]));
    // The subject: up to three words, the last of them something that is made.
    let verb = (at + 1..(at + 5).min(clause.tokens.len())).find(|verb| {
        clause.class(*verb, CONVENTION) && clause.tokens[*verb].form == Form::Word && clause.class(*verb - 1, MADE)
    })?;
    let simple =
        clause.tokens[at..verb].iter().all(|token| token.is_word() && !token.is(PREPOSITION | PRONOUN | FINITE));
    let the = clause.is_word(0, &["the", "this", "that", "these", "those"]);
    let placing = clause.is_word(
        verb,
        &["go", "goes", "belong", "belongs", "stay", "stays", "need", "needs", "require", "requires", "get", "gets"],
    );
    let plural = clause.word(verb - 1).ends_with('s') || all;
    if simple
        && !the
        && plural
        && (placing
            || all
            || place.rules
            || place.item && !clause.is_word(verb, &["use", "include", "come", "remain", "require", "carry", "take"]))
        && verb + 1 < clause.tokens.len()
    {
        return Some(Directive { force: Force::Fact, triggered: false, rule: "convention", at: verb });
    }
    None
}

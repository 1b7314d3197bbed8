//! German, French, Spanish, Portuguese and Russian: word lists without a grammar.

use super::english::{Directive, Force};
use super::lexicon::{ADVERB, FINITE, Language, MUST, NEGATION, NEVER, PERMISSION, POINTER, PREFER, TRIGGER, VERB};
use super::words::{Form, Token};

/// The directive of one sentence, if it is one.
pub(super) fn directive(text: &str, tokens: &[Token], language: Language, item: bool) -> Option<Directive> {
    let words = language.words();
    let is_word = |token: &&Token| token.form == Form::Word;
    let slice = |token: &Token| &text[token.start as usize..token.end as usize];
    let first = tokens.iter().filter(is_word).find(|token| !token.is(ADVERB | NEGATION));
    let has = |class| tokens.iter().any(|token| token.is(class));
    if tokens.iter().filter(is_word).count() < 2 || tokens.iter().find(is_word).is_some_and(|token| token.is(POINTER)) {
        return None;
    }
    // After a trigger the main clause starts behind the comma.
    let lead = tokens.iter().find(is_word).is_some_and(|token| token.is(TRIGGER));
    let comma = tokens.iter().position(|token| token.form == Form::Comma);
    let main = if lead {
        comma.and_then(|at| tokens[at..].iter().filter(is_word).find(|token| !token.is(ADVERB | NEGATION)))
    } else {
        first
    };
    let finite = has(FINITE);
    let imperative = main.is_some_and(|token| token.is(VERB) || words.has_first_suffix(slice(token)));
    let last = tokens.iter().rev().find(is_word);
    let infinitive = item
        && !finite
        && last
            .is_some_and(|token| words.has_last_suffix(slice(token)) && slice(token).starts_with(char::is_lowercase));
    let plain = imperative || infinitive;
    let negated = has(NEGATION) && (plain || has(MUST) || has(PERMISSION));
    let force = if has(NEVER) && !finite || has(NEVER) && (plain || has(MUST)) || negated {
        Force::Never
    } else if has(PERMISSION) && !has(MUST) {
        return None;
    } else if has(PREFER) {
        Force::Prefer
    } else if has(MUST) && (!finite || plain) {
        Force::Must
    } else if plain {
        Force::Plain
    } else {
        return None;
    };
    Some(Directive { force, triggered: has(TRIGGER), rule: "word-list", at: 0 })
}

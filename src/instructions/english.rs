//! Decides whether an English clause is a directive, and of which kind.

mod statements;

use super::clause::Clause;
use super::lexicon::{
    ADVERB, AMBIGUOUS, CONVENTION, DETERMINER, FINITE, MODAL, NEVER, POINTER, PREFER, PREPOSITION, PRONOUN,
    QUESTION_WORD, RELATIVE, REQUIRED, RUN_VERB, SOFT_LEAD, STRONG, TRIGGER, VERB, WEAK_MODAL,
};
use super::words::{Form, Token};
use statements::{fact, modal};

/// How strong a directive is, before triggers are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Force {
    /// A prohibition.
    Never,
    /// Explicit strength.
    Must,
    /// A recommendation.
    Prefer,
    /// A bare imperative.
    Plain,
    /// A convention stated as a fact.
    Fact,
}

/// A directive found in a clause.
#[derive(Clone, Copy, Debug)]
pub(super) struct Directive {
    /// How strong.
    pub(super) force: Force,
    /// Whether a trigger limits it.
    pub(super) triggered: bool,
    /// The rule that fired.
    pub(super) rule: &'static str,
    /// Index of the token that carries it: the verb, the modal or the prohibition.
    pub(super) at: usize,
}

/// What the place of a clause says about it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// The section is reference: usage, commands, overview.
    pub(super) reference: bool,
    /// The section holds rules.
    pub(super) rules: bool,
    /// The clause is a list item or a checklist line.
    pub(super) item: bool,
}

/// The directive of one clause, if it is one.
pub(super) fn directive(clause: Clause<'_>, place: Place) -> Option<Directive> {
    let clause = Clause { tokens: trimmed(clause.tokens), ..clause };
    if clause.tokens.len() < 2 || is_pointer(clause) || is_persona(clause) || is_licence(clause) {
        return None;
    }
    if let Some(task) = task(clause) {
        return Some(task);
    }
    if is_lead(clause) {
        for at in commas(clause) {
            let main = clause.from(at + 1);
            let then = usize::from(main.is_word(0, &["then"]));
            if let Some(found) = main_directive(main.from(then), place, true) {
                let hard = clause.class(0, TRIGGER) || soft_lead_is_trigger(clause);
                let triggered = hard || is_triggered(main, found.at + then);
                return Some(Directive { triggered, rule: "trigger", at: found.at + at + 1 + then, ..found });
            }
        }
        if clause.class(0, TRIGGER) {
            return without_comma(clause, place);
        }
    }
    let found = main_directive(clause, place, false)?;
    Some(Directive { triggered: found.rule != "always" && is_triggered(clause, found.at), ..found })
}

/// `When a file has a notice add it to the list`: the main clause starts at a verb with an object.
fn without_comma(clause: Clause<'_>, place: Place) -> Option<Directive> {
    let starts = |at: &usize| {
        let before = &clause.tokens[at - 1];
        let after_noun =
            before.is_word() && !before.is(PRONOUN | DETERMINER | PREPOSITION | FINITE | ADVERB | RELATIVE);
        let object = clause.tokens.get(at + 1).is_some_and(|next| {
            next.form == Form::Code || next.is(DETERMINER) || clause.is_word(at + 1, &["it", "them"])
        });
        clause.class(*at, VERB) && after_noun && object && !clause.is_word(at - 1, &["not", "and", "or"])
    };
    let at = (3..clause.tokens.len().min(40)).find(starts)?;
    let found = main_directive(clause.from(at), place, true)?;
    Some(Directive { triggered: true, rule: "trigger", at: found.at + at, ..found })
}

/// The tokens without what ends or opens them.
fn trimmed(tokens: &[Token]) -> &[Token] {
    let is_mark = |token: &Token| !token.is_word();
    let start = tokens.iter().position(|token| !is_mark(token)).unwrap_or(tokens.len());
    let end = tokens.iter().rposition(|token| !is_mark(token)).map_or(start, |last| last + 1);
    &tokens[start..end.max(start)]
}

/// `See X`, `For details see X`: a way to more text, nothing to do.
fn is_pointer(clause: Clause<'_>) -> bool {
    let at = skip_adverbs(clause);
    if clause.class(at, POINTER) && !clause.row(at, &["see", "if"]) && !clause.row(at, &["see", "whether"]) {
        return !clause.has(MODAL);
    }
    let more = clause.is_word(0, &["for"]) && clause.tokens.iter().take(8).any(|token| token.is(POINTER));
    more || (0..3).any(|at| clause.row(at, &["feel", "free"]))
        || clause.row(0, &["read", "more"])
        || clause.row(0, &["learn", "more"])
        || clause.row(0, &["find", "more"])
}

fn is_persona(clause: Clause<'_>) -> bool {
    clause.row(0, &["act", "as"])
        || clause.is_word(0, &["you're"]) && clause.is_word(1, &["a", "an", "the"])
        || clause.row(0, &["you", "are"]) && clause.is_word(2, &["a", "an", "the"])
}

/// The sentence about contributions that most licences come with.
fn is_licence(clause: Clause<'_>) -> bool {
    let has = |words: &[&str]| (0..clause.tokens.len()).any(|at| clause.is_word(at, words));
    has(&["licensed"]) && has(&["contribution", "contributions"])
}

/// `You are tasked with ...`, `Your job is to ...`.
fn task(clause: Clause<'_>) -> Option<Directive> {
    let found = Directive { force: Force::Plain, triggered: false, rule: "task", at: 0 };
    let tasked =
        clause.row(0, &["you", "are"]) && clause.is_word(2, &["tasked", "expected", "required", "responsible"]);
    let job = clause.is_word(0, &["your"])
        && clause.is_word(1, &["task", "job", "goal", "role", "mission", "responsibility", "objective"])
        && clause.row(2, &["is", "to"]);
    (tasked || job).then_some(found)
}

/// Whether the clause starts with what may be a trigger, followed by the main clause.
fn is_lead(clause: Clause<'_>) -> bool {
    clause.class(0, TRIGGER | SOFT_LEAD)
        || clause.is_word(0, &["each", "every"]) && clause.is_word(1, &["time"])
        || clause.is_word(0, &["only", "even", "and", "but", "so", "then", "or"]) && clause.class(1, TRIGGER)
        || clause.row(0, &["as", "soon"])
        || clause.class(0, ADVERB) && clause.class(1, TRIGGER)
}

/// `For narrower changes,`, `In tests,`, `To add one,` are triggers; `In particular,` and `For example,` are not.
fn soft_lead_is_trigger(clause: Clause<'_>) -> bool {
    let filler = [
        "particular",
        "general",
        "addition",
        "short",
        "fact",
        "example",
        "instance",
        "this",
        "that",
        "summary",
        "other",
        "most",
        "all",
    ];
    let each_time = clause.is_word(0, &["each", "every", "as", "only", "and", "but", "so", "then", "or"])
        || clause.class(1, TRIGGER);
    each_time
        || clause.is_word(0, &["for", "in", "to", "on", "during", "at", "under", "with", "within", "given"])
            && !clause.is_word(1, &filler)
}

/// The first commas, dashes and colons after which a main clause may start.
fn commas<'a>(clause: Clause<'a>) -> impl Iterator<Item = usize> + 'a {
    let is_mark = |token: &Token| matches!(token.form, Form::Comma | Form::Colon | Form::Dash | Form::Arrow);
    let marks = clause.tokens.iter().enumerate().filter(move |(_, token)| is_mark(token));
    marks.map(|(at, _)| at).filter(|at| *at > 0).take(4)
}

fn skip_adverbs(clause: Clause<'_>) -> usize {
    let skipped = |token: &Token| token.is(ADVERB) || matches!(token.form, Form::Comma | Form::Dash | Form::Colon);
    clause.tokens.iter().take(6).take_while(|token| skipped(token)).count()
}

fn main_directive(clause: Clause<'_>, place: Place, after_lead: bool) -> Option<Directive> {
    let at = skip_adverbs(clause);
    let found = |force, rule, at| Some(Directive { force, triggered: false, rule, at });
    let strong = clause.tokens[..at.min(clause.tokens.len())].iter().any(|token| token.is(STRONG));
    let first = clause.tokens.get(at)?;
    // Prohibitions at the start.
    if first.is(NEVER) || clause.row(at, &["do", "not"]) {
        let last = at + 1 + usize::from(first.is(VERB)) >= clause.tokens.len() && !place.item;
        return if last { None } else { found(Force::Never, "negation", at) };
    }
    if clause.is_word(at, &["no", "not"]) {
        let without = clause.tokens.iter().enumerate().any(|(at, _)| clause.is_word(at, &["without"]));
        let fragment = place.rules && place.item && clause.is_word(at, &["no"]) && !clause.has(FINITE);
        return if without || fragment { found(Force::Never, "prohibition", at) } else { None };
    }
    if first.is(QUESTION_WORD) && !first.is(TRIGGER) {
        return None;
    }
    // Imperatives.
    if is_imperative(clause, at) {
        let force = match first {
            first if first.is(PREFER) => Force::Prefer,
            first if first.is(STRONG) => Force::Must,
            _ if clause.row(at, &["make", "sure"]) || clause.row(at, &["be", "sure"]) => Force::Must,
            _ if strong || clause.is_word(at, &["do"]) && clause.class(at + 1, VERB) => Force::Must,
            _ if has_prefer_tail(clause) => Force::Prefer,
            _ => Force::Plain,
        };
        return found(force, "imperative", at);
    }
    if clause.class(at, PREFER) && !clause.class(at, MODAL) && clause.tokens.len() > at + 1 && !first.is(REQUIRED) {
        let bare = clause.is_word(at, &["prefer", "consider", "favor", "favour", "try", "aim", "strive"]);
        if bare {
            return found(Force::Prefer, "preference", at);
        }
    }
    modal(clause, place, at).or_else(|| {
        // `always` before something that is neither a verb nor a subject.
        let only = clause.is_word(0, &["only"]) && clause.tokens.len() > 2;
        let modal = clause
            .tokens
            .iter()
            .enumerate()
            .any(|(at, token)| token.is(CONVENTION) && at > 1 || clause.is_word(at, &["may", "are", "is"]));
        if only && modal && !place.reference {
            return found(Force::Must, "only", 0);
        }
        if strong && place.item && !clause.has(FINITE) && clause.is_word(0, &["always", "only"]) {
            return found(Force::Must, "always", 0);
        }
        let ends_always = clause.is_word(clause.tokens.len() - 1, &["always"]) && !clause.has(FINITE);
        if ends_always && !after_lead {
            return found(Force::Must, "always", clause.tokens.len() - 1);
        }
        fact(clause, place)
    })
}

/// Whether the word at `at` is a verb in the imperative.
fn is_imperative(clause: Clause<'_>, at: usize) -> bool {
    let Some(verb) = clause.tokens.get(at) else { return false };
    if verb.form != Form::Word || !verb.is(VERB | AMBIGUOUS) {
        return false;
    }
    let Some(next) = clause.tokens.get(at + 1) else { return false };
    let coordinated = clause.is_word(at + 1, &["and", "or", "then"]) && clause.class(at + 2, VERB | AMBIGUOUS);
    if coordinated && (clause.class(at + 2, VERB) || !clause.tokens[at + 2..].iter().any(|token| token.is(FINITE))) {
        return true;
    }
    let means = next.is(FINITE)
        && !next.is(VERB | AMBIGUOUS)
        && !clause.is_word(at, &["ensure", "check", "verify", "confirm", "assume"]);
    if means && next.form == Form::Word {
        return false;
    }
    if clause.is_word(at + 1, &["of", "is", "are", "was", "has", "does", "will", "can", "must", "should", "that"])
        && !clause.is_word(
            at,
            &[
                "ensure",
                "check",
                "verify",
                "confirm",
                "assume",
                "make",
                "remember",
                "note",
                "assert",
                "validate",
                "state",
                "say",
                "get",
                "be",
                "understand",
                "see",
                "prove",
                "explain",
                "require",
            ],
        )
        || clause.is_word(at + 1, &["of", "is", "are"])
    {
        return false;
    }
    // `Note that ...` informs.
    if clause.is_word(at, &["note", "notice", "imagine", "say", "thanks", "know", "welcome"])
        && !clause.is_word(at, &["know"])
    {
        return false;
    }
    if !verb.is(AMBIGUOUS) {
        return true;
    }
    let rest = &clause.tokens[at + 1..];
    let end = rest
        .iter()
        .position(|token| matches!(token.form, Form::Comma | Form::Dash | Form::Arrow))
        .unwrap_or(rest.len());
    let object = next.form == Form::Code || next.is(DETERMINER | PRONOUN | TRIGGER | RELATIVE | QUESTION_WORD);
    let finite = rest[..end].iter().enumerate().any(|(offset, token)| {
        let opens = |before: &Token| before.is(RELATIVE | TRIGGER | QUESTION_WORD);
        let asked = rest[..offset].iter().any(|before| before.is(QUESTION_WORD) && !before.is(RELATIVE | TRIGGER));
        let inside = asked || object && rest[..offset].iter().any(opens) || offset > 0 && opens(&rest[offset - 1]);
        token.is(FINITE) && !inside
    });
    if object {
        return !finite || next.form == Form::Word;
    }
    if finite {
        return false;
    }
    if next.is(PREPOSITION) {
        return !clause.is_word(at + 1, &["before", "after"])
            && !clause.is_word(
                at,
                &[
                    "support",
                    "access",
                    "target",
                    "template",
                    "reason",
                    "guide",
                    "field",
                    "type",
                    "example",
                    "code",
                    "cost",
                    "index",
                    "table",
                    "page",
                    "interface",
                ],
            );
    }
    // Before a bare noun the words that are more verb than noun, and the others where something depends on the noun.
    let compound = [
        "test",
        "build",
        "design",
        "code",
        "log",
        "error",
        "output",
        "input",
        "file",
        "source",
        "version",
        "type",
        "issue",
        "feature",
        "default",
        "interface",
        "document",
    ];
    let plural = next.form == Form::Word && clause.word(at + 1).ends_with('s') && !clause.word(at + 1).ends_with("ss");
    let governs = rest.iter().any(|token| token.is(PREPOSITION | DETERMINER | TRIGGER) || token.form == Form::Comma);
    verb.is(VERB) && (next.is_word() || next.form == Form::Comma)
        || next.is(ADVERB) && governs
        || plural && governs && !clause.is_word(at, &compound)
}

/// `..., where possible`.
fn has_prefer_tail(clause: Clause<'_>) -> bool {
    (0..clause.tokens.len()).any(|at| {
        clause.is_word(at, &["where", "whenever", "when"])
            && clause.is_word(at + 1, &["possible", "practical", "feasible"])
    })
}

/// Whether a trigger stands anywhere in the clause that limits the directive at `at`.
fn is_triggered(clause: Clause<'_>, at: usize) -> bool {
    let tokens = clause.tokens;
    // What follows a dash explains.
    let dash = tokens.iter().skip(at).position(|token| token.form == Form::Dash).map_or(tokens.len(), |dash| at + dash);
    (0..dash).any(|here| {
        let token = &tokens[here];
        if (clause.row(here, &["each", "time"])
            || clause.row(here, &["every", "time"])
            || clause.row(here, &["as", "soon", "as"]))
            && here != at
        {
            return true;
        }
        if !token.is(TRIGGER) || here == at || token.form != Form::Word {
            return false;
        }
        // Nothing follows: an adverb.
        if here + 1 >= tokens.len() || !tokens[here + 1].is_word() {
            return false;
        }
        let before = if here == 0 { "" } else { clause.word(here - 1) };
        let is = |words: &[&str]| words.iter().any(|word| before.eq_ignore_ascii_case(word));
        if clause.is_word(here, &["whether", "provided", "wherever"]) || is(&["even", "as", "ever", "what", "ahead"]) {
            return false;
        }
        if clause.is_word(here, &["if"]) && here > 0 {
            let whether = [
                "check",
                "verify",
                "see",
                "determine",
                "decide",
                "know",
                "confirm",
                "find",
                "out",
                "ask",
                "tell",
                "test",
                "evaluate",
                "assess",
            ];
            return !is(&whether);
        }
        if clause.is_word(here, &["before", "after"]) && tokens.get(at).is_some_and(|verb| verb.is(PREFER)) {
            return false;
        }
        if clause.is_word(here, &["when", "whenever"]) && clause.is_word(here + 1, &["possible"]) {
            return false;
        }
        // `the day before`, `how it works after ...` in a relative clause still limits; `once per file` does not.
        let times =
            clause.is_word(here, &["once"]) && clause.is_word(here + 1, &["per", "in", "and", "a", "for", "at", "to"]);
        let verb = clause.is_word(here, &["while", "until", "upon"]) && here == 0;
        !times && !verb
    })
}

/// Whether a lead-in (without its colon) lacks its object, so that the items carry it.
pub(super) fn is_incomplete(clause: Clause<'_>) -> bool {
    let tokens = trimmed(clause.tokens);
    let clause = Clause { tokens, ..clause };
    let Some(last) = tokens.last() else { return false };
    let function = last.is(PREPOSITION | FINITE | MODAL | TRIGGER | STRONG | NEVER | PREFER)
        || clause.is_word(tokens.len() - 1, &["and", "or", "only", "not", "that", "sure", "always"]);
    if last.form == Form::Word && function {
        return true;
    }
    let comma = tokens.iter().position(|token| token.form == Form::Comma).map_or(0, |at| at + 1);
    let start = if is_lead(clause) { comma } else { 0 };
    let main = clause.from(start);
    let negated = usize::from(main.class(skip_adverbs(main), NEVER))
        + 2 * usize::from(main.row(skip_adverbs(main), &["do", "not"]));
    let at = skip_adverbs(main) + negated;
    // The verb alone, or the verb with nothing but a prepositional phrase.
    let verb_last = at + 1 >= main.tokens.len() || last.is(VERB) && !last.is(AMBIGUOUS) && last.form == Form::Word;
    verb_last
        || main.class(at + 1, PREPOSITION)
            && !main.is_word(at, &["look", "work", "deal", "test", "comply", "begin", "start", "conform", "adhere"])
}

/// Whether the clause is a short imperative that runs something, as it stands before a block of commands.
pub(super) fn announces_command(clause: Clause<'_>) -> bool {
    let clause = Clause { tokens: trimmed(clause.tokens), ..clause };
    let at = skip_adverbs(clause);
    clause.class(at, RUN_VERB)
        || clause.tokens.first().is_some_and(|first| first.is(SOFT_LEAD)) && !clause.class(0, TRIGGER)
}

/// Whether a list item without a verb reads as a rule: `Strict mode`, `snake_case for functions`.
pub(super) fn is_fragment(clause: Clause<'_>) -> bool {
    let tokens = trimmed(clause.tokens);
    let words = tokens.iter().filter(|token| token.form == Form::Word).count();
    if is_pointer(clause) {
        return false;
    }
    let finite = tokens.iter().any(|token| token.form == Form::Word && token.is(FINITE | WEAK_MODAL));
    (2..=16).contains(&words) && !finite
}

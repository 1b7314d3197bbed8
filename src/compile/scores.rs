//! What speaks for and against each destination, in small integers, and what holds a piece where it is.

use super::Action;
use super::evidence::Facts;
use super::lexicon::Class;
use super::plan::{Candidate, Judged};
use super::scopes::Guess;
use super::sources::{IMPORTS, Source, bound};
use crate::workspace::Workspace;

/// Why a piece stays whatever else speaks for a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Veto {
    /// In words.
    pub why: &'static str,
    /// Some of its lines hold it, and not what it is about.
    pub by_lines: bool,
}

/// What holds a piece, if anything does.
pub(super) fn veto(
    workspace: &Workspace,
    source: &Source<'_>,
    at: usize,
    judged: &Judged,
    linked: &[String],
) -> Option<Veto> {
    let piece = &source.pieces[at];
    let facts = &judged.facts;
    let stays = |why: &'static str| Some(Veto { why, by_lines: false });
    let lines_stay = |why: &'static str| Some(Veto { why, by_lines: true });
    if piece.fixed {
        return stays("frontmatter");
    }
    if let Some(why) = piece.held {
        return stays(why);
    }
    if piece.part {
        return bound(workspace, source, at, at + 1).and_then(stays);
    }
    if piece.level == 0 {
        return stays("it stands before the first heading");
    }
    if linked.contains(&super::rewrite::skeleton(&facts.title)) {
        return stays("other files link to it");
    }
    if let Some(why) = bound(workspace, source, at, at + 1) {
        return if why == IMPORTS { lines_stay(why) } else { stays(why) };
    }
    if !source.is_rule && is_opening(source, at) {
        return stays("it says what the project is");
    }
    let says = facts.instructions > 0 || facts.strong > 0;
    // A long record that mentions one in passing is still a record.
    let is_record = facts.is(Class::Reference) && facts.density() < 12 && facts.tokens > 300;
    if facts.grave > 0 && !is_record {
        return lines_stay("a directive about secrets, data or money");
    }
    if facts.warned && facts.tokens < 250 {
        return lines_stay("it warns of something");
    }
    if facts.is(Class::Safety) && says {
        return stays("it is about safety");
    }
    // A procedure says itself what comes before what.
    let is_procedure = facts.is(Class::Task) && facts.steps >= 3;
    if facts.gate > 0 && !is_record && !is_procedure {
        return lines_stay("it says what must hold before work is done");
    }
    let is_about_checks = facts.is(Class::Verify) || super::lexicon::is_gate(&facts.title.to_lowercase());
    if is_about_checks || facts.is(Class::Git) && (says || !facts.is(Class::Reference)) {
        return stays("it is about commits, reviews or checks of all work");
    }
    if super::lexicon::is_strong_heading(&facts.title) && facts.named.in_title.is_empty() {
        return lines_stay("its heading says that it matters in all work");
    }
    let is_titled = judged.guess.as_ref().is_some_and(|guess| guess.titled);
    // Checks without a command are a principle where they are strong.
    let is_daily = facts.commands() || facts.strong > 0 && facts.tokens < LONG;
    let is_long = facts.tokens >= 800 || facts.density() < 12;
    let is_list = super::lexicon::is_commands(&facts.title) && facts.commands() && facts.tokens < SHORT_LIST;
    let is_daily = says && is_daily && !is_long || is_list;
    let is_other = is_titled || facts.is(Class::Task) || facts.is(Class::Reference);
    if facts.is(Class::Daily) && is_daily && !is_other {
        return stays("it says how to run and check every day");
    }
    // A line that says where to read more would only be put behind another one.
    let is_pointer = facts.pointers > 0 && facts.prose_lines <= 2 && facts.lines <= 3 && facts.tokens < POINTER;
    if is_pointer || is_index(facts) && facts.tokens < LONG_INDEX {
        return stays("it says where to read more");
    }
    None
}

/// A list of pointers has few words about each.
fn is_index(facts: &Facts) -> bool {
    let is_list = facts.pointers * 2 >= facts.prose_lines.max(1) && facts.tokens <= 60 * facts.pointers as u64;
    facts.is(Class::Pointers) && is_list && facts.code_lines == 0
}

/// A list of commands with fewer tokens is read faster than looked up.
const SHORT_LIST: u64 = 200;

/// A line that says where to read more has fewer tokens, its heading included.
const POINTER: u64 = 60;

/// From so many tokens on an index is looked up, and not read each time.
const LONG_INDEX: u64 = 300;

/// Whether the piece opens the document: its title, or the first sections that say what the project is.
fn is_opening(source: &Source<'_>, at: usize) -> bool {
    let pieces = &source.pieces;
    let titled = pieces.iter().filter(|piece| piece.level == 1).count() == 1;
    if pieces[at].level == 1 && (titled || pieces[..at].iter().all(|piece| piece.level == 0)) {
        return true;
    }
    let is_identity = || {
        let title = pieces[at].path.last().map_or("", String::as_str);
        super::lexicon::classes(title).first() == Some(&Class::Identity)
    };
    let earlier = pieces[..at].iter().filter(|piece| piece.level > 1 && piece.has_body).count();
    earlier < 3 && is_identity()
}

/// The best destination with what speaks for it.
pub(super) fn best(source: &Source<'_>, part: bool, judged: &Judged, closed: &[Action]) -> Option<Candidate> {
    let facts = &judged.facts;
    if part {
        let evidence = vec!["the lines that hold the section stay (+0)".to_owned()];
        let document = Candidate { action: Action::Document, score: 0, scope: Vec::new(), evidence };
        return Some(document).filter(|document| !closed.contains(&document.action));
    }
    let mut candidates = vec![document(facts)];
    if source.at_start {
        // A skill of a nested file would be listed at every start.
        candidates.push(skill(facts));
    }
    // A heading about all work is about no files, unless it names them itself.
    let general = [Class::Daily, Class::Git, Class::Verify, Class::Conduct, Class::Safety, Class::Pointers];
    let is_titled = judged.guess.as_ref().is_some_and(|guess| guess.titled);
    let is_general = general.iter().any(|class| facts.is(*class)) && !is_titled;
    // A rule without a scope gets one as a whole or not at all.
    let is_general = is_general || source.is_rule || facts.tokens < LEAST_RULE;
    // One mention in passing is no scope.
    let guess = judged.guess.as_ref().filter(|guess| !is_general && guess.points > 1);
    candidates.extend(guess.map(|guess| rule(facts, guess)));
    let mut best: Option<Candidate> = None;
    candidates.retain(|candidate| !closed.contains(&candidate.action));
    for candidate in candidates {
        if best.as_ref().is_none_or(|best| candidate.score > best.score) {
            best = Some(candidate);
        }
    }
    best
}

/// What stands directly under a heading is short, in tokens.
pub(super) const SHORT: u64 = 40;

/// From so many tokens on a section is long.
pub(super) const LONG: u64 = 150;

/// Fewer tokens are not worth a rule of their own.
pub(super) const LEAST_RULE: u64 = 25;

/// What speaks against any move: strong directives that are for all work.
fn against(facts: &Facts, evidence: &mut Vec<String>) -> i32 {
    let mut points = 0;
    if facts.strong > 0 {
        points += 1 + i32::from(facts.strong > 2) + i32::from(facts.strong * 3 > facts.prose_lines);
        evidence.push(format!("{} strong directives (-{points})", facts.strong));
    }
    if facts.is_conduct() {
        points += 3;
        evidence.push("the heading is about all work (-3)".to_owned());
    } else if facts.around.contains(&Class::Conduct) {
        points += 1;
    }
    if facts.is(Class::Pointers) {
        points += 2;
    }
    points
}

pub(super) fn document(facts: &Facts) -> Candidate {
    let mut evidence = Vec::new();
    let mut score = 0;
    let mut add = |points: i32, why: String| {
        score += points;
        evidence.push(format!("{why} ({points:+})"));
    };
    if facts.is(Class::Reference) || facts.is(Class::Layout) {
        add(3, "a heading of reference".to_owned());
    } else if facts.around.contains(&Class::Reference) || facts.around.contains(&Class::Layout) {
        add(2, "under a heading of reference".to_owned());
    }
    match facts.density() {
        // Whether a text in another language directs anybody is known less well.
        _ if facts.is_foreign && facts.shown() < 50 => {}
        _ if facts.instructions == 0 => add(3, "facts only".to_owned()),
        0..15 => add(2, format!("{} instructions in {} lines", facts.instructions, facts.prose_lines)),
        15..35 => add(1, format!("{} instructions in {} lines", facts.instructions, facts.prose_lines)),
        75.. => add(-2, format!("{} instructions in {} lines", facts.instructions, facts.prose_lines)),
        _ => {}
    }
    match facts.shown() {
        50.. => add(2, "mostly code, tables or drawings".to_owned()),
        25.. => add(1, "code, tables or drawings".to_owned()),
        _ => {}
    }
    match facts.tokens {
        200.. => add(1, format!("{} tokens", facts.tokens)),
        0..40 => add(-2, format!("{} tokens only", facts.tokens)),
        _ => {}
    }
    if facts.is(Class::Daily) && facts.commands() && facts.tokens < 400 {
        add(-2, "commands of every day".to_owned());
    }
    score -= against(facts, &mut evidence);
    if is_index(facts) && score > 0 {
        score = 0;
        evidence.push("an index, which most work starts from (at most 0)".to_owned());
    }
    if evidence.is_empty() {
        evidence.push("nothing in it is for all work".to_owned());
    }
    Candidate { action: Action::Document, score, scope: Vec::new(), evidence }
}

pub(super) fn skill(facts: &Facts) -> Candidate {
    let mut evidence = Vec::new();
    let mut score = 0;
    let mut add = |points: i32, why: String| {
        score += points;
        evidence.push(format!("{why} ({points:+})"));
    };
    // A numbered list of facts is no procedure.
    let directs = facts.instructions * 2 >= facts.steps || facts.code_lines > 0 || facts.is(Class::Task);
    let steps = if directs { facts.steps } else { 0 };
    if steps >= 3 {
        add(3, format!("{} ordered steps", facts.steps));
    }
    if facts.is(Class::Task) {
        add(3, "the heading names a task".to_owned());
    }
    match facts.tokens {
        150.. => add(1, format!("{} tokens", facts.tokens)),
        0..60 => add(-3, format!("{} tokens only", facts.tokens)),
        // A skill is listed at every start, which a few lines without an order are not worth.
        60..100 if steps < 3 => add(-3, format!("{} tokens without steps", facts.tokens)),
        _ => {}
    }
    if facts.code_lines > 2 {
        add(1, "commands".to_owned());
    }
    if steps < 3 && !facts.is(Class::Task) {
        add(-3, "no steps".to_owned());
    }
    if steps < 3 && facts.is(Class::Daily) {
        add(-3, "commands of every day".to_owned());
    }
    score -= against(facts, &mut evidence);
    Candidate { action: Action::Skill, score, scope: Vec::new(), evidence }
}

pub(super) fn rule(facts: &Facts, guess: &Guess) -> Candidate {
    let mut evidence = vec![format!("{} ({:+})", guess.why, guess.points)];
    let mut score = guess.points;
    match facts.density() {
        _ if facts.instructions == 0 => {
            score -= 2;
            evidence.push("facts only (-2)".to_owned());
        }
        30.. => {
            score += 2;
            evidence.push(format!("{} instructions (+2)", facts.instructions));
        }
        _ => {
            score += 1;
            evidence.push(format!("{} instructions (+1)", facts.instructions));
        }
    }
    if facts.is_conduct() {
        score -= 1;
    }
    Candidate { action: Action::Rule, score, scope: guess.patterns.clone(), evidence }
}

//! Directives in fenced blocks without a language: iron laws, numbered gates, decision trees.

use super::clause::Clause;
use super::counter::Counter;
use super::english::{self, Force, Place};
use super::lexicon::{Language, TRIGGER};
use super::words::{Form, Token, tokenize};
use super::{Kind, english::Directive};
use crate::source::Span;

/// Marks of trees, flows, samples and code.
const MARKS: [&str; 17] =
    ["├", "└", "│", "→", "->", "=>", "⇒", "✅", "❌", "✓", "✗", "❯", "▼", "↓", "~~~", "&&", "();"];

/// Counts the directives of a plain fence line by line, where it holds prose rather than samples or code.
pub(super) fn plain_fence(counter: &mut Counter<'_>, content: Span) {
    let text = content.slice(counter.text);
    if content.len() <= 16 * 1024 && is_flow(text) {
        return flow(counter, content);
    }
    if content.len() > 16 * 1024 || !is_prose(text) {
        return;
    }
    let tree = text.lines().any(is_decision);
    let mut tokens = Vec::new();
    let mut at = content.start as usize;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        let start = start + (line.len() - line.trim_start().len()).min(line.trim_end().len());
        let number = line.trim_start().bytes().take_while(u8::is_ascii_digit).count();
        let numbered = number > 0 && matches!(line.trim_start().as_bytes().get(number), Some(b'.' | b')'));
        let from = if numbered { start + number + 1 } else { start };
        tokenize(counter.text, from.min(end), end.max(from), Language::English.words(), &mut tokens);
        let kind = line_kind(counter.text, &tokens, numbered, tree);
        if let Some(kind) = kind {
            counter.push(Span::new(start, end), kind, "fence-line");
        }
    }
}

/// Whether a drawing is a decision tree: branches with a question and arrows that lead to actions.
fn is_flow(text: &str) -> bool {
    let branches = text.lines().filter(|line| line.contains(['├', '└'])).count();
    let arrows = text.lines().filter(|line| line.contains('→') || line.contains("->")).count();
    branches >= 2 && arrows * 2 >= branches && text.contains('?')
}

/// Counts the actions of a decision tree: what stands behind the last arrow of a line, and the steps below a branch.
fn flow(counter: &mut Counter<'_>, content: Span) {
    let mut tokens = Vec::new();
    let mut at = content.start as usize;
    for line in content.slice(counter.text).split_inclusive('\n') {
        let end = at + line.trim_end().len();
        let arrow = line.rfind('→').map(|offset| offset + '→'.len_utf8()).or(line.rfind("->").map(|offset| offset + 2));
        let lead = line.len() - line.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let number = line[lead..].bytes().take_while(u8::is_ascii_digit).count();
        let numbered = number > 0 && line[lead + number..].starts_with('.');
        let start = at + arrow.unwrap_or(if numbered { lead + number + 1 } else { lead });
        let line_start = at + lead;
        at += line.len();
        tokenize(counter.text, start.min(end), end, Language::English.words(), &mut tokens);
        // `Run: command` is an action as well.
        let colon = tokens.get(1).is_some_and(|token| token.form == Form::Colon);
        if colon {
            tokens.remove(1);
        }
        let clause = Clause { text: counter.text, tokens: &tokens };
        let place = Place { reference: false, rules: false, item: true };
        if let Some(found) = english::directive(clause, place) {
            let kind = match found.force {
                Force::Never => Kind::Never,
                _ if numbered => Kind::Procedure,
                _ => Kind::Conditional,
            };
            counter.push(Span::new(line_start.min(end), end), kind, "decision-tree");
        }
    }
}

/// Whether every line is prose: no dialogue, template, tree, command or code.
fn is_prose(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let code = |line: &str| {
        MARKS.iter().any(|mark| line.contains(mark))
            || line.starts_with(['#', '$', '>', '{', '}', '<', '[', '/', '@', '|', '+', '.'])
            || line.ends_with(['{', '}', ';', '\\'])
            || line.contains("${")
    };
    let dialogue = |line: &str| {
        ["User:", "Claude:", "Human:", "Assistant:", "Agent:", "Q:", "A:"].iter().any(|name| line.starts_with(name))
    };
    let words = |line: &str| line.split_whitespace().count();
    lines().count() > 0 && !lines().any(|line| code(line) || dialogue(line)) && lines().any(|line| words(line) >= 4)
}

/// A line that starts a branch: `IF ...`, `- If yes:`.
fn is_decision(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ");
    let first = line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    ["IF", "WHEN", "BEFORE", "THEN", "UNLESS", "AFTER"].contains(&first)
        || line.starts_with(|c: char| c.is_ascii_digit())
}

fn line_kind(text: &str, tokens: &[Token], numbered: bool, tree: bool) -> Option<Kind> {
    let words = tokens.iter().filter(|token| token.form == Form::Word).count();
    if words < 2 {
        return None;
    }
    let tokens = if tokens[0].is_word() { tokens } else { &tokens[1..] };
    let clause = Clause { text, tokens };
    let ends_open = tokens.last().is_some_and(|token| token.form == Form::Colon);
    let place = Place { reference: false, rules: true, item: true };
    let label =
        tokens.iter().position(|token| token.form == Form::Colon).filter(|at| *at + 1 < tokens.len() && *at <= 5);
    let body = label.map_or(clause, |at| Clause { text, tokens: &tokens[at + 1..] });
    let found = english::directive(body, place).or_else(|| english::directive(clause, place));
    let triggered = tokens[0].is(TRIGGER) && label.is_some();
    match found {
        _ if ends_open && !numbered => None,
        Some(Directive { force: Force::Never, .. }) => Some(Kind::Never),
        // A step of a gate may be a question that the reader has to answer.
        _ if numbered && tree => Some(Kind::Procedure),
        _ if triggered => Some(Kind::Conditional),
        Some(Directive { triggered: true, .. }) => Some(Kind::Conditional),
        Some(Directive { force: Force::Must, .. }) => Some(Kind::Must),
        Some(_) if tree => Some(Kind::Must),
        Some(_) | None => None,
    }
}

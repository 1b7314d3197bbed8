//! Arguments of a command or skill that are counted wrongly, declared and not used, or used and not announced.

use crate::artifacts::{self, Word};
use crate::clients::{FieldValue, Role, claude_code};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::BlockKind;
use crate::source::Span;
use crate::workspace::File;

/// The lint.
pub static UNDEFINED_ARGUMENT: Lint = Lint {
    name: "undefined-argument",
    summary: "an argument of a command that is never filled, never used or never announced",
    page: include_str!("../../docs/lints/undefined-argument.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "a placeholder that no argument fills stays in the text as it is",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

/// `$ARGUMENTS`, `$1` and the like in the body.
#[derive(Default)]
struct Used {
    /// `$ARGUMENTS` without an index.
    all: bool,
    /// The number in `$N` or `$ARGUMENTS[N]`, with the place of its digits.
    indexed: Vec<(usize, Span)>,
    /// Names behind a `$`.
    names: Vec<String>,
}

fn check(cx: &mut Checker<'_>, file: &File) {
    let client = &claude_code::CLIENT;
    let at = file.roles.iter().find(|at| at.client == client.name && matches!(at.role, Role::Command | Role::Skill));
    let Some(at) = at.filter(|_| cx.workspace.has_client(client.name)) else { return };
    let entry = |key: &str| file.document.frontmatter_value(key);
    let declared = entry("arguments").map(|entry| artifacts::words(&entry.value, FieldValue::Names, file));
    let declared = declared.unwrap_or_default();
    let hint = entry("argument-hint").is_some_and(|entry| artifacts::text(&entry.value, file).is_some());
    let announced = hint || !declared.is_empty();
    // The text of a skill may be about anything.
    if at.role == Role::Skill && !announced {
        return;
    }
    let used = used(file);
    let named = |word: &Word| used.names.contains(&word.text);
    let any_name = declared.iter().any(named);
    // Without an announcement `$1` may be a parameter of SQL as well.
    if announced && !used.all && !any_name {
        counted_from_one(cx, file, &used);
    }
    let any = used.all || any_name || !used.indexed.is_empty();
    for (number, word) in declared.iter().enumerate().filter(|_| any && !used.all) {
        if !named(word) && !used.indexed.iter().any(|(index, _)| *index == number) {
            let found = finding(cx, file, word.span, &word.text);
            cx.report(Diagnostic {
                message: format!("the argument `{}` is declared and never used", word.text),
                why: "what is typed for it goes nowhere, because other placeholders take the arguments".to_owned(),
                help: format!("use `${}` in the text, or drop it", word.text),
                ..found
            });
        }
    }
    if cx.pedantic && any && !announced {
        let start = Span::new(0, 0);
        let span = file.document.frontmatter.as_ref().map_or(start, |frontmatter| frontmatter.span);
        let found = finding(cx, file, Span { end: (span.start + 3).min(span.end), ..span }, "hint");
        cx.report(Diagnostic {
            message: "the command takes arguments and has no `argument-hint`".to_owned(),
            why: "whoever types it does not see what it wants".to_owned(),
            help: "add to the frontmatter for example `argument-hint: \"[issue]\"`".to_owned(),
            basis: Basis::Convention,
            span: file.document.frontmatter.is_some().then_some(found.span).flatten(),
            ..found
        });
    }
}

fn finding(cx: &Checker<'_>, file: &File, span: Span, key: &str) -> Diagnostic {
    let client = &claude_code::CLIENT;
    Diagnostic { span: Some(span), key: key.to_owned(), clients: vec![newest(client)], ..cx.finding(&file.path) }
}

/// `$1` for the first argument, as in a shell, where the client counts from 0.
fn counted_from_one(cx: &mut Checker<'_>, file: &File, used: &Used) {
    let Some((first, span)) = used.indexed.iter().min_by_key(|(index, span)| (*index, *span)) else { return };
    if *first != 1 {
        return;
    }
    let edits = used.indexed.iter().map(|(index, span)| Edit {
        path: file.path.clone(),
        span: *span,
        text: index.saturating_sub(1).to_string(),
    });
    let found = finding(cx, file, Span { start: span.start - 1, ..*span }, "from one");
    cx.report(Diagnostic {
        message: "`$1` is the second argument: Claude Code counts from `$0`, and nothing uses the first".to_owned(),
        why: "with one argument `$1` stays in the text as it is; with two the first is lost".to_owned(),
        help: "write `$0` for the first argument, or `$ARGUMENTS` for all of them".to_owned(),
        fixes: vec![Fix {
            title: "count the arguments from 0".to_owned(),
            applicability: Applicability::Unsafe,
            edits: edits.collect(),
        }],
        ..found
    });
}

/// The placeholders of the body, outside of fenced code and of programs that have variables of the same form.
fn used(file: &File) -> Used {
    let text = file.source.text.as_str();
    let body = file.document.body;
    let fences: Vec<Span> = file
        .document
        .blocks
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Fence { .. } | BlockKind::IndentedCode))
        .map(|block| block.span)
        .collect();
    let mut used = Used::default();
    for at in memchr::memchr_iter(b'$', body.slice(text).as_bytes()) {
        let at = body.start as usize + at;
        let before = &text[..at];
        // `\$1` is the text itself, `\\$1` is not.
        if before.ends_with('\\') && !before.ends_with("\\\\") {
            continue;
        }
        let rest = &text[at + 1..];
        let word = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let word = &rest[..word];
        if word == "ARGUMENTS" {
            match rest[word.len()..].strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                Some((digits, _)) if digits.parse::<usize>().is_ok() => {
                    let start = at + 1 + word.len() + 1;
                    used.indexed.push((digits.parse().unwrap_or(0), Span::new(start, start + digits.len())));
                }
                _ => used.all = true,
            }
            continue;
        }
        if word.is_empty() {
            continue;
        }
        let span = Span::new(at + 1, at + 1 + word.len());
        match word.parse::<usize>() {
            // An amount of money, a field of awk.
            Ok(_) if word.len() > 1 || rest[1..].starts_with(['.', ',']) && is_digit(rest, 2) => {}
            Ok(_) if fences.iter().any(|fence| fence.contains(span)) || is_program(line_of(text, at)) => {}
            Ok(index) => used.indexed.push((index, span)),
            Err(_) => used.names.push(word.to_owned()),
        }
    }
    used
}

fn is_digit(text: &str, at: usize) -> bool {
    text.as_bytes().get(at).is_some_and(u8::is_ascii_digit)
}

fn line_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    &text[start..end]
}

/// Whether a line holds a program in which `$1` is a field or a group.
fn is_program(line: &str) -> bool {
    ["awk", "sed ", "perl", "regex", "replace", "{print", "${"].iter().any(|word| line.contains(word))
}

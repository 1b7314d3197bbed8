//! Too many instructions that shout.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::File;

/// The lint.
pub static EXCESSIVE_EMPHASIS: Lint = Lint {
    name: "excessive-emphasis",
    summary: "a file in which a large share of the instructions is in capitals or marked as critical",
    page: include_str!("../../docs/lints/excessive-emphasis.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: true,
    basis: Basis::Convention,
    why: "where everything is emphasised nothing is; Anthropic's advice is to emphasise single lines (2026-08)",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

/// Words in capitals that say nothing but that the author means it.
const SHOUTS: [&str; 9] =
    ["IMPORTANT", "CRITICAL", "MANDATORY", "NEVER", "ALWAYS", "MUST", "WARNING", "EXTREMELY", "ABSOLUTELY"];
/// Fewer instructions than this say nothing about a share.
const FEW: usize = 10;
/// Largest share that is not too much, in percent.
const MOST_PERCENT: usize = 25;

fn check(cx: &mut Checker<'_>, file: &File) {
    let items = &file.instructions().items;
    let text = file.source.text.as_str();
    let shouts = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric()).any(|word| SHOUTS.contains(&word)) || text.contains("!!")
    };
    let loud: Vec<_> = items.iter().filter(|item| shouts(item.span.slice(text))).collect();
    if items.len() < FEW || loud.len() * 100 <= items.len() * MOST_PERCENT {
        return;
    }
    cx.report(Diagnostic {
        message: format!("{} of {} instructions shout", loud.len(), items.len()),
        help: "keep the emphasis for the one or two lines that must not be missed".to_owned(),
        span: loud.first().map(|item| item.span),
        key: "emphasis".to_owned(),
        ..cx.finding(&file.path)
    });
}

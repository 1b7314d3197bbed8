//! Instructions of which nobody can say whether they were followed.

use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::instructions::normalize;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::File;

/// The lint.
pub static VAGUE_INSTRUCTION: Lint = Lint {
    name: "vague-instruction",
    summary: "an instruction of which nobody can say whether it was followed",
    page: include_str!("../../docs/lints/vague-instruction.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: true,
    basis: Basis::Convention,
    why: "a model does that without being asked, or cannot know what is meant",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

/// What is asked, where that is all that is asked.
const VAGUE: [&str; 22] = [
    "write clean code",
    "write good code",
    "write high quality code",
    "write readable code",
    "write maintainable code",
    "write clean readable code",
    "write clean maintainable code",
    "write clean and maintainable code",
    "follow best practices",
    "use best practices",
    "follow good practices",
    "be careful",
    "use common sense",
    "use your best judgment",
    "use judgment",
    "handle errors properly",
    "handle errors gracefully",
    "handle errors appropriately",
    "use meaningful names",
    "keep it simple",
    "think carefully",
    "do your best",
];
/// Words around them that say no more.
const FILLERS: [&str; 12] =
    ["always", "please", "and", "also", "the", "ensure", "to", "you", "must", "should", "code", "all"];

fn check(cx: &mut Checker<'_>, file: &File) {
    let text = file.source.text.as_str();
    for item in &file.instructions().items {
        // Longer instructions say more than their vague part.
        if item.span.len() > 80 {
            continue;
        }
        let words = normalize(item.span.slice(text));
        let Some(vague) = VAGUE.iter().find(|vague| words.contains(**vague)) else { continue };
        let rest = words.replacen(vague, "", 1);
        if rest.split_whitespace().any(|word| !FILLERS.contains(&word)) {
            continue;
        }
        cx.report(Diagnostic {
            message: format!("\"{vague}\" says nothing that can be checked"),
            help: "say what to do in this repository, or drop it".to_owned(),
            span: Some(item.span),
            key: (*vague).to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

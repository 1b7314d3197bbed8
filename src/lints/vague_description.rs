//! A description that does not say when to use what it describes.

use crate::artifacts;
use crate::clients::Role;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::File;

/// The lint.
pub static VAGUE_DESCRIPTION: Lint = Lint {
    name: "vague-description",
    summary: "a description of a skill or agent that does not say when to use it",
    page: include_str!("../../docs/lints/vague-description.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: true,
    basis: Basis::Convention,
    why: "the model chooses by this text alone, before it has seen anything else",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

/// Words that introduce an occasion.
const OCCASIONS: [&str; 24] = [
    "when",
    "whenever",
    "use",
    "used",
    "if",
    "before",
    "after",
    "during",
    "trigger",
    "triggers",
    "invoke",
    "asks",
    "asked",
    "wants",
    "needs",
    "proactively",
    "while",
    "until",
    "upon",
    "once",
    "dispatch",
    "dispatched",
    "invoked",
    "called",
];

/// Words that tell an English sentence.
const ENGLISH: [&str; 6] = ["the", "and", "to", "for", "of", "with"];

/// Words that tell another one.
const OTHER: [&str; 14] =
    ["und", "der", "die", "das", "mit", "oder", "wenn", "el", "los", "para", "les", "des", "pour", "uma"];

/// The fewest words that can say both what and when.
const FEWEST: usize = 5;

fn check(cx: &mut Checker<'_>, file: &File) {
    if !file.has_role(&[Role::Skill, Role::Agent]) || file.document.frontmatter_value("when_to_use").is_some() {
        return;
    }
    // What the model never lists is chosen by people.
    let skills = file.roles.iter().filter(|at| at.role == Role::Skill);
    if skills.into_iter().any(|at| !artifacts::skill(artifacts::place(cx.workspace, file, at)).for_model) {
        return;
    }
    let Some(entry) = file.document.frontmatter_value("description") else { return };
    let Some(text) = entry.value.as_str().map(str::trim).filter(|text| !text.is_empty()) else { return };
    if text.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        return;
    }
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    // The words of occasions are English; so must the text be.
    let holds = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    if holds(&OTHER) || (words.len() >= FEWEST && !holds(&ENGLISH)) {
        return;
    }
    let says_when = holds(&OCCASIONS);
    let message = match (words.len() < FEWEST, says_when) {
        (true, _) => format!("the description has {} words", words.len()),
        (false, false) => "the description does not say when to use it".to_owned(),
        (false, true) => return,
    };
    cx.report(Diagnostic {
        message,
        help: "say what it does and on which occasion, in the words in which people ask for it".to_owned(),
        span: Some(entry.value.span),
        key: "vague".to_owned(),
        ..cx.finding(&file.path)
    });
}

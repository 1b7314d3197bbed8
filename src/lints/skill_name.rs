//! The `name` of a skill.

use crate::clients::{self, Role, SKILL_NAMES, SkillNames};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::model::{Entry, NodeKind};
use crate::paths::{file_name, parent};
use crate::workspace::File;

/// The lint.
pub static SKILL_NAME: Lint = Lint {
    name: "skill-name",
    summary: "a skill's `name` that a client refuses, cuts or does not use",
    page: include_str!("../../docs/lints/skill-name.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the name is how people and the model call the skill",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let Some(at) = file.roles.iter().find(|role| role.role == Role::Skill) else { return };
    let directory = file_name(parent(&at.path)).to_owned();
    if file.document.frontmatter.is_none() && !cx.workspace.settings.holds_to_specification() {
        return;
    }
    match file.document.frontmatter_value("name") {
        None => missing(cx, file, &directory),
        Some(entry) => named(cx, file, entry, &directory),
    }
}

/// The clients of the file that need a name and find none.
fn missing(cx: &mut Checker<'_>, file: &File, directory: &str) {
    let needing: Vec<_> = SKILL_NAMES.iter().filter(|names| names.required && reads(cx, file, names)).collect();
    if needing.is_empty() && !by_specification(cx) {
        return;
    }
    let message = match needing.first() {
        Some(names) => format!("a skill without `name` is never listed by {}", title(names)),
        None => "the open Agent Skills specification requires `name`".to_owned(),
    };
    cx.report(Diagnostic {
        message,
        help: format!("add `name: {directory}` to the frontmatter"),
        span: file.document.frontmatter.as_ref().map(|frontmatter| first_line(frontmatter.span)),
        clients: needing.iter().map(|names| newest_of(names.client)).collect(),
        key: "missing".to_owned(),
        ..cx.finding(&file.path)
    });
}

/// Whether breaches of the open specification alone are wanted.
fn by_specification(cx: &Checker<'_>) -> bool {
    cx.pedantic || cx.workspace.settings.holds_to_specification()
}

fn first_line(span: crate::source::Span) -> crate::source::Span {
    crate::source::Span { start: span.start, end: (span.start + 3).min(span.end) }
}

fn reads(cx: &Checker<'_>, file: &File, names: &SkillNames) -> bool {
    cx.workspace.has_client(names.client)
        && file.roles.iter().any(|role| role.role == Role::Skill && role.client == names.client)
}

fn title(names: &SkillNames) -> &'static str {
    clients::by_name(names.client).map_or(names.client, |client| client.title)
}

fn named(cx: &mut Checker<'_>, file: &File, entry: &Entry, directory: &str) {
    let rename = |title: String, text: &str| Fix {
        title,
        applicability: Applicability::Safe,
        edits: vec![Edit { path: file.path.clone(), span: entry.value.span, text: text.to_owned() }],
    };
    let text = match &entry.value.kind {
        NodeKind::String { value, .. } if !value.trim().is_empty() => value.trim(),
        // A bare number is taken as the text that was written.
        NodeKind::Number(_) | NodeKind::Bool(_) => entry.value.span.slice(&file.source.text),
        kind => {
            let what = if matches!(kind, NodeKind::Null | NodeKind::String { .. }) { "empty" } else { "not a string" };
            cx.report(Diagnostic {
                message: format!("the skill's `name` is {what}"),
                help: format!("write `name: {directory}`"),
                span: Some(entry.key_span),
                key: what.to_owned(),
                ..cx.finding(&file.path)
            });
            return;
        }
    };
    let length = text.chars().count();
    for names in SKILL_NAMES.iter().filter(|names| length > names.max_chars) {
        if !reads(cx, file, names) {
            continue;
        }
        cx.report(Diagnostic {
            message: format!("the name has {length} characters; {} takes {}", title(names), names.max_chars),
            help: "shorten it".to_owned(),
            basis: Basis::Limit,
            span: Some(entry.value.span),
            clients: vec![newest_of(names.client)],
            key: "long".to_owned(),
            ..cx.finding(&file.path)
        });
    }
    if by_specification(cx)
        && let Some(breach) = clients::skill_name_breach(text)
    {
        cx.report(Diagnostic {
            message: format!("`{text}` breaks the open Agent Skills specification: {breach}"),
            help: "use lower-case letters, digits and single hyphens, at most 64 of them".to_owned(),
            basis: Basis::Convention,
            span: Some(entry.value.span),
            key: "specification".to_owned(),
            ..cx.finding(&file.path)
        });
    }
    if cx.pedantic
        && let Some(word) = clients::reserved_word(text)
    {
        cx.report(Diagnostic {
            message: format!("`{text}` holds the reserved word `{word}`"),
            why: "Anthropic's upload check refuses such a skill".to_owned(),
            help: "choose a name without it".to_owned(),
            basis: Basis::Convention,
            span: Some(entry.value.span),
            key: "reserved".to_owned(),
            ..cx.finding(&file.path)
        });
    }
    let held = cx.workspace.settings.holds_to_specification();
    // The directory of a skill at the top of its folder has no name of its own to compare with. Where a link gives the
    // skill a second directory, one of them is enough.
    let mut directories = file.roles.iter().map(|role| file_name(parent(&role.path)));
    if !directories.any(|own| own == text) && !directory.is_empty() {
        cx.report(Diagnostic {
            severity: if held { Severity::Warn } else { Severity::Info },
            message: format!("the skill is called `{text}` but lies in `{directory}/`"),
            why: match held {
                true => "the open Agent Skills specification wants both to be the same".to_owned(),
                false => "Claude Code lists and calls it by its folder; other clients go by the name".to_owned(),
            },
            help: match (clients::skill_name_breach(directory), clients::skill_name_breach(text)) {
                (Some(_), None) => format!("rename the folder to `{text}/`"),
                (Some(_), Some(_)) if held => "choose one name for both that the specification allows".to_owned(),
                _ => format!("write `name: {directory}`, or rename the folder"),
            },
            span: Some(entry.value.span),
            key: "directory".to_owned(),
            fixes: if clients::skill_name_breach(directory).is_none() {
                vec![Fix { applicability: Applicability::Unsafe, ..rename(format!("write `{directory}`"), directory) }]
            } else {
                Vec::new()
            },
            ..cx.finding(&file.path)
        });
    }
}

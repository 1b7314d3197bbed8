//! A frontmatter value that the client does not take.

use crate::artifacts::{self, flag, text};
use crate::clients::{self, Field, FieldValue, Form, Role};
use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::model::{Entry, Node, NodeKind};
use crate::workspace::File;

/// The lint.
pub static INVALID_VALUE: Lint = Lint {
    name: "invalid-value",
    summary: "a frontmatter value of a kind, or with a word, that the client does not know",
    page: include_str!("../../docs/lints/invalid-value.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client does as if the key were not there",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let entries = artifacts::entries(file);
    // What is read line by line is judged once it is mended.
    let broken = file.document.frontmatter.as_ref().is_some_and(|frontmatter| frontmatter.error.is_some());
    if entries.is_empty() || broken || file.roles.is_empty() {
        return;
    }
    let forms = artifacts::forms(cx.workspace, file);
    for entry in entries {
        let mut fields = forms.iter().filter_map(|form| Some((*form, form.field(&entry.key)?))).peekable();
        let Some((form, field)) = fields.peek().copied() else { continue };
        if fields.any(|(form, field)| problem(form, field, &entry.value, file).is_none()) {
            continue;
        }
        if let Some(problem) = problem(form, field, &entry.value, file) {
            report(cx, file, form, (field, entry), problem);
        }
    }
    if file.has_role(&[Role::Skill]) && (cx.pedantic || cx.workspace.settings.holds_to_specification()) {
        specification(cx, file, entries);
    }
}

/// What is wrong with a value, what to write instead, and the one word that is most likely meant.
struct Problem {
    what: String,
    help: String,
    near: Option<&'static str>,
}

fn problem(form: &Form, field: &Field, value: &Node, file: &File) -> Option<Problem> {
    let wanted = |what: &str, help: &str| Some(Problem { what: what.to_owned(), help: help.to_owned(), near: None });
    let is_template = || value.span.slice(&file.source.text).contains("{{");
    match (&value.kind, field.value) {
        // Nothing is what a key without a value says.
        (NodeKind::Null, _) => None,
        (NodeKind::Sequence(_) | NodeKind::Mapping(_), FieldValue::Text) => {
            wanted(&format!("must be text, not {}", value.kind_name()), "write one text, in quotes if need be")
        }
        (_, FieldValue::Flag) if flag(value, form.flags).is_none() && !is_template() => {
            wanted("must be true or false", "write `true` or `false`, without quotes")
        }
        (_, FieldValue::Word(words)) => word(words, value, file),
        (NodeKind::Mapping(_), FieldValue::Names | FieldValue::CommaNames | FieldValue::Tools) => {
            wanted("must be a list of names, not a mapping", "write the names as a list")
        }
        (NodeKind::Sequence(_), FieldValue::Model { many: false })
        | (NodeKind::Mapping(_), FieldValue::Model { .. }) => {
            wanted(&format!("must be the name of one model, not {}", value.kind_name()), "name one model")
        }
        (NodeKind::Number(number), FieldValue::Count) if *number >= 1.0 && number.fract() == 0.0 => None,
        (_, FieldValue::Count) if !is_template() => {
            wanted("must be a whole number above 0", "write a number such as `20`")
        }
        (kind, FieldValue::Map) if !matches!(kind, NodeKind::Mapping(_)) => wanted(
            &format!("must be a mapping, not {}", value.kind_name()),
            "write indented `key: value` lines below it",
        ),
        _ => None,
    }
}

fn word(words: &'static [&'static str], value: &Node, file: &File) -> Option<Problem> {
    let written = text(value, file).map(|word| word.text);
    match written {
        Some(text) if words.contains(&&*text) || text.contains("{{") => None,
        Some(text) => {
            let near = words.iter().copied().find(|word| word.eq_ignore_ascii_case(&text));
            let near = near.or_else(|| nearest(&text, words.iter().copied()).filter(|word| word.len() > 3));
            let all = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
            let help = match near {
                Some(near) => format!("write `{near}`"),
                None if words.len() == 1 => format!("write {all}, or drop the key"),
                None => format!("write one of {all}"),
            };
            Some(Problem { what: format!("cannot be `{text}`"), help, near })
        }
        None => Some(Problem {
            what: format!("must be one word, not {}", value.kind_name()),
            help: "write one word".to_owned(),
            near: None,
        }),
    }
}

fn report(cx: &mut Checker<'_>, file: &File, form: &Form, (field, entry): (&Field, &Entry), problem: Problem) {
    let fix = problem.near.map(|near| Fix {
        title: format!("write `{near}`"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: file.path.clone(), span: entry.value.span, text: near.to_owned() }],
    });
    cx.report(Diagnostic {
        severity: if field.matters || field.required { Severity::Warn } else { Severity::Info },
        message: format!("`{}` {} in {} of {}", entry.key, problem.what, form.plural(), clients::title(form.client)),
        help: problem.help,
        span: Some(entry.value.span),
        clients: vec![newest_of(form.client)],
        key: format!("{} {}", entry.key, problem.what),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}

/// What the validator of the open specification refuses and clients take: lists in brackets, and one length.
fn specification(cx: &mut Checker<'_>, file: &File, entries: &[Entry]) {
    let form = clients::skills_specification();
    for entry in entries {
        let is_collection = matches!(entry.value.kind, NodeKind::Sequence(_) | NodeKind::Mapping(_));
        if is_collection && entry.value.span.slice(&file.source.text).starts_with(['[', '{']) {
            cx.report(Diagnostic {
                severity: Severity::Warn,
                message: format!("`{}` is in brackets, which the open specification's validator refuses", entry.key),
                why: "it reads a part of YAML only, without lists and mappings in brackets".to_owned(),
                help: match &*entry.key {
                    "allowed-tools" => "write one text with spaces between the names".to_owned(),
                    _ => "write one indented line for each item".to_owned(),
                },
                basis: Basis::Convention,
                span: Some(entry.value.span),
                key: format!("{} brackets", entry.key),
                ..cx.finding(&file.path)
            });
        }
        // Name and description have lints of their own.
        let field = form.field(&entry.key).filter(|field| !field.required);
        let Some((most, unit)) = field.and_then(|field| field.most) else { continue };
        let length = entry.value.as_str().map_or(0, |text| unit.of(text));
        if length > most {
            cx.report(Diagnostic {
                message: format!("`{}` has {length} {}; the open specification takes {most}", entry.key, unit.name()),
                why: "its validator refuses the skill".to_owned(),
                help: "shorten it".to_owned(),
                basis: Basis::Limit,
                span: Some(entry.value.span),
                key: format!("{} length", entry.key),
                ..cx.finding(&file.path)
            });
        }
    }
}

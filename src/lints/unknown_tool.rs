//! Tools and models that do not exist.

use crate::artifacts::{self, Word};
use crate::clients::{self, FieldValue, MODEL_ALIASES, NEVER_IN_SUBAGENTS, RETIRED_TOOLS, Role, TOOLS, claude_code};
use crate::config::{Known, nearest};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::Entry;
use crate::source::Span;
use crate::workspace::File;
use std::collections::BTreeSet;

/// The lint.
pub static UNKNOWN_TOOL: Lint = Lint {
    name: "unknown-tool",
    summary: "the name of a tool or model that Claude Code does not have",
    page: include_str!("../../docs/lints/unknown-tool.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "a name that is no tool gives and allows nothing; an agent whose list holds no tool at all does not start",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

/// The most unknown names of one key that are reported.
const MOST_NAMES: usize = 50;

const ROLES: [Role; 3] = [Role::Agent, Role::Skill, Role::Command];

fn check(cx: &mut Checker<'_>, file: &File) {
    let client = &claude_code::CLIENT;
    let at = file.roles.iter().find(|at| at.client == client.name && ROLES.contains(&at.role));
    let Some(form) = at.and_then(|at| clients::form(client.name, at.role)) else { return };
    if !cx.workspace.has_client(client.name) {
        return;
    }
    for entry in artifacts::entries(file) {
        match form.field(&entry.key).map(|field| field.value) {
            Some(FieldValue::Tools) => tools(cx, file, entry, form.role),
            Some(FieldValue::Model { .. }) => model(cx, file, entry),
            _ => {}
        }
    }
}

fn finding(cx: &Checker<'_>, file: &File, span: Span, key: &str) -> Diagnostic {
    let client = &claude_code::CLIENT;
    Diagnostic { span: Some(span), key: key.to_owned(), clients: vec![newest(client)], ..cx.finding(&file.path) }
}

fn tools(cx: &mut Checker<'_>, file: &File, entry: &Entry, role: Role) {
    let whole = artifacts::text(&entry.value, file).map(|word| word.text).unwrap_or_default();
    if ["all", "all tools", "any", "none", "inherit"].iter().any(|word| whole.eq_ignore_ascii_case(word)) {
        cx.report(Diagnostic {
            message: format!("`{}: {whole}` names no tool", entry.key),
            help: match role {
                Role::Agent => "leave the key out: the agent then has every tool".to_owned(),
                _ => "leave the key out, or name the tools".to_owned(),
            },
            ..finding(cx, file, entry.value.span, &whole)
        });
        return;
    }
    let mut retired: Vec<(Word, &str)> = Vec::new();
    let mut said: BTreeSet<String> = BTreeSet::new();
    for word in artifacts::words(&entry.value, FieldValue::Tools, file) {
        let name = word.text.split('(').next().unwrap_or("");
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains(['*', '{', '$', '<']);
        if !is_name
            || name.starts_with("mcp__")
            || said.len() > MOST_NAMES
            || said.contains(name)
            || Known::holds(&cx.workspace.settings.known.tools, name)
        {
            continue;
        }
        let is_place = word.span != entry.value.span || entry.value.span.slice(&file.source.text) == word.text;
        let span = if is_place {
            Span::new(word.span.start as usize, word.span.start as usize + name.len())
        } else {
            word.span
        };
        if TOOLS.contains(&name) {
            if cx.pedantic && role == Role::Agent && &*entry.key == "tools" && NEVER_IN_SUBAGENTS.contains(&name) {
                never_given(cx, file, name, span);
            }
            continue;
        }
        said.insert(name.to_owned());
        let word = Word { text: name.to_owned(), span };
        match RETIRED_TOOLS.iter().find(|(old, _)| *old == name) {
            Some((_, now)) => retired.push((word, *now)),
            None => unknown(cx, file, &word, is_place),
        }
    }
    no_longer(cx, file, &retired);
}

fn never_given(cx: &mut Checker<'_>, file: &File, name: &str, span: Span) {
    cx.report(Diagnostic {
        severity: Severity::Info,
        message: format!("no subagent is given `{name}`, whatever its `tools` say"),
        why: "it works only where the agent is the main one, by `claude --agent`".to_owned(),
        help: "drop it, and do not count on it in the text".to_owned(),
        ..finding(cx, file, span, name)
    });
}

/// Tools of older versions, in one finding.
fn no_longer(cx: &mut Checker<'_>, file: &File, retired: &[(Word, &str)]) {
    let Some((first, _)) = retired.first() else { return };
    let names: Vec<String> = retired.iter().map(|(word, _)| format!("`{}`", word.text)).collect();
    let now = retired.iter().filter(|(_, now)| !now.is_empty());
    let now: Vec<String> = now.map(|(word, now)| format!("`{now}` for `{}`", word.text)).collect();
    let tools = if names.len() == 1 { "tool" } else { "tools" };
    cx.report(Diagnostic {
        severity: Severity::Info,
        message: format!("Claude Code no longer has the {tools} {}", names.join(", ")),
        why: "the name gives and allows nothing any more".to_owned(),
        help: match now.is_empty() {
            true => "drop it".to_owned(),
            false => format!("drop it, or write {}", now.join(", ")),
        },
        ..finding(cx, file, first.span, &names.join(" "))
    });
}

fn unknown(cx: &mut Checker<'_>, file: &File, word: &Word, is_place: bool) {
    let name = word.text.as_str();
    let same = TOOLS.iter().copied().find(|tool| tool.eq_ignore_ascii_case(name));
    let near = same.or_else(|| nearest(name, TOOLS.iter().copied()).filter(|tool| tool.len() > 3));
    let fix = near.filter(|_| is_place).map(|near| Fix {
        title: format!("write `{near}`"),
        applicability: if same.is_some() { Applicability::Safe } else { Applicability::Unsafe },
        edits: vec![Edit { path: file.path.clone(), span: word.span, text: near.to_owned() }],
    });
    cx.report(Diagnostic {
        message: match near {
            Some(near) => format!("no tool of Claude Code is called `{name}`; `{near}` is"),
            None => format!("no tool of Claude Code is called `{name}`"),
        },
        help: match near {
            Some(near) => format!("write `{near}`"),
            None => "drop it, write `mcp__server__tool` for a tool of a server, or name it under `known.tools` in ctxlint.toml"
                .to_owned(),
        },
        fixes: fix.into_iter().collect(),
        ..finding(cx, file, word.span, name)
    });
}

/// Models are judged by the aliases alone: ids change faster than any list, and gateways have names of their own.
fn model(cx: &mut Checker<'_>, file: &File, entry: &Entry) {
    let Some(word) = artifacts::text(&entry.value, file) else { return };
    let name = word.text.strip_suffix("[1m]").unwrap_or(&word.text);
    let is_alias = |name: &str| MODEL_ALIASES.iter().any(|alias| alias.eq_ignore_ascii_case(name));
    let is_id = name.contains("claude") || name.contains(['/', ':', '{', '$']);
    if is_alias(name) || is_id || Known::holds(&cx.workspace.settings.known.models, name) {
        return;
    }
    let near = nearest(name, MODEL_ALIASES).filter(|alias| alias.len() > 3 && !name.contains('-'));
    if near.is_none() && !cx.pedantic {
        return;
    }
    let fix = near.map(|near| Fix {
        title: format!("write `{near}`"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: file.path.clone(), span: word.span, text: near.to_owned() }],
    });
    cx.report(Diagnostic {
        message: format!("`{}` is neither an alias of Claude Code nor the id of a Claude model", word.text),
        why: "a model that does not exist cannot be run on".to_owned(),
        help: match near {
            Some(near) => format!("write `{near}`"),
            None => {
                "write an alias such as `sonnet`, an id, or name it under `known.models` in ctxlint.toml".to_owned()
            }
        },
        fixes: fix.into_iter().collect(),
        ..finding(cx, file, word.span, &word.text)
    });
}

//! A skill that an agent starts with and does not get.

use crate::artifacts::{self, Agent, Skill, Word};
use crate::clients::claude_code;
use crate::config::{Known, nearest};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Label, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::source::Span;

/// The lint.
pub static UNAVAILABLE_SKILL: Lint = Lint {
    name: "unavailable-skill",
    summary: "a skill that an agent names and is not given: it is missing, or keeps itself from the model",
    page: include_str!("../../docs/lints/unavailable-skill.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "Claude Code starts the agent without it, and writes that only into its debug log",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    if !workspace.has_client(claude_code::CLIENT.name) {
        return;
    }
    let agents: Vec<Agent<'_>> =
        artifacts::agents(workspace).into_iter().filter(|agent| !agent.skills.is_empty()).collect();
    if agents.is_empty() {
        return;
    }
    let skills = artifacts::skills(workspace, claude_code::CLIENT.name);
    for agent in &agents {
        for word in &agent.skills {
            let name = word.text.rsplit(':').next().unwrap_or(&word.text);
            let known = Known::holds(&workspace.settings.known.skills, &word.text);
            match skills.iter().find(|skill| skill.directory == name) {
                Some(skill) if !skill.for_model => kept_back(cx, agent, word, skill),
                // A name with a plugin's in front of it may come from a plugin that is installed elsewhere.
                None if !known && !word.text.contains(':') => missing(cx, agent, word, &skills),
                _ => {}
            }
        }
    }
}

fn finding(cx: &Checker<'_>, agent: &Agent<'_>, word: &Word) -> Diagnostic {
    let client = &claude_code::CLIENT;
    Diagnostic {
        span: Some(word.span),
        key: word.text.clone(),
        clients: vec![newest(client)],
        ..cx.finding(&agent.place.file.path)
    }
}

fn kept_back(cx: &mut Checker<'_>, agent: &Agent<'_>, word: &Word, skill: &Skill<'_>) {
    let file = skill.place.file;
    let flag = file.document.frontmatter_value("disable-model-invocation");
    cx.report(Diagnostic {
        message: format!("the skill `{}` cannot be preloaded: it has `disable-model-invocation`", word.text),
        help: "drop that key from the skill, or the skill from the agent".to_owned(),
        related: vec![Label {
            path: file.path.clone(),
            span: flag.map_or(Span::default(), |entry| entry.key_span),
            message: "here".to_owned(),
        }],
        ..finding(cx, agent, word)
    });
}

fn missing(cx: &mut Checker<'_>, agent: &Agent<'_>, word: &Word, skills: &[Skill<'_>]) {
    let labelled = skills.iter().find(|skill| skill.label.as_ref().is_some_and(|label| label.text == word.text));
    let near = labelled
        .map(|skill| skill.directory)
        .or_else(|| nearest(&word.text, skills.iter().map(|skill| skill.directory)));
    let fix = near.filter(|_| word.span.slice(&agent.place.file.source.text) == word.text).map(|near| Fix {
        title: format!("write `{near}`"),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: agent.place.file.path.clone(), span: word.span, text: near.to_owned() }],
    });
    cx.report(Diagnostic {
        message: format!("this repository has no skill `{}`", word.text),
        help: match near {
            Some(near) => format!("write `{near}`"),
            None => "add the skill, or name it under `known.skills` in ctxlint.toml where everybody has it".to_owned(),
        },
        fixes: fix.into_iter().collect(),
        ..finding(cx, agent, word)
    });
}

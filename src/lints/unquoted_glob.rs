//! Patterns without quotes that YAML does not take for text.

use crate::clients::{self, Client, Role, ScopeGrammar};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::model::{Format, Node};
use crate::parse;
use crate::parse::quote::quoted;
use crate::scope::{is_unquoted, loses_list};
use crate::workspace::File;

/// The lint.
pub static UNQUOTED_GLOB: Lint = Lint {
    name: "unquoted-glob",
    summary: "a pattern without quotes that YAML does not take for text",
    page: include_str!("../../docs/lints/unquoted-glob.md"),
    group: Group::Scope,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "one such list item makes Claude Code drop the frontmatter and load the rule in every session",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let used = |role: Role| {
        cx.workspace.clients.iter().filter(move |client| file.clients_with(role).any(|c| c.name == client.name))
    };
    let clients: Vec<&'static Client> = used(Role::Rule).chain(used(Role::Skill)).copied().collect();
    let found: Vec<(&Client, &ScopeGrammar, Vec<&Node>)> = clients
        .into_iter()
        .filter_map(|client| Some((client, client.scope?)))
        .map(|(client, grammar)| (client, grammar, globs(file, grammar)))
        .filter(|(_, _, globs)| !globs.is_empty())
        .collect();
    // Where one client loses the scope, what others do is less important.
    let loses = |entry: &&(&Client, &ScopeGrammar, Vec<&Node>)| loses_list(&file.document, entry.1);
    let Some((client, grammar, globs)) = found.iter().find(loses).or(found.first()) else { return };
    let lost = loses_list(&file.document, grammar);
    let text = globs[0].as_str().unwrap_or_default();
    let (severity, message, why) = match lost {
        true => (
            Severity::Error,
            format!("`{text}` in a list needs quotes: {} loads the rule in every session", client.title),
            UNQUOTED_GLOB.why,
        ),
        false => (
            Severity::Info,
            format!("`{text}` without quotes is no valid YAML"),
            "lenient readers such as Claude Code take it all the same; strict ones drop the frontmatter",
        ),
    };
    let title = if globs.len() == 1 { "put the pattern in quotes" } else { "put the patterns in quotes" };
    cx.report(Diagnostic {
        severity,
        message,
        why: why.to_owned(),
        help: match lost {
            true => format!("{title}, and the rule loads only for the files that they match"),
            false => format!("{title}; what it says stays the same"),
        },
        span: Some(globs[0].span),
        clients: vec![newest(client)],
        key: "unquoted".to_owned(),
        fixes: vec![Fix {
            title: title.to_owned(),
            applicability: Applicability::Safe,
            edits: globs.iter().filter_map(|glob| quote(file, glob)).collect(),
        }],
        ..cx.finding(&file.path)
    });
}

/// The patterns under the scope key that stand without quotes where YAML needs them. What a client writes so by itself is
/// no mistake, and a list that is never closed is another one.
fn globs<'a>(file: &'a File, grammar: &ScopeGrammar) -> Vec<&'a Node> {
    let is_broken = file.document.frontmatter.as_ref().is_some_and(|frontmatter| frontmatter.error.is_some());
    if grammar.plain || !is_broken {
        return Vec::new();
    }
    let Some(entry) = file.document.frontmatter_value(grammar.key) else { return Vec::new() };
    let values = if entry.value.items().is_empty() { std::slice::from_ref(&entry.value) } else { entry.value.items() };
    let is_glob = |node: &&Node| {
        let starts = |sign: char| node.as_str().is_some_and(|text| text.starts_with(sign));
        is_unquoted(node) && !starts('|') && !starts('>') && (!starts('[') || entry.value.items().len() > 1)
    };
    values.iter().filter(is_glob).filter(|node| quote(file, node).is_some()).collect()
}

/// Whether quotes around patterns are all that the frontmatter lacks: then this lint says all there is to say.
pub(super) fn explains_all(file: &File) -> bool {
    let scopes = file.roles.iter().filter(|role| matches!(role.role, Role::Rule | Role::Skill));
    let grammars = scopes.filter_map(|role| clients::by_name(role.client)?.scope);
    let mut edits: Vec<Edit> =
        grammars.flat_map(|grammar| globs(file, grammar)).filter_map(|glob| quote(file, glob)).collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let mended = crate::fix::apply(&file.source.text, &edits).map(|text| parse::parse(&text, Format::Markdown));
    let frontmatter = mended.and_then(|document| document.frontmatter);
    frontmatter.is_some_and(|frontmatter| frontmatter.error.is_none())
}

/// The edit that puts quotes around a plain value of one line.
fn quote(file: &File, glob: &Node) -> Option<Edit> {
    let raw = glob.span.slice(&file.source.text);
    if raw.is_empty() || raw.contains('\n') || glob.as_str() != Some(raw) {
        return None;
    }
    Some(Edit { path: file.path.clone(), span: glob.span, text: quoted(raw) })
}

//! An import that its client does not expand although the target is there.

use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::measure::thousands;
use crate::references::{InertReason, State};
use crate::source::Span;
use crate::workspace::{ImportEdge, ImportTarget, Workspace};
use std::collections::{BTreeMap, HashSet};

/// The lint.
pub static INERT_IMPORT: Lint = Lint {
    name: "inert-import",
    summary: "an `@path` that the client does not expand although its target exists",
    page: include_str!("../../docs/lints/inert-import.md"),
    group: Group::Imports,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "the text that it should bring is never loaded, and nothing says so",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let loaded = loaded(workspace);
    // Clients that stumble over the same thing share a finding.
    let mut by_place: BTreeMap<(&str, Span, &str), Vec<&ImportEdge>> = BTreeMap::new();
    for edge in &workspace.imports {
        let (ImportTarget::File(target), State::Inert(reason)) = (&edge.target, edge.import.state) else { continue };
        if !is_mistake(reason) || loaded.contains(&(edge.client.name, &**target)) {
            continue;
        }
        let kind = if reason == InertReason::NoImports { "client" } else { "form" };
        by_place.entry((&*edge.from, edge.import.path_span, kind)).or_default().push(edge);
    }
    for edges in by_place.values() {
        let found = finding(cx, edges);
        cx.report(found);
    }
}

/// What each client loads by itself or by a working import: a mention of it elsewhere loses nothing.
fn loaded(workspace: &Workspace) -> HashSet<(&'static str, &str)> {
    let mut loaded = HashSet::new();
    for client in &workspace.clients {
        for file in &workspace.files {
            if file.roles.iter().any(|role| role.client == client.name) {
                loaded.insert((client.name, &*file.path));
            }
        }
    }
    for edge in &workspace.imports {
        if let (ImportTarget::File(target), State::Live) = (&edge.target, edge.import.state) {
            loaded.insert((edge.client.name, &**target));
        }
    }
    loaded
}

/// Whether somebody who writes so means an import. Code and comments are the documented way to write an `@`, and before
/// it `=`, `/`, letters and the like belong to addresses, options and package names.
fn is_mistake(reason: InertReason) -> bool {
    match reason {
        InertReason::FollowedBy(_)
        | InertReason::Quoted
        | InertReason::Emphasis
        | InertReason::HtmlBlock
        | InertReason::NoImports => true,
        InertReason::PrecededBy(c) => {
            !c.is_ascii_alphanumeric() && !matches!(c, '=' | '/' | '\\' | '@' | '.' | '-' | '_' | '$' | '#' | '+' | '%')
        }
        _ => false,
    }
}

fn finding(cx: &Checker<'_>, edges: &[&ImportEdge]) -> Diagnostic {
    let edge = edges[0];
    let workspace = cx.workspace;
    let State::Inert(reason) = edge.import.state else { return cx.finding(&edge.from) };
    let text = workspace.file(&edge.from).map_or("", |file| file.source.text.as_str());
    let written = edge.import.span.slice(text);
    let (what, help) = describe(reason);
    let titles: Vec<&str> = edges.iter().map(|edge| edge.client.title).collect();
    let verb = if titles.len() == 1 { "does" } else { "do" };
    let size = size_of(workspace, edge);
    Diagnostic {
        message: format!("{} {verb} not expand `{written}`: {what}", titles.join(" and ")),
        help: help.to_owned(),
        label: size.map_or(String::new(), |size| format!("{size} that the author meant to load")),
        span: Some(edge.import.span),
        clients: edges.iter().map(|edge| newest(edge.client)).collect(),
        key: edge.import.path.clone(),
        fixes: fix(edge, reason, text).into_iter().collect(),
        ..cx.finding(&edge.from)
    }
}

/// The size of an import's target, for people.
pub(super) fn size_of(workspace: &Workspace, edge: &ImportEdge) -> Option<String> {
    let ImportTarget::File(target) = &edge.target else { return None };
    let file = workspace.file(target).filter(|file| file.is_readable())?;
    Some(format!("{} tokens", thousands(file.tokens(workspace.encoding()))))
}

fn describe(reason: InertReason) -> (String, &'static str) {
    match reason {
        InertReason::FollowedBy(c) => (
            format!("{} is taken as part of the name", name_of(c)),
            "put a space before it, or end the line after the path",
        ),
        InertReason::PrecededBy(c) => {
            (format!("{} stands before the `@`", name_of(c)), "an import starts a line or follows a space")
        }
        InertReason::Quoted => {
            ("quotes are not understood".to_owned(), "leave the quotes out and write `\\ ` for a space in the path")
        }
        InertReason::Emphasis => ("its underscores or asterisks are read as emphasis".to_owned(), "rename the file"),
        InertReason::HtmlBlock => (
            "it stands in a block of HTML".to_owned(),
            "put a blank line before and after it: that ends the block, and the tags may stay",
        ),
        _ => (
            "it follows no imports and passes the text on as it is".to_owned(),
            "write the path without the `@` and say when to read the file, or copy what every session needs",
        ),
    }
}

fn name_of(c: char) -> String {
    match c {
        '.' => "the full stop".to_owned(),
        ',' => "the comma".to_owned(),
        ':' => "the colon".to_owned(),
        ';' => "the semicolon".to_owned(),
        '`' => "the backtick".to_owned(),
        c => format!("`{c}`"),
    }
}

/// The edit that makes the import work.
fn fix(edge: &ImportEdge, reason: InertReason, text: &str) -> Option<Fix> {
    let edit = |span: Span, text: &str| Edit { path: edge.from.clone(), span, text: text.to_owned() };
    let insert = |at: usize, text: &str| edit(Span::new(at, at), text);
    let (at, end) = (edge.import.span.start as usize, edge.import.path_span.end as usize);
    let goes_on = text[end..].starts_with(|c: char| !c.is_whitespace());
    let (title, edits) = match reason {
        InertReason::FollowedBy(_) => ("put a space after the path", vec![insert(end, " ")]),
        InertReason::PrecededBy(_) if goes_on => {
            ("put spaces around the import", vec![insert(at, " "), insert(end, " ")])
        }
        InertReason::PrecededBy(_) => ("put a space before the import", vec![insert(at, " ")]),
        InertReason::Quoted if edge.client.imports.is_some_and(|grammar| grammar.escaped_space) => {
            let path = edge.import.path.replace(' ', "\\ ");
            ("leave the quotes out", vec![edit(edge.import.span, &format!("@{path}"))])
        }
        InertReason::HtmlBlock => {
            let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
            let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
            let stop = text[end..].find('\n').map_or(text.len(), |found| end + found + 1);
            // Only a line of its own can be set apart.
            let own = text[start..at].trim().is_empty() && text[end..stop].trim().is_empty();
            if !own || stop == text.len() {
                return None;
            }
            ("put blank lines around the import", vec![insert(start, newline), insert(stop, newline)])
        }
        _ => return None,
    };
    Some(Fix { title: title.to_owned(), applicability: Applicability::Unsafe, edits })
}

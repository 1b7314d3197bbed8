//! The plan as a file that a person or an agent edits: YAML, one entry for each section.

use super::map::{MAP_PATH, hash_of};
use super::plan::{Decision, Plan};
use super::scopes::{Terrain, is_bearable};
use super::sources::{Source, bound};
use super::{Action, Compiled, Refusal};
use crate::model::{Node, NodeKind};
use crate::parse;
use crate::parse::quote::double_quoted;
use crate::source::{LineIndex, Span};
use crate::workspace::Workspace;
use std::fmt::Write;

/// A plan that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFile {
    /// The file, for messages.
    pub path: String,
    /// Its entries, in order.
    pub entries: Vec<PlanEntry>,
}

/// One section of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanEntry {
    /// The line in the plan, 1-based.
    pub line: u32,
    /// The source.
    pub source: String,
    /// The headings around the section and its own, the outermost first.
    pub heading: Vec<String>,
    /// Which of the sections with these headings, from 1.
    pub number: usize,
    /// The first 16 digits of the hash of its bytes; empty where it was taken out.
    pub hash: String,
    /// Where it goes.
    pub to: Action,
    /// The patterns of a rule.
    pub scope: Vec<String>,
    /// The file that it goes to; without it a name is made.
    pub path: Option<String>,
}

/// Longest hash in a plan, in digits.
const HASH: usize = 16;

/// The plan of a compilation as text.
pub fn write(compiled: &Compiled) -> String {
    let mut out = String::from(
        "# A plan of `ctxlint compile`: where each section goes.\n\
         # Edit `to` (keep, rule, skill, document or drop), `scope` and `path`, then run `ctxlint compile --apply` with this\n\
         # file. A section that is taken out of the list stays where it is.\n",
    );
    let _ = writeln!(out, "version: 1\ntarget: {}\nprofile: {}\nsections:", compiled.map.target, compiled.map.profile);
    for source in &compiled.map.sources {
        let mut seen: Vec<&[String]> = Vec::new();
        for row in &source.rows {
            let number = seen.iter().filter(|heading| **heading == row.heading.as_slice()).count() + 1;
            seen.push(&row.heading);
            if row.heading.is_empty() {
                continue;
            }
            let _ = writeln!(out, "  - source: {}", double_quoted(&source.path));
            let _ = writeln!(out, "    heading: {}", list(&row.heading));
            if number > 1 {
                let _ = writeln!(out, "    number: {number}");
            }
            let _ = writeln!(out, "    lines: [{}, {}]", row.start_line, row.end_line);
            let _ = writeln!(out, "    hash: {}", double_quoted(&row.hash[..HASH]));
            let _ = writeln!(out, "    to: {}", row.action);
            if !row.scope.is_empty() {
                let _ = writeln!(out, "    scope: {}", list(&row.scope));
            }
            if row.dst != source.path && !row.dst.is_empty() {
                let _ = writeln!(out, "    path: {}", double_quoted(&row.dst));
            }
            if row.action != Action::Keep.name() {
                let _ = writeln!(out, "    confidence: {}", row.confidence);
            }
            if !row.reason.is_empty() {
                let _ = writeln!(out, "    evidence: {}", double_quoted(&row.reason));
            }
        }
    }
    out
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| double_quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// Reads a plan.
///
/// # Errors
/// When the text is no YAML, or says something that is no plan; with the line.
pub fn read(path: &str, text: &str) -> Result<PlanFile, Refusal> {
    let lines = LineIndex::new(text);
    let refuse = |at: Span, message: String| {
        let line = lines.line_of(at.start) + 1;
        Refusal::new(path, format!("line {line}: {message}"), "`ctxlint compile --plan FILE` writes a plan anew")
    };
    let whole = Span::new(0, text.len());
    let (node, problem) = parse::parse_yaml(text, whole);
    if let Some(problem) = problem {
        return Err(refuse(problem.span, problem.message));
    }
    let node = node.ok_or_else(|| refuse(whole, "the plan is empty".to_owned()))?;
    let version = node.get("version").map(|entry| &entry.value.kind);
    if !matches!(version, Some(NodeKind::Number(version)) if *version == 1.0) {
        return Err(refuse(node.span, "it is no plan of version 1".to_owned()));
    }
    let sections = node.get("sections").ok_or_else(|| refuse(node.span, "it has no `sections`".to_owned()))?;
    let mut plan = PlanFile { path: path.to_owned(), entries: Vec::new() };
    for section in sections.value.items() {
        plan.entries.push(entry(section, &refuse, lines.line_of(section.span.start) as u32 + 1)?);
    }
    Ok(plan)
}

fn entry(node: &Node, refuse: &dyn Fn(Span, String) -> Refusal, line: u32) -> Result<PlanEntry, Refusal> {
    const KEYS: [&str; 10] =
        ["source", "heading", "number", "lines", "hash", "to", "scope", "path", "confidence", "evidence"];
    if let Some(other) = node.entries().iter().find(|entry| !KEYS.contains(&&*entry.key)) {
        return Err(refuse(other.key_span, format!("there is no key `{}` in a section", other.key)));
    }
    let text = |key: &str| node.get(key).and_then(|entry| entry.value.as_str()).map(str::to_owned);
    let texts = |key: &str| -> Result<Vec<String>, Refusal> {
        let Some(entry) = node.get(key) else { return Ok(Vec::new()) };
        if let Some(one) = entry.value.as_str() {
            return Ok(vec![one.to_owned()]);
        }
        let strings = entry.value.items().iter().map(|item| item.as_str().map(str::to_owned));
        strings
            .collect::<Option<_>>()
            .ok_or_else(|| refuse(entry.key_span, format!("`{key}` must be a list of strings")))
    };
    let source = text("source").ok_or_else(|| refuse(node.span, "the section has no `source`".to_owned()))?;
    let to = text("to").ok_or_else(|| refuse(node.span, "the section has no `to`".to_owned()))?;
    let to = Action::from_name(&to)
        .ok_or_else(|| refuse(node.span, format!("`{to}` is none of keep, rule, skill, document, drop")))?;
    let number = match node.get("number").map(|entry| &entry.value.kind) {
        Some(NodeKind::Number(number)) if *number >= 1.0 => *number as usize,
        Some(_) => return Err(refuse(node.span, "`number` must be a number from 1".to_owned())),
        None => 1,
    };
    let (heading, scope) = (texts("heading")?, texts("scope")?);
    if to == Action::Rule && scope.is_empty() {
        return Err(refuse(node.span, "a rule needs a `scope`".to_owned()));
    }
    let scope = if to == Action::Rule { scope } else { Vec::new() };
    Ok(PlanEntry {
        line,
        source,
        heading,
        number,
        hash: text("hash").unwrap_or_default(),
        to,
        scope,
        path: text("path"),
    })
}

/// Carries a plan out: what it says of a section holds, and what it does not name stays.
///
/// # Errors
/// When it names a section that is not there or has changed, a scope that matches no file, or a place where nothing may be
/// written.
pub fn apply(file: &PlanFile, workspace: &Workspace, sources: &[Source<'_>], plan: &mut Plan) -> Result<(), Refusal> {
    let hint = "`ctxlint compile --plan FILE` writes a plan anew";
    let terrain = Terrain::new(workspace);
    let mut wanted: Vec<Vec<Option<&PlanEntry>>> =
        sources.iter().map(|source| vec![None; source.pieces.len()]).collect();
    for entry in &file.entries {
        let refuse = |message: String| Err(Refusal::new(&file.path, format!("line {}: {message}", entry.line), hint));
        let Some(number) = sources.iter().position(|source| source.path() == entry.source) else {
            return refuse(format!("{} is no source", entry.source));
        };
        let source = &sources[number];
        let same = |at: &usize| source.pieces[*at].path == entry.heading && !source.pieces[*at].fixed;
        let Some(at) = (0..source.pieces.len()).filter(same).nth(entry.number - 1) else {
            return refuse(format!("{} has no section `{}`", entry.source, entry.heading.join(" › ")));
        };
        let bytes = source.pieces[at].span.slice(source.text()).as_bytes();
        if !hash_of(bytes).starts_with(&entry.hash) {
            return refuse(format!("`{}` was changed since the plan was written", entry.heading.join(" › ")));
        }
        if entry.to != Action::Keep {
            if let Some(why) = source.frozen.clone().or_else(|| bound(workspace, source, at, at + 1).map(str::to_owned))
            {
                return refuse(format!("`{}` cannot move: {why}", entry.heading.join(" › ")));
            }
            if entry.to == Action::Rule && !is_bearable(&terrain, source, &entry.scope) {
                return refuse(format!("`{}` matches no file, or most of them", entry.scope.join(", ")));
            }
        }
        wanted[number][at] = Some(entry);
    }
    for (number, source) in sources.iter().enumerate() {
        for (at, entry) in wanted[number].iter().enumerate() {
            let Some(entry) = entry else { continue };
            let Some(path) = &entry.path else { continue };
            let whole = *path == source.path()
                && source.is_rule
                && wanted[number].iter().zip(&source.pieces).all(|(other, piece)| {
                    piece.fixed || other.is_some_and(|other| other.path == entry.path && other.scope == entry.scope)
                });
            let refuse = |message: &str| {
                let message = format!("line {}: {path}: {message}", entry.line);
                Err(Refusal::new(&file.path, message, "choose another path"))
            };
            if entry.to == Action::Keep || whole {
                continue;
            }
            if workspace.index.real_path(path).is_some() || !workspace.index.same_but_for_case(path).is_empty() {
                return refuse("something is there already");
            }
            if path == MAP_PATH || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) {
                return refuse("nothing may be written there");
            }
            let others = wanted.iter().flatten().flatten().filter(|other| other.path.as_ref() == Some(path));
            if others.into_iter().any(|other| other.to != entry.to || other.scope != entry.scope) {
                return refuse("two sections go there in different ways");
            }
            let _ = at;
        }
    }
    plan.decisions = decisions(workspace, sources, &wanted, &plan.decisions);
    plan.notes.clear();
    Ok(())
}

fn decisions(
    workspace: &Workspace,
    sources: &[Source<'_>],
    wanted: &[Vec<Option<&PlanEntry>>],
    before: &[Decision],
) -> Vec<Decision> {
    // What the plan does not name stays: by itself, or because it was taken out.
    let unnamed = |source: usize, at: usize| {
        let planned = before.iter().find(|other| other.source == source && (other.first..other.last).contains(&at));
        match planned.filter(|other| other.action == Action::Keep) {
            Some(kept) => (kept.evidence.clone(), kept.pinned),
            None => (vec!["the plan does not name it".to_owned()], true),
        }
    };
    let mut out: Vec<Decision> = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let mut open: Option<&PlanEntry> = None;
        for (at, piece) in source.pieces.iter().enumerate() {
            let tokens = super::evidence::tokens_of(workspace, piece.span.slice(source.text()));
            let entry = wanted[number][at];
            let action = entry.map_or(Action::Keep, |entry| entry.to);
            let joins = |open: &PlanEntry| {
                let last = out.last().filter(|last| last.source == number);
                action != Action::Keep
                    && entry.is_some_and(|entry| {
                        entry.to == open.to && entry.scope == open.scope && entry.path == open.path
                    })
                    && last.is_some_and(|last| piece.parent.is_some_and(|parent| parent >= last.first))
            };
            if open.is_some_and(joins)
                && let Some(last) = out.last_mut()
            {
                last.last = at + 1;
                last.tokens += tokens;
                continue;
            }
            open = entry.filter(|_| action != Action::Keep);
            out.push(Decision {
                source: number,
                first: at,
                last: at + 1,
                action,
                scope: entry.map(|entry| entry.scope.clone()).unwrap_or_default(),
                score: 0,
                confidence: 100,
                evidence: entry.map_or_else(|| unnamed(number, at).0, |_| vec!["the plan says so".to_owned()]),
                dst: entry.filter(|_| action != Action::Keep).and_then(|entry| entry.path.clone()),
                pinned: entry.is_some() || unnamed(number, at).1,
                chosen: Vec::new(),
                tokens,
            });
        }
    }
    out
}

//! What leaves the root together: which decisions share a file, what it is called, and which line says when to read it.

use super::Action;
use super::map::{MAP_PATH, Map, Row, rows_before};
use super::names::Taken;
use super::pieces::Piece;
use super::plan::{Decision, Plan};
use super::sources::Source;
use super::targets::{self, Item, Place, Target};
use crate::paths::{file_name, parent};
use crate::workspace::Workspace;
use std::collections::{BTreeSet, HashMap};

/// One item with the decisions that it is made of.
pub(super) struct Group {
    pub(super) item: Item,
    /// Indices into the plan.
    pub(super) decisions: Vec<usize>,
    pub(super) place: Place,
    /// The output.
    pub(super) path: String,
}

/// Puts decisions together that share a file, and gives each its path.
pub(super) fn grouped(
    workspace: &Workspace,
    sources: &[Source<'_>],
    plan: &Plan,
    target: Target,
    previous: Option<&Map>,
) -> Vec<Group> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: HashMap<String, usize> = HashMap::new();
    for (number, decision) in plan.decisions.iter().enumerate() {
        let moves = matches!(decision.action, Action::Rule | Action::Skill | Action::Document);
        if !moves {
            continue;
        }
        let key = key_of(sources, decision, number);
        let group = *group_of.entry(key).or_insert(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(number);
    }
    let rows = |source: &Source<'_>| {
        let mapped = previous.and_then(|map| map.sources.iter().find(|mapped| mapped.path == source.path()));
        rows_before(mapped.map_or(&[][..], |mapped| mapped.rows.as_slice()), &source.pieces, source.text())
    };
    let before: Vec<Vec<Option<&Row>>> = sources.iter().map(rows).collect();
    let mut taken = Taken::new(&workspace.index);
    taken.take(MAP_PATH);
    let mut out: Vec<Group> = Vec::new();
    for decisions in groups {
        let item = item_of(sources, plan, &decisions);
        let place = targets::place(target, workspace, &item);
        let wanted = decisions.iter().find_map(|at| plan.decisions[*at].dst.clone());
        let before = || path_before(&before, plan, &decisions);
        let wanted = wanted.or_else(before).filter(|path| {
            let fits = path.ends_with(place.ending.as_str()) && !place.shared;
            fits && taken.take(path)
        });
        let path = match wanted {
            Some(path) => path,
            None if place.shared => place.stem.clone(),
            None => taken.first_free(|number| format!("{}{number}{}", place.stem, place.ending)),
        };
        let name = if path.ends_with("/SKILL.md") { file_name(parent(&path)) } else { file_name(&path) }.to_owned();
        let mut place = place;
        place.head = place.head.replace("{name}", &name);
        place.pointer = place.pointer.map(|text| text.replace("{path}", &path).replace("{name}", &name));
        let shared = sources[plan.decisions[decisions[0]].source].shared;
        if item.action == Action::Rule && target == Target::ClaudeCode && shared && item.whole_rule.is_none() {
            // Other agents read this file, and know nothing of rules with a scope.
            let patterns: Vec<String> = item.scope.iter().map(|pattern| format!("`{pattern}`")).collect();
            place.pointer = Some(format!("{} (for {}): `{path}`", item.title, patterns.join(", ")));
        }
        out.push(Group { item, decisions, place, path });
    }
    out
}

/// What decisions must share to share a file.
fn key_of(sources: &[Source<'_>], decision: &Decision, number: usize) -> String {
    let source = &sources[decision.source];
    if let Some(dst) = &decision.dst {
        return format!("dst {dst}");
    }
    match decision.action {
        Action::Rule => format!("{} rule {}", decision.source, decision.scope.join("\n")),
        Action::Document => {
            let top = top_of(source, decision.first);
            format!("{} document {top}", decision.source)
        }
        _ => format!("{number}"),
    }
}

/// The outermost section around a piece that is not the title of the whole document.
fn top_of(source: &Source<'_>, piece: usize) -> usize {
    let mut top = piece;
    while let Some(parent) = source.pieces[top].parent {
        if source.pieces[parent].level == 1 {
            break;
        }
        top = parent;
    }
    top
}

fn item_of(sources: &[Source<'_>], plan: &Plan, decisions: &[usize]) -> Item {
    let first = &plan.decisions[decisions[0]];
    let source = &sources[first.source];
    let pieces = &source.pieces;
    let own = |decision: &Decision| {
        // A heading without a text of its own may have come along with what it is above.
        let named = (decision.first..decision.last).find(|at| pieces[*at].has_body).unwrap_or(decision.first);
        let whole = pieces[decision.first].end >= decision.last && pieces[decision.first].level > 0;
        let several = (decision.first..decision.last).filter(|at| pieces[*at].has_body).count() > 1;
        if whole && several { decision.first } else { named }
    };
    let title_of = |piece: usize| pieces[piece].path.last().cloned();
    let title = if decisions.len() == 1 {
        title_of(own(first))
    } else {
        let tops: BTreeSet<usize> = decisions.iter().map(|at| top_of(source, plan.decisions[*at].first)).collect();
        match (tops.len(), tops.first()) {
            (1, Some(top)) => title_of(*top),
            _ if first.action == Action::Rule => scope_name(&first.scope),
            _ => title_of(own(first)),
        }
    };
    let title = title.filter(|title| !title.is_empty()).unwrap_or_else(|| stem(source.path()));
    let topic = plain_text(&match decisions.len() {
        1 => {
            let path = &pieces[own(first)].path;
            let is_named_so =
                path.first().is_some_and(|title| title.trim().eq_ignore_ascii_case(file_name(source.path())));
            let skips = path.len() > 1 && (pieces_level_one(source) || is_named_so);
            let from = path.len().saturating_sub(2).max(usize::from(skips));
            path[from.min(path.len().saturating_sub(1))..].join(" › ")
        }
        _ => title.clone(),
    });
    let topic = if topic.is_empty() { plain_text(&title) } else { topic };
    let topic = format!("{topic}{}", contents_of(source, plan, decisions));
    let whole = source.is_rule
        && first.action == Action::Rule
        && decisions.iter().map(|at| plan.decisions[*at].last - plan.decisions[*at].first).sum::<usize>()
            == pieces.iter().filter(|piece| !piece.fixed).count();
    Item {
        action: first.action,
        title: plain_text(&title),
        topic,
        scope: first.scope.clone(),
        base: source.base.clone(),
        whole_rule: whole.then(|| source.path().to_owned()),
        newline: source.newline,
    }
}

/// What a document holds, for the line that says when to read it, where its title alone does not say so: sections that left
/// their heading behind.
fn contents_of(source: &Source<'_>, plan: &Plan, decisions: &[usize]) -> String {
    const LONGEST: usize = 240;
    let first = &plan.decisions[decisions[0]];
    if first.action != Action::Document {
        return String::new();
    }
    let pieces = &source.pieces;
    let moved = || decisions.iter().map(|at| &plan.decisions[*at]);
    let sections: Vec<usize> = moved().map(|decision| section_of(pieces, decision.first)).collect();
    let top = top_of(source, first.first);
    if sections.iter().all(|section| *section == sections[0]) {
        return if pieces[first.first].part { ", the rest of it".to_owned() } else { String::new() };
    }
    if moved().any(|decision| decision.first == top) {
        return String::new();
    }
    let mut names = String::new();
    for (at, section) in sections.iter().enumerate() {
        let name = pieces[*section].path.last().map(|title| plain_text(title)).unwrap_or_default();
        if name.is_empty() || at > 0 && sections[at - 1] == *section {
            continue;
        }
        if names.chars().count() + name.chars().count() > LONGEST {
            names.push_str(", …");
            break;
        }
        let comma = if names.is_empty() { "" } else { ", " };
        names = format!("{names}{comma}{name}");
    }
    if names.is_empty() { names } else { format!(" ({names})") }
}

/// Whether the document has a title of its own, above all sections.
fn pieces_level_one(source: &Source<'_>) -> bool {
    source.pieces.iter().filter(|piece| piece.level == 1).count() == 1
}

fn stem(path: &str) -> String {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem).to_owned()
}

/// A name for a rule about several sections: the last folder of its first pattern.
fn scope_name(scope: &[String]) -> Option<String> {
    let pattern = scope.first()?;
    let mut parts = pattern.rsplit('/').filter(|part| !part.is_empty() && !part.contains('*'));
    parts.next().map(str::to_owned)
}

/// A heading without marks: links and images give their text.
pub(super) fn plain_text(title: &str) -> String {
    let mut out = String::new();
    let mut rest = title;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            ']' => {
                let close = match rest.chars().next() {
                    Some('(') => ')',
                    Some('[') => ']',
                    _ => continue,
                };
                rest = rest.find(close).map_or("", |end| &rest[end + 1..]);
            }
            '<' if rest.contains('>') => rest = rest.find('>').map_or("", |end| &rest[end + 1..]),
            '`' | '*' | '#' | '[' | '<' | '>' | '\\' => {}
            '!' if rest.starts_with('[') => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(':').to_owned()
}

/// The path that the run before gave to one of these sections, for the same action.
fn path_before(before: &[Vec<Option<&Row>>], plan: &Plan, decisions: &[usize]) -> Option<String> {
    decisions.iter().map(|at| &plan.decisions[*at]).find_map(|decision| {
        let rows = before[decision.source][decision.first..decision.last].iter().flatten();
        let mut same = rows.filter(|row| row.action == decision.action.name() && !row.dst.is_empty());
        same.next().map(|row| row.dst.clone())
    })
}

/// The piece with the heading of a piece: itself, or for a part the one that it continues.
pub(super) fn section_of(pieces: &[Piece], piece: usize) -> usize {
    pieces[piece].parent.filter(|_| pieces[piece].part).unwrap_or(piece)
}

/// The level of the heading that a piece stands directly under, or its own.
pub(super) fn level_of(pieces: &[Piece], piece: usize) -> u8 {
    pieces[section_of(pieces, piece)].level
}

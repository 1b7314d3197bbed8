//! Writes the outputs of a plan, and the map of every byte. Nothing is written to the disk here.

use super::folders::made_folders;
use super::items::{Group, grouped, level_of, plain_text, section_of};
use super::map::{Made, Map, MapFile, MapSource, Rewrite, Row, first_line, hash_of};
use super::plan::{Decision, Options, Plan};
use super::rewrite::{self, Change, skeleton};
use super::sources::Source;
use super::targets::Target;
use super::{Action, Refusal};
use crate::paths::{join, normalize, parent};
use crate::source::Span;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};

/// What was written.
#[derive(Debug)]
pub struct Emitted {
    /// The map.
    pub map: Map,
    /// Every output with its bytes, by path.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// What the target cannot express.
    pub losses: Vec<String>,
}

/// One stretch of an output.
enum Segment {
    Row { source: usize, piece: usize, raised: u8, decision: usize },
    Made { template: &'static str, text: String },
}

/// Emits a plan.
///
/// # Errors
/// When a target would overwrite a file that is no source, or, with [`Options::strict`], loses a scope.
pub fn emit(
    workspace: &Workspace,
    sources: &[Source<'_>],
    plan: &Plan,
    target: Target,
    options: &Options,
    previous: Option<&Map>,
) -> Result<Emitted, Refusal> {
    let groups = grouped(workspace, sources, plan, target, previous);
    let losses: Vec<String> = groups.iter().filter_map(|group| group.place.loss.clone()).collect();
    if let Some(loss) = losses.first().filter(|_| options.strict) {
        let message = format!("{} cannot express it: {loss}", target.name());
        return Err(Refusal::new("", message, "run without --strict, or edit the plan (--plan, --apply)"));
    }
    let mut homes: Vec<String> = Vec::new();
    for source in sources {
        let home = if source.translated { join(&source.base, target.root_file()) } else { source.path().to_owned() };
        let is_source = sources.iter().any(|other| other.path() == home);
        if source.translated && !is_source && workspace.index.real_path(&home).is_some() {
            let message = format!("{} is there already, and {} does not load it", home, target.client().title);
            return Err(Refusal::new(home, message, "remove it, or choose another target"));
        }
        homes.push(home);
    }
    // Where each piece goes.
    let mut places: Vec<Vec<&str>> =
        sources.iter().zip(&homes).map(|(source, home)| vec![home.as_str(); source.pieces.len()]).collect();
    let mut decided: Vec<Vec<usize>> = sources.iter().map(|source| vec![usize::MAX; source.pieces.len()]).collect();
    for (number, decision) in plan.decisions.iter().enumerate() {
        decided[decision.source][decision.first..decision.last].fill(number);
        if decision.action == Action::Drop {
            places[decision.source][decision.first..decision.last].fill("");
        }
    }
    for group in &groups {
        for decision in group.decisions.iter().map(|at| &plan.decisions[*at]) {
            places[decision.source][decision.first..decision.last].fill(&group.path);
        }
    }
    let layout = layout(sources, plan, &groups, &homes, &decided, target, options);
    let context = Context { workspace, sources, places: &places, plan };
    let mut outputs = Vec::new();
    let mut rows: Vec<Vec<Row>> = sources.iter().map(|_| Vec::new()).collect();
    let mut files = Vec::new();
    for (path, segments) in layout {
        let (bytes, made) = write_file(&context, &path, &segments, &mut rows);
        let was_source = sources.iter().any(|source| source.path() == path);
        files.push(MapFile { path: path.clone(), bytes: bytes.len() as u64, hash: hash_of(&bytes), was_source, made });
        outputs.push((path, bytes));
    }
    add_drops(&context, &decided, &mut rows);
    let mut map_sources: Vec<MapSource> = Vec::new();
    for (source, mut rows) in sources.iter().zip(rows) {
        rows.sort_by_key(|row| row.start);
        let bytes = source.text().as_bytes();
        map_sources.push(MapSource {
            path: source.path().to_owned(),
            bytes: bytes.len() as u64,
            hash: hash_of(bytes),
            rows,
        });
    }
    // A source of which nothing moves is none, unless nothing moves at all.
    let is_same = |source: &MapSource| {
        let file = files.iter().find(|file| file.path == source.path);
        file.is_some_and(|file| file.hash == source.hash && file.made.is_empty())
            && source.rows.iter().all(|row| row.dst == source.path)
    };
    let same: BTreeSet<String> =
        map_sources.iter().filter(|source| is_same(source)).map(|source| source.path.clone()).collect();
    let receives = |path: &str| {
        let others = map_sources.iter().filter(|source| source.path != path);
        others.flat_map(|source| &source.rows).any(|row| row.dst == path)
    };
    let same: BTreeSet<String> = same.into_iter().filter(|path| !receives(path)).collect();
    if same.len() < map_sources.len() {
        map_sources.retain(|source| !same.contains(&source.path));
        files.retain(|file| !same.contains(&file.path));
        outputs.retain(|(path, _): &(String, Vec<u8>)| !same.contains(path));
    }
    map_sources.sort_by(|a, b| a.path.cmp(&b.path));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let map = Map {
        target: target.name().to_owned(),
        profile: options.profile.name().to_owned(),
        budget: options.budget,
        drops: options.drops.iter().map(|kind| kind.name().to_owned()).collect(),
        index: options.index,
        applied: plan.decisions.iter().any(|decision| decision.pinned),
        sources: map_sources,
        folders: made_folders(&workspace.index, &files, previous),
        files,
    };
    Ok(Emitted { map, outputs, losses })
}

/// What stands in each output, in order.
#[allow(clippy::too_many_arguments, reason = "they are the parts of one emission")]
fn layout(
    sources: &[Source<'_>],
    plan: &Plan,
    groups: &[Group],
    homes: &[String],
    decided: &[Vec<usize>],
    target: Target,
    options: &Options,
) -> BTreeMap<String, Vec<Segment>> {
    let mut files: BTreeMap<String, Vec<Segment>> = BTreeMap::new();
    let whole = |path: &str| groups.iter().find(|group| group.item.whole_rule.as_deref() == Some(path));
    for (number, source) in sources.iter().enumerate() {
        let out = files.entry(homes[number].clone()).or_default();
        if let Some(group) = whole(source.path()) {
            whole_rule(out, number, source, group, &decided[number]);
            continue;
        }
        for (piece, decision) in decided[number].iter().enumerate() {
            if plan.decisions[*decision].action == Action::Keep {
                out.push(Segment::Row { source: number, piece, raised: 0, decision: *decision });
            }
        }
    }
    for group in groups.iter().filter(|group| group.item.whole_rule.is_none()) {
        let out = files.entry(group.path.clone()).or_default();
        if !group.place.head.is_empty() {
            out.push(Segment::Made { template: "frontmatter", text: group.place.head.clone() });
        }
        let members = group.decisions.iter().map(|at| &plan.decisions[*at]);
        let pieces: Vec<(usize, usize, usize)> = members
            .zip(&group.decisions)
            .flat_map(|(decision, at)| (decision.first..decision.last).map(move |piece| (decision.source, piece, *at)))
            .collect();
        let level = |(source, piece, _): &(usize, usize, usize)| level_of(&sources[*source].pieces, *piece);
        let least = pieces.iter().map(level).filter(|level| *level > 0).min().unwrap_or(1);
        let sections: BTreeSet<(usize, usize)> =
            pieces.iter().map(|(source, piece, _)| (*source, section_of(&sources[*source].pieces, *piece))).collect();
        let is_part = |(source, piece, _): &(usize, usize, usize)| sources[*source].pieces[*piece].part;
        let tops = pieces.iter().filter(|piece| level(piece) <= least).count();
        let titled = tops == 1 && pieces.first().is_some_and(|first| level(first) == least && !is_part(first))
            || group.place.shared;
        let nl = group.item.newline;
        if !titled {
            out.push(Segment::Made { template: "title", text: format!("# {}{nl}{nl}", group.item.title) });
        }
        let raised = least.saturating_sub(if titled && !group.place.shared { 1 } else { 2 });
        let mut before = None;
        for (source, piece, decision) in pieces {
            let all = &sources[source].pieces;
            let section = section_of(all, piece);
            // The heading of a part stayed behind. Where it is not the title of the document, it is said again.
            if all[piece].part && sections.len() > 1 && before != Some((source, section)) {
                let marks = "#".repeat(usize::from(all[section].level.saturating_sub(raised).max(1)));
                let title = all[section].path.last().map_or("", String::as_str);
                out.push(Segment::Made { template: "title", text: format!("{marks} {}{nl}{nl}", plain_text(title)) });
            }
            before = Some((source, section));
            out.push(Segment::Row { source, piece, raised, decision });
        }
    }
    for number in 0..sources.len() {
        // Several sources may share a file, which has the line ending of the first.
        let home = homes.iter().position(|home| *home == homes[number]);
        let nl = sources[home.unwrap_or(number)].newline;
        let of_source = |group: &&Group| plan.decisions[group.decisions[0]].source == number;
        let lines: Vec<String> = groups
            .iter()
            .filter(of_source)
            .filter_map(|group| group.place.pointer.as_ref())
            .map(|pointer| format!("- {pointer}{nl}"))
            .collect();
        if !lines.is_empty() {
            let text = format!("{POINTERS}{nl}{nl}{}", lines.concat());
            files.entry(homes[number].clone()).or_default().push(Segment::Made { template: "pointers", text });
        }
    }
    if options.index {
        index(&mut files, groups, sources);
    }
    let _ = target;
    files.retain(|_, segments| !segments.is_empty());
    files
}

/// The heading above the lines that say what to read.
const POINTERS: &str = "## Read before you work on";

/// Where the index of the documents lies.
pub const INDEX_PATH: &str = "docs/agents/index.md";

fn index(files: &mut BTreeMap<String, Vec<Segment>>, groups: &[Group], sources: &[Source<'_>]) {
    let mut lines: Vec<String> = Vec::new();
    for group in groups.iter().filter(|group| group.item.action == Action::Document) {
        let link = crate::paths::relative(parent(INDEX_PATH), &group.path);
        lines.push(format!("- [{}]({link})", group.item.topic));
    }
    if lines.is_empty() {
        return;
    }
    // It is about all of them, so one alone does not decide how its lines end.
    let nl = if sources.iter().all(|source| source.newline == "\r\n") { "\r\n" } else { "\n" };
    let text = format!("# Documents{nl}{nl}{}{nl}", lines.join(nl));
    files.insert(INDEX_PATH.to_owned(), vec![Segment::Made { template: "index", text }]);
}

/// A rule that stays where it is and gets a scope.
fn whole_rule(out: &mut Vec<Segment>, number: usize, source: &Source<'_>, group: &Group, decided: &[usize]) {
    let nl = source.newline;
    let row = |piece: usize| Segment::Row { source: number, piece, raised: 0, decision: decided[piece] };
    let fixed = source.pieces.iter().take_while(|piece| piece.fixed).count();
    let has_frontmatter = source.file.document.frontmatter.is_some();
    // The frontmatter is cut before its closing fence.
    let before = if has_frontmatter { fixed.saturating_sub(1) } else { fixed };
    out.extend((0..before).map(row));
    let head = &group.place.head;
    let text = if has_frontmatter { head.clone() } else { format!("---{nl}{head}---{nl}{nl}") };
    out.push(Segment::Made { template: "frontmatter", text });
    out.extend((before..source.pieces.len()).map(row));
}

struct Context<'a> {
    workspace: &'a Workspace,
    sources: &'a [Source<'a>],
    places: &'a [Vec<&'a str>],
    plan: &'a Plan,
}

/// The bytes of one output and what in them comes from no source; rows are added to their sources.
fn write_file(context: &Context<'_>, path: &str, segments: &[Segment], rows: &mut [Vec<Row>]) -> (Vec<u8>, Vec<Made>) {
    let mut out = String::new();
    let mut made: Vec<Made> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    // What is made between rows of several sources ends its lines as the first of them does.
    let mut sources = segments.iter().filter_map(|segment| match segment {
        Segment::Row { source, .. } => Some(*source),
        Segment::Made { .. } => None,
    });
    let newline = sources.next().map_or("\n", |number| context.sources[number].newline);
    let mut definitions: Vec<String> = Vec::new();
    for segment in segments {
        match segment {
            Segment::Made { template, text } => {
                if *template == "pointers" || *template == "title" && last.is_some() {
                    space(&mut out, &mut made, newline);
                }
                made.push(Made { at: out.len() as u64, template: (*template).to_owned(), text: text.clone() });
                out.push_str(text);
            }
            Segment::Row { source: number, piece, raised, decision } => {
                let source = &context.sources[*number];
                let follows = last.is_some_and(|(other, before)| other == *number && before + 1 == *piece);
                if last.is_some() && !follows && !out.ends_with('\u{feff}') {
                    space(&mut out, &mut made, newline);
                }
                last = Some((*number, *piece));
                let span = source.pieces[*piece].span;
                let changes = changes(context, *number, *piece, path, *raised);
                let (text, rewrites) = rewrite::apply(source.text(), span, changes);
                rows[*number].push(row(context, source, *piece, *decision, path, *raised, out.len(), &text, rewrites));
                out.push_str(&text);
                for line in foreign_definitions(context, *number, *piece, path) {
                    if !definitions.contains(&line) {
                        definitions.push(line);
                    }
                }
            }
        }
    }
    if !definitions.is_empty() {
        space(&mut out, &mut made, newline);
        let text: String = definitions.iter().map(|line| format!("{line}{newline}")).collect();
        made.push(Made { at: out.len() as u64, template: "definitions".to_owned(), text: text.clone() });
        out.push_str(&text);
    }
    (out.into_bytes(), made)
}

/// Sees to it that what follows starts after a blank line.
fn space(out: &mut String, made: &mut Vec<Made>, newline: &str) {
    let ends: Vec<&str> = out.rsplitn(3, '\n').collect();
    let text = match ends[..] {
        ["", before, ..] if before.trim().is_empty() && ends.len() == 3 => return,
        _ if out.is_empty() => return,
        ["", ..] => newline.to_owned(),
        _ => format!("{newline}{newline}"),
    };
    made.push(Made { at: out.len() as u64, template: "space".to_owned(), text: text.clone() });
    out.push_str(&text);
}

#[allow(clippy::too_many_arguments, reason = "a row has as many parts")]
fn row(
    context: &Context<'_>,
    source: &Source<'_>,
    piece: usize,
    decision: usize,
    path: &str,
    raised: u8,
    at: usize,
    text: &str,
    rewrites: Vec<Rewrite>,
) -> Row {
    let span = source.pieces[piece].span;
    let decision = &context.plan.decisions[decision];
    Row {
        dst: path.to_owned(),
        dst_start: at as u64,
        dst_end: (at + text.len()) as u64,
        dst_hash: hash_of(text.as_bytes()),
        head: hash_of(first_line(text.as_bytes()))[..16].to_owned(),
        rewrites,
        raised,
        ..bare_row(source, piece, span, decision)
    }
}

fn bare_row(source: &Source<'_>, piece: usize, span: Span, decision: &Decision) -> Row {
    let lines = source.file.source.lines();
    Row {
        src: source.path().to_owned(),
        start: u64::from(span.start),
        end: u64::from(span.end),
        start_line: lines.line_of(span.start) as u32 + 1,
        end_line: lines.line_of(span.end.saturating_sub(1).max(span.start)) as u32 + 1,
        hash: hash_of(span.slice(source.text()).as_bytes()),
        heading: source.pieces[piece].path.clone(),
        action: decision.action.name().to_owned(),
        scope: decision.scope.clone(),
        reason: decision.evidence.join("; "),
        confidence: decision.confidence,
        pinned: decision.pinned,
        chosen: decision.chosen.contains(&piece),
        ..Row::default()
    }
}

/// Rows for what is dropped; their text stays in the map.
fn add_drops(context: &Context<'_>, decided: &[Vec<usize>], rows: &mut [Vec<Row>]) {
    for (number, source) in context.sources.iter().enumerate() {
        for (piece, decision) in decided[number].iter().enumerate() {
            let decision = &context.plan.decisions[*decision];
            if decision.action == Action::Drop {
                let span = source.pieces[piece].span;
                let text = span.slice(source.text()).to_owned();
                rows[number].push(Row { text: Some(text), ..bare_row(source, piece, span, decision) });
            }
        }
    }
}

/// What must change in a piece that goes to `path`.
fn changes(context: &Context<'_>, number: usize, piece: usize, path: &str, raised: u8) -> Vec<Change> {
    let source = &context.sources[number];
    let (document, text) = (&source.file.document, source.text());
    let span = source.pieces[piece].span;
    let mut changes = rewrite::raise_headings(document, text, span, raised);
    // A definition changes with its piece, whoever uses it.
    for place in rewrite::destinations(document, span) {
        let written = place.slice(text);
        if let Some(fragment) = written.strip_prefix('#') {
            let target = piece_of_anchor(source, fragment).map(|at| context.places[number][at]);
            if let Some(target) = target.filter(|target| !target.is_empty() && *target != path) {
                let new = format!("{}#{fragment}", crate::paths::relative(parent(path), target));
                changes.push(Change { kind: "anchor", span: place, new });
            }
        } else if let Some(new) = rebased(context, written, source.path(), path) {
            changes.push(Change { kind: "link", span: place, new });
        }
    }
    changes
}

/// A link as it must be written in `to`. One that leads from the root and not from its file stays: agents read it so.
fn rebased(context: &Context<'_>, written: &str, from: &str, to: &str) -> Option<String> {
    let path = written.split(['#', '?']).next().unwrap_or("");
    let decoded = crate::parse::percent_decode(path).map_or_else(|| path.to_owned(), |path| path.into_owned());
    let index = &context.workspace.index;
    let is_there = |dir: &str| {
        normalize(dir, &decoded).is_some_and(|path| index.presence(&path) != crate::paths::Presence::Missing)
    };
    if !is_there(parent(from)) && is_there("") {
        return None;
    }
    rewrite::rebased(written, from, to)
}

/// The piece whose heading a fragment names.
fn piece_of_anchor(source: &Source<'_>, fragment: &str) -> Option<usize> {
    let fragment = crate::parse::percent_decode(fragment).map_or_else(|| fragment.to_owned(), |text| text.into_owned());
    let wanted = skeleton(&fragment);
    if wanted.is_empty() {
        return None;
    }
    let is = |at: &usize| source.pieces[*at].path.last().is_some_and(|title| skeleton(title) == wanted);
    (0..source.pieces.len()).filter(|at| source.pieces[*at].level > 0).find(is)
}

/// Definitions of links that a piece uses and that went to another output, as they must stand in `path`.
fn foreign_definitions(context: &Context<'_>, number: usize, piece: usize, path: &str) -> Vec<String> {
    let source = &context.sources[number];
    let text = source.text();
    let span = source.pieces[piece].span;
    let mut found = Vec::new();
    for link in rewrite::links(&source.file.document, span) {
        if link.span.contains(link.content) {
            continue;
        }
        let home = source.pieces.partition_point(|other| other.span.end <= link.content.start);
        if context.places[number].get(home).is_none_or(|place| *place == path) {
            continue;
        }
        let start = text[..link.content.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let end = text[link.content.end as usize..].find('\n').map_or(text.len(), |at| link.content.end as usize + at);
        let written = link.content.slice(text);
        let new = rebased(context, written, source.path(), path).unwrap_or_else(|| written.to_owned());
        let before = &text[start..link.content.start as usize];
        let behind = text[link.content.end as usize..end].trim_end();
        found.push(format!("{}{new}{behind}", before.trim_start()));
    }
    found
}

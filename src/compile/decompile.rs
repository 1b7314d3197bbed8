//! The way back: the sources from the outputs and the map. What was edited in an output is carried back to the place that
//! it came from.

use super::Refusal;
use super::map::{Map, MapFile, Row, first_line, hash_of, undo};
use super::rewrite;
use crate::model::{BlockKind, Format, NO_PARENT};
use crate::parse;
use crate::source::Span;
use std::collections::BTreeMap;

/// What to do where an output was deleted.
const DELETED: &str = "restore it, for example with git; to be rid of its sections, restore it, run \
                       `ctxlint decompile --write`, delete them from the source, and compile again";

/// The sources, rebuilt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decompiled {
    /// Every source with its bytes, by path.
    pub sources: BTreeMap<String, Vec<u8>>,
    /// Outputs that are no sources: they go.
    pub removed: Vec<String>,
    /// The rows that were edited: source and first line, 1-based, as it was.
    pub edited: Vec<(String, u32)>,
}

/// One stretch of an output, as the map has it.
#[derive(Clone, Copy)]
enum Part<'a> {
    Row { source: &'a str, row: &'a Row },
    Made { text: &'a str, template: &'a str },
}

impl Part<'_> {
    fn start(&self, file: &MapFile) -> u64 {
        match self {
            Part::Row { row, .. } => row.dst_start,
            Part::Made { text, .. } => {
                let made = file.made.iter().find(|made| std::ptr::eq(made.text.as_str(), *text));
                made.map_or(0, |made| made.at)
            }
        }
    }

    /// Whether these bytes are what was written.
    fn is(&self, bytes: &[u8]) -> bool {
        match self {
            Part::Row { row, .. } => hash_of(bytes) == row.dst_hash,
            Part::Made { text, .. } => bytes == text.as_bytes(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Part::Row { row, .. } => (row.dst_end - row.dst_start) as usize,
            Part::Made { text, .. } => text.len(),
        }
    }
}

/// Rebuilds the sources. `read` gives the bytes of an output.
///
/// # Errors
/// When an output is missing or no text, when a generated line was edited, or when it cannot be told which section an
/// edit belongs to; the message says where.
pub fn decompile(map: &Map, read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<Decompiled, Refusal> {
    let mut out = Decompiled::default();
    let mut texts: BTreeMap<(&str, u64), Vec<u8>> = BTreeMap::new();
    for file in &map.files {
        let Some(bytes) = read(&file.path) else {
            return Err(Refusal::new(&file.path, "it is in the map, and not there", DELETED));
        };
        let parts = parts_of(map, file);
        if hash_of(&bytes) == file.hash {
            for part in &parts {
                let Part::Row { source, row } = part else { continue };
                let range = row.dst_start as usize..row.dst_end as usize;
                let text = bytes.get(range).and_then(|bytes| undo(row, bytes)).ok_or_else(|| broken(source, row))?;
                texts.insert((*source, row.start), text);
            }
        } else {
            for (source, row, text) in carried(file, &parts, &bytes)? {
                let before = hash_of(&text) == row.hash;
                if !before {
                    out.edited.push((source.to_owned(), row.start_line));
                }
                texts.insert((source, row.start), text);
            }
        }
        if !file.was_source {
            out.removed.push(file.path.clone());
        }
    }
    for source in &map.sources {
        let mut bytes = Vec::with_capacity(source.bytes as usize);
        for row in &source.rows {
            match (&row.text, texts.get(&(source.path.as_str(), row.start))) {
                (Some(text), _) => bytes.extend_from_slice(text.as_bytes()),
                (None, Some(text)) => bytes.extend_from_slice(text),
                (None, None) => return Err(broken(&source.path, row)),
            }
        }
        let edited = out.edited.iter().any(|(path, _)| *path == source.path);
        if !edited && hash_of(&bytes) != source.hash {
            return Err(Refusal::new(
                &source.path,
                "the map does not give it back",
                "compile it anew from version control",
            ));
        }
        out.sources.insert(source.path.clone(), bytes);
    }
    out.edited.sort();
    Ok(out)
}

fn broken(source: &str, row: &Row) -> Refusal {
    let message = format!("the map does not give lines {}-{} back", row.start_line, row.end_line);
    Refusal::new(source, message, "compile it anew from version control")
}

fn parts_of<'a>(map: &'a Map, file: &'a MapFile) -> Vec<Part<'a>> {
    let of_source = map.sources.iter().flat_map(|source| source.rows.iter().map(move |row| (source, row)));
    let rows = of_source.filter(|(_, row)| row.dst == file.path && row.text.is_none());
    let mut parts: Vec<Part<'_>> = rows.map(|(source, row)| Part::Row { source: &source.path, row }).collect();
    parts.extend(file.made.iter().map(|made| Part::Made { text: &made.text, template: &made.template }));
    parts.sort_by_key(|part| (part.start(file), part.len()));
    parts
}

/// A row of a source with its bytes as they must stand there.
type Carried<'a> = (&'a str, &'a Row, Vec<u8>);

/// The rows of an output that was edited, each with its bytes as they must stand in its source.
fn carried<'a>(file: &MapFile, parts: &[Part<'a>], bytes: &[u8]) -> Result<Vec<Carried<'a>>, Refusal> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Refusal::new(&file.path, format!("byte {} is not UTF-8", error.valid_up_to()), "save it as UTF-8")
    })?;
    let places = aligned(parts, bytes);
    let mut found: Vec<Carried<'a>> = Vec::new();
    let mut at = 0; // The next part.
    let mut from = 0; // The next byte.
    while at < parts.len() {
        if let Some(start) = places[at].filter(|start| *start == from) {
            let end = start + parts[at].len();
            if let Part::Row { source, row } = parts[at] {
                let own = undo(row, &bytes[start..end]).ok_or_else(|| broken(source, row))?;
                found.push((source, row, own));
            }
            (at, from) = (at + 1, end);
            continue;
        }
        // A gap: parts without a place, and the bytes that stand there now.
        let next = (at..parts.len()).find(|next| places[*next].is_some());
        let (last, end) = next.map_or((parts.len(), bytes.len()), |next| (next, places[next].unwrap_or(bytes.len())));
        if last == at {
            // Bytes were put between two parts that are as they were: they belong to the one before.
            extend_last(file, &mut found, &text[from..end], text, from)?;
            from = end;
            continue;
        }
        fill(file, &parts[at..last], text, from, end, &mut found)?;
        (at, from) = (last, end);
    }
    if from < bytes.len() {
        extend_last(file, &mut found, &text[from..], text, from)?;
    }
    Ok(found)
}

fn line_of(text: &str, byte: usize) -> usize {
    text[..byte.min(text.len())].matches('\n').count() + 1
}

/// Adds bytes that stand behind a row to it.
fn extend_last(file: &MapFile, found: &mut [Carried<'_>], more: &str, text: &str, at: usize) -> Result<(), Refusal> {
    match found.last_mut() {
        Some((_, row, own)) => {
            own.extend(restored(row, more, &file.path).into_bytes());
            Ok(())
        }
        None => Err(generated(file, line_of(text, at))),
    }
}

fn generated(file: &MapFile, line: usize) -> Refusal {
    let message = format!("line {line}: generated text was edited, which belongs to no source");
    Refusal::new(&file.path, message, "undo the edit, or edit the section itself and compile again")
}

/// Where each part stands in the edited output, for those that stand there unchanged and in order.
fn aligned(parts: &[Part<'_>], bytes: &[u8]) -> Vec<Option<usize>> {
    let mut lines: Vec<usize> = vec![0];
    lines.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
    let mut places: Vec<Option<usize>> = vec![None; parts.len()];
    let fits = |part: &Part<'_>, start: usize| {
        let end = start + part.len();
        end <= bytes.len() && part.is(&bytes[start..end])
    };
    // From the start and from the end as far as nothing was edited; between them by what stands there only once.
    let (mut first, mut from) = (0, 0);
    while first < parts.len() && fits(&parts[first], from) {
        places[first] = Some(from);
        from += parts[first].len();
        first += 1;
    }
    let (mut last, mut to) = (parts.len(), bytes.len());
    while last > first && parts[last - 1].len() <= to - from && fits(&parts[last - 1], to - parts[last - 1].len()) {
        to -= parts[last - 1].len();
        last -= 1;
        places[last] = Some(to);
    }
    for at in first..last {
        // A few bytes of white space say nothing about their place.
        if matches!(parts[at], Part::Made { template: "space", .. }) {
            if fits(&parts[at], from) && places[..at].last().is_some_and(Option::is_some) {
                places[at] = Some(from);
                from += parts[at].len();
            }
            continue;
        }
        let found: Vec<usize> = std::iter::once(from)
            .chain(lines.iter().copied().filter(|line| *line > from && *line < to))
            .filter(|start| start + parts[at].len() <= to && fits(&parts[at], *start))
            .take(2)
            .collect();
        if let [only] = found[..] {
            places[at] = Some(only);
            from = only + parts[at].len();
        }
    }
    places
}

/// Gives the bytes of a gap to the rows that stood there.
fn fill<'a>(
    file: &MapFile,
    parts: &[Part<'a>],
    text: &str,
    from: usize,
    to: usize,
    found: &mut Vec<Carried<'a>>,
) -> Result<(), Refusal> {
    // Generated text that is edited is nobody's, but for white space, which is made anew.
    for part in parts {
        if let Part::Made { template, .. } = part
            && *template != "space"
        {
            return Err(generated(file, line_of(text, from)));
        }
    }
    let rows: Vec<(&str, &Row)> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Row { source, row } => Some((*source, *row)),
            Part::Made { .. } => None,
        })
        .collect();
    let Some((&(source, row), rest)) = rows.split_first() else {
        return extend_last(file, found, &text[from..to], text, from);
    };
    // Each row starts where its first line stands, if that is still there.
    let mut starts = vec![from];
    let mut at = from;
    for (_, row) in rest {
        let mut line_start = at;
        let mut place = None;
        for line in text[at..to].split_inclusive('\n') {
            if line_start > at && hash_of(first_line(line.as_bytes())).starts_with(&row.head) {
                place = Some(line_start);
                break;
            }
            line_start += line.len();
        }
        match place {
            Some(place) => {
                starts.push(place);
                at = place;
            }
            None => break,
        }
    }
    if starts.len() == rows.len() {
        let ends = starts.iter().skip(1).copied().chain([to]);
        for ((source, row), (start, end)) in rows.iter().zip(starts.iter().zip(ends)) {
            let own = without_space(parts, row, &text[*start..end]);
            found.push((source, row, restored(row, own, &file.path).into_bytes()));
        }
        return Ok(());
    }
    // Rows that are neighbours in the source too need not be told apart.
    let neighbours = rows.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1.end == pair[1].1.start);
    if neighbours {
        found.push((source, row, restored(row, &text[from..to], &file.path).into_bytes()));
        found.extend(rest.iter().map(|(source, row)| (*source, *row, Vec::new())));
        return Ok(());
    }
    let lines =
        rows.iter().map(|(source, row)| format!("{source}:{}", row.start_line)).collect::<Vec<_>>().join(" and ");
    let message = format!("line {}: it cannot be told which of {lines} was edited", line_of(text, from));
    Err(Refusal::new(&file.path, message, "keep the heading lines, or edit one section at a time"))
}

/// The text of a row without the blank line that was made behind it.
fn without_space<'t>(parts: &[Part<'_>], row: &Row, text: &'t str) -> &'t str {
    let at = parts.iter().position(|part| matches!(part, Part::Row { row: other, .. } if std::ptr::eq(*other, row)));
    match at.and_then(|at| parts.get(at + 1)) {
        Some(Part::Made { text: space, template: "space" }) => text.strip_suffix(*space).unwrap_or(text),
        _ => text,
    }
}

/// Edited text of a row as it must stand in the source: the rewrites undone by what they mean, not by their place.
fn restored(row: &Row, text: &str, path: &str) -> String {
    if let Some(bytes) = undo(row, text.as_bytes()).filter(|bytes| hash_of(bytes) == row.hash) {
        return String::from_utf8(bytes).unwrap_or_default();
    }
    let document = parse::parse(text, Format::Markdown);
    let mut changes: Vec<rewrite::Change> = Vec::new();
    for block in document.blocks.iter().filter(|block| block.parent == NO_PARENT && row.raised > 0) {
        let BlockKind::Heading { level } = block.kind else { continue };
        let marks = block.span.slice(text);
        let indent = marks.len() - marks.trim_start().len();
        let count = marks[indent..].bytes().take_while(|byte| *byte == b'#').count();
        if count == usize::from(level) && count > 0 {
            let start = block.span.start as usize + indent;
            let new = "#".repeat((count + usize::from(row.raised)).min(6));
            changes.push(rewrite::Change { kind: "heading", span: Span::new(start, start + count), new });
        }
    }
    for place in rewrite::destinations(&document, Span::new(0, text.len())) {
        let written = place.slice(text);
        let known = row.rewrites.iter().find(|rewrite| rewrite.kind != "heading" && rewrite.new == written);
        let new = match known {
            Some(rewrite) => Some(rewrite.old.clone()),
            None => rewrite::rebased(written, path, &row.src),
        };
        if let Some(new) = new {
            changes.push(rewrite::Change { kind: "link", span: place, new });
        }
    }
    rewrite::apply(text, Span::new(0, text.len()), changes).0
}

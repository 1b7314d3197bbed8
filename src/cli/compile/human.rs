//! What `ctxlint compile` prints for people.

use crate::compile::map::MAP_PATH;
use crate::compile::{Action, Compiled, Move};
use crate::measure::{Measured, thousands};
use crate::report::{counted, one_line};
use crate::write::Change;
use std::fmt::Write;
use std::path::Path;

pub(super) const NOT_WRITTEN: &str =
    "nothing written. --plan plan.yaml to edit the moves, --out DIR to look, --write to apply\n";

/// Widest column, in characters.
const WIDEST: usize = 46;

pub(super) fn human(compiled: &Compiled) -> String {
    let mut out = String::new();
    let mut sources: Vec<&str> = compiled.moves.iter().map(|row| row.src.as_str()).collect();
    sources.dedup();
    for source in sources {
        let rows: Vec<&Move> = compiled.moves.iter().filter(|row| row.src == source).collect();
        if rows.iter().any(|row| row.action != Action::Keep) {
            table(&mut out, source, &rows);
        }
    }
    startup(&mut out, compiled);
    for note in compiled.notes.iter().chain(&compiled.losses) {
        let _ = writeln!(out, "note: {}", one_line(note));
    }
    proof(&mut out, compiled);
    out
}

fn table(out: &mut String, source: &str, rows: &[&Move]) {
    let total: u64 = rows.iter().map(|row| row.tokens).sum();
    let moved: u64 = rows.iter().filter(|row| row.action != Action::Keep).map(|row| row.tokens).sum();
    let last = rows.last().map_or(0, |row| row.end_line);
    let percent = moved * 100 / total.max(1);
    let _ = writeln!(
        out,
        "{} {last} lines, {} tokens: {} leave ({percent} %)",
        one_line(source),
        thousands(total),
        thousands(moved)
    );
    let mut lines: Vec<[String; 6]> =
        vec![["lines", "section", "goes to", "tokens", "conf.", "because"].map(str::to_owned)];
    let mut kept: Vec<&Move> = Vec::new();
    for row in rows {
        if row.action == Action::Keep {
            kept.push(row);
            continue;
        }
        if let Some(line) = stays(&kept) {
            lines.push(line);
        }
        kept.clear();
        let section = row.heading.last().map_or("(before the first heading)", String::as_str);
        let goes = match row.action {
            Action::Drop => "dropped".to_owned(),
            _ if row.scope.is_empty() => row.dst.clone(),
            _ => format!("{}  {}", row.dst, row.scope.join(", ")),
        };
        lines.push([
            format!("{}-{}", row.start_line, row.end_line),
            section.to_owned(),
            goes,
            thousands(row.tokens),
            format!("{}.{}", row.confidence / 100, row.confidence % 100 / 10),
            row.evidence.join(", "),
        ]);
    }
    lines.extend(stays(&kept));
    let lines: Vec<[String; 6]> = lines.into_iter().map(|line| line.map(|cell| one_line(&cell).into_owned())).collect();
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line[column].chars().count());
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let widths: Vec<usize> = (0..6).map(width).collect();
    for [range, section, goes, tokens, confidence, because] in &lines {
        let (section, goes) = (shortened(section, widths[1]), shortened(goes, WIDEST * 2));
        let line = format!(
            " {range:<0$}  {section:<1$}  {goes:<2$}  {tokens:>3$}  {confidence:<4$}  {because}",
            widths[0], widths[1], widths[2], widths[3], widths[4]
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
}

/// One line for neighbours that stay.
fn stays(kept: &[&Move]) -> Option<[String; 6]> {
    let (first, last) = (kept.first()?, kept.last()?);
    let titles: Vec<&str> = kept.iter().filter_map(|row| row.heading.last()).map(String::as_str).collect();
    let tokens: u64 = kept.iter().map(|row| row.tokens).sum();
    let mut why: Vec<&str> = Vec::new();
    for row in kept {
        if let Some(first) = row.evidence.first().map(String::as_str)
            && !first.contains(" scores ")
            && !why.contains(&first)
        {
            why.push(first);
        }
    }
    let why = if why.is_empty() { "too little speaks for a move".to_owned() } else { why.join("; ") };
    let range = format!("{}-{}", first.start_line, last.end_line);
    Some([range, titles.join(", "), "stays".to_owned(), thousands(tokens), "-".to_owned(), why])
}

fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let start: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{start}…")
}

/// How much less or more loads: in percent, or in tokens where nothing loaded before.
fn change_of(before: u64, after: u64) -> String {
    match (before, after) {
        (0, after) if after > 0 => format!("+{}", thousands(after)),
        _ if after > before => format!("+{} %", ((after - before) * 100).div_ceil(before)),
        _ if after == before => "0 %".to_owned(),
        _ => format!("-{} %", (before - after) * 100 / before.max(1)),
    }
}

fn startup(out: &mut String, compiled: &Compiled) {
    let mut line = |title: &str, before: Measured, after: Measured| {
        let change = change_of(before.tokens, after.tokens);
        let _ = writeln!(
            out,
            "{title}: {} tokens at startup → {} ({change}) · {} instructions → {} · {} lines → {}",
            thousands(before.tokens),
            thousands(after.tokens),
            thousands(before.instructions),
            thousands(after.instructions),
            thousands(before.lines),
            thousands(after.lines)
        );
    };
    if compiled.clients.is_empty() {
        line("startup", compiled.before, compiled.after);
    }
    for (client, before, after) in &compiled.clients {
        line(client.title, *before, *after);
    }
}

fn proof(out: &mut String, compiled: &Compiled) {
    let proof = &compiled.proof;
    for problem in &proof.problems {
        let _ = writeln!(out, "does not hold: {}", one_line(problem));
    }
    if !proof.holds() {
        let _ = writeln!(
            out,
            "the proof does not hold ({}); nothing is written",
            counted(proof.links_broken, "broken link")
        );
        return;
    }
    let dropped = proof.instructions_before - proof.instructions_after;
    let drops = if dropped == 0 { String::new() } else { format!(", {dropped} in what is dropped") };
    let _ = writeln!(
        out,
        "proof: every byte accounted for · {} in, {} out{drops} · {} match files · {} broken · reversible",
        counted(proof.instructions_before, "instruction"),
        thousands(proof.instructions_after as u64),
        counted(proof.scopes_checked, "scope"),
        counted(proof.links_broken, "link"),
    );
}

/// `edited` are the sources beside their outputs that are not what was compiled.
pub(super) fn frozen(changes: &[Change], edited: &[String]) -> String {
    if changes.is_empty() {
        return "compiling would change nothing\n".to_owned();
    }
    let mut out = String::new();
    for path in edited {
        let _ = writeln!(out, "{}: {}", one_line(path), super::tree::EDITED);
    }
    for change in changes {
        let verb = if change.bytes.is_some() { "would be written" } else { "would be removed" };
        let _ = writeln!(out, "{}: {verb}", one_line(&change.path));
    }
    let _ = writeln!(out, "compiling would change {}: run `ctxlint compile --write`", counted(changes.len(), "file"));
    out
}

pub(super) fn written(changes: &[Change], out: Option<&Path>) -> String {
    let files = counted(changes.len(), "file");
    match out {
        _ if changes.is_empty() => "nothing to write: all is as compiled\n".to_owned(),
        Some(dir) => format!("wrote {files} to {}\n", dir.display()),
        None => format!("wrote {files}; `ctxlint decompile --write` goes back by {MAP_PATH}\n"),
    }
}

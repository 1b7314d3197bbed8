//! The report for people at a terminal. The only module that knows miette, which draws the excerpts.

use super::{Report, footer, one_line, parts, place, safe, source};
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::secrets;
use crate::source::{Source, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents, ThemeCharacters, ThemeStyles,
};
use std::collections::HashMap;
use std::fmt;
use std::fmt::Write;

/// How the report looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether colours are used.
    pub color: bool,
    /// Width of the terminal, in columns.
    pub width: usize,
    /// How many findings of one lint in one file are shown; `None`: all.
    pub max_per_lint: Option<usize>,
}

/// What stands where a line was cut.
const CUT: char = '…';

/// The whole report.
pub fn human(report: &Report<'_>, look: Look) -> String {
    let mut out = String::new();
    let mut shown: HashMap<(&str, &str), usize> = HashMap::new();
    let mut totals: HashMap<(&str, &str), usize> = HashMap::new();
    for finding in &report.diagnostics {
        *totals.entry((finding.lint, &finding.path)).or_default() += 1;
    }
    for finding in &report.diagnostics {
        let key = (finding.lint, &*finding.path);
        let count = shown.entry(key).or_default();
        *count += 1;
        let Some(most) = look.max_per_lint.filter(|most| *count > *most) else {
            write_finding(&mut out, report, finding, look);
            continue;
        };
        if *count == most + 1 {
            let more = totals.get(&key).copied().unwrap_or_default() - most;
            let line = format!("... and {more} more {} in {}", finding.lint, one_line(&finding.path));
            let _ = writeln!(out, "{}   (--max-per-lint all shows them)\n", paint(look, Paint::Dim, &line));
        }
    }
    for line in footer(report).lines() {
        let _ = writeln!(out, "{}", wrap(line, look.width, look.width, "   "));
    }
    out
}

#[derive(Clone, Copy)]
enum Paint {
    Severity(Severity),
    Bold,
    Dim,
}

fn paint(look: Look, paint: Paint, text: &str) -> String {
    if !look.color {
        return text.to_owned();
    }
    let code = match paint {
        Paint::Severity(Severity::Error) => "1;31",
        Paint::Severity(Severity::Warn) => "1;33",
        Paint::Severity(Severity::Info) => "1;36",
        Paint::Bold => "1",
        Paint::Dim => "2",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

fn write_finding(out: &mut String, report: &Report<'_>, finding: &Diagnostic, look: Look) {
    let head = format!("{}[{}]", finding.severity.name(), finding.lint);
    let message = wrap(&one_line(&finding.message), look.width.saturating_sub(head.len() + 2), look.width, "   ");
    let head = paint(look, Paint::Severity(finding.severity), &head);
    let _ = writeln!(out, "{head}: {}", paint(look, Paint::Bold, &message));
    let workspace = report.workspace;
    let related = finding.related.iter().map(|label| (&label.path, Some(label.span), &label.message));
    let own = (&finding.path, finding.span, &finding.label);
    let places: Vec<Place<'_>> = std::iter::once(own)
        .chain(related)
        .map(|(path, span, label)| Place {
            head: place(workspace, path, span),
            mark: source(workspace, path).zip(span),
            label,
        })
        .collect();
    // All excerpts of a finding share one margin, wide enough for the largest line number.
    let lines = places.iter().filter_map(|place| place.mark).map(|(source, span)| source.position(span.start).line);
    let margin = lines.max().unwrap_or(1).to_string().len() + 2;
    let lead = " ".repeat(margin);
    for (at, place) in places.iter().enumerate() {
        let severity = if at == 0 { finding.severity } else { Severity::Info };
        let _ = writeln!(out, "{lead}{} {}", paint(look, Paint::Dim, "┌─"), place.head);
        if let Some((source, span)) = place.mark {
            out.push_str(&excerpt(source, span, place.label, severity, margin, look));
        }
    }
    for line in parts::table(&finding.parts, look.width.saturating_sub(margin + 2)) {
        let _ = writeln!(out, "{lead}  {line}");
    }
    let mut note = |word: &str, text: &str| {
        let width = look.width.saturating_sub(margin + 8);
        let text = wrap(&one_line(text), width, width, &" ".repeat(margin + 8));
        let _ = writeln!(out, "{lead}{}{text}", paint(look, Paint::Dim, &format!("= {word:<6}")));
    };
    note("why:", &format!("{} ({})", finding.why, finding.basis.name()));
    let fix = finding.fixes.iter().find(|fix| fix.applicability != Applicability::Manual);
    let fix = fix.map_or(String::new(), |fix| format!(" ({} fix)", fix.applicability.name()));
    if !finding.help.is_empty() {
        note("help:", &format!("{}{fix}", finding.help));
    }
    out.push('\n');
}

/// One place that a finding shows.
struct Place<'a> {
    /// `path:line:column`.
    head: String,
    /// What is marked.
    mark: Option<(&'a Source, Span)>,
    /// What is said beside the mark; may be empty.
    label: &'a str,
}

/// Breaks a text between words: the first line at `first` columns, the others at `rest` with `indent` before them.
fn wrap(text: &str, first: usize, rest: usize, indent: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut used, mut room) = (0, first.max(20));
    for word in text.split(' ') {
        let width = word.chars().count();
        if used > 0 && used + 1 + width > room {
            out.push('\n');
            out.push_str(indent);
            room = rest.saturating_sub(indent.len()).max(20);
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
    out
}

/// The line of a source with a mark under it, and beside the mark, or below it, what is said about it.
fn excerpt(source: &Source, span: Span, label: &str, severity: Severity, margin: usize, look: Look) -> String {
    let room = look.width.saturating_sub(margin + 2);
    let window = window(source, first_line_of(source, span), room);
    let number = (window.line + 1).to_string();
    let (before, mark) = (columns(&window.data[..window.mark.start]), columns(&window.data[window.mark.clone()]));
    let label_room = room.saturating_sub(before + mark.max(1) + 1);
    let drawn = Excerpt { label: LabeledSpan::new(None, window.mark.start, window.mark.len()), window };
    let handler = GraphicalReportHandler::new_themed(theme(severity, look.color))
        .with_width(usize::MAX)
        .with_context_lines(0)
        .with_links(false)
        .without_syntax_highlighting();
    let mut text = String::new();
    if handler.render_report(&mut text, &drawn).is_err() {
        return String::new();
    }
    // Of what miette draws only the line and its marks are kept: the place stands above them already.
    let mut lines = text.lines().filter(|line| line.contains('│'));
    let (Some(line), Some(marks)) = (lines.next(), lines.next()) else { return String::new() };
    let shift = " ".repeat(margin - 2 - number.len());
    let mut out = format!("{shift}{line}\n{shift}{}", marks.trim_end());
    let label = one_line(label);
    if !label.is_empty() && columns(&label) <= label_room {
        let _ = write!(out, " {}", paint(look, Paint::Severity(severity), &label));
    } else if !label.is_empty() {
        let bar = format!("\n{}{} ", " ".repeat(margin), paint(look, Paint::Dim, "│"));
        let label = wrap(&label, room, room, "");
        out.extend(label.lines().map(|line| format!("{bar}{}", paint(look, Paint::Severity(severity), line))));
    }
    out.push('\n');
    out
}

/// A mark over several lines says no more than one on the first.
fn first_line_of(source: &Source, span: Span) -> Span {
    let text = span.slice(&source.text);
    let length = text.find(['\n', '\r']).unwrap_or(text.len());
    Span::new(span.start as usize, span.start as usize + length)
}

fn theme(severity: Severity, color: bool) -> GraphicalTheme {
    let characters = ThemeCharacters {
        underline: '^',
        underbar: '^',
        uarrow: '^',
        vbar_break: '│',
        error: String::new(),
        warning: String::new(),
        advice: String::new(),
        ..ThemeCharacters::unicode()
    };
    if !color {
        return GraphicalTheme { characters, styles: ThemeStyles::none() };
    }
    let mut styles = ThemeStyles::ansi();
    let mark = match severity {
        Severity::Error => styles.error,
        Severity::Warn => styles.warning,
        Severity::Info => styles.advice,
    };
    styles.highlights = vec![mark];
    GraphicalTheme { characters, styles }
}

/// What miette is handed: one label, and only the lines around it.
struct Excerpt {
    window: Window,
    label: LabeledSpan,
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Excerpt")
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl miette::Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.window)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}

/// One line of a source, made harmless and cut to the width of the terminal. miette's own sources are searched from
/// their start for every label, which makes a file with many findings cost the square of its size; this one is cut out
/// by the line index. Offsets are those of `data`.
struct Window {
    data: String,
    /// What is marked.
    mark: std::ops::Range<usize>,
    /// The line, 0-based.
    line: usize,
}

/// How many columns a text may take: never fewer than it does.
fn columns(text: &str) -> usize {
    text.chars().map(column_of).sum()
}

fn column_of(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{0}'..='\u{10ff}' | CUT => 1,
        _ => 2,
    }
}

fn window(source: &Source, span: Span, room: usize) -> Window {
    let text = &source.text;
    let lines = source.lines();
    let line = lines.line_of(span.start);
    let mut whole = lines.line_span(line, text).range();
    whole.end = whole.start + text[whole.clone()].trim_end_matches(['\n', '\r']).len();
    // A byte order mark has no width and is not counted.
    if whole.start == 0 && text.starts_with(crate::source::BOM) && span.start > 0 {
        whole.start = crate::source::BOM.len_utf8();
    }
    let (start, end) = fitting(text, whole.clone(), span, room.max(20));
    let (head, tail) = (if start > whole.start { "…" } else { "" }, if end < whole.end { "…" } else { "" });
    let mut data = format!("{head}{}{tail}", safe::same_length(&without_secrets(text, whole.clone(), start..end)));
    let offset = |at: u32| (at as usize).clamp(start, end) - start + head.len();
    let mut mark = offset(span.start)..offset(span.end);
    // A mark between two characters is drawn under the next one, or behind the line.
    if mark.is_empty() && mark.start == data.len() {
        data.push(' ');
    }
    if mark.is_empty() {
        mark.end += data[mark.start..].chars().next().map_or(0, char::len_utf8);
    }
    Window { mark, data, line }
}

/// What stands at `part` of the line at `line`, with secrets replaced, also those of which only a piece is shown.
fn without_secrets(text: &str, line: std::ops::Range<usize>, part: std::ops::Range<usize>) -> String {
    const LONGEST: usize = 300;
    let mut from = part.start.saturating_sub(LONGEST).max(line.start);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = (part.end + LONGEST).min(line.end);
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let masked = secrets::masked(&text[from..to]);
    masked[part.start - from..part.end - from].to_owned()
}

/// The part of a line that fits into `room` columns: all of it, or the mark with what stands around it.
fn fitting(text: &str, line: std::ops::Range<usize>, span: Span, room: usize) -> (usize, usize) {
    if line.len() <= room || (line.len() <= 4 * room && columns(&text[line.clone()]) <= room) {
        return (line.start, line.end);
    }
    let mut left = room - 2;
    let at = (span.start as usize).clamp(line.start, line.end);
    let before = text[line.start..at].chars().rev().scan(room / 3, |room, c| {
        *room = room.checked_sub(column_of(c))?;
        Some(c)
    });
    let before: Vec<char> = before.collect();
    let start = at - before.iter().map(|c| c.len_utf8()).sum::<usize>();
    left -= before.into_iter().map(column_of).sum::<usize>().min(left);
    let after = text[at..line.end].chars().scan(left, |room, c| {
        *room = room.checked_sub(column_of(c))?;
        Some(c.len_utf8())
    });
    (start, at + after.sum::<usize>())
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = (0, self.data.len()).into();
        Ok(Box::new(MietteSpanContents::new(self.data.as_bytes(), whole, self.line, 0, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, marked: &str, label: &str, width: usize) -> String {
        let source = Source::new("a.md", text.to_owned());
        let at = text.find(marked).unwrap_or_default();
        let look = Look { color: false, width, max_per_lint: None };
        excerpt(&source, Span::new(at, at + marked.len()), label, Severity::Warn, 3, look)
    }

    #[test]
    fn a_label_stands_beside_its_mark_or_below_it() {
        assert_eq!(plain("see it\n", "it", "this", 40), " 1 │ see it\n   │     ^^ this\n");
        assert_eq!(
            plain("see the other one\n", "other", "this is longer than the rest", 40),
            " 1 │ see the other one\n   │         ^^^^^\n   │ this is longer than the rest\n"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let long = format!("{} here {}\n", "日本 word ".repeat(40), "word ".repeat(80));
        for marked in ["日", "here", "word word word word word word word word word word word", "\n"] {
            let shown = plain(&long, marked, "", 60);
            assert!(shown.contains('^') && shown.contains('…'), "{shown}");
            for line in shown.lines() {
                assert!(columns(line) <= 62, "{line}");
            }
        }
    }
}

//! The report for people at a terminal. The only module that knows miette, which draws the excerpts.

use super::{Report, footer, one_line, place, safe, source};
use crate::diagnostic::{Diagnostic, Label, Severity};
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

/// An excerpt never shows more than this many bytes before and after the marked place of a line.
const MAX_LINE_BYTES: usize = 240;

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
    out.push_str(&footer(report));
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
    let mut margin = 3;
    match source(workspace, &finding.path).zip(finding.span) {
        Some((source, span)) => {
            let text = excerpt(source, span, &finding.label, finding.severity, look);
            margin = text.find(['╭', ',']).unwrap_or(margin);
            out.push_str(&text);
        }
        None => {
            let _ = writeln!(out, "   {}", place(workspace, &finding.path, None));
        }
    }
    for Label { path, span, message } in &finding.related {
        if let Some(source) = source(workspace, path) {
            out.push_str(&excerpt(source, *span, message, Severity::Info, look));
        }
    }
    let lead = " ".repeat(margin);
    let mut note = |word: &str, text: &str| {
        let width = look.width.saturating_sub(margin + 8);
        let text = wrap(&one_line(text), width, width, &" ".repeat(margin + 8));
        let _ = writeln!(out, "{lead}{}{text}", paint(look, Paint::Dim, &format!("= {word:<6}")));
    };
    note("why:", &format!("{} ({})", finding.why, finding.basis.name()));
    if !finding.help.is_empty() {
        note("help:", &finding.help);
    }
    for fix in &finding.fixes {
        note("fix:", &format!("{} ({})", fix.title, fix.applicability.name()));
    }
    out.push('\n');
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

/// One place of a source with a mark under it.
fn excerpt(source: &Source, span: Span, label: &str, severity: Severity, look: Look) -> String {
    let label = (!label.is_empty()).then(|| one_line(label).into_owned());
    let span = first_line_of(source, span);
    let drawn =
        Excerpt { window: window(source, span), label: LabeledSpan::new(label, span.start as usize, span.len()) };
    let handler = GraphicalReportHandler::new_themed(theme(severity, look.color))
        .with_width(look.width)
        .with_context_lines(0)
        .with_links(false)
        .without_syntax_highlighting();
    let mut out = String::new();
    if handler.render_report(&mut out, &drawn).is_err() {
        return String::new();
    }
    // The first line is miette's heading, which is empty here: ours stands above the excerpt.
    out.split_once('\n').map(|(_, excerpt)| excerpt.to_owned()).unwrap_or_default()
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

/// One line of a source, made harmless. miette's own sources are searched from their start for every label, which makes
/// a file with many findings cost the square of its size; this one is cut out by the line index.
struct Window {
    name: String,
    data: String,
    /// Where `data` stands in the file, in bytes.
    span: SourceSpan,
    /// The line, 0-based.
    line: usize,
    /// The column of the mark, 0-based.
    column: usize,
}

fn window(source: &Source, span: Span) -> Window {
    let text = &source.text;
    let lines = source.lines();
    let line = lines.line_of(span.start);
    let whole = lines.line_span(line, text).range();
    let line_end = whole.start + text[whole.clone()].trim_end_matches(['\n', '\r']).len();
    let mut start = whole.start.max((span.start as usize).saturating_sub(MAX_LINE_BYTES));
    let mut end = line_end.min(span.start as usize + span.len().min(MAX_LINE_BYTES) + MAX_LINE_BYTES).max(start);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // A byte order mark has no width and is not counted.
    if start == 0 && text.starts_with(crate::source::BOM) {
        start = crate::source::BOM.len_utf8().min(end);
    }
    let data = safe::same_length(text.get(start..end).unwrap_or("")).into_owned();
    let column = source.position(span.start).column as usize - 1;
    let name = one_line(&source.path).into_owned();
    Window { name, span: (start, data.len()).into(), data, line, column }
}

impl SourceCode for Window {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = MietteSpanContents::new_named(
            self.name.clone(),
            self.data.as_bytes(),
            self.span,
            self.line,
            self.column,
            1,
        );
        Ok(Box::new(contents))
    }
}

//! `@path` imports: which ones a client follows, and why it passes over the others.
//!
//! The rules are the measured ones of the clients' tables. Claude Code reads the text as Markdown: an import is a run of
//! text that starts with `@`, at the start of a piece of text or after white space, and ends with it. Gemini CLI reads
//! the text as it stands, code between backticks aside.

mod markdown;

pub(crate) use markdown::{outside_comments, tagged_regions};

use crate::clients::{ImportGrammar, ImportStyle};
use crate::model::{Document, Format};
use crate::source::Span;

/// One `@path` in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The `@` and everything up to where the client, or a reader, ends it.
    pub span: Span,
    /// The path, with `\ ` as a space and without its fragment. For an inert import what the author must have meant.
    pub path: String,
    /// Where that path stands, without its fragment.
    pub path_span: Span,
    /// Whether the client follows it.
    pub state: State,
}

/// Whether a client follows an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It looks for the file.
    Live,
    /// It does not.
    Inert(InertReason),
}

/// Why an `@path` is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InertReason {
    /// It stands in frontmatter.
    Frontmatter,
    /// It stands in a code span.
    CodeSpan,
    /// It stands in a fenced code block.
    Fence,
    /// It stands in a block that is indented by four spaces or a tab.
    IndentedCode,
    /// It stands in an HTML comment.
    Comment,
    /// It stands in a block of HTML; a blank line before and after it would end that block.
    HtmlBlock,
    /// It stands in an HTML tag.
    HtmlTag,
    /// It stands in the text for an image.
    ImageText,
    /// It stands in the target of a link or in an address.
    LinkTarget,
    /// It stands in the definition of a link.
    LinkDefinition,
    /// This character stands directly before the `@`; white space would make it an import.
    PrecededBy(char),
    /// This character stands directly behind the path and becomes part of it.
    FollowedBy(char),
    /// The path is in quotes, which are not understood; `\ ` stands for a space.
    Quoted,
    /// Underscores or asterisks in the path are read as emphasis.
    Emphasis,
    /// The client does not load files with this extension.
    Extension,
    /// It is an address.
    Url,
    /// It starts with `$`: variables are not expanded.
    Variable,
    /// It starts with `~` and a name: only `~/` is known.
    OtherHome,
    /// The client follows no import at all.
    NoImports,
}

impl InertReason {
    /// Whether its place shows that no import is meant: code and comments are the documented way to write an `@`.
    pub fn is_escape(self) -> bool {
        matches!(
            self,
            InertReason::Frontmatter
                | InertReason::CodeSpan
                | InertReason::Fence
                | InertReason::IndentedCode
                | InertReason::Comment
        )
    }
}

/// Every import in `document`, in order of position.
pub fn imports(document: &Document, text: &str, grammar: &ImportGrammar) -> Vec<Import> {
    if document.format != Format::Markdown || !text.contains('@') {
        return Vec::new();
    }
    match grammar.style {
        ImportStyle::Markdown => markdown::imports(document, text, grammar),
        ImportStyle::Inlined => plain_imports(text, grammar),
    }
}

/// Imports of a client that does not read Markdown.
fn plain_imports(text: &str, grammar: &ImportGrammar) -> Vec<Import> {
    let code = code_between_backticks(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('@').map(|at| from + at) {
        let end = at + 1 + token_len(&text[at + 1..], grammar);
        from = end.max(at + 1);
        let first = text[at + 1..].chars().next();
        if !first.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '/' | '~' | '$' | '"')) {
            continue;
        }
        let next = code.partition_point(|span| span.end as usize <= at);
        let reason = match code.get(next) {
            Some(span) if (span.start as usize) < at => Some(InertReason::CodeSpan),
            _ => before(text, at, 0),
        };
        let reason = reason.or(match first {
            Some('~') => Some(InertReason::OtherHome),
            _ => None,
        });
        found.push(import(text, at, end, reason, grammar));
    }
    found
}

/// From an opening run of backticks to the next run of the same length.
fn code_between_backticks(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut runs: Vec<Span> = Vec::new();
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(|byte| *byte == b'`').map(|found| at + found) {
        at = start + bytes[start..].iter().take_while(|byte| **byte == b'`').count();
        runs.push(Span::new(start, at));
    }
    // The next run of each length, found from the end, so that many odd runs cost no more than few.
    let mut next_of = std::collections::HashMap::new();
    let mut closing = vec![None; runs.len()];
    for (index, run) in runs.iter().enumerate().rev() {
        closing[index] = next_of.insert(run.len(), index);
    }
    let mut spans = Vec::new();
    let mut index = 0;
    while index < runs.len() {
        index = match closing[index] {
            Some(close) => {
                spans.push(Span { start: runs[index].start, end: runs[close].end });
                close + 1
            }
            None => index + 1,
        };
    }
    spans
}

/// The character before `at`, when it is none that an import may follow. `start` is where the piece of text starts.
fn before(text: &str, at: usize, start: usize) -> Option<InertReason> {
    let before = text[start..at].chars().next_back().filter(|c| !is_space(*c))?;
    Some(InertReason::PrecededBy(before))
}

/// White space as JavaScript has it, the byte order mark included.
fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// Length in bytes of the path at the start of `rest`: up to white space that is not escaped.
fn token_len(rest: &str, grammar: &ImportGrammar) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        if is_space(c) && !(escaped && c == ' ') {
            return at;
        }
        escaped = grammar.escaped_space && c == '\\' && !escaped;
    }
    rest.len()
}

/// Punctuation that ends a sentence or part of one: no file is called so.
const STOPS: &[char] =
    &['.', ',', ':', ';', '!', '?', '…', '。', '、', '，', '；', '：', '！', '？', '—', '–', '\'', '"', '’', '”'];
/// What closes something that was opened before the `@`, or a mark of emphasis.
const CLOSERS: &[char] = &[')', ']', '}', '>', '`', '*', '_', '~', '|', '）', '」', '』', '】', '》'];

/// The import whose `@` is at `at` and which ends at `end`.
fn import(text: &str, at: usize, end: usize, reason: Option<InertReason>, grammar: &ImportGrammar) -> Import {
    let token = &text[at + 1..end];
    if let Some(quoted) = token.strip_prefix('"') {
        let rest = &text[at + 2..];
        let line = rest.find(['"', '\n', '\r']).unwrap_or(quoted.len());
        let path_span = Span::new(at + 2, at + 2 + line);
        let state = State::Inert(reason.unwrap_or(InertReason::Quoted));
        let close = usize::from(rest[line..].starts_with('"'));
        let span = Span::new(at, at + 2 + line + close);
        return Import { span, path: path_span.slice(text).to_owned(), path_span, state };
    }
    let reason = reason.or_else(|| prefix_reason(token));
    if let Some(reason) = reason {
        let len = meant_len(token, grammar);
        return build(text, at, at + 1 + len, len, State::Inert(reason), grammar);
    }
    let path = &token[..fragment_at(token, grammar)];
    let stopped = path.trim_end_matches("'s").trim_end_matches(STOPS).len();
    let cut = if stopped > 0 && stopped < path.len() && !is_dots(path) { Some(stopped) } else { None };
    let cut = cut.or_else(|| if loads(path, grammar) { None } else { cut_after_extension(path, grammar) });
    if let Some(cut) = cut {
        let follows = path[cut..].chars().next().unwrap_or(' ');
        return build(text, at, end, cut, State::Inert(InertReason::FollowedBy(follows)), grammar);
    }
    let state = if loads(path, grammar) { State::Live } else { State::Inert(InertReason::Extension) };
    build(text, at, end, path.len(), state, grammar)
}

fn build(text: &str, at: usize, end: usize, len: usize, state: State, grammar: &ImportGrammar) -> Import {
    let path_span = Span::new(at + 1, at + 1 + len);
    let path = path_span.slice(text);
    let path = if grammar.escaped_space { path.replace("\\ ", " ") } else { path.to_owned() };
    Import { span: Span::new(at, end), path, path_span, state }
}

fn prefix_reason(token: &str) -> Option<InertReason> {
    if token.starts_with('$') {
        return Some(InertReason::Variable);
    }
    if token.starts_with('~') && !token.starts_with("~/") {
        return Some(InertReason::OtherHome);
    }
    token.contains("://").then_some(InertReason::Url)
}

/// Where the fragment starts.
fn fragment_at(token: &str, grammar: &ImportGrammar) -> usize {
    if grammar.fragment { token.find('#').unwrap_or(token.len()) } else { token.len() }
}

/// `.`, `..`, `../..`: folders, not ends of sentences.
fn is_dots(path: &str) -> bool {
    path.split('/').next_back().is_some_and(|last| last == "." || last == "..")
}

/// How much of an inert token its author must have meant as the path.
fn meant_len(token: &str, grammar: &ImportGrammar) -> usize {
    let token = &token[..fragment_at(token, grammar)];
    let stop = token.find(['`', '"', '<', '>', '|']).unwrap_or(token.len());
    let token = &token[..stop];
    if let Some(cut) = cut_after_extension(token, grammar) {
        return cut;
    }
    token.trim_end_matches("'s").trim_end_matches(|c| STOPS.contains(&c) || CLOSERS.contains(&c)).len()
}

/// Whether the client loads a file of this name, by its extension alone.
fn loads(path: &str, grammar: &ImportGrammar) -> bool {
    let Some(known) = grammar.extensions else { return true };
    match extension(path) {
        None => true,
        Some(extension) => known.iter().any(|known| known.eq_ignore_ascii_case(extension)),
    }
}

/// What follows the last dot of the last part; `None` without a dot and for names that only start with one.
fn extension(path: &str) -> Option<&str> {
    let name = path.trim_end_matches('/').rsplit('/').next()?;
    name.rfind('.').filter(|at| *at > 0).map(|at| &name[at + 1..])
}

/// The end of the first extension that loads and is followed by something that no name goes on with.
fn cut_after_extension(path: &str, grammar: &ImportGrammar) -> Option<usize> {
    let known = grammar.extensions?;
    let mut from = 0;
    while let Some(dot) = path[from..].find('.').map(|at| from + at) {
        let start = dot + 1;
        let len = path[start..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(path.len() - start);
        let end = start + len;
        let goes_on = path[end..].starts_with(['.', '/', '-', '_', '+', '\\']) && path.len() > end + 1;
        if len > 0 && end < path.len() && !goes_on && known.iter().any(|k| k.eq_ignore_ascii_case(&path[start..end])) {
            return Some(end);
        }
        from = start;
    }
    None
}

#[cfg(test)]
mod tests;

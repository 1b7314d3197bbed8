//! Citations of lines: `a.ts:10`, `a.ts:10-20`, `a.ts#L10-L20`, "`a.ts` lines 10-20", permalinks and pins.
//!
//! The text is read once from left to right. A citation is a token that looks like a path with an extension, followed by
//! numbers; where it stands (prose, code, the text or the target of a link) comes from the parsed document.

use super::scan::{self, Token};
use crate::model::{BlockKind, Document, Inline, InlineKind};
use crate::parse;
use crate::paths::{file_name, parent};
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// How a citation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `a.ts:10`, `a.ts:10-20`, `a.ts:10:5`.
    Colon,
    /// `a.ts#L10`, `a.ts#L10-L20`.
    Anchor,
    /// "`a.ts` lines 10-20", "`a.ts` (L10)".
    Words,
    /// A further number of the citation before: the `20` of `a.ts:10, 20`.
    Continued,
}

/// Where a reference stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In running text.
    Prose,
    /// In a code span.
    CodeSpan,
    /// In the destination of a link.
    LinkTarget,
    /// In a fenced or indented code block: reported on request, never judged and never edited.
    Code,
    /// In frontmatter, a comment or a block of HTML.
    Aside,
}

/// A commit, and the content of the lines, that a citation was pinned to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The start of a commit's hash, or `worktree`.
    pub commit: String,
    /// The first 8 hexadecimal digits of the hash of the lines; empty for a permalink.
    pub hash: String,
    /// The whole pin with its `@`; empty for a permalink.
    pub span: Span,
}

/// One citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The whole citation, from the path to the last number. For a continued one the number alone.
    pub span: Span,
    /// The path as meant: with `/`, percent-decoded in a link target.
    pub path: String,
    /// The path as written. For a continued citation that of the one before.
    pub path_span: Span,
    /// What names the lines: `10-20`, `L10-L20`.
    pub lines_span: Span,
    /// First line, 1-based.
    pub start: u32,
    /// Last line, 1-based, inclusive; the first one when only one is named.
    pub end: u32,
    /// How it is written.
    pub form: Form,
    /// Where it stands.
    pub place: Place,
    /// The target of the link that it is the text of.
    pub link: Option<String>,
    /// The commit that it names itself.
    pub pin: Option<Pin>,
    /// Longer paths to a file of the same name that the document names elsewhere, sorted.
    pub mentions: Vec<String>,
    /// The folders of all files that the document names with a folder, sorted.
    pub folders: Arc<[String]>,
}

/// Every citation of a document in order of position.
pub fn citations(document: &Document, text: &str) -> Vec<Citation> {
    let mut found: Vec<Citation> = Vec::new();
    if !may_cite(text) {
        return found;
    }
    let tokens = scan::path_tokens(text);
    for token in &tokens {
        if let Some(citation) = after_token(text, token) {
            found.push(citation);
            continue_list(text, &mut found);
        }
    }
    words_after_links(document, text, &mut found);
    found.sort_by_key(|citation| citation.span);
    found.dedup_by(|next, first| first.span.end > next.span.start && first.form != Form::Continued);
    place_all(document, text, &mut found);
    add_mentions(&tokens, &mut found);
    found
}

/// Whether the text has any of the marks without which no line is cited.
fn may_cite(text: &str) -> bool {
    let bytes = text.as_bytes();
    let numbered = |at: usize| bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
    memchr::memchr_iter(b':', bytes).any(numbered)
        || memchr::memchr2_iter(b'L', b'l', bytes).any(numbered)
        || ["line", "Line", "LINE"].iter().any(|word| text.contains(word))
}

/// A document that names a file in full often goes on with the end of its path.
fn add_mentions(tokens: &[Token], found: &mut [Citation]) {
    let mut by_name: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for token in tokens.iter().filter(|token| token.path.contains('/') && !token.is_address) {
        by_name.entry(file_name(&token.path)).or_default().insert(&token.path);
    }
    let folders: BTreeSet<&str> = by_name.values().flatten().map(|path| parent(path)).collect();
    let folders: Arc<[String]> = folders.into_iter().map(str::to_owned).collect();
    for citation in found {
        citation.folders = folders.clone();
        let longer = |path: &&&str| path.len() > citation.path.len() && path.ends_with(&citation.path);
        let mentions = by_name.get(file_name(&citation.path)).into_iter().flatten();
        citation.mentions = mentions.filter(longer).map(|path| (*path).to_owned()).collect();
    }
}

/// The citation that a path token opens, if numbers follow it.
fn after_token(text: &str, token: &Token) -> Option<Citation> {
    let end = token.span.end as usize;
    let rest = &text[end..];
    let (form, lines) = if let Some(lines) = anchor(rest) {
        (Form::Anchor, lines)
    } else if token.is_address {
        return None;
    } else if let Some(lines) = colon(rest) {
        (Form::Colon, lines)
    } else {
        (Form::Words, words(rest)?)
    };
    let mut citation = build(token.span, token.path.clone(), end, form, lines);
    if token.is_address {
        let (path, commit) = permalink(&token.path)?;
        citation.path_span = Span::new(end - path.len(), end);
        citation.path = path;
        citation.pin = Some(Pin { commit, hash: String::new(), span: Span::new(end, end) });
        return Some(citation);
    }
    if form == Form::Colon {
        read_pin(text, &mut citation);
    }
    Some(citation)
}

fn build(path_span: Span, path: String, at: usize, form: Form, lines: Numbers) -> Citation {
    Citation {
        span: Span::new(path_span.start as usize, at + lines.end),
        path,
        path_span,
        lines_span: Span::new(at + lines.from, at + lines.to),
        start: lines.start,
        end: lines.last,
        form,
        place: Place::Prose,
        link: None,
        pin: None,
        mentions: Vec::new(),
        folders: Arc::default(),
    }
}

/// `https://github.com/OWNER/NAME/blob/COMMIT/PATH` gives the path and the commit. Only an address with a commit's hash
/// is a citation that can be followed; whether the commit is one of this repository shows in its objects.
fn permalink(address: &str) -> Option<(String, String)> {
    let rest = address.strip_prefix("https://github.com/").or_else(|| address.strip_prefix("http://github.com/"))?;
    let mut parts = rest.splitn(5, '/');
    let (_, _, kind, commit, path) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hash = (7..=64).contains(&commit.len()) && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    (matches!(kind, "blob" | "blame") && is_hash).then(|| (path.to_owned(), commit.to_owned()))
}

/// Numbers that follow a path, with offsets from the end of the path.
struct Numbers {
    /// Where the text that names the lines starts and ends.
    from: usize,
    to: usize,
    /// Where the citation ends: behind a column.
    end: usize,
    start: u32,
    last: u32,
}

/// A line number at the start of `text`: its value and length. Numbers of more than seven digits are something else.
fn number(text: &str) -> Option<(u32, usize)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let value: u32 = text.get(..length)?.parse().ok().filter(|_| (1..=7).contains(&length))?;
    (value > 0).then_some((value, length))
}

fn after_dash(text: &str) -> Option<&str> {
    ["-", "–", "—", "‑", "−"].iter().find_map(|dash| text.strip_prefix(dash))
}

/// Whether what follows makes the digits part of a word, a version or a number with a point.
fn goes_on(rest: &str) -> bool {
    let mut chars = rest.chars();
    match chars.next() {
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => true,
        Some('.') => chars.next().is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// `:10`, `:10-20`, `:L10-L20`, `:10:5`, also with a closing backtick between the path and the colon.
fn colon(rest: &str) -> Option<Numbers> {
    let after = rest.strip_prefix('`').unwrap_or(rest).strip_prefix(':')?;
    let from = rest.len() - after.len();
    let mut numbers = range(after, from)?;
    let behind = &rest[numbers.to..];
    if goes_on(behind) {
        return None;
    }
    if let Some(column) = behind.strip_prefix(':')
        && let Some((_, length)) = number(column)
        && !goes_on(&column[length..])
    {
        numbers.end = numbers.to + 1 + length;
    }
    Some(numbers)
}

/// `10`, `10-20`, `L10-L20`, at offset `from`.
fn range(text: &str, from: usize) -> Option<Numbers> {
    let digits = text.strip_prefix(['L', 'l']).unwrap_or(text);
    let (start, length) = number(digits)?;
    let mut to = from + (text.len() - digits.len()) + length;
    let mut last = start;
    let behind = &digits[length..];
    if let Some(second) = after_dash(behind) {
        let second_digits = second.strip_prefix(['L', 'l', ':']).unwrap_or(second);
        if let Some((value, second_length)) = number(second_digits)
            && !goes_on(&second_digits[second_length..])
        {
            to += behind.len() - second_digits.len() + second_length;
            last = value.max(start);
        }
    }
    Some(Numbers { from, to, end: to, start, last })
}

/// `#L10`, `#L10-L20`, `#L10-20`, `#L10C3-L20C9`.
fn anchor(rest: &str) -> Option<Numbers> {
    let after = rest.strip_prefix('#')?;
    let digits = after.strip_prefix(['L', 'l'])?;
    let (start, length) = number(digits)?;
    let skip_column = |text: &str| {
        let column = text.strip_prefix(['C', 'c']).and_then(number);
        column.map_or(0, |(_, length)| length + 1)
    };
    let mut to = 2 + length;
    to += skip_column(&rest[to..]);
    let mut last = start;
    if let Some(second) = after_dash(&rest[to..]) {
        let digits = second.strip_prefix(['L', 'l']).unwrap_or(second);
        if let Some((value, length)) = number(digits) {
            to = rest.len() - digits.len() + length;
            to += skip_column(&rest[to..]);
            last = value.max(start);
        }
    }
    if goes_on(&rest[to..]) {
        return None;
    }
    Some(Numbers { from: 1, to, end: to, start, last })
}

/// " lines 10-20", "` (line 60)", "`, L8", " at line 3", on the same line of text.
fn words(rest: &str) -> Option<Numbers> {
    let mut text = rest;
    for mark in ["`", "**", "*"] {
        text = text.strip_prefix(mark).unwrap_or(text);
    }
    let opened = text.trim_start_matches([' ', ',', '(', ':', '[']);
    if opened.len() == text.len() || text.len() - opened.len() > 3 {
        return None;
    }
    text = opened;
    for word in ["at ", "around ", "near ", "on ", "see "] {
        text = text.strip_prefix(word).unwrap_or(text);
    }
    let is_letter = text.starts_with(['L', 'l']) && text[1..].starts_with(|c: char| c.is_ascii_digit());
    if !is_letter {
        let word = ["lines ", "line ", "Lines ", "Line ", "LINES ", "LINE "].iter();
        text = word.into_iter().find_map(|word| text.strip_prefix(word))?;
    }
    text = text.trim_start_matches(['~', '≈', '#']);
    let from = rest.len() - text.len();
    let mut numbers = range(text, from)?;
    let behind = &rest[numbers.to..];
    // With spaces or a word between the numbers.
    if numbers.start == numbers.last {
        for between in [" - ", " – ", " to ", " through ", " and ", "..", "…", "-~", "–~"] {
            if between != " and "
                && let Some(second) = behind.strip_prefix(between)
                && let Some((last, length)) = number(second.trim_start_matches(['L', '~']))
                && last > numbers.start
            {
                let skipped = second.len() - second.trim_start_matches(['L', '~']).len();
                numbers.to += between.len() + skipped + length;
                numbers.end = numbers.to;
                numbers.last = last;
                break;
            }
        }
    }
    (!goes_on(&rest[numbers.to..])).then_some(numbers)
}

/// `@sha8#hash8` behind the numbers.
fn read_pin(text: &str, citation: &mut Citation) {
    let at = citation.span.end as usize;
    let Some(rest) = text[at..].strip_prefix('@') else { return };
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let commit = &rest[..length];
    let is_commit = commit == "worktree" || (8..=64).contains(&length) && commit.bytes().all(|b| b.is_ascii_hexdigit());
    let Some(hash) = rest[length..].strip_prefix('#').and_then(|hash| hash.get(..8)).filter(|_| is_commit) else {
        return;
    };
    if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return;
    }
    let span = Span::new(at, at + 1 + length + 1 + 8);
    citation.span.end = span.end;
    citation.pin = Some(Pin { commit: commit.to_owned(), hash: hash.to_ascii_lowercase(), span });
}

/// Further numbers behind the last citation: `a.ts:10, 20, 30-35`.
fn continue_list(text: &str, found: &mut Vec<Citation>) {
    let Some(first) = found.last().cloned().filter(|first| first.pin.is_none()) else { return };
    let mut at = first.span.end as usize;
    let mut more = Vec::new();
    loop {
        let rest = &text[at..];
        let Some(after) = rest.strip_prefix(',').or_else(|| rest.strip_prefix(" and")) else { break };
        let digits = after.trim_start_matches(' ').trim_start_matches('~');
        let from = at + rest.len() - digits.len();
        let is_form = if first.form == Form::Anchor { digits.starts_with('L') } else { true };
        let Some(numbers) = range(digits, 0).filter(|_| is_form && after.len() - digits.len() <= 2) else { break };
        let behind = &digits[numbers.to..];
        // In running text a number before a word counts something else: "a.ts:10, 2 of them".
        let closes =
            behind.is_empty() || behind.starts_with([',', ')', ']', ';', '.', '`', '\n', '\r', '|', '"', '\'']);
        if goes_on(behind) || !(closes || behind.starts_with(" and ")) {
            break;
        }
        let span = Span::new(from, from + numbers.to);
        more.push(Citation {
            span,
            lines_span: span,
            start: numbers.start,
            end: numbers.last,
            form: Form::Continued,
            ..first.clone()
        });
        at = span.end as usize;
    }
    found.extend(more);
}

/// "[a.ts](src/a.ts) lines 10-20".
fn words_after_links(document: &Document, text: &str, found: &mut Vec<Citation>) {
    for link in document.inlines.iter().filter(|inline| inline.kind == InlineKind::Link) {
        let end = link.span.end as usize;
        let Some(numbers) = words(&text[end..]) else { continue };
        let Some(path) = link_path(link, text) else { continue };
        if scan::looks_like_file(&path) {
            found.push(build(link.content, path, end, Form::Words, numbers));
            if let Some(last) = found.last_mut() {
                last.span.start = link.span.start;
                last.place = Place::LinkTarget;
            }
        }
    }
}

/// The path of a link's target, decoded, without fragment and query; `None` for an address.
fn link_path(link: &Inline, text: &str) -> Option<String> {
    let written = parse::unescape_destination(link.content.slice(text).trim());
    let written = written.strip_prefix("mdc:").unwrap_or(&written);
    if written.contains("://") || written.starts_with("mailto:") {
        return None;
    }
    let path = written.split(['#', '?']).next().unwrap_or_default();
    let path = path
        .rsplit_once(':')
        .filter(|(_, line)| line.starts_with(|c: char| c.is_ascii_digit()))
        .map_or(path, |(path, _)| path);
    let decoded = parse::percent_decode(path)?.into_owned();
    (!decoded.is_empty()).then_some(decoded)
}

/// Says of each citation where it stands, and which link it is the text of.
fn place_all(document: &Document, text: &str, found: &mut [Citation]) {
    let code: Vec<Span> = spans(document, |kind| matches!(kind, BlockKind::Fence { .. } | BlockKind::IndentedCode));
    let aside: Vec<Span> = spans(document, |kind| matches!(kind, BlockKind::Html | BlockKind::Comment { .. }));
    let of_kind =
        |kind: InlineKind| -> Vec<&Inline> { document.inlines.iter().filter(|inline| inline.kind == kind).collect() };
    let (codes, links, htmls) = (of_kind(InlineKind::Code), of_kind(InlineKind::Link), of_kind(InlineKind::Html));
    for citation in found {
        let at = citation.span.start;
        let frontmatter = document.frontmatter.as_ref().is_some_and(|frontmatter| at < frontmatter.span.end);
        if holds(&code, at) {
            citation.place = Place::Code;
            continue;
        }
        if frontmatter || holds(&aside, at) || around(&htmls, at).is_some() {
            citation.place = Place::Aside;
            continue;
        }
        if around(&codes, at).is_some() {
            citation.place = Place::CodeSpan;
        }
        let Some(link) = around(&links, at) else { continue };
        if citation.place == Place::LinkTarget {
            continue;
        }
        if link.content.start <= at && at < link.content.end {
            citation.place = Place::LinkTarget;
            if let Some(path) = parse::percent_decode(&citation.path) {
                citation.path = path.into_owned();
            }
        } else {
            citation.link = link_path(link, text);
        }
    }
}

fn spans(document: &Document, is_wanted: impl Fn(BlockKind) -> bool) -> Vec<Span> {
    document.blocks.iter().filter(|block| is_wanted(block.kind)).map(|block| block.span).collect()
}

/// Whether one of the spans, sorted and apart, holds the byte.
fn holds(spans: &[Span], at: u32) -> bool {
    let next = spans.partition_point(|span| span.end <= at);
    spans.get(next).is_some_and(|span| span.start <= at)
}

/// The inline of a list, sorted by start, that holds the byte.
fn around<'a>(inlines: &[&'a Inline], at: u32) -> Option<&'a Inline> {
    let next = inlines.partition_point(|inline| inline.span.start <= at);
    inlines[..next].iter().rev().take(3).find(|inline| at < inline.span.end).copied()
}

#[cfg(test)]
mod tests;

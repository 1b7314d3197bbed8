//! Runs of text that look like the path of a file.

use crate::source::Span;

/// A run of text that looks like a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The path as written.
    pub span: Span,
    /// The path with `/` for `\`; for an address the whole address.
    pub path: String,
    /// True for `https://...`.
    pub is_address: bool,
}

/// Files without an extension that are cited all the same.
const BARE_NAMES: [&str; 14] = [
    "Makefile",
    "makefile",
    "GNUmakefile",
    "Dockerfile",
    "Containerfile",
    "Justfile",
    "justfile",
    "Rakefile",
    "Gemfile",
    "Procfile",
    "Vagrantfile",
    "Jenkinsfile",
    "Brewfile",
    "Tiltfile",
];

/// Whether a character may stand in a path that is written without quotes. Scripts without spaces between words (from
/// U+2E80 on) are left out: there the word before a path would become part of it.
pub fn is_path_char(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '-' | '.' | '/' | '\\' | '@' | '+' | '~' | '[' | ']' | '(' | ')' => {
            true
        }
        '$' | '%' | '{' | '}' | '*' => true,
        c => c as u32 >= 0x80 && (c as u32) < 0x2e80 && c.is_alphanumeric(),
    }
}

/// Whether the last part of a path has an extension or is one of the names that need none.
pub fn looks_like_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    if BARE_NAMES.contains(&name) {
        return true;
    }
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    (1..=12).contains(&extension.len())
        && extension.starts_with(|c: char| c.is_ascii_alphabetic())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Every token of a text that looks like a file, or an address, in order.
pub fn path_tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some(c) = text[at..].chars().next() else { break };
        if !is_path_char(c) {
            at += c.len_utf8();
            continue;
        }
        let end = at + text[at..].find(|c: char| !is_path_char(c)).unwrap_or(text.len() - at);
        if let Some(token) = token(text, at, end) {
            found.push(token);
        }
        at = end;
    }
    found
}

fn token(text: &str, start: usize, end: usize) -> Option<Token> {
    let run = &text[start..end];
    if !run.contains('.') && !BARE_NAMES.iter().any(|name| run.contains(name)) {
        return None;
    }
    if run.starts_with("//")
        && let Some(scheme) = text[..start].strip_suffix(':')
    {
        let scheme = ["https", "http"].into_iter().find(|name| scheme.ends_with(name))?;
        let from = start - 1 - scheme.len();
        let end = end - trailing(run);
        return Some(Token { span: Span::new(from, end), path: text[from..end].to_owned(), is_address: true });
    }
    let mut from = start + last_unmatched(run);
    let mut to = end - trailing(&text[from..end]);
    // Marks of emphasis are no part of a path.
    from += text[from..to].len() - text[from..to].trim_start_matches('*').len();
    to -= text[from..to].len() - text[from..to].trim_end_matches('*').len();
    let path = text[from..to].replace('\\', "/");
    looks_like_file(&path).then(|| Token { span: Span::new(from, to), path, is_address: false })
}

/// Where the path starts behind an opening bracket that nothing closes.
fn last_unmatched(run: &str) -> usize {
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut from = 0;
    for (at, c) in run.char_indices() {
        match c {
            '(' | '[' | '{' => open.push((c, at)),
            ')' | ']' | '}' => match open.pop() {
                Some(_) => {}
                None => from = at + 1,
            },
            _ => {}
        }
    }
    open.last().map_or(from, |(_, at)| at + 1).max(from)
}

/// How many bytes at the end are punctuation of the sentence: a closing bracket that nothing opened, a full stop.
fn trailing(run: &str) -> usize {
    let mut rest = run;
    loop {
        let last = match rest.chars().next_back() {
            Some(c @ ('.' | '-' | '/')) => c,
            Some(c @ ')') if rest.matches('(').count() < rest.matches(')').count() => c,
            Some(c @ ']') if rest.matches('[').count() < rest.matches(']').count() => c,
            _ => return run.len() - rest.len(),
        };
        rest = &rest[..rest.len() - last.len_utf8()];
    }
}

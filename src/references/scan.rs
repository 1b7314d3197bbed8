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
        c if c.is_ascii() => ASCII[c as usize],
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
    // Only a run with a dot or a bare name can be one, and all bare names end alike. Both are found many bytes at once.
    let mut dots = memchr::memchr_iter(b'.', text.as_bytes()).peekable();
    let mut bare = memchr::memmem::find_iter(text.as_bytes(), "file").peekable();
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        while dots.next_if(|dot| *dot < at).is_some() {}
        while bare.next_if(|file| *file < at).is_some() {}
        let (dot, file) = (dots.peek().copied(), bare.peek().copied());
        let Some(place) = dot.into_iter().chain(file).min() else { return found };
        let (start, end) = (run_start(text, at, place), run_end(text, place));
        let has_dot = dot.is_some_and(|dot| dot < end);
        let run = &text[start..end];
        if (has_dot || BARE_NAMES.iter().any(|name| run.contains(name)))
            && let Some(token) = token(text, start, end)
        {
            found.push(token);
        }
        at = end;
    }
}

/// Which bytes of ASCII are path characters.
static ASCII: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        let marks = b"_-./\\@+~[]()$%{}*";
        let mut mark = 0;
        while mark < marks.len() {
            table[marks[mark] as usize] = true;
            mark += 1;
        }
        if (byte as u8).is_ascii_alphanumeric() {
            table[byte] = true;
        }
        byte += 1;
    }
    table
};

/// The start of the run of path characters around byte `at`, but not before byte `from`.
fn run_start(text: &str, from: usize, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut start = at;
    while start > from {
        let byte = bytes[start - 1];
        if byte.is_ascii() {
            if !ASCII[usize::from(byte)] {
                break;
            }
            start -= 1;
            continue;
        }
        match text[from..start].chars().next_back() {
            Some(c) if is_path_char(c) => start -= c.len_utf8(),
            _ => break,
        }
    }
    start
}

/// The end of the run of path characters that starts at byte `at`.
fn run_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut end = at;
    while let Some(byte) = bytes.get(end) {
        if byte.is_ascii() {
            if !ASCII[usize::from(*byte)] {
                break;
            }
            end += 1;
            continue;
        }
        match text[end..].chars().next() {
            Some(c) if is_path_char(c) => end += c.len_utf8(),
            _ => break,
        }
    }
    end
}

fn token(text: &str, start: usize, end: usize) -> Option<Token> {
    let run = &text[start..end];
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

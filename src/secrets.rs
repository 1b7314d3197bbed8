//! Finds credentials in text: the well-known formats of keys, and values of high entropy behind a telling name.
//!
//! What is fake, masked or a placeholder is none. Nothing here ever hands a secret on: callers get spans and names.

use crate::source::Span;
use aho_corasick::packed::Searcher;
use memchr::memmem;
use std::borrow::Cow;
use std::sync::LazyLock;

/// A credential in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Its bytes.
    pub span: Span,
    /// What it is, with its article: `an AWS access key`.
    pub what: &'static str,
}

/// Which characters a key is made of behind its prefix.
#[derive(Clone, Copy)]
enum Alphabet {
    /// Capitals and digits.
    Upper,
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `-` and `_`.
    Url,
    /// `0` to `9` and `a` to `f`.
    Hex,
}

/// A published format: a prefix, the characters behind it and how many of them there are.
struct KeyFormat {
    what: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    least: usize,
    most: usize,
}

const fn key(what: &'static str, prefix: &'static str, alphabet: Alphabet, least: usize, most: usize) -> KeyFormat {
    KeyFormat { what, prefix, alphabet, least, most }
}

/// Formats that their issuers document, as of 2026-11. Longer prefixes stand before their beginnings.
static FORMATS: [KeyFormat; 27] = [
    key("an AWS access key", "AKIA", Alphabet::Upper, 16, 16),
    key("an AWS access key", "ASIA", Alphabet::Upper, 16, 16),
    key("a GitHub token", "github_pat_", Alphabet::Url, 60, 100),
    key("a GitHub token", "ghp_", Alphabet::Alphanumeric, 36, 255),
    key("a GitHub token", "gho_", Alphabet::Alphanumeric, 36, 255),
    key("a GitHub token", "ghu_", Alphabet::Alphanumeric, 36, 255),
    key("a GitHub token", "ghs_", Alphabet::Alphanumeric, 36, 255),
    key("a GitHub token", "ghr_", Alphabet::Alphanumeric, 36, 255),
    key("a GitLab token", "glpat-", Alphabet::Url, 20, 60),
    key("an Anthropic API key", "sk-ant-", Alphabet::Url, 80, 140),
    key("an OpenRouter API key", "sk-or-v1-", Alphabet::Hex, 64, 64),
    key("an OpenAI API key", "sk-proj-", Alphabet::Url, 40, 200),
    key("an OpenAI API key", "sk-svcacct-", Alphabet::Url, 40, 200),
    key("an OpenAI API key", "sk-", Alphabet::Alphanumeric, 48, 48),
    key("a Stripe key", "sk_live_", Alphabet::Alphanumeric, 24, 120),
    key("a Stripe key", "rk_live_", Alphabet::Alphanumeric, 24, 120),
    key("a Slack token", "xoxb-", Alphabet::Url, 40, 90),
    key("a Slack token", "xoxp-", Alphabet::Url, 40, 90),
    key("a Slack token", "xapp-", Alphabet::Url, 40, 130),
    key("a Google API key", "AIza", Alphabet::Url, 35, 35),
    key("an npm token", "npm_", Alphabet::Alphanumeric, 36, 36),
    key("a PyPI token", "pypi-AgEI", Alphabet::Url, 50, 250),
    key("a Hugging Face token", "hf_", Alphabet::Alphanumeric, 34, 40),
    key("a DigitalOcean token", "dop_v1_", Alphabet::Hex, 64, 64),
    key("a Linear API key", "lin_api_", Alphabet::Alphanumeric, 40, 40),
    key("a Groq API key", "gsk_", Alphabet::Alphanumeric, 52, 52),
    key("a Doppler token", "dp.pt.", Alphabet::Alphanumeric, 43, 43),
];

/// Names that promise a secret behind `=` or `:`.
const NAMES: [&str; 9] =
    ["password", "passwd", "secret", "token", "api_key", "apikey", "api-key", "access_key", "private_key"];

/// Words that tell a placeholder.
const FAKE: [&str; 22] = [
    "example",
    "sample",
    "xxxx",
    "your",
    "fake",
    "test",
    "dummy",
    "placeholder",
    "redacted",
    "changeme",
    "replace",
    "secret",
    "token",
    "password",
    "abcdef",
    "123456",
    "mock",
    "foobar",
    "insert",
    "here",
    "notreal",
    "deadbeef",
];

/// Entropy of a value below which it is no random one, in bits for each character.
const LEAST_ENTROPY: f64 = 3.5;
/// The same for a value without a format of its own.
const LEAST_NAMED_ENTROPY: f64 = 4.0;
/// Shortest value behind a telling name, in bytes.
const LEAST_NAMED: usize = 20;

/// Every credential of a text, by position.
pub fn find(text: &str) -> Vec<Secret> {
    let bytes = text.as_bytes();
    let mut found: Vec<Secret> =
        memmem::find_iter(bytes, "-----BEGIN ").filter_map(|at| private_key(text, at)).collect();
    found.extend(prefixes(bytes).into_iter().filter_map(|at| formatted(bytes, at)));
    found.extend(memchr::memchr2_iter(b'=', b':', bytes).filter_map(|at| named(text, at)));
    found.sort_by_key(|secret| secret.span);
    let mut end = 0;
    found.retain(|secret| {
        let is_first = secret.span.start >= end;
        end = if is_first { secret.span.end } else { end };
        is_first
    });
    found
}

/// Where the prefix of a format starts a word.
fn prefixes(bytes: &[u8]) -> Vec<usize> {
    static PREFIXES: LazyLock<Option<Searcher>> =
        LazyLock::new(|| Searcher::new(FORMATS.iter().map(|format| format.prefix)));
    let starts = |at: &usize| *at == 0 || !is_key_byte(bytes[at - 1]);
    match &*PREFIXES {
        Some(searcher) => searcher.find_iter(bytes).map(|found| found.start()).filter(starts).collect(),
        // Where the processor has no instructions for that search.
        None => {
            let is_prefix =
                |at: &usize| FORMATS.iter().any(|format| bytes[*at..].starts_with(format.prefix.as_bytes()));
            (0..bytes.len()).filter(starts).filter(is_prefix).collect()
        }
    }
}

/// The text with every byte of every credential replaced by `*`, line ends excepted; borrowed where there is none.
pub fn masked(text: &str) -> Cow<'_, str> {
    let found = find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for secret in found {
        let range = secret.span.range();
        out.push_str(&text[copied..range.start]);
        out.extend(text[range.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        copied = range.end;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

fn is_key_byte(byte: u8) -> bool {
    static KEY: [bool; 256] = {
        let mut key = [false; 256];
        let mut byte = 0u8;
        while byte < 128 {
            key[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
            byte += 1;
        }
        key
    };
    KEY[usize::from(byte)]
}

fn formatted(bytes: &[u8], at: usize) -> Option<Secret> {
    let rest = &bytes[at..];
    let format = FORMATS.iter().find(|format| rest.starts_with(format.prefix.as_bytes()))?;
    let fits = |byte: &u8| match format.alphabet {
        Alphabet::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        Alphabet::Alphanumeric => byte.is_ascii_alphanumeric(),
        Alphabet::Url => is_key_byte(*byte),
        Alphabet::Hex => byte.is_ascii_hexdigit(),
    };
    let body = &rest[format.prefix.len()..];
    let length = body.iter().take(format.most + 1).take_while(|byte| fits(byte)).count();
    let ends = body.get(length).is_none_or(|byte| !is_key_byte(*byte));
    if length < format.least || length > format.most || !ends || is_fake(&body[..length], LEAST_ENTROPY) {
        return None;
    }
    Some(Secret { span: Span::new(at, at + format.prefix.len() + length), what: format.what })
}

/// `API_KEY = "..."` with a random value, around the mark at `at`.
fn named(text: &str, at: usize) -> Option<Secret> {
    let bytes = text.as_bytes();
    let mut cursor = at + 1;
    cursor += bytes[cursor..].iter().take(2).take_while(|byte| **byte == b' ').count();
    cursor += usize::from(matches!(bytes.get(cursor), Some(b'"' | b'\'')));
    let value = bytes[cursor..]
        .iter()
        .take(200)
        .take_while(|byte| is_key_byte(**byte) || matches!(**byte, b'+' | b'/' | b'='))
        .count();
    if !(LEAST_NAMED..200).contains(&value) {
        return None;
    }
    let body = &bytes[cursor..cursor + value];
    let mut before = &bytes[..at];
    before = &before[..before.len() - before.iter().rev().take(2).take_while(|byte| **byte == b' ').count()];
    before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
    let length = before.iter().rev().take(65).take_while(|byte| is_key_byte(**byte)).count();
    let name = before[before.len() - length..].to_ascii_lowercase();
    if !(5..64).contains(&length) || !name[0].is_ascii_alphanumeric() {
        return None;
    }
    let mixed = body.iter().any(u8::is_ascii_digit)
        && body.iter().any(u8::is_ascii_lowercase)
        && body.iter().any(u8::is_ascii_uppercase);
    // Paths and identifiers have parts that are words.
    let word = body.split(|byte| !byte.is_ascii_alphanumeric()).map(<[u8]>::len).max().unwrap_or(0);
    if !mixed || word < 16 || !NAMES.iter().any(|known| name.ends_with(known.as_bytes())) {
        return None;
    }
    if is_fake(body, LEAST_NAMED_ENTROPY) {
        return None;
    }
    Some(Secret { span: Span::new(cursor, cursor + value), what: "a random value under the name of a secret" })
}

/// A private key in PEM form with something in it.
fn private_key(text: &str, at: usize) -> Option<Secret> {
    let line = text[at..].lines().next()?;
    if !line.contains("PRIVATE KEY-----") {
        return None;
    }
    let begin = at + line.find("PRIVATE KEY-----")? + "PRIVATE KEY-----".len();
    let mut limit = text.len().min(begin + 16 * 1024);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let end = text[begin..limit].find("-----END ").map(|end| begin + end)?;
    let body: Vec<u8> = text[begin..end].bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if body.len() < 64 || is_fake(&body, LEAST_ENTROPY) || body.contains(&b'.') {
        return None;
    }
    Some(Secret { span: Span::new(begin, end), what: "a private key" })
}

/// Whether a value is a placeholder: it says so, repeats itself, counts, or is not random.
fn is_fake(value: &[u8], least: f64) -> bool {
    let lower = value.to_ascii_lowercase();
    let says = FAKE.iter().any(|word| lower.windows(word.len()).any(|window| window == word.as_bytes()));
    let repeats = value.windows(5).any(|window| window.iter().all(|byte| *byte == window[0]));
    let counts = |step: i16| {
        lower.windows(6).any(|window| window.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step))
    };
    says && value.len() < 200 || repeats || counts(1) || counts(-1) || entropy(value) < least
}

/// Shannon entropy in bits for each byte.
fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0usize; 256];
    for byte in value {
        counts[*byte as usize] += 1;
    }
    let total = value.len() as f64;
    let share = |count: usize| count as f64 / total;
    -counts.iter().filter(|count| **count > 0).map(|count| share(*count) * share(*count).log2()).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value that no service issued.
    fn random(prefix: &str, len: usize) -> String {
        let letters = b"q7Zk2RvX9mLb4TgWc8YpH3sNd6JfUa5EeQ1oVi0";
        let body = (0..len).map(|at| char::from(letters[(at * 7 + at / 5) % letters.len()]));
        format!("{prefix}{}", body.collect::<String>())
    }

    #[test]
    fn formats_are_found_and_masked() {
        for text in [random("ghp_", 36), random("sk-ant-", 90), random("AIza", 35), random("npm_", 36)] {
            let line = format!("The key is `{text}`, keep it.");
            assert_eq!(find(&line).len(), 1, "{line}");
            let masked = masked(&line);
            assert!(!masked.contains(&text[8..20]), "{masked}");
            assert_eq!(masked.len(), line.len());
        }
    }

    #[test]
    fn fakes_are_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-ant-...",
            "ghp_****",
            "API_KEY=your-api-key-goes-here-123456",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
        assert_eq!(find(&format!("commit {}", "3f".repeat(20))), []);
    }

    #[test]
    fn a_name_and_entropy_are_enough() {
        let text = format!("DB_PASSWORD=\"{}\"", random("", 28));
        assert_eq!(find(&text).len(), 1);
        assert_eq!(find(&text.replace("DB_PASSWORD", "DB_COLOUR")), []);
    }
}

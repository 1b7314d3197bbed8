//! What is certain of a `key: value` line of YAML without asking the parser, which costs more to set up than such a line is
//! long. Frontmatter that is broken in many places is read piece by piece, so this is asked once for each line.

use crate::parse::traps::{flow_len, quoted_len};

/// How YAML reads a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not at all: the parser stops in it.
    Broken,
    /// As the plain scalar that it is, on one line.
    Plain,
}

/// How the text behind `key: `, up to the end of the document, is read, where that is certain. It starts with the value and
/// has no white space at its end.
pub fn reading(value: &str) -> Option<Reading> {
    let broken = |is_broken: bool| is_broken.then_some(Reading::Broken);
    let line = value.split(['\n', '\r']).next()?;
    match line.as_bytes().first()? {
        b'@' | b'`' => Some(Reading::Broken),
        b'"' | b'\'' => broken(quoted_len(value).is_none()),
        // A quote inside of a word opens nothing, so only brackets without any are counted.
        b'[' | b'{' => broken(!value.contains(['"', '\'', '#']) && flow_len(value).is_none()),
        first if first.is_ascii_alphanumeric() => {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" _./-".contains(&byte);
            if line.len() == value.len() && value.bytes().all(is_plain) {
                return Some(Reading::Plain);
            }
            // Behind a `#` there may be a comment.
            let before = line.split('#').next()?;
            let holds_key =
                before.contains(": ") || before.contains(":\t") || before.len() == line.len() && line.ends_with(':');
            broken(holds_key)
        }
        _ => None,
    }
}

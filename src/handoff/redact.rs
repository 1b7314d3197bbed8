//! Takes out of a text what must not be handed on: credentials, home folders and addresses of people.

use super::credentials;
use std::borrow::Cow;

/// What stands in the place of a credential.
pub const REDACTED: &str = "[redacted]";

/// The text with [`REDACTED`] in the place of every credential.
pub fn secrets(text: &str) -> Cow<'_, str> {
    let found = credentials::find(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    for span in found {
        let range = span.range();
        out.push_str(&text[copied..range.start]);
        out.push_str(REDACTED);
        copied = range.end;
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The text without credentials, with `~` for every home folder and without e-mail addresses.
pub fn personal(text: &str) -> String {
    addresses(&homes(&secrets(text)))
}

/// Folders that hold one folder for each person.
const HOMES: [&str; 4] = ["/Users/", "/home/", "\\Users\\", "/var/home/"];

/// `/home/someone/x` becomes `~/x`.
fn homes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let next = HOMES.iter().filter_map(|home| Some((rest.find(home)?, *home))).min();
        let Some((at, home)) = next else { break };
        let name = &rest[at + home.len()..];
        let is_part = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        let length = name.find(is_part).unwrap_or(name.len());
        // A folder of that name inside another path is none; a drive's letter belongs to the home.
        let before = &rest[..at];
        let drive = before.len() >= 2
            && before.ends_with(':')
            && before[..before.len() - 1].ends_with(|c: char| c.is_ascii_alphabetic())
            && home.starts_with('\\');
        let before = if drive { &before[..before.len() - 2] } else { before };
        let is_inside = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~'));
        if length == 0 || is_inside {
            out.push_str(&rest[..at + home.len()]);
            rest = &rest[at + home.len()..];
            continue;
        }
        out.push_str(before);
        out.push('~');
        rest = &name[length..];
    }
    out.push_str(rest);
    out
}

/// `someone@example.org` becomes `[e-mail]`. `git@host:...` and what is not an address stays.
fn addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut copied = 0;
    let is_local = |c: char| c.is_ascii_alphanumeric() || "._%+-".contains(c);
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    for (at, _) in text.match_indices('@') {
        if at < copied {
            continue;
        }
        let local = text[copied..at].chars().rev().take_while(|c| is_local(*c)).count();
        let host: usize = text[at + 1..].chars().take_while(|c| is_host(*c)).count();
        let host = text[at + 1..at + 1 + host].trim_end_matches(['.', '-']);
        let top = host.rsplit_once('.').map(|(_, top)| top).unwrap_or_default();
        let is_address = local > 0 && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_service = text[..at].ends_with("git") && local == 3;
        // A path with a version or a host in it has no dot-word like a country's at its end, or goes on as a file.
        let is_file = ["md", "rs", "ts", "js", "py", "go", "json", "toml", "txt", "png"].contains(&top);
        if is_address && !is_service && !is_file {
            out.push_str(&text[copied..at - local]);
            out.push_str("[e-mail]");
            copied = at + 1 + host.len();
        }
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_and_addresses_are_taken_out_and_nothing_else() {
        for (text, wanted) in [
            ("cat /home/ada/x/y.rs", "cat ~/x/y.rs"),
            ("`/Users/ada.l/Code`", "`~/Code`"),
            ("C:\\Users\\ada\\x", "~\\x"),
            ("src/home/ada/x", "src/home/ada/x"),
            ("write to ada@example.org, please", "write to [e-mail], please"),
            ("git@example.org:a/b", "git@example.org:a/b"),
            ("src/a.rs:1@worktree#12345678", "src/a.rs:1@worktree#12345678"),
            ("@alpha @beta.md a@b", "@alpha @beta.md a@b"),
            ("café /home/", "café /home/"),
        ] {
            assert_eq!(personal(text), wanted);
        }
    }

    #[test]
    fn a_credential_is_replaced() {
        let letters = b"q7Zk2RvX9mLb4TgWc8YpH3sNd6JfUa5EeQ1oVi0";
        let key: String = (0..36).map(|at| char::from(letters[(at * 7 + at / 5) % letters.len()])).collect();
        assert_eq!(personal(&format!("use ghp_{key} now")), "use [redacted] now");
    }
}

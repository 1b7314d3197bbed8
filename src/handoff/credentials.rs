//! Finds credentials in what was said and run in a session.
//!
//! A transcript holds credentials in forms that are no key of a known service: a password behind its name, the value of a
//! header, the user and the password of an address. A lint must not raise a false alarm about such a value; a quote that
//! lacks one slug too many does no harm. So this finds more than [`crate::secrets::find`].

use crate::secrets;
use crate::source::Span;

/// Shortest value behind a telling name, in bytes.
const LEAST: usize = 8;
/// Shortest value behind `Bearer` or `Basic` where no header's name stands before it, in bytes.
const LEAST_ALONE: usize = 16;
/// A name of more bytes than this is none.
const MAX_NAME: usize = 64;

/// Ends of names that promise a secret, in small letters and without `-` and `_`.
const NAMES: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "authkey",
    "credential",
    "authorization",
];

/// Those of a password, which may be any text.
const PASSWORDS: [&str; 4] = ["password", "passwd", "passphrase", "pwd"];

/// What a placeholder says.
const FAKE: [&str; 10] =
    ["example", "xxxx", "your", "changeme", "placeholder", "redacted", "dummy", "****", "...", "…"];

/// Every credential of a text, by position; none overlaps another.
pub fn find(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = secrets::find(text).into_iter().map(|secret| secret.span).collect();
    found.extend(memchr::memchr2_iter(b'=', b':', text.as_bytes()).filter_map(|at| named(text, at)));
    found.extend(starts(text, "--").filter_map(|at| flag(text, at)));
    found.extend(starts(text, "eyJ").filter_map(|at| web_token(text, at)));
    found.extend(starts(text, "xox").filter_map(|at| slack(text, at)));
    found.extend(text.match_indices("://").filter_map(|(at, _)| address(text, at + 3)));
    found.extend(schemes(text));
    found.extend(users(text));
    found.extend(mysql(text));
    found.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in found {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// Where `what` starts a word.
fn starts<'a>(text: &'a str, what: &'a str) -> impl Iterator<Item = usize> + 'a {
    let places = text.match_indices(what).map(|(at, _)| at);
    places.filter(|at| !text[..*at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-'))
}

/// How many bytes of a text are such characters.
fn run(text: &str, is_one: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_one(c)).unwrap_or(text.len())
}

/// The name in small letters without `-` and `_`, where it promises a secret.
fn telling(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let plain: String = lower.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    let is_pass = lower == "pass" || lower.ends_with("_pass") || lower.ends_with("-pass");
    if is_pass {
        return Some("password".to_owned());
    }
    NAMES.iter().any(|known| plain.ends_with(known)).then_some(plain)
}

/// `DB_PASSWORD=...`, `"apiKey": "..."`, around the mark at `at`.
fn named(text: &str, at: usize) -> Option<Span> {
    let before = text[..at].trim_end_matches(['"', '\'', '`', '*', '\\', ' ']);
    if at - before.len() > 6 {
        return None;
    }
    let is_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let length = before.chars().rev().take(MAX_NAME + 1).take_while(is_name).count();
    let name = &before[before.len() - length..];
    if length > MAX_NAME {
        return None;
    }
    let name = telling(name)?;
    let rest = &text[at + 1..];
    let start = at + 1 + usize::from(rest.starts_with(['=', '>']));
    value(text, start, &name)
}

/// `--password ...`; with `=` it is named already.
fn flag(text: &str, at: usize) -> Option<Span> {
    let name = at + 2;
    let end = name + run(&text[name..], |c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if !text[end..].starts_with(' ') {
        return None;
    }
    value(text, end, &telling(&text[name..end])?)
}

/// The value that starts at `from`, behind blanks and a quotation mark.
fn value(text: &str, from: usize, name: &str) -> Option<Span> {
    let lead = run(&text[from..], |c| matches!(c, ' ' | '*' | '\\'));
    if lead > 4 {
        return None;
    }
    let mut start = from + lead;
    let quote = text[start..].chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    start += usize::from(quote.is_some());
    let rest = &text[start..];
    let length = match quote {
        Some(quote) => rest.find([quote, '\n'])?,
        None => run(rest, |c| !c.is_whitespace() && !"\"'`,;)]}&|".contains(c)),
    };
    // The mark before a quotation mark in a quotation.
    let body = rest[..length].trim_end_matches('\\');
    let body = if quote.is_some() { body } else { body.trim_end_matches(['.', ':', '?']) };
    is_secret(body, name).then(|| Span::new(start, start + body.len()))
}

/// Whether a value behind this name is no word, no path, no code and no placeholder.
fn is_secret(value: &str, name: &str) -> bool {
    if value.len() < LEAST || is_placeholder(value) || value.starts_with(':') || value.contains(char::is_whitespace) {
        return false;
    }
    let is_password = PASSWORDS.iter().any(|known| name.ends_with(known));
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    if !has_letter {
        // A count or a date, but behind the name of a password.
        return is_password && has_digit && value.bytes().all(|byte| byte.is_ascii_digit());
    }
    // A call: what is before the bracket is a name.
    let before_call = value.split('(').next().unwrap_or_default();
    if before_call.len() < value.len() && is_of_words(before_call) {
        return false;
    }
    if has_digit {
        let is_one_word = value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_place = value.contains(['/', '.', '_']);
        return is_one_word || !is_of_words(value) || is_password && !is_place;
    }
    is_jumbled(value) || is_password && value.contains(['!', '#', '%', '^', '@'])
}

/// Whether a value stands for another one.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    value.starts_with(['$', '<', '[', '{', '%', '&', '('])
        || value.contains("${")
        || value.contains("$(")
        || value.contains("{{")
        || FAKE.iter().any(|word| lower.contains(word))
}

/// Whether every part is a word, a short number or a word with a short number behind it, as in paths and names.
fn is_of_words(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric()).all(|part| {
        let letters = run(part, |c| c.is_ascii_alphabetic());
        let digits = part.len() - letters;
        let is_number = part[letters..].bytes().all(|byte| byte.is_ascii_digit());
        is_number && digits <= if letters == 0 { 4 } else { 2 } && !is_jumbled(&part[..letters])
    })
}

/// Whether capitals and small letters alternate as in no name: `getTokenId` has four changes in ten letters.
fn is_jumbled(value: &str) -> bool {
    let letters: Vec<u8> = value.bytes().filter(u8::is_ascii_alphabetic).collect();
    let changes = letters.windows(2).filter(|pair| pair[0].is_ascii_uppercase() != pair[1].is_ascii_uppercase());
    letters.len() >= LEAST && changes.count() * 5 > letters.len() * 2
}

/// A JSON Web Token: parts in base64 with dots between them, the first an object.
fn web_token(text: &str, at: usize) -> Option<Span> {
    let rest = &text[at..];
    let length = run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '='));
    let token = rest[..length].trim_end_matches('.');
    let parts: Vec<&str> = token.split('.').collect();
    let is_one = parts.len() >= 2 && parts.iter().take(2).all(|part| part.len() >= 10);
    is_one.then(|| Span::new(at, at + token.len()))
}

/// `xoxb-1234-5678-...`, in any of its kinds.
fn slack(text: &str, at: usize) -> Option<Span> {
    let rest = &text[at..];
    let kind = rest[3..].chars().next().filter(char::is_ascii_lowercase)?;
    let body = rest[3 + kind.len_utf8()..].strip_prefix('-')?;
    let length = run(body, |c| c.is_ascii_alphanumeric() || c == '-');
    let has_digit = body[..length].bytes().any(|byte| byte.is_ascii_digit());
    (length >= 16 && has_digit && !is_placeholder(&body[..length])).then(|| Span::new(at, at + 5 + length))
}

/// The password of `scheme://user:password@host`, or the long random user alone; `from` is behind the slashes.
fn address(text: &str, from: usize) -> Option<Span> {
    let rest = &text[from..];
    let authority = &rest[..run(rest, |c| !c.is_whitespace() && !"/\"'`<>?".contains(c))];
    let (user, _) = authority.rsplit_once('@')?;
    match user.split_once(':') {
        Some((name, password)) if !password.is_empty() && !is_placeholder(password) => {
            Some(Span::new(from + name.len() + 1, from + user.len()))
        }
        Some(_) => None,
        None => (user.len() >= LEAST_ALONE && is_secret(user, "token")).then(|| Span::new(from, from + user.len())),
    }
}

/// What stands behind `Bearer`, `Basic` or `Token`, in a header or as long as one.
fn schemes(text: &str) -> Vec<Span> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for scheme in ["bearer ", "basic ", "token "] {
        for at in starts(&lower, scheme) {
            let start = at + scheme.len();
            let length = run(&text[start..], |c| c.is_ascii_alphanumeric() || "._~+/=-".contains(c));
            let value = text[start..start + length].trim_end_matches('.');
            let is_header = lower[..at].trim_end_matches([' ', '"', '\'', ':', '=', '\\']).ends_with("authorization");
            let is_alone = value.len() >= LEAST_ALONE && scheme != "token ";
            let is_value = value.ends_with('=') && !is_placeholder(value) || is_secret(value, "token");
            if value.len() >= LEAST && is_value && (is_header || is_alone) {
                found.push(Span::new(start, start + value.len()));
            }
        }
    }
    found
}

/// The password of `-u user:password`, as curl takes it.
fn users(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for option in ["-u", "--user", "--proxy-user"] {
        for at in starts(text, option) {
            let behind = at + option.len();
            let mut start = behind + run(&text[behind..], |c| matches!(c, ' ' | '=' | '\\'));
            let is_joined = start == behind && option.len() > 2;
            let quote = text[start..].chars().next().filter(|c| matches!(c, '"' | '\''));
            start += usize::from(quote.is_some());
            let rest = &text[start..];
            let length = run(rest, |c| !c.is_whitespace() && !"\"'`".contains(c));
            let Some((user, password)) = rest[..length].trim_end_matches('\\').split_once(':') else { continue };
            let is_plain = password.starts_with("//") || password.is_empty() || is_placeholder(password);
            let line = text[..at].rsplit('\n').next().unwrap_or_default();
            let is_curl = line.contains("curl") || line.contains("wget");
            // Elsewhere it is a user and a group.
            if !is_joined && !is_plain && !user.is_empty() && (is_curl || is_secret(password, "password")) {
                found.push(Span::new(start + user.len() + 1, start + user.len() + 1 + password.len()));
            }
        }
    }
    found
}

/// The password of `mysql -p...`, which stands right behind the letter.
fn mysql(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for at in starts(text, "-p") {
        let command = text[..at].rsplit(['\n', '|', ';', '&']).next().unwrap_or_default();
        if !["mysql", "mariadb", "sshpass"].iter().any(|program| command.contains(program)) {
            continue;
        }
        let quote = text[at + 2..].chars().next().filter(|c| matches!(c, '"' | '\''));
        let start = at + 2 + usize::from(quote.is_some());
        let rest = &text[start..];
        let length = match quote {
            Some(quote) => rest.find(quote).unwrap_or(0),
            None => run(rest, |c| !c.is_whitespace() && !"\"'`|;&".contains(c)),
        };
        if length > 0 && !is_placeholder(&rest[..length]) {
            found.push(Span::new(start, start + length));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::handoff::redact::secrets;

    /// A value that no service issued.
    fn random(len: usize) -> String {
        let letters = b"q7Zk2RvX9mLb4TgWc8YpH3sNd6JfUa5EeQ1oVi0";
        (0..len).map(|at| char::from(letters[(at * 7 + at / 5) % letters.len()])).collect()
    }

    #[test]
    fn every_form_of_a_credential_is_taken_out_and_the_rest_stays() {
        let long = random(40);
        let token = format!("eyJ{}.eyJ{}.{}", random(20), random(40), random(43));
        let short = random(16);
        for text in [
            format!("export DB_PASSWORD=@{short}@ && run"),
            format!("password: @{}@", random(20)),
            format!("{{\"apiKey\": \"@{short}@\", \"a\": 1}}"),
            format!("{{\\\"clientSecret\\\": \\\"@{short}@\\\"}}"),
            format!("the **token:** `@{short}@`."),
            format!("curl -H 'Authorization: Bearer @{long}@' x"),
            format!("use bearer @{long}@, then"),
            "Authorization: Basic @Ym9iOnN3b3JkZmlzaA==@".to_owned(),
            format!("it says @{token}@ here"),
            format!("curl -u bob:@{short}@ https://x.example.org/y"),
            "curl --user 'bob:@swordfish@' x".to_owned(),
            format!("@xoxb-1234-5678-{}@", random(24)),
            format!("mysql -uroot -p@{}@ -h db", random(14)),
            format!("postgres://bob:@{short}@@host/db"),
            format!("git clone https://@{}@@github.com/a/b", random(36)),
            format!("login --password @{short}@ --user bob"),
            "PGPASSWORD=@Summer2024!@ psql".to_owned(),
            format!("https://x.example.org/y?access_token=@{short}@&z=1"),
        ] {
            let parts: Vec<&str> = text.splitn(3, '@').collect();
            let [before, hidden, after] = parts[..] else { panic!("{text}") };
            let wanted = format!("{before}[redacted]{after}");
            assert_eq!(secrets(&format!("{before}{hidden}{after}")), wanted);
            assert_eq!(secrets(&wanted), wanted);
        }
    }

    #[test]
    fn prose_code_and_placeholders_stay() {
        for text in [
            "the token: it expires",
            "password: required",
            "Password: must be entered twice",
            "token: Option<String>, password: &str",
            "let token = get_token2(user)",
            "TOKEN=$GITHUB_TOKEN PASSWORD=${DB_PASSWORD} SECRET=\"$(cat x)\"",
            "api_key = process.env.OPENAI_API_KEY",
            "password = os.environ[\"DB_PASSWORD\"]",
            "secret: <your-secret>",
            "max_tokens: 40960000, token: 12345678",
            "password: src/auth/password.ts:14-20",
            "token: src/auth/token2.ts:14@worktree",
            "Token::from_bytes32(x)",
            "the bearer authentication-middleware and basic configuration",
            "docker run -u 1000:1000 --user node:node x",
            "git push -u origin:main",
            "mkdir -p src && ssh -p2222 host",
            "http://localhost:3000/@scope/name",
            "secretName: my-app-v2",
            "token: accessTokenId",
            "PWD=/home/ada/x2",
        ] {
            assert_eq!(secrets(text), text);
        }
    }
}

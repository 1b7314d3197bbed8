//! Names of failed tests in the output of test programs.
//!
//! pytest (`FAILED a.py::b - reason`, and `a.py::b FAILED` of its verbose form), cargo (`test a::b ... FAILED`), go
//! (`--- FAIL: TestA`, subtests too), jest and vitest (`✕ name`, `× name`). A file that could not be collected is no test.

use std::collections::BTreeSet;

/// Failed tests above this are not kept.
const MAX_TESTS: usize = 2_000;

/// The names of the tests that an output reports as failed, each once, in order.
pub fn failing(output: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let marked = ["FAIL", "✕", "×"].iter().any(|mark| output.contains(mark));
    for line in output.lines().take(if marked { usize::MAX } else { 0 }) {
        let line = without_colours(line);
        if let Some(name) = failed_test(&line)
            && !name.is_empty()
            && seen.insert(name.to_owned())
        {
            found.push(name.to_owned());
            if found.len() >= MAX_TESTS {
                break;
            }
        }
    }
    found
}

/// The line without escape sequences of a terminal.
fn without_colours(line: &str) -> std::borrow::Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return line.trim_end().into();
    }
    let mut out = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
        } else if chars.clone().next() == Some('[') {
            chars.find(|c| ('@'..='~').contains(c) && *c != '[');
        }
    }
    out.trim_end().to_owned().into()
}

fn failed_test(line: &str) -> Option<&str> {
    let text = line.trim_start();
    if let Some(rest) = line.strip_prefix("FAILED ") {
        return pytest_name(rest);
    }
    if let Some(rest) = text.strip_prefix("test ") {
        return rest.strip_suffix(" ... FAILED");
    }
    if let Some(rest) = text.strip_prefix("--- FAIL: ") {
        return rest.split_whitespace().next();
    }
    for mark in ["✕ ", "× "] {
        if let Some(rest) = text.strip_prefix(mark) {
            let is_file = rest.contains("failed)") && (rest.contains(" test |") || rest.contains(" tests |"));
            return (!is_file).then(|| without_time(rest.trim()));
        }
    }
    // The verbose form: the name, the verdict, and how much is done.
    let (name, rest) = text.split_once(" FAILED")?;
    let is_rest = rest.trim().is_empty() || rest.trim().starts_with('[') && rest.trim_end().ends_with("%]");
    (is_rest && name.contains(".py::") && !name.starts_with("test ")).then(|| name.trim())
}

/// The name of a test in pytest's summary: up to ` - `, which may also stand in a parameter.
fn pytest_name(rest: &str) -> Option<&str> {
    let mut depth = 0i32;
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            ' ' if depth <= 0 && rest[at..].starts_with(" - ") => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    // A parameter with a lone bracket leaves the depth wrong: then the first dash ends the name after all.
    if end == rest.len() && depth != 0 {
        end = rest.find(" - ").unwrap_or(end);
    }
    let name = rest[..end].trim();
    name.contains("::").then_some(name)
}

/// `adds two (5 ms)` and `adds two 5ms` without the time.
fn without_time(name: &str) -> &str {
    let is_time = |text: &str| {
        let text = text.trim();
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
        let unit = text[number.len()..].trim();
        !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && matches!(unit, "ms" | "s" | "m" | "µs")
    };
    if let Some((before, time)) = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("))
        && is_time(time)
    {
        return before.trim_end();
    }
    match name.rsplit_once(' ') {
        Some((before, time)) if is_time(time) && time.ends_with('s') => before.trim_end(),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_is_read() {
        let output = "FAILED tests/a.py::test_b - assert 1 == 2\n\
            FAILED tests/a.py::T::test_c[x - y] - ValueError\n\
            ERROR tests/broken.py\n\
            FAILED tests/collect.py - SyntaxError\n\
            tests/a.py::test_b FAILED                                   [ 50%]\n\
            tests/a.py::test_v FAILED\n\
            test parse::tests::deep ... FAILED\n\
            test src/lib.rs - twice (line 3) ... FAILED\n\
            test ok ... ok\n\
            --- FAIL: TestA (0.00s)\n    --- FAIL: TestA/empty_list (0.00s)\n\
            \u{20}   ✕ adds two (5 ms)\n    \u{1b}[31m✕\u{1b}[0m keeps (a) sign\n    ✓ fine (1 ms)\n   × goes > on 12ms\n\
            FAIL  src/a.test.ts\n × src/b.test.ts (3 tests | 1 failed) 4ms\n";
        let wanted = [
            "tests/a.py::test_b",
            "tests/a.py::T::test_c[x - y]",
            "tests/a.py::test_v",
            "parse::tests::deep",
            "src/lib.rs - twice (line 3)",
            "TestA",
            "TestA/empty_list",
            "adds two",
            "keeps (a) sign",
            "goes > on",
        ];
        assert_eq!(failing(output), wanted);
    }

    #[test]
    fn words_about_failure_are_no_tests() {
        assert_eq!(failing("FAILED to connect\nBuild FAILED\n2 FAILED, 3 passed\nthe test was FAILED\n"), [""; 0]);
    }
}

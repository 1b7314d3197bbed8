//! Which commands run without a question, by the permission rules of Claude Code.
//!
//! The answer is `false` only for a command that no rule and no built-in list can let through. What is not understood, a
//! loop or a substitution, counts as allowed as soon as its first word is.

use crate::clients::{READ_ONLY_COMMANDS, READ_ONLY_GIT, WRAPPERS};

/// The part of `command` that needs a permission which none of `rules` gives; `None` when all of it may run.
pub fn first_blocked<'a>(command: &'a str, rules: &[&str]) -> Option<&'a str> {
    let rules: Vec<&str> = rules.iter().filter_map(|rule| bash_rule(rule.trim())).collect();
    if rules.iter().any(|rule| matches!(*rule, "*" | ":*" | "")) {
        return None;
    }
    let command = command.trim();
    if rules.contains(&command) {
        return None;
    }
    if is_opaque(command) {
        let first = bare(command);
        return (!is_opaque(first.split_whitespace().next().unwrap_or("")) && !may_run(first, &rules)).then_some(first);
    }
    parts(command).into_iter().map(bare).find(|part| !part.is_empty() && !may_run(part, &rules))
}

/// What stands in the parentheses of a rule for `Bash`; empty for the rule `Bash` itself.
fn bash_rule(rule: &str) -> Option<&str> {
    match rule.strip_prefix("Bash")? {
        "" => Some(""),
        rest => rest.strip_prefix('(')?.strip_suffix(')').map(str::trim),
    }
}

/// Whether a command holds something that is no plain command: a substitution, a loop, a group.
fn is_opaque(command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or("");
    command.contains("$(")
        || command.contains('`')
        || command.contains("<(")
        || command.contains("<<")
        || command.starts_with(['(', '{', '!'])
        || matches!(first, "for" | "while" | "if" | "case" | "until" | "function" | "[[" | "set" | "export")
}

/// The plain commands of a compound one.
fn parts(command: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            // `2>&1` and `&>file` are redirections.
            (None, '&') if before == '>' || command[at + 1..].starts_with('>') => {}
            (None, '&' | '|' | ';' | '\n') => {
                found.push(&command[start..at]);
                start = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    found.push(&command[start..]);
    found.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A plain command without what is no part of it when it is compared: assignments and wrappers before it, redirections
/// of errors and into nothing behind it.
fn bare(part: &str) -> &str {
    let mut rest = part.trim();
    loop {
        let word = rest.split_whitespace().next().unwrap_or("");
        let is_assignment = word
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let is_wrapper = WRAPPERS.contains(&word) && !rest[word.len()..].trim_start().starts_with("-v");
        if !(is_assignment || is_wrapper) || word.len() == rest.len() {
            break;
        }
        rest = rest[word.len()..].trim_start();
        // `timeout 10 make`: the wrapper's own numbers and options.
        while is_wrapper && rest.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
    }
    loop {
        let short = ["2>/dev/null", "2> /dev/null", "2>&1", ">/dev/null", "> /dev/null", "&>/dev/null", "&> /dev/null"]
            .iter()
            .find_map(|end| rest.strip_suffix(end));
        match short {
            Some(short) => rest = short.trim_end(),
            None => return rest,
        }
    }
}

fn may_run(part: &str, rules: &[&str]) -> bool {
    // Quotes around a word are the shell's.
    let unquoted = || part.replace(['"', '\''], "");
    is_read_only(part) || rules.iter().any(|rule| matches(rule, part) || matches(rule, &unquoted()))
}

fn is_read_only(part: &str) -> bool {
    let mut words = part.split_whitespace();
    let first = words.next().unwrap_or("");
    if first == "git" {
        let mut words = words.skip_while(|word| word.starts_with('-'));
        let subcommand = words.next().unwrap_or("");
        let next = words.next().unwrap_or("");
        // With a folder as an option's value the subcommand stands one word later.
        let known = READ_ONLY_GIT.contains(&subcommand) || (part.contains(" -C ") && READ_ONLY_GIT.contains(&next));
        return known && (subcommand != "stash" || matches!(next, "list" | "show"));
    }
    if matches!(first, "find") && (part.contains(" -exec") || part.contains(" -delete")) {
        return false;
    }
    if first == "sed" && part.split_whitespace().any(|word| word.starts_with("-i")) {
        return false;
    }
    READ_ONLY_COMMANDS.contains(&first)
}

/// Whether a rule's text allows a plain command: `*` stands for anything, ` *` and `:*` at the end also for nothing.
fn matches(rule: &str, part: &str) -> bool {
    if let Some(start) = rule.strip_suffix(":*").or_else(|| rule.strip_suffix(" *")) {
        if start.contains('*') {
            return wildcard(start, part) || wildcard(&format!("{start} *"), part);
        }
        return part == start || part.strip_prefix(start).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    }
    wildcard(rule, part)
}

/// Whether the whole text is the pattern, in which `*` stands for any characters.
fn wildcard(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or("");
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(before) = last.replace(piece) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + before.len()..],
                None => return false,
            }
        }
    }
    match last {
        None => rest.is_empty(),
        Some(end) => rest.ends_with(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_needs_no_permission() {
        for command in [
            "git status",
            "git -C sub log --oneline -5 | head -3",
            "git --no-pager diff HEAD",
            "ls -la && cat a.txt",
            "find . -name x",
            "command -v node",
            "git log 2>/dev/null || echo none",
            "echo 'a; b' | wc -l",
            "LANG=C date +%F",
        ] {
            assert_eq!(first_blocked(command, &[]), None, "{command}");
        }
    }

    #[test]
    fn what_no_rule_allows_is_blocked() {
        assert_eq!(first_blocked("gh pr view", &[]), Some("gh pr view"));
        assert_eq!(first_blocked("git status; npm test 2>&1", &["Read", "Bash(git:*)"]), Some("npm test"));
        assert_eq!(first_blocked("find . -delete", &[]), Some("find . -delete"));
        assert_eq!(first_blocked("git stash", &[]), Some("git stash"));
        assert_eq!(first_blocked("gh pr view $(git branch)", &[]), Some("gh pr view $(git branch)"));
        assert_eq!(first_blocked("lsof", &["Bash(ls *)"]), Some("lsof"));
        assert_eq!(first_blocked("git push origin", &["Bash(git push)"]), Some("git push origin"));
    }

    #[test]
    fn a_rule_allows_what_it_matches() {
        for (command, rule) in [
            ("gh pr view", "Bash"),
            ("gh pr view", "Bash(*)"),
            ("gh pr view", "Bash(gh pr view)"),
            ("gh pr view 1", "Bash(gh pr view:*)"),
            ("gh pr view", "Bash(gh *)"),
            ("lsof", "Bash(ls*)"),
            ("npm run test", "Bash(npm * test)"),
            ("timeout 10 make all", "Bash(make:*)"),
            ("CI=1 npm test > /dev/null", "Bash(npm test)"),
            ("for f in *; do rm $f; done", "Read"),
            ("./x.sh $(pwd)", "Bash(./x.sh:*)"),
            ("\"${CLAUDE_PLUGIN_ROOT}/x.sh\" $ARGUMENTS", "Bash(${CLAUDE_PLUGIN_ROOT}/x.sh:*)"),
        ] {
            assert_eq!(first_blocked(command, &[rule]), None, "{command} with {rule}");
        }
    }
}

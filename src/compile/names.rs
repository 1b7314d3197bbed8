//! Names of outputs: made from headings, and free on file systems that ignore case.

use super::map::hash_of;
use crate::clients::skill_name_breach;
use crate::paths::PathIndex;
use std::collections::BTreeSet;

/// Longest name without its ending, in bytes.
const MAX_NAME: usize = 48;

/// Names that some systems keep for devices.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "index", "readme"];

/// A name for a heading: lower case, ASCII letters, digits and hyphens. What is left of a heading in another script is too
/// little to be told by, so it gets a name from its hash.
pub(super) fn slug(title: &str) -> String {
    // What stands in brackets explains the rest.
    let short = title.split(['(', '（']).next().unwrap_or(title);
    if short.len() < title.len() && short.chars().filter(char::is_ascii_alphabetic).count() >= 3 {
        return slug(short);
    }
    let mut slug = String::new();
    for c in title.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c.to_ascii_lowercase()),
            '\'' | '’' | '`' | '*' => {}
            _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
            _ => {}
        }
    }
    if slug.len() > MAX_NAME {
        let end = slug[..MAX_NAME].rfind('-').filter(|at| *at > MAX_NAME / 2).unwrap_or(MAX_NAME);
        slug.truncate(end);
    }
    let slug = slug.trim_matches('-');
    let letters = slug.chars().filter(char::is_ascii_alphabetic).count();
    let foreign = title.chars().filter(|c| c.is_alphabetic() && !c.is_ascii()).count();
    if letters < 3 || foreign > letters || RESERVED.contains(&slug) || skill_name_breach(slug).is_some() {
        return format!("topic-{}", &hash_of(title.as_bytes())[..6]);
    }
    slug.to_owned()
}

/// The paths that are taken, without regard to case.
pub(super) struct Taken {
    folded: BTreeSet<String>,
}

impl Taken {
    /// All paths of a repository.
    pub(super) fn new(index: &PathIndex) -> Taken {
        let files = index.files.iter().chain(&index.dirs).chain(&index.left_out).chain(index.links.keys());
        Taken { folded: files.map(|path| path.to_lowercase()).collect() }
    }

    /// Takes `path`, if it is free.
    pub(super) fn take(&mut self, path: &str) -> bool {
        self.folded.insert(path.to_lowercase())
    }

    /// The first free path of `make("")`, `make("-2")`, `make("-3")` and so on.
    pub(super) fn first_free(&mut self, make: impl Fn(&str) -> String) -> String {
        let mut number = 1;
        loop {
            let path = if number == 1 { make("") } else { make(&format!("-{number}")) };
            if self.take(&path) {
                return path;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(slug("How to `release` — v2.0!"), "how-to-release-v2-0");
        assert_eq!(slug("Adding a New RouterOS Command"), "adding-a-new-routeros-command");
        assert!(slug("開発ループ").starts_with("topic-"));
        assert!(slug("con").starts_with("topic-"));
        assert!(slug(&"long words ".repeat(20)).len() <= MAX_NAME);
        let mut index = PathIndex::default();
        index.files.push("docs/Agents/A.md".into());
        let mut taken = Taken::new(&index);
        assert_eq!(taken.first_free(|end| format!("docs/agents/a{end}.md")), "docs/agents/a-2.md");
    }
}

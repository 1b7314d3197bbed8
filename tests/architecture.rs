//! Holds the table of which module may import which, and the few things that only one place may do.
//!
//! A new import that the table does not allow fails here. Where it is right all the same, change ARCHITECTURE.md first,
//! with the reason, then the row.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// For each room the rooms that it may import. The order is that of the data flow: a room imports what stands above it.
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("model", &["source"]),
    ("diagnostic", &["source"]),
    ("fix", &["diagnostic"]),
    ("tokens", &[]),
    ("instructions", &["model", "source"]),
    ("secrets", &["source"]),
    ("parse", &["model", "source"]),
    ("parallel", &[]),
    ("paths", &[]),
    ("world", &[]),
    ("write", &["paths"]),
    ("clients", &["model"]),
    ("scope", &["clients", "model", "source"]),
    ("budgets", &["clients", "diagnostic"]),
    ("config", &["budgets", "clients", "model", "parse", "source"]),
    ("cache", &[]),
    ("history", &["paths", "world"]),
    (
        "references",
        &[
            "cache",
            "clients",
            "config",
            "discover",
            "history",
            "model",
            "parallel",
            "parse",
            "paths",
            "source",
            "workspace",
            "world",
        ],
    ),
    ("discover", &["clients", "config", "model", "paths", "world"]),
    ("load", &["clients", "config", "model", "parse", "paths", "references", "scope", "source", "tokens", "world"]),
    (
        "workspace",
        &[
            "clients",
            "config",
            "discover",
            "handoff",
            "instructions",
            "load",
            "model",
            "parallel",
            "parse",
            "paths",
            "references",
            "scope",
            "source",
            "tokens",
            "world",
        ],
    ),
    ("artifacts", &["clients", "discover", "model", "paths", "source", "workspace"]),
    (
        "content",
        &[
            "clients",
            "diagnostic",
            "discover",
            "instructions",
            "load",
            "model",
            "parse",
            "paths",
            "source",
            "workspace",
        ],
    ),
    (
        "handoff",
        &[
            "budgets",
            "cache",
            "clients",
            "config",
            "diagnostic",
            "history",
            "model",
            "parse",
            "paths",
            "references",
            "secrets",
            "source",
            "tokens",
            "workspace",
            "world",
        ],
    ),
    (
        "measure",
        &[
            "budgets",
            "clients",
            "config",
            "diagnostic",
            "instructions",
            "load",
            "model",
            "parse",
            "source",
            "tokens",
            "workspace",
        ],
    ),
    (
        "change",
        &[
            "clients",
            "config",
            "content",
            "diagnostic",
            "discover",
            "instructions",
            "load",
            "measure",
            "model",
            "paths",
            "references",
            "source",
            "tokens",
            "workspace",
            "world",
        ],
    ),
    ("lint", &["clients", "config", "diagnostic", "lints", "model", "parallel", "references", "source", "workspace"]),
    (
        "lints",
        &[
            "artifacts",
            "budgets",
            "clients",
            "config",
            "content",
            "diagnostic",
            "discover",
            "fix",
            "handoff",
            "instructions",
            "lint",
            "load",
            "measure",
            "model",
            "parse",
            "paths",
            "references",
            "scope",
            "secrets",
            "source",
            "tokens",
            "workspace",
        ],
    ),
    (
        "compile",
        &[
            "clients",
            "diagnostic",
            "discover",
            "instructions",
            "lint",
            "load",
            "measure",
            "model",
            "parse",
            "paths",
            "references",
            "scope",
            "source",
            "tokens",
            "workspace",
            "world",
        ],
    ),
    ("report", &["change", "compile", "diagnostic", "lint", "measure", "secrets", "source", "workspace"]),
    (
        "cli",
        &[
            "budgets",
            "change",
            "cache",
            "clients",
            "compile",
            "config",
            "diagnostic",
            "discover",
            "fix",
            "handoff",
            "history",
            "instructions",
            "lint",
            "lints",
            "load",
            "measure",
            "model",
            "parse",
            "paths",
            "references",
            "report",
            "secrets",
            "source",
            "tokens",
            "workspace",
            "world",
            "write",
        ],
    ),
    ("main", &["cli"]),
];

/// Words that may stand only in the files whose path starts so.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("Command::new(", &["world/git.rs"], "only world/git.rs starts a program"),
    (
        "std::fs",
        &["world.rs", "write.rs", "write/", "cache.rs"],
        "only world reads the disk, only write and cache write",
    ),
    ("tempfile::", &["cache.rs"], "only write and cache write, and write has temporary files of its own"),
    ("std::io::stdout", &["cli.rs", "cli/"], "only cli prints"),
    ("std::io::stderr", &["cli.rs", "cli/"], "only cli prints"),
    ("println!", &[], "results go through cli's one door"),
    ("miette", &["report/human.rs"], "only the human report knows miette"),
    ("clap", &["cli.rs", "cli/"], "only cli knows clap"),
    ("pulldown_cmark", &["parse/"], "only parse knows the Markdown parser"),
    ("saphyr_parser", &["parse/"], "only parse knows the YAML parser"),
    ("jsonc_parser", &["parse/"], "only parse knows the JSON parser"),
    ("Serialize", &["report/", "cli/"], "wire formats are types of their own, at the edge"),
    (
        "std::env",
        &["cli.rs", "cli/", "world/git.rs", "world/git/"],
        "nothing but the command line depends on the environment",
    ),
    ("SystemTime", &["cli/handoff/clock.rs"], "there is no clock in any output but the date of a handoff"),
];

/// Every source file of the crate by its path below `src/`, without its tests.
fn sources() -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(&src) {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let is_test = path.ends_with("/tests.rs") || path.contains("/tests/");
        if path.ends_with(".rs") && !is_test {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let code = text.split("\nmod tests {").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            found.insert(path, code.collect::<Vec<_>>().join("\n"));
        }
    }
    found
}

/// The room of a file: `parse` for `parse.rs` and for everything in `parse/`.
fn room(path: &str) -> &str {
    path.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The items of a group of imports whose opening brace is left out, up to its closing one: of `a::{b, c}, d}` the two
/// `a::{b, c}` and `d`.
fn items(group: &str) -> Vec<&str> {
    let (mut found, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                found.push(group[start..at].trim());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    found
}

/// The rooms that a file imports, by `crate::name` anywhere in its code.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        for name in rest.strip_prefix('{').map_or(vec![rest], items) {
            let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
            found.insert(name[..end].to_owned());
        }
    }
    found.remove("");
    found
}

#[test]
fn every_room_imports_only_what_its_row_allows() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        if path == "lib.rs" {
            continue;
        }
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room(&path)) else {
            wrong.push(format!("src/{path}: the room `{}` has no row", room(&path)));
            continue;
        };
        for import in imports(&code) {
            let known = ROOMS.iter().any(|(name, _)| *name == import);
            if known && import != room(&path) && !allowed.contains(&import.as_str()) {
                wrong.push(format!("src/{path} imports `{import}`, which its row does not allow"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "see ARCHITECTURE.md");
}

#[test]
fn what_only_one_place_may_do_is_done_only_there() {
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        for (word, places, why) in ONLY_IN {
            if code.contains(word) && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("src/{path} has `{word}`: {why}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "see ARCHITECTURE.md");
}

#[test]
fn the_check_sees_a_wrong_import() {
    let code = "use crate::{world, parse::{yaml::{self, Node}, json}, lint::Lint,};\nuse std::{fs};\ncrate::cli::run()";
    assert_eq!(imports(code), ["cli", "lint", "parse", "world"].map(String::from).into());
    assert_eq!((room("parse/yaml.rs"), room("lints.rs")), ("parse", "lints"));
}

//! Plans against what real clients sent, case by case. The recordings are not part of this repository: without them the
//! test says so and passes. Every fact that they hold has a fixture of its own in `tests/plans.rs`.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use ctxlint::clients;
use ctxlint::load::{Machine, Request, plan};
use ctxlint::world::{Memory, MemoryFile};
use serde_json::Value;
use std::path::{Path, PathBuf};

const BASE: &str = "/w";
const HOME: &str = "/w/home";
const PARENT: &str = "/w/outer";
const PROJECT: &str = "/w/outer/proj";

/// Cases that a plan cannot reproduce, with the reason; `docs/known-differences.md` has them as a table.
const KNOWN: &str = include_str!("../docs/known-differences.json");

fn folder() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = ["../shared/conformance", "../../shared/conformance"];
    places.iter().map(|place| here.join(place)).find(|place| place.is_dir())
}

fn substitute(text: &str) -> String {
    let slug: String = PROJECT.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    text.replace("<proj-slug>", &slug).replace("<proj>", PROJECT).replace("<parent>", PARENT)
}

fn place(path: &str) -> PathBuf {
    let path = substitute(path);
    for (mark, root) in [("~/", HOME), ("^/", PARENT), ("%/", BASE)] {
        if let Some(rest) = path.strip_prefix(mark) {
            return Path::new(root).join(rest);
        }
    }
    Path::new(PROJECT).join(path)
}

fn sentinels(text: &str) -> Vec<String> {
    let name = |part: &str| part.split_once("-QZ").map(|(name, _)| name.to_owned());
    let ok = |name: &String| name.chars().all(|c| c.is_ascii_alphanumeric() || "_.+-".contains(c));
    text.split("ZQ-").skip(1).filter_map(name).filter(ok).collect()
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for digit in text.chars().filter_map(|c| DIGITS.find(c)) {
        bits = (bits << 6) | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

fn build(case: &Value) -> Memory {
    let mut world = Memory::default();
    world.files.insert(HOME.into(), MemoryFile::Dir);
    world.files.insert(PROJECT.into(), MemoryFile::Dir);
    for (path, content) in case["files"].as_object().unwrap() {
        let file = if let Some(target) = content["symlink"].as_str() {
            MemoryFile::Link(substitute(target).into())
        } else if content["directory"] == true {
            MemoryFile::Dir
        } else if let Some(bytes) = content["base64"].as_str() {
            MemoryFile::Bytes(base64(bytes))
        } else {
            let text = substitute(content["text"].as_str().unwrap());
            MemoryFile::Bytes(with_sentinels(&text).into_bytes())
        };
        world.files.insert(place(path), file);
    }
    if case["git"] != false {
        world.add(Path::new(PROJECT).join(".git/HEAD"), "ref: refs/heads/main\n");
    }
    world
}

/// `{{name}}` becomes a sentinel; other braces, as in JSON, stay.
fn with_sentinels(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let name = &rest[at + 2..];
        let length = name.find(|c: char| !(c.is_ascii_alphanumeric() || "_.+-".contains(c))).unwrap_or(name.len());
        out.push_str(&rest[..at]);
        if length > 0 && name[length..].starts_with("}}") {
            out.push_str(&format!("ZQ-{}-QZ", &name[..length]));
            rest = &name[length + 2..];
        } else {
            out.push('{');
            rest = &rest[at + 1..];
        }
    }
    out + rest
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Rules without a scope come in the order of the folder: runs of their sentinels are compared sorted.
fn rules_as_set(names: &[String], case: &Value) -> Vec<String> {
    let in_rules = |name: &String| {
        let mark = format!("{{{{{name}}}}}");
        case["files"].as_object().unwrap().iter().any(|(path, content)| {
            path.contains(".claude/rules/") && content["text"].as_str().is_some_and(|text| text.contains(&mark))
        })
    };
    let mut out = Vec::new();
    let mut run: Vec<String> = Vec::new();
    for name in names {
        if in_rules(name) {
            run.push(name.clone());
            continue;
        }
        run.sort();
        out.append(&mut run);
        out.push(name.clone());
    }
    run.sort();
    out.append(&mut run);
    out
}

/// What differs, if anything does.
fn check(client: &str, version: &str, case: &Value) -> Option<String> {
    let world = build(case);
    let cwd = place_cwd(case["cwd"].as_str().unwrap());
    let touched: Vec<PathBuf> = strings(&case["read"]).iter().map(|path| cwd.join(substitute(path))).collect();
    // As the command does it: the root is the nearest folder with `.git`, else the start.
    let root = if case["git"] != false && cwd.starts_with(PROJECT) { PathBuf::from(PROJECT) } else { cwd.clone() };
    let managed = Path::new(BASE).join("etc/claude-code");
    let request = Request {
        client: clients::by_name(client).unwrap(),
        version,
        root: &root,
        cwd: &cwd,
        touched: &touched,
        machine: Some(Machine { home: Path::new(HOME), managed: &managed }),
        personal: true,
        window: 1_000_000,
        known: None,
    };
    let plan = plan(&world, &request);
    let mut startup = Vec::new();
    let mut after = vec![Vec::new(); touched.len()];
    for load in &plan.loads {
        match load.touch {
            Some(at) => after[at].extend(sentinels(&load.text)),
            None => startup.extend(sentinels(&load.text)),
        }
    }
    let wanted = rules_as_set(&strings(&case["startup"]), case);
    let got = rules_as_set(&startup, case);
    if wanted != got {
        return Some(format!("startup wanted {wanted:?}, got {got:?}"));
    }
    let recorded = case["after_read"].as_array().cloned().unwrap_or_default();
    let nothing = Value::Array(Vec::new());
    for (at, got) in after.iter().enumerate() {
        let wanted = rules_as_set(&strings(recorded.get(at).unwrap_or(&nothing)), case);
        let got = rules_as_set(got, case);
        if !is_same(&wanted, &got) {
            return Some(format!("read {at} wanted {wanted:?}, got {got:?}"));
        }
    }
    None
}

/// A recording may leave out the middle of a long list and write `...` for it.
fn is_same(wanted: &[String], got: &[String]) -> bool {
    match wanted.iter().position(|name| name == "...") {
        Some(at) => {
            let (head, tail) = (&wanted[..at], &wanted[at + 1..]);
            got.len() > head.len() + tail.len() && got.starts_with(head) && got.ends_with(tail)
        }
        None => wanted == got,
    }
}

fn place_cwd(cwd: &str) -> PathBuf {
    let cwd = substitute(cwd);
    match cwd.strip_prefix("~/") {
        Some(rest) => Path::new(HOME).join(rest),
        None => PathBuf::from(cwd),
    }
}

#[test]
fn plans_hold_what_real_clients_sent() {
    let Some(folder) = folder() else {
        eprintln!("skipped: no recordings beside this repository");
        return;
    };
    let known: Value = serde_json::from_str(KNOWN).unwrap();
    let mut failures = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    for file in files {
        let recording: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let (client, version) = (recording["client"].as_str().unwrap(), recording["version"].as_str().unwrap());
        let cases = recording["cases"].as_array().unwrap();
        let mut passed = 0;
        for case in cases {
            let name = case["case"].as_str().unwrap();
            match check(client, version, case) {
                None => passed += 1,
                Some(_) if known.get(name).is_some() => {}
                Some(difference) => {
                    let short: String = difference.chars().take(700).collect();
                    failures.push(format!("{client} {version} {name}: {short}"));
                }
            }
        }
        eprintln!("{client} {version}: {passed}/{}", cases.len());
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_known_difference_stands_in_the_table() {
    let known: Value = serde_json::from_str(KNOWN).unwrap();
    let page = include_str!("../docs/known-differences.md");
    for (name, reason) in known.as_object().unwrap() {
        assert!(page.contains(&format!("`{name}`")), "{name} is missing in docs/known-differences.md");
        assert!(!reason.as_str().unwrap().is_empty());
    }
}

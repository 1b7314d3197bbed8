//! The JSON Schemas of every JSON output: written from here to `schemas/` by `UPDATE=1 cargo test`, and held against real
//! outputs. The published schemas allow further keys, because a minor version may add some; the tests do not, so that
//! every key that is printed is described.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;

use common::{commit, ctxlint, git, repository, write};
use ctxlint::lint::Group;
use serde_json::{Map, Value, json};
use std::path::Path;

/// An object with these properties, of which those are required whose name has no `?` at its end.
fn object(properties: &[(&str, Value)]) -> Value {
    let mut described = Map::new();
    let mut required = Vec::new();
    for (name, schema) in properties {
        if !name.ends_with('?') {
            required.push(json!(name));
        }
        described.insert(name.trim_end_matches('?').to_owned(), schema.clone());
    }
    json!({ "type": "object", "required": required, "properties": described })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn or_null(schema: Value) -> Value {
    json!({ "anyOf": [schema, { "type": "null" }] })
}

fn described(mut schema: Value, text: &str) -> Value {
    schema["description"] = json!(text);
    schema
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn whole() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn line() -> Value {
    json!({ "type": "integer", "minimum": 1 })
}

fn commit_name() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$" })
}

fn range() -> Value {
    let place = object(&[
        ("line", described(line(), "1-based")),
        ("column", described(line(), "1-based, in Unicode scalar values")),
        ("byte", described(whole(), "offset in the file, 0-based")),
    ]);
    described(object(&[("start", place.clone()), ("end", place)]), "half-open: the end is one past the last character")
}

fn document(title: &str, properties: &[(&str, Value)]) -> Value {
    let tool = object(&[("name", json!({ "const": "ctxlint" })), ("version", text())]);
    let head = [("version", json!({ "const": 1 })), ("tool", tool)];
    let all: Vec<(&str, Value)> = head.into_iter().chain(properties.iter().cloned()).collect();
    let mut schema = object(&all);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema
}

fn diagnostic() -> Value {
    let edit = object(&[("path", text()), ("start", whole()), ("end", whole()), ("text", text())]);
    let fix = object(&[
        ("title", text()),
        ("applicability", json!({ "enum": ["safe", "unsafe", "manual"] })),
        ("edits", list(described(edit, "replaces the bytes from start up to end, both offsets in the file"))),
    ]);
    object(&[
        ("lint", text()),
        ("group", json!({ "enum": Group::ALL.map(Group::name) })),
        ("severity", json!({ "enum": ["error", "warn", "info"] })),
        ("basis", json!({ "enum": ["limit", "cost", "correctness", "convention"] })),
        ("message", described(text(), "what is wrong")),
        ("why", described(text(), "why it matters")),
        ("help", described(text(), "what to do")),
        ("url", text()),
        ("clients", list(object(&[("name", text()), ("version", text())]))),
        ("path", described(text(), "relative to the root, with /")),
        ("range", or_null(range())),
        ("parts", list(object(&[("name", text()), ("value", whole()), ("note", text())]))),
        ("related", list(object(&[("path", text()), ("range", or_null(range())), ("message", text())]))),
        ("fixes", list(fix)),
        ("fingerprint", described(json!({ "type": "string", "pattern": "^[0-9a-f]{16}$" }), "survives moved lines")),
    ])
}

fn reference() -> Value {
    let states = [
        "ok",
        "moved",
        "renamed",
        "changed",
        "gone",
        "missing",
        "out-of-range",
        "ambiguous",
        "ignored",
        "placeholder",
        "unknown",
    ];
    let now = object(&[("path", text()), ("start?", line()), ("end?", line())]);
    object(&[
        ("path", described(text(), "the document, relative to the root")),
        ("range", range()),
        ("kind", json!({ "enum": ["import", "link", "path", "citation", "command", "symbol"] })),
        ("text", text()),
        ("fenced", json!({ "type": "boolean" })),
        ("target", text()),
        ("target_start", or_null(line())),
        ("target_end", or_null(line())),
        ("state", json!({ "enum": states })),
        ("now", or_null(described(now, "where it is now; whole lines, both ends inclusive"))),
        ("evidence", json!({ "enum": ["history", "tree", "pin"] })),
        ("since", or_null(commit_name())),
        ("written", or_null(commit_name())),
    ])
}

fn estimate() -> Value {
    object(&[
        ("profile", text()),
        ("tokens", whole()),
        ("low", whole()),
        ("high", whole()),
        ("exact", json!({ "type": "boolean" })),
        ("basis", text()),
        ("dated", text()),
    ])
}

fn check_schema() -> Value {
    let counts = ["files", "errors", "warnings", "infos", "suppressed", "baselined", "fixable", "unchecked"];
    let counts: Vec<(&str, Value)> = counts.into_iter().map(|name| (name, whole())).collect();
    document(
        "ctxlint check --format json",
        &[
            ("root", text()),
            ("clients", list(text())),
            ("summary", object(&counts)),
            ("notes", described(list(text()), "what could not be checked")),
            ("diagnostics", list(diagnostic())),
        ],
    )
}

fn jsonl_schema() -> Value {
    let mut schema = diagnostic();
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("one line of ctxlint check --format jsonl");
    schema
}

fn statistics_schema() -> Value {
    let row = object(&[
        ("lint", text()),
        ("severity", json!({ "enum": ["error", "warn", "info"] })),
        ("findings", whole()),
        ("files", whole()),
        ("fixable", whole()),
    ]);
    document("ctxlint check --statistics --format json", &[("statistics", list(row))])
}

fn context_schema() -> Value {
    let load = object(&[
        ("order", whole()),
        ("path", text()),
        ("role", text()),
        ("trigger", triggers()),
        ("touch", or_null(whole())),
        ("via", or_null(text())),
        ("portion", json!({ "enum": ["full", "description", "head", "none"] })),
        ("bytes", whole()),
        ("lines", whole()),
        ("tokens", whole()),
        ("instructions", whole()),
        ("after_compaction", json!({ "enum": ["kept", "lost", "unknown"] })),
        ("text?", text()),
    ]);
    let total = object(&[
        ("files", whole()),
        ("bytes", whole()),
        ("lines", whole()),
        ("tokens", whole()),
        ("instructions", whole()),
    ]);
    let budget = object(&[
        ("name", text()),
        ("value", whole()),
        ("warn", or_null(whole())),
        ("error", or_null(whole())),
        ("state", json!({ "enum": ["ok", "warn", "error"] })),
        ("basis", text()),
        ("source", text()),
    ]);
    let listing = object(&[("chars", whole()), ("bundled", whole()), ("wanted", whole()), ("dropped", whole())]);
    document(
        "ctxlint context --format json",
        &[
            ("client", text()),
            ("client_version", text()),
            ("evidence", json!({ "enum": ["measured", "documented", "assumed"] })),
            ("cwd", text()),
            ("window", whole()),
            ("touched", list(text())),
            ("loads", list(load)),
            ("totals", object(&[("startup", total.clone()), ("touched", total)])),
            ("estimate", estimate()),
            ("budgets", list(budget)),
            ("repeated_instructions", whole()),
            ("skill_listing?", listing),
            ("problems", list(object(&[("path", text()), ("message", text())]))),
        ],
    )
}

fn triggers() -> Value {
    json!({ "enum": ["startup", "import", "path", "nested", "listing", "invoked", "never"] })
}

fn measure_schema() -> Value {
    let item = object(&[
        ("start_line", line()),
        ("end_line", line()),
        ("kind", json!({ "enum": ["must", "never", "conditional", "procedure", "prefer"] })),
        ("rule", text()),
        ("text", text()),
    ]);
    let instructions =
        object(&[("count", whole()), ("approximate", json!({ "type": "boolean" })), ("items", list(item))]);
    let file = object(&[
        ("path", text()),
        ("bytes", whole()),
        ("lines", whole()),
        ("tokens", whole()),
        ("instructions", instructions),
        ("estimate?", estimate()),
    ]);
    document("ctxlint measure --format json", &[("encoding", text()), ("files", list(file))])
}

fn refs_schema() -> Value {
    document("ctxlint refs --format json", &[("refs", list(reference())), ("unchecked?", text())])
}

fn diff_schema() -> Value {
    let figures = object(&[("tokens", whole()), ("instructions", whole()), ("lines", whole())]);
    let load = object(&[
        ("path", text()),
        ("change", json!({ "enum": ["added", "removed", "changed"] })),
        ("trigger", triggers()),
        ("tokens_before", whole()),
        ("tokens_after", whole()),
    ]);
    let path = object(&[("path", text()), ("before", figures.clone()), ("after", figures.clone())]);
    document(
        "ctxlint diff --format json",
        &[
            ("base", or_null(commit_name())),
            ("head", json!({ "anyOf": [commit_name(), { "enum": ["worktree", "index"] }] })),
            ("client", text()),
            ("startup", object(&[("before", figures.clone()), ("after", figures)])),
            ("paths", list(path)),
            ("loads", list(load)),
            ("refs_broken", list(reference())),
            ("refs_repaired", list(reference())),
            ("notes", described(list(text()), "what could not be checked")),
        ],
    )
}

fn compile_schema() -> Value {
    let size = object(&[("tokens", whole()), ("instructions", whole()), ("lines", whole())]);
    let state = object(&[("startup", size)]);
    let action = |names: &[&str]| json!({ "enum": names });
    let section = |actions: &[&str], dst: &str| {
        object(&[
            ("src", described(text(), "the source, relative to the root")),
            ("start_line", line()),
            ("end_line", line()),
            ("heading", described(list(text()), "the headings around the section and its own, the outermost first")),
            ("action", action(actions)),
            ("dst", described(text(), dst)),
            ("scope", described(list(text()), "the patterns of a rule, as Claude Code reads them")),
            ("tokens", whole()),
            ("confidence", json!({ "type": "number", "minimum": 0, "maximum": 1 })),
            ("evidence", list(text())),
        ])
    };
    let proof = object(&[
        ("partition", described(json!({ "type": "boolean" }), "every byte is in exactly one row of the map")),
        ("fidelity", described(json!({ "type": "boolean" }), "undoing the rewrites gives the sources back")),
        ("instructions_before", whole()),
        ("instructions_after", whole()),
        ("drops", list(text())),
        ("links_broken", whole()),
        ("scopes_checked", whole()),
        ("ok", json!({ "type": "boolean" })),
    ]);
    let client = object(&[("name", text()), ("before", state.clone()), ("after", state.clone())]);
    document(
        "ctxlint compile --format json",
        &[
            ("target", action(&ctxlint::compile::targets::ALL.map(|target| target.name()))),
            ("profile", action(&ctxlint::compile::plan::PROFILES.map(|profile| profile.name()))),
            ("before", described(state.clone(), "what the client of the target loads at startup")),
            ("after", state),
            ("clients", described(list(client), "the same for every client in use")),
            ("moves", list(section(&["rule", "skill", "document", "drop"], "the output; empty for what is dropped"))),
            ("kept", described(list(section(&["keep"], "the output")), "what stays, with the reason")),
            ("losses", described(list(text()), "what the target cannot express")),
            ("notes", described(list(text()), "what was not planned, and why")),
            ("proof", proof),
        ],
    )
}

fn verify_schema() -> Value {
    let proof = object(&[
        ("partition", json!({ "type": "boolean" })),
        ("fidelity", json!({ "type": "boolean" })),
        ("sources", described(whole(), "sources that could be rebuilt")),
        ("problems", list(text())),
        ("ok", json!({ "type": "boolean" })),
    ]);
    document("ctxlint compile --verify --format json", &[("proof", proof)])
}

/// Compares a schema with its file, or writes it.
fn is_fresh(name: &str, schema: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(format!("{name}.json"));
    let wanted = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::fs::read_to_string(&path).unwrap_or_default() != wanted {
        let is_update = std::env::var_os("UPDATE").is_some();
        assert!(is_update, "schemas/{name}.json is stale: run `UPDATE=1 cargo test` and commit the result");
        std::fs::write(path, wanted).unwrap();
    }
}

/// The schema with every object closed.
fn strict(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut map: Map<String, Value> = map.iter().map(|(key, value)| (key.clone(), strict(value))).collect();
            if map.get("type") == Some(&json!("object")) {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
            Value::Object(map)
        }
        Value::Array(list) => Value::Array(list.iter().map(strict).collect()),
        other => other.clone(),
    }
}

fn holds(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(&strict(schema)).unwrap();
    let problems: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(problems, Vec::<String>::new(), "{value:#}");
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn check_and_jsonl_hold_to_their_schemas() {
    let schema = check_schema();
    is_fresh("check", &schema);
    is_fresh("check-line", &jsonl_schema());
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures/tour");
    let value = parsed(&ctxlint(&tour, &["--root", ".", "check", "--pedantic", "--format", "json"]).out);
    assert!(value["diagnostics"].as_array().unwrap().len() > 10, "the tour has findings");
    holds(&schema, &value);
    let lines = ctxlint(&tour, &["--root", ".", "check", "--pedantic", "--format", "jsonl"]).out;
    assert_eq!(lines.lines().count(), value["diagnostics"].as_array().unwrap().len());
    for line in lines.lines() {
        holds(&jsonl_schema(), &parsed(line));
    }
    let statistics = statistics_schema();
    is_fresh("check-statistics", &statistics);
    let counted = ctxlint(&tour, &["--root", ".", "check", "--statistics", "--format", "json"]).out;
    holds(&statistics, &parsed(&counted));
    // What must not pass: a key that nobody described.
    let mut wrong = value;
    wrong["diagnostics"][0]["surprise"] = json!(1);
    assert!(!jsonschema::validator_for(&strict(&schema)).unwrap().is_valid(&wrong));
}

#[test]
fn context_and_measure_hold_to_their_schemas() {
    let (context, measure) = (context_schema(), measure_schema());
    is_fresh("context", &context);
    is_fresh("measure", &measure);
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures/tour");
    for arguments in [&["context"][..], &["context", "--text", "src/x.ts"], &["context", "--client", "codex"]] {
        let arguments = [&["--root", "."], arguments, &["--format", "json"]].concat();
        holds(&context, &parsed(&ctxlint(&tour, &arguments).out));
    }
    for arguments in [&["measure"][..], &["measure", "--profile", "claude-5"]] {
        let arguments = [&["--root", "."], arguments, &["--format", "json"]].concat();
        holds(&measure, &parsed(&ctxlint(&tour, &arguments).out));
    }
}

#[test]
fn refs_and_diff_hold_to_their_schemas() {
    let (refs, diff) = (refs_schema(), diff_schema());
    is_fresh("refs", &refs);
    is_fresh("diff", &diff);
    let dir = repository(&[
        ("CLAUDE.md", "@docs/a.md\n\nSee [b](docs/b.md), `src/a.rs:1-2`, `src/b.rs:1`, `src/c.rs:9` and `src/d.rs`.\n"),
        ("docs/a.md", "- Run `make all` first; `one()` in `src/a.rs`.\n"),
        ("docs/b.md", "- Never do that.\n"),
        ("src/a.rs", "fn one() {}\nfn two() {}\n"),
        ("src/b.rs", "fn three() {}\nfn four() {}\nfn five() {}\n"),
        ("src/c.rs", "fn six() {}\n"),
        ("src/d.rs", "fn seven() {}\nfn eight() {}\n"),
        ("Makefile", "all:\n\ttrue\n"),
    ]);
    let root = dir.path();
    git(root, &["mv", "src/b.rs", "src/e.rs"]);
    git(root, &["rm", "-q", "src/d.rs", "docs/b.md"]);
    write(root, "src/a.rs", "// new\nfn one() {}\nfn two() {}\n");
    write(root, "Makefile", "most:\n\ttrue\n");
    write(root, "docs/a.md", "- Run `make all` first; `one()` in `src/a.rs`.\n- Never push.\n");
    commit(root, "later");
    let value = parsed(&ctxlint(root, &["refs", "--format", "json"]).out);
    holds(&refs, &value);
    let kinds: std::collections::BTreeSet<&str> =
        value["refs"].as_array().unwrap().iter().map(|of| of["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    for arguments in [&["diff", "HEAD~1"][..], &["diff", "HEAD~1", "HEAD"], &["diff", "HEAD", "--staged"]] {
        holds(&diff, &parsed(&ctxlint(root, &[arguments, &["--format", "json"]].concat()).out));
    }
    let value = parsed(&ctxlint(root, &["diff", "HEAD~1", "--format", "json"]).out);
    assert_eq!(value["head"], "worktree");
    assert!(!value["refs_broken"].as_array().unwrap().is_empty() && !value["loads"].as_array().unwrap().is_empty());
}

#[test]
fn compile_and_its_proof_hold_to_their_schemas() {
    let (compile, verify) = (compile_schema(), verify_schema());
    is_fresh("compile", &compile);
    is_fresh("compile-verify", &verify);
    let release = "- Write the notes of the release.\n- Ask the others whether it is done.\n";
    let memory = format!(
        "# Shop\n\nA shop for spare parts.\n\n## Working on the api\n\n- Keep amounts in cents in `src/api/pay.ts`.\n\
         - Return a result from `src/api/tax.ts`, and add a test to `src/api/pay.test.ts`.\n- Use the types of `src/api/`.\n\n\
         ## Adding a provider\n\n1. Create a module in the folder.\n2. Register it in the table.\n3. Write a test that calls it.\n\
         4. Describe it in the guide, see [the guide](docs/guide.md).\n\n## Architecture\n\nThe server reads orders from a \
         queue. The queue is filled by the front. Orders are kept for a year.\n\n| Part | Task |\n| --- | --- |\n\
         | front | takes orders |\n| queue | keeps them |\n\n## At the end\n\n{release}\n## Safety\n\n\
         - Never commit secrets.\n\n## At the end\n\n{release}"
    );
    let files =
        ["src/api/pay.ts", "src/api/tax.ts", "src/api/pay.test.ts", "src/web/page.tsx", "docs/guide.md", "a.py"];
    let files = files.map(|path| (path, "x\n"));
    let dir = repository(&[&[("CLAUDE.md", memory.as_str())][..], &files].concat());
    let root = dir.path();
    let mut seen = std::collections::BTreeSet::new();
    for target in ctxlint::compile::targets::ALL {
        let arguments = ["compile", "--drop", "duplicates", "--target", target.name(), "--format", "json"];
        let value = parsed(&ctxlint(root, &arguments).out);
        holds(&compile, &value);
        let moves = value["moves"].as_array().unwrap().iter().chain(value["kept"].as_array().unwrap());
        seen.extend(moves.map(|row| row["action"].as_str().unwrap().to_owned()));
        seen.extend(value["losses"].as_array().unwrap().iter().map(|_| "loss".to_owned()));
    }
    let seen: Vec<&str> = seen.iter().map(String::as_str).collect();
    assert_eq!(
        seen,
        ["document", "drop", "keep", "loss", "rule", "skill"],
        "each kind of row is held against the schema"
    );
    // What must not pass: an action that nobody described.
    let mut wrong = parsed(&ctxlint(root, &["compile", "--format", "json"]).out);
    wrong["kept"][0]["action"] = json!("burn");
    assert!(!jsonschema::validator_for(&compile).unwrap().is_valid(&wrong));
    assert_eq!(ctxlint(root, &["compile", "--write"]).code, 0);
    let proved = parsed(&ctxlint(root, &["compile", "--verify", "--format", "json"]).out);
    holds(&verify, &proved);
    assert_eq!(proved["proof"]["ok"], true);
    write(root, "CLAUDE.md", "# Another\n");
    let refuted = parsed(&ctxlint(root, &["compile", "--verify", "--format", "json"]).out);
    holds(&verify, &refuted);
    assert!(!refuted["proof"]["problems"].as_array().unwrap().is_empty());
}

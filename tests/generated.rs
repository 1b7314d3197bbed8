//! Owns every file that follows from another: the list of lints, the reference pages, the schemas. `UPDATE=1 cargo test`
//! writes them; without it a stale one fails with that command.

#![allow(clippy::unwrap_used)]

use ctxlint::budgets::{self, Limit, Of};
use ctxlint::clients;
use ctxlint::config::{DEFAULT_EXCLUDED_DIRS, KEYS, Kind};
use ctxlint::lint::{FixKind, Group, Lint};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_default()
}

/// Compares a file with what it must hold, or writes it.
fn check(path: &str, wanted: &str) {
    if read(path) == wanted {
        return;
    }
    assert!(std::env::var_os("UPDATE").is_some(), "{path} is stale: run `UPDATE=1 cargo test` and commit the result");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, wanted).unwrap();
}

#[test]
fn the_list_of_lints_holds_every_file_in_its_folder() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lints");
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in dir.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let statics = text.lines().filter_map(|line| line.strip_prefix("pub static ")?.strip_suffix(": Lint = Lint {"));
        let statics: Vec<&str> = statics.collect();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let [name] = statics.as_slice() else { panic!("src/lints/{module}.rs must hold one lint, not {statics:?}") };
        assert_eq!(name.to_lowercase(), module, "the lint and its file have the same name");
        let kebab = module.replace('_', "-");
        assert!(text.contains(&format!("name: \"{kebab}\"")), "src/lints/{module}.rs must name its lint `{kebab}`");
        assert!(text.contains(&format!("docs/lints/{kebab}.md")), "src/lints/{module}.rs must include its page");
        found.push((module.to_owned(), (*name).to_owned()));
    }
    found.sort();
    let mut out =
        String::from("//! Every lint. This file is written by `UPDATE=1 cargo test`, from the files beside it.\n\n");
    for (module, _) in &found {
        writeln!(out, "pub mod {module};").unwrap();
    }
    out.push_str("\nuse crate::lint::Lint;\n\n/// Every lint, by name.\npub static ALL: &[&Lint] = &[\n");
    for (module, name) in &found {
        writeln!(out, "    &{module}::{name},").unwrap();
    }
    out.push_str("];\n");
    check("src/lints.rs", &out);
}

fn row(lint: &Lint) -> String {
    let fix = match lint.fix {
        FixKind::None => "",
        FixKind::Safe => "safe",
        FixKind::Unsafe => "unsafe",
        FixKind::Manual => "hint",
    };
    let level = match (lint.level, lint.max_level, lint.pedantic) {
        (_, _, true) => "off (pedantic)".to_owned(),
        (level, most, _) if level == most => level.name().to_owned(),
        (level, most, _) => format!("{} to {}", level.name(), most.name()),
    };
    let name = lint.name;
    format!("| [{name}](lints/{name}.md) | {level} | {} | {fix} | {} |\n", lint.basis.name(), lint.summary)
}

#[test]
fn the_page_of_lints_is_fresh() {
    let mut out = String::from(
        "# Lints\n\nThis page is written by `UPDATE=1 cargo test`. Each name leads to the lint's page, which `ctxlint explain NAME` prints\n\
         and which is the lint's test. The basis says why findings matter: a client's *limit*, *cost* in tokens,\n\
         *correctness*, or a *convention*.\n",
    );
    for group in Group::ALL {
        let lints: Vec<&Lint> = ctxlint::lints::ALL.iter().copied().filter(|lint| lint.group == group).collect();
        if lints.is_empty() {
            continue;
        }
        write!(
            out,
            "\n## {}\n\n| lint | level | basis | fix | finds |\n| --- | --- | --- | --- | --- |\n",
            group.name()
        )
        .unwrap();
        out.extend(lints.into_iter().map(row));
    }
    check("docs/lints.md", &out);
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Integer(least) => format!("whole number, at least {least}"),
        Kind::PositiveNumber => "number above 0".to_owned(),
        Kind::Choice(words) => words.iter().map(|word| format!("`\"{word}\"`")).collect::<Vec<_>>().join(", "),
        Kind::Globs => "list of globs over paths relative to the root; `dir/` stands for all below it".to_owned(),
        Kind::Clients => "list of client names".to_owned(),
        Kind::Names => "list of names".to_owned(),
    }
}

#[test]
fn the_page_of_the_configuration_is_fresh() {
    let mut out = String::from(
        "# Configuration\n\nThis page is written by `UPDATE=1 cargo test` from the table of keys that the program reads.\n\n\
         `ctxlint.toml` lies in the root of the repository. There is no other layer: a laptop and CI must agree. An unknown key\n\
         or a bad value is an error that points at its place. `ctxlint init` writes a file with every key as a comment.\n",
    );
    for key in KEYS {
        write!(
            out,
            "\n## `{}`\n\n{}\n\n- value: {}\n- default: {}\n- example: `{} = {}`\n",
            key.path,
            key.doc,
            kind(&key.kind),
            if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) },
            key.path,
            key.example
        )
        .unwrap();
        if key.path == "default-exclude" {
            let dirs = DEFAULT_EXCLUDED_DIRS.map(|dir| format!("`{dir}/`")).join(", ");
            write!(
                out,
                "\nThe default exclusions are folders of these names, anywhere in the tree: {dirs}.\nWhat git ignores is never linted, \
                 and `.git`, `node_modules` and folders with a `CACHEDIR.TAG` are not even entered.\n"
            )
            .unwrap();
        }
    }
    out.push_str(
        "\n## `[levels]`\n\nThe level of a lint or of a group: `off`, `info`, `warn` or `error`. A lint's own name wins over its group's.\n\n\
         ```toml\n[levels]\nbudget = \"info\"\nfile-lines = \"off\"\n```\n\n\
         ## `[budgets]`\n\nA number is a promise: exceeding it is an error. `{ warn = 200, error = 400 }` has both limits. Without an entry the\n\
         defaults apply, which only warn.\n\n| budget | files | default | basis | where it comes from |\n| --- | --- | --- | --- | --- |\n",
    );
    for budget in budgets::ALL {
        let (name, unit) = (budget.name, budget.unit);
        let of = match budget.of {
            Of::File => None,
            Of::Startup => Some("all that loads at startup"),
            Of::Path => Some("all that is loaded once one file is read"),
        };
        if budget.defaults.is_empty() {
            writeln!(out, "| `{name}` | {} | none, in {unit} | | |", of.unwrap_or("every context file")).unwrap();
        }
        for default in budget.defaults {
            let roles = || default.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", ");
            let files = of.map_or_else(roles, str::to_owned);
            for limit in [Some(default.warn), default.error].into_iter().flatten() {
                let (most, basis, source) = (limit.most, limit.basis.name(), limit.source);
                writeln!(out, "| `{name}` | {files} | {most} {unit} | {basis} | {source} |").unwrap();
            }
        }
    }
    out.push_str("\n`preset` changes these defaults:\n\n| preset | budget | default | where it comes from |\n| --- | --- | --- | --- |\n");
    for preset in &budgets::PRESETS {
        if preset.limits.is_empty() {
            writeln!(out, "| `{}` | all | as above | |", preset.name).unwrap();
        }
        for limit in preset.limits {
            for Limit { most, source, .. } in [limit.warn, limit.error] {
                writeln!(out, "| `{}` | `{}` | {most} | {source} |", preset.name, limit.budget).unwrap();
            }
        }
    }
    out.push_str(
        "\n## `[documents]`\n\nDocuments whose references are checked beside those of context files and of what these link: a table for each\n\
         glob. `class` is `living` (what is wrong is a warning; the default) or `record` (a record of past work: only worth knowing).\n\n\
         ```toml\n[documents.\"docs/**\"]\nclass = \"living\"\n\n[documents.\"docs/plans/**\"]\nclass = \"record\"\n```\n\
          \n## `[[override]]`\n\nLevels and budgets of single files for those that match; later entries win over earlier ones, and all of them over the sections\n\
         above.\n\n```toml\n[[override]]\nfiles = [\"docs/**\"]\nlevels = { missing-anchor = \"off\" }\nbudgets = { file-lines = 600 }\n```\n\n\
         ## Comments that allow a finding\n\nIn Markdown, on lines of their own before the block: `<!-- ctxlint allow: name, name -- reason -->`. For the whole file:\n\
         `<!-- ctxlint allow-file: name -- reason -->`, after the frontmatter. In YAML frontmatter: `# ctxlint allow: name -- reason`, on the\n\
         line before or behind the value. A comment that allows nothing is reported as\n[unused-suppression](lints/unused-suppression.md).\n",
    );
    check("docs/configuration.md", &out);
}

#[test]
fn the_page_of_files_is_fresh() {
    let mut out = String::from(
        "# Which files each client reads\n\nThis page is written by `UPDATE=1 cargo test` from the tables in `src/clients/`; `ctxlint explain files` prints the same.\n\
         *Measured*: seen in the requests of the real client. *Documented*: its vendor says so. *Assumed*: neither.\n",
    );
    for client in clients::all() {
        let versions = client.versions.join(", ");
        let versions = if versions.is_empty() { String::new() } else { format!(", versions {versions}") };
        write!(
            out,
            "\n## {} (`{}`)\n\nMost of this is {}: {} ({}){versions}.\n\n| file | is | known |\n| --- | --- | --- |\n",
            client.title,
            client.name,
            client.evidence.name(),
            client.source,
            client.dated
        )
        .unwrap();
        for rule in client.files {
            let known = format!("{}, {}, {}", rule.fact.evidence.name(), rule.fact.source, rule.fact.dated);
            writeln!(out, "| `{}` | {} | {known} |", rule.pattern(), rule.role.name()).unwrap();
        }
    }
    check("docs/files.md", &out);
}

#[test]
fn the_key_of_the_presets_names_them_all() {
    let key = KEYS.iter().find(|key| key.path == "preset").unwrap();
    let Kind::Choice(words) = key.kind else { panic!("a choice") };
    assert_eq!(words, budgets::PRESETS.map(|preset| preset.name));
}

fn schema_of(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::Integer(least) => json!({ "type": "integer", "minimum": least }),
        Kind::PositiveNumber => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Globs => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Clients => {
            let names = clients::all().iter().map(|client| client.name);
            let names: Vec<&str> = names.chain([clients::AGENT_SKILLS]).collect();
            json!({ "type": "array", "items": { "enum": names } })
        }
    }
}

#[test]
fn the_schema_of_the_configuration_is_fresh() {
    let lints: Vec<&str> = ctxlint::lints::ALL.iter().map(|lint| lint.name).collect();
    let names: Vec<&str> = lints.into_iter().chain(Group::ALL.map(Group::name)).collect();
    let whole = json!({ "type": "integer", "minimum": 0 });
    let both = json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "properties": { "warn": whole, "error": whole } });
    let budget = json!({ "anyOf": [whole, both] });
    let of_budgets: serde_json::Map<String, Value> =
        budgets::ALL.iter().map(|kind| (kind.name.to_owned(), budget.clone())).collect();
    let levels = json!({ "type": "object", "propertyNames": { "enum": names }, "additionalProperties": { "enum": ["off", "info", "warn", "error"] } });
    let budgets = json!({ "type": "object", "additionalProperties": false, "properties": of_budgets });
    let mut properties = serde_json::Map::new();
    for key in KEYS {
        let mut schema = schema_of(&key.kind);
        schema["description"] = json!(key.doc);
        match key.path.split_once('.') {
            None => {
                properties.insert(key.path.to_owned(), schema);
            }
            Some((section, name)) => {
                let empty = json!({ "type": "object", "additionalProperties": false, "properties": {} });
                let section = properties.entry(section).or_insert(empty);
                section["properties"][name] = schema;
            }
        }
    }
    properties.insert("levels".to_owned(), levels.clone());
    properties.insert("budgets".to_owned(), budgets.clone());
    let entry = json!({
        "type": "object", "additionalProperties": false, "required": ["files"],
        "properties": { "files": { "type": "array", "items": { "type": "string" } }, "levels": levels, "budgets": budgets },
    });
    let class = json!({ "type": "string", "enum": ["living", "record"] });
    let document = json!({ "type": "object", "properties": { "class": class }, "additionalProperties": false });
    properties.insert("documents".to_owned(), json!({ "type": "object", "additionalProperties": document }));
    properties.insert("override".to_owned(), json!({ "type": "array", "items": entry }));
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ctxlint.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    check("schemas/ctxlint.toml.json", &(serde_json::to_string_pretty(&schema).unwrap() + "\n"));
}

/// What a value of a field looks like, for an editor.
fn schema_of_field(field: &clients::Field, form: &clients::Form) -> Value {
    use clients::FieldValue;
    let text = json!({ "type": ["string", "number", "boolean", "null"] });
    let names = json!({ "type": ["string", "array", "null"], "items": { "type": ["string", "number", "boolean"] } });
    let mut schema = match field.value {
        FieldValue::Text => text,
        FieldValue::Hint => json!({ "type": ["string", "number", "boolean", "array", "null"] }),
        FieldValue::Flag if form.flags.is_empty() => json!({ "type": ["boolean", "null"] }),
        FieldValue::Flag => {
            let words: Vec<&str> = form.flags.iter().map(|(word, _)| *word).collect();
            json!({ "anyOf": [{ "type": ["boolean", "null"] }, { "enum": [0, 1] }, { "enum": words }] })
        }
        FieldValue::Word(words) => json!({ "enum": words }),
        FieldValue::Names | FieldValue::CommaNames | FieldValue::Tools | FieldValue::Globs => names,
        FieldValue::Model { many: false } => json!({ "type": ["string", "null"] }),
        FieldValue::Model { many: true } => names,
        FieldValue::Count => json!({ "type": "integer", "minimum": 1 }),
        FieldValue::Map => json!({ "type": "object" }),
        FieldValue::List => json!({ "type": ["array", "string", "object"] }),
    };
    schema["description"] = json!(field.doc);
    if let Some((most, clients::Unit::Chars)) = field.most {
        schema["maxLength"] = json!(most);
    }
    if let Some(since) = field.versions.since {
        schema["$comment"] = json!(format!("since {} {since}", form.client));
    }
    schema
}

#[test]
fn the_schemas_of_the_frontmatter_are_fresh() {
    for form in clients::FORMS {
        let fields = form.fields.iter().map(|field| (field.name.to_owned(), schema_of_field(field, form)));
        let required: Vec<&str> = form.fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let fact = form.fact;
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": format!("Frontmatter of {} of {}", form.plural(), clients::title(form.client)),
            "$comment": format!("{}: {}, {}", fact.evidence.name(), fact.source, fact.dated),
            "type": "object",
            "properties": fields.collect::<serde_json::Map<String, Value>>(),
            // The open specification allows no other key; clients ignore them.
            "additionalProperties": form.client != clients::AGENT_SKILLS,
        });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let path = format!("schemas/frontmatter/{}-{}.json", form.client, form.role.name());
        check(&path, &(serde_json::to_string_pretty(&schema).unwrap() + "\n"));
    }
}

/// The kind of a field's value, in words.
fn field_kind(field: &clients::Field) -> String {
    use clients::FieldValue;
    let words = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    match field.value {
        FieldValue::Text => "text".to_owned(),
        FieldValue::Hint => "text, with or without quotes".to_owned(),
        FieldValue::Flag => "`true` or `false`".to_owned(),
        FieldValue::Word(list) => words(list),
        FieldValue::Names => "names, with spaces or commas, or a list".to_owned(),
        FieldValue::CommaNames => "names with commas, or a list".to_owned(),
        FieldValue::Tools => "tools, or a list of them".to_owned(),
        FieldValue::Model { many: false } => "a model".to_owned(),
        FieldValue::Model { many: true } => "a model, or a list of them".to_owned(),
        FieldValue::Globs => "patterns with commas, or a list".to_owned(),
        FieldValue::Count => "a number above 0".to_owned(),
        FieldValue::Map => "a mapping".to_owned(),
        FieldValue::List => "a list".to_owned(),
    }
}

#[test]
fn the_page_of_the_frontmatter_is_fresh() {
    let mut out = String::from(
        "# Which frontmatter keys each client reads\n\nThis page is written by `UPDATE=1 cargo test` from the tables in `src/clients/fields/`, from which the schemas for editors in\n\
         `schemas/frontmatter/` are made too. *Measured*: seen in the requests of the real client. *Documented*: its vendor says so.\n\
         *Assumed*: neither; such a table makes no findings.\n",
    );
    for form in clients::FORMS {
        let fact = form.fact;
        write!(
            out,
            "\n## {} of {}\n\n{}: {}, {}. Schema: `schemas/frontmatter/{}-{}.json`.\n\n| key | value | notes |\n| --- | --- | --- |\n",
            form.plural(),
            clients::title(form.client),
            fact.evidence.name(),
            fact.source,
            fact.dated,
            form.client,
            form.role.name()
        )
        .unwrap();
        for field in form.fields {
            let mut notes = vec![field.doc.to_owned()];
            notes.extend(field.required.then(|| "required".to_owned()));
            notes.extend(field.most.map(|(most, unit)| format!("at most {most} {}", unit.name())));
            notes.extend(field.versions.since.map(|since| format!("since {since}")));
            notes.extend((!field.in_plugin).then(|| "not in plugins".to_owned()));
            writeln!(out, "| `{}` | {} | {} |", field.name, field_kind(field), notes.join("; ")).unwrap();
        }
        if !form.ignored.is_empty() {
            let ignored: Vec<String> = form.ignored.iter().map(|key| format!("`{key}`")).collect();
            write!(out, "\nTaken without an effect: {}.\n", ignored.join(", ")).unwrap();
        }
    }
    check("docs/frontmatter.md", &out);
}

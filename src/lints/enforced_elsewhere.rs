//! Style rules that a formatter or linter of the repository enforces already, or contradicts.

use crate::content::{Said, choices, line_length, scope};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::instructions::Kind;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{Format, Node, NodeKind};
use crate::parse;
use crate::source::Span;
use crate::workspace::{File, Workspace};

/// The lint.
pub static ENFORCED_ELSEWHERE: Lint = Lint {
    name: "enforced-elsewhere",
    summary: "a style rule that a formatter's configuration in the repository enforces already, or contradicts",
    page: include_str!("../../docs/lints/enforced-elsewhere.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "the tool does it without being asked, and the rule costs tokens in every session",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// One setting of one tool.
struct Setting {
    /// The configuration file.
    file: &'static str,
    /// The languages that the tool formats; empty for all.
    languages: &'static [&'static str],
    topic: &'static str,
    value: String,
}

const WEB: [&str; 12] =
    ["javascript", "typescript", "js", "ts", "tsx", "jsx", "frontend", "web", "react", "css", "vue", "svelte"];
const PYTHON: [&str; 1] = ["python"];
const RUST: [&str; 1] = ["rust"];

fn check(cx: &mut Checker<'_>) {
    let settings = settings(cx.workspace);
    if settings.is_empty() {
        return;
    }
    let workspace = cx.workspace;
    for file in workspace.files.iter().filter(|file| file.linted && file.is_readable() && !file.roles.is_empty()) {
        let words = file.instruction_words();
        let items = file.instructions().items.iter().enumerate();
        for (nth, item) in items.filter(|(_, item)| item.kind != Kind::Conditional) {
            let said = Said { file, item: *item, words: words.of(nth) };
            judge(cx, file, &said, item.span, &settings);
        }
    }
}

fn judge(cx: &mut Checker<'_>, file: &File, said: &Said<'_>, span: Span, settings: &[Setting]) {
    // A rule that says more than the style is not done by the tool.
    let words = said.words.split(' ').count();
    if words > 14 {
        return;
    }
    let asked = choices(said.words).map(|(topic, value)| (topic.name, value.to_owned()));
    let length = line_length(said.words).map(|length| ("line length", length.to_string()));
    for (topic, value) in asked.chain(length) {
        let scope = scope(said);
        let fits = |setting: &&Setting| setting.topic == topic && applies(setting, &scope, settings);
        let Some(setting) = settings.iter().find(fits) else { continue };
        let Setting { file: config, value: set, .. } = setting;
        if *set == value {
            cx.report(Diagnostic {
                message: format!("`{config}` sees to this already: {topic}, {value}"),
                help: "drop the rule; a hook or CI step that runs the tool is more reliable".to_owned(),
                span: Some(span),
                key: format!("{topic} {value}"),
                ..cx.finding(&file.path)
            });
        } else {
            cx.report(Diagnostic {
                severity: Severity::Error,
                basis: Basis::Correctness,
                message: format!("{topic}: this asks for {value}, `{config}` for {set}"),
                why: "what the agent writes is formatted back, or fails the check".to_owned(),
                help: "correct the rule, or drop it".to_owned(),
                span: Some(span),
                key: format!("{topic} {value}"),
                ..cx.finding(&file.path)
            });
        }
        return;
    }
}

/// Whether a tool is responsible for what the instruction is about. Without a language it is where no other tool says
/// anything else about the topic.
fn applies(setting: &Setting, scope: &[&str], all: &[Setting]) -> bool {
    if scope.is_empty() {
        return all.iter().filter(|other| other.topic == setting.topic).all(|other| other.value == setting.value);
    }
    scope.iter().all(|word| setting.languages.contains(word))
}

fn settings(workspace: &Workspace) -> Vec<Setting> {
    let mut found = Vec::new();
    for (file, text) in &workspace.style_configs {
        match *file {
            ".editorconfig" => editorconfig(file, text, &mut found),
            "ruff.toml" | ".ruff.toml" => python(file, text, &["line-length"], "", &mut found),
            "pyproject.toml" => {
                python(file, text, &["line-length"], "[tool.ruff]", &mut found);
                python(file, text, &["line-length"], "[tool.black]", &mut found);
            }
            "rustfmt.toml" | ".rustfmt.toml" => rust(file, text, &mut found),
            "biome.json" | "biome.jsonc" => biome(file, text, &mut found),
            _ => prettier(file, text, &mut found),
        }
    }
    found
}

/// `key = value` of one table of TOML; the table `""` is what stands before the first one.
fn toml_value<'t>(text: &'t str, table: &str, key: &str) -> Option<&'t str> {
    let mut inside = table.is_empty();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == table;
            continue;
        }
        if let Some((name, value)) = line.split_once('=')
            && inside
            && name.trim() == key
        {
            return Some(value.split('#').next().unwrap_or("").trim().trim_matches(['"', '\'']));
        }
    }
    None
}

fn python(file: &'static str, text: &str, keys: &[&str], table: &str, found: &mut Vec<Setting>) {
    for key in keys {
        if let Some(value) = toml_value(text, table, key) {
            found.push(Setting { file, languages: &PYTHON, topic: "line length", value: value.to_owned() });
        }
    }
}

fn rust(file: &'static str, text: &str, found: &mut Vec<Setting>) {
    let mut add = |topic, value: String| found.push(Setting { file, languages: &RUST, topic, value });
    if let Some(value) = toml_value(text, "", "max_width") {
        add("line length", value.to_owned());
    }
    if let Some(value) = toml_value(text, "", "hard_tabs") {
        add("indentation", if value == "true" { "tabs" } else { "spaces" }.to_owned());
    }
    if let Some(value) = toml_value(text, "", "tab_spaces") {
        add("width of the indentation", format!("{value} spaces"));
    }
}

/// The section `[*]` alone: others are for some files.
fn editorconfig(file: &'static str, text: &str, found: &mut Vec<Setting>) {
    let languages: &'static [&'static str] = &[];
    let value = |key| toml_value(text, "[*]", key).map(str::to_ascii_lowercase);
    let sections = text.lines().filter(|line| line.trim_start().starts_with('[')).count();
    // With sections of other files a rule for everything is none.
    if sections != 1 {
        return;
    }
    let mut add = |topic, value: String| found.push(Setting { file, languages, topic, value });
    match value("indent_style").as_deref() {
        Some("tab") => add("indentation", "tabs".to_owned()),
        Some("space") => {
            add("indentation", "spaces".to_owned());
            if let Some(size) = value("indent_size") {
                add("width of the indentation", format!("{size} spaces"));
            }
        }
        _ => {}
    }
    if let Some(length) = value("max_line_length").filter(|length| length != "off") {
        add("line length", length);
    }
}

fn truth(node: Option<&Node>) -> Option<bool> {
    match node?.kind {
        NodeKind::Bool(value) => Some(value),
        _ => None,
    }
}

fn number(node: Option<&Node>) -> Option<u64> {
    match node?.kind {
        NodeKind::Number(value) if value >= 0.0 => Some(value as u64),
        _ => None,
    }
}

fn prettier(file: &'static str, text: &str, found: &mut Vec<Setting>) {
    let json = file.ends_with(".json") || text.trim_start().starts_with('{');
    let document = parse::parse(text, if json { Format::Json } else { Format::Yaml });
    let Some(data) = document.data else { return };
    let get = |key: &str| data.get(key).map(|entry| &entry.value);
    let mut add = |topic, value: String| found.push(Setting { file, languages: &WEB, topic, value });
    if let Some(single) = truth(get("singleQuote")) {
        add("quotes", if single { "single quotes" } else { "double quotes" }.to_owned());
    }
    if let Some(semicolons) = truth(get("semi")) {
        add("semicolons", if semicolons { "semicolons" } else { "no semicolons" }.to_owned());
    }
    let tabs = truth(get("useTabs"));
    if let Some(tabs) = tabs {
        add("indentation", if tabs { "tabs" } else { "spaces" }.to_owned());
    }
    if let Some(width) = number(get("tabWidth")).filter(|_| tabs != Some(true)) {
        add("width of the indentation", format!("{width} spaces"));
    }
    if let Some(length) = number(get("printWidth")) {
        add("line length", length.to_string());
    }
}

fn biome(file: &'static str, text: &str, found: &mut Vec<Setting>) {
    let Some(data) = parse::parse(text, Format::Json).data else { return };
    let get = |path: &[&str]| path.iter().try_fold(&data, |node, key| node.get(key).map(|entry| &entry.value));
    let mut add = |topic, value: String| found.push(Setting { file, languages: &WEB, topic, value });
    if truth(get(&["formatter", "enabled"])) == Some(false) {
        return;
    }
    let word = |path: &[&str]| get(path).and_then(Node::as_str);
    match word(&["formatter", "indentStyle"]) {
        Some("space") => add("indentation", "spaces".to_owned()),
        Some("tab") => add("indentation", "tabs".to_owned()),
        _ => {}
    }
    if let Some(length) = number(get(&["formatter", "lineWidth"])) {
        add("line length", length.to_string());
    }
    match word(&["javascript", "formatter", "quoteStyle"]) {
        Some("single") => add("quotes", "single quotes".to_owned()),
        Some("double") => add("quotes", "double quotes".to_owned()),
        _ => {}
    }
    match word(&["javascript", "formatter", "semicolons"]) {
        Some("always") => add("semicolons", "semicolons".to_owned()),
        Some("asNeeded") => add("semicolons", "no semicolons".to_owned()),
        _ => {}
    }
}

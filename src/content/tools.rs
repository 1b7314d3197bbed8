//! What the formatters and linters of a repository see to, read from their configuration in the root.
//!
//! Configuration that is a program (`eslint.config.js`, `prettier.config.mjs`) is not read: what it does is not known
//! without running it.

use crate::model::{Format, Node, NodeKind};
use crate::parse;
use std::collections::BTreeMap;

/// One style that a tool enforces.
#[derive(Debug)]
pub struct Setting {
    /// The configuration file, or the tool where it has none.
    pub source: &'static str,
    /// The languages that the tool looks at, as words of an instruction's scope; empty for all.
    pub languages: &'static [&'static str],
    /// A topic of [`super::TOPICS`], or `line length`.
    pub topic: &'static str,
    /// The value that is enforced.
    pub value: String,
    /// The tool has no configuration that says so: it counts only where an instruction names the language.
    pub implied: bool,
}

/// Something that may not be written, and the rules that see to it.
#[derive(Debug)]
pub struct Construct {
    /// How instructions call it, as normalised words.
    pub words: &'static [&'static str],
    eslint: &'static [&'static str],
    biome: &'static [&'static str],
    rust: &'static [&'static str],
    ruff: &'static [&'static str],
    checkstyle: &'static [&'static str],
}

/// One construct that a tool refuses.
#[derive(Debug)]
pub struct Ban {
    /// The configuration file.
    pub source: &'static str,
    /// The languages that the tool looks at.
    pub languages: &'static [&'static str],
    /// What is refused.
    pub construct: &'static Construct,
    /// The rule that refuses it.
    pub rule: &'static str,
}

/// What the tools of a repository enforce.
#[derive(Debug, Default)]
pub struct Enforced {
    /// Styles.
    pub settings: Vec<Setting>,
    /// Refused constructs.
    pub bans: Vec<Ban>,
}

const NONE: Construct = Construct { words: &[], eslint: &[], biome: &[], rust: &[], ruff: &[], checkstyle: &[] };

/// Constructs that a rule of a well-known tool refuses by its name. Sources: the rule lists of ESLint 9,
/// typescript-eslint 8, Biome 2, Clippy 1.90, Ruff 0.14 and Checkstyle 12.
static CONSTRUCTS: [Construct; 16] = [
    Construct { words: &["unwrap"], rust: &["unwrap_used"], ..NONE },
    Construct { words: &["expect"], rust: &["expect_used"], ..NONE },
    Construct { words: &["panic"], rust: &["panic"], ..NONE },
    Construct { words: &["todo"], rust: &["todo"], ..NONE },
    Construct { words: &["dbg"], rust: &["dbg_macro"], ..NONE },
    Construct { words: &["println"], rust: &["print_stdout"], ..NONE },
    Construct { words: &["unsafe"], rust: &["unsafe_code"], ..NONE },
    Construct { words: &["any"], eslint: &["@typescript-eslint/no-explicit-any"], biome: &["noExplicitAny"], ..NONE },
    Construct {
        words: &["console.log", "console"],
        eslint: &["no-console"],
        biome: &["noConsole", "noConsoleLog"],
        ..NONE
    },
    Construct { words: &["var"], eslint: &["no-var"], biome: &["noVar"], ..NONE },
    Construct { words: &["debugger"], eslint: &["no-debugger"], biome: &["noDebugger"], ..NONE },
    Construct { words: &["eval"], eslint: &["no-eval"], biome: &["noGlobalEval"], ..NONE },
    Construct {
        words: &["default exports", "default export"],
        eslint: &["import/no-default-export"],
        biome: &["noDefaultExport"],
        ..NONE
    },
    Construct { words: &["print"], ruff: &["T201"], ..NONE },
    Construct { words: &["bare except", "bare excepts"], ruff: &["E722"], ..NONE },
    Construct {
        words: &["wildcard imports", "star imports", "wildcard import", "star import"],
        ruff: &["F403"],
        checkstyle: &["AvoidStarImport"],
        ..NONE
    },
];

const WEB: [&str; 12] =
    ["javascript", "typescript", "js", "ts", "tsx", "jsx", "frontend", "web", "react", "css", "vue", "svelte"];
const PYTHON: [&str; 1] = ["python"];
const RUST: [&str; 1] = ["rust"];
const GO: [&str; 2] = ["go", "golang"];
const JAVA: [&str; 1] = ["java"];

/// Reads the configuration files of the root; `configs` holds their texts by name.
pub fn enforced(configs: &BTreeMap<&'static str, String>) -> Enforced {
    let mut found = Enforced::default();
    for (file, text) in configs {
        match *file {
            ".editorconfig" => editorconfig(file, text, &mut found),
            "ruff.toml" | ".ruff.toml" => ruff(file, &parse::toml::parse_toml(text).0, &mut found),
            "pyproject.toml" => pyproject(file, text, &mut found),
            "rustfmt.toml" | ".rustfmt.toml" => rustfmt(file, text, &mut found),
            "Cargo.toml" => cargo(file, text, &mut found),
            "go.mod" => found.add("gofmt", &GO, "indentation", "tabs".to_owned(), true),
            "biome.json" | "biome.jsonc" => biome(file, text, &mut found),
            ".eslintrc" | ".eslintrc.json" | ".eslintrc.yaml" | ".eslintrc.yml" => {
                let rules = data(file, text).and_then(|data| data.at(&["rules"]).cloned());
                eslint(file, rules.as_ref(), &mut found);
            }
            "package.json" => {
                let Some(data) = data(file, text) else { continue };
                prettier(file, data.at(&["prettier"]), &mut found);
                eslint(file, data.at(&["eslintConfig", "rules"]), &mut found);
            }
            "checkstyle.xml" | "config/checkstyle/checkstyle.xml" => checkstyle(file, text, &mut found),
            name if name.starts_with(".prettierrc") => prettier(file, data(file, text).as_ref(), &mut found),
            _ => {}
        }
    }
    found
}

impl Enforced {
    fn add(
        &mut self,
        source: &'static str,
        languages: &'static [&'static str],
        topic: &'static str,
        value: String,
        implied: bool,
    ) {
        self.settings.push(Setting { source, languages, topic, value, implied });
    }

    /// Adds every construct of which a rule is on; `rules` names the rules of one tool for a construct.
    fn ban(
        &mut self,
        source: &'static str,
        languages: &'static [&'static str],
        rules: fn(&'static Construct) -> &'static [&'static str],
        is_on: impl Fn(&str) -> bool,
    ) {
        for construct in &CONSTRUCTS {
            let rule = rules(construct).iter().find(|rule| is_on(rule));
            self.bans.extend(rule.map(|rule| Ban { source, languages, construct, rule }));
        }
    }
}

/// JSON with comments, or YAML, by the name and the first byte of the file.
fn data(file: &str, text: &str) -> Option<Node> {
    let json = file.ends_with(".json") || text.trim_start().starts_with('{');
    parse::parse(text, if json { Format::Json } else { Format::Yaml }).data
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

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.kind) {
        Some(NodeKind::Sequence(items)) => items,
        _ => &[],
    }
}

fn pyproject(file: &'static str, text: &str, found: &mut Enforced) {
    let (root, _) = parse::toml::parse_toml(text);
    if let Some(table) = root.at(&["tool", "ruff"]) {
        ruff(file, table, found);
    }
    if let Some(black) = root.at(&["tool", "black"]) {
        if let Some(length) = number(black.at(&["line-length"])) {
            found.add(file, &PYTHON, "line length", length.to_string(), false);
        }
        if truth(black.at(&["skip-string-normalization"])) != Some(true) {
            found.add(file, &PYTHON, "quotes", "double quotes".to_owned(), false);
        }
    }
}

fn ruff(file: &'static str, table: &Node, found: &mut Enforced) {
    if let Some(length) = number(table.at(&["line-length"])) {
        found.add(file, &PYTHON, "line length", length.to_string(), false);
    }
    match table.at(&["format", "quote-style"]).and_then(Node::as_str) {
        Some("single") => found.add(file, &PYTHON, "quotes", "single quotes".to_owned(), false),
        Some("double") => found.add(file, &PYTHON, "quotes", "double quotes".to_owned(), false),
        _ => {}
    }
    let of = |key: &str| {
        let lists = [table.at(&["lint", key]), table.at(&[key])];
        lists.into_iter().flat_map(items).filter_map(Node::as_str).collect::<Vec<_>>()
    };
    // A code stands for every code that it begins.
    let names = |codes: &[&str], rule: &str| codes.iter().any(|code| *code == "ALL" || rule.starts_with(code));
    let (selected, more, ignored) = (of("select"), of("extend-select"), of("ignore"));
    let is_on = |rule: &str| (names(&selected, rule) || names(&more, rule)) && !names(&ignored, rule);
    found.ban(file, &PYTHON, |construct| construct.ruff, is_on);
}

fn rustfmt(file: &'static str, text: &str, found: &mut Enforced) {
    let (root, _) = parse::toml::parse_toml(text);
    if let Some(width) = number(root.at(&["max_width"])) {
        found.add(file, &RUST, "line length", width.to_string(), false);
    }
    if let Some(tabs) = truth(root.at(&["hard_tabs"])) {
        found.add(file, &RUST, "indentation", if tabs { "tabs" } else { "spaces" }.to_owned(), false);
    }
    if let Some(width) = number(root.at(&["tab_spaces"])) {
        found.add(file, &RUST, "width of the indentation", format!("{width} spaces"), false);
    }
}

/// The lint tables of a package or a workspace.
fn cargo(file: &'static str, text: &str, found: &mut Enforced) {
    let (root, _) = parse::toml::parse_toml(text);
    let tables = [
        root.at(&["lints", "clippy"]),
        root.at(&["lints", "rust"]),
        root.at(&["workspace", "lints", "clippy"]),
        root.at(&["workspace", "lints", "rust"]),
    ];
    let is_on = |rule: &str| {
        tables.iter().flatten().any(|table| {
            let entry = table.at(&[rule]);
            let level = entry.and_then(Node::as_str).or_else(|| entry?.at(&["level"])?.as_str());
            matches!(level, Some("warn" | "deny" | "forbid"))
        })
    };
    found.ban(file, &RUST, |construct| construct.rust, is_on);
}

/// The section `[*]` alone: with sections for other files a rule for everything is none.
fn editorconfig(file: &'static str, text: &str, found: &mut Enforced) {
    let mut section = "";
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            if !section.is_empty() {
                return;
            }
            section = line;
        } else if section == "[*]"
            && let Some((key, value)) = line.split_once('=')
        {
            let value = value.split(['#', ';']).next().unwrap_or("").trim();
            values.insert(key.trim().to_ascii_lowercase(), value.to_ascii_lowercase());
        }
    }
    let value = |key: &str| values.get(key).map(String::as_str);
    match value("indent_style") {
        Some("tab") => found.add(file, &[], "indentation", "tabs".to_owned(), false),
        Some("space") => {
            found.add(file, &[], "indentation", "spaces".to_owned(), false);
            if let Some(size) = value("indent_size") {
                found.add(file, &[], "width of the indentation", format!("{size} spaces"), false);
            }
        }
        _ => {}
    }
    if let Some(length) = value("max_line_length").filter(|length| *length != "off") {
        found.add(file, &[], "line length", length.to_owned(), false);
    }
}

fn prettier(file: &'static str, data: Option<&Node>, found: &mut Enforced) {
    let Some(data) = data else { return };
    let mut add = |topic, value: String| found.add(file, &WEB, topic, value, false);
    if let Some(single) = truth(data.at(&["singleQuote"])) {
        add("quotes", if single { "single quotes" } else { "double quotes" }.to_owned());
    }
    if let Some(semicolons) = truth(data.at(&["semi"])) {
        add("semicolons", if semicolons { "semicolons" } else { "no semicolons" }.to_owned());
    }
    let tabs = truth(data.at(&["useTabs"]));
    if let Some(tabs) = tabs {
        add("indentation", if tabs { "tabs" } else { "spaces" }.to_owned());
    }
    if let Some(width) = number(data.at(&["tabWidth"])).filter(|_| tabs != Some(true)) {
        add("width of the indentation", format!("{width} spaces"));
    }
    if let Some(length) = number(data.at(&["printWidth"])) {
        add("line length", length.to_string());
    }
}

fn eslint(file: &'static str, rules: Option<&Node>, found: &mut Enforced) {
    let Some(rules) = rules else { return };
    // `"error"`, `2` or `["error", option]`.
    let rule = |name: &str| {
        let of = |prefix: &str| rules.at(&[&format!("{prefix}{name}")]);
        let value = of("").or_else(|| of("@stylistic/")).or_else(|| of("@typescript-eslint/"))?;
        let level = items(Some(value)).first().unwrap_or(value);
        let is_on = matches!(level.as_str(), Some("error" | "warn")) || matches!(number(Some(level)), Some(1 | 2));
        is_on.then(|| items(Some(value)).get(1))
    };
    let mut add = |topic, value: String| found.add(file, &WEB, topic, value, false);
    let word = |name: &str| rule(name).flatten().and_then(Node::as_str);
    match word("quotes") {
        Some("single") => add("quotes", "single quotes".to_owned()),
        Some("double") => add("quotes", "double quotes".to_owned()),
        _ => {}
    }
    match (rule("semi"), word("semi")) {
        (Some(None), _) | (_, Some("always")) => add("semicolons", "semicolons".to_owned()),
        (_, Some("never")) => add("semicolons", "no semicolons".to_owned()),
        _ => {}
    }
    if word("indent") == Some("tab") {
        add("indentation", "tabs".to_owned());
    }
    if let Some(width) = number(rule("indent").flatten()) {
        add("indentation", "spaces".to_owned());
        add("width of the indentation", format!("{width} spaces"));
    }
    let length = rule("max-len").flatten();
    if let Some(length) = number(length).or_else(|| number(length?.at(&["code"]))) {
        add("line length", length.to_string());
    }
    found.ban(file, &WEB, |construct| construct.eslint, |name| rule(name).is_some());
}

fn biome(file: &'static str, text: &str, found: &mut Enforced) {
    let Some(data) = parse::parse(text, Format::Json).data else { return };
    let word = |path: &[&str]| data.at(path).and_then(Node::as_str);
    if truth(data.at(&["linter", "enabled"])) != Some(false) {
        let groups = data.at(&["linter", "rules"]).map_or(&[][..], Node::entries);
        let is_on = |rule: &str| {
            groups.iter().any(|group| {
                let value = group.value.at(&[rule]);
                let level = value.and_then(Node::as_str).or_else(|| value?.at(&["level"])?.as_str());
                matches!(level, Some("error" | "warn" | "info" | "on"))
            })
        };
        found.ban(file, &WEB, |construct| construct.biome, is_on);
    }
    if truth(data.at(&["formatter", "enabled"])) == Some(false) {
        return;
    }
    let mut add = |topic, value: String| found.add(file, &WEB, topic, value, false);
    match word(&["formatter", "indentStyle"]) {
        Some("space") => add("indentation", "spaces".to_owned()),
        Some("tab") => add("indentation", "tabs".to_owned()),
        _ => {}
    }
    if let Some(length) = number(data.at(&["formatter", "lineWidth"])) {
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

/// `<module name="LineLength"><property name="max" value="100"/></module>` and its like. Only these few modules are of
/// interest, so that their words are looked for; comments are passed over.
fn checkstyle(file: &'static str, text: &str, found: &mut Enforced) {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        plain.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let module = |name: &str| {
        let start = plain.find(&format!("name=\"{name}\""))?;
        let body = &plain[start..];
        Some(&body[..body.find("</module>").unwrap_or(body.len())])
    };
    let property = |of: &str, name: &str| {
        let body = module(of)?;
        let at = body.find(&format!("name=\"{name}\""))?;
        let (_, value) = body[at..].split_once("value=\"")?;
        value.split('"').next().and_then(|value| value.trim().parse::<u64>().ok())
    };
    if let Some(length) = property("LineLength", "max") {
        found.add(file, &JAVA, "line length", length.to_string(), false);
    }
    if module("FileTabCharacter").is_some() {
        found.add(file, &JAVA, "indentation", "spaces".to_owned(), false);
    }
    if let Some(width) = property("Indentation", "basicOffset") {
        found.add(file, &JAVA, "width of the indentation", format!("{width} spaces"), false);
    }
    found.ban(file, &JAVA, |construct| construct.checkstyle, |name| module(name).is_some());
}

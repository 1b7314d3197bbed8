//! `ctxlint.toml`: what a user may write, and the settings that follow from it.
//!
//! Every key is a row of [`KEYS`]; the reader, the reference page and the schema come from that table. Every problem
//! carries the place in the file, and one wrong key does not hide the next.

mod keys;

pub use keys::{KEYS, Key, Kind};

use crate::model::{Entry, Node, NodeKind};
use crate::parse;
use crate::source::Span;
use globset::{Glob, GlobSet, GlobSetBuilder};

/// Name of the configuration file, in the root.
pub const FILE_NAME: &str = "ctxlint.toml";

/// Folders whose files are indexed but never linted by default, anywhere in the tree: build output, installed or
/// copied packages, and test data.
pub const DEFAULT_EXCLUDED_DIRS: [&str; 16] = [
    "node_modules",
    "target",
    "vendor",
    "vendored",
    "third_party",
    "third-party",
    "bower_components",
    "site-packages",
    ".venv",
    "venv",
    "fixtures",
    "__fixtures__",
    "testdata",
    "test-data",
    "test_data",
    "__snapshots__",
];

/// Whether and how loud a lint speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Silent.
    Off,
    /// Worth knowing.
    Info,
    /// Very likely wrong.
    Warn,
    /// Fails the run by default.
    Error,
}

impl Level {
    /// The level with this name in the configuration.
    pub fn from_name(name: &str) -> Option<Level> {
        match name {
            "off" => Some(Level::Off),
            "info" => Some(Level::Info),
            "warn" => Some(Level::Warn),
            "error" => Some(Level::Error),
            _ => None,
        }
    }
}

/// A level that the user wrote for a lint or a group.
#[derive(Clone, Debug)]
pub struct LevelSetting {
    /// Name of a lint or a group; it may not exist.
    pub name: String,
    /// Where the name stands in the configuration file.
    pub span: Span,
    /// The level.
    pub level: Level,
}

/// A budget that the user wrote. Exceeding `error` is an error, exceeding `warn` a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Largest value without a warning.
    pub warn: Option<u64>,
    /// Largest value without an error.
    pub error: Option<u64>,
}

/// A budget with the name under which the user wrote it.
#[derive(Clone, Debug)]
pub struct BudgetSetting {
    /// Name of the budget, which is the name of its lint.
    pub name: String,
    /// Where the name stands in the configuration file.
    pub span: Span,
    /// The limits.
    pub budget: Budget,
}

/// Settings for the files that match.
#[derive(Clone, Debug)]
pub struct Override {
    /// Which files.
    pub files: GlobSet,
    /// Levels for them.
    pub levels: Vec<LevelSetting>,
    /// Budgets for them.
    pub budgets: Vec<BudgetSetting>,
}

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DocumentClass {
    /// It is kept true: what it says wrong is a warning.
    Living,
    /// It records past work: what is no longer so is only worth knowing.
    Record,
}

/// Documents of one class.
#[derive(Clone, Debug)]
pub struct Documents {
    /// Which files.
    pub files: GlobSet,
    /// Their class.
    pub class: DocumentClass,
}

/// Everything that can be configured, resolved.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Client names; empty means: those that the repository's files show.
    pub clients: Vec<String>,
    /// Files that are linted although they have no role or a default exclusion names them.
    pub include: GlobSet,
    /// Files that are never linted.
    pub exclude: GlobSet,
    /// Whether [`DEFAULT_EXCLUDED_DIRS`] are excluded.
    pub default_exclude: bool,
    /// Files above this size are not read, in bytes.
    pub max_file_size: u64,
    /// Levels of lints and groups, in the order of the file.
    pub levels: Vec<LevelSetting>,
    /// Budgets.
    pub budgets: Vec<BudgetSetting>,
    /// The defaults of the budgets that the user wrote nothing about: the name of a [`crate::budgets::Preset`].
    pub preset: String,
    /// Overrides by file, in the order of the file; later ones win.
    pub overrides: Vec<Override>,
    /// Documents whose references are checked beside those of context files, in the order of the file; later ones win.
    pub documents: Vec<Documents>,
    /// How much of git's history `check` asks: `auto`, `full` or `off`.
    pub history: String,
    /// Token encoding: `o200k_base` or `cl100k_base`.
    pub encoding: String,
    /// Profile for estimates.
    pub profile: String,
    /// The repository's own multiplier from exact counts to the profile's tokens.
    pub multiplier: Option<f64>,
    /// How many more tokens may load at startup than before a change; `None` does not judge growth.
    pub growth_tokens: Option<u64>,
    /// How many more instructions may load at startup than before a change; `None` does not judge growth.
    pub growth_instructions: Option<u64>,
    /// Whether personal files count (`--local`).
    pub local: bool,
    /// The model's window in tokens: some clients grant a share of it to their listings.
    pub window: u64,
    /// The version that a client has, where it is not the newest known one (`--client-version`).
    pub client_version: Option<&'static str>,
    /// Names that the user says exist, beside those that ctxlint knows.
    pub known: Known,
}

/// Names that exist although neither the client's tables nor the repository show them. A `*` at the end of a name stands
/// for any further characters.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Tools.
    pub tools: Vec<String>,
    /// Models.
    pub models: Vec<String>,
    /// Skills that come from elsewhere.
    pub skills: Vec<String>,
    /// MCP servers that come from elsewhere.
    pub servers: Vec<String>,
    /// Frontmatter keys that other programs read.
    pub keys: Vec<String>,
}

impl Known {
    /// Whether one of the `names` is `name`, or stands for it.
    pub fn holds(names: &[String], name: &str) -> bool {
        names.iter().any(|known| match known.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => known == name,
        })
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            clients: Vec::new(),
            include: GlobSet::empty(),
            exclude: GlobSet::empty(),
            default_exclude: true,
            max_file_size: 16 << 20,
            levels: Vec::new(),
            budgets: Vec::new(),
            preset: crate::budgets::PRESETS[0].name.to_owned(),
            overrides: Vec::new(),
            documents: Vec::new(),
            history: "auto".to_owned(),
            encoding: "o200k_base".to_owned(),
            profile: "claude-5".to_owned(),
            multiplier: None,
            growth_tokens: None,
            growth_instructions: None,
            local: false,
            window: crate::clients::claude_code::DEFAULT_WINDOW,
            client_version: None,
            known: Known::default(),
        }
    }
}

impl Settings {
    /// The version of a client whose facts hold: the one that was asked for, else the newest known one. Empty where none
    /// are told apart.
    pub fn version_of(&self, client: &crate::clients::Client) -> &'static str {
        self.client_version.filter(|version| client.versions.contains(version)).unwrap_or_else(|| client.newest())
    }

    /// Whether the user holds skills to the open Agent Skills specification.
    pub fn holds_to_specification(&self) -> bool {
        self.clients.iter().any(|name| name == crate::clients::AGENT_SKILLS)
    }

    /// The budget that the user wrote for `name` and the file at `path`: the last matching override, else the section.
    pub fn budget(&self, name: &str, path: &str) -> Option<Budget> {
        let overridden = self.overrides.iter().rev().filter(|entry| !entry.budgets.is_empty());
        let mut overridden = overridden.filter(|entry| entry.budgets.iter().any(|budget| budget.name == name));
        let of_file = overridden.find(|entry| entry.files.is_match(path)).map(|entry| &entry.budgets);
        of_file.unwrap_or(&self.budgets).iter().rfind(|budget| budget.name == name).map(|budget| budget.budget)
    }

    /// The class that the configuration gives a document; `None` where it names none.
    pub fn document_class(&self, path: &str) -> Option<DocumentClass> {
        self.documents.iter().rfind(|documents| documents.files.is_match(path)).map(|documents| documents.class)
    }

    /// Why the file at `path` is not linted, in words that name the setting; `None` when it is.
    pub fn exclusion(&self, path: &str) -> Option<String> {
        if self.exclude.is_match(path) {
            return Some("`exclude` in ctxlint.toml matches it".to_owned());
        }
        if !self.default_exclude || (!self.include.is_empty() && self.include.is_match(path)) {
            return None;
        }
        let dir = path.split('/').rev().skip(1).find(|dir| DEFAULT_EXCLUDED_DIRS.contains(dir))?;
        Some(format!("`{dir}/` is excluded by default (name the file under `include` to lint it all the same)"))
    }
}

/// Something in the configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where in the file.
    pub span: Span,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to write instead, without a full stop; may be empty.
    pub help: String,
}

/// Reads a configuration file. The settings hold everything that could be used; problems are in order of position.
pub fn parse(text: &str) -> (Settings, Vec<ConfigProblem>) {
    let mut settings = Settings::default();
    let (root, wrong) = parse::toml::parse_toml(text);
    let problem = |(span, message)| ConfigProblem { span, message, help: String::new() };
    let mut problems: Vec<ConfigProblem> = wrong.into_iter().map(problem).collect();
    read_table("", &root, &mut settings, &mut problems);
    problems.sort_by_key(|problem| problem.span);
    (settings, problems)
}

fn read_table(prefix: &str, table: &Node, settings: &mut Settings, problems: &mut Vec<ConfigProblem>) {
    for entry in table.entries() {
        let path = format!("{prefix}{}", entry.key);
        match path.as_str() {
            "levels" => settings.levels.extend(read_levels(&entry.value, problems)),
            "budgets" => settings.budgets.extend(read_budgets(&entry.value, problems)),
            "documents" => settings.documents.extend(read_documents(&entry.value, problems)),
            "override" => settings.overrides.extend(read_overrides(&entry.value, problems)),
            _ => read_key(&path, entry, settings, problems),
        }
    }
}

fn read_key(path: &str, entry: &Entry, settings: &mut Settings, problems: &mut Vec<ConfigProblem>) {
    if let Some(key) = KEYS.iter().find(|key| key.path == path) {
        let read = keys::check(&key.kind, &entry.value).and_then(|()| (key.apply)(settings, &entry.value));
        if let Err((span, message)) = read {
            problems.push(ConfigProblem { span, message: format!("`{path}`: {message}"), help: key.example_line() });
        }
        return;
    }
    let section = format!("{path}.");
    if KEYS.iter().any(|key| key.path.starts_with(&section)) {
        match entry.value.kind {
            NodeKind::Mapping(_) => read_table(&section, &entry.value, settings, problems),
            _ => problems.push(wrong_type(path, "a table", &entry.value)),
        }
        return;
    }
    let names: Vec<&str> =
        KEYS.iter().map(|key| key.path).chain(["levels", "budgets", "documents", "override"]).collect();
    problems.push(unknown("key", path, entry.key_span, names));
}

fn wrong_type(path: &str, wanted: &str, found: &Node) -> ConfigProblem {
    let message = format!("`{path}` must be {wanted}, not {}", found.kind_name());
    ConfigProblem { span: found.span, message, help: String::new() }
}

/// A problem that names the nearest known name.
fn unknown<'a>(what: &str, name: &str, span: Span, known: impl IntoIterator<Item = &'a str>) -> ConfigProblem {
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "docs/configuration.md lists every key".to_owned(),
    };
    ConfigProblem { span, message: format!("unknown {what} `{name}`"), help }
}

/// The known name that a mistyped `name` most likely stands for, if any is near enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    let limit = (name.chars().count() / 3).max(1);
    scored.min().filter(|(distance, _)| *distance <= limit).map(|(_, candidate)| candidate)
}

fn read_levels(table: &Node, problems: &mut Vec<ConfigProblem>) -> Vec<LevelSetting> {
    if !matches!(table.kind, NodeKind::Mapping(_)) {
        problems.push(wrong_type("levels", "a table of lint = \"level\"", table));
        return Vec::new();
    }
    let mut levels = Vec::new();
    for entry in table.entries() {
        match entry.value.as_str().and_then(Level::from_name) {
            Some(level) => levels.push(LevelSetting { name: entry.key.to_string(), span: entry.key_span, level }),
            None => problems.push(ConfigProblem {
                span: entry.value.span,
                message: format!("the level of `{}` must be \"off\", \"info\", \"warn\" or \"error\"", entry.key),
                help: String::new(),
            }),
        }
    }
    levels
}

fn read_budgets(table: &Node, problems: &mut Vec<ConfigProblem>) -> Vec<BudgetSetting> {
    if !matches!(table.kind, NodeKind::Mapping(_)) {
        problems.push(wrong_type("budgets", "a table of budget = number", table));
        return Vec::new();
    }
    let mut budgets = Vec::new();
    for entry in table.entries() {
        if crate::budgets::by_name(&entry.key).is_none() {
            let names = crate::budgets::ALL.iter().map(|budget| budget.name);
            problems.push(unknown("budget", &entry.key, entry.key_span, names));
            continue;
        }
        match read_budget(&entry.value) {
            Some(budget) => {
                budgets.push(BudgetSetting { name: entry.key.to_string(), span: entry.key_span, budget });
            }
            None => problems.push(ConfigProblem {
                span: entry.value.span,
                message: format!("the budget `{}` must be a whole number of 0 or more", entry.key),
                help: format!("write `{0} = 250` or `{0} = {{ warn = 200, error = 400 }}`", entry.key),
            }),
        }
    }
    budgets
}

/// What is counted over a whole plan cannot differ from file to file.
fn of_no_file(setting: &BudgetSetting) -> Option<ConfigProblem> {
    let kind = crate::budgets::by_name(&setting.name).filter(|kind| kind.of != crate::budgets::Of::File)?;
    Some(ConfigProblem {
        span: setting.span,
        message: format!("the budget `{}` holds for everything that loads together, not for single files", kind.name),
        help: "write it under `[budgets]`".to_owned(),
    })
}

fn whole(node: &Node) -> Option<u64> {
    match node.kind {
        NodeKind::Number(value) if value >= 0.0 && value.fract() == 0.0 && value < 1e15 => Some(value as u64),
        _ => None,
    }
}

fn read_budget(node: &Node) -> Option<Budget> {
    if let Some(error) = whole(node) {
        return Some(Budget { warn: None, error: Some(error) });
    }
    let mut budget = Budget { warn: None, error: None };
    for entry in node.entries() {
        match &*entry.key {
            "warn" => budget.warn = Some(whole(&entry.value)?),
            "error" => budget.error = Some(whole(&entry.value)?),
            _ => return None,
        }
    }
    (budget.warn.is_some() || budget.error.is_some()).then_some(budget)
}

fn read_documents(table: &Node, problems: &mut Vec<ConfigProblem>) -> Vec<Documents> {
    if !matches!(table.kind, NodeKind::Mapping(_)) {
        problems.push(wrong_type("documents", "a table of \"glob\" = { class = \"living\" }", table));
        return Vec::new();
    }
    let mut found = Vec::new();
    for entry in table.entries() {
        let glob = Node {
            span: entry.key_span,
            kind: NodeKind::String { value: entry.key.clone(), style: crate::model::ScalarStyle::Plain },
        };
        let files = match globs(&glob) {
            Ok(files) => files,
            Err((span, message)) => {
                problems.push(ConfigProblem { span, message, help: String::new() });
                continue;
            }
        };
        let class = match entry.value.get("class").map(|class| class.value.as_str()) {
            None | Some(Some("living")) => DocumentClass::Living,
            Some(Some("record")) => DocumentClass::Record,
            Some(_) => {
                problems.push(ConfigProblem {
                    span: entry.value.span,
                    message: format!("the class of the documents `{}` must be \"living\" or \"record\"", entry.key),
                    help: "write for example `[documents.\"docs/**\"]` and `class = \"record\"`".to_owned(),
                });
                continue;
            }
        };
        for key in entry.value.entries().iter().filter(|key| &*key.key != "class") {
            problems.push(unknown("key", &key.key, key.key_span, ["class"]));
        }
        found.push(Documents { files, class });
    }
    found
}

fn read_overrides(list: &Node, problems: &mut Vec<ConfigProblem>) -> Vec<Override> {
    if !matches!(list.kind, NodeKind::Sequence(_)) {
        problems.push(ConfigProblem {
            span: list.span,
            message: "`override` must be a list of tables".to_owned(),
            help: "write `[[override]]` in double brackets".to_owned(),
        });
        return Vec::new();
    }
    let mut overrides = Vec::new();
    for item in list.items() {
        let mut entry = Override { files: GlobSet::empty(), levels: Vec::new(), budgets: Vec::new() };
        for key in item.entries() {
            match &*key.key {
                "files" => match globs(&key.value) {
                    Ok(files) => entry.files = files,
                    Err((span, message)) => problems.push(ConfigProblem { span, message, help: String::new() }),
                },
                "levels" => entry.levels = read_levels(&key.value, problems),
                "budgets" => {
                    entry.budgets = read_budgets(&key.value, problems);
                    problems.extend(entry.budgets.iter().filter_map(of_no_file));
                }
                name => problems.push(unknown("key", name, key.key_span, ["files", "levels", "budgets"])),
            }
        }
        if item.get("files").is_none() {
            problems.push(ConfigProblem {
                span: item.span,
                message: "an `[[override]]` without `files` applies to nothing".to_owned(),
                help: "add `files = [\"docs/**\"]`".to_owned(),
            });
        }
        overrides.push(entry);
    }
    overrides
}

/// Compiles a list of globs (or one glob); `dir/` stands for everything below it.
pub(crate) fn globs(node: &Node) -> Result<GlobSet, (Span, String)> {
    let mut builder = GlobSetBuilder::new();
    let items = if node.as_str().is_some() { std::slice::from_ref(node) } else { node.items() };
    if items.is_empty() && !matches!(node.kind, NodeKind::Sequence(_)) {
        return Err((node.span, format!("a list of globs is needed, not {}", node.kind_name())));
    }
    for item in items {
        let Some(text) = item.as_str() else {
            return Err((item.span, format!("a glob is a string, not {}", item.kind_name())));
        };
        let text = if text.ends_with('/') { format!("{text}**") } else { text.to_owned() };
        let glob =
            Glob::new(&text).map_err(|error| (item.span, format!("the glob cannot be read: {}", error.kind())))?;
        builder.add(glob);
    }
    builder.build().map_err(|error| (node.span, format!("the globs cannot be compiled: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let (_, problems) = parse(text);
        let place = |problem: &ConfigProblem| problem.span.slice(text).to_owned();
        problems.iter().map(|problem| format!("{} | {} | {}", place(problem), problem.message, problem.help)).collect()
    }

    #[test]
    fn an_unknown_key_points_at_its_place_and_names_the_near_one() {
        assert_eq!(messages("exlude = [\"a\"]\n"), ["exlude | unknown key `exlude` | did you mean `exclude`?"]);
        assert_eq!(
            messages("[tokens]\nencodng = \"o200k_base\"\n"),
            ["encodng | unknown key `tokens.encodng` | did you mean `tokens.encoding`?"]
        );
    }

    #[test]
    fn every_problem_of_a_file_is_reported() {
        let text = "clients = 3\n[levels]\nskill-name = \"loud\"\n[budgets]\nfile-lines = -1\nfile-line = 2\n";
        let places: Vec<String> = messages(text)
            .iter()
            .map(|message| message.split(" | ").next().map(str::to_owned).unwrap_or_default())
            .collect();
        assert_eq!(places, ["3", "\"loud\"", "-1", "file-line"]);
    }

    #[test]
    fn a_syntax_error_has_a_place() {
        let (_, problems) = parse("exclude = [\n\"a\"\n");
        assert!(!problems.is_empty());
    }

    #[test]
    fn later_overrides_win_and_a_single_number_is_an_error_limit() {
        let text =
            "[budgets]\nfile-lines = 100\n[[override]]\nfiles = [\"docs/\"]\nbudgets = { file-lines = { warn = 5 } }\n";
        let (settings, problems) = parse(text);
        assert_eq!(problems, []);
        assert_eq!(settings.budget("file-lines", "CLAUDE.md"), Some(Budget { warn: None, error: Some(100) }));
        assert_eq!(settings.budget("file-lines", "docs/a.md"), Some(Budget { warn: Some(5), error: None }));
        assert_eq!(settings.budget("file-tokens", "docs/a.md"), None);
    }

    #[test]
    fn default_exclusions_can_be_lifted_for_single_files() {
        let (settings, _) = parse("include = [\"a/fixtures/keep.md\"]\nexclude = [\"old/\"]\n");
        assert!(settings.exclusion("a/fixtures/x.md").is_some());
        assert!(settings.exclusion("a/fixtures/keep.md").is_none());
        assert!(settings.exclusion("old/CLAUDE.md").is_some());
        assert!(settings.exclusion("target.md").is_none());
    }
}

//! The table of keys: one row for each key that is not a lint's or a budget's name.

use super::Settings;
use crate::model::{Node, NodeKind};
use crate::source::Span;

/// What a key's value must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number of at least this.
    Integer(u64),
    /// A number above 0.
    PositiveNumber,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of globs over paths relative to the root.
    Globs,
    /// A list of client names.
    Clients,
    /// A list of names, each with an optional `*` at its end.
    Names,
}

/// What went wrong with a value: where and what.
type Refusal = (Span, String);

/// One key of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Dotted path from the top of the file.
    pub path: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// The default as it would be written; empty where there is none.
    pub default: &'static str,
    /// An example value as it would be written.
    pub example: &'static str,
    /// What it does, in full sentences.
    pub doc: &'static str,
    /// Puts a checked value into the settings.
    pub(super) apply: fn(&mut Settings, &Node) -> Result<(), Refusal>,
}

impl Key {
    /// The help of a refusal: how a right line looks.
    pub fn example_line(&self) -> String {
        let name = self.path.rsplit('.').next().unwrap_or(self.path);
        format!("write for example `{name} = {}`", self.example)
    }
}

/// Every key that is not a lint's or a budget's name, in the order of the reference page.
pub static KEYS: &[Key] = &[
    Key {
        path: "clients",
        kind: Kind::Clients,
        default: "[]",
        example: "[\"claude-code\", \"codex\"]",
        doc: "The clients whose rules count. Empty: every client that has a file in the repository which only it reads. \
              The name `agent-skills` stands for the open Agent Skills specification: with it, skills are held to that too.",
        apply: |settings, node| {
            settings.clients = strings(node);
            Ok(())
        },
    },
    Key {
        path: "include",
        kind: Kind::Globs,
        default: "[]",
        example: "[\"docs/agents/**/*.md\"]",
        doc: "Further files to lint: Markdown that no client loads by itself, or context files in a folder that is \
              excluded by default.",
        apply: |settings, node| super::globs(node).map(|globs| settings.include = globs),
    },
    Key {
        path: "exclude",
        kind: Kind::Globs,
        default: "[]",
        example: "[\"examples/\", \"**/*.generated.md\"]",
        doc: "Files that are never linted. They still exist for references to them.",
        apply: |settings, node| super::globs(node).map(|globs| settings.exclude = globs),
    },
    Key {
        path: "default-exclude",
        kind: Kind::Bool,
        default: "true",
        example: "false",
        doc: "Whether the default exclusions apply.",
        apply: |settings, node| {
            settings.default_exclude = node.kind == NodeKind::Bool(true);
            Ok(())
        },
    },
    Key {
        path: "max-file-size",
        kind: Kind::Integer(1),
        default: "16777216",
        example: "1000000",
        doc: "Context files above this many bytes are not read; `too-large` says which.",
        apply: |settings, node| {
            settings.max_file_size = integer(node);
            Ok(())
        },
    },
    Key {
        path: "preset",
        kind: Kind::Choice(&["default", "frontier", "small-model"]),
        default: "\"default\"",
        example: "\"frontier\"",
        doc: "The kind of model that the default budgets are for. A preset changes the defaults for which a number of its \
              own is known, those for instructions; what is paid for by the token costs the same with every model.",
        apply: |settings, node| {
            settings.preset = node.as_str().unwrap_or_default().to_owned();
            Ok(())
        },
    },
    Key {
        path: "window",
        kind: Kind::Integer(1),
        default: "1000000",
        example: "200000",
        doc: "The model's window in tokens. Some clients grant a share of it to the listing of skills; `--window` wins \
              over it.",
        apply: |settings, node| {
            settings.window = integer(node);
            Ok(())
        },
    },
    Key {
        path: "references.history",
        kind: Kind::Choice(&["auto", "full", "off"]),
        default: "\"auto\"",
        example: "\"full\"",
        doc: "How much of git's history `check` asks about citations and paths: what is known from earlier runs and half a \
              second for the rest (`auto`), everything (`full`, for CI), or nothing (`off`).",
        apply: |settings, node| {
            settings.history = node.as_str().unwrap_or_default().to_owned();
            Ok(())
        },
    },
    Key {
        path: "growth.tokens",
        kind: Kind::Integer(0),
        default: "",
        example: "200",
        doc: "How many tokens more than before a change a client may load at startup; `0` allows no growth. Without it growth \
              is not judged. `check` compares where it has something to compare with: `--since`, `--staged`.",
        apply: |settings, node| {
            settings.growth_tokens = Some(integer(node));
            Ok(())
        },
    },
    Key {
        path: "growth.instructions",
        kind: Kind::Integer(0),
        default: "",
        example: "5",
        doc: "How many instructions more than before a change a client may load at startup, as `growth.tokens`.",
        apply: |settings, node| {
            settings.growth_instructions = Some(integer(node));
            Ok(())
        },
    },
    Key {
        path: "tokens.encoding",
        kind: Kind::Choice(&["o200k_base", "cl100k_base"]),
        default: "\"o200k_base\"",
        example: "\"cl100k_base\"",
        doc: "The encoding in which tokens are counted, exactly and offline.",
        apply: |settings, node| {
            settings.encoding = node.as_str().unwrap_or_default().to_owned();
            Ok(())
        },
    },
    Key {
        path: "tokens.profile",
        kind: Kind::Choice(&["o200k", "cl100k", "claude-4.6", "claude-5"]),
        default: "\"claude-5\"",
        example: "\"claude-4.6\"",
        doc: "The profile that turns exact counts into an estimate for a model.",
        apply: |settings, node| {
            settings.profile = node.as_str().unwrap_or_default().to_owned();
            Ok(())
        },
    },
    Key {
        path: "tokens.multiplier",
        kind: Kind::PositiveNumber,
        default: "",
        example: "1.45",
        doc: "The repository's own measured ratio of the model's tokens to exact counts, in place of the profile's.",
        apply: |settings, node| {
            settings.multiplier = number(node);
            Ok(())
        },
    },
    Key {
        path: "known.tools",
        kind: Kind::Names,
        default: "[]",
        example: "[\"SearchTickets\", \"acme_*\"]",
        doc: "Tools that exist beside those that ctxlint knows, such as those of an extended client. A `*` at \
              the end stands for any further characters, here and in the lists below.",
        apply: |settings, node| {
            settings.known.tools = strings(node);
            Ok(())
        },
    },
    Key {
        path: "known.models",
        kind: Kind::Names,
        default: "[]",
        example: "[\"house-model-*\"]",
        doc: "Models that exist beside those that ctxlint knows, such as those of a gateway.",
        apply: |settings, node| {
            settings.known.models = strings(node);
            Ok(())
        },
    },
    Key {
        path: "known.skills",
        kind: Kind::Names,
        default: "[]",
        example: "[\"pdf\"]",
        doc: "Skills that agents may name although they are not in the repository, such as those of a plugin \
              that everybody has.",
        apply: |settings, node| {
            settings.known.skills = strings(node);
            Ok(())
        },
    },
    Key {
        path: "known.servers",
        kind: Kind::Names,
        default: "[]",
        example: "[\"github\"]",
        doc: "MCP servers that agents may name although no `.mcp.json` of the repository declares them.",
        apply: |settings, node| {
            settings.known.servers = strings(node);
            Ok(())
        },
    },
    Key {
        path: "known.keys",
        kind: Kind::Names,
        default: "[]",
        example: "[\"owner\", \"x-*\"]",
        doc: "Frontmatter keys that other programs read.",
        apply: |settings, node| {
            settings.known.keys = strings(node);
            Ok(())
        },
    },
];

fn number(node: &Node) -> Option<f64> {
    match node.kind {
        NodeKind::Number(value) => Some(value),
        _ => None,
    }
}

fn integer(node: &Node) -> u64 {
    number(node).unwrap_or_default() as u64
}

fn strings(node: &Node) -> Vec<String> {
    node.items().iter().filter_map(Node::as_str).map(str::to_owned).collect()
}

/// Whether a value is of the kind that its key wants.
pub(super) fn check(kind: &Kind, node: &Node) -> Result<(), Refusal> {
    let refuse = |wanted: String| Err((node.span, format!("{wanted} is needed, not {}", node.kind_name())));
    match kind {
        Kind::Bool if !matches!(node.kind, NodeKind::Bool(_)) => refuse("`true` or `false`".to_owned()),
        Kind::Integer(least) => match number(node) {
            Some(value) if value.fract() == 0.0 && value >= *least as f64 => Ok(()),
            Some(_) => Err((node.span, format!("a whole number of at least {least} is needed"))),
            None => refuse("a whole number".to_owned()),
        },
        Kind::PositiveNumber => match number(node) {
            Some(value) if value > 0.0 => Ok(()),
            Some(_) => Err((node.span, "a number above 0 is needed".to_owned())),
            None => refuse("a number".to_owned()),
        },
        Kind::Choice(words) => match node.as_str() {
            Some(word) if words.contains(&word) => Ok(()),
            Some(word) => {
                let near = super::nearest(word, words.iter().copied());
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                Err((node.span, format!("`{word}` is none of {}{near}", listed(words))))
            }
            None => refuse(format!("one of {}", listed(words))),
        },
        Kind::Clients => check_clients(node),
        Kind::Names => check_names(node),
        Kind::Bool | Kind::Globs => Ok(()),
    }
}

fn check_names(node: &Node) -> Result<(), Refusal> {
    if !matches!(node.kind, NodeKind::Sequence(_)) {
        return Err((node.span, format!("a list of names is needed, not {}", node.kind_name())));
    }
    match node.items().iter().find(|item| item.as_str().is_none()) {
        Some(item) => Err((item.span, format!("a name is a string, not {}", item.kind_name()))),
        None => Ok(()),
    }
}

fn check_clients(node: &Node) -> Result<(), Refusal> {
    if !matches!(node.kind, NodeKind::Sequence(_)) {
        return Err((node.span, format!("a list of client names is needed, not {}", node.kind_name())));
    }
    let clients = crate::clients::all().iter().map(|client| client.name);
    let known: Vec<&str> = clients.chain([crate::clients::AGENT_SKILLS]).collect();
    for item in node.items() {
        match item.as_str() {
            Some(name) if known.contains(&name) => {}
            Some(name) => {
                let near = super::nearest(name, known.iter().copied());
                let near = near.map_or(listed(&known), |near| format!("did you mean `{near}`?"));
                return Err((item.span, format!("no client is called `{name}`; {near}")));
            }
            None => return Err((item.span, format!("a client name is a string, not {}", item.kind_name()))),
        }
    }
    Ok(())
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

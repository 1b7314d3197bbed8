//! Frontmatter keys that clients read, as tables: one form for each kind of file of each client.
//!
//! The lints about keys and values, the typed views in [`crate::artifacts`] and the schemas for editors are all made from
//! these tables.

mod claude_code;
mod others;

pub use claude_code::FLAGS as CLAUDE_CODE_FLAGS;

use super::{Client, Evidence, Fact, Role, Unit, Versions};

/// What may stand behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// Text. A bare number or boolean is taken as the text that is written.
    Text,
    /// Text, or anything else as it is written: `[file]` without quotes is a list to YAML.
    Hint,
    /// A boolean.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Names in a list, or in one string with spaces or commas between them.
    Names,
    /// Names in a list, or in one string with commas between them.
    CommaNames,
    /// Names of tools, in a list or in one string, each with an optional specifier in parentheses.
    Tools,
    /// The name of a model, or a list of such names where `many` is set.
    Model {
        /// Whether a list is taken too.
        many: bool,
    },
    /// Patterns of paths: a list, or one string with commas.
    Globs,
    /// A whole number above 0.
    Count,
    /// A mapping.
    Map,
    /// A list of names or of mappings.
    List,
}

/// One key of a form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key as it is written.
    pub name: &'static str,
    /// What may stand behind it.
    pub value: FieldValue,
    /// Without it the client leaves the file out, or the specification calls it invalid.
    pub required: bool,
    /// It decides when the file loads, or what may be called and run. Where it is not seen, the file does something else
    /// than it says.
    pub matters: bool,
    /// Whether the client reads it in a plugin too.
    pub in_plugin: bool,
    /// The longest value.
    pub most: Option<(usize, Unit)>,
    /// The versions that read it.
    pub versions: Versions,
    /// What it does, for editors: a clause without a full stop.
    pub doc: &'static str,
}

impl Field {
    /// An optional key for people or for the listing.
    const fn new(name: &'static str, value: FieldValue, doc: &'static str) -> Field {
        Field {
            name,
            value,
            required: false,
            matters: false,
            in_plugin: true,
            most: None,
            versions: Versions::ALL,
            doc,
        }
    }

    /// A key that decides when the file loads or what may be called.
    const fn key(name: &'static str, value: FieldValue, doc: &'static str) -> Field {
        Field { matters: true, ..Field::new(name, value, doc) }
    }

    const fn required(self) -> Field {
        Field { required: true, ..self }
    }

    const fn most(self, most: usize, unit: Unit) -> Field {
        Field { most: Some((most, unit)), ..self }
    }

    const fn not_in_plugin(self) -> Field {
        Field { in_plugin: false, ..self }
    }

    const fn since(self, version: &'static str) -> Field {
        Field { versions: Versions::since(version), ..self }
    }
}

/// The keys of one kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// Name of the client, or [`AGENT_SKILLS`].
    pub client: &'static str,
    /// What the file is to it.
    pub role: Role,
    /// Every key that is read.
    pub fields: &'static [Field],
    /// Keys that are taken without a complaint and have no effect, with the reason to write them all the same.
    pub ignored: &'static [&'static str],
    /// Words for a boolean beside `true` and `false`; compared without case.
    pub flags: &'static [(&'static str, bool)],
    /// Where this comes from.
    pub fact: Fact,
}

impl Form {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// What the files are called in a sentence: `skills`, `rules`.
    pub fn plural(&self) -> &'static str {
        plural(self.role)
    }
}

/// What files of a role are called in a sentence.
pub fn plural(role: Role) -> &'static str {
    match role {
        Role::Rule => "rules",
        Role::Skill => "skills",
        Role::Agent => "agents",
        Role::Command => "commands",
        Role::OutputStyle => "output styles",
        Role::Prompt => "prompts",
        _ => "files",
    }
}

/// The name under which the open Agent Skills specification stands among the clients: it reads nothing by itself.
pub const AGENT_SKILLS: &str = "agent-skills";

/// Every form. A client with several roles has several.
pub static FORMS: [&Form; 16] = [
    &claude_code::RULE,
    &claude_code::SKILL,
    &claude_code::COMMAND,
    &claude_code::AGENT,
    &claude_code::OUTPUT_STYLE,
    &others::AGENT_SKILLS_SKILL,
    &others::CODEX_SKILL,
    &others::GEMINI_SKILL,
    &others::CURSOR_RULE,
    &others::COPILOT_RULE,
    &others::COPILOT_AGENT,
    &others::COPILOT_PROMPT,
    &others::COPILOT_SKILL,
    &others::WINDSURF_RULE,
    &others::CLINE_RULE,
    &others::KIRO_RULE,
];

/// The form of a client's files of one role, where its keys are known.
pub fn form(client: &str, role: Role) -> Option<&'static Form> {
    FORMS.iter().copied().find(|form| form.client == client && form.role == role)
}

/// The open Agent Skills specification.
pub fn skills_specification() -> &'static Form {
    &others::AGENT_SKILLS_SKILL
}

/// Keys that stand for nearly the same in different forms: what `from` means, `to` means in the form that has it.
pub static COUNTERPARTS: [(&str, &str); 8] = [
    ("tools", "allowed-tools"),
    ("allowed-tools", "tools"),
    ("disallowedTools", "disallowed-tools"),
    ("disallowed-tools", "disallowedTools"),
    ("globs", "paths"),
    ("applyTo", "paths"),
    ("fileMatchPattern", "paths"),
    ("permission", "permissionMode"),
];

/// What a client does with frontmatter that is not valid YAML.
#[derive(Clone, Copy, Debug)]
pub struct LenientReader {
    /// Name of the client.
    pub client: &'static str,
    /// It does not read it line by line, but takes a rule for one without frontmatter.
    pub keeps_rules_always: bool,
    /// Where this comes from.
    pub fact: Fact,
}

/// The clients of which it is known.
static LENIENT_READERS: [LenientReader; 3] = [
    LenientReader { client: "claude-code", keeps_rules_always: false, fact: super::claude_code::MEASURED },
    LenientReader { client: "codex", keeps_rules_always: false, fact: super::codex::MEASURED },
    LenientReader {
        client: "cline",
        keeps_rules_always: true,
        fact: Fact { evidence: Evidence::Documented, source: "Cline docs", dated: "2026-11" },
    },
];

/// What this client does with frontmatter that is not valid YAML, where it is known.
pub fn lenient_reader(client: &str) -> Option<&'static LenientReader> {
    LENIENT_READERS.iter().find(|reader| reader.client == client)
}

/// What a client calls itself for people.
pub fn title(name: &'static str) -> &'static str {
    if name == AGENT_SKILLS {
        return "the open Agent Skills specification";
    }
    super::by_name(name).map_or(name, |client: &Client| client.title)
}

//! The forms of Claude Code, from its documents of about 2.1.240 (skills, sub-agents, output-styles, memory pages and the
//! settings reference) and from the recorded requests of 2.1.329.

use super::{Field, FieldValue, Form};
use crate::clients::claude_code::{DOCUMENTED, MEASURED};
use crate::clients::{Role, Unit};

/// Booleans in other words, since 2.1.218.
pub const FLAGS: [(&str, bool); 6] =
    [("yes", true), ("no", false), ("on", true), ("off", false), ("1", true), ("0", false)];

static EFFORTS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

const DESCRIPTION: Field = Field::new("description", FieldValue::Text, "what it does and when to use it");
const TOOLS: &str = "tools that need no permission for the turn in which it is invoked; nothing is restricted";
const MODEL: Field = Field::key("model", FieldValue::Model { many: false }, "the model for the rest of the turn");
const EFFORT: Field = Field::new("effort", FieldValue::Word(&EFFORTS), "how much the model thinks");
const HOOKS: Field = Field::key("hooks", FieldValue::Map, "hooks that are registered when it is invoked");

pub(super) static RULE: Form = Form {
    client: "claude-code",
    role: Role::Rule,
    fields: &[Field::key(
        "paths",
        FieldValue::Globs,
        "the files whose reading loads the rule; without it the rule loads in every session",
    )],
    ignored: &["description", "name"],
    flags: &FLAGS,
    fact: MEASURED,
};

/// Keys that skills and commands share.
const ARGUMENT_HINT: Field = Field::new("argument-hint", FieldValue::Hint, "shown while the name is typed");
const ARGUMENTS: Field = Field::key("arguments", FieldValue::Names, "names for `$name` in the body, in order");
const WHEN: Field = Field::new("when_to_use", FieldValue::Text, "appended to the description in the listing");
const NO_MODEL: Field = Field::key(
    "disable-model-invocation",
    FieldValue::Flag,
    "keeps it out of the model's listing, so that only a person can invoke it",
);
const FOR_USER: Field = Field::key("user-invocable", FieldValue::Flag, "`false` hides it from the `/` menu");
const ALLOWED: Field = Field::key("allowed-tools", FieldValue::Tools, TOOLS);
const DISALLOWED: Field =
    Field::key("disallowed-tools", FieldValue::Tools, "tools that are taken away until the next message of the user");
const CONTEXT: Field =
    Field::key("context", FieldValue::Word(&["fork"]), "`fork` runs it in a subagent whose prompt is the body");
const AGENT_TYPE: Field = Field::key("agent", FieldValue::Text, "the type of the subagent that `context: fork` starts");
const BACKGROUND: Field =
    Field::key("background", FieldValue::Flag, "whether the forked subagent runs in the background").since("2.1.218");
const SHELL: Field =
    Field::key("shell", FieldValue::Word(&["bash", "powershell"]), "the shell that runs injected commands");
const METADATA: Field = Field::new("metadata", FieldValue::Map, "free data that the client ignores");
const LICENSE: Field = Field::new("license", FieldValue::Text, "the licence, which the client ignores");
const COMPATIBILITY: Field =
    Field::new("compatibility", FieldValue::Text, "what it needs, which the client ignores").most(500, Unit::Chars);

pub(super) static SKILL: Form = Form {
    client: "claude-code",
    role: Role::Skill,
    fields: &[
        Field::new("name", FieldValue::Text, "a label; the skill is called by the name of its folder"),
        DESCRIPTION,
        WHEN,
        ARGUMENT_HINT,
        ARGUMENTS,
        NO_MODEL,
        FOR_USER,
        ALLOWED,
        DISALLOWED,
        MODEL,
        EFFORT,
        CONTEXT,
        AGENT_TYPE,
        BACKGROUND,
        HOOKS,
        Field::key("paths", FieldValue::Globs, "the files whose reading puts the skill on the listing"),
        SHELL,
        METADATA,
        LICENSE,
        COMPATIBILITY,
    ],
    ignored: &[],
    flags: &FLAGS,
    fact: DOCUMENTED,
};

pub(super) static COMMAND: Form = Form {
    client: "claude-code",
    role: Role::Command,
    fields: &[
        DESCRIPTION,
        WHEN,
        ARGUMENT_HINT,
        ARGUMENTS,
        NO_MODEL,
        FOR_USER,
        ALLOWED,
        DISALLOWED,
        MODEL,
        EFFORT,
        CONTEXT,
        AGENT_TYPE,
        BACKGROUND,
        HOOKS,
        SHELL,
        METADATA,
        LICENSE,
        COMPATIBILITY,
    ],
    // Documented: a command goes by its file's name.
    ignored: &["name"],
    flags: &FLAGS,
    fact: DOCUMENTED,
};

static PERMISSION_MODES: [&str; 7] =
    ["default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "plan", "manual"];
static COLORS: [&str; 8] = ["red", "blue", "green", "yellow", "purple", "orange", "pink", "cyan"];

pub(super) static AGENT: Form = Form {
    client: "claude-code",
    role: Role::Agent,
    fields: &[
        Field::new("name", FieldValue::Text, "what the agent is called; without it the file is skipped").required(),
        Field::new("description", FieldValue::Text, "when to hand work to it; without it the file is skipped")
            .required(),
        Field::key("tools", FieldValue::Tools, "the only tools that it has; without it the agent has them all"),
        Field::key("disallowedTools", FieldValue::Tools, "tools that it does not have"),
        Field::key("model", FieldValue::Model { many: false }, "the model that it runs on"),
        Field::key("permissionMode", FieldValue::Word(&PERMISSION_MODES), "how its tools are allowed").not_in_plugin(),
        Field::key("maxTurns", FieldValue::Count, "the most turns that it takes"),
        Field::key("skills", FieldValue::CommaNames, "skills whose whole body it starts with"),
        Field::key("mcpServers", FieldValue::List, "MCP servers that it has").not_in_plugin(),
        Field::key("hooks", FieldValue::Map, "hooks that hold while it runs").not_in_plugin(),
        Field::key("memory", FieldValue::Word(&["user", "project", "local"]), "where it keeps notes of its own"),
        Field::key("background", FieldValue::Flag, "whether it always runs in the background"),
        EFFORT,
        Field::key("isolation", FieldValue::Word(&["worktree"]), "`worktree` gives it a git worktree of its own"),
        Field::new("color", FieldValue::Word(&COLORS), "its colour on the screen"),
        Field::key("initialPrompt", FieldValue::Text, "the first turn when it is the main agent"),
    ],
    ignored: &[],
    flags: &FLAGS,
    fact: DOCUMENTED,
};

pub(super) static OUTPUT_STYLE: Form = Form {
    client: "claude-code",
    role: Role::OutputStyle,
    fields: &[
        Field::new("name", FieldValue::Text, "what the style is called; without it the file's name"),
        Field::new("description", FieldValue::Text, "shown where a style is picked"),
        Field::key("keep-coding-instructions", FieldValue::Flag, "keeps the client's own instructions for coding"),
        Field::key("force-for-plugin", FieldValue::Flag, "switches the style on with its plugin"),
    ],
    ignored: &[],
    flags: &FLAGS,
    fact: DOCUMENTED,
};

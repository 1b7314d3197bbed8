//! The forms of the open Agent Skills specification and of the other clients.

use super::{AGENT_SKILLS, Field, FieldValue, Form};
use crate::clients::skills::{SPEC_MAX_CHARS, SPEC_MAX_DESCRIPTION};
use crate::clients::{Evidence, Fact, Role, Unit, codex, gemini_cli};

const fn documented(source: &'static str, dated: &'static str) -> Fact {
    Fact { evidence: Evidence::Documented, source, dated }
}

const SPEC_NAME: Field = Field::new("name", FieldValue::Text, "lower-case letters, digits and hyphens; as its folder")
    .required()
    .most(SPEC_MAX_CHARS, Unit::Chars);
const SPEC_DESCRIPTION: Field = Field::new("description", FieldValue::Text, "what the skill does and when to use it")
    .required()
    .most(SPEC_MAX_DESCRIPTION, Unit::Chars);
const LICENSE: Field = Field::new("license", FieldValue::Text, "the licence, short");
const COMPATIBILITY: Field =
    Field::new("compatibility", FieldValue::Text, "what the skill needs to run").most(500, Unit::Chars);
const METADATA: Field = Field::new("metadata", FieldValue::Map, "text by key, free");
const ALLOWED: Field =
    Field::key("allowed-tools", FieldValue::Tools, "tools that need no permission, with spaces between (experimental)");

pub(super) static AGENT_SKILLS_SKILL: Form = Form {
    client: AGENT_SKILLS,
    role: Role::Skill,
    fields: &[SPEC_NAME, SPEC_DESCRIPTION, LICENSE, COMPATIBILITY, METADATA, ALLOWED],
    ignored: &[],
    flags: &[],
    fact: documented("agentskills/agentskills, specification", "2026-08-09"),
};

/// The loader takes a skill without a name under its folder's.
pub(super) static CODEX_SKILL: Form = Form {
    client: "codex",
    role: Role::Skill,
    fields: &[Field { required: false, ..SPEC_NAME }, SPEC_DESCRIPTION, LICENSE, COMPATIBILITY, METADATA, ALLOWED],
    ignored: &[],
    flags: &[],
    fact: codex::MEASURED,
};

pub(super) static GEMINI_SKILL: Form = Form {
    client: "gemini-cli",
    role: Role::Skill,
    fields: &[
        Field { most: None, ..SPEC_NAME },
        Field { most: None, ..SPEC_DESCRIPTION },
        LICENSE,
        COMPATIBILITY,
        METADATA,
        ALLOWED,
    ],
    ignored: &[],
    flags: &[],
    fact: gemini_cli::MEASURED,
};

pub(super) static CURSOR_RULE: Form = Form {
    client: "cursor",
    role: Role::Rule,
    fields: &[
        Field::new("description", FieldValue::Text, "by which the agent decides whether the rule is for the task"),
        Field::key("globs", FieldValue::Globs, "the files that attach the rule"),
        Field::key("alwaysApply", FieldValue::Flag, "`true` puts the rule into every session"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("cursor.com/docs/rules", "2026-11"),
};

pub(super) static COPILOT_RULE: Form = Form {
    client: "copilot",
    role: Role::Rule,
    fields: &[
        Field::key("applyTo", FieldValue::Globs, "the files for which the instructions are sent"),
        Field::key(
            "excludeAgent",
            FieldValue::Word(&["code-review", "coding-agent", "cloud-agent"]),
            "the agent that does not get them",
        ),
        Field::new("name", FieldValue::Text, "shown in the editor"),
        Field::new("description", FieldValue::Text, "what the instructions are for"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("github/docs, VS Code docs", "2026-03-25"),
};

pub(super) static COPILOT_AGENT: Form = Form {
    client: "copilot",
    role: Role::Agent,
    fields: &[
        Field::new("description", FieldValue::Text, "what the agent is for").required(),
        Field::new("name", FieldValue::Text, "what the agent is called; without it the file's name"),
        Field::new("argument-hint", FieldValue::Hint, "shown while a prompt is typed"),
        Field::key("target", FieldValue::Word(&["vscode", "github-copilot"]), "where the agent is offered"),
        Field::key("tools", FieldValue::Tools, "the tools that it has"),
        Field::key("agents", FieldValue::CommaNames, "the agents that it may start"),
        Field::key("model", FieldValue::Model { many: true }, "the model, or models in the order of preference"),
        Field::key("disable-model-invocation", FieldValue::Flag, "keeps other agents from starting it"),
        Field::key("user-invocable", FieldValue::Flag, "`false` keeps it out of the menu"),
        Field::key("user-invokable", FieldValue::Flag, "the older spelling of `user-invocable`"),
        Field::key("infer", FieldValue::Flag, "retired: `user-invocable` and `disable-model-invocation` replace it"),
        Field::key("mcp-servers", FieldValue::Map, "MCP servers that it has"),
        Field::key("handoffs", FieldValue::List, "agents that it offers to go on with"),
        Field::key("hooks", FieldValue::Map, "hooks that hold while it runs"),
        Field::new("metadata", FieldValue::Map, "free data"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("github/docs, custom agents; VS Code docs, custom agents", "2026-01"),
};

pub(super) static COPILOT_PROMPT: Form = Form {
    client: "copilot",
    role: Role::Prompt,
    fields: &[
        Field::new("description", FieldValue::Text, "what the prompt does"),
        Field::new("name", FieldValue::Text, "what is typed after `/`; without it the file's name"),
        Field::new("argument-hint", FieldValue::Hint, "shown while the name is typed"),
        Field::key("agent", FieldValue::Text, "the agent that runs it"),
        Field::key("mode", FieldValue::Text, "the older name of `agent`"),
        Field::key("model", FieldValue::Model { many: true }, "the model that runs it"),
        Field::key("tools", FieldValue::Tools, "the tools that it has"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("VS Code docs, prompt files", "2025-11-12"),
};

pub(super) static COPILOT_SKILL: Form = Form {
    client: "copilot",
    role: Role::Skill,
    fields: &[
        SPEC_NAME,
        SPEC_DESCRIPTION,
        LICENSE,
        COMPATIBILITY,
        METADATA,
        ALLOWED,
        Field::new("argument-hint", FieldValue::Hint, "shown while the name is typed"),
        Field::key("user-invocable", FieldValue::Flag, "`false` keeps it out of the `/` menu"),
        Field::key("user-invokable", FieldValue::Flag, "the older spelling of `user-invocable`"),
        Field::key("disable-model-invocation", FieldValue::Flag, "keeps the model from loading it by itself"),
        Field::key("context", FieldValue::Word(&["fork"]), "`fork` runs it in a subagent"),
    ],
    ignored: &[],
    flags: &[],
    fact: Fact { evidence: Evidence::Assumed, source: "VS Code docs, agent skills, second-hand", dated: "2026-11" },
};

pub(super) static WINDSURF_RULE: Form = Form {
    client: "windsurf",
    role: Role::Rule,
    fields: &[
        Field::key(
            "trigger",
            FieldValue::Word(&["always_on", "glob", "model_decision", "manual"]),
            "when the rule loads",
        ),
        Field::key("globs", FieldValue::Globs, "the files that attach a rule with `trigger: glob`"),
        Field::new("description", FieldValue::Text, "by which the model decides, with `trigger: model_decision`"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("Windsurf docs, rules page; the names of the keys are common knowledge", "2026-11"),
};

pub(super) static CLINE_RULE: Form = Form {
    client: "cline",
    role: Role::Rule,
    fields: &[Field::key("paths", FieldValue::Globs, "the files that attach the rule")],
    ignored: &["description", "name"],
    flags: &[],
    fact: documented("Cline docs", "2026-11"),
};

pub(super) static KIRO_RULE: Form = Form {
    client: "kiro",
    role: Role::Rule,
    fields: &[
        Field::key(
            "inclusion",
            FieldValue::Word(&["always", "fileMatch", "manual", "auto"]),
            "when the file is included",
        ),
        Field::key("fileMatchPattern", FieldValue::Globs, "the files that include it with `inclusion: fileMatch`"),
        Field::new("name", FieldValue::Text, "what it is called, with `inclusion: auto`"),
        Field::new("description", FieldValue::Text, "by which it is chosen, with `inclusion: auto`"),
    ],
    ignored: &[],
    flags: &[],
    fact: documented("Kiro docs", "2026-11"),
};

//! Names of tools and models that Claude Code knows, and which commands it runs without asking.
//!
//! The lists grow with every version of the client, so that nothing here makes more than a warning, and `[known]` in the
//! configuration adds to them.

use super::{Evidence, Fact};

/// Where the names of tools come from.
pub const TOOLS_FACT: Fact =
    Fact { evidence: Evidence::Documented, source: "code.claude.com/docs, tools reference", dated: "2026-09" };

/// Every tool of the reference. Some exist on one system only, or with one setting.
pub static TOOLS: [&str; 48] = [
    "Agent",
    "Artifact",
    "AskUserQuestion",
    "Bash",
    "CronCreate",
    "CronDelete",
    "CronList",
    "Edit",
    "EndConversation",
    "EnterPlanMode",
    "EnterWorktree",
    "ExitPlanMode",
    "ExitWorktree",
    "Glob",
    "Grep",
    "LSP",
    "ListAgents",
    "ListMcpResourcesTool",
    "Monitor",
    "NotebookEdit",
    "PowerShell",
    "PushNotification",
    "Read",
    "ReadMcpResourceTool",
    "RemoteTrigger",
    "ReportFindings",
    "ScheduleWakeup",
    "SendFeedback",
    "SendMessage",
    "SendUserFile",
    "ShareOnboardingGuide",
    "Skill",
    "SubagentHandback",
    // The name of `Agent` before 2.1.63, which is still taken.
    "Task",
    "TaskCreate",
    "TaskGet",
    "TaskList",
    "TaskOutput",
    "TaskStop",
    "TaskUpdate",
    "TodoWrite",
    "ToolSearch",
    "WaitForMcpServers",
    "WebFetch",
    "WebSearch",
    "Workflow",
    "Write",
    // A rule for folders, which stands among the permission rules.
    "Cd",
];

/// Tools of older versions that the reference no longer has, with what does their work now; empty where nothing does.
pub static RETIRED_TOOLS: [(&str, &str); 9] = [
    ("AgentOutputTool", "TaskOutput"),
    ("BashOutput", "TaskOutput"),
    ("KillBash", "TaskStop"),
    ("KillShell", "TaskStop"),
    ("LS", "Bash(ls *)"),
    ("MultiEdit", "Edit"),
    ("NotebookRead", "Read"),
    ("SlashCommand", "Skill"),
    ("TodoRead", ""),
];

/// Tools that no subagent gets, whatever its `tools` say (documented, sub-agents page).
pub static NEVER_IN_SUBAGENTS: [&str; 7] = [
    "AskUserQuestion",
    "EndConversation",
    "EnterPlanMode",
    "ScheduleWakeup",
    "TaskOutput",
    "WaitForMcpServers",
    "Workflow",
];

/// Words for a model that stand for the newest of a family, or for a rule (documented, model configuration).
pub static MODEL_ALIASES: [&str; 8] = ["sonnet", "opus", "haiku", "fable", "inherit", "default", "best", "opusplan"];

/// Where the two lists below come from.
pub const PERMISSIONS_FACT: Fact =
    Fact { evidence: Evidence::Documented, source: "code.claude.com/docs, permissions", dated: "2026-11" };

/// Commands that run without a permission. The page names the first fourteen and says that there are more; the others are
/// of the same kind, so that a command that may be in the set is never called blocked.
pub static READ_ONLY_COMMANDS: [&str; 46] = [
    "ls", "cat", "echo", "pwd", "head", "tail", "grep", "find", "wc", "which", "diff", "stat", "du", "cd", "sort",
    "uniq", "cut", "tr", "sed", "awk", "rg", "tree", "file", "date", "whoami", "hostname", "uname", "id", "env",
    "printenv", "printf", "basename", "dirname", "realpath", "readlink", "test", "[", "true", "false", "command",
    "type", "column", "nl", "df", "jq", "ps",
];

/// What `git` may be asked without a permission: subcommands that only read.
pub static READ_ONLY_GIT: [&str; 20] = [
    "status",
    "log",
    "diff",
    "show",
    "blame",
    "branch",
    "tag",
    "remote",
    "describe",
    "rev-parse",
    "rev-list",
    "ls-files",
    "ls-tree",
    "ls-remote",
    "shortlog",
    "reflog",
    "stash",
    "config",
    "merge-base",
    "symbolic-ref",
];

/// Words before a command that are no part of it when it is compared with a permission.
pub static WRAPPERS: [&str; 8] = ["timeout", "time", "nice", "nohup", "stdbuf", "command", "builtin", "noglob"];

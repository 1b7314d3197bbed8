//! How a coding agent shows itself to the programs that it runs.

/// Variables that agents set for the commands that they run, with the agent's name. From the vendors' documents and
/// published code (2026-08); `AI_AGENT` is the neutral one that several set.
static VARIABLES: [(&str, &str); 9] = [
    ("CLAUDECODE", "claude-code"),
    ("CODEX_SANDBOX", "codex"),
    ("CODEX_THREAD_ID", "codex"),
    ("GEMINI_CLI", "gemini-cli"),
    ("CURSOR_AGENT", "cursor"),
    ("COPILOT_CLI", "copilot"),
    ("OPENCODE", "opencode"),
    ("CLINE_ACTIVE", "cline"),
    ("AI_AGENT", "an agent"),
];

/// The coding agent in whose environment a program runs, by the variables that `is_set` knows.
pub fn coding_agent(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    VARIABLES.iter().find(|(variable, _)| is_set(variable)).map(|(_, agent)| *agent)
}

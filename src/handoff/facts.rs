//! What git, a transcript and the files know without a model.
//!
//! A transcript is read once, record by record ([`transcript`]); each client's format has a reader of its own, and all of
//! them fill the same [`session::Session`]. Nothing that a transcript holds is ever taken for an instruction.

pub mod claude_code;
pub mod codex;
pub mod commands;
pub mod gemini_cli;
pub mod git;
pub mod json;
mod recent;
pub mod session;
mod state;
pub mod tests_output;
pub mod transcript;

pub use commands::CommandKind;
pub use session::Session;

/// The clients whose transcripts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Client {
    /// Claude Code: JSON lines under `projects/`.
    ClaudeCode,
    /// Codex: JSON lines under `sessions/`.
    Codex,
    /// Gemini CLI: one JSON value or JSON lines under `chats/`.
    GeminiCli,
}

impl Client {
    /// Every client, in the order of the contract.
    pub const ALL: [Client; 3] = [Client::ClaudeCode, Client::Codex, Client::GeminiCli];

    /// The name in every output.
    pub fn name(self) -> &'static str {
        match self {
            Client::ClaudeCode => "claude-code",
            Client::Codex => "codex",
            Client::GeminiCli => "gemini-cli",
        }
    }
}

/// What kind of request it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// Words.
    Prompt,
    /// A slash command that makes the agent work.
    Command,
}

impl RequestKind {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            RequestKind::Prompt => "prompt",
            RequestKind::Command => "command",
        }
    }
}

/// What the person asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The words, without what the client wraps around them.
    pub text: String,
    /// Words or a command.
    pub kind: RequestKind,
    /// The record's line, 1-based; in a file that is one value the message's number.
    pub line: u64,
    /// Whether the user went back behind it.
    pub is_left: bool,
}

/// A file that an editing tool changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditedFile {
    /// The path as the transcript spells it.
    pub path: String,
    /// How many calls changed it.
    pub edits: u64,
    /// The path from the session's folder, for comparing.
    pub key: String,
}

/// How the last run of a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunResult {
    /// There is a result and it tells of no failure.
    Ok,
    /// The result is an error, or its code is not 0.
    Failed,
    /// There is no result: it never ran, was broken off, or is not over.
    Unknown,
}

impl RunResult {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            RunResult::Ok => "ok",
            RunResult::Failed => "failed",
            RunResult::Unknown => "unknown",
        }
    }
}

/// A command, once for each different text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The text that the shell was given.
    pub text: String,
    /// What it is for.
    pub kind: CommandKind,
    /// How its last run ended.
    pub result: RunResult,
    /// The code that the transcript gives for the last run.
    pub exit_code: Option<i64>,
    /// How often it was run.
    pub runs: u64,
    /// Tests that its last run reported as failed.
    pub failing: Vec<String>,
    /// The number of its last run among all calls.
    pub last: u64,
}

/// A task of the agent's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What is to be done.
    pub text: String,
    /// Its state in the client's word.
    pub state: String,
    /// The client's name of it, where it has one.
    pub id: Option<String>,
}

/// A plan that the user approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its text.
    pub text: String,
    /// Its file.
    pub path: Option<String>,
}

/// An error line, digits set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorLine {
    /// The line as it came first.
    pub text: String,
    /// In how many results it came.
    pub count: u64,
}

/// An agent that was started by the session's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Its type, where the call names one.
    pub kind: String,
    /// What it was started for.
    pub description: String,
}

/// Tokens that the client reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Input that did not come from a cache.
    pub input: u64,
    /// Output with reasoning.
    pub output: u64,
    /// Input from a cache.
    pub cache_read: u64,
    /// Input that went into a cache.
    pub cache_write: u64,
}

impl Tokens {
    /// The sum of both.
    pub fn plus(self, other: Tokens) -> Tokens {
        Tokens {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
        }
    }

    /// What is left without the other.
    pub fn less(self, other: Tokens) -> Tokens {
        Tokens {
            input: self.input.saturating_sub(other.input),
            output: self.output.saturating_sub(other.output),
            cache_read: self.cache_read.saturating_sub(other.cache_read),
            cache_write: self.cache_write.saturating_sub(other.cache_write),
        }
    }
}

//! The facts as JSON.

use crate::handoff::facts::git::GitFacts;
use crate::handoff::facts::{RequestKind, Session};
use crate::handoff::redact;
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct JsonFacts {
    version: u32,
    tool: Tool,
    session: Option<String>,
    client: Option<&'static str>,
    client_version: Option<String>,
    requests: Vec<JsonRequest>,
    files_edited: Vec<JsonEdited>,
    files_read: usize,
    commands: Vec<JsonCommand>,
    failing_tests: Vec<JsonTest>,
    open_todos: Vec<JsonTodo>,
    repeated_errors: Vec<JsonError>,
    denied_tools: Vec<JsonDenied>,
    interrupted: u64,
    compactions: u64,
    subagents: Vec<JsonAgent>,
    models: Vec<String>,
    tokens: JsonTokens,
    records: u64,
    unknown_records: u64,
    malformed: u64,
    git: Option<JsonGit>,
    citations: Vec<JsonCitation>,
}

#[derive(Serialize)]
struct JsonRequest {
    text: String,
    kind: &'static str,
    line: u64,
    left: bool,
}

#[derive(Serialize)]
struct JsonEdited {
    path: String,
    edits: u64,
}

#[derive(Serialize)]
struct JsonCommand {
    command: String,
    kind: &'static str,
    result: &'static str,
    exit_code: Option<i64>,
    count: u64,
}

#[derive(Serialize)]
struct JsonTest {
    name: String,
    command: String,
}

#[derive(Serialize)]
struct JsonTodo {
    text: String,
    state: &'static str,
}

#[derive(Serialize)]
struct JsonError {
    text: String,
    count: u64,
}

#[derive(Serialize)]
struct JsonDenied {
    tool: String,
    count: u64,
}

#[derive(Serialize)]
struct JsonAgent {
    #[serde(rename = "type")]
    kind: String,
    description: String,
}

#[derive(Serialize)]
struct JsonTokens {
    input: u64,
    output: u64,
    cache_read: u64,
    cache_write: u64,
}

#[derive(Serialize)]
struct JsonGit {
    branch: Option<String>,
    head: Option<String>,
    base: Option<String>,
    ahead: Option<u64>,
    behind: Option<u64>,
    staged: Vec<String>,
    unstaged: Vec<String>,
    untracked: Vec<String>,
    conflicted: Vec<String>,
    stash: u64,
    fingerprint: Option<String>,
    changes: Vec<JsonChange>,
}

#[derive(Serialize)]
struct JsonChange {
    path: String,
    from: Option<String>,
    added: u32,
    removed: u32,
    state: &'static str,
}

#[derive(Serialize)]
struct JsonCitation {
    text: String,
    path: String,
    start_line: u32,
    end_line: u32,
    commit: String,
    state: &'static str,
}

/// The path from the root where it lies in it, else as the transcript has it.
pub(super) fn from_root(root: &Path, folders: &[String], spelling: &str, key: &str) -> String {
    let root = root.to_str().map(|root| root.replace('\\', "/")).unwrap_or_default();
    let below = |path: &str| path.strip_prefix(&root)?.strip_prefix('/').map(str::to_owned);
    let relative = below(key).or_else(|| below(spelling));
    let is_session_here = folders.contains(&root);
    match relative {
        Some(path) => path,
        // A relative path of a session in this very folder is one from the root.
        None if is_session_here => spelling.trim_start_matches("./").to_owned(),
        None => spelling.to_owned(),
    }
}

/// The facts as one line-broken JSON document.
pub(super) fn json(root: &Path, session: &Session, git: Option<&GitFacts>) -> String {
    let shown = |text: &str| redact::secrets(text).into_owned();
    let mut edited: Vec<JsonEdited> = session
        .edited
        .iter()
        .map(|file| JsonEdited { path: from_root(root, &session.folders, &file.path, &file.key), edits: file.edits })
        .collect();
    edited.sort_by(|a, b| a.path.cmp(&b.path));
    let facts = JsonFacts {
        version: VERSION,
        tool: TOOL,
        session: session.id.clone(),
        client: session.client.map(|client| client.name()),
        client_version: session.version.clone(),
        requests: session
            .requests
            .iter()
            .map(|request| JsonRequest {
                text: shown(&request.text),
                kind: RequestKind::name(request.kind),
                line: request.line,
                left: request.is_left,
            })
            .collect(),
        files_edited: edited,
        files_read: session.read.len(),
        commands: session
            .commands
            .iter()
            .map(|command| JsonCommand {
                command: shown(&command.text),
                kind: command.kind.name(),
                result: command.result.name(),
                exit_code: command.exit_code,
                count: command.runs,
            })
            .collect(),
        failing_tests: session
            .failing_tests()
            .into_iter()
            .map(|(name, command)| JsonTest { name: shown(name), command: shown(command) })
            .collect(),
        open_todos: session
            .open_tasks()
            .map(|task| JsonTodo {
                text: shown(&task.text),
                state: if matches!(task.state.as_str(), "in_progress" | "in-progress") {
                    "in-progress"
                } else {
                    "open"
                },
            })
            .collect(),
        repeated_errors: session
            .errors
            .iter()
            .filter(|error| error.count > 1)
            .map(|error| JsonError { text: shown(&error.text), count: error.count })
            .collect(),
        denied_tools: session
            .denied
            .iter()
            .map(|(tool, count)| JsonDenied { tool: shown(tool), count: *count })
            .collect(),
        interrupted: session.interrupted,
        compactions: session.compactions(),
        subagents: session
            .agents
            .iter()
            .map(|agent| JsonAgent { kind: shown(&agent.kind), description: shown(&agent.description) })
            .collect(),
        models: session.models.iter().map(|model| shown(model)).collect(),
        tokens: JsonTokens {
            input: session.tokens.input,
            output: session.tokens.output,
            cache_read: session.tokens.cache_read,
            cache_write: session.tokens.cache_write,
        },
        records: session.records,
        unknown_records: session.unknown,
        malformed: session.malformed,
        git: git.map(git_json),
        citations: git.map(citations).unwrap_or_default(),
    };
    to_text(&facts, true)
}

fn git_json(facts: &GitFacts) -> JsonGit {
    let status = &facts.status;
    JsonGit {
        branch: status.branch.clone(),
        head: status.head.as_deref().map(str::to_owned),
        base: facts.base.as_deref().map(str::to_owned),
        ahead: facts.ahead,
        behind: facts.behind,
        staged: status.staged.clone(),
        unstaged: status.unstaged.clone(),
        untracked: status.untracked.clone(),
        conflicted: status.conflicted.clone(),
        stash: status.stash,
        fingerprint: facts.fingerprint.clone(),
        changes: facts
            .changes
            .iter()
            .map(|change| JsonChange {
                path: change.path.clone(),
                from: change.from.clone(),
                added: change.added,
                removed: change.removed,
                state: match change {
                    change if change.is_deleted => "deleted",
                    change if change.from.is_some() => "renamed",
                    change if change.is_new => "added",
                    _ => "modified",
                },
            })
            .collect(),
    }
}

/// Every piece that changed, with its pin. The lines were read a moment ago, so they are where the citation says.
fn citations(facts: &GitFacts) -> Vec<JsonCitation> {
    let head = facts.status.head.as_deref();
    let pieces = facts.changes.iter().flat_map(|change| change.pieces.iter().map(move |piece| (change, piece)));
    pieces
        .map(|(change, piece)| JsonCitation {
            text: piece.citation(&change.path),
            path: change.path.clone(),
            start_line: piece.start,
            end_line: piece.end,
            commit: match head {
                Some(head) if head.starts_with(&piece.commit) => head.to_owned(),
                _ => piece.commit.clone(),
            },
            state: "ok",
        })
        .collect()
}

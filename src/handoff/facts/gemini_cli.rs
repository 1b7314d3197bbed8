//! Gemini CLI's chats: one JSON value (before 0.40) or JSON lines.
//!
//! Sources: the client's published code and public sessions of both forms. A message is written again under the same id
//! when it grows, so messages are taken apart as they come and put together at the end.

use super::json::{Kind, Value};
use super::session::{Action, Call, Ending, Outcome, Printed, Session, hash};
use super::{Agent, RequestKind, Task, Tokens, commands};
use std::borrow::Cow;
use std::collections::HashMap;

/// Slash commands that only switch something in the client.
const SWITCHES: [&str; 39] = [
    "?",
    "about",
    "agents",
    "auth",
    "bug",
    "chat",
    "clear",
    "commands",
    "compress",
    "copy",
    "corgi",
    "dir",
    "directory",
    "docs",
    "editor",
    "exit",
    "extensions",
    "footer",
    "help",
    "hooks",
    "ide",
    "mcp",
    "memory",
    "model",
    "permissions",
    "plan",
    "policies",
    "privacy",
    "quit",
    "restore",
    "resume",
    "rewind",
    "settings",
    "shells",
    "skills",
    "stats",
    "summarize",
    "theme",
    "vim",
];

/// One call of a tool with its result, which this client writes together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ToolCall {
    pub(super) tool: String,
    pub(super) does: Does,
    pub(super) ending: Option<Ending>,
    pub(super) exit_code: Option<i64>,
    pub(super) printed: Printed,
}

/// What a tool was asked to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Does {
    #[default]
    Other,
    Edit(String),
    Read(Vec<String>),
    Shell(String),
    List(Vec<Task>),
    Agent(Agent),
}

/// One message in its newest form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) key: u64,
    pub(super) line: u64,
    pub(super) request: Option<(String, RequestKind)>,
    pub(super) model: Option<String>,
    pub(super) tokens: Tokens,
    pub(super) calls: Vec<ToolCall>,
    pub(super) breaks: u64,
    pub(super) compactions: u64,
}

/// The messages by their ids, in the order in which they came first.
#[derive(Clone, Debug, Default)]
pub(super) struct Messages {
    pub(super) list: Vec<Message>,
    at: HashMap<u64, usize>,
}

impl Messages {
    pub(super) fn insert(&mut self, message: Message) {
        match self.at.get(&message.key).copied().filter(|_| message.key != 0) {
            Some(at) => {
                let line = self.list[at].line;
                self.list[at] = Message { line, ..message };
            }
            None => {
                self.at.insert(message.key, self.list.len());
                self.list.push(message);
            }
        }
    }
}

/// Whether a record is one of Gemini CLI's.
pub(super) fn knows(record: Value<'_>) -> bool {
    let has = |key: &str| record.get(key).is_some();
    let kind = record.get("type");
    has("projectHash")
        || has("$set")
        || has("$rewindTo")
        || kind.is_some_and(|kind| kind.is("gemini"))
        || (has("sessionId") && record.get("messages").is_some_and(|list| list.kind() == Kind::Array))
        || (kind.is_some_and(|kind| kind.is("user") || kind.is("info"))
            && has("content")
            && has("id")
            && !has("message"))
}

/// Reads one line.
pub(super) fn record(session: &mut Session, record: Value<'_>) {
    note_session(session, record);
    if let Some(set) = record.get("$set") {
        for (at, one) in set.get("messages").into_iter().flat_map(Value::items).enumerate() {
            message(session, one, at as u64 + 1);
        }
        return;
    }
    if record.get("type").is_some() {
        let line = session.lines;
        message(session, record, line);
    } else if record.get("projectHash").is_none()
        && record.get("$rewindTo").is_none()
        && record.get("sessionId").is_none()
    {
        session.unknown += 1;
    }
}

/// Reads a file that is one value. Gives the number of messages; `None` when it is no session.
pub(super) fn whole(session: &mut Session, value: Value<'_>) -> Option<u64> {
    let messages = value.get("messages").filter(|list| list.kind() == Kind::Array)?;
    note_session(session, value);
    let mut number = 0;
    for one in messages.items() {
        number += 1;
        message(session, one, number);
    }
    Some(number)
}

fn note_session(session: &mut Session, of: Value<'_>) {
    if session.id.is_none() {
        session.id = of.string("sessionId").map(Cow::into_owned);
    }
    if session.started.is_none() {
        session.started = of.string("startTime").map(Cow::into_owned);
    }
}

/// A text, or the texts of parts.
fn text_of(content: Value<'_>) -> String {
    match content.text() {
        Some(text) => text.into_owned(),
        None => {
            let parts = content.items().filter_map(|part| part.text().or_else(|| part.string("text")));
            parts.collect::<Vec<_>>().join("\n")
        }
    }
}

fn message(session: &mut Session, of: Value<'_>, line: u64) {
    let id = of.string("id").map_or(0, |id| hash(&id));
    let mut out = Message { key: id, line, ..Message::default() };
    let content = of.get("displayContent").filter(|content| content.kind() != Kind::Null).or_else(|| of.get("content"));
    match of.string("type").as_deref() {
        Some("user") => out.request = content.map(text_of).and_then(|text| asked(&text)),
        Some("gemini" | "model" | "assistant") => {
            out.model = of.string("model").filter(|model| !model.is_empty()).map(Cow::into_owned);
            out.tokens = of.get("tokens").map(usage).unwrap_or_default();
            out.calls = of.get("toolCalls").into_iter().flat_map(Value::items).filter_map(tool_call).collect();
        }
        Some("info" | "warning" | "error") => {
            let text = content.map(text_of).unwrap_or_default();
            out.breaks = u64::from(text.trim_start().starts_with("Request cancelled"));
            out.compactions = u64::from(text.trim_start().starts_with("Chat history compressed"));
        }
        _ => {
            session.unknown += 1;
            return;
        }
    }
    if session.open.messages.list.len() < 20 * super::session::MAX_KEPT {
        session.open.messages.insert(out);
    }
}

fn usage(of: Value<'_>) -> Tokens {
    let count = |key: &str| of.get(key).and_then(Value::count).unwrap_or(0);
    let cached = count("cached");
    Tokens {
        input: count("input").saturating_sub(cached),
        output: count("output") + count("thoughts"),
        cache_read: cached,
        cache_write: 0,
    }
}

/// What a person asked; `None` for the client's own words and switches.
fn asked(text: &str) -> Option<(String, RequestKind)> {
    // What `@file` brings in stands behind the words.
    let text = text.split("\n--- Content from referenced files ---").next().unwrap_or_default().trim();
    let notices = [
        "This is the Gemini CLI. We are setting up the context",
        "<session_context>",
        "<hook_context>",
        "<state_snapshot>",
        "System: ",
    ];
    if text.is_empty() || notices.iter().any(|notice| text.starts_with(notice)) {
        return None;
    }
    // A `!` runs a command of the person's own.
    if text.starts_with('!') && !text.contains('\n') {
        return None;
    }
    let name = text.strip_prefix('/').and_then(|rest| rest.split_whitespace().next());
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_:?".contains(&byte));
    match name.filter(is_name) {
        Some(name) if SWITCHES.contains(&name) => None,
        Some(_) => Some((text.to_owned(), RequestKind::Command)),
        None => Some((text.to_owned(), RequestKind::Prompt)),
    }
}

fn tool_call(of: Value<'_>) -> Option<ToolCall> {
    let tool = of.string("name")?.into_owned();
    let arguments = of.get("args");
    let get = |keys: &[&str]| keys.iter().find_map(|key| arguments?.string(key)).map(Cow::into_owned);
    let response =
        of.get("result").and_then(|result| result.items().find_map(|one| one.at(&["functionResponse", "response"])));
    let response = response.or_else(|| of.get("response"));
    let output = response.and_then(|response| response.string("output"));
    let error = response.and_then(|response| response.string("error")).or_else(|| of.string("error"));
    let error = error.filter(|error| error != "(none)" && !error.is_empty());
    let shown = of.string("resultDisplay").unwrap_or_default();
    let text = match (&output, &error) {
        (Some(output), None) => output.to_string(),
        (None, Some(error)) => error.to_string(),
        (Some(output), Some(error)) => format!("{output}\n{error}"),
        (None, None) => shown.to_string(),
    };
    let status = of.string("status").unwrap_or_default();
    let ending = match &*status {
        "success" => Some(Ending::Ok),
        "error" => Some(Ending::Failed),
        "cancelled" | "canceled" => {
            let is_denied = text.trim().is_empty() || text.contains("did not allow") || shown.contains("did not allow");
            Some(if is_denied { Ending::Denied } else { Ending::Interrupted })
        }
        _ if error.is_some() => Some(Ending::Failed),
        "" if output.is_some() => Some(Ending::Ok),
        _ => None,
    };
    let does = match &*tool {
        "run_shell_command" | "ShellTool" | "shell" => get(&["command"]).map_or(Does::Other, Does::Shell),
        "write_file" | "replace" | "edit_file" | "edit" => {
            get(&["file_path", "path", "absolute_path"]).map_or(Does::Other, Does::Edit)
        }
        "read_file" => Does::Read(get(&["file_path", "absolute_path", "path"]).into_iter().collect()),
        "read_many_files" => {
            let paths = arguments.and_then(|arguments| arguments.get("paths").or_else(|| arguments.get("include")));
            let paths = paths.into_iter().flat_map(Value::items).filter_map(Value::text);
            Does::Read(paths.filter(|path| !path.contains(['*', '?', '{'])).map(Cow::into_owned).collect())
        }
        "write_todos" | "write_todos_list" => {
            let todos = arguments.and_then(|arguments| arguments.get("todos"));
            Does::List(todos.into_iter().flat_map(Value::items).filter_map(todo).collect())
        }
        "delegate_to_agent" | "invoke_agent" | "invoke_subagent" | "codebase_investigator" | "generalist" => {
            Does::Agent(Agent {
                kind: get(&["agent_name", "name", "subagent_name"]).unwrap_or_else(|| tool.clone()),
                description: get(&["objective", "task", "query", "prompt"]).unwrap_or_default(),
            })
        }
        _ => Does::Other,
    };
    let mut call = ToolCall { tool, ending, does, ..ToolCall::default() };
    if let Does::Shell(command) = &call.does {
        // The report about a command ends with its code, behind whatever the command printed.
        let code = text.lines().rev().find_map(|line| line.trim().strip_prefix("Exit Code: "));
        let field = response.and_then(|response| response.get("exitCode").or_else(|| response.get("exit_code")));
        let field = field.and_then(Value::integer);
        call.exit_code = field.or_else(|| code.and_then(super::claude_code::leading_number));
        let has_failed = ending == Some(Ending::Failed) || call.exit_code.is_some_and(|code| code != 0);
        // The report puts a word before the first line of what the command printed.
        let printed = text.replacen("\nOutput: ", "\n", 1);
        call.printed = Printed::read(command, commands::kind(command), &printed, has_failed);
    }
    Some(call)
}

fn todo(item: Value<'_>) -> Option<Task> {
    let text = item.string("description").or_else(|| item.string("content"))?;
    let state = item.string("status").map_or("pending".to_owned(), Cow::into_owned);
    Some(Task { text: text.into_owned(), state, id: None })
}

/// Puts the messages together.
pub(super) fn finish(session: &mut Session) {
    for message in std::mem::take(&mut session.open.messages).list {
        if let Some((text, kind)) = message.request {
            session.request(&text, kind, message.line, None);
        }
        session.models.extend(message.model);
        session.tokens = session.tokens.plus(message.tokens);
        session.interrupted += message.breaks;
        session.compaction_marks += message.compactions;
        for ToolCall { tool, does, ending, exit_code, printed } in message.calls {
            let action = match does {
                Does::Other => Action::Other,
                Does::Edit(path) => Action::Edit(vec![path]),
                Does::Read(paths) => Action::Read(paths),
                Does::Shell(command) => session.shell(&command),
                Does::Agent(agent) => Action::Agent(agent),
                Does::List(list) => {
                    if ending != Some(Ending::Denied) {
                        session.set_list(list);
                    }
                    Action::Other
                }
            };
            let outcome = ending.map(|ending| Outcome { ending, exit_code, printed, ..Outcome::default() });
            session.settle(Call { tool, action, is_aside: false }, outcome);
        }
    }
}

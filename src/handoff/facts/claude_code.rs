//! Claude Code's transcript: JSON lines of versions 1.0 to 2.1.
//!
//! Sources: the client's documentation of its transcripts and hooks (2026-08) and public sessions of versions 1.0.0 to
//! 2.1.220. One model message is spread over several lines with the same `message.id`; a failed command is `is_error`, its
//! code stands at the start of the text in newer versions only.

mod prompt;

use super::json::{Kind, Value};
use super::session::{Action, Call, Ending, Outcome, Session, hash};
use super::{Agent, Plan, Task, Tokens};
use prompt::prompt;
use std::borrow::Cow;

/// Types of records that tell nothing for a handoff.
const QUIET: [&str; 22] = [
    "progress",
    "summary",
    "file-history-snapshot",
    "queue-operation",
    "last-prompt",
    "custom-title",
    "ai-title",
    "agent-name",
    "agent-setting",
    "agent-color",
    "mode",
    "permission-mode",
    "pr-link",
    "worktree-state",
    "relocated",
    "frame-link",
    "started",
    "result",
    "bridge-session",
    "session-kind",
    "tag",
    "attribution-snapshot",
];

/// Whether a record of this type is one of Claude Code's.
pub(super) fn knows(kind: &str) -> bool {
    matches!(kind, "user" | "assistant" | "system" | "attachment" | "tool_use" | "tool_result") || QUIET.contains(&kind)
}

/// What a summary begins with in versions that do not mark it.
const SUMMARY: &str = "This session is being continued from a previous conversation";

/// The result of a call that was turned down begins so.
const DENIALS: [&str; 8] = [
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "Claude requested permissions to",
    "Permission to use",
    "Permission for this",
    "This command requires approval",
    "The user rejected",
    "User rejected",
];

/// The fields of a record that are looked at.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<Value<'a>>,
    message: Option<Value<'a>>,
    attachment: Option<Value<'a>>,
    result: Option<Value<'a>>,
    denial: Option<Value<'a>>,
    origin: Option<Value<'a>>,
    subtype: Option<Value<'a>>,
    uuid: Option<Value<'a>>,
    parent: Option<Value<'a>>,
    logical_parent: Option<Value<'a>>,
    session: Option<Value<'a>>,
    version: Option<Value<'a>>,
    folder: Option<Value<'a>>,
    time: Option<Value<'a>>,
    is_aside: bool,
    is_meta: bool,
    is_summary: bool,
    is_shown_only: bool,
}

fn fields<'a>(record: Value<'a>) -> Fields<'a> {
    let mut of = Fields::default();
    for (key, value) in record.fields() {
        // Most keys are none of these, and a length that no key has settles it.
        if !(3..=25).contains(&key.len()) {
            continue;
        }
        match key {
            b"type" => of.kind = Some(value),
            b"message" => of.message = Some(value),
            b"attachment" => of.attachment = Some(value),
            b"toolUseResult" => of.result = Some(value),
            b"toolDenialKind" => of.denial = Some(value).filter(|value| value.kind() == Kind::String),
            b"origin" => of.origin = Some(value),
            b"subtype" => of.subtype = Some(value),
            b"uuid" => of.uuid = Some(value),
            b"parentUuid" => of.parent = Some(value),
            b"logicalParentUuid" => of.logical_parent = Some(value),
            b"sessionId" => of.session = Some(value),
            b"version" => of.version = Some(value),
            b"cwd" => of.folder = Some(value),
            b"timestamp" => of.time = Some(value),
            b"isSidechain" => of.is_aside = value.is_true(),
            b"isMeta" => of.is_meta = value.is_true(),
            b"isCompactSummary" => of.is_summary = value.is_true(),
            b"isVisibleInTranscriptOnly" => of.is_shown_only = value.is_true(),
            _ => {}
        }
    }
    of
}

/// Reads one record.
pub(super) fn record(session: &mut Session, record: Value<'_>) {
    let of = fields(record);
    let Some(kind) = of.kind.filter(|kind| kind.kind() == Kind::String).map(Value::raw) else {
        session.unknown += 1;
        return;
    };
    head(session, &of);
    let from = if of.is_aside { None } else { follow(session, &of) };
    match kind {
        "assistant" => assistant(session, &of),
        "user" => user(session, &of, record),
        "system" => {
            if of.subtype.is_some_and(|subtype| subtype.is("compact_boundary")) {
                session.compaction_marks += 1;
            }
        }
        "attachment" => attachment(session, &of),
        // Other writers of this format give calls and results records of their own.
        "tool_use" => tool_use(session, record, of.is_aside),
        "tool_result" => tool_result(session, record, &of),
        kind if QUIET.contains(&kind) => {}
        _ => session.unknown += 1,
    }
    if let Some(uuid) = from
        && let Some(owner) = session.open.owner
    {
        session.open.owners.insert(uuid, owner);
        session.open.newest = uuid;
    }
}

/// What stands in every record of one session.
fn head(session: &mut Session, of: &Fields<'_>) {
    if session.id.is_none() {
        session.id = of.session.and_then(Value::text).map(Cow::into_owned);
    }
    if session.started.is_none() {
        session.started = of.time.and_then(Value::text).map(Cow::into_owned);
    }
    if let Some(version) = of.version.filter(|version| session.version.as_deref() != Some(version.raw()))
        && let Some(version) = version.text()
    {
        session.version = Some(version.into_owned());
    }
    if let Some(folder) = of.folder
        && session.folders.last().is_none_or(|last| last != folder.raw())
        && let Some(folder) = folder.text()
    {
        session.enter(&folder);
    }
}

/// Finds the request that the record belongs to by its parent. Gives the hash of the record's own id.
fn follow(session: &mut Session, of: &Fields<'_>) -> Option<u64> {
    let id =
        |value: Option<Value<'_>>| value.filter(|value| value.kind() == Kind::String).map(|value| hash(value.raw()));
    let uuid = id(of.uuid)?;
    // Nearly every record follows the one before it, and then nothing is to be looked up.
    if let Some(parent) =
        id(of.parent).or_else(|| id(of.logical_parent)).filter(|parent| *parent != session.open.newest)
        && let Some(owner) = session.open.owners.get(parent)
    {
        session.open.owner = Some(owner);
    }
    Some(uuid)
}

fn usage(message: Value<'_>) -> Option<Tokens> {
    let usage = message.get("usage").filter(|usage| usage.kind() == Kind::Object)?;
    let mut tokens = Tokens::default();
    for (key, value) in usage.fields() {
        let count = || value.count().unwrap_or(0);
        match key {
            b"input_tokens" => tokens.input = count(),
            b"output_tokens" => tokens.output = count(),
            b"cache_read_input_tokens" => tokens.cache_read = count(),
            b"cache_creation_input_tokens" => tokens.cache_write = count(),
            _ => {}
        }
    }
    Some(tokens)
}

/// Notes a model that answered; the client's own messages name one that is none.
fn note_model(session: &mut Session, model: &str) {
    let is_one = model != "<synthetic>" && !model.is_empty();
    if is_one && !session.models.contains(model) && session.models.len() < 100 {
        session.models.insert(model.to_owned());
    }
}

fn assistant(session: &mut Session, of: &Fields<'_>) {
    let Some(message) = of.message else { return };
    let (mut id, mut content) = (None, None);
    for (key, value) in message.fields() {
        match key {
            b"id" => id = Some(value),
            b"content" => content = Some(value),
            b"model" if value.kind() == Kind::String => note_model(session, value.raw()),
            _ => {}
        }
    }
    if let Some(tokens) = usage(message) {
        let id = id.filter(|id| id.kind() == Kind::String && !id.raw().is_empty());
        session.use_tokens(id.map(Value::raw), tokens);
    }
    for block in content.into_iter().flat_map(Value::items) {
        if block.get("type").is_some_and(|kind| kind.is("tool_use")) {
            tool_use(session, block, of.is_aside);
        }
    }
}

/// A text of a tool's input.
fn input<'a>(block: Value<'a>, key: &str) -> Option<Cow<'a, str>> {
    block.get("input")?.string(key)
}

fn tool_use(session: &mut Session, block: Value<'_>, is_aside: bool) {
    let Some(tool) = block.string("name") else { return };
    let paths = |keys: &[&str]| keys.iter().find_map(|key| input(block, key)).map(|path| path.into_owned());
    let mut lower = [0; 32];
    let name = lower.get_mut(..tool.len()).map(|name| {
        name.copy_from_slice(tool.as_bytes());
        name.make_ascii_lowercase();
        &*name
    });
    let action = match name.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default() {
        "bash" | "powershell" => match input(block, "command") {
            Some(command) => session.shell(&command),
            None => Action::Other,
        },
        "edit" | "write" | "multiedit" | "notebookedit" => {
            Action::Edit(paths(&["file_path", "notebook_path", "path"]).into_iter().collect())
        }
        "str_replace_editor" | "str_replace_based_edit_tool" => {
            let paths = paths(&["path"]).into_iter().collect();
            if input(block, "command").as_deref() == Some("view") { Action::Read(paths) } else { Action::Edit(paths) }
        }
        "read" | "notebookread" => Action::Read(paths(&["file_path", "notebook_path", "path"]).into_iter().collect()),
        "task" | "agent" => Action::Agent(Agent {
            kind: input(block, "subagent_type").unwrap_or_default().into_owned(),
            description: input(block, "description").unwrap_or_default().into_owned(),
        }),
        "todowrite" => {
            if !is_aside {
                let todos = block.get("input").and_then(|input| input.get("todos"));
                session.set_list(todos.into_iter().flat_map(Value::items).filter_map(todo).collect());
            }
            Action::Other
        }
        "taskcreate" => {
            Action::NewTask(input(block, "subject").or_else(|| input(block, "description")).unwrap_or_default().into())
        }
        "taskupdate" => {
            let id = block.get("input").and_then(|input| input.get("taskId").or_else(|| input.get("id")));
            Action::SetTask {
                id: id.map(|id| id.text().unwrap_or_else(|| id.raw().into()).into_owned()).unwrap_or_default(),
                state: input(block, "status").map(Cow::into_owned),
                text: input(block, "subject").map(Cow::into_owned),
            }
        }
        "bashoutput" | "taskoutput" | "agentoutput" => {
            let handle = paths(&["bash_id", "task_id", "shell_id", "taskId"]);
            handle.map_or(Action::Other, Action::Watch)
        }
        "exitplanmode" | "exit_plan_mode" => Action::Plan(input(block, "plan").unwrap_or_default().into_owned()),
        _ => Action::Other,
    };
    let id = block.string("id");
    session.call(id.as_deref(), Call { tool: tool.into_owned(), action, is_aside });
}

fn todo(item: Value<'_>) -> Option<Task> {
    let text = item.string("content").or_else(|| item.string("subject")).or_else(|| item.string("text"))?;
    let state = item.string("status").map_or("pending".to_owned(), Cow::into_owned);
    Some(Task { text: text.into_owned(), state, id: None })
}

fn attachment(session: &mut Session, of: &Fields<'_>) {
    let Some(attachment) = of.attachment.filter(|_| !of.is_aside) else { return };
    if !attachment.get("type").is_some_and(|kind| kind.is("queued_command")) {
        return;
    }
    let is_prompt = attachment.get("commandMode").is_none_or(|mode| mode.is("prompt"));
    let is_human = is_human(of.origin) && is_human(attachment.get("origin"));
    if !is_prompt || !is_human || of.is_meta || attachment.get("isMeta").is_some_and(Value::is_true) {
        return;
    }
    if let Some((text, kind)) = attachment.get("prompt").and_then(prompt) {
        let index = session.request_once(&text, kind, true, 1);
        session.open.owner = index.or(session.open.owner);
    }
}

/// Whether a record's origin is a person, as far as it says.
fn is_human(origin: Option<Value<'_>>) -> bool {
    match origin.filter(|origin| origin.kind() != Kind::Null) {
        None => true,
        Some(origin) => {
            origin.is("human")
                || origin.get("kind").is_none_or(|kind| kind.is("human")) && origin.kind() == Kind::Object
        }
    }
}

fn user(session: &mut Session, of: &Fields<'_>, record: Value<'_>) {
    let Some(content) = of.message.and_then(|message| message.get("content")) else { return };
    let mut has_result = false;
    let mut is_break = begins(content, "[Request interrupted by user");
    for block in content.items() {
        let Some(kind) = block.get("type") else { continue };
        if kind.is("tool_result") {
            has_result = true;
            tool_result(session, block, of);
        } else if kind.is("text") {
            is_break |= block.get("text").is_some_and(|text| begins(text, "[Request interrupted by user"));
        }
    }
    if is_break && !of.is_aside {
        session.interrupted += 1;
    }
    if of.is_summary || (!of.is_meta && !has_result && first_text(content).is_some_and(|text| begins(text, SUMMARY))) {
        session.summaries += 1;
        return;
    }
    let is_asked = !(has_result || is_break || of.is_aside || of.is_meta || of.is_shown_only);
    if !is_asked || !is_human(of.origin) || record.get("agentId").is_some_and(|id| id.kind() == Kind::String) {
        return;
    }
    if let Some((text, kind)) = prompt(content) {
        let index = session.request_once(&text, kind, false, 1);
        session.open.owner = index.or(session.open.owner);
    }
}

fn begins(value: Value<'_>, start: &str) -> bool {
    value.kind() == Kind::String && value.raw().trim_start().starts_with(start)
}

fn first_text(content: Value<'_>) -> Option<Value<'_>> {
    if content.kind() == Kind::String {
        return Some(content);
    }
    content.items().find_map(|block| block.get("text"))
}

/// The text of a result: a string, or the texts of its blocks.
fn result_text(block: Value<'_>) -> Cow<'_, str> {
    let Some(content) = block.get("content").or_else(|| block.get("output")) else { return Cow::Borrowed("") };
    if let Some(text) = content.text() {
        return text;
    }
    let texts: Vec<Cow<'_, str>> = content.items().filter_map(|item| item.string("text")).collect();
    texts.join("\n").into()
}

/// The first bytes of a result's text as they stand in the record.
fn result_start(block: Value<'_>) -> &str {
    let Some(content) = block.get("content").or_else(|| block.get("output")) else { return "" };
    let text =
        if content.kind() == Kind::String { Some(content) } else { content.items().find_map(|item| item.get("text")) };
    text.map(Value::raw).unwrap_or_default().trim_start()
}

fn tool_result(session: &mut Session, block: Value<'_>, of: &Fields<'_>) {
    let id = block.string("tool_use_id").filter(|id| !id.is_empty());
    let Some(call) = session.called(id.as_deref()) else { return };
    let is_error = block.get("is_error").is_some_and(Value::is_true);
    let start = result_start(block);
    let told = of.result.filter(|result| result.kind() == Kind::String).map(Value::raw).unwrap_or_default();
    let field = |key: &str| of.result.and_then(|result| result.get(key));
    let handle = field("backgroundTaskId").or_else(|| field("shellId")).and_then(Value::text);
    let says_so = DENIALS.iter().any(|denial| start.starts_with(denial)) || told.starts_with("User rejected");
    let is_denied = is_error && (of.denial.is_some() || says_so);
    let ending = if is_denied {
        Ending::Denied
    } else if start.starts_with("<tool_use_error>") {
        Ending::Refused
    } else if start.starts_with("[Request interrupted by user")
        || start.contains("<error>Command was aborted before completion</error>")
        || field("interrupted").is_some_and(Value::is_true) && !start.contains("timed out")
    {
        Ending::Interrupted
    } else if is_error {
        Ending::Failed
    } else if start.starts_with("Command running in background with ID")
        || field("backgroundTaskId").is_some_and(|id| id.kind() == Kind::String)
    {
        Ending::Running
    } else {
        Ending::Ok
    };
    let mut outcome = Outcome { ending, ..Outcome::default() };
    match &call.action {
        Action::Shell { .. } => {
            let text = result_text(block);
            if ending == Ending::Failed {
                outcome.exit_code = text.trim_start().strip_prefix("Exit code ").and_then(leading_number);
            }
            outcome.handle = handle.map(Cow::into_owned);
            outcome.printed = session.printed(&call, &text, ending == Ending::Failed);
        }
        Action::Watch(_) => {
            let text = result_text(block);
            let of_task = field("task").or(of.result);
            let code = of_task.and_then(|task| task.get("exitCode")).and_then(Value::integer);
            let is_over = of_task.and_then(|task| task.string("status")).is_none_or(|status| status != "running");
            let tagged = || text.split_once("<exit_code>").and_then(|(_, rest)| leading_number(rest));
            outcome.exit_code = code.or_else(tagged).filter(|_| is_over);
            let has_failed = outcome.exit_code.is_some_and(|code| code != 0);
            outcome.printed = session.printed(&call, &text, has_failed);
        }
        Action::NewTask(_) => {
            let id = field("task").and_then(|task| task.get("id"));
            let id = id.map(|id| id.text().unwrap_or_else(|| id.raw().into()).into_owned());
            let named = || start.strip_prefix("Task #").and_then(leading_number).map(|number| number.to_string());
            outcome.handle = id.or_else(named);
        }
        Action::Plan(_) => {
            let text = field("plan").and_then(Value::text);
            let path = field("filePath").and_then(Value::text).map(Cow::into_owned);
            outcome.plan = text.map(|text| Plan { text: text.into_owned(), path });
        }
        _ => {}
    }
    session.settle(call, Some(outcome));
}

/// The whole number that a text starts with.
pub(super) fn leading_number(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let sign = usize::from(text.starts_with('-'));
    let digits = text[sign..].bytes().take_while(u8::is_ascii_digit).count();
    text[..sign + digits].parse().ok()
}

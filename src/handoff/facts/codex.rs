//! Codex's rollout: JSON lines of versions 0.42 to 0.146.
//!
//! Sources: the client's published code and public sessions of those versions. `payload.type` is read loosely, because the
//! place of the usage and the events about commands and patches moved between versions; older writers have no envelope.

mod calls;

use super::json::{Kind, Tape, Value};
use super::session::{Action, Call, Ending, Outcome, Session};
use super::{RequestKind, Task, Tokens};
use calls::{command_end, function_call, output, patch_end, patch_paths, plain_command, words_command};
use std::borrow::Cow;

/// Sums of usage, by the place where a version gives it. The first that there is counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The newest running total.
    pub total: Option<Tokens>,
    /// The sum of the usage of each request to the model.
    pub requests: Option<Tokens>,
    /// The same from a form without caches.
    pub plain: Option<Tokens>,
    /// The sum of the usage of each turn.
    pub turns: Option<Tokens>,
    /// Marks of a broken turn in the history, where there are no events.
    pub break_marks: u64,
}

/// Types of lines with an envelope.
const ENVELOPES: [&str; 7] = [
    "session_meta",
    "turn_context",
    "world_state",
    "compacted",
    "response_item",
    "event_msg",
    "inter_agent_communication",
];

/// Whether a record of this type is one of Codex's.
pub(super) fn knows(kind: &str, has_payload: bool) -> bool {
    ENVELOPES.contains(&kind) && has_payload
        || matches!(kind, "session_meta" | "function_call" | "function_call_output" | "reasoning" | "message")
        || ["thread.", "turn.", "item."].iter().any(|start| kind.starts_with(start))
}

/// What the client puts in the user's mouth begins so.
const NOTICES: [&str; 22] = [
    "<environment_context",
    "<user_instructions",
    "# AGENTS.md instructions",
    "<turn_aborted",
    "<skill",
    "<user_shell_command",
    "<subagent_notification",
    "<collaboration_mode",
    "<permissions",
    "<model_switch",
    "<INSTRUCTIONS",
    "<app-context",
    "<hook_prompt",
    "<user_action",
    "<goal_context",
    "<apps_instructions",
    "<plugins_instructions",
    "<skills_instructions",
    "<personality_spec",
    "<realtime_",
    "<system-reminder",
    "Another language model started to solve this problem",
];

/// Slash commands that only switch something in the client.
const SWITCHES: [&str; 32] = [
    "agent",
    "apps",
    "approvals",
    "clean",
    "clear",
    "collab",
    "compact",
    "copy",
    "debug-config",
    "diff",
    "exit",
    "experimental",
    "fast",
    "feedback",
    "fork",
    "logout",
    "mcp",
    "mention",
    "model",
    "new",
    "permissions",
    "personality",
    "plan",
    "ps",
    "quit",
    "rename",
    "resume",
    "rollout",
    "skills",
    "status",
    "statusline",
    "theme",
];

/// Reads one record. `inner` is for texts that hold JSON themselves.
pub(super) fn record(session: &mut Session, record: Value<'_>, inner: &mut Tape) {
    let kind = record.string("type").unwrap_or_default();
    let payload = record.get("payload").filter(|payload| payload.kind() == Kind::Object);
    match (&*kind, payload) {
        ("session_meta", _) => meta(session, payload.unwrap_or(record)),
        ("turn_context", Some(payload)) => {
            note_folder(session, payload);
            note_model(session, payload);
        }
        ("compacted", _) => session.summaries += 1,
        ("world_state" | "inter_agent_communication", _) => {}
        ("event_msg", Some(payload)) => event(session, payload),
        ("response_item", Some(payload)) => item(session, payload, inner),
        ("thread.started", _) => {
            session.id = session.id.take().or_else(|| record.string("thread_id").map(Cow::into_owned));
        }
        (kind, _) if kind.starts_with("turn.") || kind.starts_with("item.") => event(session, record),
        // Rollouts of before 0.42 have no envelope.
        ("message" | "reasoning" | "function_call" | "function_call_output" | "local_shell_call", None) => {
            item(session, record, inner);
        }
        ("", None) if record.get("id").is_some() && record.get("timestamp").is_some() => meta(session, record),
        ("", None) if record.get("record_type").is_some() => {}
        _ => session.unknown += 1,
    }
}

fn note_folder(session: &mut Session, of: Value<'_>) {
    if let Some(folder) = of.string("cwd") {
        session.enter(&folder);
    }
}

fn note_model(session: &mut Session, of: Value<'_>) {
    if let Some(model) = of.string("model").filter(|model| !model.is_empty())
        && session.models.len() < 100
    {
        session.models.insert(model.into_owned());
    }
}

fn meta(session: &mut Session, payload: Value<'_>) {
    if session.id.is_none() {
        session.id = payload.string("id").map(Cow::into_owned);
    }
    if session.started.is_none() {
        session.started = payload.string("timestamp").map(Cow::into_owned);
    }
    if session.version.is_none() {
        session.version = payload.string("cli_version").map(Cow::into_owned);
    }
    note_folder(session, payload);
    note_model(session, payload);
}

/// Usage in the words of this client: `input_tokens` holds the cached ones, `output_tokens` the reasoning.
fn usage(of: Value<'_>) -> Tokens {
    let count = |key: &str| of.get(key).and_then(Value::count).unwrap_or(0);
    let cached = count("cached_input_tokens");
    Tokens {
        input: count("input_tokens").saturating_sub(cached),
        output: count("output_tokens"),
        cache_read: cached,
        cache_write: 0,
    }
}

fn add(sum: &mut Option<Tokens>, usage: Tokens) {
    *sum = Some(sum.unwrap_or_default().plus(usage));
}

fn event(session: &mut Session, payload: Value<'_>) {
    let kind = payload.string("type").unwrap_or_default();
    match &*kind {
        "user_message" => {
            let is_prompt = payload.get("kind").is_none_or(|kind| kind.is("plain") || kind.kind() == Kind::Null);
            let images = payload.get("images").or_else(|| payload.get("local_images"));
            let has_image = images.is_some_and(|images| images.items().next().is_some());
            let text = payload.string("message").and_then(|text| asked(&text));
            if is_prompt {
                request(session, text, has_image, true);
            }
        }
        "token_count" => {
            let Some(info) = payload.get("info").filter(|info| info.kind() == Kind::Object) else { return };
            let totals = &mut session.open.totals;
            if let Some(total) = info.get("total_token_usage").filter(|total| total.kind() == Kind::Object) {
                totals.total = Some(usage(total));
            } else if let Some(last) = info.get("last_token_usage").filter(|last| last.kind() == Kind::Object) {
                add(&mut totals.requests, usage(last));
            } else {
                let count = |key: &str| info.get(key).and_then(Value::count);
                let (input, output) = (count("prompt"), count("completion"));
                if input.is_some() || output.is_some() {
                    let tokens = Tokens { input: input.unwrap_or(0), output: output.unwrap_or(0), ..Tokens::default() };
                    add(&mut totals.plain, tokens);
                }
            }
        }
        "turn.completed" => {
            if let Some(of) = payload.get("usage").filter(|of| of.kind() == Kind::Object) {
                add(&mut session.open.totals.turns, usage(of));
            }
        }
        "turn_aborted" => {
            session.interrupted += u64::from(!payload.get("reason").is_some_and(|why| why.is("review_ended")))
        }
        "context_compacted" => session.compaction_marks += 1,
        "exec_command_end" => command_end(session, payload),
        "patch_apply_end" => patch_end(session, payload),
        "plan_update" => set_plan(session, payload),
        "item.completed" => {
            if let Some(item) = payload.get("item") {
                completed(session, item);
            }
        }
        _ => {}
    }
}

/// An item of the form that `codex exec --json` prints.
fn completed(session: &mut Session, item: Value<'_>) {
    let kind = item.string("type").or_else(|| item.string("item_type")).unwrap_or_default();
    let is_done = item.get("status").is_none_or(|status| status.is("completed"));
    match &*kind {
        "command_execution" => {
            let Some(command) = item.string("command") else { return };
            let action = session.shell(&plain_command(&command));
            let exit_code = item.get("exit_code").and_then(Value::integer);
            let is_failed =
                exit_code.is_some_and(|code| code != 0) || item.get("status").is_some_and(|status| status.is("failed"));
            let ending = if is_failed { Ending::Failed } else { Ending::Ok };
            let call = Call { tool: "command_execution".to_owned(), action, is_aside: false };
            let printed = session.printed(&call, &item.string("aggregated_output").unwrap_or_default(), is_failed);
            session.settle(call, Some(Outcome { ending, exit_code, printed, ..Outcome::default() }));
        }
        "file_change" if is_done => {
            let changes = item.get("changes").into_iter().flat_map(Value::items);
            let paths = changes.filter_map(|change| change.string("path")).map(Cow::into_owned).collect();
            let call = Call { tool: "file_change".to_owned(), action: Action::Edit(paths), is_aside: false };
            session.settle(call, None);
        }
        "todo_list" => {
            let items = item.get("items").into_iter().flat_map(Value::items);
            let task = |item: Value<'_>| {
                let state = if item.get("completed").is_some_and(Value::is_true) { "completed" } else { "pending" };
                Some(Task { text: item.string("text")?.into_owned(), state: state.to_owned(), id: None })
            };
            session.set_list(items.filter_map(task).collect());
        }
        _ => {}
    }
}

fn set_plan(session: &mut Session, of: Value<'_>) {
    let Some(steps) = of.get("plan") else { return };
    let task = |step: Value<'_>| {
        let state = step.string("status").map_or("pending".to_owned(), Cow::into_owned);
        Some(Task { text: step.string("step")?.into_owned(), state, id: None })
    };
    session.set_list(steps.items().filter_map(task).collect());
}

fn request(session: &mut Session, text: Option<String>, has_image: bool, is_second: bool) {
    let text = match text {
        Some(text) => text,
        None if has_image => String::new(),
        None => return,
    };
    let name = text.strip_prefix('/').map(|rest| rest.split_whitespace().next().unwrap_or_default());
    let is_command = name
        .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_:".contains(&b)));
    if is_command && SWITCHES.contains(&name.unwrap_or_default()) {
        return;
    }
    let kind = if is_command { RequestKind::Command } else { RequestKind::Prompt };
    session.request_once(&text, kind, is_second, 64);
}

/// The person's words in a part of a message.
fn asked(part: &str) -> Option<String> {
    const REQUEST: &str = "## My request for Codex:";
    let text = part.trim();
    let text = match text.find(REQUEST) {
        Some(at) if at == 0 || text.starts_with("# Context from my IDE setup") || text[..at].ends_with('\n') => {
            text[at + REQUEST.len()..].trim()
        }
        _ if text.starts_with("# Context from my IDE setup") => return None,
        _ => text,
    };
    let is_notice = NOTICES.iter().any(|notice| text.starts_with(notice));
    (!is_notice && !text.is_empty()).then(|| text.to_owned())
}

fn item(session: &mut Session, payload: Value<'_>, inner: &mut Tape) {
    let kind = payload.string("type").unwrap_or_default();
    match &*kind {
        "message" => message(session, payload),
        "function_call" => function_call(session, payload, inner),
        "local_shell_call" => {
            let command = payload.at(&["action", "command"]).and_then(words_command);
            if let Some(command) = command {
                let action = session.shell(&command);
                let id = payload.string("call_id").or_else(|| payload.string("id"));
                session.call(id.as_deref(), Call { tool: "local_shell".to_owned(), action, is_aside: false });
            }
        }
        "custom_tool_call" => {
            let tool = payload.string("name").unwrap_or_default().into_owned();
            let text = payload.string("input").unwrap_or_default();
            let action = if tool == "apply_patch" { Action::Edit(patch_paths(&text)) } else { Action::Other };
            session.call(payload.string("call_id").as_deref(), Call { tool, action, is_aside: false });
        }
        "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
            output(session, payload, inner)
        }
        _ => {}
    }
}

fn message(session: &mut Session, payload: Value<'_>) {
    if !payload.get("role").is_some_and(|role| role.is("user")) {
        return;
    }
    let Some(content) = payload.get("content") else { return };
    let mut parts: Vec<String> = Vec::new();
    let (mut has_image, mut has_notice) = (false, false);
    let mut part = |text: Cow<'_, str>| match asked(&text) {
        Some(text) => parts.push(text),
        None => {
            has_notice |= !text.trim().is_empty();
            session.open.totals.break_marks += u64::from(text.trim_start().starts_with("<turn_aborted"));
        }
    };
    if let Some(text) = content.text() {
        part(text);
    }
    for block in content.items() {
        has_image |= block.get("type").is_some_and(|kind| kind.is("input_image"));
        // Marks around pictures are no words.
        if let Some(text) = block.string("text").filter(|text| !matches!(text.trim(), "<image>" | "</image>")) {
            part(text);
        }
    }
    let text = (!parts.is_empty()).then(|| parts.join("\n"));
    request(session, text, has_image && !has_notice, false);
}

/// Puts the sums in their place.
pub(super) fn finish(session: &mut Session) {
    let totals = std::mem::take(&mut session.open.totals);
    let best = totals.total.or(totals.requests).or(totals.plain).or(totals.turns);
    session.tokens = session.tokens.plus(best.unwrap_or_default());
    if session.interrupted == 0 {
        session.interrupted = totals.break_marks;
    }
}

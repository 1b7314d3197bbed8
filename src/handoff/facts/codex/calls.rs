//! Calls of tools in Codex's rollout, and what came out of them.

use super::super::Agent;
use super::super::claude_code::leading_number;
use super::super::json::{Kind, Tape, Value};
use super::super::session::{Action, Call, Ending, Outcome, Printed, Session, hash};
use super::set_plan;
use std::borrow::Cow;

/// `bash -lc 'X'` gives `X`, as for a list of words.
pub(super) fn plain_command(command: &str) -> String {
    for shell in ["bash -lc ", "/bin/bash -lc ", "/bin/zsh -lc ", "zsh -lc ", "sh -c ", "bash -c "] {
        if let Some(rest) = command.strip_prefix(shell) {
            let inner = rest.trim();
            let quoted = ['\'', '"'].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote));
            return quoted.unwrap_or(inner).to_owned();
        }
    }
    command.to_owned()
}

/// The command of a list of words: of `["bash", "-lc", "X"]` only `X`.
pub(super) fn words_command(words: Value<'_>) -> Option<String> {
    if let Some(text) = words.text() {
        return Some(text.into_owned());
    }
    let words: Vec<Cow<'_, str>> = words.items().filter_map(Value::text).collect();
    let program = words.first()?.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let is_shell = matches!(
        &*program,
        "bash"
            | "sh"
            | "zsh"
            | "dash"
            | "fish"
            | "powershell"
            | "pwsh"
            | "powershell.exe"
            | "pwsh.exe"
            | "cmd.exe"
            | "cmd"
    );
    let is_switch =
        |word: &str| matches!(word.to_ascii_lowercase().as_str(), "-lc" | "-c" | "-ilc" | "-command" | "/c");
    if is_shell
        && words.len() >= 3
        && let Some(at) = words.iter().position(|word| is_switch(word))
        && at + 2 == words.len()
    {
        return words.last().map(|word| word.to_string());
    }
    Some(words.join(" "))
}

pub(super) fn command_end(session: &mut Session, payload: Value<'_>) {
    let Some(id) = payload.string("call_id") else { return };
    // What the person ran in the client is not the agent's.
    if payload.get("source").is_some_and(|source| source.is("user_shell")) {
        return;
    }
    let exit_code = payload.get("exit_code").and_then(Value::integer);
    if session.waiting_call(&id).is_none() {
        let Some(command) = payload.get("command").and_then(words_command) else { return };
        if session.open.answered.get(hash(&id)).is_some() {
            return;
        }
        let action = session.shell(&command);
        session.call(Some(&id), Call { tool: "shell".to_owned(), action, is_aside: false });
    }
    // A code is only there when the command is over; without one the result that the model gets decides.
    if exit_code.is_none() {
        return;
    }
    let Some(call) = session.called(Some(&id)) else { return };
    let all = payload.string("aggregated_output").filter(|text| !text.is_empty());
    let text = all.map(Cow::into_owned).unwrap_or_else(|| {
        ["stdout", "stderr"].iter().filter_map(|key| payload.string(key)).collect::<Vec<_>>().join("\n")
    });
    let has_failed = exit_code != Some(0);
    let ending = if has_failed { Ending::Failed } else { Ending::Ok };
    let ending =
        if payload.get("status").is_some_and(|status| status.is("declined")) { Ending::Denied } else { ending };
    let printed = session.printed(&call, &text, has_failed);
    session.settle(call, Some(Outcome { ending, exit_code, printed, ..Outcome::default() }));
}

pub(super) fn patch_end(session: &mut Session, payload: Value<'_>) {
    let id = payload.string("call_id").unwrap_or_default();
    let has_worked = payload.get("success").is_none_or(Value::is_true);
    let changes = payload.get("changes").filter(|changes| changes.kind() == Kind::Object);
    let mut paths: Vec<String> = Vec::new();
    for (path, change) in changes.into_iter().flat_map(Value::entries) {
        paths.push(path.replace("\\\\", "\\").replace("\\/", "/"));
        let moved = change.get("move_path").or_else(|| change.get("update").and_then(|update| update.get("move_path")));
        paths.extend(moved.and_then(Value::text).map(Cow::into_owned));
    }
    let ending = if payload.get("status").is_some_and(|status| status.is("declined")) {
        Ending::Denied
    } else if has_worked {
        Ending::Ok
    } else {
        Ending::Failed
    };
    let is_answered = session.open.answered.get(hash(&id)).is_some();
    match session.waiting_call(&id) {
        // The command that holds the patch has a result of its own.
        Some(Call { action: Action::Shell { edits, .. }, .. }) => {
            if !has_worked {
                edits.clear();
            } else if !paths.is_empty() && edits.is_empty() {
                *edits = paths;
            }
        }
        Some(Call { action: Action::Edit(known), .. }) => {
            if known.is_empty() {
                *known = paths;
            }
            if let Some(call) = session.called(Some(&id)) {
                session.settle(call, Some(Outcome { ending, ..Outcome::default() }));
            }
        }
        _ if is_answered => {}
        _ => {
            let call = Call { tool: "apply_patch".to_owned(), action: Action::Edit(paths), is_aside: false };
            if !id.is_empty() {
                session.open.answered.insert(hash(&id), ());
            }
            session.settle(call, Some(Outcome { ending, ..Outcome::default() }));
        }
    }
}

/// The files that a patch names.
pub(super) fn patch_paths(patch: &str) -> Vec<String> {
    const MARKS: [&str; 4] = ["*** Add File: ", "*** Update File: ", "*** Delete File: ", "*** Move to: "];
    let path = |line: &str| {
        MARKS.iter().find_map(|mark| line.trim_end().strip_prefix(mark)).map(|path| path.trim().to_owned())
    };
    patch.lines().filter_map(path).collect()
}

/// Whether a shell command hands a patch to the client's own program, which never reaches a shell.
fn holds_patch(command: &str) -> bool {
    let start = command.trim_start();
    let start = match start.strip_prefix("cd ").and_then(|rest| rest.split_once("&&")) {
        Some((_, rest)) => rest.trim_start(),
        None => start,
    };
    ["apply_patch", "applypatch"].iter().any(|name| start.starts_with(name)) && command.contains("*** Begin Patch")
}

pub(super) fn function_call(session: &mut Session, payload: Value<'_>, inner: &mut Tape) {
    let tool = payload.string("name").unwrap_or_default().into_owned();
    let written = payload.get("arguments").or_else(|| payload.get("input"));
    let text = written.and_then(Value::text).unwrap_or_default();
    let arguments = match written {
        Some(value) if value.kind() == Kind::Object => Some(value),
        _ => inner.value(&text),
    };
    let get = |keys: &[&str]| keys.iter().find_map(|key| arguments?.get(key));
    let action = match tool.rsplit('.').next().unwrap_or_default() {
        "shell" | "exec_command" | "shell_command" | "local_shell" | "exec" | "unified_exec" | "bash"
        | "run_shell_command" => {
            let words = get(&["command", "cmd", "input"]);
            let is_patch = words.is_some_and(|words| words.items().next().is_some_and(|word| word.is("apply_patch")));
            match words.and_then(words_command) {
                Some(_) if is_patch => {
                    Action::Edit(patch_paths(&words.and_then(|w| w.items().nth(1)?.text()).unwrap_or_default()))
                }
                Some(command) => match session.shell(&command) {
                    Action::Shell { command: at, run, .. } => {
                        let edits = if holds_patch(&command) { patch_paths(&command) } else { Vec::new() };
                        Action::Shell { command: at, run, edits }
                    }
                    other => other,
                },
                None => Action::Other,
            }
        }
        "apply_patch" => {
            let patch = get(&["input", "patch"]).and_then(Value::text);
            Action::Edit(patch_paths(patch.as_deref().unwrap_or(&text)))
        }
        "read_file" => {
            Action::Read(get(&["file_path", "path"]).and_then(Value::text).map(Cow::into_owned).into_iter().collect())
        }
        "write_stdin" => get(&["session_id"]).map_or(Action::Other, |id| Action::Watch(id.raw().to_owned())),
        "update_plan" => {
            if let Some(arguments) = arguments {
                set_plan(session, arguments);
            }
            Action::Other
        }
        "spawn_agent" => Action::Agent(Agent {
            kind: get(&["agent_type", "role"]).and_then(Value::text).unwrap_or_default().into_owned(),
            description: get(&["message", "task_name"]).and_then(Value::text).unwrap_or_default().into_owned(),
        }),
        _ => Action::Other,
    };
    session.call(payload.string("call_id").as_deref(), Call { tool, action, is_aside: false });
}

/// What a result says: its text, whether it failed, and a code.
struct Said {
    text: String,
    success: Option<bool>,
    exit_code: Option<i64>,
}

fn said(output: Option<Value<'_>>, inner: &mut Tape) -> Said {
    let mut said = Said { text: String::new(), success: None, exit_code: None };
    let Some(output) = output else { return said };
    fn object(value: Value<'_>, said: &mut Said) {
        said.exit_code =
            value.at(&["metadata", "exit_code"]).or_else(|| value.get("exit_code")).and_then(Value::integer);
        said.success = value.get("success").filter(|success| success.kind() == Kind::Bool).map(Value::is_true);
        let text = value.get("output").or_else(|| value.get("content"));
        said.text = text.map(joined).unwrap_or_default();
    }
    if output.kind() == Kind::Object {
        object(output, &mut said);
    } else {
        said.text = joined(output);
    }
    if said.text.trim_start().starts_with('{') {
        let text = std::mem::take(&mut said.text);
        match inner.object(&text).filter(|value| value.get("metadata").is_some() || value.get("output").is_some()) {
            Some(value) => object(value, &mut said),
            None => said.text = text,
        }
    }
    said
}

/// A text, or the texts of a list of parts.
fn joined(value: Value<'_>) -> String {
    match value.text() {
        Some(text) => text.into_owned(),
        None => value.items().filter_map(|part| part.string("text")).collect::<Vec<_>>().join("\n"),
    }
}

pub(super) fn output(session: &mut Session, payload: Value<'_>, inner: &mut Tape) {
    let id = payload.string("call_id").filter(|id| !id.is_empty());
    let Some(call) = session.called(id.as_deref()) else { return };
    let Said { text, success, exit_code } = said(payload.get("output"), inner);
    let headed = |mark: &str| {
        let head = text.lines().take(12).take_while(|line| line.trim_end() != "Output:");
        head.filter_map(|line| line.strip_prefix(mark)).next()
    };
    let exit_code = exit_code
        .or_else(|| headed("Exit code: ").and_then(leading_number))
        .or_else(|| headed("Process exited with code ").and_then(leading_number));
    let running = headed("Process running with session ID ").map(|id| id.trim().to_owned());
    let start: String = text.trim_start().chars().take(400).collect::<String>().to_lowercase();
    let is_word = exit_code.is_none() && running.is_none();
    let is_denied = is_word
        && [
            "rejected by user",
            "denied by user",
            "user rejected",
            "declined by user",
            "rejected: ",
            "blocked by policy",
            "rejected by policy",
        ]
        .iter()
        .any(|word| start.contains(word))
        && start.len() < 400;
    let is_broken = is_word
        && (start.starts_with("aborted") || start.starts_with("command aborted") || start.starts_with("interrupted"));
    let is_edit = matches!(call.action, Action::Edit(_));
    let has_failed = success == Some(false)
        || exit_code.is_some_and(|code| code != 0)
        || is_edit
            && is_word
            && (start.starts_with("apply_patch verification failed")
                || start.starts_with("error")
                || start.starts_with("failed"));
    let ending = match () {
        () if is_denied => Ending::Denied,
        () if is_broken => Ending::Interrupted,
        () if running.is_some() => Ending::Running,
        () if has_failed => Ending::Failed,
        () => Ending::Ok,
    };
    let printed = match &call.action {
        Action::Shell { .. } | Action::Watch(_) => session.printed(&call, &text, has_failed),
        _ => Printed::default(),
    };
    session.settle(call, Some(Outcome { ending, exit_code, printed, handle: running, plan: None }));
}

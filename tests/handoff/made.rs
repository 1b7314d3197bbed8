//! Transcripts that the tests make themselves: one story in the words of every client and version shape.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "each test uses a part of it")]

use serde_json::{Value, json};

/// A command of the story: its text, its code, and what it prints.
pub struct Ran {
    pub text: &'static str,
    pub code: i64,
    pub printed: &'static str,
}

/// What happens in every transcript.
pub struct Story {
    pub prompts: Vec<String>,
    pub edited: Vec<String>,
    pub read: &'static str,
    pub commands: Vec<Ran>,
    /// Tasks with their states in Claude Code's words.
    pub tasks: Vec<(&'static str, &'static str)>,
}

pub const FOLDER: &str = "/srv/made/harbour";

/// The story of most tests.
pub fn story() -> Story {
    Story {
        prompts: vec![
            "The tide table skips a day in leap years; mend it and keep the tests green.".to_owned(),
            "Count days from the epoch, do not add months.".to_owned(),
            "Überprüfe auch den 29. Februar – 潮汐 muss stimmen.".to_owned(),
        ],
        edited: vec!["src/tide.py".to_owned(), "src/kalender/größe.py".to_owned()],
        read: "README.md",
        commands: vec![
            Ran {
                text: "pytest -q tests/test_tide.py",
                code: 1,
                printed: "FAILED tests/test_tide.py::test_leap[2024-02] - AssertionError\n1 failed, 3 passed",
            },
            Ran { text: "ruff check src", code: 0, printed: "All checks passed!" },
            Ran { text: "cat missing.txt", code: 1, printed: "cat: missing.txt: No such file or directory" },
            Ran { text: "make", code: 0, printed: "done" },
        ],
        tasks: vec![
            ("Count days from the epoch", "completed"),
            ("Test the leap day", "in_progress"),
            ("Write the changelog", "pending"),
        ],
    }
}

/// A shape of transcript: its name, the file's ending, and the text.
pub struct Shape {
    pub name: &'static str,
    pub ending: &'static str,
    pub text: String,
    /// Input, output, cached input and input into a cache, as the shape can tell them.
    pub tokens: [u64; 4],
    /// Whether failing commands have a code.
    pub has_codes: bool,
    /// Whether good commands have a code.
    pub has_good_codes: bool,
}

fn lines(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Every shape of the story.
pub fn shapes(story: &Story) -> Vec<Shape> {
    vec![
        claude(story, false),
        claude(story, true),
        codex_old(story),
        codex_text(story),
        codex_events(story),
        gemini_value(story),
        gemini_lines(story),
    ]
}

fn absolute(path: &str) -> String {
    format!("{FOLDER}/{path}")
}

/// Claude Code 1.0 (one list of todos, no codes) and 2.1 (messages over several lines, tasks one by one, codes of failures).
fn claude(story: &Story, is_new: bool) -> Shape {
    let mut records: Vec<Value> = Vec::new();
    let mut parent = Value::Null;
    let mut number = 0;
    let mut put = |records: &mut Vec<Value>, mut record: Value| {
        number += 1;
        let uuid = format!("u-{number}");
        record["uuid"] = json!(uuid);
        record["parentUuid"] = parent.clone();
        record["sessionId"] = json!("made-claude");
        record["cwd"] = json!(FOLDER);
        record["version"] = json!(if is_new { "2.1.220" } else { "1.0.98" });
        record["gitBranch"] = json!("main");
        record["isSidechain"] = json!(false);
        record["timestamp"] = json!("2026-02-01T10:00:00.000Z");
        parent = json!(uuid);
        records.push(record);
    };
    let usage = |output: u64| json!({"input_tokens": 10, "output_tokens": output, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 5});
    let mut calls = 0;
    let mut messages = 0;
    let mut call = |records: &mut Vec<Value>,
                    put: &mut dyn FnMut(&mut Vec<Value>, Value),
                    name: &str,
                    input: Value,
                    result: Value,
                    extra: Value| {
        calls += 1;
        messages += 1;
        let id = format!("toolu_{calls}");
        let message = |content: Value, output: u64| {
            json!({"type": "assistant", "message": {"id": format!("msg_{messages}"), "role": "assistant", "model": "made-model-1",
                "content": content, "usage": usage(output)}})
        };
        if is_new {
            // The first line of a message has the usage of an unfinished stream.
            put(records, message(json!([{"type": "text", "text": "I go on."}]), 1));
        }
        put(records, message(json!([{"type": "tool_use", "id": id, "name": name, "input": input}]), 20));
        let mut block = json!({"type": "tool_result", "tool_use_id": id});
        for (key, value) in result.as_object().unwrap() {
            block[key] = value.clone();
        }
        let mut record = json!({"type": "user", "message": {"role": "user", "content": [block]}});
        if !extra.is_null() {
            record["toolUseResult"] = extra;
        }
        put(records, record);
    };
    if is_new {
        records.push(json!({"type": "mode", "mode": "normal", "sessionId": "made-claude"}));
        put(
            &mut records,
            json!({"type": "user", "message": {"role": "user", "content": "<command-name>/clear</command-name>"}}),
        );
        put(
            &mut records,
            json!({"type": "user", "isMeta": true, "message": {"role": "user", "content": "not asked by anyone"}}),
        );
    }
    for (at, prompt) in story.prompts.iter().enumerate() {
        let content = if is_new { json!(prompt) } else { json!([{"type": "text", "text": prompt}]) };
        if is_new && at == 1 {
            put(
                &mut records,
                json!({"type": "attachment", "attachment": {"type": "queued_command", "prompt": prompt, "commandMode": "prompt"}}),
            );
        } else {
            put(&mut records, json!({"type": "user", "message": {"role": "user", "content": content}}));
        }
        if at == 0 {
            let path = absolute(story.read);
            call(
                &mut records,
                &mut put,
                "Read",
                json!({"file_path": path}),
                json!({"content": "1\t# Harbour"}),
                json!({"type": "text"}),
            );
            for path in &story.edited {
                let path = absolute(path);
                call(
                    &mut records,
                    &mut put,
                    "Edit",
                    json!({"file_path": path, "old_string": "a", "new_string": "b"}),
                    json!({"content": "The file has been updated."}),
                    json!({"filePath": path}),
                );
            }
            let failed = json!({"content": "<tool_use_error>String to replace not found in file.</tool_use_error>", "is_error": true});
            call(
                &mut records,
                &mut put,
                "Edit",
                json!({"file_path": absolute("src/untouched.py")}),
                failed,
                json!("Error: not found"),
            );
        }
    }
    if is_new {
        for (at, (task, state)) in story.tasks.iter().enumerate() {
            let id = (at + 1).to_string();
            call(
                &mut records,
                &mut put,
                "TaskCreate",
                json!({"subject": task, "description": task}),
                json!({"content": format!("Task #{id} created successfully: {task}")}),
                json!({"task": {"id": id, "subject": task}}),
            );
            call(
                &mut records,
                &mut put,
                "TaskUpdate",
                json!({"taskId": id, "status": state}),
                json!({"content": "Updated task"}),
                Value::Null,
            );
        }
    } else {
        let todos: Vec<Value> =
            story.tasks.iter().map(|(text, status)| json!({"content": text, "status": status})).collect();
        call(
            &mut records,
            &mut put,
            "TodoWrite",
            json!({"todos": todos}),
            json!({"content": "Todos have been modified"}),
            Value::Null,
        );
    }
    for ran in &story.commands {
        let failed = ran.code != 0;
        let text =
            if failed && is_new { format!("Exit code {}\n{}", ran.code, ran.printed) } else { ran.printed.to_owned() };
        call(
            &mut records,
            &mut put,
            "Bash",
            json!({"command": ran.text, "description": "run"}),
            json!({"content": text, "is_error": failed}),
            json!({"stdout": ran.printed, "stderr": "", "interrupted": false}),
        );
    }
    let count = messages as u64;
    Shape {
        name: if is_new { "claude-code 2.1" } else { "claude-code 1.0" },
        ending: "jsonl",
        text: lines(&records),
        tokens: [10 * count, 20 * count, 100 * count, 5 * count],
        has_codes: is_new,
        has_good_codes: false,
    }
}

fn envelope(kind: &str, payload: Value) -> Value {
    json!({"timestamp": "2026-02-01T10:00:00.000Z", "type": kind, "payload": payload})
}

fn codex_head(version: &str) -> Vec<Value> {
    vec![
        envelope(
            "session_meta",
            json!({"id": "made-codex", "timestamp": "2026-02-01T10:00:00.000Z", "cwd": FOLDER, "cli_version": version, "originator": "codex_cli_rs"}),
        ),
        envelope("turn_context", json!({"cwd": FOLDER, "model": "made-model-1", "approval_policy": "on-request"})),
        envelope(
            "response_item",
            json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "<environment_context>\n<cwd>/srv</cwd>\n</environment_context>"}]}),
        ),
    ]
}

fn said(text: &str) -> Value {
    envelope(
        "response_item",
        json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}),
    )
}

fn function(name: &str, arguments: &Value, id: &str) -> Value {
    envelope(
        "response_item",
        json!({"type": "function_call", "name": name, "arguments": arguments.to_string(), "call_id": id}),
    )
}

fn output(id: &str, text: &Value) -> Value {
    envelope("response_item", json!({"type": "function_call_output", "call_id": id, "output": text}))
}

fn patch(path: &str) -> String {
    format!("*** Begin Patch\n*** Update File: {path}\n@@\n-a\n+b\n*** End Patch\n")
}

fn plan(story: &Story, records: &mut Vec<Value>) {
    let steps: Vec<Value> = story.tasks.iter().map(|(step, status)| json!({"step": step, "status": status})).collect();
    records.push(function("update_plan", &json!({"plan": steps}), "plan"));
    records.push(output("plan", &json!("Plan updated")));
    records.push(function("read_file", &json!({"file_path": absolute(story.read)}), "read"));
    records.push(output("read", &json!("L1: # Harbour")));
}

/// Codex 0.50: results are JSON in a string, usage is `prompt` and `completion`.
fn codex_old(story: &Story) -> Shape {
    let mut records = codex_head("0.50.0");
    records.extend(story.prompts.iter().map(|prompt| said(prompt)));
    plan(story, &mut records);
    for (at, path) in story.edited.iter().enumerate() {
        let id = format!("patch-{at}");
        records.push(function("shell", &json!({"command": ["apply_patch", patch(path)]}), &id));
        records
            .push(output(&id, &json!(json!({"output": "Success. Updated", "metadata": {"exit_code": 0}}).to_string())));
    }
    for (at, ran) in story.commands.iter().enumerate() {
        let id = format!("call-{at}");
        records.push(function("shell", &json!({"command": ["bash", "-lc", ran.text], "workdir": FOLDER}), &id));
        let said = json!({"output": ran.printed, "metadata": {"exit_code": ran.code, "duration_seconds": 0.1}});
        records.push(output(&id, &json!(said.to_string())));
    }
    records.push(envelope("event_msg", json!({"type": "token_count", "info": {"prompt": 100, "completion": 20}})));
    records.push(envelope("event_msg", json!({"type": "token_count", "info": null})));
    records.push(envelope("event_msg", json!({"type": "token_count", "info": {"prompt": 50, "completion": 10}})));
    Shape {
        name: "codex 0.50",
        ending: "jsonl",
        text: lines(&records),
        tokens: [150, 30, 0, 0],
        has_codes: true,
        has_good_codes: true,
    }
}

/// Codex 0.77: codes stand in the text, patches are a tool of their own, usage is a running total.
fn codex_text(story: &Story) -> Shape {
    let mut records = codex_head("0.77.0");
    for prompt in &story.prompts {
        records.push(envelope("event_msg", json!({"type": "user_message", "message": prompt, "images": []})));
        records.push(said(prompt));
    }
    plan(story, &mut records);
    for (at, path) in story.edited.iter().enumerate() {
        let id = format!("patch-{at}");
        records.push(envelope(
            "response_item",
            json!({"type": "custom_tool_call", "name": "apply_patch", "input": patch(path), "call_id": id}),
        ));
        let said = json!({"output": "Success.", "metadata": {"exit_code": 0}});
        records
            .push(envelope("response_item", json!({"type": "custom_tool_call_output", "call_id": id, "output": said})));
    }
    records.push(envelope("response_item", json!({"type": "custom_tool_call", "name": "apply_patch", "input": patch("src/untouched.py"), "call_id": "wrong"})));
    records.push(envelope("response_item", json!({"type": "custom_tool_call_output", "call_id": "wrong", "output": "apply_patch verification failed: no such lines"})));
    for (at, ran) in story.commands.iter().enumerate() {
        let id = format!("call-{at}");
        records.push(function("shell_command", &json!({"command": ran.text}), &id));
        let text = format!("Exit code: {}\nWall time: 0.1 seconds\nOutput:\n{}", ran.code, ran.printed);
        records.push(output(&id, &json!(text)));
    }
    for total in [400, 900] {
        let usage = json!({"input_tokens": total, "cached_input_tokens": 300, "output_tokens": 60, "reasoning_output_tokens": 9});
        records.push(envelope(
            "event_msg",
            json!({"type": "token_count", "info": {"total_token_usage": usage, "last_token_usage": usage}}),
        ));
    }
    Shape {
        name: "codex 0.77",
        ending: "jsonl",
        text: lines(&records),
        tokens: [600, 60, 300, 0],
        has_codes: true,
        has_good_codes: true,
    }
}

/// Codex 0.146: events tell of commands and patches, with absolute paths.
fn codex_events(story: &Story) -> Shape {
    let mut records = codex_head("0.146.0");
    for prompt in &story.prompts {
        let wrapped =
            format!("# Context from my IDE setup:\n\n## Open tabs:\n- a.py\n\n## My request for Codex:\n{prompt}\n");
        records.push(said(&wrapped));
        records.push(envelope("event_msg", json!({"type": "user_message", "message": wrapped})));
    }
    plan(story, &mut records);
    for (at, path) in story.edited.iter().enumerate() {
        let id = format!("patch-{at}");
        records.push(envelope(
            "response_item",
            json!({"type": "custom_tool_call", "name": "apply_patch", "input": patch(path), "call_id": id}),
        ));
        let mut changes = json!({});
        changes[absolute(path)] = json!({"type": "update", "unified_diff": "@@"});
        records.push(envelope(
            "event_msg",
            json!({"type": "patch_apply_end", "call_id": id, "success": true, "changes": changes}),
        ));
        records.push(envelope(
            "response_item",
            json!({"type": "custom_tool_call_output", "call_id": id, "output": "Success."}),
        ));
    }
    for (at, ran) in story.commands.iter().enumerate() {
        let id = format!("call-{at}");
        records.push(function("exec_command", &json!({"cmd": ran.text, "workdir": FOLDER}), &id));
        records.push(envelope("event_msg", json!({"type": "exec_command_end", "call_id": id, "command": ["/bin/zsh", "-lc", ran.text], "cwd": FOLDER, "exit_code": ran.code, "aggregated_output": ran.printed})));
        let text = format!(
            "Chunk ID: 1a\nWall time: 0.1 seconds\nProcess exited with code {}\nOutput:\n{}",
            ran.code, ran.printed
        );
        records.push(output(&id, &json!(text)));
    }
    let usage = json!({"input_tokens": 900, "cached_input_tokens": 300, "output_tokens": 60});
    records.push(envelope("event_msg", json!({"type": "token_count", "info": {"total_token_usage": usage}})));
    Shape {
        name: "codex 0.146",
        ending: "jsonl",
        text: lines(&records),
        tokens: [600, 60, 300, 0],
        has_codes: true,
        has_good_codes: true,
    }
}

fn gemini_messages(story: &Story) -> Vec<Value> {
    let call = |id: &str, name: &str, args: Value, status: &str, text: &str| {
        let response = if status == "error" { json!({"error": text}) } else { json!({"output": text}) };
        json!({"id": id, "name": name, "args": args, "status": status, "resultDisplay": text,
            "result": [{"functionResponse": {"id": id, "name": name, "response": response}}]})
    };
    let model = |id: &str, calls: Vec<Value>| {
        json!({"id": id, "type": "gemini", "content": "I go on.", "model": "made-model-1", "toolCalls": calls, "thoughts": [],
            "tokens": {"input": 1000, "cached": 400, "output": 50, "thoughts": 30, "tool": 0}})
    };
    let mut out = Vec::new();
    for (at, prompt) in story.prompts.iter().enumerate() {
        out.push(json!({"id": format!("p{at}"), "type": "user", "content": [{"text": prompt}]}));
    }
    let mut edits = vec![call("r", "read_file", json!({"file_path": absolute(story.read)}), "success", "# Harbour")];
    for (at, path) in story.edited.iter().enumerate() {
        edits.push(call(
            &format!("e{at}"),
            "replace",
            json!({"file_path": absolute(path)}),
            "success",
            "Successfully modified file",
        ));
    }
    edits.push(call(
        "w",
        "write_file",
        json!({"file_path": absolute("src/untouched.py")}),
        "cancelled",
        "[Operation Cancelled] Reason: User did not allow tool call",
    ));
    out.push(model("m1", edits));
    let commands = story.commands.iter().enumerate().map(|(at, ran)| {
        let text = format!(
            "Command: {}\nDirectory: (root)\nOutput: {}\nError: (none)\nExit Code: {}\nSignal: 0",
            ran.text, ran.printed, ran.code
        );
        call(&format!("c{at}"), "run_shell_command", json!({"command": ran.text}), "success", &text)
    });
    out.push(model("m2", commands.collect()));
    let todos: Vec<Value> =
        story.tasks.iter().map(|(text, status)| json!({"description": text, "status": status})).collect();
    out.push(model("m3", vec![call("t", "write_todos", json!({"todos": todos}), "success", "Updated")]));
    out
}

/// Gemini CLI before 0.40: one value over many lines.
fn gemini_value(story: &Story) -> Shape {
    let value = json!({"sessionId": "made-gemini", "projectHash": "00", "startTime": "2026-02-01T10:00:00.000Z", "messages": gemini_messages(story)});
    let text = serde_json::to_string_pretty(&value).unwrap();
    Shape {
        name: "gemini-cli value",
        ending: "json",
        text,
        tokens: [1800, 240, 1200, 0],
        has_codes: true,
        has_good_codes: true,
    }
}

/// Gemini CLI since 0.40: lines; a message is written again as it grows.
fn gemini_lines(story: &Story) -> Shape {
    let mut records = vec![
        json!({"sessionId": "made-gemini", "projectHash": "00", "startTime": "2026-02-01T10:00:00.000Z", "kind": "main"}),
    ];
    for message in gemini_messages(story) {
        if message["type"] == "gemini" {
            let mut begun = message.clone();
            begun["toolCalls"] = json!([]);
            begun["tokens"] = json!({"input": 1, "output": 1, "cached": 0});
            records.push(begun);
        }
        records.push(message);
        records.push(json!({"$set": {"lastUpdated": "2026-02-01T10:00:01.000Z"}}));
    }
    Shape {
        name: "gemini-cli lines",
        ending: "jsonl",
        text: lines(&records),
        tokens: [1800, 240, 1200, 0],
        has_codes: true,
        has_good_codes: true,
    }
}

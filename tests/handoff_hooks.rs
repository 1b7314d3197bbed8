//! The hooks as a client runs them: events as the client writes them, one after the other, with everything that can go wrong.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used)]

mod common;
#[path = "handoff/made.rs"]
mod made;

use common::{git, read, repository, write};
use ctxlint::handoff::blocks::blocks;
use ctxlint::tokens::{self, Encoding};
use made::story;
use serde_json::json;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const FOLDER: &str = ".claude/handoffs";

/// A repository with a branch and a change that is not committed, and a transcript beside it.
struct Place {
    dir: tempfile::TempDir,
    outside: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let code = "def days():\n    return 28\n\n\ndef leap():\n    return 29\n";
        let dir = repository(&[("src/tide.py", code)]);
        git(dir.path(), &["checkout", "-q", "-b", "fix/leap"]);
        write(dir.path(), "src/tide.py", &code.replace("29", "30 - 1"));
        Place { dir, outside: tempfile::tempdir().unwrap() }
    }

    fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Writes the story's transcript under this name.
    fn transcript(&self, name: &str) -> PathBuf {
        let text = made::shapes(&story()).into_iter().find(|shape| shape.name == "claude-code 2.1").unwrap().text;
        let path = self.outside.path().join(name);
        fs::write(&path, text.replace("made-claude", name.trim_end_matches(".jsonl"))).unwrap();
        path
    }

    fn event(&self, name: &str, session: &str, transcript: &Path) -> String {
        let mut event = json!({
            "session_id": session, "transcript_path": transcript, "cwd": self.root().join("src"), "hook_event_name": name,
            "permission_mode": "default"
        });
        match name {
            "SessionStart" => event["source"] = json!("startup"),
            "SessionEnd" => event["reason"] = json!("prompt_input_exit"),
            "PreCompact" => event["trigger"] = json!("auto"),
            _ => event["stop_hook_active"] = json!(false),
        }
        event.to_string()
    }

    fn documents(&self) -> Vec<String> {
        let Ok(entries) = self.root().join(FOLDER).read_dir() else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter(|name| name.ends_with(".md") && name != "latest.md").collect();
        names.sort();
        names
    }

    fn document(&self, name: &str) -> String {
        fs::read_to_string(self.root().join(FOLDER).join(name)).unwrap()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.root().join(".git/ctxlint/v1/hook.log")).unwrap_or_default()
    }
}

fn start(dir: &Path, arguments: &[&str]) -> Child {
    common::command(dir, arguments).env("HOME", "/nonexistent").stdin(Stdio::piped()).spawn().unwrap()
}

fn append(path: &Path, text: &str) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// Runs a hook; its standard input stays open until it has ended. Gives exit code, output and complaints.
fn hook_with(dir: &Path, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = start(dir, arguments);
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input);
    let _ = stdin.flush();
    // A hook that waits for the end of its input would wait for ever.
    let until = Instant::now() + Duration::from_secs(60);
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if Instant::now() > until => {
                child.kill().unwrap();
                panic!("the hook does not end");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    drop(stdin);
    let (mut out, mut err) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (status.code().unwrap(), out, err)
}

fn hook(dir: &Path, event: &str) -> String {
    let (code, out, err) = hook_with(dir, &["handoff", "--hook"], event.as_bytes());
    assert_eq!((code, err.as_str()), (0, ""));
    out
}

/// Whether a document is whole: every block as it was written, and as many tokens as it says.
fn is_whole(text: &str) -> bool {
    let count = tokens::count(Encoding::O200kBase, text);
    blocks(text).len() == 8
        && blocks(text).iter().all(|block| block.is_intact)
        && text.contains(&format!("\ntokens: {count}\n"))
}

#[test]
fn a_session_is_written_as_it_goes_and_told_to_the_next_one() {
    let place = Place::new();
    let (root, transcript) = (place.root(), place.transcript("one.jsonl"));
    assert_eq!(hook(root, &place.event("SessionStart", "one", &transcript)), "");
    assert_eq!(hook(root, &place.event("Stop", "one", &transcript)), "");
    let names = place.documents();
    assert_eq!(names, ["2026-02-01-fix-leap-one.md"]);
    let first = place.document(&names[0]);
    assert!(is_whole(&first) && first.contains("- [ ] `Test the leap day`"), "{first}");
    assert_eq!(place.document("latest.md"), first);
    assert_eq!(git(root, &["status", "--porcelain"]), " M src/tide.py\n", "git sees nothing of it");

    // Nothing new: nothing is written.
    let modified = || fs::metadata(root.join(FOLDER).join(&names[0])).unwrap().modified().unwrap();
    let before = modified();
    assert_eq!(hook(root, &place.event("PreCompact", "one", &transcript)), "");
    assert_eq!(modified(), before);

    // More records: they are read from where the last run stopped, and the author's words stay.
    fs::write(
        root.join(FOLDER).join(&names[0]),
        first.replace("<!-- author: what was decided, and why -->", "Days are counted."),
    )
    .unwrap();
    let more =
        json!({"type": "user", "uuid": "later", "message": {"role": "user", "content": "Also for the year 2100."}});
    append(&transcript, &format!("{more}\n{{\"type\":\"us"));
    assert_eq!(hook(root, &place.event("SessionEnd", "one", &transcript)), "");
    let second = place.document(&names[0]);
    assert!(
        second.contains("- Last asked: `Also for the year 2100.`") && second.contains("Days are counted."),
        "{second}"
    );

    // The next session is told, with the citations as they are now.
    let told = hook(root, &place.event("SessionStart", "two", &transcript));
    assert!(told.contains("Also for the year 2100.") && told.contains("0 do not.") && !told.contains("<!--"), "{told}");
    let text = read(root, "src/tide.py");
    write(root, "src/tide.py", &format!("import calendar\n\n{text}"));
    let told = hook(root, &place.event("SessionStart", "two", &transcript));
    assert!(told.contains("(now at line") && told.chars().count() <= 10_000, "{told}");
    // A session that goes on is not told what it did itself.
    let resumed = place.event("SessionStart", "one", &transcript).replace("startup", "resume");
    assert_eq!(hook(root, &resumed), "");
    // Another branch is told nothing.
    git(root, &["stash", "-q"]);
    git(root, &["checkout", "-q", "main"]);
    assert_eq!(hook(root, &place.event("SessionStart", "two", &transcript)), "");
    assert_eq!(place.log(), "");
}

#[test]
fn a_transcript_that_was_written_anew_is_read_anew() {
    let place = Place::new();
    let (root, transcript) = (place.root(), place.transcript("one.jsonl"));
    hook(root, &place.event("Stop", "one", &transcript));
    let line = json!({"type": "user", "sessionId": "one", "uuid": "1", "timestamp": "2026-02-01T10:00:00Z", "message": {"role": "user", "content": "Start over."}});
    fs::write(&transcript, format!("{line}\n").repeat(400)).unwrap();
    hook(root, &place.event("Stop", "one", &transcript));
    let text = place.document(&place.documents()[0]);
    assert!(text.contains("First asked: `Start over.`") && !text.contains("leap years"), "{text}");
}

#[test]
fn nothing_that_goes_wrong_reaches_the_client() {
    let place = Place::new();
    let (root, transcript) = (place.root(), place.transcript("one.jsonl"));
    let event = place.event("Stop", "one", &transcript);
    let lines = || place.log().lines().count();
    let mut before = lines();
    let missing = place.event("Stop", "one", Path::new("/no/such/transcript.jsonl"));
    let folder = place.event("Stop", "one", root);
    for (arguments, input) in [
        (&["handoff", "--hook", "--no-such-option"][..], event.as_bytes()),
        (&["handoff", "--hook", "--template"], event.as_bytes()),
        (&["handoff", "--hook", "--budget-tokens", "many"], event.as_bytes()),
        (&["handoff", "--hook"], b"no json at all\n"),
        (&["handoff", "--hook"], b"[1, 2]"),
        (&["handoff", "--hook"], b"{\"hook_event_name\": \"Stop\"}"),
        (&["handoff", "--hook"], missing.as_bytes()),
        (&["handoff", "--hook"], folder.as_bytes()),
    ] {
        let (code, out, err) = hook_with(root, arguments, input);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{arguments:?}");
        assert!(lines() > before, "{arguments:?}: no line in the log");
        before = lines();
    }
    // Input that never comes, or that breaks off.
    for input in [&b""[..], b"{\"hook_event_name\": \"St"] {
        let (code, out, _) = hook_with(root, &["handoff", "--hook"], input);
        assert_eq!((code, out.as_str()), (0, ""));
        assert!(lines() > before);
        before = lines();
    }
    // A broken configuration is noted, and the document is written all the same.
    write(root, "ctxlint.toml", "this is = not [toml\n");
    assert_eq!(hook(root, &event), "");
    assert!(lines() > before && place.documents().len() == 1);
    // Where nothing can be written.
    fs::remove_dir_all(root.join(FOLDER)).unwrap();
    fs::write(root.join(FOLDER), "a file in its place").unwrap();
    let (code, out, _) = hook_with(root, &["handoff", "--hook"], event.as_bytes());
    assert_eq!((code, out.as_str()), (0, ""));
    // No repository at all: what goes wrong is said on standard error.
    let nowhere = tempfile::tempdir().unwrap();
    let (code, out, err) = hook_with(nowhere.path(), &["handoff", "--hook"], b"nonsense\n");
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(err.contains("no JSON object"), "{err}");
}

#[test]
fn events_that_are_not_ours_do_nothing() {
    let place = Place::new();
    let transcript = place.transcript("one.jsonl");
    for name in ["PostToolUse", "InstructionsLoaded", "", "Notification"] {
        assert_eq!(hook(place.root(), &place.event(name, "one", &transcript)), "");
    }
    assert!(place.documents().is_empty() && place.log().is_empty());
}

#[test]
fn sessions_that_end_at_once_both_leave_their_documents() {
    let place = Place::new();
    let names: Vec<String> = (0..6).map(|number| format!("s{number}")).collect();
    let children: Vec<Child> = names
        .iter()
        .map(|name| {
            let transcript = place.transcript(&format!("{name}.jsonl"));
            let mut child = start(place.root(), &["handoff", "--hook"]);
            let event = place.event("SessionEnd", name, &transcript);
            child.stdin.take().unwrap().write_all(event.as_bytes()).unwrap();
            child
        })
        .collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let wanted: Vec<String> = names.iter().map(|name| format!("2026-02-01-fix-leap-{name}.md")).collect();
    assert_eq!(place.documents(), wanted, "{}", place.log());
    assert!(place.documents().iter().all(|name| is_whole(&place.document(name))));
    assert!(is_whole(&place.document("latest.md")));
}

#[test]
fn shared_documents_are_left_to_git() {
    let place = Place::new();
    let transcript = place.transcript("one.jsonl");
    let event = place.event("SessionEnd", "one", &transcript);
    assert_eq!(hook_with(place.root(), &["handoff", "--hook", "--shared"], event.as_bytes()).0, 0);
    assert!(
        git(place.root(), &["status", "--porcelain", "--untracked-files=all"]).contains("?? .claude/handoffs/2026")
    );
}

/// Kills a hook at random moments: the document is the one before or the new one. `KILLS=100` for as many.
#[test]
fn a_killed_hook_leaves_the_old_document_or_the_new_one() {
    let kills: u64 = std::env::var("KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(12);
    let place = Place::new();
    let (root, transcript) = (place.root(), place.transcript("one.jsonl"));
    let begun = Instant::now();
    hook(root, &place.event("Stop", "one", &transcript));
    let usual = begun.elapsed();
    let name = place.documents()[0].clone();
    let mut seed = 0x9e37_79b9_7f4a_7c15u64;
    let (mut whole_before, mut new, mut old) = (place.document(&name), 0, 0);
    for number in 0..kills {
        let more = json!({"type": "user", "uuid": format!("k{number}"), "message": {"role": "user", "content": format!("Request {number}.")}});
        append(&transcript, &format!("{more}\n"));
        let mut child = start(root, &["handoff", "--hook"]);
        child.stdin.take().unwrap().write_all(place.event("Stop", "one", &transcript).as_bytes()).unwrap();
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Up to a little more than what a run takes.
        std::thread::sleep(usual.mul_f64((seed >> 33) as f64 / f64::from(u32::MAX >> 1) * 1.2));
        let _ = child.kill();
        child.wait().unwrap();
        let text = place.document(&name);
        assert!(is_whole(&text), "kill {number} left {text}");
        if text == whole_before {
            old += 1;
        } else {
            assert!(text.contains(&format!("- Last asked: `Request {number}.`")), "{text}");
            new += 1;
        }
        assert!(is_whole(&place.document("latest.md")));
        whole_before = text;
    }
    hook(root, &place.event("SessionEnd", "one", &transcript));
    assert!(place.document(&name).contains(&format!("Last asked: `Request {}.`", kills - 1)));
    let left = |folder: &str| {
        let entries = root.join(folder).read_dir().unwrap().map(|entry| entry.unwrap().file_name());
        entries
            .filter(|name| name.to_str().unwrap().starts_with(".ctxlint-") || name.to_str().unwrap().ends_with(".new"))
            .collect::<Vec<_>>()
    };
    assert!(left(FOLDER).is_empty() && left(".git/ctxlint/v1").is_empty(), "{:?}", left(FOLDER));
    show(&format!("{kills} kills: {old} old documents, {new} new ones"));
}

/// Shown with `--nocapture`.
#[allow(clippy::print_stdout)]
fn show(line: &str) {
    println!("{line}");
}

#[test]
fn the_hooks_are_installed_beside_what_is_there() {
    let place = Place::new();
    let root = place.root();
    let run = |arguments: &[&str]| common::ctxlint(root, arguments);
    let local = root.join(".claude/settings.local.json");
    write(root, ".claude/settings.local.json", "{\n  // mine\n  \"model\": \"x\",\n}\n");
    let done = run(&["init", "--hooks", "--yes"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("+ ") && done.out.contains("SessionEnd"), "{}", done.out);
    let text = read(root, ".claude/settings.local.json");
    assert!(text.contains("// mine") && text.contains("\"timeout\": 30"), "{text}");
    assert!(run(&["init", "--hooks"]).out.contains("already"));
    assert_eq!(read(root, ".claude/settings.local.json"), text);
    // The client would run both sets.
    let refused = run(&["init", "--hooks", "--shared"]);
    assert!(refused.code == 2 && refused.err.contains("settings.local.json has the hooks already"), "{}", refused.err);
    fs::remove_file(&local).unwrap();
    // A file that exists is changed only with a yes.
    let settings = root.join(".claude/settings.json");
    fs::write(&settings, "{\"model\": \"x\"}\n").unwrap();
    let refused = run(&["init", "--hooks", "--shared"]);
    assert!(
        refused.code == 2 && refused.err.contains("nothing was written") && refused.err.contains("--yes"),
        "{}",
        refused.err
    );
    assert!(refused.out.contains("SessionEnd"), "the difference is shown: {}", refused.out);
    assert_eq!(fs::read_to_string(&settings).unwrap(), "{\"model\": \"x\"}\n");
    fs::remove_file(&settings).unwrap();
    assert_eq!(run(&["init", "--hooks", "--shared"]).code, 0);
    let shared = fs::read_to_string(&settings).unwrap();
    assert!(shared.contains("ctxlint handoff --hook --shared"), "{shared}");
    assert_eq!(run(&["init", "--hooks"]).code, 2);
    assert!(!local.exists());
    fs::write(&local, "{ broken").unwrap();
    assert_eq!(run(&["init", "--hooks", "--yes"]).code, 2);
    assert_eq!(read(root, ".claude/settings.local.json"), "{ broken");
}

//! `ctxlint init --hooks`: the entries in Claude Code's settings that run `ctxlint handoff --hook`.
//!
//! What the file holds stays as it is, comments and order included; an entry that is there already is left alone.

use super::super::{Unusable, say};
use super::{Part, agrees};
use crate::history::lines::{differences, lines};
use crate::model::{Format, Node, NodeKind};
use crate::parse;
use crate::report::one_line;
use crate::world::{Disk, ReadError, World};
use crate::write::{Change, Expected};
use std::path::Path;

/// What is run.
const COMMAND: &str = "ctxlint handoff --hook";
/// The settings that the repository shares.
const SHARED: &str = ".claude/settings.json";
/// The settings of one person.
const LOCAL: &str = ".claude/settings.local.json";
/// Settings of more bytes than this are none.
const MAX_SETTINGS: u64 = 4 << 20;

/// An event and the seconds that the client gives its hook.
struct Wanted {
    event: &'static str,
    timeout: u32,
}

/// The events, by Claude Code's documentation of its hooks (2026-08): only a timeout in the settings raises the 1.5 seconds
/// that all hooks share at a session's end. No hook runs in the background: Claude Code 2.1.197 was seen to kill such a one when a
/// session without a terminal ended, before it had written anything, and ours takes less time than a key stroke.
const WANTED: [Wanted; 4] = [
    Wanted { event: "SessionStart", timeout: 10 },
    Wanted { event: "Stop", timeout: 60 },
    Wanted { event: "PreCompact", timeout: 60 },
    Wanted { event: "SessionEnd", timeout: 30 },
];

/// What is to be merged into the settings of one person, or into those that the repository shares.
pub(super) fn hooks(root: &Path, is_shared: bool, is_sure: bool, only_print: bool) -> Result<Part, Unusable> {
    let path = if is_shared { SHARED } else { LOCAL };
    let (old, exists) = match Disk.read(&root.join(path), MAX_SETTINGS) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes);
            let text = text.map_err(|_| Unusable::new(format!("{path} is not UTF-8"), "save it as UTF-8"))?;
            (text, true)
        }
        Err(ReadError::NotFound) => (String::new(), false),
        Err(error) => return Err(Unusable::new(format!("{path} cannot be read: {error}"), "")),
    };
    let command = if is_shared { format!("{COMMAND} --shared") } else { COMMAND.to_owned() };
    let new = merged(&old, &command)
        .map_err(|why| Unusable::new(format!("{path}: {why}"), "correct it, then run this again"))?;
    if only_print {
        return Ok(Part::only(new));
    }
    let other = if is_shared { LOCAL } else { SHARED };
    let is_elsewhere = has_hooks(root, other);
    if new == old {
        if is_elsewhere {
            say(&format!(
                "ctxlint: {other} has them too, so every event runs them twice; remove them from one of the files"
            ));
        }
        return Ok(Part::only(format!("{path} has the hooks already\n")));
    }
    // The client runs the hooks of both files.
    if is_elsewhere {
        return Err(Unusable::new(
            format!("{other} has the hooks already: with {path} every event would run them twice"),
            format!("remove them from {other} first, or leave it as it is"),
        ));
    }
    // A new file takes nothing away; one that exists is changed only with a yes.
    let text = difference(&old, &new);
    let is_declined = !old.is_empty() && !is_sure && !agrees(&format!("{path} would change so:\n{text}"));
    let expected = if exists { Expected::content(old.as_bytes()) } else { Expected::Nothing };
    let change = Change { path: path.to_owned(), bytes: Some(new.into_bytes()), expected };
    Ok(Part { text: format!("{path}:\n{text}"), changes: vec![change], is_declined })
}

/// Whether the settings at this path run our hooks; those that cannot be read run none.
fn has_hooks(root: &Path, path: &str) -> bool {
    let text = Disk.read(&root.join(path), MAX_SETTINGS).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let Some(settings) = text.and_then(|text| tree(&text).ok()) else { return false };
    let Some(hooks) = settings.get("hooks") else { return false };
    hooks.value.entries().iter().any(|event| runs_ours(&event.value))
}

/// Whether a command of this event's groups is ours.
fn runs_ours(event: &Node) -> bool {
    let groups = event.items().iter();
    let mut commands = groups.filter_map(|group| group.get("hooks")).flat_map(|hooks| hooks.value.items());
    commands.any(|hook| {
        let runs = hook.get("command").and_then(|entry| entry.value.as_str());
        runs.is_some_and(|runs| runs.contains(COMMAND))
    })
}

/// The lines that went and came.
fn difference(old: &str, new: &str) -> String {
    let (before, after) = (lines(old.as_bytes()), lines(new.as_bytes()));
    let shown = |line: &[u8]| one_line(&String::from_utf8_lossy(line)).into_owned();
    let mut out = String::new();
    for (gone, came) in differences(old.as_bytes(), new.as_bytes()) {
        let gone = before.get(gone.start as usize..gone.end as usize).unwrap_or_default();
        let came = after.get(came.start as usize..came.end as usize).unwrap_or_default();
        gone.iter().for_each(|line| out.push_str(&format!("- {}\n", shown(line))));
        came.iter().for_each(|line| out.push_str(&format!("+ {}\n", shown(line))));
    }
    out
}

/// The settings with every entry that they lack.
fn merged(old: &str, command: &str) -> Result<String, String> {
    let mut text = if old.trim().is_empty() { "{}\n".to_owned() } else { old.to_owned() };
    for wanted in WANTED {
        text = with_event(&text, &wanted, command)?;
    }
    Ok(text)
}

fn tree(text: &str) -> Result<Node, String> {
    let document = parse::parse(text, Format::Json);
    if let Some(problem) = document.problems.first() {
        return Err(format!("it is no JSON: {}", problem.message));
    }
    document.data.ok_or_else(|| "it holds nothing".to_owned())
}

fn with_event(text: &str, wanted: &Wanted, command: &str) -> Result<String, String> {
    let root = tree(text)?;
    if !matches!(root.kind, NodeKind::Mapping(_)) {
        return Err(format!("it holds {}, not an object", root.kind_name()));
    }
    let Some(hooks) = root.get("hooks") else {
        return with_event(&with_item(text, &root, Some("hooks"), "{}"), wanted, command);
    };
    if !matches!(hooks.value.kind, NodeKind::Mapping(_)) {
        return Err(format!("`hooks` is {}, not an object", hooks.value.kind_name()));
    }
    let Some(event) = hooks.value.get(wanted.event) else {
        return with_event(&with_item(text, &hooks.value, Some(wanted.event), "[]"), wanted, command);
    };
    if !matches!(event.value.kind, NodeKind::Sequence(_)) {
        return Err(format!("`hooks.{}` is {}, not a list", wanted.event, event.value.kind_name()));
    }
    if runs_ours(&event.value) {
        return Ok(text.to_owned());
    }
    let hook = format!("{{ \"type\": \"command\", \"command\": \"{command}\", \"timeout\": {} }}", wanted.timeout);
    let group = format!("{{\n  \"hooks\": [\n    {hook}\n  ]\n}}");
    Ok(with_item(text, &event.value, None, &group))
}

/// The text with one more item at the end of an object or a list.
fn with_item(text: &str, container: &Node, key: Option<&str>, value: &str) -> String {
    let ends: Vec<u32> = match &container.kind {
        NodeKind::Mapping(entries) => entries.iter().map(|entry| entry.value.span.end).collect(),
        NodeKind::Sequence(items) => items.iter().map(|item| item.span.end).collect(),
        _ => Vec::new(),
    };
    let close = container.span.end as usize - 1;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let indent_of = |at: usize| {
        let line = &text[line_start(at)..at];
        line[..line.len() - line.trim_start().len()].to_owned()
    };
    let outer = indent_of(container.span.start as usize + 1);
    let inner = match &container.kind {
        NodeKind::Mapping(entries) => entries.first().map(|entry| entry.key_span.start as usize),
        _ => container.items().first().map(|item| item.span.start as usize),
    };
    // The first item shows how far the others are moved in, where it has a line of its own.
    let step = if outer.contains('\t') || text.contains("\n\t") { "\t" } else { "  " };
    let inner =
        inner.map(indent_of).filter(|indent| indent.len() > outer.len()).unwrap_or_else(|| format!("{outer}{step}"));
    let name = key.map(|key| format!("\"{key}\": ")).unwrap_or_default();
    let value = value.replace("\n  ", &format!("\n{step}")).replace('\n', &format!("\n{inner}"));
    let before_close = text[..close].trim_end().len();
    let mut out = text.to_owned();
    let tail = if text[before_close..close].contains('\n') { String::new() } else { format!("\n{outer}") };
    out.insert_str(before_close, &format!("\n{inner}{name}{value}{tail}"));
    if let Some(last) = ends.last().map(|end| *end as usize)
        && !has_comma(&text[last..close])
    {
        out.insert(last, ',');
    }
    out
}

/// Whether a comma stands in the text, comments aside.
fn has_comma(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some(at) = rest.find([',', '/']) else { return false };
        let from = &rest[at..];
        let skip = if from.starts_with("//") {
            from.find('\n').unwrap_or(from.len())
        } else if from.starts_with("/*") {
            from.find("*/").map_or(from.len(), |end| end + 2)
        } else if from.starts_with(',') {
            return true;
        } else {
            1
        };
        rest = &from[skip..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_gets_every_event_and_a_second_run_changes_nothing() -> Result<(), String> {
        let once = merged("", COMMAND)?;
        assert_eq!(merged(&once, COMMAND)?, once);
        let root = tree(&once)?;
        for wanted in WANTED {
            let hook = root.get("hooks").and_then(|hooks| hooks.value.get(wanted.event));
            let hook = hook.and_then(|event| event.value.items().first()?.get("hooks")?.value.items().first());
            assert_eq!(hook.and_then(|hook| hook.get("command")).and_then(|entry| entry.value.as_str()), Some(COMMAND));
        }
        Ok(())
    }

    #[test]
    fn comments_order_and_other_hooks_stay() -> Result<(), String> {
        let old = "{\n\t// mine\n\t\"model\": \"x\", /* , */\n\t\"hooks\": {\n\t\t\"Stop\": [\n\t\t\t{ \"hooks\": [{ \"type\": \"command\", \"command\": \"say done\" }] } // loud\n\t\t],\n\t},\n\t\"z\": [1] // last\n}\n";
        let new = merged(old, COMMAND)?;
        assert_eq!(tree(&new)?.get("hooks").map(|hooks| hooks.value.entries().len()), Some(4), "{new}");
        for kept in ["// mine", "/* , */", "say done", "// loud", "// last", "\"z\": [1]"] {
            assert!(new.contains(kept), "{new}");
        }
        let lines: Vec<&str> = new.lines().collect();
        let mut at = 0;
        for line in old.lines() {
            let words = line.trim_end_matches([',']).split(" //").next().unwrap_or_default();
            at += lines[at..]
                .iter()
                .position(|new| new.contains(words))
                .ok_or_else(|| format!("{line} is lost in {new}"))?;
        }
        Ok(())
    }

    #[test]
    fn a_file_of_one_line_and_files_that_are_none() -> Result<(), String> {
        let new = merged("{\"a\": 1}", COMMAND)?;
        assert_eq!(tree(&new)?.entries().len(), 2);
        for wrong in ["[1]", "{\"hooks\": 1}", "{\"hooks\": {\"Stop\": {}}}", "{ not json"] {
            assert!(merged(wrong, COMMAND).is_err(), "{wrong}");
        }
        Ok(())
    }
}

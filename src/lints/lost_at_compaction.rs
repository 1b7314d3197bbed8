//! Prohibitions and security rules in what is gone when the conversation is compacted.

use crate::clients::{Role, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::instructions::{Instruction, Kind, LASTING_HARM};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::parent;
use crate::workspace::{File, Workspace};
use aho_corasick::AhoCorasick;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The lint.
pub static LOST_AT_COMPACTION: Lint = Lint {
    name: "lost-at-compaction",
    summary: "a prohibition about secrets, data or production in what is lost when the conversation is compacted",
    page: include_str!("../../docs/lints/lost-at-compaction.md"),
    group: Group::Scope,
    level: Severity::Info,
    max_level: Severity::Info,
    pedantic: false,
    basis: Basis::Limit,
    why: "rules with a scope and nested files are not read again after compaction until a file that they are for is read",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    // What compaction keeps is known of one client only.
    if !workspace.has_client(claude_code::CLIENT.name) {
        return;
    }
    let (later, at_start) = lost(workspace);
    for file in later {
        let text = file.source.text.as_str();
        if !may_hold_grave_prohibition(text) {
            continue;
        }
        let found: Vec<Instruction> = file
            .instructions()
            .items
            .iter()
            .copied()
            .filter(|item| item.kind == Kind::Never && is_grave(item.span.slice(text)))
            .filter(|item| !at_start.iter().any(|kept| kept.contains(item.span.slice(text).trim())))
            .collect();
        let Some(first) = found.first() else { continue };
        let message = match found.len() {
            1 => "this prohibition is lost when the conversation is compacted".to_owned(),
            more => format!("this and {} more prohibitions are lost when the conversation is compacted", more - 1),
        };
        let related = found[1..].iter().map(|item| Label {
            path: file.path.clone(),
            span: item.span,
            message: "lost too".to_owned(),
        });
        cx.report(Diagnostic {
            message,
            help: "say what must hold at all times in a file that loads at the start, or enforce it with a hook"
                .to_owned(),
            span: Some(first.span),
            related: related.collect(),
            clients: vec![newest(&claude_code::CLIENT)],
            key: "lost".to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

/// Files that Claude Code loads by their place, but not at the start in the root; and the texts of the start.
fn lost(workspace: &Workspace) -> (Vec<&File>, Vec<&str>) {
    let scoped: BTreeSet<&str> = workspace
        .scoped_rules()
        .iter()
        .filter(|rule| rule.client.name == claude_code::CLIENT.name && rule.role == Role::Rule && !rule.always)
        .map(|rule| &*rule.file)
        .collect();
    let starts = |path: &str| matches!(parent(path), "" | ".claude") || path.starts_with(".claude/rules/");
    let mut later: Vec<&File> = workspace
        .importing_files(&claude_code::CLIENT)
        .filter(|file| {
            let mut own = file.roles.iter().filter(|role| role.client == claude_code::CLIENT.name);
            scoped.contains(&*file.path) || own.all(|role| !starts(&role.path))
        })
        .collect();
    if later.is_empty() {
        return (later, Vec::new());
    }
    let client = workspace.plans().iter().find(|plan| plan.client.name == claude_code::CLIENT.name);
    let loads = client.map_or(&[][..], |plan| &plan.plan.loads);
    let at_start: BTreeSet<&str> =
        loads.iter().filter_map(|load| workspace.real_file(&load.path)).map(|file| &*file.path).collect();
    later.retain(|file| file.linted && file.is_readable() && !at_start.contains(&*file.path));
    (later, loads.iter().map(|load| load.text.as_str()).collect())
}

/// Words, or beginnings of words, that tell a prohibition whose breach does lasting harm from one about style.
fn grave() -> impl Iterator<Item = &'static str> {
    LASTING_HARM.into_iter().chain(["passwd", "pii", "sql injection", "unsanitized"])
}

/// One of these stands in every prohibition in English.
const NEGATIONS: [&str; 10] =
    ["never", "not", "n't", "n\u{2019}t", "no ", "avoid", "forbid", "prohibit", "without", "disallow"];

/// Whether a paragraph of the text has both a grave word and a negation. Most texts have none, and finding that out costs
/// a hundredth of counting their instructions.
fn may_hold_grave_prohibition(text: &str) -> bool {
    static WORDS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(grave()).ok());
    let Some(words) = &*WORDS else { return true };
    words.find_iter(text).any(|found| {
        let start = text[..found.start()].rfind("\n\n").unwrap_or(0);
        let end = text[found.end()..].find("\n\n").map_or(text.len(), |at| found.end() + at);
        let paragraph = text[start..end].to_ascii_lowercase();
        // Other languages have other words for no.
        !paragraph.is_ascii() || NEGATIONS.iter().any(|word| paragraph.contains(word))
    })
}

/// Whether one of those words stands in the text at the start of a word.
fn is_grave(text: &str) -> bool {
    let text = text.to_lowercase();
    // Whoever says "avoid" names a way of working and no line that must not be crossed.
    if text.starts_with("avoid") {
        return false;
    }
    grave().any(|word| {
        text.match_indices(word).any(|(at, _)| {
            let starts = !text[..at].ends_with(|c: char| c.is_alphanumeric());
            // `pii` is a whole word; the others may go on, as in "secrets".
            let ends = word.len() > 4 || !text[at + word.len()..].starts_with(|c: char| c.is_alphanumeric());
            starts && ends
        })
    })
}

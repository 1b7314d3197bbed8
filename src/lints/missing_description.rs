//! A skill or an agent without the description by which it is chosen.

use crate::artifacts;
use crate::clients::{self, Role, SKILL_NAMES};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest, newest_of};
use crate::model::NodeKind;
use crate::paths::file_name;
use crate::source::Span;
use crate::workspace::File;

/// The lint.
pub static MISSING_DESCRIPTION: Lint = Lint {
    name: "missing-description",
    summary: "an agent without `name` or `description`, or a skill without `description`",
    page: include_str!("../../docs/lints/missing-description.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "the description is all that the model sees when it chooses",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    if file.has_role(&[Role::Agent]) {
        agent(cx, file);
    }
    if file.has_role(&[Role::Skill]) {
        skill(cx, file);
    }
}

/// Whether the frontmatter holds this key with something in it.
fn has(file: &File, key: &str) -> bool {
    file.document.frontmatter_value(key).is_some_and(|entry| match &entry.value.kind {
        NodeKind::Null => false,
        NodeKind::String { value, .. } => !value.trim().is_empty(),
        _ => true,
    })
}

fn place(file: &File) -> Option<Span> {
    let start = file.document.frontmatter.as_ref()?.span.start;
    Some(Span { start, end: start + 3 })
}

fn agent(cx: &mut Checker<'_>, file: &File) {
    let claude = &clients::claude_code::CLIENT;
    let by_claude = file.clients_with(Role::Agent).any(|client| client.name == claude.name);
    let has_frontmatter = file.document.frontmatter.is_some();
    // A README beside the agents is documentation, and so is any file there that does not even try to be one.
    if !has_frontmatter && matches!(file_name(&file.path), "README.md" | "CLAUDE.md" | "AGENTS.md" | "index.md") {
        return;
    }
    // An agent of a plugin goes by its file's name, and loads in any case (documented).
    let in_plugin = file.roles.iter().all(|at| artifacts::place(cx.workspace, file, at).plugin.is_some());
    let wanted: &[&str] = if by_claude && !in_plugin { &["name", "description"] } else { &["description"] };
    let missing: Vec<&str> = wanted.iter().copied().filter(|key| !has(file, key)).collect();
    if missing.is_empty() {
        return;
    }
    let what = missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
    let by: Vec<_> = file.clients_with(Role::Agent).filter(|client| cx.workspace.has_client(client.name)).collect();
    let Some(first) = by.first() else { return };
    let stem = file_name(&file.path).trim_end_matches(".md").trim_end_matches(".agent");
    let advice = missing.iter().map(|key| match *key {
        "name" => format!("`name: {stem}`"),
        _ => "`description: ` (when to hand work to it)".to_owned(),
    });
    let advice = advice.collect::<Vec<_>>().join(" and ");
    cx.report(Diagnostic {
        severity: if by_claude && !in_plugin { Severity::Error } else { Severity::Warn },
        message: match in_plugin {
            true => "an agent of a plugin without `description` gives nothing to choose it by".to_owned(),
            false => format!("{} skips an agent without {what}, and says nothing", first.title),
        },
        why: match in_plugin {
            true => MISSING_DESCRIPTION.why.to_owned(),
            false => "it can never be chosen".to_owned(),
        },
        help: format!("add to the frontmatter {advice}"),
        span: place(file),
        clients: by.iter().map(|client| newest(client)).collect(),
        key: what,
        ..cx.finding(&file.path)
    });
}

fn skill(cx: &mut Checker<'_>, file: &File) {
    if has(file, "description") {
        return;
    }
    let read_by = |client: &str| {
        cx.workspace.has_client(client)
            && file.roles.iter().any(|role| role.role == Role::Skill && role.client == client)
    };
    let dropping: Vec<&clients::SkillNames> =
        SKILL_NAMES.iter().filter(|names| names.description_required && read_by(names.client)).collect();
    let title = |name: &'static str| clients::by_name(name).map_or(name, |client| client.title);
    let (severity, message) = match dropping.first() {
        Some(names) => (Severity::Error, format!("{} leaves out a skill without `description`", title(names.client))),
        None if has(file, "when_to_use") && !cx.workspace.settings.holds_to_specification() => return,
        None if read_by(clients::claude_code::CLIENT.name) => {
            let message = "Claude Code lists a skill without `description` under the first line of its body";
            (Severity::Warn, message.to_owned())
        }
        None => (Severity::Warn, "the open Agent Skills specification requires `description`".to_owned()),
    };
    cx.report(Diagnostic {
        severity,
        message,
        help: "add to the frontmatter `description: ` (what it does and when to use it)".to_owned(),
        span: place(file),
        clients: dropping.iter().map(|names| newest_of(names.client)).collect(),
        key: "skill".to_owned(),
        ..cx.finding(&file.path)
    });
}

//! A file where a client looks, under a name or at a depth that it does not read.

use crate::clients::{self, Below, Client, Evidence, FileName, FileRule, Role, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::{Presence, file_name, join, parent};
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The lint.
pub static UNDISCOVERED_FILE: Lint = Lint {
    name: "undiscovered-file",
    summary: "a file in a client's folder that it never finds, because of its name or its depth",
    page: include_str!("../../docs/lints/undiscovered-file.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "it is never read, and nothing says so",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

const ROLES: [Role; 6] = [Role::Rule, Role::Skill, Role::Agent, Role::Command, Role::OutputStyle, Role::Prompt];

/// Endings of texts that somebody may have meant for a client.
const TEXTS: [&str; 4] = ["md", "mdc", "markdown", "mdx"];

/// Names of texts that are about the files beside them.
const ABOUT: [&str; 10] =
    ["readme", "index", "changelog", "contributing", "license", "template", "rule", "claude", "agents", "gemini"];

/// Folders of what is not in use.
const PUT_AWAY: [&str; 12] = [
    "archive",
    "archived",
    "attic",
    "backup",
    "deprecated",
    "disabled",
    "draft",
    "drafts",
    "examples",
    "legacy",
    "old",
    "templates",
];

/// The singular of a folder's name, which no client reads, and the right one.
const SINGULAR: [(&str, &str); 4] = [
    (".claude/rule", ".claude/rules"),
    (".claude/skill", ".claude/skills"),
    (".claude/agent", ".claude/agents"),
    (".claude/command", ".claude/commands"),
];

/// Memory files of the root under a wrong case of letters, and the right name.
const WRONG_CASE: [(&str, &str); 7] = [
    ("claude.md", "CLAUDE.md"),
    ("Claude.md", "CLAUDE.md"),
    (".claude/claude.md", ".claude/CLAUDE.md"),
    ("agents.md", "AGENTS.md"),
    ("Agents.md", "AGENTS.md"),
    ("gemini.md", "GEMINI.md"),
    ("Gemini.md", "GEMINI.md"),
];

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let mut said: BTreeSet<Arc<str>> = BTreeSet::new();
    let hidden = workspace.index.dirs.iter().filter(|dir| is_of_client(dir));
    for dir in hidden {
        for (client, rule) in rules_for(dir) {
            if !counts(workspace, client) {
                continue;
            }
            groups(cx, client, rule, dir, &mut said);
            for path in workspace.index.below(dir) {
                let inside = &path[dir.len() + 1..];
                let Some((message, help)) = mistake(workspace, client, rule, dir, inside) else { continue };
                if is_found(workspace, path)
                    || workspace.settings.exclusion(path).is_some()
                    || !said.insert(path.clone())
                {
                    continue;
                }
                report(cx, path, client, message, help);
            }
        }
        singular(cx, dir, &mut said);
    }
    wrong_case(cx);
}

/// Whether a folder's path has a hidden part: all folders of clients that hold more than one file have.
fn is_of_client(dir: &str) -> bool {
    dir.starts_with('.') || dir.contains("/.")
}

/// The clients that look for artefacts in the folder at `dir`, each with its first rule for it.
fn rules_for(dir: &str) -> Vec<(&'static Client, &'static FileRule)> {
    let is_folder = |rule: &&FileRule| {
        let there = dir
            .strip_suffix(rule.dir)
            .is_some_and(|before| before.is_empty() || (before.ends_with('/') && rule.at == clients::At::Anywhere));
        let is_sure = rule.fact.evidence != Evidence::Assumed;
        ROLES.contains(&rule.role) && rule.dir.starts_with('.') && there && is_sure
    };
    let first = |client: &&'static Client| Some((*client, client.files.iter().find(is_folder)?));
    clients::all().iter().filter_map(first).collect()
}

/// Clients that the configuration leaves out do not count; one that no file shows does, for its files may all be misnamed.
fn counts(workspace: &Workspace, client: &Client) -> bool {
    workspace.settings.clients.is_empty() || workspace.has_client(client.name)
}

/// Whether some client that counts reads the file, or the user named it for linting.
fn is_found(workspace: &Workspace, path: &str) -> bool {
    let by_path = clients::roles_of(path).into_iter().any(|(client, _)| counts(workspace, client));
    by_path || workspace.file(path).is_some_and(|file| file.linted)
}

/// What keeps the client from finding the file at `inside` of its folder `dir`, and what to do.
fn mistake(
    workspace: &Workspace,
    client: &Client,
    rule: &FileRule,
    dir: &str,
    inside: &str,
) -> Option<(String, String)> {
    let name = file_name(inside);
    let title = client.title;
    if rule.role == Role::Skill {
        return skill_mistake(workspace, client, dir, inside, rule);
    }
    let (stem, extension) = name.rsplit_once('.')?;
    if is_about(stem) || !TEXTS.iter().any(|text| extension.eq_ignore_ascii_case(text)) {
        return None;
    }
    let FileName::EndsWith(end) = rule.name else { return None };
    if rule.below == Below::Direct && inside.contains('/') && name.ends_with(end) {
        return Some((
            format!("{title} does not look into folders of `{}/`", rule.dir),
            format!("move the file up to `{}`", join(dir, name)),
        ));
    }
    if name.ends_with(end) {
        return None;
    }
    let new = format!("{}{end}", stem.trim_end_matches(".instructions").trim_end_matches(".prompt"));
    Some((format!("{title} reads only `*{end}` in `{}/`", rule.dir), format!("rename it to `{new}`")))
}

fn skill_mistake(
    workspace: &Workspace,
    client: &Client,
    dir: &str,
    inside: &str,
    rule: &FileRule,
) -> Option<(String, String)> {
    let (name, title) = (file_name(inside), client.title);
    let depth = inside.matches('/').count();
    if name.eq_ignore_ascii_case("SKILL.md") {
        if inside == "SKILL.md" {
            let help = format!("move it into a folder of its own: `{}`", join(dir, "NAME/SKILL.md"));
            return Some((format!("{title} looks for skills one folder below `{}/`", rule.dir), help));
        }
        let message = format!("{title} reads only `SKILL.md`, in this case of letters");
        return (name != "SKILL.md" && depth == 1).then(|| (message, "rename it to `SKILL.md`".to_owned()));
    }
    let stem = name.strip_suffix(".md")?;
    if depth > 0 || is_about(stem) || is_mentioned(workspace, dir, name) {
        return None;
    }
    let message = format!("a skill of {title} is a folder with a `SKILL.md`, not a file in `{}/`", rule.dir);
    Some((message, format!("move it to `{}`", join(dir, &format!("{stem}/SKILL.md")))))
}

/// Folders of skills, where the client looks one folder down only: one finding for each.
fn groups(cx: &mut Checker<'_>, client: &Client, rule: &FileRule, dir: &str, said: &mut BTreeSet<Arc<str>>) {
    if rule.role != Role::Skill || rule.below != Below::OneDown {
        return;
    }
    let workspace = cx.workspace;
    let mut found: BTreeMap<&str, Vec<&Arc<str>>> = BTreeMap::new();
    for path in workspace.index.below(dir).iter().filter(|path| path.ends_with("/SKILL.md")) {
        let inside = &path[dir.len() + 1..];
        let group = inside.split('/').next().unwrap_or("");
        let is_deep = inside.matches('/').count() > 1 && !is_put_away(inside) && !is_part(workspace, dir, inside);
        if is_deep
            && !is_found(workspace, path)
            && workspace.settings.exclusion(path).is_none()
            && said.insert(path.clone())
        {
            found.entry(group).or_default().push(path);
        }
    }
    for (group, paths) in found {
        let group = join(dir, group);
        let skills = if paths.len() == 1 { "the skill".to_owned() } else { format!("the {} skills", paths.len()) };
        let message =
            format!("{} looks one folder below `{}/` and does not find {skills} in `{group}/`", client.title, rule.dir);
        let to = join(dir, file_name(parent(paths[0])));
        report(cx, paths[0], client, message, format!("move each up, such as this one to `{to}/SKILL.md`"));
    }
}

/// Whether a folder's name says that what is in it is not in use.
fn is_put_away(inside: &str) -> bool {
    parent(inside).split('/').any(|part| part.starts_with(['_', '.']) || PUT_AWAY.contains(&part))
}

/// Whether the file lies inside a skill or a plugin, as an example or a template of it.
fn is_part(workspace: &Workspace, dir: &str, inside: &str) -> bool {
    let above = std::iter::successors(Some(parent(parent(inside))), |at| Some(parent(at)));
    above.take_while(|at| !at.is_empty()).any(|at| {
        let at = join(dir, at);
        let has = |name: &str| workspace.index.presence(&join(&at, name)) == Presence::File;
        has("SKILL.md") || has(".claude-plugin/plugin.json")
    })
}

/// Whether a text is about the files beside it, by its name.
fn is_about(stem: &str) -> bool {
    let start = stem.split('.').next().unwrap_or(stem);
    stem.starts_with(['_', '.']) || ABOUT.iter().any(|name| start.eq_ignore_ascii_case(name)) || is_capitals(stem)
}

/// `SHARED_CONVENTIONS`: by habit a text for people.
fn is_capitals(stem: &str) -> bool {
    !stem.is_empty() && !stem.chars().any(char::is_lowercase)
}

/// Whether a skill of the folder names the file, which is then one that they share.
fn is_mentioned(workspace: &Workspace, dir: &str, name: &str) -> bool {
    workspace
        .index
        .below(dir)
        .iter()
        .filter_map(|path| workspace.file(path))
        .any(|file| file.source.text.contains(name))
}

fn singular(cx: &mut Checker<'_>, dir: &str, said: &mut BTreeSet<Arc<str>>) {
    let client = &claude_code::CLIENT;
    let is_folder = |name: &str| dir == name || dir.strip_suffix(name).is_some_and(|before| before.ends_with('/'));
    let Some((_, right)) = SINGULAR.iter().find(|(wrong, _)| is_folder(wrong)) else { return };
    if !counts(cx.workspace, client) {
        return;
    }
    let workspace = cx.workspace;
    let is_text = |path: &&Arc<str>| path.ends_with(".md") && workspace.settings.exclusion(path).is_none();
    for path in workspace.index.below(dir).iter().filter(is_text) {
        if said.insert(path.clone()) {
            let message = format!("{} looks into `{right}/`, not into `{}/`", client.title, file_name(dir));
            report(cx, path, client, message, format!("rename the folder to `{right}/`"));
        }
    }
}

fn wrong_case(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for (wrong, right) in WRONG_CASE {
        let there = |path: &str| workspace.index.files.binary_search_by(|file| (**file).cmp(path)).is_ok();
        // On a disk without case both names are one.
        if !there(wrong) || there(right) || is_found(workspace, wrong) {
            continue;
        }
        let reader =
            clients::roles_of(right).into_iter().map(|(client, _)| client).find(|client| counts(workspace, client));
        let Some(client) = reader else { continue };
        let message = format!("{} reads `{}`, in this case of letters", client.title, file_name(right));
        report(cx, &wrong.into(), client, message, format!("rename it to `{right}`"));
    }
}

fn report(cx: &mut Checker<'_>, path: &Arc<str>, client: &Client, message: String, help: String) {
    cx.report(Diagnostic {
        message,
        help,
        clients: vec![newest(client)],
        key: "undiscovered".to_owned(),
        ..cx.finding(path)
    });
}

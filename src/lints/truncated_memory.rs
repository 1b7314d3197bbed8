//! Instructions that a client cuts because of their size.

use crate::clients::{self, Client, Evidence, Over, Role, SIZE_LIMITS, SizeLimit, When, codex};
use crate::diagnostic::{Basis, ClientRef, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::load::{Load, Portion};
use crate::measure::thousands;
use crate::paths::{is_below, parent};
use crate::source::Span;
use crate::workspace::{File, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub static TRUNCATED_MEMORY: Lint = Lint {
    name: "truncated-memory",
    summary: "instructions that a client cuts because of their size",
    page: include_str!("../../docs/lints/truncated-memory.md"),
    group: Group::Budget,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "what comes after the cut never reaches the model, and nobody is told",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for limit in SIZE_LIMITS.iter().filter(|limit| limit.over == Over::Cut && workspace.has_client(limit.client)) {
        for file in workspace.files.iter().filter(|file| file.linted && is_meant(limit, file)) {
            single_file(cx, limit, file);
        }
    }
    if workspace.has_client(codex::CLIENT.name) {
        codex_chains(cx);
    }
}

fn is_meant(limit: &SizeLimit, file: &File) -> bool {
    let roles = file.roles.iter().filter(|role| role.client == limit.client && limit.roles.contains(&role.role));
    roles.into_iter().any(|role| {
        let rule = clients::by_name(role.client).and_then(|client| client.rule_of(&role.path));
        let is_own = !limit.own || rule.is_some_and(|rule| rule.exclusive);
        is_own && (limit.when == When::Always || is_later(file, role.role, &role.path))
    })
}

/// Whether a file of Claude Code's is attached after the start: below the root, or by its scope.
fn is_later(file: &File, role: Role, path: &str) -> bool {
    let scoped = || file.document.frontmatter_value(clients::claude_code::SCOPE.key).is_some();
    let at_root = matches!(parent(path), "" | ".claude") || path.starts_with(".claude/");
    !at_root || (role == Role::Rule && scoped())
}

fn single_file(cx: &mut Checker<'_>, limit: &SizeLimit, file: &File) {
    let body = file.document.body.slice(&file.source.text);
    // Bytes are at least as many as characters, so most files need no count.
    if body.len() as u64 <= limit.most {
        return;
    }
    let most = limit.most as usize;
    let (size, cut) = (limit.unit.of(body), limit.unit.cut(body, most));
    if size <= most {
        return;
    }
    let unit = limit.unit.name();
    let severity = match limit.fact.evidence {
        Evidence::Measured => Severity::Error,
        Evidence::Documented => Severity::Warn,
        Evidence::Assumed => Severity::Info,
    };
    let version = clients::by_name(limit.client).map_or("", Client::newest);
    cx.report(Diagnostic {
        message: format!(
            "{} takes {} {unit} of this file; the other {} are cut",
            limit.who,
            thousands(limit.most),
            thousands((size - most) as u64)
        ),
        severity,
        help: "put first what must be read, and move the rest into files of their own".to_owned(),
        span: Some(rest_of_line(file, file.document.body.start as usize + cut)),
        label: "what follows is cut".to_owned(),
        clients: vec![ClientRef { name: limit.client, version }],
        key: limit.client.to_owned(),
        ..cx.finding(&file.path)
    });
}

fn rest_of_line(file: &File, at: usize) -> Span {
    let text = &file.source.text;
    let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    Span::new(at, end)
}

/// A file in which the bytes of a chain run out.
#[derive(Default)]
struct Cut {
    /// How many of its bytes are passed on.
    kept: usize,
    /// Folders in which the client must be started for it, sorted.
    starts: BTreeSet<String>,
    /// Files further down that get nothing.
    unreached: BTreeSet<String>,
}

/// Codex has one limit for all files from the root down to where it starts.
fn codex_chains(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let mut cuts: BTreeMap<String, Cut> = BTreeMap::new();
    for dir in crowded_folders(workspace) {
        let plan = workspace.plan_at(&codex::CLIENT, &dir);
        let is_short =
            |load: &&Load| load.role == Role::Memory && matches!(load.portion, Portion::Head | Portion::None);
        let mut short = plan.loads.iter().filter(is_short);
        let Some(first) = short.next() else { continue };
        let cut = cuts.entry(first.path.clone()).or_default();
        cut.kept = first.text.len();
        cut.starts.insert(dir);
        cut.unreached.extend(short.map(|load| load.path.clone()));
    }
    for (path, cut) in cuts {
        let Some(file) = workspace.real_file(&path) else { continue };
        let limit = thousands(codex::MAX_PROJECT_BYTES as u64);
        let size = thousands(file.bytes().unwrap_or_default());
        let where_ = match cut.starts.first() {
            Some(dir) if !dir.is_empty() => format!("when it starts in `{dir}`, "),
            _ => String::new(),
        };
        let here = match cut.kept {
            0 => "nothing of this file".to_owned(),
            kept => format!("this file up to byte {} of {size}", thousands(kept as u64)),
        };
        let unreached: Vec<String> = cut.unreached.iter().map(|path| format!("`{path}`")).collect();
        let unreached = match unreached.as_slice() {
            [] => String::new(),
            [one] => format!(", and never reaches {one}"),
            [first, rest @ ..] => format!(", and never reaches {first} and {} more", rest.len()),
        };
        let codex = &codex::CLIENT;
        cx.report(Diagnostic {
            message: format!(
                "{where_}{} passes on {here}{unreached}: all `AGENTS.md` together have {limit} bytes",
                codex.title
            ),
            help: "shorten the files from the root down to here, or move parts into skills".to_owned(),
            span: file.is_readable().then(|| rest_of_line(file, cut.kept)),
            label: "what follows is cut".to_owned(),
            clients: vec![newest(codex)],
            key: codex.name.to_owned(),
            ..cx.finding(&file.path)
        });
    }
}

/// Folders with a memory file of Codex in which the files from the root down may be over its limit, the shortest path
/// first.
fn crowded_folders(workspace: &Workspace) -> Vec<String> {
    let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
    for file in &workspace.files {
        for role in file.roles.iter().filter(|at| at.client == codex::CLIENT.name && at.role == Role::Memory) {
            *sizes.entry(parent(&role.path)).or_default() += file.bytes().unwrap_or_default();
        }
    }
    let chain = |dir: &str| sizes.iter().filter(|(above, _)| is_below(dir, above)).map(|(_, bytes)| bytes).sum::<u64>();
    let crowded = sizes.keys().filter(|dir| chain(dir) > codex::MAX_PROJECT_BYTES as u64);
    crowded.map(|dir| (*dir).to_owned()).collect()
}

//! Frontmatter that is not valid YAML, or that is not frontmatter at all.

use crate::clients::{self, Role};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Label, Severity};
use crate::discover::RoleAt;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{Document, Entry, Format, Node, NodeKind, Problem, ScalarStyle};
use crate::parse;
use crate::parse::quote::quoted;
use crate::source::{BOM, Span};
use crate::workspace::File;
use std::collections::HashMap;

/// The lint.
pub static INVALID_FRONTMATTER: Lint = Lint {
    name: "invalid-frontmatter",
    summary: "frontmatter that does not parse, or that a client does not see as frontmatter",
    page: include_str!("../../docs/lints/invalid-frontmatter.md"),
    group: Group::Artifacts,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client drops the file or loads it against its text",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

/// Roles of files whose frontmatter decides what happens with them.
const ROLES: [Role; 6] = [Role::Rule, Role::Skill, Role::Agent, Role::Command, Role::OutputStyle, Role::Prompt];

fn check(cx: &mut Checker<'_>, file: &File) {
    if file.document.format != Format::Markdown || !file.has_role(&ROLES) {
        return;
    }
    let Some(frontmatter) = &file.document.frontmatter else {
        return not_seen(cx, file);
    };
    if let Some(problem) = &frontmatter.error {
        not_yaml(cx, file, frontmatter.node.as_ref(), problem);
    }
    match &frontmatter.node {
        Some(Node { kind: NodeKind::Mapping(entries), .. }) => repeated(cx, file, entries),
        Some(node) if frontmatter.error.is_none() => not_keys(cx, file, node),
        _ => {}
    }
}

fn not_yaml(cx: &mut Checker<'_>, file: &File, node: Option<&Node>, problem: &Problem) {
    // Patterns without quotes are the matter of a lint of their own.
    if is_own_form(file, problem.span) || super::unquoted_glob::explains_all(file) {
        return;
    }
    let effect = effect(cx, file, node);
    let severity = match effect {
        // That Claude Code then loads a rule always is said by the lint about patterns without quotes.
        Effect::Read(_) => Severity::Info,
        Effect::Always(client) if client == clients::claude_code::CLIENT.title => Severity::Info,
        Effect::Always(_) | Effect::Unknown => Severity::Warn,
        Effect::Nothing if !is_decisive(file) => Severity::Warn,
        Effect::Never(_) | Effect::Nothing => Severity::Error,
    };
    // Quotes around a broken list would keep it broken.
    let node = node.filter(|_| !matches!(effect, Effect::Never(_)));
    let fix = node.and_then(|node| quoting(file, node));
    // The parser's words often end in what to do, which is said once.
    let (what, advice) = problem.message.split_once("; ").unwrap_or((&problem.message, "correct the YAML"));
    let help = match (effect, &fix) {
        (Effect::Always(_), Some(_)) => "put the values in quotes, and the rule loads where they say",
        (_, Some(_)) => "put the value in quotes; what it says stays the same",
        (Effect::Never(_), _) => "close the list, or write one pattern in quotes",
        _ => advice,
    };
    cx.report(Diagnostic {
        severity,
        message: format!("the frontmatter is not valid YAML: {what}; {}", effect.clause()),
        why: effect.why().to_owned(),
        help: help.to_owned(),
        span: Some(problem.span),
        key: "yaml".to_owned(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}

/// Whether the frontmatter decides if the file is used at all. A command is called by its file's name in any case.
fn is_decisive(file: &File) -> bool {
    file.has_role(&[Role::Rule, Role::Skill, Role::Agent])
}

/// A key that stands twice: the last one counts, and strict readers refuse the whole.
fn repeated(cx: &mut Checker<'_>, file: &File, entries: &[Entry]) {
    let mut seen: HashMap<&str, (&Entry, usize)> = HashMap::new();
    for entry in entries {
        seen.entry(&entry.key).or_insert((entry, 0)).1 += 1;
    }
    for entry in entries.iter().rev() {
        // The last one of each key is met first.
        let Some((before, times)) = seen.remove(&*entry.key).filter(|(_, times)| *times > 1) else { continue };
        let times = if times == 2 { "twice".to_owned() } else { format!("{times} times") };
        cx.report(Diagnostic {
            severity: Severity::Warn,
            message: format!("the key `{}` stands {times}; the last one counts", shown(&entry.key)),
            why: "what the first one says is lost, and strict readers drop the file".to_owned(),
            help: "write it once".to_owned(),
            span: Some(entry.key_span),
            related: vec![Label {
                path: file.path.clone(),
                span: before.key_span,
                message: "this one has no effect".to_owned(),
            }],
            key: format!("repeated {}", shown(&entry.key)),
            ..cx.finding(&file.path)
        });
    }
}

/// A key as it is named in a message: the beginning of one that is longer than any real key.
fn shown(key: &str) -> &str {
    key.char_indices().nth(60).map_or(key, |(at, _)| &key[..at])
}

/// Text or a list between the fences, where keys are needed.
fn not_keys(cx: &mut Checker<'_>, file: &File, node: &Node) {
    let end = node.span.slice(&file.source.text).find('\n').map_or(node.span.end, |len| node.span.start + len as u32);
    cx.report(Diagnostic {
        severity: Severity::Warn,
        message: format!("the frontmatter is {}, not keys with values", node.kind_name()),
        why: "clients cut it off before the text reaches the model, and none of it has an effect".to_owned(),
        help: "write `key: value` lines, or put a blank line before the first `---` where it is meant as text"
            .to_owned(),
        span: Some(Span { end, ..node.span }),
        key: "no keys".to_owned(),
        ..cx.finding(&file.path)
    });
}

/// Whether every client of the file reads its scope key by a form of its own that is no YAML, and the problem is there.
fn is_own_form(file: &File, problem: Span) -> bool {
    let own = |role: &RoleAt| {
        let key = clients::by_name(role.client).and_then(|client| client.scope).filter(|scope| scope.plain);
        let value = key.and_then(|scope| file.document.frontmatter_value(scope.key)).map(|entry| entry.value.span);
        value.is_some_and(|value| value.contains(problem))
    };
    !file.roles.is_empty() && file.roles.iter().all(own)
}

/// What the clients do with the file as it stands; with the one that does it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// It reads it all the same.
    Read(&'static str),
    /// A rule with a scope loads in every session.
    Always(&'static str),
    /// A rule never loads.
    Never(&'static str),
    /// No key has an effect.
    Nothing,
    /// Nobody has seen what its clients do.
    Unknown,
}

impl Effect {
    fn clause(self) -> String {
        match self {
            Effect::Read(client) => format!("{client} reads it all the same"),
            Effect::Always(client) => format!("{client} loads the rule in every session"),
            Effect::Never(client) => format!("{client} never loads the rule"),
            Effect::Nothing => "none of its keys has an effect".to_owned(),
            Effect::Unknown => "strict readers drop the file".to_owned(),
        }
    }

    fn why(self) -> &'static str {
        match self {
            Effect::Read(_) => "the client reads it line by line; strict readers drop the file",
            Effect::Always(_) => "frontmatter that cannot be read gives the rule no scope",
            Effect::Never(_) => "the broken value is taken for a pattern, which matches no file",
            Effect::Nothing => "the client does as if there were no frontmatter",
            Effect::Unknown => "a strict reader takes nothing of it, a lenient one reads it line by line",
        }
    }
}

fn effect(cx: &Checker<'_>, file: &File, lenient: Option<&Node>) -> Effect {
    let Some(node) = lenient else { return Effect::Nothing };
    let counted = file.roles.iter().filter(|at| cx.workspace.has_client(at.client) && ROLES.contains(&at.role));
    let readers = counted.filter_map(|at| Some((at, clients::lenient_reader(at.client)?)));
    let Some((at, reader)) = readers.min_by_key(|(_, reader)| reader.keeps_rules_always) else {
        return Effect::Unknown;
    };
    let title = clients::title(at.client);
    if reader.keeps_rules_always {
        return Effect::Always(title);
    }
    let paths = node.get("paths").filter(|_| at.role == Role::Rule).map(|entry| &entry.value);
    match paths {
        Some(value) if value.items().iter().any(is_plain_glob) => Effect::Always(title),
        Some(value) if value.as_str().is_some_and(|text| text.starts_with(['[', '|', '>'])) => Effect::Never(title),
        _ => Effect::Read(title),
    }
}

fn is_plain_glob(node: &Node) -> bool {
    match &node.kind {
        NodeKind::String { value, style: ScalarStyle::Plain } => value.starts_with(['*', '{', '!', '[']),
        _ => false,
    }
}

/// More broken values than this are no slips, and to prove that quotes mend them all would cost more than the rest of a run.
const MAX_QUOTED: usize = 500;

/// Quotes every value that strict YAML does not take, if that alone makes the whole frontmatter valid with the same
/// values.
fn quoting(file: &File, node: &Node) -> Option<Fix> {
    let text = file.source.text.as_str();
    let frontmatter = file.document.frontmatter.as_ref()?;
    let mut edits = Vec::new();
    for entry in node.entries() {
        let items =
            if entry.value.items().is_empty() { std::slice::from_ref(&entry.value) } else { entry.value.items() };
        for item in items {
            let raw = item.span.slice(text);
            let NodeKind::String { value, style: ScalarStyle::Plain } = &item.kind else { continue };
            if raw.is_empty() || raw.contains('\n') || raw != &**value || is_valid(raw) {
                continue;
            }
            edits.push(Edit { path: file.path.clone(), span: item.span, text: quoted(raw) });
            if edits.len() > MAX_QUOTED {
                return None;
            }
        }
    }
    let mended = crate::fix::apply(text, &edits)?;
    let document = parse::parse(&mended, Format::Markdown);
    let ok = document.frontmatter.as_ref().is_some_and(|frontmatter| frontmatter.error.is_none());
    let same = ok && same_values(&document, frontmatter.node.as_ref()?);
    let title = "put the value in quotes".to_owned();
    same.then_some(Fix { title, applicability: Applicability::Safe, edits })
}

fn same_values(document: &Document, node: &Node) -> bool {
    let mended = document.frontmatter.as_ref().and_then(|frontmatter| frontmatter.node.as_ref());
    let mended: HashMap<&str, &Node> =
        mended.map_or(&[][..], Node::entries).iter().map(|entry| (&*entry.key, &entry.value)).collect();
    let same = |entry: &Entry| {
        let new = mended.get(&*entry.key);
        new.is_some_and(|new| match (new.as_str(), entry.value.as_str()) {
            (Some(a), Some(b)) => a == b,
            _ => new.items().len() == entry.value.items().len(),
        })
    };
    node.entries().iter().all(same)
}

/// Whether `raw` is a plain scalar that stands for itself.
fn is_valid(raw: &str) -> bool {
    if let Some(reading) = parse::reading(raw) {
        return reading == parse::Reading::Plain;
    }
    let probe = format!("k: {raw}\n");
    let (node, problem) = parse::parse_yaml(&probe, Span::new(0, probe.len()));
    let value = node.as_ref().and_then(|node| node.get("k")).map(|entry| &entry.value);
    problem.is_none()
        && value.is_some_and(|value| value.as_str() == Some(raw) || !matches!(value.kind, NodeKind::String { .. }))
}

/// Something that looks like frontmatter but does not start on the first line, or never ends.
fn not_seen(cx: &mut Checker<'_>, file: &File) {
    let text = file.source.text.as_str();
    let body = text.strip_prefix(BOM).unwrap_or(text);
    let offset = text.len() - body.len();
    let mut at = offset;
    let mut before: Vec<&str> = Vec::new();
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed == "---" {
            break;
        }
        // Blank lines and comments may stand before it by mistake; anything else is the text itself.
        if !(trimmed.is_empty() || (trimmed.starts_with("<!--") && trimmed.ends_with("-->"))) {
            return;
        }
        before.push(trimmed);
        at += line.len();
    }
    let Some(rest) = text.get(at..).filter(|rest| rest.starts_with("---")) else { return };
    let mut lines = rest.lines().skip(1);
    let is_key = |line: &str| {
        let key = line.split_once(':').map_or("", |(key, _)| key);
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    if !lines.next().is_some_and(is_key) {
        return;
    }
    let closed = rest.lines().skip(1).any(|line| line.trim_end() == "---");
    let (what, help) = match (before.is_empty(), closed) {
        (true, _) => ("the frontmatter is never closed", "add a line `---` after the last key"),
        (false, true) if before.iter().any(|line| !line.is_empty()) => {
            ("a comment stands before the frontmatter, which switches it off", "move the comment below the frontmatter")
        }
        (false, true) => ("a blank line stands before the frontmatter, which switches it off", "delete the blank line"),
        (false, false) => return,
    };
    let blank_only = before.iter().all(|line| line.is_empty()) && !before.is_empty();
    let fix = blank_only.then(|| Fix {
        title: "delete the blank lines before the frontmatter".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: file.path.clone(), span: Span::new(offset, at), text: String::new() }],
    });
    cx.report(Diagnostic {
        severity: if is_decisive(file) { Severity::Error } else { Severity::Warn },
        message: what.to_owned(),
        why: "clients read it as text, so none of its keys has an effect".to_owned(),
        help: help.to_owned(),
        span: Some(Span::new(at, at + 3)),
        key: "not seen".to_owned(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}

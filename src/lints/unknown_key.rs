//! A frontmatter key that no client of the file reads.

use crate::artifacts;
use crate::clients::{self, COUNTERPARTS, Evidence, FORMS, Field, Form, Role, RuleStyle};
use crate::config::{Known, nearest};
use crate::diagnostic::{Applicability, Basis, ClientRef, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::model::Entry;
use crate::workspace::File;

/// The lint.
pub static UNKNOWN_KEY: Lint = Lint {
    name: "unknown-key",
    summary: "a frontmatter key that the client ignores although it was meant to decide something",
    page: include_str!("../../docs/lints/unknown-key.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the client ignores keys that it does not know, and says nothing",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    let entries = artifacts::entries(file);
    if entries.is_empty() || file.roles.is_empty() {
        return;
    }
    // Read line by line, a text that goes on without indentation looks like keys.
    if file.document.frontmatter.as_ref().is_some_and(|frontmatter| frontmatter.error.is_some()) {
        return;
    }
    let forms = artifacts::forms(cx.workspace, file);
    if every_reader_has_a_form(cx, file) {
        let ignored = entries.iter().filter(|entry| !is_known(cx, &forms, &entry.key));
        // Frontmatter with more keys than that is data, and is told by the first ones.
        let ignored: Vec<&Entry> = ignored.take(MOST_KEYS).collect();
        let free = free_fields(&forms, entries);
        for entry in ignored {
            unknown(cx, file, &forms, &free, entry);
        }
        unread_in_plugin(cx, file, &forms);
    }
    if file.has_role(&[Role::Skill]) && (cx.pedantic || cx.workspace.settings.holds_to_specification()) {
        specification(cx, file, entries);
    }
}

/// The most unknown keys of one file that are reported.
const MOST_KEYS: usize = 50;

/// The longest key that is shown, in bytes.
const LONGEST: usize = 60;

/// The fields that the file does not have yet.
fn free_fields(forms: &[&'static Form], entries: &[Entry]) -> Vec<&'static Field> {
    let mut free: Vec<&'static Field> = forms.iter().flat_map(|form| form.fields).collect();
    for entry in entries {
        free.retain(|field| *field.name != *entry.key);
    }
    free
}

fn is_known(cx: &Checker<'_>, forms: &[&Form], key: &str) -> bool {
    let reads = |form: &&Form| form.field(key).is_some() || form.ignored.contains(&key);
    forms.iter().any(reads) || Known::holds(&cx.workspace.settings.known.keys, key)
}

/// Whether the keys of everything that the file is to a client are known; another reader may know any key.
fn every_reader_has_a_form(cx: &Checker<'_>, file: &File) -> bool {
    let mut counted = file.roles.iter().filter(|at| cx.workspace.has_client(at.client)).peekable();
    let is_sure = |form: &Form| form.fact.evidence != Evidence::Assumed;
    counted.peek().is_some() && counted.all(|at| clients::form(at.client, at.role).is_some_and(is_sure))
}

fn unknown(cx: &mut Checker<'_>, file: &File, forms: &[&'static Form], free: &[&'static Field], entry: &Entry) {
    let form = forms[0];
    if entry.key.len() > LONGEST {
        return;
    }
    if form.role == Role::Rule && is_scope_key(&entry.key) {
        return;
    }
    let readers: Vec<ClientRef> = forms.iter().map(|form| newest_of(form.client)).collect();
    let title = clients::title(form.client);
    let finding = Diagnostic {
        span: Some(entry.key_span),
        key: entry.key.to_string(),
        clients: readers,
        ..cx.finding(&file.path)
    };
    if let Some(field) = near(form, free, &entry.key) {
        let applicability = if field.matters { Applicability::Unsafe } else { Applicability::Safe };
        cx.report(Diagnostic {
            message: format!("`{}` is misspelt: {title} reads `{}`", entry.key, field.name),
            help: format!("write `{}`", field.name),
            fixes: vec![Fix {
                title: format!("rename the key to `{}`", field.name),
                applicability,
                edits: vec![Edit { path: file.path.clone(), span: entry.key_span, text: field.name.to_owned() }],
            }],
            ..finding
        });
        return;
    }
    if let Some((other, field)) = elsewhere(form, &entry.key) {
        let kind = form.plural();
        let whose = match other.client == form.client {
            true => format!("a key of {}", other.plural()),
            false => format!("a key of {} of {}", other.plural(), clients::title(other.client)),
        };
        let counterpart = COUNTERPARTS.iter().find(|(from, to)| *from == field.name && form.field(to).is_some());
        cx.report(Diagnostic {
            message: format!("`{}` is {whose}: {title} ignores it in {kind}", entry.key),
            help: match counterpart.and_then(|(_, to)| form.field(to)) {
                Some(own) => format!("{kind} have `{}`: {}", own.name, own.doc),
                None => "drop it, or say in the text what it was meant to do".to_owned(),
            },
            ..finding
        });
        return;
    }
    if cx.pedantic {
        cx.report(Diagnostic {
            message: format!("no client that reads this file knows the key `{}`", entry.key),
            why: "it has no effect, unless a program of your own reads it".to_owned(),
            help: "drop it, move it below `metadata`, or name it under `known.keys` in ctxlint.toml".to_owned(),
            basis: Basis::Convention,
            ..finding
        });
    }
}

/// Keys of scopes in rules are the matter of a lint of their own.
fn is_scope_key(key: &str) -> bool {
    let singular = |text: &str| text.to_ascii_lowercase().trim_end_matches('s').to_owned();
    clients::all().iter().any(|client| {
        let by_scope = client.scope.is_some_and(|scope| singular(scope.key) == singular(key));
        by_scope || matches!(client.rules, RuleStyle::Flag { key: flag } if flag == key)
    })
}

/// The field that a key most likely stands for, of those that the file does not have yet.
fn near(form: &Form, free: &[&'static Field], key: &str) -> Option<&'static Field> {
    let key = folded(key);
    let same = free.iter().find(|field| folded(field.name) == key);
    if same.is_some() {
        return same.copied();
    }
    // Short words are near to too many others.
    if key.len() < 5 || elsewhere(form, &key).is_some() {
        return None;
    }
    let names: Vec<String> = free.iter().map(|field| folded(field.name)).collect();
    let found = nearest(&key, names.iter().map(String::as_str).filter(|name| name.len() > 4))?;
    let limit = if key.len() < 9 { 1 } else { 2 };
    let is_near = strsim::damerau_levenshtein(&key, found) <= limit;
    free.iter().copied().find(|field| is_near && folded(field.name) == found)
}

/// A key without case and marks, and without the plural.
fn folded(key: &str) -> String {
    let letters = key.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase);
    letters.collect::<String>().trim_end_matches('s').to_owned()
}

/// Another form that reads this key and in which it decides something, nearest kind first.
fn elsewhere(form: &Form, key: &str) -> Option<(&'static Form, &'static Field)> {
    let fields = FORMS.iter().filter_map(|other| Some((*other, other.field(key).filter(|field| field.matters)?)));
    fields.min_by_key(|(other, _)| (other.client != form.client, other.role != form.role))
}

/// Keys that Claude Code reads in a project and not in a plugin.
fn unread_in_plugin(cx: &mut Checker<'_>, file: &File, forms: &[&'static Form]) {
    let by_plugin = |at: &&crate::discover::RoleAt| {
        cx.workspace.has_client(at.client) && artifacts::place(cx.workspace, file, at).plugin.is_some()
    };
    let left_out =
        |entry: &&Entry| forms.iter().any(|form| form.field(&entry.key).is_some_and(|field| !field.in_plugin));
    let found: Vec<&Entry> = artifacts::entries(file).iter().filter(left_out).collect();
    if found.is_empty() || !file.roles.iter().all(|at| by_plugin(&at)) {
        return;
    }
    for entry in found {
        cx.report(Diagnostic {
            message: format!("{} ignores `{}` in an agent of a plugin", clients::title(forms[0].client), entry.key),
            why: "a plugin may not give its agents more than it has itself".to_owned(),
            help: "drop it; a project that needs it can have a copy of the agent under `.claude/agents/`".to_owned(),
            span: Some(entry.key_span),
            key: entry.key.to_string(),
            clients: vec![newest_of(forms[0].client)],
            ..cx.finding(&file.path)
        });
    }
}

/// The open specification allows six keys.
fn specification(cx: &mut Checker<'_>, file: &File, entries: &[Entry]) {
    let form = clients::skills_specification();
    // Keys that no reader knows were reported one by one, unless the specification is all that counts.
    let forms = artifacts::forms(cx.workspace, file);
    let all = cx.workspace.settings.holds_to_specification();
    let is_other = |key: &str| form.field(key).is_none() && (all || is_known(cx, &forms, key));
    let known = |key: &str| !all && Known::holds(&cx.workspace.settings.known.keys, key);
    let others: Vec<&Entry> = entries.iter().filter(|entry| is_other(&entry.key) && !known(&entry.key)).collect();
    let Some(first) = others.first() else { return };
    let shown = others.iter().filter(|entry| entry.key.len() <= LONGEST).take(MOST_KEYS);
    let mut names: Vec<String> = shown.map(|entry| format!("`{}`", entry.key)).collect();
    names.dedup();
    let are = if names.len() == 1 { "is no key" } else { "are no keys" };
    cx.report(Diagnostic {
        severity: Severity::Warn,
        message: format!("{} {are} of the open Agent Skills specification", names.join(", ")),
        why: "its validator, and uploads that are held to it, refuse the skill".to_owned(),
        help: "move what is for other programs below `metadata`".to_owned(),
        basis: Basis::Convention,
        span: Some(first.key_span),
        key: format!("specification {}", names.join(" ")),
        ..cx.finding(&file.path)
    });
}

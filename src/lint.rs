//! What a lint is, and how all of them run over a workspace.
//!
//! A lint is static data and a function. The scheduler runs the functions in parallel, gives every finding its level,
//! takes out what is suppressed, and puts the rest in one order that depends on nothing but the findings.

mod baseline;
mod levels;
mod suppression;

pub use baseline::{take_known, unmatched};
pub use levels::Selection;
use suppression::malformed;
pub use suppression::{Reach, Suppression, suppressions};

use crate::clients::{self, Client};
use crate::config::Level;
use crate::diagnostic::{Basis, ClientRef, Diagnostic, Severity, fingerprints};
use crate::parallel;
use crate::references::survey::Needs;
use crate::source::Source;
use crate::workspace::{File, Workspace};
use std::collections::HashMap;
use std::sync::Arc;

/// Families of lints; a group's name works wherever a lint's name does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// `@path` imports.
    Imports,
    /// Links, paths, citations and commands.
    References,
    /// Lines, tokens and instructions.
    Budget,
    /// Which paths a rule is for.
    Scope,
    /// Skills, agents and commands.
    Artifacts,
    /// What the text says.
    Content,
    /// Handoff documents.
    Handoff,
    /// Files as such, and ctxlint's own comments.
    Files,
}

impl Group {
    /// The name in the configuration and in the reports.
    pub fn name(self) -> &'static str {
        match self {
            Group::Imports => "imports",
            Group::References => "references",
            Group::Budget => "budget",
            Group::Scope => "scope",
            Group::Artifacts => "artifacts",
            Group::Content => "content",
            Group::Handoff => "handoff",
            Group::Files => "files",
        }
    }

    /// Every group.
    pub const ALL: [Group; 8] = [
        Group::Imports,
        Group::References,
        Group::Budget,
        Group::Scope,
        Group::Artifacts,
        Group::Content,
        Group::Handoff,
        Group::Files,
    ];
}

/// The kinds of fix that a lint can offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// None.
    None,
    /// At least some findings have a safe fix.
    Safe,
    /// At least some findings have a fix that may change what the author meant.
    Unsafe,
    /// A hint only.
    Manual,
}

/// What a lint's function looks at; the scheduler calls it once for each.
#[derive(Clone, Copy)]
pub enum Check {
    /// Each linted file that could be read.
    Document(fn(&mut Checker<'_>, &File)),
    /// The workspace as a whole.
    Workspace(fn(&mut Checker<'_>)),
    /// Nothing: the engine itself reports it, after all other lints ran.
    Engine,
}

/// A lint: what it is called, what it finds and how it looks.
pub struct Lint {
    /// Kebab-case, reads well after the word "allow".
    pub name: &'static str,
    /// What it finds, in one line without a full stop.
    pub summary: &'static str,
    /// Its page, which is also its test: `docs/lints/<name>.md`.
    pub page: &'static str,
    /// Its family.
    pub group: Group,
    /// The usual severity.
    pub level: Severity,
    /// The highest severity that a finding can have by default.
    pub max_level: Severity,
    /// True when its judgement can be argued with: off unless asked for.
    pub pedantic: bool,
    /// Why its findings matter, in one word.
    pub basis: Basis,
    /// Why its findings matter, as a clause without a full stop; a finding may say it better.
    pub why: &'static str,
    /// The best fix that it can offer.
    pub fix: FixKind,
    /// The version of ctxlint that brought it.
    pub since: &'static str,
    /// Its function.
    pub check: Check,
}

/// What a lint's function is given.
pub struct Checker<'a> {
    /// Everything that is known.
    pub workspace: &'a Workspace,
    /// The lint that runs.
    pub lint: &'static Lint,
    /// Whether findings that can be argued with are wanted.
    pub pedantic: bool,
    /// What it found so far.
    pub found: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// A finding about the file at `path` with everything filled in that the lint's data knows. The rest is written
    /// with struct update syntax.
    pub fn finding(&self, path: &Arc<str>) -> Diagnostic {
        blank(self.lint, path)
    }

    /// Hands over a finding.
    pub fn report(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }
}

/// The newest known version of a client: what is looked up in its tables without asking for another holds for that.
pub fn newest(client: &Client) -> ClientRef {
    ClientRef { name: client.name, version: client.newest() }
}

/// [`newest`] by the client's name, and no version where nothing is known of it.
pub fn newest_of(client: &'static str) -> ClientRef {
    clients::by_name(client).map_or(ClientRef { name: client, version: "" }, newest)
}

pub(crate) fn blank(lint: &'static Lint, path: &Arc<str>) -> Diagnostic {
    Diagnostic {
        lint: lint.name,
        severity: lint.level,
        basis: lint.basis,
        message: String::new(),
        why: lint.why.to_owned(),
        help: String::new(),
        path: path.clone(),
        span: None,
        label: String::new(),
        parts: Vec::new(),
        related: Vec::new(),
        fixes: Vec::new(),
        clients: Vec::new(),
        key: String::new(),
        fingerprint: String::new(),
    }
}

/// Tells by a document whether it is looked at.
pub type Wanted<'a> = dyn Fn(&File) -> bool + Sync + 'a;

/// What a run found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Findings by path, place and lint.
    pub diagnostics: Vec<Diagnostic>,
    /// How many findings a suppression took out.
    pub suppressed: usize,
}

/// The lint called `name`.
pub fn by_name(name: &str) -> Option<&'static Lint> {
    crate::lints::ALL.iter().copied().find(|lint| lint.name == name)
}

/// Where the page of the lint called `name` is, relative to the project.
pub fn url(name: &str) -> String {
    format!("docs/lints/{name}.md")
}

/// The lints that find nothing without [`Workspace::references`].
pub const FOUND_BY_REFERENCES: [&str; 6] =
    ["stale-citation", "drifted-citation", "missing-path", "missing-symbol", "unknown-command", "case-mismatch"];

/// What the selected lints need to know of references. Lints about links and scopes only say better where something went.
pub fn needs_of_references(selection: &Selection, settings: &crate::config::Settings) -> Needs {
    let any =
        |names: &[&str]| names.iter().filter_map(|name| by_name(name)).any(|lint| selection.may_fire(lint, settings));
    Needs {
        documents: any(&FOUND_BY_REFERENCES),
        links: any(&["missing-import", "missing-link-target"]),
        scopes: any(&["dead-scope"]),
    }
}

/// Runs every selected lint over the workspace.
pub fn run(workspace: &Workspace, selection: &Selection) -> Outcome {
    run_on(workspace, selection, &|_| true)
}

/// [`run`], where the lints that look at one document at a time look at the wanted ones only. Those that look at all
/// together see what [`Workspace::news`] leaves them.
pub fn run_on(workspace: &Workspace, selection: &Selection, wanted: &Wanted<'_>) -> Outcome {
    let is_looked_at = |file: &File| file.linted && file.is_readable() && wanted(file);
    let looked_at: Vec<&File> = workspace.files.iter().filter(|file| is_looked_at(file)).collect();
    let active: Vec<&'static Lint> =
        crate::lints::ALL.iter().copied().filter(|lint| selection.may_fire(lint, &workspace.settings)).collect();
    let mut found = run_active(workspace, &looked_at, &active, selection.pedantic);
    found.retain_mut(|finding| match selection.level_of(finding, &workspace.settings) {
        Level::Off => false,
        level => {
            finding.severity = severity(level);
            true
        }
    });
    // A lint names the newest version that it knows; another one may have been asked for.
    if workspace.settings.client_version.is_some() {
        for of in found.iter_mut().flat_map(|finding| &mut finding.clients) {
            let client = clients::by_name(of.name).filter(|_| !of.version.is_empty());
            of.version = client.map_or(of.version, |client| workspace.settings.version_of(client));
        }
    }
    let suppressed = suppress(workspace, &looked_at, &active, &mut found, selection);
    sort(&mut found);
    found.dedup();
    for finding in &mut found {
        if finding.key.is_empty() {
            finding.key = default_key(workspace, finding);
        }
    }
    for (at, fingerprint) in fingerprints(&found).into_iter().enumerate() {
        found[at].fingerprint = fingerprint;
    }
    Outcome { diagnostics: found, suppressed }
}

/// What stands at the place of a finding: it stays the same when lines move.
fn default_key(workspace: &Workspace, finding: &Diagnostic) -> String {
    let text = workspace.file(&finding.path).zip(finding.span);
    text.map_or(String::new(), |(file, span)| span.slice(&file.source.text).trim().to_owned())
}

fn run_active(workspace: &Workspace, looked_at: &[&File], active: &[&'static Lint], pedantic: bool) -> Vec<Diagnostic> {
    let of_document = |lint: &&&'static Lint| matches!(lint.check, Check::Document(_));
    let document: Vec<&'static Lint> = active.iter().filter(of_document).copied().collect();
    let on_file = |file: &&File| {
        let mut found = Vec::new();
        for lint in &document {
            if let Check::Document(check) = lint.check {
                let mut checker = Checker { workspace, lint, pedantic, found: std::mem::take(&mut found) };
                check(&mut checker, file);
                found = checker.found;
            }
        }
        found
    };
    let mut found: Vec<Diagnostic> = parallel::map(looked_at, on_file).into_iter().flatten().collect();
    for lint in active {
        if let Check::Workspace(check) = lint.check {
            let mut checker = Checker { workspace, lint, pedantic, found };
            check(&mut checker);
            found = checker.found;
        }
    }
    found
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warn => Severity::Warn,
        Level::Info | Level::Off => Severity::Info,
    }
}

/// One order for all reports: path, place, lint, message.
pub fn sort(found: &mut [Diagnostic]) {
    let key = |finding: &Diagnostic| (finding.path.clone(), finding.span, finding.lint);
    found.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
}

/// Takes out what a comment allows and reports the comments that allow nothing. Gives how many were taken out.
fn suppress(
    workspace: &Workspace,
    looked_at: &[&File],
    active: &[&'static Lint],
    found: &mut Vec<Diagnostic>,
    selection: &Selection,
) -> usize {
    let files = workspace.files.iter().filter(|file| file.linted && file.is_readable());
    let of_files = files.map(|file| (&file.source, suppressions(file)));
    let mentions = |file: &&&File| file.source.text.contains("ctxlint");
    let mut malformed: Vec<Diagnostic> =
        looked_at.iter().filter(mentions).flat_map(|file| malformed::of_file(file)).collect();
    if let Some(config) = &workspace.config {
        malformed.extend(malformed::of_config(config, |hash| suppression::is_text_of_config(&config.text, hash)));
    }
    let of_config = workspace.config.iter().map(|config| (config, suppression::config_suppressions(config)));
    let commented: Vec<(&Source, Vec<Suppression>)> =
        of_files.chain(of_config).filter(|(_, list)| !list.is_empty()).collect();
    let by_path: HashMap<&str, &Vec<Suppression>> =
        commented.iter().map(|(source, list)| (&*source.path, list)).collect();
    if by_path.is_empty() && malformed.is_empty() {
        return 0;
    }
    let mut used: HashMap<(&str, usize, usize), usize> = HashMap::new();
    let before = found.len();
    found.retain(|finding| {
        let Some((path, list)) = by_path.get_key_value(&*finding.path) else { return true };
        let mut keep = true;
        for (at, suppression) in list.iter().enumerate() {
            if let Some(name) = suppression.covers(finding) {
                *used.entry((path, at, name)).or_default() += 1;
                keep = false;
            }
        }
        keep
    });
    let count = before - found.len();
    let is_active = |name: &str| active.iter().any(|lint| lint.name == name || lint.group.name() == name);
    let may_fire =
        |finding: &Diagnostic| by_name(finding.lint).is_some_and(|lint| selection.may_fire(lint, &workspace.settings));
    found.extend(malformed.into_iter().filter(may_fire));
    // Where not every lint looked, nobody knows what a comment is good for.
    let is_complete = |file: &Source| {
        workspace.file(&file.path).is_none() || looked_at.binary_search_by(|known| known.path.cmp(&file.path)).is_ok()
    };
    for (file, list) in commented.iter().filter(|(file, _)| is_complete(file)) {
        for (at, suppression) in list.iter().enumerate() {
            for name in 0..suppression.names.len() {
                let used = used.contains_key(&(&*file.path, at, name));
                let report = suppression::report(file, suppression, name, used, is_active, found);
                found.extend(report.into_iter().filter(may_fire));
            }
        }
    }
    for finding in found.iter_mut().filter(|finding| matches!(finding.lint, "unused-suppression" | "unknown-lint")) {
        finding.severity = severity(selection.level_of(finding, &workspace.settings));
    }
    found.retain(|finding| selection.level_of(finding, &workspace.settings) != Level::Off);
    count
}

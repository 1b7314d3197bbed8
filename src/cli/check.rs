//! `ctxlint check`.

use super::refs::History;
use super::{Answer, CLEAN, FINDINGS, Global, Unusable, say, session};
use crate::clients;
use crate::config;
use crate::diagnostic::Severity;
use crate::lint::{self, Group, Selection};
use crate::paths::{Presence, is_below};
use crate::references::drift::Mode;
use crate::references::survey::survey;
use crate::report::{self, Report, concise, human, json};
use crate::workspace::{self, Workspace};
use crate::world::Disk;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Report only what is in these files and folders; everything is known all the same
    paths: Vec<PathBuf>,
    /// How to print; by default for people, or for agents inside a coding agent
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// The mildest finding that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// Run these lints or groups although they are off
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not run these lints or groups
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Run only these lints or groups
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Run the lints whose judgement can be argued with
    #[arg(long)]
    pedantic: bool,
    /// Count personal files too (CLAUDE.local.md, .claude/settings.local.json)
    #[arg(long)]
    local: bool,
    /// How much of git's history to ask about citations and paths; by default what is configured, else auto
    #[arg(long, value_name = "HOW")]
    history: Option<History>,
    /// How many findings of a lint to show for a file in the format for people
    #[arg(long, value_name = "N|all", default_value = "10")]
    max_per_lint: MaxPerLint,
    /// Whose rules count; by default those of every client that the repository's files show
    #[arg(long, value_name = "NAME|all", value_delimiter = ',')]
    client: Vec<String>,
    /// The model's window in tokens; by default that of the configuration
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    window: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Concise,
    Agent,
    Json,
    Jsonl,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warn,
    Info,
    Never,
}

#[derive(Clone, Copy, Debug)]
struct MaxPerLint(Option<usize>);

impl std::str::FromStr for MaxPerLint {
    type Err = String;
    fn from_str(text: &str) -> Result<MaxPerLint, String> {
        match text {
            "all" => Ok(MaxPerLint(None)),
            number => number.parse().map(|most| MaxPerLint(Some(most))).map_err(|_| "a number or `all`".to_owned()),
        }
    }
}

pub(super) fn check(global: &Global, arguments: &CheckArguments) -> Result<Answer, Unusable> {
    let started = Instant::now();
    let mut session = session::open(global)?;
    session.settings.local = arguments.local;
    session.settings.window = arguments.window.unwrap_or(session.settings.window);
    set_clients(&mut session.settings, &arguments.client)?;
    let selection = selection(arguments)?;
    let wanted: Result<Vec<String>, Unusable> =
        arguments.paths.iter().map(|path| session::inside(&session.root, path)).collect();
    let mut wanted = wanted?;

    let mut workspace = workspace::load(&Disk, &session.root, session.settings, session.config);
    let mode = history(arguments, &workspace.settings);
    crate::handoff::survey::survey(&mut workspace, &Disk, &[], mode != Mode::Off);
    if lint::needs_references(&selection, &workspace.settings) {
        survey(&mut workspace, &Disk, mode, !global.no_cache);
    }
    let loaded = started.elapsed();
    check_paths(&workspace, &wanted)?;
    // What a link leads to is reported under its real path.
    let real: Vec<String> =
        wanted.iter().filter_map(|path| Some(workspace.index.real_path(path)?.to_string())).collect();
    wanted.extend(real);
    let outcome = lint::run(&workspace, &selection);
    let mut diagnostics = outcome.diagnostics;
    if !wanted.is_empty() {
        diagnostics.retain(|finding| wanted.iter().any(|path| is_below(&finding.path, path)));
    }
    let worst = diagnostics.iter().map(|finding| finding.severity).max();
    let report = Report { workspace: &workspace, diagnostics, suppressed: outcome.suppressed };
    let text = render(global, arguments, &report);
    if std::io::stderr().is_terminal() || global.verbose {
        let (load, all) = (loaded.as_secs_f64() * 1e3, started.elapsed().as_secs_f64() * 1e3);
        if !global.quiet {
            say(&format!("{load:.0} ms to read and parse, {:.0} ms to lint and report", all - load));
        }
    }
    let failing = match arguments.fail_on {
        FailOn::Never => None,
        FailOn::Error => Some(Severity::Error),
        FailOn::Warn => Some(Severity::Warn),
        FailOn::Info => Some(Severity::Info),
    };
    // The process is about to end: giving the memory back piece by piece would only cost time.
    std::mem::forget(report);
    std::mem::forget(workspace);
    let failed = worst.zip(failing).is_some_and(|(worst, failing)| worst >= failing);
    Ok(Answer { text, code: if failed { FINDINGS } else { CLEAN } })
}

/// How much of history is asked: the option, else the configuration.
fn history(arguments: &CheckArguments, settings: &config::Settings) -> Mode {
    match (arguments.history, settings.history.as_str()) {
        (Some(history), _) => history.mode(),
        (None, "full") => Mode::Full,
        (None, "off") => Mode::Off,
        (None, _) => Mode::Auto,
    }
}

fn set_clients(settings: &mut config::Settings, names: &[String]) -> Result<(), Unusable> {
    if names.is_empty() {
        return Ok(());
    }
    let known: Vec<&str> = clients::all().iter().map(|client| client.name).collect();
    if names.iter().any(|name| name == "all") {
        settings.clients = known.iter().map(|name| (*name).to_owned()).collect();
        return Ok(());
    }
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let hint = format!("known clients: {}", known.join(", "));
        return Err(Unusable::new(format!("no client is called `{unknown}`"), hint));
    }
    settings.clients = names.to_vec();
    Ok(())
}

fn selection(arguments: &CheckArguments) -> Result<Selection, Unusable> {
    let known = || {
        let lints = crate::lints::ALL.iter().map(|lint| lint.name);
        lints.chain(Group::ALL.iter().map(|group| group.name()))
    };
    for name in arguments.select.iter().chain(&arguments.ignore).chain(&arguments.only) {
        if !known().any(|known| known == name) {
            let hint = match config::nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`ctxlint explain` lists every lint".to_owned(),
            };
            return Err(Unusable::new(format!("no lint or group is called `{name}`"), hint));
        }
    }
    Ok(Selection {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        only: arguments.only.clone(),
        pedantic: arguments.pedantic,
    })
}

/// A path that does not exist is a mistake; one that is excluded or ignored is said to be so.
fn check_paths(workspace: &Workspace, wanted: &[String]) -> Result<(), Unusable> {
    for path in wanted {
        if let Some((excluded, why)) = workspace.excluded.iter().find(|(excluded, _)| is_below(excluded, path)) {
            say(&format!("ctxlint: {} is not linted: {why}", report::one_line(excluded)));
            continue;
        }
        match workspace.index.presence(path) {
            Presence::File | Presence::Dir => {}
            Presence::Ignored => say(&format!("ctxlint: {} is ignored by git", report::one_line(path))),
            Presence::Beyond => {
                let hint = "it belongs to another repository: use --root";
                return Err(Unusable::new(format!("{path} lies in a submodule or behind a link"), hint));
            }
            Presence::Missing if workspace.index.links.contains_key(path.as_str()) => {}
            Presence::Missing => return Err(Unusable::new(format!("{path} does not exist"), "")),
        }
    }
    Ok(())
}

fn render(global: &Global, arguments: &CheckArguments, report: &Report<'_>) -> String {
    let in_agent = || clients::coding_agent(|name| std::env::var_os(name).is_some()).is_some();
    let default = || if in_agent() { Format::Agent } else { Format::Human };
    let format = arguments.format.unwrap_or_else(default);
    let for_people = matches!(format, Format::Human | Format::Concise | Format::Agent);
    let nothing = report.workspace.linted_files() == 0 && report.diagnostics.is_empty();
    if for_people && nothing && report.workspace.notes.is_empty() {
        return nothing_to_lint(report.workspace);
    }
    match format {
        Format::Human => {
            let look = human::Look {
                color: session::color(global),
                width: session::width(),
                max_per_lint: arguments.max_per_lint.0,
            };
            human::human(report, look)
        }
        Format::Concise => concise::concise(report),
        Format::Agent => concise::agent(report),
        Format::Json => json::json(report),
        Format::Jsonl => json::jsonl(report),
    }
}

fn nothing_to_lint(workspace: &Workspace) -> String {
    let root = workspace.root.display().to_string();
    let root = report::one_line(&root);
    if workspace.excluded.is_empty() {
        return format!(
            "no context files found in {root} (looked for CLAUDE.md, AGENTS.md, .claude/, .cursor/rules, \
             .github/instructions, ...: `ctxlint explain files`)\n"
        );
    }
    let count = report::counted(workspace.excluded.len(), "context file");
    format!("nothing to lint in {root}: {count} excluded, such as {}\n", report::one_line(&workspace.excluded[0].0))
}

//! `ctxlint context`: what a client loads, when, and what it costs.

mod human;
mod wire;

use super::{Answer, CLEAN, Global, OutputFormat, Unusable, say, session};
use crate::budgets::{self, BudgetKind, Of};
use crate::clients::{self, Client, claude_code};
use crate::config::Settings;
use crate::load::{self, Load, Machine, Plan, Request, Visible};
use crate::measure::{self, LoadInstructions, Measured};
use crate::model::Format;
use crate::parse::parse;
use crate::paths;
use crate::report::one_line;
use crate::tokens::profiles::{Estimate, PROFILES, Profile, estimate};
use crate::tokens::{Classes, Encoding, split};
use crate::workspace::{self, Workspace};
use crate::world::{Disk, EntryKind, World};
use clap::Args;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct ContextArguments {
    /// Files that the client touches, one after the other; they need not exist
    paths: Vec<PathBuf>,
    /// The client; by default the first one that the repository's files show
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// Its version; by default the newest known
    #[arg(long, value_name = "V")]
    client_version: Option<String>,
    /// The folder in which the client starts; by default the root
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// Also what lies outside the repository on this machine
    #[arg(long)]
    machine: bool,
    /// Stands for the home folder
    #[arg(long, value_name = "DIR", requires = "machine")]
    user_dir: Option<PathBuf>,
    /// Stands for the folder of managed policy
    #[arg(long, value_name = "DIR", requires = "machine")]
    managed_dir: Option<PathBuf>,
    /// Count personal files too (CLAUDE.local.md, .claude/settings.local.json)
    #[arg(long)]
    local: bool,
    /// The model's window in tokens; by default that of the configuration
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    window: Option<u64>,
    /// Give the text of each load, as the client passes it on
    #[arg(long)]
    text: bool,
    /// Find the file whose touch loads most
    #[arg(long, conflicts_with = "paths")]
    worst: bool,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
}

/// A plan with everything that the formats print.
struct Report<'a> {
    client: &'static Client,
    client_version: &'a str,
    cwd: String,
    machine: bool,
    window: u64,
    touched: Vec<String>,
    plan: &'a Plan,
    /// What each load costs.
    sizes: Vec<Measured>,
    startup: Totals,
    /// Of the start and all touches together.
    all: Totals,
    /// Instructions that stand in the plan already when they come again; they count once.
    repeated: u64,
    estimate: Estimate,
    budgets: Vec<BudgetState>,
    with_text: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    files: usize,
    measured: Measured,
}

/// A value beside the limits that hold for it.
struct BudgetState {
    name: &'static str,
    of: Of,
    unit: &'static str,
    value: u64,
    warn: Option<u64>,
    error: Option<u64>,
    /// `ok`, or which of the two limits is exceeded. `check` calls a default that is exceeded a warning in both cases.
    state: &'static str,
    basis: &'static str,
    source: &'static str,
}

pub(super) fn context(global: &Global, arguments: &ContextArguments) -> Result<Answer, Unusable> {
    let mut session = session::open(global)?;
    session.settings.local |= arguments.local;
    session.settings.window = arguments.window.unwrap_or(session.settings.window);
    let root = session.root.clone();
    let workspace = workspace::load(&Disk, &root, session.settings, session.config);
    let client = client(arguments, &workspace)?;
    let version = version(arguments, client)?;
    let cwd = match &arguments.cwd {
        Some(cwd) => session::inside(&root, cwd)?,
        None => String::new(),
    };
    let start = if cwd.is_empty() { root.clone() } else { root.join(&cwd) };
    if Disk.stat(&start).is_none_or(|stat| stat.kind != EntryKind::Dir) {
        return Err(Unusable::new(
            format!("--cwd {} is not a folder", one_line(&cwd)),
            "name a folder of the repository",
        ));
    }
    let mut touched = Vec::new();
    for path in &arguments.paths {
        touched.push(session::inside(&root, path)?);
    }
    let home = arguments.user_dir.clone().or_else(std::env::home_dir).unwrap_or_else(|| PathBuf::from("/"));
    let home = std::path::absolute(&home).unwrap_or(home);
    let managed = arguments.managed_dir.clone().unwrap_or_else(|| managed_dir().into());
    let managed = std::path::absolute(&managed).unwrap_or(managed);
    let visible = Visible { world: &Disk, root: &root, index: &workspace.index, personal: workspace.settings.local };
    let world: &dyn World = if arguments.machine { &Disk } else { &visible };
    let known = |path: &Path| {
        let inside = path.strip_prefix(&root).ok()?.to_str()?.replace('\\', "/");
        let file = workspace.file(&inside).filter(|file| file.is_readable())?;
        Some((file.source.text.as_str(), &*file.document))
    };
    let machine = arguments.machine.then_some(Machine { home: &home, managed: &managed });
    let base = Request {
        client,
        version,
        root: &root,
        cwd: &start,
        touched: &[],
        machine,
        personal: workspace.settings.local,
        window: workspace.settings.window,
        known: Some(&known),
    };
    let encoding = Encoding::from_name(&workspace.settings.encoding).unwrap_or_default();
    if arguments.worst {
        let paths = workspace.touchable();
        let weigh = |text: &str| measure::measure(encoding, text).tokens;
        match load::worst(world, &base, &paths, &weigh) {
            Some((path, _)) => touched.push(path),
            None => say("ctxlint: no file of the repository loads anything more when it is touched"),
        }
    }
    let files: Vec<PathBuf> = touched.iter().map(|path| root.join(path)).collect();
    let request = Request { touched: &files, ..base };
    let plan = load::plan(world, &request);
    for problem in &plan.problems {
        let (path, message) = (one_line(&problem.path).into_owned(), one_line(&problem.message).into_owned());
        say(&format!("ctxlint: {path} cannot be read as settings, so {} goes on without it: {message}", client.title));
    }
    let report = Report {
        client_version: version,
        cwd: if cwd.is_empty() { ".".to_owned() } else { cwd },
        machine: arguments.machine,
        window: workspace.settings.window,
        with_text: arguments.text,
        ..weighed(client, &plan, &workspace.settings, touched)
    };
    let text = match arguments.format {
        OutputFormat::Json => wire::json(&report),
        OutputFormat::Human if arguments.text => human::assembled(&report),
        OutputFormat::Human => human::human(&report, session::color(global)),
        OutputFormat::Markdown => human::markdown(&report),
    };
    Ok(Answer { text, code: CLEAN })
}

fn client(arguments: &ContextArguments, workspace: &Workspace) -> Result<&'static Client, Unusable> {
    let Some(name) = &arguments.client else {
        return Ok(workspace.clients.first().copied().unwrap_or(&claude_code::CLIENT));
    };
    clients::by_name(name).ok_or_else(|| {
        let known: Vec<&str> = clients::all().iter().map(|client| client.name).collect();
        Unusable::new(format!("there is no client `{name}`"), format!("known clients: {}", known.join(", ")))
    })
}

fn version<'a>(arguments: &'a ContextArguments, client: &Client) -> Result<&'a str, Unusable> {
    let Some(version) = &arguments.client_version else { return Ok(client.newest()) };
    if client.versions.contains(&version.as_str()) {
        return Ok(version);
    }
    let known = match client.versions {
        [] => format!("no versions of {} are told apart; leave the option out", client.title),
        known => format!("known versions: {}", known.join(", ")),
    };
    Err(Unusable::new(format!("{} {version} is not known", client.title), known))
}

/// Where managed policy lies on this system.
fn managed_dir() -> &'static str {
    match std::env::consts::OS {
        "macos" => "/Library/Application Support/ClaudeCode",
        "windows" => "C:\\Program Files\\ClaudeCode",
        _ => "/etc/claude-code",
    }
}

/// Counts a plan.
fn weighed<'a>(client: &'static Client, plan: &'a Plan, settings: &Settings, touched: Vec<String>) -> Report<'a> {
    let encoding = Encoding::from_name(&settings.encoding).unwrap_or_default();
    let counts = measure::instructions_of(plan, |_| None);
    let size = |(load, counted): (&Load, &LoadInstructions)| Measured {
        instructions: counted.distinct,
        ..measure::measure(encoding, &load.text)
    };
    let sizes: Vec<Measured> = plan.loads.iter().zip(&counts).map(size).collect();
    let startup = totals(plan, &sizes, |load| load.touch.is_none());
    let all = totals(plan, &sizes, |_| true);
    let repeated = counts.iter().map(|counted| counted.repeated).sum();
    let profile = Profile::from_name(&settings.profile).unwrap_or(&PROFILES[0]);
    let code = |text: &str| super::measure::code_ranges(&parse(text, Format::Markdown));
    let classes = plan.loads.iter().map(|load| split(Encoding::O200kBase, &load.text, &code(&load.text)));
    let classes = classes.fold(Classes::default(), Classes::plus);
    let is_asked = |kind: &&BudgetKind| kind.of == Of::Startup || (kind.of == Of::Path && !touched.is_empty());
    let budgets = budgets::ALL.iter().filter(is_asked).filter_map(|kind| {
        let measured = if kind.of == Of::Startup { startup.measured } else { all.measured };
        let value = match kind.unit {
            "tokens" => measured.tokens,
            "lines" => measured.lines,
            "instructions" => measured.instructions,
            _ => return None,
        };
        budget(kind, value, settings)
    });
    let budgets: Vec<BudgetState> = budgets.collect();
    Report {
        client,
        client_version: "",
        cwd: String::new(),
        machine: false,
        window: 0,
        touched,
        plan,
        sizes,
        startup,
        all,
        repeated,
        estimate: estimate(profile, classes, settings.multiplier),
        budgets,
        with_text: false,
    }
}

fn totals(plan: &Plan, sizes: &[Measured], wanted: impl Fn(&Load) -> bool) -> Totals {
    let mut totals = Totals::default();
    let mut files = BTreeSet::new();
    for (load, size) in plan.loads.iter().zip(sizes).filter(|(load, _)| wanted(load)) {
        files.insert(load.path.as_str());
        totals.measured.bytes += size.bytes;
        totals.measured.lines += size.lines;
        totals.measured.tokens += size.tokens;
        totals.measured.instructions += size.instructions;
    }
    totals.files = files.len();
    totals
}

/// `None` where nobody set a limit.
fn budget(kind: &BudgetKind, value: u64, settings: &Settings) -> Option<BudgetState> {
    let limits = measure::plan_limits(settings, kind.name);
    let shown = limits.warn.or(limits.error)?;
    let exceeded = |limit: Option<budgets::Limit>| limit.is_some_and(|limit| value > limit.most);
    let state = match value {
        _ if exceeded(limits.error) => "error",
        _ if exceeded(limits.warn) => "warn",
        _ => "ok",
    };
    let most = |limit: budgets::Limit| limit.most;
    Some(BudgetState {
        name: kind.name,
        of: kind.of,
        unit: kind.unit,
        value,
        warn: limits.warn.map(most),
        error: limits.error.map(most),
        state,
        basis: shown.basis.name(),
        source: shown.source,
    })
}

/// The last part of a path.
fn name_of(path: &str) -> &str {
    paths::file_name(path)
}

//! `ctxlint check`.

mod baseline;
mod fixes;
mod statistics;
mod stdin;
mod watch;

use super::outputs::{self, Format};
use super::refs::History;
use super::{Answer, CLEAN, FINDINGS, Global, UNUSABLE, Unusable, say, session, since};
use crate::change::Change;
use crate::clients;
use crate::config;
use crate::diagnostic::{Diagnostic, Severity};
use crate::fix::{self, Mended, Texts};
use crate::handoff;
use crate::lint::{self, Group, Selection};
use crate::paths::{Presence, is_below};
use crate::references::drift::Mode;
use crate::references::survey::{Asked, Needs, survey_of};
use crate::report::{self, Delta, Report, human};
use crate::source::Source;
use crate::workspace::{self, Workspace};
use crate::world::{Disk, Overlay, World};
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Report only what is in these files and folders; everything is known all the same
    paths: Vec<PathBuf>,
    /// How to print; by default for people, or for agents inside a coding agent
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    /// Also write the result to a file in this format; `-` is standard output. May be given several times
    #[arg(long, value_name = "FORMAT=FILE")]
    output: Vec<outputs::Output>,
    /// Report only what the changes since this commit cause, in context files or in what they cite
    #[arg(long, value_name = "REV", conflicts_with_all = ["local", "update_baseline"])]
    since: Option<String>,
    /// Report only what the next commit causes: the index counts as the state of the files
    #[arg(long, conflicts_with_all = ["local", "update_baseline", "fix", "diff", "stdin_path"])]
    staged: bool,
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
    /// The version of the client; by default the newest known one
    #[arg(long, value_name = "VERSION")]
    client_version: Option<String>,
    /// The model's window in tokens; by default that of the configuration
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u64).range(1..))]
    window: Option<u64>,
    #[command(flatten)]
    fixes: fixes::FixArguments,
    #[command(flatten)]
    baseline: baseline::BaselineArguments,
    /// The text on standard input stands for this file; only it is reported, and --fix prints the text
    #[arg(long, value_name = "PATH", conflicts_with_all = ["update_baseline", "watch"])]
    stdin_path: Option<PathBuf>,
    /// Report again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "diff", "update_baseline"])]
    watch: bool,
    /// Print how many findings each lint has, in place of the findings
    #[arg(long)]
    statistics: bool,
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
    if arguments.watch {
        return watch::watch(global, arguments);
    }
    once(global, arguments).map(|(answer, looked)| {
        // The process is about to end: giving the memory back piece by piece would only cost time.
        std::mem::forget(looked);
        answer
    })
}

/// What is known after one look at the repository.
struct Looked {
    workspace: Workspace,
    /// Findings to report, in order.
    diagnostics: Vec<Diagnostic>,
    suppressed: usize,
    baselined: usize,
    /// The paths that were asked for, and the real ones behind them.
    wanted: Vec<String>,
    /// What a change does to what loads, where one is asked about.
    delta: Option<Delta>,
    /// How long it took to read and parse.
    loading: Duration,
}

/// All that a look depends on beside the files.
struct Question<'a> {
    session: &'a session::Session,
    arguments: &'a CheckArguments,
    selection: Selection,
    /// Paths relative to the root; empty for everything.
    wanted: Vec<String>,
    /// Whether answers of git are kept between runs.
    cached: bool,
    /// A text that stands for a file.
    stdin: Option<stdin::Stdin>,
    /// The change whose findings are asked for.
    change: Option<Change>,
}

/// Looks at the repository with these texts in place of those on the disk.
fn look(question: &Question<'_>, baseline: Option<&baseline::Baseline>, texts: &Texts) -> Looked {
    let started = Instant::now();
    let Question { session, arguments, selection, .. } = question;
    let root = &session.root;
    let (settings, config) = configuration(question, texts);
    let of_stdin = question.stdin.iter().map(|stdin| (root.join(&stdin.path), Some(stdin.text.clone().into_bytes())));
    let of_texts = texts.iter().map(|(path, text)| (root.join(&**path), Some(text.clone().into_bytes())));
    let under = question.change.as_ref().map_or(&Disk as &dyn World, Change::world);
    let overlay = Overlay { under, files: of_stdin.chain(of_texts).collect() };
    let world: &dyn World = if overlay.files.is_empty() { under } else { &overlay };
    let mut workspace = workspace::load(world, root, settings, config);
    let mode = history(arguments, &workspace.settings);
    handoff::survey::survey(&mut workspace, world, &[], mode != Mode::Off);
    let how = since::How { mode, cached: question.cached, selection };
    let mut before = None;
    match &question.change {
        Some(change) => before = since::prepare(change, world, &mut workspace, how),
        None => {
            let needs = lint::needs_of_references(selection, &workspace.settings);
            let asked = Asked { mode, cached: question.cached, repository: None, wanted: None, needs };
            if needs != Needs::NONE {
                survey_of(&mut workspace, world, asked);
            }
        }
    }
    let loading = started.elapsed();
    // What a link leads to is reported under its real path.
    let mut wanted = question.wanted.clone();
    let real = question.wanted.iter().filter_map(|path| Some(workspace.index.real_path(path)?.to_string()));
    wanted.extend(real);
    let lint::Outcome { mut diagnostics, suppressed } = match &question.change {
        Some(change) => {
            let before = before.as_ref().map(|before| &before.workspace);
            since::run(change, &mut workspace, before, selection)
        }
        None => lint::run(&workspace, selection),
    };
    let mut baselined = 0;
    match baseline {
        Some(baseline) => {
            let (count, unmatched) = baseline::apply(baseline, &workspace, selection, &wanted, &mut diagnostics);
            baselined = count;
            // A change is asked about only part of the references, so what is left may match all the same.
            diagnostics.extend(unmatched.into_iter().filter(|_| question.change.is_none()));
        }
        None if wanted.is_empty() => {}
        None => diagnostics.retain(|finding| wanted.iter().any(|path| is_below(&finding.path, path))),
    }
    let mut delta = None;
    if let Some(change) = &question.change {
        (diagnostics, delta) = since::caused(change, &workspace, before, diagnostics, how);
    }
    Looked { workspace, diagnostics, suppressed, baselined, wanted, delta, loading }
}

/// The settings with what the command line says, and the configuration file, which a fix may have changed.
fn configuration(question: &Question<'_>, texts: &Texts) -> (config::Settings, Option<Source>) {
    let session = question.session;
    let Some(config) = &session.config else { return (session.settings.clone(), None) };
    let source = |text: &str| Some(Source::new(config.path.clone(), text.to_owned()));
    let changed = texts.get(&config.path).map(|text| (text, config::parse(text)));
    match changed {
        Some((text, (mut settings, problems))) if problems.is_empty() => {
            settings.local = session.settings.local;
            settings.window = question.arguments.window.unwrap_or(settings.window);
            settings.client_version = session.settings.client_version;
            if !question.arguments.client.is_empty() {
                settings.clients.clone_from(&session.settings.clients);
            }
            (settings, source(text))
        }
        _ => (session.settings.clone(), source(&config.text)),
    }
}

/// One run: what to print, and what is known at its end.
fn once(global: &Global, arguments: &CheckArguments) -> Result<(Answer, Looked), Unusable> {
    let started = Instant::now();
    let mut session = session::open(global)?;
    session.settings.local = arguments.local;
    session.settings.window = arguments.window.unwrap_or(session.settings.window);
    set_clients(&mut session.settings, &arguments.client)?;
    set_version(&mut session.settings, arguments.client_version.as_deref())?;
    let selection = selection(arguments)?;
    let allowed = arguments.fixes.allowed()?;
    let wanted: Result<Vec<String>, Unusable> =
        arguments.paths.iter().map(|path| session::inside(&session.root, path)).collect();
    let stdin = stdin::read(&session.root, arguments.stdin_path.as_deref())?;
    // A file that an editor holds is what is asked about.
    let wanted = match (wanted?, &stdin) {
        (wanted, Some(stdin)) if wanted.is_empty() => vec![stdin.path.clone()],
        (wanted, _) => wanted,
    };
    let writes = arguments.fixes.fix && stdin.is_none();
    if writes {
        fixes::recover(&session.root)?;
    }
    outputs::check(&session.root, arguments.format, &arguments.output)?;
    let change = since::change(&session.root, arguments.since.as_deref(), arguments.staged)?;
    let cached = !global.no_cache;
    let question = Question { session: &session, arguments, selection, wanted, cached, stdin, change };
    let mut baseline = baseline::open(&session.root, &arguments.baseline)?;
    if let Some(baseline) = baseline.as_mut().filter(|_| arguments.baseline.update_baseline) {
        let now = look(&question, None, &Texts::new());
        check_paths(&now.workspace, &question)?;
        baseline::update(&session.root, baseline, &question.selection, &now)?;
    }
    let look = |texts: &Texts| look(&question, baseline.as_ref(), texts);
    let (mut looked, mended) = match allowed {
        Some(allowed) => fix::mend(look, allowed),
        None => (look(&Texts::new()), Mended::default()),
    };
    check_paths(&looked.workspace, &question)?;
    outputs::check_roles(&looked.workspace, &arguments.output)?;
    let left = if writes { fixes::write(&session.root, &mended)? } else { Vec::new() };
    if arguments.fixes.diff || !left.is_empty() {
        // Nothing, or not everything, was written: what is reported is what there is.
        looked = look(&Texts::new());
    }
    if !global.quiet && (!mended.files.is_empty() || !mended.unsettled.is_empty()) {
        fixes::say_fixed(&mended, &left, writes);
    }
    let code = if left.is_empty() { exit_code(arguments, &looked) } else { UNUSABLE };
    let loading = looked.loading.as_secs_f64() * 1e3;
    let (diagnostics, delta) = (std::mem::take(&mut looked.diagnostics), looked.delta.take());
    let Looked { workspace, suppressed, baselined, wanted, .. } = &looked;
    let report = Report { workspace, diagnostics, suppressed: *suppressed, baselined: *baselined, delta, wanted };
    let how_it_looks =
        human::Look { color: session::color(global), width: session::width(), max_per_lint: arguments.max_per_lint.0 };
    outputs::write(&report, how_it_looks, &arguments.output)?;
    let text = match &question.stdin {
        _ if arguments.fixes.diff => fixes::diff(&mended),
        Some(stdin) if allowed.is_some() => {
            say(render(arguments, how_it_looks, &report).trim_end());
            mended.files.get(&*stdin.path).map_or(&stdin.text, |(_, new)| new).clone()
        }
        _ => render(arguments, how_it_looks, &report),
    };
    if !global.quiet && (std::io::stderr().is_terminal() || global.verbose) {
        let all = started.elapsed().as_secs_f64() * 1e3;
        say(&format!("{loading:.0} ms to read and parse, {:.0} ms to lint and report", all - loading));
    }
    Ok((Answer { text, code }, looked))
}

fn exit_code(arguments: &CheckArguments, looked: &Looked) -> u8 {
    let failing = match arguments.fail_on {
        FailOn::Never => return CLEAN,
        FailOn::Error => Severity::Error,
        FailOn::Warn => Severity::Warn,
        FailOn::Info => Severity::Info,
    };
    if looked.diagnostics.iter().any(|finding| finding.severity >= failing) { FINDINGS } else { CLEAN }
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
    let is_known = |name: &&String| known.contains(&name.as_str()) || *name == clients::AGENT_SKILLS;
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        let hint = format!("known clients: {}", known.join(", "));
        return Err(Unusable::new(format!("no client is called `{unknown}`"), hint));
    }
    settings.clients = names.to_vec();
    Ok(())
}

fn set_version(settings: &mut config::Settings, version: Option<&str>) -> Result<(), Unusable> {
    let Some(version) = version else { return Ok(()) };
    let asked = |client: &&&'static clients::Client| {
        settings.clients.is_empty() || settings.clients.iter().any(|name| name == client.name)
    };
    let known: Vec<&'static str> =
        clients::all().iter().filter(asked).flat_map(|client| client.versions.iter().copied()).collect();
    settings.client_version = known.iter().copied().find(|known| *known == version);
    if settings.client_version.is_some() {
        return Ok(());
    }
    let hint = match known[..] {
        [] => "no versions of this client are told apart; leave the option out".to_owned(),
        _ => format!("known versions: {}", known.join(", ")),
    };
    Err(Unusable::new(format!("no client has the version {version}"), hint))
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
fn check_paths(workspace: &Workspace, question: &Question<'_>) -> Result<(), Unusable> {
    for path in &question.wanted {
        if let Some((excluded, why)) = workspace.excluded.iter().find(|(excluded, _)| is_below(excluded, path)) {
            say(&format!("ctxlint: {} is not linted: {why}", report::one_line(excluded)));
            continue;
        }
        if question.stdin.as_ref().is_some_and(|stdin| stdin.path == *path) {
            if workspace.file(path).is_none_or(|file| !file.linted) {
                say(&format!("ctxlint: {} is no context file, so there is nothing to lint", report::one_line(path)));
            }
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

fn render(arguments: &CheckArguments, look: human::Look, report: &Report<'_>) -> String {
    match outputs::printed(arguments.format, &arguments.output) {
        Format::Json | Format::Jsonl if arguments.statistics => statistics::json(report),
        _ if arguments.statistics => statistics::text(report),
        format => outputs::render(report, look, format),
    }
}

//! The command line: arguments in, text and exit code out. Only this module prints.

mod check;
mod compile;
mod completions;
mod context;
mod decompile;
mod diff;
mod explain;
mod handoff;
mod init;
mod measure;
mod outputs;
mod refs;
mod session;
mod since;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// No findings at the failing level.
const CLEAN: u8 = 0;
/// Findings at or above the failing level.
const FINDINGS: u8 = 1;
/// Usage, configuration or input that cannot be used.
const UNUSABLE: u8 = 2;
/// A bug in ctxlint.
const BUG: u8 = 3;

/// Compiler and linter for the text that coding agents read.
#[derive(Debug, Parser)]
#[command(name = "ctxlint", version, about, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
struct Global {
    /// The repository; by default the nearest folder above with .git, else with ctxlint.toml, else this one
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// The configuration file; by default ctxlint.toml in the root
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, global = true, conflicts_with = "config")]
    no_config: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: When,
    /// How many threads to use; by default one for each processor
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    threads: Option<u16>,
    /// Keep no answers between runs
    #[arg(long, global = true)]
    no_cache: bool,
    /// Print results only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print what is done and how long it takes, on standard error
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

/// How the commands print that have a form for people, one for programs and one for comments on a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Human,
    Json,
    Markdown,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lint the repository
    Check(check::CheckArguments),
    /// Show what a client loads at startup and, with paths, after those files are touched
    Context(context::ContextArguments),
    /// Count bytes, lines and tokens of files, without any judgement
    Measure(measure::MeasureArguments),
    /// Slim what loads in every session, prove that nothing is lost, and go back
    Compile(compile::CompileArguments),
    /// Restore what was compiled, with the edits that were made since
    Decompile(decompile::DecompileArguments),
    /// List what documents cite, with what became of it
    Refs(refs::RefsArguments),
    /// Show what a change does to what clients load, and which references it breaks
    Diff(diff::DiffArguments),
    /// Write, check or refresh what a session leaves for the next one
    Handoff(handoff::HandoffArguments),
    /// Print the page of a lint, or the list of lints
    Explain(explain::ExplainArguments),
    /// Write a ctxlint.toml
    Init(init::InitArguments),
    /// Print shell completions
    Completions(completions::CompletionsArguments),
}

/// Something that ends a run before there is a result: what is wrong and the way out.
struct Unusable {
    message: String,
    hint: String,
}

impl Unusable {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Unusable {
        Unusable { message: message.into(), hint: hint.into() }
    }
}

/// What a command gives back: text for standard output, and the exit code.
struct Answer {
    text: String,
    code: u8,
}

/// Runs the program.
pub fn run() -> ExitCode {
    handoff::hook::note_arguments();
    report_bugs();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if handoff::hook::is_hook() => {
            handoff::hook::log(&error.to_string());
            return ExitCode::from(CLEAN);
        }
        Err(error) => {
            let _ = error.print();
            // Help and version are answers, not mistakes.
            return ExitCode::from(if error.use_stderr() { UNUSABLE } else { CLEAN });
        }
    };
    if let Some(threads) = arguments.global.threads {
        // The pool exists already only when a test has made it, and then its size does not matter.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let global = &arguments.global;
    let answer = match &arguments.command {
        Command::Check(of) => check::check(global, of),
        Command::Context(of) => context::context(global, of),
        Command::Measure(of) => measure::measure(global, of),
        Command::Compile(of) => compile::compile(global, of),
        Command::Decompile(of) => decompile::decompile(global, of),
        Command::Refs(of) => refs::refs(global, of),
        Command::Diff(of) => diff::diff(global, of),
        Command::Handoff(of) => handoff::handoff(global, of),
        Command::Explain(of) => explain::explain(of),
        Command::Init(of) => init::init(global, of),
        Command::Completions(of) => completions::completions(of),
    };
    match answer {
        Ok(Answer { text, code }) => match print(&text) {
            Ok(()) => ExitCode::from(code),
            // A client that does not read what it is told is not blocked either.
            Err(_) if handoff::hook::is_hook() => ExitCode::from(CLEAN),
            Err(error) => {
                say(&format!("ctxlint: the result could not be written: {error}"));
                ExitCode::from(UNUSABLE)
            }
        },
        Err(Unusable { message, .. }) if handoff::hook::is_hook() => {
            handoff::hook::log(&message);
            ExitCode::from(CLEAN)
        }
        Err(error) => {
            say(error_text(&error).trim_end());
            ExitCode::from(UNUSABLE)
        }
    }
}

/// What is wrong and the way out, a line for each.
fn error_text(error: &Unusable) -> String {
    let line = crate::report::one_line;
    let hint = if error.hint.is_empty() { String::new() } else { format!("  hint: {}\n", line(&error.hint)) };
    format!("ctxlint: {}\n{hint}", line(&error.message))
}

/// Writes a result. A reader that went away (`| head`) is no error.
fn print(text: &str) -> std::io::Result<()> {
    // Whatever a result shows of a file, it shows no credential.
    let text = crate::secrets::masked(text);
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Writes a line that is no result.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", crate::secrets::masked(line));
}

/// A panic is a bug of ours, whatever thread it happens on: it is said so, and the exit code is its own.
#[allow(clippy::exit, reason = "a panic on a worker thread must end the program with the code for a bug")]
fn report_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
        if handoff::hook::is_hook() {
            // A hook that fails must not break the client that runs it.
            handoff::hook::log(&format!("this is a bug in ctxlint{place}: {text}"));
            std::process::exit(i32::from(CLEAN));
        }
        say(&format!("ctxlint: this is a bug in ctxlint{place}: {}", crate::report::one_line(text)));
        say("  hint: please report it with the file that caused it; `exclude` in ctxlint.toml leaves that file out");
        std::process::exit(i32::from(BUG));
    }));
}

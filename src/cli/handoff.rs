//! `ctxlint handoff`.

mod check;
mod clock;
pub(super) mod hook;
mod produce;
mod wire;

use super::{Answer, CLEAN, Global, Unusable, say, session};
use crate::handoff::content::Facts;
use crate::handoff::facts::Session;
use crate::handoff::facts::git;
use crate::handoff::{document, find, score};
use crate::report::{counted, one_line};
use crate::tokens::Encoding;
use crate::world::{Disk, EntryKind, World};
use clap::{Args, Subcommand, ValueEnum};
use produce::Order;
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct HandoffArguments {
    #[command(subcommand)]
    command: Option<HandoffCommand>,
    /// The transcript of the session
    #[arg(long, value_name = "FILE", conflicts_with = "session")]
    transcript: Option<PathBuf>,
    /// Find the session's transcript where the clients keep theirs
    #[arg(long, value_name = "WHICH")]
    session: Option<Which>,
    /// Count changes since this revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// The form of a new document: default, oracle, minimal, or a Markdown file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = "default")]
    template: String,
    /// Where to write: a file, a folder for the usual name and latest.md, or `-` to print
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    out: PathBuf,
    /// The most tokens of the document; by default that of the template
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(200..))]
    budget_tokens: Option<u32>,
    /// Leave out what differs from run to run: the time
    #[arg(long)]
    reproducible: bool,
    /// Answer one event of a client, given as JSON on standard input; always exits with 0
    #[arg(long)]
    hook: bool,
    /// With --hook: leave the documents to git, to be shared
    #[arg(long, requires = "hook")]
    shared: bool,
    /// What to write: the document, or the facts that it is made of
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: OutputFormat,
}

#[derive(Debug, Subcommand)]
enum HandoffCommand {
    /// Judge handoffs: frontmatter, sections, citations, drift
    Check(check::CheckArguments),
    /// Lead the citations of a handoff to where their lines are now
    Refresh(check::RefreshArguments),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The one that was written last
    Latest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Markdown,
    Json,
}

pub(super) fn handoff(global: &Global, arguments: &HandoffArguments) -> Result<Answer, Unusable> {
    match &arguments.command {
        Some(HandoffCommand::Check(of)) => return check::check(global, of),
        Some(HandoffCommand::Refresh(of)) => return check::refresh(global, of),
        None if arguments.hook => return hook::hook(global, arguments.shared),
        None => {}
    }
    let session = session::open(global)?;
    let root = &session.root;
    let path = transcript(root, arguments)?;
    let failed = |path: &Path, error: std::io::Error| {
        Unusable::new(
            format!("{} cannot be read: {error}", path.display()),
            "name a transcript of Claude Code, Codex or Gemini CLI",
        )
    };
    let told = match &path {
        Some(path) => produce::told(path).map_err(|error| failed(path, error))?,
        None => Session::default(),
    };
    if let Some(path) = path.as_deref().filter(|_| told.client.is_none() && !global.quiet) {
        say(&format!("ctxlint: {} holds no record of a client that is known", one_line(&path.display().to_string())));
    }
    let own = session::inside(root, &arguments.out).ok();
    let git = git::gather(&Disk, root, &told, arguments.since.as_deref(), own.as_deref());
    let git = git.map_err(|message| Unusable::new(message, "name a commit, a branch or a tag"))?;
    if global.verbose {
        let (records, unknown, malformed) = (told.records, told.unknown, told.malformed);
        say(&format!("{records} records read, {unknown} of an unknown type, {malformed} lines that are none"));
    }
    match arguments.format {
        OutputFormat::Json => {
            let text = wire::json(root, &told, git.as_ref());
            if arguments.out.as_os_str() == "-" {
                return Ok(Answer { text, code: CLEAN });
            }
            let out = absolute(&arguments.out)?;
            produce::must_be_facts(&out)?;
            produce::put(root, &out, &text)?;
            Ok(Answer { text: format!("wrote {}\n", one_line(&arguments.out.display().to_string())), code: CLEAN })
        }
        OutputFormat::Markdown => {
            let aside = path.as_deref().map(|path| produce::edited_aside(root, path)).unwrap_or_default();
            let context_files = produce::context_files(git.as_ref());
            let facts = Facts { root, session: &told, git: git.as_ref(), aside: &aside, context_files: &context_files };
            let encoding = Encoding::from_name(&session.settings.encoding).unwrap_or_default();
            write(global, arguments, &facts, encoding)
        }
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Unusable> {
    let absolute = std::path::absolute(path).map(|path| session::without_dots(&path));
    absolute.map_err(|error| Unusable::new(format!("{}: {error}", path.display()), ""))
}

/// Writes or prints the document.
fn write(
    global: &Global,
    arguments: &HandoffArguments,
    facts: &Facts<'_>,
    encoding: Encoding,
) -> Result<Answer, Unusable> {
    let order = Order {
        template: &arguments.template,
        budget: arguments.budget_tokens.map(|tokens| tokens as usize),
        is_reproducible: arguments.reproducible,
        encoding,
    };
    if arguments.out.as_os_str() == "-" {
        let (written, budget) = produce::text(facts, &order, None, None)?;
        note(global, facts, &written, budget);
        return Ok(Answer { text: written.text, code: CLEAN });
    }
    let out = absolute(&arguments.out)?;
    let is_folder = arguments.out.to_string_lossy().ends_with('/')
        || Disk.stat(&out).is_some_and(|stat| stat.kind == EntryKind::Dir);
    let (shown, written, budget) = if is_folder {
        let inside = session::inside(facts.root, &arguments.out).ok();
        let outside = || out.to_str().map(str::to_owned);
        let folder = inside.or_else(outside);
        let folder = folder.ok_or_else(|| Unusable::new(format!("{} is not UTF-8", out.display()), ""))?;
        let done = produce::into_folder(facts.root, &folder, facts, &order)?;
        let latest = produce::existing(&out.join("latest.md"))?;
        if latest.is_some_and(|latest| !produce::is_ours(&latest)) {
            say("ctxlint: latest.md in that folder is no handoff of ours and was left as it is");
        }
        done
    } else {
        let old = produce::existing(&out)?;
        let shown = arguments.out.display();
        if old.is_none() && !arguments.out.to_string_lossy().to_ascii_lowercase().ends_with(".md") {
            let message = format!("{shown} does not end in `.md`: a handoff is a Markdown document");
            return Err(Unusable::new(message, "name a file such as HANDOFF.md; for the facts use --format json"));
        }
        let (written, budget) = produce::text(facts, &order, old.as_deref(), None)
            .map_err(|error| Unusable::new(format!("{shown}: {}", error.message), error.hint))?;
        produce::put(facts.root, &out, &written.text)?;
        (arguments.out.display().to_string(), written, budget)
    };
    note(global, facts, &written, budget);
    let mut text = format!("wrote {}: {}", one_line(&shown), counted(written.tokens, "token"));
    if written.left_out > 0 {
        text.push_str(&format!(", {} left out for the budget of {budget}", counted(written.left_out, "fact")));
    }
    if written.kept > 0 {
        text.push_str(&format!("; {} of an edited block kept behind it", counted(written.kept, "line")));
    }
    Ok(Answer { text: text + "\n", code: CLEAN })
}

/// Says how good the document is, where much is to be said.
fn note(global: &Global, facts: &Facts<'_>, written: &document::Written, budget: usize) {
    if !global.verbose {
        return;
    }
    let of = score::score(&Disk, facts, &written.text, written.tokens, budget);
    say(&format!(
        "score {:.3}: files {:.2} (precision {:.2}), failures {:.2}, tasks {:.2}, commands {:.2}, requests {:.2}, citations {:.2}, \
         noise {:.2}, {} tokens",
        of.score,
        of.files,
        of.precision,
        of.failures,
        of.tasks,
        of.commands,
        of.requests,
        of.citations,
        of.noise,
        of.tokens
    ));
}

/// The transcript that the user names or asks for.
fn transcript(root: &Path, arguments: &HandoffArguments) -> Result<Option<PathBuf>, Unusable> {
    match (&arguments.transcript, arguments.session) {
        (Some(path), _) => absolute(path).map(Some),
        (None, Some(Which::Latest)) => {
            let found = find::transcripts(&produce::homes(), root);
            let none = || {
                Unusable::new(
                    format!("no client has a transcript of {}", root.display()),
                    "name it: `--transcript FILE`",
                )
            };
            found.into_iter().next().map(|found| Some(found.path)).ok_or_else(none)
        }
        (None, None) => Ok(None),
    }
}

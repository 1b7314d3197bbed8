//! `ctxlint handoff`.

mod wire;

use super::{Answer, CLEAN, Global, Unusable, session};
use crate::handoff::facts::git::{self, GitFacts};
use crate::handoff::facts::{Session, transcript};
use crate::handoff::find::{self, Homes};
use crate::world::Disk;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Args, Debug)]
pub(super) struct HandoffArguments {
    /// The transcript of the session
    #[arg(long, value_name = "FILE", conflicts_with = "session")]
    transcript: Option<PathBuf>,
    /// Find the session's transcript where the clients keep theirs
    #[arg(long, value_name = "WHICH")]
    session: Option<Which>,
    /// Count changes since this revision
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Where to write; `-` prints
    #[arg(long, value_name = "FILE|-", default_value = "-")]
    out: PathBuf,
    /// Leave out what differs from run to run: the time
    #[arg(long)]
    reproducible: bool,
    /// What to write: the document, or the facts that it is made of
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: OutputFormat,
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
    let session = session::open(global)?;
    let root = &session.root;
    let told = transcript(root, arguments)?;
    let git = git_facts(root, &told, arguments.since.as_deref())?;
    match arguments.format {
        OutputFormat::Json => Ok(Answer { text: wire::json(root, &told, git.as_ref()), code: CLEAN }),
        OutputFormat::Markdown => Err(Unusable::new("not yet", "")),
    }
}

fn git_facts(root: &Path, told: &Session, since: Option<&str>) -> Result<Option<GitFacts>, Unusable> {
    git::gather(&Disk, root, told, since).map_err(|message| Unusable::new(message, "name a commit, a branch or a tag"))
}

/// Reads the transcript that the user names or asks for.
fn transcript(root: &Path, arguments: &HandoffArguments) -> Result<Session, Unusable> {
    let path = match (&arguments.transcript, arguments.session) {
        (Some(path), _) => path.clone(),
        (None, Some(Which::Latest)) => {
            let found = find::transcripts(&homes(), root);
            let hint = "name it: `--transcript FILE`";
            let none = || Unusable::new(format!("no client has a transcript of {}", root.display()), hint);
            found.into_iter().next().ok_or_else(none)?.path
        }
        (None, None) => return Ok(Session::default()),
    };
    let failed = |error: std::io::Error| Unusable::new(format!("{} cannot be read: {error}", path.display()), "");
    let (mut stream, _) = Disk.stream(&path, 0).map_err(failed)?;
    transcript::read(&mut stream).map_err(failed)
}

/// Where the clients keep their files, by the environment.
fn homes() -> Homes {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME").or_else(|| set("USERPROFILE"));
    let below = |name: &str| home.as_ref().map(|home| home.join(name));
    Homes {
        claude: set("CLAUDE_CONFIG_DIR").or_else(|| below(".claude")),
        claude_project: std::env::var("CLAUDE_CODE_PROJECT_DIR_NAME").ok().filter(|name| !name.is_empty()),
        codex: set("CODEX_HOME").or_else(|| below(".codex")),
        gemini: set("GEMINI_CLI_HOME").map(|home| home.join(".gemini")).or_else(|| below(".gemini")),
    }
}

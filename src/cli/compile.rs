//! `ctxlint compile`.

mod wire;

use super::{Answer, CLEAN, Global, Unusable, session};
use crate::compile::plan::{Options, Profile};
use crate::compile::targets::Target;
use crate::compile::{self, Refusal};
use crate::workspace;
use crate::world::Disk;
use clap::{Args, ValueEnum};

#[derive(Args, Debug)]
pub(super) struct CompileArguments {
    /// How much leaves the root
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// How to print
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: OutputFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Human,
    Json,
}

pub(super) fn compile(global: &Global, arguments: &CompileArguments) -> Result<Answer, Unusable> {
    let session = session::open(global)?;
    let workspace = workspace::load(&Disk, &session.root, session.settings, session.config);
    let profile = arguments.profile.as_deref().and_then(Profile::from_name).unwrap_or_default();
    let options = Options { profile, ..Options::default() };
    let compiled = compile::compile(&Disk, &workspace, Target::ClaudeCode, &options, None).map_err(refused)?;
    let text = wire::json(&compiled);
    Ok(Answer { text, code: CLEAN })
}

fn refused(refusal: Refusal) -> Unusable {
    Unusable::new(refusal.to_string(), refusal.hint)
}

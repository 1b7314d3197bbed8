//! `ctxlint completions`.

use super::{Answer, Arguments, CLEAN, Unusable};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

#[derive(Args, Debug)]
pub(super) struct CompletionsArguments {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(arguments: &CompletionsArguments) -> Result<Answer, Unusable> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "ctxlint", &mut script);
    Ok(Answer { text: String::from_utf8_lossy(&script).into_owned(), code: CLEAN })
}

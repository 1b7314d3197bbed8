//! `ctxlint init`.

mod figures;
mod hooks;
mod pipelines;

use super::{Answer, CLEAN, Global, UNUSABLE, Unusable, say, session};
use crate::config::{self, KEYS};
use crate::world::{Disk, World};
use crate::write::{self, Change};
use clap::Args;
use std::fmt::Write;
use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(super) struct InitArguments {
    /// Print the configuration and write nothing
    #[arg(long)]
    print: bool,
    /// Write today's figures as the budgets, so that from now on growth is an error
    #[arg(long)]
    budgets: bool,
    #[command(flatten)]
    pipelines: pipelines::PipelineArguments,
    /// Add the hooks that write and read handoffs to .claude/settings.local.json
    #[arg(long, conflicts_with = "budgets")]
    hooks: bool,
    /// With --hooks: add them to .claude/settings.json, for everyone
    #[arg(long, requires = "hooks")]
    shared: bool,
    /// Do not ask before a file that exists is changed
    #[arg(long)]
    yes: bool,
}

pub(super) fn init(global: &Global, arguments: &InitArguments) -> Result<Answer, Unusable> {
    if arguments.pipelines.any() || arguments.hooks {
        return merge(global, arguments);
    }
    if arguments.budgets {
        return figures::budgets(global, arguments.print);
    }
    let text = configuration();
    if arguments.print {
        return Ok(Answer { text, code: CLEAN });
    }
    let root = root(global)?;
    if Disk.stat(&root.join(config::FILE_NAME)).is_some() {
        say("ctxlint: ctxlint.toml is there already; nothing was written (`ctxlint init --print` shows every key)");
        return Ok(Answer { text: String::new(), code: CLEAN });
    }
    write::write(&root, config::FILE_NAME, text.as_bytes()).map_err(|error| Unusable::new(error.to_string(), ""))?;
    Ok(Answer { text: "wrote ctxlint.toml\n".to_owned(), code: CLEAN })
}

/// The root, whatever a configuration says.
fn root(global: &Global) -> Result<PathBuf, Unusable> {
    let no_config = Global { root: global.root.clone(), config: None, no_config: true, ..*global };
    Ok(session::open(&no_config)?.root)
}

/// Merges what is asked for into its files. Everything is decided before anything is written.
fn merge(global: &Global, arguments: &InitArguments) -> Result<Answer, Unusable> {
    let root = root(global)?;
    let InitArguments { yes, print, .. } = *arguments;
    let mut parts = Vec::new();
    if arguments.pipelines.any() {
        parts.push(pipelines::pipelines(&root, &arguments.pipelines, yes, print)?);
    }
    if arguments.hooks {
        parts.push(hooks::hooks(&root, arguments.shared, yes, print)?);
    }
    let is_declined = parts.iter().any(|part| part.is_declined);
    let mut code = CLEAN;
    if is_declined {
        // Who was asked and said no has what was wanted; a script that nobody answers has not.
        code = if std::io::stdin().is_terminal() { CLEAN } else { UNUSABLE };
        say("ctxlint: nothing was written; --yes writes it without asking");
    } else {
        let changes: Vec<Change> = parts.iter().flat_map(|part| part.changes.iter().cloned()).collect();
        write::write_all(&root, &changes).map_err(|error| Unusable::new(error.to_string(), ""))?;
        changes.iter().for_each(|change| say(&format!("ctxlint: wrote {}", change.path)));
    }
    Ok(Answer { text: parts.into_iter().map(|part| part.text).collect(), code })
}

/// What one part of `init` would do.
struct Part {
    /// What goes to standard output.
    text: String,
    /// What is to be written; nothing where all is there already.
    changes: Vec<Change>,
    /// Whether somebody who was asked said no, or nobody could be asked.
    is_declined: bool,
}

impl Part {
    fn only(text: String) -> Part {
        Part { text, changes: Vec::new(), is_declined: false }
    }
}

/// Shows a difference and asks, where somebody can answer.
fn agrees(difference: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    say(difference.trim_end());
    say("Write it? [y/N]");
    let mut answer = String::new();
    let _ = std::io::stdin().lock().read_line(&mut answer);
    matches!(answer.trim(), "y" | "Y" | "yes")
}

/// A configuration in which every key stands as a comment with its default, so that it changes nothing.
fn configuration() -> String {
    let mut out = String::from("# Configuration of ctxlint. Every line that starts with `#` shows a default.\n");
    let mut section = "";
    for key in KEYS {
        let (of, name) = key.path.rsplit_once('.').unwrap_or(("", key.path));
        if of != section {
            let _ = write!(out, "\n[{of}]");
            section = of;
        }
        let default = if key.default.is_empty() { key.example } else { key.default };
        let _ = write!(out, "\n# {}\n# {name} = {default}\n", key.doc);
    }
    out.push_str(
        "\n# The level of a lint or of a group: off, info, warn or error.\n[levels]\n# file-lines = \"off\"\n",
    );
    out.push_str("\n# Limits. A number is an error limit; { warn = 200, error = 400 } has both.\n[budgets]\n");
    for budget in crate::budgets::ALL {
        let _ = match budget.defaults.first().map(|default| default.warn.most) {
            Some(warn) => writeln!(out, "# {} = {{ warn = {warn} }}", budget.name),
            None => writeln!(out, "# {} = 300", budget.name),
        };
    }
    out.push_str("\n# Other levels and budgets for some files; later entries win.\n");
    out.push_str("# [[override]]\n# files = [\"docs/**\"]\n# levels = { file-lines = \"off\" }\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_configuration_changes_nothing_and_is_valid_when_uncommented() {
        let text = configuration();
        assert_eq!(config::parse(&text).1, []);
        let is_setting = |line: &str| line.contains(" = ") || line.starts_with("# [[");
        let uncommented: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with('[') || is_setting(line))
            .map(|line| line.trim_start_matches("# "))
            .filter(|line| !line.contains(". ") && !line.starts_with("A number") && !line.starts_with("Limits"))
            .collect();
        assert_eq!(config::parse(&uncommented.join("\n")).1, [], "{}", uncommented.join("\n"));
    }
}

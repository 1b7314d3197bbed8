//! Which formats a result is given in, and where each goes.

use super::{Unusable, session};
use crate::clients;
use crate::report::{self, Report, concise, github, gitlab, human, json, junit, markdown, sarif};
use crate::secrets;
use crate::workspace::Workspace;
use crate::write;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// The formats of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With excerpts, for people
    Human,
    /// One line for each finding
    Concise,
    /// One line for each finding, with its help
    Agent,
    /// One document
    Json,
    /// One finding a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit's XML
    Junit,
    /// The comment on a pull request
    Markdown,
}

/// `FORMAT=FILE`.
#[derive(Clone, Debug)]
pub(super) struct Output {
    format: Format,
    /// `None` for standard output.
    file: Option<PathBuf>,
}

impl std::str::FromStr for Output {
    type Err = String;
    fn from_str(text: &str) -> Result<Output, String> {
        let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as sarif=ctxlint.sarif")?;
        let known = || {
            let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            names.map(|name| name.get_name().to_owned()).collect::<Vec<_>>().join(", ")
        };
        let format = Format::from_str(format, false).map_err(|_| format!("`{format}` is none of {}", known()))?;
        match file {
            "" => Err("a file is needed behind `=`; `-` is standard output".to_owned()),
            "-" => Ok(Output { format, file: None }),
            file => Ok(Output { format, file: Some(file.into()) }),
        }
    }
}

/// Refuses what cannot be done before any work is done.
pub(super) fn check(root: &Path, format: Option<Format>, outputs: &[Output]) -> Result<(), Unusable> {
    let printed = usize::from(format.is_some()) + outputs.iter().filter(|output| output.file.is_none()).count();
    if printed > 1 {
        let message = "two formats cannot both go to standard output";
        return Err(Unusable::new(message, "give one of them a file: --output FORMAT=FILE"));
    }
    let mut seen = Vec::new();
    for file in outputs.iter().filter_map(|output| output.file.as_deref()) {
        let place = place(root, file)?;
        if seen.contains(&place) {
            return Err(Unusable::new(format!("two formats cannot both go to {}", file.display()), ""));
        }
        write::destination(&place.0, &place.1).map_err(|error| Unusable::new(error.to_string(), ""))?;
        seen.push(place);
    }
    Ok(())
}

/// Refuses a file of the workspace that agents read: a result would take its place.
pub(super) fn check_roles(workspace: &Workspace, outputs: &[Output]) -> Result<(), Unusable> {
    for file in outputs.iter().filter_map(|output| output.file.as_deref()) {
        let Ok(path) = session::inside(&workspace.root, file) else { continue };
        let is_excluded = workspace.excluded.iter().any(|(excluded, _)| **excluded == *path);
        if is_excluded || workspace.real_file(&path).is_some_and(|file| !file.roles.is_empty()) {
            let message = format!("{} is a file that agents read, and no place for a result", file.display());
            return Err(Unusable::new(message, "name another file: --output FORMAT=FILE"));
        }
    }
    Ok(())
}

/// The format for standard output: the one that was asked for there, else the usual one.
pub(super) fn printed(format: Option<Format>, outputs: &[Output]) -> Format {
    let asked = outputs.iter().find(|output| output.file.is_none()).map(|output| output.format);
    let in_agent = || clients::coding_agent(|name| std::env::var_os(name).is_some()).is_some();
    let usual = || if in_agent() { Format::Agent } else { Format::Human };
    format.or(asked).unwrap_or_else(usual)
}

/// Writes every file.
pub(super) fn write(report: &Report<'_>, look: human::Look, outputs: &[Output]) -> Result<(), Unusable> {
    for output in outputs {
        let Some(file) = &output.file else { continue };
        let text = render(report, human::Look { color: false, width: 100, ..look }, output.format);
        let (folder, name) = place(&report.workspace.root, file)?;
        // Whatever a result shows of a file, it shows no credential.
        write::write(&folder, &name, secrets::masked(&text).as_bytes())
            .map_err(|error| Unusable::new(error.to_string(), "name another file, or correct the permissions"))?;
    }
    Ok(())
}

/// The folder that a file must stay in, and its path from there: the root, or, for a file outside of it that was named all
/// the same, its own folder.
fn place(root: &Path, file: &Path) -> Result<(PathBuf, String), Unusable> {
    if let Ok(inside) = session::inside(root, file) {
        return Ok((root.to_path_buf(), inside));
    }
    let absolute = std::path::absolute(file)
        .map_err(|error| Unusable::new(format!("{}: {error}", file.display()), "name another file"))?;
    match (absolute.parent(), absolute.file_name().and_then(|name| name.to_str())) {
        (Some(folder), Some(name)) => Ok((folder.to_path_buf(), name.to_owned())),
        _ => Err(Unusable::new(format!("{} names no file", file.display()), "name a file")),
    }
}

/// The result in one format.
pub(super) fn render(report: &Report<'_>, look: human::Look, format: Format) -> String {
    let for_people = matches!(format, Format::Human | Format::Concise | Format::Agent);
    let nothing = report.workspace.linted_files() == 0 && report.diagnostics.is_empty();
    if for_people && nothing && report.workspace.notes.is_empty() {
        return nothing_to_lint(report.workspace);
    }
    match format {
        Format::Human => human::human(report, look),
        Format::Concise => concise::concise(report),
        Format::Agent => concise::agent(report),
        Format::Json => json::json(report),
        Format::Jsonl => json::jsonl(report),
        Format::Sarif => sarif::sarif(report),
        Format::Github => github::github(report),
        Format::Gitlab => gitlab::gitlab(report),
        Format::Junit => junit::junit(report),
        Format::Markdown => markdown::markdown(report),
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

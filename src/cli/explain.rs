//! `ctxlint explain`.

use super::{Answer, CLEAN, Unusable};
use crate::clients;
use crate::config::nearest;
use crate::lint::{self, Group, Lint};
use clap::Args;
use std::fmt::Write;

/// The name under which the list of context files is explained.
const FILES: &str = "files";

#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// A lint, or `files` for the list of files that each client reads; without it the list of lints
    name: Option<String>,
}

pub(super) fn explain(arguments: &ExplainArguments) -> Result<Answer, Unusable> {
    let text = match arguments.name.as_deref() {
        None => list(),
        Some(FILES) => files(),
        Some(name) => match lint::by_name(name) {
            Some(lint) => lint.page.to_owned(),
            None => {
                let hint = match nearest(name, crate::lints::ALL.iter().map(|lint| lint.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`ctxlint explain` lists every lint".to_owned(),
                };
                return Err(Unusable::new(format!("no lint is called `{name}`"), hint));
            }
        },
    };
    Ok(Answer { text, code: CLEAN })
}

fn list() -> String {
    let mut out = String::new();
    let width = crate::lints::ALL.iter().map(|lint| lint.name.len()).max().unwrap_or_default();
    for group in Group::ALL {
        let of_group: Vec<&Lint> = crate::lints::ALL.iter().copied().filter(|lint| lint.group == group).collect();
        if of_group.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", group.name());
        for lint in of_group {
            let off = if lint.pedantic { " (pedantic)" } else { "" };
            let _ = writeln!(out, "  {:width$}  {:5}  {}{off}", lint.name, lint.level.name(), lint.summary);
        }
    }
    out
}

fn files() -> String {
    let mut out = String::new();
    for client in clients::all() {
        let _ = writeln!(out, "{} ({}; {}, {})", client.name, client.title, client.source, client.dated);
        for rule in client.files {
            let _ = writeln!(out, "  {:15} {}  [{}]", rule.role.name(), rule.pattern(), rule.fact.evidence.name());
        }
    }
    out
}

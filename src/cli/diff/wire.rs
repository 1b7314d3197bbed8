//! The JSON of `diff`, version 1.

use super::Diff;
use crate::change::{Figures, RefChange};
use crate::cli::refs::wire::{JsonRef, json_ref};
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use crate::workspace::Workspace;
use serde::Serialize;

#[derive(Serialize)]
struct JsonDiff<'a> {
    version: u32,
    tool: Tool,
    base: Option<&'a str>,
    head: &'a str,
    client: &'static str,
    startup: JsonChange,
    paths: Vec<JsonPath<'a>>,
    loads: Vec<JsonLoad<'a>>,
    refs_broken: Vec<JsonRef<'a>>,
    refs_repaired: Vec<JsonRef<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct JsonChange {
    before: JsonFigures,
    after: JsonFigures,
}

#[derive(Serialize)]
struct JsonPath<'a> {
    path: &'a str,
    before: JsonFigures,
    after: JsonFigures,
}

#[derive(Serialize)]
struct JsonFigures {
    tokens: u64,
    instructions: u64,
    lines: u64,
}

#[derive(Serialize)]
struct JsonLoad<'a> {
    path: &'a str,
    change: &'static str,
    trigger: &'static str,
    tokens_before: u64,
    tokens_after: u64,
}

fn figures(of: Figures) -> JsonFigures {
    JsonFigures { tokens: of.tokens, instructions: of.instructions, lines: of.lines }
}

fn refs<'a>(workspace: &'a Workspace, list: &'a [RefChange]) -> Vec<JsonRef<'a>> {
    let found = list.iter().filter_map(|of| Some(json_ref(&workspace.file(&of.document)?.source, &of.reference)));
    found.collect()
}

pub(super) fn json(diff: &Diff<'_>) -> String {
    let head = match (&diff.change.head, &diff.change.after) {
        (Some(commit), _) => commit,
        (None, Some(_)) => "index",
        (None, None) => "worktree",
    };
    let document = JsonDiff {
        version: VERSION,
        tool: TOOL,
        base: diff.change.base.as_deref(),
        head,
        client: diff.startup.client.name,
        startup: JsonChange { before: figures(diff.startup.before), after: figures(diff.startup.after) },
        paths: diff
            .paths
            .iter()
            .map(|of| JsonPath { path: &of.path, before: figures(of.before), after: figures(of.after) })
            .collect(),
        loads: diff
            .loads
            .iter()
            .map(|load| JsonLoad {
                path: &load.path,
                change: load.kind.name(),
                trigger: load.trigger.name(),
                tokens_before: load.tokens_before,
                tokens_after: load.tokens_after,
            })
            .collect(),
        refs_broken: refs(diff.after, &diff.refs.broken),
        refs_repaired: refs(diff.before, &diff.refs.repaired),
        notes: &diff.notes,
    };
    to_text(&document, true)
}

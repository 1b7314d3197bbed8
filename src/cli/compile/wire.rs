//! The JSON of `ctxlint compile`.

use crate::compile::{Action, Compiled, Move};
use crate::measure::Measured;
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use serde::Serialize;

#[derive(Serialize)]
struct JsonCompiled<'a> {
    version: u32,
    tool: Tool,
    target: &'a str,
    profile: &'a str,
    before: JsonState,
    after: JsonState,
    /// The same for every client in use.
    clients: Vec<JsonClient>,
    moves: Vec<JsonMove<'a>>,
    /// What stays, with the reason, or with what speaks for the best move.
    kept: Vec<JsonMove<'a>>,
    losses: &'a [String],
    notes: &'a [String],
    proof: JsonProof<'a>,
}

#[derive(Serialize)]
struct JsonState {
    startup: JsonSize,
}

#[derive(Serialize)]
struct JsonClient {
    name: &'static str,
    before: JsonState,
    after: JsonState,
}

#[derive(Serialize)]
struct JsonSize {
    tokens: u64,
    instructions: u64,
    lines: u64,
}

#[derive(Serialize)]
struct JsonMove<'a> {
    src: &'a str,
    start_line: u32,
    end_line: u32,
    heading: &'a [String],
    action: &'static str,
    dst: &'a str,
    scope: &'a [String],
    tokens: u64,
    confidence: f64,
    evidence: &'a [String],
}

#[derive(Serialize)]
struct JsonProof<'a> {
    partition: bool,
    fidelity: bool,
    instructions_before: usize,
    instructions_after: usize,
    drops: &'a [String],
    links_broken: usize,
    scopes_checked: usize,
    ok: bool,
}

fn size(of: Measured) -> JsonState {
    JsonState { startup: JsonSize { tokens: of.tokens, instructions: of.instructions, lines: of.lines } }
}

pub(super) fn json(compiled: &Compiled) -> String {
    let shown = |row| {
        let row: &Move = row;
        JsonMove {
            src: &row.src,
            start_line: row.start_line,
            end_line: row.end_line,
            heading: &row.heading,
            action: row.action.name(),
            dst: &row.dst,
            scope: &row.scope,
            tokens: row.tokens,
            confidence: f64::from(row.confidence) / 100.0,
            evidence: &row.evidence,
        }
    };
    let moves = compiled.moves.iter().filter(|row| row.action != Action::Keep).map(shown);
    let kept = compiled.moves.iter().filter(|row| row.action == Action::Keep).map(shown);
    let proof = &compiled.proof;
    to_text(
        &JsonCompiled {
            version: VERSION,
            tool: TOOL,
            target: &compiled.map.target,
            profile: &compiled.map.profile,
            before: size(compiled.before),
            after: size(compiled.after),
            clients: compiled
                .clients
                .iter()
                .map(|(client, before, after)| JsonClient {
                    name: client.name,
                    before: size(*before),
                    after: size(*after),
                })
                .collect(),
            moves: moves.collect(),
            kept: kept.collect(),
            losses: &compiled.losses,
            notes: &compiled.notes,
            proof: JsonProof {
                partition: proof.partition,
                fidelity: proof.fidelity,
                instructions_before: proof.instructions_before,
                instructions_after: proof.instructions_after,
                drops: &proof.drops,
                links_broken: proof.links_broken,
                scopes_checked: proof.scopes_checked,
                ok: proof.holds(),
            },
        },
        true,
    )
}

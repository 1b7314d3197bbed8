//! `ctxlint compile --verify`.

use super::tree;
use crate::cli::{Answer, CLEAN, FINDINGS, Unusable};
use crate::compile::map::MAP_PATH;
use crate::compile::proof::check_map;
use crate::report::json::{TOOL, Tool, VERSION, to_text};
use crate::report::{counted, one_line};
use crate::world::{Disk, World};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

#[derive(Serialize)]
struct JsonVerified<'a> {
    version: u32,
    tool: Tool,
    proof: JsonProof<'a>,
}

#[derive(Serialize)]
struct JsonProof<'a> {
    partition: bool,
    fidelity: bool,
    sources: usize,
    problems: Vec<&'a String>,
    ok: bool,
}

/// Proves what stands in the root, or in the folder `out`, against its map.
pub(super) fn verify(root: &Path, out: Option<&Path>, json: bool) -> Result<Answer, Unusable> {
    let dir = out.unwrap_or(root);
    let Some(map) = tree::read_map(dir, MAP_PATH)? else {
        return Err(Unusable::new(format!("there is no {MAP_PATH} in {}", dir.display()), "compile it first"));
    };
    let read = |path: &str| Disk.read(&dir.join(path), 64 << 20).ok();
    let mut checked = check_map(&map, &read);
    if out.is_none() {
        let edited = tree::edited_sources(root, &map)?;
        checked.fidelity.extend(edited.iter().map(|(path, _)| format!("{path}: {}", tree::EDITED)));
    }
    let problems: Vec<&String> = checked.partition.iter().chain(&checked.fidelity).collect();
    let ok = problems.is_empty();
    let code = if ok { CLEAN } else { FINDINGS };
    if json {
        let proof = JsonProof {
            partition: checked.partition.is_empty(),
            fidelity: checked.fidelity.is_empty(),
            sources: checked.sources.len(),
            problems,
            ok,
        };
        return Ok(Answer { text: to_text(&JsonVerified { version: VERSION, tool: TOOL, proof }, true), code });
    }
    let mut text = String::new();
    for problem in &problems {
        let _ = writeln!(text, "{}", one_line(problem));
    }
    let (sources, files) = (counted(map.sources.len(), "source"), counted(map.files.len(), "file"));
    if ok {
        let _ = writeln!(text, "proof: every byte of {sources} is accounted for in {files} · reversible");
    } else {
        let _ = writeln!(text, "the proof does not hold: `ctxlint compile` carries edits back and compiles anew");
    }
    Ok(Answer { text, code })
}

//! Which paths a map may name. A map is a file of the repository, so anybody may have written it: by its paths text is
//! read, moved and removed, so none is believed that the compiler would not have written itself.

use super::Refusal;
use super::emit::INDEX_PATH;
use super::map::{MAP_PATH, Map, MapFile, Row, first_line, hash_of};
use super::targets::ALL;
use crate::paths::{file_name, is_below, parent};

const HINT: &str = "restore the map, for example with git; without it there is no way back";

/// Refuses a map with a path that no compilation gives.
///
/// # Errors
/// When a path leaves the folder of the map or lies in git's own, when it is no file of instructions by its name, or when
/// an output that is no source stands where no target writes and no person sent a section; when text went to a file that
/// is no output; when a folder is said to be made that holds none.
pub fn check(map: &Map) -> Result<(), Refusal> {
    let refuse = |path: &str, why: &str| {
        Err(Refusal::new(path, format!("the map names it, but {why}, so it was not compiled"), HINT))
    };
    let rows = || rows(map);
    let outputs = map.files.iter().map(|file| file.path.as_str());
    let named = outputs.chain(map.sources.iter().map(|source| source.path.as_str()));
    for path in named.chain(rows().map(|row| row.dst.as_str()).filter(|dst| !dst.is_empty())) {
        if !stays_inside(path) {
            return refuse(path, "it is no plain path in the folder of the map");
        }
        if !is_instructions(path) {
            return refuse(path, "its name is not that of a file of instructions");
        }
    }
    let is_output = |path: &str| map.files.iter().any(|file| file.path == path);
    if let Some(row) = rows().find(|row| !row.dst.is_empty() && !is_output(&row.dst)) {
        return refuse(&row.dst, "it is none of its outputs");
    }
    for file in &map.files {
        let is_source = map.sources.iter().any(|source| source.path == file.path);
        if file.was_source != is_source {
            return refuse(&file.path, "the map contradicts itself on whether it is a source");
        }
        // A plan of a person may name any path for a section.
        let sent = || rows().any(|row| row.dst == file.path && row.pinned);
        if !is_source && !is_written(file) && !sent() {
            return refuse(&file.path, "no target writes there");
        }
    }
    for folder in &map.folders {
        let outputs = map.files.iter().filter(|file| !file.was_source).map(|file| file.path.as_str());
        if !stays_inside(folder) || !outputs.chain([MAP_PATH]).any(|path| is_below(path, folder)) {
            return refuse(folder, "it is no folder of an output");
        }
    }
    Ok(())
}

fn rows(map: &Map) -> impl Iterator<Item = &Row> {
    map.sources.iter().flat_map(|source| &source.rows)
}

/// Whether what stands at the path of an output can be that output, also where it was edited. Where a target writes, its
/// place speaks for it. Anywhere else only its text does: as it was written, or with the first line of a section that
/// was sent there.
pub fn can_be(map: &Map, file: &MapFile, bytes: &[u8]) -> bool {
    if file.was_source || is_written(file) || hash_of(bytes) == file.hash {
        return true;
    }
    let sent: Vec<&str> = rows(map).filter(|row| row.dst == file.path).map(|row| row.head.as_str()).collect();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.any(|line| {
        let hash = hash_of(first_line(line));
        sent.iter().any(|head| !head.is_empty() && hash.starts_with(head))
    })
}

/// Whether the path is relative and plain, and lies neither in git's folder nor on the map itself.
fn stays_inside(path: &str) -> bool {
    let is_plain = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    path != MAP_PATH && !path.contains(['\\', '\0']) && !path.contains(':') && path.split('/').all(is_plain)
}

/// Whether a file of this name holds instructions for agents in Markdown.
fn is_instructions(path: &str) -> bool {
    let name = file_name(path);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("md" | "mdc")) || name == ".cursorrules"
}

/// Whether one of the targets writes an output there. What holds for one holds for all: names are kept when the target
/// changes.
fn is_written(file: &MapFile) -> bool {
    let path = file.path.as_str();
    let (folder, name) = (parent(path), file_name(path));
    let lies_in = |folder: &str, wanted: &str| folder == wanted || folder.ends_with(&format!("/{wanted}"));
    let skill = || {
        let folders = [".claude/skills", ".agents/skills", ".github/skills"];
        name == "SKILL.md" && folders.iter().any(|wanted| lies_in(parent(folder), wanted))
    };
    path == INDEX_PATH
        || ALL.iter().any(|target| path == target.root_file() || path.ends_with(&format!("/{}", target.root_file())))
        || name.ends_with(".md") && (lies_in(folder, "docs/agents") || lies_in(folder, ".claude/rules"))
        || name.ends_with(".mdc") && lies_in(folder, ".cursor/rules")
        || name.ends_with(".instructions.md") && lies_in(folder, ".github/instructions")
        || skill()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::map::{MapSource, Row};

    fn map(source: &str, output: &str, pinned: bool) -> Map {
        let row = Row { src: source.to_owned(), dst: output.to_owned(), pinned, ..Row::default() };
        let source = MapSource { path: source.to_owned(), bytes: 0, hash: String::new(), rows: vec![row] };
        let file =
            MapFile { path: output.to_owned(), bytes: 0, hash: String::new(), was_source: false, made: Vec::new() };
        Map { sources: vec![source], files: vec![file], ..Map::default() }
    }

    #[test]
    fn what_a_target_writes_is_believed() {
        for path in [
            "docs/agents/a.md",
            "crates/a/docs/agents/a.md",
            ".claude/rules/a.md",
            "crates/a/.claude/skills/b/SKILL.md",
            ".cursor/rules/a.mdc",
            ".github/instructions/a.instructions.md",
            ".github/copilot-instructions.md",
            "crates/a/AGENTS.md",
        ] {
            assert_eq!(check(&map("CLAUDE.md", path, false)), Ok(()), "{path}");
        }
        assert_eq!(check(&map("CLAUDE.md", "docs/design.md", true)), Ok(()), "a person may send it anywhere");
    }

    #[test]
    fn other_paths_are_not() {
        for path in [
            ".env",
            "src/api/user.ts",
            "README.md",
            "../docs/agents/a.md",
            "/docs/agents/a.md",
            "docs/agents/../../a.md",
            ".git/docs/agents/a.md",
            "C:/docs/agents/a.md",
            ".claude/settings.json",
        ] {
            assert!(check(&map("CLAUDE.md", path, false)).is_err(), "{path}");
        }
        assert!(check(&map("CLAUDE.md", "src/api/user.ts", true)).is_err(), "not even for a person");
        assert!(check(&map(".env", "docs/agents/a.md", false)).is_err(), "nor as a source");
    }
}

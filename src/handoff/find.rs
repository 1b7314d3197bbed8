//! Finds the transcripts that the clients keep of a repository.

use super::facts::Client;
use super::facts::json::{Tape, Value};
use crate::world::{Disk, EntryKind, World};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};

/// How much of a rollout is read to learn in which folder it was made, in bytes.
const MAX_HEAD: u64 = 256 * 1024;
/// Days of rollouts that are looked at, newest first.
const MAX_DAYS: usize = 60;

/// Where the clients keep their files on this machine.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    /// Claude Code's configuration folder.
    pub claude: Option<PathBuf>,
    /// The name of the project's folder in it, where the user chose one.
    pub claude_project: Option<String>,
    /// Codex's folder.
    pub codex: Option<PathBuf>,
    /// Gemini CLI's folder.
    pub gemini: Option<PathBuf>,
}

/// A transcript of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub client: Client,
    /// Where it is.
    pub path: PathBuf,
    /// When it was last changed, in nanoseconds since 1970.
    pub changed: u128,
}

/// Every transcript of the repository at `root`, newest first.
pub fn transcripts(homes: &Homes, root: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    // The client may have been started in the folder under either of its names.
    let mut roots = vec![root.to_path_buf()];
    roots.extend(Disk.canonical(root).ok().filter(|real| real != root));
    for root in &roots {
        if let Some(claude) = &homes.claude {
            let name = homes.claude_project.clone().unwrap_or_else(|| encoded(root));
            files(&claude.join("projects").join(name), Client::ClaudeCode, &["jsonl"], &mut found);
        }
        if let Some(gemini) = &homes.gemini {
            gemini_chats(gemini, root, &mut found);
        }
    }
    if let Some(codex) = &homes.codex {
        codex_rollouts(&codex.join("sessions"), &roots, &mut found);
    }
    found.sort_by(|a, b| b.changed.cmp(&a.changed).then_with(|| a.path.cmp(&b.path)));
    found.dedup_by(|a, b| a.path == b.path);
    found
}

/// Claude Code's name of a project's folder: everything but letters and digits is a dash.
pub fn encoded(root: &Path) -> String {
    let path = root.to_string_lossy();
    path.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}

fn files(dir: &Path, client: Client, endings: &[&str], found: &mut Vec<Found>) {
    for entry in Disk.read_dir(dir).unwrap_or_default() {
        let is_wanted = endings.iter().any(|ending| entry.name.ends_with(&format!(".{ending}")));
        let path = dir.join(&entry.name);
        // Files of sub-agents lie beside the session's in some versions.
        let is_aside = client == Client::ClaudeCode && entry.name.starts_with("agent-");
        if entry.kind == EntryKind::File
            && is_wanted
            && !is_aside
            && let Some(changed) = Disk.changed(&path)
        {
            found.push(Found { client, path, changed });
        }
    }
}

/// Chats lie in a folder that is named by the hash of the project's path, or that says which project it is for.
fn gemini_chats(gemini: &Path, root: &Path, found: &mut Vec<Found>) {
    let name = root.to_string_lossy().into_owned();
    let hash: String = Sha256::digest(name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let temporary = gemini.join("tmp");
    for entry in Disk.read_dir(&temporary).unwrap_or_default() {
        let dir = temporary.join(&entry.name);
        let says =
            || Disk.read(&dir.join(".project_root"), 4096).is_ok_and(|text| text.trim_ascii() == name.as_bytes());
        if entry.kind == EntryKind::Dir && (entry.name == hash || says()) {
            files(&dir.join("chats"), Client::GeminiCli, &["json", "jsonl"], found);
        }
    }
}

/// Rollouts lie by day; the first record says in which folder one was made.
fn codex_rollouts(sessions: &Path, roots: &[PathBuf], found: &mut Vec<Found>) {
    let folders = |dir: &Path| -> Vec<PathBuf> {
        let entries = Disk.read_dir(dir).unwrap_or_default().into_iter().rev();
        entries.filter(|entry| entry.kind == EntryKind::Dir).map(|entry| dir.join(entry.name)).collect()
    };
    let years = folders(sessions).into_iter();
    let days = years.flat_map(|year| folders(&year)).flat_map(|month| folders(&month));
    for day in days.take(MAX_DAYS) {
        let mut of_day = Vec::new();
        files(&day, Client::Codex, &["jsonl"], &mut of_day);
        found.extend(of_day.into_iter().filter(|rollout| is_of(&rollout.path, roots)));
    }
}

fn is_of(rollout: &Path, roots: &[PathBuf]) -> bool {
    let Ok((stream, _)) = Disk.stream(rollout, 0) else { return false };
    let mut head = Vec::new();
    if stream.take(MAX_HEAD).read_to_end(&mut head).is_err() {
        return false;
    }
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut tape = Tape::default();
    let folder = tape.object(line).and_then(|record| record.at(&["payload", "cwd"]).or_else(|| record.get("cwd")));
    let folder = folder.and_then(Value::text);
    folder.is_some_and(|folder| roots.iter().any(|root| Path::new(&*folder).starts_with(root)))
}

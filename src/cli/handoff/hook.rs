//! `ctxlint handoff --hook`: run by a client, which must never be blocked or broken by it. Whatever goes wrong ends with exit
//! code 0 and a line in a log.

use super::super::{Answer, CLEAN, Global, Unusable, say, session};
use super::clock;
use super::produce::{self, Order};
use crate::cache::{Folder, key};
use crate::handoff::content::Facts;
use crate::handoff::facts::transcript::Reading;
use crate::handoff::facts::{Session, git};
use crate::handoff::hook::{self, Checked, Event, Input};
use crate::handoff::{FOLDER, quote, read};
use crate::history::lines::{pin_hash, pinned_places};
use crate::model::Format;
use crate::parse;
use crate::references::citations::citations;
use crate::tokens::Encoding;
use crate::world::git::worktree::{self, Glance};
use crate::world::{Disk, EntryKind, World};
use crate::write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// How long the client's value is waited for. A session's end has 1.5 s for all of its hooks.
const INPUT_TIME: Duration = Duration::from_millis(1_000);
/// How long another hook of the same session is waited for.
const LOCK_TIME: Duration = Duration::from_millis(700);
/// A value of more bytes is none of a client's.
const MAX_INPUT: usize = 4 << 20;
/// The log starts anew above this many bytes.
const MAX_LOG: u64 = 256 * 1024;
/// The log.
const LOG: &str = "hook.log";
/// The first word of a state. Another form gets another one.
const MAGIC: &str = "ctxlint-handoff-state-1";

/// Whether this run is a hook's.
static IS_HOOK: AtomicBool = AtomicBool::new(false);

/// Looks at the arguments before anything can go wrong with them.
pub(in crate::cli) fn note_arguments() {
    let mut arguments = std::env::args_os().skip(1);
    let is_handoff = arguments.any(|argument| argument == "handoff");
    if is_handoff && arguments.any(|argument| argument == "--hook" || argument == "--hook=true") {
        IS_HOOK.store(true, Ordering::Relaxed);
    }
}

/// Whether whatever happens must end with exit code 0.
pub(in crate::cli) fn is_hook() -> bool {
    IS_HOOK.load(Ordering::Relaxed)
}

/// Writes a line into the log of the repository around the current folder; where there is none, to standard error.
pub(in crate::cli) fn log(message: &str) {
    let here = std::env::current_dir().unwrap_or_default();
    log_at(&here, message);
}

fn log_at(dir: &Path, message: &str) {
    let line = format!("{} {}", clock::now(), quote::line(message, 400));
    let glance = dir.ancestors().find_map(worktree::glance);
    let is_logged = glance.is_some_and(|glance| Folder::at(&glance.common_dir).log(LOG, &line, MAX_LOG).is_ok());
    if !is_logged {
        say(&format!("ctxlint: {line}"));
    }
}

/// Answers one event.
pub(super) fn hook(global: &Global, is_shared: bool) -> Result<Answer, Unusable> {
    let nothing = || Answer { text: String::new(), code: CLEAN };
    let Some(text) = one_value() else {
        log("no whole JSON value came in time");
        return Ok(nothing());
    };
    let Some(input) = hook::input(&text) else {
        log("what came is no JSON object");
        return Ok(nothing());
    };
    let root = root(global, &input);
    let done = match input.event {
        Event::Other => return Ok(nothing()),
        Event::SessionStart => start(&root, &input),
        Event::Stop | Event::PreCompact | Event::SessionEnd => {
            write_document(global, &root, &input, is_shared).map(|()| String::new())
        }
    };
    match done {
        Ok(text) => Ok(Answer { text, code: CLEAN }),
        Err(why) => {
            log_at(&root, &format!("{}: {why}", input.name));
            Ok(nothing())
        }
    }
}

/// Reads one JSON value from standard input as soon as it is whole, without waiting for its end.
fn one_value() -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut block = vec![0; 64 * 1024];
        let mut input = std::io::stdin().lock();
        loop {
            let count = input.read(&mut block).unwrap_or(0);
            bytes.extend_from_slice(&block[..count]);
            let end = hook::value_end(&bytes).or((count == 0 || bytes.len() > MAX_INPUT).then_some(bytes.len()));
            if let Some(end) = end {
                bytes.truncate(end);
                let _ = sender.send(bytes);
                return;
            }
        }
    });
    let bytes = receiver.recv_timeout(INPUT_TIME).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.trim().is_empty())
}

/// The repository of the session: the one that the user names, else the one around the session's folder.
fn root(global: &Global, input: &Input) -> PathBuf {
    if let Some(root) = &global.root {
        return std::path::absolute(root).unwrap_or_else(|_| root.clone());
    }
    let folder = input.folder.as_ref().map(PathBuf::from).filter(|folder| folder.is_absolute());
    let here = folder.or_else(|| std::env::current_dir().ok()).unwrap_or_default();
    let top = here.ancestors().find(|dir| Disk.stat(&dir.join(".git")).is_some());
    top.map_or(here.clone(), Path::to_path_buf)
}

/// What the last run left: how far it read, and what was there then.
struct State {
    offset: u64,
    size: u64,
    mark: u64,
    tail: u64,
    document: String,
}

fn header(state: &State, body: &[u8]) -> String {
    let sum = xxhash_rust::xxh3::xxh3_64(body);
    let State { offset, size, mark, tail, document } = state;
    format!("{MAGIC} {} {offset} {size} {mark} {tail} {} {sum} {document}\n", env!("CARGO_PKG_VERSION"), body.len())
}

/// Reads the first line of a state, which is enough to know that there is nothing new.
fn read_header(path: &Path) -> Option<(State, usize, u64)> {
    let (stream, _) = Disk.stream(path, 0).ok()?;
    let mut head = Vec::new();
    stream.take(4_096).read_to_end(&mut head).ok()?;
    let end = head.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&head[..end]).ok()?;
    let mut words = line.splitn(9, ' ');
    if words.next()? != MAGIC || words.next()? != env!("CARGO_PKG_VERSION") {
        return None;
    }
    let mut number = || words.next()?.parse::<u64>().ok();
    let (offset, size, mark, tail) = (number()?, number()?, number()?, number()?);
    let (length, sum) = (number()?, number()?);
    let document = words.next()?.to_owned();
    Some((State { offset, size, mark, tail, document }, usize::try_from(length).ok()?, sum))
}

/// Reads the session that a state holds.
fn read_body(path: &Path, length: usize, sum: u64) -> Option<Session> {
    let bytes = Disk.read(path, 256 << 20).ok()?;
    let start = bytes.iter().position(|byte| *byte == b'\n')? + 1;
    let body = bytes.get(start..).filter(|body| body.len() == length && xxhash_rust::xxh3::xxh3_64(body) == sum)?;
    Session::from_bytes(body)
}

/// A hash of the bytes before an offset: a transcript that was only added to still has them.
fn tail(path: &Path, offset: u64) -> u64 {
    let from = offset.saturating_sub(256);
    let mut bytes = Vec::new();
    if let Ok((stream, _)) = Disk.stream(path, from) {
        let _ = stream.take(offset - from).read_to_end(&mut bytes);
    }
    xxhash_rust::xxh3::xxh3_64(&bytes)
}

/// What is kept for the next run: how far the transcript was read, and what it told until there, as bytes.
type Kept = (u64, Vec<u8>);

/// Reads a transcript from where the last run stopped. Gives what it tells, and what is to be kept for the next run: the
/// offset and the bytes, where the file can be read on from there.
fn read_on(path: &Path, known: Option<(u64, Session)>) -> std::io::Result<(Session, Option<Kept>)> {
    let mut reading = match known {
        Some((offset, session)) => Reading::resume(session, offset),
        None => Reading::default(),
    };
    let (mut stream, _) = Disk.stream(path, reading.offset)?;
    let rest = reading.read(&mut stream)?;
    let kept = (!reading.is_one_value()).then(|| (reading.offset, reading.session.to_bytes()));
    Ok((reading.finish(&rest), kept))
}

/// Brings the document of a session up to date.
fn write_document(global: &Global, root: &Path, input: &Input, is_shared: bool) -> Result<(), String> {
    let transcript = input.transcript.as_ref().map(PathBuf::from).ok_or("the event names no transcript")?;
    let size = Disk.stat(&transcript).filter(|stat| stat.kind == EntryKind::File).map(|stat| stat.bytes);
    let size = size.ok_or_else(|| format!("the transcript {} cannot be read", transcript.display()))?;
    let glance = worktree::glance(root);
    let folder = glance.as_ref().filter(|_| !global.no_cache).map(|glance| Folder::at(&glance.common_dir));
    let mark = glance.as_ref().map_or(0, |glance| glance.mark);
    let id = input.session.clone().unwrap_or_default();
    let name = format!(
        "{:032x}",
        key(&[id.as_bytes(), transcript.as_os_str().as_encoded_bytes(), root.as_os_str().as_encoded_bytes()])
    );
    let state_path = folder.as_ref().map(|folder| folder.path(&format!("handoff-{name}")));
    let known = state_path.as_deref().and_then(read_header);
    if let Some((state, ..)) = &known
        && (state.size, state.mark) == (size, mark)
        && Disk.stat(&root.join(&state.document)).is_some()
    {
        return Ok(());
    }
    // One hook of a session at a time: the other one sees the same transcript.
    let lock = match folder.as_ref().map(|folder| folder.lock(&format!("handoff-{name}.lock"), LOCK_TIME)) {
        Some(Ok(None)) => return Err("another hook of this session is at work".to_owned()),
        Some(Ok(lock)) => lock,
        Some(Err(_)) | None => None,
    };
    let resumed = known.and_then(|(state, length, sum)| {
        let is_same = state.offset <= size && tail(&transcript, state.offset) == state.tail;
        let session = state_path.as_deref().filter(|_| is_same).and_then(|path| read_body(path, length, sum))?;
        Some((state.offset, session))
    });
    let (mut told, kept) = read_on(&transcript, resumed).map_err(|error| error.to_string())?;
    told.id = told.id.or_else(|| input.session.clone());
    let encoding = encoding(global, root);
    let git = git::gather(&Disk, root, &told, None, None)?;
    let aside = produce::edited_aside(root, &transcript);
    let context_files = produce::context_files(git.as_ref());
    let facts = Facts { root, session: &told, git: git.as_ref(), aside: &aside, context_files: &context_files };
    if !is_shared && glance.is_some() {
        ignore(root)?;
    }
    let order = Order { template: "default", budget: None, is_reproducible: false, encoding };
    let (document, ..) = produce::into_folder(root, FOLDER, &facts, &order).map_err(|error| error.message)?;
    if let (Some(folder), Some((offset, body))) = (&folder, kept) {
        let state = State { offset, size, mark, tail: tail(&transcript, offset), document };
        let bytes = [header(&state, &body).as_bytes(), &body].concat();
        // Without a state the next run reads the whole transcript again.
        let _ = folder.put(&format!("handoff-{name}"), &bytes);
    }
    drop(lock);
    Ok(())
}

/// The encoding that the configuration names; a configuration that cannot be used is noted, and the document is written all
/// the same.
fn encoding(global: &Global, root: &Path) -> Encoding {
    let of_root = Global { root: Some(root.to_path_buf()), config: global.config.clone(), ..*global };
    match session::open(&of_root) {
        Ok(session) => Encoding::from_name(&session.settings.encoding).unwrap_or_default(),
        Err(error) => {
            log_at(root, &error.message);
            Encoding::default()
        }
    }
}

/// Keeps git from tracking the documents: a file in their own folder, so that no file of the user's is touched. One that is
/// there is left as it is.
fn ignore(root: &Path) -> Result<(), String> {
    let path = format!("{FOLDER}/.gitignore");
    if Disk.stat(&root.join(&path)).is_some() {
        return Ok(());
    }
    let text = "# Handoffs that hooks write; `ctxlint handoff --hook --shared` leaves them to git.\n*\n";
    write::write(root, &path, text.as_bytes()).map_err(|error| error.to_string())
}

/// What a new session is told: the newest handoff of the branch, with its citations checked now.
fn start(root: &Path, input: &Input) -> Result<String, String> {
    let branch = worktree::glance(root).and_then(|Glance { branch, .. }| branch);
    let entries = Disk.read_dir(&root.join(FOLDER)).unwrap_or_default();
    let names = entries.into_iter().rev().filter(|entry| entry.kind == EntryKind::File && entry.name.ends_with(".md"));
    let mut best: Option<(Option<String>, String, String)> = None;
    for entry in names.filter(|entry| entry.name != "latest.md").take(50) {
        let path = format!("{FOLDER}/{}", entry.name);
        let Ok(Some(text)) = produce::existing(&root.join(&path)) else { continue };
        let document = parse::parse(&text, Format::Markdown);
        let (fields, _) = read::fields(&document);
        if !read::is_ours(&document) || fields.branch != branch || fields.status.as_deref() == Some("done") {
            continue;
        }
        let rank = (fields.generated.clone(), path.clone());
        if best.as_ref().is_none_or(|(time, path, _)| (time, path) < (&rank.0, &rank.1)) {
            best = Some((rank.0, rank.1, text));
        }
    }
    let Some((_, path, text)) = best else { return Ok(String::new()) };
    let document = parse::parse(&text, Format::Markdown);
    let (fields, _) = read::fields(&document);
    // A session that goes on knows what it did.
    if input.source.as_deref() == Some("resume") && fields.session.is_some() && fields.session == input.session {
        return Ok(String::new());
    }
    let cited = citations(&document, &text);
    let checked: Vec<Checked<'_>> = cited
        .iter()
        .filter(|citation| citation.pin.as_ref().is_some_and(|pin| !pin.hash.is_empty()))
        .map(|citation| Checked { citation, note: note(root, citation) })
        .collect();
    let body = document.frontmatter.as_ref().map_or(0, |frontmatter| frontmatter.span.end as usize);
    Ok(hook::digest(&path, &fields, &text, body, &checked, &drift(root, &fields)))
}

/// What became of a citation; `None` when its lines are where it says.
fn note(root: &Path, citation: &crate::references::citations::Citation) -> Option<String> {
    let pin = citation.pin.as_ref()?;
    let Some(inside) = crate::paths::normalize("", &citation.path).filter(|path| !path.starts_with('/')) else {
        return Some("not in this repository".to_owned());
    };
    let Ok(bytes) = Disk.read(&root.join(&inside), 16 << 20) else { return Some("the file is gone".to_owned()) };
    if pin_hash(&bytes, citation.start, citation.end).as_deref() == Some(&*pin.hash) {
        return None;
    }
    let count = citation.end - citation.start + 1;
    match pinned_places(&bytes, count, &pin.hash)[..] {
        [start] if count == 1 => Some(format!("now at line {start}")),
        [start] => Some(format!("now at lines {start}-{}", start + count - 1)),
        _ => Some("these lines were changed since".to_owned()),
    }
}

/// How far the branch has come since.
fn drift(root: &Path, fields: &read::Fields) -> String {
    let Some(head) = fields.head.as_deref() else { return String::new() };
    let now = worktree::resolve(root, "HEAD");
    match now {
        Some(now) if *now == *head => "Its commit is checked out.".to_owned(),
        Some(now) => match worktree::apart(root, &now, head) {
            Some((ahead, 0)) => format!("{ahead} commits came since."),
            Some(_) => "Its commit is not part of this branch any more.".to_owned(),
            None => "Its commit does not exist here.".to_owned(),
        },
        None => String::new(),
    }
}

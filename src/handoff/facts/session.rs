//! What a transcript tells, as it is gathered record by record.
//!
//! The readers of the clients' formats turn records into calls, results, requests and sums; what these words mean is decided
//! here, once for all clients. All records count, also those of branches that the user has left: the edits were made and
//! the tokens were spent. Everything that is kept between records has a limit.

use super::commands::{self, CommandKind};
use super::recent::{Recent, Same};
use super::tests_output;
use super::{Agent, Client, Command, EditedFile, ErrorLine, Plan, Request, RequestKind, RunResult, Task, Tokens};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasherDefault;

/// Texts above this are cut, in bytes: no request and no command of a person is longer.
const MAX_TEXT: usize = 256 * 1024;
/// Distinct commands, files, requests and the like above this are counted and no longer kept.
pub(super) const MAX_KEPT: usize = 20_000;
/// Calls that wait for their results; above it the oldest count as without one.
const MAX_WAITING: usize = 4_096;
/// Lines of one result that are looked at for errors.
const MAX_ERROR_LINES: usize = 400;

/// What a tool was asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Change these files.
    Edit(Vec<String>),
    /// Show these files.
    Read(Vec<String>),
    /// Run a command: its index among the commands, and which run it is.
    Shell {
        /// Index in [`Session::commands`].
        command: usize,
        /// Number of the run among all calls.
        run: u64,
        /// Files that the command changes by the client's own patching program.
        edits: Vec<String>,
    },
    /// Show what a command in the background has done so far: its handle.
    Watch(String),
    /// Start another agent.
    Agent(Agent),
    /// Put a task on the list.
    NewTask(String),
    /// Change the state of a task, or take it off.
    SetTask {
        /// The client's name of the task.
        id: String,
        /// Its new state; `None` when only its text changes.
        state: Option<String>,
        /// Its new text.
        text: Option<String>,
    },
    /// Submit a plan for approval.
    Plan(String),
    /// Anything else.
    Other,
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The tool, as the client calls it.
    pub tool: String,
    /// What it was asked to do.
    pub action: Action,
    /// Whether a sub-agent made it.
    pub is_aside: bool,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ending {
    /// Well.
    #[default]
    Ok,
    /// With an error.
    Failed,
    /// The user or a rule did not let it run.
    Denied,
    /// The client refused it before it ran.
    Refused,
    /// It was broken off.
    Interrupted,
    /// It is not over.
    Running,
}

/// What was read off the output of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Tests that it reports as failed.
    pub failing: Vec<String>,
    /// Its error lines, where it failed.
    pub errors: Vec<String>,
}

impl Printed {
    /// Reads the output of `command`; error lines are only of interest where it failed.
    pub fn read(command: &str, kind: CommandKind, output: &str, has_failed: bool) -> Printed {
        let failing = if commands::may_test(kind, command) { tests_output::failing(output) } else { Vec::new() };
        let lines = output.lines().take(if has_failed { MAX_ERROR_LINES } else { 0 });
        let lines = lines.map(str::trim).filter(|line| is_error_line(line));
        Printed { failing, errors: lines.map(|line| line.chars().take(200).collect()).collect() }
    }
}

/// The result of a call.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// The number that the transcript gives.
    pub exit_code: Option<i64>,
    /// What was read off its output; only filled for commands.
    pub printed: Printed,
    /// The handle of a command that goes on in the background, or the name of a new task.
    pub handle: Option<String>,
    /// The text and the file of an approved plan.
    pub plan: Option<Plan>,
}

/// Everything that a transcript tells.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The client that wrote it, once that is known.
    pub client: Option<Client>,
    /// The client's name of the session.
    pub id: Option<String>,
    /// The client's version; the last one where it changed.
    pub version: Option<String>,
    /// When it began, as the transcript says it.
    pub started: Option<String>,
    /// The session's working folders, in the order in which it entered them.
    pub folders: Vec<String>,
    /// What was asked, in order.
    pub requests: Vec<Request>,
    /// Which of [`Session::requests`] the user has left by going back.
    pub(super) parents: Vec<Option<u32>>,
    /// Edited files in the order of their last edit.
    pub edited: Vec<EditedFile>,
    /// Files that were shown.
    pub read: BTreeSet<String>,
    /// Distinct commands in the order of their first run.
    pub commands: Vec<Command>,
    /// The last list of the main agent.
    pub list: Vec<Task>,
    /// Tasks that were created one by one.
    pub tasks: Vec<Task>,
    /// The last approved plan.
    pub plan: Option<Plan>,
    /// Error lines, digits set aside.
    pub errors: Vec<ErrorLine>,
    /// Calls that were turned down, by tool.
    pub denied: BTreeMap<String, u64>,
    /// How often the user broke off a turn.
    pub interrupted: u64,
    /// Marks of a compaction.
    pub compaction_marks: u64,
    /// Summaries that a compaction left.
    pub summaries: u64,
    /// Agents that were started.
    pub agents: Vec<Agent>,
    /// Models that answered.
    pub models: BTreeSet<String>,
    /// Sums over the session.
    pub tokens: Tokens,
    /// Records.
    pub records: u64,
    /// Records of a type that the reader does not know.
    pub unknown: u64,
    /// Lines that are no record.
    pub malformed: u64,
    /// Lines so far, blank ones included.
    pub lines: u64,
    /// What is only needed while reading.
    pub(super) open: Open,
}

/// What is only needed while reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Open {
    /// Calls without a result, by a hash of their ids, with the order in which they came.
    pub(super) waiting: HashMap<u64, (u64, Call), BuildHasherDefault<Same>>,
    /// Calls that carry no id, oldest first.
    pub(super) unnamed: VecDeque<Call>,
    /// The number of the next call or run.
    pub(super) next: u64,
    /// Calls that have their result, by a hash of their ids.
    pub(super) answered: Recent<()>,
    /// Commands in the background by their handles.
    pub(super) background: BTreeMap<String, (usize, u64)>,
    /// Usage of messages that may still be written again, by a hash of their ids.
    pub(super) usage: Recent<Tokens>,
    /// The request that each record belongs to, by a hash of the record's id.
    pub(super) owners: Recent<u32>,
    /// A hash of the id of the newest record with an owner.
    pub(super) newest: u64,
    /// The request that the newest record belongs to.
    pub(super) owner: Option<u32>,
    /// Prompts by the way in which they came, for those that a client writes twice.
    pub(super) told: Told,
    /// Totals of clients that give running sums.
    pub(super) totals: super::codex::Totals,
    /// Messages of a client that writes them again as they grow.
    pub(super) messages: super::gemini_cli::Messages,
    /// Where the commands, files and errors are, by their texts.
    pub(super) command_at: HashMap<u64, usize, BuildHasherDefault<Same>>,
    pub(super) error_at: HashMap<u64, usize, BuildHasherDefault<Same>>,
}

/// Prompts that came one way and may come the other way too. Texts are cleaned.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// Indices of requests that came the first way only.
    pub(super) first: VecDeque<u32>,
    /// Indices of requests that came the second way only.
    pub(super) second: VecDeque<u32>,
}

/// A hash for tables that live as long as one run or go into the state of this version.
pub(super) fn hash(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

/// The text cut to a length that is kept.
fn kept(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

impl Session {
    /// Restores the tables that follow from the lists.
    pub(super) fn reindex(&mut self) {
        self.open.command_at = self.commands.iter().enumerate().map(|(at, one)| (hash(&one.text), at)).collect();
        self.open.error_at =
            self.errors.iter().enumerate().map(|(at, one)| (hash(&digitless(&one.text)), at)).collect();
    }

    /// Notes a working folder.
    pub(super) fn enter(&mut self, folder: &str) {
        if folder.is_empty() || self.folders.last().is_some_and(|last| last == folder) {
            return;
        }
        if !self.folders.iter().any(|known| known == folder) && self.folders.len() < 256 {
            self.folders.push(folder.to_owned());
        }
    }

    /// Adds a request and gives its index.
    pub(super) fn request(&mut self, text: &str, kind: RequestKind, line: u64, parent: Option<u32>) -> Option<u32> {
        if self.requests.len() >= MAX_KEPT {
            return None;
        }
        let index = self.requests.len() as u32;
        self.requests.push(Request { text: kept(text), kind, line, is_left: false });
        self.parents.push(parent);
        Some(index)
    }

    /// Adds a request that the client may write twice, in two ways; `is_second` tells in which it came. A text that came
    /// the other way before, at most `reach` requests ago, is the same request.
    pub(super) fn request_once(&mut self, text: &str, kind: RequestKind, is_second: bool, reach: usize) -> Option<u32> {
        let line = self.lines;
        let Told { first, second } = &mut self.open.told;
        let (mine, other) = if is_second { (second, first) } else { (first, second) };
        let near = |index: &u32| *index as usize + reach >= self.requests.len();
        let same =
            |index: &u32| self.requests.get(*index as usize).is_some_and(|known| is_same_prompt(&known.text, text));
        if let Some(at) = other.iter().position(|index| near(index) && same(index)) {
            other.drain(..=at);
            return None;
        }
        let index = self.requests.len() as u32;
        mine.push_back(index);
        if mine.len() > 64 {
            mine.pop_front();
        }
        let parent = self.open.owner;
        self.request(text, kind, line, parent)
    }

    /// Starts a run of a command and gives the action that stands for it.
    pub(super) fn shell(&mut self, text: &str) -> Action {
        let text = text.trim();
        let key = hash(text);
        let known = self.open.command_at.get(&key).copied();
        let command = match known {
            Some(at) => at,
            None if self.commands.len() < MAX_KEPT => {
                let at = self.commands.len();
                self.open.command_at.insert(key, at);
                self.commands.push(Command {
                    text: kept(text),
                    kind: commands::kind(text),
                    result: RunResult::Unknown,
                    exit_code: None,
                    runs: 0,
                    failing: Vec::new(),
                    last: 0,
                });
                at
            }
            None => return Action::Other,
        };
        self.open.next += 1;
        let run = self.open.next;
        let one = &mut self.commands[command];
        one.runs += 1;
        one.last = run;
        (one.result, one.exit_code) = (RunResult::Unknown, None);
        Action::Shell { command, run, edits: Vec::new() }
    }

    /// Notes a call whose result is still to come.
    pub(super) fn call(&mut self, id: Option<&str>, call: Call) {
        match id {
            Some(id) if !id.is_empty() => {
                self.open.next += 1;
                let place = self.open.next;
                let key = hash(id);
                // The same call again, as a copied history has it, is no second one.
                if let Some((_, before)) = self.open.waiting.remove(&key)
                    && before != call
                {
                    self.settle(before, None);
                }
                self.open.waiting.insert(key, (place, call));
                if self.open.waiting.len() > MAX_WAITING {
                    self.give_up(MAX_WAITING / 2);
                }
            }
            _ => {
                self.open.unnamed.push_back(call);
                if self.open.unnamed.len() > MAX_WAITING
                    && let Some(call) = self.open.unnamed.pop_front()
                {
                    self.settle(call, None);
                }
            }
        }
    }

    /// The call that a result belongs to: that of its id, else the oldest one without an id. A second result of a call
    /// belongs to none.
    pub(super) fn called(&mut self, id: Option<&str>) -> Option<Call> {
        if let Some(id) = id {
            let key = hash(id);
            if let Some((_, call)) = self.open.waiting.remove(&key) {
                self.open.answered.insert(key, ());
                return Some(call);
            }
            self.open.answered.get(key).is_none().then_some(())?;
        }
        self.open.unnamed.pop_front()
    }

    /// The call of this id that waits for its result.
    pub(super) fn waiting_call(&mut self, id: &str) -> Option<&mut Call> {
        self.open.waiting.get_mut(&hash(id)).map(|(_, call)| call)
    }

    /// Reads the output of the command that a call runs; nothing for every other call.
    pub(super) fn printed(&self, call: &Call, output: &str, has_failed: bool) -> Printed {
        let command = match &call.action {
            Action::Shell { command, .. } => Some(*command),
            Action::Watch(handle) => self.open.background.get(handle).map(|(command, _)| *command),
            _ => None,
        };
        let command = command.and_then(|at| self.commands.get(at));
        command.map_or_else(Printed::default, |one| Printed::read(&one.text, one.kind, output, has_failed))
    }

    /// Puts the result of a call into the facts. Without a result a change counts as made and a command as unknown.
    pub(super) fn settle(&mut self, call: Call, outcome: Option<Outcome>) {
        let has_result = outcome.is_some();
        let outcome = outcome.unwrap_or_default();
        let ending = outcome.ending;
        if ending == Ending::Denied {
            *self.denied.entry(call.tool.clone()).or_default() += 1;
        }
        let did = matches!(ending, Ending::Ok | Ending::Running);
        match call.action {
            Action::Edit(paths) if did => paths.iter().for_each(|path| self.edited_once(path)),
            Action::Read(paths) if did && self.read.len() < MAX_KEPT => self.read.extend(paths),
            Action::Agent(agent) if did && self.agents.len() < MAX_KEPT => self.agents.push(agent),
            Action::Plan(text) if did && has_result && !call.is_aside => {
                let plan = outcome.plan.unwrap_or(Plan { text: String::new(), path: None });
                let text = if plan.text.is_empty() { kept(&text) } else { kept(&plan.text) };
                self.plan = Some(Plan { text, path: plan.path });
            }
            Action::NewTask(text) if did && !call.is_aside && self.tasks.len() < MAX_KEPT => {
                self.tasks.push(Task { text, state: "pending".to_owned(), id: outcome.handle });
            }
            Action::SetTask { id, state, text } if did && !call.is_aside => self.set_task(&id, state, text),
            Action::Shell { command, run, edits } => {
                if did {
                    edits.iter().for_each(|path| self.edited_once(path));
                }
                if has_result {
                    self.ran(command, run, outcome);
                }
            }
            Action::Watch(handle) if has_result => {
                if let Some((command, run)) = self.open.background.get(&handle).copied()
                    && outcome.exit_code.is_some()
                {
                    self.ran(command, run, outcome);
                }
            }
            _ => {}
        }
    }

    fn set_task(&mut self, id: &str, state: Option<String>, text: Option<String>) {
        let Some(task) = self.tasks.iter_mut().find(|task| task.id.as_deref() == Some(id)) else { return };
        task.state = state.unwrap_or_else(|| task.state.clone());
        task.text = text.unwrap_or_else(|| task.text.clone());
    }

    fn edited_once(&mut self, path: &str) {
        if path.is_empty() {
            return;
        }
        let key = self.place_of(path);
        let mut edits = 0;
        let mut spelling = path.to_owned();
        if let Some(at) = self.edited.iter().rposition(|file| file.key == key) {
            let before = self.edited.remove(at);
            (edits, spelling) = (before.edits, before.path);
        }
        if self.edited.len() < MAX_KEPT {
            self.edited.push(EditedFile { path: spelling, edits: edits + 1, key });
        }
    }

    /// The path as it is from the session's folder, so that two spellings of one file are one.
    fn place_of(&self, path: &str) -> String {
        let path = path.replace('\\', "/");
        let path = path.strip_prefix("./").unwrap_or(&path);
        let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
        match self.folders.last() {
            Some(folder) if !is_absolute => format!("{}/{path}", folder.replace('\\', "/").trim_end_matches('/')),
            _ => path.to_owned(),
        }
    }

    fn ran(&mut self, command: usize, run: u64, outcome: Outcome) {
        if let Some(handle) = outcome.handle.filter(|_| outcome.ending == Ending::Running)
            && self.open.background.len() < MAX_KEPT
        {
            self.open.background.insert(handle, (command, run));
        }
        let Some(one) = self.commands.get_mut(command) else { return };
        if one.last == run {
            one.exit_code = outcome.exit_code;
            one.result = match outcome.ending {
                Ending::Ok if outcome.exit_code.is_some_and(|code| code != 0) => RunResult::Failed,
                Ending::Ok => RunResult::Ok,
                Ending::Failed => RunResult::Failed,
                Ending::Denied | Ending::Refused | Ending::Interrupted | Ending::Running => RunResult::Unknown,
            };
        }
        let ran = !matches!(outcome.ending, Ending::Denied | Ending::Refused | Ending::Running);
        if ran && one.last == run {
            one.failing = outcome.printed.failing;
        }
        self.note_errors(&outcome.printed.errors);
    }

    /// Counts the error lines of one failure, digits set aside.
    fn note_errors(&mut self, lines: &[String]) {
        let mut seen: BTreeSet<u64> = BTreeSet::new();
        for line in lines {
            let key = hash(&digitless(line));
            if !seen.insert(key) {
                continue;
            }
            match self.open.error_at.get(&key) {
                Some(at) => self.errors[*at].count += 1,
                None if self.errors.len() < MAX_KEPT => {
                    self.open.error_at.insert(key, self.errors.len());
                    self.errors.push(ErrorLine { text: line.clone(), count: 1 });
                }
                None => {}
            }
        }
    }

    /// Replaces the list of the main agent.
    pub(super) fn set_list(&mut self, list: Vec<Task>) {
        self.list = list;
    }

    /// Adds the usage of a message; a message that was seen before counts once, with its newest usage.
    pub(super) fn use_tokens(&mut self, id: Option<&str>, usage: Tokens) {
        if let Some(id) = id
            && let Some(before) = self.open.usage.insert(hash(id), usage)
        {
            self.tokens = self.tokens.less(before);
        }
        self.tokens = self.tokens.plus(usage);
    }

    /// Lets all but the `most` newest calls count as without a result.
    fn give_up(&mut self, most: usize) {
        let mut places: Vec<(u64, u64)> = self.open.waiting.iter().map(|(key, (place, _))| (*place, *key)).collect();
        places.sort_unstable();
        places.truncate(places.len().saturating_sub(most));
        for (_, key) in places {
            if let Some((_, call)) = self.open.waiting.remove(&key) {
                self.settle(call, None);
            }
        }
    }

    /// Ends the reading: calls without a result count as such.
    pub(super) fn finish(&mut self) {
        self.give_up(0);
        for call in std::mem::take(&mut self.open.unnamed) {
            self.settle(call, None);
        }
        super::codex::finish(self);
        super::gemini_cli::finish(self);
        // What is not on the way from the newest record to the first request was left.
        let mut live = vec![false; self.requests.len()];
        let mut at = self.open.owner.filter(|_| !self.open.owners.is_empty());
        let is_known = at.is_some();
        while let Some(index) = at.filter(|index| live.get(*index as usize) == Some(&false)) {
            live[index as usize] = true;
            at = self.parents.get(index as usize).copied().flatten();
        }
        for (request, live) in self.requests.iter_mut().zip(live) {
            request.is_left = is_known && !live;
        }
    }

    /// How often the conversation was compacted: by its marks, and where there are none by its summaries.
    pub fn compactions(&self) -> u64 {
        if self.compaction_marks > 0 { self.compaction_marks } else { self.summaries }
    }

    /// Tasks that are neither done nor taken off, in order.
    pub fn open_tasks(&self) -> impl Iterator<Item = &Task> {
        let is_open = |task: &&Task| !matches!(task.state.as_str(), "completed" | "deleted" | "cancelled" | "canceled");
        self.list.iter().chain(&self.tasks).filter(is_open)
    }

    /// Tests that the last run of each command reported as failed, with the command, each once.
    pub fn failing_tests(&self) -> Vec<(&str, &str)> {
        let mut seen = BTreeSet::new();
        let all =
            self.commands.iter().flat_map(|one| one.failing.iter().map(|name| (name.as_str(), one.text.as_str())));
        all.filter(|(name, _)| seen.insert(*name)).collect()
    }

    /// Commands of one kind.
    pub fn commands_of(&self, kind: CommandKind) -> impl Iterator<Item = &Command> {
        self.commands.iter().filter(move |command| command.kind == kind)
    }
}

/// Whether two texts are one prompt that was written in two ways.
fn is_same_prompt(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    if a == b {
        return true;
    }
    let (a, b) = (words(a), words(b));
    // One of them may have a wrapper that we do not know; short words end many prompts.
    a == b || (a.len().min(b.len()) >= 20 && (a.ends_with(&b) || b.ends_with(&a)))
}

/// A line with its digits set aside.
fn digitless(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            c => out.push(c),
        }
    }
    out
}

/// Whether a line of output tells of an error.
fn is_error_line(line: &str) -> bool {
    const WORDS: [&str; 9] =
        ["error", "Error", "ERROR", "FAIL", "panicked", "Exception", "fatal:", "not found", "No such file"];
    let letters = line.bytes().filter(u8::is_ascii_alphanumeric).count();
    line.len() >= 6 && letters * 2 >= line.len() && WORDS.iter().any(|word| line.contains(word))
}

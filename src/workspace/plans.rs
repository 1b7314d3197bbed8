//! The load plans of a workspace: what each used client loads at its root, and the heaviest thing that one touch can do.
//! They follow from the workspace alone and are made at the first question.

use super::{File, FileState, Workspace, read_file};
use crate::clients::{Client, NAMING_FILES_IN_SETTINGS, Role};
use crate::discover::format_of;
use crate::load::{self, Indexed, Plan, Request};
use crate::model::Document;
use crate::parallel;
use crate::paths::parent;
use crate::tokens;
use crate::world::{ReadError, World};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// How many of the heaviest paths by bytes are counted in tokens.
const COUNTED_PATHS: usize = 3;

/// How often files are read that only a plan named: each round follows one more import.
const MAX_ROUNDS: usize = 8;

/// What one client loads.
#[derive(Debug)]
pub struct ClientPlan {
    /// The client.
    pub client: &'static Client,
    /// Its newest known version; empty where none are told apart.
    pub version: &'static str,
    /// The file whose touch is part of the plan, relative to the root; `None` for the start alone.
    pub touched: Option<String>,
    /// The plan. It starts at the root, with what lies in the repository only.
    pub plan: Plan,
    /// Tokens of each load, in the order of the plan.
    tokens: Vec<OnceLock<u64>>,
}

impl ClientPlan {
    fn new(client: &'static Client, version: &'static str, touched: Option<String>, plan: Plan) -> ClientPlan {
        let tokens = plan.loads.iter().map(|_| OnceLock::new()).collect();
        ClientPlan { client, version, touched, plan, tokens }
    }

    /// Bytes of all loads, as they are passed on.
    pub fn bytes(&self) -> u64 {
        self.plan.loads.iter().map(|load| load.text.len() as u64).sum()
    }
}

impl Workspace {
    /// What each used client loads at startup in the root, in the order of [`Workspace::clients`].
    pub fn plans(&self) -> &[ClientPlan] {
        self.plans.get_or_init(|| {
            let plan = |client: &&'static Client| {
                ClientPlan::new(client, self.settings.version_of(client), None, self.plan_of(client, &[]))
            };
            self.clients.iter().map(plan).collect()
        })
    }

    /// For each used client for which some touch adds something, what it has loaded after the touch of the one file of
    /// the repository that makes it most. Files that are not linted count where they load at startup only.
    pub fn heaviest(&self) -> &[ClientPlan] {
        let heaviest = |start: &ClientPlan| self.heaviest_of(start.client);
        self.heaviest.get_or_init(|| {
            let little = parallel::is_little(self.files.len());
            parallel::map_of(self.plans(), little, heaviest).into_iter().flatten().collect()
        })
    }

    /// Tokens of one load of a plan of this workspace, counted at the first question.
    pub fn load_tokens(&self, plan: &ClientPlan, load: usize) -> u64 {
        *plan.tokens[load].get_or_init(|| {
            let load = &plan.plan.loads[load];
            // Many loads are whole files, and those are counted once for all clients.
            match self.real_file(&load.path) {
                Some(file) if file.source.text == load.text => file.tokens(self.encoding()),
                _ => tokens::count(self.encoding(), &load.text) as u64,
            }
        })
    }

    /// Tokens of all loads of a plan of this workspace.
    pub fn plan_tokens(&self, plan: &ClientPlan) -> u64 {
        (0..plan.plan.loads.len()).map(|load| self.load_tokens(plan, load)).sum()
    }

    /// The file behind a path, whatever links lead to it.
    pub fn real_file(&self, path: &str) -> Option<&File> {
        self.file(path).or_else(|| self.file(&self.index.real_path(path)?))
    }

    /// What the client loads that starts in the root and then touches these files, relative to the root.
    pub fn plan_of(&self, client: &'static Client, touched: &[&str]) -> Plan {
        self.asked(client, "", touched, |world, request| load::plan(world, request))
    }

    /// What the client loads at startup in the folder `cwd`, relative to the root.
    pub fn plan_at(&self, client: &'static Client, cwd: &str) -> Plan {
        self.asked(client, cwd, &[], |world, request| load::plan(world, request))
    }

    fn asked<T>(
        &self,
        client: &'static Client,
        cwd: &str,
        touched: &[&str],
        ask: impl for<'a> FnOnce(&'a dyn World, &'a Request<'a>) -> T,
    ) -> T {
        let bytes = |path: &str| self.bytes_of(path);
        self.asked_over(&bytes, client, cwd, touched, ask)
    }

    fn asked_over<'w, T>(
        &'w self,
        bytes: &'w load::Bytes<'w>,
        client: &'static Client,
        cwd: &str,
        touched: &[&str],
        ask: impl for<'a> FnOnce(&'a dyn World, &'a Request<'a>) -> T,
    ) -> T {
        let world = Indexed { root: &self.root, index: &self.index, bytes };
        let known = |path: &Path| self.known(path);
        let touched: Vec<PathBuf> = touched.iter().map(|path| self.root.join(path)).collect();
        let start = if cwd.is_empty() { self.root.clone() } else { self.root.join(cwd) };
        let request = Request {
            client,
            version: self.settings.version_of(client),
            root: &self.root,
            cwd: &start,
            touched: &touched,
            machine: None,
            personal: self.settings.local,
            window: self.settings.window,
            known: Some(&known),
        };
        ask(&world, &request)
    }

    /// Text and structure of a file that was read, by its absolute path.
    pub fn known(&self, path: &Path) -> Option<(&str, &Document)> {
        let inside = path.strip_prefix(&self.root).ok()?.to_str()?;
        let inside = if cfg!(windows) { inside.replace('\\', "/") } else { inside.to_owned() };
        let file = self.real_file(&inside).filter(|file| file.is_readable())?;
        Some((file.source.text.as_str(), &*file.document))
    }

    fn bytes_of(&self, path: &str) -> Result<&[u8], ReadError> {
        let file = self.file(path).ok_or(ReadError::NotFound)?;
        match &file.state {
            FileState::Readable => Ok(file.source.text.as_bytes()),
            FileState::NotUtf8 { .. } => Ok(&file.raw),
            FileState::TooLarge(bytes) => Err(ReadError::TooLarge(*bytes)),
            FileState::Unreadable(why) => Err(ReadError::Denied(why.clone())),
        }
    }

    fn heaviest_of(&self, client: &'static Client) -> Option<ClientPlan> {
        let holders = self.holders(client);
        if holders.as_ref().is_some_and(HashSet::is_empty) {
            return None;
        }
        let paths = self.touchable();
        let bytes = |text: &str| text.len() as u64;
        let heaviest = self.asked(client, "", &[], |world, request| {
            load::heaviest(world, request, &paths, holders.as_ref(), COUNTED_PATHS, &bytes)
        });
        let plans = heaviest.into_iter().map(|(path, _)| {
            let plan = self.plan_of(client, &[&path]);
            ClientPlan::new(client, self.settings.version_of(client), Some(path), plan)
        });
        let plans: Vec<ClientPlan> = plans.collect();
        // One plan needs no comparison, and so no count.
        if plans.len() < 2 {
            return plans.into_iter().next();
        }
        let tokens: Vec<u64> = plans.iter().map(|plan| self.plan_tokens(plan)).collect();
        let most = tokens.iter().max()?;
        let at = tokens.iter().position(|tokens| tokens == most)?;
        plans.into_iter().nth(at)
    }

    /// Files that a client may come to touch by its work, sorted: all but context files, for who reads one of those itself
    /// wants to see it.
    pub fn touchable(&self) -> Vec<&str> {
        let is_context = |path: &str| self.file(path).is_some_and(|file| !file.roles.is_empty());
        self.index.files.iter().map(|path| &**path).filter(|path| !is_context(path)).collect()
    }

    /// The folders that may hold files of the client; `None` where its settings may name any file.
    fn holders(&self, client: &'static Client) -> Option<HashSet<&str>> {
        if self.is_told_what_to_load(client) {
            return None;
        }
        let mut holders = HashSet::new();
        for file in &self.files {
            for role in file.roles.iter().filter(|role| role.client == client.name) {
                let mut dir = parent(&role.path);
                while holders.insert(dir) && !dir.is_empty() {
                    dir = parent(dir);
                }
            }
        }
        Some(holders)
    }

    /// Whether the client's settings may name files that it loads, whatever they are called.
    fn is_told_what_to_load(&self, client: &Client) -> bool {
        let of_client = |file: &File| file.clients_with(Role::Settings).any(|other| other.name == client.name);
        NAMING_FILES_IN_SETTINGS.contains(&client.name) && self.files.iter().any(of_client)
    }
}

/// Reads the files that some client loads at startup although they are no context files by their paths, or are excluded
/// from linting: a budget counts what loads. They are not linted.
pub(super) fn read_what_loads_all_the_same(workspace: &mut Workspace, world: &dyn World) {
    let may = |client: &&'static Client| !workspace.excluded.is_empty() || workspace.is_told_what_to_load(client);
    let clients: Vec<&'static Client> = workspace.clients.iter().copied().filter(may).collect();
    if clients.is_empty() {
        return;
    }
    let mut tried: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let unread: Mutex<BTreeSet<String>> = Mutex::default();
        let bytes = |path: &str| {
            let found = workspace.bytes_of(path);
            if found == Err(ReadError::NotFound)
                && let Ok(mut unread) = unread.lock()
            {
                unread.insert(path.to_owned());
            }
            found
        };
        for client in &clients {
            workspace.asked_over(&bytes, client, "", &[], |world, request| load::plan(world, request));
        }
        let index = &workspace.index;
        let is_file = |path: &String| index.files.binary_search_by(|file| (**file).cmp(path)).is_ok();
        let mut unread = unread.into_inner().unwrap_or_default();
        unread.retain(|path| is_file(path) && tried.insert(path.clone()));
        if unread.is_empty() {
            return;
        }
        let (root, limit) = (&workspace.root, workspace.settings.max_file_size);
        let read = |path: &String| {
            read_file(world, &root.join(path), &Arc::from(path.as_str()), &[], format_of(path), false, limit, None)
        };
        let more: Vec<File> = parallel::map(&unread.into_iter().collect::<Vec<_>>(), read);
        workspace.files.extend(more);
        workspace.files.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

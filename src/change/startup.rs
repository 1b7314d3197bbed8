//! What a client loads in two states of a repository, and what of it is not the same.

use super::Change;
use crate::clients::{Client, Role};
use crate::load::{Plan, Trigger};
use crate::measure::{instructions_of, lines};
use crate::paths::Presence;
use crate::tokens;
use crate::workspace::{EarlierStartup, Workspace};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many touched files are planned for.
const MAX_PATHS: usize = 100;

/// What a plan comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tokens.
    pub tokens: u64,
    /// Instructions, equal ones counted once.
    pub instructions: u64,
    /// Lines.
    pub lines: u64,
}

/// What one client loads at startup, before and after.
#[derive(Clone, Copy, Debug)]
pub struct Startup {
    /// The client.
    pub client: &'static Client,
    /// In the state before.
    pub before: Figures,
    /// In the state after.
    pub after: Figures,
}

/// What a client has loaded once a file is touched, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathFigures {
    /// The file, relative to the root.
    pub path: Arc<str>,
    /// In the state before.
    pub before: Figures,
    /// In the state after.
    pub after: Figures,
}

/// What became of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadKind {
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
    /// Its text is another.
    Changed,
}

impl LoadKind {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            LoadKind::Added => "added",
            LoadKind::Removed => "removed",
            LoadKind::Changed => "changed",
        }
    }
}

/// One load that is not the same before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadChange {
    /// Its path, as in a plan.
    pub path: String,
    /// What became of it.
    pub kind: LoadKind,
    /// What makes it load: in the state after, or before where it was removed.
    pub trigger: Trigger,
    /// Its tokens before; 0 where it was not there.
    pub tokens_before: u64,
    /// Its tokens after; 0 where it is not there.
    pub tokens_after: u64,
}

/// Whether two plans load the same; with `touched` only what the touches add counts.
fn is_same(one: &Plan, other: &Plan, touched: bool) -> bool {
    let loads = |plan: &'_ Plan| -> Vec<(String, Trigger, String)> {
        let wanted = plan.loads.iter().filter(|load| !touched || load.touch.is_some());
        wanted.map(|load| (load.path.clone(), load.trigger, load.text.clone())).collect()
    };
    loads(one) == loads(other)
}

fn load_tokens(workspace: &Workspace, path: &str, text: &str) -> u64 {
    match workspace.real_file(path) {
        Some(file) if file.source.text == text => file.tokens(workspace.encoding()),
        _ => tokens::count(workspace.encoding(), text) as u64,
    }
}

fn figures(workspace: &Workspace, plan: &Plan) -> Figures {
    let instructions = instructions_of(plan, |load| workspace.real_file(&load.path));
    Figures {
        tokens: plan.loads.iter().map(|load| load_tokens(workspace, &load.path, &load.text)).sum(),
        instructions: instructions.iter().map(|counted| counted.distinct).sum(),
        lines: plan.loads.iter().map(|load| lines(&load.text)).sum(),
    }
}

fn startup_plan(workspace: &Workspace, client: &'static Client) -> Plan {
    let known = workspace.plans().iter().find(|plan| plan.client.name == client.name);
    known.map_or_else(|| workspace.plan_of(client, &[]), |known| known.plan.clone())
}

/// What a client loads at startup in both states.
pub fn startup_of(before: &Workspace, after: &Workspace, client: &'static Client) -> Startup {
    let (old, new) = (startup_plan(before, client), startup_plan(after, client));
    let then = figures(before, &old);
    let now = if is_same(&old, &new, false) { then } else { figures(after, &new) };
    Startup { client, before: then, after: now }
}

/// The state before as what growth is judged against.
pub fn earlier(startups: &[Startup]) -> Vec<EarlierStartup> {
    let of = |startup: &Startup| EarlierStartup {
        client: startup.client.name.to_owned(),
        tokens: startup.before.tokens,
        instructions: startup.before.instructions,
    };
    startups.iter().map(of).collect()
}

/// For each changed file that is there and no context file: the plans of its touch in both states, where the touch does not
/// add the same.
/// Further files than the first hundred are left out; their number is the second value.
fn touched_plans(
    change: &Change,
    before: &Workspace,
    after: &Workspace,
    client: &'static Client,
) -> (Vec<(Arc<str>, Plan, Plan)>, usize) {
    let is_context =
        |path: &str| [before, after].iter().any(|of| of.file(path).is_some_and(|file| !file.roles.is_empty()));
    let is_file = |path: &str| after.index.presence(path) == Presence::File;
    let paths: Vec<&Arc<str>> =
        change.changed(&after.index).iter().filter(|path| !is_context(path) && is_file(path)).collect();
    let left_out = paths.len().saturating_sub(MAX_PATHS);
    let plans = |path: &&Arc<str>| {
        let (old, new) = (before.plan_of(client, &[path]), after.plan_of(client, &[path]));
        (!is_same(&old, &new, true)).then(|| ((*path).clone(), old, new))
    };
    let found: Vec<_> = paths[..paths.len() - left_out].par_iter().filter_map(plans).collect();
    (found, left_out)
}

/// What touching each changed file loads in both states, where that is not the same; and of how many further changed files
/// it was not asked.
pub fn path_figures(
    change: &Change,
    before: &Workspace,
    after: &Workspace,
    client: &'static Client,
) -> (Vec<PathFigures>, Vec<LoadChange>, usize) {
    let (plans, left_out) = touched_plans(change, before, after, client);
    let figures = |(path, old, new): &(Arc<str>, Plan, Plan)| PathFigures {
        path: path.clone(),
        before: figures(before, old),
        after: figures(after, new),
    };
    let paths = plans.iter().map(figures).collect();
    let mut old: Vec<Plan> = vec![startup_plan(before, client)];
    let mut new: Vec<Plan> = vec![startup_plan(after, client)];
    for (_, then, now) in plans {
        old.push(then);
        new.push(now);
    }
    (paths, load_changes(change, (before, &old), (after, &new), client), left_out)
}

/// The texts of a load in one state with what makes it load. Gemini CLI passes a file on in pieces.
type Loads<'a> = BTreeMap<&'a str, (Vec<&'a str>, Trigger)>;

fn loads(plans: &[Plan]) -> Loads<'_> {
    let mut found = Loads::new();
    for plan in plans {
        let mut of_plan = Loads::new();
        for load in &plan.loads {
            of_plan.entry(&load.path).or_insert_with(|| (Vec::new(), load.trigger)).0.push(&load.text);
        }
        for (path, load) in of_plan {
            found.entry(path).or_insert(load);
        }
    }
    found
}

/// Every load of the plans that is not the same in both states, and every changed context file that no plan holds: one
/// that loads only when something else is touched, or when it is asked for.
fn load_changes(
    change: &Change,
    (before, old): (&Workspace, &[Plan]),
    (after, new): (&Workspace, &[Plan]),
    client: &'static Client,
) -> Vec<LoadChange> {
    let (old, new) = (loads(old), loads(new));
    let count = |workspace: &Workspace, path: &str, load: Option<&(Vec<&str>, Trigger)>| {
        load.map_or(0, |(texts, _)| texts.iter().map(|text| load_tokens(workspace, path, text)).sum())
    };
    let mut found: BTreeMap<String, LoadChange> = BTreeMap::new();
    let paths: std::collections::BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for path in paths {
        let (then, now) = (old.get(path), new.get(path));
        if then.map(|load| &load.0) == now.map(|load| &load.0) {
            continue;
        }
        let Some(trigger) = now.or(then).map(|load| load.1) else { continue };
        found.insert(
            path.to_owned(),
            LoadChange {
                path: path.to_owned(),
                kind: kind(then.is_some(), now.is_some()),
                trigger,
                tokens_before: count(before, path, then),
                tokens_after: count(after, path, now),
            },
        );
    }
    for path in change.changed(&after.index) {
        // A listing brings the name and description of a file; its text is another load.
        let listed = found.get(&**path).is_some_and(|load| load.trigger == Trigger::Listing);
        if (old.contains_key(&**path) || new.contains_key(&**path)) && !listed {
            continue;
        }
        if listed {
            continue;
        }
        let file = |workspace: &Workspace| workspace.file(path).map(|file| file.tokens(workspace.encoding()));
        let roles = [after, before].into_iter().filter_map(|workspace| workspace.file(path));
        let role = roles.flat_map(|file| &file.roles).find(|role| role.client == client.name).map(|role| role.role);
        let trigger = match role {
            Some(Role::Memory | Role::LocalMemory) => Trigger::Nested,
            Some(Role::Rule) => Trigger::Path,
            Some(Role::Skill | Role::Command | Role::Agent) => Trigger::Invoked,
            _ => continue,
        };
        let (then, now) = (file(before), file(after));
        let load = LoadChange {
            path: path.to_string(),
            kind: kind(then.is_some(), now.is_some()),
            trigger,
            tokens_before: then.unwrap_or(0),
            tokens_after: now.unwrap_or(0),
        };
        found.insert(load.path.clone(), load);
    }
    found.into_values().collect()
}

fn kind(was: bool, is: bool) -> LoadKind {
    match (was, is) {
        (false, _) => LoadKind::Added,
        (true, false) => LoadKind::Removed,
        (true, true) => LoadKind::Changed,
    }
}

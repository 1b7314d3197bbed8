//! Plans against their budgets, and what they are made of.

use super::{Verdict, plan_limits};
use crate::clients::{Role, RuleStyle};
use crate::diagnostic::{ClientRef, Part};
use crate::instructions::{instructions, normalize};
use crate::load::{Load, Plan, Portion, Trigger};
use crate::model::Format;
use crate::parse::parse;
use crate::workspace::{ClientPlan, File, Workspace};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

/// A plan that is over a budget, for every client to which the same happens.
#[derive(Debug)]
pub struct OverBudget<'a> {
    /// The first of the clients' plans.
    pub plan: &'a ClientPlan,
    /// The clients.
    pub clients: Vec<ClientRef>,
    /// Their names for people, such as `Claude Code and Codex CLI`.
    pub titles: String,
    /// What was counted.
    pub value: u64,
    /// What is exceeded.
    pub verdict: Verdict,
    /// What the value is made of, the largest part first.
    pub parts: Vec<Part>,
}

impl OverBudget<'_> {
    /// The verb for the clients: `loads` for one, `load` for several.
    pub fn verb<'v>(&self, one: &'v str, several: &'v str) -> &'v str {
        if self.clients.len() == 1 { one } else { several }
    }
}

/// The plans that are over the budget called `name`. `bound` gives a value that the plan does not exceed, at no cost;
/// `count` the value of one load.
pub fn over_plans<'a>(
    workspace: &Workspace,
    name: &str,
    plans: &'a [ClientPlan],
    bound: impl Fn(&ClientPlan) -> u64,
    count: impl Fn(&ClientPlan, usize) -> u64,
) -> Vec<OverBudget<'a>> {
    let limits = plan_limits(&workspace.settings, name);
    let Some(least) = limits.least() else { return Vec::new() };
    let mut found: Vec<OverBudget<'a>> = Vec::new();
    for plan in plans.iter().filter(|plan| bound(plan) > least) {
        let values: Vec<u64> = (0..plan.plan.loads.len()).map(|load| count(plan, load)).collect();
        let value = values.iter().sum();
        let Some(verdict) = limits.verdict(value) else { continue };
        let parts = parts(plan, &values);
        let client = ClientRef { name: plan.client.name, version: plan.version };
        match found.iter_mut().find(|other| other.plan.touched == plan.touched && other.parts == parts) {
            Some(same) => {
                same.clients.push(client);
                same.titles = joined(&same.clients);
            }
            None => {
                let clients = vec![client];
                found.push(OverBudget { plan, titles: joined(&clients), clients, value, verdict, parts });
            }
        }
    }
    found
}

fn joined(clients: &[ClientRef]) -> String {
    let titles: Vec<&str> =
        clients.iter().map(|of| crate::clients::by_name(of.name).map_or(of.name, |client| client.title)).collect();
    match titles.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => titles.join(""),
    }
}

/// What a plan is made of: files, and the entries of each listing together. In a plan with a touch everything of the
/// start is one part.
fn parts(plan: &ClientPlan, values: &[u64]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut listed: Vec<(Role, usize, usize, u64)> = Vec::new();
    let mut start = 0;
    for (load, value) in plan.plan.loads.iter().zip(values) {
        if plan.touched.is_some() && load.touch.is_none() {
            start += value;
            continue;
        }
        if load.trigger == Trigger::Listing {
            let described = usize::from(load.portion != Portion::None);
            match listed.iter_mut().find(|(role, ..)| *role == load.role) {
                Some(kind) => *kind = (kind.0, kind.1 + 1, kind.2 + described, kind.3 + value),
                None => listed.push((load.role, 1, described, *value)),
            }
            continue;
        }
        // Gemini CLI passes a file on in pieces, with what it imports between them.
        match parts.iter_mut().find(|part| part.name == load.path) {
            Some(same) => same.value += value,
            None => parts.push(Part { name: load.path.clone(), value: *value, note: note(plan, load) }),
        }
    }
    for (role, all, described, value) in listed {
        let noun = role.name();
        let name = if all == 1 { format!("1 {noun}") } else { format!("{all} {noun}s") };
        let note = match described {
            _ if all == 1 => "its name and description".to_owned(),
            described if described == all => "names and descriptions".to_owned(),
            described => format!("names, and {described} descriptions"),
        };
        parts.push(Part { name, value, note });
    }
    parts.retain(|part| part.value > 0);
    parts.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    if start > 0 {
        parts.push(Part { name: "at startup".to_owned(), value: start, note: "before any file is read".to_owned() });
    }
    parts
}

fn note(plan: &ClientPlan, load: &Load) -> String {
    let via = load.via.as_deref().unwrap_or_default();
    match load.trigger {
        Trigger::Import => format!("imported by {via}"),
        Trigger::Path => format!("matches {via}"),
        Trigger::Nested => "in a folder around it".to_owned(),
        Trigger::Startup if load.role == Role::Rule => match (plan.client.rules, plan.client.scope) {
            (RuleStyle::Scope { .. }, Some(scope)) => format!("no `{}`, so it always loads", scope.key),
            _ => "a rule that always loads".to_owned(),
        },
        _ => String::new(),
    }
}

/// The file to which a finding about a plan belongs: the first memory file of the plan, so that it stays the same while
/// the shares change, else the first load. `wanted` tells which loads count.
pub fn home(workspace: &Workspace, plan: &ClientPlan, wanted: impl Fn(&Load) -> bool) -> Option<Arc<str>> {
    let loads = || plan.plan.loads.iter().filter(|load| wanted(load) && !load.text.is_empty());
    let load = loads().find(|load| load.role == Role::Memory).or_else(|| loads().next())?;
    Some(workspace.real_file(&load.path).map_or_else(|| load.path.as_str().into(), |file| file.path.clone()))
}

/// How many instructions one load of a plan brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoadInstructions {
    /// Those that no load before it has brought.
    pub distinct: u64,
    /// Those that stand in it or before it already, in the same words.
    pub repeated: u64,
}

/// The instructions of each load, in the order of the plan. Equal ones count once; listings have none. `file_of` names the
/// file that a load comes from, where it was read: what is passed on whole is not counted again.
pub fn instructions_of<'f>(plan: &Plan, file_of: impl Fn(&Load) -> Option<&'f File>) -> Vec<LoadInstructions> {
    let mut seen: HashSet<Cow<'f, str>> = HashSet::new();
    let of = |load: &Load| {
        let mut counted = LoadInstructions::default();
        if load.trigger == Trigger::Listing || !matches!(load.portion, Portion::Full | Portion::Head) {
            return counted;
        }
        let mut add = |words: Cow<'f, str>| {
            let new = seen.insert(words);
            counted.distinct += u64::from(new);
            counted.repeated += u64::from(!new);
        };
        if let Some(file) = file_of(load).filter(|file| file.source.text == load.text) {
            let words = file.instruction_words();
            (0..file.instructions().items.len()).for_each(|nth| add(Cow::Borrowed(words.of(nth))));
            return counted;
        }
        let document = parse(&load.text, Format::Markdown);
        for item in instructions(&document, &load.text).items {
            add(Cow::Owned(normalize(item.span.slice(&load.text))));
        }
        counted
    };
    plan.loads.iter().map(of).collect()
}

/// About the most instructions that a plan can bring, at next to no cost: the files are counted already, and what a client
/// leaves out of them (comments, frontmatter, the end of a long file) seldom changes how the rest reads. A quarter more
/// than the files hold makes up for that.
pub fn most_instructions(workspace: &Workspace, plan: &ClientPlan) -> u64 {
    let of = |load: &Load| match workspace.real_file(&load.path) {
        Some(file) if file.is_readable() => file.instructions().items.len() as u64 * 5 / 4 + 1,
        // No instruction is shorter than four bytes with what separates it from the next.
        _ => load.text.len() as u64 / 4,
    };
    plan.plan.loads.iter().filter(|load| load.trigger != Trigger::Listing).map(of).sum()
}

/// How many instructions stand in a plan more than once, for the end of a message; empty where none does.
pub fn repetition(counted: &[LoadInstructions]) -> String {
    match counted.iter().map(|counted| counted.repeated).sum::<u64>() {
        0 => String::new(),
        1 => "; 1 that is repeated counts once".to_owned(),
        more => format!("; {more} that are repeated count once"),
    }
}

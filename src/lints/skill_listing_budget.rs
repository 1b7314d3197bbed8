//! Skills whose descriptions do not fit into the listing.

use crate::clients::{Role, claude_code};
use crate::diagnostic::{Basis, ClientRef, Diagnostic, Part, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::load;
use crate::measure::thousands;
use crate::paths::{file_name, parent};
use crate::workspace::ClientPlan;

/// The lint.
pub static SKILL_LISTING_BUDGET: Lint = Lint {
    name: "skill-listing-budget",
    summary: "more descriptions of skills than the client's listing has room for",
    page: include_str!("../../docs/lints/skill-listing-budget.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "of a skill without its description the model sees a name and cannot tell when to use it",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// How many names stand in the message.
const NAMED: usize = 3;

fn check(cx: &mut Checker<'_>) {
    for plan in cx.workspace.plans() {
        listing(cx, plan);
    }
}

fn listing(cx: &mut Checker<'_>, plan: &ClientPlan) {
    let workspace = cx.workspace;
    let Some(listing) = plan.plan.skill_listing.as_ref().filter(|listing| !listing.dropped.is_empty()) else { return };
    let Some(home) = listing.dropped.first().and_then(|path| workspace.real_file(path)) else { return };
    let names: Vec<String> = listing.dropped.iter().map(|path| format!("`{}`", name(path))).collect();
    let shown = match names.len() {
        few if few <= NAMED => names.join(", "),
        many => format!("{} and {} more", names[..NAMED].join(", "), many - NAMED),
    };
    let entries = plan.plan.loads.iter().filter(|load| matches!(load.role, Role::Skill | Role::Command));
    let is_claude = plan.client.name == claude_code::CLIENT.name;
    let (does, done, window) = if is_claude {
        let window = format!(" at a window of {} tokens", thousands(workspace.settings.window));
        ("drops", "dropped", window)
    } else {
        ("shortens", "shortened", String::new())
    };
    let bundled = match listing.bundled {
        0 => String::new(),
        bundled => format!(", {} of them for its own skills", thousands(bundled as u64)),
    };
    let part = |path: &String| {
        let file = workspace.real_file(path);
        let text = file.map(|file| load::listed_description(&file.source.text, &file.document, true));
        Part { name: path.clone(), value: text.map_or(0, |text| text.chars().count() as u64), note: done.to_owned() }
    };
    let mut parts: Vec<Part> = listing.dropped.iter().map(part).collect();
    parts.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    cx.report(Diagnostic {
        message: format!(
            "{} {does} {} of {} descriptions in its listing of skills: {shown}; all of them want {} characters, and there \
             is room for {}{window}{bundled}",
            plan.client.title,
            listing.dropped.len(),
            entries.filter(|load| load.touch.is_none()).count(),
            thousands(listing.wanted as u64),
            thousands(listing.chars as u64),
        ),
        help: "shorten the longest descriptions, or set `disable-model-invocation: true` in skills that only people call"
            .to_owned(),
        parts,
        clients: vec![ClientRef { name: plan.client.name, version: plan.version }],
        key: plan.client.name.to_owned(),
        ..cx.finding(&home.path)
    });
}

/// The name under which an entry is listed: a skill's folder, a command's file.
fn name(path: &str) -> &str {
    if file_name(path) == "SKILL.md" { file_name(parent(path)) } else { file_name(path).trim_end_matches(".md") }
}

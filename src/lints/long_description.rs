//! A description of a skill that is cut in the listing.

use crate::clients::{self, DESCRIPTION_LIMITS, DescriptionLimit, Role, SPEC_MAX_DESCRIPTION, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest_of};
use crate::load;
use crate::measure::thousands;
use crate::workspace::{File, Workspace};

/// The lint.
pub static LONG_DESCRIPTION: Lint = Lint {
    name: "long-description",
    summary: "a description that is cut in the listing of skills",
    page: include_str!("../../docs/lints/long-description.md"),
    group: Group::Budget,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Limit,
    why: "the end is gone when the model chooses, and that is where most say when to use the skill",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    // A short frontmatter holds no long description.
    let short = file.document.frontmatter.as_ref().is_none_or(|matter| matter.span.len() <= SPEC_MAX_DESCRIPTION);
    if short || !file.has_role(&[Role::Skill, Role::Command]) {
        return;
    }
    let cutting = DESCRIPTION_LIMITS.iter().filter(|limit| lists(cx.workspace, limit, file));
    let mut is_cut = false;
    for limit in cutting {
        is_cut |= too_long(cx, limit, file);
    }
    if !is_cut && (cx.pedantic || cx.workspace.settings.holds_to_specification()) && file.has_role(&[Role::Skill]) {
        over_the_specification(cx, file);
    }
}

fn lists(workspace: &Workspace, limit: &DescriptionLimit, file: &File) -> bool {
    let is_claude = limit.client == claude_code::CLIENT.name;
    let role = |role: Role| role == Role::Skill || (role == Role::Command && is_claude);
    workspace.has_client(limit.client)
        && file.roles.iter().any(|at| at.client == limit.client && role(at.role))
        && !(is_claude && load::is_unlisted(&file.document))
}

fn description(file: &File, with_when_to_use: bool) -> String {
    let (text, document) = (&file.source.text, &file.document);
    match document.frontmatter_value("description").and_then(|entry| entry.value.as_str()) {
        Some(description) if !with_when_to_use => description.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => load::listed_description(text, document, file.has_role(&[Role::Skill])),
    }
}

fn too_long(cx: &mut Checker<'_>, limit: &DescriptionLimit, file: &File) -> bool {
    let text = description(file, limit.when_to_use);
    let units = limit.unit.of(&text);
    // The settings of the repository may have set another limit.
    let plan = cx.workspace.plans().iter().find(|plan| plan.client.name == limit.client);
    let most = plan.and_then(|plan| plan.plan.skill_listing.as_ref()).map_or(limit.most, |listing| listing.each);
    if units <= most {
        return false;
    }
    let keys = ["description", "when_to_use"];
    let entries: Vec<_> = keys.into_iter().filter_map(|key| file.document.frontmatter_value(key)).collect();
    let (what, them) = match entries.len() {
        2 if limit.when_to_use => ("`description` and `when_to_use` have", "them"),
        _ => ("the description has", "it"),
    };
    let client = clients::by_name(limit.client);
    cx.report(Diagnostic {
        message: format!(
            "{what} {} {}; {} cuts {them} off after {}",
            thousands(units as u64),
            limit.unit.name(),
            client.map_or(limit.client, |client| client.title),
            thousands(most as u64)
        ),
        help: "say in one or two sentences what it does and when to use it; details belong into the body".to_owned(),
        span: entries.first().map(|entry| entry.key_span),
        clients: vec![newest_of(limit.client)],
        key: limit.client.to_owned(),
        ..cx.finding(&file.path)
    });
    true
}

fn over_the_specification(cx: &mut Checker<'_>, file: &File) {
    let Some(entry) = file.document.frontmatter_value("description") else { return };
    let length = entry.value.as_str().map_or(0, |text| text.trim().chars().count());
    if length <= SPEC_MAX_DESCRIPTION {
        return;
    }
    cx.report(Diagnostic {
        message: format!(
            "the description has {} characters; the open Agent Skills specification allows {}",
            thousands(length as u64),
            thousands(SPEC_MAX_DESCRIPTION as u64)
        ),
        severity: Severity::Warn,
        basis: Basis::Convention,
        why: "a client that goes by the specification may refuse the skill".to_owned(),
        help: "say in one or two sentences what it does and when to use it; details belong into the body".to_owned(),
        span: Some(entry.key_span),
        key: "specification".to_owned(),
        ..cx.finding(&file.path)
    });
}

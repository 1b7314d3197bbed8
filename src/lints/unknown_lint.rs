//! A name in a comment or in the configuration that is no lint's.

use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{self, Check, Checker, FixKind, Group, Lint};
use crate::source::Span;
use std::sync::Arc;

/// The lint.
pub static UNKNOWN_LINT: Lint = Lint {
    name: "unknown-lint",
    summary: "a `ctxlint allow` comment or a level that names no lint",
    page: include_str!("../../docs/lints/unknown-lint.md"),
    group: Group::Files,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the comment or the setting has no effect",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let Some(config) = &cx.workspace.config else { return };
    let settings = &cx.workspace.settings;
    let of_overrides = settings.overrides.iter().flat_map(|entry| &entry.levels);
    for setting in settings.levels.iter().chain(of_overrides) {
        let known =
            lint::by_name(&setting.name).is_some() || Group::ALL.iter().any(|group| group.name() == setting.name);
        if !known {
            cx.found.extend(finding(&config.path, setting.span, &setting.name));
        }
    }
}

/// The finding for `name`, which is no lint's; the engine calls it for comments.
pub(crate) fn finding(path: &Arc<str>, span: Span, name: &str) -> Option<Diagnostic> {
    let lints = crate::lints::ALL.iter().map(|lint| lint.name);
    let near = nearest(name, lints.chain(Group::ALL.iter().map(|group| group.name())));
    let fix = |near: &str| Fix {
        title: format!("write `{near}`"),
        applicability: Applicability::Safe,
        edits: vec![Edit { path: path.clone(), span, text: near.to_owned() }],
    };
    Some(Diagnostic {
        message: format!("no lint is called `{name}`"),
        help: match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`ctxlint explain` lists every lint".to_owned(),
        },
        span: Some(span),
        key: name.to_owned(),
        fixes: near.map(fix).into_iter().collect(),
        ..lint::blank(&UNKNOWN_LINT, path)
    })
}

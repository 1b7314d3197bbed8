//! A scope that leaves nothing out.

use super::invalid_glob::at_pattern;
use crate::budgets::UNIVERSAL_SHARE;
use crate::clients::{Evidence, Role, RuleStyle};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::thousands;
use crate::source::Span;
use crate::workspace::{File, ScopedRule};

/// The lint.
pub static UNIVERSAL_SCOPE: Lint = Lint {
    name: "universal-scope",
    summary: "a rule whose patterns match nearly every file: it always loads, in disguise",
    page: include_str!("../../docs/lints/universal-scope.md"),
    group: Group::Scope,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "it is paid for in every session, and unlike a rule without a scope it is lost when the conversation is compacted",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for rule in workspace.scoped_rules().iter().filter(|rule| rule.role == Role::Rule) {
        // Where a rule without patterns never loads, `**` is how one says that it always does.
        if matches!(rule.client.rules, RuleStyle::Scope { without_always: false }) {
            continue;
        }
        let files = workspace.index.below(&rule.anchor).len();
        let all = rule.patterns.iter().position(|pattern| is_everything(&pattern.text));
        let negated = rule.patterns.iter().any(|pattern| pattern.text.starts_with('!'));
        let measured = rule.grammar.fact.evidence == Evidence::Measured;
        let share = files >= UNIVERSAL_SHARE.min_files && rule.total * 100 >= files * UNIVERSAL_SHARE.percent;
        let message = match all {
            _ if rule.always => {
                format!("`**` alone is no scope: {} loads the rule in every session", rule.client.title)
            }
            Some(number) if !negated => format!("`{}` matches every file", rule.patterns[number].text),
            _ if measured && share => {
                format!("the patterns match {} of {} files", thousands(rule.total as u64), thousands(files as u64))
            }
            _ => continue,
        };
        let fix = workspace.file(&rule.file).filter(|_| measured).and_then(|file| without_key(file, rule));
        let help = match rule.client.rules {
            RuleStyle::Flag { key } => format!("write `{key}: true`, or name the files that the rule is for"),
            _ => format!("leave `{}` out, or name the files that the rule is for", rule.grammar.key),
        };
        let why = match rule.always {
            true => "what looks like a scope has no effect",
            false => cx.lint.why,
        };
        let number = all.unwrap_or(0);
        cx.report(Diagnostic {
            message,
            why: why.to_owned(),
            help,
            span: Some(rule.span),
            key: "universal".to_owned(),
            fixes: fix.into_iter().collect(),
            ..at_pattern(cx, rule, number)
        });
    }
}

/// `**`, `*`, `**/*` and the like.
fn is_everything(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '*' | '/')) && (text == "*" || text.contains("**"))
}

/// Takes the key out; the frontmatter with it, when nothing else is in it.
fn without_key(file: &File, rule: &ScopedRule) -> Option<Fix> {
    let text = file.source.text.as_str();
    let frontmatter = file.document.frontmatter.as_ref()?;
    let entries = frontmatter.node.as_ref()?.entries();
    let entry = entries.iter().rfind(|entry| &*entry.key == rule.grammar.key)?;
    let span = if entries.len() == 1 && !frontmatter.yaml.slice(text).contains('#') {
        frontmatter.span
    } else {
        let start = text[..entry.key_span.start as usize].rfind('\n').map_or(0, |newline| newline + 1);
        let end = entry.value.span.end as usize;
        let end = text[end..].find('\n').map_or(text.len(), |newline| end + newline + 1);
        // Something else on the same line, as in a flow mapping: left to the author.
        if !text[start..entry.key_span.start as usize].trim().is_empty() {
            return None;
        }
        Span::new(start, end)
    };
    // A rule that always loaded stays as it is; another one begins to load at the start.
    let applicability = if rule.always { Applicability::Safe } else { Applicability::Unsafe };
    let edits = vec![Edit { path: file.path.clone(), span, text: String::new() }];
    Some(Fix { title: format!("remove `{}`", rule.grammar.key), applicability, edits })
}

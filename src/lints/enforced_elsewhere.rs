//! Style rules that a formatter or linter of the repository enforces already, or contradicts.

use crate::content::tools::{self, Ban, Setting};
use crate::content::{Said, choices, scope};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::instructions::Kind;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::workspace::File;

/// The lint.
pub static ENFORCED_ELSEWHERE: Lint = Lint {
    name: "enforced-elsewhere",
    summary: "a style rule that the configuration of a formatter or linter enforces already, or contradicts",
    page: include_str!("../../docs/lints/enforced-elsewhere.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Cost,
    why: "the tool does it without being asked, and the rule costs tokens in every session",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// Longest instruction that is only about style, in words.
const LONGEST: usize = 14;
/// Words around the name of a construct that say nothing more about it.
const AROUND: [&str; 30] = [
    "never",
    "do",
    "not",
    "don't",
    "avoid",
    "no",
    "must",
    "mustn't",
    "should",
    "shouldn't",
    "use",
    "using",
    "call",
    "calls",
    "calling",
    "write",
    "writing",
    "leave",
    "add",
    "the",
    "a",
    "an",
    "type",
    "types",
    "keyword",
    "statements",
    "statement",
    "code",
    "please",
    "ever",
];

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let enforced = tools::enforced(&workspace.configs);
    if enforced.settings.is_empty() && enforced.bans.is_empty() {
        return;
    }
    let is_new = |file: &File| workspace.news.as_ref().is_none_or(|news| news.documents.contains(&file.path));
    let is_judged = |file: &&File| file.linted && file.is_readable() && !file.roles.is_empty() && is_new(file);
    for file in workspace.files.iter().filter(is_judged) {
        let words = file.instruction_words();
        let items = file.instructions().items.iter().enumerate();
        for (nth, item) in items.filter(|(_, item)| item.kind != Kind::Conditional) {
            let said = Said { file, item: *item, words: words.of(nth) };
            // A rule that says more than the style is not done by the tool.
            if said.words.split(' ').count() <= LONGEST && !judge_style(cx, &said, &enforced.settings) {
                judge_ban(cx, &said, &enforced.bans);
            }
        }
    }
}

/// Reports a choice of style that a tool enforces or contradicts; whether there was one.
fn judge_style(cx: &mut Checker<'_>, said: &Said<'_>, settings: &[Setting]) -> bool {
    for (topic, value) in choices(said.words) {
        let scope = scope(said, topic);
        let fits = |setting: &&Setting| setting.topic == topic && applies(setting, &scope, settings);
        let Some(setting) = settings.iter().find(fits) else { continue };
        let Setting { source, value: set, .. } = setting;
        let same = *set == value;
        let found = Diagnostic {
            span: Some(said.item.span),
            key: format!("{topic} {value}"),
            fixes: if same { removal(said).into_iter().collect() } else { Vec::new() },
            ..cx.finding(&said.file.path)
        };
        cx.report(if same {
            Diagnostic {
                message: format!("`{source}` sees to this already: {topic}, {value}"),
                help: "drop the rule; a hook or CI step that runs the tool is more reliable".to_owned(),
                ..found
            }
        } else {
            Diagnostic {
                severity: Severity::Error,
                basis: Basis::Correctness,
                message: format!("{topic}: this asks for {value}, `{source}` for {set}"),
                why: "what the agent writes is formatted back, or fails the check".to_owned(),
                help: "correct the rule, or drop it".to_owned(),
                ..found
            }
        });
        return true;
    }
    false
}

/// Reports a prohibition of a construct that a rule of a tool refuses already.
fn judge_ban(cx: &mut Checker<'_>, said: &Said<'_>, bans: &[Ban]) {
    if said.item.kind != Kind::Never {
        return;
    }
    let kept: Vec<&str> = said.words.split(' ').filter(|word| !AROUND.contains(word)).collect();
    let kept = kept.join(" ");
    let Some(ban) = bans.iter().find(|ban| ban.construct.words.contains(&kept.trim_start_matches('.'))) else { return };
    if !scope(said, &kept).iter().all(|word| ban.languages.contains(word)) {
        return;
    }
    let Ban { source, rule, .. } = ban;
    cx.report(Diagnostic {
        message: format!("`{source}` sees to this already: its rule `{rule}` refuses it"),
        help: "drop the rule; a hook or CI step that runs the tool is more reliable".to_owned(),
        span: Some(said.item.span),
        key: (*rule).to_owned(),
        fixes: removal(said).into_iter().collect(),
        ..cx.finding(&said.file.path)
    });
}

fn removal(said: &Said<'_>) -> Option<Fix> {
    let span = said.only_in_item()?;
    let edits = vec![Edit { path: said.file.path.clone(), span, text: String::new() }];
    Some(Fix { title: "delete the rule".to_owned(), applicability: Applicability::Unsafe, edits })
}

/// Whether a tool is responsible for what the instruction is about. Without a language it is where no other tool says
/// anything else about the topic.
fn applies(setting: &Setting, scope: &[&str], all: &[Setting]) -> bool {
    if scope.is_empty() {
        let same_topic = |other: &&Setting| other.topic == setting.topic;
        return !setting.implied && all.iter().filter(same_topic).all(|other| other.value == setting.value);
    }
    scope.iter().all(|word| setting.languages.contains(word))
}

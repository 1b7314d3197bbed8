//! Two instructions on one load plan that cannot both be followed.

use crate::content::{self, Said, choices, core, scope};
use crate::diagnostic::{Basis, Diagnostic, Label, Severity};
use crate::instructions::Kind;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The lint.
pub static CONFLICTING_INSTRUCTION: Lint = Lint {
    name: "conflicting-instruction",
    summary: "two instructions on one load plan that cannot both be followed",
    page: include_str!("../../docs/lints/conflicting-instruction.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the model follows one of the two, and nobody knows which",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// A topic about which one place says more than this many things is a table of cases, no rule.
const MANY_VALUES: usize = 3;

/// Topics about when to do something: there a condition is the choice itself.
const POLICIES: [&str; 2] = ["running the tests", "commits"];

/// Each value that is asked for, with the numbers of the instructions that do.
type Places<'v> = BTreeMap<Cow<'v, str>, Vec<usize>>;

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let audiences = content::audiences(workspace);
    let said = content::said(workspace, &audiences);
    let open: Vec<&Said<'_>> = said.iter().filter(|of| !has_exception(of.words)).collect();
    let meet = |one: &Said<'_>, two: &Said<'_>| audiences.iter().any(|of| of.meet(&one.file.path, &two.file.path));

    let mut reported: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    let mut by_topic: BTreeMap<&str, BTreeMap<Vec<&str>, Places<'_>>> = BTreeMap::new();
    for (at, of) in open.iter().enumerate() {
        for (topic, value) in choices(of.words) {
            if of.item.kind == Kind::Conditional && !POLICIES.contains(&topic) {
                continue;
            }
            let asked = by_topic.entry(topic).or_default();
            asked.entry(scope(of, topic)).or_default().entry(value).or_default().push(at);
        }
    }
    for (topic, asked) in by_topic {
        for values in asked.into_values().filter(|values| (2..=MANY_VALUES).contains(&values.len())) {
            let all: Vec<(&str, usize)> =
                values.iter().flat_map(|(value, places)| places.iter().map(|at| (&**value, *at))).collect();
            let pair = all.iter().enumerate().find_map(|(nth, (value, one))| {
                let other =
                    all[nth + 1..].iter().find(|(other, two)| other != value && meet(open[*one], open[*two]))?;
                Some(((*value, *one), *other))
            });
            let Some(((value, one), (other, two))) = pair else { continue };
            let ((first, _), (second, wanted)) =
                if one < two { ((one, value), (two, other)) } else { ((two, other), (one, value)) };
            let before = if wanted == value { other } else { value };
            if reported.insert((first, second)) {
                found.push((
                    first,
                    second,
                    format!("{topic}: this asks for {wanted}, an instruction elsewhere for {before}"),
                ));
            }
        }
    }
    let mut by_core: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, of) in open.iter().enumerate().filter(|(_, of)| of.item.kind != Kind::Conditional) {
        if let Some(core) = core(of.words) {
            by_core.entry(core).or_default().push(at);
        }
    }
    for places in by_core.into_values().filter(|places| places.len() > 1) {
        let never = |at: &&usize| open[**at].item.kind == Kind::Never;
        let (Some(no), Some(yes)) = (places.iter().find(never), places.iter().find(|at| !never(at))) else { continue };
        let (first, second) = (*no.min(yes), *no.max(yes));
        let same = scope(open[first], "") == scope(open[second], "");
        if same && meet(open[first], open[second]) && reported.insert((first, second)) {
            let (this, that) = if second == *no { ("forbids", "asks for") } else { ("asks for", "forbids") };
            found.push((first, second, format!("this {this} what an instruction elsewhere {that}")));
        }
    }
    found.sort();
    for (first, second, message) in found {
        let (first, second) = (open[first], open[second]);
        let place =
            if first.file.path == second.file.path { "above".to_owned() } else { format!("in `{}`", first.file.path) };
        cx.report(Diagnostic {
            message: message.replace("elsewhere", &place),
            help: "decide for one, or say when each of them holds".to_owned(),
            span: Some(second.item.span),
            related: vec![Label {
                path: first.file.path.clone(),
                span: first.item.span,
                message: "the other one".to_owned(),
            }],
            clients: content::clients_of(&audiences, &first.file.path, &second.file.path),
            key: format!("{}\n{}", first.words, second.words),
            ..cx.finding(&second.file.path)
        });
    }
}

/// Whether an instruction says itself that there are cases.
fn has_exception(words: &str) -> bool {
    let cases =
        ["unless", "except", "otherwise", "depending", "either", "if", "when", "where", "existing", "match", "legacy"];
    words.split(' ').any(|word| cases.contains(&word))
}

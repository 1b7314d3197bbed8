//! Rules and skills that are tied to paths, and which files of the repository their patterns match.

use super::{File, Workspace};
use crate::clients::{Client, Evidence, FileRule, Matching, Role, RuleStyle, ScopeGrammar};
use crate::model::NodeKind;
use crate::paths::{LinkTarget, PathIndex, is_below};
use crate::scope::{self, PatternText, Scope};
use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One rule or skill with a scope, as one client reads it.
#[derive(Debug)]
pub struct ScopedRule {
    /// Real path of the file.
    pub file: Arc<str>,
    /// What it is: a rule or a skill.
    pub role: Role,
    /// The client.
    pub client: &'static Client,
    /// How the client matches.
    pub grammar: &'static ScopeGrammar,
    /// The folder that the patterns are measured from; empty for the root.
    pub anchor: String,
    /// The value of the scope key.
    pub span: Span,
    /// Its patterns, as written.
    pub patterns: Vec<PatternText>,
    /// How many files each pattern matches by itself; what a negated pattern would match, were it not negated.
    pub matches: Vec<usize>,
    /// How many files the rule loads for.
    pub total: usize,
    /// The client takes the patterns for no scope at all, and loads the rule always.
    pub always: bool,
}

/// The most paths behind links to folders that are looked at.
const MAX_LINKED: usize = 10_000;

/// Every rule and skill with a scope, by file and client.
pub(super) fn scoped_rules(workspace: &Workspace) -> Vec<ScopedRule> {
    let mut rules: Vec<ScopedRule> = Vec::new();
    for file in workspace.files.iter().filter(|file| file.linted && file.is_readable()) {
        for role in &file.roles {
            let used = workspace.clients.iter().find(|client| client.name == role.client);
            let rule = used.and_then(|client| read(file, client, role.role, &role.path));
            rules.extend(rule);
        }
    }
    if !rules.is_empty() {
        count_matches(&workspace.index, &mut rules);
    }
    rules
}

fn read(file: &File, client: &'static Client, role: Role, path: &str) -> Option<ScopedRule> {
    let grammar = client.scope?;
    let may_scope = role == Role::Rule || (role == Role::Skill && client.scoped_skills);
    let entry = file.document.frontmatter_value(grammar.key)?;
    if !may_scope || !counts(file, client, role) || scope::loses_list(&file.document, grammar) {
        return None;
    }
    let patterns = scope::patterns_of(&entry.value, grammar);
    if patterns.is_empty() {
        return None;
    }
    let always = Scope::new(patterns.iter().map(|pattern| pattern.text.as_str()), grammar).always;
    Some(ScopedRule {
        file: file.path.clone(),
        role,
        client,
        grammar,
        anchor: anchor(client.rule_of(path), path).to_owned(),
        span: entry.value.span,
        matches: vec![0; patterns.len()],
        patterns,
        total: 0,
        always,
    })
}

/// Whether the patterns decide when the rule loads, and no other key does.
fn counts(file: &File, client: &Client, role: Role) -> bool {
    match client.rules {
        _ if role == Role::Skill => true,
        RuleStyle::Always => false,
        RuleStyle::Scope { .. } => true,
        RuleStyle::Flag { key } => !flag(file, key),
        RuleStyle::Mode { key, scoped, without, .. } => {
            let mode = file.document.frontmatter_value(key).and_then(|entry| entry.value.as_str());
            mode.unwrap_or(without) == scoped
        }
    }
}

/// Whether a frontmatter key is `true`, in whatever spelling.
pub fn flag(file: &File, key: &str) -> bool {
    file.document.frontmatter_value(key).is_some_and(|entry| match &entry.value.kind {
        NodeKind::Bool(value) => *value,
        NodeKind::String { value, .. } => &**value == "true",
        _ => false,
    })
}

/// The part of a path before the folder of its rule.
fn anchor<'a>(rule: Option<&FileRule>, path: &'a str) -> &'a str {
    let Some(rule) = rule else { return "" };
    let inner = format!("/{}/", rule.dir);
    path.find(&inner).filter(|_| !path.starts_with(&inner[1..])).map_or("", |at| &path[..at])
}

/// Index of a rule, of one of its patterns or `None` for all of them together, and what they match.
type Part = (usize, Option<usize>, Scope);

/// Fills in what each pattern matches. What is only known from documents is read generously: a pattern counts as alive
/// when it matches by any of the usual meanings.
fn count_matches(index: &PathIndex, rules: &mut [ScopedRule]) {
    let paths = all_paths(index);
    let mut by_anchor: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
    for (at, rule) in rules.iter().enumerate() {
        let mut add = |anchor, grammar: &ScopeGrammar| {
            let scope = Scope::new(rule.patterns.iter().map(|pattern| pattern.text.as_str()), grammar);
            let scopes = by_anchor.entry(anchor).or_default();
            let single = scope.split(rule.patterns.len()).into_iter().enumerate();
            scopes.extend(single.map(|(number, scope)| (at, Some(number), scope)));
            scopes.push((at, None, scope));
        };
        add(&*rule.anchor, rule.grammar);
        if rule.grammar.fact.evidence != Evidence::Measured {
            let lenient = lenient(rule.grammar);
            add(&*rule.anchor, &lenient);
            if !rule.anchor.is_empty() {
                add("", rule.grammar);
                add("", &lenient);
            }
        }
    }
    let mut most: BTreeMap<(usize, Option<usize>), usize> = BTreeMap::new();
    for (anchor, scopes) in by_anchor {
        let prefix = if anchor.is_empty() { String::new() } else { format!("{anchor}/") };
        let inside: Vec<&str> = paths.iter().filter_map(|path| path.strip_prefix(&*prefix)).collect();
        let borrowed: Vec<&Scope> = scopes.iter().map(|(_, _, scope)| scope).collect();
        let mut counts = vec![0; scopes.len()];
        scope::match_each(&borrowed, &inside, |_, found| {
            found.iter().for_each(|scope| counts[*scope as usize] += 1);
        });
        for ((rule, pattern, _), count) in scopes.iter().zip(counts) {
            let best = most.entry((*rule, *pattern)).or_default();
            *best = (*best).max(count);
        }
    }
    for ((rule, pattern), count) in most {
        match pattern {
            Some(number) => rules[rule].matches[number] = count,
            None => rules[rule].total = count,
        }
    }
}

fn lenient(grammar: &ScopeGrammar) -> ScopeGrammar {
    ScopeGrammar { matching: Matching::Gitignore, ignore_case: true, bang_class: true, ..*grammar }
}

/// Files by every path that leads to them, links included.
fn all_paths(index: &PathIndex) -> Vec<String> {
    let mut paths: Vec<String> = index.files.iter().map(|path| path.to_string()).collect();
    let mut linked = 0;
    for (link, target) in &index.links {
        let LinkTarget::Inside(target) = target else { continue };
        if index.files.binary_search(target).is_ok() {
            paths.push(link.to_string());
            continue;
        }
        // A link to a folder around itself would go on for ever.
        if is_below(link, target) {
            continue;
        }
        for path in index.below(target) {
            linked += 1;
            if linked > MAX_LINKED {
                return paths;
            }
            paths.push(format!("{link}{}", &path[target.len()..]));
        }
    }
    paths
}

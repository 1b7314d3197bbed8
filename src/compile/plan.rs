//! Decides where each piece goes: by small integers, from evidence that is kept for the reader. The same sources give the
//! same plan, whatever the machine.

use super::evidence::{Facts, facts};
use super::lexicon::Class;
use super::map::{Map, Row, rows_before};
use super::pieces::Piece;
use super::plan_file::PlanFile;
use super::scopes::{self, Guess, Terrain};
use super::scores::{LEAST_RULE, LONG, SHORT, Veto, best, rule, skill, veto};
use super::sources::{Source, bound};
use super::targets::{self, Target};
use super::{Action, duplicates};
use crate::source::Span;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How much leaves the root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// The smallest root: everything leaves that may.
    Minimal,
    /// What is plainly for some files, some tasks or for looking up leaves.
    #[default]
    Balanced,
    /// The fullest root: only what the strongest evidence speaks for leaves.
    Full,
}

/// Every profile.
pub const PROFILES: [Profile; 3] = [Profile::Minimal, Profile::Balanced, Profile::Full];

impl Profile {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Minimal => "minimal",
            Profile::Balanced => "balanced",
            Profile::Full => "full",
        }
    }

    /// The profile of this name.
    pub fn from_name(name: &str) -> Option<Profile> {
        PROFILES.into_iter().find(|profile| profile.name() == name)
    }

    /// The least score of a move.
    fn threshold(self) -> i32 {
        match self {
            Profile::Minimal => 1,
            Profile::Balanced => 1,
            Profile::Full => 4,
        }
    }

    /// The least score of a move of what is told from all work by its heading or its scope: the smallest root does
    /// without it.
    fn threshold_of(self, judged: &Judged) -> i32 {
        let facts = &judged.facts;
        if self != Profile::Minimal || facts.tokens < LEAST_RULE || facts.is_foreign {
            return self.threshold();
        }
        let is_general = facts.is_conduct() || facts.around.contains(&Class::Conduct);
        let classes = || facts.own.iter().chain(&facts.around);
        let is_named = judged.guess.as_ref().is_some_and(|guess| guess.points > 1)
            || classes().any(|class| matches!(class, Class::Task | Class::Reference | Class::Layout));
        let is_strong = facts.strong > 0 && facts.strong * 6 >= facts.prose_lines;
        if is_general || is_strong && !is_named {
            return 0;
        }
        // A long section of directives about one thing is read with that thing. A short one, or one of commands that are
        // run every day, is not worth the way.
        let is_daily = facts.is(Class::Daily) && facts.commands();
        if facts.tokens >= LONG && !is_daily { -5 } else { -3 }
    }
}

/// Text that may be dropped on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Droppable {
    /// Sections that stand elsewhere in the startup context, word for word.
    Duplicates,
    /// Directory trees that the tree itself shows.
    Derivable,
    /// Style that a formatter enforces.
    Style,
}

/// Every kind that may be dropped.
pub const DROPPABLE: [Droppable; 3] = [Droppable::Duplicates, Droppable::Derivable, Droppable::Style];

impl Droppable {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Droppable::Duplicates => "duplicates",
            Droppable::Derivable => "derivable",
            Droppable::Style => "style",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Droppable> {
        DROPPABLE.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How much leaves the root.
    pub profile: Profile,
    /// Stop moving once the startup context has at most so many tokens.
    pub budget: Option<u64>,
    /// What may be dropped.
    pub drops: Vec<Droppable>,
    /// Write an index of the documents.
    pub index: bool,
    /// Fail rather than lose a scope.
    pub strict: bool,
    /// The plan of a person, which is carried out as it is.
    pub applied: Option<PlanFile>,
}

/// Where some neighbouring pieces of one source go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Index of the source.
    pub source: usize,
    /// Index of the first piece.
    pub first: usize,
    /// One past the last piece.
    pub last: usize,
    /// Where it goes.
    pub action: Action,
    /// The patterns of a rule, from the base of the source.
    pub scope: Vec<String>,
    /// How much speaks for it, above what speaks against it.
    pub score: i32,
    /// In percent.
    pub confidence: u8,
    /// Why, in words.
    pub evidence: Vec<String>,
    /// The path that a person wants.
    pub dst: Option<String>,
    /// A person decided it.
    pub pinned: bool,
    /// The pieces that move for what they say themselves, and not with what is around them.
    pub chosen: Vec<usize>,
    /// Tokens of the text.
    pub tokens: u64,
}

/// What was decided: every piece is in one decision.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By source and place.
    pub decisions: Vec<Decision>,
    /// What was not planned, and why.
    pub notes: Vec<String>,
}

/// What is known of one piece.
pub(super) struct Judged {
    pub(super) facts: Facts,
    pub(super) guess: Option<Guess>,
    /// Why it stays, whatever else speaks for a move.
    pub(super) veto: Option<Veto>,
    pub(super) best: Option<Candidate>,
}

#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) action: Action,
    pub(super) score: i32,
    pub(super) scope: Vec<String>,
    pub(super) evidence: Vec<String>,
}

/// Plans all sources.
pub fn plan(
    workspace: &Workspace,
    sources: &[Source<'_>],
    target: Target,
    options: &Options,
    previous: Option<&Map>,
) -> Plan {
    let mut plan = Plan::default();
    let terrain = &Terrain::new(workspace);
    let duplicates = duplicates::find(sources, options, workspace);
    let linked = linked_anchors(workspace);
    for (number, source) in sources.iter().enumerate() {
        if let Some(why) = &source.frozen {
            plan.notes.push(format!("{}: nothing of it moves: {why}", source.path()));
            plan.decisions.extend(keep_all(workspace, source, number, why));
            continue;
        }
        if !is_large(workspace, source) {
            plan.decisions.extend(keep_all(
                workspace,
                source,
                number,
                "its file is small, and loads only near its folder",
            ));
            continue;
        }
        let linked = linked.get(source.path()).map_or(&[][..], Vec::as_slice);
        let mut closed: Vec<Action> = Vec::new();
        for action in [Action::Rule, Action::Skill, Action::Document] {
            if targets::is_ignored(target, workspace, &source.base, action) {
                let what = action.name();
                plan.notes.push(format!("{}: git ignores the place of a {what}, so none is made", source.path()));
                closed.push(action);
            }
        }
        let mut judged: Vec<Judged> = Vec::new();
        for at in 0..source.pieces.len() {
            let above = source.pieces[at].parent.filter(|parent| source.pieces[*parent].level > 1);
            let parent = above.and_then(|parent: usize| judged[parent].guess.clone());
            judged.push(judge(terrain, source, at, parent.as_ref(), linked, &closed));
        }
        let before = previous.and_then(|map| map.sources.iter().find(|mapped| mapped.path == source.path()));
        let rows = before.map_or(&[][..], |mapped| mapped.rows.as_slice());
        let rows = rows_before(rows, &source.pieces, source.text());
        if source.is_rule
            && target == Target::ClaudeCode
            && let Some(whole) = whole_rule(terrain, source, number, &judged, options)
        {
            plan.decisions.extend(whole);
            continue;
        }
        let mut decisions = decide(terrain, source, number, &judged, options, &rows, &closed);
        duplicates::drop_found(&mut decisions, number, &duplicates);
        plan.decisions.extend(decisions);
    }
    if let Some(budget) = options.budget {
        meet_budget(workspace, target, &mut plan, budget);
    }
    plan
}

/// Whether a source is worth a cut: all that loads at startup, and of the rest what is over the budget of a file.
pub(super) fn is_large(workspace: &Workspace, source: &Source<'_>) -> bool {
    if source.at_start || source.base.is_empty() {
        return true;
    }
    let limit = crate::measure::file_limits(workspace, "file-lines", source.file).least();
    limit.is_some_and(|limit| source.file.source.line_count() as u64 > limit)
}

fn keep(source: usize, piece: usize, tokens: u64, why: &str) -> Decision {
    Decision {
        source,
        first: piece,
        last: piece + 1,
        action: Action::Keep,
        scope: Vec::new(),
        score: 0,
        confidence: 100,
        evidence: if why.is_empty() { Vec::new() } else { vec![why.to_owned()] },
        dst: None,
        pinned: false,
        chosen: Vec::new(),
        tokens,
    }
}

fn keep_all<'a>(
    workspace: &'a Workspace,
    source: &'a Source<'_>,
    number: usize,
    why: &'a str,
) -> impl Iterator<Item = Decision> + 'a {
    let tokens = |piece: &Piece| crate::tokens::count(workspace.encoding(), piece.span.slice(source.text())) as u64;
    source.pieces.iter().enumerate().map(move |(at, piece)| keep(number, at, tokens(piece), why))
}

/// Headings that other files link to, by the path of the file that has them: whoever follows such a link must find them.
fn linked_anchors(workspace: &Workspace) -> HashMap<Arc<str>, Vec<String>> {
    use crate::references::links::{self, Destination};
    let mut found: HashMap<Arc<str>, Vec<String>> = HashMap::new();
    for file in workspace.files.iter().filter(|file| file.linted && file.source.text.contains('#')) {
        for link in links::links(file) {
            let (Destination::Path(path), Some(fragment)) = (&link.destination, &link.fragment) else { continue };
            let real = links::find(&workspace.index, &file.path, path).filter(|real| *real != file.path);
            if let Some(real) = real {
                found.entry(real).or_default().push(super::rewrite::skeleton(fragment));
            }
        }
    }
    found
}

fn judge(
    terrain: &Terrain<'_>,
    source: &Source<'_>,
    at: usize,
    parent: Option<&Guess>,
    linked: &[String],
    closed: &[Action],
) -> Judged {
    let piece = &source.pieces[at];
    let facts = facts(terrain, source, at, at + 1);
    let guess = scopes::guess(terrain, source, &facts.named, &facts.title, parent);
    let mut judged = Judged { facts, guess, veto: None, best: None };
    judged.veto = veto(terrain.workspace, source, at, &judged, linked);
    if judged.veto.is_none() && !piece.fixed {
        judged.best = best(source, piece.part, &judged, closed);
    }
    judged
}

/// Takes the decisions of a source, section by section.
fn decide(
    terrain: &Terrain<'_>,
    source: &Source<'_>,
    number: usize,
    judged: &[Judged],
    options: &Options,
    rows: &[Option<&Row>],
    closed: &[Action],
) -> Vec<Decision> {
    let pieces = &source.pieces;
    let mut wanted: Vec<Option<Candidate>> = Vec::new();
    for (at, judged) in judged.iter().enumerate() {
        wanted.push(chosen(judged, &pieces[at], options, rows[at]));
    }
    let own: Vec<bool> =
        wanted.iter().map(|wanted| wanted.as_ref().is_some_and(|candidate| candidate.score != PINNED)).collect();
    // Procedures whose steps have headings of their own move whole.
    for at in 0..pieces.len() {
        if let Some(whole) =
            procedure(terrain, source, at, judged, options).filter(|_| !closed.contains(&Action::Skill))
        {
            wanted[at..pieces[at].end].fill(Some(whole));
        }
    }
    // What stands directly under a heading goes only with all of its section; a heading alone goes with what it is above.
    for at in (0..pieces.len()).rev() {
        let below = at + 1..pieces[at].end;
        if below.is_empty() {
            continue;
        }
        if below.clone().any(|piece| wanted[piece].is_none()) {
            wanted[at] = None;
        } else if wanted[at].is_none() && judged[at].veto.is_none() && judged[at].facts.tokens < SHORT {
            // A heading with a line or two goes with what it is above.
            wanted[at] = wanted[at + 1].clone();
        }
    }
    let mut decisions: Vec<Decision> = Vec::new();
    let mut open: Option<(usize, Candidate)> = None;
    for (at, piece) in pieces.iter().enumerate() {
        let tokens = judged[at].facts.tokens;
        let Some(candidate) = wanted[at].clone() else {
            open = None;
            let pinned = rows[at].filter(|row| row.pinned && !piece.path.is_empty());
            let evidence = pinned.map_or_else(|| why_kept(&judged[at]), |row| vec![row.reason.clone()]);
            decisions.push(Decision { evidence, pinned: pinned.is_some(), ..keep(number, at, tokens, "") });
            continue;
        };
        // A piece joins its section's decision where both go to the same place for the same reason.
        let joins = open.as_ref().is_some_and(|(top, before)| {
            piece.parent.is_some_and(|parent| parent >= *top)
                && before.action == candidate.action
                && before.scope == candidate.scope
        });
        match decisions.last_mut().filter(|_| joins) {
            Some(last) => {
                last.last = at + 1;
                last.tokens += tokens;
                last.score = last.score.max(candidate.score);
                last.chosen.extend(own[at].then_some(at));
            }
            None => {
                let pinned = candidate.score == PINNED;
                decisions.push(Decision {
                    action: candidate.action,
                    scope: candidate.scope.clone(),
                    score: candidate.score,
                    confidence: confidence(candidate.score),
                    evidence: candidate.evidence.clone(),
                    pinned,
                    chosen: own[at].then_some(at).into_iter().collect(),
                    ..keep(number, at, tokens, "")
                });
                open = Some((at, candidate));
            }
        }
    }
    decisions
}

/// A rule without a scope whose text is all about some files: it stays where it is, and gets the scope.
fn whole_rule(
    terrain: &Terrain<'_>,
    source: &Source<'_>,
    number: usize,
    judged: &[Judged],
    options: &Options,
) -> Option<Vec<Decision>> {
    let first = source.pieces.iter().position(|piece| !piece.fixed)?;
    let safe = |judged: &Judged| judged.facts.grave == 0 && judged.facts.gate == 0 && !judged.facts.warned;
    if !judged[first..].iter().all(safe) || bound(terrain.workspace, source, first, source.pieces.len()).is_some() {
        return None;
    }
    let all = facts(terrain, source, first, source.pieces.len());
    let guess = scopes::guess(terrain, source, &all.named, &all.title, None)?;
    let candidate = rule(&all, &guess);
    if guess.points < 3 || candidate.score < options.profile.threshold() {
        return None;
    }
    let mut decisions: Vec<Decision> =
        (0..first).map(|at| keep(number, at, judged[at].facts.tokens, "frontmatter")).collect();
    decisions.push(Decision {
        last: source.pieces.len(),
        action: Action::Rule,
        scope: candidate.scope,
        score: candidate.score,
        confidence: confidence(candidate.score),
        evidence: candidate.evidence,
        ..keep(number, first, all.tokens, "")
    });
    Some(decisions)
}

/// Why a piece stays: what forbids a move, or what the best of them would have had for it.
fn why_kept(judged: &Judged) -> Vec<String> {
    if let Some(veto) = &judged.veto {
        return vec![veto.why.to_owned()];
    }
    let Some(best) = &judged.best else { return Vec::new() };
    let mut evidence = vec![format!("{} scores {}", best.action.name(), best.score)];
    evidence.extend(best.evidence.iter().cloned());
    evidence
}

/// The score of what a person decided.
const PINNED: i32 = 1_000;

/// How far the score of a move may fall before it is taken back.
const LEAD: i32 = 4;

/// The decision on one piece alone.
fn chosen(judged: &Judged, piece: &Piece, options: &Options, before: Option<&Row>) -> Option<Candidate> {
    let before = before.filter(|_| !piece.path.is_empty());
    if let Some(row) = before.filter(|row| row.pinned) {
        let action = Action::from_name(&row.action).filter(|action| *action != Action::Keep)?;
        let evidence = vec![row.reason.clone()];
        return Some(Candidate { action, score: PINNED, scope: row.scope.clone(), evidence });
    }
    if judged.veto.is_some() {
        return None;
    }
    let best = judged.best.clone()?;
    let threshold = options.profile.threshold_of(judged);
    let same = |row: &&Row| row.chosen && row.action == best.action.name() && row.scope == best.scope;
    // What was moved stays moved unless much speaks against it.
    let threshold = if before.filter(same).is_some() { threshold - LEAD } else { threshold };
    (best.score >= threshold).then_some(best)
}

/// A section that is one procedure: its steps are headings below it.
fn procedure(
    terrain: &Terrain<'_>,
    source: &Source<'_>,
    at: usize,
    judged: &[Judged],
    options: &Options,
) -> Option<Candidate> {
    let piece = &source.pieces[at];
    let below = at + 1..piece.end;
    if below.len() < 3
        || piece.level < 2
        || !source.at_start
        || judged[at..piece.end].iter().any(|piece| piece.veto.is_some())
    {
        return None;
    }
    let titles = below.clone().filter(|child| source.pieces[*child].parent == Some(at));
    let is_step = |child: &usize| {
        let title = judged[*child].facts.title.to_lowercase();
        let title = title.trim_start_matches(|c: char| !c.is_alphanumeric());
        title.starts_with("step ") || title.starts_with(|c: char| c.is_ascii_digit())
    };
    if titles.filter(is_step).count() < 3 {
        return None;
    }
    let whole = Judged { facts: facts(terrain, source, at, piece.end), guess: None, veto: None, best: None };
    let candidate = skill(&whole.facts);
    (candidate.score >= options.profile.threshold()).then_some(candidate)
}

/// A score as a share of certainty, in percent.
fn confidence(score: i32) -> u8 {
    match score {
        ..=1 => 40,
        2 => 50,
        3 => 60,
        4 => 70,
        5 => 75,
        6 => 80,
        7 => 85,
        8 => 90,
        PINNED.. => 100,
        _ => 95,
    }
}

/// Takes moves back, the weakest first, until no more leave than the budget asks for.
fn meet_budget(workspace: &Workspace, target: Target, plan: &mut Plan, budget: u64) {
    let before = super::proof::startup(workspace, target).tokens;
    let mut saved: u64 =
        plan.decisions.iter().filter(|decision| decision.action != Action::Keep).map(|d| d.tokens).sum();
    let mut order: Vec<usize> =
        (0..plan.decisions.len()).filter(|at| plan.decisions[*at].action != Action::Keep).collect();
    order.sort_by_key(|at| (plan.decisions[*at].score, plan.decisions[*at].tokens, *at));
    for at in order {
        let decision = &mut plan.decisions[at];
        if decision.pinned || before.saturating_sub(saved - decision.tokens) > budget {
            continue;
        }
        saved -= decision.tokens;
        take_back(decision, "the budget is met without it");
    }
    let left = before.saturating_sub(saved);
    if left > budget {
        plan.notes.push(format!("the budget of {budget} tokens is not met: what is left speaks against a move"));
    }
}

fn take_back(decision: &mut Decision, why: &str) {
    decision.action = Action::Keep;
    decision.scope.clear();
    decision.evidence.push(why.to_owned());
}

/// Takes back the move that saves least. False when none is left.
pub(super) fn take_back_worst(plan: &mut Plan) -> bool {
    let moves = plan.decisions.iter().enumerate().filter(|(_, decision)| decision.action != Action::Keep);
    let Some((at, _)) = moves.min_by_key(|(_, decision)| (decision.tokens, decision.score)) else { return false };
    take_back(&mut plan.decisions[at], "its pointer costs more than it saves");
    true
}

/// The bytes of a decision in its source.
pub fn span_of(sources: &[Source<'_>], decision: &Decision) -> Span {
    let pieces = &sources[decision.source].pieces;
    Span::new(pieces[decision.first].span.start as usize, pieces[decision.last - 1].span.end as usize)
}

/// Decisions by source path, for who looks one up.
pub fn by_path<'a>(sources: &'a [Source<'_>], decisions: &'a [Decision]) -> BTreeMap<&'a str, Vec<&'a Decision>> {
    let mut found: BTreeMap<&str, Vec<&Decision>> = BTreeMap::new();
    for decision in decisions {
        found.entry(sources[decision.source].path()).or_default().push(decision);
    }
    found
}

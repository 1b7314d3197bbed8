//! The same instruction twice where one load plan holds both.

use crate::clients::Role;
use crate::content::{self, Audience, Said};
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Label, Severity};
use crate::instructions::Kind;
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// The lint.
pub static DUPLICATE_INSTRUCTION: Lint = Lint {
    name: "duplicate-instruction",
    summary: "an instruction that is told twice on one load plan",
    page: include_str!("../../docs/lints/duplicate-instruction.md"),
    group: Group::Content,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Cost,
    why: "it is paid for twice, and one of the two will be forgotten when the rule changes",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Workspace(check),
};

/// Shorter instructions repeat by chance, in words.
const LEAST_WORDS: usize = 5;
/// In one file, where the same step may stand in two procedures, in words.
const LEAST_WORDS_IN_FILE: usize = 8;
/// Words of one shingle.
const SHINGLE: usize = 3;
/// Shingles of which this many instructions have the same are a phrase of the author's and lead nowhere.
const COMMON: usize = 24;
/// Share of shingles that two instructions must have in common to be nearly the same, in percent.
const NEAR_PERCENT: usize = 60;
/// More duplicates than this between two files are one finding.
const SINGLE: usize = 3;

/// A pair by the numbers of both instructions, the first of them told first.
type Pair = (usize, usize);

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    let audiences = content::audiences(workspace);
    let said = content::said(workspace, &audiences);
    let mut pairs = equal(&said, &audiences);
    pairs.extend(near(&said, &audiences, &pairs));
    let mut by_files: BTreeMap<(&str, &str), Vec<Pair>> = BTreeMap::new();
    for (first, again) in pairs {
        by_files.entry((&*said[again].file.path, &*said[first].file.path)).or_default().push((first, again));
    }
    for ((path, other), mut pairs) in by_files {
        pairs.sort_by_key(|(_, again)| said[*again].item.span);
        let clients = content::clients_of(&audiences, path, other);
        if pairs.len() > SINGLE && path != other {
            let found = many(cx, &said, &pairs);
            cx.report(Diagnostic { clients, ..found });
            continue;
        }
        for (first, again) in pairs {
            let found = one(cx, &said[first], &said[again]);
            cx.report(Diagnostic { clients: clients.clone(), ..found });
        }
    }
}

fn word_count(words: &str) -> usize {
    // Languages without spaces: three characters are about a word.
    let spaced = words.bytes().filter(|byte| *byte == b' ').count() + 1;
    if words.is_ascii() { spaced } else { spaced.max(words.chars().filter(|c| !c.is_ascii()).count() / 3) }
}

/// Whether two instructions are on one plan, and long enough to be no accident.
fn counts(said: &[Said<'_>], audiences: &[Audience<'_>], first: usize, again: usize) -> bool {
    let (one, two) = (&said[first], &said[again]);
    let same = one.file.path == two.file.path;
    let least = if same { LEAST_WORDS_IN_FILE } else { LEAST_WORDS };
    if word_count(two.words) < least || word_count(one.words) < least {
        return false;
    }
    // The branches of a procedure share their steps, and what starts with `this` is about something else each time.
    let procedure = !two.file.has_role(&[Role::Memory, Role::LocalMemory, Role::Rule]);
    let points = ["this ", "these ", "it ", "that ", "they "].iter().any(|word| two.words.starts_with(word));
    if same && (procedure || points || one.item.kind == Kind::Procedure || one.item.span == two.item.span) {
        return false;
    }
    audiences.iter().any(|of| of.meet(&one.file.path, &two.file.path))
}

/// Instructions in the same words.
fn equal(said: &[Said<'_>], audiences: &[Audience<'_>]) -> Vec<Pair> {
    let mut first: HashMap<&str, Vec<usize>, BuildHasherDefault<Hashed>> = HashMap::default();
    let mut pairs = Vec::new();
    for (again, of) in said.iter().enumerate() {
        let earlier = first.entry(of.words).or_default();
        if let Some(first) = earlier.iter().take(COMMON).find(|first| counts(said, audiences, **first, again)) {
            pairs.push((*first, again));
        }
        if earlier.len() < COMMON {
            earlier.push(again);
        }
    }
    pairs
}

/// Instructions of different files that are nearly the same, found through the shingles that they share. Numbers, names
/// and negations must be the same.
fn near(said: &[Said<'_>], audiences: &[Audience<'_>], known: &[Pair]) -> Vec<Pair> {
    let done: HashSet<usize> = known.iter().map(|(_, again)| *again).collect();
    let mut sizes: Vec<usize> = Vec::with_capacity(said.len());
    let mut all: Vec<(u64, u32)> = Vec::new();
    // What loads at the start comes first. Without it no two files meet, so of the others only shingles count that are
    // said at the start too.
    let at_start = |of: &Said<'_>| audiences.iter().any(|audience| audience.start.contains(&*of.file.path));
    let later = said.partition_point(at_start);
    for (again, of) in said[..later].iter().enumerate() {
        let from = all.len();
        shingles(of.words, again as u32, &mut all);
        sizes.push(all.len() - from);
    }
    // Most shingles stand in one instruction only, and a small table tells which do: hashes that meet nobody go.
    let mask = (all.len() * 4).next_power_of_two() - 1;
    let mut met = vec![0u8; mask + 1];
    for (hash, _) in &all {
        let met = &mut met[*hash as usize & mask];
        *met = met.saturating_add(1);
    }
    let mut own = Vec::new();
    for (again, of) in said.iter().enumerate().skip(later) {
        own.clear();
        shingles(of.words, again as u32, &mut own);
        sizes.push(own.len());
        for shingle in &own {
            let met = &mut met[shingle.0 as usize & mask];
            if *met > 0 {
                *met = met.saturating_add(1);
                all.push(*shingle);
            }
        }
    }
    all.retain(|(hash, _)| met[*hash as usize & mask] > 1);
    // What has a shingle in common stands side by side then.
    all.sort_unstable();
    let mut sharing: Vec<(u32, u32)> = Vec::new();
    for holders in all.chunk_by(|one, two| one.0 == two.0).filter(|holders| holders.len() > 1) {
        let holders = &holders[..holders.len().min(COMMON)];
        for (nth, (_, again)) in holders.iter().enumerate() {
            sharing.extend(holders[..nth].iter().map(|(_, first)| (*again, *first)));
        }
    }
    sharing.sort_unstable();
    let mut pairs = Vec::new();
    for of_one in sharing.chunk_by(|one, two| one.0 == two.0) {
        let again = of_one[0].0 as usize;
        let of = &said[again];
        if done.contains(&again) {
            continue;
        }
        let shared = of_one.chunk_by(|one, two| one == two).map(|same| (same[0].1 as usize, same.len()));
        let alike = |(first, common): &(usize, usize)| {
            let union = sizes[*first] + sizes[again] - common;
            common * 100 >= union * NEAR_PERCENT
                && said[*first].file.path != of.file.path
                && anchors(said[*first].words) == anchors(of.words)
                && counts(said, audiences, *first, again)
        };
        let best = shared.filter(alike).max_by_key(|(first, common)| (*common, std::cmp::Reverse(*first)));
        pairs.extend(best.map(|(first, _)| (first, again)));
    }
    pairs
}

/// Appends the hashes of all runs of a few words, each once, with the number of the instruction.
fn shingles(words: &str, of: u32, out: &mut Vec<(u64, u32)>) {
    let mut bounds = vec![0];
    bounds.extend(words.bytes().enumerate().filter(|(_, byte)| *byte == b' ').map(|(at, _)| at + 1));
    bounds.push(words.len() + 1);
    let few = (SHINGLE + 1).min(bounds.len());
    let hash = |run: &[usize]| xxhash_rust::xxh3::xxh3_64(&words.as_bytes()[run[0]..run[run.len() - 1] - 1]);
    let from = out.len();
    out.extend(bounds.windows(few).map(|run| (hash(run), of)));
    out[from..].sort_unstable();
    let mut kept = from;
    for at in from..out.len() {
        if kept == from || out[kept - 1] != out[at] {
            out[kept] = out[at];
            kept += 1;
        }
    }
    out.truncate(kept);
}

/// A quick hash for keys of a few words.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxhash_rust::xxh3::xxh3_64_with_seed(bytes, self.0);
    }
}

/// What must not differ: numbers, names with marks in them, and negations.
fn anchors(words: &str) -> Vec<&str> {
    let negations = ["not", "never", "no", "don't", "avoid", "without", "only", "before", "after", "unless", "except"];
    let is_anchor = |word: &&str| {
        negations.contains(word) || word.bytes().any(|byte| !byte.is_ascii_lowercase() && byte != b'\'' && byte != b'-')
    };
    let mut anchors: Vec<&str> = words.split(' ').filter(is_anchor).collect();
    anchors.sort_unstable();
    anchors
}

fn one(cx: &Checker<'_>, first: &Said<'_>, again: &Said<'_>) -> Diagnostic {
    let same = first.words == again.words;
    let how = if same { "is told" } else { "is told in almost the same words" };
    let place =
        if first.file.path == again.file.path { "above".to_owned() } else { format!("in `{}`", first.file.path) };
    let fix = again.only_in_item().map(|span| Fix {
        title: "delete the second".to_owned(),
        applicability: Applicability::Unsafe,
        edits: vec![Edit { path: again.file.path.clone(), span, text: String::new() }],
    });
    Diagnostic {
        message: format!("this instruction {how} {place} already"),
        help: "keep the one in the file that is loaded whenever it matters".to_owned(),
        span: Some(again.item.span),
        related: vec![label(first)],
        key: again.words.to_owned(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&again.file.path)
    }
}

fn many(cx: &Checker<'_>, said: &[Said<'_>], pairs: &[Pair]) -> Diagnostic {
    let (first, again) = (&said[pairs[0].0], &said[pairs[0].1]);
    let all = again.file.instructions().items.len();
    Diagnostic {
        message: format!("{} of {all} instructions stand in `{}` already", pairs.len(), first.file.path),
        help: "keep them in one of the two files; where two clients need them, import or link one from the other"
            .to_owned(),
        span: Some(again.item.span),
        related: vec![label(first)],
        key: first.file.path.to_string(),
        ..cx.finding(&again.file.path)
    }
}

fn label(first: &Said<'_>) -> Label {
    Label { path: first.file.path.clone(), span: first.item.span, message: "told here first".to_owned() }
}

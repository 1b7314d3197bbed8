//! Diagnostics and fixes as plain data. A diagnostic says what is wrong, why it matters and what to do.

use crate::source::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// How bad a finding is. Ordered from the mildest to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Very likely wrong, or over a default budget.
    Warn,
    /// A fact: broken, truncated, dropped, or over a budget that the user wrote down.
    Error,
}

impl Severity {
    /// `info`, `warn` or `error`: the word in every output format.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warn => "warn",
            Severity::Error => "error",
        }
    }
}

/// Why a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// A client cuts, skips or never loads something.
    Limit,
    /// It costs tokens in every session.
    Cost,
    /// Something that the text states is not so.
    Correctness,
    /// Advice of a vendor or of the field.
    Convention,
}

impl Basis {
    /// `limit`, `cost`, `correctness` or `convention`.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Limit => "limit",
            Basis::Cost => "cost",
            Basis::Correctness => "correctness",
            Basis::Convention => "convention",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Name of the lint.
    pub lint: &'static str,
    /// How bad it is, after the user's levels.
    pub severity: Severity,
    /// Why it matters, in one word.
    pub basis: Basis,
    /// What is wrong: one sentence without a full stop, names in backticks.
    pub message: String,
    /// Why it matters: a clause without a full stop.
    pub why: String,
    /// What to do: a clause without a full stop.
    pub help: String,
    /// File, relative to the root, with `/`.
    pub path: Arc<str>,
    /// Where in the file; `None` when the finding is about the file as a whole.
    pub span: Option<Span>,
    /// What to write under the marked place in the human report; may be empty.
    pub label: String,
    /// What the counted value is made of, the largest part first; empty where nothing is counted over several things.
    pub parts: Vec<Part>,
    /// Other places that belong to the finding.
    pub related: Vec<Label>,
    /// Ways to mend it; each stands alone.
    pub fixes: Vec<Fix>,
    /// The clients for which it holds; empty when it holds for all.
    pub clients: Vec<ClientRef>,
    /// What the fingerprint is made of beside lint and path: stable when lines move, so no counts and no line numbers.
    pub key: String,
    /// What it is known by from run to run; empty until all findings of the run are known.
    pub fingerprint: String,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// File, relative to the root, with `/`.
    pub path: Arc<str>,
    /// Where in the file.
    pub span: Span,
    /// What stands there.
    pub message: String,
}

/// One part of a value that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// A path as in a plan, or what several things are called together.
    pub name: String,
    /// Its share of the value, in the value's unit.
    pub value: u64,
    /// Why it is there, as a clause; may be empty.
    pub note: String,
}

/// A client in a given version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientRef {
    /// Its name in the contract, such as `claude-code`.
    pub name: &'static str,
    /// Its version, such as `2.1.329`; empty when the facts hold for every version.
    pub version: &'static str,
}

/// Whether a fix may be applied without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applicability {
    /// Every load plan stays the same, or exactly the one that the message names is repaired.
    Safe,
    /// It may change what the author meant.
    Unsafe,
    /// A hint only; nothing is applied.
    Manual,
}

impl Applicability {
    /// `safe`, `unsafe` or `manual`.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Safe => "safe",
            Applicability::Unsafe => "unsafe",
            Applicability::Manual => "manual",
        }
    }
}

/// A way to mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative clause.
    pub title: String,
    /// Whether it may be applied without asking.
    pub applicability: Applicability,
    /// Edits that belong together, by path and position; they never overlap.
    pub edits: Vec<Edit>,
}

/// The replacement of one span by a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// File, relative to the root, with `/`.
    pub path: Arc<str>,
    /// The bytes to replace; empty for an insertion.
    pub span: Span,
    /// What to put there.
    pub text: String,
}

/// A fingerprint for each finding, in order: 16 hex digits of lint, path, key and the ordinal among equals. It survives
/// moved lines, because neither positions nor counts go into it.
pub fn fingerprints(findings: &[Diagnostic]) -> Vec<String> {
    let mut seen: HashMap<(&str, String, String), u32> = HashMap::new();
    let of_one = |finding: &'_ Diagnostic| {
        let Diagnostic { lint, path, key, .. } = finding;
        let ordinal = seen.entry((lint, path.to_string(), key.clone())).or_default();
        *ordinal += 1;
        let text = format!("{lint}\0{path}\0{key}\0{ordinal}");
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
    };
    findings.iter().map(of_one).collect()
}

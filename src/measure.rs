//! What a text costs, and whether that is over a budget.

mod plans;

pub use plans::{LoadInstructions, OverBudget, home, instructions_of, most_instructions, over_plans, repetition};

use crate::budgets::{self, BudgetDefault, Limit};
use crate::config::{self, Settings};
use crate::diagnostic::{Basis, Severity};
use crate::tokens::{self, Encoding};
use crate::workspace::{File, Workspace};

/// The size of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// Bytes.
    pub bytes: u64,
    /// Lines.
    pub lines: u64,
    /// Tokens.
    pub tokens: u64,
    /// Instructions; only plans are counted, see [`instructions_of`].
    pub instructions: u64,
}

/// Lines of a text: a last line without a line ending counts, an empty text has none.
pub fn lines(text: &str) -> u64 {
    crate::source::count_lines(text) as u64
}

/// Measures a text; tokens are counted in `encoding`.
pub fn measure(encoding: Encoding, text: &str) -> Measured {
    let tokens = tokens::count(encoding, text) as u64;
    Measured { bytes: text.len() as u64, lines: lines(text), tokens, instructions: 0 }
}

/// The limits that hold for one value.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Largest value without a warning.
    pub warn: Option<Limit>,
    /// Largest value without an error; of the defaults, that is not far too much.
    pub error: Option<Limit>,
    /// Whether the user wrote them: only then exceeding one is an error.
    pub own: bool,
}

impl Limits {
    /// The smallest of the limits; `None` when there is none.
    pub fn least(&self) -> Option<u64> {
        [self.warn, self.error].into_iter().flatten().map(|limit| limit.most).min()
    }

    /// What is to be said of `value`; nothing where it is within every limit.
    pub fn verdict(&self, value: u64) -> Option<Verdict> {
        let levels = [(self.error, Severity::Error), (self.warn, Severity::Warn)];
        let exceeded = |(limit, severity): (Option<Limit>, Severity)| {
            Some((limit.filter(|limit: &Limit| value > limit.most)?, severity))
        };
        let (limit, severity) = levels.into_iter().find_map(exceeded)?;
        let severity = if self.own { severity } else { Severity::Warn };
        Some(Verdict { limit: limit.most, severity, basis: limit.basis, source: limit.source })
    }
}

/// A budget that is exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The largest value that would have been accepted.
    pub limit: u64,
    /// How bad it is: an error only where the user wrote the limit as one.
    pub severity: Severity,
    /// Why the value matters.
    pub basis: Basis,
    /// Where the limit comes from, as what follows "is".
    pub source: &'static str,
}

/// The limits of the budget called `name` for a file: the user's, else the defaults for its roles. A file with several
/// roles is held to the most generous default.
pub fn file_limits(workspace: &Workspace, name: &str, file: &File) -> Limits {
    let default = |default: &&BudgetDefault| file.has_role(default.roles);
    limits(&workspace.settings, name, workspace.settings.budget(name, &file.path), default)
}

/// The limits of the budget called `name` for a whole plan: the user's, else the defaults.
pub fn plan_limits(settings: &Settings, name: &str) -> Limits {
    let own = settings.budgets.iter().rfind(|budget| budget.name == name).map(|budget| budget.budget);
    limits(settings, name, own, |_| true)
}

fn limits(
    settings: &Settings,
    name: &str,
    own: Option<config::Budget>,
    holds: impl Fn(&&BudgetDefault) -> bool,
) -> Limits {
    let Some(kind) = budgets::by_name(name) else { return Limits::default() };
    let default = kind.defaults.iter().filter(holds).max_by_key(|default| default.warn.most);
    if let Some(own) = own {
        let basis = default.map_or(Basis::Cost, |default| default.warn.basis);
        let limit = |most| Limit { most, basis, source: "set in ctxlint.toml" };
        return Limits { warn: own.warn.map(limit), error: own.error.map(limit), own: true };
    }
    match (budgets::preset_limit(&settings.preset, name), default) {
        (Some(preset), _) => Limits { warn: Some(preset.warn), error: Some(preset.error), own: false },
        (None, Some(default)) => Limits { warn: Some(default.warn), error: default.error, own: false },
        (None, None) => Limits::default(),
    }
}

/// The verdict on a file: [`file_limits`] for `value`.
pub fn over(workspace: &Workspace, name: &str, file: &File, value: u64) -> Option<Verdict> {
    file_limits(workspace, name, file).verdict(value)
}

/// Whether `text` may have more than `limit` tokens. Most texts are far below, and then no full count is needed; one of
/// many times as many bytes as tokens are allowed is over it in all likelihood, and then a full count is.
pub fn may_exceed(encoding: Encoding, text: &str, limit: u64) -> bool {
    text.len() as u64 / USUAL_BYTES_PER_TOKEN > limit || tokens::exceeds(encoding, text, limit as usize)
}

/// Few texts have more bytes for a token; it only decides what is tried first, never a verdict.
const USUAL_BYTES_PER_TOKEN: u64 = 5;

/// A number with separators: `12,480`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn numbers_have_separators() {
        assert_eq!([0, 999, 1_000, 12_480, 1_234_567].map(thousands), ["0", "999", "1,000", "12,480", "1,234,567"]);
    }
}

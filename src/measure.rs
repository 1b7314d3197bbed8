//! What a text costs, and whether that is over a budget.

use crate::budgets;
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
}

/// Measures a text; tokens are counted in `encoding`.
pub fn measure(encoding: Encoding, text: &str) -> Measured {
    Measured {
        bytes: text.len() as u64,
        lines: crate::source::count_lines(text) as u64,
        tokens: tokens::count(encoding, text) as u64,
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

/// Whether `value` of the file is over the budget called `name`: the user's, else the default for the file's roles.
/// A file with several roles is held to the most generous default.
pub fn over(workspace: &Workspace, name: &str, file: &File, value: u64) -> Option<Verdict> {
    let kind = budgets::by_name(name)?;
    let roles = |default: &&budgets::BudgetDefault| file.has_role(default.roles);
    let default = kind.defaults.iter().filter(roles).max_by_key(|default| default.warn);
    let basis = default.map_or(Basis::Cost, |default| default.basis);
    if let Some(budget) = workspace.settings.budget(name, &file.path) {
        let levels = [(budget.error, Severity::Error), (budget.warn, Severity::Warn)];
        let exceeded =
            levels.into_iter().find_map(|(limit, severity)| Some((limit.filter(|limit| value > *limit)?, severity)));
        return exceeded.map(|(limit, severity)| Verdict { limit, severity, basis, source: "set in ctxlint.toml" });
    }
    let default = default.filter(|default| value > default.warn)?;
    Some(Verdict { limit: default.warn, severity: Severity::Warn, basis, source: default.source })
}

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

//! Default budgets as data, each with its basis and where it comes from. No lint holds a number of its own.

use crate::clients::Role;
use crate::diagnostic::Basis;

/// A budget that a user may write under `[budgets]`; its lint has the same name.
#[derive(Clone, Copy, Debug)]
pub struct BudgetKind {
    /// Name of the budget and of its lint.
    pub name: &'static str,
    /// What is counted: `lines` or `tokens`.
    pub unit: &'static str,
    /// Defaults by role; files of other roles have none.
    pub defaults: &'static [BudgetDefault],
}

/// The default of a budget for files of some roles. Exceeding it is a warning: only a budget that the user wrote can be
/// an error.
#[derive(Clone, Copy, Debug)]
pub struct BudgetDefault {
    /// For files of these roles.
    pub roles: &'static [Role],
    /// Largest value without a warning.
    pub warn: u64,
    /// Why the value matters.
    pub basis: Basis,
    /// Where the number comes from, as what follows "is".
    pub source: &'static str,
}

/// Every budget.
pub static ALL: &[BudgetKind] = &[
    BudgetKind {
        name: "file-lines",
        unit: "lines",
        defaults: &[
            BudgetDefault {
                roles: &[Role::Memory, Role::LocalMemory],
                warn: 200,
                basis: Basis::Convention,
                source: "Anthropic's advice for CLAUDE.md (memory documentation, 2026-08)",
            },
            BudgetDefault {
                roles: &[Role::Rule, Role::Skill],
                warn: 500,
                basis: Basis::Convention,
                source: "Cursor's and the Agent Skills specification's advice (2026-08)",
            },
        ],
    },
    BudgetKind {
        name: "file-tokens",
        unit: "tokens",
        defaults: &[
            BudgetDefault {
                roles: &[Role::Memory, Role::LocalMemory, Role::Rule],
                warn: 4_000,
                basis: Basis::Cost,
                source: "2 % of a 200,000-token window, paid in every turn that loads the file",
            },
            BudgetDefault {
                roles: &[Role::Skill],
                warn: 5_000,
                basis: Basis::Limit,
                source: "what Claude Code keeps of an invoked skill after compaction (skills documentation, 2026-08)",
            },
        ],
    },
];

/// The budget called `name`.
pub fn by_name(name: &str) -> Option<&'static BudgetKind> {
    ALL.iter().find(|budget| budget.name == name)
}

/// A budget for everything that a plan loads together.
#[derive(Clone, Copy, Debug)]
pub struct PlanBudget {
    /// Name of the budget and of its lint.
    pub name: &'static str,
    /// Largest value without a warning.
    pub warn: u64,
    /// Largest value that is not called far too much. As a default it is a warning too.
    pub error: u64,
    /// Why the value matters.
    pub basis: Basis,
    /// Where the numbers come from, as a clause.
    pub source: &'static str,
}

/// Tokens that load before the first prompt.
pub static STARTUP_TOKENS: PlanBudget = PlanBudget {
    name: "startup-tokens",
    warn: 4_000,
    error: 8_000,
    basis: Basis::Cost,
    source: "2 % and 4 % of a 200,000-token window, paid in every turn",
};

/// Tokens that are loaded once some files are touched, those of the start included.
pub static PATH_TOKENS: PlanBudget = PlanBudget {
    name: "path-tokens",
    warn: 8_000,
    error: 16_000,
    basis: Basis::Cost,
    source: "4 % and 8 % of a 200,000-token window, paid in every turn",
};

/// From which share of the files on the patterns of a rule are no scope any more.
#[derive(Clone, Copy, Debug)]
pub struct UniversalShare {
    /// The share of the files that match, in percent.
    pub percent: usize,
    /// In smaller trees a share says nothing, in files.
    pub min_files: usize,
}

/// A choice of this project, without a source: far above any folder of source code in a real repository.
pub static UNIVERSAL_SHARE: UniversalShare = UniversalShare { percent: 97, min_files: 50 };

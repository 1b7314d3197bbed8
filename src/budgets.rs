//! Default budgets as data, each with its basis and where it comes from. No lint holds a number of its own.

use crate::clients::Role;
use crate::diagnostic::Basis;

/// What the value of a budget is counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// One file.
    File,
    /// Everything that one client loads before the first prompt.
    Startup,
    /// Everything that one client has loaded once one file is touched, the start included.
    Path,
}

/// A budget that a user may write under `[budgets]`.
#[derive(Clone, Copy, Debug)]
pub struct BudgetKind {
    /// Its name.
    pub name: &'static str,
    /// The lint that holds files or plans to it.
    pub lint: &'static str,
    /// What is counted together.
    pub of: Of,
    /// What is counted: `lines`, `tokens` or `instructions`.
    pub unit: &'static str,
    /// Defaults; a budget without any holds only where a user writes it.
    pub defaults: &'static [BudgetDefault],
}

/// A default. Exceeding it is a warning: only a budget that the user wrote can be an error.
#[derive(Clone, Copy, Debug)]
pub struct BudgetDefault {
    /// For files of these roles; empty for what is counted over a plan.
    pub roles: &'static [Role],
    /// Largest value without a warning.
    pub warn: Limit,
    /// Largest value that is not far too much, where there is such a number. As a default it is a warning too.
    pub error: Option<Limit>,
}

/// A number with what speaks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The largest value within it.
    pub most: u64,
    /// Why the value matters.
    pub basis: Basis,
    /// Where the number comes from, as what follows "is".
    pub source: &'static str,
}

const fn cost(most: u64, source: &'static str) -> Limit {
    Limit { most, basis: Basis::Cost, source }
}

const fn convention(most: u64, source: &'static str) -> Limit {
    Limit { most, basis: Basis::Convention, source }
}

/// Every budget.
pub static ALL: &[BudgetKind] = &[
    BudgetKind {
        name: "startup-tokens",
        lint: "startup-tokens",
        of: Of::Startup,
        unit: "tokens",
        defaults: &[BudgetDefault {
            roles: &[],
            warn: cost(4_000, "2 % of a 200,000-token window, paid in every turn"),
            error: Some(cost(8_000, "4 % of a 200,000-token window, paid in every turn")),
        }],
    },
    // The controlled studies found no effect of length as such, so there is no default.
    BudgetKind { name: "startup-lines", lint: "startup-lines", of: Of::Startup, unit: "lines", defaults: &[] },
    BudgetKind {
        name: "startup-instructions",
        lint: "startup-instructions",
        of: Of::Startup,
        unit: "instructions",
        defaults: &[BudgetDefault {
            roles: &[],
            warn: convention(100, "a convention: nine of ten root files of real repositories hold fewer than 80"),
            error: Some(convention(200, "a convention: about the longest root file of 161 real ones")),
        }],
    },
    BudgetKind {
        name: "path-instructions",
        lint: "path-instructions",
        of: Of::Path,
        unit: "instructions",
        defaults: &[BudgetDefault {
            roles: &[],
            warn: convention(150, "a convention of this project: half as many again as at the start"),
            error: Some(convention(300, "a convention of this project: half as many again as at the start")),
        }],
    },
    BudgetKind {
        name: "path-tokens",
        lint: "path-tokens",
        of: Of::Path,
        unit: "tokens",
        defaults: &[BudgetDefault {
            roles: &[],
            warn: cost(8_000, "4 % of a 200,000-token window, paid in every turn"),
            error: Some(cost(16_000, "8 % of a 200,000-token window, paid in every turn")),
        }],
    },
    BudgetKind {
        name: "file-lines",
        lint: "file-lines",
        of: Of::File,
        unit: "lines",
        defaults: &[
            BudgetDefault {
                roles: &[Role::Memory, Role::LocalMemory],
                warn: convention(200, "Anthropic's advice for CLAUDE.md (memory documentation, 2026-08)"),
                error: None,
            },
            BudgetDefault {
                roles: &[Role::Rule],
                warn: convention(500, "Cursor's advice for a rule (2026-08)"),
                error: None,
            },
        ],
    },
    BudgetKind {
        name: "file-tokens",
        lint: "file-tokens",
        of: Of::File,
        unit: "tokens",
        defaults: &[BudgetDefault {
            roles: &[Role::Memory, Role::LocalMemory, Role::Rule],
            warn: cost(4_000, "2 % of a 200,000-token window, paid in every turn that loads the file"),
            error: None,
        }],
    },
    BudgetKind {
        name: "file-instructions",
        lint: "file-instructions",
        of: Of::File,
        unit: "instructions",
        defaults: &[BudgetDefault {
            roles: &[Role::Memory, Role::LocalMemory, Role::Rule],
            warn: convention(80, "a convention: nine of ten root files of real repositories hold fewer"),
            error: Some(convention(150, "a convention: 2 of 161 root files of real repositories hold more")),
        }],
    },
    BudgetKind {
        name: "skill-body-lines",
        lint: "skill-body",
        of: Of::File,
        unit: "lines",
        defaults: &[BudgetDefault {
            roles: &[Role::Skill],
            warn: convention(400, "four fifths of the 500 that the Agent Skills specification advises (2026-08)"),
            error: Some(convention(500, "the advice of the Agent Skills specification (2026-08)")),
        }],
    },
    BudgetKind {
        name: "skill-body-tokens",
        lint: "skill-body",
        of: Of::File,
        unit: "tokens",
        defaults: &[BudgetDefault {
            roles: &[Role::Skill],
            warn: convention(4_000, "four fifths of the 5,000 that the Agent Skills specification advises (2026-08)"),
            error: Some(convention(5_000, "the advice of the Agent Skills specification (2026-08)")),
        }],
    },
];

/// What a handoff may cost. It is no budget of a file that a client loads, so no configuration names it.
pub static HANDOFF_TOKENS: BudgetDefault = BudgetDefault {
    roles: &[],
    warn: cost(2_000, "1 % of a 200,000-token window, paid in every turn of the session that reads it"),
    error: Some(cost(3_000, "1.5 % of a 200,000-token window, paid in every turn of the session that reads it")),
};

/// After how long a handoff counts as expired.
#[derive(Clone, Copy, Debug)]
pub struct HandoffAge {
    /// Days between its commit and the one that is checked out.
    pub days: u64,
    /// Commits between them.
    pub commits: u64,
}

/// A convention: four weeks is what the memory of a coding agent is known to keep (Copilot memory, 2026), and two hundred
/// commits are about as much in a busy repository.
pub static HANDOFF_AGE: HandoffAge = HandoffAge { days: 28, commits: 200 };

/// The budget called `name`.
pub fn by_name(name: &str) -> Option<&'static BudgetKind> {
    ALL.iter().find(|budget| budget.name == name)
}

/// Other defaults for another kind of model: `preset` in the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// The budgets for which it has numbers of its own; every other keeps its default.
    pub limits: &'static [PresetLimit],
}

/// What a preset puts in the place of every default of one budget.
#[derive(Clone, Copy, Debug)]
pub struct PresetLimit {
    /// Name of the budget.
    pub budget: &'static str,
    /// In the place of [`BudgetDefault::warn`].
    pub warn: Limit,
    /// In the place of [`BudgetDefault::error`].
    pub error: Limit,
}

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

/// The most lines of a slash command before it should be a skill. A choice of this project: nine in ten of 940 commands in
/// public repositories have at most 457 (2026-11).
pub const COMPLEX_COMMAND_LINES: usize = 450;

/// Every preset, the one that changes nothing first. Only the number of instructions was seen to depend on the model
/// (IFScale and its repetitions, 2025-07 to 2026-05); cost does not.
pub static PRESETS: [Preset; 3] = [
    Preset { name: "default", limits: &[] },
    Preset {
        name: "frontier",
        limits: &[PresetLimit {
            budget: "startup-instructions",
            warn: convention(300, "the preset `frontier`, far below what models of 2026 were seen to follow"),
            error: convention(500, "the preset `frontier`, what models of 2026 were seen to follow"),
        }],
    },
    Preset {
        name: "small-model",
        limits: &[PresetLimit {
            budget: "startup-instructions",
            warn: convention(60, "the preset `small-model`, a convention below every measured threshold"),
            error: convention(120, "the preset `small-model`, a convention below every measured threshold"),
        }],
    },
];

/// What the preset called `name` says about one budget.
pub fn preset_limit(name: &str, budget: &str) -> Option<&'static PresetLimit> {
    let preset = PRESETS.iter().find(|preset| preset.name == name)?;
    preset.limits.iter().find(|limit| limit.budget == budget)
}

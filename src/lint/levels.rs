//! Which lints run, and how loud.

use super::Lint;
use crate::config::{Level, LevelSetting, Settings};
use crate::diagnostic::{Diagnostic, Severity};

/// What the command line says about lints; it wins over the configuration.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Lints and groups to run although they are off (`--select`).
    pub select: Vec<String>,
    /// Lints and groups not to run (`--ignore`).
    pub ignore: Vec<String>,
    /// When not empty: the only lints and groups to run (`--only`).
    pub only: Vec<String>,
    /// Whether pedantic lints run.
    pub pedantic: bool,
}

fn names(list: &[String], lint: &Lint) -> bool {
    list.iter().any(|name| name == lint.name || name == lint.group.name())
}

/// The last setting for the lint, a setting by its own name before one by its group's.
fn setting(levels: &[LevelSetting], lint: &Lint) -> Option<Level> {
    let of = |wanted: &str| levels.iter().rfind(|setting| setting.name == wanted).map(|setting| setting.level);
    of(lint.name).or_else(|| of(lint.group.name()))
}

impl Selection {
    /// Whether any finding of the lint could be reported.
    pub fn may_fire(&self, lint: &Lint, settings: &Settings) -> bool {
        if names(&self.ignore, lint) || (!self.only.is_empty() && !names(&self.only, lint)) {
            return false;
        }
        if names(&self.only, lint) || names(&self.select, lint) {
            return true;
        }
        let overridden = settings.overrides.iter().filter_map(|entry| setting(&entry.levels, lint));
        if overridden.into_iter().any(|level| level != Level::Off) {
            return true;
        }
        match setting(&settings.levels, lint) {
            Some(level) => level != Level::Off,
            None => self.pedantic || !lint.pedantic,
        }
    }

    /// The severity of one finding under the user's levels; `None` when it is not to be reported.
    pub fn severity_of(&self, finding: &Diagnostic, settings: &Settings) -> Option<Severity> {
        let runs = super::by_name(finding.lint).is_some_and(|lint| self.may_fire(lint, settings));
        match self.level_of(finding, settings) {
            Level::Off => None,
            level => runs.then(|| super::severity(level)),
        }
    }

    /// The level of one finding: that of the last override for its file, else that of the section, else its own.
    pub fn level_of(&self, finding: &Diagnostic, settings: &Settings) -> Level {
        let Some(lint) = super::by_name(finding.lint) else { return Level::Off };
        let own = match finding.severity {
            Severity::Error => Level::Error,
            Severity::Warn => Level::Warn,
            Severity::Info => Level::Info,
        };
        let overridden = settings.overrides.iter().rev().filter(|entry| entry.files.is_match(&*finding.path));
        let configured = overridden
            .filter_map(|entry| setting(&entry.levels, lint))
            .next()
            .or_else(|| setting(&settings.levels, lint));
        let asked_for = names(&self.only, lint) || names(&self.select, lint);
        match configured {
            Some(Level::Off) if asked_for => own,
            Some(level) => level,
            None if lint.pedantic && !self.pedantic && !asked_for => Level::Off,
            None => own,
        }
    }
}

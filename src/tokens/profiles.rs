//! Profiles: what a count in a public encoding means for a model whose tokenizer is not public.
//!
//! Facts are data here, each with its basis and date. A figure for Claude is an estimate, always: no tokenizer of a current
//! Claude model is public.

use super::{Classes, Encoding};

/// How many tokens of a profile one token of `o200k_base` stands for, by kind of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// For prose.
    pub prose: f64,
    /// For code.
    pub code: f64,
    /// For Chinese, Japanese and Korean.
    pub cjk: f64,
}

impl Weights {
    const fn of(prose: f64, code: f64, cjk: f64) -> Weights {
        Weights { prose, code, cjk }
    }

    const fn times(self, factor: f64) -> Weights {
        Weights { prose: self.prose * factor, code: self.code * factor, cjk: self.cjk * factor }
    }

    fn apply(self, classes: Classes) -> f64 {
        self.prose * classes.prose as f64 + self.code * classes.code as f64 + self.cjk * classes.cjk as f64
    }
}

/// How to read a count for one family of models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// The name that users write.
    pub name: &'static str,
    /// The models that the profile stands for, in words.
    pub models: &'static str,
    /// The encoding that counts exactly for these models; None where there is no public one.
    pub encoding: Option<Encoding>,
    /// The likeliest multipliers of a count in `o200k_base`.
    pub central: Weights,
    /// The multipliers at the low end of the band for one file.
    pub low: Weights,
    /// The multipliers at the high end of the band for one file.
    pub high: Weights,
    /// Where the multipliers come from.
    pub basis: &'static str,
    /// When they were gathered, as `YYYY-MM`.
    pub dated: &'static str,
}

const CLAUDE_4_6: Weights = Weights::of(1.21, 1.20, 1.49);
const CLAUDE_5: Weights = Weights::of(1.57, 1.47, 1.49);

/// Every profile, the exact default first.
pub const PROFILES: [Profile; 4] = [
    Profile {
        name: "o200k",
        models: "GPT-4o and later",
        encoding: Some(Encoding::O200kBase),
        central: Weights::of(1.0, 1.0, 1.0),
        low: Weights::of(1.0, 1.0, 1.0),
        high: Weights::of(1.0, 1.0, 1.0),
        basis: "counted in o200k_base",
        dated: "2026-11",
    },
    Profile {
        name: "cl100k",
        models: "GPT-4, GPT-3.5",
        encoding: Some(Encoding::Cl100kBase),
        // Totals of cl100k_base by o200k_base over 29 MB of Markdown; the band is the spread between kinds of text. For
        // CJK only one source was measured, so its band is taken as wide as that of the older Claude profile.
        central: Weights::of(1.001, 0.996, 1.307),
        low: Weights::of(0.997, 0.985, 1.176),
        high: Weights::of(1.005, 1.003, 1.438),
        basis: "cl100k_base / o200k_base measured on 29 MB of Markdown; count in cl100k_base to be exact",
        dated: "2026-11",
    },
    Profile {
        name: "claude-4.6",
        models: "Claude Opus 4.6, Sonnet 4.6, Haiku 4.5 and earlier",
        encoding: None,
        // Measured with the last public vocabulary of Claude: prose 1.10, code 1.03 to 1.14 (mean 1.09), Chinese 1.35. The
        // Claude models up to 4.6 are modelled elsewhere as that vocabulary times 1.10. Band: inferred.
        central: CLAUDE_4_6,
        low: CLAUDE_4_6.times(0.9),
        high: CLAUDE_4_6.times(1.1),
        basis: "legacy Claude vocabulary measured against o200k_base, x 1.10 from a published model; band inferred",
        dated: "2026-11",
    },
    Profile {
        name: "claude-5",
        models: "Claude Opus 4.7 and later, Sonnet 5",
        encoding: None,
        // The vendor says about 30 % more tokens than before: 1.21 x 1.30 for prose. Others measured 1.13 to 1.36 for code
        // (1.20 x 1.22) and 1.00 for CJK (1.49 x 1.00). For prose they measured 1.20 to 1.47, which the band covers.
        central: CLAUDE_5,
        low: CLAUDE_5.times(0.8),
        high: CLAUDE_5.times(1.2),
        basis: "claude-4.6 x 1.30 for prose (vendor), x 1.22 for code and x 1.00 for CJK (third parties); band inferred",
        dated: "2026-11",
    },
];

impl Profile {
    /// The profile of that exact name.
    pub fn from_name(name: &str) -> Option<&'static Profile> {
        PROFILES.iter().find(|profile| profile.name == name)
    }
}

/// A count as a profile reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// Name of the profile.
    pub profile: &'static str,
    /// True only where the figure is a count and not an estimate. Never true for a Claude profile.
    pub exact: bool,
    /// The likeliest number of tokens.
    pub tokens: usize,
    /// The low end of the band, in tokens.
    pub low: usize,
    /// The high end of the band, in tokens.
    pub high: usize,
    /// Where the multipliers come from.
    pub basis: &'static str,
    /// When the multipliers were gathered, as `YYYY-MM`.
    pub dated: &'static str,
}

/// What `classes`, counted in `o200k_base`, come to under `profile`.
///
/// `own` is a repository's own multiplier, measured on its files: it takes the place of the central multipliers for every
/// kind of text, and the band keeps its width in proportion. A multiplier that is not a positive number is ignored; the
/// configuration refuses it before.
pub fn estimate(profile: &Profile, classes: Classes, own: Option<f64>) -> Estimate {
    let central = profile.central.apply(classes);
    let own = own.filter(|own| own.is_finite() && *own > 0.0);
    let scale = match own {
        Some(own) if central > 0.0 => own * classes.total() as f64 / central,
        _ => 1.0,
    };
    let tokens = |weights: Weights| (weights.apply(classes) * scale).round() as usize;
    Estimate {
        profile: profile.name,
        exact: profile.encoding == Some(Encoding::O200kBase) && own.is_none(),
        tokens: tokens(profile.central),
        low: tokens(profile.low),
        high: tokens(profile.high),
        basis: if own.is_some() { OWN_BASIS } else { profile.basis },
        dated: profile.dated,
    }
}

/// The basis of an estimate with a repository's own multiplier.
pub const OWN_BASIS: &str = "the repository's own multiplier; band in proportion to the profile's";

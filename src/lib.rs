//! The compiler and linter for the text that coding agents read: CLAUDE.md, AGENTS.md, rules, skills, subagents, commands.
//!
//! # The way of the data
//!
//! [`discover`] walks the root once and gives each file its roles, by the tables in [`clients`]. [`parse`] turns each text
//! into plain data ([`model`]), once. [`references`] finds what files say about one another. All of it together is a
//! [`workspace::Workspace`], which never changes. [`load`] tells what a client would put into its context, [`measure`] and
//! [`tokens`] what that costs. [`lint::run`] gives [`diagnostic::Diagnostic`]s, and [`report`] turns them into text.
//!
//! # Rules of the house
//!
//! - Parsing never fails: any text gives a value, and at most a list of problems.
//! - A position is a byte span. Lines and columns appear in [`report`] only.
//! - [`world`] alone reads the outside, [`mod@write`] alone writes, `cli` alone prints.
//! - A fact about a client stands in [`clients`], a default budget in [`budgets`]; no lint holds a number of its own.
//! - What comes out depends on the repository alone.
//!
//! # Linting a repository
//!
//! ```
//! use ctxlint::config::Settings;
//! use ctxlint::lint::{self, Selection};
//! use ctxlint::{workspace, world::Memory};
//! use std::path::Path;
//!
//! let mut world = Memory::default();
//! world.add("/repo/CLAUDE.md", "Read [the guide](docs/guide.md) first.\n");
//! let workspace = workspace::load(&world, Path::new("/repo"), Settings::default(), None);
//! let found = lint::run(&workspace, &Selection::default()).diagnostics;
//! assert_eq!(found[0].lint, "missing-link-target");
//! ```

pub mod artifacts;
pub mod budgets;
pub mod cache;
pub mod change;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clients;
pub mod compile;
pub mod config;
pub mod content;
pub mod diagnostic;
pub mod discover;
pub mod fix;
pub mod handoff;
pub mod history;
pub mod instructions;
pub mod lint;
pub mod lints;
pub mod load;
pub mod measure;
pub mod model;
pub mod parallel;
pub mod parse;
pub mod paths;
pub mod references;
pub mod report;
pub mod scope;
pub mod secrets;
pub mod source;
pub mod tokens;
pub mod workspace;
pub mod world;
pub mod write;

//! The compiler and linter for the text that coding agents read.

pub mod budgets;
pub mod cache;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clients;
pub mod config;
pub mod diagnostic;
pub mod discover;
pub mod fix;
pub mod history;
pub mod lint;
pub mod lints;
pub mod load;
pub mod measure;
pub mod model;
pub mod parse;
pub mod paths;
pub mod references;
pub mod report;
pub mod scope;
pub mod source;
pub mod tokens;
pub mod workspace;
pub mod world;
pub mod write;

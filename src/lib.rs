//! The compiler and linter for the text that coding agents read.

pub mod diagnostic;
pub mod model;
pub mod source;
pub mod tokens;

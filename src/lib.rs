//! The compiler and linter for the text that coding agents read.

pub mod clients;
pub mod diagnostic;
pub mod load;
pub mod model;
pub mod parse;
pub mod references;
pub mod scope;
pub mod source;
pub mod world;

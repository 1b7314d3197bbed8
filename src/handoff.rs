//! Handoffs: what a session leaves for the next one, from facts.
//!
//! [`facts`] gathers what git, the transcript and the files know without a model.



/// The folder in which handoffs lie, relative to the root.
pub const FOLDER: &str = ".claude/handoffs";

pub mod facts;
pub mod find;
pub mod redact;

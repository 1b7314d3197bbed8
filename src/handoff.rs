//! Handoffs: what a session leaves for the next one, from facts.
//!
//! [`facts`] gathers what git, the transcript and the files know without a model, [`content`] chooses and quotes what is
//! worth telling, [`document`] puts it into machine blocks of a document and keeps what people write around them.

pub mod blocks;
pub mod content;
pub mod credentials;
pub mod document;
pub mod facts;
pub mod find;
pub mod hook;
pub mod quote;
pub mod read;
pub mod redact;
pub mod score;
pub mod sections;
pub mod survey;

/// The folder in which handoffs lie, relative to the root.
pub const FOLDER: &str = ".claude/handoffs";

//! The plan as a file that a person or an agent edits.

use super::Refusal;
use super::plan::Plan;
use super::sources::Source;
use crate::workspace::Workspace;

/// A plan that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanFile {
}

/// Carries a plan out: what it says of a section holds, and what it does not name stays.
///
/// # Errors
/// When it names a section that is not there, or a place where nothing may be written.
pub fn apply(
    _file: &PlanFile,
    _workspace: &Workspace,
    _sources: &[Source<'_>],
    _plan: &mut Plan,
) -> Result<(), Refusal> {
    Ok(())
}

//! Every lint. This file is written by `UPDATE=1 cargo test`, from the files beside it.

pub mod case_mismatch;
pub mod drifted_citation;
pub mod file_lines;
pub mod file_tokens;
pub mod hidden_text;
pub mod import_cycle;
pub mod import_too_deep;
pub mod invalid_frontmatter;
pub mod missing_anchor;
pub mod missing_description;
pub mod missing_import;
pub mod missing_link_target;
pub mod missing_path;
pub mod missing_symbol;
pub mod nested_config;
pub mod not_utf8;
pub mod skill_name;
pub mod stale_citation;
pub mod symlink_loop;
pub mod too_large;
pub mod unknown_command;
pub mod unknown_lint;
pub mod unreadable_file;
pub mod unused_suppression;

use crate::lint::Lint;

/// Every lint, by name.
pub static ALL: &[&Lint] = &[
    &case_mismatch::CASE_MISMATCH,
    &drifted_citation::DRIFTED_CITATION,
    &file_lines::FILE_LINES,
    &file_tokens::FILE_TOKENS,
    &hidden_text::HIDDEN_TEXT,
    &import_cycle::IMPORT_CYCLE,
    &import_too_deep::IMPORT_TOO_DEEP,
    &invalid_frontmatter::INVALID_FRONTMATTER,
    &missing_anchor::MISSING_ANCHOR,
    &missing_description::MISSING_DESCRIPTION,
    &missing_import::MISSING_IMPORT,
    &missing_link_target::MISSING_LINK_TARGET,
    &missing_path::MISSING_PATH,
    &missing_symbol::MISSING_SYMBOL,
    &nested_config::NESTED_CONFIG,
    &not_utf8::NOT_UTF8,
    &skill_name::SKILL_NAME,
    &stale_citation::STALE_CITATION,
    &symlink_loop::SYMLINK_LOOP,
    &too_large::TOO_LARGE,
    &unknown_command::UNKNOWN_COMMAND,
    &unknown_lint::UNKNOWN_LINT,
    &unreadable_file::UNREADABLE_FILE,
    &unused_suppression::UNUSED_SUPPRESSION,
];

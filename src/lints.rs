//! Every lint. This file is written by `UPDATE=1 cargo test`, from the files beside it.

pub mod blocked_injection;
pub mod budget_growth;
pub mod case_mismatch;
pub mod complex_command;
pub mod conflicting_instruction;
pub mod dead_scope;
pub mod derivable_content;
pub mod drifted_citation;
pub mod duplicate_import;
pub mod duplicate_instruction;
pub mod duplicate_name;
pub mod eager_import;
pub mod enforced_elsewhere;
pub mod excessive_emphasis;
pub mod external_import;
pub mod file_instructions;
pub mod file_lines;
pub mod file_tokens;
pub mod foreign_scope_key;
pub mod handoff_dead_branch;
pub mod handoff_dirty;
pub mod handoff_expired;
pub mod handoff_format;
pub mod handoff_frontmatter;
pub mod handoff_no_next_step;
pub mod handoff_no_verify;
pub mod handoff_over_budget;
pub mod handoff_section;
pub mod handoff_stale_head;
pub mod handoff_unlisted_change;
pub mod hidden_text;
pub mod import_cycle;
pub mod import_too_deep;
pub mod inert_import;
pub mod invalid_frontmatter;
pub mod invalid_glob;
pub mod invalid_value;
pub mod long_description;
pub mod lost_at_compaction;
pub mod missing_anchor;
pub mod missing_bundled_file;
pub mod missing_description;
pub mod missing_import;
pub mod missing_link_target;
pub mod missing_path;
pub mod missing_server;
pub mod missing_symbol;
pub mod nested_config;
pub mod not_utf8;
pub mod orphan_file;
pub mod path_instructions;
pub mod path_tokens;
pub mod secret;
pub mod shadowed_instructions;
pub mod skill_body;
pub mod skill_listing_budget;
pub mod skill_name;
pub mod skipped_file;
pub mod stale_citation;
pub mod startup_instructions;
pub mod startup_lines;
pub mod startup_tokens;
pub mod symlink_loop;
pub mod too_large;
pub mod truncated_memory;
pub mod unavailable_skill;
pub mod undefined_argument;
pub mod undiscovered_file;
pub mod universal_scope;
pub mod unknown_command;
pub mod unknown_key;
pub mod unknown_lint;
pub mod unknown_tool;
pub mod unloaded_import_target;
pub mod unquoted_glob;
pub mod unreachable_skill;
pub mod unreadable_file;
pub mod unused_suppression;
pub mod vague_description;
pub mod vague_instruction;

use crate::lint::Lint;

/// Every lint, by name.
pub static ALL: &[&Lint] = &[
    &blocked_injection::BLOCKED_INJECTION,
    &budget_growth::BUDGET_GROWTH,
    &case_mismatch::CASE_MISMATCH,
    &complex_command::COMPLEX_COMMAND,
    &conflicting_instruction::CONFLICTING_INSTRUCTION,
    &dead_scope::DEAD_SCOPE,
    &derivable_content::DERIVABLE_CONTENT,
    &drifted_citation::DRIFTED_CITATION,
    &duplicate_import::DUPLICATE_IMPORT,
    &duplicate_instruction::DUPLICATE_INSTRUCTION,
    &duplicate_name::DUPLICATE_NAME,
    &eager_import::EAGER_IMPORT,
    &enforced_elsewhere::ENFORCED_ELSEWHERE,
    &excessive_emphasis::EXCESSIVE_EMPHASIS,
    &external_import::EXTERNAL_IMPORT,
    &file_instructions::FILE_INSTRUCTIONS,
    &file_lines::FILE_LINES,
    &file_tokens::FILE_TOKENS,
    &foreign_scope_key::FOREIGN_SCOPE_KEY,
    &handoff_dead_branch::HANDOFF_DEAD_BRANCH,
    &handoff_dirty::HANDOFF_DIRTY,
    &handoff_expired::HANDOFF_EXPIRED,
    &handoff_format::HANDOFF_FORMAT,
    &handoff_frontmatter::HANDOFF_FRONTMATTER,
    &handoff_no_next_step::HANDOFF_NO_NEXT_STEP,
    &handoff_no_verify::HANDOFF_NO_VERIFY,
    &handoff_over_budget::HANDOFF_OVER_BUDGET,
    &handoff_section::HANDOFF_SECTION,
    &handoff_stale_head::HANDOFF_STALE_HEAD,
    &handoff_unlisted_change::HANDOFF_UNLISTED_CHANGE,
    &hidden_text::HIDDEN_TEXT,
    &import_cycle::IMPORT_CYCLE,
    &import_too_deep::IMPORT_TOO_DEEP,
    &inert_import::INERT_IMPORT,
    &invalid_frontmatter::INVALID_FRONTMATTER,
    &invalid_glob::INVALID_GLOB,
    &invalid_value::INVALID_VALUE,
    &long_description::LONG_DESCRIPTION,
    &lost_at_compaction::LOST_AT_COMPACTION,
    &missing_anchor::MISSING_ANCHOR,
    &missing_bundled_file::MISSING_BUNDLED_FILE,
    &missing_description::MISSING_DESCRIPTION,
    &missing_import::MISSING_IMPORT,
    &missing_link_target::MISSING_LINK_TARGET,
    &missing_path::MISSING_PATH,
    &missing_server::MISSING_SERVER,
    &missing_symbol::MISSING_SYMBOL,
    &nested_config::NESTED_CONFIG,
    &not_utf8::NOT_UTF8,
    &orphan_file::ORPHAN_FILE,
    &path_instructions::PATH_INSTRUCTIONS,
    &path_tokens::PATH_TOKENS,
    &secret::SECRET,
    &shadowed_instructions::SHADOWED_INSTRUCTIONS,
    &skill_body::SKILL_BODY,
    &skill_listing_budget::SKILL_LISTING_BUDGET,
    &skill_name::SKILL_NAME,
    &skipped_file::SKIPPED_FILE,
    &stale_citation::STALE_CITATION,
    &startup_instructions::STARTUP_INSTRUCTIONS,
    &startup_lines::STARTUP_LINES,
    &startup_tokens::STARTUP_TOKENS,
    &symlink_loop::SYMLINK_LOOP,
    &too_large::TOO_LARGE,
    &truncated_memory::TRUNCATED_MEMORY,
    &unavailable_skill::UNAVAILABLE_SKILL,
    &undefined_argument::UNDEFINED_ARGUMENT,
    &undiscovered_file::UNDISCOVERED_FILE,
    &universal_scope::UNIVERSAL_SCOPE,
    &unknown_command::UNKNOWN_COMMAND,
    &unknown_key::UNKNOWN_KEY,
    &unknown_lint::UNKNOWN_LINT,
    &unknown_tool::UNKNOWN_TOOL,
    &unloaded_import_target::UNLOADED_IMPORT_TARGET,
    &unquoted_glob::UNQUOTED_GLOB,
    &unreachable_skill::UNREACHABLE_SKILL,
    &unreadable_file::UNREADABLE_FILE,
    &unused_suppression::UNUSED_SUPPRESSION,
    &vague_description::VAGUE_DESCRIPTION,
    &vague_instruction::VAGUE_INSTRUCTION,
];

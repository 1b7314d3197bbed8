//! A skill whose body is longer than its budget.

use crate::clients::{Role, claude_code};
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::measure::{self, Verdict, thousands};
use crate::source::count_lines;
use crate::tokens::{self, Encoding};
use crate::workspace::File;

/// The lint.
pub static SKILL_BODY: Lint = Lint {
    name: "skill-body",
    summary: "a skill whose body has more lines or tokens than its budget",
    page: include_str!("../../docs/lints/skill-body.md"),
    group: Group::Budget,
    level: Severity::Warn,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Convention,
    why: "once the skill is invoked, all of it is paid for in every turn",
    fix: FixKind::Manual,
    since: "0.1.0",
    check: Check::Document(check),
};

const HELP: &str = "keep the steps, and move details into files beside it that are read on demand";

fn check(cx: &mut Checker<'_>, file: &File) {
    if !file.has_role(&[Role::Skill]) {
        return;
    }
    let body = file.document.body.slice(&file.source.text);
    let lines = count_lines(body) as u64;
    let over = measure::over(cx.workspace, "skill-body-lines", file, lines);
    let is_reported = over_tokens(cx, file, body);
    // Lines say the same once more, unless the user wrote a limit for them.
    let Some(Verdict { limit, severity, basis, source }) = over else { return };
    if is_reported && severity != Severity::Error {
        return;
    }
    cx.report(Diagnostic {
        message: format!("{} lines in the body; the budget of {} is {source}", thousands(lines), thousands(limit)),
        severity,
        basis,
        help: HELP.to_owned(),
        key: "lines".to_owned(),
        ..cx.finding(&file.path)
    });
}

/// Whether there was something to report.
fn over_tokens(cx: &mut Checker<'_>, file: &File, body: &str) -> bool {
    let limits = measure::file_limits(cx.workspace, "skill-body-tokens", file);
    let encoding = cx.workspace.encoding();
    let Some(least) = limits.least() else { return false };
    if !measure::may_exceed(encoding, body, least) {
        return false;
    }
    let count = tokens::count(encoding, body) as u64;
    let Some(Verdict { limit, severity, basis, source }) = limits.verdict(count) else { return false };
    let lost = lost_from(cx, file, body, encoding, count);
    let (basis, why, lost) = match lost {
        Some(line) => (
            Basis::Limit,
            "of an invoked skill Claude Code keeps only the start once the conversation is compacted".to_owned(),
            format!("; what follows line {line} is lost at compaction"),
        ),
        None => (basis, cx.lint.why.to_owned(), String::new()),
    };
    cx.report(Diagnostic {
        message: format!(
            "{} tokens in the body; the budget of {} is {source}{lost}",
            thousands(count),
            thousands(limit)
        ),
        severity,
        basis,
        why,
        help: HELP.to_owned(),
        key: "tokens".to_owned(),
        ..cx.finding(&file.path)
    });
    true
}

/// The last line of the file (1-based) that Claude Code keeps of the invoked skill after compaction; `None` where it
/// keeps all, or does not read the skill.
fn lost_from(cx: &Checker<'_>, file: &File, body: &str, encoding: Encoding, count: u64) -> Option<usize> {
    let claude = claude_code::CLIENT.name;
    let reads = file.roles.iter().any(|at| at.role == Role::Skill && at.client == claude);
    let kept = claude_code::MAX_SKILL_TOKENS_KEPT;
    if !reads || !cx.workspace.has_client(claude) || count <= kept as u64 {
        return None;
    }
    let ends: Vec<usize> = body.match_indices('\n').map(|(at, _)| at + 1).collect();
    let whole = ends.partition_point(|end| !tokens::exceeds(encoding, &body[..*end], kept));
    let before = count_lines(&file.source.text[..file.document.body.start as usize]);
    Some(before + whole)
}

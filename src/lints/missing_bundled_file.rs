//! A script, reference or asset that a skill names as its own and does not have.

use crate::clients::Role;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{Inline, InlineKind};
use crate::paths::{Presence, file_name, join, normalize, parent};
use crate::references::mentions::is_excused;
use crate::references::resolve::is_placeholder;
use crate::references::scan::looks_like_file;
use crate::source::Span;
use crate::workspace::{File, Workspace};
use std::collections::BTreeSet;

/// The lint.
pub static MISSING_BUNDLED_FILE: Lint = Lint {
    name: "missing-bundled-file",
    summary: "a file of `scripts/`, `references/` or `assets/` that a skill names and does not have",
    page: include_str!("../../docs/lints/missing-bundled-file.md"),
    group: Group::Artifacts,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the model looks for a file that is not there",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

/// The folders of a skill, by the open specification.
const FOLDERS: [&str; 3] = ["scripts/", "references/", "assets/"];

/// What stands for the skill's own folder.
const OWN: [&str; 4] = ["${CLAUDE_SKILL_DIR}/", "$CLAUDE_SKILL_DIR/", "{baseDir}/", "./"];

fn check(cx: &mut Checker<'_>, file: &File) {
    if !file.has_role(&[Role::Skill]) {
        return;
    }
    let text = file.source.text.as_str();
    if !FOLDERS.iter().any(|folder| memchr::memmem::find(text.as_bytes(), folder.as_bytes()).is_some()) {
        return;
    }
    let dir = parent(&file.path);
    // A skill about making skills speaks of files that others are to have.
    if file_name(dir).contains("skill") {
        return;
    }
    let mut said: BTreeSet<String> = BTreeSet::new();
    // A path has at least the folder's name, so that most code is too short or has no `/`.
    let may_hold = |inline: &&Inline| inline.kind == InlineKind::Code && inline.content.len() > "assets/".len();
    let spans = file.document.inlines.iter().filter(may_hold);
    let spans = spans.filter(|inline| {
        let content = inline.content.slice(text);
        memchr::memchr(b'/', content.as_bytes()).is_some() && FOLDERS.iter().any(|folder| content.contains(folder))
    });
    // Without such a folder a name is more likely an example, or a file of the project that the skill is for.
    let has = FOLDERS.map(|folder| !cx.workspace.index.below(&join(dir, folder.trim_end_matches('/'))).is_empty());
    let holds = |mark: &str| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if has == [false; 3] && !holds("SKILL_DIR") && !holds("{baseDir}") {
        return;
    }
    let is_own = |written: &str| FOLDERS.iter().zip(has).any(|(folder, has)| has && written.starts_with(folder));
    for (written, span, own) in spans.flat_map(|inline| named(inline, text)) {
        if !(own || is_own(written)) || is_stand_in(written) || is_there(cx.workspace, dir, written) {
            continue;
        }
        let excused = is_excused(text, span.start) || of_other_skill(cx.workspace, dir, written, text);
        if !excused && said.insert(written.to_owned()) {
            report(cx, file, dir, written, span);
        }
    }
}

/// The paths in a code span that start in a folder of the skill, with their places, and whether they say that it is the
/// skill's own.
fn named<'a>(inline: &Inline, text: &'a str) -> Vec<(&'a str, Span, bool)> {
    let content = inline.content.slice(text);
    let mut found = Vec::new();
    let mut before = "";
    for word in content.split([' ', '\n', '"', '\'', '(', ')', ',', ';', '=']) {
        let at = inline.content.start as usize + (word.as_ptr() as usize - content.as_ptr() as usize);
        let own = OWN.iter().find(|own| word.starts_with(**own));
        let path = own.map_or(word, |own| &word[own.len()..]);
        let path = path.split(['#', ':', '?']).next().unwrap_or(path).trim_end_matches(['.', '!']);
        // What a command writes need not be there.
        let is_output = before.starts_with('-') && before.contains('o') || before.starts_with('>');
        if FOLDERS.iter().any(|folder| path.starts_with(folder)) && looks_like_file(path) && !is_output {
            let start = at + own.map_or(0, |own| own.len());
            let is_own = own.is_some_and(|own| *own != "./");
            found.push((path, Span::new(start, start + path.len()), is_own));
        }
        if !word.is_empty() {
            before = word;
        }
    }
    found
}

/// Whether the path leads somewhere from the skill's folder, or from one above it up to the root.
fn is_there(workspace: &Workspace, dir: &str, written: &str) -> bool {
    let above = std::iter::successors(Some(dir), |dir| (!dir.is_empty()).then(|| parent(dir)));
    let mut found = above.filter_map(|dir| normalize(dir, written));
    found.any(|path| workspace.index.presence(&path) != Presence::Missing)
}

/// Whether the text names a skill beside this one that has such a file.
fn of_other_skill(workspace: &Workspace, dir: &str, written: &str, text: &str) -> bool {
    let tree = parent(dir);
    let suffix = format!("/{written}");
    let others = workspace.index.below(tree).iter().filter_map(|path| path.strip_suffix(suffix.as_str()));
    others.into_iter().any(|other| parent(other) == tree && text.contains(file_name(other)))
}

/// Whether the path shows only how such a path looks.
fn is_stand_in(path: &str) -> bool {
    let stem = file_name(path).split('.').next().unwrap_or("");
    let words = ["example", "foo", "bar", "name", "file", "your", "my", "xxx", "some", "template", "topic", "script"];
    let mut parts = stem.split(['-', '_']);
    is_placeholder(path)
        || path.contains(['[', ']', '|', '%'])
        || parts.any(|part| words.contains(&part.to_ascii_lowercase().as_str()))
        || stem.len() < 2
        || (stem.len() < 5 && stem.chars().all(|c| c.is_ascii_uppercase()))
}

fn report(cx: &mut Checker<'_>, file: &File, dir: &str, written: &str, span: Span) {
    let bundle = cx.workspace.index.below(dir);
    let inside = |path: &str| path[dir.len()..].trim_start_matches('/').to_owned();
    let same: Vec<String> = bundle
        .iter()
        .filter(|path| file_name(path).eq_ignore_ascii_case(file_name(written)))
        .map(|path| inside(path))
        .collect();
    let folder = join(dir, parent(written));
    let near = || {
        let names: Vec<&str> =
            bundle.iter().filter(|path| parent(path) == folder).map(|path| file_name(path)).collect();
        let near = crate::config::nearest(file_name(written), names)?;
        Some(join(parent(written), near))
    };
    let (to, applicability) = match same.as_slice() {
        [one] => (Some(one.clone()), Applicability::Safe),
        _ => (near(), Applicability::Unsafe),
    };
    let fix = to.clone().map(|to| Fix {
        title: format!("write `{to}`"),
        applicability,
        edits: vec![Edit { path: file.path.clone(), span, text: to }],
    });
    cx.report(Diagnostic {
        message: format!("the skill has no `{written}`"),
        help: match to {
            Some(to) => format!("write `{to}`"),
            None => "add the file, or drop what points to it".to_owned(),
        },
        span: Some(span),
        key: written.to_owned(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}

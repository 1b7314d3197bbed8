//! `ctxlint init --pre-commit`, `--github`: the places where a team's changes are checked.
//!
//! What a file holds stays as it is, comments included; a check that is there already is left alone.

use super::super::{Unusable, say};
use super::{Part, agrees};
use crate::model::{Format, Node, NodeKind};
use crate::parse;
use crate::report::{one_line, unified};
use crate::world::{Disk, ReadError, World};
use crate::write::{Change, Expected};
use clap::Args;
use std::io::IsTerminal;
use std::path::Path;

/// The configuration of pre-commit.
const PRE_COMMIT: &str = ".pre-commit-config.yaml";
/// The workflow that is written.
const WORKFLOW: &str = ".github/workflows/ctxlint.yml";
/// A file of more bytes than this is not looked into.
const MAX_FILE: u64 = 4 << 20;
/// Where this program's sources are; empty until they have an address.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

#[derive(Args, Debug)]
pub(super) struct PipelineArguments {
    /// Add a hook to .pre-commit-config.yaml
    #[arg(long, conflicts_with = "budgets")]
    pre_commit: bool,
    /// Write a workflow of GitHub Actions
    #[arg(long, conflicts_with = "budgets")]
    github: bool,
    /// Where to build ctxlint from; by default where this one is from. Without it the hook runs the installed one
    #[arg(long, value_name = "URL", requires = "revision")]
    repository: Option<String>,
    /// The tag or commit to build
    #[arg(long, value_name = "REV", requires = "repository")]
    revision: Option<String>,
}

impl PipelineArguments {
    /// Whether any of the files is asked for.
    pub(super) fn any(&self) -> bool {
        self.pre_commit || self.github
    }
}

/// Where to build from, and which revision.
struct Sources {
    url: String,
    revision: String,
}

/// A file before and after.
struct Wanted {
    path: &'static str,
    old: Option<String>,
    new: String,
}

/// What is to be written or merged, with the difference.
pub(super) fn pipelines(
    root: &Path,
    arguments: &PipelineArguments,
    is_sure: bool,
    only_print: bool,
) -> Result<Part, Unusable> {
    let sources = sources(arguments)?;
    let mut wanted = Vec::new();
    if arguments.pre_commit {
        wanted.extend(pre_commit(root, sources.as_ref())?);
    }
    if arguments.github {
        wanted.extend(github(root, sources.as_ref())?);
    }
    let diffs = wanted.iter().map(|file| unified::unified(file.path, file.old.as_deref(), &file.new));
    let mut text: String = diffs.collect();
    if std::io::stdout().is_terminal() {
        text = text.lines().map(|line| format!("{}\n", one_line(line))).collect();
    }
    if wanted.is_empty() || only_print {
        return Ok(Part::only(text));
    }
    // A new file takes nothing away; one that exists is changed only with a yes.
    let is_declined = !is_sure && wanted.iter().any(|file| file.old.is_some()) && !agrees(&text);
    let change = |file: Wanted| Change {
        path: file.path.to_owned(),
        expected: file.old.as_ref().map_or(Expected::Nothing, |old| Expected::content(old.as_bytes())),
        bytes: Some(file.new.into_bytes()),
    };
    Ok(Part { text, changes: wanted.into_iter().map(change).collect(), is_declined })
}

fn sources(arguments: &PipelineArguments) -> Result<Option<Sources>, Unusable> {
    let given = arguments.repository.clone().zip(arguments.revision.clone());
    let own = (!REPOSITORY.is_empty()).then(|| (REPOSITORY.to_owned(), format!("v{}", env!("CARGO_PKG_VERSION"))));
    let Some((url, revision)) = given.or(own) else { return Ok(None) };
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._/:@~+-".contains(c));
    let is_wrong = |text: &&String| !is_plain(text) || text.starts_with('-') || text.is_empty();
    if let Some(wrong) = [&url, &revision].into_iter().find(is_wrong) {
        return Err(Unusable::new(format!("`{wrong}` is no address or revision"), ""));
    }
    Ok(Some(Sources { url, revision }))
}

fn read(root: &Path, path: &str) -> Result<Option<String>, Unusable> {
    match Disk.read(&root.join(path), MAX_FILE) {
        Ok(bytes) => {
            let text = String::from_utf8(bytes);
            text.map(Some).map_err(|_| Unusable::new(format!("{path} is not UTF-8"), "save it as UTF-8"))
        }
        Err(ReadError::NotFound) => Ok(None),
        Err(error) => Err(Unusable::new(format!("{path} cannot be read: {error}"), "")),
    }
}

fn pre_commit(root: &Path, sources: Option<&Sources>) -> Result<Option<Wanted>, Unusable> {
    let old = read(root, PRE_COMMIT)?;
    let hook = match sources {
        Some(Sources { url, revision }) => format!("- repo: {url}\n  rev: {revision}\n  hooks:\n    - id: ctxlint\n"),
        None => "- repo: local\n  hooks:\n    - id: ctxlint\n      name: ctxlint\n      entry: ctxlint check\n      \
                 language: system\n      always_run: true\n      pass_filenames: false\n"
            .to_owned(),
    };
    let new = merged(old.as_deref().unwrap_or_default(), &hook)
        .map_err(|why| Unusable::new(format!("{PRE_COMMIT}: {why}"), "add the hook by hand: docs/ci.md shows it"))?;
    let Some(new) = new else {
        say(&format!("ctxlint: {PRE_COMMIT} runs ctxlint already; it was left as it is"));
        return Ok(None);
    };
    Ok(Some(Wanted { path: PRE_COMMIT, old, new }))
}

/// The configuration with one more item in its list `repos`; `None` when a hook of ctxlint is there.
fn merged(old: &str, hook: &str) -> Result<Option<String>, String> {
    let ending = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let indented = |indent: &str| {
        let lines = hook.lines().map(|line| format!("{indent}{line}{ending}"));
        lines.collect::<String>()
    };
    let gap = if old.is_empty() || old.ends_with('\n') { "" } else { ending };
    if old.trim().is_empty() {
        return Ok(Some(format!("{old}{gap}repos:{ending}{}", indented("  "))));
    }
    let before = tree(old)?;
    let Some(repos) = before.get("repos") else {
        return Ok(Some(format!("{old}{gap}repos:{ending}{}", indented("  "))));
    };
    let items = repos.value.items();
    let hooks = items.iter().filter_map(|item| item.get("hooks")).flat_map(|hooks| hooks.value.items());
    let mut ids = hooks.filter_map(|hook| hook.get("id")?.value.as_str());
    if ids.any(|id| id.starts_with("ctxlint")) {
        return Ok(None);
    }
    let new = match (items.last(), &repos.value.kind) {
        (Some(last), _) => {
            let start = old[..last.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
            let lead = &old[start..last.span.start as usize];
            let Some((indent, "")) = lead.trim_end().split_once('-').filter(|(indent, _)| indent.trim().is_empty())
            else {
                return Err("its `repos` is no list with an item a line".to_owned());
            };
            let end = old[..last.span.end as usize].trim_end().len();
            let end = old[end..].find('\n').map_or(old.len(), |at| end + at + 1);
            let gap = if old[..end].ends_with('\n') { "" } else { ending };
            format!("{}{gap}{}{}", &old[..end], indented(indent), &old[end..])
        }
        // `repos: []`, or nothing behind the colon.
        (None, NodeKind::Sequence(_) | NodeKind::Null) => {
            let key_end = repos.key_span.end as usize;
            let colon = old[key_end..].find(':').map_or(old.len(), |at| key_end + at + 1);
            let line_end = old[colon..].find('\n').map_or(old.len(), |at| colon + at + 1);
            let comment = old[colon..line_end].find('#').map_or("", |at| old[colon + at..line_end].trim_end());
            let space = if comment.is_empty() { "" } else { " " };
            format!("{}{space}{comment}{ending}{}{}", &old[..colon], indented("  "), &old[line_end..])
        }
        _ => return Err("its `repos` is no list".to_owned()),
    };
    // The file must say what it said before, and one thing more.
    let count = |tree: &Node| tree.get("repos").map_or(0, |repos| repos.value.items().len());
    let after = tree(&new)?;
    let others = |tree: &Node| tree.entries().iter().map(|entry| entry.key.to_string()).collect::<Vec<_>>();
    if count(&after) != items.len() + 1 || others(&after) != others(&before) {
        return Err("its form is not one that can be added to".to_owned());
    }
    Ok(Some(new))
}

fn tree(text: &str) -> Result<Node, String> {
    let document = parse::parse(text, Format::Yaml);
    if let Some(problem) = document.problems.first() {
        return Err(format!("it is no YAML: {}", problem.message));
    }
    let tree = document.data.ok_or_else(|| "it holds nothing".to_owned())?;
    if !matches!(tree.kind, NodeKind::Mapping(_)) {
        return Err(format!("it holds {}, not a mapping", tree.kind_name()));
    }
    Ok(tree)
}

fn github(root: &Path, sources: Option<&Sources>) -> Result<Option<Wanted>, Unusable> {
    let folder = Path::new(WORKFLOW).parent().unwrap_or(Path::new(""));
    for entry in Disk.read_dir(&root.join(folder)).unwrap_or_default() {
        let path = folder.join(&entry.name);
        let text = Disk.read(&root.join(&path), MAX_FILE).unwrap_or_default();
        if String::from_utf8_lossy(&text).contains("ctxlint") {
            let shown = path.to_string_lossy().replace('\\', "/");
            say(&format!("ctxlint: {} runs ctxlint already; it was left as it is", one_line(&shown)));
            return Ok(None);
        }
    }
    let Some(Sources { url, revision }) = sources else {
        let hint = "name where to build it from: --repository URL --revision COMMIT";
        return Err(Unusable::new("this ctxlint does not know where its sources are", hint));
    };
    let on_github = url.trim_end_matches('/').trim_end_matches(".git").strip_prefix("https://github.com/");
    let run = match on_github {
        Some(name) => format!("      - uses: {name}@{revision}\n"),
        None => format!(
            "      - run: cargo install --locked --git {url} --rev {revision} ctxlint\n      \
             - run: ctxlint check --output github=- --output markdown=\"$RUNNER_TEMP/summary.md\"\n      \
             - if: always()\n        run: cat \"$RUNNER_TEMP/summary.md\" >> \"$GITHUB_STEP_SUMMARY\"\n"
        ),
    };
    let new = format!(
        "name: ctxlint\n\non:\n  pull_request:\n  push:\n    branches: [main, master]\n\npermissions:\n  contents: read\n\n\
         jobs:\n  ctxlint:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          \
         # Citations are followed through history.\n          fetch-depth: 0\n          persist-credentials: false\n{run}"
    );
    Ok(Some(Wanted { path: WORKFLOW, old: None, new }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOK: &str = "- repo: X\n  rev: v1\n  hooks:\n    - id: ctxlint\n";

    fn added(old: &str) -> String {
        merged(old, HOOK).ok().flatten().unwrap_or_else(|| "nothing".to_owned())
    }

    #[test]
    fn a_hook_is_added_behind_the_last_one_and_everything_else_stays() {
        let own = "  - repo: X\n    rev: v1\n    hooks:\n      - id: ctxlint\n";
        assert_eq!(added(""), format!("repos:\n{own}"));
        assert_eq!(added("# Mine.\nfail_fast: true"), format!("# Mine.\nfail_fast: true\nrepos:\n{own}"));
        assert_eq!(added("repos: [] # none\nx: 1\n"), format!("repos: # none\n{own}x: 1\n"));
        let old =
            "repos: # all\n  # first\n  - repo: a\n    hooks:\n      - id: b # why\n\n# behind\nci:\n  skip: [b]\n";
        let new = old.replace("- id: b # why\n", &format!("- id: b # why\n{own}"));
        assert_eq!(added(old), new);
        // Items that start in the first column, with the other line ending.
        let old = "repos:\r\n- repo: a\r\n  hooks: [{id: b}]\r\n";
        assert_eq!(added(old), format!("{old}{}", HOOK.replace('\n', "\r\n")));
        assert_eq!(added("repos:\n- repo: a\n  hooks: []"), format!("repos:\n- repo: a\n  hooks: []\n{HOOK}"));
    }

    #[test]
    fn what_is_there_or_cannot_be_added_to_is_left_alone() {
        assert_eq!(merged("repos:\n- repo: local\n  hooks:\n  - id: ctxlint-system\n", HOOK), Ok(None));
        assert!(merged("repos: [{repo: a, hooks: []}]\n", HOOK).is_err());
        assert!(merged("repos: {a: b}\n", HOOK).is_err());
        assert!(merged("- a\n", HOOK).is_err());
        assert!(merged("repos: [\n", HOOK).is_err());
    }
}

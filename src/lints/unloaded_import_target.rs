//! An import of something that its client does not load: a folder, or a file with a strange extension.

use crate::clients::ImportStyle;
use crate::diagnostic::{Basis, Diagnostic, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint, newest};
use crate::paths::{file_name, parent, relative};
use crate::references::{InertReason, State, Target, resolve};
use crate::workspace::{ImportEdge, ImportTarget, Workspace};

/// The lint.
pub static UNLOADED_IMPORT_TARGET: Lint = Lint {
    name: "unloaded-import-target",
    summary: "an import of a folder, or of a file with an extension that the client does not import",
    page: include_str!("../../docs/lints/unloaded-import-target.md"),
    group: Group::Imports,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Limit,
    why: "the client drops it without a word",
    fix: FixKind::None,
    since: "0.1.0",
    check: Check::Workspace(check),
};

fn check(cx: &mut Checker<'_>) {
    let workspace = cx.workspace;
    for edge in &workspace.imports {
        // What another client does with a folder is not known.
        if !edge.client.imports.is_some_and(|grammar| grammar.style == ImportStyle::Markdown) {
            continue;
        }
        let written = &edge.import.path;
        let (message, help) = match (&edge.target, edge.import.state) {
            (ImportTarget::Dir, State::Live) if is_folder_meant(workspace, edge) => (
                format!("`@{written}` is a folder, and {} imports only files", edge.client.title),
                files_in(workspace, edge),
            ),
            (ImportTarget::File(_), State::Inert(InertReason::Extension)) => {
                let extension = file_name(written).rsplit('.').next().unwrap_or_default();
                (
                    format!("{} does not import `.{extension}` files such as `@{written}`", edge.client.title),
                    "say in words when to read the file, or give its text another extension such as `.md`".to_owned(),
                )
            }
            _ => continue,
        };
        cx.report(Diagnostic {
            message,
            help,
            span: Some(edge.import.span),
            clients: vec![newest(edge.client)],
            key: written.clone(),
            ..cx.finding(&edge.from)
        });
    }
}

/// Whether a folder is meant and not a package, an alias or a person of the same name: it ends with `/`, says where it
/// starts, or has the line for itself.
fn is_folder_meant(workspace: &Workspace, edge: &ImportEdge) -> bool {
    let path = edge.import.path.as_str();
    if path.ends_with('/') || path.starts_with("./") || path.starts_with("../") {
        return path.trim_matches(['.', '/']).len() > 1;
    }
    let Some(file) = workspace.file(&edge.from) else { return false };
    let text = file.source.text.as_str();
    let (start, end) = (edge.import.span.start as usize, edge.import.span.end as usize);
    let before = text[..start].rsplit('\n').next().unwrap_or("");
    let after = text[end..].split('\n').next().unwrap_or("");
    path.contains('/') && after.trim().is_empty() && before.trim().trim_matches(['-', '*', '+']).is_empty()
}

/// Names the files of the folder that could be imported one by one.
fn files_in(workspace: &Workspace, edge: &ImportEdge) -> String {
    let Target::Inside(dir) = resolve(&edge.from, &edge.import.path) else { return "import its files".to_owned() };
    let files = workspace.index.below(&dir).iter().filter(|file| parent(file) == dir && file.ends_with(".md"));
    let names: Vec<String> = files.take(3).map(|file| format!("`@{}`", relative(parent(&edge.from), file))).collect();
    match names.is_empty() {
        true => "import the files that every session needs, each by itself".to_owned(),
        false => format!("import what every session needs, file by file: {}", names.join(", ")),
    }
}

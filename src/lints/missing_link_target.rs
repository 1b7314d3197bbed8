//! A Markdown link to a file that does not exist.

use super::stale_citation::when;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::Format;
use crate::paths::{Presence, file_name, normalize, parent};
use crate::references::links::{self, Destination, Link};
use crate::source::Span;
use crate::workspace::File;
use std::sync::Arc;

/// The lint.
pub static MISSING_LINK_TARGET: Lint = Lint {
    name: "missing-link-target",
    summary: "a Markdown link or image whose file does not exist",
    page: include_str!("../../docs/lints/missing-link-target.md"),
    group: Group::References,
    level: Severity::Error,
    max_level: Severity::Error,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the agent spends a step on a file that is not there, or goes on without what it says",
    fix: FixKind::Safe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    if file.document.format != Format::Markdown {
        return;
    }
    for link in links::links(file) {
        let Destination::Path(path) = &link.destination else { continue };
        if !names_a_file(path) || is_found(cx, file, path) {
            continue;
        }
        if is_route(cx, file, path) || is_example(&file.source.text, link.inline.span) {
            continue;
        }
        report(cx, file, &link, path);
    }
}

fn has_extension(path: &str) -> bool {
    file_name(path.trim_end_matches('/')).trim_start_matches('.').contains('.')
}

/// A word without a dot or a slash is a placeholder or a page of some site; a path from the root without an extension
/// is a route of a site.
fn names_a_file(path: &str) -> bool {
    has_extension(path) || (path.contains('/') && !path.starts_with('/'))
}

/// A path without an extension into a folder that is nowhere: of a site or a wiki, or made up.
fn is_route(cx: &Checker<'_>, file: &File, path: &str) -> bool {
    let Some((folder, _)) = path.trim_start_matches("./").split_once('/') else { return false };
    !has_extension(path) && folder != ".." && !is_found(cx, file, folder)
}

/// How many bytes before a link may call it an example. A line can be as long as its file and hold thousands of links.
const EXAMPLE_WORDS: usize = 2_000;

/// A link that the words before it in its line call an example.
fn is_example(text: &str, link: Span) -> bool {
    let mut start = (link.start as usize).saturating_sub(EXAMPLE_WORDS);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = &text[start..link.start as usize];
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]).to_ascii_lowercase();
    ["example:", "examples:", "for example", "e.g."].iter().any(|word| line.contains(word))
}

/// Looks from the file's own place and from every place where a link puts it.
fn is_found(cx: &Checker<'_>, file: &File, path: &str) -> bool {
    let index = &cx.workspace.index;
    let mut forms = vec![path.to_owned()];
    // Sites of documentation link to pages without their extension.
    if !file_name(path.trim_end_matches('/')).contains('.') {
        let page = path.trim_end_matches('/');
        forms.extend([".md", ".mdx", "/index.md", "/index.mdx"].map(|tail| format!("{page}{tail}")));
    }
    // Most clients find a file at the same place.
    let mut places: Vec<&Arc<str>> = vec![&file.path];
    for role in &file.roles {
        if !places.contains(&&role.path) {
            places.push(&role.path);
        }
    }
    let found = |from: &Arc<str>| forms.iter().any(|path| links::presence(index, from, path) != Presence::Missing);
    places.into_iter().any(found)
}

fn report(cx: &mut Checker<'_>, file: &File, link: &Link, path: &str) {
    let index = &cx.workspace.index;
    let target = if path.starts_with('/') { None } else { normalize(parent(&file.path), path) };
    let target = target.unwrap_or_else(|| path.trim_start_matches('/').to_owned());
    let same = index.same_but_for_case(&target);
    let named = index.named(file_name(&target));
    let renamed = cx.workspace.references.renamed(&target);
    let (help, near) = match (same.as_slice(), renamed, named.as_slice()) {
        ([only], ..) => (format!("the file is called `{only}`: the case of letters counts"), Some((*only, true))),
        (_, Some((path, commit)), _) => (format!("it was renamed to `{path}`{}", when(commit)), Some((path, true))),
        (.., [only]) => (format!("the only file of that name is `{only}`"), Some((*only, false))),
        _ => ("correct the path, create the file, or drop the link".to_owned(), None),
    };
    let fix = near.filter(|_| !path.starts_with('/')).map(|(near, safe)| {
        let written = link.inline.content.slice(&file.source.text);
        let tail = written.find(['#', '?']).map_or("", |at| &written[at..]);
        Fix {
            title: format!("link to `{near}`"),
            applicability: if safe { Applicability::Safe } else { Applicability::Unsafe },
            edits: vec![Edit {
                path: file.path.clone(),
                span: link.inline.content,
                text: format!("{}{tail}", crate::paths::relative(parent(&file.path), near).replace(' ', "%20")),
            }],
        }
    });
    cx.report(Diagnostic {
        message: format!("the link target `{target}` does not exist"),
        help,
        span: Some(link.inline.span),
        key: path.to_owned(),
        fixes: fix.into_iter().collect(),
        ..cx.finding(&file.path)
    });
}

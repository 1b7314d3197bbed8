//! A link to a heading that does not exist.

use crate::config::nearest;
use crate::diagnostic::{Applicability, Basis, Diagnostic, Edit, Fix, Severity};
use crate::lint::{Check, Checker, FixKind, Group, Lint};
use crate::model::{BlockKind, Document, Format, Inline, InlineKind};
use crate::parse;
use crate::references::links::{self, Destination};
use crate::source::Span;
use crate::workspace::File;
use std::collections::{HashMap, HashSet};

/// The lint.
pub static MISSING_ANCHOR: Lint = Lint {
    name: "missing-anchor",
    summary: "a link to a heading that its target does not have",
    page: include_str!("../../docs/lints/missing-anchor.md"),
    group: Group::References,
    level: Severity::Warn,
    max_level: Severity::Warn,
    pedantic: false,
    basis: Basis::Correctness,
    why: "the reader is sent to a section that is not there",
    fix: FixKind::Unsafe,
    since: "0.1.0",
    check: Check::Document(check),
};

fn check(cx: &mut Checker<'_>, file: &File) {
    if file.document.format != Format::Markdown {
        return;
    }
    let mut known: HashMap<&str, Anchors> = HashMap::new();
    let mut compared = 0;
    for link in links::links(file) {
        let Some(fragment) = link.fragment.as_deref().filter(|fragment| is_heading_fragment(fragment)) else {
            continue;
        };
        let target = match &link.destination {
            Destination::Here => file,
            Destination::Path(path) => {
                let found = links::find(&cx.workspace.index, &file.path, path);
                let Some(target) = found.and_then(|real| cx.workspace.file(&real)) else { continue };
                if target.document.format != Format::Markdown || !target.is_readable() {
                    continue;
                }
                target
            }
            Destination::Elsewhere => continue,
        };
        let anchors = known.entry(&*target.path).or_insert_with(|| Anchors::of(target));
        if anchors.skeletons.contains(&skeleton(fragment)) {
            continue;
        }
        compared += anchors.names.len();
        let near =
            if compared > MAX_COMPARED { None } else { nearest(fragment, anchors.names.iter().map(String::as_str)) };
        let place = fragment_span(&file.source.text, link.inline);
        let whose = if target.path == file.path { "this file".to_owned() } else { format!("`{}`", target.path) };
        cx.report(Diagnostic {
            message: format!("{whose} has no heading `#{fragment}`"),
            help: match near {
                Some(near) => format!("did you mean `#{near}`?"),
                None => "link to a heading that exists, or drop the fragment".to_owned(),
            },
            span: Some(link.inline.span),
            key: fragment.to_owned(),
            fixes: near
                .zip(place)
                .map(|(near, span)| Fix {
                    title: format!("link to `#{near}`"),
                    applicability: Applicability::Unsafe,
                    edits: vec![Edit { path: file.path.clone(), span, text: near.to_owned() }],
                })
                .into_iter()
                .collect(),
            ..cx.finding(&file.path)
        });
    }
}

/// Fragments that name lines, text or the page itself are not headings.
fn is_heading_fragment(fragment: &str) -> bool {
    let line = fragment.strip_prefix(['L', 'l']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    !fragment.is_empty()
        && !line
        && fragment != "top"
        && !fragment.contains(['{', '}', '<', '>', '$', '=', '/'])
        && !fragment.starts_with([':', '!', '~'])
}

/// The bytes of the fragment in a link's destination.
fn fragment_span(text: &str, link: Inline) -> Option<Span> {
    let hash = link.content.slice(text).find('#')?;
    Some(Span::new(link.content.start as usize + hash + 1, link.content.end as usize))
}

fn skeleton(anchor: &str) -> String {
    let anchor = anchor.strip_prefix("user-content-").unwrap_or(anchor);
    anchor.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many anchors the fragments of one file are compared with in search of a near one. A file whose links and headings
/// come to more has none of its faults by a slip of the pen.
const MAX_COMPARED: usize = 500_000;

/// The anchors of a document.
struct Anchors {
    names: Vec<String>,
    /// Renderers differ in what they do with punctuation, so only letters and digits are compared.
    skeletons: HashSet<String>,
}

impl Anchors {
    fn of(file: &File) -> Anchors {
        let names = anchors(file);
        Anchors { skeletons: names.iter().map(|name| skeleton(name)).collect(), names }
    }
}

/// Every anchor of a document: its headings as GitHub makes them, and the ids that HTML gives.
fn anchors(file: &File) -> Vec<String> {
    let (document, text) = (&file.document, file.source.text.as_str());
    let mut anchors: Vec<String> = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    // Gives how often it was there already.
    let mut add = |anchor: String| {
        let count = counts.entry(anchor.clone()).or_default();
        *count += 1;
        anchors.push(anchor);
        *count - 1
    };
    let mut inline = 0;
    for section in &document.sections {
        while document.inlines.get(inline).is_some_and(|next| next.block < section.heading) {
            inline += 1;
        }
        let of_heading = document.inlines[inline..].iter().take_while(|next| next.block <= section.heading);
        let parts: Vec<&str> = of_heading
            .filter(|part| part.block == section.heading && matches!(part.kind, InlineKind::Text | InlineKind::Code))
            .map(|part| part.content.slice(text))
            .collect();
        let base = slug(&parts.concat());
        // `{#id}` behind a heading sets its anchor where the renderer knows the form.
        if let Some((_, id)) = section.title.slice(text).rsplit_once("{#") {
            add(id.trim_end_matches('}').to_owned());
        }
        let repeats = add(base.clone());
        if repeats > 0 {
            add(format!("{base}-{repeats}"));
        }
    }
    anchors.extend(html_ids(document, text));
    anchors
}

/// A heading's anchor as GitHub makes it: lower case, punctuation dropped, spaces to hyphens.
fn slug(heading: &str) -> String {
    let heading = parse::unescape_destination(heading.trim());
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn html_ids(document: &Document, text: &str) -> Vec<String> {
    let inlines = document.inlines.iter().filter(|inline| inline.kind == InlineKind::Html).map(|inline| inline.span);
    let blocks = document.blocks.iter().filter(|block| block.kind == BlockKind::Html).map(|block| block.span);
    let mut ids = Vec::new();
    for html in inlines.chain(blocks).map(|span| span.slice(text)) {
        for key in ["id=", "name="] {
            for (at, _) in html.match_indices(key) {
                let value = html[at + key.len()..].trim_start_matches(['"', '\'']);
                let end = value.find(['"', '\'', ' ', '>']).unwrap_or(value.len());
                ids.push(value[..end].to_owned());
            }
        }
    }
    ids
}

//! Markdown links: what they point at and whether that is there.

use crate::model::{Inline, InlineKind};
use crate::parse;
use crate::paths::{PathIndex, Presence, normalize, parent};
use crate::workspace::File;
use std::sync::Arc;

/// Where a link points, as far as a repository can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To a place in the same file.
    Here,
    /// To this path, decoded, as written: relative to the file, or to the root when it starts with `/`.
    Path(String),
    /// To another host, or to something that is a template and no place at all.
    Elsewhere,
}

/// One link or image of a file.
#[derive(Clone, Debug)]
pub struct Link {
    /// The construct.
    pub inline: Inline,
    /// Where it points.
    pub destination: Destination,
    /// What follows `#`, decoded.
    pub fragment: Option<String>,
}

/// The scheme that Cursor uses for paths from the root.
const CURSOR_SCHEME: &str = "mdc:";

/// Every link and image of a Markdown file, in order.
pub fn links(file: &File) -> impl Iterator<Item = Link> + '_ {
    let text = file.source.text.as_str();
    let is_link = |inline: &&Inline| matches!(inline.kind, InlineKind::Link | InlineKind::Image);
    file.document.inlines.iter().filter(is_link).map(move |inline| read(*inline, inline.content.slice(text)))
}

fn read(inline: Inline, written: &str) -> Link {
    let nowhere = Link { inline, destination: Destination::Elsewhere, fragment: None };
    let unescaped = parse::unescape_destination(written.trim());
    let (path, root) = match unescaped.strip_prefix(CURSOR_SCHEME) {
        Some(path) => (path, true),
        None => (&*unescaped, false),
    };
    if has_scheme(path) || path.starts_with("//") || path.starts_with('~') || is_template(path) {
        return nowhere;
    }
    let (path, fragment) = match path.split_once('#') {
        Some((path, fragment)) => (path, Some(fragment)),
        None => (path, None),
    };
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let decode = |text: &str| parse::percent_decode(text).map(|text| text.into_owned());
    let fragment = fragment.map(|fragment| decode(fragment).unwrap_or_else(|| fragment.to_owned()));
    if path.is_empty() {
        let destination = if fragment.is_some() { Destination::Here } else { Destination::Elsewhere };
        return Link { inline, destination, fragment };
    }
    let Some(path) = decode(path) else { return nowhere };
    let path = without_line(&path);
    let path = if root && !path.starts_with('/') { format!("/{path}") } else { path.to_owned() };
    Link { inline, destination: Destination::Path(path), fragment }
}

/// `https:`, `mailto:`, `vscode:` and the like, and drive letters.
fn has_scheme(path: &str) -> bool {
    let Some((scheme, rest)) = path.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    is_scheme && !rest.starts_with(|c: char| c.is_ascii_digit())
}

/// Characters and words that stand for something to be filled in.
fn is_template(path: &str) -> bool {
    path.contains(['{', '}', '<', '>', '$', '*', '|', '`', '\n', '%', '"', '\''])
        && parse::percent_decode(path)
            .is_none_or(|decoded| decoded.contains(['{', '}', '<', '>', '$', '*', '|', '`', '\n', '"', '\'']))
        || path.contains("...")
        || path.contains('…')
        || path.contains("path/to/")
        || path.contains("YYYY")
        || path.contains("XXX")
}

/// `src/a.rs:10-20` cites lines of `src/a.rs`.
fn without_line(path: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ':'));
    match path.split_once(':') {
        Some((file, line)) if digits(line) => file,
        _ => path,
    }
}

/// What the index knows of a link's target, looked up as a renderer would (relative to the file), and, since agents
/// read paths from where they start, from the root.
pub fn presence(index: &PathIndex, from: &str, path: &str) -> Presence {
    let mut known = Presence::Missing;
    for candidate in candidates(from, path) {
        match index.presence(&candidate) {
            Presence::Missing => {}
            found @ (Presence::File | Presence::Dir) => return found,
            found => known = found,
        }
    }
    if !path.starts_with('/') && normalize(parent(from), path).is_none() { Presence::Beyond } else { known }
}

/// The real path of a link's target, where it exists.
pub fn find(index: &PathIndex, from: &str, path: &str) -> Option<Arc<str>> {
    candidates(from, path).into_iter().find_map(|candidate| index.real_path(&candidate))
}

fn candidates(from: &str, path: &str) -> Vec<String> {
    let relative = if path.starts_with('/') { None } else { normalize(parent(from), path) };
    let from_root = normalize("", path.trim_start_matches('/'));
    let mut found: Vec<String> = relative.into_iter().chain(from_root).collect();
    found.dedup();
    found
}

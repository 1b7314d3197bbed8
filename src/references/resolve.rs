//! Which file a written path means, among the files that a version of the repository holds.
//!
//! The ways are tried in a fixed order, and the first that gives an answer wins; several answers of equal standing are
//! no answer but a state of their own.

use crate::paths::{file_name, is_below, normalize, parent};
use std::sync::Arc;

/// Files whose folder is a package.
pub const MANIFESTS: [&str; 9] = [
    "package.json",
    "Cargo.toml",
    "pyproject.toml",
    "go.mod",
    "composer.json",
    "Gemfile",
    "pom.xml",
    "mix.exs",
    "pubspec.yaml",
];

/// A path as it was written, with what helps to tell which file it means.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// The document, relative to the root.
    pub from: &'a str,
    /// The path.
    pub path: &'a str,
    /// The target of the link whose text holds the path.
    pub link: Option<&'a str>,
    /// Whether the path is itself the target of a link, and so relative to the document first.
    pub is_target: bool,
    /// Longer paths to a file of the same name that the document names elsewhere.
    pub mentions: &'a [String],
    /// The folders of all files that the document names with a folder.
    pub folders: &'a [String],
}

/// How a path was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// As the target of the link around it.
    Link,
    /// From the root.
    Exact,
    /// From the folder of the document.
    Relative,
    /// It lies in the nearest package above the document.
    Package,
    /// The document names it, or files around it, in full elsewhere.
    Mention,
    /// Only one file ends so.
    Suffix,
    /// Several files end so, and only one has the cited lines.
    Lines,
    /// From the root, after leading folders were dropped.
    Dropped,
}

/// The file that a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// This one.
    Found(Arc<str>, How),
    /// One of these; nothing tells which.
    Ambiguous(Vec<Arc<str>>),
    /// None.
    Missing,
    /// Something to be filled in, no file.
    Placeholder,
}

/// How many answers of an ambiguous path are kept.
const MAX_AMBIGUOUS: usize = 10;

/// Finds the file. `named` gives every file of a name, sorted; `has_lines` tells whether a file has the lines that are
/// cited, and is asked only when several files may be meant.
pub fn resolve(
    written: Written<'_>,
    named: &dyn Fn(&str) -> Vec<Arc<str>>,
    has_lines: &mut dyn FnMut(&str) -> bool,
) -> Resolution {
    if is_placeholder(written.path) {
        return Resolution::Placeholder;
    }
    let exists = |path: &str| named(file_name(path)).into_iter().find(|file| **file == *path);
    let folder = parent(written.from);
    if let Some(link) = written.link {
        let from_root = link.starts_with('/');
        let relative = if from_root { None } else { normalize(folder, link) };
        let places = relative.into_iter().chain(normalize("", link));
        if let Some(found) = places.into_iter().find_map(|path| exists(&path)) {
            return Resolution::Found(found, How::Link);
        }
    }
    let forms = forms(written.path);
    for path in &forms {
        let exact = normalize("", path).and_then(|path| exists(&path)).map(|found| (found, How::Exact));
        let relative = normalize(folder, path).filter(|_| !path.starts_with('/')).and_then(|path| exists(&path));
        let relative = relative.map(|found| (found, How::Relative));
        let found = if written.is_target { relative.or(exact) } else { exact.or(relative) };
        if let Some((found, how)) = found {
            return Resolution::Found(found, how);
        }
    }
    for path in &forms {
        match by_suffix(written, path, named, has_lines) {
            Resolution::Missing => {}
            found => return found,
        }
    }
    for path in &forms {
        let mut rest = path.trim_start_matches('/');
        while let Some((dropped, shorter)) = rest.split_once('/') {
            // A folder and a name alone are too little: the manifest of another package is not that of the root.
            let is_enough = shorter.contains('/') || dropped == ".." || dropped == ".";
            if let Some(found) = normalize("", shorter).filter(|_| is_enough).and_then(|path| exists(&path)) {
                return Resolution::Found(found, How::Dropped);
            }
            rest = shorter;
        }
    }
    Resolution::Missing
}

/// The path, and without the `@` of a mention.
fn forms(path: &str) -> Vec<&str> {
    let mut forms = vec![path];
    forms.extend(path.strip_prefix('@').filter(|rest| !rest.is_empty()));
    forms
}

/// The file that ends with the path: the only one, the only one that the document names in full elsewhere, or the only
/// one of the nearest package above the document.
fn by_suffix(
    written: Written<'_>,
    path: &str,
    named: &dyn Fn(&str) -> Vec<Arc<str>>,
    has_lines: &mut dyn FnMut(&str) -> bool,
) -> Resolution {
    let Some(path) = normalize("", path).filter(|path| !path.is_empty()) else { return Resolution::Missing };
    let mut found = named(file_name(&path));
    found.retain(|file| {
        file.strip_suffix(path.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    });
    match found.as_slice() {
        [] => return Resolution::Missing,
        [only] => return Resolution::Found(only.clone(), How::Suffix),
        _ => {}
    }
    // A file without such lines cannot be meant.
    if found.len() <= MAX_AMBIGUOUS {
        let long: Vec<Arc<str>> = found.iter().filter(|file| has_lines(file)).cloned().collect();
        match long.as_slice() {
            [] => return Resolution::Ambiguous(found),
            [only] => return Resolution::Found(only.clone(), How::Lines),
            _ => found = long,
        }
    }
    let is_mentioned = |file: &&Arc<str>| {
        let mut mentions = written.mentions.iter().filter_map(|mention| normalize("", mention));
        mentions.any(|mention| file.ends_with(&mention) && mention.len() > path.len())
    };
    if let [only] = found.iter().filter(is_mentioned).collect::<Vec<_>>()[..] {
        return Resolution::Found(only.clone(), How::Mention);
    }
    // The document writes about one folder and leaves it out here.
    let is_about = |file: &&Arc<str>| {
        let base = file.strip_suffix(path.as_str()).unwrap_or_default();
        !base.is_empty() && written.folders.iter().any(|folder| is_below(folder, base.trim_end_matches('/')))
    };
    if let [only] = found.iter().filter(is_about).collect::<Vec<_>>()[..] {
        return Resolution::Found(only.clone(), How::Mention);
    }
    let mut package = parent(written.from);
    while !package.is_empty() {
        if MANIFESTS.iter().any(|name| named(name).iter().any(|manifest| parent(manifest) == package)) {
            let inside: Vec<&Arc<str>> = found.iter().filter(|file| is_below(file, package)).collect();
            match inside.as_slice() {
                [] => {}
                [only] => return Resolution::Found((*only).clone(), How::Package),
                _ => break,
            }
        }
        package = parent(package);
    }
    found.truncate(MAX_AMBIGUOUS);
    Resolution::Ambiguous(found)
}

/// Whether a path holds something to be filled in: `{name}.ts`, `$DIR/a.ts`, `*.ts`, `path/to/a.ts`.
pub fn is_placeholder(path: &str) -> bool {
    path.contains(['{', '}', '*', '$', '<', '>'])
        || path.contains("...")
        || path.split('/').any(|part| part == "path") && path.contains("path/to/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 8] = [
        "README.md",
        "docs/plan.md",
        "lib/index.ts",
        "packages/a/README.md",
        "packages/a/package.json",
        "packages/a/src/index.ts",
        "packages/b/src/index.ts",
        "src/main.rs",
    ];

    fn named(name: &str) -> Vec<Arc<str>> {
        FILES.iter().filter(|file| file_name(file) == name).map(|file| Arc::from(*file)).collect()
    }

    fn find(from: &str, path: &str) -> Resolution {
        resolve(Written { from, path, link: None, is_target: false, mentions: &[], folders: &[] }, &named, &mut |_| {
            true
        })
    }

    #[test]
    fn the_first_way_that_answers_wins() {
        let found = |path: &str, how| Resolution::Found(path.into(), how);
        assert_eq!(find("docs/plan.md", "src/main.rs"), found("src/main.rs", How::Exact));
        assert_eq!(find("packages/a/README.md", "src/index.ts"), found("packages/a/src/index.ts", How::Relative));
        assert_eq!(find("packages/a/docs/x.md", "index.ts"), found("packages/a/src/index.ts", How::Package));
        assert_eq!(find("docs/plan.md", "main.rs"), found("src/main.rs", How::Suffix));
        assert_eq!(find("docs/plan.md", "/home/me/repo/src/main.rs"), found("src/main.rs", How::Dropped));
        assert_eq!(find("docs/plan.md", "../../../src/main.rs"), found("src/main.rs", How::Dropped));
        assert_eq!(find("docs/plan.md", "@src/main.rs"), found("src/main.rs", How::Exact));
        let linked = Written {
            from: "docs/plan.md",
            path: "index.ts",
            link: Some("../lib/index.ts"),
            is_target: false,
            mentions: &[],
            folders: &[],
        };
        assert_eq!(resolve(linked, &named, &mut |_| true), found("lib/index.ts", How::Link));
        let mentions = ["packages/b/src/index.ts".to_owned()];
        let named_before = Written {
            from: "docs/plan.md",
            path: "index.ts",
            link: None,
            is_target: false,
            mentions: &mentions,
            folders: &[],
        };
        assert_eq!(resolve(named_before, &named, &mut |_| true), found("packages/b/src/index.ts", How::Mention));
        let short = Written {
            from: "docs/plan.md",
            path: "index.ts",
            link: None,
            is_target: false,
            mentions: &[],
            folders: &[],
        };
        let long = &mut |path: &str| path == "lib/index.ts";
        assert_eq!(resolve(short, &named, long), found("lib/index.ts", How::Lines));
    }

    #[test]
    fn what_means_no_single_file_is_said_to_be_so() {
        assert!(matches!(find("docs/plan.md", "index.ts"), Resolution::Ambiguous(files) if files.len() == 3));
        assert_eq!(find("docs/plan.md", "other/README.md"), Resolution::Missing);
        assert_eq!(find("docs/plan.md", "src/{name}.rs"), Resolution::Placeholder);
        assert_eq!(find("docs/plan.md", "path/to/main.rs"), Resolution::Placeholder);
    }
}

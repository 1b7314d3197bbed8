//! The index of every path of the repository: what exists, what is ignored, and which path ends so.
//!
//! It is filled by one walk and answers every later question without asking the disk again.

mod ignore_rules;

pub use ignore_rules::IgnoreRules;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// What the index knows of a path relative to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A file that the walk saw or git tracks.
    File,
    /// A folder that holds something.
    Dir,
    /// Matched by an ignore rule, or inside a folder that is never walked: it may or may not exist, and may differ
    /// from machine to machine.
    Ignored,
    /// Inside a submodule, a nested worktree or behind a link that leaves the root: not ours to know.
    Beyond,
    /// Not there.
    Missing,
}

/// Where a symbolic link inside the root leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// To this path inside the root, all links resolved.
    Inside(Arc<str>),
    /// Out of the root.
    Outside,
    /// To nothing.
    Dangling,
    /// Into itself or into a folder that holds it.
    Loop,
}

/// All paths of the repository, relative to the root, with `/`. The root itself is the empty string.
#[derive(Debug, Default)]
pub struct PathIndex {
    /// Files, sorted by bytes.
    pub files: Vec<Arc<str>>,
    /// Files that git tracks and a sparse checkout leaves out, sorted by bytes.
    pub left_out: Vec<Arc<str>>,
    /// Folders, sorted by bytes, without the root.
    pub dirs: Vec<Arc<str>>,
    /// Symbolic links.
    pub links: BTreeMap<Arc<str>, LinkTarget>,
    /// Folders that the walk did not enter because they are caches or installed packages.
    pub unwalked: Vec<Arc<str>>,
    /// Submodules and nested worktrees.
    pub nested: Vec<Arc<str>>,
    /// The ignore rules of the repository.
    pub ignore: IgnoreRules,
    folded: OnceLock<HashMap<String, Vec<u32>>>,
    by_name: OnceLock<HashMap<Arc<str>, Vec<u32>>>,
    dirs_by_name: OnceLock<HashMap<Arc<str>, Vec<u32>>>,
}

/// How many links one path may go through before it counts as a loop.
const MAX_LINKS: usize = 40;

impl PathIndex {
    /// What is known of `path`, which must be normalised: no `.`, no `..`, no `//`, no trailing `/`.
    pub fn presence(&self, path: &str) -> Presence {
        self.presence_following(path, MAX_LINKS)
    }

    fn presence_following(&self, path: &str, links_left: usize) -> Presence {
        if path.is_empty() || self.dirs.binary_search_by(|dir| (**dir).cmp(path)).is_ok() {
            return Presence::Dir;
        }
        let holds = |files: &[Arc<str>]| files.binary_search_by(|file| (**file).cmp(path)).is_ok();
        if holds(&self.files) || holds(&self.left_out) {
            return Presence::File;
        }
        if let Some((target, rest)) = self.link_above(path) {
            return match target {
                LinkTarget::Inside(_) if links_left == 0 => Presence::Missing,
                LinkTarget::Inside(target) => self.presence_following(&join(target, rest), links_left - 1),
                LinkTarget::Outside => Presence::Beyond,
                LinkTarget::Dangling | LinkTarget::Loop => Presence::Missing,
            };
        }
        if self.nested.iter().any(|dir| is_below(path, dir)) {
            return Presence::Beyond;
        }
        // Packages are installed, not written: a clone without them is no worse.
        let is_installed = path.split('/').any(|part| part == "node_modules");
        if is_installed || self.unwalked.iter().any(|dir| is_below(path, dir)) || self.ignore.is_ignored(path) {
            return Presence::Ignored;
        }
        Presence::Missing
    }

    /// The real path behind `path`: every link on the way replaced by its target. `None` when it does not exist.
    pub fn real_path(&self, path: &str) -> Option<Arc<str>> {
        let mut path: Arc<str> = path.into();
        for _ in 0..=MAX_LINKS {
            if let Ok(at) = self.files.binary_search_by(|file| (**file).cmp(&*path)) {
                return Some(self.files[at].clone());
            }
            if self.dirs.binary_search_by(|dir| (**dir).cmp(&*path)).is_ok() {
                return Some(path);
            }
            match self.link_above(&path)? {
                (LinkTarget::Inside(target), rest) => path = join(target, rest).into(),
                _ => return None,
            }
        }
        None
    }

    /// The link that is `path` or a folder above it, with what follows it.
    fn link_above<'a>(&self, path: &'a str) -> Option<(&LinkTarget, &'a str)> {
        if self.links.is_empty() {
            return None;
        }
        if let Some(target) = self.links.get(path) {
            return Some((target, ""));
        }
        let ends = path.match_indices('/').map(|(at, _)| at);
        ends.into_iter().find_map(|at| self.links.get(&path[..at]).map(|target| (target, &path[at + 1..])))
    }

    /// Files whose path equals `path` but for the case of letters, sorted.
    pub fn same_but_for_case(&self, path: &str) -> Vec<&str> {
        let folded = self.folded.get_or_init(|| {
            let mut folded: HashMap<String, Vec<u32>> = HashMap::with_capacity(self.files.len());
            for (at, file) in self.files.iter().enumerate() {
                folded.entry(file.to_lowercase()).or_default().push(at as u32);
            }
            folded
        });
        self.pick(folded.get(&path.to_lowercase()))
    }

    /// Files that end with `suffix` at a folder boundary (`b/c.rs` for `a/b/c.rs`), sorted.
    pub fn ending_with(&self, suffix: &str) -> Vec<&str> {
        let name = suffix.rsplit('/').next().unwrap_or(suffix);
        let mut found = self.pick(self.by_name().get(name));
        found.retain(|file| file.strip_suffix(suffix).is_some_and(|before| before.is_empty() || before.ends_with('/')));
        found
    }

    /// Whether a folder below another one ends with `suffix` at a folder boundary.
    pub fn has_dir_ending_with(&self, suffix: &str) -> bool {
        let by_name = self.dirs_by_name.get_or_init(|| {
            let mut by_name: HashMap<Arc<str>, Vec<u32>> = HashMap::new();
            for (at, dir) in self.dirs.iter().enumerate() {
                by_name.entry(file_name(dir).into()).or_default().push(at as u32);
            }
            by_name
        });
        let ends = |at: &u32| self.dirs[*at as usize].strip_suffix(suffix).is_some_and(|before| before.ends_with('/'));
        by_name.get(file_name(suffix)).is_some_and(|places| places.iter().any(ends))
    }

    /// Files called `name`, sorted by path.
    pub fn named(&self, name: &str) -> Vec<&str> {
        self.pick(self.by_name().get(name))
    }

    fn by_name(&self) -> &HashMap<Arc<str>, Vec<u32>> {
        self.by_name.get_or_init(|| {
            let mut by_name: HashMap<Arc<str>, Vec<u32>> = HashMap::with_capacity(self.files.len());
            for (at, file) in self.files.iter().enumerate() {
                let name = file_name(file);
                match by_name.get_mut(name) {
                    Some(places) => places.push(at as u32),
                    None => {
                        by_name.insert(name.into(), vec![at as u32]);
                    }
                }
            }
            by_name
        })
    }

    fn pick(&self, places: Option<&Vec<u32>>) -> Vec<&str> {
        places.into_iter().flatten().map(|at| &*self.files[*at as usize]).collect()
    }

    /// The files below folder `dir`, as a slice of [`PathIndex::files`].
    pub fn below(&self, dir: &str) -> &[Arc<str>] {
        if dir.is_empty() {
            return &self.files;
        }
        let prefix = format!("{dir}/");
        let start = self.files.partition_point(|file| **file < *prefix);
        let length = self.files[start..].partition_point(|file| file.starts_with(&prefix));
        &self.files[start..start + length]
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or(path, |at| &path[at + 1..])
}

/// The folder of a path; empty for a path directly in the root.
pub fn parent(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or("", |at| &path[..at])
}

/// `dir/rest`, where either may be empty.
pub fn join(dir: &str, rest: &str) -> String {
    match (dir.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (_, true) => dir.to_owned(),
        _ => format!("{dir}/{rest}"),
    }
}

/// True when `path` lies strictly inside folder `dir`, or is it.
pub fn is_below(path: &str, dir: &str) -> bool {
    path.strip_prefix(dir).is_some_and(|rest| dir.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

/// Resolves `.`, `..`, `//` and a trailing `/` of `path` read from folder `dir`, by text alone. `None` when it climbs
/// above the root.
pub fn normalize(dir: &str, path: &str) -> Option<String> {
    let mut found = String::with_capacity(dir.len() + 1 + path.len());
    for part in dir.split('/').filter(|part| !part.is_empty()) {
        push_part(&mut found, part);
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if found.is_empty() => return None,
            ".." => found.truncate(found.rfind('/').unwrap_or(0)),
            part => push_part(&mut found, part),
        }
    }
    Some(found)
}

fn push_part(path: &mut String, part: &str) {
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(part);
}

/// The way from folder `from` to `path`, both relative to the root.
pub fn relative(from: &str, path: &str) -> String {
    let mut from: Vec<&str> = from.split('/').filter(|part| !part.is_empty()).collect();
    let mut to: Vec<&str> = path.split('/').collect();
    while !from.is_empty() && to.len() > 1 && from[0] == to[0] {
        from.remove(0);
        to.remove(0);
    }
    let up = "../".repeat(from.len());
    format!("{up}{}", to.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(files: &[&str]) -> PathIndex {
        let mut index =
            PathIndex { files: files.iter().map(|file| Arc::from(*file)).collect(), ..PathIndex::default() };
        index.files.sort();
        index.dirs =
            files.iter().map(|file| Arc::from(parent(file))).filter(|dir: &Arc<str>| !dir.is_empty()).collect();
        index.dirs.sort();
        index.dirs.dedup();
        index
    }

    #[test]
    fn paths_are_normalised_by_text_and_never_leave_the_root() {
        assert_eq!(normalize("docs", "../src/./a.rs").as_deref(), Some("src/a.rs"));
        assert_eq!(normalize("", "a//b/").as_deref(), Some("a/b"));
        assert_eq!(normalize("docs", "../../x"), None);
    }

    #[test]
    fn links_are_followed_inside_the_index() {
        let mut index = index(&["docs/a.md", "src/x.rs"]);
        index.links.insert("guide".into(), LinkTarget::Inside("docs".into()));
        index.links.insert("out".into(), LinkTarget::Outside);
        assert_eq!(index.presence("guide/a.md"), Presence::File);
        assert_eq!(index.presence("guide"), Presence::Dir);
        assert_eq!(index.presence("out/a.md"), Presence::Beyond);
        assert_eq!(index.presence("guide/b.md"), Presence::Missing);
        assert_eq!(index.real_path("guide/a.md").as_deref(), Some("docs/a.md"));
        assert_eq!(index.presence("web/node_modules/x/README.md"), Presence::Ignored);
    }

    #[test]
    fn suffixes_match_at_folder_boundaries_only() {
        let index = index(&["a/b/c.rs", "x/b/c.rs", "xb/c.rs"]);
        assert_eq!(index.ending_with("b/c.rs"), ["a/b/c.rs", "x/b/c.rs"]);
        assert_eq!(index.same_but_for_case("A/B/C.RS"), ["a/b/c.rs"]);
        assert_eq!(index.below("x").len(), 1);
    }
}

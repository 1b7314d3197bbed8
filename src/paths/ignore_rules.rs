//! The repository's ignore rules: `.gitignore` of every folder and git's own exclude file.
//!
//! A user's global ignore file is not read: the same tree must give the same findings on every machine.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ignore rules by the folder that holds them, relative to the root.
#[derive(Debug, Default)]
pub struct IgnoreRules {
    /// Every folder's `.gitignore` that has rules.
    of_dirs: Vec<DirRules>,
    /// Where in `of_dirs` the rules of a folder are.
    by_dir: BTreeMap<Arc<str>, usize>,
    /// Rules that come after all of those: git's exclude file.
    exclude: Option<Gitignore>,
    /// Rules of folders above the root, nearest first, with the root's path seen from there.
    above: Vec<(Gitignore, String)>,
}

/// The rules of one folder.
#[derive(Debug)]
struct DirRules {
    dir: Arc<str>,
    rules: Gitignore,
}

/// Compiles the text of one ignore file. A line that cannot be read as a pattern is passed over, as git does.
fn compile(text: &str) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for line in text.lines() {
        // A pattern that does not compile matches nothing; the others keep working.
        let _ = builder.add_line(None, line);
    }
    builder.build().ok().filter(|rules| !rules.is_empty())
}

impl IgnoreRules {
    /// Adds the rules of `dir/.gitignore`.
    pub fn add(&mut self, dir: &str, text: &str) {
        if let Some(rules) = compile(text) {
            let dir: Arc<str> = dir.into();
            self.by_dir.insert(dir.clone(), self.of_dirs.len());
            self.of_dirs.push(DirRules { dir, rules });
        }
    }

    /// Adds the rules of git's exclude file.
    pub fn add_exclude(&mut self, text: &str) {
        self.exclude = compile(text);
    }

    /// Adds the rules of a folder above the root; nearest first. `root` is the root's path seen from that folder.
    pub fn add_above(&mut self, text: &str, root: String) {
        if let Some(rules) = compile(text) {
            self.above.push((rules, root));
        }
    }

    /// The rules of the folders at or above `dir`, nearest first, for [`IgnoreRules::matches_with`]. A walk asks once for
    /// each folder.
    pub fn at_or_above(&self, dir: &str) -> Vec<usize> {
        let mut found = Vec::new();
        if self.by_dir.is_empty() {
            return found;
        }
        let mut at = dir;
        loop {
            found.extend(self.by_dir.get(at));
            if at.is_empty() {
                return found;
            }
            at = super::parent(at);
        }
    }

    /// Whether this very path is ignored, given that no folder above it is.
    pub fn matches(&self, path: &str, is_dir: bool) -> bool {
        self.matches_with(&self.at_or_above(super::parent(path)), path, is_dir)
    }

    /// [`IgnoreRules::matches`] with the rules of the folders above the path.
    pub fn matches_with(&self, of_dirs: &[usize], path: &str, is_dir: bool) -> bool {
        for DirRules { dir, rules } in of_dirs.iter().map(|at| &self.of_dirs[*at]) {
            let seen = if dir.is_empty() { path } else { &path[dir.len() + 1..] };
            match rules.matched(seen, is_dir) {
                Match::None => {}
                found => return found.is_ignore(),
            }
        }
        for (rules, root) in &self.above {
            match rules.matched(format!("{root}/{path}"), is_dir) {
                Match::None => {}
                found => return found.is_ignore(),
            }
        }
        self.exclude.as_ref().is_some_and(|rules| rules.matched(path, is_dir).is_ignore())
    }

    /// Whether `path` or a folder above it is ignored. What kind of thing `path` would be is not known, so a pattern
    /// for folders counts too.
    pub fn is_ignored(&self, path: &str) -> bool {
        if self.by_dir.is_empty() && self.exclude.is_none() && self.above.is_empty() {
            return false;
        }
        // From the top down, with the rules that hold so far, nearest first.
        let mut rules: Vec<usize> = self.by_dir.get("").copied().into_iter().collect();
        for (at, _) in path.match_indices('/') {
            let dir = &path[..at];
            if self.matches_with(&rules, dir, true) {
                return true;
            }
            if let Some(of_dir) = self.by_dir.get(dir) {
                rules.insert(0, *of_dir);
            }
        }
        self.matches_with(&rules, path, false) || self.matches_with(&rules, path, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_file_decides_and_folders_hide_what_they_hold() {
        let mut rules = IgnoreRules::default();
        rules.add("", "*.log\n/dist/\n!keep.log\n");
        rules.add("sub", "!debug.log\n");
        rules.add_exclude("private.md\n");
        assert!(rules.is_ignored("a/b.log"));
        assert!(!rules.is_ignored("keep.log"));
        assert!(!rules.is_ignored("sub/debug.log"));
        assert!(rules.is_ignored("dist/index.js"));
        assert!(!rules.is_ignored("sub/dist/index.js"));
        assert!(rules.is_ignored("sub/private.md"));
    }

    #[test]
    fn rules_above_the_root_hold_inside_it() {
        let mut rules = IgnoreRules::default();
        rules.add_above("/packages/*/out\n", "packages/web".to_owned());
        assert!(rules.is_ignored("out/index.js"));
        assert!(!rules.is_ignored("src/out"));
    }
}

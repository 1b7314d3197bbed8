//! Which files of certain names a commit holds.
//!
//! Folders are read as git's tree objects and remembered by their hash, so that a folder that a hundred commits share is
//! read once.

use crate::paths::join;
use crate::world::git::{ObjectKind, Objects, Oid};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Folders deeper than this are not looked into.
const MAX_DEPTH: usize = 64;

/// A file of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// Its content.
    pub blob: Oid,
}

/// The files of the wanted names in any commit that is asked about.
pub struct Trees {
    names: BTreeSet<String>,
    /// The way from the top of the repository to the root, empty or ending in `/`.
    prefix: String,
    folders: HashMap<Oid, Arc<Vec<TreeFile>>>,
    commits: HashMap<Oid, Option<Arc<Vec<TreeFile>>>>,
}

impl Trees {
    /// Looks for files that are called one of `names`, below `prefix`.
    pub fn new(names: BTreeSet<String>, prefix: &str) -> Trees {
        Trees { names, prefix: prefix.to_owned(), folders: HashMap::new(), commits: HashMap::new() }
    }

    /// The files of a commit, in git's order; `None` when this clone does not have the commit.
    pub fn files(&mut self, objects: &mut Objects, commit: &str) -> Option<Arc<Vec<TreeFile>>> {
        if let Some(known) = self.commits.get(commit) {
            return known.clone();
        }
        let name = match self.prefix.trim_end_matches('/') {
            "" => format!("{commit}^{{tree}}"),
            folder => format!("{commit}:{folder}"),
        };
        // A commit may be there while the root did not exist in it yet.
        let found = match objects.get(&name) {
            Some(tree) if tree.kind == ObjectKind::Tree => Some(self.folder(objects, &tree.oid, Some(tree.bytes), 0)),
            _ => objects.get(commit).map(|_| Arc::new(Vec::new())),
        };
        self.commits.insert(commit.into(), found.clone());
        found
    }

    fn folder(&mut self, objects: &mut Objects, oid: &Oid, bytes: Option<Vec<u8>>, depth: usize) -> Arc<Vec<TreeFile>> {
        if let Some(known) = self.folders.get(oid) {
            return known.clone();
        }
        let mut files = Vec::new();
        let bytes = bytes.or_else(|| objects.get(oid).filter(|of| of.kind == ObjectKind::Tree).map(|of| of.bytes));
        for (mode, name, child) in entries(&bytes.unwrap_or_default(), oid.len() / 2) {
            match mode {
                b"40000" if depth < MAX_DEPTH => {
                    for file in self.folder(objects, &child, None, depth + 1).iter() {
                        files.push(TreeFile { path: join(&name, &file.path).into(), blob: file.blob.clone() });
                    }
                }
                b"100644" | b"100755" | b"100664" if self.names.contains(&name) => {
                    files.push(TreeFile { path: name.into(), blob: child });
                }
                _ => {}
            }
        }
        let files = Arc::new(files);
        self.folders.insert(oid.clone(), files.clone());
        files
    }
}

/// Mode, name and hash of each entry of a tree object, whose hashes have `width` bytes.
fn entries(bytes: &[u8], width: usize) -> Vec<(&[u8], String, Oid)> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while let Some(space) = rest.iter().position(|byte| *byte == b' ')
        && let Some(end) = rest.iter().position(|byte| *byte == 0)
        && let Some(hash) = rest.get(end + 1..end + 1 + width)
        && space < end
    {
        if let Ok(name) = std::str::from_utf8(&rest[space + 1..end]) {
            found.push((&rest[..space], name.to_owned(), hex(hash)));
        }
        rest = &rest[end + 1 + width..];
    }
    found
}

fn hex(bytes: &[u8]) -> Oid {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_a_tree_are_read_and_a_cut_one_ends_them() {
        let tree = b"100644 a.rs\0\x01\x02\x03\x0440000 b\0\xff\x00\x00\x0a100644 c\0\x01";
        let found = entries(tree, 4);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, found[0].1.as_str(), &*found[0].2), (&b"100644"[..], "a.rs", "01020304"));
        assert_eq!((found[1].0, &*found[1].2), (&b"40000"[..], "ff00000a"));
    }
}

//! Which documents a change can have made wrong, told without checking them.

use super::{Change, decides_what_loads};
use crate::clients::Role;
use crate::discover::format_of;
use crate::model::Format;
use crate::paths::{LinkTarget, Presence, file_name, is_below, parent};
use crate::references::commands::is_manifest;
use crate::references::links::{Destination, Link, links};
use crate::workspace::{File, Workspace};
use aho_corasick::AhoCorasick;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tells which documents a change can have made wrong: those that changed, and those that name something that did.
pub struct Affected<'a> {
    changed: &'a BTreeSet<Arc<str>>,
    /// Names of files and folders that changed, as they may stand in texts.
    names: Names,
    /// The same for links, which may leave the ending out.
    linked: BTreeSet<String>,
    /// Texts of documents that changed: what they link to may be checked since.
    texts: Vec<String>,
    /// Whether a file changed that may decide about the findings in every other one.
    decides_for_all: bool,
}

/// Names to look for in texts.
enum Names {
    /// A few, one after the other: that is quicker by far.
    Few(Vec<Finder<'static>>),
    /// Many at once; `None` when they are too many for a table, and then every text may hold one.
    Many(Option<AhoCorasick>),
}

/// Up to this many names are sought one by one.
const FEW: usize = 12;

impl Names {
    fn of(names: Vec<String>) -> Names {
        match names.len() {
            0..=FEW => Names::Few(names.iter().map(|name| Finder::new(name).into_owned()).collect()),
            _ => Names::Many(AhoCorasick::new(names).ok()),
        }
    }

    fn are_in(&self, text: &str) -> bool {
        match self {
            Names::Few(names) => names.iter().any(|name| name.find(text.as_bytes()).is_some()),
            Names::Many(names) => names.as_ref().is_none_or(|names| names.is_match(text)),
        }
    }
}

/// Words that start the commands whose names a manifest defines.
const RUNNERS: [&str; 9] = ["npm", "pnpm", "yarn", "bun", "make", "just", "task", "composer", "run "];

impl<'a> Affected<'a> {
    /// By the paths that changed.
    pub fn by(change: &'a Change, after: &Workspace) -> Affected<'a> {
        let changed = change.changed(&after.index);
        let mut names: BTreeSet<&str> = BTreeSet::new();
        let mut linked: BTreeSet<String> = BTreeSet::new();
        for path in changed {
            names.insert(file_name(path));
            // A folder may have gone or come with its last file.
            let mut dir = parent(path);
            while !dir.is_empty() && (!change.before.is_dir(dir) || after.index.presence(dir) != Presence::Dir) {
                names.insert(file_name(dir));
                dir = parent(dir);
            }
            // What lies behind a symbolic link is called by the link's name.
            for (link, target) in &after.index.links {
                if matches!(target, LinkTarget::Inside(target) if is_below(path, target)) {
                    names.insert(file_name(link));
                }
            }
            if is_manifest(path) {
                names.extend(RUNNERS);
            }
            // Sites of documentation link to pages without their ending, and to the index of a folder by the folder.
            if let Some((stem, "md" | "mdx")) = file_name(path).rsplit_once('.') {
                linked.insert(if stem == "index" { file_name(parent(path)) } else { stem }.to_owned());
            }
        }
        linked.extend(names.iter().map(|name| (*name).to_owned()));
        let spaced = names.iter().filter(|name| name.contains(' '));
        let encoded: Vec<String> =
            spaced.flat_map(|name| [name.replace(' ', "%20"), name.replace(' ', "\\ ")]).collect();
        let names = Names::of(names.into_iter().map(str::to_owned).chain(encoded).collect());
        // Settings and manifests hold for documents that do not name them.
        let is_settings = |path: &Arc<str>| {
            let is_context = !crate::clients::roles_of(path).is_empty() || crate::clients::is_client_folder(path);
            decides_what_loads(path) || is_context && format_of(path) != Format::Markdown
        };
        let decides_for_all = changed.iter().any(is_settings);
        let texts = after.files.iter().filter(|file| changed.contains(&file.path));
        let texts = texts.map(|file| file.source.text.clone()).collect();
        Affected { changed, names, linked, texts, decides_for_all }
    }

    /// Whether a document changed, or names something that did.
    pub fn names(&self, file: &File) -> bool {
        // A link is written in many ways: with escapes, percent signs and entities.
        let is_linked = |link: Link| match &link.destination {
            Destination::Path(path) => self.linked.contains(file_name(path.trim_end_matches('/'))),
            _ => false,
        };
        self.changed.contains(&file.path) || self.names.are_in(&file.source.text) || links(file).any(is_linked)
    }

    /// Whether what is found in a document may be something else than in the state before, which has to be given where
    /// [`touches_context`](super::touches_context) says so.
    pub fn may_find(&self, file: &File, before: Option<&Workspace>) -> bool {
        // A skill stands in front of the files in its folder.
        let bundled =
            || file.has_role(&[Role::Skill]) && self.changed.iter().any(|path| is_below(path, parent(&file.path)));
        // A document that nobody loads is checked where another one links to it.
        let is_linked_now = || !file.linted && self.texts.iter().any(|text| text.contains(file_name(&file.path)));
        let is_another = |before: &Workspace| match before.file(&file.path) {
            Some(was) => was.roles != file.roles || was.linted != file.linted,
            None => file.linted,
        };
        self.decides_for_all || self.names(file) || bundled() || is_linked_now() || before.is_some_and(is_another)
    }
}

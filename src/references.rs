//! What one file says about others: imports and links, and later paths, citations and commands.

pub mod citations;
pub mod commands;
pub mod drift;
pub mod imports;
pub mod links;
pub mod listing;
pub mod mentions;
pub mod relocate;
pub mod resolve;
pub mod scan;
pub mod survey;

pub use imports::{Import, InertReason, State, imports};

/// Where an import leads, by its words alone: nothing is asked of the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Inside the root: relative to it, normalised, with `/`. Empty for the root itself.
    Inside(String),
    /// Outside the root: relative to it, starting with `../`.
    Outside(String),
    /// Below the home folder: relative to it, normalised.
    Home(String),
    /// An absolute path, normalised.
    Absolute(String),
}

/// Where `import_path` leads from the file `from_path` (relative to the root, with `/`).
pub fn resolve(from_path: &str, import_path: &str) -> Target {
    if let Some(rest) = import_path.strip_prefix("~/") {
        return Target::Home(normalise("", rest));
    }
    if import_path.starts_with('/') {
        return Target::Absolute(format!("/{}", normalise("", import_path)));
    }
    let dir = from_path.rsplit_once('/').map_or("", |(dir, _)| dir);
    let path = normalise(dir, import_path);
    if path == ".." || path.starts_with("../") { Target::Outside(path) } else { Target::Inside(path) }
}

/// `path` from the folder `dir`, without `.`, `..` and empty parts; what leaves the root keeps its `..`.
fn normalise(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_resolve_from_the_importing_file() {
        let inside = |path: &str| Target::Inside(path.to_owned());
        assert_eq!(resolve("CLAUDE.md", "docs//x/../a.md/"), inside("docs/a.md"));
        assert_eq!(resolve(".claude/rules/r.md", "../../docs/a.md"), inside("docs/a.md"));
        assert_eq!(resolve("a/b.md", "./c.md"), inside("a/c.md"));
        assert_eq!(resolve("a/b.md", "../../up.md"), Target::Outside("../up.md".to_owned()));
        assert_eq!(resolve("b.md", "../../up.md"), Target::Outside("../../up.md".to_owned()));
        assert_eq!(resolve("b.md", "~/x/./h.md"), Target::Home("x/h.md".to_owned()));
        assert_eq!(resolve("b.md", "/x/../h.md"), Target::Absolute("/h.md".to_owned()));
    }
}

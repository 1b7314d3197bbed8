//! What the manifests in the root of a repository declare: dependencies and scripts.

use crate::model::{Format, Node};
use crate::parse;
use std::collections::BTreeMap;

/// One dependency of one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name as declared.
    pub name: String,
    /// The version or range as declared; empty where there is none.
    pub version: String,
    /// The manifest.
    pub manifest: &'static str,
}

/// What the manifests declare.
#[derive(Debug, Default)]
pub struct Declared {
    /// Dependencies by their name without case, scope and marks; see [`plain_name`].
    pub dependencies: BTreeMap<String, Dependency>,
    /// Names of the scripts of `package.json`.
    pub scripts: Vec<String>,
}

/// A name without case, scope, marks and a `.js` at its end: `@tanstack/react-query` and `React Query` are alike.
pub fn plain_name(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let name = name.strip_suffix(".js").unwrap_or(&name);
    name.chars().filter(|c| c.is_ascii_alphanumeric()).collect()
}

/// Reads the manifests of the root; `configs` holds their texts by path.
pub fn declared(configs: &BTreeMap<&'static str, String>) -> Declared {
    let mut found = Declared::default();
    for (file, text) in configs {
        match *file {
            "package.json" | "composer.json" => json(file, text, &mut found),
            "Cargo.toml" => cargo(file, text, &mut found),
            "pyproject.toml" => pyproject(file, text, &mut found),
            "requirements.txt" => requirements(file, text, &mut found),
            "go.mod" => go(file, text, &mut found),
            _ => {}
        }
    }
    found
}

impl Declared {
    fn add(&mut self, manifest: &'static str, name: &str, version: &str) {
        let plain = plain_name(name);
        if plain.len() >= 2 {
            let dependency = Dependency { name: name.to_owned(), version: version.to_owned(), manifest };
            self.dependencies.entry(plain).or_insert(dependency);
        }
    }

    fn add_table(&mut self, manifest: &'static str, table: Option<&Node>) {
        for entry in table.map_or(&[][..], Node::entries) {
            let version = entry.value.as_str().or_else(|| entry.value.get("version")?.value.as_str());
            self.add(manifest, &entry.key, version.unwrap_or_default());
        }
    }
}

fn json(file: &'static str, text: &str, found: &mut Declared) {
    let Some(root) = parse::parse(text, Format::Json).data else { return };
    for key in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "require", "require-dev"]
    {
        found.add_table(file, root.at(&[key]));
    }
    if file == "package.json" {
        let scripts = root.at(&["scripts"]).map_or(&[][..], Node::entries);
        found.scripts.extend(scripts.iter().map(|entry| entry.key.to_string()));
    }
}

fn cargo(file: &'static str, text: &str, found: &mut Declared) {
    let (root, _) = parse::toml::parse_toml(text);
    for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
        found.add_table(file, root.at(&[key]));
    }
    found.add_table(file, root.at(&["workspace", "dependencies"]));
}

fn pyproject(file: &'static str, text: &str, found: &mut Declared) {
    let (root, _) = parse::toml::parse_toml(text);
    let mut lists: Vec<&Node> = root.at(&["project", "dependencies"]).into_iter().collect();
    for path in [&["project", "optional-dependencies"][..], &["dependency-groups"]] {
        lists.extend(root.at(path).map_or(&[][..], Node::entries).iter().map(|entry| &entry.value));
    }
    for list in lists {
        if let crate::model::NodeKind::Sequence(items) = &list.kind {
            for requirement in items.iter().filter_map(Node::as_str) {
                pep_508(file, requirement, found);
            }
        }
    }
    found.add_table(file, root.at(&["tool", "poetry", "dependencies"]));
    found.add_table(file, root.at(&["tool", "poetry", "dev-dependencies"]));
}

/// `name[extra]>=1.2; marker`.
fn pep_508(file: &'static str, requirement: &str, found: &mut Declared) {
    let requirement = requirement.split([';', '#']).next().unwrap_or("").trim();
    let end = requirement
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    let version = rest.rsplit(']').next().unwrap_or(rest).trim();
    found.add(file, name, version);
}

fn requirements(file: &'static str, text: &str, found: &mut Declared) {
    for line in text.lines().map(str::trim).filter(|line| line.starts_with(|c: char| c.is_ascii_alphanumeric())) {
        pep_508(file, line, found);
    }
}

/// `require path v1.2.3`, alone or in brackets.
fn go(file: &'static str, text: &str, found: &mut Declared) {
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or("").trim();
        let line = line.strip_prefix("require ").unwrap_or(line);
        if let Some((path, version)) = line.split_once(' ')
            && path.contains('/')
            && version.trim().starts_with('v')
        {
            found.add(file, path, version.trim().trim_start_matches('v'));
        }
    }
}

/// The first number of a version or range that means one major version: `^18.2.0` is 18. None for ranges of several,
/// tags, paths and addresses.
pub fn major(version: &str) -> Option<u64> {
    let version = version.trim().trim_start_matches(['^', '~', '=', 'v', ' ']);
    if version.contains(['<', '>', '|', '*', ',', ' ', ':', '/']) {
        return None;
    }
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    let ends = matches!(version.as_bytes().get(digits), None | Some(b'.'));
    version[..digits].parse().ok().filter(|_| ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_is_read() {
        let configs = BTreeMap::from([
            (
                "Cargo.toml",
                "[dependencies]\nserde = { version = \"1\" }\n[workspace.dependencies]\ntokio = \"1.40\"".into(),
            ),
            ("go.mod", "module x\nrequire (\n\tgithub.com/spf13/cobra v1.8.0\n)".into()),
            ("package.json", "{\"dependencies\":{\"next\":\"14.2.1\"},\"scripts\":{\"dev\":\"next dev\"}}".into()),
            ("pyproject.toml", "[project]\ndependencies = [\"fastapi[all]>=0.110\", \"httpx\"]".into()),
        ]);
        let found = declared(&configs);
        let names: Vec<&str> = found.dependencies.keys().map(String::as_str).collect();
        assert_eq!(names, ["cobra", "fastapi", "httpx", "next", "serde", "tokio"]);
        assert_eq!(found.dependencies["fastapi"].version, ">=0.110");
        assert_eq!(found.scripts, ["dev"]);
    }

    #[test]
    fn only_a_range_of_one_major_version_has_one() {
        assert_eq!(["^18.2.0", "14.2.1", "v2", "~3.1"].map(major), [Some(18), Some(14), Some(2), Some(3)]);
        assert_eq!(["workspace:*", ">=1", "latest", "1 || 2", "1,<3"].map(major), [None; 5]);
    }

    #[test]
    fn names_are_compared_without_their_marks() {
        assert_eq!(plain_name("Next.js"), "next");
        assert_eq!(plain_name("@tanstack/react-query"), plain_name("React Query"));
    }
}

//! Holds what `check` counts to what `context` prints: the plans of a workspace, which ask no disk, are those over the
//! disk itself, and their tokens those of the printed texts.
//!
//! `CTXLINT_TREES=DIR cargo test --test budgets` does the same for every folder of DIR.

#![allow(clippy::unwrap_used)]

use ctxlint::clients;
use ctxlint::config::{self, Settings};
use ctxlint::load::{self, Request, Visible};
use ctxlint::source::Source;
use ctxlint::tokens::{self, Encoding};
use ctxlint::workspace::{self, Workspace};
use ctxlint::world::{Disk, Memory, MemoryFile, World};
use std::path::{Path, PathBuf};

/// The fixtures, and the folders of `CTXLINT_TREES`.
fn trees() -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus-fixtures");
    let more = std::env::var_os("CTXLINT_TREES").map(PathBuf::from);
    let folders = [Some(fixtures), more].into_iter().flatten();
    let mut found: Vec<PathBuf> = folders
        .flat_map(|dir| dir.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>())
        .filter(|path| path.is_dir() && path.extension().is_none_or(|end| end != "expected"))
        .collect();
    found.sort();
    found
}

/// The workspace with every client, so that all plans are made.
fn load_all(world: &dyn World, root: &Path) -> Workspace {
    let text = world.read(&root.join(config::FILE_NAME), 1 << 20).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (settings, _) = text.as_deref().map_or_else(Default::default, config::parse);
    let clients = clients::all().iter().map(|client| client.name.to_owned()).collect();
    workspace::load(world, root, Settings { clients, ..settings }, text.map(|text| Source::new("ctxlint.toml", text)))
}

fn same_plans(world: &dyn World, root: &Path) {
    let workspace = load_all(world, root);
    assert_eq!(workspace.plans().len(), clients::all().len());
    for plan in workspace.plans() {
        let visible = Visible { world, root, index: &workspace.index, personal: workspace.settings.local };
        let request = Request {
            client: plan.client,
            version: plan.version,
            root,
            cwd: root,
            touched: &[],
            machine: None,
            personal: workspace.settings.local,
            window: workspace.settings.window,
            known: None,
        };
        let wanted = load::plan(&visible, &request);
        let name = plan.client.name;
        assert_eq!(plan.plan.loads, wanted.loads, "{name} in {}", root.display());
        assert_eq!(plan.plan.skill_listing, wanted.skill_listing, "{name} in {}", root.display());
        let texts = wanted.loads.iter().map(|load| tokens::count(Encoding::O200kBase, &load.text) as u64);
        assert_eq!(workspace.plan_tokens(plan), texts.sum::<u64>(), "{name} in {}", root.display());
    }
    for plan in workspace.heaviest() {
        let start = workspace.plans().iter().find(|start| start.client.name == plan.client.name).unwrap();
        assert!(plan.plan.loads.starts_with(&start.plan.loads), "a touch only adds");
        assert!(plan.touched.is_some() && workspace.plan_tokens(plan) >= workspace.plan_tokens(start));
    }
}

#[test]
fn plans_of_a_workspace_are_those_over_the_disk() {
    let trees = trees();
    assert!(!trees.is_empty());
    for tree in trees {
        same_plans(&Disk, &tree);
    }
}

#[test]
fn what_is_excluded_linked_wrongly_encoded_or_named_by_settings_loads_all_the_same() {
    let mut world = Memory::default();
    for (path, text) in [
        ("ctxlint.toml", "exclude = [\"CLAUDE.md\", \".claude/rules/old/\", \"docs/\"]\n"),
        ("CLAUDE.md", "Read @docs/a.md first.\n"),
        ("docs/a.md", "And @b.md then.\n"),
        ("docs/b.md", "The end.\n"),
        (".claude/rules/old/a.md", "An old rule.\n"),
        (".claude/rules/a.md", "---\npaths: src/**\n---\nA scoped rule.\n"),
        (".claude/skills/s/SKILL.md", "---\ndescription: What it does.\n---\nBody.\n"),
        (".claude/settings.json", "{\"claudeMdExcludes\": [\"**/never.md\"]}\n"),
        (".claude/rules/never.md", "Never.\n"),
        (".gemini/settings.json", "{\"context\": {\"fileName\": [\"CONTEXT.md\"]}}\n"),
        ("CONTEXT.md", "Read @docs/a.md\n"),
        (".aider.conf.yml", "read: CONVENTIONS.md\n"),
        ("CONVENTIONS.md", "Tabs.\n"),
        ("src/CLAUDE.md", "Below.\n"),
        ("src/a.ts", ""),
        (".cursor/rules/a.mdc", "---\nalwaysApply: true\n---\nA rule.\n"),
    ] {
        world.add(Path::new("/repo").join(path), text);
    }
    world.files.insert("/repo/AGENTS.md".into(), MemoryFile::Link("CLAUDE.md".into()));
    world.files.insert("/repo/.agents".into(), MemoryFile::Link(".claude".into()));
    world.files.insert("/repo/GEMINI.md".into(), MemoryFile::Bytes(b"Gr\xfc\xdfe\n".to_vec()));
    same_plans(&world, Path::new("/repo"));
    let workspace = load_all(&world, Path::new("/repo"));
    let linted = workspace.files.iter().filter(|file| file.linted).map(|file| &*file.path);
    assert!(!linted.collect::<Vec<_>>().contains(&"CLAUDE.md"), "what is excluded is read but not linted");
    let claude = &workspace.heaviest()[0];
    assert_eq!((claude.client.name, claude.touched.as_deref()), ("claude-code", Some("src/a.ts")));
}

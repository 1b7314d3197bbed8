//! Load plans, fact by fact, over trees in memory. Each tree is ours; what the clients do with it was measured on others.

#![allow(clippy::unwrap_used)]

use ctxlint::clients;
use ctxlint::load::{self, Machine, Portion, Request, Trigger};
use ctxlint::world::{Memory, MemoryFile};
use std::path::{Path, PathBuf};

const NEW: &str = "2.1.329";
const OLD: &str = "2.1.197";

/// A repository at `/w/repo`, the home folder at `/home`, managed policy at `/etc/policy`.
#[derive(Clone, Default)]
struct Tree {
    world: Memory,
    cwd: Option<PathBuf>,
}

impl Tree {
    fn new() -> Tree {
        Tree::default().file("/w/repo/.git/HEAD", "ref: refs/heads/main\n")
    }

    /// `path` is relative to the repository, or absolute.
    fn file(mut self, path: &str, text: &str) -> Tree {
        self.world.add(Path::new("/w/repo").join(path), text);
        self
    }

    fn link(mut self, path: &str, target: &str) -> Tree {
        self.world.files.insert(Path::new("/w/repo").join(path), MemoryFile::Link(target.into()));
        self
    }

    fn cwd(mut self, dir: &str) -> Tree {
        self.cwd = Some(Path::new("/w/repo").join(dir));
        self
    }

    fn plan(&self, client: &str, version: &str, touched: &[&str]) -> load::Plan {
        let cwd = self.cwd.clone().unwrap_or_else(|| "/w/repo".into());
        let touched: Vec<PathBuf> = touched.iter().map(|path| Path::new("/w/repo").join(path)).collect();
        let request = Request {
            client: clients::by_name(client).unwrap(),
            version,
            root: Path::new("/w/repo"),
            cwd: &cwd,
            touched: &touched,
            machine: Some(Machine { home: Path::new("/home"), managed: Path::new("/etc/policy") }),
            personal: true,
            window: 1_000_000,
            known: None,
        };
        load::plan(&self.world, &request)
    }

    /// `path` or `path:trigger` for everything but what a session starts with; touches start with their number.
    fn show(&self, client: &str, version: &str, touched: &[&str]) -> String {
        let plan = self.plan(client, version, touched);
        let shown = plan.loads.iter().map(|load| {
            let touch = load.touch.map_or(String::new(), |touch| format!("{touch}>"));
            let trigger = match load.trigger {
                Trigger::Startup => String::new(),
                trigger => format!(":{}", trigger.name()),
            };
            let portion = match load.portion {
                Portion::Full => String::new(),
                portion => format!("={}", portion.name()),
            };
            format!("{touch}{}{trigger}{portion}", load.path)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    fn claude(&self, touched: &[&str]) -> String {
        self.show("claude-code", NEW, touched)
    }

    fn text(&self, client: &str, version: &str, path: &str) -> String {
        let plan = self.plan(client, version, &[]);
        let loads = plan.loads.iter().filter(|load| load.path == path);
        loads.map(|load| load.text.as_str()).collect::<Vec<_>>().join("|")
    }
}

#[test]
fn memory_files_load_from_the_top_down_and_each_with_its_imports() {
    let tree = Tree::new()
        .file("/etc/policy/CLAUDE.md", "policy")
        .file("/etc/policy/.claude/rules/m.md", "policy rule")
        .file("/etc/policy/managed-settings.json", "{\"claudeMd\": \"inline\"}")
        .file("/home/.claude/CLAUDE.md", "user")
        .file("/home/.claude/rules/u.md", "user rule")
        .file("/w/CLAUDE.md", "above")
        .file("CLAUDE.md", "@a.md root @b.md")
        .file("a.md", "@c.md a")
        .file("b.md", "b")
        .file("c.md", "c")
        .file(".claude/CLAUDE.md", "dot")
        .file(".claude/rules/r.md", "rule")
        .file(".claude/CLAUDE.local.md", "not here")
        .file("CLAUDE.local.md", "local")
        .file("sub/CLAUDE.md", "child")
        .file("claude.md", "wrong case")
        .file("/home/.claude/projects/-w-repo/memory/MEMORY.md", "notes");
    let wanted = "/etc/policy/CLAUDE.md /etc/policy/managed-settings.json /etc/policy/.claude/rules/m.md \
        ~/.claude/CLAUDE.md ~/.claude/rules/u.md /w/CLAUDE.md CLAUDE.md a.md:import c.md:import b.md:import \
        .claude/CLAUDE.md .claude/rules/r.md CLAUDE.local.md ~/.claude/projects/-w-repo/memory/MEMORY.md";
    assert_eq!(tree.claude(&[]), wanted);
}

#[test]
fn agents_md_stands_in_only_where_no_memory_file_holds_anything() {
    let agents = Tree::new().file("AGENTS.md", "agents").file("sub/AGENTS.md", "child").file("sub/x.rs", "");
    assert_eq!(agents.claude(&["sub/x.rs"]), "AGENTS.md 0>sub/AGENTS.md:nested");
    assert_eq!(agents.show("claude-code", OLD, &["sub/x.rs"]), "");
    for (path, text) in [("CLAUDE.md", ""), ("CLAUDE.md", "<!-- x -->\n"), ("CLAUDE.md", "---\na: 1\n---\n")] {
        assert_eq!(agents.clone().file(path, text).claude(&[]), "AGENTS.md", "{text:?} is empty");
    }
    for path in ["CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md", "/w/CLAUDE.md"] {
        let shown = agents.clone().file(path, "own").claude(&["sub/x.rs"]);
        assert!(!shown.contains("AGENTS.md"), "{path} must switch it off: {shown}");
    }
    let rules = agents.clone().file(".claude/rules/r.md", "rule").file("/home/.claude/CLAUDE.md", "user");
    assert_eq!(rules.claude(&[]), "~/.claude/CLAUDE.md .claude/rules/r.md AGENTS.md");
    let own_child = agents.file("sub/CLAUDE.md", "own child");
    assert_eq!(own_child.claude(&["sub/x.rs"]), "AGENTS.md 0>sub/CLAUDE.md:nested");
}

#[test]
fn one_real_file_loads_once() {
    let tree = Tree::new().file("AGENTS.md", "agents").link("CLAUDE.md", "AGENTS.md").file("sub/x", "");
    assert_eq!(tree.claude(&[]), "CLAUDE.md");
    let twice =
        Tree::new().file("CLAUDE.md", "@d/a.md @l.md @./d/../d/a.md").file("d/a.md", "a").link("l.md", "d/a.md");
    assert_eq!(twice.claude(&[]), "CLAUDE.md d/a.md:import");
}

#[test]
fn frontmatter_comments_and_the_byte_order_mark_are_not_passed_on() {
    let text = |text: &str| Tree::new().file("CLAUDE.md", text).text("claude-code", NEW, "CLAUDE.md");
    assert_eq!(text("\u{feff}a\n"), "a\n");
    assert_eq!(text("---\npaths: x\n---\na\n"), "a\n");
    assert_eq!(text("a\n\n<!-- c -->\n\nb\n"), "a\n\nb\n");
    assert_eq!(text("a\n  <!-- c -->\nb\n"), "a\nb\n");
    assert_eq!(text("<!-- c --> after\n"), " after\n");
    for kept in [
        "a <!-- c --> b\n",
        "- x\n  <!-- c -->\n",
        "<div>\n<!-- c -->\n</div>\n",
        "```\n<!-- c -->\n```\n",
        "a\n\n<!-- c\n\nb\n",
        "`<!-- c -->`\n",
    ] {
        assert_eq!(text(kept), kept);
    }
}

#[test]
fn imports_follow_four_hops() {
    let mut tree = Tree::new().file("CLAUDE.md", "@d1.md @d5.md");
    for at in 1..9 {
        tree = tree.file(&format!("d{at}.md"), &format!("@d{}.md", at + 1));
    }
    let wanted = "CLAUDE.md d1.md:import d2.md:import d3.md:import d4.md:import d5.md:import d6.md:import \
        d7.md:import d8.md:import";
    assert_eq!(tree.claude(&[]), wanted, "a file too deep by one route loads by another");
}

#[test]
fn external_imports_need_approval_and_users_need_none() {
    let tree = Tree::new()
        .file("CLAUDE.md", "@../up.md @~/h.md @/abs.md")
        .file("CLAUDE.local.md", "@~/h.md")
        .file("/w/up.md", "up")
        .file("/home/h.md", "h")
        .file("/abs.md", "abs");
    assert_eq!(tree.claude(&[]), "CLAUDE.md CLAUDE.local.md");
    let user = tree.clone().file("/home/.claude/CLAUDE.md", "@../h.md");
    assert_eq!(user.claude(&[]), "~/.claude/CLAUDE.md ~/h.md:import CLAUDE.md CLAUDE.local.md");
    let flag = "{\"projects\": {\"/w/repo\": {\"hasClaudeMdExternalIncludesApproved\": true}}}";
    let approved = tree.file("/home/.claude.json", flag);
    let wanted = "CLAUDE.md /w/up.md:import ~/h.md:import /abs.md:import CLAUDE.local.md";
    assert_eq!(approved.claude(&[]), wanted);
    let link = Tree::new().file("CLAUDE.md", "@l.md").link("l.md", "../up.md").file("/w/up.md", "up");
    assert_eq!(link.claude(&[]), "CLAUDE.md");
    assert_eq!(link.show("claude-code", OLD, &[]), "CLAUDE.md l.md:import");
}

#[test]
fn rules_load_by_their_frontmatter() {
    let rule = |frontmatter: &str| {
        let tree = Tree::new().file(".claude/rules/r.md", &format!("{frontmatter}rule\n"));
        match tree.claude(&["src/sub/a.ts"]).as_str() {
            ".claude/rules/r.md" => "always",
            "0>.claude/rules/r.md:path" => "scoped",
            "" => "never",
            _ => "?",
        }
    };
    for frontmatter in [
        "---\npaths:\n  - \"src/**\"\n---\n",
        "---\npaths: src/**\n---\n",
        "---\npaths: lib/**, src/**/*.{ts,tsx}\n---\n",
        "---\npaths: [src/**, lib/**]\n---\n",
        "---\npaths: **/*.ts\n---\n",
        "---\npaths: *.ts\n---\n",
        "---\npaths: {src,lib}/**\n---\n",
        "---\ndescription: a: b: c\npaths: src/**\n---\n",
        "---\npaths:\n\t- src/**\n---\n",
        "---\npaths: lib/**\npaths: src/**\n---\n",
        "---\npaths:\n  - [src/**]\n---\n",
        "---\npaths:\n  - 5\n  - src/**\n---\n",
        "---  \npaths: src/** # c\n---  \n",
        "---\r\npaths: src/**\r\n---\r\n",
        "\u{feff}---\npaths: src/**\n---\n",
        "---\n{\"paths\": [\"src/**\"]}\n---\n",
        "---\nalwaysApply: true\npaths: src/**\n---\n",
    ] {
        assert_eq!(rule(frontmatter), "scoped", "{frontmatter:?}");
    }
    for frontmatter in [
        "",
        "---\n---\n",
        "---\npaths:\n  - **/*.ts\n---\n",
        "---\npaths:\n  - {src,lib}/**\n---\n",
        "---\npaths:\n  - !src/**\n---\n",
        "---\npaths:\n---\n",
        "---\npaths: []\n---\n",
        "---\npaths: \"\"\n---\n",
        "---\npaths: null\n---\n",
        "---\npaths: 5\n---\n",
        "---\npaths: true\n---\n",
        "---\npaths:\n  include: src/**\n---\n",
        "---\npaths: \"**\"\n---\n",
        "---\nglobs: src/**\n---\n",
        "---\nPaths: src/**\n---\n",
        "---\npaths: src/**\n\n",
        "---\npaths: src/**\n...\n",
        "\n---\npaths: src/**\n---\n",
        "<!-- c -->\n---\npaths: src/**\n---\n",
        "----\npaths: src/**\n----\n",
    ] {
        assert_eq!(rule(frontmatter), "always", "{frontmatter:?}");
    }
    assert_eq!(rule("---\npaths: [src/**\n---\n"), "never");
    assert_eq!(rule("---\npaths: |\n  src/**\n  lib/**\n---\n"), "never");
    let bom = Tree::new().file(".claude/rules/r.md", "\u{feff}---\npaths: lib/**\n---\nrule\n");
    assert_eq!(bom.show("claude-code", OLD, &[]), ".claude/rules/r.md");
}

#[test]
fn rules_are_found_at_any_depth_and_through_links() {
    let tree = Tree::new()
        .file(".claude/rules/a/b.md", "b")
        .file(".claude/rules/.hidden.md", "hidden")
        .file(".claude/rules/node_modules/n.md", "n")
        .file(".claude/rules/x.txt", "x")
        .file(".claude/rules/x.MD", "x")
        .link(".claude/rules/loop", ".")
        .link(".claude/rules/shared", "../../shared")
        .file("shared/s.md", "s")
        .link(".claude/rules/out", "../../../out")
        .file("/w/out/o.md", "o");
    let inside = ".claude/rules/.hidden.md .claude/rules/a/b.md .claude/rules/node_modules/n.md";
    assert_eq!(tree.claude(&[]), format!("{inside} .claude/rules/shared/s.md"));
    let old = format!("{inside} .claude/rules/out/o.md .claude/rules/shared/s.md");
    assert_eq!(tree.show("claude-code", OLD, &[]), old);
}

#[test]
fn an_import_defeats_a_scope_and_a_scoped_rules_imports_do_not_wait() {
    let tree = Tree::new()
        .file("CLAUDE.md", "@.claude/rules/r.md")
        .file(".claude/rules/r.md", "---\npaths: src/**\n---\nrule")
        .file(".claude/rules/q.md", "---\npaths: lib/**\n---\n@x.txt")
        .file(".claude/rules/x.txt", "x")
        .file("src/a.ts", "");
    let startup = "CLAUDE.md .claude/rules/r.md:import .claude/rules/x.txt:import";
    assert_eq!(tree.claude(&["src/a.ts"]), startup);
    assert_eq!(tree.show("claude-code", OLD, &["src/a.ts"]), format!("{startup} 0>.claude/rules/r.md:path"));
}

#[test]
fn a_touch_attaches_folders_first_and_then_rules_once() {
    let tree = Tree::new()
        .file(".claude/rules/p.md", "---\npaths: src/**\n---\np")
        .file("/home/.claude/rules/u.md", "---\npaths: sub/**\n---\nu")
        .file("src/CLAUDE.md", "child")
        .file("src/.claude/CLAUDE.md", "dot")
        .file("src/CLAUDE.local.md", "local")
        .file("src/.claude/rules/n.md", "nested rule")
        .file("src/.claude/rules/q.md", "---\npaths: /sub/*.ts\n---\nfrom src")
        .file("src/.claude/rules/w.md", "---\npaths: src/sub/*.ts\n---\nfrom the root")
        .file("src/.claude/skills/ns/SKILL.md", "---\ndescription: d\n---\n")
        .file("src/.claude/agents/na.md", "---\nname: na\ndescription: d\n---\n")
        .file("src/sub/CLAUDE.md", "grandchild")
        .file("src/sub/a.ts", "")
        .file("src/sub/b.ts", "");
    let files = "0>src/CLAUDE.md:nested 0>src/.claude/CLAUDE.md:nested 0>src/CLAUDE.local.md:nested \
        0>src/.claude/rules/n.md:nested 0>src/.claude/rules/q.md:path 0>src/sub/CLAUDE.md:nested \
        0>~/.claude/rules/u.md:path 0>.claude/rules/p.md:path";
    let skill = "0>src/.claude/skills/ns/SKILL.md:listing=description";
    assert_eq!(tree.claude(&["src/sub/a.ts", "src/sub/b.ts"]), format!("{files} {skill}"));
    assert_eq!(tree.show("claude-code", OLD, &["src/sub/a.ts"]), files);
    assert_eq!(tree.claude(&["src/sub/missing.ts"]), format!("{files} {skill}"));
    assert_eq!(tree.show("claude-code", OLD, &["src/sub/missing.ts"]), "");
    assert_eq!(tree.claude(&["/w/other/src/x.ts"]), "");
}

#[test]
fn a_context_file_that_is_read_itself_comes_as_it_stands() {
    let tree = Tree::new().file("src/CLAUDE.md", "a\n\n<!-- c -->\n").file("CLAUDE.md", "root");
    assert_eq!(tree.claude(&["src/CLAUDE.md"]), "CLAUDE.md 0>src/CLAUDE.md:invoked");
    let plan = tree.plan("claude-code", NEW, &["src/CLAUDE.md"]);
    assert_eq!(plan.loads[1].text, "a\n\n<!-- c -->\n");
}

#[test]
fn late_files_are_cut_and_early_ones_are_not() {
    let long = "x".repeat(200_000);
    let tree = Tree::new().file("CLAUDE.md", &long).file("src/CLAUDE.md", &long).file("src/a.ts", "");
    let plan = tree.plan("claude-code", NEW, &["src/a.ts"]);
    assert_eq!((plan.loads[0].text.len(), plan.loads[1].text.len()), (200_000, 150_000));
    assert_eq!(plan.loads[1].portion, Portion::Head);
    assert_eq!(tree.plan("claude-code", OLD, &["src/a.ts"]).loads[1].text.len(), 200_000);
    let mut huge = Tree::new();
    huge.world.files.insert("/w/repo/CLAUDE.md".into(), MemoryFile::Sized((4 << 20) + 1));
    assert_eq!(huge.claude(&[]), "CLAUDE.md:never=none");
}

#[test]
fn notes_are_cut_at_a_line() {
    let path = "/home/.claude/projects/-w-repo/memory/MEMORY.md";
    let shown = "~/.claude/projects/-w-repo/memory/MEMORY.md";
    let lines = |count: usize, width: usize| -> String {
        (0..count).map(|at| format!("{at}{}\n", "中".repeat(width))).collect()
    };
    let text = |version: &str, text: &str| Tree::new().file(path, text).text("claude-code", version, shown);
    assert_eq!(text(OLD, &lines(300, 1)).lines().count(), 200);
    assert_eq!(text(OLD, &lines(100, 600)).lines().count(), 41, "characters count, not bytes");
    assert_eq!(text(NEW, &lines(100, 600)).lines().count(), 42, "the first line that is left out is quoted");
    assert_eq!(text(OLD, &"x".repeat(30_000)).len(), 25_000);
    assert_eq!(text(NEW, "---\na: 1\n---\n<!-- c -->\nx\n@t.md\n"), "x\n@t.md\n");
    let sub = Tree::new().file(path, "notes").file("sub/x", "").cwd("sub");
    assert_eq!(sub.claude(&[]), shown, "notes belong to the repository");
}

#[test]
fn a_worktree_shares_notes_and_does_not_double_its_main_tree() {
    let tree = Tree::new()
        .file("CLAUDE.md", "main")
        .file("CLAUDE.local.md", "main local")
        .file(".claude/rules/r.md", "main rule")
        .file("trees/x/.git", "gitdir: /w/repo/.git/worktrees/x\n")
        .file("trees/x/CLAUDE.md", "tree")
        .file("/home/.claude/projects/-w-repo/memory/MEMORY.md", "notes")
        .cwd("trees/x");
    let wanted = "CLAUDE.local.md trees/x/CLAUDE.md ~/.claude/projects/-w-repo/memory/MEMORY.md";
    assert_eq!(tree.claude(&[]), wanted);
}

#[test]
fn excludes_match_absolute_paths() {
    let tree = |pattern: &str| {
        Tree::new()
            .file("CLAUDE.md", "@i.md")
            .file("i.md", "i")
            .file(".claude/settings.json", &format!("{{\"claudeMdExcludes\": [\"{pattern}\"]}}"))
            .claude(&[])
    };
    assert_eq!(tree("CLAUDE.md"), "CLAUDE.md i.md:import", "a bare name does nothing");
    assert_eq!(tree("**/CLAUDE.md"), "");
    assert_eq!(tree("/w/repo/CLAUDE.md"), "");
    assert_eq!(tree("**/i.md"), "CLAUDE.md");
    let broken = Tree::new().file("CLAUDE.md", "x").file(".claude/settings.json", "{\"claudeMdExcludes\": [");
    let plan = broken.plan("claude-code", NEW, &[]);
    assert_eq!((plan.loads.len(), plan.problems.len()), (1, 1), "the plan goes on as the client does");
}

#[test]
fn skills_are_listed_in_the_order_of_the_client() {
    let skill = |description: &str| format!("---\ndescription: {description}\n---\nbody\n");
    let mut tree = Tree::new()
        .file("/home/.claude/skills/z/SKILL.md", &skill("user"))
        .file("/home/.claude/skills/both/SKILL.md", &skill("user"))
        .file(".claude/skills/both/SKILL.md", &skill("project"))
        .file(".claude/commands/both.md", "command")
        .file(".claude/commands/c.md", "# Title\n\ntext")
        .file(".claude/commands/sub/d.md", "d")
        .file(".claude/agents/a.md", "---\nname: b\ndescription: d\ntools: [Read, Grep]\n---\n")
        .file(".claude/agents/b.md", "---\nname: b\ndescription: again\n---\n")
        .file(".claude/agents/c.md", "---\nname: c\n---\n");
    for name in ["t-b", "t_a", "T Upper", ".t"] {
        tree = tree.file(&format!(".claude/skills/{name}/SKILL.md"), &skill("d"));
    }
    let plan = tree.plan("claude-code", NEW, &[]);
    let lines: Vec<&str> = plan.loads.iter().map(|load| load.text.as_str()).collect();
    let wanted = [
        "- b: d (Tools: Read, Grep)",
        "- both: user",
        "- z: user",
        "- .t: d",
        "- T Upper: d",
        "- t_a: d",
        "- t-b: d",
        "- c: Title",
        "- sub:d: d",
    ];
    assert_eq!(lines, wanted);
    assert_eq!(tree.plan("claude-code", OLD, &[]).loads.len(), wanted.len() + 2, "both of the same name");
}

#[test]
fn a_skill_is_described_by_what_it_has() {
    let line = |text: &str| {
        let plan = Tree::new().file(".claude/skills/s/SKILL.md", text).plan("claude-code", NEW, &[]);
        plan.loads.first().map_or(String::new(), |load| load.text.clone())
    };
    assert_eq!(line("---\nname: s\ndescription: d\nwhen_to_use: w\n---\n"), "- s: d - w");
    assert_eq!(line("---\nname: other\ndescription: d\n---\n"), "- s (other): d");
    assert_eq!(line("---\nwhen_to_use: w\n---\nbody\n"), "- s: body - w");
    assert_eq!(line("# Head\n\nbody\n"), "- s: Head");
    assert!(line("---\ndescription: [a\n  - b\n---\nbody\n").starts_with("- s: "));
    assert_eq!(line("---\ndescription:\n  - a\n---\nbody\n"), "- s: body");
    assert_eq!(line("---\ndescription: Use when: a: b\n---\n"), "- s: Use when: a: b");
    assert_eq!(line("---\ndescription: <b>x</b> & y\n---\n"), "- s: &lt;b&gt;x&lt;/b&gt; & y");
    assert_eq!(line("---\ndescription: |\n  a\n  b\n---\n"), "- s: a b");
    assert_eq!(line(""), "- s: Skill");
    assert_eq!(line("---\ndescription: d\ndisable-model-invocation: true\n---\n"), "");
    assert_eq!(line("---\ndescription: d\nuser-invocable: false\n---\n"), "- s: d");
    let long = line(&format!("---\ndescription: {}\n---\n", "😀".repeat(1_000)));
    assert_eq!(long, format!("- s: {}…", "😀".repeat(768)), "UTF-16 units count");
}

#[test]
fn descriptions_that_do_not_fit_are_dropped_whole() {
    let mut tree = Tree::new();
    for at in 0..100 {
        let text = format!("---\ndescription: {}\n---\n", "d".repeat(1_000));
        tree = tree.file(&format!(".claude/skills/t{at:03}/SKILL.md"), &text);
    }
    tree = tree.file(".claude/skills/u/SKILL.md", "---\ndescription: short\n---\n");
    let described = |version: &str| {
        let loads = tree.plan("claude-code", version, &[]).loads;
        loads
            .iter()
            .filter(|load| load.portion == Portion::Description)
            .map(|load| load.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(described(NEW).len(), 24, "23 long ones, as measured, and the short one behind them");
    assert_eq!(described(OLD).len(), 26);
    assert!(described(NEW).contains(&".claude/skills/u/SKILL.md".to_owned()));
    assert_eq!(tree.plan("claude-code", NEW, &[]).loads.len(), 101, "every name stays");
    let none = tree.file(".claude/settings.json", "{\"skillOverrides\": {\"u\": \"off\", \"t000\": \"name-only\"}}");
    let plan = none.plan("claude-code", NEW, &[]);
    assert_eq!((plan.loads.len(), plan.loads[0].text.as_str()), (100, "- t000"));
}

#[test]
fn a_scoped_skill_is_listed_after_a_match() {
    let tree = Tree::new()
        .file(".claude/skills/s/SKILL.md", "---\ndescription: d\npaths: src/**\n---\n")
        .file("src/a.ts", "")
        .file("lib/a.ts", "");
    assert_eq!(tree.claude(&["lib/a.ts", "src/a.ts"]), "1>.claude/skills/s/SKILL.md:listing=description");
}

#[test]
fn codex_takes_one_file_of_each_folder_up_to_its_limit() {
    let tree = Tree::new()
        .file("/home/.codex/AGENTS.md", "user")
        .file("/w/AGENTS.md", "above the repository")
        .file("AGENTS.md", "root @x.md <!-- c -->")
        .file("sub/AGENTS.md", "sub")
        .file("sub/AGENTS.override.md", "instead")
        .file("sub/deep/AGENTS.md", "deep")
        .file("CLAUDE.md", "claude")
        .cwd("sub");
    assert_eq!(tree.show("codex", "", &["sub/deep/x"]), "~/.codex/AGENTS.md AGENTS.md sub/AGENTS.override.md");
    assert_eq!(tree.text("codex", "", "AGENTS.md"), "root @x.md <!-- c -->");
    let empty = Tree::new().file("AGENTS.md", "a").file("AGENTS.override.md", "");
    assert_eq!(empty.show("codex", "", &[]), "");
    let big = Tree::new().file("AGENTS.md", &"x".repeat(20_000)).file("s/AGENTS.md", &"中".repeat(10_000)).cwd("s");
    assert_eq!(big.show("codex", "", &[]), "AGENTS.md s/AGENTS.md=head");
    assert_eq!(big.text("codex", "", "s/AGENTS.md").chars().filter(|c| *c == '中').count(), 12_768 / 3);
    let config = "project_doc_fallback_filenames = [\"CLAUDE.md\"]\nproject_doc_max_bytes = 3\n";
    let fallback = Tree::new().file("CLAUDE.md", "claude").file("/home/.codex/config.toml", config);
    assert_eq!(fallback.text("codex", "", "CLAUDE.md"), "cla");
}

#[test]
fn codex_lists_skills_with_a_description() {
    let skill = |name: &str, description: &str| format!("---\nname: {name}\ndescription: {description}\n---\n");
    let tree = Tree::new()
        .file(".agents/skills/g/deep/SKILL.md", &skill("b", "nested"))
        .file(".codex/skills/a/SKILL.md", &skill("a", "x"))
        .file(".agents/skills/.h/SKILL.md", &skill("h", "hidden"))
        .file(".agents/skills/n/SKILL.md", "---\nname: n\n---\n")
        .file(".agents/skills/long/SKILL.md", &skill("long", &"d".repeat(1_025)))
        .file(".claude/skills/c/SKILL.md", &skill("c", "x"))
        .file("/home/.agents/skills/u/SKILL.md", &skill("u", "x"));
    let wanted = ".codex/skills/a/SKILL.md:listing=description .agents/skills/g/deep/SKILL.md:listing=description \
        .agents/skills/long/SKILL.md:listing=head ~/.agents/skills/u/SKILL.md:listing=description";
    assert_eq!(tree.show("codex", "", &[]), wanted);
    let mut many = Tree::new();
    for at in 0..100 {
        many =
            many.file(&format!(".agents/skills/t{at:03}/SKILL.md"), &skill(&format!("t{at:03}"), &"d".repeat(1_000)));
    }
    let plan = many.plan("codex", "", &[]);
    let lengths: Vec<usize> = plan.loads.iter().map(|load| load.text.matches('d').count()).collect();
    assert_eq!(lengths.len(), 100);
    assert!(lengths.iter().all(|length| *length == lengths[0] && (150..190).contains(length)), "{:?}", lengths[0]);
}

#[test]
fn gemini_puts_imports_in_their_place() {
    let tree = Tree::new()
        .file("/home/.gemini/GEMINI.md", "user")
        .file("/w/GEMINI.md", "above")
        .file("GEMINI.md", "pre @a.md mid @a.md post <!-- @a.md --> `@a.md` @../up.md")
        .file("a.md", "A")
        .file("/w/up.md", "up")
        .file("sub/GEMINI.md", "sub")
        .file(".gemini/GEMINI.md", "not here")
        .file("sub/x", "");
    let plan = tree.plan("gemini-cli", "", &["sub/x"]);
    let text: String = plan.loads.iter().map(|load| load.text.as_str()).collect();
    assert_eq!(text, "userpre A mid A post <!-- A --> `@a.md` @../up.mdsub");
    let mut deep = Tree::new().file("GEMINI.md", "0 @d1.md");
    for at in 1..9 {
        deep = deep.file(&format!("d{at}.md"), &format!("{at} @d{}.md", at + 1));
    }
    assert_eq!(deep.plan("gemini-cli", "", &[]).loads.last().unwrap().text, "5 @d6.md");
    let named = tree
        .file("AGENTS.md", "agents")
        .file(".gemini/settings.json", "{\"context\": {\"fileName\": [\"AGENTS.md\"]}}");
    assert!(named.show("gemini-cli", "", &[]).starts_with("~/.gemini/GEMINI.md AGENTS.md GEMINI.md"));
}

#[test]
fn documented_clients_follow_their_tables() {
    let tree = Tree::new()
        .file("AGENTS.md", "agents")
        .file("src/AGENTS.md", "nested")
        .file(".cursor/rules/a.mdc", "---\nalwaysApply: true\nglobs: x\n---\na")
        .file(".cursor/rules/g.mdc", "---\nglobs: *.ts, lib/**\nalwaysApply: false\n---\ng")
        .file(".cursor/rules/d.mdc", "---\ndescription: d\n---\nx")
        .file(".cursor/rules/m.mdc", "---\n---\nmanual")
        .file(".cursor/rules/no.md", "no rule")
        .file(".github/copilot-instructions.md", "copilot")
        .file(".github/instructions/t.instructions.md", "---\napplyTo: \"**/*.ts\"\n---\nts")
        .file(".windsurf/rules/w.md", "---\ntrigger: glob\nglobs: src/**\n---\nw")
        .file(".clinerules/c.md", "---\npaths:\n  - src/**\n---\nc")
        .file(".clinerules/never.md", "---\npaths: []\n---\nc")
        .file(".kiro/steering/k.md", "---\ninclusion: fileMatch\nfileMatchPattern: \"src/**\"\n---\nk")
        .file(".roo/rules/r.md", "r")
        .file(".roo/rules-code/x.md", "mode")
        .file(".aider.conf.yml", "read: [CONVENTIONS.md]\n")
        .file("CONVENTIONS.md", "conventions")
        .file("src/a.ts", "");
    let show = |client: &str| tree.show(client, "", &["src/a.ts"]);
    let cursor = "AGENTS.md .cursor/rules/a.mdc .cursor/rules/d.mdc:listing=description \
        .cursor/rules/m.mdc:never=none 0>src/AGENTS.md:nested 0>.cursor/rules/g.mdc:path";
    assert_eq!(show("cursor"), cursor);
    let copilot = ".github/copilot-instructions.md AGENTS.md 0>src/AGENTS.md:nested \
        0>.github/instructions/t.instructions.md:path";
    assert_eq!(show("copilot"), copilot);
    assert_eq!(show("windsurf"), "AGENTS.md 0>src/AGENTS.md:nested 0>.windsurf/rules/w.md:path");
    assert_eq!(show("cline"), "AGENTS.md .clinerules/never.md:never=none 0>.clinerules/c.md:path");
    assert_eq!(show("kiro"), "AGENTS.md 0>.kiro/steering/k.md:path");
    assert_eq!(show("roo"), "AGENTS.md .roo/rules/r.md");
    assert_eq!(show("zed"), ".github/copilot-instructions.md");
    assert_eq!(show("opencode"), "AGENTS.md");
    assert_eq!(show("amp"), "AGENTS.md 0>src/AGENTS.md:nested");
    assert_eq!(show("junie"), "AGENTS.md");
    assert_eq!(show("aider"), "CONVENTIONS.md");
}

#[test]
fn the_worst_path_is_the_one_whose_plan_is_heaviest() {
    let tree = Tree::new()
        .file(".claude/rules/a.md", "---\npaths: src/**\n---\none two three")
        .file(".claude/rules/b.md", "---\npaths: \"**/*.ts\"\n---\nfour five")
        .file("lib/CLAUDE.md", "six seven eight nine")
        .file("lib/a.rs", "")
        .file("lib/b.ts", "")
        .file("src/c.ts", "");
    let request = Request {
        client: clients::by_name("claude-code").unwrap(),
        version: NEW,
        root: Path::new("/w/repo"),
        cwd: Path::new("/w/repo"),
        touched: &[],
        machine: None,
        personal: false,
        window: 1_000_000,
        known: None,
    };
    let paths = ["lib/a.rs", "lib/b.ts", "src/c.ts"];
    let words = |text: &str| text.split_whitespace().count() as u64;
    assert_eq!(load::worst(&tree.world, &request, &paths, &words), Some(("lib/b.ts".to_owned(), 6)));
    assert_eq!(load::worst(&tree.world, &request, &["README.md"], &words), None);
    for path in paths {
        let plan = tree.plan("claude-code", NEW, &[path]);
        let sum: u64 = plan.loads.iter().map(|load| words(&load.text)).sum();
        let alone = load::worst(&tree.world, &request, &[path], &words).map(|(_, weight)| weight);
        assert_eq!(alone, Some(sum), "{path}");
    }
}

#[test]
fn without_the_machine_nothing_outside_the_repository_counts() {
    let tree = Tree::new()
        .file("/home/.claude/CLAUDE.md", "user")
        .file("/w/CLAUDE.md", "above")
        .file("CLAUDE.md", "@~/h.md root")
        .file("/home/h.md", "h")
        .file("CLAUDE.local.md", "local");
    let request = Request {
        client: clients::by_name("claude-code").unwrap(),
        version: "",
        root: Path::new("/w/repo"),
        cwd: Path::new("/w/repo"),
        touched: &[],
        machine: None,
        personal: false,
        window: 1_000_000,
        known: None,
    };
    let plan = load::plan(&tree.world, &request);
    let paths: Vec<&str> = plan.loads.iter().map(|load| load.path.as_str()).collect();
    assert_eq!(paths, ["CLAUDE.md"]);
}

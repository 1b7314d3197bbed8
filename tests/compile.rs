//! The compiler over trees in memory: whatever the sources are, nothing is lost, and there is a way back.

#![allow(clippy::unwrap_used)]

use ctxlint::compile::map::{MAP_PATH, Map};
use ctxlint::compile::plan::{Options, PROFILES, Profile};
use ctxlint::compile::targets::{ALL, Target};
use ctxlint::compile::{Action, Compiled, Refusal, compile, decompile::decompile, plan_file, proof::check_map};
use ctxlint::config::Settings;
use ctxlint::report::map::{from_json, to_json};
use ctxlint::workspace;
use ctxlint::world::{Memory, Overlay, World};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ROOT: &str = "/repo";

fn world(files: &[(&str, &str)]) -> Memory {
    let mut world = Memory::default();
    for (path, text) in files {
        world.add(format!("{ROOT}/{path}"), *text);
    }
    world
}

fn run(world: &dyn World, target: Target, options: &Options, previous: Option<&Map>) -> Result<Compiled, Refusal> {
    let workspace = workspace::load(world, Path::new(ROOT), Settings::default(), None);
    compile(world, &workspace, target, options, previous)
}

fn profile(profile: Profile) -> Options {
    Options { profile, ..Options::default() }
}

fn read_outputs(compiled: &Compiled) -> impl Fn(&str) -> Option<Vec<u8>> + '_ {
    |path| compiled.outputs.iter().find(|(other, _)| other == path).map(|(_, bytes)| bytes.clone())
}

/// The tree with the outputs and the map in it.
fn written<'a>(world: &'a dyn World, compiled: &Compiled) -> Overlay<'a> {
    let map = (MAP_PATH.to_owned(), to_json(&compiled.map).into_bytes());
    let files = compiled.outputs.iter().cloned().chain([map]);
    Overlay { under: world, files: files.map(|(path, bytes)| (PathBuf::from(ROOT).join(path), Some(bytes))).collect() }
}

/// Text of an output.
fn output<'a>(compiled: &'a Compiled, path: &str) -> &'a str {
    let found = compiled.outputs.iter().find(|(other, _)| other == path);
    let paths: Vec<&str> = compiled.outputs.iter().map(|(path, _)| path.as_str()).collect();
    let (_, bytes) = found.unwrap_or_else(|| panic!("{path} is none of {paths:?}"));
    std::str::from_utf8(bytes).unwrap()
}

/// A project whose memory file has something for every destination.
const PROJECT: &str = "# Shop\n\nA shop for spare parts, written in Rust.\n\n\
## Rules\n\n- Never commit secrets to the repository.\n- Run the tests before committing.\n\n\
## Working on the billing crate\n\n- Keep amounts in cents in `crates/billing/src/lib.rs`.\n\
- Add a test to `crates/billing/tests/round.rs` for each rounding.\n- Return a `Result` from `crates/billing/src/tax.rs`.\n\n\
## Adding a new provider\n\n1. Create a module in the crate of providers.\n2. Register it in the table of providers.\n\
3. Write a test that calls it.\n4. Describe it in the guide, see [the guide](docs/guide.md#providers).\n\n\
## Architecture\n\nThe server reads orders from a queue. The queue is filled by the shop front. Orders are kept for a year.\n\n\
| Part | Task |\n| --- | --- |\n| front | takes orders |\n| queue | keeps orders |\n| server | ships orders |\n\n\
See [the rules](#rules) and [the history][h].\n\n\
## History\n\nThe first version was a script. It was replaced by a server in the second year, and by three in the third.\n\
The front was rewritten twice, the queue never was, and what the script did is done by the server since then.\n\n\
[h]: docs/history.md\n";

const FILES: [&str; 8] = [
    "crates/billing/Cargo.toml",
    "crates/billing/src/lib.rs",
    "crates/billing/src/tax.rs",
    "crates/billing/tests/round.rs",
    "crates/front/src/lib.rs",
    "crates/front/src/page.rs",
    "crates/queue/src/lib.rs",
    "crates/server/src/main.rs",
];

fn project(memory: &str) -> Memory {
    let mut world =
        world(&[("CLAUDE.md", memory), ("docs/guide.md", "# Guide\n\n## Providers\n"), ("docs/history.md", "# H\n")]);
    for path in FILES {
        world.add(format!("{ROOT}/{path}"), "text\n");
    }
    world
}

#[test]
fn each_section_goes_where_it_is_needed() {
    let world = project(PROJECT);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    assert!(compiled.proof.holds(), "{:?}", compiled.proof);
    let goes = |title: &str| {
        let row = compiled.moves.iter().find(|row| row.heading.last().is_some_and(|last| last == title)).unwrap();
        (row.action, row.dst.as_str())
    };
    assert_eq!(goes("Rules").0, Action::Keep);
    assert_eq!(goes("Working on the billing crate"), (Action::Rule, ".claude/rules/working-on-the-billing-crate.md"));
    assert_eq!(goes("Adding a new provider"), (Action::Skill, ".claude/skills/adding-a-new-provider/SKILL.md"));
    assert_eq!(goes("Architecture"), (Action::Document, "docs/agents/architecture.md"));
    let rule = output(&compiled, ".claude/rules/working-on-the-billing-crate.md");
    assert!(rule.starts_with("---\npaths:\n  - \"/crates/billing/**\"\n---\n\n# Working on"), "{rule}");
    // Links are still links to the same places, and each skill and document has a line in the root.
    assert!(
        output(&compiled, ".claude/skills/adding-a-new-provider/SKILL.md")
            .contains("](../../../docs/guide.md#providers)")
    );
    let document = output(&compiled, "docs/agents/architecture.md");
    assert!(document.contains("[the rules](../../CLAUDE.md#rules)"), "{document}");
    assert!(document.contains("[h]: ../history.md"), "a definition comes along: {document}");
    let root = output(&compiled, "CLAUDE.md");
    assert!(root.contains("- Architecture: `docs/agents/architecture.md`\n"), "{root}");
    assert!(root.contains("- Adding a new provider: skill `adding-a-new-provider`\n"), "{root}");
    assert!(compiled.after.tokens < compiled.before.tokens);
}

#[test]
fn what_is_compiled_comes_back_and_stays_as_it_is() {
    let world = project(PROJECT);
    for profile_of in PROFILES {
        let compiled = run(&world, Target::ClaudeCode, &profile(profile_of), None).unwrap();
        let map = from_json(&to_json(&compiled.map)).unwrap();
        assert_eq!(map, compiled.map, "the map survives its JSON");
        let back = decompile(&map, &read_outputs(&compiled)).unwrap();
        assert_eq!(back.sources["CLAUDE.md"], PROJECT.as_bytes());
        assert!(back.edited.is_empty());
        // Once more, with the outputs of the first time before it.
        let again = run(&world, Target::ClaudeCode, &profile(profile_of), Some(&map)).unwrap();
        assert_eq!(again.outputs, compiled.outputs);
        assert_eq!(again.map, compiled.map);
    }
}

#[test]
fn a_rule_loads_when_a_file_of_its_scope_is_touched() {
    let world = project(PROJECT);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let tree = written(&world, &compiled);
    let workspace = workspace::load(&tree, Path::new(ROOT), Settings::default(), None);
    let loads = |path: &str| {
        let plan = workspace.plan_of(&ctxlint::clients::claude_code::CLIENT, &[path]);
        plan.loads.iter().any(|load| load.path == ".claude/rules/working-on-the-billing-crate.md")
    };
    assert!(loads("crates/billing/src/new.rs"));
    assert!(!loads("crates/front/src/lib.rs"));
}

#[test]
fn an_edit_of_an_output_is_carried_back() {
    let world = project(PROJECT);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let edit = |path: &'static str, old: &'static str, new: &'static str| {
        let outputs = read_outputs(&compiled);
        let read = |asked: &str| {
            let bytes = outputs(asked)?;
            let text = String::from_utf8(bytes).unwrap();
            Some(if asked == path { text.replace(old, new) } else { text }.into_bytes())
        };
        decompile(&compiled.map, &read)
    };
    let edits = [
        ("docs/agents/architecture.md", "kept for a year", "kept for ten years"),
        ("CLAUDE.md", "Run the tests", "Run all tests"),
        (".claude/rules/working-on-the-billing-crate.md", "amounts in cents", "amounts in pence"),
        (".claude/skills/adding-a-new-provider/SKILL.md", "# Adding a new provider", "# Adding a provider"),
    ];
    for (path, old, new) in edits {
        let back = edit(path, old, new).unwrap();
        let wanted = PROJECT.replace(old, new);
        assert_eq!(String::from_utf8_lossy(&back.sources["CLAUDE.md"]), wanted, "{path}");
        assert_eq!(back.edited.len(), 1);
    }
    // A new link is written as it must stand in the source.
    let back = edit("docs/agents/architecture.md", "takes orders |", "takes [orders](../guide.md) |").unwrap();
    assert!(String::from_utf8_lossy(&back.sources["CLAUDE.md"]).contains("takes [orders](docs/guide.md) |"));
    // Generated text belongs to no source.
    let refused = edit("CLAUDE.md", "- Architecture: `docs", "- The architecture: `docs").unwrap_err();
    assert_eq!(refused.path, "CLAUDE.md");
    assert!(refused.message.contains("generated text was edited"), "{}", refused.message);
}

#[test]
fn a_definition_comes_back_whoever_uses_it() {
    // The first is used by another part, the second by nothing.
    let memory = "# Shop\n\nA shop for spare parts.\n\n## Architecture\n\nThe server reads orders from a queue. The queue is filled \
                  by the shop front. Orders are kept for a year,\nand the front shows them to the customer as long as they are \
                  kept. What is older is kept by the books alone.\n\n[q]: crates/queue/src/lib.rs\n[n]: crates/front/src/lib.rs\n\n\
                  ## Commits\n\nRun `make check` before committing. See [q].\n";
    let world = project(memory);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
    let document = "docs/agents/architecture.md";
    let text = output(&compiled, document);
    let definitions = "[q]: ../../crates/queue/src/lib.rs\n[n]: ../../crates/front/src/lib.rs\n";
    assert!(text.contains(definitions), "{text}");
    let edited = text.replace("for a year", "for ten years");
    let read =
        |path: &str| if path == document { Some(edited.clone().into_bytes()) } else { read_outputs(&compiled)(path) };
    let sources = decompile(&compiled.map, &read).unwrap().sources;
    assert_eq!(std::str::from_utf8(&sources["CLAUDE.md"]).unwrap(), memory.replace("for a year", "for ten years"));
}

#[test]
fn one_changed_word_changes_one_output() {
    let world = project(PROJECT);
    let before = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let changed = PROJECT.replace("takes orders", "takes wishes");
    let after = run(&project(&changed), Target::ClaudeCode, &profile(Profile::Balanced), Some(&before.map)).unwrap();
    let differ = after.outputs.iter().filter(|(path, bytes)| read_outputs(&before)(path).as_ref() != Some(bytes));
    assert_eq!(differ.map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["docs/agents/architecture.md"]);
}

#[test]
fn line_endings_and_marks_stay() {
    let crlf = format!("\u{feff}{}", PROJECT.replace('\n', "\r\n"));
    let world = project(&crlf);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
    assert!(compiled.proof.holds() && compiled.outputs.len() > 2);
    for (path, bytes) in &compiled.outputs {
        let text = String::from_utf8_lossy(bytes);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{path}");
        assert_eq!(text.starts_with('\u{feff}'), path == "CLAUDE.md", "{path}");
    }
    let back = decompile(&compiled.map, &read_outputs(&compiled)).unwrap();
    assert_eq!(back.sources["CLAUDE.md"], crlf.as_bytes());
    let unix = run(&project(PROJECT), Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
    let paths = |compiled: &Compiled| compiled.outputs.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(&unix), paths(&compiled));
}

#[test]
fn what_sends_to_files_that_load_by_no_other_way_stays() {
    let memory = PROJECT.replace("for a year.", "for a year. The layout of each crate stands in its own `AGENTS.md`.");
    assert_ne!(memory, PROJECT);
    let mut world = project(&memory);
    let stays = |world: &Memory| {
        let compiled = run(world, Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
        output(&compiled, "CLAUDE.md").contains("stands in its own")
    };
    assert!(!stays(&world), "nothing is there that it could send to");
    world.add("/repo/crates/billing/AGENTS.md", "# Billing\n\n- Round each amount to cents.\n");
    assert!(stays(&world));
}

#[test]
fn the_line_endings_of_one_document_stay_its_own() {
    let crlf = PROJECT.replace('\n', "\r\n");
    let nested = "# Billing\n\n- Round each amount to cents.";
    let ends = |compiled: &Compiled, path: &str| {
        let text = output(compiled, path);
        (text.matches("\r\n").count() > 0, text.replace("\r\n", "").contains('\n'))
    };
    // A rule becomes part of a nested file that has other line endings: what is made between the two has those of the file.
    for (root, nested) in [(crlf.as_str(), nested.to_owned()), (PROJECT, nested.replace('\n', "\r\n"))] {
        let mut world = project("");
        world.files.remove(Path::new("/repo/CLAUDE.md"));
        world.add("/repo/AGENTS.md", root);
        world.add("/repo/crates/billing/AGENTS.md", nested.as_str());
        let options = Options { index: true, ..profile(Profile::Balanced) };
        let compiled = run(&world, Target::AgentsMd, &options, None).unwrap();
        assert!(compiled.proof.holds(), "{:?}", compiled.proof);
        let shared = output(&compiled, "crates/billing/AGENTS.md");
        let newline = if nested.contains("\r\n") { "\r\n" } else { "\n" };
        assert!(shared.starts_with(&format!("{nested}{newline}{newline}## Working on")), "{shared:?}");
        assert_eq!(ends(&compiled, "AGENTS.md"), (root.contains("\r\n"), !root.contains("\r\n")));
        let is_mixed = root.contains("\r\n") != nested.contains("\r\n");
        assert_eq!(ends(&compiled, "docs/agents/index.md"), (!is_mixed, is_mixed), "an index of both is of neither");
    }
}

#[test]
fn every_target_comes_back_and_says_what_it_cannot() {
    let agents = project("").files;
    let mut world = Memory { files: agents };
    world.files.remove(Path::new("/repo/CLAUDE.md"));
    world.add("/repo/AGENTS.md", PROJECT);
    world.add("/repo/GEMINI.md", PROJECT);
    for target in ALL {
        let compiled = run(&world, target, &profile(Profile::Balanced), None).unwrap();
        assert!(compiled.proof.holds(), "{}: {:?}", target.name(), compiled.proof);
        let back = decompile(&compiled.map, &read_outputs(&compiled)).unwrap();
        assert!(back.sources.values().all(|bytes| bytes == PROJECT.as_bytes()), "{}", target.name());
        let rule = compiled.moves.iter().find(|row| row.action == Action::Rule).unwrap();
        let wanted = match target {
            Target::ClaudeCode => ".claude/rules/working-on-the-billing-crate.md",
            Target::AgentsMd => "crates/billing/AGENTS.md",
            Target::Cursor => ".cursor/rules/working-on-the-billing-crate.mdc",
            Target::Copilot => ".github/instructions/working-on-the-billing-crate.instructions.md",
            Target::Gemini => "crates/billing/GEMINI.md",
        };
        assert_eq!(rule.dst, wanted, "{}", target.name());
        assert!(!target.limits().is_empty());
    }
    let cursor = run(&world, Target::Cursor, &profile(Profile::Balanced), None).unwrap();
    let rule = output(&cursor, ".cursor/rules/working-on-the-billing-crate.mdc");
    assert!(rule.contains("globs: \"crates/billing/**\"\nalwaysApply: false\n"), "{rule}");
    assert_eq!(cursor.losses.len(), 1, "a skill becomes a rule with a description: {:?}", cursor.losses);
    let strict = Options { strict: true, ..profile(Profile::Balanced) };
    assert!(run(&world, Target::Cursor, &strict, None).unwrap_err().message.contains("cannot express"));
}

#[test]
fn a_scope_without_a_folder_stands_in_words() {
    let memory = "# Shop\n\n## Release workflow\n\nThe files `.github/workflows/release.yml` and `dist-workspace.toml` belong together.\n\n\
        - Edit `dist-workspace.toml` and let the tool write `.github/workflows/release.yml`.\n- Pin each action by its commit.\n";
    let mut world = project("");
    world.files.remove(Path::new("/repo/CLAUDE.md"));
    for (path, text) in
        [("AGENTS.md", memory), (".github/workflows/release.yml", "a: 1\n"), ("dist-workspace.toml", "a = 1\n")]
    {
        world.add(format!("{ROOT}/{path}"), text);
    }
    let compiled = run(&world, Target::AgentsMd, &profile(Profile::Balanced), None).unwrap();
    let root = output(&compiled, "AGENTS.md");
    assert!(
        root.contains(
            "(for `.github/workflows/release.yml`, `dist-workspace.toml`): `docs/agents/release-workflow.md`"
        ),
        "{root}"
    );
    assert_eq!(compiled.losses.len(), 1);
    let strict = Options { strict: true, ..profile(Profile::Balanced) };
    assert!(run(&world, Target::AgentsMd, &strict, None).is_err());
}

#[test]
fn a_plan_is_carried_out_as_it_is() {
    let world = project(PROJECT);
    let first = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let text = plan_file::write(&first);
    let apply = |text: &str| {
        let applied = Some(plan_file::read("plan.yaml", text)?);
        run(&world, Target::ClaudeCode, &Options { applied, ..profile(Profile::Balanced) }, None)
    };
    let same = apply(&text).unwrap();
    assert_eq!(same.outputs, first.outputs, "the plan as it was written changes nothing");
    let edited = text
        .replace("path: \"docs/agents/architecture.md\"", "path: \"docs/how-it-works.md\"")
        .replace("to: skill\n    path: \".claude/skills/adding-a-new-provider/SKILL.md\"", "to: keep");
    let compiled = apply(&edited).unwrap();
    assert!(compiled.proof.holds());
    assert!(output(&compiled, "docs/how-it-works.md").contains("The server reads orders"));
    assert!(output(&compiled, "CLAUDE.md").contains("## Adding a new provider"));
    // Later runs do not decide otherwise.
    let later = run(&world, Target::ClaudeCode, &profile(Profile::Minimal), Some(&compiled.map)).unwrap();
    assert!(output(&later, "CLAUDE.md").contains("## Adding a new provider"));
    let refused = |from: &str, to: &str, says: &str| {
        assert!(text.contains(from), "{from}");
        let refusal = apply(&text.replace(from, to)).unwrap_err();
        assert!(refusal.message.contains(says) && refusal.message.contains("line "), "{}", refusal.message);
        assert_eq!(refusal.path, "plan.yaml");
    };
    refused("heading: [\"Shop\", \"History\"]", "heading: [\"Shop\", \"Story\"]", "has no section `Shop › Story`");
    refused("to: rule", "to: rules", "is none of keep, rule, skill, document, drop");
    refused("scope: [\"/crates/billing/**\"]", "scope: [\"/nothing/**\"]", "matches no file");
    refused("scope: [\"/crates/billing/**\"]", "scope: []", "a rule needs a `scope`");
    refused("path: \"docs/agents/architecture.md\"", "path: \"docs/GUIDE.md\"", "something is there already");
    refused("path: \"docs/agents/architecture.md\"", "path: \"../x.md\"", "nothing may be written there");
    refused("    hash: \"", "    hash: \"0", "was changed since the plan was written");
    assert!(plan_file::read("p", "sections: [").unwrap_err().message.starts_with("line 1"));
    assert!(plan_file::read("p", "version: 2\n").is_err());
}

#[test]
fn a_budget_takes_moves_back() {
    let world = project(PROJECT);
    let whole = run(&world, Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
    let budget = Options { budget: Some(whole.before.tokens - 40), ..profile(Profile::Minimal) };
    let some = run(&world, Target::ClaudeCode, &budget, None).unwrap();
    let count = |compiled: &Compiled| compiled.moves.iter().filter(|row| row.action != Action::Keep).count();
    assert!(count(&some) > 0 && count(&some) < count(&whole), "{} of {}", count(&some), count(&whole));
    let none = Options { budget: Some(1), ..profile(Profile::Minimal) };
    let notes = run(&world, Target::ClaudeCode, &none, None).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("is not met")), "{notes:?}");
}

#[test]
fn an_index_names_every_document() {
    let options = Options { index: true, ..profile(Profile::Balanced) };
    let compiled = run(&project(PROJECT), Target::ClaudeCode, &options, None).unwrap();
    let index = output(&compiled, "docs/agents/index.md");
    assert!(index.contains("- [Architecture](architecture.md)\n"), "{index}");
    assert!(compiled.proof.holds());
}

#[test]
fn repeated_sections_are_dropped_on_request_only() {
    let body = "The queue keeps an order until the server has shipped it, and for a year after that.\n";
    let memory = format!("# Shop\n\n## Queue\n\n{body}\n## Orders\n\nOrders come from the front.\n");
    let rule = format!("# Notes\n\nSome notes about the shop and its parts.\n\n## Queue\n\n{body}");
    let mut world = project(&memory);
    world.add("/repo/.claude/rules/notes.md", &rule);
    let options = Options {
        drops: vec![ctxlint::compile::plan::Droppable::Duplicates],
        profile: Profile::Full,
        ..Options::default()
    };
    let compiled = run(&world, Target::ClaudeCode, &options, None).unwrap();
    let dropped: Vec<_> = compiled.moves.iter().filter(|row| row.action == Action::Drop).collect();
    assert_eq!(dropped.len(), 1);
    assert_eq!(compiled.proof.drops.len(), 1, "{:?}", compiled.proof);
    assert!(compiled.proof.drops[0].contains("the same words stand in"), "{:?}", compiled.proof.drops);
    let back = decompile(&compiled.map, &read_outputs(&compiled)).unwrap();
    assert_eq!(back.sources[".claude/rules/notes.md"], rule.as_bytes());
    let kept = run(&world, Target::ClaudeCode, &profile(Profile::Full), None).unwrap();
    assert!(kept.moves.iter().all(|row| row.action != Action::Drop));
}

#[test]
fn a_rule_about_some_files_gets_their_scope() {
    let rule = "---\ndescription: billing\n---\n# Billing\n\n- Keep amounts in cents in `crates/billing/src/lib.rs`.\n\
        - Return a `Result` from `crates/billing/src/tax.rs`.\n- Add a case to `crates/billing/tests/round.rs`.\n";
    let mut world = project("# Shop\n\nA shop.\n");
    world.add("/repo/.claude/rules/billing.md", rule);
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let out = output(&compiled, ".claude/rules/billing.md");
    assert!(out.starts_with("---\ndescription: billing\npaths:\n  - \"/crates/billing/**\"\n---\n# Billing"), "{out}");
    let back = decompile(&compiled.map, &read_outputs(&compiled)).unwrap();
    assert_eq!(back.sources[".claude/rules/billing.md"], rule.as_bytes());
    // An import loads it at every start, whatever its scope.
    world.add("/repo/CLAUDE.md", "# Shop\n\n@.claude/rules/billing.md\n");
    let imported = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    assert!(imported.moves.iter().all(|row| row.action == Action::Keep));
    assert!(imported.notes.iter().any(|note| note.contains("CLAUDE.md imports it")), "{:?}", imported.notes);
}

#[test]
fn what_cannot_be_cut_stays_whole_and_says_why() {
    let keeps = |memory: &str, why: &str| {
        let compiled = run(&project(memory), Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
        assert!(compiled.moves.iter().all(|row| row.action == Action::Keep), "{memory}");
        let said = compiled.moves.iter().flat_map(|row| &row.evidence).chain(&compiled.notes);
        let said: Vec<&String> = said.collect();
        assert!(said.iter().any(|text| text.contains(why)), "{why}: {said:?}");
    };
    let history = &PROJECT[PROJECT.find("## History").unwrap()..PROJECT.find("[h]:").unwrap()];
    keeps(&format!("---\na: [\n---\n# Shop\n\n{history}"), "frontmatter is broken");
    keeps(&format!("# Shop\n\n{history}\n```\nnever closed\n"), "is never closed");
    keeps(&format!("# Shop\n\n{history}\n<details>\n\n## More\n\n</details>\n\nText of the end.\n"), "a tag is opened");
    keeps(&format!("# Shop\n\n{history}\nSee @docs/guide.md first.\n"), "it imports a file");
    keeps(&format!("# Shop\n\n{history}\nSaid before.[^1]\n\n[^1]: There.\n"), "footnotes");
    keeps(&format!("# Shop\n\n{history}\n<img src=\"a.png\">\n"), "HTML with a relative path");
}

#[test]
fn what_is_no_text_is_refused_with_the_place() {
    let mut world = project("");
    world.files.insert("/repo/CLAUDE.md".into(), ctxlint::world::MemoryFile::Bytes(b"# Shop\n\xff\xfe\n".to_vec()));
    let refusal = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap_err();
    assert_eq!((refusal.path.as_str(), refusal.message.starts_with("byte 7 is not UTF-8")), ("CLAUDE.md", true));
}

#[test]
fn names_are_free_on_every_file_system() {
    let mut world = project(PROJECT);
    world.add("/repo/Docs/Agents/Architecture.md", "# Another\n");
    let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    assert!(output(&compiled, "docs/agents/architecture-2.md").contains("The server reads orders"));
}

#[test]
fn a_spoiled_map_proves_nothing() {
    let compiled = run(&project(PROJECT), Target::ClaudeCode, &profile(Profile::Balanced), None).unwrap();
    let read = read_outputs(&compiled);
    let sound = check_map(&compiled.map, &read);
    assert!(sound.partition.is_empty() && sound.fidelity.is_empty());
    let spoil = |change: &dyn Fn(&mut Map)| {
        let mut map = compiled.map.clone();
        change(&mut map);
        let checked = check_map(&map, &read);
        checked.partition.len() + checked.fidelity.len()
    };
    assert!(spoil(&|map| drop(map.sources[0].rows.remove(1))) > 0, "a gap");
    assert!(spoil(&|map| map.sources[0].rows[2].start -= 1) > 0, "an overlap");
    assert!(spoil(&|map| map.sources[0].rows[2].hash = String::new()) > 0, "another source");
    assert!(spoil(&|map| map.sources[0].bytes += 1) > 0, "a longer source");
    assert!(spoil(&|map| map.files[0].hash = String::new()) > 0, "another output");
    assert!(spoil(&|map| map.sources[0].rows[1].dst_end += 1) > 0, "a longer row");
    assert!(spoil(&|map| map.files.iter_mut().for_each(|file| file.made.clear())) > 0, "bytes from nowhere");
    let mut map = compiled.map.clone();
    map.sources[0].rows[2].hash = String::new();
    map.files[0].hash = String::new();
    assert!(decompile(&map, &|_| None).is_err());
}

const LONG: &str = "The queue is a list in memory that is written to a file at the end of each minute, by a thread \
    that wakes up, takes the list, puts an empty one in its place, and sorts what it took by the time at which it came. \
    A reader sees the file of the minute before. Two files are merged when both have fewer than a thousand lines, and \
    the older name is given to the result, so that a reader that has the older one open sees nothing of it. ";

const TABLE: &str = "| part | what it does | where it is | since |\n| --- | --- | --- | --- |\n\
    | writer | takes the list once a minute and sorts it | the first thread of the server | 1.0 |\n\
    | reader | opens the file of the minute before, and keeps it open | each request | 1.0 |\n\
    | merger | merges two files that are small, under the older name | the second thread | 1.4 |\n\
    | sweeper | removes files that nobody opened for a year | a job of the night | 2.1 |";

/// A few lines of Markdown of one kind.
fn block() -> impl Strategy<Value = String> {
    let heading = (1usize..5, "[A-Z][a-z]{2,8}( [a-z]{2,8}){0,2}")
        .prop_map(|(level, title)| format!("{} {title}", "#".repeat(level)));
    let titles = prop::sample::select(vec![
        "## Architecture",
        "## Adding a new part",
        "### Data flow",
        "## Git",
        "## Security",
        "## Testing",
        "# Overview",
        "## Working on the billing crate",
        "Setext\n======",
        "Below\n-----",
        "## History ##",
        "   ### Indented",
    ]);
    let texts = prop::sample::select(vec![
        "Never commit secrets.",
        "Keep amounts in cents in `crates/billing/src/lib.rs` and in `crates/billing/src/tax.rs`.",
        "Orders are kept for a year, and the queue is emptied every night by a job of the server.",
        "See [the guide](docs/guide.md#providers), [above](#architecture) and [the book][b].",
        "Run `cargo test` before committing.",
        "1. Create a module.\n2. Register it.\n3. Test it.",
        "- one\n- two\n  - three\n\n  text",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        "```sh\n# not a heading\nmake all\n```",
        "~~~\n## no heading\n~~~",
        "> ## Quoted heading\n> text",
        "    ## code, no heading",
        "[b]: docs/history.md",
        "<!-- a comment -->",
        "<div>\n\ntext\n\n</div>",
        "---",
        "***",
        "text\\\nbroken",
        "\u{65e5}\u{672c}\u{8a9e}のテキスト。必ずテストする。",
        "@docs/guide.md",
        "Note.[^n]",
        "[^n]: A footnote.",
        "* * *",
        "- [ ] task\n- [x] done",
        "![image](docs/a.png)",
        "&amp; <b>bold</b>",
        // Enough for a section to be divided.
        LONG,
        LONG,
        TABLE,
        TABLE,
        "Run all of it before committing:",
        "These are:",
    ]);
    prop_oneof![2 => heading, 3 => titles.prop_map(str::to_owned), 6 => texts.prop_map(str::to_owned)]
}

fn document() -> impl Strategy<Value = String> {
    let blocks = prop::collection::vec((block(), 0usize..3), 0..24);
    let head = prop::sample::select(vec!["", "", "", "---\na: b\n---\n", "---\n---\n", "\u{feff}", "\n\n"]);
    (blocks, head, any::<bool>(), any::<bool>()).prop_map(|(blocks, head, crlf, ends)| {
        let mut text = head.to_owned();
        for (block, blank) in blocks {
            text.push_str(&block);
            text.push_str(&"\n".repeat(blank + 1));
        }
        if !ends {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_whatever_the_text(memory in document(), rule in document(), which in 0usize..3, target in 0usize..5) {
        let mut world = project(&memory);
        world.add("/repo/.claude/rules/all.md", &rule);
        world.add("/repo/AGENTS.md", &memory);
        world.add("/repo/GEMINI.md", &memory);
        let options = Options { index: which == 1, ..profile(PROFILES[which]) };
        let compiled = match run(&world, ALL[target], &options, None) {
            Ok(compiled) => compiled,
            // A file without any text is loaded by nobody, and replaced by nobody.
            Err(refusal) => {
                prop_assert!(refusal.message.contains("is there already"), "{refusal}");
                return Ok(());
            }
        };
        prop_assert!(compiled.proof.holds(), "{:?}", compiled.proof);
        // What another client reads is translated, and loads nowhere before.
        prop_assert!(target != 0 || compiled.after.tokens <= compiled.before.tokens);
        prop_assert_eq!(compiled.proof.instructions_before, compiled.proof.instructions_after);
        let sources: BTreeMap<&str, &str> =
            [("CLAUDE.md", memory.as_str()), ("AGENTS.md", &memory), ("GEMINI.md", &memory), (".claude/rules/all.md", &rule)].into();
        let back = decompile(&compiled.map, &read_outputs(&compiled)).unwrap();
        for (path, bytes) in &back.sources {
            prop_assert_eq!(std::str::from_utf8(bytes).unwrap(), sources[path.as_str()]);
        }
        let again = run(&world, ALL[target], &options, Some(&compiled.map)).unwrap();
        prop_assert_eq!(&again.outputs, &compiled.outputs);
        prop_assert_eq!(&again.map, &compiled.map);
        prop_assert_eq!(from_json(&to_json(&compiled.map)).unwrap(), compiled.map);
    }

    #[test]
    fn an_edit_anywhere_comes_back_or_is_refused(memory in document(), at in 0usize..1000, word in "[a-z]{3,6}") {
        let world = project(&memory);
        let compiled = run(&world, Target::ClaudeCode, &profile(Profile::Minimal), None).unwrap();
        prop_assume!(!compiled.outputs.is_empty());
        let (path, bytes) = &compiled.outputs[at % compiled.outputs.len()];
        let text = String::from_utf8(bytes.clone()).unwrap();
        // A word is put at the end of some line.
        let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end).collect();
        prop_assume!(!ends.is_empty());
        let mut end = ends[at % ends.len()];
        if text[..end].ends_with('\r') {
            end -= 1;
        }
        let edited = format!("{} {word}{}", &text[..end], &text[end..]);
        let read = |asked: &str| if asked == path { Some(edited.clone().into_bytes()) } else { read_outputs(&compiled)(asked) };
        match decompile(&compiled.map, &read) {
            Ok(back) => {
                let now: usize = back.sources.values().map(|bytes| String::from_utf8_lossy(bytes).matches(&word).count()).sum();
                let before: usize = memory.matches(&word).count();
                prop_assert!(now > before, "the word is there: {:?}", back);
                let lengths: usize = back.sources.values().map(Vec::len).sum();
                let all: u64 = compiled.map.sources.iter().map(|source| source.bytes).sum();
                prop_assert!(lengths.abs_diff(all as usize + 1 + word.len()) <= 24, "and nothing else is: {lengths} {all}");
            }
            Err(refusal) => prop_assert!(!refusal.message.is_empty()),
        }
    }
}

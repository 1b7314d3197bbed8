//! What is divided, what stays, and what becomes of the parts in plans, edits and later runs.

#![allow(clippy::unwrap_used)]

use crate::compile::decompile::decompile;
use crate::compile::map::Map;
use crate::compile::plan::{Options, Profile};
use crate::compile::targets::Target;
use crate::compile::{Action, Compiled, compile, plan_file};
use crate::config::Settings;
use crate::workspace;
use crate::world::Memory;
use std::path::Path;

/// Explanation without a directive, more than enough to leave.
const EXPLAINED: &str = "The queue is a list in memory that is written to a file at the end of each minute, by a thread that\n\
wakes up, takes the list, puts an empty one in its place, and sorts what it took by the time at which it came. A reader\n\
sees the file of the minute before. Two files are merged when both have fewer than a thousand lines, and the older name\n\
is given to the result, so that a reader that has the older one open sees nothing of it.\n";

const TABLE: &str = "| part | what it does | where it is |\n| --- | --- | --- |\n\
| writer | takes the list once a minute and sorts it | the first thread of the server |\n\
| reader | opens the file of the minute before, and keeps it open | each request |\n\
| merger | merges two files that are small, under the older name | the second thread |\n\
| sweeper | removes files that nobody opened for a year | a job of the night |\n";

const CODE: &str = "```rust\n// Sorted by the time at which it came, and never by name.\nlet mut taken = std::mem::take(&mut *queue.lock());\n\
taken.sort_by_key(|entry| entry.came);\nfor entry in &taken {\n    file.write(entry.name.as_bytes())?;\n    file.write(b\"\\n\")?;\n}\n```\n";

/// A section that is held by what must be done before a commit, and by a prohibition in an inner list.
fn section() -> String {
    format!(
        "## The queue of orders\n\nOrders are kept in files.\n\n{EXPLAINED}\n{TABLE}\n\
         Before committing a change of the format, run:\n\n```sh\ncargo run --bin convert\n```\n\n{CODE}\n\
         - The names are those of minutes.\n  - Never reuse a name.\n\n    A reader may have it open.\n- The folder is flat.\n\n"
    )
}

fn memory(sections: &str) -> String {
    format!("# Shop\n\nA shop for spare parts.\n\n{sections}## Commits\n\nWrite short messages.\n")
}

fn run(text: &str, options: &Options, previous: Option<&Map>) -> Compiled {
    let mut world = Memory::default();
    world.add("/repo/CLAUDE.md", text);
    world.add("/repo/src/main.rs", "text\n");
    let workspace = workspace::load(&world, Path::new("/repo"), Settings::default(), None);
    let compiled = compile(&world, &workspace, Target::ClaudeCode, options, previous).unwrap();
    assert!(compiled.proof.holds(), "{:?}", compiled.proof);
    compiled
}

fn profile(profile: Profile) -> Options {
    Options { profile, ..Options::default() }
}

fn output<'a>(compiled: &'a Compiled, path: &str) -> &'a str {
    let found = compiled.outputs.iter().find(|(other, _)| other == path);
    let paths: Vec<&str> = compiled.outputs.iter().map(|(path, _)| path.as_str()).collect();
    std::str::from_utf8(&found.unwrap_or_else(|| panic!("{path} is none of {paths:?}")).1).unwrap()
}

/// The sources with some text of an output replaced.
fn back(compiled: &Compiled, path: &str, from: &str, to: &str) -> String {
    let read = |asked: &str| {
        let found = compiled.outputs.iter().find(|(other, _)| other == asked)?;
        let text = String::from_utf8(found.1.clone()).unwrap();
        assert!(asked != path || text.contains(from), "{text}");
        Some(if asked == path { text.replace(from, to) } else { text }.into_bytes())
    };
    let sources = decompile(&compiled.map, &read).unwrap().sources;
    String::from_utf8(sources["CLAUDE.md"].clone()).unwrap()
}

/// Whether all of a text stays where it is.
fn is_whole(text: &str, of: Profile) -> bool {
    run(text, &profile(of), None).moves.iter().all(|row| row.action == Action::Keep)
}

const DOCUMENT: &str = "docs/agents/the-queue-of-orders.md";

#[test]
fn lines_that_hold_a_section_stay_and_the_rest_goes() {
    for newline in ["\n", "\r\n"] {
        let text = memory(&section()).replace('\n', newline);
        let compiled = run(&text, &profile(Profile::Minimal), None);
        let (root, document) = (output(&compiled, "CLAUDE.md"), output(&compiled, DOCUMENT));
        assert!(!root.replace("\r\n", "").contains('\r') && root.contains("\r\n") == (newline == "\r\n"));
        let (root, document) = (root.replace("\r\n", "\n"), document.replace("\r\n", "\n"));
        // The heading with the first words, the command with the line that announces it, and the list as one.
        let kept = "## The queue of orders\n\nOrders are kept in files.\n\nBefore committing a change of the format, run:\n\n\
                    ```sh\ncargo run --bin convert\n```\n\n- The names are those of minutes.\n  - Never reuse a name.\n\n    \
                    A reader may have it open.\n- The folder is flat.\n\n## Commits";
        assert!(root.contains(kept), "{root}");
        assert!(
            root.contains("- The queue of orders, the rest of it: `docs/agents/the-queue-of-orders.md`\n"),
            "{root}"
        );
        assert_eq!(document, format!("# The queue of orders\n\n{EXPLAINED}\n{TABLE}\n{CODE}\n"));
        assert_eq!(back(&compiled, "", "", ""), text);
        // A second run changes nothing, and neither does one with a profile that would not have taken it out.
        for again in [Profile::Minimal, Profile::Balanced] {
            let again = run(&text, &profile(again), Some(&compiled.map));
            assert_eq!(again.outputs, compiled.outputs);
        }
    }
}

#[test]
fn only_the_smallest_root_is_divided() {
    let text = memory(&section());
    for other in [Profile::Balanced, Profile::Full] {
        assert!(is_whole(&text, other));
    }
    // What is about all work by its heading is whole under every profile, and so is what is short.
    let checks = memory(&section().replace("The queue of orders", "Before you commit"));
    assert!(is_whole(&checks, Profile::Minimal));
    let short = memory(
        "## The queue\n\nOrders are kept in files.\n\nA file is a minute.\n\nRun the tests before committing.\n\n",
    );
    assert!(is_whole(&short, Profile::Minimal));
}

#[test]
fn under_a_heading_that_always_matters_only_what_is_shown_leaves() {
    let prose = format!("{EXPLAINED}\nThe clock is that of the server.\n\n");
    let text = memory(&format!("## The queue (important!)\n\nOrders are kept in files.\n\n{CODE}\n{prose}{TABLE}\n"));
    let compiled = run(&text, &profile(Profile::Minimal), None);
    let document = output(&compiled, "docs/agents/the-queue.md");
    assert_eq!(document, format!("# The queue (important!)\n\n{CODE}\n{TABLE}\n"));
    assert!(output(&compiled, "CLAUDE.md").contains(&prose));
}

#[test]
fn what_a_line_announces_stays_with_it() {
    let announced = format!("Start the queue with exactly this:\n\n{CODE}\n");
    let gate = "Before committing a change of the format, run `make convert`.\n\n";
    // As the first words of the section, and under a heading for which all prose stays.
    for (title, first) in [("The queue", ""), ("The queue (important!)", "Orders are kept in files.\n\n")] {
        let text = memory(&format!("## {title}\n\n{first}{announced}{gate}{TABLE}\n{EXPLAINED}\n"));
        let compiled = run(&text, &profile(Profile::Minimal), None);
        let root = output(&compiled, "CLAUDE.md");
        assert!(root.contains(&format!("{first}{announced}{gate}")), "{root}");
        assert_eq!(output(&compiled, "docs/agents/the-queue.md").matches("```").count(), 0);
    }
}

#[test]
fn a_table_that_forbids_stays() {
    for row in ["Never rename it", "You must not rename it", "Do not rename it"] {
        let rules = format!("| file | rule |\n| --- | --- |\n| the folder of orders | {row} |\n\n");
        let gate = "Before committing a change of the format, run `make convert`.\n\n";
        let text = memory(&format!("## The queue\n\nOrders are kept in files.\n\n{gate}{TABLE}\n{rules}{CODE}\n"));
        let compiled = run(&text, &profile(Profile::Minimal), None);
        assert!(output(&compiled, "CLAUDE.md").contains(&rules), "{row}");
        let document = output(&compiled, "docs/agents/the-queue.md");
        assert!(document.contains(TABLE) && document.contains(CODE), "{document}");
    }
}

#[test]
fn parts_of_several_sections_keep_their_headings() {
    let second = section().replace("## The queue of orders", "### The queue of parts");
    let first = section().replace("## The queue of orders", "### The queue of sales");
    let text = memory(&format!("## The engine\n\nWrite to it by its thread alone.\n\n{first}{second}"));
    let compiled = run(&text, &profile(Profile::Minimal), None);
    let document = output(&compiled, "docs/agents/the-engine.md");
    let heads: Vec<&str> = document.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(heads, ["# The engine", "## The queue of sales", "## The queue of parts"]);
    let root = output(&compiled, "CLAUDE.md");
    assert!(
        root.contains("- The engine (The queue of sales, The queue of parts): `docs/agents/the-engine.md`"),
        "{root}"
    );
    assert_eq!(back(&compiled, "", "", ""), text);
}

#[test]
fn an_edit_of_a_part_is_carried_back_to_its_place() {
    let text = memory(&section());
    let compiled = run(&text, &profile(Profile::Minimal), None);
    let edits = [
        (DOCUMENT, "A reader\nsees", "A reader\nstill sees"),
        (DOCUMENT, "| a job", "| the job"),
        ("CLAUDE.md", "- The folder is flat.", "- The folder has no others."),
        ("CLAUDE.md", "--bin convert", "--bin migrate"),
    ];
    for (path, from, to) in edits {
        assert_eq!(back(&compiled, path, from, to), text.replace(from, to), "{path}: {from}");
    }
    // Once nothing holds the section any more, the whole of it follows the part that is there already.
    let free = text
        .replace("Before committing a change", "With a change")
        .replace("Never reuse a name.", "Each is used once.");
    let compiled = run(&free, &profile(Profile::Minimal), Some(&compiled.map));
    assert!(output(&compiled, DOCUMENT).contains("# The queue of orders\n\nOrders are kept"));
    assert!(!output(&compiled, "CLAUDE.md").contains("## The queue of orders"));
}

#[test]
fn a_plan_tells_the_parts_of_a_section_apart() {
    let text = memory(&section());
    let compiled = run(&text, &profile(Profile::Minimal), None);
    let plan = plan_file::write(&compiled);
    assert_eq!(plan.matches("\"The queue of orders\"]").count(), 5, "{plan}");
    // The last part that moves is to stay, and one that stays is to go. The profile of the run does not matter.
    let fourth = plan.find("    number: 4").unwrap();
    let edited = format!("{}{}", &plan[..fourth], plan[fourth..].replacen("to: document", "to: keep", 1));
    let edited = edited.replacen(&format!("    path: \"{DOCUMENT}\"\n"), "    path: \"docs/agents/queue.md\"\n", 1);
    let read = plan_file::read("plan.yaml", &edited).unwrap();
    let applied = run(&text, &Options { applied: Some(read), ..Options::default() }, None);
    assert!(output(&applied, "CLAUDE.md").contains(CODE));
    assert_eq!(output(&applied, "docs/agents/queue.md"), format!("# The queue of orders\n\n{EXPLAINED}\n{TABLE}\n"));
    assert_eq!(back(&applied, "", "", ""), text);
    // What a person decided holds in later runs.
    let again = run(&text, &profile(Profile::Minimal), Some(&applied.map));
    assert_eq!(again.outputs, applied.outputs);
    let parts = again.moves.iter().filter(|row| row.heading.last().is_some_and(|title| title == "The queue of orders"));
    let actions: Vec<Action> = parts.map(|row| row.action).collect();
    assert_eq!(actions, [Action::Keep, Action::Document, Action::Keep, Action::Keep, Action::Keep]);
}

#[test]
fn what_costs_data_stays_whatever_the_profile() {
    let section = |step: &str| memory(&format!("## The architecture of the queue\n\n{EXPLAINED}\n{step}\n\n{TABLE}\n"));
    for other in [Profile::Minimal, Profile::Balanced, Profile::Full] {
        let compiled = run(&section("Never skip the next step, it loses customer data."), &profile(other), None);
        assert!(output_or_source(&compiled, "Never skip the next step"), "{other:?}");
    }
    let compiled = run(&section("The reader shows what is there."), &profile(Profile::Balanced), None);
    assert!(!output(&compiled, "CLAUDE.md").contains("The reader shows"));
}

/// Whether some text still stands in the root, be it an output or left as it was.
fn output_or_source(compiled: &Compiled, text: &str) -> bool {
    let root = compiled.outputs.iter().find(|(path, _)| path == "CLAUDE.md");
    root.is_none_or(|(_, bytes)| std::str::from_utf8(bytes).unwrap().contains(text))
}

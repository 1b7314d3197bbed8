//! Gemini CLI.

use super::{
    At, Below, Client, Evidence, Fact, FileName, FileRule, ImportGrammar, ImportStyle, MemoryStyle, Role, RuleStyle,
};
use crate::model::Format;

/// Seen in the requests of the real client, version 0.61.0.
pub const MEASURED: Fact =
    Fact { evidence: Evidence::Measured, source: "recorded requests of 0.61.0", dated: "2026-11-20" };
/// Read in the vendor's documents and published code.
pub const DOCUMENTED: Fact =
    Fact { evidence: Evidence::Documented, source: "google-gemini/gemini-cli 5411f11", dated: "2026-08-21" };

/// The client.
pub static CLIENT: Client = Client {
    name: "gemini-cli",
    title: "Gemini CLI",
    versions: &["0.61.0"],
    evidence: Evidence::Measured,
    source: MEASURED.source,
    dated: MEASURED.dated,
    files: &[
        FileRule::anywhere(Role::Memory, "GEMINI.md", MEASURED).exclusive().not_in(&[".gemini"]),
        FileRule::skill(".gemini/skills", MEASURED).exclusive(),
        FileRule::skill(".agents/skills", MEASURED),
        FileRule::new(
            Role::Command,
            At::Anywhere,
            ".gemini/commands",
            Below::Tree,
            FileName::EndsWith(".toml"),
            DOCUMENTED,
        )
        .exclusive()
        .format(Format::Text),
        FileRule::new(
            Role::Settings,
            At::Anywhere,
            ".gemini",
            Below::Direct,
            FileName::Is("settings.json"),
            DOCUMENTED,
        )
        .exclusive()
        .format(Format::Json),
    ],
    imports: Some(&IMPORTS),
    scope: None,
    scoped_skills: false,
    memory: MemoryStyle::Own,
    rules: RuleStyle::Always,
};

/// The name that is always looked for.
pub const FILE_NAME: &str = "GEMINI.md";

/// `@path` in `GEMINI.md`.
pub static IMPORTS: ImportGrammar = ImportGrammar {
    style: ImportStyle::Inlined,
    max_hops: 5,
    extensions: None,
    fragment: false,
    escaped_space: false,
    home: false,
    fact: MEASURED,
};

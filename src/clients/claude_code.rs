//! Claude Code. Two versions were measured; where they agree, the fact is given for all.

use super::{
    At, Below, Client, Evidence, Fact, FileName, FileRule, ImportGrammar, ImportStyle, Matching, MemoryStyle, Role,
    RuleStyle, ScopeGrammar, Versions,
};
use crate::model::Format;

/// Seen in the requests of the real client, versions 2.1.197 and 2.1.329.
pub const MEASURED: Fact =
    Fact { evidence: Evidence::Measured, source: "recorded requests of 2.1.197 and 2.1.329", dated: "2026-11-20" };
/// Read in the vendor's documents, about 2.1.240.
pub const DOCUMENTED: Fact =
    Fact { evidence: Evidence::Documented, source: "code.claude.com/docs", dated: "2026-08-22" };

/// The first version that reads `AGENTS.md` at all, by its changelog.
pub const AGENTS_MD: Versions = Versions::since("2.1.277");

const fn tree(role: Role, dir: &'static str) -> FileRule {
    FileRule::new(role, At::Anywhere, dir, Below::Tree, FileName::EndsWith(".md"), MEASURED).exclusive()
}

const fn json(role: Role, dir: &'static str, name: &'static str) -> FileRule {
    FileRule::new(role, At::Anywhere, dir, Below::Direct, FileName::Is(name), DOCUMENTED).format(Format::Json)
}

/// The client.
pub static CLIENT: Client = Client {
    name: "claude-code",
    title: "Claude Code",
    versions: &["2.1.197", "2.1.329"],
    evidence: Evidence::Measured,
    source: MEASURED.source,
    dated: MEASURED.dated,
    files: &[
        tree(Role::Rule, ".claude/rules"),
        FileRule::skill(".claude/skills", MEASURED).exclusive(),
        tree(Role::Command, ".claude/commands"),
        tree(Role::Agent, ".claude/agents"),
        FileRule::new(
            Role::OutputStyle,
            At::Anywhere,
            ".claude/output-styles",
            Below::Direct,
            FileName::EndsWith(".md"),
            DOCUMENTED,
        )
        .exclusive(),
        json(Role::Settings, ".claude", "settings.json").exclusive(),
        json(Role::LocalSettings, ".claude", "settings.local.json").exclusive().personal(),
        json(Role::Plugin, ".claude-plugin", "plugin.json").exclusive(),
        json(Role::Marketplace, ".claude-plugin", "marketplace.json").exclusive(),
        FileRule::anywhere(Role::McpConfig, ".mcp.json", DOCUMENTED).format(Format::Json),
        FileRule::anywhere(Role::Memory, "CLAUDE.md", MEASURED).exclusive(),
        FileRule::anywhere(Role::LocalMemory, "CLAUDE.local.md", MEASURED).exclusive().personal().not_in(&[".claude"]),
        FileRule::anywhere(Role::Memory, "AGENTS.md", MEASURED).versions(AGENTS_MD).not_in(&[".agents", ".codex"]),
    ],
    imports: Some(&IMPORTS),
    scope: Some(&SCOPE),
    scoped_skills: true,
    memory: MemoryStyle::Own,
    rules: RuleStyle::Scope { without_always: true },
};

/// What the root of a plugin holds. Only the manifest tells that a folder is one.
pub static PLUGIN_FILES: [FileRule; 6] = [
    FileRule::new(Role::Skill, At::Root, "skills", Below::OneDown, FileName::Is("SKILL.md"), DOCUMENTED),
    FileRule::new(Role::Command, At::Root, "commands", Below::Tree, FileName::EndsWith(".md"), DOCUMENTED),
    FileRule::new(Role::Agent, At::Root, "agents", Below::Tree, FileName::EndsWith(".md"), DOCUMENTED),
    FileRule::new(Role::OutputStyle, At::Root, "output-styles", Below::Direct, FileName::EndsWith(".md"), DOCUMENTED),
    FileRule::new(Role::Hooks, At::Root, "hooks", Below::Direct, FileName::Is("hooks.json"), DOCUMENTED)
        .format(Format::Json),
    FileRule::new(Role::McpConfig, At::Root, "", Below::Direct, FileName::Is(".mcp.json"), DOCUMENTED)
        .format(Format::Json),
];

/// `@path` in memory files and rules.
pub static IMPORTS: ImportGrammar = ImportGrammar {
    style: ImportStyle::Markdown,
    max_hops: 4,
    extensions: Some(&IMPORT_EXTENSIONS),
    fragment: true,
    escaped_space: true,
    home: true,
    fact: MEASURED,
};

/// What loads of the 229 extensions that were tried; the same in both versions.
#[rustfmt::skip]
static IMPORT_EXTENSIONS: [&str; 100] = [
    "adoc", "asciidoc", "astro", "bash", "bat", "c", "cc", "cfg", "cjs", "clj", "cljs", "cmake", "cmd", "conf",
    "config", "cpp", "cs", "css", "csv", "cts", "cxx", "dart", "diff", "edn", "ejs", "elm", "env", "erb", "erl", "ex",
    "exs", "fish", "go", "gql", "gradle", "graphql", "h", "hbs", "hpp", "hrl", "hs", "htm", "html", "hxx", "ini",
    "jade", "java", "js", "json", "jsx", "kt", "kts", "latex", "less", "lhs", "lock", "log", "lua", "make",
    "makefile", "md", "mjs", "ml", "mli", "mts", "org", "patch", "php", "pl", "pm", "properties", "proto", "ps1",
    "pug", "py", "pyi", "r", "rake", "rb", "rs", "rst", "sass", "sbt", "scala", "scss", "sh", "sql", "svelte",
    "swift", "tex", "text", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml", "yml", "zsh",
];

/// `paths` in rules and skills: 54 patterns against five files, the same in both versions. The limits of brace expansion
/// are documented from 2.1.217 on.
pub static SCOPE: ScopeGrammar = ScopeGrammar {
    key: "paths",
    matching: Matching::Gitignore,
    ignore_case: true,
    negation: true,
    bang_class: false,
    commas: true,
    plain: false,
    bad_item_loses_all: true,
    double_star_is_always: true,
    max_expanded: 1_000,
    max_expanded_bytes: 4 << 20,
    fact: MEASURED,
};

/// The versions that behave as the newer of the two measured ones. When in between it changed is not known.
pub const NEWER: Versions = Versions::since("2.1.329");

/// A memory file or rule above this many bytes is passed over whole (documented).
pub const MAX_MEMORY_BYTES: u64 = 4 << 20;
/// From [`NEWER`] on, what is attached later than at the start is cut after this many characters (measured).
pub const MAX_LAZY_CHARS: usize = 150_000;
/// `MEMORY.md` is cut after this many lines (measured).
pub const MAX_AUTO_MEMORY_LINES: usize = 200;
/// `MEMORY.md` is cut at the last line that ends within this many characters (measured).
pub const MAX_AUTO_MEMORY_CHARS: usize = 25_000;
/// `description` and `when_to_use` of a skill, in UTF-16 units; the setting `skillListingMaxDescChars` (measured).
pub const MAX_SKILL_DESCRIPTION: usize = 1_536;
/// Share of the window that the skill listing may take; the setting `skillListingBudgetFraction` (documented).
pub const SKILL_LISTING_FRACTION: f64 = 0.01;
/// The window, in tokens, from which a token counts as three characters of the listing's budget and not as four.
/// Measured: 30,000 characters at 1,000,000 tokens, 8,000 at 200,000. That it is the window which decides is inferred.
pub const SKILL_LISTING_LARGE_WINDOW: u64 = 1_000_000;
/// Characters that the client's own skills take of the budget, before all others: in older versions and from [`NEWER`]
/// on (inferred from how many descriptions are left).
pub const BUNDLED_SKILLS_CHARS: (usize, usize) = (4_300, 6_300);
/// Tokens at the start of an invoked skill that are attached again after compaction (documented). They are the model's
/// own tokens, of which a text has more than of those that are counted here.
pub const MAX_SKILL_TOKENS_KEPT: usize = 5_000;
/// Tokens of the window when nothing else is said: the default of this project, not a client's fact.
pub const DEFAULT_WINDOW: u64 = 1_000_000;

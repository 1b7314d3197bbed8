//! Words by which headings and sentences are told apart. English, German, Chinese and Japanese; what stands in another
//! language is told by its form alone, and stays where that says nothing.

use crate::instructions::LASTING_HARM;

/// What a heading announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// What the project is.
    Identity,
    /// Commits, branches, reviews.
    Git,
    /// When work is done.
    Verify,
    /// What must not leak or be lost.
    Safety,
    /// How to behave in all work.
    Conduct,
    /// Facts to look up.
    Reference,
    /// Where files are.
    Layout,
    /// Work that is done on request.
    Task,
    /// Commands of every day.
    Daily,
    /// Where to read more.
    Pointers,
}

/// Beginnings of words (English and German: from the start of a word; a space at the end asks for a whole word; others:
/// anywhere) and what they announce.
#[rustfmt::skip]
const HEADINGS: &[(Class, &[&str])] = &[
    (
        Class::Identity,
        &[
            "project overview", "overview ", "about ", "mission", "identity", "what is ", "what this ", "introduction",
            "purpose", "vision ", "project ", "repository ", "goal", "projekt-überblick", "projektüberblick", "überblick",
            "项目本质", "项目概述", "项目简介", "概述", "简介", "プロジェクト概要", "概要", "目的", "purpose", "role ", "persona",
        ],
    ),
    (
        Class::Git,
        &[
            "git ", "commit", "branch", "pull request", "pr ", "prs ", "merge", "merging", "version control", "提交", "分支",
            "コミット", "ブランチ", "プルリク", "规约", "規約",
        ],
    ),
    (
        Class::Verify,
        &[
            "definition of done", "done ", "before commit", "before you commit", "before push", "pre-commit", "quality gate", "gate ", "gates ",
            "quality ", "verification", "verify", "checklist", "validation gate", "acceptance", "验证", "质量", "検証", "品質",
            "ゲート", "完了", "fertig", "prüfung",
        ],
    ),
    (
        Class::Safety,
        &[
            "security", "secret", "privacy", "safety", "guardrail", "guard ", "guards ", "permission", "credential",
            "destructive", "compliance", "安全", "隐私", "セキュリティ", "ガード", "禁止", "sicherheit", "datenschutz",
        ],
    ),
    (
        Class::Conduct,
        &[
            "communication", "mindset", "how to work", "how we work", "working style", "working agreement", "principle",
            "philosophy", "critical rule", "hard rule", "golden rule", "core rule", "general rule", "non-negotiable",
            "must ", "never ", "always ", "do not", "don't", "dont ", "forbidden", "constraint", "guideline", "process",
            "behavior", "behaviour", "discipline", "for ai", "ai assistant", "ai agent", "agent instruction", "instructions",
            "convention", "ground rule", "expectation", "contributing", "development workflow", "the standards", "工作", "原则", "规范",
            "约束", "協働", "作法", "原則", "ルール", "開発ループ", "arbeitsweise", "kommunikation", "vor dem", "konventionen",
            "regeln", "grundsätze", "gotcha", "pitfall", "important", "what not", "not to ", "not accept", "start here", "style", "coding standard", "code standard", "anti-pattern", "antipattern", "avoid",
        ],
    ),
    (
        Class::Reference,
        &[
            "architecture", "flow", "lifecycle", "life cycle", "diagram", "data model", "schema", "reference", "history",
            "status", "roadmap", "planned", "phase ", "milestone", "troubleshoot", "known issue", "issue:", "known limitation",
            "limitation", "faq", "glossary", "concept", "example", "sample", "performance", "environment variable",
            "configuration", "config ", "settings", "integration", "resource", "background", "decision", "format ", "formats", "protocol",
            "endpoint", "database", "storage", "models", "tech stack", "stack ", "technolog", "dependencies", "packages",
            "component", "module", "services", "types ", "key file", "entry point", "how it works", "internals", "design",
            "deployment", "infrastructure", "environment", "hosting", "cloud", "monitoring", "logging", "metrics",
            "migration", "evolution", "next steps", "todo", "backlog", "tasks", "quick reference", "cheat sheet", "tips",
            "feature", "system", "hierarchy", "overview of", "self-hosted", "framework", "support", "compat", "api ", "cli ",
            "mcp ", "plugin", "架构", "概念", "流程", "参考", "代理", "执行器", "路由", "配置", "数据", "部署", "アーキテクチャ", "構成",
            "設定", "architektur", "aufbau",
        ],
    ),
    (
        Class::Layout,
        &[
            "structure", "layout", "directory", "directories", "folder", "file organization", "codebase", "monorepo",
            "目录", "结构", "ディレクトリ", "verzeichnis",
        ],
    ),
    (
        Class::Task,
        &[
            "add ", "adding", "create ", "creating", "implement", "how to", "release", "releasing", "publish", "deploying",
            "migrat", "upgrad", "debugging", "debug ", "setting up", "set up", "setup", "install", "writing", "generating",
            "updating", "porting", "bootstrapping", "onboarding", "running", "new ", "fixing", "reviewing", "review ",
            "getting started", "quick start", "quickstart", "step ", "workflow for", "regenerat", "testing auf",
            "追加", "新增", "添加", "リリース",
        ],
    ),
    (
        Class::Daily,
        &[
            "command", "build", "test", "lint", "formatting", "validation ", "validating", "run ", "running test", "development", "scripts", "tooling", "toolchain",
            "开发命令", "コマンド", "befehle",
        ],
    ),
    (
        Class::Pointers,
        &[
            "documentation", "docs ", "further reading", "see also", "more information", "related", "links", "read before",
            "skills", "slash command", "subagent", "agents ", "rules (", "topic-scoped", "index ", "文档", "ドキュメント", "スキル",
        ],
    ),
];

/// What a heading announces, by all words that it has.
pub(super) fn classes(title: &str) -> Vec<Class> {
    let mut words = String::from(" ");
    for c in title.chars().flat_map(char::to_lowercase) {
        let keeps = c.is_alphanumeric() || matches!(c, '-' | '\'' | '(' | ':');
        words.push(if keeps { c } else { ' ' });
    }
    let words: String = words.split_whitespace().flat_map(|word| [" ", word]).chain([" "]).collect();
    // A heading has few words and the lists have many entries, so it is looked at word by word.
    let starts: Vec<usize> = words.match_indices(' ').map(|(at, _)| at).collect();
    let mut found: Vec<(usize, Class)> = Vec::new();
    for (class, list) in HEADINGS {
        let at = list.iter().filter_map(|entry| {
            if entry.starts_with(|c: char| c.is_ascii() || ('\u{c0}'..'\u{250}').contains(&c)) {
                starts.iter().copied().find(|at| words[at + 1..].starts_with(entry))
            } else if words.is_ascii() {
                None
            } else {
                words.find(entry)
            }
        });
        if let Some(at) = at.min() {
            found.push((at, *class));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, class)| class).collect()
}

/// Words whose neglect costs data, money or secrets, besides [`LASTING_HARM`]. As in all lists below, an entry is found from
/// the start of a word, and one with a space at its end as whole words; letters other than these are found anywhere.
#[rustfmt::skip]
const GRAVE: &[&str] = &[
    "passphrase", "ssh key", "personal information", "pii ", "privacy", "telemetry", "sql injection",
    "command injection", "code injection", "prompt injection", "script injection", "shell injection",
    "injection attack", "injection vuln", "prevent injection", "sanitiz", "untrusted", "vulnerab",
    "against production", "delete data", "data loss", "user data", "customer data",
    "data is lost", "data gets lost", "data will be lost", "data would be lost", "data can be lost", "data being lost", "wipes the database", "drops the database",
    "destroys the database", "--force", "reset --hard",
    "irreversible", "destructive", "payment", "billing", "stripe ", "main branch", "to main ", "to `main`",
    "to master ", "to `master`", "push directly", "pushing directly", "pushed directly", "commit directly",
    "committing directly", ".env ", "permissions", "without permission", "explicit permission", "for permission",
    "ask permission", "authoriz", "authentic",
    "geheim", "passwort", "zugangsdaten", "produktiv", "密钥", "密码", "凭证", "安全", "隐私", "生产环境", "個人情報", "秘密", "機密",
    "本番", "認証", "強制", "セキュリティ", "シークレット", "漏",
];

/// Words that say what must be true before work counts as done, or is handed on.
#[rustfmt::skip]
const GATE: &[&str] = &[
    "before commit", "before you commit", "before each commit", "before every commit", "before any commit", "before push",
    "before you push", "before merg", "before opening a p", "before open", "before creating a p", "before submitting", "before finishing",
    "before declaring", "before marking", "before considering", "before you finish", "before completing", "before reporting", "before returning",
    "before handing", "before requesting", "before asking for", "before review", "before a pr ", "before the pr ", "before any pr ", "before pr ", "before prs ", "after every change", "after each change",
    "after any change", "after making change", "after editing", "after every edit", "after each edit", "after code change", "must pass", "should pass before",
    "have to pass", "all tests pass", "ensure tests pass", "make sure tests pass", "tests must", "must be green", "is done when", "are done when",
    "task is complete", "definition of done", "same commit", "same pr ", "same pull request", "conventional commit",
    "before any code", "before writing any",
    "before starting any", "jeder änderung", "jedem commit", "im selben commit", "変更のたび", "毎回", "每次", "commit message",
    "提交前", "推送前", "合并前", "コミット前", "マージ前", "vor dem commit", "vor jedem commit", "完了条件",
];

/// Words about all work, which gate it where a sentence directs or begins with them, and else tell how things are.
#[rustfmt::skip]
const ALL_WORK: &[&str] = &[
    "every commit", "all commits", "every pr ", "each pr ", "whenever ", "every change", "each change", "any change ",
    "all changes", "after changes", "every task", "each task", "every feature",
];

/// Words of the strongest directives.
#[rustfmt::skip]
const STRONG: &[&str] = &[
    "never ", "must ", "mustn't", "always ", "do not ", "don't ", "don’t ", "critical", "important", "mandatory", "required:",
    "non-negotiable", "forbidden", "prohibited", "under no circumstances", "no exceptions", "at all times", "shall ",
    "niemals", "immer ", "muss ", "pflicht", "必须", "禁止", "严禁", "不要", "必ず", "しない", "絶対", "してはならない",
];

fn holds(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| places_of(text, word).next().is_some())
}

/// Where an entry of a list, which is not empty, stands in a lower-case text, in bytes.
fn places_of<'t>(text: &'t str, entry: &'t str) -> impl Iterator<Item = usize> + 't {
    let word = entry.trim_end();
    let is_latin = |c: char| c.is_alphanumeric() && c < '\u{250}';
    let (from_start, to_end) = (word.starts_with(is_latin), word.len() < entry.len());
    let (text_bytes, word_bytes) = (text.as_bytes(), word.as_bytes());
    // The texts are lines and the words are many: to make ready for a search costs more than to look.
    let places = memchr::memchr_iter(word_bytes[0], text_bytes);
    places.filter(move |at| text_bytes[*at..].starts_with(word_bytes)).filter(move |at| {
        let starts = !text[..*at].ends_with(is_latin);
        let ends = !text[at + word.len()..].starts_with(is_latin);
        (starts || !from_start) && (ends || !to_end)
    })
}

/// Whether a lower-case text speaks of what costs data, money or secrets.
pub(super) fn is_grave(text: &str) -> bool {
    holds(text, &LASTING_HARM) || holds(text, GRAVE) || loses_data(text)
}

/// Whether a lower-case text says that something loses data: a verb with its object among the next three words. What loses
/// its focus or its type costs nothing.
fn loses_data(text: &str) -> bool {
    const LOSSES: [&str; 14] = [
        "lose",
        "loses",
        "losing",
        "lost",
        "destroy",
        "destroys",
        "destroying",
        "wipe",
        "wipes",
        "wiping",
        "erase",
        "erases",
        "corrupts",
        "corrupting",
    ];
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_object = |word: &&str| ["data", "records", "backups"].contains(word);
    (0..words.len()).any(|at| LOSSES.contains(&words[at]) && words[at + 1..].iter().take(3).any(is_object))
}

/// Whether a lower-case text speaks of what must hold before work is done.
pub(super) fn is_gate(text: &str) -> bool {
    // A call that must pass through a place, and what is done whenever possible, wait for nothing.
    let passes = |word: &&str| places_of(text, word).any(|at| !text[at + word.len()..].starts_with(" through"));
    GATE.iter().any(passes) || text.split(['.', ';', '|']).any(is_for_all_work)
}

/// Whether a lower-case sentence directs all work.
fn is_for_all_work(sentence: &str) -> bool {
    const DIRECTS: [&str; 9] =
        ["must ", "should ", "always ", "ensure ", "make sure ", "never ", "need to ", "needs to ", "required "];
    const LOOSE: [&str; 7] = ["possible", "practical", "needed", "necessary", "feasible", "appropriate", "applicable"];
    const BEFORE: [&str; 7] = ["after", "before", "for", "on", "with", "in", "at"];
    let all_work = ALL_WORK.iter().flat_map(|entry| places_of(sentence, entry).map(move |at| (entry, at)));
    all_work.into_iter().any(|(entry, at)| {
        let rest = sentence[at + entry.trim_end().len()..].trim_start();
        if LOOSE.iter().any(|word| rest.starts_with(word)) {
            return false;
        }
        let mut before = sentence[..at].split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let begins = before.next().is_none_or(|word| BEFORE.contains(&word)) && before.next().is_none();
        begins || holds(sentence, &DIRECTS)
    })
}

/// Whether a lower-case text has a word of the strongest directives.
pub(super) fn is_strong(text: &str) -> bool {
    holds(text, STRONG)
}

/// Whether a heading announces commands.
pub(super) fn is_commands(title: &str) -> bool {
    holds(&title.to_lowercase(), &["command", "scripts", "befehle", "命令", "コマンド"])
}

/// Whether a heading says that what stands under it matters in all work.
pub(super) fn is_strong_heading(title: &str) -> bool {
    let title = format!("{} ", title.to_lowercase());
    // What is required is the subject of a heading that begins so, and else a word about it.
    is_strong(&title) || places_of(&title, "required ").any(|at| at > 0)
}

/// Whether a lower-case line calls for attention.
pub(super) fn is_marked(line: &str) -> bool {
    const MARKS: [&str; 11] =
        ["remember", "note:", "important", "warning", "caution", "critical", "⚠", "注意", "重要", "achtung", "wichtig"];
    let line = line.trim_start_matches(['-', '*', '>', '#', ' ', '_', '[', '!']);
    MARKS.iter().any(|mark| line.starts_with(mark))
}

/// Whether a lower-case line says no to something.
pub(super) fn is_negated(line: &str) -> bool {
    const NO: [&str; 7] = ["no ", "not ", "n't ", "without ", "kein", "nicht ", "avoid "];
    let mut words = line.split(|c: char| !(c.is_alphanumeric() || c == '\'')).filter(|word| !word.is_empty());
    words.any(|word| NO.iter().any(|no| no.trim_end() == word || word.ends_with("n't")))
}

/// Whether some code in running text is a command with what it is given.
pub(super) fn is_command(code: &str) -> bool {
    let mut words = code.split_whitespace();
    let program = words.next().unwrap_or("");
    let is_program = program.starts_with(|c: char| c.is_ascii_lowercase() || c == '.')
        && program.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'));
    is_program
        && words
            .next()
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_alphanumeric() || "-./<[$\"'".contains(c)))
}

/// Whether a lower-case text is in another language than English, by its letters or its smallest words.
pub(super) fn is_foreign(text: &str) -> bool {
    const SMALL: [&str; 22] = [
        "und", "der", "die", "das", "nicht", "für", "mit", "ist", "les", "des", "pour", "dans", "est", "los", "las",
        "para", "que", "con", "não", "uma", "com", "del",
    ];
    let (mut letters, mut beyond) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        beyond += usize::from(!c.is_ascii());
    }
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let small = words().filter(|word| SMALL.contains(word)).count();
    beyond * 100 > letters || small * 25 > words().count().max(40)
}

/// Languages with the endings of their files.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &[&str])] = &[
    ("rust", &["rs"]),
    ("python", &["py"]),
    ("typescript", &["ts", "tsx"]),
    ("javascript", &["js", "jsx", "mjs", "cjs"]),
    ("go", &["go"]),
    ("golang", &["go"]),
    ("java", &["java"]),
    ("kotlin", &["kt", "kts"]),
    ("swift", &["swift"]),
    ("ruby", &["rb"]),
    ("php", &["php"]),
    ("elixir", &["ex", "exs"]),
    ("c#", &["cs"]),
    ("csharp", &["cs"]),
    ("svelte", &["svelte"]),
    ("vue", &["vue"]),
    ("terraform", &["tf"]),
    ("zig", &["zig"]),
    ("dart", &["dart"]),
    ("lua", &["lua"]),
    ("react", &["tsx", "jsx"]),
    ("haskell", &["hs"]),
    ("scala", &["scala"]),
    ("prisma", &["prisma"]),
    ("protobuf", &["proto"]),
    ("graphql", &["graphql", "gql"]),
    ("mdx", &["mdx"]),
];

/// Whether files with this ending are code of a known language.
pub(super) fn is_code(ending: &str) -> bool {
    LANGUAGES.iter().any(|(_, endings)| endings.contains(&ending))
}

/// The endings of files in the language that a heading is about: it names the language, and nothing else of substance.
pub(super) fn language_of(title: &str) -> Option<&'static [&'static str]> {
    const GENERAL: [&str; 22] = [
        "code",
        "coding",
        "style",
        "styles",
        "pattern",
        "patterns",
        "convention",
        "conventions",
        "standard",
        "standards",
        "guideline",
        "guidelines",
        "rule",
        "rules",
        "best",
        "practice",
        "practices",
        "idioms",
        "specific",
        "files",
        "规范",
        "and",
    ];
    let title = title.to_lowercase();
    let words = title.split(|c: char| !(c.is_alphanumeric() || c == '#'));
    let mut words = words.filter(|word| !word.is_empty() && !GENERAL.contains(word));
    let (first, second) = (words.next()?, words.next());
    let named = LANGUAGES.iter().find(|(name, _)| *name == first).map(|(_, endings)| *endings);
    named.filter(|_| second.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_told_by_whole_words() {
        assert_eq!(classes("Git"), [Class::Git]);
        assert_eq!(classes("Digital twin"), []);
        assert!(classes("Project Structure").contains(&Class::Layout));
        assert_eq!(classes("🎯 项目本质"), [Class::Identity]);
        assert_eq!(classes("Adding a provider").first(), Some(&Class::Task));
        assert_eq!(language_of("Rust Patterns"), Some(&["rs"][..]));
        assert_eq!(language_of("Trust"), None);
    }

    #[test]
    fn words_are_whole_and_mean_what_they_say() {
        assert!(is_gate("run the tests before committing") && is_gate("before a pr: rebase"));
        assert!(!is_gate("present before proceeding") && !is_gate("within each project"));
        assert!(!is_gate("calls must pass through the gateway") && is_gate("all checks must pass"));
        assert!(is_gate("calls must pass through it, and the suite must pass on each run."));
        assert!(is_gate("use tags whenever possible, and whenever a tag is missing you must add it"));
        assert!(is_gate("whenever behavior changes, say so") && is_gate("- after every feature, update the log"));
        assert!(is_gate("a changelog entry should come with every change"));
        assert!(!is_gate("every one is read. the server sees every change") && !is_gate("use tags whenever possible"));
        assert!(is_grave("pushed to main") && !is_grave("easy to maintain"));
        assert!(is_grave("prevent sql injection") && !is_grave("tests need failure injection"));
        assert!(is_grave("never skip the next step, it loses customer data.") && is_grave("it destroys the data"));
        assert!(is_grave("never stop it: all data will be lost") && is_grave("a retry corrupts old records"));
        assert!(!is_grave("never move it, the field loses focus") && !is_grave("do not add what was lost at lunch"));
        assert!(!is_grave("it loses its type, and never the name of the data"));
        assert!(is_grave("不要泄漏") && is_grave("keep it in `.env`"));
    }
}

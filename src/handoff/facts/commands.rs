//! What a shell command is for, by the programs that it starts.

/// What a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CommandKind {
    /// It runs tests.
    Test,
    /// It judges or formats text.
    Lint,
    /// It builds, or checks types.
    Build,
    /// It asks or changes the repository.
    Git,
    /// Anything else.
    Other,
}

impl CommandKind {
    /// The word in every output.
    pub fn name(self) -> &'static str {
        match self {
            CommandKind::Test => "test",
            CommandKind::Lint => "lint",
            CommandKind::Build => "build",
            CommandKind::Git => "git",
            CommandKind::Other => "other",
        }
    }
}

/// Words before a program that are none themselves.
const BEFORE: [&str; 22] = [
    "sudo", "time", "timeout", "env", "nice", "exec", "command", "npx", "bunx", "pnpx", "uvx", "uv", "poetry",
    "pipenv", "bundle", "run", "dlx", "nohup", "xvfb-run", "dotenv", "hatch", "rye",
];

const TESTS: [&str; 20] = [
    "pytest",
    "py.test",
    "tox",
    "nox",
    "jest",
    "vitest",
    "mocha",
    "ava",
    "rspec",
    "phpunit",
    "pest",
    "ctest",
    "bats",
    "nextest",
    "gotestsum",
    "playwright",
    "cypress",
    "karma",
    "tap",
    "busted",
];
const LINTS: [&str; 31] = [
    "eslint",
    "prettier",
    "biome",
    "oxlint",
    "ruff",
    "flake8",
    "pylint",
    "black",
    "isort",
    "bandit",
    "shellcheck",
    "shfmt",
    "golangci-lint",
    "staticcheck",
    "gofmt",
    "goimports",
    "rubocop",
    "stylelint",
    "hadolint",
    "markdownlint",
    "markdownlint-cli2",
    "yamllint",
    "actionlint",
    "ktlint",
    "swiftlint",
    "rustfmt",
    "clang-tidy",
    "clang-format",
    "ctxlint",
    "checkstyle",
    "standard",
];
const BUILDS: [&str; 22] = [
    "make",
    "tsc",
    "vue-tsc",
    "mypy",
    "pyright",
    "rustc",
    "gcc",
    "g++",
    "clang",
    "cmake",
    "ninja",
    "bazel",
    "webpack",
    "vite",
    "rollup",
    "esbuild",
    "tsup",
    "javac",
    "xcodebuild",
    "msbuild",
    "meson",
    "turbo",
];

/// Programs with a word behind them that tells what they do.
const DRIVERS: [&str; 21] = [
    "cargo",
    "go",
    "npm",
    "pnpm",
    "yarn",
    "bun",
    "deno",
    "mvn",
    "./mvnw",
    "gradle",
    "./gradlew",
    "dotnet",
    "swift",
    "mix",
    "zig",
    "make",
    "just",
    "task",
    "rake",
    "nx",
    "turbo",
];

/// What a command is for: the first of test, lint, build and git that one of its programs does.
pub fn kind(command: &str) -> CommandKind {
    // What stands behind `<<` is text for a program, not a command.
    let text = command.split("<<").next().unwrap_or_default();
    let segments = text.split(['\n', ';', '|', '&']);
    segments.map(segment_kind).min().unwrap_or(CommandKind::Other)
}

fn segment_kind(segment: &str) -> CommandKind {
    let is_setting = |word: &&str| {
        let name = word.split('=').next().unwrap_or_default();
        name.len() < word.len() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b's' | b'm'));
    let mut words = segment
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')', '{', '}', '"', '\'']))
        .filter(|w| !w.is_empty());
    let mut before = String::new();
    let program = loop {
        let Some(word) = words.next() else { return CommandKind::Other };
        if is_setting(&word) || BEFORE.contains(&word) || word.starts_with('-') || (!before.is_empty() && number(&word))
        {
            before = word.to_owned();
            continue;
        }
        if matches!(word, "python" | "python3" | "py") {
            let module = words.next().filter(|word| *word == "-m").and_then(|_| words.next());
            match module {
                Some("unittest") => return CommandKind::Test,
                Some("build" | "compileall") => return CommandKind::Build,
                Some(module) => break module,
                None => return CommandKind::Other,
            }
        }
        break word;
    };
    let name = program.rsplit(['/', '\\']).next().unwrap_or(program);
    if name == "git" || name == "gh" {
        return CommandKind::Git;
    }
    if DRIVERS.contains(&program) || DRIVERS.contains(&name) {
        return driven(name, words);
    }
    if TESTS.contains(&name) {
        return CommandKind::Test;
    }
    if LINTS.contains(&name) {
        return CommandKind::Lint;
    }
    if BUILDS.contains(&name) { CommandKind::Build } else { CommandKind::Other }
}

/// What `cargo test`, `npm run lint` and the like do.
fn driven<'a>(driver: &str, words: impl Iterator<Item = &'a str>) -> CommandKind {
    let has_scripts = matches!(driver, "npm" | "pnpm" | "yarn" | "bun");
    let mut asked = words.filter(|word| !word.starts_with(['-', '+']) && !word.contains('='));
    let word = loop {
        match asked.next() {
            Some("run" | "run-script" | "exec" | "dlx" | "x") if has_scripts => {}
            Some(word) => break word,
            None if matches!(driver, "make" | "just" | "mvn" | "gradle" | "gradlew") => return CommandKind::Build,
            None => return CommandKind::Other,
        }
    };
    if TESTS.contains(&word) {
        return CommandKind::Test;
    }
    if LINTS.contains(&word) {
        return CommandKind::Lint;
    }
    if BUILDS.contains(&word) {
        return CommandKind::Build;
    }
    let first = word.rsplit('/').next().unwrap_or(word).split([':', '-', '_']).next().unwrap_or(word);
    match first {
        "test" | "tests" | "t" | "nextest" | "bench" | "verify" | "e2e" | "spec" | "unit" | "integration" => {
            CommandKind::Test
        }
        "vet" | "clippy" | "fmt" | "format" | "lint" | "fix" | "style" => CommandKind::Lint,
        "build" | "b" | "check" | "c" | "compile" | "typecheck" | "tsc" | "types" | "ci" | "all" | "install"
        | "package" | "dist" | "assemble" | "bundle" | "doc"
            if !(has_scripts && matches!(word, "install" | "ci" | "c")) =>
        {
            CommandKind::Build
        }
        _ if driver == "make" => CommandKind::Build,
        _ => CommandKind::Other,
    }
}

/// Whether the output of a command may report tests of its own, rather than show a file or a log.
pub fn may_test(kind: CommandKind, command: &str) -> bool {
    match kind {
        CommandKind::Test | CommandKind::Build => true,
        CommandKind::Lint | CommandKind::Git => false,
        CommandKind::Other => {
            let text = command.split("<<").next().unwrap_or_default();
            text.split(['\n', ';', '|', '&']).any(|segment| {
                let mut words = segment.split_whitespace().filter(|word| !word.contains('=') && !BEFORE.contains(word));
                words.next().is_some_and(|program| !SHOWING.contains(&program))
            })
        }
    }
}

/// Programs that show files and logs, or print nothing that a test would.
const SHOWING: [&str; 34] = [
    "cat", "bat", "head", "tail", "less", "more", "grep", "rg", "ag", "sed", "awk", "cut", "sort", "uniq", "wc",
    "find", "ls", "tree", "echo", "printf", "cd", "export", "source", "sleep", "tee", "cp", "mv", "rm", "mkdir",
    "touch", "curl", "kill", "jq", "diff",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_by_their_programs() {
        for (command, wanted) in [
            ("pytest -q tests", CommandKind::Test),
            ("cd a && PYTHONPATH=. timeout 60 python -m pytest", CommandKind::Test),
            ("cargo +nightly test --lib 2>&1 | tail -5", CommandKind::Test),
            ("npm run test:unit -- --watch=false", CommandKind::Test),
            ("npm test", CommandKind::Test),
            ("go test ./...", CommandKind::Test),
            ("uv run pytest", CommandKind::Test),
            ("npx jest src/a.test.ts", CommandKind::Test),
            ("make test", CommandKind::Test),
            ("./gradlew test", CommandKind::Test),
            ("cargo clippy --all-targets", CommandKind::Lint),
            ("cargo fmt --check && cargo build", CommandKind::Lint),
            ("ruff check .", CommandKind::Lint),
            ("pnpm lint", CommandKind::Lint),
            ("npx tsc --noEmit", CommandKind::Build),
            ("make ci", CommandKind::Build),
            ("make", CommandKind::Build),
            ("npm run build", CommandKind::Build),
            ("git push --force origin a", CommandKind::Git),
            ("npm ci", CommandKind::Other),
            ("cat tests/test_a.py", CommandKind::Other),
            ("grep -rn pytest .", CommandKind::Other),
            ("cat > run.sh << 'EOF'\npytest -q\nEOF", CommandKind::Other),
            ("", CommandKind::Other),
        ] {
            assert_eq!(kind(command), wanted, "{command}");
        }
    }

    #[test]
    fn what_shows_a_log_runs_no_tests() {
        let may = |command: &str| may_test(kind(command), command);
        assert!(may("./scripts/ci.sh") && may("make ci") && may("docker compose run web test"));
        assert!(!may("cat test.log | grep FAILED") && !may("gh run view --log") && !may("tail -50 /tmp/out"));
    }
}

use super::*;
use crate::clients::{self, claude_code};
use proptest::prelude::*;

const PATHS: [&str; 3] = ["src/sub/a.ts", "a.ts", "src/.x/.a.ts"];

fn claude(pattern: &str) -> String {
    let scope = Scope::new([pattern], &claude_code::SCOPE);
    PATHS
        .map(|path| {
            if scope.always {
                'A'
            } else if scope.matches(path) {
                'Y'
            } else {
                '.'
            }
        })
        .iter()
        .collect()
}

#[test]
fn claude_code_matches_as_measured() {
    for (pattern, wanted) in [
        ("src/**", "Y.Y"),
        ("src/**/*.ts", "Y.Y"),
        ("*.ts", "YYY"),
        ("**/*.ts", "YYY"),
        ("src/*", "Y.Y"),
        ("src", "Y.Y"),
        ("src/", "Y.Y"),
        ("/src/**", "Y.Y"),
        ("./src/**", "..."),
        ("src/sub/a.ts", "Y.."),
        ("src/**/*.{ts,tsx}", "Y.Y"),
        ("*", "YYY"),
        ("**", "AAA"),
        ("!lib/**", "..."),
        ("SRC/**", "Y.Y"),
        ("src/su?/a.ts", "Y.."),
        ("src/[s]ub/**", "Y.."),
        ("src/sub", "Y.."),
        ("a.ts", "YY."),
        ("**/sub/**", "Y.."),
        ("sub/**", "Y.."),
        ("src/**/a.ts", "Y.."),
        ("src/sub/*.ts", "Y.."),
        ("src/*/*.ts", "Y.Y"),
        ("src/*.ts", "..."),
        ("../proj/src/**", "..."),
        ("**/*", "YYY"),
        ("src/sub/a.ts/**", "Y.."),
        ("{src,lib}/**", "Y.Y"),
        ("src/@(sub|x)/**", "..."),
        ("src/+(sub)/**", "..."),
        ("src/!(x)/**", "..."),
        ("src/sub/a.TS", "Y.."),
        ("~/x/**", "..."),
        (" src/** ", "Y.Y"),
        ("src\\sub\\a.ts", "..."),
        ("src/**/", "Y.Y"),
        ("src/sub/", "Y.."),
        ("**/a.*", "YY."),
        ("*/sub/a.ts", "Y.."),
        ("src//sub/a.ts", "..."),
        ("src/{sub,x}/{a,b}.ts", "Y.."),
        ("src/s*b/?.ts", "Y.."),
        ("src/[!x]ub/a.ts", "..."),
        ("src/[a-t]ub/a.ts", "Y.."),
        ("proj/src/**", "..."),
        ("**/src/**", "Y.Y"),
        ("sub/a.ts", "..."),
        ("src/...", "..."),
        ("src/.", "..."),
        ("#src/**", "..."),
        ("src/** ", "Y.Y"),
        ("[src/**", "..."),
    ] {
        assert_eq!(claude(pattern), wanted, "{pattern}");
    }
}

fn matches(patterns: &[&str], path: &str) -> bool {
    Scope::new(patterns.iter().copied(), &claude_code::SCOPE).matches(path)
}

#[test]
fn a_negation_works_on_files_and_not_below_a_taken_folder() {
    assert!(matches(&["src/**", "!src/sub/**"], "src/sub/a.ts"));
    assert!(matches(&["!src/sub/**", "src/**"], "src/sub/a.ts"));
    assert!(!matches(&["src/**/*.ts", "!src/**/*.test.ts"], "src/sub/a.test.ts"));
    assert!(matches(&["src/**/*.ts", "!src/**/*.test.ts"], "src/sub/a.ts"));
    assert!(!matches(&["!**/*.test.ts"], "a.ts"));
}

#[test]
fn a_folder_pattern_floats_and_one_with_a_slash_inside_does_not() {
    assert!(matches(&["src/**"], "lib/src/a.ts"));
    assert!(!matches(&["/src/**"], "lib/src/a.ts"));
    assert!(!matches(&["src/*"], "lib/src/a.ts"));
    assert!(!matches(&["src/**/*.ts"], "lib/src/a.ts"));
    assert!(!matches(&["src/"], "src"), "a file is no folder");
}

#[test]
fn braces_stop_at_the_limit_and_then_stand_for_themselves() {
    let many = "{a,b}".repeat(10);
    assert!(!matches(&[&many], "aaaaaaaaaa"), "1,024 patterns are too many");
    let fits = "{a,b}".repeat(9);
    assert!(matches(&[&fits], "aaaaaaaaa"));
    assert!(!matches(&[&fits, &fits.replace('a', "c")], "ccccccccc"), "the second would make 1,024");
    assert!(matches(&[&many, "aaaaaaaaaa"], "aaaaaaaaaa"), "the others go on");
    assert_eq!(why_dead(&many, &claude_code::SCOPE, false), Some(Dead::TooManyBraces));
    let hostile = "{a,b}".repeat(2_000);
    assert!(!matches(&[&hostile], "a"));
    assert!(matches(&["{a,{b,c}}/x"], "c/x"), "nested");
    assert!(matches(&["x{a}"], "x{a}"), "one alternative is none");
}

#[test]
fn hostile_globs_take_no_time() {
    let stars = "*a".repeat(200);
    assert!(!matches(&[&stars], &"a".repeat(5_000).replace("aaaaa", "aaaab")));
    let folders = "**/a/".repeat(200) + "b";
    assert!(!matches(&[&folders], &"a/".repeat(2_000)));
}

#[test]
fn whole_paths_match_as_in_editors() {
    let fact = claude_code::DOCUMENTED;
    let plain = ScopeGrammar::paths("globs", false, fact);
    let basename = ScopeGrammar::paths("globs", true, fact);
    for (pattern, path, wanted, by_name) in [
        ("*.ts", "a.ts", true, true),
        ("*.ts", "src/a.ts", false, true),
        ("**/*.ts", "src/a.ts", true, true),
        ("**/*.ts", "a.ts", true, true),
        ("src/**", "src/a/b.ts", true, true),
        ("src/**", "lib/src/a", false, false),
        ("src", "src/a", false, false),
        ("src/**/*.TS", "src/a.ts", false, false),
        ("**", "a/b", true, true),
        ("src/[!a]*.ts", "src/b.ts", true, true),
    ] {
        assert_eq!(Scope::new([pattern], &plain).matches(path), wanted, "{pattern} {path}");
        assert_eq!(Scope::new([pattern], &basename).matches(path), by_name, "{pattern} {path} by name");
    }
}

#[test]
fn patterns_come_from_strings_and_lists() {
    let string = |value: &str| Node {
        span: Span::new(0, 0),
        kind: NodeKind::String { value: value.into(), style: crate::model::ScalarStyle::Plain },
    };
    let texts = |node: &Node| -> Vec<String> {
        patterns_of(node, &claude_code::SCOPE).into_iter().map(|pattern| pattern.text).collect()
    };
    assert_eq!(texts(&string("a, b/{c,d} ,")), ["a", "b/{c,d}"]);
    let number = Node { span: Span::new(0, 0), kind: NodeKind::Number(5.0) };
    let inner = Node { span: Span::new(0, 0), kind: NodeKind::Sequence(vec![string("y")]) };
    let list = Node { span: Span::new(0, 0), kind: NodeKind::Sequence(vec![number.clone(), string("x"), inner]) };
    assert_eq!(texts(&list), ["x", "y"]);
    assert_eq!(texts(&number), [""; 0]);
}

#[test]
fn dead_patterns_say_why() {
    let why = |text| why_dead(text, &claude_code::SCOPE, false);
    assert_eq!(why("./src/**"), Some(Dead::LeadingDot));
    assert_eq!(why("../x"), Some(Dead::ParentFolder));
    assert_eq!(why("~/x"), Some(Dead::Home));
    assert_eq!(why("a//b"), Some(Dead::EmptyPart));
    assert_eq!(why("a\\b"), Some(Dead::Backslash));
    assert_eq!(why("#a"), Some(Dead::Comment));
    assert_eq!(why("[!a]b"), Some(Dead::BangClass));
    assert_eq!(why("@(a|b)"), Some(Dead::ExtendedGlob));
    assert_eq!(why("a[b"), Some(Dead::UnclosedBracket));
    assert_eq!(why("a\\[b"), None);
    assert_eq!(why_dead("!a", &claude_code::SCOPE, true), Some(Dead::OnlyNegation));
    assert_eq!(why("src/**/*.ts"), None);
}

#[test]
fn all_at_once_gives_what_one_by_one_gives() {
    let patterns =
        ["src/**", "*.TS", "src/*/a.*", "**", "src/sub", "*", "b?c", "**/x/**", "src/**/*.test.ts", "SRC/**"];
    let mut scopes: Vec<Scope> = patterns.iter().map(|p| Scope::new([*p], &claude_code::SCOPE)).collect();
    scopes.push(Scope::new(["src/**/*.ts", "!**/*.test.ts"], &claude_code::SCOPE));
    let scopes: Vec<&Scope> = scopes.iter().collect();
    let paths = ["src/sub/a.ts", "a.ts", "lib/src/x/b.TEST.ts", "src/x.test.ts", "bxc", "Src/Y", "q"];
    let all = match_all(&scopes, &paths);
    for (path, found) in paths.iter().zip(&all) {
        let wanted: Vec<u32> = (0..scopes.len() as u32).filter(|at| scopes[*at as usize].matches(path)).collect();
        assert_eq!(*found, wanted, "{path}");
    }
}

#[test]
fn a_scope_splits_into_what_each_pattern_means_alone() {
    let scope = Scope::new(["src/**/*.{ts,tsx}", "!*.test.ts", "a//b"], &claude_code::SCOPE);
    let parts = scope.split(3);
    assert!(parts[0].matches("src/a/b.tsx") && parts[0].matches("src/a.test.ts"));
    assert!(parts[1].matches("src/a.test.ts") && !parts[1].matches("src/a.ts"));
    assert!(!parts[2].matches("a/b"));
    assert!(!scope.matches("src/a.test.ts"));
}

#[test]
fn samples_are_paths_that_the_pattern_matches() {
    for text in ["src/**/*.ts", "dist", "**/gen/*.{a,b}", "/out/", "[ab]c?.rs", "**/*"] {
        let scope = Scope::new([text], &claude_code::SCOPE);
        let samples = samples(text, &claude_code::SCOPE);
        assert!(samples.iter().any(|path| scope.matches(path)), "{text}: {samples:?}");
    }
    assert!(samples("dist/**", &claude_code::SCOPE).contains(&"dist/x".to_owned()));
}

/// Patterns and paths of a few names, so that they meet often.
fn text_of(parts: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(parts), 1..most).prop_map(|parts| parts.join("/"))
}

proptest! {
    #[test]
    fn folded_paths_give_what_a_scope_matches_one_by_one(
        mut paths in proptest::collection::vec(text_of(&["a", "A", "b.ts", "B.ts", "a-b", "Ä", "x.d"], 5), 1..30),
        patterns in proptest::collection::vec(
            (
                proptest::sample::select(&["", "/", "!", "./"][..]),
                text_of(&["a", "B.TS", "*", "**", "*.ts", "a*", "ä", "{a,b.ts}", "[ab]", "*.d", ""], 5),
                proptest::sample::select(&["", "/", "/**"][..]),
            ),
            0..4,
        ),
        base in proptest::sample::select(&["", "a", "A", "a/b.ts", "Ä"][..]),
    ) {
        paths.sort();
        paths.dedup();
        let folded = Folded::new(&paths);
        let patterns: Vec<String> = patterns.iter().map(|(start, text, end)| format!("{start}{text}{end}")).collect();
        for client in clients::all() {
            let Some(grammar) = client.scope else { continue };
            let scope = Scope::new(patterns.iter().map(String::as_str), grammar);
            let inside = |path: &String| match base {
                "" => Some(path.clone()),
                base => path.strip_prefix(base)?.strip_prefix('/').map(str::to_owned),
            };
            let is_wanted = |at: &usize| inside(&paths[*at]).is_some_and(|inside| scope.matches(&inside));
            let wanted: Vec<u32> = (0..paths.len()).filter(is_wanted).map(|at| at as u32).collect();
            prop_assert_eq!(folded.matched(&paths, base, &scope), wanted, "{:?} for {}", &patterns, client.name);
        }
    }
}

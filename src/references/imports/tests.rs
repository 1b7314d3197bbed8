use super::*;
use crate::clients::{claude_code, gemini_cli};
use crate::parse::parse;

/// `+path` for what is followed, `-path: reason` for what is not.
fn show(text: &str, grammar: &ImportGrammar) -> String {
    let document = parse(text, Format::Markdown);
    let shown: Vec<String> = imports(&document, text, grammar)
        .into_iter()
        .map(|import| match import.state {
            State::Live => format!("+{}", import.path),
            State::Inert(reason) => format!("-{}: {reason:?}", import.path),
        })
        .collect();
    shown.join(" ")
}

fn claude(text: &str) -> String {
    show(&format!("pre\n\n{text}\n\npost\n"), &claude_code::IMPORTS)
}

#[test]
fn live_in_claude_code() {
    for text in [
        "@docs/a.md",
        "- @docs/a.md",
        "* @docs/a.md",
        "1. @docs/a.md",
        "- [ ] @docs/a.md",
        "- x\n    - @docs/a.md",
        "- x\n\n    @docs/a.md",
        "See @docs/a.md for more.",
        "( @docs/a.md )",
        "**@docs/a.md**",
        "*@docs/a.md*",
        "_@docs/a.md_",
        "***@docs/a.md***",
        "**Rules:** @docs/a.md",
        "**@docs/a.md** - the rules",
        "see ` @docs/a.md for more",
        "<!-- note -->\n@docs/a.md",
        "<!-- c --> @docs/a.md",
        "text <!-- c --> @docs/a.md",
        "<details>\n<summary>x</summary>\n\n@docs/a.md\n\n</details>",
        "<rules> @docs/a.md </rules>",
        "<rules>@docs/a.md</rules>",
        "see <b>x</b> @docs/a.md here",
        "line<br>@docs/a.md",
        "<rules>\n\n@docs/a.md\n\n</rules>",
        "<my_rules>\n\n@docs/a.md\n\n</my_rules>",
        "see <my_rules>@docs/a.md</my_rules>",
        "## See @docs/a.md",
        "See @docs/a.md\n====",
        "| a | b |\n|---|---|\n| @docs/a.md | x |",
        "| a | b |\n|---|---|\n| x | see @docs/a.md now |",
        "> @docs/a.md",
        "> see @docs/a.md now",
        "> see\n>@docs/a.md",
        "x[^1]\n\n[^1]: See @docs/a.md now",
        "[@docs/a.md](docs/a.md)",
        "see\t@docs/a.md\tnow",
        "see\u{a0}@docs/a.md",
        "@docs/a.md\u{a0}now",
        "@docs/a.md - rules",
        "-> @docs/a.md",
        "@docs/a.md#section",
        "~~ @docs/a.md ~~",
        "a  \n@docs/a.md",
    ] {
        assert_eq!(claude(text), "+docs/a.md", "{text}");
    }
}

#[test]
fn live_in_claude_code_under_other_names() {
    for (text, wanted) in [
        ("@./docs/a.md", "+./docs/a.md"),
        ("@docs//a.md/", "+docs//a.md/"),
        ("@x/../docs/a.md", "+x/../docs/a.md"),
        ("@/abs/a.md", "+/abs/a.md"),
        ("@~/h.md", "+~/h.md"),
        ("@docs/a\\ b.md", "+docs/a b.md"),
        ("@docs/a(b).md", "+docs/a(b).md"),
        ("@docs/[id].md", "+docs/[id].md"),
        ("@docs/a+b.md", "+docs/a+b.md"),
        ("@docs/my-file_v1.2.md", "+docs/my-file_v1.2.md"),
        ("@_docs/_a.md", "+_docs/_a.md"),
        ("@pkg/@scope/a.md", "+pkg/@scope/a.md"),
        ("@docs/ü中.md", "+docs/ü中.md"),
        ("@docs/a.MD", "+docs/a.MD"),
        ("@README", "+README"),
        ("@Makefile", "+Makefile"),
        ("@.gitignore", "+.gitignore"),
        ("@.github/x.md", "+.github/x.md"),
        ("ask @alice about it", "+alice"),
        ("@a.md\n@b.md", "+a.md +b.md"),
        ("@a.md @./a.md", "+a.md +./a.md"),
        ("@docs/", "+docs/"),
        ("@../up.md", "+../up.md"),
    ] {
        assert_eq!(claude(text), wanted, "{text}");
    }
}

#[test]
fn inert_in_claude_code_with_the_reason() {
    for (text, reason) in [
        ("see @docs/a.md.", "FollowedBy('.')"),
        ("@docs/a.md, and more", "FollowedBy(',')"),
        ("@docs/a.md: rules", "FollowedBy(':')"),
        ("@docs/a.md; rules", "FollowedBy(';')"),
        ("read @docs/a.md!", "FollowedBy('!')"),
        ("read @docs/a.md?", "FollowedBy('?')"),
        ("read @docs/a.md's text", "FollowedBy('\\'')"),
        ("read @docs/a.md...", "FollowedBy('.')"),
        ("@docs/a.md。", "FollowedBy('。')"),
        ("@docs/a.md—rules", "FollowedBy('—')"),
        ("@docs/a.md:1-2", "FollowedBy(':')"),
        ("@docs/a.md?x=1", "FollowedBy('?')"),
        ("@docs/a.md|", "FollowedBy('|')"),
        ("@docs/a.md)", "FollowedBy(')')"),
        ("(@docs/a.md)", "PrecededBy('(')"),
        ("\"@docs/a.md\"", "PrecededBy('\"')"),
        ("'@docs/a.md'", "PrecededBy('\\'')"),
        ("<@docs/a.md>", "PrecededBy('<')"),
        ("[@docs/a.md]", "PrecededBy('[')"),
        ("~~@docs/a.md~~", "PrecededBy('~')"),
        ("foo@docs/a.md", "PrecededBy('o')"),
        ("x=@docs/a.md", "PrecededBy('=')"),
        ("see:@docs/a.md", "PrecededBy(':')"),
        ("/@docs/a.md", "PrecededBy('/')"),
        ("x—@docs/a.md", "PrecededBy('—')"),
        ("参照@docs/a.md", "PrecededBy('照')"),
        ("@@docs/a.md", "PrecededBy('@')"),
        ("\\@docs/a.md", "PrecededBy('\\\\')"),
        ("|a|b|\n|---|---|\n|@docs/a.md|x|", "PrecededBy('|')"),
        ("see `@docs/a.md` for more", "CodeSpan"),
        ("see ``@docs/a.md`` for more", "CodeSpan"),
        ("see `run @docs/a.md now` for more", "CodeSpan"),
        ("see `code\n@docs/a.md\nmore` end", "CodeSpan"),
        ("```md\n@docs/a.md\n```", "Fence"),
        ("~~~\n@docs/a.md\n~~~", "Fence"),
        ("- x\n\n  ```\n  @docs/a.md\n  ```", "Fence"),
        ("```\n@docs/a.md", "Fence"),
        ("\t@docs/a.md", "IndentedCode"),
        ("    @docs/a.md", "IndentedCode"),
        ("<!--\n@docs/a.md\n-->", "Comment"),
        ("<!-- @docs/a.md -->", "Comment"),
        ("text <!-- @docs/a.md --> text", "Comment"),
        ("<!-- @docs/a.md", "Comment"),
        ("<div>\n@docs/a.md\n</div>", "HtmlBlock"),
        ("<rules>\n@docs/a.md\n</rules>", "HtmlBlock"),
        ("<rules>\n- @docs/a.md\n</rules>", "HtmlBlock"),
        ("<details>\n<summary>x</summary>\n@docs/a.md\n</details>", "HtmlBlock"),
        ("<my_rules>\n@docs/a.md\n</my_rules>", "HtmlBlock"),
        ("<my_rules>\n- @docs/a.md\n</my_rules>", "HtmlBlock"),
        ("a <b title='@docs/a.md'>x</b>", "HtmlTag"),
        ("![@docs/a.md](x.png)", "ImageText"),
        ("[x](@docs/a.md)", "LinkTarget"),
        ("<https://x.y/@docs/a.md>", "LinkTarget"),
        ("[x]: @docs/a.md", "LinkDefinition"),
        ("@\"docs/a.md\"", "Quoted"),
    ] {
        assert_eq!(claude(text), format!("-docs/a.md: {reason}"), "{text}");
    }
    let frontmatter = show("---\na: \"@docs/a.md\"\n---\nx\n", &claude_code::IMPORTS);
    assert_eq!(frontmatter, "-docs/a.md: Frontmatter");
}

#[test]
fn inert_in_claude_code_under_other_names() {
    for (text, wanted) in [
        ("@\"docs/a b.md\"", "-docs/a b.md: Quoted"),
        ("@__a__.md", "-__a__.md: Emphasis"),
        ("@docs/a.mdx", "-docs/a.mdx: Extension"),
        ("@docs/a.markdown", "-docs/a.markdown: Extension"),
        ("@docs/a.svg", "-docs/a.svg: Extension"),
        ("@go.mod", "-go.mod: Extension"),
        ("@Dockerfile.dev", "-Dockerfile.dev: Extension"),
        ("@.env.example", "-.env.example: Extension"),
        ("@v1.2", "-v1.2: Extension"),
        ("@https://example.com/docs/a.md", "-https://example.com/docs/a.md: Url"),
        ("@$HOME/h.md", "-$HOME/h.md: Variable"),
        ("@~root/h.md", "-~root/h.md: OtherHome"),
        ("see @README.", "-README: FollowedBy('.')"),
        ("use @Injectable() and @Component", "+Injectable() +Component"),
        ("a @ b", ""),
        ("@", ""),
        ("", ""),
    ] {
        assert_eq!(claude(text), wanted, "{text}");
    }
}

#[test]
fn the_byte_order_mark_is_no_character_before() {
    assert_eq!(show("\u{feff}@docs/a.md\n", &claude_code::IMPORTS), "+docs/a.md");
    assert_eq!(show("\u{feff}@docs/a.md\r\n@b.md", &claude_code::IMPORTS), "+docs/a.md +b.md");
}

#[test]
fn gemini_reads_the_text_as_it_stands() {
    let gemini = |text: &str| show(text, &gemini_cli::IMPORTS);
    for text in [
        "@docs/a.md",
        "See @docs/a.md for more",
        "    @docs/a.md",
        "<!-- @docs/a.md -->",
        "# @docs/a.md",
        "- @docs/a.md",
    ] {
        assert_eq!(gemini(text), "+docs/a.md", "{text}");
    }
    for (text, wanted) in [
        ("see @./docs/a.md.", "-./docs/a.md: FollowedBy('.')"),
        ("(@./docs/a.md)", "-./docs/a.md: PrecededBy('(')"),
        ("**@./docs/a.md**", "-./docs/a.md: PrecededBy('*')"),
        ("[@./docs/a.md](x)", "-./docs/a.md](x: PrecededBy('[')"),
        ("`@./docs/a.md`", "-./docs/a.md: CodeSpan"),
        ("```\n@./docs/a.md\n```", "-./docs/a.md: CodeSpan"),
        ("@~/h.md", "-~/h.md: OtherHome"),
        ("@docs/NOTES", "+docs/NOTES"),
        ("@docs/a.mdx", "+docs/a.mdx"),
    ] {
        assert_eq!(gemini(text), wanted, "{text}");
    }
}

#[test]
fn spans_hold_the_path() {
    let text = "x @docs/a\\ b.md#top y";
    let document = parse(text, Format::Markdown);
    let found = imports(&document, text, &claude_code::IMPORTS);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span.slice(text), "@docs/a\\ b.md#top");
    assert_eq!(found[0].path_span.slice(text), "docs/a\\ b.md");
    assert_eq!(found[0].path, "docs/a b.md");
}

#[test]
fn hostile_texts_take_no_time() {
    for text in ["@".repeat(200_000), "`@a``b".repeat(40_000), "@a.md. ".repeat(40_000), "<!-- @a -->".repeat(20_000)] {
        claude(&text);
        show(&text, &gemini_cli::IMPORTS);
    }
}

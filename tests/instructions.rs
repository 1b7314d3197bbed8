//! The counter of instructions: its accuracy on labelled files, the rules that the labels cannot show, and inputs that
//! nobody writes on purpose.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use ctxlint::instructions::{Counted, Kind, instructions};
use ctxlint::model::Format;
use ctxlint::parse::parse;
use ctxlint::source::LineIndex;
use proptest::prelude::*;
use std::path::Path;

fn count(text: &str) -> Counted {
    instructions(&parse(text, Format::Markdown), text)
}

fn kinds(text: &str) -> Vec<Kind> {
    count(text).items.iter().map(|found| found.kind).collect()
}

#[test]
fn each_kind_is_told() {
    assert_eq!(kinds("Never push to main."), [Kind::Never]);
    assert_eq!(kinds("When a test fails, fix the code."), [Kind::Conditional]);
    assert_eq!(kinds("Run the tests before committing."), [Kind::Conditional]);
    assert_eq!(kinds("You must sign every commit."), [Kind::Must]);
    assert_eq!(kinds("Prefer small functions over large ones."), [Kind::Prefer]);
    assert_eq!(kinds("1. Open the file.\n2. Read the header.\n"), [Kind::Procedure, Kind::Procedure]);
    assert_eq!(kinds("NEVER push to main and ALWAYS open a pull request."), [Kind::Never, Kind::Must]);
}

#[test]
fn facts_pointers_and_catalogues_are_none() {
    for text in [
        "The parser uses a table.",
        "See `docs/guide.md` for details.",
        "## Commands\n\n- `make test` - Run all tests\n- **Lint**: `make lint`\n",
        "You are an expert in Rust.",
        "You can use either of them.",
        "```sh\n# Always run this first\nmake\n```\n",
        "<!-- Never delete this. -->\n",
        "---\ndescription: Always run this\n---\n",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn lead_ins_carry_over_to_their_items() {
    assert_eq!(kinds("Never commit:\n\n- secrets\n- build outputs\n"), [Kind::Never, Kind::Never]);
    assert_eq!(
        kinds("When a build fails:\n\n- Read the log\n- Fix the cause\n"),
        [Kind::Conditional, Kind::Conditional]
    );
    assert_eq!(kinds("Ask for help when:\n\n- the plan is unclear\n- the tests hang\n"), [Kind::Conditional]);
}

#[test]
fn other_languages_are_counted() {
    assert_eq!(kinds("- コミット前に必ずテストを実行すること"), [Kind::Conditional]);
    assert_eq!(kinds("- mainへの直接pushは禁止"), [Kind::Never]);
    assert_eq!(kinds("- 必须使用 TypeScript。\n- 不要提交密钥。"), [Kind::Must, Kind::Never]);
    assert_eq!(kinds("- 커밋하지 마세요\n- 반드시 테스트를 실행하세요"), [Kind::Never, Kind::Must]);
    let german = "Die Tests sind wichtig für das Projekt und werden von der CI bei jedem Lauf mit geprüft.\n\n- Verwende keine globalen Variablen.\n- Führe immer die Tests aus.\n";
    assert_eq!(kinds(german), [Kind::Never, Kind::Must]);
    let french = "Ce projet est une bibliothèque pour les tests et le code est dans le dossier des sources.\n\n- Utilisez toujours des espaces.\n- Ne modifiez pas les fichiers générés.\n";
    assert_eq!(kinds(french), [Kind::Must, Kind::Never]);
    let russian = "- Всегда запускай тесты.\n- Никогда не меняй схему.\n";
    assert_eq!(kinds(russian), [Kind::Must, Kind::Never]);
}

#[test]
fn an_unknown_language_is_marked() {
    let arabic = "# دليل\n\n- شغّل الاختبارات قبل كل إيداع\n- لا تعدّل الملفات المولدة\n";
    let counted = count(arabic);
    assert!(counted.approximate);
    assert_eq!(counted.items.len(), 2);
    assert!(!count("- Run the tests\n").approximate);
}

/// Hits, predictions and labels over all labelled files, and hits whose kind is right.
fn score(dir: &Path) -> Option<(usize, usize, usize, usize)> {
    let labels = std::fs::read_to_string(dir.join("labels.jsonl")).ok()?;
    let (mut hits, mut predicted, mut labelled, mut right) = (0, 0, 0, 0);
    for line in labels.lines() {
        let file: serde_json::Value = serde_json::from_str(line).unwrap();
        let Ok(text) = std::fs::read_to_string(dir.join(format!("{}.md", file["file"].as_str().unwrap()))) else {
            continue;
        };
        let lines = LineIndex::new(&text);
        let number = |label: &serde_json::Value, key: &str| label[key].as_u64().unwrap() as usize;
        let mut free: Vec<(usize, usize, &str)> = file["labels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|label| (number(label, "start_line"), number(label, "end_line"), label["kind"].as_str().unwrap()))
            .collect();
        labelled += free.len();
        for found in count(&text).items {
            predicted += 1;
            let (start, end) = (lines.line_of(found.span.start) + 1, lines.line_of(found.span.end - 1) + 1);
            let fits = |label: &(usize, usize, &str)| label.0 <= end && start <= label.1;
            let same = free.iter().position(|label| fits(label) && label.2 == found.kind.name());
            if let Some(at) = same.or_else(|| free.iter().position(fits)) {
                hits += 1;
                right += usize::from(free.remove(at).2 == found.kind.name());
            }
        }
    }
    Some((hits, predicted, labelled, right))
}

#[test]
fn labelled_files_are_counted_right() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/instructions");
    let dir =
        if dir.exists() { dir } else { Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/instructions") };
    let Some((hits, predicted, labelled, right)) = score(&dir) else {
        eprintln!("no labelled files beside the checkout: passed over");
        return;
    };
    let (precision, recall) = (hits as f64 / predicted as f64, hits as f64 / labelled as f64);
    assert!(
        precision >= 0.94 && recall >= 0.90 && right * 100 >= hits * 90,
        "{hits} of {predicted} and {labelled}, {right}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_text_is_counted(text in "([-*#>|`.:;?!,()<>/\"“→—、。，：\n \\[\\]]|- |1\\. |\\*\\*|```\n|<good>|\\| |if|when|Never|do not|Always|use|必须|不要|こと|禁止|하세요|нельзя|[a-zà-ÿ一-鿿]{1,6}| ){0,120}") {
        let counted = count(&text);
        let mut last = 0;
        for found in counted.items {
            let span = found.span.range();
            prop_assert!(span.start < span.end && text.get(span.clone()).is_some(), "{:?}", found);
            prop_assert!(span.start >= last);
            last = span.start;
        }
    }

    #[test]
    fn any_bytes_are_counted(text in "\\PC{0,400}") {
        count(&text);
    }
}

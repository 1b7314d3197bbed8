//! How fast instructions are counted, in bytes per second: `cargo bench --bench instructions`.
#![allow(missing_docs, clippy::unwrap_used)]

use ctxlint::instructions::instructions;
use ctxlint::model::{Document, Format};
use ctxlint::parse::parse;
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

const ENGLISH: &str = "## Testing\n\nAlways run `cargo test` before a commit; see [the guide](docs/guide.md). The parser uses one pass,\n\
    because a second one costs time.\n\n- Keep functions small, and never push to `main`.\n- **Imports**: use absolute paths (they survive a move).\n\
    - When a test fails, fix the code rather than the test.\n\n1. Write the test.\n2. Watch it fail.\n\n\
    | Situation | Action |\n| --- | --- |\n| A flaky test | Report it |\n\n```sh\ncargo test\n```\n\n";
const CHINESE: &str = "## 规范\n\n提交前必须运行测试。不要直接推送到主分支，使用功能分支。\n\n- 如果测试失败，先修复代码\n- 保持函数简短\n\n";

fn documents(of: &str) -> Vec<(String, Document)> {
    let text = of.repeat(4_000_000 / of.len());
    let document = parse(&text, Format::Markdown);
    vec![(text, document)]
}

#[divan::bench(args = ["english", "chinese"], max_time = 5)]
fn count(bencher: Bencher<'_, '_>, of: &str) {
    let documents = documents(if of == "english" { ENGLISH } else { CHINESE });
    let bytes: usize = documents.iter().map(|(text, _)| text.len()).sum();
    let count = |(text, document): &(String, Document)| instructions(document, text).items.len();
    bencher.counter(BytesCount::new(bytes)).bench(|| documents.iter().map(count).sum::<usize>());
}

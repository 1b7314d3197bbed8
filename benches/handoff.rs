//! What reading transcripts costs: `cargo bench --bench handoff`. Records a second for small ones, bytes a second for large
//! ones, and what a hook pays for one more record.
#![allow(missing_docs, clippy::unwrap_used)]

use ctxlint::handoff::facts::Session;
use ctxlint::handoff::facts::transcript::{Reading, read};
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use std::fmt::Write;

fn main() {
    divan::main();
}

/// Records of about 200 bytes: prompts, answers, calls and results, each with its parent.
fn small(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let head = format!(
            "\"uuid\":\"{at:08x}-0000\",\"parentUuid\":\"{:08x}-0000\",\"sessionId\":\"s\"",
            at.wrapping_sub(1)
        );
        let message = at / 2;
        let _ = match at % 5 {
            0 => writeln!(
                text,
                "{{\"type\":\"user\",{head},\"message\":{{\"role\":\"user\",\"content\":\"Please look at step {at} of the plan again.\"}}}}"
            ),
            2 => writeln!(
                text,
                "{{\"type\":\"assistant\",{head},\"message\":{{\"id\":\"msg_{message}\",\"model\":\"m-1\",\"content\":[{{\"type\":\"tool_use\",\"id\":\"t{at}\",\"name\":\"Bash\",\"input\":{{\"command\":\"ls\"}}}}]}}}}"
            ),
            4 => writeln!(
                text,
                "{{\"type\":\"user\",{head},\"message\":{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"tool_use_id\":\"t{}\",\"content\":\"a.txt b.txt c.txt\",\"is_error\":false}}]}}}}",
                at - 2
            ),
            _ => writeln!(
                text,
                "{{\"type\":\"assistant\",{head},\"message\":{{\"id\":\"msg_{message}\",\"model\":\"m-1\",\"content\":[{{\"type\":\"text\",\"text\":\"ok\"}}],\"usage\":{{\"input_tokens\":3,\"output_tokens\":{}}}}}}}",
                at % 50
            ),
        };
    }
    text
}

/// Calls with results of some kilobytes, as real sessions have them.
fn large(bytes: usize) -> String {
    let mut text = String::new();
    let mut at = 0;
    while text.len() < bytes {
        at += 1;
        let body: String = (0..at % 300).fold(String::new(), |mut body, line| {
            let _ = write!(body, "fn line_{line}() {{ let x = \\\"é {line}\\\"; }}\\n");
            body
        });
        let tool = ["Bash", "Read", "Edit"][at % 3];
        let head = "\"sessionId\":\"s\",\"cwd\":\"/srv/x\",\"version\":\"2.1.220\"";
        let _ = writeln!(
            text,
            "{{\"type\":\"assistant\",\"uuid\":\"a{at}\",\"parentUuid\":\"u{}\",{head},\"message\":{{\"id\":\"m{at}\",\"content\":[{{\"type\":\"tool_use\",\"id\":\"t{at}\",\"name\":\"{tool}\",\"input\":{{\"command\":\"cargo test {}\",\"file_path\":\"/srv/x/src/f{}.rs\"}}}}],\"usage\":{{\"input_tokens\":3,\"output_tokens\":50}}}}}}",
            at - 1,
            at % 50,
            at % 200
        );
        let _ = writeln!(
            text,
            "{{\"type\":\"user\",\"uuid\":\"u{at}\",\"parentUuid\":\"a{at}\",{head},\"message\":{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"tool_use_id\":\"t{at}\",\"content\":\"{body}\"}}]}},\"toolUseResult\":{{\"stdout\":\"{body}\",\"stderr\":\"\"}}}}"
        );
    }
    text
}

#[divan::bench(sample_count = 20)]
fn small_records(bencher: Bencher) {
    const COUNT: usize = 100_000;
    let text = small(COUNT);
    bencher
        .counter(ItemsCount::new(COUNT))
        .counter(BytesCount::of_str(&text))
        .bench(|| read(&mut text.as_bytes()).unwrap());
}

#[divan::bench(sample_count = 10)]
fn large_records(bencher: Bencher) {
    let text = large(20 << 20);
    bencher.counter(BytesCount::of_str(&text)).bench(|| read(&mut text.as_bytes()).unwrap());
}

/// The state of a long session is read, one record is added, and the state is made again.
#[divan::bench(sample_count = 20)]
fn one_more_record(bencher: Bencher) {
    let text = small(200_000);
    let mut reading = Reading::default();
    reading.read(&mut text.as_bytes()).unwrap();
    let (offset, bytes) = (reading.offset, reading.session.to_bytes());
    let more = small(1);
    bencher.counter(BytesCount::new(bytes.len())).bench(|| {
        let mut reading = Reading::resume(Session::from_bytes(&bytes).unwrap(), offset);
        reading.read(&mut more.as_bytes()).unwrap();
        reading.session.to_bytes()
    });
}

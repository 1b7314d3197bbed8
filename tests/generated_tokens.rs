//! Writes the tables of `src/tokens/` from the vocabularies of the reference tokenizer, and fails where they are stale.
//!
//! `UPDATE=1 cargo test --test generated_tokens` rewrites them. What is compiled in is read from the very same files.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ctxlint::tokens::UNICODE_VERSION;
use sha2::{Digest, Sha256};
use tiktoken_rs::CoreBPE;

// The reader's own layout and flags: writer and reader cannot disagree.
#[path = "../src/tokens/format.rs"]
#[allow(dead_code)]
mod format;
#[path = "../src/tokens/unicode.rs"]
#[allow(dead_code)]
mod unicode;

#[path = "generated_tokens/classes.rs"]
mod classes;
#[path = "generated_tokens/vocabulary.rs"]
mod vocabulary;

/// The SHA-256 of the vocabulary files that OpenAI publishes and names in the source of its own `tiktoken`.
const O200K_BASE: &str = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d";
const CL100K_BASE: &str = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7";

#[test]
fn o200k_base_is_up_to_date() {
    let tokens = tokens(&tiktoken_rs::o200k_base().unwrap(), 199_998, O200K_BASE);
    check("o200k_base.bin", &vocabulary::table(&tokens));
}

#[test]
fn cl100k_base_is_up_to_date() {
    let tokens = tokens(&tiktoken_rs::cl100k_base().unwrap(), 100_256, CL100K_BASE);
    check("cl100k_base.bin", &vocabulary::table(&tokens));
}

#[test]
fn unicode_is_up_to_date() {
    check("unicode.bin", &classes::table());
}

/// The reference's regular expressions take their classes from the same `regex-syntax` as this test does, because Cargo
/// unifies the two. Should it move to another Unicode, then this fails, and the name and the tables must move with it.
#[test]
fn unicode_version_is_the_one_that_is_named() {
    let known = |age: &str| regex_syntax::parse(&format!("\\p{{Age={age}}}")).is_ok();
    let major: u32 = UNICODE_VERSION.split('.').next().unwrap().parse().unwrap();
    assert!(known(&format!("{major}.0")), "regex-syntax does not know Unicode {}", UNICODE_VERSION);
    for newer in [format!("{major}.1"), format!("{}.0", major + 1)] {
        assert!(!known(&newer), "regex-syntax knows Unicode {newer}: name it in src/tokens.rs");
    }
}

/// The tokens in the order of their ranks, after a check that they are the published ones to the last byte.
fn tokens(reference: &CoreBPE, count: u32, sha256: &str) -> Vec<Vec<u8>> {
    let tokens: Vec<Vec<u8>> = (0..count).map(|rank| reference.decode_bytes(&[rank]).unwrap()).collect();
    let mut published = Sha256::new();
    for (rank, token) in tokens.iter().enumerate() {
        published.update(format!("{} {rank}\n", STANDARD.encode(token)));
    }
    let found: String = published.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found, sha256, "the vocabulary of tiktoken-rs is not the published one");
    tokens
}

fn check(name: &str, expected: &[u8]) {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tokens").join(name);
    if std::fs::read(&path).is_ok_and(|found| found == expected) {
        return;
    }
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        std::fs::write(&path, expected).unwrap();
        eprintln!("wrote src/tokens/{name}, {} bytes", expected.len());
        return;
    }
    panic!("src/tokens/{name} is stale; rewrite it with\n\n    UPDATE=1 cargo test --test generated_tokens\n");
}

//! Counts the tokens of files, for measurements: `count_tokens [FILE...]`. `docs/tokens.md` says how it is used.

#![allow(clippy::print_stdout)]

use ctxlint::tokens::{Encoding, count};

fn main() -> std::io::Result<()> {
    let mut total = 0;
    for path in std::env::args_os().skip(1) {
        total += count(Encoding::O200kBase, &std::fs::read_to_string(path)?);
    }
    println!("{total}");
    Ok(())
}

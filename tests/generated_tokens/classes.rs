//! The flags of every character as a two-level table: see `src/tokens/unicode.rs`.

use std::collections::HashMap;

use regex_syntax::hir::{Class, HirKind};

use crate::unicode::{BLOCK, BLOCKS, CJK, LETTER, LOWER, NEWLINE, NUMBER, SPACE, UPPER};

/// The bytes of `unicode.bin`: the number of its distinct block for each block, then the distinct blocks.
pub(crate) fn table() -> Vec<u8> {
    let mut flags = vec![0; BLOCKS * BLOCK];
    set(&mut flags, UPPER, r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]");
    set(&mut flags, LOWER, r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]");
    set(&mut flags, LETTER, r"\p{L}");
    set(&mut flags, NUMBER, r"\p{N}");
    set(&mut flags, SPACE, r"\s");
    set(&mut flags, NEWLINE, r"[\r\n]");
    let scripts = r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}";
    // Below U+1100 those script extensions name only the middle dot, tone letters and accents, which others use as well.
    set(&mut flags, CJK, &format!(r"[[{scripts}]&&[\x{{1100}}-\x{{10ffff}}]]"));

    let mut numbers = HashMap::new();
    let mut index = Vec::new();
    let mut blocks = Vec::new();
    for block in flags.chunks(BLOCK) {
        let next = u8::try_from(numbers.len());
        let number = *numbers.entry(block).or_insert_with(|| {
            blocks.extend_from_slice(block);
            next.expect("more distinct blocks than one byte can number")
        });
        index.push(number);
    }
    index.extend_from_slice(&blocks);
    index
}

fn set(flags: &mut [u8], flag: u8, class: &str) {
    let hir = regex_syntax::parse(class).unwrap();
    let HirKind::Class(Class::Unicode(class)) = hir.kind() else { panic!("{class} is no class") };
    for range in class.ranges() {
        for flags in &mut flags[range.start() as usize..=range.end() as usize] {
            *flags |= flag;
        }
    }
}

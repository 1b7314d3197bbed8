//! Short strings of the classes that tell pre-tokenizers apart.

use super::samples::Random;

const FRAGMENTS: [&str; 76] = [
    // Marks: alone, after letters, spaces, punctuation and before capitals.
    "\u{301}",
    "e\u{301}",
    " \u{301}",
    "!\u{301}",
    "\u{301}A",
    "\u{301}Ab",
    "\u{903}",
    "नमस्ते",
    "\u{fe0f}",
    "\u{20e3}",
    // Case: titlecase letters, letters without case, modifier letters, capitals before lower case.
    "ǅ",
    "ǅa",
    "ǲƟ",
    "ªº",
    "ʰʲ",
    "HTTPServer",
    "ABC",
    "aBC",
    "İi",
    "ßẞ",
    "ΑΒγ",
    "ДЖд",
    "中A",
    "A中B",
    "ｆＵ",
    "𝐀𝐛",
    "Ⅷ",
    "ↈ",
    // Contractions in odd case, with the long s and the Kelvin sign.
    "'s",
    "'S",
    "'ſ",
    "'LL",
    "'lL",
    "'Re",
    "'vE",
    "'m",
    "'D",
    "'t",
    "'x",
    "''s",
    "’s",
    "'\u{212a}",
    "I'm",
    "'sS",
    // Numbers of several kinds.
    "1",
    "12",
    "1234567",
    "٣٤٥٦",
    "½²",
    "৪",
    "𝟘𝟙𝟚𝟛",
    "1a2B",
    // White space, line breaks, and slashes after punctuation.
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    " \n ",
    "\n\n  ",
    "\u{a0}",
    "\u{3000}",
    "\u{85}",
    "\u{2028}",
    "\u{200b}",
    "./\n/",
    "//\r\n",
    "!\n/x",
    "/\r",
    // Emoji sequences, controls, special-token text.
    "👩🏽\u{200d}💻",
    "🇩🇪🇪",
    "\u{0}",
    "\u{1b}[0m",
    "\u{7f}",
    "<|endoftext|>",
    "<|fim_prefix|>",
];

const REPEATED: [&str; 16] =
    [" ", "\n", "\t", "a", "A", "-", "=", "中", "😀", "ab", ". ", "\r\n", "\u{301}", "1", "/", "aA"];

/// String number `index`, the same on every machine.
pub(crate) fn tricky(index: usize) -> String {
    let random = &mut Random(0x5eed_0000_0000 + index as u64);
    let mut text = String::new();
    for _ in 0..random.below(12) + 1 {
        match random.below(16) {
            0..=7 => text.push_str(random.pick(&FRAGMENTS)),
            8 => text.push_str(&random.pick(&REPEATED).repeat(random.below(40))),
            9 => text.push(any_character(random)),
            10 => (0..random.below(20)).for_each(|_| text.push(char::from(b'!' + random.below(94) as u8))),
            11 => (0..random.below(24)).for_each(|_| text.push(char::from(b'a' + random.below(26) as u8))),
            12 => (0..random.below(12)).for_each(|_| text.push(letter(random))),
            13 => text.push_str(random.pick(&["word", " word", "Word", " the", "。这是", "です", "한국어", " können"])),
            14 => text.push_str(&format!("{:x}", random.next())),
            _ => text.push_str(random.pick(&["\"", "'", "(", ")", "{", "}", "_", "#", "`", "/", "\\", "*", "+"])),
        }
    }
    // One string in 500 is long without a break, past every threshold of the merging.
    if index.is_multiple_of(500) {
        let len = random.below(12_000);
        match random.below(3) {
            0 => text.push_str(&random.pick(&REPEATED).repeat(len / 2)),
            1 => (0..len).for_each(|_| text.push(char::from(b'a' + random.below(4) as u8))),
            _ => (0..len / 3).for_each(|_| text.push(letter(random))),
        }
    }
    text
}

/// Any character of Unicode, low planes first.
fn any_character(random: &mut Random) -> char {
    let end = random.pick(&[0x80, 0x800, 0x3000, 0x1_0000, 0x2_0000, 0x11_0000]);
    char::from_u32(random.below(end) as u32).unwrap_or('\u{fffd}')
}

/// A letter or mark of one of several scripts.
fn letter(random: &mut Random) -> char {
    let start = random.pick(&[0xc0, 0x180, 0x370, 0x400, 0x5d0, 0x620, 0x900, 0xe00, 0x1f00, 0x3040, 0x4e00, 0xac00]);
    char::from_u32(start + random.below(0x60) as u32).unwrap_or('\u{fffd}')
}

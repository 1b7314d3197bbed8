//! What `count_tokens` does, with the reference tokenizer: `count_tokens_reference [FILE...]`.

#![allow(clippy::print_stdout)]

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reference = tiktoken_rs::o200k_base()?;
    let mut total = 0;
    for path in std::env::args_os().skip(1) {
        total += reference.encode_ordinary(&std::fs::read_to_string(path)?).len();
    }
    println!("{total}");
    Ok(())
}

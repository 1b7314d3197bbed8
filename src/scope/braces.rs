//! `{a,b}` and commas.

/// Splits at the commas that stand outside braces.
pub(super) fn split_commas(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Every pattern with its braces expanded, and the index of where it comes from. Patterns without braces do not count
/// against the limits; one that would go beyond them stays as it is.
pub(super) fn expand_all(patterns: &[&str], max: usize, max_bytes: usize) -> Vec<(usize, String)> {
    let (mut count, mut bytes) = (0, 0);
    let mut all = Vec::with_capacity(patterns.len());
    for (at, pattern) in patterns.iter().enumerate() {
        if !has_choice(pattern) {
            all.push((at, (*pattern).to_owned()));
            continue;
        }
        match expand(pattern, max - count, max_bytes - bytes) {
            Some(expanded) => {
                count += expanded.len();
                bytes += expanded.iter().map(String::len).sum::<usize>();
                all.extend(expanded.into_iter().map(|text| (at, text)));
            }
            None => all.push((at, (*pattern).to_owned())),
        }
    }
    all
}

/// Whether there is a `{` with a matching `}` and a comma between them.
pub(super) fn has_choice(pattern: &str) -> bool {
    choice(pattern).is_some()
}

/// The first outermost `{...}` with a comma: where it starts and ends (after the `}`), and its alternatives.
fn choice(pattern: &str) -> Option<(usize, usize, Vec<&str>)> {
    let bytes = pattern.as_bytes();
    let mut from = 0;
    while let Some(start) = bytes[from..].iter().position(|byte| *byte == b'{').map(|at| from + at) {
        let escaped = start > 0 && bytes[start - 1] == b'\\';
        if !escaped && let Some(end) = closing(bytes, start) {
            let inner = split_commas(&pattern[start + 1..end]);
            if inner.len() > 1 {
                return Some((start, end + 1, inner));
            }
        }
        from = start + 1;
    }
    None
}

fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `None` when it would make more than `max` patterns or `max_bytes` bytes. Grows round by round, so that a hostile
/// pattern is given up as soon as it passes the limit.
fn expand(pattern: &str, max: usize, max_bytes: usize) -> Option<Vec<String>> {
    let mut done = Vec::new();
    // Depth first, the first alternative on top: the result is in the order of the text.
    let mut open = vec![pattern.to_owned()];
    let mut bytes = pattern.len();
    while let Some(next) = open.pop() {
        let Some((start, end, inner)) = choice(&next) else {
            done.push(next);
            continue;
        };
        for part in inner.iter().rev() {
            let text = [&next[..start], part, &next[end..]].concat();
            bytes += text.len();
            open.push(text);
        }
        if done.len() + open.len() > max || bytes > max_bytes {
            return None;
        }
    }
    Some(done)
}

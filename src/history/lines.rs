//! Where the lines of one version of a file are in another: the line map of a histogram diff, checked against the text.
//!
//! The diff is computed here and not by git, because a process for each pair of versions costs more than everything
//! else together. The histogram algorithm and the sliding of hunks are those of git.

use imara_diff::{Algorithm, Diff, InternedInput};

/// Lines above this length take no part in the comparison of similar lines, in bytes.
const MAX_SIMILAR_LINE: usize = 400;
/// How many lines of a hunk are compared with a line that was changed.
const MAX_SIMILAR_LINES: usize = 200;
/// How alike two lines must be for one to be the other after an edit: twice what they share over what they have.
const SIMILAR: f64 = 0.6;
/// Which share of the lines with words must be left for a range to count as changed rather than gone.
const SURVIVING: f64 = 0.5;

/// What became of a range of lines. Lines are 1-based and inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same text on the same lines.
    Same,
    /// The same text on these lines.
    Moved(u32, u32),
    /// Text of the range, changed, on these lines.
    Changed(u32, u32),
    /// The lines are no longer there.
    Gone,
    /// The text stands in several places, and nothing tells which one is meant.
    Ambiguous,
    /// The old version never had these lines.
    OutOfRange,
}

/// Lines of a text without their endings; a `\r` before the ending is no part of the line.
pub fn lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

/// For each line of `old` the line of `new` that is the same one, both 0-based.
pub fn line_map(old: &[&[u8]], new: &[&[u8]]) -> Vec<Option<u32>> {
    pairs(old, new).0
}

/// A piece that differs: lines of the old version and the lines of the new one that stand for them, 0-based, half open.
struct Hunk {
    old: std::ops::Range<u32>,
    new: std::ops::Range<u32>,
}

fn pairs(old: &[&[u8]], new: &[&[u8]]) -> (Vec<Option<u32>>, Vec<Hunk>) {
    let mut input: InternedInput<&[u8]> = InternedInput::default();
    input.update_before(old.iter().copied());
    input.update_after(new.iter().copied());
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let mut map = vec![None; old.len()];
    let (mut before, mut after) = (0u32, 0u32);
    let mut hunks = Vec::new();
    for hunk in diff.hunks() {
        for line in before..hunk.before.start {
            map[line as usize] = Some(after + (line - before));
        }
        (before, after) = (hunk.before.end, hunk.after.end);
        hunks.push(Hunk { old: hunk.before.clone(), new: hunk.after.clone() });
    }
    for line in before..old.len() as u32 {
        map[line as usize] = Some(after + (line - before));
    }
    (map, hunks)
}

/// The pieces in which two versions differ: lines of the old one and the lines of the new one that stand for them, 0-based
/// and half open.
pub fn differences(old: &[u8], new: &[u8]) -> Vec<(std::ops::Range<u32>, std::ops::Range<u32>)> {
    let hunks = pairs(&lines(old), &lines(new)).1;
    hunks.into_iter().map(|hunk| (hunk.old, hunk.new)).collect()
}

/// Whether a line holds a word: braces and commas stand everywhere and tell nothing.
fn has_word(line: &[u8]) -> bool {
    let mut run = 0;
    for byte in line {
        run = if byte.is_ascii_alphabetic() || *byte >= 0x80 { run + 1 } else { 0 };
        if run >= 3 {
            return true;
        }
    }
    false
}

/// Two versions of a file with the map between them, made once for all ranges that are asked for.
pub struct Versions<'a> {
    old: Vec<&'a [u8]>,
    new: Vec<&'a [u8]>,
    map: Vec<Option<u32>>,
    hunks: Vec<Hunk>,
}

impl<'a> Versions<'a> {
    /// Compares two versions.
    pub fn new(old: &'a [u8], new: &'a [u8]) -> Versions<'a> {
        let (old, new) = (lines(old), lines(new));
        let (map, hunks) = pairs(&old, &new);
        Versions { old, new, map, hunks }
    }

    /// What became of lines `start..=end` (1-based) of the old version in the new one.
    pub fn trace(&self, start: u32, end: u32) -> Verdict {
        let (old, map) = (&self.old, &self.map);
        if start == 0 || start as usize > old.len() {
            return Verdict::OutOfRange;
        }
        // An end past the file is a slip of the pen; what is there is followed.
        let last = (end.max(start) as usize).min(old.len()) - 1;
        let first = start as usize - 1;
        let found = |at: u32| {
            let (from, to) = (at + 1, at + 1 + end.max(start) - start);
            if from == start { Verdict::Same } else { Verdict::Moved(from, to) }
        };
        if let Some(to) = map[first]
            && (first..=last).all(|line| map[line] == Some(to + (line - first) as u32))
        {
            return found(to);
        }
        let block = &old[first..=last];
        let worded: Vec<usize> = (first..=last).filter(|line| has_word(old[*line])).collect();
        let places = occurrences(block, &self.new);
        if let [only] = places.as_slice()
            && !worded.is_empty()
        {
            return found(*only);
        }
        let left: Vec<u32> = worded.iter().filter_map(|line| map[*line]).collect();
        if !left.is_empty() && left.len() as f64 >= SURVIVING * worded.len() as f64 {
            return Verdict::Changed(left[0] + 1, left[left.len() - 1] + 1);
        }
        if first == last
            && let Some(line) = edited(block[0], first as u32, &self.hunks, &self.new)
        {
            return Verdict::Changed(line + 1, line + 1);
        }
        if places.len() > 1 { Verdict::Ambiguous } else { Verdict::Gone }
    }
}

/// The lines of `new` that are lines `start..=end` of `old` (all 1-based), where that text holds a word and stands in
/// `new` exactly once.
pub fn found_once(old: &[u8], new: &[u8], start: u32, end: u32) -> Option<(u32, u32)> {
    let (old, new) = (lines(old), lines(new));
    let block = old.get((start as usize).checked_sub(1)?..end as usize)?;
    if !block.iter().any(|line| has_word(line)) {
        return None;
    }
    let [only] = occurrences(block, &new)[..] else { return None };
    Some((only + 1, only + 1 + end - start))
}

/// Where `block` stands in `lines`, 0-based; at most a few places.
fn occurrences(block: &[&[u8]], lines: &[&[u8]]) -> Vec<u32> {
    if block.len() > lines.len() {
        return Vec::new();
    }
    let places = (0..=lines.len() - block.len()).filter(|at| lines[*at] == block[0] && lines[*at..].starts_with(block));
    places.take(2).map(|at| at as u32).collect()
}

/// The line of the same hunk that is most like the old one, if any is like enough.
fn edited(line: &[u8], at: u32, hunks: &[Hunk], new: &[&[u8]]) -> Option<u32> {
    let hunk = hunks.iter().find(|hunk| hunk.old.contains(&at))?;
    let text = String::from_utf8_lossy(line);
    if !has_word(line) || line.len() > MAX_SIMILAR_LINE {
        return None;
    }
    let candidates = hunk.new.clone().take(MAX_SIMILAR_LINES).filter(|to| new[*to as usize].len() <= MAX_SIMILAR_LINE);
    let scored = candidates.map(|to| (similarity(text.trim(), String::from_utf8_lossy(new[to as usize]).trim()), to));
    let best = scored.filter(|(score, _)| *score >= SIMILAR).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    best.map(|(_, to)| to)
}

/// How alike two texts are, 0 to 1: twice the characters in their common pieces over all characters, where the pieces
/// are the longest one and, on either side of it, the longest again.
fn similarity(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let mut common = 0;
    let mut todo = vec![(0, a.len(), 0, b.len())];
    while let Some((a_from, a_to, b_from, b_to)) = todo.pop() {
        let (at_a, at_b, length) = longest_common(&a[a_from..a_to], &b[b_from..b_to]);
        if length > 0 {
            common += length;
            todo.push((a_from, a_from + at_a, b_from, b_from + at_b));
            todo.push((a_from + at_a + length, a_to, b_from + at_b + length, b_to));
        }
    }
    2.0 * common as f64 / (a.len() + b.len()) as f64
}

/// Start in `a`, start in `b` and length of the longest piece that both have.
fn longest_common(a: &[char], b: &[char]) -> (usize, usize, usize) {
    let mut best = (0, 0, 0);
    let mut lengths = vec![0usize; b.len() + 1];
    for (at_a, of_a) in a.iter().enumerate() {
        for at_b in (0..b.len()).rev() {
            lengths[at_b + 1] = if *of_a == b[at_b] { lengths[at_b] + 1 } else { 0 };
            if lengths[at_b + 1] > best.2 {
                best = (at_a + 1 - lengths[at_b + 1], at_b + 1 - lengths[at_b + 1], lengths[at_b + 1]);
            }
        }
    }
    best
}

/// The first 8 hexadecimal digits of the hash over lines `start..=end` (1-based), without blanks at their ends; `None`
/// when the text does not have them all.
pub fn pin_hash(text: &[u8], start: u32, end: u32) -> Option<String> {
    let lines = lines(text);
    let block = lines.get((start as usize).checked_sub(1)?..end as usize)?;
    Some(hash_of(block))
}

/// Where in a text `count` lines with this hash start, 1-based; at most two places.
pub fn pinned_places(text: &[u8], count: u32, hash: &str) -> Vec<u32> {
    let lines = lines(text);
    let windows = lines.windows(count.max(1) as usize).enumerate();
    windows.filter(|(_, block)| hash_of(block) == hash).map(|(at, _)| at as u32 + 1).take(2).collect()
}

fn hash_of(block: &[&[u8]]) -> String {
    let mut hash = xxhash_rust::xxh3::Xxh3::new();
    for line in block {
        hash.update(line.trim_ascii_end());
        hash.update(b"\n");
    }
    format!("{:016x}", hash.digest())[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(old: &[u8], new: &[u8], start: u32, end: u32) -> Verdict {
        Versions::new(old, new).trace(start, end)
    }

    const OLD: &[u8] = b"fn one() {\n    first();\n}\n\nfn two() {\n    second();\n    third();\n}\n";

    #[test]
    fn lines_are_followed_to_where_they_are_now() {
        assert_eq!(trace(OLD, OLD, 2, 3), Verdict::Same);
        let new = [b"// new\n// lines\n", OLD].concat();
        assert_eq!(trace(OLD, &new, 2, 3), Verdict::Moved(4, 5));
        let new = [OLD, b"// end\n"].concat();
        assert_eq!(trace(OLD, &new, 2, 3), Verdict::Same);
        assert_eq!(trace(OLD, OLD, 9, 9), Verdict::OutOfRange);
    }

    #[test]
    fn changed_lines_are_told_from_lines_that_are_gone() {
        let new = b"fn one() {\n    first_of_all();\n}\n\nfn two() {\n    second();\n    more();\n    third();\n}\n";
        assert_eq!(trace(OLD, new, 2, 2), Verdict::Changed(2, 2));
        assert_eq!(trace(OLD, new, 5, 8), Verdict::Changed(5, 8));
        assert_eq!(trace(OLD, b"nothing of it\n", 5, 8), Verdict::Gone);
        assert_eq!(trace(OLD, b"", 1, 1), Verdict::Gone);
    }

    #[test]
    fn text_that_moved_across_the_file_is_found_when_it_is_unique() {
        let new = b"fn two() {\n    second();\n    third();\n}\n\nfn one() {\n    first();\n}\n";
        assert_eq!(trace(OLD, new, 2, 2), Verdict::Moved(7, 7));
    }

    #[test]
    fn line_endings_are_no_part_of_a_line() {
        let new = String::from_utf8_lossy(OLD).replace('\n', "\r\n");
        assert_eq!(trace(OLD, new.as_bytes(), 2, 3), Verdict::Same);
    }

    #[test]
    fn likeness_is_twice_the_shared_over_all() {
        assert_eq!(similarity("abcd", "bcde"), 0.75);
        assert_eq!(similarity("", ""), 1.0);
        assert_eq!(similarity("a", "b"), 0.0);
    }
}

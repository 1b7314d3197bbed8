//! Which documents a change of instructions can concern, told without reading what each of them says.

use super::core;
use crate::workspace::{File, News};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;

/// Shorter words stand in every text, in bytes.
const LONG: usize = 5;
/// The share of the words of an instruction that a text must hold to say nearly the same, in percent. Two instructions
/// that are nearly the same have more of them in common.
const SHARE_PERCENT: usize = 40;

/// Tells which documents may say what an instruction says that came or went.
pub struct Concern<'n> {
    news: &'n News,
    /// Whether every document may say the same.
    everything: bool,
    /// Words to look for; `None` when there are none.
    table: Option<AhoCorasick>,
    /// For each instruction the numbers of its words.
    instructions: Vec<Vec<usize>>,
    words: usize,
}

impl<'n> Concern<'n> {
    /// By what is new.
    pub fn of(news: &'n News) -> Concern<'n> {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut instructions = Vec::new();
        for words in news.instructions.iter().filter(|words| is_comparable(words)) {
            // Languages without spaces have no words to look for.
            if !words.is_ascii() {
                return Concern { news, everything: true, table: None, instructions: Vec::new(), words: 0 };
            }
            let all = || words.split(' ');
            let is_short = all().all(|word| word.len() < LONG);
            let mut of_one: Vec<usize> = Vec::new();
            for word in all().filter(|word| is_short || word.len() >= LONG) {
                let next = numbers.len();
                of_one.push(*numbers.entry(word).or_insert(next));
            }
            of_one.sort_unstable();
            of_one.dedup();
            instructions.push(of_one);
        }
        let mut words: Vec<(&str, usize)> = numbers.into_iter().collect();
        words.sort_by_key(|(_, number)| *number);
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
        let table = builder.build(words.iter().map(|(word, _)| word)).ok().filter(|_| !words.is_empty());
        Concern { news, everything: false, table, instructions, words: words.len() }
    }

    /// Whether what the document says has to be looked at.
    pub fn holds(&self, file: &File) -> bool {
        if self.everything || self.news.documents.contains(&file.path) {
            return true;
        }
        let Some(table) = &self.table else { return !self.instructions.is_empty() };
        let mut seen = vec![false; self.words];
        for found in table.find_overlapping_iter(&file.source.text) {
            seen[found.pattern().as_usize()] = true;
        }
        let held = |of: &Vec<usize>| of.iter().filter(|word| seen[**word]).count();
        self.instructions.iter().any(|of| held(of) * 100 >= of.len() * SHARE_PERCENT)
    }
}

/// Whether an instruction is long enough to be held against others.
fn is_comparable(words: &str) -> bool {
    !words.is_ascii() || core(words).is_some() || words.split(' ').count() > 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::workspace;
    use crate::world::Memory;
    use std::path::Path;

    #[test]
    fn a_document_is_concerned_by_what_it_may_say_too() {
        let mut world = Memory::default();
        let said = "# A\n\n- Run the **Migrations** before every release of the service.\n";
        for (path, text) in
            [("a/CLAUDE.md", said), ("b/CLAUDE.md", "# B\n\n- Keep the changelog.\n"), ("c/CLAUDE.md", "C")]
        {
            world.add(format!("/r/{path}"), text);
        }
        let workspace = workspace::load(&world, Path::new("/r"), Settings::default(), None);
        let of = |instructions: &[&str], documents: &[&str]| {
            let news = News {
                documents: documents.iter().map(|path| (*path).into()).collect(),
                instructions: instructions.iter().map(|words| (*words).to_owned()).collect(),
            };
            let concern = Concern::of(&news);
            let held = workspace.files.iter().filter(|file| concern.holds(file));
            held.map(|file| file.path.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of(&["run the migrations before each release"], &[]), ["a/CLAUDE.md"]);
        assert_eq!(of(&["never do that"], &["c/CLAUDE.md"]), ["c/CLAUDE.md"]);
        assert_eq!(of(&[], &[]), [""; 0]);
        assert_eq!(of(&["提交前必须运行全部测试"], &[]).len(), 3);
    }
}

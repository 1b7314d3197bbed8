//! The walk over the blocks of a document: where directives are looked for, and what the place says about them.

use super::clause::Clause;
use super::english::{self, Directive, Force, Place};
use super::language::{self, Languages};
use super::lexicon::{
    EXAMPLE, FINITE, GENERIC, LICENCE, Language, NEVER, OBTAIN, QUESTION_WORD, RULE_SECTION, STOP, STRONG, TRIGGER,
};
use super::mask::{Run, mask};
use super::phrases::is_phrase_char;
use super::sections::Sections;
use super::words::{Form, Token, tokenize};
use super::{Counted, Instruction, Kind, fences, reading, tables};
use crate::model::{BlockKind, Document, InlineKind, NO_PARENT};
use crate::source::Span;

/// What the text before a list says about its items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing: each item speaks for itself.
    #[default]
    Own,
    /// The items complete the lead-in: each is an instruction of this kind. `true` where the lead-in only announces,
    /// so that items of code alone are reference.
    Each(Kind, bool),
    /// The lead-in is a trigger: directives among the items are conditional.
    Trigger,
    /// The items are part of the instruction before them, or describe something.
    Silent,
    /// The items are rules, also without a verb.
    Rules,
    /// The items belong to a sentence before them; only what is a directive by itself counts.
    Led,
    /// The items describe what is there: `The project uses:`.
    Describes,
}

/// Tokens of a sentence that are looked at.
pub(super) const LONGEST_SENTENCE: usize = 400;

/// The state of one count.
pub(super) struct Counter<'a> {
    pub(super) document: &'a Document,
    pub(super) text: &'a str,
    pub(super) mask: String,
    pub(super) sections: Sections,
    pub(super) languages: Languages,
    readme: bool,
    /// By list block.
    pub(super) leads: Vec<Lead>,
    found: Vec<Instruction>,
    /// How many instructions each section has, by its number.
    in_section: Vec<u32>,
    /// Consequences count where their section has nothing else.
    consequences: Vec<(usize, Instruction)>,
    /// Tags of samples that are open.
    pub(super) samples: u32,
    pub(super) tokens: Vec<Token>,
}

/// Where a run of prose stands.
#[derive(Clone, Copy)]
pub(super) struct Around {
    pub(super) place: Place,
    pub(super) check: bool,
    pub(super) task: bool,
    pub(super) step: bool,
    pub(super) lead: Lead,
    /// The document is the front page of a project, for people who come to use it.
    pub(super) readme: bool,
    /// What follows directly and could be led in.
    pub(super) next: Option<usize>,
}

pub(super) fn count(document: &Document, text: &str) -> Counted {
    let (masked, runs) = mask(document, text);
    let Ok(mask) = String::from_utf8(masked) else { return Counted::default() };
    let languages = language::detect(&mask);
    let mut counter = Counter {
        document,
        text,
        mask,
        sections: Sections::default(),
        languages,
        readme: is_readme(document, text),
        leads: vec![Lead::Own; document.blocks.len()],
        found: Vec::new(),
        in_section: vec![0],
        consequences: Vec::new(),
        samples: 0,
        tokens: Vec::new(),
    };
    counter.walk(&runs);
    let Counter { mut found, consequences, in_section, .. } = counter;
    let alone = |(section, _): &&(usize, Instruction)| in_section[*section] == 0;
    found.extend(consequences.iter().filter(alone).map(|(_, instruction)| *instruction));
    found.sort_by_key(|instruction| instruction.span);
    Counted { items: found, approximate: languages.unknown }
}

/// The span with the marks of emphasis that touch it.
fn with_marks(span: Span, text: &str) -> Span {
    let is_mark = |byte: &&u8| matches!(byte, b'*' | b'_' | b'`');
    let (before, after) = (&text.as_bytes()[..span.start as usize], &text.as_bytes()[span.end as usize..]);
    let start = span.start as usize - before.iter().rev().take(3).take_while(is_mark).count();
    let end = span.end as usize + after.iter().take(3).take_while(is_mark).count();
    Span::new(start, end)
}

/// Whether a document is the front page of a project: it says how to get it and under which licence, or starts with
/// badges. What such a page asks of its readers is no instruction to an agent, unless it says so with all clarity.
fn is_readme(document: &Document, text: &str) -> bool {
    let mut classes = 0;
    for section in &document.sections {
        let title = section.title.slice(text);
        // A long title is about something else that has a licence.
        if title.split_whitespace().count() <= 3 {
            let words = title.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
            classes |= words.fold(0, |classes, word| classes | Language::English.words().of(word));
        }
    }
    let badges = document.inlines.iter().take(40).filter(|inline| inline.kind == InlineKind::Image).count();
    classes & LICENCE != 0 && (classes & OBTAIN != 0 || badges > 0) || badges >= 2
}

/// The kind of a directive. `step` is where a plain imperative is part of a procedure, `triggered` what stands before
/// the sentence.
pub(super) fn kind_of(found: Directive, step: bool, triggered: bool) -> Kind {
    match found.force {
        Force::Never => Kind::Never,
        _ if found.triggered || triggered => Kind::Conditional,
        Force::Must | Force::Fact => Kind::Must,
        Force::Prefer => Kind::Prefer,
        Force::Plain => {
            if step {
                Kind::Procedure
            } else {
                Kind::Must
            }
        }
    }
}

impl Counter<'_> {
    pub(super) fn push(&mut self, span: Span, kind: Kind, rule: &'static str) {
        let span = with_marks(span, self.text);
        self.found.push(Instruction { span, kind, rule });
        self.in_section[self.sections.current] += 1;
    }

    /// Whether plain imperatives here are reference.
    pub(super) fn is_reference(&self) -> bool {
        self.readme || self.sections.is_reference(false)
    }

    fn walk(&mut self, runs: &[Run]) {
        let mut runs = runs.iter().peekable();
        for block in 0..self.document.blocks.len() {
            let kind = self.document.blocks[block].kind;
            match kind {
                BlockKind::Heading { level } => {
                    let mut title = String::new();
                    while let Some(run) = runs.next_if(|run| run.block as usize == block) {
                        title.push_str(&self.mask[run.span.range()]);
                    }
                    self.sections.enter(level, &title, self.languages.latin);
                    self.in_section.push(0);
                    self.samples = 0;
                }
                BlockKind::Table if self.samples == 0 && !self.languages.unknown => tables::table(self, block),
                BlockKind::Fence { info, content, .. } if info.is_empty() && self.samples == 0 => {
                    fences::plain_fence(self, content);
                }
                BlockKind::Html => self.html(block),
                BlockKind::List { .. } => self.inherit_lead(block),
                _ => {}
            }
            while let Some(run) = runs.next_if(|run| run.block as usize <= block) {
                if run.block as usize == block
                    && matches!(kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote)
                {
                    self.run(*run);
                }
            }
        }
    }

    /// A list below a silent item is silent too.
    fn inherit_lead(&mut self, list: usize) {
        let item = self.document.blocks[list].parent;
        let Some(item) = self.document.blocks.get(item as usize) else { return };
        if self.leads.get(item.parent as usize) == Some(&Lead::Silent) {
            self.leads[list] = Lead::Silent;
        }
    }

    fn run(&mut self, run: Run) {
        let silent = self.samples > 0;
        let inlines = &self.document.inlines[run.first_inline as usize..];
        let tags = inlines.iter().take_while(|inline| inline.span.start < run.span.end);
        let tags: Vec<Span> = tags.filter(|inline| inline.kind == InlineKind::Html).map(|inline| inline.span).collect();
        if !silent {
            let around = self.around(run.block as usize);
            self.prose(run.span, around);
        }
        for tag in tags {
            self.tag(tag.slice(self.text));
        }
    }

    /// What the blocks around a block and the headings above it say.
    pub(super) fn around(&self, block: usize) -> Around {
        let blocks = &self.document.blocks;
        let mut around = Around {
            place: Place { reference: self.is_reference(), rules: self.sections.is_rules(), item: false },
            check: self.sections.is_check(),
            task: false,
            step: self.sections.is_step(),
            lead: Lead::Own,
            readme: self.readme,
            next: None,
        };
        let mut at = block;
        let mut nearest = true;
        loop {
            match blocks[at].kind {
                BlockKind::Item { task } if nearest => {
                    around.place.item = true;
                    around.task = task.is_some();
                    // Only the first text of an item completes a lead-in.
                    let first = at == block || block == at + 1;
                    let lead = self.leads.get(blocks[at].parent as usize).copied().unwrap_or_default();
                    around.lead = if first || lead == Lead::Silent { lead } else { Lead::Own };
                    nearest = false;
                }
                BlockKind::List { ordered: true } => around.step = true,
                _ => {}
            }
            if blocks[at].parent == NO_PARENT {
                break;
            }
            at = blocks[at].parent as usize;
        }
        around.place.rules = (around.place.rules || around.lead == Lead::Rules) && around.lead != Lead::Led;
        around.place.reference |=
            around.place.item && self.sections.is_reference(true) || around.lead == Lead::Describes;
        if let Some(next) = blocks.get(block + 1)
            && (next.parent as usize == block || next.parent == blocks[block].parent)
            && matches!(
                next.kind,
                BlockKind::List { .. } | BlockKind::Table | BlockKind::Fence { .. } | BlockKind::IndentedCode
            )
        {
            around.next = Some(block + 1);
        }
        around
    }

    /// Counts the directives of one run of prose.
    pub(super) fn prose(&mut self, span: Span, around: Around) {
        if around.lead == Lead::Silent {
            return;
        }
        if self.languages.unknown {
            return self.guess(span, around);
        }
        let slice = &self.mask[span.range()];
        if !slice.is_ascii() {
            let (mut han, mut hangul, mut cyrillic, mut letters) = (0, 0, 0, 0);
            for c in slice.chars().take(4096) {
                match c {
                    '\u{ac00}'..='\u{d7a3}' => hangul += 1,
                    c if is_phrase_char(c) => han += 1,
                    '\u{400}'..='\u{45f}' => cyrillic += 1,
                    c if c.is_alphabetic() => letters += 1,
                    _ => {}
                }
            }
            if (han + hangul) * 4 > letters + cyrillic {
                let language = if hangul > han { Language::Korean } else { self.languages.han };
                return self.phrase_prose(span, around, language);
            }
            if cyrillic > letters {
                return self.word_prose(span, around, Language::Russian);
            }
        }
        let language = self.languages.latin;
        if language == Language::English || self.is_english(span, language) {
            return self.english_prose(span, around);
        }
        self.word_prose(span, around, language);
    }

    /// Whether a run in a document of another language is English all the same.
    fn is_english(&self, span: Span, language: Language) -> bool {
        let words =
            self.mask[span.range()].split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(200);
        let (mut english, mut other) = (0, 0);
        for word in words {
            english += usize::from(Language::English.words().of(word) & STOP != 0);
            other += usize::from(language.words().of(word) & STOP != 0);
        }
        english > other
    }

    fn english_prose(&mut self, span: Span, around: Around) {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokenize(&self.mask, span.start as usize, span.end as usize, Language::English.words(), &mut tokens);
        let mut triggered = around.lead == Lead::Trigger;
        let mut start = 0;
        let mut nth = 0;
        while start < tokens.len() {
            let end = tokens[start..].iter().position(|token| matches!(token.form, Form::End(_)));
            let end = end.map_or(tokens.len(), |at| start + at + 1);
            // What is longer is no sentence: only its beginning is read.
            let sentence = &tokens[start..end.min(start + LONGEST_SENTENCE)];
            start = end;
            if !sentence.iter().any(Token::is_word) {
                continue;
            }
            let opens = end == tokens.len() && sentence.last().is_some_and(|token| token.form == Form::Colon);
            if opens && let Some(next) = around.next {
                self.lead_in(sentence, around, triggered, next);
            } else {
                self.sentence(sentence, around, nth, &mut triggered);
            }
            nth += 1;
        }
        self.tokens = tokens;
    }

    /// One English sentence; `nth` is its number in the run. A question or a trigger label sets `triggered` for what
    /// follows it.
    fn sentence(&mut self, sentence: &[Token], around: Around, nth: usize, triggered: &mut bool) {
        let Around { place, .. } = around;
        let (Some(first), Some(last)) = (sentence.first(), sentence.last()) else { return };
        let span = Span { start: first.start, end: last.end };
        let is_question = last.form == Form::End(b'?');
        let tokens = if matches!(last.form, Form::End(_)) { &sentence[..sentence.len() - 1] } else { sentence };
        let text = std::mem::take(&mut self.mask);
        let clause = Clause { text: &text, tokens };
        let words = tokens.iter().filter(|token| token.is_word()).count();
        let checks = around.task && around.check || around.check && place.item && is_question;
        // `Examine each hunk - can it be reverted?` asks behind a directive.
        let mark = tokens.iter().position(|token| matches!(token.form, Form::Dash | Form::Colon));
        let before = mark.and_then(|at| english::directive(Clause { text: &text, tokens: &tokens[..at] }, place));
        let later = mark
            .is_some_and(|at| english::directive(Clause { text: &text, tokens: &tokens[at + 1..] }, place).is_some());
        let answered = is_question
            && (later || nth == 0 && before.is_some() && !matches!(tokens[mark.unwrap_or(0)].form, Form::Colon));
        let is_question = is_question && !answered;
        let outcome = if is_question {
            *triggered |= words <= 12 && !first.is(QUESTION_WORD);
            if checks && nth == 0 { vec![(span, Kind::Must, "question-check")] } else { Vec::new() }
        } else {
            let found = reading::read(clause, span, around, nth, triggered);
            let silent = found.is_empty();
            match (silent, nth, around.lead) {
                (true, 0, Lead::Each(kind, generic)) => {
                    let code = !tokens.iter().any(|token| token.form == Form::Word);
                    let catalogue = generic && (code || first.form == Form::Code);
                    let maps = tokens.iter().any(|token| token.form == Form::Arrow);
                    let kind = if maps { Kind::Conditional } else { kind };
                    if catalogue { found } else { vec![(span, kind, "lead-in")] }
                }
                (false, 0, Lead::Each(lead, _)) => {
                    let strengthen = |kind| match (lead, kind) {
                        (Kind::Never, _) => Kind::Never,
                        (_, Kind::Must | Kind::Procedure) => lead,
                        (_, kind) => kind,
                    };
                    found.into_iter().map(|(span, kind, rule)| (span, strengthen(kind), rule)).collect()
                }
                (true, 0, _) if checks => vec![(span, Kind::Must, "checklist")],
                (false, ..) if checks || around.task => {
                    let checked = |kind| if kind == Kind::Never { kind } else { Kind::Must };
                    found.into_iter().map(|(span, kind, rule)| (span, checked(kind), rule)).collect()
                }
                _ => found,
            }
        };
        if outcome.is_empty() && reading::is_consequence(clause) {
            let kind = if *triggered { Kind::Conditional } else { Kind::Must };
            self.consequences.push((self.sections.current, Instruction { span, kind, rule: "consequence" }));
        }
        self.mask = text;
        for (span, kind, rule) in outcome {
            self.push(span, kind, rule);
        }
    }

    /// A sentence that ends with a colon, before the block `next`.
    fn lead_in(&mut self, sentence: &[Token], around: Around, triggered: bool, next: usize) {
        let Around { place, step, .. } = around;
        let (Some(first), Some(last)) = (sentence.first(), sentence.last()) else { return };
        let span = Span { start: first.start, end: last.end };
        let tokens = &sentence[..sentence.len() - 1];
        let clause = Clause { text: &self.mask, tokens };
        let next_block = self.document.blocks[next];
        let is_list = matches!(next_block.kind, BlockKind::List { .. });
        let found = english::directive(clause, place);
        let explicit = found.filter(|found| !place.reference || !matches!(found.force, Force::Plain | Force::Fact));
        let words = tokens.iter().filter(|token| token.is_word()).count();
        let ends_with_trigger = tokens.last().is_some_and(|token| token.is(TRIGGER));
        let generic = tokens.iter().any(|token| token.is(GENERIC));
        let is_example = tokens.iter().any(|token| token.is(EXAMPLE)) && words <= 4;
        if !is_list {
            let table = next_block.kind == BlockKind::Table;
            // `To start a server, run X first, then use the helper:` says more than the commands below it.
            let soft = tokens.iter().position(|token| token.form == Form::Comma);
            let tells = soft.is_some_and(|at| {
                !english::is_incomplete(Clause { text: clause.text, tokens: &tokens[at + 1..] })
                    && tokens.len() - at > 4
            });
            let shell = !table
                && !tells
                && found.is_some_and(|found| found.force == Force::Plain && !clause.tokens[0].is(TRIGGER))
                && english::announces_command(clause);
            let open = if table {
                english::is_incomplete(clause)
            } else {
                words < 2 || tokens.last().is_some_and(|token| token.is(super::lexicon::PREPOSITION))
            };
            if let Some(found) = explicit
                && !shell
                && !generic
                && !open
            {
                let kind = kind_of(found, step, triggered);
                self.push(span, kind, "lead-in");
            }
            return;
        }
        let whole = Span { start: span.start, end: next_block.span.end };
        let only = words <= 2 && tokens.last().is_some_and(|token| token.is(STRONG));
        let kind = found.map(|found| kind_of(found, step, triggered));
        let first_word = clause.word(0).to_ascii_lowercase();
        let bare = match (words, first_word.as_str()) {
            (1, "never" | "don't" | "avoid" | "forbidden" | "prohibited" | "don'ts" | "dont") => Some(Kind::Never),
            (2, "do") if clause.is_word(1, &["not"]) => Some(Kind::Never),
            (
                1,
                "do" | "must" | "always" | "required" | "ensure" | "verify" | "confirm" | "check" | "use" | "include"
                | "remember" | "do's" | "dos",
            ) => Some(Kind::Must),
            (1, "prefer" | "should" | "consider") => Some(Kind::Prefer),
            _ => None,
        };
        let routing =
            self.sections.is_situation() || clause.is_word(0, &["use", "invoke", "activate", "trigger"]) && words <= 4;
        let lead = if only && self.sections.is_situation()
            || ends_with_trigger
                && !place.reference
                && (words >= 2 && (found.is_some() && !routing || clause.is_word(0, &["always", "never"])))
        {
            let never = first.is(NEVER);
            self.push(whole, if never { Kind::Never } else { Kind::Conditional }, "trigger-list");
            Lead::Silent
        } else if let Some(kind) = bare {
            Lead::Each(kind, false)
        } else if is_example {
            Lead::Silent
        } else if let Some(found) = explicit {
            let kind = kind.unwrap_or(Kind::Must);
            if generic {
                if reading::is_reference_announcement(clause) { Lead::Own } else { Lead::Each(kind, true) }
            } else if english::is_incomplete(clause) {
                Lead::Each(kind, false)
            } else {
                self.push(span, kind, found.rule);
                Lead::Led
            }
        } else if first.is(TRIGGER) && words >= 2
            || tokens.iter().any(|token| token.is(TRIGGER)) && words <= 5 && !place.reference
        {
            Lead::Trigger
        } else if words <= 5 && tokens.last().is_some_and(|token| token.is(RULE_SECTION)) && !place.reference {
            Lead::Rules
        } else if found.is_none() && tokens.iter().any(|token| token.is(FINITE)) {
            Lead::Describes
        } else {
            Lead::Led
        };
        self.leads[next] = lead;
    }
}

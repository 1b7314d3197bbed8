//! The walk over the blocks of a document: where directives are looked for, and what the place says about them.

use super::english::{self, Clause, Directive, Force, Place};
use super::language::{self, Languages};
use super::lexicon::{CONVENTION, DETERMINER, EXAMPLE, FINITE, GENERIC, Language, NEVER, QUESTION_WORD, RULE_SECTION, STOP, STRONG, TRIGGER, VERB};
use super::mask::{Run, mask};
use super::phrases::{self, is_phrase_char};
use super::sections::Sections;
use super::words::{Form, Token, tokenize};
use super::{Counted, Instruction, Kind, fences, latin, tables};
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
const LONGEST_SENTENCE: usize = 400;

/// The state of one count.
pub(super) struct Counter<'a> {
    pub(super) document: &'a Document,
    pub(super) text: &'a str,
    pub(super) mask: String,
    pub(super) sections: Sections,
    pub(super) languages: Languages,
    /// By list block.
    leads: Vec<Lead>,
    found: Vec<Instruction>,
    /// How many instructions each section has, by its number.
    in_section: Vec<u32>,
    /// Consequences count where their section has nothing else.
    consequences: Vec<(usize, Instruction)>,
    /// Tags of samples that are open.
    samples: u32,
    tokens: Vec<Token>,
}

/// Where a run of prose stands.
#[derive(Clone, Copy)]
pub(super) struct Around {
    place: Place,
    check: bool,
    task: bool,
    step: bool,
    lead: Lead,
    /// What follows directly and could be led in.
    next: Option<usize>,
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

/// The kind of a directive. `step` is where a plain imperative is part of a procedure, `triggered` what stands before
/// the sentence.
pub(super) fn kind_of(found: Directive, step: bool, triggered: bool) -> Kind {
    match found.force {
        Force::Never => Kind::Never,
        _ if found.triggered || triggered => Kind::Conditional,
        Force::Must | Force::Fact => Kind::Must,
        Force::Prefer => Kind::Prefer,
        Force::Plain => if step { Kind::Procedure } else { Kind::Must },
    }
}

impl Counter<'_> {
    pub(super) fn push(&mut self, span: Span, kind: Kind, rule: &'static str) {
        self.found.push(Instruction { span, kind, rule });
        self.in_section[self.sections.current] += 1;
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
                BlockKind::Table => {
                    if self.samples == 0 && !self.languages.unknown {
                        tables::table(self, block);
                    }
                }
                BlockKind::Fence { info, content, .. } if info.is_empty() && self.samples == 0 => {
                    fences::plain_fence(self, content);
                }
                BlockKind::Html => self.html(block),
                BlockKind::List { .. } => self.inherit_lead(block),
                _ => {}
            }
            while let Some(run) = runs.next_if(|run| run.block as usize <= block) {
                if run.block as usize == block && matches!(kind, BlockKind::Paragraph | BlockKind::Item { .. } | BlockKind::Footnote) {
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
    fn around(&self, block: usize) -> Around {
        let blocks = &self.document.blocks;
        let mut around = Around {
            place: Place { reference: self.sections.is_reference(false), rules: self.sections.is_rules(), item: false },
            check: self.sections.is_check(),
            task: false,
            step: self.sections.is_step(),
            lead: Lead::Own,
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
        around.place.reference |= around.place.item && self.sections.is_reference(true) || around.lead == Lead::Describes;
        if let Some(next) = blocks.get(block + 1)
            && (next.parent as usize == block || next.parent == blocks[block].parent)
            && matches!(next.kind, BlockKind::List { .. } | BlockKind::Table | BlockKind::Fence { .. } | BlockKind::IndentedCode)
        {
            around.next = Some(block + 1);
        }
        around
    }

    /// Counts the directives of one run of prose.
    fn prose(&mut self, span: Span, around: Around) {
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
        let words = self.mask[span.range()].split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(200);
        let (mut english, mut other) = (0, 0);
        for word in words {
            english += usize::from(Language::English.words().of(word) & STOP != 0);
            other += usize::from(language.words().of(word) & STOP != 0);
        }
        english > other
    }

    /// Of a language without word lists: a list item is taken for an instruction, and so is a sentence that shouts.
    fn guess(&mut self, span: Span, around: Around) {
        let slice = &self.mask[span.range()];
        let words = slice.split_whitespace().take(3).count();
        let shouts = slice.trim_end().ends_with(['!', '！']);
        if words >= 2 && (around.place.item && !around.place.reference || shouts) {
            let kind = if around.step { Kind::Procedure } else { Kind::Must };
            self.push(span, kind, "approximate");
        }
    }

    fn word_prose(&mut self, span: Span, around: Around, language: Language) {
        let mut tokens = std::mem::take(&mut self.tokens);
        tokenize(&self.mask, span.start as usize, span.end as usize, language.words(), &mut tokens);
        for sentence in tokens.split(|token| matches!(token.form, Form::End(_))) {
            let sentence = &sentence[..sentence.len().min(LONGEST_SENTENCE)];
            let colon = sentence.iter().take(8).position(|token| token.form == Form::Colon);
            let body = match colon {
                Some(at) if at + 1 < sentence.len() => &sentence[at + 1..],
                _ => sentence,
            };
            let Some(found) = latin::directive(&self.mask, body, language, around.place.item) else { continue };
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            if let (Some(first), Some(last)) = (sentence.first(), sentence.last())
                && (explicit || !around.place.reference)
            {
                let span = Span { start: first.start, end: last.end };
                self.push(span, kind_of(found, around.step, around.lead == Lead::Trigger), found.rule);
            }
        }
        self.tokens = tokens;
    }

    fn phrase_prose(&mut self, span: Span, around: Around, language: Language) {
        let place = phrases::Place {
            reference: around.place.reference,
            rules: around.place.rules,
            item: around.place.item,
            step: around.step,
        };
        let sentences = phrases::sentences(&self.mask, span.start as usize, span.end as usize, language);
        let last = sentences.len().saturating_sub(1);
        for (at, (start, end)) in sentences.into_iter().enumerate() {
            let raw = &self.mask[start..end];
            let sentence = phrases::clean(raw);
            let leading = raw.len() - raw.trim_start().len();
            let span = Span::new(start + leading, end.max(start + leading));
            let question = raw.trim_end().ends_with(['？', '?']);
            if at == last && raw.trim_end().ends_with(['：', ':']) && let Some(next) = around.next {
                self.phrase_lead(&sentence, span, place, next, language);
                continue;
            }
            if question {
                if around.check && around.place.item {
                    self.push(span, Kind::Must, "question-check");
                }
                continue;
            }
            // Only a first line without a full stop may be a rule without a verb.
            let whole = at == 0 && !raw.trim_end().ends_with('。');
            let found = phrases::directive(&sentence, language, place).filter(|found| whole || found.force != Force::Fact);
            let inherited = if at == 0 { around.lead } else { Lead::Own };
            let step = around.step;
            match (found, inherited) {
                (Some(found), Lead::Trigger) => self.push(span, kind_of(found, step, true), found.rule),
                (Some(found), Lead::Each(kind, _)) => {
                    let own = kind_of(found, step, false);
                    self.push(span, if own == Kind::Must || kind == Kind::Never { kind } else { own }, "lead-in");
                }
                (None, Lead::Each(kind, generic)) if !generic && sentence.chars().any(char::is_alphanumeric) => {
                    self.push(span, kind, "lead-in");
                }
                (Some(found), _) => {
                    let check = around.task || around.check && around.place.item;
                    let kind = kind_of(found, step, false);
                    self.push(span, if check && kind != Kind::Never { Kind::Must } else { kind }, found.rule);
                }
                (None, _) if around.task && around.check => self.push(span, Kind::Must, "checklist"),
                (None, _) => {}
            }
        }
    }

    fn phrase_lead(&mut self, sentence: &str, span: Span, place: phrases::Place, next: usize, language: Language) {
        let is_list = matches!(self.document.blocks[next].kind, BlockKind::List { .. });
        let found = phrases::directive(sentence, language, phrases::Place { item: false, rules: false, ..place });
        let explicit = found.filter(|found| !matches!(found.force, Force::Plain | Force::Fact));
        let letters = sentence.chars().filter(|c| c.is_alphanumeric()).count();
        let lead = match explicit {
            Some(found) if phrases::is_generic(sentence, language) || letters <= 8 => {
                Lead::Each(kind_of(found, place.step, false), false)
            }
            None if phrases::is_trigger_only(sentence, language) => Lead::Trigger,
            Some(found) if !place.reference => {
                self.push(span, kind_of(found, place.step, false), found.rule);
                Lead::Own
            }
            _ => Lead::Own,
        };
        if is_list {
            self.leads[next] = lead;
        }
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
        let Around { place, step, .. } = around;
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
        let later = mark.is_some_and(|at| english::directive(Clause { text: &text, tokens: &tokens[at + 1..] }, place).is_some());
        let answered = is_question && (later || nth == 0 && before.is_some() && !matches!(tokens[mark.unwrap_or(0)].form, Form::Colon));
        let is_question = is_question && !answered;
        let outcome = if is_question {
            *triggered |= words <= 12 && !first.is(QUESTION_WORD);
            if checks && nth == 0 { vec![(span, Kind::Must, "question-check")] } else { Vec::new() }
        } else {
            let found = read(clause, span, around, nth, triggered);
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
        if outcome.is_empty() && is_consequence(clause) {
            let kind = if *triggered { Kind::Conditional } else { Kind::Must };
            self.consequences.push((self.sections.current, Instruction { span, kind, rule: "consequence" }));
        }
        self.mask = text;
        for (span, kind, rule) in outcome {
            self.push(span, kind, rule);
        }
        let _ = step;
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
            let tells = soft.is_some_and(|at| !english::is_incomplete(Clause { text: clause.text, tokens: &tokens[at + 1..] }) && tokens.len() - at > 4);
            let shell = !table && !tells && found.is_some_and(|found| found.force == Force::Plain && !clause.tokens[0].is(TRIGGER)) && english::announces_command(clause);
            let open = if table { english::is_incomplete(clause) } else { words < 2 || tokens.last().is_some_and(|token| token.is(super::lexicon::PREPOSITION)) };
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
            (1, "do" | "must" | "always" | "required" | "ensure" | "verify" | "confirm" | "check" | "use" | "include" | "remember" | "do's" | "dos") => Some(Kind::Must),
            (1, "prefer" | "should" | "consider") => Some(Kind::Prefer),
            _ => None,
        };
        let routing = self.sections.is_situation() || clause.is_word(0, &["use", "invoke", "activate", "trigger"]) && words <= 4;
        let lead = if only && self.sections.is_situation() || ends_with_trigger && !place.reference && (words >= 2 && (found.is_some() && !routing || clause.is_word(0, &["always", "never"]))) {
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
                if is_reference_announcement(clause) { Lead::Own } else { Lead::Each(kind, true) }
            } else if english::is_incomplete(clause) {
                Lead::Each(kind, false)
            } else {
                self.push(span, kind, found.rule);
                Lead::Led
            }
        } else if first.is(TRIGGER) && words >= 2 {
            Lead::Trigger
        } else if tokens.iter().any(|token| token.is(TRIGGER)) && words <= 5 && !place.reference {
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

    /// A block of HTML: tags of samples open and close, the rest is prose.
    fn html(&mut self, block: usize) {
        let span = self.document.blocks[block].span;
        let source = span.slice(self.text);
        let name = tag_name(source);
        let layout = ["p", "div", "table", "pre", "script", "style", "picture", "img", "a", "center", "h1", "h2", "h3", "svg", "br", "ul", "ol", "td", "tr"];
        if layout.contains(&name.as_str()) {
            return;
        }
        let mut at = span.start as usize;
        let mut paragraph: Option<Span> = None;
        let mut done: Vec<(Span, bool)> = Vec::new();
        for line in source.split_inclusive('\n') {
            let (start, end) = (at, at + line.trim_end().len());
            at += line.len();
            let text = line.trim();
            if text.starts_with('<') {
                done.extend(paragraph.take().map(|span| (span, false)));
                if text.ends_with('>') && text.matches('<').count() == 1 {
                    for (span, item) in done.drain(..) {
                        self.html_prose(span, block, item);
                    }
                    self.tag(text);
                    continue;
                }
            }
            let start = start + line.len() - line.trim_start().len();
            let marker = text.starts_with("- ") || text.starts_with("* ");
            if text.is_empty() || marker {
                done.extend(paragraph.take().map(|span| (span, false)));
            }
            if marker {
                done.push((Span::new(start + 2, end.max(start + 2)), true));
            } else if !text.is_empty() {
                let from = paragraph.map_or(start, |span| span.start as usize);
                paragraph = Some(Span::new(from, end.max(from)));
            }
        }
        done.extend(paragraph.map(|span| (span, false)));
        for (span, item) in done {
            self.html_prose(span, block, item);
        }
    }

    fn html_prose(&mut self, span: Span, block: usize, item: bool) {
        if self.samples > 0 {
            return;
        }
        let mut around = self.around(block);
        around.place.item |= item;
        around.next = None;
        self.prose(span, around);
    }

    /// Opens or closes a sample.
    fn tag(&mut self, tag: &str) {
        const SAMPLES: [&str; 12] =
            ["example", "examples", "good", "bad", "good-example", "bad-example", "output", "template", "sample", "format", "output_format", "output-format"];
        let name = tag_name(tag.trim_start_matches("</").trim_start_matches('<'));
        if !SAMPLES.contains(&name.as_str()) {
            return;
        }
        self.samples = if tag.starts_with("</") { self.samples.saturating_sub(1) } else { self.samples + 1 };
    }
}

fn tag_name(tag: &str) -> String {
    let name = tag.trim_start().trim_start_matches('<').trim_start_matches('/');
    let name = name.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_')).next().unwrap_or("");
    name.chars().take(24).collect::<String>().to_ascii_lowercase()
}

/// `Use the following commands:`.
fn is_reference_announcement(clause: Clause<'_>) -> bool {
    (0..clause.tokens.len()).any(|at| clause.is_word(at, &["command", "commands", "script", "scripts", "step", "steps", "files", "example", "examples"]))
}

/// `PRs without tests will be closed`.
fn is_consequence(clause: Clause<'_>) -> bool {
    (0..clause.tokens.len()).any(|at| {
        let will = clause.row(at, &["will", "be"]) || clause.row(at, &["will", "not", "be"]) || clause.row(at, &["won't", "be"]);
        let what = |at| clause.is_word(at, &["closed", "rejected", "declined", "accepted", "merged", "reverted", "reviewed"]);
        will && (what(at + 2) || what(at + 3)) || clause.is_word(at, &["are", "is"]) && what(at + 1) && clause.is_word(at + 2, &["automatically"])
    })
}

type Outcome = Vec<(Span, Kind, &'static str)>;

/// The directives of a sentence that is no question: of the whole, of what follows its label, and of clauses with a
/// modal of their own.
fn read(clause: Clause<'_>, span: Span, around: Around, nth: usize, triggered: &mut bool) -> Outcome {
    let Around { place, step, .. } = around;
    let tokens = clause.tokens;
    let allowed = |found: &Directive| !place.reference || !matches!(found.force, Force::Plain | Force::Fact);
    let words = |tokens: &[Token]| tokens.iter().filter(|token| token.form == Form::Word).count();
    let one = |found: Directive, triggered: bool| vec![(span, kind_of(found, step, triggered), found.rule)];
    if words(tokens) == 0 {
        let command = step && around.place.item && nth == 0 && tokens.len() == 1 && !place.reference;
        return if command { vec![(span, Kind::Procedure, "step-command")] } else { Vec::new() };
    }
    let before = *triggered;
    let colon = tokens.iter().take(12).position(|token| token.form == Form::Colon).filter(|at| *at > 0 && *at + 1 < tokens.len());
    let dash = tokens.iter().take(9).position(|token| token.form == Form::Dash).filter(|at| *at > 0 && *at + 1 < tokens.len());
    let colon_first = colon.filter(|at| nth == 0 || *at <= 2 || tokens[0].is(TRIGGER));
    let label = match (colon_first, dash) {
        (Some(colon), Some(dash)) => Some(colon.min(dash)),
        (colon, dash) => colon.or(dash.filter(|_| nth == 0)),
    };
    if let Some(at) = label {
        let head = &tokens[..at];
        let body = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let is_colon = tokens[at].form == Form::Colon;
        let is_code = words(head) == 0;
        let whole = english::directive(clause, place);
        if words(body.tokens) == 0 {
            // A label and a command: reference, unless it is a step.
            let forced = whole.filter(|found| matches!(found.force, Force::Never | Force::Must));
            if is_colon && head[0].is(TRIGGER) && words(head) >= 2 && !place.reference {
                return vec![(span, Kind::Conditional, "trigger-label")];
            }
            return match forced {
                Some(found) => one(found, before),
                None if step && !place.reference && nth == 0 => vec![(span, Kind::Procedure, "step-command")],
                None => Vec::new(),
            };
        }
        let means = head.last().is_some_and(|last| Clause { text: clause.text, tokens: std::slice::from_ref(last) }.is_word(0, &["mean", "means"]));
        let trigger_label = is_colon && means || is_colon && (head[0].is(TRIGGER) && words(head) >= 2 || Clause { text: clause.text, tokens: head }.is_word(0, &["exception", "exceptions"]));
        let found = english::directive(body, place);
        if trigger_label {
            *triggered = true;
        }
        if let Some(found) = found.filter(allowed) {
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            if !is_code || explicit || step {
                // A dash goes on with the same instruction, a colon explains its label.
                let head_found = whole.filter(|whole| whole.at < at && (!is_colon || whole.force == Force::Never) && words(head) >= 2);
                let chosen = head_found.unwrap_or(found);
                let chosen = Directive { triggered: chosen.triggered || found.triggered && is_colon, ..chosen };
                let mut out = one(chosen, *triggered);
                out.extend(split_off(body, place, step, *triggered));
                return out;
            }
            return Vec::new();
        }
        if is_code && !trigger_label {
            return Vec::new();
        }
        if let Some(found) = whole.filter(allowed) {
            let explicit = !matches!(found.force, Force::Plain | Force::Fact);
            let bold = is_label_only(clause, at);
            if explicit || step || !bold {
                return one(found, *triggered);
            }
        }
        if let Some(found) = later_directive(body, place).filter(allowed) {
            return one(found, *triggered);
        }
        if trigger_label && place.item && !place.reference && head[0].is(TRIGGER) {
            return vec![(span, Kind::Conditional, "trigger-label")];
        }
        let starts_with_code = clause.text.as_bytes()[body.tokens[0].start as usize] == super::words::CODE;
        if place.rules && place.item && nth == 0 && !starts_with_code && english::is_fragment(body) && !place.reference {
            return vec![(span, Kind::Must, "fragment")];
        }
        return Vec::new();
    }
    if let Some(found) = english::directive(clause, place).filter(allowed) {
        let mut out = one(found, before);
        out.extend(split_off(Clause { text: clause.text, tokens: tokens.get(found.at + 1..).unwrap_or(&[]) }, place, step, before));
        return out;
    }
    if let Some(found) = later_directive(clause, place).filter(allowed) {
        return one(found, before);
    }
    let maps = tokens.iter().position(|token| token.form == Form::Arrow);
    if let Some(at) = maps.filter(|_| around.place.item && !place.reference) {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        if at > 0 && words(&tokens[..at]) >= 2 && let Some(found) = english::directive(rest, place) {
            return vec![(span, if found.force == Force::Never { Kind::Never } else { Kind::Conditional }, "arrow")];
        }
        return Vec::new();
    }
    let fragment = place.rules && place.item && nth == 0 && !place.reference && english::is_fragment(clause) && tokens[0].form == Form::Word;
    let told = tokens.iter().any(|token| token.is(CONVENTION) && token.is(super::lexicon::FINITE));
    if fragment && !told { vec![(span, Kind::Must, "fragment")] } else { Vec::new() }
}

/// The directive behind a dash or a comma after a statement: `The managers vary - check the manifest`.
fn later_directive(clause: Clause<'_>, place: Place) -> Option<Directive> {
    let tokens = clause.tokens;
    let marks = tokens.iter().enumerate().filter(|(_, token)| matches!(token.form, Form::Dash | Form::Comma)).take(6);
    // `They differ today, so don't infer one from the other`.
    for at in 2..tokens.len().min(100) {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let marked = rest.is_word(0, &["never", "always", "don't"]) || rest.row(0, &["do", "not"]);
        if marked && clause.is_word(at, &["so", "but", "and"]) && rest.tokens.get(1 + usize::from(rest.is_word(0, &["do"]))).is_some_and(|token| token.is(VERB)) {
            return english::directive(rest, place);
        }
    }
    marks.filter(|(at, _)| *at > 1 && place.item).find_map(|(at, token)| {
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let object = rest.tokens.get(1).is_some_and(|token| token.form == Form::Code || token.is(DETERMINER));
        let found = english::directive(rest, place).filter(|found| found.at <= 1)?;
        (token.form == Form::Dash || object).then_some(found)
    })
}

/// Whether the label before `at` stands in bold, so that it is a title rather than a clause.
fn is_label_only(clause: Clause<'_>, at: usize) -> bool {
    let (Some(first), Some(mark)) = (clause.tokens.first(), clause.tokens.get(at)) else { return false };
    let before = clause.text.as_bytes()[..first.start as usize].iter().rev().take(2);
    let bold = before.filter(|byte| **byte == super::mask::BLANK).count() == 2;
    let last = clause.tokens[at - 1].end as usize;
    let gap = &clause.text.as_bytes()[last..mark.end as usize];
    bold && gap.contains(&super::mask::BLANK)
}

/// Further directives of a sentence: clauses behind `and`, `but` or a dash that have a modal and a verb of their own.
fn split_off(clause: Clause<'_>, place: Place, step: bool, triggered: bool) -> Outcome {
    let mut out = Vec::new();
    let tokens = clause.tokens;
    for at in 1..tokens.len().min(200) {
        let and = clause.is_word(at, &["and", "but"]);
        let dash = tokens[at].form == Form::Dash;
        if !and && !dash {
            continue;
        }
        let rest = Clause { text: clause.text, tokens: &tokens[at + 1..] };
        let marked = rest.is_word(0, &["never", "always", "don't", "must"]) || rest.row(0, &["do", "not"]);
        let subject = rest.is_word(0, &["you", "we", "it", "they"]) && rest.is_word(1, &["must", "should", "shall"]);
        if !(and && marked || subject) || rest.tokens.len() < 3 {
            continue;
        }
        if let Some(found) = english::directive(rest, place) {
            let (start, end) = (rest.tokens[0].start, tokens[tokens.len() - 1].end);
            out.push((Span { start, end }, kind_of(found, step, triggered), "clause"));
        }
        break;
    }
    out
}

//! Prose in other languages than English.

use super::Kind;
use super::counter::{Around, Counter, LONGEST_SENTENCE, Lead, kind_of};
use super::english::Force;
use super::lexicon::Language;
use super::phrases::is_phrase_char;
use super::words::{Form, tokenize};
use super::{latin, phrases};
use crate::model::BlockKind;
use crate::source::Span;

impl Counter<'_> {
    /// Of a language without word lists: a list item is taken for an instruction, and so is a sentence that shouts.
    pub(super) fn guess(&mut self, span: Span, around: Around) {
        let slice = &self.mask[span.range()];
        let words = slice.split_whitespace().take(3).count();
        let shouts = slice.trim_end().ends_with(['!', '！']);
        if words >= 2 && (around.place.item && !around.place.reference || shouts) {
            let kind = if around.step { Kind::Procedure } else { Kind::Must };
            self.push(span, kind, "approximate");
        }
    }

    pub(super) fn word_prose(&mut self, span: Span, around: Around, language: Language) {
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

    pub(super) fn phrase_prose(&mut self, span: Span, around: Around, language: Language) {
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
            if at == last
                && raw.trim_end().ends_with(['：', ':'])
                && let Some(next) = around.next
            {
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
            let found =
                phrases::directive(&sentence, language, place).filter(|found| whole || found.force != Force::Fact);
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
        let letters = sentence.chars().filter(|c| is_phrase_char(*c) || c.is_alphanumeric()).count();
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
}

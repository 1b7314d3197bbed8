//! A reading that stopped in the middle as bytes, so that the next run goes on where it was.
//!
//! The form belongs to one version of the program: the version stands in the key under which it is kept, and bytes that do
//! not fit give nothing.

use super::codex::Totals;
use super::gemini_cli::{Does, Message, Messages, ToolCall};
use super::recent::{Recent, Same};
use super::session::{Action, Call, Ending, Open, Printed, Told};
use super::{
    Agent, Client, Command, CommandKind, EditedFile, ErrorLine, Plan, Request, RequestKind, RunResult, Session, Task,
    Tokens,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::hash::BuildHasherDefault;

/// What can be put into bytes and taken out again.
trait Stored: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(from: &mut &[u8]) -> Option<Self>;
}

impl Session {
    /// The bytes that [`Session::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out);
        out
    }

    /// The session that the bytes hold; `None` when they are of another form.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Session> {
        let mut session = Session::take(&mut bytes).filter(|_| bytes.is_empty())?;
        session.reindex();
        Some(session)
    }
}

/// Whole numbers take as few bytes as they need.
impl Stored for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut left = *self;
        while left >= 0x80 {
            out.push(left as u8 | 0x80);
            left >>= 7;
        }
        out.push(left as u8);
    }

    fn take(from: &mut &[u8]) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = from.split_first()?;
            *from = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

/// Implements [`Stored`] by way of another type.
macro_rules! by_way_of {
    ($($kind:ty, $way:ty);* $(;)?) => {$(
        impl Stored for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                (*self as $way).put(out);
            }
            fn take(from: &mut &[u8]) -> Option<$kind> {
                <$way>::take(from).and_then(|value| value.try_into().ok())
            }
        }
    )*};
}
by_way_of!(u32, u64; usize, u64);

impl Stored for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        ((*self << 1) ^ (*self >> 63)).cast_unsigned().put(out);
    }

    fn take(from: &mut &[u8]) -> Option<i64> {
        let value = u64::take(from)?;
        Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

impl Stored for () {
    fn put(&self, _: &mut Vec<u8>) {}

    fn take(_: &mut &[u8]) -> Option<()> {
        Some(())
    }
}

impl Stored for bool {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }

    fn take(from: &mut &[u8]) -> Option<bool> {
        Some(u64::take(from)? == 1)
    }
}

impl Stored for String {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(from: &mut &[u8]) -> Option<String> {
        let length = usize::take(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Option<T>> {
        if bool::take(from)? { T::take(from).map(Some) } else { Some(None) }
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<(A, B)> {
        Some((A::take(from)?, B::take(from)?))
    }
}

fn put_all<'a, T: Stored + 'a>(items: impl ExactSizeIterator<Item = &'a T>, out: &mut Vec<u8>) {
    items.len().put(out);
    items.for_each(|item| item.put(out));
}

fn take_all<T: Stored, C: FromIterator<T>>(from: &mut &[u8]) -> Option<C> {
    let count = usize::take(from)?;
    (0..count).map(|_| T::take(from)).collect()
}

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut &[u8]) -> Option<Vec<T>> {
        take_all(from)
    }
}

impl<T: Stored> Stored for VecDeque<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut &[u8]) -> Option<VecDeque<T>> {
        take_all(from)
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_all(self.iter(), out);
    }

    fn take(from: &mut &[u8]) -> Option<BTreeSet<T>> {
        take_all(from)
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for (key, value) in self {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<BTreeMap<K, V>> {
        take_all::<(K, V), _>(from)
    }
}

/// Keys are hashes; the order of the entries is that of the values, so that the same session gives the same bytes.
impl Stored for HashMap<u64, (u64, Call), BuildHasherDefault<Same>> {
    fn put(&self, out: &mut Vec<u8>) {
        let mut entries: Vec<(&u64, &(u64, Call))> = self.iter().collect();
        entries.sort_by_key(|(_, (place, _))| *place);
        entries.len().put(out);
        for (key, value) in entries {
            key.put(out);
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        take_all::<(u64, (u64, Call)), _>(from)
    }
}

impl<T: Stored + Copy> Stored for Recent<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.len().put(out);
        for (key, value) in self.iter() {
            out.extend_from_slice(&key.to_le_bytes());
            value.put(out);
        }
    }

    fn take(from: &mut &[u8]) -> Option<Recent<T>> {
        let mut recent = Recent::default();
        for _ in 0..usize::take(from)? {
            let (key, rest) = from.split_first_chunk::<8>()?;
            *from = rest;
            recent.insert(u64::from_le_bytes(*key), T::take(from)?);
        }
        Some(recent)
    }
}

/// Implements [`Stored`] for a struct by its fields.
macro_rules! by_fields {
    ($($kind:ty { $($field:ident),* $(,)? $(; $rest:expr)? })*) => {$(
        impl Stored for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }
            fn take(from: &mut &[u8]) -> Option<$kind> {
                Some(Self { $($field: Stored::take(from)?,)* $(..$rest)? })
            }
        }
    )*};
}
by_fields! {
    Tokens { input, output, cache_read, cache_write }
    Request { text, kind, line, is_left }
    EditedFile { path, edits, key }
    Command { text, kind, result, exit_code, runs, failing, last }
    Task { text, state, id }
    Plan { text, path }
    ErrorLine { text, count }
    Agent { kind, description }
    Printed { failing, errors }
    Call { tool, action, is_aside }
    Totals { total, requests, plain, turns, break_marks }
    ToolCall { tool, does, ending, exit_code, printed }
    Message { key, line, request, model, tokens, calls, breaks, compactions }
    Told { first, second }
    Open { waiting, unnamed, next, answered, background, usage, owners, newest, owner, told, totals, messages; Open::default() }
    Session {
        client, id, version, started, folders, requests, parents, edited, read, commands, list, tasks, plan, errors, denied,
        interrupted, compaction_marks, summaries, agents, models, tokens, records, unknown, malformed, lines, open,
    }
}

impl Stored for Messages {
    fn put(&self, out: &mut Vec<u8>) {
        self.list.put(out);
    }

    fn take(from: &mut &[u8]) -> Option<Messages> {
        let mut messages = Messages::default();
        Vec::<Message>::take(from)?.into_iter().for_each(|message| messages.insert(message));
        Some(messages)
    }
}

/// Implements [`Stored`] for an enum without data by the places in a list.
macro_rules! by_place {
    ($($kind:ty, $all:expr);* $(;)?) => {$(
        impl Stored for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                $all.iter().position(|one| one == self).unwrap_or(0).put(out);
            }
            fn take(from: &mut &[u8]) -> Option<$kind> {
                $all.get(usize::take(from)?).copied()
            }
        }
    )*};
}
by_place! {
    Client, Client::ALL;
    RequestKind, [RequestKind::Prompt, RequestKind::Command];
    RunResult, [RunResult::Ok, RunResult::Failed, RunResult::Unknown];
    CommandKind, [CommandKind::Test, CommandKind::Lint, CommandKind::Build, CommandKind::Git, CommandKind::Other];
    Ending, [Ending::Ok, Ending::Failed, Ending::Denied, Ending::Refused, Ending::Interrupted, Ending::Running];
}

/// Implements [`Stored`] for an enum with data: a number for each variant and its fields.
macro_rules! by_variant {
    ($($kind:ident { $($number:literal => $variant:ident $(($value:ident))? $({ $($field:ident),* })?),* $(,)? })*) => {$(
        impl Stored for $kind {
            fn put(&self, out: &mut Vec<u8>) {
                match self {
                    $($kind::$variant $(($value))? $({ $($field),* })? => {
                        u64::put(&$number, out);
                        $($value.put(out);)?
                        $($($field.put(out);)*)?
                    })*
                }
            }
            fn take(from: &mut &[u8]) -> Option<$kind> {
                match u64::take(from)? {
                    $($number => {
                        $(let $value = Stored::take(from)?;)?
                        $($(let $field = Stored::take(from)?;)*)?
                        Some($kind::$variant $(($value))? $({ $($field),* })?)
                    })*
                    _ => None,
                }
            }
        }
    )*};
}
by_variant! {
    Action {
        0 => Edit(paths),
        1 => Read(paths),
        2 => Shell { command, run, edits },
        3 => Watch(handle),
        4 => Agent(agent),
        5 => NewTask(text),
        6 => SetTask { id, state, text },
        7 => Plan(text),
        8 => Other,
    }
    Does {
        0 => Other,
        1 => Edit(path),
        2 => Read(paths),
        3 => Shell(command),
        4 => List(list),
        5 => Agent(agent),
    }
}

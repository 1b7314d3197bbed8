//! One pass over a transcript, whatever client wrote it.
//!
//! Lines are read in blocks and handed on one by one; no more than one block and one line is held. A line that is no JSON
//! object is counted and skipped, a record of an unknown type is counted and kept out. Nothing fails but the disk.

use super::json::{Kind, Tape, Value};
use super::{Client, Session, claude_code, codex, gemini_cli};
use std::io::{self, Read};

/// How much is read at once, in bytes.
const BLOCK: usize = 256 * 1024;
/// A longer line is skipped and counted as malformed, in bytes.
const MAX_LINE: usize = 64 << 20;
/// A file that may be one JSON value is held whole up to this many bytes.
const MAX_VALUE: usize = 32 << 20;

/// A transcript as it is read.
#[derive(Default)]
pub struct Reading {
    /// What was gathered so far.
    pub session: Session,
    /// Bytes of whole lines that were read.
    pub offset: u64,
    tape: Tape,
    inner: Tape,
    /// A file whose first line begins an object and does not end it may be one value: what was read of it.
    value: Option<Vec<u8>>,
    /// It was not, so its lines are taken for what they are.
    is_lines: bool,
}

impl Reading {
    /// Goes on where an earlier reading of the same file stopped.
    pub fn resume(session: Session, offset: u64) -> Reading {
        Reading { session, offset, ..Reading::default() }
    }

    /// Whether the file is one value, which can only be read whole.
    pub fn is_one_value(&self) -> bool {
        self.value.is_some()
    }

    /// Reads to the end. Gives what stands behind the last line break: a line that may still be written.
    ///
    /// # Errors
    /// Those of the source.
    pub fn read(&mut self, source: &mut dyn Read) -> io::Result<Vec<u8>> {
        let mut buffer: Vec<u8> = vec![0; BLOCK];
        let mut filled = 0;
        let mut is_skipping = false;
        loop {
            if filled == buffer.len() {
                buffer.resize(buffer.len() * 2, 0);
            }
            let count = match source.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let last = memchr::memrchr(b'\n', &buffer[filled..filled + count]).map(|at| filled + at + 1);
            filled += count;
            let Some(mut end) = last else {
                if filled > MAX_LINE {
                    self.offset += filled as u64;
                    filled = 0;
                    is_skipping = true;
                }
                continue;
            };
            let mut start = 0;
            if is_skipping {
                start = memchr::memchr(b'\n', &buffer[..end]).map_or(end, |at| at + 1);
                self.offset += start as u64;
                self.session.lines += 1;
                self.session.malformed += 1;
                is_skipping = false;
            }
            self.lines(&buffer[start..end]);
            self.offset += (end - start) as u64;
            buffer.copy_within(end..filled, 0);
            filled -= end;
            end = buffer.len();
            if end > 4 * BLOCK && filled < BLOCK {
                buffer.truncate(BLOCK);
                buffer.shrink_to_fit();
            }
        }
        if is_skipping {
            self.session.lines += 1;
            self.session.malformed += 1;
            filled = 0;
        }
        buffer.truncate(filled);
        Ok(buffer)
    }

    /// Takes whole lines.
    fn lines(&mut self, block: &[u8]) {
        if let Some(value) = &mut self.value {
            value.extend_from_slice(block);
            if value.len() > MAX_VALUE {
                self.replay();
            }
            return;
        }
        // The check of a whole block is faster than one for each line, and it nearly always succeeds.
        let text = std::str::from_utf8(block).ok();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', block).chain(std::iter::once(block.len())) {
            if start >= block.len() {
                break;
            }
            let line = match text {
                Some(text) => Some(&text[start..end]),
                None => std::str::from_utf8(&block[start..end]).ok(),
            };
            self.line(line);
            if self.value.is_some() {
                let rest = &block[start..];
                self.value = Some(rest.to_vec());
                return;
            }
            start = end + 1;
        }
    }

    /// Takes one line without its line break; `None` when it is not UTF-8.
    fn line(&mut self, line: Option<&str>) {
        let session = &mut self.session;
        session.lines += 1;
        let Some(line) = line else {
            session.malformed += 1;
            return;
        };
        let line = if session.lines == 1 { line.trim_start_matches('\u{feff}') } else { line };
        match self.tape.object(line) {
            Some(record) => {
                session.records += 1;
                take(session, record, &mut self.inner);
            }
            None if line.trim_ascii().is_empty() => {}
            None if !self.is_lines
                && session.records + session.malformed == 0
                && line.trim_start().starts_with('{') =>
            {
                session.lines -= 1;
                self.value = Some(Vec::new());
            }
            None => session.malformed += 1,
        }
    }

    /// Takes what looked like one value line by line.
    fn replay(&mut self) {
        let Some(held) = self.value.take() else { return };
        self.is_lines = true;
        self.lines(&held);
    }

    /// Ends the reading with what stood behind the last line break.
    pub fn finish(mut self, rest: &[u8]) -> Session {
        if let Some(value) = &mut self.value {
            value.extend_from_slice(rest);
            let value = std::mem::take(value);
            if self.whole(&value).is_none() {
                self.value = Some(value);
                self.replay();
            }
        } else if !rest.is_empty() {
            self.is_lines |= self.session.lines > 0;
            self.line(std::str::from_utf8(rest).ok());
            // One line that begins an object and ends nowhere.
            if self.value.take().is_some() {
                self.session.lines += 1;
                self.session.malformed += 1;
            }
        }
        self.session.finish();
        self.session
    }

    fn whole(&mut self, bytes: &[u8]) -> Option<()> {
        let text = std::str::from_utf8(bytes).ok()?;
        let value = self.tape.value(text)?;
        let count = gemini_cli::whole(&mut self.session, value)?;
        self.session.client = Some(Client::GeminiCli);
        self.session.records = count;
        Some(())
    }
}

/// Reads a whole transcript.
///
/// # Errors
/// Those of the source.
pub fn read(source: &mut dyn Read) -> io::Result<Session> {
    let mut reading = Reading::default();
    let rest = reading.read(source)?;
    Ok(reading.finish(&rest))
}

/// Hands a record to the reader of its client, which the first record that is some client's decides.
fn take(session: &mut Session, record: Value<'_>, inner: &mut Tape) {
    let client = match session.client {
        Some(client) => client,
        None => match client_of(record) {
            Some(client) => {
                session.client = Some(client);
                client
            }
            None => {
                session.unknown += 1;
                return;
            }
        },
    };
    match client {
        Client::ClaudeCode => claude_code::record(session, record),
        Client::Codex => codex::record(session, record, inner),
        Client::GeminiCli => {
            let messages = record.get("messages").filter(|list| list.items().next().is_some());
            match messages.and_then(|_| gemini_cli::whole(session, record)) {
                Some(count) => session.records = session.records - 1 + count,
                None => gemini_cli::record(session, record),
            }
        }
    }
}

/// The client that writes such records.
fn client_of(record: Value<'_>) -> Option<Client> {
    if gemini_cli::knows(record) {
        return Some(Client::GeminiCli);
    }
    let kind = record.get("type").filter(|kind| kind.kind() == Kind::String).map(Value::raw);
    let has_payload = record.get("payload").is_some_and(|payload| payload.kind() == Kind::Object);
    // Codex of before 0.42 starts with a record that has no type.
    let is_old_start = kind.is_none() && record.get("id").is_some() && record.get("instructions").is_some();
    let is_old_state = record.get("record_type").is_some();
    if is_old_start || is_old_state || kind.is_some_and(|kind| codex::knows(kind, has_payload)) {
        return Some(Client::Codex);
    }
    kind.is_some_and(claude_code::knows).then_some(Client::ClaudeCode)
}

#[cfg(test)]
mod tests;

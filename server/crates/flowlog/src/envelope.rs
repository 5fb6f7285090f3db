//! Lines out of JSON: the records that Firehose and CloudWatch Logs wrap in log events. Knows JSON and the names of
//! those events, not what is on a line.
//!
//! A log event is an object with a `message` (a string; in exports of Logs Insights `@message`, in those of
//! OpenTelemetry `body`). It stands alone, in an array, or in the `logEvents` or `events` of an envelope; a string in
//! such an array is a message too. Values may follow each other with or without line feeds. Between them a line that
//! is no JSON is handed on as it is.
//!
//! What Lambda functions and Firehose are given has envelopes packed in it, in base64: as `data` of `awslogs`, of the
//! `kinesis` of each of `Records`, or of each of `records`; a line may also be nothing else. They are unpacked and read
//! like the rest.
//!
//! Nothing is lost silently: what should have been a log event and is none becomes a fault. After JSON that is not
//! valid, reading goes on behind the next line feed. Memory is bounded by one message, one packed envelope and the depth
//! of nesting.
//!
//! Sources: "Subscription filters" in the Amazon CloudWatch Logs user guide (messageType, logEvents, awslogs), "Publish
//! flow logs to Firehose" in the VPC user guide, "Using Lambda with Kinesis" in the Lambda developer guide.

use memchr::{memchr, memchr3};

use crate::payload::{self, PAYLOAD_BYTES};
use crate::tally::Why;
use crate::unescape::Unescaper;

/// Deepest nesting that is followed; an envelope of CloudWatch has four levels.
const DEPTH: usize = 64;

/// Longest key or message type that means something here; longer strings are none of ours.
const WORD_BYTES: usize = 24;

/// Most envelopes packed in each other: Firehose's records may hold those of CloudWatch Logs.
const LAYERS: u8 = 2;

/// Most bytes that all envelopes packed in one object unpack to, as for objects themselves.
const UNPACKED_BYTES: u64 = 4 << 30;

/// How the one event of a control message begins, should its envelope say only afterwards what it is.
const CONTROL_MESSAGE: &[u8] = b"CWL CONTROL MESSAGE";

/// Where what comes out of the JSON goes.
pub(crate) trait Sink {
    /// A line, without line feed.
    fn line(&mut self, line: &[u8]);
    /// Something that is in order and says nothing.
    fn blank(&mut self);
    /// Something that is neither.
    fn fault(&mut self, why: Why);
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value of the outermost level.
    Between,
    /// A value, or with `or_end` the end of the array.
    Value {
        or_end: bool,
    },
    /// A key, or with `or_end` the end of the object.
    Key {
        or_end: bool,
    },
    Colon,
    /// A comma or the end of the array or object.
    Comma,
    /// The rest of a string.
    Text(Role),
    /// The rest of a number or word.
    Literal,
    /// The rest of a line that is not JSON.
    Raw,
    /// The rest of a line that cannot be read.
    Skipped,
}

/// What a string is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Key,
    Message,
    MessageType,
    /// An envelope packed in base64.
    Payload,
    Other,
}

/// What the value behind a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Name {
    Message,
    MessageType,
    Events,
    /// An array of what Lambda or Firehose are given.
    Records,
    /// An object that only says where a packed envelope comes from.
    Origin,
    Payload,
    #[default]
    Other,
}

impl Name {
    fn of(key: &[u8]) -> Self {
        match key {
            b"message" | b"@message" | b"body" => Self::Message,
            b"messageType" => Self::MessageType,
            b"logEvents" | b"events" => Self::Events,
            b"Records" | b"records" => Self::Records,
            b"awslogs" | b"kinesis" => Self::Origin,
            b"data" => Self::Payload,
            _ => Self::Other,
        }
    }
}

/// An array or object that is open.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    is_object: bool,
    /// For an object: it is a log event or an envelope. For an array: it is one of those.
    carries: bool,
    /// Whether it, or what stands in it, may hold a packed envelope.
    packs: bool,
    /// Whether something came out of it.
    counted: bool,
    /// Whether it is a control message, in which CloudWatch only asks whether anybody listens.
    control: bool,
    /// What the value to come is, in an object.
    name: Name,
}

/// Reads JSON in chunks of any size.
#[derive(Debug)]
pub(crate) struct Envelope {
    state: State,
    open: Vec<Frame>,
    text: Unescaper,
    /// Longest message in bytes.
    line_bytes: usize,
    /// Whether only white space was seen since the last line feed.
    at_line_start: bool,
    /// How many envelopes this one was packed in.
    layer: u8,
    /// Bytes that packed envelopes may still unpack to.
    room: u64,
}

impl Envelope {
    pub(crate) fn new(line_bytes: usize) -> Self {
        Self {
            state: State::Between,
            open: Vec::new(),
            text: Unescaper::default(),
            line_bytes,
            at_line_start: true,
            layer: 0,
            room: UNPACKED_BYTES,
        }
    }

    /// Reads the next piece.
    pub(crate) fn push(&mut self, json: &[u8], sink: &mut impl Sink) {
        let mut rest = json;
        while let Some(byte) = rest.first() {
            let read = match self.state {
                State::Text(role) => self.read_text(rest, role, sink),
                State::Raw => self.read_raw(rest, sink),
                State::Skipped => self.skip(rest),
                _ => self.read_byte(*byte, sink),
            };
            rest = rest.get(read..).unwrap_or_default();
        }
    }

    /// Ends the object and starts anew.
    pub(crate) fn finish(&mut self, sink: &mut impl Sink) {
        match self.state {
            State::Between | State::Skipped => {}
            State::Raw => self.end_raw(sink),
            _ => sink.fault(Why::JsonCut),
        }
        *self = Self::new(self.line_bytes);
    }

    /// Ends an object whose rest is missing and starts anew.
    pub(crate) fn cut(&mut self, sink: &mut impl Sink) {
        if self.state == State::Raw {
            sink.fault(Why::Cut);
            self.state = State::Between;
        }
        self.finish(sink);
    }

    /// Reads one byte outside strings; returns how many were read, 0 to look at the same byte again.
    fn read_byte(&mut self, byte: u8, sink: &mut impl Sink) -> usize {
        if byte == b'\n' {
            if self.state == State::Between && self.at_line_start {
                sink.blank();
            }
            self.at_line_start = true;
        }
        if byte <= b' ' && self.state != State::Literal {
            return 1;
        }
        match (self.state, byte) {
            (State::Between, b'{' | b'[') => self.open(byte, sink),
            (State::Between, b',') => {}
            (State::Between, _) => {
                self.state = State::Raw;
                self.text.start(if payload::may_begin(byte) { PAYLOAD_BYTES } else { self.line_bytes });
                return 0;
            }
            (State::Value { or_end: true }, b']') | (State::Key { or_end: true }, b'}') => self.close(sink),
            (State::Value { .. }, _) => return self.start_value(byte, sink),
            (State::Key { .. }, b'"') => self.start_text(Role::Key, WORD_BYTES),
            (State::Colon, b':') => self.state = State::Value { or_end: false },
            (State::Comma, b',') if self.is_in_object() => self.state = State::Key { or_end: false },
            (State::Comma, b',') => self.state = State::Value { or_end: false },
            (State::Comma, b'}') if self.is_in_object() => self.close(sink),
            (State::Comma, b']') if !self.is_in_object() => self.close(sink),
            (State::Literal, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') => {}
            (State::Literal, _) => {
                self.state = State::Comma;
                return 0;
            }
            _ => return self.give_up(sink),
        }
        self.at_line_start = false;
        1
    }

    /// Begins the value whose first byte this is.
    fn start_value(&mut self, byte: u8, sink: &mut impl Sink) -> usize {
        let frame = self.open.last().copied().unwrap_or_default();
        let role = match frame.name {
            Name::Message if frame.carries && frame.is_object => Role::Message,
            Name::MessageType if frame.carries && frame.is_object => Role::MessageType,
            Name::Payload if frame.packs && frame.is_object => Role::Payload,
            _ if frame.carries && !frame.is_object => Role::Message,
            _ => Role::Other,
        };
        match byte {
            b'{' | b'[' => self.open(byte, sink),
            b'"' if role == Role::Message => self.start_text(role, self.line_bytes),
            b'"' if role == Role::Payload => self.start_text(role, PAYLOAD_BYTES),
            b'"' => self.start_text(role, WORD_BYTES),
            b'0'..=b'9' | b'a'..=b'z' | b'-' => {
                if frame.carries && !frame.is_object {
                    self.count(sink, Why::NotALogEvent);
                }
                self.state = State::Literal;
            }
            _ => return self.give_up(sink),
        }
        self.at_line_start = false;
        1
    }

    fn start_text(&mut self, role: Role, limit: usize) {
        self.text.start(limit);
        self.state = State::Text(role);
    }

    fn open(&mut self, byte: u8, sink: &mut impl Sink) {
        if self.open.len() == DEPTH {
            self.give_up(sink);
            return;
        }
        let is_object = byte == b'{';
        let (carries, packs) = match self.open.last() {
            None => (true, false),
            Some(parent) if !parent.carries => (false, false),
            Some(parent) if !parent.is_object => (is_object, is_object && parent.packs),
            Some(parent) => match parent.name {
                Name::Events => (!is_object, false),
                Name::Records => (!is_object, !is_object),
                Name::Origin => (is_object, is_object),
                _ => (false, false),
            },
        };
        if !is_object && self.open.last().is_some_and(|parent| parent.carries && !parent.is_object) {
            self.count(sink, Why::NotALogEvent);
        }
        let control = self.open.last().is_some_and(|parent| parent.control);
        self.open.push(Frame { is_object, carries, packs, control, ..Frame::default() });
        self.state = if is_object { State::Key { or_end: true } } else { State::Value { or_end: true } };
    }

    fn close(&mut self, sink: &mut impl Sink) {
        let Some(mut frame) = self.open.pop() else { return };
        if frame.carries && !frame.counted {
            // Nothing came out of it: an array was empty, and an object was no log event.
            if frame.control || !frame.is_object {
                sink.blank()
            } else {
                sink.fault(Why::NotALogEvent)
            }
            frame.counted = true;
        }
        if let Some(parent) = self.open.last_mut() {
            parent.counted |= frame.counted;
        }
        self.state = if self.open.is_empty() { State::Between } else { State::Comma };
    }

    fn is_in_object(&self) -> bool {
        self.open.last().is_some_and(|frame| frame.is_object)
    }

    /// Says that what is open is accounted for, by a fault.
    fn count(&mut self, sink: &mut impl Sink, why: Why) {
        sink.fault(why);
        if let Some(frame) = self.open.last_mut() {
            frame.counted = true;
        }
    }

    /// Drops what is open. A byte at which a line starts may well start a new value; it is looked at again.
    fn give_up(&mut self, sink: &mut impl Sink) -> usize {
        sink.fault(Why::NotJson);
        self.open.clear();
        self.state = if self.at_line_start { State::Between } else { State::Skipped };
        usize::from(!self.at_line_start)
    }

    /// Reads on in a string.
    fn read_text(&mut self, rest: &[u8], role: Role, sink: &mut impl Sink) -> usize {
        if self.text.is_escaping() {
            let byte = rest.first().copied().unwrap_or_default();
            if self.text.escaped(byte).is_none() {
                // The byte may be a line feed, from which on all is well again.
                self.state = State::Skipped;
                self.open.clear();
                sink.fault(Why::NotJson);
                return 0;
            }
            return 1;
        }
        let Some(at) = memchr3(b'"', b'\\', b'\n', rest) else {
            self.text.extend(rest);
            return rest.len();
        };
        self.text.extend(rest.get(..at).unwrap_or_default());
        match rest.get(at) {
            Some(b'"') => self.end_text(role, sink),
            Some(b'\\') => self.text.start_escape(),
            // JSON has no line feeds in strings: the line was cut.
            _ => {
                sink.fault(Why::NotJson);
                self.open.clear();
                self.state = State::Between;
                self.at_line_start = true;
            }
        }
        at + 1
    }

    fn end_text(&mut self, role: Role, sink: &mut impl Sink) {
        self.state = State::Comma;
        match role {
            Role::Other => {}
            Role::Key => {
                let name = self.text.whole().map_or(Name::Other, Name::of);
                if let Some(frame) = self.open.last_mut() {
                    frame.name = name;
                }
                self.state = State::Colon;
            }
            Role::MessageType => {
                if let Some(frame) = self.open.last_mut() {
                    frame.control = self.text.whole() == Some(b"CONTROL_MESSAGE");
                }
            }
            Role::Message => self.end_message(sink),
            Role::Payload => {
                if let Some(frame) = self.open.last_mut() {
                    frame.counted = true;
                }
                let bytes = match self.text.whole() {
                    Some(text) => payload::decode(text),
                    None => Err(Why::BadPayload { what: payload::TOO_LONG }),
                };
                self.unpack(bytes, sink);
            }
        }
    }

    fn end_message(&mut self, sink: &mut impl Sink) {
        let Some(frame) = self.open.last_mut() else { return };
        frame.counted = true;
        match self.text.whole() {
            None => sink.fault(Why::LineTooLong { limit: self.line_bytes }),
            Some(message) if frame.control || message.starts_with(CONTROL_MESSAGE) => sink.blank(),
            Some(message) => {
                let end = message.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n'));
                let lines = message.get(..end.map_or(0, |end| end + 1)).unwrap_or_default();
                lines.split(|byte| *byte == b'\n').for_each(|line| sink.line(line));
            }
        }
    }

    /// Reads what was packed in base64.
    fn unpack(&mut self, bytes: Result<Vec<u8>, Why>, sink: &mut impl Sink) {
        let bytes = match bytes {
            Ok(bytes) if self.layer < LAYERS => bytes,
            Ok(_) => return sink.fault(Why::BadPayload { what: "is packed in itself too often" }),
            Err(why) => return sink.fault(why),
        };
        let mut inner = Self { layer: self.layer + 1, room: self.room, ..Self::new(self.line_bytes) };
        let unpacked = payload::unpack(&bytes, self.room, &mut |text| inner.push(text, sink));
        self.room = inner.room;
        match unpacked {
            Ok(length) => {
                self.room = self.room.saturating_sub(length);
                inner.finish(sink);
            }
            Err(why) => {
                self.room = self.room.saturating_sub(payload::UNPACKED_BYTES);
                // What was begun is part of what is damaged.
                sink.fault(why);
            }
        }
    }

    /// Reads on in a line that is not JSON.
    fn read_raw(&mut self, rest: &[u8], sink: &mut impl Sink) -> usize {
        let end = memchr(b'\n', rest);
        self.text.extend(rest.get(..end.unwrap_or(rest.len())).unwrap_or_default());
        let Some(end) = end else { return rest.len() };
        self.end_raw(sink);
        self.state = State::Between;
        self.at_line_start = true;
        end + 1
    }

    fn end_raw(&mut self, sink: &mut impl Sink) {
        match self.text.whole() {
            Some(line) if payload::is_packed(line) => {
                let bytes = payload::decode(line.trim_ascii_end());
                self.unpack(bytes, sink);
            }
            Some(line) if line.len() <= self.line_bytes => sink.line(line),
            _ => sink.fault(Why::LineTooLong { limit: self.line_bytes }),
        }
    }

    /// Skips the rest of a line.
    fn skip(&mut self, rest: &[u8]) -> usize {
        let Some(end) = memchr(b'\n', rest) else { return rest.len() };
        self.state = State::Between;
        self.at_line_start = true;
        end + 1
    }
}

//! Values as they are written: what a text means for a field, and the text that means a value.

use crate::filter::{Expr, FilterError, Op, Value, lexer};
use crate::moment::{LATEST, Moment};
use crate::spelling::{nearest, quoted};
use crate::{Field, Kind, human, names};
use std::fmt;
use std::net::IpAddr;

/// Highest port.
const PORT_LIMIT: i64 = u16::MAX as i64;
/// Highest IANA protocol number, and the highest sum of TCP flags: both are one byte in the packet.
const BYTE_LIMIT: i64 = u8::MAX as i64;
/// How AWS writes that a record does not have a field.
pub(super) const MISSING: &str = "-";

/// What is wrong, before it is known where.
#[derive(Debug)]
pub(super) struct Fault {
    pub message: String,
    pub hint: String,
}

impl Fault {
    pub(super) fn at(self, at: usize, len: usize) -> FilterError {
        FilterError { at, len, message: self.message, hint: self.hint }
    }
}

/// What `text` means as a value of `field`.
pub(super) fn read(field: Field, text: &str) -> Result<Value, Fault> {
    if text == MISSING {
        return Ok(Value::Missing);
    }
    let value = match field.kind() {
        Kind::Address => read_address(text),
        Kind::Port => {
            read_range(text, PORT_LIMIT).or_else(|| names::service_port(text).map(|port| number(port.into())))
        }
        Kind::Number => read_range(text, i64::MAX),
        Kind::Protocol => {
            read_number(text, BYTE_LIMIT).or_else(|| names::protocol_number(text).map(i64::from)).map(number)
        }
        Kind::TcpFlags => {
            read_number(text, BYTE_LIMIT).or_else(|| names::tcp_flag_bits(text).map(i64::from)).map(number)
        }
        Kind::Action | Kind::Scope => documented(field, text).map(Value::Text),
        Kind::Time => return read_time(field, text),
        Kind::Text if field.is_tag() => Some(Value::Text(names::tag_value(text).into_owned())),
        Kind::Text => Some(Value::Text(documented(field, text).unwrap_or_else(|| text.to_owned()))),
    };
    value.ok_or_else(|| unreadable(field, text))
}

/// `field LIKE text`.
pub(super) fn pattern(field: Field, text: &str) -> Result<Expr, Fault> {
    if !text.contains(['%', '_', '\\']) {
        return read(field, text).map(|value| Expr::compare(field, Op::Eq, value));
    }
    Ok(Expr::Like { field, pattern: text.to_owned() })
}

/// The field that `word` names where a value of `field` might stand without quotes. Most words of text mean themselves;
/// only a name with a hyphen, such as `next-hop-vpc-id`, is hardly one.
pub(super) fn field_named(field: Field, word: &str) -> Option<Field> {
    let is_name = field.kind() != Kind::Text || word.contains(['-', '_']);
    Field::named(word).filter(|_| is_name)
}

const fn number(number: i64) -> Value {
    Value::Number(number)
}

/// The documented value that `text` spells in any case, in AWS's spelling.
fn documented(field: Field, text: &str) -> Option<String> {
    field.values().iter().find(|known| known.eq_ignore_ascii_case(text)).map(|known| (*known).to_owned())
}

fn read_address(text: &str) -> Option<Value> {
    match text.split_once('/') {
        None => text.parse::<IpAddr>().ok().map(Value::address),
        Some((addr, prefix)) => {
            Value::network(addr.parse().ok()?, read_number(prefix, 128)?.try_into().ok()?)
        }
    }
}

/// `limit` and less, in digits only: no sign, no blanks.
fn read_number(text: &str, limit: i64) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok().filter(|number| *number <= limit) } else { None }
}

/// `1000-2000` or a single number.
fn read_range(text: &str, limit: i64) -> Option<Value> {
    match text.split_once('-') {
        None => read_number(text, limit).map(number),
        Some((from, to)) => Value::range(read_number(from, limit)?, read_number(to, limit)?),
    }
}

/// A fixed time: what a filter lets through must not change while one looks at it.
fn read_time(field: Field, text: &str) -> Result<Value, Fault> {
    match Moment::parse(text) {
        Ok(Moment::At(second)) => Ok(Value::Number(second)),
        Ok(Moment::Now { .. }) => Err(Fault {
            message: format!("{} moves with the clock", quoted(text)),
            hint: format!("{field} takes a fixed time; the range of the view may follow the clock."),
        }),
        Err(error) => Err(Fault { message: error.to_string(), hint: takes(field) }),
    }
}

/// What the field takes, as a hint.
fn takes(field: Field) -> String {
    format!("{field} takes {}.", field.kind().takes())
}

fn unreadable(field: Field, text: &str) -> Fault {
    let (what, meant) = match field.kind() {
        Kind::Address => ("an address", None),
        Kind::Port => ("a port", nearest(text, names::service_names())),
        Kind::Protocol => ("a protocol", nearest(text, names::protocol_names())),
        Kind::Action => ("an action", nearest(text, field.values().iter().copied())),
        Kind::TcpFlags => ("a set of TCP flags", None),
        Kind::Scope => ("a scope", nearest(text, field.values().iter().copied())),
        Kind::Number | Kind::Time | Kind::Text => ("a number", None),
    };
    let hint = meant.map_or_else(|| takes(field), |meant| format!("Did you mean {meant}?"));
    Fault { message: format!("{} is not {what}", quoted(text)), hint }
}

/// Writes `value` so that [`read`] gives it back.
pub(super) fn write(f: &mut fmt::Formatter<'_>, field: Field, value: &Value) -> fmt::Result {
    match (value, field.kind()) {
        (Value::Missing, _) => f.write_str(MISSING),
        (Value::Number(second @ 0..=LATEST), Kind::Time) => write!(f, "{}", human::utc(*second)),
        (Value::Number(number), Kind::Protocol) => {
            match u8::try_from(*number).ok().and_then(names::protocol_name) {
                Some(name) => f.write_str(name),
                None => write!(f, "{number}"),
            }
        }
        (Value::Number(number), _) => write!(f, "{number}"),
        (Value::Address(addr), _) => write!(f, "{addr}"),
        (Value::Cidr { addr, prefix }, _) => write!(f, "{addr}/{prefix}"),
        (Value::Range { from, to }, _) => write!(f, "{from}-{to}"),
        // Tags are read percent-encoded, as the log has them, and may be no more than a dash.
        (Value::Text(text), _) if field.is_tag() && text == MISSING => f.write_str("\"%2D\""),
        (Value::Text(text), _) if field.is_tag() && text.contains('%') => {
            write_quoted(f, &text.replace('%', "%25"))
        }
        (Value::Text(text), _) if is_bare_value(field, text) => f.write_str(text),
        (Value::Text(text), _) => write_quoted(f, text),
    }
}

/// Whether `text` means itself without quotes. One with a percent sign would, but stands in quotes since the first version.
fn is_bare_value(field: Field, text: &str) -> bool {
    lexer::is_bare(text) && !text.contains('%') && field_named(field, text).is_none()
}

/// Writes a pattern of LIKE.
pub(super) fn write_pattern(f: &mut fmt::Formatter<'_>, pattern: &str) -> fmt::Result {
    if lexer::is_bare(pattern) { f.write_str(pattern) } else { write_quoted(f, pattern) }
}

/// Writes flags as HAS names them.
pub(super) fn write_flags(f: &mut fmt::Formatter<'_>, bits: u8) -> fmt::Result {
    let names = names::tcp_flags(bits.into()).to_ascii_lowercase();
    if bits.is_power_of_two() { f.write_str(&names) } else { write!(f, "({})", names.replace(' ', ", ")) }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    use fmt::Write;
    f.write_char('"')?;
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

//! The text of one JSON string, piece by piece, up to a bound. Knows escapes (RFC 8259, section 7), not what the text
//! is.

/// Collects a string.
#[derive(Debug, Default)]
pub(crate) struct Unescaper {
    text: Vec<u8>,
    limit: usize,
    /// Whether the string is longer than the limit; the text is then its beginning.
    overlong: bool,
    escape: Escape,
    /// The first half of a character beyond the 16 bits that an escape has.
    high: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Escape {
    #[default]
    None,
    /// Behind the backslash.
    Started,
    /// Behind `\u`, with the value so far and the digits to come.
    Hex { value: u16, left: u8 },
}

impl Unescaper {
    /// Forgets the string before and starts one that is kept up to this many bytes.
    pub(crate) fn start(&mut self, limit: usize) {
        self.text.clear();
        (self.limit, self.overlong, self.escape, self.high) = (limit, false, Escape::None, None);
    }

    /// The string, unless it is longer than the limit.
    pub(crate) fn whole(&mut self) -> Option<&[u8]> {
        self.end_half();
        (!self.overlong).then_some(self.text.as_slice())
    }

    /// Adds bytes that stand for themselves.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        self.end_half();
        self.add(bytes);
    }

    pub(crate) fn is_escaping(&self) -> bool {
        self.escape != Escape::None
    }

    /// Notes the backslash before an escape.
    pub(crate) fn start_escape(&mut self) {
        self.escape = Escape::Started;
    }

    /// Reads the next byte of an escape; `None` when there is no such escape.
    pub(crate) fn escaped(&mut self, byte: u8) -> Option<()> {
        match self.escape {
            Escape::Hex { value, left } => {
                let digit = char::from(byte).to_digit(16)? as u16;
                let value = value << 4 | digit;
                self.escape = if left > 1 { Escape::Hex { value, left: left - 1 } } else { Escape::None };
                if left == 1 {
                    self.add_unit(value);
                }
            }
            Escape::Started if byte == b'u' => self.escape = Escape::Hex { value: 0, left: 4 },
            Escape::Started | Escape::None => {
                let plain = match byte {
                    b'"' | b'\\' | b'/' => byte,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return None,
                };
                self.escape = Escape::None;
                self.end_half();
                self.add(&[plain]);
            }
        }
        Some(())
    }

    /// Adds a UTF-16 code unit; two halves make one character, a half alone becomes the replacement character.
    fn add_unit(&mut self, unit: u16) {
        if let (Some(high), 0xDC00..=0xDFFF) = (self.high, unit) {
            self.high = None;
            let code = 0x1_0000 + (u32::from(high - 0xD800) << 10) + u32::from(unit - 0xDC00);
            return self.add_char(char::from_u32(code));
        }
        self.end_half();
        match unit {
            0xD800..=0xDBFF => self.high = Some(unit),
            _ => self.add_char(char::from_u32(u32::from(unit))),
        }
    }

    fn end_half(&mut self) {
        if self.high.take().is_some() {
            self.add_char(None);
        }
    }

    fn add_char(&mut self, character: Option<char>) {
        let mut room = [0; 4];
        let text = character.unwrap_or(char::REPLACEMENT_CHARACTER).encode_utf8(&mut room);
        self.add(text.as_bytes());
    }

    fn add(&mut self, bytes: &[u8]) {
        self.overlong |= self.text.len() + bytes.len() > self.limit;
        if !self.overlong {
            self.text.extend_from_slice(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text of what stands between two quotes; `None` when an escape is none or it is too long.
    fn unescaped(written: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut text = Unescaper::default();
        text.start(limit);
        for byte in written {
            match byte {
                byte if text.is_escaping() => text.escaped(*byte)?,
                b'\\' => text.start_escape(),
                byte => text.extend(&[*byte]),
            }
        }
        text.whole().map(<[u8]>::to_vec)
    }

    #[test]
    fn every_escape_of_json_is_read() {
        let written = br#"a\"b\\c\/d\b\f\n\r\te\u0041\u00e9\u20AC\ud83d\uDE00"#;
        assert_eq!(
            unescaped(written, 99).as_deref(),
            Some("a\"b\\c/d\u{8}\u{c}\n\r\teA\u{e9}\u{20ac}\u{1f600}".as_bytes())
        );
    }

    #[test]
    fn half_a_character_is_replaced_and_what_is_no_escape_is_refused() {
        for half in [r"\ud83d", r"\ude00", r"\ud83d\ud83dx", r"\ud83d\n"] {
            let text = unescaped(half.as_bytes(), 99).unwrap_or_default();
            assert!(String::from_utf8(text).is_ok_and(|text| text.starts_with('\u{fffd}')), "{half}");
        }
        for bad in [r"\x", r"\u12G4", r"\ "] {
            assert_eq!(unescaped(bad.as_bytes(), 99), None, "{bad}");
        }
    }

    #[test]
    fn a_string_is_kept_up_to_its_limit() {
        assert_eq!(unescaped(b"four", 4).as_deref(), Some(&b"four"[..]));
        assert_eq!(unescaped(b"fives", 4), None);
        assert_eq!(unescaped(br"abc\u20ac", 5), None);
    }
}

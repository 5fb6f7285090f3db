//! Which lines are headers, and what a line without one above it is. Knows names and the two default formats;
//! values only as far as it takes to tell them from names.

use std::borrow::Cow;

use crate::fields::{FieldName, TGW_DEFAULT, VPC_DEFAULT, field};
use crate::found::FoundBy;
use crate::index::Span;
use crate::tally::Why;

/// Longest thing taken for a field name; AWS's longest has 26 characters.
const NAME_BYTES: usize = 64;

/// The byte order mark in UTF-8, which some editors put before the first line.
pub(crate) const BYTE_ORDER_MARK: &[u8; 3] = b"\xef\xbb\xbf";

/// Whether a byte can begin a header line; few values begin so, and no number does. A byte order mark may stand before
/// the first name where files were joined.
#[inline]
pub(crate) fn begins_header(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == BYTE_ORDER_MARK[0]
}

/// The values of a line without the byte order mark before the first of them.
pub(crate) fn without_mark<'a>(text: &[u8], values: &'a [Span]) -> Cow<'a, [Span]> {
    match values {
        [first, rest @ ..] if first.of(text).starts_with(BYTE_ORDER_MARK) && first.len() > 3 => {
            let first = Span { start: first.start + 3, end: first.end };
            std::iter::once(first).chain(rest.iter().copied()).collect()
        }
        _ => Cow::Borrowed(values),
    }
}

/// Whether a line of these values is a header: all of them could be names and AWS documents at least one of
/// them.
///
/// `could_be_data` says that the layout above the line has as many columns and that all of them hold text, so
/// that a line of such words may just as well be a record (`eni-0a1b ingress`). Then most of the names must
/// be documented, and also where one has capitals, which no name of AWS has so far.
pub(crate) fn is_header(text: &[u8], values: &[Span], could_be_data: bool) -> bool {
    if !values.iter().all(|value| is_word(value.of(text))) {
        return false;
    }
    let known = values.iter().filter(|value| is_documented(value.of(text))).count();
    let has_capitals = values.iter().any(|value| value.of(text).iter().any(u8::is_ascii_uppercase));
    if could_be_data || has_capitals { known * 2 > values.len() } else { known > 0 }
}

/// Whether a value looks like a field's name, were it not for capitals.
fn is_word(value: &[u8]) -> bool {
    value.len() <= NAME_BYTES
        && value.first().is_some_and(u8::is_ascii_alphabetic)
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Whether a value looks like a field's name: `pkt-srcaddr`, `pkt_srcaddr`, whether documented or not.
pub(crate) fn could_be_name(value: &[u8]) -> bool {
    is_word(value) && !value.iter().any(u8::is_ascii_uppercase)
}

fn is_documented(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|name| field(&name.replace('_', "-")).is_some())
}

/// The fields a header line names, at most `limit`.
pub(crate) fn fields(text: &[u8], values: &[Span], limit: usize) -> Result<Vec<FieldName>, Why> {
    if values.len() > limit {
        return Err(Why::HeaderTooWide { columns: values.len(), limit });
    }
    let mut fields: Vec<FieldName> = Vec::with_capacity(values.len());
    for value in values {
        let field = FieldName::new(&String::from_utf8_lossy(value.of(text)));
        if fields.contains(&field) {
            return Err(Why::HeaderRepeats { field });
        }
        fields.push(field);
    }
    Ok(fields)
}

/// The default format that a line without a header above it has, if it has one (CloudWatch Logs and Firehose
/// deliver no header lines).
pub(crate) fn default_format(text: &[u8], values: &[Span]) -> Option<(&'static [&'static str], FoundBy)> {
    let value = |place: usize| values.get(place).map_or(&[][..], |value| value.of(text));
    if values.len() == VPC_DEFAULT.len() {
        let has_version = value(0).iter().all(u8::is_ascii_digit);
        let has_status = matches!(value(13), b"OK" | b"NODATA" | b"SKIPDATA");
        return (has_version && has_status).then_some((&VPC_DEFAULT, FoundBy::VpcDefault));
    }
    let is_gateway = value(1) == b"TransitGateway" || value(3).starts_with(b"tgw-");
    let is_default = values.len() == TGW_DEFAULT.len() && is_gateway;
    is_default.then_some((&TGW_DEFAULT, FoundBy::TgwDefault))
}

/// Whether a value is a moment as RFC 3339 writes it (`2026-11-20T03:00:00.000Z`): exports of CloudWatch Logs
/// to S3 put one before every line.
pub(crate) fn is_timestamp(value: &[u8]) -> bool {
    const SHAPE: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let Some((moment, rest)) = value.split_at_checked(SHAPE.len()) else { return false };
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
    if !moment.iter().zip(SHAPE).all(fits) {
        return false;
    }
    let zone = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).unwrap_or_default()
        }
        _ => rest,
    };
    match zone {
        b"Z" | b"z" => true,
        [b'+' | b'-', h, i, b':', m, n] => [h, i, m, n].iter().all(|digit| digit.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    fn with_spans<T>(line: &str, ask: impl FnOnce(&[u8], &[Span]) -> T) -> T {
        let mut index = Index::default();
        let text = format!("{line}\n");
        index.build(text.as_bytes(), u32::MAX);
        ask(text.as_bytes(), &index.spans().from(0).collect::<Vec<_>>())
    }

    #[test]
    fn names_with_hyphens_or_underscores_known_or_new_make_a_header() {
        for line in [
            "version",
            "account-id bytes",
            "account_id shiny_new",
            "shiny-new-1 log-status",
            "start end Shiny",
        ] {
            assert!(with_spans(line, |text, values| is_header(text, values, false)), "{line}");
        }
    }

    #[test]
    fn records_are_no_headers() {
        let record = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA";
        for line in [
            record,
            "eni-0a1b ingress",
            "version 2",
            "action ACCEPT",
            "bytes -",
            "srcaddr,dstaddr",
            "end.",
            "ACCEPT OK",
        ] {
            assert!(!with_spans(line, |text, values| is_header(text, values, false)), "{line}");
        }
    }

    #[test]
    fn words_where_text_is_expected_are_a_record_unless_most_are_names() {
        let ask = |line| with_spans(line, |text, values| is_header(text, values, true));
        assert!(!ask("eni-0a1b end"));
        assert!(ask("interface-id ecs-cluster-name"));
    }

    #[test]
    fn moments_are_told_from_other_values() {
        for moment in ["2026-11-20T03:00:00Z", "2026-11-20T03:00:00.000Z", "2026-11-20T03:00:00.5+05:30"] {
            assert!(is_timestamp(moment.as_bytes()), "{moment}");
        }
        for other in ["2026-11-20", "2026-11-20T03:00:00", "1763600400", "2026-11-20T03:00:00.000", "-", ""] {
            assert!(!is_timestamp(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn fourteen_words_of_prose_are_not_the_default_format() {
        let prose = "a b c d e f g h i j k l m n";
        assert_eq!(with_spans(prose, default_format), None);
        let record = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA";
        assert_eq!(with_spans(record, default_format).map(|(_, by)| by), Some(FoundBy::VpcDefault));
    }

    #[test]
    fn a_header_that_names_a_field_twice_in_two_spellings_is_refused() {
        let fields = with_spans("account-id bytes account_id", |text, values| fields(text, values, 9));
        assert_eq!(fields, Err(Why::HeaderRepeats { field: FieldName::new("account-id") }));
    }
}

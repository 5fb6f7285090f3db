//! Which lines are headers, and what a line without one above it is. Knows names and the two default formats;
//! values only as far as it takes to tell them from names.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::fields::{FieldName, FieldSpec, TGW_DEFAULT, VPC_DEFAULT, field};
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

/// What stands above a line that may be a header, and so how sure it must be that it is one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Doubt<'a> {
    /// Nothing that says what the lines are: a header is expected.
    Beginning,
    /// Lines of these fields, which a line of words is none of.
    Between(&'a [FieldName]),
    /// As many fields as the line has values, all of text: words may just as well be a record (`eni-0a1b ingress`).
    AmongWords(&'a [FieldName]),
}

/// Whether a line of these values is a header. Damaged lines and comments hold words that are names too (`end of
/// log`), and what is wrongly taken for a header costs all records below it.
///
/// A header names fields that AWS documents. Where all are documented, one of them must be a name that is no English word
/// too, or there must be three, unless nothing stands above or the names are those of the lines above. Beside names that
/// AWS may add later two must be documented and at least half; between records two that are no English words, and none
/// may have capitals, which no name of AWS has so far.
pub(crate) fn is_header(text: &[u8], values: &[Span], doubt: Doubt<'_>) -> bool {
    if !values.iter().all(|value| is_word(value.of(text))) {
        return false;
    }
    if let Doubt::Between(above) | Doubt::AmongWords(above) = doubt
        && are(text, values, above)
    {
        return true;
    }
    let known: Vec<&FieldSpec> = values.iter().filter_map(|value| documented(value.of(text))).collect();
    if known.len() < values.len() && (known.len() < 2 || known.len() * 2 < values.len()) {
        return false;
    }
    let names: HashSet<&[u8]> = values.iter().map(|value| value.of(text)).collect();
    let repeats = names.len() < values.len();
    let telling: HashSet<&str> =
        known.iter().map(|field| field.name).filter(|name| !is_english(name)).collect();
    let telling = telling.len();
    if known.len() < values.len() {
        let has_capitals = names.iter().any(|name| name.iter().any(u8::is_ascii_uppercase));
        return !repeats
            && match doubt {
                Doubt::Beginning => telling > 0 && (!has_capitals || known.len() * 2 > values.len()),
                Doubt::Between(_) => telling > 1 && !has_capitals,
                Doubt::AmongWords(_) => false,
            };
    }
    match doubt {
        Doubt::Beginning => true,
        Doubt::Between(above) => {
            let enough = match values.len() {
                1 => above.len() == 1 && telling == 1,
                2 => telling > 0,
                _ => true,
            };
            enough && (!repeats || telling > 1)
        }
        Doubt::AmongWords(above) => {
            telling > 0 && !repeats && above.iter().any(|field| !holds_any_word(field))
        }
    }
}

/// Whether the values are the names of the fields above, as in files that were joined.
fn are(text: &[u8], values: &[Span], above: &[FieldName]) -> bool {
    let is = |(value, field): (&Span, &FieldName)| {
        let bytes = value.of(text).iter().map(|byte| if *byte == b'_' { b'-' } else { *byte });
        bytes.eq(field.as_str().bytes())
    };
    values.len() == above.len() && values.iter().zip(above).all(is)
}

/// Whether a field's name is a word that people write, too.
fn is_english(name: &str) -> bool {
    const WORDS: [&str; 9] =
        ["version", "protocol", "packets", "bytes", "start", "end", "action", "type", "region"];
    WORDS.contains(&name)
}

/// Whether a text field may hold any word, even another field's name: tags, and what AWS has not documented.
fn holds_any_word(named: &FieldName) -> bool {
    let name = named.as_str();
    name.contains("-tag") || name.ends_with("-name") || field(name).is_none()
}

/// Whether a line of these values is a record format as AWS's API has it: `${version} ${account-id}`. Nothing else looks
/// so, whatever the names are.
pub(crate) fn is_log_format(text: &[u8], values: &[Span]) -> bool {
    !values.is_empty() && values.iter().all(|value| named(value.of(text)).is_some())
}

/// The name within `${name}`.
fn named(value: &[u8]) -> Option<&[u8]> {
    let name = value.strip_prefix(b"${")?.strip_suffix(b"}")?;
    is_word(name).then_some(name)
}

/// Whether a header of these fields is so short and common that it may have been something else.
pub(crate) fn is_doubtful(fields: &[FieldName]) -> bool {
    fields.len() < 3 && fields.iter().all(|field| is_english(field.as_str()))
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

fn documented(value: &[u8]) -> Option<&'static FieldSpec> {
    std::str::from_utf8(value).ok().and_then(|name| field(&name.replace('_', "-")))
}

/// The fields a header line names, bare or as a record format, at most `limit`.
pub(crate) fn fields(text: &[u8], values: &[Span], limit: usize) -> Result<Vec<FieldName>, Why> {
    if values.len() > limit {
        return Err(Why::HeaderTooWide { columns: values.len(), limit });
    }
    let mut fields: Vec<FieldName> = Vec::with_capacity(values.len());
    for value in values {
        let value = value.of(text);
        let field = FieldName::new(&String::from_utf8_lossy(named(value).unwrap_or(value)));
        if fields.contains(&field) {
            return Err(Why::HeaderRepeats { field });
        }
        fields.push(field);
    }
    Ok(fields)
}

/// The default format that a line without a header above it has, if it has one (CloudWatch Logs and Firehose
/// deliver no header lines).
pub(crate) fn default_format(
    text: &[u8],
    values: &[Span],
) -> Result<(&'static [&'static str], FoundBy), Why> {
    let value = |place: usize| values.get(place).map_or(&[][..], |value| value.of(text));
    if values.len() == VPC_DEFAULT.len() {
        let has_status = matches!(value(13), b"OK" | b"NODATA" | b"SKIPDATA");
        let has_numbers =
            is_number(value(10)) && is_number(value(11)) && (5..10).all(|at| is_missing_or_number(value(at)));
        return if !is_missing_or_number(value(0)) {
            Err(Why::NotVpcDefault { missing: "the first is no version" })
        } else if has_numbers || (has_status && is_number(value(0))) {
            Ok((&VPC_DEFAULT, FoundBy::VpcDefault))
        } else {
            Err(Why::NotVpcDefault {
                missing: "the last is no log status, nor are there numbers where it has them",
            })
        };
    }
    if values.len() != TGW_DEFAULT.len() {
        return Err(Why::NoLayout { values: values.len() });
    }
    let is_gateway = value(1) == b"TransitGateway" || value(3).starts_with(b"tgw-");
    if is_gateway { Ok((&TGW_DEFAULT, FoundBy::TgwDefault)) } else { Err(Why::NotTgwDefault) }
}

fn is_number(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_digit)
}

fn is_missing_or_number(value: &[u8]) -> bool {
    value == b"-" || is_number(value)
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

    fn names(list: &str) -> Vec<FieldName> {
        list.split(' ').map(FieldName::new).collect()
    }

    fn is(line: &str, doubt: Doubt<'_>) -> bool {
        with_spans(line, |text, values| is_header(text, values, doubt))
    }

    #[test]
    fn at_the_beginning_known_names_make_a_header_and_new_ones_beside_them() {
        for line in [
            "version",
            "start end",
            "account-id bytes",
            "account_id srcaddr shiny_new shiny-new-2",
            "srcaddr end Shiny",
        ] {
            assert!(is(line, Doubt::Beginning), "{line}");
        }
        for line in ["start of export", "account_id shiny_new", "start end of log", "srcaddr bytes New Names"]
        {
            assert!(!is(line, Doubt::Beginning), "{line}");
        }
    }

    #[test]
    fn between_records_only_what_nobody_writes_by_chance_is_a_header() {
        let above = names("version srcaddr dstaddr bytes log-status");
        for line in [
            "srcaddr dstaddr",
            "start end bytes",
            "srcaddr dstport shiny",
            "version srcaddr dstaddr bytes log-status",
        ] {
            assert!(is(line, Doubt::Between(&above)), "{line}");
        }
        for line in [
            "end",
            "log-status",
            "start end",
            "bytes bytes bytes",
            "log-status log-status",
            "some bytes at the end",
            "log-status ok",
        ] {
            assert!(!is(line, Doubt::Between(&above)), "{line}");
        }
        assert!(
            is("srcaddr shiny_new Odd", Doubt::Between(&names("srcaddr shiny-new Odd"))),
            "the same again"
        );
        assert!(is("bytes", Doubt::Between(&names("bytes"))), "files of one field that were joined");
        assert!(!is("end", Doubt::Between(&names("bytes"))));
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
            assert!(!is(line, Doubt::Beginning), "{line}");
        }
    }

    #[test]
    fn words_where_text_is_expected_are_a_record_unless_no_record_holds_such_names() {
        let ids = names("interface-id flow-direction");
        assert!(!is("eni-0a1b end", Doubt::AmongWords(&ids)));
        assert!(!is("region type", Doubt::AmongWords(&ids)));
        assert!(is("interface-id ecs-cluster-name", Doubt::AmongWords(&ids)));
        let tags = names("interface-tag asg-tag");
        assert!(!is("version log-status", Doubt::AmongWords(&tags)));
        assert!(is("interface-tag asg-tag", Doubt::AmongWords(&tags)));
    }

    #[test]
    fn a_record_format_of_the_api_is_known_by_its_spelling() {
        let is = |line| with_spans(line, is_log_format);
        assert!(is("${version} ${shiny}"));
        for line in ["version", "${version} shiny", "${}", "${a b}", "$version"] {
            assert!(!is(line), "{line}");
        }
        let fields = with_spans("${version} ${shiny_new}", |text, values| fields(text, values, 9));
        assert_eq!(fields, Ok(names("version shiny-new")));
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
    fn fourteen_values_are_the_default_format_whatever_the_status_and_prose_is_not() {
        let found = |line: &str| with_spans(line, default_format).map(|(_, by)| by);
        for line in [
            "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
            "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 1431280876 1431280934 ACCEPT -",
            "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 1431280876 1431280934 ACCEPT LATE",
            "- 123456789010 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 1431280876 1431280934 ACCEPT OK",
        ] {
            assert_eq!(found(line), Ok(FoundBy::VpcDefault), "{line}");
        }
        for line in
            ["a b c d e f g h i j k l m n", "2 b c d e f g h i j k l m n", "- - - - - - - - - - - - - OK"]
        {
            assert!(matches!(found(line), Err(Why::NotVpcDefault { .. })), "{line}");
        }
    }

    #[test]
    fn a_header_that_names_a_field_twice_in_two_spellings_is_refused() {
        let fields = with_spans("account-id bytes account_id", |text, values| fields(text, values, 9));
        assert_eq!(fields, Err(Why::HeaderRepeats { field: FieldName::new("account-id") }));
    }
}

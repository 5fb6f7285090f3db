//! Decoded columns as newline-delimited JSON, one object per record, fields in the order of the layout under their AWS
//! names: numbers as numbers, addresses and texts as strings, `-` as null. Written by hand: a generic serialiser would
//! look at every name and every text once per row instead of once per batch.

use flowlog::{Batch, Column, Data, Validity};
use std::net::Ipv6Addr;

/// Appends the batch's rows to `out`, each ended by a line feed and with the fields of its own layout only. The texts of
/// the fields `numbers`, which AWS has not documented, are numbers where they look so.
pub fn write(batch: &Batch, numbers: &[String], out: &mut Vec<u8>) {
    let is_number = |column: &Column| numbers.iter().any(|name| name == column.field.as_str());
    let cells: Vec<Cells> =
        batch.columns.iter().map(|column| Cells::new(column, is_number(column))).collect();
    let mut sections = batch.sections.iter().peekable();
    while let Some(section) = sections.next() {
        let end = sections.peek().map_or(batch.rows, |next| next.first_row);
        let layout: Vec<&Cells> = section.columns.iter().filter_map(|column| cells.get(*column)).collect();
        for row in section.first_row..end {
            out.push(b'{');
            for (nth, cell) in layout.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                cell.write(row, out);
            }
            out.extend_from_slice(b"}\n");
        }
    }
}

/// A column with everything prepared that does not change from row to row.
struct Cells<'a> {
    /// `"name":`
    opening: Vec<u8>,
    data: &'a Data,
    nulls: Option<&'a Validity>,
    /// The distinct values as JSON strings.
    texts: Vec<Vec<u8>>,
}

impl<'a> Cells<'a> {
    fn new(column: &'a Column, is_number: bool) -> Self {
        let mut opening = json(column.field.as_str());
        opening.push(b':');
        let texts = match &column.data {
            Data::Text(dictionary) => {
                let bare =
                    |value: &str| is_number && value.parse::<i64>().is_ok_and(|n| n.to_string() == value);
                let cell = |value: &str| if bare(value) { value.into() } else { json(value) };
                dictionary.values.iter().map(|value| cell(value)).collect()
            }
            Data::Address(addresses) => addresses.values.iter().map(quoted).collect(),
            Data::Int32(_) | Data::Int64(_) => Vec::new(),
        };
        Cells { opening, data: &column.data, nulls: column.nulls.as_ref(), texts }
    }

    fn write(&self, row: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.opening);
        if self.nulls.is_some_and(|nulls| !nulls.is_valid(row)) || !self.write_value(row, out) {
            out.extend_from_slice(b"null");
        }
    }

    /// Whether there was a value to write.
    fn write_value(&self, row: usize, out: &mut Vec<u8>) -> bool {
        match self.data {
            Data::Int32(numbers) => numbers.get(row).map(|number| write_number(*number, out)),
            Data::Int64(numbers) => numbers.get(row).map(|number| write_number(*number, out)),
            Data::Address(flowlog::Addresses { keys, .. }) | Data::Text(flowlog::Dictionary { keys, .. }) => {
                let key = keys.get(row).and_then(|key| usize::try_from(*key).ok());
                key.and_then(|key| self.texts.get(key)).map(|text| out.extend_from_slice(text))
            }
        }
        .is_some()
    }
}

fn write_number(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// An address as a JSON string, IPv4 where it is one.
fn quoted(octets: &[u8; 16]) -> Vec<u8> {
    format!("\"{}\"", Ipv6Addr::from(*octets).to_canonical()).into_bytes()
}

/// A text as a JSON string; writing one to memory cannot fail.
fn json(text: &str) -> Vec<u8> {
    serde_json::to_vec(text).unwrap_or_else(|_| b"null".to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;
    use flowlog::{Coverage, Decoder, Fields, Limits, Want};

    fn lines(text: &str) -> String {
        let want = Want { fields: Fields::All, coverage: Coverage::InLine };
        let mut decoder = Decoder::new(want, Limits::default());
        decoder.push(text.as_bytes());
        decoder.finish();
        let mut out = Vec::new();
        write(&decoder.take(), &[], &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_has_the_layouts_order_and_types() {
        let text = "version account-id srcaddr dstaddr srcport bytes start action log-status instance-tag\n\
                    2 012345678901 10.0.0.1 2001:db8::1 443 8420 1620140661 ACCEPT OK my%2Dapp\n";
        assert_eq!(
            lines(text),
            "{\"version\":2,\"account-id\":\"012345678901\",\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"2001:db8::1\",\
             \"srcport\":443,\"bytes\":8420,\"start\":1620140661,\"action\":\"ACCEPT\",\"log-status\":\"OK\",\
             \"instance-tag\":\"my%2Dapp\"}\n"
        );
    }

    #[test]
    fn a_record_without_data_is_shown_with_nulls_and_its_status() {
        let text = "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA\n";
        let row: serde_json::Value = serde_json::from_str(&lines(text)).unwrap();
        assert!(row["srcaddr"].is_null() && row["bytes"].is_null() && row["action"].is_null());
        assert_eq!(
            (row["start"].as_i64(), row["log-status"].as_str()),
            (Some(1_431_280_876), Some("NODATA"))
        );
    }

    #[test]
    fn a_record_below_another_header_has_that_headers_fields_in_its_order() {
        let text = "srcaddr bytes action\n10.0.0.1 7 ACCEPT\nsrcaddr dstaddr shiny bytes\n- - x -\n\
                    srcaddr bytes action\n10.0.0.2 8 -\n";
        assert_eq!(
            lines(text),
            "{\"srcaddr\":\"10.0.0.1\",\"bytes\":7,\"action\":\"ACCEPT\"}\n\
             {\"srcaddr\":null,\"dstaddr\":null,\"shiny\":\"x\",\"bytes\":null}\n\
             {\"srcaddr\":\"10.0.0.2\",\"bytes\":8,\"action\":null}\n"
        );
    }

    #[test]
    fn odd_texts_stay_valid_json() {
        let text = "srcaddr dstaddr action x-new\n- - a\"b\\c \u{e9}\n";
        let row: serde_json::Value = serde_json::from_str(&lines(text)).unwrap();
        assert_eq!((row["action"].as_str(), row["x-new"].as_str()), (Some("a\"b\\c"), Some("é")));
    }

    #[test]
    fn undocumented_numbers_of_parquet_are_numbers() {
        let mut decoder = Decoder::new(Want::default(), Limits::default());
        decoder.push(b"${shiny} ${other}\n5 5\n-3 05\nx y\n");
        decoder.finish();
        let mut out = Vec::new();
        write(&decoder.take(), &["shiny".to_owned()], &mut out);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "{\"shiny\":5,\"other\":\"5\"}\n{\"shiny\":-3,\"other\":\"05\"}\n{\"shiny\":\"x\",\"other\":\"y\"}\n"
        );
    }
}

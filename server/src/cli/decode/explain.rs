//! `weir decode --explain`: what the columns of a file are and how that was found out, for a person to read.

use contract::Field;
use flowlog::{FieldName, FoundBy, FoundLayout, Kind, field};
use lake::parquet_lines;
use std::fmt::Write;
use std::ops::RangeInclusive;
use store::unpack::Packing;

/// Longest list of documented values that is written out.
const LISTED_VALUES: usize = 8;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Lines, packed or not.
    Text(Option<Packing>),
    /// A Parquet file.
    Parquet,
}

impl Form {
    /// What these bytes are.
    pub fn of(bytes: &[u8]) -> Form {
        if parquet_lines::is_parquet(bytes) { Form::Parquet } else { Form::Text(Packing::of(bytes)) }
    }
}

/// The page about one file: what it is, then every layout with its columns.
pub fn page(object: &str, form: Form, layouts: &[FoundLayout]) -> String {
    let what = match form {
        Form::Text(None) => "plain text".to_owned(),
        Form::Text(Some(packing)) => format!("{packing} text"),
        Form::Parquet => "Parquet".to_owned(),
    };
    let mut page = format!("{object}: {what}\n");
    if layouts.is_empty() {
        page.push_str("  no line of it has a known layout\n");
    }
    for layout in layouts {
        // Writing to memory cannot fail.
        let _ = writeln!(page, "  {}", found(layout, form));
        let name_width = layout.fields.iter().map(|field| field.as_str().len()).max().unwrap_or_default();
        for (nth, name) in layout.fields.iter().enumerate() {
            let (nth, text, meaning) = (nth + 1, name.as_str(), meaning(name));
            let (kind, version) = (kind(name.kind()), version(name));
            let _ = writeln!(page, "  {nth:>4}  {text:<name_width$}  {kind:<12}  {version:<10}  {meaning}");
        }
    }
    page
}

/// Where a layout begins and how it was found.
fn found(layout: &FoundLayout, form: Form) -> String {
    let (count, line) = (layout.fields.len(), layout.line);
    let columns = if count == 1 { "1 column".to_owned() } else { format!("{count} columns") };
    if form == Form::Parquet {
        return format!("{columns}, named by the file");
    }
    let from = if layout.wrapped { "log event" } else { "line" };
    let by = match layout.by {
        FoundBy::Header => "named by the header line there",
        FoundBy::Given => "named by --format, because there is no header line above",
        FoundBy::VpcDefault => {
            "there is no header line above; 14 values that end in a log status are the default VPC format"
        }
        FoundBy::TgwDefault => {
            "there is no header line above; 36 values with a transit gateway among them are the default transit \
             gateway format"
        }
    };
    let wrapped = if layout.wrapped { "; the records are log events in JSON" } else { "" };
    format!("from {from} {line}: {columns}, {by}{wrapped}")
}

/// What sort of values a column holds, in a word or two.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Address => "address",
        Kind::Port => "port",
        Kind::Protocol => "protocol",
        Kind::Int32 | Kind::Int64 => "number",
        Kind::Seconds => "Unix seconds",
        Kind::Text => "text",
    }
}

fn version(name: &FieldName) -> String {
    field(name.as_str()).map_or_else(|| "unknown".to_owned(), |known| format!("version {}", known.version))
}

/// What a field means, as a sentence, with the values that AWS documents.
fn meaning(name: &FieldName) -> String {
    let Some(known) = Field::named(name.as_str()) else {
        return "Not among the fields this version of Weir knows; kept as text.".to_owned();
    };
    let about = known.about();
    let first = about.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let rest = about.get(about.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
    let mut meaning = format!("{first}{rest}.");
    let values = known.values();
    if !values.is_empty() {
        let listed = values.get(..LISTED_VALUES.min(values.len())).unwrap_or_default().join(", ");
        let more = if values.len() > LISTED_VALUES { " and others" } else { "" };
        let _ = write!(meaning, " Values: {listed}{more}.");
    }
    match known {
        Field::TRAFFIC_PATH => meaning.push_str(&codes(1..=8, contract::names::traffic_path)),
        Field::ENCRYPTION_STATUS => meaning.push_str(&codes(0..=3, contract::names::encryption_status)),
        Field::TCP_FLAGS => meaning.push_str(" The sum of FIN 1, SYN 2, RST 4, PSH 8, ACK 16 and URG 32."),
        _ => {}
    }
    meaning
}

/// Codes with their names: ` 1 within the VPC, 2 …`.
fn codes(codes: RangeInclusive<u8>, name: impl Fn(u8) -> Option<&'static str>) -> String {
    let named: Vec<String> =
        codes.filter_map(|code| name(code).map(|name| format!("{code} {name}"))).collect();
    format!(" {}.", named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(names: &[&str], by: FoundBy, wrapped: bool) -> FoundLayout {
        let fields = names.iter().map(|name| FieldName::new(name)).collect();
        FoundLayout { fields, by, line: 1, wrapped }
    }

    #[test]
    fn every_column_has_its_line_with_type_version_and_meaning() {
        let found = layout(&["srcaddr", "traffic-path", "shiny-new"], FoundBy::Header, false);
        let page = page("a.log.gz", Form::Text(Some(Packing::Gzip)), &[found]);
        let lines: Vec<&str> = page.lines().collect();
        assert_eq!(lines[0], "a.log.gz: gzip text");
        assert_eq!(lines[1], "  from line 1: 3 columns, named by the header line there");
        assert_eq!(
            lines[2],
            "     1  srcaddr       address       version 2   Source address, as the interface sees it."
        );
        assert!(lines[3].contains("number") && lines[3].contains("8 internet gateway."), "{}", lines[3]);
        assert!(lines[4].contains("unknown") && lines[4].ends_with("kept as text."), "{}", lines[4]);
    }

    #[test]
    fn every_known_field_has_a_meaning() {
        for known in flowlog::FIELDS {
            let meaning = meaning(&FieldName::new(known.name));
            assert!(meaning.len() > 8 && meaning.ends_with('.'), "{}: {meaning}", known.name);
            assert!(!meaning.contains("Not among"), "{}", known.name);
        }
    }

    #[test]
    fn every_way_to_a_layout_is_told() {
        let told = |by, wrapped| page("a", Form::Text(None), &[layout(&["bytes"], by, wrapped)]);
        assert!(told(FoundBy::Given, false).contains("from line 1: 1 column, named by --format"));
        assert!(told(FoundBy::VpcDefault, true).contains("from log event 1"));
        assert!(told(FoundBy::TgwDefault, false).contains("default transit gateway format"));
        assert!(page("a", Form::Text(None), &[]).contains("no line of it has a known layout"));
    }
}

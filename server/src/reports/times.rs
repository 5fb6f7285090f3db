//! How times are said to whoever reads a document: in a zone that adds so much to UTC, with its name beside them.

use crate::http::query::OFFSET_LIMIT;
use chart::ticks::zone_name;
use contract::human;
use contract::report::{Block, Report, Table};

/// The zone of the reader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// What is added to UTC, seconds.
    pub offset_secs: i64,
}

impl Times {
    /// A zone that adds so many seconds to UTC; one that does not exist is UTC.
    pub const fn of(offset_secs: i64) -> Times {
        Times { offset_secs: if offset_secs.abs() <= OFFSET_LIMIT { offset_secs } else { 0 } }
    }

    /// The name of the zone: `UTC`, `UTC+1`.
    pub fn zone(self) -> String {
        zone_name(self.offset_secs)
    }

    /// A moment, in the zone, on one line: `20 Nov 2026 03:00`.
    pub fn said(self, at: i64) -> String {
        human::date_time(at.saturating_add(self.offset_secs)).replace(' ', "\u{a0}")
    }

    /// A moment of the range where there is little room: `20 Nov 03:00`.
    pub fn brief(self, at: i64) -> String {
        let local = at.saturating_add(self.offset_secs);
        format!("{} {}", human::clock(local, human::Step::Day), human::clock(local, human::Step::Minute))
    }

    /// A moment within a sentence, with the zone.
    pub fn named(self, at: i64) -> String {
        format!("{}\u{a0}{}", self.said(at), self.zone())
    }

    /// Says every moment of a document, and has every picture in it drawn in the zone.
    pub fn tell(self, report: &mut Report) {
        report.each_table(|table| self.tell_table(table));
        report.each_block(|block| match block {
            Block::Picture(picture) if self.offset_secs != 0 => {
                let joint = if picture.src.contains('?') { '&' } else { '?' };
                picture.src.push_str(&format!("{joint}utc-offset={}", self.offset_secs));
            }
            _ => {}
        });
    }

    /// The zone stands in the head of a column of times, and beside the time where other things stand in the column.
    fn tell_table(self, table: &mut Table) {
        for (place, column) in table.columns.iter_mut().enumerate() {
            let cells = || table.rows.iter().filter_map(|row| row.cells.get(place));
            let is_of_times = cells().any(|cell| cell.at.is_some())
                && cells().all(|cell| cell.at.is_some() || cell.exact.is_none());
            column.zone = if is_of_times { self.zone() } else { String::new() };
        }
        let has_zone: Vec<bool> = table.columns.iter().map(|column| !column.zone.is_empty()).collect();
        for row in &mut table.rows {
            for (cell, is_named_above) in row.cells.iter_mut().zip(&has_zone) {
                let Some(at) = cell.at else { continue };
                cell.text = if *is_named_above { self.said(at) } else { self.named(at) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::report::{Cell, Column, Head, Picture, Row};

    #[test]
    fn moments_are_said_in_the_zone_and_the_zone_is_named_in_the_head() {
        let table = Table {
            columns: vec![Column::words("Client"), Column::words("First seen")],
            rows: vec![Row::of([Cell::new("a"), Cell::moment(1_763_601_000)])],
            ..Table::default()
        };
        let picture = Picture { src: "/api/v1/matrix.svg?v=1".to_owned(), ..Picture::default() };
        let blocks = vec![Block::Pair(vec![Block::Table(table)]), Block::Picture(picture)];
        let mut report = Report { blocks, ..Report::default() };
        Times::of(3_600).tell(&mut report);
        let table = report.tables()[0];
        assert_eq!(table.rows[0].cells[1].text, "20\u{a0}Nov\u{a0}2025\u{a0}02:10");
        assert_eq!(table.rows[0].cells[1].exact.as_deref(), Some("2025-11-20T01:10:00Z"));
        assert_eq!((table.columns[0].zone.as_str(), table.columns[1].zone.as_str()), ("", "UTC+1"));
        let sources: Vec<String> = report
            .blocks
            .iter()
            .filter_map(|block| match block {
                Block::Picture(Picture { src, head: Head { .. }, .. }) => Some(src.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(sources, ["/api/v1/matrix.svg?v=1&utc-offset=3600"]);
    }

    #[test]
    fn a_zone_that_does_not_exist_is_utc_and_no_second_overflows() {
        assert_eq!(Times::of(i64::MAX).zone(), "UTC");
        assert!(!Times::of(3_600).said(i64::MAX - 7_200).is_empty());
    }
}

//! How many bytes of text a flow log is, field by field: what AWS bills, whether it delivers text or Parquet.
//! Knows lengths of values, not values' meaning, and nothing of how objects are read.
//!
//! A line is its values, a space between two, and a line feed: one byte per value beside it. A text object has a header
//! line before them (the names in the same order). How long values are, `flowlog::text_size` tells.
//!
//! Sources: "Flow log records" and "Publish flow logs to Amazon S3" in the Amazon VPC user guide. Whether AWS meters
//! header lines and line feeds is not documented; a header is a fraction of a percent of an object of any size.

use serde::Serialize;

/// What the values of one field come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldVolume {
    /// AWS's hyphenated name.
    pub field: String,
    /// Bytes of its values, without spaces and line feeds.
    pub value_bytes: u64,
    /// Lines that have it.
    pub lines: u64,
}

/// The size of some part of a flow log, bytes of uncompressed text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Volume {
    /// Objects.
    pub objects: u64,
    /// Lines that are records, or tell of missing ones (`NODATA`, `SKIPDATA`); not header lines.
    pub lines: u64,
    /// Header lines, with their line feeds.
    pub header_bytes: u64,
    /// Fields in the order of the line; those a later format added stand behind.
    pub fields: Vec<FieldVolume>,
    /// What was measured as text and is in no field: lines set aside, and double spaces. Set by [`Volume::measured`].
    pub other_bytes: u64,
}

impl Volume {
    /// Nothing yet of a flow log with these fields, in the order of the line.
    #[must_use]
    pub fn of<'f>(fields: impl IntoIterator<Item = &'f str>) -> Self {
        let empty = |field: &str| FieldVolume { field: field.to_owned(), value_bytes: 0, lines: 0 };
        Self { fields: fields.into_iter().map(empty).collect(), ..Self::default() }
    }

    /// Counts an object that begins with a header line of all the fields. A Parquet object has none, but AWS bills the
    /// text it was made from; whether that had one is unknown, and so little that it does not matter.
    pub fn add_object(&mut self) {
        self.objects += 1;
        self.header_bytes += self.fields.iter().map(|field| field.field.len() as u64 + 1).sum::<u64>();
    }

    /// Counts lines that have every field.
    pub fn add_lines(&mut self, lines: u64) {
        self.lines += lines;
        for field in &mut self.fields {
            field.lines += lines;
        }
    }

    /// Adds the lengths of values of the field at this place of the line; of a whole column at once, if that is at hand.
    /// A place beyond the last field is nothing.
    pub fn add_values(&mut self, place: usize, value_bytes: u64) {
        if let Some(field) = self.fields.get_mut(place) {
            field.value_bytes += value_bytes;
        }
    }

    /// Adds another part. Formats may differ: fields are told by name.
    pub fn merge(&mut self, other: &Self) {
        self.objects += other.objects;
        self.lines += other.lines;
        self.header_bytes += other.header_bytes;
        self.other_bytes += other.other_bytes;
        for more in &other.fields {
            match self.fields.iter_mut().find(|field| field.field == more.field) {
                Some(field) => {
                    field.value_bytes += more.value_bytes;
                    field.lines += more.lines;
                }
                None => self.fields.push(more.clone()),
            }
        }
    }

    /// The volume with the size its text really has, where objects are text: what the fields do not explain becomes
    /// `other_bytes`. Less than the fields need, as of a text that was cut, changes nothing.
    #[must_use]
    pub fn measured(mut self, text_bytes: u64) -> Self {
        self.other_bytes = 0;
        self.other_bytes = text_bytes.saturating_sub(self.text_bytes());
        self
    }

    /// All bytes: headers, values, a byte after every value, and the rest.
    #[must_use]
    pub fn text_bytes(&self) -> u64 {
        self.header_bytes + self.other_bytes + self.fields.iter().map(FieldVolume::line_bytes).sum::<u64>()
    }

    /// What the text would be smaller by without a field: its values, the byte after each, and its name in the headers.
    /// Nothing for a field that is not there.
    #[must_use]
    pub fn bytes_of(&self, field: &str) -> u64 {
        let Some(found) = self.fields.iter().find(|known| known.field == field) else { return 0 };
        let in_headers = if self.header_bytes > 0 { self.objects * (field.len() as u64 + 1) } else { 0 };
        found.line_bytes() + in_headers
    }

    /// What the text would be larger by with one more field whose values are this long on average.
    #[must_use]
    pub fn bytes_with(&self, field: &str, mean_value_bytes: f64) -> u64 {
        let in_headers = if self.header_bytes > 0 { self.objects * (field.len() as u64 + 1) } else { 0 };
        in_headers + self.lines + (self.lines as f64 * mean_value_bytes.max(0.0)).round() as u64
    }

    /// Mean length of a field's values, `None` when there are none.
    #[must_use]
    pub fn mean_value_bytes(&self, field: &str) -> Option<f64> {
        let found = self.fields.iter().find(|known| known.field == field)?;
        (found.lines > 0).then(|| found.value_bytes as f64 / found.lines as f64)
    }

    /// The volume with every number in the same proportion, as of a month made from a day. `by` is finite and not
    /// negative.
    #[must_use]
    pub fn scaled(&self, by: f64) -> Self {
        let scale = |bytes: u64| (bytes as f64 * by).round() as u64;
        let field = |field: &FieldVolume| FieldVolume {
            field: field.field.clone(),
            value_bytes: scale(field.value_bytes),
            lines: scale(field.lines),
        };
        Self {
            objects: scale(self.objects),
            lines: scale(self.lines),
            header_bytes: scale(self.header_bytes),
            fields: self.fields.iter().map(field).collect(),
            other_bytes: scale(self.other_bytes),
        }
    }
}

impl FieldVolume {
    /// Values and the byte after each.
    fn line_bytes(&self) -> u64 {
        self.value_bytes + self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_values_and_a_byte_after_each() {
        let mut volume = Volume::of(["srcaddr", "bytes"]);
        volume.add_object();
        volume.add_lines(2);
        volume.add_values(0, 8 + 1);
        volume.add_values(1, 4 + 1);
        let text = "srcaddr bytes\n10.0.0.1 8420\n- -\n";
        assert_eq!(volume.text_bytes(), text.len() as u64);
        assert_eq!(volume.bytes_of("bytes"), (text.len() - "srcaddr\n10.0.0.1\n-\n".len()) as u64);
        assert_eq!(volume.bytes_of("dstaddr"), 0);
        assert_eq!(volume.mean_value_bytes("bytes"), Some(2.5));
        assert_eq!(volume.bytes_with("dstaddr", 8.0), 8 + 2 * 9);
        let mut one = Volume::of(["bytes"]);
        assert_eq!(one.mean_value_bytes("bytes"), None);
        one.add_lines(1);
        assert_eq!(one.mean_value_bytes("bytes"), Some(0.0));
    }

    #[test]
    fn formats_that_differ_are_added_by_name() {
        let mut old = Volume::of(["srcaddr", "bytes"]);
        old.add_lines(1);
        old.add_values(1, 5);
        let mut new = Volume::of(["bytes", "tcp-flags"]);
        new.add_lines(2);
        new.add_values(0, 7);
        old.merge(&new);
        let fields: Vec<_> = old.fields.iter().map(|f| (f.field.as_str(), f.value_bytes, f.lines)).collect();
        assert_eq!(fields, [("srcaddr", 0, 1), ("bytes", 12, 3), ("tcp-flags", 0, 2)]);
    }

    #[test]
    fn what_no_field_explains_is_kept_apart() {
        let mut volume = Volume::of(["bytes"]);
        volume.add_lines(1);
        volume.add_values(0, 3);
        assert_eq!(volume.clone().measured(10).other_bytes, 6);
        assert_eq!(volume.clone().measured(10).measured(10).text_bytes(), 10);
        assert_eq!(volume.measured(1).text_bytes(), 4);
    }
}

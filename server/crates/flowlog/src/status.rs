//! What `log-status` says about a line. Knows its three values, not where they stand.

/// What a line tells of, by its `log-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Traffic: `OK`, or nothing said.
    Traffic,
    /// `NODATA`
    NoData,
    /// `SKIPDATA`
    SkipData,
    /// The beginning of one of the three, as a file that was cut ends.
    Cut,
}

impl Status {
    /// The status that a value means; an empty one stands for a layout without `log-status`. AWS may add a status: it
    /// is traffic until we know better.
    pub(crate) fn of(value: &[u8]) -> Self {
        match value {
            b"OK" | b"" | b"-" => Self::Traffic,
            b"NODATA" => Self::NoData,
            b"SKIPDATA" => Self::SkipData,
            other if [&b"OK"[..], b"NODATA", b"SKIPDATA"].iter().any(|known| known.starts_with(other)) => {
                Self::Cut
            }
            _ => Self::Traffic,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_known_status_is_cut() {
        for (value, status) in [
            ("OK", Status::Traffic),
            ("", Status::Traffic),
            ("-", Status::Traffic),
            ("NODATA", Status::NoData),
            ("SKIPDATA", Status::SkipData),
            ("O", Status::Cut),
            ("SKIPDAT", Status::Cut),
            ("OKAY", Status::Traffic),
            ("ok", Status::Traffic),
        ] {
            assert_eq!(Status::of(value.as_bytes()), status, "{value}");
        }
    }
}

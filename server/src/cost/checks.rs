//! Health checks of load balancers, told from traffic by their regularity: short connections of one client to one
//! service, as many in every hour, day and night. No field names them.

use contract::grid::floor_to;
use lake::Talks;
use std::collections::BTreeMap;

/// An hour, seconds.
const HOUR: i64 = 3_600;
/// Whole hours that must have been seen before regularity means anything.
const LEAST_HOURS: usize = 3;
/// Records an hour from which on a client is a checker: AWS's slowest interval is 300 s, each check is a record or more.
const LEAST_AN_HOUR: f64 = 12.0;
/// Chance alone moves a count by a few times its root, the rest is tolerance.
const ROOTS: f64 = 4.0;
const TOLERANCE: f64 = 0.1;
/// TCP's number.
const TCP: u8 = 6;

/// A client that checks a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Who checks, 16 bytes in network order.
    pub client: [u8; 16],
    /// Who is checked.
    pub server: [u8; 16],
    /// The port.
    pub port: u16,
    /// Records of it an hour, those of both ends and both directions.
    pub records_an_hour: f64,
}

/// The checks among small records of these hours (`from` to `to`, Unix seconds).
pub fn checks(talks: &Talks, (from, to): (i64, i64)) -> Vec<Check> {
    // The first and the last may be cut.
    let (first, last) = (floor_to(from + HOUR - 1, HOUR), floor_to(to, HOUR));
    let hours = usize::try_from((last - first) / HOUR).unwrap_or_default();
    if hours < LEAST_HOURS {
        return Vec::new();
    }
    let mut counts: BTreeMap<([u8; 16], [u8; 16], u16), Vec<u64>> = BTreeMap::new();
    for row in talks.rows.iter().filter(|row| row.protocol == TCP && row.accepted) {
        let hour = usize::try_from((row.first - first).div_euclid(HOUR)).ok().filter(|hour| *hour < hours);
        if let Some(hour) = hour {
            counts.entry((row.client, row.server, row.port)).or_insert_with(|| vec![0; hours])[hour] +=
                row.flows;
        }
    }
    let regular = counts.into_iter().filter_map(|((client, server, port), counts)| {
        let mean = counts.iter().sum::<u64>() as f64 / hours as f64;
        let room = ROOTS * mean.sqrt() + TOLERANCE * mean;
        let steady = counts.iter().all(|count| (*count as f64 - mean).abs() <= room);
        (mean >= LEAST_AN_HOUR && steady).then_some(Check { client, server, port, records_an_hour: mean })
    });
    regular.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use lake::Conversation;

    fn talk(client: u8, hour: i64, flows: u64) -> Conversation {
        Conversation {
            interface: 0,
            ingress: true,
            opening: true,
            client: [client; 16],
            server: [9; 16],
            protocol: TCP,
            port: 8_080,
            accepted: true,
            reason: None,
            tcp_flags: None,
            flows,
            bytes: 300 * flows,
            first: hour * HOUR + 7,
            last: hour * HOUR + 3_000,
        }
    }

    #[test]
    fn what_comes_as_often_in_every_hour_is_a_check() {
        let day = [120, 118, 125, 122, 117, 121];
        let office = [4, 6, 90, 400, 380, 20];
        let rows = day.iter().zip(0..).map(|(flows, hour)| talk(1, hour, *flows));
        let rows = rows.chain(office.iter().zip(0..).map(|(flows, hour)| talk(2, hour, *flows)));
        let talks = Talks { rows: rows.collect(), ..Talks::default() };
        let found = checks(&talks, (0, 6 * HOUR));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].client, found[0].port, found[0].records_an_hour), ([1; 16], 8_080, 120.5));
        assert_eq!(checks(&talks, (0, 2 * HOUR)), [], "two hours tell nothing");
    }
}

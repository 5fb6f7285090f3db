//! The order of evidence about one record. Pure: what is known comes in, client and evidence go out.

use crate::ports::Ranked;
use crate::standing::Standing;
use crate::verdicts::{Client, Evidence};

/// TCP SYN bit as AWS writes it in `tcp-flags`.
const SYN: i32 = 2;
/// TCP ACK bit; AWS sets it only together with SYN.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
const ACK: i32 = 16;
/// IANA number of TCP.
const TCP: i32 = 6;
/// How many times the peers of the one end the other must have to be taken for the server.
const CLEARLY_MORE: u32 = 2;
/// Fewest peers that make a server: everybody has one.
const FEWEST_PEERS: u32 = 2;
/// Fewest peers that overrule a port known for a service: a client's port is used again for the next conversation,
/// so that it too meets two or three peers in time.
const OVERRULING_PEERS: u32 = 4;
/// Fewest hosts that one host pings more than it is pinged by, to be taken for the one that pings.
const PINGED: u32 = 3;

/// What a verdict on the sides is made of.
pub(crate) type Sides = (Client, Evidence);

/// One end of a record whose protocol has ports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    port: Ranked,
    standing: Standing,
}

/// Both ends of a record, ordered by how likely each serves by its port alone; the destination where they are equal. Which of them is the source changes from
/// record to record, which of them serves hardly ever does: so a processor can foresee the way down the ladder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) likely: End,
    pub(crate) unlikely: End,
    pub(crate) likely_is_src: bool,
}

impl End {
    pub(crate) fn new(port: Ranked, standing: Standing) -> Self {
        End { port, standing }
    }
}

impl Ends {
    fn src_and_dst(&self) -> (&End, &End) {
        if self.likely_is_src { (&self.likely, &self.unlikely) } else { (&self.unlikely, &self.likely) }
    }

    /// The client where the likely end serves, or the other does.
    fn client(&self, likely_serves: bool) -> Client {
        if likely_serves == self.likely_is_src { Client::Destination } else { Client::Source }
    }
}

/// The record's own SYN bits.
pub(crate) fn by_flags(protocol: i32, tcp_flags: i32) -> Option<Sides> {
    if tcp_flags <= 0 || tcp_flags & SYN == 0 || !matches!(protocol, TCP | crate::NO_NUMBER) {
        return None;
    }
    let answers = tcp_flags & ACK != 0;
    Some(if answers { (Client::Destination, Evidence::SynAck) } else { (Client::Source, Evidence::Syn) })
}

/// All that stands below the SYN bits of the conversation itself.
pub(crate) fn by_ends(ends: &Ends, rejected: bool) -> Sides {
    one_of(ends, Evidence::ProvenServer, |standing| standing.proven)
        .or_else(|| {
            let (client, evidence) = one_of(ends, Evidence::Prober, Standing::is_prober)?;
            Some((client.reversed(), evidence))
        })
        .or_else(|| by_peers_and_ports(ends, rejected))
        .unwrap_or_default()
}

/// The client, if exactly one end is a server in the sense of `serves`.
fn one_of(ends: &Ends, evidence: Evidence, serves: impl Fn(&Standing) -> bool) -> Option<Sides> {
    let (likely, unlikely) = (serves(&ends.likely.standing), serves(&ends.unlikely.standing));
    (likely != unlikely).then(|| (ends.client(likely), evidence))
}

fn by_peers_and_ports(ends: &Ends, rejected: bool) -> Option<Sides> {
    let (likely, unlikely) = (ends.likely.standing.fan_in(), ends.unlikely.standing.fan_in());
    let clearly = |mine: u32, theirs: u32, least: u32| mine >= least.max(CLEARLY_MORE * theirs.max(1));
    let least = if ends.likely.port.outranks(ends.unlikely.port) { OVERRULING_PEERS } else { FEWEST_PEERS };
    let serves = (clearly(likely, unlikely, FEWEST_PEERS), clearly(unlikely, likely, least));
    if serves.0 != serves.1 {
        return Some((ends.client(serves.0), Evidence::FanIn));
    }
    by_ports(ends, rejected).or_else(|| {
        // The ports say nothing either: any more will do.
        let differ = likely != unlikely && likely.max(unlikely) >= FEWEST_PEERS;
        differ.then(|| (ends.client(likely > unlikely), Evidence::FanIn))
    })
}

/// Two different ports; for refused records the destination, unless an answer that came too late explains it better.
fn by_ports(ends: &Ends, rejected: bool) -> Option<Sides> {
    let Ends { likely, unlikely, .. } = ends;
    let (one, other) = (likely.port, unlikely.port);
    let differ = one.outranks(other) || one.is_privileged() && !other.is_privileged();
    if rejected {
        let (src, dst) = ends.src_and_dst();
        let late = src.port.is_service() && !dst.port.is_service();
        if !late && (ends.likely_is_src || !differ) {
            return Some((Client::Source, Evidence::Rejected));
        }
    }
    let evidence = if one.is_service() { Evidence::RegisteredPort } else { Evidence::PortRange };
    differ.then(|| (ends.client(true), evidence))
}

/// Pings and everything else without ports: `first` is what the conversation's own records tell.
pub(crate) fn without_ports(first: Client, (src, dst): (&Standing, &Standing), rejected: bool) -> Sides {
    if first != Client::Unknown {
        return (first, Evidence::SameConversation);
    }
    let (from, to) = (src.fan_in(), dst.fan_in());
    if from >= PINGED && from >= CLEARLY_MORE * to.max(1) {
        return (Client::Source, Evidence::Prober);
    }
    if to >= PINGED && to >= CLEARLY_MORE * from.max(1) {
        return (Client::Destination, Evidence::Prober);
    }
    if rejected { (Client::Source, Evidence::Rejected) } else { (Client::Unknown, Evidence::None) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(port: u16, standing: Standing) -> End {
        End::new(Ranked::new(port), standing)
    }

    fn end(port: u16) -> End {
        with(port, Standing::default())
    }

    fn with_peers(port: u16, peers: u32) -> End {
        let bits = (1_u64 << peers) - 1;
        with(port, Standing { heard: bits, told: bits, ..Standing::default() })
    }

    fn proven(port: u16) -> End {
        with(port, Standing { proven: true, ..Standing::default() })
    }

    fn decided(src: &End, dst: &End, rejected: bool) -> Sides {
        let likely_is_src = src.port < dst.port;
        let (likely, unlikely) = if likely_is_src { (*src, *dst) } else { (*dst, *src) };
        by_ends(&Ends { likely, unlikely, likely_is_src }, rejected)
    }

    fn client(src: &End, dst: &End) -> Sides {
        decided(src, dst, false)
    }

    #[test]
    fn flags_tell_for_tcp_alone() {
        assert_eq!(by_flags(6, 3), Some((Client::Source, Evidence::Syn)));
        assert_eq!(by_flags(6, 19), Some((Client::Destination, Evidence::SynAck)));
        assert_eq!(by_flags(6, 5), None);
        assert_eq!(by_flags(6, -1), None);
        assert_eq!(by_flags(17, 2), None);
        assert_eq!(by_flags(crate::NO_NUMBER, 2), Some((Client::Source, Evidence::Syn)));
    }

    #[test]
    fn a_proven_server_beats_every_port_number() {
        assert_eq!(client(&proven(50_000), &end(443)), (Client::Destination, Evidence::ProvenServer));
        assert_eq!(client(&end(443), &proven(50_000)), (Client::Source, Evidence::ProvenServer));
        assert_eq!(client(&proven(50_000), &proven(443)).1, Evidence::RegisteredPort);
    }

    #[test]
    fn many_peers_overrule_a_known_port_and_two_do_not() {
        assert_eq!(client(&with_peers(40_000, 9), &end(5_432)), (Client::Destination, Evidence::FanIn));
        assert_eq!(client(&with_peers(40_000, 2), &end(5_432)), (Client::Source, Evidence::RegisteredPort));
        assert_eq!(client(&with_peers(40_000, 2), &end(50_000)), (Client::Destination, Evidence::FanIn));
        assert_eq!(client(&with_peers(40_000, 4), &with_peers(50_000, 3)).0, Client::Destination);
    }

    #[test]
    fn ports_decide_by_name_privilege_and_range() {
        assert_eq!(client(&end(40_000), &end(5_432)), (Client::Source, Evidence::RegisteredPort));
        assert_eq!(client(&end(443), &end(5_432)), (Client::Destination, Evidence::RegisteredPort));
        assert_eq!(client(&end(7_777), &end(40_000)), (Client::Destination, Evidence::PortRange));
        assert_eq!(client(&end(40_000), &end(50_000)), (Client::Unknown, Evidence::None));
        assert_eq!(client(&end(123), &end(123)), (Client::Unknown, Evidence::None));
    }

    #[test]
    fn a_refused_record_was_an_attempt_unless_it_looks_like_a_late_answer() {
        let refused = |src: u16, dst: u16| decided(&end(src), &end(dst), true);
        assert_eq!(refused(20_000, 40_000), (Client::Source, Evidence::Rejected));
        assert_eq!(refused(40_000, 22), (Client::Source, Evidence::RegisteredPort));
        assert_eq!(refused(443, 22), (Client::Source, Evidence::Rejected));
        assert_eq!(refused(443, 40_000), (Client::Destination, Evidence::RegisteredPort));
    }

    #[test]
    fn a_prober_with_a_servers_port_stays_a_client() {
        let scanner = with(443, Standing { refused: 0b111, ..Standing::default() });
        assert_eq!(decided(&scanner, &end(40_000), true), (Client::Source, Evidence::Prober));
        assert_eq!(client(&end(8_080), &scanner), (Client::Destination, Evidence::Prober));
    }

    #[test]
    fn who_pings_many_is_the_client_of_each() {
        let (monitor, host) = (with_peers(0, 9).standing, with_peers(0, 1).standing);
        let ping = |src, dst| without_ports(Client::Unknown, (src, dst), false);
        assert_eq!(ping(&monitor, &host), (Client::Source, Evidence::Prober));
        assert_eq!(ping(&host, &monitor), (Client::Destination, Evidence::Prober));
        assert_eq!(ping(&host, &host), (Client::Unknown, Evidence::None));
    }
}

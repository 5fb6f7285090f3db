//! What records prove, gathered and asked. Bounded: at most some 20 MB of servers, conversations and single peers, and
//! as much again for a very large organisation's interfaces.

use crate::exchanges::Exchanges;
use crate::keys::{of_addresses, of_end};
use crate::ladder::{self, End, Ends, Sides};
use crate::openings::Openings;
use crate::own::Own;
use crate::ports::Ranked;
use crate::records::{Address, Ports, Records, View, is_multicast};
use crate::servers::{Servers, Way};
use crate::verdicts::{Client, Evidence, Verdicts};

/// IANA numbers of ICMP and ICMPv6: what pings.
const PINGS: [i32; 2] = [1, 58];

/// What is known. Learning the same records again changes nothing; in which order they come matters only where a
/// bound is reached, or where an interface's address can be told by later records alone.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    pub(crate) own: Own,
    pub(crate) servers: Servers,
    openings: Openings,
    exchanges: Exchanges,
}

impl Knowledge {
    /// Takes what a chunk of records proves: who answered a SYN, who speaks with many, which addresses the
    /// interfaces have. A chunk of any size; what one chunk proves is used for the next.
    pub fn learn(&mut self, records: &Records<'_>) {
        let numbers = of_addresses(records.addresses);
        self.own.learn(records, &numbers);
        for row in 0..records.rows {
            self.learn_sides(&Keyed::new(records, &numbers, row));
        }
    }

    /// Fills in the verdicts on a chunk of records, by what is known and by each record itself.
    ///
    /// `told_elsewhere` is true where a sum over all interfaces would count packets twice: the sender's record of
    /// what the receiver logs as well, and what a gateway logs on the way between. The record kept is that of the
    /// interface with the packet's destination address, else of the one with its source address. A refused record is
    /// always kept: refused by the sender it is the only one, refused by the receiver it is the outcome, and the
    /// sender's record of the packets leaving is the one told elsewhere. A NAT gateway's outer leg has another
    /// address and port and counts as a conversation of its own. The rule trusts that an interface whose addresses
    /// were learned is still logged.
    pub fn judge(&self, records: &Records<'_>, verdicts: &mut Verdicts) {
        verdicts.restart(records.rows);
        // What the record's own bits decide first, by itself: a loop that does one thing is foreseen by a processor.
        let mut undecided = Vec::with_capacity(records.rows);
        for row in 0..records.rows {
            let sides = ladder::by_flags(records.protocol(row), records.tcp_flags(row));
            let (client, evidence) = sides.unwrap_or_default();
            verdicts.client.push(client);
            verdicts.evidence.push(evidence);
            if client == Client::Unknown {
                undecided.push(row);
            }
        }
        let numbers = of_addresses(records.addresses);
        for row in undecided {
            let at = Keyed::new(records, &numbers, row);
            let mut sides = self.sides(&at);
            if sides.0 == Client::Unknown {
                sides = self.last_resort(records, row, &at);
            }
            (verdicts.client[row], verdicts.evidence[row]) = sides;
        }
        for (row, client) in verdicts.client.iter().enumerate() {
            verdicts.service_port.push(service_port(records.ports(row), *client));
        }
        self.own.judge(records, &numbers, verdicts);
    }

    /// Adds what another reader of records learned. In which order readers are added does not matter. What is
    /// remembered of single conversations stays with the reader that saw them.
    pub fn merge(&mut self, other: &Knowledge) {
        for (name, addresses) in other.own.all() {
            addresses.iter().for_each(|address| self.own.add(name, *address));
        }
        for (end, standing) in other.servers.known() {
            self.servers.add(end, &standing);
        }
    }

    /// Every interface of which addresses are known, by name, with those addresses in the order they were found.
    pub fn own_addresses(&self) -> Vec<(&str, &[Address])> {
        self.own.all()
    }

    /// Notes that an interface has an address, as an inventory or an earlier catalog says.
    pub fn add_own_address(&mut self, interface: &str, address: Address) {
        self.own.add(interface, address);
    }

    fn learn_sides(&mut self, at: &Keyed) {
        match at.ports {
            Ports::Two(..) if at.likely != 0 => {}
            Ports::None if at.likely != 0 => return self.learn_portless(at),
            _ => return,
        }
        if let Some(sides) = ladder::by_flags(at.protocol, at.tcp_flags) {
            return self.learn_opening(at, sides);
        }
        if at.likely_port == at.unlikely_port {
            self.note_exchange(at);
        }
        if at.rejected {
            if at.unlikely_port.is_service() {
                let (src, dst) = at.src_and_dst();
                self.servers.refuse(src, dst);
            }
            return;
        }
        let (to_likely, to_unlikely) =
            if at.likely_is_src { (Way::Told, Way::Heard) } else { (Way::Heard, Way::Told) };
        self.servers.meet(at.likely, at.unlikely, to_likely);
        if at.both_may_serve() {
            self.servers.meet(at.unlikely, at.likely, to_unlikely);
        }
    }

    /// A record with SYN bits.
    fn learn_opening(&mut self, at: &Keyed, (client, evidence): Sides) {
        let likely_serves = (client == Client::Destination) == at.likely_is_src;
        let keys = [at.unlikely, at.likely];
        let (server, client) = (keys[usize::from(likely_serves)], keys[usize::from(!likely_serves)]);
        self.openings.note(client, server);
        match (evidence, at.rejected) {
            (Evidence::SynAck, true) => self.servers.prove(server, client, Way::Refused),
            (Evidence::SynAck, false) => self.servers.prove(server, client, Way::Told),
            (_, true) => {}
            (_, false) => self.servers.meet(server, client, Way::Heard),
        }
        let clients_port = if likely_serves { at.unlikely_port } else { at.likely_port };
        if clients_port.is_service() {
            self.servers.opens(client);
        }
    }

    fn learn_portless(&mut self, at: &Keyed) {
        let (src, dst) = at.src_and_dst();
        self.note_exchange(at);
        if !at.rejected && PINGS.contains(&at.protocol) {
            self.servers.meet(dst, src, Way::Heard);
            self.servers.meet(src, dst, Way::Told);
        }
    }

    fn note_exchange(&mut self, at: &Keyed) {
        let (src, dst) = at.src_and_dst();
        self.exchanges.note(src, dst, at.rejected, at.start);
    }

    /// All that stands below the record's own SYN bits.
    fn sides(&self, at: &Keyed) -> Sides {
        match at.ports {
            Ports::Missing => return Sides::default(),
            Ports::None => return self.portless_sides(at),
            Ports::Two(..) => {}
        }
        if let Some(opened) = self.openings.opened_by(at.likely, at.unlikely) {
            let client = if opened == at.likely_is_src { Client::Source } else { Client::Destination };
            return (client, Evidence::SameConversation);
        }
        let ends = Ends {
            likely: End::new(at.likely_port, self.servers.standing(at.likely)),
            unlikely: End::new(at.unlikely_port, self.servers.standing(at.unlikely)),
            likely_is_src: at.likely_is_src,
        };
        ladder::by_ends(&ends, at.rejected)
    }

    fn portless_sides(&self, at: &Keyed) -> Sides {
        let (src, dst) = at.src_and_dst();
        let standings = (&self.servers.standing(src), &self.servers.standing(dst));
        ladder::without_ports(self.exchanges.only_one_way(src, dst), standings, at.rejected)
    }

    /// Where neither peers nor ports tell.
    fn last_resort(&self, records: &Records<'_>, row: usize, at: &Keyed) -> Sides {
        let (src, dst) = at.src_and_dst();
        let one_way = self.exchanges.only_one_way(src, dst);
        let earlier = self.exchanges.earlier(src, dst);
        if one_way != Client::Unknown {
            (one_way, Evidence::SameConversation)
        } else if is_multicast(&records.address(records.talkers(row, View::Packet).1)) {
            (Client::Source, Evidence::Multicast)
        } else if earlier != Client::Unknown {
            (earlier, Evidence::Earlier)
        } else {
            Sides::default()
        }
    }
}

/// What the tables are asked about one record; its ends ordered as in [`Ends`]. Both keys are 0 where an address is
/// missing.
#[derive(Clone, Copy, Debug)]
struct Keyed {
    likely: u64,
    unlikely: u64,
    likely_port: Ranked,
    unlikely_port: Ranked,
    likely_is_src: bool,
    ports: Ports,
    protocol: i32,
    tcp_flags: i32,
    rejected: bool,
    start: i64,
}

impl Keyed {
    #[inline]
    fn new(records: &Records<'_>, numbers: &[u64], row: usize) -> Self {
        let (src, dst) = records.talkers(row, View::Packet);
        let number = |place: i32| usize::try_from(place).ok().and_then(|place| numbers.get(place)).copied();
        let (ports, protocol) = (records.ports(row), records.protocol(row));
        let (from, to) = if let Ports::Two(from, to) = ports { (from, to) } else { (0, 0) };
        let (src_key, dst_key) = match (number(src), number(dst)) {
            (Some(src), Some(dst)) => (of_end(src, protocol, from), of_end(dst, protocol, to)),
            _ => (0, 0),
        };
        let (src_port, dst_port) = (Ranked::new(from), Ranked::new(to));
        let likely_is_src = src_port < dst_port;
        // Exchanged by arithmetic: which end is the likely one is as good as random, and a branch on it would be too.
        let exchange = (src_key ^ dst_key) & if likely_is_src { u64::MAX } else { 0 };
        Keyed {
            likely: dst_key ^ exchange,
            unlikely: src_key ^ exchange,
            likely_port: src_port.min(dst_port),
            unlikely_port: src_port.max(dst_port),
            likely_is_src,
            ports,
            protocol,
            tcp_flags: records.tcp_flags(row),
            rejected: records.is_rejected(row),
            start: records.start(row),
        }
    }

    fn src_and_dst(&self) -> (u64, u64) {
        if self.likely_is_src { (self.likely, self.unlikely) } else { (self.unlikely, self.likely) }
    }

    /// Whether the unlikely end may serve too, by its port: what speaks with a service's port from one that is none
    /// is a client, and gathers no peers by it.
    fn both_may_serve(&self) -> bool {
        !self.likely_port.is_service() || self.unlikely_port.is_service()
    }
}

fn service_port(ports: Ports, client: Client) -> i32 {
    let Ports::Two(from, to) = ports else { return crate::NO_NUMBER };
    let (from, to) = (i32::from(from), i32::from(to));
    [if from == to { from } else { crate::NO_NUMBER }, to, from][client as usize]
}

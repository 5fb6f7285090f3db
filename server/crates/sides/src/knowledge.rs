//! What records prove, gathered and asked. Bounded: at most some 20 MB of servers, conversations and single peers, and
//! as much again for a very large organisation's interfaces.

use crate::exchanges::Exchanges;
use crate::keys::of_end;
use crate::ladder::{self, End, Sides};
use crate::openings::Openings;
use crate::own::Own;
use crate::ports::rank;
use crate::records::{Address, NO_ADDRESS, Ports, Records, View, is_multicast};
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
        self.own.learn(records);
        for row in 0..records.rows {
            self.learn_sides(records, row);
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
        let here = self.own.here(records);
        for row in 0..records.rows {
            let ports = records.ports(row);
            let (client, evidence) = self.sides(records, row, ports);
            verdicts.client.push(client);
            verdicts.evidence.push(evidence);
            verdicts.service_port.push(service_port(ports, client));
            verdicts.direction.push(self.own.direction(records, &here, row));
            verdicts.told_elsewhere.push(self.own.told_elsewhere(records, &here, row));
        }
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

    /// Every interface that occurred with the addresses it is known to have, by name.
    pub fn own_addresses(&self) -> Vec<(&str, &[Address])> {
        self.own.all()
    }

    /// Notes that an interface has an address, as an inventory or an earlier catalog says.
    pub fn add_own_address(&mut self, interface: &str, address: Address) {
        self.own.add(interface, address);
    }

    fn learn_sides(&mut self, records: &Records<'_>, row: usize) {
        let (src, dst) = records.talkers(row, View::Packet);
        if src == NO_ADDRESS || dst == NO_ADDRESS {
            return;
        }
        let (protocol, rejected) = (records.protocol(row), records.is_rejected(row));
        let (from, to) = match records.ports(row) {
            Ports::Missing => return,
            Ports::None => return self.learn_portless(protocol, src, dst, rejected),
            Ports::Two(from, to) => (from, to),
        };
        let (from_key, to_key) = (of_end(&src, protocol, from), of_end(&dst, protocol, to));
        match ladder::by_flags(protocol, records.tcp_flags(row)) {
            Some((Client::Destination, _)) => {
                self.openings.note(to_key, from_key);
                self.servers.prove(from_key);
                if !rejected {
                    self.servers.meet(from_key, to_key, Way::Told);
                }
            }
            Some(_) => {
                self.openings.note(from_key, to_key);
                if !rejected {
                    self.servers.meet(to_key, from_key, Way::Heard);
                }
            }
            None => {
                let (source, destination) = (rank(from), rank(to));
                // Whoever speaks with a service's port from one that is none is its client and gathers no peers.
                if rejected {
                    if source.is_service() && destination.is_service() {
                        self.servers.refuse(from_key, to_key);
                    }
                    return;
                }
                if destination.is_service() || !source.is_service() {
                    self.servers.meet(to_key, from_key, Way::Heard);
                }
                if source.is_service() || !destination.is_service() {
                    self.servers.meet(from_key, to_key, Way::Told);
                }
            }
        }
    }

    fn learn_portless(&mut self, protocol: i32, src: Address, dst: Address, rejected: bool) {
        let (from, to) = (of_end(&src, protocol, 0), of_end(&dst, protocol, 0));
        self.exchanges.note(from, to, rejected);
        if !rejected && PINGS.contains(&protocol) {
            self.servers.meet(to, from, Way::Heard);
            self.servers.meet(from, to, Way::Told);
        }
    }

    fn sides(&self, records: &Records<'_>, row: usize, ports: Ports) -> Sides {
        let (from, to) = match ports {
            Ports::Missing => return Sides::default(),
            Ports::None => (0, 0),
            Ports::Two(from, to) => (from, to),
        };
        let protocol = records.protocol(row);
        if ports != Ports::None
            && let Some(sides) = ladder::by_flags(protocol, records.tcp_flags(row))
        {
            return sides;
        }
        let (src, dst) = records.talkers(row, View::Packet);
        let (from_key, to_key) = (of_end(&src, protocol, from), of_end(&dst, protocol, to));
        let known = src != NO_ADDRESS && dst != NO_ADDRESS;
        let standing = |key| if known { self.servers.standing(key) } else { Default::default() };
        let (rejected, to_multicast) = (records.is_rejected(row), is_multicast(&dst));
        if ports == Ports::None {
            let first = self.exchanges.client(from_key, to_key);
            return ladder::without_ports(
                first,
                (&standing(from_key), &standing(to_key)),
                rejected,
                to_multicast,
            );
        }
        match self.openings.opened_by(from_key, to_key).filter(|_| known) {
            Some(true) => (Client::Source, Evidence::SameConversation),
            Some(false) => (Client::Destination, Evidence::SameConversation),
            None => ladder::by_ends(
                &End::new(from, standing(from_key)),
                &End::new(to, standing(to_key)),
                rejected,
                to_multicast,
            ),
        }
    }
}

fn service_port(ports: Ports, client: Client) -> i32 {
    match (ports, client) {
        (Ports::Two(_, to), Client::Source) => i32::from(to),
        (Ports::Two(from, _), Client::Destination) => i32::from(from),
        (Ports::Two(from, to), Client::Unknown) if from == to => i32::from(from),
        _ => crate::NO_NUMBER,
    }
}

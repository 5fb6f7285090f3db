//! Conversations by the networks of their clients and by the services of networks: few enough for a picture, and together
//! the whole.

use crate::exchanges::one_way;
use crate::fold::Amount;
use crate::fold::exchanges::Exchange;
use crate::fold::talkers::Talk;
use crate::network;
use crate::sources::Ranked;
use contract::{Group, GroupService, Measure};
use hashbrown::HashMap;
use std::cmp::Reverse;

/// Networks of clients with a name.
const CLIENTS: usize = 10;
/// Services of networks with a name.
const SERVICES: usize = 12;

/// A network and what it is asked for: port and protocol, -1 when unknown.
type Service = (u128, i32, i32);

/// The groups of conversations, largest first.
pub fn of(talks: &[(Talk, Exchange)], measure: Measure) -> Vec<Group> {
    let mut sums: HashMap<(u128, Service), (Amount, u64)> = HashMap::new();
    for (talk, exchange) in talks {
        let service = (network::place_of(talk.server), talk.service_port, talk.protocol);
        let (amount, rejected) =
            sums.entry((network::place_of(talk.client), service)).or_insert((Amount::NONE, 0));
        amount.add(&exchange.sent);
        amount.add(&exchange.returned);
        *rejected += exchange.rejected;
    }
    let measured = || sums.iter().map(|(key, (amount, _))| (*key, amount.of(measure)));
    let clients = Ranked::of(measured().map(|((client, _), value)| (client, value)), CLIENTS);
    let services = Ranked::of(measured().map(|((_, service), value)| (service, value)), SERVICES);
    let mut groups: HashMap<(usize, usize), (Amount, u64)> = HashMap::new();
    for ((client, service), (amount, rejected)) in &sums {
        let places = (clients.place(client), services.place(service));
        let (sum, refused) = groups.entry(places).or_insert((Amount::NONE, 0));
        sum.add(amount);
        *refused += rejected;
    }
    let mut groups: Vec<((usize, usize), (Amount, u64))> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(places, (amount, _))| (Reverse(amount.of(measure)), *places));
    let group = |((client, service), (amount, rejected)): ((usize, usize), (Amount, u64))| Group {
        client: clients.named.get(client).map(|place| network::place_name(*place)),
        service: services.named.get(service).copied().map(named),
        amount: one_way(amount),
        rejected,
    };
    groups.into_iter().map(group).collect()
}

fn named((server, port, protocol): Service) -> GroupService {
    GroupService {
        server: network::place_name(server),
        service_port: u16::try_from(port).ok(),
        protocol: u8::try_from(protocol).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn talk(client: u32, server: u32, port: i32, bytes: u64) -> (Talk, Exchange) {
        let mapped = |address: u32| 0xffff_0000_0000 | u128::from(address);
        let talk = Talk { client: mapped(client), server: mapped(server), service_port: port, protocol: 6 };
        let sent = Amount { bytes, packets: 1, flows: 1 };
        (talk, Exchange { sent, returned: Amount::NONE, rejected: 1, first: 0, last: 0 })
    }

    #[test]
    fn groups_have_the_largest_by_name_and_add_up_to_the_whole() {
        let mut talks = vec![
            talk(0x0a00_0105, 0x0a00_0909, 443, 1_000),
            talk(0x0a00_0106, 0x0a00_0907, 443, 500),
            talk(0xcb00_7107, 0x0a00_0909, 443, 300),
            talk(0xc633_6401, 0x0a00_0909, 443, 300),
        ];
        talks.extend((0..40).map(|n| talk(0x0a01_0000 + 256 * n, 0x0a00_0909, 1_000 + n as i32, 1)));
        let groups = of(&talks, Measure::Bytes);
        let bytes: u64 = groups.iter().map(|group| group.amount.bytes).sum();
        let flows: u64 = groups.iter().map(|group| group.amount.flows).sum();
        assert_eq!((bytes, flows), (2_140, 44));
        let first = groups.first().cloned().unwrap_or_default();
        assert_eq!((first.client.as_deref(), first.amount.bytes), (Some("10.0.1.0/24"), 1_500));
        let second = groups.get(1).cloned().unwrap_or_default();
        assert_eq!((second.client.as_deref(), second.amount.bytes), (Some("internet"), 600));
        assert!(groups.iter().any(|group| group.client.is_none() && group.service.is_none()));
        assert_eq!(groups.iter().map(|group| group.rejected).sum::<u64>(), 44);
    }
}

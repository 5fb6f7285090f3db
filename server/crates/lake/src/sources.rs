//! Where what is refused comes from and what it asks for: networks of clients by services.

use crate::fold::conversations::Conversation;
use crate::network;
use contract::{Service, Sources};
use hashbrown::HashMap;
use std::cmp::Reverse;
use std::hash::Hash;

/// Networks with a row of their own.
const NETWORKS: usize = 16;
/// Services with a column of their own: as many as have room on a phone.
const SERVICES: usize = 16;

/// Adds up conversations by network and service.
pub fn sources<'a>(talks: impl Iterator<Item = &'a Conversation>) -> Sources {
    let mut cells: HashMap<(u128, Service), u64> = HashMap::new();
    for talk in talks {
        let network = network::network_of(u128::from_be_bytes(talk.client));
        *cells.entry((network, service(talk))).or_default() += talk.flows;
    }
    let networks = Ranked::of(cells.iter().map(|((network, _), flows)| (*network, *flows)), NETWORKS);
    let services = Ranked::of(cells.iter().map(|((_, service), flows)| (*service, *flows)), SERVICES);
    let mut flows = vec![vec![0; services.places()]; networks.places()];
    for ((network, service), sum) in &cells {
        flows[networks.place(network)][services.place(service)] += sum;
    }
    Sources {
        networks: networks.named.iter().map(|network| network::name_of(*network)).collect(),
        services: services.named,
        flows,
        other_networks: networks.others,
        other_services: services.others,
    }
}

fn service(talk: &Conversation) -> Service {
    Service { service_port: (talk.port != 0).then_some(talk.port), protocol: talk.protocol }
}

/// The largest of some things, and where each of all has its place.
pub struct Ranked<T> {
    /// Those that have a name, largest first.
    pub named: Vec<T>,
    /// How many have none.
    pub others: u64,
    places: HashMap<T, usize>,
}

impl<T: Copy + Eq + Hash + Ord> Ranked<T> {
    /// The `most` largest by the sums of their amounts.
    pub fn of(amounts: impl Iterator<Item = (T, u64)>, most: usize) -> Self {
        let mut sums: HashMap<T, u64> = HashMap::new();
        for (thing, amount) in amounts {
            *sums.entry(thing).or_default() += amount;
        }
        let mut sums: Vec<(T, u64)> = sums.into_iter().collect();
        sums.sort_unstable_by_key(|(thing, sum)| (Reverse(*sum), *thing));
        let others = sums.len().saturating_sub(most) as u64;
        sums.truncate(most);
        let named: Vec<T> = sums.into_iter().map(|(thing, _)| thing).collect();
        let places = named.iter().enumerate().map(|(place, thing)| (*thing, place)).collect();
        Ranked { named, others, places }
    }

    /// How many places there are: one more where some have no name.
    pub const fn places(&self) -> usize {
        self.named.len() + (self.others > 0) as usize
    }

    /// The place of a thing, the last one where it has no name.
    pub fn place(&self, thing: &T) -> usize {
        self.places.get(thing).copied().unwrap_or(self.named.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_have_names_and_the_rest_a_place_together() {
        let ranked = Ranked::of([('a', 1), ('b', 5), ('c', 2), ('a', 9), ('d', 2)].into_iter(), 2);
        assert_eq!((ranked.named.as_slice(), ranked.others, ranked.places()), (&['a', 'b'][..], 2, 3));
        assert_eq!(['a', 'b', 'c', 'd'].map(|thing| ranked.place(&thing)), [0, 1, 2, 2]);
        let all = Ranked::of([(1, 1)].into_iter(), 2);
        assert_eq!((all.places(), all.others), (1, 0));
    }
}

//! Stories that say the same of machines of one kind: a rule that a whole role lacks is one mistake, told once.

use super::say;
use contract::human;
use firewall::address::Cidr;
use firewall::evaluate::Firewall;
use firewall::traffic::{Direction, Leg};
use firewall::verdict::{Card, Verdict};
use std::collections::{BTreeSet, HashMap};

/// Stories alike, the most concerning first; at least one.
pub struct Alike<'a>(Vec<&'a Card>);

/// What they have in common: layer, way, leg, service, the kind of machine, and why.
type Kind = (Verdict, Direction, Leg, (u8, u16), String, String);

/// The stories by their kind, in the order of the first of each.
pub fn folded<'a>(cards: impl IntoIterator<Item = &'a Card>, firewall: Option<&Firewall>) -> Vec<Alike<'a>> {
    let mut places: HashMap<Kind, usize> = HashMap::new();
    let mut folded: Vec<Alike<'a>> = Vec::new();
    for card in cards {
        let name = say::interface_name(&card.interface, card.first, firewall);
        // Where nobody knows what an interface is, the same far ends are what makes two alike.
        let who = if name == card.interface { blocks(&card.peers) } else { name };
        let service = (card.protocol, card.port);
        let kind = (card.verdict, card.direction, card.leg, service, who, say::why(card, firewall));
        let place = *places.entry(kind).or_insert(folded.len());
        match folded.get_mut(place) {
            Some(alike) => alike.0.push(card),
            None => folded.push(Alike(vec![card])),
        }
    }
    folded
}

/// Blocks in words for programs.
pub fn blocks(peers: &[Cidr]) -> String {
    peers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

impl<'a> Alike<'a> {
    /// The most concerning of them; `None` never is.
    pub fn head(&self) -> Option<&'a Card> {
        self.0.first().copied()
    }

    /// How many.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a story is among them.
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|card| card.id() == id)
    }

    /// Each by itself.
    pub fn one_by_one(self) -> Vec<Alike<'a>> {
        self.0.into_iter().map(|card| Alike(vec![card])).collect()
    }

    /// Refused records.
    pub fn flows(&self) -> u64 {
        self.0.iter().map(|card| card.flows).sum()
    }

    /// First and last second.
    pub fn seen(&self) -> (i64, i64) {
        let first = self.0.iter().map(|card| card.first).min().unwrap_or_default();
        (first, self.0.iter().map(|card| card.last).max().unwrap_or_default())
    }

    /// The far ends of all, each once.
    pub fn peers(&self) -> Vec<Cidr> {
        let all: BTreeSet<&Cidr> = self.0.iter().flat_map(|card| &card.peers).collect();
        // Those of the first story first.
        let of_first = self.0.first().into_iter().flat_map(|card| &card.peers);
        let known: BTreeSet<&Cidr> = of_first.clone().collect();
        of_first.chain(all.into_iter().filter(|block| !known.contains(block))).copied().collect()
    }

    /// How many interfaces they are told of, in words.
    pub fn interfaces(&self) -> String {
        let interfaces: BTreeSet<&str> = self.0.iter().map(|card| card.interface.as_str()).collect();
        human::counted(interfaces.len() as u64, "interface", "interfaces")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
    use super::*;
    use firewall::verdict::Certainty;

    fn card(interface: &str, port: u16, peer: &str, flows: u64) -> Card {
        Card {
            interface: interface.to_owned(),
            direction: Direction::Ingress,
            leg: Leg::Opening,
            protocol: 6,
            port,
            verdict: Verdict::SgIngress,
            certainty: Certainty::Likely,
            peers: vec![peer.parse().unwrap()],
            sources: 1,
            flows,
            bytes: 40 * flows,
            first: 100,
            last: 200 + flows as i64,
            groups: Vec::new(),
            rules: Vec::new(),
            nearest: None,
            entry: None,
            accepted_until: None,
            retry: None,
            proof: Vec::new(),
            missing: None,
            concern: 1.0,
        }
    }

    #[test]
    fn monitoring_that_is_refused_everywhere_is_one_story() {
        let cards = [
            card("eni-1", 9_100, "10.0.0.9/32", 30),
            card("eni-1", 22, "10.0.0.9/32", 20),
            card("eni-2", 9_100, "10.0.0.9/32", 12),
            card("eni-3", 9_100, "10.0.0.8/32", 7),
        ];
        let folded = folded(&cards, None);
        let told: Vec<(usize, u64)> = folded.iter().map(|alike| (alike.len(), alike.flows())).collect();
        assert_eq!(told, [(2, 42), (1, 20), (1, 7)]);
        assert_eq!(folded[0].seen(), (100, 230));
        assert_eq!((folded[0].interfaces().as_str(), folded[0].peers().len()), ("2 interfaces", 1));
        assert!(folded[0].has(&cards[2].id()) && !folded[0].has(&cards[3].id()));
    }
}

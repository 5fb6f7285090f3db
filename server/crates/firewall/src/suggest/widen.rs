//! A new rule as more of one that is there: where both together are exactly what one rule can say, one rule says it, and
//! the group has no rule more than before. A neighbouring port of the same far end, the other half of a block.

use super::{Action, Suggestion};
use crate::evaluate::Firewall;
use crate::inventory::{Peer, Ports, Protocol, Rule};
use crate::usage::{RuleUse, Status};
use std::collections::BTreeSet;

/// Turns openings into wider rules where that permits nothing else. Only rules in use are widened, and none that another
/// suggestion replaces: an unused one nobody wants more of.
pub(super) fn widen(suggestions: &mut [Suggestion], firewall: &Firewall, report: &[RuleUse]) {
    let newest = firewall.history().snapshots().len().saturating_sub(1);
    let mut taken: BTreeSet<usize> = suggestions.iter().flat_map(|one| one.replaces.clone()).collect();
    let openings = suggestions.iter_mut().filter(|one| one.action == Action::Open && one.replaces.is_empty());
    for one in openings {
        let [add] = one.add.as_slice() else { continue };
        let mut standing = firewall.rules().iter().enumerate().filter(|(place, known)| {
            known.group == one.group
                && known.states.last() == Some(&newest)
                && report.get(*place).is_some_and(|line| line.status == Status::Used)
                && !taken.contains(place)
        });
        let found = standing.find_map(|(place, known)| Some((place, joined(&known.rule, add)?)));
        let Some((place, wider)) = found else { continue };
        one.why.push_str(&format!("; {} widened instead of a rule more", firewall.rules()[place].name()));
        one.add = vec![wider];
        one.replaces = vec![place];
        taken.insert(place);
    }
}

/// The one rule that permits what two do and nothing else.
fn joined(there: &Rule, add: &Rule) -> Option<Rule> {
    if there.egress != add.egress || there.protocol != add.protocol || there.protocol == Protocol::All {
        return None;
    }
    let wider = Rule { id: String::new(), ..there.clone() };
    if there.peer == add.peer {
        return Some(Rule { ports: neighbours(there.ports, add.ports)?, ..wider });
    }
    let (Peer::Cidr(one), Peer::Cidr(other)) = (&there.peer, &add.peer) else { return None };
    let halves = one.prefix() > 0 && one.prefix() == other.prefix() && one.family() == other.family();
    (there.ports == add.ports && halves && one.parent() == other.parent())
        .then(|| Rule { peer: Peer::Cidr(one.parent()), ..wider })
}

fn neighbours(there: Ports, add: Ports) -> Option<Ports> {
    let (Ports::Range(from, to), Ports::Range(first, last)) = (there, add) else { return None };
    if to.checked_add(1) == Some(first) {
        return Some(Ports::Range(from, last));
    }
    (last.checked_add(1) == Some(from)).then_some(Ports::Range(first, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::TCP;

    fn rule(ports: (u16, u16), peer: &str) -> Rule {
        Rule {
            id: "sgr-1".to_owned(),
            egress: false,
            protocol: Protocol::Number(TCP),
            ports: Ports::Range(ports.0, ports.1),
            peer: peer.parse().map_or_else(|_| Peer::Group(peer.to_owned()), Peer::Cidr),
            description: String::new(),
        }
    }

    fn together(there: Rule, add: Rule) -> Option<String> {
        joined(&there, &add).map(|rule| format!("{:?} {}", rule.ports, rule.peer))
    }

    #[test]
    fn two_rules_are_one_only_where_that_permits_nothing_else() {
        let ports = together(rule((9_092, 9_094), "sg-a"), rule((9_095, 9_095), "sg-a"));
        assert_eq!(ports.as_deref(), Some("Range(9092, 9095) sg-a"));
        let below = together(rule((9_092, 9_094), "sg-a"), rule((9_091, 9_091), "sg-a"));
        assert_eq!(below.as_deref(), Some("Range(9091, 9094) sg-a"));
        let half = together(rule((22, 22), "203.0.113.0/25"), rule((22, 22), "203.0.113.128/25"));
        assert_eq!(half.as_deref(), Some("Range(22, 22) 203.0.113.0/24"));
        let apart = [
            (rule((9_092, 9_094), "sg-a"), rule((9_097, 9_097), "sg-a")),
            (rule((22, 22), "203.0.113.128/25"), rule((22, 22), "203.0.114.0/25")),
            (rule((22, 22), "203.0.113.0/25"), rule((23, 23), "203.0.113.128/25")),
            (rule((22, 22), "sg-a"), rule((23, 23), "sg-b")),
        ];
        assert!(apart.into_iter().all(|(there, add)| together(there, add).is_none()));
    }
}

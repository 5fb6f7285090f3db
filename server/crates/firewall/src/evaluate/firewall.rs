//! All states of an inventory, compiled: which rules guard an interface at a time, and what they say.

use super::Opening;
use super::acl::{self, AclAnswer, AclPorts};
use super::answer::{GroupAnswer, Permit};
use super::table::{Members, Table};
use crate::address::{Address, Cidr};
use crate::inventory::{History, Interface, Inventory, Noun, Rule};
use crate::traffic::Direction;
use hashbrown::HashMap;

/// Lengths of the blocks that interfaces are delegated, by family.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html>
const DELEGATED: [u8; 2] = [28, 80];

/// A rule of any state.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownRule {
    /// The group it belongs to.
    pub group: String,
    /// The rule.
    pub rule: Rule,
    /// The states it stands in, by place in [`History::snapshots`], ascending.
    pub states: Vec<usize>,
}

impl KnownRule {
    /// Its id; where the inventory has none, its group and place among the group's rules.
    pub fn name(&self) -> &str {
        &self.rule.id
    }
}

/// The rules for one combination of groups.
#[derive(Clone, Debug)]
struct Profile {
    groups: Vec<String>,
    /// Inbound, outbound.
    tables: [usize; 2],
    is_known: bool,
}

/// One compiled state.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    profiles: Vec<Profile>,
    by_interface: HashMap<String, usize>,
    acl_of_subnet: HashMap<String, String>,
    owners: HashMap<Address, Vec<String>>,
    delegated: HashMap<Cidr, Vec<String>>,
}

/// A compiled history of an account's firewall.
#[derive(Clone, Debug, Default)]
pub struct Firewall {
    history: History,
    rules: Vec<KnownRule>,
    states: Vec<State>,
    tables: Vec<Table>,
}

impl Firewall {
    /// Compiles every state.
    pub fn new(history: History) -> Self {
        let mut firewall = Firewall::default();
        let mut numbers = HashMap::new();
        for (place, snapshot) in history.snapshots().iter().enumerate() {
            let of_group = firewall.know(&snapshot.inventory, place, &mut numbers);
            let state = firewall.compile(&snapshot.inventory, &of_group);
            firewall.states.push(state);
        }
        firewall.history = history;
        firewall
    }

    /// The inventory behind it.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Every rule that stood in any state.
    pub fn rules(&self) -> &[KnownRule] {
        &self.rules
    }

    /// Gives the rules of a state their places among all.
    fn know(
        &mut self,
        inventory: &Inventory,
        state: usize,
        numbers: &mut HashMap<(String, String), Vec<usize>>,
    ) -> HashMap<String, Vec<usize>> {
        let mut of_group = HashMap::new();
        for group in inventory.groups.values() {
            let mut places = Vec::new();
            for (turn, rule) in group.rules.iter().enumerate() {
                let known = numbers.entry((group.id.clone(), rule.id.clone())).or_default();
                let same = known.iter().copied().find(|place| self.rules[*place].rule.permits_the_same(rule));
                let place = same.unwrap_or_else(|| {
                    let mut rule = rule.clone();
                    if rule.id.is_empty() {
                        rule.id = format!("{}#{turn}", group.id);
                    }
                    self.rules.push(KnownRule { group: group.id.clone(), rule, states: Vec::new() });
                    known.push(self.rules.len() - 1);
                    self.rules.len() - 1
                });
                let states = &mut self.rules[place].states;
                if states.last() != Some(&state) {
                    states.push(state);
                }
                places.push(place);
            }
            of_group.insert(group.id.clone(), places);
        }
        of_group
    }

    fn compile(&mut self, inventory: &Inventory, of_group: &HashMap<String, Vec<usize>>) -> State {
        let mut state = State::default();
        let members = Members::new(inventory);
        let mut by_groups: HashMap<Vec<String>, usize> = HashMap::new();
        for interface in inventory.interfaces.values() {
            for address in &interface.addresses {
                state.owners.entry(*address).or_default().push(interface.id.clone());
            }
            for prefix in &interface.prefixes {
                state.delegated.entry(*prefix).or_default().push(interface.id.clone());
            }
            let mut groups = interface.groups.clone();
            groups.sort();
            let profile = *by_groups.entry(groups).or_insert_with_key(|groups| {
                state.profiles.push(self.profile(groups, of_group, &members));
                state.profiles.len() - 1
            });
            state.by_interface.insert(interface.id.clone(), profile);
        }
        for acl in inventory.acls.values() {
            state.acl_of_subnet.extend(acl.subnets.iter().map(|subnet| (subnet.clone(), acl.id.clone())));
        }
        state
    }

    fn profile(
        &mut self,
        groups: &[String],
        of_group: &HashMap<String, Vec<usize>>,
        members: &Members<'_>,
    ) -> Profile {
        let places: Vec<usize> =
            groups.iter().filter_map(|group| of_group.get(group)).flatten().copied().collect();
        let tables = [false, true].map(|egress| {
            let rules: Vec<_> = places
                .iter()
                .map(|place| (*place, &self.rules[*place].rule))
                .filter(|(_, rule)| rule.egress == egress)
                .collect();
            let table = Table::new(&rules, members);
            self.tables.push(table);
            self.tables.len() - 1
        });
        let is_known = groups.iter().all(|group| of_group.contains_key(group));
        Profile { groups: groups.to_vec(), tables, is_known }
    }

    /// The rule that permitted an opening in an earlier state, and the times of the snapshots between which it went:
    /// for openings that the state at `at` does not permit.
    pub fn permitted_until(&self, at: i64, interface: &str, opening: &Opening) -> Option<(usize, i64, i64)> {
        let snapshots = self.history.snapshots();
        let now = self.history.place_at(at)?;
        let permitting = |place: &usize| {
            let Guard::Tables(tables) = self.guard(*place, interface) else { return None };
            let table = &self.tables[tables[usize::from(opening.direction == Direction::Egress)]];
            let sets = table.sets(opening.peer, opening.protocol, opening.port);
            table.rules_of(sets).find(|(_, doubt)| doubt.is_none()).map(|(rule, _)| rule)
        };
        let (place, rule) = (0..now).rev().find_map(|place| Some((place, permitting(&place)?)))?;
        Some((rule, snapshots[place].taken?, snapshots[place + 1].taken?))
    }

    /// The state at a moment.
    pub fn inventory_at(&self, at: i64) -> Option<&Inventory> {
        self.history.at(at)
    }

    /// What the security groups of an interface say of an opening at a moment.
    pub fn groups_say(&self, at: i64, interface: &str, opening: &Opening) -> GroupAnswer {
        let Some(place) = self.history.place_at(at) else { return GroupAnswer::bare(Permit::Unknown) };
        match self.guard(place, interface) {
            Guard::Unknown => GroupAnswer::bare(Permit::Unknown),
            Guard::None => GroupAnswer::bare(Permit::Unguarded),
            Guard::Tables(tables) => {
                let table = &self.tables[tables[usize::from(opening.direction == Direction::Egress)]];
                let sets = table.sets(opening.peer, opening.protocol, opening.port);
                GroupAnswer::of(table.rules_of(sets))
            }
        }
    }

    pub(super) fn guard(&self, state: usize, interface: &str) -> Guard {
        let Some(state) = self.states.get(state) else { return Guard::Unknown };
        let Some(profile) = state.by_interface.get(interface).and_then(|place| state.profiles.get(*place))
        else {
            return Guard::Unknown;
        };
        match profile {
            Profile { groups, .. } if groups.is_empty() => Guard::None,
            Profile { is_known: true, tables, .. } => Guard::Tables(*tables),
            _ => Guard::Unknown,
        }
    }

    pub(super) fn table(&self, number: usize) -> &Table {
        &self.tables[number]
    }

    /// The rules that were asked about an opening at an interface, by place among all rules.
    pub fn rules_asked(&self, at: i64, interface: &str, direction: Direction) -> &[usize] {
        let place = self.history.place_at(at);
        match place.map(|place| self.guard(place, interface)) {
            Some(Guard::Tables(tables)) => {
                self.tables[tables[usize::from(direction == Direction::Egress)]].rules()
            }
            _ => &[],
        }
    }

    /// What the network ACL of an interface's subnet says of packets that leave it or enter it.
    pub fn acl_says(
        &self,
        at: i64,
        interface: &str,
        direction: Direction,
        (peer, protocol, ports): (Address, u8, AclPorts),
    ) -> AclAnswer {
        let Some(place) = self.history.place_at(at) else { return AclAnswer::Unknown };
        let inventory = &self.history.snapshots()[place].inventory;
        let Some(interface) = inventory.interfaces.get(interface) else { return AclAnswer::Unknown };
        if self.share_a_subnet(inventory, interface, peer, place) {
            return AclAnswer::NotAsked;
        }
        let acl =
            self.states[place].acl_of_subnet.get(&interface.subnet).and_then(|id| inventory.acls.get(id));
        match acl {
            Some(acl) => acl::judge(acl, direction == Direction::Egress, peer, protocol, ports),
            None => AclAnswer::Unknown,
        }
    }

    /// The id of the network ACL of an interface's subnet.
    pub fn acl_of(&self, at: i64, interface: &str) -> Option<&str> {
        let place = self.history.place_at(at)?;
        let subnet = &self.history.snapshots()[place].inventory.interfaces.get(interface)?.subnet;
        self.states[place].acl_of_subnet.get(subnet).map(String::as_str)
    }

    /// Traffic within a subnet never meets its ACL.
    fn share_a_subnet(
        &self,
        inventory: &Inventory,
        interface: &Interface,
        peer: Address,
        place: usize,
    ) -> bool {
        if inventory.has(Noun::Subnets)
            && let Some(subnet) = inventory.subnets.get(&interface.subnet)
        {
            return subnet.cidrs.iter().any(|cidr| cidr.contains(peer));
        }
        let owner = self.owner_in(place, peer, &interface.vpc);
        owner.is_some_and(|owner| !owner.subnet.is_empty() && owner.subnet == interface.subnet)
    }

    /// The interface that has an address at a moment; of several with that address the one in `vpc`.
    pub fn owner_of(&self, at: i64, address: Address, vpc: &str) -> Option<&Interface> {
        self.owner_in(self.history.place_at(at)?, address, vpc)
    }

    fn owner_in(&self, place: usize, address: Address, vpc: &str) -> Option<&Interface> {
        let interfaces = &self.history.snapshots()[place].inventory.interfaces;
        let state = &self.states[place];
        let delegated = || state.delegated.get(&Cidr::around(address, DELEGATED[address.family() as usize]));
        let ids = state.owners.get(&address).or_else(delegated)?;
        let mut found = ids.iter().filter_map(|id| interfaces.get(id));
        let first = found.clone().next()?;
        Some(found.find(|one| one.vpc == vpc).unwrap_or(first))
    }
}

/// What guards an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nobody knows.
    Unknown,
    /// No group.
    None,
    /// These tables, inbound and outbound.
    Tables([usize; 2]),
}

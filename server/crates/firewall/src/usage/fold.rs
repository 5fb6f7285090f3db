//! Rows to sums by what permits them. Chunks of rows may be folded apart and merged.

use crate::address::Address;
use crate::evaluate::{Bound, Class};
use crate::traffic::{Flow, Leg, Traffic, Window};
use hashbrown::{HashMap, HashSet};

/// Who used what: rows with the same touch are one line of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Touch {
    /// Number of the class, see [`Uses::classes`].
    pub class: u32,
    /// Who opened.
    pub client: Address,
    /// Who was asked, for outbound rules; inbound ones do not name the near end.
    pub server: Option<Address>,
    /// IANA number.
    pub protocol: u8,
    /// The server's port.
    pub port: u16,
}

/// How much, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TouchUse {
    /// Records.
    pub flows: u64,
    /// Their bytes, of the opening direction.
    pub bytes: u64,
    /// First second.
    pub first: i64,
    /// Last second.
    pub last: i64,
    /// Days of the window, as [`Window::day_bit`].
    pub days: u128,
}

impl Stray {
    fn of(flow: &Flow, interface: Option<u32>) -> Self {
        let (egress, peer) = (flow.own_end_is_client(), flow.peer());
        let own = interface.is_none().then(|| flow.own());
        Stray { interface, own, egress, peer, protocol: flow.protocol, port: flow.port }
    }
}

impl TouchUse {
    fn of(flow: &Flow, window: &Window) -> Self {
        let days = window.day_bit(flow.first);
        TouchUse { flows: flow.flows, bytes: flow.bytes, first: flow.first, last: flow.last, days }
    }

    fn add(&mut self, other: &TouchUse) {
        self.flows += other.flows;
        self.bytes += other.bytes;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.days |= other.days;
    }
}

/// An accepted opening that cannot be credited: what it is, and at which interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stray {
    /// Its place; `None` for interfaces that the inventory does not have.
    pub interface: Option<u32>,
    /// The near end's address, where the interface is `None`.
    pub own: Option<Address>,
    /// It leaves the interface.
    pub egress: bool,
    /// The far end.
    pub peer: Address,
    /// IANA number.
    pub protocol: u8,
    /// The server's port.
    pub port: u16,
}

/// The sums. Memory grows with the distinct touches, some hundred bytes each, not with the rows.
#[derive(Clone, Debug)]
pub struct Uses<'a> {
    bound: Bound<'a>,
    window: Window,
    numbers: HashMap<Class, u32>,
    classes: Vec<Class>,
    touches: HashMap<Touch, TouchUse>,
    seen: Vec<bool>,
    strays: HashSet<Stray>,
    /// Accepted openings at interfaces that the inventory does not know, records.
    pub unknown_interface: u64,
    /// Accepted openings that no rule permits, records: the inventory is of another time, or a connection outlived
    /// its rule.
    pub unexplained: u64,
}

impl<'a> Uses<'a> {
    /// Nothing folded yet. `interfaces` are those of all chunks to come.
    pub fn new(bound: Bound<'a>, interfaces: usize, window: Window) -> Self {
        Uses {
            bound,
            window,
            numbers: HashMap::new(),
            classes: Vec::new(),
            touches: HashMap::new(),
            seen: vec![false; interfaces],
            strays: HashSet::new(),
            unknown_interface: 0,
            unexplained: 0,
        }
    }

    /// All of some traffic at once.
    pub fn of(bound: Bound<'a>, traffic: &Traffic<'_>) -> Self {
        let mut uses = Uses::new(bound, traffic.interfaces.len(), traffic.window);
        uses.add(traffic.flows);
        uses
    }

    /// Folds more rows.
    pub fn add(&mut self, flows: &[Flow]) {
        for flow in flows {
            if let Some(seen) = self.seen.get_mut(flow.interface as usize) {
                *seen = true;
            }
            if flow.accepted && flow.leg == Leg::Opening {
                self.credit(flow);
            }
        }
    }

    fn credit(&mut self, flow: &Flow) {
        let Some(class) = self.bound.class(flow) else {
            if !self.bound.knows(flow) {
                self.unknown_interface += flow.flows;
                self.strays.insert(Stray::of(flow, None));
            }
            return;
        };
        if !self.bound.permits(class) {
            self.unexplained += flow.flows;
            self.strays.insert(Stray::of(flow, Some(flow.interface)));
            return;
        }
        let touch = Touch {
            class: self.number(class),
            client: flow.client,
            server: flow.own_end_is_client().then_some(flow.server),
            protocol: flow.protocol,
            port: flow.port,
        };
        let more = TouchUse::of(flow, &self.window);
        self.touches.entry(touch).and_modify(|uses| uses.add(&more)).or_insert(more);
    }

    fn number(&mut self, class: Class) -> u32 {
        *self.numbers.entry(class).or_insert_with(|| {
            self.classes.push(class);
            (self.classes.len() - 1) as u32
        })
    }

    /// Adds what another fold of the same traffic saw.
    pub fn merge(&mut self, other: Uses<'a>) {
        let numbers: Vec<u32> = other.classes.iter().map(|class| self.number(*class)).collect();
        for (touch, uses) in other.touches {
            let class = numbers.get(touch.class as usize).copied().unwrap_or_default();
            let touch = Touch { class, ..touch };
            self.touches.entry(touch).and_modify(|mine| mine.add(&uses)).or_insert(uses);
        }
        self.seen.iter_mut().zip(other.seen).for_each(|(mine, seen)| *mine |= seen);
        self.strays.extend(other.strays);
        self.unknown_interface += other.unknown_interface;
        self.unexplained += other.unexplained;
    }

    /// The rules of every class by its number, as places among all rules, and whether each surely matches.
    pub fn classes(&self) -> Vec<Vec<(usize, bool)>> {
        let rules =
            |class: &Class| self.bound.rules(*class).map(|(rule, doubt)| (rule, doubt.is_none())).collect();
        self.classes.iter().map(rules).collect()
    }

    /// All touches.
    pub fn touches(&self) -> impl Iterator<Item = (&Touch, &TouchUse)> {
        self.touches.iter()
    }

    /// The kinds of accepted openings that no rule was credited with.
    pub fn strays(&self) -> impl Iterator<Item = &Stray> {
        self.strays.iter()
    }

    /// Whether any row came from an interface.
    pub fn has_seen(&self, interface: usize) -> bool {
        self.seen.get(interface).copied().unwrap_or_default()
    }

    /// The window folded.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// The firewall and its interfaces.
    pub fn bound(&self) -> &Bound<'a> {
        &self.bound
    }
}

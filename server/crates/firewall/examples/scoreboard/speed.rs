//! How long a replay takes: an edit of every group asked of a hundred million rows, on two threads.

use firewall::address::Address;
use firewall::edit::Edit;
use firewall::evaluate::Firewall;
use firewall::inventory::{Group, History, Interface, Inventory, Peer, Ports, Protocol, Rule};
use firewall::replay::{Effect, Replay};
use firewall::traffic::{Direction, Flow, Leg, Reason, TCP, Window};
use std::time::Instant;

/// Rows made once and asked again and again; more than the caches of a processor hold.
const ROWS: usize = 1 << 20;
const INTERFACES: u32 = 300;
const GROUPS: u32 = 30;
const THREADS: usize = 2;

fn host(number: u32) -> Address {
    Address(0xffff_0a00_0000 + u128::from(number))
}

/// Thirty groups of ten interfaces, each with forty rules: blocks, ranges of ports, other groups.
fn inventory() -> Inventory {
    let mut inventory = Inventory::default();
    for group in 0..GROUPS {
        let id = format!("sg-{group:04}");
        let rule = |number: u32| Rule {
            id: format!("sgr-{group:04}{number:04}"),
            egress: !number.is_multiple_of(2),
            protocol: Protocol::Number(TCP),
            ports: Ports::Range(
                1_000 + (number * 97 % 9_000) as u16,
                1_100 + (number * 131 % 9_000 + 900) as u16,
            ),
            peer: if number.is_multiple_of(3) {
                Peer::Group(format!("sg-{:04}", (group + number) % GROUPS))
            } else {
                Peer::Cidr(firewall::address::Cidr::around(host(number * 4_096), 18 + (number % 10) as u8))
            },
            description: String::new(),
        };
        let rules = (0..40).map(rule).collect();
        inventory.groups.insert(id.clone(), Group { id, name: String::new(), vpc: "vpc-1".into(), rules });
    }
    for place in 0..INTERFACES {
        let id = format!("eni-{place:05}");
        let groups = vec![format!("sg-{:04}", place % GROUPS), format!("sg-{:04}", (place + 1) % GROUPS)];
        let interface =
            Interface { id: id.clone(), groups, addresses: vec![host(place)], ..Interface::default() };
        inventory.interfaces.insert(id, interface);
    }
    inventory
}

fn rows() -> Vec<Flow> {
    let mut state = 1_u64;
    let mut draw = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    let row = |_| {
        let egress = draw(2) == 0;
        let interface = draw(u64::from(INTERFACES)) as u32;
        let (own, far) = (host(interface), host(draw(1 << 18) as u32));
        Flow {
            interface,
            direction: if egress { Direction::Egress } else { Direction::Ingress },
            leg: Leg::Opening,
            client: if egress { own } else { far },
            server: if egress { far } else { own },
            protocol: TCP,
            port: 1_000 + draw(10_000) as u16,
            client_port: 0,
            accepted: draw(10) > 0,
            reason: Reason::NotLogged,
            tcp_flags: Some(2),
            flows: 1,
            bytes: 60,
            first: draw(30 * 86_400) as i64,
            last: 30 * 86_400,
        }
    };
    (0..ROWS).map(row).collect()
}

/// Seconds that so many million rows take.
pub fn seconds(millions: usize) -> Option<f64> {
    let inventory = inventory();
    // Every group is edited, so that no row can be passed over.
    let narrower = |group: &Group| Edit {
        group: group.id.clone(),
        add: vec![Rule {
            peer: Peer::Cidr(firewall::address::Cidr::around(host(0), 20)),
            ..group.rules[2].clone()
        }],
        remove: group.rules.iter().take(2).cloned().collect(),
    };
    let edits: Vec<Edit> = inventory.groups.values().map(narrower).collect();
    let before = Firewall::new(History::of(inventory.clone()));
    let after = before.edited(&edits)?;
    let names: Vec<String> = inventory.interfaces.keys().cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let rows = rows();
    let window = Window::complete(0, 30 * 86_400);
    let rounds = (millions * 1_000_000).div_ceil(ROWS * THREADS);
    let began = Instant::now();
    let replays: Vec<Replay<'_>> = std::thread::scope(|scope| {
        let worker = || {
            let mut replay = Replay::new(&before, &after, &edits, &names, window);
            (0..rounds).for_each(|_| replay.add(&rows));
            replay
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut whole = Replay::new(&before, &after, &edits, &names, window);
    replays.into_iter().for_each(|replay| whole.merge(replay));
    let spent = began.elapsed().as_secs_f64();
    println!(
        "{} million rows in {spent:.1} s on {THREADS} threads, {:.0} ns a row and thread; {} newly allowed, {} newly dropped",
        whole.rows / 1_000_000,
        spent * 1e9 * THREADS as f64 / whole.rows as f64,
        whole.flows(Effect::Allowed),
        whole.flows(Effect::Dropped),
    );
    Some(spent)
}

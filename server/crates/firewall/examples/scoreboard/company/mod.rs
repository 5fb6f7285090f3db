//! A third kind of account, built apart from the others and from the advisor: two peered VPCs with shared services, an
//! office and a data centre behind a transit gateway, partners behind a NAT gateway, nodes with pods, spot instances that
//! live for a day, dual stack, UDP and ICMP, retries that back off, a retired server, an auditor that scans; logged record
//! by record in several formats, with holes, with the inventory of one moment or of every day, with and without the
//! account of the shared services.
//!
//! | module | idea |
//! |---|---|
//! | `dice` | chance |
//! | `people` | who exists, and when |
//! | `wants` | who is meant to speak with whom, and when |
//! | `policy` | the rules somebody wrote, and whether a packet passes |
//! | `wire` | packets on their way, and what each interface writes down |
//! | `life` | weeks of it, and everything nobody wants |
//! | `listing` | what `aws ec2 describe-…` would print |

mod dice;
mod life;
mod listing;
mod people;
mod policy;
mod wants;
mod wire;

use crate::Failure;
use crate::case::{Case, Intent};
use crate::records::{self, Object};
use dice::Dice;
use firewall::address::{Address, Cidr};
use firewall::inventory::{History, Inventory, Snapshot};
use firewall::traffic::{Direction, Flow, Leg, Reason, Window};
use listing::Sight;
use people::{DAY, People};
use policy::Policy;
use std::net::IpAddr;
use wants::{Side, Want};
use wire::{Later, Shape, Wire};

/// Days after the observation.
const LATER_DAYS: i64 = 14;
/// Monday 2026-01-05 00:00 UTC.
const FIRST_MONDAY: i64 = 1_767_571_200;

/// What flow logs are made of: AWS's default, then formats people chose.
const FORMATS: [&str; 5] = [
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status",
    "version vpc-id interface-id srcaddr dstaddr srcport dstport protocol tcp-flags type pkt-srcaddr pkt-dstaddr packets \
     bytes start end action log-status",
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status \
     vpc-id tcp-flags type pkt-srcaddr pkt-dstaddr flow-direction reject-reason",
    "action start end interface-id protocol srcaddr srcport dstaddr dstport tcp-flags packets bytes log-status",
    "version interface-id flow-direction srcaddr dstaddr srcport dstport protocol packets bytes start end action \
     log-status reject-reason",
];

/// Builds the company of a seed, observed for so many days.
pub fn case(seed: u64, days: u32) -> Result<Case, Failure> {
    let mut dice = Dice::new(seed);
    let begin = FIRST_MONDAY + dice.between(0, 250) * DAY;
    let end = begin + i64::from(days) * DAY;
    let until = end + LATER_DAYS * DAY;
    let people = People::gather(&mut dice, (begin, until));
    let sight =
        Sight { shared: dice.chance(0.6), rule_ids: dice.chance(0.8), list_entries: dice.chance(0.7) };
    let mut wants = wants::wants(&mut dice, &people);
    let policy = Policy::write(&mut dice, &people, &mut wants, (begin, end), sight.shared);
    let shape = Shape {
        fields: dice.pick(&FORMATS).unwrap_or(FORMATS[0]),
        interval: [60, 600][dice.below(2)],
        coverage: [1.0, 1.0, 1.0, 0.98][dice.below(4)],
        sees_shared: sight.shared,
    };
    let is_daily = dice.chance(0.5);
    let mut wire = Wire::new(&people, &policy, dice, shape, end);
    wire.work(&wants, (begin, until));
    wire.trouble(begin);
    let objects = wire.objects();
    let later = std::mem::take(&mut wire.later);
    let still = |address: IpAddr, at: i64| people.holder(address, at) == people.holder(address, end - 1);
    let wanted =
        wire.refused.iter().filter(|call| still(call.client, call.at) && still(call.server, call.at));
    let wanted =
        wanted.map(|call| (call.client.into(), call.server.into(), call.protocol, call.port)).collect();
    let objects =
        objects.into_iter().map(|(text, causes)| Object { text: text.into_bytes(), causes }).collect();
    let logged = records::judged(objects, true)?;
    let mut interfaces = logged.interfaces;
    let later: Vec<Flow> = later
        .iter()
        .filter(|one| shape.sees_shared || people.vpc(one.machine) == 0)
        .map(|one| Later {
            client: stand_in(&people, one.client, one.at, end),
            server: stand_in(&people, one.server, one.at, end),
            ..*one
        })
        .map(|one| flow(&one, place(&mut interfaces, &people.machines[one.machine].eni)))
        .collect();
    let history = history(&people, &policy, (begin, end), sight, is_daily);
    let superfluous =
        policy.rules.iter().filter(|rule| rule.is_excess && sight.rule_ids && rule.until == i64::MAX);
    Ok(Case {
        seed,
        window: Window { coverage: shape.coverage, ..Window::complete(begin, end) },
        intents: wants.iter().map(|want| intent(&people, want, end - 1)).collect(),
        later,
        wanted: Some(wanted),
        strangers: strangers(&people, &wants),
        superfluous: superfluous.map(|rule| rule.id.clone()).collect(),
        flows: logged.flows,
        causes: logged.causes,
        interfaces,
        history,
    })
}

/// Who stands for an address after the observation: a machine of the same job that the inventory has, where the machine
/// itself is younger. The groups of both are the same.
fn stand_in(people: &People, address: IpAddr, at: i64, end: i64) -> IpAddr {
    let Some(holder) = people.holder(address, at).map(|place| &people.machines[place]) else {
        return address;
    };
    if holder.lives(end - 1) {
        return address;
    }
    let same = people.of(holder.job, end - 1).first().map(|place| people.machines[*place].primary);
    same.map_or(address, IpAddr::V4)
}

fn place(interfaces: &mut Vec<String>, eni: &str) -> u32 {
    let known = interfaces.iter().position(|one| one == eni);
    let place = known.unwrap_or_else(|| {
        interfaces.push(eni.to_owned());
        interfaces.len() - 1
    });
    place as u32
}

fn history(
    people: &People,
    policy: &Policy,
    (begin, end): (i64, i64),
    sight: Sight,
    is_daily: bool,
) -> History {
    let read = |at: i64| {
        let files = listing::files(people, policy, at, sight);
        Inventory::read(files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))
    };
    if !is_daily {
        return History::of(read(end - 1));
    }
    let moments = (begin..end).step_by(DAY as usize).map(|day| day + 600).chain([end - 1]);
    History::of_snapshots(moments.map(|at| Snapshot { taken: Some(at), inventory: read(at) }).collect())
}

fn flow(one: &Later, interface: u32) -> Flow {
    Flow {
        interface,
        direction: if one.egress { Direction::Egress } else { Direction::Ingress },
        leg: Leg::Opening,
        client: Address::from(one.client),
        server: Address::from(one.server),
        protocol: one.protocol,
        port: one.port,
        client_port: 0,
        accepted: true,
        reason: Reason::NotLogged,
        tcp_flags: None,
        flows: 1,
        bytes: 600,
        first: one.at,
        last: one.at,
    }
}

fn intent(people: &People, want: &Want, at: i64) -> Intent {
    let blocks = |side: Side| -> Vec<Cidr> {
        let machines: Vec<usize> = match side {
            Side::Jobs(job) => people.of(job, at),
            Side::Everybody => (0..people.machines.len())
                .filter(|place| {
                    people.machines[*place].lives(at) && wants::is_anybody(&people.machines[*place])
                })
                .collect(),
            _ => Vec::new(),
        };
        let hosts = machines.iter().flat_map(|place| people.machines[*place].addresses());
        let outside = |block: people::Block| block.text().parse().ok();
        match side {
            Side::Jobs(_) | Side::Everybody => hosts.map(|host| Cidr::host(Address::from(host))).collect(),
            Side::Staff => outside(people.staff.block).into_iter().collect(),
            Side::Centre => outside(people.centre.block).into_iter().collect(),
            Side::Partner(place) => {
                people.partners.get(place).and_then(|one| outside(one.block)).into_iter().collect()
            }
            Side::Internet => vec![Cidr::ANY_V4, Cidr::ANY_V6],
        }
    };
    Intent {
        clients: blocks(want.clients),
        servers: blocks(want.servers),
        protocol: want.protocol,
        port: want.port,
    }
}

/// Partners whose rule names nearly their block.
fn strangers(people: &People, wants: &[Want]) -> std::collections::BTreeSet<Address> {
    let spoiled =
        wants.iter().filter(|want| ["narrow block", "mistyped block", "removed rule"].contains(&want.fault));
    let hosts = spoiled.filter_map(|want| match want.clients {
        Side::Partner(place) => people.partners.get(place),
        _ => None,
    });
    hosts.flat_map(|one| &one.hosts).map(|host: &IpAddr| Address::from(*host)).collect()
}

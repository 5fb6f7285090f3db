//! Directions without `flow-direction`, and flows that two interfaces tell of.

use crate::town::{Chunk, Columns, Dice, Host, Line, TCP, Talk, Town, blank, judged, v4, v6};
use sides::{Address, Direction, Knowledge, Verdicts};

fn host(interface: u32, address: Address) -> Host {
    Host { interface: Some(interface), address }
}

fn outside(n: u8) -> Host {
    Host { interface: None, address: v4(198, 51, 100, n) }
}

fn line(interface: u32, src: Address, dst: Address) -> Line {
    Line {
        interface: Some(interface),
        ends: (src, dst),
        packet_ends: (src, dst),
        ports: (40_000, 443),
        ..blank()
    }
}

fn directions(lines: &[Line]) -> Vec<Direction> {
    judged(lines, lines.len(), Columns::Version2).direction
}

fn told_elsewhere(lines: &[Line]) -> Vec<bool> {
    judged(lines, lines.len(), Columns::All).told_elsewhere
}

#[test]
fn an_interface_with_secondary_and_ipv6_addresses_knows_its_directions() {
    let (primary, secondary, sixth) = (v4(10, 0, 0, 5), v4(10, 0, 0, 6), v6(5));
    let mut lines = Vec::new();
    for n in 1..30 {
        let peers = [v4(10, 0, 1, n), v6(1_000 + u16::from(n))];
        lines.push(line(0, primary, peers[0]));
        lines.push(line(0, peers[0], primary));
        lines.push(line(0, sixth, peers[1]));
        lines.push(line(0, peers[1], sixth));
        if n < 4 {
            lines.push(line(0, secondary, peers[0]));
        }
    }
    for (line, direction) in lines.iter().zip(directions(&lines)) {
        let leaves = [primary, secondary, sixth].contains(&line.ends.0);
        assert_eq!(direction, if leaves { Direction::Egress } else { Direction::Ingress }, "{line:?}");
    }
}

#[test]
fn hosts_that_speak_with_one_balancer_alone_know_their_directions() {
    let balancer = host(9, v4(10, 0, 0, 100));
    let mut town = Town::default();
    for n in 0..5_u8 {
        for port in 0..3 {
            let target = (host(n.into(), v4(10, 0, 1, n)), 8_080);
            town.exchange(Talk::new((balancer, 20_000 + port), target, TCP), (3, 19));
        }
    }
    let found = directions(&town.lines);
    assert!(town.lines.iter().zip(&found).all(|(line, found)| line.direction == *found), "{found:?}");
}

#[test]
fn two_hosts_that_speak_with_each_other_alone_stay_unknown() {
    let mut town = Town::default();
    let (one, other) = (host(0, v4(10, 0, 0, 1)), host(1, v4(10, 0, 0, 2)));
    town.exchange(Talk::new((one, 40_000), (other, 443), TCP), (2, 18));
    assert!(directions(&town.lines).iter().all(|d| *d == Direction::Unknown));
    // The next chunk has a third host, which settles all three.
    let mut more = Town::default();
    more.exchange(Talk::new((one, 40_001), (host(2, v4(10, 0, 0, 3)), 443), TCP), (2, 18));
    let all: Vec<Line> = town.lines.iter().chain(&more.lines).chain(&town.lines).copied().collect();
    let found = judged(&all, 4, Columns::Version2).direction;
    let expected: Vec<_> = town.lines.iter().map(|line| line.direction).collect();
    assert_eq!(found[8..], expected);
}

#[test]
fn a_private_address_against_a_public_one_needs_no_learning() {
    let lines = [line(0, v4(10, 0, 0, 1), v4(8, 8, 8, 8)), line(0, v4(8, 8, 8, 8), v4(10, 0, 0, 1))];
    let mut verdicts = Verdicts::default();
    Chunk::of(&lines).with(Columns::Version2, |records| Knowledge::default().judge(records, &mut verdicts));
    assert_eq!(verdicts.direction, [Direction::Egress, Direction::Ingress]);
}

#[test]
fn a_nat_gateway_knows_its_directions_by_its_own_address_not_by_the_packets() {
    let nat = host(90, v4(10, 0, 0, 220));
    let mut town = Town::default();
    for n in 1..20 {
        let talk = Talk::new((host(n.into(), v4(10, 0, 1, n)), 40_000), (outside(n), 443), TCP);
        town.through_nat(talk, (nat, 2_000 + u16::from(n)), 1);
    }
    for (line, direction) in town.lines.iter().zip(judged(&town.lines, 10_000, Columns::All).direction) {
        let own = if line.interface == Some(90) { nat.address } else { line.packet_ends.0 };
        let leaves = if line.interface == Some(90) { line.ends.0 == own } else { line.ends.0[12] == 10 };
        assert_eq!(direction, if leaves { Direction::Egress } else { Direction::Ingress }, "{line:?}");
    }
}

#[test]
fn the_log_s_own_direction_is_believed_and_learned_from() {
    let (own, peer) = (v4(10, 0, 0, 1), v4(10, 0, 0, 2));
    let with = [Line { direction: Direction::Egress, ..line(0, own, peer) }];
    let (mut knowledge, mut verdicts) = (Knowledge::default(), Verdicts::default());
    Chunk::of(&with).with_directions(|records| {
        knowledge.learn(records);
        knowledge.judge(records, &mut verdicts);
    });
    assert_eq!(verdicts.direction, [Direction::Egress]);
    let without = [line(0, peer, own)];
    Chunk::of(&without).with(Columns::Version2, |records| knowledge.judge(records, &mut verdicts));
    assert_eq!(verdicts.direction, [Direction::Ingress]);
    assert_eq!(knowledge.own_addresses(), [("eni-00000000000000000", &[own][..])]);
}

#[test]
fn an_address_is_learned_anew_when_its_machine_is_replaced() {
    let address = v4(10, 0, 0, 7);
    let life = |interface| -> Vec<Line> {
        (1..10)
            .flat_map(|n| {
                [line(interface, address, v4(10, 0, 1, n)), line(interface, v4(10, 0, 1, n), address)]
            })
            .collect()
    };
    let (mut knowledge, mut verdicts) = (Knowledge::default(), Verdicts::default());
    for name in ["eni-old", "eni-new"] {
        let chunk = Chunk::of(&life(0));
        chunk.with(Columns::Version2, |records| {
            let records = sides::Records { interface_names: &[name], ..*records };
            knowledge.learn(&records);
            knowledge.judge(&records, &mut verdicts);
        });
        assert!(verdicts.direction.iter().all(|d| *d != Direction::Unknown), "{name}");
    }
}

#[test]
fn a_flow_logged_at_both_ends_is_told_by_the_receiver() {
    let mut town = Town::default();
    for n in 1..5 {
        let talk =
            Talk::new((host(n, v4(10, 0, 0, n as u8)), 40_000), (host(0, v4(10, 0, 0, 100)), 443), TCP);
        town.exchange(talk, (3, 19));
        town.exchange(Talk::new((outside(n as u8), 40_000), (host(0, v4(10, 0, 0, 100)), 443), TCP), (3, 19));
    }
    for (line, elsewhere) in town.lines.iter().zip(told_elsewhere(&town.lines)) {
        let both_inside = line.ends.0[12] == 10 && line.ends.1[12] == 10;
        assert_eq!(elsewhere, both_inside && line.direction == Direction::Egress, "{line:?}");
    }
}

#[test]
fn a_refusal_is_never_lost_and_counts_once() {
    let (client, server) = (host(0, v4(10, 0, 0, 1)), host(1, v4(10, 0, 0, 2)));
    let mut town = Town::default();
    for n in 3..6 {
        // What makes the addresses known.
        town.exchange(Talk::new((client, 41_000), (host(n, v4(10, 0, 0, n as u8)), 443), TCP), (3, 19));
        town.exchange(Talk::new((host(n, v4(10, 0, 0, n as u8)), 41_000), (server, 443), TCP), (3, 19));
    }
    let known = town.lines.len();
    town.refused(Talk::new((client, 40_000), (server, 22), TCP));
    let sent = Line { rejected: true, ..town.lines[known] };
    town.lines.push(sent);
    let told = &told_elsewhere(&town.lines)[known..];
    assert_eq!(told, [true, false, false], "let out and refused there; refused where it starts");
}

#[test]
fn through_a_gateway_a_flow_is_told_at_its_ends() {
    let (client, nat) = (host(1, v4(10, 0, 1, 5)), host(0, v4(10, 0, 0, 220)));
    let mut town = Town::default();
    for n in 1..4 {
        town.through_nat(Talk::new((client, 40_000), (outside(n), 443), TCP), (nat, 2_000), 1);
    }
    for (line, elsewhere) in town.lines.iter().zip(told_elsewhere(&town.lines)) {
        let relayed = line.ends != line.packet_ends;
        assert_eq!(elsewhere, relayed, "{line:?}");
    }
}

#[test]
fn random_towns_know_their_directions() {
    let mut dice = Dice::new(3);
    let mut town = Town::default();
    for _ in 0..5_000 {
        let mut any = || {
            let n = dice.below(40) as u8;
            if n < 30 { host(n.into(), v4(10, 3, n, n)) } else { outside(dice.below(200) as u8) }
        };
        let (client, server) = (any(), any());
        if client != server {
            town.exchange(Talk::new((client, 40_000), (server, 443), TCP), (0, 0));
        }
    }
    town.shuffle(&mut dice);
    let found = directions(&town.lines);
    assert!(town.lines.iter().zip(&found).all(|(line, found)| line.direction == *found));
}

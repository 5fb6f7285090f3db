//! What holds for any records: single records, order, merging, bytes.

use crate::town::{Chunk, Columns, Dice, Host, Line, Talk, Town, blank, v4};
use proptest::prelude::*;
use sides::{Client, Direction, Evidence, Knowledge, UnreadableKnowledge, Verdicts};

fn line() -> impl Strategy<Value = Line> {
    let address =
        || prop_oneof![(0..4_u8).prop_map(|n| v4(10, 0, 0, n)), (0..4_u8).prop_map(|n| v4(9, 9, 9, n))];
    let port = || prop::sample::select(vec![0_u16, 22, 53, 443, 997, 5_432, 8_000, 20_000, 40_000, 50_051]);
    let flags = prop::sample::select(vec![-1, 0, 1, 2, 3, 4, 6, 18, 19, 22]);
    let protocol = prop::sample::select(vec![-1, 1, 6, 17, 47, 58]);
    let interface = prop::option::of(0..3_u32);
    (interface, address(), address(), (port(), port()), protocol, flags, any::<bool>(), 0..4_i64).prop_map(
        |(interface, src, dst, ports, protocol, flags, rejected, start)| Line {
            start,
            interface,
            ends: (src, dst),
            packet_ends: (src, dst),
            ports,
            protocol,
            flags,
            rejected,
            ..blank()
        },
    )
}

fn learned(lines: &[Line]) -> Knowledge {
    let mut knowledge = Knowledge::default();
    Chunk::of(lines).with(Columns::All, |records| knowledge.learn(records));
    knowledge
}

fn verdicts(knowledge: &Knowledge, lines: &[Line]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    Chunk::of(lines).with(Columns::All, |records| knowledge.judge(records, &mut verdicts));
    verdicts
}

proptest! {
    #[test]
    fn one_record_learned_is_judged_as_if_nothing_were_known(line in line()) {
        let lines = [line];
        prop_assert_eq!(verdicts(&learned(&lines), &lines), verdicts(&Knowledge::default(), &lines));
    }

    #[test]
    fn learning_the_same_again_changes_nothing_that_lasts(lines in prop::collection::vec(line(), 0..60)) {
        // Learned twice before, for a first chunk may settle an address that a later one builds on.
        let mut once = learned(&lines);
        Chunk::of(&lines).with(Columns::All, |records| once.learn(records));
        let mut again = once.clone();
        Chunk::of(&lines).with(Columns::All, |records| again.learn(records));
        prop_assert_eq!(once.to_bytes(), again.to_bytes());
    }

    #[test]
    fn the_order_inside_a_chunk_does_not_matter(lines in prop::collection::vec(line(), 0..60), seed in any::<u64>()) {
        let mut turned = lines.clone();
        let mut dice = Dice::new(seed);
        for at in (1..turned.len()).rev() {
            turned.swap(at, dice.below(at + 1));
        }
        prop_assert_eq!(verdicts(&learned(&lines), &lines), verdicts(&learned(&turned), &lines));
    }

    #[test]
    fn merging_commutes(one in prop::collection::vec(line(), 0..40), other in prop::collection::vec(line(), 0..40)) {
        let (mut a, mut b) = (learned(&one), learned(&other));
        let (first, second) = (a.clone(), b.clone());
        a.merge(&second);
        b.merge(&first);
        let known = |knowledge: &Knowledge| {
            let own: Vec<_> = knowledge.own_addresses().into_iter().map(|(name, addresses)| {
                let mut addresses = addresses.to_vec();
                addresses.sort_unstable();
                (name.to_owned(), addresses)
            }).collect();
            let judged = verdicts(knowledge, &[one.clone(), other.clone()].concat());
            (own, judged.client.len(), judged.direction)
        };
        prop_assert_eq!(known(&a), known(&b));
    }

    #[test]
    fn bytes_lead_back_to_what_lasts(lines in prop::collection::vec(line(), 0..60)) {
        let knowledge = learned(&lines);
        let bytes = knowledge.to_bytes();
        let back = Knowledge::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&back.to_bytes(), &bytes);
        prop_assert_eq!(back.own_addresses(), knowledge.own_addresses());
    }

    #[test]
    fn damaged_bytes_are_refused_or_read_and_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Knowledge::from_bytes(&bytes);
    }

    #[test]
    fn both_directions_of_a_conversation_have_one_client(lines in prop::collection::vec(line(), 1..40)) {
        let knowledge = learned(&lines);
        let turned: Vec<Line> = lines.iter().map(|line| Line {
            ends: (line.ends.1, line.ends.0),
            packet_ends: (line.packet_ends.1, line.packet_ends.0),
            ports: (line.ports.1, line.ports.0),
            flags: 0,
            ..*line
        }).map(|line| Line { rejected: false, ..line }).collect();
        let there: Vec<Line> = lines.iter().map(|line| Line { flags: 0, rejected: false, ..*line }).collect();
        let (there, back) = (verdicts(&knowledge, &there), verdicts(&knowledge, &turned));
        for (row, line) in lines.iter().enumerate() {
            if line.ends.0 != line.ends.1 {
                prop_assert_eq!(there.client[row].reversed(), back.client[row]);
            }
        }
    }
}

#[test]
fn knowledge_of_another_version_says_what_to_do() {
    let error = Knowledge::from_bytes(&[9]).unwrap_err();
    assert_eq!(error, UnreadableKnowledge::Version { found: 9 });
    assert!(error.to_string().contains("delete it"));
    assert_eq!(Knowledge::from_bytes(&[]).unwrap_err(), UnreadableKnowledge::Damaged);
}

#[test]
fn a_server_proven_in_one_run_is_known_in_the_next() {
    let (client, server) = (v4(10, 0, 0, 1), v4(10, 0, 0, 2));
    let host = |address, interface| Host { interface: Some(interface), address };
    let mut town = Town::default();
    town.exchange(Talk::new((host(client, 0), 41_000), (host(server, 1), 45_000), 6), (2, 18));
    let kept = Knowledge::from_bytes(&learned(&town.lines).to_bytes()).unwrap();
    let mut later = Town::default();
    later.connection(Talk::new((host(client, 0), 52_000), (host(server, 1), 45_000), 6), 9, 4..5);
    let judged = verdicts(&kept, &later.lines);
    for (line, (client, evidence)) in later.lines.iter().zip(judged.client.iter().zip(&judged.evidence)) {
        assert_eq!((*client, *evidence), (line.client, Evidence::ProvenServer));
    }
}

#[test]
fn the_same_port_at_both_ends_is_the_service_whoever_asks() {
    let line = Line { ends: (v4(10, 0, 0, 1), v4(10, 0, 0, 2)), ports: (123, 123), protocol: 17, ..blank() };
    let judged = verdicts(&Knowledge::default(), &[line]);
    assert_eq!((judged.client[0], judged.service_port[0]), (Client::Unknown, 123));
}

#[test]
fn what_goes_to_a_group_comes_from_the_client() {
    let line = Line {
        interface: Some(0),
        ends: (v4(10, 0, 0, 1), v4(224, 0, 0, 251)),
        packet_ends: (v4(10, 0, 0, 1), v4(224, 0, 0, 251)),
        ports: (5_353, 5_353),
        protocol: 17,
        ..blank()
    };
    let judged = verdicts(&Knowledge::default(), &[line]);
    assert_eq!((judged.client[0], judged.evidence[0]), (Client::Source, Evidence::Multicast));
    assert_eq!((judged.service_port[0], judged.direction[0]), (5_353, Direction::Egress));
}

#[test]
fn between_equal_ports_the_question_began_before_the_answer() {
    let (ours, theirs) = (v4(10, 0, 0, 1), v4(9, 9, 9, 9));
    let ntp =
        |ends, start| Line { ends, packet_ends: ends, ports: (123, 123), protocol: 17, start, ..blank() };
    let lines = [ntp((theirs, ours), 61), ntp((ours, theirs), 60)];
    let judged = verdicts(&learned(&lines), &lines);
    assert_eq!(judged.client, [Client::Destination, Client::Source]);
    assert_eq!(judged.evidence, [Evidence::Earlier; 2]);
}

//! Which layer stopped the packets. Packets that enter meet the network ACL first and then the groups, packets that
//! leave the other way round; groups remember conversations and stop openings alone, ACLs judge every packet.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html>

use super::nearby::Nearby;
use super::refused::Refused;
use super::scouts::Scouts;
use super::{Certainty, Finding, Verdict};
use crate::address::Address;
use crate::evaluate::{AclAnswer, AclPorts, EPHEMERAL, Firewall, GroupAnswer, Opening, Permit};
use crate::traffic::{Direction, Leg, Reason, TCP, UDP};

/// Refused answers of a conversation below this part of its accepted ones are stragglers, not a rule: a rule stops
/// all answers to a port or none.
const STRAGGLERS: f64 = 0.1;
/// Records that the packets after a close make.
const LAST_PACKETS: u64 = 3;
/// How long a TCP sender repeats what nobody acknowledges: Linux gives up after about a quarter of an hour
/// (`tcp_retries2`). Its record may end an aggregation interval later, ten minutes at most.
const RETRANSMITTED_SECS: i64 = 924 + 600;

pub(super) fn find(
    refused: &Refused,
    interface: &str,
    (scouts, nearby): (&Scouts, &Nearby),
    firewall: Option<&Firewall>,
) -> Finding {
    let flow = &refused.flow;
    match flow.reason {
        Reason::BlockPublicAccess => return said(Verdict::Bpa, "the record's reject-reason is BPA"),
        Reason::EncryptionControl => {
            return said(Verdict::EncryptionControl, "the record's reject-reason is EC");
        }
        Reason::NotLogged | Reason::Other => {}
    }
    let nobody = flow.server.is_multicast() || flow.client.is_multicast();
    if nobody {
        return abstain("multicast or broadcast: nobody's conversation", None);
    }
    if refused.is_without_syn() {
        return late(refused, "no packet of it has a SYN, so it opened nothing");
    }
    let known = firewall.filter(|firewall| {
        firewall.inventory_at(flow.first).is_some_and(|state| state.interfaces.contains_key(interface))
    });
    if flow.leg == Leg::Answer {
        return answer(refused, interface, known, scouts);
    }
    match known {
        Some(firewall) => by_rules(refused, interface, firewall, scouts),
        None if !may_be_bpa(refused, scouts, nearby) && scouts.is_try(flow) => scout(flow.client, scouts),
        None => by_logs(refused, scouts, nearby),
    }
}

fn scout(client: Address, scouts: &Scouts) -> Finding {
    let doors = scouts.doors(client);
    let text = format!(
        "{client} was refused at {} pairs of host and port; {} rules would be needed to let it in",
        doors.pairs, doors.refused
    );
    Finding { proof: vec![text], ..likely(Verdict::Scanner) }
}

/// The refused packets are answers: no group stops those.
fn answer(refused: &Refused, interface: &str, firewall: Option<&Firewall>, scouts: &Scouts) -> Finding {
    let flow = &refused.flow;
    if refused.reverse.flows + refused.same.flows == 0 && scouts.is_scout(flow.peer()) {
        // Nothing was asked, so it answers nothing: a knock from a port that looks like a service's.
        return scout(flow.peer(), scouts);
    }
    let acl = firewall.map(|firewall| acl_for_answers(refused, interface, firewall));
    let layer = Verdict::acl(flow.direction);
    let opened = refused.reverse.flows > 0;
    let opening = || {
        let way = if flow.direction == Direction::Egress { "in" } else { "out" };
        format!(
            "{} records {way} were accepted and the answers refused; groups let answers pass",
            refused.reverse.flows
        )
    };
    let mostly_passes = is_straggler(refused);
    match acl {
        Some(AclAnswer::Denied(entry)) => {
            let proof = vec![entry_says("stops", entry), opening()];
            return Finding { proof, ..certain(layer) };
        }
        Some(AclAnswer::Mixed(entry)) if refused.by_syn[0] > 0 || !is_little(refused) => {
            let proof = vec![entry_says("stops some of the client's ports", entry), opening()];
            return Finding { proof, ..certain(layer) };
        }
        Some(AclAnswer::Allowed(_) | AclAnswer::NotAsked | AclAnswer::Mixed(_)) => {
            return late(refused, "groups and network ACL let answers pass");
        }
        Some(AclAnswer::Unknown) | None => {}
    }
    if !opened {
        return late(refused, "an answer to nothing that was asked in this time");
    }
    if refused.by_syn[0] > 0 || refused.same.flows == 0 {
        return Finding { proof: vec![opening()], ..certain(layer) };
    }
    if mostly_passes {
        return late(refused, "most answers of the conversation pass");
    }
    Finding { proof: vec![opening()], ..likely(layer) }
}

fn acl_for_answers(refused: &Refused, interface: &str, firewall: &Firewall) -> AclAnswer {
    let flow = &refused.flow;
    let ask =
        |ports| firewall.acl_says(flow.first, interface, flow.direction, (flow.peer(), flow.protocol, ports));
    if !matches!(flow.protocol, TCP | UDP) {
        return ask(AclPorts::None);
    }
    if refused.client_ports.is_empty() {
        return ask(EPHEMERAL);
    }
    let answers: Vec<_> = refused.client_ports.iter().map(|port| ask(AclPorts::One(*port))).collect();
    let denied = answers.iter().find(|answer| matches!(answer, AclAnswer::Denied(_)));
    denied.or(answers.first()).copied().unwrap_or(AclAnswer::Unknown)
}

/// The moment at which rules are asked about refused rows: their first second, or their last where a rule that permitted
/// them went in between.
pub(super) fn asked_at(refused: &Refused, interface: &str, firewall: &Firewall) -> i64 {
    let (flow, opening) = (&refused.flow, Opening::of(&refused.flow));
    let refuses = |at| firewall.groups_say(at, interface, &opening).permit == Permit::No;
    if !refuses(flow.first) && refuses(flow.last) { flow.last } else { flow.first }
}

/// An opening, and the inventory knows the interface.
fn by_rules(refused: &Refused, interface: &str, firewall: &Firewall, scouts: &Scouts) -> Finding {
    let flow = &refused.flow;
    let opening = Opening::of(flow);
    let at = asked_at(refused, interface, firewall);
    let groups = firewall.groups_say(at, interface, &opening);
    let ports = if matches!(flow.protocol, TCP | UDP) { AclPorts::One(flow.port) } else { AclPorts::None };
    let acl = firewall.acl_says(at, interface, flow.direction, (opening.peer, flow.protocol, ports));
    let by_acl = match acl {
        AclAnswer::Denied(entry) | AclAnswer::Mixed(entry) => {
            let sure = if matches!(acl, AclAnswer::Denied(_)) { certain } else { likely };
            Some(Finding { proof: vec![entry_says("stops it", entry)], ..sure(Verdict::acl(flow.direction)) })
        }
        _ => None,
    };
    // What a rule may mean, and what was let through, it does mean.
    let flags_known = flow.tcp_flags.is_some() && flow.protocol == TCP;
    let is_meant = groups.permit == Permit::Perhaps && !flags_known && is_straggler(refused);
    let by_groups = by_groups(flow.direction, &groups, acl).filter(|_| !is_meant);
    // An ACL that may stop some ICMP messages does not clear groups that permit none.
    let acl_first = flow.direction == Direction::Ingress && matches!(acl, AclAnswer::Denied(_));
    let first = if acl_first { by_acl.clone().or(by_groups) } else { by_groups.or(by_acl.clone()) };
    let mut finding = first.unwrap_or_else(|| permitted(refused, &groups, acl, scouts));
    finding.groups = Some(groups);
    let is_permitted = matches!(finding.verdict, Verdict::LatePacket | Verdict::Unknown);
    if !is_permitted && scouts.is_try(flow) {
        return Finding { groups: finding.groups, ..scout(flow.client, scouts) };
    }
    if unsolicited(refused, scouts, &finding, firewall, interface) {
        finding = Finding {
            proof: vec![stranger(flow.client)],
            groups: finding.groups,
            ..likely(Verdict::Scanner)
        };
    }
    finding
}

fn by_groups(direction: Direction, groups: &GroupAnswer, acl: AclAnswer) -> Option<Finding> {
    let verdict = Verdict::group(direction);
    match groups.permit {
        Permit::No => {
            let acl_passes = matches!(acl, AclAnswer::Allowed(_) | AclAnswer::NotAsked);
            let mut proof = vec!["no rule of the interface's groups permits it".to_owned()];
            proof.extend(acl_passes.then(|| "the network ACL lets it pass".to_owned()));
            let missing = (acl == AclAnswer::Unknown).then_some("network-acls.json");
            Some(Finding { proof, missing, ..certain(verdict) })
        }
        Permit::Perhaps => {
            let doubt = groups.doubts.first().copied();
            let text = "only rules that may not mean it permit it".to_owned();
            Some(Finding { proof: vec![text], missing: doubt.map(|one| one.cure()), ..likely(verdict) })
        }
        Permit::Unknown => Some(Finding {
            proof: vec![
                "a refused opening is nearly always the groups': ACLs let everything pass unless changed"
                    .to_owned(),
            ],
            missing: Some("security-groups.json"),
            ..likely(verdict)
        }),
        Permit::Yes | Permit::Unguarded => None,
    }
}

/// Every rule that is known lets it pass, and yet it was refused.
fn permitted(refused: &Refused, groups: &GroupAnswer, acl: AclAnswer, scouts: &Scouts) -> Finding {
    let flow = &refused.flow;
    if refused.same.flows > 0 && refused.same.first > flow.last {
        let text = "it was refused before and accepted after: the inventory is newer than the mistake";
        return Finding { proof: vec![text.to_owned()], ..likely(Verdict::group(flow.direction)) };
    }
    let flags_known = flow.tcp_flags.is_some() && flow.protocol == TCP;
    let came_through = refused.same.flows == 0 && refused.reverse.flows > 0;
    if !flags_known && (is_straggler(refused) || came_through) {
        return late(
            refused,
            "groups and network ACL permit it, and the conversation was let through before",
        );
    }
    if acl == AclAnswer::Unknown {
        return abstain("the groups permit it; a network ACL may not", Some("network-acls.json"));
    }
    let from_outside = !scouts.is_inside(flow.peer());
    if from_outside && flow.reason == Reason::NotLogged && groups.permit == Permit::Yes {
        return abstain(
            "groups and network ACL permit it: Block Public Access, or rules that stood before the inventory",
            Some("reject-reason"),
        );
    }
    if !flags_known {
        return abstain("groups and network ACL permit it: late packets perhaps", Some("tcp-flags"));
    }
    abstain(
        "groups and network ACL of the inventory permit it; collect one of that time",
        Some("an older snapshot"),
    )
}

/// Whether Block Public Access may stop it, and the logs would not say so.
fn may_be_bpa(refused: &Refused, scouts: &Scouts, nearby: &Nearby) -> bool {
    let flow = &refused.flow;
    let from_outside = flow.direction == Direction::Ingress && !scouts.is_inside(flow.client);
    from_outside && refused.same.flows == 0 && flow.reason == Reason::NotLogged && !nearby.lets_strangers_in()
}

/// An opening, and only the logs to go by.
fn by_logs(refused: &Refused, scouts: &Scouts, nearby: &Nearby) -> Finding {
    let flow = &refused.flow;
    let flags_known = flow.tcp_flags.is_some() && flow.protocol == TCP;
    if !flags_known && is_straggler(refused) {
        return late(refused, "the same conversation is let through, and these came after its end");
    }
    if !scouts.is_inside(flow.client) && refused.same.flows == 0 && flow.direction == Direction::Ingress {
        if may_be_bpa(refused, scouts, nearby) {
            return abstain(
                "nobody from the internet gets in: Block Public Access perhaps",
                Some("reject-reason"),
            );
        }
        if scouts.has_neighbours(flow.client, flow.port) || nearby.lets_a_neighbour_in(flow) {
            let text = "others of its network use the service, or all of them try it and nothing else";
            return Finding { proof: vec![text.to_owned()], ..likely(Verdict::SgIngress) };
        }
        return Finding { proof: vec![stranger(flow.client)], ..likely(Verdict::Scanner) };
    }
    let is_refused_now = refused.same.flows > 0;
    let clear = nearby.clears_the_acl(flow, scouts).or(is_refused_now.then_some("it was let through before"));
    match clear {
        Some(why) => Finding { proof: vec![why.to_owned()], ..likely(Verdict::group(flow.direction)) },
        None => abstain(
            "groups or network ACL: the logs have nothing to tell them apart",
            Some("network-acls.json"),
        ),
    }
}

/// Whether refused packets look like the last ones of a conversation that was let through: few beside what was
/// accepted, or soon after it and then no more.
fn is_straggler(refused: &Refused) -> bool {
    let (few, accepted) = (refused.flow.flows, refused.same.flows);
    let soon =
        accepted >= few && few <= LAST_PACKETS && refused.flow.last - refused.same.last <= RETRANSMITTED_SECS;
    soon || is_little(refused)
}

/// Whether little was refused beside what was accepted.
fn is_little(refused: &Refused) -> bool {
    (refused.flow.flows as f64) < STRAGGLERS * refused.same.flows as f64
}

/// A stranger at a door that was never open to him, and that no rule was meant to open.
fn unsolicited(
    refused: &Refused,
    scouts: &Scouts,
    finding: &Finding,
    firewall: &Firewall,
    interface: &str,
) -> bool {
    let flow = &refused.flow;
    let permit = finding.groups.as_ref().map(|groups| groups.permit);
    let is_meant = !matches!(permit, Some(Permit::No | Permit::Unguarded));
    let is_known = scouts.is_inside(flow.client) || scouts.has_neighbours(flow.client, flow.port);
    if is_meant || flow.direction == Direction::Egress || is_known || refused.same.flows > 0 {
        return false;
    }
    let miss = firewall.nearest_miss(flow.first, interface, &Opening::of(flow));
    !miss.is_some_and(|miss| miss.means_outsider(firewall, flow.client))
}

fn stranger(client: Address) -> String {
    format!("{client} is a stranger: never let in here, and no rule comes near to meaning it")
}

fn entry_says(what: &str, entry: Option<u32>) -> String {
    match entry {
        Some(number) => format!("entry {number} of the network ACL {what}"),
        None => format!("the network ACL {what}: no entry allows it"),
    }
}

fn certain(verdict: Verdict) -> Finding {
    let certainty = Certainty::Certain;
    Finding { verdict, certainty, proof: Vec::new(), missing: None, groups: None, nearest: None }
}

fn likely(verdict: Verdict) -> Finding {
    Finding { certainty: Certainty::Likely, ..certain(verdict) }
}

fn said(verdict: Verdict, proof: &str) -> Finding {
    Finding { proof: vec![proof.to_owned()], ..certain(verdict) }
}

fn abstain(proof: &str, missing: Option<&'static str>) -> Finding {
    Finding { certainty: Certainty::None, missing, ..said(Verdict::Unknown, proof) }
}

fn late(refused: &Refused, why: &str) -> Finding {
    let mut proof = vec![why.to_owned()];
    let accepted = refused.same.flows + refused.reverse.flows;
    proof.extend((accepted > 0).then(|| format!("{accepted} records of the conversation were accepted")));
    Finding { proof, ..likely(Verdict::LatePacket) }
}

//! What the company wrote into its security groups, mistakes included.
//! Knows no traffic; whether a rule is right shows only when packets meet it.

use crate::acl::Cidr;
use crate::groups::{Excess, Group, GroupName, Peer, Rule, RuleProtocol};
use crate::rhythm::Calendar;
use crate::seed::Dice;
use crate::world::{OFFICE_CIDR, PAYMENTS_CIDR, S3_LIST, VPC_CIDR};

/// A rule before it has an id.
struct Draft {
    egress: bool,
    protocol: RuleProtocol,
    ports: (i32, i32),
    peer: Peer,
    description: &'static str,
    until: i64,
    excess: Option<Excess>,
}

impl Draft {
    fn until(mut self, at: i64) -> Self {
        self.until = at;
        self
    }

    fn excess(mut self, excess: Excess) -> Self {
        self.excess = Some(excess);
        self
    }
}

fn rule(
    egress: bool,
    protocol: RuleProtocol,
    ports: (i32, i32),
    peer: Peer,
    description: &'static str,
) -> Draft {
    Draft { egress, protocol, ports, peer, description, until: i64::MAX, excess: None }
}

fn tcp_in(port: i32, peer: Peer, description: &'static str) -> Draft {
    rule(false, RuleProtocol::Tcp, (port, port), peer, description)
}

fn udp_in(port: i32, peer: Peer, description: &'static str) -> Draft {
    rule(false, RuleProtocol::Udp, (port, port), peer, description)
}

fn ping_in(peer: Peer) -> Draft {
    rule(false, RuleProtocol::Icmp, (-1, -1), peer, "ping")
}

fn tcp_out(port: i32, peer: Peer, description: &'static str) -> Draft {
    rule(true, RuleProtocol::Tcp, (port, port), peer, description)
}

fn any_out() -> Draft {
    rule(true, RuleProtocol::All, (-1, -1), Peer::Cidr(Cidr::ANY_V4), "")
}

fn any_out_v6() -> Draft {
    rule(true, RuleProtocol::All, (-1, -1), Peer::Cidr(Cidr::ANY_V6), "")
}

/// All groups, in the order of [`GroupName`].
pub(crate) fn groups(dice: &mut Dice, calendar: &Calendar) -> Vec<Group> {
    let mut count = 0;
    GroupName::ALL
        .into_iter()
        .map(|(group, name, description)| {
            let id = dice.id("sg");
            let rules = drafts(group, calendar)
                .into_iter()
                .map(|draft| {
                    let index = count;
                    count += 1;
                    finish(draft, dice.id("sgr"), index)
                })
                .collect();
            Group { id, name, description, rules }
        })
        .collect()
}

fn finish(draft: Draft, id: String, index: usize) -> Rule {
    Rule {
        id,
        egress: draft.egress,
        protocol: draft.protocol,
        from_port: draft.ports.0,
        to_port: draft.ports.1,
        peer: draft.peer,
        description: draft.description,
        until: draft.until,
        excess: draft.excess,
        index,
    }
}

fn drafts(group: GroupName, calendar: &Calendar) -> Vec<Draft> {
    use GroupName as G;
    let from = Peer::Group;
    let vpc = Peer::Cidr(VPC_CIDR);
    match group {
        G::LoadBalancer => vec![
            tcp_in(443, Peer::Cidr(Cidr::ANY_V4), "https"),
            tcp_in(443, Peer::Cidr(Cidr::ANY_V6), "https"),
            tcp_in(80, Peer::Cidr(Cidr::ANY_V4), "redirect to https"),
            tcp_in(80, Peer::Cidr(Cidr::ANY_V6), "redirect to https"),
            any_out(),
        ],
        G::Web => vec![
            tcp_in(8080, from(G::LoadBalancer), "from the load balancers"),
            tcp_in(22, from(G::Bastion), "ssh").excess(Excess::Duplicate),
            tcp_in(8443, Peer::Cidr(Cidr::v4([10, 9, 0, 0], 16)), "old office").excess(Excess::Dead),
            any_out(),
            any_out_v6(),
        ],
        G::App => app_drafts(),
        G::OrdersDb | G::CatalogDb | G::AnalyticsDb | G::Cache | G::Kafka | G::Search | G::Files => {
            data_drafts(group, calendar)
        }
        G::Bastion => vec![
            tcp_in(22, Peer::Cidr(OFFICE_CIDR), "office"),
            tcp_in(22, Peer::Cidr(Cidr::v4([192, 0, 2, 0], 24)), "former office").excess(Excess::Dead),
            any_out(),
        ],
        G::Worker | G::Monitoring | G::Reporting => vec![any_out()],
        G::Dns => vec![
            udp_in(53, vpc, "names"),
            tcp_in(53, vpc, "names, long answers"),
            udp_in(123, vpc, "time"),
            any_out(),
        ],
        G::Endpoint => vec![tcp_in(443, vpc, "AWS services"), any_out()],
        G::Base => vec![
            tcp_in(22, from(G::Bastion), "ssh"),
            tcp_in(9100, from(G::Monitoring), "host metrics"),
            ping_in(from(G::Monitoring)),
        ],
        G::Default => vec![
            rule(false, RuleProtocol::All, (-1, -1), from(G::Default), "").excess(Excess::Dead),
            any_out(),
        ],
    }
}

/// What keeps data admits its clients by group, with the exceptions one finds everywhere.
fn data_drafts(group: GroupName, calendar: &Calendar) -> Vec<Draft> {
    use GroupName as G;
    let from = Peer::Group;
    match group {
        G::OrdersDb => vec![
            tcp_in(5432, from(G::App), "application"),
            tcp_in(5432, from(G::Worker), "batch workers").until(calendar.flip),
            tcp_in(5432, from(G::OrdersDb), "replication"),
            any_out(),
        ],
        G::CatalogDb => vec![
            tcp_in(3306, from(G::App), "application"),
            tcp_in(3360, from(G::Reporting), "reports").excess(Excess::Dead),
            any_out(),
        ],
        G::AnalyticsDb => {
            vec![tcp_in(5432, Peer::Cidr(Cidr::ANY_V4), "temporary").excess(Excess::WorldOpen), any_out()]
        }
        G::Cache => vec![tcp_in(6379, from(G::Web), "sessions"), any_out()],
        G::Kafka => vec![
            tcp_in(9092, from(G::App), "producers"),
            tcp_in(9092, from(G::Worker), "consumers").excess(Excess::Covered),
            rule(false, RuleProtocol::Tcp, (9092, 9094), from(G::Worker), "consumers, all listeners"),
            tcp_in(9092, from(G::Kafka), "replication"),
            any_out(),
        ],
        G::Search => vec![
            rule(false, RuleProtocol::Tcp, (0, 65535), from(G::App), "search").excess(Excess::WideRange),
            any_out(),
        ],
        G::Files => vec![tcp_in(2049, from(G::App), "nfs"), tcp_in(2049, from(G::Web), "nfs"), any_out()],
        _ => Vec::new(),
    }
}

/// The application tier is the one somebody locked down: every way out is named.
fn app_drafts() -> Vec<Draft> {
    use GroupName as G;
    let to = Peer::Group;
    vec![
        tcp_in(8443, to(G::LoadBalancer), "api"),
        tcp_in(8443, to(G::Web), "web tier"),
        tcp_in(8081, to(G::Reporting), "exports"),
        tcp_in(22, to(G::Bastion), "ssh"),
        ping_in(to(G::Monitoring)),
        tcp_out(5432, to(G::OrdersDb), "orders"),
        tcp_out(5432, to(G::AnalyticsDb), "events"),
        tcp_out(3306, to(G::CatalogDb), "catalog"),
        tcp_out(6379, to(G::Cache), "sessions"),
        tcp_out(9092, to(G::Kafka), "events"),
        tcp_out(9200, to(G::Search), "search"),
        tcp_out(2049, to(G::Files), "nfs"),
        tcp_out(443, to(G::Endpoint), "AWS services"),
        tcp_out(443, Peer::PrefixList(S3_LIST), "S3"),
        tcp_out(443, Peer::Cidr(PAYMENTS_CIDR), "payment provider"),
        rule(true, RuleProtocol::Udp, (53, 53), to(G::Dns), "names"),
        rule(true, RuleProtocol::Udp, (123, 123), to(G::Dns), "time"),
    ]
}

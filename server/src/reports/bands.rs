//! Who talks to what as bands: networks of clients at the left, services of networks at the right.

use super::links::{bytes, count, held, narrowed, origin, service};
use contract::conversations::INTERNET;
use contract::report::{Band, Bands, Cell, Column, Drawing, Figure, Head, Knot, Row, Table, Tone};
use contract::{Conversations, Group, GroupService, Measure, Page, View, human};
use firewall::address::Cidr;
use firewall::inventory::{Interface, Inventory};
use firewall::traffic::TCP;
use std::collections::HashMap;

/// Names of what has no band of its own.
const OTHERS: &str = "others";
/// What the internet is not: networks that nobody routes there (RFC 1918, RFC 6598).
const PRIVATE: &str = "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10";

/// The picture and its table. With an inventory networks are named by the security group that most of their machines carry.
pub fn drawing(view: &View, talks: &Conversations, inventory: Option<&Inventory>) -> Drawing {
    let said = Said { view, measure: talks.measure, names: Names::of(inventory) };
    let clients = Side::of(&talks.groups, talks.measure, |group| group.client.clone());
    let services = Side::of(&talks.groups, talks.measure, |group| group.service.clone());
    let knot = |end: Option<(&str, String)>, sum: u64| Knot {
        name: end.as_ref().and_then(|(network, _)| said.name(network)).unwrap_or_default(),
        is_rest: end.is_none(),
        label: end.map_or_else(|| OTHERS.to_owned(), |(_, label)| label),
        text: said.amount(sum),
    };
    let client = |(end, sum): &(Option<String>, u64)| {
        knot(end.as_deref().map(|network| (network, network.to_owned())), *sum)
    };
    let asked = |(end, sum): &(Option<GroupService>, u64)| {
        knot(end.as_ref().map(|one| (one.server.as_str(), at_port(one))), *sum)
    };
    let band = |group: &Group| {
        let value = measured(group, talks.measure);
        Band {
            from: clients.place(&group.client),
            to: services.place(&group.service),
            value,
            text: said.amount(value),
            href: said.leads(group),
        }
    };
    let bands = Bands {
        sources: clients.ends.iter().map(client).collect(),
        targets: services.ends.iter().map(asked).collect(),
        bands: talks.groups.iter().filter(|group| measured(group, talks.measure) > 0).map(band).collect(),
    };
    Drawing { words: said.words(talks), table: said.table(talks), figure: Figure::Bands(bands) }
}

/// A service of a network in little room: `10.0.9.0/24:443`.
fn at_port(asked: &GroupService) -> String {
    let server =
        if asked.server.contains(':') { format!("[{}]", asked.server) } else { asked.server.clone() };
    match (asked.service_port, asked.protocol) {
        (Some(port), Some(TCP) | None) => format!("{server}:{port}"),
        (Some(port), protocol) => format!("{server}:{port} {}", service(None, protocol)),
        (None, protocol) => format!("{server} {}", service(None, protocol)),
    }
}

/// A group's part of what is measured.
const fn measured(group: &Group, measure: Measure) -> u64 {
    match measure {
        Measure::Bytes => group.amount.bytes,
        Measure::Packets => group.amount.packets,
        Measure::Flows => group.amount.flows,
    }
}

/// One side: its ends, largest first, the rest last.
struct Side<T> {
    ends: Vec<(Option<T>, u64)>,
}

impl<T: Clone + PartialEq> Side<T> {
    fn of(groups: &[Group], measure: Measure, end: impl Fn(&Group) -> Option<T>) -> Self {
        let mut ends: Vec<(Option<T>, u64)> = Vec::new();
        for group in groups.iter().filter(|group| measured(group, measure) > 0) {
            let (end, value) = (end(group), measured(group, measure));
            match ends.iter_mut().find(|(known, _)| *known == end) {
                Some((_, sum)) => *sum += value,
                None => ends.push((end, value)),
            }
        }
        // Stable: among equals those of the largest band come first.
        ends.sort_by_key(|(end, sum)| (end.is_none(), std::cmp::Reverse(*sum)));
        Side { ends }
    }

    fn place(&self, end: &Option<T>) -> usize {
        self.ends.iter().position(|(known, _)| known == end).unwrap_or_default()
    }
}

/// How things are said.
struct Said<'a> {
    view: &'a View,
    measure: Measure,
    names: Names,
}

impl Said<'_> {
    fn amount(&self, value: u64) -> String {
        match self.measure {
            Measure::Bytes => human::bytes(value).to_string(),
            Measure::Packets => format!("{} packets", human::count(value)),
            Measure::Flows => format!("{} records", human::count(value)),
        }
    }

    fn name(&self, network: &str) -> Option<String> {
        self.names.0.get(network).cloned()
    }

    /// A network in a sentence: its name first, where it has one.
    fn place(&self, network: &str) -> String {
        match self.names.0.get(network) {
            Some(name) => format!("{name} (`{network}`)"),
            None => format!("`{network}`"),
        }
    }

    /// A network in a cell.
    fn cell(&self, network: Option<&str>) -> Cell {
        let Some(network) = network else { return Cell::new(OTHERS).tone(Tone::Quiet) };
        match self.name(network) {
            Some(name) => Cell::new(name).note(network).exact(network),
            None => Cell::code(network),
        }
    }

    /// The conversations of a band; what has no name cannot be asked for.
    fn leads(&self, group: &Group) -> Option<String> {
        let (client, asked) = (group.client.as_deref()?, group.service.as_ref()?);
        let within = |end: &str, place: &str| match place {
            INTERNET => format!("{end} IN 0.0.0.0/0 AND {end} NOT IN ({PRIVATE})"),
            network => format!("{end} IN {network}"),
        };
        let port = asked.service_port.map(|port| format!(" AND service-port = {port}")).unwrap_or_default();
        let protocol = asked.protocol.map(|number| format!(" AND protocol = {number}")).unwrap_or_default();
        let ends = format!("{} AND {}", within("client", client), within("server", &asked.server));
        narrowed(Page::Conversations, self.view, &format!("{ends}{port}{protocol}"))
    }

    fn words(&self, talks: &Conversations) -> String {
        let named = talks.groups.iter().filter_map(|group| {
            Some((group.client.as_deref()?, group.service.as_ref()?, measured(group, self.measure)))
        });
        let Some((client, asked, value)) =
            named.reduce(|best, next| if next.2 > best.2 { next } else { best })
        else {
            return String::new();
        };
        let all: u64 = talks.groups.iter().map(|group| measured(group, self.measure)).sum();
        format!(
            "Most from {} to {} at {}: {}, {} of {}.",
            self.place(client),
            service(asked.service_port, asked.protocol),
            self.place(&asked.server),
            self.amount(value),
            human::percent(value as f64 / all.max(1) as f64),
            self.amount(all),
        )
    }

    fn table(&self, talks: &Conversations) -> Table {
        let all: u64 = talks.groups.iter().map(|group| measured(group, self.measure)).sum();
        let row = |group: &Group| {
            let client = self.cell(group.client.as_deref()).name();
            let server = self.cell(group.service.as_ref().map(|one| one.server.as_str()));
            let asked = group.service.as_ref();
            let asked = asked.map_or_else(String::new, |one| service(one.service_port, one.protocol));
            let share = measured(group, self.measure) as f64 / all.max(1) as f64;
            Row::of([
                match self.leads(group) {
                    Some(href) => client.to(href),
                    None => client,
                },
                server,
                Cell::new(asked),
                Cell::new(human::percent(share)).exact(format!("{share:.6}")).share(share),
                bytes(group.amount.bytes),
                count(group.amount.packets),
                count(group.amount.flows),
                held(group.rejected),
            ])
        };
        let head = Head::new("groups", "Who talks to what")
            .about(format!("networks of clients to services of networks, by {}", self.measure.name()))
            .foot(origin(&talks.provenance));
        Table {
            head,
            columns: vec![
                Column::words("Clients"),
                Column::words("Servers"),
                Column::words("Service"),
                Column::number("Share"),
                Column::number("Bytes"),
                Column::number("Packets"),
                Column::number("Records"),
                Column::number("Rejected"),
            ],
            rows: talks.groups.iter().map(row).collect(),
            empty: "No traffic in this range passes the filter.".to_owned(),
        }
    }
}

/// Names of networks.
struct Names(HashMap<String, String>);

impl Names {
    /// A network of IPv4 is a /24 here, of IPv6 a /64 (`lake::network`).
    fn of(inventory: Option<&Inventory>) -> Names {
        let Some(inventory) = inventory else { return Names(HashMap::new()) };
        let mut members: HashMap<String, Vec<&Interface>> = HashMap::new();
        for interface in inventory.interfaces.values() {
            let mut networks: Vec<String> =
                interface.addresses.iter().map(|one| Cidr::likely_network(*one).to_string()).collect();
            networks.sort_unstable();
            networks.dedup();
            networks.into_iter().for_each(|name| members.entry(name).or_default().push(interface));
        }
        let named = members
            .into_iter()
            .filter_map(|(network, machines)| Some((network, name(inventory, &machines)?)));
        Names(named.collect())
    }
}

/// The group that most of the machines carry; of several the one that says most, for the fewest others carry it.
fn name(inventory: &Inventory, machines: &[&Interface]) -> Option<String> {
    let mut carried: HashMap<&str, usize> = HashMap::new();
    machines.iter().flat_map(|one| &one.groups).for_each(|group| *carried.entry(group).or_default() += 1);
    let common = carried.into_iter().filter(|(_, count)| 2 * count > machines.len());
    let (group, _) = common.min_by_key(|(group, _)| (inventory.members(group).count(), *group))?;
    let name = &inventory.groups.get(group)?.name;
    (!name.is_empty()).then(|| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{OneWay, Span};

    #[test]
    fn the_ends_are_summed_and_the_rest_stands_last() {
        let service = |server: &str, port| {
            Some(GroupService { server: server.to_owned(), service_port: Some(port), protocol: Some(6) })
        };
        let group = |client: Option<&str>, service, bytes| Group {
            client: client.map(str::to_owned),
            service,
            amount: OneWay { bytes, packets: 1, flows: 1 },
            rejected: 0,
        };
        let talks = Conversations {
            span: Span { from: 0, to: 3_600 },
            measure: Measure::Bytes,
            rows: Vec::new(),
            distinct: 4,
            one_way: 0,
            total: 2_000,
            groups: vec![
                group(None, None, 900),
                group(Some("internet"), service("10.0.9.0/24", 443), 600),
                group(Some("10.0.1.0/24"), service("10.0.8.0/24", 5_432), 400),
                group(Some("10.0.1.0/24"), service("10.0.9.0/24", 443), 100),
            ],
            provenance: Default::default(),
        };
        let drawing = drawing(&View::default(), &talks, None);
        assert_eq!(
            drawing.words,
            "Most from `internet` to https 443/tcp at `10.0.9.0/24`: 600 B, 30.0 % of 2.00 kB."
        );
        let Figure::Bands(picture) = drawing.figure else { panic!("no bands") };
        let ends = |knots: &[Knot]| {
            knots.iter().map(|knot| format!("{} {}", knot.label, knot.text)).collect::<Vec<_>>()
        };
        assert_eq!(ends(&picture.sources), ["internet 600 B", "10.0.1.0/24 500 B", "others 900 B"]);
        assert_eq!(
            ends(&picture.targets),
            ["10.0.9.0/24:443 700 B", "10.0.8.0/24:5432 400 B", "others 900 B"]
        );
        let hrefs: Vec<bool> = picture.bands.iter().map(|band| band.href.is_some()).collect();
        assert_eq!(hrefs, [false, true, true, true]);
        let internet = picture.bands[1].href.clone().unwrap_or_default();
        assert!(internet.contains("NOT%20IN%20(10.0.0.0/8"), "{internet}");
        assert_eq!(drawing.table.rows.len(), 4);
    }
}

//! The command palette: any text to the places it may mean. Pages and saved views are found by their words; a log line,
//! a 5-tuple, an address, an ARN, a port, a filter or a range of time lead to the page that shows them.

mod paste;

use crate::views::SavedView;
use contract::filter::Expr;
use contract::when::{self, Asker};
use contract::{Field, Filter, Moment, Page, View};
use paste::Pasted;
use serde::Serialize;
use std::net::IpAddr;

/// Most places that are named: more do not fit a screen.
const LIMIT: usize = 12;
/// Longest text that is looked into, bytes: the longest log line and more.
pub const TEXT_LIMIT: usize = 4_096;

/// Seconds shown before and after a record: enough to see what led to it.
const AROUND_SECS: i64 = 900;

/// A place that a text may mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// What it is called.
    pub title: String,
    /// What is seen there.
    pub about: String,
    /// Where it is.
    pub href: String,
}

/// The places that `text` may mean, the likeliest first. Links keep what `view` says apart from the filter. `interfaces`
/// are those the logs know, the busiest first.
pub fn find(text: &str, view: &View, views: &[SavedView], interfaces: &[String], now: i64) -> Vec<Found> {
    let text = text.get(..text.floor_char_boundary(TEXT_LIMIT)).unwrap_or_default().trim();
    let mut found = pasted(&paste::read(text), view);
    found.extend(pages(text, view));
    found.extend(saved(text, views));
    if !text.is_empty() {
        found.extend(interfaces.iter().filter(|id| id.contains(text)).take(LIMIT).filter_map(|id| {
            Some(filtered(view, equals(Field::INTERFACE_ID, id)?, id.clone(), "Interface".to_owned()))
        }));
        found.extend(said(text, view, now));
    }
    let mut seen: Vec<String> = Vec::new();
    found.retain(|one| {
        let is_new = !seen.contains(&one.href);
        seen.push(one.href.clone());
        is_new
    });
    found.truncate(LIMIT);
    found
}

fn pages(text: &str, view: &View) -> Vec<Found> {
    let is_meant = |page: &&Page| matches_words(text, &[page.label(), page.path()]);
    let place = |page: &Page| Found {
        title: page.label().to_owned(),
        about: "Page".to_owned(),
        href: page.elsewhere(view),
    };
    Page::ALL.iter().filter(is_meant).map(place).collect()
}

fn saved(text: &str, views: &[SavedView]) -> Vec<Found> {
    let place = |view: &SavedView| Found {
        title: view.draft.name.clone(),
        about: match view.draft.owner.as_str() {
            "" => "Saved view".to_owned(),
            owner => format!("Saved view of {owner}"),
        },
        href: view.address.clone(),
    };
    views.iter().filter(|view| !view.deleted && view.draft.matches(text)).map(place).take(LIMIT).collect()
}

fn matches_words(text: &str, names: &[&str]) -> bool {
    let text = text.to_lowercase();
    text.split_whitespace().all(|word| names.iter().any(|name| name.to_lowercase().contains(word)))
}

/// A filter or a range of time.
fn said(text: &str, view: &View, now: i64) -> Option<Found> {
    if let Ok((from, to)) = when::parse(text, Asker { now, offset_secs: &|_| 0 }) {
        let about = app::range::said(&View { from, to, ..view.clone() }, 0);
        let href = Page::Overview.elsewhere(&View { from, to, ..view.clone() });
        return Some(Found { title: text.to_owned(), about: format!("Time range, {about} UTC"), href });
    }
    let expr = Filter::parse(text).ok()?.expr?;
    let title = Filter { expr: Some(expr.clone()) }.to_string();
    Some(filtered(view, expr, title, "Filter".to_owned()))
}

/// The overview narrowed to `expr` alone.
fn filtered(view: &View, expr: Expr, title: String, about: String) -> Found {
    let filter = Filter { expr: Some(expr) };
    let href = Page::Overview.elsewhere(&View { filter, ..view.clone() });
    Found { title, about, href }
}

fn equals(field: Field, value: &str) -> Option<Expr> {
    Expr::equals(field, value).ok()
}

/// All of several conditions.
fn all(parts: impl IntoIterator<Item = Option<Expr>>) -> Option<Expr> {
    parts.into_iter().flatten().reduce(Expr::and)
}

/// What a pasted piece of text leads to.
fn pasted(pasted: &Pasted, view: &View) -> Vec<Found> {
    let view = match pasted.span {
        Some((start, end)) => View {
            from: Moment::At((start - AROUND_SECS).max(0).div_euclid(60) * 60),
            to: Moment::At((end + AROUND_SECS).div_euclid(60) * 60 + 60),
            ..view.clone()
        },
        None => view.clone(),
    };
    let place = |expr: Option<Expr>, title: String, about: &str| {
        expr.map(|expr| filtered(&view, expr, title, about.to_owned()))
    };
    let interface = pasted.interface.as_deref();
    let mut found = match (pasted.source, pasted.destination) {
        (Some(source), Some(destination)) => conversation(pasted, source, destination)
            .into_iter()
            .filter_map(|(expr, title, about)| place(expr, title, about))
            .collect(),
        (Some(one), None) | (None, Some(one)) => of_address(pasted, one)
            .into_iter()
            .filter_map(|(expr, title, about)| place(expr, title, about))
            .collect(),
        (None, None) => Vec::new(),
    };
    if let Some(network) = &pasted.network {
        let within = |field: Field| Filter::parse(&format!("{field} IN {network}")).ok()?.expr;
        let either = within(Field::SRCADDR).zip(within(Field::DSTADDR)).map(|(a, b)| a.or(b));
        found.extend(place(either, network.clone(), "Traffic of the network"));
        found.extend(place(within(Field::CLIENT), format!("{network} as client"), "What it opens"));
        found.extend(place(within(Field::SERVER), format!("{network} as server"), "What is opened to it"));
    }
    if let Some(id) = interface {
        found.extend(place(equals(Field::INTERFACE_ID, id), id.to_owned(), "Interface"));
    }
    for (filter, id, about) in &pasted.ids {
        let expr = Filter::parse(filter).ok().and_then(|filter| filter.expr);
        found.extend(place(expr, id.clone(), about));
    }
    if let (Some(port), None, None) = (pasted.only_port, pasted.source, pasted.destination) {
        let expr = equals(Field::SERVICE_PORT, &port.to_string());
        found.extend(place(expr, contract::names::port_label(port), "Service port"));
    }
    found
}

type Place = (Option<Expr>, String, &'static str);

/// Two ends: the conversation both ways, what the one opens at the other, all between the two.
fn conversation(pasted: &Pasted, source: IpAddr, destination: IpAddr) -> Vec<Place> {
    let either = |field: Field, values: [String; 2]| {
        Filter::parse(&format!("{field} IN ({}, {})", values[0], values[1])).ok()?.expr
    };
    let ends = [source.to_string(), destination.to_string()];
    let addresses = || [either(Field::SRCADDR, ends.clone()), either(Field::DSTADDR, ends.clone())];
    let protocol = || pasted.protocol.and_then(|number| equals(Field::PROTOCOL, &number.to_string()));
    let ports = pasted.source_port.zip(pasted.destination_port).map(|(a, b)| [a.to_string(), b.to_string()]);
    let interface = || pasted.interface.as_deref().and_then(|id| equals(Field::INTERFACE_ID, id));
    let mut places = Vec::new();
    if let Some(ports) = ports {
        let [sources, destinations] = addresses();
        let srcport = either(Field::SRCPORT, ports.clone());
        let dstport = either(Field::DSTPORT, ports.clone());
        let expr = all([interface(), sources, destinations, srcport, dstport, protocol()]);
        let title = format!("{source} : {} → {destination} : {}", ports[0], ports[1]);
        places.push((expr, title, "This conversation, both ways"));
    }
    if let Some(port) = pasted.destination_port {
        let expr = all([
            equals(Field::SRCADDR, &ends[0]),
            equals(Field::DSTADDR, &ends[1]),
            equals(Field::DSTPORT, &port.to_string()),
            protocol(),
        ]);
        let title = format!("{source} → {destination} : {}", contract::names::port_label(port));
        places.push((expr, title, "All of it, whatever the source port"));
    }
    places.push((all(addresses()), format!("{source} and {destination}"), "All traffic between the two"));
    places
}

/// One end, perhaps with a port.
fn of_address(pasted: &Pasted, address: IpAddr) -> Vec<Place> {
    let text = address.to_string();
    let either = equals(Field::SRCADDR, &text).zip(equals(Field::DSTADDR, &text)).map(|(a, b)| a.or(b));
    let rejected = all([equals(Field::ACTION, "REJECT"), either.clone()]);
    let mut places = Vec::new();
    if let Some(port) = pasted.destination_port.or(pasted.source_port).or(pasted.only_port) {
        let expr = all([equals(Field::SERVER, &text), equals(Field::SERVICE_PORT, &port.to_string())]);
        places.push((
            expr,
            format!("{text} : {}", contract::names::port_label(port)),
            "What reaches this service",
        ));
    }
    places.extend([
        (either, text.clone(), "All traffic of the address"),
        (rejected, format!("Rejects of {text}"), "What was held back"),
        (equals(Field::CLIENT, &text), format!("{text} as client"), "What it opens"),
        (equals(Field::SERVER, &text), format!("{text} as server"), "What is opened to it"),
    ]);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::link;

    fn first(text: &str) -> (String, String) {
        let found = find(text, &View::default(), &[], &["eni-0abc".to_owned()], 1_795_188_010);
        let place = found.first().map(|one| (one.title.clone(), one.href.clone())).unwrap_or_default();
        let (_, query) = place.1.split_once('?').unwrap_or_default();
        let view = link::decode(query).unwrap_or_default();
        (place.0, format!("{} .. {} | {}", view.from, view.to, view.filter))
    }

    #[test]
    fn a_log_line_leads_to_its_conversation_and_time() {
        let line = "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1795140010 1795140070 REJECT OK";
        let (title, place) = first(line);
        assert_eq!(title, "172.31.9.69 : 49761 → 172.31.9.12 : 3389");
        assert_eq!(
            place,
            "1795139100 .. 1795141020 | interface-id = eni-1235b8ca123456789 AND srcaddr IN (172.31.9.69, 172.31.9.12) \
             AND dstaddr IN (172.31.9.69, 172.31.9.12) AND srcport IN (49761, 3389) AND dstport IN (49761, 3389) \
             AND protocol = tcp"
        );
    }

    #[test]
    fn what_people_paste_is_understood() {
        for (text, filter) in [
            ("10.0.1.5", "srcaddr = 10.0.1.5 OR dstaddr = 10.0.1.5"),
            ("10.0.3.7:5432", "server = 10.0.3.7 AND service-port = 5432"),
            (
                "timeout connecting to [2001:db8::7]:5432 from i-0123456789abcdef0",
                "server = 2001:db8::7 AND service-port = 5432",
            ),
            ("10.0.0.0/8", "srcaddr IN 10.0.0.0/8 OR dstaddr IN 10.0.0.0/8"),
            ("eni-1235b8ca123456789", "interface-id = eni-1235b8ca123456789"),
            (
                "arn:aws:ec2:eu-central-1:123456789012:network-interface/eni-1235b8ca",
                "interface-id = eni-1235b8ca",
            ),
            ("arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-0a1b2c3d", "vpc-id = vpc-0a1b2c3d"),
            (
                "arn:aws:rds:eu-central-1:123456789012:db:orders",
                "account-id = 123456789012 AND region = eu-central-1",
            ),
            ("5432", "service-port = 5432"),
            ("postgresql", "service-port = 5432"),
            ("action = reject", "action = REJECT"),
            ("eni-0a", "interface-id = eni-0abc"),
        ] {
            let (title, place) = first(text);
            assert_eq!(place, format!("now-1d .. now | {filter}"), "{text} gave {title}");
        }
        assert_eq!(first("yesterday").1, "1795046400 .. 1795132800 | ");
    }

    #[test]
    fn both_forms_of_a_five_tuple_are_the_same_conversation() {
        let expected = first("10.0.1.5:43210 -> 10.0.3.7:5432 tcp");
        assert_eq!(expected.0, "10.0.1.5 : 43210 → 10.0.3.7 : 5432");
        assert_eq!(first("10.0.1.5 10.0.3.7 43210 5432 6"), expected);
        assert_eq!(first("TCP 10.0.1.5 43210 10.0.3.7 5432"), expected);
    }

    #[test]
    fn pages_are_found_by_any_of_their_letters_and_nothing_shows_them_all() {
        let titles = |text: &str| -> Vec<String> {
            find(text, &View::default(), &[], &[], 0).into_iter().map(|one| one.title).collect()
        };
        assert!(titles("").len() >= Page::ALL.len().min(LIMIT));
        assert_eq!(titles("cover"), ["Coverage"]);
        assert_eq!(titles("nothing of that kind"), Vec::<String>::new());
    }
}

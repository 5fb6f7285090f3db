//! Interface view and packet view: the same records, ranked and filtered by either pair of addresses.

use crate::logs::{DAY, Place, view};
use contract::{Addresses, Measure, Table, View};
use lake::Direct;

/// A host that fetches a page through a NAT gateway, as the host's interface and the gateway's two sides log it, and a
/// neighbour that asks a database.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html>
const BEHIND_NAT: &str = "\
interface-id srcaddr dstaddr srcport dstport protocol pkt-srcaddr pkt-dstaddr bytes start end
eni-host 10.0.1.5 203.0.113.5 39812 443 6 10.0.1.5 203.0.113.5 100 1795132810 1795132820
eni-nat 10.0.1.5 10.0.0.220 39812 443 6 10.0.1.5 203.0.113.5 100 1795132810 1795132820
eni-nat 10.0.0.220 203.0.113.5 39812 443 6 10.0.0.220 203.0.113.5 100 1795132810 1795132820
";
const BESIDE: &str = "\
interface-id srcaddr dstaddr srcport dstport protocol bytes start end
eni-db 10.0.1.6 10.0.1.7 49152 5432 6 70 1795132810 1795132820
";

async fn pairs(place: &Place, addresses: Addresses, filter: &str) -> (Vec<(String, u64)>, Vec<Table>) {
    let asked = View { addresses, measure: Measure::Bytes, ..view(0, 3_600, filter) };
    let read = Direct::new(vec![place.source().await]).top(&asked, DAY).await.unwrap();
    let stored = place.ingested().await.top(&asked, DAY).await.unwrap();
    assert_eq!(read.rows, stored.rows);
    let pairs = stored.rows.iter().map(|row| (format!("{} {}", row.client, row.server), row.bytes));
    (pairs.collect(), stored.provenance.tables.clone())
}

fn expected(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(pair, bytes)| ((*pair).to_owned(), *bytes)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn talkers_behind_a_nat_gateway_are_named_by_either_view() {
    let place = Place::new();
    place.put(DAY, 1, BEHIND_NAT.as_bytes());
    let (interface, _) = pairs(&place, Addresses::Interface, "").await;
    let through =
        [("10.0.0.220 203.0.113.5", 100), ("10.0.1.5 10.0.0.220", 100), ("10.0.1.5 203.0.113.5", 100)];
    assert_eq!(interface, expected(&through));
    let (packet, _) = pairs(&place, Addresses::Packet, "").await;
    assert_eq!(packet, expected(&[("10.0.1.5 203.0.113.5", 200), ("10.0.0.220 203.0.113.5", 100)]));
    let (to, _) = pairs(&place, Addresses::Packet, "server = 203.0.113.5 AND client != 10.0.0.220").await;
    assert_eq!(to, expected(&[("10.0.1.5 203.0.113.5", 200)]));
    let (none, _) = pairs(&place, Addresses::Packet, "server = 10.0.0.220").await;
    assert_eq!(none, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_answer_for_packets_where_both_views_are_the_same() {
    let place = Place::new();
    place.put(DAY, 1, BESIDE.as_bytes());
    let expected = expected(&[("10.0.1.6 10.0.1.7", 70)]);
    for addresses in [Addresses::Interface, Addresses::Packet] {
        let found = pairs(&place, addresses, "client = 10.0.1.6").await;
        assert_eq!(found, (expected.clone(), vec![Table::Conversations]));
    }
}

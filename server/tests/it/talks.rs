//! A port with fixed conversations: one that is refused again and again, and what it is refused by.

use async_trait::async_trait;
use contract::{Refusal, View};
use lake::{Conversation, Talks};
use server::advice::{Adviser, Decisions, Stock, Talking};
use std::sync::Arc;

use crate::fake::FROM;

/// Every ten minutes of an hour a client is refused at a database that serves its neighbour.
pub struct Refusals;

/// The client that is refused, as the filter writes it.
pub const CLIENT: &str = "10.0.1.10";

fn address(last: u8, third: u8) -> [u8; 16] {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, third, last]
}

fn row(client: [u8; 16], accepted: bool, opening: bool, first: i64) -> Conversation {
    Conversation {
        interface: 0,
        ingress: opening,
        opening,
        client,
        server: address(5, 2),
        protocol: 6,
        port: 5_432,
        accepted,
        reason: None,
        tcp_flags: Some(if opening { 2 } else { 18 }),
        flows: 5,
        bytes: 300,
        first,
        last: first + 240,
    }
}

#[async_trait]
impl Talking for Refusals {
    async fn conversations(&self, view: &View, _: i64) -> Result<(Talks, f64), Refusal> {
        let refused = (0..6).map(|turn| row(address(10, 1), false, true, FROM + turn * 600));
        let served = [true, false].map(|opening| row(address(11, 1), true, opening, FROM));
        let asks_for_another = view.filter.to_string().contains("10.9.9.9");
        let rows = if asks_for_another { Vec::new() } else { refused.chain(served).collect() };
        Ok((Talks { interfaces: vec!["eni-db".to_owned()], reasons: Vec::new(), rows }, 1.0))
    }

    fn generation(&self) -> u64 {
        1
    }
}

/// The inventory of the same: the database's group lets one address in.
const INVENTORY: [(&str, &str); 2] = [
    (
        "security-groups.json",
        r#"{"SecurityGroups":[{"GroupId":"sg-db","GroupName":"db","VpcId":"vpc-1","IpPermissions":[
            {"IpProtocol":"tcp","FromPort":5432,"ToPort":5432,"IpRanges":[{"CidrIp":"10.0.1.11/32"}]},
            {"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"10.9.0.0/16"}]}]}]}"#,
    ),
    (
        "network-interfaces.json",
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-db","VpcId":"vpc-1","SubnetId":"subnet-1",
            "Groups":[{"GroupId":"sg-db"}],"PrivateIpAddresses":[{"PrivateIpAddress":"10.0.2.5"}]}]}"#,
    ),
];

/// An adviser over these conversations, with their inventory.
pub async fn adviser() -> Arc<Adviser> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in INVENTORY {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let adviser = Adviser::new(Arc::new(Refusals), Decisions::in_memory());
    let unread = Stock::unread(folder.path().to_str().unwrap());
    adviser.take_stock(unread.renewed(&store::Options::default()).await.unwrap().unwrap());
    Arc::new(adviser)
}

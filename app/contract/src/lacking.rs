//! What a record format lacks, and what each missing field would tell; and the traffic that AWS never logs.
//! Knows names of fields and no records.

use serde::{Deserialize, Serialize};

/// Fields that some flow logs lack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lacking {
    /// Those that are missing, AWS's names.
    pub fields: Vec<String>,
    /// The lowest version of the record format that has them all.
    pub version: u8,
    /// What they would tell, one sentence.
    pub enables: String,
    /// The flow logs that lack them; sources where no id is known.
    pub flow_logs: Vec<String>,
    /// Records of the range that lack them.
    pub records: u64,
}

/// Fields that are worth having together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gain {
    /// AWS's names.
    pub fields: &'static [&'static str],
    /// The lowest version of the record format that has them all.
    pub version: u8,
    /// What they tell, one sentence.
    pub enables: &'static str,
    /// Whether transit gateway flow logs have them too.
    pub transit_gateway: bool,
}

/// Fields by what a dashboard gains from them, the most useful first. What every page needs comes before what sharpens
/// it, and what only some networks have comes last.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
pub const GAINS: [Gain; 17] = [
    gain(&["srcaddr", "dstaddr"], 2, "Tell who talks to whom.", true),
    gain(&["srcport", "dstport", "protocol"], 2, "Tell which service was used.", true),
    gain(&["action"], 2, "Tells what was let through and what was rejected.", false),
    gain(&["bytes", "packets"], 2, "Tell how much flowed; without them records can only be counted.", true),
    gain(&["interface-id"], 2, "Tells which interface logged the record.", false),
    gain(
        &["log-status"],
        2,
        "Tells quiet intervals (NODATA) and records AWS lost (SKIPDATA) apart from traffic.",
        true,
    ),
    gain(
        &["tcp-flags"],
        3,
        "Shows who opened a connection, so that client and server need no guess by port number.",
        true,
    ),
    gain(
        &["flow-direction"],
        5,
        "Says whether traffic came in or went out; without it Weir works that out from the interface's own address.",
        true,
    ),
    gain(
        &["pkt-srcaddr", "pkt-dstaddr"],
        3,
        "Name the real ends of traffic through NAT gateways, load balancers and secondary addresses.",
        false,
    ),
    gain(
        &["reject-reason"],
        8,
        "Tells rejects by VPC Block Public Access or encryption controls from those of security groups and network ACLs.",
        false,
    ),
    gain(&["vpc-id", "subnet-id", "instance-id"], 3, "Group traffic by VPC, subnet and instance.", false),
    gain(
        &["pkt-src-aws-service", "pkt-dst-aws-service"],
        5,
        "Name the AWS service, such as S3 or DynamoDB, behind a public address.",
        true,
    ),
    gain(
        &["traffic-path"],
        5,
        "Shows by which gateway, endpoint or peering traffic left, which decides what it costs.",
        false,
    ),
    gain(&["az-id"], 4, "Shows traffic between Availability Zones, which AWS charges for.", false),
    gain(
        &["interface-type", "next-hop-interface-id"],
        11,
        "Name the NAT gateway, endpoint or load balancer that traffic passed next.",
        false,
    ),
    gain(
        &["ecs-cluster-name", "ecs-service-name", "ecs-task-id"],
        7,
        "Attribute traffic to ECS services and tasks, where there are any.",
        false,
    ),
    gain(
        &["encryption-status"],
        10,
        "Shows which traffic was encrypted on its way, where VPC Encryption Controls are on.",
        false,
    ),
];

const fn gain(
    fields: &'static [&'static str],
    version: u8,
    enables: &'static str,
    transit_gateway: bool,
) -> Gain {
    Gain { fields, version, enables, transit_gateway }
}

/// What a format with these fields lacks, the most useful first; nothing when the fields are not known.
pub fn lacking<'a>(fields: &'a [String]) -> impl Iterator<Item = (&'static Gain, Vec<&'static str>)> + 'a {
    let has = |name: &str| fields.iter().any(|field| field == name);
    let is_transit_gateway = fields.iter().any(|field| field.starts_with("tgw-"));
    let applies = move |gain: &&Gain| !fields.is_empty() && (gain.transit_gateway || !is_transit_gateway);
    GAINS.iter().filter(applies).filter_map(move |gain| {
        let missing: Vec<&str> = gain.fields.iter().copied().filter(|field| !has(field)).collect();
        (!missing.is_empty()).then_some((gain, missing))
    })
}

/// Where AWS lists [`NEVER_LOGGED`].
pub const NEVER_LOGGED_SOURCE: &str =
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html";

/// Traffic that no flow log ever shows, so that its absence tells nothing. Source: [`NEVER_LOGGED_SOURCE`].
pub const NEVER_LOGGED: [&str; 10] = [
    "DNS questions to the Amazon DNS server (to a server of your own they are logged)",
    "instance metadata, 169.254.169.254",
    "Amazon Time Sync, 169.254.169.123",
    "DHCP",
    "ARP",
    "the reserved address of the VPC's default router",
    "Windows licence activation",
    "the source side of mirrored traffic",
    "traffic between an endpoint's interface and a Network Load Balancer's",
    "regional NAT gateways that live only for a short time",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Field;

    fn named(names: &str) -> Vec<String> {
        names.split(' ').map(str::to_owned).collect()
    }

    const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
                           start end action log-status";

    #[test]
    fn the_default_format_lacks_what_came_later_and_nothing_else() {
        let fields = named(DEFAULT);
        let missing: Vec<&str> = lacking(&fields).flat_map(|(_, missing)| missing).collect();
        assert_eq!(missing.first(), Some(&"tcp-flags"));
        assert!(missing.contains(&"reject-reason") && !missing.contains(&"action"), "{missing:?}");
        assert!(lacking(&fields).all(|(gain, _)| gain.version > 2));
    }

    #[test]
    fn only_the_missing_part_of_a_group_is_named() {
        let fields = named(&format!("{DEFAULT} vpc-id instance-id"));
        let groups: Vec<Vec<&str>> = lacking(&fields).map(|(_, missing)| missing).collect();
        assert!(groups.contains(&vec!["subnet-id"]), "{groups:?}");
    }

    #[test]
    fn transit_gateways_are_not_blamed_for_what_they_cannot_have_and_unknown_formats_for_nothing() {
        let fields =
            named("version tgw-id srcaddr dstaddr srcport dstport protocol packets bytes log-status");
        let missing: Vec<&str> = lacking(&fields).flat_map(|(_, missing)| missing).collect();
        assert!(missing.contains(&"tcp-flags") && !missing.contains(&"action"), "{missing:?}");
        assert_eq!(lacking(&[]).count(), 0);
    }

    #[test]
    fn every_field_is_one_of_awss_and_every_sentence_is_one() {
        for gain in GAINS {
            for field in gain.fields {
                assert!(Field::named(field).is_some(), "{field}");
            }
            assert!(
                gain.enables.ends_with('.') && gain.enables.matches(". ").count() == 0,
                "{}",
                gain.enables
            );
        }
    }
}

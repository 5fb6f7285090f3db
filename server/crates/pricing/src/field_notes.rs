//! Every field in plain words: what it tells, what is lost without it, and how long its values usually are. The
//! set-up assistant gives the first as the reason to choose a field, the what-ifs give the second as the price of
//! saving it. Knows no volume and no money.
//!
//! Sources: "Flow log records" in the Amazon VPC user guide, "Transit Gateway Flow Logs" in the transit gateways
//! guide; usual lengths from the formats of AWS's ids and from public sample records.

/// What there is to say about a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldNote {
    /// AWS's hyphenated name.
    pub field: &'static str,
    /// What it tells, as the end of "it tells …".
    pub tells: &'static str,
    /// What is lost without it, as a sentence without its full stop.
    pub lost: &'static str,
    /// Usual length of its values, bytes.
    pub usual_bytes: f64,
}

const fn note(field: &'static str, usual_bytes: f64, tells: &'static str, lost: &'static str) -> FieldNote {
    FieldNote { field, tells, lost, usual_bytes }
}

/// The fields of VPC flow logs, in AWS's order.
pub const VPC_FIELDS: [FieldNote; 54] = [
    note("version", 1.0, "the record's version", "nothing is lost: Weir goes by header lines, not versions"),
    note("account-id", 12.0, "whose interface it is", "accounts are told apart by the keys of objects alone"),
    note(
        "interface-id",
        21.0,
        "which interface logged it: the way to its security groups",
        "nothing can be said by interface, no security group can be judged, and flows logged twice go unnoticed",
    ),
    note("srcaddr", 12.0, "who sent it, as the interface saw it", "talkers, peers and scanners are unknown"),
    note(
        "dstaddr",
        12.0,
        "whom it went to, as the interface saw it",
        "talkers, peers and targets are unknown",
    ),
    note("srcport", 4.6, "from which port", "answers cannot be matched to requests, nor told from them"),
    note("dstport", 4.6, "to which port", "services are unknown, and no rule can be proposed"),
    note("protocol", 1.6, "TCP, UDP or ICMP", "protocols are unknown, and no rule can be proposed"),
    note(
        "packets",
        2.2,
        "how many packets",
        "probes of a packet look like downloads; packet counts are unknown",
    ),
    note("bytes", 4.2, "how many bytes", "volume is unknown: no talkers by bytes, no cost of traffic"),
    note("start", 10.0, "when it began", "records are placed by their end alone, up to ten minutes late"),
    note("end", 10.0, "when it ended", "records are placed by their start alone, and spread over no time"),
    note(
        "action",
        6.0,
        "whether it was let through",
        "rejects cannot be told from traffic that was let through",
    ),
    note(
        "log-status",
        2.0,
        "whether AWS lost records",
        "lost records (SKIPDATA) and quiet interfaces (NODATA) look like damaged lines",
    ),
    note("vpc-id", 21.0, "in which VPC", "VPCs are told apart only with an inventory"),
    note("subnet-id", 24.0, "in which subnet", "network ACLs are found only with an inventory"),
    note("instance-id", 19.0, "which instance", "instances are named only with an inventory"),
    note(
        "tcp-flags",
        1.4,
        "who opened the connection: client and server, service port",
        "client and server are told by port numbers and by what other records prove; late packets look like attempts",
    ),
    note("type", 4.0, "IPv4, IPv6 or EFA", "nothing but EFA is lost: addresses show their family"),
    note(
        "pkt-srcaddr",
        12.0,
        "the true sender behind NAT gateways, load balancers and secondary addresses",
        "senders behind NAT gateways and load balancers are hidden by them",
    ),
    note(
        "pkt-dstaddr",
        12.0,
        "the true target behind NAT gateways and secondary addresses",
        "targets behind NAT gateways and secondary addresses are hidden by them",
    ),
    note("region", 9.6, "in which region", "regions are told apart by the keys of objects alone"),
    note(
        "az-id",
        8.0,
        "in which availability zone",
        "traffic between zones, which is charged, cannot be seen",
    ),
    note(
        "sublocation-type",
        1.0,
        "whether it is a Local Zone, Wavelength Zone or Outpost",
        "these are not told apart",
    ),
    note("sublocation-id", 1.0, "which Local Zone, Wavelength Zone or Outpost", "these are not told apart"),
    note(
        "pkt-src-aws-service",
        1.8,
        "which AWS service sent it",
        "AWS services are told by address ranges alone",
    ),
    note(
        "pkt-dst-aws-service",
        1.8,
        "to which AWS service it went",
        "AWS services are told by address ranges alone",
    ),
    note(
        "flow-direction",
        6.5,
        "in or out, as the interface saw it",
        "direction is inferred from the interface's own addresses, which traffic through it defeats",
    ),
    note(
        "traffic-path",
        1.0,
        "the way out: internet gateway, peering, endpoint",
        "what leaves by the internet gateway, peering or an endpoint, each at its own price, is not told apart",
    ),
    note(
        "ecs-cluster-arn",
        60.0,
        "the ECS cluster by ARN",
        "clusters of different accounts are not told apart",
    ),
    note("ecs-cluster-name", 20.0, "the ECS cluster", "traffic cannot be given to ECS clusters"),
    note(
        "ecs-container-instance-arn",
        1.0,
        "the ECS container instance by ARN",
        "container instances are unknown",
    ),
    note("ecs-container-instance-id", 1.0, "the ECS container instance", "container instances are unknown"),
    note("ecs-container-id", 43.0, "the container", "containers of a task are not told apart"),
    note("ecs-second-container-id", 1.0, "the second container", "second containers are unknown"),
    note("ecs-service-name", 25.0, "the ECS service", "traffic cannot be given to ECS services"),
    note(
        "ecs-task-definition-arn",
        75.0,
        "the ECS task definition",
        "versions of a service are not told apart",
    ),
    note("ecs-task-arn", 95.0, "the ECS task by ARN", "tasks are known by id alone"),
    note("ecs-task-id", 32.0, "the ECS task", "tasks of a service are not told apart"),
    note(
        "reject-reason",
        1.0,
        "rejects by Block Public Access or encryption controls",
        "rejects by Block Public Access or encryption controls look like those of security groups",
    ),
    note(
        "resource-id",
        1.0,
        "the regional NAT gateway",
        "traffic of regional NAT gateways has no interface to be known by",
    ),
    note("encryption-status", 1.0, "whether it was encrypted", "unencrypted traffic cannot be found"),
    note("instance-tag", 10.0, "a tag of the instance", "that tag is known only with an inventory"),
    note("instance-tag-2", 10.0, "another tag of the instance", "that tag is known only with an inventory"),
    note("interface-tag", 10.0, "a tag of the interface", "that tag is known only with an inventory"),
    note("interface-tag-2", 10.0, "another tag of the interface", "that tag is known only with an inventory"),
    note("asg-tag", 10.0, "a tag of the Auto Scaling group", "that tag is unknown"),
    note("asg-tag-2", 10.0, "another tag of the Auto Scaling group", "that tag is unknown"),
    note(
        "interface-type",
        3.0,
        "NAT gateway, load balancer or endpoint",
        "these interfaces are known only with an inventory",
    ),
    note(
        "next-hop-interface-id",
        15.0,
        "the interface it went to or came from",
        "the next interface is guessed from addresses",
    ),
    note("next-hop-subnet-id", 17.0, "the subnet it went to or came from", "the next subnet is unknown"),
    note(
        "next-hop-az-id",
        8.0,
        "the zone it went to or came from",
        "traffic between zones is seen only with an inventory",
    ),
    note("next-hop-vpc-id", 15.0, "the VPC it went to or came from", "the next VPC is unknown"),
    note(
        "next-hop-interface-type",
        3.0,
        "whether the next hop is a gateway or balancer",
        "the next hop's kind is unknown",
    ),
];

/// The fields of transit gateway flow logs, in AWS's order.
pub const TGW_FIELDS: [FieldNote; 36] = [
    note("version", 1.0, "the record's version", "nothing is lost: Weir goes by header lines, not versions"),
    note(
        "resource-type",
        14.0,
        "that it is a transit gateway's record",
        "nothing is lost where the header names the fields",
    ),
    note(
        "account-id",
        12.0,
        "whose transit gateway it is",
        "accounts are told apart by the keys of objects alone",
    ),
    note("tgw-id", 21.0, "which transit gateway", "transit gateways are not told apart"),
    note(
        "tgw-attachment-id",
        28.0,
        "which attachment logged it",
        "attachments are not told apart, and flows count twice unnoticed",
    ),
    note("tgw-src-vpc-account-id", 12.0, "the account of the sending VPC", "sending accounts are unknown"),
    note(
        "tgw-dst-vpc-account-id",
        12.0,
        "the account of the receiving VPC",
        "receiving accounts are unknown",
    ),
    note("tgw-src-vpc-id", 21.0, "the sending VPC", "who talks to whom by VPC is unknown"),
    note("tgw-dst-vpc-id", 21.0, "the receiving VPC", "who talks to whom by VPC is unknown"),
    note("tgw-src-subnet-id", 24.0, "the sending subnet", "sending subnets are unknown"),
    note("tgw-dst-subnet-id", 24.0, "the receiving subnet", "receiving subnets are unknown"),
    note("tgw-src-eni", 21.0, "the interface it came in by", "interfaces of attachments are unknown"),
    note("tgw-dst-eni", 21.0, "the interface it went out by", "interfaces of attachments are unknown"),
    note("tgw-src-az-id", 8.0, "the sending zone", "traffic between zones cannot be seen"),
    note("tgw-dst-az-id", 8.0, "the receiving zone", "traffic between zones cannot be seen"),
    note(
        "tgw-pair-attachment-id",
        28.0,
        "the attachment at the other side",
        "the two records of a flow are not paired",
    ),
    note("srcaddr", 12.0, "who sent it", "talkers and peers are unknown"),
    note("dstaddr", 12.0, "whom it went to", "talkers and peers are unknown"),
    note("srcport", 4.6, "from which port", "answers cannot be matched to requests, nor told from them"),
    note("dstport", 4.6, "to which port", "services are unknown"),
    note("protocol", 1.6, "TCP, UDP or ICMP", "protocols are unknown"),
    note("packets", 2.2, "how many packets", "packet counts are unknown"),
    note("bytes", 4.2, "how many bytes", "volume is unknown: no talkers by bytes, no cost of traffic"),
    note("start", 10.0, "when it began", "records are placed by their end alone"),
    note("end", 10.0, "when it ended", "records are placed by their start alone"),
    note("log-status", 2.0, "whether AWS lost records", "lost records (SKIPDATA) look like damaged lines"),
    note("type", 4.0, "IPv4, IPv6 or EFA", "nothing but EFA is lost: addresses show their family"),
    note("packets-lost-no-route", 1.0, "packets lost for want of a route", "missing routes cannot be found"),
    note(
        "packets-lost-blackhole",
        1.0,
        "packets lost in a blackhole route",
        "blackhole routes cannot be found",
    ),
    note("packets-lost-mtu-exceeded", 1.0, "packets lost for their size", "MTU problems cannot be found"),
    note("packets-lost-ttl-expired", 1.0, "packets lost in a loop", "routing loops cannot be found"),
    note("tcp-flags", 1.6, "who opened the connection", "client and server are told by port numbers alone"),
    note("region", 9.6, "in which region", "regions are told apart by the keys of objects alone"),
    note(
        "flow-direction",
        6.5,
        "in or out, as the gateway saw it",
        "the two records of a flow are counted twice",
    ),
    note(
        "pkt-src-aws-service",
        1.8,
        "which AWS service sent it",
        "AWS services are told by address ranges alone",
    ),
    note(
        "pkt-dst-aws-service",
        1.8,
        "to which AWS service it went",
        "AWS services are told by address ranges alone",
    ),
];

/// The fields there are for flow logs that have these: a transit gateway's or a VPC's.
#[must_use]
pub fn fields_beside<'f>(fields: impl IntoIterator<Item = &'f str>) -> &'static [FieldNote] {
    let of_gateway = fields.into_iter().any(|field| field.starts_with("tgw-") || field == "resource-type");
    if of_gateway { &TGW_FIELDS } else { &VPC_FIELDS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_notes_are_of_the_fields_aws_documents_in_its_order() {
        let vpc: Vec<&str> = flowlog::FIELDS.iter().take(54).map(|field| field.name).collect();
        assert_eq!(VPC_FIELDS.map(|note| note.field).to_vec(), vpc);
        assert_eq!(TGW_FIELDS.map(|note| note.field), flowlog::TGW_DEFAULT);
    }

    #[test]
    fn the_usual_lengths_give_the_lines_of_public_samples() {
        let line =
            |count: usize| -> f64 { VPC_FIELDS.iter().take(count).map(|note| note.usual_bytes + 1.0).sum() };
        // Measured on samples: 111 to 115 bytes for version 2, 213 for version 3, 254 for version 5.
        for (count, measured) in [(14, 113.0), (21, 213.0), (29, 254.0)] {
            assert!((line(count) / measured - 1.0).abs() < 0.1, "{count} fields: {} bytes", line(count));
        }
    }
}

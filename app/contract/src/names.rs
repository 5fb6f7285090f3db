//! Names for numbers: protocols, well-known ports, TCP flags, traffic paths.
//! A name is a label, never evidence: which end is the server is decided elsewhere.

/// Protocols that occur in VPCs (IANA "Assigned Internet Protocol Numbers"), by number. The first name of a number is
/// the one that is printed.
const PROTOCOLS: [(u8, &str); 32] = [
    (1, "icmp"),
    (2, "igmp"),
    (3, "ggp"),
    (4, "ipv4"),
    (6, "tcp"),
    (8, "egp"),
    (17, "udp"),
    (27, "rdp"),
    (33, "dccp"),
    (41, "ipv6"),
    (43, "ipv6-route"),
    (44, "ipv6-frag"),
    (46, "rsvp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "icmpv6"),
    (58, "ipv6-icmp"),
    (59, "ipv6-nonxt"),
    (60, "ipv6-opts"),
    (88, "eigrp"),
    (89, "ospf"),
    (94, "ipip"),
    (97, "etherip"),
    (98, "encap"),
    (103, "pim"),
    (108, "ipcomp"),
    (112, "vrrp"),
    (115, "l2tp"),
    (132, "sctp"),
    (136, "udplite"),
    (137, "mpls-in-ip"),
];

/// Ports with a name people know (IANA "Service Name and Transport Protocol Port Number Registry" and common use), by
/// number.
const SERVICES: [(u16, &str); 129] = [
    (7, "echo"),
    (13, "daytime"),
    (19, "chargen"),
    (20, "ftp-data"),
    (21, "ftp"),
    (22, "ssh"),
    (23, "telnet"),
    (25, "smtp"),
    (43, "whois"),
    (49, "tacacs"),
    (53, "dns"),
    (67, "dhcp-server"),
    (68, "dhcp-client"),
    (69, "tftp"),
    (70, "gopher"),
    (79, "finger"),
    (80, "http"),
    (88, "kerberos"),
    (110, "pop3"),
    (111, "rpcbind"),
    (113, "ident"),
    (119, "nntp"),
    (123, "ntp"),
    (135, "msrpc"),
    (137, "netbios-ns"),
    (138, "netbios-dgm"),
    (139, "netbios-ssn"),
    (143, "imap"),
    (161, "snmp"),
    (162, "snmp-trap"),
    (179, "bgp"),
    (194, "irc"),
    (389, "ldap"),
    (443, "https"),
    (445, "smb"),
    (464, "kpasswd"),
    (465, "smtps"),
    (500, "isakmp"),
    (502, "modbus"),
    (512, "rexec"),
    (513, "rlogin"),
    (514, "syslog"),
    (515, "printer"),
    (520, "rip"),
    (546, "dhcpv6-client"),
    (547, "dhcpv6-server"),
    (548, "afp"),
    (554, "rtsp"),
    (587, "submission"),
    (593, "http-rpc"),
    (623, "ipmi"),
    (631, "ipp"),
    (636, "ldaps"),
    (646, "ldp"),
    (853, "dns-tls"),
    (860, "iscsi-system"),
    (873, "rsync"),
    (989, "ftps-data"),
    (990, "ftps"),
    (993, "imaps"),
    (995, "pop3s"),
    (1080, "socks"),
    (1194, "openvpn"),
    (1433, "mssql"),
    (1434, "mssql-browser"),
    (1521, "oracle"),
    (1701, "l2tp"),
    (1723, "pptp"),
    (1812, "radius"),
    (1813, "radius-acct"),
    (1883, "mqtt"),
    (1900, "ssdp"),
    (2049, "nfs"),
    (2181, "zookeeper"),
    (2222, "ssh-alt"),
    (2375, "docker"),
    (2376, "docker-tls"),
    (2379, "etcd"),
    (2380, "etcd-peer"),
    (3000, "web-dev"),
    (3128, "squid"),
    (3260, "iscsi"),
    (3268, "ldap-gc"),
    (3269, "ldaps-gc"),
    (3306, "mysql"),
    (3389, "rdp"),
    (3478, "stun"),
    (4317, "otlp"),
    (4318, "otlp-http"),
    (4369, "epmd"),
    (4500, "ipsec-nat-t"),
    (4789, "vxlan"),
    (5000, "upnp"),
    (5044, "beats"),
    (5060, "sip"),
    (5061, "sips"),
    (5222, "xmpp"),
    (5353, "mdns"),
    (5432, "postgresql"),
    (5439, "redshift"),
    (5555, "adb"),
    (5601, "kibana"),
    (5671, "amqps"),
    (5672, "amqp"),
    (5900, "vnc"),
    (5985, "winrm"),
    (5986, "winrms"),
    (6081, "geneve"),
    (6379, "redis"),
    (6443, "kubernetes"),
    (6514, "syslog-tls"),
    (6667, "ircd"),
    (7000, "cassandra-peer"),
    (7946, "swarm"),
    (8080, "http-alt"),
    (8081, "http-alt2"),
    (8125, "statsd"),
    (8443, "https-alt"),
    (8883, "mqtts"),
    (9042, "cassandra"),
    (9090, "prometheus"),
    (9092, "kafka"),
    (9093, "kafka-tls"),
    (9100, "node-exporter"),
    (9200, "elasticsearch"),
    (9300, "elasticsearch-peer"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (27017, "mongodb"),
];

/// Bits of the TCP header's flags (RFC 9293), in the order they are read out.
const TCP_FLAGS: [(u16, &str); 8] = [
    (0x02, "SYN"),
    (0x10, "ACK"),
    (0x01, "FIN"),
    (0x04, "RST"),
    (0x08, "PSH"),
    (0x20, "URG"),
    (0x40, "ECE"),
    (0x80, "CWR"),
];

/// The name of an IANA protocol number, in lower case.
pub fn protocol_name(number: u8) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The number of a protocol's name, in any case.
pub fn protocol_number(name: &str) -> Option<u8> {
    PROTOCOLS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(number, _)| *number)
}

/// Every protocol name that [`protocol_number`] reads.
pub fn protocol_names() -> impl Iterator<Item = &'static str> {
    PROTOCOLS.iter().map(|(_, name)| *name)
}

/// The name of the service that usually answers at a port.
pub fn service_name(port: u16) -> Option<&'static str> {
    let index = SERVICES.binary_search_by_key(&port, |(known, _)| *known).ok()?;
    SERVICES.get(index).map(|(_, name)| *name)
}

/// The port at which a service usually answers; the name in any case.
pub fn service_port(name: &str) -> Option<u16> {
    SERVICES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(port, _)| *port)
}

/// Every service name that [`service_port`] reads.
pub fn service_names() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|(_, name)| *name)
}

/// A port with its service's name, if it has one: `443 https`, `40123`.
pub fn port_label(port: u16) -> String {
    match service_name(port) {
        Some(name) => format!("{port} {name}"),
        None => port.to_string(),
    }
}

/// The flags that are set, by name: `SYN ACK`; empty when none is. Bits without a name are left out.
pub fn tcp_flags(bits: u16) -> String {
    let names: Vec<&str> =
        TCP_FLAGS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    names.join(" ")
}

/// The sum of flags given by name and joined by `-`, `+` or a blank, in any case: `syn-ack` is 18.
pub fn tcp_flag_bits(names: &str) -> Option<u16> {
    names.split(['-', '+', ' ']).try_fold(0, |bits, name| {
        let (bit, _) = TCP_FLAGS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name))?;
        Some(bits | bit)
    })
}

/// Which way egress traffic left, by the code in `traffic-path` (AWS: flow log records, version 5).
pub const fn traffic_path(code: u8) -> Option<&'static str> {
    match code {
        1 => Some("within the VPC"),
        2 => Some("internet gateway or gateway endpoint"),
        3 => Some("virtual private gateway"),
        4 => Some("VPC peering in the region"),
        5 => Some("VPC peering across regions"),
        6 => Some("Local Zone or Wavelength Zone"),
        7 => Some("gateway endpoint"),
        8 => Some("internet gateway"),
        _ => None,
    }
}

/// How the traffic was encrypted, by the code in `encryption-status` (AWS: flow log records, version 10).
pub const fn encryption_status(code: u8) -> Option<&'static str> {
    match code {
        0 => Some("not encrypted"),
        1 => Some("encrypted by Nitro"),
        2 => Some("encrypted by the application"),
        3 => Some("encrypted by both"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order_and_no_service_stands_twice() {
        assert!(PROTOCOLS.is_sorted_by_key(|(number, _)| *number));
        assert!(SERVICES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (port, name) in SERVICES {
            assert_eq!(service_port(name), Some(port), "{name}");
            assert_eq!(service_name(port), Some(name));
        }
    }

    #[test]
    fn every_protocol_number_finds_its_way_back() {
        for number in 0..=u8::MAX {
            if let Some(name) = protocol_name(number) {
                assert_eq!(protocol_number(name), Some(number));
            }
        }
        assert_eq!(protocol_number("TCP"), Some(6));
        assert_eq!(protocol_number("ipv6-icmp"), Some(58));
        assert_eq!(protocol_name(58), Some("icmpv6"));
        assert_eq!(protocol_name(200), None);
    }

    #[test]
    fn ports_carry_their_service() {
        assert_eq!(port_label(443), "443 https");
        assert_eq!(port_label(40_123), "40123");
        assert_eq!(service_port("HTTPS"), Some(443));
    }

    #[test]
    fn flags_are_read_out_and_back() {
        assert_eq!(tcp_flags(18), "SYN ACK");
        assert_eq!(tcp_flags(3), "SYN FIN");
        assert_eq!(tcp_flags(0), "");
        for bits in 1..=255 {
            assert_eq!(tcp_flag_bits(&tcp_flags(bits)), Some(bits));
        }
        assert_eq!(tcp_flag_bits("syn-ack"), Some(18));
        assert_eq!(tcp_flag_bits("syn-nack"), None);
        assert_eq!(tcp_flag_bits(""), None);
    }
}

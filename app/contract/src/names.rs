//! Names for numbers: protocols, well-known ports, TCP flags, traffic paths.
//! A name is a label, never evidence: which end is the server is decided elsewhere.

mod protocols;
mod services;

use percent_encoding::percent_decode_str;
use services::SERVICES;
use std::borrow::Cow;

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
    protocols::name(number)
}

/// The number of a protocol's name, in any case.
pub fn protocol_number(name: &str) -> Option<u8> {
    protocols::all().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(number, _)| number)
}

/// Every protocol name that [`protocol_number`] reads.
pub fn protocol_names() -> impl Iterator<Item = &'static str> {
    protocols::all().map(|(_, name)| name)
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

/// The value of a tag field (`instance-tag` and its like) as it was typed: AWS writes all special characters
/// percent-encoded, so that a value has no blanks (AWS: flow log records, version 11). What is not an encoding of UTF-8
/// stays as it is.
pub fn tag_value(encoded: &str) -> Cow<'_, str> {
    percent_decode_str(encoded).decode_utf8().unwrap_or(Cow::Borrowed(encoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_in_order_below_client_ports_and_none_stands_twice() {
        assert!(SERVICES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (port, name) in SERVICES {
            assert!(port < 32_768, "{name}");
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
        assert_eq!([147, 148, 61, 255].map(protocol_name), [Some("bit-emu"), None, None, None]);
        let named =
            [0, 2, 4, 17, 47, 50, 89, 103, 112, 132, 136, 139, 143].map(|n| protocol_name(n).unwrap_or("?"));
        let expected = [
            "hopopt", "igmp", "ipv4", "udp", "gre", "esp", "ospf", "pim", "vrrp", "sctp", "udplite", "hip",
            "ethernet",
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn no_protocol_name_stands_twice_and_all_are_words_of_a_filter() {
        let names: Vec<&str> = protocol_names().collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!names[..at].contains(name), "{name} twice");
            let filter = format!("protocol = {name}");
            assert!(crate::Filter::parse(&filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn every_combination_of_flags_that_aws_records_is_named() {
        let named = [0, 1, 2, 3, 4, 5, 6, 7, 18, 19, 22, 23].map(tcp_flags);
        let expected = [
            "",
            "FIN",
            "SYN",
            "SYN FIN",
            "RST",
            "FIN RST",
            "SYN RST",
            "SYN FIN RST",
            "SYN ACK",
            "SYN ACK FIN",
            "SYN ACK RST",
            "SYN ACK FIN RST",
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn every_traffic_path_and_encryption_status_has_its_text() {
        assert_eq!((0..=9).filter_map(traffic_path).count(), 8);
        assert_eq!((0..=9).filter_map(encryption_status).count(), 4);
    }

    #[test]
    fn tags_are_shown_as_they_were_typed() {
        assert_eq!(tag_value("my%2Dapp"), "my-app");
        assert_eq!(tag_value("caf%C3%A9%20%f0%9f%98%80"), "café 😀");
        for odd in ["web", "100%", "%zz", "%2", "%ff", "%+1"] {
            assert_eq!(tag_value(odd), odd);
        }
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

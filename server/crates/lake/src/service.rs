//! Which of a record's two ports is the service, and which end is the client, by the evidence in the record alone.
//!
//! The ladder, strongest first: SYN without ACK (the source opened the connection), SYN with ACK (the source
//! answered), a port registered for a service against one that is not, a port below the ephemeral ranges against one
//! inside them, and for rejected records the destination (a refused packet is nearly always the opening one). What
//! none of these tells stays unknown.

use contract::names;

/// TCP SYN bit as AWS writes it in `tcp-flags`.
const SYN: i32 = 2;
/// TCP ACK bit; AWS sets it only together with SYN.
const ACK: i32 = 16;
/// TCP and UDP (and UDP-Lite, SCTP) have ports; other protocols are logged with ports 0.
const PORTED: [i32; 4] = [6, 17, 132, 136];
/// First port of the ranges that clients use: Linux starts at 32768, Windows at 49152.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>
const EPHEMERAL: i32 = 32_768;

/// What a record says of its conversation's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The destination serves on this port.
    AtDestination(u16),
    /// The source serves on this port.
    AtSource(u16),
    /// The record does not tell.
    Unknown,
}

/// The values of one record that the ladder looks at; `None` where the record has `-`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence {
    /// `srcport`.
    pub srcport: Option<i32>,
    /// `dstport`.
    pub dstport: Option<i32>,
    /// `protocol`, IANA number.
    pub protocol: Option<i32>,
    /// `tcp-flags`, or 0.
    pub tcp_flags: i32,
    /// Whether `action` is REJECT.
    pub rejected: bool,
}

impl Evidence {
    /// The service by the strongest evidence there is.
    pub fn service(self) -> Service {
        let (Some(src), Some(dst)) = (self.srcport, self.dstport) else { return Service::Unknown };
        if self.protocol.is_some_and(|p| !PORTED.contains(&p)) || (src == 0 && dst == 0) {
            return Service::Unknown;
        }
        let (Ok(source), Ok(destination)) = (u16::try_from(src), u16::try_from(dst)) else {
            return Service::Unknown;
        };
        if self.tcp_flags & SYN != 0 {
            let answered = self.tcp_flags & ACK != 0;
            return if answered { Service::AtSource(source) } else { Service::AtDestination(destination) };
        }
        match rank(source).cmp(&rank(destination)) {
            std::cmp::Ordering::Less => Service::AtSource(source),
            std::cmp::Ordering::Greater => Service::AtDestination(destination),
            std::cmp::Ordering::Equal if self.rejected || source == destination => {
                Service::AtDestination(destination)
            }
            std::cmp::Ordering::Equal => Service::Unknown,
        }
    }
}

/// How unlikely a port is to be a service: 0 registered, 1 below the ephemeral ranges, 2 inside them.
fn rank(port: u16) -> u8 {
    if names::service_name(port).is_some() {
        0
    } else if i32::from(port) < EPHEMERAL {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(src: i32, dst: i32, tcp_flags: i32, rejected: bool) -> Service {
        Evidence { srcport: Some(src), dstport: Some(dst), protocol: Some(6), tcp_flags, rejected }.service()
    }

    #[test]
    fn a_syn_beats_the_port_numbers() {
        assert_eq!(seen(443, 50_000, 2, false), Service::AtDestination(50_000));
        assert_eq!(seen(50_000, 443, 18, false), Service::AtSource(50_000));
        assert_eq!(seen(50_000, 443, 19, false), Service::AtSource(50_000));
    }

    #[test]
    fn a_registered_port_beats_an_ephemeral_one() {
        assert_eq!(seen(40_000, 5_432, 0, false), Service::AtDestination(5_432));
        assert_eq!(seen(5_432, 40_000, 0, true), Service::AtSource(5_432));
    }

    #[test]
    fn two_ephemeral_ports_stay_unknown_unless_rejected() {
        assert_eq!(seen(40_000, 50_000, 0, false), Service::Unknown);
        assert_eq!(seen(40_000, 50_000, 0, true), Service::AtDestination(50_000));
    }

    #[test]
    fn icmp_has_no_service() {
        let ping = Evidence { srcport: Some(0), dstport: Some(0), protocol: Some(1), ..Evidence::default() };
        assert_eq!(ping.service(), Service::Unknown);
    }

    #[test]
    fn ntp_between_equal_ports_serves_at_the_destination() {
        let ntp =
            Evidence { srcport: Some(123), dstport: Some(123), protocol: Some(17), ..Evidence::default() };
        assert_eq!(ntp.service(), Service::AtDestination(123));
    }
}

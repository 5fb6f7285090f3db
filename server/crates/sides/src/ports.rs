//! How likely a port number belongs to a server, by the number alone.

use contract::names;
use std::sync::LazyLock;

/// First port that programs may take without privileges; every client range starts here or above.
const UNPRIVILEGED: u16 = 1_024;
/// From here on few programs are configured to listen unless everything below is taken.
const HIGH: u16 = 10_000;
/// First port of the ranges that clients of today draw from: Linux from 32768, Windows from 49152. Load balancers and
/// NAT gateways draw from 1024 on.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>
const EPHEMERAL: u16 = 32_768;
/// Ports inside the client ranges at which well-known programs listen all the same: MySQL X, gRPC, ActiveMQ.
const SERVICES_AMONG_CLIENTS: [u16; 3] = [33_060, 50_051, 61_616];
/// TCP, UDP, DCCP, SCTP, UDP-Lite (IANA numbers): AWS logs the others with ports 0.
const WITH_PORTS: [i32; 5] = [6, 17, 33, 132, 136];

/// How unlikely a port is to be a server's; smaller is likelier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Rank {
    /// Known for a service.
    Known,
    /// Privileged, though not known.
    Privileged,
    /// Where people put services of their own.
    Low,
    /// Below the clients' ranges.
    Middle,
    /// Inside the clients' ranges.
    Ephemeral,
}

impl Rank {
    /// Known or privileged: a client draws such a port by accident only.
    pub(crate) fn is_service(self) -> bool {
        self <= Rank::Privileged
    }
}

/// One bit per port that is known for a service.
static KNOWN: LazyLock<Box<[u64; 1024]>> = LazyLock::new(|| {
    let mut bits = Box::new([0_u64; 1024]);
    for port in 0..=u16::MAX {
        if names::service_name(port).is_some() || SERVICES_AMONG_CLIENTS.contains(&port) {
            bits[usize::from(port >> 6)] |= 1 << (port & 63);
        }
    }
    bits
});

/// The rank of a port.
pub(crate) fn rank(port: u16) -> Rank {
    if KNOWN[usize::from(port >> 6)] >> (port & 63) & 1 == 1 {
        return Rank::Known;
    }
    match port {
        0..UNPRIVILEGED => Rank::Privileged,
        UNPRIVILEGED..HIGH => Rank::Low,
        HIGH..EPHEMERAL => Rank::Middle,
        EPHEMERAL.. => Rank::Ephemeral,
    }
}

/// Whether no client takes this port by default.
pub(crate) fn is_privileged(port: u16) -> bool {
    port < UNPRIVILEGED
}

/// Whether a protocol (IANA number) has ports.
pub(crate) fn has_ports(protocol: i32) -> bool {
    WITH_PORTS.contains(&protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_rank_by_how_seldom_clients_draw_them() {
        let ports = [27_017, 443, 1_000, 8_000, 30_080, 33_000, 65_535];
        let ranks = ports.map(rank);
        assert_eq!(ranks[0], Rank::Known);
        assert!(ranks.is_sorted(), "{ranks:?}");
        assert_eq!(rank(50_051), Rank::Known);
    }
}

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

/// A port with its rank before it, as one number: the smaller of two is likelier a server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked(u32);

/// The rank of every port, 64 KB: a record's two ports are of different ranks, in an order no processor can foresee, so
/// that looking up costs less than comparing.
static RANKS: LazyLock<Vec<Rank>> = LazyLock::new(|| {
    let rank = |port| match port {
        _ if names::service_name(port).is_some() || SERVICES_AMONG_CLIENTS.contains(&port) => Rank::Known,
        0..UNPRIVILEGED => Rank::Privileged,
        UNPRIVILEGED..HIGH => Rank::Low,
        HIGH..EPHEMERAL => Rank::Middle,
        EPHEMERAL.. => Rank::Ephemeral,
    };
    (0..=u16::MAX).map(rank).collect()
});

impl Ranked {
    /// A port and its rank.
    pub(crate) fn new(port: u16) -> Self {
        let rank = RANKS.get(usize::from(port)).copied().unwrap_or(Rank::Ephemeral);
        Ranked((rank as u32) << 16 | u32::from(port))
    }

    /// Whether another's rank is worse: no matter which port of its rank it is.
    pub(crate) fn outranks(self, other: Self) -> bool {
        self.0 >> 16 < other.0 >> 16
    }

    /// Known or privileged: a client draws such a port by accident only.
    pub(crate) fn is_service(self) -> bool {
        self.0 >> 16 <= Rank::Privileged as u32
    }

    /// Whether no client takes this port by default.
    pub(crate) fn is_privileged(self) -> bool {
        (self.0 as u16) < UNPRIVILEGED
    }
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
        let ports = [27_017, 443, 1_000, 8_000, 30_080, 65_535];
        let ranked = ports.map(Ranked::new);
        assert!(!ranked[1].outranks(ranked[0]) && !ranked[0].outranks(ranked[1]), "both are known");
        for pair in ranked[1..].windows(2) {
            assert!(pair[0] < pair[1] && (pair[0].outranks(pair[1])), "{pair:?}");
        }
        assert!(Ranked::new(50_051).is_service() && !Ranked::new(50_052).is_service());
    }
}

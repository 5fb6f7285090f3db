//! What is known of one end, that is of one address with protocol and port, as a few bits that can only be added:
//! whatever the order and however often something is told, the result is the same.

/// Fewest ports that must have refused an end before it counts as a prober: two might be two faults.
const DOORS_TRIED: u32 = 3;

/// One end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Peers that sent to it and were let through, each as one of 64 bits.
    pub(crate) heard: u64,
    /// Peers that it sent to, let through, likewise.
    pub(crate) told: u64,
    /// Known services that refused it, each as one of 32 bits.
    pub(crate) refused: u32,
    /// Answered a SYN.
    pub(crate) proven: bool,
    /// Sent a SYN, although its port is a service's.
    pub(crate) opens: bool,
}

impl Standing {
    /// Peers it speaks with. What only receives, as a collector of log lines does, speaks with all it hears; else a
    /// peer counts that both sent and received, so that strangers knocking at a client's port make no server of it.
    /// Exact for few, up to 64 for many.
    pub(crate) fn fan_in(&self) -> u32 {
        let answered = if self.told == 0 { u64::MAX } else { self.told };
        (self.heard & answered).count_ones()
    }

    /// Whether it is a client in spite of a server's port: it opens and never answers, or it tried many doors in vain.
    /// An answer that says "nobody listens here" makes a peer too, so peers must be a good many more than refusals.
    pub(crate) fn is_prober(&self) -> bool {
        if self.proven || (self.refused == 0 && !self.opens) {
            return false;
        }
        let refused = self.refused.count_ones();
        self.opens || refused >= DOORS_TRIED && self.fan_in() < 2 * refused
    }

    /// Adds what somebody else knows.
    pub(crate) fn add(&mut self, other: &Standing) {
        self.heard |= other.heard;
        self.told |= other.told;
        self.refused |= other.refused;
        self.proven |= other.proven;
        self.opens |= other.opens;
    }

    /// How much would be lost without it; the least is forgotten first.
    pub(crate) fn weight(&self) -> u32 {
        let seen = (self.heard | self.told).count_ones() + self.refused.count_ones();
        seen + if self.proven { 4 } else { 0 }
    }
}

/// The bit of a peer among 64, from the upper half of its key: the half that [`crate::servers`] keeps of a first peer.
pub(crate) fn peer_bit(peer: u64) -> u64 {
    1 << (peer >> 40 & 63)
}

/// The bit of a peer among 32.
pub(crate) fn door_bit(peer: u64) -> u32 {
    1 << (peer >> 40 & 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_knocking_at_a_client_make_no_server_of_it() {
        let client = Standing { heard: 0b1111_0001, told: 1, ..Standing::default() };
        assert_eq!(client.fan_in(), 1);
        let collector = Standing { heard: 0b1111_0001, ..Standing::default() };
        assert_eq!(collector.fan_in(), 5);
    }

    #[test]
    fn a_prober_is_refused_more_often_than_spoken_with() {
        let scanner = Standing { refused: 0b111, heard: 0b1, told: 0b1, ..Standing::default() };
        assert!(scanner.is_prober());
        let server = Standing { heard: 0b11_1111, told: 0b11_1111, ..scanner };
        assert!(!server.is_prober());
    }

    #[test]
    fn who_opens_from_a_servers_port_is_a_client_unless_it_answers_there_too() {
        let opens = Standing { opens: true, heard: 0b11_1111, ..Standing::default() };
        assert!(opens.is_prober());
        assert!(!Standing { proven: true, ..opens }.is_prober());
    }
}

//! The columns of a chunk of records as the ladder reads them. Knows no file format and no engine.

/// An address as 16 bytes in network order, IPv4 as IPv4-mapped IPv6; [`NO_ADDRESS`] where the record has `-`.
pub type Address = [u8; 16];

/// What stands for a missing address. The unspecified IPv6 address is no end of any flow.
pub const NO_ADDRESS: Address = [0; 16];
/// What stands for a missing port, protocol or `tcp-flags`, a missing address, and a missing `interface-id` as in the
/// records of a regional NAT gateway.
pub const NO_NUMBER: i32 = -1;

/// First bytes of an IPv4 address in 16 bytes.
const IPV4: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/// A chunk of records, column by column. An empty column is one that the format lacks; a column that is shorter than
/// `rows` is missing in the rest; [`NO_NUMBER`] stands for what a record lacks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Records<'a> {
    /// Number of records.
    pub rows: usize,
    /// `interface-id` by its place in `interface_names`.
    pub interface: &'a [i32],
    /// The distinct interfaces of this chunk.
    pub interface_names: &'a [&'a str],
    /// The distinct addresses of this chunk.
    pub addresses: &'a [Address],
    /// `srcaddr` by its place in `addresses`.
    pub src: &'a [i32],
    /// `dstaddr`, likewise.
    pub dst: &'a [i32],
    /// `pkt-srcaddr`, likewise.
    pub pkt_src: &'a [i32],
    /// `pkt-dstaddr`, likewise.
    pub pkt_dst: &'a [i32],
    /// `srcport`.
    pub srcport: &'a [i32],
    /// `dstport`.
    pub dstport: &'a [i32],
    /// `protocol`, IANA number.
    pub protocol: &'a [i32],
    /// `tcp-flags`.
    pub tcp_flags: &'a [i32],
    /// Whether `action` is REJECT.
    pub rejected: &'a [bool],
    /// `start`, Unix seconds.
    pub start: &'a [i64],
    /// `flow-direction`.
    pub direction: &'a [crate::Direction],
}

/// Whose addresses a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Those of the interfaces that the packets pass: `srcaddr` and `dstaddr`. Behind a NAT gateway, a transit
    /// gateway or a load balancer that is the middle's own address.
    Interface,
    /// Those in the packets: `pkt-srcaddr` and `pkt-dstaddr` where the record has them, else the interface's.
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-records-examples.html>
    Packet,
}

/// What the two port fields of a record say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ports {
    /// Source and destination port.
    Two(u16, u16),
    /// The protocol has none.
    None,
    /// Missing, or no port numbers.
    Missing,
}

impl Records<'_> {
    /// Source and destination of a record in a view, as places in `addresses`; [`NO_NUMBER`] where the record has
    /// neither kind.
    pub fn talkers(&self, row: usize, view: View) -> (i32, i32) {
        let pick = |packet: &[i32], interface: &[i32]| {
            let packet = if view == View::Packet { number(packet, row) } else { NO_NUMBER };
            if packet == NO_NUMBER { number(interface, row) } else { packet }
        };
        (pick(self.pkt_src, self.src), pick(self.pkt_dst, self.dst))
    }

    /// The address at a place; [`NO_ADDRESS`] at none.
    pub(crate) fn address(&self, place: i32) -> Address {
        usize::try_from(place).ok().and_then(|place| self.addresses.get(place)).copied().unwrap_or(NO_ADDRESS)
    }

    pub(crate) fn protocol(&self, row: usize) -> i32 {
        number(self.protocol, row)
    }

    pub(crate) fn tcp_flags(&self, row: usize) -> i32 {
        number(self.tcp_flags, row)
    }

    pub(crate) fn is_rejected(&self, row: usize) -> bool {
        self.rejected.get(row).copied().unwrap_or(false)
    }

    /// The record's `start`; later than all where it is missing.
    pub(crate) fn start(&self, row: usize) -> i64 {
        self.start.get(row).copied().unwrap_or(i64::MAX)
    }

    /// The place of the record's interface, if it has one.
    pub(crate) fn interface(&self, row: usize) -> Option<usize> {
        usize::try_from(number(self.interface, row)).ok()
    }

    pub(crate) fn ports(&self, row: usize) -> Ports {
        let (src, dst) = (number(self.srcport, row), number(self.dstport, row));
        let protocol = self.protocol(row);
        if protocol != NO_NUMBER && !crate::ports::has_ports(protocol) {
            return Ports::None;
        }
        match (u16::try_from(src), u16::try_from(dst)) {
            (Ok(0), Ok(0)) => Ports::None,
            (Ok(src), Ok(dst)) => Ports::Two(src, dst),
            _ => Ports::Missing,
        }
    }
}

fn number(column: &[i32], row: usize) -> i32 {
    column.get(row).copied().unwrap_or(NO_NUMBER)
}

/// Whether nobody can open a conversation from this address: a group's, or everybody's on the link.
pub(crate) fn is_multicast(address: &Address) -> bool {
    match address.strip_prefix(&IPV4) {
        Some(v4) => matches!(v4, [224..=239, ..] | [255, 255, 255, 255]),
        None => address[0] == 0xff,
    }
}

/// Whether an IPv4 address is of a range for private use, which VPCs are made of; `None` for IPv6.
/// RFC 1918, and RFC 6598 for the ranges that clusters add.
pub(crate) fn is_private_v4(address: &Address) -> Option<bool> {
    let v4 = address.strip_prefix(&IPV4)?;
    Some(matches!(v4, [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(a: u8, b: u8, c: u8, d: u8) -> Address {
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d]
    }

    #[test]
    fn through_a_nat_gateway_the_packet_view_names_the_real_ends() {
        let (client, nat, host) = (v4(10, 0, 1, 5), v4(10, 0, 0, 220), v4(203, 0, 113, 5));
        let records = Records {
            rows: 2,
            addresses: &[client, nat, host],
            src: &[0, 1],
            dst: &[1, 0],
            pkt_src: &[0, 2],
            pkt_dst: &[2, 0],
            ..Records::default()
        };
        let ends = |row, view| {
            let (src, dst) = records.talkers(row, view);
            (records.address(src), records.address(dst))
        };
        assert_eq!(ends(0, View::Interface), (client, nat));
        assert_eq!(ends(0, View::Packet), (client, host));
        assert_eq!(ends(1, View::Packet), (host, client));
    }

    #[test]
    fn a_record_without_packet_addresses_has_the_interfaces() {
        let records = Records {
            rows: 1,
            src: &[5],
            dst: &[3],
            pkt_src: &[NO_NUMBER],
            pkt_dst: &[NO_NUMBER],
            ..Records::default()
        };
        assert_eq!(records.talkers(0, View::Packet), (5, 3));
        assert_eq!(records.address(NO_NUMBER), NO_ADDRESS);
    }

    #[test]
    fn a_port_outside_the_port_numbers_is_missing_and_icmp_has_none() {
        let records = Records {
            rows: 4,
            srcport: &[70_000, 0, 0, 5],
            dstport: &[80, 0, 8, 6],
            protocol: &[6, 1, 17, 47],
            ..Records::default()
        };
        let ports: Vec<_> = (0..4).map(|row| records.ports(row)).collect();
        assert_eq!(ports, [Ports::Missing, Ports::None, Ports::Two(0, 8), Ports::None]);
        assert_eq!(records.ports(4), Ports::Missing);
    }

    #[test]
    fn private_and_multicast_ranges_are_known() {
        assert_eq!(is_private_v4(&v4(172, 31, 0, 1)), Some(true));
        assert_eq!(is_private_v4(&v4(172, 32, 0, 1)), Some(false));
        assert_eq!(is_private_v4(&[0x20; 16]), None);
        assert!(is_multicast(&v4(224, 0, 0, 18)) && !is_multicast(&v4(10, 0, 0, 255)));
        assert!(is_multicast(&[0xff; 16]));
    }
}

//! The way of a conversation through the VPC: which interfaces see its packets, under which addresses,
//! and whether security groups and network ACLs let them pass.
//! Knows nothing of how much is said.

use std::net::IpAddr;

use crate::groups::{Opening, permits};
use crate::links::ICMP;
use crate::roles::Kind;
use crate::seed::Dice;
use crate::world::World;

/// First ephemeral port of Windows Server 2008 and later; what the narrow search ACL lets out.
pub(crate) const WINDOWS_EPHEMERAL: u16 = 49_152;
const LINUX_EPHEMERAL: (u16, u16) = (32_768, 60_999);
/// Load balancers, NAT gateways and hosts we do not know take any unprivileged port.
const ANY_EPHEMERAL: (u16, u16) = (1_024, 65_535);

/// Codes of the `traffic-path` field (AWS, "Flow log record fields").
const PATH_NONE: u8 = 0;
const PATH_SAME_VPC: u8 = 1;
const PATH_GATEWAY_ENDPOINT: u8 = 7;
const PATH_INTERNET_GATEWAY: u8 = 8;

/// How a host outside is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// Through the internet gateway, from private subnets by way of a NAT gateway.
    Internet,
    /// Through the gateway endpoint, addresses unchanged.
    GatewayEndpoint,
}

/// A host outside the VPC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Host {
    /// Its address.
    pub(crate) addr: IpAddr,
    /// AWS's name for its range; empty for none.
    pub(crate) service: &'static str,
    /// How it is reached.
    pub(crate) route: Route,
}

/// One end of a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) enum End {
    /// An interface of ours, by place, and whether its IPv6 address is used.
    Inside {
        /// Place of the interface.
        interface: usize,
        /// Whether its IPv6 address is used.
        ipv6: bool,
    },
    /// Anybody else.
    Outside(Host),
}

/// What one interface logs of one direction of a conversation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hop {
    /// Place of the interface.
    pub(crate) interface: usize,
    /// Towards the interface, else from it.
    pub(crate) ingress: bool,
    /// `srcaddr`
    pub(crate) src: IpAddr,
    /// `dstaddr`
    pub(crate) dst: IpAddr,
    /// `pkt-srcaddr`
    pub(crate) pkt_src: IpAddr,
    /// `pkt-dstaddr`
    pub(crate) pkt_dst: IpAddr,
    /// `srcport`
    pub(crate) src_port: u16,
    /// `dstport`
    pub(crate) dst_port: u16,
    /// `traffic-path`, 0 for none.
    pub(crate) traffic_path: u8,
    /// `pkt-src-aws-service`, empty for none.
    pub(crate) src_service: &'static str,
    /// `pkt-dst-aws-service`, empty for none.
    pub(crate) dst_service: &'static str,
}

/// Both directions of a conversation, hop by hop.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    /// From client to server.
    pub(crate) there: Vec<Hop>,
    /// From server to client.
    pub(crate) back: Vec<Hop>,
    protocol: u8,
    same_subnet: bool,
}

/// What stopped a packet. The names are those of the advice face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// No inbound rule of the receiver's groups.
    SgIngress,
    /// No outbound rule of the sender's groups.
    SgEgress,
    /// The network ACL of the subnet the packet enters.
    NaclIngress,
    /// The network ACL of the subnet the packet leaves.
    NaclEgress,
}

impl Layer {
    /// Its name in the advice.
    pub fn name(self) -> &'static str {
        match self {
            Self::SgIngress => "sg-ingress",
            Self::SgEgress => "sg-egress",
            Self::NaclIngress => "nacl-ingress",
            Self::NaclEgress => "nacl-egress",
        }
    }
}

/// How far a conversation gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Passage {
    /// Both ways.
    Open,
    /// The opening packet stops at this hop of `there`.
    StoppedThere(usize, Layer),
    /// The answer stops at this hop of `back`.
    StoppedBack(usize, Layer),
}

impl Path {
    /// The path from a client to a server's port. Ephemeral ports are drawn as the client's kind draws them;
    /// ICMP has none. `None` where no route exists (no address of that family, no NAT gateway in the zone).
    pub(crate) fn build(
        world: &World,
        dice: &mut Dice,
        ends: (End, End),
        protocol: u8,
        service_port: u16,
    ) -> Option<Self> {
        let (low, high) = ephemeral(world, &ends.0);
        let ports = if protocol == ICMP { (0, 0) } else { (dice.port(low, high), service_port) };
        let path = |there, back, same_subnet| Some(Self { there, back, protocol, same_subnet });
        match ends {
            (End::Inside { interface: client, ipv6 }, End::Inside { interface: server, .. }) => {
                let (from, to) = (address(world, client, ipv6)?, address(world, server, ipv6)?);
                let (there, back) = (direct(from, to, ports), direct(to, from, (ports.1, ports.0)));
                let same_subnet = world.interfaces[client].subnet == world.interfaces[server].subnet;
                path(
                    vec![there.leaving(client, PATH_SAME_VPC), there.entering(server)],
                    vec![back.leaving(server, PATH_SAME_VPC), back.entering(client)],
                    same_subnet,
                )
            }
            (End::Outside(host), End::Inside { interface, ipv6 }) => {
                let to = address(world, interface, ipv6)?;
                let there = direct(host.addr, to, ports).with_src_service(host.service);
                let back = direct(to, host.addr, (ports.1, ports.0)).with_dst_service(host.service);
                path(
                    vec![there.entering(interface)],
                    vec![back.leaving(interface, PATH_INTERNET_GATEWAY)],
                    false,
                )
            }
            (End::Inside { interface, ipv6 }, End::Outside(host)) => {
                let from = address(world, interface, ipv6)?;
                let there = direct(from, host.addr, ports).with_dst_service(host.service);
                let back = direct(host.addr, from, (ports.1, ports.0)).with_src_service(host.service);
                let public = ipv6 || world.interfaces[interface].public.is_some();
                let code = match host.route {
                    Route::GatewayEndpoint => PATH_GATEWAY_ENDPOINT,
                    Route::Internet if public => PATH_INTERNET_GATEWAY,
                    Route::Internet => return through_nat(world, dice, interface, (there, back), protocol),
                };
                path(vec![there.leaving(interface, code)], vec![back.entering(interface)], false)
            }
            (End::Outside(_), End::Outside(_)) => None,
        }
    }

    /// Whether every hop lets the conversation pass at a moment. Rules that permitted a hop are counted in `used`.
    pub(crate) fn passage(&self, world: &World, at: i64, used: &mut [u64]) -> Passage {
        for (place, hop) in self.there.iter().enumerate() {
            if let Some(layer) = self.opening_stopped(world, hop, at, used) {
                return Passage::StoppedThere(place, layer);
            }
        }
        for (place, hop) in self.back.iter().enumerate() {
            if let Some(layer) = self.stopped_by_acl(world, hop) {
                return Passage::StoppedBack(place, layer);
            }
        }
        Passage::Open
    }

    /// A packet leaving meets the group first, one entering the ACL first.
    fn opening_stopped(&self, world: &World, hop: &Hop, at: i64, used: &mut [u64]) -> Option<Layer> {
        let peer = if hop.ingress { hop.src } else { hop.dst };
        let egress = !hop.ingress;
        let opening = Opening {
            interface: hop.interface,
            egress,
            peer,
            protocol: self.protocol,
            port: hop.dst_port,
            at,
        };
        if egress {
            if !permits(world, &opening, used) {
                return Some(Layer::SgEgress);
            }
            return self.stopped_by_acl(world, hop);
        }
        self.stopped_by_acl(world, hop)
            .or_else(|| (!permits(world, &opening, used)).then_some(Layer::SgIngress))
    }

    /// Network ACLs judge what crosses a subnet's border, nothing within it.
    fn stopped_by_acl(&self, world: &World, hop: &Hop) -> Option<Layer> {
        if self.same_subnet {
            return None;
        }
        let subnet = &world.subnets[world.interfaces[hop.interface].subnet];
        let peer = if hop.ingress { hop.src } else { hop.dst };
        let allowed = world.acls[subnet.acl as usize].allows(!hop.ingress, peer, self.protocol, hop.dst_port);
        (!allowed).then_some(if hop.ingress { Layer::NaclIngress } else { Layer::NaclEgress })
    }
}

impl Hop {
    fn leaving(self, interface: usize, traffic_path: u8) -> Self {
        Self { interface, ingress: false, traffic_path, ..self }
    }

    fn entering(self, interface: usize) -> Self {
        Self { interface, ingress: true, traffic_path: PATH_NONE, ..self }
    }

    fn with_src_service(self, src_service: &'static str) -> Self {
        Self { src_service, ..self }
    }

    fn with_dst_service(self, dst_service: &'static str) -> Self {
        Self { dst_service, ..self }
    }
}

/// A packet from one address to another, not yet seen by any interface.
fn direct(src: IpAddr, dst: IpAddr, (src_port, dst_port): (u16, u16)) -> Hop {
    Hop {
        interface: 0,
        ingress: false,
        src,
        dst,
        pkt_src: src,
        pkt_dst: dst,
        src_port,
        dst_port,
        traffic_path: PATH_NONE,
        src_service: "",
        dst_service: "",
    }
}

fn address(world: &World, interface: usize, ipv6: bool) -> Option<IpAddr> {
    let interface = &world.interfaces[interface];
    if ipv6 { interface.ipv6.map(IpAddr::V6) } else { Some(IpAddr::V4(interface.private)) }
}

fn ephemeral(world: &World, client: &End) -> (u16, u16) {
    match client {
        End::Inside { interface, .. } if world.interfaces[*interface].spec.kind != Kind::LoadBalancer => {
            LINUX_EPHEMERAL
        }
        _ => ANY_EPHEMERAL,
    }
}

/// Six records per interval: two at the instance, four at the gateway, whose own address stands in `dstaddr`
/// (client to gateway) and `srcaddr` (gateway to client) while `pkt-*` keep the real ends
/// (AWS, "Flow log record examples", traffic through a NAT gateway).
fn through_nat(
    world: &World,
    dice: &mut Dice,
    client: usize,
    (there, back): (Hop, Hop),
    protocol: u8,
) -> Option<Path> {
    let nat = world.nat_for(client)?;
    let nat_addr = IpAddr::V4(world.interfaces[nat].private);
    let nat_port = dice.port(ANY_EPHEMERAL.0, ANY_EPHEMERAL.1);
    let outside = Hop { src: nat_addr, pkt_src: nat_addr, src_port: nat_port, ..there };
    let inside = Hop { dst: nat_addr, pkt_dst: nat_addr, dst_port: nat_port, ..back };
    let there = vec![
        there.leaving(client, PATH_SAME_VPC),
        Hop { dst: nat_addr, ..there }.entering(nat),
        outside.leaving(nat, PATH_INTERNET_GATEWAY),
    ];
    let back = vec![
        inside.entering(nat),
        Hop { src: nat_addr, ..back }.leaving(nat, PATH_SAME_VPC),
        back.entering(client),
    ];
    Some(Path { there, back, protocol, same_subnet: false })
}

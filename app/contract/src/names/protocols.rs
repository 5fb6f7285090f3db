//! Names of IP protocols by their number.

/// IANA's "Assigned Internet Protocol Numbers" from 0 on, in lower case and ten to a line; `-` where the protocol has
/// no name. One text rather than a table: it travels to every browser. `tp-plus-plus` is TP++, whose plus signs a
/// filter cannot have.
const NAMES: &str = "\
    hopopt icmp igmp ggp ipv4 st tcp cbt egp igp \
    bbn-rcc-mon nvp-ii pup argus emcon xnet chaos udp mux dcn-meas \
    hmp prm xns-idp trunk-1 trunk-2 leaf-1 leaf-2 rdp irtp iso-tp4 \
    netblt mfe-nsp merit-inp dccp 3pc idpr xtp ddp idpr-cmtp tp-plus-plus \
    il ipv6 sdrp ipv6-route ipv6-frag idrp rsvp gre dsr bna \
    esp ah i-nlsp swipe narp min-ipv4 tlsp skip icmpv6 ipv6-nonxt \
    ipv6-opts - cftp - sat-expak kryptolan rvd ippc - sat-mon \
    visa ipcv cpnx cphb wsn pvp br-sat-mon sun-nd wb-mon wb-expak \
    iso-ip vmtp secure-vmtp vines iptm nsfnet-igp dgp tcf eigrp ospf \
    sprite-rpc larp mtp ax.25 ipip micp scc-sp etherip encap - \
    gmtp ifmp pnni pim aris scps qnx a/n ipcomp snp \
    compaq-peer ipx-in-ip vrrp pgm - l2tp ddx iatp stp srp \
    uti smp sm ptp isis fire crtp crudp sscopmce iplt \
    sps pipe sctp fc rsvp-e2e-ignore mobility udplite mpls-in-ip manet hip \
    shim6 wesp rohc ethernet aggfrag nsh homa bit-emu";

/// Other names of protocols that people use.
const ALIASES: [(u8, &str); 1] = [(58, "ipv6-icmp")];

/// How a protocol without a name stands in [`NAMES`].
const NAMELESS: &str = "-";

/// The name of a number, if IANA assigned one.
pub(super) fn name(number: u8) -> Option<&'static str> {
    NAMES.split(' ').nth(usize::from(number)).filter(|name| *name != NAMELESS)
}

/// Every name with its number, other names last.
pub(super) fn all() -> impl Iterator<Item = (u8, &'static str)> {
    (0..).zip(NAMES.split(' ')).filter(|(_, name)| *name != NAMELESS).chain(ALIASES)
}

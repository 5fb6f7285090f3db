//! Why was it refused? A verdict on every refused conversation, with what proves it; from the inventory where there is
//! one, from the logs alone where not, and with an abstention that names what is missing where neither can tell.
//!
//! | module | idea |
//! |---|---|
//! | `refused` | the refused conversations and everything else that was logged of them |
//! | `scouts` | clients that try doors |
//! | `layer` | which layer stopped the packets |
//! | `nearby` | what the logs alone say of network ACLs |
//! | `timing` | accepted until when, retried how regularly |
//! | `cards` | conversations that are one story to a reader |
//! | `entry` | the network ACL's entry that would let it pass |
//! | `oneway` | asked and never answered, though every rule permits |

mod cards;
mod entry;
mod layer;
mod nearby;
mod oneway;
mod refused;
mod scouts;
mod timing;

pub use cards::{Card, cards};
pub use entry::MissingEntry;
pub use oneway::{Unanswered, unanswered};
pub use refused::{Refused, Seen};
pub use scouts::{Doors, Scouts, is_guessed};
pub use timing::Retry;

use crate::evaluate::{Firewall, GroupAnswer, NearMiss, Opening};
use crate::traffic::{Direction, Leg, Traffic};
use serde::Serialize;

/// What stopped a conversation. The names are those of the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No inbound rule of the interface's groups.
    SgIngress,
    /// No outbound rule of the interface's groups.
    SgEgress,
    /// The network ACL, on the way into the subnet.
    NaclIngress,
    /// The network ACL, on the way out of the subnet.
    NaclEgress,
    /// VPC Block Public Access.
    Bpa,
    /// VPC Encryption Controls.
    EncryptionControl,
    /// Packets of a connection that is closed already.
    LatePacket,
    /// Somebody trying doors; that no rule lets them in is as it should be.
    Scanner,
    /// Neither logs nor inventory tell.
    Unknown,
}

impl Verdict {
    /// Its name in the advice.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::SgIngress => "sg-ingress",
            Verdict::SgEgress => "sg-egress",
            Verdict::NaclIngress => "nacl-ingress",
            Verdict::NaclEgress => "nacl-egress",
            Verdict::Bpa => "bpa",
            Verdict::EncryptionControl => "encryption-control",
            Verdict::LatePacket => "late-packet",
            Verdict::Scanner => "scanner",
            Verdict::Unknown => "unknown",
        }
    }

    /// The security groups' layer of a direction.
    pub fn group(direction: Direction) -> Self {
        if direction == Direction::Ingress { Verdict::SgIngress } else { Verdict::SgEgress }
    }

    /// The network ACL's layer of a direction.
    pub fn acl(direction: Direction) -> Self {
        if direction == Direction::Ingress { Verdict::NaclIngress } else { Verdict::NaclEgress }
    }
}

/// How sure a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// Nothing tells.
    None,
    /// The usual cause of what is seen.
    Likely,
    /// By the rules themselves, or by what AWS says of itself.
    Certain,
}

/// The verdict on one refused conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What stopped it.
    pub verdict: Verdict,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why, in plain words, one reason each.
    pub proof: Vec<String>,
    /// What would have told: a field of the log format, a file of the inventory.
    pub missing: Option<&'static str>,
    /// What the interface's groups say of the opening, where they were asked.
    pub groups: Option<GroupAnswer>,
    /// The rule that almost permitted it.
    pub nearest: Option<NearMiss>,
}

/// A refused conversation and its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// What was refused, and what else was logged of it.
    pub refused: Refused,
    /// Why.
    pub finding: Finding,
}

impl Judged {
    /// The opening that was refused, or that the refused answer belongs to.
    pub fn opening(&self) -> Opening {
        Opening::of(&self.refused.flow)
    }
}

/// Judges every refused conversation. `firewall` is the compiled inventory, if there is one.
pub fn judge(traffic: &Traffic<'_>, firewall: Option<&Firewall>) -> (Vec<Judged>, Scouts) {
    let refused = refused::gather(traffic);
    let scouts = Scouts::find(traffic, &refused, firewall);
    let nearby = nearby::Nearby::of(traffic, &refused, &scouts);
    let judged = refused
        .into_iter()
        .map(|refused| {
            let interface = traffic.interface(&refused.flow);
            let mut finding = layer::find(&refused, interface, (&scouts, &nearby), firewall);
            let is_group = matches!(finding.verdict, Verdict::SgIngress | Verdict::SgEgress);
            if let (Some(firewall), true) = (firewall, is_group && refused.flow.leg == Leg::Opening) {
                let at = layer::asked_at(&refused, interface, firewall);
                let opening = Opening::of(&refused.flow);
                finding.nearest = firewall.nearest_miss(at, interface, &opening);
                finding.proof.extend(removed(firewall, at, interface, &opening));
            }
            Judged { refused, finding }
        })
        .collect();
    (judged, scouts)
}

/// That a rule permitted it in an earlier snapshot, and when it went.
fn removed(firewall: &Firewall, at: i64, interface: &str, opening: &Opening) -> Option<String> {
    let (rule, last, next) = firewall.permitted_until(at, interface, opening)?;
    let [last, next] = [last, next].map(|time| jiff::Timestamp::from_second(time).unwrap_or_default());
    Some(format!("{} permitted it until it went, between {last} and {next}", firewall.rules()[rule].name()))
}

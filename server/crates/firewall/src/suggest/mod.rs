//! What the rules should be: openings for what is meant to work and does not, narrower rules for what is wider than its
//! use, none for what nobody uses. Suggestions are text to review; each can be replayed before anybody applies it.
//!
//! | module | idea |
//! |---|---|
//! | `wishes` | refused openings gathered into what somebody would have to permit |
//! | `open` | wishes to rules, and what is withheld |
//! | `holders` | who had an address when it spoke |
//! | `parties` | addresses as groups, lists and blocks |
//! | `widen` | a new rule as more of one that is there |
//! | `tighten` | used less than permitted |
//! | `aggregate` | many blocks as few |
//! | `quotas` | what fits into a group |
//! | `confidence` | how sure, and by what |

pub mod aggregate;
mod confidence;
mod holders;
mod needless;
mod open;
mod parties;
mod places;
pub mod quotas;
mod tighten;
mod widen;
mod wishes;

pub use confidence::{Confidence, Part};

use crate::edit::Edit;
use crate::evaluate::Firewall;
use crate::inventory::{Inventory, Rule};
use crate::traffic::{Direction, Traffic};
use crate::usage::{RuleUse, Uses, covers};
use crate::verdict::{Judged, Scouts};
use serde::Serialize;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Permit what is refused.
    Open,
    /// Permit less.
    Narrow,
    /// Permit nothing of it.
    Remove,
}

impl Action {
    /// Its name in the advice.
    pub fn name(self) -> &'static str {
        match self {
            Action::Open => "open",
            Action::Narrow => "narrow",
            Action::Remove => "remove",
        }
    }
}

/// One change of one group, to be applied as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Stable for equal suggestions: made of what it says.
    pub id: String,
    /// What to do.
    pub action: Action,
    /// `sg-…`
    pub group: String,
    /// Direction of its rules.
    pub direction: Direction,
    /// Rules to add.
    pub add: Vec<Rule>,
    /// Rules to remove, as places in [`Firewall::rules`].
    pub replaces: Vec<usize>,
    /// Records behind it: refused ones for openings, permitted ones otherwise.
    pub flows: u64,
    /// Distinct clients behind it.
    pub clients: usize,
    /// How sure.
    pub confidence: Confidence,
    /// Why, in one sentence.
    pub why: String,
}

impl Suggestion {
    /// The change as a value to replay or to render.
    pub fn edit(&self, firewall: &Firewall) -> Edit {
        let remove = self.replaces.iter().filter_map(|place| firewall.rules().get(*place));
        Edit {
            group: self.group.clone(),
            add: self.add.clone(),
            remove: remove.map(|known| known.rule.clone()).collect(),
        }
    }
}

impl Suggestion {
    /// Whether a later inventory shows it applied: everything it adds is permitted by the group, and what it replaces is
    /// gone.
    pub fn is_applied(&self, firewall: &Firewall, later: &Inventory) -> bool {
        let Some(group) = later.groups.get(&self.group) else { return false };
        let edit = self.edit(firewall);
        let is_there = |rule: &Rule| group.rules.iter().any(|there| covers(there, rule, later));
        let is_gone = |rule: &Rule| !group.rules.iter().any(|there| there.permits_the_same(rule));
        edit.add.iter().all(is_there) && edit.remove.iter().all(is_gone)
    }
}

/// Refused openings that got no suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// Why.
    pub reason: &'static str,
    /// Refused records.
    pub flows: u64,
    /// Distinct clients.
    pub sources: usize,
}

/// What the reader can choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// 0 for few rules, 1 for tight ones.
    pub tightness: f64,
    /// Suggestions less sure than this are left out.
    pub least_confidence: f64,
}

impl Default for Options {
    fn default() -> Self {
        Options { tightness: 0.5, least_confidence: 0.8 }
    }
}

/// All suggestions and what was withheld.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advice {
    /// Openings first, most confident first.
    pub suggestions: Vec<Suggestion>,
    /// What got none, by reason.
    pub withheld: Vec<Withheld>,
}

/// Makes suggestions from verdicts, uses and the inventory's newest state. Every suggestion fits the quotas, alone and
/// together with all others.
pub fn suggest(
    traffic: &Traffic<'_>,
    firewall: &Firewall,
    (judged, scouts): (&[Judged], &Scouts),
    (uses, report): (&Uses<'_>, &[RuleUse]),
    options: &Options,
) -> Advice {
    let Some(inventory) = firewall.history().latest() else { return Advice::default() };
    let (mut suggestions, withheld) = open::openings(traffic, firewall, (judged, scouts), report);
    suggestions.extend(tighten::tighter(traffic, firewall, (judged, scouts), (uses, report), options));
    suggestions.retain(|one| one.confidence.value >= options.least_confidence);
    widen::widen(&mut suggestions, firewall, report);
    suggestions.sort_by(|a, b| {
        a.action.cmp(&b.action).then(b.confidence.value.total_cmp(&a.confidence.value)).then(a.id.cmp(&b.id))
    });
    // Removals make room, so they are counted first; openings that matter most come next.
    let mut after = inventory.clone();
    let (removals, others): (Vec<_>, Vec<_>) =
        suggestions.into_iter().partition(|one| one.action == Action::Remove);
    for removal in &removals {
        after = after.edited(&[removal.edit(firewall)]);
    }
    let mut fitting = Vec::new();
    for one in others {
        let next = after.edited(&[one.edit(firewall)]);
        if quotas::fits(inventory, &next, &one.group) {
            after = next;
            fitting.push(one);
        }
    }
    fitting.extend(removals);
    Advice { suggestions: fitting, withheld }
}

//! Changes to security-group rules as values, and an inventory as it would be after them.

mod words;

pub use words::{WordsError, parse, rule_words, words};

use crate::evaluate::Firewall;
use crate::inventory::{Inventory, Rule};

/// What to change in one group. Weir never does; people do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit {
    /// `sg-…`
    pub group: String,
    /// Rules to add; their ids are ignored.
    pub add: Vec<Rule>,
    /// Rules to remove, by what they permit.
    pub remove: Vec<Rule>,
}

impl Inventory {
    /// The inventory as it would be after some edits. Groups that it does not have are left alone; adding what is
    /// there, or removing what is not, changes nothing.
    #[must_use]
    pub fn edited(&self, edits: &[Edit]) -> Inventory {
        let mut after = self.clone();
        for edit in edits {
            let Some(group) = after.groups.get_mut(&edit.group) else { continue };
            group.rules.retain(|rule| !edit.remove.iter().any(|gone| gone.permits_the_same(rule)));
            for rule in &edit.add {
                if !group.rules.iter().any(|there| there.permits_the_same(rule)) {
                    group.rules.push(Rule { id: String::new(), ..rule.clone() });
                }
            }
        }
        after
    }
}

impl Firewall {
    /// The newest state after some edits, compiled; `None` without an inventory.
    pub fn edited(&self, edits: &[Edit]) -> Option<Firewall> {
        let latest = self.history().latest()?;
        Some(Firewall::new(crate::inventory::History::of(latest.edited(edits))))
    }

    /// The newest state alone, compiled: what an edit is compared with.
    pub fn newest(&self) -> Option<Firewall> {
        self.edited(&[])
    }
}

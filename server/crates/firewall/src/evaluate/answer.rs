//! What the security groups of an interface say of an opening.

/// Why a rule may or may not have matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The rule names an ICMP type, which flow logs do not record.
    IcmpType,
    /// The rule names a group whose interfaces are not in the inventory.
    Members,
    /// The rule names a prefix list whose entries are not in the inventory.
    Entries,
}

impl Doubt {
    /// What would settle it.
    pub fn cure(self) -> &'static str {
        match self {
            Doubt::IcmpType => "flow logs have no ICMP type",
            Doubt::Members => "network-interfaces.json of the account that owns the referenced group",
            Doubt::Entries => "prefix-list-entries/pl-….json",
        }
    }
}

/// Permitted or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// No group guards the interface: a NAT gateway's, a transit gateway's.
    Unguarded,
    /// By at least one rule that surely matches.
    Yes,
    /// By rules that may match.
    Perhaps,
    /// By none.
    No,
    /// The inventory does not have the interface or the rules of its groups.
    Unknown,
}

/// What an interface's groups say, and by which rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupAnswer {
    /// Permitted or not.
    pub permit: Permit,
    /// The rules that match, as places in [`super::Firewall::rules`].
    pub by: Vec<usize>,
    /// Why matching rules are doubtful; empty unless `permit` is [`Permit::Perhaps`].
    pub doubts: Vec<Doubt>,
}

impl GroupAnswer {
    /// An answer without rules.
    pub(super) fn bare(permit: Permit) -> Self {
        GroupAnswer { permit, by: Vec::new(), doubts: Vec::new() }
    }

    /// From the rules that match.
    pub(super) fn of(matching: impl Iterator<Item = (usize, Option<Doubt>)>) -> Self {
        let mut answer = GroupAnswer::bare(Permit::No);
        for (rule, doubt) in matching {
            answer.by.push(rule);
            match doubt {
                None => answer.permit = Permit::Yes,
                Some(doubt) => {
                    answer.doubts.push(doubt);
                    if answer.permit == Permit::No {
                        answer.permit = Permit::Perhaps;
                    }
                }
            }
        }
        if answer.permit == Permit::Yes {
            answer.doubts.clear();
        }
        answer
    }

    /// Whether the opening is let through, as far as anybody knows.
    pub fn lets_through(&self) -> bool {
        matches!(self.permit, Permit::Yes | Permit::Perhaps | Permit::Unguarded)
    }
}

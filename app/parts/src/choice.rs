//! A choice that is a link: it works before scripts do, opens in a new tab, and can be copied.

/// One of several alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the one in force.
    pub current: bool,
}

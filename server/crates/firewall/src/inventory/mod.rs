//! What `aws ec2 describe-…` prints, as the state of a firewall at a moment, and several of them as its history.
//! Bytes in, values out; which folder or bucket they lie in, the caller knows.
//!
//! | module | idea |
//! |---|---|
//! | `model` | groups, rules, interfaces, network ACLs, subnets, prefix lists |
//! | `wire` | the JSON of the AWS CLI |
//! | `documents` | pages, byte order marks, damaged files |
//! | `history` | snapshots by time |

mod documents;
mod history;
mod model;
mod wire;

pub use history::{History, Snapshot};
pub use model::{
    Acl, AclEntry, Group, Interface, InterfaceOwner, Inventory, Peer, Ports, PrefixList, Protocol, Rule,
    Subnet,
};

/// The lists an inventory is made of, each from one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Noun {
    /// `describe-security-groups`
    Groups,
    /// `describe-security-group-rules`
    Rules,
    /// `describe-network-interfaces`
    Interfaces,
    /// `describe-network-acls`
    Acls,
    /// `describe-subnets`
    Subnets,
    /// `describe-managed-prefix-lists`
    PrefixLists,
    /// `get-managed-prefix-list-entries`
    PrefixListEntries,
}

impl Noun {
    /// All of them with the member their lists stand in, and the file they are kept in.
    pub const ALL: [(Noun, &'static str, &'static str); 7] = [
        (Noun::Groups, "SecurityGroups", "security-groups.json"),
        (Noun::Rules, "SecurityGroupRules", "security-group-rules.json"),
        (Noun::Interfaces, "NetworkInterfaces", "network-interfaces.json"),
        (Noun::Acls, "NetworkAcls", "network-acls.json"),
        (Noun::Subnets, "Subnets", "subnets.json"),
        (Noun::PrefixLists, "PrefixLists", "managed-prefix-lists.json"),
        (Noun::PrefixListEntries, "Entries", "prefix-list-entries/pl-….json"),
    ];

    /// The file it is kept in.
    pub fn file(self) -> &'static str {
        Noun::ALL.iter().find(|(noun, ..)| *noun == self).map_or("", |(.., file)| file)
    }
}

/// Something in the folder that could not be used; the rest was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The file is no JSON from a place on.
    #[error("{file} is damaged at line {line}, column {column}: {why}; collect it again")]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        why: String,
    },
    /// One item of a list lacks what it must have.
    #[error("{file}: item {item} of {list} is left out: {why}")]
    Item {
        /// The file.
        file: String,
        /// The list.
        list: &'static str,
        /// Its place, from 0.
        item: usize,
        /// What is wrong.
        why: String,
    },
    /// The last page names a next one that is not there.
    #[error("{file} ends with a NextToken: collect it without --max-items, or add the pages that follow")]
    Unfinished {
        /// The file.
        file: String,
    },
    /// The file has none of the lists.
    #[error("{file} holds none of the lists of an inventory")]
    Foreign {
        /// The file.
        file: String,
    },
}

//! Security groups and network ACLs beside the traffic they met.
pub mod address;
pub mod evaluate;
pub mod inventory;
pub mod traffic;

//! Which address each interface has, learned from the logs: AWS writes an interface's primary address into `srcaddr`
//! of everything it sends and into `dstaddr` of everything it receives, so the address that all of its records share
//! is its own. That tells the direction of records whose format lacks `flow-direction`.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>

use crate::addresses::Addresses;
use crate::columns::{Texts, Words};
use crate::enrich::ends;
use crate::schema::INTERFACE_ID;
use datafusion::arrow::array::RecordBatch;
use hashbrown::HashMap;
use std::sync::{PoisonError, RwLock};

/// An interface and its own address.
pub type OwnAddress = (Box<str>, [u8; 16]);

/// Interfaces whose own address is known. Shared by all readers; only grows.
#[derive(Debug, Default)]
pub struct Interfaces {
    own: RwLock<HashMap<Box<str>, [u8; 16]>>,
}

/// The addresses that every record of an interface had so far.
#[derive(Clone, Copy)]
enum Shared {
    Two([u8; 16], [u8; 16]),
    One([u8; 16]),
    None,
}

impl Shared {
    fn with(self, src: [u8; 16], dst: [u8; 16]) -> Shared {
        let keeps = |address: [u8; 16]| address == src || address == dst;
        match self {
            Shared::Two(a, b) => match (keeps(a), keeps(b)) {
                (true, true) => self,
                (true, false) => Shared::One(a),
                (false, true) => Shared::One(b),
                (false, false) => Shared::None,
            },
            Shared::One(a) if keeps(a) => self,
            Shared::One(_) | Shared::None => Shared::None,
        }
    }
}

impl Interfaces {
    /// Interfaces known from earlier.
    pub fn new(own: impl IntoIterator<Item = OwnAddress>) -> Self {
        Interfaces { own: RwLock::new(own.into_iter().collect()) }
    }

    /// All that is known, to be kept.
    pub fn known(&self) -> Vec<OwnAddress> {
        self.own
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(id, own)| (id.clone(), *own))
            .collect()
    }

    /// The direction of every record, seen from its interface; missing where its own address is not known yet.
    pub fn directions(&self, batch: &RecordBatch) -> Texts {
        let names = Words::of(batch, INTERFACE_ID);
        let own = self.learn(batch, names.values());
        let (src, dst) = (Addresses::of(batch, "srcaddr"), Addresses::of(batch, "dstaddr"));
        (0..batch.num_rows())
            .map(|row| {
                let own = own[names.key(row)?]?;
                if src.at(row) == Some(own) {
                    Some("egress")
                } else if dst.at(row) == Some(own) {
                    Some("ingress")
                } else {
                    None
                }
            })
            .collect()
    }

    /// The own address of each interface name, learning those that this batch decides.
    fn learn(&self, batch: &RecordBatch, names: &[&str]) -> Vec<Option<[u8; 16]>> {
        let mut own: Vec<Option<[u8; 16]>> = {
            let known = self.own.read().unwrap_or_else(PoisonError::into_inner);
            names.iter().map(|name| known.get(*name).copied()).collect()
        };
        if own.iter().all(Option::is_some) {
            return own;
        }
        let mut shared: Vec<Option<Shared>> = vec![None; names.len()];
        for (_, key, src, dst) in ends(batch).filter(|(_, key, ..)| own[*key].is_none()) {
            shared[key] = Some(shared[key].map_or(Shared::Two(src, dst), |seen| seen.with(src, dst)));
        }
        let mut known = self.own.write().unwrap_or_else(PoisonError::into_inner);
        for (key, seen) in shared.into_iter().enumerate() {
            if let Some(Shared::One(address)) = seen {
                own[key] = Some(address);
                known.insert(names[key].into(), address);
            }
        }
        own
    }
}

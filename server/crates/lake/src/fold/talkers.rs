//! Sums by client, server and service port.

use super::grouped::GroupSums;
use super::{Fold, Pieces};
use crate::columns::{Addresses, Ints, Truths, Words};
use crate::error::LakeError;
use crate::schema::{ACTION, CLIENT, CLIENT_IS_SRC, PROTOCOL, SERVER, SERVICE_PORT};
use contract::{Grid, Span};
use datafusion::arrow::array::RecordBatch;
use hashbrown::HashMap;

/// A conversation: who, with whom, about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Talk {
    /// Who opened it, as far as known; an IPv6 address as a number, which hashes faster than its bytes.
    pub client: u128,
    /// Who answered.
    pub server: u128,
    /// Service port; -1 when unknown.
    pub service_port: i32,
    /// IANA protocol; -1 when missing.
    pub protocol: i32,
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Talkers {
    clip: Span,
    grid: Grid,
    /// Sums by conversation.
    pub sums: HashMap<Talk, GroupSums>,
}

impl Talkers {
    /// Nothing yet.
    pub fn new(clip: Span) -> Self {
        Talkers {
            clip,
            grid: Grid { start: clip.from, step: clip.secs().max(1), count: 1 },
            sums: HashMap::new(),
        }
    }
}

impl Fold for Talkers {
    fn push(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let (client, server) = (Addresses::of(batch, CLIENT), Addresses::of(batch, SERVER));
        let (src, dst) = (Addresses::of(batch, "srcaddr"), Addresses::of(batch, "dstaddr"));
        let sides = Truths::of(batch, CLIENT_IS_SRC);
        let (port, protocol) = (Ints::of(batch, SERVICE_PORT), Ints::of(batch, PROTOCOL));
        let action = Words::of(batch, ACTION);
        let rejects = action.codes(|value| value == "REJECT");
        let sums = &mut self.sums;
        let ends = |row: usize| match (client.at(row), server.at(row)) {
            (Some(client), Some(server)) => Some((client, server)),
            _ if sides.at(row) == Some(false) => Some((dst.at(row)?, src.at(row)?)),
            _ => Some((src.at(row)?, dst.at(row)?)),
        };
        Pieces::of(batch).each(self.clip, &self.grid, |row, _, amount| {
            let Some((client, server)) = ends(row) else { return };
            let talk = Talk {
                client: u128::from_be_bytes(client),
                server: u128::from_be_bytes(server),
                service_port: port.at(row).unwrap_or(-1),
                protocol: protocol.at(row).unwrap_or(-1),
            };
            let sum = sums.entry(talk).or_default();
            sum.bytes += amount.bytes;
            sum.packets += amount.packets;
            sum.flows += amount.flows;
            if action.key(row).is_some_and(|key| rejects[key]) {
                sum.rejected += amount.flows;
            }
        });
        Ok(())
    }

    fn merge(&mut self, other: Self) {
        for (talk, sums) in other.sums {
            let sum = self.sums.entry(talk).or_default();
            sum.bytes += sums.bytes;
            sum.packets += sums.packets;
            sum.flows += sums.flows;
            sum.rejected += sums.rejected;
        }
    }
}

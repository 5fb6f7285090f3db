//! Knowledge as bytes, to be kept between runs: the interfaces' addresses and the servers. What is remembered of single
//! conversations is not kept. Little-endian; the first byte is the version.

use crate::knowledge::Knowledge;
use crate::records::Address;
use crate::standing::Standing;

/// Version of this form, and of the keys in it.
const VERSION: u8 = 1;

/// Why bytes are no knowledge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableKnowledge {
    /// Written by another version.
    #[error("stored knowledge has version {found}, not {VERSION}: delete it, it is learned again")]
    Version {
        /// The version byte.
        found: u8,
    },
    /// Cut short, or not ours.
    #[error("stored knowledge is damaged: delete it, it is learned again")]
    Damaged,
}

impl Knowledge {
    /// What lasts of the knowledge: about 45 bytes for each interface and 29 for each server,
    /// at most some 4 MB of servers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        let interfaces = self.own_addresses();
        put_len(&mut bytes, interfaces.len());
        for (name, addresses) in interfaces {
            put_len(&mut bytes, name.len());
            bytes.extend_from_slice(name.as_bytes());
            put_len(&mut bytes, addresses.len());
            addresses.iter().for_each(|address| bytes.extend_from_slice(address));
        }
        for (end, standing) in self.servers.known() {
            bytes.extend_from_slice(&end.to_le_bytes());
            bytes.extend_from_slice(&standing.heard.to_le_bytes());
            bytes.extend_from_slice(&standing.told.to_le_bytes());
            bytes.extend_from_slice(&standing.refused.to_le_bytes());
            bytes.push(u8::from(standing.proven) | u8::from(standing.opens) << 1);
        }
        bytes
    }

    /// The knowledge that [`Knowledge::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another version, or damaged: begin with none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableKnowledge> {
        let mut rest = bytes;
        let [found] = take(&mut rest)?;
        if found != VERSION {
            return Err(UnreadableKnowledge::Version { found });
        }
        let mut knowledge = Knowledge::default();
        for _ in 0..take_len(&mut rest)? {
            let length = take_len(&mut rest)?;
            let (name, after) = rest.split_at_checked(length).ok_or(UnreadableKnowledge::Damaged)?;
            rest = after;
            let name = std::str::from_utf8(name).map_err(|_| UnreadableKnowledge::Damaged)?;
            for _ in 0..take_len(&mut rest)? {
                let address: Address = take(&mut rest)?;
                knowledge.own.add(name, address);
            }
        }
        while !rest.is_empty() {
            let end = u64::from_le_bytes(take(&mut rest)?);
            let heard = u64::from_le_bytes(take(&mut rest)?);
            let told = u64::from_le_bytes(take(&mut rest)?);
            let refused = u32::from_le_bytes(take(&mut rest)?);
            let [marks] = take(&mut rest)?;
            let (proven, opens) = (marks & 1 != 0, marks & 2 != 0);
            knowledge.servers.add(end, &Standing { heard, told, refused, proven, opens });
        }
        Ok(knowledge)
    }
}

fn put_len(bytes: &mut Vec<u8>, length: usize) {
    // Bounds of interfaces, names and addresses are far below 2^32.
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], UnreadableKnowledge> {
    let (first, after) = rest.split_first_chunk::<N>().ok_or(UnreadableKnowledge::Damaged)?;
    *rest = after;
    Ok(*first)
}

fn take_len(rest: &mut &[u8]) -> Result<usize, UnreadableKnowledge> {
    Ok(u32::from_le_bytes(take(rest)?) as usize)
}

//! Conversations with each of their ways summed for itself, from records.

use super::talkers::{Numbered, Talk, ends_of};
use super::{Amount, Fold, Pieces};
use crate::addresses::AddressBook;
use crate::columns::{Ints, Truths, Words, find};
use crate::error::LakeError;
use crate::schema::{ACTION, CLIENT_IS_SRC, END, PROTOCOL, SERVICE_PORT, START};
use crate::spread::Extent;
use arrow::array::{Int64Array, RecordBatch};
use contract::{Addresses, Grid, Refusal, RefusalKind, Span};
use hashbrown::HashMap;

/// Most conversations of an answer, half a gigabyte of them.
const MOST_EXCHANGES: usize = 1 << 22;

/// What a conversation carried, each way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// From client to server.
    pub sent: Amount,
    /// From server to client.
    pub returned: Amount,
    /// Records with action REJECT.
    pub rejected: u64,
    /// First second within the range.
    pub first: i64,
    /// Last second within the range.
    pub last: i64,
}

impl Exchange {
    const NONE: Exchange =
        Exchange { sent: Amount::NONE, returned: Amount::NONE, rejected: 0, first: i64::MAX, last: i64::MIN };

    fn add(&mut self, other: &Exchange) {
        self.sent.add(&other.sent);
        self.returned.add(&other.returned);
        self.rejected += other.rejected;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Whether only one way was seen.
    pub fn is_one_way(&self) -> bool {
        self.sent == Amount::NONE || self.returned == Amount::NONE
    }
}

/// The fold.
#[derive(Clone, Debug)]
pub struct Exchanges {
    grid: Grid,
    addresses: Addresses,
    book: AddressBook,
    sums: HashMap<Numbered, Exchange>,
}

impl Exchanges {
    /// Nothing yet, of this range and of these ends.
    pub fn new(span: Span, addresses: Addresses) -> Self {
        let grid = Grid { start: span.from, step: span.secs().max(1), count: 1 };
        Exchanges { grid, addresses, book: AddressBook::default(), sums: HashMap::new() }
    }

    /// All of them.
    pub fn finish(self) -> Vec<(Talk, Exchange)> {
        let Exchanges { book, sums, .. } = self;
        sums.into_iter().map(|(talk, sum)| (talk.named(&book), sum)).collect()
    }

    fn check(&self) -> Result<(), LakeError> {
        if self.sums.len() <= MOST_EXCHANGES {
            return Ok(());
        }
        let message = format!("more than {MOST_EXCHANGES} different conversations lie in the range.");
        let hint = "Ask for a shorter range, or add a filter.";
        Err(LakeError::Question(Refusal::new(RefusalKind::TooLarge, message, hint)))
    }
}

impl Fold for Exchanges {
    fn push(&mut self, batch: &RecordBatch, clip: Span) -> Result<(), LakeError> {
        let ends = ends_of(batch, self.addresses, &mut self.book);
        let (port, protocol) = (Ints::of(batch, SERVICE_PORT), Ints::of(batch, PROTOCOL));
        let sides = Truths::of(batch, CLIENT_IS_SRC);
        let action = Words::of(batch, ACTION);
        let rejects = action.codes(|value| value == "REJECT");
        let times = |name| find::<Int64Array>(batch, name).map_or(&[][..], |array| array.values().as_ref());
        let (starts, stops) = (times(START), times(END));
        // Records of one conversation stand together and are looked up once.
        let (sums, mut run) = (&mut self.sums, None::<(Numbered, Exchange)>);
        Pieces::of(batch).each(clip, &self.grid, |row, _, amount| {
            let Some((client, server)) = ends.get(row).copied().flatten() else { return };
            let talk = Numbered {
                client,
                server,
                service_port: port.at(row).unwrap_or(-1),
                protocol: protocol.at(row).unwrap_or(-1),
            };
            let rejected = action.key(row).is_some_and(|key| rejects[key]);
            let (sent, returned) = match sides.at(row) {
                Some(false) => (Amount::NONE, amount),
                _ => (amount, Amount::NONE),
            };
            let extent = Extent::of(starts[row], stops[row]);
            let more = Exchange {
                sent,
                returned,
                rejected: if rejected { amount.flows } else { 0 },
                first: extent.start.max(clip.from),
                last: (extent.stop - 1).min(clip.to - 1),
            };
            match &mut run {
                Some((same, sum)) if *same == talk => sum.add(&more),
                _ => {
                    if let Some((talk, sum)) = run.replace((talk, more)) {
                        sums.entry(talk).or_insert(Exchange::NONE).add(&sum);
                    }
                }
            }
        });
        if let Some((talk, sum)) = run {
            sums.entry(talk).or_insert(Exchange::NONE).add(&sum);
        }
        self.check()
    }

    fn merge(&mut self, other: Self) -> Result<(), LakeError> {
        let map = self.book.adopt(&other.book);
        for (talk, sum) in other.sums {
            let (client, server) = (map[talk.client as usize], map[talk.server as usize]);
            self.sums.entry(Numbered { client, server, ..talk }).or_insert(Exchange::NONE).add(&sum);
        }
        self.check()
    }
}

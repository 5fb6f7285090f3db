//! Ranges of time as people say them: `yesterday`, `last tuesday 14:00 for 2h`, `last 90 minutes`,
//! `2026-11-20 14:00 to 16:30`, `since monday`, `this week`. What a link holds ([`Moment`]) may be said as well.
//! Knows no clock and no zone: the asker brings both.

mod calendar;
mod grammar;
mod words;

use crate::Moment;
use crate::moment::MomentError;
use crate::spelling::quoted;
use std::ops::Range;

/// Whose day it is.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The present, Unix seconds.
    pub now: i64,
    /// What the asker's zone adds to UTC at a moment, seconds.
    pub offset_secs: &'a dyn Fn(i64) -> i64,
}

/// Longest text that is read, bytes.
pub const TEXT_LIMIT: usize = 200;

/// What to say instead, for messages and for the box.
pub const EXAMPLES: &str = "Say for example yesterday, last 90 minutes, last tuesday 14:00 for 2h, since monday, 2026-11-20 14:00 to 16:30.";

/// Reads a range.
///
/// What ends now follows the clock (`last 3 hours` is `now-3h` to `now`); what has a day is fixed. A day alone is all of
/// it, up to now if it is today. `last week` is the calendar's, from Monday; `last 7 days` are those before now.
///
/// # Errors
/// [`WhenError`] with the place in the text.
pub fn parse(text: &str, asker: Asker<'_>) -> Result<(Moment, Moment), WhenError> {
    if text.len() > TEXT_LIMIT {
        return Err(WhenError { at: 0, len: text.len(), fault: Fault::TooLong });
    }
    let words = words::split(text);
    let whole = match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.at..last.end(),
        _ => return Err(WhenError { at: 0, len: text.len(), fault: Fault::Empty }),
    };
    let (from, to) = grammar::range(text, &words, asker)?;
    let refused = |fault| Err(WhenError::over(whole.clone(), fault));
    match (from.at(asker.now), to.at(asker.now)) {
        (start, _) if start >= asker.now => refused(Fault::Future),
        (start, end) if start >= end => refused(Fault::Reversed),
        (start, _) if start < 0 => refused(Fault::TooEarly),
        _ => Ok((from, to)),
    }
}

/// Why a text is no range, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct WhenError {
    /// Where the fault begins, bytes from the start.
    pub at: usize,
    /// How long it is, bytes; 0 where something is missing.
    pub len: usize,
    /// What is wrong there.
    pub fault: Fault,
}

/// What can be wrong with a range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no text.
    #[error("a time is missing")]
    Empty,
    /// More than [`TEXT_LIMIT`] bytes.
    #[error("a range is said in at most {TEXT_LIMIT} bytes")]
    TooLong,
    /// A word without a meaning here.
    #[error("{} is not understood here", quoted(.0))]
    Unknown(String),
    /// The text ends too early.
    #[error("{0} is missing at the end")]
    Missing(&'static str),
    /// A date or a time that does not exist.
    #[error(transparent)]
    Moment(MomentError),
    /// A moment where a range is wanted.
    #[error("a single moment has no length")]
    NoLength,
    /// The range lies ahead.
    #[error("that lies in the future")]
    Future,
    /// The range begins before 1970.
    #[error("that lies before 1970")]
    TooEarly,
    /// The range holds no second.
    #[error("the end does not lie after the start")]
    Reversed,
}

impl WhenError {
    fn over(place: Range<usize>, fault: Fault) -> WhenError {
        WhenError { at: place.start, len: place.len(), fault }
    }

    /// What to do about it.
    pub const fn hint(&self) -> &'static str {
        match self.fault {
            Fault::NoLength => "Add how long (for 1h), an end (to 16:30), or since before it.",
            Fault::Reversed => "Swap the two ends, or add a date.",
            Fault::Future => "Flow logs tell of the past: choose a range that has begun.",
            _ => EXAMPLES,
        }
    }
}

impl From<WhenError> for crate::Refusal {
    fn from(error: WhenError) -> Self {
        let at = Some((error.at, error.len));
        let refusal = crate::Refusal::new(crate::RefusalKind::BadQuestion, error.to_string(), error.hint());
        crate::Refusal { at, ..refusal }
    }
}

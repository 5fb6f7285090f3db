//! What the words of a range mean.
//!
//! ```text
//! range  := "since" piece | ["from" | "between"] piece [("to" | "until" | "and" | "-") piece | "for" length]
//! piece  := ["last" | "past"] length | length "ago" | "now" | moment of a link
//!         | day [["at"] clock] | clock | ("this" | "last") ("hour" | "day" | "week" | "month" | "year")
//! day    := "today" | "yesterday" | ["last"] weekday | date | day-of-month month [year] | month [year]
//! ```

use super::calendar::{self, Day};
use super::words::Word;
use super::{Asker, Fault, WhenError};
use crate::Moment;
use crate::moment::{LATEST, MomentError};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// Units of length by how they may begin; letters alone or the whole word.
const UNITS: [(&[&str], i64); 5] = [
    (&["s", "sec", "secs", "second", "seconds"], 1),
    (&["m", "min", "mins", "minute", "minutes"], MINUTE),
    (&["h", "hr", "hrs", "hour", "hours"], HOUR),
    (&["d", "day", "days"], DAY),
    (&["w", "wk", "week", "weeks"], 7 * DAY),
];

/// Words between the two ends of a range.
const UNTIL: [&str; 9] = ["to", "until", "till", "and", "through", "-", "–", "—", "…"];

/// A piece of time: from its start to its end; a moment has both at once.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    from: Moment,
    to: Moment,
}

impl Piece {
    const fn moment(at: Moment) -> Piece {
        Piece { from: at, to: at }
    }

    fn is_moment(self) -> bool {
        self.from == self.to
    }
}

/// Reads the whole range.
pub(super) fn range(text: &str, words: &[Word], asker: Asker<'_>) -> Result<(Moment, Moment), WhenError> {
    let mut reader = Reader { words, at: 0, end: text.len(), asker };
    if reader.take(&["since"]) {
        let from = reader.piece(None)?.from;
        return reader.finished((from, Moment::NOW));
    }
    reader.take(&["from", "between"]);
    let begun = reader.at;
    let first = reader.piece(None)?;
    if reader.take(&UNTIL) {
        let last = reader.piece(Some(first.from))?;
        let is_reversed = last.to.at(asker.now) <= first.from.at(asker.now);
        if is_reversed && calendar::day_of_week(&words[begun].text).is_some() {
            // On a Tuesday, `monday to wednesday` begins eight days ago.
            let asker = Asker { now: asker.now - 7 * DAY, ..asker };
            let first = Reader { words, at: begun, end: text.len(), asker }.piece(None)?;
            return reader.finished((first.from, last.to));
        }
        return reader.finished((first.from, last.to));
    }
    if reader.take(&["for"]) {
        let secs = reader.length()?.ok_or_else(|| reader.missing("a length such as 2h"))?;
        return reader.finished((first.from, later(first.from, secs)));
    }
    if first.is_moment() && reader.at == words.len() {
        return Err(WhenError { at: 0, len: text.len(), fault: Fault::NoLength });
    }
    reader.finished((first.from, first.to))
}

/// A moment so many seconds later.
fn later(moment: Moment, secs: i64) -> Moment {
    match moment {
        Moment::At(unix) => Moment::At(unix.saturating_add(secs)),
        Moment::Now { minus } => Moment::Now { minus: minus.saturating_sub(secs) },
    }
}

/// Walks over the words.
struct Reader<'a> {
    words: &'a [Word],
    at: usize,
    /// Where the text ends, bytes.
    end: usize,
    asker: Asker<'a>,
}

impl Reader<'_> {
    fn word(&self, ahead: usize) -> &str {
        self.words.get(self.at + ahead).map_or("", |word| word.text.as_str())
    }

    /// Goes over the next word if it is one of these.
    fn take(&mut self, words: &[&str]) -> bool {
        let is_next = words.contains(&self.word(0));
        self.at += usize::from(is_next);
        is_next
    }

    fn missing(&self, what: &'static str) -> WhenError {
        match self.words.get(self.at) {
            Some(_) => self.unknown(),
            None => WhenError { at: self.end, len: 0, fault: Fault::Missing(what) },
        }
    }

    fn unknown(&self) -> WhenError {
        match self.words.get(self.at) {
            Some(word) => WhenError { at: word.at, len: word.len, fault: Fault::Unknown(word.text.clone()) },
            None => WhenError { at: self.end, len: 0, fault: Fault::Missing("a time") },
        }
    }

    /// The fault of the word before the present one.
    fn no_such(&self, back: usize) -> WhenError {
        let (at, len, text) = match self.words.get(self.at.saturating_sub(back)) {
            Some(word) => (word.at, word.len, word.text.clone()),
            None => (0, self.end, String::new()),
        };
        WhenError { at, len, fault: Fault::Moment(MomentError::NoSuchDay { text }) }
    }

    fn finished(&self, range: (Moment, Moment)) -> Result<(Moment, Moment), WhenError> {
        if self.at < self.words.len() {
            return Err(self.unknown());
        }
        let is_sound = |moment: Moment| matches!(moment, Moment::Now { .. } | Moment::At(..=LATEST));
        match is_sound(range.0) && is_sound(range.1) {
            true => Ok(range),
            false => Err(WhenError { at: 0, len: self.end, fault: Fault::Future }),
        }
    }

    /// A piece of time. `from` is the start of the range when this is its end: a clock time alone is then of that day,
    /// or of the next when it would lie before.
    fn piece(&mut self, from: Option<Moment>) -> Result<Piece, WhenError> {
        if self.take(&["now"]) {
            return Ok(Piece::moment(Moment::NOW));
        }
        if matches!(self.word(0), "last" | "past" | "previous" | "this") {
            return self.named();
        }
        let begun = self.at;
        if let Some(secs) = self.length()? {
            let minus = secs;
            return Ok(match self.take(&["ago"]) {
                true => Piece::moment(Moment::Now { minus }),
                false => Piece { from: Moment::Now { minus }, to: Moment::NOW },
            });
        }
        self.at = begun;
        if let Some(day) = self.day()? {
            return self.day_and_clock(day);
        }
        if let Some(month) = calendar::month(self.word(0)) {
            return self.whole_month(month);
        }
        if let Some(second) = self.clock()? {
            return Ok(Piece::moment(Moment::At(self.by_clock(second, from))));
        }
        self.as_in_a_link()
    }

    /// `last 3 hours`, `past week`, `last tuesday`, `last week`, `this month`.
    fn named(&mut self) -> Result<Piece, WhenError> {
        let (is_this, is_past) = (self.word(0) == "this", self.word(0) == "past");
        self.at += 1;
        if !is_this && let Some(secs) = self.length()? {
            return Ok(Piece { from: Moment::Now { minus: secs }, to: Moment::NOW });
        }
        let unit = self.word(0).to_owned();
        let ago = |secs: i64| Piece { from: Moment::Now { minus: secs }, to: Moment::NOW };
        let by_calendar = |piece: Option<Piece>, reader: &Self| piece.ok_or_else(|| reader.unknown());
        let back = i64::from(!is_this);
        let piece = match unit.as_str() {
            "minute" if !is_this => ago(MINUTE),
            "hour" if !is_this => ago(HOUR),
            "day" if !is_this => ago(DAY),
            "week" if is_past => ago(7 * DAY),
            "month" if is_past => ago(30 * DAY),
            "year" if is_past => ago(365 * DAY),
            "hour" => {
                self.until_now(self.asker.unix(self.asker.wall(self.asker.now).div_euclid(HOUR) * HOUR))
            }
            "day" => self.until_now(self.asker.midnight(self.asker.today())),
            "week" => {
                let today = self.asker.today();
                let monday = today - calendar::weekday(today) - 7 * back;
                self.days(monday, monday + 7)
            }
            "month" => by_calendar(self.months(-back, 1), self)?,
            "year" => {
                let (_, month, _) = calendar::date(self.asker.today());
                by_calendar(self.months(1 - i64::from(month) - 12 * back, 12), self)?
            }
            _ => return self.last_weekday(is_this),
        };
        self.at += 1;
        Ok(piece)
    }

    /// A weekday before today, after `last`; of this week, after `this`.
    fn last_weekday(&mut self, is_this: bool) -> Result<Piece, WhenError> {
        let wanted = calendar::day_of_week(self.word(0)).ok_or_else(|| self.missing("a day or a length"))?;
        self.at += 1;
        let today = self.asker.today();
        let back = (calendar::weekday(today) - wanted).rem_euclid(7);
        self.day_and_clock(today - if back == 0 && !is_this { 7 } else { back })
    }

    /// From one day to another, which is left out; not beyond now.
    fn days(&self, from: Day, to: Day) -> Piece {
        let (from, to) = (self.asker.midnight(from), self.asker.midnight(to));
        let is_over = to <= self.asker.now || from > self.asker.now;
        Piece { from: Moment::At(from), to: if is_over { Moment::At(to) } else { Moment::NOW } }
    }

    /// So many months from the one that is `skip` after the present one.
    fn months(&self, skip: i64, count: i64) -> Option<Piece> {
        let first = calendar::month_start(self.asker.today(), skip)?;
        Some(self.days(first, calendar::month_start(first, count)?))
    }

    /// `november`, `nov 2025`: all of the month; without a year the last one that has begun.
    fn whole_month(&mut self, month: u8) -> Result<Piece, WhenError> {
        let today = self.asker.today();
        let (this_year, this_month, _) = calendar::date(today);
        self.at += 1;
        let said = self.year();
        let year = said.unwrap_or(this_year - i64::from(month > this_month));
        let skip = (year - this_year) * 12 + i64::from(month) - i64::from(this_month);
        self.months(skip, 1).ok_or_else(|| self.no_such(1))
    }

    /// A year, when one stands here.
    fn year(&mut self) -> Option<i64> {
        let year = self.word(0).parse::<i64>().ok().filter(|year| (1970..=5138).contains(year));
        self.at += usize::from(year.is_some());
        year
    }

    fn until_now(&self, from: i64) -> Piece {
        Piece { from: Moment::At(from), to: Moment::NOW }
    }

    /// The rest after a day: a clock time makes it a moment, without one it is all of the day.
    fn day_and_clock(&mut self, day: Day) -> Result<Piece, WhenError> {
        let must_follow = self.take(&["at"]);
        match self.clock()? {
            Some(second) => Ok(Piece::moment(Moment::At(self.asker.on(day, second)))),
            None if must_follow => Err(self.missing("a time such as 14:00")),
            None => Ok(self.days(day, day + 1)),
        }
    }

    /// A clock time without a day.
    fn by_clock(&self, second: i64, from: Option<Moment>) -> i64 {
        let asker = self.asker;
        match from {
            Some(from) => {
                let from = from.at(asker.now);
                let at = asker.on(asker.day_of(from), second);
                if at > from { at } else { asker.on(asker.day_of(from) + 1, second) }
            }
            None => {
                let at = asker.on(asker.today(), second);
                if at <= asker.now { at } else { asker.on(asker.today() - 1, second) }
            }
        }
    }

    /// `today`, `yesterday`, a weekday, a date, a month.
    fn day(&mut self) -> Result<Option<Day>, WhenError> {
        let today = self.asker.today();
        if self.take(&["today"]) {
            return Ok(Some(today));
        }
        if self.take(&["yesterday"]) {
            return Ok(Some(today - 1));
        }
        if let Some(wanted) = calendar::day_of_week(self.word(0)) {
            self.at += 1;
            return Ok(Some(today - (calendar::weekday(today) - wanted).rem_euclid(7)));
        }
        if let Some(day) = iso_date(self.word(0)) {
            self.at += 1;
            return day.map(Some).ok_or_else(|| self.no_such(1));
        }
        self.day_and_month()
    }

    /// `20 nov`, `20th november 2026`, `nov 20`. Without a year the last such day.
    fn day_and_month(&mut self) -> Result<Option<Day>, WhenError> {
        let of_month = |word: &str| {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            let is_plain = digits == word || ["st", "nd", "rd", "th"].contains(&&word[digits.len()..]);
            digits.parse::<u8>().ok().filter(|day| is_plain && (1..=31).contains(day))
        };
        let (month, day) = match (calendar::month(self.word(0)), calendar::month(self.word(1))) {
            (Some(month), _) => (month, of_month(self.word(1))),
            (None, Some(month)) => (month, of_month(self.word(0))),
            (None, None) => return Ok(None),
        };
        let Some(day) = day else { return Ok(None) };
        self.at += 2;
        let year = self.year();
        let (this_year, ..) = calendar::date(self.asker.today());
        let found = match year {
            Some(year) => calendar::day(year, month, day),
            None => (0..=8)
                .filter_map(|back| calendar::day(this_year - back, month, day))
                .find(|found| *found <= self.asker.today()),
        };
        found.map(Some).ok_or_else(|| self.no_such(2 + usize::from(year.is_some())))
    }

    /// `14:00`, `14:00:30`, `2pm`, `2:30 pm`, `noon`, `midnight`: seconds since midnight.
    fn clock(&mut self) -> Result<Option<i64>, WhenError> {
        if self.take(&["noon"]) {
            return Ok(Some(12 * HOUR));
        }
        if self.take(&["midnight"]) {
            return Ok(Some(0));
        }
        let word = self.word(0);
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_glued = digits.len() < word.len();
        let half = if is_glued { &word[digits.len()..] } else { self.word(1) };
        let half = match half {
            "am" => Some(0),
            "pm" => Some(12),
            _ if is_glued => return Ok(None),
            _ => None,
        };
        if half.is_none() && !digits.contains(':') {
            return Ok(None);
        }
        let Some(second) = clock_digits(digits, half) else {
            return if digits.contains(':') && !digits.contains('-') {
                self.at += 1;
                Err(self.no_such(1))
            } else {
                Ok(None)
            };
        };
        self.at += 1 + usize::from(half.is_some() && !is_glued);
        Ok(Some(second))
    }

    /// `2h`, `90 minutes`, `1h30m`, `2 days 4 hours`, `an hour`; `None` when no length stands here.
    fn length(&mut self) -> Result<Option<i64>, WhenError> {
        let mut secs = None::<i64>;
        loop {
            let begun = self.at;
            let one = match self.word(0) {
                "a" | "an" | "one" => unit(self.word(1)).map(|unit| (unit, 2)),
                "half" if ["an", "a"].contains(&self.word(1)) => unit(self.word(2)).map(|unit| (unit / 2, 3)),
                word if word.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() => {
                    unit(self.word(1)).map(|unit| (times(word, unit), 2))
                }
                word => glued(word).map(|secs| (secs, 1)),
            };
            let Some((more, count)) = one else { return Ok(secs) };
            self.at += count;
            let sum = secs.unwrap_or_default().saturating_add(more);
            if !(1..=LATEST).contains(&sum) {
                self.at = begun;
                return Err(self.unknown());
            }
            secs = Some(sum);
        }
    }

    /// Whatever a link may hold: `now-3h`, RFC 3339, Unix seconds.
    fn as_in_a_link(&mut self) -> Result<Piece, WhenError> {
        let Some(word) = self.words.get(self.at) else { return Err(self.missing("a time")) };
        let read = Moment::parse(&word.text).map_err(|error| match error {
            MomentError::Unreadable { .. } | MomentError::Empty => self.unknown(),
            other => WhenError { at: word.at, len: word.len, fault: Fault::Moment(other) },
        })?;
        self.at += 1;
        Ok(Piece::moment(read))
    }
}

fn unit(word: &str) -> Option<i64> {
    UNITS.iter().find(|(names, _)| names.contains(&word)).map(|(_, secs)| *secs)
}

/// Saturating: what is too long is refused where lengths are added up.
fn times(digits: &str, unit: i64) -> i64 {
    digits.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(unit)
}

/// `90m`, `1h30m`: numbers with their units in one word.
fn glued(word: &str) -> Option<i64> {
    let mut rest = word;
    let mut secs = 0_i64;
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (digits, after) = rest.split_at(number);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (name, after) = after.split_at(letters);
        if digits.is_empty() {
            return None;
        }
        secs = secs.saturating_add(times(digits, unit(name)?));
        rest = after;
    }
    (secs > 0).then_some(secs)
}

/// A date as `2026-11-20`: `None` when the word has another form, `Some(None)` when there is no such day.
fn iso_date(word: &str) -> Option<Option<Day>> {
    let mut parts = word.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_form = (year.len(), month.len(), day.len()) == (4, 2, 2) && parts.next().is_none();
    let is_digits = [year, month, day].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !(is_form && is_digits) {
        return None;
    }
    let number = |text: &str| text.parse::<u8>().ok();
    Some(calendar::day(year.parse().ok()?, number(month)?, number(day)?).filter(|day| *day >= 0))
}

/// Seconds since midnight of `14:00`, `14:00:30`, or with `half` of `2`, `2:30`.
fn clock_digits(digits: &str, half: Option<i64>) -> Option<i64> {
    let mut parts = digits.split(':');
    let mut part = |limit: i64, widths: std::ops::RangeInclusive<usize>| {
        let text = parts.next()?;
        let is_number = widths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<i64>().ok().filter(|number| is_number && *number < limit)
    };
    let hour = part(if half.is_some() { 13 } else { 25 }, 1..=2)?;
    let has_minutes = digits.contains(':');
    let minute = if has_minutes { part(60, 2..=2)? } else { 0 };
    let second = if digits.matches(':').count() == 2 { part(60, 2..=2)? } else { 0 };
    if digits.matches(':').count() > 2 || (half.is_some() && hour == 0) {
        return None;
    }
    let hour = half.map_or(hour, |half| hour % 12 + half);
    let secs = hour * HOUR + minute * MINUTE + second;
    (secs <= DAY).then_some(secs)
}

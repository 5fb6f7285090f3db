//! Ranges as people say them: what each means, where a fault lies, and that no text and no zone confuses them.

use contract::Moment;
use contract::human::utc;
use contract::when::{Asker, Fault, WhenError, parse};
use proptest::prelude::*;

/// Friday, 2026-11-20, 15:20:10 UTC.
const NOW: i64 = 1_795_188_010;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

fn ask(text: &str) -> Result<(Moment, Moment), WhenError> {
    parse(text, Asker { now: NOW, offset_secs: &|_| 0 })
}

/// Both ends as a link would show them to a reader.
fn said(text: &str) -> String {
    let end = |moment| match moment {
        Moment::At(unix) => utc(unix).to_string().replace(":00Z", "").replace('T', " "),
        relative => relative.to_string(),
    };
    match ask(text) {
        Ok((from, to)) => format!("{} .. {}", end(from), end(to)),
        Err(error) => format!("{error}"),
    }
}

#[test]
fn what_is_said_is_meant() {
    for (text, range) in [
        ("last 90 minutes", "now-90m .. now"),
        ("Last 3 Hours", "now-3h .. now"),
        ("past 2 weeks", "now-14d .. now"),
        ("90m", "now-90m .. now"),
        ("1h30m", "now-90m .. now"),
        ("2 days 4 hours", "now-52h .. now"),
        ("last hour", "now-1h .. now"),
        ("an hour", "now-1h .. now"),
        ("half an hour", "now-30m .. now"),
        ("past week", "now-7d .. now"),
        ("today", "2026-11-20 00:00 .. now"),
        ("yesterday", "2026-11-19 00:00 .. 2026-11-20 00:00"),
        ("friday", "2026-11-20 00:00 .. now"),
        ("last friday", "2026-11-13 00:00 .. 2026-11-14 00:00"),
        ("last tuesday 14:00 for 2h", "2026-11-17 14:00 .. 2026-11-17 16:00"),
        ("tue at 2pm for 90 minutes", "2026-11-17 14:00 .. 2026-11-17 15:30"),
        ("yesterday 14:00 to 16:30", "2026-11-19 14:00 .. 2026-11-19 16:30"),
        ("yesterday 22:00 until 02:00", "2026-11-19 22:00 .. 2026-11-20 02:00"),
        ("14:00-15:10", "2026-11-20 14:00 .. 2026-11-20 15:10"),
        ("2 pm – 3 pm", "2026-11-20 14:00 .. 2026-11-20 15:00"),
        ("noon to 12:30pm", "2026-11-20 12:00 .. 2026-11-20 12:30"),
        ("18:00 for 30m", "2026-11-19 18:00 .. 2026-11-19 18:30"),
        ("since monday", "2026-11-16 00:00 .. now"),
        ("since yesterday 18:00", "2026-11-19 18:00 .. now"),
        ("since 2 hours ago", "now-2h .. now"),
        ("2 hours ago to 1 hour ago", "now-2h .. now-1h"),
        ("2 hours ago for 30 min", "now-2h .. now-90m"),
        ("between 2 hours ago and now", "now-2h .. now"),
        ("this week", "2026-11-16 00:00 .. now"),
        ("last week", "2026-11-09 00:00 .. 2026-11-16 00:00"),
        ("this month", "2026-11-01 00:00 .. now"),
        ("last month", "2026-10-01 00:00 .. 2026-11-01 00:00"),
        ("last year", "2025-01-01 00:00 .. 2026-01-01 00:00"),
        ("this hour", "2026-11-20 15:00 .. now"),
        ("october", "2026-10-01 00:00 .. 2026-11-01 00:00"),
        ("dec", "2025-12-01 00:00 .. 2026-01-01 00:00"),
        ("feb 2024", "2024-02-01 00:00 .. 2024-03-01 00:00"),
        ("monday to wednesday", "2026-11-16 00:00 .. 2026-11-19 00:00"),
        ("thursday to monday", "2026-11-12 00:00 .. 2026-11-17 00:00"),
        ("2026-11-18", "2026-11-18 00:00 .. 2026-11-19 00:00"),
        ("2026-11-18 to 2026-11-19", "2026-11-18 00:00 .. 2026-11-20 00:00"),
        ("2026-11-20 14:00 to 16:30", "2026-11-20 14:00 .. 2026-11-20 16:30"),
        ("18 nov", "2026-11-18 00:00 .. 2026-11-19 00:00"),
        ("Nov 18th, 14:00 to 15:00", "2026-11-18 14:00 .. 2026-11-18 15:00"),
        ("24 dec", "2025-12-24 00:00 .. 2025-12-25 00:00"),
        ("29 feb", "2024-02-29 00:00 .. 2024-03-01 00:00"),
        ("24:00 to 00:30", "2026-11-20 00:00 .. 2026-11-20 00:30"),
        ("2026-11-20T10:00:00+01:00 to now", "2026-11-20 09:00 .. now"),
        ("1795140000 to 1795143600", "2026-11-20 02:00 .. 2026-11-20 03:00"),
        ("now-3h to now-1h", "now-3h .. now-1h"),
    ] {
        assert_eq!(said(text), range, "{text}");
    }
}

#[test]
fn a_fault_is_named_where_it_lies() {
    for (text, place, words) in [
        ("", (0, 0), "a time is missing"),
        ("  ", (0, 2), "a time is missing"),
        ("last tusday 14:00", (5, 6), "`tusday` is not understood here"),
        ("yesterday 14:00 fro 2h", (16, 3), "`fro` is not understood here"),
        ("yesterday 14:00 for", (19, 0), "a length such as 2h is missing at the end"),
        ("yesterday 25:00 to 26:00", (10, 5), "`25:00` does not exist in the calendar"),
        ("2026-02-30", (0, 10), "`2026-02-30` does not exist in the calendar"),
        ("31 nov", (0, 2), "`31` does not exist in the calendar"),
        ("yesterday 14:00", (0, 15), "a single moment has no length"),
        ("2027-01-01", (0, 10), "that lies in the future"),
        ("16:00 yesterday", (6, 9), "`yesterday` is not understood here"),
        ("yesterday to 2026-11-01", (0, 23), "the end does not lie after the start"),
        ("last 99999999999999999999 days", (5, 20), "`99999999999999999999` is not understood here"),
        ("since", (5, 0), "a time is missing at the end"),
        ("ü to now", (0, 2), "`ü` is not understood here"),
    ] {
        let error = ask(text).unwrap_err();
        assert_eq!(((error.at, error.len), error.to_string().as_str()), (place, words), "{text}");
    }
    assert_eq!(ask(&"x".repeat(1_000)).unwrap_err().fault, Fault::TooLong);
}

/// A zone as Berlin's: an hour ahead, two in summer; put forward and back at these moments.
fn berlin(unix: i64) -> i64 {
    const FORWARD: i64 = 1_774_746_000; // 2026-03-29T01:00:00Z
    const BACK: i64 = 1_792_890_000; // 2026-10-25T01:00:00Z
    if (FORWARD..BACK).contains(&unix) { 2 * HOUR } else { HOUR }
}

#[test]
fn a_day_is_the_askers_own_and_as_long_as_it_was() {
    let in_berlin = |text: &str| parse(text, Asker { now: NOW, offset_secs: &berlin }).unwrap();
    assert_eq!(in_berlin("yesterday").0, Moment::At(1_795_042_800), "23:00 UTC of the day before");
    let length = |(from, to): (Moment, Moment)| to.at(NOW) - from.at(NOW);
    assert_eq!(length(in_berlin("2026-10-25")), 25 * HOUR);
    assert_eq!(length(in_berlin("2026-03-29")), 23 * HOUR);
    assert_eq!(length(in_berlin("25 oct 01:30 to 03:30")), 3 * HOUR);
}

fn phrase() -> impl Strategy<Value = String> {
    let word = "(last|past|this|since|for|to|until|ago|at|now|today|yesterday|mon|friday|nov|20|2026|14:00|2pm|3h|90|minutes|week|month|an|hour|-|2026-11-18|25:61|ü)";
    proptest::collection::vec(word, 0..7).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_a_range_or_a_fault_within_it(text in prop_oneof![any::<String>(), phrase()], now in 0_i64..9_000_000_000) {
        match parse(&text, Asker { now, offset_secs: &berlin }) {
            Ok((from, to)) => {
                prop_assert!(from.at(now) < to.at(now) && from.at(now) < now && from.at(now) >= 0, "{} to {}", from, to);
                for moment in [from, to] {
                    prop_assert_eq!(Moment::parse(&moment.to_string()), Ok(moment));
                }
            }
            Err(error) => {
                prop_assert!(text.get(error.at..error.at + error.len).is_some(), "{:?}", error);
                prop_assert!(!error.to_string().is_empty() && !error.hint().is_empty());
            }
        }
    }

    #[test]
    fn a_day_begins_and_ends_at_midnight(back in 1_i64..4_000, now in 1_700_000_000_i64..1_900_000_000, quarter in -48_i64..56) {
        let offset = quarter * 900;
        let day = utc((now + offset).div_euclid(DAY) * DAY - back * DAY);
        let text = format!("{:04}-{:02}-{:02}", day.year, day.month, day.day);
        let (from, to) = parse(&text, Asker { now, offset_secs: &|_| offset }).unwrap();
        prop_assert_eq!((from.at(now) + offset).rem_euclid(DAY), 0);
        prop_assert_eq!(to.at(now) - from.at(now), DAY);
    }

    #[test]
    fn what_a_link_holds_can_be_said(from in 1_i64..1_000_000, length in 1_i64..1_000_000) {
        let (from, to) = (Moment::At(from), Moment::At(from + length));
        prop_assert_eq!(ask(&format!("{from} to {to}")), Ok((from, to)));
        let (from, to) = (Moment::Now { minus: length + 1 }, Moment::Now { minus: length });
        prop_assert_eq!(ask(&format!("from {from} until {to}")), Ok((from, to)));
    }
}

//! Links from outside: those that were handed out keep opening, and every view survives its link.

use crate::arbitrary;
use contract::link::{LINK_LIMIT, LinkError, decode, encode};
use contract::{
    Addresses, Compare, Count, Dimension, Filter, Heights, Mark, Measure, Moment, Refresh, Refusal,
    RefusalKind, Scale, TopBy, View, Zone,
};
use proptest::prelude::*;

const HOUR: i64 = 3_600;

fn filter(text: &str) -> Filter {
    Filter::parse(text).unwrap()
}

/// Links of version 1 and what they mean. They stand in bookmarks: add to this list, never change a line of it.
fn handed_out() -> Vec<(&'static str, View)> {
    let day = View { from: Moment::Now { minus: 24 * HOUR }, to: Moment::NOW, ..View::default() };
    vec![
        ("v=1&from=now-1d&to=now", day.clone()),
        ("", day.clone()),
        (
            "v=1&from=now-3h&to=now&filter=action%20%3D%20REJECT%20AND%20dstport%20IN%20(22,%203389)&split=service-port",
            View {
                from: Moment::Now { minus: 3 * HOUR },
                filter: filter("action = REJECT AND dstport IN (22, 3389)"),
                split: Dimension::ServicePort,
                ..day.clone()
            },
        ),
        (
            "v=1&from=1763596800&to=1763683200&filter=srcaddr%20IN%2010.0.0.0/8&split=none&measure=flows&top=25\
             &rows=interface-id&by=protocol&source=s3://acme-logs/prod&refresh=5m&scale=log&zone=local&points=600",
            View {
                from: Moment::At(1_763_596_800),
                to: Moment::At(1_763_683_200),
                filter: filter("srcaddr IN 10.0.0.0/8"),
                split: Dimension::None,
                measure: Measure::Flows,
                top: 25,
                rows: Dimension::InterfaceId,
                by: TopBy::Dimension(Dimension::Protocol),
                source: Some("s3://acme-logs/prod".to_owned()),
                refresh: Refresh::Min5,
                scale: Scale::Log,
                zone: Zone::Local,
                points: Some(600),
                addresses: Addresses::Interface,
                count: Count::EachEnd,
                within: Dimension::None,
                compare: Compare::Off,
                heights: Heights::Stacked,
                mark: Mark::None,
                details: Default::default(),
                unknown: Vec::new(),
            },
        ),
        (
            "?to=2025-11-20T01:10:00Z&from=1763590000123&measure=packets&theme=night+sky&id=sg-0a1&filter=NOT+(bytes+%3E+1000)",
            View {
                from: Moment::At(1_763_590_000),
                to: Moment::At(1_763_601_000),
                filter: filter("NOT bytes > 1000"),
                measure: Measure::Packets,
                details: [("id".to_owned(), "sg-0a1".to_owned())].into(),
                unknown: vec![("theme".to_owned(), "night sky".to_owned())],
                ..day.clone()
            },
        ),
        (
            "v=1&from=now-30m&to=now&by=talkers&top=5&rows=vpc-id&refresh=30s&filter=",
            View {
                from: Moment::Now { minus: HOUR / 2 },
                top: 5,
                rows: Dimension::VpcId,
                refresh: Refresh::Secs30,
                ..day.clone()
            },
        ),
        (
            "v=1&from=now-1d&to=now&addresses=packet&count=once&split=flow-log-id",
            View {
                addresses: Addresses::Packet,
                count: Count::Once,
                split: Dimension::FlowLogId,
                ..day.clone()
            },
        ),
        (
            "v=1&from=now-7d&to=now&within=protocol&compare=week&heights=percent&mark=p95",
            View {
                from: Moment::Now { minus: 7 * 24 * HOUR },
                within: Dimension::Protocol,
                compare: Compare::Week,
                heights: Heights::Percent,
                mark: Mark::P95,
                ..day.clone()
            },
        ),
        (
            "v=1&from=now-1d&to=now&compare=day&heights=log",
            View { compare: Compare::Day, heights: Heights::Log, ..day.clone() },
        ),
        ("v=1&from=now-1d&to=now&compare=previous", View { compare: Compare::Previous, ..day }),
    ]
}

#[test]
fn links_that_were_handed_out_still_open() {
    for (link, view) in handed_out() {
        assert_eq!(decode(link), Ok(view), "{link}");
    }
}

#[test]
fn a_link_is_canonical_and_readable() {
    let printed = |link: &str| encode(&decode(link).unwrap());
    assert_eq!(printed(""), "v=1&from=now-1d&to=now");
    assert_eq!(
        printed(
            "?extra=a%26b&top=3&to=now&from=now-180m&filter=dstport+in+(22,ssh,3389)&split=action&measure=flows"
        ),
        "v=1&from=now-3h&to=now&filter=dstport%20IN%20(22,%203389)&measure=flows&top=3&extra=a%26b"
    );
    let full = handed_out().swap_remove(3);
    assert_eq!(encode(&full.1), full.0);
}

#[test]
fn what_was_not_asked_for_leaves_no_trace_in_the_link() {
    let plain = "within=none&compare=off&heights=stacked&mark=none";
    assert_eq!(encode(&decode(plain).unwrap()), "v=1&from=now-1d&to=now");
    for (link, view) in handed_out().into_iter().filter(|(link, _)| link.contains("compare=")) {
        assert_eq!(encode(&view), link);
    }
}

#[test]
fn the_last_of_two_counts_and_an_empty_one_does_not() {
    let view = decode("top=3&top=4&measure=flows&measure=&&=&x").unwrap();
    assert_eq!((view.top, view.measure), (4, Measure::Flows));
    let pair = |name: &str| (name.to_owned(), String::new());
    assert_eq!(view.unknown, [pair(""), pair("x")]);
}

#[test]
fn a_wrong_value_names_its_parameter_and_the_cure() {
    for (link, message, hint) in [
        (
            "v=2&split=zodiac",
            "the link is of version 2, and only version 1 is known here",
            "It was made by a newer Weir; update this one to open it.",
        ),
        ("v=one", "v: `one` is not a version of links", "Write v=1, or leave it out."),
        ("v=0", "v: `0` is not a version of links", "Write v=1, or leave it out."),
        (
            "from=soon",
            "from: `soon` is not a time",
            "Write now, now-3h (s, m, h, d, w), 2026-11-20, 2026-11-20T03:00:00Z or Unix seconds.",
        ),
        (
            "split=service_port",
            "split: `service_port` is not one of the choices",
            "Did you mean service-port?",
        ),
        (
            "measure=megaflops",
            "measure: `megaflops` is not one of the choices",
            "Write one of bytes, packets, flows.",
        ),
        ("top=0", "top: `0` is not a number from 1 to 1000", "Leave top out to get the default."),
        (
            "points=8001",
            "points: `8001` is not a number from 1 to 8000",
            "Leave points out to get the default.",
        ),
        ("filter=%ff", "`filter`: the value is not text", "Percent-encode it as UTF-8."),
        ("filter=dstprt%3D22", "filter: unknown field `dstprt`", "Did you mean dstport?"),
        (
            "from=now&to=now-1h",
            "the range is empty: from (now) does not lie before to (now-1h)",
            "Swap from and to, or widen the range.",
        ),
        (
            "from=5&to=5",
            "the range is empty: from (5) does not lie before to (5)",
            "Swap from and to, or widen the range.",
        ),
    ] {
        let refusal = Refusal::from(decode(link).unwrap_err());
        assert_eq!(refusal.kind, RefusalKind::BadQuestion);
        assert_eq!((refusal.message.as_str(), refusal.hint.as_str()), (message, hint), "{link}");
    }
}

#[test]
fn a_fault_in_the_filter_keeps_its_place_in_the_decoded_text() {
    let refusal =
        Refusal::from(decode("filter=action%20%3D%20REJECT%20AND%20dstprt%20%3D%2022").unwrap_err());
    assert_eq!(refusal.at, Some((20, 6)));
}

#[test]
fn a_range_of_mixed_ends_is_judged_by_the_clock() {
    let view = decode("from=now-1h&to=10000").unwrap();
    assert_eq!(view.asked_span(10_000).map(|span| span.secs()), Ok(3_600));
    assert_eq!(view.asked_span(13_600).map_err(|refusal| refusal.kind), Err(RefusalKind::BadQuestion));
}

#[test]
fn a_link_that_could_not_be_read_again_is_too_long() {
    assert_eq!(decode(&"x".repeat(LINK_LIMIT + 1)), Err(LinkError::TooLong));
    assert_eq!(decode(&format!("x={}", "ü".repeat(LINK_LIMIT / 4))), Err(LinkError::TooLong));
    assert!(decode(&format!("x={}", "u".repeat(LINK_LIMIT - 100))).is_ok());
}

#[test]
fn on_the_wire_a_view_is_made_of_names_and_texts() {
    let view = decode("from=now-3h&by=protocol&filter=dstport=22").unwrap();
    let json = serde_json::to_value(&view).unwrap();
    assert_eq!(
        (&json["from"], &json["by"], &json["filter"]),
        (&"now-3h".into(), &"protocol".into(), &"dstport = 22".into())
    );
    assert_eq!(serde_json::from_value::<View>(json).unwrap(), view);
    assert!(serde_json::from_str::<TopBy>("\"taxes\"").is_err());
}

proptest! {
    #[test]
    fn every_view_survives_its_link(view in arbitrary::view()) {
        let link = encode(&view);
        prop_assert!(link.is_ascii());
        let read = decode(&link);
        prop_assert_eq!(read.as_ref(), Ok(&view), "{}", link);
    }

    #[test]
    fn every_view_survives_the_wire(view in arbitrary::view()) {
        let json = serde_json::to_string(&view).unwrap();
        prop_assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
    }

    #[test]
    fn any_text_is_refused_or_has_a_stable_link(
        text in prop_oneof![
            any::<String>(),
            "((v|from|to|filter|split|top|by|points|x)=(1|now|now-3h|5|action|bytes%20%3E%201|%|%ff|\\+|é)?&?){0,8}",
        ]
    ) {
        if let Ok(view) = decode(&text) {
            let link = encode(&view);
            let again = decode(&link);
            prop_assert_eq!(again.as_ref(), Ok(&view), "{}", link);
            prop_assert_eq!(encode(&view), link);
        }
    }
}

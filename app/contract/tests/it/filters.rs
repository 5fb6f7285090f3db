//! The filter language from outside: what text means, how meaning prints, what a fault says and where.

use crate::arbitrary;
use contract::filter::{DEPTH_LIMIT, Expr, LIST_LIMIT, Op, TEXT_LIMIT, Value, tokens};
use contract::{Field, Filter, Refusal, RefusalKind};
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    Filter::parse(text).map_or_else(|error| format!("refused: {error}"), |filter| filter.to_string())
}

fn is(field: Field, value: Value) -> Expr {
    Expr::Compare { field, op: Op::Eq, value }
}

#[test]
fn a_filter_means_what_it_says() {
    let text = "action = REJECT AND dstport IN (22, 8000-8999) AND srcaddr IN 10.0.0.0/8 AND NOT interface-id = eni-1";
    let network = Value::Cidr { addr: "10.0.0.0".parse().unwrap(), prefix: 8 };
    let ports = vec![Value::Number(22), Value::Range { from: 8_000, to: 8_999 }];
    let expected = Expr::And(vec![
        is(Field::ACTION, Value::Text("REJECT".into())),
        Expr::In { field: Field::DSTPORT, values: ports },
        Expr::In { field: Field::SRCADDR, values: vec![network] },
        Expr::Not(Box::new(is(Field::INTERFACE_ID, Value::Text("eni-1".into())))),
    ]);
    assert_eq!(Filter::parse(text), Ok(Filter { expr: Some(expected) }));
}

#[test]
fn and_binds_closer_than_or_and_not_closest() {
    let [a, b, c] = [1, 2, 3].map(|n| is(Field::BYTES, Value::Number(n)));
    let parsed = Filter::parse("NOT bytes = 1 AND bytes = 2 OR bytes = 3").unwrap();
    assert_eq!(parsed.expr, Some(Expr::Or(vec![Expr::And(vec![Expr::Not(Box::new(a)), b]), c])));
}

#[test]
fn one_meaning_has_one_text() {
    for (text, expected) in [
        ("", ""),
        (" \t ", ""),
        ("ACTION=reject", "action = REJECT"),
        ("DSTPORT==https", "dstport = 443"),
        ("log_status = nodata", "log-status = NODATA"),
        ("protocol <> 6", "protocol != tcp"),
        ("protocol in (17, TCP, 200)", "protocol IN (udp, tcp, 200)"),
        ("srcaddr = 10.1.2.3/8", "srcaddr IN 10.0.0.0/8"),
        ("srcaddr != 10.0.0.0/8", "srcaddr NOT IN 10.0.0.0/8"),
        ("not srcaddr in (10.0.0.0/8)", "srcaddr NOT IN 10.0.0.0/8"),
        ("srcaddr IN 10.0.0.1/32", "srcaddr = 10.0.0.1"),
        ("srcaddr = ::ffff:10.0.0.1", "srcaddr = 10.0.0.1"),
        ("srcaddr = ::ffff:10.9.9.9/104", "srcaddr IN 10.0.0.0/8"),
        ("dstaddr = 2001:DB8::0/32", "dstaddr IN 2001:db8::/32"),
        ("dstport IN (22)", "dstport = 22"),
        ("dstport IN (22, ssh, 22)", "dstport = 22"),
        ("dstport = 1000-2000", "dstport IN 1000-2000"),
        ("dstport not in (1000-2000)", "dstport NOT IN 1000-2000"),
        ("tcp-flags = syn-ack", "tcp-flags = 18"),
        (
            "start >= 2025-11-20 and end < 1763601000",
            "start >= 2025-11-20T00:00:00Z AND end < 2025-11-20T01:10:00Z",
        ),
        ("flow-direction = INGRESS", "flow-direction = ingress"),
        ("region = 'eu-west-1'", "region = eu-west-1"),
        ("instance-tag = \"a b\"", "instance-tag = \"a b\""),
        ("instance-tag = \"IN\"", "instance-tag = \"IN\""),
        ("instance-tag = ''", "instance-tag = \"\""),
        ("aws-service != -", "aws-service != -"),
        ("Shiny_New in (x, \"y z\")", "shiny-new IN (x, \"y z\")"),
        ("instance-tag-3 != -", "instance-tag-3 != -"),
        ("\"dst-prt\" = 1", "\"dst-prt\" = 1"),
        ("\"flow_direction\" = EGRESS", "flow-direction = egress"),
        ("instance-tag = \"my%2Dapp\"", "instance-tag = my-app"),
        ("asg-tag in (\"%2d\", '100%25', -)", "asg-tag IN (\"%2D\", \"100%25\", -)"),
        ("((bytes > 1) and ((bytes > 2) and bytes > 3))", "bytes > 1 AND bytes > 2 AND bytes > 3"),
        ("(bytes > 1 and bytes > 2) or bytes > 3", "bytes > 1 AND bytes > 2 OR bytes > 3"),
        ("bytes > 1 and (bytes > 2 or bytes > 3)", "bytes > 1 AND (bytes > 2 OR bytes > 3)"),
        ("not (bytes > 1 and bytes > 2)", "NOT (bytes > 1 AND bytes > 2)"),
        ("not not bytes > 1", "NOT NOT bytes > 1"),
        ("direction = INGRESS", "flow-direction = ingress"),
        ("scope in (AWS, peer)", "scope IN (aws, peer)"),
        ("interface-id like eni-0a%", "interface-id LIKE eni-0a%"),
        ("not region LIKE 'eu-_%'", "region NOT LIKE eu-_%"),
        ("region NOT LIKE \"a b%\"", "region NOT LIKE \"a b%\""),
        ("instance-tag LIKE my%2Dapp", "instance-tag LIKE my%2Dapp"),
        ("region like eu", "region = eu"),
        ("flow-direction like INGRESS", "flow-direction = ingress"),
        ("region not like -", "NOT region = -"),
        (r#"az-id like "100\\%""#, r#"az-id LIKE "100\\%""#),
        ("tcp-flags HAS syn", "tcp-flags HAS syn"),
        ("TCP_flags has (ACK, syn, syn)", "tcp-flags HAS (syn, ack)"),
        ("tcp-flags has syn-ack", "tcp-flags HAS (syn, ack)"),
        ("not tcp-flags has 4", "tcp-flags NOT HAS rst"),
        ("srcport = DSTPORT", "srcport = dstport"),
        ("not srcport>=dstport", "NOT srcport >= dstport"),
        ("client != pkt-srcaddr", "client != pkt-srcaddr"),
        ("vpc-id = next-hop-vpc-id", "vpc-id = next-hop-vpc-id"),
        ("vpc-id = 'next-hop-vpc-id'", "vpc-id = \"next-hop-vpc-id\""),
        ("instance-tag = client", "instance-tag = client"),
        ("instance-tag in (like, has)", "instance-tag IN (like, has)"),
        ("like = has", "like = has"),
        ("-- the port\nbytes > 1 -- a comment\n and /* two\nlines */ bytes < 3", "bytes > 1 AND bytes < 3"),
        ("/* nothing */", ""),
        ("dstport=22/* ssh */", "dstport = 22"),
        ("az-id = '--'", "az-id = \"--\""),
    ] {
        assert_eq!(canonical(text), expected, "{text}");
    }
}

/// Text, where the fault lies in it, its message, its hint.
const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("action = REJECT AND dstprt = 22", "dstprt", "unknown field `dstprt`", "Did you mean dstport?"),
    ("dst_prt = 22", "dst_prt", "unknown field `dst_prt`", "Did you mean dstport?"),
    ("action = REJEKT", "REJEKT", "`REJEKT` is not an action", "Did you mean REJECT?"),
    ("dstport = htps", "htps", "`htps` is not a port", "Did you mean https?"),
    ("protocol = tpc", "tpc", "`tpc` is not a protocol", "Did you mean tcp?"),
    (
        "dstport = 65536",
        "65536",
        "`65536` is not a port",
        "dstport takes a number from 0 to 65535, a range such as 1024-65535 or a service such as https.",
    ),
    (
        "srcaddr = 10.0.0.0/33",
        "10.0.0.0/33",
        "`10.0.0.0/33` is not an address",
        "srcaddr takes an address such as 10.0.1.5 or a network such as 10.0.0.0/8.",
    ),
    (
        "bytes = 20-10",
        "20-10",
        "`20-10` is not a number",
        "bytes takes a whole number or a range such as 100-200.",
    ),
    ("action > REJECT", ">", "action has no order, so `>` means nothing", "action takes =, != and IN."),
    ("bytes > -", "-", "`>` needs a single number or time", "Write bytes = -."),
    ("bytes > 1-2", "1-2", "`>` needs a single number or time", "Write bytes IN 100-200 for a range."),
    (
        "start > now-3h",
        "now-3h",
        "`now-3h` moves with the clock",
        "start takes a fixed time; the range of the view may follow the clock.",
    ),
    (
        "region = in",
        "in",
        "`in` is a keyword where a value of region should stand",
        "As a value it needs quotes: \"in\".",
    ),
    ("dstport = (22, 80)", "(", "a list follows only IN", "Write dstport IN (…)."),
    (
        "bytes > 1 packets > 1",
        "packets",
        "`packets` stands where AND or OR should",
        "Join conditions with AND or OR.",
    ),
    ("bytes > 1)", ")", "this parenthesis was never opened", "Remove it, or open one before."),
    ("(bytes > 1", "", "the filter ends where AND, OR or `)` should stand", "Close the parenthesis."),
    (
        "dstport IN (22 80)",
        "80",
        "`80` stands where `,` or `)` should",
        "Separate values with commas and close the list with `)`.",
    ),
    ("region = \"eu", "\"eu", "this quote is never closed", "Close it with the same quote."),
    (
        "bytes",
        "",
        "the filter ends where an operator should stand",
        "bytes takes =, !=, <, <=, >, >= and IN.",
    ),
    ("action NOT = ACCEPT", "=", "`=` stands where IN, LIKE or HAS should", "action takes =, != and IN."),
    ("scope = inernet", "inernet", "`inernet` is not a scope", "Did you mean internet?"),
    ("scope = x", "x", "`x` is not a scope", "scope takes internet, vpc, peer or aws."),
    (
        "srcaddr LIKE 10.0.%",
        "LIKE",
        "srcaddr is no text, so LIKE means nothing",
        "srcaddr takes an address such as 10.0.1.5 or a network such as 10.0.0.0/8.",
    ),
    (
        "bytes like 1%",
        "like",
        "bytes is no text, so LIKE means nothing",
        "Write bytes IN 100-200 for a range.",
    ),
    (
        "region LIKE",
        "",
        "the filter ends where a pattern of region should stand",
        "In a pattern % stands for any text and _ for any character.",
    ),
    (
        "region LIKE or",
        "or",
        "`or` is a keyword where a pattern of region should stand",
        "As a value it needs quotes: \"or\".",
    ),
    (
        "tcp-flags HAS 0",
        "0",
        "HAS needs at least one flag",
        "Write tcp-flags HAS syn, or tcp-flags = 0 for none.",
    ),
    (
        "tcp-flags HAS -",
        "-",
        "HAS needs at least one flag",
        "Write tcp-flags HAS syn, or tcp-flags = 0 for none.",
    ),
    (
        "dstport HAS syn",
        "HAS",
        "dstport is no set of flags, so HAS means nothing",
        "dstport takes =, !=, <, <=, >, >= and IN.",
    ),
    (
        "srcport = srcaddr",
        "srcaddr",
        "srcport and srcaddr are not of one kind",
        "srcport takes a number from 0 to 65535, a range such as 1024-65535 or a service such as https.",
    ),
    ("client < server", "<", "client has no order, so `<` means nothing", "client takes =, != and IN."),
    ("bytes > 1 /* and", "/* and", "this comment is never closed", "Close it with */."),
];

#[test]
fn a_fault_names_its_place_and_its_cure() {
    for (text, part, message, hint) in FAULTS {
        let error = Filter::parse(text).unwrap_err();
        assert_eq!((error.message.as_str(), error.hint.as_str()), (*message, *hint), "{text}");
        assert_eq!(text.get(error.at..error.at + error.len), Some(*part), "{text}");
    }
    let stray = Filter::parse("bytes > 1 && bytes < 9").unwrap_err();
    assert_eq!((stray.at, stray.len, stray.message.as_str()), (10, 1, "`&` has no meaning here"));
}

#[test]
fn a_fault_at_the_end_stands_behind_the_last_word() {
    let error = Filter::parse("action =   ").unwrap_err();
    assert_eq!((error.at, error.len), (8, 0));
    assert_eq!(error.message, "the filter ends where a value of action should stand");
}

#[test]
fn a_fault_is_a_bad_question_with_a_place() {
    let refusal = Refusal::from(Filter::parse("dstprt = 22").unwrap_err());
    assert_eq!((refusal.kind, refusal.at), (RefusalKind::BadQuestion, Some((0, 6))));
}

#[test]
fn size_is_bounded() {
    let nested = |depth: usize| format!("{}bytes = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(DEPTH_LIMIT)).is_ok());
    assert!(Filter::parse(&nested(DEPTH_LIMIT + 1)).is_err());
    assert!(Filter::parse(&format!("{}bytes = 1", "NOT ".repeat(DEPTH_LIMIT + 1))).is_err());

    let list = |len: usize| {
        let values: Vec<String> = (1..=len).map(|n| n.to_string()).collect();
        format!("bytes IN ({})", values.join(","))
    };
    assert!(Filter::parse(&list(LIST_LIMIT)).is_ok());
    assert!(Filter::parse(&list(LIST_LIMIT + 1)).is_err());

    let long = format!("region = {}", "ü".repeat(TEXT_LIMIT / 2));
    let error = Filter::parse(&long).unwrap_err();
    assert!(long.get(error.at..).is_some());

    let dense = vec!["end=1"; TEXT_LIMIT / 10].join(" OR ");
    assert!(
        dense.len() < TEXT_LIMIT && Filter::parse(&dense).is_err(),
        "its canonical text could not be read again"
    );
}

#[test]
fn narrowing_twice_by_the_same_condition_is_narrowing_once() {
    let rejected = Expr::equals(Field::ACTION, "reject").unwrap();
    let https = Expr::equals(Field::SERVICE_PORT, "443").unwrap();
    let narrowed = Filter::default().and(rejected.clone()).and(https.clone());
    assert_eq!(narrowed.to_string(), "action = REJECT AND service-port = 443");
    assert_eq!(narrowed.and(https).and(rejected.clone()), narrowed);
    assert_eq!(Filter::default().and(rejected.clone()).and(rejected).to_string(), "action = REJECT");
    let either = Filter::parse("bytes = 1 OR bytes = 2").unwrap().and(Expr::equals(Field::END, "0").unwrap());
    assert_eq!(either.to_string(), "(bytes = 1 OR bytes = 2) AND end = 1970-01-01T00:00:00Z");
}

#[test]
fn a_comment_at_the_end_does_not_move_the_fault() {
    let error = Filter::parse("action = -- which?").unwrap_err();
    assert_eq!((error.at, error.len), (8, 0));
}

#[test]
fn a_click_on_a_value_that_cannot_be_is_refused() {
    assert!(Expr::equals(Field::SERVICE_PORT, "unknown").is_err());
    assert_eq!(Expr::equals(Field::SERVICE_PORT, "-"), Ok(is(Field::SERVICE_PORT, Value::Missing)));
}

#[test]
fn the_fields_of_a_filter_are_listed_once() {
    let filter = Filter::parse("NOT (bytes > 1 OR srcaddr = ::1) AND bytes < 9").unwrap();
    assert_eq!(filter.fields(), [Field::BYTES, Field::SRCADDR]);
    let pair = Filter::parse("srcport = dstport OR region LIKE a% OR tcp-flags HAS syn").unwrap();
    assert_eq!(pair.fields(), [Field::SRCPORT, Field::DSTPORT, Field::REGION, Field::TCP_FLAGS]);
    assert!(Filter::default().fields().is_empty() && Filter::default().is_empty());
}

#[test]
fn on_the_wire_a_filter_is_its_text() {
    let filter = Filter::parse("dstport=22").unwrap();
    assert_eq!(serde_json::to_string(&filter).unwrap(), "\"dstport = 22\"");
    assert_eq!(serde_json::from_str::<Filter>("\"dstport IN (22)\"").unwrap(), filter);
    let error = serde_json::from_str::<Filter>("\"dstprt = 22\"").unwrap_err();
    assert!(error.to_string().contains("unknown field `dstprt`"));
}

/// Text that looks like a filter more often than random characters do.
fn filter_like() -> impl Strategy<Value = String> {
    "((action|dstport|srcaddr|bytes|start|region|tcp-flags|srcport|NOT|AND|OR|IN|LIKE|HAS|-- |/\\*|\\*/|\n|eu%|syn|=|!=|<|>=|\\(|\\)|,|22|10.0.0.0/8|1-9|-|REJECT|\"|'|\\\\|ü) ?){0,20}"
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(expr in arbitrary::expr()) {
        let filter = Filter { expr: Some(expr) };
        let text = filter.to_string();
        let read = Filter::parse(&text);
        prop_assert_eq!(read.as_ref(), Ok(&filter), "{}", text);
    }

    #[test]
    fn reading_any_text_ends_in_a_stable_filter_or_a_fault_with_a_place(
        text in prop_oneof![any::<String>(), filter_like()]
    ) {
        match Filter::parse(&text) {
            Ok(filter) => {
                let printed = filter.to_string();
                prop_assert_eq!(Filter::parse(&printed), Ok(filter), "{}", printed);
            }
            Err(error) => {
                prop_assert!(text.get(error.at..error.at + error.len).is_some());
                prop_assert!(!error.message.is_empty() && !error.hint.is_empty());
            }
        }
    }

    #[test]
    fn tokens_cover_all_but_the_blanks(text in prop_oneof![any::<String>(), filter_like()]) {
        let mut end = 0;
        for (range, _) in tokens(&text) {
            prop_assert!(text.get(end..range.start).is_some_and(|gap| gap.trim().is_empty()));
            prop_assert!(!range.is_empty());
            end = range.end;
        }
        prop_assert!(text.get(end..).is_some_and(|gap| gap.trim().is_empty()));
    }
}
